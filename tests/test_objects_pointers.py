"""Pointers that Zig gives: what they follow, and when they end."""

from __future__ import annotations

import copy
import gc
import pickle
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any, get_args

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")
pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def trees(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_trees")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_nodes")


@pytest.fixture(scope="module")
def children(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_children")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def gone(*uses: Callable[[], Any]) -> None:
    for use in uses:
        assert raises(use)[0] is ReferenceError


def full(trees: ModuleType) -> Any:
    def item(number: int) -> Any:
        return trees.Item(number, f"item {number} " * 50)

    return trees.Bag(
        [item(1), item(2)], "name" * 50, [item(3), item(4)], {"a": item(5), "b": item(6)}, {"c": item(7)}, item(8)
    )


class Way:
    """A pointer that a function gives, and the same place by attributes."""

    def __init__(self, give: Callable[[Any], Any], find: Callable[[Any], Any], n: int) -> None:
        self.give, self.find, self.n = give, find, n


POINTERS = {
    "slice": Way(lambda bag: bag.first(), lambda bag: bag.items[0], 1),
    "optional": Way(lambda bag: bag.maybe(1), lambda bag: bag.items[1], 2),
    "getitem": Way(lambda bag: bag[1], lambda bag: bag.items[1], 2),
    "ArrayList": Way(lambda bag: bag.last(), lambda bag: bag.more[-1], 4),
    "ordered map": Way(lambda bag: bag.get("a"), lambda bag: bag.named["a"], 5),
    "map": Way(lambda bag: bag.look("c"), lambda bag: bag.hashed["c"], 7),
    "field": Way(lambda bag: bag.only(), lambda bag: bag.one, 8),
    "array": Way(lambda bag: bag.cell(1), lambda bag: bag.pair[1], 0),
    "list of pointers": Way(lambda bag: bag.ends()[1], lambda bag: bag.items[-1], 2),
}


def change_other_things(bag: Any, item: Any) -> None:
    bag.name = "x" * 3_000
    bag.push_value(item)
    for number in range(50):
        bag.named[f"key {number}"] = item
        bag.hashed[f"key {number}"] = item
        bag.name = f"{number}" * 1_000
    bag.renew()
    bag.one.name = "other" * 100


@pytest.mark.parametrize("way", POINTERS)
def test_a_pointer_into_itself_is_a_part(trees: ModuleType, way: str) -> None:
    bag, pointer = full(trees), POINTERS[way]
    given, found = pointer.give(bag), pointer.find(bag)
    assert given is found
    assert pointer.give(bag) is given
    assert given.n == pointer.n
    given.n = 99
    assert pointer.find(bag).n == pointer.give(bag).n == given.n == 99
    pointer.find(bag).n = 98
    assert given.n == 98
    del found
    gc.collect()
    assert pointer.find(bag) is given


DEEPER = {
    "array of arrays": Way(lambda board: board.cell(1, 2), lambda board: board.cells[1][2], 5),
    "field of an item": Way(lambda board: board.cell_pair(0, 1), lambda board: board.cells[0][1].pair, 0),
    "slice of slices": Way(lambda board: board.in_rows(1, 0), lambda board: board.rows[1][0], 11),
    "four lists deep": Way(lambda board: board.deepest(), lambda board: board.rows[1][0].pairs[1][0], 0),
    "ArrayList of arrays": Way(lambda board: board.in_list(1, 1), lambda board: board.listed[1][1], 23),
    "item in a map": Way(lambda board: board.in_named("b"), lambda board: board.named["b"].pairs[0][1], 0),
    "list in a map": Way(lambda board: board.in_ordered("a", 1), lambda board: board.ordered["a"][1], 41),
}


@pytest.mark.parametrize("way", DEEPER)
def test_a_pointer_into_a_list_of_lists_is_a_part(trees: ModuleType, way: str) -> None:
    def cells(count: int, start: int) -> list[Any]:
        return [trees.Board.Cell(start + number) for number in range(count)]

    board, pointer = (
        trees.Board(
            "name",
            [cells(3, 0), cells(3, 3)],
            [cells(1, 10), cells(2, 11)],
            [cells(2, 20), cells(2, 22)],
            {"a": cells(1, 30)[0], "b": cells(1, 31)[0]},
            {"a": cells(2, 40)},
            [cells(2, 50)],
        ),
        DEEPER[way],
    )
    given = pointer.give(board)
    assert given is pointer.find(board)
    assert given.n == pointer.n
    assert board.to_read(0, 1) is board.read[0][1]
    assert raises(partial(setattr, board.to_read(0, 1), "n", 1))[0] is TypeError
    for number in range(100):
        board.name = str(number) * 1_000  # which ends addresses
        board.named[f"key {number}"] = cells(1, number)[0]
        board.rows.append(cells(1, number))
        board.listed.insert(2, cells(2, number))
    given.n = 99
    assert pointer.find(board) is given
    assert pointer.find(board).n == 99


@pytest.mark.parametrize("way", POINTERS)
def test_a_part_stays_while_others_change(trees: ModuleType, way: str) -> None:
    bag, pointer = full(trees), POINTERS[way]
    given = pointer.give(bag)
    given.n = 99
    change_other_things(bag, trees.Item(1, "z" * 100))
    if way != "ArrayList":
        assert pointer.find(bag) is given
        given.n = 97
        assert pointer.find(bag).n == 97
    assert given.n in {99, 97}
    name = getattr(given, "name", None)
    del bag
    gc.collect()
    assert given.n in {99, 97}
    assert getattr(given, "name", None) == name
    given.n = 96
    assert given.n == 96


@pytest.mark.parametrize("way", ["slice", "optional", "getitem", "ArrayList", "ordered map", "map", "list of pointers"])
def test_a_part_that_is_removed_keeps_its_value(trees: ModuleType, way: str) -> None:
    bag, pointer = full(trees), POINTERS[way]
    given = pointer.give(bag)
    name = given.name
    for container in (bag.items, bag.more, bag.named, bag.hashed):
        container.clear()
    change_other_things(bag, trees.Item(1, "z" * 100))
    assert (given.n, given.name) == (pointer.n, name)
    given.n = 5
    given.name = "new" * 100
    assert (given.n, given.name) == (5, "new" * 100)


@pytest.mark.parametrize("how", ["slice", "list", "map", "inner"])
def test_pointers_through_several_levels(trees: ModuleType, how: str) -> None:
    bag = trees.Bag([trees.Item(1, "deep" * 50)])
    shelf = trees.Shelf([bag], [bag], {"k": bag}, bag)
    ways: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "slice": (lambda: shelf.bags[0], shelf.deep),
        "list": (lambda: shelf.lists[0], lambda: shelf.lists[0].first()),
        "map": (lambda: shelf.named["k"], lambda: shelf.named["k"].first()),
        "inner": (lambda: shelf.inner, shelf.inside),
    }
    owner, item = ways[how]
    given = item()
    assert given is owner().items[0]
    given.n = 9
    shelf.lists.extend([bag] * 20)
    shelf.named.update({str(number): bag for number in range(20)})
    owner().name = "name" * 100
    assert (given.n, owner().items[0].n, given.name) == (9, 9, "deep" * 50)
    assert given is owner().items[0]
    if how == "slice":
        assert shelf.bag() is shelf.bags[0]


