"""``nano-ffi wheels``: cibuildwheel's command, with platforms that cross-compile, and three of them by default."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from unittest import mock

import cibuildwheel.__main__ as cibuildwheel_command
import tomllib
from cibuildwheel import errors

from nano_ffi.wheels import checksums, cross
from nano_ffi.wheels.cross import Session

__all__ = ["main"]

HELP = """\
usage: nano-ffi wheels [--all-archs] [--shard K/N] [--force] [--fail-fast] [--state FOLDER] [--runtimes FOLDER]
                       [--debug-symbols FOLDER] [cibuildwheel's arguments]

Build the wheels that [tool.cibuildwheel] in pyproject.toml selects, for Linux, macOS and Windows, all on this machine.
Without --platform and --only all three are built. What is up to date in the output folder is kept.
With --platform android: for CPython's Android, 3.13 and later.

  --all-archs     every architecture of each platform (--archs all)
  --shard K/N     the K-th of N parts, for N machines; together they make what one machine makes, byte for byte
  --force         build what is up to date, too
  --fail-fast     stop at the first wheel that fails
  --state FOLDER  where logs are, and what is known of the last run (build/wheels of the project)
  --runtimes FOLDER
                  test wheels of other systems, too: by commands of their names, cp313-win_amd64, each a CPython
  --debug-symbols FOLDER
                  put the debug information of each wheel there, as an archive of its name: for Linux and Windows
  --explain       say what would be built, how, and what stands in the way

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
    own = argparse.ArgumentParser(prog="nano-ffi wheels", add_help=False, allow_abbrev=False)
    own.add_argument("--shard", type=parse_shard)  # these are what cibuildwheel must not see
    own.add_argument("--force", action="store_true")
    own.add_argument("--fail-fast", action="store_true")
    own.add_argument("--explain", action="store_true")
    own.add_argument("--state", type=Path)
    own.add_argument("--runtimes", type=Path)
    own.add_argument("--debug-symbols", type=Path)
    own.add_argument("--config-file")
    own_options, arguments = own.parse_known_args(arguments)
    if configuration := own_options.config_file:
        # Of a source distribution cibuildwheel would look for it where that is unpacked.
        named = configuration if "{" in configuration else Path(configuration).resolve()
        arguments = [f"--config-file={named}", *arguments]
    if ours.help or ours.h:
        print(HELP)
    session = Session(
        force=own_options.force,
        fail_fast=own_options.fail_fast,
        explain=own_options.explain,
        state=own_options.state.resolve() if own_options.state else None,
        runtimes=own_options.runtimes.resolve() if own_options.runtimes else None,
        symbols=own_options.debug_symbols.resolve() if own_options.debug_symbols else None,
    )
    cross.install(session)
    if ours.help or ours.h or ours.clean_cache:
        return run(arguments)
    if problem := malformed(arguments) or cross.environment_problem():
        parser.error(problem)
    if configuration and "{" not in configuration and not Path(configuration).is_file():
        parser.error(f"--config-file {configuration}: there is no such file")
    if session.runtimes and not session.runtimes.is_dir():
        parser.error(f"--runtimes {own_options.runtimes}: there is no such folder")
    commands = one_per_platform(arguments, ours)
    if own_options.shard:
        try:
            session.part = part([name for command in commands for name in selected(command) or []], own_options.shard)
        except ValueError as error:
            parser.error(str(error))
    if ours.print_build_identifiers:
        return first_failure(run(command) for command in commands)

    if cpu := os.environ.get("NANO_FFI_CPU"):
        print(
            f"NANO_FFI_CPU={cpu} is for modules of this machine, and left out: wheels are for each platform's baseline."
        )
    started = time.monotonic()
    # A request to end takes the way of Ctrl-C: the children end first, and finished wheels are kept.
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with session.resources, one_github_summary() as begin_platform:
            codes: list[int] = []
            for command in with_something_to_build(commands, session):
                begin_platform()
                codes.append(run(command))
                if session.fail_fast and codes[-1]:
                    break
            return first_failure(iter(codes))
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 128 + signal.SIGINT
    finally:
        signal.signal(signal.SIGTERM, previous)
        if session.output is not None and checksums.published(session.output):
            checksums.write(session.output)
        tell_end(session, time.monotonic() - started)


def malformed(arguments: Sequence[str]) -> str:
    """What is wrong in a pyproject.toml of the command line's, or with a source distribution; empty where all can be read."""
    for path in map(Path, arguments):
        if path.name.endswith(".tar.gz") and not path.is_file():
            return f"there is no file {path}"
    for folder in ("", *(argument for argument in arguments if Path(argument).is_dir())):
        pyproject = Path(folder, "pyproject.toml")
        try:
            tomllib.loads(pyproject.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            return f"{pyproject}: {error}"
    return ""


def parse_shard(text: str) -> tuple[int, int]:
    """``2/4`` as (2, 4). Raises ArgumentTypeError."""
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    number, shards = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= shards:
        raise argparse.ArgumentTypeError(f"{text!r} is not K/N with K from 1 to N, as 2/4")
    return number, shards


def part(identifiers: Sequence[str], shard: tuple[int, int]) -> frozenset[str]:
    """The identifiers of a shard: whole platforms, so that a shard compiles for its CPythons at once, as one machine does.

    Raises ValueError where there are more shards than platforms.
    """
    number, shards = shard
    platforms = list(dict.fromkeys(identifier.partition("-")[2] for identifier in identifiers))
    if shards > len(platforms):
        raise ValueError(
            f"--shard {number}/{shards}: {len(platforms)} platforms are selected, which no more than so many machines "
            "can share"
        )
    mine = platforms[number - 1 :: shards]
    return frozenset(identifier for identifier in identifiers if identifier.partition("-")[2] in mine)


def one_per_platform(arguments: Sequence[str], ours: argparse.Namespace) -> list[list[str]]:
    """cibuildwheel's command line for each platform."""
    if ours.platform or ours.only or os.environ.get("CIBW_PLATFORM"):
        return [list(arguments)]
    return [with_platform(arguments, name) for name in cross.BY_DEFAULT]


def with_something_to_build(commands: Sequence[list[str]], session: Session) -> Sequence[list[str]]:
    """The command lines that select a wheel. Sets how many they select in all.

    Raises SystemExit for a wrong command line.
    """
    identifiers = [selected(command) for command in commands]
    session.total = sum(len(names or []) for names in identifiers)
    # One that cannot be counted is run, to say why. A project may well be for one platform only, but not for none.
    return [command for command, names in zip(commands, identifiers, strict=True) if names != []] or commands[:1]


def with_platform(arguments: Sequence[str], name: str) -> list[str]:
    return [f"--platform={name}", *arguments]


def selected(arguments: Sequence[str]) -> list[str] | None:
    """The identifiers that a command line selects; None where cibuildwheel refuses its configuration."""
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
    return output.getvalue().split()


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
    if names := session.without_symbols:
        print(
            f"No debug symbols for {cross.some(names)}: there are none of macOS, and none but of modules that nano-ffi's "
            "build hook compiles"
        )
    if session.failed:
        print(f"{len(session.failed)} failed: {', '.join(session.failed)}")
