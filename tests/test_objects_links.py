"""What an object points to is kept, and given back: on tests/extension/objects_nodes.zig."""

from __future__ import annotations

import copy
import gc
import warnings
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_nodes")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def churn(m: ModuleType) -> None:
    """Others take the memory that was freed."""
    gc.collect()
    for number in range(300):
        m.Link(1_000 + number)
        m.List().push(number)


LINKS: dict[str, Callable[[ModuleType, Any, Any], Any]] = {
    "method": lambda _, a, b: (a.link(b), a)[1],
    "unbound": lambda m, a, b: (m.Link.link(a, b), a)[1],
    "keyword": lambda _, a, b: (a.link(other=b), a)[1],
    "function": lambda m, a, b: (m.join(a, b), a)[1],
    "operator": lambda _, a, b: a.__ior__(b),
    "result": lambda m, a, b: m.joined(a.n, b),
}


@pytest.mark.alone
@pytest.mark.parametrize("way", LINKS)
def test_what_is_pointed_to_is_kept(m: ModuleType, way: str) -> None:
    a, b = m.Link(1), m.Link(2)
    a = LINKS[way](m, a, b)
    assert (a.sum(), a.after() is b, a.next is b) == (3, True, True)
    b.n = 50
    assert a.sum() == 51
    del b
    churn(m)
    assert (a.sum(), a.next.n, a.after().n) == (51, 50, 50)
    a.next.n = 9
    assert (a.sum(), a.after().n) == (10, 9)


@pytest.mark.alone
@pytest.mark.parametrize("way", LINKS)
def test_chains_of_what_is_kept(m: ModuleType, way: str) -> None:
    last = m.Link(0)
    for number in range(1, 20):
        last = LINKS[way](m, m.Link(number), last)
    churn(m)
    assert last.sum() == sum(range(20))
    middle = last
    for _ in range(10):
        middle = middle.after()
    del last
    churn(m)
    assert (middle.n, middle.sum()) == (9, sum(range(10)))


@pytest.mark.alone
def test_a_view_of_what_is_kept(m: ModuleType) -> None:
    """What a holder points to stays as long as a view that was given of it, though both are gone."""
    holder, other = m.Holder(), m.Other(1, list(range(1_000)))
    assert m.sight(holder) is None
    holder.hold(other)
    v = m.sight(holder)
    assert v.get() == 1_000
    del v
    other.add(10)
    v = m.sight(holder)
    del other, holder
    churn(m)
    many = [m.Other(number, [number] * 1_000) for number in range(100)]
    assert v.get() == 1_010
    v.destroy()
    assert raises(v.get)[0] is ReferenceError
    assert many[5].n == 5


