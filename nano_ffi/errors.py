"""The exception classes of Zig errors, each under the name that the error has in Zig.

>>> import nano_ffi
>>> try:
...     nano_ffi.call("div", 1, 0)
... except nano_ffi.errors.DivisionByZero as error:
...     print(error)
DivisionByZero

Each is a `nano_ffi.ZigError`, which is a RuntimeError, and where a builtin exception has the same name or means the
same, that one too: ``ValueError`` is a ValueError, ``DivisionByZero`` a ZeroDivisionError.

A name is there if a builtin exception means it, or if a function of a module that is imported can return the error: any
other is an AttributeError, as a mistyped one is. Where a function returns ``anyerror``, or a module registers functions
of its own, every name may be one.
"""

from __future__ import annotations

import sys

from nano_ffi._native import ZigError, error_class, has_error_class

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["ZigError"]

ANY = "*"
"""Among names: every name may be one."""

described: dict[str, frozenset[str]] = {}
"""The error names of a description: it is the same as long as the code is."""


def __getattr__(name: str) -> type[ZigError]:
    # Every name of Zig's can be an error's; Python asks modules for dunder names of its own.
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if has_error_class(name):
        return error_class(name)
    names = known()
    if name in names or ANY in names:
        return error_class(name)
    from difflib import get_close_matches

    near = get_close_matches(name, names, n=1)
    raise AttributeError(
        f"no function of an imported module returns error.{name}"
        + (f": it may be error.{near[0]}" if near else ": mend the name, or import the Zig module first")
    )


def __dir__() -> list[str]:
    return sorted({*__all__, *known()} - {ANY})


def known() -> frozenset[str]:
    """The names of the errors that functions of the modules of this process return."""
    names = frozenset[str]()
    for module in list(sys.modules.values()):
        # Of the module itself: a lazy one is not to be loaded by this.
        describe = getattr(module, "__dict__", {}).get("__nano_ffi_description__")
        if describe is not None:
            names |= names_in(describe())
    return names


def names_in(description: str) -> frozenset[str]:
    """The names in a description, of functions and error sets of whatever depth."""
    if description not in described:
        import json

        names = set[str]()

        def collect(part: dict[str, Any]) -> None:
            returned: list[Any] | str = part.get("errors", [])
            if returned == "any" or part.get("registers"):
                names.add(ANY)
                returned = []
            # The members of an error set are names, those of an enum pairs.
            names.update(name for name in [*returned, *part.get("members", [])] if isinstance(name, str))

        json.loads(description, object_hook=collect)
        described[description] = frozenset(names)
    return described[description]


def again(name: str, *arguments: object) -> ZigError:
    """What pickle makes an error of: the module that returned it may not have been imported here."""
    return error_class(name)(*arguments)


def reduced(self: ZigError) -> tuple[object, ...]:
    parts: tuple[object, tuple[object, ...]] = super(ZigError, self).__reduce__()  # type: ignore[assignment]
    if type(self).__module__ != __name__:
        return parts
    return (again, (type(self).__name__, *parts[1]), *parts[2:])


# In Python, since only who has this module can pickle such an error at all.
ZigError.__reduce__ = reduced  # type: ignore[assignment,method-assign]
