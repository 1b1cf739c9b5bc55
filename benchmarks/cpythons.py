"""The same rows with every CPython of this machine: what differs between versions, and what the stable ABI costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import command, peers, report
from benchmarks.columns import BY_NAME, DIRECT, EMPTY, EMPTY_BY_NAME, C
from benchmarks.suites import Suite
from nano_ffi.wheels import targets
from scripts import pythons

__all__ = ["compare"]

RESULT = command.ROOT / "benchmarks" / "pythons.json"
TABLE = command.ROOT / "benchmarks" / "pythons.md"
COLUMNS = (DIRECT, BY_NAME, "abi3", C, EMPTY, EMPTY_BY_NAME)
SLICE_SECONDS = 0.001


def compare(folder: Path, suites: list[Suite], *, rounds: int, write: bool) -> int:
    """Build for each CPython with its Python.h, measure one after the other, and show the ratios to C."""
    found = []
    for interpreter in pythons.find():
        if interpreter.include is None:
            command.say(f"CPython {interpreter.release} is left out: it has no Python.h for the hand-written C")
        else:
            found.append(interpreter)
    build_dispatchers(folder, found)
    result: dict[str, Any] = {}
    for interpreter in found:
        place = folder / interpreter.version
        place.mkdir(parents=True, exist_ok=True)
        target = targets.parse(interpreter.identifier)
        stable = target.python.minor >= 12 and not target.python.free_threaded
        cells: dict[str, Any] = {}
        for suite in suites:
            stem = peers.stem_of(suite)
            peers.build_zig(stem, place, target)
            if stable and "abi3" in suite.columns:
                peers.build_abi3(stem, place, target)
            peers.build_c(stem, place, target.suffix, interpreter.include)
            command.say(f"measuring {suite.name} with CPython {interpreter.release} …")
            only = ",".join(name for name in COLUMNS if name in suite.columns)
            timed = command.run_worker(
                "time", place, suite.name, str(rounds), str(SLICE_SECONDS), only, python=interpreter.executable
            )
            cells[suite.name] = timed["rows"]
        result[interpreter.release + "t" * target.python.free_threaded] = cells
    tables = [
        (f"{suite.title}: {title}", version_table(result, suite, column))
        for suite in suites
        for title, column in TITLES.items()
        if column in suite.columns
    ]
    for title, rows in tables:
        command.say(f"\n{title}\n\n" + report.table(*rows))
    if write:
        parts = [f"## {title}\n\n{report.table(*rows, markdown=True)}" for title, rows in tables]
        command.write(
            {
                RESULT: json.dumps(command.rounded(result), indent=1) + "\n",
                TABLE: "\n\n".join(["# CPython versions", *parts]) + "\n",
            }
        )
    return 0


TITLES = {
    "nano_ffi, ratio to hand-written C for the same CPython": DIRECT,
    "nano_ffi by name, ratio to hand-written C": BY_NAME,
    "nano_ffi built for the stable ABI, ratio to hand-written C": "abi3",
    "a builtin in C that does nothing, ratio to hand-written C": EMPTY,
    "the same with a name as its first argument": EMPTY_BY_NAME,
    "hand-written C, nanoseconds": C,
}


def version_table(result: dict[str, Any], suite: Suite, column: str) -> tuple[list[str], list[list[str]]]:
    def show(cells: dict[str, dict[str, float]]) -> str:
        if column not in cells:
            return report.ABSENT
        return report.nanoseconds(cells[C]["minimum"]) if column == C else f"{report.ratio(cells, column):.2f}"

    rows = [[row.name, *(show(cells[suite.name][row.name]) for cells in result.values())] for row in suite.rows]
    return ["", *result], rows


def build_dispatchers(folder: Path, interpreters: list[pythons.Interpreter]) -> None:
    """nano_ffi's own module for each of them, as CMakeLists.txt builds it, with one `zig build`."""
    (triple,) = targets.native().platform.triples
    versions = ",".join(interpreter.version for interpreter in interpreters)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "ziglang", "build", "-Doptimize=fast", f"-Dtarget={triple.target}"),
            *(f"-Dcpu={triple.cpu}", f"-Dpython={versions}", "--prefix", str(folder)),
        ],
        cwd=command.ROOT,
        env={**os.environ, "ZIG_DEBUG_CMD": "1"},
        check=False,
    )
    if done.returncode != 0:
        raise peers.BuildError("zig build failed: see above")
