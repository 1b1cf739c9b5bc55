"""Objects that several threads, processes, greenlets and callbacks use: on tests/extension/objects_threads.zig."""

from __future__ import annotations

import _thread
import array
import contextlib
import gc
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nano_ffi
from nano_ffi.compiler import compile_module

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")

LONG = 500_000_000
"""Rounds: some tenths of a second, or more."""


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_threads")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def full(m: ModuleType) -> Any:
    items = [m.Item(number, "name" * 100, [1.0, 2.0]) for number in range(5)]
    return m.Store(items, {str(number): m.Item(number, "name" * 100) for number in range(5)})


def at_once(*works: Callable[[], object], rounds: int = 300) -> None:
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        start.wait()
        for _ in range(rounds):
            with contextlib.suppress(LookupError, ReferenceError, RuntimeError, BufferError):
                work()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(run, work) for work in works]:
            done.result()


ITEMS: dict[str, Callable[[Any], Any]] = {
    "item": lambda store: store.items[0],
    "value": lambda store: store.table["1"],
    "part of an item": lambda store: store.items[0].part,
    "part of a value": lambda store: store.table["1"].part,
    "owner": lambda store: store,
    "list": lambda store: store.items,
    "map": lambda store: store.table,
}


def use(kept: Any) -> str:
    if hasattr(kept, "n"):
        kept.n = kept.n + 1
    for name in ("name", "text"):
        if hasattr(kept, name):
            setattr(kept, name, "other" * 100)
            assert getattr(kept, name)[:5] in {"other", "name", "namen"}
    if hasattr(kept, "clear"):
        kept.copy()
    return "fine"


