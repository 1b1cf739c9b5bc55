"""Arguments that are one in the other, and arguments that change what they are given to while they are converted."""

from __future__ import annotations

import array
import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

import pytest

import nano_ffi

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")
pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def trees(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_trees")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_nodes")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def full(trees: ModuleType) -> Any:
    def item(number: int) -> Any:
        return trees.Item(number, f"item {number} " * 50)

    return trees.Bag([item(1), item(2)], "name", [item(3)], {"a": item(5)}, {"c": item(7)}, item(8))


PARTS: dict[str, Callable[[Any], Any]] = {
    "slice": lambda bag: bag.items[0],
    "ArrayList": lambda bag: bag.more[-1],
    "ordered map": lambda bag: bag.named["a"],
    "map": lambda bag: bag.hashed["c"],
    "field": lambda bag: bag.one,
    "pointer": lambda bag: bag.first(),
    "const pointer": lambda bag: bag.peek(),
    "pointer into a list": lambda bag: bag.last(),
}


@pytest.mark.parametrize("way", PARTS)
def test_a_part_of_what_is_changed(trees: ModuleType, way: str) -> None:
    bag = full(trees)
    part = PARTS[way](bag)
    n, name = part.n, part.name
    for call in (
        partial(bag.push, part),
        partial(bag.push, item=part),
        partial(trees.move, bag, part),
        partial(trees.Bag.push, bag, part),
    ):
        error, text = raises(call)
        assert error is ValueError
        assert "push" in text or "move" in text
    assert [item.n for item in bag.more] == [3]
    assert (part.n, part.name) == (n, name)


@pytest.mark.parametrize("way", PARTS)
def test_a_part_by_value(trees: ModuleType, way: str) -> None:
    bag = full(trees)
    part = PARTS[way](bag)
    n, name = part.n, part.name
    for _ in range(20):
        bag.push_value(part)
    assert [(item.n, item.name) for item in bag.more][1:] == [(n, name)] * 20
    assert bag.more[-1] is not part
    bag.more[-1].name = "other"
    assert (part.n, part.name) == (n, name)
    other = full(trees)
    other.push(part)
    other.push(PARTS[way](other).__class__(9, "own" * 100))
    del bag, part
    assert [(item.n, item.name) for item in other.more][1:] == [(n, name), (9, "own" * 100)]


def test_a_list_of_its_own(trees: ModuleType) -> None:
    bag = full(trees)
    bag.push_all(bag.items)
    bag.push_all(bag.more)
    bag.more.extend(bag.more)
    bag.items += bag.items
    assert [item.n for item in bag.more] == [3, 1, 2, 3, 1, 2] * 2
    assert [item.n for item in bag.items] == [1, 2, 1, 2]
    bag.items[1:1] = bag.items
    bag.items[:] = bag.items[::-1]
    bag.items = bag.items
    assert [item.n for item in bag.items] == [2, 1, 2, 2, 1, 2, 1, 1]
    bag.named.update(bag.named)
    bag.named = bag.named
    bag.named["b"] = bag.named["a"]
    bag.named["a"] = bag.named["a"]
    bag.items[0] = bag.items[1]
    bag.one = bag.one
    bag.one = bag.items[0]
    assert [item.name for item in (bag.named["a"], bag.named["b"], bag.items[0], bag.one)] == [
        "item 5 " * 50,
        "item 5 " * 50,
        "item 1 " * 50,
        "item 1 " * 50,
    ]


@pytest.mark.parametrize("how", ["list", "memoryview", "array"])
def test_numbers_of_its_own(trees: ModuleType, how: str) -> None:
    numbers = trees.Numbers(list(range(1_000)))
    ways: dict[str, Callable[[], Any]] = {
        "list": lambda: numbers.values,
        "memoryview": lambda: memoryview(numbers.values),
        "array": lambda: array.array("d", numbers.values),
    }
    given = ways[how]()
    try:
        numbers.extend(given)
    except (ValueError, BufferError, RuntimeError):
        assert how != "array"
        assert list(numbers.values) == list(range(1_000))
    else:
        assert list(numbers.values) == [*range(1_000)] * 2


def test_a_text_of_its_own(trees: ModuleType) -> None:
    doc = trees.Doc("text" * 1_000)
    doc.append(doc.name)
    doc.append(doc.title())
    assert doc.name == "text" * 4_000
    doc.words = [doc.name] * 3
    doc.words = [*doc.words, doc.words[0]]
    doc.name = doc.words[3]
    assert doc.name == "text" * 4_000


