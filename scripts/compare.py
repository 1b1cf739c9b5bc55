"""What differs between two builds of the same files."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from nano_ffi.wheels import checksums

__all__ = ["compare_folders", "differences", "published"]

LINES = 40
"""Of diffoscope's output, for one file."""


def published(folder: Path) -> dict[str, Path]:
    """The wheels and sdists in a folder, by name."""
    return {path.name: path for path in checksums.published(folder)}


def compare_folders(first: Mapping[str, Path], second: Mapping[str, Path], *, names: tuple[str, str]) -> list[str]:
    """Print for each file whether it is identical, and what differs; the names of those that are not."""
    wrong = []
    for name in sorted({*first, *second}):
        if name not in first or name not in second:
            wrong.append(name)
            print(f"{name}: only in {names[name in second]}")
            continue
        hashes = checksums.sha256(first[name]), checksums.sha256(second[name])
        if hashes[0] == hashes[1]:
            print(f"{name}: identical, {hashes[0]}")
            continue
        wrong.append(name)
        print(f"{name}: DIFFERENT, {hashes[0]} in {names[0]}, {hashes[1]} in {names[1]}")
        for line in differences(first[name], second[name]):
            print(f"    {line}")
    return wrong


def differences(first: Path, second: Path) -> list[str]:
    """What differs between two archives: their members, and what diffoscope says where it is installed."""
    one, two = members(first), members(second)
    lines = [f"{name} is in one of them only" for name in sorted(one.keys() ^ two.keys())]
    for name in sorted(one.keys() & two.keys()):
        lines += [
            f"{name}: {what} {a} and {b}" for what, a, b in zip(WHAT, one[name], two[name], strict=True) if a != b
        ]
    if list(one) != list(two) and not one.keys() ^ two.keys():
        lines.append("the members are in another order")
    if not lines:
        lines.append("the members are the same, the archives' compression or headers are not")
    tool = shutil.which("diffoscope")
    if tool is None:
        return [*lines, "diffoscope is not installed, which would say more: apt-get install diffoscope-minimal"]
    done = subprocess.run([tool, "--text=-", first, second], check=False, capture_output=True, text=True)
    said = (done.stdout or done.stderr).splitlines()
    return [*lines, *said[:LINES], *([f"… {len(said) - LINES} lines more"] if len(said) > LINES else [])]


WHAT = ("its content has the SHA-256", "its mode is", "its time is", "its owner is")


def members(path: Path) -> dict[str, tuple[str, str, str, str]]:
    """Name → hash, mode, time and owner of each member."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return {
                entry.filename: (
                    hashlib.sha256(archive.read(entry)).hexdigest(),
                    f"{entry.external_attr >> 16:o}",
                    str(entry.date_time),
                    "",
                )
                for entry in archive.infolist()
            }
    found = {}
    with tarfile.open(path) as archive:
        for entry in archive.getmembers():
            file = archive.extractfile(entry) if entry.isfile() else None
            digest = hashlib.sha256(file.read() if file else b"").hexdigest()
            owner = f"{entry.uid} {entry.gid} {entry.uname} {entry.gname}"
            found[entry.name] = (digest, f"{entry.mode:o}", str(entry.mtime), owner)
    return found
