"""`nano-ffi wheels`, from the command line to the wheels, with a project whose "extension" needs no compiler."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cibuildwheel", reason='needs pip install "nano-ffi[wheels]"')

from cibuildwheel import errors, selector
from cibuildwheel.options import BuildOptions, CommandLineArguments, compute_options
from cibuildwheel.venv import find_uv

from nano_ffi import __main__
from nano_ffi.wheels import checksums, cross, foreign, identity, job, pool, records, targets

# A PEP 517 backend in the project itself, so that a build costs one start of an interpreter.
BACKEND = """
import json, os, sys, zipfile

def get_requires_for_build_wheel(config_settings=None):
    return []

def binary(identifier):
    # As much of a binary as says for which machine it is.
    arm = "arm64" in identifier or "aarch64" in identifier
    if "win" in identifier:
        return b"MZ".ljust(60, b"\\0") + b"\\x40\\0\\0\\0PE\\0\\0" + (b"\\x64\\xaa" if arm else b"\\x64\\x86")
    if "macos" in identifier:
        slices = [b"\\x0c\\0\\0\\x01" if arm else b"\\x07\\0\\0\\x01"]
        if "universal2" in identifier:
            arch = lambda kind: kind.ljust(20, b"\\0")
            return b"\\xca\\xfe\\xba\\xbe\\0\\0\\0\\2" + arch(b"\\1\\0\\0\\7") + arch(b"\\1\\0\\0\\x0c")
        return b"\\xcf\\xfa\\xed\\xfe" + slices[0]
    return b"\\x7fELF\\2\\1".ljust(18, b"\\0") + (b"\\xb7\\0" if arm else b"\\x3e\\0")

def build_wheel(folder, config_settings=None, metadata_directory=None):
    identifier = os.environ["CIBUILDWHEEL_BUILD_IDENTIFIER"]
    tag = os.environ["SKBUILD_WHEEL_TAGS"]
    faults = json.load(open(os.environ["FAULTS"]))  # which is no part of the project
    if identifier in faults.get("BROKEN", "").split():
        print(faults["SAYS"] or f"the reason why {identifier} fails")
        sys.exit(3)
    if identifier in faults.get("SLOW", "").split():
        import time
        print("asleep", flush=True)
        time.sleep(60)
    print("settings", config_settings)
    name = f"demo-1.0-{tag}.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        def add(path, text):
            wheel.writestr(zipfile.ZipInfo(path), text)
        add("demo/__init__.py", "answer = 42\\n")
        add("demo/ext" + os.environ["SETUPTOOLS_EXT_SUFFIX"], binary(faults.get("LIES") or identifier))
        interpreters, abis, platforms = tag.split("-")
        tags = [f"Tag: {i}-{a}-{p}\\n" for i in interpreters.split(".") for a in abis.split(".") for p in platforms.split(".")]
        add("demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: false\\n" + "".join(tags))
        add("demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n")
        add("demo-1.0.dist-info/RECORD", "")
    return name
"""

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "demo"
version = "1.0"
requires-python = ">=3.10"

[tool.nano-ffi]  # the project is compiled with Zig; so says its backend

[tool.cibuildwheel]
build-frontend = "build[uv]"
dependency-versions = "latest"
repair-wheel-command = ""
linux.archs = ["x86_64", "aarch64"]
macos.archs = ["x86_64", "arm64"]
windows.archs = ["AMD64", "ARM64"]
android.archs = ["arm64_v8a", "x86_64"]
"""


