"""``import`` of Zig files: where they are found, when they are built, and what an edit, a failure or a kill does."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import importlib.util
import inspect
import os
import pickle
import re
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nano_ffi

pytest.importorskip("ziglang", reason="no Zig to compile with: pip install 'nano-ffi[zig]'")

from nano_ffi import builds, loading, switches, watching
from nano_ffi.absent import absent_functions
from nano_ffi.compiler import CompileError, Job
from nano_ffi.complaints import for_the_user, unusable
from nano_ffi.explaining import described
from nano_ffi.importer import ZigFinder, has_its_case
from nano_ffi.packages import has_dependencies
from nano_ffi.settings import Table
from nano_ffi.switches import SWITCHES, SettingsError, Switches, cache_folder, make_folder, write_whole
from nano_ffi.zig import Zig, tool

FOREIGN = """
extern "kernel32" fn FarAway(x: i64) i64;
/// Nowhere, too.
pub extern "c" fn nano_ffi_far(x: c_int) c_int;
pub extern "c" fn abs(x: c_int) c_int;

pub fn far(x: i64) i64 {
    return if (x == 0) 0 else FarAway(x);
}

pub fn watched() i64 {
    return @import("std").c.kqueue();
}

pub fn near(x: i64) i64 {
    return x + 1;
}
"""

ADD = """\
/// The sum.
pub fn add(a: i64, b: i64) i64 {
    return a + b;
}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zig_cache: Path) -> Iterator[Path]:
    """A folder of its own on sys.path, quick builds, and no module left behind."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in SWITCHES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NANO_FFI_CACHE", str(zig_cache))
    monkeypatch.setenv("NANO_FFI_MODE", "Debug")
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if isinstance(getattr(sys.modules[name], "__loader__", None), loading.ZigLoader):
            del sys.modules[name]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the modules that have been compiled."""
    names = []
    compile_job = Job.compile

    def count(job: Job, folder: Path) -> object:
        names.append(job.name)
        return compile_job(job, folder)

    monkeypatch.setattr(Job, "compile", count)
    return names


def fresh(name: str) -> ModuleType:
    """As a new process would import it."""
    sys.modules.pop(name, None)
    return importlib.import_module(name)


def write(path: Path, text: str) -> None:
    """Write a file with a time that differs from before, however coarse the file system's times are."""
    changed = path.stat().st_mtime_ns + 2_000_000_000 if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if changed is not None:
        os.utime(path, ns=(changed, changed))


def run(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(folder)!r})\n{textwrap.dedent(code)}"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def test_a_zig_file_is_a_module(here: Path, compiled: list[str]) -> None:
    write(here / "mathx.zig", ADD)
    mathx = importlib.import_module("mathx")
    assert mathx.add(3, b=4) == 7
    assert mathx.__spec__ is not None
    assert mathx.__spec__.origin == str(here / "mathx.zig")
    assert mathx.__file__ == loading.loaded[mathx][0]
    assert mathx.__name__ == mathx.add.__module__ == "mathx"
    assert inspect.getdoc(mathx.add) == "The sum."
    assert pickle.loads(pickle.dumps(mathx.add)) is mathx.add
    assert compiled == ["mathx"]


def test_a_namespace_is_imported_as_a_module_is(here: Path) -> None:
    write(
        here / "geo.zig", "pub const Point = struct { x: f64 = 0 };\npub const deep = struct { pub const one = 1; };\n"
    )
    write(here / "shapes.zig", 'pub const geo = @import("geo.zig");\npub const Line = struct { length: f64 };\n')
    geo = importlib.import_module("shapes.geo")
    assert geo is sys.modules["shapes"].geo
    assert importlib.import_module("shapes.geo.deep").one == 1
    code = """\
        import nano_ffi.importer
        from shapes.geo import Point
        import shapes.geo as namespace
        import shapes.geo.deep
        print(namespace.Point is Point is shapes.geo.Point, shapes.geo.deep.one)
        """
    assert run(code, here).stdout == "True 1\n"
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'shapes\.Line'; 'shapes' is not a package$"):
        importlib.import_module("shapes.Line")
    assert nano_ffi.explain("shapes.geo") == ()
    for name in ("shapes.geo", "shapes.geo.deep"):
        del sys.modules[name]


def test_in_a_package_with_other_files(here: Path) -> None:
    write(here / "pkg" / "__init__.py", "from pkg.fast import twice")
    write(here / "pkg" / "fast.zig", 'const other = @import("parts/other.zig");\npub const twice = other.twice;')
    write(here / "pkg" / "parts" / "other.zig", "pub fn twice(a: i64) i64 { return 2 * a; }")
    assert importlib.import_module("pkg").twice(21) == 42
    assert sys.modules["pkg.fast"].__package__ == "pkg"
    del sys.modules["pkg"]


def test_what_an_import_with_nothing_to_do_loads(here: Path) -> None:
    write(here / "ready.zig", ADD)
    code = """
        import sys, nano_ffi.importer
        before = set(sys.modules)
        import ready
        print(sorted(set(sys.modules) - before))
        """
    run(code, here)  # builds
    run(code, here)  # makes sure of what was written while that was built
    done = run(code, here)
    assert done.stdout == "['ready']\n", done.stderr


def test_where_what_is_built_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NANO_FFI_CACHE")
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for system, folder in {
        "linux": (".cache", "nano-ffi"),
        "darwin": ("Library", "Caches", "nano-ffi"),
        "win32": ("AppData", "Local", "nano-ffi", "Cache"),
    }.items():
        monkeypatch.setattr(sys, "platform", system)
        assert cache_folder() == str(tmp_path.joinpath(*folder))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == str(tmp_path / "xdg" / "nano-ffi")
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert cache_folder() == str(tmp_path / ".cache" / "nano-ffi")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(SettingsError, match=r"^no cache folder is known, .*: set NANO_FFI_CACHE_DIR$"):
        cache_folder()
    monkeypatch.undo()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("NANO_FFI_CACHE", "~/built/../kept")
    assert cache_folder("modules") == str(tmp_path / "kept" / "modules")
    monkeypatch.setenv("NANO_FFI_CACHE_DIR", "~/newer")  # the newer name comes first
    assert cache_folder() == str(tmp_path / "newer")
    monkeypatch.delenv("NANO_FFI_CACHE_DIR")
    monkeypatch.setenv("NANO_FFI_CACHE", "kept")
    with pytest.raises(
        SettingsError, match=r"^NANO_FFI_CACHE is 'kept', and must be an absolute path, or begin with ~$"
    ):
        cache_folder()


