"""Every kind of type that can cross, in and out, on a module compiled from tests/extension/kinds.zig."""

from __future__ import annotations

import array
import collections
import dataclasses
import inspect
import math
import re
import struct
import sys
import types
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def kinds(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("kinds")


class HasComplex:
    """No number of Python's, but one has it."""

    def __complex__(self) -> complex:
        return 3 + 4j


THERE_AND_BACK: list[tuple[Any, ...]] = [
    # function, argument, result (the argument itself where it is left out)
    ("negate", True, False),
    ("bit", 1, 0),
    *[("nibble", value) for value in (-8, 0, 7)],
    *[("wide", value) for value in (0, -1, 2**63, -(2**63) - 1, 2**127 - 1, -(2**127), 2**100 + 12345)],
    *[("wider", value) for value in (0, 2**64, 2**199, 2**200 - 1)],
    *[("sixty_five", value) for value in (2**64 - 1, -(2**64))],
    ("size", 2 ** (8 * struct.calcsize("P")) - 1),
    *[("half", value) for value in (1.5, math.inf, -65504.0)],
    ("single", 0.1, struct.unpack("f", struct.pack("f", 0.1))[0]),
    *[("maybe", value) for value in (None, 3, -(2**31))],
    *[("maybe_text", value) for value in (None, "ñ")],
    *[("text", value, "añ") for value in ("añ", "añ".encode(), bytearray("añ".encode()))],
    ("bytes", b"\xff"),
    ("bytes", memoryview(b"\xff"), b"\xff"),
    ("conjugate", 1 + 2j, 1 - 2j),
    ("conjugate", 2, 2 - 0j),
    ("conjugate", HasComplex(), 3 - 4j),
    ("conjugates", [HasComplex(), 1.5], [3 - 4j, 1.5 - 0j]),
    ("conjugates", (1j, 2), [-1j, 2 - 0j]),
    *[("small", value, 57) for value in ([-70, 127], array.array("b", [-70, 127]))],
    *[
        ("same_notes", {"a": [full, {"text": text}], "ñ": []}, {"a": [full, {**empty, "text": expected}], "ñ": []})
        for full in ({"text": "é", "at": ("", 2.5), "words": ["x", "", "ñ"]},)
        for empty in ({"text": "nothing", "at": None, "words": ["none"]},)
        for text, expected in (("é" * 3, "ééé"), (b"bytes", "bytes"), (bytearray(b"array"), "array"))
    ],
    ("same_notes", {}),
    ("same_notes", {"a": [{}]}, {"a": [{"text": "nothing", "at": None, "words": ["none"]}]}),
    *[("sum", value, 3.5) for value in ([1, 2.5], (1.0, 2.5), array.array("d", [1, 2.5]))],
    ("sum", [], 0.0),
    ("reversed", (1, 2, 3, 4), [4, 3, 2, 1]),
    ("words", ["a", "ñ", b"c"], ["c", "ñ", "a"]),
    ("words", [], []),
    ("swap", (3, "x"), ("x", 3)),
    ("swap", [3, "x"], ("x", 3)),
    ("mirror", {"x": 1, "tags": ["a"]}, {"x": -1.0, "y": 0.0, "tags": ["a"], "color": None}),
    ("invert", {"a": 1, "ñ": -2}, {"a": -1, "ñ": 2}),
    ("reshape", "empty"),
    ("reshape", {"empty": None}, "empty"),
    ("reshape", {"circle": {"radius": 2}}, {"circle": {"radius": -2.0}}),
    ("reshape", {"polygon": [(0, 0), [1, 2.5]]}, {"polygon": [[0.0, 0.0], [1.0, 2.5]]}),
    *[("reshape", {"label": value}) for value in (None, "ñ")],
    ("circles", [{"circle": {"radius": 1}}, "empty"], 1),
    ("same_json", "nothing"),
    ("same_json", {"truth": True}),
    ("same_json", {"list": []}),
    ("same_json", {"list": [{"object": {"a": "nothing", "ñ": {"list": [{"text": "x"}]}}}, {"number": 1.5}]}),
    ("count_nodes", {"name": "a", "children": [{"name": "b"}, {"name": "c", "children": [{"name": "d"}]}]}, 4),
    *[
        (name, value)
        for name in ("extended", "quadruple", "as_in_c")
        for value in (0.1, -math.inf, sys.float_info.max, 5e-324)
    ],
    ("quadruple", 3, 3.0),
    *[
        ("maybe_sum", value, expected)
        for value, expected in ((None, None), ([1, 2], 3.0), (array.array("d", [1]), 1.0))
    ],
    *[("maybe_called", value, expected) for value, expected in ((None, None), (lambda: 3, 3))],
    ("half_conjugate", 0.5 - 2j, 0.5 + 2j),
]


def numbered(cases: Sequence[tuple[Any, ...]]) -> list[str]:
    """The same ids in every interpreter: the text of a value may have its address."""
    return [f"{case[0]}-{number}" for number, case in enumerate(cases)]


@pytest.mark.parametrize("case", THERE_AND_BACK, ids=numbered(THERE_AND_BACK))
def test_there_and_back(kinds: ModuleType, case: tuple[Any, ...]) -> None:
    name, value, expected = case if len(case) == 3 else (*case, case[1])
    result = getattr(kinds, name)(value)
    assert result == expected
    assert type(result) is type(expected)


def test_what_is_no_value(kinds: ModuleType) -> None:
    assert kinds.nothing() is None
    assert math.isnan(kinds.half(math.nan))
    marker = object()
    assert kinds.same(marker) is marker
    assert kinds.ten(*range(10)) == 45
    assert kinds.cross((1, 0, 0), [0, 1, 0]) == [0.0, 0.0, 1.0]
    assert kinds.far([{"x": 3, "y": 4}, {"x": 0}], 4.9) == 1


def test_a_buffer_is_written_in_place(kinds: ModuleType) -> None:
    numbers = array.array("i", [1, -2, 3])
    kinds.double(numbers)
    assert numbers.tolist() == [2, -4, 6]
    filled = bytearray(3)
    assert kinds.maybe_filled(filled, 7) == 3
    assert filled == b"\7\7\7"
    assert kinds.maybe_filled(None, 7) is None
    flags = memoryview(bytearray(2)).cast("?")
    kinds.flip(flags)
    assert flags.tolist() == [True, True]


def test_an_enum_is_an_int_enum(kinds: ModuleType) -> None:
    green = kinds.next("red")
    assert (green.name, green.value, type(green).__name__, type(green).__module__) == ("green", 2, "Color", "kinds")
    blue = kinds.next(green)
    assert blue == 7
    assert type(blue) is type(green)
    assert kinds.mirror({"x": 0, "color": blue})["color"] is blue
    assert kinds.reshape({"nested": (3, "blue")})["nested"][1] is blue


REFUSED: list[tuple[str, tuple[Any, ...], type[Exception], str]] = [
    ("negate", (1,), TypeError, "negate(): parameter 'value' must be True or False (bool), not int"),
    ("bit", (2,), OverflowError, "bit(): parameter 'value' is out of range for u1 (0 to 1)"),
    ("nibble", (-9,), OverflowError, "nibble(): parameter 'value' is out of range for i4 (-8 to 7)"),
    *[
        (
            "wide",
            (value,),
            OverflowError,
            f"wide(): parameter 'value' is out of range for i128 ({-(2**127)} to {2**127 - 1})",
        )
        for value in (2**127, -(2**127) - 1, 2**500, -(2**128))
    ],
    *[
        ("wider", (value,), OverflowError, f"wider(): parameter 'value' is out of range for u200 (0 to {2**200 - 1})")
        for value in (-1, 2**200, -(2**300))
    ],
    ("half", (70000.0,), OverflowError, "half(): parameter 'value' is too large for f16"),
    ("maybe", ("x",), TypeError, "maybe(): parameter 'value' must be an int (?i32), not str"),
    (
        "maybe",
        (2**31,),
        OverflowError,
        f"maybe(): parameter 'value' is out of range for ?i32 ({-(2**31)} to {2**31 - 1})",
    ),
    ("text", (3,), TypeError, "text(): parameter 'value' must be a str or a bytes-like object (str), not int"),
    (
        "sum",
        (3,),
        TypeError,
        "sum(): parameter 'values' must be a buffer, a list or another iterable ([]const f64), not int",
    ),
    ("sum", ([1, "x"],), TypeError, "sum(): parameter 'values[1]' must be a float (f64), not str"),
    (
        "small",
        (array.array("f", [1]),),
        TypeError,
        "small(): parameter 'values' must be of such items ([]const i8), not of floats of 4 bytes: convert it, as with "
        "x.astype() of numpy",
    ),
    (
        "small",
        (array.array("B", [200]),),
        OverflowError,
        "small(): parameter 'values[0]' is out of range for i8 (-128 to 127)",
    ),
    ("small", ([1, 128],), OverflowError, "small(): parameter 'values[1]' is out of range for i8 (-128 to 127)"),
    ("conjugate", ("1j",), TypeError, "conjugate(): parameter 'value' must be a float (complex), not str"),
    (
        "same_notes",
        ({"a": [], "b": [{"at": ("x", 1)}, {"at": ("x", None)}]},),
        TypeError,
        "same_notes(): parameter 'value[\"b\"][1].at[1]' must be a float (f64), not NoneType",
    ),
    ("double", ([1],), TypeError, "double(): parameter 'values' must be a buffer ([]i32), not list"),
    (
        "double",
        (memoryview(array.array("i", [1])).toreadonly(),),
        BufferError,
        "double(): parameter 'values' is written to, and this memoryview is read-only: pass a bytearray or another "
        "writable buffer",
    ),
    ("cross", ((1, 2), (1, 2, 3)), ValueError, "cross(): parameter 'a' must have 3 items ([3]f64), not 2"),
    (
        "words",
        (["a", 3],),
        TypeError,
        "words(): parameter 'values[1]' must be a str or a bytes-like object (str), not int",
    ),
    ("swap", ((3,),), ValueError, "swap(): parameter 'pair' must have 2 items ((i64, str)), not 1"),
    (
        "next",
        ("pink",),
        ValueError,
        "next(): parameter 'color' is 'pink', which is no member of Color: red, green, blue",
    ),
    (
        "next",
        (1,),
        TypeError,
        "next(): parameter 'color' must be a member of the enum or the name of one (Color), not int",
    ),
    (
        "mirror",
        ([],),
        TypeError,
        "mirror(): parameter 'point' must be a dict, a tuple or an object of its fields (Point), not list",
    ),
    ("mirror", ({"y": 1},), TypeError, "mirror(): parameter 'point' has no key 'x' (Point)"),
    (
        "mirror",
        ({"x": 1, "z": 2},),
        TypeError,
        "mirror(): parameter 'point' has a key 'z', and Point has no such field",
    ),
    ("mirror", ({"x": 1, 3: 4},), TypeError, "mirror(): parameter 'point' has a key 3, and Point has no such field"),
    (
        "far",
        ([{"x": 1}, {"x": 1, "tags": [3]}], 1.0),
        TypeError,
        "far(): parameter 'points[1].tags[0]' must be a str or a bytes-like object (str), not int",
    ),
    (
        "invert",
        ({1: 2},),
        TypeError,
        "invert(): parameter 'map.keys()[0]' must be a str or a bytes-like object (str), not int",
    ),
    (
        "reshape",
        (3,),
        TypeError,
        "reshape(): parameter 'shape' must be the name of a tag, or a dict of that and its value (Shape), not int",
    ),
    *[
        (
            "reshape",
            (value,),
            ValueError,
            f"reshape(): parameter 'shape' is {shown!r}, which is no tag of Shape: empty, circle, polygon, label, nested",
        )
        for value, shown in (("square", "square"), ({"square": 1}, "square"), ({3: 1}, 3))
    ],
    (
        "reshape",
        ("circle",),
        ValueError,
        "reshape(): parameter 'shape' is 'circle', and this tag of Shape has a value (struct { radius: f64 }): "
        "pass {'circle': value}",
    ),
    *[
        (
            "reshape",
            (value,),
            ValueError,
            "reshape(): parameter 'shape' must have one key, a tag of Shape (empty, circle, polygon, label, nested), "
            f"not {len(value)}",
        )
        for value in ({}, {"empty": None, "label": None})
    ],
    (
        "reshape",
        ({"empty": 0},),
        TypeError,
        "reshape(): parameter 'shape.empty' must be None (void), not int",
    ),
    (
        "reshape",
        ({"circle": {"radius": "x"}},),
        TypeError,
        "reshape(): parameter 'shape.circle.radius' must be a float (f64), not str",
    ),
    (
        "circles",
        (["empty", {"polygon": [(1, 2), (1,)]}],),
        ValueError,
        "circles(): parameter 'shapes[1].polygon[1]' must have 2 items ([2]f64), not 1",
    ),
    (
        "same_json",
        ({"list": [{"object": {"a": {"text": 3}}}]},),
        TypeError,
        "same_json(): parameter 'value.list[0].object[\"a\"].text' must be a str or a bytes-like object (str), not int",
    ),
    ("extended", ("x",), TypeError, "extended(): parameter 'value' must be a float (f80), not str"),
    ("quadruple", (10**400,), OverflowError, "quadruple(): parameter 'value' is too large for f128"),
    ("as_in_c", (None,), TypeError, "as_in_c(): parameter 'value' must be a float (c_longdouble), not NoneType"),
    ("half_conjugate", (70000j,), OverflowError, "half_conjugate(): parameter 'value' is too large for complex"),
    ("maybe_filled", ([], 1), TypeError, "maybe_filled(): parameter 'values' must be a buffer (?buffer), not list"),
    (
        "maybe_filled",
        (b"x", 1),
        BufferError,
        "maybe_filled(): parameter 'values' is written to, and this bytes is read-only: pass a bytearray or another "
        "writable buffer",
    ),
    (
        "maybe_called",
        (3,),
        TypeError,
        "maybe_called(): parameter 'function' must be a callable (?fn () i64), not int",
    ),
    ("ten", (1,), TypeError, "ten() missing required arguments 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'"),
]


@pytest.mark.parametrize(("name", "args", "error", "text"), REFUSED, ids=numbered(REFUSED))
def test_refused(kinds: ModuleType, name: str, args: tuple[Any, ...], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(text)}$"):
        getattr(kinds, name)(*args)


def test_text_that_is_none(kinds: ModuleType) -> None:
    with pytest.raises(UnicodeDecodeError):
        kinds.text(b"\xff")
    with pytest.raises(UnicodeEncodeError):
        kinds.words(["\ud800"])


def test_a_buffer_that_is_not_aligned(kinds: ModuleType) -> None:
    shifted = memoryview(bytearray(17))[1:].cast("d")
    assert kinds.sum(shifted) == 0.0  # a copy
    with pytest.raises(BufferError, match=r"must be aligned to \d bytes \(\[\]i32\): pass a copy"):
        kinds.double(memoryview(bytearray(9))[1:].cast("i"))


def test_keywords_and_what_inspect_shows(kinds: ModuleType) -> None:
    assert str(inspect.signature(kinds.far)) == "(points, limit)"
    assert kinds.far(limit=4.9, points=[{"x": 5}]) == 1
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"points": [], "limits": 1}, "far() got an unexpected keyword argument 'limits'"),
        ({"limit": 1}, "far() missing required argument 'points'"),
    ]
    for keywords, text in wrong:
        with pytest.raises(TypeError, match=f"^{re.escape(text)}$"):
            kinds.far(**keywords)
    with pytest.raises(TypeError, match=r"^far\(\) got multiple values for argument 'points'$"):
        kinds.far([], points=[])


