"""What each wheel was built from, so that a second run builds only what is missing or changed."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import importlib.metadata
import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cibuildwheel.options import BuildOptions

from nano_ffi.switches import write_whole
from nano_ffi.wheels import checksums
from nano_ffi.wheels.targets import Target

__all__ = ["Record", "Tree", "digest", "hash_of", "installed", "is_tracked", "recorded_environment", "repository"]

PRODUCTS = frozenset({"build", "dist", "zig-out"})
"""Names of folders that builds write into. What a build has left there, or where git ignores it, is no source."""

UNREAD = frozenset({"__pycache__", "node_modules", "venv"})
"""Names of folders from which no wheel is made, hidden ones and virtual environments apart."""

VOLATILE = re.compile(
    r"_|PWD|OLDPWD|SHLVL|HOME|USER|LOGNAME|MAIL|SHELL|TERM\w*|COLORTERM|COLUMNS|LINES|PS\d|LS_COLORS|DISPLAY|WAYLAND_\w+"
    r"|HOSTNAME|SSH_\w+|XDG_SESSION_\w+|XDG_RUNTIME_DIR|DBUS_\w+|WINDOWID|TMUX\w*|STY|EDITOR|PAGER|LESS\w*|FORCE_COLOR"
    r"|NO_COLOR|TMPDIR|PYTEST_\w+|COVERAGE_\w+|NOX_\w+|GITHUB_STEP_SUMMARY|INVOCATION_ID|JOURNAL_STREAM"
    r"|NANO_FFI_(?:VERBOSE|CACHE|CACHE_DIR|WATCH)|ZIG_\w*_CACHE_DIR|ZIG_DEBUG_CMD|PYTHONPYCACHEPREFIX"
)
"""Names of the environment variables that change no wheel. Any other one may: a build script can read it."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One build identifier's last success."""

    digest: str
    """Over everything that went in, see `digest`."""
    wheel: str
    """File name in the output folder."""
    sha256: str
    reused: bool
    """The wheel is another identifier's, and this one's interpreter takes it too (abi3)."""
    tested: bool | None
    """None where no test-command is set for the identifier."""
    symbols: str = ""
    """The archive of debug information in the folder for those; empty for none."""
    inputs: dict[str, str] = field(default_factory=dict)
    """What the compiler says that it has read: path → hash, see `hash_of`."""

    @classmethod
    def load(cls, path: Path) -> Record | None:
        """The record in a file; None where there is none that can be read."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(dataclasses.asdict(self), indent=2) + "\n")

    def holds(self, digest: str, folder: Path, symbols: Path | None = None) -> bool:
        """Whether the same inputs are asked for, and the wheel lies in `folder` as it was written, and its debug
        information in `symbols`."""
        wheel = folder / self.wheel
        return (
            self.digest == digest
            and wheel.is_file()
            and checksums.sha256(wheel) == self.sha256
            and (symbols is None or not self.symbols or (symbols / self.symbols).is_file())
            and all(hash_of(Path(path)) == known for path, known in self.inputs.items())
        )


def digest(
    *, project: str, options: BuildOptions, target: Target, environment: Mapping[str, str], extra: Iterable[str]
) -> str:
    """One hexadecimal SHA-256 over all that can change a wheel: sources, options, tools, target, environment."""
    resolved = {
        field.name: repr(getattr(options, field.name))
        for field in dataclasses.fields(options)
        if field.name != "globals"  # the selection, and the folder: neither changes a wheel
    }
    resolved["test"] = str(options.test_selector(target.identifier))
    inputs = [project, installed(), resolved, repr(target), dict(sorted(environment.items())), list(extra)]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def recorded_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of `environment` that can change a wheel: all of it, but for `VOLATILE`."""
    return {name: value for name, value in environment.items() if not VOLATILE.fullmatch(name)}


@functools.cache
def installed() -> str:
    """A digest over the versions of all that is installed beside us, and over our own files (they are sources of a
    user's extension, and in a checkout they change under the same version)."""
    ours = Path(__file__).resolve().parent.parent
    versions = sorted({f"{found.name}=={found.version}" for found in importlib.metadata.distributions()})
    state = hashlib.sha256("\n".join(versions).encode())
    for path in _walk(ours):
        state.update(f"{path.relative_to(ours)} {hash_of(path)}\n".encode())
    return state.hexdigest()


