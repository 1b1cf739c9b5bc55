"""What data can nest ends in RecursionError or works, and destructors run where nothing is locked."""

from __future__ import annotations

import contextlib
import copy
import gc
import os
import pickle
import threading
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")
pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def trees(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_trees")


@pytest.fixture(scope="module")
def references(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_references")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def works_or_is_too_deep(*uses: Callable[[], object]) -> None:
    for use in uses:
        with contextlib.suppress(RecursionError):
            use()


SMALL_STACK = (1024 if os.environ.get("NANO_FFI_TEST_MODE") == "Debug" else 512) * 1024
"""In bytes: threads of musl have less than others, and code in Debug takes more."""


def on_a_small_stack(function: Callable[[], object]) -> None:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            function()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    before = threading.stack_size(SMALL_STACK)
    thread = threading.Thread(target=run)
    thread.start()
    threading.stack_size(before)
    thread.join()
    for error in errors:
        raise error


def chain(references: ModuleType, kind: str, size: int) -> Any:
    last: Any = None
    for number in range(size):
        if kind == "mixed" and number % 3 == 0:
            last = (last,)
        elif kind in {"list", "mixed"} and number % 2 == 0:
            shelf = references.Shelf()
            shelf.put(last)
            last = shelf
        elif kind == "map":
            shelf = references.Shelf()
            shelf.name(last)
            last = shelf
        elif kind == "subclass":
            last = type_of(references)(last, number)
        else:
            last = references.Box(last, number)
    return last


def type_of(references: ModuleType, made: list[type] = []) -> type:  # noqa: B006
    if not made:
        made.append(type("Named", (references.Box,), {}))
    return made[0]


@pytest.mark.parametrize("kind", ["field", "list", "map", "mixed", "subclass"])
@pytest.mark.parametrize("size", [20_000, 200_000])
def test_chains_of_what_is_kept(references: ModuleType, kind: str, size: int) -> None:
    del_ = chain(references, kind, size)
    del del_
    last = chain(references, kind, size)
    gc.collect()
    on_a_small_stack(gc.collect)
    holder = [last]
    del last
    on_a_small_stack(holder.clear)
    gc.collect()


def test_a_million(references: ModuleType) -> None:
    last = chain(references, "field", 1_000_000)
    last.swap(None)
    last = chain(references, "field", 1_000)
    seen = 0
    while last is not None:
        last, seen = last.content, seen + 1
    assert seen == 1_000


def test_a_ring_of_what_is_kept(references: ModuleType) -> None:
    first = references.Box(None)
    last = first
    for number in range(50_000):
        last = references.Box(last, number)
    first.content = last
    del first, last
    on_a_small_stack(gc.collect)
    gc.collect()


USES: dict[str, Callable[[ModuleType, Any], object]] = {
    "equal": lambda _, tree: tree == tree,
    "equal to a copy": lambda _, tree: tree == copy.copy(tree),
    "repr": lambda _, tree: repr(tree),
    "copy": lambda _, tree: copy.copy(tree),
    "deepcopy": lambda _, tree: copy.deepcopy(tree),
    "pickle": lambda _, tree: pickle.loads(pickle.dumps(tree)),
    "method": lambda _, tree: tree.touch(),
    "const method": lambda _, tree: tree.depth(),
    "argument": lambda m, tree: m.depth_of(tree),
    "pointer": lambda _, tree: setattr(tree.lowest(), "n", 5),
    "append": lambda m, tree: m.Forest().trees.append(tree),
    "key": lambda m, tree: m.Forest().named.update(k=tree),
    "attribute": lambda m, tree: setattr(m.Forest(), "one", tree),
    "constructor": lambda m, tree: m.Tree(1, [tree]),
    "forest": lambda m, tree: repr(m.Forest([tree, tree], {"k": tree}, tree)),
    "contains": lambda _, tree: tree in tree.children,
    "index": lambda _, tree: tree.children.index(tree.children[0]),
    "pop": lambda _, tree: tree.children.pop().depth(),
    "clear": lambda _, tree: tree.children.clear(),
    "set": lambda _, tree: setattr(tree, "children", []),
    "item": lambda _, tree: tree.children.__setitem__(0, tree.children[0]),
    "init": lambda _, tree: tree.__init__(3, []),
    "collect": lambda _, __: gc.collect(),
    "dict": lambda _, tree: [child for child in tree.children],  # noqa: C416
}


PARTS = (RecursionError, "parts of parts, 250 times")
"""A list is one, and an item of it is another."""

OF_PARTS = {"repr", "forest"}
"""Uses of objects of all levels. (A pointer deeper down than parts go is an address.)"""


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("levels", [120, 200, 50_000])
def test_a_deep_tree(trees: ModuleType, use: str, levels: int) -> None:
    for run in (lambda function: function(), on_a_small_stack):
        tree = trees.Tree()
        tree.grow(levels)
        assert tree.depth() == levels
        if levels == 50_000:
            run(partial(works_or_is_too_deep, partial(USES[use], trees, tree)))
        elif levels == 200 and use in OF_PARTS:
            assert raises(partial(run, partial(USES[use], trees, tree))) == PARTS
        else:
            run(partial(USES[use], trees, tree))
        with contextlib.suppress(RecursionError):
            tree.n = 3
            assert tree.n == 3
            tree.children = []
            assert tree.depth() == 0
        del tree
        gc.collect()


REMOVALS: dict[str, Callable[[Any], object]] = {
    "pop": lambda forest: forest.trees.pop(1),
    "del": lambda forest: forest.trees.__delitem__(1),
    "del all": lambda forest: forest.trees.__delitem__(slice(None)),
    "set": lambda forest: forest.trees.__setitem__(1, forest.trees[0]),
    "set all": lambda forest: forest.trees.__setitem__(slice(None), []),
    "clear": lambda forest: forest.trees.clear(),
    "pop a key": lambda forest: forest.named.pop("k"),
    "del a key": lambda forest: forest.named.__delitem__("k"),
    "set a key": lambda forest: forest.named.__setitem__("k", {}),
    "clear keys": lambda forest: forest.named.clear(),
}


@pytest.mark.parametrize("way", REMOVALS)
def test_what_cannot_be_kept_is_not_removed(trees: ModuleType, way: str) -> None:
    """Objects keep a copy of what is removed: where that is too deep, nothing is removed, nor any object cut off."""
    forest = trees.Forest([{"n": 1}, {"n": 2}, {"n": 3}], {"a": {"n": 4}, "k": {"n": 5}})
    kept = [*forest.trees, *(forest.named[key] for key in ("a", "k"))]
    kept[1].grow(50_000)
    kept[4].grow(50_000)
    error = (RecursionError, "values inside of one another, 256 deep")
    assert raises(partial(REMOVALS[way], forest)) == error
    assert [tree is forest.trees[index] for index, tree in enumerate(kept[:3])] == [True] * 3
    assert [forest.named["a"] is kept[3], forest.named["k"] is kept[4]] == [True] * 2
    for tree in kept:
        tree.n += 10
    assert [tree.n for tree in forest.trees] == [11, 12, 13]
    assert {key: forest.named[key].n for key in forest.named} == {"a": 14, "k": 15}
    assert kept[1].depth() == kept[4].depth() == 50_000
    kept[1].children = []
    kept[4].children = []
    REMOVALS[way](forest)
    assert [tree.n for tree in kept] == [11, 12, 13, 14, 15]
    assert len(forest.trees) + len(forest.named) < 5 or way.startswith("set")


def test_deep_copies_of_a_subclass(trees: ModuleType) -> None:
    """The value is copied at once, and what Python has added as Python does it."""
    name: Any = type("Named", (trees.Tree,), {})
    tree = name(1, [{"n": 2}])
    tree.itself, tree.others = tree, [tree.children[0], tree]
    plain, again = copy.deepcopy([tree, tree])
    assert plain is again is plain.itself is plain.others[1] is not tree
    assert type(plain) is name
    assert plain == tree
    assert plain.others[0] == tree.children[0]
    assert plain.others[0] is not tree.children[0]
    plain.children[0].n = 3
    assert (tree.children[0].n, plain.n) == (2, 1)
    pair = trees.Item(1, "x" * 100)
    assert copy.deepcopy(pair) == pair
    assert raises(partial(trees.Tree.__deepcopy__, trees.Tree.__new__(trees.Tree), {}))[0] is TypeError


def test_a_deep_result(trees: ModuleType) -> None:
    assert trees.grown(200).depth() == 200
    for run in (lambda function: function(), on_a_small_stack):
        run(partial(works_or_is_too_deep, lambda: trees.grown(50_000), lambda: trees.grown(1_000).depth()))
    assert trees.grown(3) == trees.Tree(0, [trees.Tree(0, [trees.Tree(1, [trees.Tree(2)])])])


@pytest.mark.parametrize("kind", ["dict", "object", "append"])
def test_deep_from_python(trees: ModuleType, kind: str) -> None:
    def dicts() -> None:
        data: dict[str, Any] = {}
        for number in range(50_000):
            data = {"n": number, "children": [data]}
        try:
            trees.Tree(**data)
        finally:
            while data:
                data = data["children"][0] if "children" in data else {}

    def objects() -> None:
        tree = trees.Tree()
        for number in range(3_000):
            tree = trees.Tree(number, [tree])

    def appends() -> None:
        tree = trees.Tree()
        for _ in range(3_000):
            tree.children = [tree]

    use = {"dict": dicts, "object": objects, "append": appends}[kind]
    works_or_is_too_deep(use)
    on_a_small_stack(partial(works_or_is_too_deep, use))


def test_parts_of_parts(trees: ModuleType) -> None:
    tree = trees.Tree()
    tree.grow(50_000)
    parts = [tree]

    def descend() -> None:
        while True:
            parts.append(parts[-1].children[0])

    assert raises(descend) == PARTS
    assert len(parts) == 126
    last = parts[-1]
    last.n = 77
    assert last.n == 77
    assert parts[100] is parts[99].children[0]
    parts[90].touch()
    del tree
    parts.clear()
    gc.collect()
    assert last.n == 77
    holder = [last]
    del last
    on_a_small_stack(holder.clear)


PLACES: dict[str, Callable[[Any], Any]] = {
    "slice": lambda root: root.outer,
    "ArrayList": lambda root: root.more,
}
INNER: dict[str, Callable[[Any], Any]] = {
    "list": lambda outer: outer.inner,
    "map": lambda outer: outer.named,
}


@pytest.mark.alone(timeout=20)
@pytest.mark.parametrize("place", ["slice", "ArrayList", "map"])
@pytest.mark.parametrize("inner", ["list", "map"])
@pytest.mark.parametrize("way", ["clear", "pop", "del", "set", "outer clear", "outer set", "init", "drop"])
def test_what_a_list_drops_is_released(trees: ModuleType, place: str, inner: str, way: str) -> None:
    """Its last reference is dropped while the list is changed: nothing waits for itself, and values stay."""
    outer = {"inner": [{"number": 1, "text": "x" * 100}], "named": {"k": {"number": 1, "text": "x" * 100}}}
    root = trees.Root(outer=[outer], more=[outer], named={"k": outer})
    where = {"slice": "outer", "ArrayList": "more", "map": "named"}[place]
    first: Any = "k" if place == "map" else 0
    key: Any = "k" if inner == "map" else 0
    field = {"list": "inner", "map": "named"}[inner]
    part = getattr(getattr(root, where)[first], field)[key]
    changed = getattr(root, where)
    inside = getattr(changed[first], field)
    if way == "clear":
        inside.clear()
    elif way == "pop":
        assert inside.pop(key) is part
    elif way == "del":
        del inside[key]
    elif way == "set":
        setattr(changed[first], field, {} if inner == "map" else [])
    elif way == "outer clear":
        changed.clear()
    elif way == "outer set":
        setattr(root, where, {} if place == "map" else [])
    elif way == "init":
        root.__init__()
    else:
        del root
        gc.collect()
    with contextlib.suppress(ReferenceError):
        assert (part.number, part.text) == (1, "x" * 100)
        part.number = 2
        assert part.number == 2
    if way in {"clear", "pop", "del", "drop"}:
        assert (part.number, part.text) == (2, "x" * 100)
    if way != "drop":
        changed = getattr(root, where)
        assert len(changed) == (0 if way in {"outer clear", "outer set", "init"} else 1)
        if way in {"outer clear", "outer set", "init"}:
            with contextlib.suppress(ReferenceError):
                assert [item for item in inside] in ([], [part], ["k"])  # noqa: C416


class Last:
    """A destructor that uses what dropped it."""

    def __init__(self, action: Callable[[], object]) -> None:
        self.action = action

    def __del__(self) -> None:
        with contextlib.suppress(RuntimeError, ReferenceError):
            self.action()


@pytest.mark.alone(timeout=20)
def test_destructors_use_what_dropped_them(references: ModuleType) -> None:
    box = references.Box(None)
    seen: list[object] = []
    for use in (
        lambda: seen.append(box.content),
        lambda: box.swap(1),
        lambda: setattr(box, "content", 2),
        lambda: box.__init__(3),
        gc.collect,
    ):
        box.content = Last(use)
        box.content = None
        box.content = Last(use)
        box.swap(None)
        box.content = Last(use)
        box.__init__(None)
        gc.collect()
    shelf = references.Shelf()
    for put in (shelf.put, shelf.name, shelf.order):
        put(Last(lambda: shelf.put(1)))
        put(Last(lambda: shelf.name(1)))
    shelf.destroy()
    gc.collect()
    assert seen
