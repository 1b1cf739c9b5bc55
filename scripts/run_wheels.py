"""``nox -s run-wheels``: install each wheel of wheelhouse/ into a runtime that fits, and run the suite there.

What is run is the part of the suite that starts no process, with the tests' own modules, which are compiled for the
target before. The reference is this machine's CPython: of the tests that pass there, each one passes elsewhere, or is
skipped there for a reason of its own; a runtime in which fewer tests are found is a failure.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from packaging.utils import parse_wheel_filename

from nano_ffi.compiler import CompileError, compile_module
from nano_ffi.wheels import checksums, targets
from nano_ffi.wheels.claim import claim_of
from nano_ffi.wheels.targets import Target
from nano_ffi.wheels.verify import Options, verify_wheel
from scripts import report_wheels
from scripts.pythons import PART
from scripts.runtimes import table
from scripts.runtimes.place import Place
from scripts.runtimes.table import How, Runtime

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / "build" / "run-wheels"
"""What came of each wheel, by its hash, so that an interrupted run goes on where it was."""
MODULES = ROOT / "tests" / "extension"
"""The tests' own, each of which is compiled for each target, in Debug, which takes the compiler the least time."""
SLOW_MODULES = ("integers", "kinds")
"""Of these, what the part of the suite for a slow runtime needs."""
TOOLS = "pytest==9.0.2 hypothesis==6.148.7 typing_extensions tomli exceptiongroup colorama packaging filelock".split()
"""Pure Python: hypothesis has compiled parts since 6.149."""
LEFT_OUT = ("packaging", "test_examples.py", "test_importer.py", "test_typing.py", "test_readme.py")
"""Parts of the suite in which every test starts processes."""
FUZZ_CALLS = "2_000"
"""Of the tests with random calls, of which the suite makes a million."""
GROWTH_CALLS = "200"
"""Of each call that must not leak, under an emulator; natively 2,000."""
TIME_LIMIT = 1800
"""Seconds for one wheel, under an emulator."""


@dataclass(kw_only=True)
class Result:
    """What came of a wheel."""

    identifier: str
    wheel: str
    sha256: str
    how: str = "static"
    """A `How`'s value, or ``static``: it was not run."""
    runtime: str = ""
    part: str = ""
    """``whole`` is the suite, ``slow`` the part of it for slow runtimes."""
    passed: int = 0
    skipped: int = 0
    failed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0
    tests: dict[str, str] = field(default_factory=dict)


def main() -> int:
    parser = argparse.ArgumentParser(prog="nox -s run-wheels --", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="WORD", help="parts of identifiers: cp313 aarch64 (default: all)")
    parser.add_argument("--wheelhouse", type=Path, default=ROOT / "wheelhouse")
    parser.add_argument("--report", type=Path, help="write the table as Markdown to this file, too")
    parser.add_argument("--fresh", action="store_true", help="run also what has been run")
    parser.add_argument("--require", type=int, default=0, metavar="N", help="fail if fewer than N wheels were run")
    parser.add_argument("--part", action="store_true", help="run everywhere only the part for slow runtimes")
    jobs = len(os.sched_getaffinity(0))
    parser.add_argument(
        "--jobs", type=int, default=jobs, help="wheels at a time (default: %(default)s, the processors)"
    )
    options = parser.parse_args()
    wheels = find_wheels(options.wheelhouse)
    chosen = {t: w for t, w in wheels.items() if not options.only or any(word in t.identifier for word in options.only)}
    if not chosen:
        print(f"{options.wheelhouse} holds no such wheel: build some with `nox -s wheels`", file=sys.stderr)
        return 2
    place = Place.find()
    tools = install_tools(place)
    suite = suite_digest()
    missing = sorted({runtime.name for target in chosen for runtime in suitable(target) if not runtime.there(place)})
    if missing:
        print(f"runtimes that are not here (nox -s runtimes -- {' '.join(missing)}), so that wheels are not run")
    print(f"{len(chosen)} wheels; what is not run is checked statically", flush=True)

    def work(item: tuple[int, tuple[Target, Path]]) -> Result:
        number, (target, wheel) = item
        result = one(place, tools, suite, target, wheel, fresh=options.fresh, part=options.part)
        state = f"FAILED: {result.problems[0]}" if result.problems else f"{result.passed} passed"
        what = result.how if result.how == "static" else f"{result.how}, {state}"
        print(f"[{number}/{len(chosen)}] {target.identifier}  {what}  {result.seconds:.0f} s", flush=True)
        return result

    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(work, enumerate(chosen.items(), 1)))
    compare(results)
    text = report_wheels.markdown(results)
    print(report_wheels.terminal(results))
    if options.report:
        options.report.write_text(text, encoding="utf-8")
        print(f"written: {options.report}")
    run = sum(result.how != "static" for result in results)
    if run < options.require:
        print(f"ERROR: {run} wheels were run, required are {options.require}")
    return 1 if run < options.require or any(result.problems for result in results) else 0


