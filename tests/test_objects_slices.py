"""Slices that share memory, and calls that free, move or allocate what several objects have."""

from __future__ import annotations

import contextlib
import gc
import tracemalloc
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")
pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_slices")


def items(m: ModuleType, number: int, count: int = 5) -> list[Any]:
    return [m.Item(10 * number + index, f"{number} {index}" * 10) for index in range(count)]


def numbers(items: Any) -> list[int]:
    """Of items whose names are right."""
    for item in items:
        assert item.name in ("", f"{item.n // 10} {item.n % 10}" * 10)
    return [item.n for item in items]


def stir(*shelves: Any) -> None:
    """Many blocks, so that what nothing points to is given back."""
    gc.collect()
    for number in range(80):
        for shelf in shelves:
            shelf.name = f"{number} " * 20


def test_a_slice_does_not_grow_over_what_another_one_has(m: ModuleType) -> None:
    shelf = m.Shelf(items(m, 1))
    shelf.items.append(m.Item(15, "1 5" * 10))  # with room behind it
    shelf.share(0, 2)
    shelf.others.append(m.Item(90))
    assert numbers(shelf.items) == [10, 11, 12, 13, 14, 15]
    assert numbers(shelf.others) == [10, 11, 90]
    shelf.share(0, 6)
    shelf.others.append(m.Item(1))
    shelf.items.append(m.Item(2))
    assert (shelf.others[-1].n, shelf.items[-1].n) == (1, 2)

    shelf = m.Shelf(numbers=[1.0, 2.0, 3.0, 4.0])
    shelf.share_numbers(2)
    shelf.first.append(9.0)
    assert (shelf.numbers, shelf.first) == ([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 9.0])

    shelf = m.Shelf(items(m, 1))
    shelf.share_list()
    shelf.list.append(m.Item(1))
    shelf.items.append(m.Item(2))
    assert numbers(shelf.items) == [10, 11, 12, 13, 14, 2]
    assert numbers(shelf.list) == [10, 11, 12, 13, 14, 1]


def test_a_pointer_into_a_block_keeps_it(m: ModuleType) -> None:
    for _ in range(20):
        shelf = m.Shelf(items(m, 1))
        shelf.share(1, 5)
        shelf.items = items(m, 2)
        shelf.name = text = "a name " * 20
        shelf.share_name(7)
        stir(shelf)
        assert (numbers(shelf.others), shelf.ending) == ([11, 12, 13, 14], text[7:])
        shelf.others.append(m.Item(90))
        stir(shelf)
        assert (numbers(shelf.others), numbers(shelf.items)) == ([11, 12, 13, 14, 90], [20, 21, 22, 23, 24])


CHANGES: dict[str, Callable[[Any, Any], Any]] = {
    "append": lambda shelf, item: shelf.items.append(item),
    "pop": lambda shelf, _: shelf.items.pop(),
    "pop the first": lambda shelf, _: shelf.items.pop(0),
    "delete each second": lambda shelf, _: shelf.items.__delitem__(slice(None, None, 2)),
    "set a slice": lambda shelf, item: shelf.items.__setitem__(slice(1, 3), [item]),
    "grow": lambda shelf, item: [shelf.items.append(item) for _ in range(9)],
    "clear": lambda shelf, item: (shelf.items.clear(), shelf.items.append(item)),
    "empty": lambda shelf, item: (shelf.empty(), shelf.items.append(item)),
}


@pytest.mark.parametrize("way", CHANGES)
def test_zig_gives_back_a_slice_that_python_changed(m: ModuleType, way: str) -> None:
    """It has the length that its block has, as every slice of Zig's."""
    for _ in range(20):
        shelf = m.Shelf(items(m, 1))
        CHANGES[way](shelf, m.Item(23, "2 3" * 10))
        before = numbers(shelf.items)
        shelf.grow(5)
        CHANGES[way](shelf, m.Item(23, "2 3" * 10))
        stir(shelf)
        numbers(shelf.items)
        shelf.free()
        stir(shelf)
        shelf.items = items(m, 3)
        shelf.items.append(m.Item(35, "3 5" * 10))
        assert (numbers(shelf.items), len(before) > 0) == ([30, 31, 32, 33, 34, 35], True)


