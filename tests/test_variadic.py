"""`*args`, `**kwargs`, and parameters that are given by position or by name only."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="module")
def variadic(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("variadic")


def refused(call: Callable[[], Any], message: str, error: type[Exception] = TypeError) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()


def test_signatures_show_how_arguments_are_given(variadic: ModuleType) -> None:
    assert {
        name: str(inspect.signature(getattr(variadic, name)))
        for name in ("total", "options", "power", "scaled", "first_of", "Bag")
    } == {
        "total": "(*numbers)",
        "options": "(first, *rest, limit=None, **others)",
        "power": "(base, exponent, /)",
        "scaled": "(value, *, factor, shift=0.5)",
        "first_of": "(default, /, *others)",
        "Bag": "(*sizes, count=None)",
    }
    assert str(inspect.signature(variadic.Bag.add)) == "(self, /, more, *, twice=False)"
    assert str(inspect.signature(variadic.Bag.sum)) == "(self, /, *numbers, **named)"


def test_any_number_of_arguments(variadic: ModuleType) -> None:
    assert [variadic.total(*range(size)) for size in (0, 1, 2, 100)] == [0, 0, 1, 4950]
    assert variadic.options(1) == (1, [], None, [], -1)
    result = variadic.options(1, "a", "b", limit=3, size=None, other=2)
    assert result == (1, ["a", "b"], 3, [{"name": "size", "value": None}, {"name": "other", "value": 2}], None)
    assert variadic.options(first=1, x=5)[3] == [{"name": "x", "value": 5}]
    refused(lambda: variadic.total(1, "a"), "total(): parameter 'numbers[1]' must be a float (f64), not str")
    refused(lambda: variadic.options(1, size="a"), "options(): parameter 'others.size' must be an int (?i64), not str")
    refused(lambda: variadic.options("a"), "options(): parameter 'first' must be an int (i64), not str")
    refused(lambda: variadic.options(), "options() missing required argument 'first'")
    refused(lambda: variadic.options(1, first=1), "options() got multiple values for argument 'first'")
    refused(lambda: variadic.total(numbers=[1]), "total() got an unexpected keyword argument 'numbers'")
    things = [object(), object()]
    assert variadic.first_of(*things) is things[1]
    assert variadic.first_of(things[0]) is things[0]
    for _ in range(1000):
        variadic.first_of(*things)
        variadic.options(1, "a", b=2)


def test_by_position_or_by_name_only(variadic: ModuleType) -> None:
    assert variadic.power(2, 10) == 1024
    refused(lambda: variadic.power(2, exponent=10), "power() got an unexpected keyword argument 'exponent'")
    refused(lambda: variadic.power(2), "power() missing required argument 'exponent'")
    refused(lambda: variadic.power(2, 3, 4), "power() takes at most 2 positional arguments (3 given)")
    assert variadic.scaled(2, factor=3) == 6.5
    assert variadic.scaled(shift=0, factor=3, value=2) == 6
    refused(lambda: variadic.scaled(2, 3), "scaled() takes at most 1 positional argument (2 given)")
    refused(lambda: variadic.scaled(2), "scaled() missing required argument 'factor'")
    refused(lambda: variadic.scaled(2, factor=3, size=1), "scaled() got an unexpected keyword argument 'size'")


def test_methods_and_constructors(variadic: ModuleType) -> None:
    bag = variadic.Bag(1, 2, 3)
    assert (bag.count, list(bag.sizes)) == (3, [1, 2, 3, 0])
    assert variadic.Bag(count=9).count == 9
    bag.add(2)
    bag.add(2, twice=True)
    assert bag.count == 9
    refused(lambda: bag.add(2, True), "add() takes at most 1 positional argument (2 given)")
    assert (bag.sum(), bag.sum(4), bag.sum(4, 5, a=6)) == (6, 10, 21)
    assert (bag.with_(1), bag.with_(1, name=2)) == (10, 3)
    assert str(inspect.signature(variadic.Bag.with_)) == "(self, name, /, **others)"
    with pytest.raises(TypeError, match=r"'numbers\[0\]' must be an int"):
        bag.sum("a")

    class Larger(variadic.Bag):  # type: ignore[misc, name-defined]
        pass

    assert Larger(5, count=2).sum() == 5
