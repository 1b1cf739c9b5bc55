"""Parameters that may be left out, on a module compiled from tests/extension/defaults.zig."""

from __future__ import annotations

import inspect
import math
import re
import struct
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import nano_ffi

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def defaults(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("defaults")


def test_by_position_and_by_keyword(defaults: ModuleType) -> None:
    power = defaults.power
    assert power(3) == power(base=3) == power(3, 2) == power(3, exponent=2) == power(3, limit=None) == 9
    assert power(3, limit=5) == power(limit=5, base=3) == power(3, 2, 5) == 5
    assert power(2, 10) == power(exponent=10, base=2) == 1024
    assert defaults.released() == defaults.released(count=41) == 42
    buffer = bytearray(2)
    defaults.filled(buffer)
    assert buffer == b"\t\t"


def test_what_inspect_shows(defaults: ModuleType) -> None:
    assert str(inspect.signature(defaults.power)) == "(base, exponent=2, limit=None)"
    assert defaults.power.__text_signature__ == "($module, base, exponent=2, limit=None)"
    shown = {name: parameter.default for name, parameter in inspect.signature(defaults.all).parameters.items()}
    assert shown == {
        "yes": True,
        "large": -(2**127),
        "ratio": 3.0,
        "single": 0.1,
        "endless": math.inf,
        "text": 'it\'s "ñ",\n\\ )',
        "bytes": b"\0\xff",
        "color": "green",
        "maybe": 7,
    }
    assert type(shown["ratio"]) is float
    # What is shown is what is taken: given explicitly it makes no difference.
    assert defaults.all() == defaults.all(**shown) == defaults.all(*shown.values())
    yes, large, ratio, single, endless, text, data, color, maybe = defaults.all()
    assert (yes, large, ratio, endless, text, data, maybe) == (
        *(True, -(2**127), 3.0, math.inf),
        *('it\'s "ñ",\n\\ )', b"\0\xff", 7),
    )
    assert single == struct.unpack("f", struct.pack("f", 0.1))[0]
    assert color.name == "green"
    assert defaults.all(maybe=None)[8] is None


def test_signature(defaults: ModuleType) -> None:
    nano_ffi.register("defaults.power", defaults.power)
    assert nano_ffi.signature("defaults.power") == {
        "args": [("base", "i64"), ("exponent", "u6"), ("limit", "?i64")],
        "ret": "i64",
        "defaults": {"exponent": "2", "limit": "None"},
    }
    assert nano_ffi.call("defaults.power", 3, limit=5) == 5
    assert "defaults" not in nano_ffi.signature("add")


REFUSED: list[tuple[Callable[[Any], Any], type[Exception], str]] = [
    (lambda module: module.power(), TypeError, "power() missing required argument 'base'"),
    (lambda module: module.power(1, 2, 3, 4), TypeError, "power() takes at most 3 arguments (4 given)"),
    (lambda module: module.power(exponent=2), TypeError, "power() missing required argument 'base'"),
    (lambda module: module.power(1, bas=2), TypeError, "power() got an unexpected keyword argument 'bas'"),
    (lambda module: module.power(1, base=2), TypeError, "power() got multiple values for argument 'base'"),
    (lambda module: module.power("x"), TypeError, "power(): parameter 'base' must be an int (i64), not str"),
    (
        lambda module: module.power(1, exponent=64),
        OverflowError,
        "power(): parameter 'exponent' is out of range for u6 (0 to 63)",
    ),
    (lambda module: module.power(1, limit=""), TypeError, "power(): parameter 'limit' must be an int (?i64), not str"),
    (
        lambda module: module.mixed(b"a", c=3),
        TypeError,
        "mixed(): parameter 'c' must be a str or a bytes-like object (str), not int",
    ),
]


@pytest.mark.parametrize(("refused", "error", "text"), REFUSED)
def test_refused(defaults: ModuleType, refused: Callable[[Any], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(text)}$"):
        refused(defaults)


def test_no_leak(defaults: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    memory = bytearray(b"two")
    assert defaults.mixed(memory, c=memory) == 343
    memory.append(1)  # nothing is lent any more
    assert growth(lambda: defaults.mixed(memory, c=memory)) < 4
    assert growth(lambda: defaults.mixed(memory, c=3)) < 4
    assert growth(defaults.all) < 4
