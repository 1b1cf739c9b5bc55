"""What a compiled module has besides functions, what is left out of it, and what it says of itself."""

from __future__ import annotations

import enum
import inspect
import json
import keyword
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")

from nano_ffi import switches


@pytest.fixture(scope="module")
def names(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("names")


@pytest.fixture(scope="module")
def description(names: ModuleType) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(names.__nano_ffi_description__())
    return described


def by_name(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in items}


def test_constants(names: ModuleType) -> None:
    assert (names.answer, names.large, names.third, names.huge) == (42, 1 << 100, 0.25, 1e300)
    assert names.yes is True
    assert names.nothing is None
    assert names.greeting == "héllo 'you'"
    assert names.mixed == (1, "two", (3.5, None))
    assert names.primes == [2, 3, 5]
    assert names.favourite is names.Color.green


def test_no_keyword_is_a_name() -> None:
    text = Path(switches.sources(), "signature.zig").read_text(encoding="utf-8")
    found = re.search(r"const keywords = \.\{([^}]*)\};", text)
    assert found is not None
    assert set(re.findall(r'"(\w+)"', found[1])) >= set(keyword.kwlist)


def test_enums_are_attributes(names: ModuleType) -> None:
    assert issubclass(names.Color, enum.IntEnum)
    assert [(color.name, color.value) for color in names.Color] == [("red", 1), ("green", 2), ("blue", 7)]
    assert names.favour() is names.Color.green
    assert names.favour(names.Color.blue) is names.Color.blue


@pytest.mark.parametrize(
    ("how", "classes"),
    [
        ("token", ["ParseError", "AnyError"]),
        ("end", ["ParseError"]),
        ("memory", ["AnyError"]),
        ("loose", []),
    ],
)
def test_error_sets_are_classes(names: ModuleType, how: str, classes: list[str]) -> None:
    with pytest.raises(RuntimeError) as caught:
        names.fail(how)
    for name in ("ParseError", "AnyError"):
        assert isinstance(caught.value, getattr(names, name)) == (name in classes)
    if how == "token":
        assert type(caught.value) is names.ParseError.BadToken is names.AnyError.BadToken
    assert isinstance(caught.value, EOFError) == (how == "end")
    assert isinstance(caught.value, MemoryError) == (how == "memory")


def test_an_error_set_has_a_name_and_a_docstring(names: ModuleType) -> None:
    assert names.ParseError.__module__ == "names"
    assert names.ParseError.__doc__ == "What goes wrong while parsing."


def test_the_files_comment_is_the_modules_documentation(names: ModuleType) -> None:
    source = Path(__file__).parent / "extension" / "names.zig"
    lines = [line[3:].strip() for line in source.read_text().splitlines() if line.startswith("//!")]
    assert names.__doc__ == "\n".join(lines)


def test_a_function_of_another_file(names: ModuleType) -> None:
    assert names.triple(number=4) == 12
    assert names.triple.__doc__ == "Three times as much."
    assert str(inspect.signature(names.triple)) == "(number)"


def test_what_is_left_out(names: ModuleType, description: dict[str, Any]) -> None:
    left_out = {item["name"]: (item["kind"], item["reason"].partition(":")[0]) for item in description["left_out"]}
    assert left_out == {
        "counter": ("variable", "it is a variable"),
        "poke": ("function", "parameter 'target' has type **u8, which cannot come from Python"),
        "generic": ("function", "parameter 'value' is generic"),
        "Pair": ("function", "it returns a type"),
        "pointer": ("constant", "its type *const fn () void cannot go to Python"),
        "allocator": ("constant", "its type mem.Allocator cannot go to Python"),
    }
    assert not any(hasattr(names, name) for name in left_out)


def test_the_description(description: dict[str, Any]) -> None:
    assert description["module"] == "names"
    assert description["doc"] == "What a module has besides functions, and what it cannot show."
    constants = by_name(description["constants"])
    assert {name: constant.get("value") for name, constant in constants.items()} == {
        "answer": "42",
        "large": str(1 << 100),
        "third": "0.25",
        "huge": "1e300",
        "yes": "True",
        "greeting": "'héllo \\'you\\''",
        "nothing": "None",
        "mixed": "(1, 'two', (3.5, None))",
        "primes": "[2, 3, 5]",
        "favourite": "Color.green",
    }
    assert by_name(description["enums"])["Color"] == {
        "name": "Color",
        "doc": "The colours.",
        "members": [["red", 1], ["green", 2], ["blue", 7]],
    }
    assert by_name(description["errors"])["ParseError"]["members"] == ["BadToken", "EndOfStream"]
    functions = by_name(description["functions"])
    assert functions["fail"] == {
        "name": "fail",
        "doc": "Fails on request.",
        "params": [{"name": "how", "type": {"k": "text", "zig": "str"}}],
        "returns": {"k": "void", "zig": "void"},
        "errors": ["BadToken", "EndOfStream", "Loose", "OutOfMemory"],
    }
    (color,) = functions["favour"]["params"]
    assert color["default"] == "None"
    assert color["type"]["item"] == {"k": "enum", "zig": "Color", "name": "Color"}


def test_the_description_is_in_the_bytes(names: ModuleType) -> None:
    assert names.__file__ is not None
    content = Path(names.__file__).read_bytes()
    found = re.finditer(rb"nano_ffi-description:(\d+):", content)  # debug information may have it, too, in its own way
    descriptions = [content[match.end() :][: int(match[1])] for match in found]
    assert names.__nano_ffi_description__().encode() in descriptions
