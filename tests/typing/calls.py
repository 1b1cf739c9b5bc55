"""What type checkers must see: this file is checked by mypy --strict and pyright, and runs as a test."""

from __future__ import annotations

from typing import Any

from typing_extensions import assert_type

import nano_ffi
from nano_ffi import call, errors

assert_type(call("add", 3, 4), int)
assert_type(call("mul", 2.5, 4), float)
assert_type(call("echo", "x"), str)
assert_type(call("fill", bytearray(1), 7), int)
assert_type(call("divmod", 17, 5), tuple[int, int])
assert_type(call("signmag", -42), tuple[bool, int])
assert_type(call("sum8", 1, 2, 3, 4, 5, 6, 7, 8), int)
assert_type(nano_ffi.list_functions(), list[str])
assert_type(nano_ffi.version(), str)
assert_type(nano_ffi.signature("add")["args"], list[tuple[str, str]])


def by_any_name(name: str) -> Any:
    """A name that is not known before the call gives Any."""
    return call(name, 1, 2)


try:
    call("div", 1, 0)
except errors.DivisionByZero as error:
    assert_type(error, nano_ffi.ZigError)
except nano_ffi.OutOfRangeError:
    pass
