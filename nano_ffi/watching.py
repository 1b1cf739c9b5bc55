"""What changed is compiled before it is asked for: ``nano-ffi watch``, and ``NANO_FFI_WATCH=1`` in a process that imports.

A file system is asked for the state of the files ten times a second: that is the same everywhere, and costs less than a
thousandth of a core for a project of a hundred files.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from nano_ffi.building import build
from nano_ffi.builds import OURS, ZIG, Record, Unit, state_of
from nano_ffi.switches import Switches, find_upward

__all__ = ["Watched", "watch", "watch_along"]

INTERVAL = 0.1
"""Seconds between two looks."""

SETTLED = 0.02
"""For how many seconds a file must be as it is: many programs empty it before they write it."""


class Watched:
    """A Zig file as a module, and what it was made of when it was looked at last."""

    def __init__(self, source: str, name: str, switches: Switches) -> None:
        self.unit = Unit(source, name, switches)
        self.states: dict[str, str] = {}
        self.is_built = False

    def files(self) -> dict[str, str]:
        """What the module is made of, and how each file was when it was compiled; empty where that is not known."""
        record = Record.load(self.unit)
        files = dict.fromkeys(filter(None, (self.unit.source, *find_upward(self.unit.source))), "")
        if record is not None:
            files |= {path: state for _, state, path in record.files if path != ZIG and not path.startswith(OURS)}
        if not self.is_built:  # what is wrong may be in a file that was not part of it before
            folder = Path(self.unit.source).parent
            files |= dict.fromkeys(map(str, [*folder.glob("*.zig"), *folder.glob("*/*.zig")]), "")
        return files

    def has_changed(self) -> bool:
        """Whether a file is other than at the last look."""
        states = {path: state_or_none(path) for path in self.files()}
        changed, self.states = states != self.states, states
        return changed

    def build(self) -> str:
        """The path of the extension, which is up to date now. Raises CompileError and SettingsError."""
        self.is_built = False
        seen = {path: state_or_none(path) for path in self.files()} | self.states
        record = Record.load(self.unit)
        try:
            path = record.binary if record is not None and record.holds() else build(self.unit)
            self.is_built = True
        finally:
            # What was changed meanwhile is seen as such at the next look.
            self.states = {path: seen.get(path, state) for path, state in self.files().items()}
        return path


def state_or_none(path: str) -> str:
    try:
        return state_of(path)
    except OSError:
        return ""


def watch(all_watched: list[Watched], told: Callable[[Watched, float, ImportError | None], None]) -> None:
    """Build what has changed, and say so, for ever."""
    while True:
        look(all_watched, told)
        time.sleep(INTERVAL)


def look(all_watched: list[Watched], told: Callable[[Watched, float, ImportError | None], None]) -> None:
    """Build what has changed since the last look; `told` is given the time that it took, and what was wrong."""
    for watched in all_watched:
        if not watched.has_changed():
            continue
        settle(watched)
        started, error = time.monotonic(), None
        try:
            watched.build()
        except ImportError as raised:  # CompileError and SettingsError
            error = raised
        told(watched, time.monotonic() - started, error)


def settle(watched: Watched) -> None:
    while True:
        time.sleep(SETTLED)
        if not watched.has_changed():
            return


along: list[Watched] = []
"""What this process has imported."""

thread: threading.Thread | None = None
process = 0


def watch_along(source: str, name: str, switches: Switches) -> None:
    """Build a module that this process has imported when its file has changed, in a thread beside it.

    `nano_ffi.reload`, or the next process that imports it, then finds it built. What is wrong with a file is said there.
    """
    global thread, process
    unit = Unit(source, name, switches)
    if not any(watched.unit.record == unit.record for watched in along):
        watched = Watched(source, name, switches)
        watched.is_built = True
        watched.has_changed()
        along.append(watched)
    if thread is None or process != os.getpid():  # a process that was forked has no thread
        process = os.getpid()
        thread = threading.Thread(target=watch, args=(along, silent), name="nano_ffi watch", daemon=True)
        thread.start()


def silent(watched: Watched, seconds: float, error: ImportError | None) -> None:
    if error is None and watched.unit.switches.verbose > 1:
        print(f"nano_ffi: {watched.unit.name} is up to date after {seconds:.2f} s", file=sys.stderr)
