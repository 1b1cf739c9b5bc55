"""The suites: rows that are shown in one table, the columns that they have, and why a cell is not there.

Only the standard library, so that every CPython can import it.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from benchmarks import array_rows, columns, container_rows, object_rows, point_rows, rows
from benchmarks.rows import Row
from benchmarks.statements import Statement
from benchmarks.timing import Timed

__all__ = ["PYO3", "SUITES", "MissingError", "Suite", "has_stable_abi"]


class MissingError(Exception):
    """A column or a figure is not there, and no reason is known."""


def has_stable_abi() -> bool:
    """Whether the running CPython has the stable ABI that nano_ffi builds for."""
    return sys.version_info >= (3, 12) and not sysconfig.get_config_var("Py_GIL_DISABLED")


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Rows, and their columns."""

    name: str
    """Also the beginning of its modules' names, where its rows are statements: point_zig, point_c …"""
    title: str
    rows: list[Row] | list[Statement]
    columns: tuple[str, ...]
    absent: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Column → pattern of rows → why it has no such row."""

    def reason(self, column: str, row: str) -> str | None:
        """Why there is no such cell; None where there is to be one."""
        if column == "abi3" and not has_stable_abi():
            return "the stable ABI that is built for begins with CPython 3.12, and has no free threads"
        patterns = self.absent.get(column, {})
        return next((why for pattern, why in patterns.items() if fnmatchcase(row, pattern)), None)

    def wanted(self, only: Iterable[str] | None = None) -> dict[str, list[str]]:
        """Row → columns that it is to have."""
        chosen = [name for name in self.columns if only is None or name in only]
        return {row.name: [name for name in chosen if self.reason(name, row.name) is None] for row in self.rows}

    def complete(self, cells: Mapping[str, Mapping[str, object]], only: Iterable[str] | None = None) -> None:
        """Raises MissingError where a cell is missing, or is there and has a reason not to be."""
        for row, wanted in self.wanted(only).items():
            for column in wanted:
                if column not in cells.get(row, {}):
                    raise MissingError(
                        f"{self.name}: there is no figure for {columns.LABELS[column]} in the row {row!r}"
                    )
            for column in cells.get(row, {}):
                if column not in wanted:
                    raise MissingError(
                        f"{self.name}: {columns.LABELS[column]} has a figure in the row {row!r}, for whose absence "
                        f"suites.py has a reason: {self.reason(column, row)}"
                    )

    def loops(self, folder: Path, only: Iterable[str] | None = None, *, counted: bool = False) -> Iterator[Timed]:
        """The loop of every cell, each of which did what it should, after the empty one of its row.

        `counted`: for instructions, where what comes before a statement counts, and names of functions matter.
        Raises MissingError, ImportError, AssertionError.
        """
        names = [name for name in self.columns if only is None or name in only]
        if self is SUITES["calls"]:
            yield from columns.call_loops(folder, self.wanted(names), counted=counted)
            return
        modules = {
            name: columns.statement_names(folder, self.name, name)
            for name in names
            if name != "abi3" or has_stable_abi()
        }
        for row in self.rows:
            assert isinstance(row, Statement)
            if not row.before:
                yield Timed(row=row.name, column="", loop=row.loop(None, empty=True), calls=row.calls, heavy=row.heavy)
            for name in self.wanted(names)[row.name]:
                try:
                    row.test(modules[name])
                    if row.before and counted:
                        empty = row.loop(modules[name], empty=True)
                        yield Timed(row=row.name, column="", loop=empty, calls=row.calls, heavy=row.heavy)
                    loop = row.loop(modules[name])
                except Exception as error:
                    raise MissingError(
                        f"{self.name}: {columns.LABELS[name]}, the row {row.name!r}: {type(error).__name__}: {error}"
                    ) from error
                yield Timed(row=row.name, column=name, loop=loop, calls=row.calls, heavy=row.heavy)


PYO3 = os.environ.get("NANO_FFI_BENCH_PYO3")
"""Where the crates of PyO3 are, a folder as Debian's librust-pyo3-dev fills it (/usr/share/cargo/registry), or
``registry``, cargo's own: with it PyO3 is a column, too, and needs cargo.
"""
RUST = ("pyo3",) if PYO3 else ()

CLASSES = (columns.DIRECT, columns.C, "cython", "nanobind", "pybind11", "mypyc", "python")

SUITES = {
    suite.name: suite
    for suite in (
        Suite(
            name="calls",
            title="Calls of functions",
            rows=rows.ROWS,
            columns=tuple(columns.COLUMNS),
            absent={
                columns.EMPTY: {"error": "raises no error"},
                columns.EMPTY_BY_NAME: {"error": "raises no error"},
                "mypyc": {
                    "str *": "compiles Python: nothing is called that takes UTF-8",
                    "bytes": "compiles Python: no loop over native bytes",
                    "buffer": "has no buffers",
                },
                "cffi_api": {"keywords": "has no keyword arguments"},
                "cffi_abi": {"keywords": "has no keyword arguments"},
            },
        ),
        Suite(name="point", title="A flat class", rows=point_rows.ROWS, columns=(*CLASSES, *RUST)),
        Suite(name="objects", title="Objects", rows=object_rows.ROWS, columns=CLASSES),
        Suite(
            name="containers",
            title="Lists, tuples and dicts as values",
            rows=container_rows.ROWS,
            columns=(*CLASSES, *RUST),
        ),
        Suite(
            name="arrays",
            title="Arrays",
            rows=array_rows.ROWS,
            columns=(columns.DIRECT, columns.C, "cython", "nanobind", "pybind11", "numba", "numpy"),
            absent={
                "cython": {"column*": "has no Arrow: one writes what C does"},
                "nanobind": {
                    "*records": "has no arrays of structs",
                    "each*": "calls no function for each item",
                    "column*": "has no Arrow: one writes what C does",
                },
                "pybind11": {"column*": "has no Arrow: one writes what C does"},
                "numba": {"list*": "takes lists of its own", "column*": "has no Arrow"},
                "numpy": {"column*": "has no Arrow"},
            },
        ),
    )
}
