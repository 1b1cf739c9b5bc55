"""The tables of `scripts.run_wheels`: how each wheel was checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import tomllib

__all__ = ["markdown", "terminal"]


class Result(Protocol):
    """What is shown of a wheel."""

    identifier: str
    how: str
    runtime: str
    part: str
    passed: int
    skipped: int
    problems: list[str]
    seconds: float


HEAD = ("wheel", "run", "suite", "passed", "skipped", "seconds")


def row(result: Result) -> tuple[str, ...]:
    if result.how == "static":
        how = "no, checked statically" + (": FAILED" if result.problems else "")
        return (result.identifier, how, "", "", "", "")
    how = result.how + (": FAILED" if result.problems else "")
    suite = "whole" if result.part == "whole" else "part"
    return (result.identifier, how, suite, str(result.passed), str(result.skipped), f"{result.seconds:.0f}")


def tiers(results: Sequence[Result]) -> list[tuple[str, Sequence[Result]]]:
    """A heading and its wheels: those that are built by default, and the others."""
    default = default_platforms()
    first = [result for result in results if result.identifier.partition("-")[2] in default]
    second = [result for result in results if result not in first]
    named = [("Built by default", first), ("Built with `--all-archs`", second)]
    return [(heading, wheels) for heading, wheels in named if wheels]


def default_platforms() -> set[str]:
    """What ``archs`` in pyproject.toml selects."""
    systems = {"linux": ("manylinux", "musllinux"), "macos": ("macosx",), "windows": ("win",)}
    pyproject = Path(__file__).parents[1] / "pyproject.toml"
    table = tomllib.loads(pyproject.read_text(encoding="utf-8"))["tool"]["cibuildwheel"]
    return {
        f"{name}_{arch.lower()}"
        for system, names in systems.items()
        for name in names
        for arch in table[system]["archs"]
    }


def counted(names: Sequence[str], one: str, several: str) -> str:
    return f"{len(names)} {one if len(names) == 1 else several} ({', '.join(names)})"


def summary(results: Sequence[Result]) -> str:
    ran = [result for result in results if result.how != "static" and not result.problems]
    platforms = {result.identifier.partition("-")[2] for result in ran}
    systems = sorted(
        {"Windows" if p.startswith("win") else "macOS" if p.startswith("mac") else "Linux" for p in platforms}
    )
    libcs = sorted({"glibc" if p.startswith("many") else "musl" for p in platforms if "linux" in p})
    machines = {p.partition("_")[2].replace("amd64", "x86_64").replace("arm64", "aarch64") or p for p in platforms}
    machines = {"i686" if m == "win32" else m for m in machines} - {"universal2"}
    pythons = {result.identifier.partition("-")[0] for result in ran}
    return (
        f"{len(ran)} of {len(results)} wheels were run, {sum(result.passed for result in ran)} tests passed: binaries of "
        f"{counted(systems, 'system', 'systems')}, {counted(libcs, 'C library', 'C libraries')}, "
        f"{counted(sorted(machines), 'architecture', 'architectures')}, {len(pythons)} CPythons."
    )


def terminal(results: Sequence[Result]) -> str:
    rows = [HEAD, *map(row, results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(cells, widths, strict=True)).rstrip() for cells in rows]
    problems = [f"{result.identifier}: ERROR: {problem}" for result in results for problem in result.problems]
    sums = [f"{heading.replace('`', '')}: {summary(wheels)}" for heading, wheels in tiers(results)]
    return "\n".join(["", *lines, "", *problems, *sums])


def markdown(results: Sequence[Result]) -> str:
    """A document: the summary, what the words mean, and a row for each wheel."""
    lines = [
        "# Wheels that were run",
        "",
        "Written by `nox -s run-wheels`, on one Linux machine (x86_64).",
        "",
        "- *natively*: CPython of the wheel's platform; *under Wine*: the CPython for Windows, on Linux",
        "- *emulated*: CPython of the wheel's platform, its machine code under qemu-user",
        "- *loaded*: the extension's macOS machine code, in a Linux CPython of the same version; the C library is Linux'",
        "- *whole*: the suite without what starts processes; *part*: each built-in function, each kind of type, ints of all",
        "  widths, errors, names",
        "- *no*: nothing here runs it; `nano-ffi verify` read its bytes",
        "",
    ]
    for heading, wheels in tiers(results):
        lines += [
            f"## {heading}",
            "",
            summary(wheels),
            "",
            f"| {' | '.join(HEAD)} |",
            "|---|---|---|--:|--:|--:|",
            *(f"| {' | '.join(row(result))} |" for result in wheels),
            "",
        ]
    return "\n".join(lines)
