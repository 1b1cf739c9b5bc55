"""What all shapes have in common: unique values, a log that outlives a crash, objects that are held for long."""

from __future__ import annotations

import gc
import mmap
import random
from collections.abc import Callable
from types import ModuleType
from typing import Any, ClassVar
from zlib import crc32

LINE = 160
LINES = 30
MASK = 2**64 - 1
SIZES = (1, 1, 1, 1, 2, 3, 3, 9, 40, 700)
Operation = Callable[[], None]


class Failure(AssertionError):  # noqa: N818
    """The object and its model differ."""


def text_of(number: int) -> str:
    """A text that says which one it is, in each of its parts: no other text, and no piece of one, is mistaken for it."""
    return f"<{number}>" * SIZES[number * 7 % 97 % 10]


def is_whole(text: object) -> bool:
    """Whether it is one of `text_of`, all of it."""
    if type(text) is not str:
        return False
    if not text:
        return True
    number = text[1 : text.find(">")]
    return number.isdecimal() and text == text_of(int(number))


def crc(text: str) -> int:
    return crc32(text.encode())


class Log:
    """The last operations, in a file that is there after a crash."""

    def __init__(self, path: str) -> None:
        with open(path, "w+b") as file:  # noqa: PTH123
            file.write(b" " * (LINE * LINES))
            file.flush()
            self.memory = mmap.mmap(file.fileno(), LINE * LINES)
        self.place = 0
        self.step = 0

    def write(self, step: int, text: str) -> None:
        if step != self.step:
            self.step = step
            self.place = (self.place + 1) % LINES
        start = self.place * LINE
        line = f"{step:8} {text}".encode("ascii", "replace")[: LINE - 1]
        self.memory[start : start + LINE] = line.ljust(LINE - 1) + b"\n"

    @staticmethod
    def read(data: bytes) -> list[str]:
        lines = [line.decode().rstrip() for line in data.split(b"\n")]
        return sorted(line for line in lines if line[:8].strip().isdecimal())


class World:
    """All objects there are, with their models."""

    def __init__(self, seed: int, modules: dict[str, ModuleType], log: Log, *, lenient: bool = False) -> None:
        self.seed = seed
        self.modules = modules
        self.log = log
        self.lenient = lenient
        """What ended by the documentation, but is there, may still be read: of versions before that documentation."""
        Slot.lenient = lenient
        self.rng = random.Random(seed)
        self.step = 0
        self.number = 0
        self.actors: list[Actor] = []
        self.kinds: list[type[Actor]] = []
        self.count: dict[str, int] = {}
        self.refused = 0
        self.line = ""
        self.graveyard: list[Any] = []
        self.operations: set[str] = set()
        """All where it is empty."""
        self.without: set[str] = set()

    def unique(self) -> int:
        self.number += 1
        return self.number

    def text(self) -> str:
        return text_of(self.unique()) if self.rng.random() > 0.03 else ""

    def chance(self, part: float) -> bool:
        return self.rng.random() < part

    def below(self, count: int) -> int:
        return int(self.rng.random() * count)

    def note(self, text: object) -> None:
        self.line = f"{self.line} {text!s:.60}"
        self.log.write(self.step, self.line)

    def operate(self, step: int) -> None:
        """One random operation, which depends only on the seed, the step and what is there."""
        self.step = step
        self.rng.seed(self.seed * 2**32 + step)
        self.number = max(self.number, step * 50)  # what a step makes has the same numbers when others are left out
        if not self.actors or (len(self.actors) < 14 and self.chance(0.1)):
            kind = self.kinds[self.below(len(self.kinds))]
            self.line = f"new {kind.__name__}"
            self.log.write(step, self.line)
            self.actors.append(kind(self))
            return
        place = self.below(len(self.actors))
        actor = self.actors[place]
        name = actor.names[self.below(len(actor.names))]
        if name in self.without or (self.operations and name not in self.operations):
            return
        self.line = f"{type(actor).__name__}{actor.serial}.{name}"
        self.log.write(step, self.line)
        self.count[name] = self.count.get(name, 0) + 1
        getattr(actor, name)()
        if actor.ended:
            # Others may have come or gone by what the operation called back.
            self.actors = [one for one in self.actors if one is not actor]
        elif self.chance(0.2):
            actor.check()

    def finish(self) -> None:
        """Look at everything once more, and let go of it in any order."""
        self.rng.seed(self.seed)
        for actor in self.actors:
            self.line = f"{type(actor).__name__}{actor.serial} at the end"
            actor.check()
        self.rng.shuffle(self.actors)
        while self.actors:
            self.actors.pop().finish()
        gc.collect()
        self.graveyard.clear()
        gc.collect()

    def attempt(self, function: Callable[[], Any], *allowed: type[BaseException]) -> tuple[bool, Any]:
        """Whether it returned, and what; an exception that is allowed changed nothing."""
        try:
            return True, function()
        except Failure:
            raise
        except allowed as error:
            self.refused += 1
            return False, error
        except Exception as error:
            raise Failure(f"raised {error!r}; allowed were {[one.__name__ for one in allowed]}") from error

    def refuse(self, function: Callable[[], Any], *errors: type[BaseException]) -> None:
        done, result = self.attempt(function, *errors)
        if done:
            raise Failure(f"returned {short(result)} where {[one.__name__ for one in errors]} had to be raised")


