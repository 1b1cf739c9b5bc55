"""`nano-ffi verify`: right wheels pass, and each way to spoil one is refused and named."""

from __future__ import annotations

import base64
import dataclasses
import functools
import hashlib
import importlib.metadata
import os
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

import pytest
from packaging.tags import parse_tag

from nano_ffi.wheels import baseline, checksums, extension, sbom, targets, universal2, verify
from nano_ffi.wheels.android import check_android
from nano_ffi.wheels.binary import Code, Format, Image, ModuleHeader, Segment, module_headers, read
from nano_ffi.wheels.claim import claim_of
from nano_ffi.wheels.linking import check_linking
from nano_ffi.wheels.symbols import cpython_symbols
from nano_ffi.wheels.targets import Platform, Python, Triple
from nano_ffi.wheels.verify import Options, _check_tag, _local_versions, _tool, _tool_tasks, main, verify_wheel

HEADERS = {
    # ob_refcnt, ob_type
    False: "refcnt: usize = {first}, kind: usize = 0,",
    # ob_tid, ob_flags, ob_mutex, ob_gc_bits, ob_ref_local, ob_ref_shared, ob_type
    True: "tid: usize = 0, flags: u16 = {first}, bits: u16 = 0, local: u32 = 0xffffffff, more: [2]usize = @splat(0),",
}

SOURCE = """
extern fn PyModuleDef_Init(*anyopaque) ?*anyopaque;
const Def = extern struct {{
    {header}
    base: [3]usize = @splat(0),
    name: [*:0]const u8 = "probe",
    rest: [7]usize = @splat(0),
}};
var def: Def = .{{}};
export fn PyInit_probe() ?*anyopaque {{
    {body}
    return PyModuleDef_Init(&def);
}}
{code}
"""

IMPORTS = ("PyModuleDef_Init", "PyObject_FromTheFuture", "PyLong_AsInt", "PyUnstable_Long_IsCompact")

