"""The tools that build an extension of C or C++ for a target, as build systems expect them: what cibuildwheel takes from a
runner of each system.

The commands are Zig's (see `driver`); ``Python.h`` is that of an interpreter of the wanted CPython on this machine, with a
``pyconfig.h`` of the target; Windows' import library comes from the table of symbols. CMake reads a toolchain file, Meson a
cross file, setuptools the variables of `sysconfig`, which the interpreter reads from a module of our own: so it says of the
target what it would say on it.
"""

from __future__ import annotations

import json
import os
import pprint
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import abi3info

from nano_ffi.compiler import OPERATOR_FLAGS, OPERATORS
from nano_ffi.switches import cache_folder
from nano_ffi.wheels import driver, hiding, musl
from nano_ffi.wheels.identity import is_extension
from nano_ffi.wheels.interpreters import Interpreter
from nano_ffi.wheels.symbols import cpython_symbols
from nano_ffi.wheels.targets import Python, Target
from nano_ffi.zig import Zig

__all__ = ["NATIVE_PATH", "Toolchain"]

SYSCONFIG = "_sysconfigdata_of_the_target"
"""A module of `sysconfig`'s variables, in the folder of the tools."""

NATIVE = "NANO_FFI_NATIVE_MODULES"
"""The variable that names the folder of `Toolchain.native`."""

NATIVE_PATH = f"import os, sys; sys.path.extend([os.environ['{NATIVE}']] if '{NATIVE}' in os.environ else [])\n"
"""A path configuration file of the backend's environment: that folder comes last, whatever the modules' names are."""

LIBRARY_MACHINES = {"x86_64": "i386:x86-64", "x86": "i386", "aarch64": "arm64"}
"""Zig's name of an architecture → dlltool's."""

SPELT = """
AccCtrl AclAPI BaseTsd CfgMgr32 CommCtrl CommDlg DbgHelp DwmApi FileAPI GuidDef HandleAPI InitGuid IntSafe IPHlpApi IPTypes
KnownFolders LMCons MemoryApi MMSystem MSTcpIP MSWSock NtSecAPI NTSecAPI NtStatus ObjBase OleAuto PdhMsg PowrProf ProcessThreadsApi
PropKey RpcDce SetupAPI ShellAPI ShellScalingApi ShlObj ShlObj_core ShlwAPI ShlwApi StrSafe SynchApi SysInfoApi TimeAPI TlHelp32
UserEnv UxTheme VersionHelpers WinBase WinCon WinCrypt WinDef WinError WinGDI WinInet WinIoCtl WinNls WinNT WinPerf WinReg WinSock
WinSock2 WinSvc WinUser WS2tcpip WS2TCPIP WtsApi32
""".split()
"""Windows' headers as Microsoft's are called, beside those with one capital: sources are written where case does not matter."""

STANDARD_HEADERS = """\
#if defined(__cplusplus) && defined(Py_LIMITED_API)
/* Python.h leaves them out, for the stable ABI; other C++ libraries than Zig's have them by <stdexcept>. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#endif
"""

PYCONFIG = """\
/* The native one with the sizes of the target, which the compiler knows. */
#include "pyconfig_native.h"
{sizes}
{headers}
#undef ALIGNOF_LONG
#define ALIGNOF_LONG _Alignof(long)
#undef ALIGNOF_SIZE_T
#define ALIGNOF_SIZE_T _Alignof(size_t)
#undef ALIGNOF_MAX_ALIGN_T
#define ALIGNOF_MAX_ALIGN_T __BIGGEST_ALIGNMENT__
#undef WORDS_BIGENDIAN
#undef DOUBLE_IS_LITTLE_ENDIAN_IEEE754
#undef DOUBLE_IS_BIG_ENDIAN_IEEE754
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define WORDS_BIGENDIAN 1
#define DOUBLE_IS_BIG_ENDIAN_IEEE754 1
#else
#define DOUBLE_IS_LITTLE_ENDIAN_IEEE754 1
#endif
#ifndef __SIZEOF_INT128__
#undef HAVE_GCC_UINT128_T
#undef HAVE___UINT128_T
#endif
"""

