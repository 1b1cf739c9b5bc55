from __future__ import annotations

import gc
import importlib.util
import inspect
import json
import os
import random
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nano_ffi.compiler import compile_module

EXTENSION = Path(__file__).parent / "extension"

PREBUILT = os.environ.get("NANO_FFI_TEST_MODULES")
"""Where scripts/run_wheels.py runs the suite: on sys.path is a folder of modules that another machine compiled."""

MODE = os.environ.get("NANO_FFI_TEST_MODE")
"""How the modules of the tests are compiled; ReleaseSafe, as a user's are, where it is not given."""


@pytest.fixture(scope="session", autouse=PREBUILT is not None)
def no_processes() -> Iterator[None]:
    """Under an emulator there is no compiler, and sys.executable is no program: tests that start one are skipped."""
    if PREBUILT is None:
        yield
        return

    class Popen(subprocess.Popen[Any]):
        def __init__(self, *_: Any, **__: Any) -> None:
            pytest.skip("starts a process, which this runtime cannot")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", Popen)
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("many calls")
    calls = int(os.environ.get("NANO_FFI_FUZZ_CALLS", "100_000"))
    group.addoption("--fuzz-calls", type=int, default=calls, help="how many (NANO_FFI_FUZZ_CALLS)")
    # One change is not refused for what another one brought: other calls are made by `nox -s soak`.
    seed = int(os.environ.get("NANO_FFI_FUZZ_SEED", "1"))
    group.addoption("--fuzz-seed", type=int, default=seed, help="which ones; 0: others each time (NANO_FFI_FUZZ_SEED)")
    steps = int(os.environ.get("NANO_FFI_MACHINE_STEPS", "20_000"))
    group.addoption(
        "--machine-steps", type=int, default=steps, help="random operations on objects (NANO_FFI_MACHINE_STEPS)"
    )
    soak = int(os.environ.get("NANO_FFI_SOAK", "0"))
    group.addoption("--soak", type=int, default=soak, help="calls of each function that must not leak (NANO_FFI_SOAK)")
    group.addoption(
        "--newcomer", action="store_true", help="run all benchmarks in a fresh copy, which takes a quarter of an hour"
    )
    group.addoption(
        "--complete",
        action="store_true",
        help="no test may be skipped for want of a library that the groups of pyproject.toml bring",
    )


ELSEWHERE = {"_interpreters", "concurrent.interpreters", "pty", "torch"}
"""Not every CPython or system has these, and torch's wheel for Linux needs those of CUDA: gigabytes."""

importorskip = pytest.importorskip


def import_it(name: str, **options: Any) -> Any:
    """What `pytest.importorskip` is with --complete: that a library is not there, or too old, is an error."""
    try:
        return importorskip(name, **options)
    except pytest.skip.Exception as skipped:
        if name in ELSEWHERE:
            raise
        raise AssertionError(f"{skipped.msg}: with --complete no test is skipped for that") from None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone(timeout=40): runs in a process of its own, which may crash or hang")
    if config.option.complete:
        pytest.MonkeyPatch().setattr(pytest, "importorskip", import_it)
    config.option.fuzz_seed = config.option.fuzz_seed or random.randrange(1, 2**32)


def pytest_report_header(config: pytest.Config) -> str:
    return f"random calls: {config.getoption('fuzz_calls'):,}, seed {config.getoption('fuzz_seed')}"


