"""typegraph.zig beside the same in pure Python: `python benchmark.py [boards]`.

Boards of ten amplifiers each, of resistors with two pins, in both; the best of several rounds, which alternate. Results
are compared before times are.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pure

import nano_ffi.importer  # noqa: F401

# isort: split
import typegraph

ROUNDS = 3
STAGES = 10


class Work:
    """typegraph.zig or pure.py: they have the same names."""

    def __init__(self, module: Any, count: int) -> None:
        self.module = module
        self.count = count

    def build(self) -> int:
        graph = self.module.TypeGraph()
        pin = graph.add_type("Pin")
        self.resistor = resistor = graph.add_type("Resistor")
        for number in (1, 2):
            graph.add_child(resistor, f"p{number}", pin, number=number)
        self.amplifier = amplifier = graph.add_type("Amplifier")
        for number in range(4):
            graph.add_child(amplifier, f"r{number}", resistor, value=1000.0 * (number + 1), smd=number % 2 == 0)
        for number in range(3):
            graph.add_link(amplifier, [f"r{number}", "p2"], [f"r{number + 1}", "p1"], "net")
        graph.add_reference(amplifier, "out", ["r3", "p2"])
        board = graph.add_type("Board")
        for number in range(STAGES):
            graph.add_child(board, f"stage{number}", amplifier)
        for number in range(STAGES - 1):
            graph.add_link(board, [f"stage{number}", "out"], [f"stage{number + 1}", "r0", "p1"], "net")
        self.graph = graph
        self.boards = [graph.instantiate(board, f"board {number}") for number in range(self.count)]
        return len(graph)

    def resolve(self) -> int:
        resolve = self.graph.resolve
        total = 0
        for board in self.boards:
            for number in range(STAGES):
                total += int(resolve(board, [f"stage{number}", "r2", "p1"]).id)
        return total

    def traverse(self) -> int:
        step = self.module.EdgeTraversal
        path = ["stage3", step("reference", "out"), step("parent"), step("parent"), "r0", "p2", step("link", "net")]
        trace = self.graph.trace
        return sum(int(node.id) for board in self.boards for _, node in trace(board, path))

    def fail(self) -> int:
        resolve = self.graph.resolve
        index = 0
        for board in self.boards:
            try:
                resolve(board, ["stage1", "r1", "p3"])
            except LookupError as error:
                index += error.index  # type: ignore[attr-defined]
        return index

    def query(self) -> int:
        query = self.graph.query
        return sum(len(query(types=[self.resistor], within=board, smd=True, value=3000)) for board in self.boards)

    def search(self) -> int:
        return len(self.graph.query(types=[self.amplifier, self.resistor], value=2000))

    def links(self) -> int:
        return len(self.graph.links("net"))

    def drop(self) -> None:
        del self.graph, self.boards, self.resistor, self.amplifier
        gc.collect()


ROWS = {
    "build": "types and instances",
    "resolve": "paths of three names",
    "traverse": "paths of seven steps, with what is on the way",
    "fail": "paths that lead nowhere: exceptions",
    "query": "a query in each instance",
    "search": "one query in all",
    "links": "all links, with their nodes",
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
    """Seconds of each row: nano_ffi, pure Python."""
    contestants = [Work(typegraph, count), Work(pure, count)]
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
        f"| {count:,} boards | nano_ffi, ms | pure Python, ms | pure Python : nano_ffi |",
        "|:--|--:|--:|--:|",
    ]
    for row, text in ROWS.items():
        ours, theirs = best[row]
        lines.append(f"| {text} | {ours * 1e3:.1f} | {theirs * 1e3:.1f} | {theirs / ours:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    print(table(count, run(count)))
