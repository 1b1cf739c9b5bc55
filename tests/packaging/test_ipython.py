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