SIZES = {
    "SIZEOF_SHORT": "__SIZEOF_SHORT__",
    "SIZEOF_INT": "__SIZEOF_INT__",
    "SIZEOF_LONG": "__SIZEOF_LONG__",
    "SIZEOF_LONG_LONG": "__SIZEOF_LONG_LONG__",
    "SIZEOF_VOID_P": "__SIZEOF_POINTER__",
    "SIZEOF_SIZE_T": "__SIZEOF_SIZE_T__",
    "SIZEOF_UINTPTR_T": "__SIZEOF_POINTER__",
    "SIZEOF_WCHAR_T": "__SIZEOF_WCHAR_T__",
    "SIZEOF_FLOAT": "__SIZEOF_FLOAT__",
    "SIZEOF_DOUBLE": "__SIZEOF_DOUBLE__",
    "SIZEOF_LONG_DOUBLE": "__SIZEOF_LONG_DOUBLE__",
}
"""What the compiler says of itself."""

SIZES_OF = {
    "linux": {"SIZEOF_PTHREAD_T": "__SIZEOF_LONG__", "SIZEOF_TIME_T": "__SIZEOF_LONG__"},
    "musl": {"SIZEOF_PTHREAD_T": "__SIZEOF_POINTER__", "SIZEOF_TIME_T": "8"},
    "macos": {
        "SIZEOF_PTHREAD_T": "__SIZEOF_POINTER__",
        "SIZEOF_PTHREAD_KEY_T": "__SIZEOF_POINTER__",
        "SIZEOF_TIME_T": "8",
        "SIZEOF_FPOS_T": "8",
    },
}
"""What it does not, of the C library (glibc has 32 bits of time on 32-bit systems, musl since 1.2 has 64)."""

PYCONFIG_WINDOWS = """\
#ifndef Py_CONFIG_H
#define Py_CONFIG_H
#include <io.h>
#define MS_WINDOWS
#define MS_WIN32
#ifdef _WIN64
#define MS_WIN64
#endif
#define NT_THREADS
#define Py_ENABLE_SHARED 1
#define HAVE_DECLSPEC_DLL 1
#define COMPILER "[Zig " __VERSION__ "]"
#define PLATLIBDIR "lib"
{sizes}
#define SIZEOF_TIME_T 8
#define SIZEOF_OFF_T 4
#define SIZEOF_FPOS_T 8
#define SIZEOF_HKEY __SIZEOF_POINTER__
#define SIZEOF_PID_T 4
#define SIZEOF__BOOL 1
#define ALIGNOF_LONG 4
#define ALIGNOF_SIZE_T _Alignof(size_t)
#define ALIGNOF_MAX_ALIGN_T 8
#define DOUBLE_IS_LITTLE_ENDIAN_IEEE754 1
#define HAVE_BUILTIN_ATOMIC 1
#define HAVE_STD_ATOMIC 1
#define HAVE_SSIZE_T 1
#define HAVE_LONG_LONG 1
#define HAVE_UINTPTR_T 1
#define HAVE_CONIO_H 1
#define HAVE_DIRECT_H 1
#define HAVE_DYNAMIC_LOADING
#define HAVE_ERRNO_H 1
#define HAVE_FCNTL_H 1
#define HAVE_INTTYPES_H 1
#define HAVE_IO_H 1
#define HAVE_MKTIME 1
#define HAVE_PROCESS_H 1
#define HAVE_PROTOTYPES 1
#define HAVE_SIGNAL_H 1
#define HAVE_STDDEF_H 1
#define HAVE_STDINT_H 1
#define HAVE_STDLIB_H 1
#define HAVE_STRFTIME 1
#define HAVE_STRING_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_THREAD_LOCAL 1
#define HAVE_WCHAR_H 1
#define HAVE_WCSCOLL 1
#define HAVE_WCSFTIME 1
#define HAVE_WCSXFRM 1
#define WITH_DOC_STRINGS 1
#define WITH_FREELISTS 1
#define WITH_PYMALLOC 1
#define WITH_THREAD 1
#define Py_NT_TIMEZONE
{gil}
#endif
"""
"""As CPython's ``PC/pyconfig.h`` says of itself to MinGW's compilers; only what its headers ask for."""

