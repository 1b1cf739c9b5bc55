"""Addresses that Zig gives: of a pool, a linked list, a stable one, a tree, and views of these."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

from tests.machine.base import MASK, Actor, Failure, World, crc, same


class Node:
    """The model of a node."""

    __slots__ = ("alive", "name", "next", "number")

    def __init__(self, number: int, name: str) -> None:
        self.number = number
        self.name = name
        self.alive = True
        """Its memory is that of the node."""
        self.next: Node | None = None


class Held:
    """An address that Python has."""

    __slots__ = ("generation", "key", "loose", "node", "obj")

    def __init__(self, obj: Any, node: Node, generation: int) -> None:
        self.obj = obj
        self.node = node
        self.generation = generation
        self.key = {obj: 1}
        self.loose = False
        """It may be gone. Where it is not, it must be right."""


class Pool(Actor):
    """Nodes that are freed when they are removed."""

    names: ClassVar[list[str]] = [
        *("add", "add", "add", "get", "get", "get", "find", "peek", "all", "remove", "remove_first", "read", "read"),
        *("write", "bump", "drop", "key", "view", "view_add", "view_add", "view_get", "view_remove", "view_drop"),
        *("over", "over_use", "forget_views", "visit", "visit_change", "foreign", "destroy", "context", "refused"),
        *("collect", "forget", "check_all", "again", "follow"),
    ]
    name_of_class: ClassVar[str] = "Pool"
    file: ClassVar[str] = "model"
    stable: ClassVar[bool] = False
    newest_first: ClassVar[bool] = False
    limit: ClassVar[int] = 25

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.m = world.modules[self.file]
        self.obj = getattr(self.m, self.name_of_class)()
        self.generation = 0
        """Of its addresses, and of those of its views."""
        self.nodes: list[Node] = []
        self.held: list[Held] = []
        self.views: list[Any] = []
        self.overs: list[Any] = []
        self.ended_views: list[Any] = []
        self.gone = False

    def exclusive(self) -> None:
        """A call that may change it: by the documentation it ends all addresses."""
        if not self.stable:
            self.generation += 1

    def loosen(self) -> None:
        """After a call of a *const that has a pointer which is not const: it may count as one that changes."""
        for held in self.held:
            held.loose = True

    def sum(self) -> int:
        return sum(node.number + crc(node.name) for node in self.nodes) & MASK

    def keep(self, obj: Any, node: Node) -> None:
        held = Held(obj, node, self.generation)
        if not self.see(held):
            raise Failure("what was just given is gone")
        if not self.world.lenient:
            for other in self.held:
                same_node = other.node is node and other.generation == held.generation and not other.loose
                if same_node and other.obj is not obj:
                    raise Failure("one node has two objects")
        self.held.append(held)
        if len(self.held) > 12:
            del self.held[self.world.below(12)]

    def good(self, held: Held) -> bool:
        return held.node.alive and not self.gone and held.generation == self.generation

    def see(self, held: Held) -> bool:
        """Whether it is there; what it shows is right."""
        node = held.node
        try:
            number, name, check = held.obj.number, held.obj.name, held.obj.check()
        except ReferenceError:
            if self.good(held) and not held.loose:
                raise Failure(f"a good address raised ReferenceError: {node.number}") from None
            return False
        except Exception as error:
            raise Failure(f"an address raised {error!r}") from error
        if not node.alive or self.gone:
            raise Failure(f"a node that was freed shows {number} {name!r:.60}; it was {node.number}")
        if not self.good(held) and not self.world.lenient:
            raise Failure(f"an address that ended shows {number}")
        if (number, name) != (node.number, node.name) or check != (number + crc(name)) & MASK:
            raise Failure(f"an address shows {number} {name!r:.60}, and the model: {node.number} {node.name!r:.60}")
        return True

    def look(self) -> None:
        self.held = [held for held in self.held if self.see(held) or self.world.chance(0.7)]

    def check(self) -> None:
        if self.gone:
            self.world.refuse(self.obj.check, ReferenceError)
        else:
            same("check()", self.obj.check(), self.sum())
            if self.world.chance(0.3):
                for view in (*self.views, *self.overs):
                    self.loosen()
                    same("check() of a view", view.check(), self.sum())
        for view in self.ended_views:
            self.world.refuse(view.check, ReferenceError)
        self.look()
        for held in self.held:
            if held.obj not in held.key or held.obj != held.obj:
                raise Failure("an address is not the key that it was")

    check_all = check

    def finish(self) -> None:
        super().finish()
        way = self.world.below(3)
        if way == 0 and not self.gone:
            self.destroy()
        del self.obj
        if way == 1:
            gc.collect()
        # Views and addresses hold what they are of.
        while self.held or self.views or self.overs:
            kind = self.world.below(3)
            if kind == 0 and self.held:
                self.see(self.held.pop())
            elif kind == 1 and self.views:
                self.ask(self.views.pop())
            elif self.overs:
                self.ask(self.overs.pop())

    def ask(self, view: Any) -> None:
        self.loosen()
        same("check() of a view", view.check(), self.sum())

    def do(self, function: Callable[[], Any]) -> tuple[bool, Any]:
        """Where it was destroyed, a ReferenceError."""
        if self.gone:
            self.world.refuse(function, ReferenceError)
            return False, None
        return True, function()

    # Operations.

    def added(self, way: Callable[[int, str], Any]) -> None:
        number, name = self.world.unique(), self.world.text()
        if len(self.nodes) >= self.limit:
            return
        done, obj = self.do(lambda: way(number, "".join(list(name))))
        if done:
            self.exclusive()
            node = Node(number, name)
            self.insert(node)
            self.keep(obj, node)

    def insert(self, node: Node) -> None:
        if self.newest_first:
            self.nodes.insert(0, node)
        else:
            self.nodes.append(node)

    def add(self) -> None:
        self.added(self.obj.add)

    def got(self, way: Callable[[int], Any], *, changing: bool = False) -> None:
        index = self.world.below(len(self.nodes) + 1)
        done, obj = self.do(lambda: way(index))
        if not done:
            return
        if changing:
            self.exclusive()
        if index < len(self.nodes):
            self.keep(obj, self.nodes[index])
        else:
            same("get()", obj, None)

    def get(self) -> None:
        self.got(self.obj.get)

    def find(self) -> None:
        if self.nodes:
            self.got(
                lambda index: self.obj.find(self.nodes[index].number if index < len(self.nodes) else -1), changing=True
            )

    def peek(self) -> None:
        done, obj = self.do(self.obj.peek)
        if done and self.nodes:
            same("peek()", (obj.number, obj.name), (self.nodes[0].number, self.nodes[0].name))

    def all(self) -> None:
        done, objs = self.do(lambda: list(self.obj.all()))
        if done:
            same("the length of all()", len(objs), len(self.nodes))
            for obj, node in zip(objs, self.nodes, strict=True):
                if self.world.chance(0.2):
                    self.keep(obj, node)

    def some(self) -> Held | None:
        return self.held[self.world.below(len(self.held))] if self.held else None

    def removed(self, way: Callable[[Any], Any]) -> None:
        held = self.some()
        if held is None:
            return
        good = self.good(held)
        # Where its options do not say that it frees the node, it may be refused.
        errors = [ValueError] if good else [ReferenceError]
        done, result = self.world.attempt(lambda: way(held.obj), *errors, *([ReferenceError] if held.loose else []))
        if not done:
            self.look()
            return
        if not good and (not self.world.lenient or not held.node.alive or self.gone):
            raise Failure("an address that ended was taken as an argument")
        same("remove()", result, True)
        self.exclusive()
        self.nodes.remove(held.node)
        held.node.alive = False
        self.unlink(held.node)
        self.look()

    def remove_first(self) -> None:
        """Which frees a node that is no argument."""
        if not self.world.chance(0.5):
            return
        done, result = self.do(self.obj.remove_first)
        if done:
            same("remove_first()", result, bool(self.nodes))
            self.exclusive()
            if self.nodes:
                node = self.nodes.pop(0)
                node.alive = False
                self.unlink(node)
        self.look()

    def unlink(self, node: Node) -> None:
        for other in self.nodes:
            if other.next is node:
                other.next = node.next

    def remove(self) -> None:
        self.removed(self.obj.remove)

    def read(self) -> None:
        self.look()

    def write(self) -> None:
        """A plain attribute ends nothing; text is Zig's."""
        held = self.some()
        if held is None:
            return
        number = self.world.unique()
        allowed = () if self.good(held) and not held.loose else (ReferenceError,)
        if self.world.attempt(lambda: setattr(held.obj, "number", number), *allowed)[0]:
            if not held.node.alive or self.gone:
                raise Failure("a node that was freed was written")
            held.node.number = number
        self.world.refuse(lambda: setattr(held.obj, "name", "x"), AttributeError, TypeError, ReferenceError)
        self.look()

    def bump(self) -> None:
        held = self.some()
        if held is None:
            return
        allowed = () if self.good(held) and not held.loose else (ReferenceError,)
        if self.world.attempt(lambda: held.obj.bump(), *allowed)[0]:
            if not held.node.alive or self.gone:
                raise Failure("a node that was freed was changed")
            held.node.number += 1
            self.exclusive()
        self.look()

    def follow(self) -> None:
        """A pointer of a node is an address as well."""
        held = self.some()
        if held is None or not self.good(held) or not self.see(held):
            return
        obj = held.obj.next
        if held.node.next is None:
            same("next", obj, None)
        elif self.see(Held(obj, held.node.next, held.generation)):
            self.keep(obj, held.node.next)

    def drop(self) -> None:
        if self.held:
            del self.held[self.world.below(len(self.held))]

    def key(self) -> None:
        """An object is the key that it was, come what may."""
        for held in self.held:
            if held.key.get(held.obj) != 1:
                raise Failure("the hash of an address changed")

    def view(self) -> None:
        if len(self.views) < 3 and not self.gone:
            view = self.obj.view()
            self.exclusive()
            self.views.append(view)
            if view.pool is not self.obj:
                raise Failure("view.pool is another object")

    def one_view(self) -> Any:
        if not self.views and not self.gone:
            self.view()
        return self.views[self.world.below(len(self.views))] if self.views else None

    def view_add(self) -> None:
        view = self.one_view()
        if view is None:
            return
        self.added(view.add_const if self.world.chance(0.3) else view.add)
        self.look()

    def view_get(self) -> None:
        if view := self.one_view():
            self.loosen()
            self.got(view.get)

    def view_remove(self) -> None:
        if view := self.one_view():
            self.removed(view.remove)

    def view_drop(self) -> None:
        """Frees through a *const View: what cannot be foretold, but must not be followed."""
        view = self.one_view()
        if view is None or not self.world.chance(0.5):
            return
        done, result = self.do(view.drop_last)
        if done:
            same("drop_last()", result, bool(self.nodes))
            if self.nodes:
                self.nodes.pop().alive = False
            self.exclusive()
        self.look()

    def over(self) -> None:
        view = self.one_view()
        if view is not None and len(self.overs) < 3:
            self.overs.append(view.over())
            self.exclusive()

    def over_use(self) -> None:
        if self.overs:
            over = self.overs[self.world.below(len(self.overs))]
            if self.world.chance(0.5):
                self.added(over.add)
            else:
                self.loosen()
                self.got(over.get)
            self.look()

    def forget_views(self) -> None:
        """A view of a view holds it."""
        if self.ended_views:
            self.ended_views.pop()
        if self.views and self.world.chance(0.3):
            self.views.pop(self.world.below(len(self.views)))
            gc.collect(0)
        if self.overs and self.world.chance(0.3):
            self.overs.pop()

    def visit(self) -> None:
        if self.gone:
            self.world.refuse(lambda: self.obj.visit(print), ReferenceError)
            return
        lent: list[Any] = []
        nodes = iter(list(self.nodes))

        def use(obj: Any) -> None:
            node = next(nodes)
            same("a lent node", (obj.number, obj.name), (node.number, node.name))
            lent.append((obj, node))
            if self.world.chance(0.2):
                self.world.refuse(lambda: self.obj.add(1, "x"), RuntimeError)
                self.world.refuse(lambda: self.obj.destroy(), RuntimeError)
                self.world.refuse(lambda: self.obj.remove(obj), RuntimeError, ValueError)

        self.obj.visit(use)
        self.after(lent)

    def after(self, lent: list[tuple[Any, Node]]) -> None:
        """What was lent may be gone, and what was held before, where it is the same object."""
        for obj, node in lent:
            try:
                seen = obj.number, obj.name
            except ReferenceError:
                self.held = [held for held in self.held if held.obj is not obj]
                continue
            if not node.alive or seen != (node.number, node.name):
                raise Failure(f"what was lent shows {seen}, and the model: {node.number}")

    def visit_change(self) -> None:
        """Others are changed from a callback, and this one by a view of it."""
        if self.gone:
            return
        lent: list[tuple[Any, Node]] = []
        nodes = iter(list(self.nodes))
        view = self.one_view()

        def use(obj: Any) -> None:
            lent.append((obj, next(nodes)))
            if view is not None:
                self.world.refuse(lambda: view.add(1, "x"), RuntimeError)
                self.world.refuse(lambda: view.remove(obj), RuntimeError, ValueError)
                self.loosen()
                self.world.attempt(lambda: view.check(), RuntimeError)
            same("check() meanwhile", self.obj.check(), self.sum())

        self.obj.visit(use)
        self.after(lent)

    def foreign(self) -> None:
        """A node of another one: it is not in this one."""
        pools = [
            one for one in self.world.actors if isinstance(one, Pool) and one is not self and one.file == self.file
        ]
        if not pools or self.gone:
            return
        other = pools[self.world.below(len(pools))]
        held = other.some()
        if held is None or not other.good(held) or not other.see(held):
            return
        same("remove()", self.obj.remove(held.obj), False)
        self.exclusive()
        other.exclusive()
        other.look()

    def destroy(self) -> None:
        if self.world.chance(0.1) or self.ended:
            if self.gone:
                self.world.refuse(self.obj.destroy, ReferenceError)
            else:
                self.obj.destroy()
                self.end()
            self.look()

    def end(self) -> None:
        self.gone = True
        self.ended_views = [*self.ended_views, *self.views, *self.overs][-4:]
        self.views, self.overs = [], []
        for node in self.nodes:
            node.alive = False
        self.nodes.clear()

    def context(self) -> None:
        if self.world.chance(0.05) and not self.gone:
            with self.obj as one:
                same("with", one is self.obj, True)
                self.add()
            self.end()
            self.look()

    def refused(self) -> None:
        """What owns memory is not copied by itself."""
        for way in (copy.copy, copy.deepcopy, pickle.dumps):
            self.world.refuse(lambda way=way: way(self.obj), TypeError, ReferenceError, pickle.PicklingError)  # type: ignore[misc]

    def again(self) -> None:
        """__init__ once more: what there was is given back, unless others point into it."""
        if not self.world.chance(0.1):
            return
        done, _ = self.world.attempt(
            lambda: self.obj.__init__(), RuntimeError, ValueError, TypeError, *([ReferenceError] if self.gone else [])
        )
        if done:
            if self.views or self.overs:
                raise Failure("__init__ was done again while others point into it")
            self.end()
            self.gone = False
            self.exclusive()
        self.look()
