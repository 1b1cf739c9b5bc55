"""The exception classes: `nano_ffi.errors`, `ZigError`, `OutOfRangeError`."""

from __future__ import annotations

import builtins
import copy
import errno
import multiprocessing
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import nano_ffi
from nano_ffi import errors

BUILTINS = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException) and name == value.__name__ and name[0] != "_"
}
NOT_OF_A_TEXT = {
    **dict.fromkeys(("UnicodeDecodeError", "UnicodeEncodeError", "UnicodeTranslateError"), UnicodeError),
    **dict.fromkeys(("BaseExceptionGroup", "ExceptionGroup"), RuntimeError),
}


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("OutOfMemory", MemoryError),
        ("DivisionByZero", ZeroDivisionError),
        ("Overflow", OverflowError),
        ("FileNotFound", FileNotFoundError),
        ("AccessDenied", PermissionError),
        ("EndOfStream", EOFError),
        ("KeyNotFound", KeyError),
        ("InvalidUtf8", UnicodeError),
        ("NotImplemented", NotImplementedError),
        ("Unexpected", OSError),
        ("NobodyKnowsThis", RuntimeError),
        *({**BUILTINS, **NOT_OF_A_TEXT}).items(),
        ("print", RuntimeError),
    ],
)
def test_a_class_of_the_errors_own_name(name: str, builtin: type[BaseException]) -> None:
    error_class = getattr(errors, name)
    assert error_class is getattr(errors, name)
    assert error_class.__name__ == name
    assert error_class.__module__ == "nano_ffi.errors"
    assert issubclass(error_class, nano_ffi.ZigError)
    assert issubclass(error_class, builtin)
    assert str(error_class(name)) == name


def test_zig_error_is_a_runtime_error() -> None:
    assert nano_ffi.ZigError.__mro__[:2] == (nano_ffi.ZigError, RuntimeError)
    assert errors.ZigError is nano_ffi.ZigError
    assert issubclass(nano_ffi.OutOfRangeError, OverflowError)
    assert issubclass(nano_ffi.OutOfRangeError, ValueError)


def test_an_error_can_be_pickled_and_copied() -> None:
    with pytest.raises(errors.DivisionByZero) as caught:
        nano_ffi.call("div", 1, 0)
    for again in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert type(again) is errors.DivisionByZero
        assert str(again) == "DivisionByZero"


def test_python_does_not_get_an_error_class_for_what_it_asks_of_modules() -> None:
    assert not hasattr(errors, "__path__")
    assert not hasattr(errors, "_private")


def test_a_very_long_name() -> None:
    assert issubclass(getattr(errors, "E" * 1000), nano_ffi.ZigError)


def test_python_takes_errors_of_a_file_for_its_own(zig_module: Callable[[str], ModuleType]) -> None:
    namesakes = zig_module("namesakes")
    evens = namesakes.Evens(3)
    assert list(evens) == [0, 2, 4]
    assert 4 in evens
    assert not hasattr(evens, "nothing")
    for which, builtin in enumerate((ValueError, KeyError, StopIteration, UnicodeError)):
        with pytest.raises(builtin) as caught:
            namesakes.fail(which)
        assert isinstance(caught.value, nano_ffi.ZigError)
        assert str(caught.value) == type(caught.value).__name__


def test_errors_of_public_sets_can_be_pickled(zig_module: Callable[[str], ModuleType]) -> None:
    namesakes = zig_module("namesakes")
    calls = (lambda: namesakes.store(0), lambda: namesakes.store(2), namesakes.Shelf().fill)
    for call, place in zip(calls, ("StoreError.FileNotFound", "StoreError.Broken", "Shelf.Failure.Full"), strict=True):
        with pytest.raises(nano_ffi.ZigError) as caught:
            call()
        again = pickle.loads(pickle.dumps(caught.value))
        assert type(again) is type(caught.value)
        assert again.args == caught.value.args
        assert (type(again).__module__, type(again).__qualname__) == ("namesakes", place)
    assert pickle.loads(pickle.dumps(namesakes.Shelf.Failure)) is namesakes.Shelf.Failure


def test_what_the_system_refused_has_its_number(zig_module: Callable[[str], ModuleType]) -> None:
    namesakes = zig_module("namesakes")
    for which, number in enumerate((errno.ENOENT, errno.ENOSPC)):
        with pytest.raises(OSError, match=r"^\w+$") as caught:
            namesakes.store(which)
        for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
            assert (error.errno, error.strerror, error.filename) == (number, os.strerror(number), None)
    numbers = {name: getattr(errors, name)("x").errno for name in ("PermissionDenied", "TimeoutError", "Unexpected")}
    assert numbers == {"PermissionDenied": errno.EPERM, "TimeoutError": errno.ETIMEDOUT, "Unexpected": None}
    assert issubclass(errors.ProcessNotFound, ProcessLookupError)


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_errors_come_back_from_other_processes(
    zig_module: Callable[[str], ModuleType], tmp_path: Path, method: str
) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("this system has no such start method")
    extension = Path(zig_module("namesakes").__file__ or "")
    script = tmp_path / "main.py"
    script.write_text(f"""\
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor

sys.path.insert(0, {str(extension.parent)!r})
import namesakes

if __name__ == "__main__":
    with ProcessPoolExecutor(1, multiprocessing.get_context({method!r})) as pool:
        for function, argument in ((namesakes.store, 0), (namesakes.Shelf.fill, namesakes.Shelf(1))):
            try:
                pool.submit(function, argument).result()
            except Exception as error:
                print(type(error).__name__, error)
""")
    result = subprocess.run([sys.executable, "-W", "ignore", script], check=True, capture_output=True, text=True)
    assert result.stdout.splitlines()[:2] == ["FileNotFound FileNotFound", "Full Full"]
