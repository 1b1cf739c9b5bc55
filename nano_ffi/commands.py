"""``nano-ffi new``, ``build``, ``stubs``, ``explain``, ``test``, ``watch``, ``editor`` and ``doctor``: what a user does with his own Zig."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import importlib.util
import keyword
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import nano_ffi
from nano_ffi import builds
from nano_ffi.compiler import STABLE_MINOR, CompileError, Job
from nano_ffi.description import Description
from nano_ffi.explaining import explain
from nano_ffi.loading import extension_of
from nano_ffi.project import modules_here
from nano_ffi.pyi import stub, write_stub
from nano_ffi.settings import project_name, read_table
from nano_ffi.switches import MODES, SWITCHES, SettingsError, Switches, cache_folder, make_folder, mode_named
from nano_ffi.wheels import targets
from nano_ffi.zig import version_of, zig_executable

__all__ = ["build", "doctor", "editor", "explain_", "new", "stubs", "test", "watch"]

TEMPLATE = next(path for folder in nano_ffi.__path__ if (path := Path(folder, "template")).is_dir())

EXIT_CODES = "The exit code is 0, or 1 where something failed, or 2 for a wrong command line."


def parser_of(name: str, description: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"nano-ffi {name}", description=description, epilog=EXIT_CODES)


def shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def complaining(main: Callable[[Sequence[str]], int]) -> Callable[[Sequence[str]], int]:
    """Errors of users' making become messages."""

    def run(argv: Sequence[str]) -> int:
        try:
            return main(argv)
        except ImportError as error:  # CompileError and SettingsError
            if not isinstance(error, CompileError | SettingsError) and not error.path:
                raise
            print(error, file=sys.stderr)
            return 1

    return run


def add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE.zig",
        help="default: the modules of [tool.nano-ffi] in pyproject.toml",
    )


@complaining
def new(argv: Sequence[str]) -> int:
    """Make a project, or the workflows of one that is there."""
    parser = parser_of("new", "Make a folder with a project: a Zig module, its tests, and all that makes wheels of it.")
    parser.add_argument("name", metavar="NAME", nargs="?", help="of the project and its folder")
    parser.add_argument(
        "--workflows",
        action="store_true",
        help="make .github/ alone, for the project of C or C++ in this folder (NAME: as pyproject.toml says)",
    )
    given = parser.parse_args(argv)
    name = given.name
    if given.workflows:
        name = name or project_name("pyproject.toml")
        if not name:
            parser.error("no pyproject.toml in this folder has the name of a project: nano-ffi new --workflows NAME")
    elif name is None:
        parser.error("the name of the project is missing")
    package = re.sub(r"[-.]", "_", name)
    taken = package in sys.stdlib_module_names or keyword.iskeyword(package)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*([-_.]+[A-Za-z0-9]+)*", name) or (taken and not given.workflows):
        parser.error(
            f"{name!r} cannot be the name of a project: take ASCII letters, digits and dashes, and no name of Python's own"
        )
    if given.workflows:
        return make_workflows(parser, name)
    if why := shadowed(package):
        parser.error(f"{name!r} cannot be the name of a project: {why}: take another name")
    folder = Path(name)
    if folder.exists():
        parser.error(f"there is a {name} here already: take another name, or go elsewhere")
    words = {"NAME": name, "PACKAGE": package, "VERSION": nano_ffi.__version__}
    write_all({place_of(source, folder, package): source for source in sorted(TEMPLATE.rglob("*.in"))}, words)
    print(
        f"\nNext:\n  cd {name}\n  pip install -e . --group dev\n  pytest            # Python's tests and Zig's"
        "\n  mypy src tests\n  nano-ffi editor   # for ZLS, VS Code and debuggers\n  nano-ffi wheels   # for every platform"
    )
    return 0


def place_of(source: Path, folder: Path, package: str = "") -> Path:
    """Where a file of the template is to be in a project."""
    inside = str(source.relative_to(TEMPLATE).with_suffix(""))
    return folder / inside.replace("PACKAGE", package).replace("dot.", ".")


