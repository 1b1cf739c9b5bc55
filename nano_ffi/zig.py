"""The Zig compiler, which comes as the Python package ``ziglang``."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from nano_ffi.complaints import for_the_user
from nano_ffi.switches import NOEXEC, NanoFfiError, SettingsError, Switches, cache_folder, make_folder, sources

__all__ = ["CompileError", "Compiled", "CrashError", "Zig", "zig_executable"]


class CompileError(NanoFfiError):
    """Zig refused a file: the text is Zig's own, with file, line and caret."""

    __module__ = "nano_ffi"

    messages = ""
    """All that Zig said, of what is not the user's, too."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows this instead of the frames of nano_ffi.
        return [str(self)]


class CrashError(CompileError):
    """Zig itself crashed."""


def zig_executable() -> str | None:
    """The path of the installed Zig, or None."""
    spec = importlib.util.find_spec("ziglang")
    if spec is None or not spec.submodule_search_locations:
        return None
    return str(Path(spec.submodule_search_locations[0], "zig.exe" if sys.platform == "win32" else "zig"))


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """What came of a compilation."""

    folder: Path
    """Of the artifact, in Zig's cache; it may be taken out of there."""
    inputs: list[str]
    """Absolute paths of all files that were read, but for Zig's own library."""


# The messages of std.zig.Client and std.zig.Server of Zig 0.17.1: a tag and the length of what follows, as two u32.
EXIT, UPDATE = 0, 1
EMIT_DIGEST, FILE_SYSTEM_INPUTS = 2, 6
EVERY_REFERENCE = "-freference-trace=256"

CWD, BUILD_ROOT = b"\1", b"\5"
"""The first byte of an input's path: what it is relative to. The others are Zig's library and its caches."""


