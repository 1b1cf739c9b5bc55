"""Structs as classes, on a module compiled from tests/extension/classes.zig."""

from __future__ import annotations

import copy
import gc
import importlib.util
import inspect
import json
import os
import pickle
import pydoc
import sys
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nano_ffi
from nano_ffi.compiler import compile_module

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("classes")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def test_fields_are_typed_attributes(m: ModuleType) -> None:
    point = m.Point(3, y=4)
    assert (point.x, point.y, type(point.x)) == (3.0, 4.0, float)
    point.x = 5
    assert point.x == 5.0
    assert raises(lambda: setattr(point, "x", "a")) == (TypeError, "Point.x must be a float (f64), not str")
    assert raises(lambda: delattr(point, "x")) == (TypeError, "the field 'x' of a Point cannot be deleted")
    assert raises(lambda: setattr(point, "z", 1))[0] is AttributeError


def test_constructor_by_fields(m: ModuleType) -> None:
    assert str(inspect.signature(m.Point)) == "(x, y=0.0)"
    assert m.Point(1) == m.Point(x=1.0, y=0.0)
    assert raises(m.Point) == (TypeError, "Point() missing required argument 'x'")
    assert raises(lambda: m.Point(1, 2, 3)) == (TypeError, "Point() takes at most 2 arguments (3 given)")
    assert raises(lambda: m.Point(y=1)) == (TypeError, "Point() missing required argument 'x'")
    assert raises(lambda: m.Point(1, z=2)) == (TypeError, "Point() got an unexpected keyword argument 'z'")
    assert raises(lambda: m.Point(1, x=2)) == (TypeError, "Point() got multiple values for argument 'x'")
    assert raises(lambda: m.Point("1")) == (TypeError, "Point(): parameter 'x' must be a float (f64), not str")


def test_init_by_its_name(m: ModuleType) -> None:
    class Named(m.Point):  # type: ignore[name-defined,misc]
        def __init__(self, name: str) -> None:
            super().__init__(len(name), y=1)

    assert Named("abc") == Named("xyz")
    assert Named("abc").x == 3.0
    assert list(inspect.signature(Named).parameters) == ["name"]
    assert raises(lambda: m.Point.__init__(3, 1))[0] is TypeError


def test_help_shows_what_the_file_has(m: ModuleType) -> None:
    text = pydoc.plain(pydoc.render_doc(m))
    assert "Point(x, y=0.0)" in text
    assert "nano_ffi_" not in text
    assert "Point" in dir(m)
    assert not [name for name in dir(m) if "nano_ffi" in name or name == "__dir__"]
    for found in vars(m).values():
        if isinstance(found, type):
            assert pydoc.render_doc(found)


def test_constructor_by_init(m: ModuleType) -> None:
    assert str(inspect.signature(m.Counter)) == "(start, step=None)"
    counter = m.Counter(5, step=2)
    assert [counter.next(), counter.next(), counter.value] == [7, 9, 9]
    assert m.Counter(5).next() == 6
    kind, text = raises(lambda: m.Counter(5, 0))
    assert (issubclass(kind, RuntimeError), text) == (True, "Zero")
    assert raises(lambda: m.Counter("5")) == (TypeError, "Counter(): parameter 'start' must be an int (i64), not str")


def test_documentation(m: ModuleType) -> None:
    assert m.Point.__doc__ == "A point in the plane."
    assert m.Point.x.__doc__ == "To the right."
    assert m.Point.norm.__doc__ == "Its distance from the origin."
    assert str(inspect.signature(m.Point.scale)) == "(self, /, factor)"
    assert str(inspect.signature(m.Point.polar)) == "(radius, angle)"
    assert (m.Point.__module__, m.Point.__qualname__, m.Line.Style.__qualname__) == ("classes", "Point", "Line.Style")
    assert m.Point.__match_args__ == ("x", "y")
    assert m.Point.__field_names__() == ["x", "y"]


def test_methods_by_value_pointer_and_const_pointer(m: ModuleType) -> None:
    point = m.Point(3, 4)
    assert point.norm() == 5.0
    assert point.scale(factor=2) is None
    assert point == m.Point(6, 8)
    assert point.far(m.Point(6, 0)) == 8.0
    assert m.Point.norm(point) == 10.0
    assert raises(lambda: point.scale()) == (TypeError, "scale() missing required argument 'factor'")
    assert raises(lambda: m.Point.norm(3))[0] is TypeError


