"""No call keeps memory or references, however it ends: with a result, refused, with a Zig error, a panic, a callback's.

``pytest --soak 1000000`` makes a million calls of each function that return, and a million that raise, and looks at the
process's memory, too; with a debug build of CPython, at the number of all references.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib.util
import inspect
import mmap
import sys
import sysconfig
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

import nano_ffi
from nano_ffi import call

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
BUILTINS = frozenset(nano_ffi.list_functions())
"""Before any test has registered others."""
TEXT = "ñ" * 50
BUFFER = bytearray(48)
JSON = {"list": ["nothing", {"text": TEXT}, {"object": {"a": {"number": 2.5}, "b": {"list": []}}}]}
TREE = {"name": TEXT, "children": [{"name": "a"}, {"name": "b", "children": [{"name": "c"}]}]}
POINT = {"x": 1.5, "y": 2, "tags": ["a", TEXT], "color": "blue"}


def raising(*_: object) -> object:
    raise KeyError(TEXT)


ANSWERING = (
    lambda number: f"{TEXT} {number}",
    lambda number: (TEXT * number, b"bytes"),
    lambda _: {"name": TEXT, "numbers": iter([1, 2.5]), "color": "blue"},
    lambda number: (number, None),
    lambda number: {"circle": {"radius": number}},
    lambda number: [number, 0, number],
    False,
)
"""Callables that give values of every kind."""

RIGHT: dict[str, list[tuple[Any, ...]]] = {
    "add": [(2**40, -3)],
    "mul": [(1.5, 3)],
    "add32": [(2**20, 3)],
    "umul": [(2**40, 3)],
    "strlen": [(TEXT,)],
    "echo": [(TEXT,)],
    "bytesum": [(b"x" * 50,), (BUFFER,)],
    "div": [(2**40, 3)],
    "divmod": [(2**62, 3)],
    "signmag": [(-(2**63),)],
    "fill": [(BUFFER, 1)],
    "bufmax": [(memoryview(BUFFER),)],
    "sum8": [tuple(range(2**40, 2**40 + 8))],
    "scalef32": [(1.5, 0.5)],
    "nothing": [()],
    "negate": [(True,)],
    "bit": [(1,)],
    "nibble": [(-8,)],
    "wide": [(2**100,)],
    "wider": [(2**199,)],
    "sixty_five": [(-(2**64),)],
    "size": [(2**31,)],
    "half": [(1.5,)],
    "single": [(1.5,)],
    "maybe": [(None,), (7**9,)],
    "maybe_text": [(None,), (TEXT,)],
    "text": [(TEXT,), (TEXT.encode(),)],
    "bytes": [(BUFFER,)],
    "conjugate": [(1 + 2j,)],
    "sum": [([1.5, 2],), (memoryview(BUFFER).cast("d"),)],
    "conjugates": [([1j, 2],)],
    "small": [([1, -2],), (memoryview(BUFFER).cast("b"),)],
    "same_notes": [({TEXT: [{"text": TEXT, "at": (TEXT, 1), "words": [TEXT]}, {}]},), ({"a": [{"text": b"b"}]},)],
    "double": [(memoryview(bytearray(16)).cast("i"),)],
    "flip": [(memoryview(bytearray(16)).cast("?"),)],
    "reversed": [([2**40, 2, 3],)],
    "cross": [((1, 2.5, 3), [4, 5, 6])],
    "words": [(["a", TEXT],)],
    "swap": [((2**40, TEXT),)],
    "next": [("red",)],
    "mirror": [(POINT,), ({"x": 1.5},)],
    "far": [([POINT, {"x": 3}], 2.0)],
    "reshape": [
        ("empty",),
        ({"circle": {"radius": 2.5}},),
        ({"polygon": [(1.5, 2), [3, 4]]},),
        ({"label": TEXT},),
        ({"nested": (9, "red")},),
    ],
    "circles": [([{"circle": {"radius": 2.5}}, "empty"],)],
    "same_json": [(JSON,)],
    "count_nodes": [(TREE,)],
    "extended": [(1.5,)],
    "quadruple": [(1.5,)],
    "as_in_c": [(1.5,)],
    "maybe_filled": [(None, 1), (BUFFER, 2)],
    "maybe_sum": [(None,), ([1.5],)],
    "maybe_called": [(None,), (lambda: 2**40,)],
    "half_conjugate": [(1 + 2j,)],
    "invert": [({"a": 2**40, TEXT: -1},)],
    "same": [(TEXT,)],
    "sum_of": [([2**40, 1], lambda value, text: value * 0.5)],
    "count_calls": [(raising,)],
    "answered": [ANSWERING],
    "ten": [tuple(range(2**40, 2**40 + 10))],
    "optional": [(7,), (7, 2**20, 3)],
    "meet": [(1,)],
    "sum_released": [([1.5, 2],), (memoryview(BUFFER).cast("d"),)],
    "panics.at": [([2**40], 0)],
    "panics.sum": [(2**40, 1)],
    "panics.unwrapped": [(7,)],
    "panics.elsewhere": [(7,)],
    "panics.checked": [(2**40,)],
    "panics.through": [(lambda value: value, 2**40)],
    "panics.parsed": [(TEXT,)],
    "panics.forgotten": [(TEXT,)],
}  # fmt: skip
"""Arguments of calls that return."""

FAILING: dict[str, list[tuple[Any, ...]]] = {
    # Errors and panics of the functions themselves. What a function has allocated itself when it panics, stays.
    "add": [(2**63 - 1, 1)],
    "add32": [(2**31 - 1, 1)],
    "umul": [(2**63, 2)],
    "div": [(1, 0), (-(2**63), -1)],
    "divmod": [(1, 0)],
    "sum8": [(2**63 - 1,) * 8],
    "double": [(memoryview(b"\xff\xff\xff\x7f" * 2).cast("i"),), (memoryview(bytearray(b"\xff\xff\xff\x7f")).cast("i"),)],
    "reversed": [([1, 2, 3, 4, 5],)],
    "ten": [(2**62,) * 10],
    "optional": [(2**62, 2**62, None)],
    "fill": [(b"read-only", 1)],
    "bufmax": [(memoryview(bytearray(8)).cast("i"),)],
    "text": [(b"\xff" * 50,)],
    "sum_of": [([1, -1], lambda *_: 0.5), ([1], raising), ([1], lambda *_: TEXT)],
    "maybe_called": [(raising,), (lambda: 2**70,)],
    "answered": [(*ANSWERING[:5], raising, False), (*ANSWERING[:4], lambda _: {TEXT: 7}, raising, False)],
    "panics.at": [([2**40], 5)],
    "panics.sum": [(2**62, 2**62)],
    "panics.unwrapped": [(None,)],
    "panics.elsewhere": [(None,)],
    "panics.say": [(TEXT,)],
    "panics.down": [(3,)],
    "panics.checked": [(-1,)],
    "panics.through": [(raising, 7), (lambda value: -value, 2**40), (lambda _: TEXT, 7)],
    "panics.parsed": [("",), ("a)" + TEXT,)],
    "panics.forgotten": [("",)],
}  # fmt: skip


class Spiteful:
    """Raises whatever it is asked."""

    def __getattribute__(self, name: str) -> Any:
        raise KeyError(name)

    __call__ = __index__ = __float__ = __iter__ = __len__ = __getitem__ = __hash__ = raising  # type: ignore[assignment]


HOSTILE = [
    object(),
    2**3000,
    -(2**63) - 1,
    1e300,
    "\ud800",
    b"\xff",
    Spiteful(),
    [object()],
    [1, 2, 3, "\ud800"],
    {"x": 1.0, "tags": [TEXT, 7]},
    {"x": 1.0, TEXT: 7},
    {TEXT: 7, "b": object()},
    {"circle": {"radius": object()}},
    {"list": [{"text": TEXT}, {"object": {"a": {"number": TEXT}}}]},
    {"name": TEXT, "children": [{"name": TEXT, "children": [TEXT]}]},
]
"""In the place of each argument in turn."""


class Way(NamedTuple):
    """A call, and the name of its exception, or nothing."""

    call: Callable[[], Any]
    raises: str


def way(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Way:
    prepared = functools.partial(function, *args, **kwargs)
    try:
        prepared()
    except Exception as error:  # noqa: BLE001
        return Way(prepared, type(error).__name__)
    return Way(prepared, "")


def ways_of(name: str, function: Callable[..., Any], signature: Any) -> list[Way]:
    """The ways that calls of a function end, by the tables above."""
    assert name in RIGHT or name in FAILING, (
        f"add arguments of {name} to RIGHT in tests/test_leaks.py, or to FAILING where no call of it succeeds"
    )
    rights = RIGHT.get(name, [])
    failures = [way(function, *args) for args in FAILING.get(name, [])]
    found = [way(function, *args) for args in rights]
    assert all(not entry.raises for entry in found), name
    assert all(entry.raises for entry in failures), name
    found += failures
    names = [parameter for parameter, _ in signature["args"]]
    args = (rights or FAILING[name])[-1]
    if rights and names:
        by_name = dict(zip(names, args, strict=False))
        found.append(way(function, **dict(reversed(by_name.items()))))
        assert not found[-1].raises
    for place, (parameter, typ) in enumerate(signature["args"][: len(args)]):
        tried = [way(function, *args[:place], value, *args[place + 1 :]) for value in HOSTILE]
        assert any(entry.raises for entry in tried) or typ == "object", f"{name}: {parameter}"
        found += tried
    wrong = [way(function, *args, *range(20)), way(function, *args, no_such_parameter=1)]
    if names:
        wrong.append(way(function))
    assert all(entry.raises == "TypeError" for entry in wrong[:2])
    return found + wrong


def functions_of(module: ModuleType, prefix: str = "") -> Iterator[tuple[str, list[Way]]]:
    for name, function in vars(module).items():
        if inspect.isbuiltin(function) and not name.startswith("_") and name != "freed":
            yield prefix + name, ways_of(prefix + name, function, module.__nano_ffi_signature__(name))


def set_x(point: Any, value: object) -> None:
    point.x = value


def classes_of(module: Any) -> Iterator[tuple[str, list[Way]]]:
    """Objects of classes: made, read, written, lent, compared, and refused."""
    point, line = module.Point(1.5, 2), module.Line(module.Point(1), module.Point(2), TEXT)
    stack = module.Stack([2**40, 2])
    yield "Point", [
        way(module.Point, 1.5, 2),
        way(module.Point, x=1.5),
        way(module.Point.polar, 2.0, 1.0),
        way(point.norm),
        way(point.scale, 1.0),
        way(point.far, module.Point(1)),
        way(point.__add__, point),
        way(getattr, point, "x"),
        way(set_x, point, 2.5),
        way(repr, point),
        way(point.__eq__, module.Point(1)),
        way(module.middle, point, point),
        way(module.nearest, [point, {"x": 1}], point),
        way(module.nearest, [], point),
        way(module.Point),
        way(module.Point, TEXT),
        way(module.Point, 1, z=1),
        way(set_x, point, TEXT),
        way(delattr, point, "x"),
        way(point.far, TEXT),
        way(module.nearest, [point, TEXT], point),
        way(getattr, point, "none"),
    ]  # fmt: skip
    yield (
        "Line",
        [
            way(module.Line, point, {"x": 1}, TEXT, None, [TEXT]),
            way(lambda: line.start().scale(1.0)),
            way(line.rename, TEXT),
            way(line.length),
            way(lambda: (getattr(line, "from"), line.name, line.color, line.tags)),
            way(line.rename, 7),
            way(module.Line, point, {"z": 1}, TEXT),
            way(module.Line, point, point, TEXT, "pink"),
            way(module.Line, point, point, tags=[TEXT, 7]),
        ],
    )
    yield "Counter", [way(lambda: module.Counter(1).next()), way(module.Counter, 1, 0), way(module.Counter, TEXT)]
    yield (
        "Stack",
        [
            way(module.Stack, [2**40]),
            way(lambda: (stack.push(2**40), stack.pop())),
            way(len, stack),
            way(lambda: stack.clone().merge(stack)),
            way(stack.each, lambda _: None),
            way(stack.each, raising),
            way(stack.push, TEXT),
            way(module.Stack, [TEXT]),
            way(stack.merge, point),
        ],
    )
    yield "Token", [way(lambda: module.token(7).check()), way(module.token, -1), way(module.Token)]


def package() -> Iterator[tuple[str, list[Way]]]:
    yield "signature", [way(nano_ffi.signature, "divmod"), way(nano_ffi.signature, TEXT), way(nano_ffi.signature, 7)]
    yield "get", [way(nano_ffi.get, "add"), way(nano_ffi.get, TEXT)]
    yield "list_functions", [way(nano_ffi.list_functions)]
    yield (
        "errors",
        [
            way(getattr, nano_ffi.errors, "OutOfMemory"),
            way(getattr, nano_ffi.errors, "SomeError"),
            way(getattr, nano_ffi.errors, "no error"),
        ],
    )
    yield "register", [way(nano_ffi.register, "add", raising), way(nano_ffi.register, 7, raising)]
    yield "call", [way(call, "add", 2**40, 3), way(call, TEXT), way(call, 7), way(call), way(call, "echo", s=TEXT)]


@pytest.fixture(scope="module")
def functions(zig_module: Callable[[str], ModuleType]) -> dict[str, list[Way]]:
    found = {name: ways_of(name, nano_ffi.get(name), nano_ffi.signature(name)) for name in BUILTINS}
    found |= dict(package())
    if importlib.util.find_spec("ziglang") is None:
        return found
    found |= functions_of(zig_module("kinds"))
    found |= functions_of(zig_module("panics"), "panics.")
    assert RIGHT.keys() | FAILING.keys() <= found.keys()
    return {**found, **dict(classes_of(zig_module("classes")))}


def test_nothing_grows(
    functions: dict[str, list[Way]], pytestconfig: pytest.Config, measured: Callable[[str], None]
) -> None:
    soak = pytestconfig.getoption("soak")
    calls = soak or 2_000
    grown, tallies, total = [], [], 0
    gc.collect()
    gc.freeze()  # a collection then looks only at what the calls made
    try:
        for name, ways in functions.items():
            for kind in ("return", "raise"):
                group = [entry.call for entry in ways if bool(entry.raises) == (kind == "raise")]
                if not group:
                    continue
                times = max(200, -(-calls // len(group)))
                made, growth, too_much = growth_of(group, times, traced=not soak)
                total += made
                line = f"{name:>20} {made:>9,} calls that {kind:6} in {len(group):2} ways: " + ", ".join(
                    f"{amount:+,} {unit}" for unit, amount in growth.items()
                )
                tallies.append(line)
                if too_much:
                    grown.append(line)
    finally:
        gc.unfreeze()
    for line in tallies if soak else []:
        measured(line)
    measured(f"{total:,} calls of {len(functions)} functions and classes in {sum(map(len, functions.values()))} ways")
    assert grown == []


def allowed(unit: str, times: int) -> int:
    """What may come and go. A way that keeps an object, of 16 bytes or more, at each of `times` calls keeps more; all of
    them together, more of the process's memory, which is had by the page. A free-threaded CPython gives some back later."""
    traced = 2**16 if FREE_THREADED else 512
    return {"bytes traced": traced + 8 * times, "bytes of the process": 2**20 + times // 2}.get(
        unit, min(times // 10, 1_000)
    )


def growth_of(group: list[Callable[[], Any]], times: int, *, traced: bool) -> tuple[int, dict[str, int], set[str]]:
    """How many calls were made; what there was more of after the last try; of what there was too much in every try.

    In up to eight tries each of the group is called `times` times: what a free-threaded CPython frees later, an
    allocator has got to start with, or nano_ffi's lets rest after it is freed, comes only once. Two more make ten times
    the calls: CPython's cache of attributes keeps up to 4,096 names, in places that are chance, however many calls
    there are.
    """
    repeat(group, max(20, times // 100))
    made, growth, too_much = 0, dict[str, int](), set[str]()
    if traced:
        tracemalloc.start()
    for tried in [times] * 8 + [10 * times] * 2:
        before = held(traced=traced)
        repeat(group, tried)
        after = held(traced=traced)
        growth = {unit: after[unit] - before[unit] for unit in after}
        more = {unit for unit, amount in growth.items() if amount > allowed(unit, tried)}
        too_much = too_much & more if made else more
        made += tried * len(group)
        if not too_much:
            break
    if traced:
        tracemalloc.stop()
    return made, growth, too_much


def repeat(group: list[Callable[[], Any]], times: int) -> None:
    for function in group:
        for _ in range(times):
            with contextlib.suppress(Exception):
                function()


def held(*, traced: bool) -> dict[str, int]:
    gc.collect()
    counts = {"blocks": sys.getallocatedblocks()}  # 0, with malloc for all
    if hasattr(sys, "gettotalrefcount"):
        counts["references"] = sys.gettotalrefcount()
    if traced:
        counts["bytes traced"] = tracemalloc.get_traced_memory()[0]
    elif sys.platform == "linux":
        counts["bytes of the process"] = int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE
    return counts


@pytest.mark.parametrize("traced", [True, False])
def test_a_leak_is_seen(traced: bool) -> None:
    kept: list[object] = []
    unseen = {"bytes traced"} if FREE_THREADED else set()
    if not sys.getallocatedblocks():  # with malloc for all
        unseen.add("blocks")
    # Where threads are free, what other tests left may be given back meanwhile.
    each = 10 if FREE_THREADED else 1
    for ways in (1, 90):
        keep = lambda: kept.extend(object() for _ in range(each))
        _, growth, too_much = growth_of([object] * (ways - 1) + [keep], 200, traced=traced)
        assert too_much >= {"blocks", "bytes traced", "references"} & growth.keys() - unseen
