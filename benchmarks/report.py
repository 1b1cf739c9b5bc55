"""The tables: for the terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.columns import BY_NAME, DIRECT, EMPTY, EMPTY_BY_NAME, LABELS, C
from benchmarks.instructions import Counts
from benchmarks.rows import ROWS

__all__ = ["behind", "instruction_table", "markdown", "ratio", "readme", "table", "text"]


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


def behind(rows: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[str]:
    """What is not as it should be, a sentence each: a goal that is missed, a peer that is ahead."""
    found = []
    for row in ROWS:
        cells = rows.get(row.name, {})
        for column, goal, bare in ((DIRECT, row.goal, EMPTY), (BY_NAME, row.named_goal, EMPTY_BY_NAME)):
            reached, least = ratio(cells, column), ratio(cells, bare)
            if goal is not None and reached is not None and reached > goal:
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


def time_tables(result: Mapping[str, Any], *, markdown: bool) -> list[str]:
    rows = result["rows"]
    names = [name for name in LABELS if any(name in cells for cells in rows.values())]
    head = ["", *(LABELS[name] for name in names)]
    nanoseconds = [
        [row, *(f"{cells[name]['minimum']:.1f}" if name in cells else "-" for name in names)]
        for row, cells in rows.items()
    ]
    ratios = [
        [row, *(f"{value:.2f}" if (value := ratio(cells, name)) is not None else "-" for name in names)]
        for row, cells in rows.items()
    ]
    return [table(head, nanoseconds, markdown=markdown), table(head, ratios, markdown=markdown)]


README_COLUMNS = (DIRECT, BY_NAME, EMPTY_BY_NAME, "cython", "mypyc", "nanobind", "pybind11", "cffi_api", "ctypes")
BEGIN, END = "<!-- benchmarks: nox -s bench writes this -->\n", "<!-- /benchmarks -->\n"


def readme(text: str, result: Mapping[str, Any]) -> str:
    """A README with the table of ratios between its two marks. ValueError: it has no such place."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md has no place for the benchmarks: {BEGIN.strip()} … {END.strip()}")
    rows = result["rows"]
    names = [name for name in README_COLUMNS if any(name in cells for cells in rows.values())]
    ratios = [
        [row, *(f"{value:.2f}" if (value := ratio(cells, name)) is not None else "-" for name in names)]
        for row, cells in rows.items()
    ]
    shown = table(["", *(LABELS[name] for name in names)], ratios, markdown=True)
    return f"{before}{begin}\n{result['python']}, {result['machine']}:\n\n{shown}\n\n{end}{after}"


def instruction_table(counts: Mapping[str, Mapping[str, Counts]], *, markdown: bool = False) -> str:
    """Own and total instructions of each column."""
    columns = (DIRECT, BY_NAME, C)
    head = ["", *(f"{LABELS[column]} {kind}" for column in columns for kind in ("own", "total"))]
    rows = [
        [row, *(f"{value:g}" for column in columns for value in (cells[column].own, cells[column].total))]
        for row, cells in counts.items()
    ]
    return table(head, rows, markdown=markdown)


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
    nanoseconds, ratios = time_tables(result, markdown=markdown)
    parts = [("Nanoseconds per call, above an empty loop", nanoseconds), ("Ratio to hand-written C", ratios)]
    if "instructions" in result:
        counts = {
            row: {column: Counts(**cell) for column, cell in cells.items()}
            for row, cells in result["instructions"].items()
        }
        parts.append(
            (
                "Instructions per call: own in the extension, total with CPython's",
                instruction_table(counts, markdown=markdown),
            )
        )
    bullet = "- " if markdown else ""
    parts.append(("Other costs", "\n".join(bullet + line for line in cost_lines(result["costs"]))))
    late = behind(result["rows"])
    parts.append(("Behind the goal", "\n".join(bullet + line for line in late) if late else "Nothing."))
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
