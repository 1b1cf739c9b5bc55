"""``import nano_ffi.importer`` makes ``.zig`` files modules: ``import mathx`` finds ``mathx.zig``, and builds it.

A Zig file is found where Python would find ``mathx.py``: on ``sys.path``, and in packages. What Python finds by itself
in the same or an earlier folder comes first: a package, an extension module, a ``.py`` file. A folder without an
``__init__.py`` (a namespace package) comes after.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder

from nano_ffi.loading import zig_spec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

__all__ = ["ZigFinder"]


class ZigFinder:
    """The meta path finder of Zig files."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """None where there is no Zig file, or where Python has something that comes first."""
        name = fullname.rpartition(".")[2]
        entries: list[object] = list(sys.path if path is None else path)
        folders = [entry for entry in entries if isinstance(entry, str)]
        for index, folder in enumerate(folders):
            source = os.path.join(folder or os.getcwd(), f"{name}.zig")
            if os.path.isfile(source) and has_its_case(source):
                ordinary = PathFinder.find_spec(fullname, folders[: index + 1])
                if ordinary is not None and ordinary.loader is not None:
                    return None
                return zig_spec(fullname, source)
        return None


def has_its_case(path: str) -> bool:
    """Whether a file has just this name: some file systems find it by another."""
    return sys.platform not in {"darwin", "win32"} or os.path.basename(path) in os.listdir(os.path.dirname(path))


# Before Python's own finder, which would take a folder without an __init__.py for a package.
if ZigFinder not in sys.meta_path:
    at = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else len(sys.meta_path)
    sys.meta_path.insert(at, ZigFinder)
