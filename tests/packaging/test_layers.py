"""Which file may import which: in these orders each knows only those that stand above it, and so there are no circles."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

PYTHON = {
    "a call, all that an installed wheel needs": "errors functions registration __init__",
    "what all share": """
        switches complaints wheels/checksums wheels/targets wheels/universal2 wheels/musl wheels/hiding elf
        wheels/debug_files settings project
    """,
    "the way of a Zig file": "zig description pyi packages compiler absent builds building watching loading importer explaining zig_tests",
    "plugins": "ipython pytest_plugin hatch_hook",
    "wheels": """
        wheels/__init__ wheels/driver wheels/pool wheels/binary wheels/claim wheels/baseline wheels/symbols
        wheels/interpreters wheels/records wheels/linking wheels/identity wheels/project wheels/android wheels/sbom
        wheels/extension wheels/toolchain wheels/foreign wheels/job wheels/images wheels/deployment wheels/cross
    """,
    "the command line": "cache editors commands wheels/command wheels/complete wheels/verify __main__ stubs",
}
"""The order of nano_ffi/, lowest first. Who adds a file says here where it stands."""

ZIG = {
    "the core, which knows no CPython": """
        digits Line Blocks SpinLock Readers Heap allocator absent declarations items dtypes messages ndarray array column operators page_size
        panics places retyped standard string_maps table tables variadic vectors
        layout
        adapters+c_callbacks+classes+elementwise+exceptions+exports+literals+raw_text+reach+sequences+signature+streams+trees+untagged+variants
        registry comptime_bridge description pointing
    """,
    "CPython, and what is raised": """
        python/capi python/environment python/memory python/meanings python/errors python/progress python/input_output python/names
        python/Dispatcher
    """,
    "how a call comes in": "python/binding python/entry python/paths python/protocols python/returned",
    "values, objects and containers": """
        python/arrow python/numpy+python/sources python/buffers
        python/array+python/attachment+python/columns+python/convert+python/elementwise+python/enums+python/exceptions
        +python/field_names+python/memories+python/module+python/operations+python/quick+python/references+python/reuse+python/said
        +python/sharing+python/small_ints+python/standard+python/State+python/traces+python/tuples+python/variants
        +python/objects/apart+python/objects/arguments+python/objects/Blocks+python/objects/class+python/objects/classes_of+python/objects/construct
        +python/objects/fields+python/objects/hold+python/objects/list+python/objects/map+python/objects/method
        +python/objects/object+python/objects/own+python/objects/places+python/objects/Region+python/objects/results
        +python/objects/slots
        python/objects/annotations python/objects/fork
    """,
    "a module": "python/cancellation python/script python/coroutines python/signals python/progress_bars python_ext std_options root",
    "programs and stand-ins": "builtins native package_build source test_runner python/def python/libpython",
}
"""The order of src/, lowest first. What `+` joins is a circle: it may lose files, and none may be added."""

FACADE = "__init__"
"""It gives what stands above it when that is asked for: only what it imports by itself counts."""


def order_of(rooms: Mapping[str, str]) -> list[str]:
    return [name for room in rooms.values() for name in room.split()]


def zig_order() -> list[list[str]]:
    """Each file, or circle of files."""
    return [re.split(r"\s*\+", word) for room in ZIG.values() for word in re.sub(r"\s+\+", "+", room).split()]


def modules() -> dict[str, Path]:
    folder = ROOT / "nano_ffi"
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob("*.py"))}


def python_imports(name: str, text: str, names: Sequence[str]) -> set[str]:
    """The modules of `names` that the text imports while it runs, in functions, too."""
    found = set[str]()
    for node in running(ast.parse(text), within=name != FACADE):
        if isinstance(node, ast.Import):
            paths = [alias.name for alias in node.names]
        else:
            # Of a package a part is imported or what stands in the package itself.
            parts = [f"{node.module}.{alias.name}" for alias in node.names]
            paths = [
                part if place_of(part) in names or part == "nano_ffi._native" else node.module or "" for part in parts
            ]
        found |= {place_of(path) for path in paths}
    return found & set(names) - {name}


def place_of(module: str) -> str:
    """The place of nano_ffi.wheels.targets is wheels/targets."""
    if module in {"nano_ffi", "nano_ffi.wheels"}:
        return f"{module}.__init__".removeprefix("nano_ffi.").replace(".", "/")
    return module.removeprefix("nano_ffi.").replace(".", "/") if module.startswith("nano_ffi.") else ""


def running(node: ast.AST, *, within: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that are not for type checkers; those in functions, if asked for."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        elif within or not isinstance(child, ast.FunctionDef):
            yield from running(child, within=within)


def upward(imports: Mapping[str, set[str]], order: Sequence[str]) -> list[str]:
    """What imports something that does not stand above it in the order."""
    place = {name: index for index, name in enumerate(order)}
    return [
        f"{name} imports {other}, which stands below it: move one of them in tests/packaging/test_layers.py, or the code"
        for name, others in imports.items()
        for other in sorted(others)
        if place[other] >= place[name]
    ]


def unplaced(found: Sequence[str], order: Sequence[str]) -> list[str]:
    return [
        f"{name} has no place in the order of tests/packaging/test_layers.py: say there which files it may import, "
        "by where it stands"
        for name in found
        if name not in order
    ] + [f"{name} has a place in the order, and is not there" for name in order if name not in found]


def test_python_modules_know_those_above_them() -> None:
    order = order_of(PYTHON)
    assert len(order) == len(set(order))
    assert unplaced(list(modules()), order) == []
    imports = {name: python_imports(name, path.read_text(encoding="utf-8"), order) for name, path in modules().items()}
    assert upward(imports, order) == []
    assert imports["building"] >= {"builds", "compiler", "pyi", "zig"}


def zig_imports(path: Path, text: str) -> set[str]:
    """The files that a file of src/ imports, in its tests, too; not what it only quotes."""
    code = re.sub(r"^\s*(\\\\|//).*$", "", text, flags=re.MULTILINE)
    found = {(path.parent / name).resolve() for name in re.findall(r'@import\("([^"]+\.zig)"\)', code)}
    return {name_of(other) for other in found if other != path}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "src").with_suffix("").as_posix()


def reached(start: str, imports: Mapping[str, set[str]], within: Sequence[str]) -> set[str]:
    found, waiting = set[str](), [start]
    while waiting:
        new = (imports[waiting.pop()] & set(within)) - found
        found |= new
        waiting += new
    return found


def test_zig_files_know_those_above_them() -> None:
    order = zig_order()
    files = {name_of(path): path for path in sorted((ROOT / "src").rglob("*.zig"))}
    names = [name for circle in order for name in circle]
    assert len(names) == len(set(names))
    assert unplaced(list(files), names) == []
    imports = {name: zig_imports(path, path.read_text(encoding="utf-8")) for name, path in files.items()}
    circle_of = {name: circle for circle in order for name in circle}
    between = {name: {other for other in others if other not in circle_of[name]} for name, others in imports.items()}
    assert upward(between, names) == []
    no_circle = [
        name for circle in order if len(circle) > 1 for name in circle if name not in reached(name, imports, circle)
    ]
    assert no_circle == [], "these are in no circle any more: give each a place of its own in the order"


def test_the_core_knows_no_cpython() -> None:
    core = ZIG["the core, which knows no CPython"].replace("+", " ").split()
    texts = {name: (ROOT / "src" / f"{name}.zig").read_text(encoding="utf-8") for name in core}
    assert [name for name, text in texts.items() if '@import("python' in text] == []
    assert zig_imports(ROOT / "src" / "root.zig", '@import("python/capi.zig");\n    // @import("x.zig")') == {
        "python/capi"
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import nano_ffi.pyi", {"pyi"}),
        ("from nano_ffi import pyi, _native", {"pyi"}),
        ("from nano_ffi import __version__", {"__init__"}),
        ("from nano_ffi.wheels import targets", {"wheels/targets"}),
        ("def late():\n    from nano_ffi.pyi import stub", {"pyi"}),
        ("if TYPE_CHECKING:\n    from nano_ffi.pyi import stub", set[str]()),
    ],
)
def test_what_counts_as_an_import(text: str, expected: set[str]) -> None:
    assert python_imports("zig", text, order_of(PYTHON)) == expected


def test_what_would_be_found() -> None:
    assert upward({"b": {"a"}, "a": set()}, ["a", "b"]) == []
    (circle,) = upward({"b": {"a"}, "a": {"b"}}, ["a", "b"])
    assert circle.startswith("a imports b, which stands below it")
    assert len(unplaced(["a", "c"], ["a", "b"])) == 2