def test_static_functions_constants_and_nested_structs(m: ModuleType) -> None:
    assert m.Point.polar(2, 0) == m.Point(2)
    assert m.Point(1).polar(radius=2, angle=0) == m.Point(2)
    assert m.Point.origin == m.Point(0)
    assert m.Point.dimensions == 2
    assert m.Line.Style().width == 1


def test_a_constant_of_a_class_does_not_change(m: ModuleType) -> None:
    origin, first = m.Point.origin, m.Tagged.first
    error = (TypeError, "this Point is read-only: it is a constant")
    assert raises(lambda: setattr(origin, "x", 1.0)) == error
    assert raises(lambda: origin.scale(2)) == error
    assert raises(lambda: origin.__init__(1.0)) == (TypeError, "this Point cannot be initialised again")
    assert (origin is m.Point.origin, origin.far(m.Point(3, 4)), origin + m.Point(1)) == (True, 5.0, m.Point(1))
    error = (TypeError, "this Tagged is read-only: it is a constant")
    assert raises(lambda: first.tags.append("c")) == error
    assert raises(lambda: setattr(first.at, "x", 1.0)) == (TypeError, "this Point is read-only: it is a constant")
    assert raises(lambda: setattr(first, "name", "c")) == error
    assert (first, first.length()) == (m.Tagged("first"), 5)
    for other in (copy.copy(first), copy.deepcopy(first), pickle.loads(pickle.dumps(first))):
        other.tags.append("c")
        other.at.x = 1.0
        assert (other.length(), first.length()) == (6, 5)


def test_where_a_class_is_expected(m: ModuleType) -> None:
    assert m.middle(m.Point(0), m.Point(2)) == m.Point(1)
    assert m.total(lambda index: m.Point(index, 1), 4) == m.Point(6, 4)
    assert m.total(lambda index: {"x": index}, 4) == m.Point(6)
    assert raises(lambda: m.total(lambda _: "x", 4)) == (
        TypeError,
        "total(): the result of 'point' must be a Point or a dict (Point), not str",
    )
    assert m.nearest([m.Point(1), {"x": 5}], {"x": 4}) == m.Point(5)
    assert m.nearest((), m.Point(0)) is None
    assert raises(lambda: m.Point(0).far(3)) == (
        TypeError,
        "far(): parameter 'other' must be a Point or a dict (Point), not int",
    )
    assert raises(lambda: m.nearest([m.Point(0), 3], m.Point(0))) == (
        TypeError,
        "nearest(): parameter 'points[1]' must be a Point or a dict (Point), not int",
    )
    assert raises(lambda: m.middle(m.Point(0), {"x": 1})) == (
        TypeError,
        "middle(): parameter 'b' must be a Point (*const Point), not dict",
    )
    assert raises(lambda: m.middle(m.Point(0), m.Point.__new__(m.Point))) == (
        TypeError,
        "the Point has no value: its __init__ was not called",
    )


def test_repr_equality_and_hash(m: ModuleType) -> None:
    line = m.Line(m.Point(0), m.Point(1, 2), color=m.Color.red)
    assert repr(line) == (
        "Line(from_=Point(x=0.0, y=0.0), to=Point(x=1.0, y=2.0), name='line', color=<Color.red: 0>, tags=[])"
    )
    assert line == m.Line(m.Point(0), m.Point(1, 2), color=m.Color.red)
    assert line != m.Line(m.Point(0), m.Point(1, 2), tags=["a"])
    assert (line == 3, line != 3) == (False, True)
    assert raises(lambda: hash(line)) == (TypeError, "unhashable type: 'classes.Line'")
    assert raises(lambda: line < line)[0] is TypeError


def test_operators_leave_other_operands_to_these(m: ModuleType) -> None:
    class Other:
        def __radd__(self, other: object) -> str:
            return "radd"

    assert m.Point(1) + m.Point(2, 1) == m.Point(3, 1)
    assert m.Point(1) + Other() == "radd"
    assert raises(lambda: m.Point(1) + 1)[0] is TypeError


def test_nested_structs_are_parts(m: ModuleType) -> None:
    line = m.Line(m.Point(0), m.Point(3, 4))
    end = line.to
    end.x = 6
    end.y = 8
    assert (line.to.x, line.length()) == (6.0, 10.0)
    assert end.__zig_address__() == line.__zig_address__() + 16
    line.to = m.Point(1)
    assert end == m.Point(1)
    line.to = {"x": 2}
    assert end.x == 2.0
    start = line.from_
    del line
    gc.collect()
    assert (start.x, end.x) == (0.0, 2.0)


