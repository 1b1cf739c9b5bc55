"""What only the author knows, said by options: on tests/extension/objects_options.zig."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nano_ffi.compiler import compile_module

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_options")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def gone(*uses: Callable[[], Any]) -> None:
    for use in uses:
        assert raises(use)[0] is ReferenceError


def churn(m: ModuleType) -> None:
    gc.collect()
    for number in range(300):
        m.Hidden(1_000 + number)
        m.Graph().add(number)


def test_weak_references(m: ModuleType) -> None:
    point, watched = m.Point(), m.Watched(1)
    assert raises(partial(weakref.ref, point))[0] is TypeError
    assert raises(partial(setattr, point, "other", 1))[0] is AttributeError
    watch = weakref.ref(watched)
    assert watch() is watched
    assert point.__sizeof__() < watched.__sizeof__() + 8
    del watched
    gc.collect()
    assert watch() is None

    class Sub(m.Point):  # type: ignore[misc, name-defined]
        pass

    sub = Sub(2)
    sub.other = 5
    watch = weakref.ref(sub)
    assert watch() is sub
    del sub
    gc.collect()
    assert watch() is None


@pytest.mark.alone
@pytest.mark.parametrize("step", [1, 3])
def test_an_item_is_removed_while_its_object_ends(m: ModuleType, step: int) -> None:
    row = m.Row([m.Watched(number) for number in range(4)])
    kept, ending = row.items[1], row.items[0]

    def remove(_: object) -> None:
        del row.items[slice(0, 1) if step == 1 else slice(0, 4, step)]

    watch = weakref.ref(ending, remove)
    del ending
    assert watch() is None
    assert row.items[0] is kept
    for number in range(100):
        row.items.insert(0, m.Watched(number))
        assert row.items[1 + number] is kept
    assert (kept.x, row.items[-1].x) == (1, 3 if step == 1 else 2)


@pytest.mark.alone
def test_a_part_of_what_is_ending(m: ModuleType) -> None:
    """Zig gives an address in an object whose weak references end; it stays good."""
    tank = m.Tank()
    inner = tank.inner()
    tank.part.x = 2.0
    found: list[Any] = []
    watch = weakref.ref(tank, lambda _: found.append(inner.part()))
    del tank
    gc.collect()
    assert watch() is None
    churn(m)
    assert (found[0].x, inner.part().x) == (2, 2)
    found.clear()
    gc.collect()
    churn(m)
    inner.part().x = 3.0
    assert inner.part().x == 3


@pytest.mark.alone
def test_a_borrowed_struct(m: ModuleType) -> None:
    text = str(b"some <text" * 1_000, "ascii")
    match = m.find(text)
    del text
    churn(m)
    assert (match.size(), match.text) == (9_995, ("some <text" * 1_000)[5:])
    del match
    gc.collect()
    assert m.deinit_count() == 0
    assert m.find("nothing") is None
    data = bytearray(b"ab<c" * 100)
    match = m.find(data)
    assert raises(partial(data.append, 1))[0] is BufferError
    assert match.text == ("ab<c" * 100)[2:]
    del match
    gc.collect()
    data.append(1)
    assert m.deinit_count() == 0


@pytest.mark.alone
def test_an_owned_struct(m: ModuleType) -> None:
    match = m.copied("some <text")
    assert (match.size(), match.text) == (5, "<text")
    del match
    gc.collect()
    assert m.deinit_count() == 1
    with m.copied("a<b") as match:
        assert match.text == "<b"
    assert m.deinit_count() == 2
    gone(match.size)


@pytest.mark.alone
def test_borrowed_and_owned_memory(m: ModuleType) -> None:
    assert [m.given(3) for _ in range(3)] == [b"xxx"] * 3
    assert [m.shared(100) for _ in range(10)] == ["x" * 100] * 10


def test_nothing_leaks(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    m.shared(100)
    for function in (
        lambda: m.given(1_000),
        lambda: m.shared(100),
        lambda: m.copied("<" * 1_000).size(),
        lambda: m.find("<" * 1_000).size(),
        lambda: m.Hidden(1).link(m.Hidden(2)),
        lambda: m.Cursor(m.Graph()).count(),
        lambda: (graph := m.Graph(), graph.remove(graph.add(1))),
    ):
        assert growth(function) < 8


@pytest.mark.alone
@pytest.mark.parametrize("way", ["method", "function", "keyword"])
def test_what_is_kept(m: ModuleType, way: str) -> None:
    a, b = m.Hidden(1), m.Hidden(2)
    call = {"method": partial(a.link, b), "function": partial(m.tie, a, b), "keyword": partial(a.link, o=b)}[way]
    call()
    b.n = 20
    assert a.sum() == 21
    del b, call
    churn(m)
    assert a.sum() == 21
    c = m.Hidden(5)
    m.tie(c, a)
    del a
    churn(m)
    assert c.sum() == 6


@pytest.mark.alone
def test_what_a_constructor_keeps(m: ModuleType) -> None:
    graph = m.Graph()
    cursor = m.Cursor(graph)
    node = graph.add(3)
    assert (cursor.count(), node.id) == (1, 3)
    del graph, node
    churn(m)
    assert cursor.count() == 1
    graph = m.Graph()
    other = m.Cursor(graph)
    graph.destroy()
    gone(graph.count, other.count)


@pytest.mark.alone
@pytest.mark.parametrize("way", ["method", "function", "keyword", "unbound"])
def test_what_is_freed(m: ModuleType, way: str) -> None:
    graph = m.Graph()
    nodes = [graph.add(number) for number in range(10)]
    node, twin = nodes[3], graph.at(3)
    assert node is twin
    call = {
        "method": partial(graph.remove, node),
        "function": partial(m.take, graph, node),
        "keyword": partial(graph.remove, node=node),
        "unbound": partial(m.Graph.remove, graph, node),
    }[way]
    assert call() in {True, 3}
    gone(lambda: node.id, partial(setattr, node, "id", 5), lambda: twin.to, call)
    assert [other.id for other in nodes if other is not node] == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert (graph.count(), graph.at(0) is nodes[0]) == (9, True)
    for number in range(100):
        graph.add(100 + number)
    assert nodes[9].id == 9
    gone(lambda: node.id)
    graph.remove_two(nodes[0], nodes[1])
    gone(lambda: nodes[0].id, lambda: nodes[1].id)
    assert raises(partial(graph.remove_two, nodes[4], nodes[4]))[0] is ValueError
    assert (nodes[4].id, graph.count()) == (4, 107)


@pytest.mark.alone
def test_a_node_in_the_place_of_one_that_is_freed(m: ModuleType) -> None:
    graph = m.Graph()
    old = [graph.add(number) for number in range(50)]
    for node in old:
        assert graph.remove(node)
    new = [graph.add(100 + number) for number in range(50)]
    assert [node.id for node in new] == list(range(100, 150))
    for node in old:
        gone(lambda node=node: node.id)  # type: ignore[misc]
        assert all(node is not other for other in new)
    assert graph.at(7) is new[7]


@pytest.mark.alone
def test_what_is_not_of_what_frees_it(m: ModuleType) -> None:
    """A pool that is given another one's node would give it out, after that is gone."""
    one, other = m.Nursery(), m.Nursery()
    seed, strange, made = one.sow(1), other.sow(2), m.Nursery.Seed(3)
    is_of_another = (ValueError, "pull(): 'seed' is of another object than those that it is passed with")
    assert raises(partial(one.pull, strange)) == is_of_another
    assert raises(partial(m.Nursery.pull, other, seed)) == is_of_another
    assert raises(partial(one.pull, made)) == (
        ValueError,
        "pull(): 'seed' was made in Python, and is not a function's to free",
    )
    assert raises(partial(one.pull_both, seed, strange))[0] is ValueError
    assert raises(partial(one.pull_both, strange, other.sow(4)))[0] is ValueError
    del other
    assert (seed.n, strange.n, made.n) == (1, 2, 3)
    one.pull_both(one.sow(5), one.sow(6))
    seed = one.sow(7)
    one.pull(seed)
    gone(lambda: seed.n)
    node = m.Graph().add(1)
    assert raises(partial(m.take, m.Graph(), node))[0] is ValueError
    assert node.id == 1


@pytest.mark.parametrize(
    ("option", "word"),
    [
        ('.f = .{ .keeps = .{"nobody"} }', "nobody"),
        ('.f = .{ .frees = .{"nobody"} }', "nobody"),
        ('.f = .{ .frees = .{"n"} }', "n"),
        (".f = .{ .result = .mine }", "mine"),
        (".f = .{ .other = 3 }", "other"),
        (".T = .{ .weak = true }", "weak"),
    ],
)
def test_options_that_there_are_not(tmp_path: Path, option: str, word: str) -> None:
    source = tmp_path / "wrong.zig"
    source.write_text(
        f"pub const nano_ffi_options = .{{ {option} }};\n"
        "pub const T = struct { n: i64 = 0 };\n"
        'pub fn f(t: *T, n: i64) []const u8 {\n    t.n = n;\n    return "";\n}\n'
    )
    error, text = raises(lambda: compile_module(source, tmp_path))
    assert error.__name__ == "CompileError"
    assert word in text
