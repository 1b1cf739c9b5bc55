"""``nox -s bench``: build, measure, and show. What is measured is said in rows.py, how in timing.py and instructions.py."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import instructions, peers, picture, report
from benchmarks.columns import LABELS, C
from benchmarks.suites import SUITES, MissingError, Suite, named
from nano_ffi import version

__all__ = ["main", "run_worker"]

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results.json"
TABLE = ROOT / "benchmarks" / "results.md"
PICTURE = ROOT / "docs" / "benchmarks.svg"
README = ROOT / "README.md"

ROUNDS = 150
SLICE_SECONDS = 0.001
CPYTHON_ROUNDS = 80


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="nox -s bench --",
        allow_abbrev=False,
        description="Measure what a call costs beside other ways to call native code from Python. "
        f"Writes {RESULT.relative_to(ROOT)}, {TABLE.relative_to(ROOT)}, {PICTURE.relative_to(ROOT)}, and the table in "
        f"{README.name}, where all of it was measured.",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="only count instructions, and fail where a row needs more than benchmarks/instructions.json says",
    )
    parser.add_argument("--store-instructions", action="store_true", help="count them, and store what is counted")
    parser.add_argument("--pythons", action="store_true", help="compare the CPythons of this machine instead")
    parser.add_argument("--only", metavar="SUITES", help=f"only these, and write no file: {', '.join(SUITES)}")
    parser.add_argument(
        "--columns", metavar="COLUMNS", help=f"only these, and write no file: {', '.join(LABELS)}; C is always there"
    )
    parser.add_argument("--rounds", type=int, default=None, help=f"rounds of measurement (default: {ROUNDS})")
    parser.add_argument("--no-instructions", action="store_true", help="without valgrind, and write no file")
    parser.add_argument("--dry", action="store_true", help="write no file")
    parser.add_argument("--json", type=Path, help="write what was measured to this file, too")
    parser.add_argument(
        "--folder", type=Path, help="build here and keep it; only what nano_ffi compiles is built again"
    )
    options = parser.parse_args()
    try:
        chosen = named(options.only)
        columns = options.columns and [C, *options.columns.split(",")]
        if unknown := [name for name in columns or [] if name not in LABELS]:
            raise ValueError(f"there is no column {', '.join(unknown)}: there are {', '.join(LABELS)}")
        with tempfile.TemporaryDirectory() as temporary:
            folder = (options.folder or Path(temporary)).resolve()
            if options.check or options.store_instructions:
                return check(folder, chosen, store=options.store_instructions)
            if options.pythons:
                from benchmarks import cpythons

                return cpythons.compare(
                    folder, chosen, rounds=options.rounds or CPYTHON_ROUNDS, write=not (options.dry or options.only)
                )
            return measure(folder, chosen, columns, options)
    except (peers.BuildError, instructions.CountError, MissingError, ImportError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def say(text: str) -> None:
    print(text, flush=True)


def run_worker(kind: str, *arguments: str | Path, python: str | Path = sys.executable) -> Any:
    """What a measured process says. Raises BuildError where it fails."""
    # Where a process is measured alone, no .pyc is to be written first.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [python, "-s", Path(__file__).parent, "--worker", kind, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode != 0:
        raise peers.BuildError(f"the measured process {kind} ended with code {done.returncode}: see above")
    return json.loads(done.stdout.strip().splitlines()[-1])


def prepare(folder: Path, suites: Iterable[Suite], columns: Iterable[str] | None = None) -> None:
    for name in peers.build(folder, [suite.name for suite in suites], columns):
        say(f"built: {name}")


def check(folder: Path, suites: list[Suite], *, store: bool) -> int:
    if not store:
        instructions.read_stored()  # fails before anything is built
    prepare(folder, suites, instructions.COLUMNS)
    counts = count(folder, suites)
    say(report.instruction_table(counts))
    if store:
        instructions.store(counts)
        say(f"written: {instructions.STORED}")
        return 0
    problems = instructions.check(counts)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    say(f"{len(problems)} regressions" if problems else "no row needs more instructions than are stored")
    return bool(problems)


def count(folder: Path, suites: Iterable[Suite]) -> dict[str, dict[str, instructions.Counts]]:
    """Row name → column → counts, of all the suites. Raises CountError."""
    counts: dict[str, dict[str, instructions.Counts]] = {}
    for suite in suites:
        say(f"counting instructions of {suite.name} …")
        counts |= instructions.count(folder, suite)
    return counts


def measure(folder: Path, suites: list[Suite], columns: list[str] | None, options: argparse.Namespace) -> int:
    start = time.monotonic()
    prepare(folder, suites, columns)
    rounds = options.rounds or ROUNDS
    result: dict[str, Any] = {
        "machine": machine(),
        "python": f"CPython {platform.python_version()}",
        "nano_ffi": version(),
        "compiler": "zig cc -O2, baseline CPU",
        "rounds": rounds,
        "unit": "nanoseconds per call above an empty loop",
        "suites": {},
    }
    whole = options.only is None and columns is None
    for suite in suites:
        say(f"measuring {suite.name}, {rounds} rounds …")
        begin = time.monotonic()
        only = ",".join(name for name in suite.columns if name in columns) if columns else ""
        timed = run_worker("time", folder, suite.name, str(rounds), str(SLICE_SECONDS), only)
        result["pinned to CPU"] = timed["cpu"]
        cells = {"rows": timed["rows"], "seconds": round(time.monotonic() - begin)}
        result["suites"][suite.name] = cells
        if not options.no_instructions and whole:
            counts = count(folder, [suite])
            cells["instructions"] = {
                row: {column: asdict(cell) for column, cell in cells.items()} for row, cells in counts.items()
            }
    if whole:
        say("measuring import, first call, memory and growth …")
        result["costs"] = costs(folder)
    say(report.text(result))
    if options.json:
        options.json.write_text(in_json(result), encoding="utf-8")
        say(f"written: {options.json}")
    if whole and not options.dry and not options.no_instructions:
        write(texts_of(result))
    say(f"{time.monotonic() - start:.0f} s")
    return 0


def in_json(result: Mapping[str, Any]) -> str:
    return json.dumps(rounded(result), indent=1, ensure_ascii=False) + "\n"


def texts_of(result: Mapping[str, Any]) -> dict[Path, str]:
    """All that shows a result, by where it is written."""
    return {
        RESULT: in_json(result),
        TABLE: report.markdown(result),
        PICTURE: picture.draw(result),
        README: report.readme(README.read_text(encoding="utf-8"), result),
    }


def write(texts: Mapping[Path, str]) -> None:
    for path, text in texts.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        say(f"written: {path}")


def costs(folder: Path) -> dict[str, Any]:
    """What is not a row: each measured in processes of its own."""
    imports: dict[str, list[float]] = {"nano_ffi": [], "nano_ffi._native": [], "bench_zig": [], "bench_c": []}
    first = []
    for _ in range(15):
        for name, times in imports.items():
            times.append(run_worker("import", name, *([folder] if name.startswith("bench_") else [])))
        first.append(run_worker("first"))
    return {
        "import seconds": {name: min(times) for name, times in imports.items()},
        "call seconds": dict(
            zip(
                ("first, direct", "second, direct", "first, by name", "second, by name"),
                map(min, zip(*first, strict=True)),
                strict=True,
            )
        ),
        "memory per function": {str(n): run_worker("memory", folder, str(n)) for n in (10, 1_000, 100_000)},
        "call by name": run_worker("growth", folder, "10,100,1000,10000,100000"),
    }


def machine() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{platform.system()} {platform.machine()}" + f", {model}" * bool(model)


def rounded(value: Any) -> Any:
    """Four digits are more than can be measured."""
    if isinstance(value, Mapping):
        return {key: rounded(item) for key, item in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value
