"""`nox -s check-tag` and `nox -s publish`: what they refuse, and what they would upload."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import re
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.version_info < (3, 11):
    pytest.skip("what releases needs Python 3.11 or later", allow_module_level=True)
pytest.importorskip("cibuildwheel", reason='needs pip install "nano-ffi[wheels]"')

from nano_ffi.wheels import checksums
from scripts import publish, tag
from scripts.changelog import ProjectError
from scripts.publish import Repository

WHEEL = "nano_ffi-0.3.0-cp313-cp313-win_amd64.whl"
SDIST = "nano_ffi-0.3.0.tar.gz"


class Checkout:
    """A repository that may be released as v0.3.0, with a wheel and an sdist of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("build.zig.zon", '.{\n    .version = "0.3.0",\n}\n')
        self.write("CHANGELOG.md", "# Changelog\n\n## 0.3.0 (2026-12-24)\n\n- Faster.\n")
        self.write(".gitignore", "wheelhouse/\n")
        self.write("nano_ffi/template/dot.github/publish.txt.in", "twine==7.0.0\n")
        self.write("nano_ffi/__init__.py", "")
        self.write("src/root.zig", "// Zig\n")
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()
        self.git("tag", "v0.3.0")

    def git(self, *arguments: str) -> None:
        identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", self.root, *identity, *arguments], check=True)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=Release 0.3.0")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    @property
    def house(self) -> Path:
        return self.root / "wheelhouse"

    def build(self, *, stamp: float | None = None, zig: str = "// Zig\n", sdist: str = "// Zig\n") -> dict[str, str]:
        """The hashes of a wheel, and an sdist, with these contents."""
        self.house.mkdir(exist_ok=True)
        committed = float(tag.git(self.root, "log", "-1", "--format=%ct"))
        when = time.gmtime(committed if stamp is None else stamp)[:6]
        with zipfile.ZipFile(self.house / WHEEL, "w") as wheel:
            members = {
                "nano_ffi/__init__.py": "",
                "nano_ffi/_native.cp313-win_amd64.pyd": "MZ",
                "nano_ffi/zig/root.zig": zig,
            }
            for name, text in members.items():
                wheel.writestr(zipfile.ZipInfo(name, when), text)
        with tarfile.open(self.house / SDIST, "w:gz") as archive:
            for name, text in {"PKG-INFO": "Name: x", "src/root.zig": sdist}.items():
                entry = tarfile.TarInfo(f"nano_ffi-0.3.0/{name}")
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text.encode()))
        checksums.write(self.house)
        return publish.check_sums(self.house)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def refusal(function: Callable[[], object]) -> str:
    with pytest.raises(ProjectError) as caught:
        function()
    return str(caught.value)