def write_all(files: Mapping[Path, Path], words: Mapping[str, str]) -> None:
    for path, source in files.items():
        text = source.read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"written: {path}")


def make_workflows(parser: argparse.ArgumentParser, name: str) -> int:
    """Write what releases a project without Zig: the template's workflows, but for how its wheels are made."""
    files = {place_of(source, Path()): source for source in sorted(TEMPLATE.glob("dot.github/**/*.in"))}
    files[Path(".github", "workflows", "wheels.yml")] = TEMPLATE / "wheels_of_c.yml"
    if there := [path for path in files if path.exists()]:
        parser.error(
            f"there is a {', '.join(map(str, there))} here already: move it away, and take from it what you need"
        )
    tests = next((folder for folder in ("tests", "test") if Path(folder).is_dir()), "tests")
    write_all(files, {"NAME": name, "VERSION": nano_ffi.__version__, "TESTS": tests})
    print("\nNext:\n  nano-ffi wheels --explain   # what they will build\n  read .github/workflows/")
    return 0


DEVICES = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d)")


def shadowed(package: str) -> str:
    """What the package of a new project would stand in the way of; empty for nothing."""
    if DEVICES.fullmatch(package):
        return "Windows has a device of that name, and no folder"
    if package in {"test", "tests", "src"}:
        return "the folder of its tests or sources, or Python's own tests, would be imported in its place"
    if package in {"numpy", "nano_ffi"}:
        return "it would be imported in the place of that package, which nano_ffi uses"
    found = importlib.util.find_spec(package)
    if found is not None and found.loader is not None:  # and no mere folder
        return f"a module of that name is installed here, at {found.origin}, and it would be imported in its place"
    return ""


@complaining
def build(argv: Sequence[str]) -> int:
    """Compile modules to where Python finds them."""
    parser = parser_of("build", "Compile Zig files to extension modules, each with its stub.")
    add_files(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="FOLDER", help="default: each beside its Zig file")
    parser.add_argument(
        "--target",
        metavar="ID",
        action="append",
        help="cibuildwheel's build identifier, cp313-win_amd64 (again for more)",
    )
    parser.add_argument("--mode", help=f"{', '.join(MODES)} (default: what pyproject.toml says, or ReleaseSafe)")
    parser.add_argument("--cpu", help="as Zig's -mcpu takes it (default: native, and with --target baseline)")
    parser.add_argument("--abi3", action="store_true", help=f"for CPython 3.{STABLE_MINOR} and all later ones")
    parser.add_argument("--strip", action="store_true", help="without debug information (with --target always)")
    given = parser.parse_args(argv)
    switches = Switches()
    mode = mode_named(given.mode, "--mode") if given.mode else switches.mode
    for source in modules_here(given.files):
        for identifier in given.target or [None]:
            try:
                target = targets.parse(identifier) if identifier else None
            except ValueError as error:
                parser.error(str(error))
            job = Job.of(
                source,
                target=target,
                mode=mode,
                cpu=given.cpu or switches.cpu,
                strip=given.strip or None,
                abi3=given.abi3,
            )
            started = time.monotonic()
            folder = given.output or source.parent
            path = job.compile(folder).path
            print(f"written: {shown(path)} ({path.stat().st_size // 1000} kB, {time.monotonic() - started:.1f} s)")
            write_stub(path, folder / f"{job.name}.pyi")
    return 0


