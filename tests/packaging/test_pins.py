"""What pyproject.toml pins in more than one place is pinned alike, and scripts/bootstrap.py can read its part."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent

tomllib = pytest.importorskip("tomllib", reason="tomllib is in the standard library since Python 3.11")


def pyproject() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return table


def requirements() -> Iterator[Requirement]:
    table = pyproject()
    groups = [*table["project"]["optional-dependencies"].values(), *table["dependency-groups"].values()]
    for group in [table["build-system"]["requires"], *groups]:
        yield from (Requirement(entry) for entry in group if isinstance(entry, str))


def test_a_package_has_one_pin() -> None:
    pins: dict[str, set[str]] = {}
    for requirement in requirements():
        pins.setdefault(canonicalize_name(requirement.name), set()).add(str(requirement.specifier))
    assert {name: specifiers for name, specifiers in pins.items() if len(specifiers) > 1} == {}


def test_the_lock_has_what_is_pinned() -> None:
    lock = (ROOT / "nano_ffi" / "template" / "dot.github" / "publish.txt.in").read_text(encoding="utf-8")
    for pin in pyproject()["dependency-groups"]["publish"]:
        assert f"\n{pin} \\\n" in lock, f"{pin} is not in the lock: `nox -s lock`"


def test_bootstrap_reads_the_group_nox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    bootstrap = runpy.run_path(str(ROOT / "scripts" / "bootstrap.py"))
    assert bootstrap["read_pins"]() == pyproject()["dependency-groups"]["nox"]
