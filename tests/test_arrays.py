"""Numbers in memory of others, on a module compiled from tests/extension/arrays.zig.

What needs numpy, pandas, pyarrow, polars or torch is skipped where that is not installed: `nox -s tests` installs them (but
for torch) with the CPythons that they have wheels for.
"""

from __future__ import annotations

import array
import collections
import contextlib
import copy
import ctypes
import gc
import inspect
import math
import mmap
import os
import pickle
import re
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def arrays(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("arrays")


@pytest.fixture(scope="module")
def np() -> Any:
    return pytest.importorskip("numpy", reason="numpy is not installed", minversion="2")


Make = Callable[[Any], Any]
"""Makes an argument with numpy, or another module of the case."""

TAKEN: dict[str, tuple[str, Make, Any]] = {
    "every other item": ("f64s", lambda np: np.arange(6.0)[::2], [0.0, 2.0, 4.0]),
    "backwards": ("f64s", lambda np: np.arange(3.0)[::-1], [2.0, 1.0, 0.0]),
    "a column": ("f64s", lambda np: np.arange(6.0).reshape(3, 2)[:, 1], [1.0, 3.0, 5.0]),
    "one item repeated": ("f64s", lambda np: np.broadcast_to(np.float64(2), 3), [2.0, 2.0, 2.0]),
    "nothing": ("f64s", lambda np: np.zeros(0, "i1"), []),
    "int64 as f64": ("f64s", lambda np: np.arange(3), [0.0, 1.0, 2.0]),
    "uint64 as f64": ("f64s", lambda np: np.array([2**64 - 1], "u8"), [2.0**64]),
    "bool as f64": ("f64s", lambda np: np.array([True, False]), [1.0, 0.0]),
    "float16 as f64": ("f64s", lambda np: np.array([0.5], "f2"), [0.5]),
    "float32 as f64": ("f64s", lambda np: np.array([0.5], "f4"), [0.5]),
    "longdouble as f64": ("f64s", lambda np: np.array([0.5], np.longdouble), [0.5]),
    "of another byte order": ("f64s", lambda np: np.arange(3, dtype=">f4"), [0.0, 1.0, 2.0]),
    "ints of another byte order": ("i64s", lambda np: np.array([-2, 258], ">i2"), [-2, 258]),
    "f64 as f32": ("f32s", lambda np: np.array([0.1]), [pytest.approx(0.1)]),
    "f64 as f16": ("f16s", lambda np: np.array([0.5, math.inf]), [0.5, math.inf]),
    "int32 as i64": ("i64s", lambda np: np.array([-1], "i4"), [-1]),
    "uint64 as i64": ("i64s", lambda np: np.array([7], "u8"), [7]),
    "uint8 as i8": ("i8s", lambda np: np.array([127], "u1"), [127]),
    "int64 as u16": ("u16s", lambda np: np.array([65535]), [65535]),
    "bool as u16": ("u16s", lambda np: np.array([True]), [1]),
    "int64 as u7": ("u7s", lambda np: np.array([100, 27]), 127),
    "bools": ("bools", lambda np: np.array([True, False, True])[::2], [True, True]),
    "complex64 as c128": ("c128s", lambda np: np.array([1 + 2j], "c8"), [1 + 2j]),
    "complex128 as c64": ("c64s", lambda np: np.array([1 + 2j]), [1 + 2j]),
    "floats as complex": ("c64s", lambda np: np.array([1.5]), [1.5 + 0j]),
    "a complex64": ("complex", lambda np: np.complex64(1 + 2j), 1 + 2j),
    "complex64 in a list": ("c64s", lambda np: [np.complex64(1 + 2j)], [1 + 2j]),
    "complex64 in a field": ("complex_field", lambda np: {"z": np.complex64(1 + 2j)}, 1 + 2j),
    "objects": ("f64s", lambda np: np.array([1, 2.5], object), [1.0, 2.5]),
    "misaligned": ("f64s", lambda np: np.zeros(17, "u1")[1:].view("f8"), [0.0, 0.0]),
    "a point": ("norm", lambda np: np.array([1, 2, 2]), 3.0),
    "a strided point": ("norm", lambda np: np.array([1, 9, 2, 9, 2])[::2], 3.0),
    "a matrix": ("determinant", lambda np: np.array([[1, 2], [3, 4]]), -2.0),
    "rows of points": ("nearest", lambda np: np.arange(4).reshape(2, 2).T, [0.0, 2.0]),
    "arrays in a list": ("nearest", lambda np: [np.array([1, 2])], [1.0, 2.0]),
    "rows": ("rows", lambda np: np.ones((2, 3), "f4"), [3.0, 3.0]),
    "rows in a list": ("rows", lambda np: [np.ones(2), range(3)], [2.0, 3.0]),
    "an optional": ("maybe", lambda np: np.arange(3), 3.0),
    "a field": ("field", lambda np: {"values": np.arange(3), "origin": np.ones(3)}, 6.0),
    "a tuple": ("pair", lambda np: (np.arange(3), 2), 3.0),
    "texts": ("words", lambda np: np.array(["ab", "c"]), 3),
}


@pytest.mark.parametrize("case", TAKEN)
def test_what_numpy_has(arrays: ModuleType, np: Any, case: str) -> None:
    name, make, expected = TAKEN[case]
    assert getattr(arrays, name)(make(np)) == expected


def test_fields_of_an_object(arrays: ModuleType, np: Any) -> None:
    series = arrays.Series(values=np.arange(3), origin=np.ones(3, "f8"))
    assert (list(series.values), list(series.origin)) == ([0.0, 1.0, 2.0], [1.0, 1.0, 1.0])
    series.values = np.arange(4)[::-2]
    series.origin = np.arange(3)
    assert (list(series.values), list(series.origin)) == ([3.0, 1.0], [0.0, 1.0, 2.0])
    assert arrays.field(series) == 7.0


def test_what_is_in_an_object_is_shared(arrays: ModuleType, np: Any) -> None:
    """Of several dimensions, and of records, too: what is written is seen, and keeps the object."""
    body = arrays.Body(points=[arrays.Point(2, 3), arrays.Point(4)], ticks=[{"at": 7}], marks=[{"name": 1}])
    frame = np.asarray(body.frame)
    assert (frame.shape, frame.dtype, frame.strides) == ((2, 3), np.float32, (12, 4))
    frame[:] = np.arange(6).reshape(2, 3)
    points = np.asarray(body.points)
    assert (points.dtype.names, points.shape) == (("x", "y", "tag"), (2,))
    points["y"] += 1
    assert body.sum() == 15 + 2 * 4 + 4
    assert [list(row) for row in body.frame] == [[0, 1, 2], [3, 4, 5]]
    assert (body.points[1].y, arrays.weighted(body.points)) == (1.0, 0.0)
    ticks, marks = np.asarray(body.ticks), np.asarray(body.marks)
    assert (ticks["at"].tolist(), ticks["on"].tolist(), marks["at"].tolist()) == ([7], [False], [[0, 0]])
    assert not ticks.flags.writeable
    assert not marks.flags.writeable
    assert memoryview(body.none).shape == (2, 0)
    with pytest.raises(BufferError):
        body.points.append(arrays.Point(1))
    del body, points
    gc.collect()
    frame += 1
    assert frame.sum() == 21.0


def test_an_object_gives_its_array_back(arrays: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    held = arrays.Held(3)
    assert held.sum() == 5.0
    assert growth(lambda: arrays.Held(1000).sum()) < 16


def test_an_array_of_an_object_is_an_attribute(
    arrays: ModuleType, np: Any, growth: Callable[[Callable[[], Any]], float]
) -> None:
    held = arrays.Held(4)
    values = held.values
    assert (type(values).__name__, values) == ("Array", [0.0, 1.0, 4.0, 9.0])
    values[1] = 2.0
    np.asarray(values)[0] = 1.0
    part = values[2:]
    assert held.sum() == 16.0
    assert held.grid.tolist() == [[0, 0], [0, 1]]
    assert np.asarray(held.grid).flags.f_contiguous
    assert held.points[1] == arrays.Point(1, 0, 1)
    assert copy.copy(values) == pickle.loads(pickle.dumps(values)) == [1.0, 2.0, 4.0, 9.0]
    in_use = "^a buffer of the Held is in use, and it cannot be changed until that is released$"
    for change in (held.forget, lambda: held.destroy()):
        with pytest.raises(BufferError, match=in_use):
            change()
    del values
    with pytest.raises(BufferError, match=in_use):
        held.forget()
    with pytest.raises(
        BufferError, match=r"^an array of an object is no tensor: make it numpy's, as numpy.asarray\(x\)$"
    ):
        part.__dlpack__()
    with pytest.raises(AttributeError):
        held.values = [1.0]
    del part
    held.forget()
    assert held.values is None
    values = arrays.Held(4).values
    gc.collect()
    assert values == [0.0, 1.0, 4.0, 9.0]
    assert growth(lambda: [held.grid, arrays.Held(100).values[1:]]) < 16

    holder = arrays.Holder(3)
    seen = holder.seen().grid
    holder.held.grid[1, 1] = 5
    assert seen.tolist() == [[0, 0], [0, 5]]
    assert memoryview(seen).readonly
    assert not np.asarray(seen).flags.writeable
    with pytest.raises(TypeError, match=r"^the array is one of an object that is only read$"):
        seen[0, 0] = 1


def test_what_can_be_is_shared(arrays: ModuleType, np: Any) -> None:
    values = np.arange(4.0)
    assert arrays.address(values) == values.ctypes.data
    assert arrays.address(values[2:]) == values.ctypes.data + 16
    assert arrays.address_of_ints(np.zeros(3, "i4")[1:2]) != 0
    assert arrays.address(Tensor(values)) == values.ctypes.data
    assert arrays.address(Interface(values)) == values.ctypes.data


PLAIN: dict[str, tuple[str, Callable[[], Any], Any]] = {
    "range": ("f64s", lambda: range(3), [0.0, 1.0, 2.0]),
    "deque": ("i64s", lambda: collections.deque([1, 2]), [1, 2]),
    "the keys of a dict": ("i64s", {1: 0, 2: 0}.keys, [1, 2]),
    "the values of a dict": ("norm", {1: 1, 2: 2, 3: 2}.values, 3.0),
    "a set": ("i64s", lambda: {7}, [7]),
    "bytes": ("i64s", lambda: b"\1\2", [1, 2]),
    "an array": ("f64s", lambda: array.array("h", [-1, 2]), [-1.0, 2.0]),
    "a reversed memoryview": ("i64s", lambda: memoryview(array.array("q", [1, 2, 3]))[::-1], [3, 2, 1]),
    "a misaligned memoryview": ("f64s", lambda: memoryview(bytearray(9))[1:].cast("d"), [0.0]),
    "a memoryview of rows": ("rows", lambda: memoryview(bytes([1, 2, 3, 4])).cast("B", (2, 2)), [3.0, 7.0]),
    "an mmap": ("u16s", lambda: mmap.mmap(-1, 2), [0, 0]),
    "an array of ctypes": ("f64s", lambda: (ctypes.c_int * 3)(1, 2, 3), [1.0, 2.0, 3.0]),
    "rows of ctypes": ("rows", lambda: (ctypes.c_double.__ctype_be__ * 2 * 2)(), [0.0, 0.0]),
    "ranges in a list": ("rows", lambda: [range(3), (1,)], [3.0, 1.0]),
    "ranges in a range's place": ("nearest", lambda: [range(2)], [0.0, 1.0]),
}


@pytest.mark.parametrize("case", PLAIN)
def test_what_python_has(arrays: ModuleType, case: str) -> None:
    name, make, expected = PLAIN[case]
    assert getattr(arrays, name)(make()) == expected


COLUMNS: dict[str, tuple[str, str, Make, Any]] = {
    "ints of pandas": ("pandas", "f64s", lambda pd: pd.Series([1, 2]), [1.0, 2.0]),
    "a cut of pandas": ("pandas", "f64s", lambda pd: pd.Series([1.0, 2.0, 3.0])[::2], [1.0, 3.0]),
    "an index of pandas": ("pandas", "i64s", lambda pd: pd.Index([1, 2]), [1, 2]),
    "Int64 of pandas": ("pandas", "i64s", lambda pd: pd.Series([1, 2], dtype="Int64"), [1, 2]),
    "a column of pandas": ("pandas", "f64s", lambda pd: pd.DataFrame({"a": [1, 2], "b": 0.5})["a"], [1.0, 2.0]),
    "texts of pandas": ("pandas", "words", lambda pd: pd.Series(["ab", "c"]), 3),
    "floats of pyarrow": ("pyarrow", "f64s", lambda pa: pa.array([1.0, 2.0]), [1.0, 2.0]),
    "a cut of pyarrow": ("pyarrow", "i64s", lambda pa: pa.array([1, 2, 3], pa.int8())[1:], [2, 3]),
    "pieces of pyarrow": ("pyarrow", "i64s", lambda pa: pa.chunked_array([[1, 2], [3], [4]]), [1, 2, 3, 4]),
    "no pieces of pyarrow": ("pyarrow", "i64s", lambda pa: pa.chunked_array([], pa.int64()), []),
    "bools of pyarrow": ("pyarrow", "bools", lambda pa: pa.array([True, False, True] * 5)[13:], [False, True]),
    "pieces of bools": ("pyarrow", "bools", lambda pa: pa.chunked_array([[True], [False, True]]), [True, False, True]),
    "bools as ints": ("pyarrow", "u16s", lambda pa: pa.array([True, False]), [1, 0]),
    "half floats of pyarrow": ("pyarrow", "f32s", lambda pa: pa.array([0.5], pa.float16()), [0.5]),
    "a list of pyarrow": ("pyarrow", "nearest", lambda pa: [pa.array([1, 2])], [1.0, 2.0]),
    "ints of polars": ("polars", "f64s", lambda pl: pl.Series([1, 2]), [1.0, 2.0]),
    "pieces of polars": ("polars", "i64s", lambda pl: pl.Series([1]).append(pl.Series([2])), [1, 2]),
    "bools of polars": ("polars", "bools", lambda pl: pl.Series([True, False]), [True, False]),
    "a field of polars": ("polars", "field", lambda pl: {"values": pl.Series([1, 2], dtype=pl.UInt8)}, 3.0),
    "a tensor": ("torch", "f64s", lambda torch: torch.arange(3), [0.0, 1.0, 2.0]),
    "a strided tensor": ("torch", "f32s", lambda torch: torch.arange(6.0)[::2], [0.0, 2.0, 4.0]),
    "a matrix of torch": ("torch", "determinant", lambda torch: torch.eye(2).T, 1.0),
    "bools of torch": ("torch", "bools", lambda torch: torch.tensor([True]), [True]),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_columns_and_tensors(arrays: ModuleType, case: str) -> None:
    library, name, make, expected = COLUMNS[case]
    module = pytest.importorskip(library, reason=f"{library} is not installed")
    assert getattr(arrays, name)(make(module)) == expected


def test_columns_are_shared(arrays: ModuleType) -> None:
    pa: Any = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    column = pa.array([1.0, 2.0, 3.0])
    assert arrays.address(column) == column.buffers()[1].address
    assert arrays.address(column[1:]) == column.buffers()[1].address + 8


class Tensor:
    """Nothing but a tensor of DLPack."""

    def __init__(self, values: Any, device: tuple[int, int] | None = None) -> None:
        self.values = values
        self.device = device

    def __dlpack__(self, **options: Any) -> Any:
        return self.values.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.device or self.values.__dlpack_device__()


class OldTensor(Tensor):
    """The same without a version."""

    def __dlpack__(self, stream: object = None) -> Any:  # type: ignore[override]
        return self.values.__dlpack__()


class Interface:
    """Nothing but numpy's array interface."""

    def __init__(self, values: Any, **changes: Any) -> None:
        self.values = values
        self.changes = changes

    @property
    def __array_interface__(self) -> Any:
        return self.values.__array_interface__ | self.changes


class Array:
    """Nothing but what numpy calls."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.values


def test_protocols(arrays: ModuleType, np: Any) -> None:
    values = np.arange(12).reshape(3, 4)
    for kind in (Tensor, OldTensor, Interface, Array):
        assert arrays.i64s(kind(values[::-1, 1])) == [9, 5, 1]
        assert arrays.rows(kind(values.T[1:])) == [15.0, 18.0, 21.0]
        assert arrays.bools(kind(np.array([True, False]))) == [True, False]
        assert arrays.c64s([*kind(np.array([1j], "c8")).values]) == [1j]


class Closed:
    def __dlpack__(self, **_: Any) -> Any:
        raise BufferError("it is read-only")


REFUSED: dict[str, tuple[str, Make, type[Exception], str]] = {
    "floats as ints": (
        "i64s",
        lambda np: np.array([1.0]),
        TypeError,
        "i64s(): parameter 'values' must be of such items ([]const i64), not of floats of 8 bytes: convert it, as with "
        "x.astype() of numpy",
    ),
    "complex as floats": (
        "f64s",
        lambda np: np.array([1j]),
        TypeError,
        "f64s(): parameter 'values' must be of such items ([]const f64), not of complex numbers of 16 bytes: convert it, "
        "as with x.astype() of numpy",
    ),
    "uint8 as bools": (
        "bools",
        lambda np: np.array([1], "u1"),
        TypeError,
        "bools(): parameter 'values' must be of such items ([]const bool), not of unsigned ints of 1 bytes: convert it, as "
        "with x.astype() of numpy",
    ),
    "a bool that is none": (
        "bools",
        lambda np: np.array([1, 3], "u1").view(bool),
        ValueError,
        "bools(): parameter 'values' must hold only the bytes 0 and 1 ([]const bool), not 3",
    ),
    "a strided bool that is none": (
        "bools",
        lambda np: np.array([1, 0, 3], "u1").view(bool)[::2],
        ValueError,
        "bools(): parameter 'values' must hold only the bytes 0 and 1 ([]const bool), not 3",
    ),
    "uint8 as i8": (
        "i8s",
        lambda np: np.array([1, 200], "u1"),
        OverflowError,
        "i8s(): parameter 'values[1]' is out of range for i8 (-128 to 127)",
    ),
    "the 300th item": (
        "u7s",
        lambda np: np.arange(300) // 299 * 128,
        OverflowError,
        "u7s(): parameter 'values[299]' is out of range for u7 (0 to 127)",
    ),
    "a float that is too large": (
        "f32s",
        lambda np: np.array([1e300]),
        OverflowError,
        "f32s(): parameter 'values[0]' is too large for f32",
    ),
    "a longdouble that is too large": (
        "f64s",
        lambda np: np.array([1, np.finfo(np.longdouble).max], np.longdouble),
        OverflowError,
        "f64s(): parameter 'values[1]' is too large for f64",
    ),
    "a record as a float": (
        "f64s",
        lambda np: np.zeros(1, [("a", "f8")]),
        TypeError,
        "f64s(): parameter 'values[0]' must be a float (f64), not void",
    ),
    "a masked array": (
        "f64s",
        lambda np: np.ma.array([1.0, 2.0], mask=[False, True]),
        ValueError,
        "f64s(): parameter 'values' must have no nulls ([]const f64), and has 1: fill or drop them first",
    ),
    "a masked array in place": (
        "doubled",
        lambda np: np.ma.array([1.0, 2.0], mask=[True, True]),
        ValueError,
        "doubled(): parameter 'values' must have no nulls ([]f64), and has 2: fill or drop them first",
    ),
    "a masked array of ints": (
        "f64s",
        lambda np: np.ma.array([1, 2], mask=[False, True])[::-1],
        ValueError,
        "f64s(): parameter 'values' must have no nulls ([]const f64), and has 1: fill or drop them first",
    ),
    "in a row": (
        "rows",
        lambda np: [np.ones(1), np.array([1j])],
        TypeError,
        "rows(): parameter 'values[1]' must be of such items ([]const f64), not of complex numbers of 16 bytes: convert "
        "it, as with x.astype() of numpy",
    ),
    "another size": (
        "norm",
        lambda np: np.ones(4),
        ValueError,
        "norm(): parameter 'point' must have 3 items ([3]f64), not 4",
    ),
    "another size in a row": (
        "nearest",
        lambda np: np.ones((2, 3)),
        ValueError,
        "nearest(): parameter 'points[0]' must have 2 items ([2]f64), not 3",
    ),
    "two dimensions": (
        "norm",
        lambda np: np.ones((3, 1)),
        ValueError,
        "norm(): parameter 'point' must have 1 dimension ([3]f64), not 2",
    ),
    "two dimensions not in order": (
        "f64s",
        lambda np: np.ones((2, 4))[:, ::2],
        ValueError,
        "f64s(): parameter 'values' must have 1 dimension ([]const f64), not 2",
    ),
    "no dimension": (
        "f64s",
        lambda np: np.float64(3),
        ValueError,
        "f64s(): parameter 'values' must have 1 dimension ([]const f64), not 0",
    ),
    "scalar of times": (
        "f64s",
        lambda np: np.datetime64("2020"),
        TypeError,
        "f64s(): parameter 'values' must be numbers ([]const f64), and this datetime64 has times: pass their ints, as "
        "x.view('int64') of numpy, or take a nano_ffi.Column(i64)",
    ),
    "datetime64": (
        "i64s",
        lambda np: np.array(["2020-01-01"], "M8[D]"),
        TypeError,
        "i64s(): parameter 'values' must be numbers ([]const i64), and this ndarray has times: pass their ints, as "
        "x.view('int64') of numpy, or take a nano_ffi.Column(i64)",
    ),
    "a None": (
        "f64s",
        lambda np: np.array([1, None], object),
        TypeError,
        "f64s(): parameter 'values[1]' must be a float (f64), not NoneType",
    ),
    "texts": (
        "f64s",
        lambda np: np.array(["a"]),
        TypeError,
        "f64s(): parameter 'values[0]' must be a float (f64), not str_",
    ),
    "a tensor of a device": (
        "f64s",
        lambda np: Tensor(np.ones(2), device=(2, 0)),
        BufferError,
        "f64s(): parameter 'values' must be in this machine's own memory ([]const f64), and this Tensor is not: pass a "
        "copy, as x.cpu()",
    ),
    "a tensor that cannot be shared": (
        "f64s",
        lambda np: Tensor(Closed(), device=(1, 0)),
        BufferError,
        "f64s(): parameter 'values' must lend its memory ([]const f64), and this Tensor does not: pass a copy, as "
        "numpy.ascontiguousarray(x)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(arrays: ModuleType, np: Any, case: str) -> None:
    name, make, error, text = REFUSED[case]
    with pytest.raises(error, match=f"^{re.escape(text)}$"):
        getattr(arrays, name)(make(np))


def test_what_an_exporter_says_is_the_cause(arrays: ModuleType, np: Any) -> None:
    with pytest.raises(TypeError) as times:
        arrays.i64s(np.array([1], "m8[s]"))
    assert "cannot include dtype 'm' in a buffer" in str(times.value.__cause__)
    released = memoryview(bytearray(8))
    released.release()
    with pytest.raises(BufferError, match=r"^f64s\(\): parameter 'values' must lend its memory") as gone:
        arrays.f64s(released)
    assert isinstance(gone.value.__cause__, ValueError)


NULLS: dict[str, tuple[str, Make, str]] = {
    "pyarrow": ("pyarrow", lambda pa: pa.array([1, None, 3]), "f64s(): parameter 'values' must have no nulls ([]const f64), and has 1: "),
    "a piece": ("pyarrow", lambda pa: pa.chunked_array([[1], [None, None]]), "f64s(): parameter 'values' must have no nulls ([]const f64), and has 2: "),
    "polars": ("polars", lambda pl: pl.Series([1.0, None]), "f64s(): parameter 'values' must have no nulls ([]const f64), and has 1: "),
    "Int64": ("pandas", lambda pd: pd.Series([1, None], dtype="Int64"), "f64s(): parameter 'values' must have no nulls ([]const f64), and has 1: "),
}  # fmt: skip


@pytest.mark.parametrize("case", NULLS)
def test_nulls_are_refused(arrays: ModuleType, case: str) -> None:
    library, make, text = NULLS[case]
    module = pytest.importorskip(library, reason=f"{library} is not installed")
    with pytest.raises(ValueError, match=f"^{re.escape(text)}fill or drop them first$"):
        arrays.f64s(make(module))


def test_tables_and_times_are_refused(arrays: ModuleType) -> None:
    pa: Any = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    with pytest.raises(TypeError, match=r"this Table is a table: pass one of its columns, or x\.to_numpy\(\)$"):
        arrays.f64s(pa.table({"a": [1]}))
    with pytest.raises(TypeError, match=r"this TimestampArray has times: pass their ints"):
        arrays.i64s(pa.array([1], pa.timestamp("ns")))
    with pytest.raises(TypeError, match=r"not of floats of 8 bytes"):
        arrays.i64s(pa.array([1.0]))


@pytest.mark.parametrize("value", ["ab", {1: 2}, 3, None, len, object()], ids=range(6))
def test_what_is_no_list(arrays: ModuleType, value: Any) -> None:
    text = "f64s(): parameter 'values' must be a buffer, a list or another iterable ([]const f64), not "
    with pytest.raises(TypeError, match=f"^{re.escape(text + type(value).__name__)}$"):
        arrays.f64s(value)


class Hostile:
    """Raises, or lies, where it is asked."""

    def __init__(self, **attributes: Any) -> None:
        self.attributes = attributes

    def __len__(self) -> int:
        return int(self.attributes["length"])

    def __getitem__(self, index: int) -> Any:
        return self.attributes["items"][index]


def test_hostile_objects(arrays: ModuleType, np: Any) -> None:
    with pytest.raises(KeyError):
        arrays.f64s(Hostile())
    assert arrays.f64s(Hostile(length=100, items=[1, 2])) == [1.0, 2.0]
    whole = np.arange(2.0)
    for changes in (
        {"typestr": "<q9"}, {"typestr": 3}, {"data": 3}, {"data": (None, False)}, {"shape": [2]}, {"shape": (-1,)},
        {"shape": ("a",)}, {"strides": (8, 8)}, {"strides": 3}, {"shape": (1,) * 70},
    ):  # fmt: skip
        with pytest.raises((TypeError, ValueError)):
            arrays.f64s(Interface(whole, **changes))

    class Wrong(Tensor):
        def __dlpack__(self, **_: Any) -> Any:
            return 3

    with pytest.raises(TypeError, match="must be an array whose __dlpack__"):
        arrays.f64s(Wrong(whole))


@pytest.mark.parametrize("case", [*TAKEN, *REFUSED])
def test_no_leak_of_numpy(
    arrays: ModuleType,
    np: Any,
    case: str,
    growth: Callable[[Callable[[], Any]], float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NANO_FFI_GROWTH_CALLS", "300")
    name, make = (TAKEN.get(case) or REFUSED[case])[:2]
    function, value = getattr(arrays, name), make(np)
    assert growth(lambda: function(value)) < 8


@pytest.mark.parametrize("case", COLUMNS)
def test_no_leak_of_columns(arrays: ModuleType, case: str, growth: Callable[[Callable[[], Any]], float]) -> None:
    library, name, make, _ = COLUMNS[case]
    value = make(pytest.importorskip(library, reason=f"{library} is not installed"))
    function = getattr(arrays, name)
    assert growth(lambda: function(value)) < 8


def test_what_is_written_is_seen(arrays: ModuleType, np: Any) -> None:
    values = np.arange(3.0)
    for kind in (np.asarray, Tensor, OldTensor, Interface):
        arrays.doubled(kind(values))
    assert values.tolist() == [0.0, 16.0, 32.0]
    numbers = np.array([1 + 2j], "c8")
    arrays.conjugated(numbers)
    assert numbers.tolist() == [1 - 2j]
    many = np.zeros(4, "c16")
    arrays.filled(many[::2], 1j)
    arrays.filled(Tensor(many[::-3]), 2)
    assert many.tolist() == [2, 0, 1j, 2]
    for argument in (values[::2], Tensor(values[::2])):
        with pytest.raises(BufferError, match=r"^doubled\(\): parameter 'values' must lend its memory \(\[\]f64\)"):
            arrays.doubled(argument)
    with pytest.raises(TypeError, match=r"must be of such items \(\[\]f64\), not of signed ints of 8 bytes"):
        arrays.doubled(Tensor(np.arange(3)))
    values.flags.writeable = False
    for argument in (values, Tensor(values), Interface(values)):
        with pytest.raises(BufferError, match=r"is written to, and this \w+ is read-only"):
            arrays.doubled(argument)


def test_what_is_shaped(arrays: ModuleType, np: Any) -> None:
    values = np.zeros((2, 3))
    for kind in (np.asarray, Tensor, Interface):
        assert arrays.shape(kind(values)) == [2, 3, 24, 8]
        assert arrays.shape(kind(values.T)) == [3, 2, 8, 24]
        assert arrays.shape(kind(values[:, ::-2])) == [2, 2, 24, -16]
        with pytest.raises(ValueError, match=r"must have 2 dimensions \(NdArray\(f64, 2\)\), not 1"):
            arrays.shape(kind(values[0]))


def test_an_exporter_without_strides(arrays: ModuleType) -> None:
    assert arrays.shape((ctypes.c_double * 3 * 2)()) == [2, 3, 24, 8]


def test_tensors_of_torch_are_shared(arrays: ModuleType) -> None:
    torch: Any = pytest.importorskip("torch", reason="torch is not installed")
    values = torch.arange(3, dtype=torch.float64)
    assert arrays.address(values) == values.data_ptr()
    arrays.doubled(values)
    assert values.tolist() == [0.0, 2.0, 4.0]
    assert arrays.shape(torch.zeros(2, 3, dtype=torch.float64).T) == [3, 2, 8, 24]
    with pytest.raises(BufferError, match="must lend its memory") as refused:
        arrays.f64s(torch.ones(2, requires_grad=True))
    assert "detach" in str(refused.value.__cause__)


def test_arrays_of_numpy_are_read_by_their_fields(arrays: ModuleType, np: Any) -> None:
    """Every item, order, class and flag: as a buffer of a memoryview says, which is asked for one."""

    class Derived(np.ndarray):  # type: ignore[misc]
        pass

    shapes = [np.arange(6), np.arange(6)[::-2], np.arange(6)[:0], np.arange(7)[1:]]
    for letter in "bBhHiIlLqQefdg?FD":
        for order in "=<>" if letter != "g" else "=":  # numpy lends no other of these
            for base in shapes:
                values = base.astype(np.dtype(letter).newbyteorder(order))
                for name in ("f64s", "c128s") if letter not in "FD" else ("c128s",):
                    function = getattr(arrays, name)
                    expected = [complex(v) if name == "c128s" else float(v) for v in values]
                    values.flags.writeable = letter != "d"
                    assert function(values) == function(values.view(Derived)) == expected
                    if letter != "g" and order == "=":
                        assert function(memoryview(values)) == expected
    values = np.arange(3.0)
    count = sys.getrefcount(values)
    for _ in range(10):
        arrays.f64s(values)
        arrays.doubled(values)
        arrays.hypot(values, values[::-1], out=values)
        with contextlib.suppress(TypeError):
            arrays.i64s(values)
        with contextlib.suppress(ValueError):
            arrays.shape(values)
    assert sys.getrefcount(values) == count
    assert arrays.f64s(np.ma.array([1.0, 2.0])) == [1.0, 2.0]


def test_what_is_released_is_said(arrays: ModuleType) -> None:
    view, room = memoryview(array.array("d", [1.0])), mmap.mmap(-1, 8)
    view.release()
    room.close()
    for function in (arrays.f64s, arrays.doubled, arrays.shape):
        for gone, name in ((view, "memoryview"), (room, "mmap")):
            with pytest.raises(
                BufferError, match=f"this {name} has none, as one that was released or closed: pass one that is open$"
            ) as caught:
                function(gone)
            assert type(caught.value.__cause__) is ValueError


def test_what_is_lent_is_given_back(arrays: ModuleType, np: Any) -> None:
    memory = bytearray(16)
    assert arrays.f64s(memory)[:1] == [0.0]
    assert arrays.address(memoryview(memory).cast("d")) != 0
    memory.append(1)  # a BufferError as long as it is lent
    values = np.arange(3.0)
    before = sys.getrefcount(values)
    for argument in (values, Tensor(values), Interface(values)):
        arrays.f64s(argument)
    del argument
    assert sys.getrefcount(values) == before


# What functions make.


def test_an_array_of_its_own(arrays: ModuleType) -> None:
    made = arrays.squares(4)
    assert (len(made), made.shape, made.strides, made.ndim) == (4, (4,), (8,), 1)
    assert [made[0], made[-1], *made[1:3], *made[::-2]] == [0.0, 9.0, 1.0, 4.0, 9.0, 1.0]
    assert made.tolist() == list(made) == [0.0, 1.0, 4.0, 9.0]
    assert made == [0, 1, 4, 9]
    assert made == arrays.squares(4)
    assert made != arrays.squares(3)
    assert made != 3
    assert repr(made) == "Array([0.0, 1.0, 4.0, 9.0], f64)"
    assert repr(arrays.squares(2000)) == "<Array of f64, shape (2000,)>"
    assert arrays.f64s(made) == made.tolist()
    assert arrays.address(made) % 64 == 0


def test_two_dimensions(arrays: ModuleType) -> None:
    rows, columns = arrays.table(2, 3, False), arrays.table(2, 3, True)
    assert rows == columns == [[0, 0, 0], [0, 1, 2]]
    assert (rows.strides, columns.strides) == ((12, 4), (4, 8))
    assert (rows[1], rows[1, 2], rows[:, 1], rows[-1][::-1]) == ([0, 1, 2], 2, [0, 1], [2, 1, 0])
    assert rows[:, ::2] == [[0, 0], [0, 2]]
    assert rows[5:] == []
    assert memoryview(rows).tolist() == memoryview(columns).tolist() == rows.tolist()
    assert memoryview(columns).f_contiguous
    assert (arrays.table(0, 3, False).tolist(), arrays.table(3, 0, True).tolist()) == ([], [[], [], []])


@pytest.mark.parametrize("item", ["u8", "f16", "bool", "c64", "u64"])
def test_items_of_an_array(arrays: ModuleType, item: str) -> None:
    made = getattr(arrays, f"zeros_{item}")(2)
    zero = {"f16": 0.0, "bool": False, "c64": 0j}.get(item, 0)
    assert made.tolist() == [zero, zero]
    assert type(made[0]) is type(zero)


def test_it_is_a_part_of_other_results(arrays: ModuleType) -> None:
    values, count = arrays.above([1, 5, 7], 3)
    assert (values, count) == ([5.0, 7.0], 2)
    assert arrays.perhaps(0) is None
    assert arrays.perhaps(2) == [0.0, 1.0]
    named = arrays.named(2)
    assert (named["values"], named["size"]) == ([0.0, 1.0], 2)


def test_records(arrays: ModuleType) -> None:
    made = arrays.record_array(3)
    assert made[2] == arrays.Point(x=2.0, tag=2)
    assert [point.tag for point in made] == [0, 1, 2]
    assert memoryview(made).format == "T{=d:x:=d:y:=B:tag:7x}"
    with pytest.raises(BufferError, match="an array of structs is no tensor"):
        made.__dlpack__()


ASSIGNED: dict[str, tuple[Callable[[Any], None], list[float]]] = {
    "an item": (lambda made: made.__setitem__(1, 9), [0, 9, 4, 9]),
    "the last": (lambda made: made.__setitem__(-1, 7.5), [0, 1, 4, 7.5]),
    "a slice": (lambda made: made.__setitem__(slice(1, 3), [5, 6]), [0, 5, 6, 9]),
    "a step": (lambda made: made.__setitem__(slice(None, None, 2), range(2)), [0, 1, 1, 9]),
    "itself": (lambda made: made.__setitem__(slice(None, None, -1), made), [9, 4, 1, 0]),
    "a part": (lambda made: made.__setitem__(slice(1, None), made[:-1]), [0, 0, 1, 4]),
    "one value": (lambda made: made.__setitem__(slice(2), 3), [3, 3, 4, 9]),
    "all": (lambda made: made.__setitem__(..., 3), [3, 3, 3, 3]),
    "nothing": (lambda made: made.__setitem__(slice(0), []), [0, 1, 4, 9]),
}


@pytest.mark.parametrize("case", ASSIGNED)
def test_items_are_assigned(arrays: ModuleType, case: str) -> None:
    work, expected = ASSIGNED[case]
    made = arrays.squares(4)
    work(made)
    assert made == expected


def test_rows_are_assigned(arrays: ModuleType) -> None:
    for fortran in (False, True):
        made = arrays.table(2, 3, fortran)
        made[0, 1] = 7
        made[1] = [4, 5, 6]
        assert made == [[0, 7, 0], [4, 5, 6]]
        made[:, 1] = (1, 2)
        made[..., 2] = 8
        assert (made, made[..., 0]) == ([[0, 1, 8], [4, 2, 8]], [0, 4])
        made[:] = [[1, 2, 3], made[1]]
        made[1, ...] = made[0]
        assert made == [[1, 2, 3], [1, 2, 3]]
    records = arrays.record_array(3)
    records[0] = (1, 2, 3)
    records[1:] = [arrays.Point(4), {"x": 5, "tag": 6}]
    assert [(point.x, point.tag) for point in records] == [(1, 3), (4, 0), (5, 6)]


def test_it_is_pickled(arrays: ModuleType) -> None:
    for made in (
        arrays.squares(4)[::-2],
        arrays.table(2, 3, True),
        arrays.table(0, 3, False),
        arrays.zeros_c64(2),
        arrays.record_array(3),
        arrays.samples(2),
    ):
        for other in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
            assert type(other) is type(made)
            assert (other, other.shape) == (made, made.shape)
            assert memoryview(other).format == memoryview(made).format
            assert memoryview(other).c_contiguous
    made = arrays.squares(2)
    copy.copy(made)[0] = 5
    assert made[0] == 0.0
    restore, (kind, _, data) = made.__reduce__()
    for arguments in (("f64 x", (2,), data), (kind, (3,), data), (kind, (-2, -1), data), (kind, (2**62, 2**62), data)):
        with pytest.raises(ValueError, match=r"^the pickle is of another version of the array$"):
            restore(*arguments)
    with pytest.raises(TypeError, match=r"^3 must be a str$"):
        restore(3, (2,), data)


def test_arrays_in_lists_and_dicts(arrays: ModuleType) -> None:
    assert arrays.several(3) == [[], [0.0], [0.0, 1.0]]
    assert arrays.two() == [None, [0.0, 1.0]]
    found = arrays.labelled(["a", "b"])
    assert sorted(found) == ["0", "1", "2"]
    assert found["2"] == [{"label": label, "items": [0.0, 1.0], "rows": [None]} for label in "ab"]
    kept = memoryview(found.pop("2")[1]["items"])
    del found
    assert kept.tolist() == [0.0, 1.0]
    with pytest.raises(UnicodeDecodeError):
        arrays.labelled([b"\xff"])


def test_structs_of_bits(arrays: ModuleType) -> None:
    made = arrays.samples(2)
    assert (made[1].id, made[1].level) == (1, -1)
    if sys.byteorder == "little":
        assert memoryview(made).format == "T{=H:id:=h:level:=I:time:}"


def test_records_of_numpy(arrays: ModuleType, np: Any) -> None:
    rows = [(1.5, 0, 2), (2, 0, 3)]
    for kinds in (("f8", "f8", "u1"), ("f4", "i2", "i8")):
        fields = list(zip(("x", "y", "tag"), kinds, strict=True))
        for align in (False, True):
            records = np.array(rows, np.dtype(fields, align=align))
            assert arrays.weighted(records) == arrays.weighted(records[::-1]) == 9.0
            assert arrays.weighted(list(records)) == arrays.weighted(np.rec.array(records)) == 9.0
    turned = np.array([(2, 1.5), (3, 2)], [("tag", "u2"), ("x", "f8")])
    assert arrays.weighted(turned) == 9.0
    assert arrays.weighted(np.asarray(arrays.record_array(3))) == arrays.weighted(arrays.record_array(3)) == 5.0
    with pytest.raises(
        TypeError, match=r"^weighted\(\): parameter 'points\[0\]' has a key 'z', and Point has no such field$"
    ):
        arrays.weighted(np.zeros(1, [("x", "f8"), ("z", "f8")]))
    assert np.asarray(arrays.samples(2))["level"].tolist() == [-1, -1]
    made = arrays.squares(3)
    assert made.__array__().tolist() == [0.0, 1.0, 4.0]
    assert made.__array__("f4", copy=True).dtype == np.float32
    assert np.shares_memory(made.__array__(), np.asarray(made))


def test_records_are_shared(arrays: ModuleType, np: Any) -> None:
    """Of the layout that Zig's have, with no copy; others are structs by their names, or refused where they are shared."""
    fields = [("x", "f8"), ("y", "f8"), ("tag", "u1")]
    records = np.array([(1, 2, 3), (4, 5, 6), (7, 8, 9)], np.dtype(fields, align=True))
    assert arrays.address_of_points(records) == records.ctypes.data
    assert arrays.address_of_points(records[1:]) == records.ctypes.data + 24
    made = arrays.record_array(3)
    assert arrays.address_of_points(made) == np.asarray(made).ctypes.data
    expected = 1 * 3 + 4 * 6 + 7 * 9
    assert arrays.weighted(records) == arrays.weighted(records[::-1]) == expected
    assert (
        arrays.weighted(records.astype(fields))
        == arrays.weighted(records.astype([(n, "f4") for n in "xy"] + fields[2:]))
        == expected
    )

    class Point(ctypes.Structure):
        _fields_ = (("x", ctypes.c_double), ("y", ctypes.c_double), ("tag", ctypes.c_uint8))

    points = (Point * 2)(Point(1, 0, 2), Point(3, 0, 4))
    assert arrays.address_of_points(points) == ctypes.addressof(points)
    assert arrays.weighted(points) == 14.0

    arrays.moved(records[::-2], 10)
    assert records["x"].tolist() == [11, 4, 17]
    arrays.moved(made, 1)
    assert [point.x for point in made] == [1, 2, 3]
    assert arrays.corner(records.reshape(1, 3)) == 17
    for wrong in (records.astype(fields), np.zeros(3), records.astype([("x", "f8"), ("z", "f8"), ("tag", "u1")])):
        with pytest.raises(
            TypeError, match=r"must be a buffer of such items \(NdArrayMut\(Point, 1\)\), not of items of"
        ):
            arrays.moved(wrong, 1)
    records.flags.writeable = False
    with pytest.raises(BufferError, match="read-only"):
        arrays.moved(records, 1)
    with pytest.raises(
        TypeError, match=r"moved\(\): parameter 'points' must be a buffer \(NdArrayMut\(Point, 1\)\), not list"
    ):
        arrays.moved([], 1)
    body = arrays.Body(points=[arrays.Point(2, 3, 4)])
    arrays.moved(body.points, 3)
    arrays.lifted(body.points, 0)
    assert (body.points[0].x, arrays.weighted(body.points)) == (5, 20)


def test_records_are_written(arrays: ModuleType, np: Any) -> None:
    """Of a slice of structs that is not const."""
    fields = [("x", "f8"), ("y", "f8"), ("tag", "u1")]
    records = np.array([(1, 2, 3), (4, 5, 6)], np.dtype(fields, align=True))
    for written in (records, np.rec.array(records, copy=False), memoryview(records)):
        arrays.lifted(written, 10)
    assert records["y"].tolist() == [32, 35]
    made = arrays.record_array(3)
    arrays.lifted(made[1:], 5)
    assert [point.y for point in made] == [0, 5, 5]
    raws = np.zeros(2, [("id", "u4"), ("at", "f4", 2)])
    assert (arrays.renumbered(raws), arrays.renumbered(None), raws["id"].tolist()) == (2, 0, [1, 2])
    for wrong in (records.astype(fields), np.zeros(3), raws):
        with pytest.raises(
            TypeError, match=r"^lifted\(\): parameter 'points' must be a buffer of such items \(\[\]Point\)"
        ):
            arrays.lifted(wrong, 1)
    for wrong in ([], [arrays.Point(1)], (made[0],)):
        with pytest.raises(TypeError, match=r"^lifted\(\): parameter 'points' must be a buffer \(\[\]Point\), not "):
            arrays.lifted(wrong, 1)
    with pytest.raises(BufferError, match=r"ascontiguousarray"):
        arrays.lifted(records[::-1], 1)
    records.flags.writeable = False
    with pytest.raises(BufferError, match="read-only"):
        arrays.lifted(records, 1)


REFUSALS: dict[str, tuple[Callable[[Any], Any], type[Exception], str]] = {
    "behind its end": (lambda made: made[4], IndexError, "array index out of range"),
    "before it": (lambda made: made[-5], IndexError, "array index out of range"),
    "a huge index": (lambda made: made[2**100], IndexError, "cannot fit 'int' into an index-sized integer"),
    "a name": (lambda made: made["a"], TypeError, "array indices must be integers or slices, not str"),
    "too many": (lambda made: made[0, 0], IndexError, "more indices than the array has dimensions"),
    "a hash": (hash, TypeError, "unhashable type: 'nano_ffi.Array'"),
    "its class": (lambda made: type(made)(), TypeError, "cannot create 'nano_ffi.Array' instances"),
    "a copy": (lambda made: made.__dlpack__(copy=True), BufferError, "the array shares, and never copies"),
    "another device": (
        lambda made: made.__dlpack__(dl_device=(2, 0)),
        BufferError,
        "the array is in this machine's own memory, (1, 0), and on no other device",
    ),
    "a wrong item": (lambda made: made.__setitem__(0, "a"), TypeError, "Array.item must be a float (f64), not str"),
    "too few": (
        lambda made: made.__setitem__(slice(2), [1]),
        ValueError,
        "Array.items must have 2 items ([]f64), not 1",
    ),
    "an end": (lambda made: made.__delitem__(0), TypeError, "items of an array cannot be deleted"),
    "a step of 0": (lambda made: made[::0], ValueError, "slice step cannot be zero"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_an_array_refuses(arrays: ModuleType, case: str) -> None:
    work, error, text = REFUSALS[case]
    with pytest.raises(error, match=f"^{re.escape(text)}$"):
        work(arrays.squares(4))


def test_too_much_memory(arrays: ModuleType) -> None:
    for size in (2**62, 2**61 + 1, 2**64 - 1):
        with pytest.raises(MemoryError):
            arrays.squares(size)
    with pytest.raises(MemoryError):
        arrays.table(2**40, 2**40, False)


def test_numpy_shares_what_is_made(arrays: ModuleType, np: Any) -> None:
    made = arrays.squares(4)
    shared = np.asarray(made)
    shared[1] = 7
    part = made[1:]
    del made
    gc.collect()
    assert part == [7.0, 4.0, 9.0]
    assert np.shares_memory(np.asarray(part), shared)
    assert np.asarray(arrays.table(2, 3, True)).flags.f_contiguous
    for item, dtype in {"u8": "u1", "f16": "f2", "bool": "?", "c64": "c8", "u64": "u8"}.items():
        zeros = getattr(arrays, f"zeros_{item}")(3)
        assert np.asarray(zeros).dtype == np.dtype(dtype)
        assert np.dtype(zeros.__array_interface__["typestr"]) == np.dtype(dtype)
    records = np.asarray(arrays.record_array(3))
    assert records["x"].tolist() == [0.0, 1.0, 2.0]
    assert records.dtype.fields["tag"] == (np.dtype("u1"), 16)
    assert np.from_dlpack(arrays.table(2, 3, True)[:, ::-2]).tolist() == [[0, 0], [2, 0]]


def test_an_array_of_numpy_at_once(arrays: ModuleType, np: Any) -> None:
    assert type(arrays.np_squares(3)) is np.ndarray
    assert arrays.np_squares(3).tolist() == [0.0, 1.0, 4.0]
    assert (arrays.np_owned([1, 2]).dtype, arrays.np_owned(np.arange(2)).tolist()) == (np.int16, [0, 1])
    values, size = arrays.np_pair(3)
    assert (type(values), values.tolist(), size) == (np.ndarray, [0.0, 1.0, 4.0], 3)
    assert arrays.np_doubled(np.arange(3)).tolist() == [0.0, 2.0, 4.0]
    kept = arrays.np_squares(1000)
    del values
    gc.collect()
    assert kept[-1] == 999.0**2


def test_without_numpy(arrays: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    text = "np_squares(): what it returns is an array of numpy, which cannot be imported: pip install numpy"
    with pytest.raises(ImportError, match=f"^{re.escape(text)}$"):
        arrays.np_squares(3)
    assert arrays.squares(2) == [0.0, 1.0]


def test_torch_shares_what_is_made(arrays: ModuleType) -> None:
    torch: Any = pytest.importorskip("torch", reason="torch is not installed")
    made = arrays.squares(3)
    tensor = torch.from_dlpack(made)
    tensor[0] = 5
    assert made == [5.0, 1.0, 4.0]
    del made
    gc.collect()
    assert tensor.tolist() == [5.0, 1.0, 4.0]


@pytest.mark.alone
def test_an_array_outlives_its_module(arrays: ModuleType) -> None:
    import gc
    import sys

    made, part, view = arrays.squares(3), arrays.squares(4)[1:], memoryview(arrays.table(2, 2, True))
    sys.modules.pop(arrays.__name__)
    del arrays
    gc.collect()
    assert (made.tolist(), part.tolist()) == ([0.0, 1.0, 4.0], [1.0, 4.0, 9.0])
    assert repr(view.tolist()) == "[[0, 0], [0, 1]]"
    assert part[::-1] == [9.0, 4.0, 1.0]


def test_from_many_threads(arrays: ModuleType) -> None:
    shared = arrays.squares(100)

    def work(number: int) -> Any:
        mine = arrays.squares(number)
        return mine[-1] + shared[number - 1] + memoryview(shared[::2])[0] + len(mine.tolist())

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, list(range(1, 100)) * 5))
    assert found == [2.0 * (number - 1) ** 2 + number for number in range(1, 100)] * 5


@pytest.mark.alone
def test_a_tensor_outlives_its_interpreter(arrays: ModuleType) -> None:
    """Who took the tensor ends it, with no interpreter of its own to do so."""
    interpreters = pytest.importorskip("_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters")
    reading, writing = os.pipe()
    code = f"""if True:
        import ctypes, os, sys
        sys.path.insert(0, {str(Path(str(arrays.__file__)).parent)!r})
        import arrays
        capsule = arrays.squares(4)[1:].__dlpack__(max_version=(1, 0))
        pointer = ctypes.pythonapi.PyCapsule_GetPointer
        pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
        address = pointer(capsule, b"dltensor_versioned")
        named = ctypes.pythonapi.PyCapsule_SetName
        named.argtypes = [ctypes.py_object, ctypes.c_char_p]
        name = ctypes.create_string_buffer(b"used_dltensor_versioned")
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(name))
        named(capsule, name)
        os.write({writing}, str(address).encode())
        del capsule, pointer, named
    """
    legacy = interpreters.create("legacy") if sys.version_info >= (3, 13) else interpreters.create(isolated=False)
    assert interpreters.run_string(legacy, code) is None
    interpreters.destroy(legacy)
    tensor = Versioned.from_address(int(os.read(reading, 40)))
    assert (ctypes.c_double * 3).from_address(tensor.data)[:] == [1.0, 4.0, 9.0]
    thread = threading.Thread(target=lambda: tensor.deleter(ctypes.addressof(tensor)))
    thread.start()
    thread.join()


class Versioned(ctypes.Structure):
    """The beginning of DLPack's DLManagedTensorVersioned."""

    _fields_ = (
        ("version", ctypes.c_uint32 * 2),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
        ("flags", ctypes.c_uint64),
        ("data", ctypes.c_void_p),
    )


MADE: dict[str, Callable[[Any], Any]] = {
    "squares": lambda arrays: arrays.squares(10),
    "a part": lambda arrays: arrays.table(2, 3, True)[1][::-1],
    "all at once": lambda arrays: [
        arrays.table(3, 2, False).tolist(),
        repr(arrays.squares(3)),
        arrays.squares(2) == [1],
    ],
    "a buffer": lambda arrays: memoryview(arrays.squares(10))[::2].tolist(),
    "records": lambda arrays: list(arrays.record_array(4)),
    "a list": lambda arrays: arrays.several(4),
    "two": lambda arrays: arrays.two(),
    "a dict": lambda arrays: arrays.labelled(["a", "b"]),
    "no text": lambda arrays: arrays.labelled(["a", b"\xff", "b"]),
    "a tuple": lambda arrays: arrays.above([1.0, 2.0], 1.0),
    "a struct": lambda arrays: arrays.named(3),
    "a capsule": lambda arrays: arrays.squares(3).__dlpack__(),
    "a versioned capsule": lambda arrays: arrays.squares(3).__dlpack__(max_version=(1, 0)),
    "assigned": lambda arrays: arrays.table(2, 3, True).__setitem__(slice(None), [[1, 2, 3], [4, 5, 6]]),
    "wrongly": lambda arrays: arrays.table(2, 3, True).__setitem__(slice(None), [[1, 2, 3], [4, "a", 6]]),
    "pickled": lambda arrays: copy.copy(arrays.record_array(4)),
    "an interface": lambda arrays: arrays.squares(3).__array_interface__,
    "too much": lambda arrays: arrays.squares(2**62),
    "a wrong index": lambda arrays: arrays.squares(3)[7],
    "of numpy": lambda arrays: arrays.np_pair(5),
    "owned": lambda arrays: arrays.np_owned([1, 2, 3]),
}


@pytest.mark.parametrize("case", MADE)
def test_no_leak_of_what_is_made(arrays: ModuleType, case: str, growth: Callable[[Callable[[], Any]], float]) -> None:
    if case in {"of numpy", "owned"}:
        pytest.importorskip("numpy", reason="numpy is not installed")
    make = MADE[case]
    assert growth(lambda: make(arrays)) < 8


# Called for each item.


def test_each_item_of_buffers(arrays: ModuleType) -> None:
    assert arrays.hypot(3, 4.0) == 5.0
    made = arrays.hypot(array.array("d", [3, 5, 8]), array.array("h", [4, 12, 15]))
    assert made == [5.0, 13.0, 17.0]
    assert made.shape == (3,)
    assert arrays.hypot(memoryview(bytes([3, 0, 6])), 4).tolist() == [5.0, 4.0, math.sqrt(52)]
    assert arrays.hypot([3, 6], (4, 8)).tolist() == [5.0, 10.0]
    assert arrays.hypot(range(0), 1).tolist() == []
    assert arrays.turned(1 + 2j) == -2 + 1j
    grid = memoryview(bytes(6)).cast("B", (2, 3))
    assert arrays.small_sum(grid, b"\1\2\3").tolist() == [[1, 2, 3], [1, 2, 3]]
    assert arrays.hypot(b"\3", b"\4" * 9999).shape == (9999,)


def test_each_item_of_several_results(arrays: ModuleType) -> None:
    assert arrays.divided(7, 2) == (3, 3.5, False)
    whole, real, even = arrays.divided([8, 7], 2)
    assert (whole.tolist(), real.tolist(), even.tolist()) == ([4, 3], [4.0, 3.5], [True, False])
    targets = array.array("i", [0, 0]), array.array("f", [0, 0]), bytearray(2)
    with pytest.raises(TypeError, match=r"parameter 'out'"):
        arrays.divided([8, 7], 2, out=targets)
    outs = (*targets[:2], memoryview(targets[2]).cast("?"))
    assert arrays.divided([8, 7], 2, out=outs) is outs
    assert (targets[0].tolist(), targets[1].tolist(), list(targets[2])) == ([4, 3], [4.0, 3.5], [1, 0])
    with pytest.raises(
        TypeError, match=r"divided\(\): parameter 'out' must be a tuple of 3 arrays \(\?Out\(i32, f32, bool\)\)"
    ):
        arrays.divided([8, 7], 2, out=targets[0])
    outs = array.array("i", [0]), *outs[1:]
    with pytest.raises(
        ValueError,
        match=r"^divided\(\): parameter 'out' has the shape \(1,\), and the result has \(2,\): make it as large$",
    ):
        arrays.divided([8, 7], 2, out=outs)
    with pytest.raises(
        ValueError, match=r"^divided\(\): parameter 'out' has arrays of the shapes \(1,\) and \(2,\): make them one$"
    ):
        arrays.divided(8, 2, out=outs)


def test_each_item_that_fails(arrays: ModuleType) -> None:
    with pytest.raises(ZeroDivisionError, match=r"^DivisionByZero$"):
        arrays.divided([8] * 9999, [1] * 9998 + [0])
    with pytest.raises(ZeroDivisionError):
        arrays.divided(1, 0)
    with pytest.raises(Exception, match="integer overflow") as raised:
        arrays.small_sum(bytes([200] * 5000), 100)
    assert type(raised.value).__name__ == "ZigPanic"
    with pytest.raises(
        ValueError,
        match=re.escape(
            "hypot(): parameter 'y' has the shape (3,), and those before it have (2,): sizes must be the same, or 1"
        ),
    ):
        arrays.hypot([1, 2], [1, 2, 3])
    with pytest.raises(TypeError, match=r"hypot\(\): parameter 'x' must be a float \(Elementwise\(f64\)\), not str"):
        arrays.hypot("1", 2)
    with pytest.raises(
        TypeError, match=r"hypot\(\): parameter 'y' must be of such items \(Elementwise\(f64\)\), not of complex"
    ):
        arrays.hypot(1, pytest.importorskip("numpy").zeros(2, complex))
    with pytest.raises(BufferError, match=r"parameter 'out' is written to, and this bytes is read-only"):
        arrays.small_sum([1], 1, out=b"1")
    with pytest.raises(OverflowError, match=r"small_sum\(\): parameter 'a\[1\]' is out of range for u8 \(0 to 255\)"):
        arrays.small_sum(array.array("h", [1, 300]), 1)
    with pytest.raises(ValueError, match=r"must hold only the bytes 0 and 1"):
        arrays.either(memoryview(b"\2").cast("?"), True)


def test_each_item_by_its_signature(arrays: ModuleType) -> None:
    assert str(inspect.signature(arrays.blend)) == "(a, b, c, d, weight=0.5, out=None)"
    assert arrays.blend(1, 2, 3, 4) == 5.0
    assert arrays.blend([1, 2], b=2, c=[3, 4], d=4, weight=1).tolist() == [3.0, 4.0]
    with pytest.raises(TypeError, match=r"hypot\(\) missing required argument 'y'"):
        arrays.hypot(1)


def test_each_item_as_numpy_does(arrays: ModuleType, np: Any) -> None:
    rng = np.random.default_rng(1)
    cube = rng.random((3, 4, 5))
    shapes = [
        cube,
        cube[:, ::2, ::-1],
        cube.T,
        cube[0],
        cube[:, :1],
        np.float64(2),
        np.array(3),
        cube[:0],
        cube[..., 1],
    ]
    shapes += [np.arange(5).astype(kind) for kind in ("i1", ">u4", "f2", "?")]
    for x in shapes:
        for y in shapes:
            try:
                expected = np.hypot(x, y, dtype=float)
            except ValueError:
                with pytest.raises(ValueError, match="sizes must be the same, or 1"):
                    arrays.np_hypot(x, y)
                continue
            made = arrays.np_hypot(x, y)
            assert np.shape(made) == expected.shape
            assert np.allclose(made, expected)
            assert arrays.hypot(x, y) == np.asarray(made).tolist()
            for out in (np.zeros(expected.shape), np.zeros(expected.T.shape).T, np.zeros((2, *expected.shape))):
                assert arrays.hypot(x, y, out) is out
                assert np.allclose(out, expected)
    assert type(arrays.np_hypot(cube, 1)) is np.ndarray
    assert type(arrays.np_hypot(np.float32(3), 4)) is float
    many = np.arange(100_000.0)
    assert np.allclose(arrays.np_hypot(many, many[::-1]), np.hypot(many, many[::-1]))
    assert np.array_equal(arrays.either(many > 3, many < 2), (many > 3) | (many < 2))
    assert np.array_equal(arrays.turned(np.array([1 + 2j])), np.array([-2 + 1j]))
    assert arrays.blend(np.ones((2, 1), "i4"), 1, [1, 2, 3], many[:3], 0).tolist() == [[1, 3, 5], [1, 3, 5]]


def test_each_item_where_out_is_read(arrays: ModuleType, np: Any) -> None:
    for x, out in (
        (np.s_[:], np.s_[:]),
        (np.s_[:-1], np.s_[1:]),
        (np.s_[1:], np.s_[:-1]),
        (np.s_[::-1], np.s_[:]),
        (np.s_[3:4], np.s_[:]),
    ):
        values = np.arange(9000.0)
        expected = np.hypot(values[x], 2.0, out=values.copy()[out])
        assert arrays.hypot(values[x], 2, out=values[out]).tolist() == expected.tolist()
    values = np.arange(6.0).reshape(2, 3)
    with pytest.raises(
        ValueError, match=r"^hypot\(\): parameter 'out' has the shape \(2, 1\), and the result has \(2, 3\)"
    ):
        arrays.hypot(values, 1, out=values[:, :1])
    with pytest.raises(BufferError, match=r"must be aligned to 8 bytes"):
        arrays.hypot([1], 1, out=np.zeros(17, "u1")[1:9].view("f8"))
    with pytest.raises(ValueError, match=r"parameter 'x' has 33 dimensions, of at most 32"):
        arrays.hypot(np.zeros((1,) * 33), 1)


def test_each_item_while_others_run(arrays: ModuleType) -> None:
    numbers = array.array("d", range(50_000))
    with ThreadPoolExecutor(4) as pool:
        for made in pool.map(lambda by: arrays.hypot(numbers, by), range(40)):
            assert made.shape == (50_000,)
    numbers.append(1)  # a BufferError as long as it is lent


def test_each_item_and_nothing_is_left(arrays: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    numbers, outs = array.array("d", range(100)), (array.array("i", [0]), array.array("f", [0]), memoryview(b""))

    def calls() -> None:
        arrays.hypot(numbers, [1] * 100)
        arrays.hypot(numbers, numbers, out=numbers)
        arrays.divided([8, 7], 2)
        for args in (([8, 7], 0), ([8, 7], 2, outs), ([1], [1, "a"]), ([1, 2], [1, 2, 3])):
            with contextlib.suppress(Exception):
                arrays.divided(*args)

    assert growth(calls) < 16