def test_what_cannot_be_written_whole_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "own" / "kept"
    path.parent.mkdir()
    write_whole(path, "old\n")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new" * 100_000 + "\ud800")
    assert (path.read_bytes(), list(path.parent.iterdir())) == (b"old\n", [path])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_folder_that_others_may_write_is_refused(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in the cache is run: of its folders, none may be another's, or open to others."""
    write(here / "mine.zig", ADD)
    monkeypatch.setenv("NANO_FFI_CACHE", str(tmp_path / "own"))
    before = os.umask(0)  # no folder of ours is open to others even so
    try:
        unit = builds.Unit(str(here / "mine.zig"), "mine", Switches())
        make_folder(unit.folder)
        Zig.find()
    finally:
        os.umask(before)
    folders = [tmp_path / "own", tmp_path / "own" / "modules", Path(unit.folder)]
    assert (tmp_path / "own" / "zig").stat().st_mode & 0o777 == 0o755
    for folder in folders:
        assert folder.stat().st_mode & 0o777 == 0o755
        for mode in (0o757, 0o775) if folder.stat().st_gid != os.geteuid() else (0o757,):
            folder.chmod(mode)
            said = f"the cache folder {folder} may be written by others, and what lies in it is run: chmod go-w {folder}, or"
            with pytest.raises(SettingsError, match=f"^{re.escape(said)}"):
                loading.extension_of(str(here / "mine.zig"), "mine")
            folder.chmod(0o755)
    for name in ("tools", "texts", "zig", "packages"):
        (tmp_path / "own" / name).mkdir(exist_ok=True)
        (tmp_path / "own" / name).chmod(0o777)
    with pytest.raises(CompileError, match=r"may be written by others"):
        Zig.find()
    with pytest.raises(SettingsError, match=r"texts may be written by others"):
        nano_ffi.loads(ADD)
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    owner = folders[0].stat().st_uid
    if owner:  # root may write everywhere as it is
        with pytest.raises(
            SettingsError, match=rf"own is user {owner}'s, and what lies in it is run: set NANO_FFI_CACHE_DIR"
        ):
            cache_folder()
    else:
        os.chown(folders[1], 1234, -1)
        with pytest.raises(
            SettingsError, match=r"modules is user 1234's, and what lies in it is run: set NANO_FFI_CACHE_DIR"
        ):
            cache_folder("modules")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names, and ctime is another time there")
def test_other_bytes_of_the_same_size_and_time_are_seen(here: Path, compiled: list[str]) -> None:
    folder = here / "odd\nname"
    folder.mkdir()
    path = folder / "same.zig"
    write(path, "pub const value = 1;")
    module = nano_ffi.load(path)
    assert nano_ffi.reload(module).value == 1
    assert compiled == ["same"]
    found = path.stat()
    write(folder / "new", "pub const value = 2;")
    os.utime(folder / "new", ns=(found.st_atime_ns, found.st_mtime_ns))
    (folder / "new").replace(path)
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (found.st_size, found.st_mtime_ns)
    assert nano_ffi.reload(module).value == 2


def test_what_python_finds_comes_first(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = ZigFinder.find_spec
    write(here / "one.zig", ADD)
    assert find("one") is not None
    write(here / "one.py", "")
    importlib.invalidate_caches()
    assert find("one") is None
    write(here / "two.zig", ADD)
    (here / "two").mkdir()  # a namespace package, which comes last
    assert find("two") is not None
    spec = importlib.util.find_spec("two")  # as `import` looks for it, which asks one finder after the other
    assert spec is not None
    assert spec.origin == str(here / "two.zig")
    write(here / "two" / "__init__.py", "")
    importlib.invalidate_caches()
    assert find("two") is None
    # An earlier folder wins, whatever it has.
    write(tmp_path / "earlier" / "three.py", "")
    write(here / "three.zig", ADD)
    monkeypatch.syspath_prepend(str(tmp_path / "earlier"))
    assert find("three") is None
    write(tmp_path / "earlier" / "four.zig", ADD)
    write(here / "four.py", "")
    found = find("four")
    assert found is not None
    assert found.origin == str(tmp_path / "earlier" / "four.zig")
    assert find("no_such_module") is None


def test_a_name_has_the_case_of_its_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here / "one.zig", ADD)
    for system in ("darwin", "win32"):  # their file systems say that there is a ONE.zig, too
        monkeypatch.setattr(sys, "platform", system)
        assert [has_its_case(str(here / name)) for name in ("one.zig", "ONE.zig", "One.zig")] == [True, False, False]


def test_nothing_to_do_compiles_nothing(here: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    write(here / "still.zig", ADD)
    fresh("still")
    # A file that is only touched is compared by its content, once.
    os.utime(here / "still.zig", ns=(1, 1))
    read: list[str] = []
    digest_of = builds.digest_of

    def count(path: str, source: str) -> str:
        read.append(path)
        return digest_of(path, source)

    monkeypatch.setattr(builds, "digest_of", count)
    fresh("still")
    fresh("still")
    assert (compiled, read) == (["still"], [str(here / "still.zig")])
    # It is cheap, as well: no import is waiting for more than some stats.
    unit = builds.Unit(str(here / "still.zig"), "still", Switches())
    record = builds.Record.load(unit)
    assert record is not None
    assert len(record.files) < 120


@pytest.mark.parametrize("what", ["source", "import", "embed", "header", "pyproject", "version", "removed"])
def test_what_matters_is_built_anew(
    what: str, here: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"anew_{what}"
    write(here / "parts.zig", "pub const one: i64 = 1;")
    write(here / "text.txt", "text")
    write(here / "c" / "number.h", "#define NUMBER 5")
    write(here / "c" / "number.c", '#include "number.h"\nint number(void) { return NUMBER; }')
    write(here / "pyproject.toml", '[tool.nano-ffi]\nc-sources = ["c/number.c"]\ninclude = ["c"]')
    source = """
        const parts = @import("parts.zig");
        extern fn number() c_int;
        pub fn all() struct { i64, []const u8, i64 } {
            return .{ parts.one, @embedFile("text.txt"), number() };
        }
    """
    write(here / f"{name}.zig", source)
    assert fresh(name).all() == (1, "text", 5)
    fresh(name)
    assert compiled == [name]
    if what == "source":
        write(here / f"{name}.zig", source.replace("parts.one", "parts.one + 1"))
    if what == "import":
        write(here / "parts.zig", "pub const one: i64 = 2;")
    if what == "embed":
        write(here / "text.txt", "other")
    if what == "header":
        write(here / "c" / "number.h", "#define NUMBER 6")
    if what == "pyproject":
        write(here / "pyproject.toml", '[tool.nano-ffi]\nc-sources = ["c/number.c"]\ncflags = ["-DX"]\ninclude = ["c"]')
    if what == "version":
        monkeypatch.setattr(nano_ffi, "__version__", "0.0.1")
    if what == "removed":
        record = builds.Record.load(builds.Unit(str(here / f"{name}.zig"), name, Switches()))
        assert record is not None
        Path(record.binary).unlink()
    expected = {"source": (2, "text", 5), "import": (2, "text", 5), "embed": (1, "other", 5), "header": (1, "text", 6)}
    assert fresh(name).all() == expected.get(what, (1, "text", 5))
    assert compiled == [name, name]
    # What else stands in pyproject.toml is nobody's business.
    with (here / "pyproject.toml").open("a") as file:
        file.write("\n[tool.other]\n")
    fresh(name)
    assert compiled == [name, name]


def record_of(source: Path) -> builds.Record | None:
    return builds.Record.load(builds.Unit(str(source), source.stem, Switches()))


def test_for_what_a_record_holds(
    here: Path, tmp_path: Path, zig_cache: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a cache of its own, where the tools are made on the way: for nothing but what it was made of."""
    (tmp_path / "cache").mkdir()
    (zig_cache / "zig").mkdir(exist_ok=True)
    (tmp_path / "cache" / "zig").symlink_to(zig_cache / "zig")
    monkeypatch.setenv("NANO_FFI_CACHE", str(tmp_path / "cache"))
    source = here / "sub" / "held.zig"
    write(here / "pyproject.toml", "")
    write(here / "sub" / "parts.zig", "pub const one: i64 = 1;")
    write(source, 'pub const one = @import("parts.zig").one;')
    assert nano_ffi.load(source).one == 1
    record = record_of(source)
    assert record is not None
    # What is made in the cache, as the tools, is no input of which nobody knows what it was.
    assert builds.UNKNOWN not in {digest for digest, *_ in record.files}

    def holds() -> bool:
        record = record_of(source)
        return record is not None and record.holds()

    assert holds()
    for name in ("pyproject.toml", "build.zig.zon"):  # one that is nearer
        write(here / "sub" / name, "")
        assert not holds()
        (here / "sub" / name).unlink()
        assert holds()
    with monkeypatch.context() as patch:
        patch.setitem(switches.remembered, "zig", sys.executable)
        patch.setattr("nano_ffi.zig.version_of", lambda _path: "0.0.0")
        assert not holds()
    with monkeypatch.context() as patch:
        patch.setitem(switches.remembered, "machine", "another CPU")
        assert record_of(source) is None
    # Another nano_ffi of the same version, installed or editable: its files count.
    shutil.copytree(switches.sources(), tmp_path / "same")
    shutil.copytree(switches.sources(), tmp_path / "other")
    with (tmp_path / "other" / "root.zig").open("a") as file:
        file.write("// changed\n")
    for folders in ([], [""]):
        with monkeypatch.context() as patch:
            patch.setattr(nano_ffi, "__path__", [*nano_ffi.__path__, *folders])
            assert holds()
            for name in ("same", "other"):
                patch.setitem(switches.remembered, "sources", str(tmp_path / name))
                assert holds() == (name == "same")
    # A record that was cut off is none.
    path = Path(record.unit.record)
    assert holds()
    lines = path.read_text().split(builds.BETWEEN)
    for number in range(len(lines)):
        path.write_text(builds.BETWEEN.join(lines[:number]))
        assert record_of(source) is None
    path.write_text(builds.BETWEEN.join(lines))
    assert holds()
    (here / "sub" / "parts.zig").unlink()
    assert not holds()
    assert compiled == ["held"]


def test_what_is_edited_while_it_is_compiled_is_built_anew(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here / "parts.zig", "pub const one: i64 = 1;")
    write(here / "raced.zig", 'pub const one = @import("parts.zig").one;')
    compile_job, texts = Job.compile, ["pub const one: i64 = 2;", "pub const one: i64 = 3;"]

    def edit(job: Job, folder: Path) -> object:
        built = compile_job(job, folder)
        if texts:
            write(here / "parts.zig", texts.pop(0))
        return built

    monkeypatch.setattr(Job, "compile", edit)
    assert [fresh("raced").one for _ in range(4)] == [1, 2, 3, 3]


def test_every_setting_of_a_file_counts() -> None:
    changes: dict[str, Any] = {
        field.name: ("other",) for field in dataclasses.fields(Table) if field.name not in {"modules", "abi3"}
    }
    assert set(changes) == {"mode", "link", "library_dirs", "c_sources", "include", "cflags"}
    found = {name: dataclasses.replace(Table(), **{name: value}).digest() for name, value in changes.items()}
    assert len({Table().digest(), *found.values()}) == 1 + len(changes)
    assert Table(modules=("x",), abi3=True).digest() == Table().digest()


def test_each_mode_and_cpu_is_kept(here: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    write(here / "modes.zig", '//!\npub const mode: []const u8 = @tagName(@import("builtin").mode);')
    for mode, cpu in [("Debug", ""), ("small", ""), ("releasesmall", "baseline")]:
        monkeypatch.setenv("NANO_FFI_MODE", mode)
        monkeypatch.setenv("NANO_FFI_CPU", cpu)
        for _ in range(2):
            assert fresh("modes").mode == ("debug" if mode == "Debug" else "small")
    assert compiled == ["modes"] * 3


def test_a_failed_build(here: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = here / "fails.zig"
    write(path, ADD)
    assert fresh("fails").add(1, 2) == 3
    write(path, ADD.replace("a + b", "a + c"))
    for _ in range(2):
        with pytest.raises(CompileError) as caught:
            fresh("fails")
        assert isinstance(caught.value, ImportError)
        assert str(caught.value).startswith(
            f"{path}:3:16: error: use of undeclared identifier 'c'\n    return a + c;\n               ^"
        )
        assert "fails" not in sys.modules
    # What was built before is there: without building, and when the mistake is gone.
    monkeypatch.setenv("NANO_FFI_BUILD", "never")
    assert fresh("fails").add(1, 2) == 3
    monkeypatch.delenv("NANO_FFI_BUILD")
    write(path, ADD)
    assert fresh("fails").add(1, 2) == 3
    assert compiled == ["fails"] * 3

    def interrupted(_job: Job, folder: Path) -> object:
        folder.mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(Job, "compile", interrupted)
    write(path, "")
    folder = Path(builds.Unit(str(path), "fails", Switches()).folder)
    before = set(folder.iterdir())
    with pytest.raises(KeyboardInterrupt):
        fresh("fails")
    assert set(folder.iterdir()) == before


def test_never_and_always(here: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = here / "switched.zig"
    write(path, ADD)
    monkeypatch.setenv("NANO_FFI_BUILD", "never")
    message = f"NANO_FFI_BUILD=never, and {path} has not been built for this CPython with these switches: import it "
    with pytest.raises(ImportError) as caught:
        fresh("switched")
    assert str(caught.value).startswith(message)
    monkeypatch.setenv("NANO_FFI_BUILD", "always")
    for _ in range(2):
        assert fresh("switched").add(1, 1) == 2
    assert compiled == ["switched", "switched"]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("NANO_FFI_BUILD", "no", "NANO_FFI_BUILD is 'no', and must be one of changed, never, always"),
        (
            "NANO_FFI_MODE",
            "Release",
            "NANO_FFI_MODE is 'Release', and must be one of Debug, ReleaseSafe, ReleaseFast, ReleaseSmall",
        ),
        ("NANO_FFI_WATCH", "yes", "NANO_FFI_WATCH is 'yes', and must be 0 or 1"),
        ("NANO_FFI_VERBOSE", "yes", "NANO_FFI_VERBOSE is 'yes', and must be 0, 1 or 2"),
    ],
)
def test_wrong_switches(name: str, value: str, message: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here / "unbuilt.zig", ADD)
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        fresh("unbuilt")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('links = ["m"]', "[tool.nano-ffi] has no key 'links': did you mean 'link'?"),
        ('link = "m"', "[tool.nano-ffi] link must be a list of strings, not 'm'"),
        ('mode = "quick"', "[tool.nano-ffi] mode is 'quick', and must be one of Debug, ReleaseSafe, "),
        ('[tool.nano-ffi.files."none.zig"]', "[tool.nano-ffi.files] names 'none.zig', and there is no such file"),
        (
            '[tool.nano-ffi.files."tables.zig"]\nabi3 = true',
            """[tool.nano-ffi.files."tables.zig"] has no key 'abi3': there are mode, link, library-dirs, """,
        ),
        ("link = [", "(at end of document)"),
    ],
)
def test_a_wrong_table(table: str, message: str, here: Path) -> None:
    write(here / "tables.zig", ADD)
    write(here / "pyproject.toml", f"[tool.nano-ffi]\n{table}")
    with pytest.raises(SettingsError) as caught:
        fresh("tables")
    assert str(caught.value).startswith(f"{here / 'pyproject.toml'}: ")
    assert message in str(caught.value)


def test_a_file_with_settings_of_its_own(here: Path) -> None:
    write(here / "one.c", "int number(void) { return ONE; }")
    write(here / "pyproject.toml", '[tool.nano-ffi]\nc-sources = ["one.c"]\ncflags = ["-DONE=1"]\n')
    with (here / "pyproject.toml").open("a") as file:
        file.write('[tool.nano-ffi.files."own.zig"]\ncflags = ["-DONE=2"]\n')
    for name in ("own", "shared"):
        write(here / f"{name}.zig", "extern fn number() c_int;\npub fn get() c_int { return number(); }")
    assert fresh("own").get() == 2
    assert fresh("shared").get() == 1


def test_a_c_library(here: Path) -> None:
    write(here / "pyproject.toml", '[tool.nano-ffi]\nlink = ["m"]')
    write(here / "lib.zig", "extern fn cbrt(f64) f64;\npub fn root(x: f64) f64 { return cbrt(x); }")
    assert round(fresh("lib").root(27.0), 9) == 3.0


def test_processes_build_once(here: Path, zig_cache: Path) -> None:
    write(here / "together.zig", ADD)
    code = "import nano_ffi.importer, together; assert together.add(1, 2) == 3"
    line = f"import sys; sys.path.insert(0, {str(here)!r}); {code}"
    environment = {**os.environ, "NANO_FFI_VERBOSE": "2"}
    processes = [
        subprocess.Popen([sys.executable, "-c", line], stderr=subprocess.PIPE, text=True, env=environment)
        for _ in range(4)
    ]
    output = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, output
    assert "".join(output).count("building together (Debug): done") == 1


def test_killed_while_it_builds(here: Path, zig_cache: Path) -> None:
    write(here / "killed.zig", ADD)
    code = f"import sys; sys.path.insert(0, {str(here)!r}); import nano_ffi.importer, killed"
    unit = builds.Unit(str(here / "killed.zig"), "killed", Switches())
    process = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 60
    while not Path(unit.folder, "lock").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.kill()
    process.wait()
    # Nothing is there that could be taken for a module, and nobody waits for the lock.
    assert builds.Record.load(unit) is None
    assert fresh("killed").add(1, 2) == 3
    assert len([path for path in Path(unit.folder).iterdir() if path.is_dir()]) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such folders")
def test_a_source_folder_that_is_only_read(here: Path) -> None:
    write(here / "readonly.zig", ADD)
    here.chmod(0o555)
    try:
        assert fresh("readonly").add(1, 2) == 3
    finally:
        here.chmod(0o755)


def test_a_cache_that_cannot_be_written(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here / "nowhere.zig", ADD)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NANO_FFI_CACHE", str(tmp_path / "file"))
    with pytest.raises(
        CompileError, match=r"cannot be built into .*; set NANO_FFI_CACHE_DIR to a folder that can be written$"
    ):
        fresh("nowhere")


def test_load(here: Path, compiled: list[str]) -> None:
    write(here / "loaded.zig", ADD)
    module = nano_ffi.load(here / "loaded.zig")
    assert module is nano_ffi.load(str(here / "loaded.zig")) is importlib.import_module("loaded")
    assert nano_ffi.load(here / "loaded.zig", "other_name").__name__ == "other_name"
    assert compiled == ["loaded", "other_name"]
    for name in ("json", "this"):  # one that is there, and one that could be
        message = (
            f'there is another module \'{name}\': give this one another name, load("loaded.zig", name="zig_{name}")'
        )
        with pytest.raises(ImportError, match=re.escape(message)):
            nano_ffi.load(here / "loaded.zig", name)
    assert (nano_ffi.CompileError, nano_ffi.SettingsError) == (CompileError, SettingsError)
    for said in (CompileError, SettingsError, nano_ffi.NanoFfiError):  # as a traceback names it
        assert (said.__module__, pickle.loads(pickle.dumps(said))) == ("nano_ffi", said)
    with pytest.raises(CompileError, match=r"^there is no file .*missing\.zig$"):
        nano_ffi.load(here / "missing.zig")
    fast = nano_ffi.load(here / "loaded.zig", "fast_name", mode="ReleaseFast")
    assert fast.add(1, 2) == 3
    assert "-ReleaseFast-" in str(list(Path(fast.__file__ or "").parents[1].iterdir()))
    with pytest.raises(SettingsError, match=r"^mode is 'quick', and must be one of Debug, ReleaseSafe"):
        nano_ffi.load(here / "loaded.zig", mode="quick")
    assert nano_ffi.reload(module) is module  # which is as it was
    with pytest.raises(CompileError, match=r"^'other-name' cannot be a module's name, of ASCII letters"):
        nano_ffi.load(here / "loaded.zig", "other-name")


def test_threads_load_one_module(here: Path) -> None:
    write(here / "threaded.zig", ADD)
    with ThreadPoolExecutor(4) as pool:
        modules = list(pool.map(lambda _: nano_ffi.load(here / "threaded.zig"), range(4)))
    assert {id(module) for module in modules} == {id(sys.modules["threaded"])}


def test_a_module_that_fails_is_not_left_behind(here: Path) -> None:
    write(
        here / "failing.zig",
        'const nano_ffi = @import("nano_ffi");\n'
        "pub fn nano_ffi_init(_: *nano_ffi.Registry) error{NoDevice}!void {\n    return error.NoDevice;\n}\n",
    )
    for _ in range(2):
        with pytest.raises(RuntimeError, match="NoDevice"):
            nano_ffi.load(here / "failing.zig")
        assert "failing" not in sys.modules


def test_a_file_whose_name_is_no_name_has_a_derived_one(here: Path) -> None:
    for file, name in (("my-file", "my_file"), ("1d", "_1d"), ("from", "from_")):
        write(here / f"{file}.zig", ADD)
        module = nano_ffi.load(here / f"{file}.zig")
        assert (module.__name__, module.add(1, 2)) == (name, 3)
        assert sys.modules[name] is module is nano_ffi.load(here / f"{file}.zig")
        assert (here / f"{name}.pyi").exists()


def test_compile_a_text(here: Path, compiled: list[str]) -> None:
    module = nano_ffi.loads(ADD)
    assert module.add(1, 2) == 3
    assert nano_ffi.loads(ADD) is module
    named = nano_ffi.loads(ADD, "named_text")
    assert (named.__name__, sys.modules["named_text"]) == ("named_text", named)
    assert nano_ffi.loads(ADD.replace("a + b", "a * b"), "named_text") is named
    assert named.add(3, 5) == 15
    with pytest.raises(CompileError, match=r"named_text\.zig:1:1: error: file cannot be a tuple"):
        nano_ffi.loads("nonsense", "named_text")
    assert named.add(3, 5) == 15


def test_edit_and_reload(here: Path) -> None:
    path = here / "edited.zig"
    write(path, ADD + "pub const version = 1;\npub fn gone() void {}\npub const Kind = enum { a };")
    edited = importlib.import_module("edited")
    add, old_kind = edited.add, edited.Kind
    nano_ffi.register("edited.add", add)
    nano_ffi.register("edited.gone", edited.gone)
    assert nano_ffi.reload(edited) is edited
    assert edited.add is add  # nothing changed
    write(
        path,
        ADD.replace("a + b", "a - b")
        + "pub const version = 2;\npub fn new() i64 { return 5; }\npub const Kind = enum { a, b };",
    )
    assert nano_ffi.reload(edited) is edited
    assert (edited.add(5, 3), edited.version, edited.new()) == (2, 2, 5)
    assert not hasattr(edited, "gone")
    assert edited.Kind.b.value == 1
    # Who has the old code keeps it; a call by name is a call of the new one.
    assert add(5, 3) == 8
    assert old_kind.a.name == "a"
    assert nano_ffi.call("edited.add", 5, 3) == 2
    assert nano_ffi.call("edited." + str(b"add", "ascii"), 5, 3) == 2
    assert nano_ffi.get("edited.add") is edited.add
    assert nano_ffi.call("edited.gone") is None
    write(path, ADD.replace("a + b", "a * b"))
    assert importlib.reload(edited) is edited
    assert edited.add(5, 3) == nano_ffi.call("edited.add", 5, 3) == 15
    write(path, "mistake")
    with pytest.raises(CompileError, match=r"edited\.zig:1:1: error"):
        nano_ffi.reload(edited)
    assert edited.add(5, 3) == 15
    with pytest.raises(TypeError, match=r"^reload\(\): <module 'os'.*> is not a module of a Zig file$"):
        nano_ffi.reload(os)


def test_reload_many_times(here: Path, growth: Callable[..., float]) -> None:
    path = here / "often.zig"
    write(path, "pub fn number() i64 { return 0; }")
    often = importlib.import_module("often")
    nano_ffi.register("often.number", often.number)
    for number in range(1, 4):
        write(path, f"pub fn number() i64 {{ return {number}; }}")
        nano_ffi.reload(often)
        assert nano_ffi.call("often.number") == number
    # Only the last build, and the one before it, are kept.
    unit = builds.Unit(str(path), "often", Switches())
    assert len([entry for entry in Path(unit.folder).iterdir() if entry.is_dir()]) == 2


def test_what_is_built_needs_no_zig(here: Path) -> None:
    write(here / "alone.zig", ADD)
    fresh("alone")
    done = run(
        """
        sys.modules["ziglang"] = None
        import nano_ffi.importer, alone
        assert alone.add(1, 2) == 3
        """,
        here,
    )
    assert done.returncode == 0, done.stderr


def test_the_extension_needs_no_nano_ffi(here: Path) -> None:
    write(here / "standing.zig", ADD)
    fresh("standing")
    record = builds.Record.load(builds.Unit(str(here / "standing.zig"), "standing", Switches()))
    assert record is not None
    shutil.copy(record.binary, here)
    done = run(
        """
        sys.modules["nano_ffi"] = None
        import standing
        assert standing.add(1, 2) == 3
        """,
        here,
    )
    assert done.returncode == 0, done.stderr


def test_a_terminal_is_told(here: Path) -> None:
    pty = pytest.importorskip("pty", reason="no terminals here")
    write(here / "told.zig", ADD)
    leader, follower = pty.openpty()
    code = f"import sys; sys.path.insert(0, {str(here)!r}); import nano_ffi.importer, told"
    with subprocess.Popen([sys.executable, "-c", code], stderr=follower) as process:
        os.close(follower)
        said = b""
        while True:
            try:
                data = os.read(leader, 1000)
            except OSError:  # Linux says so where the other side is closed
                break
            if not data:
                break
            said += data
    assert process.returncode == 0
    assert said.startswith("\r\x1b[Knano_ffi: building told (Debug) … 0 s".encode())
    assert said.endswith(b"\r\x1b[K")


def test_which_packages_have_dependencies(here: Path) -> None:
    for text, expected in {
        ".{ .name = .x, .dependencies = .{ .y = .{} } }": True,
        ".{ .name = .x, .dependencies = .{} }": False,
        ".{ .name = .x, // .dependencies = .{ .y = .{} }\n}": False,
        ".{ .name = .x }": False,
    }.items():
        write(here / "build.zig.zon", text)
        assert has_dependencies(str(here / "build.zig.zon")) == expected, text
    assert not has_dependencies("")


def test_zigs_cache_is_shared_where_it_is_said_to_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ZIG_GLOBAL_CACHE_DIR", str(tmp_path))
    zig = Zig.find()
    assert (zig.environment["ZIG_GLOBAL_CACHE_DIR"], zig.environment["ZIG_LOCAL_CACHE_DIR"]) == (
        str(tmp_path),
        zig.cache,
    )
    monkeypatch.delenv("ZIG_GLOBAL_CACHE_DIR")
    assert zig.environment["ZIG_GLOBAL_CACHE_DIR"] == zig.cache == str(Path(cache_folder("zig")))


def test_a_package_that_cannot_be_had_is_not_asked_for(here: Path) -> None:
    package = """.{
        .name = .here, .version = "0.0.0", .fingerprint = 0xc459294fa9644739, .paths = .{""},
        .dependencies = .{ .gone = .{ .path = "gone" } },
    }"""
    write(here / "build.zig.zon", package)
    write(here / "unneeded.zig", 'const std = @import("std");\n' + ADD)
    assert importlib.import_module("unneeded").add(1, 2) == 3
    write(here / "needed.zig", 'const gone = @import("gone");\npub const x = gone.x;\n')
    with pytest.raises(CompileError):
        importlib.import_module("needed")


NUMBERS = """
const std = @import("std");
pub const three: i64 = 3;
pub const Point = @import("point.zig").Point;
/// Of all coordinates.
pub fn sum(points: []const Point) i64 {
    var all: i64 = 0;
    for (points) |point| all += point.x + point.y;
    return all;
}
pub const old = Point.gone;
pub fn wrong() u8 {
    return 256;
}
pub fn Stack(comptime T: type) type {
    return struct {
        gpa: std.mem.Allocator,
        items: std.ArrayList(T) = .empty,
        const Self = @This();
        pub fn init(gpa: std.mem.Allocator) Self {
            return .{ .gpa = gpa };
        }
        pub fn deinit(self: *Self) void {
            self.items.deinit(self.gpa);
        }
        pub fn push(self: *Self, item: T) !void {
            try self.items.append(self.gpa, item);
        }
        pub fn pop(self: *Self) ?T {
            return self.items.pop();
        }
    };
}
"""


def test_what_others_wrote_and_zig_does_not_compile_is_left_out(here: Path) -> None:
    write(
        here / "args.zig",
        """
        const std = @import("std");
        pub const Args = std.process.Args;
        pub const wasi = std.process.Args.Iterator.Wasi.init;
        pub const Wasi = std.process.Args.Iterator.Wasi;
        pub fn one() i64 { return 1; }
        """,
    )
    module = fresh("args")
    assert module.one() == 1
    assert not hasattr(module, "wasi")
    reasons = {left.name: left.reason for left in nano_ffi.explain(here / "args.zig")}
    for name in ("wasi", "Wasi.init"):
        assert reasons[name].startswith("Zig does not compile it: expected type 'os.linux."), reasons
    write(here / "args.zig", 'pub const part = @import("part.zig");\npub fn one() u8 { return part.two(); }\n')
    write(here / "part.zig", "pub fn two() u8 { return 256; }\n")
    with pytest.raises(CompileError) as caught:
        fresh("args")
    assert str(caught.value).startswith(f"{here / 'part.zig'}:1:26: error: ")


def test_the_largest_parts_of_zigs_library(here: Path) -> None:
    names = ("c", "crypto", "spirv")
    aliases = "".join(f"pub const {name} = std.{name};\n" for name in names)
    write(here / "large.zig", f'const std = @import("std");\n{aliases}pub fn one() i64 {{ return 1; }}\n')
    module = fresh("large")
    assert module.one() == 1
    reasons = {left.name: left.reason for left in nano_ffi.explain(here / "large.zig")}
    # Zig looks at hundreds of its names one by one, and does not compile them.
    assert reasons["c"].startswith("Zig does not compile much of it, as: ")
    assert reasons["c"].endswith(": give what you need a name, as in pub const name = std.c.name;")
    assert reasons["crypto.hash"] == (
        "of std.crypto there is more than is compiled for one name: give those parts that you need names of their own, as "
        "in pub const hash = std.crypto.hash;"
    )
    assert reasons["spirv"] == "it is for other processors"
    assert isinstance(module.crypto, type)
    assert not hasattr(module, "c")


def test_a_constant_that_is_undefined_in_part(here: Path) -> None:
    write(
        here / "parts.zig",
        """
        pub const Trace = struct {
            notes: [2][]const u8,
            count: u8,
            pub const none: Trace = .{ .notes = undefined, .count = 0 };
            pub const some: Trace = .{ .notes = .{ "a", "b" }, .count = 2 };
        };
        """,
    )
    module = fresh("parts")
    assert list(module.Trace.some.notes) == ["a", "b"]
    assert not hasattr(module.Trace, "none")
    reasons = {left.name: left.reason for left in nano_ffi.explain(here / "parts.zig")}
    assert reasons == {"Trace.none": "it is undefined in part: write a function that returns what is there"}


def test_the_dependencies_of_a_package(here: Path, compiled: list[str]) -> None:
    write(
        here / "parts" / "build.zig",
        """
        const std = @import("std");
        pub fn build(b: *std.Build) void {
            _ = b.addModule("numbers", .{
                .root_source_file = b.path("src/numbers.zig"),
                .target = b.standardTargetOptions(.{}),
                .optimize = b.standardOptimizeOption(.{}),
            });
        }
        """,
    )
    write(
        here / "parts" / "build.zig.zon",
        '.{ .name = .parts, .version = "0.1.0", .fingerprint = 0x6940a7fe22c8ee24, .paths = .{""} }',
    )
    write(here / "parts" / "src" / "numbers.zig", NUMBERS)
    write(
        here / "parts" / "src" / "point.zig",
        """
        /// Somewhere.
        pub const Point = struct {
            /// To the right.
            x: i64,
            y: i64 = 0,
            pub fn plus(self: Point, other: Point) Point {
                return .{ .x = self.x + other.x, .y = self.y + other.y };
            }
        };
        """,
    )
    write(
        here / "build.zig.zon",
        """.{
            .name = .user,
            .version = "0.1.0",
            .fingerprint = 0x8d93d6497546d42f,
            .dependencies = .{ .parts = .{ .path = "parts" }, .whole = .{ .path = "whole" } }, // beside this file
            .paths = .{""},
        }""",
    )
    write(  # Zig has a module "root" of its own
        here / "whole" / "build.zig",
        """
        const std = @import("std");
        pub fn build(b: *std.Build) void {
            _ = b.addModule("root", .{ .root_source_file = b.path("whole.zig") });
        }
        """,
    )
    write(
        here / "whole" / "build.zig.zon",
        '.{ .name = .whole, .version = "0.1.0", .fingerprint = 0xc459294fa9644739, .paths = .{""} }',
    )
    write(here / "whole" / "whole.zig", "pub fn seven() u8 { return 7; }\n")
    write(
        here / "depends.zig",
        'const numbers = @import("numbers");\nconst parts = @import("parts");\npub const whole = @import("whole");\n'
        "pub fn number() i64 { return numbers.three + parts.three; }\n"
        "pub const Place = parts.Point;\npub const lib = numbers;\npub const Ints = parts.Stack(i64);\n"
        "pub fn unit() numbers.Point { return .{ .x = 1, .y = 1 }; }\n",
    )
    depends = fresh("depends")
    assert depends.number() == 6
    assert depends.whole.seven() == 7
    assert isinstance(depends.unit(), depends.Place)
    assert depends.lib.Point is depends.Place
    assert depends.Place.__doc__ == "Somewhere."
    assert depends.lib.sum([depends.Place(2, 3), depends.unit().plus(other=depends.unit())]) == 9
    assert str(inspect.signature(depends.lib.sum)) == "(points)"
    assert str(inspect.signature(depends.Place)) == "(x, y=0)"
    reasons = {left.name: left.reason for left in nano_ffi.explain(here / "depends.zig")}
    assert reasons["lib.old"] == "Zig does not compile it: struct 'point.Point' has no member named 'gone'"
    assert reasons["lib.wrong"].startswith("Zig does not compile it: type 'u8' cannot represent integer value '256'")
    with depends.Ints() as stack:
        stack.push(item=7)
        assert stack.pop() == 7
    assert depends.lib.sum.__doc__ == "Of all coordinates."
    fresh("depends")
    assert compiled == ["depends"]
    write(here / "parts" / "src" / "numbers.zig", NUMBERS.replace("= 3;", "= 33;"))
    assert fresh("depends").number() == 66
    write(here / "depends.zig", 'pub fn number() i64 {\n    return @import("parts").four;\n}')
    with pytest.raises(CompileError) as caught:
        fresh("depends")
    assert f"{here / 'depends.zig'}:2:28: error: " in str(caught.value)
    write(here / "parts" / "build.zig.zon", ".{ .name = 5 }")
    with pytest.raises(CompileError) as caught:
        fresh("depends")
    assert str(caught.value).startswith(f"{here / 'parts' / 'build.zig.zon'}:1:12: error: ")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only ELF files have their debug information in them")
def test_a_panic_shows_its_place(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = here / "panicking.zig"
    write(path, "pub fn less(a: u8) u8 {\n    return a - 1;\n}\n")
    module = importlib.import_module("panicking")
    for line in (2, 3):
        with pytest.raises(nano_ffi.ZigPanic, match=r"^less\(\): integer overflow$") as caught:
            module.less(0)
        frame = caught.traceback[-1]
        assert (str(frame.path), frame.lineno + 1) == (str(path), line)
        write(path, "pub fn less(a: u8) u8 {\n\n    return a - 1;\n}\n")
        nano_ffi.reload(module)


def test_an_error_of_the_users_shows_what_is_his(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "sub").mkdir()
    write(here / "sub" / "__init__.py", "")
    write(
        here / "wrong.zig",
        "fn inner(x: i64) i64 {\n    return x + true;\n}\npub fn f(x: i64) i64 {\n    return inner(x);\n}\n",
    )
    write(here / "sub" / "above.zig", 'pub const x = @import("../wrong.zig");\n')
    path = here / "wrong.zig"
    with pytest.raises(CompileError) as caught:
        importlib.import_module("wrong")
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f"{path}:2:14: error: ")
    assert lines[1] == "    return x + true;"
    assert lines[-2:] == ["referenced by:", f"    f: {path}:5:17"]
    assert "zig/" not in str(caught.value)
    done = run("import nano_ffi.importer\nimport sub.above", here)
    assert frames(done.stderr) == ['  File "<string>", line 3, in <module>']
    assert "above.zig:1:23: error: import of file outside module path" in done.stderr
    assert done.stderr.rstrip().endswith('with a line for each, as pub const part = @import("part/file.zig");')
    done = run(f"import nano_ffi\nnano_ffi.load({str(path)!r})", here)
    assert len(frames(done.stderr)) == 2


def test_what_cannot_be_run_is_said_with_the_reason(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.name == "nt":
        pytest.skip("Windows has no such mount option")
    program = here / "count"
    program.write_text("")
    program.chmod(0o644)
    with pytest.raises(CompileError) as refused:
        tool(Zig.find(), here / "count.zig", here)
    assert str(refused.value) == f"{program} cannot be run: {switches.NOEXEC}"
    monkeypatch.setattr(loading, "extension_of", lambda *_, **__: str(program))
    with pytest.raises(ImportError, match=re.escape(f": {switches.NOEXEC}")):
        nano_ffi.load(here / "count.zig")


def frames(traceback: str) -> list[str]:
    return [line for line in traceback.splitlines() if line.startswith("  File ")]


def test_what_calls_a_function_of_another_system_costs_no_other(here: Path) -> None:
    source = here / "foreign.zig"
    source.write_text(FOREIGN, encoding="utf-8")
    foreign = nano_ffi.load(source)
    assert (foreign.near(1), foreign.abs(-3), foreign.far(0)) == (2, 3, 0)
    nowhere = "which is nowhere: name the library in link of [tool.nano-ffi], where this system has it"
    with pytest.raises(nano_ffi.ZigPanic, match=rf"^far\(\): calls 'FarAway', {re.escape(nowhere)}$"):
        foreign.far(1)
    with pytest.raises(nano_ffi.ZigPanic, match=rf"^watched\(\): calls 'kqueue', {re.escape(nowhere)}$"):
        foreign.watched()
    left_out = {left.name: left.reason for left in described(foreign).left_out}
    assert left_out == {"nano_ffi_far": nowhere.removeprefix("which ").replace("is", "it is", 1)}
    built = foreign.__file__
    nano_ffi.reload(foreign)
    assert foreign.__file__ == built


def test_what_cannot_do_without_it_says_what_to_do(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    skip = '.skip = .{"name"} in nano_ffi_options of what declares that'

    def refused(source: Path, symbol: str, **options: str) -> None:
        message = rf"{source.name}: a function of it uses '{symbol}', .*{re.escape(skip)}$"
        with pytest.raises(ImportError, match=message):
            nano_ffi.load(source, **options)

    # In the place of a variable is nothing that could be read, and nothing catches a panic in ReleaseFast.
    variable = here / "variable.zig"
    variable.write_text('extern "c" var nano_ffi_far: c_int;\npub fn get() i64 {\n    return nano_ffi_far;\n}\n')
    refused(variable, "nano_ffi_far")
    source = here / "foreign.zig"
    source.write_text(FOREIGN, encoding="utf-8")
    refused(source, "(FarAway|kqueue|nano_ffi_far)", mode="ReleaseFast")
    monkeypatch.setenv("NANO_FFI_BUILD", "never")
    refused(source, "(FarAway|kqueue|nano_ffi_far)", mode="ReleaseFast")
    monkeypatch.delenv("NANO_FFI_BUILD")
    skipped = 'pub const nano_ffi_options = .{ .skip = .{ "far", "watched", "nano_ffi_far" } };'
    source.write_text(f"{skipped}\n{FOREIGN}", encoding="utf-8")
    assert nano_ffi.load(source, mode="ReleaseFast").near(1) == 2


def test_functions_that_are_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "a.zig"
    file.write_text(
        'extern fn here(x: u8) u8;\npub extern "b" fn @"there"() void;\nextern "c" fn abs(c_int) c_int;\n'
        'extern "c" threadlocal var value: u8;\nextern const both: u8;\nextern fn both() void;\n'
    )
    library = tmp_path / "std"
    library.mkdir()
    (library / "c.zig").write_text('pub extern "c" fn kqueue() c_int;\nextern var environ: u8;\n')

    def found(symbol: str, *, is_plain: bool = True) -> list[str]:
        return absent_functions(symbol, [file], library, is_plain=is_plain)

    assert found("here") == ["here", "there"]
    assert found("there", is_plain=False) == ["there"]
    assert found("kqueue") == ["kqueue"]
    for symbol in ("value", "both", "environ", "nobody"):
        assert found(symbol) == []


@pytest.mark.parametrize(
    ("message", "symbol"),
    [
        ("/a/x.so: undefined symbol: FarAway", "FarAway"),
        ("Error relocating /a/x.so: FarAway: symbol not found", "FarAway"),
        ("dlopen(/a/x.so, 0x0002): symbol not found in flat namespace '_FarAway'", "FarAway"),
        ("/a/x.so: cannot open shared object file: No such file or directory", None),
    ],
)
def test_the_symbol_that_is_missing(message: str, symbol: str | None) -> None:
    assert loading.missing_symbol(message) == symbol


def test_what_zig_says_of_nano_ffis_own_files_is_left_out() -> None:
    theirs = "/home/me/a.zig:1:2: error: no\n    x\n    ^"
    ours = "/lib/nano_ffi/zig/b.zig:3:4: note: called here\n    y\n    ^"
    meant = "/lib/nano_ffi/zig/b.zig:3:4: error: nano_ffi: f has no such thing\n    y\n    ^"
    bug = "/lib/nano_ffi/zig/b.zig:3:4: error: expected type\n    y\n    ^"
    references = "referenced by:\n    f: /home/me/a.zig:9:9\n    run: /lib/nano_ffi/zig/b.zig:3:4\n    9 reference(s) hidden; use x"
    noise = "debug: x\n/a/b.zig:1:2: 0x1 in f\ninstall\n+- compile lib x\nBuild Summary: 1/2\nfailed command: zig\nerror: the following build command failed with exit code 1:\n"
    says = functools.partial(for_the_user, ours=["/lib/nano_ffi/zig/"])
    assert says(f"{theirs}\n{ours}\n{references}") == f"{theirs}\nreferenced by:\n    f: /home/me/a.zig:9:9"
    assert says(f"{meant}\n{ours}\nreferenced by:\n    run: /lib/nano_ffi/zig/b.zig:3:4") == (
        "error: nano_ffi: f has no such thing"
    )
    assert says(f"{bug}\n{ours}") == bug
    assert says(f"{noise}{theirs}") == theirs
    assert says("something else") == "something else"


def test_of_an_error_the_outermost_place_that_is_not_ours_is_unusable() -> None:
    ours = ["/lib/nano_ffi/zig/", "/build/"]
    inner = "lib/a.zig:1:2: error: no such\n    x\n    ^\nlib/b.zig:7:2: note: here"
    trace = "referenced by:\n    g: lib/a.zig:8:9\n    f: /lib/c.zig:9:9\n    run: /lib/nano_ffi/zig/b.zig:3:4\n    x: /build/root.zig:1:1"
    alone = "/lib/d.zig:5:6: error: other"
    assert unusable(f"{inner}\n{trace}\n{alone}\nerror: 2 compilation errors", "/home", ours) == {
        ("/lib/c.zig", 9): "no such",
        ("/lib/d.zig", 5): "other",
    }
    assert unusable(inner, "/home", ours) == {("/home/lib/a.zig", 1): "no such"}
    inline = inner.replace("note: here", "note: called inline here")
    assert unusable(inline, "/home", ours) == {("/home/lib/b.zig", 7): "no such"}
    assert unusable(f"{alone}\n/lib/nano_ffi/zig/b.zig:3:4: error: nano_ffi: no", "/build", ours) == {}
    assert unusable(f"{alone}\nerror: unable to link", "/build", ours) == {}
    assert unusable("", "/build", ours) == {}


def test_without_the_extra_a_compiler_is_asked_for(here: Path) -> None:
    write(here / "wanted.zig", ADD)
    code = """
        import sys
        sys.modules["filelock"] = None
        import nano_ffi
        try:
            nano_ffi.load(sys.path[0] + "/wanted.zig")
        except ImportError as error:
            print(error)
    """
    both = code.replace("= None", "= sys.modules['ziglang'] = None", 1)
    environment = {"NANO_FFI_CACHE": str(here / "empty")}
    assert run(code, here, **environment).stdout.startswith("what is built needs a lock: pip install ")
    for text in (both, code.replace("filelock", "ziglang")):
        done = run(text, here, **environment)
        assert done.stdout.startswith("no Zig compiler is installed; it is a Python package: pip install "), done


def test_a_signal_that_ended_zig_is_named() -> None:
    zig = Zig(executable="zig", cache="cache")
    for code, said in (
        (-9, "Zig was ended by signal 9 (Killed), as the system does where memory is short"),
        (-15, "Zig was ended by signal 15 (Terminated)"),
    ):
        assert zig.complaint(subprocess.CompletedProcess([], code, b"", b"")) == said


def test_what_is_watched_is_built_when_it_has_changed(here: Path, compiled: list[str]) -> None:
    write(here / "watched.zig", ADD)
    told: list[str] = []

    def tell(watched: watching.Watched, seconds: float, error: ImportError | None) -> None:
        assert seconds >= 0
        told.append(str(error or watched.unit.name))

    watched = [watching.Watched(str(here / "watched.zig"), "watched", Switches())]
    for _ in range(3):
        watching.look(watched, tell)
    assert (told, compiled) == (["watched"], ["watched"])
    assert fresh("watched").add(1, 2) == 3
    assert compiled == ["watched"]
    # A mistake is said once; it is mended in a file that was no part of the module before.
    (here / "watched.zig").write_text(f'pub const part = @import("part.zig");\n{ADD.replace("a + b", "a - b")}')
    write(here / "part.zig", "pub const wrong: u8 = 256;\npub const right = wrong;")
    for _ in range(3):
        watching.look(watched, tell)
    assert len(told) == 2
    assert "part.zig:1:23: error: " in told[1]
    (here / "part.zig").write_text("pub const right: u8 = 255;")
    for _ in range(3):
        watching.look(watched, tell)
    assert told[2:] == ["watched"]
    assert fresh("watched").add(1, 2) == -1
    assert compiled == ["watched"] * 3


def test_a_process_watches_what_it_imports(here: Path) -> None:
    write(here / "along.zig", ADD)
    done = run(
        f"""
        import os, pathlib, time
        import nano_ffi, nano_ffi.importer
        import along
        from nano_ffi import builds
        from nano_ffi.switches import Switches

        record = pathlib.Path(builds.Unit(along.__spec__.origin, "along", Switches()).record)
        before = record.read_bytes()
        path = pathlib.Path({str(here / "along.zig")!r})
        path.write_text(path.read_text().replace("a + b", "a * b"))
        for _ in range(600):
            if record.read_bytes() != before:
                break
            time.sleep(0.1)
        os.environ["NANO_FFI_BUILD"] = "never"
        print(along.add(3, 4), nano_ffi.reload(along).add(3, 4))
        """,
        here,
        NANO_FFI_WATCH="1",
    )
    assert (done.stdout, done.stderr) == ("7 12\n", "")


def test_the_first_build_of_a_cache_is_announced(here: Path, tmp_path: Path) -> None:
    """On any output: it takes longer than all others, and nothing is compiled twice."""
    write(here / "first.zig", ADD)
    environment = {"NANO_FFI_CACHE": str(tmp_path / "new"), "NANO_FFI_MODE": "Debug"}
    said = f"nano_ffi: building first, the first module in {tmp_path / 'new'}: this compiles what all modules share, once\n"
    code = "import nano_ffi.importer\nimport first\nprint(first.__file__)"
    done = run(code, here, **environment)
    assert done.stderr == said
    again = run(code, here, **environment, NANO_FFI_VERBOSE="2")
    assert (again.stdout, again.stderr) == (done.stdout, "")