def test_what_a_call_frees_of_several_objects(m: ModuleType) -> None:
    for _ in range(30):
        one, other = m.Shelf(items(m, 1)), m.Shelf(items(m, 2))
        one.steal(other)
        stir(one, other)
        assert (numbers(one.items), numbers(other.items)) == ([20, 21, 22, 23, 24], [])
        other.items = items(m, 3)
        others = [m.Shelf(items(m, number)) for number in range(4, 8)]
        stir(one, other, *others)
        del other
        gc.collect()
        assert numbers(one.items) == [20, 21, 22, 23, 24]
        assert [numbers(shelf.items)[0] for shelf in others] == [40, 50, 60, 70]


@pytest.mark.parametrize("is_first", [True, False])
def test_what_a_call_moves_from_one_to_another(m: ModuleType, is_first: bool) -> None:
    for _ in range(30):
        one, other = m.Shelf(items(m, 1)), m.Shelf(items(m, 2))
        held = one.items[0]
        one.swap(other)
        shelf, expected = (one, [20, 21, 22, 23, 24]) if is_first else (other, [10, 11, 12, 13, 14])
        del one, other
        stir(shelf)
        assert (numbers(shelf.items), len(held.name)) == (expected, 30)
        shelf.free()
        stir(shelf)
        with contextlib.suppress(ReferenceError):
            assert held.name in ("1 0" * 10, "2 0" * 10)


@pytest.mark.parametrize("is_first", [True, False])
def test_what_a_call_allocates_for_several_objects(m: ModuleType, is_first: bool) -> None:
    for _ in range(30):
        for give in (m.Shelf.give, m.Shelf.give_both):
            one, other = m.Shelf(items(m, 1)), m.Shelf(items(m, 2))
            give(one, other, 5)
            shelf = one if is_first and give is m.Shelf.give_both else other
            del one, other
            others = [m.Shelf(items(m, number)) for number in range(4, 8)]
            stir(shelf, *others)
            assert [item.n for item in shelf.items] == [0, 1, 2, 3, 4]
            shelf.items.append(m.Item(5))
            shelf.free()
            stir(shelf, *others)
            assert [numbers(shelf.items)[0] for shelf in others] == [40, 50, 60, 70]


def test_values_that_nothing_points_to_any_more_are_given_back(m: ModuleType) -> None:
    """Also while something else of their region is alive."""
    shelf = m.Shelf()

    def borrow(count: int) -> None:
        for number in range(count):
            shelf.borrow(m.Shelf(name=f"{number} name " * 20))
            assert shelf.name == f"{number} name " * 20
            label = m.Shelf(name="a name" * 20)
            shelf.borrow_label(label, 65 + number % 26)
            other = m.Shelf()
            other.borrow(label)
            del label, other
            assert shelf.ending == chr(65 + number % 26) * 8

    tracemalloc.start()
    borrow(100)
    before = tracemalloc.get_traced_memory()[0]
    borrow(2000)
    assert tracemalloc.get_traced_memory()[0] - before < 200_000
    tracemalloc.stop()


def test_values_that_are_pointed_to_stay(m: ModuleType) -> None:
    for _ in range(20):
        chain = [m.Shelf(items(m, number), name=f"{number} name " * 20) for number in range(5)]
        shelf = m.Shelf()
        for number in range(5):
            chain[number].borrow_label(chain[number - 1], 65 + number)
        part = chain[2].items[1]
        shelf.borrow(chain[3])
        shelf.borrow_label(chain[4], 90)
        chain.clear()
        for number in range(200):
            shelf.borrow_label(m.Shelf(), 66) if number == 100 else shelf.share_numbers(0)
            expected = "Z" if number < 100 else "B"
            assert (shelf.ending, shelf.name, part.n) == (expected * 8, "3 name " * 20, 21)
            m.Shelf(items(m, 1))
            other = m.Shelf(name="other" * 20)
            other.borrow(shelf)
            del other


@pytest.mark.parametrize("is_given", [True, False])
def test_what_a_resource_has_is_no_trees(m: ModuleType, is_given: bool) -> None:
    """A call that is given both allocates for the resource, which gives it back."""
    for number in range(30):
        names, shelf = m.Names(), m.Shelf()
        if is_given:
            names.give(shelf, f"name {number}" * 5)
        else:
            names.count(shelf, f"name {number}" * 5)
            names.lend(shelf)
        stir(shelf)
        assert shelf.ending == f"name {number}" * 5
        del shelf
        gc.collect()
        shelf = m.Shelf()
        names.lend(shelf)
        assert shelf.ending == f"name {number}" * 5
        names.remove()
        names.count(shelf, f"more {number}" * 5)
        names.lend(shelf)
        stir(shelf)
        assert shelf.ending == f"more {number}" * 5
