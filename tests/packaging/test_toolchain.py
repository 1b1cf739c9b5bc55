"""Projects of C and C++ without Zig: `nano-ffi wheels` builds them for other systems, as they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from nano_ffi.wheels import targets
from nano_ffi.wheels.driver import compiler_arguments, resource_arguments
from nano_ffi.wheels.interpreters import find_interpreter, find_python
from nano_ffi.wheels.project import is_without_zig, obstacles
from nano_ffi.wheels.toolchain import exports_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux is where all wheels are built")

PYTHON = targets.native().python if sys.platform == "linux" else targets.Python(minor=13)
CP = PYTHON.abi_tag

C = """
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include "facts.h"

static PyObject *root(PyObject *module, PyObject *argument) {
    double value = PyFloat_AsDouble(argument);
    if (value == -1.0 && PyErr_Occurred()) return NULL;
    if (value < 0) { PyErr_SetString(PyExc_ValueError, "negative"); return NULL; }
    return PyFloat_FromDouble(sqrt(value));
}

static PyObject *facts(PyObject *module, PyObject *nothing) {
    return Py_BuildValue("{s:n,s:n,s:n,s:s}", "long", (Py_ssize_t)SIZEOF_LONG, "pointer", (Py_ssize_t)SIZEOF_VOID_P,
                         "really", (Py_ssize_t)(sizeof(long) == SIZEOF_LONG && sizeof(void *) == SIZEOF_VOID_P
                         && sizeof(size_t) == SIZEOF_SIZE_T && sizeof(wchar_t) == SIZEOF_WCHAR_T), "note", NOTE);
}

int helper(void) { return 1; }

