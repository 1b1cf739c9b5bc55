"""One Zig file → one extension module, for one CPython on one platform.

Zig is called directly, with no build file and no build runner: a small file takes a second or two. The package
brings its own Zig sources, so that what is compiled fits this version, and needs nothing of it at run time.
"""

from __future__ import annotations

import functools
import glob
import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nano_ffi._native import version
from nano_ffi.complaints import unusable
from nano_ffi.elf import with_short_symbols
from nano_ffi.packages import build_folder, build_package, has_dependencies
from nano_ffi.settings import Table, read_table
from nano_ffi.switches import MODES, cache_folder, find_upward, machine, make_folder, mode_named, sources
from nano_ffi.wheels import debug_files, musl, targets, universal2
from nano_ffi.wheels.hiding import hide
from nano_ffi.wheels.targets import Target, Triple
from nano_ffi.zig import CompileError, CrashError, Zig, take, tool, version_of

__all__ = ["CompileError", "Extension", "Job", "compile_module", "has_stable_abi"]

DLLTOOL_MACHINES = {"x86_64": "i386:x86-64", "x86": "i386", "aarch64": "arm64"}

ROOT = """\
// {salt}
const nano_ffi = @import("nano_ffi");
pub const panic = nano_ffi.panic;
pub const std_options = nano_ffi.stdOptions(@import("module"));
pub const std_options_debug_io = nano_ffi.debug_io;
const file = @import("module");
const source = @import("module_source");
// A file with fields is a struct, and the class of its name.
const is_class = @typeInfo(file).@"struct".field_names.len > 0;
pub const nano_ffi_module = if (is_class) struct {{
    pub const @{name} = file;
}} else file;
pub const nano_ffi_source = if (is_class) struct {{
    pub const @"nano_ffi.doc" = source.@"nano_ffi.doc";
    pub const @"nano_ffi.fields" = .{{}};
    pub const @"nano_ffi.undefined_fields" = source.@"nano_ffi.undefined_fields";
    pub const @{name} = source;
}} else source;
comptime {{
    nano_ffi.exportModule({name}, nano_ffi_module, nano_ffi_source);
}}
"""

BUILD_OPTIONS = """\
pub const version: [:0]const u8 = {version};
pub const minor: u8 = {minor};
pub const free_threaded = {free_threaded};
pub const limited = {abi3};
pub const places = {places};
pub const linked: ?[]const []const u8 = {linked};
pub const absent: []const []const u8 = {absent};
"""


STABLE_MINOR = 12
"""The oldest CPython 3 whose stable ABI has all that is used."""

ZIGS_OWN = frozenset("c c++ m pthread dl rt util".split())
"""The C libraries that Zig has for every target."""

HIDDEN = ("-fvisibility=hidden",)
"""What C sources define is the module's own."""

INLINE = re.compile(rb"\binline\s+fn\b|\"inline\"")
"""Of an inline function, or its calling convention."""

WHOLE = 0
"""The line that stands for all of a file."""

ROUNDS = 5
"""How often a file of Zig's library may be compiled again, without what did not compile in it."""

ALWAYS_THERE = frozenset({"std", "builtin", "root", "nano_ffi"})
"""The modules that every file can import."""

SOURCES = Path(sources())
"""The package's own Zig files."""


OPERATORS = SOURCES / "operators.cpp"

OPERATOR_FLAGS = ("-fvisibility-global-new-delete=force-hidden", "-std=c++17")


@dataclass(frozen=True, kw_only=True)
class Extension:
    """An extension module that was compiled."""

    path: Path
    inputs: list[str]
    """Absolute paths of all files that were read, but for Zig's own library."""


def compile_module(
    source: Path,
    folder: Path,
    *,
    name: str | None = None,
    target: Target | None = None,
    mode: str | None = None,
    abi3: bool = False,
    cpu: str | None = None,
    strip: bool | None = None,
) -> Path:
    """Compile the Zig file `source` to an extension module in `folder`, and return its path.

    `name` is the module's name (the file's, where it is not given), `target` a CPython on a platform (the running
    one), `mode` is Debug, ReleaseSafe, ReleaseFast or ReleaseSmall (what pyproject.toml says, or ReleaseSafe).
    Without a `target` it is made for this machine: `cpu` is native, and names of functions and lines are kept for
    Zig's messages. With one, it is made to be given to others: `cpu` is the platform's baseline, and `strip` true.

    With `abi3` it keeps to the stable ABI: one file for CPython 3.12 and all later ones on the platform, not
    free-threaded, with slower calls. What ``[tool.nano-ffi]`` of the nearest pyproject.toml says is heeded.

    Raises CompileError (an ImportError) with Zig's message.
    """
    chosen = mode_named(mode, "mode") if mode else ""
    job = Job.of(source, name=name, target=target, mode=chosen, cpu=cpu or "", strip=strip, abi3=abi3)
    return job.compile(folder).path


