"""The way of a user's project, from `nano-ffi new` to an installed wheel, by the same code as our own wheels."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("cibuildwheel", reason='needs pip install "nano-ffi[wheels]"')
pytest.importorskip("hatchling", reason='needs pip install "nano-ffi[wheels]"')

import nano_ffi
from nano_ffi.wheels import targets

ROOT = Path(__file__).resolve().parent.parent.parent
MACOS_AND_WINDOWS = ("macosx_11_0_arm64", "win_arm64")


def run(*command: str, cwd: Path, code: int = 0, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CIBW_", "GITHUB_", "PYTEST_"))}
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**clean, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


def command(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", "nano_ffi", *arguments)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    run(*command("new", "speedy"), cwd=tmp_path)
    return tmp_path / "speedy"


def select(project: Path, pythons: str) -> None:
    """Let `nano-ffi wheels` select few wheels of every kind: of Linux this machine's, macOS's and Windows's on arm64."""
    text = (project / "pyproject.toml").read_text()
    arch = targets.native().platform.name.partition("_")[2]
    text = text.replace("[tool.cibuildwheel]\n", f'[tool.cibuildwheel]\nbuild = "{pythons}"\n')
    text = text.replace('archs = ["x86_64", "aarch64"]', f'archs = ["{arch}"]').replace(
        '["x86_64", "arm64"]', '["arm64"]'
    )
    (project / "pyproject.toml").write_text(text.replace('["AMD64", "ARM64"]', '["ARM64"]'))


def house(project: Path) -> list[str]:
    return sorted(path.name for path in (project / "wheelhouse").glob("*.whl"))


@pytest.mark.skipif(sys.platform != "linux", reason="Linux is where all wheels are built")
def test_a_wheel_for_each_cpython_is_built_verified_installed_and_run(project: Path) -> None:
    abi = targets.native().python.abi_tag
    select(project, f"{abi}-* cp314t-win_*" if abi != "cp314t" else "cp313-win_* cp314t-*")
    output = run(*command("wheels"), cwd=project)
    assert "isolated" not in output
    assert re.search(r"^5 wheels \(5 built, 0 up to date\).*; 1 tested, ", output.strip().splitlines()[-1])
    assert "all wheels are what they claim to be" in run(
        *command("verify", "--complete", "--tag=v0.1.0", "wheelhouse"), cwd=project
    )
    install_and_test(project)
    # Again the same bytes, and nothing to do where nothing has changed.
    assert "(0 built, 5 up to date)" in run(*command("wheels"), cwd=project)
    before = (project / "wheelhouse" / "SHA256SUMS").read_text()
    shutil.rmtree(project / "wheelhouse")
    run(*command("wheels"), cwd=project)
    assert (project / "wheelhouse" / "SHA256SUMS").read_text() == before


@pytest.mark.skipif(sys.platform != "linux", reason="Linux is where all wheels are built")
def test_one_stable_abi_wheel_for_each_platform_and_one_free_threaded(project: Path) -> None:
    select(project, "cp31{3,4,4t}-*")
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace("[tool.nano-ffi]\n", "[tool.nano-ffi]\nabi3 = true\n"))
    run(*command("wheels"), cwd=project)
    names = house(project)
    assert len(names) == 8
    for platform in MACOS_AND_WINDOWS:
        for tags in ("cp312-abi3", "cp314-cp314t"):
            assert f"speedy-0.1.0-{tags}-{platform}.whl" in names
    assert "all wheels are what they claim to be" in run(*command("verify", "--complete", "wheelhouse"), cwd=project)
    if sys.version_info >= (3, 12):
        install_and_test(project)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux is where all wheels are built")
def test_android_has_a_wheel_for_each_cpython_with_the_stable_abi_too(project: Path) -> None:
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace("[tool.nano-ffi]\n", "[tool.nano-ffi]\nabi3 = true\n"))
    run(*command("wheels", "--platform", "android"), cwd=project)
    assert house(project) == [
        f"speedy-0.1.0-cp3{minor}-cp3{minor}-android_29_{abi}.whl"
        for minor in (13, 14, 15)
        for abi in ("arm64_v8a", "x86_64")
    ]
    assert "all wheels are what they claim to be" in run(*command("verify", "wheelhouse"), cwd=project)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux is where all wheels are built")
def test_what_the_compiler_read_counts_wherever_it_is(project: Path) -> None:
    outside = project.parent / "shared"
    outside.mkdir()
    (outside / "v.c").write_text('#include "v.h"\nint v(void) { return V; }\n')
    (outside / "v.h").write_text("#define V 5\n")
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(
        text.replace("[tool.nano-ffi]\n", '[tool.nano-ffi]\nc-sources = ["../shared/v.c"]\n')
    )
    source = project / "src" / "speedy" / "fast.zig"
    source.write_text(source.read_text() + "extern fn v() c_int;\npub fn five() c_int {\n    return v();\n}\n")
    only = ("--only", "cp313-win_arm64")
    assert "(1 built, 0 up to date)" in run(*command("wheels", *only), cwd=project)
    assert "(0 built, 1 up to date)" in run(*command("wheels", *only), cwd=project)
    (outside / "v.h").write_text("#define V 6\n")
    assert "(1 built, 0 up to date)" in run(*command("wheels", *only), cwd=project)


