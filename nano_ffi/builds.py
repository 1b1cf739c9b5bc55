"""What has been built of a user's Zig file, and whether that still holds.

Of every file that a build read, its record has what the file system says of it, and a hash for when that differs. A look at an
up-to-date record is all that an import costs; so nothing that takes long to import is imported here at the top.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES

import nano_ffi
from nano_ffi.switches import Switches, cache_folder, find_upward, machine, once, short_hash, sources, write_whole

__all__ = ["Record", "Unit", "module_name"]

FORMAT = "nano_ffi record 3"

BETWEEN = "\0"
"""What stands between the lines of a record: the one character that no path has."""

ZIG = "<zig>"
"""Stands for the compiler among the files of a record, and its version for the hash."""

OURS = "<nano_ffi>/"
"""Stands for the folder of the package's own Zig files, which another environment has elsewhere."""

UNKNOWN = "-"
"""In the place of hash and state: the file was written while it was compiled, so what the compiler saw is not known."""


def module_name(source: str) -> str:
    """The name of the module of a Zig file: the file's, as far as Python and C take it as a name."""
    stem = os.path.splitext(os.path.basename(source))[0]
    if stem.isascii() and stem.isidentifier():
        import keyword

        return f"{stem}_" if keyword.iskeyword(stem) else stem
    name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in stem)
    return f"_{name}" if name[:1].isdigit() else name


class Unit:
    """A Zig file as a module of a name, for the running interpreter, with some switches."""

    def __init__(self, source: str, name: str, switches: Switches) -> None:
        """`source` is absolute."""
        self.source = source
        self.name = name
        self.switches = switches
        self.folder = cache_folder("modules", f"{name}-{short_hash(source)}")
        abi = EXTENSION_SUFFIXES[0].strip(".").replace(".", "-")
        cpu = switches.cpu or f"native_{machine()}"
        variant = f"{abi}-{sys.hexversion:x}-{switches.mode or 'default'}-{cpu}"
        self.record = os.path.join(self.folder, variant.replace("/", "_") + ".record")


class Record:
    """What is known of a build."""

    def __init__(
        self,
        unit: Unit,
        *,
        installed: str,
        upward: tuple[str, str],
        build: str,
        previous: str,
        files: list[tuple[str, str, str]],
    ) -> None:
        self.unit = unit
        self.installed = installed
        """Which nano_ffi the package's own files were of when they were looked at last, see `installed`."""
        self.upward = upward
        """pyproject.toml and build.zig.zon that were heeded."""
        self.build = build
        """Folder and file name of the extension, in the unit's folder."""
        self.previous = previous
        """The one before, which another process may be about to load."""
        self.files = files
        """Hash, state, path."""

    @property
    def binary(self) -> str:
        return os.path.join(self.unit.folder, self.build)

    @classmethod
    def load(cls, unit: Unit) -> Record | None:
        """None where there is none, or none that can be used."""
        try:
            form, installed, pyproject, package, build, previous, *lines = lines_of(unit.record)
            if form != FORMAT or not lines or lines.pop() != "end":
                return None
            files: list[tuple[str, str, str]] = []
            for line in lines:
                digest, state, path = line.split(" ", 2)
                files.append((digest, state, path))
        except (OSError, ValueError):
            return None
        record = cls(
            unit, installed=installed, upward=(pyproject, package), build=build, previous=previous, files=files
        )
        own = bool(files) and files[0][2] == unit.source
        return record if own and os.path.isfile(record.binary) else None

    def save(self) -> None:
        lines = [
            *(FORMAT, self.installed, *self.upward, self.build, self.previous),
            *(f"{digest} {state} {path}" for digest, state, path in self.files),
            "end",
        ]
        write_whole(self.unit.record, BETWEEN.join(lines))

    def holds(self) -> bool:
        """Whether nothing has changed that matters."""
        if self.upward != find_upward(self.unit.source):
            return False
        if self.installed.partition(" ")[0] != nano_ffi.__version__:
            return False
        is_same = self.installed == (now := installed())
        ours_hold = is_same and " " in now
        touched: list[tuple[int, str]] = []
        for index, (_, state, path) in enumerate(self.files):
            if ours_hold and path.startswith(OURS):
                continue
            try:
                found = state_of(real_path(path))
            except FileNotFoundError:
                if path == ZIG:
                    continue  # what is built needs no compiler
                return False
            if found != state:
                touched.append((index, found))
        if is_same and not touched:
            return True
        self.installed = now
        for index, found in touched:
            digest, _, path = self.files[index]
            if digest_of(path, self.unit.source) != digest:
                return False
            self.files[index] = (digest, found, path)
        try:  # noqa: SIM105  # contextlib takes long to import
            self.save()
        except OSError:
            pass  # a cache that is only read: the hashes are compared again next time
        return True


def lines_of(record: str) -> list[str]:
    """The lines of a record. Raises OSError and ValueError."""
    with open(record, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read().split(BETWEEN)


def state_of(path: str) -> str:
    """What the file system says of a file, which is other when its bytes are: its size, its times, and which file it is."""
    found = os.stat(path)
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}"


def real_path(path: str) -> str:
    """Where a path of a record is."""
    if path == ZIG:
        return zig()
    return os.path.join(sources(), path[len(OURS) :]) if path.startswith(OURS) else path


def digest_of(path: str, source: str) -> str:
    """What a file of a record is compared by: its hash, but for two files the part that matters."""
    if path == ZIG:
        from nano_ffi.zig import version_of

        return version_of(zig())
    if os.path.basename(path) == "pyproject.toml":
        from nano_ffi.settings import read_table
        from nano_ffi.wheels.targets import native

        return read_table(path, source, native().platform.system).digest()
    import hashlib

    with open(real_path(path), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


@once
def zig() -> str:
    """The installed compiler; a path at which there is nothing, where there is none."""
    name = "zig.exe" if sys.platform == "win32" else "zig"
    for folder in sys.path:  # as a rule it is found here, without the search for a package
        path = os.path.join(folder, "ziglang", name)
        if os.path.isfile(path):
            return os.path.abspath(path)
    from importlib.util import find_spec

    spec = find_spec("ziglang")
    folders = spec.submodule_search_locations if spec is not None else None
    return os.path.join(folders[0], name) if folders else "no zig"


def installed() -> str:
    """The package's version and, behind a space, what changes when another one of that version is installed over it.

    That is not said of an editable install, whose files may change one by one.
    """
    found = os.stat(sources())
    is_editable = len(nano_ffi.__path__) > 1
    return nano_ffi.__version__ + ("" if is_editable else f" {found.st_ino}-{found.st_ctime_ns}")
