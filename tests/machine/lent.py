"""Buffers of a Doc, callbacks with it, and what is called while it is being changed."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, ClassVar

from tests.machine.base import Failure, Slot, is_whole, look, same, text_of
from tests.machine.doc import DocBase, Fields
from tests.machine.lists import Lists


class Lent(DocBase):
    """Buffers, callbacks, and what is called from inside."""

    own: ClassVar[list[str]] = ["reenter", "reenter", "reenter", "two_docs"]

    def count_up(self) -> None:
        if len(self.model.numbers) > 20:
            return
        number = float(self.world.unique())
        way = self.world.below(3)
        if way == 0:
            done = self.change(lambda: self.obj.count_up(number))
        elif way == 1:
            done = self.change(lambda: self.obj.numbers.append(number))
        else:
            done = self.change(lambda: setattr(self.obj, "numbers", [number]))
            if done:
                self.model.numbers.clear()
        if done:
            if self.views and len(self.views[0]):
                raise Failure("a list was changed, of which a buffer is lent")
            self.model.numbers.append(number)

    def lend_buffer(self) -> None:
        if len(self.views) < 2 and self.world.chance(0.3):
            view = memoryview(self.obj.numbers)
            self.views.append(view)
            same("a memoryview", view.tolist(), self.model.numbers)

    def release(self) -> None:
        if self.views:
            self.views.pop(self.world.below(len(self.views))).release()

    def write(self) -> None:
        if self.views and len(self.views[0]):
            value = float(self.world.unique())
            self.views[0][0] = value
            self.model.numbers[0] = value
        same("numbers", list(self.obj.numbers), self.model.numbers)

    def each(self) -> None:
        """A reader lends each item: to change the object meanwhile is refused."""
        lent: list[tuple[Any, Slot]] = []
        slots = iter(list(self.model.items))

        def use(leaf: Any) -> None:
            slot = next(slots)
            if look(leaf) != slot.values():
                raise Failure(f"a lent Leaf shows {look(leaf)}, and the model: {slot}")
            lent.append((leaf, slot))
            same("check() meanwhile", self.obj.check(), self.model.check())
            if self.world.chance(0.3):
                errors: list[type[BaseException]] = [RuntimeError, TypeError, *self.lent()]  # TypeError: of __init__
                for change in (
                    lambda: self.obj.items.clear(),
                    lambda: setattr(self.obj, "name", "x"),
                    lambda: self.obj.rename("x"),
                    lambda: self.obj.__init__(1),
                ):
                    self.world.refuse(change, *errors)

        self.obj.each(use)
        for item, slot in lent:
            seen = look(item)
            if seen is not None and seen != slot.values():
                raise Failure(f"what was lent shows {seen} afterwards, and the model: {slot}")

    def change_lent(self) -> None:
        """A writer lends a part of itself."""
        lent: list[Any] = []
        number, name = self.world.unique(), self.world.text()

        def use(leaf: Any) -> int:
            head = self.model.head
            if look(leaf) != head.values():
                raise Failure(f"the lent head shows {look(leaf)}, and the model: {head}")
            lent.append(leaf)
            if self.world.attempt(lambda: setattr(leaf, "number", number), RuntimeError)[0]:
                head.number = number
            if self.world.attempt(lambda: setattr(leaf, "name", name), RuntimeError, AttributeError)[0]:
                head.name = name
            self.world.attempt(lambda: self.obj.items.clear(), RuntimeError)
            self.world.attempt(lambda: self.obj.check(), RuntimeError)
            return number

        before = len(self.model.items)
        if self.change(lambda: same("change()", self.obj.change(use), number)):
            if len(self.obj.items) != before:
                self.resync()
            for leaf in lent:
                seen = look(leaf)
                if seen is not None and seen != self.model.head.values():
                    raise Failure(f"what was lent shows {seen} afterwards, and the model: {self.model.head}")

    def lend(self) -> None:
        """What lies on Zig's stack is gone after the call, and all its parts."""
        number, name = self.world.unique(), self.world.text()
        lent: list[Any] = []

        def use(doc: Any) -> int:
            same("a lent text", doc.name, name)
            parts = [doc.items[0], doc.head, doc.items[1]]
            if look(parts[0]) != (number, name):
                raise Failure(f"a lent Leaf shows {look(parts[0])}")
            lent.extend(parts)
            lent.append(doc)
            return int(doc.items[1].number)

        same("lend()", self.m.lend(number, name, use), number + 1)
        for item in lent:
            self.world.refuse(lambda item=item: item.number, ReferenceError)  # type: ignore[misc]
            if self.world.chance(0.2):
                self.world.refuse(lambda item=item: setattr(item, "name", "x"), ReferenceError, TypeError)  # type: ignore[misc]

    def other(self) -> Any:
        """Another Doc, or this one."""
        docs = [actor for actor in self.world.actors if isinstance(actor, Doc) and not actor.ended]
        return docs[self.world.below(len(docs))] if docs else self

    def borrow(self) -> None:
        """A text of another object, which may be gone afterwards."""
        other = self.other()
        if other is self:
            name = self.world.text()
            temporary = self.m.Doc(0, name)
            done = self.change(lambda: self.obj.borrow(temporary))
        else:
            name = other.model.name
            self.tied = other.tied = True
            done = self.change(lambda: self.obj.borrow(other.obj))
        if done:
            self.model.name = name
        same("name", self.obj.name, self.model.name)

    def aliased(self) -> None:
        if self.change(lambda: self.obj.set_head(self.obj.head), ValueError):
            pass
        if self.change(lambda: self.obj.borrow(self.obj), ValueError):
            pass
        same("check()", self.obj.check(), self.model.check())

    def two_docs(self) -> None:
        """Parts of one as values of the other."""
        other = self.other()
        if other is self or not other.model.items:
            return
        slot = other.model.items[0]
        item = other.obj.items[0]
        if self.change(lambda: setattr(self.obj, "head", item)):
            self.model.head.number, self.model.head.name = slot.values()
        if len(self.model.items) < 20 and self.change(lambda: self.obj.items.append(item)):
            self.model.items.append(slot.copy())

    def revive(self) -> None:
        """The object of a subclass lives on after its __del__."""
        if type(self.obj) is self.subclass and self.subclass is not self.m.Doc and not self.views:
            self.obj.revive = self.world.graveyard
            del self.obj
            gc.collect()
            found = self.world.graveyard
            self.obj = found.pop() if found else self.m.Doc(self.model.number)
            self.resync()

    def reenter(self) -> None:
        """An argument that uses and changes the object while it is asked for its value."""
        doc, world = self.obj, self.world
        number = world.unique()
        actions: list[Callable[[], Any]] = [
            lambda: doc.items.clear(),
            lambda: doc.items.append({"number": number, "name": text_of(number)}),
            lambda: doc.more.append({"number": number}),
            lambda: doc.more.pop(),
            lambda: doc.items.pop(0),
            lambda: setattr(doc, "name", text_of(number)),
            lambda: doc.rename(text_of(number)),
            lambda: doc.__init__(number, text_of(number)),
            lambda: doc.table.clear(),
            lambda: doc.table.__setitem__(text_of(number), {"number": number}),
            lambda: setattr(doc, "nested", []),
            lambda: setattr(doc, "numbers", [1.0] * 40),
            lambda: setattr(doc, "items", [{"number": number}] * 9),
            lambda: gc.collect(0),
            lambda: doc.shelves.clear(),
        ]
        chosen = [actions[world.below(len(actions))] for _ in range(1 + world.below(2))]

        def act() -> None:
            for action in chosen:
                world.attempt(action, RuntimeError, BufferError, IndexError, ValueError, KeyError, TypeError)

        class Number(int):
            def __index__(self) -> int:
                act()
                return int(self)

            def __float__(self) -> float:
                act()
                return 1.5

        class Evil:
            def __init__(self, value: int) -> None:
                self.value = value

            def __index__(self) -> int:
                act()
                return self.value

            def __float__(self) -> float:
                act()
                return float(self.value)

            def __eq__(self, other: object) -> bool:
                act()
                return False

            __hash__ = None  # type: ignore[assignment]

        def generator() -> Any:
            yield {"number": number}
            act()
            yield {"number": number}

        evil = Evil(world.below(3))
        item = {"number": evil, "name": "".join(list(text_of(number)))}
        calls: list[Callable[[], Any]] = [
            lambda: doc.items.insert(evil, {"number": number}),
            lambda: doc.items[evil],
            lambda: doc.items.pop(evil),
            lambda: doc.items.__delitem__(evil),
            lambda: doc.items.__setitem__(evil, {"number": number}),
            lambda: doc.items.__setitem__(slice(evil, None), [{"number": number}]),
            lambda: doc.items.__delitem__(slice(None, evil)),
            lambda: doc.more.append(item),
            lambda: doc.more.extend(generator()),
            lambda: doc.items.__setitem__(slice(0, 1), generator()),
            lambda: setattr(doc, "number", evil),
            lambda: setattr(doc, "head", item),
            lambda: setattr(doc, "items", [item, item]),
            lambda: setattr(doc, "table", {"": item}),
            lambda: setattr(doc.head, "number", evil),
            lambda: doc.table.__setitem__(text_of(number), item),
            lambda: doc.table.setdefault(text_of(number), item),
            lambda: doc.numbers.append(evil),
            lambda: doc.numbers.__setitem__(slice(0, 2), [evil, 2.0, evil]),
            lambda: doc.__init__(evil, text_of(number)),
            lambda: doc.__init__(number, text_of(number), head=item, items=[item]),
            lambda: doc.grow(item),
            lambda: doc.find(evil),
            lambda: doc.at(evil),
            lambda: doc.count_up(evil),
            lambda: evil in doc.items,
            lambda: doc.items == [evil],
            lambda: doc.words.__contains__(evil),
            lambda: doc.each(lambda _: act()),
            lambda: doc.change(lambda _: [act(), 1][1]),  # type: ignore[func-returns-value]
        ]
        place = world.below(len(calls))
        world.note(f"call {place} with {[actions.index(action) for action in chosen]}")
        held: list[Any] = []
        done, result = world.attempt(
            calls[place], RuntimeError, BufferError, IndexError, ValueError, TypeError, ReferenceError, KeyError
        )
        if done and type(result) is self.m.Leaf:
            held.append(result)
        self.resync()
        for leaf in held:
            seen = look(leaf)
            same("a result", seen is None or is_whole(seen[1]), True)


class Doc(Fields, Lists, Lent):
    """All that a Doc can do."""

    names: ClassVar[list[str]] = [*Fields.own, *Lists.own, *Lent.own]