def test_what_may_be_left_out(kinds: ModuleType) -> None:
    assert str(inspect.signature(kinds.optional)) == "(a, b=None, c=None)"
    assert kinds.optional(1) == kinds.optional(1, None) == kinds.optional(a=1, c=None) == 1000
    assert kinds.optional(1, 2) == 200
    assert kinds.optional(1, c=2) == 20
    assert kinds.optional(1, 2, 3) == 6
    for args, text in [
        ((), "optional() missing required argument 'a'"),
        ((1, 2, 3, 4), "optional() takes at most 3 arguments (4 given)"),
    ]:
        with pytest.raises(TypeError, match=f"^{re.escape(text)}$"):
            kinds.optional(*args)
    with pytest.raises(TypeError, match=r"^optional\(\) missing required argument 'a'$"):
        kinds.optional(b=1)


def test_other_threads_run_during_a_function_that_releases_the_gil(kinds: ModuleType) -> None:
    # Each waits for the other inside of Zig: with a GIL held, the second would never get there.
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(kinds.meet, [2, 2])) == [True, True]
    # One for each call: without a GIL, CPython's array loses count of buffers that threads take of it at once.
    arrays = [array.array("d", range(1000)) for _ in range(100)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(kinds.sum_released, arrays)) == [499500.0] * 100
    for values in arrays:
        values.append(1.0)


