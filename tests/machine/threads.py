"""Threads that share items, views and maps: any of the errors that the documentation allows, and nothing that is stale."""

from __future__ import annotations

import contextlib
import copy
import gc
import importlib
import random
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.machine.base import Failure, is_whole, same, text_of
from tests.machine.doc import read

ALLOWED = (ReferenceError, RuntimeError, BufferError, IndexError, KeyError, ValueError)
"""Others changed it meanwhile, use it, or ended it."""
KEYS = [text_of(number) for number in range(10)]


class Mix:
    """What all threads share."""

    def __init__(self) -> None:
        names = ("model", "model_more", "lists", "maps", "graph", "references", "objects_threads")
        self.model, self.more, self.lists, self.maps, self.graphs, self.references, self.threads = map(
            importlib.import_module, names
        )
        self.doc = self.model.Doc(1, text_of(1))
        self.box = self.lists.Box()
        self.store = self.maps.Store()
        self.index = self.maps.Index(["<1>", "<2>"])
        self.graph = self.graphs.Graph()
        self.keeper = self.references.Box(None)
        self.shelf = self.references.Shelf("first")
        self.link = self.more.Link(1)
        self.plain = self.model.Plain(1)
        self.pair = self.threads.Pair()
        self.renew()
        self.operations: list[Callable[[random.Random, list[Any]], None]] = [
            *(self.items, self.items, self.table, self.table, self.texts, self.released, self.buffers, self.copies),
            *(self.nested, self.pools, self.pools, self.views, self.tables, self.graph_nodes, self.stores, self.boxes),
            *(self.python_objects, self.links, self.rows, self.callbacks, self.look, self.look, self.forget),
            *(self.pairs, self.pairs),
        ]

    def renew(self) -> None:
        """The others may have objects of the one that was there, or be in calls of it."""
        self.pool = self.model.Pool()
        self.view = self.pool.view()
        self.over = self.view.over()
        self.cells = self.model.Table()
        self.window = self.cells.window()

    def turn(self, rng: random.Random, held: list[Any]) -> None:
        with contextlib.suppress(*ALLOWED):
            self.operations[int(rng.random() * len(self.operations))](rng, held)

    def leaf(self, rng: random.Random) -> Any:
        number = rng.randrange(1, 100_000)
        return self.model.Leaf(number, text_of(number))

    def items(self, rng: random.Random, held: list[Any]) -> None:
        items = self.doc.items if rng.random() < 0.5 else self.doc.more
        way = rng.randrange(9)
        if way < 3 and len(items) < 30:
            items.append(self.leaf(rng))
        elif way == 3:
            held.append(items.pop(0))
        elif way == 4:
            items[0] = self.leaf(rng)
        elif way == 5:
            items.reverse()
        elif way == 6:
            for item in items:
                show(item)
        elif way == 7:
            del items[rng.randrange(5) :]
        else:
            held.append(items[rng.randrange(3)])
            self.doc.push(items[0])

    def table(self, rng: random.Random, held: list[Any]) -> None:
        key = KEYS[rng.randrange(10)]
        table = self.doc.table
        way = rng.randrange(5)
        if way == 0:
            table[key] = self.leaf(rng)
        elif way == 1:
            del table[key]
        elif way == 2:
            held.append(table[key])
        elif way == 3:
            item = table[key]
            for _ in range(5):
                show(item)
        else:
            for key, item in table.items():
                whole(key)
                show(item)

    def texts(self, rng: random.Random, held: list[Any]) -> None:
        way = rng.randrange(5)
        text = text_of(rng.randrange(1, 100_000))
        if way == 0:
            self.doc.name = text
        elif way == 1:
            self.doc.rename(text)
        elif way == 2:
            whole(self.doc.title())
        elif way == 3:
            whole(self.doc.swap_name(text))
        else:
            whole(self.doc.name)
            whole(self.doc.read_title())

    def released(self, rng: random.Random, held: list[Any]) -> None:
        self.doc.sum_released()
        self.doc.check()

    def buffers(self, rng: random.Random, held: list[Any]) -> None:
        if rng.random() < 0.5:
            self.doc.count_up(1.5)
        elif rng.random() < 0.1:
            self.doc.numbers = [1.5]
        else:
            with memoryview(self.doc.numbers) as view:
                same("a number", set(view.tolist()) - {1.5}, set())

    def copies(self, rng: random.Random, held: list[Any]) -> None:
        if rng.random() < 0.2:
            other = copy.deepcopy(self.doc)
            same("check() of a copy", other.check(), read(other).check())
            same("equality", other == self.doc or True, True)
            repr(self.doc)

    def nested(self, rng: random.Random, held: list[Any]) -> None:
        way = rng.randrange(4)
        if way == 0:
            twig = {"leaves": [self.leaf(rng), self.leaf(rng)]}
            self.doc.nested = [{"label": text_of(rng.randrange(1, 1000)), "twigs": [twig, twig]}]
        elif way == 1:
            held.append(self.doc.nested[0].twigs[1].leaves[0])
        elif way == 2:
            self.doc.nested[0].twigs.pop(0)
        else:
            self.doc.nested.clear()

    def pools(self, rng: random.Random, held: list[Any]) -> None:
        pool = self.pool
        way = rng.randrange(8)
        number = rng.randrange(1, 100_000)
        if way < 3 and len(pool) < 50:
            held.append(pool.add(number, text_of(number)))
        elif way == 3:
            pool.remove_first()
        elif way == 4:
            held.extend(pool.all())
        elif way == 5:
            show(pool.peek())
        elif way == 6:
            pool.check()
        elif rng.random() < 0.05:
            self.renew()
            pool.destroy()

    def views(self, rng: random.Random, held: list[Any]) -> None:
        number = rng.randrange(1, 100_000)
        way = rng.randrange(5)
        if way == 0 and len(self.pool) < 50:
            show(self.view.add(number, text_of(number)))
        elif way == 1:
            self.view.drop_last()
        elif way == 2:
            held.append(self.over.get(0))
        elif way == 3:
            self.over.check()
            self.view.check()
        else:
            node = self.view.get(0)
            if node is not None:
                node.bump()

    def tables(self, rng: random.Random, held: list[Any]) -> None:
        cells = self.cells
        way = rng.randrange(5)
        if way == 0 and len(cells.cells) < 50:
            cell = cells.add(7)
        elif way == 1:
            cell = self.window.add_const(7)
        elif way == 2:
            cells.remove(0)
            return
        elif way == 3:
            same("the sum", cells.sum() % 14, 0)
            return
        else:
            cell = self.window.get(0)
        if cell is not None:
            same("a cell", (cell.number, cell.weight), (7, -7))

    def graph_nodes(self, rng: random.Random, held: list[Any]) -> None:
        graph = self.graph
        if len(graph) < 200:
            node = graph.add("<5>")
            same("a name", graph.bind(node).node.name, "<5>")
        node = graph.find("<5>")
        if node is not None:
            node.degree()
            same("a name", node.name, "<5>")
        same("in", "<5>" in graph, True)

    def stores(self, rng: random.Random, held: list[Any]) -> None:
        store = self.store
        key = KEYS[rng.randrange(10)]
        items = store.items if rng.random() < 0.5 else store.ordered
        way = rng.randrange(6)
        if way == 0:
            items[key] = self.maps.Item(2, "<2>")
        elif way == 1:
            del items[key]
        elif way == 2:
            item = items[key]
            for _ in range(5):
                same("an item", (item.name, item.number % 2), ("<2>", 0))
        elif way == 3:
            items[key].double() if items[key].number < 1000 else items.clear()
        elif way == 4:
            same("the total", store.total() % 2, 0)
            store.increase()
        else:
            self.index.add(key, 2)
            self.index.remove(KEYS[0])

    def boxes(self, rng: random.Random, held: list[Any]) -> None:
        box = self.box
        way = rng.randrange(5)
        if way == 0 and len(box.items) < 20:
            box.items.append(self.lists.Item(3, "<3>"))
            box.numbers.append(2.0)
        elif way == 1:
            same("a popped item", box.items.pop().name, "<3>")
        elif way == 2:
            same("a total", box.total() % 3, 0)
            box.scale(1.0)
        elif way == 3:
            for item in box.items:
                same("an item", (item.name, item.number), ("<3>", 3))
        else:
            box.words = ["<1>", "<22>"]
            same("words", [*box.words], ["<1>", "<22>"])
            if len(box.numbers) > 30:
                box.numbers = []

    def python_objects(self, rng: random.Random, held: list[Any]) -> None:
        if rng.random() < 0.5:
            self.keeper.swap([7])
            same("the content", self.keeper.content in ([7], None), True)
            self.keeper.other = [8]
            self.keeper.take()
        else:
            self.shelf.put("text")
            same("a thing", self.shelf.get(0), "text")
            if rng.random() < 0.02:
                self.shelf = self.references.Shelf("first")

    def links(self, rng: random.Random, held: list[Any]) -> None:
        if rng.random() < 0.5:
            self.link.link(self.more.Link(1))
        same("a sum", self.link.sum() in (1, 2), True)

    def rows(self, rng: random.Random, held: list[Any]) -> None:
        row = self.plain.row
        row.a = 3
        same("a row", (row.a, self.plain.one().b, self.plain.at(1).a), (3, 0, 0))
        self.plain.put(self.model.Row(3, 0))

    def pairs(self, rng: random.Random, held: list[Any]) -> None:
        if rng.random() < 0.1:
            self.pair.change()
        for _ in range(10):
            same("a pair", (self.pair.are_equal(), self.pair.watch(10), self.pair == self.pair), (True,) * 3)
        same("a copy of it", copy.copy(self.pair).are_equal(), True)

    def callbacks(self, rng: random.Random, held: list[Any]) -> None:
        way = rng.randrange(3)
        if way == 0:
            self.doc.each(show)
        elif way == 1:
            self.pool.visit(show)
        else:
            self.model.lend(5, text_of(5), lambda doc: [held.append(doc.head), doc.items[0].number][1])  # type: ignore[func-returns-value]

    def look(self, rng: random.Random, held: list[Any]) -> None:
        for item in held:
            if item is not None:
                with contextlib.suppress(ReferenceError):
                    show(item)

    def forget(self, rng: random.Random, held: list[Any]) -> None:
        del held[rng.randrange(6) :]
        if rng.random() < 0.05:
            gc.collect()

    def finish(self) -> None:
        """Nobody else is there: all is whole, and Zig sees it, too."""
        same("check()", self.doc.check(), read(self.doc).check())
        same("the sum", self.cells.sum(), 14 * len(self.cells.cells))


def show(item: Any) -> None:
    if item is not None:
        if not 0 <= item.number < 2_000_000:
            raise Failure(f"a stale number: {item.number}")
        whole(item.name)


def whole(text: str) -> None:
    if not is_whole(text):
        raise Failure(f"a stale text: {text!r:.200}")


def run(seconds: float, seed: int, threads: int = 4) -> int:
    mix = Mix()
    failed: list[BaseException] = []
    turns = [0] * threads
    end = time.monotonic() + seconds

    def work(number: int) -> None:
        rng, held = random.Random(seed * 100 + number), []  # type: ignore[var-annotated]
        try:
            while time.monotonic() < end and not failed:
                for _ in range(50):
                    mix.turn(rng, held)
                turns[number] += 50
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    pool = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()
    for error in failed:
        raise error
    mix.finish()
    print(f"{sum(turns):,} turns of {threads} threads")
    return 0
