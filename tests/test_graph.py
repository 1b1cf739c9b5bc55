"""Objects that point into others, on a module compiled from tests/extension/graph.zig."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("graph")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def test_pointers_into_a_stable_object(m: ModuleType) -> None:
    graph = m.Graph()
    a, b = graph.add("a"), graph.add("b")
    graph.connect(a, b)
    assert (a.name, a.number, a.degree(), len(graph), "a" in graph, "z" in graph) == ("a", 0, 1, 2, True, False)
    assert [node.name for node in graph.all()] == ["a", "b"]
    assert (graph.find("b"), graph.find("z")) == (b, None)
    assert hash(graph.find("b")) == hash(b)
    assert a != b
    assert raises(partial(setattr, a, "name", "x"))[0] is AttributeError
    assert raises(partial(graph.connect, a, a)) == (
        ValueError,
        "connect(): 'a' and 'b' are the same object, which the call may change: pass a copy",
    )


def test_handles_keep_what_they_point_to(m: ModuleType) -> None:
    graph = m.Graph()
    node = graph.add("a")
    graph.connect(node, graph.add("b"))
    bound = graph.bind(node)
    assert bound.graph is graph
    assert bound.node is node
    assert (bound.size(), [other.name for other in bound.neighbours()]) == (2, ["b"])
    bounds = graph.bound()
    del graph, node, bound
    gc.collect()
    assert [one.node.name for one in bounds] == ["a", "b"]
    assert bounds[0].graph is bounds[1].graph


def test_use_after_destroy(m: ModuleType) -> None:
    graph = m.Graph()
    node = graph.add("a")
    bound = graph.bind(node)
    graph.destroy()
    text = "the Node is gone: the Graph that it was in has been destroyed"
    assert raises(lambda: node.name) == (ReferenceError, text)
    assert raises(bound.size) == (ReferenceError, "the Bound is gone: the Graph that it was in has been destroyed")
    assert raises(lambda: bound.node)[0] is ReferenceError
    assert raises(graph.all) == (ReferenceError, "the Graph has been destroyed")
    assert raises(graph.destroy) == (ReferenceError, "the Graph has been destroyed")
    assert raises(node.__init__)[0] is TypeError
    assert node == node


def test_callbacks_get_objects(m: ModuleType) -> None:
    graph = m.Graph()
    for name in "abc":
        graph.add(name)
    seen: list[Any] = []

    def visit(node: Any) -> bool:
        seen.append(node)
        assert len(graph) == 3
        return bool(node.name != "b")

    assert graph.visit(visit) == 2
    assert [node.name for node in seen] == ["a", "b"]
    assert raises(partial(graph.visit, lambda _: graph.add("d"))) == (
        RuntimeError,
        "the Graph is in use by a call that reads it, and cannot be changed until that is over",
    )
    assert raises(partial(graph.visit, lambda node: node.missing))[0] is AttributeError


def test_a_change_through_a_handle_is_one_of_its_graph(m: ModuleType) -> None:
    graph = m.Graph()
    bound = graph.bind(graph.add("a"))
    text = "the Graph is in use by a call that reads it, and cannot be changed until that is over"
    assert raises(partial(graph.visit, lambda _: bound.graph.add("b"))) == (RuntimeError, text)


def test_what_a_result_points_into_is_kept(m: ModuleType) -> None:
    parser = m.Parser("some words".upper())
    gc.collect()
    assert list(parser) == ["SOME", "WORDS"]
    assert raises(parser.__next__)[0] is StopIteration
    data = bytearray(b"x y")
    parser = m.Parser(data)
    assert raises(partial(data.append, 1))[0] is BufferError
    assert parser.__next__() == "x"
    del parser
    gc.collect()
    data.append(1)


def test_pointers_that_move(m: ModuleType) -> None:
    table = m.Table()
    first = table.append(1)
    second = table.append(2)
    assert (first.value, second.value) == (1, 2)  # they are items of the list
    assert first is table.rows[0]
    apart = table.apart()
    assert apart.value == 0
    table.append(3)
    assert raises(lambda: apart.value) == (
        ReferenceError,
        "the Table.Row is gone, or may be: what it was in has been changed since; ask for it again, or say "
        ".stable = true of the class that it is in, if that leaves it where it is",
    )
    row = table.first()
    assert row.value == 1
    assert raises(partial(setattr, row, "value", 3)) == (
        TypeError,
        "this Table.Row is read-only: what gave it gave a *const pointer",
    )
    rows: list[Any] = []
    table.each(lambda row: rows.append((row.value, row)))
    assert [value for value, _ in rows] == [1, 2, 3]
    for _, row in rows:
        assert raises(partial(getattr, row, "value")) == (
            ReferenceError,
            "the Table.Row was lent to a callback, which is over",
        )


def test_memory_returns(m: ModuleType) -> None:
    """100,000 nodes, forgotten with their graph and without a destroy()."""

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096

    def build() -> None:
        graph = m.Graph()
        nodes = [graph.add(str(number)) for number in range(100_000)]
        for one, other in itertools.pairwise(nodes):
            graph.connect(one, other)
        assert len(graph) == 100_000

    def after_builds() -> int:
        for _ in range(3):
            build()
        gc.collect()
        return resident()

    if not Path("/proc/self/statm").exists():
        pytest.skip("the resident size is read on Linux only")
    # A build takes about 100 MB. What the allocators, and Linux with its large pages, keep of it for the next one differs
    # by some 40, once; what is lost would be lost each time.
    held = [after_builds()]
    while len(held) < 5:
        held.append(after_builds())
        if held[-1] - held[-2] < 32_000_000:
            return
    pytest.fail(f"bytes of the process, after three builds each: {held}")


def test_nothing_leaks(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    graph = m.Graph()
    node = graph.add("a")

    def use() -> None:
        graph.bind(node).graph.bind(node).node.degree()
        graph.bound()
        graph.all()
        m.Parser("a b").__next__()
        m.Parser(bytearray(b"a b")).__next__()

    def fail() -> None:
        graph.visit(lambda _: 1 // 0)

    for function in (
        use,
        fail,
        lambda: graph.visit(lambda node: node.degree() == 0),
        lambda: m.Table().append(1).value,
    ):
        assert growth(function) < 1


def test_threads(m: ModuleType) -> None:
    graph = m.Graph()

    def work(worker: int) -> None:
        for number in range(300):
            node = graph.add(f"{worker} {number}")
            bound = graph.bind(node)
            assert bound.node.name == f"{worker} {number}"
            assert bound.size() > 0

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(graph) == 2400
