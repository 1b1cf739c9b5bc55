"""What `nox -s reproduce` and `nox -s rebuild` say of two builds of a file."""

from __future__ import annotations

import json
import sys
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from nano_ffi.wheels import checksums

pytest.importorskip("lief", reason='needs pip install "nano-ffi[wheels]"')

with pytest.MonkeyPatch.context() as patch:
    patch.setattr(sys, "path", [*sys.path, str(Path(__file__).parents[2])])
    from scripts import compare, rebuild, reproduce

NAME = "nano_ffi-1.0-cp313-cp313-win_amd64.whl"


def wheel(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / NAME
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), text)
    return path


def test_identical_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = wheel(tmp_path / "a", x="1"), wheel(tmp_path / "b", x="1")
    assert compare.compare_folders({NAME: one}, {NAME: two}, names=("a", "b")) == []
    assert capsys.readouterr().out.startswith(f"{NAME}: identical, ")


def test_a_difference_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # without diffoscope
    one, two = wheel(tmp_path / "a", x="1", y="2"), wheel(tmp_path / "b", x="3", z="2")
    assert compare.compare_folders({NAME: one, "only": one}, {NAME: two}, names=("a", "b")) == [NAME, "only"]
    out = capsys.readouterr().out
    assert f"{NAME}: DIFFERENT, " in out
    assert "    x: its content has the SHA-256 6b86b2" in out
    assert "    y is in one of them only\n    z is in one of them only\n" in out
    assert "    diffoscope is not installed, which would say more: apt-get install diffoscope-minimal\n" in out
    assert out.endswith("only: only in a\n")


@pytest.mark.parametrize(("text", "status"), [("1", 0), ("2", 1)])
def test_a_release_that_is_built_otherwise_fails(
    text: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wheel(tmp_path / "theirs", x="1")
    built = wheel(tmp_path / "built", x=text).parent
    monkeypatch.setattr(rebuild, "build", lambda *_: built)
    monkeypatch.setattr(sys, "argv", ["rebuild", "1.0", f"--published={tmp_path / 'theirs'}"])
    assert rebuild.main() == status
    said = capsys.readouterr().out
    assert f"{1 - status} of 1 published files are identical to a build of v1.0" in said
    monkeypatch.setattr(sys, "argv", ["rebuild", "2.0", f"--published={tmp_path / 'theirs'}"])
    assert rebuild.main() == 2


def test_a_release_is_built_again_without_settings_of_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[tuple[str, ...], dict[str, str]]] = []

    def call(*command: object, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
        assert cwd is None or env is not None
        calls.append((tuple(map(str, command)), env or {}))
        return "1700000000\n"

    monkeypatch.setattr(rebuild, "call", call)
    monkeypatch.setattr("shutil.which", lambda _name: "uv")
    for name in ("CIBW_ENVIRONMENT", "CIBW_SKIP", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "x")
    rebuild.build(tmp_path, "v1.0", {NAME: tmp_path})
    ((_, environment),) = (call for call in calls if "wheels" in call[0])
    assert {name: value for name, value in environment.items() if name.startswith(("CIBW_", "VIRTUAL_ENV"))} == {
        "CIBW_BUILD": "cp313-win_amd64",
        "CIBW_TEST_COMMAND": "",
    }
    assert environment["SOURCE_DATE_EPOCH"] == "1700000000"


@pytest.mark.parametrize(
    ("texts", "status", "said"),
    [
        (("1", "1"), 0, "1 of 1 files are identical\n"),
        (("1", "2"), 1, f"0 of 1 files are identical, not: {NAME}\n"),
        (("", ""), 1, "0 of 0 files are identical\n"),
        (("1", ""), 1, f"0 of 1 files are identical, not: {NAME}\n"),
    ],
)
def test_nothing_but_the_same_bytes_is_reproduced(
    texts: tuple[str, str],
    status: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def build(_temporary: Path, circumstances: reproduce.Circumstances, _options: object) -> Path:
        number = reproduce.BUILDS.index(circumstances)
        folder = tmp_path / str(number)
        folder.mkdir()
        return wheel(folder, x=texts[number]).parent if texts[number] else folder

    monkeypatch.setattr(reproduce, "build", build)
    monkeypatch.setattr(sys, "argv", ["reproduce"])
    assert reproduce.main() == status
    assert capsys.readouterr().out.endswith(said)


def test_two_builds_have_nothing_in_common() -> None:
    one, two = reproduce.BUILDS
    assert (one.umask, two.umask) == (0o022, 0o077)
    assert (one.cold, two.cold) == (False, True)
    assert one.cores != two.cores
    assert len({"TZ", "LC_ALL", "PYTHONHASHSEED"} & one.environment.keys() & two.environment.keys()) == 3
    assert not set(one.environment.items()) & set(two.environment.items())


@pytest.mark.parametrize("kind", ["html", "json"])
def test_published_files_come_from_an_index(tmp_path: Path, kind: str) -> None:
    path = wheel(tmp_path / "a", x="1")
    digest = checksums.sha256(path)
    wrong = False
    pages = {
        "html": lambda: f'<a href="../../{NAME}#sha256={digest[:-1] + "x" if wrong else digest}">{NAME}</a>',
        "json": lambda: json.dumps(
            {"files": [{"filename": NAME, "url": f"../../{NAME}", "hashes": {"sha256": "x" if wrong else digest}}]}
        ),
    }

    class Index(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = self.path.endswith("/nano-ffi/")
            self.send_response(200)
            self.send_header("Content-Type", f"application/{kind}" if kind == "json" else "text/html")
            self.end_headers()
            self.wfile.write(pages[kind]().encode() if page else path.read_bytes())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/simple/"
        (tmp_path / "1").mkdir()
        found = rebuild.fetch(url, "1.0", tmp_path / "1" / "new")
        assert found[NAME].read_bytes() == path.read_bytes()
        with pytest.raises(rebuild.RebuildError, match=r"/simple/nano-ffi/ has no file of nano-ffi 2\.0$"):
            rebuild.fetch(url, "2.0", tmp_path / "2")
        wrong = True
        with pytest.raises(rebuild.RebuildError, match=r"has not the SHA-256 .*: the index is damaged$"):
            rebuild.fetch(url, "1.0", tmp_path / "3")
        server.shutdown()


def test_published_files_come_from_a_folder(tmp_path: Path) -> None:
    wheel(tmp_path / "a", x="1")
    (tmp_path / "a" / "other-1.0-py3-none-any.whl").touch()
    assert list(rebuild.fetch(str(tmp_path / "a"), "1.0", tmp_path)) == [NAME]
    with pytest.raises(rebuild.RebuildError, match=r"holds no file of nano-ffi 1\.1: name a folder or an index$"):
        rebuild.fetch(str(tmp_path / "a"), "1.1", tmp_path)
