"""cibuildwheel platform modules that cross-compile with Zig on this host.

cibuildwheel keeps its platforms in a dict, ``cibuildwheel.platforms.ALL_PLATFORM_MODULES``; `install` puts a
`CrossPlatform` there for each of `SYSTEMS`. Selection, options, messages, summary and exit codes stay
cibuildwheel's own. All of that is private API: cibuildwheel is pinned, and tests/packaging/test_seam.py names what is used.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import functools
import io
import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import build
from cibuildwheel import errors, platforms
from cibuildwheel.architecture import Architecture
from cibuildwheel.frontend import parse_config_settings, prepare_config_settings
from cibuildwheel.logger import log
from cibuildwheel.options import BuildOptions, Options
from cibuildwheel.platforms import PlatformModule
from cibuildwheel.selector import BuildSelector, EnableGroup
from cibuildwheel.typing import GenericPythonConfiguration
from cibuildwheel.util.cmd import call, shell
from cibuildwheel.util.helpers import prepare_command
from cibuildwheel.util.packaging import find_compatible_wheel
from cibuildwheel.venv import find_uv

from nano_ffi.wheels import checksums, records, sbom, targets
from nano_ffi.wheels.deployment import for_deployment_target
from nano_ffi.wheels.foreign import find_runtime
from nano_ffi.wheels.images import as_in_its_image
from nano_ffi.wheels.interpreters import find_interpreter, find_python
from nano_ffi.wheels.job import Backend, Built, HookRunner, WheelJob, scripts_directory
from nano_ffi.wheels.pool import Failure, Job, Outcome, Pool, tail
from nano_ffi.wheels.project import backend_of, copy_of, host_questions, is_without_zig, listed, obstacles, uses_zig
from nano_ffi.wheels.records import Record
from nano_ffi.wheels.targets import Target, Triple
from nano_ffi.wheels.toolchain import NATIVE_PATH

__all__ = ["BY_DEFAULT", "SYSTEMS", "CrossPlatform", "Session", "install"]

System = Literal["linux", "macos", "windows", "android"]

BY_DEFAULT: tuple[System, ...] = ("linux", "macos", "windows")
"""cibuildwheel's names of the platforms that are built where none is named, in the order in which they are."""

SYSTEMS: tuple[System, ...] = (*BY_DEFAULT, "android")
"""Of all that can be built here."""

REFUSED: tuple[Literal["pyodide", "ios"], ...] = ("pyodide", "ios")
"""Platforms of cibuildwheel's that have no wheel here."""

EPOCHS = range(315532800, 4354819200)
"""From 1980-01-01 up to 2107-12-31, the times that a zip file can hold."""

CORES_PER_ZIG_BUILD = 4
"""One ``zig build`` compiles for all CPythons of a target at once, and keeps about so many cores busy."""

STILL_RUNNING = 30.0
"""Seconds of silence after which a log (not a terminal) is told what is running."""

SETTINGS = ("before-target",)
"""The keys of ``[tool.nano-ffi.wheels]`` in pyproject.toml."""


@dataclass(kw_only=True)
class Session:
    """What the platforms of one ``nano-ffi wheels`` share: what has been counted, and the build environment."""

    total: int = 0
    """Wheels to come on all platforms, for the progress lines; 0 where it is not known."""
    part: frozenset[str] | None = None
    """The identifiers of this machine where several share the work."""
    force: bool = False
    """Whether what is up to date is built, too."""
    fail_fast: bool = False
    """Whether nothing is begun any more after a failure."""
    explain: bool = False
    """Whether to say what would be done, and do nothing."""
    number: int = 0
    built: int = 0
    kept: int = 0
    reused: int = 0
    tested: int = 0
    untested: int = 0
    failed: list[str] = field(default_factory=list)
    output: Path | None = None
    """The folder of the wheels."""
    state: Path | None = None
    """The folder of records and logs, where it is not to be in the project."""
    runtimes: Path | None = None
    """The folder of commands that run CPythons of other systems."""
    symbols: Path | None = None
    """The folder for archives of debug information, where they are wanted."""
    without_symbols: list[str] = field(default_factory=list)
    """What was to have some, and has none."""
    directory: Path = field(default_factory=Path.cwd)
    """From where the command was called."""
    resources: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    backends: dict[tuple[Path, targets.Python | None, bool], Backend] = field(default_factory=dict)
    """Of each package directory (one, except where sdists are unpacked), of each CPython for a project without Zig, and
    without and with before-build."""
    native: dict[targets.Python, Path] = field(default_factory=dict)
    """The wheel of each CPython that this machine runs."""
    told: set[str] = field(default_factory=set)
    """The compiler's messages that have been printed."""

    @functools.cached_property
    def folder(self) -> Path:
        """A temporary one, up to the end of the command."""
        return Path(self.resources.enter_context(tempfile.TemporaryDirectory(prefix="nano-ffi-wheels-")))

    def bytecode(self) -> Path:
        return self.folder / "bytecode"

    def spaceless(self, path: Path) -> Path:
        """A name without spaces: commands of users have {wheel} and {dest_dir} in no quotation marks, as ever."""
        if not re.search(r"\s", str(path)):
            return path
        folder = self.resources.enter_context(tempfile.TemporaryDirectory(prefix="nano-ffi-wheels-", dir="/tmp"))
        link = Path(folder, "link")
        link.symlink_to(path)
        return link


