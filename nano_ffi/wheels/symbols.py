"""Which symbols an extension may ask CPython for."""

from __future__ import annotations

import functools
from pathlib import Path

import abi3info

from nano_ffi.wheels.targets import Python

__all__ = ["cpython_symbols", "stable_symbols"]

TABLE = Path(__file__).parent / "cpython_symbols.txt"
"""Name, builds, system; written by ``scripts/cpython_symbols.py``, which says more in its first lines."""


@functools.cache
def cpython_symbols(python: Python, windows: bool) -> frozenset[str]:
    """The symbols beginning with Py or _Py that every build of a CPython exports, on Windows or elsewhere.

    Raises ValueError for a CPython that ``cpython_symbols.txt`` does not know.
    """
    names: set[str] = set()
    known: list[str] = []
    for line in TABLE.read_text(encoding="ascii").splitlines():
        if line.startswith("#"):
            known = line.removeprefix("# builds:").split() if line.startswith("# builds:") else known
            continue
        name, *rest = line.split()
        system = rest.pop() if rest and rest[-1] in {"windows", "posix"} else None
        if system not in {None, "windows" if windows else "posix"}:
            continue
        if not rest or any(_covers(span, python) for span in rest[0].split(",")):
            names.add(name)
    if python.version not in known:
        raise ValueError(
            f"the symbols of CPython {python.version} are not known, only of {', '.join(known)}: "
            "scripts/cpython_symbols.py adds them"
        )
    return frozenset(names)


def _covers(span: str, python: Python) -> bool:
    first, _, last = span.partition("-")
    bounds = [int(end.removeprefix("3.").rstrip("t")) for end in (first, last or first)]
    return first.endswith("t") == python.free_threaded and bounds[0] <= python.minor <= bounds[1]


@functools.cache
def stable_symbols(windows: bool) -> dict[str, int]:
    """Symbols of the stable ABI → the minor version that it has them since (CPython's ``Misc/stable_abi.toml``)."""
    return {
        str(entry.symbol.name): int(entry.added.minor)
        for entry in [*abi3info.FUNCTIONS.values(), *abi3info.DATAS.values()]
        if entry.ifdef is None
        or windows is bool(entry.ifdef.name == "MS_WINDOWS")
        or entry.ifdef.name not in {"MS_WINDOWS", "HAVE_FORK"}
    }
