"""What attributes, protocols, and lists and maps in place cost: the classes of zig/objects.zig."""

from __future__ import annotations

from benchmarks.statements import Statement

__all__ = ["ROWS"]

FIELDS = "f = Fields()"
VALUE = "v = Value(1.5, 7); w = Value(2.5, 8)"
TEXT = "a text of some length"
LISTS = """\
owner = Lists()
numbers, texts, structs = owner.numbers, owner.texts, owner.structs
for index in range(1000):
    numbers.append(index + 0.5)
    texts.append(f"text {index}")
    structs.append(Inner(index + 0.5, index))
some = [index + 0.5 for index in range(1000)]
words = [f"text {index}" for index in range(1000)]
inners = [Inner(index + 0.5, index) for index in range(1000)]
item, inner = 2.5, Inner(2.5, 3)
"""
MAPS = """\
owner = Maps()
numbers, texts, structs = owner.numbers, owner.texts, owner.structs
keys = [f"key {index}" for index in range(1000)]
item, inner = 2.5, Inner(2.5, 3)
for index, key in enumerate(keys):
    numbers[key] = index + 0.5
    texts[key] = f"text {index}"
    structs[key] = Inner(index + 0.5, index)
"""

ATTRIBUTES = [
    Statement(name="text", code="f.text", setup=f"{FIELDS}; f.text = {TEXT!r}", check=f"r == {TEXT!r}"),
    Statement(name="text = …", code="f.text = t", setup=f"{FIELDS}; t = {TEXT!r}", check="f.text == t"),
    Statement(name="optional, None", code="f.maybe", setup=FIELDS, check="r is None"),
    Statement(name="optional, a float", code="f.maybe", setup=f"{FIELDS}; f.maybe = 2.5", check="r == 2.5"),
    Statement(name="optional = …", code="f.maybe = 2.5", setup=FIELDS, check="f.maybe == 2.5"),
    Statement(name="struct in a struct", code="f.inner", setup=FIELDS, check="r.x == 0"),
    Statement(name="its field", code="f.inner.x", setup=FIELDS, check="r == 0"),
    Statement(name="struct = …", code="f.inner = i", setup=f"{FIELDS}; i = Inner(1.5, 2)", check="f.inner.x == 1.5"),
    Statement(name="enum", code="f.color", setup=f"{FIELDS}; f.color = Color.blue", check="r == Color.blue"),
    Statement(name="enum = …", code="f.color = c", setup=f"{FIELDS}; c = Color.green", check="f.color == c"),
    Statement(name="list", code="f.items", setup=FIELDS, check="len(r) == 0"),
]

FUNCTIONS = [
    Statement(name="static function", code="Value.twice(2.5)", check="r == 5"),
    Statement(name="class function that makes one", code="Value.of(2.5)", check="r.number == 2.5"),
    Statement(name="callback", code="v.apply(g)", setup=f"{VALUE}; g = lambda x: x", check="r == 1.5"),
    Statement(name="method of a million numbers", code="b.bump()", setup="b = Big([1.5] * 1_000_000)", check="r == 1"),
]

PROTOCOLS = [
    Statement(name="==", code="v == u", setup=f"{VALUE}; u = Value(1.5, 7)", check="r is True"),
    Statement(name="!=", code="v != w", setup=VALUE, check="r is True"),
    Statement(name="<", code="v < w", setup=VALUE, check="r is True"),
    Statement(name="hash", code="hash(v)", setup=VALUE, check="r == 7"),
    Statement(name="repr", code="repr(v)", setup=VALUE, check="r == 'Value(number=1.5, n=7)'"),
    Statement(name="in", code="1.0 in v", setup=VALUE, check="r is True"),
    Statement(name="call of an object", code="v(3.0)", setup=VALUE, check="r == 4.5"),
    Statement(name="with", code="with Resource(3):\n    pass"),
    Statement(
        name="iteration of 100,000",
        code="for last in Counter(100_000):\n    pass",
        setup="last = 1",
        check="last == 0",
        heavy=True,
    ),
]


def list_rows(what: str, name: str, item: str, items: str, check: str) -> list[Statement]:
    return [
        Statement(name=f"{what}: item", code=f"{name}[500]", setup=LISTS, check=check),
        Statement(name=f"{what}: item = …", code=f"{name}[500] = {item}", setup=LISTS),
        Statement(
            name=f"{what}: iteration of 1000",
            code=f"for last in {name}:\n    pass",
            setup=f"{LISTS}\nlast = None",
            check="last is not None",
            once=True,
        ),
        Statement(
            name=f"{what}: append of 1000",
            code=f"for one in {items}:\n    {name}.append(one)",
            setup=LISTS,
            before=f"owner = Lists(); {name} = owner.{name}",
            check=f"len({name}) == 1000",
        ),
    ]


def map_rows(what: str, name: str, item: str, check: str) -> list[Statement]:
    return [
        Statement(name=f"{what}: item", code=f"{name}['key 500']", setup=MAPS, check=check),
        Statement(name=f"{what}: item = …", code=f"{name}['key 500'] = {item}", setup=MAPS),
        Statement(
            name=f"{what}: iteration of 1000",
            code=f"for last in {name}:\n    pass",
            setup=f"{MAPS}\nlast = None",
            check="last is not None",
            once=True,
        ),
        Statement(
            name=f"{what}: 1000 new keys",
            code=f"for one in keys:\n    {name}[one] = {item}",
            setup=MAPS,
            before=f"owner = Maps(); {name} = owner.{name}",
            check=f"len({name}) == 1000",
        ),
    ]


ROWS = [
    *ATTRIBUTES,
    *FUNCTIONS,
    *PROTOCOLS,
    *list_rows("list of numbers", "numbers", "item", "some", "r == 500.5"),
    *list_rows("list of texts", "texts", "'another'", "words", "r == 'text 500'"),
    *list_rows("list of structs", "structs", "inner", "inners", "r.n == 500"),
    Statement(name="list of structs: field of an item", code="structs[500].x", setup=LISTS, check="r == 500.5"),
    *map_rows("map of numbers", "numbers", "item", "r == 500.5"),
    *map_rows("map of texts", "texts", "'another'", "r == 'text 500'"),
    *map_rows("map of structs", "structs", "inner", "r.n == 500"),
    Statement(name="map of structs: field of an item", code="structs['key 500'].x", setup=MAPS, check="r == 500.5"),
]