class Tree:
    """The files that a wheel of the project in `package` may be made of.

    Those are all in the project's folder, ignored by git or not, and what git tracks, or would, in the rest of the
    repository. What a build itself has left there counts again when somebody changes it.
    """

    def __init__(self, package: Path, state: Path, leave_out: Iterable[Path]) -> None:
        """What is known of the files is kept in the folder `state`. Nothing below the folders `leave_out` counts."""
        self.package = package.resolve()
        self.repository = repository(self.package)
        self.leave_out = [path.resolve() for path in [*leave_out, state]]
        self.place = state / "files.json"
        self.known: dict[str, list[Any]] = {}
        """Key → what `_status` says, and the hash."""
        self.products: dict[str, str] = {}
        """Key → the hash that a build has left."""
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            saved = json.loads(self.place.read_text(encoding="utf-8"))
            self.known, self.products = dict(saved["known"]), dict(saved["products"])
        self.tracked: frozenset[Path] | None = None
        self.before = self.scan()

    def digest(self) -> str:
        """Over all that a build is made of, as it was found."""
        sources = sorted(item for item in self.before.items() if self.products.get(item[0]) != item[1])
        return hashlib.sha256(json.dumps(sources).encode()).hexdigest()

    def scan(self) -> dict[str, str]:
        """Path, relative to the repository or the project → hash."""
        listed = _tracked(self.repository) if self.repository else None
        self.tracked = frozenset(listed) if listed is not None else None
        found: dict[str, str] = {}
        known: dict[str, list[Any]] = {}
        for path in dict.fromkeys([*(listed or ()), *_walk(self.package)]):
            if any(path.is_relative_to(folder) for folder in self.leave_out):
                continue
            key = path.relative_to(self.repository or self.package).as_posix()
            with contextlib.suppress(OSError):  # tracked, but deleted: that its name is missing changes the digest
                status = _status(path)
                before = self.known.get(key)
                hashed = before[1] if before and before[0] == status else hash_of(path)
                known[key], found[key] = [status, hashed], hashed
        self.known = known
        return found

    def is_product(self, key: str) -> bool:
        path = (self.repository or self.package) / key
        if self.tracked is not None:
            return path not in self.tracked
        return any(part in PRODUCTS or part.endswith(".egg-info") for part in Path(key).parts[:-1])

    def built(self) -> None:
        """Learn what a build has left since this was made, so that it counts for no source the next time."""
        after = self.scan()
        written = {key: hashed for key, hashed in after.items() if self.before.get(key) != hashed}
        kept = {key: hashed for key, hashed in self.products.items() if after.get(key) == hashed}
        self.products = kept | {key: hashed for key, hashed in written.items() if self.is_product(key)}
        self.save()

    def save(self) -> None:
        write_whole(self.place, json.dumps({"known": self.known, "products": self.products}))


def hash_of(path: Path) -> str:
    """Of what a path has: a file's bytes and whether it is executable, or where a link leads; empty for nothing."""
    try:
        if path.is_symlink():
            return f"-> {path.readlink()}"
        return checksums.sha256(path) + "x" * os.access(path, os.X_OK)
    except OSError:
        return ""


def _status(path: Path) -> list[int]:
    found = path.lstat()
    return [found.st_mode, found.st_size, found.st_mtime_ns, found.st_ino]


def repository(package: Path) -> Path | None:
    """The root of the git repository that a folder is in."""
    return next((folder for folder in [package, *package.parents] if (folder / ".git").exists()), None)


def is_tracked(folder: Path) -> bool:
    """Whether git tracks a file in a folder, and not only one of a repository that the folder happens to lie in."""
    command = ["git", "-C", str(folder), "ls-files", "-z", "--cached"]
    try:
        return bool(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
    except (OSError, subprocess.CalledProcessError):
        return False


def _tracked(root: Path) -> list[Path] | None:
    """What git tracks, or would; None where git does not say."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    files = sorted({root / os.fsdecode(name) for name in output.split(b"\0") if name})
    return [path for path in files if path.is_symlink() or not path.is_dir()]  # a submodule is a directory


def _walk(root: Path) -> Iterator[Path]:
    """The files below a folder, but for those in hidden folders, `UNREAD` ones and virtual environments."""
    for folder, directories, files in os.walk(root):
        directories[:] = sorted(
            name
            for name in directories
            if not name.startswith(".") and name not in UNREAD and not Path(folder, name, "pyvenv.cfg").exists()
        )
        # Bytecode and wheels are made, and CPython and installers look for them by their names.
        yield from (
            Path(folder) / name for name in sorted(files) if not name.endswith((".pyc", ".whl")) and name != ".git"
        )