def test_a_list_that_zig_made_shorter(trees: ModuleType) -> None:
    bag = full(trees)
    first, last = bag.first(), bag.maybe(1)
    bag.drop()
    assert first.n == 1
    gone(lambda: last.n, lambda: last.name, partial(setattr, last, "n", 3), last.bump)
    assert [item.n for item in bag.items] == [1]


def test_a_const_pointer(trees: ModuleType) -> None:
    bag = full(trees)
    given = bag.peek()
    assert (given.n, given == bag.items[0]) == (1, True)
    assert raises(partial(setattr, given, "n", 2))[0] is TypeError
    bag.items[0].n = 5
    bag.name = "x" * 3_000
    change_other_things(bag, trees.Item(0))
    assert (given.n, given.name) == (5, "item 1 " * 50)
    assert raises(given.bump)[0] is TypeError
    bag.items[0].n = 6
    assert given.n == 6


@pytest.mark.parametrize("way", ["zig", "init", "attribute", "again"])
def test_what_is_there_at_times(trees: ModuleType, way: str) -> None:
    maybe = trees.Maybe()
    assert (maybe.get(), maybe.chosen()) == (None, None)
    maybe.set(5, "a name" * 100)
    items = [maybe.get(), maybe.chosen()]
    assert [(item.n, item.name) for item in items] == [(5, "a name" * 100)] * 2
    if way == "zig":
        maybe.clear()
    elif way == "init":
        maybe.__init__()
    elif way == "attribute":
        maybe.item = None
        del items[1]
    else:
        maybe.set(6, "other" * 100)
    for number in range(100):
        maybe.n = number
        trees.Doc("z" * 600)
    for item in items:
        try:
            assert (item.n, item.name) in [(5, "a name" * 100), (6, "other" * 100)]
            item.name = "new" * 100
        except ReferenceError:
            # What a union has is no part: its address ends with a call that may change it.
            assert way != "again" or item is items[1]
    assert (maybe.get() is None) == (way != "again")


