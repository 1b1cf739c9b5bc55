"""Enums with functions, sets of flags, packed structs, and namespaces that are chosen while compiling."""

from __future__ import annotations

import ast
import copy
import enum
import inspect
import pickle
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from nano_ffi.explaining import described
from nano_ffi.pyi import stub

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def types(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("real_types")


def test_functions_of_an_enum_are_methods_of_its_members(types: ModuleType) -> None:
    color = types.Color
    assert [*color] == [color.red, color.green, color.blue]
    assert color.red.next() is color.green
    assert color.next("blue") is color.red
    assert (color.red.isWarm(), color.blue.isWarm()) == (True, False)
    assert color.red.mixed("green", share=0.2) == 4
    assert color.parse("blue") is color.blue
    with pytest.raises(RuntimeError, match=r"^NoColor$"):
        color.parse("pink")
    assert color.green.write() == "#5"
    assert (color.default, color.count) == (color.green, 3)
    assert color.red.name == "red"
    assert str(inspect.signature(color.red.mixed)) == "(other, share)"
    assert color.next.__doc__ == "The one after it."
    assert pickle.loads(pickle.dumps(color.blue)) is color.blue
    with pytest.raises(TypeError, match=r"^next\(\): parameter 'self' must be a member of the enum or the name of one"):
        color.next(3)


def test_bools_of_a_packed_struct_are_flags(types: ModuleType) -> None:
    access = types.Access
    assert issubclass(access, enum.IntFlag)
    assert {member.name: member.value for member in access} == {"read": 1, "write": 2, "run": 16}
    assert types.flipped(access.write) == access.read | access.write
    assert types.flipped(access.read | access.run) is access.run
    assert (types.flipped("read"), types.flipped(0), types.flipped(16)) == (0, access.read, access.read | access.run)
    assert isinstance(types.flipped(1), access)
    assert access.all == 19
    assert ((access.read | access.run).any(), access(0).any()) == (True, False)
    assert (types.accessOrNone(None), types.accessOrNone(3)) == (None, access.read | access.write)
    for number in (4, 32, 20, -1, 2**64, -(2**70)):
        with pytest.raises(
            OverflowError, match=r"^flipped\(\): parameter 'access' is out of range for Access \(0 to 19\)"
        ):
            types.flipped(number)
    with pytest.raises(ValueError, match=r"is 'x', which is no member of Access: read, write, run$"):
        types.flipped("x")
    for wrong in (True, 1.0, types.Color.green.next):
        with pytest.raises(TypeError, match="must be a member of the enum, the name of one or an int"):
            types.flipped(wrong)


def test_an_enum_that_is_text(types: ModuleType) -> None:
    layer = types.Layer
    assert issubclass(layer, str)
    assert sys.version_info < (3, 11) or issubclass(layer, enum.StrEnum)
    assert [*layer] == ["copper", "solder mask", "paste"]
    assert (str(layer.copper), f"{layer.paste:>6}", layer.paste.value) == ("copper", " paste", "paste")
    assert types.Pad().layer is layer.copper
    assert types.Pad("solder mask") == types.Pad(layer("solder mask"))
    assert layer.copper.below() is layer["solder mask"]
    assert layer.below("paste") is None
    assert types.layersOf([types.Pad("paste"), {"layer": layer.copper}]) == ["paste", "copper"]
    assert pickle.loads(pickle.dumps(layer.paste)) is layer.paste
    assert copy.deepcopy(types.Pad("paste")) == pickle.loads(pickle.dumps(types.Pad("paste")))
    assert {layer.copper: 1}["copper"] == 1
    pad = types.Pad()
    with pytest.raises(
        ValueError, match=r"^Pad\.layer is 'gold', which is no member of Layer: copper, solder mask, paste$"
    ):
        pad.layer = "gold"
    with pytest.raises(
        TypeError, match=r"^Pad\.layer must be a member of the enum or the name of one \(Layer\), not int$"
    ):
        pad.layer = 3


def test_flags_that_are_no_ints(types: ModuleType) -> None:
    mode = types.Mode
    assert issubclass(mode, enum.Flag)
    assert not issubclass(mode, int)
    assert {member.name: member.value for member in mode} == {"fast": 1, "loud": 16}
    assert types.opposite(mode.fast) is mode.loud
    assert types.opposite(mode(0)) == mode.fast | mode.loud == mode.all
    assert types.opposite(mode.all) == mode(0)
    assert types.opposite("loud") is mode.fast
    assert (mode.all.isLoud(), mode.fast.isLoud()) == (True, False)
    assert types.Pad().mode is mode.loud
    assert pickle.loads(pickle.dumps(types.Pad(mode=mode.all))).mode == mode.all
    shown = "layer='copper', mode=Ellipsis"
    assert str(inspect.signature(types.Pad)) == f"({shown})"
    for wrong in (1, types.Access.read):
        with pytest.raises(TypeError, match="must be a member of the enum or the name of one"):
            types.opposite(wrong)


def test_members_in_an_untagged_union(types: ModuleType) -> None:
    values = [types.Layer.paste, types.Mode.all, "paste", 3]
    names = [types.tagOf(values, place) for place in range(4)]
    assert names == list(zip(["layer", "mode", "text", "number"], values, strict=True))
    assert [type(value) for _, value in names] == [types.Layer, types.Mode, str, int]


def test_a_packed_struct_is_a_class(types: ModuleType) -> None:
    pixel = types.Rgb565(31, g=2)
    assert (pixel.r, pixel.g, pixel.b, pixel.luma()) == (31, 2, 0, 33)
    pixel.b = 4
    pixel.darken()
    assert pixel == types.Rgb565(15, 1, 2)
    assert pixel != types.Rgb565(15, 1, 3)
    assert repr(pixel) == "Rgb565(r=15, g=1, b=2)"
    assert pickle.loads(pickle.dumps(pixel)) == copy.deepcopy(pixel) == copy.copy(pixel) == pixel
    with pytest.raises(OverflowError, match=r"is out of range for u5 \(0 to 31\)"):
        pixel.r = 32
    assert types.chosen is types.Rgb565
    whole = types.Pixel(pixel, access=types.Access.run, kind=99)
    assert (whole.color.g, whole.access, whole.kind) == (1, types.Access.run, 99)
    whole.color.g = 5
    whole.access |= types.Access.read
    whole.kind = "odd"
    assert (whole.color.g, whole.access, whole.kind) == (5, 17, types.Kind.odd)
    assert types.Pixel(pixel) == types.Pixel(pixel, types.Access(0), types.Kind.plain)


def test_an_enum_that_is_open_takes_and_gives_ints(types: ModuleType) -> None:
    kind = types.Kind
    assert types.kindOf(7) is kind.odd
    assert (types.kindOf(8), type(types.kindOf(8))) == (8, int)
    assert [types.numberOf(value) for value in (kind.plain, "odd", 300, -32768)] == [-1, 7, 300, -32768]
    for number in (32768, -32769, 2**100):
        with pytest.raises(OverflowError, match=r"is out of range for Kind \(-32768 to 32767\)"):
            types.numberOf(number)
    assert types.less("most") == 2**64 - 2
    assert types.less(5) == 4
    assert types.less(types.Large.most) == types.less(2**64 - 1)


def test_members_of_a_large_enum_are_those_of_the_class(types: ModuleType) -> None:
    letters = list(types.Letter)
    assert [letter.value for letter in letters] == [-5, -4, -3, -2, -1, *range(3, 15), 99]
    for letter, behind in zip(letters, [*letters[1:], letters[0]], strict=True):
        assert types.after(letter) is behind
        assert types.after(letter.name) is behind
    with pytest.raises(TypeError, match="must be a member of the enum or the name of one"):
        types.after(99)


def test_namespaces_may_be_chosen(types: ModuleType) -> None:
    assert types.paths.join("a", "bc") in {3, 4}
    assert str(inspect.signature(types.paths.join)) == "(a, b)"
    assert types.paths.separator in "/\\"
    assert types.far(2) == 4


def test_what_is_undefined_at_first_is_zero(types: ModuleType) -> None:
    eight = types.Eight()
    assert (eight.buffer, eight.len) == ([0] * 8, 0)
    for number in range(8):
        eight.append(number - 4)
    assert eight.constSlice() == [-4, -3, -2, -1, 0, 1, 2, 3]
    with pytest.raises(OverflowError):
        eight.append(1)
    assert types.Eight([1] * 8, 2).constSlice() == [1, 1]
    assert types.rough() == {"weight": 3, "size": 2}
    assert types.roughly({}, {"weight": 1, "size": 5}) == [0, 2, 1, 5]
    assert types.roughly((7,), {"size": 9}) == [7, 2, 0, 9]
    assert (types.sizeOf(), types.sizeOf(weight=4), types.sizeOf({"size": 0})) == (2, 6, 0)
    assert str(inspect.signature(types.Fault)) == "(line, column=0)"
    assert (types.Fault(3).column, types.Fault(3, column=4).column) == (0, 4)


def test_what_is_undefined_at_first_is_blank(types: ModuleType) -> None:
    runner = types.Runner()
    assert runner.values == [{"list": []}] * 3
    assert runner.frames == [types.Runner.Frame("", 0, "call")] * 2
    assert (runner.done, runner.caller, runner.depth) == ([types.Runner.Step.call] * 2, None, 0)
    runner.push("main", 7)
    assert (runner.values[0], runner.frames[0].name, runner.done[0].name) == ({"number": 7}, "main", "leave")
    assert types.Runner(depth=2).depth == 2


def test_fields_that_only_zig_can_give_have_their_defaults(
    types: ModuleType, growth: Callable[[Callable[[], object]], float]
) -> None:
    settings = types.Settings(level=5)
    assert (settings.level, settings.logged(), types.Settings().logged()) == (5, 5, 3)
    assert str(inspect.signature(types.Settings)) == "(level=3)"
    stack = types.Stack()
    stack.push(4)
    stack.push(5)
    assert (stack.items, stack.limit) == ([4, 5], 2)
    with pytest.raises(OverflowError):
        stack.push(6)
    assert str(inspect.signature(types.Stack)) == "(limit=2)"
    assert (types.Stack.__match_args__, types.Stack.__field_names__()) == (("limit",), ["items", "limit"])
    match types.Stack(limit=9):
        case types.Stack(limit, items=items):
            assert (limit, items) == (9, [])
    with pytest.raises(TypeError, match=r"^Stack\(\) got an unexpected keyword argument 'items'"):
        types.Stack(items=[1])
    assert not hasattr(stack, "__replace__")
    with stack:
        pass
    assert growth(lambda: types.Stack().push(1)) < 8


def test_a_union_with_functions_is_a_class_with_one_for_each_tag(types: ModuleType) -> None:
    shape = types.Shape
    circle = shape.circle(types.Circle(2.0))
    assert isinstance(circle, shape)
    assert (circle.value, circle.area(), shape.rect(3, from_=1).area()) == (types.Circle(2.0), 12.0, 6.0)
    assert (shape.unit.area(), shape.count, shape.square(4)) == (3.0, 6, shape.rect(4.0, 0.0))
    assert circle.grown(2) == shape.circle(types.Circle(4.0))
    assert shape.group([circle, shape.nothing(), {"rect": {"width": 1}}, "nothing"]).area() == 13.0
    assert types.firstOf([shape.nothing, circle]) == shape.nothing()
    assert types.firstOf(()) is None
    with pytest.raises(RuntimeError, match=r"^NoCircle$"):
        shape.nothing().grown(2)
    assert repr(shape.square(4)) == "Shape.rect(width=4.0, from_=0.0)"
    assert (str(circle), f"{shape.nothing()}") == ("<circle>", "<nothing>")
    assert (shape.__doc__, shape.circle.__doc__, shape.area.__doc__) == (
        "What can be drawn.",
        "A disc.",
        "How much it covers.",
    )
    match types.firstOf([shape.rect(2, 1)]):
        case shape.circle() | shape.nothing():
            raise AssertionError
        case shape.rect(width, from_=start):
            assert (width, start) == (2.0, 1.0)
    assert {shape.name("a"): 1}[shape.name("a")] == 1
    assert shape.name("a") != shape.name("b")


def test_objects_of_a_union_do_not_change(types: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "real_types", types)
    for value in (types.Shape.square(3), types.Shape.nothing(), types.Canvas.Tone.gray(3), types.parsed("x")):
        assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == copy.copy(value) == value
    with pytest.raises(AttributeError):
        types.Shape.square(3).width = 4
    with pytest.raises(TypeError, match=r"^Can't instantiate abstract class Shape"):
        types.Shape()
    canvas = types.Canvas(types.Shape.square(2), ["nothing"])
    assert (canvas.background.area(), list(canvas.shapes)) == (4.0, [types.Shape.nothing()])
    canvas.shapes.append(types.Shape.name("x"))
    assert canvas.shapes[1].value == "x"
    assert (canvas.tone(None).isClear(), canvas.tone(7)) == (True, types.Canvas.Tone.gray(7))


def test_what_a_union_function_returns_lives_on(
    types: ModuleType, growth: Callable[[Callable[[], object]], float]
) -> None:
    shape = types.Shape
    values = [shape.name("abc"), shape.code(b"wxyz"), shape.nothing()]
    assert [value.label() for value in values] == ["abc", "xy", "nothing"]
    assert [value.labels()[0] for value in values] == [b"abc", b"xy", b"nothing"]
    assert growth(lambda: values[0].label()) < 8
    assert growth(lambda: values[0].labels()) < 8
    assert [value.ownLabel() for value in values] == ["abc", "xy", "nothing"]
    assert growth(lambda: (values[0].ownLabel(), values[1].ownLabel())) < 8
    assert growth(lambda: types.firstOf([values[0], shape.group(values)])) < 8


def test_what_is_no_value_of_a_union(types: ModuleType) -> None:
    shape = types.Shape
    for wrong, error, message in (
        (3, TypeError, "parameter 'self' must be an object of it, the name of a tag, or a dict of that and its value"),
        (shape.circle, TypeError, "parameter 'self' must be an object of it, the name"),
        (shape.rect("x"), TypeError, r"parameter 'self.rect.width' must be a float \(f64\), not str"),
        (shape.circle(3), TypeError, r"parameter 'self.circle' must be a Circle"),
        (types.Canvas.Tone.clear(), TypeError, "parameter 'self' must be an object of it"),
        ("square", ValueError, "'square'"),
    ):
        with pytest.raises(error, match=rf"^area\(\): .*{message}"):
            shape.area(wrong)
    assert types.parsed("12").isOk()
    assert types.parsed("x") == types.IntResult.failed("InvalidCharacter")
    assert type(types.secret({"a": 4})).__name__ == "a"
    assert types.secret(types.secret({"a": 4})).value == 16


def test_types_in_a_union_and_in_an_enum(types: ModuleType) -> None:
    formula = types.Formula
    binary = formula.Binary(formula.Operator.divide, formula.number(6.0), {"number": 3})
    assert (binary.result(), formula.binary(binary).result()) == (2.0, 2.0)
    assert formula.call(0, [binary]).result() == 2.0
    assert formula.binary(("divide", formula.number(1.0), formula.number(4.0))).result() == 0.25
    assert binary.left == formula.number(6.0)
    with pytest.raises(formula.Error.Divided) as raised:
        formula.Binary("divide", formula.number(1.0), formula.number(0.0)).result()
    assert isinstance(raised.value, formula.Error)
    assert formula.Outside is types.Level
    assert formula.Operator.divide.rank() == formula.Operator.Rank(1)
    assert types.Ranked is formula.Operator.Rank
    assert types.Shape.Inner(3).x == 3
    assert pickle.loads(pickle.dumps(types.Shape.Inner(3))) == types.Shape.Inner(3)
    assert pickle.loads(pickle.dumps(formula.Operator.add)) is formula.Operator.add
    for made, name in ((formula.Binary, "Formula.Binary"), (types.Ranked, "Ranked"), (formula.Error, "Formula.Error")):
        assert made.__qualname__ == name


def test_types_of_one_name_in_two_classes(types: ModuleType) -> None:
    text = stub(described(types))
    for line in (
        "purpose: Pin.Purpose | _Pin_PurposeName",
        "purpose: Wire.Purpose | _Wire_PurposeName = ...",
        "wire: Wire.Purpose | _Wire_PurposeName",
        '_Wire_PurposeName: TypeAlias = Literal["bus", "net"]\n',
        "        number: int  # type: ignore[assignment]\n",
        "    Outside = Level\n",
        "        value: Formula.Operator\n",
    ):
        assert line in text


def test_format_of_an_enum_is_its_text(types: ModuleType) -> None:
    assert (str(types.Level.high), f"{types.Level.low}", types.Level.high.format()) == ("level 1", "level 0", "level 1")


def test_what_is_left_out(types: ModuleType) -> None:
    left = {left.name: left.reason for left in described(types).left_out if left.kind != "field"}
    assert left.keys() == {"Color.name", "Color.change", "Bare", "Shape.grow", "Shape.width"}
    assert left["Bare"] == "nothing says which of its fields it has: let it be union(enum)"
    assert left["Shape.grow"].endswith("cannot come from Python: its values do not change in Python: return a new one")
    assert left["Shape.width"] == "objects of the tag 'rect' have an attribute of that name: give it another one"
    assert types.queue() == []
    assert types.Waiting.__field_names__() == ["queue", "per"]
    assert (types.Waiting().queue, types.Waiting().per) == ([], {})
    assert left["Color.name"] == "every member of a Python enum has a 'name': give it another name"
    assert left["Color.change"].startswith("parameter 'self' has type *real_types.Color, which cannot come from Python")


def test_the_stub(types: ModuleType) -> None:
    text = stub(described(types))
    ast.parse(text)
    for line in (
        "    blue = 6\n\n    default: Color\n    count: int\n\n    def next(self) -> Color:\n",
        "    def parse(text: str | Buffer) -> Color: ...",
        "class Access(IntFlag):\n    read = 1\n    write = 2\n    run = 16\n\n    all: Access\n",
        "def flipped(access: Access | _AccessName | int) -> Access: ...",
        "class Layer(StrEnum):\n",
        '    copper = "copper"\n    paste = "paste"\n',
        'class Mode(Flag):\n    """No ints in Python."""\n\n    fast = 1\n    loud = 16\n',
        "def opposite(mode: Mode | _ModeName) -> Mode: ...",
        "        layer: Layer | _LayerName = Layer.copper,\n        mode: Mode | _ModeName = ...,\n",
        "def kindOf(number: SupportsIndex) -> Kind | int: ...",
        '    __match_args__ = ("limit",)\n    limit: int\n\n    @property\n    def items(self) -> _NumberList[int]: ...\n',
        "    def __init__(self, limit: SupportsIndex = 2) -> None: ...\n",
        "    @dataclass(frozen=True, slots=True)\n    class rect(Shape):\n        width: float\n        from_: float = ...\n",
        "    class nothing(Shape): ...\n",
        "    unit: Final[Shape]\n    count: Final = 6\n\n    def area(self) -> float:\n",
        "def firstOf(shapes: Iterable[Shape | _ShapeLike]) -> Shape | None: ...",
        "        class gray(Canvas.Tone):\n            value: int\n",
    ):
        assert line in text, line


def test_a_union_in_a_struct_that_has_no_name(types: ModuleType) -> None:
    calls = {"call": {"function": "f", "arguments": [{"number": 1.0}, {"call": {"function": "g", "arguments": []}}]}}
    assert types.expression(calls) == calls
    assert types.expression({"number": 2.0}) == {"number": 2.0}


def test_a_file_with_fields_is_a_class(zig_module: Callable[[str], ModuleType]) -> None:
    module = zig_module("Stack")
    assert [name for name in dir(module) if not name.startswith("_")] == ["Stack"]
    assert module.__doc__ == module.Stack.__doc__ == "A stack of numbers."
    stack = module.Stack(2)
    stack.push(1)
    stack.push(item=5)
    assert (stack.len, list(stack.items), stack.limit) == (2, [1, 5], 2)
    with pytest.raises(module.Stack.Full, match=r"^Full$"):
        stack.push(3)
    assert type(module.Stack.small()) is module.Stack
    assert module.Stack.twice(module.Stack.Pair(1, b=2)) == module.Stack.Pair(2, 4)
    assert (module.Stack.most, module.Stack.__module__) == (3, "Stack")
    assert described(module).left_out == ()
    assert 'class Stack:\n    """A stack of numbers."""' in stub(described(module))


def test_members_whose_names_python_keeps_to_itself(types: ModuleType) -> None:
    word = types.Word
    assert [member.value for member in word] == list(range(10))
    assert (word.and_, word["and"], word.None_, word["in"], word.in_) == (0, 0, 1, 2, 3)
    assert (word.and_.name, word["in"].name, word.in_.name) == ("and", "in", "in_")
    assert (word.mro__, word.mro_, word._own__, word.__init___) == (4, 5, 6, 7)
    assert (word["name"], word["value"]) == (8, 9)
    assert [member.next() for member in word] == [*list(word)[1:], word.and_]
    text = stub(described(types))
    lines = text[text.index("class Word(IntEnum):") :].split("\n\n")[1].splitlines()
    names = ["and_", "None_", "in_", "mro__", "mro_", "_own__", "__init___", "name", "value"]
    assert [line.split()[0] for line in lines] == names
    assert [line.split()[0] for line in lines if "type: ignore[assignment" in line] == ["name"]


@pytest.mark.parametrize("name", ["and", "None", "in", "in_", "mro", "mro_", "_own_", "__init__", "name", "value"])
def test_members_are_taken_by_their_names_in_zig(types: ModuleType, name: str) -> None:
    assert types.isWord(name, name)
