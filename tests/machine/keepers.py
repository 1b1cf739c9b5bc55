"""What keeps what it was given: arguments, objects of its own kind, Python objects; and a tree."""

from __future__ import annotations

import gc
from typing import Any, ClassVar

from tests.machine.base import MASK, Actor, Failure, World, crc, same


class Keeper(Actor):
    """Its init copies nothing of its arguments."""

    names: ClassVar[list[str]] = [
        *("push", "push", "rename", "rename", "configure", "configure", "titles", "fields", "append", "pop", "again"),
        *("check_all", "destroy", "forget", "collect", "buffer"),
    ]

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.m = world.modules["model_more"]
        self.gone = False
        self.view: memoryview[Any] | None = None
        self.obj = self.m.Keeper.__new__(self.m.Keeper)
        self.start()

    def start(self) -> None:
        world = self.world
        self.name, self.words = world.text(), [world.text() for _ in range(world.below(4))]
        self.list: list[int] = []
        config, self.number, self.config_name = self.config()
        name = bytearray(self.name.encode()) if world.chance(0.3) else "".join(list(self.name))
        self.obj.__init__(name, ["".join(list(word)) for word in self.words], config)
        if isinstance(name, bytearray):
            world.refuse(lambda: name.append(1), BufferError)

    def config(self) -> tuple[Any, int, str]:
        number, name = self.world.unique(), self.world.text()
        if self.world.chance(0.5):
            return {"number": number, "name": "".join(list(name))}, number, name
        return self.m.Config(number, "".join(list(name))), number, name

    def sum(self) -> int:
        total = crc(self.name) + self.number + crc(self.config_name) + sum(map(crc, self.words)) + sum(self.list)
        return total & MASK

    def check(self) -> None:
        if self.gone:
            self.world.refuse(self.obj.check, ReferenceError)
        else:
            same("check()", self.obj.check(), self.sum())

    check_all = check

    def change(self, function: Any) -> bool:
        allowed: list[type[BaseException]] = [BufferError] if self.view is not None else []
        return self.world.attempt(function, *allowed, *([ReferenceError] if self.gone else []))[0]

    def push(self) -> None:
        number = self.world.unique()
        if self.change(lambda: self.obj.push(number)):
            self.list.append(number)

    def append(self) -> None:
        number = self.world.unique()
        if self.change(lambda: self.obj.list.append(number)):
            self.list.append(number)
        if len(self.list) > 40 and self.change(lambda: self.obj.list.clear()):
            self.list.clear()

    def pop(self) -> None:
        if self.list:
            index = self.world.below(len(self.list))
            taken: list[int] = []
            if self.change(lambda: taken.append(self.obj.list.pop(index))):
                same("pop()", taken[0], self.list.pop(index))

    def rename(self) -> None:
        name = self.world.text()
        if self.change(lambda: self.obj.rename("".join(list(name)))):
            self.name = name

    def configure(self) -> None:
        config, number, name = self.config()
        if self.change(lambda: self.obj.configure(config)):
            self.number, self.config_name = number, name
        if not isinstance(config, dict):
            # It came by value, so this is another's.
            self.world.attempt(lambda: setattr(config, "number", 5))
            self.world.attempt(lambda: setattr(config, "name", "other"))
        self.check()

    def titles(self) -> None:
        if not self.gone:
            same("title()", self.obj.title(), self.name)

    def fields(self) -> None:
        if self.gone:
            self.world.refuse(lambda: self.obj.name, ReferenceError)
            return
        same("name", self.obj.name, self.name)
        same("words", list(self.obj.words), self.words)
        same("config", (self.obj.config.number, self.obj.config.name), (self.number, self.config_name))
        same("list", list(self.obj.list), self.list)

    def buffer(self) -> None:
        if self.view is not None:
            same("a memoryview", self.view.tolist(), self.list)
            self.view.release()
            self.view = None
        elif not self.gone and self.world.chance(0.3):
            self.view = memoryview(self.obj.list)

    def again(self) -> None:
        if self.world.chance(0.3) and self.view is None and not self.gone:
            self.start()

    def destroy(self) -> None:
        if self.world.chance(0.05) and not self.gone and self.change(self.obj.destroy):
            self.gone = True

    def finish(self) -> None:
        super().finish()
        self.check()
        if self.view is not None:
            self.view.release()


