"""What is read is what is there, and what is written is not lost: arrays, items, copies, identity, hashes."""

from __future__ import annotations

import array
import contextlib
import copy
import gc
import pickle
import weakref
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_trees")


@pytest.fixture(scope="module")
def nodes(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_nodes")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def full(m: ModuleType) -> Any:
    return m.Bag([m.Item(number, f"{number}" * 100) for number in range(5)])


GRIDS: dict[str, Callable[[ModuleType], tuple[Any, Any]]] = {
    "own": lambda m: (grid := m.Grid(), grid),
    "item": lambda m: (field := m.Field([m.Grid(), m.Grid()]), field.grids[1]),
    "found again": lambda m: (field := m.Field([m.Grid(), m.Grid()]), field.grids[1]),
    "copy": lambda m: (grid := copy.copy(m.Grid()), grid),
    "unpickled": lambda m: (grid := pickle.loads(pickle.dumps(m.Grid())), grid),
}


@pytest.mark.parametrize("way", GRIDS)
def test_arrays_are_live(m: ModuleType, way: str) -> None:
    _, grid = GRIDS[way](m)
    grid.cells[0] = 5.0
    grid.cells[-1] += 1
    assert (list(grid.cells), grid.sum()) == ([5.0, 1.0], 6.0)
    kept = grid.cells
    grid.cells = [1, 2]
    assert (list(kept), list(grid.cells), grid.sum()) == ([1.0, 2.0], [1.0, 2.0], 3.0)
    kept[1] = 7.5
    assert grid.cells[1] == 7.5
    grid.rows[0].cells = [3, 4]
    grid.rows[1].cells[1] = 10.0
    grid.rows[1].n = 6
    assert ([list(row.cells) for row in grid.rows], grid.rows[1].n) == ([[3.0, 4.0], [0.0, 10.0]], 6)
    assert grid.rows[0] is grid.rows[-2]
    grid.deep[1][0] = 20
    inner = grid.deep[0]
    inner[1] = 100
    assert [list(row) for row in grid.deep] == [[0, 100], [20, 0]]
    assert grid.sum() == 1 + 7.5 + 3 + 4 + 10 + 120
    grid.marks[2] = True
    assert (list(grid.marks), grid.count()) == ([False, False, True, False], 1)
    for change in (
        partial(grid.cells.__setitem__, 2, 1.0),
        partial(setattr, grid, "cells", [1.0]),
        partial(setattr, grid, "rows", []),
        partial(grid.cells.__setitem__, 0, "x"),
    ):
        assert raises(change)[0] in (IndexError, ValueError, TypeError)
    for name in ("append", "pop", "clear", "insert", "extend"):
        with contextlib.suppress(AttributeError):
            change = getattr(grid.cells, name)
            given: dict[str, list[Any]] = {"append": [1.0], "insert": [0, 1.0], "extend": [[1.0]]}
            assert raises(partial(change, *given.get(name, [])))[0] in (TypeError, ValueError)
    assert list(grid.cells) == [1.0, 7.5]


def test_arrays_of_an_item_follow_it(m: ModuleType) -> None:
    field = m.Field([m.Grid() for _ in range(3)], [[1, 2], [3, 4]])
    cells, row = field.grids[1].cells, field.grids[1].rows[0]
    field.grids.insert(0, m.Grid())
    cells[0] = 5.0
    row.cells[1] = 6.0
    assert [grid.sum() for grid in field.grids] == [0, 0, 11, 0]
    del field.grids[2]
    cells[0] = 7.0
    assert ([grid.sum() for grid in field.grids], list(cells), list(row.cells)) == ([0, 0, 0], [7.0, 0.0], [0.0, 6.0])
    field.numbers[1][0] = 9.0
    with contextlib.suppress(TypeError, AttributeError):
        field.numbers[0].append(3)
    assert [list(pair) for pair in field.numbers] == [[1.0, 2.0], [9.0, 4.0]]


@pytest.mark.parametrize("field", ["flags", "marks", "colors"])
def test_a_buffer_cannot_make_values_that_there_are_not(m: ModuleType, field: str) -> None:
    grid = m.Grid(flags=[True, False, True, False], colors=["green", "red"])
    values = getattr(grid, field)
    try:
        view = memoryview(values)
    except (TypeError, BufferError):
        pass
    else:
        assert view.readonly
        raw = view.cast("B") if view.format != "B" else view
        assert raises(partial(raw.__setitem__, 0, 200))[0] is TypeError
        raw.release()
        view.release()
    assert raises(partial(values.__setitem__, 0, 200))[0] is not None
    assert grid.count() == 2
    values[0] = "red" if field == "colors" else False
    assert grid.count() == (1 if field == "flags" else 2)


def test_a_buffer_of_an_array(m: ModuleType) -> None:
    grid = m.Grid([1, 2])
    with memoryview(grid.cells) as view:
        view[:1] = array.array("d", [8.0])
        assert (view.format, view.tolist(), view.readonly) == ("d", [8.0, 2.0], False)
    assert grid.sum() == 10.0


@pytest.mark.alone
def test_one_item_has_one_object(m: ModuleType) -> None:
    bag = full(m)
    one, other = bag.items[0], bag.items[-5]
    assert one is other is bag.first() is next(iter(bag.items))
    popped = bag.items.pop(0)
    assert popped is one
    one.n = 1_000
    assert (other.n, popped.n, one.name) == (1_000, 1_000, "0" * 100)
    assert [item.n for item in bag.items] == [1, 2, 3, 4]
    kept = list(bag.items)
    bag.items.reverse()
    assert [item.n for item in kept] == [1, 2, 3, 4]
    assert all(a is b for a, b in zip(kept, bag.items[::-1], strict=True))
    del bag.items[1:3]
    bag.items.insert(1, m.Item(9))
    assert [item.n for item in kept] == [1, 2, 3, 4]
    assert (kept[0] is bag.items[2], kept[3] is bag.items[0]) == (True, True)
    kept[1].n = 50
    assert [item.n for item in bag.items] == [4, 9, 1]


@pytest.mark.alone
@pytest.mark.parametrize("where", ["outer", "more", "named"])
def test_items_of_a_removed_item(m: ModuleType, where: str) -> None:
    def outer(number: int) -> dict[str, Any]:
        inner = [{"number": 10 * number + place, "text": f"{number}" * 50} for place in range(3)]
        return {"inner": inner, "named": {"k": {"number": number}}, "words": ["a", "b"]}

    root = m.Root(**{where: {"0": outer(0), "1": outer(1)} if where == "named" else [outer(0), outer(1)]})
    holder = getattr(root, where)
    keys: list[Any] = ["0", "1"] if where == "named" else [0, 0]
    first = holder[keys[0]]
    item, items, value = first.inner[1], first.inner, first.named["k"]
    assert item is items[1]
    removed = holder.pop(keys[0])
    assert removed is first
    assert (item.number, item.text, value.number, len(items)) == (1, "0" * 50, 0, 3)
    assert removed.inner[1] is item
    items.pop(0)
    item.number = 77
    value.number = 78
    assert (removed.inner[0].number, removed.named["k"].number) == (77, 78)
    assert [one.number for one in holder[keys[1]].inner] == [10, 11, 12]
    holder[keys[1]].inner.insert(0, m.Inner(5))
    assert (item.number, removed.inner[0] is item, len(items)) == (77, True, 2)
    del removed, first, root, holder
    gc.collect()
    assert (item.number, item.text, [one.number for one in items]) == (77, "0" * 50, [77, 2])


@pytest.mark.alone
def test_values_that_are_replaced(m: ModuleType) -> None:
    bag = m.Bag([m.Item(1, "one" * 50)], named={"k": m.Item(2, "two" * 50)}, hashed={"k": m.Item(3, "three" * 50)})
    kept = [bag.items[0], bag.named["k"], bag.hashed["k"], bag.one]
    bag.items[0] = m.Item(11, "new" * 50)
    bag.named["k"] = m.Item(12, "new" * 50)
    bag.hashed.update(k=m.Item(13, "new" * 50))
    bag.one = m.Item(14, "new" * 50)
    assert [item.n for item in (bag.items[0], bag.named["k"], bag.hashed["k"], bag.one)] == [11, 12, 13, 14]
    for item, n in zip(kept, (11, 12, 13, 14), strict=True):
        assert (item.n, item.name) in [(n, "new" * 50), (n - 10, item.name)]
        item.n += 1
    assert kept[3] is bag.one
    assert kept[3].n == 15


@pytest.mark.alone
@pytest.mark.parametrize("way", ["chain", "graph", "view", "list"])
def test_a_hash_stays(nodes: ModuleType, way: str) -> None:
    graph, chain = nodes.Graph(), nodes.List()
    chain.push(1)
    view = graph.view()
    thing = {"chain": chain.first, "graph": lambda: graph, "view": lambda: view, "list": lambda: chain}[way]()
    try:
        known = {thing: 1}
    except TypeError:
        return
    before = hash(thing)
    for number in range(1_000):
        graph.add(number)
        chain.push(number)
    try:
        assert hash(thing) == before
        assert thing in known
    except ReferenceError:
        assert way == "chain"


@pytest.mark.alone
def test_the_hash_of_an_item(nodes: ModuleType) -> None:
    pool = nodes.Pool(3)
    items = [pool.slots[index] for index in range(3)]
    known = {item: index for index, item in enumerate(items)}
    assert [known[pool.slots[index]] for index in range(3)] == [0, 1, 2]
    pool.take(5)
    gc.collect()
    assert [known[pool.slots[index]] for index in range(3)] == [0, 1, 2]
    assert [item == pool.slots[index] for index, item in enumerate(items)] == [True] * 3
    assert items[0] != items[1]


COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda thing: pickle.loads(pickle.dumps(thing)),
    "pickle 2": lambda thing: pickle.loads(pickle.dumps(thing, 2)),
}
COPIED: dict[str, Callable[[Any], Any]] = {
    "own": lambda bag: bag,
    "item": lambda bag: bag.items[1],
    "pointer": lambda bag: bag.first(),
    "const pointer": lambda bag: bag.peek(),
    "field": lambda bag: bag.one,
    "removed": lambda bag: bag.items.pop(1),
    "array": lambda bag: bag.pair[1],
}


