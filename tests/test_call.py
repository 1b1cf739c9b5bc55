"""`call` and what stands beside it: every built-in function, what it takes and what it refuses."""

from __future__ import annotations

import array
import gc
import mmap
import re
from importlib.metadata import metadata

import pytest

import nano_ffi
from nano_ffi import call

I64 = (-(2**63), 2**63 - 1)

SIGNATURES: dict[str, tuple[list[tuple[str, str]], str | list[str]]] = {
    "add": ([("a", "i64"), ("b", "i64")], "i64"),
    "mul": ([("a", "f64"), ("b", "f64")], "f64"),
    "add32": ([("a", "i32"), ("b", "i32")], "i32"),
    "umul": ([("a", "u64"), ("b", "u64")], "u64"),
    "strlen": ([("text", "str")], "i64"),
    "echo": ([("s", "str")], "str"),
    "bytesum": ([("b", "bytes")], "u64"),
    "div": ([("a", "i64"), ("b", "i64")], "i64"),
    "divmod": ([("a", "i64"), ("b", "i64")], ["i64", "i64"]),
    "signmag": ([("value", "i64")], ["bool", "u64"]),
    "fill": ([("buffer", "buffer"), ("value", "u8")], "u64"),
    "bufmax": ([("buffer", "buffer")], "u8"),
    "sum8": ([(name, "i64") for name in "abcdefgh"], "i64"),
    "scalef32": ([("value", "f32"), ("factor", "f32")], "f32"),
}


def test_the_functions_and_their_signatures() -> None:
    # Others are there where they were registered, under names of their modules.
    assert [name for name in nano_ffi.list_functions() if "." not in name] == list(SIGNATURES)
    for name, (args, ret) in SIGNATURES.items():
        defaults = {"defaults": {"factor": "2.0"}} if name == "scalef32" else {}
        assert nano_ffi.signature(name) == {"args": args, "ret": ret, **defaults}


def test_the_version_is_that_of_the_distribution() -> None:
    assert nano_ffi.version() == nano_ffi.__version__ == metadata("nano-ffi")["Version"]


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("add", (3, 4), 7),
        ("add", (I64[0], I64[1]), -1),
        ("add", (2**30, -(2**31)), -(2**30)),
        ("add", (I64[1], 0), I64[1]),
        ("add", (I64[0], 0), I64[0]),
        ("mul", (2.5, 4.0), 10.0),
        ("mul", (1e308, 10.0), float("inf")),
        ("add32", (2**31 - 1, 0), 2**31 - 1),
        ("umul", (2**64 - 1, 1), 2**64 - 1),
        ("umul", (2**32, 2**32 - 1), 2**64 - 2**32),
        ("strlen", ("",), 0),
        ("strlen", ("hello",), 5),
        ("strlen", ("Ñuñoa",), 7),
        ("strlen", ("a\0b",), 3),
        ("echo", ("Ñuñoa \U0001f40d\0",), "Ñuñoa \U0001f40d\0"),
        ("echo", ("",), ""),
        ("bytesum", (b"",), 0),
        ("bytesum", (bytes(range(256)),), 32640),
        ("div", (7, -2), -3),
        ("divmod", (17, 5), (3, 2)),
        ("divmod", (-17, 5), (-4, 3)),
        ("divmod", (I64[1], I64[0]), (-1, -1)),
        ("signmag", (-42,), (True, 42)),
        ("signmag", (I64[0],), (True, 2**63)),
        ("signmag", (0,), (False, 0)),
        ("bufmax", (b"",), 0),
        ("bufmax", (b"\x03\x09\x01",), 9),
        ("sum8", tuple(range(1, 9)), 36),
        ("sum8", (I64[1], I64[1], 0, 0, 0, 0, -I64[1], 0), I64[1]),
        ("scalef32", (1.5, 2.5), 3.75),
        ("scalef32", (1.5,), 3.0),
    ],
)
def test_results(name: str, args: tuple[object, ...], expected: object) -> None:
    result = call(name, *args)
    assert result == expected
    assert type(result) is type(expected)


