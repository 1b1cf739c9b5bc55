"""What the tags of a wheel promise about its extensions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from packaging.tags import Tag

from nano_ffi.wheels.binary import Format
from nano_ffi.wheels.targets import PLATFORMS, Platform, Python, Target, parse

__all__ = ["Claim", "claim_of"]

Version = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a wheel's tags say, all of them at once."""

    platform: Platform
    python: Python
    """With a stable ABI the oldest CPython that it is for."""
    stable: frozenset[str]
    """The stable ABIs that it keeps to, ``abi3`` (PEP 384), ``abi3t`` (PEP 803); empty for one CPython version."""
    minimum: Version | None
    """The oldest glibc, musl, macOS or Android (an API level) that it is for; None for Windows."""

    @property
    def format(self) -> Format:
        return {"macos": Format.MACHO, "windows": Format.PE}.get(self.platform.system, Format.ELF)

    @property
    def musl(self) -> bool:
        return self.platform.name.startswith("musllinux")

    @property
    def arch(self) -> str:
        """As in the platform's name: ``x86_64 i686 arm64 universal2 amd64 win32`` …"""
        return self.platform.name.partition("_")[2] or self.platform.name

    @property
    def machines(self) -> tuple[str, ...]:
        """As in `Image.machine`."""
        names = {"amd64": "x86_64", "arm64": "aarch64", "arm64_v8a": "aarch64", "win32": "i686"}
        return ("x86_64", "aarch64") if self.arch == "universal2" else (names.get(self.arch, self.arch),)

    @property
    def suffixes(self) -> tuple[str, ...]:
        """File name suffixes of extension modules that are right, the usual one first."""
        if not self.stable:
            return (Target(python=self.python, platform=self.platform).suffix,)
        if self.platform.system == "windows":
            return (".pyd",)
        # A free-threaded interpreter does not look for `.abi3.so`, one with the GIL looks for both.
        name = "abi3t" if "abi3t" in self.stable else "abi3"
        triplet = Target(python=self.python, platform=self.platform).suffix.partition("-")[2].partition("-")[2]
        return (f".{name}.so", *([f".{name}-{triplet}"] if self.python.minor >= 15 and triplet else []))

    def of_module(self, suffix: str, dlls: Iterable[str]) -> Claim:
        """What is promised of a module with `suffix` that needs `dlls`: a wheel for one CPython may have some that keep to
        its stable ABI, whose suffix that CPython finds, too."""
        python = self.python
        found = {"abi3": not python.free_threaded, "abi3t": python.minor >= 15}
        for claim in (replace(self, stable=frozenset({name})) for name in found if found[name] and not self.stable):
            if suffix in claim.suffixes and (claim.format is not Format.PE or claim.dll in dlls):
                return claim
        return self

    @property
    def dll(self) -> str:
        """The Python DLL that a Windows extension must import."""
        if "abi3t" in self.stable:
            return "python3t.dll"
        return "python3.dll" if self.stable else self.python.dll

    @property
    def library(self) -> str:
        """The shared library that an Android extension must need."""
        return "libpython3.so" if self.stable else self.python.library

    @property
    def free_threaded(self) -> bool | None:
        """Which layout of objects it may count on; None where it must count on none."""
        return None if "abi3t" in self.stable else self.python.free_threaded


# PEP 600, "Legacy manylinux tags".
LEGACY = {"manylinux1": "2_5", "manylinux2010": "2_12", "manylinux2014": "2_17"}


def claim_of(tags: Iterable[Tag]) -> Claim:
    """The claim of a wheel's tags. Raises ValueError, saying why, for tags that no extension's wheel can have."""
    tags = list(tags)
    rows, minima, stable, pythons = set(), set(), set(), set()
    for tag in tags:
        system = tag.platform
        for alias, version in LEGACY.items():
            system = system.replace(f"{alias}_", f"manylinux_{version}_")
        system = re.sub(r"^android_(\d+)_", r"android_\1_0_", system)  # an API level has no minor version
        versioned = re.fullmatch(r"(manylinux|musllinux|macosx|android)_(\d+)_(\d+)_(\w+)", system)
        name = f"{versioned[1]}_{versioned[4]}" if versioned else system
        if name not in PLATFORMS or (versioned is None) != name.startswith("win"):
            why = f"known are {', '.join(PLATFORMS)}"
            if name.startswith("linux"):
                why = "repair the wheel, which gives it a manylinux or musllinux tag"
            raise ValueError(
                f"its platform tag {tag.platform} is none that an index takes or that is known here: {why}"
            )
        rows.add(name)
        if versioned:
            minima.add((int(versioned[2]), int(versioned[3])))
        interpreter = re.fullmatch(r"cp3(\d+)", tag.interpreter)
        abi = re.fullmatch(r"cp3(\d+)(t?)|abi3t?", tag.abi)
        if interpreter is None or abi is None or (abi[1] is not None and abi[1] != interpreter[1]):
            raise ValueError(
                f"its tag {tag.interpreter}-{tag.abi} is none of a CPython extension: expected cp3XX-cp3XX, "
                "cp3XX-cp3XXt, "
                "cp3XX-abi3 or cp3XX-abi3t"
            )
        if abi[1] is None:
            stable.add(tag.abi)
        pythons.add(Python(minor=int(interpreter[1]), free_threaded=abi[2] == "t"))
    if len(rows) != 1 or (len(pythons) != 1 and not stable) or (stable and any(tag.abi not in stable for tag in tags)):
        raise ValueError(
            f"its tags {', '.join(sorted(map(str, tags)))} are of several platforms or CPythons, "
            "whose extensions differ: "
            "build a wheel for each"
        )
    claim = Claim(
        platform=PLATFORMS[rows.pop()],
        python=min(pythons),
        stable=frozenset(stable),
        minimum=min(minima, default=None),
    )
    if not stable:
        parse(Target(python=claim.python, platform=claim.platform).identifier)
    return claim
