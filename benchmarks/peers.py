"""Builds what is measured: rows.zig by nano_ffi, and the peers, all of them by Zig's C and C++ compiler.

One compiler, one optimisation (-O2), the baseline CPU: what differs is what is measured. Everything that this needs
comes with the dependency group `bench`.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.columns import CFFI_FUNCTIONS, CFFI_TYPES
from nano_ffi.compiler import compile_module
from nano_ffi.wheels import targets

__all__ = ["BuildError", "build", "build_hand_written", "build_rows"]

HERE = Path(__file__).resolve().parent
PEERS = HERE / "native"

FLAGS = (
    *("-O2", "-DNDEBUG", "-mcpu=baseline", "-fPIC", "-shared", "-s", "-w"),
    *("-fno-strict-aliasing", "-fno-stack-protector", "-fvisibility=hidden"),
)


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
    folders = [PEERS, headers, *include, headers.parent]
    undefined = ("-Wl,-undefined,dynamic_lookup",) if sys.platform == "darwin" else ()
    run(
        *(sys.executable, "-m", "ziglang", language, *FLAGS, *flags, *undefined),
        *(f"-I{folder}" for folder in folders),
        *sources,
        *("-o", output),
    )
    return output


def suffix() -> str:
    return str(sysconfig.get_config_var("EXT_SUFFIX"))


def build_rows(folder: Path, target: targets.Target | None = None) -> None:
    """rows.zig for a CPython, and for the stable ABI, which begins with 3.12 and has no free threads."""
    source = HERE / "zig" / "rows.zig"
    target = target or targets.native()  # said, it has the baseline CPU that the peers have
    compile_module(source, folder, name="bench_zig", target=target, optimize="fast")
    if target.python.minor >= 12 and not target.python.free_threaded:
        compile_module(source, folder, name="bench_zig_abi3", target=target, optimize="fast", limited=True)


def build_hand_written(folder: Path, extension_suffix: str | None = None, python: Path | None = None) -> None:
    compile_c(folder / f"bench_c{extension_suffix or suffix()}", PEERS / "bench_c.c", python=python)


def build_shared(folder: Path) -> None:
    compile_c(folder / "libbodies.so", PEERS / "shared.c", flags=("-fvisibility=default",))


def build_cffi(folder: Path) -> None:
    import cffi

    ffi = cffi.FFI()
    ffi.cdef(CFFI_TYPES + CFFI_FUNCTIONS)
    ffi.set_source("_bench_cffi", '#include "bodies.h"')
    source = folder / "_bench_cffi.c"
    ffi.emit_c_code(str(source))
    compile_c(folder / f"_bench_cffi{suffix()}", source)


def build_pybind11(folder: Path) -> None:
    import pybind11

    compile_c(
        folder / f"bench_pybind11{suffix()}",
        PEERS / "bench_pybind11.cpp",
        include=(Path(pybind11.get_include()),),
        flags=("-std=c++17",),
    )


def build_nanobind(folder: Path) -> None:
    import nanobind

    source = Path(nanobind.source_dir())
    compile_c(
        folder / f"bench_nanobind{suffix()}",
        PEERS / "bench_nanobind.cpp",
        source / "nb_combined.cpp",
        include=(Path(nanobind.include_dir()), source.parent / "ext" / "robin_map" / "include"),
        flags=("-std=c++17", "-DNB_COMPACT_ASSERTIONS"),
    )


def build_cython(folder: Path) -> None:
    source = folder / "bench_cython.c"
    run(sys.executable, "-m", "cython", "-3", PEERS / "bench_cython.pyx", "-o", source)
    compile_c(folder / f"bench_cython{suffix()}", source)


def build_mypyc(folder: Path) -> None:
    compiler = f"{sys.executable} -m ziglang cc"
    setup = folder / "mypyc"
    setup.mkdir(exist_ok=True)
    (setup / "bench_mypyc.py").write_bytes((PEERS / "bench_mypyc.py").read_bytes())
    (setup / "setup.py").write_text(
        "from mypyc.build import mypycify\nfrom setuptools import setup\n"
        "setup(name='bench_mypyc', ext_modules=mypycify(['bench_mypyc.py'], opt_level='2', verbose=False))\n",
        encoding="utf-8",
    )
    flags = " ".join(flag for flag in FLAGS if flag not in ("-shared", "-s"))
    run(
        *(sys.executable, "setup.py", "-q", "build_ext", f"--build-lib={folder}"),
        cwd=setup,
        env={"CC": compiler, "CFLAGS": flags, "LDSHARED": f"{compiler} -shared -s", "PYTHONSAFEPATH": ""},
    )


BUILDERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "rows.zig": (build_rows, "ziglang"),
    "hand-written C": (build_hand_written, "ziglang"),
    "shared library": (build_shared, "ziglang"),
    "cffi": (build_cffi, "cffi"),
    "Cython": (build_cython, "Cython"),
    "mypyc": (build_mypyc, "mypyc"),
    "pybind11": (build_pybind11, "pybind11"),
    "nanobind": (build_nanobind, "nanobind"),
}


def build(folder: Path, only: tuple[str, ...] | None = None) -> Iterator[str]:
    """Build what is not there yet, yielding the name of each as it is ready.

    Raises BuildError, or CompileError for rows.zig.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {name: builder for name, builder in BUILDERS.items() if only is None or name in only}
    for name, (_, requirement) in wanted.items():
        if importlib.util.find_spec(requirement) is None:
            raise BuildError(
                f"{name} needs the package {requirement}: nox -s bench installs it (dependency group bench)"
            )
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        started = [(name, pool.submit(builder, folder)) for name, (builder, _) in wanted.items()]
        for name, future in started:
            future.result()
            yield name
