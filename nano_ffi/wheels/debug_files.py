"""Debug information that lies beside a module, not in it: where debuggers look for it, by what the module says of itself.

A module names it by a build ID (ELF) or by the GUID of a PDB (Windows), which linkers make of everything that they write, the
paths of the machine among it. Here both are made of the module alone, so that its bytes are the same wherever it is built.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

from nano_ffi.elf import without_symbols

__all__ = ["Separated", "of_elf", "of_pe"]

SIZE = 20
"""Of a SHA-1, in bytes."""

NOTE = struct.pack("<III", 4, SIZE, 3) + b"GNU\0", struct.pack(">III", 4, SIZE, 3) + b"GNU\0"
"""What is before the build ID, NT_GNU_BUILD_ID: little and big endian."""


@dataclass(frozen=True, kw_only=True)
class Separated:
    """A module without debug information, the file that has it, and where debuggers look for that below a folder."""

    module: bytes
    debug: bytes
    path: str


def of_elf(data: bytes) -> Separated:
    """Of a module that was linked with debug information and ``--build-id=sha1``.

    The debug file is the whole module, as gdb, perf and elfutils take it; its path is that of GDB's manual, "Separate Debug
    Files".
    """
    whole = bytearray(data)
    module = bytearray(without_symbols(data))
    note = NOTE[data[5] != 1]
    start = module.index(note) + len(note)
    module[start : start + SIZE] = bytes(SIZE)
    digest = hashlib.sha1(module, usedforsecurity=False).digest()
    for one in (module, whole):
        one[start : start + SIZE] = digest
    name = digest.hex()
    return Separated(module=bytes(module), debug=bytes(whole), path=f".build-id/{name[:2]}/{name[2:]}.debug")


def of_pe(data: bytes, pdb: bytes) -> Separated:
    """Of a DLL that names `pdb`, which both get another GUID. The path is that of a symbol store (SymStore)."""
    data = _without_dwarf(data)
    module = bytearray(data)
    (header,) = struct.unpack_from("<I", data, 0x3C)
    (optional_size,) = struct.unpack_from("<H", data, header + 20)
    optional = header + 24
    directories = optional + (112 if data[optional : optional + 2] == b"\x0b\x02" else 96)
    address, size = struct.unpack_from("<II", data, directories + 6 * 8)  # IMAGE_DIRECTORY_ENTRY_DEBUG
    (count,) = struct.unpack_from("<H", data, header + 6)
    sections = [struct.unpack_from("<IIII", data, optional + optional_size + 40 * index + 8) for index in range(count)]
    (start,) = (at + address - first for length, first, _, at in sections if first <= address < first + length)
    times, place = [header + 8], 0
    for entry in range(start, start + size, 28):
        times.append(entry + 4)
        (kind, _, _, at) = struct.unpack_from("<IIII", data, entry + 12)
        if kind == 2:  # IMAGE_DEBUG_TYPE_CODEVIEW: RSDS, GUID, age, name
            place = at
    guid = slice(place + 4, place + 20)
    old = data[guid]
    (age,) = struct.unpack_from("<I", data, place + 20)
    name = data[place + 24 : data.index(b"\0", place + 24)].decode()
    # The time is a hash of everything, too.
    module[guid] = bytes(16)
    for at in times:
        module[at : at + 4] = bytes(4)
    digest = hashlib.sha1(module, usedforsecurity=False).digest()
    module[guid] = digest[:16]
    for at in times:
        module[at : at + 4] = digest[16:]
    first, second, third = struct.unpack_from("<IHH", digest)
    key = f"{first:08X}{second:04X}{third:04X}{digest[8:16].hex().upper()}{age:X}"
    return Separated(module=bytes(module), debug=pdb.replace(old, digest[:16]), path=f"{name}/{key}/{name}")


def _without_dwarf(data: bytes) -> bytes:
    """The DLL without the sections at its end that have long names: .debug_frame, which LLVM makes for 32 bits."""
    module = bytearray(data)
    (header,) = struct.unpack_from("<I", data, 0x3C)
    (count,) = struct.unpack_from("<H", data, header + 6)
    (optional_size,) = struct.unpack_from("<H", data, header + 20)
    optional = header + 24
    while True:
        section = optional + optional_size + 40 * (count - 1)
        if data[section : section + 1] != b"/":
            break
        address, _, start = struct.unpack_from("<III", data, section + 12)
        module[section : section + 40] = bytes(40)
        module[start:] = b""
        count -= 1
        struct.pack_into("<I", module, optional + 56, address)  # SizeOfImage
        struct.pack_into("<II", module, header + 12, 0, 0)  # the table that has the long names
    struct.pack_into("<H", module, header + 6, count)
    return bytes(module)
