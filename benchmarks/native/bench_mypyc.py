"""The bodies in Python, compiled by mypyc; those that Python can say as the others do."""

from __future__ import annotations

from mypy_extensions import i64


def nothing() -> None:
    pass


def increment(a: i64) -> i64:
    return a + 1


def add(a: i64, b: i64) -> i64:
    return a + b


def add_keywords(a: i64, b: i64) -> i64:
    return a + b


def mul(a: float, b: float) -> float:
    return a * b


def sum8(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64) -> i64:
    return a + b + c + d + e + f + g + h


def negate(value: bool) -> bool:
    return not value


def divide(a: i64, b: i64) -> tuple[i64, i64]:
    if b == 0:
        raise ZeroDivisionError("DivisionByZero")
    return a // b, a % b
