"""Every registered Zig function as an object of its own: the fastest way to call one.

>>> from nano_ffi import functions
>>> functions.add(3, 4)
7
>>> functions.add(b=4, a=3)
7
"""

from __future__ import annotations

from nano_ffi import _native

TYPE_CHECKING = False
if TYPE_CHECKING:  # not needed at run time, and slow to import
    from collections.abc import Callable
    from typing import Any

globals().update({name: _native.get(name) for name in _native.list_functions()})


def __getattr__(name: str) -> Callable[..., Any]:
    # What was registered since.
    try:
        return _native.get(name)
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None


def __dir__() -> list[str]:
    return _native.list_functions()
