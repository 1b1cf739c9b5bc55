"""What says how a user's Zig file is built: environment switches, and ``[tool.nano-ffi]`` of his pyproject.toml."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:  # every import of a Zig module comes by here
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

__all__ = ["MODES", "SWITCHES", "SettingsError", "Switches", "Table", "cache_folder", "find_upward", "read_table"]

MODES = {"Debug": "debug", "ReleaseSafe": "safe", "ReleaseFast": "fast", "ReleaseSmall": "small"}
"""Zig's names of the build modes, and its short ones."""

BUILDS = ("changed", "never", "always")

SWITCHES = {
    "NANO_FFI_BUILD": "changed (default): build what is missing or out of date; never: use what is built, "
    "and fail where there is nothing; always: build at every first import",
    "NANO_FFI_MODE": "Debug, ReleaseSafe (default), ReleaseFast or ReleaseSmall",
    "NANO_FFI_CPU": "native (default), baseline, or a CPU as Zig's -mcpu takes it",
    "NANO_FFI_CACHE": "the folder of what is built, and of Zig's cache (default: nano-ffi in the user's cache folder)",
    "NANO_FFI_VERBOSE": "0: say nothing; 1 (default): a line on a terminal while it builds; 2: every command and its time",
}
"""The environment variables, and what each may be."""


class SettingsError(ImportError):
    """An environment switch or a pyproject.toml says what cannot be: the text names it, and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Switches:
    """The environment switches. Empty where a pyproject.toml or the default decides."""

    build: str
    mode: str
    cpu: str
    verbose: int

    @classmethod
    def read(cls) -> Switches:
        """Raises SettingsError for a value that there is not."""
        get = os.environ.get
        build = get("NANO_FFI_BUILD") or BUILDS[0]
        mode = get("NANO_FFI_MODE") or ""
        verbose = get("NANO_FFI_VERBOSE") or "1"
        if build not in BUILDS:
            raise SettingsError(f"NANO_FFI_BUILD is {build!r}, and must be one of {', '.join(BUILDS)}")
        if verbose not in {"0", "1", "2"}:
            raise SettingsError(f"NANO_FFI_VERBOSE is {verbose!r}, and must be 0, 1 or 2")
        return cls(
            build=build,
            mode=mode_named(mode, "NANO_FFI_MODE") if mode else "",
            cpu=get("NANO_FFI_CPU") or "",
            verbose=int(verbose),
        )


def mode_named(name: str, where: str) -> str:
    """A build mode by Zig's long or short name, in any case, as its long name. Raises SettingsError."""
    for long, short in MODES.items():
        if name.lower() in {long.lower(), short}:
            return long
    raise SettingsError(f"{where} is {name!r}, and must be one of {', '.join(MODES)}")


def cache_folder() -> str:
    """The folder of what is built. Raises SettingsError where nothing says which one that is."""
    if folder := os.environ.get("NANO_FFI_CACHE"):
        return os.path.abspath(folder)
    try:
        import platformdirs
    except ImportError:
        raise SettingsError(
            'no cache folder is known without platformdirs: pip install "nano-ffi[zig]", or set NANO_FFI_CACHE'
        ) from None
    return platformdirs.user_cache_dir("nano-ffi", appauthor=False)


def find_upward(source: str) -> tuple[str, str]:
    """The pyproject.toml in the nearest folder above `source`, and the nearest build.zig.zon up to there.

    `source` is absolute; each path is empty where there is no such file.
    """
    package = ""
    folder = os.path.dirname(source)
    while True:
        if not package and os.path.isfile(path := os.path.join(folder, "build.zig.zon")):
            package = path
        if os.path.isfile(path := os.path.join(folder, "pyproject.toml")):
            return path, package
        parent = os.path.dirname(folder)
        if parent == folder:
            return "", package
        folder = parent


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
        import hashlib

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
KEYS = (*FILE_KEYS, "modules", "abi3", "files", "wheels")


def read_table(pyproject: str | Path, source: str | Path = "") -> Table:
    """The table of a pyproject.toml as it is for the Zig file `source`; an empty one where it has none.

    Raises SettingsError, naming file and key, for what cannot be.
    """
    if not pyproject:
        return Table()
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        with open(pyproject, "rb") as file:
            tool = tomllib.load(file).get("tool", {})
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{pyproject}: {error}") from None
    table = tool.get("nano-ffi", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise SettingsError(f"{pyproject}: nano-ffi in [tool] must be a table, [tool.nano-ffi]")
    folder = os.path.dirname(os.path.abspath(pyproject))
    values = check(table, KEYS, f"{pyproject}: [tool.nano-ffi]", folder)
    files = table.get("files", {})
    if not isinstance(files, dict) or not all(isinstance(keys, dict) for keys in files.values()):
        raise SettingsError(f'{pyproject}: [tool.nano-ffi] files holds tables: [tool.nano-ffi.files."FILE.zig"]')
    for name, keys in files.items():
        own = check(keys, FILE_KEYS, f'{pyproject}: [tool.nano-ffi.files."{name}"]', folder)
        path = os.path.normpath(os.path.join(folder, name))
        if not os.path.isfile(path):
            raise SettingsError(f"{pyproject}: [tool.nano-ffi.files] names {name!r}, and there is no such file")
        if source and path == os.path.abspath(source):
            values |= own
    return Table(**values)


def check(table: Mapping[str, Any], keys: tuple[str, ...], where: str, folder: str) -> dict[str, Any]:
    """The fields of a `Table`, with paths made absolute. Raises SettingsError."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in keys:
            import difflib

            near = difflib.get_close_matches(key, keys, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(keys)}"
            raise SettingsError(f"{where} has no key {key!r}: {hint}")
        if key in LISTS:
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise SettingsError(f"{where} {key} must be a list of strings, not {value!r}")
            if key in PATHS:
                value = [os.path.normpath(os.path.join(folder, item)) for item in value]
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
