"""What Zig says while it runs, Ctrl-C, std.Io, and coroutine functions."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import contextvars
import inspect
import io
import logging
import multiprocessing
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nano_ffi
from nano_ffi.explaining import described
from nano_ffi.pyi import stub


@pytest.fixture(scope="module")
def speaking(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("speaking")


def passing() -> None:
    """Where the main thread comes by, and takes what waits for it."""
    for _ in range(10):
        time.sleep(0)


ALL = [
    ("speaking", logging.ERROR, "häh 1"),
    ("speaking", logging.WARNING, "häh 2"),
    ("speaking", logging.INFO, "häh %s"),
    ("speaking.quiet", logging.ERROR, "häh"),
    ("speaking.open", logging.DEBUG, "häh"),
]


@pytest.mark.parametrize("name", ["says", "saysMeanwhile", "saysInThread"])
@pytest.mark.parametrize("is_main", [True, False], ids=["main thread", "thread"])
def test_logging(speaking: ModuleType, caplog: pytest.LogCaptureFixture, name: str, is_main: bool) -> None:
    caplog.set_level(logging.DEBUG)
    function = getattr(speaking, name)
    if is_main:
        function("häh")
    else:
        thread = threading.Thread(target=function, args=("häh",))
        thread.start()
        thread.join()
    passing()
    assert caplog.record_tuples == ALL


def test_a_logger_decides(speaking: ModuleType, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "speaking")
    speaking.says("a")
    passing()
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]


def test_a_handler_may_call_zig_and_fail(speaking: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    unraisable: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda raised: unraisable.append(raised.exc_value))

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record.getMessage())
            if len(seen) < 20:
                speaking.saysOften(3)
            else:
                raise KeyError(record.getMessage())

    logger = logging.getLogger("speaking")
    handler = Handler()
    monkeypatch.setattr(logger, "level", logging.INFO)
    monkeypatch.setattr(logger, "propagate", False)
    logger.addHandler(handler)
    try:
        speaking.saysOften(1)
        for _ in range(30):
            passing()
    finally:
        logger.removeHandler(handler)
    assert len(seen) == 1 + 19 * 3
    assert [type(error) for error in unraisable] == [KeyError] * (len(seen) - 19)


def test_too_much_is_said_at_once(speaking: ModuleType, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    speaking.saysOften(10_020)
    passing()
    assert [record.getMessage() for record in caplog.records[-2:]] == ["9999", "20 messages more were lost"]


def test_print_goes_to_what_stands_for_stderr(speaking: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    text = io.StringIO()
    with contextlib.redirect_stderr(text):
        speaking.printed("so ")
        speaking.printed("ä" * 1000)
        passing()
    assert text.getvalue() == f"so 5\n{'ä' * 1000}5\n"
    with contextlib.redirect_stderr(None):
        speaking.printed("nowhere")
        passing()
    with contextlib.redirect_stderr(sys.__stderr__):
        speaking.printed("itself ")
        speaking.printedInThread("thread ")
    assert capfd.readouterr().err == "itself 5\nthread 5\n"


def test_std_options_count(speaking: ModuleType) -> None:
    left_out = {left.name: left.reason for left in described(speaking).left_out}
    assert left_out == {"std_options_cwd": "it is for the root file of a program, and nano_ffi has one of its own"}
    assert not hasattr(speaking, "std_options")


def interrupt(seconds: float) -> subprocess.Popen[bytes]:
    """Ctrl-C for this process, from another one: no thread of this one may run meanwhile."""
    return subprocess.Popen(["sh", "-c", f"sleep {seconds}; kill -INT {os.getpid()}"])


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
@pytest.mark.alone(timeout=60)
@pytest.mark.parametrize("name", ["interrupted", "interruptedMeanwhile"])
def test_ctrl_c(speaking: ModuleType, name: str) -> None:
    function = getattr(speaking, name)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert function(1000) == sum(range(1000))
    with interrupt(0.3), pytest.raises(KeyboardInterrupt) as caught:
        function(10**12)
    assert not isinstance(caught.value, nano_ffi.ZigError)
    assert function(1000) == sum(range(1000))

    called: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: called.append(number))
    with interrupt(0.3), pytest.raises(KeyboardInterrupt):
        function(10**12)
    passing()
    assert called == [signal.SIGINT]

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupt(0):
        assert function(10**5) == sum(range(10**5))


HOUR = 3_600_000
"""Milliseconds."""


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
@pytest.mark.alone(timeout=60)
@pytest.mark.parametrize("name", ["sleepInterruptibly", "countInterruptibly", "pause"])
def test_ctrl_c_cancels_what_is_interruptible(speaking: ModuleType, name: str) -> None:
    function = getattr(speaking.Waiter() if name == "pause" else speaking, name)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    function(2)
    begun, ended = speaking.callsSoFar()
    with interrupt(0.3), pytest.raises(KeyboardInterrupt) as caught:
        function(HOUR * 1_000_000 if name == "countInterruptibly" else HOUR)
    assert caught.value.__context__ is None
    assert speaking.callsSoFar() == ((begun, ended) if name == "countInterruptibly" else (begun + 1, ended + 1))
    function(2)


def test_what_is_interruptible_is_a_call_as_any(speaking: ModuleType) -> None:
    """It runs in another thread, and what it returns and raises is the caller's."""

    def all_of_it() -> None:
        tell = speaking.tellInterruptibly
        assert speaking.sleepInterruptibly(1) == 1
        assert speaking.countInterruptibly(1000) == sum(range(1000))
        assert tell(lambda number: number + 1, 5) == 21
        with pytest.raises(IndexError, match=r"^IndexError$"):
            tell(len, -1)
        with pytest.raises(nano_ffi.errors.Syntax, match=r"^häh -2$"):
            tell(len, -2)
        with pytest.raises(speaking.Refused) as refused:
            tell(len, -3)
        assert refused.value.number == -3
        with pytest.raises(ZeroDivisionError) as divided:
            tell(lambda number: number // 0, 0)
        assert [entry.name for entry in divided.traceback][-1] == "<lambda>"
        assert speaking.Waiter(3).pause(1) == 3

    all_of_it()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(all_of_it).result()


@pytest.mark.alone(timeout=60)
def test_a_thread_is_not_interrupted(speaking: ModuleType) -> None:
    results: list[int] = [speaking.interruptedInThread(1000)]
    thread = threading.Thread(target=lambda: results.append(speaking.interruptedMeanwhile(1000)))
    thread.start()
    thread.join()
    assert results == [sum(range(1000))] * 2


@pytest.mark.alone(timeout=60)
def test_io(speaking: ModuleType) -> None:
    handlers = [signal.getsignal(number) for number in signal.valid_signals()]
    for count in (0, 7, 100, 10_000):
        assert speaking.summed(count) == sum(range(count))
    assert speaking.meeting(5) == 5
    assert speaking.cancelled() is True
    assert handlers == [signal.getsignal(number) for number in signal.valid_signals()]
    totals: list[int] = []
    callers = [
        threading.Thread(target=lambda: totals.extend(speaking.summed(1000) for _ in range(50))) for _ in range(8)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert totals == [sum(range(1000))] * 400


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_io_in_the_child_of_a_fork(speaking: ModuleType) -> None:
    assert speaking.meeting(3) == 3
    child = os.fork()
    if child == 0:
        try:
            good = speaking.meeting(4) == 4 and speaking.summed(1000) == sum(range(1000)) and speaking.cancelled()
            os._exit(0 if good else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert speaking.meeting(3) == 3


def in_new_process(speaking: ModuleType, code: str, threads: str = "") -> subprocess.CompletedProcess[str]:
    assert speaking.__file__ is not None
    folder = str(Path(speaking.__file__).parent)
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {folder!r}); import speaking\n{code}"],
        cwd=folder,
        env=os.environ | ({"NANO_FFI_IO_THREADS": threads} if threads else {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_python_ends_while_threads_say_something(speaking: ModuleType) -> None:
    code = "import logging\nlogging.disable()\nfor _ in range(3):\n    speaking.saysWithoutEnd(0)"
    done = in_new_process(speaking, code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_the_child_of_a_fork_says_something(speaking: ModuleType) -> None:
    code = """
import logging, os, signal, sys, time, warnings
warnings.simplefilter("ignore")
logging.basicConfig(level=logging.ERROR, stream=sys.stdout, format="%(message)s")
for _ in range(2):
    speaking.saysWithoutEnd(200)
speaking.writesForAnHour()
for _ in range(30):
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        speaking.says("child")
        speaking.printed("")
        time.sleep(0)
        sys.stdout.flush()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""
    done = in_new_process(speaking, code)
    assert (done.returncode, done.stderr) == (0, "5\n" * 30)
    assert done.stdout == "child 1\nchild\n" * 30


def test_how_many_threads_io_has(speaking: ModuleType) -> None:
    code = """
print(speaking.meeting(3), speaking.cancelled())
try:
    speaking.meeting(4)
except Exception as error:
    print(error)
"""
    done = in_new_process(speaking, code, "3")
    assert (done.stderr, done.stdout) == ("", "3 True\nConcurrencyUnavailable\n")
    assert in_new_process(speaking, "print(speaking.meeting(201))", "201").stdout == "201\n"
    done = in_new_process(speaking, code.replace("3", "200").replace("4", "201"))  # as its file says
    assert (done.stderr, done.stdout) == ("", "200 True\nConcurrencyUnavailable\n")
    done = in_new_process(speaking, "", "many")
    assert done.stderr.endswith("ValueError: NANO_FFI_IO_THREADS must be a number of threads\n")


PROGRESS = {
    "works": "speaking.works",
    "worksMeanwhile": "speaking.worksMeanwhile",
    "worksLater": "lambda *args: asyncio.run(speaking.worksLater(*args))",
    "worksInterruptibly": "speaking.worksInterruptibly",
}
"""With the GIL, and without."""

STREAM = """
import asyncio, io, os, sys, threading
class Stream(io.StringIO):
    def isatty(self):
        return True
"""


@pytest.mark.parametrize("name", PROGRESS)
@pytest.mark.parametrize("tqdm", [True, False])
def test_progress_where_sys_stderr_is_another(speaking: ModuleType, name: str, tqdm: bool) -> None:
    """As in a notebook: Python draws, where the function lets it."""
    if tqdm:
        pytest.importorskip("tqdm")
    code = f"""{STREAM}
if {tqdm}:
    import tqdm.auto  # which may take longer than what waits for it at the end
else:
    sys.modules["tqdm"] = sys.modules["tqdm.auto"] = None
work = {PROGRESS[name]}
work(3, 0)
for _ in range(2):
    sys.stderr = Stream()
    assert work(30, 10) == 30
    print(repr(sys.stderr.getvalue()))
sys.stderr = io.StringIO()  # no terminal
work(30, 1)
print(repr(sys.stderr.getvalue()))
sys.stderr = None
work(3, 1)
"""
    done = in_new_process(speaking, code)
    assert done.stderr == ""
    first, second, nothing = map(ast.literal_eval, done.stdout.splitlines())
    assert nothing == ""
    for text in first, second:
        if name == "works":
            assert text == ""
        elif tqdm:
            assert "work:   0%" in text
            assert "work: 100%" in text
            assert "30/30" in text
            assert "part:" in text
        else:
            assert re.search(r"\rwork \[[#.]{20}\] \d+/30, part [12]/2", text), text
            assert text.rstrip().endswith("\rwork [####################] 30/30")
            assert text.endswith("\n")


@pytest.mark.parametrize("name", PROGRESS)
@pytest.mark.skipif(sys.platform == "win32", reason="no pty")
def test_progress_on_a_terminal(speaking: ModuleType, name: str) -> None:
    import pty

    handlers = "[signal.getsignal(number) for number in signal.valid_signals()]"
    code = f"""{STREAM}
import signal
sys.path.insert(0, {str(Path(speaking.__file__ or "").parent)!r})
sys.modules["tqdm"] = sys.modules["tqdm.auto"] = None
import speaking
work = {PROGRESS[name]}
before = {handlers}
for _ in range(2):
    assert work(30, 10) == 30
assert before == {handlers}
sys.stderr.write("over")
"""
    own, other = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", code], stderr=other) as process:
        os.close(other)
        text = b""
        with contextlib.suppress(OSError):  # the end of it
            while part := os.read(own, 1000):
                text += part
        os.close(own)
    assert process.returncode == 0, text
    assert re.search(rb"\r\x1b\[Kwork \[[#.]{20}\] \d+/30, part [12]/2\r", text), text
    assert text.endswith(b"\r\x1b[Kover")


@pytest.mark.parametrize("name", PROGRESS)
def test_progress_that_a_panic_leaves(speaking: ModuleType, name: str) -> None:
    if os.environ.get("NANO_FFI_TEST_MODE", "ReleaseSafe") not in {"Debug", "ReleaseSafe"}:
        pytest.skip("a panic ends the process in this mode")
    code = f"""{STREAM}
import nano_ffi
work = {PROGRESS[name]}
for _ in range(3):
    for stream in Stream(), io.StringIO():
        before, sys.stderr = sys.stderr, stream
        try:
            work(-1, 1)
        except nano_ffi.ZigPanic as panic:
            print(panic)
        assert work(3, 1) == 3
        sys.stderr = before
"""
    done = in_new_process(speaking, code)
    assert (done.stdout, done.stderr) == (f"{name}(): in the middle\n" * 6, "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_progress_in_the_child_of_a_fork(speaking: ModuleType) -> None:
    code = f"""{STREAM}
import time, warnings
warnings.simplefilter("ignore")
sys.stderr = Stream()
thread = threading.Thread(target=speaking.worksMeanwhile, args=(50, 10))
thread.start()
time.sleep(0.1)
child = os.fork()
if child == 0:
    os._exit(0 if speaking.worksMeanwhile(30, 1) == 30 else 1)
thread.join()
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), speaking.worksMeanwhile(3, 1))
"""
    done = in_new_process(speaking, code)
    assert (done.stdout, done.stderr) == ("0 3\n", "")


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_pool_of_processes(
    speaking: ModuleType, zig_module: Callable[[str], ModuleType], tmp_path: Path, method: str
) -> None:
    """Functions, objects, enums and errors go there and come back, and the threads of std.Io are each process' own."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("this system has no such start method")
    zig_module("namesakes")  # in the same folder
    script = tmp_path / "main.py"
    script.write_text(f"""\
import multiprocessing, sys

sys.path.insert(0, {str(Path(speaking.__file__ or "").parent)!r})
import nano_ffi
import namesakes, speaking
from nano_ffi import functions

def raised(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return error

if __name__ == "__main__":
    assert speaking.meeting(3) == 3
    with multiprocessing.get_context({method!r}).Pool(4) as pool:
        assert pool.map(speaking.meeting, [2] * 8) == [2] * 8
        assert pool.map(speaking.summed, range(20)) == [sum(range(count)) for count in range(20)]
        assert pool.starmap(nano_ffi.call, [("add", 1, number) for number in range(9)]) == list(range(1, 10))
        assert pool.map(functions.strlen, ["a", "ab"]) == pool.map(nano_ffi.get("strlen"), ["a", "ab"]) == [1, 2]
        assert pool.map(namesakes.Shelf, [1, 2])[1] == namesakes.Shelf(2)
        assert pool.map(namesakes.Kind, [0])[0] is namesakes.Kind(0)
        for call in (
            (nano_ffi.call, "add", 2**63 - 1, 1), (functions.add, "x", 1), (namesakes.walk, ["a", "", "c"]),
            (namesakes.store, 0),
        ):
            here, there = raised(*call), raised(pool.apply, call[0], call[1:])
            assert (type(here), here.args) == (type(there), there.args), there
""")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", script], capture_output=True, text=True, timeout=100, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_coroutine_functions(speaking: ModuleType) -> None:
    later = speaking.later
    assert inspect.iscoroutinefunction(later)
    assert (later.__name__, later.__qualname__, later.__module__) == ("later", "later", speaking.__name__)
    assert later.__doc__ == "The number, after some time."
    assert str(inspect.signature(later)) == "(number, sleep=0)"
    assert inspect.iscoroutinefunction(speaking.Waiter.wait)
    assert str(inspect.signature(speaking.Waiter().wait)) == "(milliseconds)"
    assert pickle.loads(pickle.dumps(later)) is later
    inside = later.__globals__
    begin = inside["begin"]
    cases: list[tuple[Any, ...]] = [(), (begin(), len, [], {}), (begin(), len, (), None), (3, len, (), {})]
    for wrong in cases:
        with pytest.raises((TypeError, ValueError)):
            inside["run"](*wrong)

    async def run() -> None:
        assert await later(3) == await later(number=3) == await later(3, sleep=1) == 3
        waiter = speaking.Waiter(5)
        assert [await waiter.wait(1), await waiter.wait(milliseconds=2), waiter.waited] == [6, 8, 8]
        assert await speaking.Waiter.sum(1, 2) == await waiter.sum(1, high=2) == 3
        with pytest.raises(TypeError, match=r"^later\(\) missing required argument 'number'$"):
            await later(sleep=3)

    asyncio.run(run())
    text = stub(described(speaking))
    assert "\nasync def later(number: " in text
    assert "\n    async def wait(self, milliseconds: " in text
    assert "\n    @staticmethod\n    async def sum(" in text


def test_coroutine_functions_are_registered(speaking: ModuleType) -> None:
    assert {"coroutine.later", "coroutine.told"} <= set(nano_ffi.register_module(speaking, prefix="coroutine."))
    assert nano_ffi.signature("coroutine.later")["args"] == [("number", "i64"), ("sleep", "i64")]
    assert inspect.iscoroutinefunction(nano_ffi.get("coroutine.later"))
    assert asyncio.run(nano_ffi.call("coroutine.later", 3)) == 3


def test_what_a_coroutine_function_raises(speaking: ModuleType) -> None:
    async def run() -> None:
        with pytest.raises(IndexError, match=r"^IndexError$"):
            await speaking.later(-1)
        with pytest.raises(nano_ffi.errors.Syntax, match=r"^häh -2$"):
            await speaking.later(-2)
        with pytest.raises(speaking.Refused) as refused:
            await speaking.later(-3, 1)
        assert refused.value.number == -3
        with pytest.raises(RuntimeError, match="coroutine raised StopIteration"):
            await speaking.later(-4)
        with pytest.raises(ZeroDivisionError) as divided:
            await speaking.told(lambda number: number // 0)
        assert [entry.name for entry in divided.traceback][-1] == "<lambda>"
        assert await speaking.later(1) == 1

    asyncio.run(run())


def test_a_callback_of_a_coroutine_has_its_context(speaking: ModuleType) -> None:
    variable = contextvars.ContextVar("variable", default=0)

    async def run(value: int) -> int:
        variable.set(value)
        return int(await speaking.told(lambda number: number + variable.get()))

    async def main() -> list[int]:
        return await asyncio.gather(*map(run, range(20)))

    assert asyncio.run(main()) == [20 + value for value in range(20)]


def test_async_for(speaking: ModuleType) -> None:
    async def main() -> None:
        countdown = speaking.Countdown(3, 1)
        assert [number async for number in countdown] == [3, 2, 1]
        assert (await countdown.next(), [number async for number in countdown]) == (None, [])
        assert list(speaking.Countdown(2)) == [2, 1]
        with pytest.raises(IndexError):
            [number async for number in speaking.Countdown(-1)]
        begun, ended = speaking.callsSoFar()
        await cancelled(anext(speaking.Countdown(1, HOUR)), lambda: bool(speaking.callsSoFar()[0] == begun + 1))
        assert speaking.callsSoFar() == (begun + 1, ended + 1)

    asyncio.run(main())
    text = stub(described(speaking))
    assert "\n    def __aiter__(self) -> Countdown: ..." in text
    assert "\n    async def __anext__(self) -> int: ..." in text


def test_async_with(speaking: ModuleType) -> None:
    async def main() -> None:
        session = speaking.Session()
        async with session as begun:
            assert (begun is session, session.open, session.ends) == (True, True, 0)
        with pytest.raises(ZeroDivisionError):
            async with session:
                raise ZeroDivisionError
        assert (session.open, session.ends) == (False, 2)
        async with speaking.Transaction() as committed:
            assert committed.state == "begun"
        async with speaking.Transaction() as back:
            _ = 1 // 0
        assert (committed.state, back.state) == ("committed", "rolled back")
        with pytest.raises(TypeError, match=r"^__aexit__\(\) takes 3 arguments: exc_type, exc_value, traceback$"):
            await session.__aexit__(None)
        calls = speaking.callsSoFar()[0]
        await cancelled(speaking.Session(HOUR).__aenter__(), lambda: bool(speaking.callsSoFar()[0] == calls + 1))

    asyncio.run(main())
    assert isinstance(speaking.Session(), AbstractAsyncContextManager)
    text = stub(described(speaking))
    assert text.count("    async def __aenter__(self) -> Session: ...\n") == 1
    assert (
        text.count(
            "exc_type: object,\n        exc_value: object,\n        traceback: object,\n        /,\n    ) -> bool: ..."
        )
        == 1
    )


def test_ten_thousand_coroutines_at_once(speaking: ModuleType) -> None:
    async def main() -> None:
        assert await asyncio.gather(*map(speaking.later, range(10_000))) == list(range(10_000))

    asyncio.run(main())


async def cancelled(awaitable: Awaitable[Any], began: Callable[[], bool]) -> None:
    task = asyncio.ensure_future(awaitable)
    while not began():
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_cancelling_a_coroutine_cancels_zig(speaking: ModuleType) -> None:
    waiter = speaking.Waiter()

    def has_begun(calls: int) -> bool:
        return bool(speaking.callsSoFar()[0] == calls)

    async def main() -> None:
        for function, arguments, calls in (
            (speaking.later, (1, HOUR), 1),  # in its std.Io
            (speaking.checked, (HOUR,), 3),  # in tasks of its own
            (speaking.counted, (10**15,), 1),  # where it asks
            (waiter.wait, (HOUR,), 1),
        ):
            begun, ended = speaking.callsSoFar()
            now = (begun + calls, ended + calls)
            await cancelled(function(*arguments), partial(has_begun, begun + calls))
            assert speaking.callsSoFar() == now
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(speaking.later(1, HOUR), 0.02)
        assert waiter.waited == 0
        assert await waiter.wait(1) == 1

    asyncio.run(main())


def test_what_a_coroutine_calls_back_is_cancelled_with_it(speaking: ModuleType) -> None:
    later = speaking.later.__wrapped__
    begun, ended = speaking.callsSoFar()

    async def main() -> None:
        assert await speaking.asked(lambda number: later(number, 1)) == 20
        sleeping = speaking.asked(lambda number: later(number, HOUR))
        await cancelled(sleeping, lambda: bool(speaking.callsSoFar()[0] == begun + 4))

    asyncio.run(main())
    assert speaking.callsSoFar() == (begun + 4, ended + 4)


def test_a_coroutine_that_is_cancelled_in_the_queue_does_not_begin(speaking: ModuleType) -> None:
    async def main() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        begun, _ = speaking.callsSoFar()
        first = asyncio.ensure_future(speaking.later(1, HOUR))
        while speaking.callsSoFar()[0] == begun:
            await asyncio.sleep(0.001)
        second = asyncio.ensure_future(speaking.later(2, HOUR))
        await asyncio.sleep(0)
        await cancelled(second, lambda: True)
        assert not first.done()
        await cancelled(first, lambda: True)
        assert await speaking.later(3) == 3
        assert speaking.callsSoFar()[0] == begun + 2

    asyncio.run(main())


EVENT_LOOPS = {
    "uvloop": "getattr(uvloop, 'run', asyncio.run)(asyncios())",
    "trio": "trio.run(nursery, trio.open_nursery, trio)",
    "anyio": "[anyio.run(nursery, anyio.create_task_group, anyio, backend=name) for name in ('asyncio', 'trio')]",
}


@pytest.mark.parametrize("library", EVENT_LOOPS)
def test_other_event_loops(speaking: ModuleType, library: str) -> None:
    needed = [library, "trio"] if library == "anyio" else [library]
    for name in needed:
        pytest.importorskip(name)
    code = f"""
import asyncio
import {library}

async def nursery(open, library):
    results = []
    async def one(number):
        results.append(await speaking.later(number, 1))
    async with open() as tasks:
        for number in range(100):
            tasks.start_soon(one, number)
    assert sorted(results) == list(range(100))
    with library.move_on_after(0.05) as scope:
        await speaking.later(1, {HOUR})
    assert scope.cancelled_caught
    begun, _ = speaking.callsSoFar()
    async with open() as tasks:
        for number in range(100):
            tasks.start_soon(speaking.later, 1, {HOUR})
        while speaking.callsSoFar()[0] < begun + 3:
            await library.sleep(0.001)
        tasks.cancel_scope.cancel()
    await same()

async def asyncios():
    assert await asyncio.gather(*map(speaking.later, range(100))) == list(range(100))
    try:
        await asyncio.wait_for(speaking.later(1, {HOUR}), 0.05)
    except asyncio.TimeoutError:
        await same()
    else:
        raise AssertionError("not over")

async def same():
    try:
        await speaking.later(-2)
    except Exception as error:
        assert str(error) == "häh -2"
    begun, ended = speaking.callsSoFar()
    assert begun == ended

{EVENT_LOOPS[library]}
print("over")
"""
    done = in_new_process(speaking, code)
    assert (done.stdout, done.stderr) == ("over\n", "")
