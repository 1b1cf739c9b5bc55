"""Each file of tests/compile_errors does not compile, and the compiler says why in our words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
FILES = sorted((TESTS / "compile_errors").glob("*.zig"))
OPTIONS = """\
pub const version: [:0]const u8 = "0";
pub const minor: u8 = 11;
pub const free_threaded = false;
pub const limited = true;
"""


def test_there_are_files() -> None:
    assert len(FILES) >= 7


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_the_diagnostic(file: Path, tmp_path: Path) -> None:
    options = tmp_path / "build_options.zig"
    options.write_text(OPTIONS)
    modules = ["--dep", "nano_ffi", f"-Mroot={file}", "--dep", "build_options"]
    modules += [f"-Mnano_ffi={TESTS.parent / 'src' / 'root.zig'}", f"-Mbuild_options={options}"]
    done = subprocess.run(
        [sys.executable, "-m", "ziglang", "build-obj", "-fno-emit-bin", *modules],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "ZIG_LOCAL_CACHE_DIR": str(tmp_path / "cache")},
        check=False,
    )
    expected = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("//! ")
    assert done.returncode != 0, "it compiles"
    assert expected in done.stderr
