"""Classes as people write them, of each kind of store, called at random: tests/machine/programs.py.

A run does 20,000 operations, always the same ones, ``nox -s soak`` 2,000,000 others.
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
RUN = f"""
import runpy, sys
sys.path.append({str(ROOT)!r})
runpy.run_module("tests.machine.programs", run_name="__main__", alter_sys=True)
"""


def test_all_that_is_read_was_given(
    zig_module: Callable[[str], ModuleType], pytestconfig: pytest.Config, measured: Callable[[str], None]
) -> None:
    folder = Path(str(zig_module("programs").__file__)).parent
    steps, seed = pytestconfig.getoption("machine_steps"), pytestconfig.getoption("fuzz_seed")
    command = [sys.executable, "-c", RUN, str(folder), f"--seed={seed}", f"--steps={steps}"]
    environment = {"PYTHONMALLOC": "debug", **os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode:
        pytest.fail(f"status {done.returncode}\n{done.stdout[-6_000:]}\n{done.stderr[-6_000:]}", pytrace=False)
    assert "7 classes" in done.stdout
    measured(f"programs: {done.stdout.strip()}")
