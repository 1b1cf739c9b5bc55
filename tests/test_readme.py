"""The README's own code runs, and gives what its comments say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"

RUN = """
import ast, sys
sys.path.insert(0, "")
source = sys.stdin.read()
namespace = {"__name__": "__main__"}
lines = source.splitlines()
for node in ast.parse(source).body:
    expected = lines[node.end_lineno - 1][node.end_col_offset :].partition("#")[2].strip()
    if not isinstance(node, ast.Expr) or not expected:
        exec(compile(ast.Module([node], []), "page", "exec"), namespace)
        continue
    value = eval(compile(ast.Expression(node.value), "page", "eval"), namespace)
    print("right" if repr(value) == expected else f"{lines[node.end_lineno - 1]} gives {value!r}")
"""
"""As the pages of docs/ are run, which tests/packaging holds: this test runs with every CPython."""


def test_the_code_of_the_readme_runs(tmp_path: Path) -> None:
    pytest.importorskip("ziglang", reason="no Zig to compile the README's file with: pip install 'nano-ffi[zig]'")
    text = README.read_text(encoding="utf-8")
    series, zig, classes, options, registration = re.findall(r"```zig\n(.*?)```", text, re.DOTALL)
    work = "pub const Mode = enum { slow, fast };\npub fn work(rounds: u8, mode: Mode) bool {\n"
    work += "    return rounds == 5 and mode == .fast;\n}\n"
    (tmp_path / "mathx.zig").write_text(f"{zig}\n{classes}\n{work}\n{options}\n{registration}")
    (tmp_path / "series.zig").write_text(series)
    (tmp_path / "geometry.zig").write_text(
        "pub fn area(width: f64, height: f64) f64 {\n    return width * height;\n}\n"
    )
    first, *python = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(python) == 3
    (tmp_path / "demo.py").write_text(first)
    (shown,) = re.findall(r"```pytb\n(.*?)```", text, re.DOTALL)
    demo = subprocess.run(
        [sys.executable, "demo.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    # Where the files lie, and what marks a place in a line, is not the same everywhere.
    said = [re.sub(r'File ".*[/\\]', 'File "', line) for line in demo.stderr.splitlines()]
    wanted = shown.splitlines()
    for line in wanted if sys.platform == "linux" else wanted[-1:]:  # which has the lines of Zig's files
        assert set(line) <= set(" ~^") or line in said, demo.stderr
    checks = [
        "assert point == mathx.Point(4, 4)",
        "assert mathx.work() and not mathx.work(mode='slow')",
        "assert mathx.add(a=3, b=4) == 7 and mathx.area(2, 3) == 6.0",
    ]
    code = "\n".join([*python, first.replace("series.median([])", ""), *checks])
    done = subprocess.run(
        [sys.executable, "-c", RUN], input=code, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    lines = done.stdout.splitlines()
    assert (done.returncode, set(lines), lines.count("right")) == (0, {"right", "DivisionByZero"}, 12), done
