"""What a build depends on beside the user's file: environment variables, this machine, nano_ffi's own Zig files; and where
what is built is kept.

Every import of a Zig file begins here, so nothing that takes long to import is imported here at the top.
"""

from __future__ import annotations

import os
import sys
from threading import get_ident
from zlib import adler32, crc32

import nano_ffi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "MODES",
    "NOEXEC",
    "SWITCHES",
    "NanoFfiError",
    "SettingsError",
    "Switches",
    "cache_folder",
    "find_upward",
    "machine",
    "make_folder",
    "mode_named",
    "once",
    "short_hash",
    "sources",
    "write_whole",
]

MODES = {"Debug": "debug", "ReleaseSafe": "safe", "ReleaseFast": "fast", "ReleaseSmall": "small"}
"""Zig's names of the build modes, and its short ones."""

BUILDS = ("changed", "never", "always")

SWITCHES = {
    "NANO_FFI_BUILD": "changed (default): build what is missing or out of date; never: use what is built, "
    "and fail where there is nothing; always: build at every first import",
    "NANO_FFI_MODE": "Debug, ReleaseSafe (default), ReleaseFast or ReleaseSmall",
    "NANO_FFI_CPU": "native (default), baseline, or a CPU as Zig's -mcpu takes it; AVX-512 is left out",
    "NANO_FFI_CACHE_DIR": "the folder of what is built, and of Zig's cache (default: nano-ffi in the user's cache folder)",
    "NANO_FFI_CACHE": "the same, where that is not set",
    "NANO_FFI_WATCH": "1: a process that imports Zig files builds them in the background as soon as they change",
    "NANO_FFI_VERBOSE": "0: say nothing; 1 (default): a line on a terminal while it builds; 2: every command and its time",
}
"""The environment variables, and what each may be."""

NOEXEC = (
    "its file system runs no programs (it is mounted with noexec), or somebody took its permission: "
    "set NANO_FFI_CACHE_DIR to a folder elsewhere"
)
"""Why what is built cannot be run, or loaded."""


class NanoFfiError(ImportError):
    """What nano_ffi itself says of a Zig file that does not become a module: the base of CompileError and SettingsError.

    What a Zig function returns is a ZigError, and a panic in one a ZigPanic.
    """

    __module__ = "nano_ffi"  # as users import it, and tracebacks name it


class SettingsError(NanoFfiError):
    """An environment switch or a pyproject.toml says what cannot be: the text names it, and the remedy."""

    __module__ = "nano_ffi"


class Switches:
    """What the environment variables say. Empty where a pyproject.toml or the default decides."""

    def __init__(self) -> None:
        """Raises SettingsError for a value that there is not."""
        get = os.environ.get
        self.build = get("NANO_FFI_BUILD") or BUILDS[0]
        if self.build not in BUILDS:
            raise SettingsError(f"NANO_FFI_BUILD is {self.build!r}, and must be one of {', '.join(BUILDS)}")
        mode = get("NANO_FFI_MODE") or ""
        self.mode = mode_named(mode, "NANO_FFI_MODE") if mode else ""
        self.cpu = get("NANO_FFI_CPU") or ""
        self.watch = flag_named("NANO_FFI_WATCH")
        verbose = get("NANO_FFI_VERBOSE") or "1"
        if verbose not in {"0", "1", "2"}:
            raise SettingsError(f"NANO_FFI_VERBOSE is {verbose!r}, and must be 0, 1 or 2")
        self.verbose = int(verbose)


def flag_named(name: str) -> bool:
    """An environment variable that is 1 or 0. Raises SettingsError."""
    value = os.environ.get(name) or "0"
    if value not in {"0", "1"}:
        raise SettingsError(f"{name} is {value!r}, and must be 0 or 1")
    return value == "1"


def mode_named(name: str, where: str) -> str:
    """A build mode by Zig's long or short name, in any case, as its long name. Raises SettingsError."""
    for long, short in MODES.items():
        if name.lower() in {long.lower(), short}:
            return long
    raise SettingsError(f"{where} is {name!r}, and must be one of {', '.join(MODES)}")