Build = Callable[..., bytes]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Compiles a tiny extension module `probe` that needs nothing but an interpreter; each one once."""
    folder = tmp_path_factory.mktemp("zig")
    environment = {**os.environ, "ZIG_LOCAL_CACHE_DIR": str(folder / "cache")}

    def zig(*arguments: str) -> None:
        subprocess.run([sys.executable, "-m", "ziglang", *arguments], check=True, cwd=folder, env=environment)

    @functools.cache
    def import_library(dll: str, arch: str) -> str:
        definition, library = folder / f"{dll}.def", folder / f"{arch}-{dll}.lib"
        definition.write_text("\n".join([f'LIBRARY "{dll}"', "EXPORTS", *IMPORTS]), encoding="ascii")
        machine = {"x86_64": "i386:x86-64", "x86": "i386", "aarch64": "arm64"}[arch]
        zig("dlltool", "-D", dll, "-m", machine, "-d", str(definition), "-l", str(library))
        return str(library)

    @functools.cache
    def android_library(name: str, triple: str) -> str:
        source, library = folder / "python.zig", folder / f"{triple}-{name}"
        exports = "".join(f"export fn {symbol}() void {{}}\n" for symbol in IMPORTS)
        source.write_text(exports, encoding="ascii")
        zig("build-lib", "-dynamic", "-target", triple, f"-fsoname={name}", f"-femit-bin={library}", source.name)
        return str(library)

    @functools.cache
    def compile_one(triple: Triple, python: Python, dll: str, body: str, code: str, flags: tuple[str, ...]) -> bytes:
        wide = triple.target.split("-")[0] not in {"x86", "arm"}
        if python.free_threaded:
            first = 4
        elif python.minor >= 14:
            first = 3 << 30 | 5 << 48 if wide else 7 << 28
        else:
            first = 1 if python.minor < 13 else 0xFFFFFFFF if wide else 0x3FFFFFFF
        source, output = folder / "probe.zig", folder / "probe.out"
        header = HEADERS[python.free_threaded].format(first=first)
        source.write_text(SOURCE.format(header=header, body=body, code=code), encoding="utf-8")
        windows = "windows" in triple.target
        arguments = [
            "build-lib",
            "-dynamic",
            "-O",
            "ReleaseFast",
            "-fstrip",
            "-target",
            triple.target,
            "-mcpu",
            triple.cpu,
        ]
        if windows:  # what Zig's start code has is not exported
            names = ["PyInit_probe", *re.findall(r"^export fn (\w+)", code, re.MULTILINE)]
            (folder / "probe.def").write_text("\n  ".join(["EXPORTS", *names]) + "\n", encoding="ascii")
            arguments += ["-fno-dll-export-fns", "probe.def", import_library(dll, triple.target.split("-")[0])]
        else:
            arguments.append("-fallow-shlib-undefined")
        if dll.startswith("lib"):
            arguments += [android_library(dll, triple.target), "-z", "max-page-size=16384"]
        # A relative name: a dylib's name is what it was called here.
        zig(*arguments, f"-femit-bin={output.name}", "-fno-emit-implib", *flags, source.name)
        return output.read_bytes()

    def extension(
        platform: Platform,
        python: Python,
        *,
        dll: str = "",
        body: str = "",
        code: str = "",
        flags: tuple[str, ...] = (),
    ) -> bytes:
        library = dll or (python.library if platform.system == "android" else python.dll)
        slices = [compile_one(triple, python, library, body, code, flags) for triple in platform.triples]
        return slices[0] if len(slices) == 1 else universal2.merge(slices)

    return extension


Files = dict[str, bytes]


def contents(identifier: str, binary: bytes) -> Files:
    """The files of a right wheel of a build identifier, but for its RECORD."""
    target = targets.parse(identifier)
    tag = f"{target.python.interpreter_tag}-{target.python.abi_tag}-{target.platform.wheel_tag}"
    return {
        "probe_pkg/__init__.py": b"",
        "probe_pkg/py.typed": b"",
        "probe_pkg/probe.pyi": b"",
        f"probe_pkg/probe{target.suffix}": binary,
        "probe-1.0.dist-info/METADATA": (
            b"Metadata-Version: 2.4\nName: probe\nVersion: 1.0\nSummary: A probe\nLicense-File: LICENSE\n"
            b"Description-Content-Type: text/markdown\n\nA probe.\n"
        ),
        "probe-1.0.dist-info/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(),
        "probe-1.0.dist-info/licenses/LICENSE": b"Do as you like.",
    }


def record(files: Files) -> bytes:
    lines = []
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}\n")
    return "".join([*lines, "probe-1.0.dist-info/RECORD,,\n"]).encode()


def pack(folder: Path, identifier: str, files: Files, *, listed: Files | None = None) -> Path:
    """A wheel of `files`, whose RECORD is of `listed` if given."""
    target = targets.parse(identifier)
    tag = f"{target.python.interpreter_tag}-{target.python.abi_tag}-{target.platform.wheel_tag}"
    path = folder / f"probe-1.0-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**files, "probe-1.0.dist-info/RECORD": record(files if listed is None else listed)}.items():
            member = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            member.external_attr = 0o100644 << 16
            archive.writestr(member, data)
    return path


def problems(wheel: Path) -> list[str]:
    return verify_wheel(wheel, options=Options(quick=True, max_size=10)).problems


def parts(identifier: str) -> tuple[Platform, Python]:
    target = targets.parse(identifier)
    return target.platform, target.python


def member(identifier: str) -> str:
    return f"probe_pkg/probe{targets.parse(identifier).suffix}"


LINUX = "cp313-manylinux_x86_64"
MACOS = "cp313-macosx_arm64"
WINDOWS = "cp313-win_amd64"
ANDROID = "cp313-android_x86_64"

PYTHONS = ["cp310", "cp312", "cp313", "cp314t", "cp315"]
KEEP = 'asm volatile ("" : : [text] "r" ("{}"));'
"""Zig that keeps a text in the binary."""


@pytest.mark.parametrize("platform", targets.PLATFORMS)
def test_a_right_wheel_passes(build: Build, tmp_path: Path, platform: str) -> None:
    python = PYTHONS[list(targets.PLATFORMS).index(platform) % len(PYTHONS)]
    if platform.startswith("android"):
        python = "cp313" if platform.endswith("x86_64") else "cp315"
    identifier = f"{python}-{platform}"
    assert problems(pack(tmp_path, identifier, contents(identifier, build(*parts(identifier))))) == []


def test_what_is_installed_from_a_data_folder_is_a_module_as_well(build: Build, tmp_path: Path) -> None:
    files = contents(LINUX, build(*parts(LINUX)))
    moved = {
        name.replace("probe_pkg/probe", "probe-1.0.data/platlib/probe_pkg/probe"): data for name, data in files.items()
    }
    assert moved.keys() != files.keys()
    assert problems(pack(tmp_path, LINUX, moved)) == []


def test_a_template_of_a_test_is_no_test(build: Build, tmp_path: Path) -> None:
    files = {**contents(LINUX, build(*parts(LINUX))), "probe_pkg/template/tests/test_it.py.in": b""}
    assert problems(pack(tmp_path, LINUX, files)) == []


def spoiled_binary(identifier: str, *, of: str = "", **build_options: object) -> Callable[[Build, Path], list[str]]:
    """Problems of a wheel of `identifier` whose extension was built for `of`, or with options."""

    def problems_of(build: Build, folder: Path) -> list[str]:
        return problems(
            pack(folder, identifier, contents(identifier, build(*parts(of or identifier), **build_options)))
        )

    return problems_of


BINARIES = {
    "another machine": (
        spoiled_binary(LINUX, of="cp313-manylinux_aarch64"),
        "is for aarch64, expected x86_64 for the tag of manylinux_x86_64: build with -target x86_64-linux-gnu.2.17",
    ),
    "one slice of two": (
        spoiled_binary("cp313-macosx_universal2", of=MACOS),
        "is for aarch64, expected x86_64 and aarch64 for the tag of macosx_universal2: "
        "build with -target x86_64-macos.11.0 and aarch64-macos.11.0",
    ),
    "a Linux binary for Windows": (
        spoiled_binary(WINDOWS, of=LINUX),
        "is Linux ELF, expected Windows PE for the tag of win_amd64: "
        "put the binary that was built for it into the wheel",
    ),
    "the GIL build for free threads": (
        spoiled_binary("cp314t-manylinux_x86_64", of="cp314-manylinux_x86_64"),
        "its module definition has the object header of a build with the GIL, "
        "expected that of a free-threaded build for "
        "CPython 3.14t: build with the Python of the tag (-Dpython=3.14t)",
    ),
    "the GIL build for free threads on 32 bits": (
        spoiled_binary("cp314t-manylinux_i686", of="cp314-manylinux_i686"),
        "its module definition has the object header of a build with the GIL, "
        "expected that of a free-threaded build for "
        "CPython 3.14t: build with the Python of the tag (-Dpython=3.14t)",
    ),
    "the GIL build for free threads on macOS": (
        spoiled_binary("cp314t-macosx_arm64", of="cp314-macosx_arm64"),
        "its module definition has the object header of a build with the GIL, "
        "expected that of a free-threaded build for "
        "CPython 3.14t: build with the Python of the tag (-Dpython=3.14t)",
    ),
    "the free-threaded build for the GIL": (
        spoiled_binary("cp314-manylinux_x86_64", of="cp314t-manylinux_x86_64"),
        "its module definition has the object header of a free-threaded build, "
        "expected that of a build with the GIL for "
        "CPython 3.14: build with the Python of the tag (-Dpython=3.14)",
    ),
    "another CPython": (
        spoiled_binary(LINUX, of="cp314-manylinux_x86_64"),
        "its module definition has the object header 0x50000c0000000 of another CPython, "
        "expected 0xffffffff of CPython 3.13: "
        "build with the Python of the tag",
    ),
    "another CPython on 32 bits": (
        spoiled_binary("cp313-manylinux_i686", of="cp314-manylinux_i686"),
        "its module definition has the object header 0x70000000 of another CPython, "
        "expected 0x3fffffff of CPython 3.13: "
        "build with the Python of the tag",
    ),
    "another Python DLL": (
        spoiled_binary(WINDOWS, dll="python312.dll"),
        "imports python312.dll, expected python313.dll: link with the import library of python313.dll",
    ),
    "the stable ABI's DLL": (
        spoiled_binary(WINDOWS, dll="python3.dll"),
        "imports python3.dll, expected python313.dll: link with the import library of python313.dll",
    ),
    "a DLL that is not there": (
        spoiled_binary(WINDOWS, dll="sqlite3.dll"),
        "needs sqlite3.dll, which is neither Windows' nor in the wheel: let `delvewheel repair` put it there, "
        "or link it statically",
    ),
    "a newer glibc": (
        spoiled_binary(
            LINUX,
            flags=("-lc", "-target", "x86_64-linux-gnu.2.34"),
            code="extern fn __libc_single_threaded_() void;\nextern fn pthread_create() c_int;\n",
            body="_ = pthread_create();",
        ),
        "needs pthread_create of GLIBC_2.34, expected at most GLIBC_2.17 for the tag: "
        "build with -target …-linux-gnu.2.17, or retag the wheel",
    ),
    "a symbol of no library": (
        spoiled_binary(LINUX, code="extern fn lost() void;", body="lost();"),
        "imports lost, which no library that it needs has: define it, or link the library (-lc for libc)",
    ),
    "libc.so on musl": (
        spoiled_binary(
            "cp313-musllinux_x86_64", flags=("-lc",), code="extern fn getpid() c_int;", body="_ = getpid();"
        ),
        "needs libc.so, expected nothing but libc.musl-x86_64.so.1 for musllinux_x86_64: "
        "`patchelf --replace-needed libc.so libc.musl-x86_64.so.1`",
    ),
    "a newer macOS": (
        spoiled_binary(MACOS, flags=("-target", "aarch64-macos.13.0")),
        "is for macOS 13.0 and later, expected 11.0 or older for the tag: build with -target ARCH-macos.11.0, "
        "or retag the wheel",
    ),
    "an exported symbol": (
        spoiled_binary(LINUX, code="export fn helper() void {}"),
        "exports helper, expected only PyInit_probe: do not `export` it, or give it hidden visibility",
    ),
    "an exported symbol on macOS": (
        spoiled_binary(MACOS, code="export fn helper() void {}"),
        "exports helper, expected only PyInit_probe: do not `export` it, or give it hidden visibility",
    ),
    "an exported symbol on Windows": (
        spoiled_binary(WINDOWS, code="export fn helper() void {}"),
        "exports helper, expected only PyInit_probe: do not `export` it, or give it hidden visibility",
    ),
    "a symbol of no CPython": (
        spoiled_binary(LINUX, code="extern fn PyObject_FromTheFuture() void;", body="PyObject_FromTheFuture();"),
        "imports PyObject_FromTheFuture, which CPython 3.13 does not export: build for this CPython, "
        "and use only what it has",
    ),
    "a symbol of a later CPython": (
        spoiled_binary("cp312-win_amd64", code="extern fn PyLong_AsInt() void;", body="PyLong_AsInt();"),
        "imports PyLong_AsInt, which CPython 3.12 does not export: build for this CPython, and use only what it has",
    ),
    "a search path": (
        spoiled_binary(LINUX, flags=("-rpath", "/opt/lib")),
        "searches libraries in /opt/lib (RPATH or RUNPATH), expected none: link without -rpath",
    ),
    "a search path on macOS": (
        spoiled_binary(MACOS, flags=("-rpath", "/opt/lib")),
        "searches libraries in /opt/lib (LC_RPATH), expected none: link without -rpath",
    ),
    "a path of the build machine": (
        spoiled_binary(LINUX, body=KEEP.format("/home/somebody/secret.zig")),
        "names a path of the machine that built it (/home/somebody/secret.zig): build for release and strip (-fstrip), "
        "and keep @src().file and absolute paths out of messages",
    ),
    "symbols and debug information": (
        spoiled_binary(LINUX, flags=("-fno-strip",)),
        "holds a symbol table (.symtab): strip it (-fstrip)",
    ),
    "lazy binding": (
        spoiled_binary(LINUX, flags=("-z", "lazy")),
        "binds lazily, so that RELRO does not cover its import table: link with `-z now`",
    ),
    "no RELRO": (
        spoiled_binary(LINUX, flags=("-z", "norelro")),
        "no PT_GNU_RELRO, relocated data stay writable: link with `-z relro`",
    ),
    "an install name with a folder": (
        spoiled_binary(MACOS, flags=("-install_name", "/opt/lib/probe.so")),
        "calls itself /opt/lib/probe.so, expected a name without a folder: "
        "link with a relative -femit-bin or with -install_name",
    ),
    "another CPython's library on Android": (
        spoiled_binary(ANDROID, dll="libpython3.12.so"),
        "needs libpython3.12.so, expected libpython3.13.so: link with libpython3.13.so, "
        "without which Android's loader does not show it the interpreter's symbols",
    ),
    "no library on Android": (
        spoiled_binary(ANDROID, of=LINUX),
        "needs no libpython, expected libpython3.13.so: link with libpython3.13.so, "
        "without which Android's loader does not show it the interpreter's symbols",
    ),
    "another machine on Android": (
        spoiled_binary(ANDROID, of="cp313-android_arm64_v8a"),
        "is for aarch64, expected x86_64 for the tag of android_x86_64: build with -target x86_64-linux-android.29",
    ),
    "pages of 4 KiB on Android": (
        spoiled_binary(ANDROID, flags=("-z", "max-page-size=4096")),
        "is laid out for memory pages of 4 KiB at most, expected 16 KiB, which Android 15 can have: "
        "link with `-z max-page-size=16384`",
    ),
    "a symbol of no library on Android": (
        spoiled_binary(ANDROID, code="extern fn getpid() c_int;", body="_ = getpid();"),
        "imports getpid, which no library that it needs has: define it",
    ),
    "a symbol of no CPython on Android": (
        spoiled_binary(ANDROID, code="extern fn PyObject_FromTheFuture() void;", body="PyObject_FromTheFuture();"),
        "imports PyObject_FromTheFuture, which CPython 3.13 does not export: build for this CPython, "
        "and use only what it has",
    ),
    "an exported symbol on Android": (
        spoiled_binary(ANDROID, code="export fn helper() void {}"),
        "exports helper, expected only PyInit_probe: do not `export` it, or give it hidden visibility",
    ),
    "a mixed-up binary that says so": (
        spoiled_binary(
            "cp311-manylinux_x86_64", of="cp310-manylinux_x86_64", body=KEEP.format("nano_ffi-abi:cp310:linux-x86_64")
        ),
        "says that it was built for cp310, expected cp311 for the tag: "
        "put the binary that was built for it into the wheel",
    ),
}


@pytest.mark.parametrize("way", BINARIES)
def test_a_wrong_binary_is_refused(build: Build, tmp_path: Path, way: str) -> None:
    spoil, expected = BINARIES[way]
    found = spoil(build, tmp_path)
    assert any(problem.endswith(f": {expected}") and ": probe_pkg/probe." in problem for problem in found), found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("probe.pdb", ""),
        *(
            (path, f"names a PDB file by its path ({path}): strip it (-fstrip), or link with -PDBALTPATH:NAME.pdb")
            for path in (r"C:\a.pdb", "b/a.pdb")
        ),
    ],
)
def test_a_pdb_is_named_without_a_path(build: Build, tmp_path: Path, name: str, expected: str) -> None:
    data = build(*parts(WINDOWS), flags=("-fno-strip",))
    assert data.count(b"probe.pdb\0") == 1
    data = data.replace(b"probe.pdb\0", name.encode().ljust(10, b"\0"))
    found = problems(pack(tmp_path, WINDOWS, contents(WINDOWS, data)))
    assert [problem.rpartition(": probe_pkg/probe.cp313-win_amd64.pyd: ")[2] for problem in found] == [expected] * bool(
        expected
    )


BEYOND = {
    "manylinux_x86_64": ("62 f1 6d 48 fe d9", "`vpaddd zmm3,zmm2,zmm1`", "AVX512F"),
    "musllinux_i686": ("c5 ed fe d9", "vpaddd", "AVX2"),
    "win_amd64": ("c5 ed fe d9", "vpaddd", "AVX2"),
    "macosx_x86_64": ("66 0f 38 37 c1", "pcmpgtq", "SSE4_2"),
    "manylinux_aarch64": ("20 00 e0 b8", "`ldaddal w0, w0, [x1]`", "LSE"),
    "win_arm64": ("20 00 e0 b8", "`ldaddal w0, w0, [x1]`", "LSE"),
    "android_arm64_v8a": ("20 00 e0 b8", "`ldaddal w0, w0, [x1]`", "LSE"),
    "macosx_arm64": ("40 e0 d8 25", "`ptrue p0.d, vl2`", "SVE or SME"),
    "manylinux_armv7l": ("50 00 c0 f2", "`vmov.i32 q8, #0`", "NEON"),
    "manylinux_ppc64le": ("12 2e 64 7c", "`modsd r3, r4, r5`", "POWER9"),
    "manylinux_s390x": ("e7 00 00 01 30 21", "`vlgvg %r0, %v0, 1`", "the facility vector"),
    "manylinux_riscv64": ("57 70 81 cd", "`bytes 57 70 81 cd`", "an unknown instruction"),
}


@pytest.mark.parametrize("platform", BEYOND)
def test_an_instruction_beyond_the_baseline_is_refused(build: Build, tmp_path: Path, platform: str) -> None:
    code, text, feature = BEYOND[platform]
    identifier = f"cp313-{platform}"
    body = f'asm volatile (".byte {",".join("0x" + byte for byte in code.split())}");'
    wheel = pack(tmp_path, identifier, contents(identifier, build(*parts(identifier), body=body)))
    (problem,) = problems(wheel)
    assert problem.startswith(f"{wheel.name}: {member(identifier)}: `")
    assert text in problem
    assert f"is {feature}" in problem
    assert "expected nothing beyond " in problem
    assert problem.endswith("compile for the baseline (-mcpu or -Dcpu, see nano_ffi/wheels/targets.py)")


ELF, PE, MACHO = Format.ELF, Format.PE, Format.MACHO
X86 = [("x86_64", ELF), ("i686", ELF), ("x86_64", PE), ("i686", PE), ("x86_64", MACHO)]
ARM64 = [("aarch64", ELF), ("aarch64", PE), ("aarch64", MACHO)]
ARM = [("armv7l", ELF)]
ON_MACS = [("x86_64", MACHO)]
OFTEN = [("x86_64", PE), ("x86_64", MACHO)]

JUDGED: dict[str, tuple[str, str, list[tuple[str, Format]], list[tuple[str, Format]]]] = {
    # name: code, what it is beyond the baseline, on which machines, and which of them have it
    "cntd of libunwind": ("e0 e3 e0 04", "", ARM64, ARM64),
    "smstop of libunwind": ("7f 44 03 d5", "", ARM64, ARM64),
    "addsvl of libunwind": ("30 58 30 04", "", ARM64, ARM64),
    "cntd of others": ("e1 e3 e0 04", "SVE or SME", ARM64, []),
    "bsf": ("f3 0f bc c1", "", X86, X86),
    "pxor": ("66 0f ef c0", "", X86, X86),
    "addsubps": ("f2 0f d0 c1", "SSE3", X86, ON_MACS),
    "pshufb": ("66 0f 38 00 c1", "SSSE3", X86, ON_MACS),
    "pmulld": ("66 0f 38 40 c1", "SSE4_1", X86, ON_MACS),
    "pcmpgtq": ("66 0f 38 37 c1", "SSE4_2", X86, []),
    "popcnt": ("f3 0f b8 c1", "POPCNT", X86, []),
    "lzcnt": ("f3 0f bd c1", "LZCNT", X86, []),
    "cmpxchg16b": ("48 0f c7 0e", "CMPXCHG16B", [("x86_64", ELF), *OFTEN], OFTEN),
    "prefetchw": ("0f 0d 09", "PREFETCHW", X86, [("x86_64", PE)]),
    "syscall": ("0f 05", "SYSCALL", X86, [("x86_64", ELF), *OFTEN]),
    "sysenter": ("0f 34", "SEP", X86, [("i686", ELF), ("i686", PE)]),
    "vaddps": ("c5 f0 58 c2", "AVX", X86, []),
    "andn": ("c4 e2 70 f2 c2", "BMI1", X86, []),
    "movbe": ("0f 38 f0 01", "MOVBE", X86, []),
    "vfmadd132ps": ("c4 e2 71 98 c2", "FMA", X86, []),
    "rdrand": ("0f c7 f0", "RDRAND", X86, []),
    "aesenc": ("66 0f 38 dc c1", "AES", X86, []),
    "pclmullqlqdq": ("66 0f 3a 44 c1 00", "PCLMULQDQ", X86, []),
    "xsave": ("0f ae 21", "XSAVE", X86, []),
    "add x": ("20 00 02 8b", "", ARM64, ARM64),
    "fadd d": ("20 28 62 1e", "", ARM64, ARM64),
    "paciasp": ("3f 23 03 d5", "", ARM64, ARM64),
    "crc32b": ("20 40 c2 1a", "CRC", ARM64, ARM64[2:]),
    "aese": ("20 48 28 4e", "AES", ARM64, ARM64[2:]),
    "sha1c": ("20 00 02 5e", "SHA", ARM64, ARM64[2:]),
    "sm4e": ("20 84 c0 ce", "SM3 or SM4", ARM64, []),
    "ldapr": ("20 c0 bf b8", "RCPC", ARM64, ARM64[2:]),
    "sdot": ("20 94 82 4e", "DOTPROD", ARM64, ARM64[2:]),
    "pacia": ("20 00 c1 da", "PAUTH", ARM64, ARM64[2:]),
    "fadd h": ("20 28 e2 1e", "FP16", ARM64, ARM64[2:]),
    "pmull": ("20 e0 e2 0e", "AES (PMULL)", ARM64, ARM64[2:]),
    "cpyfp": ("40 04 01 19", "MOPS", ARM64, []),
    "add": ("02 00 81 e0", "", ARM, ARM),
    "vadd.f64": ("02 0b 31 ee", "", ARM, ARM),
    "vcvt.f32.s16": ("40 0a ba ee", "", ARM, ARM),
    "udiv": ("11 f2 30 e7", "hardware division (IDIV)", ARM, []),
    "sdivne": ("11 f2 10 17", "hardware division (IDIV)", ARM, []),
    "crc32b of A32": ("42 00 01 e1", "CRC", ARM, []),
    "lda": ("9f 0c 91 e1", "ARMv8", ARM, []),
    "stlexb": ("92 0e c1 e1", "ARMv8", ARM, []),
    "hlt": ("70 00 00 e1", "ARMv8", ARM, []),
    "sevl": ("05 f0 20 e3", "ARMv8", ARM, []),
    "vfma": ("02 0b a1 ee", "VFPv4 (fused multiply-add)", ARM, []),
    "vcvtb": ("60 0a b2 ee", "VFPv3 half precision", ARM, []),
    "vrintr": ("41 0b b6 ee", "ARMv8 floating point", ARM, []),
    "vjcvt": ("c1 0b f9 ee", "ARMv8 floating point", ARM, []),
    "vcvta": ("60 0a bc fe", "ARMv8 floating point", ARM, []),
    "vdup": ("10 0b 80 ee", "NEON", ARM, []),
    "vld1": ("0f 07 20 f4", "NEON", ARM, []),
    "vmov.8": ("10 0b 40 ee", "NEON", ARM, []),
    "vadd of d16": ("a2 0b 71 ee", "VFP with 32 registers (D32)", ARM, []),
    "vadd.f16": ("81 09 30 ee", "FP16", ARM, []),
    "vldr.16": ("00 09 90 ed", "FP16", ARM, []),
}


@pytest.mark.parametrize("name", JUDGED)
def test_which_instructions_a_baseline_has(name: str) -> None:
    code, feature, machines, fine = JUDGED[name]
    for machine, format in machines:
        image = Image(
            format=format,
            machine=machine,
            pointer="<Q",
            needed=(),
            search=(),
            imports=(),
            exports=frozenset(),
            versions=frozenset(),
            code=(Code(address=0, data=bytes.fromhex(code)),),
            entries=frozenset(),
            minimum_system=None,
            pointers={},
            memory=lambda _address, _size: b"",
        )
        found = [excess.feature for excess in baseline.beyond_baseline(image)]
        assert found == ([] if (machine, format) in fine else [feature]), (machine, format)


NOP = 0xE1A00000


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ((0xE59F0004, NOP, NOP, NOP, NOP), [0, 1, 2, 4]),  # ldr r0, [pc, #4]
        ((NOP, NOP, NOP, NOP, 0xE51F000C), [0, 1, 2, 4]),  # ldr r0, [pc, #-12]
        ((0xE5DF0004, NOP, NOP, NOP, NOP), [0, 1, 2, 4]),  # ldrb r0, [pc, #4]
        ((0xE5910004, NOP, NOP, NOP, NOP), [0, 1, 2, 3, 4]),  # ldr r0, [r1, #4]
        ((0xED9F0A01, NOP, NOP, NOP, NOP), [0, 1, 2, 4]),  # vldr s0, [pc, #4]
        ((0xED9F0B01, NOP, NOP, NOP, NOP), [0, 1, 2]),  # vldr d0, [pc, #4]
        ((0xE1CF00D4, NOP, NOP, NOP, NOP), [0, 1, 2]),  # ldrd r0, r1, [pc, #4]
        ((0xE28F0004, NOP, NOP, NOP, NOP), [0, 1, 2]),  # adr r0, #4
        ((0xE28F0F01, NOP, NOP, NOP, NOP), [0, 1, 2]),  # adr r0, #4, as 1 rotated by 30
        ((NOP, NOP, NOP, NOP, 0xE24F000C), [0, 1, 2]),  # adr r0, #-12
        ((0xFF000000, 0xFEFFFFFF), [1]),
    ],
)
def test_what_arm_code_loads_is_no_instruction(words: tuple[int, ...], kept: list[int]) -> None:
    units = baseline._a32_words(struct.pack(f"<{len(words)}I", *words))
    assert [offset // 4 for offset, _ in units] == kept


def test_where_instructions_begin() -> None:
    s390x = bytes.fromhex("0707 a7f40001 47000000 c00400000001 0707")
    assert [(at, len(unit)) for at, unit in baseline._s390x_units(s390x)] == [(0, 2), (2, 4), (6, 4), (10, 6), (16, 2)]
    riscv = bytes.fromhex("0100 13000000 0100 6f000000")
    assert [(at, len(unit)) for at, unit in baseline._riscv_units(riscv)] == [(0, 2), (2, 4), (6, 2), (8, 4)]
    # b, bl, b.eq, cbz, cbnz, tbz, adr, adrp, and one of libunwind's; but not bc.eq and nop
    branches = (
        0x14000001,
        0x94000001,
        0x54000020,
        0x34000020,
        0xB5000020,
        0x36000020,
        0x10000000,
        0x90000000,
        0x04E0E3E0,
    )
    units = baseline._a64_words(struct.pack("<11I", *branches, 0x54000030, 0xD503201F))
    assert [offset // 4 for offset, _ in units] == [9, 10]
    # The primary opcode 0 of POWER.
    assert [at for at, _ in baseline._ppc_words(bytes.fromhex("00000000 00000060 ffffff03 00000004"))] == [4, 12]


def test_each_instruction_beyond_the_baseline_is_counted(build: Build) -> None:
    image = image_of(build(*parts(LINUX)))
    vpxor = bytes.fromhex("c5f9efc0")
    (excess,) = baseline.beyond_baseline(dataclasses.replace(image, code=(Code(address=64, data=vpxor * 3),)))
    assert (excess.count, excess.address) == (3, 64)


def changed(**fields: Any) -> Callable[[Image], Image]:
    return lambda image: dataclasses.replace(image, **fields)


def with_relro(gap: int) -> Callable[[Image], Image]:
    """RELRO ends so many bytes before data that begin 8 KiB behind a page of 64."""

    def change(image: Image) -> Image:
        (relro,) = (s for s in image.segments if s.kind == "GNU_RELRO")
        data = Segment(kind="LOAD", writable=True, offset=8192, address=(1 << 20) + 8192, size=8, alignment=16384)
        last = dataclasses.replace(relro, address=data.address - gap - relro.size)
        return dataclasses.replace(image, segments=(last, data))

    return change


LOADED: dict[str, tuple[str, Callable[[Image], Image], list[str]]] = {
    "as it was compiled": ("android_29", changed(), []),
    "a C library": (
        "android_29",
        changed(needed=("libpython3.13.so", "libc.so")),
        [
            "needs libc.so, expected nothing but libpython3.13.so for android_x86_64: link it statically, or leave it out "
            "(which Android has which function of its C library is not known here)"
        ],
    ),
    "thread-local variables before API level 29": (
        "android_24",
        changed(
            segments=(Segment(kind="TLS", writable=False, offset=0, address=0, size=8, alignment=8),),
        ),
        [
            "has PT_TLS, thread-local variables, which Android knows since API level 29, expected at most 24 for the tag: "
            "build with -target …-linux-android.24, or retag the wheel"
        ],
    ),
    "relative relocations before API level 30": (
        "android_29",
        changed(dynamic=frozenset({"NEEDED", "RELR"})),
        [
            "has DT_RELR which Android knows since API level 30, expected at most 29 for the tag: "
            "build with -target …-linux-android.29, or retag the wheel"
        ],
    ),
    "relative relocations": ("android_30", changed(dynamic=frozenset({"NEEDED", "RELR"})), []),
    "no section headers": (
        "android_29",
        changed(sections=frozenset()),
        [
            "has no section header of .dynamic, without which Android does not load it: strip it with a tool that keeps "
            "section headers"
        ],
    ),
    "RELRO that ends with the page before": ("android_29", with_relro(8192), []),
    "RELRO that ends in the page of data": (
        "android_29",
        with_relro(4096),
        [
            "is laid out for memory pages of 4 KiB at most, expected 16 KiB, which Android 15 can have: "
            "link with `-z max-page-size=16384`"
        ],
    ),
}


@pytest.mark.parametrize("way", LOADED)
def test_what_android_does_not_load_is_refused(build: Build, way: str) -> None:
    tag, change, expected = LOADED[way]
    found: list[str] = []

    def expect(holds: object, problem: str) -> bool:
        found.extend([] if holds else [problem])
        return bool(holds)

    (image,) = read(build(*parts(ANDROID)), expect)
    claim = claim_of(parse_tag(f"cp313-cp313-{tag}_x86_64"))
    check_android(change(image), "probe_pkg", claim, frozenset(), claim.library, expect)
    assert found == expected


NEEDED = "needs {}, which not every interpreter has: do not link libpython, the interpreter has its symbols"
BUNDLED = frozenset({"probe_pkg/probe.so", "probe.libs/libfoo-1234.so.1", "probe_pkg/.dylibs/libfoo.dylib"})

LINKED: dict[str, tuple[str, Callable[[Image], Image], list[str]]] = {
    "libpython": (
        LINUX,
        changed(needed=("libpython3.13.so.1.0",)),
        [NEEDED.format("libpython3.13.so.1.0")],
    ),
    "libpython on musl": (
        "cp313-musllinux_x86_64",
        changed(needed=("libpython3.13.so.1.0",)),
        [NEEDED.format("libpython3.13.so.1.0")],
    ),
    "libpython on macOS": (
        MACOS,
        changed(needed=("/Library/Frameworks/Python.framework/Versions/3.13/lib/libpython3.13.dylib",)),
        [NEEDED.format("/Library/Frameworks/Python.framework/Versions/3.13/lib/libpython3.13.dylib")],
    ),
    "a library of no system": (
        LINUX,
        changed(needed=("libc.so.6", "libfoo.so.1")),
        [
            "needs libfoo.so.1, expected only the libraries of glibc for manylinux_x86_64: "
            "let `auditwheel repair` bundle it, or link it statically"
        ],
    ),
    "musl's library under glibc": (
        LINUX,
        changed(needed=("libc.musl-x86_64.so.1",)),
        [
            "needs libc.musl-x86_64.so.1, expected only the libraries of glibc for manylinux_x86_64: "
            "build with -target …-linux-gnu.VERSION"
        ],
    ),
    "glibc's library on musl": (
        "cp313-musllinux_x86_64",
        changed(needed=("libc.so.6",)),
        [
            "needs libc.so.6, expected nothing but libc.musl-x86_64.so.1 for musllinux_x86_64: "
            "build with -target …-linux-musl, and let `auditwheel repair` bundle other libraries"
        ],
    ),
    "musl, which calls an architecture otherwise": (
        "cp313-musllinux_i686",
        changed(needed=("libc.musl-x86.so.1",)),
        [],
    ),
    "versions of glibc on musl": (
        "cp313-musllinux_x86_64",
        changed(versions=frozenset({"GLIBC_2.2.5"})),
        ["needs symbol versions of glibc (GLIBC_…) although it is for musl: build with -target …-linux-musl"],
    ),
    "a library of the wheel": (LINUX, changed(needed=("libfoo-1234.so.1",), search=("$ORIGIN/../probe.libs",)), []),
    "every library of glibc": (
        LINUX,
        changed(
            needed=("libc.so.6", "libm.so.6", "libdl.so.2", "librt.so.1", "libpthread.so.0", "ld-linux-x86-64.so.2")
        ),
        [],
    ),
    "libraries of the compiler": (LINUX, changed(needed=("libgcc_s.so.1", "libstdc++.so.6", "libatomic.so.1")), []),
    "the newest glibc of the tag": (LINUX, changed(versions=frozenset({"GLIBC_2.2.5", "GLIBC_2.17"})), []),
    "the next glibc": (
        LINUX,
        changed(versions=frozenset({"GLIBC_2.17", "GLIBC_2.18"})),
        [
            "needs a loader of GLIBC_2.18, expected at most GLIBC_2.17 for the tag: "
            "build with -target …-linux-gnu.2.17, or retag the wheel"
        ],
    ),
    "relative relocations, which glibc knows since 2.36": (
        LINUX,
        changed(versions=frozenset({"GLIBC_2.17", "GLIBC_ABI_DT_RELR"})),
        [
            "needs a loader of GLIBC_ABI_DT_RELR, expected at most GLIBC_2.17 for the tag: "
            "build with -target …-linux-gnu.2.17, or retag the wheel"
        ],
    ),
    "glibc's internals": (
        LINUX,
        changed(versions=frozenset({"GLIBC_2.17", "GLIBC_PRIVATE"})),
        ["needs GLIBC_PRIVATE symbols, which change with every glibc: do not link glibc's internals"],
    ),
    "a foreign library on macOS": (
        MACOS,
        changed(needed=("/usr/lib/libSystem.B.dylib", "/opt/homebrew/lib/libfoo.dylib")),
        [
            "needs /opt/homebrew/lib/libfoo.dylib, which is neither macOS' nor in the wheel: "
            "let the repair command put it there, or link it statically"
        ],
    ),
    "a library of /usr/local on macOS": (
        MACOS,
        changed(needed=("/usr/lib/local/libfoo.dylib",)),
        [
            "needs /usr/lib/local/libfoo.dylib, which is neither macOS' nor in the wheel: "
            "let the repair command put it there, or link it statically"
        ],
    ),
    "libraries of macOS and of the wheel": (
        MACOS,
        changed(
            needed=(
                "/usr/lib/libSystem.B.dylib",
                "/System/Library/Frameworks/Security.framework/Versions/A/Security",
                "@loader_path/.dylibs/libfoo.dylib",
            )
        ),
        [],
    ),
}


@pytest.mark.parametrize("way", LINKED)
def test_what_not_every_system_links_is_refused(build: Build, way: str) -> None:
    identifier, change, expected = LINKED[way]
    found: list[str] = []

    def expect(holds: object, problem: str) -> bool:
        found.extend([] if holds else [problem])
        return bool(holds)

    (image,) = read(build(*parts(identifier)), expect)
    check_linking(change(image), "probe_pkg", claim_of(parse_tag(targets.parse(identifier).tag)), BUNDLED, None, expect)
    assert found == expected


@pytest.mark.parametrize(
    "path",
    [
        "/home/somebody/x.zig",
        "/Users/somebody/x.zig",
        "/tmp/x/y.zig",
        "/private/tmp/x",
        "/var/folders/ab/x",
        str(PurePosixPath("/", "root", "x.zig")),
        "/github/workspace/x",
        r"C:\Users\somebody\x.zig",
        "D:/a/project/x.zig",
    ],
)
def test_every_path_of_a_builder_is_seen(path: str) -> None:
    found: list[str] = []

    def expect(holds: object, problem: str) -> bool:
        found.extend([] if holds else [problem])
        return bool(holds)

    extension._check_paths(b"\0text\0" + path.encode() + b"\0more", expect)
    assert found == [
        f"names a path of the machine that built it ({path}): build for release and strip (-fstrip), "
        "and keep @src().file and absolute paths out of messages"
    ]


def elf_segment(data: bytes, kind: int) -> int:
    """Where the program header of a segment begins, in an ELF file of 64 bits."""
    (table,), (count,) = struct.unpack_from("<Q", data, 32), struct.unpack_from("<H", data, 56)
    return next(at for at in range(table, table + 56 * count, 56) if struct.unpack_from("<I", data, at) == (kind,))


def elf_dynamic(data: bytes, tag: int) -> int:
    """Where the value of an entry of the dynamic section begins, in an ELF file of 64 bits."""
    (at,) = struct.unpack_from("<Q", data, elf_segment(data, 2) + 8)
    while struct.unpack_from("<Q", data, at) != (tag,):
        at += 16
    return int(at) + 8


def pe_field(offset: int) -> Callable[[bytes], int]:
    """Where a field of the optional header begins."""
    return lambda data: int(struct.unpack_from("<I", data, 0x3C)[0]) + 24 + offset


def macho_segment(data: bytes, name: bytes) -> int:
    """Where a segment's load command begins."""
    return data.index(struct.pack("<I", 0x19), 28) if name == b"" else data.index(name.ljust(16, b"\0")) - 8


