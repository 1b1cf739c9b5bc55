"""The discipline: every cell in one process, in rounds, in another order in each round.

A cell is a loop of its own code object, so that CPython's specialising interpreter sees one callee in each place.
What disturbs a round (another process, the clock of the CPU) then falls on all columns alike; the least time of
many rounds is what a call costs, and the median says how quiet the machine was.
"""

from __future__ import annotations

import gc
import itertools
import os
import random
import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.columns import EMPTY, EMPTY_BY_NAME, NAMED, PREFIX, Functions
from benchmarks.rows import ROWS, Row

__all__ = ["CALLS", "Cell", "Loop", "loop_of", "measure", "pin"]

CALLS = 8
"""Calls in one turn of a loop: the loop's own cost, which is subtracted, is small beside them."""

Loop = Callable[[Iterable[None]], float]
"""Runs once per item, and returns the seconds that it took."""

Cell = dict[str, float]
"""``minimum`` and ``median``, in nanoseconds per call above an empty loop."""

SOURCE = """\
def loop(turns):
    begin = clock()
    for _ in turns:
{calls}
    return clock() - begin
"""


def loop_of(row: Row, function: Callable[..., Any] | None, *, prefix: str | None = None, calls: int = CALLS) -> Loop:
    """The loop of a cell; with no function the empty one, with a prefix that of a call by name."""
    values = {f"v{index}": value for index, value in enumerate((*row.arguments, *row.keywords.values()))}
    names = list(values)
    arguments = names[: len(row.arguments)]
    arguments += [f"{key}={name}" for key, name in zip(row.keywords, names[len(row.arguments) :], strict=True)]
    if prefix:
        arguments.insert(0, repr(prefix + row.peer_function))  # written as a program writes it
    if function is None:
        body = "        pass"
    elif row.raises:
        call = f"        try:\n            f({', '.join(arguments)})\n        except {row.raises.__name__}:\n            pass"
        body = "\n".join([call] * calls)
    else:
        call = f"f({', '.join(arguments)})"
        body = "\n".join(f"        {f'r{index} = ' if row.keeps else ''}{call}" for index in range(calls))
    # Defaults of parameters: what the loop reads are local variables.
    parameters = ", ".join(["turns", "f=f", *(f"{name}={name}" for name in names)])
    source = SOURCE.format(calls=body).replace("loop(turns)", f"loop({parameters})")
    namespace: dict[str, Any] = {"f": function, "clock": time.perf_counter, **values}
    exec(compile(source, f"<{row.name}>", "exec"), namespace)  # noqa: S102 - a loop of its own code object
    made: Loop = namespace["loop"]
    return made


def pin() -> int | None:
    """Keep this process on one CPU, the last it may use; which one, None where the system has no such call."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    cpu = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cpu})
    return cpu


def turns_for(loop: Loop, seconds: float) -> int:
    """How many turns take about so long."""
    turns = 64
    while True:
        took = min(loop(itertools.repeat(None, turns)) for _ in range(3))
        if took > seconds / 8:
            return max(8, int(turns * seconds / took))
        turns *= 4


def measure(
    columns: dict[str, Functions], *, rounds: int, slice_seconds: float, rows: list[Row] | None = None
) -> dict[str, dict[str, Cell]]:
    """Row name → column → cell. Each cell gets `rounds` slices of about `slice_seconds`."""
    loops: list[tuple[str, str, Loop]] = []
    for row in rows or ROWS:
        loops.append((row.name, "", loop_of(row, None)))
        for name, functions in columns.items():
            # The error row has a function of another row, which may be an empty one.
            if (function := functions.get(row.peer_function)) and not (row.raises and name in (EMPTY, EMPTY_BY_NAME)):
                loops.append((row.name, name, loop_of(row, function, prefix=PREFIX if name in NAMED else None)))
    turns = [turns_for(loop, slice_seconds if column else slice_seconds / 4) for _, column, loop in loops]
    seconds: list[list[float]] = [[] for _ in loops]
    order = list(range(len(loops)))
    shuffle = random.Random(0).shuffle
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            shuffle(order)
            for index in order:
                seconds[index].append(loops[index][2](itertools.repeat(None, turns[index])) / turns[index])
    finally:
        gc.enable()
    result: dict[str, dict[str, Cell]] = {}
    empty = {row: min(times) for (row, column, _), times in zip(loops, seconds, strict=True) if not column}
    for (row_name, column, _), times in zip(loops, seconds, strict=True):
        if column:
            result.setdefault(row_name, {})[column] = {
                "minimum": (min(times) - empty[row_name]) / CALLS * 1e9,
                "median": (statistics.median(times) - empty[row_name]) / CALLS * 1e9,
            }
    return result