REMOVALS: dict[str, Callable[[ModuleType, Any, Any], object]] = {
    "method": lambda _, nodes, node: nodes.remove(node),
    "unbound": lambda m, nodes, node: m.List.remove(nodes, node),
    "function": lambda m, nodes, node: m.take(nodes, node),
    "pop": lambda _, nodes, __: nodes.pop(),
    "clear": lambda _, nodes, __: nodes.clear(),
    "delitem": lambda _, nodes, __: nodes.__delitem__(0),
    "operator": lambda _, nodes, __: nodes.__iadd__(3),
    "another": lambda _, nodes, __: nodes.push(3),
    "destroy": lambda _, nodes, __: nodes.destroy(),
    "with": lambda _, nodes, __: nodes.__exit__(None, None, None),
    "init": lambda _, nodes, __: nodes.__init__(),
}


@pytest.mark.parametrize("way", REMOVALS)
def test_what_a_call_may_have_freed_has_ended(m: ModuleType, way: str) -> None:
    nodes = m.List()
    for value in range(3):
        nodes.push(value)
    node, second, others = nodes.first(), nodes.at(1), nodes.all()
    after = node.after()
    assert (node.value, second.value, after.value, node.next.value, len(nodes)) == (2, 1, 1, 1, 3)
    assert [other.value for other in others] == [2, 1, 0]
    REMOVALS[way](m, nodes, node)
    for old in (node, second, after, *others):
        gone(
            lambda old=old: old.value,  # type: ignore[misc]
            partial(setattr, old, "value", 77),
            partial(getattr, old, "next"),
            old.after,
        )
    gone(node.double)
    if way not in {"destroy", "with"}:
        gone(partial(nodes.remove, node), partial(nodes.again, second), partial(m.take, nodes, node))
        nodes.push(5)
        assert nodes.first().value == 5
        gone(lambda: node.value)
    else:
        gone(nodes.first, nodes.clear, lambda: len(nodes))


def test_reading_ends_nothing(m: ModuleType) -> None:
    nodes = m.List()
    nodes.push(1)
    given = nodes.push(2)
    assert given is nodes.first()
    given.value = 5
    assert (len(nodes), nodes.at(1).value, nodes.first().value, given.after().value) == (2, 1, 5, 1)
    assert [node.value for node in nodes.all()] == [5, 1]
    assert given is nodes.all()[0]
    assert given.value == 5


def test_a_method_of_an_address(m: ModuleType) -> None:
    nodes = m.List()
    node = nodes.push(2)
    node.double()
    gone(lambda: node.value)
    assert nodes.first().value == 4


@pytest.mark.parametrize("how", ["object", "graph", "list"])
def test_an_address_outlives_its_objects(m: ModuleType, how: str) -> None:
    nodes = m.List()
    for value in range(100):
        nodes.push(value)
    kept = {"object": nodes.first(), "graph": nodes.first().after(), "list": nodes.all()}[how]
    del nodes
    gc.collect()
    kept = kept[5] if how == "list" else kept
    values = []
    while kept is not None:
        values.append(kept.value)
        kept = kept.after()
    assert values == list(range(values[0], -1, -1))
    assert len(values) > 90


