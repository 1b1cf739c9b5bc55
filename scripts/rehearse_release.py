"""Rehearse a release on this machine alone, to the last byte: ``nox -s rehearse``.

HEAD is cloned, bumped, tagged and built as for a release, and published to an index on loopback by the code that
publishes; uploads are cut, refused and repeated; what arrived is installed by pip and by uv, resolved for every
platform, compared by its hashes and tested; and .github/workflows/release.yml runs by itself. Everything is written to
build/rehearsal/, where a second rehearsal of the same commit finds what was built.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.version import Version

from scripts import changelog, pythons, workflow
from scripts.loopback import PASSWORD, USER, Index, Proxy

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "rehearsal"
CUT_AFTER = 2_000_000
"""Bytes of uploads, some files and a part, after which the connection is cut, and the server killed."""


class RehearsalError(Exception):
    """What is not as it must be in a release."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="nox -s rehearse --", description=__doc__, allow_abbrev=False)
    parser.add_argument("--without", nargs="*", default=[], choices=["install", "suite", "workflow"], help="leave out")
    options = parser.parse_args()
    rehearsal = Rehearsal(set(options.without))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))  # the index is stopped on the way out
    started = time.monotonic()
    try:
        rehearsal.run()
    except (RehearsalError, RuntimeError, OSError, subprocess.SubprocessError) as error:
        print(f"\nERROR: {error}\nThe logs: {FOLDER / 'logs'}", file=sys.stderr)
        return 1
    print(f"\nThe release was rehearsed in {time.monotonic() - started:.0f} s; the logs: {FOLDER / 'logs'}")
    return 0


