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
from dataclasses import dataclass
from typing import Any

from benchmarks.rows import Row

__all__ = ["CALLS", "PREFIX", "Cell", "Loop", "Timed", "loop_of", "measure", "pin"]

PREFIX = "bench_"
"""Of the names under which functions are registered. An underscore keeps them identifiers."""

CALLS = 8
"""Calls in one turn of a loop: the loop's own cost, which is subtracted, is small beside them."""

Loop = Callable[[Iterable[None]], float]
"""Runs once per item, and returns the seconds that it took."""

HEAVY_EVERY = 5
"""A heavy loop is run in every so manieth round."""


@dataclass(frozen=True, kw_only=True)
class Timed:
    """The loop of a cell."""

    row: str
    column: str
    """Empty for the empty loop, whose time is subtracted from those of the row that come after it."""
    loop: Loop
    calls: int = CALLS
    """How many statements there are in a turn."""
    heavy: bool = False


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


def turns_for(loop: Loop, seconds: float, *, heavy: bool = False) -> int:
    """How many turns take about so long."""
    turns = 1 if heavy else 64
    while True:
        took = min(loop(itertools.repeat(None, turns)) for _ in range(3))
        if took > seconds / 8:
            return max(1 if heavy else 8, int(turns * seconds / took))
        turns *= 4


def measure(loops: list[Timed], *, rounds: int, slice_seconds: float) -> dict[str, dict[str, Cell]]:
    """Row name → column → cell. Each cell gets `rounds` slices of about `slice_seconds`, a heavy one fewer."""
    turns = [
        turns_for(timed.loop, slice_seconds if timed.column else slice_seconds / 4, heavy=timed.heavy)
        for timed in loops
    ]
    seconds: list[list[float]] = [[] for _ in loops]
    order = list(range(len(loops)))
    shuffle = random.Random(0).shuffle
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds):
            shuffle(order)
            for index in order:
                if turn % HEAVY_EVERY == 0 or not loops[index].heavy:
                    seconds[index].append(loops[index].loop(itertools.repeat(None, turns[index])) / turns[index])
    finally:
        gc.enable()
    result: dict[str, dict[str, Cell]] = {}
    empty = {timed.row: min(times) for timed, times in zip(loops, seconds, strict=True) if not timed.column}
    for timed, times in zip(loops, seconds, strict=True):
        if timed.column:
            least = empty.get(timed.row, 0.0)
            result.setdefault(timed.row, {})[timed.column] = {
                "minimum": (min(times) - least) / timed.calls * 1e9,
                "median": (statistics.median(times) - least) / timed.calls * 1e9,
            }
    return result
