"""Lists that functions are given a pointer to, as out: *std.ArrayList(u8): what they have then is the result."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from nano_ffi.explaining import described
from nano_ffi.pyi import stub

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def lists(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("real_lists")


def test_what_a_list_has_is_the_result(lists: ModuleType) -> None:
    assert lists.escape("", "a<b") == "a&lt;b"
    assert lists.escape("x", "<" * 1000) == "x" + "&lt;" * 1000
    assert lists.packed_(b"\xff", 258) == (3, b"\xff\x01\x02")
    assert lists.words([], "a b,c") == (3, ["a", "b", "c"])
    assert lists.words(("x" * 100, b"y"), "a") == (1, ["x" * 100, "y", "a"])
    assert lists.copies([], "abc") == ["", "a", "ab"]
    assert lists.tokens([lists.Token("a"), {"text": "b"}], "c") == [
        lists.Token("a"),
        lists.Token("b"),
        lists.Token("c", at=2),
    ]
    assert lists.sort([3, 1, 2]) == [1, 2, 3]
    assert lists.halve([1, 3]) == (3.0, [1.0, 1.5, 1.5])
    assert lists.halve([]) == (None, [])
    assert lists.clear([1, 2]) == []


def test_the_list_of_the_caller_stays_as_it_is(lists: ModuleType) -> None:
    given = [3, 1, 2]
    lists.sort(given)
    assert given == [3, 1, 2]
    with pytest.raises(TypeError, match=r"^words\(\): parameter 'out' must be"):
        lists.words(3, "a")


def test_nothing_stays(lists: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    assert growth(lambda: (lists.escape("x" * 300, "<" * 300), lists.packed_(b"x" * 300, 1))) < 1
    assert growth(lambda: lists.words(["x" * 300] * 9, "a b " * 100)) < 1
    assert growth(lambda: (lists.copies([], "abc" * 30), lists.tokens([lists.Token("a" * 300)] * 9, "b"))) < 1
    # What rests of larger lists takes the place of smaller pieces that other tests have left to rest, one by one.
    assert growth(lambda: (lists.sort(range(40)), lists.halve(range(40)), lists.clear(range(40)))) < 1
    text = " ".join(map(str, range(40)))
    assert growth(lambda: (lists.tally({"a" * 300: 1}, text), lists.counted_({}, range(40)))) < 1
    assert growth(lambda: (lists.indexed({"a" * 300: lists.Token("b" * 300)}, text), lists.attack(range(99), 1))) < 1
    assert growth(lambda: (lists.merge({1: "a" * 300}, 2, text), lists.seen({"a" * 300}, text))) < 1
    for fails in (
        lambda: lists.escape("x" * 300, "a\0"),
        lambda: lists.words(["x" * 300], "a b !"),
        lambda: lists.tally({}, text + " !"),
    ):
        assert growth(fails) < 1


def test_what_may_be_kept_is_left_out(lists: ModuleType) -> None:
    left = {each.name: each.reason for each in described(lists).left_out}
    remedy = "let it be a slice of its items, or the only one that the function may change, with its allocator"
    for name, parameter in (("Doc.take", "list"), ("grow", "list"), ("keeps", "list"), ("both", "one")):
        assert left[name].startswith(f"parameter '{parameter}' has type *array_list.Aligned"), left[name]
        assert left[name].endswith(remedy), left[name]
    assert left["counted"] == (
        "parameter 'wanted' has type fn (i32) bool, which cannot come from Python: it is known while compiling only, "
        "as no callable of Python is: write a function that calls it with one of Zig"
    )
    assert left["words_of_axes"] == "it is a std.StaticStringMap: write a function that looks a text up in it"
    assert (lists.axisOf("b"), lists.axisOf("c")) == (lists.Axis.y, None)
    for name in ("untold", "swapped"):
        assert left[name].endswith("which cannot come from Python: let it be the map itself, and return that")


def test_what_a_map_has_is_the_result(lists: ModuleType) -> None:
    given = {"a": 1}
    assert lists.tally(given, "a b a") == {"a": 3, "b": 1}
    assert given == {"a": 1}
    assert lists.tally({}, " ".join(str(number) for number in range(300))) == {str(n): 1 for n in range(300)}
    with pytest.raises(RuntimeError, match="Unwanted"):
        lists.tally(given, "b !")
    assert lists.counted_({7: 1}, [7, 8, 7]) == (2, {7: 3, 8: 1})
    assert lists.counted_({}, []) == (0, {})
    assert lists.indexed({"x": lists.Token("x" * 99)}, "y z") == {
        "x": lists.Token("x" * 99),
        "Y": lists.Token("y", 1),
        "Z": lists.Token("z", 2),
    }
    assert lists.merge({1: "a", 2: "b"}, 1, "") == (True, {2: "b"})
    assert lists.merge({1: "a"}, 3, "c" * 50) == (True, {1: "a", 3: "c" * 50})
    assert lists.seen({"gone", "here"}, "") == {"here"}
    assert lists.seen(["here"], "x" * 50) == {"here", "x" * 50}
    assert lists.rotate({"x", "y"}) == (False, {lists.Axis.y})
    assert lists.attack([1, 2], 3) == (1, [2, 3])
    with pytest.raises(TypeError, match=r"^tally\(\): parameter 'counts' must be a dict"):
        lists.tally(3, "a")


def test_named_sets_are_sets(lists: ModuleType) -> None:
    axis = lists.Axis
    assert lists.flat == {axis.x, axis.y}
    assert lists.others(lists.flat) == {axis.z}
    assert lists.others({"z"}) == {axis.x, axis.y}
    assert lists.longest({"x": 1, "y": 3, "z": 2}) == 3.0
    assert lists.attacked({1, 5}, by=7) == {1, 5, 7}
    assert not hasattr(lists, "AxisSet")


def test_they_are_described(lists: ModuleType) -> None:
    text = stub(described(lists))
    assert "def escape(out: str | Buffer, text: str | Buffer) -> str: ..." in text
    assert "-> tuple[float | None, list[float]]: ..." in text
    assert str(inspect.signature(lists.words)) == "(out, text)"
    assert (
        "def tally(\n    counts: Mapping[str, SupportsIndex],\n    text: str | Buffer,\n) -> dict[str, int]: ..."
        in text
    )
    assert "-> tuple[int, dict[int, int]]: ..." in text


def test_an_iterator_of_a_map_gives_unions(lists: ModuleType) -> None:
    table = lists.Table()
    table.put("a", 1)
    table.put("b", 2)
    assert dict(table.iterator()) == {"a": lists.Value.number(1), "b": lists.Value.number(2)}
