"""``nox -s runtimes -- [NAME...]``: bring the runtimes that are missing into the cache folder."""

from __future__ import annotations

import argparse
import fcntl
import shutil
import sys
import time
from pathlib import Path

from scripts.runtimes import table
from scripts.runtimes.place import CHECKSUMS, Place, RuntimesError, known_checksums
from scripts.runtimes.table import Runtime


def main() -> int:
    parser = argparse.ArgumentParser(prog="nox -s runtimes --", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="runtimes, or parts of their names (default: all)")
    parser.add_argument("--list", action="store_true", help="only say what there is, and what is complete")
    parser.add_argument(
        "--pin", action="store_true", help=f"write the hashes of what was downloaded into {CHECKSUMS.name}"
    )
    options = parser.parse_args()
    try:
        place = Place.find()
        chosen = table.find(options.names)
    except (RuntimesError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.list:
        for runtime in chosen:
            there = runtime.there(place)
            print(f"{runtime.name:20}{len(there)} of {len(runtime.pythons)}  {' '.join(there)}")
        return 0
    failed = bring(place, [runtime for runtime in chosen if set(runtime.there(place)) != set(runtime.pythons)])
    for runtime in chosen:
        runtime.name_launchers(place)
    if options.pin:
        print(f"written: {pin(place)}")
    return 1 if failed else 0


def bring(place: Place, missing: list[Runtime]) -> list[str]:
    """Make the runtimes; the names of those that failed. Says first what it takes."""
    if not missing:
        print(f"all of it is in {place.root}")
        return []
    megabytes = sum(runtime.megabytes for runtime in missing) + (0 if (place.root / "apt").exists() else 1300)
    minutes = sum(runtime.minutes for runtime in missing)
    place.root.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(place.root).free / 1e6
    print(
        f"{len(missing)} runtimes go into {place.root}: about {megabytes / 1000:.1f} GB ({free / 1000:.0f} GB are free) "
        f"and {minutes:.0f} minutes on two cores. Nothing is installed elsewhere. An interrupted run can be repeated.",
        flush=True,
    )
    if free < megabytes:
        print("That is more than there is: free some space, name fewer runtimes, or set RUNTIMES_DIR.", file=sys.stderr)
        return [runtime.name for runtime in missing]
    with (place.root / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another `nox -s runtimes` is at work in {place.root}: waiting until it is done", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        return make_all(place, missing)


def make_all(place: Place, missing: list[Runtime]) -> list[str]:
    failed: list[str] = []
    for number, runtime in enumerate(missing, 1):
        started = time.monotonic()
        print(f"[{number}/{len(missing)}] {runtime.name}: CPython {', '.join(runtime.pythons)}", flush=True)
        try:
            lacking = [name for name in runtime.needs if name in failed]
            if lacking:
                raise RuntimesError(f"it needs {', '.join(lacking)}")
            runtime.make(place)
        except RuntimesError as problem:
            failed.append(runtime.name)
            print(f"    FAILED: {problem}", flush=True)
        else:
            print(f"    done after {time.monotonic() - started:.0f} s", flush=True)
    if failed:
        print(f"{len(failed)} of {len(missing)} failed, see above: {', '.join(failed)}", file=sys.stderr)
    return failed


def pin(place: Place) -> Path:
    """Write ``checksums.txt`` anew: what it has, and all that was downloaded."""
    known = known_checksums()
    unpinned = place.root / "unpinned.txt"
    for line in unpinned.read_text().splitlines() if unpinned.exists() else []:
        digest, _, name = line.partition("  ")
        known[name] = digest
    head = "# SHA-256 of everything that the runtimes are made of; `nox -s runtimes -- --pin` adds what is new.\n"
    lines = [f"{digest}  {name}\n" for name, digest in sorted(known.items(), key=lambda item: item[0])]
    CHECKSUMS.write_text(head + "".join(lines), encoding="utf-8")
    unpinned.unlink(missing_ok=True)
    return CHECKSUMS


if __name__ == "__main__":
    sys.exit(main())
