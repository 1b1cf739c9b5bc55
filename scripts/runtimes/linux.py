"""Debian's CPythons for every architecture, with their own glibc; what is not this machine's runs under qemu-user."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from scripts.runtimes import debian, pins
from scripts.runtimes.place import Place, RuntimesError

__all__ = ["MACHINES", "command", "make", "make_qemu"]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What an architecture is called by others."""

    debian: str
    triplet: str
    qemu: str | None = None
    """None where this machine runs it."""


MACHINES = {
    "x86_64": Machine(debian="amd64", triplet="x86_64-linux-gnu"),
    "i686": Machine(debian="i386", triplet="i386-linux-gnu"),
    "aarch64": Machine(debian="arm64", triplet="aarch64-linux-gnu", qemu="aarch64"),
    "armv7l": Machine(debian="armhf", triplet="arm-linux-gnueabihf", qemu="arm"),
    "ppc64le": Machine(debian="ppc64el", triplet="powerpc64le-linux-gnu", qemu="ppc64le"),
    "s390x": Machine(debian="s390x", triplet="s390x-linux-gnu", qemu="s390x"),
    "riscv64": Machine(debian="riscv64", triplet="riscv64-linux-gnu", qemu="riscv64"),
}


def make_qemu(place: Place) -> None:
    """The static emulators of user programs."""
    if place.is_done("qemu"):
        return
    folder = place.begin("qemu")
    debian.snapshot(place, "amd64")
    debian.fetch(place, "amd64", folder / "package", pins.QEMU)
    for machine in MACHINES.values():
        if machine.qemu:
            (folder / "package" / "usr" / "bin" / f"qemu-{machine.qemu}").rename(folder / f"qemu-{machine.qemu}")
    shutil.rmtree(folder / "package")
    place.finish("qemu")


def make(place: Place, name: str, pythons: tuple[str, ...], arch: str) -> None:
    """Bring the interpreters of an architecture, and write a launcher ``pythonVERSION-NAME`` for each."""
    machine = MACHINES[arch]
    if not place.is_done(name):
        debian.snapshot(place, machine.debian)
        folder = place.begin(name)
        parts = ("python{}-minimal", "libpython{}-minimal", "libpython{}-stdlib")
        packages = [(part.format(python), pins.DEBIAN_PYTHONS[python]) for python in pythons for part in parts]
        debian.fetch(place, machine.debian, folder, *packages, *((library, None) for library in pins.DEBIAN_LIBRARIES))
        for python in pythons:
            prepare(place, folder, machine, python, arch)
        place.finish(name)
    for python in pythons:
        place.launcher(f"python{python}-{name}", *command(place, place.root / name, machine, python))


def prepare(place: Place, folder: Path, machine: Machine, python: str, arch: str) -> None:
    executable = folder / "usr" / "bin" / f"python{python}"
    if arch != "s390x":  # patchelf damages programs of the other byte order: there the loader is named by the launcher
        libraries = folder / "usr" / "lib" / machine.triplet
        patchelf = place.patchelf
        # DT_RPATH serves what extension modules load, too.
        place.run(
            *(patchelf, "--set-interpreter", loader(folder, machine), "--force-rpath", "--set-rpath", libraries),
            executable,
        )
    # Under qemu it would take minutes.
    native = place.root / "linux-x86_64" / "usr" / "bin" / f"python{python}"
    place.run(native, "-m", "compileall", "-q", "-j0", folder / "usr" / "lib" / f"python{python}")
    imports = "import ctypes, ssl, sqlite3, zlib, lzma, bz2, hashlib"
    place.run(*command(place, folder, machine, python), "-c", imports)


def loader(folder: Path, machine: Machine) -> Path:
    """The dynamic loader."""
    candidates = [
        *(folder / "usr" / "lib" / machine.triplet).glob("ld-linux*.so.*"),
        *(folder / "usr" / "lib").glob("ld-linux*.so.*"),
        *folder.glob("usr/lib*/ld64.so.*"),
        *folder.glob("usr/lib64/ld-linux*.so.*"),
    ]
    if not candidates:
        raise RuntimesError(f"{folder} holds no dynamic loader: delete the folder, and run again")
    return candidates[0]


def command(place: Place, folder: Path, machine: Machine, python: str) -> list[str | Path]:
    """How the interpreter is started."""
    executable = folder / "usr" / "bin" / f"python{python}"
    emulator = [place.root / "qemu" / f"qemu-{machine.qemu}"] if machine.qemu else []
    if machine.qemu == "s390x":
        libraries = folder / "usr" / "lib" / machine.triplet
        return [*emulator, loader(folder, machine), "--library-path", libraries, "--argv0", executable, executable]
    return [*emulator, executable]