@pytest.mark.alone
@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("what", COPIED)
def test_copies_are_their_own(m: ModuleType, way: str, what: str) -> None:
    bag = full(m)
    thing = COPIED[what](bag)
    copied = COPIES[way](thing)
    text = repr(thing)
    assert copied == thing
    assert copied is not thing
    assert (type(copied), repr(copied)) == (type(thing), text)
    for number in range(20):
        bag.name = f"{number}" * 500
        bag.items.append(m.Item(number, "z" * 300))
        bag.one.n = number
    bag.items.clear()
    del bag, thing
    gc.collect()
    assert repr(copied) == text
    if hasattr(copied, "n"):
        copied.n = 5  # also of what was read-only
        assert copied.n == 5


@pytest.mark.alone
def test_copies_in_between(m: ModuleType) -> None:
    bag = full(m)
    seen: list[Any] = []
    bag.each(lambda item: seen.append((copy.copy(item), pickle.dumps(item))))
    with contextlib.suppress(RuntimeError):
        bag.change(lambda item: seen.append((copy.copy(item), pickle.dumps(bag))))
    bag.items.clear()
    assert [item.n for item, _ in seen[:5]] == list(range(5))
    assert [pickle.loads(data).name for _, data in seen[:5]] == [f"{number}" * 100 for number in range(5)]
    empty = m.Bag.__new__(m.Bag)
    assert raises(partial(pickle.dumps, empty))[0] is TypeError
    again = m.Bag()
    again.__init__([m.Item(1, "x" * 50)])
    item = again.items[0]
    again.__init__([m.Item(2, "y" * 50)])
    with contextlib.suppress(ReferenceError):
        assert (item.n, item.name) in [(1, "x" * 50), (2, "y" * 50)]
    assert copy.copy(again).items[0].n == 2


