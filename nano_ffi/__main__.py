"""The ``nano-ffi`` command, also ``python -m nano_ffi``."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["main"]


@dataclass(frozen=True, kw_only=True)
class Subcommand:
    """A module with ``main(argv) -> int``, and the extra that brings what it imports."""

    module: str
    extra: str
    python: tuple[int, int]
    help: str
    forks: bool = False


SUBCOMMANDS = {
    "wheels": Subcommand(
        module="nano_ffi.wheels.command",
        extra="wheels",
        python=(3, 11),
        help="build wheels for Linux, macOS and Windows on this machine",
        forks=True,
    ),
    "verify": Subcommand(
        module="nano_ffi.wheels.verify",
        extra="wheels",
        python=(3, 11),
        help="compare what wheels claim with what their bytes say",
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand with the rest of `argv` (default: the process's). Returns its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="nano-ffi",
        description="Call Zig functions from Python, and ship them to every platform from one machine.",
        epilog="Each command tells its own arguments: nano-ffi COMMAND --help",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, subcommand in SUBCOMMANDS.items():
        commands.add_parser(name, help=subcommand.help, add_help=False)
    # The rest of the line is the subcommand's own, also what this parser would take for its own.
    name = parser.parse_args(arguments[:1]).command
    return run(name, SUBCOMMANDS[name], arguments[1:])


def run(name: str, subcommand: Subcommand, arguments: Sequence[str]) -> int:
    remedy = f'pip install "nano-ffi[{subcommand.extra}]"'
    if sys.version_info < subcommand.python:
        needed = ".".join(map(str, subcommand.python))
        print(
            f"nano-ffi {name} needs Python {needed} or later to run (it builds for earlier ones); there: {remedy}",
            file=sys.stderr,
        )
        return 2
    if subcommand.forks and not hasattr(os, "fork"):
        where = "run it on Linux or macOS, or in the Windows Subsystem for Linux"
        print(f"nano-ffi {name} needs an operating system with fork(): {where}", file=sys.stderr)
        return 2
    try:
        module = importlib.import_module(subcommand.module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "nano_ffi":
            raise
        missing = error.name.partition(".")[0]
        print(f"nano-ffi {name} needs {missing}, which is not installed: {remedy}", file=sys.stderr)
        return 2
    code: int = module.main(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main())
