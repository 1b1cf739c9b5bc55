"""benchmarks/: what is read out of callgrind's dumps, what a stored count is compared with, and the picture."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT))  # behind the installed package

from benchmarks import columns, instructions, peers, picture, report, sizes, threads
from benchmarks.instructions import Counts
from benchmarks.rows import ROWS
from benchmarks.statements import Statement
from benchmarks.suites import SUITES, MissingError, Suite

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
    assert list(stored) == [row.name for suite in SUITES.values() for row in suite.rows]
    for suite in SUITES.values():
        counted = set(instructions.COLUMNS) & set(suite.columns)
        assert all(set(stored[row.name]) == counted for row in suite.rows)


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
    for cells in (counts[row.name] for row in ROWS):
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
        instructions.count(tmp_path, SUITES["point"])


def test_the_picture_shows_every_cell_but_c() -> None:
    cells = {name: {"minimum": float(place), "median": float(place)} for place, name in enumerate(columns.COLUMNS, 1)}
    result = {
        "python": "CPython 3.13.0",
        "machine": "<here>",
        "suites": {"calls": {"rows": {row.name: cells for row in ROWS}}},
    }
    svg = ET.fromstring(picture.draw(result))
    marks = [item for item in svg.iter() if item.tag.endswith(("circle", "path"))]
    assert len(marks) == (len(ROWS) + 1) * (len(columns.COLUMNS) - 4)  # each row, and the legend


def test_the_readme_gets_the_table() -> None:
    cells = {name: {"minimum": float(place), "median": 0.0} for place, name in enumerate(columns.COLUMNS, 1)}
    result = {"python": "CPython 3.13.0", "machine": "here", "suites": {"calls": {"rows": {"two ints": cells}}}}
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
    assert report.behind(SUITES["calls"], {"bool": cells}) == [
        "bool: nano_ffi takes 0.95 of C, the goal is 0.80; a builtin that does nothing takes 0.90"
    ]


def test_what_is_behind_is_said() -> None:
    cells = {name: {"minimum": time, "median": time} for name, time in (("direct", 9.0), ("c", 10.0), ("cython", 8.0))}
    assert report.behind(
        SUITES["calls"], {"two ints": cells, "bytes": {"direct": cells["direct"], "c": cells["c"]}}
    ) == [
        "two ints: nano_ffi takes 0.90 of C, the goal is 0.80",
        "two ints: ahead of nano_ffi: Cython",
    ]


def test_a_statement_is_tested() -> None:
    row = Statement(code="f(2)", setup="g = f", check="r == 4")
    row.test({"f": lambda x: x * 2})
    with pytest.raises(AssertionError, match=r"^f\(2\): not so: r == 4; got 6$"):
        row.test({"f": lambda x: x * 3})


def test_a_statement_is_run_as_often_as_is_said() -> None:
    seen: list[int] = []
    Statement(code="f(x)", setup="x = 3").loop({"f": seen.append})([None] * 2)
    assert seen == [3] * 16
    Statement(code="f(x)", setup="x = 3", before="x += 1").loop({"f": seen.append})([None] * 2)
    assert seen[16:] == [4, 5]


def point() -> Suite:
    absent = {"cython": {"len*": "has none"}}
    return Suite(name="point", title="", rows=SUITES["point"].rows, columns=("direct", "cython"), absent=absent)


def figures(suite: Suite) -> dict[str, dict[str, object]]:
    return {row: dict.fromkeys(columns) for row, columns in suite.wanted().items()}


def test_a_missing_figure_is_an_error() -> None:
    suite = point()
    cells = figures(suite)
    suite.complete(cells)
    del cells["p.x"]["cython"]
    with pytest.raises(MissingError, match=r"^point: there is no figure for Cython in the row 'p\.x'$"):
        suite.complete(cells)


def test_a_reason_that_is_none_is_an_error() -> None:
    suite = point()
    cells = figures(suite)
    cells["len(p)"]["cython"] = None
    with pytest.raises(
        MissingError, match=r"Cython has a figure in the row 'len\(p\)', for whose absence .* has none$"
    ):
        suite.complete(cells)


def test_a_missing_module_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "point_cNone").touch()
    with pytest.raises(ImportError, match=r" has no module point_c for this CPython: point_cNone$"):
        list(SUITES["point"].loops(tmp_path, ["c"]))
    with pytest.raises(ImportError, match=r" has no bench_c for this CPython, but point_cNone$"):
        list(SUITES["calls"].loops(tmp_path, ["c"]))


def test_what_is_not_there_after_it_was_built_is_an_error(tmp_path: Path) -> None:
    builder = peers.Builder(build=lambda stem, folder: (folder / f"{stem}_cNone").touch(), requirement="")
    task = peers.Task(builder=builder, column="c", stem="point")
    with pytest.raises(peers.BuildError, match=r"^point_c was built, and is not there; .* has point_cNone$"):
        task.build(tmp_path)


def test_the_suffix_is_no_variable_of_sysconfig(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = sysconfig.get_config_var("EXT_SUFFIX")
    monkeypatch.setattr(sysconfig, "get_config_var", lambda _: None)
    assert peers.suffix() == expected


@pytest.mark.skipif(os.name == "nt", reason="the peers are not built on Windows")
@pytest.mark.skipif(not Path(sysconfig.get_path("include"), "Python.h").exists(), reason="needs Python.h")
def test_threads_and_coroutines_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one round, beside C: the least that needs no other package."""
    monkeypatch.setattr(peers, "optimisation", "-O0")
    (running, *_) = threads.pythons()
    result = threads.measure(tmp_path, ["direct", "c"], rounds=1, interpreters=[running])
    (measured,) = result["pythons"].values()
    scaling, coroutines = measured["scaling"], measured["coroutines"]
    assert list(scaling) == [row.name for row in threads.ROWS]
    assert all(cell["one"] > 0 and cell["two"] > 0 for cells in scaling.values() for cell in cells.values())
    assert list(coroutines) == threads.coroutine_rows()
    assert all(list(cells) == list(threads.WAYS) for cells in coroutines.values())
    work = next(row for row in coroutines if "100 µs" in row)
    assert (
        coroutines[work]["plain call"]["minimum"] > 10 * coroutines["nothing, one at a time"]["plain call"]["minimum"]
    )
    shown = report.thread_tables(result, markdown=True)
    assert [title.partition(",")[0] for title, _ in shown] == [
        "Threads",
        "Coroutines",
        "Threads and coroutines: behind",
    ]
    del coroutines[work][".async"]
    with pytest.raises(MissingError, match=rf"^threads: there is no figure for \.async in the row '{work}'$"):
        threads.complete(measured, ["direct", "c"])
    del scaling["function"]["c"]["two"]
    with pytest.raises(MissingError, match=r"^threads: there is no figure for C in the row 'function'$"):
        threads.complete(measured, ["direct", "c"])