@pytest.mark.alone
def test_cycles_of_what_is_kept(m: ModuleType) -> None:
    a, b, c = (m.Link(number) for number in range(3))
    a.link(b)
    b.link(c)
    c.link(a)
    for kept in (a, b, c):
        assert kept.after().after().after() is kept
    assert raises(partial(a.link, a))[0] is ValueError
    del a, c, kept
    churn(m)
    assert (b.after().n, b.after().after().n, b.n, b.sum()) == (2, 0, 1, 100 // 3 * 3 + 1)


def test_cycles_are_given_back(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    def cycle() -> None:
        a, b = m.Link(1), m.Link(2)
        a.link(b)
        b.link(a)

    def chain() -> None:
        last = m.Link(0)
        for number in range(5):
            link = m.Link(number)
            link.link(last)
            last = link

    shared = m.Link(5)
    assert growth(cycle) < 1
    assert growth(chain) < 1
    assert growth(lambda: m.Link(1).link(shared)) < 8
    assert growth(lambda: m.joined(1, shared)) < 8


@pytest.mark.alone
def test_what_is_pointed_to_is_changed_another_way(m: ModuleType) -> None:
    a, b = m.Link(1), m.Link(2)
    a.link(b)
    other = m.Link(30)
    a.link(other)
    del b
    churn(m)
    assert a.sum() == 31
    kind, _ = raises(partial(other.__init__, 5))
    assert issubclass(kind, (RuntimeError, ReferenceError, TypeError, ValueError, BufferError))
    assert a.sum() == 31
    del other
    churn(m)
    assert a.sum() == 31
    assert raises(partial(copy.copy, a))[0] is TypeError


CONFIGS: dict[str, Callable[[ModuleType, dict[str, Any]], Any]] = {
    "dict": lambda m, fields: m.Thing(fields),
    "object": lambda m, fields: m.Thing(m.Config(**fields)),
    "part": lambda m, fields: m.Thing(m.Deep(m.Config(**fields)).config),
    "part of a dict": lambda m, fields: m.Thing(m.Deep({**fields}).config),
    "set": lambda m, fields: (thing := m.Thing({"name": "old" * 100}), thing.set(fields))[0],
    "set an object": lambda m, fields: (thing := m.Thing({"name": "old"}), thing.set(m.Config(**fields)))[0],
    "set a pointer": lambda m, fields: (
        thing := m.Thing({"name": "old"}),
        thing.set_deep(m.Deep(m.Config(**fields))),
    )[0],
    "set a list": lambda m, fields: (
        thing := m.Thing({"name": "old"}),
        thing.set_list([{"name": "no"}, m.Config("no"), fields]),
    )[0],
    "init": lambda m, fields: (thing := m.Thing({"name": "old"}), thing.__init__(fields))[0],
}


@pytest.mark.alone
@pytest.mark.parametrize("way", CONFIGS)
def test_what_came_by_value_is_kept(m: ModuleType, way: str) -> None:
    fields = {"name": str(b"a name " * 100, "ascii"), "numbers": [1, 2, 3] * 10}
    thing = CONFIGS[way](m, fields)
    fields.clear()
    churn(m)
    assert [m.Config("z" * 700, [9] * 30).name for _ in range(50)] == ["z" * 700] * 50
    assert (thing.name(), thing.sum()) == ("a name " * 100, 60)
    assert (thing.config.name, list(thing.config.numbers)) == ("a name " * 100, [1, 2, 3] * 10)
    part = thing.config
    del thing
    churn(m)
    assert part.name == "a name " * 100


@pytest.mark.alone
def test_what_an_object_gave_may_change_there(m: ModuleType) -> None:
    config = m.Config("a name " * 100, [1, 2, 3])
    thing = m.Thing(config)
    for number in range(100):
        config.name = f"{number}" * 300
        config.numbers = [number] * 40
    del config
    churn(m)
    assert (thing.name(), thing.sum()) == ("a name " * 100, 6)


@pytest.mark.alone
@pytest.mark.parametrize("way", ["destroy", "with", "del", "init", "part"])
def test_a_buffer_is_given_back(m: ModuleType, way: str) -> None:
    data = bytearray(b"abc" * 100)
    scanner = m.Scanner(data)
    assert (scanner.next(), scanner.next()) == (97, 98)
    assert raises(partial(data.append, 1))[0] is BufferError
    if way == "destroy":
        scanner.destroy()
        assert raises(scanner.next)[0] is ReferenceError
    elif way == "with":
        with scanner:
            assert scanner.next() == 99
    elif way == "init":
        scanner.__init__(b"xyz")
        assert scanner.next() == 120
    elif way == "part":
        view = memoryview(data)
        scanner.destroy()
        view.release()
    else:
        del scanner
        gc.collect()
    data.extend(b"more" * 1_000)
    assert len(data) == 4_300


@pytest.mark.alone
def test_a_number_that_converts_by_init(m: ModuleType) -> None:
    """A stable object, which is made again while it is made."""
    number = m.Number(1)

    class Again:
        def __index__(self) -> int:
            number.__init__(5)
            return 7

    class Destroys:
        def __index__(self) -> int:
            number.destroy()
            return 7

    for use in (
        lambda: number.__init__(Again()),
        lambda: number.add(Again()),
        lambda: setattr(number, "n", Again()),
        lambda: number.__init__(Destroys()),
        lambda: number.add(Destroys()),
        lambda: number.add(1),
    ):
        try:
            use()
            assert number.text() == "some memory"
        except (ReferenceError, RuntimeError, TypeError, AttributeError):
            pass
    other = m.Number.__new__(m.Number)

    class Other:
        def __index__(self) -> int:
            other.__init__(3)
            return 4

    try:
        other.__init__(Other())
    except (RuntimeError, TypeError, ReferenceError):
        pass
    else:
        assert other.n == 4
    assert (other.text(), other.add(1)) == ("some memory", other.n)


WAYS = ["list", "names", "numbers", "rows", "chain"]
CELLS: dict[str, Callable[[ModuleType, Any], Any]] = {
    "put": lambda m, member: (cell := m.Cell(), cell.put(member))[0],
    "put_const": lambda m, member: (cell := m.Cell(), cell.put_const(member))[0],
    "put_value": lambda m, member: (cell := m.Cell(), cell.put_value(member))[0],
    "function": lambda m, member: (cell := m.Cell(), m.put_in(cell, member))[0],
    "result": lambda m, member: m.cell_of(member),
    **{
        f"add {way}": partial(lambda way, m, member: (group := m.Group(), group.add(way, member))[0], way)
        for way in WAYS
    },
    **{f"of {way}": partial(lambda way, m, member: m.group_of(way, member), way) for way in WAYS},
}


@pytest.mark.alone
@pytest.mark.parametrize("way", CELLS)
def test_what_is_hidden_behind_pointers_is_kept(m: ModuleType, way: str) -> None:
    member = m.Member(5)
    holder = CELLS[way](m, member)
    member.double()
    assert holder.sum() == 10
    del member
    churn(m)
    others = [m.Member(10_000 + number) for number in range(1_000)]
    assert holder.sum() == 10
    assert others[7].n == 10_007


@pytest.mark.alone
def test_what_is_hidden_ends_with_what_it_points_to(m: ModuleType) -> None:
    holder, nest = m.Cell(), m.Nest()
    egg = nest.add(1)
    holder.push(3)
    kept = holder.at(0)
    holder.push(4)  # by value, and it changes what is behind the pointer
    assert raises(lambda: kept.n)[0] is ReferenceError
    nest.clear()
    assert raises(lambda: egg.n)[0] is ReferenceError


def test_what_says_that_it_keeps_nothing(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    group = m.Group()
    group.add("list", m.Member(1))
    assert group.look(m.Member(4)) == 5
    assert growth(lambda: group.look(m.Member(4))) < 1


@pytest.mark.alone
@pytest.mark.parametrize("way", ["Login.set", "Login.set_value", "Note.set"])
def test_a_text_that_another_object_has(m: ModuleType, way: str) -> None:
    kind, _, method = way.partition(".")
    user, holder = m.User("".join(["name"] * 100)), getattr(m, kind)(1)
    getattr(holder, method)(user)
    del user
    churn(m)
    assert holder.name() == "name" * 100


@pytest.mark.alone
def test_copies_are_tied_to_nothing(m: ModuleType) -> None:
    """What a call has allocated is all its own: the other object may end."""
    user, other = m.User("one"), m.User("two")
    user.extend(other)
    other.destroy()
    assert bytes(user.name) == b"onetwo"
    copy = user.copy()
    user.destroy()
    assert bytes(copy.name) == b"onetwo"
    nest = m.Nest()
    for number in range(1_000):
        nest.add(number)
    copy = nest.copy()
    nest.destroy()
    assert copy.sum() == sum(range(1_000))


@pytest.mark.alone
def test_the_end_of_a_view_is_not_that_of_what_it_views(m: ModuleType) -> None:
    nest = m.Nest()
    first = nest.add(1)
    with nest.scope() as outer:
        outer.add(2)
        with nest.scope() as inner:
            egg = inner.add(3)
            assert nest.sum() == 6
        assert raises(lambda: egg.n)[0] is ReferenceError
        assert nest.sum() == 3
    assert raises(lambda: first.n)[0] is ReferenceError
    assert nest.sum() == 1
    egg = nest.scope().add(5)  # the scope ends at once, and its deinit removes what was added
    assert raises(lambda: egg.n)[0] is ReferenceError
    assert nest.sum() == 1


@pytest.mark.alone
def test_what_is_viewed_points_to_the_view(m: ModuleType) -> None:
    nest = m.Nest()
    nest.add(1)
    scope = nest.scope()
    scope.enter()
    del scope
    churn(m)
    assert nest.mark() == 1
    scope = nest.scope()
    scope.enter()
    scope.destroy()
    assert raises(nest.mark)[0] is ReferenceError
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        del nest, scope  # what the nest points to is gone, and so its deinit is not called
        churn(m)


@pytest.mark.alone
@pytest.mark.parametrize("way", ["destroy", "clear", "del"])
def test_a_deinit_does_not_use_what_is_gone(m: ModuleType, way: str) -> None:
    nest = m.Nest()
    egg = nest.add(1)
    scope = nest.scope()
    sitter = nest.sitter()
    egg = nest.add(2) if way == "clear" else None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if way == "destroy":
            nest.destroy()
        if way == "clear":
            del scope
            nest.clear()
            scope = None
        if way == "del":
            del nest
        churn(m)
        many = [m.Member(number) for number in range(1_000)]
        del sitter, scope, egg
        gc.collect()
    assert [member.n for member in many] == list(range(1_000))
    texts = [str(warning.message) for warning in caught if warning.category is ResourceWarning]
    gone = {"destroy": 2, "clear": 1, "del": 0}[way]
    assert len(texts) == gone
    assert all("deinit" in text and "not called" in text for text in texts)