def test_slots_of_a_pool(m: ModuleType) -> None:
    pool = m.Pool(4)
    slots = [pool.take(number) for number in range(4)]
    assert pool.take(5) is None
    slot = pool.slots[0]
    assert slot.n in range(4)
    for number, old in enumerate(slots[:3]):
        try:
            assert old.n == number
        except ReferenceError:
            continue
        old.n = 100 + number
        assert 100 + number in [other.n for other in pool.slots]
    pool.clear()
    gone(lambda: slot.n, partial(setattr, slot, "n", 1), *(lambda old=old: old.n for old in slots))
    assert (len(pool.slots), pool.take(1)) == (0, None)


MAKES: dict[str, Callable[[ModuleType, Any, Any], Any]] = {
    "graph": lambda _, graph, __: graph.make(7),
    "view": lambda _, __, view: view.make(7),
    "view of view": lambda _, __, view: view.again().make(7),
    "function": lambda m, graph, _: m.view_of(graph).make(7),
    "graph of view": lambda _, __, view: view.graph().make(7),
    "field": lambda _, __, view: view.g.make(7),
}
WIPES: dict[str, Callable[[ModuleType, Any, Any], object]] = {
    "graph": lambda _, graph, __: graph.wipe(),
    "view": lambda _, __, view: view.wipe(),
    "*const view": lambda _, __, view: view.wipe_const(),
    "view by value": lambda _, __, view: view.wipe_value(),
    "function": lambda m, graph, _: m.wipe(graph),
    "function by value": lambda m, _, view: m.wipe_through(view),
    "view of view": lambda _, __, view: view.again().wipe(),
    "another view": lambda m, graph, _: m.view_of(graph).wipe_const(),
    "field": lambda _, __, view: view.g.wipe(),
    "destroy": lambda _, graph, __: graph.destroy(),
    "destroy through a view": lambda _, __, view: view.g.destroy(),
    "with": lambda _, graph, __: graph.__exit__(None, None, None),
}


@pytest.mark.parametrize("way", WIPES)
def test_a_graph_is_changed_through_any_of_its_objects(m: ModuleType, way: str) -> None:
    for make in MAKES.values():
        graph = m.Graph()
        view = graph.view()
        kept = view.again()
        node = make(m, graph, view)
        assert node.id == 7
        node.id = 8
        assert (node.id, graph.at(0).id, view.count(), kept.count()) == (8, 8, 1, 1)
        WIPES[way](m, graph, view)
        gone(lambda node=node: node.id, partial(setattr, node, "id", 77), partial(getattr, node, "to"))  # type: ignore[misc]
        if "destroy" in way or way == "with":
            gone(view.count, view.graph, kept.count, graph.count, partial(getattr, view, "g"), partial(view.make, 1))
        else:
            assert (view.count(), kept.count(), len(graph)) == (0, 0, 0)
            assert make(m, graph, view).id == 7


@pytest.mark.parametrize("make", ["graph", "view"])
@pytest.mark.parametrize("grow", ["graph", "view", "view of view"])
def test_a_node_that_moves(m: ModuleType, make: str, grow: str) -> None:
    graph = m.Graph()
    view = graph.view()
    node = {"graph": graph, "view": view}[make].add(5)
    growing = {"graph": graph, "view": view, "view of view": view.again().view}[grow]
    for number in range(1_000):
        growing.add(number)
    try:
        assert node.id == 5
        node.id = 77
    except ReferenceError:
        pass
    else:
        assert graph.nodes[0].id == 77
    graph.destroy()
    gone(lambda: node.id, partial(setattr, node, "id", 78), lambda: growing.count())


def test_one_value_has_one_object(m: ModuleType, trees: ModuleType) -> None:
    graph = m.Graph()
    view = graph.view()
    assert graph.graph() is graph
    assert view.graph() is view.g is graph
    assert view.again().view is view
    node = graph.make(1)
    assert view.g.at(0) is node
    assert m.view_of(graph).g is graph
    del graph
    gc.collect()
    again = view.g  # none was alive
    assert view.g is view.graph() is view.again().view.g is again
    shelf = trees.Shelf([trees.Bag([trees.Item(1)])])
    assert shelf.bags is shelf.bags or shelf.bags == shelf.bags
    assert shelf.bags[0].items[0] is shelf.bags[-1].items[-1] is shelf.deep()
    assert next(iter(shelf.bags)) is shelf.bag()
    assert shelf.inner is shelf.inner


