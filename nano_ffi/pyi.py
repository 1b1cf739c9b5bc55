"""The type stub (``.pyi``) of a module out of its description.

It is the same for every platform, and laid out as ``ruff format`` would: what fits into 79 columns is on one line, and
what does not has a line for each part with a comma behind the last, which no longer line would undo.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from nano_ffi.description import (
    Class,
    Constant,
    Description,
    Enum,
    ErrorSet,
    ExceptionClass,
    Field,
    Function,
    Namespace,
    Tag,
    Type,
    Union,
)
from nano_ffi.switches import write_whole

__all__ = ["stub", "write_stub"]

WIDTH = 79

HEAD = "# Made by nano_ffi out of {module}.zig. Do not edit."

DOCSTRING = re.compile(r'"""(?:\\.|[^\\])*?"""', re.DOTALL)

LIVE = {"list", "mapping"}
"""The kinds of fields that are lists and dicts in Zig's memory."""

BUFFER_ITEM = re.compile(r"bool|[iu](8|16|32|64|size)|f(16|32|64)|c_\w+")
"""The names of Zig's types that the items of a buffer can have."""


def write_stub(extension: Path, path: Path) -> bool:
    """Write the stub of an extension module to `path`. Whether it could be: a folder may not be for writing."""
    text = stub(Description.read(extension))
    try:
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_whole(path, text)
    except OSError:
        return False
    return True


def stub(description: Description) -> str:
    """The text of the stub."""
    return Writer(description).text()


