"""Ints of many widths, there and back and out of range: one module with a function for each."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile with: pip install 'nano-ffi[zig]'")

SOURCE = Path(__file__).parent / "extension" / "integers.zig"
TYPES = re.findall(r"pub fn same_(\w+)", SOURCE.read_text(encoding="utf-8"))


def limits(typ: str) -> tuple[int, int]:
    bits = int(typ[1:])
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if typ[0] == "i" else (0, 2**bits - 1)


@pytest.fixture(scope="module")
def integers(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("integers")


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
