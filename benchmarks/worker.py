"""The measured processes: ``python benchmarks --worker KIND FOLDER …`` prints what it measured as JSON.

Each begins with as little imported as can be, and runs on every CPython that is supported.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # not imported: it would be measured
    from collections.abc import Callable
    from typing import Any

__all__ = ["main"]

BEGIN = time.perf_counter()


def main(arguments: list[str]) -> None:
    kind, *rest = arguments
    result = KINDS[kind](*rest)

    import json

    print(json.dumps(result))


def time_suite(folder: str, suite: str, rounds: str, slice_seconds: str, columns: str = "") -> object:
    """Every row of a suite, in the columns that are named (separated by commas; all)."""
    from pathlib import Path

    from benchmarks import timing
    from benchmarks.suites import SUITES

    cpu = timing.pin()
    only = columns.split(",") if columns else None
    loops = list(SUITES[suite].loops(Path(folder), only))
    rows = timing.measure(loops, rounds=int(rounds), slice_seconds=float(slice_seconds))
    SUITES[suite].complete(rows, only)
    return {"rows": rows, "cpu": cpu}


def count_instructions(folder: str, suite: str, columns: str, turns: str) -> object:
    """Runs each cell twice, with `turns` and with twice as many, between marks that callgrind sees.

    The result is the order of the cells, and how many more calls the second run has: the dump that ends with mark
    2n + 1 is the short loop of cell n, the next one the long loop.
    """
    import gc
    import itertools
    from pathlib import Path

    from benchmarks.columns import load_module
    from benchmarks.suites import SUITES

    module = load_module(Path(folder), "bench_c" if suite == "calls" else f"{suite}_c")
    mark = module.mark
    cells = []
    gc.disable()
    for timed in SUITES[suite].loops(Path(folder), columns.split(","), counted=True):
        # A statement of a thousand items counts the same each time; one call may meet a full free list, or an empty one.
        short = 1 if timed.heavy else 3 if timed.calls == 1 else int(turns)
        loop = timed.loop
        loop(itertools.repeat(None, 1 if timed.heavy else 4 * short))  # specialises its code, and fills the free lists
        cells.append((timed.row, timed.column, short * timed.calls))
        for count in (short, 2 * short):
            turn = itertools.repeat(None, count)
            mark()
            loop(turn)
            mark()
    return cells


def import_time(module: str, folder: str = "") -> object:
    """Seconds that the import takes in a process that has imported nothing else."""
    if folder:
        from pathlib import Path

        from benchmarks.columns import load_module

        begin = time.perf_counter()
        load_module(Path(folder), module)
    else:
        import importlib

        begin = time.perf_counter()
        importlib.import_module(module)
    return time.perf_counter() - begin


def compiling_time() -> object:
    """Seconds that numba takes in every process for the functions of the suite `arrays`: the import of numba, and each
    function that is compiled, by its declaration or at its first call.
    """
    import importlib
    import itertools

    import numpy as np

    clock = time.perf_counter
    times = [clock()]
    importlib.import_module("numba")
    times.append(clock())
    module = importlib.import_module("benchmarks.native.arrays_numba")  # compiles `length`
    times.append(clock())
    module.total(np.arange(3.0))
    times.append(clock())
    module.doubled(np.arange(3.0))
    times.append(clock())
    names = ("import numba", "length, by @vectorize", "total, by @njit", "doubled, by @njit")
    return dict(zip(names, (later - earlier for earlier, later in itertools.pairwise(times)), strict=True))


def first_call() -> object:
    """Seconds of the first and of the second call, of a function object and by name."""
    import itertools

    import nano_ffi

    clock = time.perf_counter
    add = nano_ffi.get("add")
    call = nano_ffi.call
    times = [clock()]
    add(3, 4)
    times.append(clock())
    add(3, 4)
    times.append(clock())
    call("add", 3, 4)
    times.append(clock())
    call("add", 3, 4)
    times.append(clock())
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def memory(folder: str, count: str) -> object:
    """Bytes per function after `count` were registered: what Python's allocators gave, and the process's growth."""
    import gc
    import tracemalloc
    from pathlib import Path

    import nano_ffi
    from benchmarks.columns import direct

    function = direct(Path(folder))["add"]

    names = [f"function_{index:06}" for index in range(int(count))]
    tracing = int(count) <= 10_000
    gc.collect()
    if tracing:
        tracemalloc.start()
    before, traced = resident(), tracemalloc.get_traced_memory()[0] if tracing else 0
    begin = time.perf_counter()
    for name in names:
        nano_ffi.register(name, function)
    took = time.perf_counter() - begin
    gc.collect()
    return {
        "bytes": (tracemalloc.get_traced_memory()[0] - traced) / int(count) if tracing else None,
        "resident": None if tracing else (resident() - before) / int(count),  # tracing takes memory, too
        "seconds": None if tracing else took / int(count),
    }


def resident() -> int:
    """Bytes of memory that this process has; 0 where the system does not tell."""
    import resource
    from pathlib import Path

    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * resource.getpagesize() if statm.exists() else 0


def object_sizes(folder: str, column: str, count: str) -> object:
    """Bytes of an object of the class P: what it says, and the growth of the process, lists not counted."""
    import gc
    import sys
    from pathlib import Path

    from benchmarks.columns import statement_names

    make = statement_names(Path(folder), "point", column)["P"]
    made: list[object] = [None] * int(count)
    places = range(int(count))
    first = make(1.0, 2.0, 3)
    gc.collect()
    gc.disable()
    before = resident()
    for index in places:
        made[index] = make(1.0, 2.0, 3)
    grown = resident() - before
    return {"getsizeof": sys.getsizeof(first), "resident": grown / int(count)}


def node_size(folder: str, count: str) -> object:
    """Bytes by which the process grows where the nodes of examples/graph become objects."""
    import gc
    from pathlib import Path

    from benchmarks.columns import load_module

    view = load_module(Path(folder), "graph").GraphView()
    for _ in range(int(count)):
        view.create_node("node")
    gc.collect()
    gc.disable()
    before = resident()
    nodes = view.nodes()
    assert len(nodes) == int(count)
    return (resident() - before) / int(count) - 8  # the list's pointer


def growth(folder: str, counts: str) -> object:
    """Nanoseconds of `call` by name, above an empty loop, with so many functions: the median name and the slowest."""
    import gc
    import itertools
    import random
    import statistics
    import sys
    from pathlib import Path

    import nano_ffi
    from benchmarks import timing
    from benchmarks.columns import direct

    timing.pin()
    function = direct(Path(folder))["add"]
    sample = random.Random(0)
    names: list[str] = []
    result: dict[str, object] = {}
    gc.disable()
    for count in map(int, counts.split(",")):
        for index in range(len(names), count):
            names.append(sys.intern(f"function_{index:06}"))
            nano_ffi.register(names[-1], function)
        loops = []
        for name in sample.sample(names, min(64, count)):
            source = "def loop(turns, f=f):\n    begin = clock()\n    for _ in turns:\n"
            source += f"        f({name!r}, 3, 4)\n" * timing.CALLS + "    return clock() - begin\n"
            namespace: dict[str, Any] = {"f": nano_ffi.call, "clock": time.perf_counter}
            exec(source, namespace)  # noqa: S102 - a loop of its own code object
            loops.append(namespace["loop"])
        turns = 2_000
        times = [
            min(loop(itertools.repeat(None, turns)) for _ in range(15)) / turns / timing.CALLS * 1e9 for loop in loops
        ]
        result[str(count)] = {"median": statistics.median(times), "slowest": max(times)}
    return result


KINDS: dict[str, Callable[..., object]] = {
    "time": time_suite,
    "instructions": count_instructions,
    "import": import_time,
    "compiling": compiling_time,
    "first": first_call,
    "memory": memory,
    "growth": growth,
    "sizes": object_sizes,
    "nodes": node_size,
}