class Writer:
    """Writes the parts of a stub, and collects what they need."""

    def __init__(self, description: Description) -> None:
        self.description = description
        kinds = (
            description.functions,
            description.constants,
            description.classes,
            description.enums,
            description.unions,
            description.errors,
            description.exceptions,
        )
        self.taken = {item.name for items in kinds for item in items}
        """Names of the module, which hide builtins and imports."""
        self.members: set[str] = set()
        """Names of the class that is being written, which hide them, too."""
        self.imports: dict[str, set[str]] = {}
        self.helpers: dict[str, str] = {}
        """Name → definition of what only type checkers know."""
        self.structs: dict[tuple[object, ...], str] = {}
        self.enums: dict[str, Enum] = {}
        self.enum_paths: dict[str, str] = {}
        """Where each is to be found."""
        self.union_paths: dict[str, str] = {}
        self.shared_names: set[str] = set()
        """Those that several enums have, in different classes."""
        self.add_types_of(description, "")

    def text(self) -> str:
        made = self.description
        blocks = [self.enum(enum) for enum in made.enums]
        blocks += [self.union(union) for union in made.unions]
        blocks += [self.error_set(errors) for errors in made.errors]
        blocks += [self.exception(exception) for exception in made.exceptions]
        constants = [self.constant(constant) for constant in made.constants]
        blocks += ["".join(constants)] if constants else []
        blocks += [self.class_(class_) for class_ in made.classes]
        string = self.builtin("str")
        functions = [self.function(function) for function in made.functions]
        functions.append(f"def __nano_ffi_description__() -> {string}: ...\n")
        functions.append(f"def __nano_ffi_signature__(name: {string}, /) -> {self.typing('Any')}: ...\n")
        blocks += self.joined(functions)
        if made.registers:
            getter = f"def __getattr__(name: {string}, /) -> {self.typing('Any')}: ...\n"
            blocks.append(f"# nano_ffi_init() registers more functions at the import.\n{getter}")
        head = [HEAD.format(module=made.module) + "\n" + (docstring(made.doc, "") if made.doc else "")]
        imports = [self.import_lines()] if self.imports else []
        text = "\n".join([*head, *imports, *self.helpers.values(), *blocks])
        if any(len(line) > WIDTH for line in DOCSTRING.sub("", text).split("\n")):
            # A long type in a type: ruff would break that line, in ways that change with its settings.
            text = text.replace("\n", "\n# fmt: off\n", 1)
        return text

    # Names

    def builtin(self, name: str) -> str:
        return self.name_from("builtins", name) if self.is_hidden(name) else name

    def is_hidden(self, name: str) -> bool:
        return name in self.taken or name in self.members

    def typing(self, name: str, module: str = "typing") -> str:
        return self.name_from(module, name)

    def name_from(self, module: str, name: str) -> str:
        """How a name of another module is written, which is imported."""
        if module == "builtins" or self.is_hidden(name):
            self.imports.setdefault(module, set()).add("")
            return f"{self.module_name(module)}.{name}"
        self.imports.setdefault(module, set()).add(name)
        return name

    def module_name(self, module: str) -> str:
        return f"_{module}" if self.is_hidden(module) else module

    def import_lines(self) -> str:
        standard: list[tuple[int, str]] = []
        other: list[tuple[int, str]] = []
        for module in sorted(self.imports):
            names = self.imports[module]
            lines = other if module in {"numpy.typing", "typing_extensions"} else standard
            if "" in names:
                own = self.module_name(module)
                lines.append((0, f"import {module}\n" if own == module else f"import {module} as {own}\n"))
            if found := sorted(names - {""}, key=lambda name: (not name.isupper(), name)):
                line = f"from {module} import {', '.join(found)}\n"
                if len(line) > WIDTH + 1:
                    line = listed(f"from {module} import ", "(", found, ")", "\n")
                lines.append((1, line))
        parts = ["".join(line for _, line in sorted(lines, key=lambda line: line[0])) for lines in (standard, other)]
        return "\n".join(filter(None, parts))

    # Types

    def taking(self, typ: Type) -> str:
        """The annotation of a parameter."""
        kind = typ.kind
        if kind in {"int", "order"}:
            return self.typing("SupportsIndex")
        if kind == "float":
            return f"{self.typing('SupportsFloat')} | {self.typing('SupportsIndex')}"
        if kind == "complex":
            names = ("SupportsComplex", "SupportsFloat", "SupportsIndex")
            return " | ".join(map(self.typing, names))
        if kind == "text":
            return f"{self.builtin('str')} | {self.buffer()}"
        if kind == "terminated":
            return f"{self.builtin('str')} | {self.builtin('bytes')}"
        if kind == "standard" and typ.name in {"Decimal", "Fraction"}:
            return f"{self.giving(typ)} | {self.builtin('int')}"
        if kind == "path":
            text, data = self.builtin("str"), self.builtin("bytes")
            like = self.name_from("os", "PathLike")
            return f"{text} | {data} | {like}[{text}] | {like}[{data}]"
        if kind in {"given", "rest", "keywords"}:
            assert typ.item is not None
            return self.taking(typ.item)
        if kind == "input":
            reads = self.readable()
            return f"{self.builtin('str')} | {self.buffer()} | {reads}"
        if kind in {"bytes", "buffer", "ndarray"} or (kind in {"items", "objects"} and typ.mutable):
            return self.buffer()
        if kind in {"items", "array", "objects", "list"} or (kind == "table" and typ.item):
            assert typ.item is not None
            sequence = f"{self.typing('Iterable', 'collections.abc')}[{self.taking(typ.item)}]"
            has_buffer = kind in {"items", "list"} and BUFFER_ITEM.fullmatch(typ.item.zig)
            return f"{self.buffer()} | {sequence}" if has_buffer else sequence
        if kind == "column":
            return f"{self.arrow('array')} | {self.arrow('stream')}"
        if kind == "operand":
            assert typ.item is not None
            item = self.taking(typ.item)
            return f"{item} | {self.buffer()} | {self.typing('Iterable', 'collections.abc')}[{item}]"
        if kind == "out":
            arrays = ", ".join(self.buffer() for _ in typ.items)
            return self.buffer() if len(typ.items) == 1 else f"{self.builtin('tuple')}[{arrays}]"
        if kind == "tuple":
            return f"{self.builtin('tuple')}[{', '.join(map(self.taking, typ.items))}]"
        if kind == "optional":
            assert typ.item is not None
            return f"{self.taking(typ.item)} | None"
        if kind in {"enum", "flags"}:
            ints = f" | {self.builtin('int')}" if typ.open or typ.base == "IntFlag" else ""
            return f"{self.enum_name(typ)} | {self.member_names(typ)}{ints}"
        if typ.variants:
            return f"{self.union_name(typ)} | {self.struct(typ, taken=True)}"
        if kind in {"record", "tagged"}:
            return self.struct(typ, taken=True)
        if kind == "table":
            parts = map(self.taking, typ.items)
            name = "Iterable" if len(typ.items) == 1 else "Mapping"
            return f"{self.typing(name, 'collections.abc')}[{', '.join(parts)}]"
        if kind in {"map", "mapping"}:
            assert typ.item is not None
            return f"{self.typing('Mapping', 'collections.abc')}[{self.builtin('str')}, {self.taking(typ.item)}]"
        if kind in {"object", "kept"}:
            return self.builtin("object")
        if kind == "callback":
            assert typ.returns is not None
            given = ", ".join(map(self.giving, typ.params))
            return f"{self.typing('Callable', 'collections.abc')}[[{given}], {self.taking(typ.returns)}]"
        return self.giving(typ)

    def giving(self, typ: Type) -> str:
        """The annotation of a result."""
        kind = typ.kind
        if kind in {"int", "float", "complex", "bool", "str", "bytes"}:
            return self.builtin(kind)
        if kind == "order":
            return self.builtin("int")
        if kind == "void":
            return "None"
        if kind == "standard":
            return self.name_from(typ.module, typ.name)
        if kind == "path":
            return self.name_from("pathlib", "Path")
        if kind in {"text", "terminated"}:
            return self.builtin("str")
        if kind == "buffer":
            return self.builtin("bytes")
        if kind in {"items", "array", "list"} or (kind == "table" and typ.item):
            assert typ.item is not None
            if kind == "array" and typ.item.zig == "u8":
                return self.builtin("bytes")
            return f"{self.builtin('list')}[{self.giving(typ.item)}]"
        if kind == "tuple":
            return f"{self.builtin('tuple')}[{', '.join(map(self.giving, typ.items))}]"
        if kind == "optional":
            assert typ.item is not None
            return f"{self.giving(typ.item)} | None"
        if kind == "owned":
            assert typ.item is not None
            return self.giving(typ.item)
        if kind == "made":
            return self.array(typ)
        if kind == "column":
            return self.column(typ)
        if kind in {"enum", "flags"}:
            return f"{self.enum_name(typ)} | {self.builtin('int')}" if typ.open else self.enum_name(typ)
        if typ.variants:
            return self.union_name(typ)
        if kind in {"record", "tagged"}:
            return self.struct(typ, taken=False)
        if kind == "table":
            items = [self.key(typ.items[0]), *map(self.giving, typ.items[1:])]
            return f"{self.builtin('set' if len(items) == 1 else 'dict')}[{', '.join(items)}]"
        if kind == "map":
            assert typ.item is not None
            return f"{self.builtin('dict')}[{self.builtin('str')}, {self.giving(typ.item)}]"
        if kind in {"class", "reference"}:
            return typ.name
        if kind == "objects":
            assert typ.item is not None
            return f"{self.builtin('list')}[{self.giving(typ.item)}]"
        return self.typing("Any")

    def holding(self, typ: Type) -> str:
        """The annotation of an attribute, whose lists and dicts are in Zig's memory."""
        if typ.kind == "list":
            return self.live_list(typ)
        if typ.kind == "references":
            assert typ.item is not None
            return f"{self.builtin('tuple')}[{self.giving(typ.item)}, ...]"
        return self.live_dict(typ) if typ.kind == "mapping" else self.giving(typ)

    def live_list(self, typ: Type) -> str:
        """The class of such a list, which only type checkers know by that name."""
        assert typ.item is not None
        name, integer = "_List", self.typing("SupportsIndex")
        if name not in self.helpers:
            item, other = self.item("_Item"), self.item("_Other")
            same, list_ = self.name_from("typing_extensions", "Self"), self.builtin("list")
            lists = f"{list_}[{other}] | {name}[{other}]"
            both = f"{list_}[{item} | {other}]"
            key = f"{self.typing('Callable', 'collections.abc')}[[{item}], {self.typing('Any')}] | None = None"
            self.helpers[name] = (
                f"@{self.typing('type_check_only')}\n"
                f"class {name}({self.typing('MutableSequence', 'collections.abc')}[{item}], {self.abstract()}):\n"
                + listed("    def __add__", "(", ["self", f"other: {lists}", "/"], ")", f" -> {both}: ...\n")
                + f"    def __radd__(self, other: {list_}[{other}], /) -> {both}: ...\n"
                f"    def __mul__(self, count: {integer}, /) -> {list_}[{item}]: ...\n"
                f"    def __rmul__(self, count: {integer}, /) -> {list_}[{item}]: ...\n"
                f"    def __imul__(self, count: {integer}, /) -> {same}: ...\n"
                + listed(
                    "    def sort",
                    "(",
                    ["self", "*", f"key: {key}", f"reverse: {self.builtin('bool')} = False"],
                    ")",
                    " -> None: ...\n",
                )
                + f"    def copy(self) -> {list_}[{item}]: ...\n"
                f"    def tolist(self) -> {list_}[{item}]: ...\n"
            )
        numbers = "_NumberList"
        if BUFFER_ITEM.fullmatch(typ.item.zig):
            if numbers not in self.helpers:
                buffer = f"self, flags: {self.builtin('int')}, /) -> {self.builtin('memoryview')}"
                self.helpers[numbers] = (
                    f"@{self.typing('type_check_only')}\n"
                    f"class {numbers}({name}[{self.item('_Item')}], {self.abstract()}):\n"
                    f"    def __buffer__({buffer}: ...\n"
                )
            name = numbers
        return f"{name}[{self.holding(typ.item)}]"

    def live_dict(self, typ: Type) -> str:
        """The same of a dict."""
        assert typ.item is not None
        name = "_Dict"
        if name not in self.helpers:
            item, other = self.item("_Item"), self.item("_Other")
            text, dict_ = self.builtin("str"), self.builtin("dict")
            dicts = f"{dict_}[{text}, {other}] | {name}[{other}]"
            both = f"{dict_}[{text}, {item} | {other}]"
            mapping = f"{self.typing('MutableMapping', 'collections.abc')}[{text}, {item}]"
            given = f"{dict_}[{text}, {other}]"
            changes = f"{self.typing('Mapping', 'collections.abc')}[{text}, {self.builtin('object')}]"
            self.helpers[name] = (
                f"@{self.typing('type_check_only')}\n"
                f"class {name}({mapping}, {self.abstract()}):\n"
                + listed("    def __or__", "(", ["self", f"other: {dicts}", "/"], ")", f" -> {both}: ...\n")
                + listed("    def __ror__", "(", ["self", f"other: {given}", "/"], ")", f" -> {both}: ...\n")
                + f"    def __ior__(self, other: {changes}, /) -> {self.name_from('typing_extensions', 'Self')}: ...\n"
                f"    def __reversed__(self) -> {self.typing('Iterator', 'collections.abc')}[{text}]: ...\n"
                f"    def copy(self) -> {dict_}[{text}, {item}]: ...\n"
                f"    def todict(self) -> {dict_}[{text}, {item}]: ...\n"
            )
        return f"{name}[{self.holding(typ.item)}]"

    def item(self, name: str) -> str:
        """What stands for the type of the items of a list or dict."""
        self.helpers.setdefault(name, f'{name} = {self.typing("TypeVar")}("{name}")\n')
        return name

    def abstract(self) -> str:
        """Of what has all its methods, which a stub need not repeat."""
        return f"metaclass={self.typing('ABCMeta', 'abc')}"

    def readable(self) -> str:
        """The protocol of what has a ``read`` method."""
        name = "_Readable"
        if name not in self.helpers:
            read = f"{self.builtin('str')} | {self.buffer()}"
            self.helpers[name] = (
                f"@{self.typing('type_check_only')}\n"
                f"class {name}({self.typing('Protocol')}):\n"
                f"    def read(self) -> {read}: ...\n"
            )
        return name

    def giving_numpy(self, typ: Type) -> str:
        """The annotation of a result whose arrays are numpy's."""
        if typ.kind in {"made", "owned"}:
            return f"{self.typing('NDArray', 'numpy.typing')}[{self.typing('Any')}]"
        if typ.kind == "tuple":
            return f"{self.builtin('tuple')}[{', '.join(map(self.giving_numpy, typ.items))}]"
        if typ.kind == "optional" and typ.item is not None:
            return f"{self.giving_numpy(typ.item)} | None"
        return self.giving(typ)

    def array(self, typ: Type) -> str:
        """The class of the arrays of an item type, which only type checkers know by that name."""
        assert typ.item is not None
        name = "_Array_" + re.sub(r"\W+", "_", typ.item.zig)
        if name not in self.helpers:
            self.helpers[name] = ""
            item, integer, anything = self.giving(typ.item), self.builtin("int"), self.typing("Any")
            sizes = f"{self.builtin('tuple')}[{integer}, ...]"
            lines = [f"@{self.typing('type_check_only')}", f"@{self.typing('final')}", f"class {name}:"]
            for attribute, kind in (("shape", sizes), ("strides", sizes), ("ndim", integer)):
                lines += [f"    @{self.builtin('property')}", f"    def {attribute}(self) -> {kind}: ..."]
            iterator = self.typing("Iterator", "collections.abc")
            lines += [
                f"    def __len__(self) -> {integer}: ...",
                f"    def __getitem__(self, key: {anything}, /) -> {anything}: ...",
                f"    def __setitem__(self, key: {anything}, value: {anything}, /) -> None: ...",
                f"    def __iter__(self) -> {iterator}[{item} | {anything}]: ...",
                f"    def __array__(self, dtype: {anything} = ..., copy: {anything} = ...) -> {anything}: ...",
                f"    def tolist(self) -> {self.builtin('list')}[{anything}]: ...",
                f"    def __buffer__(self, flags: {integer}, /) -> {self.builtin('memoryview')}: ...",
                f"    def __dlpack__(self, **options: {anything}) -> {anything}: ...",
                f"    def __dlpack_device__(self) -> {self.builtin('tuple')}[{integer}, {integer}]: ...",
            ]
            self.helpers[name] = "\n".join(lines) + "\n"
        return name

    def arrow(self, what: str) -> str:
        """The protocol of what exports Arrow's array or stream."""
        name = f"_Arrow{what.title()}"
        if name not in self.helpers:
            given = f"self, requested_schema: {self.typing('Any')} = ..."
            self.helpers[name] = (
                f"@{self.typing('type_check_only')}\n"
                f"class {name}({self.typing('Protocol')}):\n"
                f"    def __arrow_c_{what}__({given}) -> {self.typing('Any')}: ...\n"
            )
        return name

    def column(self, typ: Type) -> str:
        """The class of columns of an item type, which only type checkers know by that name."""
        assert typ.item is not None
        name = "_Column_" + re.sub(r"\W+", "_", typ.item.zig)
        if name not in self.helpers:
            self.helpers[name] = ""
            item, integer, anything = self.giving(typ.item), self.builtin("int"), self.typing("Any")
            row = f"{item} | None"
            lines = [
                f"@{self.typing('type_check_only')}",
                f"@{self.typing('final')}",
                f"class {name}:",
                f"    def __len__(self) -> {integer}: ...",
                f"    def __getitem__(self, key: {integer}, /) -> {row}: ...",
                f"    def __iter__(self) -> {self.typing('Iterator', 'collections.abc')}[{row}]: ...",
                f"    def tolist(self) -> {self.builtin('list')}[{row}]: ...",
                f"    def __arrow_c_schema__(self) -> {anything}: ...",
                f"    def __arrow_c_array__(self, requested_schema: {anything} = ...) -> {anything}: ...",
            ]
            self.helpers[name] = "\n".join(lines) + "\n"
        return name

    def key(self, typ: Type) -> str:
        """A key of a dict, which is a tuple where it would be a list."""
        if typ.kind == "array" and typ.item is not None and typ.item.zig != "u8":
            return f"{self.builtin('tuple')}[{self.key(typ.item)}, ...]"
        return self.giving(typ)

    def buffer(self) -> str:
        return self.name_from("typing_extensions", "Buffer")

    def add_types_of(self, declared: Namespace, prefix: str) -> None:
        for enum in declared.enums:
            if self.enums.setdefault(enum.name, enum) is not enum:
                self.shared_names.add(enum.name)
            for name in (prefix + enum.name, enum.name):
                self.enums.setdefault(name, enum)
                self.enum_paths.setdefault(name, prefix + enum.name)
        for union in declared.unions:
            for name in (prefix + union.name, union.name):
                self.union_paths.setdefault(name, prefix + union.name)
        inner: list[Class | Enum | ExceptionClass | Union] = [*declared.classes, *declared.exceptions]
        for one in (*inner, *declared.enums, *declared.unions):
            self.add_types_of(one, f"{prefix}{one.name}.")

    def enum_name(self, typ: Type) -> str:
        # One that the file does not expose is an IntEnum all the same.
        return self.enum_paths.get(typ.name) or self.typing(typ.base or "IntEnum", "enum")

    def union_name(self, typ: Type) -> str:
        # One that the file does not expose is a class without a name.
        return self.union_paths.get(typ.name) or self.typing("Any")

    def member_names(self, typ: Type) -> str:
        enum = self.enums.get(typ.name)
        if enum is None:
            return self.builtin("str")
        path = enum.name if enum.name not in self.shared_names else self.enum_paths[typ.name]
        alias = f"_{path.replace('.', '_')}Name"
        if alias not in self.helpers:
            members = [quoted(name) for name, _ in enum.members]
            head = f"{alias}: {self.typing('TypeAlias')} = {self.typing('Literal')}"
            self.helpers[alias] = listed(head, "[", members, "]", "\n")
        return alias

    def struct(self, typ: Type, *, taken: bool) -> str:
        """The TypedDict of a record, or the union of those of a tagged union, as a parameter or as a result."""
        key = self.struct_key(typ, taken)
        if key in self.structs:
            return self.structs[key]
        if typ.untagged:
            return self.untagged(typ, taken=taken)
        if not all(usable(field.name) for field in typ.fields):
            return f"{self.builtin('dict')}[{self.builtin('str')}, {self.typing('Any')}]"
        # Zig numbers what has no name, on another machine otherwise.
        own = re.sub(r"__(struct|union)_\d+", "", typ.own_name)
        base = ("Struct" if " " in own else re.sub(r"\W+", "_", own)) + ("Like" if taken else "")
        if typ.kind == "record":
            name = self.structs[key] = self.structs[key[:3]] = self.free_name(base)
            self.helpers[name] = ""  # its place, before those of its fields
            self.helpers[name] = self.typed_dict(name, typ.fields, taken=taken)
            return name
        alias = self.structs[key] = self.structs[key[:3]] = self.free_name(f"_{base}")
        self.helpers[alias] = ""
        empty = [quoted(field.name) for field in typ.fields if field.type.kind == "void"]
        parts = [f"{self.typing('Literal')}[{', '.join(empty)}]"] if empty else []
        for field in typ.fields:
            if field.type.kind != "void":
                parts.append(name := self.free_name(f"{base}_{field.name}"))
                self.helpers[name] = self.typed_dict(name, [field], taken=taken)
        head = f"{alias}: {self.typing('TypeAlias')} ="
        if len(parts) == 1:
            self.helpers[alias] = f"{head} {parts[0]}\n"
        else:
            self.helpers[alias] = listed(f"{head} {self.typing('Union')}", "[", parts, "]", "\n")
        return alias

    def struct_key(self, typ: Type, taken: bool) -> tuple[object, ...]:
        """What tells it from others of its name; within itself it has no fields, and is the one that is open."""
        fields = tuple((field.name, field.type.zig) for field in typ.fields)
        return (typ.zig, typ.name, taken, fields) if fields else (typ.zig, typ.name, taken)

    def untagged(self, typ: Type, *, taken: bool) -> str:
        """The union of what one holds, under a name: it may hold lists of its own kind."""
        base = re.sub(r"\W+", "_", re.sub(r"__union_\d+", "", typ.own_name)) + ("Like" if taken else "")
        key = self.struct_key(typ, taken)
        alias = self.structs[key] = self.structs[key[:3]] = self.free_name(f"_{base}")
        self.helpers[alias] = ""  # its place, before those of its parts
        parts: list[str] = []
        for field in typ.fields:
            parts += split_union(self.taking(field.type) if taken else self.giving(field.type))
        head = f"{alias}: {self.typing('TypeAlias')} = {self.typing('Union')}"
        self.helpers[alias] = listed(head, "[", list(dict.fromkeys(parts)), "]", "\n")
        return alias

    def free_name(self, name: str) -> str:
        number = 1
        free = name
        while free in self.taken or free in self.helpers:
            number += 1
            free = f"{name}{number}"
        return free

    def typed_dict(self, name: str, fields: Sequence[Field], *, taken: bool) -> str:
        lines = [
            f"@{self.typing('type_check_only')}\n",
            f"class {name}({self.name_from('typing_extensions', 'TypedDict')}):\n",
        ]
        around, self.members = self.members, {field.name for field in fields}
        for field in fields:
            annotation = self.taking(field.type) if taken else self.giving(field.type)
            if taken:
                annotation = f"{self.name_from('typing_extensions', 'ReadOnly')}[{annotation}]"
                if field.default:
                    annotation = f"{self.name_from('typing_extensions', 'NotRequired')}[{annotation}]"
            lines.append(f"    {field.name}: {annotation}\n")
        self.members = around
        return "".join(lines)

    # Declarations

    def types_in(self, declared: Namespace, indent: str, path: str) -> list[str]:
        """The types that one declares, of which `path` is the name."""
        parts = [self.enum(enum, indent, path) for enum in declared.enums]
        parts += [self.union(union, indent, path) for union in declared.unions]
        parts += [self.error_set(errors, indent, path) for errors in declared.errors]
        parts += [self.exception(exception, indent, path) for exception in declared.exceptions]
        return parts + [self.class_(class_, indent, path) for class_ in declared.classes]

    def enum(self, enum: Enum, indent: str = "", around: str = "") -> str:
        inner = indent + "    "
        own = f"{around}.{enum.name}" if around else enum.name
        body = docstring(enum.doc, inner)
        values = {name: quoted(name) if enum.base == "StrEnum" else value for name, value in enum.members}
        known = {*dir(str if enum.base == "StrEnum" else int), "is_integer", "name"}
        ignored = "  # type: ignore[assignment, unused-ignore]"
        members = [
            f"{inner}{name} = {value}{ignored if name in known else ''}\n"
            for member, value in values.items()
            if usable(name := member_attribute(member, values))
        ]
        head = f"{indent}class {enum.name}({self.typing(enum.base, 'enum')}):\n"
        around_members, self.members = (
            self.members,
            {item.name for kind in (enum.methods, enum.constants) for item in kind},
        )
        # What has a value in an enum would be a member.
        constants = [f"{inner}{item.name}: {self.giving(item.type)}\n" for item in enum.constants if usable(item.name)]
        methods = self.joined(self.method(method, inner) for method in enum.methods if usable(method.name))
        self.members = around_members
        parts = ["".join(members), "".join(constants), *self.types_in(enum, inner, own), *methods]
        return head + body + ("\n" if body and members else "") + "\n".join(filter(None, parts))

    def union(self, union: Union, indent: str = "", around: str = "") -> str:
        inner = indent + "    "
        own = f"{around}.{union.name}" if around else union.name
        parts = [docstring(union.doc, inner)] if union.doc else []
        around_members, self.members = (
            self.members,
            {item.name for kind in (union.tags, union.methods, union.constants, union.classes) for item in kind},
        )
        parts += self.types_in(union, inner, own)
        parts += ["".join(self.constant(constant, inner) for constant in union.constants)]
        parts += self.joined(self.method(method, inner) for method in union.methods if usable(method.name))
        hidden = frozenset(tag.name for tag in union.tags)
        parts += [self.tag(tag, own, inner, hidden) for tag in union.tags]
        self.members = around_members
        return f"{indent}class {union.name}:\n" + "\n".join(filter(None, parts))

    def tag(self, tag: Tag, union: str, indent: str, hidden: frozenset[str]) -> str:
        """A tag whose fields may have the names of tags, which are `hidden` in its objects."""
        inner = indent + "    "
        around, self.members = self.members, self.members | {field.name for field in tag.fields}
        lines = [
            f"{inner}{field.name}: {self.giving(field.type)}{' = ...' if field.default else ''}"
            f"{'  # type: ignore[assignment]' if field.name in hidden else ''}\n"
            for field in tag.fields
        ]
        self.members = around
        dataclass = self.typing("dataclass", "dataclasses")
        head = f"{indent}@{dataclass}(frozen=True, slots=True)\n{indent}class {tag.name}({union}):"
        body = docstring(tag.doc, inner)
        if not body and not lines:
            return f"{head} ...\n"
        return f"{head}\n{body}" + ("\n" if body and lines else "") + "".join(lines)

    def error_set(self, errors: ErrorSet, indent: str = "", around: str = "") -> str:
        inner = indent + "    "
        body = docstring(errors.doc, inner)
        kind = self.builtin("type")
        own = f"{around}.{errors.name}" if around else errors.name
        members = [f"{inner}{name}: {kind}[{own}]\n" for name in errors.members if usable(name)]
        head = f"{indent}class {errors.name}({self.builtin('RuntimeError')}):"
        if not body and not members:
            return f"{head} ...\n"
        return f"{head}\n{body}" + ("\n" if body and members else "") + "".join(members)

    def exception(self, exception: ExceptionClass, indent: str = "", around: str = "") -> str:
        inner = indent + "    "
        path = f"{around}.{exception.name}" if around else exception.name
        parts = [docstring(exception.doc, inner)] if exception.doc else []
        parts += self.types_in(exception, inner, path)
        matched = "".join(f"{quoted(field.name)}, " for field in exception.fields)
        names = matched.rstrip(" " if len(exception.fields) == 1 else ", ")
        lines = [f"{inner}__match_args__ = ({names})\n"]
        lines += [self.attribute(field, inner) for field in exception.fields if usable(field.name)]
        parts.append("".join(lines))
        parts.append(self.signature("__init__", exception.fields, "None", "", inner, first="self"))
        return f"{indent}class {exception.name}({self.builtin(exception.base)}):\n" + "\n".join(parts)

    def constant(self, constant: Constant, indent: str = "") -> str:
        if not usable(constant.name):
            return ""
        final = self.typing("Final")
        if constant.type.kind in {"int", "bool"} and constant.value:
            return f"{indent}{constant.name}: {final} = {constant.value}\n"
        return f"{indent}{constant.name}: {final}[{self.giving(constant.type)}]\n"

    def class_(self, class_: Class, indent: str = "", around: str = "") -> str:
        if class_.alias:
            return f"{indent}{class_.name} = {class_.alias}\n"
        inner = indent + "    "
        path = f"{around}.{class_.name}" if around else class_.name
        base = self.name_from("typing_extensions", "disjoint_base") if class_.subclassable else self.typing("final")
        parts = [docstring(class_.doc, inner)] if class_.doc else []
        parts += self.types_in(class_, inner, path)
        kinds = (
            class_.fields,
            class_.methods,
            class_.properties,
            class_.constants,
            class_.classes,
            class_.enums,
            class_.unions,
            class_.errors,
            class_.exceptions,
        )
        around_members, self.members = self.members, {item.name for items in kinds for item in items}
        lines = [self.constant(constant, inner) for constant in class_.constants]
        if class_.matches and class_.init is not None:
            matched = "".join(f"{quoted(field.name)}, " for field in class_.init)
            lines.append(f"{inner}__match_args__ = ({matched.rstrip(' ' if len(class_.init) == 1 else ', ')})\n")
        fields = [field for field in class_.fields if usable(field.name)]
        live = [field for field in fields if field.type.kind in LIVE and not field.readonly]
        lines += [self.attribute(field, inner) for field in fields if field not in live and not field.readonly]
        parts += ["".join(lines)] if lines else []
        functions = [self.readonly(field, inner) for field in fields if field.readonly]
        functions += [self.live(field, inner) for field in live]
        functions += [self.property(made, inner) for made in class_.properties if usable(made.name)]
        if class_.init is None:
            never = self.name_from("typing_extensions", "Never")
            functions.append(f"{inner}def __init__(self, *args: {never}, **kwargs: {never}) -> None: ...\n")
        else:
            functions.append(self.signature("__init__", class_.init, "None", "", inner, first="self"))
        functions += [self.method(method, inner) for method in class_.methods if usable(method.name)]
        if class_.replaceable and class_.init:
            same = self.name_from("typing_extensions", "Self")
            changed = [f"{field.name}: {self.taking(field.type)} = ..." for field in class_.init]
            functions.append(listed(f"{inner}def __replace__", "(", ["self", "*", *changed], ")", f" -> {same}: ...\n"))
        if class_.ordered:
            truth = self.builtin("bool")
            names = ("__lt__", "__le__", "__gt__", "__ge__")
            functions += [f"{inner}def {name}(self, other: {path}, /) -> {truth}: ...\n" for name in names]
        if class_.deepcopy:
            memo = f"{self.builtin('dict')}[{self.builtin('int')}, {self.builtin('object')}]"
            same = self.name_from("typing_extensions", "Self")
            functions.append(f"{inner}def __deepcopy__(self, memo: {memo}, /) -> {same}: ...\n")
        if class_.buffer:
            view = self.builtin("memoryview")
            functions.append(f"{inner}def __buffer__(self, flags: {self.builtin('int')}, /) -> {view}: ...\n")
        parts += self.joined(functions)
        self.members = around_members
        final = f"{indent}@{base}\n"
        head = f"{class_.name}({class_.base})" if class_.base else class_.name
        if not parts:
            return f"{final}{indent}class {head}: ...\n"
        return f"{final}{indent}class {head}:\n" + "\n".join(parts)

    def attribute(self, field: Field, indent: str) -> str:
        return f"{indent}{field.name}: {self.giving(field.type)}\n" + docstring(field.doc, indent)

    def readonly(self, field: Field, indent: str) -> str:
        head = f"{indent}@{self.builtin('property')}\n{indent}def {field.name}(self) -> {self.holding(field.type)}:"
        return f"{head}\n{docstring(field.doc, indent + '    ')}" if field.doc else f"{head} ...\n"

    def live(self, field: Field, indent: str) -> str:
        """A field that takes more than it gives."""
        getter = self.readonly(field, indent)
        setter = self.signature(
            field.name, (replace(field, name="value", default=""),), "None", "", indent, first="self"
        )
        return f"{getter}{'' if getter.endswith(': ...' + chr(10)) else chr(10)}{indent}@{field.name}.setter\n{setter}"

    def property(self, made: Function, indent: str) -> str:
        returned = self.giving_numpy(made.returns) if made.numpy else self.giving(made.returns)
        decorator = f"{indent}@{self.builtin('property')}\n"
        getter = decorator + self.signature(made.name, (), returned, made.doc, indent, first="self")
        if not made.params:
            return getter
        setter = self.signature(made.name, made.params, "None", "", indent, first="self")
        return f"{getter}{'' if getter.endswith(': ...' + chr(10)) else chr(10)}{indent}@{made.name}.setter\n{setter}"

    def method(self, method: Function, indent: str) -> str:
        first = {"static": "", "class": "cls"}.get(method.how, "self")
        decorator = {"static": "staticmethod", "class": "classmethod"}.get(method.how, "")
        head = f"{indent}@{self.builtin(decorator)}\n" if decorator else ""
        returned = self.giving_numpy(method.returns) if method.numpy else self.giving(method.returns)
        params = method.params
        if method.name in {"__eq__", "__ne__"}:
            # What it does not take is left to the other operand, and in the end not equal.
            params = tuple(replace(param, type=replace(param.type, kind="object")) for param in params)
        word = "async def" if method.is_async else "def"
        return head + self.signature(method.name, params, returned, method.doc, indent, first=first, word=word)

    def function(self, function: Function) -> str:
        if not usable(function.name):
            return ""
        returned = self.giving_numpy(function.returns) if function.numpy else self.giving(function.returns)
        word = "async def" if function.is_async else "def"
        return self.signature(function.name, function.params, returned, function.doc, "", word=word)

    def signature(
        self,
        name: str,
        fields: Sequence[Field],
        returned: str,
        doc: str,
        indent: str,
        *,
        first: str = "",
        word: str = "def",
    ) -> str:
        parameters = [first] if first else []
        positional = 0
        has_default = False
        for number, field in enumerate(fields, 1):
            stars = {"rest": "*", "keywords": "**"}.get(field.way, "")
            # What has to be given behind what need not be is given by its name.
            by_name = field.way == "named" or (has_default and not field.default and not stars)
            if by_name and not any(parameter.startswith("*") for parameter in parameters):
                parameters.append("*")
            has_default = has_default or bool(field.default)
            own = usable(field.name) and field.name not in {other.name for other in fields[: number - 1]}
            if not own or field.way == "positional":
                positional = len(parameters) + 1
            given = f" = {self.default_of(field.default)}" if field.default else ""
            shown = field.name if own else f"arg{number}"
            parameters.append(f"{stars}{shown}: {self.taking(field.type)}{given}")
        # What has no name that Python can say is given by its place, and so is all before it.
        by_slot = name.startswith("__") and name.endswith("__") and name not in {"__init__", "__call__"}
        if positional or (by_slot and fields):
            parameters.insert(positional or len(parameters), "/")
        end = f" -> {returned}:"
        body = docstring(doc, indent + "    ")
        return listed(f"{indent}{word} {name}", "(", parameters, ")", end + (f"\n{body}" if doc else " ...\n"))

    def default_of(self, value: str) -> str:
        """A default as it stands in a stub."""
        enum = value.rpartition(".")[0]
        if enum in self.enum_paths:
            return value if self.enum_paths[enum] == enum and enum not in self.shared_names else "..."
        plain = value in {"None", "True", "False"} or re.fullmatch(r"-?\d[\d.e+-]*", value)
        return value if plain else "..."

    def joined(self, functions: Iterable[str]) -> list[str]:
        """Functions, those without docstrings close together."""
        blocks: list[str] = []
        for text in filter(None, functions):
            if blocks and blocks[-1].endswith(": ...\n"):
                blocks[-1] += text
            else:
                blocks.append(text)
        return blocks