def test_values_that_are_not_of_the_exact_type_but_stand_for_it() -> None:
    class Int(int):
        pass

    class Index:
        def __index__(self) -> int:
            return 2**40

    class Float(float):
        pass

    class HasFloat:
        def __float__(self) -> float:
            return 0.5

    class Str(str):
        __slots__ = ()

    assert call("add", Int(3), True) == 4
    assert call("add", Index(), 1) == 2**40 + 1
    assert call("mul", Float(2.5), 4) == 10.0
    assert call("mul", HasFloat(), Index()) == 2.0**39
    assert call("echo", Str("x")) == "x"


def test_the_name_may_be_any_str() -> None:
    class Name(str):
        __slots__ = ()

        def __hash__(self) -> int:
            raise AssertionError("a name is looked up by its text")

        def __eq__(self, other: object) -> bool:
            raise AssertionError("a name is looked up by its text")

    assert call(Name("add"), 3, 4) == 7
    assert call(str(b"add", "ascii"), 3, 4) == 7


def test_a_buffer_is_written_in_place() -> None:
    buffer = bytearray(4)
    assert call("fill", buffer, 7) == 4
    assert buffer == b"\x07\x07\x07\x07"

    assert call("fill", memoryview(buffer)[1:3], 0) == 2
    assert buffer == b"\x07\x00\x00\x07"

    items = array.array("b", [1, 2, 3])
    assert call("fill", items, 255) == 3
    assert items.tolist() == [-1, -1, -1]

    with mmap.mmap(-1, 16) as mapped:
        assert call("fill", mapped, 1) == 16
        assert mapped[:] == b"\x01" * 16
        assert call("bytesum", mapped) == 16

    assert call("fill", bytearray(), 1) == 0


def test_a_buffer_is_let_go_when_the_call_is_over() -> None:
    buffer = bytearray(b"abc")
    call("fill", buffer, 1)
    with pytest.raises(nano_ffi.OutOfRangeError):
        call("fill", buffer, 256)
    buffer.append(4)  # BufferError while a view is held
    assert call("bufmax", buffer) == 4


@pytest.mark.parametrize("readable", [b"abc", bytearray(b"abc"), memoryview(b"abc"), array.array("B", b"abc")])
def test_reading_takes_every_buffer_of_bytes(readable: bytes) -> None:
    assert call("bufmax", readable) == ord("c")
    assert call("bytesum", readable) == 294


WRONG = [
    ("mul", ("x", 2.0), TypeError, "mul(): parameter 'a' must be a float (f64), not str"),
    ("mul", (1.0, None), TypeError, "mul(): parameter 'b' must be a float (f64), not NoneType"),
    ("mul", (1j, 1.0), TypeError, "mul(): parameter 'a' must be a float (f64), not complex"),
    ("add", (1.0, 2), TypeError, "add(): parameter 'a' must be an int (i64), not float"),
    ("add", (1, "2"), TypeError, "add(): parameter 'b' must be an int (i64), not str"),
    ("add", (1,), TypeError, "add() missing required argument 'b'"),
    ("add", (), TypeError, "add() missing required arguments 'a', 'b'"),
    ("add", (1, 2, 3), TypeError, "add() takes 2 arguments (3 given)"),
    ("strlen", (), TypeError, "strlen() missing required argument 'text'"),
    ("sum8", (1,) * 9, TypeError, "sum8() takes 8 arguments (9 given)"),
    ("strlen", (b"x",), TypeError, "strlen(): parameter 'text' must be a str (str), not bytes"),
    ("bytesum", ("x",), TypeError, "bytesum(): parameter 'b' must be a bytes-like object (bytes), not str"),
    ("bufmax", ([1],), TypeError, "bufmax(): parameter 'buffer' must be a buffer (buffer), not list"),
    (
        "bufmax",
        (array.array("d", [1.0]),),
        TypeError,
        (
            "bufmax(): parameter 'buffer' must be a buffer of such items (buffer), "
            "not of items of 8 bytes with format 'd': convert or cast it"
        ),
    ),
    (
        "fill",
        (b"abc", 0),
        BufferError,
        (
            "fill(): parameter 'buffer' is written to, and this bytes is read-only: "
            "pass a bytearray or another writable buffer"
        ),
    ),
    (
        "fill",
        (memoryview(bytearray(4))[::2], 0),
        BufferError,
        (
            "fill(): parameter 'buffer' must lend its memory (buffer), and this memoryview does not: "
            "pass a copy, as numpy.ascontiguousarray(x)"
        ),
    ),
    ("scalef32", (1e300, 1.0), OverflowError, "scalef32(): parameter 'value' is too large for f32"),
    ("mul", (1.0, 10**400), OverflowError, "mul(): parameter 'b' is too large for f64"),
]


