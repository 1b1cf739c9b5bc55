"""Random calls of every function, built-in and of tests/extension/kinds.zig, beside a model of each in Python.

Arguments are made from the functions' signatures: right ones, wrong ones, and objects that raise, that change what is
being converted, or that call back while they are asked for a value. A call gives exactly the model's result, or raises
an exception of exactly the model's class, ZigPanic where Zig's checks fail; a buffer that was written is compared, too.

A run makes 100,000 calls, ``nox -s tests`` a million, ``pytest --fuzz-calls N`` as many as it says, always the
same ones; ``--fuzz-seed 0`` makes others, and says their seed, with which they are made again.
"""

from __future__ import annotations

import array
import collections
import contextlib
import ctypes
import functools
import importlib.util
import inspect
import math
import operator
import random
import re
import struct
import sys
import time
import types
from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import Any, NamedTuple

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

import nano_ffi
from nano_ffi import _native, call

STRICT = {"strlen", "echo", "get", "signature", "call"}
"""Functions that take only str where their signature, as for `[]const u8`, says no more than str."""
WRITING = {"fill", "maybe_filled"}
"""Functions of `[]u8`, which a signature does not tell from `nano_ffi.Buffer`."""
RECORDS: dict[str, dict[str, tuple[Any, ...]]] = {
    # name of a struct: its fields, each with its type, and its default where it has one
    "Tree": {"name": ("str",), "children": ("[]const Tree", [])},
    "struct { radius: f64 }": {"radius": ("f64",)},
    "Note": {"text": ("str", b"nothing"), "at": ("?(str, f64)", None), "words": ("[]const str", [b"none"])},
    "Point": {"x": ("f64",), "y": ("f64", 0.0), "tags": ("[]const str", []), "color": ("?Color", None)},
}
UNIONS = {
    "Json": {
        "nothing": "void",
        "truth": "bool",
        "number": "f64",
        "text": "str",
        "list": "[]const Json",
        "object": "dict[str, Json]",
    },
    "Shape": {
        "empty": "void",
        "circle": "struct { radius: f64 }",
        "polygon": "[]const [2]f64",
        "label": "?str",
        "nested": "(u8, Color)",
    },
}
ENUMS = {"Color": ("red", "green", "blue")}
CLASSES: dict[str, Any] = {}
"""Python's classes of `ENUMS`, once their module is loaded."""
POINTER = 8 * struct.calcsize("P")


class Waits(Exception):  # noqa: N818
    """The call would wait for others, and is not made."""


# How values come in: each function takes what a caller passes, and gives what Zig gets, or raises.


def refusal(value: object) -> TypeError:
    # The message has the name of the type, and a metaclass has its say in that.
    return TypeError(str(type(value).__name__))


def is_a(value: object, *types: type) -> bool:
    return issubclass(type(value), types)  # isinstance() asks the value


def has(value: object, *names: str) -> bool:
    """Whether the type has a slot of one of these names."""
    return any(name in vars(base) for base in type(value).__mro__ for name in names)


def is_mapping(value: object) -> bool:
    return not is_a(value, type) and has(value, "__getitem__") and hasattr(type(value), "keys")


def items_of(value: Any) -> tuple[Any, ...]:
    if not is_a(value, list, tuple) and (
        is_a(value, str, bytes, bytearray, dict, type) or is_mapping(value) or not has(value, "__iter__", "__getitem__")
    ):
        raise refusal(value)
    return tuple(value)


def dict_of(value: Any) -> Any:
    if is_a(value, dict):
        return value
    if is_mapping(value):
        return dict(value)
    raise refusal(value)


def fields_of(name: str, value: Any) -> Any:
    """A dict of what a mapping, a tuple or an object has for the fields of a record."""
    if is_a(value, dict) or is_mapping(value):
        return dict_of(value)
    if is_a(value, type):
        raise refusal(value)
    found: dict[str, Any] = {}
    if is_a(value, tuple) and not hasattr(type(value), "_fields"):
        parts = [tuple.__getitem__(value, index) for index in range(tuple.__len__(value))]
        needed = [place for place, (_, *default) in enumerate(RECORDS[name].values()) if not default]
        if len(parts) > len(RECORDS[name]) or any(place >= len(parts) for place in needed):
            raise ValueError
        found = dict(zip(RECORDS[name], parts, strict=False))
    else:
        for key in RECORDS[name]:
            try:
                found[key] = getattr(value, key)
            except AttributeError:
                if not RECORDS[name][key][1:]:
                    raise refusal(value) from None
        if not found:
            raise refusal(value)
    if any(key not in found and not default for key, (_, *default) in RECORDS[name].items()):
        raise refusal(value)
    return found


def take_int(low: int, high: int, value: Any) -> int:
    if is_a(value, int):
        number = int.__int__(value)
    elif hasattr(type(value), "__index__"):
        number = int.__int__(operator.index(value))
    else:
        raise refusal(value)
    if low <= number <= high:
        return number
    raise nano_ffi.OutOfRangeError


def take_float(letter: str, value: Any) -> float:
    if type(value) is not float:
        if not hasattr(type(value), "__float__") and not hasattr(type(value), "__index__"):
            raise refusal(value)
        value = math.ldexp(value, 0)  # which asks as PyFloat_AsDouble does
    number = narrow(letter, value)
    if math.isinf(number) and not math.isinf(value):
        raise OverflowError
    return number


