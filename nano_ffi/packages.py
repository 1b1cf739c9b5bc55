"""Zig files that import the dependencies of a build.zig.zon: compiled by ``zig build``, which runs the build.zig of each."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from nano_ffi.switches import cache_folder, make_folder, short_hash, sources, write_whole
from nano_ffi.zig import EVERY_REFERENCE, CompileError, Zig, take

__all__ = ["build_folder", "build_package", "has_dependencies"]

COMMENT = re.compile(r"//[^\n]*")
DEPENDENCIES = re.compile(r"\.dependencies\s*=\s*\.\{\s*[^\s}]")
LOCAL = re.compile(r'(\.path\s*=\s*")((?:[^"\\]|\\.)*)(")')
INPUT = re.compile(r'\.prefix = (\d+), \.path = "((?:[^"\\]|\\.)*)"')

PLACE = re.compile(r"^(\.\.[^:\n]*|build\.zig\.zon)(?=:\d+:\d+: )", re.MULTILINE)

CWD = "0"
"""What an input's path is relative to, in Zig's manifests."""


def has_dependencies(package: str) -> bool:
    """Whether a build.zig.zon, if there is one, names dependencies."""
    if not package:
        return False
    return DEPENDENCIES.search(COMMENT.sub("", Path(package).read_text(encoding="utf-8"))) is not None


def build_package(zig: Zig, package: Path, options: list[str], place: Path) -> list[str]:
    """Run ``zig build`` with src/package_build.zig and the dependencies of `package`; put the binary at `place`.

    Returns the absolute paths of all files that were read, but for Zig's own library. Raises CompileError.
    """
    template = Path(sources(), "package_build.zig")
    folder = build_folder(package)
    make_folder(str(folder))
    write_if_other(folder / "build.zig", template.read_text(encoding="utf-8"))
    write_if_other(folder / "build.zig.zon", relocated(package, folder))
    cache = folder / "cache"
    started = time.time()
    prefix = place.parent / "prefix"
    try:
        where = ("--cache-dir", str(cache), "--prefix", str(prefix))
        zig.run("build", EVERY_REFERENCE, *where, *options, cwd=folder, ours=(f"{place.parent.parent}{os.sep}",))
    except CompileError as error:
        # Places are said from there: say them as the user knows them.
        shown = PLACE.sub(
            lambda place: str(package if place[0] == package.name else (folder / place[0]).resolve()), str(error)
        )
        told = CompileError(shown)
        told.messages = error.messages
        raise told from None
    take(prefix / "binary", place)
    return [str(package), str(template), *inputs(zig, cache, folder, started)]


def build_folder(package: Path) -> Path:
    """Where Zig runs for a build.zig.zon."""
    return Path(cache_folder("packages", short_hash(str(package))))


def write_if_other(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_whole(path, text)


def relocated(package: Path, folder: Path) -> str:
    """The text of a build.zig.zon as it must be in `folder`: Zig takes no absolute path of a dependency."""

    def move(match: re.Match[str]) -> str:
        place = os.path.normpath(package.parent / match[2])
        try:
            return match[1] + os.path.relpath(place, folder.resolve()).replace(os.sep, "/") + match[3]
        except ValueError:
            raise CompileError(
                f"{package}: Zig cannot reach {place} from {folder}, on another drive: "
                "set NANO_FFI_CACHE_DIR to a folder on the drive of the project"
            ) from None

    return LOCAL.sub(move, package.read_text(encoding="utf-8"))


def inputs(zig: Zig, cache: Path, folder: Path, started: float) -> list[str]:
    """What a build read: the files in the manifests that it wrote, or in all of them where it wrote none."""
    manifests = [path for path in (cache / "h").iterdir() if path.is_file() and path.name != "timestamp"]
    recent = [path for path in manifests if path.stat().st_mtime >= started - 1]
    found = dict[str, None]()
    for manifest in recent or manifests:
        for prefix, path in INPUT.findall(zig.run("cache-cat", str(manifest), cwd=folder)):
            if prefix == CWD or Path(path).is_absolute():
                found[os.path.normpath(folder / path)] = None
    return [path for path in found if Path(path).exists() and not path.startswith(f"{folder}{os.sep}")]
