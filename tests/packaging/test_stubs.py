"""Stubs of users' modules: they say what the modules do, for every file that is compiled in the tests."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import nano_ffi
from nano_ffi.compiler import compile_module
from nano_ffi.description import Description, LeftOut
from nano_ffi.explaining import described
from nano_ffi.pyi import docstring, stub, write_stub
from nano_ffi.wheels import targets

EXTENSION = Path(__file__).parent.parent / "extension"

HIDING = """\
//! A file with what hides Python's names: "quotes", \\backslashes.

const nano_ffi = @import("nano_ffi");

pub const str = 5;
pub const Any: f64 = 1.5;
pub const Color = enum { red, blue };

/// Ends with "quotes"
pub fn list(values: []const []const u8, other: ?i64) i64 {
    _ = .{ values, other };
    return 0;
}
pub fn int(self: Color, count: u8) void {
    _ = .{ self, count };
}
pub fn both(shape: union(enum) { none, side: f64, label: []const u8 }) struct { i64, ?[]const u8 } {
    _ = shape;
    return .{ 1, null };
}
pub fn called(function: nano_ffi.Callback(fn ([]const u8, i64) f64), numbers: []i32) !f64 {
    _ = numbers;
    return function.call(.{ "x", 1 });
}
"""


CALLS = {
    "lists": """\
from lists import *

box = Box(items=(Item(1),), numbers=range(3), words=(word for word in "ab"))
box.numbers = (1, 2)
box.numbers += [3]
box.numbers *= 2
box.numbers[0:1] = [4, 5]
sequence: MutableSequence[float] = box.numbers
memoryview(box.numbers)
numbers: list[float] = box.numbers + [1]
numbers = [1.0] + box.numbers * 2
box.numbers.sort(key=lambda number: -number, reverse=True)
json.dumps(box.numbers.tolist())
box.more.append(Item(2))
box.more[0].double()
box.words = ["a", b"b"]
refused(lambda: box.words.append(3))  # type: ignore[arg-type]
refused(lambda: memoryview(box.more))  # type: ignore[arg-type]
refused(lambda: setattr(box, "numbers", 3))
refused(lambda: Box(numbers=3))  # type: ignore[arg-type]
""",
    "maps": """\
from maps import *

store = Store(items={"a": Item(1)}, counts=ChainMap({"b": 2}))
store.counts |= {"c": 3}
mapping: MutableMapping[str, int] = store.counts
counts: dict[str, int] = store.counts | {"d": 4}
list(reversed(store.counts))
json.dumps(store.counts.todict())
store.items["b"] = Item(2)
store.items["b"].double()
refused(lambda: store.counts.update({"a": "b"}))  # type: ignore[dict-item]
refused(lambda: Store(counts=[("a", 1)]))  # type: ignore[arg-type]
""",
    "standard": """\
from standard import *

date(dt.date.min).year
time(dt.time(1, tzinfo=dt.timezone.utc)).fold
datetime(dt.datetime.max).tzinfo
timedelta(dt.timedelta(1)).days
duration(dt.timedelta(1)).days
decimal(Decimal(2)).as_tuple()
decimal(2).is_nan()
fraction(Fraction(1, 3)).numerator
fraction(3).denominator
uuid(UUID(int=3)).hex
for name in ("a", b"a", Path("a"), PurePosixPath("a")):
    path(name).exists()
many(x for x in {dt.date.min})
maybe(None)
later(dt.datetime.min, lambda when: when)
event = Event(dt.datetime.min, price=2, file="a", times=[dt.time(1)])
event.price = Decimal(3)
event.at.year + event.year()
refused(lambda: date("2026-01-01"))  # type: ignore[arg-type]
refused(lambda: decimal(1.5))  # type: ignore[arg-type]
refused(lambda: fraction(0.5))  # type: ignore[arg-type]
refused(lambda: uuid("a"))  # type: ignore[arg-type]
refused(lambda: path(3))  # type: ignore[arg-type]
refused(lambda: many([3]))  # type: ignore[list-item]
""",
    "variadic": """\
from variadic import *

total() + total(1, 2.5, Fraction(1, 2))
options(1, "a", b"b", limit=3, size=None, other=2)
power(2, 3) + int(scaled(2, factor=3))
Bag(1, 2, count=3).sum(4, a=5)
refused(lambda: total("a"))  # type: ignore[arg-type]
refused(lambda: options(1, 2))  # type: ignore[arg-type]
refused(lambda: options(1, size="a"))  # type: ignore[arg-type]
refused(lambda: power(base=2, exponent=3))  # type: ignore[call-arg]
refused(lambda: scaled(2, 3))  # type: ignore[call-arg]
refused(lambda: Bag().add(2, True))  # type: ignore[call-arg]
""",
}
"""What stubs admit, which runs, and what they refuse, which is a TypeError."""

CALLS_HEAD = """\
import datetime as dt
import json
from collections import ChainMap
from collections.abc import Callable, MutableMapping, MutableSequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath
from uuid import UUID


