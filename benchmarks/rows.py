"""What is measured: one row per kind of call. Only the standard library, so that every CPython can import it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ROWS", "Row"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A call, and what must come of it."""

    name: str
    function: str
    """Its name in zig/rows.zig."""
    arguments: tuple[Any, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)
    expected: Any = None
    raises: type[Exception] | None = None
    keeps: bool = False
    """Whether results are kept until the next turn of the loop, instead of being let go at once."""
    scalar: bool = False
    """Whether only ints, floats, bools and None cross, by position: such a call is to beat C."""

    @property
    def peer_function(self) -> str:
        """Its name in the peers, which have a function of its own for keywords."""
        return f"{self.function}_keywords" if self.keywords else self.function

    @property
    def goal(self) -> float:
        """The largest ratio to hand-written C that a function object of nano_ffi may have."""
        return 0.8 if self.scalar else 1.0

    @property
    def named_goal(self) -> float | None:
        """The same for `nano_ffi.call` by name."""
        return 1.1 if self.scalar else None

    def check(self, function: Callable[..., Any], *first: Any) -> None:
        """Raises AssertionError where a function does not do what it should."""
        try:
            result = function(*first, *self.arguments, **self.keywords)
        except Exception as error:
            if self.raises is None or not isinstance(error, self.raises):
                raise
            return
        if self.raises or result != self.expected or type(result) is not type(self.expected):
            raise AssertionError(f"{self.name}: got {result!r}, not {self.expected!r}")


ROWS = [
    Row(name="no argument", function="nothing", scalar=True),
    Row(name="one int", function="increment", arguments=(41,), expected=42, scalar=True),
    Row(name="two ints", function="add", arguments=(3, 4), expected=7, scalar=True),
    Row(name="two ints, large sum", function="add", arguments=(100_000, -23_456), expected=76_544, scalar=True),
    Row(name="two ints of 50 bits", function="add", arguments=(1 << 50, -(1 << 49)), expected=1 << 49, scalar=True),
    Row(name="two floats", function="mul", arguments=(2.5, 4.0), expected=10.0, scalar=True),
    Row(name="two floats, kept", function="mul", arguments=(2.5, 4.0), expected=10.0, keeps=True),
    Row(name="large sum, kept", function="add", arguments=(100_000, -23_456), expected=76_544, keeps=True),
    Row(name="eight ints", function="sum8", arguments=(1, 2, 3, 4, 5, 6, 7, 8), expected=36, scalar=True),
    Row(name="bool", function="negate", arguments=(True,), expected=False, scalar=True),
    Row(name="str in", function="length", arguments=("a text of some length",), expected=21),
    Row(name="str in, not ASCII", function="length", arguments=("ein Text einiger Länge",), expected=23),
    Row(name="str out", function="greeting", expected="hello from the other side"),
    Row(name="bytes", function="bytesum", arguments=(bytes(range(16)),), expected=120),
    Row(name="buffer", function="fill", arguments=(bytearray(16), 7), expected=16),
    Row(name="tuple out", function="divide", arguments=(17, 5), expected=(3, 2)),
    Row(name="keywords", function="add", keywords={"a": 3, "b": 4}, expected=7),
    Row(name="error", function="divide", arguments=(1, 0), raises=ZeroDivisionError),
]
