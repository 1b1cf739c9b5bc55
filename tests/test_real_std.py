"""Types of Zig's own library by another name, and the iterators that functions return."""

from __future__ import annotations

import ast
import copy
import hashlib
import inspect
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from nano_ffi.explaining import described
from nano_ffi.pyi import stub

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def std(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("real_std")


def test_a_struct_of_std_is_a_class(std: ModuleType) -> None:
    digest = std.Sha256()
    digest.update(b"abc")
    digest.update(b="def")
    assert digest.finalResult() == hashlib.sha256(b"abcdef").digest()
    out = bytearray(32)
    std.Sha256.hash(b"abcdef", out)
    assert bytes(out) == hashlib.sha256(b"abcdef").digest()
    assert std.Sha256.digest_length == 32
    assert str(inspect.signature(std.Sha256)) == "()"
    assert str(inspect.signature(std.Sha256.hash)) == "(b, out)"
    with pytest.raises(
        TypeError, match=r"^update\(\): parameter 'b' must be a str or a bytes-like object \(str\), not int$"
    ):
        digest.update(3)


def test_its_state_is_its_own(std: ModuleType) -> None:
    first, second = std.Prng(7), std.seeded(seed=7)
    assert isinstance(second, std.Prng)
    assert [first.next() for _ in range(5)] == [second.next() for _ in range(5)]
    again = copy.deepcopy(first)
    assert first.next() == again.next() == second.next()
    assert std.Prng.__doc__ == "Numbers that nobody foresees."
    assert str(inspect.signature(std.Prng)) == "(init_s)"
    block = bytearray(100)
    first.fill(block)
    assert any(block)


def test_a_uri_is_parsed(std: ModuleType) -> None:
    uri = std.Uri.parse("https://example.org:80/a%20b?c")
    assert (uri.scheme, uri.port) == ("https", 80)
    assert (uri.path, uri.fragment) == (std.Uri.Component.percent_encoded("/a%20b"), None)
    assert str(uri) == "https://example.org:80/a%20b?c"
    with pytest.raises(std.Uri.ParseError, match=r"^InvalidFormat$"):
        std.Uri.parse("nothing")
    assert std.Uri("file", path={"raw": "/x y"}).format() == "file:/x%20y"


def test_what_is_a_value_of_python_stays_one(std: ModuleType) -> None:
    assert std.ints(3) == [0, 1, 2]
    assert not hasattr(std, "Ints")


def test_what_cannot_cross_is_left_out_by_name(std: ModuleType) -> None:
    left = {each.name: each.reason for each in described(std).left_out}
    remedy = "its fields are the library's own: give it a name, pub const Name = std.…; and it is a class"
    assert left["hidden"] == f"it returns Random.Sfc64, which cannot go to Python: {remedy}"
    assert left["hiddenOf"] == f"parameter 'generator' has type *Random.Sfc64, which cannot come from Python: {remedy}"
    assert left["Table"] == "its field 'pdf' is known while compiling only: let it be a pointer or a number"
    for name in ("hidden", "hiddenOf", "Table"):
        assert not hasattr(std, name)


def test_an_iterator_of_std(std: ModuleType) -> None:
    words = std.words("the quick\nbrown  fox")
    assert isinstance(words, Iterator)
    assert iter(words) is words
    assert list(words) == ["the", "quick", "brown", "fox"]
    assert next(words, None) is None
    words = std.words("a b c")
    assert (words.peek(), next(words), words.rest()) == ("a", "a", "b c")
    words.reset()
    assert list(words) == ["a", "b", "c"]
    assert type(words) is std.WordsIterator
    with pytest.raises(TypeError, match=r"^cannot create 'WordsIterator' objects: only the module makes them"):
        std.WordsIterator("a", " ", 0)
    lines = std.lines("a\n\nb")
    assert isinstance(lines, std.Lines)
    assert [*lines] == ["a", "", "b"]


def test_an_iterator_without_a_name(std: ModuleType) -> None:
    assert list(std.countdown(3, fails=False)) == [3, 2, 1]
    failing = std.countdown(1, fails=True)
    assert next(failing) == 1
    with pytest.raises(RuntimeError, match=r"^Gone$"):
        next(failing)
    with pytest.raises(RuntimeError, match=r"^TooFar$"):
        std.countdown(1001, True)
    assert std.countdown(5, True).left == 5


def test_an_iterator_keeps_what_it_goes_through(std: ModuleType) -> None:
    numbers = std.Numbers()
    for number in range(3):
        numbers.add(number)
    assert list(numbers.iterator()) == [0, 1, 2]
    iterator = numbers.iterator()
    del numbers
    assert list(iterator) == [0, 1, 2]
    assert type(iterator) is std.Numbers.Iterator


def test_iterators_of_maps_give_keys_and_values(
    std: ModuleType, growth: Callable[[Callable[[], object]], float]
) -> None:
    counts = std.Counts()
    for word in ("one", "two", "one"):
        counts.add(word)
    assert dict(counts.iterator()) == {"one": 2, "two": 1}
    assert sorted(counts.words()) == ["one", "two"]
    assert sorted(counts.numbers()) == [1, 2]
    assert (counts.peek("one"), counts.peek("three"), counts.latest()) == (2, None, 2)
    assert not hasattr(counts, "place")
    left = {each.name: each.reason for each in described(std).left_out}
    assert left["Counts.place"].startswith("it returns ?*u32, which cannot go to Python")
    text = stub(described(std))
    assert "def __next__(self) -> tuple[str, int]: ..." in text
    assert "def peek(self, word: str | Buffer) -> int | None:" in text
    assert growth(lambda: list(counts.iterator())) < 8


def test_iterators_and_classes_of_std_keep_no_memory(
    std: ModuleType, growth: Callable[[Callable[[], object]], float]
) -> None:
    numbers = std.Numbers()
    numbers.add(3)
    assert growth(lambda: list(std.words("one two three"))) < 8
    assert growth(lambda: next(numbers.iterator())) < 8
    assert growth(lambda: std.Uri.parse("https://example.org/a?b#c")) < 8
    assert growth(lambda: std.Sha256().update(b"abc")) < 8


def test_the_stub_has_iterators(std: ModuleType) -> None:
    text = stub(described(std))
    ast.parse(text)
    assert "def words(text: str | Buffer) -> WordsIterator:" in text
    assert "    def __next__(self) -> str: ..." in text
    assert "def countdown(from_: SupportsIndex, fails: bool) -> CountdownIterator: ..." in text
    assert "    class Iterator" in text
    assert "def seeded(seed: SupportsIndex) -> Prng:" in text
    assert "def ints(count: SupportsIndex) -> list[int]: ..." in text
