"""The building of a Zig module for the running interpreter: once, however many processes ask for it."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from nano_ffi import builds
from nano_ffi.absent import absent_functions
from nano_ffi.builds import Record, Unit
from nano_ffi.compiler import SOURCES, CompileError, Extension, Job
from nano_ffi.pyi import write_stub
from nano_ffi.switches import cache_folder, find_upward, make_folder
from nano_ffi.zig import Zig

try:
    from filelock import FileLock
except ImportError:
    Zig.find()  # without the extra there is no compiler either, and that is what is missed first
    raise CompileError('what is built needs a lock: pip install "nano-ffi[zig]" brings filelock') from None

__all__ = ["build", "build_without"]

CATCHING = ("Debug", "ReleaseSafe")
"""The modes in which a panic is an exception."""


def build(unit: Unit, absent: Sequence[str] = ()) -> str:
    """The path of a new extension of `unit`, or of one that another process has built meanwhile.

    The functions of other libraries that are `absent` are known to be nowhere.

    Raises CompileError; what was built before is kept then.
    """
    try:
        make_folder(unit.folder)
        # The system frees the lock of a process that ends, however it ends.
        with FileLock(Path(unit.folder, "lock")):
            record = Record.load(unit)
            if record is not None and not absent and unit.switches.build != "always" and record.holds():
                return record.binary
            return build_locked(unit, record, absent)
    except OSError as error:
        if not str(error.filename or "").startswith(cache_folder()):
            raise
        raise CompileError(
            f"{unit.source} cannot be built into {unit.folder}: {error.strerror}; set NANO_FFI_CACHE_DIR to a folder that "
            "can be written"
        ) from None


def build_without(unit: Unit, symbol: str, known: Sequence[str]) -> tuple[str, ...]:
    """The functions that are nowhere, `known` ones and `symbol` among them, for `build`: what calls them panics. Empty
    where nothing can be in the place of `symbol`: it is none of Zig's functions, or nothing would catch the panic.
    """
    job = job_of(unit)
    record = Record.load(unit)
    if record is None or symbol in known or job.mode not in CATCHING:
        return ()
    files = [Path(path) for *_, path in record.files if path.endswith(".zig") and not path.startswith(builds.OURS)]
    is_plain = not job.has_c and not job.package_is_used
    found = absent_functions(symbol, files, Zig.find().library / "std", is_plain=is_plain)
    return (*known, *found) if found else ()


def job_of(unit: Unit) -> Job:
    return Job.of(Path(unit.source), name=unit.name, mode=unit.switches.mode, cpu=unit.switches.cpu)


def build_locked(unit: Unit, before: Record | None, absent: Sequence[str]) -> str:
    started = time.time_ns()
    known = [path for *_, path in before.files] if before else []
    seen = {path: digest for path in known if (digest := digest_or_none(path, unit.source))}
    upward = find_upward(unit.source)
    job = replace(job_of(unit), absent=tuple(absent))
    folder = Path(unit.folder, secrets.token_hex(8))
    try:
        if not Path(cache_folder("tools")).is_dir() and unit.switches.verbose:
            tell_of_first_build(unit.name)
        with Telling(f"building {unit.name} ({job.mode})", unit.switches.verbose):
            extension = job.compile(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    record = Record(
        unit,
        installed=builds.installed(),
        upward=upward,
        build=f"{folder.name}/{extension.path.name}",
        previous=before.build if before else "",
        files=list(entries(unit, upward, extension, seen, started)),
    )
    record.save()
    write_stub(extension.path, Path(unit.source).with_name(f"{unit.name}.pyi"))
    remove_old(unit)
    return record.binary


def entries(
    unit: Unit, upward: tuple[str, str], extension: Extension, seen: dict[str, str], started: int
) -> Iterator[tuple[str, str, str]]:
    """The files of a record. Those that were written since the compilation began have no hash."""
    ours = f"{SOURCES}{os.sep}"
    inputs = [unit.source, *extension.inputs, *filter(None, upward)]
    named = [builds.OURS + path[len(ours) :].replace(os.sep, "/") if path.startswith(ours) else path for path in inputs]
    for path in dict.fromkeys([*named, builds.ZIG]):
        real = builds.real_path(path)
        state = builds.state_of(real)
        digest = builds.digest_of(path, unit.source)
        certain = seen[path] == digest if path in seen else Path(real).stat().st_mtime_ns < started
        yield (digest, state, path) if certain else (builds.UNKNOWN, builds.UNKNOWN, path)


def digest_or_none(path: str, source: str) -> str | None:
    try:
        return builds.digest_of(path, source)
    except (OSError, ImportError):
        return None


def remove_old(unit: Unit) -> None:
    """Remove what no record names, and no process can be about to load."""
    kept = set[str]()
    for path in Path(unit.folder).glob("*.record"):
        kept |= {line.partition("/")[0] for line in builds.lines_of(str(path))[4:6]}
    for folder in Path(unit.folder).iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)  # Windows keeps a module that is loaded


def tell_of_first_build(name: str) -> None:
    """It takes longer than all others, and where nothing is said looks like one that hangs; so it is said on any output."""
    if sys.stderr is not None:
        print(
            f"nano_ffi: building {name}, the first module in {cache_folder()}: this compiles what all modules share, once",
            file=sys.stderr,
            flush=True,
        )


class Telling:
    """A line on a terminal with the time that something has taken so far."""

    def __init__(self, what: str, verbose: int) -> None:
        self.what = what
        self.verbose = verbose
        self.ended = threading.Event()

    def __enter__(self) -> None:
        self.started = time.monotonic()
        self.thread = None
        if self.verbose and sys.stderr is not None and sys.stderr.isatty():
            self.thread = threading.Thread(target=self.tell, daemon=True)
            self.thread.start()

    def tell(self) -> None:
        while not self.ended.is_set():
            print(f"\r\033[Knano_ffi: {self.what} … {self.seconds:.0f} s", end="", file=sys.stderr, flush=True)
            self.ended.wait(1)
        print("\r\033[K", end="", file=sys.stderr, flush=True)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.ended.set()
        if self.thread is not None:
            self.thread.join()
        if self.verbose > 1:
            print(f"nano_ffi: {self.what}: {'failed' if kind else 'done'} after {self.seconds:.2f} s", file=sys.stderr)
