"""graph.zig beside the same in pure Python and beside networkx: `python benchmark.py [nodes]`.

A grid whose nodes have edges to the right and down, and some edges across, in all three; the best of several rounds,
which alternate. Results are compared before times are.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx

sys.path.insert(0, str(Path(__file__).parent))

import pure

import nano_ffi.importer  # noqa: F401

# isort: split
import graph

ROUNDS = 3


def links(count: int) -> list[tuple[int, int]]:
    side = int(count**0.5)
    found = []
    for number in range(count):
        if (number + 1) % side and number + 1 < count:
            found.append((number, number + 1))
        if number + side < count:
            found.append((number, number + side))
    choose = random.Random(7)
    found += [(choose.randrange(count), choose.randrange(count)) for _ in range(count // 100)]
    return found


class Ours:
    """graph.zig or pure.py: they have the same names."""

    def __init__(self, module: Any, count: int) -> None:
        self.module = module
        self.count = count
        self.links = links(count)

    def build(self) -> int:
        view = self.module.GraphView()
        create_node = view.create_node
        create_edge = view.create_edge
        nodes = [create_node("node") for _ in range(self.count)]
        for source, target in self.links:
            create_edge(nodes[source], nodes[target], 1)
        self.view = view
        self.start = nodes[0]
        self.end = nodes[-1]
        return int(view.edge_count())

    def visit(self) -> int:
        found: list[Any] = []
        bind = self.view.bind
        for node in self.view.nodes():
            bind(node).visit_edges(found.append, 1)
        return len(found)

    def neighbors(self) -> int:
        bind = self.view.bind
        return sum(len(bind(node).edges(1)) for node in self.view.nodes())

    def levels(self) -> list[int]:
        return list(self.view.levels(self.start))

    def walk(self) -> int:
        far = 0

        def visit(_: object, distance: int) -> bool:
            nonlocal far
            far += distance
            return True

        self.view.bfs(self.start, visit)
        return far

    def path(self) -> int:
        path = self.view.shortest_path(self.start, self.end)
        return len(path)

    def part(self) -> int:
        return int(self.view.subgraph(list(range(self.count // 2))).edge_count())

    def drop(self) -> None:
        del self.view, self.start, self.end
        gc.collect()


class Networkx(Ours):
    def __init__(self, count: int) -> None:
        super().__init__(nx, count)

    def build(self) -> int:
        view: Any = nx.MultiDiGraph()
        for number in range(self.count):
            view.add_node(number, name="node")
        for source, target in self.links:
            view.add_edge(source, target, kind=1)
        self.view = view
        self.start = 0
        self.end = self.count - 1
        return int(view.number_of_edges())

    def visit(self) -> int:
        found: list[Any] = []
        for node in self.view.nodes:
            found.extend(edge for edge in self.view.out_edges(node, data="kind") if edge[2] == 1)
        return len(found)

    def neighbors(self) -> int:
        return sum(
            len([edge for edge in self.view.out_edges(node, data="kind") if edge[2] == 1]) for node in self.view.nodes
        )

    def levels(self) -> list[int]:
        return [len(layer) for layer in nx.bfs_layers(self.view, self.start)]

    def walk(self) -> int:
        return sum(distance * len(layer) for distance, layer in enumerate(nx.bfs_layers(self.view, self.start)))

    def path(self) -> int:
        return len(nx.bidirectional_shortest_path(self.view, self.start, self.end)) - 1

    def part(self) -> int:
        return int(self.view.subgraph(list(range(self.count // 2))).copy().number_of_edges())


ROWS = {
    "build": "nodes and edges",
    "neighbors": "the edges of every node",
    "visit": "a Python callback for every edge",
    "levels": "breadth first, counted",
    "walk": "breadth first, a callback for every node",
    "path": "shortest path, end to end",
    "part": "subgraph of half the nodes",
    "drop": "all freed",
}


def measure(function: Callable[[], Any]) -> tuple[float, Any]:
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        result = function()
        return time.perf_counter() - start, result
    finally:
        gc.enable()


def run(count: int, rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Seconds of each row: nano_ffi, pure Python, networkx."""
    contestants = [Ours(graph, count), Ours(pure, count), Networkx(count)]
    best: dict[str, list[float]] = {row: [float("inf")] * len(contestants) for row in ROWS}
    for _ in range(rounds):
        for row in ROWS:
            results = []
            for place, contestant in enumerate(contestants):
                seconds, result = measure(getattr(contestant, row))
                best[row][place] = min(best[row][place], seconds)
                results.append(result)
            if results.count(results[0]) != len(results):
                raise SystemExit(f"{row}: the results differ: {results}")
    return best


def table(count: int, best: dict[str, list[float]]) -> str:
    lines = [
        f"| {count:,} nodes | nano_ffi, ms | pure Python, ms | networkx, ms | pure Python : nano_ffi | networkx : nano_ffi |",
        "|:--|--:|--:|--:|--:|--:|",
    ]
    for row, text in ROWS.items():
        ours, theirs, library = best[row]
        lines.append(
            f"| {text} | {ours * 1e3:.1f} | {theirs * 1e3:.1f} | {library * 1e3:.1f} "
            f"| {theirs / ours:.1f} | {library / ours:.1f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    print(table(count, run(count)))
