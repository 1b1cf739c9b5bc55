"""What a struct says of its class, on a module compiled from tests/extension/classes_options.zig."""

from __future__ import annotations

import abc
import ast
import contextlib
import copy
import gc
import inspect
import operator
import pickle
import sys
import typing
import weakref
from collections.abc import Callable
from functools import partial
from types import GenericAlias, ModuleType
from typing import Any

import pytest

from nano_ffi.explaining import described
from nano_ffi.pyi import stub

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
        "Temperature.fahrenheit must be a float (f64), not str",
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
    assert raises(m.Temperature.from_) == (TypeError, "from_() missing required argument 'text'")


def test_what_is_frozen_does_not_change(m: ModuleType) -> None:
    version = m.Version(1, 2, label="x")
    assert raises(lambda: setattr(version, "minor", 3))[0] is AttributeError
    assert raises(lambda: version.__init__(3)) == (TypeError, "this Version cannot be initialised again")
    assert not hasattr(version, "bump")
    assert version.next() == m.Version(1, 3, label="x")
    frozen = m.Map(m.Spot(1), [m.Spot(2)], [1.5], {"a": 1})
    words = "this %s is read-only: nothing changes what is frozen"
    assert raises(lambda: setattr(frozen.spot, "x", 3)) == (TypeError, words % "Spot")
    assert raises(lambda: m.move(frozen.spots[0])) == (TypeError, words % "Spot")
    assert raises(lambda: frozen.weights.append(1))[0] is TypeError
    assert raises(lambda: frozen.named.clear())[0] is TypeError
    assert memoryview(frozen.weights).readonly
    assert repr(frozen) == repr(m.Map(m.Spot(1), [m.Spot(2)], [1.5], {"a": 1}))


def test_what_is_frozen_can_be_hashed(m: ModuleType) -> None:
    assert hash(m.Version(1, 2)) == hash(m.Version(1, 2)) == hash((1, 2, None))
    assert {m.Version(1): "a"}[m.Version(1, 0)] == "a"
    assert raises(lambda: hash(m.Map())) == (TypeError, f"unhashable type: '{m.__name__}.Spot'")
    assert raises(lambda: hash(m.Version.__new__(m.Version))) == (
        TypeError,
        "the Version has no value: its __init__ was not called",
    )


def test_order(m: ModuleType) -> None:
    class Sub(m.Version):  # type: ignore[misc, name-defined]
        pass

    assert m.Version(1, 2) < m.Version(1, 3) <= Sub(1, 3)
    assert sorted([m.Version(2), m.Version(1, 5), m.Version(1)]) == [m.Version(1), m.Version(1, 5), m.Version(2)]
    assert max(m.Version(1, label="a"), m.Version(1, label="b")).label == "b"
    assert raises(lambda: m.Version(1, 2) < (1, 2))[0] is TypeError
    assert raises(lambda: m.Version(1, label="a") < m.Version(1))[0] is TypeError
    assert raises(lambda: m.Temperature(1) < m.Temperature(2))[0] is TypeError


def test_replace(m: ModuleType) -> None:
    class Sub(m.Version):  # type: ignore[misc, name-defined]
        pass

    version = m.Version(1, 2, label="x")
    assert version.__replace__(minor=5) == m.Version(1, 5, label="x")
    assert type(Sub(1).__replace__(major=2)) is Sub
    assert version.__replace__() == version
    assert m.Map().__replace__(weights=[2]).weights == [2.0]
    if sys.version_info >= (3, 13):
        assert copy.replace(version, major=9) == m.Version(9, 2, label="x")
    assert raises(lambda: version.__replace__(5)) == (
        TypeError,
        "__replace__() takes 0 positional arguments (1 given)",
    )
    assert raises(lambda: version.__replace__(more=5)) == (
        TypeError,
        "Version() got an unexpected keyword argument 'more'",
    )
    assert raises(lambda: m.Temperature().__replace__(cache=1.0))[0] is TypeError
    assert str(inspect.signature(version.__replace__)) == "(*, major=Ellipsis, minor=Ellipsis, label=Ellipsis)"


