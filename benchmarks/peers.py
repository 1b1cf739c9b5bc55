"""Builds what is measured: rows.zig by nano_ffi, and the peers, all of them by Zig's C and C++ compiler.

One compiler, one optimisation (-O2), the baseline CPU: what differs is what is measured. Everything that this needs
comes with the dependency group `bench`.
"""

from __future__ import annotations

import functools
import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from benchmarks.columns import CFFI_FUNCTIONS, CFFI_TYPES, DIRECT, SOURCES, find
from benchmarks.suites import PYO3, SUITES, Suite, has_stable_abi
from nano_ffi.compiler import compile_module
from nano_ffi.wheels import targets

__all__ = ["BuildError", "build", "build_abi3", "build_c", "build_one", "build_zig", "compile_c", "run", "stem_of"]

ZIG_SOURCES = SOURCES.parent / "zig"

FLAGS = (
    *("-DNDEBUG", "-mcpu=baseline", "-fPIC", "-shared", "-s", "-w"),
    *("-fno-strict-aliasing", "-fno-stack-protector", "-fvisibility=hidden"),
)

optimisation = "-O2"
"""Of the peers: `--quick` has another one."""


class BuildError(Exception):
    """What could not be built, and what the compiler said."""


def run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, env={**os.environ, **(env or {})}
    )
    if done.returncode != 0:
        raise BuildError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def compile_c(
    output: Path,
    *sources: Path,
    include: tuple[Path, ...] = (),
    flags: tuple[str, ...] = (),
    python: Path | None = None,
) -> Path:
    """`python` is the folder of the Python.h, by default that of the running interpreter."""
    language = "c++" if sources[0].suffix == ".cpp" else "cc"
    headers = python or Path(sysconfig.get_path("include"))
    # Debian's pyconfig.h includes another one by its path from there.
    folders = [SOURCES, headers, *include, headers.parent]
    undefined = ("-Wl,-undefined,dynamic_lookup",) if sys.platform == "darwin" else ()
    run(
        *(sys.executable, "-m", "ziglang", language, optimisation, *FLAGS, *flags, *undefined),
        *(f"-I{folder}" for folder in folders),
        *sources,
        *("-o", output),
    )
    return output


def source_of(stem: str, column: str, ending: str, folder: Path) -> Path:
    """The source of a module: in the folder where it was written there, or else the one that is kept."""
    name = f"{stem}_{column}.{ending}"
    return folder / name if (folder / name).exists() else SOURCES / name


def suffix() -> str:
    """Of an extension module. Not out of sysconfig, whose variables another thread may be about to fill in."""
    return importlib.machinery.EXTENSION_SUFFIXES[0]


def build_zig(stem: str, folder: Path, target: targets.Target | None = None) -> None:
    """A Zig file for a CPython, and for the stable ABI, which begins with 3.12 and has no free threads."""
    source = ZIG_SOURCES / f"{'rows' if stem == 'bench' else stem}.zig"
    target = target or targets.native()  # said, it has the baseline CPU that the peers have
    compile_module(source, folder, name=f"{stem}_zig", target=target, mode="ReleaseFast")


def build_abi3(stem: str, folder: Path, target: targets.Target | None = None) -> None:
    source = ZIG_SOURCES / f"{'rows' if stem == 'bench' else stem}.zig"
    target = target or targets.native()
    compile_module(source, folder, name=f"{stem}_zig_abi3", target=target, mode="ReleaseFast", abi3=True)


def headers_of_numpy(stem: str) -> tuple[Path, ...]:
    """For what is written by numpy's own functions."""
    if stem != "arrays":
        return ()
    import numpy as np

    return (Path(np.get_include()),)


def build_c(stem: str, folder: Path, extension_suffix: str | None = None, python: Path | None = None) -> None:
    compile_c(
        folder / f"{stem}_c{extension_suffix or suffix()}",
        source_of(stem, "c", "c", folder),
        include=headers_of_numpy(stem),
        python=python,
    )


def build_shared(stem: str, folder: Path) -> None:
    compile_c(folder / "libbodies.so", SOURCES / "shared.c", flags=("-fvisibility=default",))


def build_cffi(stem: str, folder: Path) -> None:
    import cffi

    ffi = cffi.FFI()
    ffi.cdef(CFFI_TYPES + CFFI_FUNCTIONS)
    ffi.set_source("_bench_cffi", '#include "bodies.h"')
    source = folder / "_bench_cffi.c"
    ffi.emit_c_code(str(source))
    compile_c(folder / f"_bench_cffi{suffix()}", source)


