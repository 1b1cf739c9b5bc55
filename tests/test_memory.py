"""Who frees what crosses: tests/extension/memory.zig counts what is not freed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nano_ffi
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


@pytest.fixture(scope="module")
def faults(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    module = zig_module("memory_faults")
    if not module.watched():
        pytest.skip("compiled without Zig's checks")
    return module


FAULTS: list[tuple[str, tuple[Any, ...], str]] = [
    ("twice", (5,), "5 bytes are freed that were freed before"),
    ("twice", (30_000,), "30000 bytes are freed that were freed before"),
    ("twice_released", (), "16 bytes are freed that were freed before"),
    ("twice_aligned", (), "100 bytes are freed that were freed before"),
    ("shorter", (), "3 bytes aligned to 1 are freed, and given were 5 bytes aligned to 1"),
    ("middle", (), "4 bytes are freed that nano_ffi's allocator did not give, or that were freed before"),
    ("other_alignment", (), "16 bytes aligned to 1 are freed, and given were 16 bytes aligned to 8"),
    ("foreign", (), "16 bytes are freed that nano_ffi's allocator did not give, or that were freed before"),
    ("on_stack", (), "16 bytes are freed that nano_ffi's allocator did not give, or that were freed before"),
    ("resized", (), "5 bytes are resized that were freed before"),
    ("regrown", (), " bytes are resized that were freed before"),
]


@pytest.mark.parametrize(("name", "args", "text"), FAULTS)
def test_what_is_given_back_wrongly_is_a_panic(
    faults: ModuleType, name: str, args: tuple[Any, ...], text: str
) -> None:
    for _ in range(100):  # and the process goes on
        with pytest.raises(nano_ffi.ZigPanic) as caught:
            getattr(faults, name)(*args)
        assert str(caught.value).startswith(f"{name}(): memory at 0x")
        assert str(caught.value).endswith(text)
        faults.work(100)


def test_faults_in_threads(faults: ModuleType) -> None:
    def one(number: int) -> str:
        faults.work(100)
        with pytest.raises(nano_ffi.ZigPanic) as caught:
            faults.twice(1 + number)
        return str(caught.value).partition(": ")[2].partition(": ")[2]

    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(one, range(400)))
    assert texts == [f"{1 + number} bytes are freed that were freed before" for number in range(400)]


def test_another_thread_may_free(faults: ModuleType) -> None:
    faults.keep(16)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(faults.drop).result()
        with pytest.raises(nano_ffi.ZigPanic, match="freed before"):
            pool.submit(faults.drop).result()


def test_what_was_freed_is_filled(faults: ModuleType) -> None:
    for size in [1, 100, 30_000]:
        assert faults.stale(size) == 0xAA


CHILD = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("memory_faults", sys.argv[1])
faults = importlib.util.module_from_spec(spec)
spec.loader.exec_module(faults)
"""


def in_child(faults: ModuleType, code: str, quarantine: str) -> subprocess.CompletedProcess[str]:
    assert faults.__file__ is not None
    return subprocess.run(
        [sys.executable, "-c", CHILD + code, faults.__file__],
        env=os.environ | {"NANO_FFI_QUARANTINE": quarantine},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_long_quarantine(faults: ModuleType) -> None:
    """A second free is seen after a million others, and so is what was written after the first."""
    done = in_child(faults, "faults.keep(16); faults.drop(); faults.work(1_000_000)\nfaults.drop()", str(1 << 27))
    assert done.stderr.endswith("16 bytes are freed that were freed before\n"), done.stderr
    done = in_child(faults, "faults.write_late(); faults.work(1_000_000)", str(1 << 16))
    assert done.stderr.endswith("24 bytes were freed, and written to after that\n"), done.stderr
    done = in_child(faults, "faults.work(1_000_000)", str(1 << 16))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_wrong_quarantine(faults: ModuleType) -> None:
    done = in_child(faults, "", "much")
    assert done.stderr.endswith("ValueError: NANO_FFI_QUARANTINE must be a number of bytes\n")


STABLE = pytest.mark.skipif(
    sys.version_info < (3, 12) or bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    reason="this CPython loads no module for the stable ABI",
)


def limited(name: str, folder: Path) -> ModuleType:
    path = compile_module(Path(__file__).parent / "extension" / f"{name}.zig", folder, limited=True)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@STABLE
def test_built_for_the_stable_abi(tmp_path: Path) -> None:
    memory = limited("memory", tmp_path)
    for name, args, expected in RESULTS:
        assert getattr(memory, name)(*args) == expected
    # Each thread needs a state of its own while it allocates without the GIL.
    test_in_threads(memory)


@STABLE
def test_faults_in_the_stable_abi(tmp_path: Path) -> None:
    faults = limited("memory_faults", tmp_path)
    for name, args, text in FAULTS:
        test_what_is_given_back_wrongly_is_a_panic(faults, name, args, text)
    test_faults_in_threads(faults)
