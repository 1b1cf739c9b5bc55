"""The tables: for the terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.columns import BY_NAME, DIRECT, EMPTY, EMPTY_BY_NAME, LABELS, C
from benchmarks.instructions import Counts
from benchmarks.rows import Row
from benchmarks.suites import SUITES, Suite

__all__ = [
    "ABSENT",
    "behind",
    "instruction_table",
    "markdown",
    "nanoseconds",
    "ratio",
    "readme",
    "table",
    "text",
]


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, markdown: bool = False) -> str:
    """The first column to the left, the others to the right."""
    lines = [head, *rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(head))]

    def show(line: Sequence[str]) -> str:
        cells = [
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        return f"| {' | '.join(cells)} |" if markdown else "  ".join(cells)

    rule = [":" + "-" * (width - 1) if not index else "-" * (width - 1) + ":" for index, width in enumerate(widths)]
    return "\n".join([show(lines[0]), *([show(rule)] if markdown else []), *map(show, lines[1:])])


def ratio(cells: Mapping[str, Mapping[str, float]], column: str) -> float | None:
    """A column's time to that of hand-written C; None where there is no such cell."""
    if column not in cells or C not in cells:
        return None
    return cells[column]["minimum"] / cells[C]["minimum"]


def behind(suite: Suite, rows: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[str]:
    """What is not as it should be, a sentence each: a goal that is missed, a peer that is ahead."""
    found = []
    for row in suite.rows:
        cells = rows.get(row.name, {})
        goals = [(DIRECT, row.goal, EMPTY)]
        if isinstance(row, Row) and row.named_goal is not None:
            goals.append((BY_NAME, row.named_goal, EMPTY_BY_NAME))
        for column, goal, bare in goals:
            reached, least = ratio(cells, column), ratio(cells, bare)
            if reached is not None and reached > goal:
                found.append(
                    f"{row.name}: {LABELS[column]} takes {reached:.2f} of C, the goal is {goal:.2f}"
                    + (f"; a builtin that does nothing takes {least:.2f}" if least is not None else "")
                )
        if DIRECT in cells:
            mine = cells[DIRECT]["minimum"]
            ahead = [
                LABELS[name]
                for name, cell in cells.items()
                if name not in (DIRECT, BY_NAME, "abi3", EMPTY, EMPTY_BY_NAME) and cell["minimum"] < mine
            ]
            if ahead:
                found.append(f"{row.name}: ahead of nano_ffi: {', '.join(ahead)}")
    return found


def nanoseconds(value: float) -> str:
    return f"{value:.1f}" if value < 10_000 else f"{value:,.0f}"


def time_tables(rows: Mapping[str, Any], *, markdown: bool) -> list[str]:
    names = [name for name in LABELS if any(name in cells for cells in rows.values())]
    head = ["", *(LABELS[name] for name in names)]
    times = [
        [row, *(nanoseconds(cells[name]["minimum"]) if name in cells else ABSENT for name in names)]
        for row, cells in rows.items()
    ]
    return [table(head, times, markdown=markdown), table(head, ratios_of(rows, names), markdown=markdown)]


ABSENT = "\N{EN DASH}"
"""Where there is no such cell, for a reason that suites.py tells."""


def ratios_of(rows: Mapping[str, Any], names: Iterable[str]) -> list[list[str]]:
    return [
        [row, *(f"{value:.2f}" if (value := ratio(cells, name)) is not None else ABSENT for name in names)]
        for row, cells in rows.items()
    ]


README_COLUMNS = (DIRECT, BY_NAME, EMPTY_BY_NAME, "cython", "mypyc", "nanobind", "pybind11", "cffi_api", "ctypes")
BEGIN, END = "<!-- benchmarks: nox -s bench writes this -->\n", "<!-- /benchmarks -->\n"


def readme(text: str, result: Mapping[str, Any]) -> str:
    """A README with the table of ratios between its two marks. ValueError: it has no such place."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md has no place for the benchmarks: {BEGIN.strip()} … {END.strip()}")
    rows = result["suites"]["calls"]["rows"]
    names = [name for name in README_COLUMNS if any(name in cells for cells in rows.values())]
    shown = table(["", *(LABELS[name] for name in names)], ratios_of(rows, names), markdown=True)
    return f"{before}{begin}\n{result['python']}, {result['machine']}:\n\n{shown}\n\n{end}{after}"


def instruction_table(counts: Mapping[str, Mapping[str, Counts]], *, markdown: bool = False) -> str:
    """Own and total instructions of each column."""
    columns = [name for name in (DIRECT, BY_NAME, C) if any(name in cells for cells in counts.values())]
    head = ["", *(f"{LABELS[column]} {kind}" for column in columns for kind in ("own", "total"))]
    rows = [
        [row, *(figure for column in columns for figure in both(cells.get(column)))] for row, cells in counts.items()
    ]
    return table(head, rows, markdown=markdown)


def both(counts: Counts | None) -> tuple[str, str]:
    return (f"{counts.own:g}", f"{counts.total:g}") if counts else (ABSENT, ABSENT)


def cost_lines(costs: Mapping[str, Any]) -> list[str]:
    lines = [f"import {name}: {seconds * 1e3:.2f} ms" for name, seconds in costs["import seconds"].items()]
    lines += [f"call, {name}: {seconds * 1e9:.0f} ns" for name, seconds in costs["call seconds"].items()]
    for count, cell in costs["memory per function"].items():
        grown = f"{cell['bytes']:.0f} bytes allocated" if cell["bytes"] else f"{cell['resident']:.0f} bytes resident"
        lines.append(f"memory per function, {int(count):,} registered: {grown}")
    for count, cell in costs["call by name"].items():
        lines.append(
            f"call by name, {int(count):,} registered: {cell['median']:.1f} ns, slowest of 64 names {cell['slowest']:.1f} ns"
        )
    return lines


def sections(result: Mapping[str, Any], *, markdown: bool) -> list[tuple[str, str]]:
    bullet = "- " if markdown else ""
    parts = []
    for name, measured in result["suites"].items():
        suite = SUITES[name]
        times, ratios = time_tables(measured["rows"], markdown=markdown)
        parts.append((f"{suite.title}: nanoseconds, above an empty loop", times))
        parts.append((f"{suite.title}: ratio to hand-written C", ratios))
        if "instructions" in measured:
            counts = {
                row: {column: Counts(**cell) for column, cell in cells.items()}
                for row, cells in measured["instructions"].items()
            }
            parts.append(
                (
                    f"{suite.title}: instructions, own in the extension, total with CPython's",
                    instruction_table(counts, markdown=markdown),
                )
            )
        late = behind(suite, measured["rows"])
        shown = "\n".join(bullet + line for line in late) if late else "Nothing."
        parts.append((f"{suite.title}: behind the goal", shown))
    if "costs" in result:
        parts.append(("Other costs", "\n".join(bullet + line for line in cost_lines(result["costs"]))))
    return parts


def text(result: Mapping[str, Any]) -> str:
    return "\n\n".join(f"{title}\n\n{body}" for title, body in sections(result, markdown=False))


def markdown(result: Mapping[str, Any]) -> str:
    parts = [
        "# Benchmarks\n\n"
        f"{result['python']}, {result['machine']}; {result['compiler']} for all peers. The least of {result['rounds']} "
        "interleaved rounds in one process. Written by `nox -s bench`."
    ]
    parts += [f"## {title}\n\n{body}" for title, body in sections(result, markdown=True)]
    return "\n\n".join(parts) + "\n"
