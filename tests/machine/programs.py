"""Random calls of all that tests/extension/programs.zig has: what is read is a value that somebody gave.

``python -m tests.machine.programs FOLDER --seed 1 --steps 20000``, where FOLDER has the compiled module. There is no
model: every number is 1 to 900, and every text is between two t, so that what PYTHONMALLOC=debug has filled is seen.
"""

from __future__ import annotations

import argparse
import collections
import copy
import faulthandler
import gc
import importlib
import pickle
import random
import re
import sys
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

WHOLE = re.compile(r"t[0-9a-z]*t|")
REFUSED = (
    ReferenceError,
    RuntimeError,
    IndexError,
    KeyError,
    ValueError,
    BufferError,
    TypeError,
    AttributeError,
    ZeroDivisionError,
)
ITEMS = ("Named", "Rich", "Tree")
LAST = 40


class Stale(AssertionError):  # noqa: N818
    """A value that nobody has given."""


class Program:
    """Owners, what was made of them, and the items that Python has of any."""

    def __init__(self, module: ModuleType, seed: int) -> None:
        self.module = module
        self.random = random.Random(seed)
        self.owners: list[Any] = []
        self.others: list[Any] = []
        self.items: dict[str, list[Any]] = {name: [] for name in ITEMS}
        self.said: collections.deque[str] = collections.deque(maxlen=LAST)
        self.calls: collections.Counter[str] = collections.Counter()
        self.depth = 0
        names = [name for name in dir(module) if hasattr(module, f"{name}View")]
        self.kinds = {name: self.item_of(name) for name in names}

    def item_of(self, name: str) -> str:
        owner = getattr(self.module, name)()
        owner.add(1, "tt")
        return type(owner.first()).__name__

    # What is given.

    def number(self) -> int:
        return self.random.randrange(1, 900)

    def text(self) -> str:
        return "t" + self.random.choice(["", "x", "abc" * self.random.randrange(1, 40), "q" * 900]) + "t"

    def bytes_or_text(self) -> str | bytes | bytearray:
        text = self.text()
        if self.random.random() < 0.6:
            return text
        return text.encode() if self.random.random() < 0.5 else bytearray(text.encode())

    def new_item(self, name: str) -> Any:
        make, number = getattr(self.module, name), self.number()
        if name == "Named":
            return make(number, self.text())
        if name == "Rich":
            return make(number, [self.number()] * self.random.randrange(5))
        return make(number, [make(number)] * self.random.randrange(3), self.text())

    def item(self, name: str) -> Any:
        known = self.items[name]
        return self.random.choice(known) if known and self.random.random() < 0.8 else self.new_item(name)

    def other(self, owner: Any) -> Any:
        return self.random.choice([each for each in self.owners if type(each) is type(owner)])

    def callback(self, name: str) -> Callable[[Any], bool]:
        def visit(item: Any) -> bool:
            self.see(item)
            if self.random.random() < 0.3:
                self.step()
            if self.random.random() < 0.05:
                raise ZeroDivisionError(name)
            return self.random.random() < 0.3

        return visit

    # What is got.

    def see(self, value: Any) -> None:
        if value is None or isinstance(value, bool):
            return
        if isinstance(value, int):
            if not 1 <= value <= 900:
                raise Stale(value)
        elif isinstance(value, str):
            if not WHOLE.fullmatch(value):
                raise Stale(value[:100])
        elif isinstance(value, list | tuple):
            for each in value:
                self.see(each)
        elif type(value).__name__ in ITEMS:
            self.items[type(value).__name__].append(value)
            self.look_into(value)
        elif type(value).__name__ in self.kinds:
            self.owners.append(value)
        else:
            self.others.append(value)

    def look_into(self, item: Any) -> None:
        self.see(item.n)
        self.see(item.name)
        if type(item).__name__ == "Rich":
            self.see(list(item.marks))
            self.see(list(item.all()))
        elif type(item).__name__ == "Tree":
            for kid in list(item.kids)[:3]:
                self.see((kid.n, kid.name))
            self.see(item.kid())
        else:
            self.see(item.pair())
            self.see(item.title())

    # Operations.

    def call(self) -> None:
        owner = self.random.choice(self.owners)
        kind = self.kinds[type(owner).__name__]
        given: dict[str, Callable[[], tuple[Any, ...]]] = {
            "add": lambda: (self.number(), self.bytes_or_text()),
            "fail": lambda: (self.random.randrange(1, 40), self.text()),
            "addCopy": lambda: (self.item(kind),),
            "addAll": lambda: ([self.item(kind) for _ in range(self.random.randrange(4))],),
            "absorb": lambda: (self.other(owner),),
            "retitle": lambda: (self.other(owner),),
            "better": lambda: (self.item(kind),),
            "cut": lambda: (self.random.randrange(4),),
            "each": lambda: (self.callback(kind),),
            "setNote": lambda: (self.bytes_or_text(),),
            "rename": lambda: (self.bytes_or_text(),),
        }
        without = ("first", "best", "pick", "sum", "theNote", "theTitle", "pair", "look", "clone", "steal", "clear")
        name = self.random.choice([*given, *given, *(each for each in without if hasattr(owner, each))])
        self.said.append(f"{type(owner).__name__}.{name}")
        self.see(getattr(owner, name)(*given[name]() if name in given else ()))
        self.calls["calls"] += 1

    def use_an_item(self) -> None:
        name = self.random.choice(ITEMS)
        if not self.items[name]:
            return
        item = self.random.choice(self.items[name])
        self.said.append(f"an item of {name}")
        what = self.random.randrange(5)
        if what == 0:
            self.look_into(item)
        elif what == 1:
            item.n = self.number()
        elif what == 2:
            item.bump()
        elif what == 3:
            item.name = self.text()
        elif name == "Rich":
            item.mark(self.number())
            item.marks.append(self.number())
        elif name == "Tree":
            item.kids.append(self.new_item(name))

    def use_a_view(self) -> None:
        if not self.others:
            return
        view = self.random.choice(self.others)
        self.said.append(type(view).__name__)
        what = self.random.randrange(4)
        if what == 0:
            view.add(self.number(), self.text())
        elif what == 1:
            self.see(view.first())
        elif what == 2:
            self.see(view.of())
        else:
            view.clear()

    def make(self) -> None:
        name = self.random.choice(list(self.kinds))
        self.said.append(f"a new {name}")
        self.owners.append(getattr(self.module, name)())

    def let_go(self) -> None:
        for known in (self.owners, self.others, *self.items.values()):
            self.random.shuffle(known)
            del known[self.random.randrange(5, 30) :]
        if self.random.random() < 0.1:
            gc.collect()

    def change_by_python(self) -> None:
        owner = self.random.choice(self.owners)
        self.said.append(f"{type(owner).__name__} by Python")
        what = self.random.randrange(5)
        if what == 0:
            owner.title = self.text()
        elif what == 1:
            owner.__init__()
        elif what == 2:
            owner.destroy()
            self.owners.remove(owner)
        else:
            again = copy.deepcopy(owner) if what == 3 else pickle.loads(pickle.dumps(owner))
            if again != owner:
                raise Stale(again)
            self.owners.append(again)

    def step(self) -> None:
        if self.depth > 3:
            return
        self.depth += 1
        operations = [self.call] * 12 + [self.use_an_item] * 4 + [self.use_a_view] * 2
        operation = self.random.choice([*operations, self.make, self.let_go, self.change_by_python])
        try:
            if self.owners or operation == self.make:
                operation()
        except UnicodeDecodeError as error:
            raise Stale(error.object[:100]) from error
        except REFUSED as error:
            if type(error).__name__ == "ZigPanic":
                raise
            self.calls["refused"] += 1
        finally:
            self.depth -= 1


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.machine.programs")
    parser.add_argument("folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20_000)
    options = parser.parse_args(arguments)
    faulthandler.enable()
    sys.path.insert(0, options.folder)
    seed = options.seed or random.randrange(1, 2**32)
    program = Program(importlib.import_module("programs"), seed)
    for step in range(options.steps):
        try:
            program.step()
        except Exception:  # noqa: BLE001 - it is told with what led to it
            print(*program.said, f"again: --seed {seed} --steps {step + 1}", sep="\n")
            traceback.print_exc()
            return 1
    calls, refused = program.calls["calls"], program.calls["refused"]
    print(
        f"{options.steps:,} operations on {len(program.kinds)} classes, {calls:,} calls, {refused:,} refused, seed {seed}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