def refused(call: Callable[[], object]) -> None:
    try:
        call()
    except TypeError:
        return
    raise AssertionError


"""


def check_calls(folder: Path, calls: str) -> None:
    """What mypy says of calls, and what they do."""
    (folder / "calls.py").write_text(CALLS_HEAD + calls)
    mypy = ["-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), "calls.py"]
    for command in (mypy, ["-c", f"import sys; sys.path.insert(0, {str(folder)!r}); import calls"]):
        run = [sys.executable, *command]
        done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def check(folder: Path, *modules: str) -> None:
    """mypy's stubtest, ruff, and mypy on the stubs themselves."""
    # CPython adds the reflected operator to what has a slot for the operator, and all comparisons to what has one; they
    # answer NotImplemented. And a stub cannot say a member's name that is no identifier.
    allowed = folder / "allowed.txt"
    operators = "add|sub|mul|matmul|truediv|floordiv|mod|[lr]shift|and|or|xor"
    members = r"real_types\.(Layer\.solder mask|Word\.(and|None|in))"
    names = (rf".*\.__r({operators})__", r"classes_options\.Word\.__(le|g[et])__", members)
    allowed.write_text("\n".join(names) + "\n")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, {str(folder)!r}); from mypy.stubtest import main; main()",
            f"--allowlist={allowed}",
            "--ignore-unused-allowlist",
            *modules,
        ],
        cwd=folder,
        env={"MYPYPATH": str(folder), "PATH": "", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    files = [str(folder / f"{module}.pyi") for module in modules]
    assert (done.returncode, done.stdout) == (
        0,
        f"Success: no issues found in {len(modules)} module{'s' * (len(modules) > 1)}\n",
    ), done.stdout + done.stderr
    for length in ("79", "88", "120"):
        ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--check", f"--config=line-length={length}"]
        formatted = subprocess.run([*ruff, *files], capture_output=True, text=True, check=False)
        assert formatted.returncode == 0, formatted.stdout + formatted.stderr


@pytest.mark.parametrize(
    "name",
    [
        "kinds",
        "names",
        "namesakes",
        "ndarrays",
        "operations",
        "standard",
        "variadic",
        "arrays",
        "columns",
        "classes",
        "classes_options",
        "graph",
        "lists",
        "maps",
        "references",
        "shapes",
        "speaking",
        "defaults",
        "hiding",
        "real_calls",
        "real_streams",
        "Stack",
        "real_types",
        "real_std",
        "objects_children",
    ],
)
def test_stub_signature_and_module_agree(name: str, tmp_path: Path) -> None:
    source = EXTENSION / f"{name}.zig"
    if name == "hiding":
        source = tmp_path / "hiding.zig"
        source.write_text(HIDING)
    path = compile_module(source, tmp_path, mode="Debug")
    assert write_stub(path, tmp_path / f"{name}.pyi")
    assert write_stub(path, tmp_path / f"{name}.pyi")
    check(tmp_path, name)
    if name in CALLS:
        check_calls(tmp_path, CALLS[name])


def test_the_same_for_another_machine(tmp_path: Path) -> None:
    texts = set()
    for identifier in (None, "cp314-win_arm64", "cp310-musllinux_armv7l", "cp315t-macosx_universal2"):
        target = targets.parse(identifier) if identifier else None
        path = compile_module(EXTENSION / "kinds.zig", tmp_path / str(identifier), target=target, mode="Debug")
        texts.add(stub(Description.read(path)))
    assert len(texts) == 1


def test_lists_of_pointers(tmp_path: Path) -> None:
    description = Description.read(compile_module(EXTENSION / "objects_children.zig", tmp_path, mode="Debug"))
    text = stub(description)
    assert "    def kids(self) -> tuple[Node, ...]: ...\n" in text
    assert "    def links(self) -> tuple[Node | None, ...]: ...\n" in text
    reasons = {one.name: one.reason for one in description.left_out}
    assert reasons["Tree.take"] == (
        "parameter 'nodes' has type []const *objects_children.Node: the objects of a list are only read: "
        "take []const *const Node"
    )


@pytest.mark.parametrize("name", ["graph", "sexp", "typegraph"])
def test_the_examples(name: str, tmp_path: Path) -> None:
    folder = EXTENSION.parent.parent / "examples" / name
    path = compile_module(folder / f"{name}.zig", tmp_path, mode="Debug")
    assert write_stub(path, tmp_path / f"{name}.pyi")
    assert (tmp_path / f"{name}.pyi").read_bytes() == (folder / f"{name}.pyi").read_bytes()
    check(tmp_path, name)


def test_functions_that_are_registered_at_the_import(tmp_path: Path) -> None:
    path = compile_module(EXTENSION / "registering.zig", tmp_path, mode="Debug")
    assert write_stub(path, tmp_path / "registering.pyi")
    (tmp_path / "use.py").write_text("import registering\n\nregistering.plus(3)\nreveal_type(registering.plain(3))\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", "use.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ('use.py:4: note: Revealed type is "int"\nSuccess: no issues found in 1 source file\n')


def test_what_inspect_shows_is_in_the_stub(zig_module: Callable[[str], ModuleType]) -> None:
    kinds = zig_module("kinds")
    description = described(kinds)
    assert description.functions
    for function in description.functions:
        shown = inspect.signature(getattr(kinds, function.name))
        assert list(shown.parameters) == [param.name for param in function.params]
        for parameter, param in zip(shown.parameters.values(), function.params, strict=True):
            assert (parameter.default is not inspect.Parameter.empty) == bool(param.default)
        assert (inspect.getdoc(getattr(kinds, function.name)) or "") == inspect.cleandoc(function.doc)


def test_docstrings() -> None:
    assert docstring("", "    ") == ""
    assert docstring('say "yes"', "    ") == '    """say "yes\\""""\n'
    assert docstring("one\n\n  two \\ three  ", "") == '"""one\n\n  two \\\\ three"""\n'
    assert docstring('"""', "") == '"""\\"\\"\\""""\n'


def test_explain(
    zig_module: Callable[[str], ModuleType], capsys: pytest.CaptureFixture[str], tmp_path: Path, zig_cache: Path
) -> None:
    names = zig_module("names")
    left_out = nano_ffi.explain(names)
    assert {left.name for left in left_out} == {
        "counter",
        "poke",
        "generic",
        "Pair",
        "pointer",
        "allocator",
    }
    assert all(isinstance(left, LeftOut) for left in left_out)
    assert "names.poke (function) is left out: parameter 'target' has type **u8, which" in capsys.readouterr().out
    assert nano_ffi.explain("names") == left_out
    assert nano_ffi.explain(Path(str(names.__file__))) == left_out
    of_a_text = nano_ffi.loads(
        "pub const Box = struct { n: u8, pub fn put(_: Box, _: **u8) void {} pub fn get(s: Box) u8 { return s.n; } };\n"
        "pub fn poke(_: **u8) void {}\npub fn one() u8 { return 1; }"
    )
    assert [left.name for left in nano_ffi.explain(of_a_text)] == ["Box.put", "poke"]
    assert [left.name for left in nano_ffi.explain(of_a_text.Box)] == ["Box.put"]
    capsys.readouterr()
    for function in (of_a_text.one, of_a_text.Box.get, of_a_text.Box(1).get):
        assert nano_ffi.explain(function) == ()
        place = function.__qualname__
        assert capsys.readouterr().out == f"{of_a_text.__name__}.{place}: nothing is left out\n"
    with pytest.raises(TypeError, match=r"^explain\(\) takes a module, .* not list$"):
        nano_ffi.explain([])
    whole = tmp_path / "whole.zig"
    whole.write_text("pub fn one() i64 { return 1; }")
    capsys.readouterr()
    assert nano_ffi.explain(whole) == ()
    assert capsys.readouterr().out == "whole: nothing is left out\n"
    with pytest.raises(ValueError, match=r"^<module 'json' from .*> is not a module that nano_ffi built$"):
        nano_ffi.explain(json)


def test_a_file_that_does_not_describe_itself(tmp_path: Path) -> None:
    (tmp_path / "x.so").write_bytes(b"nano_ffi-description:12:{")
    with pytest.raises(
        ValueError, match=r"x\.so does not describe itself: it was not built by this nano_ffi; build it again$"
    ):
        Description.read(tmp_path / "x.so")


def test_what_python_cannot_say() -> None:
    integer = {"k": "int", "zig": "i64"}
    params = [{"name": name, "type": integer} for name in ("one", "from", "one", "last")]
    described = {
        "module": "odd",
        "functions": [
            {"name": "lambda", "returns": integer},
            {"name": "mixed", "params": params, "returns": {"k": "void", "zig": "void"}},
        ],
        "enums": [{"name": "Kind", "members": [["class", 0], ["dark blue", 1], ["plain", 2]]}],
    }
    text = stub(Description.of(described))
    assert "lambda" not in text
    assert "class Kind(IntEnum):\n    class_ = 0\n    plain = 2\n" in text
    assert (
        "def mixed(\n    one: SupportsIndex,\n    arg2: SupportsIndex,\n    arg3: SupportsIndex,\n    /,\n"
        "    last: SupportsIndex,\n) -> None: ...\n"
    ) in text
