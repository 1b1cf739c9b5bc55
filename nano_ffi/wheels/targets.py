"""The one table of targets: what each cibuildwheel build identifier means to Zig, pip and CPython.

A build identifier names a CPython and a platform: ``cp313-manylinux_x86_64``, ``cp314t-win_arm64``.
The CPythons follow from the identifier's text; the platforms are the rows of `PLATFORMS`.

Only the standard library is imported here, so that CMakeLists.txt can run this file as a script, in a
build environment where nothing is installed: it prints, for the identifier in the environment variable
``CIBUILDWHEEL_BUILD_IDENTIFIER`` or else for the running interpreter, what ``zig build`` needs.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import sysconfig
from dataclasses import dataclass

__all__ = ["PLATFORMS", "Platform", "Python", "Target", "Triple", "native", "parse"]


@dataclass(frozen=True, kw_only=True)
class Triple:
    """What ``zig build`` is told.

    The minimum OS or libc version is part of `target`, because Zig's defaults are too new to publish.
    `cpu` is the lowest CPU that the platform's wheels must run on; Zig's own baseline where it is as low.
    """

    target: str
    cpu: str = "baseline"


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One platform that wheels are built for."""

    name: str
    """cibuildwheel's name of it, the part of a build identifier behind the dash."""
    triples: tuple[Triple, ...]
    """One, or for a universal2 binary one per architecture."""
    wheel_tag: str
    """Platform tag that the wheel must have: the oldest system on which it must work."""
    suffix: str
    """File name suffix of an extension module; ``{abi}`` stands for CPython's part of it."""
    oldest: int = 10
    """Minor version of the first CPython 3 that there is for it."""
    free_threaded: bool = True
    """Whether there are free-threaded CPythons for it."""
    page_size: int = 0
    """Largest memory page, in bytes, that a binary must be laid out for; 0 where the linker's own choice is right."""

    @property
    def system(self) -> str:
        """``linux``, ``macos``, ``windows`` or ``android``, as in cibuildwheel's ``--platform``."""
        family = self.name.partition("_")[0]
        return {"macosx": "macos", "win": "windows", "win32": "windows", "android": "android"}.get(family, "linux")

    @property
    def zig_arch(self) -> str:
        """Zig's name of the architecture; of universal2 the first one's."""
        return self.triples[0].target.partition("-")[0]

    @property
    def machine(self) -> str:
        """The system's own name of the architecture, ``platform.machine()`` there."""
        arch = self.name.partition("_")[2]
        return arch.upper() or "X86" if self.system == "windows" else arch

    @property
    def oldest_macos(self) -> str:
        """The version of macOS that Zig compiles for; empty for other systems."""
        return self.triples[0].target.partition("-macos.")[2]

    @property
    def musl_libc(self) -> str:
        """The name of the C library on a musllinux system; empty for others. (musl takes any ``libc.*`` for itself.)"""
        family, _, arch = self.name.partition("_")
        arch = {"i686": "x86", "armv7l": "armv7"}.get(arch, arch)
        return f"libc.musl-{arch}.so.1" if family == "musllinux" else ""


@dataclass(frozen=True, kw_only=True, order=True)
class Python:
    """A CPython: minor version of CPython 3, and whether it is the free-threaded build."""

    minor: int
    free_threaded: bool = False

    @property
    def version(self) -> str:
        """As ``zig build -Dpython=`` takes it: ``3.13``, ``3.14t``."""
        return f"3.{self.minor}{'t' * self.free_threaded}"

    @property
    def interpreter_tag(self) -> str:
        return f"cp3{self.minor}"

    @property
    def abi_tag(self) -> str:
        return self.interpreter_tag + "t" * self.free_threaded

    @property
    def dll(self) -> str:
        """The DLL that a Windows extension for this CPython imports."""
        return f"python3{self.minor}{'t' * self.free_threaded}.dll"

    @property
    def library(self) -> str:
        """The shared library that an Android extension for this CPython needs (PEP 738)."""
        return f"libpython{self.version}.so"


@dataclass(frozen=True, kw_only=True)
class Target:
    """A CPython on a platform: one build identifier, one wheel."""

    python: Python
    platform: Platform

    @property
    def identifier(self) -> str:
        return f"{self.python.abi_tag}-{self.platform.name}"

    @property
    def tag(self) -> str:
        """The wheel's tag: ``cp313-cp313-manylinux_2_17_x86_64``."""
        return f"{self.python.interpreter_tag}-{self.python.abi_tag}-{self.platform.wheel_tag}"

    @property
    def suffix(self) -> str:
        """What follows the module name in an extension's file name, ``importlib.machinery.EXTENSION_SUFFIXES[0]``."""
        if self.platform.system == "windows":
            return self.platform.suffix.format(abi=self.python.abi_tag)
        suffix = self.platform.suffix
        if self.python.minor == 10:
            # CPython 3.10 does not tell musl from glibc in the suffix (bpo-43112 is in 3.11), and
            # does not find a module that does.
            suffix = suffix.replace("-linux-musl", "-linux-gnu")
        return suffix.format(abi=f"cpython-{self.python.abi_tag[2:]}")


def linux(arch: str, zig: str, triplet: str, glibc: str, *, cpu: str = "baseline", eabi: str = "") -> list[Platform]:
    """The manylinux and the musllinux row of an architecture (they differ in the C library only)."""
    return [
        Platform(
            name=f"manylinux_{arch}",
            triples=(Triple(target=f"{zig}-linux-gnu{eabi}.{glibc}", cpu=cpu),),
            wheel_tag=f"manylinux_{glibc.replace('.', '_')}_{arch}",
            suffix=f".{{abi}}-{triplet}-linux-gnu{eabi}.so",
        ),
        Platform(
            name=f"musllinux_{arch}",
            triples=(Triple(target=f"{zig}-linux-musl{eabi}", cpu=cpu),),
            wheel_tag=f"musllinux_1_2_{arch}",
            suffix=f".{{abi}}-{triplet}-linux-musl{eabi}.so",
        ),
    ]


