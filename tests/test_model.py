"""Random operations on objects of every shape, beside a model of each: tests/machine.

A run does 20,000 operations, always the same ones, ``nox -s soak`` 1,000,000 others (``--machine-steps``,
``--fuzz-seed 0``). It runs in a process of its own, whose memory is filled where it is freed: what is stale is seen.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")

ROOT = Path(__file__).resolve().parent.parent
FILES = ("model", "model_more")
SHARED = ("lists", "maps", "graph", "references", "objects_threads")
"""What threads share as well."""
SHAPES = ("plain", "doc", "pool", "chain", "stable", "keeper", "cursor", "links", "box", "tree", "table")
ONLY = f"--only={','.join(SHAPES)}"
OPTIONS = ("herd", "handle", "holder")
RUN = f"""
import runpy, sys
sys.path.append({str(ROOT)!r})
runpy.run_module("tests.machine", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="module")
def folder(zig_module: Callable[[str], ModuleType]) -> str:
    """Where the modules are."""
    folders = {str(Path(str(zig_module(name).__file__)).parent) for name in (*FILES, *SHARED)}
    return folders.pop()


def run(folder: str, *arguments: str) -> str:
    """What the machine says; where it fails, the seed, the step, and the last operations, to be done again."""
    if os.environ.get("PYTHONMALLOC") == "malloc":  # valgrind watches this process, and no other
        return run_here(folder, *arguments)
    environment = {"PYTHONMALLOC": "debug", **os.environ, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-P"] if sys.version_info >= (3, 11) else [sys.executable]
    done = subprocess.run(
        [*command, "-c", RUN, folder, *arguments],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        pytest.fail(f"status {done.returncode}\n{done.stdout[-10_000:]}\n{done.stderr[-6_000:]}", pytrace=False)
    return done.stdout.strip()


def run_here(folder: str, *arguments: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, str(ROOT)])
        from tests.machine import __main__ as machine

        given = [argument for argument in arguments if argument != "--watch"]
        assert machine.main([folder, *given]) == 0
    return "in this process"


def watched(folder: str, pytestconfig: pytest.Config, part: int, *arguments: str) -> str:
    steps = max(1, pytestconfig.getoption("machine_steps") // part)
    seed = pytestconfig.getoption("fuzz_seed")
    return run(folder, "--watch", f"--seed={seed}", f"--steps={steps}", *arguments)


def test_all_shapes_together(folder: str, pytestconfig: pytest.Config, measured: Callable[[str], None]) -> None:
    measured(f"objects: {watched(folder, pytestconfig, 2, ONLY)}")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape(folder: str, pytestconfig: pytest.Config, shape: str) -> None:
    watched(folder, pytestconfig, 20, f"--only={shape}")


@pytest.mark.parametrize("shape", OPTIONS)
def test_a_shape_with_options(
    folder: str, zig_module: Callable[[str], ModuleType], pytestconfig: pytest.Config, shape: str
) -> None:
    zig_module("model_options")
    watched(folder, pytestconfig, 20, f"--only={shape}")


def test_threads(folder: str, pytestconfig: pytest.Config, measured: Callable[[str], None]) -> None:
    seed = pytestconfig.getoption("fuzz_seed")
    measured(f"objects that threads share: {run(folder, '--threads=3', f'--seed={seed}')}")


def test_the_machine_sees_what_is_wrong(folder: str) -> None:
    """One operation that forgets to tell the model is found, with the step and what was done before."""
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [sys.executable, "-c", RUN, folder, "--watch", "--only=plain", "--steps=2000", "--control"],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "the model:" in done.stdout
    assert "the last operations:" in done.stdout
    assert "again: python -m tests.machine" in done.stdout
