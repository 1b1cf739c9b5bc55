"""The ``test`` blocks of a Zig file, run in a Python process of their own: for ``nano-ffi test`` and for pytest."""

from __future__ import annotations

import ctypes
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nano_ffi.compiler import SOURCES, Job, import_library, library_in, write_build_options
from nano_ffi.packages import build_package
from nano_ffi.switches import MODES, Switches
from nano_ffi.zig import Zig

__all__ = ["Result", "has_tests", "run_tests"]

OUTCOMES = ("passed", "failed", "skipped", "leaked")
"""As in src/test_runner.zig, and in the order of it."""

TEST = re.compile(r"^\s*test\b\s*(\"|\w|@|\{)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a test."""

    name: str
    outcome: str
    """passed, failed, skipped, leaked (memory of ``std.testing.allocator``), or crashed."""
    output: str
    """What it wrote to standard error."""

    @property
    def good(self) -> bool:
        return self.outcome in {"passed", "skipped"}


def has_tests(path: Path) -> bool:
    """Whether a Zig file has ``test`` blocks, as far as a look tells."""
    return TEST.search(path.read_text(encoding="utf-8", errors="replace")) is not None


def run_tests(source: Path, filters: Sequence[str] = ()) -> Iterator[Result]:
    """Compile the tests of a Zig file, those whose name contains one of `filters` if there are any, and run them.

    Raises CompileError with Zig's message.
    """
    with tempfile.TemporaryDirectory() as temporary:
        library = build_tests(source.absolute(), Path(temporary).resolve(), filters)
        first: int | None = 0
        while first is not None:
            first = yield from run_from(library, first)


def run_from(library: Path, first: int) -> Generator[Result, None, int | None]:
    """Run tests in one process, from `first` on. The test to go on with where that process did not survive."""
    command = [sys.executable, "-P", __file__] if sys.version_info >= (3, 11) else [sys.executable, __file__]
    said = library.with_suffix(".stderr")
    before = 0
    running: tuple[int, str] | None = None
    with (
        said.open("wb") as stderr,
        subprocess.Popen([*command, str(library), str(first)], stdout=subprocess.PIPE, stderr=stderr) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            said_of_test: tuple[int, str, int | None, int] = json.loads(line)
            index, name, outcome, size = said_of_test
            if outcome is None:
                running = (index, name)
                continue
            running = None
            yield Result(name=name, outcome=OUTCOMES[outcome], output=text_of(said, before, size))
            before = size
    rest = text_of(said, before, None)
    if running is not None:
        index, name = running
        end = f"the process ended with code {process.returncode}\n"
        yield Result(name=name, outcome="crashed", output=rest + end)
        return index + 1
    if process.returncode != 0:
        raise RuntimeError(f"the tests cannot be run: {rest}")
    return None


def text_of(path: Path, start: int, end: int | None) -> str:
    """A part of a file, in bytes."""
    return path.read_bytes()[start:end].decode(errors="replace")


def build_tests(source: Path, work: Path, filters: Sequence[str]) -> Path:
    """The library with the tests, in `work`."""
    switches = Switches()
    job = Job.of(source, name="tests", mode=switches.mode or "Debug", cpu=switches.cpu)
    zig = Zig.find()
    write_build_options(job.target, abi3=False, folder=work)
    # A new one each time: Zig must not find in its cache what is taken away below.
    name = f"tests_{secrets.token_hex(8)}"
    (triple,) = job.target.platform.triples
    options = [f"-O{MODES[job.mode]}", f"-mcpu={job.cpu_of(triple)}", *job.target_options(triple)]
    c_options = job.c_options()
    tests = work / "tests.o"
    if job.package_is_used:
        wanted = [
            *(f"-Dinclude={folder}" for folder in job.table.include),
            *(f"-Dtest-filter={text}" for text in filters),
        ]
        build_package(zig, Path(job.package), [*job.package_source(triple, work), "-Dtests=true", *wanted], tests)
    else:
        built = zig.compile(
            "test-obj",
            "--test-no-exec",
            *("--test-runner", str(SOURCES / "test_runner.zig")),
            *(part for text in filters for part in ("--test-filter", text)),
            *("--name", name, "-fPIC", *options),
            # Not to be linked, which would take long once: the process has it. Stack traces ask it where libraries are.
            *([] if job.windows else ["-lc"]),
            *(option for option in c_options if option.startswith("-I")),
            *("--dep", "nano_ffi", f"-Mroot={source}"),
            *("--dep", "build_options", f"-Mnano_ffi={SOURCES / 'root.zig'}"),
            f"-Mbuild_options={work / 'build_options.zig'}",
            cwd=work,
        )
        (made,) = (path for path in built.folder.iterdir() if path.suffix in {".o", ".obj"})
        shutil.move(made, tests)
        shutil.rmtree(built.folder, ignore_errors=True)
    link = [str(import_library(zig, job.target, False))] if job.windows else ["-fallow-shlib-undefined"]
    linked = zig.compile(
        "build-lib",
        "-dynamic",
        *("--name", name),
        *options,
        *job.debug_options(),
        *link,
        *c_options,
        str(tests),
        cwd=work,
    )
    place = work / "tests.library"
    shutil.move(library_in(linked.folder), place)
    shutil.rmtree(linked.folder, ignore_errors=True)
    return place


def main(path: str, first: str) -> None:
    """Run the tests of a library from number `first` on, and say what happens, as lines of JSON."""
    library = ctypes.PyDLL(path)
    library.nano_ffi_test_count.restype = ctypes.c_size_t
    library.nano_ffi_test_name.restype = ctypes.c_void_p
    for index in range(int(first), library.nano_ffi_test_count()):
        length = ctypes.c_size_t()
        at = library.nano_ffi_test_name(ctypes.c_size_t(index), ctypes.byref(length))
        # mathx.test.adds, mathx.decltest.add, mathx.other.test.adds
        name = re.sub(r"^\w+\.|\b(decl)?test\.", "", ctypes.string_at(at, length.value).decode())
        print(json.dumps([index, name, None, 0]), flush=True)
        outcome = library.nano_ffi_test_run(ctypes.c_size_t(index))
        print(json.dumps([index, name, outcome, os.fstat(2).st_size]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
