"""The classes of zig/objects.zig as native classes of mypyc."""

from __future__ import annotations

import enum
from collections.abc import Callable

from mypy_extensions import i64


class Color(enum.IntEnum):
    red = 0
    green = 1
    blue = 2


class Inner:
    def __init__(self, x: float = 0.0, n: i64 = 0) -> None:
        self.x = x
        self.n: i64 = n


class Fields:
    def __init__(self) -> None:
        self.text = ""
        self.maybe: float | None = None
        self.inner = Inner()
        self.color = Color.red
        self.items: list[float] = []


class Value:
    def __init__(self, number: float = 0.0, n: i64 = 0) -> None:
        self.number = number
        self.n: i64 = n

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
        return int(self.n)

    def __repr__(self) -> str:
        return f"Value(number={self.number!r}, n={self.n!r})"

    def __contains__(self, x: float) -> bool:
        return x < self.number

    def __call__(self, x: float) -> float:
        return self.number * x


class Counter:
    def __init__(self, left: i64) -> None:
        self.left: i64 = left

    def __iter__(self) -> Counter:
        return Counter(self.left)

    def __next__(self) -> object:  # what is unboxed does not compile
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        return int(self.left)


class Resource:
    def __init__(self, number: i64) -> None:
        self.number = number

    def __enter__(self) -> Resource:  # noqa: PYI034
        return self

    def __exit__(self, *error: object) -> None:
        self.number = 0


class Lists:
    def __init__(self) -> None:
        self.numbers: list[float] = []
        self.texts: list[str] = []
        self.structs: list[Inner] = []


class Maps:
    def __init__(self) -> None:
        self.numbers: dict[str, float] = {}
        self.texts: dict[str, str] = {}
        self.structs: dict[str, Inner] = {}


class Big:
    def __init__(self, values: list[float]) -> None:
        self.values = values
        self.bumps: i64 = 0

    def bump(self) -> i64:
        self.values[0] += 1
        self.bumps += 1
        return self.bumps
