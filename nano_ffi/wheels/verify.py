"""``nano-ffi verify``: what each wheel claims, compared with what its bytes say.

Nothing that wrote a wheel is trusted: not its name, its metadata, its repair tool, nor the symbol table of its binary.
A problem is one line, ``WHEEL: MEMBER: what is wrong, what was expected: what to do``.

Specifications: binary distribution format (file name, WHEEL, RECORD), core metadata and platform compatibility tags,
all at packaging.python.org; PEP 3149 and PEP 489 for extension modules, PEP 384 and PEP 803 for the stable ABIs,
PEP 561 for stubs, PEP 600 and PEP 656 for manylinux and musllinux.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import functools
import importlib.metadata
import io
import json
import os
import posixpath
import re
import sys
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from email.parser import BytesParser
from pathlib import Path

from packaging.metadata import ExceptionGroup, Metadata
from packaging.tags import Tag, parse_tag
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from nano_ffi.wheels import checksums, sbom
from nano_ffi.wheels.binary import Expect, Format, recognise
from nano_ffi.wheels.claim import Claim, claim_of
from nano_ffi.wheels.extension import check_binary, own_path
from nano_ffi.wheels.identity import MARKER, is_extension, module_name

__all__ = ["Options", "Report", "main", "verify_wheel"]


@dataclass(kw_only=True)
class Report:
    """What was found in a wheel, or by a tool in all of them."""

    name: str
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checks: int = 0

    def about(self, member: str) -> Expect:
        """An `Expect` whose problems are about a member of the wheel."""

        def expect(holds: object, problem: str) -> bool:
            self.checks += 1
            if not holds:
                self.problems.append(f"{self.name}: {member}: {problem}")
            return bool(holds)

        return expect


@dataclass(frozen=True, kw_only=True)
class Options:
    quick: bool
    max_size: float
    """In MB (10⁶ bytes)."""


def main(argv: list[str]) -> int:
    """The command. Returns 0 if every wheel is as it claims, 1 if one is not, 2 if there is none."""
    parser = argparse.ArgumentParser(
        prog="nano-ffi verify", description="Compare what wheels claim with what their bytes say."
    )
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        default=["wheelhouse"],
        help="wheels, or folders of wheels (default: wheelhouse)",
    )
    parser.add_argument(
        "--quick", action="store_true", help="leave out the checks of other tools (twine, auditwheel, …)"
    )
    parser.add_argument(
        "--complete", action="store_true", help="refuse a set with other wheels than pyproject.toml selects"
    )
    parser.add_argument("--tag", help="refuse wheels of another version than this tag's, v0.3.0")
    parser.add_argument("--all-archs", action="store_true", help="with --complete: select all architectures")
    parser.add_argument(
        "--max-size",
        type=float,
        default=10,
        metavar="MB",
        help="largest wheel that is no mistake (default: %(default)s)",
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: one per core)"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="print also what could not be decided")
    arguments = parser.parse_args(argv)
    wheels: list[Path] = []
    for path in map(Path, arguments.paths):
        found = sorted(path.glob("*.whl")) if path.is_dir() else [path]
        if not found or not all(wheel.is_file() for wheel in found):
            print(
                f"{path}: there is no wheel here: build some with `nano-ffi wheels`, or name other paths",
                file=sys.stderr,
            )
            return 2
        wheels += [wheel for wheel in found if wheel not in wheels]

    started = time.monotonic()
    options = Options(quick=arguments.quick, max_size=arguments.max_size)
    reports = list(_run(_tasks(wheels, options), max(1, arguments.jobs), progress=sys.stderr.isatty()))
    problems = [problem for report in reports for problem in report.problems]
    if arguments.tag and not problems:  # the names are right then
        problems += _check_tag(wheels, arguments.tag)
    if arguments.complete and not problems:
        from nano_ffi.wheels.complete import check_complete  # takes as long to import as a wheel to verify

        problems += check_complete(wheels, all_archs=arguments.all_archs)
    if arguments.verbose:
        for note in (note for report in reports for note in report.notes):
            print(f"note: {note}")
    for problem in problems:
        print(problem)
    if local := _local_versions(wheels):
        print(
            f"note: {' and '.join(local)}: what stands behind the + is for one's own machines (PEP 440), and indexes refuse "
            "it: before an upload, build from a tagged commit, or without local_scheme"
        )
    checks = sum(report.checks for report in reports)
    bad = sum(bool(report.problems) for report in reports if report.name.endswith(".whl"))
    print(
        f"{len(wheels)} wheels, {checks} checks in {time.monotonic() - started:.1f} s: "
        + (f"{len(problems)} problems, {bad} wheels refused" if problems else "all wheels are what they claim to be")
    )
    return 1 if problems else 0


def _check_tag(wheels: list[Path], tag: str) -> list[str]:
    return [
        f"{wheel.name}: file: is of version {version}, expected the tag's, {tag}: tag the commit of that version v{version}"
        for wheel in wheels
        if not _is_of(tag, version := parse_wheel_filename(wheel.name)[1])
    ]


def _local_versions(wheels: list[Path]) -> list[str]:
    found: set[str] = set()
    for wheel in wheels:
        with contextlib.suppress(InvalidWheelFilename):
            version = parse_wheel_filename(wheel.name)[1]
            found |= {str(version)} if version.local else set()
    return sorted(found)


def _is_of(tag: str, version: Version) -> bool:
    """Whether v2026.01.05 is the tag of 2026.1.5."""
    try:
        return tag.startswith("v") and Version(tag[1:]) == version
    except InvalidVersion:
        return False


Task = Callable[[], Report]


def _tasks(wheels: list[Path], options: Options) -> list[Task]:
    tools: list[Task] = [] if options.quick else _tool_tasks(wheels)
    folders = sorted({wheel.parent for wheel in wheels if (wheel.parent / checksums.FILE_NAME).exists()})
    sums = [functools.partial(_check_sums, folder) for folder in folders]
    return [*tools, *sums, *(functools.partial(verify_wheel, wheel, options=options) for wheel in wheels)]


def _check_sums(folder: Path) -> Report:
    report = Report(name=str(folder / checksums.FILE_NAME))
    expect = report.about("file")
    again = "`nano-ffi wheels` writes it anew"
    try:
        problems = checksums.differences(folder)
    except (OSError, ValueError) as error:
        expect(False, f"cannot be read ({error}): {again}")
        return report
    expect(not problems, f"{'; '.join(problems)}: {again}, where it is the wheels that are right")
    return report


def _run(tasks: list[Task], jobs: int, *, progress: bool) -> Iterator[Report]:
    """The reports, in the order of `tasks`."""
    results: dict[int, Report] = {}
    with ProcessPoolExecutor(max_workers=min(jobs, len(tasks))) as pool:
        futures: dict[Future[Report], int] = {pool.submit(task): index for index, task in enumerate(tasks)}
        for future in as_completed(futures):
            report = results[futures[future]] = future.result()
            if progress:
                print(f"\r\x1b[K[{len(results)}/{len(tasks)}] {report.name}", end="", file=sys.stderr, flush=True)
    if progress:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    for index in range(len(tasks)):
        yield results[index]


def verify_wheel(path: Path, *, options: Options) -> Report:
    """Everything that can be said of one wheel without another tool."""
    report = Report(name=path.name)
    whole = report.about("file")
    size = path.stat().st_size
    whole(
        size <= options.max_size * 1e6,
        f"has {size / 1e6:.1f} MB, expected at most {options.max_size:g} MB: build for release and strip, "
        "or raise --max-size",
    )
    try:
        name, version, build, tags = parse_wheel_filename(path.name)
    except InvalidWheelFilename as error:
        whole(
            False,
            f"is no name of a wheel ({error}), expected NAME-VERSION-PYTHON-ABI-PLATFORM.whl: do not rename wheels",
        )
        return report
    files = _read_zip(path, report)
    if files is None:
        return report

    folders = sorted({member.partition("/")[0] for member in files if ".dist-info/" in member})
    escaped = f"{path.name.split('-')[0]}-{path.name.split('-')[1]}.dist-info"
    if not whole(
        folders == [escaped],
        f"its metadata folders are {', '.join(folders) or 'none'}, expected {escaped}: build the wheel again",
    ):
        return report
    _check_metadata(files, escaped, str(canonicalize_name(name)), str(version), report)
    _check_wheel_file(files, escaped, tags, "".join(map(str, build)), report)
    _check_record(files, escaped, report)
    _check_contents(files, report)
    _check_paths(files, report)
    sbom.check(files, escaped, str(canonicalize_name(name)), str(version), report.about(escaped))
    claim = None
    try:
        claim = claim_of(tags)
    except ValueError as error:
        whole(False, str(error))
    _check_typing(files, report)
    if claim is not None:
        _check_binaries(files, claim, report)
    return report


def _read_zip(path: Path, report: Report) -> dict[str, bytes] | None:
    """The members' contents; None where the file is no readable zip."""
    whole = report.about("file")
    again = "build it again, or copy it again"
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        whole(False, f"is no zip file ({error}), expected a complete one: {again}")
        return None
    files: dict[str, bytes] = {}
    with archive:
        members = archive.infolist()
        whole(
            min((m.header_offset for m in members), default=0) == 0,
            f"has bytes before the zip archive, expected none: {again}",
        )
        whole(
            not archive.comment,
            "has a comment in the zip archive, expected none: installers may read something else into it",
        )
        stamps = {m.date_time for m in members}
        whole(
            len(stamps) <= 1,
            f"its members have {len(stamps)} different times, expected one for all, "
            "or the wheel cannot be reproduced: set SOURCE_DATE_EPOCH where it is built and repaired",
        )
        for member in members:
            expect = report.about(member.filename)
            if member.is_dir():
                continue
            expect(
                member.filename not in files,
                "is in the zip archive twice, so that it depends on the installer which one counts: "
                "build the wheel again",
            )
            parts = member.filename.split("/")
            inside = not ({"", ".", ".."} & set(parts) or "\\" in member.filename or ":" in parts[0])
            expect(inside, "lies outside of the wheel, expected a relative path without `..`: build the wheel again")
            mode = member.external_attr >> 16
            # 0 is what a tool without permissions writes.
            fine = mode == 0 or (mode & 0o170000 in {0, 0o100000} and not mode & 0o6002 and mode & 0o400)
            expect(
                fine,
                f"has the permissions {mode:o}, expected a regular file that its owner can read and not everybody "
                "can write: use umask 022",
            )
            try:
                files[member.filename] = archive.read(member)
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
                expect(False, f"cannot be unpacked ({error}): {again}")
                files[member.filename] = b""
    return files


