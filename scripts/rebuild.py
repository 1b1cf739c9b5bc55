"""``nox -s rebuild -- VERSION``: build a release again from its tag, and compare it with what was published.

Published files come from a folder, or from an index (its simple API, PEP 503 or PEP 691). The build is that of the
tag's own tools, in an environment of its own, with the time of the tag's commit.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from nano_ffi.wheels.claim import claim_of
from nano_ffi.wheels.targets import Target
from scripts.compare import compare_folders, published

ROOT = Path(__file__).resolve().parent.parent
PROJECT = "nano-ffi"
ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"


class RebuildError(Exception):
    """Why there is nothing to compare; the text says the remedy."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="nox -s rebuild --", description=__doc__)
    parser.add_argument("version", help="0.2.0")
    default = str(ROOT / "wheelhouse")
    parser.add_argument("--published", default=default, metavar="URL|FOLDER", help="an index, or a folder (wheelhouse)")
    parser.add_argument("--ref", help="the commit that was published (default: the tag vVERSION)")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="rebuild-") as temporary:
            return compare(Path(temporary), options.version, options.published, options.ref or f"v{options.version}")
    except RebuildError as error:
        print(error, file=sys.stderr)
        return 2


def compare(temporary: Path, version: str, where: str, ref: str) -> int:
    theirs = fetch(where, version, temporary / "published")
    print(f"{len(theirs)} files of {version} are published in {where}; building {ref} again", flush=True)
    output = build(temporary, ref, theirs)
    wrong = compare_folders(theirs, published(output), names=("what is published", "the build"))
    print(f"{len(theirs) - len(wrong)} of {len(theirs)} published files are identical to a build of {ref}")
    return 1 if wrong else 0


def is_of(name: str, version: str) -> bool:
    try:
        parsed = parse_sdist_filename(name)[:2] if name.endswith(".gz") else parse_wheel_filename(name)[:2]
    except (InvalidSdistFilename, InvalidWheelFilename):
        return False
    return (parsed[0], str(parsed[1])) == (PROJECT, version)


def fetch(where: str, version: str, folder: Path) -> dict[str, Path]:
    """The published files. Raises RebuildError where there are none."""
    if not re.match(r"https?://", where):
        found = {name: path for name, path in published(Path(where)).items() if is_of(name, version)}
        if not found:
            raise RebuildError(f"{where} holds no file of {PROJECT} {version}: name a folder or an index")
        return found
    folder.mkdir()
    page = f"{where.rstrip('/')}/{PROJECT}/"
    for name, (url, digest) in links(page).items():
        if is_of(name, version):
            with urllib.request.urlopen(url) as response:
                data = response.read()
            if digest and hashlib.sha256(data).hexdigest() != digest:
                raise RebuildError(f"{url} has not the SHA-256 {digest} that {page} says: the index is damaged")
            (folder / name).write_bytes(data)
    if not (found := published(folder)):
        raise RebuildError(f"{page} has no file of {PROJECT} {version}")
    return found


def links(page: str) -> dict[str, tuple[str, str]]:
    """File name → address and SHA-256 (or nothing), of a project's page in an index."""
    request = urllib.request.Request(page, headers={"Accept": ACCEPT})
    with urllib.request.urlopen(request) as response:
        text, kind = response.read().decode(), response.headers.get_content_type()
    if kind.endswith("json"):
        files = json.loads(text)["files"]
        return {f["filename"]: (urllib.parse.urljoin(page, f["url"]), f["hashes"].get("sha256", "")) for f in files}
    found: dict[str, tuple[str, str]] = {}

    class Page(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            href = dict(attrs).get("href") if tag == "a" else None
            if href:
                url, _, fragment = urllib.parse.urljoin(page, href).partition("#")
                name = urllib.parse.unquote(url.rpartition("/")[2])
                found[name] = (url, fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else "")

    Page().feed(text)
    return found


def build(temporary: Path, ref: str, theirs: dict[str, Path]) -> Path:
    """Build the same files from `ref`; the folder of what came out. Raises RebuildError."""
    source, output, venv = temporary / "source", temporary / "output", temporary / "venv"
    source.mkdir()
    archive = temporary / "source.tar"
    call("git", "-C", ROOT, "archive", "--format=tar", f"--output={archive}", ref)
    call("tar", "xf", archive, "-C", source)
    epoch = call("git", "-C", ROOT, "log", "-1", "--format=%ct", ref).strip()
    uv = shutil.which("uv")
    if uv is None:
        raise RebuildError("uv is missing: use `nox -s rebuild`")
    call(uv, "venv", "--quiet", "--python", sys.executable, venv)
    python = venv / "bin" / "python"
    call(uv, "pip", "install", "--quiet", "--python", python, f"{source}[wheels]")
    wheels = [name for name in theirs if name.endswith(".whl")]
    claims = [claim_of(parse_wheel_filename(name)[3]) for name in wheels]
    identifiers = [Target(python=claim.python, platform=claim.platform).identifier for claim in claims]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("CIBW_", "VIRTUAL_ENV"))},
        "SOURCE_DATE_EPOCH": epoch,
        "CIBW_BUILD": " ".join(identifiers),
        "CIBW_TEST_COMMAND": "",
        "PATH": f"{venv}/bin{os.pathsep}{os.environ['PATH']}",
    }
    if wheels:
        call(
            python,
            "-P",
            "-m",
            "nano_ffi",
            "wheels",
            "--all-archs",
            f"--output-dir={output}",
            cwd=source,
            env=environment,
        )
    if len(wheels) < len(theirs):
        options = ("--installer=uv", "--sdist", f"--outdir={output}")
        # As `nox -s sdist` builds it: scikit-build-core has a time of its own for what is in it.
        del environment["SOURCE_DATE_EPOCH"]
        call(python, "-P", "-m", "build", *options, cwd=source, env=environment)
    return output


def call(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """Standard output of a command. Raises RebuildError with the end of what it said."""
    done = subprocess.run(command, check=False, cwd=cwd, env=env, capture_output=True, text=True)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-30:])
        raise RebuildError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{said}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
