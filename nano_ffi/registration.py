"""Functions from elsewhere under a name of `nano_ffi.call`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import BuiltinFunctionType
from typing import Any

from nano_ffi import _native

__all__ = ["register"]


def register(name: str, function: Callable[..., Any], /) -> None:
    """Make `function` known to `call`, `get`, `list_functions` and `signature` as `name`.

    A function of a module that was built with nano_ffi is called as directly as the built-in ones, and has the
    signature that it has in Zig. Any other callable is called as Python calls it, and its signature is what
    `inspect.signature` says, with annotations in the place of types.

    Raises TypeError where `name` is not a str or `function` is not callable, and ValueError where `name` is
    registered already.
    """
    _native.register(name, function, signature_of(function))


def signature_of(function: Callable[..., Any]) -> _native.Signature:
    describe = getattr(getattr(function, "__self__", None), "__nano_ffi_signature__", None)
    if isinstance(function, BuiltinFunctionType) and describe is not None:
        described: _native.Signature = describe(function.__name__)
        return described
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # not callable, which is refused later, or a builtin that does not say
        return {"args": [], "ret": "object"}
    arguments = [(name, annotation_name(parameter.annotation)) for name, parameter in signature.parameters.items()]
    return {"args": arguments, "ret": annotation_name(signature.return_annotation)}


def annotation_name(annotation: object) -> str:
    if annotation is inspect.Signature.empty:
        return "object"
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)
