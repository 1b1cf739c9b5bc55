"""Texts, numbers and structs that a class with a deinit keeps where only its own functions look."""

from __future__ import annotations

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
    assert [o.pushed(n) for n in MANY] == [text(n) for n in reversed(MANY)]


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
    assert growth(lambda: order.find(text(next(numbers)))) < 20
    assert [order.pushed(n) for n in MANY] == [text(n) for n in reversed(MANY)]