ALONE = """
import importlib.util, json, sys

def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

path, name, args = json.loads(sys.argv[1])
sys.path[:] = [folder for folder in sys.path if folder]  # not the sources
import pytest
test = load("test", path)
try:
    getattr(test, name)(**{key: load(*arg) if isinstance(arg, list) else arg for key, arg in args.items()})
except pytest.skip.Exception as skipped:
    print("skipped:", skipped, flush=True)
"""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test marked `alone` gets modules, text and numbers, and memory that is freed has another content there."""
    marker = pyfuncitem.get_closest_marker("alone")
    if marker is None or PREBUILT is not None:
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    args = {name: pyfuncitem.funcargs[name] for name in names}
    args = {
        name: [arg.__name__, str(arg.__file__)] if isinstance(arg, ModuleType) else arg for name, arg in args.items()
    }
    call = json.dumps([str(pyfuncitem.path), pyfuncitem.obj.__name__, args])
    command = [sys.executable, "-X", "faulthandler", "-W", "error", "-c", ALONE, call]
    environment = {**os.environ, "PYTHONMALLOC": "debug"}
    timeout = marker.kwargs.get("timeout", 40)
    # The child of a fork may live on: what it writes to is no pipe that is waited for.
    with tempfile.TemporaryFile() as output:
        try:
            status = subprocess.call(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, timeout=timeout
            )
            end = f"exit status {status}"
        except subprocess.TimeoutExpired:
            end = f"not over after {timeout} s"
        output.seek(0)
        text = output.read().decode(errors="replace")
    if end == "exit status 0" and text.startswith("skipped: "):
        pytest.skip(text.removeprefix("skipped: ").strip())
    if (end, text) != ("exit status 0", ""):
        pytest.fail(f"{end}\n{text[-5000:]}", pytrace=False)
    return True


TALLY = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def measured(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Says at the end of the run what was measured."""
    return pytestconfig.stash.setdefault(TALLY, []).append


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)  # of one of pytest-xdist's processes
    if output is not None:
        output["measured"] = session.config.stash.get(TALLY, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash.setdefault(TALLY, []).extend(getattr(node, "workeroutput", {}).get("measured", []))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if lines := config.stash.get(TALLY, []):
        terminalreporter.section("measured")
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what is made once, whichever of pytest-xdist's processes needs it first."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def zig_module(shared_folder: Path) -> Callable[[str], ModuleType]:
    """Compile a file of tests/extension with the installed package, and import it."""
    folder = shared_folder / "extension"
    folder.mkdir(exist_ok=True)
    loaded: dict[str, ModuleType] = {}

    def compiled(name: str) -> Path:
        from filelock import FileLock

        with FileLock(folder / f"{name}.lock"):
            known = folder / f"{name}.path"
            if not known.exists():
                cpu = os.environ.get("NANO_FFI_CPU")
                path = compile_module(EXTENSION / f"{name}.zig", folder, mode=MODE, cpu=cpu)
                known.write_text(str(path), encoding="utf-8")
            return Path(known.read_text(encoding="utf-8"))

    def load(name: str) -> ModuleType:
        if PREBUILT is not None:
            try:
                return importlib.import_module(name)
            except ModuleNotFoundError:
                pytest.skip(f"{name}.zig was not compiled for this runtime")
        if name not in loaded:
            spec = importlib.util.spec_from_file_location(name, compiled(name))
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            loaded[name] = sys.modules[name] = module  # pickle looks there; an example may have the same name
        return loaded[name]

    return load


@pytest.fixture(scope="session")
def zig_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for users' modules: as new, but with what Zig compiles once for all."""
    from nano_ffi.switches import cache_folder

    os.environ.setdefault("ZIG_GLOBAL_CACHE_DIR", str(Path(cache_folder(), "zig")))
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def growth() -> Callable[[Callable[[], Any]], float]:
    """Bytes of memory that a call of a function keeps, whether it returns or raises. No such function is an error.

    The least of ten measurements, or the first with no growth: a leak shows in each of them, what a free-threaded CPython
    frees later does not.
    """

    def run(function: Callable[[], Any], count: int) -> None:
        for _ in range(count):
            try:
                function()
            except Exception as raised:
                # What is to be measured is not there, or not what it was to be.
                if isinstance(raised, AttributeError | NameError | AssertionError):
                    raise

    times = int(os.environ.get("NANO_FFI_GROWTH_CALLS", "2_000"))

    def measure(function: Callable[[], Any]) -> float:
        run(function, 100)
        grown: list[float] = []
        gc.freeze()  # a collection then looks only at what the calls make
        tracemalloc.start()
        try:
            while len(grown) < 10 and not (grown and grown[-1] <= 0):
                gc.collect()
                before = tracemalloc.get_traced_memory()[0]
                run(function, times)
                gc.collect()
                grown.append((tracemalloc.get_traced_memory()[0] - before) / times)
        finally:
            tracemalloc.stop()
            gc.unfreeze()
        return min(grown)

    return measure
