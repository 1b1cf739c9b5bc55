"""What is not time: bytes of an object and of an extension, and what compiling costs."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterable, Mapping
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
        if column == "python":
            continue
        if column == DIRECT:
            measure_nano_ffi(folder, cells, times)
            continue
        place = folder / "sizes"
        place.mkdir(exist_ok=True)
        if column in peers.LIBRARIES:
            for library in folder.glob("*.o"):
                shutil.copyfile(library, place / library.name)
        cells[FUNCTION_SHIPPED][column] = build_one(place, column, small.FUNCTION_STEM, small.FUNCTION)[1]
        seconds, cells[STRUCTS_SHIPPED][column] = min(
            build_one(place, column, small.STRUCTS_STEM, small.STRUCTS) for _ in range(times)
        )
        cells[SECONDS][column] = seconds
    for row in ROWS:
        for column in chosen:
            if (column in cells[row]) == (row in ABSENT.get(column, {})):
                raise MissingError(f"sizes: {LABELS[column]}, {row}: there is a figure, or a reason for none, not both")
    return cells


def build_one(place: Path, column: str, stem: str, sources: Mapping[str, small.Source]) -> tuple[float, int]:
    """CPU seconds, and bytes."""
    for old in place.glob(f"{stem}_{column}*"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    before = used()
    path = peers.build_one(place, column, stem, sources[column]())
    return used() - before, path.stat().st_size


def measure_nano_ffi(folder: Path, cells: dict[str, dict[str, float]], times: int) -> None:
    """As it is built on import, in ReleaseSafe for this machine, and as it is built for a wheel."""
    place = folder / "sizes"
    place.mkdir(exist_ok=True)
    for name, sources, row, shipped in (
        (small.FUNCTION_STEM, small.FUNCTION, FUNCTION, FUNCTION_SHIPPED),
        (small.STRUCTS_STEM, small.STRUCTS, STRUCTS, STRUCTS_SHIPPED),
    ):
        source = place / f"{name}.zig"
        source.write_text(sources[DIRECT](), encoding="utf-8")
        seconds = []
        for _ in range(times if row == STRUCTS else 1):  # each is compiled anew, with what Zig brings compiled before
            before = used()
            path = compile_module(source, place, name=f"{name}_zig", optimize="ReleaseSafe")
            seconds.append(used() - before)
        if row == STRUCTS:
            cells[SECONDS][DIRECT] = min(seconds)
        cells[row][DIRECT] = path.stat().st_size
        path = compile_module(source, place, name=f"{name}_wheel", optimize="ReleaseSafe", target=targets.native())
        cells[shipped][DIRECT] = path.stat().st_size
    source = Path(__file__).resolve().parent.parent / "examples" / "graph" / "graph.zig"
    compile_module(source, folder, name="graph", target=targets.native(), optimize="fast")
    from benchmarks.command import run_worker

    cells[NODES][DIRECT] = run_worker("nodes", folder, str(OBJECTS))


def used() -> float:
    """CPU seconds of the processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
