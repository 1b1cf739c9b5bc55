"""Who frees what crosses: tests/extension/memory.zig counts what is not freed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
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
        ("broken_pair", (), UnicodeDecodeError),
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
def test_what_is_given_back_wrongly_is_a_panic(faults: ModuleType, name: str, args: tuple[Any, ...], text: str) -> None:
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


@pytest.fixture(scope="module")
def results(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("memory_results")


@pytest.fixture(scope="module")
def remembers(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("memory_remembers")


LONG = "a long text " * 50
ALLOCATED: list[tuple[str, tuple[Any, ...], object]] = [
    ("shout", (LONG,), LONG.upper().encode()),
    ("shout", ("",), b""),
    ("shout_const", (LONG,), LONG.upper()),
    ("words", (LONG,), LONG.upper().split()),
    ("roomy", (1000,), list(range(1000))),
    ("split", (LONG,), LONG.split()),
    ("pair", (LONG,), (LONG, len(LONG), LONG[:3])),
    ("pair", ("abc",), ("abc", 3, "abc")),
    ("shape", (None,), None),
    ("shape", ("",), "none"),
    ("shape", (LONG,), {"name": LONG}),
    ("shape", ("+" + LONG,), {"parts": LONG.upper().split()}),
    ("counts", ("a b c",), {"a": "A", "b": "B", "c": "C"}),
    ("owned", (LONG,), LONG),
    ("owned_list", (LONG,), LONG.upper().split()),
    ("owned_arena", (LONG,), LONG.upper().split()),
    ("told", (LONG,), LONG.upper().split()),
    ("told_empty", (), []),
    ("released", (LONG,), LONG.encode()),
    ("aligned", (100,), list(range(100))),
    ("fails", ("",), b""),
]


@pytest.mark.parametrize(("name", "args", "expected"), ALLOCATED)
def test_what_a_function_allocated_is_given_back(
    results: ModuleType,
    name: str,
    args: tuple[Any, ...],
    expected: object,
    growth: Callable[[Callable[[], Any]], float],
) -> None:
    function = getattr(results, name)
    assert function(*args) == expected
    assert growth(lambda: function(*args)) < 4


def test_records_and_objects_are_given_back(results: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    assert [(word.text, list(word.letters)) for word in results.records("ab c")] == [("ab", [97, 98]), ("c", [99])]
    assert growth(lambda: results.records("some words")) < 4
    for make in [results.make_page, results.Page]:
        page = make("title")
        assert (page.title, list(page.lines), len(page.links), page.notes["3"]) == (
            "title",
            ["first", "second"],
            20,
            "note",
        )
        assert growth(partial(make, LONG)) < 4
    bag = results.Bag()
    assert [node.number for node in bag.odd()] == [1, 3]
    assert growth(bag.odd) < 4


@pytest.mark.parametrize(
    ("name", "args", "error"),
    [
        ("broken_list", (), UnicodeDecodeError),
        ("fails", (LONG,), nano_ffi.ZigError),
        ("shout", (3,), TypeError),
    ],
)
def test_what_fails_is_given_back(
    results: ModuleType,
    name: str,
    args: tuple[Any, ...],
    error: type[Exception],
    growth: Callable[[Callable[[], Any]], float],
) -> None:
    function = getattr(results, name)
    with pytest.raises(error):
        function(*args)
    assert growth(lambda: function(*args)) < 4


def test_a_panic_keeps_what_it_had(results: ModuleType, faults: ModuleType) -> None:
    del faults  # there are panics
    for _ in range(1000):
        with pytest.raises(nano_ffi.ZigPanic, match="index out of bounds"):
            results.panics(LONG)
        assert results.shout("a") == b"A"


def test_what_an_object_keeps_stays(results: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    page = results.Page("title")
    assert page.render() == b"first\nsecond"
    assert growth(page.render) < 4
    assert page.retitle(LONG) == LONG
    assert page.title == LONG
    assert page.keep_last("one two") == ["ONE", "TWO"]
    assert list(page.lines) == ["TWO", "second"]
    for number in range(100):
        assert page.extend(f"one {number}") == ["ONE", str(number)]
    assert list(page.lines) == ["TWO", "second", *map(str, range(100))]

    with results.Cache() as cache:
        for _ in range(100):
            assert cache.upper(LONG) == LONG.upper().encode()
            assert cache.rest(LONG) == LONG[1:].encode()
        assert growth(lambda: cache.upper(LONG)) < 4
        for number in range(100):
            assert cache.add(f"{number} {LONG}") == f"{number} {LONG}"
        assert cache.texts() == [f"{number} {LONG}" for number in range(100)]
        assert cache.joined() == ",".join(cache.texts()).encode()
        assert growth(cache.joined) < 4
        for number in [*range(26), *range(26)]:
            assert cache.put(number) == b"abcdefghijklmnopqrstuvwxyz"[:number]


def test_what_is_kept_where_nobody_sees_it_stays(
    results: ModuleType, growth: Callable[[Callable[[], Any]], float]
) -> None:
    with results.Chain() as chain:
        with pytest.warns(ResourceWarning) as caught:
            assert chain.add(LONG) == LONG
        assert [str(warning.message) for warning in caught] == [
            "add(): memory of what it returns stays, since an argument may have it behind its pointers: "
            "say .result = .owned or .borrowed of it in nano_ffi_options"
        ]
        assert chain.add("another") == "another"  # it was said
        assert chain.last() == "another"
        assert chain.joined() == b"another" + LONG.encode()
        assert growth(chain.joined) < 4
        assert growth(chain.joined_const) < 4


def test_what_a_variable_may_keep_stays(remembers: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    with pytest.warns(ResourceWarning, match=r"keep\(\).* a variable of its file may have it"):
        assert remembers.keep(LONG) == LONG
    assert remembers.last() == LONG
    with pytest.warns(ResourceWarning, match=r"lower\(\)"):
        assert remembers.lower("ABC") == "abc"
    for name in ["upper", "told"]:
        assert growth(partial(getattr(remembers, name), LONG)) < 4
    assert remembers.told_otherwise(LONG) == LONG.encode()
    assert remembers.last() == LONG


def test_what_is_said_to_be_owned_and_is_not(remembers: ModuleType, faults: ModuleType) -> None:
    del faults  # the allocator knows what is its own
    for _ in range(100):
        with pytest.raises(nano_ffi.ZigPanic, match=r"told_wrongly\(\): memory at .*did not give"):
            remembers.told_wrongly()


def test_callbacks_between(results: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    texts: list[str] = []

    def inner(text: str) -> int:
        texts.append(text)
        assert results.shout(text) == text.upper().encode()
        if len(texts) < 5:
            assert results.called(text + "!", inner) == (text + "!").encode()
        return 0

    assert results.called("text", inner) == b"text"
    assert texts == ["text", "text!", "text!!", "text!!!", "text!!!!"]

    def once(text: str) -> int:
        return len(results.shout(text))

    assert growth(lambda: results.called(LONG, once)) < 4


def test_results_in_threads(results: ModuleType) -> None:
    def one(number: int) -> bool:
        text = f"{number} text " * (number % 50)
        return bool(
            results.shout(text) == text.upper().encode()
            and results.released(text) == text.encode()
            and results.words(text) == text.upper().split()
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(4000)))


STABLE = pytest.mark.skipif(
    sys.version_info < (3, 12) or bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    reason="this CPython loads no module for the stable ABI",
)


def limited(name: str, folder: Path) -> ModuleType:
    path = compile_module(Path(__file__).parent / "extension" / f"{name}.zig", folder, abi3=True)
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


@STABLE
def test_results_in_the_stable_abi(tmp_path: Path, growth: Callable[[Callable[[], Any]], float]) -> None:
    results = limited("memory_results", tmp_path)
    for name, args, expected in ALLOCATED:
        assert getattr(results, name)(*args) == expected
    assert growth(lambda: results.pair(LONG)) < 4
    test_results_in_threads(results)
