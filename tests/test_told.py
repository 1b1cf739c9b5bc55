"""What the file that Python imports says of a library that nobody wrote for Python, and text that is none."""

from __future__ import annotations

import copy
import inspect
import weakref
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from nano_ffi.explaining import described
from nano_ffi.pyi import stub

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")

REMEDY = ": text of Zig is UTF-8; where it is bytes, say .bytes = true of the function or field in nano_ffi_options"


@pytest.fixture(scope="module")
def told(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("told")


@pytest.fixture(scope="module")
def untold(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("told_nothing")


def test_texts_of_functions_are_bytes(told: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    library = told.library
    assert library.decode("ff00") == b"\xff\x00"
    assert library.words(3) == [b"\xff", b"\xfe", b"\xfd"]
    assert library.named() == [b"\xfa"]
    assert library.pair(b"\xff") == (1, b"\xff")
    assert library.pair("") == (0, None)
    assert library.inner.bell() == b"\x07\xf7"
    assert not hasattr(library.inner, "hidden")
    assert growth(lambda: (library.decode("ff" * 500), library.words(200), library.named(), library.pair("x"))) < 1


def test_what_is_no_text_says_what_to_do(told: ModuleType, untold: ModuleType) -> None:
    chunk = untold.library.Chunk()
    for call in (told.library.plain, untold.library.plain, lambda: chunk.kind, lambda: untold.library.words(1)):
        with pytest.raises(UnicodeDecodeError) as raised:
            call()
        assert raised.value.reason == "invalid start byte" + REMEDY
        assert raised.value.object[0] == 0xFF
        assert str(raised.value) == f"'utf-8' codec can't decode byte 0xff in position 0: {raised.value.reason}"


def test_fields_are_bytes(told: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    Chunk = told.library.Chunk  # noqa: N806 - a class
    chunk = Chunk(size=3)
    assert (chunk.kind, chunk.data, chunk.half) == (b"\xff\xfe", b"\x80", 1.5)
    assert repr(Chunk(b"\xfe", b"a")) == "Chunk(kind=b'\\xfe', data=b'a', size=0.0)"
    assert Chunk(bytearray(b"\xfe"), memoryview(b"a")) == Chunk(b"\xfe", b"a")
    assert Chunk.__annotations__ == {"kind": bytes, "data": bytes, "size": float}
    with pytest.raises(TypeError, match=r"^lib.*Chunk\.data must be a bytes-like object \(bytes\), not str$"):
        chunk.data = "text"
    with pytest.raises(AttributeError):
        chunk.kind = b""
    chunk.data = b"\x90" * 100
    assert chunk.raw() == b"\x90" * 100
    assert copy.deepcopy(chunk) == chunk
    assert chunk.__replace__(data=b"\xf0").data == b"\xf0"
    assert id(weakref.ref(chunk)()) == id(chunk)

    def change() -> None:
        chunk.data = b"\x90" * 1000
        Chunk(b"\xff" * 1000, b"\xfe" * 1000)

    assert growth(change) < 1
    assert chunk.data == b"\x90" * 1000


def test_classes_enums_and_generics(told: ModuleType, untold: ModuleType) -> None:
    mark = told.library.Chunk.Mark(2)
    assert mark.text() == b"\xff\xfe"
    assert hash(mark) == hash(told.library.Chunk.Mark(2))
    with pytest.raises(AttributeError):
        mark.at = 3
    assert issubclass(told.library.Mode, str)
    assert told.library.Mode("fast") == "fast"
    assert told.library.Chunk.Mark(1) < mark  # as the library says
    ints = told.Ints()
    ints.push()
    assert ints.peek == 7
    # Another module has its own classes of the file, of which nothing is said.
    free = untold.library.Chunk.Mark(1)
    free.at = 2
    assert free.at == 2
    assert not issubclass(untold.library.Mode, str)
    assert untold.library.Chunk(size=3).half() == 1.5
    assert untold.library.Chunk.__annotations__["data"] is str


def test_they_are_described(told: ModuleType) -> None:
    text = stub(described(told))
    assert "def raw(self) -> bytes: ..." in text
    assert "def words(count: SupportsIndex) -> list[bytes]:" in text
    assert "data: bytes" in text
    assert "data: Buffer = ...," in text
    assert str(inspect.signature(told.Ints.push)) == "(self, /, value=7)"