def test_what_does_not_scale_is_said() -> None:
    result = {
        "pythons": {
            "CPython 3.14.0t": {
                "scaling": {"r": {"direct": {"one": 20, "two": 20}, "c": {"one": 30, "two": 15}}},
                "coroutines": {"s": {".async": {"minimum": 50_000}, "to_thread": {"minimum": 40_000}}},
            }
        }
    }
    assert report.threads_behind(result) == [
        "CPython 3.14.0t: r, two threads: nano_ffi takes 20.0 ns, C 15.0",
        "CPython 3.14.0t: s: .async takes 50.0 µs, to_thread 40.0",
    ]


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind counts the instructions")
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a checkout")
@pytest.mark.skipif(bool(sysconfig.get_config_var("Py_GIL_DISABLED")), reason="not all peers are there without a GIL")
def test_a_newcomer_measures_all(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """A fresh copy, and the README's command, with few rounds: all is written, and nothing is missing in it."""
    if not pytestconfig.getoption("newcomer"):
        pytest.skip("takes a quarter of an hour: --newcomer")
    for path in tracked():
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "NOX", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [sys.executable, "noxfile.py", "-s", "bench", "--", "--quick"],
        cwd=tmp_path,
        env=keep,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    result = json.loads((tmp_path / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    assert list(result["suites"]) == list(SUITES)
    for name, measured in result["suites"].items():
        SUITES[name].complete(measured["rows"])
        counted = [column for column in instructions.COLUMNS if column in SUITES[name].columns]
        SUITES[name].complete(measured["instructions"], counted)
    assert list(result["sizes"]) == list(sizes.ROWS)
    assert result["threads"]["pythons"]
    for measured in result["threads"]["pythons"].values():
        threads.complete(measured)
    before, shown = (
        (folder / "README.md").read_text(encoding="utf-8").partition(report.BEGIN)[2].partition(report.END)[0]
        for folder in (ROOT, tmp_path)
    )
    assert before != shown
    rows = re.findall(r"^\| (\w.*?) +\| +(\S+) \|", shown, re.MULTILINE)
    assert {row.name for row in ROWS} <= {row for row, _ in rows}
    assert all(re.fullmatch(r"[\d.,]+", figure) for row, figure in rows)
    for drawing in ("benchmarks", "benchmarks-objects", "benchmarks-containers"):
        assert (tmp_path / "docs" / f"{drawing}.svg").read_text(encoding="utf-8").startswith("<svg ")
