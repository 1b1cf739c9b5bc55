"""``SHA256SUMS`` beside the wheels."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nano_ffi.wheels import checksums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a-1.0-py3-none-any.whl", "a-1.0.tar.gz", "notes.txt"):
        (tmp_path / name).write_text(name)
    return tmp_path


def test_what_is_published_is_listed(folder: Path) -> None:
    names = ["a-1.0-py3-none-any.whl", "a-1.0.tar.gz"]
    path = checksums.write(folder)
    assert path == folder / "SHA256SUMS"
    assert path.read_text() == "".join(f"{hashlib.sha256(name.encode()).hexdigest()}  {name}\n" for name in names)
    assert list(checksums.read(path)) == names
    assert checksums.differences(folder) == []
    if sha256sum := shutil.which("sha256sum"):
        subprocess.run([sha256sum, "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    assert not list(folder.glob(".*"))


def test_differences_are_named(folder: Path) -> None:
    checksums.write(folder)
    old, new = (hashlib.sha256(text).hexdigest() for text in (b"a-1.0.tar.gz", b"changed"))
    (folder / "a-1.0.tar.gz").write_text("changed")
    (folder / "a-1.0-py3-none-any.whl").rename(folder / "b-1.0-py3-none-any.whl")
    assert checksums.differences(folder) == [
        "lists a-1.0-py3-none-any.whl, which is not there",
        "does not list b-1.0-py3-none-any.whl",
        f"says {old} of a-1.0.tar.gz, which has {new}",
    ]


def test_the_file_is_a_script(folder: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        script = [sys.executable, checksums.__file__, *arguments, str(folder)]
        done = subprocess.run(script, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.replace(str(folder), "FOLDER")

    code, said = run("--check")
    assert (code, "FOLDER/SHA256SUMS: cannot be read: " in said) == (1, True)
    assert run() == (0, "written: FOLDER/SHA256SUMS\n")
    assert run("--check") == (0, "")
    (folder / "a-1.0.tar.gz").unlink()
    assert run("--check") == (1, "FOLDER/SHA256SUMS: lists a-1.0.tar.gz, which is not there\n")


def test_a_file_that_is_no_list_is_refused(folder: Path) -> None:
    (folder / "SHA256SUMS").write_text("nonsense\n")
    with pytest.raises(ValueError, match=r"^line 1 is 'nonsense', expected the SHA-256, two spaces and a file's name$"):
        checksums.differences(folder)
