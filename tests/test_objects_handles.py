"""`create` and `destroy` are a handle's, `deinit` with an allocator: on tests/extension/objects_handles.zig."""

from __future__ import annotations

import contextlib
import copy
import gc
import itertools
import pickle
import sys
import warnings
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import pytest

import nano_ffi

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_handles")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def gone(*uses: Callable[[], Any]) -> None:
    for use in uses:
        assert raises(use)[0] is ReferenceError


@pytest.mark.alone
def test_create_is_the_constructor(m: ModuleType) -> None:
    session = m.Session(5)
    assert (session.n, session.name(), len(session), session.add(2), m.living()) == (5, "a session", 9, 7, 1)
    assert session.same() is session
    session.n = 50
    assert session.add(1) == 51
    assert raises(partial(m.Session, -1))[1] == "Negative"
    assert raises(partial(m.Session, "x"))[0] is TypeError
    assert raises(m.Session)[0] is TypeError
    assert m.Session(n=3).n == 3
    assert not hasattr(m.Session, "create")
    gc.collect()
    assert m.living() == 1
    for way in (copy.copy, copy.deepcopy, pickle.dumps):
        assert raises(partial(way, session))[0] is TypeError


@pytest.mark.alone
@pytest.mark.parametrize("way", ["del", "destroy", "with", "init", "error", "collect"])
def test_destroy_is_called_once(m: ModuleType, way: str) -> None:
    session = m.Session(1)
    same = session.same()
    name = session.name
    assert m.living() == 1
    if way == "del":
        del session, same, name
    elif way == "destroy":
        session.destroy()
        gone(session.destroy, session.name, lambda: session.n, lambda: same.n, name, lambda: len(session), same.destroy)
    elif way == "with":
        with session as entered:
            assert entered is session
        gone(session.name, lambda: same.n)
    elif way == "init":
        session.__init__(2)
        assert (session.n, m.living()) == (2, 1)
        assert same.n == 2
        session.destroy()
    elif way == "error":
        with contextlib.suppress(Exception):
            session.__init__(-1)
        assert m.living() in {0, 1}
        del session, same, name
    else:
        type("Named", (m.Session,), {})(4).itself = session
        named = type("Named", (m.Session,), {})(4)
        named.itself = named
        del named, session, same, name
    gc.collect()
    assert m.living() == 0


@pytest.mark.alone
def test_no_destroy_during_a_call(m: ModuleType) -> None:
    session = m.Session(3)
    assert raises(lambda: session.run(lambda _: session.destroy()))[0] is RuntimeError
    assert raises(lambda: session.run(lambda _: session.__init__(4)))[0] in {RuntimeError, BufferError}
    assert (session.n, session.name(), m.living()) == (3, "a session", 1)


@pytest.mark.alone
def test_none_of_python_s_memory_is_freed(m: ModuleType) -> None:
    """What has a `destroy`, but no `create`, lies in Python's memory."""
    sys.unraisablehook = lambda _: None
    for _ in range(3):
        loose = m.Loose(5)
        for name, args in (("close", (loose,)), ("destroy", ())):
            function = getattr(m.Loose if name == "close" else loose, name, None)
            if function is None:
                continue
            with contextlib.suppress(nano_ffi.ZigPanic, TypeError, ReferenceError, ValueError):
                function(*args)
        with contextlib.suppress(ReferenceError):
            assert loose.n == 5
        del loose
        gc.collect()
    assert [m.Loose(number).n for number in range(100)] == list(range(100))


@pytest.mark.alone
@pytest.mark.parametrize("way", ["del", "destroy", "with", "init"])
def test_a_deinit_with_an_allocator(m: ModuleType, way: str) -> None:
    sized = m.Sized(1_000)
    assert (sized.size(), m.living()) == (1_000, 1)
    if way == "destroy":
        sized.destroy()
        gone(sized.size, sized.destroy)
    elif way == "with":
        with sized:
            assert sized.size() == 1_000
        gone(sized.size)
    elif way == "init":
        for number in range(1, 100):
            sized.__init__(number)
            assert (sized.size(), m.living()) == (number, 1)
        sized.destroy()
    else:
        del sized
        gc.collect()
    assert m.living() == 0