PATCHED: dict[str, tuple[str, Callable[[bytes], int], int, str]] = {
    "an executable stack": (
        LINUX,
        lambda data: elf_segment(data, 0x6474E551) + 4,
        0x1,
        "its stack is executable (no PT_GNU_STACK without PF_X): link with `-z noexecstack`",
    ),
    "a segment that is writable and executable": (
        LINUX,
        lambda data: elf_segment(data, 1) + 4,
        0x3,
        "a segment is writable and executable: link without `-z rwx` or linker scripts",
    ),
    "text relocations": (
        LINUX,
        lambda data: elf_dynamic(data, 30),  # DT_FLAGS
        0x4,
        "has text relocations (DT_TEXTREL): compile as position-independent code (-fPIC)",
    ),
    "ARM with soft float": (
        "cp312-manylinux_armv7l",
        lambda _data: 37,
        0x6,
        "ELF flags are 0x5000200, expected 0x5000400 under the mask 0xff000600: "
        "EABI 5 with hard float, target …-gnueabihf or …-musleabihf",
    ),
    "RISC-V with soft float": (
        "cp313-manylinux_riscv64",
        lambda _data: 48,
        0x4,
        "ELF flags are 0x1, expected 0x4 under the mask 0x1e: the double-precision float ABI lp64d, CPU baseline_rv64",
    ),
    "the old ABI of POWER": (
        "cp314t-manylinux_ppc64le",
        lambda _data: 48,
        0x3,
        "ELF flags are 0x1, expected 0x2 under the mask 0x3: the ABI ELFv2",
    ),
    "no ASLR": (
        WINDOWS,
        pe_field(70),
        0x40,
        "DllCharacteristics lacks DYNAMIC_BASE: link with `--dynamic-base` as Zig does",
    ),
    "no ASLR with 64 bits": (
        WINDOWS,
        pe_field(70),
        0x20,
        "DllCharacteristics lacks HIGH_ENTROPY_VA: link with `--high-entropy-va` as Zig does",
    ),
    "no DEP": (WINDOWS, pe_field(71), 0x1, "DllCharacteristics lacks NX_COMPAT: link with `--nx-compat` as Zig does"),
    "an executable stack on macOS": (
        "cp313-macosx_x86_64",
        lambda _data: 26,
        0x2,
        "its stack is executable (MH_ALLOW_STACK_EXECUTION): link without -allow_stack_execute",
    ),
    "a segment of macOS that is writable and executable": (
        "cp313-macosx_x86_64",
        lambda data: macho_segment(data, b"__TEXT") + 60,
        0x2,
        "a segment is writable and executable: link without -segprot",
    ),
}


