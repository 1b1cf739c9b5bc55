"""Values that have lists, maps and sets of Zig's library in them, std.json.Value among them."""

from __future__ import annotations

import ast
import copy
import inspect
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import nano_ffi
from nano_ffi.explaining import described
from nano_ffi.pyi import stub

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def values(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("real_values")


def test_a_union_has_lists_and_maps_of_its_kind(values: ModuleType) -> None:
    given = {"list": [{"int": 3}, "null", {"map": {"b": {"str": "x"}, "a": {"list": ()}}}, {"bool": True}]}
    out: dict[str, object] = {
        "list": [{"int": 4}, "null", {"map": {"b": {"str": "x"}, "a": {"list": []}}}, {"bool": True}]
    }
    assert values.next(given) == out
    assert list(values.next({"map": {"b": {"int": 1}, "a": {"int": 2}}})["map"]) == ["b", "a"]
    wrong = r"^next\(\): parameter 'value\.list\[0\]' must be the name of a tag, or a dict of that and its value \(Value\), not int"
    with pytest.raises(TypeError, match=wrong):
        values.next({"list": [3]})
    assert str(inspect.signature(values.next)) == "(value)"


def test_what_they_were_given_is_given_back(values: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    given = {"map": {str(key): {"list": [{"str": "x" * 600}] * 3} for key in range(3)}}

    def calls() -> None:
        values.next(given)
        values.halves([1, 2.5] * 90)
        values.appended(range(9), 3)
        values.parse('{"a": [1, {"b": "x"}]}')
        values.write({"a": [1, {"b": "x"}]})
        values.parts(range(20))
        values.copied(values.oddOnes(range(99)))

    assert growth(calls) < 16


def test_values_in_one_another_have_an_end(values: ModuleType) -> None:
    value = values.deep(200)
    for _ in range(200):
        (value,) = value["list"]
    assert value == "null"
    error = r"^values of (Value|Endless) are inside of one another, 256 deep$"
    with pytest.raises(RecursionError, match=error):
        values.deep(100_000)
    with pytest.raises(RecursionError, match=error):
        values.circle()
    given: object = "null"
    for _ in range(300):
        given = {"list": [given]}
    with pytest.raises(RecursionError, match="has more than 257 values inside of one another"):
        values.next(given)


TEXTS = ["null", "[1, 2.5, true, null, []]", '{"b": {"a": "é\\n"}, "a": [{}]}', "123456789012345678901234567890", "-7"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_json_value_is_what_python_has_for_it(values: ModuleType, text: str) -> None:
    value = values.parse(text)
    assert value == json.loads(text)
    assert type(value) is type(json.loads(text))
    assert json.loads(values.write(value)) == value


def test_which_tag_a_json_value_gets(values: ModuleType) -> None:
    assert not hasattr(values.json, "Array")
    assert values.json.validate("[1, 2") is False
    tags = {
        "null": None,
        "bool": False,
        "integer": 2**63 - 1,
        "number_string": -(2**63) - 1,
        "float": 1.0,
        "string": "x",
        "array": (1,),
        "object": {"a": 1},
    }
    for tag, value in tags.items():
        assert values.tagOf(value) == tag
    assert values.parse("1e400000") == float("inf")
    error = "must be None, a bool, an int, a float, a str, a list or a dict"
    with pytest.raises(TypeError, match=error):
        values.tagOf(object())


def test_lists_are_parameters(values: ModuleType) -> None:
    assert values.appended([1, 2], 3) == [1, 2, 3]
    assert values.appended(range(2), item=5) == [0, 1, 5]
    assert values.total((1, 2)) == 3
    assert values.halves([1, 4, 3]) == {"count": 3, "halves": [0.5, 2, 1.5], "odd": {0, 2}}
    with pytest.raises(TypeError, match=r"^total\(\): parameter 'list\[1\]' must be an int \(i64\), not str$"):
        values.total([1, "x"])


def test_maps_and_sets_in_a_field_are_copies(values: ModuleType) -> None:
    box = values.Box()
    box.add(3, "x")
    assert (box.ages, box.pairs, box.names) == ({3: 1.5}, {(1, 2)}, {"x"})
    assert [color.name for color in box.colors] == ["green"]
    assert box.lists == [{1: 2}]
    box.ages.clear()
    assert box.ages == {3: 1.5}
    assert box.keep([{1: 2}, {}]) == 3
    with pytest.raises(AttributeError, match=r"attribute 'ages' of '.*Box' objects is not writable"):
        box.ages = {}
    assert str(inspect.signature(values.Box)) == "()"


def test_a_set_of_an_enum_is_a_field_like_numbers(values: ModuleType) -> None:
    flags = values.Flags(colors={"red"}, n=1)
    assert [color.name for color in flags.colors] == ["red"]
    flags.colors = set()
    assert (flags, copy.deepcopy(flags)) == (values.Flags(n=1), flags)


def test_sets_of_bits(values: ModuleType) -> None:
    assert values.oddOnes({1, 2, 3, 100}) == {1, 3}
    assert values.oddOnes([]) == set()
    assert values.mirrored([0, 1]) == {6, 7}
    assert values.copied(range(0, 200, 50)) == {0, 50, 100, 150}
    error = r"^mirrored\(\): parameter 'bits\[1\]' is out of range for usize \(0 to 7\)$"
    with pytest.raises(OverflowError, match=error):
        values.mirrored([1, 8])
    with pytest.raises(MemoryError):
        values.oddOnes({2**60})
    with pytest.raises(OverflowError):
        values.oddOnes({-1})
    sieve = values.Sieve()
    assert (sieve.small, sieve.all) == ({2, 3, 5, 7}, set())
    sieve.add(1000)
    sieve.small = {0}
    assert (sieve.small, sieve.all) == ({0}, {1000})
    assert not hasattr(values, "both")  # a set that has its allocator is no part


def test_lists_that_are_scattered(values: ModuleType) -> None:
    queue = values.Queue()
    assert (queue.waiting, queue.rows) == ([], [])
    queue.add(3)
    queue.add(4)
    assert queue.waiting == [4, 3]
    assert queue.rows == [{"x": 3, "name": "row"}, {"x": 4, "name": "row"}]
    assert queue.totalOf([1, 2], [{"x": 3, "name": "a"}]) == 6
    assert values.parts((1, 2, 3)) == ([6, 4, 2], 7)
    with pytest.raises(AttributeError):
        queue.waiting = [1]


def test_an_enum_without_members_is_an_int(values: ModuleType) -> None:
    assert (values.after(4), values.origin) == (5, 7)
    assert values.turned((1, -4)) == (-4, 1)
    assert values.turned([1, None]) == (None, 1)
    assert values.counted([3, 4, 3]) == {3: 2, 4: 1}
    place = values.Place(3, [4, 5])
    place.at += 1
    assert (place.at, list(place.children), place.first()) == (4, [4, 5], 4)
    assert str(inspect.signature(values.Place)) == "(at, children=[])"
    with pytest.raises(
        nano_ffi.OutOfRangeError, match=r"^turned\(\): parameter 'pair\[1\]' is out of range for \?i3 \(-4 to 3\)$"
    ):
        values.turned((1, 4))
    with pytest.raises(TypeError, match=r"^after\(\): parameter 'index' must be an int \(u32\), not str$"):
        values.after("origin")
    reasons = {left.name: left.reason for left in described(values).left_out}
    assert reasons["Index"] == "its values are ints, which have no methods: write a function that calls one"
    assert "Slot" not in reasons


def test_a_list_that_is_not_const_in_a_value_of_its_kind(values: ModuleType) -> None:
    term = values.Term.list([values.Term.text("a"), {"list": ["nothing", {"text": "b"}]}])
    assert term.count() == 3
    assert [type(item).__name__ for item in term.items()] == ["text", "list"]
    assert values.Term.text("a").items() is None


def test_what_begins_without_memory_gives_back_what_it_gets(
    values: ModuleType, growth: Callable[[Callable[[], Any]], float]
) -> None:
    def calls() -> None:
        document = values.open("a " * 50 + "xyz")
        document.parse()
        assert document.last() == "xyz"
        with values.open("a b") as again:
            again.parse()

    assert growth(calls) < 16


def test_the_stub(values: ModuleType) -> None:
    assert [left.name for left in described(values).left_out if not left.name.startswith("json.")] == ["both", "Index"]
    text = stub(described(values))
    ast.parse(text)
    for line in (
        "    list: builtins.list[_Value]",
        "    map: dict[str, _Value]",
        "    map: ReadOnly[Mapping[str | Buffer, _ValueLike]]",
        "    float,\n    str,\n    list[_JsonValue],\n    dict[str, _JsonValue],\n]\n",
        "def appended(list: Iterable[SupportsIndex], item: SupportsIndex) -> list[int]:",
        "def turned(\n    pair: tuple[SupportsIndex, SupportsIndex | None],\n) -> tuple[int | None, int]: ...",
        "    def ages(self) -> dict[int, float]: ...",
        "    def lists(self) -> _List[dict[int, int]]: ...",
    ):
        assert line in text, text