def _check_metadata(files: dict[str, bytes], folder: str, name: str, version: str, report: Report) -> None:
    member = f"{folder}/METADATA"
    expect = report.about(member)
    if not expect(member in files, "is missing: build the wheel again"):
        return
    try:
        metadata = Metadata.from_email(files[member], validate=True)
    except ExceptionGroup as group:
        for error in group.exceptions:
            expect(False, f"is not valid core metadata ({error}): correct [project] in pyproject.toml")
        return
    said = str(canonicalize_name(metadata.name))
    expect(said == name, f"says Name: {metadata.name}, expected {name} by the file's name: do not rename wheels")
    expect(
        str(metadata.version) == version,
        f"says Version: {metadata.version}, expected {version} by the file's name: do not rename wheels",
    )
    expect(
        metadata.license_files or not (metadata.license_expression or metadata.license),
        "says a license, but has no License-File: name the license's file in license-files of [project]",
    )
    for license_file in metadata.license_files or []:
        expect(
            f"{folder}/licenses/{license_file}" in files,
            f"says License-File: {license_file}, which is not in {folder}/licenses: "
            "build with a backend that knows PEP 639",
        )


def _check_wheel_file(files: dict[str, bytes], folder: str, tags: frozenset[Tag], build: str, report: Report) -> None:
    member = f"{folder}/WHEEL"
    expect = report.about(member)
    if not expect(member in files, "is missing: build the wheel again"):
        return
    message = BytesParser().parsebytes(files[member])
    retag = "use `wheel tags` to rename a wheel"
    expect(
        message["Wheel-Version"] == "1.0",
        f"says Wheel-Version: {message['Wheel-Version']}, expected 1.0: build the wheel again",
    )
    lines = message.get_all("Tag", [])
    said = {tag for line in lines for tag in parse_tag(line)}
    missing, extra = sorted(map(str, tags - said)), sorted(map(str, said - tags))
    expect(not extra, f"says Tag: {', '.join(extra)}, which is not in the file's name: {retag}")
    expect(not missing, f"lacks Tag: {', '.join(missing)}, which is in the file's name: {retag}")
    expect(len(lines) == len(set(lines)), f"says a Tag twice: {retag}")
    expect(
        (message["Build"] or "") == build,
        f"says Build: {message['Build']}, expected {build or 'none'} by the file's name: {retag}",
    )
    if any(is_extension(name) for name in files):
        expect(
            message["Root-Is-Purelib"] == "false",
            f"says Root-Is-Purelib: {message['Root-Is-Purelib']}, expected false because there are extensions: "
            "set it in the build backend",
        )


