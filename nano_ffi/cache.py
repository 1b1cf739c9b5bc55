"""``nano-ffi cache``: what is kept of what was built, and how to be rid of it."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from nano_ffi.switches import SettingsError, cache_folder

__all__ = ["main"]

PARTS = {
    "modules": "extension modules of Zig files",
    "texts": "what was given to loads() and %%zig",
    "packages": "dependencies of build.zig.zon files",
    "tools": "programs made of nano_ffi's own Zig files",
    "zig": "Zig's own cache",
}
"""The folders in the cache. Others there, of nox or of runtimes, are not of this command."""

DAY = 24 * 60 * 60


def main(argv: Sequence[str]) -> int:
    """Show what is kept, or remove it."""
    parser = argparse.ArgumentParser(
        prog="nano-ffi cache",
        description="Show the folder of what was built, and what lies in it; or remove that. What is removed is built "
        "anew when it is asked for: run this while nothing is being built.",
        epilog="The exit code is 0, or 1 where something could not be removed, or 2 for a wrong command line.",
    )
    parser.add_argument("--clean", action="store_true", help="remove what is kept")
    parser.add_argument(
        "--older-than", type=days, metavar="DAYS", help="with --clean: only what was built more than this many days ago"
    )
    given = parser.parse_args(argv)
    if given.older_than is not None and not given.clean:
        parser.error("--older-than says what --clean removes")
    try:
        root = Path(cache_folder())
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    before = time.time() - DAY * (given.older_than or 0)
    total, left = 0, list[Path]()
    print(root)
    for name, what in PARTS.items():
        # Zig's own cache refers from one of its folders to another: it is kept or goes as a whole.
        entries = [root / name] if name == "zig" and (root / name).exists() else children(root / name)
        if given.clean:
            entries = [entry for entry in entries if given.older_than is None or changed(entry) < before]
        size = sum(map(size_of, entries))
        total += size
        print(f"  {name:10}{len(entries):>7}{size / 1e6:>10.1f} MB  {what}")
        if given.clean:
            for entry in entries:
                shutil.rmtree(entry, ignore_errors=True)  # Windows keeps a module that is loaded
            left += [entry for entry in entries if entry.exists()]
    print(f"{'removed' if given.clean else 'together'}: {total / 1e6:.1f} MB")
    for entry in left:
        print(f"could not be removed: {entry}", file=sys.stderr)
    return min(len(left), 1)


def days(text: str) -> float:
    number = float(text)
    if not 0 <= number < 1e6:
        raise ValueError
    return number


def children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def files(entry: Path) -> list[Path]:
    return [path for path in entry.rglob("*") if path.is_file() and not path.is_symlink()]


def size_of(entry: Path) -> int:
    return sum(path.stat().st_size for path in files(entry))


def changed(entry: Path) -> float:
    """When the newest of its files was written."""
    return max((path.stat().st_mtime for path in files(entry)), default=0.0)
