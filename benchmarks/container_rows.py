"""What lists, tuples and dicts cost that cross as values: the functions of zig/containers.zig."""

from __future__ import annotations

from typing import Any

from benchmarks.statements import Statement

__all__ = ["ROWS"]


def given(name: str, function: str, value: str, result: Any, **options: Any) -> Statement:
    """A value goes in."""
    return Statement(
        name=f"in: {name}",
        code=f"{function}(value)",
        setup=f"prepare(); value = {value}",
        check=f"r == {result!r}",
        **{"once": True} | options,
    )


def made(name: str, code: str, check: str, **options: Any) -> Statement:
    """A result comes out."""
    return Statement(name=f"out: {name}", code=code, setup="prepare()", check=check, **{"once": True} | options)


FLOATS = "[i + 0.5 for i in range({})]"
TEXTS = "[f'text{i}' for i in range(1000)]"
POINTS = "[Point(i + 0.5, 1.5, i * 7) for i in range(1000)]"
RECORDS = "[{'x': i + 0.5, 'y': 1.5, 'n': i * 7} for i in range(1000)]"
PAIRS = "[(i * 7, i + 0.5) for i in range(1000)]"

ROWS = [
    given("list of 10 floats", "sum_floats", FLOATS.format(10), 50.0, once=False),
    given("list of 1000 floats", "sum_floats", FLOATS.format(1000), 500_000.0),
    given("list of 100,000 floats", "sum_floats", FLOATS.format(100_000), 5e9, heavy=True),
    given("tuple of 1000 floats", "sum_floats", f"tuple({FLOATS.format(1000)})", 500_000.0),
    given("list of 1000 ints", "sum_ints", "[i * 7 for i in range(1000)]", 3_496_500),
    given("list of 1000 texts", "sum_texts", TEXTS, 6890),
    given("tuple of 1000 texts", "sum_texts", f"tuple({TEXTS})", 6890),
    given("list of 1000 structs", "sum_points", POINTS, 500_000.0),
    given("tuple of 1000 structs", "sum_points", f"tuple({POINTS})", 500_000.0),
    given("list of 1000 dicts as structs", "sum_records", RECORDS, 500_000.0),
    given("list of 1000 pairs", "sum_pairs", PAIRS, 500_000.0),
    given("list of 100 lists of 10", "sum_lists", f"[{FLOATS.format(10)} for _ in range(100)]", 5000.0),
    given("dict of 1000 floats", "sum_dict", "{f'text{i}': i + 0.5 for i in range(1000)}", 500_000.0),
    given("tuple of three", "third", "(1.0, 2.0, 3.0)", 3.0, once=False),
    made("list of 10 floats", "make_floats(10)", "r[9] == 9.5", once=False),
    made("list of 1000 floats", "make_floats(1000)", "len(r) == 1000 and r[999] == 999.5"),
    made("list of 100,000 floats", "make_floats(100_000)", "len(r) == 100_000 and r[-1] == 99_999.5", heavy=True),
    made("list of 1000 ints", "make_ints(1000)", "len(r) == 1000 and r[999] == 6993"),
    made("list of 1000 texts", "make_texts(1000)", "len(r) == 1000 and r[999] == 'text999'"),
    made("list of 1000 structs", "make_points(1000)", "len(r) == 1000 and r[999].n == 6993"),
    made("list of 1000 dicts of structs", "make_records(1000)", "len(r) == 1000 and r[999]['n'] == 6993"),
    made("list of 1000 pairs", "make_pairs(1000)", "len(r) == 1000 and r[999] == (6993, 999.5)"),
    made("dict of 1000 floats", "make_dict()", "len(r) == 1000 and r['text999'] == 999.5"),
    made("tuple of two", "make_pair()", "r == (2100, 300.5)", once=False),
]
