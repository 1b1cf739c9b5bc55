"""What typegraph.zig does, in pure Python: for the benchmark, and to compare results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

__all__ = ["Edge", "EdgeTraversal", "Node", "PathError", "Type", "TypeGraph"]

Value: TypeAlias = bool | int | float | str
MAX_DEPTH = 200


class Edge(str, Enum):
    child = "child"
    parent = "parent"
    reference = "reference"
    link = "link"


@dataclass(frozen=True)
class EdgeTraversal:
    edge: Edge
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "edge", Edge(self.edge))


Segment: TypeAlias = str | EdgeTraversal

LACKS = {
    "no_child": "child",
    "no_parent": "parent",
    "no_reference": "reference",
    "no_link": "link",
    "no_name": "child or reference",
}


class PathError(LookupError):
    def __init__(self, kind: str, path: Sequence[Segment], index: int, segment: Segment, node: Node) -> None:
        super().__init__(kind, list(path), index, segment, node)
        self.kind, self.path, self.index, self.segment, self.node = kind, list(path), index, segment, node

    def __str__(self) -> str:
        if isinstance(self.segment, str):
            segment = f"'{self.segment}'"
        else:
            name = self.segment.name
            segment = self.segment.edge.value + (f" '{name}'" if name else "")
        return f"{self.node!r} has no {LACKS[self.kind]} for segment {self.index} of the path, {segment}"


class Type:
    __slots__ = ("_graph", "connections", "name", "parts", "pointers")

    def __init__(self, graph: TypeGraph, name: str) -> None:
        self.name = name
        self._graph = graph
        self.parts: dict[str, tuple[Type, dict[str, Value]]] = {}
        self.pointers: dict[str, list[Segment]] = {}
        self.connections: list[tuple[str, list[Segment], list[Segment]]] = []

    def children(self) -> list[tuple[str, Type]]:
        return [(name, part) for name, (part, _) in self.parts.items()]

    def __repr__(self) -> str:
        return f"<Type {self.name}>"


@dataclass(eq=False, repr=False, slots=True)
class Node:
    id: int
    name: str
    type: Type
    parent: Node | None
    attributes: dict[str, Value]
    end: int = 0
    parts: dict[str, Node] = field(default_factory=dict)
    pointers: dict[str, Node] = field(default_factory=dict)
    connections: list[tuple[str, Node]] = field(default_factory=list)

    def child(self, name: str) -> Node | None:
        return self.parts.get(name)

    def children(self) -> list[Node]:
        return list(self.parts.values())

    def references(self) -> list[tuple[str, Node]]:
        return list(self.pointers.items())

    def links(self) -> list[tuple[str, Node]]:
        return list(self.connections)

    def path(self) -> list[str]:
        names = [self.name]
        node = self.parent
        while node is not None:
            names.append(node.name)
            node = node.parent
        return names[::-1]

    def __repr__(self) -> str:
        return f"<{self.type.name} {self.id} {self.name}>"

    def follow(self, segment: Segment) -> Node | str:
        """The node, or the kind of error."""
        if isinstance(segment, str):
            return self.parts.get(segment) or self.pointers.get(segment) or "no_name"
        if segment.edge is Edge.child:
            return self.parts.get(segment.name) or "no_child"
        if segment.edge is Edge.parent:
            return self.parent or "no_parent"
        if segment.edge is Edge.reference:
            return self.pointers.get(segment.name) or "no_reference"
        return next((node for name, node in self.connections if name == segment.name), None) or "no_link"


class TypeGraph:
    def __init__(self) -> None:
        self._types: dict[str, Type] = {}
        self._nodes: list[Node] = []

    def add_type(self, name: str) -> Type:
        if name in self._types:
            raise ValueError(f"there is a type '{name}' already")
        made = self._types[name] = Type(self, name)
        return made

    def get_type(self, name: str) -> Type:
        return self._types[name]

    def add_child(self, type_: Type, name: str, child_type: Type, /, **attributes: Value) -> None:
        self._expect_new(type_, name)
        self._expect_own(child_type)
        type_.parts[name] = (child_type, attributes)

    def add_reference(self, type_: Type, name: str, path: Iterable[Segment]) -> None:
        self._expect_new(type_, name)
        type_.pointers[name] = list(path)

    def add_link(
        self, type_: Type, source: Iterable[Segment], target: Iterable[Segment], name: str | None = None
    ) -> None:
        self._expect_own(type_)
        type_.connections.append((name or "", list(source), list(target)))

    def _expect_new(self, type_: Type, name: str) -> None:
        self._expect_own(type_)
        if name in type_.parts or name in type_.pointers:
            raise ValueError(f"the type '{type_.name}' has a '{name}' already")

    def _expect_own(self, type_: Type) -> None:
        if type_._graph is not self:
            raise ValueError("types and nodes of another graph cannot be used here")

    def instantiate(self, type_: Type, name: str | None = None, /, **attributes: Value) -> Node:
        self._expect_own(type_)
        before = len(self._nodes)
        try:
            root = self._make(type_.name if name is None else name, type_, attributes, None, 0)
            new = self._nodes[before:]
            for node in new:
                for key, path in node.type.pointers.items():
                    node.pointers[key] = self.resolve(node, path)
            for node in new:
                for key, start, end in node.type.connections:
                    self.resolve(node, start).connections.append((key, self.resolve(node, end)))
        except BaseException:
            del self._nodes[before:]
            raise
        return root

    def _make(self, name: str, type_: Type, attributes: dict[str, Value], parent: Node | None, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ValueError(f"'{type_.name}' is in itself, or deeper than {MAX_DEPTH} types")
        node = Node(len(self._nodes), name, type_, parent, attributes)
        self._nodes.append(node)
        for key, (part, own) in type_.parts.items():
            node.parts[key] = self._make(key, part, own, node, depth + 1)
        node.end = len(self._nodes)
        return node

    def resolve(self, start: Node, path: Sequence[Segment]) -> Node:
        node = start
        for index, segment in enumerate(path):
            found = node.follow(segment)
            if isinstance(found, str):
                raise PathError(found, path, index, segment, node)
            node = found
        return node

    def trace(self, start: Node, path: Sequence[Segment]) -> list[tuple[Segment, Node]]:
        steps = []
        node = start
        for index, segment in enumerate(path):
            found = node.follow(segment)
            if isinstance(found, str):
                raise PathError(found, path, index, segment, node)
            node = found
            steps.append((segment, node))
        return steps

    def query(
        self, types: Iterable[Type] | None = None, within: Node | None = None, **attributes: Value
    ) -> list[tuple[Node, Type]]:
        sought = None if types is None else set(types)
        found = []
        for node in self._nodes_in(within):
            if sought is not None and node.type not in sought:
                continue
            own = node.attributes
            for name, value in attributes.items():
                if name not in own or own[name] != value or (own[name] is True) != (value is True):
                    break
            else:
                found.append((node, node.type))
        return found

    def links(self, name: str | None = None, within: Node | None = None) -> list[tuple[Node, str, Node]]:
        return [
            (node, key, end)
            for node in self._nodes_in(within)
            for key, end in node.connections
            if name is None or key == name
        ]

    def _nodes_in(self, within: Node | None) -> list[Node]:
        return self._nodes if within is None else self._nodes[within.id : within.end]

    def __len__(self) -> int:
        return len(self._nodes)

    def __contains__(self, node: Node) -> bool:
        return node.type._graph is self
