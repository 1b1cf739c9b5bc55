"""Who frees what crosses: tests/extension/memory.zig counts what is not freed."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nano_ffi.compiler import compile_module

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def memory(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("memory")


RESULTS: list[tuple[str, tuple[Any, ...], object]] = [
    ("borrowed", (), "a constant"),
    ("middle", ("(text)",), "text"),
    ("middle", (bytearray(b"(text)"),), "text"),
    ("owned", ("ñ" * 100,), "ñ" * 100),
    ("owned", ("",), ""),
    ("owned_items", ([1, -2],), [1, -2]),
    ("maybe_owned", (None,), None),
    ("maybe_owned", ("text",), "text"),
    ("words", ("one three",), [{"text": "ONE", "length": 3}, {"text": "THREE", "length": 5}]),
    ("words", ("",), []),
    ("counts", ("a b a",), {"a": 2, "b": 1}),
    ("fails", ("",), ""),
    ("aligned", ("text",), True),
]


@pytest.mark.parametrize(("name", "args", "expected"), RESULTS)
def test_a_result_is_right_and_freed(
    memory: ModuleType,
    name: str,
    args: tuple[Any, ...],
    expected: object,
    growth: Callable[[Callable[[], Any]], float],
) -> None:
    function = getattr(memory, name)
    assert function(*args) == expected
    assert growth(lambda: function(*args)) < 4
    assert memory.live() == 0


@pytest.mark.parametrize(
    ("name", "args", "error"),
    [
        ("fails", ("text",), RuntimeError),
        ("broken", (), UnicodeDecodeError),
        ("broken_words", (), UnicodeDecodeError),
        ("too_much", (), MemoryError),
        ("owned", (3,), TypeError),
    ],
)
def test_what_fails_is_freed(
    memory: ModuleType,
    name: str,
    args: tuple[Any, ...],
    error: type[Exception],
    growth: Callable[[Callable[[], Any]], float],
) -> None:
    function = getattr(memory, name)
    with pytest.raises(error):
        function(*args)
    assert growth(lambda: function(*args)) < 4
    assert memory.live() == 0


def test_in_threads(memory: ModuleType) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(memory.released, [10_000] * 40)) == {49_995_000}
        assert set(pool.map(memory.owned, ["text"] * 1000)) == {"text"}
    assert memory.live() == 0


@pytest.mark.skipif(
    sys.version_info < (3, 12) or bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    reason="this CPython loads no module for the stable ABI",
)
def test_built_for_the_stable_abi(tmp_path: Path) -> None:
    path = compile_module(Path(__file__).parent / "extension" / "memory.zig", tmp_path, limited=True)
    spec = importlib.util.spec_from_file_location("memory", path)
    assert spec is not None
    assert spec.loader is not None
    memory = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(memory)
    for name, args, expected in RESULTS:
        assert getattr(memory, name)(*args) == expected
    # Each thread needs a state of its own while it allocates without the GIL.
    test_in_threads(memory)