def split_union(annotation: str) -> list[str]:
    """The members of ``A | B``; what is in brackets is left together."""
    parts: list[str] = []
    depth = 0
    for piece in annotation.split(" | "):
        if depth > 0:
            parts[-1] += f" | {piece}"
        else:
            parts.append(piece)
        depth += piece.count("[") - piece.count("]")
    return parts


def member_attribute(name: str, members: Container[str]) -> str:
    """What a member of an enum is an attribute as: see src/python/enums.zig."""
    is_kept = len(name) > 2 and name.startswith("_") and name.endswith("_")
    if not is_kept and name != "mro" and (not keyword.iskeyword(name) or f"{name}_" in members):
        return name
    name += "_"
    while name in members:
        name += "_"
    return name


def usable(name: str) -> bool:
    """Whether Python's grammar takes it as a name."""
    return name.isidentifier() and not keyword.iskeyword(name)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(head: str, opening: str, parts: Sequence[str], closing: str, end: str) -> str:
    """`head(parts)end`, on one line, or where that is too long with a line for each part."""
    line = f"{head}{opening}{', '.join(parts)}{closing}{end.partition(chr(10))[0]}"
    if len(line) <= WIDTH or not parts:
        return f"{head}{opening}{', '.join(parts)}{closing}{end}"
    indent = head[: len(head) - len(head.lstrip())]
    inner = "".join(f"{indent}    {part},\n" for part in parts)
    return f"{head}{opening}\n{inner}{indent}{closing}{end}"


def docstring(text: str, indent: str) -> str:
    """The lines of a docstring; nothing where `text` is empty."""
    if not text.strip():
        return ""
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').expandtabs(4)
    stripped = text.rstrip()
    open_end = (len(stripped) - len(stripped.rstrip('"'))) % 3 != 0  # what is not escaped yet
    first, *rest = (line.rstrip() for line in escaped.strip().split("\n"))
    lines = [first, *(f"{indent}{line}" if line else "" for line in rest)]
    body = "\n".join(lines)
    if open_end:
        body = body[:-1] + '\\"'
    return f'{indent}"""{body}"""\n'
