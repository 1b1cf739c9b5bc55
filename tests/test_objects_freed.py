"""Functions of trees give back what Python gave these: each piece by itself, and none of it twice."""

from __future__ import annotations

import copy
import os
import pickle
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import nano_ffi

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_freed")


NAMES = ["a", "bb", "ccc" * 20]
VALUES: dict[str, Any] = {
    "names": NAMES,
    "list": tuple(NAMES),
    "map": dict.fromkeys(NAMES, 1),
    "rows": [{"name": name, "sizes": [1, 2]} for name in NAMES],
    "maybe": [*NAMES, None],
    "pair": NAMES[:2],
    "both": {"a": "a", "b": NAMES},
}
MADE: dict[str, Callable[[ModuleType, str, Any], Any]] = {
    "made": lambda m, name, value: m.Page(**{name: value}),
    "set": lambda m, name, value: assigned(m.Page(), name, value),
    "copied": lambda m, name, value: copy.copy(m.Page(**{name: value})),
    "deeply copied": lambda m, name, value: copy.deepcopy(m.Page(**{name: value})),
    "unpickled": lambda m, name, value: pickle.loads(pickle.dumps(m.Page(**{name: value}))),
}


def assigned(page: Any, name: str, value: object) -> Any:
    setattr(page, name, value)
    return page


@pytest.mark.parametrize("way", MADE)
@pytest.mark.parametrize("name", VALUES)
def test_each_piece_is_given_back(m: ModuleType, name: str, way: str) -> None:
    page = MADE[way](m, name, VALUES[name])
    page.drop()
    setattr(page, name, VALUES[name])
    page.view().drop()
    assert page == m.Page()