@dataclass(frozen=True, kw_only=True)
class Job:
    """One compilation. Raises CompileError where it cannot be."""

    source: Path
    """Absolute."""
    name: str
    target: Target
    mode: str
    """Zig's long name of it."""
    cpu: str
    """As ``-mcpu`` takes it; empty for the platform's baseline."""
    strip: bool
    local: bool
    """For this very machine, whose own C libraries may be linked."""
    abi3: bool = False
    table: Table
    package: str = ""
    """Path of the build.zig.zon whose dependencies the file may import; empty for none."""
    symbols: Path | None = None
    """The folder in which the debug information is put, as debuggers look for it (see `debug_files`); the module has none."""
    absent: tuple[str, ...] = ()
    """Functions of other libraries that are nowhere, see src/absent.zig."""

    @classmethod
    def of(
        cls,
        source: Path,
        *,
        name: str | None = None,
        target: Target | None = None,
        mode: str = "",
        cpu: str = "",
        strip: bool | None = None,
        abi3: bool = False,
        symbols: Path | None = None,
    ) -> Job:
        """What the nearest pyproject.toml and the defaults make of it, see `compile_module`."""
        source = source.absolute()
        pyproject, package = find_upward(str(source))
        table = read_table(pyproject, source, (target or targets.native()).platform.system)
        return cls(
            source=source,
            name=name or source.stem,
            target=target or targets.native(),
            mode=mode or table.mode or "ReleaseSafe",
            cpu=cpu or ("" if target else "native"),
            strip=target is not None if strip is None else strip,
            local=target is None,
            abi3=abi3,
            table=table,
            package=package,
            symbols=symbols,
        )

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", self.name):
            raise CompileError(
                f"{self.name!r} cannot be a module's name, of ASCII letters, digits and underscores: "
                "rename the file, or give another name"
            )
        python = self.target.python
        if self.abi3 and not has_stable_abi(self.target):
            why = f"it begins with 3.{STABLE_MINOR}, and has no free threads"
            if self.android:
                why = "on Android it needs libpython3.so, which not every app with a CPython has"
            raise CompileError(f"CPython {python.version} has no stable ABI that serves: {why}; leave out `abi3`")
        if self.android and self.has_c:
            raise CompileError(
                f"{self.source} cannot be compiled for {self.target.platform.name}: what [tool.nano-ffi] says of it with "
                "`link` and `c-sources` needs Android's C library, which Zig does not have; leave Android out, or those"
            )

        others = (
            [] if self.local or self.table.library_dirs else [name for name in self.table.link if not self.has(name)]
        )
        if others:
            raise CompileError(
                f"{self.source}: [tool.nano-ffi] links {', '.join(sorted(others))}, and what is made for other machines uses no "
                f"library of this one: compile the library's sources with `c-sources`, or say in `library-dirs` where it "
                f"is for {self.target.platform.name} (in [tool.nano-ffi.{self.target.platform.system}], for that system alone)"
            )
        flags = [name for name in ("CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS") if os.environ.get(name)]
        if flags and not self.local and (self.table.c_sources or self.table.link):
            raise CompileError(
                f"{' and '.join(flags)} in the environment is for this machine's compiler, and would be left out: "
                "unset it, and say `cflags` in [tool.nano-ffi], for all systems or in [tool.nano-ffi.linux] for one"
            )

    def has(self, library: str) -> bool:
        """Whether Zig has a library for the target: those of C, and what imports Windows' own DLLs."""
        if library in ZIGS_OWN or not self.windows:
            return library in ZIGS_OWN
        mingw = Zig.find().library / "libc" / "mingw"
        return any(mingw.glob(f"lib*/{glob.escape(library.lower())}.def*"))

    @property
    def file_name(self) -> str:
        if not self.abi3:
            return self.name + self.target.suffix
        return self.name + (".pyd" if self.windows else ".abi3.so")

    @property
    def windows(self) -> bool:
        return self.target.platform.system == "windows"

    @property
    def android(self) -> bool:
        return self.target.platform.system == "android"

    def compile(self, folder: Path) -> Extension:
        """Compile it into `folder`, whole or not at all."""
        if not self.source.is_file():
            raise CompileError(f"there is no file {self.source}")
        zig = Zig.find()
        with tempfile.TemporaryDirectory() as temporary:
            work = Path(temporary).resolve()
            self.write_modules(zig, work)
            binaries: list[Path] = []
            inputs: dict[str, None] = {}
            for triple in self.target.platform.triples:
                binary, read = self.compile_usable(triple, zig, work)
                binaries.append(binary)
                # What is made on the way is as old as what it is made of.
                made = (str(work), str(tools_folder(zig)))
                inputs |= dict.fromkeys(path for path in read if not path.startswith(made))
            if self.shows_places:
                inputs[str(SOURCES / "places.zig")] = None
            folder.mkdir(parents=True, exist_ok=True)
            if len(binaries) > 1:
                whole = work / "universal2"
                whole.write_bytes(universal2.merge([binary.read_bytes() for binary in binaries]))
                take(whole, folder / self.file_name)
            else:
                take(binaries[0], folder / self.file_name)
            for binary in binaries:
                shutil.rmtree(binary.parent, ignore_errors=True)
        return Extension(path=folder / self.file_name, inputs=list(inputs))

    def write_modules(self, zig: Zig, work: Path) -> None:
        """The Zig files that stand around the user's: root.zig, build_options.zig, and source.zig.

        Of packages, only Zig's own build system knows which files they are of: it has source.zig made.
        """
        (work / "unusable").touch()
        if not self.package_is_used:
            source_tool(zig, self.source, work / "source.zig", zig.standard_library, work / "unusable")
        # Something new each time: Zig must not find in its cache what is taken out of there.
        root = ROOT.format(salt=secrets.token_hex(), name=json.dumps(self.name))
        (work / "root.zig").write_text(root, encoding="utf-8")
        write_build_options(
            self.target, abi3=self.abi3, folder=work, places=self.shows_places, linked=self.linked, absent=self.absent
        )

    def compile_usable(self, triple: Triple, zig: Zig, work: Path) -> tuple[Path, list[str]]:
        """The same as `compile_for`, without what does not compile in files that are not the user's: Zig looks at what is
        used, and of Zig's own library and of packages nobody has used everything.
        """
        place = work / "unusable"
        rounds = Counter[str]()
        while True:
            try:
                return self.compile_for(triple, zig, work)
            except CompileError as error:
                known = place.read_text(encoding="utf-8")
                more = known + "".join(self.unusable_places(error, zig, work, known, rounds))
                if more == known:
                    raise
                place.write_text(more, encoding="utf-8")
                self.write_modules(zig, work)

    def unusable_places(
        self, error: CompileError, zig: Zig, work: Path, known: str, rounds: Counter[str]
    ) -> Iterator[str]:
        """Lines for src/source.zig. None where something is the user's own.

        `rounds` counts how often something was found in a file: after `ROUNDS` all of it is unusable, since Zig stops at the
        first mistake of many in a row.
        """
        folder = build_folder(Path(self.package)) if self.package_is_used else work
        found = unusable(error.messages, str(folder), [*zig.ours, f"{work}{os.sep}"])
        if any(self.is_own(zig, path) for path, _ in found):
            return
        rounds.update({path for path, _ in found})
        for (path, line), said in found.items():
            for number in (line, WHOLE) if rounds[path] > ROUNDS else (line,):
                if (place := f"{path}\t{number}\t") not in known:
                    known += f"{place}{said}\n"
                    yield f"{place}{said}\n"

    def is_own(self, zig: Zig, path: str) -> bool:
        """Whether a file is the user's: of no package that he imports, and not of Zig."""
        if not path.startswith(f"{self.source.parent}{os.sep}") or path.startswith(f"{zig.library}{os.sep}"):
            return False
        return find_upward(path)[1] == self.package and f"{os.sep}zig-pkg{os.sep}" not in path

    def compile_for(self, triple: Triple, zig: Zig, work: Path) -> tuple[Path, list[str]]:
        """The binary in a folder that is its own, and the files that were read."""
        objects, read_by_c = self.c_objects(triple, zig, work) if self.hides_exports else ([], [])
        if self.package_is_used:
            binary = work / triple.target / "binary"
            binary.parent.mkdir(exist_ok=True)
            read = build_package(zig, Path(self.package), self.package_options(triple, zig, work, objects), binary)
            self.finish(binary, binary.parent / "prefix" / "pdb")
            return binary, [*read, *read_by_c]
        exports = ["--version-script", str(self.export_list(work))]
        link = {
            "windows": lambda: [
                "-fno-dll-export-fns",
                str(self.export_list(work)),
                str(import_library(zig, self.target, self.abi3)),
            ],
            # The interpreter itself has Python's symbols. Without a name of its own it would have that of a folder here.
            "macos": lambda: ["-fallow-shlib-undefined", "-install_name", self.file_name],
            "linux": lambda: ["-fallow-shlib-undefined", *exports, self.soname],
            "android": lambda: [
                *("-fallow-shlib-undefined", *exports, "-fno-soname"),
                *("-z", f"max-page-size={self.target.platform.page_size}"),
                str(libpython(zig, self.target)),
            ],
        }[self.target.platform.system]()
        if self.keeps_symbols and not self.windows:
            link.append("--build-id=sha1")
        options = [
            "-dynamic",
            *("--name", self.name),
            f"-O{MODES[self.mode]}",
            f"-mcpu={self.cpu_of(triple)}",
            *self.debug_options(),
            *self.target_options(triple),
            *link,
            # It is for C, and would be compiled with each module in Debug.
            *([] if self.has_c else ["-fno-ubsan-rt"]),
        ]
        if self.shows_places:
            options.append(str(places_object(zig, self, triple)))
        own = ["-fstrip", "-ferror-tracing"] if self.only_the_users else []
        try:
            built = zig.compile("build-lib", *options, *own, *self.modules(work, objects), cwd=work)
        except CrashError:
            if not own:
                raise
            built = zig.compile("build-lib", *options, *self.modules(work, objects), cwd=work)
        binary = library_in(built.folder)
        self.finish(binary, binary.with_suffix(".pdb"))
        return binary, [*built.inputs, *read_by_c]

    def cpu_of(self, triple: Triple) -> str:
        """As ``-mcpu`` takes it, and without AVX-512.

        LLVM 22 leaves values in xmm16 to xmm31 over the call of ``__tls_get_addr`` that finds a variable of the thread, and
        that call may change them: a function then had another text than it was given.
        """
        if self.cpu in {"", "baseline"} or not triple.target.startswith("x86"):
            return self.cpu or triple.cpu
        return f"{self.cpu}-avx512f-avx10_1"

    @property
    def hides_exports(self) -> bool:
        """Whether C sources that ask to be exported by an attribute are, whatever the linker is told: see wheels/hiding.py."""
        return bool(self.table.c_sources) and self.target.platform.system in {"windows", "macos"}

    def c_objects(self, triple: Triple, zig: Zig, work: Path) -> tuple[list[str], list[str]]:
        """The C sources, compiled, as objects that export nothing; and the files that were read."""
        objects: list[str] = []
        read: list[str] = []
        for number, source in enumerate(self.table.c_sources):
            options = [
                *("--name", f"c{number}", f"-O{MODES[self.mode]}", f"-mcpu={self.cpu_of(triple)}"),
                *self.debug_options(),
                *self.target_options(triple),
                *(f"-I{folder}" for folder in self.table.include),
                *(f"-l{name}" for name in self.libraries if name in {"c", "c++"}),
            ]
            built = zig.compile("build-obj", *options, *self.c_sources([source]), cwd=work)
            (made,) = (path for path in built.folder.iterdir() if path.suffix in {".o", ".obj"})
            hidden = work / triple.target / made.name
            hidden.parent.mkdir(exist_ok=True)
            hidden.write_bytes(hide(made.read_bytes())[0])
            objects.append(str(hidden))
            read += built.inputs
        return objects, read

    def export_list(self, work: Path) -> Path:
        """What the linker is to export, which C's visibility cannot say: not even that of Zig's libc++ and start code.

        (Zig's linker of Mach-O files takes no list.)
        """
        path = work / ("exports.def" if self.windows else "exports.map")
        form = "EXPORTS\n  PyInit_{}\n" if self.windows else "{{ global: PyInit_{}; local: *; }};\n"
        path.write_text(form.format(self.name), encoding="utf-8")
        return path

    @property
    def soname(self) -> str:
        libc = self.target.platform.musl_libc
        return f"-fsoname={libc}" if libc else "-fno-soname"

    @property
    def keeps_symbols(self) -> bool:
        """Whether there is debug information to be put beside the module. On macOS Zig's linker leaves it in object files
        in its cache, and only dsymutil, which is no part of Zig, makes a dSYM of those."""
        return self.symbols is not None and self.target.platform.system != "macos"

    def finish(self, binary: Path, pdb: Path) -> None:
        """What the linker cannot be told. It has written `pdb` where there is debug information for Windows."""
        if self.target.platform.musl_libc:
            binary.write_bytes(musl.name_libc(binary.read_bytes()))
        if self.shows_places and self.mode != "Debug":  # there a debugger may show the functions of nano_ffi, too
            binary.write_bytes(with_short_symbols(binary.read_bytes()))
        if self.symbols is not None and self.keeps_symbols:
            data = binary.read_bytes()
            parts = debug_files.of_pe(data, pdb.read_bytes()) if self.windows else debug_files.of_elf(data)
            binary.write_bytes(parts.module)
            place = self.symbols / parts.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(parts.debug)

    def target_options(self, triple: Triple) -> list[str]:
        """Nothing where Zig is to look for libraries where this system has them."""
        return [] if self.local and set(self.table.link) - ZIGS_OWN else ["-target", triple.target]

    def debug_options(self) -> list[str]:
        if self.keeps_symbols:  # code as without it, but for a few instructions that LLVM puts elsewhere
            return ["-fno-strip", "-fomit-frame-pointer", "-fno-error-tracing"]
        if self.mode == "Debug":
            # The compiler's runtime need not be faster than what it serves, and is there four seconds earlier. (glibc
            # refuses to be compiled so.)
            return [*([] if self.libraries else ["--debug-rt"]), *(["-fstrip"] if self.strip else [])]
        if self.strip or self.mode in {"ReleaseFast", "ReleaseSmall"}:
            return ["-fstrip", "-fomit-frame-pointer"]
        # What a traceback shows of a panic, and of the way of an error.
        # Two thirds of the file, which loading it does not read: compressed it is a quarter of that.
        compressed = ["--compress-debug-sections=zlib"] if self.target.platform.system == "linux" else []
        return ["-fno-strip", "-fno-omit-frame-pointer", "-ferror-tracing", *compressed]

    @property
    def only_the_users(self) -> bool:
        """Whether the user's own files alone have debug information, which takes a quarter of the compiler's time: what
        tracebacks show are their lines. Zig 0.17 crashes where code without such information has an inline function
        with it in it: a module whose file has one keeps all, and one that imports one is compiled again.
        """
        return self.shows_places and not INLINE.search(self.source.read_bytes())

    def modules(self, work: Path, objects: list[str]) -> list[str]:
        """Zig's arguments for the module graph, with objects in the place of C sources where there are some."""
        return [
            *("--dep", "nano_ffi", "--dep", "module", "--dep", "module_source", f"-Mroot={work / 'root.zig'}"),
            *("--dep", "build_options", f"-Mnano_ffi={SOURCES / 'root.zig'}"),
            *self.c_options(objects),
            *(["-fno-strip"] if self.shows_places else []),
            *("--dep", "nano_ffi", f"-Mmodule={self.source}"),
            f"-Mmodule_source={work / 'source.zig'}",
            f"-Mbuild_options={work / 'build_options.zig'}",
        ]

    @property
    def linked(self) -> list[str] | None:
        """The libraries of C, and an empty name where there is C that no name says; None where packages may bring some."""
        if self.package_is_used:
            return None
        return sorted([*self.libraries, *([""] if self.has_c else [])])

    @property
    def has_c(self) -> bool:
        """Whether [tool.nano-ffi] says so."""
        return bool(self.table.link or self.table.c_sources)

    @property
    def libraries(self) -> list[str]:
        """Linux has no place for the variables of a new thread without the C library; on macOS nothing is without it.
        Windows needs none for threads, and for Android Zig has none."""
        libc = self.has_c or self.target.platform.system in {"linux", "macos"}
        return [*(["c"] if libc else []), *(name for name in self.table.link if name != "c")]

    @functools.cached_property
    def package_is_used(self) -> bool:
        """Whether the file imports what its build.zig.zon brings."""
        return has_dependencies(self.package) and not imported(self.source) <= ALWAYS_THERE

    @property
    def shows_places(self) -> bool:
        """Whether tracebacks show Zig's lines: from debug information, which stands in ELF files themselves."""
        kept = not self.strip and self.mode in {"Debug", "ReleaseSafe"}
        return kept and self.target.platform.system == "linux" and not self.abi3

    def package_options(self, triple: Triple, zig: Zig, work: Path, objects: list[str]) -> list[str]:
        """The same for src/package_build.zig."""
        table = self.table
        strip = self.strip or self.mode in {"ReleaseFast", "ReleaseSmall"}
        lists = {
            "link": self.libraries,
            "library-dir": table.library_dirs,
            "c-source": [] if objects else table.c_sources,
            "object": objects,
            "include": table.include,
            "cflag": [*HIDDEN, *table.cflags],
        }
        return [
            *self.package_source(triple, work),
            *(f"-Dstrip={str(strip).lower()}", f"-Dname={self.name}"),
            *(["-Dsymbols=true"] if self.keeps_symbols else []),
            *(f"-Ddescribe={tool(zig, SOURCES / 'source.zig', tools_folder(zig))}", f"-Dstd={zig.standard_library}"),
            f"-Dunusable={work / 'unusable'}",
            *([f"-Dobject={import_library(zig, self.target, self.abi3)}"] if self.windows else []),
            *([f"-Dobject={libpython(zig, self.target)}"] if self.android else []),
            *([] if self.target.platform.system == "macos" else [f"-Dexports={self.export_list(work)}"]),
            *(
                [f"-Dmusl={libc.removeprefix('lib').removesuffix('.so.1')}"]
                if (libc := self.target.platform.musl_libc)
                else []
            ),
            *([f"-Dpage-size={size}"] if (size := self.target.platform.page_size) else []),
            *([f"-Dobject={places_object(zig, self, triple)}"] if self.shows_places else []),
            *([f"-Doperators={OPERATORS}"] if self.hides_operators else []),
            *(f"-D{key}={value}" for key, values in lists.items() for value in values),
        ]

    def package_source(self, triple: Triple, work: Path) -> list[str]:
        """Of these, what says which file is compiled for what."""
        return [
            *(f"-Dtarget={name}" for name in self.target_options(triple)[1:]),
            f"-Dcpu={self.cpu_of(triple)}",
            f"-Doptimize={MODES[self.mode]}",
            *(f"-Dwork={work}", f"-Dzig={SOURCES}", f"-Dsource={self.source}"),
        ]

    def c_options(self, objects: Sequence[str] = ()) -> list[str]:
        """Of the user's module: C libraries, and C sources, or the `objects` that were made of them."""
        table = self.table
        return [
            *(f"-I{folder}" for folder in table.include),
            *(f"-L{folder}" for folder in table.library_dirs),
            *(f"-l{name}" for name in self.libraries),
            *(objects or self.c_sources(table.c_sources)),
            *(["-cflags", *OPERATOR_FLAGS, "--", str(OPERATORS)] if self.hides_operators else []),
        ]

    def c_sources(self, sources: Sequence[str]) -> list[str]:
        return ["-cflags", *HIDDEN, *self.table.cflags, "--", *sources] if sources else []

    @property
    def hides_operators(self) -> bool:
        """Whether C++ brings operator new and delete that only definitions of one's own hide, see src/operators.cpp."""
        return self.target.platform.system == "macos" and "c++" in self.table.link


