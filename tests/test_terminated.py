"""Texts with a zero behind them, `[:0]const u8`, as parts of others: nothing reads behind their ends."""

from __future__ import annotations

import copy
import gc
import pickle
import random
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from nano_ffi.explaining import described
from nano_ffi.pyi import stub

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def texts(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("terminated")


def test_items_of_lists(texts: ModuleType) -> None:
    assert texts.longest(["a", b"abc", ""]) == 3
    assert texts.longest(word * 3 for word in ("\u00e4", "b")) == 6
    assert texts.splitZ("a bc") == [b"a", b"bc"]
    assert texts.splitZc("a  bc") == ["a", "", "bc"]
    assert texts.names == ["a", "b"]
    assert texts.pairZ() == ("z", 1)
    with pytest.raises(
        ValueError, match=r"^longest\(\): parameter 'args\[1\]' must have no NUL \(str\), and has one at 1$"
    ):
        texts.longest(["", "a\0b"])
    with pytest.raises(
        TypeError, match=r"^longest\(\): parameter 'args\[0\]' must be a str or bytes \(str\), not int$"
    ):
        texts.longest([3])


def test_fields_and_tags(texts: ModuleType) -> None:
    named = texts.Named()
    assert repr(named) == "Named(name='x', n=0, words=[], list=[])"
    named = texts.Named("abc", words=["d", b"ef"], list=["g"])
    assert named.span() == texts.named(named) == 7
    assert texts.named({"name": "ab", "words": ["c"]}) == 3
    assert pickle.loads(pickle.dumps(named)) == copy.deepcopy(named) == named
    with pytest.raises(ValueError, match=r"^Named\.name must have no NUL \(str\), and has one at 0$"):
        named.name = "\0"
    with pytest.raises(ValueError, match=r"must have no NUL"):
        named.list.append("\0")
    assert (named.name, named.list) == ("abc", ["g"])
    assert texts.either(texts.Either.text("abc")) == texts.Either.text("abc")
    assert texts.either({"text": "abc"}).size() == 3
    assert texts.Res("hello").name == b"hello"
    assert texts.View("abc").name == "abc"
    view = texts.View.of(texts.Res("hello" * 100))
    gc.collect()
    assert view.name == "hello" * 100


def test_they_are_described(texts: ModuleType) -> None:
    text = stub(described(texts))
    assert "def longest(args: Iterable[str | bytes]) -> int: ..." in text
    assert "def splitZc(text: str | Buffer) -> list[str]: ..." in text
    assert "    name: str\n" in text
    assert texts.Named.__annotations__["name"] is str


def test_an_end_is_there_as_long_as_its_text(texts: ModuleType) -> None:
    """An empty text, too, is memory that has to stay: its zero."""
    dice = random.Random(7)
    named, name, words, items = texts.Named(), "x", list[str](), list[str]()
    for turn in range(6000):
        word = "".join(dice.choice("ab\u00e9") for _ in range(dice.choice((0, 0, 1, 5, 200))))
        match dice.randrange(10):
            case 0:
                named.name = name = word
            case 1:
                named.rename(word)
                name = word
            case 2:
                named.cut(len(name.encode()))
                name = ""
            case 3:
                named.add(word)
                items.append(word)
            case 4:
                named.addLent(word)
                items.append(word)
            case 5:
                named.words = words = [word, ""]
            case 6 if items:
                place = dice.randrange(len(items))
                named.list[place] = items[place] = word
            case 7 if items:
                place = dice.randrange(len(items))
                assert named.list.pop(place) == items.pop(place)
            case 8:
                named = copy.deepcopy(named)
            case _:
                named.name = word
                named.drop()
                name = ""
        if len(items) > 30:
            del named.list[:25], items[:25]
        if turn % 97 == 0:
            gc.collect()
        assert (named.name, list(named.words), list(named.list)) == (name, words, items)
        assert named.span() == sum(len(text.encode()) for text in (name, *words, *items))
        assert named.tail() == ""


def test_nothing_stays(texts: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    big = "w" * 500
    named = texts.Named()

    def change() -> None:
        named.name = big
        named.words = [big, big]
        named.rename(big)
        named.cut(0)
        texts.Named(big, words=[big], list=[big])
        texts.splitZ(f"{big} {big}")
        texts.splitZc(f"{big} {big}")
        texts.longest([big] * 3)
        texts.named(texts.Named(big))
        texts.either({"text": big})
        texts.View.of(texts.Res(big))

    assert growth(change) < 1
    for bad in (["a", "\0"], ["a", 3]):
        assert growth(lambda: texts.longest(bad)) < 1  # noqa: B023 - called here
