"""Makes and drops graphs of many instances: `python stress.py [nodes] [rounds]` prints time and memory of each round."""

from __future__ import annotations

import ctypes
import gc
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import nano_ffi.importer  # noqa: F401

# isort: split
import typegraph


def resident() -> int:
    """Bytes of this process in memory, without those that glibc keeps for later (Linux)."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with Path("/proc/self/smaps_rollup").open() as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("Rss:"))


def round_of(count: int) -> int:
    """Makes a graph of some `count` nodes, asks for all of them, and drops it: bytes that it took."""
    before = resident()
    graph = typegraph.TypeGraph()
    pin, part = graph.add_type("Pin"), graph.add_type("Part")
    for number in range(9):
        graph.add_child(part, f"p{number}", pin, number=number)
    graph.add_link(part, ["p0"], ["p8"], "net")
    errors = []
    for number in range(count // 10):
        node = graph.instantiate(part, f"part {number}", value=float(number), name=f"R{number}")
        if number % 10 == 0:
            try:
                graph.resolve(node, ["p0", typegraph.EdgeTraversal("link", "none")])
            except typegraph.PathError as error:
                errors.append(error)
    found = graph.query(types=[pin])
    assert (len(found), len(graph), len(graph.links())) == (count // 10 * 9, count // 10 * 10, count // 10)
    assert all(error.node.type is pin or error.node.type == pin for error in errors)
    return resident() - before


def run(count: int, rounds: int) -> list[tuple[float, int, int]]:
    """Of each round: seconds, bytes that it took, bytes that are left of it."""
    round_of(100)
    before = resident()
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        taken = round_of(count)
        seconds = time.perf_counter() - start
        found.append((seconds, taken, resident() - before))
    return found


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    for seconds, taken, left in run(count, rounds):
        print(f"{count:,} nodes: {seconds:.2f} s, {taken / 1e6:.1f} MB taken, {left / 1e6:+.1f} MB left")
