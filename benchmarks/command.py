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
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import instructions, peers, picture, report
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
        f"{README.name}.",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="only count instructions, and fail where a row needs more than benchmarks/instructions.json says",
    )
    parser.add_argument("--store-instructions", action="store_true", help="count them, and store what is counted")
    parser.add_argument("--pythons", action="store_true", help="compare the CPythons of this machine instead")
    parser.add_argument("--rounds", type=int, default=None, help=f"rounds of measurement (default: {ROUNDS})")
    parser.add_argument("--no-instructions", action="store_true", help="measure times only, without valgrind")
    parser.add_argument("--dry", action="store_true", help="write no file")
    parser.add_argument("--folder", type=Path, help="build here and keep it; what is there already is not built again")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as temporary:
            folder = (options.folder or Path(temporary)).resolve()
            if options.check or options.store_instructions:
                return check(folder, store=options.store_instructions)
            if options.pythons:
                from benchmarks import cpythons

                return cpythons.compare(folder, rounds=options.rounds or CPYTHON_ROUNDS, write=not options.dry)
            return measure(folder, options)
    except (peers.BuildError, instructions.CountError, ImportError) as error:
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


def prepare(folder: Path, only: tuple[str, ...] | None = None) -> None:
    if (folder / "ready").exists():
        return
    for name in peers.build(folder, only):
        say(f"built: {name}")
    if only is None:
        (folder / "ready").touch()


def check(folder: Path, *, store: bool) -> int:
    if not store:
        instructions.read_stored()  # fails before anything is built
    prepare(folder, ("rows.zig", "hand-written C"))
    say("counting instructions …")
    counts = instructions.count(folder)
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


def measure(folder: Path, options: argparse.Namespace) -> int:
    start = time.monotonic()
    prepare(folder)
    rounds = options.rounds or ROUNDS
    say(f"measuring calls, {rounds} rounds …")
    begin = time.monotonic()
    timed = run_worker("time", folder, str(rounds), str(SLICE_SECONDS))
    result: dict[str, Any] = {
        "machine": machine(),
        "python": f"CPython {platform.python_version()}",
        "nano_ffi": version(),
        "compiler": "zig cc -O2, baseline CPU",
        "pinned to CPU": timed["cpu"],
        "rounds": rounds,
        "seconds": round(time.monotonic() - begin),
        "unit": "nanoseconds per call above an empty loop",
        "rows": timed["rows"],
    }
    if not options.no_instructions:
        say("counting instructions …")
        try:
            counts = instructions.count(folder)
            result["instructions"] = {
                row: {column: asdict(cell) for column, cell in cells.items()} for row, cells in counts.items()
            }
        except instructions.CountError as error:
            say(f"no instruction counts: {error}")
    say("measuring import, first call, memory and growth …")
    result["costs"] = costs(folder)
    say(report.text(result))
    if not options.dry:
        RESULT.write_text(json.dumps(rounded(result), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        TABLE.write_text(report.markdown(result), encoding="utf-8")
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(picture.draw(result), encoding="utf-8")
        README.write_text(report.readme(README.read_text(encoding="utf-8"), result), encoding="utf-8")
        for path in (RESULT, TABLE, PICTURE, README):
            say(f"written: {path}")
    say(f"{time.monotonic() - start:.0f} s")
    return 0


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
