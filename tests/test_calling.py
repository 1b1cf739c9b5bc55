"""Every way in which CPython calls a function: specialised for the call, by vectorcall, with a tuple and a dict."""

from __future__ import annotations

import functools
import inspect
import itertools
import operator
import pickle
import sys
import threading
from collections.abc import Callable
from types import BuiltinFunctionType, FrameType, ModuleType
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

import nano_ffi
from nano_ffi import call

TURNS = 5_000
"""Enough for an interpreter to specialise a call."""


@pytest.fixture(scope="module")
def shapes(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")
    return zig_module("shapes")


def ways(function: Callable[..., Any], args: tuple[Any, ...], names: str) -> list[Any]:
    """What comes of a call in each way, all of which must be the same."""
    keywords = dict(zip(names, args, strict=True))
    nothing: dict[str, Any] = {}
    results = [
        function(*args),
        function(*args, **nothing),
        function(**keywords),
        function(*args[:1], **dict(list(keywords.items())[1:])),
        function(**dict(reversed(keywords.items()))),
        functools.partial(function, *args)(),
        functools.partial(function, **keywords)(),
        operator.methodcaller("__call__", *args)(function),
        operator.methodcaller("__call__", **keywords)(function),
        *itertools.starmap(function, [args]),
        type(function).__call__(function, *args, **nothing),
        type(function).__call__(function, **keywords),
    ]
    if args:
        results += map(function, *([arg] for arg in args))
    return results


def wrong(function: Callable[..., Any], text: str) -> None:
    """What is wrong is said in the same way at the first call and at the thousandth."""
    for _ in range(100):
        with pytest.raises(TypeError) as caught:
            function()
        assert str(caught.value) == text


def test_every_way_to_call(shapes: ModuleType) -> None:
    cases: list[tuple[str, tuple[Any, ...], str, int]] = [
        ("none", (), "", 7),
        ("one", (5,), "a", 5),
        ("perhaps", (5,), "a", 5),
        ("perhaps", (None,), "a", -1),
        ("two", (3, 4), "ab", 34),
    ]
    for name, args, names, expected in cases:
        function = getattr(shapes, name)
        registered = f"calling.{name}"
        if registered not in nano_ffi.list_functions():
            nano_ffi.register(registered, function)
        by_name = functools.partial(call, registered)
        assert set(ways(function, args, names)) == set(ways(by_name, args, names)) == {expected}
    assert shapes.perhaps() == call("calling.perhaps") == -1


def test_a_call_that_is_specialised(shapes: ModuleType) -> None:
    none, one, two = shapes.none, shapes.one, shapes.two
    for turn in range(TURNS):
        assert none() == 7
        assert one(turn) == one(a=turn) == call("calling.one", turn) == call("calling.one", a=turn) == turn
        assert two(turn, 1) == two(turn, b=1) == two(b=1, a=turn) == 10 * turn + 1
        assert call("add", turn, 1) == turn + 1


def test_what_is_wrong(shapes: ModuleType) -> None:
    wrong(lambda: shapes.none(1), "none() takes 0 arguments (1 given)")
    wrong(lambda: shapes.one(), "one() missing required argument 'a'")
    wrong(lambda: shapes.one(1, 2), "one() takes 1 argument (2 given)")
    wrong(lambda: shapes.one(b=1), "one() got an unexpected keyword argument 'b'")
    wrong(lambda: shapes.one(1, a=1), "one() got multiple values for argument 'a'")
    wrong(lambda: shapes.two(1), "two() missing required argument 'b'")
    wrong(lambda: shapes.two(1, c=1), "two() got an unexpected keyword argument 'c'")
    wrong(lambda: shapes.two(b=1), "two() missing required argument 'a'")
    wrong(lambda: call("add", 1, c=1), "add() got an unexpected keyword argument 'c'")
    wrong(functools.partial(call, a=1), "call() needs the name of a function: call(name, *args)")


def test_it_is_a_builtin_function(shapes: ModuleType) -> None:
    for function in (shapes.none, shapes.one, shapes.two, call, nano_ffi.functions.add):
        assert type(function) is BuiltinFunctionType
    assert shapes.one.__self__ is shapes
    assert (shapes.one.__name__, shapes.one.__module__) == ("one", "shapes")
    assert str(inspect.signature(shapes.perhaps)) == "(a=None)"
    assert pickle.loads(pickle.dumps(shapes.two)) is shapes.two
    assert len({shapes.none, shapes.one, shapes.two, shapes.same}) == 4


def test_a_profiler_sees_the_calls(shapes: ModuleType) -> None:
    seen: list[tuple[str, object]] = []

    def profile(_: FrameType, event: str, argument: object) -> None:
        if event.startswith("c_") and argument is not sys.setprofile:
            seen.append((event, argument))

    sys.setprofile(profile)
    try:
        shapes.one(1)
        shapes.two(1, b=2)
        call("add", 1, 2)
    finally:
        sys.setprofile(None)
    functions = (shapes.one, shapes.two, call)
    assert seen == [(event, function) for function in functions for event in ("c_call", "c_return")]


EDGES = [value + step for value in (0, 256, 1024, 2**15, 2**30, 2**60, 2**63) for step in (-2, -1, 0, 1, 2)]
INTS = [value for edge in EDGES for value in (edge, -edge) if -(2**63) <= value < 2**63]


def test_a_result_that_is_kept_stays_what_it_is(shapes: ModuleType) -> None:
    # An object that nobody has any more may be given again, with another value.
    kept = [shapes.same(value) for value in INTS]
    assert kept == INTS
    assert [shapes.unsigned(value) for value in INTS if value >= 0] == [value for value in INTS if value >= 0]
    halves = [shapes.half(value) for value in INTS]
    for value in INTS:  # and each is let go at once
        assert shapes.same(value) == value
        assert shapes.half(value) == value / 2
        assert shapes.half(shapes.half(value)) == value / 4
        assert shapes.same(shapes.same(value)) == value
        assert shapes.pair(value, value >> 1) == (float(value), -float(value), value >> 1, -(value >> 1))
    assert kept == INTS
    assert halves == [value / 2 for value in INTS]
    assert [shapes.narrow(value) for value in (-(2**15), 300, -300, 2**15 - 1)] == [-(2**15), 300, -300, 2**15 - 1]
    low, high = shapes.same(2**40), shapes.same(2**20)
    table = {low: "low", high: "high"}
    del low, high
    shapes.same(2**50)
    assert table == {2**40: "low", 2**20: "high"}


def test_small_ints_are_the_objects_that_python_has(shapes: ModuleType) -> None:
    for value in range(-5, 257):
        assert shapes.same(value) is int(str(value))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.booleans(), st.integers(0, 5))))
def test_kept_and_let_go_in_any_order(shapes: ModuleType, steps: list[tuple[int, bool, int]]) -> None:
    ints: dict[int, Any] = {}
    floats: dict[int, Any] = {}
    expected: dict[int, int] = {}
    for value, keep, place in steps:
        result, half = shapes.same(value), shapes.half(float(value))
        assert (result, half) == (value, float(value) / 2)
        if keep:
            ints[place], floats[place], expected[place] = result, half, value
        else:
            for kept in (ints, floats, expected):
                kept.pop(place, None)
        del result, half
        assert ints == expected
        assert floats == {place: value / 2 for place, value in expected.items()}


def test_threads_do_not_get_each_others_results(shapes: ModuleType) -> None:
    start = threading.Barrier(8)
    failed: list[object] = []

    def work(number: int) -> None:
        start.wait()
        for turn in range(TURNS):
            value = number * 10**12 + turn
            results = shapes.same(value), shapes.half(value)
            if results != (value, value / 2):
                failed.append((value, results))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
