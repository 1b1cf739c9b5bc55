"""Instructions per call, counted by valgrind's callgrind: a figure that is the same on every machine.

Two figures per cell. *Own* are the instructions within the extension itself: they depend on nothing but its bytes, so
that a stored count (instructions.json) shows every change. *Total* are all, CPython's among them, and depend on how
that CPython was compiled, too.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.columns import BY_NAME, DIRECT, C
from benchmarks.suites import SUITES, Suite

__all__ = [
    "COLUMNS",
    "STORED",
    "CountError",
    "Counts",
    "Rows",
    "check",
    "count",
    "environment_name",
    "read_stored",
    "store",
]

STORED = Path(__file__).resolve().parent / "instructions.json"
COLUMNS = (DIRECT, BY_NAME, C)
MODULES = ("_native", "bench_", *(f"{name}_" for name in SUITES))
"""How the names of the files begin whose instructions are own ones."""
TURNS = 64
"""Of the short loop; the long one has twice as many."""
TOLERANCE = 0.02
"""By which part of the stored count a count may exceed it; a single instruction always."""


class CountError(Exception):
    """Why nothing could be counted, or compared."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Instructions per call, above an empty loop."""

    own: float
    """In the extensions that are measured: the rows and, by name, nano_ffi's."""
    total: float


Rows = dict[str, dict[str, Counts]]
"""Row → column → counts."""


def environment_name() -> str:
    """What the counts depend on, besides what is counted: ``CPython 3.13 x86_64``."""
    threads = "t" * bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    return f"CPython {sys.version_info.major}.{sys.version_info.minor}{threads} {platform.machine()}"


def count(folder: Path, suite: Suite) -> Rows:
    """Row name → column → counts. Raises CountError, MissingError."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise CountError(
            "valgrind is not installed, which counts instructions: install it by the system's package manager "
            "(apt-get install valgrind), or leave them out with --no-instructions"
        )
    columns = [name for name in COLUMNS if name in suite.columns]
    with tempfile.TemporaryDirectory() as temporary:
        dumps = Path(temporary) / "callgrind.out"
        command: list[str | Path] = [
            *(valgrind, "--tool=callgrind", f"--callgrind-out-file={dumps}", "--dump-before=nano_ffi_benchmark_mark"),
            *("--compress-strings=no", "--compress-pos=no", "--dump-line=no"),
            *(sys.executable, Path(__file__).parent, "--worker", "instructions"),
            *(folder, suite.name, ",".join(columns), str(TURNS)),
        ]
        # The same for everybody: what is in the environment moves the stack, and the seed the dicts.
        keep = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env={**keep, "PYTHONHASHSEED": "0", "PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        if done.returncode != 0:
            raise CountError(f"valgrind ended with code {done.returncode}:\n{done.stderr[-4000:]}")
        cells: list[tuple[str, str, int]] = json.loads(done.stdout.strip().splitlines()[-1])
        # Before the first mark lies the start of the process, and after each cell's second mark what is between cells.
        parts = sorted(dumps.parent.glob(f"{dumps.name}.*"), key=lambda path: int(path.suffix[1:]))
        if len(parts) < 4 * len(cells):
            raise CountError(f"callgrind wrote {len(parts)} dumps, not {4 * len(cells)}: can it see bench_c's symbols?")
        read = [read_dump(path) for path in parts[1 : 4 * len(cells) : 2]]
    result: Rows = {}
    empty = Counts(own=0, total=0)
    for (row, column, calls), short, long in zip(cells, read[::2], read[1::2], strict=True):
        counts = Counts(own=(long.own - short.own) / calls, total=(long.total - short.total) / calls)
        if column:
            cell = Counts(own=round(counts.own - empty.own, 1), total=round(counts.total - empty.total, 1))
            cells_of_row = result.setdefault(row, {})
            if column not in cells_of_row or cell.own < cells_of_row[column].own:
                cells_of_row[column] = cell
        else:
            empty = counts
    suite.complete(result, columns)
    return result


def read_dump(path: Path) -> Counts:
    """The sums of a callgrind dump (valgrind's manual, "Callgrind Format Specification")."""
    own = total = 0
    in_extension = inclusive = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("ob="):
            name = line.rpartition("/")[2]
            in_extension = name.startswith(MODULES)
        elif line.startswith("calls="):
            inclusive = True  # the next line is the cost of the callee, counted there
        elif line[:1].isdigit() or line[:1] in "+-*":
            if not inclusive:
                cost = int(line.split()[1]) if len(line.split()) > 1 else 0
                total += cost
                own += cost if in_extension else 0
            inclusive = False
    return Counts(own=own, total=total)


def store(counts: Rows) -> None:
    """Write instructions.json, with the rows that were counted in place of those that are there."""
    kept = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    known = {row.name for suite in SUITES.values() for row in suite.rows}
    same = kept.get("environment") == environment_name()
    rows = {row: cells for row, cells in kept.get("rows", {}).items() if same and row in known} | {
        row: {column: {"own": cell.own, "total": cell.total} for column, cell in cells.items()}
        for row, cells in counts.items()
    }
    STORED.write_text(json.dumps({"environment": environment_name(), "rows": rows}, indent=2) + "\n", encoding="utf-8")


def read_stored() -> Rows:
    """Raises CountError where the stored counts are of another environment."""
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    if stored["environment"] != environment_name():
        raise CountError(
            f"the counts in {STORED.name} are those of {stored['environment']}, and this is {environment_name()}"
        )
    return {row: {column: Counts(**cell) for column, cell in cells.items()} for row, cells in stored["rows"].items()}


def check(counts: Rows) -> list[str]:
    """Which rows need more instructions of our own than are stored, or have none stored. Raises CountError."""
    stored = read_stored()
    problems = []
    for row, cells in counts.items():
        now, before = cells[DIRECT].own, stored.get(row, {}).get(DIRECT)
        if before is None:
            problems.append(f"{row}: no count is stored; store it with --store-instructions")
        elif now > max(before.own + 1, before.own * (1 + TOLERANCE)):
            problems.append(told(row, now, before.own))
    if any(BY_NAME in cells for cells in counts.values()):
        now_by_name, before_by_name = by_name_cost(counts), by_name_cost(stored)
        if now_by_name > before_by_name + 1:
            problems.append(told("by name, above the direct call", now_by_name, before_by_name))
    return problems


def told(what: str, now: float, before: float) -> str:
    return (
        f"{what}: {now:g} instructions per call, {before:g} are stored; if that is meant to be, store it with "
        "--store-instructions"
    )


def by_name_cost(counts: Rows) -> float:
    """What a call by name needs above a direct one: the least of all rows, because where a name lies in memory, and
    so whether it shares a slot of the table, is chance.
    """
    return min(cells[BY_NAME].own - cells[DIRECT].own for cells in counts.values() if BY_NAME in cells)
