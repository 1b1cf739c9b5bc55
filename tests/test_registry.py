"""Functions that Zig registers when the module is imported, on modules compiled from tests/extension."""

from __future__ import annotations

import importlib.util
import inspect
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import nano_ffi

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def registering(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("registering")


def test_registered_functions_are_functions_of_the_module(registering: ModuleType) -> None:
    assert registering.add(3, 4) == registering.add(b=4, a=3) == 7
    assert registering.divide(-1, 2) == (-0.5, True)
    assert registering.plus(3) == registering.plus(x=3) == 4
    assert registering.area(2, 3) == 6.0
    assert registering.is_square(2, 3) is False
    assert registering.plain(3) == 3
    assert not hasattr(registering, "nano_ffi_init")
    assert not hasattr(registering, "sides")


def test_what_they_show(registering: ModuleType) -> None:
    assert str(inspect.signature(registering.add)) == "(a, b)"
    assert str(inspect.signature(registering.plus)) == "(x, y=1)"
    assert str(inspect.signature(registering.area)) == "(arg0, arg1)"
    assert registering.plus.__doc__ == "The sum, or the next int."
    assert registering.add.__name__ == "add"
    assert registering.add.__module__ == "registering"


def test_their_errors(registering: ModuleType) -> None:
    with pytest.raises(ZeroDivisionError, match=r"^DivisionByZero$"):
        registering.divide(1, 0)
    for function, text in [
        (registering.add, "add(): parameter 'a' must be an int (i64), not str"),
        (registering.divide, "divide(): parameter 'arg0' must be a float (f64), not str"),
        (registering.plus, "plus(): parameter 'x' must be an int (i64), not str"),
    ]:
        with pytest.raises(TypeError, match=f"^{re.escape(text)}$"):
            function("x", 1)
    with pytest.raises(TypeError, match=r"^add\(\) missing required argument 'b'$"):
        registering.add(1)


def test_by_name(registering: ModuleType) -> None:
    nano_ffi.register("registering.plus", registering.plus)
    assert nano_ffi.call("registering.plus", 3) == 4
    assert nano_ffi.signature("registering.plus") == {
        "args": [("x", "i64"), ("y", "i64")],
        "ret": "i64",
        "defaults": {"y": "1"},
    }
    assert "registering.plus" in nano_ffi.list_functions()


def test_a_whole_module_by_name(registering: ModuleType) -> None:
    names = nano_ffi.register_module(registering, prefix="whole.")
    assert names == ["whole.plain", "whole.add", "whole.divide", "whole.plus", "whole.area", "whole.is_square"]
    assert set(names) <= set(nano_ffi.list_functions())
    assert nano_ffi.call("whole.area", 2, 3) == 6.0
    assert nano_ffi.signature("whole.divide") == {"args": [("arg0", "f64"), ("arg1", "f64")], "ret": ["f64", "bool"]}
    with pytest.raises(ValueError, match=r"^a function 'whole.plain' is registered already: choose another name$"):
        nano_ffi.register_module(registering, prefix="whole.")
    with pytest.raises(TypeError, match=r"^register_module\(\): 're' is not a module that was built with nano_ffi$"):
        nano_ffi.register_module(re)


@pytest.mark.parametrize(
    ("name", "error", "text"),
    [
        ("registered_twice", ValueError, "a function 'add' is registered already: choose another name"),
        ("registering_fails", RuntimeError, "NoDevice"),
    ],
)
def test_what_fails_while_it_is_imported(
    zig_module: Callable[[str], ModuleType], name: str, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(text)}$"):
        zig_module(name)


def test_each_import_has_its_own(registering: ModuleType) -> None:
    spec = registering.__spec__
    assert spec is not None
    assert spec.loader is not None
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    assert again.add is not registering.add
    add, text = again.add, again.plus.__doc__
    del again, spec
    assert add(3, 4) == 7
    assert text == registering.plus.__doc__


@pytest.mark.skipif(sys.version_info < (3, 12), reason="CPython has a GIL per interpreter since 3.12")
def test_every_interpreter_registers_its_own(registering: ModuleType) -> None:
    assert registering.__file__ is not None
    folder = str(Path(registering.__file__).parent)
    module = "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
    code = f"""
        import threading
        import {module} as interpreters
        code = '''if True:
            import sys
            sys.path.insert(0, {folder!r})
            import registering
            for i in range(1000):
                assert registering.add(i, 4) == i + 4
                assert registering.plus(i) == i + 1
            assert registering.plus.__doc__ == "The sum, or the next int."
        '''
        errors = []

        def work():
            for _ in range(5):
                interpreter = interpreters.create()
                errors.append(interpreters.run_string(interpreter, code))
                interpreters.destroy(interpreter)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == [None] * 40, errors
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)
