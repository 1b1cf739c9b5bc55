"""Bring the pins of pyproject.toml up to date: ``nox -s update``.

The newest versions that fit together are asked of the package index, the pins are moved in place, and what moved is
printed. Zig stays: a new one is a change of the sources.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.utils import canonicalize_name

__all__ = ["moved", "newest", "pins"]

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r'"([A-Za-z][\w.-]*)((?:\[[\w,-]+\])?)==([\w.+!]+)"')
KEPT = frozenset({"ziglang"})


def pins(text: str) -> dict[str, str]:
    """The packages that a pyproject.toml pins: name, as it is written there, → version."""
    return {name: version for name, _, version in PIN.findall(text) if name not in KEPT}


def newest(names: Iterable[str]) -> dict[str, str]:
    """The newest versions that fit together. Raises CalledProcessError where there are none, uv has said why."""
    command = [
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--no-header",
        "--no-annotate",
        "--upgrade",
        "--python-version=3.13",
        "-",
    ]
    done = subprocess.run(command, input="\n".join(names), stdout=subprocess.PIPE, text=True, check=True)
    found = (line.partition("==") for line in done.stdout.splitlines())
    return {canonicalize_name(name): version.split()[0] for name, _, version in found if version}


def moved(text: str, versions: Mapping[str, str]) -> str:
    """The pyproject.toml with its pins moved to these versions, which are by canonical name."""

    def move(match: re.Match[str]) -> str:
        name, extras, version = match.groups()
        kept = name in KEPT or canonicalize_name(name) not in versions
        return f'"{name}{extras}=={version if kept else versions[canonicalize_name(name)]}"'

    return PIN.sub(move, text)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="nox -s update", description="Move the pins of pyproject.toml.")
    parser.add_argument("--only", action="append", metavar="NAME", help="move this one, and no other")
    only = parser.parse_args(argv).only
    path = ROOT / "pyproject.toml"
    before = path.read_text(encoding="utf-8")
    old = pins(before)
    if only and (unknown := set(only) - old.keys()):
        parser.error(f"pyproject.toml pins no {', '.join(sorted(unknown))}, only {', '.join(sorted(old))}")
    wanted = [name if not only or name in only else f"{name}=={version}" for name, version in old.items()]
    after = moved(before, newest(wanted))
    path.write_text(after, encoding="utf-8")
    new = pins(after)
    for name in sorted(name for name in old if old[name] != new[name]):
        print(f"{name} {old[name]} -> {new[name]}")
    print("everything is up to date" if after == before else f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
