"""Makes and drops large graphs: `python stress.py [nodes] [rounds]` prints time and memory of each round."""

from __future__ import annotations

import ctypes
import gc
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


import nano_ffi.importer  # noqa: F401

# isort: split
import graph


def resident() -> int:
    """Bytes of this process in memory, without those that glibc keeps for later (Linux)."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with Path("/proc/self/smaps_rollup").open() as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("Rss:"))


def round_of(count: int) -> int:
    """Makes a graph of `count` nodes and as many edges, walks through it, and drops it: bytes that it took."""
    before = resident()
    view = graph.GraphView()
    create_node = view.create_node
    create_edge = view.create_edge
    first = last = create_node("node 0")
    for number in range(1, count):
        node = create_node(f"node {number}", {"number": str(number)} if number % 10 == 0 else None)
        create_edge(last, node, number % 3, number)
        last = node
    part = view.subgraph(list(range(0, count, 2)))
    path = view.shortest_path(first, last)
    assert path is not None
    assert (len(view), view.edge_count(), len(path), len(part)) == (count, count - 1, count - 1, (count + 1) // 2)
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
