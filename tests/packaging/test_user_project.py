"""The way of a user's project, from `nano-ffi new` to an installed wheel, by the same code as our own wheels."""

from __future__ import annotations

import json
import os
import platform as machine
import re
import shutil
import subprocess
import sys
import zipfile
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


def unpacked(archive: Path, folder: Path) -> list[str]:
    """The names of the files in an archive that is now in the folder, too."""
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
        return file.namelist()


def with_debug_symbols(project: Path, identifier: str) -> tuple[str, list[str], Path]:
    """What `nano-ffi wheels` says of a wheel, the files of its archive, and the folder in which those and the wheel's are."""
    output = run(*command("wheels", "--only", identifier, "--debug-symbols", "symbols"), cwd=project)
    (wheel,) = (project / "wheelhouse").glob(f"*-{identifier.partition('-')[0]}-*.whl")
    folder = project.parent / "unpacked"
    unpacked(wheel, folder)
    assert "all wheels are what they claim to be" in run(*command("verify", str(wheel)), cwd=project)
    archives = [path.name for path in (project / "symbols").iterdir()]
    assert archives in ([], [f"{wheel.stem}.debug.zip"])
    return output, unpacked(project / "symbols" / archives[0], folder) if archives else [], folder


@pytest.mark.skipif(sys.platform != "linux", reason="Linux is where all wheels are built")
def test_debug_symbols_of_a_wheel_for_linux_are_found_by_its_build_id(project: Path) -> None:
    identifier = targets.native().identifier
    assert "No debug symbols" not in run(*command("wheels", "--only", identifier), cwd=project)
    output, (name,), folder = with_debug_symbols(project, identifier)  # it is built again, to have some
    assert re.fullmatch(r"\.build-id/[0-9a-f]{2}/[0-9a-f]{38}\.debug", name)
    assert "(1 built, 0 up to date)" in output
    assert "No debug symbols" not in output
    (module,) = folder.glob("speedy/fast.*.so")
    assert bytes.fromhex("".join(name.split("/")[1:]).removesuffix(".debug")) in module.read_bytes()
    # There again: as long as the archive is.
    again = command("wheels", "--only", identifier, "--debug-symbols", "symbols")
    assert "(0 built, 1 up to date)" in run(*again, cwd=project)
    shutil.rmtree(project / "symbols")
    assert "(1 built, 0 up to date)" in run(*again, cwd=project)
    if shutil.which("gdb") is None or machine.machine() != "x86_64":
        pytest.skip("there is no gdb")
    line = (project / "src/speedy/fast.zig").read_text().splitlines().index(
        "    for (values) |value| sum += value;"
    ) + 1
    commands = (
        "set debuginfod enabled off",
        f"set debug-file-directory {folder}",
        f"directory {project / 'src' / 'speedy'}",
        "set breakpoint pending on",
        f"break fast.zig:{line}",
        "run",
        "bt 1",
    )
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); import speedy; speedy.total([1.0, 2.0])"
    debugger = ("gdb", "-q", "-nx", "-batch", *(f"--ex={command}" for command in commands), "--args")
    told = run(*debugger, sys.executable, "-P", "-c", code, cwd=folder)
    assert re.search(rf"Breakpoint 1, fast\.total \(.*\) at \S*fast\.zig:{line}\n{line}\t    for \(values\)", told), (
        told
    )


@pytest.mark.skipif(sys.platform != "linux", reason="Linux is where all wheels are built")
def test_the_bytes_of_wheels_with_debug_symbols_do_not_tell_where_they_were_built(
    project: Path, tmp_path: Path
) -> None:
    identifiers = [targets.native().identifier, "cp313-win_amd64"]
    shutil.copytree(project, tmp_path / "somewhere else")
    for folder in (project, tmp_path / "somewhere else"):
        for identifier in identifiers:
            run(*command("wheels", "--only", identifier, "--debug-symbols", "symbols"), cwd=folder)
    sums = [(folder / "wheelhouse" / "SHA256SUMS").read_text() for folder in (project, tmp_path / "somewhere else")]
    assert sums[0] == sums[1]
    assert len(sums[0].splitlines()) == len(identifiers)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux is where all wheels are built")
@pytest.mark.parametrize("identifier", ["cp313-win_amd64", "cp312-win32", "cp314-win_arm64"])
def test_debug_symbols_of_a_wheel_for_windows_are_the_pdb_that_it_names(project: Path, identifier: str) -> None:
    lief = pytest.importorskip("lief")
    _, (name,), folder = with_debug_symbols(project, identifier)
    (module,) = folder.glob("speedy/fast.*.pyd")
    parsed = lief.parse(module)  # entries do not keep it
    (named,) = (entry for entry in parsed.debug if isinstance(entry, lief.PE.CodeViewPDB))
    guid = bytes(named.signature)
    key = bytes([*guid[3::-1], *guid[5:3:-1], *guid[7:5:-1], *guid[8:]]).hex().upper()
    assert name == f"fast.pdb/{key}{named.age:X}/fast.pdb"
    assert named.filename == "fast.pdb"
    pdb = (folder / name).read_bytes()
    assert pdb.startswith(b"Microsoft C/C++ MSF 7.00")
    assert guid in pdb
    assert b"fast.zig" in pdb
    assert b"total\0" in pdb
    assert module.stat().st_size < 200_000  # what nobody uses is left out, as without


@pytest.mark.skipif(sys.platform != "linux", reason="Linux is where all wheels are built")
def test_that_a_wheel_for_macos_has_no_debug_symbols_is_said(project: Path) -> None:
    output, files, _ = with_debug_symbols(project, "cp313-macosx_arm64")
    assert "No debug symbols for cp313-macosx_arm64: there are none of macOS" in output
    assert files == []


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
