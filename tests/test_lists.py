"""Lists in the fields of structs, on a module compiled from tests/extension/lists.zig."""

from __future__ import annotations

import array
import copy
import gc
import io
import json
import operator
import pickle
import random
import struct
import tracemalloc
from collections.abc import Callable, MutableSequence
from functools import partial
from types import ModuleType
from typing import Any

import pytest

import nano_ffi

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("lists")


def numbers(items: Any) -> list[int]:
    return [item.number for item in items]


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


@pytest.mark.parametrize("field", ["items", "more", "some"])
def test_the_methods_of_a_list(m: ModuleType, field: str) -> None:
    box = m.Box()
    items = getattr(box, field)
    items.append(m.Item(1, "one"))
    items.extend([m.Item(2), {"number": 3}])
    items.insert(0, m.Item(0))
    assert repr(items[:2]) == "[Item(number=0, name=''), Item(number=1, name='one')]"
    assert (len(items), box.total()) == (4, 6)
    assert items.pop().number == 3
    assert items.pop(-2) == m.Item(1, "one")
    items.reverse()
    assert numbers(items) == [2, 0]
    assert items == [m.Item(2), m.Item(0)]
    assert (m.Item(2) in items, 5 in items, items.index(m.Item(0)), items.count(m.Item(2))) == (True, False, 1, 1)
    items.remove(m.Item(2))
    assert numbers(items.copy()) == [0]
    items.clear()
    assert len(items) == 0
    setattr(box, field, [m.Item(number) for number in range(10)])
    assert numbers(items[2:8:3]) == [2, 5]
    items[1:3] = [m.Item(99)]
    items[::2] = [m.Item(7)] * 5
    assert numbers(items) == [7, 99, 7, 4, 7, 6, 7, 8, 7]
    del items[::2]
    items[-1] = m.Item(-1)
    assert numbers(items) == [99, 4, 6, -1]
    del items[0]
    assert numbers(items) == [4, 6, -1]


def test_errors_are_those_of_a_list(m: ModuleType) -> None:
    items = m.Box([m.Item(1), m.Item(2), m.Item(3)]).items
    assert raises(lambda: items[3]) == (IndexError, "list index out of range")
    assert raises(lambda: items[-4]) == (IndexError, "list index out of range")
    assert raises(lambda: items["a"]) == (TypeError, "list indices must be integers or slices, not str")
    assert raises(partial(items.pop, 3)) == (IndexError, "pop index out of range")
    assert raises(m.Box().items.pop) == (IndexError, "pop from empty list")
    assert raises(partial(items.remove, m.Item(9))) == (ValueError, "Item(number=9, name='') is not in list")
    assert raises(partial(items.append, 3)) == (
        TypeError,
        "list(): parameter 'items[0]' must be an Item or a dict (Item), not int",
    )
    assert raises(partial(items.__setitem__, slice(0, 3, 2), [])) == (
        ValueError,
        "attempt to assign sequence of size 0 to extended slice of size 2",
    )
    assert raises(type(items))[0] is TypeError
    assert raises(partial(hash, items))[0] is TypeError
    assert numbers(items) == [1, 2, 3]


def test_an_item_stays_with_its_place(m: ModuleType) -> None:
    box = m.Box([m.Item(1), m.Item(2)])
    first, second = box.items
    box.items.insert(0, m.Item(0))
    first.number = 10
    assert numbers(box.items) == [0, 10, 2]
    box.items.reverse()
    second.double()
    assert numbers(box.items) == [4, 10, 0]
    del box.items[0]
    assert (second.number, numbers(box.items)) == (4, [10, 0])
    second.number = 5  # its own now
    assert numbers(box.items) == [10, 0]
    box.items = []
    assert raises(lambda: first.number) == (
        ReferenceError,
        "the Item is gone: its list has become shorter, or the attribute None",
    )


def test_items_that_may_be_none(m: ModuleType) -> None:
    box = m.Box(some=[None, m.Item(1, "one"), None])
    assert (box.some[0], 1 in box.some, None in box.some) == (None, False, True)
    item = box.some[1]
    item.double()
    assert (item is box.some[1], item is box.someAt(1), box.someAt(0), box.total()) == (True, True, None, 2)
    box.some.insert(0, m.Item(0))
    item.name = "two"
    assert box.some == [m.Item(0), None, m.Item(2, "two"), None]
    box.some[2] = None
    item.double()
    assert (item, box.total()) == (m.Item(4, "two"), 0)
    box.board = [[None, m.Item(1, "corner")], [None, None]]
    corner = box.board[0][1]
    corner.double()
    assert (box.board[0], corner is box.board[0][1]) == ([None, m.Item(2, "corner")], True)
    first = box.some[0]
    box.drop(0)
    assert raises(lambda: first.number)[0] is ReferenceError
    box.some.sort(key=lambda item: item is not None)
    assert (box.some.pop(), box.some.tolist()) == (None, [None] * 3)
    assert copy.deepcopy(box) == box == pickle.loads(pickle.dumps(box))


