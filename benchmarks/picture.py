"""The picture in the README: ratio to hand-written C of every column, a line per row, on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.columns import BY_NAME, DIRECT, EMPTY, EMPTY_BY_NAME, LABELS, C
from benchmarks.report import ratio

__all__ = ["draw"]

WIDTH, LEFT, RIGHT = 880, 170, 24
LETTER = 7.2
"""About how wide a letter is."""
ROW, TOP, BOTTOM = 26, 84, 40
LOWEST, HIGHEST = 0.1, 100.0

PALETTE = {
    # On a light page, and on a dark one.
    "ink": ("#1f2328", "#e6edf3"),
    "quiet": ("#656d76", "#9198a1"),
    "grid": ("#d0d7de", "#3d444d"),
    "stripe": ("#f6f8fa", "#161b22"),
    DIRECT: ("#d9480f", "#ff922b"),
    BY_NAME: ("#f59f00", "#ffd43b"),
    "cython": ("#2f9e44", "#51cf66"),
    "mypyc": ("#868e96", "#adb5bd"),
    "nanobind": ("#1971c2", "#4dabf7"),
    "pybind11": ("#4dabf7", "#a5d8ff"),
    "cffi_api": ("#9c36b5", "#cc5de8"),
    "cffi_abi": ("#da77f2", "#eebefa"),
    "ctypes": ("#c2255c", "#f06595"),
    "python": ("#5c940d", "#94d82d"),
    "pyo3": ("#c2255c", "#f06595"),
    "pyoz": ("#f59f00", "#ffd43b"),
}


def style() -> str:
    """Classes, and no variables, which only browsers know."""
    light, dark = (
        "".join(f".{name}{{fill:{colors[place]};stroke:{colors[place]}}}" for name, colors in PALETTE.items())
        for place in (0, 1)
    )
    return (
        f"{light}\n@media (prefers-color-scheme: dark){{{dark}}}\n"
        'text{font:13px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;stroke:none!important}'
        ".small{font-size:12px}.title{font-size:15px;font-weight:600}circle,path,rect{stroke-width:0}"
        f".{BY_NAME}{{fill:none!important;stroke-width:2.5!important}}"
    )


def x_of(value: float, left: float) -> float:
    part = math.log(min(max(value, LOWEST), HIGHEST) / LOWEST) / math.log(HIGHEST / LOWEST)
    return left + part * (WIDTH - left - RIGHT)


def mark(column: str, x: float, y: float) -> str:
    """A filled disc for nano_ffi, an open one by name, a diamond for each peer: told apart without colours."""
    if column == DIRECT:
        return f'<circle cx="{x:.1f}" cy="{y}" r="6" class="{column}"/>'
    if column == BY_NAME:
        return f'<circle cx="{x:.1f}" cy="{y}" r="4.5" class="{column}"/>'
    return f'<path d="M{x:.1f} {y - 5}l5 5l-5 5l-5 -5z" class="{column}"/>'


def draw(result: Mapping[str, Any], suites: Sequence[str] = ("calls",)) -> str:
    """The SVG of these suites of a result as command.py writes it."""
    rows = {row: cells for suite in suites for row, cells in result["suites"][suite]["rows"].items()}
    what = "Time of a call" if "calls" in suites else "Time"
    shown = [
        name
        for name in LABELS
        if name not in (C, "abi3", EMPTY, EMPTY_BY_NAME) and any(name in cells for cells in rows.values())
    ]
    left = max(LEFT, 16 + LETTER * max(map(len, rows)))
    height = TOP + ROW * len(rows) + BOTTOM
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{what} as a ratio to hand-written C">',
        f"<style>{style()}</style>",
        f'<text class="ink title" x="8" y="20">{what}, as a ratio to hand-written C (less is better)</text>',
    ]
    x = 14.0
    for name in shown:
        out.append(mark(name, x, 44))
        out.append(f'<text class="ink" x="{x + 10:.0f}" y="48.5">{escape(LABELS[name])}</text>')
        x += 34 + LETTER * len(LABELS[name])
    bottom = TOP + ROW * len(rows)
    out += [
        f'<rect class="stripe" x="0" y="{TOP + ROW * index}" width="{WIDTH}" height="{ROW}"/>'
        for index in range(0, len(rows), 2)
    ]
    for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100):
        where = x_of(tick, left)
        kind = "ink" if tick == 1 else "grid"
        out.append(f'<line class="{kind}" x1="{where:.1f}" x2="{where:.1f}" y1="{TOP - 6}" y2="{bottom}"/>')
        label = "C" if tick == 1 else f"{tick:g}x"
        out.append(f'<text class="quiet small" x="{where:.1f}" y="{TOP - 11}" text-anchor="middle">{label}</text>')
    for index, (row, cells) in enumerate(rows.items()):
        y = TOP + ROW * index + ROW // 2
        out.append(f'<text class="ink" x="8" y="{y + 4.5}">{escape(row)}</text>')
        found = {name: value for name in shown if (value := ratio(cells, name)) is not None}
        # nano_ffi last: it lies above what it is close to.
        out += [mark(name, x_of(value, left), y) for name, value in reversed(found.items())]
    note = f"{result['python']}, {result['machine']}; one compiler, one process, interleaved rounds: nox -s bench"
    out.append(f'<text class="quiet small" x="8" y="{height - 14}">{escape(note)}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"
