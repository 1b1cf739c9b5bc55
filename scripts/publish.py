"""Publish the wheels and the sdist of a tagged commit: ``nox -s publish``.

Refused are a working tree with changes, a commit without its version's tag, one that is not on main or has nothing in
the changelog, and files that are not complete, not what they claim, or not of this commit. What the index has already
is left out, so that a publication that was cut off is completed by the same command.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import parse_sdist_filename, parse_wheel_filename

from nano_ffi.wheels import checksums, targets
from scripts import changelog
from scripts.changelog import ProjectError
from scripts.tag import check_commit, git

__all__ = ["UPLOAD", "Repository", "published"]

ROOT = Path(__file__).resolve().parent.parent
NAME = "nano-ffi"
UPLOAD = ("upload", "--disable-progress-bar")
"""twine's arguments, also in .github/workflows/release.yml."""


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A package index: where files are uploaded to, and where installers find them (PEP 503, PEP 691)."""

    upload: str
    simple: str

    @classmethod
    def of(cls, name: str, simple: str | None) -> Repository:
        """Of ``pypi``, ``testpypi`` or an URL. Raises ProjectError."""
        if name in KNOWN:
            return KNOWN[name]
        if not re.match(r"https?://", name):
            raise ProjectError(f"no repository {name!r}: expected {', '.join(KNOWN)} or an URL")
        # devpi's place, which is the usual index on one's own machine
        return cls(upload=name, simple=simple or f"{name.rstrip('/')}/+simple/")


KNOWN = {
    "pypi": Repository(upload="https://upload.pypi.org/legacy/", simple="https://pypi.org/simple/"),
    "testpypi": Repository(upload="https://test.pypi.org/legacy/", simple="https://test.pypi.org/simple/"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="nox -s publish --", description=__doc__, allow_abbrev=False)
    parser.add_argument("--repository", default="pypi", help="pypi, testpypi, or an URL to upload to (default: pypi)")
    parser.add_argument("--simple", metavar="URL", help="where installers find what is uploaded to another URL")
    parser.add_argument("--wheelhouse", type=Path, default=ROOT / "wheelhouse", help="folder of the files")
    parser.add_argument("--all-archs", action="store_true", help="the second tier belongs to the set, too")
    parser.add_argument("--dry-run", action="store_true", help="check everything, say what would go where, end there")
    options = parser.parse_args()
    try:
        publish(ROOT, options)
    except ProjectError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    return 0


def publish(root: Path, options: argparse.Namespace) -> None:
    repository = Repository.of(options.repository, options.simple)
    version = changelog.project_version(root)
    check_commit(root, version)
    files = check_sums(options.wheelhouse)
    check_release(files, version)
    there = published(repository, files)
    missing = [name for name in files if name not in there]
    say(f"{repository.simple}{NAME}/ has {len(there)} of them")
    check_sources(root, options.wheelhouse, files)
    check_claims(root, options.wheelhouse, files, all_archs=options.all_archs)
    check_built_again(root, options.wheelhouse, files)
    if options.dry_run:
        print(f"Would upload to {repository.upload}:")
        for name in missing:
            print(f"  {files[name]}  {name}  ({(options.wheelhouse / name).stat().st_size / 1000:.0f} kB)")
        print(f"{len(missing)} files, with: twine {' '.join(UPLOAD)}. Nothing was uploaded.")
        return
    if missing:
        upload(repository, [options.wheelhouse / name for name in missing], files)
    print(f"{len(files)} files of {NAME} {version} are on {repository.upload}, {len(missing)} of them uploaded now")


# The files


def check_sums(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file by its name, the sdist last: until it is there, nobody's installer builds from sources.

    Raises ProjectError where SHA256SUMS says otherwise.
    """
    sums = folder / checksums.FILE_NAME
    if not sums.is_file():
        raise ProjectError(f"{sums} is missing: `nox -s wheels sdist` writes it, with what it lists")
    try:
        problems = checksums.differences(folder)
        files = checksums.read(sums)
    except ValueError as error:
        raise ProjectError(f"{sums}: {error}") from error
    if problems:
        raise ProjectError(
            f"{sums} {problems[0]}: build it again with `nox -s wheels sdist`, or copy it again from where it was built"
        )
    say(f"{len(files)} files are as {sums} says")
    return dict(sorted(files.items(), key=lambda item: (item[0].endswith(".tar.gz"), item[0])))


def check_release(files: dict[str, str], version: str) -> None:
    """Raises ProjectError where a file is of another release, or the sdist is missing."""
    for name in files:
        project, of = (parse_sdist_filename(name) if name.endswith(".tar.gz") else parse_wheel_filename(name))[:2]
        if (project, str(of)) != (NAME, version):
            raise ProjectError(f"{name} does not belong to {version}: take it out of the folder")
    if not any(name.endswith(".tar.gz") for name in files):
        raise ProjectError("there is no sdist: `nox -s sdist` builds it")


def check_sources(root: Path, folder: Path, files: dict[str, str]) -> None:
    """Raises ProjectError where a file holds something else than the sources of HEAD, or was not built at it."""
    tracked = set(git(root, "ls-files").splitlines())
    committed = int(git(root, "log", "-1", "--format=%ct"))
    stamp = time.gmtime(committed - committed % 2)[:6]  # zip files count in twos
    for name in files:
        try:
            content = list(sources(folder / name))
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error, tarfile.TarError) as error:
            raise ProjectError(
                f"{name} cannot be unpacked ({error}): build it again with `nox -s wheels sdist`"
            ) from error
        for member, data, when in content:
            if member not in tracked or (root / member).read_bytes() != data:
                raise ProjectError(f"{name} is not of this commit, its {member} differs: build it again")
            if when not in {None, stamp}:
                raise ProjectError(f"{name} was not built at this commit, by the time in it: build it again")
    say(f"every source in them is that of {git(root, 'rev-parse', '--short', 'HEAD').strip()}")