def test_each_of_many_items_has_one_object(m: ModuleType) -> None:
    items = m.Box([m.Item(number) for number in range(300)]).items
    order = random.Random(0)
    held: dict[int, Any] = {}
    for _ in range(3000):
        place = order.randrange(300)
        if place in held and order.random() < 0.6:
            assert items[place] is held.pop(place)
        else:
            held[place] = items[place]
    assert all(items[place] is item and item.number == place for place, item in held.items())
    items.reverse()
    assert all(items[299 - place] is item for place, item in held.items())
    del items[::7]
    left = [item for place, item in held.items() if (299 - place) % 7]
    assert {id(item) for item in left} <= {id(item) for item in items}
    assert len(left) > 50


def test_items_outlive_what_they_were_in(m: ModuleType) -> None:
    items = m.Box([m.Item(1, "a" * 100)]).items
    item = items[0]
    gc.collect()
    assert item.name == "a" * 100
    items.clear()
    assert item.name == "a" * 100


def test_changes_during_iteration(m: ModuleType) -> None:
    box = m.Box([m.Item(number) for number in range(5)])
    seen = []
    for item in box.items:
        seen.append(item.number)
        if item.number % 2 == 0:
            box.items.remove(item)
    assert seen == [0, 2, 4]
    assert numbers(box.items) == [1, 3]


def test_a_const_slice_is_read(m: ModuleType) -> None:
    box = m.Box()
    box.fixed = [m.Item(1)]
    assert numbers(box.fixed) == [1]
    text = "this list of Item is Zig's alone: give its struct a function that changes it"
    assert raises(partial(box.fixed.append, m.Item(1))) == (TypeError, text)
    assert raises(partial(setattr, box.fixed[0], "number", 2)) == (
        TypeError,
        "this Item is read-only: what gave it gave a *const pointer",
    )


def test_numbers_are_a_buffer(m: ModuleType) -> None:
    box = m.Box(numbers=[1, 2])
    box.numbers.append(3)
    with memoryview(box.numbers) as view:
        assert (view.format, view.shape, view.tolist()) == ("d", (3,), [1.0, 2.0, 3.0])
        view[0:1] = array.array("d", [9.5])
        text = "a buffer of the Box is in use, and it cannot be changed until that is released"
        assert raises(partial(box.numbers.append, 1)) == (BufferError, text)
        assert raises(partial(box.scale, 2)) == (BufferError, text)
        assert raises(partial(setattr, box, "numbers", [])) == (BufferError, text)
    box.scale(2)
    assert box.numbers == [19.0, 4.0, 6.0]
    assert array.array("d", box.numbers) == array.array("d", [19, 4, 6])
    assert sum(box.numbers) == 29.0


def test_words(m: ModuleType) -> None:
    box = m.Box(words=["a"])
    box.words.extend(["b", "c"])
    box.words[0] = "ñ"
    assert box.words == ["ñ", "b", "c"]
    assert box.words.index("c") == 2
    assert raises(partial(box.words.append, 1))[0] is TypeError


def test_lists_of_a_struct_with_its_own_memory(m: ModuleType) -> None:
    samples = m.Samples([1, 2, 3])
    samples.values.append(4)
    samples.push(5)
    assert (samples.sum(), samples.values[-1], samples.values.pop(0), samples.sum()) == (15, 5, 1, 14)
    text = "this list of str is Zig's alone: give its struct a function that changes it"
    assert raises(partial(samples.names.append, "x")) == (TypeError, text)
    values = samples.values
    with memoryview(values):
        assert raises(samples.destroy)[0] is BufferError
    samples.destroy()
    assert raises(values.__len__) == (ReferenceError, "the Samples has been destroyed")


