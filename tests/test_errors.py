"""The exception classes: `nano_ffi.errors`, `ZigError`, `OutOfRangeError`."""

from __future__ import annotations

import builtins
import copy
import pickle
from collections.abc import Callable
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