@dataclass(frozen=True, kw_only=True)
class Zig:
    """How to call Zig."""

    executable: str
    cache: str
    """Local and global cache, in one folder."""
    verbose: bool = False

    @classmethod
    def find(cls) -> Zig:
        """Raises CompileError, naming the remedy, where it is not installed."""
        executable = zig_executable()
        if executable is None:
            raise CompileError('no Zig compiler is installed; it is a Python package: pip install "nano-ffi[zig]"')
        try:
            cache, verbose = cache_folder("zig"), Switches().verbose > 1
            with contextlib.suppress(OSError):  # whoever writes there says so
                make_folder(cache)
        except SettingsError as error:
            raise CompileError(str(error)) from None
        return cls(executable=executable, cache=cache, verbose=verbose)

    @property
    def library(self) -> Path:
        """The folder of Zig's own sources."""
        return Path(self.executable).parent / "lib"

    @property
    def standard_library(self) -> Path:
        """The root file of ``std``."""
        return self.library / "std" / "std.zig"

    @property
    def environment(self) -> dict[str, str]:
        # The first compile for a target costs seconds, so a cache that is said to be shared is.
        environment = {"ZIG_GLOBAL_CACHE_DIR": self.cache, **os.environ, "ZIG_LOCAL_CACHE_DIR": self.cache}
        # Options of LLVM's linker of DLLs, which keeps what nobody uses where there is debug information, and names
        # functions wrongly there that it makes one of.
        return {**environment, "ZIG_DEBUG_CMD": "1", "NO_COLOR": "1", "LINK": "-OPT:REF -OPT:NOICF"}

    def run(self, *arguments: str, cwd: Path | None = None, ours: tuple[str, ...] = ()) -> str:
        """What Zig prints. Raises CompileError with what it complains of; `ours` is how further paths of ours begin."""
        done = self._call([self.executable, *arguments], cwd, b"")
        if done.returncode != 0:
            error = CompileError(self.complaint(done, ours))
            error.messages = done.stderr.decode(errors="replace")
            raise error
        return done.stdout.decode()

    def compile(self, command: str, *arguments: str, cwd: Path) -> Compiled:
        """Run ``zig build-lib`` or the like. Raises CompileError.

        This is Zig's protocol for build systems, which tells what has been read, and where the artifact is.
        """
        done = self._call(
            [self.executable, command, *arguments, "--listen=-"], cwd, struct.pack("<4I", UPDATE, 0, EXIT, 0)
        )
        folder, inputs, at = None, list[str](), 0
        while at + 8 <= len(done.stdout):
            tag, length = struct.unpack_from("<2I", done.stdout, at)
            body = done.stdout[at + 8 : at + 8 + length]
            at += 8 + length
            if tag == EMIT_DIGEST:
                folder = Path(self.cache, "o", body[1:].hex())
            elif tag == FILE_SYSTEM_INPUTS:
                paths = [os.fsdecode(path[1:]) for path in body.split(b"\0") if path[:1] in {CWD, BUILD_ROOT}]
                inputs = [os.path.normpath(cwd / path) for path in paths]
        if folder is not None and folder.is_dir():
            return Compiled(folder=folder, inputs=inputs)
        if done.returncode == -signal.SIGSEGV:
            raise CrashError(self.complaint(done))
        # The same again, for a person: the protocol's messages of errors have yet to be put into words.
        self.run(command, *arguments, EVERY_REFERENCE, cwd=cwd)
        raise CompileError(f"a file changed while it was compiled: try again ({self.complaint(done)})")

    def complaint(self, done: subprocess.CompletedProcess[bytes], ours: tuple[str, ...] = ()) -> str:
        """What a person is told of a call that failed: of what is the user's, or with NANO_FFI_VERBOSE=2 everything."""
        text = done.stderr.decode(errors="replace").strip()
        if done.returncode < 0:
            said = signal.strsignal(-done.returncode) or "unknown"
            # Nobody else sends this one unasked.
            why = ", as the system does where memory is short" if said == "Killed" else ""
            return f"Zig was ended by signal {-done.returncode} ({said}){why}\n{text}".rstrip()
        if not text:
            return f"Zig ended with code {done.returncode} and no message"
        if self.verbose:
            return text
        return for_the_user(text, [*self.ours, *ours])

    @property
    def ours(self) -> list[str]:
        """How the paths of files begin that are no user's, and nothing that he names."""
        return [f"{sources()}{os.sep}", str(self.library / "std" / "start.zig"), str(self.standard_library)]

    def _call(self, command: list[str], cwd: Path | None, given: bytes) -> subprocess.CompletedProcess[bytes]:
        started = time.monotonic()
        try:
            done = subprocess.run(command, cwd=cwd, env=self.environment, input=given, capture_output=True, check=False)
        except OSError as error:
            raise CompileError(f"Zig cannot be run: {error}") from None
        if self.verbose:
            print(f"nano_ffi: {time.monotonic() - started:.2f} s  {shlex.join(command)}", file=sys.stderr)
        return done


@functools.cache
def version_of(executable: str) -> str:
    """What ``zig version`` says."""
    return subprocess.run([executable, "version"], capture_output=True, text=True, check=True).stdout.strip()


def tool(zig: Zig, source: Path, folder: Path, *modules: str) -> Path:
    """The program whose main file is `source`, with further `modules`, built into `folder` if it is not there yet."""
    name = source.stem + (".exe" if sys.platform == "win32" else "")
    program = folder / name
    if not program.exists():
        make_folder(str(folder))
        # A compiler runtime that is not optimised is built in a quarter of the time.
        options = ("-Odebug", "--debug-rt", "-fstrip", "--name", source.stem)
        built = zig.compile("build-exe", *options, *(modules or (str(source),)), cwd=folder)
        take(built.folder / name, program)
    if not os.access(program, os.X_OK):
        raise CompileError(f"{program} cannot be run: {NOEXEC}")
    return program


def take(path: Path, place: Path) -> None:
    """Copy a file, whole or not at all. What nobody wrote in this process can be run at once: a process that another thread
    starts has a file for a moment that is open here, and Linux runs none that is open for writing.
    """
    part = place.with_name(f".{place.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        os.link(path, part)
    except OSError:  # to another file system, or on one that has no links
        shutil.copy(path, part)
    part.replace(place)
    part.unlink(missing_ok=True)  # two links of one file stay two
