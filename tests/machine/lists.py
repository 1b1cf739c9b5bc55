"""Operations on the lists and maps of a Doc."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, ClassVar

from tests.machine.base import Failure, Slot, check_slot, look, same
from tests.machine.doc import DocBase


class Lists(DocBase):
    """Items come, go, and change their places."""

    own: ClassVar[list[str]] = [
        *("append", "append", "append", "insert", "insert", "pop", "pop", "delete", "slices", "clear", "reverse"),
        *("extend", "item", "assign", "push", "push", "grow", "grow", "rotate", "shorten", "iterate", "nested"),
        *("nested_change", "nested_change", "nested_delete", "table", "table", "table_delete", "table_clear", "put"),
        *("shelves", "own_item", "remove", "set_map", "peek", "peek"),
    ]

    def some(self) -> tuple[Callable[[], Any], list[Slot]]:
        """One of the lists of leaves, and its model."""
        if self.world.chance(0.5):
            return lambda: self.obj.items, self.model.items
        return lambda: self.obj.more, self.model.more

    def append(self) -> None:
        items, model = self.some()
        if len(model) > 20:
            return
        leaf = self.leaf()
        given = self.given(leaf)
        if self.change(lambda: items().append(given)):
            model.append(leaf)

    def insert(self) -> None:
        items, model = self.some()
        if len(model) > 20:
            return
        leaf, index = self.leaf(), self.world.below(len(model) * 2 + 3) - len(model) - 1
        given = self.given(leaf)
        if self.change(lambda: items().insert(index, given)):
            model.insert(index, leaf)

    def pop(self) -> None:
        items, model = self.some()
        if not model:
            self.world.refuse(lambda: items().pop(), IndexError, *self.lent())
            return
        index = self.world.below(2 * len(model)) - len(model)
        taken: list[Any] = []
        if self.change(lambda: taken.append(items().pop(index))):
            slot = model.pop(index)
            check_slot(taken[0], slot)
            self.keep(taken[0], slot)

    def delete(self) -> None:
        items, model = self.some()
        if model:
            index = self.world.below(len(model))
            if self.change(lambda: items().__delitem__(index)):
                del model[index]

    def remove(self) -> None:
        """By a value, which may be the item itself."""
        items, model = self.some()
        if model:
            index = self.world.below(len(model))
            slot = model[index]
            index = next(place for place, one in enumerate(model) if one.values() == slot.values())
            item = items()[index] if self.world.chance(0.5) else self.m.Leaf(slot.number, slot.name)
            if self.change(lambda: items().remove(item)):
                del model[index]

    def slices(self) -> None:
        items, model = self.some()
        start = self.world.below(len(model) + 1)
        end = start + self.world.below(len(model) - start + 1)
        new = [self.leaf() for _ in range(self.world.below(4) if len(model) < 20 else 0)]
        given = [self.given(leaf) for leaf in new]
        same("a slice", [look(item) for item in items()[start:end]], [slot.values() for slot in model[start:end]])
        if self.world.chance(0.3):
            new = []
            done = self.change(lambda: items().__delitem__(slice(start, end)))
        else:
            done = self.change(lambda: items().__setitem__(slice(start, end), given))
        if done:
            model[start:end] = new

    def clear(self) -> None:
        items, model = self.some()
        if self.world.chance(0.3) and self.change(lambda: items().clear()):
            model.clear()

    def reverse(self) -> None:
        items, model = self.some()
        if self.change(lambda: items().reverse()):
            model.reverse()

    def peek(self) -> None:
        """A *const into the list, before and after a change: right, or gone."""
        if not self.model.items or self.lent():
            return
        index = self.world.below(len(self.model.items))
        slot = self.model.items[index]
        item = self.obj.at(index)
        if look(item) != slot.values():
            raise Failure(f"at({index}) shows {look(item)}, and the model: {slot}")
        name = self.world.text()
        if self.world.chance(0.5):
            self.obj.name = name
        else:
            self.obj.rename("".join(list(name)))
        self.model.name = name
        if look(item) not in (None, slot.values()):
            raise Failure(f"at({index}) shows {look(item)} after a change, and the model: {slot}")

    def extend(self) -> None:
        items, model = self.some()
        if len(model) > 15:
            return
        if self.world.chance(0.3) and len(model) < 8:
            new = [slot.copy() for slot in model]  # with itself
            done = self.change(lambda: items().extend(items()))
        else:
            new = [self.leaf() for _ in range(self.world.below(4))]
            given = [self.given(leaf) for leaf in new]
            done = self.change(lambda: items().extend(iter(given)))
        if done:
            model.extend(new)

    def own_item(self) -> None:
        """An item of a list, once more into a list of the same object."""
        source, model = self.some()
        target, there = self.some()
        if model and len(there) < 20:
            index = self.world.below(len(model))
            item = source()[index]
            if self.change(lambda: target().insert(0, item)):
                there.insert(0, model[index].copy())

    def item(self) -> None:
        items, model = self.some()
        if model:
            index = self.world.below(len(model))
            leaf, old = self.leaf(), model[index]
            given = self.given(leaf)
            if self.change(lambda: items().__setitem__(index, given)):
                model[index] = leaf
                self.settle([old], [leaf], [old.values()])

    def assign(self) -> None:
        """The whole list."""
        new = [self.leaf() for _ in range(self.world.below(5))]
        given = [self.given(leaf) for leaf in new]
        if self.world.chance(0.5):
            if self.change(lambda: setattr(self.obj, "items", given)):
                old, self.model.items = self.model.items, new
                self.replaced(old, new)
        elif self.change(lambda: setattr(self.obj, "more", tuple(given))):
            old, self.model.more = self.model.more, new
            self.replaced(old, new)

    def push(self) -> None:
        """A pointer to an item of the list that grows: refused, or as if it had been a copy."""
        model = self.model
        if len(model.more) > 20:
            return
        way = self.world.below(4)
        if way == 0 and model.more:
            index = self.world.below(len(model.more))
            item, slot = self.obj.more[index], model.more[index]
        elif way == 1 and model.items:
            index = self.world.below(len(model.items))
            item, slot = self.obj.items[index], model.items[index]
        elif way == 2:
            item, slot = self.obj.head, model.head
        else:
            slot = self.leaf()
            item = self.m.Leaf(slot.number, slot.name)
        if self.change(lambda: self.obj.push(item), *([ValueError] if way < 3 else [])):
            model.more.append(slot.copy())
        same("check()", self.obj.check(), model.check())

    def grow(self) -> None:
        if len(self.model.more) < 20:
            leaf = self.leaf()
            given = self.given(leaf)
            if self.change(lambda: self.obj.grow(given)):
                self.model.more.append(leaf)

    def rotate(self) -> None:
        """Zig changes values; parts stay with their index."""
        if self.change(self.obj.rotate):
            slots = self.model.items
            values = [slot.values() for slot in slots]
            for slot, value in zip(slots, values[1:] + values[:1], strict=True):
                slot.number, slot.name = value

    def shorten(self) -> None:
        if self.model.items and self.change(self.obj.shorten):
            last = self.model.items.pop()
            if self.world.chance(0.5):
                last.ended = not self.world.lenient
                last.wild = self.world.lenient
                self.held = [(item, slot) for item, slot in self.held if check_slot(item, slot)]
            last.wild = True

    def iterate(self) -> None:
        items, model = self.some()
        seen = []
        for item in items():
            seen.append(look(item))
            gc.collect(0)
        same("items", seen, [slot.values() for slot in model])
        if model:
            slot = model[-1]
            index = next(place for place, one in enumerate(model) if one.values() == slot.values())
            same("index()", items().index(self.m.Leaf(*slot.values())), index)
            same("in", self.m.Leaf(-1) in items(), False)

    def nested(self) -> None:
        nested = [
            (self.world.text(), [[self.leaf() for _ in range(1 + self.world.below(2))] for _ in range(2)])
            for _ in range(1 + self.world.below(2))
        ]
        given = [
            {"label": label, "twigs": [{"leaves": [self.given(slot) for slot in twig]} for twig in twigs]}
            for label, twigs in nested
        ]
        if self.change(lambda: setattr(self.obj, "nested", given)):
            self.loosen(self.model.nested)
            self.model.nested = nested
            if not self.lent() and look(self.obj.deep()) != nested[0][1][0][0].values():
                raise Failure(f"deep() shows {look(self.obj.deep())}, and the model: {nested[0][1][0][0]}")

    def loosen(self, nested: list[tuple[str, list[list[Slot]]]]) -> None:
        for _, twigs in nested:
            for twig in twigs:
                for slot in twig:
                    slot.wild = True

    def nested_change(self) -> None:
        if not self.model.nested:
            return
        index = self.world.below(len(self.model.nested))
        _, twigs = self.model.nested[index]
        if twigs and len(twigs[0]) < 6:
            leaf = self.leaf()
            given = self.given(leaf)
            branch = self.obj.nested[index]
            leaves = branch.twigs[0].leaves
            del branch
            if self.change(lambda: leaves.append(given)):
                twigs[0].append(leaf)
            text = self.world.text()
            if self.change(lambda: setattr(self.obj.nested[index], "label", text)):
                self.model.nested[index] = (text, twigs)

    def nested_delete(self) -> None:
        """What lies deeper stays with its outer item, also after that was removed."""
        nested = self.model.nested
        if not nested:
            return
        index = self.world.below(len(nested))
        if self.world.chance(0.5):
            if self.change(lambda: self.obj.nested.__delitem__(index)):
                del nested[index]
        elif nested[index][1]:
            if self.change(lambda: self.obj.nested[index].twigs.pop(0)):
                nested[index][1].pop(0)
        elif self.change(lambda: self.obj.nested.reverse()):
            nested.reverse()

    def table(self) -> None:
        table = self.model.table
        keys = list(table)
        key = keys[self.world.below(len(keys))] if keys and self.world.chance(0.4) else self.world.text()
        if len(table) > 12 and key not in table:
            return
        leaf = self.leaf()
        given = self.given(leaf)
        if self.change(lambda: self.obj.table.__setitem__(key, given)):
            old = table.get(key)
            table[key] = leaf
            if old is not None:
                self.settle([old], [leaf], [old.values()])
        same("keys", list(self.obj.table), list(table))

    def table_delete(self) -> None:
        table = self.model.table
        if not table:
            self.world.refuse(lambda: self.obj.table.pop("x"), KeyError, *self.lent())
            return
        key = list(table)[self.world.below(len(table))]
        taken: list[Any] = []
        if self.world.chance(0.5):
            done = self.change(lambda: taken.append(self.obj.table.pop(key)))
        else:
            done = self.change(lambda: self.obj.table.__delitem__(key))
        if done:
            slot = table.pop(key)
            if taken:
                check_slot(taken[0], slot)
                self.keep(taken[0], slot)
        same("keys", sorted(self.obj.table), sorted(table))
        # Zig's swapRemove may change the order.
        order = list(self.obj.table)
        self.model.table = {one: table[one] for one in order}

    def table_clear(self) -> None:
        if self.world.chance(0.2) and self.change(lambda: self.obj.table.clear()):
            self.model.table.clear()

    def put(self) -> None:
        """By Zig, with its allocator."""
        if self.world.below(8) or len(self.model.table) > 12:
            return
        key, leaf = self.world.text(), self.leaf()
        given = self.given(leaf)
        if self.change(lambda: self.obj.put(key, given)):
            old = self.model.table.get(key)
            self.model.table[key] = leaf
            if old is not None:
                self.settle([old], [leaf], [old.values()])

    def set_map(self) -> None:
        new = {self.world.text(): self.leaf() for _ in range(self.world.below(3))}
        given = {key: self.given(leaf) for key, leaf in new.items()}
        if self.change(lambda: setattr(self.obj, "table", given)):
            old, self.model.table = self.model.table, new
            keys = list(old)
            self.settle([old[key] for key in keys], [new.get(key) for key in keys], [old[key].values() for key in keys])

    def shelves(self) -> None:
        shelves = self.model.shelves
        way = self.world.below(4)
        keys = list(shelves)
        if way == 0 or not shelves:
            if len(shelves) > 5:
                return
            key, new = self.world.text(), [self.leaf() for _ in range(2)]
            given = {"leaves": [self.given(leaf) for leaf in new]}
            if self.change(lambda: self.obj.shelves.__setitem__(key, given)):
                for slot in shelves.get(key, []):
                    slot.wild = True
                shelves[key] = new
            return
        key = keys[self.world.below(len(keys))]
        leaves = shelves[key]
        if way == 1:
            leaf = self.leaf()
            given_leaf = self.given(leaf)
            if len(leaves) < 5 and self.change(lambda: self.obj.shelves[key].leaves.append(given_leaf)):
                leaves.append(leaf)
        elif way == 2:
            index = self.world.below(len(leaves))
            self.keep(self.obj.shelves[key].leaves[index], leaves[index])
        elif self.change(lambda: self.obj.shelves.__delitem__(key)):
            del shelves[key]
        same("shelves", sorted(self.obj.shelves), sorted(shelves))