def test_what_a_view_gives_back_and_takes(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    def change() -> None:
        page = m.Page(list=NAMES, pair=["x" * 100, ""])
        view = page.view()
        for n in range(20):
            view.add(str(n))
        page.list.append("y" * 100)
        view.add("z" * 100)
        view.rename("w" * 100)
        page.pair = ["v" * 100, "u"]
        view.rename("t" * 100)
        assert page.list[-2:] == ["y" * 100, "z" * 100]
        assert page.pair[0] == "t" * 100

    assert growth(change) < 1


@pytest.mark.parametrize("drops", [False, True])
def test_what_is_for_a_tree_by_what_has_memory_of_its_own(
    m: ModuleType, drops: bool, growth: Callable[[Callable[[], Any]], float]
) -> None:
    def change() -> None:
        page = m.Page(list=NAMES)
        with m.Writer(page, drops) as writer:
            for n in range(20):
                writer.add(str(n))
            page.list.append("y" * 100)
            writer.addMany(20)
            cursor = writer.cursor()
            for n in range(20):
                cursor.add(str(n))
            assert list(page.list[-21:]) == ["many", *map(str, range(20))]
            writer.share("s" * 100)
            writer.share("t" * 100)
            assert page.pair[1] == "t" * 100
        assert (len(page.list), page.pair[1]) == (0 if drops else 64, "")
        page.list.append("after")

    assert growth(change) < 1


def test_what_both_have_is_a_trees_when_the_other_one_lets_it_go(
    m: ModuleType, growth: Callable[[Callable[[], Any]], float]
) -> None:
    def change() -> None:
        page = m.Page()
        writer = m.Writer(page, False)
        writer.share("s" * 100)
        for n in range(40):
            writer.add(str(n))
        writer.unshare()
        del writer
        assert page.pair[1] == "s" * 100

    assert growth(change) < 1


@pytest.mark.parametrize("way", ["scribe", "pen", "quill", "nib"])
def test_what_is_in_an_arena_is_the_arenas(m: ModuleType, way: str) -> None:
    page = m.Page()
    scribe = m.Scribe(page)
    for n in range(40):
        writer = scribe if way == "scribe" else getattr(scribe, way)()
        writer.rename(f"{n:0100}")
        assert page.pair[0] == f"{n:0100}"
        page.list = [f"{number:099}" for number in range(400)]
        page.list = []
        page.pair = ["", ""]
        page.list = [f"{number:099}" for number in range(400)]
        page.list = []
    page.pair = ["", ""]


def test_what_is_exported_is_not_moved_by_what_comes_by_value(m: ModuleType) -> None:
    stack = m.Stack()
    stack.push(1)
    pusher = m.Pusher(stack)
    around = pusher.around()
    numbers = memoryview(stack.numbers)
    for push in (pusher.push, pusher.pushByValue, pusher.pushByConst, around.push):
        with pytest.raises(BufferError):
            push(2)
    assert numbers.tolist() == [1]
    numbers.release()
    pusher.pushByValue(2)
    pusher.pushByConst(3)
    pusher.around().push(4)
    assert list(stack.numbers) == [1, 2, 3, 4]


def test_what_is_in_an_optional(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    def change() -> None:
        page = m.Page(lines=[m.Line("text", [1, 2, 3]), None])
        line = page.first()
        for n in range(20):
            line.mark(n)
        assert page.lines[0].marks == [1, 2, 3, *range(20)]

    assert growth(change) < 1


def test_functions_without_an_allocator(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    def change() -> None:
        stack = m.Stack()
        for n in range(20):
            stack.push(n)
        stack.numbers.extend(range(20))
        stack.push(7)
        assert list(stack.numbers) == [*range(20), *range(20), 7]
        stack.clear()
        stack.push(1)
        stack.rename("of Zig" * 20)
        stack.name = "of Python" * 20
        stack.rename("again of Zig" * 20)
        assert stack.name == "again of Zig" * 20

    assert growth(change) < 1


def test_what_is_passed_by_value_may_be_given_back(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    limbs = m.Limbs([1, 2, 3])
    for _ in range(3):
        assert (limbs.consume(), limbs.data) == (3, [1, 2, 3])
    assert m.countOf({"data": range(100)}) == 100
    assert growth(limbs.consume) < 1
    assert growth(lambda: m.countOf({"data": [1] * 99})) < 1


@pytest.mark.parametrize("order", ["first", "second", "collected"])
def test_what_is_passed_by_value_may_be_kept(
    m: ModuleType, order: str, growth: Callable[[Callable[[], Any]], float]
) -> None:
    def pass_on() -> None:
        first = m.Owner(4)
        limbs = first.limbs()
        second = limbs.toOwner()
        assert (first.sum(), second.sum()) == (28, 28)
        if order == "first":
            first.destroy()
            assert second.sum() == 28
        elif order == "second":
            second.destroy()
            assert first.sum() == 28
        assert limbs.data == [7] * 4

    assert growth(pass_on) < 1
    owner = m.ownerOf({"data": [1, 2]})
    assert owner.sum() == 3
    owner.destroy()


def test_what_is_in_a_list_is_not_to_be_given_back(m: ModuleType) -> None:
    if os.environ.get("NANO_FFI_TEST_MODE", "ReleaseSafe") not in {"Debug", "ReleaseSafe"}:
        pytest.skip("this mode checks nothing")
    for numbers in ([1, 2], range(1000), memoryview(bytes(range(255))), tuple(range(300))):
        with pytest.raises(nano_ffi.ZigPanic, match="bytes are freed that nano_ffi's allocator did not give"):
            m.consumed(numbers)


@pytest.mark.parametrize("name", ["drop", "dropConst", "dropMaybe", "dropLines", "dropEmpty", "dropBuffer", "dropAll"])
def test_what_points_to_what_was_freed_is_not_used(
    m: ModuleType, name: str, growth: Callable[[Callable[[], Any]], float]
) -> None:
    def drop() -> None:
        sheet = m.Sheet(text="t" * 50, lines=["a" * 30, "b" * 300] * 100, maybe="m" * 70)
        lines = sheet.lines
        getattr(sheet, name)()
        uses: list[Callable[[], Any]] = [
            *(lambda: sheet.text, lambda: list(sheet.lines), lambda: sheet.count, lambda: lines[0]),
            *(lambda: sheet.push("x"), lambda: setattr(sheet, "text", "y"), lambda: copy.copy(sheet)),
        ]
        for use in uses:
            with pytest.raises(ReferenceError) as caught:
                use()
        assert "cannot be used: a function has freed what the Sheet still points to: let it say" in str(caught.value)
        assert repr(sheet) == "<objects_freed.Sheet object without a value>"

    drop()
    if name != "dropMaybe":  # each call has an exception, which is as large as it likes
        assert growth(drop) < 64


def test_what_another_one_keeps_is_kept(m: ModuleType) -> None:
    sheet, other = m.Sheet(text="t" * 50), m.Sheet()
    text = "".join(map(str, range(1000)))
    sheet.passOn(other, text)
    copies = text.encode().decode()
    del text
    others = [str(number) * 1000 for number in range(100)]  # which would be where it was
    assert (other.text == copies, len(others)) == (True, 100)
    with pytest.raises(ReferenceError, match="still points to"):
        len(sheet.text)


def test_what_says_that_nothing_is_there_any_more_is_used(
    m: ModuleType, growth: Callable[[Callable[[], Any]], float]
) -> None:
    def clear() -> None:
        sheet = m.Sheet(text="t" * 50, lines=["a" * 30, "b" * 300], maybe="m" * 70)
        sheet.dropCopy()
        assert sheet.text == "t" * 50
        sheet.clear()
        assert (sheet.text, sheet.lines, sheet.maybe) == ("", [], None)
        sheet.push("one" * 30)
        sheet.push("two" * 30)
        assert (sheet.pop(), sheet.pop(), sheet.count) == (1, 0, 0)

    clear()
    assert growth(clear) < 8


@pytest.mark.alone
@pytest.mark.parametrize("mode", ["Debug", "ReleaseFast"])
def test_a_copy_is_given_back_once_where_nobody_watches(mode: str) -> None:
    """No class of the module has anything else that its allocator would have to note."""
    text = """
    const std = @import("std");
    pub const Note = struct {
        text: []const u8,
        pub fn drop(note: Note, gpa: std.mem.Allocator) void {
            gpa.free(note.text);
        }
    };
    """
    note = nano_ffi.loads(text, name="note", mode=mode).Note("n" * 50)
    for _ in range(100):
        note.drop()
    assert note.text == "n" * 50
