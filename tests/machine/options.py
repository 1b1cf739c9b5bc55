"""What says by options what only its author knows."""

from __future__ import annotations

import gc
from typing import Any, ClassVar

from tests.machine.base import MASK, Actor, Failure, World, crc, same
from tests.machine.chains import Stable
from tests.machine.nodes import Node


class Herd(Stable):
    """Stable, with nodes that it frees."""

    name_of_class: ClassVar[str] = "Herd"
    file: ClassVar[str] = "model_options"
    names: ClassVar[list[str]] = [
        *(name for name in Stable.names if name != "foreign"),  # what is said to be freed has ended, whosoever it was
        *("remove", "remove"),
    ]

    def unlink(self, node: Node) -> None:
        for other in self.nodes:
            if other.next is node:
                other.next = None


class Handle(Actor):
    """Of create and destroy."""

    names: ClassVar[list[str]] = [
        *("set", "rename", "rename", "point", "again", "destroy", "forget", "collect", "check_all", "make", "twice"),
    ]

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.m = world.modules["model_options"]
        self.number, self.name = world.unique(), world.text()
        self.obj = self.m.Handle(self.number, "".join(list(self.name)))
        self.pointers: list[Any] = []
        self.gone = False

    def check(self) -> None:
        for one in (self.obj, *self.pointers):
            if self.gone:
                self.world.refuse(one.check, ReferenceError)
            else:
                same("check()", one.check(), (self.number + crc(self.name)) & MASK)

    check_all = check

    def set(self) -> None:
        number = self.world.unique()
        allowed = (ReferenceError,) if self.gone else ()
        if self.world.attempt(lambda: setattr(self.obj, "number", number), *allowed)[0]:
            self.number = number
        self.check()

    def rename(self) -> None:
        if not self.gone:
            self.name = self.world.text()
            self.obj.rename("".join(list(self.name)))

    def point(self) -> None:
        if not self.gone and len(self.pointers) < 3:
            pointer = self.obj.point()
            self.pointers.append(pointer)
            if pointer.handle is not self.obj:
                raise Failure("the handle of a pointer is another object")

    def make(self) -> None:
        """One more, that is gone at once."""
        self.m.Handle(1, "x")

    def twice(self) -> None:
        with self.m.Handle(2, "with") as one:
            self.world.attempt(one.check)
        self.world.refuse(one.check, ReferenceError)
        self.world.refuse(one.destroy, ReferenceError)

    def again(self) -> None:
        """Once more: refused while others point to it."""
        number, name = self.world.unique(), self.world.text()
        allowed = (RuntimeError, ValueError, TypeError, *([ReferenceError] if self.gone else []))
        if self.world.attempt(lambda: self.obj.__init__(number, name), *allowed)[0]:
            if self.pointers:
                raise Failure("__init__ was done again while others point to it")
            self.number, self.name, self.gone = number, name, False
        self.check()

    def destroy(self) -> None:
        if self.world.chance(0.1) and not self.gone:
            self.obj.destroy()
            self.gone = True
            self.check()

    def finish(self) -> None:
        super().finish()
        del self.obj
        gc.collect(0)
        for pointer in self.pointers:
            if not self.gone:
                same("check() of a pointer", pointer.check(), (self.number + crc(self.name)) & MASK)


class Holder(Actor):
    """Keeps alive what it points to where nobody sees it."""

    names: ClassVar[list[str]] = ["hold", "hold", "change", "check_all", "results", "results", "failing"]

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.m = world.modules["model_options"]
        self.obj = self.m.Holder()
        self.config: Any = None
        self.values = (0, "")

    def check(self) -> None:
        number, name = self.values
        same("check()", self.obj.check(), (number + crc(name)) & MASK)

    check_all = check

    def hold(self) -> None:
        if self.world.chance(0.05):  # what it was given stays as long as it does
            self.obj = self.m.Holder()
        self.values = self.world.unique(), self.world.text()
        config = self.m.Config(self.values[0], "".join(list(self.values[1])))
        self.obj.hold(config)
        self.config = config if self.world.chance(0.5) else None
        del config
        for _ in range(3):
            self.m.Config(9, "where it was")
        self.check()

    def change(self) -> None:
        """Shows, where it is still had."""
        if self.config is not None:
            self.values = self.world.unique(), self.world.text()
            self.config.number, self.config.name = self.values
            self.check()

    def results(self) -> None:
        text = self.world.text()
        same("shout()", self.m.shout(text), text.upper().encode())
        start = self.world.below(len(text) + 1)
        match = self.m.match("".join(list(text)), start)
        gc.collect(0)
        same("match()", match and match.text, text[start:] if start < len(text) else None)
        del match

    def failing(self) -> None:
        """What it allocated it has freed."""
        try:
            self.m.fails(self.world.text())
        except RuntimeError:
            return
        raise Failure("fails() returned")
