"""Threads and interpreters do not disturb each other, the wrong interpreter is refused."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import nano_ffi
from nano_ffi import _native, call

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def test_references_of_arguments_are_balanced() -> None:
    marker = bytearray(b"abc")
    text = str(b"not interned", "ascii")
    before = sys.getrefcount(marker), sys.getrefcount(text)
    for _ in range(100):
        call("fill", marker, 1)
        call("echo", text)
        with pytest.raises(TypeError):
            call("add", marker, text)
    assert (sys.getrefcount(marker), sys.getrefcount(text)) == before


def test_threads() -> None:
    wrong: list[object] = []
    start = threading.Barrier(16)

    def work(number: int) -> None:
        buffer = bytearray(8)
        start.wait()
        for i in range(2_000):
            if call("add", number, i) != number + i or call("echo", f"{number}-{i}") != f"{number}-{i}":
                wrong.append((number, i))
            call("fill", buffer, number)
            if buffer != bytes([number]) * 8:
                wrong.append(buffer)
            try:
                call("div", i, 0)
            except nano_ffi.errors.DivisionByZero:
                pass
            else:
                wrong.append("no error")
            _native.error_class(f"Error{i}")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    classes = {_native.error_class(f"Error{i}") for i in range(2_000)}
    assert len(classes) == 2_000


@pytest.mark.skipif(not FREE_THREADED, reason="this CPython has a GIL")
def test_the_gil_stays_off() -> None:
    # In an interpreter of its own: any other extension could have switched it on here.
    code = "import sys, nano_ffi; sys.exit(sys._is_gil_enabled())"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.skipif(sys.version_info < (3, 12), reason="CPython has a GIL per interpreter since 3.12")
def test_an_interpreter_with_its_own_gil() -> None:
    module = "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
    code = f"""
        import {module} as interpreters
        code = '''if True:
            import nano_ffi
            assert nano_ffi.call("add", 3, 4) == 7
            try:
                nano_ffi.call("div", 1, 0)
            except nano_ffi.errors.DivisionByZero as error:
                assert str(error) == "DivisionByZero"
        '''
        import nano_ffi
        for _ in range(5):
            interpreter = interpreters.create()
            error = interpreters.run_string(interpreter, code)
            assert not error, error
            interpreters.destroy(interpreter)
        assert nano_ffi.call("add", 3, 4) == 7
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


AT_ONCE = """
import sys
sys.path.insert(0, FOLDER)
import nano_ffi, panics, classes

def refused(kind, text, function, *args):
    try:
        function(*args)
    except kind as error:
        assert str(error) == text, error
    else:
        raise AssertionError(text)

nano_ffi.register("own", lambda: NUMBER)
for i in range(300):
    assert nano_ffi.call("own") == NUMBER
    assert nano_ffi.call("add", i, NUMBER) == i + NUMBER
    assert nano_ffi.call("echo", s=f"{NUMBER}-{i}") == f"{NUMBER}-{i}"
    nano_ffi.register(f"own{i}", panics.checked)
    refused(nano_ffi.errors.Negative, "Negative", nano_ffi.call, f"own{i}", -1)
    refused(ZeroDivisionError, "DivisionByZero", nano_ffi.call, "div", i, 0)
    refused(nano_ffi.errors.Empty, "Empty", panics.parsed, "")
    refused(nano_ffi.ZigPanic, f"at(): index out of bounds: index {NUMBER + 1}, len 1", panics.at, [i], NUMBER + 1)
    refused(nano_ffi.ZigPanic, "unwrapped(): attempt to use null value", panics.unwrapped, None)
    refused(nano_ffi.ZigPanic, "through(): negative", panics.through, lambda value: -value, 7)
    point = classes.Point(i, y=NUMBER)
    point.scale(2.0)
    assert (point + classes.Point(1)).x == 2 * i + 1
    assert len(classes.Stack([i, NUMBER]).clone()) == 2
assert len(nano_ffi.list_functions()) > 300
"""
"""What each of several interpreters does, under names that are the same in all of them."""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="CPython has a GIL per interpreter since 3.12")
def test_interpreters_at_once(zig_module: Callable[[str], ModuleType]) -> None:
    pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")
    (folder,) = {str(Path(str(zig_module(name).__file__)).parent) for name in ("panics", "classes")}
    module = "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
    code = f"""
        import threading
        import {module} as interpreters
        code = {AT_ONCE.replace("FOLDER", repr(folder))!r}
        errors = []

        def work(number):
            for _ in range(2):
                interpreter = interpreters.create()
                errors.append(interpreters.run_string(interpreter, code.replace("NUMBER", str(number))))
                interpreters.destroy(interpreter)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        exec(code.replace("NUMBER", "99"))
        for thread in threads:
            thread.join()
        assert errors == [None] * 16, errors
        assert nano_ffi.call("own") == 99
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


def test_importing_again_and_again() -> None:
    code = """
        import gc, sys
        for _ in range(20):
            import nano_ffi
            assert nano_ffi.call("add", 3, 4) == 7
            for name in [name for name in sys.modules if name.startswith("nano_ffi")]:
                del sys.modules[name]
            del nano_ffi
            gc.collect()
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)
