"""What libraries have that nobody wrote for Python: it crosses, or is left out by name, and never costs the module."""

from __future__ import annotations

import ast
import gc
import importlib.util
import inspect
import pickle
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from nano_ffi.compiler import compile_module
from nano_ffi.explaining import described
from nano_ffi.pyi import stub

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def real(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("real")


def test_inline_functions_are_functions(real: ModuleType) -> None:
    assert real.twice(21) == real.double(21) == 42
    assert str(inspect.signature(real.twice)) == "(x)"
    assert real.half(4) == 2
    with pytest.raises(RuntimeError, match="Odd"):
        real.half(3)
    before = real.endedSoFar()
    made = real.Inlined(3)
    made.grow(by=2)
    assert (made.value, len(made), real.Inlined.zero().value) == (5, 5, 0)
    with made + real.Inlined(1) as added:
        assert added.value == 6
    assert real.endedSoFar() == before + 6 + 1
    made.destroy()
    assert real.endedSoFar() == before + 6 + 1 + 5


def test_an_alias_of_a_function_of_std_is_a_function(real: ModuleType) -> None:
    assert real.isAlpha(ord("x")) is True
    assert real.isAlpha(ord("1")) is False
    assert str(inspect.signature(real.isAlpha)) == "(c)"
    assert real.isAlpha.__doc__ == "Whether it is a letter."


def test_a_class_whose_init_cannot_cross_is_only_returned(real: ModuleType) -> None:
    reason = (
        r"cannot create 'Writing' objects: its 'init' is left out: parameter 'writer' is generic: give it a type, "
        r"Python's values have only one"
    )
    with pytest.raises(TypeError, match=reason):
        real.Writing(1)
    assert real.writing(3).get() == 3


def test_what_is_a_compile_error_is_not_touched(real: ModuleType) -> None:
    assert real.Plain(x=3).get() == 3
    assert real.Plain() == real.Plain(0)
    assert not hasattr(real.Plain, "destroy")


def test_a_deinit_that_cannot_be_called_is_not(real: ModuleType) -> None:
    told = real.Told(3)
    assert told.x == 3
    told.destroy()
    with pytest.raises(ReferenceError):
        _ = told.x


def test_ints_are_as_long_as_they_are(real: ModuleType) -> None:
    assert real.order == 2**255
    assert real.negative == -(2**127) - 1
    assert real.orders == [2**200, -1]
    assert real.mixed == (2**130, "b")


def test_a_struct_may_have_any_field(real: ModuleType) -> None:
    odd = real.Odd()
    odd.number += 1
    assert (odd.number, odd.nothing) == (5, None)


def test_names_that_are_keywords_end_in_an_underscore(real: ModuleType) -> None:
    assert (real.if_(3), real.if_(else_=4), real.lambda_(), real.None_) == (3, 4, 4, 5)
    assert (real.if_.__name__, str(inspect.signature(real.if_))) == ("if_", "(else_)")
    with pytest.raises(TypeError, match=r"^if_\(\): parameter 'else_' must be an int"):
        real.if_("x")
    assert real.class_.to.name == "to"
    assert (real.class_.__name__, real.classOf("to")) == ("class_", real.class_.to)
    assert pickle.loads(pickle.dumps(real.class_.to)) is real.class_.to
    assert issubclass(real.raise_, RuntimeError)
    made = real.def_(pass_=3)
    assert (made.yield_(), real.def_.import_(4).pass_, real.def_.is_, real.def_.with_().x) == (3, 4, 7, 2)
    assert (real.def_.__name__, real.def_.with_.__qualname__) == ("def_", "def_.with_")
    assert str(inspect.signature(real.def_.yield_)) == "(self, /)"
    assert repr(made) == "def_(pass_=3)"
    assert pickle.loads(pickle.dumps(made)) == made
    assert real.del_ == 1


def test_the_stub_has_those_names_and_means_the_builtins(real: ModuleType) -> None:
    text = stub(described(real))
    for line in (
        "def if_(else_: SupportsIndex) -> int:",
        "def lambda_() -> int: ...",
        "None_: Final = 5",
        "class class_(IntEnum):",
        "class raise_(RuntimeError):",
        "class def_:",
        "    is_: Final = 7",
        "    class with_:",
        "    def yield_(self) -> int: ...",
        "    def import_(pass_: SupportsIndex) -> def_: ...",
        "    def str(self) -> builtins.str: ...",
        "    def int(",
        "    ) -> tuple[builtins.int, builtins.str]: ...",
        "    @builtins.staticmethod",
        "    def staticmethod() -> bool: ...",
    ):
        assert f"{line}\n" in text or line in text, line
    ast.parse(text)


def test_what_has_a_next_is_an_iterator(real: ModuleType) -> None:
    countdown = real.Countdown(3)
    assert iter(countdown) is countdown
    assert (countdown.next(), next(countdown), countdown.__next__(), countdown.next()) == (3, 2, 1, None)
    assert next(countdown, "end") == "end"
    with pytest.raises(StopIteration):
        next(countdown)
    assert [*real.Countdown(2)] == [2, 1]
    assert list(zip(real.Countdown(2), real.Words("a b"), strict=True)) == [(2, "a"), (1, "b")]
    assert [*real.Words(" one  two ")] == ["one", "two"]
    words = real.Words("one bad two")
    assert next(words) == "one"
    with pytest.raises(RuntimeError, match="Bad"):
        next(words)
    assert [*words] == ["two"]


def test_an_iterator_may_say_so_itself(real: ModuleType) -> None:
    assert [*real.Own()] == ["own", "own"]
    assert real.Own(1).next() == 1


def test_what_gives_its_successor_is_no_iterator(real: ModuleType) -> None:
    assert real.Day(6).next() == real.Day(7)
    for other in (real.Day(1), real.Still(), real.Stepping()):
        with pytest.raises(TypeError, match="is not iterable"):
            iter(other)


def test_the_stub_says_what_an_iterator_gives(real: ModuleType) -> None:
    text = stub(described(real))

    def methods(class_: str) -> list[str]:
        body = text.partition(f"class {class_}:\n")[2].partition("\n@")[0]
        return [line.strip() for line in body.split("\n") if "next" in line or "__iter__" in line]

    assert methods("Countdown") == [
        "def next(self) -> int | None: ...",
        "def __iter__(self) -> Countdown: ...",
        "def __next__(self) -> int: ...",
    ]
    assert "def __next__(self) -> str: ..." in methods("Words")
    assert methods("Own") == [
        "def __next__(self) -> str: ...",
        "def next(self) -> int | None: ...",
        "def __iter__(self) -> Own: ...",
    ]
    assert methods("Day") == ["def next(self) -> Day | None: ..."]


def test_texts_that_end_at_a_nul(real: ModuleType) -> None:
    class Text(str):
        __slots__ = ()

    class Octets(bytes):
        __slots__ = ()

    for text in ("", "x", "na\u00efve", "\U0001f600" * 300, Text("sub"), b"", b"\xff\xfe", Octets(b"sub")):
        size = len(text) if isinstance(text, bytes) else len(text.encode())
        assert real.length(text) == real.lengthOfC(text) == real.lengthOrNone(text) == size
        assert real.lengthOrNone(None, text) == size
    assert real.lengthOrNone() is None
    assert (real.greeting("you"), real.constantOfC(True), real.constantOfC(False)) == ("hello you", "n\u00e4", None)
    assert (real.greeted(), real.greeted(b"b")) == ("it", "b")
    assert str(inspect.signature(real.greeted)) == "(name='it')"
    for text, at in (("a\0b", 1), ("\u00e4\u00f6\0", 2), (b"abc\0", 3), ("\0", 0)):
        with pytest.raises(
            ValueError, match=rf"^length\(\): parameter 'text' must have no NUL \(str\), and has one at {at}$"
        ):
            real.length(text)
    with pytest.raises(
        TypeError, match=r"^lengthOfC\(\): parameter 'text' must be a str or bytes \(str\), not bytearray$"
    ):
        real.lengthOfC(bytearray(b"x"))
    with pytest.raises(UnicodeEncodeError):
        real.length("\ud800")
    with pytest.raises(UnicodeDecodeError):
        real.greeted(b"\xff")


def test_what_points_into_such_a_text_keeps_it(real: ModuleType) -> None:
    path = real.Path("".join(["some", "/where", "x" * 100]))
    gc.collect()
    assert path.get() == path.text == "some/where" + "x" * 100
    for start in range(50):
        path.set("".join(["else", "/where", str(start), "y" * 200]), 100)
        ["".join(["else", "/where", str(start), "z" * 200]) for _ in range(3)]
        assert path.get() == path.text == ("else/where" + str(start) + "y" * 200)[100:]


def test_such_texts_that_are_the_caller_s_are_bytes(
    real: ModuleType, growth: Callable[[Callable[[], object]], float]
) -> None:
    assert (real.shouted("abc"), real.shouted(""), real.shouted(b"\xff")) == (b"ABC", b"", b"\xff")
    assert (real.shoutedOrNone("abc"), real.shoutedOrNone()) == (b"ABC", None)
    assert growth(lambda: real.shouted("x" * 100)) < 8
    assert growth(lambda: real.shoutedOrNone("x" * 100)) < 8


def test_the_stub_of_such_texts(real: ModuleType) -> None:
    text = stub(described(real))
    assert "def length(text: str | bytes) -> int: ..." in text
    assert "def constantOfC(is_there: bool) -> str | None: ..." in text
    assert "def shouted(text: str | Buffer) -> bytes:" in text
    assert "    text: str | bytes | None = None,\n    other: str | bytes | None = None,\n) -> int | None: ..." in text


def test_an_order_is_an_int(real: ModuleType) -> None:
    assert [real.compare(a, 5) for a in (4, 5, 6)] == [-1, 0, 1]
    assert real.inverted(1) == (-1, None)
    assert real.inverted(-1, other=False) == (1, 0)
    assert real.least(3, 4, lambda a, b: (a < b) - (a > b)) == 4
    compared = real.Compared()
    assert compared == real.Compared(-1)
    compared.order = 1
    assert repr(compared) == "Compared(order=1)"
    for value in (2, -128, 10**30):
        with pytest.raises(OverflowError, match=r"^inverted\(\): parameter 'order_' is out of range for order "):
            real.inverted(value)
    with pytest.raises(TypeError, match=r"must be an int \(order\), not str"):
        real.inverted("lt")
    assert not hasattr(real, "Order")
    text = stub(described(real))
    assert "def compare(a: SupportsIndex, b: SupportsIndex) -> int: ..." in text
    assert "    order: int\n" in text


NAMELESS = (
    "it is extern with no library's name: write extern \"c\" for the C library's, or name a library in link of "
    "[tool.nano-ffi], or its source in c-sources"
)
LEFT_OUT = {
    "startsWith": "parameter 'T' is a type: write a function that calls it with one",
    "allEqual": "parameter 'T' is a type: write a function that calls it with one",
    "gcd": "parameter 'a' is generic: give it a type, Python's values have only one",
    "Writing.init": "parameter 'writer' is generic: give it a type, Python's values have only one",
    "Plain.init": "it is a @compileError: use Plain{}",
    "Plain.deinit": "it is a @compileError: there is nothing to give back",
    "Plain.old": "it is a @compileError: use get",
    "Plain.former": "it is a @compileError: use get",
    "Told.deinit": "its parameter 2 is *Io.Writer, which nano_ffi cannot give, so that objects are never given back: let it "
    "take the object and an allocator",
    "times": "it has a comptime parameter, and Python's values are not known while compiling: write a function that calls "
    "it with one",
    "Stack": "it returns a type: give that a name, as in pub const MyStack = Stack(i64);",
    "IntType": "it returns a type: give that a name, as in pub const MyIntType = IntType(8);",
    "old": 'it is a @compileError: use "new"',
    "older": 'it is a @compileError: use "new"',
    "gone": "it is a @compileError: gone since 0.2",
    "scratch": "it is undefined: give it a value",
    "Sleep": "it is of the library 'kernel32', which is not linked: name that in link of [tool.nano-ffi], where this system "
    "has it",
    "nano_ffi_nowhere": NAMELESS,
    "printf": NAMELESS,
    "nano_ffi_no_constant": "it is a variable: write functions that get and set it",
    "local": "it is a variable: write functions that get and set it",
    "interrupted": "it has the calling convention naked, with which Zig calls nothing",
    "beyond": "it is longer than any int of Zig: give it as text",
    "googol": "its type comptime_float cannot go to Python",
    "aligned": "parameter 'data' has type []align(4) u8, which cannot come from Python: Python's memory has no such "
    "alignment: leave align() out",
    "alignedConst": "parameter 'data' has type []align(64) const f32, which cannot come from Python: Python's memory has no "
    "such alignment: leave align() out",
    "makesAligned": "it returns []align(16) f64, which cannot go to Python: Python's memory has no such alignment: leave "
    "align() out",
    "emptyPair": "it returns ?void, which cannot go to Python: use integers, ",
    "nested": "it returns ??i64, which cannot go to Python: use integers, ",
    "del": "Python has it as 'del_', and that is there, too: give one of them another name",
    "Fields": "its field 'unaligned' is less aligned than its type: leave align() out",
    "zero": "parameter 'x' has type u0, which cannot come from Python: use integers, ",
    "never": "it returns noreturn, which cannot go to Python: use integers, ",
    "fails": "it returns noreturn, which cannot go to Python: use integers, ",
    "written": "parameter 'text' has type [:0]u8, which cannot come from Python: take []u8, or [:0]const u8 where it is only "
    "read",
    "pointer": "parameter 'p' has type [*c]u8, which cannot come from Python: use integers, ",
}


def test_what_cannot_cross_is_left_out_by_name(real: ModuleType) -> None:
    found = {left.name: left.reason for left in described(real).left_out if left.kind != "field"}
    assert found.keys() == LEFT_OUT.keys()
    for name, reason in LEFT_OUT.items():
        assert found[name] == reason or (reason.endswith(", ") and found[name].startswith(reason))
        assert "." in name or not hasattr(real, name)


def test_fields_that_python_does_not_see_are_named(real: ModuleType) -> None:
    found = {left.name: left.reason for left in described(real).left_out if left.kind == "field"}
    odd = real.Odd()
    for name in ("none", "call", "anything", "failing", "either", "slice", "many", "code"):
        assert f"Odd.{name}" in found
        assert not hasattr(odd, name)
    assert found["Odd.many"] == (
        "it has type ?[*]u8, which Python has nothing for: a method can give what is to be seen of it"
    )
    assert odd.vector == [0.0] * 4
    for name in ("number", "nothing", "fixed", "vector"):
        assert f"Odd.{name}" not in found


def test_the_stub_has_what_the_module_has(real: ModuleType) -> None:
    text = stub(described(real))
    assert "def twice(x: SupportsIndex) -> int:" in text
    assert "def isAlpha(c: SupportsIndex) -> bool:" in text
    assert "class Writing:" in text
    assert "order: Final = 57896044618658097711785492504343953926634992332820282019728792003956564819968\n" in text
    assert "Sleep" not in text
    assert "former" not in text


def test_options_skip_and_choose(zig_module: Callable[[str], ModuleType]) -> None:
    chosen = zig_module("chosen")
    assert chosen.f() == 1
    assert not hasattr(chosen, "g")
    assert not hasattr(chosen, "Hidden")
    assert chosen.hidden() == {"x": 2}
    assert chosen.Only(x=4).kept() == 4
    assert not hasattr(chosen.Only, "other")
    assert chosen.skip() == 5
    assert {(left.name, left.kind, left.reason) for left in described(chosen).left_out} == {
        ("g", "function", "nano_ffi_options says so"),
        ("Hidden", "type", "nano_ffi_options says so"),
        ("limit", "constant", "nano_ffi_options says so"),
        ("Only.init", "function", "nano_ffi_options says so"),
        ("Only.other", "function", "nano_ffi_options says so"),
    }


def test_a_file_of_many_structs(tmp_path: Path) -> None:
    """What is decided while compiling takes as many steps as it needs."""
    text = (
        "pub const S{0} = struct {{ n: i64 = {0} }};\npub fn make{0}(n: i64) S{0} {{\n    return .{{ .n = n }};\n}}\n"
    )
    file = tmp_path / "many_structs.zig"
    file.write_text("".join(text.format(number) for number in range(130)), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("many_structs", compile_module(file, tmp_path, mode="Debug"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (module.make0(1).n, module.make129(3), module.S129().n) == (1, module.S129(3), 129)