def _check_record(files: dict[str, bytes], folder: str, report: Report) -> None:
    member = f"{folder}/RECORD"
    expect = report.about(member)
    if not expect(member in files, "is missing: build the wheel again"):
        return
    again = "repack with `wheel pack`, or build the wheel again"
    try:
        rows = list(csv.reader(io.StringIO(files[member].decode())))
    except (UnicodeDecodeError, csv.Error) as error:
        expect(False, f"is no CSV in UTF-8 ({error}): {again}")
        return
    listed: dict[str, tuple[str, str]] = {}
    for row in rows:
        if expect(
            len(row) == 3, f"has a line of {len(row)} fields ({','.join(row)}), expected path,hash,size: {again}"
        ):
            expect(row[0] not in listed, f"lists {row[0]} twice: {again}")
            listed[row[0]] = (row[1], row[2])
    # Signatures cannot be in what they sign.
    unlisted = sorted(name for name in files if name not in listed and name not in {f"{member}.jws", f"{member}.p7s"})
    expect(not unlisted, f"does not list {', '.join(unlisted)}, which is in the wheel: {again}")
    absent = sorted(name for name in listed if name not in files)
    expect(not absent, f"lists {', '.join(absent)}, which is not in the wheel: {again}")
    for name, (digest, size) in listed.items():
        if name not in files:
            continue
        about = report.about(name)
        if name in {member, f"{member}.jws", f"{member}.p7s"}:
            about(
                digest == size == "",
                f"is listed in RECORD with a hash or size, expected none, it cannot hold its own: {again}",
            )
            continue
        actual = checksums.record_hash(files[name])
        about(
            digest == actual,
            f"has the hash {actual}, expected {digest or 'one'} by RECORD: it was changed after packing; {again}",
        )
        about(
            size == str(len(files[name])),
            f"has {len(files[name])} bytes, expected {size or 'a number'} by RECORD: "
            f"it was changed after packing; {again}",
        )


