"""Functions from elsewhere under a name of `nano_ffi.call`."""

from __future__ import annotations

from nano_ffi import _native

TYPE_CHECKING = False
if TYPE_CHECKING:  # `import nano_ffi` takes a tenth of the time without them
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

__all__ = ["register", "register_module"]


def register(name: str, function: Callable[..., Any], /) -> None:
    """Make `function` known to `call`, `get`, `list_functions` and `signature` as `name`.

    A function of a module that was built with nano_ffi is called as directly as the built-in ones, and has the
    signature that it has in Zig. Any other callable is called as Python calls it, and its signature is what
    `inspect.signature` says, with annotations in the place of types.

    Raises TypeError where `name` is not a str or `function` is not callable, and ValueError where `name` is
    registered already.
    """
    _native.register(name, function, signature_of(function))
    if is_zig(function):
        zig_functions[name] = function


zig_functions: dict[str, Callable[..., Any]] = {}
"""What was registered of modules of Zig files, which may be reloaded."""


def follow(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Put functions of a module as they are now in the place of those that were registered."""
    names = {id(function): name for name, function in old.items()}
    for registered, function in list(zig_functions.items()):
        renewed = new.get(names.get(id(function), ""))
        if renewed is not None and is_zig(renewed):
            _native.replace(registered, renewed, signature_of(renewed))
            zig_functions[registered] = renewed


KINDS = (type(len), type(register))
"""Of functions: a coroutine function is one of Python's."""


def is_zig(function: object) -> bool:
    """Whether it is a function of a module that was built with nano_ffi."""
    owner = getattr(function, "__self__", None)
    return isinstance(function, KINDS) and hasattr(owner, "__nano_ffi_signature__")


def register_module(module: ModuleType, /, *, prefix: str | None = None) -> list[str]:
    """Register every function of a module that was built with nano_ffi, and return the names.

    A name is `prefix` (the module's name and a dot, where it is not given) and the function's own. Raises TypeError
    where `module` is another kind of module, and ValueError where a name is registered already: then the functions
    before it in the module are registered.
    """
    if not hasattr(module, "__nano_ffi_signature__"):
        name = getattr(module, "__name__", module)
        raise TypeError(f"register_module(): {name!r} is not a module that was built with nano_ffi")
    if prefix is None:
        prefix = f"{module.__name__}."
    names: list[str] = []
    for name, value in vars(module).items():
        if (isinstance(value, type(_native.call)) or is_zig(value)) and not name.startswith("__"):
            register(prefix + name, value)
            names.append(prefix + name)
    return names


def signature_of(function: Callable[..., Any]) -> _native.Signature:
    if is_zig(function):
        described: _native.Signature = function.__self__.__nano_ffi_signature__(function.__name__)  # type: ignore[attr-defined]
        return described
    import inspect

    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # not callable, which is refused later, or a builtin that does not say
        return {"args": [], "ret": "object"}
    # inspect marks what is missing with a class of its own.
    empty = inspect.Signature.empty
    arguments = [(name, type_name(parameter.annotation, empty)) for name, parameter in signature.parameters.items()]
    result: _native.Signature = {"args": arguments, "ret": type_name(signature.return_annotation, empty)}
    parameters = signature.parameters.values()
    defaults = {each.name: repr(each.default) for each in parameters if each.default is not empty}
    if defaults:
        result["defaults"] = defaults
    return result


def type_name(annotation: object, empty: object) -> str:
    if annotation is empty:
        return "object"
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)