def test_what_python_gives_is_copied(m: ModuleType) -> None:
    name = str(b"name", "ascii")
    tags = ["a", "ñ"]
    line = m.Line(m.Point(0), m.Point(1), name, tags=tags)
    del name
    tags.clear()
    assert (line.name, line.tags) == ("name", ["a", "ñ"])
    for number in range(1000):
        line.name = f"name {number}" * 10
    assert line.name == "name 999" * 10
    assert line.tags == ["a", "ñ"]


def test_what_a_method_stores_is_kept(m: ModuleType) -> None:
    line = m.Line(m.Point(0), m.Point(1))
    line.rename(str(b"another", "ascii"))
    gc.collect()
    assert line.name == "another"
    line.rename(b"bytes")
    assert line.name == "bytes"


def test_a_pointer_into_the_value_is_its_part(m: ModuleType) -> None:
    line = m.Line(m.Point(0), m.Point(1))
    start = line.start()
    assert start is line.from_
    start.x = -1
    assert line.from_.x == -1.0
    start.scale(2)
    line.rename("x")
    assert (start.x, line.from_.x) == (-2.0, -2.0)
    line.from_ = m.Point(5)
    assert start.x == 5.0


def test_pickle_and_copy(m: ModuleType) -> None:
    line = m.Line(m.Point(0), m.Point(1), "x", m.Color.green, ["a"])
    for again in (copy.copy(line), copy.deepcopy(line), *(pickle.loads(pickle.dumps(line, n)) for n in range(2, 6))):
        assert type(again) is m.Line
        assert again == line
        assert again is not line
    assert pickle.loads(pickle.dumps(m.Counter(5))).value == 5
    assert pickle.loads(pickle.dumps(line.to)) == m.Point(1)


def test_a_pickle_has_the_values(m: ModuleType) -> None:
    line = m.Line(m.Point(0), m.Point(1), "x", m.Color.green, ["a"])
    assert m.Point(1, 2).__reduce__() == (m.Point, (1.0, 2.0))
    assert line.__reduce__()[0] is m.Line
    older = m.Point.__new__(m.Point)
    older.__setstate__(((1, 2), None))  # as pickles have it that were made otherwise
    assert older == m.Point(1, 2)

    class Named(m.Point):  # type: ignore[misc, name-defined]
        pass

    named = Named(1, 2)
    named.name = "n"
    again = Named.__new__(Named)
    again.__setstate__(named.__reduce__()[2])
    assert (again.x, again.y, again.name) == (1, 2, "n")


def test_numbers_and_truths_in_slots(m: ModuleType) -> None:
    for number in (0, 1, -1, -2, 2**61 - 2, 2**61 - 1, 2**61, 1 - 2**61, 2**63 - 1, -(2**63), 2**31 - 1, -(2**31)):
        key = m.Key(number)
        assert hash(key) == hash(number)
        assert bool(key) is bool(number)
        assert (number in key, number in m.Key(5)) == (True, False)
    for number in (0, 1, 2**61 - 1, 2**64, 2**128 - 1):
        assert hash(m.WideKey(number)) == hash(number)
        assert bool(m.WideKey(number)) is bool(number)
    assert raises(lambda: "x" in m.Key(5))[0] is TypeError


def test_an_enum_keeps_its_members(m: ModuleType) -> None:
    line = m.Line(m.Point(0), m.Point(1), "x", m.Color.green)
    for color in (*m.Color, "green"):
        line.color = color
        assert line.color is (m.Color[color] if isinstance(color, str) else color)


def test_subclasses(m: ModuleType) -> None:
    class Named(m.Point):  # type: ignore[misc, name-defined]
        def __init__(self, name: str) -> None:
            super().__init__(1, 2)
            self.name = name

        def norm(self) -> float:
            return 2 * float(super().norm())

    named = Named("n")
    assert (repr(named), named.name, named.norm()) == ("Named(x=1.0, y=2.0)", "n", 2 * 5**0.5)
    assert m.middle(named, named) == m.Point(1, 2)
    assert isinstance(named, m.Point)
    again = copy.copy(named)
    assert (type(again), again.name, again) == (Named, "n", named)

    class Careless(m.Point):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            pass

    assert raises(lambda: Careless().x) == (TypeError, "the Point has no value: its __init__ was not called")


