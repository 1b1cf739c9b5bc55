"""Ints of many widths, there and back and out of range: one module with a function for each."""

from __future__ import annotations

import importlib.util
import random
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nano_ffi.compiler import compile_module

pytest.importorskip("ziglang", reason="no Zig to compile with: pip install 'nano-ffi[zig]'")

# Around the digits of Python's ints (30 bits), the registers, what a float holds, and far beyond.
BITS = [1, 2, 7, 8, 9, 15, 16, 29, 30, 31, 32, 33, 53, 59, 60, 61, 63, 64, 65, 89, 90, 91, 127, 128, 129, 256, 1000]
TYPES = [f"{sign}{bits}" for sign in "iu" for bits in BITS]


def limits(typ: str) -> tuple[int, int]:
    bits = int(typ[1:])
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if typ[0] == "i" else (0, 2**bits - 1)


@pytest.fixture(scope="module")
def integers(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    folder = tmp_path_factory.mktemp("integers")
    source = folder / "integers.zig"
    functions = (f"pub fn same_{typ}(value: {typ}) {typ} {{\n    return value;\n}}\n" for typ in TYPES)
    source.write_text("".join(functions), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("integers", compile_module(Path(source), folder))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Index:
    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


@pytest.mark.parametrize("typ", TYPES)
def test_every_value_that_fits(integers: ModuleType, typ: str) -> None:
    same = getattr(integers, f"same_{typ}")
    low, high = limits(typ)
    edges = [sign * 2**bits + by for bits in (0, 15, 30, 31, 32, 60, 63, 64) for sign in (-1, 1) for by in (-1, 0, 1)]
    values = [low, low + 1, high - 1, high, 0, *edges, *(random.Random(typ).randint(low, high) for _ in range(200))]
    for value in values:
        if low <= value <= high:
            assert same(value) == value
            assert same(Index(value)) == value


@pytest.mark.parametrize("typ", TYPES)
def test_every_value_that_does_not(integers: ModuleType, typ: str) -> None:
    same = getattr(integers, f"same_{typ}")
    low, high = limits(typ)
    text = f"same_{typ}(): parameter 'value' is out of range for {typ} ({low} to {high})"
    for value in (low - 1, high + 1, 2 * low - 1, 2 * high + 2, -(2**1001), 2**1001, 10**5000, -(10**5000)):
        for given in (value, Index(value)):
            with pytest.raises(OverflowError, match=f"^{re.escape(text)}$") as caught:
                same(given)
            assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("typ", ["u1", "i64", "u65", "i1000"])
def test_no_leak(integers: ModuleType, typ: str, growth: Callable[[Callable[[], Any]], float]) -> None:
    same = getattr(integers, f"same_{typ}")
    for value in (limits(typ)[1], limits(typ)[0] - 1, "x"):
        given: Any = value
        assert growth(lambda given=given: same(given)) < 4  # type: ignore[misc]