def test_two_objects_of_which_one_is_in_the_other(trees: ModuleType) -> None:
    bag = full(trees)
    shelf = trees.Shelf([bag, bag], [bag], {"k": bag}, bag)
    for call in (
        partial(bag.merge, bag),
        partial(trees.merge, bag, bag),
        partial(trees.merge_shelf, shelf.inner, shelf),
        partial(trees.merge_shelf, shelf.bags[0], shelf),
        partial(trees.merge_shelf, shelf.named["k"], shelf),
        partial(trees.move, shelf.bags[0], shelf.bags[0].items[0]),
        partial(bag.swap, bag.items[0], bag.items[1]),
        partial(bag.swap, bag.items[0], bag.items[0]),
    ):
        assert raises(call)[0] is ValueError
    assert raises(lambda: bag.swap(bag.items[0], bag.items[1]))[1] == (
        "swap(): 'a' is in what the call may change by 'self', and might move: let it take an index or a key"
    )
    assert raises(lambda: trees.move(bag, bag.items[0]))[1] == (
        "move(): 'item' is in what the call may change by 'to', and might move: pass a copy"
    )
    assert bag == full(trees)
    trees.merge_shelf(bag, shelf)
    trees.merge_shelf(full(trees), shelf)
    assert [item.n for item in bag.more] == [3, 1, 2, 1, 2]


@pytest.mark.parametrize("way", ["exchange", "share", "share_value"])
@pytest.mark.parametrize("left", ["from", "to"])
def test_memory_of_two_objects(trees: ModuleType, way: str, left: str) -> None:
    """What one was given from Python, the other one has after a call."""
    for change in (False, True):
        one, other = full(trees), trees.Bag([trees.Item(9, "nine" * 50)], "other" * 50)
        getattr(trees, way)(one, other)
        kept, gone = (other, one) if left == "to" else (one, other)
        names = [(item.n, item.name) for item in kept.items]
        name = kept.name
        item = kept.items[0]
        if change:
            for number in range(200):
                gone.name = f"{number}" * 300
                gone.more.append(trees.Item(number, "x" * 100))
            gone.items = []
            gone.__init__()
        del gone, one, other
        for number in range(100):
            trees.Bag([trees.Item(number, "z" * 200)] * 3, "z" * 200)
        assert [(item.n, item.name) for item in kept.items] == names
        assert (kept.name, item.name) == (name, names[0][1])
        kept.items.append(trees.Item(1, "new"))
        kept.name = "new"
        assert ([item.n for item in kept.items][-1], item.name) == (1, names[0][1])


def test_a_setter_that_frees(trees: ModuleType) -> None:
    """What Python set may be freed by Zig; what is not of its allocator is a panic, and the object is not used again."""
    for stored in (False, True):
        doc = trees.Doc("from Python" * 100)
        item = trees.Doc("other" * 100, ["a" * 100])
        try:
            for number in range(50):
                doc.rename(f"{number}" * 200)
                doc.name = f"{number}" * 100
                if stored:
                    doc.store(str(b"a text of Python" * 50, "ascii"))
                doc.rename("last" * 100)
                assert doc.name == "last" * 100
        except nano_ffi.ZigPanic as panic:
            assert "rename" in str(panic)  # noqa: PT017
            with contextlib.suppress(ReferenceError):
                assert doc.name
        del doc
        assert (item.name, item.words[0]) == ("other" * 100, "a" * 100)


ADDRESSES: dict[str, Callable[[Any], object]] = {
    "pointer": lambda leaves: leaves.push(leaves.at(0)),
    "part of it": lambda leaves: leaves.push_twin(leaves.twin_at(0)),
    "part by attribute": lambda leaves: leaves.push_twin(leaves.at(0).twin),
    "value": lambda leaves: leaves.push_value(leaves.at(0)),
}


@pytest.mark.parametrize("way", ADDRESSES)
def test_an_address_in_what_is_changed(m: ModuleType, way: str) -> None:
    """What the call was given may move in it: it is refused, or what is there afterwards is right."""
    for _ in range(20):
        leaves = m.Leaves()
        leaves.add(5)
        leaves.at(0).twin.b = 6
        try:
            ADDRESSES[way](leaves)
        except (ValueError, ReferenceError):
            assert way != "value"
            assert leaves.count() == 1
        else:
            last = leaves.at(1)
            assert last.n in ((0,) if "part" in way else (5,))
            assert (last.twin.a, last.twin.b) == (1, 6)


def test_whole_objects_may_meet(m: ModuleType) -> None:
    a, b = m.Link(1), m.Link(2)
    a.link(b)
    b.link(a)
    m.join(a, b)
    assert a.sum() == 150


class Evil:
    """What it is converted by changes what it is given to."""

    def __init__(self, action: Callable[[], object]) -> None:
        self.action = action

    def __index__(self) -> int:
        self.action()
        return 1

    def __float__(self) -> float:
        self.action()
        return 1.0

    def __iter__(self) -> Iterator[Any]:
        self.action()
        yield {"n": self}
        self.action()

    def __len__(self) -> int:
        self.action()
        return 1

    def keys(self) -> list[str]:
        self.action()
        return ["a", "k"]

    def __getitem__(self, key: object) -> Any:
        self.action()
        return {"n": self}

    def __eq__(self, other: object) -> bool:
        self.action()
        return False

    __hash__ = None  # type: ignore[assignment]


def put(bag: Any, value: Any, *names: str) -> None:
    for name in names:
        setattr(bag, name, value)