def test_a_callable_is_called(kinds: ModuleType) -> None:
    assert kinds.sum_of([1, 2, 3], lambda value, text: value * len(text)) == 24.0
    assert kinds.count_calls(lambda: "not looked at") == 1000


@pytest.mark.parametrize("by_thread", [False, True], ids=["here", "in a thread of Zig's"])
def test_a_callable_gives_values_of_every_kind(kinds: ModuleType, by_thread: bool) -> None:
    def answered(**others: Any) -> Any:
        given: dict[str, Any] = {
            "one": lambda number: f"häh {number}",
            "texts": lambda number: ("a" * number, b"bytes"),
            "answer": lambda number: {"name": f"{number}", "numbers": iter([1, 2.5]), "color": "blue"},
            "pair": lambda number: (number, None),
            "shape": lambda number: {"circle": {"radius": number}},
            "triple": lambda number: [number, 0, number],
        }
        return kinds.answered(**{**given, **others}, by_thread=by_thread)

    expected = {
        "words": "häh 1",
        "texts": ["aa", "bytes"],
        "answer": {"name": "3", "numbers": [1.0, 2.5], "color": kinds.Color.blue},
        "pair": (4, None),
        "shape": {"circle": {"radius": 5.0}},
        "triple": [6, 0, 6],
    }
    assert answered() == expected
    assert answered(answer=lambda _: {"name": ""})["answer"] == {"name": "", "numbers": [], "color": None}
    for name, wrong, text in (
        ("one", 3, "must be a str or a bytes-like object (str), not int"),
        ("texts", ["a", 3], "[1]' must be a str or a bytes-like object (str), not int"),
        ("answer", {"name": "", "x": 1}, "x"),
        ("pair", (1, 2, 3), "2"),
        ("shape", "cube", "cube"),
        ("triple", [1, 2, 2**16], "65535"),
    ):
        with pytest.raises((TypeError, ValueError), match=rf"^answered\(\): the result of '{name}") as caught:
            answered(**{name: lambda _, wrong=wrong: wrong})
        assert text in str(caught.value)
    with pytest.raises(ZeroDivisionError):
        answered(shape=lambda number: number // 0)


def test_what_a_callable_raises_goes_on_its_way(kinds: ModuleType) -> None:
    def fails(value: int, text: str) -> float:
        if value == 2:
            raise LookupError("two")
        return 0.0

    with pytest.raises(LookupError, match=r"^two$") as caught:
        kinds.sum_of([1, 2, 3], fails)
    assert caught.traceback[-1].name == "fails"
    with pytest.raises(TypeError, match=r"^sum_of\(\): the result of 'function' must be a float \(f64\), not str$"):
        kinds.sum_of([1], lambda _value, _text: "x")
    with pytest.raises(TypeError, match="positional argument"):
        kinds.sum_of([1], lambda: 1.0)
    # An error of the function's own, after its callable worked.
    with pytest.raises(RuntimeError, match=r"^Negative$"):
        kinds.sum_of([1, -1], lambda _value, _text: 1.0)
    with pytest.raises(TypeError, match=r"parameter 'function' must be a callable \(fn \(i64, str\) f64\), not int$"):
        kinds.sum_of([1], 3)


def test_zig_may_go_on_when_a_callable_raised(kinds: ModuleType) -> None:
    calls = []

    def fails_at_the_fifth() -> None:
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt

    assert kinds.count_calls(fails_at_the_fifth) == 4


def test_values_without_end(kinds: ModuleType) -> None:
    deep: Any = {"list": []}
    for _ in range(127):
        deep = {"list": [deep]}
    assert kinds.same_json(deep) == deep
    with pytest.raises(RecursionError, match=r"^same_json\(\): parameter 'value\.list\[0\]\.list\[0\]"):
        kinds.same_json({"list": [{"list": [deep]}]})
    endless: Any = {"name": "a", "children": []}
    endless["children"].append(endless)
    for _ in range(100):
        with pytest.raises(RecursionError, match=r"has more than 257 values inside of one another \((Tree|str)\)$"):
            kinds.count_nodes(endless)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(kinds.same_json, [deep] * 100)) == [deep] * 100


