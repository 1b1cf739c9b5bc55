"""What each wheel was built from, so that a second run builds only what is missing or changed."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import importlib.metadata
import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cibuildwheel.options import BuildOptions

from nano_ffi.wheels import checksums
from nano_ffi.wheels.targets import Target

__all__ = ["Record", "digest", "installed", "project_digest", "recorded_environment"]

GENERATED = frozenset({"build", "dist", "wheelhouse", "zig-out", "__pycache__", "node_modules", "venv"})
"""Names of directories that hold products, not sources. Files in them count only where git tracks them."""

ENVIRONMENT = ("SKBUILD_", "CMAKE_", "CIBW_CONFIG", "AUDITWHEEL_", "SOURCE_DATE_EPOCH", "CFLAGS", "CXXFLAGS", "LDFLAGS")
"""Beginnings of the names of environment variables that can change a wheel's bytes."""


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

    @classmethod
    def load(cls, path: Path) -> Record | None:
        """The record in a file; None where there is none that can be read."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps(dataclasses.asdict(self), indent=2) + "\n", encoding="utf-8")
        new.replace(path)

    def holds(self, digest: str, folder: Path) -> bool:
        """Whether the same inputs are asked for, and the wheel lies in `folder` as it was written."""
        wheel = folder / self.wheel
        return self.digest == digest and wheel.is_file() and checksums.sha256(wheel) == self.sha256


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


def recorded_environment(environment: Mapping[str, str], base: Mapping[str, str]) -> dict[str, str]:
    """The part of `environment` that can change a wheel: what the options set over `base`, and `ENVIRONMENT`."""
    return {
        name: value for name, value in environment.items() if base.get(name) != value or name.startswith(ENVIRONMENT)
    }


@functools.cache
def installed() -> str:
    """A digest over the versions of all that is installed beside us, and over our own files (they are sources of a
    user's extension, and in a checkout they change under the same version)."""
    ours = Path(__file__).resolve().parent.parent
    versions = sorted({f"{found.name}=={found.version}" for found in importlib.metadata.distributions()})
    state = hashlib.sha256("\n".join(versions).encode())
    for path in _walk(ours):
        _add(state, path, ours)
    return state.hexdigest()


def project_digest(root: Path, leave_out: Iterable[Path]) -> str:
    """A digest over the files of the project in `root`.

    Those are what git tracks or would (``git ls-files -co --exclude-standard``); without git, all but products and
    hidden directories. Nothing below the directories `leave_out` counts.
    """
    excluded = [path.resolve() for path in leave_out]
    state = hashlib.sha256()
    for path in _tracked(root) or _walk(root):
        if not any(path.is_relative_to(folder) for folder in excluded):
            _add(state, path, root)
    return state.hexdigest()


def _add(state: hashlib._Hash, path: Path, root: Path) -> None:
    with contextlib.suppress(OSError):  # tracked, but deleted: that its name is missing changes the digest
        content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        executable = "x" if os.access(path, os.X_OK) else "-"
        for part in (path.relative_to(root).as_posix().encode(), executable.encode(), content):
            state.update(len(part).to_bytes(8, "big") + part)


def _tracked(root: Path) -> list[Path] | None:
    def listed(*flags: str) -> list[Path]:
        command = ["git", "-C", str(root), "ls-files", "-z", *flags]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        return [Path(os.fsdecode(name)) for name in output.split(b"\0") if name]

    try:
        known, new = listed("--cached"), listed("--others", "--exclude-standard")
    except (OSError, subprocess.CalledProcessError):
        return None
    new = [path for path in new if not any(_generated(name) for name in path.parts[:-1])]
    files = sorted({root / path for path in [*known, *new]})
    return [path for path in files if path.is_symlink() or not path.is_dir()] or None  # a submodule is a directory


def _generated(name: str) -> bool:
    return name in GENERATED or name.startswith(".") or name.endswith(".egg-info")


def _walk(root: Path) -> Iterator[Path]:
    for folder, directories, files in os.walk(root):
        directories[:] = sorted(name for name in directories if not _generated(name))
        yield from (Path(folder) / name for name in sorted(files))
