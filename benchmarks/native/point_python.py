"""The class P in Python, with slots."""

from __future__ import annotations

from math import sqrt

__all__ = ["P"]


class P:
    __slots__ = ("n", "x", "y")

    def __init__(self, x: float = 0.0, y: float = 0.0, n: int = 0) -> None:
        self.x = x
        self.y = y
        self.n = n

    def norm(self) -> float:
        return sqrt(self.x * self.x + self.y * self.y)

    def move(self, dx: float, dy: float) -> None:
        self.x += dx
        self.y += dy

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> float:
        if index == 0:
            return self.x
        if index == 1:
            return self.y
        if index == 2:
            return float(self.n)
        raise IndexError("there are three items")

    def __add__(self, other: P) -> P:
        return P(self.x + other.x, self.y + other.y, self.n + other.n)
