"""`nano_ffi.compiler`: every kind of type for foreign machines, and what is said when it cannot be done."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nano_ffi.compiler import CompileError, compile_module
from nano_ffi.wheels import targets
from nano_ffi.zig import take

KINDS = Path(__file__).parent.parent / "extension" / "kinds.zig"


@pytest.mark.parametrize(
    # One of each: 64 and 32 bits, both byte orders, three object formats, the layouts of CPythons.
    "identifier",
    [
        "cp313-manylinux_s390x",
        "cp310-musllinux_armv7l",
        "cp314t-manylinux_aarch64",
        "cp315t-macosx_arm64",
        "cp311-win32",
        "cp314-win_arm64",
    ],
)
def test_for_another_machine(identifier: str, tmp_path: Path) -> None:
    target = targets.parse(identifier)
    path = compile_module(KINDS, tmp_path, target=target, optimize="debug")
    assert path.name == f"kinds{target.suffix}"
    assert [path] == list(tmp_path.iterdir())


def test_a_mistake_is_shown_with_its_place(tmp_path: Path) -> None:
    source = tmp_path / "broken.zig"
    source.write_text('pub fn answer() i64 {\n    return "42";\n}\n')
    with pytest.raises(CompileError, match=r"broken\.zig:2:12: error: expected type 'i64', found") as caught:
        compile_module(source, tmp_path)
    assert "^~~~" in str(caught.value)
    assert isinstance(caught.value, ImportError)
    assert [source] == list(tmp_path.iterdir())


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CompileError, match=r"^there is no file .*missing\.zig$"):
        compile_module(tmp_path / "missing.zig", tmp_path)


def test_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ziglang", None)
    with pytest.raises(CompileError, match=r'it is a Python package: pip install "nano-ffi\[zig\]"'):
        compile_module(KINDS, tmp_path)


def test_threads_write_the_same_file(tmp_path: Path) -> None:
    """Two threads that compile may make what neither of them has found."""
    built, place = tmp_path / "built", tmp_path / "place"
    built.write_bytes(bytes(2**20))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: take(built, place), range(200)))
    assert sorted(tmp_path.iterdir()) == [built, place]
    assert place.read_bytes() == built.read_bytes()