def build_pybind11(stem: str, folder: Path) -> None:
    import pybind11

    compile_c(
        folder / f"{stem}_pybind11{suffix()}",
        source_of(stem, "pybind11", "cpp", folder),
        include=(Path(pybind11.get_include()),),
        flags=("-std=c++17",),
    )


def nanobind_options(extension_suffix: str | None) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    import nanobind

    source = Path(nanobind.source_dir())
    include = (Path(nanobind.include_dir()), source.parent / "ext" / "robin_map" / "include")
    free = ("-DNB_FREE_THREADED",) if "t-" in (extension_suffix or suffix()) else ()
    return include, ("-std=c++17", "-DNB_COMPACT_ASSERTIONS", *free)


def build_nanobind_library(
    stem: str, folder: Path, extension_suffix: str | None = None, python: Path | None = None
) -> None:
    """What all of its modules are linked with."""
    import nanobind

    include, flags = nanobind_options(extension_suffix)
    source = Path(nanobind.source_dir()) / "nb_combined.cpp"
    compile_c(folder / "nanobind.o", source, include=include, flags=(*flags, "-c"), python=python)


def build_nanobind(stem: str, folder: Path, extension_suffix: str | None = None, python: Path | None = None) -> None:
    include, flags = nanobind_options(extension_suffix)
    compile_c(
        folder / f"{stem}_nanobind{extension_suffix or suffix()}",
        source_of(stem, "nanobind", "cpp", folder),
        folder / "nanobind.o",
        include=include,
        flags=flags,
        python=python,
    )


def build_cython(stem: str, folder: Path, extension_suffix: str | None = None, python: Path | None = None) -> None:
    given = source_of(stem, "cython", "pyx", folder)
    plus = "distutils: language = c++" in given.read_text(encoding="utf-8")
    source = folder / f"{stem}_cython.{'cpp' if plus else 'c'}"
    options = ["-3", "-X", "freethreading_compatible=True", *(["--cplus"] if plus else [])]
    run(sys.executable, "-m", "cython", *options, given, "-o", source)
    output = folder / f"{stem}_cython{extension_suffix or suffix()}"
    compile_c(output, source, include=headers_of_numpy(stem), python=python)


def build_mypyc(stem: str, folder: Path) -> None:
    compiler = f"{sys.executable} -m ziglang cc"
    name = f"{stem}_mypyc"
    setup = folder / f"{name}_build"
    setup.mkdir(exist_ok=True)
    shutil.copyfile(source_of(stem, "mypyc", "py", folder), setup / f"{name}.py")
    (setup / "setup.py").write_text(
        "from mypyc.build import mypycify\nfrom setuptools import setup\n"
        f"setup(name={name!r}, ext_modules=mypycify(['{name}.py'], opt_level={optimisation[-1]!r}, verbose=False))\n",
        encoding="utf-8",
    )
    flags = " ".join(flag for flag in (optimisation, *FLAGS) if flag not in ("-shared", "-s"))
    run(
        *(sys.executable, "setup.py", "-q", "build_ext", f"--build-lib={folder}"),
        cwd=setup,
        env={"CC": compiler, "CFLAGS": flags, "LDSHARED": f"{compiler} -shared -s", "PYTHONSAFEPATH": ""},
    )


CARGO = """\
[package]
name = "{name}"
version = "0.1.0"
edition = "2021"
[lib]
crate-type = ["cdylib"]
path = "{source}"
[dependencies]
pyo3 = {{ version = "0.28", features = ["extension-module"] }}
[profile.release]
opt-level = 3
lto = true
codegen-units = 1
strip = true
"""


def build_pyo3(stem: str, folder: Path) -> None:
    """By cargo, as maturin calls it; out of a folder of crates, with no network."""
    name = f"{stem}_pyo3"
    project = folder / f"{name}_build"
    (project / ".cargo").mkdir(parents=True, exist_ok=True)
    text = CARGO.format(name=name, source=source_of(stem, "pyo3", "rs", folder))
    (project / "Cargo.toml").write_text(text, encoding="utf-8")
    offline = PYO3 is not None and PYO3 != "registry"
    if offline:
        (project / ".cargo" / "config.toml").write_text(
            f'[source.crates-io]\nreplace-with = "folder"\n[source.folder]\ndirectory = "{PYO3}"\n', encoding="utf-8"
        )
    run(
        *("cargo", "build", "--release", "--quiet", *(["--offline"] if offline else [])),
        cwd=project,
        env={"PYO3_PYTHON": sys.executable, "CARGO_TARGET_DIR": str(folder / "cargo")},
    )
    shutil.copyfile(folder / "cargo" / "release" / f"lib{name}.so", folder / f"{name}{suffix()}")


