"""The versions of everything that the runtimes are made of. What is downloaded is compared with ``checksums.txt``."""

from __future__ import annotations

__all__ = [
    "BUILD_PYTHONS",
    "BUILT_LIBRARIES",
    "DEBIAN_LIBRARIES",
    "DEBIAN_PYTHONS",
    "MUSL",
    "PANDA3D",
    "PYODIDE",
    "PYODIDE_LIBRARIES",
    "PYTHON_SOURCES",
    "QEMU",
    "SUITES",
    "ZLIB_SOURCE",
]

SUITES = {"sid": (), "forky": ("amd64",), "trixie": ("amd64",), "bookworm": ("amd64",)}
"""Debian's suites → the architectures that are taken from them (none: those of the runtimes).

sid has the newest CPythons for every architecture, forky and bookworm sources that sid has dropped, trixie qemu.
"""

DEBIAN_PYTHONS = {"3.13": "3.13.18-1", "3.14": "3.14.10-1", "3.15": "3.15.2-1"}
DEBIAN_LIBRARIES = (
    "libc6 zlib1g libexpat1 libssl3t64 libffi8 libbz2-1.0 liblzma5 libuuid1 libzstd1 libsqlite3-0 libgcc-s1 libstdc++6"
).split()
BUILT_LIBRARIES = "libffi-dev zlib1g-dev".split()
"""Headers, and the names that a linker looks for."""
QEMU = ("qemu-user", "1:10.0.13+ds-0+deb13u1")
MUSL = ("musl", "1.2.6-2")
"""Zig's musl headers are newer than 1.2.3, which older suites have (preadv2, pwritev2)."""

PYTHON_SOURCES = {"3.11": "3.11.2-6+deb12u8", "3.13": "3.13.15-1", "3.14": "3.14.7", "3.15": "3.15.0~rc2"}
"""Version of the source package; one without a revision is in no index any more, only in the archive's pool."""
BUILD_PYTHONS = {"3.11": "3.11.2-6+deb12u8"}
"""CPythons that build others of their version, and are no runtimes: Debian has them for this machine."""
ZLIB_SOURCE = ("zlib", "1:1.3.dfsg+really1.3.1-1")

PANDA3D = "1.10.16"
"""Its wheels hold CPython: 3.10.11, 3.11.9, 3.12.10, 3.13.11 and 3.14.2 for Windows, 3.10 to 3.12 for Linux."""
PYODIDE = "314.0.7"
"""CPython 3.14 for WebAssembly, an npm package."""

PYODIDE_LIBRARIES = {"3.12": "0.27.7"}
"""CPython version → the version of Pyodide whose package holds its standard library as source."""