JUNK = re.compile(
    r"(?:^|/)(?:__pycache__|\.git\w*|\.DS_Store|\.zig-cache|zig-cache|zig-out|zig-pkg|\.mypy_cache|\.pytest_cache"
    r"|node_modules|CMakeFiles)(?:/|$)"
    r"|\.(?:pyc|pyo|o|obj|a|lib|exp|pdb|ilk|dSYM|orig|rej|swp)$|(?:^|/)(?:CMakeLists\.txt|CMakeCache\.txt|setup\.py"
    r"|pyproject\.toml|noxfile\.py)$"
)
# What ends with `.in` is no test, but what one is made of.
TESTS = re.compile(r"(?:^|/)(?:tests?|testing_data)/(?!.*\.in$)|(?:^|/)(?:test_\w+|\w+_test|conftest)\.py$")


def is_import_library(name: str, files: Container[str]) -> bool:
    """Whether it is of the extension beside it: Meson installs it on Windows, where others might link with the extension."""
    stem = re.sub(r"\.(?:dll\.a|lib)$", "", name)
    return stem != name and f"{stem}.pyd" in files


def _check_contents(files: dict[str, bytes], report: Report) -> None:
    kinds = ((JUNK, "left over from a build"), (TESTS, "a test"))
    for pattern, kind in kinds:
        found = [name for name in files if pattern.search(name) and not is_import_library(name, files)]
        more = f", as {len(found) - 1} more are" if len(found) > 1 else ""
        report.about(next(iter(found), ""))(
            not found, f"is {kind}{more}, expected only what is imported: exclude it in the build backend"
        )
    folded: dict[str, str] = {}
    for name in files:
        other = folded.setdefault(name.lower(), name)
        report.about(name)(other == name, f"is the same file as {other} on Windows and macOS: rename one")


def _check_paths(files: dict[str, bytes], report: Report) -> None:
    """No folder of whoever builds or verifies is named; in binaries `check_binary` looks for those of others, too."""
    for name, data in files.items():
        if recognise(data) is None:
            found = own_path(data)
            report.about(name)(
                not found, f"names a path of this machine ({found}): keep absolute paths out of what is generated"
            )