def test_a_list_that_changes_while_it_is_read(kinds: ModuleType) -> None:
    values: list[Any] = []

    class Clears:
        def __float__(self) -> float:
            values.clear()
            return 1.0

    for first in ([], [5.0]):
        values += [*first, Clears(), 2.0, 3.0]
        assert kinds.sum(values) == 6.0 + sum(first)
        assert not values


def test_an_equal_key_that_changes_the_dict(kinds: ModuleType) -> None:
    class Equal:
        def __hash__(self) -> int:
            return hash("text")

        def __eq__(self, other: object) -> bool:
            notes.clear()
            return False

    notes: list[Any] = []
    notes += [{Equal(): 1, "text": "a"}, {"text": "b"}]
    with pytest.raises(TypeError, match="same_notes"):
        kinds.same_notes({"a": notes})


CALLS = [
    *[("sum_of", ([1, 2], function)) for function in (lambda _value, _text: 1.0, lambda _value, _text: 1 / 0, len, 3)],
    ("count_calls", (lambda: 1 / 0,)),
    *[(case[0], (case[1],)) for case in THERE_AND_BACK],
    *[case[:2] for case in REFUSED],
]


@pytest.mark.parametrize(("name", "args"), CALLS, ids=numbered(CALLS))
def test_no_leak(
    kinds: ModuleType, name: str, args: tuple[Any, ...], growth: Callable[[Callable[[], Any]], float]
) -> None:
    function = getattr(kinds, name)
    assert growth(lambda: function(*args)) < 4  # the smallest object has 16 bytes