@complaining
def stubs(argv: Sequence[str]) -> int:
    """Write stubs, or compare them."""
    parser = parser_of("stubs", "Write the type stub of each Zig file beside it.")
    add_files(parser)
    parser.add_argument(
        "--check", action="store_true", help="write nothing: fail where a stub is missing or not as it would be"
    )
    given = parser.parse_args(argv)
    wrong = 0
    for source in modules_here(given.files):
        name = builds.module_name(str(source))
        path = source.with_name(f"{name}.pyi")
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        text = stub(Description.read(Path(extension_of(str(source), name))))
        if given.check and path.exists() and path.read_text(encoding="utf-8") != before:
            path.write_text(before, encoding="utf-8", newline="")  # the build wrote it
        if text == before:
            continue
        if given.check:
            wrong += 1
            lines = difflib.unified_diff(before.splitlines(True), text.splitlines(True), shown(path), "as it would be")
            sys.stdout.writelines(lines)
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"written: {shown(path)}")
    if wrong:
        print(f"{wrong} stubs are not up to date: nano-ffi stubs", file=sys.stderr)
    return min(wrong, 1)


@complaining
def explain_(argv: Sequence[str]) -> int:
    """Say what is left out."""
    parser = parser_of("explain", "Say which public declarations of Zig files are not in their modules, and why.")
    add_files(parser)
    for source in modules_here(parser.parse_args(argv).files):
        explain(source)
    return 0


@complaining
def test(argv: Sequence[str]) -> int:
    """Run the test blocks."""
    from nano_ffi.zig_tests import has_tests, run_tests

    parser = parser_of("test", "Run the test blocks of Zig files.")
    add_files(parser)
    parser.add_argument(
        "--filter", action="append", default=[], metavar="TEXT", help="only tests with this in their name"
    )
    given = parser.parse_args(argv)
    counts: dict[str, int] = dict.fromkeys(("passed", "failed", "skipped"), 0)
    for source in modules_here(given.files):
        if not has_tests(source):
            continue
        print(shown(source))
        for result in run_tests(source, given.filter):
            counts[result.outcome if result.good else "failed"] += 1
            print(f"  {result.outcome:8}{result.name}")
            if result.output:
                print("".join(f"      {line}\n" for line in result.output.splitlines()), end="")
    print(", ".join(f"{number} {outcome}" for outcome, number in counts.items()))
    if not any(counts.values()):
        print("no tests: give Zig files with `test` blocks", file=sys.stderr)
    return int(counts["failed"] > 0 or not any(counts.values()))


@complaining
def watch(argv: Sequence[str]) -> int:
    """Build what changes."""
    from nano_ffi import watching

    parser = parser_of(
        "watch",
        "Build modules now, and again as soon as their files change: an import, or nano_ffi.reload(), finds them built. "
        "It ends with Ctrl-C.",
    )
    add_files(parser)
    given = parser.parse_args(argv)
    all_watched = [
        watching.Watched(str(source), builds.module_name(str(source)), Switches())
        for source in modules_here(given.files)
    ]

    def told(watched: watching.Watched, seconds: float, error: ImportError | None) -> None:
        where = shown(Path(watched.unit.source))
        print(f"{where}: up to date ({seconds:.1f} s)" if error is None else error, flush=True)

    with contextlib.suppress(KeyboardInterrupt):
        watching.watch(all_watched, told)
    return 0


@complaining
def editor(argv: Sequence[str]) -> int:
    """Write what editors need."""
    from nano_ffi.editors import write_files

    parser = parser_of(
        "editor",
        "Write build.zig, which knows nano_ffi and has the step `check`, zls.json and .vscode/launch.json into this folder. They "
        "name folders of this machine, so they are not for version control. What is there already is kept, but for a build.zig "
        "that this command has written.",
    )
    add_files(parser)
    for path in write_files(Path.cwd(), modules_here(parser.parse_args(argv).files)):
        print(f"written: {shown(path)}")
    return 0


@complaining
def doctor(argv: Sequence[str]) -> int:
    """Say what is missing."""
    parser = parser_of("doctor", "Say what is missing to build modules and wheels here, and how to get it.")
    parser.parse_args(argv)
    wrong = 0
    for good, what in findings():
        print(f"{'ok' if good else 'MISSING' if good is False else 'note'}: {what}")
        wrong += good is False
    return min(wrong, 1)


