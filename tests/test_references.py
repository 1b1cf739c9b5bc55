"""Python objects in the fields of structs, on a module compiled from tests/extension/references.zig."""

from __future__ import annotations

import copy
import gc
import inspect
import subprocess
import sys
import textwrap
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


class Thing:
    """Can be watched, and has room for a cycle."""

    to: Any = None


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("references")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def test_a_reference_is_an_attribute(m: ModuleType) -> None:
    assert str(inspect.signature(m.Box)) == "(content, other=None, number=0)"
    thing = Thing()
    box = m.Box(thing)
    assert (box.content is thing, box.other, box.number) == (True, None, 0)
    box.other = box.content = other = Thing()
    assert (box.content is other, box.other is other) == (True, True)
    box.content = None
    box.other = None
    assert (box.content, box.other) == (None, None)
    assert raises(lambda: delattr(box, "content")) == (TypeError, "the field 'content' of a Box cannot be deleted")
    assert raises(m.Box) == (TypeError, "Box() missing required argument 'content'")
    assert raises(lambda: m.Box(thing, None, "x")) == (
        TypeError,
        "Box(): parameter 'number' must be an int (i64), not str",
    )
    assert raises(lambda: copy.copy(box)) == (
        TypeError,
        "cannot pickle or copy 'Box' objects: they are more than their fields",
    )
    assert m.Box(thing) != m.Box(thing)


def test_a_callback_is_kept(m: ModuleType) -> None:
    calls: list[tuple[int, str]] = []

    def tell(count: int, name: str) -> int:
        calls.append((count, name))
        return -count

    counter = m.Counter()
    assert (counter.told, counter.add(1)) == (None, 0)
    counter.tell(tell)
    assert counter.told is tell
    assert (counter.add(2), counter.add(3), calls) == (-3, -6, [(3, "count"), (6, "count")])
    counter.told = len
    assert raises(lambda: counter.add(1))[0] is TypeError
    counter.told = lambda _count, _name: 1 // 0
    with pytest.raises(ZeroDivisionError) as caught:
        counter.add(1)
    assert caught.traceback[-1].name == "<lambda>"
    counter.told = lambda _count, _name: "x"
    assert raises(lambda: counter.add(1)) == (
        TypeError,
        "call(): the result of 'callback' must be an int (i64), not str",
    )
    assert m.Counter(5, tell).add(1) == -6
    assert m.Counter(name=str).called().decode() == "0"
    counter.name = lambda count: f"häh {count}"
    assert (counter.called().decode(), m.Counter().called().decode()) == ("häh 9", "nobody")


def test_what_is_no_callback_is_not_kept(m: ModuleType) -> None:
    counter = m.Counter(told=print)
    assert raises(lambda: setattr(counter, "told", 3))[0] is TypeError
    assert "a callable" in raises(lambda: setattr(counter, "told", 3))[1]
    assert "'told' must be a callable" in raises(lambda: m.Counter(0, 3))[1]
    assert "'told' must be a callable" in raises(lambda: counter.tell(3))[1]
    assert counter.told is print
    counter.told = None
    assert counter.add(1) == 0


def test_a_kept_callback_is_called_during_a_call_alone(m: ModuleType) -> None:
    counter = m.Counter(told=lambda _count, _name: 1)
    # Its text is the thread's.
    assert raises(counter.elsewhere)[1] == "PythonException"
    assert counter.add(1) == 1


def test_the_garbage_collector_sees_kept_callbacks(m: ModuleType) -> None:
    thing = Thing()
    watch = weakref.ref(thing)
    thing.to = m.Counter(told=lambda _count, _name, thing=thing: id(thing))
    assert thing.to.add(1) == id(thing)
    assert any(kept is thing.to.told for kept in gc.get_referents(thing.to))
    del thing
    gc.collect()
    assert watch() is None
    thing = Thing()
    watch = weakref.ref(thing)
    counter = m.Counter()
    counter.tell(lambda _count, _name, thing=thing: 1)
    del thing
    gc.collect()
    assert watch() is not None
    counter.told = None
    gc.collect()
    assert watch() is None


def test_references_as_results(m: ModuleType) -> None:
    first, second = Thing(), Thing()
    box = m.Box(first, other=second)
    assert box.swap(other=second) is first
    assert box.look() is box.content is second
    assert (box.take() is second, box.take(), box.other) == (True, None, None)
    made = m.box(first)
    assert (made.content is first, made.number) == (True, 7)
    watch = weakref.ref(first)
    del first, made
    assert watch() is None


def test_what_an_object_keeps_ends_with_it(m: ModuleType) -> None:
    thing = Thing()
    watch = weakref.ref(thing)
    box = m.Box(thing, thing)
    shelf = m.Shelf(thing)
    shelf.put(thing)
    shelf.attach(thing)
    del thing
    box.drop()
    box.content = 1
    assert watch() is shelf.get(0)
    box.__init__(shelf.get(0))
    assert raises(partial(shelf.get, 1)) == (shelf_error(m), "NoSuchThing")
    shelf.destroy()
    assert watch() is box.content
    del box
    assert watch() is None


