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
from typing import Any

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


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("programs")


def many_names(owner: Any) -> None:
    """So many that what is not needed is looked for."""
    for n in range(100):
        owner.rename(f"t{n}t")


@pytest.mark.alone
def test_what_a_callback_allocates_is_not_the_calls(m: ModuleType) -> None:
    plain, owner = m.PlainSlots(), m.MapRich()
    plain.add(3, "tt")
    plain.rename("tat")

    def add(_: object) -> bool:
        owner.addCopy(m.Rich(5, [1] * 4))
        return False

    plain.each(add)
    owner.addCopy(plain.first())
    many_names(owner)
    owner.clear()
    many_names(owner)


@pytest.mark.alone
def test_what_an_address_leads_into_stays(m: ModuleType) -> None:
    for count in range(100):
        names, owner = m.PlainNames(), m.ListNamed()
        names.add(3, "tnamet")
        item = names.best()
        del names
        for n in range(count):
            owner.rename(f"t{n}t" * 9)
        item = owner.better(item)
        assert (item.n, item.name) == (3, "tnamet")