@pytest.mark.alone
@pytest.mark.parametrize("way", ["close", "clear", "shelf", "shelf destroyed", "owner destroyed"])
def test_a_handle_that_another_function_frees_is_gone(m: ModuleType, way: str) -> None:
    """Not by `destroy`, and not of the object itself: what then comes to its place is another one."""
    before = m.living()
    folder, owner, shelf = m.Folder("folder" * 20), m.Folder("owner"), m.Shelf()
    part = folder.children if hasattr(folder, "children") else None
    if way == "close":
        assert folder.close("done") == 4
    elif way == "clear":
        owner.add(folder)
        assert owner.first() is folder
        owner.clear()
    elif way == "owner destroyed":
        owner.add(folder)
        owner.destroy()
    else:
        shelf.put(folder)
        getattr(shelf, "clear" if way == "shelf" else "destroy")()
    gone(folder.title, folder.above, folder.destroy)
    others = [m.Folder("other" * 20) for _ in range(300)]
    gone(folder.title, folder.above, folder.destroy)
    del folder, owner, shelf, part
    gc.collect()
    assert {other.title() for other in others} == {"other" * 20}
    del others
    gc.collect()
    assert m.living() == before


@pytest.mark.alone
@pytest.mark.parametrize("order", ["owner first", "owner last", "chain"])
def test_what_frees_others_ends_before_them(m: ModuleType, order: str) -> None:
    before = m.living()
    if order == "chain":
        folders = [m.Folder(str(number)) for number in range(20)]
        for owner, folder in itertools.pairwise(folders):
            folder.add(owner)
    else:
        folders = [m.Folder(str(number)) for number in range(6)]
        owner = folders.pop(0 if order == "owner first" else -1)
        for folder in folders:
            owner.add(folder)
            assert folder.above() is owner
    folders.clear()
    owner = folder = None
    gc.collect()
    assert m.living() == before


@pytest.mark.alone
def test_an_owner_whose_part_was_destroyed_is_not_asked(m: ModuleType) -> None:
    owner, folder = m.Folder("owner"), m.Folder("folder")
    owner.add(folder)
    folder.destroy()
    gone(owner.title, folder.title)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del owner, folder
        gc.collect()
    assert ["deinit of a Folder is not called" in str(each.message) for each in caught] == [True]


@pytest.mark.parametrize("order", ["first", "last"])
def test_one_of_another_allocator_for_several_objects(m: ModuleType, order: str) -> None:
    """The object that has gone in Python stays for who admires it; the next one has its place, and it none."""
    admirer = m.Admirer()
    lone = m.Lone()
    admirer.admire(lone)
    del lone
    other = m.Admirer()
    again = m.Lone()
    other.admire(again)
    for _ in range(3 if order == "first" else 0):
        more = m.Lone()
        admirer.admire(more)
        assert more.n == 7
    admirer.admire(again)
    other.admire(again)
    assert again.n == 7
    del admirer, other, again
    gc.collect()
    assert m.Lone.strayed() == 0


def test_nothing_leaks(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    session, sized, shelf, follower = m.Session(1), m.Sized(10), m.Shelf(), m.Follower(1)

    def shelve() -> None:
        shelf.put(m.Folder("folder"))
        shelf.clear()

    def follow() -> None:
        follower.follow(m.Follower(2))
        assert follower.chief() == ""

    admirer = m.Admirer()

    def admire() -> None:
        lone = m.Lone()
        admirer.admire(lone)

    def admire_part() -> None:
        lone = m.Lone()
        part = lone.place
        admirer.admire(lone)
        del lone
        admirer.admire(m.Lone())
        assert part.n == 3

    def nest() -> None:
        owner, folder = m.Folder("owner"), m.Folder("folder")
        owner.add(folder)

    for function in (
        lambda: m.Session(1).same().name(),
        lambda: m.Session(1).destroy(),
        lambda: m.Session(-1),
        lambda: m.Session("x"),
        lambda: session.__init__(3),
        lambda: m.Sized(100).destroy(),
        lambda: m.Sized(100).size(),
        lambda: sized.__init__(100),
        lambda: m.Folder("folder").close("done"),
        shelve,
        follow,
        nest,
        admire,
        admire_part,
    ):
        assert growth(function) < 1