def write_build_options(
    target: Target,
    *,
    abi3: bool,
    folder: Path,
    places: bool = False,
    linked: list[str] | None = None,
    absent: Sequence[str] = (),
) -> Path:
    """What the package's Zig files are told, as a Zig file in `folder`; for `linked` see src/declarations.zig, for
    `absent` src/absent.zig."""
    options = folder / "build_options.zig"
    options.write_text(build_options(target, abi3=abi3, places=places, linked=linked, absent=absent), encoding="utf-8")
    return options


def build_options(
    target: Target, *, abi3: bool, places: bool, linked: list[str] | None, absent: Sequence[str] = ()
) -> str:
    return BUILD_OPTIONS.format(
        version=json.dumps(version()),
        minor=STABLE_MINOR if abi3 else target.python.minor,
        free_threaded=str(target.python.free_threaded).lower(),
        abi3=str(abi3).lower(),
        places=str(places).lower(),
        linked="null" if linked is None else zig_list(linked),
        absent=zig_list(absent),
    )


def zig_list(names: Sequence[str]) -> str:
    return f"&.{{{', '.join(map(json.dumps, names))}}}"


def library_in(folder: Path) -> Path:
    """The library that ``zig build-lib`` left there."""
    suffixes = {".so", ".dylib", ".dll"}
    (library,) = (path for path in folder.iterdir() if path.suffix in suffixes)
    return library