def install(session: Session) -> None:
    """Make cibuildwheel build the wheels of all `SYSTEMS` on this host. Installing again replaces the session.

    Those of `REFUSED` are told with the reason, by `parse_all`.
    """
    take_old_words()
    for name in (*SYSTEMS, *REFUSED):
        native = platforms.ALL_PLATFORM_MODULES[name]
        if isinstance(native, CrossPlatform):
            native = native.native
        platforms.ALL_PLATFORM_MODULES[name] = CrossPlatform(native, session)


OF_COURSE = frozenset({"cpython-freethreading", "cpython-experimental-riscv64"})
"""Words of ``enable`` for what cibuildwheel 3 built where it was asked to, and 4 builds always, and refuses to be asked."""


def take_old_words() -> None:
    """Let cibuildwheel read what a source distribution says to the one of its day. Doing it again changes nothing."""
    parse = EnableGroup.parse_option_value
    if getattr(parse, "takes_old_words", False):
        return

    def parse_option_value(value: str) -> frozenset[EnableGroup]:
        return parse(" ".join(word for word in value.split() if word not in OF_COURSE))

    parse_option_value.takes_old_words = True  # type: ignore[attr-defined]
    EnableGroup.parse_option_value = parse_option_value  # type: ignore[method-assign]


class CrossPlatform:
    """A ``cibuildwheel.platforms.PlatformModule`` that builds the wheels of another one."""

    def __init__(self, native: PlatformModule, session: Session) -> None:
        self.native = native
        self.session = session

    def all_python_configurations(self) -> Sequence[GenericPythonConfiguration]:
        return self.native.all_python_configurations()

    def get_python_configurations(
        self, build_selector: BuildSelector, architectures: set[Architecture]
    ) -> Sequence[GenericPythonConfiguration]:
        selected = self.native.get_python_configurations(build_selector, architectures)
        part = self.session.part
        return [python for python in selected if part is None or python.identifier in part]

    def build(self, options: Options, tmp_path: Path) -> None:
        """Build the selected wheels into the output folder.

        Raises FatalError, with the exit code of the first failure, after all others have been built.
        """
        selected = self.get_python_configurations(options.globals.build_selector, options.globals.architectures)
        if not selected:
            return
        identifiers = [configuration.identifier for configuration in selected]
        without_zig = is_without_zig(options.pyproject_toml)
        if without_zig:
            # Such a project selects for stock cibuildwheel, and is to be built as it is.
            known = [identifier for identifier in identifiers if is_known(identifier)]
            if left_out := [identifier for identifier in identifiers if identifier not in known]:
                print(f"Left out, since only CPython 3.10 and later is cross-compiled: {', '.join(left_out)}")
                self.session.total -= len(left_out)
            identifiers = known
        wanted = [as_in_its_image(target, options, without_zig=without_zig) for target in parse_all(identifiers)]
        try:
            Run(options, tmp_path, wanted, self.session).execute()
        except subprocess.CalledProcessError as error:
            message = f"Command {error.cmd} failed with code {error.returncode}. {error.stdout or ''}"
            raise errors.FatalError(message) from error


def version_of(text: str) -> tuple[str, ...]:
    """11 is 11.0."""
    return tuple(re.sub(r"(\.0)+$", "", text.strip()).split("."))


REASONS = {
    "pp": "PyPy has another ABI, and its layout of objects is not CPython's, which nano_ffi reads",
    "gp": "GraalPy has another ABI, and its layout of objects is not CPython's, which nano_ffi reads",
    "pyodide": "in Pyodide a panic of Zig ends the whole interpreter, since nothing gets out of a trap of WebAssembly",
    "ios": "Zig 0.17.1 crashes when it links a library for iOS",
}
"""Why something is not built: by how an identifier, or its platform, begins."""


def check_uses_zig(pyproject: Mapping[str, Any] | None, wanted: Sequence[Target]) -> None:
    """Raises ConfigurationError for a project of which nothing says that it compiles with Zig, but for wheels of here."""
    if uses_zig(pyproject):
        return
    with contextlib.suppress(ValueError):
        here = targets.native()
        wanted = [target for target in wanted if target != here]
    if wanted:
        message = (
            f"Cannot cross-compile {some([target.identifier for target in wanted])}: pyproject.toml does not say that the "
            "project is compiled with Zig, and another compiler makes binaries for this machine only. Neither nano-ffi nor "
            "ziglang is in `requires` of [build-system], and there is no [tool.nano-ffi]. Build its wheels with "
            "cibuildwheel on each system, or let its build call Zig."
        )
        raise errors.ConfigurationError(message)


