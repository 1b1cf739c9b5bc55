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
    """A function ``(argv) -> int`` of a module, and the extra that brings what that imports."""

    module: str
    function: str = "main"
    extra: str
    python: tuple[int, int] = (3, 10)
    help: str
    forks: bool = False


SUBCOMMANDS = {
    "new": Subcommand(
        module="nano_ffi.commands",
        function="new",
        extra="zig",
        help="make a project with a Zig module, tests and wheels",
    ),
    "build": Subcommand(
        module="nano_ffi.commands", function="build", extra="zig", help="compile Zig files to extension modules"
    ),
    "stubs": Subcommand(
        module="nano_ffi.commands",
        function="stubs",
        extra="zig",
        help="write the type stubs of Zig files, or check them",
    ),
    "explain": Subcommand(
        module="nano_ffi.commands", function="explain_", extra="zig", help="say what is left out of a module, and why"
    ),
    "test": Subcommand(module="nano_ffi.commands", function="test", extra="zig", help="run the tests in Zig files"),
    "doctor": Subcommand(
        module="nano_ffi.commands", function="doctor", extra="zig", help="say what is missing, and how to get it"
    ),
    "watch": Subcommand(
        module="nano_ffi.commands",
        function="watch",
        extra="zig",
        help="build modules as soon as they change, before they are imported",
    ),
    "editor": Subcommand(
        module="nano_ffi.commands",
        function="editor",
        extra="zig",
        help="write what editors, the language server ZLS and debuggers need",
    ),
    "cache": Subcommand(module="nano_ffi.cache", extra="zig", help="show what is kept of what was built, or remove it"),
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
    code: int = getattr(module, subcommand.function)(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main())
