"""The one table of runtimes: which CPythons there can be here, and whose wheels they run.

A row's platform is one of `nano_ffi.wheels.targets`, whose file is read as it lies in the tree: nano_ffi itself need
not be installed.
"""

from __future__ import annotations

import enum
import functools
import runpy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.runtimes import built, linux, macos, stub, windows
from scripts.runtimes.place import Place

__all__ = ["RUNTIMES", "How", "Runtime", "find", "order"]

targets: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[2] / "nano_ffi" / "wheels" / "targets.py"))


class How(enum.Enum):
    """What running a wheel in a runtime means."""

    NATIVE = "natively"
    EMULATED = "emulated (qemu-user)"
    WINE = "natively, under Wine"
    LOADED = "loaded into Linux"
    LOADED_EMULATED = "loaded into Linux, emulated"
    NODE = "in node"


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """Some CPythons for one platform."""

    name: str
    platform: str
    """Of `targets.PLATFORMS`: the wheels that it runs."""
    pythons: tuple[str, ...]
    arch: str
    how: How
    maker: Callable[..., None]
    needs: tuple[str, ...] = ()
    megabytes: int
    """On the disk, when done."""
    minutes: float
    """On two cores, with downloads."""

    def __post_init__(self) -> None:
        if self.platform not in targets["PLATFORMS"]:
            raise ValueError(f"{self.name}: there is no platform {self.platform} in targets.py")

    @property
    def identifiers(self) -> list[str]:
        """Of the wheels that it runs, in cibuildwheel's spelling."""
        return [f"cp{python.replace('.', '')}-{self.platform}" for python in self.pythons]

    def launcher(self, place: Place, python: str) -> Path:
        return place.bin / f"python{python}-{self.name}"

    def there(self, place: Place) -> list[str]:
        """The CPythons of it that are complete."""
        return [python for python in self.pythons if self.launcher(place, python).exists()]

    def make(self, place: Place) -> None:
        """Raises RuntimesError."""
        if self.how is not How.NATIVE:
            linux.make_qemu(place)
        self.maker(place, self.name, self.pythons, self.arch)

    def name_launchers(self, place: Place) -> None:
        """By the identifiers of the wheels, too, as `nano-ffi wheels --runtimes` looks for them."""
        names = dict(zip(self.pythons, self.identifiers, strict=True))
        for python in self.there(place):
            new = place.bin / f".{names[python]}.new"
            new.unlink(missing_ok=True)
            new.symlink_to(self.launcher(place, python).name)
            new.replace(place.bin / names[python])


DEBIAN = ("3.13", "3.14", "3.15")
OLD = ("3.10", "3.11", "3.12")
FREE_THREADED = ("3.14t", "3.15t")
glibc = functools.partial(built.make, musl=False)
musl = functools.partial(built.make, musl=True)


def for_linux(arch: str, how: How) -> list[Runtime]:
    """CPythons for an architecture that has them all."""
    debian, name = f"linux-{arch}", f"manylinux_{arch}"
    native = () if arch == "x86_64" else ("linux-x86_64",)
    row = functools.partial(Runtime, arch=arch, how=how)
    compiled = functools.partial(row, needs=("linux-x86_64", *((debian,) if native else ())))
    return [
        row(name=debian, platform=name, pythons=DEBIAN, maker=linux.make, needs=native, megabytes=150, minutes=0.5),
        row(
            name=f"{debian}-old", platform=name, pythons=OLD, maker=stub.make, needs=(debian,), megabytes=300, minutes=1
        ),
        compiled(name=f"{debian}-t", platform=name, pythons=FREE_THREADED, maker=glibc, megabytes=260, minutes=6),
        compiled(
            name=f"musl-{arch}",
            platform=f"musllinux_{arch}",
            pythons=(*DEBIAN, *FREE_THREADED, "3.11"),
            maker=musl,
            megabytes=650,
            minutes=18,
        ),
    ]


def second_tier(arch: str, how: How = How.EMULATED) -> Runtime:
    return Runtime(
        name=f"linux-{arch}",
        platform=f"manylinux_{arch}",
        pythons=DEBIAN,
        arch=arch,
        how=how,
        maker=linux.make,
        needs=("linux-x86_64",),
        megabytes=150,
        minutes=0.5,
    )


def for_macos(name: str, platform: str, arch: str, how: How) -> Runtime:
    linux_name = f"linux-{arch}"
    return Runtime(
        name=name,
        platform=platform,
        pythons=(*OLD, *DEBIAN, *FREE_THREADED),
        arch=arch,
        how=how,
        maker=macos.make,
        needs=(linux_name, f"{linux_name}-old", f"{linux_name}-t"),
        megabytes=1,
        minutes=0.1,
    )


RUNTIMES: dict[str, Runtime] = {
    runtime.name: runtime
    for runtime in [
        *for_linux("x86_64", How.NATIVE),
        *for_linux("aarch64", How.EMULATED),
        second_tier("i686", How.NATIVE),
        second_tier("armv7l"),
        second_tier("ppc64le"),
        second_tier("s390x"),
        second_tier("riscv64"),
        for_macos("macos-x86_64", "macosx_x86_64", "x86_64", How.LOADED),
        for_macos("macos-arm64", "macosx_arm64", "aarch64", How.LOADED_EMULATED),
        for_macos("macos-universal2", "macosx_universal2", "x86_64", How.LOADED),
        Runtime(
            name="windows-amd64",
            platform="win_amd64",
            pythons=("3.10", "3.11", "3.12", "3.13", "3.14"),
            arch="x86_64",
            how=How.WINE,
            maker=windows.make,
            megabytes=1200,
            minutes=3,
        ),
    ]
}


def find(words: list[str]) -> list[Runtime]:
    """The runtimes whose names have one of the `words` in them, between dashes; all of them where there is no word.

    Raises ValueError for a word that none has.
    """
    for word in words:
        if not any(matches(runtime, word) for runtime in RUNTIMES.values()):
            known = ", ".join(RUNTIMES)
            raise ValueError(f"no runtime is called {word!r}, there are: {known} (a part of a name is enough)")
    chosen = [runtime for runtime in RUNTIMES.values() if not words or any(matches(runtime, word) for word in words)]
    return list(order(chosen))


def matches(runtime: Runtime, word: str) -> bool:
    return word == runtime.name or word in runtime.name.split("-") or word == runtime.platform


def order(chosen: list[Runtime]) -> Iterator[Runtime]:
    """The runtimes with what they need, each behind what it needs."""
    seen: set[str] = set()

    def visit(runtime: Runtime) -> Iterator[Runtime]:
        if runtime.name not in seen:
            seen.add(runtime.name)
            for name in runtime.needs:
                yield from visit(RUNTIMES[name])
            yield runtime

    for runtime in chosen:
        yield from visit(runtime)
