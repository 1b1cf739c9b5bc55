"""The name of musl in a binary that Zig linked.

Zig's linker says ``libc.so``, which is what musl is called where it is built; on musllinux systems, and for auditwheel, it
is ``libc.musl-x86_64.so.1``. That name is longer, and does not fit in the other one's place: so the linker is told to
give it to the binary itself, as its DT_SONAME, of which an extension has no need, and the two are exchanged here.
"""

from __future__ import annotations

import struct

__all__ = ["name_libc"]

DYNAMIC = 2  # program header
NULL, NEEDED, STRTAB, SONAME = 0, 1, 5, 14  # dynamic section


def name_libc(data: bytes) -> bytes:
    """The ELF file with its DT_SONAME in the place of the NEEDED ``libc.so``, and without a DT_SONAME then.

    As it is, where it does not need ``libc.so``. (System V ABI, "Program Loading and Dynamic Linking".)
    """
    order = "<" if data[5] == 1 else ">"
    wide = data[4] == 2
    word = "Q" if wide else "I"
    at, size, count = (
        struct.unpack_from(order + word, data, 32 if wide else 28)[0],
        *struct.unpack_from(f"{order}HH", data, 54 if wide else 42),
    )
    segments = []
    for index in range(count):
        kind, *fields = struct.unpack_from(order + ("IIQQQQQQ" if wide else "IIIIIIII"), data, at + index * size)
        offset, address, length = (fields[1], fields[2], fields[4]) if wide else (fields[0], fields[1], fields[3])
        segments.append((kind, offset, address, length))
    start, length = next((offset, length) for kind, offset, _, length in segments if kind == DYNAMIC)
    entry = struct.Struct(order + 2 * word)
    entries = [entry.unpack_from(data, place) for place in range(start, start + length, entry.size)]
    known = dict(entries)
    strings = next(
        offset + known[STRTAB] - address
        for kind, offset, address, length in segments
        if kind == 1 and address <= known[STRTAB] < address + length
    )

    def is_libc(tag: int, value: int) -> bool:
        return tag == NEEDED and data[strings + value : strings + value + 8] == b"libc.so\0"

    if SONAME not in known or not any(is_libc(*item) for item in entries):
        return data
    changed = [(tag, known[SONAME] if is_libc(tag, value) else value) for tag, value in entries if tag != SONAME]
    changed.append((NULL, 0))
    return data[:start] + b"".join(entry.pack(*item) for item in changed) + data[start + length :]