def test_constructors(m: ModuleType) -> None:
    assert str(inspect.signature(m.Version)) == "(major, minor=0, label=None)"

    class Sub(m.Version):  # type: ignore[misc, name-defined]
        def __init__(self, number: int) -> None:
            super().__init__(number, label="sub")

    assert Sub(3) == m.Version(3, label="sub")
    spot = m.Spot(1)
    assert (spot.__init__(x=4), spot) == (None, m.Spot(4))


def test_annotations(m: ModuleType) -> None:
    assert typing.get_type_hints(m.Version) == {"major": int, "minor": int, "label": str | None}
    assert m.Spot.__annotations__ == {"x": int, "color": m.Color | None}
    assert m.Map.__annotations__ == {
        "spot": m.Spot,
        "spots": GenericAlias(list, m.Spot),
        "weights": list[float],
        "named": dict[str, int],
    }
    assert m.Temperature.__annotations__ == {"celsius": float, "station": str, "asked": int}

    class Sub(m.Spot):  # type: ignore[misc, name-defined]
        more: str

    assert typing.get_type_hints(Sub) == {"x": int, "color": m.Color | None, "more": str}


OPERATORS = ["add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and", "or", "xor"]


@pytest.mark.parametrize("name", OPERATORS)
def test_operators(m: ModuleType, name: str) -> None:
    class Foreign:
        def answer(self, other: object) -> str:
            return "theirs"

    setattr(Foreign, f"__{name}__", Foreign.answer)
    setattr(Foreign, f"__r{name}__", Foreign.answer)
    apply = getattr(operator, f"__{name}__")
    change = getattr(operator, f"__i{name}__")
    number = m.Number(2)
    assert (apply(number, 3), apply(4, number)) == (23, 24)
    assert (apply(number, Foreign()), apply(Foreign(), number)) == ("theirs", "theirs")
    for prefix in ("", "r", "i"):
        assert getattr(number, f"__{prefix}{name}__")("x") is NotImplemented
    assert change(number, 5) is number
    assert getattr(number, f"__i{name}__")(1) is number
    assert number.n == 8
    assert change(number, Foreign()) == "theirs"
    assert raises(lambda: apply(number, "x"))[0] is TypeError
    assert raises(lambda: change(number, "x"))[0] is TypeError
    # What is of the right type, and wrong, is an error.
    assert raises(lambda: apply(number, 1 << 70))[0].__name__ == "OutOfRangeError"


@pytest.mark.parametrize("name", ["eq", "ne", "lt", "le", "gt", "ge"])
def test_comparisons_leave_other_operands_to_these(m: ModuleType, name: str) -> None:
    assert getattr(m.Number(2), f"__{name}__")("x") is NotImplemented
    assert getattr(operator, name)(m.Number(2), 2) is True


def test_divmod(m: ModuleType) -> None:
    assert (divmod(m.Number(2), 3), divmod(4, m.Number(2))) == (23, 24)
    assert m.Number(2).__divmod__("x") is NotImplemented
    assert raises(lambda: divmod(m.Number(2), "x"))[0] is TypeError


def test_what_an_operator_raises_is_raised(m: ModuleType) -> None:
    def fails(number: int) -> int:
        raise TypeError(f"not {number}")

    caller = m.Caller(7)
    assert caller @ (lambda number: number + 1) == 8
    assert raises(lambda: caller @ fails) == (TypeError, "not 7")
    assert caller.__matmul__(5) is NotImplemented
    with pytest.raises(TypeError, match=r"^TypeError$"):
        caller += 0
    caller += 1
    assert caller.n == 8
    assert raises(lambda: m.Caller.__new__(m.Caller) @ fails) == (
        TypeError,
        "the Caller has no value: its __init__ was not called",
    )


