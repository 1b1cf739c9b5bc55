"""The CPythons of this machine: what tests a wheel, and what builds an extension of C for another platform."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nano_ffi.wheels import targets

__all__ = ["Interpreter", "find_interpreter", "find_python"]

PROBE = """
import json, sys, sysconfig
include = sysconfig.get_path("include")
print(json.dumps({
    "implementation": sys.implementation.name,
    "minor": sys.version_info[1],
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "platform": sysconfig.get_platform(),
    "executable": sys.executable,
    "include": include,
    "variables": {name: value for name, value in sysconfig.get_config_vars().items() if isinstance(value, (str, int))},
}))
"""


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """A CPython that runs on this machine."""

    executable: Path
    include: Path | None
    """The folder of its ``Python.h``, where that is installed."""
    variables: dict[str, str | int]
    """``sysconfig.get_config_vars()``."""

    @property
    def configuration(self) -> Path:
        """Its own ``pyconfig.h``. Debian has one for each machine, and in its place what chooses among them."""
        assert self.include is not None
        by_machine = self.include.parent / str(self.variables.get("MULTIARCH", "")) / self.include.name / "pyconfig.h"
        return by_machine if by_machine.is_file() else self.include / "pyconfig.h"


def find_interpreter(target: targets.Target) -> Path | None:
    """An interpreter that runs the wheels of `target` on this machine."""
    try:
        native = targets.native().platform
    except ValueError:
        return None
    found = find_python(target.python) if target.platform.name == native.name else None
    return found.executable if found else None


@functools.cache
def find_python(python: targets.Python, *, headers: bool = False) -> Interpreter | None:
    """A CPython of this machine's platform, with its ``Python.h`` if `headers`.

    Looked at, in this order: the running one, the executables of NANO_FFI_PYTHONS (separated as PATH is), PATH, pyenv's
    versions, and those that uv manages.
    """
    for path in candidates(f"python{python.version}"):
        found = probe(path, python) if os.access(path, os.X_OK) else None
        if found is not None and (found.include or not headers):
            return found
    return None


def candidates(command: str) -> Iterator[Path]:
    def folders(variable: str) -> Iterator[Path]:
        return (Path(text) for text in os.environ.get(variable, "").split(os.pathsep) if text)

    yield Path(sys.executable)
    yield from folders("NANO_FFI_PYTHONS")
    yield from (folder / command for folder in folders("PATH"))
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    yield from sorted(pyenv.glob(f"versions/*/bin/{command}"))
    data = Path(os.environ.get("XDG_DATA_HOME", "~/.local/share")).expanduser()
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", data / "uv" / "python"))
    yield from sorted(uv.glob(f"*/bin/{command}"))


def probe(path: Path, python: targets.Python) -> Interpreter | None:
    """The interpreter that runs when `path` is called, if it is a `python` of this machine's platform."""
    said = answer_of(path)
    wanted = ("cpython", python.minor, python.free_threaded, sysconfig.get_platform())
    if said is None or (said["implementation"], said["minor"], said["free_threaded"], said["platform"]) != wanted:
        return None
    include = Path(said["include"])
    return Interpreter(
        executable=Path(said["executable"]),
        include=include if (include / "Python.h").is_file() else None,
        variables=said["variables"],
    )


@functools.cache
def answer_of(path: Path) -> dict[str, Any] | None:
    """What `PROBE` prints; None where `path` is no interpreter that runs."""
    try:
        answer = subprocess.run(
            [path, "-I", "-c", PROBE],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=30,
            text=True,
        ).stdout
        return dict(json.loads(answer))
    except (OSError, ValueError, TypeError, subprocess.TimeoutExpired):
        return None
