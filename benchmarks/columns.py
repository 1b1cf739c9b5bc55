"""The ways to call a native function: each column of the table, loaded from the folder that peers.py built.

Only the standard library is imported before a column asks for more.
"""

from __future__ import annotations

import ctypes
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.rows import ROWS
from benchmarks.timing import PREFIX, Timed, loop_of

__all__ = [
    "BY_NAME",
    "COLUMNS",
    "DIRECT",
    "EMPTY",
    "EMPTY_BY_NAME",
    "LABELS",
    "NAMED",
    "C",
    "Functions",
    "call_loops",
    "load_module",
    "statement_names",
]

Functions = dict[str, Callable[..., Any]]
"""Functions of a column by their names; one that it cannot have is missing."""

DIRECT, BY_NAME, C = "direct", "by_name", "c"
EMPTY, EMPTY_BY_NAME = "empty", "empty_by_name"
"""A builtin function in C that does nothing, and the same with a name as its first argument: what CPython itself costs."""
NAMED = (BY_NAME, EMPTY_BY_NAME)
"""Columns whose functions are given the name first."""

LABELS = {
    DIRECT: "nano_ffi",
    BY_NAME: "nano_ffi by name",
    "abi3": "nano_ffi abi3",
    C: "C",
    EMPTY: "C, empty",
    EMPTY_BY_NAME: "C, empty, a name",
    "cython": "Cython",
    "mypyc": "mypyc",
    "nanobind": "nanobind",
    "pybind11": "pybind11",
    "cffi_api": "cffi API",
    "cffi_abi": "cffi ABI",
    "ctypes": "ctypes",
    "pyo3": "PyO3",
    "python": "Python, __slots__",
    "numba": "numba",
    "numpy": "numpy",
}

PREFIXES = (PREFIX, "bench2_", "bench3_", "bench4_")
"""Of the names under which each function is registered.

Times are those of the first. Instructions are the least of all: where a name lies in memory, and so whether it shares
a slot of the table, is chance.
"""


def find(folder: Path, name: str) -> Path | None:
    """The file of an extension module for the running interpreter."""
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        if (path := folder / f"{name}{suffix}").exists():
            return path
    return None


def load_module(folder: Path, name: str) -> ModuleType:
    """Import the extension module `name` of a folder. Raises ImportError where it is not there."""
    if name in sys.modules:
        return sys.modules[name]
    path = find(folder, name)
    if path is None:
        raise ImportError(f"{folder} has no {name} for this CPython, but {', '.join(sorted(names_in(folder)))}")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def functions_of(module: ModuleType) -> Functions:
    names = {name for row in ROWS for name in (row.function, row.peer_function)}
    found = {name: getattr(module, name) for name in names if hasattr(module, name)}
    if "add" in found:  # nano_ffi's functions take keywords all alike
        found.setdefault("add_keywords", found["add"])
    return found


def direct(folder: Path) -> Functions:
    return functions_of(load_module(folder, "bench_zig"))


def abi3(folder: Path) -> Functions:
    return functions_of(load_module(folder, "bench_zig_abi3"))


def by_name(folder: Path) -> Functions:
    """`call` itself, registered with the functions of the direct column; the name is an argument like others."""
    functions = direct(folder)
    if find(folder, "_native") is None:
        import nano_ffi

        for prefix in PREFIXES:
            for name, function in functions.items():
                nano_ffi.register(prefix + name, function)
        return dict.fromkeys(functions, nano_ffi.call)
    native = load_module(folder, "_native")  # that of another CPython than the package was installed for
    for prefix in PREFIXES:
        for name, function in functions.items():
            native.register(prefix + name, function, {"args": [], "ret": "object"})
    return dict.fromkeys(functions, native.call)


def hand_written(folder: Path) -> Functions:
    return functions_of(load_module(folder, "bench_c"))


def empty(folder: Path) -> Functions:
    module = load_module(folder, "bench_c")
    ones = {row.peer_function for row in ROWS if len(row.arguments) == 1}
    names = [row.peer_function for row in ROWS if not row.raises]
    found = {name: module.empty_one if name in ones else module.empty for name in names}
    return {**found, "add_keywords": module.empty_keywords}


