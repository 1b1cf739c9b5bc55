"""What functions return, and whose memory that is: on tests/extension/objects_trees.zig and objects_results.zig."""

from __future__ import annotations

import gc
import os
import sys
import timeit
import weakref
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import pytest

import nano_ffi

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def trees(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_trees")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_results")


@pytest.fixture(scope="module")
def remembered(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_remembered")


def watched() -> None:
    """The allocator watches itself in Debug and ReleaseSafe only."""

    if os.environ.get("NANO_FFI_TEST_MODE", "ReleaseSafe") not in {"Debug", "ReleaseSafe"}:
        pytest.skip("this mode checks nothing")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


TITLES: dict[str, Callable[[ModuleType, Any], object]] = {
    "*T": lambda _, doc: doc.title(),
    "*const T": lambda _, doc: doc.read(),
    "T": lambda _, doc: doc.copied(),
    "optional": lambda _, doc: doc.maybe(),
    "error union": lambda _, doc: doc.failing(),
    "tuple": lambda _, doc: doc.tuple()[0],
    "struct": lambda _, doc: doc.both().name,
    "list in a struct": lambda _, doc: doc.both().words[0],
    "list": lambda _, doc: doc.list()[0],
    "itself": lambda _, doc: doc.same().name,
    "list in itself": lambda _, doc: doc.same().words[0],
    "str": lambda _, doc: str(doc),
    "getitem": lambda _, doc: doc[0],
    "operator": lambda _, doc: doc + 0,
    "call": lambda _, doc: doc(),
    "function": lambda m, doc: m.title_of(doc),
    "unbound": lambda m, doc: m.Doc.title(doc),
    "attribute": lambda _, doc: doc.name,
}


@pytest.mark.alone
@pytest.mark.parametrize("way", TITLES)
def test_a_text_of_its_own(trees: ModuleType, way: str) -> None:
    for size in (0, 1, 100, 5_000, 100_000):
        text = "".join(chr(97 + number % 26) for number in range(size))
        doc = trees.Doc(text, [text, "b"])
        for _ in range(3):
            assert TITLES[way](trees, doc) == text
        assert (doc.name, list(doc.words)) == (text, [text, "b"])


@pytest.mark.alone
def test_a_text_of_an_item(trees: ModuleType) -> None:
    bag = trees.Bag([trees.Item(1, "a" * 5_000), trees.Item(2, "b" * 5_000)], named={"k": trees.Item(3, "c" * 5_000)})
    for item, letter in ((bag.items[0], "a"), (bag.items[1], "b"), (bag.named["k"], "c"), (bag.first(), "a")):
        assert item.label() == item.name == letter * 5_000
    assert bag.items[0].label() == "a" * 5_000


@pytest.mark.alone
def test_fields_that_share_a_text(trees: ModuleType) -> None:
    doc = trees.Doc("x" * 5_000)
    doc.share()
    doc.name = "y" * 5_000
    for number in range(5_000):
        doc.name = f"{number}" * 100
    assert doc.other == "x" * 5_000
    doc.cut(3)
    assert doc.name == ("4999" * 100)[3:]
    doc.share()
    doc.words = [doc.name] * 3
    assert doc.other == doc.name == doc.words[2]
    doc.append(doc.name)
    assert doc.name == doc.other * 2


def test_a_call_costs_the_same_however_much_it_points_to(trees: ModuleType) -> None:
    def cost(count: int) -> float:
        numbers = trees.Numbers([0.0] * count)
        return min(timeit.repeat(numbers.touch, number=20, repeat=10))

    assert cost(1_000_000) < 50 * cost(1)


ALLOCATED: dict[str, Callable[[ModuleType], object]] = {
    "text": lambda m: m.text(1_000),
    "optional": lambda m: m.maybe(1_000),
    "texts": lambda m: m.words(10),
    "numbers": lambda m: m.numbers(100),
    "struct": lambda m: m.row(100),
    "structs": lambda m: m.rows(10),
    "ArrayList": lambda m: m.array_list(100),
    "map": lambda m: m.dictionary(20),
    "tuple": lambda m: m.tuple(100),
    "late": lambda m: m.late(1_000),
    "broken": lambda m: m.broken(1_000),
    "nested": lambda m: m.nested(100, lambda size: len(m.text(size))),
    "nested and late": lambda m: m.nested(100, m.late),
    "method": lambda m: m.Maker().fresh(1_000),
    "cached": lambda m: m.Maker().cached(1_000),
    "half": lambda m: m.Maker().half(1_000),
    "deinit": lambda m: m.made(1_000).copy(),
    "tree": lambda m: m.Note().repeat(1_000),
    "tree again": lambda m: [note.repeat(1_000) for note in [m.Note("x")] for _ in range(3)],
}


@pytest.mark.parametrize("way", ALLOCATED)
def test_memory_of_a_result_is_given_back(
    m: ModuleType, way: str, growth: Callable[[Callable[[], Any]], float]
) -> None:
    assert growth(lambda: ALLOCATED[way](m)) < 4


def test_results_in_allocated_memory(m: ModuleType) -> None:
    assert (m.text(3), m.maybe(0), m.maybe(2), m.words(2)) == (b"xxx", None, "xx", ["x" * 100] * 2)
    assert (list(m.numbers(2)), list(m.array_list(3))) == ([1.5, 1.5], [0, 1, 2])
    row = m.row(2)
    assert (row.name, list(row.values), [row.name for row in m.rows(2)]) == ("xx", [7, 7], ["x" * 10] * 2)
    assert (dict(m.dictionary(2)), m.tuple(2)[0]) == ({"key 0": 0, "key 1": 1}, b"xx")
    assert raises(lambda: m.late(1))[1] == "Late"
    assert raises(lambda: m.broken(5))[0] is UnicodeDecodeError


@pytest.mark.alone
def test_calls_within_calls(m: ModuleType) -> None:
    def inner(size: int) -> int:
        m.text(5_000)
        return len(m.nested(size - 1, inner)) if size > 1 else 0

    assert m.nested(1, inner) == b"x0"
    assert m.nested(3, inner) == b"xxx3"
    assert raises(lambda: m.nested(3, m.late))[1] == "Late"
    assert raises(lambda: m.nested(3, lambda _: m.free_twice()))[0] is nano_ffi.ZigPanic
    assert m.nested(1, inner) == b"x0"


@pytest.mark.alone
def test_what_a_function_keeps_stays(m: ModuleType) -> None:
    for _ in range(3):
        maker = m.Maker()
        assert maker.cached(100) == "x" * 100
        assert maker.part(100) == "x" * 99
        assert m.Maker().cached(100) == "x" * 100
        assert raises(partial(maker.half, 200))[1] == "Late"
        assert maker.cached(0) == "x" * 200
        assert maker.part(0) == "x" * 199


@pytest.mark.alone
@pytest.mark.parametrize("first", ["global", "late"])
def test_what_a_variable_keeps_stays(remembered: ModuleType, first: str) -> None:
    if first == "late":
        assert raises(partial(remembered.late, 100))[1] == "Late"
    else:
        with pytest.warns(ResourceWarning, match="a variable of its file may have it"):
            assert remembered.global_(100) == "x" * 100
    for _ in range(10):
        assert remembered.global_(100) == "x" * 100


@pytest.mark.alone
def test_a_result_whose_deinit_is_for_copies(m: ModuleType) -> None:
    seen: list[type[BaseException] | None] = []
    sys.unraisablehook = lambda args: seen.append(args.exc_type)
    text = "some <text" * 1_000
    for haystack in (text, text.encode(), bytearray(text.encode())):
        match = m.find(haystack)
        assert match.size() == len(text) - 5
        assert match.text == text[5:]
        copied = match.copy()
        del match, haystack
        gc.collect()
        assert copied.text == text[5:]
        del copied
    assert m.find("nothing") is None
    assert set(seen) <= {nano_ffi.ZigPanic}


@pytest.mark.alone
@pytest.mark.parametrize("name", ["free_static", "free_twice", "free_size", "free_argument"])
def test_the_allocator_watches_itself(m: ModuleType, name: str) -> None:
    watched()
    args = [str(b"an argument" * 5, "ascii")] if name == "free_argument" else []
    for _ in range(3):
        error, text = raises(lambda: getattr(m, name)(*args))
        assert error is nano_ffi.ZigPanic
        assert name in text
    # What `gpa.free` is given it overwrites, before any allocator is asked: so that text may be another one now.
    assert m.text(100) == b"x" * 100


def test_init_again_gives_back(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    note, maker, words = m.Note(), m.Maker(), m.Words({})

    def again() -> None:
        maker.__init__()
        maker.cached(1_000)

    assert growth(lambda: note.__init__("x" * 1_000, ["y" * 100] * 10, [1] * 100)) < 8
    assert growth(lambda: words.__init__({"key": "x" * 1_000})) < 8
    assert growth(again) < 8
    assert (note.text, note.lines[9], note.values[99]) == ("x" * 1_000, "y" * 100, 1)


def test_attributes_again_give_back(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    note, words = m.Note(), m.Words({})

    def again() -> None:
        note.text = "x" * 1_000
        note.lines = ["y" * 100] * 10
        note.values = [1] * 100
        note.values.extend([2] * 100)
        words.of["key"] = "z" * 1_000
        note.repeat(500)

    assert growth(again) < 8


GIVEN: dict[str, Callable[[ModuleType, Any], int]] = {
    "value": lambda m, words: m.size_of(words),
    "changed": lambda m, words: m.put(words, "new") - 1,
    "list": lambda m, words: m.put_all([words], "new") - 1,
    "method": lambda m, words: m.Dictionary(words).put("new") - 1,
}


@pytest.mark.alone
@pytest.mark.parametrize("way", GIVEN)
def test_a_map_with_its_allocator_comes_by_value(m: ModuleType, way: str) -> None:
    content = {f"key {number}": "value" * number for number in range(20)}
    given: Any
    for given in ({"of": content}, {"of": {}}, m.Words(content), m.Words(of={}, number=3)):
        for _ in range(3):
            assert GIVEN[way](m, given) == len(given["of"] if isinstance(given, dict) else given.of)
    words = m.Words(content)
    GIVEN[way](m, words)
    words.add("another")
    assert dict(words.of) == {**content, "another": "another"}


@pytest.mark.alone
def test_a_map_in_a_dict_in_a_dict(m: ModuleType) -> None:
    for _ in range(3):
        assert m.put_nested({"words": {"of": {"a": "b"}}}, "new") == 2


@pytest.mark.parametrize("way", ["name", "order", "put"])
def test_cycles_through_what_is_kept(zig_module: Callable[[str], ModuleType], way: str) -> None:
    references = zig_module("objects_references")

    class Watched(references.Box):  # type: ignore[misc, name-defined]
        pass

    shelf = references.Shelf()
    box = Watched(shelf)
    getattr(shelf, way)(box)
    watch = weakref.ref(box)
    del shelf, box
    gc.collect()
    assert watch() is None


def test_no_leak_of_objects_in_tuples(
    zig_module: Callable[[str], ModuleType],
    growth: Callable[[Callable[[], Any]], float],
) -> None:
    m = zig_module("objects_nodes")
    list_ = m.List()
    for number in range(3):
        list_.push(number)
    assert growth(lambda: (list_.pairs(), list_.labelled(["a", "b"]))) < 8
    with pytest.raises(UnicodeDecodeError):
        list_.labelled([b"\xff"])
    assert growth(lambda: list_.labelled(["a", b"\xff", "b"])) < 8


def test_a_list_of_what_has_a_deinit(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    given = ",".join(letter * 500 for letter in "abc")
    found = m.pieces(given)
    assert [match.text for match in found] == given.split(",")
    del found[1]
    assert m.sizes(found) == m.sizes(tuple(found)) == 1_000
    assert m.sizes([]) == 0
    with pytest.raises(TypeError, match=r"^sizes\(\): parameter 'matches\[1\]' must be a Match \(Match\), not int$"):
        m.sizes([found[0], 5])
    for match in m.pieces("x,y"):
        match.destroy()
        with pytest.raises(ReferenceError):
            m.sizes([match])
    assert growth(lambda: m.sizes(m.pieces(given))) < 8


def test_a_list_of_what_points_into_an_argument(m: ModuleType) -> None:
    found = m.views(",".join(letter * 5_000 for letter in "abc"))
    gc.collect()
    [str(number) for number in range(1_000)]  # would be where it was
    assert [match.text for match in found] == [letter * 5_000 for letter in "abc"]
    found[0].destroy()
    assert found[1].size() == 5_000


def test_lists_of_what_an_object_owns(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    album = m.Album()
    album.add("a" * 400)
    album.add("b" * 900)
    every, large, own = album.all(), album.some(500), album.copies()
    assert [[match.size() for match in matches] for matches in (every, large, own)] == [[400, 900], [900], [400, 900]]
    assert album.total(large) == album.total([every[1]]) == album.total([own[1]]) == 2_200
    album.add("c" * 100)
    for match in (*every, *large):  # of which the album may have freed something
        with pytest.raises(ReferenceError):
            match.text  # noqa: B018
    del album
    gc.collect()
    assert [match.text for match in own] == ["a" * 400, "b" * 900]

    def round_trip() -> None:
        album = m.Album()
        album.add("a" * 3_000)
        album.total(album.all() + album.some(1) + album.copies())

    assert growth(round_trip) < 8


@pytest.mark.parametrize("way", ["descriptors", "opened"])
def test_a_list_of_what_has_no_memory(
    remembered: ModuleType, way: str, growth: Callable[[Callable[[], Any]], float]
) -> None:
    before = remembered.sum_of_closed()
    found = getattr(remembered, way)(4)
    assert [one.number for one in found] == [0, 1, 2, 3]
    del found
    gc.collect()
    assert remembered.sum_of_closed() == before + 6
    assert growth(lambda: getattr(remembered, way)(500)) < 8


def test_what_has_a_deinit_in_tuples(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    first, second = m.divided("ab" * 1_000, 500)
    assert (first.size(), second.size(), m.sizes([first, second])) == (500, 1_500, 2_000)
    found = m.placed("a,bb,,c", "x")
    assert [(place, match and match.text, label) for place, match, label in found] == [
        (0, "a", "x"),
        (2, "bb", "x"),
        (5, None, "x"),
        (6, "c", "x"),
    ]
    assert growth(lambda: (m.divided("ab" * 1_000, 500), m.placed("a" * 900 + ",b", "y" * 500))) < 8

    def fails() -> None:
        with pytest.raises(UnicodeDecodeError):
            m.placed("a" * 900 + "," + "b" * 700, b"\xff")

    assert growth(fails) < 8


def test_what_a_variable_has_is_not_given_back(remembered: ModuleType) -> None:
    for number in range(10):
        remembered.addToShared(number)
        remembered.sharedShelf()
    assert remembered.sumOfShared() == sum(range(10))


@pytest.fixture(scope="module")
def builders(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_builders")


def filled(builder: Any, count: int = 3) -> Any:
    """Texts that are told one by one."""
    for number in range(count):
        builder.add(f"text {number}" + "!" * 100)
    return builder


def test_what_a_builder_has_made_is_its_own(builders: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    def build() -> None:
        builder = filled(builders.Builder())
        first = builder.build()
        count, second = filled(builder).buildAll()
        assert count == 3
        filled(builder)
        assert [first.at(0)[:6], second.at(2)[:6]] == ["text 0", "text 2"]
        builder.clear()
        del builder, first
        gc.collect(0)
        assert second.at(1)[:6] == "text 1"

    build()
    assert growth(build) < 8


def test_what_a_builder_still_has_ends_with_its_changes(builders: ModuleType) -> None:
    builder = filled(builders.Builder())
    shown = builder.show()
    assert shown.at(2)[:6] == "text 2"
    builder.clear()
    with pytest.raises(ReferenceError, match="the Shown is gone, or may be"):
        shown.at(2)

    builder = filled(builders.Builder())
    opened = builder.buildOpen()
    assert (opened.at(0)[:6], builder.ending()[:4]) == ("text 0", "t 0!")
    builder.clear()
    with pytest.raises(ReferenceError, match="the Built is gone, or may be"):
        opened.at(0)


def test_what_is_built_where_others_look_ends_with_its_changes(builders: ModuleType) -> None:
    builder = filled(builders.Builder())
    counter = builders.counter(builder)
    first = builder.build()
    filled(builder)
    assert (first.at(0)[:6], counter.count()) == ("text 0", 3)
    watcher = builders.watch(builder)
    assert watcher.text()[:6] == "text 0"
    built = builder.build()
    assert built.at(0)[:6] == "text 0"
    builder.clear()
    with pytest.raises(ReferenceError, match="the Built is gone, or may be"):
        built.at(0)


def test_what_is_built_of_others_memory_keeps_it(builders: ModuleType) -> None:
    collector = filled(builders.Collector())
    listing = collector.build()
    del collector
    gc.collect()
    assert [listing.at(number)[:6] for number in range(3)] == ["text 0", "text 1", "text 2"]

    for way in ("keep", "takeFrom"):
        collector = builders.Collector()
        sheet = builders.Collector.Sheet(list(range(1000)))
        getattr(collector, way)(sheet)
        pages = collector.giveLast()
        for number in range(100):  # what nobody has is given back meanwhile
            sheet.numbers = [number] * 1000
        del sheet, collector
        gc.collect()
        assert [pages.at(number) for number in (0, 500, 999)] == [0, 500, 999]


def test_what_was_python_s_is_kept_for_what_has_it(builders: ModuleType) -> None:
    collector = builders.Collector()
    sheet = builders.Collector.Sheet([], "title" * 20)
    collector.takeTitle(sheet)
    listing = collector.giveTitle()
    del sheet, collector
    gc.collect()
    assert listing.at(0) == "title" * 20


def test_what_is_behind_an_opaque_pointer_may_be_anything(builders: ModuleType) -> None:
    builder = filled(builders.Builder())
    shown = builder.hide()
    assert shown.at(0)[:6] == "text 0"
    builder.forget()
    with pytest.raises(ReferenceError, match="the Shown is gone, or may be"):
        shown.at(0)


def test_what_is_taken_out_is_its_own(builders: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    """Where others have been of the same region, too."""

    def take() -> None:
        shelf, other = filled(builders.Shelf()), filled(builders.Shelf(), 5)
        shelf.exchange(other)
        volumes = [shelf.pop(), shelf.pop(), other.pop()]
        filled(shelf)
        filled(other)
        assert [each.text()[:6] for each in volumes] == ["text 4", "text 3", "text 2"]
        top = shelf.top()
        del shelf, other
        gc.collect(0)
        assert (volumes[1].text()[:6], top.text()[:6]) == ("text 3", "text 2")

    take()
    assert growth(take) < 8


@pytest.mark.parametrize("with_scratch", [False, True])
def test_what_is_built_with_an_allocator_of_the_builder(builders: ModuleType, with_scratch: bool) -> None:
    fixed = filled(builders.Fixed())
    product = fixed.build(with_scratch)
    fixed.add("another")
    if not with_scratch:
        assert product.at(1)[:6] == "text 1"
        return
    with pytest.raises(ReferenceError, match=r"the Fixed\.Product is gone, or may be"):
        product.at(1)


@pytest.mark.parametrize("mode", ["Debug", "ReleaseFast"])
def test_what_is_built_is_its_own_where_nobody_watches(mode: str) -> None:
    """Nothing else of the module's classes has its allocator note what it gives."""
    text = """
    const std = @import("std");
    pub const Built = struct {
        texts: [][]u8,
        gpa: std.mem.Allocator,
        pub fn deinit(self: *Built) void {
            for (self.texts) |text| self.gpa.free(text);
            self.gpa.free(self.texts);
        }
        pub fn first(self: *const Built) u8 {
            return self.texts[0][0];
        }
    };
    pub const Builder = struct {
        texts: std.ArrayList([]u8) = .empty,
        gpa: std.mem.Allocator,
        pub fn init(gpa: std.mem.Allocator) Builder {
            return .{ .gpa = gpa };
        }
        pub fn deinit(self: *Builder) void {
            for (self.texts.items) |text| self.gpa.free(text);
            self.texts.deinit(self.gpa);
        }
        pub fn add(self: *Builder, text: []const u8) !void {
            try self.texts.append(self.gpa, try self.gpa.dupe(u8, text));
        }
        pub fn build(self: *Builder) !Built {
            return .{ .texts = try self.texts.toOwnedSlice(self.gpa), .gpa = self.gpa };
        }
    };
    """
    builder = filled(nano_ffi.loads(text, name="unwatched_builder", mode=mode).Builder())
    built = builder.build()
    filled(builder)
    assert built.first() == ord("t")
