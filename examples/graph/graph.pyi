# Made by nano_ffi out of graph.zig. Do not edit.
"""Directed graphs: nodes and edges that several views share, walks over them, and paths."""

from abc import ABCMeta
from collections.abc import Callable, Iterable, Mapping, MutableSequence
from typing import (
    Any,
    SupportsFloat,
    SupportsIndex,
    TypeVar,
    final,
    type_check_only,
)

from typing_extensions import Buffer, Never, Self, TypedDict, disjoint_base

_Item = TypeVar("_Item")

_Other = TypeVar("_Other")

@type_check_only
class _List(MutableSequence[_Item], metaclass=ABCMeta):
    def __add__(
        self,
        other: list[_Other] | _List[_Other],
        /,
    ) -> list[_Item | _Other]: ...
    def __radd__(self, other: list[_Other], /) -> list[_Item | _Other]: ...
    def __mul__(self, count: SupportsIndex, /) -> list[_Item]: ...
    def __rmul__(self, count: SupportsIndex, /) -> list[_Item]: ...
    def __imul__(self, count: SupportsIndex, /) -> Self: ...
    def sort(
        self,
        *,
        key: Callable[[_Item], Any] | None = None,
        reverse: bool = False,
    ) -> None: ...
    def copy(self) -> list[_Item]: ...
    def tolist(self) -> list[_Item]: ...

@type_check_only
class Attribute(TypedDict):
    key: str
    value: str

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
    def attributes(self) -> _List[Attribute]: ...
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def get(self, key: str | Buffer) -> str | None:
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

    @property
    def source(self) -> Node: ...
    @property
    def target(self) -> Node: ...
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def __repr__(self) -> str: ...
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
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
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
    def by_node(self) -> dict[int, int]:
        """Places in `bound` and `links`, by the numbers in the graph."""

    @property
    def by_edge(self) -> dict[int, int]: ...
    def __init__(self) -> None: ...
    def create_node(
        self,
        name: str | Buffer,
        attributes: Mapping[str, str | Buffer] | None = None,
    ) -> Node:
        """A new node of the graph, in this view."""

    def create_edge(
        self,
        source: Node,
        target: Node,
        kind: SupportsIndex | None = None,
        weight: SupportsFloat | SupportsIndex | None = None,
    ) -> Edge:
        """A new edge of the graph, in this view, and its ends, too. `kind` is 0 and `weight` 1 where
        not given."""

    def insert_node(self, node: Node) -> bool:
        """Puts a node of the graph into this view. Whether it was new there."""

    def insert_edge(self, edge: Edge) -> bool:
        """Puts an edge of the graph into this view, and its ends, too. Whether it was new there."""

    def insert_subgraph(self, other: GraphView) -> None:
        """Puts all that is in another view of the graph into this one."""

    def bind(self, node: Node) -> BoundNode:
        """The node as it is in this view. NotInView where it is not."""

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