class Cursor(Actor):
    """Points into the text that it was made of."""

    names: ClassVar[list[str]] = ["next", "next", "next", "again", "check_all", "forget"]

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.m = world.modules["model_more"]
        self.rest = world.text()
        self.obj = self.m.Cursor("".join(list(self.rest)))

    def check(self) -> None:
        same("check()", self.obj.check(), crc(self.rest))
        same("rest", self.obj.rest, self.rest)

    check_all = check

    def next(self) -> None:
        expected = ord(self.rest[0]) if self.rest else None
        same("next()", self.obj.next(), expected)
        self.rest = self.rest[1:]

    def again(self) -> None:
        self.rest = self.world.text()
        self.obj.__init__(self.rest.encode())


class Links(Actor):
    """Objects that Python made, and that point to each other."""

    names: ClassVar[list[str]] = ["add", "link", "link", "link", "cut", "drop", "set", "check_all", "next", "collect"]

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.m = world.modules["model_more"]
        self.links: list[list[Any]] = []
        """Object, number, and the entry that it points to."""

    def check(self) -> None:
        for entry in self.links:
            total, here = 0, entry
            for _ in range(10):
                total += here[1]
                here = here[2]
                if here is None:
                    break
            same("sum()", entry[0].sum(), total)

    check_all = check

    def one(self) -> list[Any] | None:
        return self.links[self.world.below(len(self.links))] if self.links else None

    def add(self) -> None:
        number = self.world.unique()
        if len(self.links) < 12:
            self.links.append([self.m.Link(number), number, None])

    def link(self) -> None:
        one, other = self.one(), self.one()
        if one is None or other is None:
            return
        errors = [ValueError] if one is other else []
        if self.world.attempt(lambda: one[0].link(other[0]), *errors)[0]:
            one[2] = other
        self.check()

    def cut(self) -> None:
        if one := self.one():
            one[0].cut()
            one[2] = None

    def set(self) -> None:
        if one := self.one():
            one[1] = one[0].number = self.world.unique()

    def next(self) -> None:
        """What it points to, which may be gone in Python; its model stays."""
        one = self.one()
        if one is None:
            return
        obj = one[0].next
        if one[2] is None:
            same("next", obj, None)
            return
        same("next.sum()", obj.number, one[2][1])
        if any(entry is one[2] for entry in self.links) and obj is not one[2][0] and not self.world.lenient:
            raise Failure("next is another object")

    def drop(self) -> None:
        if self.links:
            entry = self.links.pop(self.world.below(len(self.links)))
            entry[0] = None
            for _ in range(3):
                self.m.Link(7)  # where it was

    def finish(self) -> None:
        super().finish()
        self.check()
        while self.links:
            self.drop()
            self.check()


class Box(Actor):
    """Keeps Python objects, itself among them."""

    names: ClassVar[list[str]] = [
        *("set", "swap", "swap", "other", "take", "look", "cycle", "number", "use", "deleter", "collect", "again"),
        *("forget", "check_all"),
    ]

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.m = world.modules["model_more"]
        self.content: Any = [world.unique()]
        self.other_content: Any = None
        self.value = 0
        self.obj = self.m.Box(self.content)

    def check(self) -> None:
        if self.obj.content is not self.content or self.obj.look() is not self.content:
            raise Failure(f"the content is {self.obj.content!r:.60}, and the model: {self.content!r:.60}")
        if self.obj.other is not self.other_content:
            raise Failure("the other content differs")
        same("number", self.obj.number, self.value)

    check_all = check

    def new(self) -> Any:
        way = self.world.below(4)
        if way == 0:
            return self.obj
        actors = [one for one in self.world.actors if hasattr(one, "obj")]
        if way == 1 and actors:
            return getattr(actors[self.world.below(len(actors))], "obj", None)
        return [self.world.unique()]

    def set(self) -> None:
        self.content = self.obj.content = self.new()

    def swap(self) -> None:
        content = self.new()
        if self.obj.swap(content) is not self.content:
            raise Failure("swap() gave another")
        self.content = content

    def other(self) -> None:
        self.other_content = self.obj.other = None if self.world.chance(0.3) else self.new()

    def take(self) -> None:
        if self.obj.take() is not self.other_content:
            raise Failure("take() gave another")
        self.other_content = None

    def look(self) -> None:
        self.check()

    def cycle(self) -> None:
        """A cycle of its own, for the collector."""
        one = self.m.Box(None)
        other = self.m.Box(one)
        one.content = [other, self.content]
        one.other = one

    def number(self) -> None:
        self.value = self.obj.number = self.world.unique()

    def use(self) -> None:
        value = self.world.unique()

        def change(number: int) -> int:
            same("what a callback gets", number, self.value)
            content = [value]
            if self.world.attempt(lambda: setattr(self.obj, "content", content), RuntimeError)[0]:
                self.content = content
            self.world.attempt(lambda: self.obj.swap(1), RuntimeError)
            if self.world.attempt(lambda: self.obj.content, RuntimeError)[0]:
                self.content = self.obj.content
            return value

        self.obj.use(change)
        self.value = value

    def deleter(self) -> None:
        """The object that goes uses the one that it was in."""
        box, ran = self.obj, []
        inner = [self.world.unique()]
        way = self.world.below(3)

        class Deleter:
            def __del__(self) -> None:
                ran.append(1)
                box.number = 5
                if way:
                    box.content = inner

        box.content = Deleter()
        outer = [1]
        if self.world.chance(0.5):
            box.content = outer
        else:
            box.swap(outer)
        gc.collect(0)
        same("how often __del__ ran", len(ran), 1)
        content = box.content
        if content is not outer and not (way and content is inner):
            raise Failure(f"the content is {content!r:.60}")
        self.content = content
        self.value = box.number
        same("number", self.value, 5)

    def again(self) -> None:
        content = self.new()
        self.obj.__init__(content)
        self.content, self.other_content, self.value = content, None, 0


