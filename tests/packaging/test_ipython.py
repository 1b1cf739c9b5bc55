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
