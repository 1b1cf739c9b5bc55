"""Type stubs (``.pyi``) out of the signatures of Zig functions.

``python -m nano_ffi.stubs FOLDER`` writes the stubs of `nano_ffi._native`, in which `call` has an overload for
each built-in function, so that a type checker knows what ``call("add", 3, 4)`` takes and gives, and of
`nano_ffi.functions`.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

import nano_ffi
from nano_ffi import _native

__all__ = ["STUBS"]

LINE_LENGTH = 120

NATIVE_HEAD = """\
# Made by `python -m nano_ffi.stubs nano_ffi` out of the signatures of the Zig functions. Do not edit.
from collections.abc import Callable
from typing import Any, Literal, SupportsFloat, SupportsIndex, TypedDict, overload, type_check_only

from typing_extensions import Buffer, NotRequired

class ZigError(RuntimeError): ...
class OutOfRangeError(OverflowError, ValueError): ...
class ZigPanic(RuntimeError): ...  # noqa: N818

@type_check_only
class Signature(TypedDict):
    args: list[tuple[str, str]]
    ret: str | list[str]
    defaults: NotRequired[dict[str, str]]

"""

FUNCTIONS_HEAD = """\
# Made by `python -m nano_ffi.stubs nano_ffi` out of the signatures of the Zig functions. Do not edit.
from typing import SupportsFloat, SupportsIndex

from typing_extensions import Buffer
"""

NATIVE_TAIL = """\
@overload
def call(name: str, /, *args: Any, **kwargs: Any) -> Any: ...
def get(name: str, /) -> Callable[..., Any]: ...
def register(name: str, function: Callable[..., Any], signature: Signature, /) -> None: ...
def replace(name: str, function: Callable[..., Any], signature: Signature, /) -> None: ...
def signature(name: str, /) -> Signature: ...
def list_functions() -> list[str]: ...
def doc(name: str, /) -> str: ...
def version() -> str: ...
def error_class(name: str, /) -> type[ZigError]: ...
def has_error_class(name: str, /) -> bool: ...
"""


def taken(typ: str) -> str:
    """The type annotation of a parameter whose Zig type has the name `typ`."""
    if typ[0] == "?":
        return f"{taken(typ[1:])} | None"
    if typ[0] in "iu":
        return "SupportsIndex"
    if typ[0] == "f":
        return "SupportsFloat | SupportsIndex"
    return {"bool": "bool", "str": "str", "bytes": "Buffer", "buffer": "Buffer"}[typ]


def given(ret: str | list[str]) -> str:
    """The type annotation of a result."""
    if isinstance(ret, list):
        return f"tuple[{', '.join(map(given, ret))}]"
    if ret[0] == "?":
        return f"{given(ret[1:])} | None"
    if ret[0] in "iu":
        return "int"
    if ret[0] == "f":
        return "float"
    return {"bool": "bool", "str": "str", "bytes": "bytes", "buffer": "bytes", "void": "None"}[ret]


def definition(name: str, first: Sequence[str] = (), docstring: str = "") -> str:
    """The ``def`` of a Zig function as it is called: with `first` and then its own parameters."""
    signature = nano_ffi.signature(name)
    called = "call" if first else name
    defaults = signature.get("defaults", {})
    parameters = [
        *first,
        *(
            f"{arg}: {taken(typ)}" + (f" = {defaults[arg]}" if arg in defaults else "")
            for arg, typ in signature["args"]
        ),
    ]
    body = textwrap.indent(f'\n"""{docstring}"""\n', "    ") if docstring else " ...\n"
    line = f"def {called}({', '.join(parameters)}) -> {given(signature['ret'])}:"
    if len(line + body.partition("\n")[0]) > LINE_LENGTH:
        inner = "".join(f"    {parameter},\n" for parameter in parameters)
        line = f"def {called}(\n{inner}) -> {given(signature['ret'])}:"
    return line + body


def native_stub() -> str:
    """The text of ``_native.pyi``."""
    overloads = (
        "@overload\n" + definition(name, [f'name: Literal["{name}"]', "/"]) for name in nano_ffi.list_functions()
    )
    return "".join([NATIVE_HEAD, *overloads, NATIVE_TAIL])


def functions_stub() -> str:
    """The text of ``functions.pyi``."""
    functions = (definition(name, docstring=_native.doc(name)) for name in nano_ffi.list_functions())
    return "\n".join([FUNCTIONS_HEAD, *functions])


STUBS: dict[str, Callable[[], str]] = {"_native.pyi": native_stub, "functions.pyi": functions_stub}


if __name__ == "__main__":
    for file, stub in STUBS.items():
        Path(sys.argv[1], file).write_text(stub(), encoding="utf-8")