@pytest.mark.alone
@pytest.mark.parametrize("way", ITEMS)
def test_who_waits_for_what_is_dropped(m: ModuleType, way: str) -> None:
    """One thread holds the store; another waits for a part of it; the first one clears it and forgets it."""
    for _ in range(3):
        stores = [full(m)]
        kept = [ITEMS[way](stores[0])]
        started = threading.Event()

        def hold(stores: list[Any] = stores, started: threading.Event = started) -> None:
            store = stores.pop()
            started.set()
            store.wait(LONG // 5)
            store.items.clear()
            store.table = {}
            del store
            gc.collect()

        def wait(kept: list[Any] = kept, started: threading.Event = started) -> None:
            started.wait()
            time.sleep(0.02)
            with contextlib.suppress(ReferenceError, RuntimeError):
                use(kept.pop())

        with ThreadPoolExecutor(2) as pool:
            for done in (pool.submit(hold), pool.submit(wait)):
                done.result()


@pytest.mark.alone(timeout=120)
@pytest.mark.parametrize("way", ITEMS)
def test_readers_of_what_is_removed(m: ModuleType, way: str) -> None:
    store = full(m)
    kept = ITEMS[way](store)

    def change() -> None:
        store.table["1"] = m.Item(3, "name" * 100)
        store.items.insert(0, m.Item(2, "name" * 100))
        del store.table["1"]
        store.items.pop()
        store.items.clear()
        store.items.append(m.Item(1, "name" * 100))
        store.table.clear()

    def read() -> None:
        use(ITEMS[way](store))

    at_once(change, read, lambda: use(kept), lambda: store.look(10))
    store.items = [m.Item(3)]
    assert store.total() == 3


@pytest.mark.alone(timeout=120)
def test_released_calls_beside_removals(m: ModuleType) -> None:
    store = full(m)
    item = store.items[4]

    def remove() -> None:
        store.items.pop(0)
        store.items.append(m.Item(1, "x" * 50))

    at_once(remove, lambda: store.look(1_000), lambda: m.hold_item(store.items[0], 100), lambda: item.n)
    assert len(store.items) == 5


@pytest.mark.alone(timeout=120)
def test_making_and_dropping_in_threads(m: ModuleType) -> None:
    stores = [full(m) for _ in range(4)]

    def renew(number: int) -> None:
        stores[number] = full(m)

    def parts(number: int) -> None:
        store = stores[number]
        item = store.items[1]
        store.items.pop(0)
        assert item.name == "name" * 100
        assert item is store.items[0]
        item.part.text = "text" * 50

    at_once(*(partial(work, number % 4) for work in (renew, parts) for number in range(3)), rounds=100)


@pytest.mark.alone(timeout=120)
def test_identity_in_threads(m: ModuleType) -> None:
    store = full(m)
    for _ in range(200):
        start = threading.Barrier(4)

        def find(start: threading.Barrier = start) -> tuple[Any, ...]:
            start.wait()
            return store.items, store.table, store.items[2], store.table["3"], store.items[2].part

        with ThreadPoolExecutor(4) as pool:
            found = [done.result() for done in [pool.submit(find) for _ in range(4)]]
        for one in found:
            assert [a is b for a, b in zip(one, found[0], strict=True)] == [True] * 5
        del one, found


def forked(function: Callable[[], object]) -> tuple[str, float]:
    """What a child of a fork found, in how many seconds."""
    reading, writing = os.pipe()
    start = time.monotonic()
    with contextlib.suppress(DeprecationWarning):
        child = os.fork()
    if child == 0:
        try:
            signal.alarm(20)
            try:
                text = str(function())
            except Exception as error:  # noqa: BLE001
                text = type(error).__name__
            os.write(writing, text.encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        text = file.read()
    os.waitpid(child, 0)
    return text, time.monotonic() - start


@pytest.mark.alone
@pytest.mark.parametrize("way", ITEMS)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_while_another_thread_has_it(m: ModuleType, way: str) -> None:
    warnings.simplefilter("ignore", DeprecationWarning)
    store, other = full(m), full(m)
    kept, free = ITEMS[way](store), ITEMS[way](other)
    holder = threading.Thread(target=store.wait, args=[LONG * 2])
    holder.start()
    time.sleep(0.05)
    text, _ = forked(partial(use, free))
    assert text == "fine"
    text, seconds = forked(partial(use, kept))
    assert text in {"fine", "ReferenceError", "RuntimeError"}
    assert seconds < 10
    text, _ = forked(lambda: f"{gc.collect() >= 0}")
    assert text == "True"
    holder.join()
    use(kept)
    assert store.total() >= 0


@pytest.mark.alone(timeout=90)
@pytest.mark.parametrize("way", ["item", "owner", "value"])
def test_a_wait_is_interrupted(m: ModuleType, way: str) -> None:
    store = full(m)
    kept = ITEMS[way](store)
    done: list[float] = []

    def hold() -> None:
        store.wait(LONG * 10)
        done.append(time.monotonic())

    holder = threading.Thread(target=hold)
    holder.start()
    time.sleep(0.05)
    threading.Timer(0.2, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        kept.n = 5
    end = time.monotonic()
    assert done == []
    holder.join()
    assert end < done[0]
    kept.n = 5
    assert kept.n == 5


@pytest.mark.alone
def test_readers_of_one_object_run_at_once(m: ModuleType) -> None:
    """Each waits in Zig for the others: who waited for the object would never get there."""
    store = full(m)
    part = store.items[0]
    names = ["meet_released"]
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        names.append("meet")
    with ThreadPoolExecutor(4) as pool:
        for name in names:
            for _ in range(5):
                assert list(pool.map(getattr(store, name), [4] * 4)) == [True] * 4
                assert (part.n, store.items[1].name) == (0, "name" * 100)


def read_often(pair: Any) -> Any:
    """So that where threads are free, readers are not counted any more."""
    assert all(pair.are_equal() and pair.first == pair.second for _ in range(300))
    return pair


@pytest.mark.alone(timeout=120)
@pytest.mark.parametrize("often", [1, 300])
def test_readers_and_who_changes(m: ModuleType, often: int) -> None:
    """Readers run at once, and never beside one that changes the object."""
    pair, over = read_often(m.Pair()), threading.Event()

    def change() -> None:
        for _ in range(300):
            pair.change()
            assert all(pair.first == pair.second for _ in range(often))
        over.set()

    def read() -> None:
        while not over.is_set():
            assert pair.are_equal()
            assert pair == pair
            assert pair.watch(500_000)
            time.sleep(0.0005)  # others, who wait for a moment without readers, get one

    at_once(change, read, read, rounds=1)
    assert pair.first == 300


@pytest.mark.alone
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_while_another_thread_reads_it(m: ModuleType) -> None:
    """In the child, the reader is not there, and who changes the object does not wait for it."""
    warnings.simplefilter("ignore", DeprecationWarning)
    pair = read_often(m.Pair())
    holder = threading.Thread(target=pair.watch, args=[LONG * 2])
    holder.start()
    time.sleep(0.05)
    text, seconds = forked(lambda: [pair.change(), pair.first][1])
    assert text == "1"
    assert seconds < 10
    holder.join()


@pytest.mark.alone(timeout=90)
def test_a_wait_for_a_reader_is_interrupted(m: ModuleType) -> None:
    pair = read_often(m.Pair())
    done: list[float] = []

    def hold() -> None:
        assert pair.watch(LONG * 5)
        done.append(time.monotonic())

    holder = threading.Thread(target=hold)
    holder.start()
    time.sleep(0.05)
    threading.Timer(0.2, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        pair.change()
    end = time.monotonic()
    assert done == []
    assert pair.are_equal()
    holder.join()
    assert end < done[0]
    pair.change()
    assert pair.first == 1


PAIR = """\
pub const Pair = struct {
    first: i64 = 0,

    pub const nano_ffi_options = .{ .watch = .{ .gil = .released } };

    pub fn change(self: *Pair) void {
        self.first += 1;
    }
    /// Whether it has been the same all the time.
    pub fn watch(self: *const Pair, rounds: u64) bool {
        const first = self.first;
        for (0..rounds) |_| if (@as(*const volatile i64, &self.first).* != first) return false;
        return true;
    }
};
"""
BOTH = """\
pub const Pair = @import("pair.zig").Pair;
pub const Both = struct { one: *const Pair, other: *const Pair };
pub fn both(one: *const Pair, other: *const Pair) Both {
    return .{ .one = one, .other = other };
}
pub fn watch(pair: *const Pair) bool {
    return pair.watch(1);
}
"""


def test_who_changes_what_was_tied_meanwhile(tmp_path: Path) -> None:
    """Who changes an object waits for its reader, also when it was tied to another one meanwhile, which another module's
    function was the first to read."""
    (tmp_path / "pair.zig").write_text(PAIR)
    (tmp_path / "pair_alone.zig").write_text('pub const Pair = @import("pair.zig").Pair;')
    (tmp_path / "pair_both.zig").write_text(BOTH)
    alone, both = (nano_ffi.load(tmp_path / f"pair_{name}.zig") for name in ("alone", "both"))
    ways: list[Callable[[Any], object]] = [both.watch, lambda pair: pair.watch(1)]
    for one_way in ways:
        for other_way in ways:
            for is_one in (True, False):
                one, other = alone.Pair(), alone.Pair()
                read = one if is_one else other
                assert one_way(one)
                assert other_way(other)
                assert all(read.watch(1) for _ in range(300))
                with ThreadPoolExecutor(1) as pool:
                    holder = pool.submit(read.watch, LONG // 5)
                    time.sleep(0.02)
                    kept = both.both(one, other)
                    read.change()
                    assert holder.result()
                assert kept.one.first + kept.other.first == 1


def test_a_callback_holds_and_nobody_waits(m: ModuleType) -> None:
    store = full(m)
    inside, over = threading.Event(), threading.Event()

    def visit(_: Any) -> None:
        inside.set()
        over.wait(10)

    for call, error in ((store.change, RuntimeError), (store.visit, None)):
        inside.clear()
        over.clear()
        thread = threading.Thread(target=call, args=[visit])
        thread.start()
        inside.wait()
        start = time.monotonic()
        uses: list[Callable[[], object]] = [
            partial(store.items.append, m.Item(1)),
            partial(setattr, store, "n", 3),
            partial(setattr, store.table, "x", 3) if error is None else store.total,
        ]
        for change in uses[:2]:
            assert raises(change)[0] is RuntimeError
        if error is None:
            assert store.total() == 10
        else:
            assert raises(store.total)[0] is error
        assert time.monotonic() - start < 5
        over.set()
        thread.join()
    assert store.total() == 10


@pytest.mark.alone
def test_greenlets_in_callbacks(m: ModuleType) -> None:
    greenlet = pytest.importorskip("greenlet")
    store, other = full(m), full(m)
    main = greenlet.getcurrent()

    def run(kept: Any) -> int:
        return int(kept.visit(lambda item: main.switch(item.n)))

    greenlets = [greenlet.greenlet(partial(run, kept)) for kept in (store, other, store)]
    seen = [one.switch() for _ in range(5) for one in greenlets]
    assert seen == [number for number in range(5) for _ in greenlets]
    with contextlib.suppress(RuntimeError):
        store.items.append(m.Item(7))
        raise AssertionError
    assert store.total() == 10
    assert [one.switch() for one in reversed(greenlets)] == [10, 10, 10]
    store.items.append(m.Item(7))
    left = greenlet.greenlet(partial(run, store))
    assert left.switch() == 0
    del left, greenlets
    gc.collect()
    store.items.clear()
    assert store.total() == 0


@pytest.mark.alone(timeout=30)
@pytest.mark.parametrize("release", ["kept", "released"])
def test_a_buffer_of_what_is_lent(m: ModuleType, release: str) -> None:
    views: list[memoryview] = []
    lent: list[Any] = []

    def take(item: Any) -> None:
        lent.append(item)
        lent.append(item.numbers)
        view = memoryview(item.numbers)
        view[:1] = array.array("d", [5.0])
        if release == "released":
            view.release()
        else:
            views.append(view)

    # Nobody can take back what a buffer shows: what is lent gives none.
    assert raises(partial(m.lend, take))[0] is BufferError
    assert raises(lambda: lent[0].n)[0] is ReferenceError
    assert raises(lambda: lent[1][0])[0] is ReferenceError
    assert raises(lambda: memoryview(lent[1]))[0] in {ReferenceError, BufferError}
    for view in views:
        with contextlib.suppress(ValueError):
            assert len(view.tolist()) == 3
            view.release()


@pytest.mark.alone(timeout=30)
@pytest.mark.parametrize("way", ["visit", "change"])
def test_a_buffer_of_an_item_that_is_lent(m: ModuleType, way: str) -> None:
    store = full(m)
    views: list[memoryview] = []
    items: list[Any] = []

    def take(item: Any) -> None:
        items.append(item)
        views.append(memoryview(item.numbers))

    with contextlib.suppress(BufferError, RuntimeError):
        getattr(store, way)(take)
    assert items
    for view in views:
        with contextlib.suppress(ValueError):
            assert view.tolist() == [1.0, 2.0]
            view.release()
    views.clear()
    gc.collect()
    store.items.clear()
    for item in items:
        with contextlib.suppress(ReferenceError):
            assert item.n in range(5)


@pytest.mark.parametrize("mode", ["Debug", "ReleaseSafe", "ReleaseFast", "ReleaseSmall"])
def test_threads_of_zig_and_their_callbacks(tmp_path: Path, mode: str) -> None:
    """Threads need no setting, in no mode. Where the function has given up Python a callback is as any other, and what
    it raises comes out of the call. Where not, it fails, the exception says why, Zig may go on without it, and the
    next call is as ever."""
    source = Path(shutil.copy(Path(__file__).parent / "extension" / "elsewhere.zig", tmp_path))
    compile_module(source, tmp_path, mode=mode)
    code = """
import os, sys, threading, time
import elsewhere as m

called = []
def function(number):
    called.append(number)
    return number + 1

def use():
    for name in ("elsewhere", "careless", "both") * 2:
        try:
            print(getattr(m, name)(function))
        except RuntimeError as error:
            print(error)

def fail(number):
    if number % 100 == 7:
        raise KeyError(number)
    return number

def use_threads():
    seen = set()
    total = m.spread(lambda number: seen.add(threading.get_ident()) or number, 4)
    assert (total, threading.get_ident() in seen) == (sum(range(20)) * 4 + 600 * 20, False)
    assert (m.detached(abs, str.islower), m.detached(abs, str.isupper)) == (1, 0)
    for call in (lambda: m.spread(fail, 8), lambda: m.detached(lambda number: fail(7), str.islower)):
        try:
            call()
        except KeyError as error:
            assert error.args[0] % 100 == 7 and error.__traceback__.tb_next
        else:
            raise AssertionError
    begun = threading.Event()
    def waits(number):
        if number == 7:  # the other thread's, while the caller's has Python
            begun.set()
            try:
                m.both(abs)  # but who is waited for with Python in hand has none to give
            except RuntimeError as error:
                return 70
        m.let()
        assert begun.wait(20)
        return 1
    assert m.together(waits) == 71
    try:
        m.detached(lambda number: "no int", str.islower)
    except TypeError:
        pass

if sys.platform != "win32":
    assert m.getpid() == os.getpid()
for _ in range(5):
    use_threads()
    assert m.summed(100_000) == sum(range(100_001))
for function_ in (abs, lambda number: 1 / 0):
    m.leave_thread(function_, False)
    m.spread(abs, 8)  # whose callback may be where that one was
    assert m.join_thread() == -1
    try:
        m.call_kept()
    except RuntimeError as error:
        assert str(error) == "a callback was called when the function that it was given to had returned"
    else:
        raise AssertionError
def last(number):
    m.note_call()
    time.sleep(0.1)
    ended.append(number)
    return 5
ended = []
m.leave_thread(last, True)
assert ended == [7] and m.join_thread() == 5
callers = [threading.Thread(target=use_threads) for _ in range(4)]
for caller in callers:
    caller.start()
for caller in callers:
    caller.join()
use()
thread = threading.Thread(target=use)
thread.start()
thread.join()
print(called)
"""
    process = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONSAFEPATH": "", "PYTHONFAULTHANDLER": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    said = (
        "%s(): its 'function' was called from another thread, which needs .gil = .released of the function in "
        "nano_ffi_options"
    )
    expected = [said % "elsewhere", "5", said % "both"] * 4
    assert process.stdout.splitlines() == [*expected, "[1, 1, 1, 1]"]
