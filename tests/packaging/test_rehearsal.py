"""The parts of `nox -s rehearse` that can be tried without an index."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.version_info < (3, 11):
    pytest.skip("what releases needs Python 3.11 or later", allow_module_level=True)
pytest.importorskip("packaging", reason='needs pip install "nano-ffi[wheels]"')

from scripts import rehearse_release, workflow
from scripts.loopback import Proxy

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def server() -> Iterator[tuple[int, bytearray]]:
    """A port, and what has arrived there from the first client."""
    arrived = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            client, _ = listening.accept()
            with client:
                client.sendall(b"hello")
                while data := client.recv(4096):
                    arrived.extend(data)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], arrived
        thread.join(10)


def ends(action: Callable[[], None]) -> bool:
    """Whether an action, again and again, comes to an error."""
    for _ in range(1_000):
        try:
            action()
        except OSError:
            return True
    return False


def test_the_proxy_cuts_after_so_many_bytes(server: tuple[int, bytearray]) -> None:
    port, arrived = server
    cut = threading.Event()
    with Proxy(port, 30_000, cut.set) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
            assert client.recv(5) == b"hello"
            client.sendall(b"x" * 20_000)
            assert not cut.wait(0.1)
            assert ends(lambda: client.sendall(b"x" * 20_000))
        assert cut.is_set()
        assert ends(lambda: socket.create_connection(("127.0.0.1", proxy.port), timeout=10).close())
    assert 20_000 <= len(arrived) < 100_000


def test_every_action_of_the_workflows_has_a_stub(tmp_path: Path) -> None:
    workflows = tmp_path / "workflows"
    workflows.mkdir()
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        (workflows / path.name).write_text(path.read_text())
    pins = workflow.adapt(workflows, ["3.12", "3.14t"])
    assert pins.keys() == workflow.STUBS.keys()
    assert len(workflow.write_stubs(tmp_path, pins)) == len(pins)
    assert "uses: ./.github/workflows/wheels.yml" in (workflows / "release.yml").read_text()
    assert "|| '3.12,3.14t'" in (workflows / "test-wheels.yml").read_text()
    with pytest.raises(RuntimeError, match=r"^scripts/workflow.py has no stub for actions/other$"):
        workflow.write_stubs(tmp_path / "other", {"actions/other": "0" * 40})


def test_a_job_that_did_not_succeed_is_named() -> None:
    names = ["check the tag", "wheels/all wheels", "install/ubuntu-24.04", "publish", "provenance", "announce"]
    log = "".join(f"[release/{name}   ] 🏁  Job succeeded\n" for name in names)
    assert workflow.summary(log, ["3.13"])[:2] == [
        "release/check the tag: succeeded",
        "release/wheels/all wheels: succeeded",
    ]
    assert "CPython 3.10, 3.11, 3.12, 3.14" in workflow.summary(log, ["3.13"])[-1]
    with pytest.raises(RuntimeError, match=r"^these jobs of release.yml did not succeed: publish$"):
        workflow.summary(log.replace("publish   ] 🏁  Job succeeded", "publish ] 🏁  Job failed"), ["3.13"])


def test_what_is_rehearsed_is_the_next_release(tmp_path: Path) -> None:
    (tmp_path / "build.zig.zon").write_text('    .version = "0.3.0",\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 0.3.0 (unreleased)\n\n- Faster.\n")
    assert rehearse_release.next_version(tmp_path) == "0.3.0"
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 0.3.0 (2026-12-24)\n\n- Faster.\n")
    assert rehearse_release.next_version(tmp_path) == "0.3.1"
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 0.3.0 (2026-12-24)\n")
    rehearse_release.fill_section(tmp_path, "0.3.0")
    assert (tmp_path / "CHANGELOG.md").read_text() == "# Changelog\n\n## 0.3.0 (2026-12-24)\n\n- A rehearsal.\n"
