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
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import instructions, peers, picture, report, sizes, threads
from benchmarks.columns import LABELS, C
from benchmarks.suites import SUITES, MissingError, Suite
from nano_ffi import version

__all__ = ["main", "run_worker"]

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results.json"
TABLE = ROOT / "benchmarks" / "results.md"
README = ROOT / "README.md"
PERFORMANCE = ROOT / "docs" / "background" / "performance.md"
PICTURES = {
    ROOT / "docs" / "benchmarks.svg": ("calls",),
    ROOT / "docs" / "benchmarks-objects.svg": ("point", "objects"),
    ROOT / "docs" / "benchmarks-containers.svg": ("containers",),
}
"""Where the pictures are written, and the suites that they show."""

ROUNDS = 150
FEW_ROUNDS = 20
"""With fewer, what is compiled to see how long it takes is compiled once, and processes are begun once."""
SLICE_SECONDS = 0.001
CPYTHON_ROUNDS = 80


NAMES = (*SUITES, sizes.NAME, threads.NAME)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="nox -s bench --",
        allow_abbrev=False,
        description="Measure what a call costs beside other ways to call native code from Python. "
        f"Writes {RESULT.relative_to(ROOT)}, {TABLE.relative_to(ROOT)}, docs/benchmarks*.svg, and what stands between "
        f"marks in {README.name} and {PERFORMANCE.relative_to(ROOT)}, if all of it was measured.",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="only count instructions, and fail where a row needs more than benchmarks/instructions.json says",
    )
    parser.add_argument("--store-instructions", action="store_true", help="count them, and store what is counted")
    parser.add_argument("--pythons", action="store_true", help="compare the CPythons of this machine instead")
    parser.add_argument("--only", metavar="SUITES", help=f"only these, and write no file: {', '.join(NAMES)}")
    parser.add_argument(
        "--columns", metavar="COLUMNS", help=f"only these, and write no file: {', '.join(LABELS)}; C is always there"
    )
    parser.add_argument("--rounds", type=int, default=None, help=f"rounds of measurement (default: {ROUNDS})")
    parser.add_argument("--no-instructions", action="store_true", help="without valgrind, and write no file")
    parser.add_argument(
        "--quick", action="store_true", help="see whether all of it works: two rounds, and peers that are not optimised"
    )
    parser.add_argument("--dry", action="store_true", help="write no file")
    parser.add_argument("--json", type=Path, help="write what was measured to this file, too")
    parser.add_argument(
        "--folder", type=Path, help="build here and keep it; only what nano_ffi compiles is built again"
    )
    options = parser.parse_args()
    if options.quick:
        options.rounds = options.rounds or 2
        peers.optimisation = "-O0"
    try:
        names = options.only.split(",") if options.only else NAMES
        if unknown := [name for name in names if name not in NAMES]:
            raise ValueError(f"there is no suite {', '.join(unknown)}: there are {', '.join(NAMES)}")
        chosen = [suite for name, suite in SUITES.items() if name in names]
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
            return measure(folder, chosen, columns, options, names)
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
    counts = {row: cells for rows in count(folder, suites).values() for row, cells in rows.items()}
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


def count(folder: Path, suites: Iterable[Suite]) -> dict[str, instructions.Rows]:
    """Suite → row → column → counts. Raises CountError, MissingError."""
    say("counting instructions …")
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # a count is the same however busy the machine is
        started = {suite.name: pool.submit(instructions.count, folder, suite) for suite in suites}
        return {name: future.result() for name, future in started.items()}


def measure(
    folder: Path,
    suites: list[Suite],
    columns: list[str] | None,
    options: argparse.Namespace,
    names: Sequence[str],
) -> int:
    start = time.monotonic()
    built = {suite.name: suite for suite in ([*suites, SUITES["point"]] if sizes.NAME in names else suites)}
    prepare(folder, built.values(), columns)
    rounds = options.rounds or ROUNDS
    times = 1 if rounds < FEW_ROUNDS else 3
    result: dict[str, Any] = {
        "machine": machine(),
        "python": f"CPython {platform.python_version()}",
        "nano_ffi": version(),
        "compiler": f"zig cc {peers.optimisation}, baseline CPU",
        "rounds": rounds,
        "unit": "nanoseconds per call above an empty loop",
        "suites": {},
    }
    for suite in suites:
        say(f"measuring {suite.name}, {rounds} rounds …")
        begin = time.monotonic()
        only = ",".join(name for name in suite.columns if name in columns) if columns else ""
        timed = run_worker("time", folder, suite.name, str(rounds), str(SLICE_SECONDS), only)
        result["pinned to CPU"] = timed["cpu"]
        result["suites"][suite.name] = {"rows": timed["rows"], "seconds": round(time.monotonic() - begin)}
        if "numba" in suite.columns and (columns is None or "numba" in columns):
            result["suites"][suite.name]["numba"] = run_worker("compiling")
    if sizes.NAME in names:
        say("measuring memory, compiling and size …")
        result["sizes"] = sizes.measure(folder, columns, times=times)
    if threads.NAME in names:
        say("measuring threads and coroutines …")
        result["threads"] = threads.measure(folder, columns, rounds=min(rounds, threads.ROUNDS))
    whole = options.only is None and columns is None and not options.no_instructions
    if whole:
        for name, row_counts in count(folder, suites).items():
            result["suites"][name]["instructions"] = {
                row: {column: asdict(cell) for column, cell in cells.items()} for row, cells in row_counts.items()
            }
        say("measuring import, first call, memory and growth …")
        result["costs"] = costs(folder, 15 if times > 1 else 1)
    say(report.text(result))
    if options.json:
        options.json.write_text(in_json(result), encoding="utf-8")
        say(f"written: {options.json}")
    if whole and not options.dry:
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
        **{path: picture.draw(result, suites) for path, suites in PICTURES.items()},
        README: report.readme(README.read_text(encoding="utf-8"), result),
        PERFORMANCE: report.performance(PERFORMANCE.read_text(encoding="utf-8"), result),
    }


def write(texts: Mapping[Path, str]) -> None:
    for path, text in texts.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        say(f"written: {path}")


def costs(folder: Path, times: int) -> dict[str, Any]:
    """What is not a row: each measured in processes of its own."""
    imports: dict[str, list[float]] = {"nano_ffi": [], "nano_ffi._native": [], "bench_zig": [], "bench_c": []}
    first = []
    for _ in range(times):
        for name, taken in imports.items():
            taken.append(run_worker("import", name, *([folder] if name.startswith("bench_") else [])))
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
