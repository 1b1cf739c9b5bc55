"""The pure-Python standard library of a CPython version, where only the interpreter itself can be had."""

from __future__ import annotations

import shutil
import sysconfig
import tarfile
import zipfile
from pathlib import Path

from scripts.runtimes import built, pins
from scripts.runtimes.place import Place, RuntimesError, need

__all__ = ["LEFT_OUT", "npm_package", "standard_library"]

LEFT_OUT = (*built.LEFT_OUT, "__pycache__", "site-packages", "lib-dynload", "config-*", "_sysconfigdata_*")


def standard_library(place: Place, python: str, destination: Path) -> None:
    """Copy the library of CPython `python` (of any patch version) to `destination`. Raises RuntimesError.

    From Debian's source, from Pyodide, or else from an interpreter of this machine.
    """
    if python in pins.PYTHON_SOURCES:
        source = built.unpack(place, f"python{python}", pins.PYTHON_SOURCES[python]) / "Lib"
    elif python in pins.PYODIDE_LIBRARIES:
        package = npm_package(place, "pyodide", pins.PYODIDE_LIBRARIES[python])
        source = place.root / "source" / f"pyodide-library-{python}"
        with zipfile.ZipFile(package / "python_stdlib.zip") as archive:
            archive.extractall(source)
    else:
        source = of_this_machine(place, python)
    shutil.copytree(source, destination, ignore=shutil.ignore_patterns(*LEFT_OUT), dirs_exist_ok=True)


def of_this_machine(place: Place, python: str) -> Path:
    pyenv = Path.home() / ".pyenv" / "versions"
    for interpreter in (shutil.which(f"python{python}"), *pyenv.glob(f"{python}.*/bin/python{python}")):
        if interpreter is None:
            continue
        try:
            said = place.run(interpreter, "-I", "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))")
        except RuntimesError:
            continue  # a version manager's shim
        return Path(said.strip())
    raise RuntimesError(
        f"no standard library of CPython {python} can be had: install any CPython {python}, and put it on PATH "
        f"as python{python} (this one is {sysconfig.get_python_version()})"
    )


def npm_package(place: Place, name: str, version: str) -> Path:
    """The unpacked folder of an npm package."""
    folder = place.root / "npm" / f"{name}-{version}"
    if not (folder / "ok").exists():
        need("npm", package="nodejs npm")
        store = place.downloads / "npm"
        store.mkdir(parents=True, exist_ok=True)
        tarball = store / f"{name}-{version}.tgz"
        if not tarball.exists():
            place.run("npm", "pack", "--silent", f"{name}@{version}", "--pack-destination", store)
        shutil.rmtree(folder, ignore_errors=True)
        with tarfile.open(place.check(tarball)) as archive:
            archive.extractall(folder, filter="data")
        (folder / "ok").touch()
    return folder / "package"
