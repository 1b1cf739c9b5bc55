"""One Zig file → one extension module, for one CPython on one platform.

Zig is called directly, with no build file and no build runner: a small file takes a second or two. The package
brings its own Zig sources, so that what is compiled fits this version, and needs nothing of it at run time.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from nano_ffi._native import version
from nano_ffi.wheels import targets

__all__ = ["CompileError", "compile_module"]

OPTIMIZE = {"debug": "Debug", "safe": "ReleaseSafe", "fast": "ReleaseFast", "small": "ReleaseSmall"}

DLLTOOL_MACHINES = {"x86_64": "i386:x86-64", "x86": "i386", "aarch64": "arm64"}

ROOT = """\
const nano_ffi = @import("nano_ffi");
pub const panic = nano_ffi.panic;
comptime {{
    nano_ffi.exportModule({name}, @import("module"), @import("module_source"));
}}
"""

BUILD_OPTIONS = """\
pub const version: [:0]const u8 = {version};
pub const minor: u8 = {minor};
pub const free_threaded = {free_threaded};
pub const limited = {limited};
"""


STABLE_MINOR = 12
"""The oldest CPython 3 whose stable ABI has all that is used."""


class CompileError(ImportError):
    """Zig refused a file: the text is Zig's own, with file, line and caret."""


@dataclass(frozen=True, kw_only=True)
class Zig:
    """How to call Zig. Raises CompileError, naming the remedy, where it is not installed."""

    command: tuple[str, ...]

    @classmethod
    def find(cls) -> Zig:
        if importlib.util.find_spec("ziglang") is None:
            raise CompileError('no Zig compiler is installed; it is a Python package: pip install "nano-ffi[zig]"')
        return cls(command=(sys.executable, "-m", "ziglang"))

    def run(self, *arguments: str) -> None:
        """Raises CompileError with what Zig says."""
        done = subprocess.run([*self.command, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CompileError(done.stderr.strip() or f"Zig ended with code {done.returncode} and no message")


def compile_module(
    source: Path,
    folder: Path,
    *,
    name: str | None = None,
    target: targets.Target | None = None,
    optimize: str = "safe",
    limited: bool = False,
) -> Path:
    """Compile the Zig file `source` to an extension module in `folder`, and return its path.

    `name` is the module's name (the file's, where it is not given), `target` a CPython on a platform (the running
    one), `optimize` is debug, safe, fast or small. The CPU is the platform's baseline. With `limited` it keeps to the
    stable ABI: one file for CPython 3.12 and all later ones on the platform, not free-threaded, with slower calls.

    Raises CompileError (an ImportError) with Zig's message.
    """
    name = name or source.stem
    target = target or targets.native()
    if limited and (target.python.free_threaded or target.python.minor < STABLE_MINOR):
        raise CompileError(
            f"CPython {target.python.version} has no stable ABI that serves: it begins with 3.{STABLE_MINOR}, and has no "
            "free threads; leave out `limited`"
        )
    (triple,) = target.platform.triples
    zig = Zig.find()
    source = source.resolve()
    with as_file(files("nano_ffi") / "zig") as zig_folder, tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        described = work / "source.zig"
        zig.run("run", str(zig_folder / "source.zig"), "--", str(source), str(described))
        (work / "root.zig").write_text(ROOT.format(name=json.dumps(name)), encoding="utf-8")
        options = work / "build_options.zig"
        options.write_text(
            BUILD_OPTIONS.format(
                version=json.dumps(version()),
                minor=STABLE_MINOR if limited else target.python.minor,
                free_threaded=str(target.python.free_threaded).lower(),
                limited=str(limited).lower(),
            ),
            encoding="utf-8",
        )
        windows = target.platform.system == "windows"
        suffix = (".pyd" if windows else ".abi3.so") if limited else target.suffix
        binary = work / f"{name}{suffix}"
        modules = [
            *("--dep", "nano_ffi", "--dep", "module", "--dep", "module_source", f"-Mroot={work / 'root.zig'}"),
            *("--dep", "build_options", f"-Mnano_ffi={zig_folder / 'root.zig'}"),
            *("--dep", "nano_ffi", f"-Mmodule={source}"),
            f"-Mmodule_source={described}",
            f"-Mbuild_options={options}",
        ]
        if windows:
            dll = "python3.dll" if limited else target.python.dll
            link = [str(import_library(zig, zig_folder, options, dll, target.platform, work))]
        else:
            link = ["-fallow-shlib-undefined"]  # the interpreter itself has them
        zig.run(
            "build-lib",
            "-dynamic",
            f"-O{OPTIMIZE[optimize]}",
            f"-femit-bin={binary}",
            *(["-target", triple.target, f"-mcpu={triple.cpu}"]),
            *([] if optimize == "debug" else ["-fstrip", "-fomit-frame-pointer"]),
            *link,
            *modules,
        )
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{binary.name}.part"
        part.write_bytes(binary.read_bytes())
        return part.replace(folder / binary.name)


def import_library(zig: Zig, zig_folder: Path, options: Path, dll: str, platform: targets.Platform, work: Path) -> Path:
    """The import library of a Python DLL."""
    definition, library = work / "python.def", work / "python.lib"
    root = f"-Mroot={zig_folder / 'python' / 'def.zig'}"
    modules = ["--dep", "build_options", root, f"-Mbuild_options={options}"]
    zig.run("run", *modules, "--", dll, str(definition))
    machine = DLLTOOL_MACHINES[platform.triples[0].target.partition("-")[0]]
    zig.run("dlltool", "-D", dll, "-m", machine, "-d", str(definition), "-l", str(library))
    return library