@pytest.mark.alone
@pytest.mark.parametrize("how", ["list", "owner", "memory"])
def test_buffers_hold_what_they_show(m: ModuleType, how: str) -> None:
    numbers = m.Numbers(list(range(1_000)), [1.0, 2.0])
    view, fixed = memoryview(numbers.values), memoryview(numbers.fixed)
    for change in (
        partial(numbers.values.append, 1.0),
        partial(numbers.extend, [1.0]),
        numbers.touch,
        partial(setattr, numbers, "values", []),
        partial(setattr, numbers, "fixed", []),
        partial(numbers.__init__, [], []),
        numbers.values.clear,
        partial(numbers.__setstate__, (((), (), 0), None)),
    ):
        assert raises(change)[0] in (BufferError, TypeError, AttributeError, ValueError)
    assert numbers.values[999] == 999.0
    if how == "list":
        sub = view[990:]
        view.release()
        assert raises(partial(numbers.values.append, 1.0))[0] is BufferError
        sub.release()
    elif how == "owner":
        del numbers
        gc.collect()
        assert (view[999], fixed[1]) == (999.0, 2.0)
        return
    else:
        view.release()
        assert raises(partial(numbers.values.append, 1.0))[0] is BufferError
    fixed.release()
    view.release()
    numbers.extend([5.0])
    assert numbers.values[1_000] == 5.0


@pytest.mark.alone
def test_subclasses_that_come_back(m: ModuleType) -> None:
    saved: list[Any] = []

    class Named(m.Bag):  # type: ignore[misc, name-defined]
        def __init__(self, name: str) -> None:
            super().__init__([{"n": 1, "name": name * 50}])
            self.title = name

        def __del__(self) -> None:
            saved.append(self)

    named = Named("a")
    watch = weakref.ref(named)
    item = named.items[0]
    named.itself = named
    named.item = item
    del named
    gc.collect()
    assert watch() is None or watch() is saved[0]
    assert (saved[0].title, saved[0].items[0] is item, item.name) == ("a", True, "a" * 50)
    item.n = 4
    assert saved[0].total() == 4
    saved.clear()
    gc.collect()
    assert (item.n, item.name) == (4, "a" * 50)


def test_a_list_without_items_has_no_memory(m: ModuleType) -> None:
    """Where its items were is another list's memory, perhaps: of the same size, in the same object."""
    for _ in range(30):
        bag = m.Bag([m.Item(number) for number in range(5)])
        bag.items.clear()
        for number in range(200):
            bag.name = f"{number:040}"  # many blocks, so that what nothing points to is given back
        bag.more = [m.Item(-number) for number in range(5)]
        bag.items.append(m.Item(7))
        bag.items.insert(0, m.Item(8))
        assert [item.n for item in bag.items] == [8, 7]
        assert [item.n for item in bag.more] == [0, -1, -2, -3, -4]
