"""Jobs in forked children, each with its own process group, log and result.

A fork gives a job its own environment, working directory and standard streams, so that code written for one build at a
time (cibuildwheel's) runs unmodified in many at once. It is sound because the parent never starts a thread.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Generic, Self, TypeVar

from cibuildwheel import errors
from cibuildwheel.logger import log

__all__ = ["Failure", "Job", "Outcome", "Pool", "tail"]

Result = TypeVar("Result")

TERMINATION_GRACE = 3.0
"""Seconds between the request to end and the order to."""


MESSAGE_LIMIT = 4000
"""Characters of a failure's message; the log has it all."""


@dataclass(frozen=True, kw_only=True)
class Job(Generic[Result]):
    """What is to be run in a child. `run` must return something that can be pickled."""

    name: str
    log: Path
    run: Callable[[], Result]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a job has no result. `return_code` is that of cibuildwheel's error, or 1."""

    message: str
    return_code: int = 1


@dataclass(frozen=True, kw_only=True)
class Outcome(Generic[Result]):
    """A finished job: what it returned, or why it did not; its wall clock time in seconds."""

    job: Job[Result]
    result: Result | Failure
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Running(Generic[Result]):
    job: Job[Result]
    process: ForkProcess
    receiver: Connection
    started: float


class Pool(Generic[Result]):
    """Children that run jobs. A context manager: on the way out every child that still runs is ended."""

    def __init__(self) -> None:
        self.running: list[Running[Result]] = []
        self._context = multiprocessing.get_context("fork")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, job: Job[Result]) -> None:
        """Fork a child for `job`. Its standard output and errors go to `job.log`, which is written anew."""
        job.log.parent.mkdir(parents=True, exist_ok=True)
        receiver, sender = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_child, args=(job, sender), name=job.name)
        process.start()
        sender.close()
        # Here as well as in the child: whichever of the two comes first, the group exists before it is needed.
        with contextlib.suppress(OSError):
            os.setpgid(process.pid or 0, process.pid or 0)
        self.running.append(Running(job=job, process=process, receiver=receiver, started=time.monotonic()))

    def wait(self, seconds: float) -> list[Outcome[Result]]:
        """The jobs that have finished, after `seconds` at most; none if none has."""
        # A sentinel is ready a moment before its process can be waited for.
        ready = multiprocessing.connection.wait([child.process.sentinel for child in self.running], seconds)
        done = [child for child in self.running if child.process.sentinel in ready]
        self.running = [child for child in self.running if child not in done]
        return [self._finish(child) for child in done]

    def _finish(self, child: Running[Result]) -> Outcome[Result]:
        child.process.join()
        result: Result | Failure
        try:
            result = child.receiver.recv()
        except EOFError:
            code = child.process.exitcode or 0
            why = f"ended by {signal.Signals(-code).name}" if code < 0 else f"exited with code {code}"
            result = Failure(message=f"{child.job.name}: the process {why} before it was done")
        child.receiver.close()
        child.process.close()
        return Outcome(job=child.job, result=result, seconds=time.monotonic() - child.started)

    def close(self) -> None:
        """End what still runs, with all of its own children."""
        for wanted in (signal.SIGTERM, signal.SIGKILL):
            for child in self.running:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(child.process.pid or 0, wanted)
            deadline = time.monotonic() + TERMINATION_GRACE
            for child in self.running:
                child.process.join(max(0.0, deadline - time.monotonic()))
        self.running = []


def _child(job: Job[Result], sender: Connection) -> None:
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    os.umask(0o022)  # some repair tools write the umask into the wheel
    with Path(os.devnull).open("rb") as nothing, job.log.open("wb") as output:
        os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    # Line buffering keeps our own lines in order with those of the commands that are run.
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    log.fold_mode = "disabled"
    log.colors_enabled = False
    log.__dict__.pop("colors", None)  # computed once, perhaps for the parent's terminal

    result: Result | Failure
    try:
        result = job.run()
        log.step_end()
    except errors.FatalError as error:
        result = Failure(message=str(error).strip(), return_code=error.return_code)
    except subprocess.CalledProcessError as error:
        command = error.cmd if isinstance(error.cmd, str) else " ".join(map(str, error.cmd))
        result = Failure(message=f"exit code {error.returncode} of: {command}")
    except Exception as error:  # noqa: BLE001 - whatever it is, the other jobs go on
        traceback.print_exc()
        result = Failure(message=f"{type(error).__name__}: {error}")
    if isinstance(result, Failure):
        if log.step_active:
            log.step_end_with_error(result.message)
        else:
            log.error(result.message)
    sys.stdout.flush()
    sys.stderr.flush()
    if isinstance(result, Failure):
        # Nobody reads before the process has ended, so that all must fit into the pipe.
        result = Failure(message=result.message[:MESSAGE_LIMIT], return_code=result.return_code)
    sender.send(result)


def tail(path: Path, lines: int = 20) -> Sequence[str]:
    """The last lines of a log that are not blank, and where the first error is before them, its lines, too."""
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    said = [line for line in text.splitlines() if line.strip()]
    first = next((number for number, line in enumerate(said) if "error:" in line), len(said))
    if first >= len(said) - lines:
        return said[-lines:]
    return [*said[first : first + lines // 2], "...", *said[-lines // 2 :]]
