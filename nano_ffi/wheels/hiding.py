"""Of the object files of an extension module: that nothing but its ``PyInit_`` function is exported.

For ELF files the linker is told so. That of Mach-O files takes no list of what is exported, and that of DLLs exports, with
any list, what an object file says of itself: nanobind's exceptions, whose attributes ask for it. Here those words are taken
out of the object files, as if the sources did not have them. No byte moves, so that archives stay right, too.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

__all__ = ["hide"]

ENTRY = re.compile(r"PyInit|PyModExport")
"""What CPython looks for (PEP 489, PEP 793)."""

ARCHIVE = b"!<arch>\n"
MACHO = 0xFEEDFACF
PE_MACHINES = frozenset({0x8664, 0x14C, 0xAA64})

EXPORT = re.compile(rb'[-/]export:((?:"[^"]*"|[^\s"])+)', re.IGNORECASE)
"""In the words for the linker of a COFF file, ``-export:name,data``."""

PRIVATE = 0x10
"""N_PEXT: for this image alone (``mach-o/nlist.h``)."""


def hide(data: bytes) -> tuple[bytes, set[str]]:
    """The object file or archive, with entry functions alone exported, and of those what a COFF file exports.

    What is neither Mach-O nor COFF is as it was.
    """
    changed = bytearray(data)
    entries: set[str] = set()
    for start, size in _members(data):
        part = data[start : start + size]
        if len(part) < 20:
            continue
        if struct.unpack_from("<I", part)[0] == MACHO:
            for at in _public(part):
                changed[start + at] |= PRIVATE
        for begin, end in _directives(part):
            words = part[begin:end]
            named = {
                found[1].strip(b'"').partition(b",")[0].decode(errors="replace") for found in EXPORT.finditer(words)
            }
            entries |= {name for name in named if ENTRY.match(name)}
            changed[start + begin : start + end] = EXPORT.sub(lambda found: b" " * len(found[0]), words)
    return bytes(changed), entries


def _members(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the object files are, and how long: one, or those of an archive."""
    if not data.startswith(ARCHIVE):
        yield 0, len(data)
        return
    at = len(ARCHIVE)
    while at + 60 <= len(data):
        name, size = data[at : at + 16], int(data[at + 48 : at + 58])
        at += 60
        long = int(name[3:]) if name.startswith(b"#1/") else 0
        yield at + long, size - long
        at += size + size % 2


def _public(data: bytes) -> Iterator[int]:
    """Where the types of the symbols are that a Mach-O object file defines for other images."""
    (count,) = struct.unpack_from("<I", data, 16)
    at = 32
    for _ in range(count):
        command, size = struct.unpack_from("<II", data, at)
        if command == 2:  # LC_SYMTAB
            symbols, number, strings, _ = struct.unpack_from("<IIII", data, at + 8)
            for entry in range(symbols, symbols + 16 * number, 16):
                name, kind, _, _, value = struct.unpack_from("<IBBHQ", data, entry)
                # Not a debugger's, external, and defined or common.
                if kind & 0xE0 or not kind & 1 or not (kind & 0x0E or value):
                    continue
                text = data[strings + name : data.index(b"\0", strings + name)].decode(errors="replace")
                if not ENTRY.match(text.removeprefix("_")):
                    yield entry + 4
        at += size


def _directives(data: bytes) -> Iterator[tuple[int, int]]:
    """Where a COFF object file has words for the linker."""
    machine, count = struct.unpack_from("<HH", data)
    at = 20
    if (machine, count) == (0, 0xFFFF) and len(data) >= 56 and struct.unpack_from("<H", data, 4)[0] >= 2:  # "bigobj"
        machine, count, at = struct.unpack_from("<H", data, 6)[0], struct.unpack_from("<I", data, 44)[0], 56
    if machine not in PE_MACHINES:
        return
    for header in range(at, at + 40 * count, 40):
        if data[header : header + 8] == b".drectve":
            size, start = struct.unpack_from("<II", data, header + 16)
            yield start, start + size