def _check_typing(files: dict[str, bytes], report: Report) -> None:
    extensions = sorted(name for name in files if is_extension(name))
    report.about("file")(
        extensions,
        "has no extension module, expected at least one: nothing was built, or it was not installed into the wheel",
    )
    typed = any(name.endswith((".pyi", "/py.typed")) for name in files)
    promising = []
    for name in extensions:
        folder, _, file = name.rpartition("/")
        module = posixpath.join(folder, file.partition(".")[0])
        stub = f"{module}.pyi"
        there = stub in files or f"{module}/__init__.pyi" in files
        ours = MARKER.search(files[name]) is not None
        if ours:
            report.about(name)(
                there, f"has no stub, expected {stub} beside it: write one, and install it into the wheel"
            )
        elif typed and not there and module_name(name)[0] != "_":
            # Another module of the package may have the types of what it takes from here.
            report.notes.append(f"{report.name}: {name}: has no stub, so that type checkers know nothing of it")
        if ours or there:
            promising.append(name)
    for package in sorted({_inside(name).partition("/")[0] for name in promising if "/" in _inside(name)}):
        marker = f"{package}/py.typed"
        there = any(_inside(name) == marker for name in files)
        report.about(marker)(
            there,
            f"is missing, so that type checkers ignore the stubs (PEP 561): put an empty {marker} into the package",
        )
    if extensions and not promising and not typed:
        report.notes.append(f"{report.name}: has no stub and no py.typed, so that type checkers know nothing of it")


def _inside(name: str) -> str:
    """A member's path as it is installed: without ``NAME.data/platlib``."""
    return re.sub(r"^[^/]+\.data/(?:plat|pure)lib/", "", name)


def _check_binaries(files: dict[str, bytes], claim: Claim, report: Report) -> None:
    members = frozenset(files)
    for name, data in files.items():
        expect = report.about(name)
        format = recognise(data)
        named = is_extension(name) or re.search(r"\.(?:dll|dylib|exe)$|\.so(?:\.\d+)*$", name) is not None
        if format is Format.PE and not named and len(data) < 64:
            format = None  # text that begins with MZ
        if format is None and not named:
            continue
        expect(
            named or claim.format is Format.ELF,
            "is a binary that is named as none, expected .so, .pyd, .dll or .dylib: rename it, or leave it out",
        )
        if not expect(
            format is not None, "is named as a binary, but is neither ELF, Mach-O nor PE: put the binary there"
        ):
            continue
        report.notes += [f"{report.name}: {name}: {note}" for note in check_binary(name, data, claim, members, expect)]


def _tool_tasks(wheels: list[Path]) -> list[Task]:
    names = [str(wheel) for wheel in wheels]
    elf = [name for name in names if "linux_" in name or "android_" in name]
    windows = [name for name in names if re.search(r"-win\w*\.whl$", name)]
    stable = [name for name in names if re.search(r"-abi3[\w.]*-", name)]
    tasks: list[Task] = [functools.partial(_auditwheel, group) for group in _chunks(elf, 8)]
    tasks.append(functools.partial(_tool, "twine", ["check", "--strict", *names]))
    tasks.append(functools.partial(_tool, "check-wheel-contents", names))
    tasks.append(functools.partial(_tool, "pydistcheck", [*PYDISTCHECK, *names]))
    if stable:
        tasks.append(functools.partial(_tool, "abi3audit", ["--strict", *stable]))
    if windows:
        tasks.append(functools.partial(_delvewheel, windows))
    return tasks


PYDISTCHECK = [
    # Both are checked here already; the latter starts several processes for each binary, 25 s for 64 wheels.
    "--max-allowed-size-compressed=1G",
    "--max-allowed-size-uncompressed=1G",
    "--ignore=compiled-objects-have-debug-symbols",
]

