"""Whether a set of wheels is what ``[tool.cibuildwheel]`` in pyproject.toml selects: no wheel missing, none too many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cibuildwheel.errors import FatalError

from nano_ffi.wheels import command, cross, targets
from nano_ffi.wheels.job import check_tags

__all__ = ["check_complete"]

SHOWN = 3
"""How many of the missing are named."""


def check_complete(wheels: Sequence[Path], *, all_archs: bool) -> list[str]:
    """The problems of the set: build identifiers without a wheel, wheels of another set, several versions.

    The project is the one in the current directory. Where one wheel is for Android, all of Android's belong to the set.
    """
    cross.install(cross.Session())
    identifiers: list[str] = []
    android: Sequence[cross.System] = ["android"] if any("-android_" in wheel.name for wheel in wheels) else []
    for system in [*cross.BY_DEFAULT, *android]:
        arguments = [f"--platform={system}", *(["--archs=all"] if all_archs else [])]
        names = command.selected(arguments)
        if names is None:
            return [f"wheels: [tool.cibuildwheel] in pyproject.toml is refused for {system}: see `nano-ffi wheels`"]
        identifiers += names
    found = {name: {wheel for wheel in wheels if is_for(wheel, targets.parse(name))} for name in identifiers}
    problems = []
    if missing := [name for name, served in found.items() if not served]:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        problems.append(
            f"wheels: none is for {', '.join(missing[:SHOWN])}{more}, expected one for each of the "
            f"{len(identifiers)} build identifiers: `nano-ffi wheels` builds what is missing"
        )
    problems += [
        f"{wheel.name}: file: pyproject.toml selects no wheel of its tags: take it out of the folder"
        for wheel in sorted(set(wheels) - set().union(*found.values()))
    ]
    if len(releases := sorted({"-".join(wheel.name.split("-")[:2]) for wheel in wheels})) > 1:
        problems.append(f"wheels: they are of {' and '.join(releases)}, expected one release: take the others away")
    return problems


def is_for(wheel: Path, target: targets.Target) -> bool:
    try:
        check_tags(wheel.name, target)
    except FatalError:
        return False
    return True