@pytest.mark.parametrize("way", PATCHED)
def test_a_binary_without_hardening_is_refused(build: Build, tmp_path: Path, way: str) -> None:
    identifier, where, bits, expected = PATCHED[way]
    data = bytearray(build(*parts(identifier)))
    data[where(bytes(data))] ^= bits
    found = problems(pack(tmp_path, identifier, contents(identifier, bytes(data))))
    assert any(problem.endswith(f": {expected}") for problem in found), found


def test_a_broken_code_signature_is_refused(build: Build, tmp_path: Path) -> None:
    data = bytearray(build(*parts(MACOS)))
    data[data.index(b"probe\0")] ^= 1
    found = problems(pack(tmp_path, MACOS, contents(MACOS, bytes(data))))
    assert any("its code signature is broken, the hash of page " in problem for problem in found), found


def test_debug_information_that_is_compressed_is_refused(build: Build, tmp_path: Path) -> None:
    data = build(*parts(LINUX)).replace(b"\0.gnu.hash\0", b"\0.zdebug_l\0")
    (problem,) = problems(pack(tmp_path, LINUX, contents(LINUX, data)))
    assert problem.endswith("holds debug information (.zdebug_l): build for release and strip (-fstrip)")


def test_what_older_linkers_export_is_no_interface(build: Build, tmp_path: Path) -> None:
    names = ("__bss_start__", "__bss_end__", "__end__", "_bss_end__")
    data = build(*parts(LINUX), code="".join(f"export var {name}: u8 = 0;\n" for name in names))
    assert problems(pack(tmp_path, LINUX, contents(LINUX, data))) == []
    data = build(*parts(LINUX), code="export var more: u8 = 0;\n")
    (problem,) = problems(pack(tmp_path, LINUX, contents(LINUX, data)))
    assert "more" in problem


