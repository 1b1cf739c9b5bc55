"""What an ELF file has of no use to who loads it.

The table of symbols that Zig's linker leaves has a name of hundreds of characters for each function that was made of a
type: a third of the file. Tracebacks show what the debug information says.
"""

from __future__ import annotations

import struct

__all__ = ["without_symbols"]

SYMBOLS, NO_BITS = 2, 8  # types of sections
ALLOCATED, INFO_IS_SECTION = 2, 0x40  # their flags


def without_symbols(data: bytes) -> bytes:
    """The ELF file without its table of symbols: that of the dynamic ones stays. As it is, where it has none.

    (System V ABI, "Object Files"; of what is loaded nothing has another place.)
    """
    order = "<" if data[5] == 1 else ">"
    wide = data[4] == 2
    word = "Q" if wide else "I"
    table = struct.Struct(f"{order}II{4 * word}II{2 * word}")
    (start,) = struct.unpack_from(order + word, data, 40 if wide else 32)
    numbers = 60 if wide else 48
    count, names = struct.unpack_from(f"{order}HH", data, numbers)
    sections = [list(table.unpack_from(data, start + index * table.size)) for index in range(count)]
    symbols = {index for index, section in enumerate(sections) if section[1] == SYMBOLS}
    gone = symbols | {sections[index][6] for index in symbols} - {names}
    last = max((index for index, section in enumerate(sections) if section[2] & ALLOCATED), default=0)
    if not symbols or min(gone) < last:
        return data
    loaded = max(section[4] + section[5] for section in sections[: last + 1] if section[1] != NO_BITS)
    kept = [index for index in range(count) if index not in gone]
    result = bytearray(data[:loaded])
    headers: list[bytes] = []
    for index in kept:
        section = sections[index]
        kind, flags, offset, size, alignment = section[1], section[2], section[4], section[5], section[8]
        if index > last:
            result += bytes(-len(result) % max(alignment, 1))
            section[4] = len(result)
            result += data[offset : offset + size]
        # What it is linked with is of those that stay.
        section[6] = kept.index(section[6]) if section[6] in kept else 0
        if flags & INFO_IS_SECTION and kind != SYMBOLS:
            section[7] = kept.index(section[7])
        headers.append(table.pack(*section))
    result += bytes(-len(result) % 8)
    struct.pack_into(order + word, result, 40 if wide else 32, len(result))
    struct.pack_into(f"{order}HH", result, numbers, len(kept), kept.index(names))
    return bytes(result + b"".join(headers))