class Tree(Actor):
    """Knots that are freed when they are removed. Its deinit takes no pointer."""

    names: ClassVar[list[str]] = [
        *(
            "insert",
            "insert",
            "insert",
            "get",
            "get",
            "get",
            "remove",
            "remove",
            "children",
            "look",
            "destroy",
            "forget",
        ),
        *("collect", "drop", "write"),
    ]

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.m = world.modules["model_more"]
        self.obj = self.m.Tree()
        self.keys: set[int] = set()
        self.held: list[tuple[Any, int, int]] = []
        """Object, key, generation."""
        self.generation = 0
        self.removed: dict[int, int] = {}
        self.gone = False

    def check(self) -> None:
        if self.gone:
            self.world.refuse(self.obj.sum, ReferenceError)
        else:
            same("sum()", self.obj.sum(), sum(self.keys))
        self.look()

    def see(self, held: tuple[Any, int, int]) -> bool:
        obj, key, generation = held
        try:
            seen = obj.key
        except ReferenceError:
            if generation == self.generation and not self.gone:
                raise Failure(f"a good address raised ReferenceError: {key}") from None
            return False
        alive = key in self.keys and not self.gone and self.removed.get(key, -1) < generation
        if not alive or (generation != self.generation and not self.world.lenient):
            raise Failure(f"a knot that is gone shows {seen}; it was {key}")
        same("key", seen, key)
        return True

    def look(self) -> None:
        self.held = [held for held in self.held if self.see(held) or self.world.chance(0.7)]

    def keep(self, obj: Any, key: int) -> None:
        if not self.see((obj, key, self.generation)):
            raise Failure("what was just given is gone")
        self.held.append((obj, key, self.generation))
        if len(self.held) > 10:
            del self.held[0]

    def insert(self) -> None:
        key = self.world.below(60) * 1_000_003
        if self.gone:
            self.world.refuse(lambda: self.obj.insert(key), ReferenceError)
            return
        obj = self.obj.insert(key)
        self.generation += 1
        self.keys.add(key)
        self.keep(obj, key)

    def remove(self) -> None:
        key = self.world.below(60) * 1_000_003
        if not self.gone:
            same("remove()", self.obj.remove(key), key in self.keys)
            self.keys.discard(key)
            self.removed[key] = self.generation
            self.generation += 1
        self.look()

    def get(self) -> None:
        key = self.world.below(60) * 1_000_003
        if not self.gone:
            obj = self.obj.get(key)
            if key in self.keys:
                self.keep(obj, key)
            else:
                same("get()", obj, None)

    def children(self) -> None:
        root = None if self.gone else self.obj.root
        found = []
        stack = [root]
        while stack:
            knot = stack.pop()
            if knot is not None:
                found.append(knot.key)
                stack += [knot.left, knot.right]
        if not self.gone:
            same("the knots", sorted(found), sorted(self.keys))

    def write(self) -> None:
        """Of a *const: refused."""
        if self.held:
            obj, _, _ = self.held[-1]
            self.world.attempt(lambda: setattr(obj, "key", obj.key), TypeError, ReferenceError)

    def drop(self) -> None:
        if self.held:
            del self.held[self.world.below(len(self.held))]

    def destroy(self) -> None:
        if self.world.chance(0.05) and not self.gone:
            self.obj.destroy()
            self.gone = True
            self.look()

    def finish(self) -> None:
        super().finish()
        del self.obj
        self.look()
        self.held.clear()
