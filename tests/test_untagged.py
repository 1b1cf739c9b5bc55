"""Unions that are in Python what they hold."""

from __future__ import annotations

import pickle
import re
import types
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import nano_ffi


def test_an_untagged_union_is_what_it_holds(zig_module: Callable[[str], ModuleType]) -> None:
    kinds = zig_module("namesakes")
    cases: list[tuple[Any, str]] = [
        (None, "nothing"),
        (True, "truth"),
        (3, "whole"),
        (2.5, "real"),
        ("a", "text"),
        (b"a", "raw"),
        (kinds.Kind.blocked, "kind"),
        (kinds.Place(1, 2), "place"),
        ([1, ["a", None], 2.5], "list"),
        ({"a": [1, {"b": False}]}, "table"),
    ]
    for value, tag in cases:
        assert kinds.tag_of(value) == tag
        assert type(kinds.any(value)) is type(value)
        assert repr(kinds.any(value)) == repr(value)
    values = [value for value, _ in cases]
    assert [kinds.tag_at(values, index) for index in range(len(cases))] == [tag for _, tag in cases]
    assert repr(kinds.any(values)) == repr(values)
    assert repr(kinds.any(dict(zip("abcdefghij", values, strict=True)))).startswith("{")
    for other, tag in (((1, 2), "list"), (range(3), "list"), (types.MappingProxyType({"a": 1}), "table")):
        assert kinds.tag_of(other) == tag
    assert "Any" not in {left.name for left in nano_ffi.explain(kinds)}  # its format is Zig's
    assert kinds.loose(None) is None
    assert [kinds.loose(value) for value in (3, 2.5, "a")] == [3.0, 2.5, "a"]
    for wrong in (True, b"a", [], object()):
        text = f"loose(): parameter 'value' must be a float or a str (?Loose), not {type(wrong).__name__}"
        with pytest.raises(TypeError, match=f"^{re.escape(text)}$"):
            kinds.loose(wrong)
    with pytest.raises(OverflowError, match=r"^any\(\): parameter 'value\[1\]' is out of range"):
        kinds.any([1, 2**64])
    holder = kinds.Holder("a", [1, "b"])
    holder.value = 2
    holder.many[0] = "c"
    holder.last = 3.5
    assert (holder.value, list(holder.many), holder.last) == (2.0, ["c", "b"], 3.5)
    assert pickle.loads(pickle.dumps(holder)) == holder
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(RecursionError):
        kinds.any(endless)


def test_scalars_of_numpy_in_an_untagged_union(zig_module: Callable[[str], ModuleType]) -> None:
    numpy = pytest.importorskip("numpy", reason="numpy is not installed")
    kinds = zig_module("namesakes")
    cases = [(numpy.True_, "truth"), (numpy.int8(1), "whole"), (numpy.float32(1), "real"), (numpy.str_("a"), "text")]
    assert [kinds.tag_of(value) for value, _ in cases] == [tag for _, tag in cases]
    with pytest.raises(TypeError, match="must be a float or a str"):
        kinds.loose(numpy.True_)
