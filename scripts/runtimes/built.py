"""CPythons that nobody publishes, built from Debian's sources by `zig cc`: free-threaded ones, and ones for musl."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from scripts.runtimes import debian, pins
from scripts.runtimes.place import Place, RuntimesError, need

__all__ = ["make"]

DEBIAN = {"x86_64": "amd64", "aarch64": "arm64"}
LEFT_OUT = ("idlelib", "test", "tkinter", "turtledemo", "ensurepip", "lib2to3")
"""Of the standard library."""

WITHOUT = """
_bz2 _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _crypt _curses _curses_panel _dbm _decimal
_elementtree _gdbm _lzma _sqlite3 _ssl _hashlib _tkinter _uuid _zstd nis ossaudiodev pyexpat readline spwd audioop xxlimited
xxlimited_35
""".split()
"""Extension modules that no test needs."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """One CPython for one machine and C library."""

    python: str
    """``3.13``, ``3.14t``."""
    arch: str
    """``x86_64`` or ``aarch64``."""
    musl: bool

    @property
    def version(self) -> str:
        return self.python.removesuffix("t")

    @property
    def name(self) -> str:
        return f"{'musl' if self.musl else 'linux'}-{self.arch}-{self.python}"

    @property
    def triplet(self) -> str:
        return f"{self.arch}-linux-{'musl' if self.musl else 'gnu'}"

    @property
    def zig_target(self) -> str:
        return self.triplet if self.musl else f"{self.triplet}.2.36"


def make(place: Place, name: str, pythons: tuple[str, ...], arch: str, *, musl: bool) -> None:
    """Build what is missing of `pythons`, and write a launcher ``pythonVERSION-NAME`` for each. Raises RuntimesError."""
    need("make", package="make")
    problems = []
    for python in pythons:
        build = Build(python=python, arch=arch, musl=musl)
        try:
            if not place.is_done(build.name):
                make_one(place, build)
            place.launcher(f"python{python}-{name}", *command(place, build))
        except RuntimesError as problem:  # the others are worth having
            problems.append(f"CPython {python}: {problem}")
    if problems:
        raise RuntimesError("\n".join(problems))


def command(place: Place, build: Build) -> list[str | Path]:
    emulator = [place.root / "qemu" / f"qemu-{build.arch}"] if build.arch != "x86_64" else []
    return [*emulator, place.root / build.name / "bin" / f"python{build.python}"]


def make_one(place: Place, build: Build) -> None:
    source = unpack(place, f"python{build.version}", pins.PYTHON_SOURCES[build.version])
    work = place.root / "build" / build.name
    configured = (work / "Makefile").exists()  # an interrupted build goes on where it was
    if not configured:
        place.begin(f"build/{build.name}")
    environment = compilers(place, build, work)
    native = native_python(place, build.version)
    if not configured:
        configure(place, build, source, work, native, environment)
    jobs = f"-j{len(os.sched_getaffinity(0))}"
    try:
        place.run("make", jobs, cwd=work, env=environment, log=work / "make.log")
    except RuntimesError:
        (work / "Makefile").unlink()  # what configure found may be wrong: the next run asks again
        raise
    prefix = place.begin(build.name)
    install(place, build, source, work, prefix, native)
    said = place.run(*command(place, build), "-I", "-c", PROBE).split()
    wanted = [build.version, str(build.python.endswith("t")), "musl" if build.musl else "gnu"]
    if [said[0], said[1], said[2].rpartition("-")[2]] != wanted:
        raise RuntimesError(f"{prefix} says that it is {said}, expected {wanted}")
    shutil.rmtree(work)
    place.finish(build.name)


def native_python(place: Place, version: str) -> Path:
    """An interpreter of this machine that has the version's bytecode. Raises RuntimesError."""
    if version not in pins.BUILD_PYTHONS:
        native = place.root / "linux-x86_64" / "usr" / "bin" / f"python{version}"
        if not native.exists():
            raise RuntimesError(f"{native} is missing, which builds CPython {version}: make linux-x86_64 first")
        return native
    name = f"build-python-{version}"
    executable = place.root / name / "usr" / "bin" / f"python{version}"
    if not place.is_done(name):
        folder = place.begin(name)
        debian.snapshot(place, "amd64")
        parts = ("python{}-minimal", "libpython{}-minimal", "libpython{}-stdlib")
        packages = [(part.format(version), pins.BUILD_PYTHONS[version]) for part in parts]
        debian.fetch(place, "amd64", folder, *packages)
        libraries = place.root / "linux-x86_64" / "usr" / "lib" / "x86_64-linux-gnu"
        loader = next(libraries.glob("ld-linux-*.so.*"))
        options = ("--set-interpreter", loader, "--force-rpath", "--set-rpath", libraries)
        place.run(place.patchelf, *options, executable)
        place.finish(name)
    return executable


