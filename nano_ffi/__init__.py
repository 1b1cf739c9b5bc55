"""Call Zig functions from Python at the cost of a C builtin.

>>> import nano_ffi
>>> nano_ffi.call("add", 3, 4)
7
"""

from __future__ import annotations

from nano_ffi._native import OutOfRangeError, ZigError, ZigPanic, call, get, list_functions, signature, version

__all__ = [
    "OutOfRangeError",
    "ZigError",
    "ZigPanic",
    "call",
    "errors",
    "functions",
    "get",
    "list_functions",
    "register",
    "register_module",
    "signature",
    "version",
]

__version__ = version()

from nano_ffi import errors, functions
from nano_ffi.registration import register, register_module
