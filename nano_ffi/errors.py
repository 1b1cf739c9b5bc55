"""The exception classes of Zig errors, each under the name that the error has in Zig.

>>> import nano_ffi
>>> try:
...     nano_ffi.call("div", 1, 0)
... except nano_ffi.errors.DivisionByZero as error:
...     print(error)
DivisionByZero

Each is a `nano_ffi.ZigError`, which is a RuntimeError, and where a builtin exception has the same name or means the
same, that one too: ``ValueError`` is a ValueError, ``DivisionByZero`` a ZeroDivisionError. A class is made when it is
first asked for, here or by a Zig function that returns the error.
"""

from __future__ import annotations

from nano_ffi._native import ZigError, error_class

__all__ = ["ZigError"]


def __getattr__(name: str) -> type[ZigError]:
    # Every name of Zig's can be an error's; Python asks modules for dunder names of its own.
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return error_class(name)