PROBE = """
import sys, sysconfig, array, math, select, _socket, unicodedata, zlib
print("%d.%d" % sys.version_info[:2], bool(sysconfig.get_config_var("Py_GIL_DISABLED")), sys.implementation._multiarch)
"""


def unpack(place: Place, package: str, version: str) -> Path:
    """The source tree of a Debian source package."""
    folder = place.root / "source" / f"{package}-{version.rpartition(':')[2]}"
    if not (folder / "ok").exists():
        need("xz", package="xz-utils")
        tarball = debian.fetch_source(place, package, version)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        place.run("tar", "xf", tarball, "--strip-components=1", "-C", folder)
        (folder / "ok").touch()
    return folder


def compilers(place: Place, build: Build, work: Path) -> dict[str, str]:
    """The environment of configure and make: `zig cc` for the target under short names."""
    folder = work / "bin"
    folder.mkdir(exist_ok=True)
    flags = "-Wno-unused-command-line-argument -Wno-date-time"
    dynamic = " -dynamic" if build.musl else ""
    # What CPython 3.11 takes from the answers to these questions are this machine's folders of headers.
    asked = f'case "$*" in *-print-multiarch) echo {build.triplet}; exit ;; "-E -v -") exit 1 ;; esac\n'
    scripts = {
        "cc": f"{place.zig} cc -target {build.zig_target}{dynamic} {flags}",
        "ar": f"{place.zig} ar",
        "ranlib": f"{place.zig} ranlib",
        "readelf": "readelf",
    }
    for name, text in scripts.items():
        (folder / name).write_text(f'#!/bin/sh\n{asked if name == "cc" else ""}exec {text} "$@"\n')
        (folder / name).chmod(0o755)
    environment = {
        "CC": f"{folder}/cc",
        # configure preprocesses standard input without the target's own macros.
        "CPP": f"{folder}/cc -E -D__DEFINED_va_list",
        "AR": f"{folder}/ar",
        "RANLIB": f"{folder}/ranlib",
        "READELF": f"{folder}/readelf",  # CPython 3.11 takes no readelf for another C library but one that is named
        "CFLAGS": "-fno-sanitize=undefined -fPIC",
        "PKG_CONFIG": "/bin/false",
    }
    libraries = library_folder(place, build)
    include, lib = libraries / "usr" / "include", libraries / "usr" / "lib" / build.triplet
    if build.musl:
        zlib = {"ZLIB_CFLAGS": f"-I{include}", "ZLIB_LIBS": f"-L{lib} -lz"}
        # CPython 3.11 looks for libraries where the compiler is told to, and puts options behind without a space.
        return environment | zlib | {"CPPFLAGS": f"-I{include}", "LDFLAGS": f"-L{lib} "}
    ffi = f"-I{include}/{build.triplet}"
    return environment | {
        "ZLIB_CFLAGS": f"-I{work}/include",
        "ZLIB_LIBS": f"{lib}/libz.so",
        "LIBFFI_CFLAGS": ffi,
        "LIBFFI_LIBS": f"{lib}/libffi.so",
        "CPPFLAGS": f"{ffi} -I{zlib_headers(work, include)}",
    }


def zlib_headers(work: Path, include: Path) -> Path:
    """Debian's folder of headers holds glibc's, too, which are Zig's business."""
    folder = work / "include"
    folder.mkdir(exist_ok=True)
    for name in ("zlib.h", "zconf.h"):
        found = next(include.rglob(name))
        shutil.copy(found, folder / name)
    return folder