def test_cycles_are_collected(m: ModuleType) -> None:
    class Holder(m.Line):  # type: ignore[misc, name-defined]
        pass

    holder = Holder(m.Point(0), m.Point(1))
    holder.part = holder.to  # keeps the holder
    holder.own = holder
    gone = weakref.ref(holder)
    del holder
    gc.collect()
    assert gone() is None


GOING = """\
const std = @import("std");
pub const Counter = struct {
    value: i64,
    names: std.ArrayList([]const u8) = .empty,

    pub fn init(start: i64) error{Zero}!Counter {
        return if (start == 0) error.Zero else .{ .value = start };
    }
    pub fn next(self: *Counter) i64 {
        self.value += 1;
        return self.value;
    }
};
pub fn pair(n: i64) struct { n: i64, half: f64 } {
    return .{ .n = n, .half = @as(f64, @floatFromInt(n)) / 2 };
}
pub fn fails(items: []const u8) u8 {
    return items[items.len];
}
"""


def test_a_module_that_goes_takes_its_classes_with_it(tmp_path: Path) -> None:
    (tmp_path / "going.zig").write_text(GOING)
    built = compile_module(tmp_path / "going.zig", tmp_path, mode=os.environ.get("NANO_FFI_TEST_MODE"))
    specification = importlib.util.spec_from_file_location("going", built)
    assert specification is not None
    assert specification.loader is not None
    module: Any = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    counter = module.Counter(1000)
    names = counter.names
    assert (counter.next(), list(names)) == (1001, [])
    assert module.pair(1001) == {"n": 1001, "half": 500.5}
    assert raises(partial(module.Counter, 0))[0] is nano_ffi.errors.Zero
    assert raises(partial(module.fails, b""))[0] is nano_ffi.ZigPanic
    gone = [weakref.ref(thing) for thing in (module, module.Counter, type(names))]
    del module, specification, counter, names
    gc.collect()
    gc.collect()  # before 3.11, a module in a cycle with a class stays for one collection more
    assert [reference() for reference in gone] == [None] * 3


def test_weak_references(m: ModuleType) -> None:
    """What is plain has none, but where it says so; what has a deinit, and every subclass, has."""

    class Own(m.Point):  # type: ignore[misc, name-defined]
        pass

    for make in (lambda: m.Counter(1), lambda: m.Stack([1]), lambda: Own(1)):
        value = make()
        reference = weakref.ref(value)
        assert reference() is value
        del value
        gc.collect()
        assert reference() is None
    assert raises(lambda: weakref.ref(m.Point(1))) == (
        TypeError,
        "cannot create weak reference to 'classes.Point' object",
    )


def test_init_again(m: ModuleType) -> None:
    point = m.Point(1)
    point.__init__(2, 3)
    assert point == m.Point(2, 3)
    before = m.living()
    stack = m.Stack([1])
    stack.__init__([1, 2])
    assert (len(stack), m.living()) == (2, before + 1)


def test_deinit_is_called_once(m: ModuleType) -> None:
    before = m.living()
    stack = m.Stack(first=[1, 2, 3])
    stack.push(4)
    assert (len(stack), stack.pop(), m.living()) == (4, 4, before + 1)
    clone = stack.clone()
    assert m.living() == before + 2
    clone.destroy()
    assert m.living() == before + 1
    for use in (clone.destroy, clone.pop, clone.__len__):
        assert raises(use) == (ReferenceError, "the Stack has been destroyed")
    del stack, clone
    gc.collect()
    assert m.living() == before


def test_a_block_destroys(m: ModuleType) -> None:
    before = m.living()
    with m.Stack([1]) as stack:
        assert (len(stack), m.living()) == (1, before + 1)
    assert m.living() == before
    with m.Stack([1]) as stack:
        stack.destroy()
    with pytest.raises(ReferenceError, match=r"^the Stack has been destroyed$"), stack:
        raise AssertionError


