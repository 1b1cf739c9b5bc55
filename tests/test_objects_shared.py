"""What an object was given is there as long as another one has it, which copied no more than the struct."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("objects_shared")


def text(number: int) -> str:
    return f"{number} of some " * 5


def crowd(size: int) -> list[str]:
    """Others that come to where a text of that size was."""
    return [chr(ord("A") + n % 26) * size for n in range(500)]


def added(m: ModuleType, bag: Any) -> Any:
    other = m.Bag()
    other.addAll(bag)
    return other


def filled(m: ModuleType, name: str, *given: object) -> Any:
    bag = m.Bag()
    getattr(bag, name)(*given)
    return bag


WAYS: dict[str, Callable[[ModuleType, str], Any]] = {
    "a struct": lambda m, label: filled(m, "addLine", m.Line(1, label)),
    "a struct in a struct": lambda m, label: filled(m, "addNested", m.Nested({"label": label})),
    "another bag": lambda m, label: added(m, filled(m, "add", label)),
    "a bag of a bag": lambda m, label: added(m, added(m, filled(m, "addLine", m.Line(1, label)))),
    "a handle": lambda m, label: filled(m, "addNode", m.Node(label)),
    "a result": lambda m, label: m.Bag.of(m.Line(1, label)),
    "an optional result": lambda m, label: m.Bag.maybeOf(m.Line(1, label)),
    "a tuple": lambda m, label: m.Bag.countedOf(m.Line(1, label))[0],
    "a clone": lambda m, label: filled(m, "add", label).clone(),
    "a list": lambda m, label: filled(m, "add", label).clones()[0],
    "a new handle": lambda m, label: m.Node(label),
    "a handle of a struct": lambda m, label: m.Node.of(m.Line(1, label)),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_one_was_given_is_another_ones(m: ModuleType, way: str) -> None:
    kept = [WAYS[way](m, text(n)) for n in range(50)]
    gc.collect()
    others = crowd(len(text(0)))
    assert [each.label() for each in kept] == [text(n) for n in range(50)]
    assert len(others) == 500


def test_a_default_is_another_ones(m: ModuleType) -> None:
    bag = m.Bag()
    bag.addLine(m.Line())
    others = crowd(len("a label"))
    assert bag.label() == "a label"
    assert len(others) == 500


def test_a_handle_has_its_text(m: ModuleType) -> None:
    nodes = [m.Node(text(n)) for n in range(50)]
    others = crowd(len(text(0)))
    assert [node.title() for node in nodes] == [text(n) for n in range(50)]
    assert len(others) == 500


def test_what_is_hidden_is_counted_by_itself(m: ModuleType) -> None:
    bag = m.Bag()
    bag.add(text(0))
    bag.rename("x")
    assert added(m, bag).label() == bag.label() == text(0)


def test_what_is_not_needed_is_given_back(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    bag = m.Bag()

    def rename() -> None:
        bag.addAll(filled(m, "rename", text(1) * 100))

    assert growth(rename) < 200


class Mine:
    """What Python has of an owner is gone, and a view of it is there."""

    def __init__(self, m: ModuleType, kind: type[Any]) -> None:
        m.endedBags()
        owner = kind()
        self.view = owner.view()
        owner.rename(text(1))
        self.reference = weakref.ref(owner) if kind is not m.Bag else lambda: None


@pytest.fixture(params=["a class", "a class of Python's"])
def mine(m: ModuleType, request: pytest.FixtureRequest) -> Mine:
    class Own(m.Bag):  # type: ignore[name-defined,misc]
        pass

    return Mine(m, m.Bag if request.param == "a class" else Own)


def test_an_owner_comes_back(m: ModuleType, mine: Mine) -> None:
    assert mine.reference() is None
    for n in range(100):
        owner = mine.view.owner()
        assert owner is mine.view.owner()
        views = [owner.view() for _ in range(3)]
        owner.rename(text(n))
        del owner
        gc.collect(0)
        assert views[n % 3].owner().title == text(n)
        mine.view = views[0]
    assert m.endedBags() == 0
    del views
    mine.view = None
    gc.collect()
    assert m.endedBags() == 1


def test_a_handle_comes_back(m: ModuleType) -> None:
    view = m.Node(text(3)).view()
    for _ in range(100):
        node = view.owner()
        assert node is view.owner()
        views = [node.view() for _ in range(3)]
        del node
        view = views[1].owner().view()
    assert view.owner().title() == view.owner().label() == text(3)


def test_an_owner_that_comes_back_is_as_any_other(m: ModuleType, mine: Mine) -> None:
    owner = mine.view.owner()
    if type(owner) is not m.Bag:
        owner.mark = "mine"
        assert weakref.ref(owner)() is owner
    owner.add(text(2))
    gc.collect()
    assert owner.label() == text(2)
    owner.destroy()
    assert m.endedBags() == 1
    with pytest.raises(ReferenceError):
        mine.view.owner().rename("x")


def test_an_owner_is_asked_for_while_it_goes(m: ModuleType) -> None:
    class Watch:
        def __del__(self) -> None:
            found.append(self.view.owner())  # type: ignore[attr-defined]

    class Own(m.Bag):  # type: ignore[name-defined,misc]
        pass

    m.endedBags()
    found: list[Any] = []
    owner = Own()
    owner.rename(text(7))
    owner.watch = Watch()
    view = owner.watch.view = owner.view()
    del owner
    gc.collect()
    for n in range(100):
        view.owner().view()
        found[0].add(text(n))
    assert found[0].title == text(7)
    assert view.owner().title == text(7)
    found.clear()
    del view
    gc.collect()
    assert m.endedBags() == 1


@pytest.fixture
def few_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANO_FFI_GROWTH_CALLS", "150")


def book(m: ModuleType) -> Any:
    made = m.Book()
    for n in range(3):
        made.section(text(n)).add(text(n)).add("another line")
    return made


def copied(m: ModuleType, other: Any = None) -> Any:
    """What has memory that two objects were there to have."""
    made = m.Book() if other is None else other
    book(m).copyTo(made)
    return made


CHANGES: dict[str, Callable[[ModuleType, Any], object]] = {
    "nothing": lambda m, b: None,
    "an attribute": lambda m, b: setattr(b, "sections", []),
    "an attribute that may be null": lambda m, b: setattr(b, "last", None),
    "an attribute of an item": lambda m, b: setattr(b.sections[1], "lines", ["x"]),
    "an item": lambda m, b: b.sections.__setitem__(0, b.sections[1]),
    "an item that is text": lambda m, b: b.sections[0].lines.__setitem__(0, "x"),
    "an item that is text, of its own list": lambda m, b: b.words and b.words.__setitem__(0, "x"),
    "items": lambda m, b: b.sections.__setitem__(slice(0, 2), []),
    "items with a step": lambda m, b: b.sections.__delitem__(slice(None, None, 2)),
    "an item removed": lambda m, b: b.sections.__delitem__(0),
    "an item popped": lambda m, b: b.sections.pop(),
    "all items": lambda m, b: b.sections.clear(),
    "a list that moves": lambda m, b: b.sections.extend([{}, {}]),
    "a value of a map": lambda m, b: b.notes.__setitem__("a note", "x"),
    "a value removed": lambda m, b: b.notes.pop("a note", None),
    "a whole map": lambda m, b: b.notes.clear(),
    "an object": lambda m, b: b.__init__(),
}


@pytest.mark.usefixtures("few_calls")
@pytest.mark.parametrize("make", [book, copied])
@pytest.mark.parametrize("change", CHANGES)
def test_what_zig_has_allocated_for_a_tree_goes_with_it(
    m: ModuleType, growth: Callable[[Callable[[], Any]], float], make: Callable[..., Any], change: str
) -> None:
    def run() -> None:
        CHANGES[change](m, make(m))

    run()
    assert growth(run) < 40


@pytest.mark.usefixtures("few_calls")
def test_what_a_call_takes_out_of_a_tree_is_given_back(
    m: ModuleType, growth: Callable[[Callable[[], Any]], float]
) -> None:
    long_lived = m.Book()

    def run() -> None:
        del long_lived.sections[:]
        long_lived.section(text(0) * 100).add(text(1))
        assert long_lived.take(0).lines == [text(1)]

    run()
    assert growth(run) < 40


def test_a_list_that_zig_let_grow_gets_shorter(m: ModuleType) -> None:
    for make in (book, copied):
        made = make(m)
        del made.sections[0]
        made.section("new")
        made.sections.clear()
        made.section("newer")
        assert [one.label for one in made.sections] == ["newer"]


@pytest.mark.usefixtures("few_calls")
def test_a_list_that_an_object_is_given_of_itself_is_no_reference_to_it(
    m: ModuleType, growth: Callable[[Callable[[], Any]], float]
) -> None:
    def whole() -> None:
        made = book(m)
        made.replace(made.sections)
        assert made.last.label == text(0)

    def items() -> None:
        made = book(m)
        made.replace(list(made.sections))
        assert made.last.label == text(0)

    for run in (whole, items):
        run()
        assert growth(run) < 40


def test_what_another_ones_memory_is_pointed_to_from_keeps_that_one(m: ModuleType) -> None:
    def press() -> Any:
        made = m.Press(text(3))
        for number in range(4, 40):
            made.rename(text(number))
        return made

    section, one, other = m.Section(lines=["first"]), book(m), book(m)
    one.section("empty")
    press().sign(section)
    press().signAll(one)
    press().note(other)
    gc.collect()
    more = [press() for _ in range(10)]  # takes what is free
    assert section.lines == ["first", text(3)]
    assert one.sections[-1].lines == [text(number) for number in range(4, 40)]
    assert other.notes == {"signed": text(3)}
    assert more[0].name == text(3)


def test_who_has_only_written_is_not_kept(m: ModuleType) -> None:
    section, count = m.Section(lines=["first"]), m.Press.count()
    section.name()  # what is there before is no news
    m.Press(text(3)).write(section)
    assert section.lines == ["first", text(3)]
    assert m.Press.count() == count
    m.Press(text(3)).sign(section)
    assert m.Press.count() == count + 1
    del section
    assert m.Press.count() == count
