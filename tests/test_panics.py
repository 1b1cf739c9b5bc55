"""Panics in Zig code, and where errors come from: exceptions with Zig's file, line and function in the traceback."""

from __future__ import annotations

import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nano_ffi
from nano_ffi import _native
from nano_ffi.compiler import compile_module

SOURCE = Path(__file__).parent / "extension" / "panics.zig"
ELF = sys.platform == "linux" and "darwin" not in str(
    _native.__file__
)  # scripts/run_wheels.py loads macOS' modules, too


@pytest.fixture(scope="module")
def panics(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("panics")


def zig_frames(error: BaseException) -> list[tuple[str, int]]:
    """Functions and lines of the frames in Zig, outermost first."""
    found = traceback.extract_tb(error.__traceback__)
    return [(frame.name, frame.lineno or 0) for frame in found if frame.filename == str(SOURCE)]


PANICS: list[tuple[Callable[[Any], Any], str, list[tuple[str, int]]]] = [
    (lambda m: m.at([1, 2], 5), "at(): index out of bounds: index 5, len 2", [("at", 9)]),
    (lambda m: m.sum(2**62, 2**62), "sum(): integer overflow", [("sum", 13)]),
    (lambda m: m.unwrapped(None), "unwrapped(): attempt to use null value", [("unwrapped", 17)]),
    (lambda m: m.elsewhere(None), "elsewhere(): attempt to use null value", [("elsewhere", 85)]),
    (lambda m: m.say("what the code says, häh"), "say(): what the code says, häh", [("say", 21)]),
    (lambda m: m.down(3), "down(): reached unreachable code", [("down", 26)] * 3 + [("down", 25)]),
    (lambda m: m.through(lambda n: -n, 7), "through(): negative", [("through", 41)]),
]


@pytest.mark.parametrize(("call", "text", "frames"), PANICS)
def test_a_panic_is_an_exception(
    panics: ModuleType, call: Callable[[ModuleType], Any], text: str, frames: list[tuple[str, int]]
) -> None:
    for _ in range(3):
        with pytest.raises(nano_ffi.ZigPanic) as caught:
            call(panics)
        assert str(caught.value) == text
        assert isinstance(caught.value, RuntimeError)
        assert not isinstance(caught.value, nano_ffi.ZigError)
        assert zig_frames(caught.value) == (frames if ELF else [])
    assert panics.sum(3, 4) == 7


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda m: m.cut([1, 2], 2, 1), "cut(): start index 2 is larger than end index 1"),
        (lambda m: m.cut([1, 2], 0, 5), "cut(): index out of bounds: index 5, len 2"),
        (
            lambda m: m.cutWords(bytearray(5)),
            "cutWords(): slice length '5' does not divide exactly into destination elements",
        ),
        (lambda m: m.ended(bytearray(b"abc"), 1), "ended(): sentinel mismatch: expected 0, found 98"),
        (lambda m: m.real(True), "real(): access of union field 'real' while field 'whole' is active"),
        (lambda m: m.sure(-1), "sure(): attempt to unwrap error: Negative"),
    ],
)
def test_a_check_says_what_it_met(
    zig_module: Callable[[str], ModuleType], call: Callable[[ModuleType], Any], text: str
) -> None:
    with pytest.raises(nano_ffi.ZigPanic) as caught:
        call(zig_module("panics_checks"))
    assert str(caught.value) == text


def test_a_long_message_is_cut_between_characters(panics: ModuleType) -> None:
    for text in ("x" * 10_000, "é" * 1_000, "x" + "€" * 1_000, "\N{GRINNING FACE}" * 300):
        with pytest.raises(nano_ffi.ZigPanic) as caught:
            panics.say(text)
        shown = str(caught.value).removeprefix("say(): ")
        assert text.startswith(shown)
        assert 470 <= len(shown.encode()) <= 480


def test_what_is_no_utf8_is_replaced(panics: ModuleType) -> None:
    with pytest.raises(nano_ffi.ZigPanic, match=r"^say\(\): a\ufffdb$"):
        panics.say(b"a\xffb")


@pytest.mark.skipif(not ELF, reason="only ELF files have their debug information in them")
def test_the_way_of_an_error_is_in_the_traceback(panics: ModuleType) -> None:
    with pytest.raises(nano_ffi.ZigError, match=r"^Negative$") as caught:
        panics.checked(-1)
    assert zig_frames(caught.value) == [("checked", 35), ("check", 30)]
    shown = "".join(traceback.format_exception(caught.value))
    assert "if (value < 0) return error.Negative; // line 30" in shown