CMAKE = """\
set(CMAKE_SYSTEM_NAME {system})
set(CMAKE_SYSTEM_PROCESSOR {processor})
set(CMAKE_C_COMPILER "{bin}/cc")
set(CMAKE_CXX_COMPILER "{bin}/c++")
set(CMAKE_ASM_COMPILER "{bin}/cc")
set(CMAKE_AR "{bin}/ar" CACHE FILEPATH "")
set(CMAKE_RANLIB "{bin}/ranlib" CACHE FILEPATH "")
set(CMAKE_RC_COMPILER "{bin}/windres" CACHE FILEPATH "")
set(CMAKE_STRIP "{bin}/strip" CACHE FILEPATH "")
# Programs and CMake's own packages are this machine's, libraries and headers never.
set(CMAKE_FIND_USE_CMAKE_SYSTEM_PATH FALSE)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_OSX_SYSROOT "" CACHE STRING "")
set(CMAKE_INTERPROCEDURAL_OPTIMIZATION OFF)
# Without one, find_package(Python) refuses, since CMake 4.1 (CMP0190).
set(CMAKE_CROSSCOMPILING_EMULATOR "{bin}/run")
set(CMAKE_C_COMPILER_WORKS TRUE)
set(CMAKE_CXX_COMPILER_WORKS TRUE)
foreach(_prefix Python Python3)
  set(${{_prefix}}_INCLUDE_DIR "{include}" CACHE PATH "" FORCE)
  set(${{_prefix}}_SOABI "{soabi}" CACHE STRING "")
  set(${{_prefix}}_LIBRARY "{library}" CACHE FILEPATH "" FORCE)
  set(${{_prefix}}_SABI_LIBRARY "{stable}" CACHE FILEPATH "" FORCE)
endforeach()
set(PYTHON_INCLUDE_DIR "{include}" CACHE PATH "" FORCE)
set(PYTHON_LIBRARY "{library}" CACHE FILEPATH "" FORCE)
set(PYTHON_MODULE_EXTENSION "{suffix}" CACHE STRING "")
set(PYTHON_MODULE_DEBUG_POSTFIX "" CACHE STRING "")
set(PYTHON_IS_DEBUG FALSE CACHE BOOL "")
"""

INSTALL_NAME_TOOL = """\
case " $* " in *" -add_rpath "* | *" -rpath "* | *" -change "*)
  echo "install_name_tool $*: where a library looks for others is not changed here" >&2
  exit 1
esac
"""

SUFFIXES = """\
import importlib.machinery

importlib.machinery.EXTENSION_SUFFIXES[:] = {suffixes}
"""
"""What backends take the suffix of the stable ABI from; what is imported here, CPython finds by a list of its own."""

MACHINE = """\
import platform

platform.machine = lambda: {machine!r}
"""
"""By which a setup.py chooses instruction sets and sources. What runs here asks for this machine in other ways, except Meson."""

MESON = """\
[binaries]
c = '{bin}/cc'
cpp = '{bin}/c++'
ar = '{bin}/ar'
windres = '{bin}/windres'
strip = '{bin}/strip'
python = '{python}'
pybind11-config = 'pybind11-config'
numpy-config = 'numpy-config'

[host_machine]
system = '{system}'
cpu_family = '{family}'
cpu = '{processor}'
endian = '{endian}'

[properties]
needs_exe_wrapper = true
"""