def cache_folder(*inside: str) -> str:
    """The folder of what is built, or one inside of it; it need not be there yet.

    Raises SettingsError where nothing says which one that is, and where others could have put something into it: what
    lies there is run.
    """
    folder = cache_root()
    refuse_of_others(folder)
    for name in inside:
        folder = os.path.join(folder, name)
        refuse_of_others(folder)
    return folder


def refuse_of_others(folder: str) -> None:
    """Raise SettingsError for a folder that another user owns, or may write into."""
    if sys.platform == "win32":
        return
    try:
        found = os.stat(folder)
    except OSError:
        return
    if found.st_uid not in {0, os.geteuid()}:
        why, remedy = f"is user {found.st_uid}'s", ""
    # A user's own group, where users have one each, has the user's number.
    elif found.st_mode & 0o002 or (found.st_mode & 0o020 and found.st_gid != found.st_uid):
        import shlex

        why, remedy = "may be written by others", f"chmod go-w {shlex.quote(folder)}, or "
    else:
        return
    raise SettingsError(
        f"the cache folder {folder} {why}, and what lies in it is run: {remedy}set NANO_FFI_CACHE_DIR to a folder of your own"
    )


def make_folder(folder: str) -> None:
    """Make a folder of the cache, and those above it: no others may write into it, whatever the umask says."""
    if not os.path.isdir(folder):
        make_folder(os.path.dirname(folder))
        try:  # noqa: SIM105  # contextlib takes long to import
            os.mkdir(folder, 0o755)
        except FileExistsError:
            pass


def write_whole(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file, whole or not at all, whoever writes it at the same time."""
    folder, name = os.path.split(path)
    part = os.path.join(folder, f".{name}.{os.getpid()}-{get_ident()}.part")
    try:
        with open(part, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
        os.replace(part, path)
    except BaseException:
        if os.path.exists(part):
            os.remove(part)
        raise


def cache_root() -> str:
    get, home = os.environ.get, os.path.expanduser("~")
    name = "NANO_FFI_CACHE_DIR" if get("NANO_FFI_CACHE_DIR") else "NANO_FFI_CACHE"
    if given := get(name):
        folder = os.path.expanduser(given)
        if not os.path.isabs(folder):
            raise SettingsError(f"{name} is {given!r}, and must be an absolute path, or begin with ~")
        return os.path.normpath(folder)
    # As platformdirs has it, which takes ten times as long to import as a module that is built.
    if sys.platform == "win32":
        folder = os.path.join(get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local"), "nano-ffi", "Cache")
    elif sys.platform == "darwin":
        folder = os.path.join(home, "Library", "Caches", "nano-ffi")
    else:
        given = get("XDG_CACHE_HOME", "")
        folder = os.path.join(given if os.path.isabs(given) else os.path.join(home, ".cache"), "nano-ffi")
    if not os.path.isabs(folder):
        raise SettingsError("no cache folder is known, since there is no home folder: set NANO_FFI_CACHE_DIR")
    return folder


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


remembered: dict[str, str] = {}


def once(function: Callable[[], str]) -> Callable[[], str]:
    """`functools.cache`, without the import of functools."""

    def cached() -> str:
        try:
            return remembered[function.__name__]
        except KeyError:
            return remembered.setdefault(function.__name__, function())

    return cached


@once
def sources() -> str:
    """The folder of the package's own Zig files; an editable install has them elsewhere than the Python ones."""
    return next(path for folder in nano_ffi.__path__ if os.path.isdir(path := os.path.join(folder, "zig")))


CPU_LINES = ("model name", "flags", "Features", "CPU implementer", "CPU part", "isa", "cpu\t", "facilities", "machine")


@once
def machine() -> str:
    """A short name of this machine's CPU: what is built for one does not run on every other."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            said = "".join(
                line for line in file.read(8192).split("\n\n")[0].splitlines(True) if line.startswith(CPU_LINES)
            )
    except OSError:
        import platform

        said = " ".join(platform.uname()[4:]) + os.environ.get("PROCESSOR_IDENTIFIER", "")
    return short_hash(said)


def short_hash(text: str) -> str:
    """For names, which hashlib would take longer to import than to hash: a record tells what it is of."""
    data = os.fsencode(text)
    return f"{crc32(data):08x}{adler32(data):08x}"