def test_any_iterable_is_a_slice(kinds: ModuleType) -> None:
    numbers = {1.0: "a", 2.0: "b"}
    values: Any
    wrong: Any
    for values in (
        (number for number in (1, 2.0)),
        range(1, 3),
        collections.deque([1, 2]),
        {1, 2},
        frozenset((1.0, 2.0)),
        numbers.keys(),
        map(float, "12"),
        collections.UserList([1, 2]),
    ):
        assert kinds.sum(values) == 3
    assert kinds.sum({"a": 1.0, "b": 2.0}.values()) == 3
    assert kinds.words(word for word in ("a", "b")) == kinds.words(["a", "b"])
    assert kinds.far(iter([{"x": 1.0}, {"x": 5}]), 2) == 1
    with pytest.raises(ZeroDivisionError):
        kinds.sum(1 / number for number in (1, 0))
    for wrong in ("ab", b"ab", bytearray(b"ab"), {"a": 1}, list, types.MappingProxyType({"a": 1})):
        with pytest.raises(
            TypeError, match=r"^words\(\): parameter '\w+' must be a buffer, a list or another iterable "
        ):
            kinds.words(wrong)


def test_any_mapping_is_a_map(kinds: ModuleType) -> None:
    mapping: Any
    for mapping in (
        types.MappingProxyType({"a": 1}),
        collections.ChainMap({"a": 1}, {"a": 2}),
        collections.UserDict(a=1),
        collections.OrderedDict(a=1),
    ):
        assert kinds.invert(mapping) == {"a": -1}
    with pytest.raises(TypeError, match="must be a dict or another mapping"):
        kinds.invert([("a", 1)])


