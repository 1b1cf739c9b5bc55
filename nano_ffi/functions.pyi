# Made by `python -m nano_ffi.stubs nano_ffi` out of the signatures of the Zig functions. Do not edit.
from typing import SupportsFloat, SupportsIndex

from typing_extensions import Buffer

def add(a: SupportsIndex, b: SupportsIndex) -> int:
    """The sum of two ints. error.Overflow where i64 cannot hold it."""

def mul(a: SupportsFloat | SupportsIndex, b: SupportsFloat | SupportsIndex) -> float:
    """The product of two floats."""

def add32(a: SupportsIndex, b: SupportsIndex) -> int:
    """The sum of two ints. error.Overflow where i32 cannot hold it."""

def umul(a: SupportsIndex, b: SupportsIndex) -> int:
    """The product of two ints that are not negative. error.Overflow where u64 cannot hold it."""

def strlen(text: str) -> int:
    """The length of a str in bytes of UTF-8."""

def echo(s: str) -> str:
    """The str itself, there and back."""

def bytesum(b: Buffer) -> int:
    """The sum of all bytes, which no memory is large enough to overflow."""

def div(a: SupportsIndex, b: SupportsIndex) -> int:
    """The quotient, rounded toward zero. error.DivisionByZero, and error.Overflow for the lowest i64
    by -1."""

def divmod(a: SupportsIndex, b: SupportsIndex) -> tuple[int, int]:
    """Quotient and remainder as Python's divmod gives them: the quotient is rounded down, and the
    remainder has the sign of `b`. error.DivisionByZero, and error.Overflow for the lowest i64 by
    -1."""

def signmag(value: SupportsIndex) -> tuple[bool, int]:
    """Whether an int is negative, and its absolute value."""

def fill(buffer: Buffer, value: SupportsIndex) -> int:
    """Sets every byte of a writable buffer, in place, and returns how many there are."""

def bufmax(buffer: Buffer) -> int:
    """The largest byte of a buffer, 0 where it is empty."""

def sum8(
    a: SupportsIndex,
    b: SupportsIndex,
    c: SupportsIndex,
    d: SupportsIndex,
    e: SupportsIndex,
    f: SupportsIndex,
    g: SupportsIndex,
    h: SupportsIndex,
) -> int:
    """The sum of eight ints. error.Overflow where i64 cannot hold it; what comes between may be
    larger."""

def scalef32(value: SupportsFloat | SupportsIndex, factor: SupportsFloat | SupportsIndex = 2.0) -> float:
    """The product of two floats of 32 bits, or twice the one that is given."""
