"""Run the suite with every CPython on this machine, each on its own wheel out of wheelhouse/.

``nox -s test-all-pythons`` does this. A wheel counts only if it is of exactly the interpreter's version and ABI and
if the interpreter's own tags admit it; it is installed without an index into a fresh environment, and tested from a
folder that holds nothing. With Python.h at hand, the declarations in src/python/capi.zig are compared with it, too.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.tags import parse_tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from scripts import changelog, pythons
from scripts.pythons import PARALLEL, PART, ROOT, Interpreter

TAGS = "from packaging.tags import sys_tags; print(*sys_tags(), sep='\\n')"
CHECK_SOURCE = "import nano_ffi, sys; print(nano_ffi.__file__); sys.exit(not nano_ffi.__file__.startswith(sys.prefix))"


class RunError(Exception):
    """Why an interpreter's run came to nothing."""


@dataclass(kw_only=True)
class Run:
    """What came of one interpreter."""

    interpreter: Interpreter
    wheel: Path | None = None
    files: tuple[str, ...] = ("",)
    """What of tests/ it runs: all, or the part for slow runtimes."""
    tests: dict[str, str] = field(default_factory=dict)
    """Outcome of each test, ``passed``, ``failed`` or ``skipped``, by its id."""
    skips: Counter[str] = field(default_factory=Counter)
    """How many tests were skipped, by reason."""
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, outcome: str) -> int:
        return sum(value == outcome for value in self.tests.values())


def main() -> int:
    parser = argparse.ArgumentParser(prog="nox -s test-all-pythons --", description=__doc__, allow_abbrev=False)
    parser.add_argument("--wheelhouse", type=Path, default=ROOT / "wheelhouse", help="folder of the wheels")
    parser.add_argument("--only", type=versions, default=[], help="versions to test, 3.10,3.14t; default: all found")
    parser.add_argument("--require", type=versions, default=[], help="versions whose absence is an error, or 'all'")
    parser.add_argument(
        "--whole", type=versions, default=[], help="versions to run the whole suite, others a part of it; default: all"
    )
    parser.add_argument("--headers-only", action="store_true", help="only compare the declarations with Python.h")
    parser.add_argument(
        "--built-elsewhere", action="store_true", help="compile nothing here, and compare the wheels with SHA256SUMS"
    )
    parser.add_argument("pytest", nargs="*", help="options for pytest, behind another --")
    options = parser.parse_args()

    found = pythons.find()
    missing = [version for version in pythons.SUPPORTED if version not in {python.version for python in found}]
    if options.only:
        found = [python for python in found if python.version in options.only]
    if options.built_elsewhere:
        check = [sys.executable, ROOT / "nano_ffi" / "wheels" / "checksums.py", "--check", options.wheelhouse]
        if subprocess.run(check, check=False).returncode:
            parser.exit(1, f"ERROR: {options.wheelhouse} is not what was built, see above: copy it again\n")
    runs = [Run(interpreter=python) for python in found]
    for run in runs:
        if options.whole and run.interpreter.version not in options.whole:
            run.files = PART
    for number, run in enumerate(runs, 1):
        say(f"[{number}/{len(runs)}] CPython {run.interpreter.release}, {run.interpreter.executable}")
        start = time.monotonic()
        if not options.headers_only:
            try:
                test(run, options.wheelhouse, options.pytest)
            except RunError as error:
                run.problems.append(str(error))
        if run.interpreter.include and not options.built_elsewhere:
            check_declarations(run)
        run.seconds = time.monotonic() - start
        for problem in run.problems:
            say(f"  {problem}")

    if not options.headers_only:
        compare(runs)
        print_table(runs)
    unmet = [version for version in options.require if version not in {run.interpreter.version for run in runs}]
    if missing:
        print(f"not found on this machine: {', '.join(missing)} (name their executables in NANO_FFI_PYTHONS)")
    if unmet:
        print(f"ERROR: required, but not tested: {', '.join(unmet)}")
    if not runs:
        print("ERROR: no supported CPython found")
    failures = sum(bool(run.problems) for run in runs) + len(unmet) + (not runs)
    if options.headers_only:
        checked = [run for run in runs if run.interpreter.include]
        failures += not checked
        print(f"{sum(not run.problems for run in checked)} of {len(checked)} Python.h agree with capi.zig")
    return 1 if failures else 0


def versions(text: str) -> list[str]:
    """The versions of a list with commas. Raises ArgumentTypeError for one that is not supported."""
    if text == "all":
        return list(pythons.SUPPORTED)
    for version in text.split(","):
        if version not in pythons.SUPPORTED:
            raise argparse.ArgumentTypeError(f"{version!r} is none of {', '.join(pythons.SUPPORTED)}")
    return text.split(",")


