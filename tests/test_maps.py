"""Maps in the fields of structs, on a module compiled from tests/extension/maps.zig."""

from __future__ import annotations

import copy
import gc
import inspect
import json
import pickle
import random
import sys
from collections.abc import Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def m(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("maps")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def test_objects_are_equal_with_all_that_is_in_their_dicts(m: ModuleType) -> None:
    def store(counts: dict[str, int]) -> Any:
        made = m.Store()
        made.counts = counts
        return made

    one = {"a": 1, "b": 2}
    assert store(one) == store({"b": 2, "a": 1})
    for other in ({"a": 1}, {"a": 1, "b": 3}, {"a": 1, "c": 2}, {"a": 1, "b": 2, "c": 3}, {}):
        assert store(one) != store(other)
        assert store(other) != store(one)


@pytest.mark.parametrize("field", ["items", "ordered"])
def test_the_methods_of_a_dict(m: ModuleType, field: str) -> None:
    store = m.Store()
    items = getattr(store, field)
    assert (len(items), list(items), repr(items), bool(items)) == (0, [], "{}", False)
    items["one"] = m.Item(1, "first")
    items["two"] = {"number": 2}
    assert repr(items["one"]) == "Item(number=1, name='first')"
    assert (len(items), store.total(), sorted(items)) == (2, 3, ["one", "two"])
    assert ("one" in items, "three" in items, 1 in items) == (True, False, False)
    assert (items.get("two").number, items.get("three"), items.get(3, 4)) == (2, None, 4)
    assert sorted(items.keys()) == ["one", "two"]
    assert sorted(item.number for item in items.values()) == [1, 2]
    assert {key: item.number for key, item in items.items()} == {"one": 1, "two": 2}
    assert items == {"one": m.Item(1, "first"), "two": m.Item(2)}
    assert items != {"one": m.Item(1, "first")}
    assert items.copy() == items
    assert type(items.copy()) is dict
    assert isinstance(items, MutableMapping)
    assert items.setdefault("two", m.Item(9)).number == 2
    assert items.setdefault("three", m.Item(3)).number == 3
    items.update({"four": m.Item(4)}, one=m.Item(10))
    assert store.total() == 19
    assert items.pop("four") == m.Item(4)
    assert items.pop("four", None) is None
    key, item = items.popitem()
    assert (key in items, item.number in {10, 2, 3}, len(items)) == (False, True, 2)
    if field == "ordered":
        assert (key, list(items)) == ("three", ["one", "two"])
    assert {items.popitem()[0], items.popitem()[0]} | {key} == {"one", "two", "three"}
    assert raises(items.popitem) == (KeyError, "'popitem(): dictionary is empty'")
    items.clear()
    assert (len(items), store.total()) == (0, 0)
    setattr(store, field, {str(number): m.Item(number) for number in range(100)})
    assert store.total() == sum(range(100))
    assert type(items).__hash__ is None


def test_errors(m: ModuleType) -> None:
    items = m.Store().items
    assert raises(lambda: items["a"]) == (KeyError, "'a'")
    assert raises(lambda: items[1]) == (KeyError, "1")
    assert raises(partial(items.__delitem__, "a")) == (KeyError, "'a'")
    assert raises(partial(items.__setitem__, 1, m.Item(1))) == (
        TypeError,
        "keys of a dict of Item must be str, not int",
    )
    assert raises(partial(items.__setitem__, "a", 1)) == (
        TypeError,
        "dict(): parameter 'value' must be an Item or a dict (Item), not int",
    )
    assert raises(lambda: m.Store(items=3)) == (
        TypeError,
        "Store(): parameter 'items' must be a dict or another mapping (dict[str, Item]), not int",
    )
    assert raises(lambda: m.Store(counts={"a": -1}))[0].__name__ == "OutOfRangeError"
    assert raises(lambda: items["\ud800"])[0] is UnicodeEncodeError
    assert raises(type(items))[0] is TypeError
    assert len(items) == 0


def test_iteration_while_it_is_changed(m: ModuleType) -> None:
    items = m.Store(ordered={str(number): m.Item(number) for number in range(10)}).ordered

    def add() -> None:
        for key in items:
            items[key + "x"] = m.Item(0)

    def remove() -> None:
        for key in items.keys():  # noqa: SIM118, a view of its own
            del items[key]

    error = (RuntimeError, "dictionary changed size during iteration")
    assert raises(add) == error
    assert raises(remove) == error
    assert list(items)[:2] == ["1", "2"]
    for key in items:
        items[key] = m.Item(5)
    assert {item.number for item in items.values()} == {5}
    iterator = iter(items)
    assert list(iterator) == list(items)
    items["more"] = m.Item(1)
    assert list(iterator) == []


def test_objects_stay_with_their_key(m: ModuleType) -> None:
    store = m.Store(items={"a": m.Item(1, "a")})
    item = store.items["a"]
    for number in range(1000):
        store.items[str(number)] = m.Item(number)
    item.number = 5
    item.double()
    assert (store.items["a"].number, item.name) == (10, "a")
    store.items["a"] = m.Item(7)
    assert (item.number, store.items["a"].number) == (10, 7)
    other = store.items["a"]
    del store.items["a"]
    assert (other.number, "a" in store.items) == (7, False)
    last = store.items["999"]
    store.items.clear()
    assert last == m.Item(999)
    store.items = {"b": m.Item(1)}
    item = store.items["b"]
    store.items = {}
    assert raises(lambda: item.number) == (ReferenceError, "the Item is gone: its key is not in the dict any more")


@pytest.mark.parametrize("field", ["items", "ordered"])
def test_values_that_may_be_none(m: ModuleType, field: str) -> None:
    spares = m.Spares(**{field: {"a": None, "b": m.Item(1, "one")}})
    values = getattr(spares, field)
    assert (values["a"], "a" in values, len(values), values.get("c", 5)) == (None, True, 2, 5)
    item = values["b"]
    item.double()
    assert (item is values["b"], item is spares.at("b"), spares.at("a"), spares.total()) == (True, True, None, 2)
    for number in range(100):
        values[str(number)] = None if number % 2 else m.Item(0)
    item.name = "two"
    assert (values["b"], values["1"], values["2"]) == (m.Item(2, "two"), None, m.Item(0))
    values["b"] = None
    item.double()
    assert (item, spares.total(), values["b"]) == (m.Item(4, "two"), 0, None)
    values["b"] = m.Item(7)
    kept = values["b"]
    spares.drop("b")
    assert values["b"] is None
    with pytest.raises(ReferenceError):
        print(kept.number)
    assert (values.pop("b"), "b" in values, values.pop("2").number) == (None, False, 0)
    first = values["4"]
    assert copy.deepcopy(spares) == spares == pickle.loads(pickle.dumps(spares))
    assert values.todict() == dict(values)
    values.clear()
    assert (first, len(values)) == (m.Item(0), 0)


def test_values_that_may_be_none_with_maps_of_their_own(m: ModuleType) -> None:
    spares = m.Spares(words={"a": m.Words({"b": "c"}, 1), "d": None})
    inner = spares.words["a"]
    inner.of["e"] = "f"
    spares.words["d"] = inner
    spares.words["a"] = None
    inner.of["g"] = "h"
    assert (spares.words["a"], dict(spares.words["d"].of)) == (None, {"b": "c", "e": "f"})
    spares.words["d"].of["i"] = "j"
    assert dict(inner.of) == {"b": "c", "e": "f", "g": "h"}
    assert dict(spares.words["d"].of) == {"b": "c", "e": "f", "i": "j"}


def test_constructor_copy_and_pickle(m: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(inspect.signature(m.Store)) == "(items={}, ordered={}, counts={})"
    store = m.Store({"a": m.Item(1, "x")}, counts={"ä": 1, "": 2})
    assert repr(store) == "Store(items={'a': Item(number=1, name='x')}, ordered={}, counts={'ä': 1, '': 2})"
    monkeypatch.setitem(sys.modules, "maps", m)
    for other in (copy.copy(store), copy.deepcopy(store), pickle.loads(pickle.dumps(store)), m.Store(store.items)):
        assert other.items == store.items
        other.items["a"].number = 3
        assert store.items["a"].number == 1
    assert copy.copy(store) == store
    store.increase()
    assert store.counts == {"ä": 2, "": 3}
    words = m.Words({"a": "b"})
    words.of["c"] = "d"
    assert words.of == {"a": "b", "c": "d"}
    assert m.Words(words.of) == words


def test_a_struct_with_its_own_memory(m: ModuleType) -> None:
    index = m.Index(["a", "b"])
    places, note = index.places, index.notes["b"]
    assert (dict(places), note.number) == ({"a": 0, "b": 1}, 1)
    places["a"] = 5
    assert places["a"] == 5
    fixed = "this dict of u32 is Zig's alone: give its struct a function that changes it"
    assert raises(partial(places.__setitem__, "c", 1)) == (TypeError, fixed)
    assert raises(partial(places.__delitem__, "a")) == (TypeError, fixed)
    assert raises(places.clear) == (TypeError, fixed)
    assert raises(partial(index.notes.__setitem__, "a", m.Item(1)))[0] is TypeError
    assert raises(partial(setattr, index, "places", {}))[0] is AttributeError
    for number in range(1000):
        index.add(str(number), number)
    assert (note.number, len(places)) == (1, 1002)
    index.remove("b")
    assert raises(lambda: note.number) == (ReferenceError, "the Item is gone: its key is not in the dict any more")
    index.destroy()
    assert raises(lambda: places["a"]) == (ReferenceError, "the Index has been destroyed")
    assert raises(lambda: note.number)[0] is ReferenceError


def test_random_use_beside_a_dict(m: ModuleType) -> None:
    generator = random.Random(4)
    for field in ("items", "ordered"):
        items = getattr(m.Store(), field)
        model: dict[str, int] = {}
        for _ in range(3000):
            key, number = str(generator.randrange(60)), generator.randrange(1000)
            action = generator.randrange(5)
            if action < 2:
                items[key], model[key] = m.Item(number, "x" * number), number
            elif action == 2:
                taken = items.pop(key, None)
                assert (taken.number if taken is not None else None) == model.pop(key, None)
            elif key in model:
                items[key].number = model[key] = number
            assert len(items) == len(model)
        assert {key: item.number for key, item in items.items()} == model
        if field == "ordered":
            assert list(items) == list(model)


def test_nothing_leaks(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    store = m.Store()

    def use() -> None:
        store.items["a"] = m.Item(1, "name")
        kept = store.items["a"]
        store.items["a"] = m.Item(2, "other")
        del store.items["a"]
        assert kept.name == "name"
        store.items.update(b=m.Item(1))
        list(store.items.items())
        store.items.clear()
        store.counts = {"a": 1}

    for function in (
        use,
        lambda: store.items["missing"],
        lambda: m.Store({"a": m.Item(1, "x" * 100)}, {"b": 1}),
        lambda: m.Index(["a", "b"]).notes["a"].number,
    ):
        assert growth(function) < 1


@pytest.mark.alone(timeout=30)
def test_a_key_that_is_never_found(m: ModuleType) -> None:
    """A copy ends all the same."""
    spoilt = m.Spoilt()
    spoilt.put()
    for look in (spoilt.table.copy, lambda: repr(spoilt.table)):
        with pytest.raises(KeyError, match="zbcd"):
            look()
    assert list(spoilt.table) == ["zbcd"]


def test_threads(m: ModuleType) -> None:
    store = m.Store()

    def work(worker: int) -> None:
        for number in range(200):
            key = f"{worker} {number % 20}"
            store.items[key] = m.Item(number)
            assert store.items[key].number == number
            if number % 7 == 0:
                del store.items[key]
            try:
                assert all(isinstance(name, str) for name in store.items)
            except RuntimeError as error:
                assert str(error) == "dictionary changed size during iteration"  # noqa: PT017

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert all(isinstance(item, m.Item) for item in store.items.copy().values())
    gc.collect()
    assert isinstance(store.items, Mapping)


def test_operators_and_copies_of_a_map(m: ModuleType) -> None:
    store = m.Store()
    store.ordered = {"a": m.Item(1), "b": m.Item(2)}
    live = store.ordered
    both = live | {"c": m.Item(3), "b": m.Item(5)}
    assert (type(both), {key: item.number for key, item in both.items()}) == (dict, {"a": 1, "b": 5, "c": 3})
    assert list({"z": m.Item(0)} | live) == ["z", "a", "b"]
    assert list(live | live) == ["a", "b"]
    assert raises(lambda: live | [("a", 1)])[0] is TypeError
    changed = live
    changed |= {"c": m.Item(3)}
    changed |= [("d", m.Item(4))]
    assert (changed is live, list(reversed(live)), store.total()) == (True, ["d", "c", "b", "a"], 10)
    for made in (copy.copy(live), copy.deepcopy(live), pickle.loads(pickle.dumps(live)), live.todict()):
        assert (type(made), made == live) == (dict, True)
        made["a"].number = 9
        assert live["a"].number == 1
    store.counts = {"x": 1}
    assert json.dumps(store.counts.todict()) == '{"x": 1}'
    match store.counts:
        case {"x": number}:
            assert number == 1
        case _:
            pytest.fail("no mapping")


def test_operators_of_a_map_keep_no_memory(m: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    store = m.Store()

    def changed() -> None:
        store.ordered = {"a": m.Item(1, "x" * 50), "b": m.Item(2)}
        live = store.ordered
        live |= [("c", m.Item(3))]
        assert list(reversed(live)) == list({"c": 1, "b": 1} | live)
        assert copy.deepcopy(live) == live.todict() == live | {}

    assert growth(changed) < 4
    assert growth(lambda: store.ordered | 3) < 4
