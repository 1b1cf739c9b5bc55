"""Structs in a list of Zig's that moves when it grows, and a view of it."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.machine.base import Actor, Failure, World, same


class Cell:
    """The model of one."""

    __slots__ = ("number", "weight")

    def __init__(self, number: int, weight: int) -> None:
        self.number = number
        self.weight = weight

    def values(self) -> tuple[int, int]:
        return self.number, self.weight


class Table(Actor):
    """What Python holds of a cell stays with its index, or is gone after a change; it is never another's memory."""

    names: ClassVar[list[str]] = [
        *(
            "add",
            "add",
            "add",
            "window_add",
            "window_add",
            "window_add",
            "insert",
            "remove",
            "get",
            "get",
            "get",
            "rest",
        ),
        *("window_get", "item", "item", "write", "drop", "destroy", "forget", "collect", "check_all", "many"),
    ]

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.m = world.modules["model"]
        self.obj = self.m.Table()
        self.cells: list[Cell] = []
        self.held: list[tuple[Any, int]] = []
        """Object and index."""
        self.windows: list[Any] = []
        self.gone = False

    def check(self) -> None:
        for one in (self.obj, *self.windows):
            if self.gone:
                self.world.refuse(one.sum, ReferenceError)
            else:
                same("sum()", one.sum(), sum(3 * cell.number + cell.weight for cell in self.cells))
        self.held = [held for held in self.held if self.see(*held)]

    check_all = check

    def see(self, obj: Any, index: int) -> bool:
        try:
            seen = obj.number, obj.weight
        except ReferenceError:
            return False
        except Exception as error:
            raise Failure(f"a cell raised {error!r}") from error
        if self.gone:
            raise Failure(f"a cell of what was destroyed shows {seen}")
        if index >= len(self.cells) or seen != self.cells[index].values():
            values = [cell.values() for cell in self.cells]
            raise Failure(f"cell {index} shows {seen}, and the model: {values}")
        return True

    def keep(self, obj: Any, index: int) -> None:
        if not self.see(obj, index):
            raise Failure("what was just given is gone")
        self.held.append((obj, index))
        if len(self.held) > 10:
            del self.held[self.world.below(10)]

    def added(self, way: Any) -> None:
        number = self.world.unique()
        if self.gone:
            self.world.refuse(lambda: way(number), ReferenceError)
        elif len(self.cells) < 60:
            obj = way(number)
            self.cells.append(Cell(number, -number))
            self.keep(obj, len(self.cells) - 1)

    def add(self) -> None:
        self.added(self.obj.add)

    def many(self) -> None:
        for _ in range(20):
            self.add()
        self.check()

    def window(self) -> Any:
        if (not self.windows or self.world.chance(0.1)) and not self.gone:
            self.windows = [*self.windows[-2:], self.obj.window()]
        return self.windows[-1] if self.windows else None

    def window_add(self) -> None:
        if window := self.window():
            self.added(window.add if self.world.chance(0.6) else window.add_const)

    def index(self) -> int:
        return self.world.below(len(self.cells) + 1)

    def got(self, way: Any) -> None:
        index = self.index()
        if self.gone:
            self.world.refuse(lambda: way(index), ReferenceError)
            return
        obj = way(index)
        if index < len(self.cells):
            self.keep(obj, index)
        else:
            same("get()", obj, None)

    def get(self) -> None:
        self.got(self.obj.get if self.world.chance(0.5) else self.obj.peek)

    def window_get(self) -> None:
        if window := self.window():
            self.got(window.get)

    def item(self) -> None:
        if self.cells and not self.gone:
            index = self.world.below(len(self.cells))
            obj = self.obj.cells[index]
            self.keep(obj, index)
            if not self.world.lenient and obj is not self.obj.cells[index]:
                raise Failure("an item is two objects")

    def rest(self) -> None:
        if not self.gone:
            index = self.index()
            objs = list(self.obj.rest(index))
            same("the length of rest()", len(objs), len(self.cells) - index)
            for place, obj in enumerate(objs[:3]):
                if not self.see(obj, index + place):
                    raise Failure("an item of rest() is gone")

    def insert(self) -> None:
        """With an argument that is in the list which moves, or is another's."""
        if self.gone or len(self.cells) > 60:
            return
        if self.held and self.world.chance(0.5):
            obj, index = self.held[self.world.below(len(self.held))]
            if not self.see(obj, index):
                return
            number, weight = self.cells[index].values()
            done = self.world.attempt(lambda: self.obj.insert(obj), ValueError)[0]
        else:
            number, weight = self.world.unique(), self.world.unique()
            done = self.world.attempt(lambda: self.obj.insert(self.m.Cell(number, weight)))[0]
        if done:
            self.cells.insert(0, Cell(number, weight))
        self.check()

    def remove(self) -> None:
        index = self.index()
        if not self.gone:
            same("remove()", self.obj.remove(index), index < len(self.cells))
            if index < len(self.cells):
                del self.cells[index]
            # A part beyond the end is gone for good only once it was looked at.
            self.held = [(obj, place) for obj, place in self.held if self.see(obj, place)]

    def write(self) -> None:
        if not self.held:
            return
        obj, index = self.held[self.world.below(len(self.held))]
        number = self.world.unique()
        # A pointer of peek() is a *const.
        if self.world.attempt(lambda: setattr(obj, "weight", number), TypeError, ReferenceError)[0]:
            if self.gone or index >= len(self.cells):
                raise Failure("a cell that is gone was written")
            self.cells[index].weight = number
        self.check()

    def drop(self) -> None:
        if self.held:
            del self.held[self.world.below(len(self.held))]

    def destroy(self) -> None:
        if self.world.chance(0.1) and not self.gone:
            self.obj.destroy()
            self.gone = True
            self.check()

    def finish(self) -> None:
        super().finish()
        self.check()
        del self.obj
        for held in self.held:
            self.see(*held)
        self.windows.clear()
        for held in self.held:
            self.see(*held)
        self.held.clear()