HARMLESS = re.compile(
    r"""
    ^.*:\ W002:\ .*:\n(?:\ \ \S+\.pyi\n)+(?!\ \ )          # stubs with the same text, of two modules with the same functions
    | ^.*:\ W004:\ .*:\n(?:\ \ [^/\s]+\.libs/\S+\n)+(?!\ \ )  # libraries where repair tools put them, and nothing else
    | ^.*:\ W009:\ .*:\n(?:\ \ \S+\.libs/\n)*\ \ \S+\n(?:\ \ \S+\.libs/\n)*(?!\ \ )  # one package, and such a folder
    # or its stubs (PEP 561)
    | ^.*:\ W009:\ .*:\n(?:\ \ (?P<name>\w+)[./]\S*\n\ \ (?P=name)-stubs/\n|\ \ (?P<stubbed>\w+)-stubs/\n\ \ (?P=stubbed)[./]\S*\n)
      (?!\ \ )
    """,
    re.MULTILINE | re.VERBOSE,
)
"""What check-wheel-contents says of right wheels."""


def _chunks(names: list[str], size: int) -> list[list[str]]:
    return [names[start : start + size] for start in range(0, len(names), size)]


def _call(tool: str, arguments: Sequence[str]) -> tuple[int, str, str]:
    """Exit code, standard output and error of a command of this environment, run in this process to save its start."""
    (entry,) = importlib.metadata.entry_points(group="console_scripts", name=tool)
    out, err, argv = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = [tool, *arguments]
    code: object = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = entry.load()()
    except SystemExit as stop:
        code = stop.code
        if isinstance(code, str):
            err.write(code)
            code = 1
    finally:
        sys.argv = argv
    return (int(code) if isinstance(code, int) else 0), out.getvalue(), err.getvalue()


def _installed(tool: str, report: Report) -> bool:
    found = importlib.metadata.entry_points(group="console_scripts", name=tool)
    return report.about(tool)(found, 'is not installed: pip install "nano-ffi[wheels]", or leave it out with --quick')


def _tool(tool: str, arguments: Sequence[str]) -> Report:
    report = Report(name=tool)
    if _installed(tool, report):
        code, out, err = _call(tool, arguments)
        said, harmless = HARMLESS.subn("", re.sub(r"\x1b\[[\d;]*m", "", out + err))
        lines = [line.strip() for line in said.splitlines()]
        wrong = [line for line in lines if line and not re.search(r": (?:PASSED|OK)$|^Checking ", line)]
        fine = code == 0 or (harmless and not wrong)
        report.about("wheels")(fine, f"refuses with exit code {code}: {' | '.join(wrong)}")
    return report


def _auditwheel(wheels: list[str]) -> Report:
    report = Report(name="auditwheel")
    if not _installed("auditwheel", report):
        return report
    for wheel in wheels:
        expect = report.about(Path(wheel).name)
        code, out, err = _call("auditwheel", ["show", "--json", wheel])
        if not expect(
            code == 0 and out.strip().startswith("{"), f"show fails with exit code {code}: {(err or out).strip()}"
        ):
            continue
        overall = json.loads(out)["overall_tag"]
        claimed = {tag.platform for tag in parse_wheel_filename(Path(wheel).name)[3]}
        least = min(map(_policy, claimed))
        expect(
            _policy(overall)[0] == least[0] and _policy(overall) <= least,
            f"finds {overall}, expected no newer than {', '.join(sorted(claimed))} by the file's name: "
            "repair the wheel, or retag it",
        )
    return report


def _policy(tag: str) -> tuple[str, int, int]:
    """(family, major, minor) of a platform tag. Both manylinux and musllinux tags compare by version."""
    legacy = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
    for name, version in legacy.items():
        if tag.startswith(name + "_"):
            return ("manylinux", *version)
    match = re.match(r"(manylinux|musllinux)_(\d+)_(\d+)_", tag)
    return (match[1], int(match[2]), int(match[3])) if match else (tag, 0, 0)


def _delvewheel(wheels: list[str]) -> Report:
    report = Report(name="delvewheel")
    if _installed("delvewheel", report):
        code, out, err = _call("delvewheel", ["show", *wheels])
        report.about("wheels")(code == 0, f"show fails with exit code {code}: {err.strip()}")
        for part in out.split("Analyzing ")[1:]:
            name = Path(part.splitlines()[0].strip()).name
            copied = re.search(r"will be copied into the wheel\.\n((?:[ \t]+\S.*\n)+)", part)
            missing = [line.strip() for line in (copied[1].splitlines() if copied else [])]
            report.about(name)(
                missing == ["None"],
                f"wants to put {', '.join(missing) or 'DLLs'} into the wheel, expected nothing: "
                "run `delvewheel repair`",
            )
    return report


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
