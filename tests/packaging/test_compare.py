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
    from scripts import compare, rebuild

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
