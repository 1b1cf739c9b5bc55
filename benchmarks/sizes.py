"""What is not time: bytes of an object and of an extension, and what compiling costs."""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import peers, small
from benchmarks.columns import DIRECT, LABELS
from benchmarks.suites import SUITES, MissingError
from nano_ffi.compiler import compile_module
from nano_ffi.wheels import targets

__all__ = ["COLUMNS", "GOALS", "NAME", "ROWS", "measure"]

NAME = "sizes"
"""As `--only` has it."""

GETSIZEOF = "sys.getsizeof of an object, bytes"
RESIDENT = "memory of an object, of a million, bytes"
NODES = "an object of a node of examples/graph, of a million, bytes"
SECONDS = "17 small structs: compile, CPU seconds"
STRUCTS = "17 small structs: the extension, bytes"
STRUCTS_SHIPPED = "17 small structs: the extension in a wheel, bytes"
FUNCTION = "one function: the extension, bytes"
FUNCTION_SHIPPED = "one function: the extension in a wheel, bytes"

ROWS = (GETSIZEOF, RESIDENT, NODES, SECONDS, STRUCTS, STRUCTS_SHIPPED, FUNCTION, FUNCTION_SHIPPED)
COLUMNS = tuple(name for name in SUITES["point"].columns if name != "pyo3")
"""PyO3's crates are compiled once for all, and then linked: there is no such figure for a module."""

GOALS = {GETSIZEOF: 56, SECONDS: 2, STRUCTS: 400_000, FUNCTION: 150_000}
"""The most that nano_ffi may have."""

OBJECTS = 1_000_000

NO_GRAPH = "has no library like it"
NOT_COMPILED = "is not compiled"
SAME = "is the same file: only nano_ffi builds another one on import"

ABSENT: Mapping[str, Mapping[str, str]] = {
    **{column: {NODES: NO_GRAPH, STRUCTS: SAME, FUNCTION: SAME} for column in COLUMNS if column != DIRECT},
    "python": {NODES: NO_GRAPH}
    | dict.fromkeys((SECONDS, STRUCTS, STRUCTS_SHIPPED, FUNCTION, FUNCTION_SHIPPED), NOT_COMPILED),
}
"""Column → row → why there is no such figure."""


def measure(folder: Path, columns: Iterable[str] | None, *, times: int) -> dict[str, dict[str, float]]:
    """Row → column → figure; the modules of the suite `point` are there. What is compiled is compiled so many times, of
    which the least counts. Raises BuildError, MissingError.
    """
    from benchmarks.command import run_worker

    chosen = [name for name in COLUMNS if columns is None or name in columns]
    cells: dict[str, dict[str, float]] = {row: {} for row in ROWS}
    for column in chosen:
        found = run_worker("sizes", folder, column, str(OBJECTS))
        cells[GETSIZEOF][column], cells[RESIDENT][column] = found["getsizeof"], found["resident"]
    place = folder / "sizes"
    place.mkdir(exist_ok=True)
    for library in folder.glob("*.o"):
        shutil.copyfile(library, place / library.name)
    compiled = [name for name in chosen if name != "python"]
    for column in compiled:  # one after the other: what is measured are all the processes that have ended meanwhile
        row = STRUCTS if column == DIRECT else STRUCTS_SHIPPED
        cells[SECONDS][column], cells[row][column] = min(
            build_one(place, column, small.STRUCTS_STEM, small.STRUCTS) for _ in range(times)
        )
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        started = {}
        if DIRECT in chosen:
            started[NODES, DIRECT] = pool.submit(node_size, folder)
            started[STRUCTS_SHIPPED, DIRECT] = pool.submit(shipped, place, small.STRUCTS_STEM, small.STRUCTS)
            started[FUNCTION_SHIPPED, DIRECT] = pool.submit(shipped, place, small.FUNCTION_STEM, small.FUNCTION)
        for column in compiled:
            row = FUNCTION if column == DIRECT else FUNCTION_SHIPPED
            started[row, column] = pool.submit(size_of_one, place, column)
        for (row, column), future in started.items():
            cells[row][column] = future.result()
    for row in ROWS:
        for column in chosen:
            if (column in cells[row]) == (row in ABSENT.get(column, {})):
                raise MissingError(f"sizes: {LABELS[column]}, {row}: there is a figure, or a reason for none, not both")
    return cells


def build_one(place: Path, column: str, stem: str, sources: Mapping[str, small.Source]) -> tuple[float, int]:
    """CPU seconds, and bytes; of nano_ffi as it is on import: ReleaseSafe, for this machine."""
    for old in place.glob(f"{stem}_{column}*"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    before = used()
    if column == DIRECT:  # is compiled anew, with what Zig brings compiled before
        path = compile_module(written(place, stem, sources), place, name=f"{stem}_zig", mode="ReleaseSafe")
    else:
        path = peers.build_one(place, column, stem, sources[column]())
    return used() - before, path.stat().st_size


def size_of_one(place: Path, column: str) -> int:
    return build_one(place, column, small.FUNCTION_STEM, small.FUNCTION)[1]


def written(place: Path, stem: str, sources: Mapping[str, small.Source]) -> Path:
    source = place / f"{stem}.zig"
    source.write_text(sources[DIRECT](), encoding="utf-8")
    return source


def shipped(place: Path, stem: str, sources: Mapping[str, small.Source]) -> int:
    """Bytes of what nano_ffi builds for a wheel."""
    source = place / f"{stem}_wheel.zig"
    source.write_text(sources[DIRECT](), encoding="utf-8")
    path = compile_module(source, place, name=f"{stem}_wheel", mode="ReleaseSafe", target=targets.native())
    return path.stat().st_size


def node_size(folder: Path) -> float:
    from benchmarks.command import run_worker

    source = Path(__file__).resolve().parent.parent / "examples" / "graph" / "graph.zig"
    compile_module(source, folder, name="graph", target=targets.native(), mode="ReleaseFast")
    size: float = run_worker("nodes", folder, str(OBJECTS))
    return size


def used() -> float:
    """CPU seconds of the processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
