"""The classes of zig/objects.zig in Python, with slots."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Big", "Color", "Counter", "Fields", "Inner", "Lists", "Maps", "Resource", "Value"]


class Color(enum.IntEnum):
    red = 0
    green = 1
    blue = 2


class Inner:
    __slots__ = ("n", "x")

    def __init__(self, x: float = 0.0, n: int = 0) -> None:
        self.x = x
        self.n = n


class Fields:
    __slots__ = ("color", "inner", "items", "maybe", "text")

    def __init__(self) -> None:
        self.text = ""
        self.maybe: float | None = None
        self.inner = Inner()
        self.color = Color.red
        self.items: list[float] = []


class Value:
    __slots__ = ("n", "number")

    def __init__(self, number: float = 0.0, n: int = 0) -> None:
        self.number = number
        self.n = n

    @staticmethod
    def twice(x: float) -> float:
        return x * 2

    @classmethod
    def of(cls, x: float) -> Value:
        return cls(x)

    def apply(self, f: Callable[[float], float]) -> float:
        return f(self.number)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Value):
            return NotImplemented
        return self.number == other.number and self.n == other.n

    def __lt__(self, other: Value) -> bool:
        return self.number < other.number

    def __hash__(self) -> int:
        return self.n

    def __repr__(self) -> str:
        return f"Value(number={self.number!r}, n={self.n!r})"

    def __contains__(self, x: float) -> bool:
        return x < self.number

    def __call__(self, x: float) -> float:
        return self.number * x


class Counter:
    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def __iter__(self) -> Counter:
        return Counter(self.left)

    def __next__(self) -> int:
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        return self.left


class Resource:
    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def __enter__(self) -> Resource:  # noqa: PYI034
        return self

    def __exit__(self, *error: object) -> None:
        self.number = 0


class Lists:
    __slots__ = ("numbers", "structs", "texts")

    def __init__(self) -> None:
        self.numbers: list[float] = []
        self.texts: list[str] = []
        self.structs: list[Inner] = []


class Maps:
    __slots__ = ("numbers", "structs", "texts")

    def __init__(self) -> None:
        self.numbers: dict[str, float] = {}
        self.texts: dict[str, str] = {}
        self.structs: dict[str, Inner] = {}


class Big:
    __slots__ = ("bumps", "values")

    def __init__(self, values: list[float]) -> None:
        self.values = values
        self.bumps = 0

    def bump(self) -> int:
        self.values[0] += 1
        self.bumps += 1
        return self.bumps
