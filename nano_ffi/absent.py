"""Functions that Zig files declare as another library's, and that no library has which a module is linked with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["absent_functions"]

EXTERN = re.compile(rb"\bextern\s+(?:\"[^\"\n]*\"\s+)?(?:threadlocal\s+)?(fn|var|const)\s+(?:@\"([^\"\n]+)\"|(\w+))")
"""A declaration, and what it is of."""


def absent_functions(symbol: str, files: Iterable[Path], library: Path, *, is_plain: bool) -> list[str]:
    """The functions that are nowhere, of which the system has named one: `symbol`. None where that is no function of
    `files`, Zig's own, nor of Zig's `library`: what is in the place of a variable would be read.

    `is_plain` says that nothing but the C library is linked, so that what is there is in this process, too.
    """
    declared = kinds_of(files)
    if symbol in declared:
        others: Sequence[str] = nowhere(declared) if is_plain else ()
        return sorted({symbol, *others}) if declared[symbol] == {b"fn"} else []
    return [symbol] if kinds_of(library.rglob("*.zig")).get(symbol) == {b"fn"} else []


def kinds_of(files: Iterable[Path]) -> dict[str, set[bytes]]:
    """What is declared, and as what."""
    kinds: dict[str, set[bytes]] = {}
    for path in files:
        for kind, quoted, plain in EXTERN.findall(path.read_bytes()):
            kinds.setdefault((quoted or plain).decode(), set()).add(kind)
    return kinds


def nowhere(declared: dict[str, set[bytes]]) -> Sequence[str]:
    """Those functions that this process does not have, if that can be told."""
    try:
        from ctypes import CDLL
    except ImportError:  # a CPython that was built without it
        return []
    process = CDLL(None)
    return [name for name, kinds in declared.items() if kinds == {b"fn"} and not hasattr(process, name)]
