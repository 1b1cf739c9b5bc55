"""The examples of the source tree, built by the installed package: what they do, beside pure Python and other libraries."""

from __future__ import annotations

import gc
import importlib.util
import inspect
import os
import pickle
import random
import subprocess
import sys
import sysconfig
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("ziglang", reason="no Zig to compile the examples with: pip install 'nano-ffi[zig]'")

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
FILES = EXAMPLES / "sexp" / "files"


def python_module(name: str) -> ModuleType:
    """A Python file of the examples: `graph.pure`."""
    path = EXAMPLES.joinpath(*name.split(".")).with_suffix(".py")
    spec = importlib.util.spec_from_file_location(f"examples.{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look for it there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def built(zig_cache: Path) -> Callable[[str], ModuleType]:
    """The module that an example's Zig file is, built for debugging."""
    import nano_ffi

    modules: dict[str, ModuleType] = {}

    def build(name: str) -> ModuleType:
        if name not in modules:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("NANO_FFI_MODE", "Debug")
                modules[name] = nano_ffi.load(EXAMPLES / name / f"{name}.zig")
        return modules[name]

    return build


@pytest.fixture(scope="session")
def graph(built: Callable[[str], ModuleType]) -> ModuleType:
    return built("graph")


@pytest.fixture(scope="session")
def sexp(built: Callable[[str], ModuleType]) -> ModuleType:
    return built("sexp")


@pytest.fixture(scope="session")
def typegraph(built: Callable[[str], ModuleType]) -> ModuleType:
    return built("typegraph")


@pytest.fixture(scope="session")
def pure_typegraph() -> ModuleType:
    return python_module("typegraph.pure")


@pytest.fixture(scope="session")
def pure_graph() -> ModuleType:
    return python_module("graph.pure")


@pytest.fixture(scope="session")
def pure_sexp() -> ModuleType:
    return python_module("sexp.pure")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def triangle(graph: Any) -> tuple[Any, list[Any], list[Any]]:
    """A view of a → b → c of kind 0 and a → c of kind 7; its nodes and edges."""
    view = graph.GraphView()
    nodes = [view.create_node(name) for name in "abc"]
    edges = [
        view.create_edge(nodes[0], nodes[1], 0, 2.5),
        view.create_edge(nodes[1], nodes[2]),
        view.create_edge(source=nodes[0], target=nodes[2], kind=7),
    ]
    return view, nodes, edges


def test_nodes_and_edges(graph: ModuleType) -> None:
    view, (a, b, c), (ab, bc, ac) = triangle(graph)
    assert (len(view), view.node_count(), view.edge_count()) == (3, 3, 3)
    assert [node.name for node in view.nodes()] == ["a", "b", "c"]
    assert view.edges() == [ab, bc, ac]
    assert (ab.source, ab.target, ab.kind, ab.weight, ab.id) == (a, b, 0, 2.5, 0)
    assert (bc.weight, ac.kind) == (1.0, 7)
    assert {a, b, c, *view.nodes()} == {a, b, c}
    assert (a == view.get_node(0), a == b, a in view) == (True, False, True)
    assert (repr(a), repr(ac)) == ("<Node 0 a>", "<Edge 2 a -> c>")


def test_attributes(graph: ModuleType) -> None:
    view = graph.GraphView()
    node = view.create_node("R1", {"value": "10k", "größe": "0603"})
    assert (node.get("value"), node.get("größe"), node.get("other")) == ("10k", "0603", None)
    assert node.attributes == {"value": "10k", "größe": "0603"}
    resistor = view.create(name="R2", ohm=4.7, pins=2, smd=True)
    assert (resistor.name, resistor.get("name"), resistor.get("smd")) == ("R2", "R2", True)
    assert list(resistor.attributes.items()) == [("name", "R2"), ("ohm", 4.7), ("pins", 2), ("smd", True)]
    assert [type(value) for value in resistor.attributes.values()] == [str, float, int, bool]
    assert (view.create(pins=3).name, view.create().attributes) == ("", {})
    kind, text = raises(lambda: view.create(name=3))
    assert (issubclass(kind, TypeError), text) == (True, "the name of a node is a str")
    assert raises(lambda: view.create(pins=[1]))[0] is TypeError
    wire = view.create_edge(node, resistor, name="wire", directed=False, attributes={"mm": 1.5})
    assert (wire.name, wire.directed, wire.get("mm"), wire.attributes) == ("wire", False, 1.5, {"mm": 1.5})
    assert repr(wire) == "<Edge 0 R1 -- R2>"
    assert view.create_edge(node, resistor).directed


def test_bound_edges(graph: ModuleType) -> None:
    view, (a, b, c), (ab, bc, ac) = triangle(graph)
    bound = view.bind_edge(ab)
    assert (bound.edge, bound.source.node, bound.target, bound.other(b)) == (ab, a, view.bind(b), view.bind(a))
    assert bound.g is view
    assert view.bind(a).g is view
    kept: list[Any] = []
    view.bind(a).visit(kept.append)
    view.bind(b).visit(kept.append, direction="both")
    view.bind(c).visit(kept.append, kind=7, direction="incoming")
    gc.collect()
    assert [found.edge for found in kept] == [ab, ac, bc, ab, ac]
    assert kept[2].target.g is view
    part = view.view()
    part.insert_edge(bc)
    assert part.bind_edge(bc).g is part
    assert raises(lambda: part.bind_edge(ab))[1] == "edge 0 is not in this view"
    loop = view.create_edge(a, a, 9)
    kept.clear()
    view.bind(a).visit(kept.append, 9, "both")
    assert [found.edge for found in kept] == [loop]


def test_edges_without_a_direction(graph: ModuleType) -> None:
    view, (a, _, c), _ = triangle(graph)
    assert view.shortest_path(c, a) is None
    wire = view.create_edge(a, c, 3, directed=False)
    path = view.shortest_path(c, a)
    assert (path.edges(), path.nodes()) == ([wire], [c, a])
    assert view.levels(c) == [1, 1, 1]


def test_a_node_for_the_graph_itself(graph: ModuleType) -> None:
    view, *_ = triangle(graph)
    itself = view.self_node()
    assert (len(view), itself.node.name, itself.g is view) == (4, "self", True)
    assert view.view().self_node().node == view.self_node().node == itself.node


def test_objects_of_nodes(graph: ModuleType) -> None:
    class Thing:
        pass

    view = triangle(graph)[0]
    a, b, _ = view.nodes()
    thing = Thing()
    gone = weakref.ref(thing)
    view.set_data(a, thing)
    assert (view.bind(a).get_data(), view.bind(b).get_data()) == (thing, None)
    del thing
    assert gone() is view.bind(a).get_data()
    view.set_data(a, 5)
    assert gone() is None
    assert view.bind(a).get_data() == 5
    view.set_data(a, None)
    assert view.bind(a).get_data() is None
    thing = Thing()
    gone = weakref.ref(thing)
    view.set_data(b, thing)
    del thing, view, a, b, _
    gc.collect()
    assert gone() is None


def test_a_subgraph_of_bound_nodes(graph: ModuleType) -> None:
    view, (a, b, c), (_, _, ac) = triangle(graph)
    part = view.subgraph_of([view.bind(a), view.bind(c)])
    assert (part.nodes(), part.edges()) == ([a, c], [ac])
    assert view.subgraph_of(part.bind(node) for node in part.nodes()).edges() == [ac]
    lone = view.view()
    lone.insert_node(b)
    assert raises(lambda: lone.subgraph_of([view.bind(a)]))[1] == "node 0 'a' is not in this view"
    other = graph.GraphView()
    bound = other.bind(other.create_node("b"))
    assert raises(lambda: view.subgraph_of([bound]))[0].__name__ == "OtherGraph"


def test_binding(graph: ModuleType) -> None:
    view, (a, _, c), (ab, bc, ac) = triangle(graph)
    bound = view.bind(a)
    assert (bound.node, bound.index, bound.out_degree(), bound.in_degree()) == (a, 0, 2, 0)
    assert (bound.edges(), bound.edges(7), bound.edges(kind=9)) == ([ab, ac], [ac], [])
    assert (view.bind(c).incoming_edges(), view.bind(c).incoming_edges(0)) == ([bc, ac], [bc])
    part = view.view()
    kind, text = raises(lambda: part.bind(a))
    assert (issubclass(kind, graph.GraphError), kind.__name__) == (True, "NotInView")
    assert text == "node 0 'a' is not in this view"


def test_visits(graph: ModuleType) -> None:
    view, (a, b, _), (ab, bc, ac) = triangle(graph)
    seen: list[Any] = []
    view.bind(a).visit_edges(seen.append)
    assert seen == [ab, ac]
    view.bind(a).visit_edges(seen.append, kind=7)
    assert seen == [ab, ac, ac]

    def fail(edge: Any) -> None:
        raise LookupError(edge.target.name)

    assert raises(lambda: view.bind(b).visit_edges(fail)) == (LookupError, "c")
    assert raises(lambda: view.bind(a).visit_edges(lambda _: view.create_node("d"))) == (
        RuntimeError,
        "the GraphView is in use by a call that reads it, and cannot be changed until that is over",
    )
    assert len(view) == 3
    # What a visit was given can be kept.
    kept = triangle(graph)[0].get_node(0)
    gc.collect()
    assert kept.name == "a"
    assert [edge.target.name for edge in seen] == ["b", "c", "c"]
    assert bc.source == b


def test_breadth_first(graph: ModuleType) -> None:
    view, (a, b, c), _ = triangle(graph)
    seen: list[tuple[str, int]] = []

    def visit(bound: Any, distance: int) -> bool:
        seen.append((bound.node.name, distance))
        return bool(bound.node.name != "b")

    view.bfs(a, visit)
    assert seen == [("a", 0), ("b", 1), ("c", 1)]
    seen.clear()
    view.bfs(a, visit, kind=0)
    assert seen == [("a", 0), ("b", 1)]
    assert (view.levels(a), view.levels(a, 0), view.levels(c)) == ([1, 2], [1, 1, 1], [1])
    kind, text = raises(lambda: view.bfs(b, lambda bound, _: bound.index))
    assert kind is TypeError
    assert "bool" in text


def test_paths(graph: ModuleType) -> None:
    view, (a, b, c), (ab, bc, ac) = triangle(graph)
    path = view.shortest_path(a, c)
    assert (len(path), path.edges(), path.nodes(), path.weight()) == (1, [ac], [a, c], 1.0)
    path = view.shortest_path(a, c, kind=0)
    assert (len(path), path.edges(), path.nodes(), path.weight()) == (2, [ab, bc], [a, b, c], 3.5)
    assert view.shortest_path(c, a) is None
    assert len(view.shortest_path(b, b)) == 0
    view.destroy()
    assert [node.name for node in path.nodes()] == ["a", "b", "c"]


def test_subgraphs(graph: ModuleType) -> None:
    view, (a, b, c), (ab, bc, ac) = triangle(graph)
    part = view.subgraph([0, 2])
    assert (part.nodes(), part.edges()) == ([a, c], [ac])
    assert (part.insert_edge(ab), part.insert_edge(ab), part.insert_node(b)) == (True, False, False)
    assert part.edges() == [ac, ab]
    near = view.neighborhood(b, 1)
    assert (near.nodes(), near.edges()) == ([b, c], [bc])
    part.insert_subgraph(near)
    assert set(part.edges()) == {ab, bc, ac}
    assert raises(lambda: view.subgraph([9]))[1] == "no node in this view has the id 9"
    assert raises(lambda: part.insert_subgraph(part))[0] is ValueError


def test_graphs_are_apart(graph: ModuleType) -> None:
    view, (a, *_), (ab, *_) = triangle(graph)
    other = graph.GraphView()
    b = other.create_node("b")
    for function in (
        lambda: other.insert_node(a),
        lambda: other.insert_edge(ab),
        lambda: other.create_edge(a, b),
        lambda: other.insert_subgraph(view),
        lambda: other.bind(a),
    ):
        kind, text = raises(function)
        assert (kind.__name__, text) == ("OtherGraph", "nodes and edges of another graph cannot be used here")
    assert a not in other


def test_nodes_live_as_long_as_their_view(graph: ModuleType) -> None:
    view, (a, b, _), (ab, *_) = triangle(graph)
    part = view.subgraph([0])
    also_a = part.get_node(0)
    bound = view.bind(b)
    view.destroy()
    for use in (lambda: a.name, lambda: ab.source, bound.edges):
        kind, text = raises(use)
        assert kind is ReferenceError
        assert text.endswith(" is gone: the GraphView that it was in has been destroyed")
    for use in (lambda: len(view), view.destroy):
        assert raises(use) == (ReferenceError, "the GraphView has been destroyed")
    assert also_a.name == "a"  # by another view, which is there
    lone = graph.GraphView().create_node("lone")
    gc.collect()
    assert lone.name == "lone"  # it keeps its view


def test_only_a_view_makes_nodes(graph: ModuleType) -> None:
    view, (a, *_), _ = triangle(graph)
    for name in ("Node", "Edge", "BoundNode", "Path"):
        assert raises(getattr(graph, name))[1].startswith(f"cannot create '{name}' objects: its field ")
    assert raises(lambda: setattr(a, "id", 5))[0] is TypeError
    assert view.get_node(0).id == 0
    # A view that nodes came from is not replaced under them.
    assert raises(view.__init__) == (TypeError, "this GraphView cannot be initialised again")
    assert a.name == "a"


@pytest.mark.parametrize("seed", range(5))
def test_as_in_pure_python(graph: ModuleType, pure_graph: ModuleType, seed: int) -> None:
    """Random graphs and walks give the same numbers in both."""

    def numbers(module: Any) -> list[Any]:
        choose = random.Random(seed)
        view = module.GraphView()
        nodes = [view.create_node(f"node {number}") for number in range(60)]
        for _ in range(choose.randrange(120)):
            kind, is_directed = choose.randrange(3), choose.random() < 0.8
            view.create_edge(choose.choice(nodes), choose.choice(nodes), kind, directed=is_directed)
        part = view.subgraph(choose.sample(range(60), 30))
        part.insert_subgraph(view.neighborhood(nodes[0], 2))
        found: list[Any] = [view.edge_count(), len(part), [edge.id for edge in part.edges()]]
        for node in nodes:
            bound = view.bind(node)
            links: list[Any] = []
            bound.visit(links.append, None, choose.choice(["outgoing", "incoming", "both"]))
            found.append([(link.edge.id, link.other(node).index) for link in links])
            found += [bound.out_degree(), bound.in_degree(), [edge.id for edge in bound.edges(1)]]
            found.append(view.levels(node, choose.choice([None, 0, 1, 2])))
            path = view.shortest_path(node, choose.choice(nodes))
            found.append(None if path is None else [[edge.id for edge in path.edges()], len(path), path.weight()])
            steps: list[tuple[int, int]] = []

            def visit(bound: Any, distance: int, steps: list[tuple[int, int]] = steps) -> bool:
                steps.append((bound.node.id, distance))
                return distance < 3

            view.bfs(node, visit)
            found.append(steps)
        return found

    assert numbers(graph) == numbers(pure_graph)


def run(folder: str, file: str, *arguments: str) -> str:
    environment = {**os.environ, "NANO_FFI_MODE": "Debug"}
    command = [sys.executable, str(EXAMPLES / folder / file), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc, which only Linux has")
def test_memory_returns(graph: ModuleType) -> None:
    """Graphs of 20,000 nodes, made and dropped: what one takes is free afterwards, and rounds add nothing."""
    lines = run("graph", "stress.py", "20000", "6").splitlines()
    assert len(lines) == 6
    taken = [float(line.split(", ")[1].split()[0]) for line in lines]
    left = [float(line.split(", ")[2].split()[0]) for line in lines]
    assert taken[0] > 5
    # A free-threaded CPython's allocator keeps what a round took for the next one.
    kept = 1.5 if sysconfig.get_config_var("Py_GIL_DISABLED") else 0.5
    assert max(left) < kept * taken[0]
    assert left[5] - left[3] < 1


def test_the_graph_benchmark_runs(graph: ModuleType) -> None:
    pytest.importorskip("networkx", reason="the benchmark compares with networkx: pip install networkx")
    rows = run("graph", "benchmark.py", "400").splitlines()
    assert len(rows) == 2 + 8
    assert all(row.count("|") == 7 for row in rows)


# Types and their instances.


def divider(module: Any) -> tuple[Any, Any]:
    """A graph with pins, resistors of two, dividers of two of these, and one divider."""
    graph = module.TypeGraph()
    pin, resistor, kind = (graph.add_type(name) for name in ("Pin", "Resistor", "Divider"))
    graph.add_child(resistor, "p1", pin)
    graph.add_child(resistor, "p2", pin, number=2, name="minus")
    graph.add_child(kind, "top", resistor, value=10, smd=True)
    graph.add_child(kind, "bottom", resistor, value=4.7)
    graph.add_reference(kind, "out", ["top", "p2"])
    graph.add_link(kind, ["out"], ["bottom", "p1"], "net")
    graph.add_link(kind, ["top"], ["bottom"])
    return graph, graph.instantiate(kind, "d", place="A1")


def test_types_and_instances(typegraph: ModuleType) -> None:
    graph, d = divider(typegraph)
    kind = graph.get_type("Divider")
    assert (repr(kind), kind.name, d.type == kind, len(graph), d in graph) == (
        "<Type Divider>",
        "Divider",
        True,
        7,
        True,
    )
    assert kind.children() == [("top", graph.get_type("Resistor")), ("bottom", graph.get_type("Resistor"))]
    assert (repr(d), d.id, d.parent, d.path()) == ("<Divider 0 d>", 0, None, ["d"])
    top, bottom = d.children()
    assert (top.name, top.parent, top.type.name, d.child("top"), d.child("p1")) == ("top", d, "Resistor", top, None)
    p1, p2 = top.children()
    assert p2.path() == ["d", "top", "p2"]
    assert dict(d.attributes) == {"place": "A1"}
    assert top.attributes.todict() == {"value": 10, "smd": True}
    assert [type(value) for value in p2.attributes.values()] == [int, str]
    assert (d.references(), p2.links(), top.links(), p1.links()) == (
        [("out", p2)],
        [("net", bottom.child("p1"))],
        [("", bottom)],
        [],
    )
    assert raises(lambda: setattr(d, "name", "x"))[0] is AttributeError
    for name in ("Node", "Type"):
        assert raises(getattr(typegraph, name))[0] is TypeError


def test_paths_resolve(typegraph: ModuleType) -> None:
    graph, d = divider(typegraph)
    step, edge = typegraph.EdgeTraversal, typegraph.Edge
    p2 = d.child("top").child("p2")
    for path in (["top", "p2"], ("out",), [step("child", "top"), "p2"], [step(edge.reference, name="out")]):
        assert graph.resolve(d, path) == p2
    assert graph.resolve(p2, [step("link", "net"), step("parent"), step("parent")]) == d
    assert graph.resolve(d, []) == d
    assert (step("child").edge == "child", step("link", "a"), {step("parent")} == {step(edge.parent)}) == (
        True,
        step(edge.link, "a"),
        True,
    )
    assert graph.trace(d, ["out", step("parent")]) == [("out", p2), (step("parent"), p2.parent)]


def test_a_path_that_leads_nowhere(typegraph: ModuleType) -> None:
    graph, d = divider(typegraph)
    step = typegraph.EdgeTraversal

    def caught(function: Callable[[], Any]) -> Any:
        with pytest.raises(typegraph.PathError) as error:
            function()
        return error.value

    error = caught(lambda: graph.resolve(d, ["top", "p3", step("parent")]))
    assert (error.kind == "no_name", error.index, error.segment, error.node is d.child("top")) == (True, 1, "p3", True)
    assert error.path == ["top", "p3", step("parent")]
    assert str(error) == "<Resistor 1 top> has no child or reference for segment 1 of the path, 'p3'"
    assert issubclass(type(error), LookupError)
    match error:
        case typegraph.PathError(kind, _, index, segment, node):
            assert (kind.value, index, segment, node.name) == ("no_name", 1, "p3", "top")
    again = pickle.loads(pickle.dumps(error))
    assert (again.path, again.node, str(again)) == (error.path, None, str(error))
    for segment, kind in (("child", "no_child"), ("parent", "no_parent"), ("reference", "no_reference")):
        error = caught(partial(graph.trace, d, ["bottom", step("parent"), step(segment, "x")]))
        assert (error.kind == kind, error.index, error.node) == (True, 2, d)
    error = caught(lambda: graph.resolve(d, [step("link", "x")]))
    assert str(error) == "<Divider 0 d> has no link for segment 0 of the path, link 'x'"
    # What cannot be made leaves nothing, but the node that an error has.
    graph.add_reference(d.type, "in", ["left", "p1"])
    error = caught(lambda: graph.instantiate(d.type, "other"))
    assert (repr(error.node), len(graph)) == ("<Divider 7 other>", 7)
    del graph, d
    gc.collect()
    assert error.node.child("top").path() == ["other", "top"]
    for wrong, text in (([3], "'path[0]' must be a str or an EdgeTraversal"), ("top", "'path' must be")):
        graph, d = divider(typegraph)
        kind, message = raises(partial(graph.resolve, d, wrong))
        assert (kind, text in message) == (TypeError, True), message


def test_queries(typegraph: ModuleType) -> None:
    graph, d = divider(typegraph)
    pin, resistor = graph.get_type("Pin"), graph.get_type("Resistor")
    top, bottom = d.children()
    assert graph.query(types=[resistor]) == [(top, resistor), (bottom, resistor)]
    assert [node.path()[1:] for node, _ in graph.query(types=(pin,), within=bottom)] == [
        ["bottom", "p1"],
        ["bottom", "p2"],
    ]
    assert len(graph.query()) == 7
    assert graph.query(types=[]) == []
    for filters, found in (
        ({"value": 10}, [top]),
        ({"value": 10.0, "smd": True}, [top]),
        ({"value": 4.7}, [bottom]),
        ({"smd": 1}, []),
        ({"value": 10, "smd": False}, []),
        ({"place": "A1"}, [d]),
    ):
        assert [node for node, _ in graph.query(**filters)] == found
    assert [node.type for node, _ in graph.query(types=iter([pin, resistor]), number=2)] == [pin, pin]
    out, net = d.references()[0][1], bottom.child("p1")
    assert graph.links() == [(top, "", bottom), (out, "net", net)]
    assert (graph.links("net", within=top), graph.links("net", bottom)) == ([(out, "net", net)], [])
    assert raises(lambda: graph.query(types=[pin, "Pin"])) == (
        TypeError,
        "query(): parameter 'types[1]' must be a Type (*const Type), not str",
    )


def test_type_graphs_are_apart(typegraph: ModuleType) -> None:
    graph, d = divider(typegraph)
    other = typegraph.TypeGraph()
    kind = other.add_type("Pin")
    for function in (
        lambda: other.instantiate(d.type),
        lambda: other.add_child(kind, "x", d.type),
        lambda: other.add_reference(d.type, "x", []),
        lambda: other.add_link(d.type, [], []),
        lambda: other.resolve(d, []),
        lambda: other.query(types=[kind, d.type]),
        lambda: other.query(within=d),
    ):
        name, text = raises(function)
        assert (name.__name__, text) == ("OtherGraph", "types and nodes of another graph cannot be used here")
    assert d not in other
    for function, text in (
        (lambda: other.add_type("Pin"), "there is a type 'Pin' already"),
        (lambda: graph.add_reference(d.type, "top", []), "the type 'Divider' has a 'top' already"),
        (lambda: other.get_type("Diode"), "there is no type 'Diode'"),
    ):
        error, message = raises(function)
        assert (issubclass(error, typegraph.TypeGraphError), message) == (True, text)
    other.add_child(kind, "self", kind)
    assert raises(lambda: other.instantiate(kind))[1] == "'Pin' is in itself, or deeper than 200 types"
    assert len(other) == 0
    graph.destroy()
    assert raises(lambda: d.name)[0] is ReferenceError


@pytest.mark.parametrize("seed", range(5))
def test_types_as_in_pure_python(typegraph: ModuleType, pure_typegraph: ModuleType, seed: int) -> None:
    """Random types, paths and queries give the same in both."""

    def results(module: Any) -> list[Any]:
        choose = random.Random(seed)
        graph = module.TypeGraph()
        types = [graph.add_type(f"T{number}") for number in range(8)]
        for number, kind in enumerate(types[1:], 1):
            for child in range(choose.randrange(1, 4)):
                graph.add_child(kind, f"c{child}", types[choose.randrange(number)], n=choose.randrange(3))
            graph.add_reference(kind, "ref", ["c0"])
            graph.add_link(kind, ["c0"], ["ref"], f"l{choose.randrange(2)}")
        roots = [graph.instantiate(choose.choice(types), x=choose.random() < 0.5) for _ in range(5)]
        found: list[Any] = [len(graph)]
        words = ["c0", "c1", "c2", "ref"]
        for root in roots * 6:
            steps: list[Any] = []
            for _ in range(choose.randrange(5)):
                edge = choose.choice(["child", "parent", "reference", "link"])
                name = choose.choice([*words, "l0", "l1"])
                steps.append(choose.choice([name, module.EdgeTraversal(edge, name)]))
            try:
                found.append([node.id for _, node in graph.trace(root, steps)])
                found.append(graph.resolve(root, steps).path())
            except LookupError as error:
                wrong: Any = error
                found.append([str(error), wrong.index, wrong.node.id, str(getattr(wrong.kind, "value", wrong.kind))])
            some = choose.sample(types, 3)
            found.append([node.id for node, kind in graph.query(types=some, within=root, n=choose.randrange(3))])
            found.append([(a.id, name, b.id) for a, name, b in graph.links(choose.choice([None, "l0"]), root)])
        return found

    assert results(typegraph) == results(pure_typegraph)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc, which only Linux has")
def test_memory_of_types_returns(typegraph: ModuleType) -> None:
    lines = run("typegraph", "stress.py", "20000", "30").splitlines()
    taken = [float(line.split(", ")[1].split()[0]) for line in lines]
    left = [float(line.split(", ")[2].split()[0]) for line in lines]
    assert len(lines) == 30
    # The allocators keep about half of a round for the next ones, which they take bit by bit, and a free-threaded
    # CPython's all of it; what is lost would add up.
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        assert max(left[15:]) - max(left[:15]) < 5
    else:
        assert 3 < taken[0] > max(left)


def test_the_typegraph_benchmark_runs(typegraph: ModuleType) -> None:
    rows = run("typegraph", "benchmark.py", "5").splitlines()
    assert len(rows) == 2 + 8
    assert all(row.count("|") == 5 for row in rows)


# S-expressions.


def texts() -> list[Path]:
    found = sorted(FILES.iterdir())
    assert {path.suffix for path in found} == CLASSES.keys()
    return found


CLASSES = {
    ".kicad_mod": "kicad.Footprint",
    ".kicad_pcb": "kicad.Board",
    ".kicad_sym": "kicad.SymbolLibrary",
    ".kicad_sch": "schematic.Schematic",
    ".net": "netlist.Netlist",
    "": "lib_table.FootprintTable",
    ".kicad5_mod": "kicad5.Footprint",
}


def file_class(sexp: Any, path: Path) -> Any:
    namespace, name = CLASSES[path.suffix].split(".")
    return getattr(getattr(sexp, namespace), name)


def test_tokens(sexp: ModuleType, pure_sexp: ModuleType) -> None:
    tokens = sexp.tokenize('(at -1.5\n  "ü \\" x" y) ; end')
    assert [(token.kind.name, token.text, token.line, token.column) for token in tokens] == [
        ("open", "(", 1, 1),
        ("symbol", "at", 1, 2),
        ("number", "-1.5", 1, 5),
        ("string", '"ü \\" x"', 2, 3),
        ("symbol", "y", 2, 12),
        ("close", ")", 2, 13),
    ]
    count = 0
    for path in texts():
        text = path.read_text(encoding="utf-8")
        ours = [(token.kind.name, token.text, token.line, token.column) for token in sexp.tokenize(text)]
        theirs = [(token.kind, token.text, token.line, token.column) for token in pure_sexp.tokenize(text)]
        assert ours == theirs
        count += len(ours)
    assert count > 2500


def test_trees(sexp: ModuleType) -> None:
    root = sexp.parse('(net 1 "a\\nb" () (x 2) (x 3))').root()
    assert (root.kind.name, root.head(), len(root), root.line, root.column) == ("list", "net", 6, 1, 1)
    assert (root[1].number(), root[2].text, root[-1][1].number(), len(root[3])) == (1.0, "a\nb", 3.0, 0)
    assert (root.find("x"), root.find("y"), root.find_all("x")) == (root[4], None, [root[4], root[5]])
    assert [item.kind.name for item in root.items()] == ["symbol", "number", "string", "list", "list", "list"]
    assert list(root) == root.items()
    assert bool(root[3]) is True
    assert repr(root[4]) == "<list (x …) at 1:18>"
    assert raises(lambda: root[6])[1] == "the index 6 of a list of 6 items"
    assert issubclass(raises(lambda: root[-7])[0], IndexError)


def test_a_node_keeps_the_text(sexp: ModuleType) -> None:
    nodes = [sexp.parse(f'(a "{"text " * 100}{number}" (b {number}))').root().find("b") for number in range(200)]
    gc.collect()
    assert [node[1].number() for node in nodes] == list(range(200))


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.name)
def test_files_come_back(sexp: ModuleType, pure_sexp: ModuleType, path: Path) -> None:
    """As a tree and as typed objects, to the byte, also from a text without lines."""
    text = path.read_text(encoding="utf-8")
    tree = sexp.parse(text)
    assert tree.write() == sexp.format(text) == pure_sexp.format(text) == text
    assert sexp.format(" ".join(token.text for token in sexp.tokenize(text))) == text
    File = file_class(sexp, path)  # noqa: N806
    file = File.loads(text)
    # KiCad 5 wrote quotes only where they are needed.
    assert file.dumps() == text or path.suffix == ".kicad5_mod"
    again = File.loads(file.dumps())
    assert again == file
    assert repr(again) == repr(file)


def test_a_netlist(sexp: ModuleType) -> None:
    netlist = sexp.netlist.Netlist.loads((FILES / "divider.net").read_text(encoding="utf-8"))
    assert {part.ref: part.value for part in netlist.components.components} == {"R1": "10k", "R2": "4k7"}
    assert (netlist.net_of("R1", "1"), netlist.net_of("R2", "2"), netlist.net_of("R3", "1")) == ("/OUT", "/OUT", None)
    assert netlist.design.tool == "Eeschema 8.0.4"
    netlist.nets.nets[0].nodes.append(sexp.netlist.Node(ref="J1", pin="1"))
    assert sexp.netlist.Netlist.loads(netlist.dumps()).net_of("J1", "1") == "+5V"


def test_a_schematic(sexp: ModuleType) -> None:
    sheet = sexp.schematic.Schematic.loads((FILES / "divider.kicad_sch").read_text(encoding="utf-8"))
    second = sheet.symbol("R2")
    assert (second.property("Value"), second.dnp, sheet.symbol("R3")) == ("4k7", True, None)
    assert sheet.lib_symbols.symbols[0].units[1].pins[0].type == "passive"
    assert [wire.stroke.type for wire in sheet.wires] == ["default", "dash"]
    assert sheet.labels[0].effects.justify == ["left", "bottom"]
    assert sheet.extra[0].startswith("(sheet_instances")


def test_a_table_of_libraries(sexp: ModuleType) -> None:
    table = sexp.lib_table.FootprintTable.loads((FILES / "fp-lib-table").read_text(encoding="utf-8"))
    assert [(library.name, library.disabled) for library in table.libraries] == [("Resistor_SMD", None), ("mine", True)]
    symbols = sexp.lib_table.SymbolTable(7, table.libraries)
    assert symbols.dumps() == table.dumps().replace("fp_lib_table", "sym_lib_table")
    assert raises(lambda: sexp.lib_table.FootprintTable.loads(symbols.dumps()))[0].__name__ == "WrongTag"


def test_a_footprint_of_kicad_5(sexp: ModuleType) -> None:
    footprint = sexp.kicad5.Footprint.loads((FILES / "R_0603.kicad5_mod").read_text(encoding="utf-8"))
    assert (footprint.name, footprint.layer, footprint.tedit, footprint.attr) == ("R_0603", "F.Cu", "5F68FEEE", "smd")
    assert [(pad.number, pad.type, pad.layers[0]) for pad in footprint.pads] == [
        ("1", "smd", "F.Cu"),
        ("2", "smd", "F.Cu"),
    ]
    assert footprint.extra[0].startswith("(fp_circle")


def test_a_board_is_edited(sexp: ModuleType) -> None:
    text = (FILES / "divider.kicad_pcb").read_text(encoding="utf-8")
    board = sexp.kicad.Board.loads(text)
    assert (board.version, board.general.thickness, len(board.footprints)) == (20241229, 1.6, 2)
    first = board.footprints[0]
    assert (first.property("Value"), first.property("None"), first.at.angle) == ("10k", None, 90.0)
    assert [(pad.number, pad.net.name, pad.shape.name) for pad in first.pads] == [
        ("1", "/OUT", "roundrect"),
        ("2", "+5V", "roundrect"),
    ]
    board.general.thickness = 0.8
    board.nets[3].name = 'a "b"\\'
    board.nets.append(sexp.kicad.Net(4, "/NEW"))
    first.pads[0].size.width = 0.9
    del board.segments[0]
    again = sexp.kicad.Board.loads(board.dumps())
    assert again == board
    assert (again.general.thickness, again.nets[3].name, again.nets[4].name) == (0.8, 'a "b"\\', "/NEW")
    assert (again.footprints[0].pads[0].size.width, len(again.segments)) == (0.9, 2)


def test_what_no_field_is_for(sexp: ModuleType) -> None:
    text = (FILES / "R_0603.kicad_mod").read_text(encoding="utf-8")
    strange = text[:-2] + '\t(strange 1\n\t\t(thing "x")\n\t)\n)\n'
    footprint = sexp.kicad.Footprint.loads(strange)
    assert footprint.extra == ['(strange 1\n\t\t(thing "x")\n\t)']
    assert footprint.dumps() == strange
    footprint.extra = [*footprint.extra, ")"]
    assert raises(footprint.dumps)[1] == "UnbalancedParenthesis"
    footprint.extra = []
    assert footprint.dumps() == text


def test_signatures(sexp: ModuleType) -> None:
    signature = str(inspect.signature(sexp.kicad.Font))
    assert signature == "(face=None, *, size, thickness=None, bold=None, italic=None)"
    assert pickle.loads(pickle.dumps(sexp.kicad.PadType.smd)) is sexp.kicad.PadType.smd
    assert str(inspect.signature(sexp.kicad5.Pad)).startswith("(*, number, type, shape, at, size, drill=None, layers,")
    assert raises(lambda: sexp.kicad.Symbol("Wire"))[0] is TypeError
    assert sexp.kicad.PadType("smd") == "smd"
    assert f"{sexp.kicad.PadType.thru_hole}" == "thru_hole"


def test_a_symbol_of_ones_own(sexp: ModuleType) -> None:
    kicad = sexp.kicad
    effects = kicad.Effects(kicad.Font(size=kicad.Extent(1.27, 1.27)), justify=["left"])
    symbol = kicad.Symbol(name="Wire", properties=[kicad.Property("Value", "w", kicad.At(0, 1.5), effects=effects)])
    library = kicad.SymbolLibrary(version=20241209, generator="example", symbols=[symbol])
    assert library.dumps() == (
        '(kicad_symbol_lib\n\t(version 20241209)\n\t(generator "example")\n\t(symbol "Wire"\n'
        '\t\t(property "Value" "w"\n\t\t\t(at 0 1.5)\n\t\t\t(effects\n\t\t\t\t(font\n\t\t\t\t\t(size 1.27 1.27)\n'
        "\t\t\t\t)\n\t\t\t\t(justify left)\n\t\t\t)\n\t\t)\n\t)\n)\n"
    )
    assert kicad.SymbolLibrary.loads(library.dumps()) == library
    symbol.properties[0].at = kicad.At(float("nan"), 0)
    library.symbols = [symbol]
    assert raises(library.dumps)[1] == "a number is infinite or NaN, which (kicad_symbol_lib …) cannot hold"


SYNTAX = {
    "": ("UnexpectedEnd", "line 1, column 1: the text ends here, with nothing in it\n    \n    ^"),
    "(a\n  (b": ("UnexpectedEnd", "line 2, column 5: the text ends here, and lists are open\n    (b\n      ^"),
    "(a))": ("UnbalancedParenthesis", "line 1, column 4: the expression has ended before\n    (a))\n       ^"),
    ")": ("UnbalancedParenthesis", "line 1, column 1: nothing is open here\n    )\n    ^"),
    "a b": ("NotOneExpression", "line 1, column 3: the expression has ended before\n    a b\n      ^"),
    '(ü\n\t(x "y)': ("UnterminatedString", 'line 2, column 5: the string has no end\n    (x "y)\n       ^'),
}


@pytest.mark.parametrize("text", SYNTAX, ids=repr)
def test_wrong_syntax(sexp: ModuleType, text: str) -> None:
    name, message = SYNTAX[text]
    kind, said = raises(lambda: sexp.parse(text))
    assert (kind.__name__, said) == (name, message)
    assert issubclass(kind, sexp.SyntaxError)


FORMATS = {
    "(other)": ("WrongTag", 1, "expected (footprint …), not (other)"),
    '(footprint "a")': ("MissingField", 1, "(footprint …) has no (layer …)"),
    "(footprint)": ("MissingValue", 1, "(footprint) has no value 'name'"),
    '(footprint "a" b)': ("TooManyValues", 16, "(footprint …) has one value more than expected: b"),
    '(footprint "a" (version 1.5))': ("WrongValue", 25, "expected a whole number (u32), not 1.5"),
    '(footprint "a" (layer))': ("MissingValue", 16, "(layer) has no value"),
    '(footprint "a" (layer "b") (layer "c"))': ("SecondField", 28, "a second (layer …) in (footprint …)"),
    '(footprint "a" (locked maybe))': ("WrongValue", 24, "expected yes or no, not maybe"),
    '(footprint "a" (at 1 (x)))': ("MissingValue", 16, "(at …) has no value 'y'"),
    '(footprint "a" (at 1 2 3 (x)))': ("UnknownField", 26, "(x) is unknown in (at …)"),
    '(footprint "a" (fp_text label))': (
        "WrongValue",
        25,
        "expected reference, value or user, not label",
    ),
}


@pytest.mark.parametrize("text", FORMATS)
def test_wrong_files(sexp: ModuleType, text: str) -> None:
    name, column, message = FORMATS[text]
    kind, said = raises(lambda: sexp.kicad.Footprint.loads(text))
    caret = " " * (4 + column - 1) + "^"
    assert (kind.__name__, said) == (name, f"line 1, column {column}: {message}\n    {text}\n{caret}")
    assert issubclass(kind, sexp.FormatError)


ATOMS = st.one_of(
    st.sampled_from(["a", "xy", "-", "1x", "ü"]),
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(
        lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    ),
)
EXPRESSIONS = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=5).map(lambda items: "(" + " ".join(items) + ")"), max_leaves=30
)