@pytest.mark.parametrize("kind", ["view", "node", "list"])
def test_what_is_no_copy_is_not_copied(m: ModuleType, kind: str) -> None:
    graph = m.Graph()
    made = {"view": graph.view, "node": partial(graph.make, 3), "list": m.List}[kind]()
    for way in (copy.copy, copy.deepcopy, pickle.dumps):
        assert raises(partial(way, made))[0] is TypeError


def test_a_stable_graph(m: ModuleType) -> None:
    graph = m.Stable()
    view = graph.view()
    nodes = [graph.add(0), *(view.add(number) for number in range(1, 200))]
    graph.connect(nodes[0], nodes[1])
    assert [node.id for node in nodes] == list(range(200))
    assert nodes[0].to is nodes[1]
    assert graph.at(5) is nodes[5]
    assert raises(partial(graph.connect, nodes[0], nodes[0]))[0] is ValueError
    graph.destroy()
    gone(lambda: nodes[0].id, lambda: nodes[199].id, view.count, partial(view.add, 1))


def test_objects_in_tuples(m: ModuleType) -> None:
    list_ = m.List()
    assert (list_.pairs(), list_.labelled(["a"])) == ([], None)
    one, (none, count) = list_.pushed(1)
    assert (one.value, none, count) == (1, None, 1)
    two, (behind, count) = list_.pushed(2)
    assert (two.value, behind.value, count) == (2, 1, 2)
    const = "this List.Node is read-only: what gave it gave a *const pointer"
    assert raises(behind.double) == raises(lambda: setattr(behind, "value", 3)) == (TypeError, const)
    gone(lambda: one.value)  # what may have been freed since
    (second, node), (first, last) = list_.pairs()
    assert (second, node.value, first, last.value) == (2, 2, 1, 1)
    assert node is list_.first() is list_.pairs()[0][1]
    node.value = 4
    assert list_.pairs()[0][0] == 4
    ((same, text, items),) = list_.labelled(["a"])
    assert (same is node, text, items.tolist()) == (True, "a", [0, 0])
    del list_, same
    gc.collect()
    assert node.value == 4  # it keeps the list
    list_ = m.List()
    list_.push(1)
    pairs = list_.pairs()
    list_.destroy()
    gone(lambda: pairs[0][1].value)


def test_an_exception_has_objects_in_it(m: ModuleType) -> None:
    def caught(function: Callable[[], Any]) -> Any:
        with pytest.raises(m.TooLarge) as raised:
            function()
        return raised.value

    numbers = m.List()
    for number in (1, 9, 5):
        numbers.push(number)
    error = caught(lambda: m.expectSmall(numbers, 6))
    assert (error.value, error.node.value, error.node.next.value, str(error)) == (9, 9, 1, "9 before 1")
    assert (error.list is numbers, error.node == numbers.at(1), error.args) == (
        True,
        True,
        (9, error.node, numbers),
    )
    # Also where nothing of the object is held yet.
    lone = m.List()
    lone.push(7)
    error = caught(partial(lone.check, 6))
    assert (error.list is lone, error.node.value) == (True, 7)
    del lone
    gc.collect()
    assert error.node.value == 7  # it keeps its list
    # The text is that of the time when it was raised; the objects come into no pickle, and no copy.
    numbers.clear()
    error = caught(lambda: error.list.check(0))
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert (again.args, again.node, again.list, str(again)) == ((7, None, None), None, None, "7 before null")
    error.note = "more"
    assert pickle.loads(pickle.dumps(error)).note == "more"
    # What follows a pointer follows it as long as that is good.
    error.list.clear()
    gone(lambda: error.node.value)
    assert str(error) == "7 before null"


