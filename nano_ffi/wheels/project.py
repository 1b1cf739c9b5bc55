"""What builds a project: Zig code of its own, or C and C++ by a build backend that knows nothing of Zig."""

from __future__ import annotations

import ast
import contextlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from nano_ffi.wheels import records
from nano_ffi.wheels.interpreters import find_python
from nano_ffi.wheels.targets import Target

__all__ = ["backend_of", "copy_of", "host_questions", "is_without_zig", "obstacles", "uses_zig"]

CAN_CROSS = ("scikit_build_core.", "setuptools.", "mesonpy")
"""Backends that build for another system where they are told of it, as in `toolchain`."""

PACKAGES = frozenset({"scikit-build-core", "setuptools", "meson-python"})
"""What holds them, which a project's own backend may call."""

LEGACY = "setuptools.build_meta:__legacy__"


def backend_of(pyproject: Mapping[str, Any] | None) -> str:
    """``build-backend`` of ``[build-system]``, or what is taken where there is none (PEP 517)."""
    return str((pyproject or {}).get("build-system", {}).get("build-backend", LEGACY))


def uses_zig(pyproject: Mapping[str, Any] | None) -> bool:
    """Whether a project says that it is compiled with Zig."""
    tables = pyproject or {}
    return "nano-ffi" in tables.get("tool", {}) or bool({"ziglang", "nano-ffi"} & required(tables))


def is_without_zig(pyproject: Mapping[str, Any] | None) -> bool:
    """Whether a project's backend compiles, if it does, with the C compiler that it is given."""
    if uses_zig(pyproject):
        return False
    own = "backend-path" in (pyproject or {}).get("build-system", {})
    return backend_of(pyproject).startswith(CAN_CROSS) or (own and bool(PACKAGES & required(pyproject or {})))


def required(pyproject: Mapping[str, Any]) -> set[str]:
    """The names of what the build requires."""
    found: set[str] = set()
    for text in pyproject.get("build-system", {}).get("requires", []):
        with contextlib.suppress(InvalidRequirement):  # the build frontend will tell
            found.add(canonicalize_name(Requirement(text).name))
    return found


def obstacles(targets: Sequence[Target]) -> list[str]:
    """Why wheels of a project without Zig cannot be built on this machine: a line for each reason, with the remedy."""
    reasons = []
    if odd := [target for target in targets if len(target.platform.triples) > 1 or target.platform.system == "android"]:
        reasons.append(
            f"{listed(target.identifier for target in odd)}: universal2 and Android wheels are built of projects in Zig "
            "only. Leave them out: `archs` of [tool.cibuildwheel.macos] can name x86_64 and arm64."
        )
    pythons = sorted({target.python for target in targets})
    if missing := [python.version for python in pythons if find_python(python, headers=True) is None]:
        reasons.append(
            f"CPython {', '.join(missing)}: no interpreter with its headers on this machine. `uv python install "
            f"{' '.join(missing)}` brings it; or name one in NANO_FFI_PYTHONS, or leave the version out with `build` or "
            "`skip` of [tool.cibuildwheel]."
        )
    return reasons


QUESTIONS = frozenset({"sys.platform", "os.name", "os.uname", "platform.system", "platform.uname", "platform.platform"})
"""What the interpreter says of the system that it runs on, and its own library asks, too: of a build it cannot be changed."""


def host_questions(package: Path, pyproject: Mapping[str, Any] | None) -> list[str]:
    """Where a project's build asks for its system in a way that this machine's is the answer: ``setup.py:3 (sys.platform)``."""
    tables = pyproject or {}
    system = tables.get("build-system", {})
    own = backend_of(pyproject).partition(":")[0].partition(".")[0]
    paths = (
        [package / "setup.py"] if "setuptools" in {backend_of(pyproject).partition(".")[0], *required(tables)} else []
    )
    for folder in system.get("backend-path", []):
        paths += [package / folder / f"{own}.py", *sorted((package / folder / own).rglob("*.py"))]
    found = []
    for path in paths:
        with contextlib.suppress(OSError, ValueError, SyntaxError):  # the backend will tell
            lines = asked_in(ast.parse(path.read_bytes()))
            found += [f"{path.relative_to(package)}:{line} ({name})" for line, name in lines]
    overrides = tables.get("tool", {}).get("scikit-build", {}).get("overrides", [])
    if any("platform-system" in json.dumps(override.get("if", {})) for override in overrides):
        found.append("pyproject.toml (platform-system of [tool.scikit-build])")
    return found


def asked_in(tree: ast.Module) -> list[tuple[int, str]]:
    """The lines with one of `QUESTIONS`, by whatever name it has there."""
    modules: dict[str, str] = {}
    found: set[tuple[int, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.lineno, f"{node.module}.{alias.name}") for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add((node.lineno, f"{modules.get(node.value.id)}.{node.attr}"))
    return sorted((line, name) for line, name in found if name in QUESTIONS)


def listed(items: Iterable[str], most: int = 3) -> str:
    texts = list(items)
    return ", ".join(texts[:most]) + (f" and {len(texts) - most} more" if len(texts) > most else "")


def copy_of(package: Path, folder: Path, leave_out: Iterable[Path]) -> Path:
    """The project in a folder of its own, as a container would have it: backends write into their sources.

    With the rest of the repository that tracks it, where its sources and its version may be. Returned is the project's
    folder in it.
    """
    ignored = {path.resolve() for path in leave_out}
    package = package.resolve()
    root = (records.repository(package) if records.is_tracked(package) else None) or package

    def ignore(parent: str, children: list[str]) -> list[str]:
        return [
            name for name in children if Path(parent, name).resolve() in ignored or name in {".tox", ".nox", ".venv"}
        ]

    shutil.copytree(root, folder, symlinks=True, ignore=ignore)
    return folder / package.relative_to(root)