def install_and_test(project: Path) -> None:
    """As .github/workflows/wheels.yml of the project does."""
    venv = project.parent / "venv"
    python = str(venv / "bin" / "python")
    run("uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(venv), cwd=project)
    into = ("uv", "pip", "install", "--quiet", "--python", python)
    run(*into, "--no-index", "--find-links=wheelhouse", "speedy", cwd=project)
    run(*into, "pytest", cwd=project)
    tested = run(
        *(
            python,
            "-P",
            "-m",
            "pytest",
            "--override-ini=addopts=",
            "--import-mode=importlib",
            "-p",
            "no:cacheprovider",
            "tests",
        ),
        cwd=project,
        PYTHONSAFEPATH="1",
    )
    assert re.search(r"[1-9]\d* passed", tested)
    where = run(python, "-I", "-c", "import speedy.fast; print(speedy.fast.__file__)", cwd=project)
    assert where.startswith(str(venv))
    missing = "import importlib.util; print(importlib.util.find_spec('nano_ffi'))"
    assert run(python, "-I", "-c", missing, cwd=project) == "None\n"


def test_the_workflows_are_the_projects(project: Path) -> None:
    workflows = project / ".github" / "workflows"
    assert sorted(path.name for path in workflows.iterdir()) == ["ci.yml", "release.yml", "wheels.yml"]
    for path in [*workflows.iterdir(), project / ".github" / "dependabot.yml"]:
        text = path.read_text()
        assert not re.search(r"@[A-Z]+@", text)
        assert "secrets." not in text
    wheels = (workflows / "wheels.yml").read_text()
    assert (project / ".github" / "nano-ffi.txt").read_text() == f"nano-ffi=={nano_ffi.version()}\n"
    assert "pip install --no-deps -r .github/nano-ffi.txt" in wheels
    assert "--require-hashes --only-binary=:all: --no-deps -r .github/wheels.txt" in wheels
    release = (workflows / "release.yml").read_text()
    ours = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    assert "git merge-base --is-ancestor HEAD origin/main" in release
    assert "group: release-${{ github.ref }}" in release
    (upload,) = re.findall("twine upload .*", release)
    assert [upload] == re.findall("twine upload .*", ours)
    lock = ROOT / "nano_ffi" / "template" / "dot.github" / "publish.txt.in"
    assert (project / ".github" / "publish.txt").read_text() == lock.read_text()


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq, which each runner of GitHub's has, is not installed")
def test_wheels_are_installed_in_the_cpythons_that_they_are_for(project: Path, tmp_path: Path) -> None:
    text = (project / ".github" / "workflows" / "wheels.yml").read_text()
    assert "python: ${{ fromJSON(needs.wheels.outputs.pythons) }}" in text
    (step,) = re.findall(r"- id: pythons\n +run: >-\n((?: {10}.*\n)+)", text)
    output = tmp_path / "output"
    for requires, pythons in [
        (">=3.10", ["3.11", "3.12", "3.13", "3.14", "3.14t", "3.15", "3.15t"]),
        (">=3.15", ["3.15", "3.15t"]),
    ]:
        output.unlink(missing_ok=True)
        copy = tmp_path / requires[2:]
        copy.mkdir()
        pyproject = (project / "pyproject.toml").read_text()
        (copy / "pyproject.toml").write_text(
            pyproject.replace('requires-python = ">=3.10"', f'requires-python = "{requires}"')
        )
        folder = Path(sys.executable).parent
        path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        script = " ".join(step.split())
        run("bash", "-euo", "pipefail", "-c", script, cwd=copy, GITHUB_OUTPUT=str(output), PATH=path)
        name, _, said = output.read_text().strip().partition("=")
        assert (name, json.loads(said)) == ("pythons", pythons)


def test_the_workflows_of_a_project_without_zig(tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    missing = run(*command("new", "--workflows"), cwd=tmp_path, code=2)
    assert "no pyproject.toml in this folder has the name of a project: nano-ffi new --workflows NAME" in missing
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "plain.c"\n')
    run(*command("new", "--workflows"), cwd=tmp_path)
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert files == [
        ".github/dependabot.yml",
        ".github/nano-ffi.txt",
        ".github/publish.txt",
        ".github/wheels.txt",
        ".github/workflows/ci.yml",
        ".github/workflows/release.yml",
        ".github/workflows/wheels.yml",
        "pyproject.toml",
    ]
    wheels = (tmp_path / ".github" / "workflows" / "wheels.yml").read_text()
    assert not re.search(r"@[A-Z]+@", wheels)
    assert "--find-links=wheelhouse plain.c\n" in wheels
    assert "--import-mode=importlib test\n" in wheels
    steps = [line.partition("run: ")[2] for line in wheels.splitlines() if "run: " in line]
    assert steps.index("uv python install 3.10 3.11 3.12 3.13 3.14 3.14t 3.15 3.15t") < steps.index("nano-ffi wheels")
    if shutil.which("zizmor"):
        check_workflows(tmp_path)
    again = run(*command("new", "--workflows"), cwd=tmp_path, code=2)
    assert "here already: move it away, and take from it what you need" in again


def check_workflows(project: Path) -> None:
    run("zizmor", "--offline", "--pedantic", "--strict-collection", ".github", cwd=project)
    workflows = [str(path) for path in (project / ".github" / "workflows").iterdir()]
    run("check-jsonschema", "--builtin-schema=vendor.github-workflows", *workflows, cwd=project)


@pytest.mark.skipif(shutil.which("zizmor") is None, reason="zizmor is of the group lint")
def test_the_workflows_are_checked(project: Path) -> None:
    check_workflows(project)
