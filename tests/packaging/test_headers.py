"""The comparison of src/python/capi.zig with the real Python.h: that it can fail, and whether it does."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
HEADERS = ROOT / "tests" / "headers"
CAPI = ROOT / "src" / "python" / "capi.zig"
INCLUDE = Path(sysconfig.get_path("include"))
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))

pytestmark = [
    pytest.mark.skipif(not (INCLUDE / "Python.h").exists(), reason="this CPython has no Python.h: install its headers"),
    pytest.mark.skipif(sys.platform != "linux", reason="compiled for the C library that Zig brings, on Linux only"),
]

WRONG = {
    "a struct's size": "Py_buffer: capi.zig says size 48",
    "a field's offset": "Py_buffer.shape: capi.zig says offset 40",
    "a field's size": "Py_buffer.itemsize: capi.zig says type Int<4, true>",
    "a field's class": "PyModuleDef_Slot.slot: capi.zig says type Float<4>",
    "a pointer as a number": "PyModuleDef_Slot.value: capi.zig says type Int<8, true>",
    "a parameter too many": "PyErr_Clear: capi.zig says parameters 1, variadic false",
    "a parameter too few": "PyList_Append: capi.zig says parameters 1, variadic false",
    "variadic or not": "PyErr_Format: capi.zig says parameters 2, variadic false",
    "a result": "PyErr_Occurred: capi.zig says result Int<4, true>",
    "a float's size": "PyFloat_FromDouble: capi.zig says of parameter 0, counted from 0, Float<4>",
    "signedness": "PyLong_FromUnsignedLongLong: capi.zig says of parameter 0, counted from 0, Int<8, true>",
    "a number as a pointer": "PyLong_FromVoidPtr: capi.zig says of parameter 0, counted from 0, Int<8, false>",
    "another struct": "PyBuffer_Release: capi.zig says of parameter 0, counted from 0, Pointer<Same<PyModuleDef_Slot>>",
    "a function that is not there": "use of undeclared identifier 'PyTuple_Nonexistent'",
    "a constant": "METH_O: capi.zig says 4",
    "an object's type": "PyExc_ValueError: capi.zig says type Pointer<Object>",
    "an object that is not there": "use of undeclared identifier 'PyLong_Nonexistent'",
    "a function type": "inquiry: capi.zig says Function<Int<4, true>, Pointer<Object>, Int<4, true>>",
}


def compare(capi: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """What ``zig build check-headers`` does, for this interpreter and any file of declarations."""
    (folder / "options.zig").write_text(
        f"pub const minor: u8 = {sys.version_info.minor};\n"
        f"pub const free_threaded = {str(FREE_THREADED).lower()};\n"
        "pub const limited = false;\n"
    )
    modules = ("--dep", "capi", f"-Mroot={HEADERS / 'check.zig'}", "--dep", "build_options", f"-Mcapi={capi}")
    run(folder, "build-exe", "-fstrip", "-femit-bin=check", *modules, "-Mbuild_options=options.zig").check_returncode()
    subprocess.run([folder / "check", "assertions.cpp"], cwd=folder, check=True)
    flags = ("-std=c++20", "-ferror-limit=0", "-c", "-Wno-deprecated-declarations")
    include = (f"-I{HEADERS}", f"-I{INCLUDE}", "-idirafter", str(INCLUDE.parent))
    return run(folder, "cc", *flags, *include, "assertions.cpp", "-o", "assertions.o")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ziglang", *arguments]
    return subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def refusal(tmp_path_factory: pytest.TempPathFactory) -> str:
    result = compare(HEADERS / "wrong.zig", tmp_path_factory.mktemp("wrong"))
    assert result.returncode != 0
    return result.stderr


@pytest.mark.skipif(sys.maxsize < 2**32, reason="the sizes in the expected messages are those of 64 bits")
@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_declaration_is_refused_by_name(refusal: str, what: str) -> None:
    assert WRONG[what] in refusal


def test_the_declarations_are_those_of_this_python(tmp_path: Path) -> None:
    result = compare(CAPI, tmp_path)
    assert result.returncode == 0, result.stderr