class Rehearsal:
    """One release, from the clone to what users install."""

    def __init__(self, without: set[str]) -> None:
        self.without = without
        self.clone = FOLDER / "clone"
        self.logs = FOLDER / "logs"
        self.version = ""
        self.files: dict[str, str] = {}
        """SHA-256 by name, in the order of the uploads."""
        self.nox_ran: set[str] = set()

    def run(self) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir()
        self.prepare()
        self.build()
        shutil.rmtree(FOLDER / "index", ignore_errors=True)
        with contextlib.ExitStack() as stack:
            stack.callback(print, "the index is stopped")
            with step("an index on loopback"):
                index = stack.enter_context(Index(FOLDER / "index"))
            url = index.create("final")
            self.publish_with_failures(index, url)
            self.refuse_what_is_wrong(url, index.create("other"))
            if "install" not in self.without:
                self.install(url)
                self.resolve(url)
            if "workflow" not in self.without:
                self.run_workflow(index.create("workflow"))

    # The commit and its files

    def prepare(self) -> None:
        head = git(ROOT, "rev-parse", "HEAD")
        if git(ROOT, "status", "--porcelain"):
            print("The working tree has changes: rehearsed is the last commit, without them.")
        with contextlib.suppress(RehearsalError):
            if self.clone.exists() and git(self.clone, "rev-parse", "HEAD^") == head:
                self.version = changelog.project_version(self.clone)
                print(f"rehearsing {self.version} of {head[:10]} again, with what was built before")
                return
        with step(f"a clone of {head[:10]}, its version bumped, committed, tagged"):
            shutil.rmtree(self.clone, ignore_errors=True)
            git(FOLDER, "clone", "--quiet", "--no-tags", str(ROOT), str(self.clone))
            git(self.clone, "checkout", "--quiet", "-B", "main", head)
            self.version = next_version(self.clone)
            self.nox("bump", self.version)
            fill_section(self.clone, self.version)
            identity = (
                "-c",
                "user.name=Rehearsal",
                "-c",
                "user.email=rehearsal@localhost",
                "-c",
                "commit.gpgsign=false",
            )
            git(self.clone, *identity, "commit", "--quiet", "--all", f"--message=Release {self.version}")
            git(self.clone, "tag", f"v{self.version}")
            print(f"  v{self.version}: {git(self.clone, 'log', '-1', '--format=%h %s')}")

    def build(self) -> None:
        house = self.clone / "wheelhouse"
        if not (house / "SHA256SUMS").exists():
            with step("nox -s wheels"):
                self.nox("wheels")
            with step("nox -s sdist"):
                self.nox("sdist")
        self.files = read_sums(house / "SHA256SUMS")
        size = sum((house / name).stat().st_size for name in self.files)
        print(f"  {len(self.files)} files, {size / 1e6:.1f} MB")

    # Publishing

    def publish_with_failures(self, index: Index, url: str) -> None:
        with step("nox -s publish -- --dry-run"):
            said = self.publish(url, "--dry-run")
            self.expect(f"{len(self.files)} files, with: twine upload", said, url, 0)
        with step("wrong credentials"):
            said = self.publish(url, code=1, TWINE_PASSWORD="wrong")
            self.expect(f"the upload failed, see above; 0 of {len(self.files)} files are published", said, url, 0)
        whole = f" of {len(self.files)} files are published, each of them whole"
        with step("the connection is cut in the middle of an upload"), Proxy(index.port, CUT_AFTER) as proxy:
            said = self.publish(through(proxy, url), f"--simple={url}/+simple/", code=1)
            before = self.expect(whole, said, url, partly=True)
        with step("the server is killed in the middle of an upload"):
            with Proxy(index.port, CUT_AFTER, index.kill) as proxy:
                said = self.publish(through(proxy, url), f"--simple={url}/+simple/", code=1)
            index.start()
            after = self.expect("cannot be asked what it has", said, url, partly=True)
            if after <= before:
                raise RehearsalError(
                    f"{after} files are on the index after the server's restart, before it were {before}"
                )
        done = f"{len(self.files)} files of nano-ffi {self.version} are on {url}, "
        with step("the same command again, after the server's restart"):
            self.expect(f"{done}{len(self.files) - after} of them uploaded now", self.publish(url), url)
        with step("and once more"):
            self.expect(f"{done}0 of them uploaded now", self.publish(url), url)

    def refuse_what_is_wrong(self, url: str, empty: str) -> None:
        name = next(iter(self.files))
        with step("a changed file under a published name"):
            house = self.copy_of_wheelhouse("changed", name, sums=True)
            said = self.publish(url, f"--wheelhouse={house}", code=1)
            self.expect(f"{name} is published with other bytes", said, url)
            said = self.twine(url, house / name, code=1)
            self.expect("409 Conflict", said, url)
        with step("a corrupt wheel"):
            house = self.copy_of_wheelhouse("corrupt", name, sums=False)
            said = self.publish(empty, f"--wheelhouse={house}", code=1)
            self.expect(f"SHA256SUMS says {self.files[name]} of {name}, which has ", said, empty, 0)
        with step("a corrupt wheel that SHA256SUMS lists"):
            house = self.copy_of_wheelhouse("corrupt", name, sums=True)
            said = self.publish(empty, f"--wheelhouse={house}", code=1)
            self.expect(f"{name} cannot be unpacked (", said, empty, 0)
        with step("a set with a wheel missing"):
            house = self.copy_of_wheelhouse("missing", None, sums=True)
            said = self.publish(empty, f"--wheelhouse={house}", code=1)
            self.expect("wheels: none is for ", said, empty, 0)
        with step("a file that is not committed"):
            stray = self.clone / "stray.txt"
            stray.touch()
            try:
                said = self.publish(empty, code=1)
            finally:
                stray.unlink()
            self.expect(r"the working tree has changes \(\?\? stray.txt\)", said, empty, 0)

    def copy_of_wheelhouse(self, folder: str, damaged: str | None, *, sums: bool) -> Path:
        """With one byte of one file changed, or without that file, and SHA256SUMS made to agree."""
        house = FOLDER / folder
        shutil.rmtree(house, ignore_errors=True)
        shutil.copytree(self.clone / "wheelhouse", house)
        if damaged is None:
            (house / next(iter(self.files))).unlink()
        else:
            data = bytearray((house / damaged).read_bytes())
            data[len(data) // 2] ^= 0xFF
            (house / damaged).write_bytes(data)
        if sums:
            subprocess.run(
                [sys.executable, ROOT / "nano_ffi" / "wheels" / "checksums.py", house],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        return house

    def publish(self, url: str, *arguments: str, code: int = 0, **environment: str) -> str:
        credentials = {"TWINE_USERNAME": USER, "TWINE_PASSWORD": PASSWORD}
        return self.nox("publish", f"--repository={url}", *arguments, code=code, **{**credentials, **environment})

    def twine(self, url: str, path: Path, *, code: int) -> str:
        python = FOLDER / "nox" / "publish" / "bin" / "python"
        upload = "-P -m twine upload --disable-progress-bar --non-interactive".split()
        command: list[str | Path] = [
            python,
            *upload,
            f"--repository-url={url}",
            f"--username={USER}",
            f"--password={PASSWORD}",
            path,
        ]
        return self.call("twine", command, code=code)

    def expect(self, message: str, said: str, url: str, count: int | None = None, *, partly: bool = False) -> int:
        """That a command said so, and that the first `count` files (some, or all) are on the index, as they were built.

        Returns how many they are.
        """
        said = re.sub(r"\x1b\[[\d;]*m", "", said)
        pattern = message if re.search(r"[|\\]", message) else re.escape(message)
        if not re.search(pattern, said):
            raise RehearsalError(f"expected `{message}`, but it was said:\n{said[-3000:]}")
        telling = re.compile(rf"^ERROR|Error: |{pattern}")
        for line in filter(telling.search, said.splitlines()):
            print(f"  {line.strip()}")
        found = on_index(url)
        wanted = len(found) if partly else len(self.files) if count is None else count
        if found != dict(list(self.files.items())[:wanted]) or (partly and not 0 < len(found) < len(self.files)):
            raise RehearsalError(f"{url} has {len(found)} files, which are not the first {wanted}, as they were built")
        print(f"  on the index: {len(found)} files, each as it was built")
        return len(found)

    # What users get

    def install(self, url: str) -> None:
        requirements = FOLDER / "requirements.txt"
        hashes = " ".join(f"--hash=sha256:{digest}" for digest in self.files.values())
        requirements.write_text(f"nano-ffi=={self.version} {hashes}\n", encoding="utf-8")
        for python in pythons.find():
            # One that is built for tests alone may lack it.
            has_pip = (
                subprocess.run([python.executable, "-c", "import pyexpat"], check=False, capture_output=True).returncode
                == 0
            )
            if not has_pip:
                print(f"  CPython {python.version}, {python.executable}: pip needs pyexpat, which it has not; uv alone")
            for tool in ("pip", "uv")[not has_pip :]:
                with step(f"{tool} installs it for CPython {python.version}, {python.executable}"):
                    self.install_one(tool, python, f"{url}/+simple/", requirements)

    def install_one(self, tool: str, python: pythons.Interpreter, index: str, requirements: Path) -> None:
        venv = FOLDER / "venv"
        self.call("install", ["uv", "venv", "--clear", "--no-project", "--python", python.executable, venv])
        install: list[str | Path] = ["uv", "pip", "install", "--no-cache", "--python", venv, "--default-index", index]
        if tool == "pip":
            install = [sys.executable, "-m", "pip", "--python", venv, "install", "--no-cache-dir", "--index-url", index]
        self.call("install", [*install, "--no-deps", "--only-binary=:all:", "--require-hashes", "-r", requirements])
        check = "import nano_ffi; print(nano_ffi.version(), nano_ffi.call('add', 3, 4), nano_ffi.__file__)"
        said = self.call("install", [venv / "bin" / "python", "-I", "-c", check]).split()
        if said[:2] != [self.version, "7"] or not Path(said[2]).is_relative_to(venv):
            raise RehearsalError(f"expected {self.version} 7 and a file in {venv}, not {' '.join(said)}")

    def resolve(self, url: str) -> None:
        """Let pip choose for every CPython on every platform, and test what it chose."""
        downloads = FOLDER / "downloads"
        shutil.rmtree(downloads, ignore_errors=True)
        tags = self.published_tags()
        with (
            step(f"pip resolves it for {len(tags)} CPythons on their platforms"),
            ThreadPoolExecutor(os.cpu_count()) as threads,
        ):
            list(threads.map(lambda tag: self.download(url, tag, downloads), tags))
        with step("hashes, end to end"):
            sdist = list(self.files)[-1]
            with urllib.request.urlopen(links(url)[sdist], timeout=60) as answer:
                (downloads / sdist).write_bytes(answer.read())
            found = {path.name: sha256(path) for path in downloads.iterdir()}
            if found != self.files:
                raise RehearsalError(
                    f"{len(found)} files were downloaded, which are not the {len(self.files)} that were built"
                )
            print(
                f"  {len(found)} files: built, listed in SHA256SUMS, uploaded, listed by the index, downloaded, all the same"
            )
            shutil.copy(self.clone / "wheelhouse" / "SHA256SUMS", downloads)
        if "suite" not in self.without:
            with step("nox -s test-wheel on what was downloaded"):
                said = self.nox("test-wheel", f"--wheelhouse={downloads}")
                lines = said.splitlines()
                start = next(number for number, line in enumerate(lines) if line.startswith("version "))
                print("\n".join(f"  {line}" for line in lines[start:] if line and not line.startswith("nox > ")))

    def published_tags(self) -> list[tuple[str, str]]:
        """(CPython, platform tag) of everything that was built."""
        platforms = runpy.run_path(str(self.clone / "nano_ffi" / "wheels" / "targets.py"))["PLATFORMS"].values()
        built = [row.wheel_tag for row in platforms if any(f"{row.wheel_tag}.whl" in name for name in self.files)]
        if len(built) != 8:
            raise RehearsalError(f"there are wheels for {len(built)} platforms, expected 8: {', '.join(built)}")
        return [(version, platform) for platform in built for version in pythons.SUPPORTED]

    def download(self, url: str, tag: tuple[str, str], downloads: Path) -> None:
        version, platform = tag
        python = [
            "--implementation=cp",
            f"--python-version={version.removesuffix('t')}",
            f"--abi=cp{version.replace('.', '')}",
        ]
        download = [sys.executable, "-m", "pip", "download", f"--index-url={url}/+simple/", f"--dest={downloads}"]
        options = "--quiet --no-cache-dir --no-deps --only-binary=:all: --require-hashes".split()
        command = [*download, *options, *python, f"--platform={platform}", "-r", str(FOLDER / "requirements.txt")]
        self.call(f"download-{version}-{platform}", command)

    # The workflow

    def run_workflow(self, url: str) -> None:
        with step("release.yml, run here"):
            said = workflow.run(self.clone, FOLDER / "workflow", f"v{self.version}", self.logs / "workflow.log", url)
            print("\n".join(f"  {line}" for line in said))
            built = read_sums(FOLDER / "workflow" / "artifacts" / "dist" / "SHA256SUMS")
            if built != self.files:
                raise RehearsalError("the workflow built other files than `nox -s wheels sdist` did in the clone")
            if on_index(url) != self.files:
                raise RehearsalError(f"{url} has not what the workflow built")
            print(f"  on the index: {len(built)} files, the same bytes as the local build's")

    # Commands

    def nox(self, session: str, *arguments: str, code: int = 0, **environment: str) -> str:
        command = [sys.executable, "-m", "nox", f"--noxfile={self.clone / 'noxfile.py'}", f"--envdir={FOLDER / 'nox'}"]
        command += [f"--session={session}", *(["-R"] if session in self.nox_ran else [])]
        said = self.call(session, [*command, "--", *arguments], code=code, **environment)
        self.nox_ran.add(session)
        return said

    def call(self, log: str, command: Sequence[str | Path], code: int = 0, **environment: str) -> str:
        """What the command said. Raises RehearsalError with it where its exit code is not `code`."""
        done = subprocess.run(
            command,
            check=False,
            cwd=self.clone,
            env={**clean_environment(), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        with (self.logs / f"{log}.log").open("a", encoding="utf-8") as file:
            file.write(f"$ {' '.join(map(str, command))}\n{done.stdout}\n")
        if done.returncode != code:
            raise RehearsalError(f"exit code {done.returncode}, expected {code}, of {log}:\n{done.stdout[-4000:]}")
        return done.stdout


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    print(f"{dt.datetime.now(dt.timezone.utc):%H:%M:%S} {name}", flush=True)
    started = time.monotonic()
    yield
    print(f"  {time.monotonic() - started:.1f} s", flush=True)


def clean_environment() -> dict[str, str]:
    """The environment, without what leads installers elsewhere, or Python to other modules."""
    foreign = re.compile(r"PIP_|UV_|PYTHON|NOX_|VIRTUAL_ENV|TWINE_|GITHUB_|CIBW_|SOURCE_DATE_EPOCH")
    kept = {name: value for name, value in os.environ.items() if not foreign.match(name)}
    return {**kept, "NO_COLOR": "1"}


def next_version(clone: Path) -> str:
    """What is about to be released: the version in the source, or after its release the next one."""
    version = changelog.project_version(clone)
    newest = changelog.newest(clone)
    if newest and newest.version == version and newest.date:
        major, minor, micro = Version(version).release
        return f"{major}.{minor}.{micro + 1}"
    return version


def fill_section(clone: Path, version: str) -> None:
    section = changelog.newest(clone)
    if section and not section.text:
        path = clone / "CHANGELOG.md"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(section.heading, f"{section.heading}\n\n- A rehearsal."), encoding="utf-8")
    changelog.notes(clone, version)


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", root, *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise RehearsalError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def through(proxy: Proxy, url: str) -> str:
    return re.sub(r":\d+/", f":{proxy.port}/", url, count=1)


def page(url: str) -> list[dict[str, object]]:
    """The files on the index (PEP 691)."""
    address = f"{url}/+simple/nano-ffi/"
    request = urllib.request.Request(address, headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            files: list[dict[str, object]] = json.load(answer)["files"]
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return []
        raise
    return files


def links(url: str) -> dict[str, str]:
    address = f"{url}/+simple/nano-ffi/"
    return {str(entry["filename"]): urllib.parse.urljoin(address, str(entry["url"])) for entry in page(url)}


def on_index(url: str) -> dict[str, str]:
    """SHA-256 by name of what the index serves: of the bytes, not as it says."""
    found = {}
    for name, link in links(url).items():
        with urllib.request.urlopen(link, timeout=60) as answer:
            found[name] = hashlib.sha256(answer.read()).hexdigest()
    return dict(sorted(found.items(), key=upload_order))


def upload_order(item: tuple[str, str]) -> tuple[bool, str]:
    return item[0].endswith(".tar.gz"), item[0]


def read_sums(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(sorted(((line[66:], line[:64]) for line in lines), key=upload_order))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