def find_wheels(wheelhouse: Path) -> dict[Target, Path]:
    """The wheels by target, in the order of the table of platforms."""
    found = {}
    for path in wheelhouse.glob("*.whl"):
        claim = claim_of(parse_wheel_filename(path.name)[3])
        found[Target(python=claim.python, platform=claim.platform)] = path
    names = list(targets.PLATFORMS)
    return dict(sorted(found.items(), key=lambda item: (names.index(item[0].platform.name), item[0].python)))


def suitable(target: Target) -> list[Runtime]:
    return [runtime for runtime in table.RUNTIMES.values() if target.identifier in runtime.identifiers]


def install_tools(place: Place) -> Path:
    """A folder with pytest and what it needs, all pure Python, for every version and system."""
    folder = place.root / f"tests-{hashlib.sha256(' '.join(TOOLS).encode()).hexdigest()[:12]}"
    if not (folder / "ok").exists():
        shutil.rmtree(folder, ignore_errors=True)
        pure = ("--platform=any", "--implementation=py", "--abi=none", "--python-version=3.10", "--only-binary=:all:")
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-compile")
        place.run(*pip, *pure, f"--target={folder}", *TOOLS)
        (folder / "ok").touch()
    return folder


def suite_digest() -> str:
    """Of all that decides what is run, beside the wheel."""
    state = hashlib.sha256(" ".join([*TOOLS, *SLOW_MODULES, *LEFT_OUT, *PART]).encode())
    files = [*(ROOT / "tests").glob("*.py"), *MODULES.iterdir(), Path(table.__file__)]
    for path in sorted(files):
        state.update(path.name.encode() + path.read_bytes())
    return state.hexdigest()


def one(place: Place, tools: Path, suite: str, target: Target, wheel: Path, *, fresh: bool, part: bool) -> Result:
    """Check a wheel, and run it where there is a runtime. What was run before, with the same bytes, is not again."""
    digest = checksums.sha256(wheel)
    record = STATE / f"{target.identifier}.json"
    if not fresh and record.exists():
        said = json.loads(record.read_text())
        enough = part or said["part"] == "whole" or in_part(table.RUNTIMES[said["runtime"]])
        if (said.pop("suite"), said["sha256"]) == (suite, digest) and enough and not said["problems"]:
            return Result(**said)
    result = Result(identifier=target.identifier, wheel=wheel.name, sha256=digest)
    result.problems += verify_wheel(wheel, options=Options(quick=True, max_size=10)).problems
    started = time.monotonic()
    for runtime in suitable(target):
        if target.python.version in runtime.there(place) and not result.problems:
            result.how, result.runtime = runtime.how.value, runtime.name
            result.part = "slow" if part or in_part(runtime) else "whole"
            try:
                run(place, tools, runtime, target, wheel, result)
            except CompileError as error:
                result.problems.append(f"the tests' modules cannot be compiled: {error}")
            break
    result.seconds = time.monotonic() - started
    if result.how != "static":
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(json.dumps({**asdict(result), "suite": suite}, indent=1))
    return result