class Project:
    """The demonstration project, and the command in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "backend.py").write_text(BACKEND)
        self.configure("")

    def configure(self, more: str) -> None:
        (self.root / "pyproject.toml").write_text(PYPROJECT + more)

    def command(self, *arguments: str, **environment: str) -> tuple[list[str], dict[str, str]]:
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("CIBW_", "GITHUB_", "PYTHONPATH"))
        }
        faults = self.root.with_name(f"{self.root.name}.faults")
        faults.write_text(json.dumps({name: environment.pop(name, "") for name in ("BROKEN", "SLOW", "LIES", "SAYS")}))
        environment["FAULTS"] = str(faults)
        return [sys.executable, "-P", "-m", "nano_ffi", "wheels", *arguments], {**clean, **environment}

    def wheels(self, *arguments: str, code: int = 0, **environment: str) -> str:
        command, env = self.command(*arguments, **environment)
        done = subprocess.run(
            command, cwd=self.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    @property
    def house(self) -> list[str]:
        """What lies in the output folder, beside a SHA256SUMS that fits."""
        folder = self.root / "wheelhouse"
        names = sorted(path.name for path in folder.iterdir())
        if names:
            assert checksums.differences(folder) == []
            names.remove(checksums.FILE_NAME)
        return names


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def last_line(output: str) -> str:
    return output.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        ((), 64),
        (("--all-archs",), 160),
        (("--platform", "windows"), 16),
        (("--platform=windows", "--all-archs"), 24),
        (("--platform", "linux", "--archs", "riscv64"), 16),
        (("--only", "cp313-win_arm64"), 1),
        (("--platform", "android"), 6),
        (("--only", "cp313-android_arm64_v8a"), 1),
    ],
)
def test_identifiers(project: Project, arguments: tuple[str, ...], number: int) -> None:
    identifiers = project.wheels("--print-build-identifiers", *arguments).split()
    assert len(identifiers) == len(set(identifiers)) == number
    for identifier in identifiers:
        assert targets.parse(identifier).identifier == identifier


def test_three_platforms_and_then_nothing_to_do(project: Project) -> None:
    project.configure('build = "cp313-*"\n')
    output = project.wheels()
    assert re.search(r"^8 wheels \(8 built, 0 up to date\) in wheelhouse after ", last_line(output))
    assert output.count("wheels produced in") == 3  # cibuildwheel's own summaries
    assert "[8/8] " in output
    assert project.house == [
        "demo-1.0-cp313-cp313-macosx_11_0_arm64.whl",
        "demo-1.0-cp313-cp313-macosx_11_0_x86_64.whl",
        "demo-1.0-cp313-cp313-manylinux_2_17_aarch64.whl",
        "demo-1.0-cp313-cp313-manylinux_2_17_x86_64.whl",
        "demo-1.0-cp313-cp313-musllinux_1_2_aarch64.whl",
        "demo-1.0-cp313-cp313-musllinux_1_2_x86_64.whl",
        "demo-1.0-cp313-cp313-win_amd64.whl",
        "demo-1.0-cp313-cp313-win_arm64.whl",
    ]
    assert "8 wheels (0 built, 8 up to date)" in last_line(project.wheels())


def test_shards_make_what_one_machine_makes(project: Project) -> None:
    project.configure('build = "cp31{3,4t}-*"\n')
    project.wheels()
    whole = {path.name: path.read_bytes() for path in (project.root / "wheelhouse").iterdir()}
    assert len(whole) == 16 + 1  # and SHA256SUMS
    union: dict[str, bytes] = {}
    for number in range(1, 4):
        folder = f"shard-{number}"
        project.wheels("--shard", f"{number}/3", "--output-dir", folder)
        mine = {path.name: path.read_bytes() for path in (project.root / folder).iterdir()}
        assert 0 < len(mine) < 16
        mine.pop("SHA256SUMS", None)
        assert not union.keys() & mine.keys()
        union |= mine
    assert union == {name: data for name, data in whole.items() if name != "SHA256SUMS"}


def test_shards_are_whole_platforms(project: Project) -> None:
    parts = [project.wheels("--print-build-identifiers", f"--shard={number}/3").split() for number in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == sorted(
        project.wheels("--print-build-identifiers").split()
    )
    platforms = [{name.partition("-")[2] for name in part} for part in parts]
    assert [len(part) for part in platforms] == [3, 3, 2]
    assert len(set().union(*platforms)) == 8


@pytest.mark.parametrize(
    ("shard", "message"),
    [
        ("5/4", "argument --shard: '5/4' is not K/N with K from 1 to N, as 2/4"),
        ("0/4", "argument --shard: '0/4' is not K/N with K from 1 to N, as 2/4"),
        ("half", "argument --shard: 'half' is not K/N with K from 1 to N, as 2/4"),
        ("1/9", "--shard 1/9: 8 platforms are selected, which no more than so many machines can share"),
    ],
)
def test_wrong_shards(project: Project, shard: str, message: str) -> None:
    assert last_line(project.wheels("--shard", shard, code=2)) == f"nano-ffi wheels: error: {message}"


def test_platforms_without_a_selected_wheel_are_left_out(project: Project) -> None:
    project.configure('build = "cp313-win_*"\n')
    assert "2 wheels (2 built" in last_line(project.wheels())
    project.configure('build = ""\nskip = "*"\n')
    assert "No build identifiers selected" in project.wheels(code=3)


def test_what_is_missing_or_changed_is_built_again(project: Project) -> None:
    only = ("--platform", "windows", "--archs", "AMD64")
    project.configure('build = "cp31{2,3}-*"\n')
    project.wheels(*only)
    wheelhouse = project.root / "wheelhouse"
    truncated, other = (wheelhouse / f"demo-1.0-{cp}-{cp}-win_amd64.whl" for cp in ("cp312", "cp313"))
    good = truncated.read_bytes()
    truncated.write_bytes(good[:100])
    before = other.stat().st_mtime_ns
    assert "2 wheels (1 built, 1 up to date)" in last_line(project.wheels(*only))
    assert truncated.read_bytes() == good
    assert other.stat().st_mtime_ns == before

    truncated.unlink()
    assert "(1 built, 1 up to date)" in last_line(project.wheels(*only))
    (project.root / "source.zig").write_text("// new")
    assert "(2 built, 0 up to date)" in last_line(project.wheels(*only))
    assert "(2 built, 0 up to date)" in last_line(project.wheels(*only, CIBW_ENVIRONMENT="X=1"))
    (wheelhouse / ".cp312-win_amd64.demo.whl.part").touch()
    assert "(0 built, 2 up to date)" in last_line(project.wheels(*only, CIBW_ENVIRONMENT="X=1"))
    assert not (wheelhouse / ".cp312-win_amd64.demo.whl.part").exists()


def test_a_failed_wheel_does_not_stop_the_others(project: Project) -> None:
    project.configure('build = "cp31{2,3}-{win_amd64,macosx_arm64}"\n')
    output = project.wheels(code=1, BROKEN="cp312-macosx_arm64")
    assert "cp312-macosx_arm64  FAILED after" in output
    assert "    the reason why cp312-macosx_arm64 fails" in output
    assert "    The full log: build/wheels/cp312-macosx_arm64.log" in output
    assert "1 of 2 wheels failed, the others are in wheelhouse:" in output
    assert last_line(output) == "1 failed: cp312-macosx_arm64"
    assert project.house == [
        f"demo-1.0-{tag}.whl"
        for tag in ("cp312-cp312-win_amd64", "cp313-cp313-macosx_11_0_arm64", "cp313-cp313-win_amd64")
    ]
    assert "4 wheels (1 built, 3 up to date)" in last_line(project.wheels())


@pytest.mark.parametrize(
    ("tag", "code", "message"),
    [
        ("py3-none-any", 5, "a pure Python wheel was generated"),
        ("cp312-cp312-win_amd64", 1, "built for cp313-win_amd64, has wrong tags: CPython 3.13 does not install it"),
        ("cp313-cp313-win_arm64", 1, "has wrong tags: its platform must be win_amd64"),
    ],
)
def test_wrong_wheels(project: Project, tag: str, code: int, message: str) -> None:
    project.configure(f'environment = {{ SKBUILD_WHEEL_TAGS = "{tag}" }}\n')
    assert message in project.wheels("--only", "cp313-win_amd64", code=code)
    assert project.house == []


def test_two_wheels_of_one_name(project: Project) -> None:
    tag = "cp312.cp313-cp312.cp313-win_amd64"
    project.configure(f'build = "cp31{{2,3}}-win_amd64"\nenvironment = {{ SKBUILD_WHEEL_TAGS = "{tag}" }}\n')
    assert "was already generated in the current run" in project.wheels("--platform", "windows", code=6)
    assert project.house == [f"demo-1.0-{tag}.whl"]


def test_repair_steps_without_one_wheel(project: Project) -> None:
    project.configure('repair-wheel-command = "true"\n'.replace("repair", "windows.repair"))
    assert "did not produce a wheel" in project.wheels("--only", "cp313-win_amd64", code=8)
    project.configure(
        'windows.repair-wheel-command = "cp {wheel} {dest_dir}/a-1-py3-none-any.whl && cp {wheel} {dest_dir}"\n'
    )
    assert "produced multiple wheels" in project.wheels("--only", "cp313-win_amd64", code=8)


def test_abi3_wheel_is_built_once(project: Project) -> None:
    project.configure(
        'build = "cp31{2,3,4,4t}-win_amd64"\naudit-command = ""\n'
        '[[tool.cibuildwheel.overrides]]\nselect = "cp31?-*"\n'
        'environment = { SKBUILD_WHEEL_TAGS = "cp312-abi3-win_amd64", SETUPTOOLS_EXT_SUFFIX = ".pyd" }\n'
    )
    output = project.wheels("--platform", "windows")
    assert project.house == ["demo-1.0-cp312-abi3-win_amd64.whl", "demo-1.0-cp314-cp314t-win_amd64.whl"]
    assert "2 wheels (2 built, 0 up to date, 2 served by another's)" in last_line(output)
    assert output.count("(test only)") == 2
    assert "2 wheels (0 built, 2 up to date, 2 served by another's)" in last_line(
        project.wheels("--platform", "windows")
    )


def test_before_target_runs_once_per_target(project: Project) -> None:
    project.configure(
        'build = "cp31{2,3,4t}-*"\n[tool.nano-ffi.wheels]\n'
        'before-target = "echo {target} {cpu} {pythons} $ZIG_DEBUG_CMD >> ran.txt && test {target} != x86_64-macos.11.0"\n'
    )
    (project.root / ".gitignore").write_text("ran.txt\n")
    output = project.wheels("--platform", "macos", "--archs", "all", code=1)
    ran = (project.root / "ran.txt").read_text().splitlines()
    assert sorted(ran) == [
        "aarch64-macos.11.0 baseline 3.12,3.13,3.14t 1",
        "x86_64-macos.11.0 baseline 3.12,3.13,3.14t 1",
    ]
    assert "before-target x86_64-macos.11.0 (3.12,3.13,3.14t)  FAILED after" in output
    assert "6 of 9 wheels failed" in output  # universal2 needs both
    assert all("arm64" in name for name in project.house)
    assert len(project.house) == 3


def test_hooks_settings_and_environment(project: Project) -> None:
    project.configure(
        'build = "cp31{2,3}-win_amd64"\nbefore-all = "echo all >> ran.txt"\n'
        'before-build = "echo build $CIBUILDWHEEL_BUILD_IDENTIFIER $COLOUR >> ran.txt"\n'
        'config-settings = { a = "{package}/x", b = ["1", "2"] }\nenvironment = { COLOUR = "red$(echo dish)" }\n'
    )
    project.wheels("--platform", "windows")
    ran = (project.root / "ran.txt").read_text().splitlines()
    assert ran[0] == "all"
    assert sorted(ran[1:]) == ["build cp312-win_amd64 reddish", "build cp313-win_amd64 reddish"]
    log = (project.root / "build" / "wheels" / "cp313-win_amd64.log").read_text()
    assert f"settings {{'a': '{project.root}/x', 'b': ['1', '2']}}" in log


def test_sdist(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(folder / "demo-1.0.tar.gz", "w:gz") as archive:
        for path in sorted(project.root.iterdir()):
            archive.add(path, f"demo-1.0/{path.name}")
    project.root = folder
    command = ("--only", "cp313-win_amd64", "demo-1.0.tar.gz")
    assert "1 wheel (1 built" in last_line(project.wheels(*command))
    assert project.house == ["demo-1.0-cp313-cp313-win_amd64.whl"]
    assert (folder / "build" / "wheels" / "cp313-win_amd64.log").exists()
    assert "1 wheel (0 built, 1 up to date)" in last_line(project.wheels(*command))
    (folder / "mine.toml").write_text('[tool.cibuildwheel]\nbuild = "cp312-win_amd64"\n', encoding="utf-8")
    listing = ("demo-1.0.tar.gz", "--config-file", "mine.toml", "--print-build-identifiers", "--platform=windows")
    assert project.wheels(*listing).splitlines() == ["cp312-win_amd64"]
    output = project.wheels("demo-1.0.tar.gz", "--config-file=yours.toml", code=2)
    assert last_line(output).endswith("--config-file yours.toml: there is no such file")


def test_unknown_setting(project: Project) -> None:
    project.configure('[tool.nano-ffi.wheels]\nbefore-targets = "x"\n')
    output = project.wheels("--only", "cp313-win_amd64", code=2)
    assert "[tool.nano-ffi.wheels] has no key 'before-targets', only before-target" in output


def test_what_cannot_be_cross_compiled_is_named(project: Project) -> None:
    text = (project.root / "pyproject.toml").read_text()
    (project.root / "pyproject.toml").write_text(text.replace(">=3.10", ">=3.9"))
    output = project.wheels("--only", "cp39-win_amd64", code=2)
    assert "Cannot cross-compile cp39-win_amd64: only CPython 3.10 and later on " in output


def test_android_is_built_where_it_is_named(project: Project) -> None:
    project.configure('test-command = "false"\n')
    output = project.wheels("--platform", "android")
    assert "6 wheels (6 built, 0 up to date)" in last_line(output)
    assert project.house == [
        f"demo-1.0-cp3{minor}-cp3{minor}-android_29_{abi}.whl"
        for minor in (13, 14, 15)
        for abi in ("arm64_v8a", "x86_64")
    ]
    assert last_line(output).endswith("; 0 tested, 6 not (no interpreter for them on this machine)")


@pytest.mark.parametrize("python", ["cp312", "cp314t"])
def test_cibuildwheel_has_no_android_of_other_cpythons(project: Project, python: str) -> None:
    output = project.wheels("--only", f"{python}-android_x86_64", code=2)
    assert f"error: argument --only: invalid choice: '{python}-android_x86_64' (choose from 'cp39-" in output


def test_native_wheel_is_tested_and_others_are_told(project: Project, tmp_path: Path) -> None:
    try:
        native = targets.native()
    except ValueError:
        pytest.skip("no target for this machine")
    foreign = "musllinux" if native.platform.name.startswith("manylinux") else "manylinux"
    project.configure(
        f'build = "{native.python.abi_tag}-*linux_*"\n'
        "test-command = \"python -c 'import demo; assert demo.answer == 42' && test -f test_fail.py\"\n"
    )
    arch = native.platform.name.partition("_")[2]
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "demo.py").write_text("answer = 0  # what is tested is the wheel\n")
    output = project.wheels("--platform", "linux", "--archs", arch, PYTHONPATH=str(tmp_path / "sources"))
    assert last_line(output).endswith("; 1 tested, 1 not (no interpreter for them on this machine)")
    other = f"{native.python.abi_tag}-{foreign}_{arch}"
    log = (project.root / "build" / "wheels" / f"{other}.log").read_text()
    assert f"Not tested: no {other} interpreter is at hand on this machine." in log

    project.configure(f'build = "{native.identifier}"\ntest-command = "python -c 1/0"\n')
    output = project.wheels("--platform", "linux", code=1)
    assert "exit code 1 of: python -c 1/0" in output


def test_a_wheel_is_tested_once_an_interpreter_is_there(project: Project, tmp_path: Path) -> None:
    native = targets.native()
    python = next(name for name in ("3.15t", "3.14t") if name != native.python.version)
    identifier = f"cp{python.replace('.', '')}-{native.platform.name}"
    project.configure('test-command = "true"\n')
    pyenv = tmp_path.with_name(f"{tmp_path.name}.pyenv")
    surroundings = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "PYENV_ROOT": str(pyenv),
        "UV_PYTHON_INSTALL_DIR": str(pyenv),
        "NANO_FFI_PYTHONS": "",
    }
    output = project.wheels("--only", identifier, code=0, **surroundings)
    assert last_line(output).endswith("; 0 tested, 1 not (no interpreter for them on this machine)")
    # It says of itself what it is, and can do no more: that it is called is enough.
    interpreter = pyenv / "versions" / "x" / "bin" / f"python{python}"
    interpreter.parent.mkdir(parents=True)
    said = {
        "implementation": "cpython",
        "minor": int(python[2:4]),
        "free_threaded": True,
        "platform": sysconfig.get_platform(),
        "executable": str(interpreter),
        "include": "",
        "variables": {},
    }
    interpreter.write_text(f"#!/bin/sh\necho '{json.dumps(said)}'\n")
    interpreter.chmod(0o755)
    assert f"1 failed: {identifier}" in last_line(project.wheels("--only", identifier, code=1, **surroundings))
    assert "Testing wheel..." in (project.root / "build" / "wheels" / f"{identifier}.log").read_text()


def test_a_foreign_wheel_is_tested_by_a_command_of_its_name(project: Project, tmp_path: Path) -> None:
    runtimes = tmp_path.with_name(f"{tmp_path.name}.runtimes")
    runtimes.mkdir()
    for name in ("cp313-win_amd64", "cp313-musllinux_aarch64"):
        # This machine's, which shows that it was called: no extension of the project's is imported.
        command = runtimes / name
        command.write_text(f'#!/bin/sh\nPYTHONPATH="${{PYTHONPATH#Z:}}" exec {sys.executable} -X called={name} "$@"\n')
        command.chmod(0o755)
    project.configure(
        'build = "cp313-*"\nlinux.archs = ["aarch64"]\nwindows.archs = ["AMD64"]\n'
        "test-command = \"python -c 'import demo, sys; assert demo.answer == 42; print(sys._xoptions, demo.__file__)'\"\n"
    )
    text = (project.root / "pyproject.toml").read_text()
    text = text.replace('linux.archs = ["x86_64", "aarch64"]\n', "").replace('windows.archs = ["AMD64", "ARM64"]\n', "")
    (project.root / "pyproject.toml").write_text(text)
    assert last_line(project.wheels()).endswith("; 0 tested, 5 not (no interpreter for them on this machine)")
    output = project.wheels("--runtimes", str(runtimes))
    assert "(2 built, 3 up to date)" in last_line(output)
    assert last_line(output).endswith("; 2 tested, 3 not (no interpreter for them on this machine)")
    for name in ("cp313-win_amd64", "cp313-musllinux_aarch64"):
        log = (project.root / "build" / "wheels" / f"{name}.log").read_text()
        assert f"by {runtimes / name}" in log
        assert f"{{'called': '{name}'}}" in log
    # One that fails, fails the wheel.
    (runtimes / "cp313-win_amd64").write_text("#!/bin/sh\nexit 7\n")
    output = project.wheels("--runtimes", str(runtimes), "--only", "cp313-win_amd64", "--force", code=1)
    assert "1 failed: cp313-win_amd64" in last_line(output)
    assert "there is no such folder" in project.wheels("--runtimes", "nowhere", code=2)


def test_commands_of_what_was_installed_call_the_runtime(tmp_path: Path) -> None:
    target = targets.parse("cp313-musllinux_aarch64")
    runtime = tmp_path / "runtime"
    runtime.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    runtime.chmod(0o755)
    uv = find_uv()
    assert uv is not None
    environment = foreign.ForeignEnvironment(target=target, command=runtime, folder=tmp_path / "venv", uv=uv)
    variables = environment.make(dict(os.environ))
    wheel = tmp_path / "tool-1.0-cp313-cp313-musllinux_1_2_aarch64.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(
            "tool.py", "import sys\nclass Main:\n    def run():\n        print(sys.argv[1:])\n        return 3\n"
        )
        archive.writestr("tool-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\n")
        archive.writestr("tool-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tool\nVersion: 1.0\n")
        archive.writestr("tool-1.0.dist-info/entry_points.txt", "[console_scripts]\ntool = tool:Main.run\n")
        archive.writestr("tool-1.0.dist-info/RECORD", "")
    environment.install([str(wheel)], variables)
    done = subprocess.run(["tool", "a b", "-q"], env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "['a b', '-q']\n")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("manylinux_x86_64", "x86_64-unknown-linux-gnu"),
        ("musllinux_aarch64", "aarch64-unknown-linux-musl"),
        ("manylinux_riscv64", "riscv64-unknown-linux"),
        ("macosx_arm64", "aarch64-apple-darwin"),
        ("win32", "i686-pc-windows-msvc"),
        ("win_amd64", "x86_64-pc-windows-msvc"),
        ("manylinux_s390x", ""),
        ("android_x86_64", ""),
    ],
)
def test_how_uv_calls_a_platform(name: str, expected: str) -> None:
    assert foreign.uv_platform(targets.PLATFORMS[name]) == expected
    newer = dataclasses.replace(targets.PLATFORMS["manylinux_x86_64"], wheel_tag="manylinux_2_34_x86_64")
    assert foreign.uv_platform(newer) == "x86_64-manylinux_2_34"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_the_children_and_keeps_what_is_done(project: Project, number: signal.Signals) -> None:
    project.configure('build = "cp31{2,3}-win_amd64"\n')
    command, environment = project.command("--platform", "windows", SLOW="cp313-win_amd64")
    process = subprocess.Popen(
        command,
        cwd=project.root,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        # What runs in the background of a shell ignores Ctrl-C, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        check_interrupted(process, project, number)
    finally:
        process.kill()


def check_interrupted(process: subprocess.Popen[str], project: Project, number: signal.Signals) -> None:
    slow = project.root / "build" / "wheels" / "cp313-win_amd64.log"
    done = project.root / "build" / "wheels" / "cp312-win_amd64.json"
    deadline = time.monotonic() + 60
    while not (done.exists() and slow.exists() and "asleep" in slow.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "1 wheel (1 built, 0 up to date)" in last_line(output)
    assert project.house == ["demo-1.0-cp312-cp312-win_amd64.whl"]
    assert not still_running(str(project.root))


def still_running(text: str) -> bool:
    return any(text.encode() in read(path) for path in Path("/proc").glob("[0-9]*/cmdline"))


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # the process has ended in the meantime
        return b""


def test_github_summary_holds_all_platforms(project: Project, tmp_path: Path) -> None:
    project.configure('build = "cp313-{win_amd64,macosx_arm64}"\n')
    summary = tmp_path / "summary.md"
    summary.write_text("what was there\n")
    project.wheels(GITHUB_STEP_SUMMARY=str(summary))
    text = summary.read_text()
    assert text.startswith("what was there\n")
    assert [name in text for name in project.house] == [True, True]


def test_help_and_usage(project: Project) -> None:
    assert "--all-archs" in project.wheels("--help")
    assert "--all-archs cannot be combined with" in project.wheels("--all-archs", "--only", "cp313-win_amd64", code=2)
    assert "unrecognized arguments: --nonsense" in project.wheels("--nonsense", code=2)


@pytest.mark.parametrize("name", ["wheels", "verify"])
def test_missing_extra_is_named_with_its_remedy(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    subcommand = __main__.SUBCOMMANDS[name]
    monkeypatch.setitem(__main__.SUBCOMMANDS, name, dataclasses.replace(subcommand, module="missing.module"))
    assert __main__.main([name]) == 2
    expected = f'nano-ffi {name} needs missing, which is not installed: pip install "nano-ffi[wheels]"\n'
    assert capsys.readouterr().err == expected


def test_command_names_its_subcommands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        __main__.main([])
    with pytest.raises(SystemExit, match="0"):
        __main__.main(["--help"])
    assert "build wheels for Linux, macOS and Windows on this machine" in capsys.readouterr().out


def test_isolated_environment_is_made_where_a_requirement_is_missing(project: Project) -> None:
    if importlib.util.find_spec("editables") is not None:
        pytest.skip("editables is installed here")
    text = (project.root / "pyproject.toml").read_text()
    (project.root / "pyproject.toml").write_text(text.replace("requires = []", 'requires = ["editables"]'))
    (project.root / "backend.py").write_text("import editables\n" + BACKEND)
    output = project.wheels("--only", "cp313-win_amd64")
    assert "Making one isolated build environment, for editables..." in output
    assert project.house == ["demo-1.0-cp313-cp313-win_amd64.whl"]


@pytest.mark.parametrize(
    ("identifier", "platforms", "expected"),
    [
        (
            "cp313-manylinux_x86_64",
            "manylinux_2_5_x86_64.manylinux1_x86_64",
            "manylinux2014_x86_64.manylinux_2_17_x86_64",
        ),
        (
            "cp313-manylinux_i686",
            "manylinux1_i686.manylinux_2_17_i686.manylinux_2_5_i686",
            "manylinux2014_i686.manylinux_2_17_i686",
        ),
        ("cp313-manylinux_aarch64", "manylinux2014_aarch64.manylinux_2_17_aarch64", None),
        ("cp313-manylinux_x86_64", "manylinux_2_28_x86_64", None),
        ("cp313-manylinux_riscv64", "manylinux_2_17_riscv64", "manylinux_2_31_riscv64"),
        ("cp313-musllinux_x86_64", "musllinux_1_2_x86_64", None),
        ("cp313-win_arm64", "win_arm64", None),
    ],
)
def test_floor_of_the_tags(identifier: str, platforms: str, expected: str | None) -> None:
    assert job.floor_tags(f"x-1-cp313-cp313-{platforms}.whl", targets.parse(identifier)) == expected


@pytest.mark.parametrize(
    ("identifier", "tag"),
    [
        ("cp313-manylinux_x86_64", "cp313-cp313-manylinux2014_x86_64.manylinux_2_17_x86_64"),
        ("cp313-manylinux_x86_64", "cp311-abi3-manylinux_2_17_x86_64"),
        ("cp315t-win_amd64", "cp315-abi3.abi3t-win_amd64"),
        ("cp314t-macosx_universal2", "cp314-cp314t-macosx_11_0_universal2"),
        ("cp310-musllinux_s390x", "py3-none-musllinux_1_2_s390x"),
    ],
)
def test_right_tags(identifier: str, tag: str) -> None:
    job.check_tags(f"x-1-{tag}.whl", targets.parse(identifier))


@pytest.mark.parametrize(
    ("identifier", "tag", "why"),
    [
        ("cp313t-win_amd64", "cp313-cp313-win_amd64", "CPython 3.13t does not install it"),
        ("cp314t-win_amd64", "cp312-abi3-win_amd64", "CPython 3.14t does not install it"),
        ("cp311-win_amd64", "cp312-abi3-win_amd64", "CPython 3.11 does not install it"),
        ("cp314-win_amd64", "cp315-abi3t-win_amd64", "CPython 3.14 does not install it"),
        ("cp314t-win_amd64", "cp314-abi3t-win_amd64", "CPython 3.14t does not install it"),
        ("cp312-win_amd64", "cp313-none-win_amd64", "CPython 3.12 does not install it"),
        ("cp313-manylinux_x86_64", "cp313-cp313-manylinux_2_28_x86_64", "its platform must be manylinux_2_17_x86_64"),
        (
            "cp313-manylinux_x86_64",
            "cp313-cp313-manylinux_2_17_x86_64.musllinux_1_2_x86_64",
            "it was not compiled for musllinux_1_2_x86_64",
        ),
    ],
)
def test_wrong_tags(identifier: str, tag: str, why: str) -> None:
    with pytest.raises(errors.FatalError, match=f"built for {identifier}, has wrong tags: {why}"):
        job.check_tags(f"x-1-{tag}.whl", targets.parse(identifier))


def test_what_a_build_leaves_is_no_source_until_it_is_changed(tmp_path: Path) -> None:
    state = tmp_path / "build" / "wheels"
    state.mkdir(parents=True)
    (tmp_path / "a.zig").write_text("a")

    def tree() -> records.Tree:
        return records.Tree(tmp_path, state, [tmp_path / "wheelhouse"])

    first = tree()
    for product in ("build/x", "wheelhouse/x", ".zig-cache/x", "__pycache__/x"):
        path = tmp_path / product
        path.parent.mkdir(exist_ok=True)
        path.touch()
    first.built()
    assert tree().digest() == first.digest()
    digests = [first.digest()]
    (tmp_path / "build" / "x").write_text("by hand")
    digests.append(tree().digest())
    (tmp_path / "a.zig").chmod(0o755)
    digests.append(tree().digest())
    (tmp_path / "a.zig").rename(tmp_path / "b.zig")
    digests.append(tree().digest())
    assert len(set(digests)) == 4


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("in_git", [False, True], ids=["no git", "git"])
@pytest.mark.parametrize(
    "changed", ["src/a.c", "ignored.c", "build/tables.c", "dist/x.h", "../shared/v.c", "../shared/new.c", "module/m.c"]
)
def test_every_source_counts(tmp_path: Path, changed: str, in_git: bool) -> None:
    top, package = tmp_path / "top", tmp_path / "top" / "package"
    for name in ("src/a.c", "ignored.c", "build/tables.c", "dist/x.h", "../shared/v.c"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(name)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "m.c").write_text("m")
    if in_git:
        (top / ".gitignore").write_text("ignored.c\nbuild/\ndist/\n")
        for folder in (top, tmp_path / "other"):
            git(folder, "init", "-q")
            git(folder, "add", ".")
            git(folder, "commit", "-qm", "x")
        git(top, "submodule", "add", "-q", str(tmp_path / "other"), "package/module")
    elif changed.startswith(".."):
        pytest.skip("without a repository only the compiler knows what is read outside of the project")
    else:
        (tmp_path / "other").rename(package / "module")
    state = tmp_path / "state"
    state.mkdir()
    before = records.Tree(package, state, []).digest()
    assert records.Tree(package, state, []).digest() == before
    (package / changed).write_text("changed")
    assert records.Tree(package, state, []).digest() != before


def digest(**changes: Any) -> str:
    options = compute_options(
        platform="windows",
        command_line_arguments=dataclasses.replace(CommandLineArguments.defaults(), package_dir=Path(__file__).parent),
        env={},
    ).build_options("cp313-win_amd64")
    inputs: dict[str, Any] = {
        "project": "p",
        "options": options,
        "target": targets.parse("cp313-win_amd64"),
        "environment": {"X": "1"},
        "extra": ["x"],
    }
    changed = {name: change(inputs[name]) for name, change in changes.items()}
    return records.digest(**{**inputs, **changed})


def with_option(name: str, value: Any) -> Callable[[BuildOptions], BuildOptions]:
    return lambda options: dataclasses.replace(options, **{name: value})


def without_tests(options: BuildOptions) -> BuildOptions:
    skip = selector.TestSelector(skip_config="*")
    return dataclasses.replace(options, globals=dataclasses.replace(options.globals, test_selector=skip))


def test_every_input_of_a_wheel_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each changes the digest by itself, and nothing but it does."""
    assert digest() == digest()
    names = [field.name for field in dataclasses.fields(BuildOptions) if field.name != "globals"]
    assert {"before_build", "config_settings", "environment", "repair_command", "test_command"} <= set(names)
    found = {
        "none": digest(),
        **{name: digest(options=with_option(name, "other")) for name in names},
        "test-skip": digest(options=without_tests),
        "project": digest(project=lambda _: "other"),
        "target": digest(target=lambda _: targets.parse("cp313-win_arm64")),
        "environment": digest(environment=lambda _: {"X": "2"}),
        "another variable": digest(environment=lambda _: {"Y": "1"}),
        "extra": digest(extra=lambda _: ["y"]),
    }
    monkeypatch.setattr(records, "installed", lambda: "other")
    found["installed"] = digest()
    assert len(set(found.values())) == len(found), found