def test_blocks_of_ones_own(m: ModuleType) -> None:
    with m.Door() as door:
        assert (type(door), door.open) == (m.Door, True)
    assert door == m.Door()
    with door:
        _ = 1 // 0
    assert door == m.Door(failed=True)
    gate = m.Gate()
    with gate as same:
        assert (same is gate, gate.open) == (True, True)
    with pytest.raises(ZeroDivisionError), gate:
        raise ZeroDivisionError
    with gate, pytest.raises(nano_ffi.ZigError, match="Open"):
        gate.__enter__()
    assert not gate.open
    assert str(inspect.signature(m.Gate.__exit__)) == "(self, exc_type, exc_value, traceback, /)"
    wrong = (TypeError, "__exit__() takes 3 arguments: exc_type, exc_value, traceback")
    assert raises(gate.__exit__) == raises(lambda: gate.__exit__(1, 2, traceback=3)) == wrong


def test_an_allocator_is_no_parameter(m: ModuleType) -> None:
    assert str(inspect.signature(m.Stack)) == "(first)"


def test_no_change_while_in_use(m: ModuleType) -> None:
    stack = m.Stack([1, 2])
    assert raises(lambda: stack.each(lambda _: stack.push(3))) == (
        RuntimeError,
        "the Stack is in use by a call that reads it, and cannot be changed until that is over",
    )
    assert raises(lambda: stack.each(lambda _: stack.destroy()))[0] is RuntimeError
    lengths: list[int] = []
    stack.each(lambda _: lengths.append(len(stack)))
    assert lengths == [2, 2]
    assert raises(lambda: stack.merge(stack)) == (
        ValueError,
        "merge(): 'self' and 'other' are the same object, which the call may change: pass a copy",
    )


def test_what_only_the_module_makes(m: ModuleType) -> None:
    token = m.token(5)
    assert (token.number, token.check()) == (5, True)
    assert not hasattr(token, "secret")
    reason = "its field 'secret' has type *const u32, which cannot come from Python, and it has no init"
    for make in (m.Token, lambda: m.Token(1, 2), lambda: m.Token.__new__(m.Token)):
        assert raises(make) == (TypeError, f"cannot create 'Token' objects: {reason}")
    for trick in (
        lambda: object.__new__(m.Token),
        lambda: copy.copy(token),
        lambda: copy.deepcopy(token),
        lambda: pickle.dumps(token),
        lambda: pickle.dumps(token, 0),
        lambda: type("Sub", (m.Token,), {}),
        lambda: setattr(m.Point(1), "__class__", m.Token),
        lambda: setattr(token, "__class__", m.Point),
        lambda: m.Point.__new__(m.Token),
        lambda: m.Token.check(m.Point(1)),
        lambda: m.Point.x.__get__(token),
        lambda: token.__init__(),
        lambda: token.__setstate__(()),
    ):
        assert issubclass(raises(trick)[0], (TypeError, AttributeError))
    assert token == token
    assert token != m.token(5)
    assert hash(token) == hash(token)


def test_hostile_state(m: ModuleType) -> None:
    empty = m.Point.__new__(m.Point)
    for state in ((), (1, 2), ((1,), None), ((1, 2, 3), None), (("a", 1), None), ((1, 2), 3), None):
        assert raises(partial(m.Point.__new__(m.Point).__setstate__, state))[0] in (
            TypeError,
            AttributeError,
        )
    assert repr(empty) == "<classes.Point object without a value>"
    assert raises(lambda: m.Point(1).__setstate__(((1, 2), None)))[0] is TypeError
    assert empty != m.Point(1)
    assert raises(lambda: empty.norm())[0] is TypeError
    assert raises(lambda: pickle.dumps(empty))[0] is TypeError

    class Again:
        """Gives the object a value while the one for it is converted."""

        def __float__(self) -> float:
            point.__setstate__(((5, 6), None))
            return 1.0

    point = m.Point.__new__(m.Point)
    assert raises(lambda: point.__setstate__(((Again(), 2), None)))[0] is TypeError
    assert (point.x, point.y) == (5, 6)


def test_one_type_per_struct(m: ModuleType) -> None:
    assert type(m.nearest([m.Point(1)], m.Point(1))) is m.Point
    assert type(m.Line(m.Point(1), m.Point(2)).to) is m.Point


