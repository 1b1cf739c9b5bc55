"""Columns of Arrow, on a module compiled from tests/extension/columns.zig."""

from __future__ import annotations

import contextlib
import copy
import gc
import pickle
import re
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def columns(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("columns")


@pytest.fixture(scope="module")
def pa() -> Any:
    return pytest.importorskip("pyarrow", reason="pyarrow is not installed")


@pytest.fixture(scope="module")
def pl() -> Any:
    return pytest.importorskip("polars", reason="polars is not installed")


TEXTS = ["ab", None, "", "a text of more than twelve bytes", "ä€", None, "twelve bytes"] * 3

CASES: dict[str, tuple[str, Callable[[Any], Any], list[Any] | None]] = {
    "floats": ("f64", lambda pa: pa.array([1.5, None, 3]), [1.5, None, 3.0]),
    "no nulls": ("f64", lambda pa: pa.array([1.5, 2]), [1.5, 2.0]),
    "nothing": ("f64", lambda pa: pa.array([], "f8"), []),
    "nulls only": ("f64", lambda pa: pa.array([None, None], "f8"), [None, None]),
    "a part": ("f64", lambda pa: pa.array([float(i) if i % 3 else None for i in range(40)])[5:19], None),
    "ints": ("f64", lambda pa: pa.array([1, None, 3]), [1.0, None, 3.0]),
    "small ints": ("u64", lambda pa: pa.array([None, 7], "u1"), [None, 7]),
    "large ints": ("i8", lambda pa: pa.array([None, -128, 127], "i8"), [None, -128, 127]),
    "bools": ("bool", lambda pa: pa.array([True, None, False] * 9)[2:21], None),
    "texts": ("text", lambda pa: pa.array(TEXTS), TEXTS),
    "a part of texts": ("text", lambda pa: pa.array(TEXTS)[3:9], TEXTS[3:9]),
    "large texts": ("text", lambda pa: pa.array(TEXTS, pa.large_string()), TEXTS),
    "views": ("text", lambda pa: pa.array(TEXTS, pa.string_view()), TEXTS),
    "no texts": ("text", lambda pa: pa.array([], pa.string()), []),
    "pieces": ("f64", lambda pa: pa.chunked_array([[1.5, None], [], [None, 4.0, 5.0]]), [1.5, None, None, 4.0, 5.0]),
    "pieces of bools": ("bool", lambda pa: pa.chunked_array([[True, None], [False]]), [True, None, False]),
    "pieces of texts": ("text", lambda pa: pa.chunked_array([TEXTS[:2], TEXTS[2:5]]), TEXTS[:5]),
    "no pieces": ("i8", lambda pa: pa.chunked_array([], "i1"), []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_column_there_and_back(columns: ModuleType, pa: Any, case: str) -> None:
    name, make, expected = CASES[case]
    given = make(pa)
    made = getattr(columns, f"copy_{name}")(given)
    assert made.tolist() == list(made) == (given.to_pylist() if expected is None else expected)
    back = pa.array(made)
    back.validate(full=True)
    assert back.to_pylist() == made.tolist()
    assert back.null_count == made.tolist().count(None)


def test_what_can_be_is_shared(columns: ModuleType, pa: Any) -> None:
    values = pa.array([1.5, None, 3.0])
    assert columns.address(values) == values.buffers()[1].address
    assert columns.address(values[1:]) == values.buffers()[1].address + 8
    made = columns.copy_f64(values)
    assert pa.array(made).buffers()[1].address == columns.address(made)
    assert columns.sum(made) == columns.sum(values) == 4.5
    assert columns.nulls(None) is None
    assert columns.nulls(pa.array(TEXTS)) == 6


def test_a_column_that_is_lent_is_copied_as_a_result(columns: ModuleType, pa: Any) -> None:
    for name, values in (("f64", [1.5, None]), ("text", TEXTS), ("bool", [True, None, False])):
        given = pa.array(values)
        made = getattr(columns, f"same_{name}")(given)
        del given
        gc.collect()
        assert made.tolist() == values
        assert pa.array(getattr(columns, f"same_{name}")(made)).to_pylist() == values


def test_times(columns: ModuleType, pa: Any) -> None:
    made = columns.times(3, "Europe/Berlin")
    assert made.tolist() == [0, None, 2]
    assert pa.array(made).type == pa.timestamp("ms", "Europe/Berlin")
    assert pa.array(columns.times(1, "")).type == pa.timestamp("ms")
    for typ in (pa.timestamp("s"), pa.timestamp("us", "UTC"), pa.duration("ns"), pa.int64()):
        given = pa.array([1, None, 5], typ)
        back = pa.array(columns.copy_i64(given))
        assert (back.type, back) == (typ, given)
        assert columns.unit(given) == getattr(typ, "unit", None)
    with pytest.raises(ValueError, match=r"^the timezone of a column has more than 59 bytes: give it a shorter name$"):
        columns.times(1, "x" * 60)
    assert pa.array(columns.times(1, "x" * 59)).type.tz == "x" * 59


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("kind", ["M8", "m8", ">M8"])
def test_times_of_numpy(columns: ModuleType, pa: Any, unit: str, kind: str) -> None:
    np: Any = pytest.importorskip("numpy", reason="numpy is not installed", minversion="2")
    times = np.array([5, "NaT", -7, 9], f"{kind}[{unit}]")
    expected = pa.duration(unit) if kind == "m8" else pa.timestamp(unit)
    for given in (times, times[::-1], times[2:], times[:0]):
        made = columns.copy_i64(given)
        assert made.tolist() == [
            None if np.isnat(time) else int(time.view("i8")) for time in given.astype(f"{kind[-2:]}[{unit}]")
        ]
        assert (pa.array(made).type, columns.unit(given)) == (expected, unit)


class Hostile:
    """Says that it has times, and has none."""

    dtype = SimpleNamespace(str="<M8[s]")

    def __array__(self) -> Hostile:
        return self

    def view(self, _: str) -> list[int]:
        return [1]


def test_numpy_has_other_times(columns: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    np: Any = pytest.importorskip("numpy", reason="numpy is not installed", minversion="2")
    for dtype in ("M8[D]", "m8[h]", "M8", "M8[25s]"):
        text = f"copy_i64(): parameter 'values' must be times in s, ms, us or ns (Column(i64)), not of numpy's dtype '{np.dtype(dtype).str}': "
        with pytest.raises(TypeError, match=f"^{re.escape(text)}convert them, as x.astype"):
            columns.copy_i64(np.zeros(2, dtype))
    for value in (np.zeros(2), np.zeros(2, "i8"), np.float64(1)):
        with pytest.raises(TypeError, match="must be a column of Arrow"):
            columns.copy_i64(value)
    with pytest.raises(TypeError, match="must be a column of Arrow"):
        columns.copy_i64(Hostile())
    with pytest.raises(ValueError, match="must have 1 dimension"):
        columns.copy_i64(np.zeros((4, 4), "M8[s]")[:, ::2])
    pandas: Any = pytest.importorskip("pandas", reason="pandas is not installed")
    days = pandas.date_range("2020-01-01", periods=2, unit="s")
    assert columns.copy_i64(days).tolist() == [1577836800, 1577923200]
    times = np.array([1, "NaT"] * 500, "M8[s]")
    assert growth(lambda: (columns.copy_i64(times), columns.copy_i64(times[::-1]))) < 16


def test_polars_and_pandas(columns: ModuleType, pl: Any) -> None:
    values = pl.Series([1.5, None, 3.0])
    assert columns.sum(values) == 4.5
    made = pl.Series(columns.copy_f64(pl.concat([values, values], rechunk=False)))
    assert made.to_list() == [1.5, None, 3.0] * 2
    assert columns.upper(pl.Series(["a", None, "long enough to be elsewhere"])).tolist() == [
        "A",
        None,
        "LONG ENOUGH TO BE ELSEWHERE",
    ]
    pandas: Any = pytest.importorskip("pandas", reason="pandas is not installed", minversion="3")
    assert columns.upper(pandas.Series(["a", None])).tolist() == ["A", None]
    assert columns.sum(pandas.Series([1.0, 2.0])) == 3.0


REFUSED: dict[str, tuple[str, Callable[[Any], Any], type[Exception], str]] = {
    "a list": (
        "sum",
        lambda _: [1.0],
        TypeError,
        "sum(): parameter 'values' must be a column of Arrow (Column(f64)), and this list has no __arrow_c_array__: "
        "pass a Series of polars or pandas, or pyarrow.array(x)",
    ),
    "texts": (
        "sum",
        lambda pa: pa.array(["a"]),
        TypeError,
        "sum(): parameter 'values' must be a column of such items (Column(f64)), not of Arrow's format 'u': cast it",
    ),
    "floats": ("copy_i8", lambda pa: pa.array([1.5]), TypeError, "not of Arrow's format 'g': cast it"),
    "times": ("sum", lambda pa: pa.array([1], pa.timestamp("s")), TypeError, "not of Arrow's format 'tss:': cast it"),
    "dates": ("copy_i64", lambda pa: pa.array([1], pa.date32()), TypeError, "not of Arrow's format 'tdD': cast it"),
    "categories": (
        "copy_text",
        lambda pa: pa.array(["a"]).dictionary_encode(),
        TypeError,
        "not of categories, with Arrow's format 'i': cast it",
    ),
    "a table": ("sum", lambda pa: pa.table({"a": [1.0]}), TypeError, "this Table is a table: pass one of its columns"),
    "a large int": (
        "copy_i8",
        lambda pa: pa.array([None, 1, 300]),
        OverflowError,
        "copy_i8(): parameter 'values[1]' is out of range for i8 (-128 to 127)",
    ),
    "a long word": ("upper", lambda pa: pa.array(["x" * 101]), RuntimeError, "TooLong"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_column(columns: ModuleType, pa: Any, case: str) -> None:
    name, make, exception, text = REFUSED[case]
    with pytest.raises(exception, match=re.escape(text)):
        getattr(columns, name)(make(pa))


def test_what_is_under_a_null_does_not_matter(columns: ModuleType, pa: Any) -> None:
    buffers = [pa.py_buffer(b"\2"), pa.py_buffer(b"\xff\x7f\5\0")]
    assert columns.copy_i8(pa.Array.from_buffers(pa.int16(), 2, buffers)).tolist() == [None, 5]


def test_without_libraries(columns: ModuleType) -> None:
    made = columns.times(3, "UTC")
    assert (len(made), made[0], made[1], made[-1]) == (3, 0, None, 2)
    assert repr(made) == "<Column of i64, 3 rows, 1 null>"
    with pytest.raises(IndexError, match=r"^column index out of range$"):
        made[3]
    assert columns.copy_i64(made).tolist() == [0, None, 2]
    with pytest.raises(TypeError, match="takes at most 1 argument"):
        made.__arrow_c_array__(None, None)


def test_columns_are_parts_of_results(columns: ModuleType, pa: Any) -> None:
    values = pa.array([1.5, None])
    assert columns.parts(values) == ([1.5, None], [True, False], [0, 0])
    assert columns.parts(values[:0]) == ([], None, [0, 0])
    assert columns.named(values) == {"values": [1.5, None], "size": 2}
    copied = copy.deepcopy(columns.parts(values))
    assert [type(part).__name__ for part in copied] == ["Column", "Column", "Array"]


def test_columns_are_compared(columns: ModuleType) -> None:
    made = columns.times(3, "UTC")
    assert made == columns.times(3, "UTC") == [0, None, 2]
    assert made != columns.times(3, "")
    assert made != columns.times(2, "UTC")
    assert made != [0, None]
    assert made != (0, None, 2)
    with pytest.raises(TypeError, match=r"^unhashable type: 'nano_ffi\.Column'$"):
        hash(made)


def test_columns_are_pickled(columns: ModuleType) -> None:
    times = columns.times(3, "Europe/Berlin")
    for made in (times, columns.copy_i64(times), columns.times(0, "")):
        for other in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
            assert type(other) is type(made)
            assert other is not made
            assert other == made
    restore, (kind, form, rows) = times.__reduce__()
    assert (kind, form, rows) == ("i64", "tsm:Europe/Berlin", [0, None, 2])
    for arguments in ((kind, "g", rows), ("i128", form, rows), (kind, "t" * 64, rows)):
        with pytest.raises(ValueError, match=r"^the pickle is of another version of the column$"):
            restore(*arguments)
    with pytest.raises(TypeError, match="must be an int"):
        restore(kind, form, [1, "a"])
    for arguments in ((3, form, rows), (kind, object(), rows)):
        with pytest.raises(TypeError, match=r" must be a str$"):
            restore(*arguments)


def test_texts_are_pickled(columns: ModuleType, pa: Any) -> None:
    for name, values in (("text", TEXTS), ("bool", [True, None, False]), ("f64", [1.5, None])):
        made = getattr(columns, f"copy_{name}")(pa.array(values))
        other = pickle.loads(pickle.dumps(made))
        assert other == made == values
        assert pa.array(other).equals(pa.array(made))
    restore, (kind, form, _) = columns.copy_text(pa.array(["a"])).__reduce__()
    with pytest.raises(TypeError, match=r"^3 must be a str$"):
        restore(kind, form, ["a", 3])


def test_a_column_outlives_its_object(columns: ModuleType, pa: Any) -> None:
    kept = [pa.array(columns.copy_text(pa.array(TEXTS))) for _ in range(20)]
    gc.collect()
    assert {tuple(column.to_pylist()) for column in kept} == {tuple(TEXTS)}
    capsules = columns.times(3, "UTC").__arrow_c_array__(requested_schema=None)
    gc.collect()
    del capsules


def test_columns_leak_nothing(
    columns: ModuleType, pa: Any, growth: Callable[[Callable[[], Any]], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NANO_FFI_GROWTH_CALLS", "300")
    floats = pa.array([1.5, None])
    texts, pieces = pa.array(TEXTS), pa.chunked_array([TEXTS[:2], TEXTS[2:5]])
    refused = [(getattr(columns, name), make(pa)) for name, make, *_ in REFUSED.values()]

    def calls() -> None:
        columns.copy_text(texts)
        columns.copy_text(pieces).__arrow_c_array__()
        pa.array(columns.same_text(texts))
        for function, argument in refused:
            with contextlib.suppress(Exception):
                function(argument)
        with contextlib.suppress(ValueError):
            columns.times(1, "x" * 60)
        columns.parts(floats)
        columns.named(floats)
        made = columns.copy_text(texts)
        assert pickle.loads(pickle.dumps(made)) == made
        restore, arguments = made.__reduce__()
        with contextlib.suppress(TypeError):
            restore(*arguments[:2], ["a", 3])

    assert growth(calls) < 16
