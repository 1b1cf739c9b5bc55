"""The functions of zig/containers.zig in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence


class Point:
    __slots__ = ("n", "x", "y")

    def __init__(self, x: float = 0.0, y: float = 0.0, n: int = 0) -> None:
        self.x = x
        self.y = y
        self.n = n


class Record(TypedDict):
    x: float
    y: float
    n: int


def prepare() -> None:
    pass


def sum_floats(values: Sequence[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total


def sum_ints(values: Sequence[int]) -> int:
    total = 0
    for value in values:
        total += value
    return total


def sum_texts(values: Sequence[str]) -> int:
    total = 0
    for value in values:
        total += len(value)
    return total


def sum_points(values: Sequence[Point]) -> float:
    total = 0.0
    for value in values:
        total += value.x
    return total


def sum_records(values: Sequence[Record]) -> float:
    total = 0.0
    for value in values:
        total += value["x"]
    return total


def sum_pairs(values: Sequence[tuple[int, float]]) -> float:
    total = 0.0
    for value in values:
        total += value[1]
    return total


def sum_lists(values: Sequence[Sequence[float]]) -> float:
    total = 0.0
    for some in values:
        for value in some:
            total += value
    return total


def sum_dict(values: dict[str, float]) -> float:
    total = 0.0
    for value in values.values():
        total += value
    return total


def third(values: Sequence[float]) -> float:
    return values[2]


def make_floats(n: int) -> list[float]:
    return [index + 0.5 for index in range(n)]


def make_ints(n: int) -> list[int]:
    return [index * 7 for index in range(n)]


def make_texts(n: int) -> list[str]:
    return [f"text{index}" for index in range(n)]


def make_points(n: int) -> list[Point]:
    return [Point(index + 0.5, index + 0.5, index * 7) for index in range(n)]


def make_records(n: int) -> list[Record]:
    return [{"x": index + 0.5, "y": index + 0.5, "n": index * 7} for index in range(n)]


def make_pairs(n: int) -> list[tuple[int, float]]:
    return [(index * 7, index + 0.5) for index in range(n)]


def make_pair() -> tuple[int, float]:
    return 2100, 300.5


def make_dict() -> dict[str, float]:
    return {f"text{index}": index + 0.5 for index in range(1000)}
