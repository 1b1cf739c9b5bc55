"""scripts/pythons.py and scripts/test_all_pythons.py: which interpreters and which wheels they take."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("packaging", reason='needs pip install "nano-ffi[wheels]"')

from scripts import pythons
from scripts import test_all_pythons as all_pythons

ROOT = Path(__file__).resolve().parent.parent.parent
VERSION = f"3.{sys.version_info.minor}" + "t" * bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
ABI = "cp" + VERSION.replace(".", "")


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run from the source tree's root, because scripts/ is not installed."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    nowhere = dict.fromkeys(("HOME", "PYENV_ROOT", "RUNTIMES_DIR"), "/nonexistent")
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**inherited, **nowhere, "PATH": "", "NANO_FFI_PYTHONS": "", **environment},
    )


def test_an_interpreter_that_is_named_is_found() -> None:
    result = python("-m", "scripts.pythons", NANO_FFI_PYTHONS=sys.executable)
    assert result.returncode == 0, result.stderr
    row = result.stdout.splitlines()[0].split()
    assert row[0] == VERSION
    assert row[1].startswith(f"{ABI}-")
    # The interpreter itself, not the environment that the tests run in.
    assert row[-1] == os.path.realpath(sys.executable)
    assert "1 of 8 supported CPythons found; not found: " in result.stdout


def test_an_interpreter_that_does_not_run_is_refused_by_name(tmp_path: Path) -> None:
    broken = tmp_path / "python3.13"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    result = python("-m", "scripts.pythons", NANO_FFI_PYTHONS=str(broken))
    assert result.returncode == 1
    assert f"NANO_FFI_PYTHONS: {broken} does not run as CPython 3.10 or later" in result.stderr


def test_a_shim_on_path_that_fails_is_passed_over(tmp_path: Path) -> None:
    shim = tmp_path / f"python{VERSION}"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    result = python("-m", "scripts.pythons", PATH=str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("0 of 8 supported CPythons found")


CHOOSE = """
import sys
from pathlib import Path
from packaging.tags import sys_tags
from scripts import pythons, test_all_pythons
interpreter = pythons.probe(Path(sys.executable))
test_all_pythons.changelog.project_version = lambda root: "1.0"
try:
    print(test_all_pythons.own_wheel(interpreter, Path(sys.argv[1]), [str(tag) for tag in sys_tags()]).name)
except test_all_pythons.RunError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the platform tags are Linux's")
def test_only_the_very_wheel_of_an_interpreter_is_taken(tmp_path: Path) -> None:
    pytest.importorskip("packaging")
    platform = sysconfig.get_platform().replace("-", "_")
    interpreter = ABI.removesuffix("t")
    others = [
        f"nano_ffi-0.9-{interpreter}-{ABI}-{platform}.whl",
        f"nano_ffi-1.0-{interpreter}-abi3-{platform}.whl",
        f"nano_ffi-1.0-cp39-cp39-{platform}.whl",
        "nano_ffi-1.0-py3-none-any.whl",
        f"other-1.0-{interpreter}-{ABI}-{platform}.whl",
        f"nano_ffi-1.0-{interpreter}-{ABI}-win_amd64.whl",
    ]
    for name in others:
        (tmp_path / name).touch()
    refused = python("-c", CHOOSE, str(tmp_path))
    assert f"no wheel of 1.0 for {ABI}-" in refused.stdout, refused.stderr
    assert f"`nox -s wheels -- --only {ABI}-" in refused.stdout
    wheel = f"nano_ffi-1.0-{interpreter}-{ABI}-{platform}.whl"
    (tmp_path / wheel).touch()
    assert python("-c", CHOOSE, str(tmp_path)).stdout.strip() == wheel


def outcomes(tmp_path: Path, *tests: dict[str, str]) -> list[all_pythons.Run]:
    return [
        all_pythons.Run(
            interpreter=pythons.Interpreter(
                version=version, release=version, executable=tmp_path, identifier=f"cp{number}-x", include=None
            ),
            tests=of_it,
        )
        for number, (version, of_it) in enumerate(zip(("3.12", "3.13"), tests, strict=True))
    ]


FINE = {"a": "passed", "b": "passed"}


@pytest.mark.parametrize(
    ("arguments", "second", "status", "said"),
    [
        ([], FINE, 0, ""),
        ([], {"a": "passed", "b": "skipped"}, 0, ""),
        ([], {"a": "passed"}, 1, "3.13: ERROR: 1 tests that other versions collect are neither run nor skipped: b"),
        ([], {}, 1, "3.13: ERROR: it fails"),
        (["--require", "3.13"], FINE, 0, ""),
        (["--require", "3.14t"], FINE, 1, "ERROR: required, but not tested: 3.14t"),
        (["--only", "3.14t"], FINE, 1, "ERROR: no supported CPython found"),
    ],
)
def test_when_the_suite_of_all_pythons_fails(
    arguments: list[str],
    second: dict[str, str],
    status: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    runs = outcomes(tmp_path, FINE, second)

    def test(run: all_pythons.Run, *_: object) -> None:
        run.tests = next(one.tests for one in runs if one.interpreter == run.interpreter)
        if not run.tests:
            raise all_pythons.RunError("it fails")

    monkeypatch.setattr("scripts.pythons.find", lambda: [run.interpreter for run in runs])
    monkeypatch.setattr(all_pythons, "test", test)
    monkeypatch.setattr(sys, "argv", ["test_all_pythons", *arguments])
    assert all_pythons.main() == status
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("report", "status", "expected"),
    [
        ('<testcase classname="a" name="b"/>', 0, ""),
        (
            '<testcase classname="a" name="b"/><testcase classname="a" name="c"><failure/></testcase>',
            1,
            "pytest ended with status 1: 1 of 2 tests failed",
        ),
        ('<testcase classname="a" name="b"/>', 2, "pytest ended with status 2: 0 of 1 tests failed"),
        ('<testcase classname="a" name="b"><skipped message="x"/></testcase>', 0, "every test was skipped"),
        ("", 5, "pytest ended with status 5 and ran no test; its output is above"),
    ],
)
def test_when_the_suite_of_one_python_fails(
    report: str, status: int, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_pytest(command: list[str], **_: object) -> SimpleNamespace:
        (xml,) = (argument for argument in map(str, command) if argument.startswith("--junitxml="))
        Path(xml.partition("=")[2]).write_text(f"<testsuite>{report}</testsuite>")
        return SimpleNamespace(returncode=status)

    monkeypatch.setattr(all_pythons, "call", lambda *_, **__: "")
    monkeypatch.setattr(all_pythons, "own_wheel", lambda *_: tmp_path)
    monkeypatch.setattr(subprocess, "run", run_pytest)
    (run, _) = outcomes(tmp_path, {}, {})
    found = ""
    try:
        all_pythons.test(run, tmp_path, [])
    except all_pythons.RunError as error:
        found = str(error)
    assert found == expected
