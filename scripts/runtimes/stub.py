"""CPython 3.10 to 3.12 for Linux, out of panda3d's wheels, where Debian has them no more.

Each wheel holds a program with that CPython linked in, for applications that are made with panda3d. A preloaded
``main`` makes an ordinary interpreter of it, see startup.c; the extension modules lie in the same wheel.
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path

from scripts.runtimes import pins
from scripts.runtimes.library import standard_library
from scripts.runtimes.place import Place

__all__ = ["make", "wheel"]


def make(place: Place, name: str, pythons: tuple[str, ...], arch: str) -> None:
    """Make the interpreters, and a launcher ``pythonVERSION-NAME`` for each."""
    for python in pythons:
        part = f"{name}-{python}"
        if not place.is_done(part):
            make_one(place, place.begin(part), python, arch)
            place.finish(part)
        place.launcher(
            f"python{python}-{name}", *command(place, part, python, arch), environment=variables(place, name, python)
        )


def variables(place: Place, name: str, python: str) -> dict[str, str]:
    home = place.root / f"{name}-{python}"
    return {"PYTHONHOME": str(home), "NANO_FFI_LAUNCHER": str(place.bin / f"python{python}-{name}")}


def command(place: Place, part: str, python: str, arch: str) -> list[str | Path]:
    home = place.root / part
    if arch == "x86_64":
        return ["/usr/bin/env", f"LD_PRELOAD={home}/startup.so", home / "bin" / f"python{python}"]
    emulator = place.root / "qemu" / f"qemu-{arch}"
    return [emulator, "-E", f"LD_PRELOAD={home}/startup.so", home / "bin" / f"python{python}"]


def make_one(place: Place, home: Path, python: str, arch: str) -> None:
    path = wheel(place, python, f"manylinux2014_{arch}")
    library = home / "lib" / f"python{python}"
    standard_library(place, python, library)
    dynload = library / "lib-dynload"
    dynload.mkdir()
    executable = home / "bin" / f"python{python}"
    executable.parent.mkdir()
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            folder, _, file = member.rpartition("/")
            if folder == "deploy_libs" and file and not file.startswith(("_test", "lib3d", "xx")):
                where = library if file.startswith("_sysconfigdata") else dynload
                (where / file).write_bytes(archive.read(member))
        executable.write_bytes(archive.read("panda3d_tools/deploy-stub"))
    executable.chmod(0o755)
    libraries = place.root / f"linux-{arch}" / "usr" / "lib" / f"{arch}-linux-gnu"
    startup = home / "startup.so"
    source = Path(__file__).parent / "startup.c"
    flags = ("-shared", "-fPIC", "-O1", "-s", "-Wl,--allow-shlib-undefined", "-Wl,-z,lazy", source, f"-o{startup}")
    place.run(place.zig, "cc", "-target", f"{arch}-linux-gnu.2.17", *flags)
    if not (dynload / "libffi.so.6").exists():
        # What the wheel leaves to the system; the functions that ctypes calls are the same in libffi 6 and 8.
        (dynload / "libffi.so.6").symlink_to(libraries / "libffi.so.8")
    loader = next(libraries.glob("ld-linux-*.so.*"))
    patchelf = place.patchelf
    place.run(
        patchelf, "--set-interpreter", loader, "--force-rpath", "--set-rpath", f"{libraries}:{dynload}", executable
    )
    shutil.rmtree(library / "site-packages", ignore_errors=True)
    environment = variables(place, home.name.rpartition("-")[0], python)
    code = "import compileall; raise SystemExit(not compileall.compile_path(quiet=1, maxlevels=9))"
    if arch == "x86_64":
        place.run(*command(place, home.name, python, arch), "-c", code, env=environment)
    probe = "import ctypes, math, select, zlib, unicodedata; print('works')"
    place.run(*command(place, home.name, python, arch), "-c", probe, env=environment)


def wheel(place: Place, python: str, platform: str) -> Path:
    """panda3d's wheel for a CPython on a platform, downloaded where it is missing."""
    store = place.downloads / "pypi"
    tag = f"cp{python.replace('.', '')}"
    path = store / f"panda3d-{pins.PANDA3D}-{tag}-{tag}-{platform}.whl"
    if not path.exists():
        store.mkdir(parents=True, exist_ok=True)
        options = ("--quiet", "--no-deps", "--only-binary=:all:", f"--platform={platform}")
        version = f"--python-version={python}"
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
        place.run(*pip, "download", *options, version, "--dest", store, f"panda3d=={pins.PANDA3D}")
    return place.check(path)
