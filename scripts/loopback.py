"""A package index on loopback, and a way to it that can be cut: for `nox -s rehearse`."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["PASSWORD", "USER", "Index", "Proxy"]

USER, PASSWORD = "release", "rehearsal"
START = 180.0
"""Seconds that the server may take to answer."""


class Index:
    """A devpi server with one user, whose indexes refuse to have a file changed, as the real index does.

    A context manager: the server is ended on the way out, whatever happens. Raises RuntimeError where it does not start.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder.with_suffix(".log")

    def __enter__(self) -> Self:
        initialize = [f"{Path(sys.executable).parent}/devpi-init", "--no-root-pypi", f"--serverdir={self.folder}"]
        initialize += [f"--root-passwd={PASSWORD}"]
        with self.log.open("ab") as log:
            subprocess.run(initialize, check=True, stdout=log, stderr=log, env=self.environment())
        self.start()
        try:
            self.request("PUT", f"/{USER}", {"password": PASSWORD}, user="root")
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server, also one that was killed, on the port that it had, and wait until it answers."""
        # However this process ends, the server ends with it.
        command = [
            "setpriv",
            "--pdeathsig=KILL",
            f"{Path(sys.executable).parent}/devpi-server",
            f"--serverdir={self.folder}",
            "--offline-mode",
        ]
        command += ["--host=127.0.0.1", f"--port={self.port}", "--threads=4"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=self.environment(),
            )
        deadline = time.monotonic() + START
        while True:
            with contextlib.suppress(OSError):
                self.request("GET", "/+api")
                return
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                said = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
                raise RuntimeError("\n".join(["devpi-server does not answer; it said:", *said[-20:]]))
            time.sleep(0.2)

    def environment(self) -> dict[str, str]:
        # Without bytecode a start takes ten times as long.
        return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def create(self, name: str) -> str:
        """A new, empty index; the URL to upload to, without a slash at its end."""
        self.request("PUT", f"/{USER}/{name}", {"bases": [], "volatile": False, "type": "stage"}, user=USER)
        return f"http://127.0.0.1:{self.port}/{USER}/{name}"

    def request(self, method: str, path: str, body: object = None, *, user: str | None = None) -> None:
        """Ask devpi's own interface. Raises OSError where it refuses."""
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, method=method, headers={"Accept": "application/json"})
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if user:
            login = base64.b64encode(f"{user}:{self.token(user)}".encode()).decode()
            request.add_header("X-Devpi-Auth", login)
        with urllib.request.urlopen(request, timeout=30):
            pass

    def token(self, user: str) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/+login",
            data=json.dumps({"user": user, "password": PASSWORD}).encode(),
            headers={"Accept": "application/json", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(json.load(answer)["result"]["password"])


class Proxy:
    """A port in front of a server's. When `limit` bytes have gone to the server, it calls `before`, and is cut.

    A context manager; on the way out it is cut, too.
    """

    def __init__(self, port: int, limit: int, before: Callable[[], None] = lambda: None) -> None:
        self.target = port
        self.limit = limit
        self.before = before
        self.passed = 0
        self.done = False
        self.lock = threading.Lock()
        self.pairs: list[socket.socket] = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.server.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.cut()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.server.accept()
                upstream = socket.create_connection(("127.0.0.1", self.target))
            except OSError:  # the port is closed, or the server gone
                self.cut()
                return
            self.pairs += [client, upstream]
            threading.Thread(target=self.copy, args=(client, upstream, True), daemon=True).start()
            threading.Thread(target=self.copy, args=(upstream, client, False), daemon=True).start()

    def copy(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(16384):
                sink.sendall(data)
                if counted:
                    self.count(len(data))
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def count(self, size: int) -> None:
        with self.lock:
            self.passed += size
            if self.passed < self.limit or self.done:
                return
            self.done = True
        self.before()
        self.cut()

    def cut(self) -> None:
        """End every connection, and accept no more."""
        for end in [self.server, *self.pairs]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                end.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
