"""What Zig says while it runs, and Ctrl-C."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import nano_ffi
from nano_ffi.description import described


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


@pytest.mark.alone(timeout=60)
def test_a_thread_is_not_interrupted(speaking: ModuleType) -> None:
    results: list[int] = [speaking.interruptedInThread(1000)]
    thread = threading.Thread(target=lambda: results.append(speaking.interruptedMeanwhile(1000)))
    thread.start()
    thread.join()
    assert results == [sum(range(1000))] * 2
