"""The picture in the README: ratio to hand-written C of every column, a line per row, on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.columns import BY_NAME, DIRECT, LABELS, C
from benchmarks.report import ratio

__all__ = ["draw"]

WIDTH, LEFT, RIGHT = 880, 170, 24
ROW, TOP, BOTTOM = 26, 84, 40
LOWEST, HIGHEST = 0.3, 100.0

STYLE = """\
  svg { --ink: #1f2328; --quiet: #656d76; --line: #d0d7de; --stripe: #f6f8fa; --own: #d9480f; --named: #f59f00;
        --cython: #2f9e44; --mypyc: #868e96; --nanobind: #1971c2; --pybind11: #4dabf7; --cffi_api: #9c36b5;
        --cffi_abi: #da77f2; --ctypes: #c2255c; --abi3: #e8590c; }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e6edf3; --quiet: #9198a1; --line: #3d444d; --stripe: #161b22; --own: #ff922b; --named: #ffd43b;
          --cython: #51cf66; --mypyc: #adb5bd; --nanobind: #4dabf7; --pybind11: #a5d8ff; --cffi_api: #cc5de8;
          --cffi_abi: #eebefa; --ctypes: #f06595; --abi3: #ffa94d; }
  }
  text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink); }
  .quiet { fill: var(--quiet); font-size: 12px; }
  .title { font-size: 15px; font-weight: 600; }
  .grid { stroke: var(--line); stroke-width: 1; }
  .c { stroke: var(--ink); stroke-width: 1.5; }
  .stripe { fill: var(--stripe); }
"""

COLORS = {DIRECT: "own", BY_NAME: "named"}


def x_of(value: float) -> float:
    part = math.log(min(max(value, LOWEST), HIGHEST) / LOWEST) / math.log(HIGHEST / LOWEST)
    return LEFT + part * (WIDTH - LEFT - RIGHT)


def mark(column: str, x: float, y: float) -> str:
    """A filled disc for nano_ffi, an open one by name, a diamond for each peer: told apart without colours."""
    color = f"var(--{COLORS.get(column, column)})"
    if column == DIRECT:
        return f'<circle cx="{x:.1f}" cy="{y}" r="6" fill="{color}"/>'
    if column == BY_NAME:
        return f'<circle cx="{x:.1f}" cy="{y}" r="4.5" fill="none" stroke="{color}" stroke-width="2.5"/>'
    return f'<path d="M{x:.1f} {y - 5}l5 5l-5 5l-5 -5z" fill="{color}"/>'


def draw(result: Mapping[str, Any]) -> str:
    """The SVG of a result as command.py writes it."""
    rows = result["rows"]
    shown = [name for name in LABELS if name not in (C, "abi3") and any(name in cells for cells in rows.values())]
    height = TOP + ROW * len(rows) + BOTTOM
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'role="img" aria-label="Time of a call as a ratio to hand-written C">',
        f"<style>\n{STYLE}</style>",
        '<text class="title" x="8" y="20">Time of a call, as a ratio to hand-written C (less is better)</text>',
    ]
    x = 14.0
    for name in shown:
        out.append(mark(name, x, 44))
        out.append(f'<text x="{x + 10:.0f}" y="48.5">{escape(LABELS[name])}</text>')
        x += 34 + 7.2 * len(LABELS[name])
    bottom = TOP + ROW * len(rows)
    out += [
        f'<rect class="stripe" x="0" y="{TOP + ROW * index}" width="{WIDTH}" height="{ROW}"/>'
        for index in range(0, len(rows), 2)
    ]
    for tick in (0.3, 0.5, 1, 2, 5, 10, 20, 50, 100):
        where = x_of(tick)
        kind = "c" if tick == 1 else "grid"
        out.append(f'<line class="{kind}" x1="{where:.1f}" x2="{where:.1f}" y1="{TOP - 6}" y2="{bottom}"/>')
        label = "C" if tick == 1 else f"{tick:g}x"
        out.append(f'<text class="quiet" x="{where:.1f}" y="{TOP - 11}" text-anchor="middle">{label}</text>')
    for index, (row, cells) in enumerate(rows.items()):
        y = TOP + ROW * index + ROW // 2
        out.append(f'<text x="8" y="{y + 4.5}">{escape(row)}</text>')
        found = {name: value for name in shown if (value := ratio(cells, name)) is not None}
        # nano_ffi last: it lies above what it is close to.
        out += [mark(name, x_of(value), y) for name, value in reversed(found.items())]
    note = f"{result['python']}, {result['machine']}; one compiler, one process, interleaved rounds: nox -s bench"
    out.append(f'<text class="quiet" x="8" y="{height - 14}">{escape(note)}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"