def narrow(letter: str, value: float) -> float:
    """The nearest float of 16, 32 or 64 bits; infinite where there is none."""
    try:
        return float(struct.unpack(letter, struct.pack(letter, value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def take_complex(value: Any) -> complex:
    if is_a(value, complex):
        parts: Any = complex
        return complex(parts.real.__get__(value), parts.imag.__get__(value))
    if hasattr(type(value), "__complex__") and not is_a(value, str):
        return complex(value)
    return complex(take_float("d", value), 0.0)


def take_bool(value: object) -> bool:
    if value is True or value is False:
        return value
    if has(value, "__bool__"):  # it may be a scalar of an array
        assert not hasattr(value, "dtype")
    raise refusal(value)


def take_str(value: Any) -> bytes:
    if is_a(value, str):
        return str.encode(value)
    raise refusal(value)


def take_text(value: Any) -> bytes:
    return take_str(value) if is_a(value, str) else take_buffer("u8", False, value)


def take_buffer(item: str, write: bool, value: Any) -> Any:
    """The bytes of a buffer; the buffer itself where it is to be written."""
    try:
        memory = memoryview(value)
    except TypeError:
        if hasattr(type(value), "__buffer__"):
            raise
        raise refusal(value) from None
    except ValueError:
        raise BufferError from None
    if not memory.c_contiguous or (write and memory.readonly):
        raise BufferError
    size, letters = item_format(item)
    order, letter = memory.format[:-1], memory.format[-1:]
    if memory.itemsize != size or letter not in letters or order not in ("", *("@=<>!" if item in BYTES else ORDERS)):
        raise TypeError
    if memory.nbytes and not memory.readonly:
        first = ctypes.c_char.from_buffer(memory.cast("B") if memory.ndim else memory)
        if ctypes.addressof(first) % ALIGNMENTS[size]:
            raise BufferError
    data = memory.tobytes()
    if item == "bool" and data.strip(b"\0\1"):
        raise ValueError
    return memory if write else data


BYTES = {"u8", "i8"}
ORDERS = "@=<" if sys.byteorder == "little" else "@=>!"
ALIGNMENTS = {1: 1, 2: 2, 4: 4, 8: ctypes.alignment(ctypes.c_longlong)}


def item_format(item: str) -> tuple[int, str]:
    """The size of an item of a buffer, and the letters of the struct module that it may have."""
    if item == "bool":
        return 1, "?"
    if item in BYTES:
        return 1, "b" if item == "i8" else "cbB?"
    if item[0] == "f":
        return int(item[1:]) // 8, "efd"
    return bits_of(item) // 8, "hilqn" if item[0] == "i" else "HILQN"


def bits_of(integer: str) -> int:
    return POINTER if integer[1:] == "size" else int(integer[1:])


def take_items(item: str, value: Any) -> list[Any]:
    numbers = take_memory(f"[]const {item}", value)
    if numbers is not None:
        return numbers
    taker = taker_of(item)
    return [taker(part) for part in items_of(value)]


KINDS = {
    "?": "bool",
    **dict.fromkeys("bhilqn", "int"),
    **dict.fromkeys("BHILQN", "int"),
    **dict.fromkeys("efd", "float"),
}
"""What the letters of formats are."""

NUMBER = re.compile(r"bool|[iu](\d+|size)|f\d+|c_longdouble|complex")


def take_memory(typ: str, value: Any) -> list[Any] | None:
    """Out of memory with numbers, where the type is one of nothing else; None where it is another, or has no such."""
    dimensions = dimensions_of(typ)
    if dimensions == 0 or is_a(value, list, tuple):
        return None
    try:
        memory = memoryview(value)
    except TypeError:
        if hasattr(type(value), "__buffer__"):
            raise
        return None
    except (ValueError, BufferError):
        raise BufferError from None
    order, letter = memory.format[:-1], memory.format[-1:]
    if letter not in KINDS or order not in {"", *"@=<>!"}:
        return None
    code = letter if KINDS[letter] != "int" else {1: "b", 2: "h", 4: "i", 8: "q"}[memory.itemsize]
    code = code.upper() if letter in "BHILQN" else "B" if letter == "?" else code
    order = order if order in {"<", ">", "!"} else "="
    numbers = struct.unpack(f"{order}{memory.nbytes // memory.itemsize}{code}", memory.tobytes())
    if typ.startswith("[]const ") and dimensions == 1:
        if memory.ndim != 1 and not (memory.ndim > 1 and memory.c_contiguous):
            raise ValueError
        return take_row(typ.removeprefix("[]const "), KINDS[letter], numbers)
    if memory.ndim != dimensions:
        raise ValueError
    return take_rows(typ, KINDS[letter], memory.shape or (), numbers)


def dimensions_of(typ: str) -> int:
    """Of a type that is nothing but numbers; 0 of any other."""
    match = re.fullmatch(r"\[(\d+|\]const )\]?(.+)", typ)
    if not match:
        return 0
    inner = match[2]
    return 1 if NUMBER.fullmatch(inner) else (dimensions_of(inner) + 1 if dimensions_of(inner) else 0)


def take_rows(typ: str, kind: str, shape: Sequence[int], numbers: Sequence[Any]) -> list[Any]:
    match = re.fullmatch(r"\[(\d+|\]const )\]?(.+)", typ)
    assert match
    if match[1].isdecimal() and int(match[1]) != shape[0]:
        raise ValueError
    if len(shape) == 1:
        return take_row(match[2], kind, numbers)
    size = math.prod(shape[1:])
    return [
        take_rows(match[2], kind, shape[1:], numbers[index * size : (index + 1) * size]) for index in range(shape[0])
    ]


def take_row(item: str, kind: str, numbers: Sequence[Any]) -> list[Any]:
    if (item == "bool" and kind != "bool") or (item[0] in "iu" and kind == "float"):
        raise TypeError
    if item == "bool":
        if any(number > 1 for number in numbers):
            raise ValueError
        return [number == 1 for number in numbers]
    taker = taker_of(item)
    return [taker(int(number != 0) if kind == "bool" else number) for number in numbers]


def is_buffer_item(item: str) -> bool:
    return item in {"bool", "f16", "f32", "f64", "usize", "isize"} or bool(re.fullmatch("[iu](8|16|32|64)", item))


def take_fixed(items: Sequence[str], value: Any) -> list[Any]:
    parts = items_of(value)
    if len(parts) != len(items):
        raise ValueError
    return [taker_of(item)(part) for item, part in zip(items, parts, strict=True)]


def take_array(size: str, item: str, value: Any) -> list[Any]:
    numbers = take_memory(f"[{size}]{item}", value)
    return take_fixed([item] * int(size), value) if numbers is None else numbers


def show(value: object) -> None:
    """What an error's message does with what it shows. Before CPython 3.11, PyErr_Format forgets what a repr raises."""
    if sys.version_info >= (3, 11):
        repr(value)


def take_enum(name: str, value: Any) -> str:
    if is_a(value, str):
        text = str.encode(value).decode()
        if text in ENUMS[name]:
            return text
        show(value)
        raise ValueError
    if type(value) is CLASSES[name]:
        return str(value.name)
    raise refusal(value)


def take_record(name: str, value: Any) -> dict[str, Any]:
    value = fields_of(name, value)
    taken: dict[str, Any] = {}
    found = 0
    missing = object()
    for key, (typ, *default) in RECORDS[name].items():
        part = dict.get(value, key, missing)
        if part is not missing:
            found += 1
            taken[key] = taker_of(typ)(part)
        elif default:
            taken[key] = default[0]
        else:
            raise TypeError
    if dict.__len__(value) == found:
        return taken
    for other in tuple(value):
        if not (isinstance(other, str) and str.__str__(other) in RECORDS[name]):
            show(other)
            break
    raise TypeError


def take_tagged(tags: dict[str, str], value: Any) -> tuple[str, Any]:
    if is_a(value, str):
        tag = str.encode(value).decode()
        if tags.get(tag) == "void":
            return tag, None
        show(value)
        raise ValueError
    value = dict_of(value)
    items = list(dict.items(value))
    if len(items) != 1:
        raise ValueError
    ((key, part),) = items
    tag = str.encode(key).decode() if is_a(key, str) else ""
    if tag not in tags:
        show(key)
        raise ValueError
    return tag, taker_of(tags[tag])(part)


def take_map(typ: str, value: Any) -> dict[bytes, Any]:
    value = dict_of(value)
    return dict(take_fixed(["str", typ], pair) for pair in list(dict.items(value)))


def take_none(value: object) -> None:
    if value is not None:
        raise refusal(value)


def take_callable(value: Any) -> Any:
    if callable(value):
        return value
    raise refusal(value)


@functools.cache
def taker_of(typ: str, *, strict: bool = False, writing: bool = False) -> Callable[[Any], Any]:
    simple: dict[str, Callable[[Any], Any]] = {
        "bool": take_bool,
        "str": take_str if strict else take_text,
        "bytes": functools.partial(take_buffer, "u8", False),
        "buffer": functools.partial(take_buffer, "u8", writing),
        "complex": take_complex,
        "void": take_none,
        "object": lambda value: value,
        "f16": functools.partial(take_float, "e"),
        "f32": functools.partial(take_float, "f"),
        "f64": functools.partial(take_float, "d"),
        **dict.fromkeys(("f80", "f128", "c_longdouble"), functools.partial(take_float, "d")),
    }
    if typ in simple:
        return simple[typ]
    if re.fullmatch(r"[iu](\d+|size)", typ):
        return functools.partial(take_int, *limits(typ))
    if typ in ENUMS:
        return functools.partial(take_enum, typ)
    if typ in RECORDS:
        return functools.partial(take_record, typ)
    if typ in UNIONS:
        return functools.partial(take_tagged, UNIONS[typ])
    if typ.startswith("?"):
        some = taker_of(typ[1:], writing=writing)
        return lambda value: None if value is None else some(value)
    if typ.startswith("fn ("):
        return take_callable
    for pattern, make in (
        (r"\[\]const (.+)", lambda item: functools.partial(take_items, item)),
        (r"\[\](.+)", lambda item: functools.partial(take_buffer, item, True)),
        (r"\[(\d+)\](.+)", lambda size, item: functools.partial(take_array, size, item)),
        (r"dict\[str, (.+)\]", lambda item: functools.partial(take_map, item)),
        (r"\((.+)\)", lambda items: functools.partial(take_fixed, items.split(", "))),
    ):
        if match := re.fullmatch(pattern, typ):
            taker: Callable[[Any], Any] = make(*match.groups())
            return taker
    raise LookupError(f"the model has no type {typ!r}: add it to taker_of() and right() in {__file__}")


@functools.cache
def limits(integer: str) -> tuple[int, int]:
    bits = bits_of(integer)
    return (0, 2**bits - 1) if integer[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


# What the functions do with what they get.

ARGUMENT = object()
"""The result is the argument itself."""


def fits(integer: str, number: int, error: Callable[[], BaseException]) -> int:
    low, high = limits(integer)
    if low <= number <= high:
        return number
    raise error()


def overflow() -> BaseException:
    return error_named("Overflow")


def error_named(name: str) -> BaseException:
    return error_class(name)()


@functools.cache
def error_class(name: str) -> type[BaseException]:
    return type(name, (Exception,), {})  # only the name is compared: every module has classes of its own


def quotient(a: int, b: int) -> int:
    if b == 0:
        raise error_named("DivisionByZero")
    return fits("i64", abs(a) // abs(b) * (-1 if (a < 0) != (b < 0) else 1), overflow)


def floor_divided(a: int, b: int) -> tuple[int, int]:
    if b == 0:
        raise error_named("DivisionByZero")
    return fits("i64", a // b, overflow), a % b


def fill(buffer: memoryview, value: int) -> int:
    count = buffer.nbytes
    if count:
        buffer.cast("B")[:] = bytes([value]) * count
    return count


def doubled(buffer: memoryview) -> None:
    data = buffer.tobytes()
    values = [2 * value for value in struct.unpack(f"={len(data) // 4}i", data)]
    if any(not -(2**31) <= value < 2**31 for value in values):
        raise nano_ffi.ZigPanic
    if data:
        buffer.cast("B")[:] = struct.pack(f"={len(values)}i", *values)


def flipped(buffer: memoryview) -> None:
    data = buffer.tobytes()
    if data:
        buffer.cast("B")[:] = bytes(1 - value for value in data)


def added(values: Iterable[float]) -> float:
    total = 0.0
    for value in values:  # sum() compensates for rounding
        total += value
    return total


def hypot_above(points: list[dict[str, Any]], limit: float) -> int:
    return sum(math.hypot(point["x"], point["y"]) > limit for point in points)


def crossed(a: list[float], b: list[float]) -> list[float]:
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def reversed_of_four(values: list[int]) -> list[int]:
    if len(values) > 4:
        raise nano_ffi.ZigPanic
    return [*reversed(values), 0, 0, 0, 0][:4]


def mirrored(point: dict[str, Any]) -> dict[str, Any]:
    color = point["color"]
    return {
        "x": -point["x"],
        "y": point["y"],
        "tags": [tag.decode() for tag in point["tags"]],
        "color": None if color is None else CLASSES["Color"][color],
    }


def notes_given(notes: dict[bytes, list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        key.decode(): [
            {
                "text": note["text"].decode(),
                "at": None if note["at"] is None else (note["at"][0].decode(), note["at"][1]),
                "words": [word.decode() for word in note["words"]],
            }
            for note in listed
        ]
        for key, listed in notes.items()
    }


def conjugated(values: list[complex]) -> list[complex]:
    if len(values) < 2:
        raise nano_ffi.ZigPanic
    return [value.conjugate() for value in values[:2]]


def inverted(entries: dict[bytes, int]) -> dict[str, int]:
    return {key.decode(): fits("i64", -value, nano_ffi.ZigPanic) for key, value in entries.items()}


def reshaped(shape: tuple[str, Any]) -> Any:
    tag, value = shape
    if tag == "circle":
        return {tag: {"radius": -value["radius"]}}
    if tag == "nested":
        return {tag: (value[0], CLASSES["Color"][value[1]])}
    if tag == "label":
        return {tag: None if value is None else value.decode()}
    return tag if tag == "empty" else {tag: value}


def json_given(json: tuple[str, Any]) -> Any:
    tag, value = json
    if tag == "text":
        value = value.decode()
    elif tag == "list":
        value = [json_given(item) for item in value]
    elif tag == "object":
        value = {key.decode(): json_given(item) for key, item in value.items()}
    return tag if tag == "nothing" else {tag: value}


def nodes(tree: dict[str, Any]) -> int:
    return 1 + sum(map(nodes, tree["children"]))


def sum_of(values: list[int], function: Callable[[int, str], object]) -> float:
    total = 0.0
    for value in values:
        if value < 0:
            raise error_named("Negative")
        total += take_float("d", function(value, "text"))
    return total


def count_calls(function: Callable[[], object]) -> int:
    for count in range(1000):
        try:
            function()
        except BaseException:  # noqa: BLE001
            return count
    return 1000


def product(a: int, b: int | None, c: int | None) -> int:
    b, c = 10 if b is None else b, 100 if c is None else c
    fits("i64", a * b, nano_ffi.ZigPanic)
    return fits("i64", a * b * c, nano_ffi.ZigPanic)


def meet(count: int) -> bool:
    if count > 1:
        raise Waits
    return True


def sum_of_ten(*values: int) -> int:
    total = values[0]
    for value in values[1:]:
        total = fits("i64", total + value, nano_ffi.ZigPanic)
    return total


def known(name: bytes) -> str:
    if name.decode() not in NAMES:
        raise KeyError
    return name.decode()


NAMES = {name for name in nano_ffi.list_functions() if getattr(nano_ffi.get(name), "__self__", None) is _native}

MODELS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: fits("i64", a + b, overflow),
    "mul": operator.mul,
    "add32": lambda a, b: fits("i32", a + b, overflow),
    "umul": lambda a, b: fits("u64", a * b, overflow),
    "strlen": len,
    "echo": bytes.decode,
    "bytesum": sum,
    "div": quotient,
    "divmod": floor_divided,
    "signmag": lambda value: (value < 0, abs(value)),
    "fill": fill,
    "bufmax": lambda data: max(data, default=0),
    "sum8": lambda *values: fits("i64", sum(values), overflow),
    "scalef32": lambda value, factor: narrow("f", value * factor),
    "get": lambda name: nano_ffi.get(known(name)),
    "signature": lambda name: nano_ffi.signature(known(name)),
    # of kinds.zig
    "bit": lambda value: 1 - value,
    "bytes": lambda data: data,
    "conjugate": complex.conjugate,
    "conjugates": conjugated,
    "count_calls": count_calls,
    "cross": crossed,
    "double": doubled,
    "far": hypot_above,
    "flip": flipped,
    "half": lambda value: value,
    "reshape": reshaped,
    "same_json": json_given,
    "count_nodes": nodes,
    "circles": lambda shapes: sum(tag == "circle" for tag, _ in shapes),
    "extended": lambda value: value,
    "quadruple": lambda value: value,
    "as_in_c": lambda value: value,
    "maybe_filled": lambda buffer, value: None if buffer is None else fill(buffer, value),
    "maybe_sum": lambda values: None if values is None else added(values),
    "maybe_called": lambda function: None if function is None else take_int(*limits("i64"), function()),
    "half_conjugate": lambda value: complex(take_float("e", value.real), take_float("e", value.imag)).conjugate(),
    "invert": inverted,
    "maybe": lambda value: value,
    "maybe_text": lambda text: None if text is None else text.decode(),
    "meet": meet,
    "mirror": mirrored,
    "negate": operator.not_,
    "next": lambda color: CLASSES["Color"][{"red": "green", "green": "blue", "blue": "red"}[color]],
    "nibble": lambda value: value,
    "nothing": lambda: None,
    "optional": product,
    "reversed": reversed_of_four,
    "same": lambda _: ARGUMENT,
    "single": lambda value: value,
    "small": sum,
    "same_notes": notes_given,
    "sixty_five": lambda value: value,
    "size": lambda value: value,
    "sum": added,
    "sum_of": sum_of,
    "sum_released": added,
    "swap": lambda pair: (pair[1].decode(), pair[0]),
    "ten": sum_of_ten,
    "text": bytes.decode,
    "wide": lambda value: value,
    "wider": lambda value: value,
    "words": lambda words: [word.decode() for word in reversed(words)],
}
SMALLER = {"get": "name", "signature": "name", "ten": "i60", "optional": "i20", "double": "i31", "meet": "u1"}
"""Of which type the right arguments of a function are, where most others would panic."""


# Values to pass.


class Maker(NamedTuple):
    """Makes a value; one for Zig, and one for the model."""

    make: Callable[[], Any]
    pure: bool = True
    """Whether every value of it is taken as the first one was."""


def const(value: Any) -> Maker:
    return Maker(lambda: value)


class Spite(Exception):  # noqa: N818
    pass


class Malice(BaseException):
    pass


def spite(*_: object) -> Any:
    raise Spite


def malice(*_: object) -> Any:
    raise Malice


class Asked:
    def __init__(self, answer: Callable[[], Any]) -> None:
        self.answer = answer

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Index(Asked):
    def __index__(self) -> int:
        return self.answer()  # type: ignore[no-any-return]


class Float(Asked):
    def __float__(self) -> float:
        return self.answer()  # type: ignore[no-any-return]


class Complex(Asked):
    def __complex__(self) -> complex:
        return self.answer()  # type: ignore[no-any-return]


class Buffer(Asked):
    """Only CPython 3.12 and later ask for it."""

    def __buffer__(self, flags: int) -> memoryview:
        return self.answer()  # type: ignore[no-any-return]


class Sly(Asked):
    """All at once, and no attribute can be had of it."""

    __index__ = __float__ = __complex__ = __len__ = __iter__ = __repr__ = __str__ = __hash__ = spite
    __eq__ = __getitem__ = __getattribute__ = __bool__ = spite


class NoName(type):
    __name__ = property(spite)


class Nameless(metaclass=NoName):
    pass


class Int(int):
    """An int that calculates wrongly."""

    __and__ = __or__ = __lshift__ = __rshift__ = __add__ = lambda *_: 1
    __int__ = __index__ = __float__ = __neg__ = __hash__ = __eq__ = __lt__ = __bool__ = spite


class Real(float):
    __float__ = __int__ = __hash__ = __eq__ = __bool__ = spite


class Imaginary(complex):
    real = imag = property(spite)
    __complex__ = __hash__ = __eq__ = __bool__ = spite


class Text(str):
    __slots__ = ()
    __str__ = __len__ = __iter__ = __getitem__ = __eq__ = __bool__ = encode = spite  # type: ignore[assignment]
    __hash__ = str.__hash__


class Key(str):
    __slots__ = ()


class Unprintable(str):
    __slots__ = ()
    __repr__ = spite
    __hash__ = spite


class Data(bytes):
    __len__ = __iter__ = __getitem__ = __bytes__ = __bool__ = spite


class Array(bytearray):
    __len__ = __iter__ = __getitem__ = __bool__ = spite


class List(list):  # type: ignore[type-arg]
    __len__ = __getitem__ = __bool__ = __contains__ = __eq__ = spite


class Endless(list):  # type: ignore[type-arg]
    """Says that it has other items than it has."""

    def __iter__(self) -> Any:
        return iter([1, 2, 3])


class Broken(tuple):  # type: ignore[type-arg]
    __slots__ = ()
    __iter__ = __len__ = __getitem__ = spite


class Dict(dict):  # type: ignore[type-arg]
    __len__ = __getitem__ = __contains__ = __missing__ = items = keys = get = __bool__ = spite


class Collides:
    """A key that is looked at whenever another one is looked for."""

    def __init__(self, key: str, answer: Callable[[], bool]) -> None:
        self.hash = hash(key)
        self.answer = answer

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        return self.answer()


def numbers(rng: random.Random) -> int:
    """An int, near a limit as often as not."""
    bits = rng.choice((0, 1, 4, 7, 8, 15, 16, 29, 30, 31, 32, 59, 60, 61, 63, 64, 65, 90, 127, 128, 199, 200, 230, 300))
    number = 2**bits + rng.randint(-2, 1) if rng.random() < 0.5 else rng.getrandbits(bits + 1)
    return -number if rng.random() < 0.4 else number


def floats(rng: random.Random) -> float:
    special = (0.0, -0.0, 1.0, math.inf, -math.inf, math.nan, 5e-324, sys.float_info.max, 65504.0, 65519.99, 65520.0)
    return rng.choice(
        (
            rng.choice(special),
            rng.choice((3.4028234663852886e38, 3.4028235677973366e38, 3.402823567797337e38, 1e-45, 6e-8)),
            rng.uniform(-10, 10),
            rng.gauss(0, 1) * 10.0 ** rng.randint(-320, 300),
            struct.unpack("d", rng.getrandbits(64).to_bytes(8, "little"))[0],
        )
    )


def texts(rng: random.Random) -> str:
    size = rng.choice((0, 1, 2, 3, 8, 50))
    top = rng.choice((0x7F, 0xFF, 0xFFFF, 0x10FFFF))
    text = "".join(chr(rng.randint(0, top)) for _ in range(size))
    return text if rng.random() < 0.1 else re.sub("[\ud800-\udfff]", "?", text)


def reenter() -> int:
    result: int = call("add", 1, call("strlen", "four"))
    with contextlib.suppress(ZeroDivisionError):
        call("div", result, 0)
    with contextlib.suppress(ValueError):
        nano_ffi.register("add", len)
    with contextlib.suppress(TypeError):
        call("fill", b"", None)
    return result


def drops(change: Callable[[Any], object], container: Any, answer: Any) -> Any:
    """A number that changes its container before it answers."""

    def ask() -> Any:
        change(container)
        return answer

    return Index(ask) if isinstance(answer, int) else Float(ask)


def changing_list() -> list[Any]:
    values: list[Any] = []
    values += [drops(list.clear, values, 1), 2, drops(lambda it: it.extend(range(100)), values, 3), 4]
    return values


def changing_record(change: Callable[[Any], object]) -> dict[str, Any]:
    record: dict[Any, Any] = {"y": 1.0}
    record["x"] = drops(change, record, 2.5)
    record["tags"] = ["a tag"]
    return record


def shifted(letter: Any) -> Any:
    return memoryview(bytearray(1 + 8 * 4))[1:].cast(letter)


def released() -> memoryview:
    memory = memoryview(bytearray(8))
    memory.release()
    return memory


def counter(limit: int, error: Callable[[], Any]) -> Callable[..., Any]:
    calls = 0

    def count(*_: object) -> Any:
        nonlocal calls
        calls += 1
        return error() if calls >= limit else float(calls)

    return count


def anything(rng: random.Random) -> list[Maker]:
    """Values of every kind, which most parameters refuse."""
    number, real, text = numbers(rng), floats(rng), texts(rng)
    data = rng.randbytes(rng.choice((0, 1, 8, 16)))
    members = [value for enum in CLASSES.values() for value in enum]
    constants: list[Any] = [
        *(number, numbers(rng), real, floats(rng), text, texts(rng), data, None, True, False, 0, 1),
        *(
            10**5000,
            -(10**400),
            complex(real, floats(rng)),
            "red",
            "pink",
            "empty",
            "circle",
            "\ud800",
            "x",
            "add",
            "add\0",
            "\0",
            "ñ" * 200,
        ),
        *(
            object(),
            object,
            Nameless,
            Nameless(),
            NotImplemented,
            ...,
            range(3),
            len,
            call,
            spite,
            malice,
            sys,
            members,
        ),
        *(frozenset([1]), type, lambda *_: 1.5, lambda *_: "x", lambda *_: None, lambda: 1.0, *members),
        *(Sly(spite), Int(number), Int(3), Real(real), Imaginary(real), Text(text), Text("red"), Text("add")),
        *(
            Unprintable("pink"),
            Unprintable("red"),
            Data(data),
            Broken([1, 2]),
            (),
            (1,),
            (number, text),
            (1.0, 2.0, real),
        ),
    ]
    for asked in (Index, Float, Complex):
        constants += [
            asked(answer)
            for answer in (
                *(
                    spite,
                    malice,
                    reenter,
                    lambda: number,
                    lambda: real,
                    lambda: complex(1, 2),
                    lambda: "x",
                    lambda: None,
                ),
                *(lambda: True, lambda: Int(7), lambda: Real(0.5), lambda: Imaginary(2), lambda: call("div", 1, 0)),
            )
        ]
    constants += [Buffer(answer) for answer in (spite, malice, lambda: 3, lambda: memoryview(data), released)]
    fresh: list[Callable[[], Any]] = [
        lambda: bytearray(data),
        lambda: Array(data),
        lambda: memoryview(data),
        lambda: memoryview(bytearray(data)),
        lambda: memoryview(bytearray(data)).toreadonly(),
        lambda: memoryview(bytearray(16))[::2],
        lambda: memoryview(bytearray(16))[::-1],
        lambda: memoryview(bytearray(range(12))).cast("B", [3, 4]),
        lambda: memoryview(b"abc").cast("c"),
        lambda: memoryview(bytearray(b"\0\1\1")).cast("?"),
        lambda: memoryview(bytearray(b"\0\1\2\xff")).cast("?"),
        lambda: memoryview(array.array("d", [real, 1.0, -2.0])),
        lambda: memoryview(array.array("d", range(6))).cast("B").cast("d", [2, 3]),
        lambda: memoryview(array.array("d", range(6)))[::2],
        lambda: (ctypes.c_int * 3)(1, 2, 3),
        lambda: (ctypes.c_double.__ctype_be__ * 3)(1, 2, 3),
        lambda: (ctypes.c_double.__ctype_le__ * 3)(1, 2, 3),
        lambda: ctypes.c_ubyte(9),
        lambda: (ctypes.c_char * 4)(),
        released,
        *[functools.partial(shifted, letter) for letter in "dqif?b"],
        *[functools.partial(array.array, letter, range(4)) for letter in "bBhHiIlLqQfd"],
        *[functools.partial(array.array, letter) for letter in "dB"],
        list,
        dict,
        set,
        lambda: [number, 2],
        lambda: [real, 2.0, 3],
        lambda: [text, b"\xff", text],
        lambda: ["a", bytearray(b"b"), memoryview(b"c")],
        lambda: [None, Sly(spite)],
        lambda: [[1.0]],
        lambda: List([1, 2, 3]),
        lambda: List(["a"]),
        lambda: Endless([1.0]),
        lambda: {"x": 1.0, "tags": ["a", text], "y": real, "color": "red"},
        lambda: {"x": 1.0, "tags": "ab"},
        lambda: {"x": number},
        lambda: {"x": 1.0, "z": 1},
        lambda: {"x": 1.0, Text("y"): 2.0, "\ud800": 1},
        lambda: {"x": 1.0, Sly: 1},
        lambda: {text: 1, "b": number},
        lambda: {"a": 1, b"a": 2, "ñ": 3},
        lambda: {1: 2},
        lambda: {(): ()},
        lambda: Dict(x=1.0),
        lambda: Dict(a=1),
        lambda: [{"x": 3.0, "y": 4}, {"x": real}, Dict(x=1)],
        lambda: [{"x": 3.0, "color": "pink"}],
        lambda: (entry for entry in [1.0]),
        lambda: iter([1.0]),
        lambda: {1, 2}.union([3.0]),
        lambda: collections.UserDict({text: 1}),
        lambda: types.SimpleNamespace(x=real, tags=[text]),
        lambda: {"circle": {"radius": real}},
        lambda: {"circle": {"radius": real}, "empty": None},
        lambda: {"label": text},
        lambda: {Text("label"): None},
        lambda: {"label": 1},
        lambda: {"empty": None},
        lambda: {"polygon": [(1, real), [real, 2.0]]},
        lambda: {"polygon": [(1, 2, 3)]},
        lambda: {"nested": (5, "blue")},
        lambda: {"nested": (256, "blue")},
        lambda: ["empty", {"circle": {"radius": 1}}, {"circle": {}}],
    ]
    changing: list[Callable[[], Any]] = [
        changing_list,
        lambda: changing_record(dict.clear),
        lambda: changing_record(lambda it: it.pop("tags")),
        lambda: changing_record(lambda it: it.update(z=1)),
        lambda: changing_record(lambda it: it.update(dict.fromkeys(range(50)))),
        lambda: changing_record(lambda it: (it.pop("tags"), it.update(z=1))),
        lambda: [changing_record(dict.clear)],
        lambda: {Collides("x", lambda: False): 1, "x": 1.0},
        lambda: {Collides("x", lambda: True): 1.0},
        lambda: {Collides("x", spite): 1.0},
        lambda: {Collides("y", malice): 1.0, "x": 1},
        lambda: {"a": 1, "b": Index(spite)},
        lambda: counter(3, spite),
        lambda: counter(5, malice),
        lambda: counter(2, reenter),
        lambda: counter(2, lambda: "x"),
    ]
    return [*map(const, constants), *map(Maker, fresh), *(Maker(make, pure=False) for make in changing)]


@functools.cache
def some_of_anything() -> list[Maker]:
    return anything(random.Random(0))


def right(typ: str, rng: random.Random) -> Maker:
    """A value that a parameter of type `typ` takes."""
    some = rng.random()
    if re.fullmatch(r"[iu](\d+|size)", typ):
        low, high = limits(typ)
        number = numbers(rng)
        if not low <= number <= high:
            number = rng.choice((low, high, rng.randint(low, high), rng.randint(max(low, -3), min(high, 3))))
        if some < 0.05:
            return const(Int(number))
        return const(Index(lambda: number) if some < 0.1 else number)
    if typ in {"f16", "f32", "f64", "f80", "f128", "c_longdouble"}:
        real = narrow({"f16": "e", "f32": "f"}.get(typ, "d"), floats(rng))
        if some < 0.05:
            return const(Real(real))
        if some < 0.1:
            return const(Float(lambda: real))
        return const(rng.randint(-9, 9) if some < 0.2 else real)
    if typ == "name":
        return const(rng.choice(sorted(NAMES)))
    if typ == "str":
        text = texts(rng).encode(errors="replace").decode()
        return const(Text(text) if some < 0.05 else text)
    if typ in {"bytes", "buffer"}:
        data = rng.randbytes(rng.randint(0, 20))
        return const(data) if typ == "bytes" and some < 0.5 else Maker(lambda: bytearray(data))
    if typ in ENUMS:
        member = rng.choice(ENUMS[typ])
        return const(member if some < 0.3 else CLASSES[typ][member])
    if typ in RECORDS:
        makers = {
            key: right(field, rng)
            for key, (field, *default) in RECORDS[typ].items()
            if not default or rng.random() < (0.2 if typ in field else 0.6)
        }
        return Maker(lambda: {key: maker.make() for key, maker in makers.items()})
    if typ in UNIONS:
        tag, part = rng.choice(list(UNIONS[typ].items()))
        if part == "void":
            return const(tag)
        maker = right(part, rng)
        return Maker(lambda: {Key(tag): maker.make()})
    if typ == "fn () i64":
        return right("i64", rng) if some < 0.1 else Maker(lambda: lambda: int(some * 2**70))
    if typ.startswith("fn ("):
        return Maker(lambda: counter(3 if some < 0.5 else 40, spite), pure=False)
    if typ.startswith("?"):
        return const(None) if some < 0.3 else right(typ[1:], rng)
    if match := re.fullmatch(r"dict\[str, (.+)\]", typ):
        keys = [texts(rng).encode(errors="replace").decode() for _ in range(rng.randint(0, 5))]
        entries = {key: right(match[1], rng) for key in keys}
        return Maker(lambda: {Key(key): maker.make() for key, maker in entries.items()})
    if match := re.fullmatch(r"\[\](const )?(.+)", typ):
        constant, item = match.groups()
        items = [right(item, rng) for _ in range(rng.randint(0, 5))]
        if constant and (some < 0.6 or not is_buffer_item(item)):
            kind = rng.choice((list, tuple))
            return Maker(lambda: kind(maker.make() for maker in items))
        if item == "bool":
            flags = rng.randbytes(5).translate(bytes(i & 1 for i in range(256)))
            return Maker(lambda: memoryview(bytearray(flags)).cast("?"))
        letter = {"f32": "f", "f64": "d", "i8": "b", "i32": "i", "i31": "i", "i64": "q"}[item]
        values = [taker_of(item)(maker.make()) for maker in items]
        return Maker(lambda: array.array(letter, values))
    if match := re.fullmatch(r"\[(\d+)\](.+)", typ):
        parts = [right(match[2], rng) for _ in range(int(match[1]))]
    elif typ.startswith("("):
        parts = [right(part, rng) for part in typ[1:-1].split(", ")]
    else:
        return const({"bool": some < 0.5, "complex": complex(some, floats(rng)), "object": rng, "void": None}[typ])
    kind = rng.choice((list, tuple))
    return Maker(lambda: kind(maker.make() for maker in parts))


def fill_and_change(change: Callable[[bytearray], object]) -> tuple[Any, ...]:
    buffer = bytearray(range(10))
    return buffer, drops(change, buffer, 7)


def calls_that_clear() -> tuple[Any, ...]:
    values = [1, 2, 3]

    def clear(value: int, _text: str) -> float:
        values.clear()
        return float(value)

    return values, clear


TOGETHER: dict[str, list[Callable[[], tuple[Any, ...]]]] = {
    # arguments that have to do with each other
    "fill": [
        lambda: fill_and_change(bytearray.clear),
        lambda: fill_and_change(lambda it: it.extend(bytes(1000))),
        lambda: fill_and_change(lambda it: operator.setitem(it, 3, 255)),
    ],
    "sum_of": [
        calls_that_clear,
        lambda: ([1, 2], lambda value, text: reenter() + value + len(text)),
        lambda: ([1, 2], lambda *_: call("div", 1, 0)),
        lambda: ([1, 2], lambda *_: Float(reenter)),
    ],
    "add": [lambda: (Index(reenter), Index(reenter)), lambda: (2**62, Index(lambda: 2**62))],
}


# Calls, and what comes of them.


class Pool(NamedTuple):
    """Values for one parameter: `right` ones, and any; each with what comes of it, where that is always the same."""

    right: list[tuple[Callable[[], Any], Any, Any]]
    any: list[tuple[Callable[[], Any], Any, Any]]


UNKNOWN = object()


class Function:
    """A function, the ways to call it, and its model."""

    def __init__(
        self, name: str, ways: list[Callable[..., Any]], signature: dict[str, Any], optional: dict[str, Any], bare: bool
    ) -> None:
        self.name = name
        self.ways = ways
        self.parameters = [parameter for parameter, _ in signature["args"]]
        self.types = [typ for _, typ in signature["args"]]
        self.optional = optional
        self.positional_only = bare
        assert name in MODELS, (
            f"add a model of {name} to MODELS in tests/test_fuzz.py: what it gives, or raises, in Python"
        )
        self.model = MODELS[name]
        self.takers = [taker_of(typ, strict=name in STRICT, writing=name in WRITING) for typ in self.types]
        self.written = [
            "buffer" in typ if name in WRITING else typ.startswith("[]") and not typ.startswith("[]const ")
            for typ in self.types
        ]
        self.pools: list[Pool] = []
        self.calls = self.panics = 0

    def __repr__(self) -> str:
        return self.name

    def refill(self, rng: random.Random, others: list[Maker], size: int) -> None:
        self.pools = []
        for typ, taker, written in zip(self.types, self.takers, self.written, strict=True):
            smaller = SMALLER.get(self.name)
            if smaller:
                typ = re.sub(r"[iu]\d+$|str", smaller, typ)
            good = [self.entry(right(typ, rng), taker, written) for _ in range(size)]
            self.pools.append(Pool(good, [self.entry(maker, taker, written) for maker in others]))

    @staticmethod
    def entry(maker: Maker, taker: Callable[[Any], Any], written: bool) -> tuple[Callable[[], Any], Any, Any]:
        """How to make a value; what it becomes, or UNKNOWN; what it raises."""
        if not maker.pure or written:
            return maker.make, UNKNOWN, None
        try:
            return maker.make, taker(maker.make()), None
        except BaseException as error:  # noqa: BLE001
            return maker.make, None, error

    def attempt(self, rng: random.Random) -> None:
        dice = rng.random()
        if dice < 0.02 and self.name in TOGETHER:
            make = rng.choice(TOGETHER[self.name])
            return self.compare(rng.choice(self.ways), make(), {}, functools.partial(self.expect_all, make))
        entries = [pool.right[int(rng.random() * len(pool.right))] for pool in self.pools]
        if entries and dice > 0.6:
            for place in range(len(entries)) if dice > 0.9 else [rng.randrange(len(entries))]:
                entries[place] = rng.choice(self.pools[place].any)
        way = self.ways[int(rng.random() * len(self.ways))]
        if 0.1 < dice < 0.2:
            return self.attempt_with_keywords(way, entries, rng)
        return self.compare(way, [make() for make, _, _ in entries], {}, lambda: self.expect(entries))

    def attempt_with_keywords(self, way: Callable[..., Any], entries: list[Any], rng: random.Random) -> None:
        count = rng.randint(0, len(entries))
        keywords: list[tuple[str, Any]] = list(zip(self.parameters[count:], entries[count:], strict=True))
        positional = entries[:count]
        rng.shuffle(keywords)
        spare = (lambda: 1, UNKNOWN, None)
        for _ in range(rng.choice((0, 0, 1, 2))):
            change = rng.randrange(5)
            if change == 0 and keywords:
                keywords.pop()
            elif change == 1:
                names = ("", "\ud800", "self", "a\0", "ñ", "name", "args", *self.parameters)
                keywords.append((rng.choice(names), spare))
            elif change == 2:
                positional = [*positional, spare]
            elif change == 3 and positional:
                positional.pop()
            elif keywords:
                key, entry = keywords.pop()
                keywords.append((Key(key), entry))
        by_name = dict(keywords)
        arguments = [make() for make, _, _ in positional]
        given = {key: make() for key, (make, _, _) in by_name.items()}
        self.compare(way, arguments, given, lambda: self.expect(self.bound(positional, by_name)))

    def bound(self, positional: list[Any], keywords: dict[str, Any]) -> list[Any]:
        """One entry per parameter, as Python binds. Raises TypeError."""
        if len(positional) > len(self.parameters) or (keywords and self.positional_only):
            raise TypeError
        bound = dict(zip(self.parameters, positional, strict=False))
        for key, entry in keywords.items():
            if key in bound or key not in self.parameters:
                raise TypeError
            bound[str(key)] = entry
        for name in self.parameters:
            if name not in bound:
                if name not in self.optional:
                    raise TypeError
                bound[name] = (functools.partial(self.optional.get, name), UNKNOWN, None)
        return [bound[name] for name in self.parameters]

    def expect(self, entries: list[Any]) -> tuple[Any, list[Any]]:
        """What the model returns, and the arguments that it had."""
        made, taken = [], []
        for (make, value, error), taker in zip(entries, self.takers, strict=True):
            if error is not None:
                raise error
            if value is UNKNOWN:
                made.append(make())
                value = taker(made[-1])
            else:
                made.append(None)
            taken.append(value)
        return self.model(*taken), made

    def expect_all(self, make: Callable[[], tuple[Any, ...]]) -> tuple[Any, list[Any]]:
        made = list(make())
        return self.model(*[taker(value) for taker, value in zip(self.takers, made, strict=True)]), made

    def compare(
        self,
        way: Callable[..., Any],
        arguments: Sequence[Any],
        keywords: dict[str, Any],
        expect: Callable[[], tuple[Any, list[Any]]],
    ) -> None:
        expected: Any = None
        made: list[Any] = []
        raises = ""
        try:
            expected, made = expect()
        except Waits:
            return
        except BaseException as error:  # noqa: BLE001
            raises = type(error).__name__
        self.calls += 1
        self.panics += raises == "ZigPanic"
        raised: BaseException | None = None
        try:
            result = way(*arguments, **keywords)
        except BaseException as error:  # noqa: BLE001
            raised = error
        if raised is not None or raises:
            got = f"returned {result!r}" if raised is None else f"raised {raised!r}"
            assert type(raised).__name__ == raises, self.report(arguments, keywords, got, raises or expected)
            return
        right = (
            result is next(iter((*arguments, *keywords.values()))) if expected is ARGUMENT else same(result, expected)
        )
        assert right, self.report(arguments, keywords, f"returned {result!r}", expected)
        for written, value, twin in zip(self.written, arguments, made, strict=False):
            if written and value is not None:
                assert memoryview(value).tobytes() == memoryview(twin).tobytes(), self.report(
                    arguments, keywords, f"wrote {value!r}", twin
                )

    def report(self, arguments: Sequence[Any], keywords: dict[str, Any], what: str, expected: object) -> str:
        def show(value: object) -> str:
            try:
                return f"{type(value).__name__} {value!r}"[:200]
            except BaseException as error:  # noqa: BLE001
                return f"<{error!r}>"

        passed = [*map(show, arguments), *(f"{key!r}={show(value)}" for key, value in keywords.items())]
        return f"{self.name}({', '.join(passed)}) {what}, and the model: {show(expected)}"


def same(result: Any, expected: Any) -> bool:
    """Whether they are of one type and equal, -0.0 is not 0.0, and NaN is NaN."""
    if type(result) is not type(expected):
        return False
    if isinstance(expected, float):
        return bool(result.hex() == expected.hex())
    if isinstance(expected, complex):
        return same(result.real, expected.real) and same(result.imag, expected.imag)
    if isinstance(expected, (list, tuple)):
        return len(result) == len(expected) and all(map(same, result, expected))
    if isinstance(expected, dict):
        return result.keys() == expected.keys() and all(same(result[key], expected[key]) for key in expected)
    return bool(result == expected)


def optional_of(function: Callable[..., Any]) -> dict[str, Any]:
    """What is taken for a parameter that is left out."""
    parameters = inspect.signature(function).parameters.values()
    return {parameter.name: parameter.default for parameter in parameters if parameter.default is not parameter.empty}


def builtins() -> list[Function]:
    functions = []
    for name in sorted(NAMES):
        function = nano_ffi.get(name)
        ways: list[Callable[..., Any]] = [function, functools.partial(call, name), functools.partial(call, Text(name))]
        ways.append(functools.partial(call, str(name.encode(), "ascii")))
        functions.append(Function(name, ways, dict(nano_ffi.signature(name)), optional_of(function), bare=False))
    by_name = {"args": [("name", "str")], "ret": "object"}
    functions.append(Function("get", [nano_ffi.get], by_name, {}, bare=True))
    functions.append(Function("signature", [nano_ffi.signature], by_name, {}, bare=True))
    return functions


def functions_of(module: ModuleType) -> list[Function]:
    functions = []
    for name, function in vars(module).items():
        # What callables give is not modelled: tests/test_kinds.py calls it.
        if inspect.isbuiltin(function) and not name.startswith("_") and name != "answered":
            signature = module.__nano_ffi_signature__(name)
            functions.append(Function(name, [function], signature, optional_of(function), bare=False))
    return functions


@pytest.fixture(scope="module")
def all_functions(zig_module: Callable[[str], ModuleType]) -> list[Function]:
    """The built-in ones and, where there is a Zig to compile them with, those of kinds.zig."""
    if importlib.util.find_spec("ziglang") is None:
        return builtins()
    kinds = zig_module("kinds")
    CLASSES["Color"] = type(kinds.next("red"))
    return builtins() + functions_of(kinds)


def test_random_calls(
    all_functions: list[Function], pytestconfig: pytest.Config, measured: Callable[[str], None]
) -> None:
    wanted, seed = pytestconfig.getoption("fuzz_calls"), pytestconfig.getoption("fuzz_seed")
    rng = random.Random(seed)
    before = [function.calls for function in all_functions]
    start, made = time.process_time(), [0]
    while sum(made) < wanted:
        others = anything(rng)
        for function in all_functions:
            function.refill(rng, others, 40)
        for _ in range(min(wanted, 1000 * len(all_functions))):
            all_functions[int(rng.random() * len(all_functions))].attempt(rng)
        made = [function.calls - calls for function, calls in zip(all_functions, before, strict=True)]
    assert sum(made) >= wanted
    assert min(made) > wanted // len(made) // 4
    measured(
        f"{sum(made):,} random calls of {len(made)} functions, {min(made):,} or more of each, "
        f"{sum(function.panics for function in all_functions):,} panics, in {time.process_time() - start:.0f} s of CPU, "
        f"seed {seed}"
    )


@functools.cache
def arguments_of(typ: str) -> st.SearchStrategy[Maker]:
    """What `right` and `anything` make, chosen by Hypothesis, which looks for a simple case where one fails."""
    return st.one_of(
        st.integers(0, 2**32 - 1).map(lambda seed: right(typ, random.Random(seed))),
        st.sampled_from(some_of_anything()),
        st.one_of(st.integers(), st.floats(), st.text(st.characters(exclude_categories=())), st.binary()).map(const),
        st.lists(st.one_of(st.integers(), st.floats(), st.text(), st.none()), max_size=5).map(
            lambda items: Maker(lambda: list(items))
        ),
        st.dictionaries(st.one_of(st.text(), st.just("x")), st.one_of(st.integers(), st.floats(), st.text())).map(
            lambda entries: Maker(lambda: dict(entries))
        ),
    )


@settings(max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_calls_that_hypothesis_finds(all_functions: list[Function], data: st.DataObject) -> None:
    function = data.draw(st.sampled_from(all_functions))
    makers = [data.draw(arguments_of(typ)) for typ in function.types]
    if data.draw(st.integers(0, 9)) == 0:
        makers = data.draw(st.lists(arguments_of("i64"), max_size=4))
    entries = [(maker.make, UNKNOWN, None) for maker in makers]
    names = data.draw(
        st.lists(st.sampled_from([*function.parameters, "x", "\ud800"]), max_size=len(entries), unique=True)
    )
    positional, rest = entries[: len(entries) - len(names)], entries[len(entries) - len(names) :]
    keywords = dict(zip(names, rest, strict=True))
    function.compare(
        data.draw(st.sampled_from(function.ways)),
        [make() for make, _, _ in positional],
        {name: make() for name, (make, _, _) in keywords.items()},
        lambda: function.expect(function.bound(positional, keywords)),
    )


def test_a_memoryview_that_is_to_be_released_while_it_is_lent() -> None:
    memory = memoryview(bytearray(3))
    with pytest.raises(BufferError, match="exported buffer"):
        call("fill", memory, drops(memoryview.release, memory, 7))
    assert call("fill", memory, 1) == 3
    assert memory.tobytes() == b"\1\1\1"


def test_calls_within_calls_without_end(all_functions: list[Function]) -> None:
    def deeper(*_: object) -> Any:
        return call("add", 1, Index(deeper))

    with pytest.raises(RecursionError):
        deeper()
    for function in all_functions:
        if function.name == "sum_of":

            def again(*_: object, way: Callable[..., Any] = function.ways[0]) -> Any:
                return way([1], again)

            with pytest.raises(RecursionError):
                again()
