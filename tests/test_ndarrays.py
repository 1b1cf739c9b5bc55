"""Buffers of several dimensions, on a module compiled from tests/extension/ndarrays.zig."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def ndarrays(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("ndarrays")


def shaped(format: str, shape: tuple[int, ...], *values: Any) -> Any:
    """A writable memoryview of that shape, in C order."""
    memory: Any = memoryview(bytearray(struct.pack(f"={len(values)}{format}", *values)))
    return memory.cast(format, shape)


def test_a_memoryview(ndarrays: ModuleType) -> None:
    grid = shaped("i", (2, 3), 1, 2, 3, 4, 5, 6)
    assert ndarrays.look(grid) == {
        "shape": [2, 3],
        "strides": [12, 4],
        "contiguous": True,
        "items": [1, 2, 3, 4, 5, 6],
    }
    assert ndarrays.line(memoryview(bytes(range(10)))[8:0:-3]) == 8 + 5 + 2
    assert ndarrays.line(b"\1\2") == 3
    assert ndarrays.truths(shaped("?", (1, 2), True, False)) == 1
    assert ndarrays.maybe(None) is None
    assert ndarrays.maybe(shaped("d", (1, 1), 0.0)) == [1, 1]


def test_no_items_and_no_dimensions(ndarrays: ModuleType) -> None:
    assert ndarrays.line(b"") == ndarrays.line(memoryview(b"abc")[3:]) == 0
    assert ndarrays.single(memoryview(struct.pack("f", 1.5)).cast("f", ())) == 1.5


def test_it_is_written_in_place(ndarrays: ModuleType) -> None:
    cube = shaped("d", (2, 1, 2), 0, 1, 2, 3)
    ndarrays.shift(cube, 0.5)
    assert cube.tolist() == [[[0.5, 1.5]], [[2.5, 3.5]]]


def test_numpy(ndarrays: ModuleType) -> None:
    numpy: Any = pytest.importorskip("numpy")
    grid = numpy.arange(6, dtype=numpy.int32).reshape(2, 3)
    for view, strides, contiguous in [
        (grid, [12, 4], True),
        (grid.T, [4, 12], False),
        (grid[::-1, ::-2], [-12, -8], False),
        (grid[:, 1:2], [12, 4], False),
        (numpy.broadcast_to(grid[0], (4, 3)), [0, 4], False),
        (numpy.asfortranarray(grid), [4, 8], False),
        (grid[:1], [12, 4], True),
    ]:
        assert ndarrays.look(view) == {
            "shape": list(view.shape),
            "strides": strides,
            "contiguous": contiguous,
            "items": view.ravel().tolist(),
        }
    empty = ndarrays.look(numpy.zeros((0, 3), numpy.int32))
    assert (empty["shape"], empty["items"], empty["contiguous"]) == ([0, 3], [], True)
    cube = numpy.zeros((4, 3, 2))
    ndarrays.shift(cube.transpose(2, 0, 1)[::-1, 1:3], 1.0)
    assert cube.sum() == 2 * 2 * 3
    assert cube[1:3].sum() == 2 * 2 * 3
    assert ndarrays.single(numpy.float32(2.5)) == ndarrays.single(numpy.array(2.5, numpy.float32)) == 2.5
    fields = numpy.zeros(3, [("a", "u1"), ("b", "u1")])
    fields["b"] = 1, 2, 3
    assert ndarrays.line(fields["b"]) == 6
    text = "look(): parameter 'values' must be a buffer of such items (NdArray(i32, 2)), not of items of 4 bytes with "
    with pytest.raises(TypeError, match=f"^{re.escape(text)}format '>i': convert or cast it$"):
        ndarrays.look(grid.astype(">i4"))
    with pytest.raises(BufferError, match=r"parameter 'values' is written to, and this ndarray is read-only"):
        ndarrays.shift(numpy.broadcast_to(numpy.zeros(2), (2, 2, 2)), 1.0)


@pytest.mark.parametrize("layout", ["offset", "stride"])
def test_what_is_not_aligned(ndarrays: ModuleType, layout: str) -> None:
    numpy: Any = pytest.importorskip("numpy")
    memory = numpy.zeros(64, numpy.uint8)
    if layout == "offset":
        odd = memory[1:33].view(numpy.int32).reshape(2, 4)
    else:
        odd = numpy.ndarray((2, 2), numpy.int32, memory, strides=(9, 4))
    with pytest.raises(
        BufferError,
        match=r"^look\(\): parameter 'values' must be aligned to 4 bytes \(NdArray\(i32, 2\)\): pass a copy$",
    ):
        ndarrays.look(odd)


REFUSED: list[tuple[str, tuple[Any, ...], type[Exception], str]] = [
    ("look", ([[1]],), TypeError, "look(): parameter 'values' must be a buffer (NdArray(i32, 2)), not list"),
    (
        "look",
        (shaped("i", (1,), 1),),
        ValueError,
        "look(): parameter 'values' must have 2 dimensions (NdArray(i32, 2)), not 1",
    ),
    (
        "line",
        (shaped("B", (1, 1), 1),),
        ValueError,
        "line(): parameter 'values' must have 1 dimension (NdArray(u8, 1)), not 2",
    ),
    (
        "line",
        (shaped("b", (1,), -1),),
        TypeError,
        "line(): parameter 'values' must be a buffer of such items (NdArray(u8, 1)), not of items of 1 bytes with "
        "format 'b': convert or cast it",
    ),
    (
        "look",
        (shaped("f", (1, 1), 1),),
        TypeError,
        "look(): parameter 'values' must be a buffer of such items (NdArray(i32, 2)), not of items of 4 bytes with "
        "format 'f': convert or cast it",
    ),
    (
        "shift",
        (shaped("d", (1, 1, 1), 1).toreadonly(), 1),
        BufferError,
        "shift(): parameter 'values' is written to, and this memoryview is read-only: pass a bytearray or another "
        "writable buffer",
    ),
    ("maybe", (3,), TypeError, "maybe(): parameter 'values' must be a buffer (?NdArray(f64, 2)), not int"),
]


@pytest.mark.parametrize(("name", "args", "error", "text"), REFUSED, ids=[case[0] for case in REFUSED])
def test_refused(ndarrays: ModuleType, name: str, args: tuple[Any, ...], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(text)}$"):
        getattr(ndarrays, name)(*args)


@pytest.mark.parametrize(
    ("name", "format", "shape", "values", "error"),
    [
        ("look", "f", (1, 1), (1,), TypeError),  # wrong items
        ("look", "i", (1,), (1,), ValueError),  # wrong dimensions
        ("truths", "?", (1, 2), (1, 3), ValueError),  # no bool
        ("shift", "d", (1, 1, 1), (1,), BufferError),  # only read
    ],
)
def test_what_was_refused_is_not_kept(
    ndarrays: ModuleType,
    name: str,
    format: str,
    shape: tuple[int, ...],
    values: tuple[int, ...],
    error: type[Exception],
) -> None:
    memory = bytearray(struct.pack(f"={len(values)}{format.replace('?', 'B')}", *values))
    with memoryview(memory) as whole:
        cast: Any = whole.cast
        view = cast(format, shape)
        if name == "shift":
            view = view.toreadonly()
        with pytest.raises(error), view:
            getattr(ndarrays, name)(view, *([1.0] if name == "shift" else []))
    memory.append(0)  # a BufferError where somebody still has it


def test_only_zero_and_one_are_bools(ndarrays: ModuleType) -> None:
    text = "truths(): parameter 'values' must hold only the bytes 0 and 1 (NdArray(bool, 2)), not 2"
    for values in ((2, 0, 0, 0), (0, 0, 0, 2), (1, 1, 2, 1)):
        with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
            ndarrays.truths(memoryview(bytes(values)).cast("?", (2, 2)))
    assert ndarrays.truths(memoryview(bytes((0, 1, 1, 1))).cast("?", (2, 2))) == 3


def test_it_is_lent_for_the_call_only(ndarrays: ModuleType) -> None:
    memory = bytearray(8)
    assert ndarrays.line(memory) == 0
    memory.append(1)
    grid = shaped("d", (100, 10), *range(1000))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ndarrays.sum_released, [grid] * 50)) == [499500.0] * 50
    grid.release()


@pytest.mark.parametrize(
    ("name", "args"),
    [*[case[:2] for case in REFUSED], ("look", (shaped("i", (2, 2), 1, 2, 3, 4),)), ("line", (b"ab",))],
)
def test_no_leak(
    ndarrays: ModuleType, name: str, args: tuple[Any, ...], growth: Callable[[Callable[[], Any]], float]
) -> None:
    function = getattr(ndarrays, name)
    assert growth(lambda: function(*args)) < 4
