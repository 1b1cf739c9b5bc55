"""Many threads that call, register, raise, panic, await, and share objects at once: ``nox -s tsan`` runs this.

``threads.py THREADS ROUNDS [--race]``; with ``--race`` all of them write one array without a lock, as a control.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import importlib
import logging
import random
import sys
import threading
import time
from pathlib import Path
from typing import Any

import nano_ffi
from nano_ffi import _native

sys.path.append(str(Path(__file__).resolve().parent.parent))
from tests.machine.threads import Mix

classes, kinds, panics, speaking = (
    importlib.import_module(name) for name in ("classes", "kinds", "panics", "speaking")
)
logging.getLogger("speaking").setLevel(logging.CRITICAL)


def raises(error: type[BaseException], function: Any, *args: Any) -> None:
    try:
        function(*args)
    except error:
        return
    raise AssertionError(f"{function} did not raise {error}")


# What all threads use.
ITEMS = [1.0, 2.0, 3.0]
RECORD = {"x": 1.0, "y": 2.0}
NUMBERS = {"a": 1}
BUFFER = bytearray(64)
ARRAY = array.array("i", [0] * 1_000)
POINT = classes.Point(1.0, 2.0)
LINE = classes.Line(classes.Point(1), classes.Point(2), "shared")
WAITER = speaking.Waiter()
MIX = Mix()
"""Lists, maps, graphs, views, and their parts."""


def turn(number: int, step: int) -> None:
    name = f"thread{number}.step{step}"
    nano_ffi.register(name, lambda: number)
    with contextlib.suppress(ValueError):  # another was first
        nano_ffi.register(f"same{step}", lambda: number)
    assert nano_ffi.call(name) == number
    assert nano_ffi.call(f"same{step}") >= 0
    assert nano_ffi.call("add", step, number) == step + number
    assert nano_ffi.call("mul", step, 0.5) == step / 2
    assert nano_ffi.functions.echo(f"{name}ñ") == f"{name}ñ"
    assert nano_ffi.call("echo", s="constant") == "constant"
    assert "add" in nano_ffi.list_functions()
    nano_ffi.signature("divmod")
    nano_ffi.call("bytesum", BUFFER)
    own = bytearray(8)
    nano_ffi.call("fill", own, number)
    raises(ZeroDivisionError, nano_ffi.call, "div", step, 0)
    raises(nano_ffi.OutOfRangeError, nano_ffi.call, "add", 2**70, 1)
    raises(TypeError, nano_ffi.call, "add", 1)
    _native.error_class(f"Error{step}")

    assert kinds.next(kinds.next("green")) == kinds.next("blue")
    raises(ValueError, kinds.next, "pink")
    kinds.mirror({"x": 1, "tags": ["a"], "color": "blue"})
    RECORD[f"k{number}"] = 1.0
    with contextlib.suppress(TypeError, RuntimeError):  # another key, or changed meanwhile
        kinds.mirror(RECORD)
    RECORD.pop(f"k{number}", None)
    ITEMS.append(1.0)
    kinds.sum(ITEMS)
    ITEMS.pop()
    NUMBERS[f"k{number}"] = step
    with contextlib.suppress(RuntimeError):
        kinds.invert(NUMBERS)
    NUMBERS.pop(f"k{number}", None)
    assert kinds.sum_of([1, 2], lambda value, _: value) == 3.0
    raises(RuntimeError, kinds.sum_of, [-1], len)
    assert kinds.count_calls(lambda: 1 // 0) == 0
    assert kinds.wide(2**100 + step) == 2**100 + step
    assert kinds.words(["a", "ñ"]) == ["ñ", "a"]
    assert kinds.sum_released(array.array("d", [1.0] * 4)) == 4.0
    assert kinds.same_json({"list": ["nothing", {"number": 2.5}]}) == {"list": ["nothing", {"number": 2.5}]}

    raises(nano_ffi.ZigPanic, panics.at, [step], 5)
    raises(nano_ffi.ZigPanic, panics.sum, 2**62, 2**62)
    raises(nano_ffi.ZigPanic, panics.unwrapped, None)  # with the GIL released, where there is one
    raises(nano_ffi.errors.Negative, panics.checked, -1)
    raises(nano_ffi.errors.Syntax, panics.parsed, f"{step})")
    raises(nano_ffi.ZigPanic, panics.through, lambda _: panics.down(2), 1)

    point = classes.Point(step, y=number)
    assert classes.middle(point, classes.Point(0)).x == step / 2
    point.scale(2.0)
    assert point.x == step * 2
    assert POINT.norm() > 2
    assert point + POINT != point
    assert LINE.length() == 1.0
    assert LINE.name == "shared"
    start = LINE.start()
    with contextlib.suppress(ReferenceError):  # another called it meanwhile, which may have changed the line
        assert start.norm() == 1.0
    stack = classes.Stack([step, number])
    stack.push(1)
    stack.merge(stack.clone())
    raises(KeyError, stack.each, {}.__getitem__)
    raises(nano_ffi.errors.Zero, classes.Counter, 1, 0)


async def awaited(number: int) -> None:
    """Coroutines of Zig's, callbacks from its threads, and what is cancelled."""

    async def one(step: int) -> None:
        assert await speaking.later(step, 1) == step
        assert await speaking.told(lambda given: given + step) == 20 + step
        assert await speaking.asked(lambda given: given + number) == 20 + number
        await WAITER.wait(1)
        assert [item async for item in speaking.Countdown(2)] == [2, 1]
        async with speaking.Session() as session:
            assert session.open

    await asyncio.gather(*map(one, range(4)))
    for slow in (speaking.later(1, 3_600_000), speaking.counted(10**15), speaking.checked(3_600_000)):
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(slow, 0.01)
    for wrong, error in ((-1, IndexError), (-2, nano_ffi.errors.Syntax)):
        try:
            await speaking.later(wrong)
        except error:
            continue
        raise AssertionError(f"{error} did not come")


def threads_of_zig(number: int) -> None:
    """Tasks and threads of Zig's, which say something, and call back."""
    assert speaking.summed(100) == sum(range(100))
    assert speaking.meeting(3) == 3
    assert speaking.cancelled()
    speaking.saysMeanwhile("text")
    speaking.saysInThread("text")
    assert speaking.tellInterruptibly(lambda given: given + number, 1) == 20 + number
    assert speaking.sleepInterruptibly(1) == 1
    raises(ZeroDivisionError, speaking.tellInterruptibly, lambda given: given // 0, 1)
    asyncio.run(awaited(number))


def main() -> None:
    threads, rounds, race = int(sys.argv[1]), int(sys.argv[2]), "--race" in sys.argv
    assert not sys._is_gil_enabled(), "something has switched the GIL on"  # type: ignore[attr-defined, unused-ignore]
    failed: list[BaseException] = []
    start = threading.Barrier(threads)

    def work(number: int) -> None:
        rng, held = random.Random(number), list[Any]()
        start.wait()
        try:
            for step in range(rounds):
                if race:
                    kinds.double(ARRAY)
                    time.sleep(0.001)  # the others' turn
                else:
                    turn(number, step)
                    if step % 5 == number % 5:
                        threads_of_zig(number)
                    for _ in range(20):
                        MIX.turn(rng, held)
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    pool = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()
    for error in failed[:1]:
        raise error
    MIX.finish()
    print("\nfinished")


main()
