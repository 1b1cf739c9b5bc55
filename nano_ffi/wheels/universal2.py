"""One universal2 Mach-O file out of one file per architecture.

Apple's ``lipo`` does this on macOS; the format is an index in front of the files (``<mach-o/fat.h>``).
Only the standard library is imported here, so that CMakeLists.txt can run this file as a script.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

__all__ = ["merge"]

FAT_MAGIC = 0xCAFEBABE
MH_MAGIC_64 = 0xFEEDFACF
PAGE_BITS = 14
"""Slices begin on pages of 16 KiB, which arm64 has."""


def merge(slices: list[bytes]) -> bytes:
    """A fat file of thin 64-bit Mach-O files, in their order.

    Raises ValueError where one of `slices` is not a thin 64-bit little-endian Mach-O file, or where
    two are of the same architecture.
    """
    header = struct.pack(">II", FAT_MAGIC, len(slices))
    body = b""
    start = len(header) + 20 * len(slices)
    seen = set()
    for data in slices:
        if len(data) < 32 or struct.unpack_from("<I", data)[0] != MH_MAGIC_64:
            raise ValueError("not a thin 64-bit Mach-O file: build it with one -Dtarget=…-macos")
        architecture = struct.unpack_from("<II", data, 4)
        if architecture in seen:
            raise ValueError(f"two files for the same architecture, cputype {architecture[0]:#x}")
        seen.add(architecture)
        body += bytes(-(start + len(body)) % (1 << PAGE_BITS))
        header += struct.pack(">IIIII", *architecture, start + len(body), len(data), PAGE_BITS)
        body += data
    return header + body


if __name__ == "__main__":
    *thin, fat = map(Path, sys.argv[1:])
    fat.write_bytes(merge([path.read_bytes() for path in thin]))
