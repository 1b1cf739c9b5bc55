"""What an object points to is kept, and given back: on tests/extension/objects_nodes.zig."""

from __future__ import annotations

import copy
import gc
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
