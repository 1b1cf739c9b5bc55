"""What modules of Zig files say of themselves, and of what was left out of them: `nano_ffi.explain`."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import cast

from nano_ffi import loading
from nano_ffi.builds import module_name
from nano_ffi.description import Description, LeftOut

__all__ = ["described", "explain"]


def described(module: ModuleType | str | os.PathLike[str]) -> Description:
    """The description of a module of a Zig file.

    `module` is the module, its name, or the path of a Zig file, which is built if need be, or of an extension module.
    Raises ImportError where it cannot be found or built, and ValueError where it is of another kind.
    """
    if isinstance(module, ModuleType):
        describe = getattr(module, "__nano_ffi_description__", None)
        if describe is None:
            raise ValueError(f"{module!r} is not a module that nano_ffi built")
        return Description.of(json.loads(describe()))
    path = Path(module)
    if path.suffix == ".zig":
        return Description.read(Path(loading.extension_of(str(path), module_name(str(path)))))
    if path.suffix in {".so", ".pyd"}:
        return Description.read(path)
    name = str(module)
    if name in sys.modules:
        return described(sys.modules[name])
    importlib.import_module("nano_ffi.importer")
    return described(importlib.import_module(name))


class Explained(tuple[LeftOut, ...]):
    """What `explain` has printed: a notebook shows it no second time."""

    __slots__ = ()

    def _ipython_display_(self) -> None:
        pass


def explain(what: object) -> tuple[LeftOut, ...]:
    """Print which public declarations of a Zig file are not in its module, and why. Returns them.

    `what` is the module, its name, or the path of a Zig file or of an extension module; of a class or function of a
    module it is what is left out of that.
    Raises ImportError where it cannot be found or built, ValueError where it is of another module, and TypeError
    where it is nothing of these.
    """
    found: object = sys.modules.get(what) if isinstance(what, str) else None
    if isinstance(found, type):
        description, place = within(found)  # a namespace of a module
    elif isinstance(what, (ModuleType, str, os.PathLike)):
        description, place = described(cast("ModuleType | str | os.PathLike[str]", what)), ""
    else:
        description, place = within(what)
    left_out = tuple(left for left in description.left_out if f"{left.name}.".startswith(place))
    if not left_out:
        print(f"{description.module}.{place}".rstrip(".") + ": nothing is left out")
    for left in left_out:
        print(f"{description.module}.{left.name} ({left.kind}) is left out: {left.reason}")
    return Explained(left_out)


def within(declared: object) -> tuple[Description, str]:
    """The description of the module of a class or a function, and the place there with a dot behind it."""
    place = getattr(declared, "__qualname__", None)
    owner = getattr(declared, "__objclass__", None)
    if owner is None and not isinstance(declared, type):
        owner = getattr(declared, "__self__", None)  # of a bound method
    for has_module in (declared, owner, type(owner)):
        module = sys.modules.get(getattr(has_module, "__module__", None) or "")
        if module is not None and isinstance(place, str):
            return described(module), f"{place}."
    kind = type(declared).__name__
    raise TypeError(f"explain() takes a module, its name or path, or a class or function of it, not {kind}")