def macos(arch: str, *zig: str) -> Platform:
    # macOS 11 is the first that runs on arm64, and the oldest that CPython 3.10+ and Zig's library are honest for on both.
    return Platform(
        name=f"macosx_{arch}",
        triples=tuple(Triple(target=f"{z}-macos.11.0") for z in zig),
        wheel_tag=f"macosx_11_0_{arch}",
        suffix=".{abi}-darwin.so",
    )


def windows(name: str, zig: str) -> Platform:
    return Platform(
        name=name,
        triples=(Triple(target=f"{zig}-windows-gnu"),),
        wheel_tag=name,
        suffix=f".{{abi}}-{name}.pyd",
    )


def android(abi: str, zig: str) -> Platform:
    # Before 29, Android 10, its loader has no thread-local variables, which would take a libc then. CPython's own
    # minimum is older, 21 for 3.13 and 24 for 3.14.
    return Platform(
        name=f"android_{abi}",
        triples=(Triple(target=f"{zig}-linux-android.29"),),
        wheel_tag=f"android_29_{abi}",
        suffix=f".{{abi}}-{zig}-linux-android.so",
        oldest=13,
        free_threaded=False,
        page_size=16384,  # of Android 15, on x86_64 too
    )


PLATFORMS: dict[str, Platform] = {
    row.name: row
    for row in [
        *linux("x86_64", "x86_64", "x86_64", "2.17"),
        *linux("aarch64", "aarch64", "aarch64", "2.17"),
        *linux("i686", "x86", "i386", "2.17"),
        # Zig's baseline has NEON, which an ARMv7 need not have.
        *linux("armv7l", "arm", "arm", "2.17", cpu="generic+v7a+vfp3d16-neon-d32", eabi="eabihf"),
        # Zig has no older glibc for it: 2.19 is the first of this byte order that it knows.
        *linux("ppc64le", "powerpc64le", "powerpc64le", "2.19"),
        # Zig's baseline is the z13; manylinux2014 is older and allows the z196.
        *linux("s390x", "s390x", "s390x", "2.17", cpu="z196"),
        *linux("riscv64", "riscv64", "riscv64", "2.31"),
        macos("x86_64", "x86_64"),
        macos("arm64", "aarch64"),
        macos("universal2", "x86_64", "aarch64"),
        windows("win_amd64", "x86_64"),
        windows("win_arm64", "aarch64"),
        windows("win32", "x86"),
        android("arm64_v8a", "aarch64"),
        android("x86_64", "x86_64"),
    ]
}


def parse(identifier: str) -> Target:
    """The target of a build identifier.

    Raises ValueError, naming the identifier and what there is, where it is not one of CPython ≥ 3.10 and a
    platform in `PLATFORMS`, or where there is no such CPython for the platform.
    """
    match = re.fullmatch(r"cp3(\d+)(t?)-(\w+)", identifier)
    if match is None or int(match[1]) < 10 or match[3] not in PLATFORMS:
        raise ValueError(
            f"no target {identifier!r}: expected cp3XX[t]-PLATFORM with CPython 3.10 or later and PLATFORM one of "
            f"{', '.join(PLATFORMS)}"
        )
    target = Target(
        python=Python(minor=int(match[1]), free_threaded=bool(match[2])),
        platform=PLATFORMS[match[3]],
    )
    where, python = target.platform, target.python
    if python.minor < where.oldest or (python.free_threaded and not where.free_threaded):
        raise ValueError(
            f"no target {identifier!r}: CPython {python.version} is not made for {where.name}, only 3.{where.oldest} "
            f"and later{'' if where.free_threaded else ', not free-threaded'}"
        )
    return target


def native() -> Target:
    """The target of the running interpreter. Raises ValueError where `PLATFORMS` has no row for it."""
    python = f"cp3{sys.version_info.minor}{'t' * bool(sysconfig.get_config_var('Py_GIL_DISABLED'))}"
    where = sysconfig.get_platform()  # linux-x86_64, macosx-11.0-universal2, win-amd64, win32, android-24-arm64_v8a
    if where.startswith("linux-"):
        bits = sys.maxsize.bit_length() + 1
        machine = where.removeprefix("linux-")
        machine = {("x86_64", 32): "i686", ("aarch64", 32): "armv7l", ("armv8l", 32): "armv7l"}.get(
            (machine, bits), machine
        )
        musl = platform.libc_ver()[0] != "glibc"
        name = f"{'musllinux' if musl else 'manylinux'}_{machine}"
    elif where.startswith("macosx-"):
        # A universal2 interpreter runs as one architecture, and that one is what a local build needs.
        name = f"macosx_{platform.machine()}"
    elif where.startswith("android-"):
        name = f"android_{where.rpartition('-')[2]}"
    else:
        name = where.replace("-", "_")
    return parse(f"{python}-{name}")


def main() -> None:
    """Print ``python;suffix;target;cpu[;target;cpu]`` as a CMake list."""
    identifier = os.environ.get("CIBUILDWHEEL_BUILD_IDENTIFIER")
    target = parse(identifier) if identifier else native()
    triples = (part for triple in target.platform.triples for part in (triple.target, triple.cpu))
    print(target.python.version, target.suffix, *triples, sep=";")


if __name__ == "__main__":
    main()