def empty_by_name(folder: Path) -> Functions:
    module = load_module(folder, "bench_c")
    names = [row.peer_function for row in ROWS if not row.raises]
    return {**dict.fromkeys(names, module.empty), "add_keywords": module.empty_keywords}


def cython(folder: Path) -> Functions:
    return functions_of(load_module(folder, "bench_cython"))


def mypyc(folder: Path) -> Functions:
    # Its functions are in a module of another name, which it imports by that.
    sys.path.append(str(folder))
    return functions_of(importlib.import_module("bench_mypyc"))


def nanobind(folder: Path) -> Functions:
    return functions_of(load_module(folder, "bench_nanobind"))


def pybind11(folder: Path) -> Functions:
    return functions_of(load_module(folder, "bench_pybind11"))


class Division(ctypes.Structure):
    _fields_ = [
        ("quotient", ctypes.c_int64),
        ("remainder", ctypes.c_int64),
        ("error", ctypes.c_int),
    ]


def raise_division(error: int) -> None:
    if error == 1:
        raise ZeroDivisionError("DivisionByZero")
    raise OverflowError("Overflow")


def with_ctypes(folder: Path) -> Functions:
    """As its documentation has it: types declared once, and Python code where a type needs more."""
    library = ctypes.CDLL(str(folder / "libbodies.so"))
    int64, uint64, size = ctypes.c_int64, ctypes.c_uint64, ctypes.c_size_t

    def declare(name: str, result: Any, *arguments: Any) -> Any:
        function = getattr(library, f"body_{name}")
        function.restype, function.argtypes = result, arguments
        return function

    length_of = declare("length", int64, ctypes.c_char_p, size)
    greet = declare("greeting", ctypes.c_char_p)
    sum_bytes = declare("bytesum", uint64, ctypes.c_char_p, size)
    fill_bytes = declare("fill", uint64, ctypes.c_void_p, size, ctypes.c_uint8)
    divide_ints = declare("divide", Division, int64, int64)
    keywords = ctypes.CFUNCTYPE(int64, int64, int64)(("body_add", library), ((1, "a"), (1, "b")))

    def length(text: str) -> int:
        data = text.encode()
        return int(length_of(data, len(data)))

    def greeting() -> str:
        return str(greet().decode())

    def bytesum(data: bytes) -> int:
        return int(sum_bytes(data, len(data)))

    def fill(buffer: bytearray, value: int) -> int:
        return int(fill_bytes((ctypes.c_uint8 * len(buffer)).from_buffer(buffer), len(buffer), value))

    def divide(a: int, b: int) -> tuple[int, int]:
        result = divide_ints(a, b)
        if result.error:
            raise_division(result.error)
        return result.quotient, result.remainder

    return {
        "nothing": declare("nothing", None),
        "increment": declare("increment", int64, int64),
        "add": declare("add", int64, int64, int64),
        "add_keywords": keywords,
        "mul": declare("mul", ctypes.c_double, ctypes.c_double, ctypes.c_double),
        "sum8": declare("sum8", int64, *[int64] * 8),
        "negate": declare("negate", ctypes.c_bool, ctypes.c_bool),
        "length": length,
        "greeting": greeting,
        "bytesum": bytesum,
        "fill": fill,
        "divide": divide,
    }


def with_cffi(ffi: Any, library: Any) -> Functions:
    """Either mode: it has no keyword arguments."""
    length_of, greet, sum_bytes = library.body_length, library.body_greeting, library.body_bytesum
    fill_bytes, divide_ints, from_buffer, string = library.body_fill, library.body_divide, ffi.from_buffer, ffi.string

    def length(text: str) -> int:
        data = text.encode()
        return length_of(data, len(data))  # type: ignore[no-any-return]

    def greeting() -> str:
        return string(greet()).decode()  # type: ignore[no-any-return]

    def bytesum(data: bytes) -> int:
        return sum_bytes(data, len(data))  # type: ignore[no-any-return]

    def fill(buffer: bytearray, value: int) -> int:
        return fill_bytes(from_buffer(buffer), len(buffer), value)  # type: ignore[no-any-return]

    def divide(a: int, b: int) -> tuple[int, int]:
        result = divide_ints(a, b)
        if result.error:
            raise_division(result.error)
        return result.quotient, result.remainder

    plain = ("nothing", "increment", "add", "mul", "sum8", "negate")
    return {
        **{name: getattr(library, f"body_{name}") for name in plain},
        "length": length,
        "greeting": greeting,
        "bytesum": bytesum,
        "fill": fill,
        "divide": divide,
    }


