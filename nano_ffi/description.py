"""What an extension module says of itself: functions, classes, constants, and what was left out of it.

It stands as JSON in the bytes of the binary (src/description.zig), so that neither a stub nor `explain` needs to run
the module, which may be for another machine.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "Class",
    "Constant",
    "Description",
    "Enum",
    "ErrorSet",
    "ExceptionClass",
    "Field",
    "Function",
    "LeftOut",
    "Tag",
    "Type",
    "Union",
]

MARKER = b"nano_ffi-description:"


@dataclass(frozen=True, kw_only=True)
class Type:
    """How a Zig type crosses."""

    kind: str
    """As in `Kind` of src/signature.zig."""
    zig: str
    name: str = ""
    """Of an enum, a record, a tagged union, a class."""
    item: Type | None = None
    module: str = ""
    """Where Python has it, of a class of the standard library."""
    items: tuple[Type, ...] = ()
    """Of a tuple."""
    fields: tuple[Field, ...] = ()
    """Of a record, and the tags of a union."""
    untagged: bool = False
    """Of a union that is what it holds."""
    variants: bool = False
    """Of a union that is a class."""
    mutable: bool = False
    params: tuple[Type, ...] = ()
    """Of a callback."""
    returns: Type | None = None
    open: bool = False
    """Of an enum whose values may be others than its members."""
    base: str = ""
    """Of an enum or a set of flags: what its class is derived from, where that is not IntEnum."""

    @property
    def own_name(self) -> str:
        """The name without those of what declares it."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field, or a parameter."""

    name: str
    type: Type
    default: str = ""
    """As Python shows it; empty where there is none."""
    doc: str = ""
    readonly: bool = False
    way: str = ""
    """How an argument is given: as in `Way` of src/signature.zig; empty where in any way."""


@dataclass(frozen=True, kw_only=True)
class Function:
    name: str
    doc: str
    params: tuple[Field, ...]
    """Without the object of a method."""
    returns: Type
    how: str = ""
    """method, static or class; empty outside of a class."""
    numpy: bool = False
    """Whether the arrays of its result are numpy's."""
    is_async: bool = False
    """Whether it is a coroutine function."""


@dataclass(frozen=True, kw_only=True)
class Constant:
    name: str
    doc: str
    type: Type
    value: str
    """As Python shows it; empty where it has no such form."""


@dataclass(frozen=True, kw_only=True)
class Namespace:
    """What declares types."""

    classes: tuple[Class, ...]
    enums: tuple[Enum, ...]
    unions: tuple[Union, ...]
    errors: tuple[ErrorSet, ...]
    exceptions: tuple[ExceptionClass, ...]


@dataclass(frozen=True, kw_only=True)
class Enum(Namespace):
    name: str
    doc: str
    members: tuple[tuple[str, int], ...]
    base: str
    """IntEnum, StrEnum, IntFlag or Flag."""
    methods: tuple[Function, ...]
    constants: tuple[Constant, ...]


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A tag of a union that is a class: a subclass of that."""

    name: str
    doc: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True)
class Union(Namespace):
    """A tagged union with functions."""

    name: str
    doc: str
    tags: tuple[Tag, ...]
    methods: tuple[Function, ...]
    constants: tuple[Constant, ...]


@dataclass(frozen=True, kw_only=True)
class ErrorSet:
    name: str
    doc: str
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ExceptionClass(Namespace):
    """A struct that is raised."""

    name: str
    doc: str
    base: str
    """The builtin exception."""
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True)
class Class(Namespace):
    name: str
    doc: str
    base: str
    """The class that it is derived from; empty where that is object."""
    fields: tuple[Field, ...]
    """Those of its own."""
    init: tuple[Field, ...] | None
    """The constructor's parameters; None where Python cannot make one."""
    methods: tuple[Function, ...]
    properties: tuple[Function, ...]
    """With the value as parameter where it can be set."""
    constants: tuple[Constant, ...]
    buffer: bool
    subclassable: bool
    matches: bool
    """By its constructor's parameters, in a ``match`` statement."""
    replaceable: bool
    """Whether it has a ``__replace__`` that no function of the struct is."""
    deepcopy: bool
    """Whether it has a ``__deepcopy__`` that no function of the struct is."""
    ordered: bool
    """By its fields: ``<`` and the like."""
    alias: str
    """The name of the class that this is another name of; empty for a class of its own."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A public declaration that is not in the module."""

    name: str
    kind: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Description(Namespace):
    module: str
    doc: str
    registers: bool
    """It has a ``nano_ffi_init``, which gives it more functions when it is imported."""
    functions: tuple[Function, ...]
    constants: tuple[Constant, ...]
    left_out: tuple[LeftOut, ...]

    @classmethod
    def read(cls, path: Path) -> Description:
        """The description in an extension module's file. Raises ValueError where there is none."""
        data = path.read_bytes()
        at = data.find(MARKER)
        while at >= 0:
            size, colon, _ = data[at + len(MARKER) : at + len(MARKER) + 20].partition(b":")
            start = at + len(MARKER) + len(size) + 1
            # A binary with debug information has parts of it elsewhere, too.
            with contextlib.suppress(ValueError):
                if colon:
                    return cls.of(json.loads(data[start : start + int(size)]))
            at = data.find(MARKER, at + 1)
        raise ValueError(f"{path} does not describe itself: it was not built by this nano_ffi; build it again")

    @classmethod
    def of(cls, read: dict[str, Any]) -> Description:
        """The records of what was read."""
        return cls(
            module=read["module"],
            doc=read.get("doc", ""),
            registers=read.get("registers", False),
            functions=tuple(map(function_of, read.get("functions", ()))),
            constants=tuple(map(constant_of, read.get("constants", ()))),
            **types_in(read),
            left_out=tuple(
                LeftOut(name=item["name"], kind=item["kind"], reason=item["reason"])
                for item in read.get("left_out", ())
            ),
        )


