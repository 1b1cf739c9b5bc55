# Made by nano_ffi out of typegraph.zig. Do not edit.
"""Things of types: what a type consists of, its instances, and paths and queries through them."""

from abc import ABCMeta
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from enum import StrEnum
from typing import (
    Any,
    Literal,
    SupportsFloat,
    SupportsIndex,
    TypeAlias,
    TypeVar,
    Union,
    final,
    type_check_only,
)

from typing_extensions import Buffer, Never, Self, disjoint_base

_Segment: TypeAlias = Union[str, EdgeTraversal]

_PathErrorKindName: TypeAlias = Literal[
    "no_child",
    "no_parent",
    "no_reference",
    "no_link",
    "no_name",
]

_SegmentLike: TypeAlias = Union[str, Buffer, EdgeTraversal]

_EdgeName: TypeAlias = Literal["child", "parent", "reference", "link"]

_Item = TypeVar("_Item")

_Other = TypeVar("_Other")

@type_check_only
class _Dict(MutableMapping[str, _Item], metaclass=ABCMeta):
    def __or__(
        self,
        other: dict[str, _Other] | _Dict[_Other],
        /,
    ) -> dict[str, _Item | _Other]: ...
    def __ror__(
        self,
        other: dict[str, _Other],
        /,
    ) -> dict[str, _Item | _Other]: ...
    def __ior__(self, other: Mapping[str, object], /) -> Self: ...
    def __reversed__(self) -> Iterator[str]: ...
    def copy(self) -> dict[str, _Item]: ...
    def todict(self) -> dict[str, _Item]: ...

_Value: TypeAlias = Union[bool, int, float, str]

_ValueLike: TypeAlias = Union[bool, SupportsIndex, SupportsFloat, str, Buffer]

class Edge(StrEnum):
    """What leads from a node to another one."""

    child = "child"
    parent = "parent"
    reference = "reference"
    link = "link"

class PathErrorKind(StrEnum):
    no_child = "no_child"
    no_parent = "no_parent"
    no_reference = "no_reference"
    no_link = "no_link"
    no_name = "no_name"

class TypeGraphError(RuntimeError):
    DuplicateName: type[TypeGraphError]
    EndlessType: type[TypeGraphError]
    OtherGraph: type[TypeGraphError]
    UnknownType: type[TypeGraphError]

class PathError(LookupError):
    """A path that ends before its end."""

    __match_args__ = ("kind", "path", "index", "segment", "node")
    kind: PathErrorKind
    path: list[_Segment]
    index: int
    """Which of its segments leads nowhere."""
    segment: _Segment
    node: Node | None
    """The node that it leads nowhere from."""

    def __init__(
        self,
        kind: PathErrorKind | _PathErrorKindName,
        path: Iterable[_SegmentLike],
        index: SupportsIndex,
        segment: _SegmentLike,
        node: Node | None = None,
    ) -> None: ...

@disjoint_base
class EdgeTraversal:
    """A step of a path that is more than a name."""

    __match_args__ = ("edge", "name")

    @property
    def edge(self) -> Edge: ...
    @property
    def name(self) -> str: ...
    def __init__(
        self,
        edge: Edge | _EdgeName,
        name: str | Buffer = ...,
    ) -> None: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def __replace__(
        self,
        *,
        edge: Edge | _EdgeName = ...,
        name: str | Buffer = ...,
    ) -> Self: ...
    def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

@final
class Type:
    """What things consist of."""

    @property
    def name(self) -> str: ...
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def children(self) -> list[tuple[str, Type]]:
        """The children that its instances have: name and type of each."""

    def format(self) -> str: ...
    def __repr__(self) -> str: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

@final
class Node:
    """An instance of a type, or a part of one."""

    id: int
    """Its number in the graph, from 0 in the order of creation."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> Type: ...
    @property
    def parent(self) -> Node | None: ...
    @property
    def attributes(self) -> _Dict[_Value]: ...
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def child(self, name: str | Buffer) -> Node | None:
        """The child of that name; None where it has no such."""

    def children(self) -> list[Node]: ...
    def references(self) -> list[tuple[str, Node]]:
        """Its references: name, and what it refers to."""

    def links(self) -> list[tuple[str, Node]]:
        """The links that leave it: name, and where to."""

    def path(self) -> list[str]:
        """The names from the outermost node to this one."""

    def format(self) -> str: ...
    def __repr__(self) -> str: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

@disjoint_base
class TypeGraph:
    """Types, and what was made of them."""

    def __init__(self) -> None: ...
    def add_type(self, name: str | Buffer) -> Type:
        """A new type, of nothing yet. DuplicateName where there is one of that name."""

    def get_type(self, name: str | Buffer) -> Type:
        """The type of that name. UnknownType where there is none."""

    def add_child(
        self,
        type_: Type,
        name: str | Buffer,
        child_type: Type,
        /,
        **attributes: _ValueLike,
    ) -> None:
        """Each instance of a type, from now on, has a child of that name and type, with these
        attributes."""

    def add_reference(
        self,
        type_: Type,
        name: str | Buffer,
        path: Iterable[_SegmentLike],
    ) -> None:
        """Each instance of a type, from now on, refers by that name to what a path from it leads to."""

    def add_link(
        self,
        type_: Type,
        source: Iterable[_SegmentLike],
        target: Iterable[_SegmentLike],
        name: str | Buffer | None = None,
    ) -> None:
        """In each instance of a type, from now on, a link leads from where one path ends to where
        another one does."""

    def instantiate(
        self,
        type_: Type,
        name: str | Buffer | None = None,
        /,
        **attributes: _ValueLike,
    ) -> Node:
        """A new thing of a type, with all that it consists of. PathError where a reference or a link
        of it leads nowhere: then there is nothing new."""

    def resolve(self, start: Node, path: Iterable[_SegmentLike]) -> Node:
        """Where a path from a node leads. PathError where it does not."""

    def trace(
        self,
        start: Node,
        path: Iterable[_SegmentLike],
    ) -> list[tuple[_Segment, Node]]:
        """The same, with all that is on the way: each segment, and the node that it leads to."""

    def query(
        self,
        types: Iterable[Type] | None = None,
        within: Node | None = None,
        **attributes: _ValueLike,
    ) -> list[tuple[Node, Type]]:
        """The nodes of any of these types, or of all, in the order of creation, each with its type:
        those in a node, and that have all of these attributes."""

    def links(
        self,
        name: str | Buffer | None = None,
        within: Node | None = None,
    ) -> list[tuple[Node, str, Node]]:
        """The links of that name, or all: where from, its name, and where to. Those that leave what is
        in a node, or all."""

    def __len__(self) -> int:
        """How many nodes there are."""

    def __contains__(self, node: Node, /) -> bool: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def destroy(self) -> None:
        """Give back now what the object owns. ReferenceError: it has been destroyed before."""

    def __enter__(self) -> TypeGraph:
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
