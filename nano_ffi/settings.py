"""``[tool.nano-ffi]`` of a user's pyproject.toml."""

# pyright: basic
# (what a TOML file holds has any type)
from __future__ import annotations

import difflib
import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nano_ffi.switches import SettingsError, mode_named

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Table", "read_table"]


@dataclass(frozen=True, kw_only=True)
class Table:
    """``[tool.nano-ffi]`` for one Zig file, with what ``[tool.nano-ffi.files."FILE.zig"]`` puts in its place.

    Folders and files are absolute.
    """

    mode: str = ""
    link: tuple[str, ...] = ()
    """C libraries, as the linker's ``-l`` takes them."""
    library_dirs: tuple[str, ...] = ()
    c_sources: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    cflags: tuple[str, ...] = ()
    modules: tuple[str, ...] = field(default=(), compare=False)
    """The Zig files that ``nano-ffi build`` and wheels compile."""
    abi3: bool = field(default=False, compare=False)
    """One wheel for all CPythons that have a stable ABI which serves."""

    def digest(self) -> str:
        """Of what matters to the build of a file."""
        built = (self.mode, self.link, self.library_dirs, self.c_sources, self.include, self.cflags)
        return hashlib.sha256(repr(built).encode()).hexdigest()


LISTS = {
    "link": "link",
    "library-dirs": "library_dirs",
    "c-sources": "c_sources",
    "include": "include",
    "cflags": "cflags",
    "modules": "modules",
}
PATHS = {"library-dirs", "c-sources", "include", "modules"}
FILE_KEYS = ("mode", "link", "library-dirs", "c-sources", "include", "cflags")
SYSTEMS = ("linux", "macos", "windows", "android")
"""[tool.nano-ffi.windows] says what is added for one system."""
KEYS = (*FILE_KEYS, "modules", "abi3", "files", "wheels", *SYSTEMS)


def project_name(pyproject: str | Path) -> str:
    """What a pyproject.toml says of ``name``; empty where it says none, or is not there.

    Raises SettingsError, naming the file, where it cannot be read.
    """
    try:
        project = tomllib.loads(Path(pyproject).read_text(encoding="utf-8")).get("project", {})
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise SettingsError(f"{pyproject}: {error}") from None
    return str(project.get("name", ""))


def read_table(pyproject: str | Path, source: str | Path = "", system: str = "") -> Table:
    """The table of a pyproject.toml as it is for the Zig file `source` on a `system`; an empty one where it has none.

    What the table of a system says is added to the lists, and put in the place of the mode.

    Raises SettingsError, naming file and key, for what cannot be.
    """
    if not pyproject:
        return Table()
    try:
        tool = tomllib.loads(Path(pyproject).read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError) as error:
        raise SettingsError(f"{pyproject}: {error}") from None
    table = tool.get("nano-ffi", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise SettingsError(f"{pyproject}: nano-ffi in [tool] must be a table, [tool.nano-ffi]")
    folder = Path(pyproject).absolute().parent
    values = check(table, KEYS, f"{pyproject}: [tool.nano-ffi]", folder)
    files = table.get("files", {})
    if not isinstance(files, dict) or not all(isinstance(keys, dict) for keys in files.values()):
        raise SettingsError(f'{pyproject}: [tool.nano-ffi] files holds tables: [tool.nano-ffi.files."FILE.zig"]')
    add_system(values, table, system, f"{pyproject}: [tool.nano-ffi", folder)
    for name, keys in files.items():
        own = check(keys, (*FILE_KEYS, *SYSTEMS), f'{pyproject}: [tool.nano-ffi.files."{name}"]', folder)
        add_system(own, keys, system, f'{pyproject}: [tool.nano-ffi.files."{name}"', folder)
        path = os.path.normpath(folder / name)
        if not Path(path).is_file():
            raise SettingsError(f"{pyproject}: [tool.nano-ffi.files] names {name!r}, and there is no such file")
        if source and path == str(Path(source).absolute()):
            values |= own
    return Table(**values)


def add_system(values: dict[str, Any], table: Mapping[str, Any], system: str, where: str, folder: Path) -> None:
    for name in SYSTEMS:
        keys = table.get(name, {})
        if not isinstance(keys, dict):
            raise SettingsError(f"{where}] {name} must be a table, {where.partition(': ')[2]}.{name}]")
        own = check(keys, FILE_KEYS, f"{where}.{name}]", folder)
        if name == system:
            values |= {
                key: values.get(key, ()) + value if isinstance(value, tuple) else value for key, value in own.items()
            }


def check(table: Mapping[str, Any], keys: tuple[str, ...], where: str, folder: Path) -> dict[str, Any]:
    """The fields of a `Table`, with paths made absolute. Raises SettingsError."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(keys)}"
            raise SettingsError(f"{where} has no key {key!r}: {hint}")
        if key in LISTS:
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise SettingsError(f"{where} {key} must be a list of strings, not {value!r}")
            if key in PATHS:
                value = [os.path.normpath(folder / item) for item in value]
            values[LISTS[key]] = tuple(value)
        elif key == "mode":
            if not isinstance(value, str):
                raise SettingsError(f"{where} mode must be a string, not {value!r}")
            values["mode"] = mode_named(value, f"{where} mode")
        elif key == "abi3":
            if not isinstance(value, bool):
                raise SettingsError(f"{where} abi3 must be true or false, not {value!r}")
            values["abi3"] = value
    return values