@settings(deadline=None, max_examples=200)
@given(text=EXPRESSIONS)
def test_any_expression(sexp: ModuleType, pure_sexp: ModuleType, text: str) -> None:
    def shape(node: Any, items: Callable[[Any], list[Any]], kind: Callable[[Any], str]) -> Any:
        if kind(node) == "list":
            return [shape(item, items, kind) for item in items(node)]
        return kind(node), node.text, node.line, node.column

    tree = sexp.parse(text)
    pretty = tree.write()
    assert sexp.format(pretty) == pretty == pure_sexp.format(text)
    ours = shape(tree.root(), lambda node: node.items(), lambda node: node.kind.name)
    theirs = shape(pure_sexp.parse(text), lambda node: node.items, lambda node: node.kind)
    assert ours == theirs


def test_the_sexp_benchmark_runs(sexp: ModuleType) -> None:
    pytest.importorskip("sexpdata", reason="the benchmark compares with sexpdata: pip install sexpdata")
    rows = run("sexp", "benchmark.py", "2").splitlines()
    assert len(rows) == 2 + 7
    assert all(row.count("|") == 7 for row in rows)


def test_nothing_leaks(graph: ModuleType, sexp: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    text = (FILES / "R_0603.kicad_mod").read_text(encoding="utf-8")
    view, (a, _, c), _ = triangle(graph)
    for function in (
        lambda: triangle(graph),
        lambda: view.subgraph([0, 1]).nodes(),
        lambda: view.subgraph([0, 9]),
        lambda: view.shortest_path(a, c).nodes(),
        lambda: view.bfs(a, lambda _bound, _distance: True),
        lambda: view.bind(a).visit_edges(lambda edge: edge.source),
        lambda: sexp.parse("(a (b))").root().items(),
        lambda: sexp.parse("(a (b)"),
        lambda: sexp.tokenize("(a b)"),
        lambda: sexp.kicad.Net(1, "a"),
        lambda: sexp.kicad.Footprint.loads("(footprint (at 1))"),
    ):
        assert growth(function) < 1
    before = growth(lambda: None)
    assert before < 1
    footprint = sexp.kicad.Footprint.loads(text)
    assert footprint.dumps() == text
