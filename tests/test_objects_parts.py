"""Slices that functions give of what their objects have, on a module compiled from tests/extension/parts.zig."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, MutableSequence
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def parts(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("parts")


@pytest.fixture(scope="module")
def np() -> Any:
    return pytest.importorskip("numpy", reason="numpy is not installed", minversion="2")


ENDED = "the list of f64 is gone, or may be: what it was in has been changed since; ask for it again"
FIXED = "this list of f64 is Zig's alone: give its struct a function that changes it"


def test_a_whole_list_is_the_one_of_its_field(parts: ModuleType) -> None:
    signal = parts.Signal(4)
    samples = signal.all()
    assert samples is signal.samples
    signal.change()
    assert samples == [100.0, 1.0, 2.0, 3.0]
    assert signal.all() is samples

    tree = parts.Tree([1.0, 2.0])
    tree.all().append(3.0)
    assert tree.samples == [1.0, 2.0, 3.0]


def test_a_slice_shares_what_the_object_has(parts: ModuleType) -> None:
    signal = parts.Signal(4)
    first: Any = signal.first(2)
    assert issubclass(type(first), MutableSequence)
    first[0] = 5.0
    signal.samples[1] = 6.0
    assert (first, signal.samples) == ([5.0, 6.0], [5.0, 6.0, 2.0, 3.0])
    assert (len(first), first[-1], first[:1], 6.0 in first, sum(first)) == (2, 6.0, [5.0], True, 11.0)
    first.sort(reverse=True)
    assert signal.samples == [6.0, 5.0, 2.0, 3.0]
    first.reverse()
    first[:] = [first[0] + 1, first[1]]
    assert signal.samples == [6.0, 6.0, 2.0, 3.0]
    assert pickle.loads(pickle.dumps(first)) == first.tolist() == [6.0, 6.0]
    assert signal.named("ab", 9) == [6.0, 6.0]
    assert parts.tail(signal, 1) == signal.rest[2:] == [3.0]
    assert (signal.some(False), signal.some(True)) == (None, [6.0, 2.0, 3.0])
    assert signal.counted() == ([6.0, 2.0, 3.0], 4)
    view: Any = memoryview(signal.counted()[0])
    view[0] = 1.5
    assert signal.samples[1] == 1.5


def test_its_number_of_items_stays(parts: ModuleType) -> None:
    first = parts.Signal(4).first(2)
    changes: list[Callable[[], object]] = [
        lambda: first.append(1.0),
        lambda: first.extend([1.0]),
        lambda: first.insert(0, 1.0),
        first.pop,
        first.clear,
        lambda: first.__delitem__(0),
        lambda: first.__setitem__(slice(None), [1.0]),
    ]
    for change in changes:
        with pytest.raises(TypeError) as caught:
            change()
        assert str(caught.value) == FIXED
    assert first == [0.0, 1.0]


def test_what_is_const_is_only_read(parts: ModuleType) -> None:
    signal = parts.Signal(4)
    for read in (signal.rest, signal.read()):
        with pytest.raises(TypeError):
            read[0] = 1.0
        assert memoryview(read).readonly
    assert not memoryview(signal.all()).readonly
    assert signal.read() == signal.samples == [0.0, 1.0, 2.0, 3.0]


def test_it_ends_with_what_may_have_moved_it(parts: ModuleType) -> None:
    signal = parts.Signal(4)
    first = signal.first(2)
    signal.change()
    for use in (lambda: first[0], lambda: len(first), lambda: memoryview(first), lambda: first.__setitem__(0, 1.0)):
        with pytest.raises(ReferenceError) as caught:
            use()
        assert str(caught.value).startswith(ENDED)
    assert signal.first(2) == [100.0, 1.0]

    tree = parts.Tree([1.0, 2.0, 3.0, 4.0])
    half = tree.half()
    tree.samples[0] = 5.0
    assert half == [5.0, 2.0]
    tree.samples.append(5.0)
    with pytest.raises(ReferenceError):
        half[0]

    plain = parts.Plain()
    part = plain.part()
    plain.set(4.0)
    assert part == [4.0, 3.0]

    ring = parts.Ring()
    room = ring.push(1.0)
    ring.push(2.0)
    assert room == [1.0, 2.0, 0.0, 0.0]

    with parts.Signal(2) as signal:
        first = signal.first(1)
    with pytest.raises(ReferenceError):
        first[0]


def test_it_keeps_the_object(parts: ModuleType) -> None:
    gc.collect()
    before = parts.ended()
    for give in (parts.Signal.all, lambda signal: signal.first(3), lambda signal: memoryview(signal.first(3))):
        items = give(parts.Signal(3))
        gc.collect()
        assert parts.ended() == before
        assert list(items) == [0.0, 1.0, 2.0]
        del items
        gc.collect()
        assert parts.ended() == before + 1
        before = parts.ended()
    assert list(parts.Plain().part()) == [2.0, 3.0]


def test_a_buffer_of_it_is_one_of_the_object(parts: ModuleType) -> None:
    signal = parts.Signal(3)
    view: Any = memoryview(signal.first(2))
    with pytest.raises(BufferError) as caught:
        signal.change()
    assert str(caught.value) == "a buffer of the Signal is in use, and it cannot be changed until that is released"
    view[0] = 4.0
    view.release()
    signal.change()
    assert signal.samples[0] == 104.0


def test_what_is_not_the_objects_is_a_copy(parts: ModuleType) -> None:
    import array

    signal = parts.Signal(3)
    room = array.array("d", [0.0, 0.0])
    given = signal.into(room)
    assert type(given) is list
    assert given == room.tolist() == [0.0, 1.0]
    assert type(signal.copy()) is list
    assert type(signal.by_value()) is list
    assert type(parts.Tree([1.0, 2.0]).by_value()) is list
    assert type(parts.tail_or_none(None)) is list
    assert type(parts.tail_or_none(signal)) is not list
    assert parts.tail_or_none(None) + parts.tail_or_none(signal) == [7.0, 8.0, 1.0, 2.0]
    # What says so is no new memory, though it may allocate.
    largest = signal.sorted()
    assert (type(largest) is list, largest, signal.samples[0]) == (False, [2.0], 2.0)


def test_its_structs_are_those_of_the_list(parts: ModuleType) -> None:
    signal = parts.Signal(3)
    dots = signal.dots()
    assert dots[0] is signal.points[1]
    dots[0].y = 7.0
    assert signal.points[1].y == 7.0
    dots[1] = parts.Point(9.0)
    assert (signal.points[2].x, [dot.x for dot in dots]) == (9.0, [1.0, 9.0])
    copies = dots.tolist()
    assert copies[0] == dots[0]
    assert copies[0] is not dots[0]

    dots = parts.Signal(3).dots()
    gc.collect()
    assert dots[0] is dots[0]
    dots[0].x = 5.0
    assert dots[0].x == 5.0


def test_of_a_class_that_has_no_lists(zig_module: Callable[[str], ModuleType]) -> None:
    items = zig_module("parts_hidden").Hidden(3).items()
    assert isinstance(items, MutableSequence)
    assert items == [1.0, 1.0, 1.0]


def test_numpy_shares_it(parts: ModuleType, np: Any) -> None:
    signal = parts.Signal(3)
    shared = np.asarray(signal.first(2))
    shared += 1
    assert signal.samples == [1.0, 2.0, 2.0]
    assert np.asarray(signal.dots())["x"].tolist() == [1.0, 2.0]
    rows = np.asarray(signal.rows())
    assert (rows.tolist(), rows.flags.writeable) == ([[3.0, 4.0]], False)

    made = signal.array()
    assert (type(made), made.dtype, made.shape) == (np.ndarray, np.float64, (2,))
    assert np.shares_memory(made, shared)
    some, turned, count = signal.arrays()
    assert (some.tolist(), turned.tolist(), count) == ([2.0, 2.0], [[1.0, 2.0], [3.0, 4.0]], 3)
    with pytest.raises(BufferError):
        signal.change()
    del made, shared, some, turned, rows
    gc.collect()
    signal.change()
    made = signal.array()
    before = parts.ended()
    del signal
    gc.collect()
    made[0] = 3.0
    assert (made.tolist(), parts.ended()) == ([3.0, 2.0], before)
    del made
    gc.collect()
    assert parts.ended() == before + 1

    room = np.zeros(2)
    copy = parts.Signal(3).into_array(room)
    assert (type(copy), copy.tolist()) == (np.ndarray, [0.0, 1.0])
    assert not np.shares_memory(copy, room)