def findings() -> Iterator[tuple[bool | None, str]]:
    """What was looked at, and whether it is as it must be; None where it is only good to know."""
    version = sys.version.split()[0]
    yield True, f"nano_ffi {nano_ffi.__version__}, CPython {version} at {sys.executable}"
    try:
        yield True, f"modules are built for {targets.native().identifier}"
    except ValueError as error:
        yield False, f"no modules can be built for this CPython: {error}"
    yield from installed("zig", "to build modules")
    executable = zig_executable()
    if executable is not None:
        yield from zig_findings(executable)
    try:
        folder = Path(cache_folder())
        make_folder(str(folder))
        with tempfile.TemporaryFile(dir=folder):
            yield True, f"what is built is kept in {folder}"
        Switches()
    except (OSError, SettingsError) as error:
        yield (
            False,
            f"{error}: set NANO_FFI_CACHE_DIR to a folder that can be written"
            if isinstance(error, OSError)
            else str(error),
        )
    for name in SWITCHES:
        if os.environ.get(name):
            yield None, f"{name}={os.environ[name]}"
    if sys.version_info < (3, 11):
        yield None, "wheels for other platforms need CPython 3.11 or later to be built"
    else:
        yield from installed("wheels", "to build wheels for every platform", needed=False)
    yield from project_findings()


def installed(extra: str, purpose: str, *, needed: bool = True) -> Iterator[tuple[bool | None, str]]:
    """Whether the requirements of one of our extras are there."""
    from importlib.metadata import PackageNotFoundError, requires, version

    missing: list[str] = []
    for requirement in requires("nano-ffi") or ():
        wanted, _, marker = requirement.partition(";")
        if f"extra == '{extra}'" not in marker.replace('"', "'") or (
            "python_version < '3.11'" in marker.replace('"', "'") and sys.version_info >= (3, 11)
        ):
            continue
        name, pin = re.match(r"([\w.-]+)\s*(.*)", wanted.strip()).groups()  # type: ignore[union-attr]
        try:
            found = version(name)
        except PackageNotFoundError:
            missing.append(name)
            continue
        if pin.startswith("==") and found != pin[2:]:
            missing.append(f"{name} {pin[2:]} (there is {found})")
    remedy = f'pip install "nano-ffi[{extra}]"'
    if missing:
        yield False if needed else None, f"{', '.join(missing)}, {purpose}: {remedy}"
    else:
        yield True, f"all that is needed {purpose}"


def zig_findings(executable: str) -> Iterator[tuple[bool | None, str]]:
    """Whether Zig runs, and builds."""
    try:
        yield True, f"Zig {version_of(executable)} at {executable}"
    except OSError as error:
        yield False, f'Zig at {executable} cannot be run ({error}): pip install --force-reinstall "nano-ffi[zig]"'
        return
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary, "probe.zig")
        source.write_text("pub fn answer() i64 {\n    return 42;\n}\n", encoding="utf-8")
        started = time.monotonic()
        try:
            Job.of(source, mode="Debug").compile(Path(temporary, "built"))
        except (CompileError, OSError) as error:
            yield False, f"a module of one line cannot be built: {error}"
        else:
            yield True, f"a module of one line is built in {time.monotonic() - started:.1f} s"


def project_findings() -> Iterator[tuple[bool | None, str]]:
    """Of the project in this folder, if there is one."""
    pyproject = Path.cwd() / "pyproject.toml"
    if not pyproject.is_file():
        return
    try:
        table = read_table(pyproject)
        for module in map(Path, table.modules):
            if not module.is_file():
                yield False, f"{pyproject}: [tool.nano-ffi] modules names {module}, and there is no such file"
                continue
            for old in sorted(module.parent.glob(f"{module.stem}.*")):
                stale = old.suffix in {".so", ".pyd"} and old.stat().st_mtime < module.stat().st_mtime
                if stale:
                    yield (
                        None,
                        f"{shown(old)} is older than {module.name}, and is imported instead of it: remove it, or `nano-ffi build`",
                    )
        yield True, f"[tool.nano-ffi] of {pyproject}"
    except SettingsError as error:
        yield False, str(error)