def test_an_error_with_a_text(panics: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    assert panics.parsed("abc") == 3
    with pytest.raises(nano_ffi.errors.Syntax) as caught:
        panics.parsed("ab)")
    assert str(caught.value) == "column 3: ')' without '('\n  ab)"
    with pytest.raises(nano_ffi.errors.Empty, match=r"^Empty$"):
        panics.parsed("")
    with pytest.raises(nano_ffi.errors.Syntax, match=r"(?s)^column 1: .*x{1000}"):
        panics.parsed(")" + "x" * 10_000)
    assert panics.forgotten("a)") == 0
    with pytest.raises(nano_ffi.errors.Syntax, match=r"^Syntax$"):
        panics.forgotten("")
    assert growth(lambda: panics.parsed(")")) < 1


def test_panics_nest(panics: ModuleType) -> None:
    """A panic below a callback leaves the inner function only, and the exception passes through the outer one."""

    def inner(value: int) -> int:
        with pytest.raises(nano_ffi.ZigPanic, match=r"^at\(\): index out of bounds: index 7, len 1$"):
            panics.at([1], value)
        return value

    assert panics.through(inner, 7) == 7
    with pytest.raises(nano_ffi.ZigPanic, match=r"^at\(\)"):
        panics.through(lambda value: panics.at([1], value), 7)
    with pytest.raises(ZeroDivisionError):
        panics.through(lambda value: value // 0, 7)
    with pytest.raises(nano_ffi.ZigPanic, match=r"^through\(\): negative$"):
        panics.through(lambda value: panics.through(lambda value: -inner(value), value), 7)


def test_panics_in_many_threads(panics: ModuleType) -> None:
    """Each goes back to its own thread's function, whatever the others do, with the GIL or without it."""
    wrong: list[object] = []

    def work(number: int) -> None:
        for step in range(300):
            try:
                if step % 2:
                    panics.at([1], number + 1)
                else:
                    panics.through(lambda _: panics.unwrapped(None), 1)
            except nano_ffi.ZigPanic as error:
                if step % 2 and str(error) != f"at(): index out of bounds: index {number + 1}, len 1":
                    wrong.append(error)
            else:
                wrong.append(step)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("index", range(len(PANICS)))
def test_nothing_leaks(panics: ModuleType, growth: Callable[[Callable[[], Any]], float], index: int) -> None:
    assert growth(lambda: PANICS[index][0](panics)) < 1
    assert growth(lambda: panics.checked(-1)) < 1


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": "."})


def test_a_panic_outside_of_a_function_ends_the_process_with_its_text(tmp_path: Path) -> None:
    compile_module(SOURCE, tmp_path)
    done = run("import panics; panics.freed()", tmp_path)
    assert done.returncode != 0
    assert "Fatal Python error: " in done.stderr
    assert "panic in Zig code: freed" in done.stderr


@pytest.mark.parametrize(("mode", "abi3"), [("debug", False), ("safe", True), ("fast", False)])
def test_other_builds(tmp_path: Path, mode: str, abi3: bool) -> None:
    if abi3 and (sys.version_info < (3, 12) or not getattr(sys, "_is_gil_enabled", lambda: True)()):
        pytest.skip("this CPython has no stable ABI that serves")
    compile_module(SOURCE, tmp_path, mode=mode, abi3=abi3)
    done = run("import panics; panics.say('what it says')", tmp_path)
    assert done.returncode != 0
    if mode == "fast":  # checks cost, so there are none, and nothing to go back to either
        assert "Fatal Python error: " in done.stderr
        assert "panic in Zig code: what it says" in done.stderr
    else:
        assert "nano_ffi.ZigPanic: say(): what it says" in done.stderr
        assert ('panics.zig", line 21, in say' in done.stderr) == (ELF and not abi3)


THROUGH_STD = """\
const std = @import("std");
const order = @import("order.zig");

pub fn number(text: []const u8) !i64 {
    return try std.fmt.parseInt(i64, text, 10); // line 5
}

pub fn sorted(first: i64) i64 {
    var items = [_]i64{ first, 3, 2 };
    std.sort.heapContext(0, items.len, order.By{ .items = &items });
    return items[@intCast(first)]; // line 11
}
"""
ORDER = """\
const std = @import("std");

pub const By = struct {
    items: []i64,

    pub inline fn lessThan(by: By, a: usize, b: usize) bool {
        return by.items[a] < by.items[b];
    }

    pub inline fn swap(by: By, a: usize, b: usize) void {
        std.mem.swap(i64, &by.items[a], &by.items[b]);
    }
};
"""


@pytest.mark.skipif(not ELF, reason="only ELF files have their debug information in them")
@pytest.mark.parametrize("inline", [False, True])
def test_the_users_lines_are_shown_where_zigs_library_is_between(tmp_path: Path, inline: bool) -> None:
    """Where the library has an inline function of the user's, all is compiled as it was, with the library's lines."""
    source = tmp_path / "through_std.zig"
    source.write_text(THROUGH_STD, encoding="utf-8")
    order = ORDER if inline else ORDER.replace("inline fn", "fn")
    (tmp_path / "order.zig").write_text(order, encoding="utf-8")
    compile_module(source, tmp_path)
    code = """
import through_std, traceback
for call in (lambda: through_std.number("1x"), lambda: through_std.sorted(9)):
    try:
        call()
    except RuntimeError as error:
        print([(frame.filename.rpartition("/")[2], frame.lineno) for frame in traceback.extract_tb(error.__traceback__)])
"""
    done = run(code, tmp_path)
    way, panic = (eval(line) for line in done.stdout.splitlines())
    assert way[2] == ("through_std.zig", 5), done.stderr
    assert panic[2:] == [("through_std.zig", 11)]
    assert ("fmt.zig" in dict(way)) == inline
    assert (len(way) == 3) != inline


def test_modules_share_the_classes(panics: ModuleType, tmp_path: Path) -> None:
    """Also where a module was there before nano_ffi, which it does not need."""
    compile_module(SOURCE, tmp_path)
    code = """
import panics, sys
assert "nano_ffi" not in sys.modules
try:
    panics.checked(-1)
except RuntimeError as error:
    early = error
sys.path += PATH
import nano_ffi
assert isinstance(early, nano_ffi.ZigError)
assert isinstance(early, nano_ffi.errors.Negative)
try:
    panics.at([], 0)
except nano_ffi.ZigPanic:
    print("shared")
"""
    done = run(code.replace("PATH", repr([str(Path(nano_ffi.__file__).parent.parent)])), tmp_path)
    assert done.stdout == "shared\n", done.stderr