ACTIONS: dict[str, Callable[[Any, Any], object]] = {
    "init": lambda _, bag: bag.__init__([]),
    "clear": lambda _, bag: [bag.items.clear(), bag.more.clear(), bag.named.clear(), bag.hashed.clear()],
    "delete": lambda _, bag: bag.items.__delitem__(slice(None)),
    "set": lambda _, bag: put(bag, [], "items", "more"),
    "set maps": lambda _, bag: put(bag, {}, "named", "hashed"),
    "grow": lambda trees, bag: [bag.items.extend([trees.Item(7)] * 20), bag.push_value(trees.Item(1))],
    "zig": lambda _, bag: bag.renew(),
    "shorter": lambda _, bag: bag.drop() if len(bag.items) > 0 else None,
}
ENTRIES: dict[str, Callable[[Any, Any, Any], object]] = {
    "init": lambda _, bag, evil: bag.__init__([{"n": evil}]),
    "attribute of an item": lambda _, bag, evil: setattr(bag.items[0], "n", evil),
    "attribute of a value": lambda _, bag, evil: setattr(bag.named["a"], "n", evil),
    "attribute": lambda _, bag, evil: setattr(bag, "items", [{"n": evil}, {"n": evil}]),
    "attribute of an iterable": lambda _, bag, evil: setattr(bag, "items", evil),
    "map": lambda _, bag, evil: setattr(bag, "named", {"a": {"n": evil}}),
    "part": lambda _, bag, evil: setattr(bag, "one", {"n": evil}),
    "index": lambda _, bag, evil: bag.items[evil].n,
    "set an index": lambda trees, bag, evil: bag.items.__setitem__(evil, trees.Item(5)),
    "set an item": lambda _, bag, evil: bag.items.__setitem__(0, {"n": evil}),
    "delete an index": lambda _, bag, evil: bag.items.__delitem__(evil),
    "slice": lambda _, bag, evil: bag.items[evil:][0].n,
    "set a slice": lambda _, bag, evil: bag.items.__setitem__(slice(0, 1), [{"n": evil}] * 3),
    "set a slice of an iterable": lambda _, bag, evil: bag.items.__setitem__(slice(0, evil), evil),
    "set an extended slice": lambda _, bag, evil: bag.items.__setitem__(slice(0, evil, 2), [{"n": evil}]),
    "append": lambda _, bag, evil: bag.more.append({"n": evil}),
    "insert": lambda trees, bag, evil: bag.items.insert(evil, trees.Item(3)),
    "extend": lambda _, bag, evil: bag.more.extend(evil),
    "pop": lambda _, bag, evil: bag.items.pop(evil).n,
    "remove": lambda _, bag, evil: bag.items.remove(evil),
    "contains": lambda _, bag, evil: evil in bag.items,
    "index of": lambda _, bag, evil: bag.more.index(evil),
    "equal": lambda _, bag, evil: bag.items == [evil, evil],
    "equal maps": lambda _, bag, evil: bag.named == {"a": evil},
    "update": lambda _, bag, evil: bag.named.update(evil),
    "set a key": lambda _, bag, evil: bag.hashed.__setitem__("c", {"n": evil}),
    "setdefault": lambda _, bag, evil: bag.hashed.setdefault("new", {"n": evil}),
    "method": lambda _, bag, evil: bag.maybe(evil),
    "method by value": lambda _, bag, evil: bag.push_value({"n": evil}),
    "operator": lambda _, bag, evil: bag[evil].n,
    "function": lambda trees, bag, evil: trees.Bag.cell(bag, evil).n,
    "callback": lambda _, bag, evil: bag.each(lambda _: evil.action()),
    "changing callback": lambda _, bag, evil: bag.change(lambda _: evil.action()),
    "iteration": lambda _, bag, evil: [(evil.action(), item.n) for item in bag.items],
    "iteration of a map": lambda _, bag, evil: [(evil.action(), bag.named[key].n) for key in bag.named],
    "sum": lambda _, bag, evil: [(evil.action(), item.n) for item in (*bag.items, *bag.more)],
}


NAMES = {"", *(f"item {number} " * 50 for number in range(1, 9))}


@pytest.mark.parametrize("way", ENTRIES)
def test_what_is_changed_while_it_is_used(trees: ModuleType, way: str) -> None:
    for name, action in ACTIONS.items():
        bag = full(trees)
        item, more, value = bag.items[1], bag.more[0], bag.named["a"]
        budget = [3]

        def act(bag: Any = bag, action: Any = action, budget: list[int] = budget) -> None:
            budget[0] -= 1
            if budget[0] >= 0:
                action(trees, bag)

        with contextlib.suppress(LookupError, RuntimeError, ReferenceError, TypeError, ValueError):
            ENTRIES[way](trees, bag, Evil(act))
        for kept in (item, more, value):
            with contextlib.suppress(ReferenceError):
                assert (kept.n in range(1, 8), kept.name in NAMES) == (True, True), name
        bag.items.append(trees.Item(40, "last" * 50))
        bag.push(trees.Item(41, "more" * 50))
        bag.named["z"] = trees.Item(42, "named" * 50)
        assert (bag.items[-1].n, bag.more[-1].n, bag.named["z"].n) == (40, 41, 42)
        assert (bag.items[-1].name, bag.more[-1].name, bag.named["z"].name) == ("last" * 50, "more" * 50, "named" * 50)
        assert repr(bag)
