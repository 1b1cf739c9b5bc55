"""Functions that take and give what only Zig has: writers, readers, std.Io, vectors, options, pointers to numbers."""

from __future__ import annotations

import array
import ast
import gc
import inspect
import io
import types
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest

from nano_ffi.explaining import described
from nano_ffi.pyi import stub

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def calls(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("real_calls")


def test_what_is_written_is_the_result(calls: ModuleType) -> None:
    assert calls.greet("you") == "hello you"
    assert calls.raw(0xFF) == b"\xff\0\0\0"
    assert calls.counted(1234) == (4, "1234")
    assert calls.failing(False) == "x" * 1000
    for _ in range(3):
        with pytest.raises(RuntimeError, match=r"^Bad$"):
            calls.failing(True)
    assert calls.nested(3) == "(3(2(1.)))"
    assert calls.Point(7).dump(2) == "  7"
    assert str(inspect.signature(calls.nested)) == "(depth)"
    assert str(inspect.signature(calls.Point.dump)) == "(self, /, indent)"
    assert (calls.rawText(), calls.rawOrNone(True), calls.rawOrNone(False)) == (b"\xff\0", b"\xfe", None)


def test_an_allocator_that_may_be_null_is_given(calls: ModuleType) -> None:
    assert calls.repeated("ab") == b"abab"
    assert str(inspect.signature(calls.repeated)) == "(text)"


def test_format_is_the_text_of_an_object(calls: ModuleType) -> None:
    point = calls.Point(1, -2)
    assert str(point) == f"{point}" == point.format() == "(1, -2)"
    assert f"{point:>9}" == "  (1, -2)"
    assert repr(point) == "Point(x=1, y=-2)"
    with pytest.raises(ValueError, match=r"Unknown format code|Invalid format specifier"):
        format(point, "d")
    assert (str(calls.Vec()), calls.Vec().format()) == ("vec", "format")


class Reading:
    def __init__(self, result: object) -> None:
        self.result = result

    def read(self) -> object:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def test_a_reader_reads_text_bytes_and_files(calls: ModuleType) -> None:
    data = b"a\nb\nc"
    for given in (
        data.decode(),
        data,
        bytearray(data),
        memoryview(data),
        io.BytesIO(data),
        io.StringIO(data.decode()),
        Reading(data),
    ):
        assert calls.lines(given) == 3
    assert calls.lines("") == 0
    assert calls.upper(io.BytesIO(b"abc")) == calls.upper("abc") == "ABC"
    assert calls.firstByte("x") == ord("x")
    with pytest.raises(RuntimeError, match=r"^EndOfStream$"):
        calls.firstByte(b"")
    with pytest.raises(
        TypeError,
        match=r"^lines\(\): parameter 'reader' must be a str, a bytes-like object, or an object with a read\(\) "
        r"method \(input\), not int$",
    ):
        calls.lines(3)
    with pytest.raises(TypeError, match=r"must be an object whose read\(\) gives str or bytes \(input\), not Reading$"):
        calls.lines(Reading(3))
    with pytest.raises(OSError, match=r"^no$"):
        calls.lines(Reading(OSError("no")))
    lent = bytearray(data)
    calls.lines(lent)
    lent.append(1)


def test_functions_that_call_each_other(calls: ModuleType) -> None:
    assert calls.tick(2) == "ticktocktick"
    assert calls.tock(times=1) == "ticktock"
    assert calls.countdown(3) == "3210"


def test_what_has_no_one_type_or_two_writers_is_left_out(calls: ModuleType) -> None:
    left = {
        left.name: left.reason
        for left in described(calls).left_out
        if "visit" not in left.reason and left.kind != "field" and not left.name.startswith("written.")
    }
    assert left == {
        "anything": "parameter 'value' is generic: give it a type, Python's values have only one",
        "ping": "parameter 'writer' is generic: give it a type, Python's values have only one",
        "printInt": "parameter 'value' is generic: give it a type, Python's values have only one",
        "pong": "parameter 'writer' is generic: give it a type, Python's values have only one",
        "printed": "it has a comptime parameter, and Python's values are not known while compiling: write a function that "
        "calls it with one",
        "shuffled": "it has a comptime parameter, and Python's values are not known while compiling: write a function that "
        "calls it with one",
        "sorted": "parameter 'texts' has type [][]const u8, in which a slice is not const, and what is written into a copy "
        "is lost: make it []const, or a parameter of its own",
        "toBoth": "parameter 'first' has type *Io.Writer, which cannot come from Python: let the function write one text, "
        "and return what else there is alone",
    }


def test_options_may_be_left_out_and_given_by_name(calls: ModuleType) -> None:
    assert calls.greet("you", times=2, end="?") == "hello youhello you?"
    assert calls.greet("you", calls.Options(times=2), loud=True) == "hello youhello you!"
    assert calls.greet("you", {"end": "."}, times=2) == "hello youhello you."
    assert calls.greet("you", None, loud=False) == calls.greet("you", loud=None, end=".") == "hello you."
    signature = "(name, options=None, *, times=1, end='', loud=None)"
    assert str(inspect.signature(calls.greet)) == signature
    assert (calls.Vec(2).norm(), calls.Vec(2).norm(scale=3, name="ab"), calls.Vec(2).norm({"scale": 2})) == (2, 12, 4)
    with pytest.raises(OverflowError, match=r"^greet\(\): parameter 'times' is out of range for u8 \(0 to 255\)"):
        calls.greet("you", times=300)
    with pytest.raises(TypeError, match="got an unexpected keyword argument 'time'"):
        calls.greet("you", time=3)
    with pytest.raises(TypeError, match=r"^greet\(\) takes at most 2 positional arguments \(3 given\)$"):
        calls.greet("you", None, 2)


def test_an_operand_is_no_options(calls: ModuleType) -> None:
    assert str(inspect.signature(calls.Vec.plus)) == "(self, /, b)"
    assert calls.Vec(1).plus(calls.Vec(2)).x == 3


def test_io_is_given(calls: ModuleType) -> None:
    with calls.Clock() as clock:
        assert clock.passed()
    assert str(inspect.signature(calls.Clock.passed)) == "(self, /)"


def test_vectors_and_arrays(calls: ModuleType) -> None:
    assert calls.add((1, 2, 3, 4), [1, 1, 1, 1]) == [2, 3, 4, 5]
    assert (calls.hash([1, 2], "abc"), calls.optionalHash(True), calls.optionalHash(False)) == (
        b"\x01\x02\x03\xff",
        b"\x01\x02",
        None,
    )


def test_vectors_in_arrays_tuples_and_optionals(calls: ModuleType) -> None:
    assert calls.transposed([[1, 2], (3, 4)]) == ([[1, 3], [2, 4]], 3)
    assert calls.firstRow(((1, 2), (3, 4))) == [1, 2]
    assert calls.firstRow() is calls.firstRow(None) is None
    row = array.array("f", [1, 2])
    assert calls.raise_(row, 0.5) == 2.5
    assert list(row) == [1.5, 2.5]
    with pytest.raises(ValueError, match=r"^parameter 'row' must be a buffer of 2 items, not of 3$"):
        calls.raise_(array.array("f", [1, 2, 3]), 1)


def test_pointers_to_numbers_are_buffers(calls: ModuleType) -> None:
    quotient, remainder = array.array("q", [0]), array.array("q", [0])
    calls.divide(-7, 2, quotient, remainder)
    assert (quotient[0], remainder[0]) == (-3, -1)
    with pytest.raises(ZeroDivisionError):
        calls.divide(1, 0, quotient, remainder)
    out = array.array("d", [0, 0, 0])
    calls.fill(out, 1.5)
    assert list(out) == [1.5] * 3
    for size in (0, 2, 4):
        with pytest.raises(ValueError, match=rf"^parameter 'out' must be a buffer of 3 items, not of {size}$"):
            calls.fill(array.array("d", [0.0] * size), 1)
    wrong: Any
    for wrong in (b"x", array.array("f", [0, 0, 0]), 3):
        with pytest.raises((TypeError, BufferError)):
            calls.fill(wrong, 1)


def test_results_that_their_caller_would_free(calls: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    expected = [
        (lambda: calls.parts("a,b,"), ["a", "b", ""]),
        (lambda: calls.pairs(3), [[0, 0], [1, 1], [2, 4]]),
        (calls.maybe, [1, None]),
        (calls.levels, [calls.Level.high, calls.Level.low]),
        (lambda: calls.listed(9), [*range(9)]),
        (lambda: calls.listed(0), []),
        (lambda: calls.parsed('{"name": "a", "port": 3}'), calls.Config("a", 3)),
    ]
    for call, result in expected:
        assert call() == result
    with pytest.raises(RuntimeError, match=r"^UnknownField$"):
        calls.parsed('{"nam": "a"}')

    def stacked() -> None:
        stack = calls.Stack()
        for number in range(10):
            stack.push(number)

    for function in (
        *(call for call, _ in expected),
        stacked,
        lambda: calls.greet("you", times=3),
        lambda: calls.counted(1000),
        lambda: calls.failing(True),
        lambda: calls.upper(io.BytesIO(b"text")),
        lambda: calls.parsed("x"),
    ):
        assert growth(function) < 8, inspect.getsource(function)


@pytest.mark.parametrize(
    ("call", "place"),
    [
        (lambda calls: calls.sum({1: 1.0, -3: "x"}), "map[-3]"),
        (lambda calls: calls.sum({1: 1.0, "k": 1.0}), "map.keys()[1]"),
        (lambda calls: calls.keyed({(1, 2): 1.0, (3, 4): "x"}, {}), "cells_of.values()[1]"),
        (lambda calls: calls.keyed({(1, "x"): 1.0}, {}), "cells_of.keys()[0][1]"),
        (lambda calls: calls.keyed({}, {2**100: "x"}), "wide.values()[0]"),
        (lambda calls: calls.keyed({}, {2**62: "x"}), f"wide[{2**62}]"),
    ],
)
def test_the_place_in_a_dict(calls: ModuleType, call: Callable[[ModuleType], object], place: str) -> None:
    with pytest.raises(TypeError) as caught:
        call(calls)
    assert f"parameter '{place}' must be" in str(caught.value)


def test_maps_with_other_keys_and_sets(calls: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    assert calls.histogram("abca") == {97: 2, 98: 1, 99: 1}
    assert (calls.histogram(""), calls.unique([])) == ({}, set())
    assert calls.sum({2: 1.5, -1: 1}) == calls.sum(types.MappingProxyType({2: 1.5, -1: 1})) == 2
    assert calls.unique([3, 1, 3]) == calls.unique({1, 3}) == {1, 3}
    assert calls.cells(2) == {(0, 0): b"0", (1, -1): b"1"}
    assert calls.names("a b a") == {"a", "b"}
    for given in ({"a", "b"}, frozenset("ab"), ["a", "b", "a"], ("a", "b")):
        assert (calls.hasName(given, "b"), calls.hasName(given, "c")) == (True, False)
    assert calls.sizeOf({"low", calls.Level.low, calls.Level.high}) == 2
    with pytest.raises(
        TypeError, match=r"^sum\(\): parameter 'map' must be a dict or another mapping \(dict\[i32, f64\]\)"
    ):
        calls.sum([1])
    with pytest.raises(OverflowError, match=r"is out of range for i32"):
        calls.sum({2**40: 1.0})
    for wrong in (3, "ab"):
        with pytest.raises(TypeError, match=r"^hasName\(\): parameter 'set' must be "):
            calls.hasName(wrong, "a")
    for function in (
        lambda: calls.histogram("abcdefg"),
        lambda: calls.cells(20),
        lambda: calls.sum(dict.fromkeys(range(20), 1.0)),
        lambda: calls.sum({1: "x"}),
        lambda: calls.hasName({"a", "b"}, "a"),
        lambda: calls.names("a b"),
    ):
        assert growth(function) < 8, inspect.getsource(function)


def test_maps_of_other_kinds(calls: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    assert list(calls.lengths(["b", "aa", ""]).items()) == [("b", 1), ("aa", 2), ("", 0)]
    assert calls.squares(50) == {number: number**2 for number in range(50)}
    assert calls.marks() == {(number, number > 9): b"value" for number in range(20)}
    assert calls.twice(["ab", "c", "c"]) == calls.twice({"ab", "c"}) == {"ab": "abab", "c": "cc"}
    assert (calls.distinct(["x", "y", "x"]), calls.distinct([])) == ({"x", "y"}, set())
    assert calls.other({"low"}) == set(calls.Level) - {calls.Level.low}
    assert calls.other(calls.other([calls.Level.high])) == {calls.Level.high}
    assert calls.named({"low": 1, calls.Level.high: 2}) == {calls.Level.high: 2}
    assert calls.perLevel({"low": 1, calls.Level.high: 2}) == {calls.Level.low: 2, calls.Level.high: 4}
    for given in ({"low": 1}, {"low": 1, calls.Level.low: 2}, {}):
        with pytest.raises(ValueError, match=r"^perLevel\(\): parameter 'numbers' must have 2 items \(.*\), not [01]$"):
            calls.perLevel(given)
    assert calls.addAll({1: 2, 3: 4}, ["a", "b"], {-1: 0.5}) == 8.5
    for wrong in (3, "ab", {"middle"}):
        with pytest.raises((TypeError, ValueError), match=r"^other\(\): parameter 'chosen"):
            calls.other(wrong)
    with pytest.raises(OverflowError, match=r"is out of range for u8"):
        calls.named({"low": 256})
    for function in (
        lambda: calls.lengths(["b", "aa", ""]),
        lambda: calls.squares(100),
        calls.marks,
        lambda: calls.twice({"ab", "c"}),
        lambda: calls.distinct(["x", "y"]),
        lambda: calls.other({"low"}),
        lambda: calls.addAll({1: 2}, ["a"], {1: 2}),
    ):
        assert growth(function) < 8, inspect.getsource(function)


def test_lists_of_other_kinds(calls: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    assert (calls.managed(5), calls.managed(0)) == ([0, 1, 2, 3, 4], [])
    assert sorted(calls.rotated(7)) == [b"%d" % number for number in range(7)]
    assert calls.columns() == [calls.Point(number) for number in range(5)]
    assert calls.smallest([5, 1, 3])[0] == 1
    assert sorted(calls.smallest([5, 1, 3])) == [1, 3, 5]
    for function in (
        lambda: calls.managed(50),
        lambda: calls.rotated(20),
        calls.columns,
        lambda: calls.smallest([2, 1]),
    ):
        assert growth(function) < 8, inspect.getsource(function)


def test_what_begins_empty_is_made_with_no_arguments(calls: ModuleType) -> None:
    with calls.Stack() as stack:
        stack.push(1)
        stack.push(item=2)
        assert ([*stack.items], stack.pop(), stack.pop(), stack.pop()) == ([1, 2], 2, 1, None)
    with pytest.raises(ReferenceError):
        stack.pop()
    with pytest.raises(TypeError, match=r"^Stack\(\) takes 0 arguments \(1 given\)$"):
        calls.Stack(1)
    assert not hasattr(calls.Stack, "empty")
    assert str(inspect.signature(calls.Stack)) == "()"


def test_callbacks_of_c_are_callables(calls: ModuleType, growth: Callable[[Callable[[], object]], float]) -> None:
    seen: list[float] = []
    assert calls.each(4, lambda number: 10 * number) == 60
    assert calls.each(count=2, visit=abs) == 1
    assert (calls.eachOrNone(None), calls.eachOrNone(lambda number: number + 1)) == (-1, 8)
    assert calls.between(lambda a, b: "more" if a > b else "same", lambda: seen.append(0), [1, 2, 2, 3]) is True
    assert calls.between(lambda a, b: "more" if a > b else "less", lambda: seen.append(1), [1, 3, 2]) is False
    assert seen == [0, 1]
    assert calls.writeEach(lambda number: 5 * number) == "0,5,10,"
    assert str(inspect.signature(calls.each)) == "(count, visit)"
    assert calls.each(2, lambda number: calls.each(3, lambda inner: inner + number)) == 3 + 6
    assert growth(lambda: calls.each(3, lambda number: number)) < 8


def test_what_callbacks_of_c_raise_is_raised(
    calls: ModuleType, growth: Callable[[Callable[[], object]], float]
) -> None:
    seen: list[int] = []

    def fail(number: int) -> int:
        seen.append(number)
        if number == 1:
            raise KeyError(number)
        return 0

    with pytest.raises(KeyError, match=r"^1$"):
        calls.each(5, fail)
    assert seen == [0, 1]
    with pytest.raises(KeyError):
        calls.writeEach(fail)
    with pytest.raises(TypeError, match=r"^each\(\): the result of 'visit' must be an int \(c_int\), not str$"):
        calls.each(1, str)
    with pytest.raises(TypeError, match=r"^each\(\): parameter 'visit' must be a callable"):
        calls.each(1, 3)
    with pytest.raises(OverflowError):
        calls.each(1, lambda _: 2**40)

    def failing() -> None:
        seen.clear()
        with pytest.raises(KeyError):
            calls.writeEach(fail)

    assert growth(failing) < 8
    # One that is called when its call is over is nobody's any more.
    calls.keepUnseen(fail)
    assert calls.callLate() == 0
    assert seen[-1] != 5


def test_a_callback_that_may_fail_stops_at_once(calls: ModuleType) -> None:
    seen: list[int] = []

    def visit(number: int) -> int:
        seen.append(number)
        return [5, 6, 7][number]

    assert calls.sumUntil(3, visit) == 18
    with pytest.raises(IndexError):
        calls.sumUntil(9, visit)
    assert seen == [0, 1, 2, 0, 1, 2, 3]
    with pytest.raises(OverflowError, match=r"out of range for u16"):
        calls.sumUntil(1, lambda _: 2**16)


def test_callbacks_that_cannot_be_told_are_left_out(calls: ModuleType) -> None:
    left = {left.name: left.reason for left in described(calls).left_out}
    remedy = "where it is only called, it is a callable; what is kept is a nano_ffi.Callback, or has a ?*anyopaque that"
    assert remedy in left["keepAlone"]
    assert remedy in left["Emitter.on"]
    assert not hasattr(calls, "keepAlone")


def test_options_may_have_an_object_to_write_to(
    calls: ModuleType, growth: Callable[[Callable[[], Any]], float]
) -> None:
    report = calls.Report()
    assert calls.checked("ab") == calls.checked("ab", report=report) == calls.checked("ab", report=None) == 2
    assert calls.checked("", strict=False) == calls.checked("", calls.Reporting(strict=False)) == 0
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"^Refused$"):
            calls.checked("", report=report)
    assert (report.line, report.text) == (2, "nothing")
    with pytest.raises(RuntimeError, match=r"^Refused$"):
        calls.checked("", calls.Reporting(), report=report)
    assert report.line == 3
    checker = calls.Checker(report=report)
    checker.count()
    assert report.line == 13
    assert checker.options.report is report
    del report
    gc.collect()
    checker.count()
    assert checker.options.report.line == 23
    assert str(inspect.signature(calls.checked)) == "(text, options=None, *, strict=True, report=None)"
    with pytest.raises(TypeError, match=r"^checked\(\): parameter 'report' must be a Report"):
        calls.checked("", report=3)
    assert growth(lambda: calls.Checker(report=calls.Report()).count()) < 8


def test_what_to_do_about_memory_that_is_written(calls: ModuleType) -> None:
    left = {left.name: left.reason for left in described(calls).left_out}
    assert left["written.shift"] == (
        "parameter 'spots' has type []real_calls.written.Spot: what is changed in a copy is lost: take []const written.Spot, and return "
        "what is new, or let it be an extern struct of numbers, of which this is an array"
    )
    for name, remedy in (
        ("fillRows", "make it []const, or nano_ffi.NdArrayMut(f64, 2), which is an array of so many dimensions"),
        ("fillMatrix", "let it be nano_ffi.NdArrayMut(f64, 2), which is an array of so many dimensions"),
        ("divided", "let it be *i64, or return the number"),
        ("tried", "return it, in a tuple with what is returned besides"),
        ("Pipe", "functions that give that on, is a class"),
    ):
        assert left[f"written.{name}"].endswith(remedy)


def test_callbacks_without_a_context(calls: ModuleType) -> None:
    assert calls.without(lambda number: number + 4) == 5
    assert calls.mapped([1.0, 2.0], lambda x: x / 2) == [0.5, 1.0]
    assert calls.mapped([1.0], lambda x: calls.mapped([x], lambda y: y + 1)[0] * 2) == [4.0]
    assert calls.folded(range(4), lambda a, b: a + 2 * b, lambda: None) == 12
    with pytest.raises(ZeroDivisionError):
        calls.folded([1], lambda a, b: a, lambda: 1 / 0)
    values = array.array("q", [3, 1, 2])
    calls.sortBy(values, lambda a, b: a > b)
    assert values.tolist() == [3, 2, 1]
    with pytest.raises(TypeError, match=r"^mapped\(\): the result of 'function' must be a float \(f64\), not str$"):
        calls.mapped([1.0], str)


def test_so_many_callbacks_without_a_context_at_a_time(calls: ModuleType) -> None:
    def nested(depth: int, x: float) -> float:
        if depth == 0:
            return x
        found: list[float] = calls.mapped([x], lambda y: nested(depth - 1, y + 1))
        return found[0]

    for _ in range(3):
        assert nested(16, 0.0) == 16.0
        with pytest.raises(RuntimeError, match=r"^there are 16 such calls already"):
            nested(17, 0.0)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda x: nested(2, x), range(200))) == [x + 2 for x in range(200)]


def test_what_is_not_returned_is_given_back(calls: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    def fail(_: float) -> float:
        raise KeyError

    values = array.array("d", bytes(800))
    assert growth(lambda: calls.mapped(values, fail)) < 8
    assert growth(lambda: calls.mapped(values, abs)) < 8
    found = calls.findAll(30, lambda found: found.isThere() and found.value.x > 27)
    assert [one.value for one in found] == [calls.Found.Spot(28, "28"), calls.Found.Spot(29, "29")]
    assert growth(lambda: calls.findAll(30, fail)) < 8


def test_the_stub(calls: ModuleType) -> None:
    text = stub(described(calls))
    ast.parse(text)
    for line in (
        "def raw(number: SupportsIndex) -> bytes: ...",
        "def each(count: SupportsIndex, visit: Callable[[int], SupportsIndex]) -> int:\n",
        "def rawOrNone(is_there: bool) -> bytes | None: ...",
        "def counted(number: SupportsIndex) -> tuple[int, str]: ...",
        "def histogram(text: str | Buffer) -> dict[int, int]: ...",
        "def cells(size: SupportsIndex) -> dict[tuple[int, ...], bytes]: ...",
        "def names(text: str | Buffer) -> set[str]: ...",
        "def lengths(words: Iterable[str | Buffer]) -> dict[str, int]: ...",
        "def marks() -> dict[tuple[int, bool], bytes]: ...",
        "def twice(words: Iterable[str | Buffer]) -> dict[str, str]: ...",
        "def rotated(count: SupportsIndex) -> list[bytes]: ...",
        "def lines(reader: str | Buffer | _Readable) -> int: ...",
        "class _Readable(Protocol):\n    def read(self) -> str | Buffer: ...",
        "    *,\n    times: SupportsIndex = 1,\n    end: str | Buffer = ...,\n    loud: bool | None = None,\n) -> str:",
    ):
        assert line in text, line
