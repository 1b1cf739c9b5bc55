"""What graph.zig does, in pure Python: for the benchmark, and to compare results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["BoundNode", "Edge", "GraphView", "Node", "Path"]


class Counter:
    """What the views of one graph share."""

    __slots__ = ("edges", "nodes")

    def __init__(self) -> None:
        self.nodes = 0
        self.edges = 0


class Node:
    __slots__ = ("_graph", "attributes", "id", "name")

    def __init__(self, graph: Counter, name: str, attributes: Mapping[str, str]) -> None:
        self.id = graph.nodes
        graph.nodes += 1
        self.name = name
        self.attributes = dict(attributes)
        self._graph = graph

    def get(self, key: str) -> str | None:
        return self.attributes.get(key)


class Edge:
    __slots__ = ("_graph", "id", "kind", "source", "target", "weight")

    def __init__(self, graph: Counter, source: Node, target: Node, kind: int, weight: float) -> None:
        self.id = graph.edges
        graph.edges += 1
        self.kind = kind
        self.weight = weight
        self.source = source
        self.target = target
        self._graph = graph


class BoundNode:
    __slots__ = ("_incoming", "_outgoing", "index", "node")

    def __init__(self, node: Node, index: int) -> None:
        self.node = node
        self.index = index
        self._outgoing: list[tuple[Edge, BoundNode]] = []
        self._incoming: list[tuple[Edge, BoundNode]] = []

    def out_degree(self) -> int:
        return len(self._outgoing)

    def in_degree(self) -> int:
        return len(self._incoming)

    def edges(self, kind: int | None = None) -> list[Edge]:
        return [edge for edge, _ in self._outgoing if kind is None or edge.kind == kind]

    def incoming_edges(self, kind: int | None = None) -> list[Edge]:
        return [edge for edge, _ in self._incoming if kind is None or edge.kind == kind]

    def visit_edges(self, function: Callable[[Edge], object], kind: int | None = None) -> None:
        for edge, _ in self._outgoing:
            if kind is None or edge.kind == kind:
                function(edge)

    def followers(self, kind: int | None) -> Iterator[tuple[Edge, BoundNode]]:
        return ((edge, bound) for edge, bound in self._outgoing if kind is None or edge.kind == kind)


class GraphView:
    __slots__ = ("_bound", "_edges", "_graph")

    def __init__(self) -> None:
        self._graph = Counter()
        self._bound: dict[int, BoundNode] = {}
        self._edges: dict[int, Edge] = {}

    def create_node(self, name: str, attributes: Mapping[str, str] | None = None) -> Node:
        node = Node(self._graph, name, attributes or {})
        self._place(node)
        return node

    def create_edge(self, source: Node, target: Node, kind: int = 0, weight: float = 1) -> Edge:
        self._expect_own(source)
        self._expect_own(target)
        edge = Edge(self._graph, source, target, kind, weight)
        self.insert_edge(edge)
        return edge

    def insert_node(self, node: Node) -> bool:
        self._expect_own(node)
        is_new = node.id not in self._bound
        self._place(node)
        return is_new

    def insert_edge(self, edge: Edge) -> bool:
        self._expect_own(edge)
        if edge.id in self._edges:
            return False
        source = self._place(edge.source)
        target = self._place(edge.target)
        self._edges[edge.id] = edge
        source._outgoing.append((edge, target))
        target._incoming.append((edge, source))
        return True

    def insert_subgraph(self, other: GraphView) -> None:
        for bound in other._bound.values():
            self._place(bound.node)
        for edge in other._edges.values():
            self.insert_edge(edge)

    def _expect_own(self, item: Node | Edge) -> None:
        if item._graph is not self._graph:
            raise ValueError("nodes and edges of another graph cannot be used here")

    def _place(self, node: Node) -> BoundNode:
        bound = self._bound.get(node.id)
        if bound is None:
            bound = self._bound[node.id] = BoundNode(node, len(self._bound))
        return bound

    def bind(self, node: Node) -> BoundNode:
        return self._bound[node.id]

    def __contains__(self, node: Node) -> bool:
        return node._graph is self._graph and node.id in self._bound

    def __len__(self) -> int:
        return len(self._bound)

    def node_count(self) -> int:
        return len(self._bound)

    def edge_count(self) -> int:
        return len(self._edges)

    def get_node(self, id: int) -> Node:
        return self._bound[id].node

    def nodes(self) -> list[Node]:
        return [bound.node for bound in self._bound.values()]

    def edges(self) -> list[Edge]:
        return list(self._edges.values())

    def view(self) -> GraphView:
        view = GraphView()
        view._graph = self._graph
        return view

    def subgraph(self, ids: Iterable[int]) -> GraphView:
        part = self.view()
        for id in ids:
            part._place(self.get_node(id))
        part._insert_edges_of(self)
        return part

    def neighborhood(self, start: Node, distance: int) -> GraphView:
        part = self.view()

        def visit(bound: BoundNode, away: int) -> bool:
            part._place(bound.node)
            return away < distance

        self.bfs(start, visit)
        part._insert_edges_of(self)
        return part

    def _insert_edges_of(self, whole: GraphView) -> None:
        for id in list(self._bound):
            for edge, _ in whole._bound[id]._outgoing:
                if edge.target.id in self._bound:
                    self.insert_edge(edge)

    def bfs(self, start: Node, function: Callable[[BoundNode, int], bool], kind: int | None = None) -> None:
        first = self.bind(start)
        seen = {first}
        level = [first]
        distance = 0
        while level:
            following = []
            for bound in level:
                if function(bound, distance):
                    for _, target in bound.followers(kind):
                        if target not in seen:
                            seen.add(target)
                            following.append(target)
            level = following
            distance += 1

    def levels(self, start: Node, kind: int | None = None) -> list[int]:
        first = self.bind(start)
        seen = {first}
        level = [first]
        counts = []
        while level:
            counts.append(len(level))
            following = []
            for bound in level:
                for edge, target in bound._outgoing:
                    if target not in seen and (kind is None or edge.kind == kind):
                        seen.add(target)
                        following.append(target)
            level = following
        return counts

    def shortest_path(self, source: Node, target: Node, kind: int | None = None) -> Path | None:
        end = self.bind(target)
        first = self.bind(source)
        came: dict[BoundNode, tuple[Edge, BoundNode] | None] = {first: None}
        queue = [first]
        for bound in queue:
            if bound is end:
                break
            for edge, following in bound._outgoing:
                if following not in came and (kind is None or edge.kind == kind):
                    came[following] = (edge, bound)
                    queue.append(following)
        if end not in came:
            return None
        edges: list[Edge] = []
        step = came[end]
        while step is not None:
            edges.append(step[0])
            step = came[step[1]]
        return Path(source, edges[::-1])


class Path:
    __slots__ = ("_edges", "_start")

    def __init__(self, start: Node, edges: list[Edge]) -> None:
        self._start = start
        self._edges = edges

    def __len__(self) -> int:
        return len(self._edges)

    def edges(self) -> list[Edge]:
        return self._edges

    def nodes(self) -> list[Node]:
        return [self._start, *(edge.target for edge in self._edges)]

    def weight(self) -> float:
        return sum(edge.weight for edge in self._edges)
