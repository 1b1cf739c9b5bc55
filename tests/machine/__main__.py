"""Random operations on objects of every shape, beside a model of each in Python.

``python -m tests.machine MODULES --seed 1 --steps 20000``, where MODULES is a folder of the compiled
tests/extension/model*.zig, and PYTHONMALLOC=debug fills memory that is freed. What an operation does depends only on the
seed, its number, and what there is, so a failure comes again; ``--shrink`` leaves out operations that it does not need.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import importlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable
from pathlib import Path

from tests.machine.base import Actor, Failure, Log, World

FILES = ("model", "model_more", "model_options")
OPTIONAL = ("herd", "handle", "holder")
CHOICES = ("only", "operations", "without")
STATM = Path("/proc/self/statm")


def kinds() -> dict[str, type[Actor]]:
    from tests.machine import chains, keepers, lent, nodes, options, plain, table

    return {
        "plain": plain.Plain,
        "doc": lent.Doc,
        "pool": nodes.Pool,
        "chain": chains.Chain,
        "stable": chains.Stable,
        "keeper": keepers.Keeper,
        "cursor": keepers.Cursor,
        "links": keepers.Links,
        "box": keepers.Box,
        "tree": keepers.Tree,
        "table": table.Table,
        "herd": options.Herd,
        "handle": options.Handle,
        "holder": options.Holder,
    }


def load(folder: str) -> dict[str, object]:
    sys.path.insert(0, folder)
    found = [name for name in FILES if importlib.util.find_spec(name)]
    modules: dict[str, object] = {name: importlib.import_module(name) for name in found}
    modules["subclass"] = importlib.import_module("tests.machine.subclass")
    return modules


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.machine", description=__doc__, allow_abbrev=False)
    parser.add_argument("modules", help="a folder of compiled modules")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--only", default="", help="shapes, with commas: plain,doc,pool …")
    parser.add_argument("--operations", default="", help="no others, with commas: add,get …")
    parser.add_argument("--without", default="", help="operations that are not done, with commas")
    parser.add_argument("--skip", default="", help="steps that are left out: 1-50,70")
    parser.add_argument("--lenient", action="store_true", help="what ended may be read while its memory is there")
    parser.add_argument("--log", default="", help="a file for the last operations")
    parser.add_argument("--shrink", action="store_true", help="look for fewer steps that fail")
    parser.add_argument("--watch", action="store_true", help="run in a process, of which a crash is told")
    parser.add_argument("--control", action="store_true", help="make a mistake on purpose, which must be found")
    parser.add_argument("--threads", type=float, default=0, help="seconds of a mix in threads instead")
    return parser.parse_args(arguments)


def ranges(text: str) -> set[int]:
    steps: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        steps |= set(range(int(first), int(last or first) + 1))
    return steps


def written(steps: Iterable[int]) -> str:
    parts: list[list[int]] = []
    for step in sorted(steps):
        if parts and parts[-1][1] == step - 1:
            parts[-1][1] = step
        else:
            parts.append([step, step])
    return ",".join(f"{first}-{last}" if first != last else str(first) for first, last in parts)


def resident() -> int:
    return int(STATM.read_text(encoding="ascii").split()[1]) * 4096 if STATM.exists() else 0


def run(options: argparse.Namespace) -> int:
    faulthandler.enable()
    modules = load(options.modules)
    path = options.log or tempfile.mkstemp(suffix=".log")[1]
    world = World(options.seed, modules, Log(path), lenient=options.lenient)  # type: ignore[arg-type]
    everything = kinds()
    world.kinds = [everything[name] for name in (options.only.split(",") if options.only else everything)]
    if "model_options" not in modules:
        world.kinds = [kind for kind in world.kinds if kind not in {everything[name] for name in OPTIONAL}]
    world.without = set(options.without.split(","))
    world.operations = set(filter(None, options.operations.split(",")))
    skip = ranges(options.skip)
    start, sizes = time.process_time(), []
    try:
        for step in range(options.steps):
            if step not in skip:
                world.operate(step)
            if options.control and step % 50 == 49:
                world.actors[0].obj.number += 1  # type: ignore[attr-defined]
            if step % (options.steps // 10 or 1) == 0:
                gc.collect()
                sizes.append(resident())
        living = [actor for actor in world.actors if not actor.ended]
        world.finish()
        del living
        check_living(modules)
    except Exception as error:  # noqa: BLE001
        print("".join(traceback.format_exception(error)[-12:]))
        print(f"seed {options.seed}, step {world.step}, {world.line}: {error!r}", flush=True)
        return 3
    grown = (sizes[-1] - sizes[len(sizes) // 2]) if len(sizes) > 4 else 0
    print(
        f"{options.steps:,} operations of {len(world.count)} kinds, {world.refused:,} refused, seed {options.seed}, "
        f"{time.process_time() - start:.1f} s of CPU, grown by {grown:,} bytes in the second half"
    )
    if options.steps >= 100_000 and grown > 8_000_000:
        print(f"the memory grows: {sizes}")
        return 4
    return 0


def check_living(modules: dict[str, object]) -> None:
    """All that have a deinit had it called, once."""
    gc.collect()
    for name in FILES:
        module = modules.get(name)
        if module is not None and module.living() != 0:  # type: ignore[attr-defined]
            raise Failure(f"{name}.living() is {module.living()} after all objects are gone")  # type: ignore[attr-defined]


def command(options: argparse.Namespace, *more: str) -> list[str]:
    given = [options.modules, f"--seed={options.seed}"]
    given += [f"--{name}={getattr(options, name)}" for name in CHOICES]
    given += ["--control"] if options.control else []
    code = f"import runpy, sys; sys.path.append({str(Path(__file__).resolve().parents[2])!r}); "
    code += "runpy.run_module('tests.machine', run_name='__main__', alter_sys=True)"
    python = [sys.executable, "-P"] if sys.version_info >= (3, 11) else [sys.executable]
    return [*python, "-c", code, *given, *(["--lenient"] if options.lenient else []), *more]


def watched(options: argparse.Namespace, steps: int, skip: str = "") -> tuple[int, str]:
    """A run in a process of its own, with memory that is filled: its status, and what it says."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        more = (f"--steps={steps}", f"--skip={skip}", f"--log={log}")
        environment = {"PYTHONMALLOC": "debug", **os.environ, "PYTHONHASHSEED": "0"}
        try:
            done = subprocess.run(
                command(options, *more),
                check=False,
                env=environment,
                capture_output=True,
                text=True,
                timeout=3600,
                errors="replace",
            )
            status, text = done.returncode, done.stdout + done.stderr[-6000:]
        except subprocess.TimeoutExpired:
            status, text = -1, "it hangs"
        if status and log.exists():
            lines = Log.read(log.read_bytes())
            text += "\nthe last operations:\n" + "\n".join(lines)
            text += f"\nagain: {' '.join(arguments_of(options, steps, skip))}"
        return status, text


