"""What Zig does with Python's objects: attributes, calls, items, iteration, and their exceptions."""

from __future__ import annotations

import gc
import math
import sys
import types
import weakref
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="module")
def ops(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("operations")


def test_attributes_calls_and_items(ops: ModuleType) -> None:
    thing = types.SimpleNamespace(a=[1])
    assert ops.get(thing, "a") is thing.a
    ops.set_number(thing, 2.5)
    assert thing.number == 2.5

    def called(*args: Any, **named: Any) -> Any:
        return args, named

    args, named = ops.call_all(called, "ü")
    assert args == (1, 2.5, "ü", "text", None, True, math, called, [3, 4])
    assert named == {"large": 2**64 - 1, "items": [5, 6]}
    assert ops.dumps({"a": 1}, None) == '{"a": 1}'
    assert ops.dumps([1], 2) == "[\n  1\n]"
    assert ops.split("a,b,ü", ",") == ["a", "b", "ü"]
    assert ops.at({"x": thing}, "x") is thing
    numbers = [1, 2, 3]
    ops.put(numbers, -1, thing)
    assert numbers[2] is thing
    assert ops.sum(range(100)) == 4950
    assert (ops.length("abc"), ops.length({})) == (3, 0)
    assert ops.about(int, int) == (True, False, False)
    assert ops.about(None, int) == (False, True, False)
    assert ops.about(True, (str, int)) == (False, False, True)
    assert [ops.size(value) for value in ("ü", "", None)] == [2, 0, -1]
    assert ops.pair((-3, None)) == (-3, None)
    assert [ops.has_module(name) for name in ("json", "no_such_module")] == [True, False]


def test_what_python_raises_is_raised(ops: ModuleType) -> None:
    class OwnError(Exception):
        pass

    def numbers() -> Iterator[int]:
        yield 1
        raise OwnError("in the middle")

    def failing(*_: Any, **__: Any) -> None:
        raise OwnError("called")

    cases: list[tuple[Callable[[], Any], type[BaseException], str]] = [
        (lambda: ops.get(3, "nothing"), AttributeError, "'int' object has no attribute 'nothing'"),
        (lambda: ops.set_number(3, 1), AttributeError, "'int' object has no attribute 'number'"),
        (lambda: ops.call_all(failing, ""), OwnError, "called"),
        (lambda: ops.dumps({1, 2}, None), TypeError, "set is not JSON serializable"),
        (lambda: ops.at({}, "x"), KeyError, "'x'"),
        (lambda: ops.put([], 0, None), IndexError, "list assignment index out of range"),
        (lambda: ops.sum(numbers()), OwnError, "in the middle"),
        (lambda: ops.sum(3), TypeError, "'int' object is not iterable"),
        (lambda: ops.sum(["a"]), TypeError, r"as\(\): parameter 'object' must be an int \(i64\), not str"),
        (lambda: ops.pair((200, 1)), OverflowError, r"parameter 'object\[0\]' is out of range for i8"),
        (lambda: ops.size(b"a"), TypeError, r"parameter 'object' must be a str \(str\), not bytes"),
        (lambda: ops.length(3), TypeError, "has no len"),
        (lambda: ops.about(1, 1), TypeError, "isinstance"),
        (lambda: ops.first_of_two(failing), OwnError, "called"),
        (lambda: ops.second_of_two(failing), AttributeError, "nothing_like_it"),
        (lambda: ops.another(failing), RuntimeError, "not that"),
        (ops.released, RuntimeError, "nothing can be done with Python objects here"),
    ]
    for call, error, message in cases:
        for _ in range(2):
            with pytest.raises(error, match=message) as caught:
                call()
            assert sys.exc_info() == (None, None, None)
        if error is OwnError:
            assert any(entry.name in {"failing", "numbers"} for entry in caught.traceback)
    with pytest.raises(KeyboardInterrupt):
        ops.call_all(lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt), "")


def test_fields_and_calls_inside_of_calls(ops: ModuleType) -> None:
    holder = ops.Holder(lambda: 3)
    assert (holder.call(), holder.calls) == (3, 1)
    holder.thing = lambda: ops.get(3, "nothing")
    with pytest.raises(AttributeError):
        holder.call()
    holder.thing = lambda: ops.ignored(3)
    assert holder.call() is False


def test_nothing_is_kept(ops: ModuleType) -> None:
    class Thing:
        def __call__(self) -> None:
            raise ValueError(self)

    thing = Thing()
    gone = weakref.ref(thing)
    assert ops.ignored(thing) is False
    for call in (ops.first_of_two, ops.second_of_two, ops.another):
        with pytest.raises((ValueError, AttributeError, RuntimeError)):
            call(thing)
    del thing
    gc.collect()
    assert gone() is None
    key, value = object(), object()
    table = {key: value}
    counts = [sys.getrefcount(each) for each in (key, value, table, None)]
    for _ in range(2000):
        ops.at(table, key)
        ops.ignored(value)
        ops.sum([1, 2])
        ops.dumps([1], None)
        ops.split("a,b", ",")
        ops.call_all(lambda *_, **__: None, "a")
    assert [sys.getrefcount(each) for each in (key, value, table)] == counts[:3]