def test_a_tag_that_may_be_released_gives_notes_and_tools(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = checkout.root.with_name("release")
    tag.check_tag(checkout.root, "v0.3.0", folder)
    assert (folder / "notes.md").read_text() == "- Faster.\n"
    assert (folder / "publish.txt").read_text() == "twine==7.0.0\n"
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "v0.3.0 is the tag of HEAD, which is on main and has nothing uncommitted"
    assert re.fullmatch("v0.3.0 may be released: [0-9a-f]{7,} Release 0.3.0", said[1])


def test_tags_that_may_not_be_released(checkout: Checkout) -> None:
    def refused(name: str = "v0.3.0") -> str:
        return refusal(lambda: tag.check_tag(checkout.root, name, None))

    assert refused("v0.4.0") == (
        "the tag v0.4.0 is not v0.3.0, of the version in build.zig.zon: `nox -s bump`, commit, and tag that"
    )
    checkout.write("new.py", "")
    assert refused() == "the working tree has changes (?? new.py): commit them, or put them away"
    checkout.write("newer.py", "")
    assert refused() == "the working tree has changes (?? new.py and 1 more): commit them, or put them away"
    checkout.commit()
    head = tag.git(checkout.root, "rev-parse", "--short", "HEAD").strip()
    assert refused() == f"HEAD ({head}) has not the tag v0.3.0 of its version: git tag v0.3.0"
    checkout.git("switch", "--quiet", "--create", "elsewhere")
    checkout.write("CHANGELOG.md", "# Changelog\n")
    checkout.commit()
    checkout.git("tag", "--force", "v0.3.0")
    assert refused() == "v0.3.0 is not on main: merge it first, and tag the commit that is there"
    checkout.git("branch", "--force", "main")
    assert refused() == "CHANGELOG.md has no section for 0.3.0: `nox -s bump -- 0.3.0` heads it"


def test_a_commit_of_the_remote_main_may_be_released(checkout: Checkout) -> None:
    checkout.git("switch", "--quiet", "--detach")
    checkout.git("update-ref", "refs/remotes/origin/main", "HEAD")
    checkout.git("branch", "--quiet", "--delete", "--force", "main")
    tag.check_tag(checkout.root, "v0.3.0", None)


def test_files_are_those_of_the_list(checkout: Checkout) -> None:
    files = checkout.build()
    assert list(files) == [WHEEL, SDIST]
    again = "build it again with `nox -s wheels sdist`, or copy it again from where it was built"
    sums = checkout.house / "SHA256SUMS"
    (checkout.house / SDIST).unlink()
    assert refusal(lambda: publish.check_sums(checkout.house)) == (f"{sums} lists {SDIST}, which is not there: {again}")
    sums.unlink()
    assert refusal(lambda: publish.check_sums(checkout.house)) == (
        f"{sums} is missing: `nox -s wheels sdist` writes it, with what it lists"
    )
    sums.write_text("x\n")
    assert refusal(lambda: publish.check_sums(checkout.house)) == (
        f"{sums}: line 1 is 'x', expected the SHA-256, two spaces and a file's name"
    )


def test_files_are_of_one_release_with_an_sdist(checkout: Checkout) -> None:
    publish.check_release(checkout.build(), "0.3.0")
    assert refusal(lambda: publish.check_release({WHEEL: ""}, "0.3.0")) == (
        "there is no sdist: `nox -s sdist` builds it"
    )
    for other in ("nano_ffi-0.2.0.tar.gz", "nano_ffi-0.2.0-cp313-cp313-win_amd64.whl", "other-0.3.0.tar.gz"):
        assert refusal(lambda other=other: publish.check_release({other: ""}, "0.3.0")) == (  # type: ignore[misc]
            f"{other} does not belong to 0.3.0: take it out of the folder"
        )


def test_files_are_of_this_commit(checkout: Checkout) -> None:
    def refused(**changes: str | float) -> str:
        files = checkout.build(**changes)  # type: ignore[arg-type]
        return refusal(lambda: publish.check_sources(checkout.root, checkout.house, files))

    publish.check_sources(checkout.root, checkout.house, checkout.build())
    assert refused(zig="// changed\n") == f"{WHEEL} is not of this commit, its src/root.zig differs: build it again"
    assert refused(sdist="// changed\n") == f"{SDIST} is not of this commit, its src/root.zig differs: build it again"
    assert refused(stamp=1.7e9) == f"{WHEEL} was not built at this commit, by the time in it: build it again"
    files = checkout.build()
    data = (checkout.house / WHEEL).read_bytes()
    (checkout.house / WHEEL).write_bytes(data[: len(data) // 2])
    assert refusal(lambda: publish.check_sources(checkout.root, checkout.house, files)) == (
        f"{WHEEL} cannot be unpacked (File is not a zip file): build it again with `nox -s wheels sdist`"
    )
    checkout.git("rm", "--quiet", "src/root.zig")
    assert refused() == f"{WHEEL} is not of this commit, its src/root.zig differs: build it again"


def test_repositories_have_names_or_urls() -> None:
    assert Repository.of("pypi", None).simple == "https://pypi.org/simple/"
    assert Repository.of("http://localhost:1/a/b/", None).simple == "http://localhost:1/a/b/+simple/"
    assert Repository.of("http://localhost:1/a", "http://localhost:2/").simple == "http://localhost:2/"
    assert refusal(lambda: Repository.of("pipy", None)) == ("no repository 'pipy': expected pypi, testpypi or an URL")


class Simple(http.server.BaseHTTPRequestHandler):
    """An index with one page, which takes no uploads."""

    page: bytes | None = None
    code = 0
    """What it answers; 0: 200, or 404 where there is no page."""

    def do_GET(self) -> None:
        assert self.headers["Accept"] == "application/vnd.pypi.simple.v1+json"
        self.answer(self.code or (404 if self.page is None else 200), self.page or b"")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(401, b"who are you?")

    def answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def index() -> Iterator[Repository]:
    Simple.page, Simple.code = None, 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Simple) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Repository.of(f"http://127.0.0.1:{server.server_port}", None)
        server.shutdown()


def serve(*entries: object) -> None:
    Simple.page = json.dumps({"files": entries}).encode()


def test_what_is_published_is_known_by_its_hash(index: Repository) -> None:
    ours, theirs = (hashlib.sha256(text).hexdigest() for text in (b"ours", b"theirs"))
    files = {WHEEL: ours, SDIST: theirs}
    assert publish.published(index, files) == {}
    old = {"filename": "nano_ffi-0.2.0.tar.gz", "hashes": {"sha256": ours}}
    serve(old, {"filename": WHEEL, "hashes": {"sha256": ours}})
    assert publish.published(index, files) == {WHEEL: ours}
    serve(old, {"filename": WHEEL, "hashes": {"sha256": theirs}})
    assert refusal(lambda: publish.published(index, files)) == (
        f"{WHEEL} is published with other bytes (SHA-256 {theirs}, here {ours}), and a published file cannot be "
        "changed: `nox -s bump` to another version"
    )
    Simple.page = b"<html>"
    assert refusal(lambda: publish.published(index, files)).startswith(
        f"{index.simple}nano-ffi/ cannot be asked what it has: Expecting value"
    )


def test_an_index_that_fails_is_not_an_empty_one(index: Repository) -> None:
    for Simple.code, reason in ((500, "Internal Server Error"), (403, "Forbidden")):
        assert refusal(lambda: publish.published(index, {})) == (
            f"{index.simple}nano-ffi/ answers {Simple.code} {reason}"
        )


def test_what_has_not_arrived_is_not_published(
    index: Repository, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "TWINE", (sys.executable, "-c", "", "--"))
    files = checkout.build()
    serve({"filename": WHEEL, "hashes": {"sha256": files[WHEEL]}})
    paths = [checkout.house / name for name in files]
    assert refusal(lambda: publish.upload(index, paths, files)) == (
        f"twine says that all was uploaded, but {SDIST} is not on {index.simple}"
    )
    serve(*({"filename": name, "hashes": {"sha256": digest}} for name, digest in files.items()))
    publish.upload(index, paths, files)


CHECKS = (
    "check_commit",
    "check_sums",
    "check_release",
    "published",
    "check_sources",
    "check_claims",
    "check_built_again",
)


@pytest.mark.parametrize("failing", [*CHECKS, ""])
def test_what_one_check_refuses_is_not_uploaded(
    failing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[str] = []

    def stand_in(name: str) -> Callable[..., dict[str, str]]:
        def check(*_arguments: object, **_keywords: object) -> dict[str, str]:
            called.append(name)
            if name == failing:
                raise ProjectError(f"{name} refuses")
            return {SDIST: "x"} if name == "check_sums" else {}

        return check

    for name in (*CHECKS, "upload"):
        monkeypatch.setattr(publish, name, stand_in(name))
    monkeypatch.setattr(sys, "argv", ["publish"])
    assert publish.main() == (1 if failing else 0)
    assert called == ([*CHECKS[: CHECKS.index(failing) + 1]] if failing else [*CHECKS, "upload"])
    assert (f"ERROR: {failing} refuses" in capsys.readouterr().err) == bool(failing)


@pytest.mark.parametrize("all_archs", [False, True])
def test_the_set_must_be_complete(checkout: Checkout, monkeypatch: pytest.MonkeyPatch, all_archs: bool) -> None:
    asked: list[tuple[str, ...]] = []

    def verify(_root: Path, *arguments: str) -> str:
        asked.append(arguments)
        return "fine\n"

    monkeypatch.setattr(publish, "nano_ffi", verify)
    files = checkout.build()
    # The sdist here is none, which twine says.
    assert refusal(lambda: publish.check_claims(checkout.root, checkout.house, files, all_archs=all_archs)).startswith(
        "twine check: "
    )
    more = ["--all-archs"] if all_archs else []
    assert asked == [("verify", "--complete", *more, str(checkout.house / WHEEL))]


def test_an_index_that_is_not_there() -> None:
    nowhere = Repository.of("http://127.0.0.1:9", None)
    assert refusal(lambda: publish.published(nowhere, {})) == (
        "http://127.0.0.1:9/+simple/nano-ffi/ cannot be asked what it has: <urlopen error [Errno 111] Connection refused>"
    )


def test_a_refused_upload_says_what_has_arrived(
    index: Repository, checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("twine")
    monkeypatch.setenv("TWINE_USERNAME", "somebody")
    monkeypatch.setenv("TWINE_PASSWORD", "wrong")
    files = checkout.build()
    with zipfile.ZipFile(checkout.house / WHEEL, "a") as wheel:
        wheel.writestr("nano_ffi-0.3.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: nano-ffi\nVersion: 0.3.0\n")
        wheel.writestr("nano_ffi-0.3.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
    message = refusal(lambda: publish.upload(index, [checkout.house / WHEEL], files))
    assert message == (
        "the upload failed, see above; 0 of 2 files are published, each of them whole. Run the same command again: "
        "it uploads the rest."
    )
    assert "401 Unauthorized" in "".join(capfd.readouterr())