def some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 4 else ""
    return ", ".join(names[:3] if more else names) + more


def parse_all(identifiers: Sequence[str]) -> list[Target]:
    """Their targets. Raises ConfigurationError, naming each identifier that has none."""
    unknown = [identifier for identifier in identifiers if not is_known(identifier)]
    if unknown:
        whys = [
            why for name, why in REASONS.items() if any(one.startswith(name) or f"-{name}_" in one for one in unknown)
        ]
        message = (
            f"Cannot cross-compile {some(unknown)}: only CPython 3.10 and later on "
            f"{', '.join(targets.PLATFORMS)}. {''.join(f'{why}. ' for why in whys)}Leave them out: with 'skip' or 'build' of "
            "[tool.cibuildwheel], or with requires-python of [project]."
        )
        raise errors.ConfigurationError(message)
    return [targets.parse(identifier) for identifier in identifiers]


@functools.cache
def native_platform() -> str:
    try:
        return targets.native().platform.name
    except ValueError:
        return ""


def is_native(target: Target) -> bool:
    """Whether an interpreter of this machine imports what is built for `target`."""
    return target.platform.name == native_platform()


def is_known(identifier: str) -> bool:
    try:
        targets.parse(identifier)
    except ValueError:
        return False
    return True


class Run:
    """One platform's wheels: keeps what is up to date, then works through the rest on all cores."""

    def __init__(self, options: Options, tmp_path: Path, wanted: Sequence[Target], session: Session) -> None:
        self.options = options
        self.session = session
        self.tmp = session.spaceless(tmp_path)
        self.package = options.globals.package_dir
        self.output = options.globals.output_dir
        # cibuildwheel changes the directory for an sdist only, to a temporary one.
        unpacked = Path.cwd() != session.directory
        self.state = session.state or (session.directory if unpacked else self.package) / "build" / "wheels"
        self.ours = [self.output, self.state, *([session.symbols] if session.symbols else [])]
        """Folders that are no part of the project."""
        self.before_target = settings(options.pyproject_toml).get("before-target", "")
        self.without_zig = is_without_zig(options.pyproject_toml)
        if not self.without_zig:
            check_uses_zig(options.pyproject_toml, wanted)
        self.prepares = any(self.build_options(target).before_build for target in wanted)
        """Whether there is a before-build."""
        self.base = base_environment(self.package, session.bytecode)
        self.environments: dict[Target, dict[str, str]] = {}
        for target in wanted:
            environment = self.environment(target)
            self.environments[self.for_macos(target, environment.get("MACOSX_DEPLOYMENT_TARGET"))] = environment
        self.wanted = wanted = list(self.environments)
        tested = [target for target in wanted if self.wants_test(target)]
        self.interpreters = {target: find_interpreter(target) for target in tested}
        self.runtimes = {
            target: command
            for target in tested
            if not self.interpreters[target] and (command := find_runtime(session.runtimes, target))
        }
        self.digests: dict[Target, str] = {}
        self.wheels: dict[Target, Path] = {}
        """Finished: in the output folder. A reused wheel occurs more than once."""
        self.reused: set[Target] = set()
        self.seconds: dict[Target, float] = {}
        self.failures: dict[Target, Failure] = {}
        self.logs: dict[Target, Path] = {}
        """Of the failures."""
        self.screen = Screen()
        self.cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def execute(self) -> None:
        """Raises FatalError if a wheel failed; the others are built, recorded and in the output folder.

        Raises ConfigurationError, before anything is built, for what cannot be built on this machine.
        """
        if self.session.explain:
            self.explain()
        if self.without_zig and (reasons := obstacles(self.wanted)):
            raise errors.ConfigurationError("\n".join(["Not all wheels can be built here:", *reasons]))
        self.tell_host_questions()
        if self.session.explain:
            return
        self.session.output = self.output
        if self.session.symbols:
            self.session.symbols.mkdir(parents=True, exist_ok=True)
        with alone_in(self.output), alone_in(self.state):
            for target in self.wanted:  # of a run that was killed
                for left_over in self.output.glob(f".{target.identifier}.*.whl.part"):
                    left_over.unlink()
            self.tree = records.Tree(self.package, self.state, self.ours)
            self.keep_what_is_current()
            todo = [target for target in self.wanted if target not in self.wheels]
            if todo:
                self.run_before_all(todo)
                backends = {target: self.backend(target) for target in todo}
                try:
                    with self.screen, Pool[Built | None]() as pool:
                        self.work(todo, backends, pool)
                finally:
                    self.tree.built()
        self.raise_failures()
        self.feed_summary()

    def explain(self) -> None:
        """Say what would be done."""
        how = "with Zig as its C and C++ compiler" if self.without_zig else "which calls Zig itself"
        print(f"The wheels are built by {backend_of(self.options.pyproject_toml)}, {how}:")
        for target in self.wanted:
            found = find_python(target.python, headers=True) if self.without_zig else None
            backend = f"  in an environment of {found.executable}" if found else ""
            triples = " and ".join(triple.target for triple in target.platform.triples)
            print(f"  {target.identifier:<30} for {triples}{backend}")

    def tell_host_questions(self) -> None:
        """Say, before anything is built, where the build may take this machine's system for the target's.

        No error: which options a compiler takes is asked so, too, and of those this system's are the right ones.
        """
        here = {"darwin": "macos"}.get(sys.platform, sys.platform)
        others = [target for target in self.wanted if target.platform.system != here]
        if self.without_zig and others and (asked := host_questions(self.package, self.options.pyproject_toml)):
            print(
                f"Note: {listed(asked)} asks for the system, and is told of this one, {sys.platform}, for "
                f"{listed(target.identifier for target in others)}, too: sources and libraries that are chosen by it are "
                "this system's. `sysconfig.get_platform()` says what the target is."
            )

    def for_macos(self, target: Target, asked: str | None) -> Target:
        """The target, for the macOS that is asked for. Raises ConfigurationError where its wheel could not be for that."""
        floor = target.platform.oldest_macos
        if not floor or asked is None or version_of(asked) == version_of(floor):
            return target
        found = for_deployment_target(target, asked) if self.without_zig else None
        if found is None:
            message = (
                f"MACOSX_DEPLOYMENT_TARGET is {asked}, and {target.identifier} is built for macOS {floor} and later, which "
                f"its tag says, {target.platform.wheel_tag}: unset it, or set it to {floor}."
            )
            raise errors.ConfigurationError(message)
        return found

    def environment(self, target: Target) -> dict[str, str]:
        # The backend tags the wheel as it is to be published: auditwheel cannot tell the C library from the suffix of
        # CPython 3.10's modules, and takes it from the tag. The option comes last, so that a project can overrule. One
        # without Zig may keep to the stable ABI, which its backend knows: of its tag only the platform is ours; and it asks
        # `sysconfig` for the suffix, as on a runner (some do what an old setuptools needs where a variable says it).
        return self.build_options(target).environment.as_dictionary(
            {
                **self.base,
                "CIBUILDWHEEL_BUILD_IDENTIFIER": target.identifier,
                **(
                    {}
                    if self.without_zig
                    else {"SKBUILD_WHEEL_TAGS": target.tag, "SETUPTOOLS_EXT_SUFFIX": target.suffix}
                ),
            }
        )

    def build_options(self, target: Target) -> BuildOptions:
        return self.options.build_options(target.identifier)

    def wants_test(self, target: Target) -> bool:
        options = self.build_options(target)
        return bool(options.test_command) and options.test_selector(target.identifier)

    def tester(self, target: Target) -> Path | None:
        """What runs the wheel's tests: an interpreter of this machine, or one of the session's runtimes."""
        return self.interpreters.get(target) or self.runtimes.get(target)

    # What is up to date

    def record_path(self, target: Target) -> Path:
        return self.state / f"{target.identifier}.json"

    def keep_what_is_current(self) -> None:
        started = time.monotonic()
        project = self.tree.digest()
        metadata = self.metadata()
        for target in self.wanted:
            self.digests[target] = records.digest(
                project=project,
                options=self.build_options(target),
                target=target,
                environment=records.recorded_environment(self.environments[target]),
                extra=[self.before_target, str(self.tester(target)), metadata, *self.with_symbols],
            )
            if self.session.force:
                continue
            record = Record.load(self.record_path(target))
            if record is not None and record.holds(self.digests[target], self.output, self.session.symbols):
                self.finish(target, self.output / record.wheel)
                if record.reused:
                    self.reused.add(target)
                self.seconds[target] = 0.0
                self.count_test(record.tested)
        self.session.kept += len(self.wheels) - len(self.reused)
        self.session.reused += len(self.reused)
        self.session.number += len(self.wheels)
        if self.wheels:
            seconds = time.monotonic() - started
            print(f"{len(self.wheels)} of {len(self.wanted)} wheels are up to date (checked in {seconds:.1f} s)")

    @property
    def with_symbols(self) -> list[str]:
        """What debug information changes in a wheel: a few bytes."""
        return ["debug symbols"] if self.session.symbols else []

    def metadata(self) -> str:
        """What the backend says of the project where it is not all in pyproject.toml: a version out of git, as a rule.

        Something new each time where the backend does not say.
        """
        if self.session.force or not is_dynamic(self.options.pyproject_toml):
            return ""
        target = self.wanted[0]
        backend = self.backend(target)
        runner = HookRunner(environment=backend.environment(self.environments[target]), quiet=True)
        try:
            builder = build.ProjectBuilder(self.asked, backend.python, runner)
            path = builder.prepare("wheel", self.tmp / "metadata", self.config_settings(target))
        except (build.BuildException, build.BuildBackendException) as error:
            raise errors.FatalError(f"The build backend of {self.package} failed: {error}") from error
        return Path(path, "METADATA").read_text(encoding="utf-8") if path else secrets.token_hex()

    def config_settings(self, target: Target) -> Mapping[str, Sequence[str] | str] | None:
        options = self.build_options(target)
        return parse_config_settings(
            prepare_config_settings(options.config_settings, project=Path.cwd(), package=self.package)
        )

    # What runs once, before the wheels

    def run_before_all(self, todo: Sequence[Target]) -> None:
        commands = {self.build_options(target).before_all: target for target in reversed(todo)}
        for command, target in reversed(commands.items()):
            if command:
                log.step("Running before_all...")
                environment = self.build_options(target).environment.as_dictionary(self.base)
                shell(prepare_command(command, project=".", package=self.package), env=environment)
                log.step_end()

    def backend(self, target: Target) -> Backend:
        """Our own environment if it holds all build requirements, else an isolated one, made once.

        For a project without Zig one with each CPython: its backend asks the interpreter that it runs in for all else.
        """
        key = (self.package, target.python if self.without_zig else None, self.prepares)
        if key not in self.session.backends:
            try:
                self.session.backends[key] = self.make_backend(target)
            except build.BuildException as error:
                raise errors.FatalError(f"Cannot prepare the build of {self.package}: {error}") from error
            except build.BuildBackendException as error:
                raise errors.FatalError(f"The build backend of {self.package} failed: {error}") from error
        return self.session.backends[key]

    def make_backend(self, target: Target) -> Backend:
        """Our own environment where the project is in Zig and lacks nothing in it, or else an isolated one."""
        environment, settings = self.environments[target], self.config_settings(target)
        if self.without_zig:
            return self.isolated_backend(target, f"CPython {target.python.version}")
        if self.prepares:  # what it installs is for the build alone
            return self.isolated_backend(target, "before-build")
        if not {"-n", "--no-isolation"} & set(self.build_options(target).build_frontend.args):
            ours = build.ProjectBuilder(self.package, runner=HookRunner(environment=environment, quiet=True))
            missing = {unmet for need in ours.build_system_requires for unmet in build.check_dependency(need)}
            missing = missing or ours.check_dependencies("wheel", settings)
            if missing:
                return self.isolated_backend(target, ", ".join(sorted(chain[0] for chain in missing)))
        return Backend(python=sys.executable, zig=sbom.find_zig(sys.executable))

    def isolated_backend(self, target: Target, why: str) -> Backend:
        """An environment with what the build of the project requires, and with pip where a before-build may call it.

        It has the target's CPython where the project has no Zig, and this one where it has.
        """
        interpreter = find_python(target.python, headers=True) if self.without_zig else None
        executable = interpreter.executable if interpreter else Path(sys.executable)
        log.step(f"Making one isolated build environment, for {why}...")
        root = Path(self.session.resources.enter_context(tempfile.TemporaryDirectory(prefix="nano-ffi-")))
        environment = self.environments[target]
        plain = {key: value for key, value in environment.items() if key not in {"UV_PYTHON", "PYTHONPATH"}}
        uv = find_uv()
        if uv is None:
            message = "An isolated build environment needs uv: pip install uv"
            raise errors.ConfigurationError(message)
        call(uv, "venv", "--quiet", "--no-project", "--clear", "--python", executable, root, env=plain)
        python = root / "bin" / "python"
        backend = Backend(
            python=str(python),
            scripts=str(python.parent),
            root=str(root),
            interpreter=interpreter,
            is_meson=backend_of(self.options.pyproject_toml).startswith("mesonpy"),
        )
        if interpreter:
            (packages,) = root.glob("lib/python3*/site-packages")
            (packages / "native.pth").write_text(NATIVE_PATH, encoding="utf-8")

        def install(requirements: set[str]) -> None:
            if requirements:
                call(uv, "pip", "install", "--quiet", "--python", python, *sorted(requirements), env=plain)

        runner = HookRunner(environment=backend.environment(environment), quiet=True)
        builder = build.ProjectBuilder(self.asked, backend.python, runner)
        install({*builder.build_system_requires, *(["pip"] if self.prepares else [])})
        install(builder.get_requires_for_build("wheel", self.config_settings(target)))
        log.step_end()
        # A project without Zig is compiled with ours.
        return dataclasses.replace(backend, zig=sbom.find_zig(sys.executable if interpreter else backend.python))

    @functools.cached_property
    def asked(self) -> Path:
        """The project as its backend is asked for its version and requirements.

        A copy where the wheels are built in one, too: a setup.py that is asked runs, and may write into its sources.
        """
        return copy_of(self.package, self.tmp / "asked", self.ours) if self.without_zig else self.package

    # The work

    def work(self, todo: Sequence[Target], backends: Mapping[Target, Backend], pool: Pool[Built | None]) -> None:
        waiting = self.zig_builds(todo, backends[todo[0]])
        missing: dict[Target, set[Triple]] = {
            target: set(target.platform.triples) if waiting else set() for target in todo
        }
        wheels = deque(todo)
        zig_slots = max(1, self.cores // CORES_PER_ZIG_BUILD)
        zig_running: dict[str, Triple] = {}
        wheel_running: dict[str, Target] = {}
        while True:
            while waiting and len(zig_running) < zig_slots and len(pool.running) < self.cores:
                triple = next(iter(waiting))
                job = waiting.pop(triple)
                zig_running[job.name] = triple
                pool.start(job)
            for target in self.ready(wheels, missing)[: max(0, self.cores - len(pool.running))]:
                wheels.remove(target)
                job = self.wheel_job(target, backends[target])
                wheel_running[job.name] = target
                pool.start(job)
            if not pool.running or (self.session.fail_fast and self.failures):
                break
            for outcome in pool.wait(self.screen.patience):
                self.screen.clear()
                if (triple_done := zig_running.pop(outcome.job.name, None)) is not None:
                    self.finish_zig_build(triple_done, outcome, wheels, missing)
                else:
                    self.finish_wheel(wheel_running.pop(outcome.job.name), outcome)
            self.screen.show([child.job.name for child in pool.running])

    def ready(self, wheels: Sequence[Target], missing: Mapping[Target, set[Triple]]) -> list[Target]:
        """What can be started, one of each platform first: if that one is an abi3 wheel, the others may reuse it."""
        able = [target for target in wheels if not missing[target] and not self.awaits_native(target)]
        begun = {target.platform.name for target in self.wheels}
        return sorted(able, key=lambda target: target.platform.name in begun)

    def awaits_native(self, target: Target) -> bool:
        """Whether the wheel of this machine is to come first: a build may run what it compiles, and then runs that one's."""
        native = next((one for one in self.wanted if one.python == target.python and is_native(one)), target)
        return self.without_zig and native != target and native not in {*self.wheels, *self.failures}

    def zig_builds(self, todo: Sequence[Target], backend: Backend) -> dict[Triple, Job[Built | None]]:
        """A job for each triple, of the command before-target for all of its CPythons."""
        if not self.before_target:
            return {}
        jobs: dict[Triple, Job[Built | None]] = {}
        for triple in dict.fromkeys(triple for target in todo for triple in target.platform.triples):
            of_it = [target for target in todo if triple in target.platform.triples]
            pythons = ",".join(python.version for python in sorted({target.python for target in of_it}))
            command = prepare_command(
                self.before_target,
                target=triple.target,
                cpu=triple.cpu,
                pythons=pythons,
                project=Path.cwd(),
                package=self.package,
            )
            environment = self.build_options(of_it[0]).environment.as_dictionary(self.base)

            def run(command: str = command, environment: dict[str, str] = environment) -> None:
                # In the package, where its build.zig is; before-all and before-build run in the project, as ever.
                shell(command, env=backend.environment(environment), cwd=self.package)

            name = f"{triple.target} ({pythons})"
            log_path = self.state / f"target-{triple.target}-{triple.cpu}.log"
            jobs[triple] = Job(name=name, log=log_path, run=run)
        return jobs

    def finish_zig_build(
        self,
        triple: Triple,
        outcome: Outcome[Built | None],
        wheels: deque[Target],
        missing: dict[Target, set[Triple]],
    ) -> None:
        of_it = [target for target in wheels if triple in target.platform.triples]
        if not isinstance(outcome.result, Failure):
            print(f"before-target {outcome.job.name}  {outcome.seconds:.1f} s")
            for target in of_it:
                missing[target].discard(triple)
            return
        print(f"before-target {outcome.job.name}  FAILED after {outcome.seconds:.1f} s: {outcome.result.message}")
        self.tell_why(complaint_in(outcome.job.log), outcome.job.log)
        for target in of_it:
            wheels.remove(target)
            message = f"before-target failed for {triple.target}"
            failure = Failure(message=message, return_code=outcome.result.return_code)
            self.fail(target, failure, 0.0, outcome.job.log, show_log=False)

    def wheel_job(self, target: Target, backend: Backend) -> Job[Built | None]:
        self.record_path(target).unlink(missing_ok=True)
        return Job(
            name=target.identifier,
            log=self.log_path(target),
            run=WheelJob(
                target=target,
                options=self.build_options(target),
                environment=self.environments[target],
                backend=backend,
                folder=self.tmp / target.identifier,
                shared_folder=self.tmp,
                interpreter=self.tester(target),
                runtime=target in self.runtimes,
                alone=self.prepares,
                compatible=find_compatible_wheel(self.finished(), target.identifier),
                native=self.session.native.get(target.python),
                symbols=self.session.symbols,
            ),
        )

    def finished(self) -> list[Path]:
        """The wheels so far, each once, in the order of cibuildwheel's identifiers."""
        return list(dict.fromkeys(self.wheels[target] for target in self.wanted if target in self.wheels))

    def finish_wheel(self, target: Target, outcome: Outcome[Built | None]) -> None:
        built = outcome.result
        if isinstance(built, Built) and built.part is not None:
            built = self.accept(target, built, built.part)
        if not isinstance(built, Built):
            self.fail(target, built or Failure(message="no result"), outcome.seconds, outcome.job.log, show_log=True)
            return
        wheel = self.output / built.name
        self.finish(target, wheel)
        self.seconds[target] = outcome.seconds
        reused = built.part is None
        if reused:
            self.reused.add(target)
        Record(
            digest=self.digests[target],
            wheel=built.name,
            sha256=built.sha256,
            reused=reused,
            tested=built.tested,
            symbols=built.symbols,
            inputs=built.inputs,
        ).save(self.record_path(target))
        self.count_test(built.tested)
        if self.session.symbols and not reused and not built.symbols:
            self.session.without_symbols.append(target.identifier)
        if reused:
            self.session.reused += 1
            what = f"takes {built.name}, built before"
        else:
            self.session.built += 1
            what = f"{built.name} ({wheel.stat().st_size / 1000:.0f} kB)"
        self.progress(f"{target.identifier}  {outcome.seconds:.1f} s  {what}{', tested' if built.tested else ''}")

    def finish(self, target: Target, wheel: Path) -> None:
        self.wheels[target] = wheel
        if is_native(target):
            self.session.native[target.python] = wheel

    def accept(self, target: Target, built: Built, part: Path) -> Built | Failure:
        """Give a wheel its name in the output folder; what becomes of `built`."""
        if built.name in {wheel.name for wheel in self.finished()}:
            part.unlink()
            compatible = find_compatible_wheel(self.finished(), target.identifier)
            if compatible is None or compatible.name != built.name:
                error = errors.AlreadyBuiltWheelError(built.name)
                return Failure(message=str(error).strip(), return_code=error.return_code)
            # An abi3 wheel that two jobs built at the same time: the first is kept, as if the second had waited.
            return Built(part=None, name=built.name, sha256=checksums.sha256(compatible), tested=built.tested)
        part.replace(self.output / built.name)
        return built

    def log_path(self, target: Target) -> Path:
        return self.state / f"{target.identifier}.log"

    # Telling

    def progress(self, text: str) -> None:
        self.session.number += 1
        print(f"[{self.session.number}/{max(self.session.total, len(self.wanted))}] {text}")

    def count_test(self, tested: bool | None) -> None:
        self.session.tested += tested is True
        self.session.untested += tested is False

    def fail(self, target: Target, failure: Failure, seconds: float, log_file: Path, *, show_log: bool) -> None:
        complaint = complaint_in(log_file) if show_log else ""
        failure = dataclasses.replace(failure, message=complaint or failure.message)
        self.failures[target] = failure
        self.logs[target] = log_file
        self.session.failed.append(target.identifier)
        self.progress(f"{target.identifier}  FAILED after {seconds:.1f} s: {first_line(failure.message)}")
        if show_log:
            self.tell_why(complaint, log_file)

    def tell_why(self, complaint: str, log_file: Path) -> None:
        """Print a compiler's message, or else the end of the log; the same message only once."""
        if not complaint:
            print_tail(log_file)
        elif complaint not in self.session.told:
            self.session.told.add(complaint)
            print("".join(f"    {line}\n" for line in complaint.splitlines()), end="")
            print(f"    The full log: {shown(log_file)}")

    def raise_failures(self) -> None:
        failures = [(target, self.failures[target]) for target in self.wanted if target in self.failures]
        if not failures:
            return
        by_message: dict[str, list[Target]] = {}
        for target, why in failures:
            by_message.setdefault(why.message, []).append(target)
        left = len(self.wanted) - len(self.wheels) - len(failures)
        begun = f" ({left} not built: --fail-fast)" if left else ""
        lines = [
            f"{len(failures)} of {len(self.wanted)} wheels failed{begun}, the others are in {shown(self.output)}:",
            *(
                f"  {first.identifier}{f' and {len(more)} more' if more else ''}: {first_line(message)} "
                f"({shown(self.logs[first])})"
                for message, (first, *more) in by_message.items()
            ),
        ]
        error = errors.FatalError("\n".join(lines))
        error.return_code = failures[0][1].return_code
        raise error

    def feed_summary(self) -> None:
        """Tell cibuildwheel's summary what happened, as its platform modules do; its lines are ours already."""
        for target in self.wanted:
            with contextlib.redirect_stdout(io.StringIO()):
                log.build_start(target.identifier)
                log.build_start_time = time.time() - self.seconds[target]
                log.build_end(None if target in self.reused else self.wheels[target])


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other run works in `folder`. The system ends the claim of a run that was killed."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another run is at work in {shown(folder)}: waiting until it is done.", flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class Screen:
    """The line at the foot of a terminal that says what is running. Nothing where output is not a terminal."""

    def __init__(self) -> None:
        self.terminal = sys.stdout.isatty() and log.fold_mode == "disabled"
        self.patience = 0.5 if self.terminal else STILL_RUNNING
        self.started = time.monotonic()
        self.told = time.monotonic()
        self.drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """To be called before anything else is printed."""
        self.told = time.monotonic()
        if self.drawn:
            sys.stdout.write("\r\033[K")
            sys.stdout.flush()
            self.drawn = False

    def show(self, names: Sequence[str]) -> None:
        seconds = time.monotonic() - self.started
        text = f"{seconds:.0f} s, running: {', '.join(names)}"
        if not names:
            return
        if self.terminal:
            width = shutil.get_terminal_size().columns
            sys.stdout.write(f"\r\033[K{text[: width - 1]}")
            sys.stdout.flush()
            self.drawn = True
        elif time.monotonic() - self.told >= STILL_RUNNING - 1:
            print(text, flush=True)
            self.told = time.monotonic()


COMPLAINT = re.compile(r"((?:[^\s:][^\n:]*\.\w+:\d+:\d+: error: |error: nano_ffi: ).*(?:\n.*){0,2})")


def complaint_in(path: Path) -> str:
    """The first error of a compiler in a log, with the line and the caret: ``FILE:LINE:COLUMN: error: …``."""
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    found = COMPLAINT.search(text)
    if found is None:
        return ""
    first, *more = found[1].splitlines()
    return "\n".join([first, *more] if len(more) == 2 and re.fullmatch(r"\s*~*\^~*\s*", more[1]) else [first])


def first_line(message: str) -> str:
    return message.strip().partition("\n")[0]


def print_tail(path: Path) -> None:
    for line in tail(path):
        print(f"    {line}")
    print(f"    The full log: {shown(path)}")


def shown(path: Path) -> str:
    """A path as a person writes it: relative where that is shorter."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def settings(pyproject: Mapping[str, Any] | None) -> dict[str, str]:
    """``[tool.nano-ffi.wheels]``. Raises ConfigurationError for a key that there is not, or a value that is no string."""
    table = (pyproject or {}).get("tool", {}).get("nano-ffi", {}).get("wheels", {})
    for key, value in table.items():
        if key not in SETTINGS:
            message = f"[tool.nano-ffi.wheels] has no key {key!r}, only {', '.join(SETTINGS)}"
            raise errors.ConfigurationError(message)
        if not isinstance(value, str):
            message = f"[tool.nano-ffi.wheels] {key} must be a string, not {value!r}"
            raise errors.ConfigurationError(message)
    return dict(table)


def environment_problem() -> str:
    """What cannot be in the environment, told before anything is built; empty where all can."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None or (re.fullmatch(r"[0-9]+", epoch) and int(epoch) in EPOCHS):
        return ""
    return (
        f"SOURCE_DATE_EPOCH is {epoch!r}, and must be seconds since 1970, from {EPOCHS.start} (1980-01-01, the oldest time "
        "in a wheel) on: unset it, and the time is the last commit's"
    )


def base_environment(package: Path, bytecode: Callable[[], Path]) -> dict[str, str]:
    """The environment that all commands start from: this process's, made reproducible.

    `bytecode` makes a folder for bytecode, of this run alone: what a full disk has cut off there, no later run reads.
    """
    environment = dict(os.environ)
    environment.pop("NANO_FFI_CPU", None)  # is said for modules of this machine
    environment["PATH"] = os.pathsep.join([scripts_directory(), environment.get("PATH", os.defpath)])
    # Hundreds of short Python processes follow: without bytecode each would compile half a second of libraries anew.
    if environment.pop("PYTHONDONTWRITEBYTECODE", None):
        environment.setdefault("PYTHONPYCACHEPREFIX", str(bytecode()))
    # A cold `zig build` compiles its own build runner; in Debug mode that takes 19 s of CPU instead of 145 s.
    environment.setdefault("ZIG_DEBUG_CMD", "1")
    if shutil.which("patchelf", path=environment["PATH"]) is None:
        # On a Mac auditwheel wants it even where there is no library to bundle.
        environment.setdefault("AUDITWHEEL_PATCHER", "none")
    environment.setdefault("SOURCE_DATE_EPOCH", str(max(EPOCHS.start, last_commit_time(package))))
    return environment


@functools.cache
def last_commit_time(folder: Path) -> int:
    """Seconds since 1970, 0 where there is no commit, or where git does not say, which is printed."""
    command = ["git", "-C", str(folder), "log", "-1", "--format=%ct"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if "dubious ownership" in done.stderr:
            print(
                f"{folder} belongs to another user, and git says nothing of it: the wheels have the time 1980-01-01 and not "
                f"the last commit's. `git config --global --add safe.directory {shlex.quote(str(folder))}`, or set "
                "SOURCE_DATE_EPOCH.",
                flush=True,
            )
        return int(done.stdout)
    except (OSError, ValueError):
        return 0


def is_dynamic(pyproject: Mapping[str, Any] | None) -> bool:
    """Whether a part of the project's metadata is not in pyproject.toml."""
    project = (pyproject or {}).get("project")
    return project is None or bool(project.get("dynamic"))