def test_all_that_is_installed_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The versions of other packages, Zig's among them, and the files of this one."""
    ours = tmp_path / "nano_ffi"
    (ours / "wheels").mkdir(parents=True)
    (ours / "src").mkdir()
    (ours / "src" / "root.zig").write_text("one")
    monkeypatch.setattr(records, "__file__", str(ours / "wheels" / "records.py"))
    monkeypatch.syspath_prepend(str(tmp_path))
    found = [records.installed.__wrapped__()]
    (ours / "src" / "root.zig").write_text("two")
    found.append(records.installed.__wrapped__())
    for version in ("1.0", "1.1"):
        (tmp_path / "other-1.dist-info").mkdir(exist_ok=True)
        (tmp_path / "other-1.dist-info" / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: other\nVersion: {version}\n"
        )
        found.append(records.installed.__wrapped__())
    assert len(set(found)) == 4
    assert records.installed.__wrapped__() == found[-1]


VERSIONED = """
import os, pathlib, backend
from backend import *

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    info = pathlib.Path(folder, "demo-1.0.dist-info")
    info.mkdir()
    version = pathlib.Path("TAG").read_text()  # in the place of git's
    (info / "METADATA").write_text("Version: " + version)
    return info.name
"""


def test_the_version_is_the_backends(project: Project) -> None:
    text = (project.root / "pyproject.toml").read_text().replace('"backend"', '"versioned"')
    (project.root / "pyproject.toml").write_text(text.replace('version = "1.0"', 'dynamic = ["version"]'))
    tag = project.root.with_name(f"{project.root.name}.tag")
    (project.root / "versioned.py").write_text(VERSIONED.replace("TAG", str(tag)))
    tag.write_text("1.0")
    only = ("--only", "cp313-win_amd64")
    assert "(1 built, 0 up to date)" in last_line(project.wheels(*only))
    assert "(0 built, 1 up to date)" in last_line(project.wheels(*only))
    tag.write_text("2.0")
    assert "(1 built, 0 up to date)" in last_line(project.wheels(*only))


