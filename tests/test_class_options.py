"""What a struct says of its class, on a module compiled from tests/extension/classes_options.zig."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("classes_options")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def test_properties(m: ModuleType) -> None:
    body = m.Temperature(37)
    assert body.fahrenheit == pytest.approx(98.6)
    body.fahrenheit = 212
    assert body.celsius == 100.0
    assert raises(lambda: setattr(body, "fahrenheit", "x")) == (
        TypeError,
        "setFahrenheit(): parameter 'value' must be a float (f64), not str",
    )
    with pytest.raises(ValueError, match=r"^ValueError$"):
        body.fahrenheit = -500
    assert raises(lambda: delattr(body, "fahrenheit")) == (AttributeError, "property has no deleter")
    assert m.Temperature.fahrenheit.__doc__ == "In degrees Fahrenheit."
    assert inspect.isdatadescriptor(m.Temperature.fahrenheit)
    assert not hasattr(m.Temperature, "setFahrenheit")
    # Kept in a hidden field.
    assert (body.kelvin, body.kelvin, body.asked) == (373.15, 373.15, 1)
    assert raises(lambda: setattr(body, "kelvin", 1))[0] is AttributeError
    assert raises(lambda: m.Temperature.__new__(m.Temperature).fahrenheit) == (
        TypeError,
        "the Temperature has no value: its __init__ was not called",
    )


def test_hidden_fields(m: ModuleType) -> None:
    body = m.Temperature(1, "north")
    assert body.note("first") == 1
    assert body.note("second") == 2
    assert m.Temperature.__field_names__() == ["celsius", "station", "asked"]
    assert str(inspect.signature(m.Temperature)) == "(celsius=0.0, station='', asked=0)"
    assert repr(body) == "Temperature(celsius=1.0, station='north', asked=0)"
    assert not hasattr(body, "notes")
    assert m.Temperature.__match_args__ == ("celsius", "station", "asked")
    assert body == m.Temperature(1, "north")
    assert copy.deepcopy(body).note("third") == 3
    assert pickle.loads(pickle.dumps(body)).note("first again") == 1
    assert m.warmest([{"celsius": 3}, (4, "south"), body]) == 4.0
    assert raises(lambda: m.warmest([{"notes": []}])) == (
        TypeError,
        "warmest(): parameter 'all[0]' has a key 'notes', and Temperature has no such field",
    )


def test_fields_for_reading(m: ModuleType) -> None:
    body = m.Temperature(1, "north")
    assert raises(lambda: setattr(body, "station", "south"))[0] is AttributeError
    assert body.station == "north"


def test_class_methods(m: ModuleType) -> None:
    class Warm(m.Temperature):  # type: ignore[misc, name-defined]
        pass

    assert m.Temperature.from_("2.5") == m.Temperature(2.5)
    assert Warm(1).from_("2.5", scale=2) == m.Temperature(5)
    assert str(inspect.signature(m.Temperature.from_)) == "(text, scale=None)"
    assert inspect.getdoc(m.Temperature.from_) == "Out of a text."
    assert raises(m.Temperature.from_) == (TypeError, "from_() takes at least 1 argument (0 given)")