CFFI_TYPES = "typedef struct { int64_t quotient, remainder; int error; } division;\n"
CFFI_FUNCTIONS = """\
void body_nothing(void);
int64_t body_increment(int64_t a);
int64_t body_add(int64_t a, int64_t b);
double body_mul(double a, double b);
int64_t body_sum8(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, int64_t h);
bool body_negate(bool value);
int64_t body_length(const char *text, size_t size);
const char *body_greeting(void);
uint64_t body_bytesum(const uint8_t *data, size_t size);
uint64_t body_fill(uint8_t *data, size_t size, uint8_t value);
division body_divide(int64_t a, int64_t b);
"""


def cffi_abi(folder: Path) -> Functions:
    import cffi

    ffi = cffi.FFI()
    ffi.cdef(CFFI_TYPES + CFFI_FUNCTIONS)
    return with_cffi(ffi, ffi.dlopen(str(folder / "libbodies.so")))


def cffi_api(folder: Path) -> Functions:
    module = load_module(folder, "_bench_cffi")
    return with_cffi(module.ffi, module.lib)


COLUMNS: dict[str, Callable[[Path], Functions]] = {
    DIRECT: direct,
    BY_NAME: by_name,
    "abi3": abi3,
    C: hand_written,
    EMPTY: empty,
    EMPTY_BY_NAME: empty_by_name,
    "cython": cython,
    "mypyc": mypyc,
    "nanobind": nanobind,
    "pybind11": pybind11,
    "cffi_api": cffi_api,
    "cffi_abi": cffi_abi,
    "ctypes": with_ctypes,
}


def call_loops(folder: Path, wanted: Mapping[str, list[str]], *, counted: bool) -> Iterator[Timed]:
    """The loops of rows.py, whose functions did what they should; with `counted` under each of the names."""
    names = {column for columns in wanted.values() for column in columns}
    loaded = {name: column(folder) for name, column in COLUMNS.items() if name in names}
    for row in ROWS:
        yield Timed(row=row.name, column="", loop=loop_of(row, None))
        for name in wanted[row.name]:
            function = loaded[name].get(row.peer_function)
            if function is None:
                continue  # is noticed as a missing cell
            if name not in (EMPTY, EMPTY_BY_NAME):
                row.check(function, *([PREFIX + row.peer_function] if name == BY_NAME else []))
            prefixes = (PREFIXES if counted and name == BY_NAME else (PREFIX,)) if name in NAMED else (None,)
            for prefix in prefixes:
                yield Timed(row=row.name, column=name, loop=loop_of(row, function, prefix=prefix))


SOURCES = Path(__file__).resolve().parent / "native"


def statement_names(folder: Path, suite: str, column: str) -> dict[str, Any]:
    """What a column's module of a suite has. Raises ImportError."""
    stem = f"{suite}_{MODULES.get(column, column)}"
    if column in PLAIN:
        return vars(load_source(SOURCES / f"{stem}.py"))
    if find(folder, stem) is None:
        raise ImportError(f"{folder} has no module {stem} for this CPython: {', '.join(sorted(names_in(folder)))}")
    if column == "mypyc":  # its classes are in a module of another name, which it imports by that
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
        return vars(importlib.import_module(stem))
    return vars(load_module(folder, stem))


MODULES = {DIRECT: "zig", "abi3": "zig_abi3"}
"""How the modules of columns end that are named otherwise."""


PLAIN = ("python", "numba", "numpy")
"""Whose modules are Python, as they are."""


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []


def load_source(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