def shelf_error(m: ModuleType) -> type[BaseException]:
    return raises(partial(m.Shelf(1).get, 1))[0]


@pytest.mark.parametrize("how", ["field", "optional", "list", "union", "part", "subclass", "first", "second"])
def test_cycles_are_collected(m: ModuleType, how: str) -> None:
    thing = Thing()
    holder: Any
    if how in {"field", "optional", "subclass"}:
        kind = type("Own", (m.Box,), {}) if how == "subclass" else m.Box
        holder = kind(None, thing) if how == "optional" else kind(thing)
    elif how in {"first", "second"}:
        holder = m.Pair(thing, None) if how == "first" else m.Pair(None, thing)
    else:
        holder = m.Shelf(thing if how == "part" else None)
        if how == "list":
            holder.put(thing)
        elif how == "union":
            holder.attach(thing)
    thing.to = holder.box if how == "part" else holder
    assert gc.is_tracked(holder)
    assert any(part is thing for part in gc.get_referents(holder))
    watch = weakref.ref(thing)
    del thing, holder
    gc.collect()
    assert watch() is None


def test_cycles_of_objects_alone(m: ModuleType) -> None:
    box, shelf = m.Box(None), m.Shelf(None)
    box.content = shelf
    shelf.put(box)
    watches = [weakref.ref(box), weakref.ref(shelf)]
    del box, shelf
    gc.collect()
    assert [watch() for watch in watches] == [None, None]


def test_the_collector_runs_while_references_move(m: ModuleType) -> None:
    shelf = m.Shelf(None)
    for _ in range(5):
        shelf.put(Thing())
    watches = [weakref.ref(shelf.get(index)) for index in range(5)]
    for _ in range(20):
        shelf.visit(lambda _: gc.collect())
    assert all(watch() is shelf.get(index) for index, watch in enumerate(watches))
    assert raises(lambda: shelf.visit(lambda _: shelf.put(1))) == (
        RuntimeError,
        "the Shelf is in use by a call that may change it: wait until that is over",
    )


def test_what_ends_may_use_the_object(m: ModuleType) -> None:
    box = m.Box(None)
    seen = []

    class Last:
        def __del__(self) -> None:
            try:
                seen.append(box.content)
            except RuntimeError as error:
                seen.append(str(error))

    box.content = Last()
    box.content = 1
    box.other = Last()
    box.drop()
    gc.collect()
    assert seen == [1, "the Box is in use by a call that may change it: wait until that is over"]


def test_nothing_leaks(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    def use() -> None:
        box = m.Box(Thing(), Thing())
        box.content = box.swap(Thing())
        box.other = box.take()
        box.drop()
        box.__init__(Thing())
        shelf = m.Shelf(Thing())
        shelf.put(Thing())
        shelf.attach(box)
        shelf.attach(Thing())
        box.content = shelf

    for function in (
        use,
        lambda: m.Box(Thing(), Thing(), "x"),
        lambda: m.Box(Thing(), to=1),
        lambda: m.box(Thing()).swap(Thing()),
        lambda: m.Shelf(Thing()).destroy(),
    ):
        assert growth(function) < 1
    value = object()
    before = sys.getrefcount(value)
    for _ in range(100):
        m.Box(value, value).swap(value)
        m.Shelf(value).put(value)
    gc.collect()
    assert sys.getrefcount(value) == before


def test_threads(m: ModuleType) -> None:
    box = m.Box(None)
    shelf = m.Shelf(None)

    def work(worker: int) -> None:
        for number in range(300):
            try:
                box.content = (worker, number)
                box.other = box.content
                assert len(box.content) == 2
                shelf.put((worker, number))
            except RuntimeError as error:
                assert "in use by a call" in str(error)  # noqa: PT017
            if number % 50 == 0:
                gc.collect()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(shelf.get(0)) == 2


@pytest.mark.skipif(sys.version_info < (3, 12), reason="CPython has a GIL per interpreter since 3.12")
def test_interpreters_of_their_own(m: ModuleType) -> None:
    """Each ends with references that were never given back, in a cycle and in a global."""
    interpreters = "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
    inner = f"""if True:
        import gc, sys, weakref
        sys.path.insert(0, {str(Path(str(m.__file__)).parent)!r})
        import references
        class Thing: pass
        thing = Thing()
        thing.to = references.Box(thing, references.Shelf(thing))
        watch = weakref.ref(thing)
        del thing
        gc.collect()
        assert watch() is None
        kept = references.Box([Thing()])
        kept.other = kept
        references.kept = references.Shelf(kept)
        references.kept.put(references)
    """
    code = f"""
        import threading
        import {interpreters} as interpreters
        errors = []

        def work():
            for _ in range(3):
                interpreter = interpreters.create()
                errors.append(interpreters.run_string(interpreter, {inner!r}))
                interpreters.destroy(interpreter)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        exec({inner!r})
        for thread in threads:
            thread.join()
        assert errors == [None] * 12, errors
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)
