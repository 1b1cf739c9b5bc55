"""What points to texts, lists and maps that Python gave, and that Zig allocated: the object and its model."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

from tests.machine.base import (
    MASK,
    Actor,
    Failure,
    Slot,
    World,
    check_slot,
    crc,
    is_whole,
    look,
    same,
    settle,
)

Branches = list[tuple[str, list[list[Slot]]]]
"""A label, and twigs of leaves."""


class Model:
    """The fields of a Doc."""

    def __init__(self, number: int, name: str) -> None:
        self.number = number
        self.name = name
        self.head = Slot(0, "")
        self.spare: Slot | None = None
        self.words: list[str] = []
        self.items: list[Slot] = []
        self.more: list[Slot] = []
        self.numbers: list[float] = []
        self.nested: Branches = []
        self.table: dict[str, Slot] = {}
        self.shelves: dict[str, list[Slot]] = {}

    def check(self) -> int:
        total = self.number + crc(self.name) + self.head.sum()
        if self.spare is not None:
            total += self.spare.sum()
        total += sum(map(crc, self.words))
        total += sum(slot.sum() for slots in (self.items, self.more) for slot in slots)
        for label, twigs in self.nested:
            total += crc(label) + sum(slot.sum() for twig in twigs for slot in twig)
        for key, slot in self.table.items():
            total += crc(key) + slot.sum()
        for key, slots in self.shelves.items():
            total += crc(key) + sum(slot.sum() for slot in slots)
        return total & MASK

    def copy(self) -> Model:
        other = Model(self.number, self.name)
        other.head = self.head.copy()
        other.spare = self.spare and self.spare.copy()
        other.words = list(self.words)
        other.items = [slot.copy() for slot in self.items]
        other.more = [slot.copy() for slot in self.more]
        other.numbers = list(self.numbers)
        other.nested = [(label, [[slot.copy() for slot in twig] for twig in twigs]) for label, twigs in self.nested]
        other.table = {key: slot.copy() for key, slot in self.table.items()}
        other.shelves = {key: [slot.copy() for slot in slots] for key, slots in self.shelves.items()}
        return other


def read(doc: Any) -> Model:
    """A model of what the object shows; all of it is whole."""
    model = Model(doc.number, doc.name)
    texts = [model.name]

    def slot(leaf: Any) -> Slot:
        texts.append(leaf.name)
        return Slot(leaf.number, leaf.name)

    model.head = slot(doc.head)
    model.spare = None if doc.spare is None else slot(doc.spare)
    model.words = list(doc.words)
    model.items = [slot(leaf) for leaf in doc.items]
    model.more = [slot(leaf) for leaf in doc.more]
    model.numbers = list(doc.numbers)
    model.nested = [
        (branch.label, [[slot(leaf) for leaf in twig.leaves] for twig in branch.twigs]) for branch in doc.nested
    ]
    model.table = {key: slot(leaf) for key, leaf in doc.table.items()}
    model.shelves = {key: [slot(leaf) for leaf in twig.leaves] for key, twig in doc.shelves.items()}
    texts += [*model.words, *(label for label, _ in model.nested), *model.table, *model.shelves]
    for text in texts:
        if not is_whole(text):
            raise Failure(f"a stale text: {text!r:.200}")
    return model


class DocBase(Actor):
    """The object, its model, and the parts of it that Python holds."""

    def __init__(self, world: World, obj: Any = None, model: Model | None = None) -> None:
        super().__init__(world)
        self.m = world.modules["model"]
        self.subclass = world.modules["subclass"].Sub if "subclass" in world.modules else self.m.Doc
        self.held: list[tuple[Any, Slot]] = []
        self.views: list[memoryview[Any]] = []
        self.tied = False
        """It points to another one, or another one to it."""
        if obj is None or model is None:
            model = Model(world.unique(), world.text())
            obj = (self.m.Doc if world.chance(0.7) else self.subclass)(model.number, model.name)
        self.obj = obj
        self.model = model

    # What the others use.

    def leaf(self) -> Slot:
        return Slot(self.world.unique(), self.world.text())

    def given(self, slot: Slot) -> Any:
        """As what a leaf is given: an object of its own, a dict, or a part of something else."""
        way = self.world.below(3)
        if way == 0:
            return {"number": slot.number, "name": slot.name}
        leaf = self.m.Leaf(slot.number, slot.name)
        if way == 1:
            return leaf
        return self.m.Doc(0, head=leaf).head

    def change(self, function: Callable[[], Any], *allowed: type[BaseException]) -> bool:
        """Whether it was done. A buffer that is lent may forbid it: then it is often given back, or little would be done."""
        done, error = self.world.attempt(function, *allowed, *self.lent())
        if not done and isinstance(error, BufferError) and self.world.chance(0.3):
            self.give_back()
        return done

    def give_back(self) -> None:
        """All buffers that Docs have lent."""
        for actor in self.world.actors:
            if isinstance(actor, DocBase):
                while actor.views:
                    actor.views.pop().release()

    def lent(self) -> list[type[BaseException]]:
        """BufferError, where a buffer of it is lent, or of what it was tied to."""
        actors = (
            [actor for actor in self.world.actors if isinstance(actor, DocBase) and actor.tied] if self.tied else []
        )
        return [BufferError] if any(actor.views for actor in (self, *actors)) else []

    def keep(self, item: Any, slot: Slot) -> None:
        self.held.append((item, slot))
        if len(self.held) > 12:
            del self.held[self.world.below(12)]

    def settle(self, olds: list[Slot], news: list[Slot | None], values: list[tuple[int, str]]) -> None:
        """After places that Python holds were replaced as a whole, from Python."""
        held: list[tuple[Any, Slot]] = []
        for item, slot in self.held:
            if slot.wild or not any(slot is old for old in olds):
                held.append((item, slot))
                continue
            index = next(index for index, old in enumerate(olds) if slot is old)
            now = settle(item, slot, news[index : index + 1], values[index])
            if now is not None:
                held.append((item, now))
        self.held = held

    def replaced(self, olds: list[Slot], news: list[Slot]) -> None:
        others: list[Slot | None] = [*news, *[None] * (len(olds) - len(news))]
        self.settle(olds, others, [slot.values() for slot in olds])

    def resync(self) -> None:
        """After what cannot be foretold: all must be whole, and Zig must see what Python sees."""
        self.model = read(self.obj)
        same("check()", self.obj.check(), self.model.check())
        for _, slot in self.held:
            slot.wild = True
        self.views = [view for view in self.views if view.tolist() == self.model.numbers]

    def check(self) -> None:
        same("check()", self.obj.check(), self.model.check())
        same("name", self.obj.name, self.model.name)
        self.held = [(item, slot) for item, slot in self.held if check_slot(item, slot)]
        for view in self.views:
            same("a memoryview", view.tolist(), self.model.numbers)

    def finish(self) -> None:
        super().finish()
        self.check()
        for view in self.views:
            view.release()
        self.views.clear()
        del self.obj
        if self.world.chance(0.1):
            gc.collect()
        for item, slot in self.held:
            check_slot(item, slot)
            if self.world.chance(0.3) and not slot.wild:
                number = self.world.unique()
                # Another one may be tied to it, of which a buffer is lent.
                if self.world.attempt(lambda item=item, number=number: setattr(item, "number", number), BufferError)[0]:  # type: ignore[misc]
                    slot.number = number
                check_slot(item, slot)
        self.held.clear()
        while self.world.graveyard:
            found = self.world.graveyard.pop()
            same("what was revived", is_whole(found.name), True)
            found.check()


class Fields(DocBase):
    """Operations on attributes, texts, and the whole."""

    own: ClassVar[list[str]] = [
        *("set_number", "set_name", "set_name", "rename", "rename", "swap", "titles", "name_head", "words", "head"),
        *(
            "spare",
            "touch",
            "copies",
            "compare",
            "shown",
            "again",
            "lend_buffer",
            "release",
            "write",
            "collect",
            "forget",
        ),
        *("hold", "hold", "drop", "change_held", "change_held", "name_held", "lend", "change_lent", "each", "released"),
        *("aliased", "borrow", "revive", "attribute", "count_up"),
    ]

    def set_number(self) -> None:
        number = self.world.unique()
        if self.change(lambda: setattr(self.obj, "number", number)):
            self.model.number = number

    def set_name(self) -> None:
        name = self.world.text()
        if self.change(lambda: setattr(self.obj, "name", name)):
            self.model.name = name

    def rename(self) -> None:
        """The argument is the only one of its text, and gone after the call."""
        name = self.world.text()
        as_bytes = self.world.chance(0.3)
        if self.change(lambda: self.obj.rename(name.encode() if as_bytes else "".join(list(name)))):
            self.model.name = name

    def swap(self) -> None:
        name = self.world.text()
        done, old = self.world.attempt(lambda: self.obj.swap_name(name), *self.lent())
        if done:
            same("swap_name()", old, self.model.name)
            self.model.name = name

    def titles(self) -> None:
        if self.change(lambda: same("title()", self.obj.title(), self.model.name)):
            same("read_title()", self.obj.read_title(), self.model.name)

    def name_head(self) -> None:
        """A text in two places."""
        if self.change(self.obj.name_head):
            self.model.head.name = self.model.name

    def words(self) -> None:
        words = [self.world.text() for _ in range(self.world.below(4))]
        if self.world.chance(0.5):
            done = self.change(lambda: self.obj.take_words(list(words)))
        else:
            done = self.change(lambda: setattr(self.obj, "words", tuple(words)))
        if done:
            self.model.words = words
        same("words", list(self.obj.words), self.model.words)

    def head(self) -> None:
        leaf, given = self.leaf(), None
        given = self.given(leaf)
        if self.world.chance(0.5) or isinstance(given, dict):
            done = self.change(lambda: setattr(self.obj, "head", given))
        else:
            done = self.change(lambda: self.obj.set_head(given))
        if done:
            head = self.model.head
            head.number, head.name = leaf.number, leaf.name  # which its part shows

    def spare(self) -> None:
        old = self.model.spare
        new = None if self.world.chance(0.4) else self.leaf()
        given = None if new is None else self.given(new)
        if self.change(lambda: setattr(self.obj, "spare", given)):
            self.model.spare = new
            if old is not None:
                self.settle([old], [new], [old.values()])

    def touch(self) -> None:
        if self.change(self.obj.touch):
            self.model.number += 1

    def released(self) -> None:
        same("sum_released()", self.obj.sum_released(), self.model.check())

    def attribute(self) -> None:
        """Of a subclass, which has a __dict__."""
        if type(self.obj) is self.subclass and self.subclass is not self.m.Doc:
            self.obj.extra = [self.world.step]
            self.obj.me = self.obj if self.world.chance(0.3) else None  # a cycle
            same("extra", self.obj.extra, [self.world.step])

    def copies(self) -> None:
        way = self.world.below(3)
        other = (copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one)))[way](self.obj)
        model = self.model.copy()
        same("check() of a copy", other.check(), model.check())
        if type(other) is not type(self.obj):
            raise Failure(f"a copy is a {type(other)}")
        if len(self.world.actors) < 20:
            actor = type(self)(self.world, other, model)
            self.world.actors.append(actor)

    def compare(self) -> None:
        other = copy.deepcopy(self.obj)
        same("equality of a copy", other == self.obj, True)
        other.head.number += 1
        same("equality of what was changed", other == self.obj, False)
        same("check()", self.obj.check(), self.model.check())

    def shown(self) -> None:
        same("repr of a part", repr(self.obj.head), repr(self.model.head))
        same("repr of a list", repr(self.obj.more), repr(self.model.more))
        text = f"(number={self.model.number}, name={self.model.name!r}, head={self.model.head!r}, "
        if text not in repr(self.obj):
            raise Failure(f"repr is {self.obj!r:.300}")

    def again(self) -> None:
        model = Model(self.world.unique(), self.world.text())
        old = self.model
        slots = [*old.items, *old.more, *old.table.values(), *([old.spare] if old.spare else [])]
        values = [slot.values() for slot in slots]
        head = old.head
        if not self.change(lambda: self.obj.__init__(model.number, model.name), RuntimeError, ValueError, TypeError):
            return
        head.number, head.name = 0, ""
        model.head = head
        self.model = model
        self.settle(slots, [None] * len(slots), values)
        for _, slot in self.held:
            slot.wild = slot.wild or slot is not head
        same("check()", self.obj.check(), model.check())

    # Parts and addresses that are held.

    def hold(self) -> None:
        model, below = self.model, self.world.below
        way = below(8)
        if way == 0:
            self.keep(self.obj.head, model.head)
        elif way == 1 and model.spare:
            self.keep(self.obj.spare, model.spare)
        elif way == 2 and model.items:
            index = below(len(model.items))
            self.keep(self.obj.items[index], model.items[index])
        elif way == 3 and model.more:
            index = below(len(model.more))
            self.keep(self.obj.more[index], model.more[index])
        elif way == 4 and model.table:
            key = list(model.table)[below(len(model.table))]
            self.keep(self.obj.table[key], model.table[key])
        elif way == 5 and model.nested:
            self.hold_nested()
        elif not self.lent():
            self.hold_pointer()

    def hold_nested(self) -> None:
        below = self.world.below
        index = below(len(self.model.nested))
        branch = self.obj.nested[index]
        label, twigs = self.model.nested[index]
        same("label", branch.label, label)
        if twigs:
            place = below(len(twigs))
            if twigs[place]:
                leaves = branch.twigs[place].leaves
                last = below(len(twigs[place]))
                self.keep(leaves[last], twigs[place][last])

    def hold_pointer(self) -> None:
        """What Zig gives a pointer to, in the object's own lists."""
        model = self.model
        way = self.world.below(6)
        if way == 0:
            item = self.obj.first()
            self.pointed(item, model.items[0] if model.items else None, lambda: self.obj.items[0])
        elif way == 1:
            self.pointed(self.obj.top(), model.head, lambda: self.obj.head)
        elif way == 2 and model.more:
            index = self.world.below(len(model.more))
            slot = model.more[index]
            numbers = [one.number for one in model.more]
            if numbers.count(slot.number) == 1:
                self.pointed(self.obj.find(slot.number), slot, lambda: self.obj.more[index])
        elif way == 3 and model.items:
            index = self.world.below(len(model.items))
            item = self.obj.at(index)  # const: what is read through it
            if look(item) != model.items[index].values():
                raise Failure(f"at({index}) shows {look(item)}, and the model: {model.items[index]}")
        elif way == 4:
            items = list(self.obj.all())
            same("the length of all()", len(items), len(model.items))
            for item, slot in zip(items, model.items, strict=True):
                if look(item) != slot.values():
                    raise Failure(f"all() shows {look(item)}, and the model: {slot}")
        elif way == 5 and model.table:
            key = list(model.table)[self.world.below(len(model.table))]
            item = self.obj.entry(key)
            if look(item) != model.table[key].values():
                raise Failure(f"entry() shows {look(item)}, and the model: {model.table[key]}")
            self.obj.number = model.number = self.world.unique()  # which ends nothing
            if look(item) != model.table[key].values():
                raise Failure(f"entry() shows {look(item)} afterwards, and the model: {model.table[key]}")

    def pointed(self, item: Any, slot: Slot | None, part: Callable[[], Any]) -> None:
        if slot is None or item is None:
            same("a pointer", item, slot)
            return
        if look(item) != slot.values():
            raise Failure(f"a pointer shows {look(item)}, and the model: {slot}")
        if not self.world.lenient and item is not part():
            raise Failure("the pointer and the part are two objects")
        self.keep(item, slot)

    def drop(self) -> None:
        if self.held:
            del self.held[self.world.below(len(self.held))]

    def change_held(self) -> None:
        """Through a part: the object shows it."""
        self.held = [(item, slot) for item, slot in self.held if check_slot(item, slot)]
        if not self.held:
            return
        item, slot = self.held[self.world.below(len(self.held))]
        number = self.world.unique()
        if slot.wild:
            self.change(lambda: setattr(item, "number", number), ReferenceError, TypeError)
            self.resync()
        elif self.change(lambda: setattr(item, "number", number)):
            slot.number = number
            if self.change(item.double):
                slot.number *= 2
        same("check()", self.obj.check(), self.model.check())

    def name_held(self) -> None:
        self.held = [(item, slot) for item, slot in self.held if check_slot(item, slot)]
        if not self.held:
            return
        item, slot = self.held[self.world.below(len(self.held))]
        name = self.world.text()
        if slot.wild:
            self.change(lambda: item.rename(name), ReferenceError, TypeError)
            self.resync()
        elif self.change(lambda: setattr(item, "name", name) if self.world.chance(0.5) else item.rename(name)):
            slot.name = name
        self.check()