@dataclass(frozen=True, kw_only=True)
class Builder:
    """How the module of a column is built."""

    build: Callable[[str, Path], None]
    """Of the beginning of its name, and the folder."""
    requirement: str
    """The package that it needs."""
    product: str = ""
    """The module that is there afterwards, where it has another name than `stem` and column."""


BUILDERS = {
    DIRECT: Builder(build=build_zig, requirement="ziglang", product="{stem}_zig"),
    "abi3": Builder(build=build_abi3, requirement="ziglang", product="{stem}_zig_abi3"),
    "c": Builder(build=build_c, requirement="ziglang"),
    "ctypes": Builder(build=build_shared, requirement="ziglang", product="libbodies.so"),
    "cffi_api": Builder(build=build_cffi, requirement="cffi", product="_bench_cffi"),
    "cython": Builder(build=build_cython, requirement="Cython"),
    "mypyc": Builder(build=build_mypyc, requirement="mypyc"),
    "pybind11": Builder(build=build_pybind11, requirement="pybind11"),
    "nanobind": Builder(build=build_nanobind, requirement="nanobind"),
    "pyo3": Builder(build=build_pyo3, requirement=""),
}
"""Of the columns that need to be built; the others are in a module of another column, or in none."""
LIBRARIES = {"nanobind": Builder(build=build_nanobind_library, requirement="nanobind", product="nanobind.o")}
"""What is built before the modules of a column."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A module to be built."""

    builder: Builder
    column: str
    stem: str

    @property
    def product(self) -> str:
        return (self.builder.product or f"{{stem}}_{self.column}").format(stem=self.stem)

    def is_built(self, folder: Path) -> bool:
        return (folder / self.product).exists() or find(folder, self.product) is not None

    def build(self, folder: Path) -> str:
        """What was built; what is compiled by nano_ffi always is. Raises BuildError, whatever went wrong."""
        if self.column not in (DIRECT, "abi3") and self.is_built(folder):
            return f"{self.product} (was there)"
        try:
            self.builder.build(self.stem, folder)
        except Exception as error:
            raise BuildError(f"{self.product} could not be built: {type(error).__name__}: {error}") from error
        if not self.is_built(folder):
            there = ", ".join(sorted(path.name for path in folder.iterdir()))
            raise BuildError(f"{self.product} was built, and is not there; {folder} has {there}")
        return self.product


def stem_of(suite: Suite) -> str:
    """With which the names of its modules begin."""
    return "bench" if suite.name == "calls" else suite.name


def build_one(folder: Path, column: str, stem: str, source: str) -> Path:
    """Build a module of a column of this source, by what is built already; its path. Raises BuildError."""
    ending = {"c": "c", "cython": "pyx", "mypyc": "py"}.get(column, "cpp")
    (folder / f"{stem}_{column}.{ending}").write_text(source, encoding="utf-8")
    task = Task(builder=BUILDERS[column], column=column, stem=stem)
    task.build(folder)
    path = find(folder, task.product)
    assert path is not None
    return path


def build(folder: Path, suites: Iterable[str], columns: Iterable[str] | None = None) -> Iterator[str]:
    """Build what is not there yet, yielding the name of each as it is ready. Raises BuildError."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [
        Task(builder=BUILDERS[column], column=column, stem=stem_of(SUITES[suite]))
        for suite in suites
        for column in SUITES[suite].columns
        if column in BUILDERS and (columns is None or column in columns) and (column != "abi3" or has_stable_abi())
    ]
    for task in tasks:
        needed = task.builder.requirement and not task.is_built(folder)
        if needed and importlib.util.find_spec(task.builder.requirement) is None:
            raise BuildError(
                f"{task.product} needs the package {task.builder.requirement}: nox -s bench installs it "
                "(dependency group bench)"
            )
    # Some of what builds reads sysconfig, which fills in its variables at the first call, for one thread only.
    sysconfig.get_config_vars()
    libraries = [
        Task(builder=library, column=column, stem="")
        for column, library in LIBRARIES.items()
        if any(task.column == column for task in tasks)
    ]
    # The slowest first.
    weights = ["pyo3", *LIBRARIES, "pybind11", DIRECT, "abi3", "cython", "mypyc", "nanobind"]
    tasks.sort(key=lambda task: weights.index(task.column) if task.column in weights else len(weights))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for group in (libraries, tasks):
            started = [pool.submit(functools.partial(task.build, folder)) for task in group]
            try:
                for future in as_completed(started):
                    yield future.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
