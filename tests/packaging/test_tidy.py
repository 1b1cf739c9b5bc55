"""What the Zig sources promise of themselves: lines of 100 columns, and a test beside every public function."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FILES = [
    ROOT / "build.zig",
    *sorted(path for folder in ("src", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.zig")),
]
WITH_INTERPRETER = {"native.zig", "python_ext.zig", "root.zig"}
"""Files that need CPython, or only name what is elsewhere: the suite on the installed package tests them."""
CORE = sorted(path for path in (ROOT / "src").glob("*.zig") if path.name not in WITH_INTERPRETER)
COLUMNS = 100


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def too_long(text: str) -> list[int]:
    """The numbers of the lines that are; not of raw text, nor of a diagnostic that tests/compile_errors quote."""
    return [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > COLUMNS and not line.startswith("//! error: ") and not line.lstrip().startswith("\\\\")
    ]


def untested(text: str) -> list[str]:
    """The public functions that no test of the file names. A `main` or `build` is tested by running it."""
    tests = "\n".join(re.findall(r"^test\b.*?^}$", text, re.DOTALL | re.MULTILINE))
    named = set(re.findall(r"\w+", tests))
    public = re.findall(r"^ *pub (?:inline |noinline )?fn (\w+)", text, re.MULTILINE)
    return [function for function in public if function not in named and function not in {"main", "build"}]


def test_there_are_files() -> None:
    assert len(FILES) > 40
    assert {"signature.zig", "registry.zig", "comptime_bridge.zig", "allocator.zig"} <= {path.name for path in CORE}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_lines_are_short(path: Path) -> None:
    assert too_long(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", CORE, ids=name)
def test_every_public_function_has_a_test(path: Path) -> None:
    assert untested(path.read_text(encoding="utf-8")) == []


def test_what_would_be_found() -> None:
    tested = "pub fn one() void {}\n    pub inline fn two() void {}\nfn three() void {}\ntest one {\n    two();\n}\n"
    assert untested(tested) == []
    assert untested(tested + "pub fn four() void {}\n") == ["four"]
    assert untested("pub fn one() void {}\npub fn main() !void {\n    one();\n}\n") == ["one"]
    assert too_long("short\n" + "x" * 101 + "\n//! error: " + "x" * 100 + "\n  \\\\" + "x" * 100) == [2]
