"""``nano-ffi wheels``: cibuildwheel's command, with platforms that cross-compile, and all three of them by default."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from unittest import mock

import cibuildwheel.__main__ as cibuildwheel_command
from cibuildwheel import errors

from nano_ffi.wheels import checksums, cross
from nano_ffi.wheels.cross import Session

__all__ = ["main"]

HELP = """\
usage: nano-ffi wheels [--all-archs] [cibuildwheel's arguments]

Build the wheels that [tool.cibuildwheel] in pyproject.toml selects, for Linux, macOS and Windows, all on this machine.
Without --platform and --only all three are built. What is up to date in the output folder is kept.

  --all-archs     every architecture of each platform (--archs all)

The rest of the command line is cibuildwheel's:
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``nano-ffi wheels`` with `argv` (default: the process's). The exit code: 0, or the first failing platform's."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="nano-ffi wheels", add_help=False, allow_abbrev=False)
    parser.add_argument("--all-archs", action="store_true")
    parser.add_argument("--archs")
    parser.add_argument("--platform")
    parser.add_argument("--only")
    for flag in ("--print-build-identifiers", "--clean-cache", "--help", "-h"):
        parser.add_argument(flag, action="store_true")
    ours, _ = parser.parse_known_args(arguments)
    if ours.all_archs and (ours.archs or ours.only):
        parser.error("--all-archs cannot be combined with --archs or --only")
    if ours.all_archs:
        arguments[arguments.index("--all-archs")] = "--archs=all"
    if ours.help or ours.h:
        print(HELP)
    session = Session()
    cross.install(session)
    if ours.help or ours.h or ours.clean_cache or ours.print_build_identifiers:
        one = ours.platform or ours.only or ours.help or ours.h or ours.clean_cache
        return run(arguments) if one else first_failure(run(with_platform(arguments, name)) for name in cross.SYSTEMS)

    started = time.monotonic()
    # A request to end takes the way of Ctrl-C: the children end first, and finished wheels are kept.
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with session.resources, one_github_summary() as begin_platform:
            codes: list[int] = []
            for command in command_lines(arguments, ours, session):
                begin_platform()
                codes.append(run(command))
            return first_failure(iter(codes))
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 128 + signal.SIGINT
    finally:
        signal.signal(signal.SIGTERM, previous)
        if session.output is not None and checksums.published(session.output):
            checksums.write(session.output)
        tell_end(session, time.monotonic() - started)


def command_lines(arguments: Sequence[str], ours: argparse.Namespace, session: Session) -> list[list[str]]:
    """cibuildwheel's command line for each platform with something to build. Sets how much there is in all.

    Raises SystemExit for a wrong command line.
    """
    if ours.platform or ours.only or os.environ.get("CIBW_PLATFORM"):
        commands = [list(arguments)]
    else:
        commands = [with_platform(arguments, name) for name in cross.SYSTEMS]
    counts = [count(command) for command in commands]
    session.total = sum(number or 0 for number in counts)
    # One that cannot be counted is run, to say why. A project may well be for one platform only, but not for none.
    return [command for command, number in zip(commands, counts, strict=True) if number != 0] or commands[:1]


def with_platform(arguments: Sequence[str], name: str) -> list[str]:
    return [f"--platform={name}", *arguments]


def count(arguments: Sequence[str]) -> int | None:
    """How many wheels a command line selects; None where cibuildwheel refuses its configuration."""
    output = io.StringIO()
    with mock.patch.object(sys, "argv", ["nano-ffi wheels", *arguments, "--print-build-identifiers"]):
        try:
            with contextlib.redirect_stdout(output):
                cibuildwheel_command.main_inner(cibuildwheel_command.GlobalOptions())
        except errors.FatalError:
            return None
        except SystemExit as end:
            if end.code:
                raise
    return len(output.getvalue().split())


def run(arguments: Sequence[str]) -> int:
    """cibuildwheel's main() with this command line; its exit code."""
    try:
        with mock.patch.object(sys, "argv", ["nano-ffi wheels", *arguments]):
            cibuildwheel_command.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def first_failure(codes: Iterator[int]) -> int:
    """The first that is not 0, after all have been taken."""
    return next((code for code in list(codes) if code), 0)


@contextlib.contextmanager
def one_github_summary() -> Iterator[Callable[[], None]]:
    """Join what each platform's main() writes to GitHub's step summary: cibuildwheel overwrites the file.

    Yields what is to be called before each main().
    """
    name = "GITHUB_STEP_SUMMARY"
    summary = os.environ.get(name)
    if not summary:
        yield lambda: None
        return
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ):
        parts: list[Path] = []

        def begin() -> None:
            parts.append(Path(folder, str(len(parts))))
            os.environ[name] = str(parts[-1])

        try:
            yield begin
        finally:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.writelines(part.read_text(encoding="utf-8") for part in parts if part.exists())


def tell_end(session: Session, seconds: float) -> None:
    if session.output is None:
        return
    wheels = session.built + session.kept
    details = [f"{session.built} built", f"{session.kept} up to date"]
    if session.reused:
        details.append(f"{session.reused} served by another's")
    print(
        f"\n{wheels} wheel{'s' * (wheels != 1)} ({', '.join(details)}) in {cross.shown(session.output)} after {seconds:.1f} s",
        end="",
    )
    if session.tested or session.untested:
        print(f"; {session.tested} tested", end="")
        if session.untested:
            print(f", {session.untested} not (no interpreter for them on this machine)", end="")
    print()
    if session.failed:
        print(f"{len(session.failed)} failed: {', '.join(session.failed)}")
