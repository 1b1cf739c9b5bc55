"""Look for data races with ThreadSanitizer: ``nox -s tsan``.

Needs gcc with libtsan, and a free-threaded CPython that was configured with ``--with-thread-sanitizer`` (its executable is
the argument, or NANO_FFI_TSAN_PYTHON). Zig instruments the extension and modules of tests/extension, gcc links them, so that
they use the interpreter's own libtsan; then tests/threads.py calls, registers, raises, panics and awaits in 32 threads at once.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import nano_ffi
from nano_ffi.compiler import SOURCES, Job
from nano_ffi.settings import Table
from nano_ffi.wheels import targets
from nano_ffi.zig import Zig

ROOT = Path(__file__).resolve().parent.parent
EXTENSION = ROOT / "tests" / "extension"
MODULES = "kinds panics classes lists maps graph references model model_more objects_threads speaking".split()
STRESS = ROOT / "tests" / "threads.py"

PROBE = """
import json, sys, sysconfig
flags = sysconfig.get_config_var("CONFIG_ARGS") or ""
print(json.dumps([f"cp3{sys.version_info.minor}t", "--with-thread-sanitizer" in flags and "--disable-gil" in flags]))
"""
SHIM = """
#include <string.h>
/* LLVM's names, which gcc's libtsan does not have; it intercepts the functions themselves. */
void *__tsan_memcpy(void *to, const void *from, size_t count) { return memcpy(to, from, count); }
void *__tsan_memmove(void *to, const void *from, size_t count) { return memmove(to, from, count); }
void *__tsan_memset(void *to, int byte, size_t count) { return memset(to, byte, count); }
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="nox -s tsan --", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "python", nargs="?", default=os.environ.get("NANO_FFI_TSAN_PYTHON"), help="the instrumented one"
    )
    parser.add_argument("--threads", type=int, default=32, help="how many (32)")
    parser.add_argument("--rounds", type=int, default=20, help="of some forty calls in each thread (20)")
    parser.add_argument("--keep", type=Path, help="a folder for what is built, and the whole report")
    options = parser.parse_args()
    if not options.python:
        parser.error("which CPython? Give the executable of one configured --disable-gil --with-thread-sanitizer")
    if not shutil.which("gcc"):
        parser.error("gcc links what Zig instruments, and there is none on PATH: apt install gcc")
    python, instrumented = json.loads(subprocess.check_output([options.python, "-c", PROBE]))
    if not instrumented:
        parser.error(f"{options.python} was not configured with --disable-gil --with-thread-sanitizer")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        build(targets.parse(f"{python}-manylinux_x86_64"), folder)
        races = run(options, folder, "--race", rounds=100)
        if not any("kinds.double" in where for where in races):
            print("ERROR: a race that was made on purpose was not seen, so no other would be: is libtsan gcc's?")
            return 1
        races = run(options, folder, rounds=options.rounds)
    for where, count in races.most_common():
        print(f"{count}: {where}")
    print(f"{sum(races.values())} warnings of ThreadSanitizer, {options.threads} threads, {options.rounds} rounds each")
    return 1 if races else 0


def build(target: targets.Target, folder: Path) -> None:
    """The package with an instrumented extension, and the modules."""
    package = folder / "nano_ffi"
    shutil.copytree(
        Path(nano_ffi.__file__).parent, package, ignore=shutil.ignore_patterns("_native*"), dirs_exist_ok=True
    )
    places = folder / "places.o"
    # With libc, whose mmap ThreadSanitizer sees: memory that a thread gives back may be another's.
    instrument(Zig.find(), target, ["-lc", f"-Mroot={SOURCES / 'places.zig'}"], places)
    build_module(target, "_native", ROOT / "src" / "builtins.zig", package, places)
    for name in MODULES:
        build_module(target, name, EXTENSION / f"{name}.zig", folder, places)


def build_module(target: targets.Target, name: str, source: Path, folder: Path, places: Path) -> None:
    """One module, linked to what the interpreter brings."""
    zig = Zig.find()
    built_in = name == "_native"  # which shows no places of its own, as it is published
    job = Job(
        source=source, name=name, target=target, mode="ReleaseSafe", cpu="", strip=built_in, local=True, table=Table()
    )
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        job.write_modules(zig, work)
        modules = job.modules(work, [])
        if built_in:
            package = ["--dep", "build_options", f"-Mnano_ffi={SOURCES / 'root.zig'}"]
            root = f"-Mroot={ROOT / 'src' / 'native.zig'}"
            modules = ["--dep", "nano_ffi", "--dep", "builtins_source", root, *package]
            modules += [f"-Mbuiltins_source={work / 'source.zig'}", f"-Mbuild_options={work / 'build_options.zig'}"]
        instrument(zig, target, modules, work / "module.o")
        (work / "shim.c").write_text(SHIM, encoding="ascii")
        objects = [work / "module.o", work / "shim.c", *([places] if job.shows_places else [])]
        library = folder / (name + target.suffix)
        subprocess.run(["gcc", "-shared", "-fPIC", "-Wl,-z,noexecstack", "-o", library, *objects], check=True)


def instrument(zig: Zig, target: targets.Target, modules: list[str], place: Path) -> None:
    """Compile with Zig's ThreadSanitizer, to an object."""
    (triple,) = target.platform.triples
    options = ["-fPIC", "-fsanitize-thread", "-fno-stack-check", "-fno-strip", "-fno-omit-frame-pointer"]
    options += ["-ferror-tracing", "-Osafe", "-target", triple.target, f"-mcpu={triple.cpu}"]
    code = place.with_suffix(".ll")
    zig.run("build-obj", *options, "-fno-emit-bin", f"-femit-llvm-ir={code}", *modules, cwd=place.parent)
    # Zig instruments what is for an executable, whose thread-local variables a library cannot have.
    text = re.sub(r'(!"PIE Level", i32) \d', r"\1 0", code.read_text(encoding="utf-8"))
    code.write_text(text, encoding="utf-8")
    clang = ("clang", "-c", "-x", "ir", "-O1", "-fPIC", "-Wno-override-module", "--target=x86_64-linux-gnu")
    zig.run(*clang, str(code), "-o", str(place), cwd=place.parent)


def run(options: argparse.Namespace, folder: Path, *arguments: str, rounds: int) -> Counter[str]:
    """Where ThreadSanitizer saw races, and how often. Exits where the program failed otherwise."""
    report = folder / "report.txt"
    command = [options.python, STRESS, str(options.threads), str(rounds), *arguments]
    if setarch := shutil.which("setarch"):
        command = [setarch, "-R", *command]  # libtsan wants its shadow where other kernels put memory at random
    environment = {**os.environ, "PYTHONPATH": str(folder), "TSAN_OPTIONS": "exitcode=66 history_size=4"}
    with report.open("w") as file:
        status = subprocess.run(
            command, check=False, env=environment, cwd=folder, stdout=file, stderr=subprocess.STDOUT
        ).returncode
    text = report.read_text(errors="replace")
    if status not in {0, 66} or "\nfinished\n" not in text:
        sys.exit(f"{text[-5_000:]}\nERROR: {STRESS.name} ended with status {status}")
    return Counter(
        re.sub(r"^data race (\S*/)?", "", where)
        for where in re.findall(r"^SUMMARY: ThreadSanitizer: (.*)", text, re.MULTILINE)
    )


if __name__ == "__main__":
    sys.exit(main())