def run(place: Place, tools: Path, runtime: Runtime, target: Target, wheel: Path, result: Result) -> None:
    """Install the wheel, compile the tests' modules for the target, and run the suite; all of it into `result`."""
    with tempfile.TemporaryDirectory(prefix="run-wheels-") as temporary:
        folder = Path(temporary)
        installed, modules, empty = (folder / name for name in ("installed", "modules", "empty"))
        empty.mkdir()
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(installed)
        for source in sorted(MODULES.glob("*.zig")):
            if result.part == "whole" or source.stem in SLOW_MODULES:
                compile_module(source, modules, target=compile_target(target), mode="Debug", strip=False)
        # To the tests there is a compiler; where one calls it, it is skipped as one that starts a process.
        (modules / "ziglang").mkdir(parents=True)
        (modules / "ziglang" / "__init__.py").touch()
        drive = "Z:" if runtime.how is How.WINE else ""

        def shown(path: Path) -> str:
            return f"{drive}{path}"

        separator = ";" if drive else ":"
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LD_"))},
            "PYTHONPATH": separator.join(map(shown, (installed, tools, modules))),
            "NANO_FFI_TEST_MODULES": shown(modules),
            "NANO_FFI_CACHE": shown(folder / "cache"),
            "NANO_FFI_FUZZ_CALLS": FUZZ_CALLS,
            **({"NANO_FFI_GROWTH_CALLS": GROWTH_CALLS} if is_slow(runtime) else {}),
        }
        pytest = [
            *("-q", "-p", "no:cacheprovider", "--tb=short", "--durations=20", f"--rootdir={shown(ROOT)}"),
            *(f"--config-file={shown(ROOT / 'pyproject.toml')}", f"--basetemp={shown(folder / 'temporary')}"),
            *(f"--ignore={shown(ROOT / 'tests' / name)}" for name in LEFT_OUT),
            *(shown(ROOT / "tests" / name) for name in (PART if result.part == "slow" else ("",))),
        ]
        STATE.mkdir(parents=True, exist_ok=True)
        log, report = (STATE / f"{target.identifier}{suffix}" for suffix in (".log", ".xml"))
        report.unlink(missing_ok=True)
        inside = ROOT / "scripts" / "runtimes" / "inside.py"
        targets_py = ROOT / "nano_ffi" / "wheels" / "targets.py"
        command = [
            str(runtime.launcher(place, target.python.version)),
            *map(shown, (inside,)),
            *(target.identifier, shown(targets_py), shown(installed), shown(report), *pytest),
        ]
        with log.open("wb") as output:
            try:
                # Wine wants pipes for its standard streams, which the launcher gives it.
                status = subprocess.run(
                    command, check=False, cwd=empty, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                    stderr=subprocess.STDOUT, timeout=TIME_LIMIT,
                ).returncode  # fmt: skip
            except subprocess.TimeoutExpired:
                status = -1
        if report.exists():
            read_report(report, result)
        if status or not result.passed:
            last = (log.read_text(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
            result.problems.append(f"ended with {status}: {last} ({log.relative_to(ROOT)})")


def is_slow(runtime: Runtime) -> bool:
    return runtime.how in {How.EMULATED, How.LOADED_EMULATED}


def in_part(runtime: Runtime) -> bool:
    """Whether the suite is not run whole.

    An emulator is slow, CPython for musl is built without ctypes, and the loader of macOS' files has one block of
    thread-locals for all threads.
    """
    return is_slow(runtime) or runtime.how is How.LOADED or runtime.name.startswith("musl")


def compile_target(target: Target) -> Target:
    """A universal2 binary is loaded as the x86_64 one that it holds."""
    if len(target.platform.triples) == 1:
        return target
    return Target(python=target.python, platform=targets.PLATFORMS["macosx_x86_64"])


def read_report(report: Path, result: Result) -> None:
    for case in ET.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            result.tests[name] = "failed"
            result.failed.append(name)
        elif (skipped := case.find("skipped")) is not None:
            result.tests.setdefault(name, f"skipped: {skipped.get('message')}")
        else:
            result.tests.setdefault(name, "passed")
    result.passed = sum(outcome == "passed" for outcome in result.tests.values())
    result.skipped = sum(outcome.startswith("skipped") for outcome in result.tests.values())


def compare(results: Sequence[Result]) -> None:
    """Every runtime finds the tests that another one found in the same part: fewer are a problem."""
    ran = [result for result in results if result.how != "static" and not result.problems]
    for part in ("whole", "slow"):
        of_it = [result for result in ran if result.part == part]
        everywhere = set().union(*(result.tests for result in of_it))
        for result in of_it:
            if lacking := sorted(everywhere - result.tests.keys()):
                result.problems.append(f"{len(lacking)} tests were neither run nor skipped: {', '.join(lacking[:3])} …")


if __name__ == "__main__":
    sys.exit(main())
