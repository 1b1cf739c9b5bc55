"""Texts, numbers and structs that a class with a deinit keeps where only its own functions look."""

from __future__ import annotations

import array
import weakref
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_kept")


MANY = range(300)
"""So many that what is not needed is looked for."""


def text(number: int) -> str:
    return f"{number} of some " * 5


def names(o: Any) -> None:
    for n in MANY:
        o.name(text(n) if n % 2 else text(n).encode())
    assert [o.name_at(n) for n in MANY] == [text(n) for n in MANY]


def names_of_bytearrays(o: Any) -> None:
    for n in MANY:
        o.name(bytearray(text(n).encode()))
    assert [o.name_at(n) for n in MANY] == [text(n) for n in MANY]


def lines(m: ModuleType, o: Any) -> None:
    for n in MANY:
        o.add({"n": n, "note": text(n)} if n % 2 else m.Line(n, text(n)))
    assert [o.at(n).note for n in MANY] == [text(n) for n in MANY]
    for n in MANY:
        o.at(n).rename(text(-n))
    assert [(o.at(n).n, o.at(n).note) for n in MANY] == [(n, text(-n)) for n in MANY]


def rows(o: Any) -> None:
    for n in MANY:
        o.row([float(n)] * 9)
    assert list(o.sums()) == [9.0 * n for n in MANY]


def keys(o: Any) -> None:
    for n in MANY:
        o.price(text(n), n)
        o.find(text(-n))
    assert [o.find(text(n)) for n in MANY] == list(MANY)


def values(m: ModuleType, o: Any) -> None:
    for n in MANY:
        o.stock(m.Line(n, text(n)))
    assert [o.stocked(text(n)) for n in MANY] == [m.Line(n, text(n)) for n in MANY]


def numbered(o: Any) -> None:
    for n in MANY:
        o.number(n, text(n))
    assert [o.numbered(n) for n in MANY] == [text(n) for n in MANY]


def nodes(o: Any) -> None:
    for n in MANY:
        o.push(text(n))
    expected = [text(n) for n in reversed(MANY)]
    assert [o.pushed(n) for n in MANY] == expected, [[hex(part) for part in o.place(n)] for n in MANY[-5:]]


@pytest.mark.alone
def test_what_is_kept_in_a_list_of_texts(m: ModuleType) -> None:
    names(m.Order())
    names_of_bytearrays(m.Order())


@pytest.mark.alone
def test_what_is_kept_in_a_list_of_structs(m: ModuleType) -> None:
    lines(m, m.Order())


@pytest.mark.alone
def test_what_is_kept_in_a_list_of_slices(m: ModuleType) -> None:
    rows(m.Order())


@pytest.mark.alone
def test_what_is_kept_in_maps(m: ModuleType) -> None:
    keys(m.Order())
    values(m, m.Order())
    numbered(m.Order())


@pytest.mark.alone
def test_what_is_kept_in_nodes(m: ModuleType) -> None:
    nodes(m.Order())


@pytest.mark.alone
def test_what_is_kept_in_all_of_them(m: ModuleType) -> None:
    order = m.Order()
    names(order)
    lines(m, order)
    rows(order)
    keys(order)
    values(m, order)
    numbered(order)
    nodes(order)
    assert [order.name_at(n) for n in MANY] == [text(n) for n in MANY]
    assert [order.at(n).note for n in MANY] == [text(-n) for n in MANY]
    assert [order.find(text(n)) for n in MANY] == list(MANY)


@pytest.mark.alone
def test_what_is_given_to_what_is_lent(m: ModuleType) -> None:
    """Zig's code has it when the callback is over."""

    def fill(order: Any) -> None:
        names(order)
        assert order.name_at(7) == text(7)

    assert bytes(m.lend(fill)) == "".join(map(text, MANY)).encode()
    order = m.Order()
    for n in MANY:
        order.add_filled(lambda line, n=n: line.rename(text(n)))
    assert [order.at(n).note for n in MANY] == [text(n) for n in MANY]