def image_of(data: bytes) -> Image:
    """What is read of a binary for one machine, whatever is wrong with it."""
    (image,) = read(data, lambda holds, _problem: bool(holds))
    return image


def imports_of(data: bytes) -> dict[str, tuple[str | None, bool]]:
    """What it needs of others: from which library, and whether it does without."""
    return {found.name: (found.library, found.weak) for found in image_of(data).imports}


def test_what_a_binary_needs_is_read(build: Build) -> None:
    strong = "extern fn __cxa_finalize() void;\nextern fn needed() void;\n"
    weak = 'const wanted = @extern(?*const fn () callconv(.c) void, .{ .name = "wanted", .linkage = .weak });\n'
    body = "__cxa_finalize();\n    needed();\n    if (wanted) |f| f();"
    assert imports_of(build(*parts(LINUX), code=strong + weak, body=body)) == {
        "PyModuleDef_Init": (None, False),
        "needed": (None, False),
        "wanted": (None, True),
        "__cxa_finalize": (None, True),  # by convention
    }
    data = build(*parts(MACOS), code="extern fn getpid() c_int;\n", body="_ = getpid();", flags=("-lc",))
    system = "/usr/lib/libSystem.B.dylib"
    assert imports_of(data) == {
        "PyModuleDef_Init": (None, False),
        "getpid": (system, False),
        "dyld_stub_binder": (system, False),
    }
    # The number of a library that is not there.
    at = data.index(struct.pack("<II", 0x2, 24), 32)  # LC_SYMTAB
    table, count, names = struct.unpack_from("<III", data, at + 8)
    broken = bytearray(data)
    for entry in range(table, table + 16 * count, 16):
        (name,) = struct.unpack_from("<I", data, entry)
        if data[names + name :].startswith(b"_getpid\0"):
            broken[entry + 7] = 200
    assert imports_of(bytes(broken))["getpid"] == (None, False)


@pytest.mark.parametrize("platform", ["manylinux_x86_64", "manylinux_i686", "macosx_arm64", "win_amd64", "win32"])
def test_the_header_of_a_module_is_found(build: Build, platform: str) -> None:
    for python, header in {
        "cp310": ModuleHeader(free_threaded=False, reference_count=1),
        "cp314t": ModuleHeader(free_threaded=True, reference_count=4),
    }.items():
        image = image_of(build(*parts(f"{python}-{platform}")))
        assert module_headers(image, "probe") == {header}
        assert module_headers(image, "prob") == set()


@pytest.mark.parametrize(
    ("size", "pointers", "is_one"),
    [
        (-1, (), True),
        (0, (), True),
        (4096, (), True),
        (-2, (), False),
        (1 << 30, (), False),
        (0, (0x1008,), False),
        (0, (0x1000,), False),
    ],
)
def test_what_only_looks_like_a_header_is_none(
    build: Build, size: int, pointers: tuple[int, ...], is_one: bool
) -> None:
    """Five words, a pointer to the module's name, its documentation, and `size`."""
    data = struct.pack("<6Q2q", 1, 0, 0, 0, 0, 0x1040, 0, size) + b"probe\0"
    image = image_of(build(*parts(LINUX)))
    image = dataclasses.replace(
        image,
        memory=lambda address, count: data[address - 0x1000 : address - 0x1000 + count] if address >= 0x1000 else b"",
        pointers={0x1028: 0x1040, **dict.fromkeys(pointers, 0x1010)},
    )
    header = ModuleHeader(free_threaded=False, reference_count=1)
    assert module_headers(image, "probe") == ({header} if is_one else set())


def test_the_oldest_macos_is_read(build: Build) -> None:
    data = build(*parts(MACOS), flags=("-target", "aarch64-macos.12.3"))
    assert image_of(data).minimum_system == (12, 3)


def test_a_flipped_byte_in_the_zip_is_refused(build: Build, tmp_path: Path) -> None:
    wheel = pack(tmp_path, LINUX, contents(LINUX, build(*parts(LINUX))))
    data = bytearray(wheel.read_bytes())
    data[data.index(b"Do as you like.")] ^= 1
    wheel.write_bytes(data)
    name = "probe-1.0.dist-info/licenses/LICENSE"
    assert (
        f"{wheel.name}: {name}: cannot be unpacked (Bad CRC-32 for file '{name}'): build it again, or copy it again"
        in problems(wheel)
    )


def test_a_byte_flipped_before_packing_is_refused(build: Build, tmp_path: Path) -> None:
    files = contents(LINUX, build(*parts(LINUX)))
    changed = {**files, "probe_pkg/__init__.py": b"import os"}
    one, two = problems(pack(tmp_path, LINUX, changed, listed=files))
    assert ": probe_pkg/__init__.py: has the hash sha256=" in one
    assert one.endswith(" by RECORD: it was changed after packing; repack with `wheel pack`, or build the wheel again")
    assert ": probe_pkg/__init__.py: has 9 bytes, expected 0 by RECORD: it was changed after packing; " in two


def test_a_flipped_byte_anywhere_is_refused(build: Build, tmp_path: Path) -> None:
    wheel = pack(tmp_path, LINUX, contents(LINUX, build(*parts(LINUX))))
    right = wheel.read_bytes()
    # A central directory has fields that nothing reads, such as the version that wrote an entry.
    for position in range(0, right.index(b"PK\1\2"), 97):
        data = bytearray(right)
        data[position] ^= 0x10
        wheel.write_bytes(data)
        header = right.rindex(b"PK\3\4", 0, position + 4)
        if 4 <= position - header < 26:
            continue  # a local header, whose copy in the central directory is what counts
        assert problems(wheel), position