static PyMethodDef methods[] = {
    {"root", root, METH_O, "The square root."}, {"facts", facts, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_plain", NULL, -1, methods};
PyMODINIT_FUNC PyInit__plain(void) { return PyModule_Create(&definition); }

_Static_assert(sizeof(long) == SIZEOF_LONG && sizeof(void *) == SIZEOF_VOID_P, "pyconfig.h is the target's");
_Static_assert(sizeof(wchar_t) == SIZEOF_WCHAR_T && sizeof(size_t) == SIZEOF_SIZE_T, "pyconfig.h is the target's");
"""

SETUP = """
import sysconfig
from setuptools import Extension, setup

# Backends and projects write into their sources.
open("src/facts.h", "w").write('#define NOTE "%s"' % sysconfig.get_config_var("EXT_SUFFIX"))
setup(packages=["plain"], package_dir={"": "src"},
      ext_modules=[Extension("plain._plain", ["src/plain/_plain.c"], include_dirs=["src"], libraries=["m"])])
"""

PYPROJECT = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "plain"
version = "1.0"
description = "C without Zig"
readme = "README.md"
requires-python = ">=3.9"

[tool.cibuildwheel]
build = "{build}"
"""


def run(*arguments: str | Path, cwd: Path, code: int = 0) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CIBW_", "GITHUB_", "PYTEST_"))}
    command = (sys.executable, "-P", "-m", "nano_ffi", *arguments)
    done = subprocess.run(
        command, cwd=cwd, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == code, done.stdout
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "plain project"
    (folder / "src" / "plain").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT.format(build=f"{CP}-*"))
    (folder / "setup.py").write_text(SETUP)
    (folder / "README.md").write_text("C without Zig.\n")
    (folder / "src" / "plain" / "_plain.c").write_text(C)
    (folder / "src" / "plain" / "__init__.py").write_text("from plain._plain import *\n")
    return folder


def build(project: Path, *platforms: str) -> list[Path]:
    text = PYPROJECT.format(build=" ".join(f"{CP}-{platform}" for platform in platforms))
    (project / "pyproject.toml").write_text(text)
    run("wheels", "--all-archs", cwd=project)
    return sorted((project / "wheelhouse").glob("*.whl"))


def answer(wheel: Path, code: str, folder: Path) -> Any:
    """What the native interpreter says with the wheel on its path."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    python = find_interpreter(targets.native())
    assert python is not None
    done = subprocess.run([python, "-I", "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); {code}"], check=True,
                          capture_output=True, text=True)  # fmt: skip
    return json.loads(done.stdout)


def test_c_by_setuptools_is_built_for_each_system(project: Path, tmp_path: Path) -> None:
    native = targets.native().platform.name
    musl = native.replace("manylinux", "musllinux")
    wheels = build(project, native, musl, "macosx_arm64", "win_amd64")
    assert len(wheels) == 4
    verified = run("verify", "--verbose", "wheelhouse", cwd=project)
    assert "4 wheels" in verified
    assert "has no stub and no py.typed" in verified
    wheel = next(wheel for wheel in wheels if "manylinux" in wheel.name)
    code = "import json, plain; print(json.dumps([plain.root(2.25), plain.facts()]))"
    facts = {"long": 8, "pointer": 8, "really": 1, "note": targets.native().suffix}
    assert answer(wheel, code, tmp_path / "native") == [1.5, facts]
    assert not (project / "src" / "facts.h").exists()  # each wheel is built in a copy
    with zipfile.ZipFile(next(wheel for wheel in wheels if "win_amd64" in wheel.name)) as archive:
        assert f"plain/_plain.{CP}-win_amd64.pyd" in archive.namelist()
    assert "4 wheels (0 built, 4 up to date)" in run("wheels", "--all-archs", cwd=project)


CMAKE = """
cmake_minimum_required(VERSION 3.20)
project(cpp LANGUAGES CXX)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
python_add_library(_cpp MODULE WITH_SOABI cpp.cpp)
install(TARGETS _cpp DESTINATION .)
"""

CPP = """
#include <Python.h>
#include <stdexcept>
#include <string>
#include <vector>

static PyObject *text(PyObject *, PyObject *) {
    try {
        std::vector<std::string> parts{"caught", "here"};
        throw std::runtime_error(parts.at(0) + " " + parts.at(1));
    } catch (const std::exception &error) {
        return Py_BuildValue("s", error.what());
    }
}
static PyMethodDef methods[] = {{"text", text, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_cpp", nullptr, -1, methods};
PyMODINIT_FUNC PyInit__cpp() { return PyModule_Create(&definition); }
"""


def test_cpp_by_scikit_build_core_brings_its_standard_library(tmp_path: Path) -> None:
    project = tmp_path / "cpp"
    project.mkdir()
    text = PYPROJECT.format(build=f"{CP}-{targets.native().platform.name}").replace("plain", "cpp")
    text = text.replace("setuptools>=77", "scikit-build-core>=0.11").replace(
        "setuptools.build_meta", "scikit_build_core.build"
    )
    (project / "pyproject.toml").write_text(text)
    (project / "CMakeLists.txt").write_text(CMAKE)
    (project / "README.md").write_text("C++ without Zig.\n")
    (project / "cpp.cpp").write_text(CPP)
    run("wheels", cwd=project)
    (wheel,) = (project / "wheelhouse").glob("*.whl")
    code = "import json, _cpp; print(json.dumps(_cpp.text()))"
    assert answer(wheel, code, tmp_path / "native") == "caught here"
    run("verify", "wheelhouse", cwd=project)


def test_explain_says_how_and_what_is_missing(project: Path) -> None:
    said = run("wheels", "--explain", "--platform", "linux", cwd=project)
    assert "built by setuptools.build_meta, with Zig as its C and C++ compiler" in said
    assert f"{CP}-manylinux_x86_64" in said
    assert not list((project / "wheelhouse").glob("*"))
    said = run("wheels", "--only", f"{CP}-macosx_universal2", cwd=project, code=2)
    assert "universal2 and Android wheels are built of projects in Zig only" in said


def test_an_interpreter_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("PYENV_ROOT", "XDG_DATA_HOME", "UV_PYTHON_INSTALL_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    find_python.cache_clear()
    try:
        other = "cp312" if PYTHON.minor != 12 else "cp313"
        (reason,) = obstacles([targets.parse(f"{other}-win_amd64"), targets.parse(f"{CP}-win_amd64")])
        version = targets.parse(f"{other}-win_amd64").python.version
        assert reason.startswith(f"CPython {version}: no interpreter with its headers on this machine.")
        assert f"`uv python install {version}`" in reason
    finally:
        find_python.cache_clear()


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ({"build-backend": "setuptools.build_meta"}, True),
        ({}, True),
        ({"build-backend": "mesonpy"}, True),
        ({"build-backend": "scikit_build_core.build", "requires": ["nanobind"]}, True),
        ({"build-backend": "hooks", "backend-path": ["."], "requires": ["setuptools >= 47"]}, True),
        ({"build-backend": "hooks", "backend-path": ["."], "requires": []}, False),
        ({"build-backend": "scikit_build_core.build", "requires": ["ziglang==0.17.1"]}, False),
        ({"build-backend": "hatchling.build", "requires": ["hatchling", "nano-ffi[zig]"]}, False),
        ({"build-backend": "maturin"}, False),
    ],
)
def test_which_projects_are_without_zig(system: dict[str, Any], expected: bool) -> None:
    assert is_without_zig({"build-system": system}) is expected


SETTINGS = {
    "target": "x86_64-linux-gnu.2.17",
    "cpu": "baseline",
    "system": "linux",
    "include": "/t/include",
    "libraries": [],
    "exports": "/t/exports.map",
    "musl": "",
    "suffixes": [".cpython-313-x86_64-linux-gnu.so", ".abi3.so"],
    "prefixes": {"/src": "."},
}
COMMON = "-target x86_64-linux-gnu.2.17 -mcpu=baseline -fno-sanitize=undefined -I/t/include -ffile-prefix-map=/src=."


def test_the_compiler_is_told_of_the_target() -> None:
    given, library = compiler_arguments(SETTINGS, "cc", "-O2 -g -Werror -march=native -pipe -c x.c -o x.o".split())
    assert (" ".join(given), library) == (f"{COMMON} -O2 -c x.c -o x.o", None)


def test_an_extension_exports_its_init_function_alone() -> None:
    arguments = (
        "-shared x.o -o m.abi3.so -L/usr/lib -lpython3.13 -Wl,-rpath,/usr/lib -lz -Wl,--exclude-libs,ALL".split()
    )
    given, library = compiler_arguments(SETTINGS, "cc", arguments)
    wanted = "-shared -Wl,-s x.o -o m.abi3.so -L/usr/lib -lz -Wl,-soname,m.abi3.so -Wl,--version-script=/t/exports.map"
    assert (" ".join(given), library) == (f"{COMMON} {wanted}", "m.abi3.so")


def test_a_library_that_is_no_extension_exports_what_it_says() -> None:
    given, _ = compiler_arguments(SETTINGS, "cc", "-shared x.o -o libhelp.so".split())
    assert not any("version-script" in argument for argument in given)


def test_of_macos_own_options_are_left_out() -> None:
    settings = {**SETTINGS, "system": "macos"}
    arguments = "-bundle -undefined dynamic_lookup -arch arm64 -isysroot /sdk -mmacosx-version-min=10.9 x.o -o m.so -lm"
    given, _ = compiler_arguments(settings, "cc", arguments.split())
    said = " ".join(given).replace(" -fvisibility=hidden", "")
    assert said == f"{COMMON} -shared -Wl,-s x.o -o m.so -Wl,-undefined,dynamic_lookup -Wl,-install_name,@rpath/m.so"


def test_a_windows_extension_imports_the_dll_of_its_python(tmp_path: Path) -> None:
    settings = {
        **SETTINGS,
        "system": "windows",
        "libraries": ["python313.lib"],
        "suffixes": [".cp313-win_amd64.pyd", ".pyd"],
    }
    output = tmp_path / "m.cp313-win_amd64.pyd"
    given, _ = compiler_arguments(settings, "cc", ["-shared", "x.o", "-o", str(output), "-lm"])
    assert given[-4:] == [str(output), f"{output}.def", f"-Wl,--out-implib={output}.implib", "python313.lib"]
    assert Path(f"{output}.def").read_text() == "EXPORTS\n  PyInit_m\n"


def test_resources_are_compiled_as_windres_does() -> None:
    given = resource_arguments("-O coff -DX=1 -I inc app.rc app.res".split())
    assert given == ["/:output-format", "coff", "/d", "X=1", "/i", "inc", "/fo", "app.res", "--", "app.rc"]


def test_import_libraries_tell_variables_from_functions() -> None:
    text = exports_of(targets.Python(minor=13), "python313").splitlines()
    assert text[0] == "LIBRARY python313.dll"
    assert {"  PyLong_Type DATA", "  PyExc_ValueError DATA", "  _Py_NoneStruct DATA", "  PyLong_FromLong"} <= set(text)
    stable = exports_of(targets.Python(minor=13), "python3").splitlines()
    assert "  PyLong_FromLong" in stable
    assert len(stable) < len(text)
