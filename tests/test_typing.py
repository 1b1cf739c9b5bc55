"""The stubs: what is installed, whether it is true, whether type checkers take it."""

from __future__ import annotations

import importlib.util
import inspect
import runpy
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import nano_ffi
from nano_ffi import functions, stubs

CALLS = Path(__file__).parent / "typing" / "calls.py"


def test_the_package_is_marked_as_typed() -> None:
    assert files("nano_ffi").joinpath("py.typed").is_file()


def test_the_stubs_are_what_the_signatures_say(tmp_path: Path) -> None:
    # In a process of its own: other tests register functions.
    subprocess.run([sys.executable, "-m", "nano_ffi.stubs", str(tmp_path)], check=True)
    assert {path.name for path in tmp_path.iterdir()} == set(stubs.STUBS)
    for stub in tmp_path.iterdir():
        installed = files("nano_ffi").joinpath(stub.name).read_text(encoding="utf-8")
        assert installed == stub.read_text(encoding="utf-8"), "make it again: python -m nano_ffi.stubs nano_ffi"


def test_every_public_name_has_a_docstring() -> None:
    for name in nano_ffi.__all__:
        assert getattr(nano_ffi, name).__doc__, name
    for name, function in vars(functions).items():
        assert not inspect.isbuiltin(function) or function.__doc__, name


def test_what_is_for_pytest_is_not_shown() -> None:
    assert (nano_ffi.__doc__ or "").endswith('nano_ffi.call("add", 3, 4)\n7\n')
    assert "PYTEST_DONT_REWRITE" in Path(nano_ffi.__file__).read_text(encoding="utf-8")


def test_the_typed_calls_run() -> None:
    runpy.run_path(str(CALLS))


@pytest.mark.parametrize(
    ("checker", "args"),
    [
        ("mypy", ["--strict", "--no-incremental"]),
        ("mypy.stubtest", ["nano_ffi._native", "nano_ffi.functions"]),
        ("pyright", []),
    ],
)
def test_a_type_checker_takes_them(checker: str, args: list[str]) -> None:
    if importlib.util.find_spec(checker.partition(".")[0]) is None:
        pytest.skip(f"{checker} is not installed: the group 'typing' of pyproject.toml has it")
    target = [] if checker == "mypy.stubtest" else [str(CALLS)]
    done = subprocess.run(
        [sys.executable, "-m", checker, *args, *target], capture_output=True, text=True, cwd=CALLS.parent, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
