# Made by nano_ffi out of objects.zig. Do not edit.
"""Classes with attributes of every kind, Python's protocols, and lists and maps that Python sees
in
place. Every peer has the same."""

from abc import ABCMeta
from collections.abc import (
    Callable,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
    MutableSequence,
)
from enum import IntEnum
from typing import (
    Any,
    Literal,
    SupportsFloat,
    SupportsIndex,
    TypeAlias,
    TypeVar,
    type_check_only,
)

from typing_extensions import Buffer, Self, disjoint_base

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
class _NumberList(_List[_Item], metaclass=ABCMeta):
    def __buffer__(self, flags: int, /) -> memoryview: ...

_ColorName: TypeAlias = Literal["red", "green", "blue"]

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

class Color(IntEnum):
    red = 0
    green = 1
    blue = 2

@disjoint_base
class Inner:
    __match_args__ = ("x", "n")
    x: float
    n: int

    def __init__(
        self,
        x: SupportsFloat | SupportsIndex = 0.0,
        n: SupportsIndex = 0,
    ) -> None: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def __replace__(
        self,
        *,
        x: SupportsFloat | SupportsIndex = ...,
        n: SupportsIndex = ...,
    ) -> Self: ...
    def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

@disjoint_base
class Fields:
    __match_args__ = ("text", "maybe", "inner", "color", "items")
    text: str
    maybe: float | None
    inner: Inner
    color: Color

    @property
    def items(self) -> _NumberList[float]: ...
    @items.setter
    def items(
        self,
        value: Buffer | Iterable[SupportsFloat | SupportsIndex],
    ) -> None: ...
    def __init__(
        self,
        text: str | Buffer = ...,
        maybe: SupportsFloat | SupportsIndex | None = None,
        inner: Inner = ...,
        color: Color | _ColorName = Color.red,
        items: Buffer | Iterable[SupportsFloat | SupportsIndex] = ...,
    ) -> None: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def __replace__(
        self,
        *,
        text: str | Buffer = ...,
        maybe: SupportsFloat | SupportsIndex | None = ...,
        inner: Inner = ...,
        color: Color | _ColorName = ...,
        items: Buffer | Iterable[SupportsFloat | SupportsIndex] = ...,
    ) -> Self: ...
    def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

@disjoint_base
class Value:
    __match_args__ = ("number", "n")
    number: float
    n: int

    def __init__(
        self,
        number: SupportsFloat | SupportsIndex = 0.0,
        n: SupportsIndex = 0,
    ) -> None: ...
    @staticmethod
    def twice(x: SupportsFloat | SupportsIndex) -> float: ...
    @staticmethod
    def of(x: SupportsFloat | SupportsIndex) -> Value: ...
    def apply(
        self,
        f: Callable[[float], SupportsFloat | SupportsIndex],
    ) -> float: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __lt__(self, other: Value, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __contains__(self, x: SupportsFloat | SupportsIndex, /) -> bool: ...
    def __call__(self, x: SupportsFloat | SupportsIndex) -> float: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def __replace__(
        self,
        *,
        number: SupportsFloat | SupportsIndex = ...,
        n: SupportsIndex = ...,
    ) -> Self: ...
    def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

@disjoint_base
class Counter:
    """Counts down, for loops."""

    __match_args__ = ("left",)
    left: int

    def __init__(self, left: SupportsIndex) -> None: ...
    def __iter__(self) -> Counter: ...
    def __next__(self) -> int: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def __replace__(self, *, left: SupportsIndex = ...) -> Self: ...
    def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

@disjoint_base
class Resource:
    """Is closed by `with`."""

    number: int

    def __init__(self, number: SupportsIndex) -> None: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def destroy(self) -> None:
        """Give back now what the object owns. ReferenceError: it has been destroyed before."""

    def __enter__(self) -> Resource:
        """The object itself, which is destroyed at the end of the block."""

    def __exit__(
        self,
        exc_type: object,
        exc_value: object,
        traceback: object,
        /,
    ) -> None:
        """Destroy the object, unless that is done."""

@disjoint_base
class Lists:
    __match_args__ = ("numbers", "texts", "structs")

    @property
    def numbers(self) -> _NumberList[float]: ...
    @numbers.setter
    def numbers(
        self,
        value: Buffer | Iterable[SupportsFloat | SupportsIndex],
    ) -> None: ...
    @property
    def texts(self) -> _List[str]: ...
    @texts.setter
    def texts(self, value: Iterable[str | Buffer]) -> None: ...
    @property
    def structs(self) -> _List[Inner]: ...
    @structs.setter
    def structs(self, value: Iterable[Inner]) -> None: ...
    def __init__(
        self,
        numbers: Buffer | Iterable[SupportsFloat | SupportsIndex] = ...,
        texts: Iterable[str | Buffer] = ...,
        structs: Iterable[Inner] = ...,
    ) -> None: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def __replace__(
        self,
        *,
        numbers: Buffer | Iterable[SupportsFloat | SupportsIndex] = ...,
        texts: Iterable[str | Buffer] = ...,
        structs: Iterable[Inner] = ...,
    ) -> Self: ...
    def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

@disjoint_base
class Maps:
    __match_args__ = ("numbers", "texts", "structs")

    @property
    def numbers(self) -> _Dict[float]: ...
    @numbers.setter
    def numbers(
        self,
        value: Mapping[str, SupportsFloat | SupportsIndex],
    ) -> None: ...
    @property
    def texts(self) -> _Dict[str]: ...
    @texts.setter
    def texts(self, value: Mapping[str, str | Buffer]) -> None: ...
    @property
    def structs(self) -> _Dict[Inner]: ...
    @structs.setter
    def structs(self, value: Mapping[str, Inner]) -> None: ...
    def __init__(
        self,
        numbers: Mapping[str, SupportsFloat | SupportsIndex] = ...,
        texts: Mapping[str, str | Buffer] = ...,
        structs: Mapping[str, Inner] = ...,
    ) -> None: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def __replace__(
        self,
        *,
        numbers: Mapping[str, SupportsFloat | SupportsIndex] = ...,
        texts: Mapping[str, str | Buffer] = ...,
        structs: Mapping[str, Inner] = ...,
    ) -> Self: ...
    def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

@disjoint_base
class Big:
    __match_args__ = ("values", "bumps")
    bumps: int

    @property
    def values(self) -> _NumberList[float]: ...
    @values.setter
    def values(
        self,
        value: Buffer | Iterable[SupportsFloat | SupportsIndex],
    ) -> None: ...
    def __init__(
        self,
        values: Buffer | Iterable[SupportsFloat | SupportsIndex],
        bumps: SupportsIndex = 0,
    ) -> None: ...
    def bump(self) -> int: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def __replace__(
        self,
        *,
        values: Buffer | Iterable[SupportsFloat | SupportsIndex] = ...,
        bumps: SupportsIndex = ...,
    ) -> Self: ...
    def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

def __nano_ffi_description__() -> str: ...
def __nano_ffi_signature__(name: str, /) -> Any: ...