def test_nothing_leaks(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    line = m.Line(m.Point(0), m.Point(1))

    def rename() -> None:
        line.name = "name" * 100
        line.rename("other" * 100)

    for function in (
        lambda: m.Point(1).norm(),
        lambda: m.Point("a"),
        lambda: m.Line(m.Point(0), m.Point(1), "x" * 100, tags=["a"] * 10).to.x,
        lambda: m.Line(m.Point(0), {"x": 0}, tags=["a", 3]),
        lambda: m.Stack([1, 2, 3]).clone().push(3),
        lambda: line.__setstate__(None),
        lambda: pickle.loads(pickle.dumps(line)),
        lambda: line.start().x,
        lambda: m.nearest([m.Point(1), m.Point(2)], m.Point(3)),
        rename,
    ):
        # The smallest object has 16 bytes; of what pickle looks up, CPython's cache of types keeps some names.
        assert growth(function) < 4, inspect.getsource(function)


def test_threads(m: ModuleType) -> None:
    """Calls that change one object wait for each other; none is lost."""
    point = m.Point(0)
    counter = m.Counter(0)
    stack = m.Stack([])

    def work(_: int) -> None:
        for number in range(500):
            counter.next()
            stack.push(number)
            point.x = number
            assert point.x >= 0
            point.scale(1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert counter.value == 4000
    assert len(stack) == 4000


def test_the_description_has_classes(m: ModuleType) -> None:
    description = json.loads(m.__nano_ffi_description__())
    classes = {item["name"]: item for item in description["classes"]}
    assert list(classes) == [
        "Tagged",
        "Point",
        "Line",
        "Door",
        "Gate",
        "Counter",
        "Stack",
        "Token",
        "Fragile",
        "Key",
        "WideKey",
    ]
    assert [field["name"] for field in classes["Line"]["fields"]] == ["from_", "to", "name", "color", "tags"]
    assert [(f["name"], f.get("default")) for f in classes["Point"]["fields"]] == [("x", None), ("y", "0.0")]
    assert classes["Point"]["init"] is True
    assert "init" not in classes["Token"]
    assert classes["Counter"]["init"]["errors"] == ["Zero"]
    methods = {method["name"]: method["how"] for method in classes["Point"]["methods"] if method}
    assert methods["norm"] == methods["__add__"] == "method"
    assert methods["polar"] == "static"
    assert classes["Line"]["classes"][0]["name"] == "Style"


def test_sub_interpreters(m: ModuleType) -> None:
    interpreters = pytest.importorskip("concurrent.interpreters" if sys.version_info >= (3, 14) else "_interpreters")
    code = f"""if True:
        import importlib.util
        spec = importlib.util.spec_from_file_location("classes", {m.__file__!r})
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        point = module.Point(3, 4)
        assert point.norm() == 5 and point == module.Point(3, 4)
        assert id(module.Point) != {id(m.Point)}
    """
    if sys.version_info >= (3, 14):
        interpreter = interpreters.create()
        interpreter.exec(code)
        interpreter.close()
    else:
        interpreter = interpreters.create()
        assert interpreters.exec(interpreter, code) is None
        interpreters.destroy(interpreter)


def test_a_deinit_that_fails(m: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """From destroy() and `with`, an exception; from where nobody called it, sys.unraisablehook has it."""
    seen: list[tuple[Any, ...]] = []
    monkeypatch.setattr(
        sys, "unraisablehook", lambda args: seen.append((args.exc_type, str(args.exc_value), args.object))
    )
    fragile = m.Fragile(panics=True)
    panic = (nano_ffi.ZigPanic, "Fragile.deinit(): torn")
    assert raises(fragile.destroy) == panic
    assert raises(fragile.destroy) == (ReferenceError, "the Fragile has been destroyed")
    del fragile
    assert seen == []
    kind, text = raises(m.Fragile(panics=False).destroy)
    assert (kind.__name__, issubclass(kind, nano_ffi.ZigError), text) == ("Stuck", True, "Stuck")

    def block() -> None:
        with m.Fragile(panics=True):
            pass

    assert raises(block) == panic
    fragile = m.Fragile(panics=True)
    assert raises(partial(fragile.__init__, False)) == panic
    del fragile
    gc.collect()
    assert seen == [(kind, "Stuck", m.Fragile)]
    m.Fragile(panics=True)
    assert seen[1:] == [(*panic, m.Fragile)]


def test_a_deinit_that_fails_leaks_nothing(
    m: ModuleType, monkeypatch: pytest.MonkeyPatch, growth: Callable[[Callable[[], Any]], float]
) -> None:
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    assert growth(lambda: m.Fragile(panics=True)) < 1
    assert growth(m.Fragile(panics=False).destroy) < 1