def library_folder(place: Place, build: Build) -> Path:
    """zlib and, for glibc, libffi: Debian's packages, or for musl zlib from its source."""
    if not build.musl:
        name = f"libraries-{build.arch}"
        if not place.is_done(name):
            folder = place.begin(name)
            packages = [(package, None) for package in (*pins.BUILT_LIBRARIES, "libffi8", "zlib1g")]
            debian.fetch(place, DEBIAN[build.arch], folder, *packages)
            place.finish(name)
        return place.root / name
    name = f"libraries-musl-{build.arch}"
    if not place.is_done(name):
        folder = place.begin(name)
        source = unpack(place, *pins.ZLIB_SOURCE)
        include, lib = folder / "usr" / "include", folder / "usr" / "lib" / build.triplet
        include.mkdir(parents=True)
        lib.mkdir(parents=True)
        names = "adler32 crc32 deflate inffast inflate inftrees trees zutil compress uncompr".split()
        for unit in names:
            output = f"-o{folder}/{unit}.o"
            flags = ("-O2", "-fPIC", "-fno-sanitize=undefined", "-c", source / f"{unit}.c", output)
            place.run(place.zig, "cc", "-target", build.zig_target, *flags)
        place.run(place.zig, "ar", "rcs", lib / "libz.a", *(folder / f"{unit}.o" for unit in names))
        for header in ("zlib.h", "zconf.h"):
            shutil.copy(source / header, include)
        place.finish(name)
    return place.root / name


def configure(place: Place, build: Build, source: Path, work: Path, native: Path, environment: dict[str, str]) -> None:
    options = [
        f"--host={build.triplet}",
        # Another name than the host's, so that nothing is run; CPython 3.11 takes the C library from this one.
        f"--build=x86_64-unknown-linux-{'musl' if build.musl else 'gnu'}",
        f"--with-build-python={native}",
        f"--prefix={place.root / build.name}",
        "--without-ensurepip",
        "--disable-test-modules",
        "--disable-ipv6",
        *(["--disable-gil"] if build.python.endswith("t") else []),
        "OPT=-DNDEBUG -O1",
        *("ac_cv_file__dev_ptmx=yes", "ac_cv_file__dev_ptc=no"),
    ]
    if build.musl:
        options.append("py_cv_module__ctypes=n/a")
    options += [f"py_cv_module_{module}=n/a" for module in WITHOUT]
    place.run(source / "configure", "-q", *options, cwd=work, env=environment, log=work / "configure.log")
    if trouble := TROUBLE.search((work / "config.log").read_text(encoding="utf-8", errors="replace")):
        (work / "Makefile").unlink()
        raise RuntimesError(f"the compiler failed while configure asked it ({trouble[0]}): run again")


TROUBLE = re.compile(r"No space left|NoSpaceLeft|[Oo]ut ?[Oo]f ?[Mm]emory|\$\? = 1(29|[3-9]\d)")
"""What configure takes for the answer no: a full disk, too little memory, a signal."""


def install(place: Place, build: Build, source: Path, work: Path, prefix: Path, native: Path) -> None:
    """What is needed to run, without `make install`, which compiles the library three times over."""
    executable = prefix / "bin" / f"python{build.python}"
    executable.parent.mkdir()
    shutil.copy(work / "python", executable)
    library = prefix / "lib" / f"python{build.python}"
    shutil.copytree(source / "Lib", library, ignore=shutil.ignore_patterns("__pycache__", *LEFT_OUT))
    dynload = library / "lib-dynload"
    dynload.mkdir()
    (products,) = (work / Path((work / "pybuilddir.txt").read_text().strip()),)
    for module in [*products.glob("*.so"), *(work / "Modules").glob("*.so")]:
        shutil.copy(module, dynload)
    for data in [*products.glob("_sysconfigdata_*.py"), *products.glob("_sysconfig_vars_*.json")]:
        shutil.copy(data, library)
    patchelf = place.patchelf
    if build.musl:
        loader = musl_loader(place, build.arch)
        place.run(patchelf, "--set-interpreter", loader, executable)
    else:
        debian_python = place.root / f"linux-{build.arch}"
        libraries = f"{debian_python}/usr/lib/{build.triplet}"
        loader = next(Path(libraries).glob("ld-linux-*.so.*"))
        place.run(patchelf, "--set-interpreter", loader, "--force-rpath", "--set-rpath", libraries, executable)
    place.run(native, "-m", "compileall", "-q", "-j0", library)


def musl_loader(place: Place, arch: str) -> Path:
    """musl's loader, which is also its C library."""
    name = f"musl-loader-{arch}"
    if not place.is_done(name):
        debian.fetch(place, DEBIAN[arch], place.begin(name), pins.MUSL)
        place.finish(name)
    return next((place.root / name).rglob(f"ld-musl-{arch}.so.1"))