def test_a_truncated_wheel_is_refused(build: Build, tmp_path: Path) -> None:
    wheel = pack(tmp_path, LINUX, contents(LINUX, build(*parts(LINUX))))
    wheel.write_bytes(wheel.read_bytes()[:-100])
    assert problems(wheel) == [
        f"{wheel.name}: file: is no zip file (File is not a zip file), expected a complete one: build it again, "
        "or copy it again"
    ]


def without(name: str) -> Callable[[Files], Files]:
    return lambda files: {key: data for key, data in files.items() if key != name}


def with_file(name: str, data: bytes) -> Callable[[Files], Files]:
    return lambda files: {**files, name: data}


def replaced(name: str, old: bytes, new: bytes) -> Callable[[Files], Files]:
    return lambda files: {**files, name: files[name].replace(old, new)}


OURS = b"nano_ffi-abi:cp313:"
"""What an extension of nano_ffi's says of itself."""

FILES: dict[str, tuple[Callable[[Files], Files], str]] = {
    "no stub": (
        lambda files: {**without("probe_pkg/probe.pyi")(files), member(LINUX): files[member(LINUX)] + OURS},
        f"{member(LINUX)}: has no stub, expected probe_pkg/probe.pyi beside it: write one, "
        "and install it into the wheel",
    ),
    "no py.typed": (
        without("probe_pkg/py.typed"),
        "probe_pkg/py.typed: is missing, so that type checkers ignore the stubs (PEP 561): "
        "put an empty probe_pkg/py.typed into the package",
    ),
    "no extension": (
        without(member(LINUX)),
        "file: has no extension module, expected at least one: nothing was built, "
        "or it was not installed into the wheel",
    ),
    "no license": (
        without("probe-1.0.dist-info/licenses/LICENSE"),
        "probe-1.0.dist-info/METADATA: says License-File: LICENSE, which is not in probe-1.0.dist-info/licenses: "
        "build with a backend that knows PEP 639",
    ),
    "a license without its text": (
        replaced("probe-1.0.dist-info/METADATA", b"License-File: LICENSE", b"License-Expression: MIT"),
        "probe-1.0.dist-info/METADATA: says a license, but has no License-File: "
        "name the license's file in license-files of [project]",
    ),
    "no metadata": (
        without("probe-1.0.dist-info/METADATA"),
        "probe-1.0.dist-info/METADATA: is missing: build the wheel again",
    ),
    "no tag": (
        replaced("probe-1.0.dist-info/WHEEL", f"Tag: {targets.parse(LINUX).tag}\n".encode(), b""),
        f"probe-1.0.dist-info/WHEEL: lacks Tag: {targets.parse(LINUX).tag}, which is in the file's name: "
        "use `wheel tags` to rename a wheel",
    ),
    "names that differ in case": (
        with_file("probe_pkg/Probe.pyi", b""),
        "probe_pkg/Probe.pyi: is the same file as probe_pkg/probe.pyi on Windows and macOS: rename one",
    ),
    "wrong tag": (
        replaced("probe-1.0.dist-info/WHEEL", b"manylinux_2_17", b"manylinux_2_28"),
        "probe-1.0.dist-info/WHEEL: says Tag: cp313-cp313-manylinux_2_28_x86_64, which is not in the file's name: "
        "use `wheel tags` to rename a wheel",
    ),
    "purelib": (
        replaced("probe-1.0.dist-info/WHEEL", b"Purelib: false", b"Purelib: true"),
        "probe-1.0.dist-info/WHEEL: says Root-Is-Purelib: true, expected false because there are extensions: "
        "set it in the build backend",
    ),
    "wrong version": (
        replaced("probe-1.0.dist-info/METADATA", b"Version: 1.0", b"Version: 1.1"),
        "probe-1.0.dist-info/METADATA: says Version: 1.1, expected 1.0 by the file's name: do not rename wheels",
    ),
    "wrong name": (
        replaced("probe-1.0.dist-info/METADATA", b"Name: probe", b"Name: prove"),
        "probe-1.0.dist-info/METADATA: says Name: prove, expected probe by the file's name: do not rename wheels",
    ),
    "byte code": (
        with_file("probe_pkg/__pycache__/a.cpython-313.pyc", b""),
        "probe_pkg/__pycache__/a.cpython-313.pyc: is left over from a build, expected only what is imported: "
        "exclude it in the build backend",
    ),
    "tests": (
        with_file("tests/test_it.py", b""),
        "tests/test_it.py: is a test, expected only what is imported: exclude it in the build backend",
    ),
    "a way out": (
        with_file("../evil.py", b""),
        "../evil.py: lies outside of the wheel, expected a relative path without `..`: build the wheel again",
    ),
    "text that is named as a binary": (
        with_file(member(LINUX), b"#!/bin/sh"),
        f"{member(LINUX)}: is named as a binary, but is neither ELF, Mach-O nor PE: put the binary there",
    ),
    "half a binary": (
        lambda files: {**files, member(LINUX): files[member(LINUX)][:40]},
        f"{member(LINUX)}: cannot be read as Linux ELF: it is truncated or damaged; build it again",
    ),
    "a large file": (
        with_file("probe_pkg/data.bin", bytes(11_000_000)),
        "file: has 11.0 MB, expected at most 10 MB: build for release and strip, or raise --max-size",
    ),
}


@pytest.mark.parametrize("way", FILES)
def test_wrong_files_are_refused(build: Build, tmp_path: Path, way: str) -> None:
    spoil, expected = FILES[way]
    wheel = pack(tmp_path, LINUX, spoil(contents(LINUX, build(*parts(LINUX)))))
    assert f"{wheel.name}: {expected}" in problems(wheel)


def test_a_typed_package_of_others_may_have_an_extension_without_a_stub(build: Build, tmp_path: Path) -> None:
    wheel = pack(tmp_path, LINUX, without("probe_pkg/probe.pyi")(contents(LINUX, build(*parts(LINUX)))))
    report = verify_wheel(wheel, options=Options(quick=True, max_size=10))
    assert report.problems == []
    assert f"{wheel.name}: {member(LINUX)}: has no stub, so that type checkers know nothing of it" in report.notes


def test_code_that_asks_the_cpu_first_is_a_note(build: Build, tmp_path: Path) -> None:
    avx = 'asm volatile (".byte 0xc5, 0xfc, 0x58, 0xc0");'  # vaddps ymm0, ymm0, ymm0
    asked = 'asm volatile (".byte 0x0f, 0xa2" ::: .{ .eax = true, .ebx = true, .ecx = true, .edx = true });'
    for body, refused in [(avx, True), (f"{asked} {avx}", False)]:
        binary = build(*parts(LINUX), body=body)
        report = verify_wheel(pack(tmp_path, LINUX, contents(LINUX, binary)), options=Options(quick=True, max_size=10))
        assert bool(report.problems) == refused
        assert any("uses AVX (1), and asks the CPU what it has" in note for note in report.notes) != refused


