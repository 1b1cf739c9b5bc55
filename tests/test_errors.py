"""The exception classes: `nano_ffi.errors`, `ZigError`, `OutOfRangeError`."""

from __future__ import annotations

import copy
import pickle

import pytest

import nano_ffi
from nano_ffi import errors


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