@dataclass(frozen=True, kw_only=True)
class Toolchain:
    """The tools for one target, in a folder of their own."""

    target: Target
    interpreter: Interpreter
    """Of the target's CPython, with its headers."""
    python: Path
    """Of the environment that the build backend runs in, with this interpreter."""
    zig: str
    folder: Path
    sources: Path
    """The project's, whose path is to be in no binary."""
    is_meson: bool = False
    """Whether the backend is meson-python."""

    @property
    def system(self) -> str:
        return self.target.platform.system

    @property
    def arch(self) -> str:
        """Zig's name of the architecture."""
        return self.target.platform.zig_arch

    @property
    def processor(self) -> str:
        return self.target.platform.machine

    @property
    def kernel(self) -> str:
        """The system as Meson names it, and CMake with a capital."""
        return {"macos": "darwin"}.get(self.system, self.system)

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def native(self) -> Path:
        """The folder of the modules that the building interpreter can import."""
        return self.folder / "native"

    @property
    def include(self) -> Path:
        return self.folder / "include"

    @property
    def spellings(self) -> Path:
        return self.folder / "spellings"

    @property
    def libraries(self) -> list[Path]:
        """Windows' import libraries: that of the stable ABI, too."""
        if self.system != "windows":
            return []
        names = [self.target.python.dll, "python3t.dll" if self.target.python.free_threaded else "python3.dll"]
        return [self.folder / "libs" / f"{name.removesuffix('.dll')}.lib" for name in names]

    def write(self) -> None:
        """Raises CalledProcessError where Zig cannot make an import library."""
        self.bin.mkdir(parents=True)
        self.write_headers()
        self.write_spellings()
        self.write_libraries()
        self.write_commands()
        (self.folder / f"{SYSCONFIG}.py").write_text(
            f"build_time_vars = {pprint.pformat(self.variables())}\n", encoding="utf-8"
        )
        customize = SUFFIXES.format(suffixes=self.suffixes)
        if not self.is_meson:
            customize += MACHINE.format(machine=self.processor)
        (self.folder / "sitecustomize.py").write_text(customize, encoding="utf-8")
        for name, text in {"toolchain.cmake": self.cmake(), "cross.ini": self.meson()}.items():
            (self.folder / name).write_text(text, encoding="utf-8")

    def write_native(self, wheel: Path) -> None:
        """For a build that imports what it has compiled, to write its stubs: the same modules as this machine has them."""
        with zipfile.ZipFile(wheel) as archive:
            for name in filter(is_extension, archive.namelist()):
                self.native.mkdir(exist_ok=True)
                (self.native / name.rpartition("/")[2]).write_bytes(archive.read(name))

    def write_headers(self) -> None:
        assert self.interpreter.include is not None
        self.include.mkdir()
        for path in self.interpreter.include.iterdir():
            if path.name != "pyconfig.h":
                (self.include / path.name).symlink_to(path)
        native = self.interpreter.configuration
        (self.include / "pyconfig_native.h").symlink_to(native)
        if self.system == "windows":
            gil = "#define Py_GIL_DISABLED 1" if self.target.python.free_threaded else ""
            text = PYCONFIG_WINDOWS.format(sizes=defines(SIZES), gil=gil)
        else:
            libc = "musl" if self.target.platform.musl_libc else self.system
            headers = re.findall(r"^#define HAVE_(\w+)_H 1", native.read_text(encoding="utf-8"), re.MULTILINE)
            text = PYCONFIG.format(sizes=defines(SIZES | SIZES_OF[libc]), headers="\n".join(map(unless_there, headers)))
        (self.include / "pyconfig.h").write_text(text + STANDARD_HEADERS, encoding="utf-8")

    def write_spellings(self) -> None:
        """Windows' headers by the names that sources have for them, and Zig has in small letters."""
        if self.system != "windows":
            return
        self.spellings.mkdir()
        headers = {path.name: path for path in (Zig.find().library / "libc/include/any-windows-any").glob("*.h")}
        for name in {*(name.capitalize() for name in headers), *(f"{name}.h" for name in SPELT)} - headers.keys():
            if name.lower() in headers:
                (self.spellings / name).symlink_to(headers[name.lower()])

    def write_libraries(self) -> None:
        for library in self.libraries:
            library.parent.mkdir(exist_ok=True)
            definition = library.with_suffix(".def")
            definition.write_text(exports_of(self.target.python, library.stem), encoding="ascii")
            machine = LIBRARY_MACHINES[self.arch]
            command = [
                self.zig,
                "dlltool",
                "-D",
                f"{library.stem}.dll",
                "-m",
                machine,
                "-d",
                str(definition),
                "-l",
                str(library),
            ]
            subprocess.run(command, check=True)

    def write_commands(self) -> None:
        exports = self.folder / "exports.map"
        exports.write_text("{ global: PyInit_*; PyModExport_*; local: *; };\n", encoding="ascii")
        (triple,) = self.target.platform.triples
        settings = self.folder / "settings.json"
        stable = [".pyd"] if self.system == "windows" else [".abi3.so", ".abi3t.so"]
        said = {
            "zig": self.zig,
            "target": triple.target,
            "cpu": triple.cpu,
            "system": self.system,
            "include": str(self.include),
            "spellings": str(self.spellings),
            "libraries": [str(path) for path in self.libraries],
            "exports": str(exports),
            "musl": self.target.platform.musl_libc,
            "name_libc": musl.__file__,
            "hiding": hiding.__file__,
            "operators": [*OPERATOR_FLAGS, str(OPERATORS)],
            "suffixes": [self.target.suffix, *stable],
            "prefixes": {str(self.sources): ".", str(self.folder): "python"},
        }
        settings.write_text(json.dumps(said, indent=1), encoding="utf-8")
        for tool in ("cc", "c++", "ar", "ranlib", "windres"):
            run = f"exec '{sys.executable}' -I -S '{driver.__file__}' '{settings}' {tool}"
            self.write_command(tool, f'{run} "$@"\n')
        # This machine's cannot read what is linked here, and that has no symbols to be taken out.
        self.write_command("strip", "")
        # Python, which is this machine's, and of programs of the target those that this machine can run as they are.
        self.write_command("run", 'exec "$@"\n')
        # CMake wants one for macOS, beside the compiler. It takes away the runtime paths of the build, which are never put in: see driver.py.
        self.write_command("install_name_tool", INSTALL_NAME_TOOL)

    def write_command(self, name: str, text: str) -> None:
        command = self.bin / name
        command.write_text(f"#!/bin/sh\n{text}", encoding="utf-8")
        command.chmod(0o755)

    def variables(self) -> dict[str, str | int]:
        """Those of `sysconfig`, as the target's interpreter has them."""
        compiler = f"{self.bin}/cc"
        changed: dict[str, str | int] = {
            "AR": f"{self.bin}/ar",
            "ARFLAGS": "rcs",
            "CC": compiler,
            "CXX": f"{self.bin}/c++",
            "CCSHARED": "" if self.system == "windows" else "-fPIC",
            "CFLAGS": "-fwrapv -O3 -DNDEBUG -Wall",
            "OPT": "-DNDEBUG -O3 -Wall",
            "CPPFLAGS": "",
            "PY_CFLAGS": "",
            "PY_CPPFLAGS": "",
            "LDFLAGS": "",
            "PY_LDFLAGS": "",
            "LDSHARED": f"{compiler} -shared",
            "BLDSHARED": f"{compiler} -shared",
            "LDCXXSHARED": f"{self.bin}/c++ -shared",
            "RANLIB": f"{self.bin}/ranlib",
            "EXT_SUFFIX": self.target.suffix,
            "SHLIB_SUFFIX": {"windows": ".dll", "macos": ".dylib"}.get(self.system, ".so"),
            "SOABI": self.soabi,
            "MULTIARCH": "",
            "INCLUDEPY": str(self.include),
            "CONFINCLUDEPY": str(self.include),
            "LIBDIR": str(self.folder / "libs"),
            "LIBPL": str(self.folder / "libs"),
            "Py_ENABLE_SHARED": 0,
            "MACHDEP": {"windows": "win32"}.get(self.system, self.kernel),
            "SIZEOF_VOID_P": 4 if self.arch in {"x86", "arm"} else 8,
        }
        if self.system == "macos":
            changed["MACOSX_DEPLOYMENT_TARGET"] = self.target.platform.oldest_macos
        if self.system == "windows":
            changed["base_prefix"] = str(self.folder)
        # What the running interpreter finds out by itself is not in the module.
        own = {name: value for name, value in self.interpreter.variables.items() if re.match(r"[A-Z]|Py_", name)}
        return {**own, **changed}

    @property
    def suffixes(self) -> list[str]:
        """``importlib.machinery.EXTENSION_SUFFIXES`` on the target."""
        python = self.target.python
        if self.system == "windows":
            return [self.target.suffix, ".pyd"]
        stable = [] if python.free_threaded and python.minor >= 15 else [".abi3.so"]
        return [self.target.suffix, *stable, *([".abi3t.so"] if python.minor >= 15 else []), ".so"]

    @property
    def soabi(self) -> str:
        return self.target.suffix.strip(".").rpartition(".")[0]

    def cmake(self) -> str:
        library, stable = self.libraries or ("", "")
        return CMAKE.format(
            system=self.kernel.capitalize(),
            processor=self.processor,
            bin=self.bin,
            include=self.include,
            soabi=self.soabi,
            suffix=self.target.suffix,
            library=library,
            stable=stable,
        )

    def meson(self) -> str:
        return MESON.format(
            system=self.kernel,
            processor=self.processor,
            bin=self.bin,
            python=self.python,
            family={"powerpc64le": "ppc64"}.get(self.arch, self.arch),
            endian="big" if self.arch == "s390x" else "little",
        )

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` with what makes build systems build for the target."""
        path = [str(self.folder), *([base["PYTHONPATH"]] if base.get("PYTHONPATH") else [])]
        return {
            **base,
            "PYTHONPATH": os.pathsep.join(path),
            "_PYTHON_SYSCONFIGDATA_NAME": SYSCONFIG,
            NATIVE: str(self.native),
            "_PYTHON_HOST_PLATFORM": self.host_platform,
            "CMAKE_TOOLCHAIN_FILE": str(self.folder / "toolchain.cmake"),
            "CC": str(self.bin / "cc"),
            "CXX": str(self.bin / "c++"),
            "AR": str(self.bin / "ar"),
            "LDSHARED": f"{self.bin}/cc -shared",
            # The C library of a target is compiled once; Zig would keep it in the user's home.
            "ZIG_GLOBAL_CACHE_DIR": base.get("ZIG_GLOBAL_CACHE_DIR") or str(Path(cache_folder(), "zig")),
            # No library of this machine is to be found.
            "PKG_CONFIG_LIBDIR": str(self.folder / "pkgconfig"),
            "PKG_CONFIG_PATH": "",
            # Of the interpreter that runs here, meson-python would have the version of macOS.
            **({"MACOSX_DEPLOYMENT_TARGET": self.target.platform.oldest_macos} if self.system == "macos" else {}),
        }

    def config_settings(self, given: Mapping[str, str | list[str]]) -> dict[str, str | list[str]]:
        """`given` with what meson-python is told by no variable; other backends are shown none of it."""
        if not self.is_meson:
            return dict(given)
        more = given.get("setup-args", [])
        own = [f"--cross-file={self.folder / 'cross.ini'}"]
        return {**given, "setup-args": [*([more] if isinstance(more, str) else more), *own]}

    @property
    def host_platform(self) -> str:
        """``sysconfig.get_platform()`` on the target."""
        if self.system == "windows":
            return self.target.platform.name.replace("_", "-")
        if self.system == "macos":
            return f"macosx-{self.target.platform.oldest_macos}-{self.processor}"
        return f"linux-{self.processor}"


def defines(values: Mapping[str, str]) -> str:
    return "\n".join(f"#undef {name}\n#define {name} {value}" for name, value in values.items())


def unless_there(name: str) -> str:
    """What takes back that the machine has a header, ``SYS_EPOLL``, where the target does not have it."""
    header = re.sub(r"^(sys|net|netinet|netpacket|arpa|asm|linux|readline|uuid|openssl)_", r"\1/", name.lower())
    return f"#if !__has_include(<{header}.h>)\n#undef HAVE_{name}_H\n#endif"


DATA = re.compile(r"\w+_Type|PyExc_\w+|_Py_\w+(?:Struct|Object)|Py_\w+Flag|_PyRuntime|_Py_\w*[Tt]able\w*")
"""Names of variables, where the stable ABI does not say which are."""


def exports_of(python: Python, library: str) -> str:
    """A module definition file of a Python DLL, ``python313`` or ``python3``: what an import library is made of."""
    variables = {str(symbol.name) for symbol in abi3info.DATAS}
    names = cpython_symbols(python, windows=True)
    if library in {"python3", "python3t"}:
        names = names & {str(symbol.name) for symbol in [*abi3info.FUNCTIONS, *abi3info.DATAS]}
    lines = (f"  {name}{' DATA' if name in variables or DATA.fullmatch(name) else ''}" for name in sorted(names))
    return "\n".join([f"LIBRARY {library}.dll", "EXPORTS", *lines, ""])
