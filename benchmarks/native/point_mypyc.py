"""The class P as a native class of mypyc."""

from __future__ import annotations

from math import sqrt

from mypy_extensions import i64


class P:
    def __init__(self, x: float = 0.0, y: float = 0.0, n: i64 = 0) -> None:
        self.x = x
        self.y = y
        self.n: i64 = n

    def norm(self) -> float:
        return sqrt(self.x * self.x + self.y * self.y)

    def move(self, dx: float, dy: float) -> None:
        self.x += dx
        self.y += dy

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: i64) -> float:
        if index == 0:
            return self.x
        if index == 1:
            return self.y
        if index == 2:
            return float(self.n)
        raise IndexError("there are three items")

    def __add__(self, other: P) -> P:
        return P(self.x + other.x, self.y + other.y, self.n + other.n)

    def __reduce__(self) -> tuple[type[P], tuple[float, float, i64]]:
        return P, (self.x, self.y, self.n)
