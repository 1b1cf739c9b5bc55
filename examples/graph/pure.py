"""What graph.zig does, in pure Python: for the benchmark, and to compare results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["BoundEdge", "BoundNode", "Edge", "GraphView", "Node", "Path", "Value"]

Value = bool | int | float | str


class Counter:
    """What the views of one graph share."""

    __slots__ = ("edges", "nodes", "self_node")

    def __init__(self) -> None:
        self.nodes = 0
        self.edges = 0
        self.self_node: Node | None = None


class Node:
    __slots__ = ("_graph", "attributes", "id", "name")

    def __init__(self, graph: Counter, name: str, attributes: Mapping[str, Value]) -> None:
        self.id = graph.nodes
        graph.nodes += 1
        self.name = name
        self.attributes = dict(attributes)
        self._graph = graph

    def get(self, key: str) -> Value | None:
        return self.attributes.get(key)


class Edge:
    __slots__ = ("_graph", "attributes", "directed", "id", "kind", "name", "source", "target", "weight")

    def __init__(
        self,
        graph: Counter,
        source: Node,
        target: Node,
        kind: int,
        weight: float,
        name: str,
        directed: bool,
        attributes: Mapping[str, Value],
    ) -> None:
        self.id = graph.edges
        graph.edges += 1
        self.kind = kind
        self.weight = weight
        self.name = name
        self.directed = directed
        self.attributes = dict(attributes)
        self.source = source
        self.target = target
        self._graph = graph

    def get(self, key: str) -> Value | None:
        return self.attributes.get(key)


class BoundEdge:
    __slots__ = ("edge", "g", "source", "target")

    def __init__(self, g: GraphView, edge: Edge, source: BoundNode, target: BoundNode) -> None:
        self.g = g
        self.edge = edge
        self.source = source
        self.target = target

    def other(self, node: Node) -> BoundNode:
        return self.target if self.source.node is node else self.source


class BoundNode:
    __slots__ = ("_incoming", "_outgoing", "data", "g", "index", "node")

    def __init__(self, g: GraphView, node: Node, index: int) -> None:
        self.g = g
        self.node = node
        self.index = index
        self.data: object = None
        self._outgoing: list[BoundEdge] = []
        self._incoming: list[BoundEdge] = []

    def out_degree(self) -> int:
        return len(self._outgoing)

    def in_degree(self) -> int:
        return len(self._incoming)

    def get_data(self) -> object:
        return self.data

    def edges(self, kind: int | None = None) -> list[Edge]:
        return [link.edge for link in self._outgoing if kind is None or link.edge.kind == kind]

    def incoming_edges(self, kind: int | None = None) -> list[Edge]:
        return [link.edge for link in self._incoming if kind is None or link.edge.kind == kind]

    def visit_edges(self, function: Callable[[Edge], object], kind: int | None = None) -> None:
        for link in self._outgoing:
            if kind is None or link.edge.kind == kind:
                function(link.edge)

    def visit(
        self, function: Callable[[BoundEdge], object], kind: int | None = None, direction: str = "outgoing"
    ) -> None:
        links = [] if direction == "incoming" else list(self._outgoing)
        if direction != "outgoing":
            links += [link for link in self._incoming if direction == "incoming" or link.source is not self]
        for link in links:
            if kind is None or link.edge.kind == kind:
                function(link)

    def followers(self, kind: int | None) -> Iterator[tuple[Edge, BoundNode]]:
        for link in self._outgoing:
            if kind is None or link.edge.kind == kind:
                yield link.edge, link.target
        for link in self._incoming:
            if not link.edge.directed and (kind is None or link.edge.kind == kind):
                yield link.edge, link.source


class GraphView:
    __slots__ = ("_bound", "_edges", "_graph")

    def __init__(self) -> None:
        self._graph = Counter()
        self._bound: dict[int, BoundNode] = {}
        self._edges: dict[int, BoundEdge] = {}

    def create_node(self, name: str, attributes: Mapping[str, Value] | None = None) -> Node:
        node = Node(self._graph, name, attributes or {})
        self._place(node)
        return node

    def create(self, **attributes: Value) -> Node:
        return self.create_node(str(attributes.get("name", "")), attributes)

    def self_node(self) -> BoundNode:
        if self._graph.self_node is None:
            self._graph.self_node = Node(self._graph, "self", {})
        return self._place(self._graph.self_node)

    def create_edge(
        self,
        source: Node,
        target: Node,
        kind: int = 0,
        weight: float = 1,
        name: str = "",
        directed: bool = True,
        attributes: Mapping[str, Value] | None = None,
    ) -> Edge:
        self._expect_own(source)
        self._expect_own(target)
        edge = Edge(self._graph, source, target, kind, weight, name, directed, attributes or {})
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
        link = self._edges[edge.id] = BoundEdge(self, edge, source, target)
        source._outgoing.append(link)
        target._incoming.append(link)
        return True

    def insert_subgraph(self, other: GraphView) -> None:
        for bound in other._bound.values():
            self._place(bound.node)
        for link in other._edges.values():
            self.insert_edge(link.edge)

    def _expect_own(self, item: Node | Edge) -> None:
        if item._graph is not self._graph:
            raise ValueError("nodes and edges of another graph cannot be used here")

    def _place(self, node: Node) -> BoundNode:
        bound = self._bound.get(node.id)
        if bound is None:
            bound = self._bound[node.id] = BoundNode(self, node, len(self._bound))
        return bound

    def bind(self, node: Node) -> BoundNode:
        return self._bound[node.id]

    def bind_edge(self, edge: Edge) -> BoundEdge:
        return self._edges[edge.id]

    def set_data(self, node: Node, data: object) -> None:
        self.bind(node).data = data

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
        return [link.edge for link in self._edges.values()]

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

    def subgraph_of(self, nodes: Iterable[BoundNode]) -> GraphView:
        part = self.view()
        for bound in nodes:
            self._expect_own(bound.node)
            part._place(bound.node)
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
            for link in whole._bound[id]._outgoing:
                if link.edge.target.id in self._bound:
                    self.insert_edge(link.edge)

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
                for _, target in bound.followers(kind):
                    if target not in seen:
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
            for edge, following in bound.followers(kind):
                if following not in came:
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
        nodes = [self._start]
        for edge in self._edges:
            nodes.append(edge.source if edge.target is nodes[-1] else edge.target)
        return nodes

    def weight(self) -> float:
        return sum(edge.weight for edge in self._edges)
