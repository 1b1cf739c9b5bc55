"""What points nowhere: numbers, an array, structs in structs."""

from __future__ import annotations

import copy
import pickle
from typing import Any, ClassVar

from tests.machine.base import Actor, Failure, World, same


class Rows:
    """The model of a Row."""

    def __init__(self, a: int = 0, b: int = 0) -> None:
        self.a = a
        self.b = b

    def values(self) -> tuple[int, int]:
        return self.a, self.b


class Plain(Actor):
    """A struct that is all copied."""

    names: ClassVar[list[str]] = [
        *("set", "move", "rows", "cells", "hold", "change_held", "replace", "put", "lend", "copies", "operators"),
        *("again", "reenter", "shown", "collect", "forget", "hold", "drop"),
    ]

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.m = world.modules["model"]
        self.number = world.unique()
        self.on = False
        self.row = Rows()
        self.rows_ = [Rows(), Rows()]
        self.cells_ = [0.0, 0.0, 0.0]
        self.obj = self.m.Plain(self.number)
        self.held: list[tuple[Any, Rows]] = []

    def check(self) -> None:
        same("number", self.obj.number, self.number)
        same("on", self.obj.on, self.on)
        same("row", (self.obj.row.a, self.obj.row.b), self.row.values())
        same("rows", [(row.a, row.b) for row in self.obj.rows], [row.values() for row in self.rows_])
        same("cells", list(self.obj.cells), self.cells_)
        total = self.number + sum(sum(row.values()) for row in (self.row, *self.rows_))
        same("total()", self.obj.total(), total)
        for index in range(3):
            same("cell()", self.obj.cell(index), self.cells_[index])
        for item, row in self.held:
            same("a held Row", (item.a, item.b), row.values())

    def finish(self) -> None:
        super().finish()
        del self.obj
        for item, row in self.held:
            same("a Row that outlives its object", (item.a, item.b), row.values())
        self.held.clear()

    def set(self) -> None:
        self.number = self.obj.number = self.world.unique()
        self.on = self.obj.on = not self.on

    def move(self) -> None:
        self.number += 3
        same("add()", self.obj.add(3), self.number)

    def hold(self) -> None:
        """A part, by its attribute, or as a pointer that Zig gives: which are one object."""
        way = self.world.below(4)
        if way == 0:
            self.held.append((self.obj.row, self.row))
        elif way == 1:
            item = self.obj.one()
            if not self.world.lenient and item is not self.obj.row:
                raise Failure("one() is another object than row")
            self.held.append((item, self.row))
        elif way == 2:
            # A pointer into an array may be gone once that was changed, so it is not held for long.
            index = self.world.below(2)
            item = self.obj.at(index)
            same("at()", (item.a, item.b), self.rows_[index].values())
            self.number = self.obj.number = self.world.unique()
            self.rows_[index].a = item.a = self.number
            same("at()", (item.a, item.b), self.rows_[index].values())
        else:
            same("at(2)", self.obj.at(2), None)
        if len(self.held) > 8:
            del self.held[self.world.below(8)]

    def drop(self) -> None:
        if self.held:
            self.world.rng.shuffle(self.held)
            self.held.pop()

    def change_held(self) -> None:
        if not self.held:
            return
        item, row = self.held[self.world.below(len(self.held))]
        if self.world.chance(0.5):
            row.a = item.a = self.world.unique()
        else:
            item.swap()
            row.a, row.b = row.b, row.a

    def rows(self) -> None:
        """An item of an array: a write is there, or refused."""
        index = self.world.below(2)
        value = self.world.unique()

        def write() -> None:
            self.obj.rows[index].b = value

        if self.world.attempt(write, TypeError, AttributeError)[0]:
            self.rows_[index].b = value
        value = self.world.unique()

        def assign() -> None:
            self.obj.rows[index] = self.m.Row(value, 1)

        if self.world.attempt(assign, TypeError, AttributeError)[0]:
            self.rows_[index].a, self.rows_[index].b = value, 1

    def cells(self) -> None:
        index = self.world.below(3)
        value = float(self.world.unique())

        def write() -> None:
            self.obj.cells[index] = value

        if self.world.attempt(write, TypeError)[0]:
            self.cells_[index] = value

    def replace(self) -> None:
        way = self.world.below(3)
        a, b = self.world.unique(), self.world.unique()
        if way == 0:
            self.obj.row = self.m.Row(a, b) if self.world.chance(0.5) else {"a": a, "b": b}
            self.row.a, self.row.b = a, b  # which a part shows
        elif way == 1:
            self.cells_ = [float(a), float(b), 0.5]
            self.obj.cells = self.cells_
        else:
            self.obj.rows = [self.m.Row(a, b), {"a": b}]
            for row, values in zip(self.rows_, ((a, b), (b, 0)), strict=True):
                row.a, row.b = values

    def put(self) -> None:
        """With an argument of its own, or another's."""
        if self.world.chance(0.5):
            self.world.attempt(lambda: self.obj.put(self.obj.row), ValueError)
            return
        a, b = self.world.unique(), self.world.unique()
        self.obj.put(self.m.Row(a, b))
        self.row.a, self.row.b = a, b

    def lend(self) -> None:
        lent: list[Any] = []
        value = self.world.unique()

        def use(row: Any) -> int:
            same("a lent Row", (row.a, row.b), self.row.values())
            lent.append(row)
            if self.world.attempt(lambda: setattr(row, "a", value), RuntimeError)[0]:
                self.row.a = value
            if self.world.attempt(lambda: setattr(self.obj, "number", value), RuntimeError)[0]:
                self.number = value
            return value

        same("lend()", self.obj.lend(use), value)
        for row in lent:
            done, seen = self.world.attempt(lambda row=row: (row.a, row.b), ReferenceError)  # type: ignore[misc]
            if done:
                same("a Row that was lent", seen, self.row.values())

    def copies(self) -> None:
        way = self.world.below(3)
        other = (copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one)))[way](self.obj)
        if other is self.obj or other != self.obj:
            raise Failure("a copy is the same, or differs")
        other.number += 1
        other.row.a = -1
        if other == self.obj:
            raise Failure("a copy that was changed is equal")
        self.check()

    def operators(self) -> None:
        total = self.obj + self.obj
        same("the sum", total.number, 2 * self.number)
        same("the sum's row", (total.row.a, total.row.b), self.row.values())

    def again(self) -> None:
        number = self.world.unique()
        self.obj.__init__(number)
        self.number, self.on = number, False
        self.cells_ = [0.0] * 3
        for row in (self.row, *self.rows_):
            row.a = row.b = 0

    def reenter(self) -> None:
        """A number that uses the object while it is asked for its value."""
        value, other = self.world.unique(), self.world.unique()
        plain = self.obj

        class Number:
            def __index__(self) -> int:
                plain.number = other
                plain.__init__(other)
                return value

        way = self.world.below(3)
        if way == 0:
            self.again()
            plain.number = Number()
            self.again_with(other)
            self.number = value
        elif way == 1:
            plain.__init__(Number())
            self.again_with(value)
        else:
            result = plain.add(Number())
            self.again_with(other)
            self.number = other + value
            same("add()", result, self.number)

    def again_with(self, number: int) -> None:
        self.number, self.on = number, False
        self.cells_ = [0.0] * 3
        for row in (self.row, *self.rows_):
            row.a = row.b = 0

    def shown(self) -> None:
        text = repr(self.obj)
        if f"number={self.number}," not in text or f"row=Row(a={self.row.a}, b={self.row.b})" not in text:
            raise Failure(f"repr is {text}")
