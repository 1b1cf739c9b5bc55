"""``%%zig`` in a real IPython."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.testing.globalipapp import start_ipython


@pytest.fixture(scope="module")
def shell(zig_cache: Path) -> Iterator[object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NANO_FFI_CACHE", str(zig_cache))
        patch.setenv("NANO_FFI_MODE", "Debug")
        patch.setenv("IPYTHONDIR", str(zig_cache / "ipython"))
        yield start_ipython()  # type: ignore[no-untyped-call]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_magic(shell: object, capsys: pytest.CaptureFixture[str]) -> None:
    run = shell.run_cell  # type: ignore[attr-defined]
    assert run("%load_ext nano_ffi").success
    assert run("%%zig\npub fn twice(a: i64) i64 {\n    return 2 * a;\n}\npub const limit = 5;").success
    assert run("twice(21) + limit").result == 47
    for factor in (2, 3):
        cell = f"%%zig notebook_module\npub fn times(a: i64) i64 {{\n    return {factor} * a;\n}}"
        assert run(cell).success
        assert run("notebook_module.times(5)").result == 5 * factor
    capsys.readouterr()
    failed = run("%%zig\npub fn wrong() i64 {\n    return x;\n}")
    assert isinstance(failed.error_in_exec, ImportError)
    shown = "".join(capsys.readouterr())
    assert ":2:12: error: use of undeclared identifier 'x'\n    return x;\n           ^" in shown
    assert "Traceback" not in shown


def test_the_magic_speaks(shell: object, capsys: pytest.CaptureFixture[str]) -> None:
    run = shell.run_cell  # type: ignore[attr-defined]
    assert run("%load_ext nano_ffi").success
    capsys.readouterr()
    assert run("%%zig spoken\npub fn any(x: anytype) void {\n    _ = x;\n}\npub const limit = 5;").success
    said = capsys.readouterr().out
    assert said.startswith("spoken.any (function) is left out: ")
    assert run("import nano_ffi\nnano_ffi.explain(spoken)").success
    shown = capsys.readouterr().out
    assert shown.startswith(said)
    assert "LeftOut(" not in shown
    assert run("%%zig\nfn hidden() i64 {\n    return 1;\n}").success
    assert capsys.readouterr().out == "no `pub fn` in this cell: write `pub fn hidden`\n"
    text = 'pub const mode: []const u8 = @tagName(@import("builtin").mode);'
    assert run(f"%%zig modes --mode ReleaseFast --explain\n{text}").success
    assert capsys.readouterr().out == "modes: nothing is left out\n"
    assert run("modes.mode").result == "fast"
    assert run(f"%%zig modes\n{text}").success
    assert run("modes.mode").result == "debug"
    capsys.readouterr()
    assert run(f"%%zig --mode fast\n{text}").error_in_exec is not None
    assert "--mode" in "".join(capsys.readouterr())


def test_the_source_of_a_function_and_of_a_class(shell: object, capsys: pytest.CaptureFixture[str]) -> None:
    run = shell.run_cell  # type: ignore[attr-defined]
    assert run("%load_ext nano_ffi").success
    cell = """%%zig sourced
/// Twice as much.
pub fn twice(a: i64) i64 {
    if (a == 0) {
        return 0;
    }
    return 2 * a;
}

pub const Pair = struct {
    a: i64,
    b: i64,

    /// Both of them.
    pub fn sum(self: Pair) i64 {
        return self.a + self.b;
    }

    pub fn first(self: Pair) i64 { return self.a; }
};
"""
    assert run(cell).success
    body = cell.partition("\n")[2]
    for name, begin, end in (
        ("twice", "/// Twice", "}\n\npub const"),
        ("Pair", "pub const Pair", None),
        ("Pair.sum", "    /// Both", "\n\n    pub fn first"),
        ("Pair.first", "    pub fn first", "\n};"),
    ):
        capsys.readouterr()
        assert run(f"sourced.{name}??").success
        shown = capsys.readouterr().out
        start = body.index(begin)
        source = body[start : body.index(end, start) + (1 if name == "twice" else 0)] if end else body[start:].rstrip()
        assert source in shown, (name, shown)
    assert run("import math").success
    capsys.readouterr()
    assert run("math.sin??").success
    assert "Source:" not in capsys.readouterr().out


def test_autoreload_sees_zig_files(
    shell: object, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = shell.run_cell  # type: ignore[attr-defined]
    monkeypatch.syspath_prepend(tmp_path)
    source = tmp_path / "reloaded.zig"
    source.write_text("pub fn number() i64 {\n    return 1;\n}\n")
    assert run("%load_ext nano_ffi").success
    assert run("import nano_ffi.importer\nimport reloaded\nfrom reloaded import number").success
    assert run("reloaded.number(), number()").result == (1, 1)
    source.write_text("pub fn number() i64 {\n    return 22;\n}\n")
    assert run("reloaded.number(), number()").result == (1, 1)
    assert run("%load_ext autoreload\n%autoreload 2").success
    try:
        assert run("reloaded.number(), number()").result == (22, 22)
        source.write_text("pub fn number() i64 {\n    return x;\n}\n")
        capsys.readouterr()
        assert run("reloaded.number(), number()").result == (22, 22)
        assert "[autoreload of reloaded failed: " in capsys.readouterr().err
    finally:
        run("%autoreload 0")
