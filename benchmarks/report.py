"""The tables: for the terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.columns import BY_NAME, DIRECT, EMPTY, EMPTY_BY_NAME, LABELS, C
from benchmarks.instructions import Counts
from benchmarks.rows import Row
from benchmarks.sizes import GOALS
from benchmarks.suites import SUITES, Suite
from benchmarks.threads import WAYS

__all__ = [
    "ABSENT",
    "behind",
    "instruction_table",
    "markdown",
    "nanoseconds",
    "performance",
    "ratio",
    "readme",
    "standing",
    "table",
    "text",
    "thread_tables",
    "threads_behind",
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


PEERS = (
    C,
    "cython",
    "mypyc",
    "nanobind",
    "pybind11",
    "pyo3",
    "pyoz",
    "cffi_api",
    "cffi_abi",
    "ctypes",
    "numba",
    "numpy",
)
"""Beside what we want to be first."""


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
            ahead = [LABELS[name] for name, cell in cells.items() if name in PEERS and cell["minimum"] < mine]
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


README_COLUMNS = {
    "calls": (DIRECT, BY_NAME, EMPTY_BY_NAME, "cython", "mypyc", "nanobind", "pybind11", "cffi_api", "ctypes"),
    "point": (DIRECT, *PEERS[1:5], "python"),
    "containers": (DIRECT, *PEERS[1:5], "python"),
}
"""The suites whose tables of ratios are in the README, and their columns there."""
BEGIN, END = "<!-- benchmarks: nox -s bench writes this -->\n", "<!-- /benchmarks -->\n"
THREADS = ("<!-- threads: nox -s bench writes this -->\n", "<!-- /threads -->\n")


def standing(suite: Suite, rows: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """In how many rows we are first, and in which not, by how much."""
    late = []
    for name, cells in rows.items():
        ahead = [peer for peer in PEERS if peer in cells and cells[peer]["minimum"] < cells[DIRECT]["minimum"]]
        if ahead:
            best = min(ahead, key=lambda peer: cells[peer]["minimum"])
            times = cells[DIRECT]["minimum"] / cells[best]["minimum"]
            late.append(f"*{name}* ({LABELS[best]}: we take {times:.2f} of it)")
    first = f"{suite.title}: first, C by hand included, in {len(rows) - len(late)} of {len(rows)} rows"
    return f"{first}; not in {', '.join(late)}." if late else f"{first}."


def between_marks(text: str, name: str, shown: str, marks: tuple[str, str] = (BEGIN, END)) -> str:
    before, begin, rest = text.partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not begin or not end:
        raise ValueError(f"{name} has no place for the benchmarks: {marks[0].strip()} … {marks[1].strip()}")
    return f"{before}{begin}\n{shown}\n\n{end}{after}"


def readme(text: str, result: Mapping[str, Any]) -> str:
    """A README with the tables of ratios between its two marks. ValueError: it has no such place."""
    parts = [f"{result['python']}, {result['machine']}:"]
    for suite, columns in README_COLUMNS.items():
        if suite not in result["suites"]:
            continue
        rows = result["suites"][suite]["rows"]
        names = [name for name in columns if any(name in cells for cells in rows.values())]
        if suite != "calls":
            parts.append(f"{SUITES[suite].title}, as ratios to the same by hand in C:")
        parts.append(table(["", *(LABELS[name] for name in names)], ratios_of(rows, names), markdown=True))
    if "sizes" in result:
        parts.append("Memory and size:")
        parts.append(size_table(result["sizes"], markdown=True))
    return between_marks(text, "README.md", "\n\n".join(parts))


def performance(text: str, result: Mapping[str, Any]) -> str:
    """docs/background/performance.md with what is first and what not, and with the threads, between their marks."""
    parts = [f"{result['python']}, {result['machine']}:"]
    parts += ["- " + standing(SUITES[name], measured["rows"]) for name, measured in result["suites"].items()]
    parts += ["- " + line + "." for line in too_large(result.get("sizes", {}))]
    text = between_marks(text, "performance.md", "\n".join([parts[0], "", *parts[1:]]))
    if "threads" in result:
        shown = [f"{title}:\n\n{body}" for title, body in thread_tables(result["threads"], markdown=True)]
        text = between_marks(text, "performance.md", "\n\n".join(shown), THREADS)
    return text


def thread_tables(threads: Mapping[str, Any], *, markdown: bool) -> list[tuple[str, str]]:
    """What two threads bring, and what coroutines cost, for each CPython; and what is behind."""
    place = f"{threads['cores']} cores, {threads['date']}"
    parts = []
    for name, measured in threads["pythons"].items():
        rows = measured["scaling"]
        columns = [column for column in LABELS if any(column in cells for cells in rows.values())]
        cells = [
            [row, *(f"{cell['one']:,.1f}, {scale(cell):.2f} times" for cell in map(cells.get, columns) if cell)]
            for row, cells in rows.items()
        ]
        title = f"Threads, {name}, {place}: nanoseconds of a call, and how many times as many two threads make"
        parts.append((title, table(["", *(LABELS[column] for column in columns)], cells, markdown=markdown)))
        rows = measured["coroutines"]
        ways = [way for way in WAYS if any(way in cells for cells in rows.values())]
        cells = [[row, *(f"{found[way]['minimum'] / 1e3:,.1f}" for way in ways)] for row, found in rows.items()]
        title = f"Coroutines, {name}, {place}: microseconds of a call"
        parts.append((title, table(["", *ways], cells, markdown=markdown)))
    late = threads_behind(threads)
    shown = "\n".join(("- " if markdown else "") + line for line in late) if late else "Nothing."
    return [*parts, ("Threads and coroutines: behind", shown)]


def scale(cell: Mapping[str, float]) -> float:
    """How many times as many calls two threads make as one does."""
    return cell["one"] / cell["two"]


def threads_behind(threads: Mapping[str, Any]) -> list[str]:
    """Where another one makes more calls in two threads, or has them sooner in an event loop: by more than chance."""
    found = []
    for name, measured in threads["pythons"].items():
        for row, cells in measured["scaling"].items():
            ahead = [peer for peer in cells if DIRECT in cells and cells[peer]["two"] < 0.95 * cells[DIRECT]["two"]]
            if ahead:
                shown = ", ".join(f"{LABELS[peer]} {cells[peer]['two']:,.1f}" for peer in ahead)
                found.append(f"{name}: {row}, two threads: nano_ffi takes {cells[DIRECT]['two']:,.1f} ns, {shown}")
        for row, cells in measured["coroutines"].items():
            ahead = [way for way in WAYS if way.startswith("to_thread") and way in cells and ".async" in cells]
            ahead = [way for way in ahead if cells[way]["minimum"] < 0.95 * cells[".async"]["minimum"]]
            if ahead:
                shown = ", ".join(f"{way} {cells[way]['minimum'] / 1e3:,.1f}" for way in ahead)
                found.append(f"{name}: {row}: .async takes {cells['.async']['minimum'] / 1e3:,.1f} µs, {shown}")
    return found


def size_table(sizes: Mapping[str, Mapping[str, float]], *, markdown: bool) -> str:
    names = [name for name in LABELS if any(name in cells for cells in sizes.values())]
    rows = [
        [row, *(amount(cells[name]) if name in cells else ABSENT for name in names)] for row, cells in sizes.items()
    ]
    return table(["", *(LABELS[name] for name in names)], rows, markdown=markdown)


def amount(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value < 1000 else f"{value:,.0f}"


def too_large(sizes: Mapping[str, Mapping[str, float]]) -> list[str]:
    return [
        f"{row}: {amount(sizes[row][DIRECT])}, the goal is {amount(goal)}"
        for row, goal in GOALS.items()
        if DIRECT in sizes.get(row, {}) and sizes[row][DIRECT] > goal
    ]


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
        if "numba" in measured:
            lines = (f"{what}: {seconds * 1e3:,.0f} ms" for what, seconds in measured["numba"].items())
            parts.append(
                (f"{suite.title}: what numba takes first, in every process", "\n".join(bullet + line for line in lines))
            )
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
    if "sizes" in result:
        parts.append(("Memory, compiling and size", size_table(result["sizes"], markdown=markdown)))
        if large := too_large(result["sizes"]):
            parts.append(("Memory, compiling and size: behind the goal", "\n".join(bullet + line for line in large)))
    if "threads" in result:
        parts += thread_tables(result["threads"], markdown=markdown)
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