def sources(path: Path) -> Iterator[tuple[str, bytes, tuple[int, ...] | None]]:
    """What a distribution took from the repository: path there, content, and in a wheel the time."""
    if path.name.endswith(".tar.gz"):
        with tarfile.open(path) as archive:
            for entry in archive:
                inner = entry.name.partition("/")[2]
                stream = archive.extractfile(entry)
                if stream and inner != "PKG-INFO":
                    yield inner, stream.read(), None
        return
    with zipfile.ZipFile(path) as wheel:
        for info in wheel.infolist():
            if info.is_dir() or not info.filename.startswith("nano_ffi/"):
                continue
            if not re.search(r"/_native\.[^/]*(so|pyd)$", info.filename):
                yield re.sub("^nano_ffi/zig/", "src/", info.filename), wheel.read(info), info.date_time


def check_claims(root: Path, folder: Path, files: dict[str, str], *, all_archs: bool) -> None:
    """Raises ProjectError with what `nano-ffi verify` or twine refuses, a set that is not complete among it."""
    wheels = [str(folder.resolve() / name) for name in files if name.endswith(".whl")]
    arguments = ["--complete", *(["--all-archs"] if all_archs else [])]
    say(nano_ffi(root, "verify", *arguments, *wheels).strip().splitlines()[-1])
    sdists = [str(folder / name) for name in files if name.endswith(".tar.gz")]
    done = subprocess.run([*TWINE, "check", "--strict", *sdists], check=False, capture_output=True, text=True)
    if done.returncode:
        raise ProjectError(f"twine check: {done.stdout.strip()}{done.stderr.strip()}")


def check_built_again(root: Path, folder: Path, files: dict[str, str]) -> None:
    """Build this machine's wheel once more. Raises ProjectError where that gives other bytes."""
    identifier = targets.native().identifier
    with tempfile.TemporaryDirectory() as temporary:
        # In a clone there are no records of earlier builds, by which nothing would be built.
        clone, new = Path(temporary, "clone"), Path(temporary, "new")
        git(root, "clone", "--quiet", "--shared", str(root), str(clone))
        nano_ffi(clone, "wheels", "--only", identifier, "--output-dir", str(new))
        (wheel,) = new.glob("*.whl")
        if wheel.name not in files:
            say(f"there is no {wheel.name} to be built again")
            return
        if (digest := checksums.sha256(wheel)) != files[wheel.name]:
            raise ProjectError(
                f"{wheel.name} was not built from this commit, which gives another one (SHA-256 {digest}): "
                "build it again with `nox -s wheels`"
            )
    say(f"{wheel.name} was built again: the same bytes")


def nano_ffi(root: Path, *arguments: str) -> str:
    """What the command says. Raises ProjectError with it where it fails."""
    command = [sys.executable, "-P", "-m", "nano_ffi", *arguments]
    done = subprocess.run(command, check=False, cwd=root, capture_output=True, text=True)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise ProjectError("\n  ".join([f"nano-ffi {arguments[0]} refuses:", *lines[-20:]]))
    return done.stdout


# The index


TWINE = (sys.executable, "-P", "-m", "twine")


def published(repository: Repository, files: dict[str, str]) -> dict[str, str]:
    """Those of the files that the index has, with their SHA-256.

    Raises ProjectError where it cannot be asked, and where one of that name has other bytes.
    """
    url = f"{repository.simple}{NAME}/"
    request = urllib.request.Request(url, headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            found = {entry["filename"]: entry["hashes"].get("sha256", "") for entry in json.load(answer)["files"]}
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != 404:
            raise ProjectError(f"{url} answers {error.code} {error.reason}") from error
        found = {}
    except (OSError, ValueError, KeyError) as error:
        raise ProjectError(f"{url} cannot be asked what it has: {error}") from error
    for name in found.keys() & files.keys():
        if found[name] != files[name]:
            raise ProjectError(
                f"{name} is published with other bytes (SHA-256 {found[name]}, here {files[name]}), and a published "
                "file cannot be changed: `nox -s bump` to another version"
            )
    return {name: digest for name, digest in found.items() if name in files}


def upload(repository: Repository, paths: Sequence[Path], files: dict[str, str]) -> None:
    """Raises ProjectError, saying what has arrived, where twine fails."""
    command = [*TWINE, *UPLOAD, f"--repository-url={repository.upload}"]
    if not sys.stdin.isatty():
        command.append("--non-interactive")
    # Some failures of a connection leave twine as a traceback, of which the last line is the message.
    done = subprocess.run(
        command + [str(path) for path in paths],
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    lines = done.stderr.strip().splitlines()
    print("\n".join(lines[-1:] if "Traceback (most recent call last):" in lines else lines), file=sys.stderr)
    if not done.returncode:
        missing = files.keys() - published(repository, files).keys()
        if missing:
            raise ProjectError(f"twine says that all was uploaded, but {min(missing)} is not on {repository.simple}")
        return
    try:
        state = f"{len(published(repository, files))} of {len(files)} files are published, each of them whole"
    except ProjectError as error:
        state = str(error)
    raise ProjectError(f"the upload failed, see above; {state}. Run the same command again: it uploads the rest.")


def say(message: str) -> None:
    print(message, flush=True)


if __name__ == "__main__":
    sys.exit(main())