def test_an_exception_without_an_object_to_point_into(m: ModuleType) -> None:
    with pytest.raises(m.TooLarge) as raised:
        m.tooLarge(3)
    assert (raised.value.node, raised.value.args, str(raised.value)) == (None, (3, None, None), "3 before null")
    numbers = m.List()
    node = numbers.push(4)
    made = m.TooLarge(4, node, list=numbers)
    assert (made.node is node, made.list is numbers, str(made)) == (True, True, "4 before null")
    assert m.TooLarge(5, None).node is None
    assert raises(lambda: m.TooLarge(3, numbers)) == (
        TypeError,
        "TooLarge(): parameter 'node' must be a Node or None (?*const List.Node), not List",
    )


def test_lists_of_objects_are_passed(m: ModuleType) -> None:
    numbers, others = m.List(), m.List()
    for number in (1, 9, 5):
        numbers.push(number)
    other = others.push(7)
    nodes = [numbers.at(index) for index in range(3)]
    assert (m.sumOf(nodes), m.sumOf([]), m.sumOf(node for node in (*nodes, other))) == (15, 0, 22)
    assert (m.largestOf((other, *nodes)) is nodes[1], m.largestOf([]), m.largestOf(None), m.largestOf()) == (
        True,
        None,
        None,
        None,
    )
    assert m.sumOf([m.List.Node(3), m.List.Node(4), nodes[0], nodes[0]]) == 17
    found = m.numbered([numbers, others, m.List()])
    assert [(index, node and node.value) for index, node in found] == [(0, 5), (1, 7), (2, None)]
    before = sys.getrefcount(other)
    for _ in range(10):
        m.sumOf([other] * 5)
        m.largestOf([other])
        assert raises(lambda: m.sumOf([other, 5]))[0] is TypeError
    assert sys.getrefcount(other) == before


def test_what_lists_of_objects_refuse(m: ModuleType) -> None:
    numbers = m.List()
    node = numbers.push(1)
    assert raises(lambda: m.sumOf([node, 5])) == (
        TypeError,
        "sumOf(): parameter 'nodes[1]' must be a List.Node (*const List.Node), not int",
    )
    assert raises(lambda: m.sumOf(node)) == (
        TypeError,
        "sumOf(): parameter 'nodes' must be a list or another iterable ([]*const List.Node), not Node",
    )

    class Endless:
        def __iter__(self) -> Iterator[Any]:
            yield node
            raise LookupError("no more")

    assert raises(lambda: m.sumOf(Endless())) == (LookupError, "no more")
    heard: list[int] = []
    m.tellAll([node, node], lambda one: heard.append(one.value))
    assert heard == [1, 1]
    kind, text = raises(lambda: m.tellAll([node], lambda _: numbers.clear()))
    assert (kind, text.endswith("cannot be changed until that is over")) == (RuntimeError, True)
    # One that the call may change, and a part of it.
    kind, text = raises(lambda: numbers.counted([node]))
    assert (kind, "pass a copy" in text) == (ValueError, True)
    other = m.List().push(4)
    assert (numbers.counted([other]), numbers.count) == (0, 1)
    numbers.clear()
    gone(lambda: m.sumOf([node]))


def test_lists_of_pointers_in_fields(children: ModuleType) -> None:
    m = children
    tree = m.Tree(2)
    root = tree.root
    assert isinstance(root.kids, tuple)
    left, right = root.kids
    assert (left.name, right.name, root.kids[0] is left) == ("left", "right", True)
    assert (left.links, right.kids[1].links[0] is right) == ((root, None), True)
    assert [kid.kids for kid in left.kids] == [(), ()]
    assert sum(kid.size() for kid in root.kids) == 6
    with pytest.raises(AttributeError, match=r"attribute 'kids' of 'objects_children\.Node' objects is not writable"):
        root.kids = ()
    assert not hasattr(root, "slots")
    assert get_args(m.Node.__annotations__["kids"]) == (m.Node, ...)
    assert get_args(m.Node.__annotations__["links"]) == (m.Node | None, ...)

    del tree, root
    gc.collect()
    assert left.kids[0].name == "left"  # what it is in is there as long
    tree = m.Tree(1)
    kid, label = tree.root.kids[0], tree.label
    assert repr(label) == "Label(text='')"
    tree.rename("another")
    gone(lambda: kid.name)
    assert tree.root.kids[0].links[0].name == "another"
    assert repr(label) == "<objects_children.Label object without a value>"