@pytest.mark.parametrize(("name", "args", "error", "text"), WRONG)
def test_what_is_wrong_is_said(name: str, args: tuple[object, ...], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(text)}$"):
        call(name, *args)


@pytest.mark.parametrize(
    ("name", "index", "low", "high", "typ"),
    [
        ("add", 0, *I64, "i64"),
        ("add", 1, *I64, "i64"),
        ("add32", 0, -(2**31), 2**31 - 1, "i32"),
        ("umul", 1, 0, 2**64 - 1, "u64"),
        ("fill", 1, 0, 255, "u8"),
    ],
)
def test_an_int_out_of_range(name: str, index: int, low: int, high: int, typ: str) -> None:
    parameter = nano_ffi.signature(name)["args"][index][0]
    text = f"{name}(): parameter '{parameter}' is out of range for {typ} ({low} to {high})"
    for value in (low - 1, high + 1, -(2**64), 2**64, -(10**6000), 10**6000):
        args: list[object] = [bytearray(1) if name == "fill" else 0, 0]
        args[index] = value
        with pytest.raises(nano_ffi.OutOfRangeError, match=f"^{re.escape(text)}$") as caught:
            call(name, *args)
        assert isinstance(caught.value, OverflowError)
        assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("name", "args", "error", "builtin"),
    [
        ("div", (1, 0), "DivisionByZero", ZeroDivisionError),
        ("divmod", (1, 0), "DivisionByZero", ZeroDivisionError),
        ("div", (I64[0], -1), "Overflow", OverflowError),
        ("divmod", (I64[0], -1), "Overflow", OverflowError),
        ("add", (I64[1], 1), "Overflow", OverflowError),
        ("add", (I64[0], -1), "Overflow", OverflowError),
        ("add32", (2**31 - 1, 1), "Overflow", OverflowError),
        ("umul", (2**32, 2**32), "Overflow", OverflowError),
        ("sum8", (I64[1], 1, 0, 0, 0, 0, 0, 0), "Overflow", OverflowError),
    ],
)
def test_an_error_of_zig(name: str, args: tuple[int, ...], error: str, builtin: type[Exception]) -> None:
    with pytest.raises(RuntimeError) as caught:
        call(name, *args)
    assert str(caught.value) == error
    assert isinstance(caught.value, nano_ffi.ZigError)
    assert isinstance(caught.value, builtin)
    assert type(caught.value) is getattr(nano_ffi.errors, error)


def test_an_unknown_name() -> None:
    text = "no Zig function 'sub' is registered; nano_ffi.list_functions() has the names"
    for function in (call, nano_ffi.signature):
        with pytest.raises(KeyError) as caught:
            function("sub")
        assert caught.value.args == (text,)


def test_a_name_that_is_none() -> None:
    with pytest.raises(TypeError, match=r"^call\(\) needs the name of a function: call\(name, \*args\)$"):
        call()  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"^call\(\): the name must be a str, not int$"):
        call(3)  # type: ignore[call-overload]
    with pytest.raises(UnicodeEncodeError):
        call("\ud800")


def test_text_without_utf8() -> None:
    with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
        call("echo", "\ud800")


def test_an_exception_of_the_argument_itself_is_kept() -> None:
    class Broken:
        def __index__(self) -> int:
            raise LookupError("index")

        def __float__(self) -> float:
            raise LookupError("float")

    class NotAnInt:
        def __index__(self) -> int:
            return "1"  # type: ignore[return-value]  # noqa: PLE0305

    with pytest.raises(LookupError, match=r"^index$"):
        call("add", 1, Broken())
    with pytest.raises(LookupError, match=r"^float$"):
        call("mul", Broken(), 1.0)
    with pytest.raises(TypeError, match=r"__index__ returned non-int|__index__\(\) must return an int"):
        call("add", NotAnInt(), 1)


def test_what_the_first_argument_lends_survives_what_the_second_does() -> None:
    buffer = bytearray(b"abc")

    class Clears:
        def __index__(self) -> int:
            with pytest.raises(BufferError):
                buffer.clear()
            gc.collect()
            return 9

    assert call("fill", buffer, Clears()) == 3
    assert buffer == b"\x09\x09\x09"
