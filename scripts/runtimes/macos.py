"""Machine code of macOS extensions in Linux CPythons of the same CPU: see machoload.py for what that proves."""

from __future__ import annotations

import shutil
from pathlib import Path

from scripts.runtimes.place import Place

__all__ = ["make"]

HERE = Path(__file__).parent


def make(place: Place, name: str, pythons: tuple[str, ...], arch: str) -> None:
    """Launchers ``pythonVERSION-NAME`` that start a Linux interpreter with the loader installed."""
    folder = place.root / name
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "machoload.py", folder)
    shim = folder / "macshim.so"
    flags = ("-O2", "-fPIC", "-shared", "-s", HERE / "macshim.c", f"-o{shim}")
    place.run(place.zig, "cc", "-target", f"{arch}-linux-gnu.2.17", *flags)
    for python in pythons:
        linux = next(
            path for kind in ("", "-old", "-t") if (path := place.bin / f"python{python}-linux-{arch}{kind}").exists()
        )
        place.launcher(f"python{python}-{name}", linux, folder / "machoload.py")
    place.finish(name)