def arguments_of(options: argparse.Namespace, steps: int, skip: str) -> list[str]:
    words = ["python", "-m", "tests.machine", "MODULES", f"--seed={options.seed}", f"--steps={steps}", "--shrink"]
    words += [f"--{name}={value}" for name in CHOICES if (value := getattr(options, name))]
    return words + ([f"--skip={skip}"] if skip else []) + (["--lenient"] if options.lenient else [])


def last_step(text: str) -> int:
    lines = text[text.find("the last operations:") :].splitlines()
    return max((int(line[:8]) for line in lines if line[:8].strip().isdigit()), default=0)


def shrink(options: argparse.Namespace) -> int:
    status, text = watched(options, options.steps, options.skip)
    if not status:
        print(text)
        return 0
    steps = last_step(text) + 1
    skip: set[int] = ranges(options.skip)
    size = max(1, steps // 2)
    while size:
        for first in range(0, steps - 1, size):
            more = skip | set(range(first, min(first + size, steps - 1)))
            if more == skip:
                continue
            now, said = watched(options, steps, written(more))
            if now == status and last_step(said) == steps - 1:
                skip, text = more, said
        size //= 2
    print(text)
    print(f"fewest: {steps - len(skip)} of {steps} steps, --skip={written(skip)}")
    return 1


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    if options.threads:
        sys.path.insert(0, options.modules)
        faulthandler.enable()
        from tests.machine import threads

        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            return threads.run(options.threads, options.seed)
        finally:
            sys.setswitchinterval(interval)
    if options.watch:
        status, text = watched(options, options.steps, options.skip)
        print(text)
        return 1 if status else 0
    return shrink(options) if options.shrink else run(options)


if __name__ == "__main__":
    sys.exit(main())