def types_in(read: dict[str, Any]) -> dict[str, Any]:
    """What a `Namespace` has."""
    return {
        "classes": tuple(map(class_of, read.get("classes", ()))),
        "enums": tuple(map(enum_of, read.get("enums", ()))),
        "unions": tuple(map(union_of, read.get("unions", ()))),
        "errors": tuple(map(error_set_of, read.get("errors", ()))),
        "exceptions": tuple(map(exception_of, read.get("exceptions", ()))),
    }


def type_of(read: dict[str, Any]) -> Type:
    return Type(
        kind=read["k"],
        zig=read["zig"],
        name=read.get("name", ""),
        module=read.get("module", ""),
        item=type_of(read["item"]) if "item" in read else None,
        items=tuple(map(type_of, read.get("items", ()))),
        fields=tuple(map(field_of, read.get("fields", ()))),
        untagged=read.get("untagged", False),
        variants=read.get("variants", False),
        mutable=read.get("mutable", False),
        params=tuple(map(type_of, read.get("params", ()))),
        returns=type_of(read["returns"]) if "returns" in read else None,
        open=read.get("open", False),
        base=read.get("base", ""),
    )


def field_of(read: dict[str, Any]) -> Field:
    return Field(
        name=read["name"],
        type=type_of(read["type"]),
        default=read.get("default", ""),
        doc=read.get("doc", ""),
        readonly=read.get("readonly", False),
        way=read.get("way", ""),
    )


def function_of(read: dict[str, Any]) -> Function:
    return Function(
        name=read["name"],
        doc=read.get("doc", ""),
        params=tuple(map(field_of, read.get("params", ()))),
        returns=type_of(read["returns"]),
        how=read.get("how", ""),
        numpy=read.get("numpy", False),
        is_async=read.get("async", False),
    )


def constant_of(read: dict[str, Any]) -> Constant:
    return Constant(name=read["name"], doc=read.get("doc", ""), type=type_of(read["type"]), value=read.get("value", ""))


def enum_of(read: dict[str, Any]) -> Enum:
    return Enum(
        name=read["name"],
        doc=read.get("doc", ""),
        members=tuple((name, value) for name, value in read["members"]),
        base=read.get("base", "IntEnum"),
        methods=tuple(map(function_of, read.get("methods", ()))),
        constants=tuple(map(constant_of, read.get("constants", ()))),
        **types_in(read),
    )


def union_of(read: dict[str, Any]) -> Union:
    return Union(
        name=read["name"],
        doc=read.get("doc", ""),
        tags=tuple(
            Tag(name=tag["name"], doc=tag.get("doc", ""), fields=tuple(map(field_of, tag.get("fields", ()))))
            for tag in read["tags"]
        ),
        methods=tuple(map(function_of, read.get("methods", ()))),
        constants=tuple(map(constant_of, read.get("constants", ()))),
        **types_in(read),
    )


def error_set_of(read: dict[str, Any]) -> ErrorSet:
    return ErrorSet(name=read["name"], doc=read.get("doc", ""), members=tuple(read.get("members", ())))


def exception_of(read: dict[str, Any]) -> ExceptionClass:
    return ExceptionClass(
        name=read["name"],
        doc=read.get("doc", ""),
        base=read["base"],
        fields=tuple(map(field_of, read.get("fields", ()))),
        **types_in(read),
    )


OWN_METHODS = (
    Function(
        name="__zig_address__",
        doc="The address of the Zig value.",
        params=(),
        returns=Type(kind="int", zig="usize"),
        how="method",
    ),
    Function(
        name="__field_names__",
        doc="The names of the fields, in the order of the struct.",
        params=(),
        returns=Type(kind="items", zig="[]const str", item=Type(kind="text", zig="str")),
        how="static",
    ),
)
"""What every class has: a binary has an empty one in their place."""


def methods_of(read: Iterable[dict[str, Any]]) -> tuple[Function, ...]:
    return tuple(itertools.chain.from_iterable((function_of(one),) if one else OWN_METHODS for one in read))


def init_of(read: dict[str, Any], fields: tuple[Field, ...]) -> tuple[Field, ...] | None:
    """The parameters of a constructor, which may be the fields; None where there is none."""
    if read.get("init") is True:
        return tuple(Field(name=field.name, type=field.type, default=field.default) for field in fields)
    return tuple(map(field_of, read["init"].get("params", ()))) if "init" in read else None


def class_of(read: dict[str, Any]) -> Class:
    fields = tuple(map(field_of, read.get("fields", ())))
    return Class(
        name=read["name"],
        doc=read.get("doc", ""),
        base=read.get("base", ""),
        fields=fields,
        init=init_of(read, fields),
        methods=methods_of(read.get("methods", ())),
        properties=tuple(map(function_of, read.get("properties", ()))),
        constants=tuple(map(constant_of, read.get("constants", ()))),
        **types_in(read),
        buffer=read.get("buffer", False),
        subclassable=read.get("subclassable", False),
        matches=read.get("matches", False),
        replaceable=read.get("replaceable", False),
        deepcopy=read.get("deepcopy", False),
        ordered=read.get("ordered", False),
        alias=read.get("alias", ""),
    )
