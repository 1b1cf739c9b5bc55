"""sexp.zig beside the same in pure Python and beside sexpdata: `python benchmark.py [footprints]`.

A KiCad board of many footprints, in all three; the best of several rounds, which alternate. Results are compared
before times are.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sexpdata

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import pure

import nano_ffi.importer  # noqa: F401

# isort: split
import sexp

ROUNDS = 3


def board(footprints: int) -> str:
    """The text of the board of files/, with its first footprint that often."""
    text = (HERE / "files" / "divider.kicad_pcb").read_text(encoding="utf-8")
    start = text.index("\t(footprint ")
    end = text.index("\t(footprint ", start + 1)
    return text[:start] + text[start:end] * footprints + text[end:]


def count_zig(node: Any) -> int:
    return 1 + sum(count_zig(item) for item in node.items())


def count_pure(node: pure.Node) -> int:
    return 1 + sum(count_pure(item) for item in node.items)


def count_lists(node: Any) -> int:
    return 1 + sum(count_lists(item) for item in node) if isinstance(node, list) else 1


class Rows:
    """Each row is three functions that give the same: with nano_ffi, in pure Python, with sexpdata (or None)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = sexp.parse(text)
        self.pure_tree = pure.parse(text)
        self.lists = sexpdata.loads(text)
        self.board = sexp.kicad.Board.loads(text)
        self.rows: dict[str, tuple[Callable[[], Any], Callable[[], Any] | None, Callable[[], Any] | None]] = {
            "text → tree": (
                lambda: sexp.parse(text).root().head(),
                lambda: pure.parse(text).head(),
                lambda: sexpdata.loads(text)[0].value(),
            ),
            "every node of the tree seen from Python": (
                lambda: count_zig(self.tree.root()),
                lambda: count_pure(self.pure_tree),
                lambda: count_lists(self.lists),
            ),
            "all places found: `(at x y)`": (
                lambda: self.places(self.tree.root()),
                lambda: self.places(self.pure_tree),
                self.places_in_lists,
            ),
            "text → text, pretty": (
                lambda: sexp.format(text),
                lambda: pure.format(text),
                None,
            ),
            "tree → text": (
                lambda: len(self.tree.write()) > 0,
                lambda: len(pure.format(self.pure_tree.text)) > 0,
                lambda: len(sexpdata.dumps(self.lists)) > 0,
            ),
            "text → typed objects": (lambda: len(sexp.kicad.Board.loads(text).footprints), None, None),
            "typed objects → text": (self.board.dumps, None, None),
        }

    def places(self, root: Any) -> float:
        return sum(self.x_of(footprint.find("at")) for footprint in root.find_all("footprint"))

    def x_of(self, at: Any) -> float:
        items = at.items if isinstance(at, pure.Node) else at.items()
        return float(items[1].number())

    def places_in_lists(self) -> float:
        def head(item: Any) -> str | None:
            is_list = isinstance(item, list) and item and isinstance(item[0], sexpdata.Symbol)
            return str(item[0].value()) if is_list else None

        found = (item for item in self.lists if head(item) == "footprint")
        return sum(float(next(item for item in footprint if head(item) == "at")[1]) for footprint in found)


def measure(function: Callable[[], Any]) -> tuple[float, Any]:
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        result = function()
        return time.perf_counter() - start, result
    finally:
        gc.enable()


def run(footprints: int, rounds: int = ROUNDS) -> dict[str, list[float | None]]:
    """Seconds of each row: nano_ffi, pure Python, sexpdata."""
    best: dict[str, list[float | None]] = {}
    rows = Rows(board(footprints)).rows
    for _ in range(rounds):
        for name, functions in rows.items():
            results = []
            times = best.setdefault(name, [None] * len(functions))
            for place, function in enumerate(functions):
                if function is None:
                    continue
                seconds, result = measure(function)
                known = times[place]
                times[place] = seconds if known is None else min(known, seconds)
                results.append(result)
            if results.count(results[0]) != len(results):
                raise SystemExit(f"{name}: the results differ")
    return best


def table(footprints: int, best: dict[str, list[float | None]]) -> str:
    size = len(board(footprints).encode())
    lines = [
        f"| a board of {size / 1e6:.2f} MB | nano_ffi, ms | pure Python, ms | sexpdata, ms | pure Python : nano_ffi "
        "| sexpdata : nano_ffi |",
        "|:--|--:|--:|--:|--:|--:|",
    ]
    for name, (ours, *others) in best.items():
        assert ours is not None
        times = " | ".join("-" if other is None else f"{other * 1e3:.1f}" for other in others)
        ratios = " | ".join("-" if other is None else f"{other / ours:.1f}" for other in others)
        lines.append(f"| {name} | {ours * 1e3:.1f} | {times} | {ratios} |")
    return "\n".join(lines)


if __name__ == "__main__":
    footprints = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    print(table(footprints, run(footprints)))