def test_a_path_of_this_machine_is_refused(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    extension._own_paths.cache_clear()
    spoil = with_file("probe_pkg/__init__.py", f"here = '{tmp_path / 'x'}'".encode())
    wheel = pack(tmp_path, LINUX, spoil(contents(LINUX, build(*parts(LINUX)))))
    assert problems(wheel) == [
        f"{wheel.name}: probe_pkg/__init__.py: names a path of this machine ({tmp_path}/): "
        "keep absolute paths out of what is generated"
    ]
    extension._own_paths.cache_clear()


def test_a_file_that_record_does_not_list_is_refused(build: Build, tmp_path: Path) -> None:
    files = contents(LINUX, build(*parts(LINUX)))
    wheel = pack(tmp_path, LINUX, {**files, "probe_pkg/more.py": b""}, listed=files)
    assert problems(wheel) == [
        f"{wheel.name}: probe-1.0.dist-info/RECORD: does not list probe_pkg/more.py, which is in the wheel: "
        "repack with `wheel pack`, or build the wheel again"
    ]


def test_a_file_that_only_record_has_is_refused(build: Build, tmp_path: Path) -> None:
    files = contents(LINUX, build(*parts(LINUX)))
    wheel = pack(tmp_path, LINUX, files, listed={**files, "probe_pkg/more.py": b""})
    assert problems(wheel) == [
        f"{wheel.name}: probe-1.0.dist-info/RECORD: lists probe_pkg/more.py, which is not in the wheel: "
        "repack with `wheel pack`, or build the wheel again"
    ]


def test_a_member_that_is_there_twice_is_refused(build: Build, tmp_path: Path) -> None:
    wheel = pack(tmp_path, LINUX, contents(LINUX, build(*parts(LINUX))))
    with zipfile.ZipFile(wheel, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(zipfile.ZipInfo("probe_pkg/__init__.py", (2020, 1, 1, 0, 0, 0)), b"")
    assert (
        f"{wheel.name}: probe_pkg/__init__.py: is in the zip archive twice, "
        "so that it depends on the installer which one counts: "
        "build the wheel again"
    ) in problems(wheel)


@pytest.mark.parametrize("mode", [0o100666, 0o104755, 0o120777, 0o120755, 0o100244])
def test_permissions_and_times_are_checked(build: Build, tmp_path: Path, mode: int) -> None:
    """What everybody writes, runs as another user, is a symbolic link, or what not even its owner reads."""
    wheel = pack(tmp_path, LINUX, contents(LINUX, build(*parts(LINUX))))
    with zipfile.ZipFile(wheel, "a") as archive:
        entry = zipfile.ZipInfo("probe_pkg/more.py", (2021, 1, 1, 0, 0, 0))
        entry.external_attr = mode << 16
        archive.writestr(entry, b"")
    text = "\n".join(problems(wheel))
    assert "file: its members have 2 different times, expected one for all" in text
    assert f"probe_pkg/more.py: has the permissions {mode:o}, expected a regular file" in text


def test_what_is_around_the_zip_archive_is_refused(build: Build, tmp_path: Path) -> None:
    wheel = pack(tmp_path, LINUX, contents(LINUX, build(*parts(LINUX))))
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.comment = b"more"
    wheel.write_bytes(b"#!/bin/sh\n" + wheel.read_bytes())
    assert problems(wheel) == [
        f"{wheel.name}: file: has bytes before the zip archive, expected none: build it again, or copy it again",
        f"{wheel.name}: file: has a comment in the zip archive, expected none: "
        "installers may read something else into it",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("probe-1.0.whl", "is no name of a wheel"),
        ("probe-1.0-py3-none-any.whl", "its platform tag any is none that an index takes or that is known here"),
        ("probe-1.0-cp313-cp313-linux_x86_64.whl", "its platform tag linux_x86_64 is none that an index takes"),
        ("probe-1.0-cp313-cp313-android_x86_64.whl", "its platform tag android_x86_64 is none that an index takes"),
        (
            "probe-1.0-cp312-cp312-android_29_x86_64.whl",
            "no target 'cp312-android_x86_64': CPython 3.12 is not made for android_x86_64, "
            "only 3.13 and later, not free-threaded",
        ),
        ("probe-1.0-cp313-none-win_amd64.whl", "its tag cp313-none is none of a CPython extension"),
        ("probe-1.0-cp312-cp313-win_amd64.whl", "its tag cp312-cp313 is none of a CPython extension"),
        ("probe-1.0-py3-abi3-win_amd64.whl", "its tag py3-abi3 is none of a CPython extension"),
        (
            "probe-1.0-cp313-cp313-manylinux_2_17_x86_64.musllinux_1_2_x86_64.whl",
            "are of several platforms or CPythons",
        ),
        (
            "probe-1.1-cp313-cp313-manylinux_2_17_x86_64.whl",
            "its metadata folders are probe-1.0.dist-info, expected probe-1.1.dist-info",
        ),
        (
            "probe-1.0-cp313-cp313-win_amd64.whl",
            "says Tag: cp313-cp313-manylinux_2_17_x86_64, which is not in the file's name",
        ),
    ],
)
def test_wrong_file_names_are_refused(build: Build, tmp_path: Path, name: str, text: str) -> None:
    wheel = pack(tmp_path, LINUX, contents(LINUX, build(*parts(LINUX))))
    assert any(text in problem for problem in problems(wheel.rename(tmp_path / name)))


@pytest.mark.parametrize(
    ("identifier", "right", "wrong", "trap"),
    [
        (
            "cp310-musllinux_x86_64",
            "-linux-gnu.so",
            "-linux-musl.so",
            " (CPython 3.10 has the suffix of glibc on musl too)",
        ),
        ("cp311-musllinux_x86_64", "-linux-musl.so", "-linux-gnu.so", ""),
        ("cp313-win_amd64", ".cp313-win_amd64.pyd", ".pyd", ""),
        ("cp314t-macosx_arm64", ".cpython-314t-darwin.so", ".cpython-314-darwin.so", ""),
    ],
)
def test_a_wrong_suffix_is_refused(
    build: Build, tmp_path: Path, identifier: str, right: str, wrong: str, trap: str
) -> None:
    files = contents(identifier, build(*parts(identifier)))
    name = member(identifier)
    files[name.replace(right, wrong)] = files.pop(name)
    suffix = targets.parse(identifier).suffix
    version = targets.parse(identifier).python.version
    wheel = pack(tmp_path, identifier, files)
    assert problems(wheel) == [
        f"{wheel.name}: {name.replace(right, wrong)}: its suffix is {suffix.replace(right, wrong)}, "
        f"expected {suffix}{trap}: "
        f"CPython {version} finds only that; name the file so"
    ]


def test_a_name_that_is_not_the_modules_is_refused(build: Build, tmp_path: Path) -> None:
    files = contents(LINUX, build(*parts(LINUX)))
    files[member(LINUX).replace("probe.", "prove.")] = files.pop(member(LINUX))
    files["probe_pkg/prove.pyi"] = b""
    (problem,) = problems(pack(tmp_path, LINUX, files))
    assert "exports PyInit_probe, expected PyInit_prove, by the file's name: " in problem


def stable(files: Files, *, floor: int, suffix: str) -> Files:
    old = f"cp313-cp313-{targets.parse(LINUX).platform.wheel_tag}".encode()
    new = f"cp3{floor}-abi3-{targets.parse(LINUX).platform.wheel_tag}".encode()
    files["probe-1.0.dist-info/WHEEL"] = files["probe-1.0.dist-info/WHEEL"].replace(old, new)
    files[f"probe_pkg/probe{suffix}"] = files.pop(member(LINUX))
    return files


@pytest.mark.parametrize(
    ("code", "body", "floor", "expected"),
    [
        ("", "", 10, []),
        (
            "extern fn PyLong_AsInt() void;",
            "PyLong_AsInt();",
            10,
            [
                "imports PyLong_AsInt (since 3.13), expected only what the stable ABI of CPython 3.10 has, by the tag: "
                "do not use it, or raise the tag"
            ],
        ),
        (
            "extern fn PyLong_AsInt() void;",
            "PyLong_AsInt();",
            12,
            [
                "imports PyLong_AsInt (since 3.13), expected only what the stable ABI of CPython 3.12 has, by the tag: "
                "do not use it, or raise the tag"
            ],
        ),
        ("extern fn PyLong_AsInt() void;", "PyLong_AsInt();", 13, []),
        (
            "extern fn PyUnstable_Long_IsCompact() void;",
            "PyUnstable_Long_IsCompact();",
            13,
            ["imports PyUnstable_Long_IsCompact, which the stable ABI does not have: do not use it with abi3"],
        ),
    ],
)
def test_the_stable_abi_is_kept_to(
    build: Build, tmp_path: Path, code: str, body: str, floor: int, expected: list[str]
) -> None:
    binary = build(*parts("cp310-manylinux_x86_64"), code=code, body=body)
    files = stable(contents(LINUX, binary), floor=floor, suffix=".abi3.so")
    wheel = pack(tmp_path, LINUX, files)
    wheel = wheel.rename(wheel.with_name(wheel.name.replace("cp313-cp313", f"cp3{floor}-abi3")))
    assert problems(wheel) == [f"{wheel.name}: probe_pkg/probe.abi3.so: {text}" for text in expected]


def test_a_module_of_one_cpython_may_keep_to_its_stable_abi(build: Build, tmp_path: Path) -> None:
    name = "probe_pkg/probe.abi3.so"
    files = contents(LINUX, build(*parts("cp310-manylinux_x86_64")))
    files[name] = files.pop(member(LINUX))
    assert problems(pack(tmp_path, LINUX, files)) == []
    body, code = "PyUnstable_Long_IsCompact();", "extern fn PyUnstable_Long_IsCompact() void;"
    files[name] = build(*parts("cp310-manylinux_x86_64"), code=code, body=body)
    assert problems(wheel := pack(tmp_path, LINUX, files)) == [
        f"{wheel.name}: {name}: imports PyUnstable_Long_IsCompact, which the stable ABI does not have: do not use it with abi3"
    ]


@pytest.mark.parametrize(
    ("tags", "suffix", "dlls", "stable"),
    [
        ("cp313-cp313-manylinux_2_17_x86_64", ".abi3.so", (), "abi3"),
        ("cp313-cp313-manylinux_2_17_x86_64", ".abi3t.so", (), ""),
        ("cp315-cp315-manylinux_2_17_x86_64", ".abi3t.so", (), "abi3t"),
        ("cp315-cp315t-macosx_11_0_arm64", ".abi3t.so", (), "abi3t"),
        ("cp315-cp315t-macosx_11_0_arm64", ".abi3.so", (), ""),
        ("cp313-cp313t-manylinux_2_17_x86_64", ".abi3.so", (), ""),
        ("cp313-cp313-manylinux_2_17_x86_64", ".so", (), ""),
        ("cp313-cp313-win_amd64", ".pyd", ("kernel32.dll", "python3.dll"), "abi3"),
        ("cp313-cp313-win_amd64", ".pyd", ("python313.dll",), ""),
        ("cp315-cp315t-win_amd64", ".pyd", ("python3t.dll",), "abi3t"),
        ("cp313-cp313-win_amd64", ".cp313-win_amd64.pyd", ("python3.dll",), ""),
    ],
)
def test_which_modules_keep_to_a_stable_abi(tags: str, suffix: str, dlls: tuple[str, ...], stable: str) -> None:
    found = claim_of(parse_tag(tags)).of_module(suffix, dlls).stable
    assert found == frozenset(stable.split())


@pytest.mark.parametrize(
    ("tags", "suffix", "dll", "minimum", "free_threaded"),
    [
        ("cp310-abi3-musllinux_1_2_aarch64", ".abi3.so", "python3.dll", (1, 2), False),
        ("cp315-abi3t-win_amd64", ".pyd", "python3t.dll", None, None),
        ("cp315-abi3.abi3t-manylinux_2_17_x86_64", ".abi3t.so", "python3t.dll", (2, 17), None),
        (
            "cp313-cp313-manylinux1_i686.manylinux2014_i686",
            ".cpython-313-i386-linux-gnu.so",
            "python313.dll",
            (2, 5),
            False,
        ),
        ("cp314-cp314t-macosx_10_13_universal2", ".cpython-314t-darwin.so", "python314t.dll", (10, 13), True),
        ("cp314-cp314-android_24_arm64_v8a", ".cpython-314-aarch64-linux-android.so", "python314.dll", (24, 0), False),
    ],
)
def test_tags_are_understood(
    tags: str, suffix: str, dll: str, minimum: tuple[int, int] | None, free_threaded: bool | None
) -> None:
    claim = claim_of(parse_tag(tags))
    assert claim.suffixes[0] == suffix
    assert (claim.dll, claim.minimum, claim.free_threaded) == (dll, minimum, free_threaded)


@pytest.mark.parametrize(
    ("tags", "oldest", "suffixes"),
    [
        ("cp310-abi3-manylinux_2_17_x86_64", 10, (".abi3.so",)),
        ("cp314-abi3-macosx_11_0_arm64", 14, (".abi3.so",)),
        ("cp315-abi3-manylinux_2_17_x86_64", 15, (".abi3.so", ".abi3-x86_64-linux-gnu.so")),
        ("cp310.cp312-abi3-musllinux_1_2_x86_64", 10, (".abi3.so",)),
        ("cp312-abi3-win_amd64", 12, (".pyd",)),
    ],
)
def test_which_cpythons_find_a_stable_abi(tags: str, oldest: int, suffixes: tuple[str, ...]) -> None:
    claim = claim_of(parse_tag(tags))
    assert (claim.python, claim.suffixes) == (Python(minor=oldest), suffixes)


def test_the_table_of_cpythons_symbols() -> None:
    def has(name: str, minor: int, *, free_threaded: bool = False, windows: bool = False) -> bool:
        return name in cpython_symbols(Python(minor=minor, free_threaded=free_threaded), windows)

    assert [has("PyLong_AsInt", minor) for minor in range(10, 16)] == [False] * 3 + [True] * 3
    assert [has("PyEval_InitThreads", minor) for minor in (12, 13)] == [True, True]
    assert has("_Py_MergeZeroLocalRefcount", 14, free_threaded=True)
    assert not has("_Py_MergeZeroLocalRefcount", 14)
    assert has("PyErr_SetFromWindowsErr", 13, windows=True)
    assert not has("PyErr_SetFromWindowsErr", 13)
    assert not has("PyOS_AfterFork_Child", 13, windows=True)
    with pytest.raises(ValueError, match=r"the symbols of CPython 3\.13t are not known, only of 3\.10, "):
        cpython_symbols(Python(minor=13, free_threaded=True), False)


def test_the_command(build: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheelhouse = tmp_path / "wheelhouse"
    wheelhouse.mkdir()
    assert main([str(wheelhouse)]) == 2
    assert capsys.readouterr().err == (
        f"{wheelhouse}: there is no wheel here: build some with `nano-ffi wheels`, or name other paths\n"
    )
    for identifier in (LINUX, "cp314t-musllinux_x86_64", WINDOWS, MACOS, ANDROID):
        pack(wheelhouse, identifier, contents(identifier, build(*parts(identifier))))
    assert main([str(wheelhouse)]) == 0, capsys.readouterr().out
    assert "all wheels are what they claim to be" in capsys.readouterr().out
    files = contents(LINUX, build(*parts(LINUX)))
    pack(
        wheelhouse,
        LINUX,
        {**files, "probe-1.0.dist-info/METADATA": files["probe-1.0.dist-info/METADATA"] + b"\n"},
        listed=files,
    )
    assert main(["--quick", str(wheelhouse)]) == 1
    assert "5 wheels, " in (out := capsys.readouterr().out)
    assert out.rstrip().endswith("problems, 1 wheels refused")


def test_the_sums_are_compared(build: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel = pack(tmp_path, LINUX, contents(LINUX, build(*parts(LINUX))))
    sums = checksums.write(tmp_path)
    assert main(["--quick", str(tmp_path)]) == 0
    sums.write_text(sums.read_text().replace(wheel.name, f"other-{wheel.name}"))
    capsys.readouterr()
    assert main(["--quick", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        f"{sums}: file: lists other-{wheel.name}, which is not there; does not list {wheel.name}: "
        "`nano-ffi wheels` writes it anew, where it is the wheels that are right"
    )


def test_the_tag_of_a_release_is_that_of_its_version(
    build: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wheel = pack(tmp_path, LINUX, contents(LINUX, build(*parts(LINUX))))
    assert main(["--quick", "--tag=v1.0", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["--quick", "--tag=v1.1", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        f"{wheel.name}: file: is of version 1.0, expected the tag's, v1.1: tag the commit of that version v1.0"
    )


def test_a_calendar_version_is_the_same_in_its_two_spellings() -> None:
    files = {
        "probe-2026.1.5.dist-info/METADATA": b"Metadata-Version: 2.4\nName: A.Probe\nVersion: 2026.01.05\n",
    }
    document = sbom.describe(files, "probe-2026.1.5.dist-info", None, 0)
    assert document["metadata"]["component"]["purl"] == "pkg:pypi/a-probe@2026.1.5"
    wheel = Path("probe-2026.1.5-cp313-cp313-win_amd64.whl")
    assert _check_tag([wheel], "v2026.01.05") == []
    assert len(_check_tag([wheel], "2026.01.05") + _check_tag([wheel], "vx")) == 2


def test_equal_stubs_and_the_projects_own_settings(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    binary = build(*parts(LINUX))
    files = contents(LINUX, binary)
    twin = member(LINUX).replace("probe_pkg/", "probe_pkg/twin/")
    stub = b"def f() -> int: ...\n"
    files |= {
        "probe_pkg/probe.pyi": stub,
        twin: binary,
        "probe_pkg/twin/probe.pyi": stub,
        "probe_pkg/twin/__init__.py": b"",
    }
    files[twin] = binary + b"\0"  # or the tool says that the two are the same
    wheel = str(pack(tmp_path, LINUX, files))
    assert _tool("check-wheel-contents", [wheel]).problems == []
    same = str(pack(tmp_path, LINUX, {**files, twin: binary}))
    (problem,) = _tool("check-wheel-contents", [same]).problems
    assert "W002: Wheel contains duplicate files" in problem
    (tmp_path / "pyproject.toml").write_text('[tool.check-wheel-contents]\nignore = ["W002"]\n')
    assert _tool("check-wheel-contents", [same]).problems == []


def test_bundled_libraries_are_where_repair_tools_put_them(build: Build, tmp_path: Path) -> None:
    binary = build(*parts(LINUX))
    files = {**contents(LINUX, binary), "probe.libs/libz-1.so": binary + b"\0"}
    assert _tool("check-wheel-contents", [str(pack(tmp_path, LINUX, files))]).problems == []
    files |= {"other/libz-1.so": binary + b"\0\0", "other/more/libz-1.so": binary + b"\0\0\0"}
    (problem,) = _tool("check-wheel-contents", [str(pack(tmp_path, LINUX, files))]).problems
    assert "W009" in problem
    assert "probe.libs" in problem


def test_a_package_of_stubs_may_lie_beside_what_it_is_of(build: Build, tmp_path: Path) -> None:
    files = contents(LINUX, build(*parts(LINUX)))
    stubs = {"probe_pkg-stubs/__init__.pyi": b"x: int\n"}
    assert _tool("check-wheel-contents", [str(pack(tmp_path, LINUX, {**files, **stubs}))]).problems == []
    for name in ("probe-stubs/__init__.pyi", "probe_pkg_more-stubs/__init__.pyi"):
        (problem,) = _tool("check-wheel-contents", [str(pack(tmp_path, LINUX, {**files, name: b"x: int\n"}))]).problems
        assert "W009" in problem


def test_a_version_that_indexes_refuse_is_told() -> None:
    names = ["probe-1.0+g1234-cp313-cp313-win_amd64.whl", "probe-1.0-cp313-cp313-win_amd64.whl", "x.whl"]
    assert _local_versions([Path(name) for name in names]) == ["1.0+g1234"]


def test_the_tools_are_asked(build: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = contents(LINUX, build(*parts(LINUX)))
    files["probe-1.0.dist-info/METADATA"] = (
        files["probe-1.0.dist-info/METADATA"].replace(b"text/markdown", b"text/x-rst") + b"\n:no:`role`\n==\n"
    )
    wheel = pack(tmp_path, LINUX, files)
    assert main([str(wheel)]) == 1
    assert "twine: wheels: refuses with exit code 1: " in capsys.readouterr().out


def test_each_tool_refuses_a_wheel(build: Build, tmp_path: Path) -> None:
    glibc = build(
        *parts(LINUX),
        flags=("-lc", "-target", "x86_64-linux-gnu.2.34"),
        code="extern fn __libc_single_threaded_() void;\nextern fn pthread_create() c_int;\n",
        body="_ = pthread_create();",
    )
    late = build(*parts("cp310-manylinux_x86_64"), code="extern fn PyLong_AsInt() void;", body="PyLong_AsInt();")
    stable_wheel = pack(tmp_path, LINUX, stable(contents(LINUX, late), floor=10, suffix=".abi3.so"))
    stable_wheel = stable_wheel.rename(stable_wheel.with_name(stable_wheel.name.replace("cp313-cp313", "cp310-abi3")))
    wheels = [
        pack(tmp_path, LINUX, contents(LINUX, glibc)),
        stable_wheel,
        pack(tmp_path, WINDOWS, contents(WINDOWS, build(*parts(WINDOWS), dll="sqlite3.dll"))),
    ]
    found = {task().name: task().problems for task in _tool_tasks(wheels)}
    assert found["auditwheel"] == [
        f"auditwheel: {wheels[0].name}: finds manylinux_2_34_x86_64, expected no newer than manylinux_2_17_x86_64 by the "
        "file's name: repair the wheel, or retag it"
    ]
    assert found["delvewheel"] == [
        f"delvewheel: {wheels[2].name}: wants to put sqlite3.dll (Error: Not Found) into the wheel, expected nothing: "
        "run `delvewheel repair`"
    ]
    (problem,) = found["abi3audit"]
    assert problem.startswith("abi3audit: wheels: refuses with exit code 1: ")


def test_a_tool_that_ends_otherwise_is_told(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def entries(*, group: str, name: str) -> list[Any]:
        assert group == "console_scripts"
        return [SimpleNamespace(load=lambda: functools.partial(sys.exit, f"{name} has enough"))]

    monkeypatch.setattr(importlib.metadata, "entry_points", entries)
    assert _tool("twine", []).problems == ["twine: wheels: refuses with exit code 1: twine has enough"]
    wheel = pack(tmp_path, LINUX, contents(LINUX, build(*parts(LINUX))))
    shown = '{"overall_tag": "manylinux_2_17_x86_64"}'
    monkeypatch.setattr(verify, "_call", lambda _tool, _arguments: (3, shown, "it is tired"))
    assert verify._auditwheel([str(wheel)]).problems == [
        f"auditwheel: {wheel.name}: show fails with exit code 3: it is tired"
    ]


def test_how_tags_of_policies_compare() -> None:
    assert verify._policy("manylinux2014_x86_64") == verify._policy("manylinux_2_17_x86_64") == ("manylinux", 2, 17)
    assert verify._policy("manylinux1_i686") < verify._policy("manylinux2010_i686") == ("manylinux", 2, 12)
    assert verify._policy("musllinux_1_2_x86_64") == ("musllinux", 1, 2)


def test_every_check_is_counted() -> None:
    report = verify.Report(name="wheel")
    expect = report.about("member")
    assert expect(1, "is right") is True
    assert expect(0, "is wrong") is False
    assert (report.checks, report.problems) == (2, ["wheel: member: is wrong"])


def test_reading_something_else_fails_cleanly() -> None:
    found: list[str] = []

    def expect(holds: object, problem: str) -> bool:
        found.extend([] if holds else [problem])
        return bool(holds)

    assert read(b"text", expect) == []
    assert found == ["cannot be read as ELF, Mach-O or PE: it is truncated or damaged; build it again"]
