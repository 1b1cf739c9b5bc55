"""benchmarks/: what is read out of callgrind's dumps, what a stored count is compared with, and the picture."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT))  # behind the installed package

from benchmarks import columns, instructions, picture, report
from benchmarks.instructions import Counts
from benchmarks.rows import ROWS

DUMP = """\
events: Ir
ob=/folder/libpython3.13.so
fl=(unknown)
fn=_PyEval_EvalFrameDefault
0 100
cob=/folder/bench_zig.cpython-313-x86_64-linux-gnu.so
cfn=0x1234
calls=10 0
0 5000
ob=/folder/bench_zig.cpython-313-x86_64-linux-gnu.so
fn=0x1234
0 30
0 12
totals: 142
"""


def test_a_dump_is_read(tmp_path: Path) -> None:
    path = tmp_path / "callgrind.out.2"
    path.write_text(DUMP, encoding="utf-8")
    # What a call costs in total is not counted a second time.
    assert instructions.read_dump(path) == Counts(own=42, total=142)


def stored_counts() -> dict[str, dict[str, Counts]]:
    table = json.loads(instructions.STORED.read_text(encoding="utf-8"))["rows"]
    return {row: {column: Counts(**cell) for column, cell in cells.items()} for row, cells in table.items()}


def test_every_row_has_a_stored_count() -> None:
    stored = stored_counts()
    assert list(stored) == [row.name for row in ROWS]
    assert all(set(cells) == {"direct", "by_name", "c"} for cells in stored.values())


def test_a_regression_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = stored_counts()
    monkeypatch.setattr(instructions, "read_stored", stored_counts)
    assert instructions.check(counts) == []
    own = counts["two ints"]["direct"].own
    counts["two ints"]["direct"] = Counts(own=own + 10, total=0)
    (problem,) = instructions.check(counts)
    assert problem.startswith(f"two ints: {own + 10:g} instructions per call, {own:g} are stored; ")


def test_a_regression_of_the_lookup_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = stored_counts()
    monkeypatch.setattr(instructions, "read_stored", stored_counts)
    for cells in counts.values():
        cells["by_name"] = Counts(own=cells["by_name"].own + 5, total=0)
    before = instructions.by_name_cost(stored_counts())
    (problem,) = instructions.check(counts)
    assert problem.startswith(
        f"by name, above the direct call: {before + 5:g} instructions per call, {before:g} are stored; "
    )


def test_valgrind_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        instructions.CountError, match=r"^valgrind is not installed, which counts instructions: install"
    ):
        instructions.count(tmp_path)


def test_the_picture_shows_every_cell_but_c() -> None:
    cells = {name: {"minimum": float(place), "median": float(place)} for place, name in enumerate(columns.COLUMNS, 1)}
    result = {"python": "CPython 3.13.0", "machine": "<here>", "rows": {row.name: cells for row in ROWS}}
    svg = ET.fromstring(picture.draw(result))
    marks = [item for item in svg.iter() if item.tag.endswith(("circle", "path"))]
    assert len(marks) == (len(ROWS) + 1) * (len(columns.COLUMNS) - 4)  # each row, and the legend


def test_the_readme_gets_the_table() -> None:
    cells = {name: {"minimum": float(place), "median": 0.0} for place, name in enumerate(columns.COLUMNS, 1)}
    result = {"python": "CPython 3.13.0", "machine": "here", "rows": {"two ints": cells}}
    text = f"before\n{report.BEGIN}old\n{report.END}after\n"
    written = report.readme(text, result)
    assert written.startswith(f"before\n{report.BEGIN}\nCPython 3.13.0, here:\n\n|          | nano_ffi |")
    assert written.endswith(f"\n\n{report.END}after\n")
    assert report.readme(written, result) == written
    assert report.BEGIN in (ROOT / "README.md").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match=r"^README\.md has no place for the benchmarks: <!-- "):
        report.readme("", result)


def test_what_a_call_costs_at_least_is_said() -> None:
    cells = {name: {"minimum": time, "median": time} for name, time in (("direct", 9.5), ("c", 10.0), ("empty", 9.0))}
    assert report.behind({"bool": cells}) == [
        "bool: nano_ffi takes 0.95 of C, the goal is 0.80; a builtin that does nothing takes 0.90"
    ]


def test_what_is_behind_is_said() -> None:
    cells = {name: {"minimum": time, "median": time} for name, time in (("direct", 9.0), ("c", 10.0), ("cython", 8.0))}
    assert report.behind({"two ints": cells, "bytes": {"direct": cells["direct"], "c": cells["c"]}}) == [
        "two ints: nano_ffi takes 0.90 of C, the goal is 0.80",
        "two ints: ahead of nano_ffi: Cython",
    ]
