"""The README's own code runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"


def test_the_code_of_the_readme_runs(tmp_path: Path) -> None:
    pytest.importorskip("ziglang", reason="no Zig to compile the README's file with: pip install 'nano-ffi[zig]'")
    text = README.read_text(encoding="utf-8")
    array, zig, classes, options, registration = re.findall(r"```zig\n(.*?)```", text, re.DOTALL)
    work = "pub const Mode = enum { slow, fast };\npub fn work(rounds: u8, mode: Mode) bool {\n"
    work += "    return rounds == 5 and mode == .fast;\n}\n"
    (tmp_path / "mathx.zig").write_text(f"{zig}\n{classes}\n{work}\n{options}\n{registration}")
    (tmp_path / "series.zig").write_text(array)
    (tmp_path / "geometry.zig").write_text(
        "pub fn area(width: f64, height: f64) f64 {\n    return width * height;\n}\n"
    )
    python = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(python) == 3
    checks = [
        "import series; assert series.squares(3) == [0.0, 1.0, 4.0]",
        "assert mathx.norm(3, 4) == 5.0 and buffer == bytes([7] * 4)",
        "assert point == mathx.Point(4, 4) and repr(path) == \"Path(points=[Point(x=0.0, y=4.0)], name='home')\"",
        "assert mathx.work() and not mathx.work(mode='slow')",
        "assert mathx.add(a=3, b=4) == 7 and mathx.area(2, 3) == 6.0",
    ]
    code = "\n".join([*python, *checks])
    # A script's folder is where it imports from, unless Python was told to be careful.
    run = [sys.executable, "-c", f"import sys; sys.path.insert(0, '')\n{code}"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "DivisionByZero\n"), done.stderr
