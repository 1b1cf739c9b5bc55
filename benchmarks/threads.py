"""What a second thread brings, and what a coroutine costs: calls of two threads at a time, and of an event loop.

In the running CPython, and in a free-threaded one where this machine has it, with its Python.h.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.columns import DIRECT, LABELS, C
from benchmarks.statements import Statement
from benchmarks.suites import MissingError

__all__ = [
    "COLUMNS",
    "NAME",
    "OWN",
    "PLACES",
    "ROUNDS",
    "ROWS",
    "STEMS",
    "TASKS",
    "WAYS",
    "Python",
    "complete",
    "coroutine_rows",
    "measure",
    "pythons",
]

NAME = "threads"
"""As `--only` has it."""
STEMS = ("bench", "point", NAME)
"""With which the names of the modules begin that are needed."""
COLUMNS = (DIRECT, C, "cython", "nanobind")

OWN = "method that changes an object of each thread"
"""In the row of this name there is one that has none beside it in memory."""
P = "p = P(3.0, 4.0, 7)"
ROWS = [
    Statement(name="function", code="add(3, 4)", check="r == 7"),
    Statement(name="method that reads one object", code="p.norm()", setup=P, check="r == 5"),
    Statement(name="attribute of one object", code="p.x", setup=P, check="r == 3"),
    Statement(name="method that changes one object", code="p.move(1., 2.)", setup=P, check="p.x == 4"),
    Statement(name=OWN, code="p.move(1., 2.)", setup="p = [P(3.0, 4.0, 7) for _ in range(100)][50]", check="p.x == 4"),
    Statement(name="objects made", code="P(1., 2., 3)", check="r.n == 3"),
    Statement(name="without the GIL, 1 µs", code="spin(500)", check="r > 0"),
    Statement(name="without the GIL, 100 µs", code="spin(50_000)", check="r > 0", once=True),
]
"""All threads use the same objects, but for `OWN`."""

TASKS = {"nothing": 0, "100 µs of work": 50_000}
"""What a coroutine does → argument of `spin`."""
PLACES = {"one at a time": 100, "1,000 at once": 1_000}
"""How it is awaited → how many a round has."""
WAYS = ("plain call", ".async", ".async with std.Io", "to_thread", "to_thread, C")
"""Of the function that has released the GIL: called in place, as a coroutine, and by `asyncio.to_thread`."""

ROUNDS = 60
"""At most."""
SLICE_SECONDS = 0.008
"""Enough for two threads to begin at the same time, nearly."""


@dataclass(frozen=True, kw_only=True)
class Python:
    """A CPython that is measured."""

    name: str
    executable: Path
    identifier: str
    """Its row of nano_ffi/wheels/targets.py."""
    include: Path


def pythons() -> Iterator[Python]:
    """The running one, and the first free-threaded one of this machine."""
    from nano_ffi.wheels import targets
    from scripts.pythons import find

    native = targets.native()
    release = ".".join(map(str, sys.version_info[:3]))
    yield Python(
        name=f"CPython {release}{'t' * native.python.free_threaded}",
        executable=Path(sys.executable),
        identifier=native.identifier,
        include=Path(sysconfig.get_path("include")),
    )
    if not native.python.free_threaded:
        for other in find():
            if other.version.endswith("t") and other.include:
                yield Python(
                    name=f"CPython {other.release}t",
                    executable=other.executable,
                    identifier=other.identifier,
                    include=other.include,
                )
                return
        print("the free-threaded CPython is left out: this machine has none with a Python.h", flush=True)


def build(folder: Path, python: Python, columns: Iterable[str]) -> None:
    """What is not there yet, and what nano_ffi compiles. Raises BuildError, ImportError."""
    from benchmarks import peers
    from nano_ffi.wheels import targets

    folder.mkdir(parents=True, exist_ok=True)
    target = targets.parse(python.identifier)
    builders = {C: peers.build_c, "cython": peers.build_cython, "nanobind": peers.build_nanobind}
    if "nanobind" in columns and not (folder / "nanobind.o").exists():
        peers.build_nanobind_library("", folder, target.suffix, python.include)
    for stem in STEMS:
        for column in columns:
            if column == DIRECT:
                peers.build_zig(stem, folder, target)
            elif not (folder / f"{stem}_{column}{target.suffix}").exists():
                builders[column](stem, folder, target.suffix, python.include)


def measure(
    folder: Path, columns: Iterable[str] | None, *, rounds: int, interpreters: Iterable[Python] | None = None
) -> dict[str, Any]:
    """CPython → ``scaling``, row → column → seconds, and ``coroutines``. Raises BuildError, MissingError."""
    from benchmarks.command import run_worker

    chosen = [name for name in COLUMNS if columns is None or name in columns]
    result: dict[str, Any] = {}
    for python in interpreters or pythons():
        place = folder / python.identifier
        build(place, python, chosen)
        named = ",".join(chosen)
        result[python.name] = {
            "scaling": run_worker("scaling", place, named, str(rounds), python=python.executable),
            "coroutines": run_worker("coroutines", place, named, str(rounds), python=python.executable),
        }
        complete(result[python.name], chosen)
    today = dt.datetime.now(dt.timezone.utc).date()
    return {"date": today.isoformat(), "cores": os.cpu_count(), "pythons": result}


def complete(measured: Mapping[str, Any], columns: Iterable[str] = COLUMNS) -> None:
    """Raises MissingError where a figure is missing."""
    for row in ROWS:
        for column in columns:
            if set(measured["scaling"].get(row.name, {}).get(column, {})) != {"one", "two"}:
                raise MissingError(f"{NAME}: there is no figure for {LABELS[column]} in the row {row.name!r}")
    ways = [way for way in WAYS if (C if way.endswith(", C") else DIRECT) in columns]
    for place in coroutine_rows():
        for way in ways:
            if way not in measured["coroutines"].get(place, {}):
                raise MissingError(f"{NAME}: there is no figure for {way} in the row {place!r}")


def coroutine_rows() -> list[str]:
    return [f"{task}, {place}" for task in TASKS for place in PLACES]
