"""Find the CPythons of this machine that wheels are built for: ``python -m scripts.pythons``.

Looked at, in this order, are the executables of NANO_FFI_PYTHONS (separated as PATH is), PATH, pyenv's versions, the
interpreters that uv manages, and those of scripts/runtimes. Of each version the first that runs is taken.
"""

from __future__ import annotations

import functools
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts import bootstrap

PART = ("test_call.py", "test_errors.py", "test_integers.py", "test_kinds.py", "test_registration.py")
"""The part of the suite for slow runtimes: each built-in function, each kind of type, ints, errors, names."""
PARALLEL = ("--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile")
"""How pytest-xdist runs the suite: the tests of a file share what they compile."""
__all__ = ["PARALLEL", "PART", "ROOT", "SUPPORTED", "Interpreter", "find", "parse_version"]

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED = ("3.10", "3.11", "3.12", "3.13", "3.14", "3.14t", "3.15", "3.15t")

PROBE = """
import json, os, platform, runpy, sys, sysconfig
if sys.version_info < (3, 10):
    sys.exit("too old")
include = sysconfig.get_path("include")
print(json.dumps({
    "implementation": platform.python_implementation(),
    "version": "%d.%d" % sys.version_info[:2] + "t" * bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "release": platform.python_version(),
    "executable": os.path.realpath(sys.executable) if sys.prefix == sys.base_prefix else sys._base_executable,
    "include": include if os.path.isfile(os.path.join(include, "Python.h")) else None,
    "identifier": runpy.run_path(sys.argv[1])["native"]().identifier,
}))
"""


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """A CPython that runs on this machine."""

    version: str
    """``3.13``, ``3.14t``: as ``zig build -Dpython=`` takes it."""
    release: str
    """``3.13.1``."""
    executable: Path
    include: Path | None
    """Folder of its Python.h, where that is installed."""
    identifier: str
    """Its row of nano_ffi/wheels/targets.py, ``cp313-manylinux_x86_64``."""


def parse_version(version: str) -> tuple[int, bool]:
    """To sort by: 3.9 < 3.14 < 3.14t < 3.15."""
    return int(version.removesuffix("t").split(".")[1]), version.endswith("t")


def find() -> list[Interpreter]:
    """One interpreter for each of the `SUPPORTED` versions that this machine has, in order of their versions."""
    found: dict[str, Interpreter] = {}
    seen: set[Path] = set()
    for executable in candidates():
        real = executable.resolve()
        if real in seen and not is_script(executable):
            continue
        seen.add(real)
        interpreter = probe(executable)
        if interpreter and interpreter.version in SUPPORTED:
            found.setdefault(interpreter.version, interpreter)
    return sorted(found.values(), key=lambda interpreter: parse_version(interpreter.version))


def candidates() -> Iterator[Path]:
    """Whatever may be an interpreter; not all of them run."""
    for given in filter(None, os.environ.get("NANO_FFI_PYTHONS", "").split(os.pathsep)):
        if not probe(Path(given)):
            sys.exit(f"NANO_FFI_PYTHONS: {given} does not run as CPython 3.10 or later on a platform of targets.py")
        yield Path(given)
    names = [f"python{version}" for version in SUPPORTED] + ["python3", "python"]
    for name in names:
        for folder in os.get_exec_path():
            if path := shutil.which(name, path=folder):
                yield Path(path)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for version in SUPPORTED:
        yield from sorted(pyenv.glob(f"{version.removesuffix('t')}.*/bin/python{version}"), reverse=True)
    if uv := shutil.which("uv"):
        command = [uv, "python", "list", "--only-installed", "--output-format=json", "--offline", "--no-config"]
        result = subprocess.run(command, check=False, capture_output=True, text=True)
        if result.returncode == 0:
            yield from (Path(row["path"]) for row in json.loads(result.stdout) if row.get("path"))
    runtimes = Path(os.environ.get("RUNTIMES_DIR") or bootstrap.cache_folder() / "runtimes") / "bin"
    machine = platform.machine()
    for version in SUPPORTED:
        kinds = ("", f"-{machine}", f"-linux-{machine}", f"-linux-{machine}-t")
        yield from filter(Path.exists, (runtimes / f"python{version}{kind}" for kind in kinds))


def is_script(executable: Path) -> bool:
    """Whether it is a shim or launcher: the same file for many versions, or another one with every PATH."""
    with executable.open("rb") as file:
        return file.read(2) == b"#!"


@functools.cache
def probe(executable: Path) -> Interpreter | None:
    """What an executable says of itself; None where it does not run, or is not CPython ≥ 3.10 on a known platform."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command: list[str | Path] = [executable, "-I", "-c", PROBE, ROOT / "nano_ffi" / "wheels" / "targets.py"]
    try:
        result = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, env=environment
        )
        said = json.loads(result.stdout) if result.returncode == 0 else {}
    except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    if said.get("implementation") != "CPython":
        return None
    return Interpreter(
        version=said["version"],
        release=said["release"],
        executable=Path(said["executable"]),
        include=Path(said["include"]) if said["include"] else None,
        identifier=said["identifier"],
    )


def main() -> None:
    """Print the table."""
    found = find()
    for interpreter in found:
        headers = "headers" if interpreter.include else "no headers"
        print(f"{interpreter.version:6}{interpreter.identifier:28}{headers:12}{interpreter.executable}")
    missing = [version for version in SUPPORTED if version not in {interpreter.version for interpreter in found}]
    print(
        f"{len(found)} of {len(SUPPORTED)} supported CPythons found"
        + ("; not found: " + ", ".join(missing)) * bool(missing)
    )


if __name__ == "__main__":
    main()
