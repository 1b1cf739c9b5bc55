"""Classes and methods of the same types share code: each keeps its own names, defaults, errors and values."""

from __future__ import annotations

import copy
import math
import pickle
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nano_ffi

SOURCE = """\
const std = @import("std");

pub const A = struct {
    x: f64 = 1.5,
    n: i64 = 2,
    on: bool = true,

    pub fn scaled(self: *const A, by: f64) f64 {
        return self.x * by;
    }

    pub fn copied(self: A, by: f64) f64 {
        return self.x + by;
    }

    pub fn move(self: *A, by: f64) void {
        self.x += by;
    }

    pub fn checked(self: *const A, limit: i64) error{TooLarge}!i64 {
        return if (self.n > limit) error.TooLarge else self.n;
    }

    pub fn sum(self: *const A, more: i64) i64 {
        return self.n + more;
    }

    pub fn isOn(self: *const A) bool {
        return self.on;
    }
};

pub const B = struct {
    y: f64 = -2.5,
    count: i64 = 7,
    off: bool = false,

    pub fn scaled(self: *const B, factor: f64) f64 {
        return self.y * factor * 10;
    }

    pub fn move(self: *B, to: f64) void {
        self.y = to;
    }

    pub fn checked(self: *const B, most: i64) error{Full}!i64 {
        return if (self.count > most) error.Full else -self.count;
    }

    pub fn sum(self: *const B, rest: i64) i64 {
        return self.count - rest;
    }
};

pub const Pair = struct { a: A = .{}, b: B = .{} };

pub const Frozen = struct {
    values: []const A = &.{},

    pub fn first(self: *const Frozen) *const A {
        return &self.values[0];
    }
};
"""


@pytest.fixture(scope="module", params=["Debug", "ReleaseSafe", "ReleaseFast"])
def shapes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    source: Path = tmp_path_factory.mktemp("shapes") / f"shapes_{request.param.lower()}.zig"
    source.write_text(SOURCE, encoding="utf-8")
    return nano_ffi.load(source, mode=request.param)


def test_each_has_its_own_defaults(shapes: ModuleType) -> None:
    assert (shapes.A().x, shapes.A().n, shapes.A().on) == (1.5, 2, True)
    assert (shapes.B().y, shapes.B().count, shapes.B().off) == (-2.5, 7, False)
    assert shapes.A(3.0) == shapes.A(x=3) == shapes.A(3.0, 2)
    assert shapes.B(count=1, y=4.0) == shapes.B(4.0, 1, False)
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'y'"):
        shapes.A(y=1.0)


def test_each_calls_its_own_function(shapes: ModuleType) -> None:
    a, b = shapes.A(), shapes.B()
    for two in (2.0, 2):
        assert a.scaled(two) == a.scaled(by=two) == 3.0
        assert b.scaled(two) == b.scaled(factor=two) == -50.0
    assert a.copied(1) == 2.5
    assert (a.sum(2**40), b.sum(1), a.isOn()) == (2**40 + 2, 6, True)
    assert a.move(0.5) is None
    assert b.move(to=9) is None
    assert (a.x, b.y) == (2.0, 9.0)


WRONG: list[tuple[str, Any, type[Exception], str]] = [
    ("A", lambda o: o.scaled(factor=1.0), TypeError, r"^scaled\(\) got an unexpected keyword argument 'factor'"),
    ("B", lambda o: o.scaled(by=1.0), TypeError, r"^scaled\(\) got an unexpected keyword argument 'by'"),
    ("A", lambda o: o.scaled("1"), TypeError, r"^scaled\(\): parameter 'by' must be a float"),
    ("B", lambda o: o.scaled(None), TypeError, r"^scaled\(\): parameter 'factor' must be a float"),
    ("A", lambda o: o.sum(2**63), OverflowError, r"^sum\(\): parameter 'more' is out of range"),
    ("B", lambda o: o.sum(), TypeError, r"^sum\(\) .*'rest'"),
    ("A", lambda o: o.checked(1), RuntimeError, r"^TooLarge$"),
    ("B", lambda o: o.checked(1), RuntimeError, r"^Full$"),
]


@pytest.mark.parametrize(("name", "call", "error", "text"), WRONG)
def test_each_says_its_own_names(shapes: ModuleType, name: str, call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call(getattr(shapes, name)())
    with pytest.raises(TypeError, match=r"descriptor|must be"):
        shapes.A.scaled(shapes.B(), 1.0)


def test_a_panic_has_its_function(shapes: ModuleType) -> None:
    if shapes.__name__.endswith("fast"):
        pytest.skip("nothing is checked")
    with pytest.raises(nano_ffi.ZigPanic, match=r"^sum\(\): integer overflow$"):
        shapes.A(n=2**62).sum(2**62)
    with pytest.raises(nano_ffi.ZigPanic, match=r"^sum\(\): integer overflow$"):
        shapes.B(count=-(2**62)).sum(2**63 - 1)


def test_parts_and_derived_objects(shapes: ModuleType) -> None:
    pair = shapes.Pair()
    part = pair.a
    part.move(1)
    assert (part.scaled(2), pair.a.x, pair.b.sum(2)) == (5.0, 2.5, 5)

    class Derived(shapes.A):  # type: ignore[misc, name-defined]
        pass

    derived = Derived(2.0)
    derived.move(by=1)
    assert (derived.scaled(2), derived.checked(5)) == (6.0, 2)
    frozen = shapes.Frozen([shapes.A(4.0)])
    first = frozen.first()
    assert first.scaled(2) == 8.0
    with pytest.raises(TypeError, match=r"read-only"):
        first.move(1)


def test_equality_is_that_of_the_numbers(shapes: ModuleType) -> None:
    assert shapes.A(0.0) == shapes.A(-0.0)
    assert shapes.A(math.nan) != shapes.A(math.nan)
    assert shapes.A(1.0, 2, False) != shapes.A(1.0, 2, True)
    assert shapes.A(1.0, 2) != shapes.A(1.0, 3)
    assert shapes.Pair() == shapes.Pair()
    assert shapes.Pair(b=shapes.B(1)) != shapes.Pair()


def test_copies(shapes: ModuleType) -> None:
    a = shapes.A(5.0, 6, False)
    for other in (copy.copy(a), copy.deepcopy(a)):
        assert other == a
        assert other is not a
    sys.modules[shapes.__name__] = shapes
    try:
        assert pickle.loads(pickle.dumps(a)) == a
    finally:
        del sys.modules[shapes.__name__]
    assert shapes.A.__annotations__ == {"x": float, "n": int, "on": bool}
    assert shapes.Pair.__annotations__ == {"a": shapes.A, "b": shapes.B}