def test_any_variable_counts_and_force_builds(project: Project) -> None:
    only = ("--only", "cp313-win_amd64")
    project.wheels(*only)
    assert "(0 built, 1 up to date)" in last_line(project.wheels(*only, COLUMNS="77"))
    assert "(1 built, 0 up to date)" in last_line(project.wheels(*only, "--force"))
    assert "(1 built, 0 up to date)" in last_line(project.wheels(*only, SETUPTOOLS_SCM_PRETEND_VERSION="3"))


def test_nothing_is_written_into_a_project_that_cannot_be(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    only = ("--only", "cp313-win_amd64", "--state", str(elsewhere / "state"), "--output-dir", str(elsewhere / "house"))
    before = sorted(project.root.rglob("*"))
    assert "(1 built, 0 up to date)" in last_line(project.wheels(*only, PYTHONDONTWRITEBYTECODE="1"))
    assert "(0 built, 1 up to date)" in last_line(project.wheels(*only, PYTHONDONTWRITEBYTECODE="1"))
    assert sorted(project.root.rglob("*")) == before
    assert (elsewhere / "state" / "cp313-win_amd64.log").is_file()


def test_which_variables_count() -> None:
    counted = {"NANO_FFI_MODE": "x", "NANO_FFI_CPU": "x", "CFLAGS": "x", "MACOSX_DEPLOYMENT_TARGET": "x", "ANY": "x"}
    assert records.recorded_environment({**counted, "PWD": "/", "SHLVL": "2", "LC": "C"}) == {**counted, "LC": "C"}


def test_record_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    assert records.Record.load(path) is None
    for text in ("", "{", "[]", json.dumps({"digest": "x"})):
        path.write_text(text)
        assert records.Record.load(path) is None


def test_epoch_is_what_a_zip_can_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    epoch = int(cross.base_environment(tmp_path, Path)["SOURCE_DATE_EPOCH"])
    assert time.gmtime(epoch)[:3] == (1980, 1, 1)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert cross.base_environment(tmp_path, Path)["SOURCE_DATE_EPOCH"] == "1700000000"


def test_the_time_is_that_of_the_commit_and_not_of_its_author(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "--allow-empty", "--date=2001-09-09T01:46:40Z", "-qm", "x")
    assert cross.last_commit_time(tmp_path) >= tmp_path.stat().st_mtime - 86400


def test_an_epoch_that_is_none_is_told_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    output = project.wheels(code=2, SOURCE_DATE_EPOCH="today")
    assert last_line(output).startswith(
        "nano-ffi wheels: error: SOURCE_DATE_EPOCH is 'today', and must be seconds since 1970, from 315532800 "
    )
    assert output.count("SOURCE_DATE_EPOCH is ") == 1
    for epoch, wrong in {"": True, "-1": True, "100": True, "99999999999999": True, "1700000000": False}.items():
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        assert bool(cross.environment_problem()) == wrong


def test_bytecode_is_of_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    first, second = cross.Session(), cross.Session()
    with first.resources, second.resources:
        environment = cross.base_environment(tmp_path, first.bytecode)
        assert environment["PYTHONPYCACHEPREFIX"] == str(first.bytecode()) != str(second.bytecode())
    assert not first.folder.exists()


def test_a_malformed_pyproject_is_named(project: Project) -> None:
    (project.root / "pyproject.toml").write_text("[tool\n")
    assert last_line(project.wheels(code=2)).startswith("nano-ffi wheels: error: pyproject.toml: Expected ")


def test_a_source_distribution_that_is_not_there_is_named(project: Project) -> None:
    output = project.wheels("nowhere-1.0.tar.gz", code=2)
    assert last_line(output) == "nano-ffi wheels: error: there is no file nowhere-1.0.tar.gz"


def test_what_another_user_owns_is_said_to_be_his(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git(project.root, "init", "-q")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert cross.last_commit_time(project.root) == cross.last_commit_time(project.root) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(
        f"{project.root} belongs to another user, and git says nothing of it: the wheels have the time "
    )
    assert f"git config --global --add safe.directory {project.root}" in line


def test_a_temporary_folder_with_a_space(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    spaced = tmp_path_factory.mktemp("with a space")
    project.configure('windows.repair-wheel-command = "cp {wheel} {dest_dir}"\n')
    assert "1 wheel (1 built" in last_line(project.wheels("--only", "cp313-win_amd64", TMPDIR=str(spaced)))
    assert list(spaced.iterdir()) == []


def test_a_wheel_that_lies_gets_no_name(project: Project) -> None:
    output = project.wheels("--only", "cp313-win_amd64", code=1, LIES="cp313-manylinux_x86_64")
    assert (
        "The wheel demo-1.0-cp313-cp313-win_amd64.whl is not what its name says: demo/ext.cp313-win_amd64.pyd is Linux ELF "
        "for x86_64, and not Windows PE for x86_64. Let the build call Zig for x86_64-windows-gnu, as "
    ) in output
    assert project.house == []


def test_which_binaries_are_refused(tmp_path: Path) -> None:
    def problems(identifier: str, name: str, data: bytes, tag: str = "") -> list[str]:
        target = targets.parse(identifier)
        wheel = tmp_path / f"demo-1.0-{tag or target.tag}.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(name, data)
        return [problem.removeprefix(name).strip() for problem in identity.differences(wheel, target)]

    def elf(machine: int, wide: int, order: int) -> bytes:
        return b"\x7fELF" + bytes([wide, order]) + bytes(12) + machine.to_bytes(2, "little" if order == 1 else "big")

    windows = b"MZ".ljust(60, b"\0") + b"\x40\0\0\0PE\0\0\x64\x86"
    for arch, data in {
        "x86_64": elf(62, 2, 1),
        "i686": elf(3, 1, 1),
        "s390x": elf(22, 2, 2),
        "ppc64le": elf(21, 2, 1),
        "armv7l": elf(40, 1, 1),
    }.items():
        name = targets.parse(f"cp313-manylinux_{arch}").suffix
        assert problems(f"cp313-manylinux_{arch}", f"ext{name}", data) == []
        assert problems(f"cp313-manylinux_{arch}", f"ext{name}", data[:19]) == [
            f"is Linux ELF for no machine, and not Linux ELF for {arch}"
        ]
    tag, name = "cp313-win_amd64", "ext.cp313-win_amd64.pyd"
    assert problems(tag, name, windows) == []
    assert problems(tag, name, b"text") == ["is neither ELF, Mach-O nor PE"]
    assert problems(tag, name, windows + b" python312.dll") == ["needs python312.dll, and not python313.dll"]
    assert problems(tag, name, windows + b"nano_ffi-abi:cp312:") == ["was built for cp312, and not for cp313"]
    assert problems(tag, "ext.cp312-win_amd64.pyd", windows) == [
        "has the suffix .cp312-win_amd64.pyd, and not .cp313-win_amd64.pyd, by which the tag's CPython finds it"
    ]
    assert problems(tag, "ext.pyd", windows + b"python3.dll") == []
    assert problems(tag, "ext.pyd", windows + b"python313.dll") == [
        "has the suffix .pyd, and not .cp313-win_amd64.pyd, by which the tag's CPython finds it"
    ]
    assert problems("cp313-manylinux_x86_64", "ext.abi3.so", elf(62, 2, 1)) == []
    assert problems("cp313-macosx_arm64", "ext.cpython-313-darwin.so", b"\xcf\xfa\xed\xfe\x07\0\0\1") == [
        "is macOS Mach-O for x86_64, and not macOS Mach-O for aarch64"
    ]
    assert problems(tag, "ext.libs/other.so", b"") == []
    assert problems(tag, "ext.pyd", windows, "py3-none-win_amd64") == []
    assert problems(tag, "ext.pyd", windows + b"python3.dll", "cp312-abi3-win_amd64") == []


def test_a_project_without_zig_is_refused_before_it_is_built(project: Project) -> None:
    path = project.root / "pyproject.toml"
    path.write_text(path.read_text().replace("[tool.nano-ffi]", "[tool.other]"))
    output = project.wheels("--platform", "windows", code=2)
    assert (
        "Cannot cross-compile cp310-win_amd64, cp311-win_amd64, cp312-win_amd64 and 13 more: pyproject.toml does not say that "
        "the project is compiled with Zig, and another compiler makes binaries for this machine only."
    ) in " ".join(output.split())
    assert project.house == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--platform", "pyodide"), "in Pyodide a panic of Zig ends the whole interpreter"),
        (("--platform", "ios", "--archs", "all"), "Zig 0.17.1 crashes when it links a library for iOS"),
        (("--only", "cp314-pyodide_wasm32"), "in Pyodide a panic of Zig ends the whole interpreter"),
        (("--only", "pp311-win_amd64"), "PyPy has another ABI"),
    ],
)
def test_what_is_not_built_is_refused_with_the_reason(project: Project, arguments: tuple[str, ...], why: str) -> None:
    assert why in project.wheels(*arguments, code=2)


def test_before_build_is_never_beside_another_wheels(project: Project) -> None:
    project.configure(
        'build = "cp31{2,3}-win_amd64"\n'
        'before-build = "pip --version >> ran.txt; test ! -e busy && touch busy && sleep 0.3 && rm busy"\n'
    )
    assert "2 wheels (2 built" in last_line(project.wheels("--platform", "windows"))
    pips = set((project.root / "ran.txt").read_text().splitlines())
    assert len(pips) == 1
    assert not any(sys.prefix in line for line in pips)


def test_the_deployment_target_is_the_tags(project: Project) -> None:
    only = ("--only", "cp313-macosx_arm64")
    output = project.wheels(*only, code=2, MACOSX_DEPLOYMENT_TARGET="12.3")
    assert (
        "MACOSX_DEPLOYMENT_TARGET is 12.3, and cp313-macosx_arm64 is built for macOS 11.0 and later, which its tag says, "
        "macosx_11_0_arm64: unset it, or set it to 11.0."
    ) in " ".join(output.split())
    assert [cross.version_of(text) for text in ("11", "11.0", "12.3")] == [("11",), ("11",), ("12", "3")]
    assert "1 wheel (1 built" in last_line(project.wheels("--only", "cp313-win_amd64", MACOSX_DEPLOYMENT_TARGET="12"))


def test_this_machines_cpu_is_in_no_wheel(project: Project) -> None:
    pytest.importorskip("hatchling", reason='needs pip install "nano-ffi[wheels]"')
    from nano_ffi.hatch_hook import wheel_cpu

    assert [wheel_cpu("native", True), wheel_cpu("native", False)] == ["", "baseline"]
    assert [wheel_cpu("", True), wheel_cpu("", False)] == ["", "baseline"]
    assert [wheel_cpu("x86_64_v3", True), wheel_cpu("x86_64_v3", False)] == ["x86_64_v3"] * 2
    project.configure('before-build = "echo cpu=$NANO_FFI_CPU. > ran.txt"\n')
    output = project.wheels("--only", "cp313-win_amd64", NANO_FFI_CPU="native")
    assert "NANO_FFI_CPU=native is for modules of this machine, and left out" in output
    assert (project.root / "ran.txt").read_text() == "cpu=.\n"


MISTAKE = """\
Traceback (most recent call last):
nano_ffi.CompileError: /home/me/src/fast.zig:2:12: error: use of undeclared identifier 'x'
    return x;
           ^"""


def test_one_mistake_is_told_once(project: Project) -> None:
    project.configure('build = "cp31{2,3}-*"\n')
    names = [name for name in project.wheels("--print-build-identifiers").split() if "macosx" not in name]
    output = project.wheels(code=1, BROKEN=" ".join(names), SAYS=MISTAKE)
    assert output.count("    return x;") == 1
    place = "/home/me/src/fast.zig:2:12: error: use of undeclared identifier 'x'"
    assert f"  cp312-manylinux_x86_64 and 7 more: {place} (build/wheels/cp312-manylinux_x86_64.log)" in output
    assert f"  cp312-win_amd64 and 3 more: {place} (build/wheels/cp312-win_amd64.log)" in output
    assert "Traceback" not in output
    assert len(project.house) == 4


def test_fail_fast_begins_nothing_more(project: Project) -> None:
    project.configure('build = "cp31?-{win,macosx}_*"\n')
    names = project.wheels("--print-build-identifiers", "--platform", "macos").split()
    output = project.wheels("--fail-fast", code=1, BROKEN=" ".join(names))
    assert re.search(r"wheels failed \(\d+ not built: --fail-fast\), the others are in wheelhouse:", output)
    assert "win_amd64" not in output
    assert output.count("FAILED after") <= 2 * (os.cpu_count() or 1)


def test_wheels_are_zip_files_with_the_suffix_of_their_target(project: Project) -> None:
    project.wheels("--only", "cp310-musllinux_aarch64", SOURCE_DATE_EPOCH="1700000000")
    with zipfile.ZipFile(project.root / "wheelhouse" / project.house[0]) as wheel:
        assert "demo/ext.cpython-310-aarch64-linux-gnu.so" in wheel.namelist()
        document = json.loads(wheel.read("demo-1.0.dist-info/sboms/demo.cdx.json"))
    assert document["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"


def run_in_pool(tmp_path: Path, *runs: Callable[[], object]) -> list[object]:
    with pool.Pool[object]() as children:
        for number, run in enumerate(runs):
            children.start(pool.Job(name=f"job {number}", log=tmp_path / f"{number}.log", run=run))
        done: list[pool.Outcome[object]] = []
        while len(done) < len(runs):
            done += children.wait(60)
    return [outcome.result for outcome in sorted(done, key=lambda outcome: outcome.job.name)]


def kill_oneself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail_at_length() -> None:
    raise ValueError("x" * 1_000_000)


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_each_child_has_an_outcome_of_its_own(tmp_path: Path) -> None:
    """One that the system kills, and one whose message is longer than a pipe holds, stop no other."""
    before = os.umask(0o077)
    try:
        killed, long, mask = run_in_pool(tmp_path, kill_oneself, fail_at_length, current_umask)
    finally:
        os.umask(before)
    assert killed == pool.Failure(message="job 0: the process ended by SIGKILL before it was done")
    assert isinstance(long, pool.Failure)
    assert long.message == f"ValueError: {'x' * 1_000_000}"[: pool.MESSAGE_LIMIT]
    assert "x" * 1_000_000 in (tmp_path / "1.log").read_text()
    assert mask == 0o022


def ignore_the_request_to_end() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
    time.sleep(60)


def test_a_child_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "TERMINATION_GRACE", 0.2)
    log = tmp_path / "x.log"
    with pool.Pool[None]() as children:
        children.start(pool.Job(name="x", log=log, run=ignore_the_request_to_end))
        process = children.running[0].process
        while not (log.exists() and "deaf" in log.read_text()):
            time.sleep(0.01)
    assert process.exitcode == -signal.SIGKILL
