"""What an ELF file has of no use to who loads it, or looks at it.

The table of symbols that Zig's linker leaves has a name of hundreds of characters for each function that was made of a
type: a third of the file. Profilers show the functions by it; tracebacks show what the debug information says.
"""

from __future__ import annotations

import struct

__all__ = ["with_short_symbols", "without_symbols"]

SYMBOLS, NO_BITS = 2, 8  # types of sections
ALLOCATED = 2  # a flag of them
FUNCTION = 2  # a type of symbols
LONGEST = 64  # characters: functions of users have short names


def with_short_symbols(data: bytes) -> bytes:
    """The ELF file with the functions alone of its table of symbols, where their names are short: all else stays.

    (System V ABI, "Object Files"; of what is loaded nothing has another place.)
    """
    order = "<" if data[5] == 1 else ">"
    wide = data[4] == 2
    word = "Q" if wide else "I"
    table = struct.Struct(f"{order}II{4 * word}II{2 * word}")
    (start,) = struct.unpack_from(order + word, data, 40 if wide else 32)
    (count,) = struct.unpack_from(f"{order}H", data, 60 if wide else 48)
    sections: list[list[int]] = [list(table.unpack_from(data, start + index * table.size)) for index in range(count)]
    contents = [data[section[4] : section[4] + section[5]] for section in sections]
    last = max((index for index, section in enumerate(sections) if section[2] & ALLOCATED), default=0)
    for index, section in enumerate(sections):
        if section[1] == SYMBOLS and min(index, section[6]) > last:
            texts = contents[section[6]]
            contents[index], contents[section[6]], section[7] = short(contents[index], texts, order, wide)
    result = bytearray(
        data[: max(section[4] + section[5] for section in sections[: last + 1] if section[1] != NO_BITS)]
    )
    for section, content in zip(sections[last + 1 :], contents[last + 1 :], strict=True):
        result += bytes(-len(result) % max(section[8], 1))
        section[4], section[5] = len(result), len(content)
        result += content
    result += bytes(-len(result) % 8)
    struct.pack_into(order + word, result, 40 if wide else 32, len(result))
    return bytes(result + b"".join(table.pack(*section) for section in sections))


def without_symbols(data: bytes) -> bytes:
    """The ELF file without its table of symbols and its debug information: of what is loaded nothing has another place."""
    order = "<" if data[5] == 1 else ">"
    wide = data[4] == 2
    word = "Q" if wide else "I"
    table = struct.Struct(f"{order}II{4 * word}II{2 * word}")
    (start,) = struct.unpack_from(order + word, data, 40 if wide else 32)
    counts = 60 if wide else 48  # of e_shnum, which e_shstrndx follows
    count, names = struct.unpack_from(f"{order}HH", data, counts)
    sections = [list(table.unpack_from(data, start + index * table.size)) for index in range(count)]

    def is_needed(section: list[int]) -> bool:
        name = sections[names][4] + section[0]
        return bool(section[2] & ALLOCATED) or not (
            section[1] == SYMBOLS or data.startswith((b".debug", b".zdebug"), name)
        )

    texts = {section[6] for section in sections if section[1] == SYMBOLS}
    kept = [index for index, section in enumerate(sections) if is_needed(section) and index not in texts]
    places = {index: place for place, index in enumerate(kept)}
    loaded = [section for section in sections if section[2] & ALLOCATED and section[1] != NO_BITS]
    result = bytearray(data[: max(section[4] + section[5] for section in loaded)])
    for index in kept:
        section = sections[index]
        content = data[section[4] : section[4] + section[5]]
        section[6] = places.get(section[6], 0)
        if index == 0 or section[2] & ALLOCATED:
            continue
        result += bytes(-len(result) % max(section[8], 1))
        section[4] = len(result)
        result += content
    result += bytes(-len(result) % 8)
    struct.pack_into(order + word, result, 40 if wide else 32, len(result))
    struct.pack_into(f"{order}HH", result, counts, len(kept), places[names])
    return bytes(result + b"".join(table.pack(*sections[index]) for index in kept))


def short(symbols: bytes, names: bytes, order: str, wide: bool) -> tuple[bytes, bytes, int]:
    """Those of the symbols, their names, and how many of them are local, which come first."""
    entry = struct.Struct(f"{order}IBBHQQ" if wide else f"{order}IIIBBH")
    information = 1 if wide else 3
    kept: list[bytes] = []
    texts = bytearray(b"\0")
    local = 0
    for place, symbol in enumerate(entry.iter_unpack(symbols)):
        name = names[symbol[0] : names.index(b"\0", symbol[0])]
        if place > 0 and (symbol[information] & 15 != FUNCTION or len(name) > LONGEST):
            continue
        local += symbol[information] >> 4 == 0
        kept.append(entry.pack(len(texts) if name else 0, *symbol[1:]))
        texts += name + b"\0" if name else b""
    return b"".join(kept), bytes(texts), local