def test_against_a_list(m: ModuleType) -> None:
    """Random changes, beside the same of a Python list; items that are held keep their values."""
    chance = random.Random(1)
    items = m.Box().items
    model: list[int] = []
    held: list[tuple[Any, int]] = []
    for step in range(10_000):
        size = len(model)
        match chance.randrange(7):
            case 0:
                items.append(m.Item(step))
                model.append(step)
            case 1:
                place = chance.randint(-size - 2, size + 2)
                items.insert(place, m.Item(step))
                model.insert(place, step)
            case 2 if size:
                place = chance.randrange(-size, size)
                assert items.pop(place).number == model.pop(place)
            case 3 if size:
                place = chance.randrange(-size, size)
                held.append((items[place], model[place]))
            case 4:
                start = chance.randint(0, size)
                end = chance.randint(start, size)
                new = [chance.randrange(1000) for _ in range(chance.randrange(4))]
                items[start:end] = [m.Item(number) for number in new]
                model[start:end] = new
            case 5:
                items.reverse()
                model.reverse()
            case 6 if step % 100 == 0:
                assert numbers(items) == model
                assert all(item.number == number for item, number in held)
                held = held[-20:]
    assert numbers(items) == model


def test_nothing_leaks(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    box = m.Box()

    def fill() -> None:
        box.items.extend([m.Item(1, "x" * 50)] * 5)
        item = box.items[0]
        box.items.clear()
        assert item.number == 1

    def numbers() -> None:
        box.numbers = [1, 2, 3]
        memoryview(box.numbers).release()
        box.numbers.append(4)
        box.scale(1)

    def fail() -> None:
        box.items.extend([m.Item(1), 3])

    for function in (
        fill,
        numbers,
        fail,
        lambda: m.Samples([1]).values.append(3),
        lambda: m.Box(words=["a"] * 9).words[1],
    ):
        assert growth(function) < 1


def test_items_that_point_into_others(m: ModuleType) -> None:
    chain = m.Chain(3)
    assert [link.number for link in chain.links] == [0, 1, 2]
    assert chain.links[0].next.number == 1
    assert chain.links[2].next is None
    chain.links[1].number = 5
    assert chain.links[0].next.number == 5
    assert (len(chain.more), list(chain.named), chain.named["first"].number) == (0, ["first"], 0)
    link, text = chain.links[0], "this {} of Link is Zig's alone: give its struct a function that changes it"

    def assign(there: Any, key: Any) -> None:
        there[key] = link

    for change in (
        lambda: chain.links.append(link),
        lambda: chain.links.insert(0, link),
        lambda: chain.more.extend([link]),
        lambda: chain.links.pop(),
        lambda: assign(chain.links, 0),
        lambda: assign(chain.links, slice(0, 1)),
    ):
        assert raises(change) == (TypeError, text.format("list"))
    for change in (lambda: assign(chain.named, "first"), lambda: chain.named.update(other=link), chain.named.clear):
        assert raises(change) == (TypeError, text.format("dict"))
    kept = chain.links[1]
    chain.destroy()
    assert raises(lambda: kept.number)[0] is ReferenceError


@pytest.mark.parametrize("field", ["items", "more", "some"])
def test_operators_of_a_list(m: ModuleType, field: str) -> None:
    box = m.Box()
    setattr(box, field, [m.Item(1), m.Item(2)])
    items = getattr(box, field)
    assert [type(items + items), type(items * 2), type(operator.add([m.Item(0)], items))] == [list, list, list]
    assert (numbers(items + items), numbers(items * 2), numbers(2 * items)) == ([1, 2, 1, 2],) * 3
    assert (numbers(operator.add([m.Item(0)], items)), numbers(operator.add(items, [m.Item(0)]))) == (
        [0, 1, 2],
        [1, 2, 0],
    )
    assert raises(lambda: operator.add(items, (1,))) == (TypeError, 'can only concatenate list (not "tuple") to list')
    assert raises(lambda: operator.add((1,), items))[0] is TypeError
    assert raises(lambda: items * 1.5)[0] is TypeError
    live = items
    live += [m.Item(3)]
    live *= 2
    assert (live is items, numbers(items), box.total()) == (True, [1, 2, 3, 1, 2, 3], 12)
    items *= 1
    assert len(items) == 6
    items *= -1
    assert len(items) == 0


@pytest.mark.parametrize("field", ["items", "more", "some"])
def test_sort(m: ModuleType, field: str) -> None:
    box = m.Box()
    setattr(box, field, [m.Item(3, "c"), m.Item(1, "a"), m.Item(2, "b"), m.Item(1, "d")])
    items = getattr(box, field)
    third = items[2]
    items.sort(key=lambda item: item.number)
    assert [item.name for item in items] == ["a", "d", "b", "c"]
    assert (third is items[2], third.name) == (True, "b")
    items.sort(reverse=True, key=lambda item: item.number)
    assert [item.name for item in items] == ["c", "b", "a", "d"]
    assert third is items[1]
    assert raises(items.sort)[0] is TypeError
    assert raises(lambda: items.sort(len)) == (TypeError, "sort() takes 0 positional arguments (1 given)")
    assert raises(lambda: items.sort(kye=len)) == (TypeError, "sort() got an unexpected keyword argument 'kye'")
    assert raises(lambda: items.sort(key=lambda item: items.append(item) or 1)) == (
        ValueError,
        "list modified during sort",
    )
    items.clear()
    items.sort()
    box.numbers = [2.5, 1.5, 3.5]
    box.numbers.sort(key=None, reverse=True)
    assert box.numbers == [3.5, 2.5, 1.5]
    box.words = ["b", "a"]
    box.words.sort()
    assert box.words == ["a", "b"]
    assert raises(lambda: box.fixed.sort())[0] is TypeError


@pytest.mark.parametrize("field", ["items", "more", "some"])
def test_a_slice_with_a_step_is_removed_at_once(m: ModuleType, field: str) -> None:
    for cut in (slice(None, None, 2), slice(1, None, 3), slice(None, None, -2), slice(7, 2, -3), slice(5, 2, 2)):
        box = m.Box()
        setattr(box, field, [m.Item(number, str(number)) for number in range(10)])
        items = getattr(box, field)
        known = list(items)
        expected = list(range(10))
        del items[cut]
        del expected[cut]
        assert numbers(items) == expected
        # Objects stay with their items, and keep what is removed.
        assert numbers(known) == list(range(10))
        assert [item.name for item in known] == [str(number) for number in range(10)]
        assert all(known[number] is item for number, item in zip(expected, items, strict=True))
    samples = m.Samples(range(10))
    del samples.values[::3]
    assert samples.values == [1, 2, 4, 5, 7, 8]


def test_objects_are_equal_with_all_that_is_in_their_lists(m: ModuleType) -> None:
    def box(**fields: Any) -> Any:
        made = m.Box()
        for name, value in fields.items():
            setattr(made, name, value)
        return made

    assert m.Item(1, "a") == m.Item(1, "a")
    assert m.Item(1, "a") != m.Item(1, "b")
    assert m.Item(1, "a") != m.Item(1, "ab")
    for name, one, others in (
        ("items", [m.Item(1, "a"), m.Item(2)], ([m.Item(1, "a")], [m.Item(1, "b"), m.Item(2)], [])),
        ("numbers", [1.0, 2.0], ([1.0], [1.0, 2.0, 3.0], [2.0, 1.0])),
        ("words", ["a", "b"], (["a"], ["a", "c"], ["a", ""])),
    ):
        assert box(**{name: one}) == box(**{name: one})
        for other in others:
            assert box(**{name: one}) != box(**{name: other})
            assert box(**{name: other}) != box(**{name: one})


def test_the_memory_of_a_const_list_is_only_read(m: ModuleType) -> None:
    weights = m.Fixed([1.0, 2.0]).weights
    view: Any = memoryview(weights)
    assert (view.readonly, view.tolist()) == (True, [1.0, 2.0])
    with pytest.raises(TypeError, match="cannot modify read-only memory"):
        view[0] = 5.0
    view.release()
    with pytest.raises(TypeError, match="read-write"):
        io.BytesIO(bytes(16)).readinto(weights)
    assert list(weights) == [1.0, 2.0]
    box = m.Box()
    box.numbers = [1.0]
    io.BytesIO(struct.pack("d", 5.0)).readinto(box.numbers)
    assert box.numbers == [5.0]


def test_what_a_panic_has_torn_is_not_used_again(m: ModuleType) -> None:
    samples = m.Samples([1, 2])
    values = samples.values
    with pytest.raises(nano_ffi.ZigPanic, match=r"^tear\(\): torn$"):
        samples.tear()
    for function in (
        samples.sum,
        samples.tear,
        lambda: len(values),
        lambda: values[0],
        lambda: values.append(3),
        lambda: list(samples.values),
    ):
        assert raises(function) == (
            ReferenceError,
            "the Samples cannot be used: a call that was changing the Samples has panicked",
        )
    # Of numbers alone, whatever they are, each is one.
    pair = m.Pair(1, 2)
    with pytest.raises(nano_ffi.ZigPanic):
        pair.tear()
    assert (pair.a, pair.b) == (2, 2)


def test_copies_of_a_list(m: ModuleType) -> None:
    box = m.Box()
    box.items = [m.Item(1, "a")]
    for made in (
        copy.copy(box.items),
        copy.deepcopy(box.items),
        pickle.loads(pickle.dumps(box.items)),
        box.items.tolist(),
    ):
        assert (type(made), made) == (list, [m.Item(1, "a")])
        made[0].number = 5
        assert box.items[0].number == 1
    box.numbers = [1, 2]
    assert json.dumps(box.numbers.tolist()) == "[1.0, 2.0]"


def test_a_list_is_a_mutable_sequence(m: ModuleType) -> None:
    box = m.Box()
    box.items = [m.Item(1), m.Item(2)]
    box.numbers = [1, 2, 1]
    assert isinstance(box.items, MutableSequence)
    assert isinstance(box.numbers, MutableSequence)
    match box.items:
        case [m.Item(number=1), m.Item(number=second)]:
            assert second == 2
        case _:
            pytest.fail("no sequence")
    assert (box.numbers.index(1, 1), list(reversed(box.numbers))) == (2, [1.0, 2.0, 1.0])
    assert raises(lambda: box.numbers.index(1, 0, 0)) == (ValueError, "1 is not in list")


def test_operators_of_a_list_keep_no_memory(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    box = m.Box()

    def changed() -> None:
        box.items = [m.Item(3, "c" * 50), m.Item(1, "a"), m.Item(2, "b" * 50)]
        known = box.items[1]
        box.items.sort(key=lambda item: item.name, reverse=True)
        box.items *= 2
        del box.items[::2]
        assert known.name == "a"
        assert pickle.loads(pickle.dumps(box.items)) == box.items.tolist()

    functions: list[Callable[[], Any]] = [
        changed,
        lambda: box.items.sort(),
        lambda: box.items.sort(key=lambda item: box.items.clear() or 1),
        lambda: operator.add(box.items, (1,)),
        lambda: (box.items + box.items, 2 * box.items),
    ]
    for function in functions:
        assert growth(function) < 4


def test_lists_of_lists_that_grow(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    def make() -> Any:
        return m.Table([[1], [2, 3]], ([m.Item(4)], []), [[0.5], [1.5]])

    table = make()
    assert (table.rows, table.pair, table.slices) == ([[1], [2, 3]], [[m.Item(4)], []], [[0.5], [1.5]])
    table.rows[0].append(5)
    table.push(1, 6)
    table.rows.insert(0, [7])
    row = table.rows[2]
    table.pair[1].extend([m.Item(8), {"number": 9}])
    table.slices[1] = [2.5]
    del table.rows[1]
    assert (table.rows, row, table.slices) == ([[7], [2, 3, 6]], [2, 3, 6], [[0.5], [2.5]])
    assert (table.sum(), repr(table)) == (
        39,
        "Table(rows=[[7], [2, 3, 6]], pair=[[Item(number=4, name='')], [Item(number=8, name=''), "
        "Item(number=9, name='')]], slices=[[0.5], [2.5]])",
    )
    assert copy.deepcopy(table) == pickle.loads(pickle.dumps(table)) == table
    assert raises(lambda: m.Table([[1], ["2"]]))[0] is TypeError
    assert raises(lambda: m.Table(pair=[[]])) == (
        ValueError,
        "Table(): parameter 'pair' must have 2 items ([2][]Item), not 1",
    )
    assert growth(make) < 4
    assert growth(lambda: m.Table([[1], [2], ["3"]])) < 4
    assert growth(lambda: copy.deepcopy(table)) < 4


def test_items_that_stay_cost_the_same_however_many_others_do(m: ModuleType) -> None:
    def kept(count: int) -> float:
        """Bytes of each item that is removed, or replaced, while all are held."""
        box = m.Box([m.Item(number) for number in range(2 * count)])
        items = list(box.items)
        tracemalloc.start()
        for place in range(count):
            box.items[place] = m.Item(-1)
        for _ in range(count):
            box.items.pop()
        grown = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert numbers(items) == list(range(2 * count))
        assert numbers(box.items) == [-1] * count
        return grown / (2 * count)

    assert kept(2000) < 2 * kept(50)