def imported(source: Path) -> set[str]:
    """The names of the modules that a Zig file imports, or one that it imports by its path."""
    return set(source_tool(Zig.find(), source).split("\n")) - {""}


def source_tool(zig: Zig, source: Path, *arguments: Path) -> str:
    """What src/source.zig prints of a Zig file."""
    read = tool(zig, SOURCES / "source.zig", tools_folder(zig))
    done = subprocess.run([read, source, *arguments], capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise CompileError(f"{source} cannot be read: {done.stderr.strip()}")
    return done.stdout


def tools_folder(zig: Zig) -> Path:
    """Of the programs that are made of the package's Zig files."""
    return Path(cache_folder("tools", tools_digest(version_of(zig.executable))))


@functools.cache
def tools_digest(zig_version: str) -> str:
    digest = hashlib.sha256(zig_version.encode())
    for path in sorted(SOURCES.rglob("*.zig")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def places_object(zig: Zig, job: Job, triple: Triple) -> Path:
    """src/places.zig as an object that modules are linked with."""
    cpu = job.cpu or triple.cpu
    place = tools_folder(zig) / f"places-{triple.target}-{cpu if cpu != 'native' else machine()}.o"
    if not place.exists():
        make_folder(str(place.parent))
        # Zig's own backend for x86_64 would be a second faster, once, and each module six times as large.
        options = ["-Osmall", "-fstrip", "-fPIC", "-fno-compiler-rt", "-fllvm"]
        options += ["-target", triple.target, f"-mcpu={job.cpu_of(triple)}"]
        name = f"places_{secrets.token_hex(8)}"
        built = zig.compile("build-obj", *options, "--name", name, str(SOURCES / "places.zig"), cwd=place.parent)
        take(built.folder / f"{name}.o", place)
    return place


def has_stable_abi(target: Target) -> bool:
    """Whether one file can serve this CPython and later ones on the platform."""
    python = target.python
    return python.minor >= STABLE_MINOR and not python.free_threaded and target.platform.system != "android"


def libpython(zig: Zig, target: Target) -> Path:
    """What stands in for the libpython of an Android CPython while an extension is linked."""
    (triple,) = target.platform.triples
    name = target.python.library
    library = tools_folder(zig) / triple.target / name
    if not library.exists():
        make_folder(str(library.parent))
        with tempfile.TemporaryDirectory() as temporary:
            options = write_build_options(target, abi3=False, folder=Path(temporary))
            root = f"-Mroot={SOURCES / 'python' / 'libpython.zig'}"
            built = zig.compile(
                "build-lib",
                *("-dynamic", "-Osmall", "-fstrip", "-target", triple.target),
                *("--name", name.removeprefix("lib").removesuffix(".so"), f"-fsoname={name}"),
                *("--dep", "build_options", root, f"-Mbuild_options={options}"),
                cwd=library.parent,
            )
            take(built.folder / name, library)
    return library


def import_library(zig: Zig, target: Target, abi3: bool) -> Path:
    """The import library of a Python DLL."""
    dll = "python3.dll" if abi3 else target.python.dll
    machine = DLLTOOL_MACHINES[target.platform.triples[0].target.partition("-")[0]]
    folder = tools_folder(zig) / f"{dll}-{machine.replace(':', '-')}"
    library = folder / "python.lib"
    if not library.exists():
        make_folder(str(folder))
        with tempfile.TemporaryDirectory() as temporary:
            work = Path(temporary)
            options = write_build_options(target, abi3=abi3, folder=work)
            root = f"-Mroot={SOURCES / 'python' / 'def.zig'}"
            write = tool(
                zig,
                SOURCES / "python" / "def.zig",
                folder,
                "--dep",
                "build_options",
                root,
                f"-Mbuild_options={options}",
            )
            subprocess.run([write, dll, work / "python.def"], check=True)
            made = work / "python.lib"
            zig.run("dlltool", "-D", dll, "-m", machine, "-d", str(work / "python.def"), "-l", str(made))
            take(made, library)
    return library
