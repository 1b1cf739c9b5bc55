"""``SHA256SUMS``: the hash of every file that is published, beside the files, as ``sha256sum --check`` reads it.

Only the standard library is imported here, so that a session of nox can run this file as a script.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sys
from pathlib import Path

__all__ = ["FILE_NAME", "differences", "published", "read", "record_hash", "sha256", "write"]

FILE_NAME = "SHA256SUMS"


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def record_hash(content: bytes) -> str:
    """The hash of a member of a wheel as its RECORD has it: ``sha256=`` and unpadded URL-safe base64."""
    return f"sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()}"


def published(folder: Path) -> list[Path]:
    """The wheels and sdists in `folder`, by name."""
    return sorted([*folder.glob("*.whl"), *folder.glob("*.tar.gz")], key=lambda path: path.name)


def write(folder: Path) -> Path:
    """List what is in `folder` now in ``SHA256SUMS``, which is replaced in one step; its path."""
    lines = [f"{sha256(path)}  {path.name}\n" for path in published(folder)]
    new = folder / f".{FILE_NAME}.{os.getpid()}.part"
    new.write_text("".join(lines), encoding="utf-8")
    return new.replace(folder / FILE_NAME)


def read(path: Path) -> dict[str, str]:
    """File name → SHA-256 in hexadecimal. Raises ValueError, with the line, where it is not ``HASH  NAME``."""
    listed = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = re.fullmatch(r"([0-9a-f]{64}) [ *]([^/]+)", line)
        if match is None:
            raise ValueError(f"line {number} is {line!r}, expected the SHA-256, two spaces and a file's name")
        listed[match[2]] = match[1]
    return listed


def differences(folder: Path) -> list[str]:
    """What in `folder` is not as its ``SHA256SUMS`` says, a sentence each. Raises ValueError as `read` does."""
    listed = read(folder / FILE_NAME)
    actual = {path.name: sha256(path) for path in published(folder)}
    return [
        *(f"lists {name}, which is not there" for name in sorted(listed.keys() - actual.keys())),
        *(f"does not list {name}" for name in sorted(actual.keys() - listed.keys())),
        *(
            f"says {listed[name]} of {name}, which has {actual[name]}"
            for name in sorted(listed.keys() & actual.keys())
            if listed[name] != actual[name]
        ),
    ]


def main(argv: list[str]) -> int:
    """``[--check] FOLDER``: write its ``SHA256SUMS``, or say what is not as that says."""
    folder = Path(argv[-1])
    if "--check" not in argv:
        print(f"written: {write(folder)}")
        return 0
    try:
        problems = differences(folder)
    except (OSError, ValueError) as error:
        problems = [f"cannot be read: {error}"]
    for problem in problems:
        print(f"{folder / FILE_NAME}: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
