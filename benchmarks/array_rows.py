"""What arrays cost that cross without a copy: the functions of zig/arrays.zig."""

from __future__ import annotations

from benchmarks.statements import Statement

__all__ = ["ROWS"]

NUMPY = "import numpy as np; "
RECORDS = "np.array([(i, i + 1) for i in range(1000)], np.dtype([('x', 'f8'), ('y', 'f8')]))"


def given(name: str, code: str, value: str, result: float) -> Statement:
    """An array goes in, which is only read."""
    return Statement(
        name=f"array in: {name}", code=code, setup=f"{NUMPY}value = {value}", check=f"r == {result}", once=True
    )


def made(count: int) -> Statement:
    """Another array as long."""
    return Statement(
        name=f"array out: {count:,} floats",
        code="doubled(value)",
        setup=f"{NUMPY}value = np.arange({count}.0)",
        check=f"len(r) == {count} and r[{count - 1}] == {2 * (count - 1)}",
        once=True,
        heavy=count > 100_000,
    )


def each(count: int) -> Statement:
    """A function of two numbers, for each item."""
    return Statement(
        name=f"each of {count:,} floats",
        code="length(x, y)",
        setup=f"{NUMPY}x = np.full({count}, 3.0); y = np.full({count}, 4.0)",
        check=f"len(r) == {count} and r[{count - 1}] == 5.0",
        once=True,
        heavy=count > 100_000,
    )


ROWS = [
    given("1000 floats", "total(value)", "np.arange(1000.0)", 499_500.0),
    given("32 rows of 32 floats", "total_of_rows(value)", "np.arange(1024.0).reshape(32, 32)", 523_776.0),
    given("every other of 2000 floats", "total_of_each(value)", "np.arange(2000.0)[::2]", 999_000.0),
    given("1000 records", "weighed(value)", RECORDS, 333_333_000.0),
    made(10),
    made(1000),
    made(1_000_000),
    Statement(
        name="list in, list out: 1000 floats",
        code="doubled_list(value)",
        setup="value = [i + 0.5 for i in range(1000)]",
        check="len(r) == 1000 and r[999] == 1999.0",
        once=True,
    ),
    each(10),
    each(1000),
    each(1_000_000),
    Statement(
        name="column of Arrow: 1000 floats, 100 null",
        code="total_of_column(value)",
        setup="import pyarrow; value = pyarrow.array([None if i % 10 == 9 else float(i) for i in range(1000)])",
        check="r == 449100.0",
        once=True,
    ),
]