def test_what_has_the_fields_is_a_struct(kinds: ModuleType) -> None:
    named = collections.namedtuple("named", "tags y x")  # noqa: PYI024
    expected = kinds.mirror({"x": 1, "y": 2.0, "tags": ["a"]})
    data = dataclasses.make_dataclass("data", ["x", "y", "tags"])
    for point in (
        (1, 2.0, ["a"]),
        named(["a"], 2.0, 1),
        data(1, 2.0, ["a"]),
        types.SimpleNamespace(x=1, y=2.0, tags=("a",), other=3),
        types.MappingProxyType({"x": 1, "y": 2.0, "tags": ["a"]}),
    ):
        assert kinds.mirror(point) == expected
    assert kinds.mirror((1,)) == kinds.mirror({"x": 1})
    other = collections.namedtuple("other", "a b")  # noqa: PYI024
    wrong: Any
    for wrong in (other(1, 2), types.SimpleNamespace(y=1), data, "xy", None):
        with pytest.raises(
            TypeError, match=r"^mirror\(\): parameter 'point' must be a dict, a tuple or an object of its "
        ):
            kinds.mirror(wrong)
    for wrong, count in (((), 0), ((1, 2, [], None, 5), 5)):
        with pytest.raises(
            ValueError, match=rf"^mirror\(\): parameter 'point' must have \d items \(Point\), not {count}$"
        ):
            kinds.mirror(wrong)
    broken = type("broken", (), {"x": property(lambda self: 1 / 0)})()
    with pytest.raises(ZeroDivisionError):
        kinds.mirror(broken)


