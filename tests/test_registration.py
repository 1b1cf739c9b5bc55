"""`get`, `functions`, `register`: functions as objects, and functions from elsewhere under a name."""

from __future__ import annotations

import contextlib
import inspect
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import nano_ffi
from nano_ffi import call, functions


def test_a_function_object() -> None:
    assert nano_ffi.get("add") is functions.add
    assert functions.add(3, 4) == functions.add(b=4, a=3) == call("add", 3, b=4) == 7
    assert str(inspect.signature(functions.add)) == "(a, b)"
    assert functions.add.__doc__ == "The sum of two ints. error.Overflow where i64 cannot hold it."
    assert set(nano_ffi.list_functions()) <= set(dir(functions))
    with pytest.raises(KeyError, match="no Zig function 'sub' is registered"):
        nano_ffi.get("sub")
    with pytest.raises(AttributeError, match=r"'nano_ffi\.functions' has no attribute 'sub'"):
        functions.__getattr__("sub")


def test_a_python_function_under_a_name() -> None:
    def repeat(text: str, times: int = 2) -> str:
        """The text again and again."""
        return text * times

    nano_ffi.register("test.repeat", repeat)
    assert call("test.repeat", "ab") == "abab"
    assert call("test." + str(b"repeat", "ascii"), "ab", times=3) == "ababab"
    assert nano_ffi.signature("test.repeat") == {
        "args": [("text", "str"), ("times", "int")],
        "ret": "str",
        "defaults": {"times": "2"},
    }
    assert nano_ffi.get("test.repeat") is repeat
    assert nano_ffi.list_functions()[-1] == "test.repeat"
    with pytest.raises(ValueError, match=r"^a function 'test.repeat' is registered already: choose another name$"):
        nano_ffi.register("test.repeat", len)
    with pytest.raises(ValueError, match="'add' is registered already"):
        nano_ffi.register("add", repeat)
    assert call("add", 3, 4) == 7


def test_what_cannot_be_registered() -> None:
    with pytest.raises(TypeError, match=r"^register\(\): the function must be callable$"):
        nano_ffi.register("test.three", 3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^register\(\): the name must be a str, not int$"):
        nano_ffi.register(3, len)  # type: ignore[arg-type]
    assert "test.three" not in nano_ffi.list_functions()


def test_builtins_of_others() -> None:
    nano_ffi.register("test.len", len)
    nano_ffi.register("test.sorted", sorted)
    nano_ffi.register("test.print", print)
    assert call("test.len", [1, 2]) == 2
    assert call("test.sorted", [2, 1], reverse=True) == [2, 1]


def test_a_function_of_another_module_of_ours(zig_module: Callable[[str], ModuleType]) -> None:
    pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")
    kinds = zig_module("kinds")
    nano_ffi.register("kinds.far", kinds.far)
    assert call("kinds.far", [{"x": 5}], limit=1.0) == 1
    assert nano_ffi.signature("kinds.far") == {"args": [("points", "[]const Point"), ("limit", "f64")], "ret": "u64"}


def test_a_hundred_thousand_functions() -> None:
    # In a process of its own, which takes them along: a name is for good.
    code = """
        import nano_ffi

        def number(n):
            return n

        names = [f"many_{i}" for i in range(100_000)]
        for name in names:
            nano_ffi.register(name, number)
        assert all(nano_ffi.call(name, i) == i for i, name in enumerate(names))
        assert nano_ffi.call("add", 3, 4) == 7
        assert len(nano_ffi.list_functions()) == 100_014
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


def test_threads_register_and_call() -> None:
    start = threading.Barrier(32)
    wrong: list[Any] = []

    def work(number: int) -> None:
        def own() -> int:
            return number

        start.wait()
        for i in range(200):
            name = f"thread.{number}.{i}"
            nano_ffi.register(name, own)
            if call(name) != number or call("add", i, number) != i + number:
                wrong.append(name)
            with contextlib.suppress(ValueError):
                nano_ffi.register(f"thread.same.{i}", own)
            if call(f"thread.same.{i}") not in range(32):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sum(name.startswith("thread.") for name in nano_ffi.list_functions()) == 32 * 200 + 200
