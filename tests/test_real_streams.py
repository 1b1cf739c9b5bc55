"""Objects that keep a std.Io.Writer or std.Io.Reader."""

from __future__ import annotations

import ast
import gc
import inspect
import io
from collections.abc import Callable
from types import ModuleType

import pytest

from nano_ffi.explaining import described
from nano_ffi.pyi import stub

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def streams(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("real_streams")


def churn(streams: ModuleType) -> None:
    """Takes the memory of what is gone."""
    gc.collect()
    for _ in range(100):
        streams.IoReader(b"other\n" * 20)
        streams.Encoder(streams.IoWriter()).put("other" * 20)


def test_objects_keep_writers(streams: ModuleType) -> None:
    writer = streams.IoWriter()
    encoder = streams.Encoder(writer)
    for number in range(1000):
        encoder.put(f"{number:03}")
    assert writer.getvalue() == b"".join(b"<%03d>" % number for number in range(1000))
    assert (encoder.count, len(str(writer))) == (1000, 5000)
    assert (str(streams.IoWriter()), streams.IoWriter().getvalue()) == ("", b"")


def test_writers_live_as_long_as_who_keeps_them(streams: ModuleType) -> None:
    encoder = streams.Encoder(streams.IoWriter())
    churn(streams)
    for _ in range(100):
        encoder.put("x" * 100)
    inner = encoder.inner()
    del encoder
    churn(streams)
    inner.put(7)
    encoder = streams.Encoder(streams.IoWriter())
    first, second = streams.IoWriter(), streams.IoWriter()
    encoder.turn(first)
    encoder.put("a")
    encoder.inner().put(1)
    encoder.turn(second)
    encoder.put("b")
    assert (first.getvalue(), second.getvalue()) == (b"<a>[1]", b"<b>")
    del second
    churn(streams)
    encoder.put("c")
    assert encoder.count == 3


def test_what_a_destroyed_writer_was_kept_by_is_gone(streams: ModuleType) -> None:
    with streams.IoWriter() as writer:
        encoder = streams.Encoder(writer)
        encoder.put("a")
    with pytest.raises(ReferenceError, match="gone"):
        encoder.put("b")


def test_objects_keep_readers(streams: ModuleType) -> None:
    for source in ("a\nb\nc", b"a\nb\nc", bytearray(b"a\nb\nc"), io.StringIO("a\nb\nc"), io.BytesIO(b"a\nb\nc")):
        assert list(streams.lines(streams.IoReader(source))) == ["a", "b", "c"]
    reader = streams.IoReader("a\nb\nc")
    assert next(streams.lines(reader)) == "a"
    lines = streams.lines(reader)
    del reader
    churn(streams)
    assert list(lines) == ["b", "c"]
    parser = streams.parse(streams.IoReader("a#b\n#\ncd"), without="#")
    churn(streams)
    assert list(parser) == ["ab", "", "cd"]
    with pytest.raises(TypeError, match=r"parameter 'reader' must be an IoReader \(\*IoReader\), not bytes"):
        streams.lines(b"abc")
    with pytest.raises(TypeError, match=r"parameter 'text' must be a str, a bytes-like object, or an object with"):
        streams.IoReader(1)


def test_both_are_kept_behind_a_pointer(streams: ModuleType) -> None:
    writer = streams.IoWriter()
    copier = streams.Copier(streams.IoReader("abcdef"), writer)
    churn(streams)
    copier.copy(2)
    copier.copy(3)
    assert writer.getvalue() == b"abcde"
    with pytest.raises(EOFError):
        copier.copy(2)


def test_what_keeps_nothing_is_as_before(streams: ModuleType) -> None:
    encoder = streams.Encoder(streams.IoWriter())
    encoder.put("a")
    assert (encoder.dump(), str(encoder), encoder.format()) == ("1", "Encoder of 1", "Encoder of 1")
    assert streams.length(b"abc") == 3


def test_signatures_stub_and_what_is_left_out(streams: ModuleType) -> None:
    assert str(inspect.signature(streams.Encoder)) == "(writer)"
    assert streams.Encoder.turn.__doc__ == "Begins to write elsewhere."
    tree = ast.parse(stub(described(streams)))
    classes = {node.name: ast.unparse(node) for node in tree.body if isinstance(node, ast.ClassDef)}
    assert "def __init__(self, writer: IoWriter)" in classes["Encoder"]
    assert "def __init__(self, text: str | Buffer | _Readable)" in classes["IoReader"]
    assert "def getvalue(self) -> bytes" in classes["IoWriter"]
    assert "def parse(reader: IoReader, without: str | Buffer) -> Parser" in ast.unparse(tree)
    assert [left.name for left in described(streams).left_out] == ["Copier.between"]
    with pytest.raises(TypeError, match="which a function may be given that returns a Lines"):
        streams.Lines(streams.IoReader(""))


def test_no_streams_where_none_are_kept(zig_module: Callable[[str], ModuleType]) -> None:
    module = zig_module("real_lists")
    assert not {"IoWriter", "IoReader"} & set(dir(module))