def in_unions(store: Any) -> None:
    for n in MANY:
        store.add(text(n), n)
        assert store.latest() == text(n)
        store.count(text(-n))
    assert [store.at(n) for n in MANY] == [text(n) for n in MANY]


@pytest.mark.alone
def test_what_is_kept_in_unions(m: ModuleType) -> None:
    in_unions(m.Store())


@pytest.mark.alone
def test_what_is_undefined_is_not_looked_into(m: ModuleType) -> None:
    late = m.Late()
    for n in MANY:
        assert late.look(text(n)) == 0
        assert late.latest() == text(n)


def test_what_is_not_kept_is_given_back(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    order = m.Order()
    nodes(order)
    keys(order)
    numbers = iter(range(10**9))
    store = m.Store()
    in_unions(store)
    assert growth(lambda: store.count(text(next(numbers)))) < 20
    assert [store.at(n) for n in MANY] == [text(n) for n in MANY]
    assert growth(lambda: order.find(text(next(numbers)))) < 20
    assert [order.pushed(n) for n in MANY] == [text(n) for n in reversed(MANY)]


@pytest.mark.alone
@pytest.mark.parametrize("is_tied", [False, True])
def test_what_is_given_twice_ends_where_no_lock_is_held(m: ModuleType, is_tied: bool) -> None:
    """What runs when it ends is anybody's: it uses the object, and finds its region as it is."""
    orders = [m.Order()]
    numbers = array.array("d", [1.0] * 9)
    ended: list[bool] = []
    references: list[Any] = []

    def end(_: object) -> None:
        ended.append(True)
        for order in orders:
            for n in range(9):
                order.row(array.array("d", [float(n)] * 9))
                order.find(text(n))

    for _ in MANY:
        view = memoryview(numbers)
        references.append(weakref.ref(view, end))
        orders[0].row(view)
        del view
        if is_tied:
            orders[0].keep_one(m.Order())
    assert len(ended) > 100
    assert orders[0].sums()[0] == 9.0
    orders.clear()
    assert not any(reference() for reference in references)
    assert len(ended) == len(MANY)


def test_what_an_object_without_a_deinit_is_made_of(
    m: ModuleType, growth: Callable[[Callable[[], Any]], float]
) -> None:
    """It has a pointer, and so is no tree: its text is a block of its region all the same."""
    numbers = iter(range(10**9))

    def make() -> Any:
        n = next(numbers)
        return m.Tag(text(n), [text(n), "two"], [n] * 20, {text(n): n})

    tag = make()
    assert (tag.name, tag.words, tag.numbers, tag.by_name) == (text(0), [text(0), "two"], [0] * 20, {text(0): 0})
    assert growth(make) < 20
    assert growth(lambda: m.Tag(text(next(numbers)))) < 20  # with its defaults
    assert growth(lambda: m.Tag(text(1), [text(2), 3])) < 20  # which is refused when much of it is there
    assert growth(lambda: tag.__init__(text(next(numbers)))) < 20
    assert growth(lambda: make().link(make())) < 20
    assert growth(lambda: m.Labelled(text(next(numbers)))) < 20
    assert growth(lambda: m.Priced(text(next(numbers)), 5)) < 20
    assert (tag.words, m.Priced(text(1), 5).label) == (["one", "default"], text(1))


@pytest.mark.alone
def test_what_an_object_without_a_deinit_was_made_of_is_freed_by_its_function(m: ModuleType) -> None:
    for n in MANY:
        tag, other = m.Tag(text(n)), m.Tag(text(-n))
        other.take_name(tag)
        tag.link(other)
        assert (tag.last_name(), other.name) == (text(n), text(n))
        del tag
        assert other.name == text(n)
        first, second = m.Tag(text(n)), m.Tag(text(-n), numbers=[n])
        first.link(second)
        first.drop_next_name()
        first.drop_name()
        assert (first.name, second.name, first.last_name()) == ("", "", "")
        del second
        assert first.last_name() == ""
        short = m.Tag(text(n) * 50)
        short.shorten(5)
        assert short.name == text(n)[:5]