def test_mixins_abstract_bases_and_protocols(m: ModuleType) -> None:
    class Named:
        def shout(self) -> str:
            return f"{type(self).__name__}!"

    class Shape(abc.ABC):
        @abc.abstractmethod
        def next(self) -> Any: ...

    @typing.runtime_checkable
    class HasNext(typing.Protocol):
        def next(self) -> Any: ...

    class Sub(Named, m.Version):  # type: ignore[misc, name-defined]
        def next(self) -> Any:
            return super().next().__replace__(major=9)

    class Both(m.Version, Shape):  # type: ignore[misc, name-defined]
        pass

    assert (Sub(1).shout(), Sub(1).next()) == ("Sub!", m.Version(9, 1))
    assert [isinstance(Sub(1), m.Version), isinstance(m.Version(1), HasNext), isinstance(Both(1), Shape)] == [True] * 3
    assert not isinstance(m.Spot(), HasNext)
    assert Both(1).next() == m.Version(1, 1)
    assert not isinstance(m.Version(1), Shape)
    Shape.register(m.Version)
    assert isinstance(m.Version(1), Shape)


def test_nothing_of_this_keeps_memory(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    def options() -> None:
        body = m.Temperature(1, "north")
        body.fahrenheit = body.kelvin
        body.note("a" * 50)
        assert copy.deepcopy(body) == pickle.loads(pickle.dumps(body))
        assert m.Temperature.from_(str(body.celsius)).celsius == body.celsius
        m.warmest([{"celsius": 1}, (2, "south"), body])

    def frozen() -> None:
        version = m.Version(1, label="a" * 50)
        assert version < version.__replace__(minor=3)
        hash(version)

    functions: list[Callable[[], Any]] = [
        options,
        frozen,
        lambda: setattr(m.Temperature(), "fahrenheit", "x"),
        lambda: m.Temperature.from_("zz"),
        lambda: m.Version(1).__replace__(more=1),
        lambda: m.Version(1).__init__(3),
        lambda: m.Version(1, label="a") < m.Version(1),
        lambda: m.Number(2) + 3,
        lambda: m.Number(2) + "x",
        lambda: m.Number(2).__iadd__(1),
        lambda: m.Number(2).__ipow__("x"),
        lambda: m.Caller(1) @ (lambda number: number // 0),
    ]
    for function in functions:
        assert growth(function) < 4, inspect.getsource(function)


def test_a_class_that_is_derived_from_another_one(m: ModuleType) -> None:
    disc = m.Disc("d", 2, ["a"], radius=3)
    assert m.Dot.__mro__ == (m.Dot, m.Disc, m.Figure, object)
    assert isinstance(disc, m.Figure)
    assert repr(disc) == "Disc(name='d', scale=2.0, tags=['a'], radius=3.0)"
    assert (disc.area(), m.Figure.area(disc), super(m.Disc, disc).area(), disc.size) == (27.0, 0.0, 0.0, 2.0)
    assert (m.title(disc), len(disc), m.scales([disc, m.Figure(), m.Dot()])) == ("d", 1, 4.0)
    assert disc.rename("other") is disc
    disc.grow(2)
    disc.tags.append("b")
    assert (disc.name, disc.scale, disc.radius, list(disc.tags)) == ("other", 4.0, 6.0, ["a", "b"])
    assert m.Disc.name.__get__(disc) == "other"
    for same in (pickle.loads(pickle.dumps(disc)), copy.copy(disc), copy.deepcopy(disc), disc.__replace__(radius=6)):
        assert (type(same), same) == (m.Disc, disc)
        assert same is not disc
    assert disc != m.Dot("other", 4, ["a", "b"], 6)
    assert str(inspect.signature(m.Disc)) == "(name='figure', scale=1.0, tags=[], radius=1.0)"
    assert m.Disc.__match_args__ == ("name", "scale", "tags", "radius")
    assert m.Dot.__field_names__() == ["name", "scale", "tags", "radius"]
    assert m.Disc.__annotations__ == {"radius": float}
    assert typing.get_type_hints(m.Dot) == {"name": str, "scale": float, "tags": list[str], "radius": float}
    assert (m.radius({"name": "x", "radius": 2}, 3), m.radius(m.Dot(radius=4), 1)) == (6.0, 4.0)
    assert raises(lambda: setattr(disc, "name", 3))[1].startswith("Figure.name must be a str")
    assert raises(lambda: m.radius(m.Figure(), 1))[0] is TypeError
    drawing = m.Drawing([m.Disc("x"), m.Disc("y")])
    last = drawing.last()
    assert (last.name, last is drawing.discs[1], type(last)) == ("y", True, m.Disc)
    assert m.Drawing().last() is None


def test_python_classes_of_derived_ones(m: ModuleType) -> None:
    class Titled:
        name: str

        def title(self: Any) -> str:
            return f"<{self.name}>"

    class Large(Titled, m.Dot, abc.ABC):  # type: ignore[name-defined,misc]
        def __init__(self, name: str) -> None:
            super().__init__(name, radius=10)
            self.extra = name * 2

        def area(self) -> float:
            return float(super().area() + 1)

    large = Large("l")
    assert (large.title(), large.extra, large.area(), m.title(large), large.rename("m") is large) == (
        "<l>",
        "ll",
        301.0,
        "l",
        True,
    )
    assert (copy.deepcopy(large).extra, large.name) == ("ll", "m")
    assert len(Large.__mro__) == 7
    for wrong in (large, m.Disc()):
        text = f"__init__() of a Figure cannot make what {type(wrong)} is"
        assert raises(partial(m.Figure.__init__, wrong, "x")) == (TypeError, text)
    empty = m.Disc.__new__(m.Disc)
    assert raises(lambda: m.Figure.__setstate__(empty, (("x", 1.0, []), None)))[0] is TypeError
    assert raises(empty.area) == (TypeError, "the Disc has no value: its __init__ was not called")
    with pytest.raises(TypeError, match="conflict"):
        type("Both", (m.Disc, m.Coin), {})
    abc.ABC.register(m.Figure)
    assert isinstance(m.Dot(), abc.ABC)


def test_what_a_derived_class_inherits(m: ModuleType) -> None:
    coin = m.OldCoin(5)
    assert (coin == m.Coin(5), coin == m.OldCoin(5, 3), coin == m.OldCoin(6)) == (True, True, False)
    assert (repr(coin), repr(m.OldCoin(10))) == ("little", "much")
    assert raises(lambda: hash(coin))[0] is TypeError
    before = m.endings()
    total = m.Sum(5)
    total.push(3)
    total.push(4)
    assert (total.total(), list(total.items), total.start) == (12, [3, 4], 5)
    gone = weakref.ref(total)
    del total
    gc.collect()
    assert (gone(), m.endings()) == (None, before + 1)
    with m.Sum(1) as total:
        assert isinstance(total, m.Pile)
    assert m.endings() == before + 2
    assert raises(lambda: total.push(1)) == (ReferenceError, "the Sum has been destroyed")


def test_references_of_a_derived_class(m: ModuleType) -> None:
    class Own(m.NamedBox):  # type: ignore[name-defined,misc]
        pass

    content = [1]
    box = m.NamedBox(content, name="x")
    assert (box.content is content, box.other, box.name) == (True, None, "x")
    assert raises(lambda: m.NamedBox(content, name=3))[0] is TypeError
    own = Own({})
    own.other = own.content["self"] = own
    gone = weakref.ref(own)
    del own
    gc.collect()
    assert gone() is None


def test_no_leak_of_derived_objects(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    class Own(m.Dot):  # type: ignore[name-defined,misc]
        pass

    def work() -> None:
        own = Own("x" * 100, tags=["y" * 100])
        own.rename("z" * 100)
        copy.deepcopy(own)
        pickle.loads(pickle.dumps(m.Disc("x" * 100)))
        m.Sum(1).push(2)
        m.NamedBox(own)
        m.Drawing([m.Disc("x" * 100)]).last()
        with contextlib.suppress(TypeError):
            m.NamedBox(own, name=3)

    assert growth(work) < 16


def test_a_class_says_of_itself_what_its_file_can_say(m: ModuleType) -> None:
    town = m.Town()
    houses = [town.build(number) for number in range(100)]
    assert [house.number for house in houses] == list(range(100))
    gone = weakref.ref(town)
    del town, houses
    gc.collect()
    assert gone() is None
    assert raises(lambda: m.House(1))[0] is TypeError


def test_functions_that_zig_calls_otherwise_are_operators(m: ModuleType) -> None:
    word = m.Word("b", 1)
    assert word == m.Word("b", 2)
    assert word != m.Word("a")
    assert word != 3
    assert hash(word) == hash(m.Word("b", 2))
    assert len({word, m.Word("b", 3)}) == 1
    assert max(m.Word("a"), word) is word
    assert m.Word("a") < word > m.Word("a")
    assert len(m.Word("abc")) == 3
    for other in (m.Word("a"), 3):
        kind, text = raises(partial(operator.le, word, other))
        assert kind is TypeError
        assert text.startswith("'<=' not supported between instances of")
    assert word.eql(m.Word("b"))
    assert copy.copy(word) == word


def test_an_order_is_all_comparisons(m: ModuleType) -> None:
    bag = m.Bag()
    for item in range(3):
        bag.push(item)
    copied, deep = copy.copy(bag), copy.deepcopy(bag)
    bag.push(3)
    assert [len(each) for each in (bag, copied, deep)] == [4, 3, 3]
    assert copied == deep
    assert copied <= deep >= copied
    assert copied < bag >= deep
    assert bag > copied != bag
    assert (bag != bag) is False
    assert not bag < bag
    assert raises(lambda: hash(bag)) == (TypeError, f"unhashable type: '{m.__name__}.Bag'")
    with pytest.raises(TypeError):
        _ = bag < 3
    assert bag.len(9) == 9
    assert m.Semantic.parse("1.2.3-rc") < m.Semantic.parse("1.2.3") < m.Semantic.parse("1.10.0")


def test_the_stub_of_such_operators(m: ModuleType) -> None:
    text = stub(described(m))
    ast.parse(text)
    for line in (
        "    def __eq__(self, other: object, /) -> bool: ...",
        "    def __lt__(self, other: Word, /) -> bool: ...",
        "    def __hash__(self) -> int: ...",
        "    def __len__(self) -> int: ...",
        "    def __ge__(self, other: Bag, /) -> bool: ...",
        "    def __copy__(self) -> Bag: ...",
        "    def __deepcopy__(self, memo: object, /) -> Bag: ...",
    ):
        assert line in text, text


def test_fields_that_are_given_by_name_only(m: ModuleType) -> None:
    for made, shown, text in (
        (m.Parcel(grams=5, to="x"), "(*, to, grams=100, tags=['new'])", "Parcel(to='x', grams=5, tags=['new'])"),
        (m.Weight(exact=True, grams=2), "(*, grams, exact=False)", "Weight(grams=2.0, exact=True)"),
        (m.Express(grams=2), "(*, grams, exact=False, hours=24)", "Express(grams=2.0, exact=False, hours=24)"),
    ):
        kind = type(made)
        assert repr(made) == text
        assert str(inspect.signature(kind)) == shown
        assert not hasattr(kind, "__match_args__")
        for again in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made), made.__replace__()):
            assert again == made
        derived = type("Derived", (kind,), {})
        for function in (kind, derived, made.__init__):
            refused = rf"^{kind.__name__}\(\) takes at most 0 positional arguments \(1 given\)$"
            with pytest.raises(TypeError, match=refused):
                function("x")
        assert derived(**{name: getattr(made, name) for name in kind.__field_names__()}) is not None
    with pytest.raises(TypeError, match=r"^Parcel\(\) missing required argument 'to'$"):
        m.Parcel(grams=3)
