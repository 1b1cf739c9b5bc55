"""What pyproject.toml pins in more than one place is pinned alike, and scripts/bootstrap.py can read its part."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import update

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


def test_the_locks_have_what_is_pinned() -> None:
    groups, template = pyproject()["dependency-groups"], ROOT / "nano_ffi" / "template" / "dot.github"
    wheels = [pin for pin in pyproject()["project"]["optional-dependencies"]["wheels"] if "==" in pin]
    for path, pins in {
        template / "publish.txt.in": groups["publish"],
        template / "wheels.txt.in": wheels,
        ROOT / "scripts" / "nox.txt": groups["nox"],
    }.items():
        lock = path.read_text(encoding="utf-8").lower()
        for pin in pins:
            pin = pin.partition(";")[0]
            assert re.search(rf"^{re.escape(pin.lower())} (;.* )?\\\n", lock, re.MULTILINE), f"{pin}: `nox -s lock`"


def test_an_update_moves_pins_alone() -> None:
    text = 'nox = ["nox==1.0", "uv==1!2.0"]\nx = ["ziglang==0.1", "a[b,c]==3", "d>=4"]  # uv==1!2.0 stays in words\n'
    assert update.pins(text) == {"nox": "1.0", "uv": "1!2.0", "a": "3"}
    moved = update.moved(text, {"nox": "1.1", "uv": "3", "ziglang": "9", "d": "5"})
    assert moved == text.replace('"nox==1.0", "uv==1!2.0"', '"nox==1.1", "uv==3"')


def test_nox_alone_runs_sessions_from_any_folder(tmp_path: Path) -> None:
    # As where there is no uv, neither as a package nor as a command.
    alone = "import sys; sys.modules['uv'] = None; from nox._cli import nox_main; nox_main()"
    path = [part for part in os.environ["PATH"].split(os.pathsep) if not Path(part, "uv").exists()]
    done = subprocess.run(
        [
            sys.executable,
            "-P",
            "-c",
            alone,
            "-f",
            ROOT / "noxfile.py",
            "--envdir",
            tmp_path,
            "-s",
            "lock",
            "--",
            "--help",
        ],
        cwd=tmp_path,
        env={**os.environ, "PATH": os.pathsep.join(path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "Compile a `requirements.in` file" in done.stdout


def test_bootstrap_reads_the_group_nox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    bootstrap = runpy.run_path(str(ROOT / "scripts" / "bootstrap.py"))
    assert bootstrap["read_pins"]() == pyproject()["dependency-groups"]["nox"]
