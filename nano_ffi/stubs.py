"""Type stubs (``.pyi``) out of the signatures of Zig functions.

``python -m nano_ffi.stubs`` prints the stub of `nano_ffi._native`, in which `call` has an overload for each
built-in function, so that a type checker knows what ``call("add", 3, 4)`` takes and gives.
"""

from __future__ import annotations

import nano_ffi

__all__ = ["native_stub"]

HEAD = """\
# Made by `python -m nano_ffi.stubs` out of the signatures of the Zig functions. Do not edit.
from typing import Any, Literal, SupportsFloat, SupportsIndex, TypedDict, overload, type_check_only

from typing_extensions import Buffer

class ZigError(RuntimeError): ...
class OutOfRangeError(OverflowError, ValueError): ...

@type_check_only
class Signature(TypedDict):
    args: list[tuple[str, str]]
    ret: str | list[str]

"""

TAIL = """\
@overload
def call(name: str, /, *args: Any) -> Any: ...
def signature(name: str, /) -> Signature: ...
def list_functions() -> list[str]: ...
def doc(name: str, /) -> str: ...
def version() -> str: ...
def error_class(name: str, /) -> type[ZigError]: ...
"""


def taken(typ: str) -> str:
    """The type annotation of a parameter whose Zig type has the name `typ`."""
    if typ[0] in "iu":
        return "SupportsIndex"
    if typ[0] == "f":
        return "SupportsFloat | SupportsIndex"
    return {"bool": "bool", "str": "str", "bytes": "Buffer", "buffer": "Buffer"}[typ]


def given(ret: str | list[str]) -> str:
    """The type annotation of a result."""
    if isinstance(ret, list):
        return f"tuple[{', '.join(map(given, ret))}]"
    if ret[0] in "iu":
        return "int"
    if ret[0] == "f":
        return "float"
    return {"bool": "bool", "str": "str", "bytes": "bytes", "buffer": "bytes", "void": "None"}[ret]


def native_stub() -> str:
    """The text of ``_native.pyi``."""
    lines = [HEAD]
    for name in nano_ffi.list_functions():
        signature = nano_ffi.signature(name)
        parameters = [f'name: Literal["{name}"]', *(f"{arg}: {taken(typ)}" for arg, typ in signature["args"]), "/"]
        one_line = f"def call({', '.join(parameters)}) -> {given(signature['ret'])}: ..."
        if len(one_line) > 120:
            inner = "".join(f"    {parameter},\n" for parameter in parameters)
            one_line = f"def call(\n{inner}) -> {given(signature['ret'])}: ..."
        lines.append(f"@overload\n{one_line}\n")
    return "".join([*lines, TAIL])


if __name__ == "__main__":
    print(native_stub(), end="")
