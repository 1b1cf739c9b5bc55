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


def scaling(folder: str, columns: str, rounds: str) -> object:
    """Row → column → nanoseconds of the clock per call, by one thread and by two, of all that they call."""
    import gc
    import itertools
    import random
    import sys
    import sysconfig
    import threading
    from pathlib import Path

    from benchmarks import threads, timing
    from benchmarks.columns import statement_names

    named = columns.split(",")
    modules = {
        name: {key: value for stem in threads.STEMS for key, value in statement_names(Path(folder), stem, name).items()}
        for name in named
    }
    if sysconfig.get_config_var("Py_GIL_DISABLED") and getattr(sys, "_is_gil_enabled")():  # noqa: B009
        raise RuntimeError("one of the modules has switched the GIL on")

    def run(loops: list[timing.Loop], turns: int, count: int) -> float:
        """Seconds from the first thread's begin to the last one's end."""
        begins: list[float] = []
        ends: list[float] = []
        barrier = threading.Barrier(count)

        def one(loop: timing.Loop) -> None:
            turn = itertools.repeat(None, turns)
            barrier.wait()
            begins.append(time.perf_counter())
            loop(turn)
            ends.append(time.perf_counter())

        started = [threading.Thread(target=one, args=(loop,)) for loop in loops[:count]]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
        return max(ends) - min(begins)

    cells = []
    for row in threads.ROWS:
        for name in named:
            row.test(modules[name])
            loop = row.loop(modules[name])
            loops = [loop, row.loop(modules[name]) if row.name == threads.OWN else loop]
            turns = timing.turns_for(loop, threads.SLICE_SECONDS)
            cells += [(row.name, name, loops, turns, turns * row.calls, count) for count in (1, 2)]
    result: dict[str, dict[str, dict[str, float]]] = {row.name: {name: {} for name in named} for row in threads.ROWS}
    shuffle = random.Random(0).shuffle
    gc.collect()
    gc.disable()
    for _ in range(int(rounds)):
        shuffle(cells)
        for row_name, name, loops, turns, calls, count in cells:
            cell = result[row_name][name]
            key = "one" if count == 1 else "two"
            cell[key] = min(cell.get(key, 1e18), run(loops, turns, count) / calls / count * 1e9)
    return result


def coroutines(folder: str, columns: str, rounds: str) -> object:
    """Row → way → nanoseconds per call, the least of all rounds and the median one."""
    import asyncio
    import gc
    import random
    import statistics
    from pathlib import Path

    from benchmarks import threads
    from benchmarks.columns import DIRECT, C, statement_names

    ways: dict[str, Callable[[int], Any]] = {}
    named = columns.split(",")
    if DIRECT in named:
        names = statement_names(Path(folder), threads.NAME, DIRECT)
        spin = names["spin"]
        ways["plain call"] = spin
        ways[".async"], ways[".async with std.Io"] = names["spinLater"], names["spinLaterWithIo"]
        ways["to_thread"] = lambda turns: asyncio.to_thread(spin, turns)
    if C in named:
        by_hand = statement_names(Path(folder), threads.NAME, C)["spin"]
        ways["to_thread, C"] = lambda turns: asyncio.to_thread(by_hand, turns)

    async def run(way: str, turns: int, place: str) -> float:
        call, count = ways[way], threads.PLACES[place]
        begin = time.perf_counter()
        if way == "plain call":
            for _ in range(count):
                call(turns)
        elif place == "one at a time":
            for _ in range(count):
                await call(turns)
        else:
            await asyncio.gather(*(call(turns) for _ in range(count)))
        return (time.perf_counter() - begin) / count * 1e9

    async def main() -> object:
        cells = [(task, place, way) for task in threads.TASKS for place in threads.PLACES for way in ways]
        for way in ways:  # begins the threads
            await run(way, 0, "1,000 at once")
        seen: dict[str, dict[str, list[float]]] = {row: {way: [] for way in ways} for row in threads.coroutine_rows()}
        shuffle = random.Random(0).shuffle
        gc.collect()
        for _ in range(int(rounds)):
            shuffle(cells)
            for task, place, way in cells:
                seen[f"{task}, {place}"][way].append(await run(way, threads.TASKS[task], place))
        return {
            row: {
                way: {"minimum": min(times), "median": statistics.median(times)} for way, times in seen_of_row.items()
            }
            for row, seen_of_row in seen.items()
        }

    return asyncio.run(main())


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
    "scaling": scaling,
    "coroutines": coroutines,
}
