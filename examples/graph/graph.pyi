# Made by nano_ffi out of graph.zig. Do not edit.
"""Directed graphs: nodes and edges that several views share, walks over them, and paths."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import (
    Any,
    Literal,
    SupportsFloat,
    SupportsIndex,
    TypeAlias,
    Union,
    final,
)

from typing_extensions import Buffer, Never, disjoint_base

_Value: TypeAlias = Union[bool, int, float, str]

_DirectionName: TypeAlias = Literal["outgoing", "incoming", "both"]

_ValueLike: TypeAlias = Union[bool, SupportsIndex, SupportsFloat, str, Buffer]

class Direction(StrEnum):
    """Which of its edges a node is asked for: those that leave it, those that end at it, or both."""

    outgoing = "outgoing"
    incoming = "incoming"
    both = "both"

class GraphError(RuntimeError):
    NotInView: type[GraphError]
    OtherGraph: type[GraphError]
    UnknownId: type[GraphError]

@final
class Node:
    """A node. Nodes are equal where they are the same one."""

    id: int
    """Its number in the graph, from 0 in the order of creation."""

    @property
    def name(self) -> str: ...
    @property
    def attributes(self) -> dict[str, _Value]:
        """All of them."""

    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def get(self, key: str | Buffer) -> _Value | None:
        """The value of an attribute; None where it has no such."""

    def __repr__(self) -> str: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

@final
class Edge:
    """An edge from a node to a node. Edges are equal where they are the same one."""

    id: int
    """Its number in the graph, from 0 in the order of creation."""
    kind: int
    """What the program makes of it: visits and walks may be of one kind only."""
    weight: float
    directed: bool
    """Whether walks follow it from its source to its target only."""

    @property
    def name(self) -> str: ...
    @property
    def source(self) -> Node: ...
    @property
    def target(self) -> Node: ...
    @property
    def attributes(self) -> dict[str, _Value]:
        """All of them."""

    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def get(self, key: str | Buffer) -> _Value | None:
        """The value of an attribute; None where it has no such."""

    def __repr__(self) -> str: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

@final
class BoundEdge:
    """An edge as it is in one view."""

    @property
    def edge(self) -> Edge: ...
    @property
    def source(self) -> BoundNode: ...
    @property
    def target(self) -> BoundNode: ...
    @property
    def g(self) -> GraphView:
        """The view."""

    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def other(self, node: Node) -> BoundNode:
        """The node at the other end."""

    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

@final
class BoundNode:
    """A node as it is in one view, with its edges there."""

    index: int
    """Its number in the view, from 0 in the order of insertion."""

    @property
    def node(self) -> Node: ...
    @property
    def g(self) -> GraphView:
        """The view."""

    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def get_data(self) -> Any | None:
        """The object that `GraphView.set_data` has put here."""

    def visit(
        self,
        function: Callable[[BoundEdge], None],
        kind: SupportsIndex | None = None,
        direction: Direction | _DirectionName | None = None,
    ) -> None:
        """Calls `function(bound_edge)` with each edge that leaves it, or in another direction: with
        all, or with those of one kind. The view cannot be changed meanwhile: RuntimeError."""

    def out_degree(self) -> int:
        """How many edges leave it."""

    def in_degree(self) -> int:
        """How many edges end at it."""

    def edges(self, kind: SupportsIndex | None = None) -> list[Edge]:
        """The edges that leave it: all, or those of one kind."""

    def incoming_edges(self, kind: SupportsIndex | None = None) -> list[Edge]:
        """The edges that end at it: all, or those of one kind."""

    def visit_edges(
        self,
        function: Callable[[Edge], None],
        kind: SupportsIndex | None = None,
    ) -> None:
        """Calls `function(edge)` with each edge that leaves it: with all, or with those of one kind.
        The view cannot be changed meanwhile: RuntimeError."""

    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

@disjoint_base
class GraphView:
    """A graph, or a part of one: views made of each other share nodes and edges."""

    @property
    def bound(self) -> tuple[BoundNode, ...]: ...
    @property
    def links(self) -> tuple[BoundEdge, ...]: ...
    @property
    def by_node(self) -> dict[int, int]:
        """Places in `bound` and `links`, by the numbers in the graph."""

    @property
    def by_edge(self) -> dict[int, int]: ...
    def __init__(self) -> None: ...
    def create_node(
        self,
        name: str | Buffer,
        attributes: Mapping[str, _ValueLike] | None = None,
    ) -> Node:
        """A new node of the graph, in this view."""

    def create(self, **attributes: _ValueLike) -> Node:
        """The same, whose attributes are the arguments by name: its name is the attribute `name`."""

    def self_node(self) -> BoundNode:
        """The node that stands for the graph itself, the same in all its views. It is put into this
        one."""

    def create_edge(
        self,
        source: Node,
        target: Node,
        kind: SupportsIndex | None = None,
        weight: SupportsFloat | SupportsIndex | None = None,
        name: str | Buffer | None = None,
        directed: bool | None = None,
        attributes: Mapping[str, _ValueLike] | None = None,
    ) -> Edge:
        """A new edge of the graph, in this view, and its ends, too. `kind` is 0 and `weight` 1 where
        not given, and it is directed."""

    def insert_node(self, node: Node) -> bool:
        """Puts a node of the graph into this view. Whether it was new there."""

    def insert_edge(self, edge: Edge) -> bool:
        """Puts an edge of the graph into this view, and its ends, too. Whether it was new there."""

    def insert_subgraph(self, other: GraphView) -> None:
        """Puts all that is in another view of the graph into this one."""

    def bind(self, node: Node) -> BoundNode:
        """The node as it is in this view. NotInView where it is not."""

    def bind_edge(self, edge: Edge) -> BoundEdge:
        """The edge as it is in this view. NotInView where it is not."""

    def set_data(self, node: Node, data: object | None = None) -> None:
        """Keeps an object with a node of this view, in place of the one before; None takes it away.
        Python's garbage collector does not look in here: what refers to the view is to be taken
        away."""

    def __contains__(self, node: Node, /) -> bool: ...
    def __len__(self) -> int:
        """How many nodes there are."""

    def node_count(self) -> int: ...
    def edge_count(self) -> int: ...
    def get_node(self, id: SupportsIndex) -> Node:
        """The node with that number in the graph. UnknownId where it is not in this view."""

    def nodes(self) -> list[Node]:
        """The nodes in the order of insertion."""

    def edges(self) -> list[Edge]:
        """The edges in the order of insertion."""

    def view(self) -> GraphView:
        """A new view of the same graph, with nothing in it."""

    def subgraph(self, ids: Buffer | Iterable[SupportsIndex]) -> GraphView:
        """A view of the nodes with these numbers, and of all edges between them."""

    def subgraph_of(self, nodes_of: Iterable[BoundNode]) -> GraphView:
        """A view of these nodes of a view, and of all edges between them there."""

    def neighborhood(self, start: Node, distance: SupportsIndex) -> GraphView:
        """A view of what is at most `distance` edges away from a node."""

    def bfs(
        self,
        start: Node,
        function: Callable[[BoundNode, int], bool],
        kind: SupportsIndex | None = None,
    ) -> None:
        """Breadth first: calls `function(node, distance)` with each bound node that can be reached,
        nearest first. Where it returns False, the walk does not go on from that node. Edges of one
        kind only, or of all. The view cannot be changed meanwhile: RuntimeError."""

    def levels(
        self,
        start: Node,
        kind: SupportsIndex | None = None,
    ) -> list[int]:
        """How many nodes are 0, 1, 2 … edges away from a node."""

    def shortest_path(
        self,
        source: Node,
        target: Node,
        kind: SupportsIndex | None = None,
    ) -> Path | None:
        """The path with the fewest edges; None where there is none."""

    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def destroy(self) -> None:
        """Give back now what the object owns. ReferenceError: it has been destroyed before."""

    def __enter__(self) -> GraphView:
        """The object itself, which is destroyed at the end of the block."""

    def __exit__(
        self,
        exc_type: object,
        exc_value: object,
        traceback: object,
        /,
    ) -> None:
        """Destroy the object, unless that is done."""

@final
class Path:
    """A way from a node to a node. It stays what it is, whatever becomes of the view."""

    @property
    def way(self) -> tuple[Edge, ...]: ...
    @property
    def stops(self) -> tuple[Node, ...]: ...
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def __len__(self) -> int:
        """How many edges it has."""

    def edges(self) -> list[Edge]: ...
    def nodes(self) -> list[Node]:
        """Its nodes, from its start to its end: one more than edges."""

    def weight(self) -> float:
        """The sum of its edges' weights."""

    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def destroy(self) -> None:
        """Give back now what the object owns. ReferenceError: it has been destroyed before."""

    def __enter__(self) -> Path:
        """The object itself, which is destroyed at the end of the block."""

    def __exit__(
        self,
        exc_type: object,
        exc_value: object,
        traceback: object,
        /,
    ) -> None:
        """Destroy the object, unless that is done."""

def __nano_ffi_description__() -> str: ...
def __nano_ffi_signature__(name: str, /) -> Any: ...
