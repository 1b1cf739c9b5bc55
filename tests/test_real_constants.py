"""Constants as libraries have them."""

from __future__ import annotations

import ast
import copy
import gc
from collections.abc import Callable
from types import ModuleType

import pytest

from nano_ffi.explaining import described
from nano_ffi.pyi import stub

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def constants(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("real_constants")


def test_what_is_no_text_is_bytes(constants: ModuleType) -> None:
    assert (constants.magic, constants.marker) == (b"\x89PNG\r\n\x1a\n", b"\xff\xd8")
    assert constants.marks == [b"\xff", b"\xfe"]
    assert constants.pointer == bytes(range(256))
    assert constants.table == list(range(256))
    assert (constants.alphabet, constants.terminated) == ("abcé", "zé")
    assert constants.Format.magic == b"\x89PNG"


def test_long_ones_take_no_time_while_compiling(constants: ModuleType) -> None:
    assert constants.license == "é" * 30_000
    assert constants.squares == [number * number for number in range(5000)]
    assert len(constants.__nano_ffi_description__()) < 10_000


def test_a_text_that_is_none_within_others_is_left_out_by_name(constants: ModuleType) -> None:
    left = {each.name: each.reason for each in described(constants).left_out}
    assert left.pop("typed").startswith("its type real_constants.typed__struct_")
    assert left.pop("Codec.step").startswith("it has type *const fn (u8) u8")
    assert set(left) == {"kind", "mixed", "kinds", "maybe", "Format.names"}
    assert set(left.values()) == {"a text in it is not UTF-8: let that be nano_ffi.Bytes"}
    for name in left:
        assert not hasattr(constants, name)


def test_structs_without_a_name_are_dicts(constants: ModuleType) -> None:
    assert constants.about == {
        "kind": "codec",
        "name": "json",
        "needs": [],
        "version": (1, 2),
        "limits": {"depth": 0.5, "sizes": [7, 9]},
    }
    assert (constants.mode, constants.stages) == ("fast", ("early", "late"))


def test_the_stub_tells_types_of_one_name_apart(constants: ModuleType) -> None:
    assert constants.Outer.at({"raw": {"ticks": 7}}) == 7
    text = stub(described(constants))
    assert "about: Final[Struct]" in text
    assert "    limits: Struct2\n" in text
    assert "class Struct2(TypedDict):\n    depth: float\n    sizes: list[int]\n" in text
    assert "class TimeLike(TypedDict):\n    raw: ReadOnly[TimeLike2]\n" in text
    assert "class TimeLike2(TypedDict):\n    ticks: ReadOnly[SupportsIndex]\n" in text


def test_the_stub(constants: ModuleType) -> None:
    text = stub(described(constants))
    ast.parse(text)
    assert "magic: Final[bytes]" in text
    assert "marks: Final[list[bytes]]" in text
    assert "license: Final[str]" in text


def test_constants_of_classes_that_are_not_copied_are_objects(constants: ModuleType) -> None:
    codec = constants.Codec.rot1
    assert (codec.encode("HAL"), codec.title(), codec.name, codec.count) == (b"IBM", "rot1", "rot1", 0)
    assert (constants.same_codec.encode("HAL"), constants.same_codec.title()) == (b"HAL", "same")
    with pytest.raises(TypeError, match=r"^this Codec is read-only: it is a constant$"):
        codec.use()
    with pytest.raises(TypeError, match=r"^this Codec is read-only: it is a constant$"):
        codec.count = 1
    with pytest.raises(TypeError):
        copy.copy(codec)
    assert isinstance(codec, constants.Codec)
    codec.destroy()
    del codec, constants.Codec.rot1, constants.same_codec
    gc.collect()
    assert constants.endedSoFar() == 0
    text = stub(described(constants))
    assert "    rot1: Final[Codec]\n" in text
    assert "same_codec: Final[Codec]\n" in text