def test(run: Run, wheelhouse: Path, arguments: list[str]) -> None:
    """Install the interpreter's wheel in an environment of its own, and run the suite. Raises RunError."""
    with tempfile.TemporaryDirectory(prefix=f"nano-ffi-{run.interpreter.version}-") as temporary:
        environment, empty = Path(temporary) / "environment", Path(temporary) / "empty"
        empty.mkdir()
        call("uv", "venv", "--quiet", "--no-project", "--python", run.interpreter.executable, environment)
        python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        install = ("uv", "pip", "install", "--quiet", "--python", python)
        call(*install, "--only-binary=:all:", "-r", ROOT / "pyproject.toml", "--extra=zig", "--group=test")
        run.wheel = own_wheel(run.interpreter, wheelhouse, call(python, "-c", TAGS, quiet=True).split())
        call(*install, "--no-index", "--no-deps", run.wheel)
        call(python, "-P" if run.interpreter.version != "3.10" else "-I", "-c", CHECK_SOURCE, cwd=empty, quiet=True)

        report = Path(temporary) / "report.xml"
        tests = [str(ROOT / "tests" / name) for name in run.files]
        tests += [f"--ignore={ROOT / 'tests' / 'packaging'}", *arguments]
        pytest: list[str | Path] = [
            python.parent / "pytest",
            f"--rootdir={ROOT}",
            f"--config-file={ROOT}/pyproject.toml",
        ]
        pytest += ["-q", "-p", "no:cacheprovider", *PARALLEL, f"--junitxml={report}", *tests]
        status = subprocess.run(
            pytest,
            check=False,
            cwd=empty,
            # ReleaseSafe is what `nox -s tests` compiles; Debug takes a tenth of the time, with all the same checks.
            env={"NANO_FFI_TEST_MODE": "Debug", **clean_environment()},
        ).returncode
        if report.exists():
            read_report(run, report)
    if not run.tests:
        raise RunError(f"pytest ended with status {status} and ran no test; its output is above")
    if status:
        raise RunError(f"pytest ended with status {status}: {run.count('failed')} of {len(run.tests)} tests failed")
    if not run.count("passed"):
        raise RunError("every test was skipped")


def own_wheel(interpreter: Interpreter, wheelhouse: Path, tags: list[str]) -> Path:
    """The wheel that is of the interpreter's very version and ABI, and that its tags admit. Raises RunError."""
    abi = interpreter.identifier.partition("-")[0]
    version = changelog.project_version(ROOT)
    admitted = {tag for text in tags for tag in parse_tag(text)}
    others: list[str] = []
    for wheel in sorted(wheelhouse.glob("*.whl")):
        try:
            name, of, _, wheel_tags = parse_wheel_filename(wheel.name)
        except InvalidWheelFilename:
            continue
        exact = all((tag.interpreter, tag.abi) == (abi.removesuffix("t"), abi) for tag in wheel_tags)
        if name == "nano-ffi" and str(of) == version and exact:
            if wheel_tags & admitted:
                return wheel
            others.append(wheel.name)
    raise RunError(
        f"no wheel of {version} for {interpreter.identifier} in {wheelhouse}: build it with "
        f"`nox -s wheels -- --only {interpreter.identifier}`"
        + (f" (the interpreter's tags admit none of {', '.join(others)})" if others else "")
    )


def read_report(run: Run, report: Path) -> None:
    """Take the outcomes out of pytest's junit file."""
    for case in ET.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            run.tests[name] = "failed"
        elif skipped is not None:
            run.tests.setdefault(name, "skipped")
            run.skips[skipped.get("message") or "no reason given"] += 1
        else:
            run.tests.setdefault(name, "passed")


def check_declarations(run: Run) -> None:
    """Compare capi.zig with the interpreter's Python.h."""
    command = [sys.executable, "-m", "ziglang", "build", "check-headers"]
    command += [f"-Dpython={run.interpreter.version}", f"-Dpython-include={run.interpreter.include}"]
    if subprocess.run(command, check=False, cwd=ROOT, env={**os.environ, "ZIG_DEBUG_CMD": "1"}).returncode:
        run.problems.append(f"src/python/capi.zig differs from {run.interpreter.include}/Python.h, see above")


def compare(runs: list[Run]) -> None:
    """The same tests run, or are skipped with a reason, with every interpreter; anything else is a problem."""
    for run in runs:
        alike = (other.tests for other in runs if other.files == run.files)
        lacking = sorted(set().union(*alike) - run.tests.keys()) if run.tests else []
        if lacking:
            run.problems.append(
                f"{len(lacking)} tests that other versions collect are neither run nor skipped: "
                + ", ".join(lacking[:5])
                + ", …" * (len(lacking) > 5)
            )


def print_table(runs: list[Run]) -> None:
    rows: list[Sequence[str]] = [("version", "interpreter", "wheel", "suite", "passed", "failed", "skipped", "time")]
    for run in runs:
        counts = [str(run.count(outcome)) for outcome in ("passed", "failed", "skipped")]
        wheel = run.wheel.name.split("-", 2)[2].removesuffix(".whl") if run.wheel else "none"
        python = run.interpreter
        part = "part" if run.files == PART else "whole"
        rows += [[python.version, str(python.executable), wheel, part, *counts, f"{run.seconds:.0f} s"]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    print()
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    print()
    skips: dict[tuple[int, str], list[str]] = {}
    for run in runs:
        for reason, count in run.skips.items():
            skips.setdefault((count, reason), []).append(run.interpreter.version)
    for (count, reason), where in skips.items():
        print(f"{count} skipped with {', '.join(where)}: {reason}")
    for run in runs:
        for problem in run.problems:
            print(f"{run.interpreter.version}: ERROR: {problem}")


def call(*command: str | Path, cwd: Path | None = None, quiet: bool = False) -> str:
    """Run a command, its output. Raises RunError with all that it said."""
    result = subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd, env=clean_environment())
    if result.returncode:
        raise RunError(f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}".rstrip())
    if not quiet:
        sys.stderr.write(result.stderr)
    return result.stdout


def clean_environment() -> dict[str, str]:
    """The environment without what would lead an interpreter to other modules than its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment.pop("VIRTUAL_ENV", None)
    return {**environment, "PYTHONNOUSERSITE": "1", "PYTHONSAFEPATH": "1"}


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