def test_scalars_of_arrays_are_bools(kinds: ModuleType) -> None:
    def scalar(kind: object, shape: object = ()) -> object:
        dtype = types.SimpleNamespace(kind=kind)
        return type("scalar", (), {"dtype": dtype, "shape": shape, "__bool__": lambda self: True})()

    assert kinds.negate(scalar("b")) is False
    for wrong in (scalar("i"), scalar("b", (1,)), scalar(3), scalar("\ud800"), 1, "b"):
        with pytest.raises(TypeError, match=r"^negate\(\): parameter 'value' must be True or False "):
            kinds.negate(wrong)


def test_numbers_of_other_classes(kinds: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    """What `__index__` and `__float__` return is given back, and what they raise is raised."""

    class Number:
        def __init__(self, value: Any) -> None:
            self.value = value

        def __index__(self) -> int:
            return int(str(self()))  # a new one each time

        def __float__(self) -> float:
            return float(self())

        def __call__(self) -> Any:
            if isinstance(self.value, Exception):
                raise self.value
            return self.value

    for value in (5, 2**62, 2**100):
        assert kinds.wide(Number(value)) == value
        assert growth(lambda value=value: kinds.wide(Number(value))) < 4  # type: ignore[misc]
    assert kinds.single(Number(0.5)) == 0.5
    assert growth(lambda: kinds.single(Number(0.5))) < 4
    mine = OverflowError("it says so itself")
    for function in (kinds.wide, kinds.single):
        with pytest.raises(OverflowError) as caught:
            function(Number(mine))
        assert caught.value is mine
    with pytest.raises(OverflowError, match="f32"):
        kinds.single(10**400)


@pytest.mark.parametrize(
    ("name", "data", "format", "error"),
    [
        ("flip", b"\1\2", "?", ValueError),  # no bool
        ("double", b"1234", "f", TypeError),  # wrong items
        ("double", b"1234", "i", BufferError),  # only read
        ("fill", b"1234", "B", BufferError),
    ],
)
def test_memory_that_was_refused_is_not_kept(
    kinds: ModuleType, name: str, data: bytes, format: Any, error: type[Exception]
) -> None:
    memory = bytearray(data)
    with memoryview(memory) as whole:
        view: Any = whole.cast(format)
        if error is BufferError:
            view = view.toreadonly()
        with pytest.raises(error), view:
            kinds.maybe_filled(view, 1) if name == "fill" else getattr(kinds, name)(view)
    memory.append(0)  # a BufferError where somebody still has it