def short(value: object) -> str:
    try:
        return f"{value!r:.200}"
    except BaseException as error:  # noqa: BLE001
        return f"<{error!r:.100}>"


def same(what: str, got: object, expected: object) -> None:
    if got != expected or type(got) is not type(expected):
        raise Failure(f"{what} is {short(got)}, and the model: {short(expected)}")


class Actor:
    """One object of Zig with its model, and what can be done with both."""

    names: ClassVar[list[str]] = []
    """Of operations, each as often as it should be done."""
    order: ClassVar[int] = 0

    def __init__(self, world: World) -> None:
        self.world = world
        self.ended = False
        Actor.order += 1
        self.serial = Actor.order

    def check(self) -> None:
        """Compare all that is known."""
        raise NotImplementedError

    def finish(self) -> None:
        """Let go of it."""
        self.ended = True

    # Operations of every shape:

    def collect(self) -> None:
        if self.world.chance(0.1):
            gc.collect(0 if self.world.chance(0.8) else 2)

    def forget(self) -> None:
        if self.world.chance(0.1):
            self.finish()


class Slot:
    """The model of a place that can hold a Leaf: a field, an item, a value of a map."""

    __slots__ = ("ended", "name", "number", "wild")
    lenient: ClassVar[bool] = False

    def __init__(self, number: int, name: str) -> None:
        self.number = number
        self.name = name
        self.ended = False
        """What Python holds of it must raise ReferenceError."""
        self.wild = False
        """It may be gone, or show anything that is whole."""

    def sum(self) -> int:
        return self.number + crc(self.name)

    def copy(self) -> Slot:
        return Slot(self.number, self.name)

    def values(self) -> tuple[int, str]:
        return self.number, self.name

    def __repr__(self) -> str:
        return f"Leaf(number={self.number}, name={self.name!r})"


def look(item: Any) -> tuple[int, str] | None:
    """What a Leaf shows, None where it is gone."""
    try:
        number, name = item.number, item.name
    except ReferenceError:
        return None
    except Exception as error:
        raise Failure(f"a Leaf that is held raised {error!r}") from error
    if not is_whole(name):
        raise Failure(f"a Leaf has a stale name: {name!r:.200}")
    return number, name


def check_slot(item: Any, slot: Slot) -> bool:
    """Whether the item is there; what it shows is right."""
    seen = look(item)
    if slot.wild:
        return seen is not None
    if slot.ended:
        if seen is not None:
            raise Failure(f"what ended shows {seen}; it was {slot}")
        return False
    if seen is None and Slot.lenient:
        return False
    if seen != slot.values():
        raise Failure(f"a Leaf that is held shows {seen}, and the model: {slot}")
    return True


def settle(item: Any, slot: Slot, others: list[Slot | None], old: tuple[int, str]) -> Slot | None:
    """Which place the item that was held for `slot` has after that was replaced by one of the others.

    It may keep what it had, be the new one, or be gone: for the documentation allows each of these.
    """
    seen = look(item)
    if seen is None:
        return None
    for other in others:
        if other is not None and seen == other.values():
            return other
    if seen == old:
        return slot
    raise Failure(f"an item that was replaced shows {seen}, and was {old}")
