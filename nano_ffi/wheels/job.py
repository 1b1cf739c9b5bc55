"""One build identifier: build, repair, tag, audit, test. What stock cibuildwheel does per wheel, without a container."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from build import BuildBackendException, ProjectBuilder
from cibuildwheel import errors
from cibuildwheel.audit import run_audit
from cibuildwheel.frontend import parse_config_settings, prepare_config_settings
from cibuildwheel.logger import log
from cibuildwheel.options import BuildOptions
from cibuildwheel.util import resources
from cibuildwheel.util.cmd import call, shell
from cibuildwheel.util.file import copy_test_sources
from cibuildwheel.util.helpers import prepare_command
from cibuildwheel.venv import activate_virtualenv, find_uv
from packaging.tags import Tag
from packaging.utils import parse_wheel_filename

from nano_ffi.wheels import checksums, identity, records, sbom
from nano_ffi.wheels.foreign import ForeignEnvironment
from nano_ffi.wheels.interpreters import Interpreter
from nano_ffi.wheels.project import copy_of
from nano_ffi.wheels.sbom import Zig
from nano_ffi.wheels.targets import Target
from nano_ffi.wheels.toolchain import Toolchain
from nano_ffi.zig import zig_executable

__all__ = [
    "Backend",
    "Built",
    "HookRunner",
    "WheelJob",
    "check_tags",
    "floor_tags",
    "scripts_directory",
]

MANYLINUX_ALIASES = {"2.5": "manylinux1", "2.12": "manylinux2010", "2.17": "manylinux2014"}
"""glibc version → the name from before PEP 600, which older installers know."""


@dataclass(frozen=True, kw_only=True)
class Backend:
    """Where the PEP 517 hooks run: the interpreter, and the folder of its environment's commands if not our own."""

    python: str
    scripts: str | None = None
    root: str = ""
    """The folder of its environment, if it is not our own."""
    zig: Zig | None = None
    """The compiler that the backend calls, if it is the package ``ziglang``."""
    interpreter: Interpreter | None = None
    """Of the target's CPython, where the project has no Zig: then a `Toolchain` makes its C compiler ours."""
    is_meson: bool = False

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` with this interpreter's commands first."""
        if self.scripts is None:
            return dict(base)
        path = os.pathsep.join([self.scripts, base["PATH"]])
        environment = {**base, "PATH": path, "PYTHONPATH": "", "VIRTUAL_ENV": self.root}
        environment.pop("UV_PYTHON", None)  # or `uv pip install` in a command of the user's changes that one
        return environment


@dataclass(frozen=True, kw_only=True)
class HookRunner:
    """How `build` is to call PEP 517 hooks: in this environment, not in the process's."""

    environment: Mapping[str, str]
    quiet: bool = False
    """Say nothing unless the hook fails."""

    def __call__(
        self, cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
    ) -> None:
        """Raises CalledProcessError."""
        environment = {**self.environment, **(extra_environ or {})}
        output = subprocess.PIPE if self.quiet else None
        done = subprocess.run(cmd, cwd=cwd, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False)
        if done.returncode and self.quiet:
            print(done.stdout.decode(errors="replace"), end="")
        done.check_returncode()


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a job hands back: the wheel under a temporary name in the output folder (None: another one is reused)."""

    part: Path | None
    name: str
    sha256: str
    tested: bool | None
    """None where no test-command is set."""
    symbols: str = ""
    """The archive of debug information; empty where there is none, and for a wheel that is reused."""
    inputs: dict[str, str] = field(default_factory=dict)
    """What the compiler says that it has read, see `Record.inputs`."""


@dataclass(frozen=True, kw_only=True)
class WheelJob:
    """A call builds the wheel of `target`. To be run in a process of its own."""

    target: Target
    options: BuildOptions
    environment: Mapping[str, str]
    """Of the commands: with the identifier's variables, and with the `environment` option."""
    backend: Backend
    folder: Path
    """For intermediate files of this wheel. Must not exist."""
    shared_folder: Path
    """For what all wheels of a run share, the audit's environment."""
    interpreter: Path | None
    """What can run the wheel's tests here."""
    runtime: bool
    """Whether that is a command for wheels of another system, see `foreign`."""
    alone: bool
    """Whether a wheel's before-build and build must not run beside another's: all are in one tree and environment."""
    compatible: Path | None
    """A wheel built before that this target's interpreter takes; then nothing is built."""
    symbols: Path | None = None
    """The folder for an archive of debug information, if one is wanted."""
    native: Path | None = None
    """The project's wheel of this machine and the same CPython, if there is one yet."""

    def __call__(self) -> Built:
        """Raises cibuildwheel's FatalError and its subclasses, and CalledProcessError for a command that failed."""
        self.folder.mkdir(parents=True)
        started = time.time_ns()
        try:
            wheel = self.compatible or self.build()
            tested = self.test(wheel)
            part = None if self.compatible else self.hand_over(wheel)
            return Built(
                part=part,
                name=wheel.name,
                sha256=checksums.sha256(part or wheel),
                tested=tested,
                symbols="" if self.compatible else self.pack_symbols(wheel),
                inputs=self.inputs(started),
            )
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def build(self) -> Path:
        options = self.options
        backend_environment = self.backend.environment(self.environment)
        with locked(self.shared_folder / "build.lock") if self.alone else contextlib.nullcontext():
            if options.before_build:
                log.step("Running before_build...")
                shell(self.command(options.before_build), env=backend_environment)

            log.step("Building wheel...")
            wheel = self.call_backend(backend_environment)
        if wheel.name.endswith("none-any.whl"):
            raise errors.NonPlatformWheelError

        repaired = self.folder / "repaired"
        repaired.mkdir()
        if options.repair_command:
            log.step("Repairing wheel...")
            # cibuildwheel's own for macOS calls tools that only macOS has.
            command = re.sub(r"^delocate-wheel .*", "repairwheel -o {dest_dir} {wheel}", options.repair_command)
            archs = {"universal2": "x86_64,arm64"}.get(self.arch, self.arch)
            # Of Android: where libraries of its compiler are, of which there are none.
            ldpaths = self.folder / "libraries"
            shell(
                self.command(command, wheel=wheel, dest_dir=repaired, delocate_archs=archs, ldpaths=ldpaths),
                env=self.environment,
            )
        else:
            shutil.move(wheel, repaired)
        wheel = only_wheel(repaired)

        if tags := floor_tags(wheel.name, self.target):
            log.step(f"Tagging wheel {tags}...")
            platform_tag = f"--platform-tag={tags}"
            call(sys.executable, "-P", "-m", "wheel", "tags", "--remove", platform_tag, wheel, env=self.environment)
            wheel = only_wheel(repaired)
        check_tags(wheel.name, self.target)
        if problems := identity.differences(wheel, self.target):
            message = (
                f"The wheel {wheel.name} is not what its name says: {'; '.join(problems)}. Let the build call Zig for "
                f"{' and '.join(triple.target for triple in self.target.platform.triples)}, as `nano-ffi new` shows."
            )
            raise errors.FatalError(message)
        sbom.add(wheel, self.backend.zig, int(self.environment["SOURCE_DATE_EPOCH"]))
        log.step_end()

        self.audit(wheel)
        return wheel

    @property
    def inputs_file(self) -> Path:
        return self.folder / "inputs"

    def inputs(self, started: int) -> dict[str, str]:
        """What the compiler read, with hashes; one that nothing has where it may have changed since."""
        if not self.inputs_file.exists():
            return {}
        paths = map(Path, self.inputs_file.read_text(encoding="utf-8", errors="surrogateescape").splitlines())
        return {
            str(path): records.hash_of(path) if path.stat().st_mtime_ns < started else "changed while it was built"
            for path in sorted(set(paths))
            if path.exists()
        }

    @property
    def symbols_folder(self) -> Path:
        """Where the backend puts debug information."""
        return self.folder / "symbols"

    def pack_symbols(self, wheel: Path) -> str:
        """The name of the archive of what debuggers look for, made for `wheel`; empty where there is nothing."""
        files = sorted(path for path in self.symbols_folder.rglob("*") if path.is_file())
        if self.symbols is None or not files:
            return ""
        name = f"{wheel.stem}.debug.zip"
        part = self.symbols / f".{self.target.identifier}.{name}.part"
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                entry = zipfile.ZipInfo(path.relative_to(self.symbols_folder).as_posix())
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
        part.replace(self.symbols / name)
        return name

    def call_backend(self, environment: Mapping[str, str]) -> Path:
        settings = prepare_config_settings(
            self.options.config_settings, project=Path.cwd(), package=self.options.package_dir
        )
        environment = {**environment, "NANO_FFI_INPUTS": str(self.inputs_file)}
        if self.symbols is not None:
            environment["NANO_FFI_SYMBOLS"] = str(self.symbols_folder)
        package, parsed = self.options.package_dir, dict(parse_config_settings(settings) or {})
        if self.backend.interpreter is not None:
            package, toolchain = self.cross_compile(self.backend.interpreter)
            environment = toolchain.environment(environment)
            parsed = toolchain.config_settings(parsed)
        builder = ProjectBuilder(package, self.backend.python, HookRunner(environment=environment))
        try:
            name = builder.build("wheel", self.folder / "built", parsed)
        except BuildBackendException as error:
            message = f"The build backend failed: {error}"
            raise errors.FatalError(message) from error
        wheel = Path(name)
        if wheel.suffix != ".whl" or not wheel.is_file():
            raise errors.BuildProducedNoWheelError
        if self.backend.interpreter is not None and not wheel.name.endswith("none-any.whl"):
            # Backends say linux_x86_64, which repair tools of this machine would take for its own C library.
            tag = f"--platform-tag={self.target.platform.wheel_tag}"
            call(sys.executable, "-P", "-m", "wheel", "tags", "--remove", tag, wheel, env=self.environment)
            wheel = only_wheel(wheel.parent)
        return wheel

    def cross_compile(self, interpreter: Interpreter) -> tuple[Path, Toolchain]:
        """A copy of the project, and the tools that compile it for the target."""
        ours = [self.options.output_dir, self.options.package_dir / "build" / "wheels"]
        package = copy_of(self.options.package_dir, self.folder / "project", ours)
        toolchain = Toolchain(
            target=self.target,
            interpreter=interpreter,
            python=Path(self.backend.python),
            zig=str(zig_executable()),
            folder=self.folder / "tools",
            sources=self.folder / "project",
            is_meson=self.backend.is_meson,
        )
        toolchain.write()
        if self.native is not None:
            toolchain.write_native(self.native)
        return package, toolchain

    def audit(self, wheel: Path) -> None:
        def run() -> None:
            run_audit(tmp_dir=self.shared_folder, build_options=self.options, wheel=wheel)

        ready = self.shared_folder / "audit.ready"
        with locked(self.shared_folder / "audit.lock"):
            # uv locks an environment that it installs into, pip does not.
            if not ready.exists() or self.options.build_frontend.name not in {"build[uv]", "uv"}:
                run()
                ready.touch()
                return
        run()

    def test(self, wheel: Path) -> bool | None:
        options = self.options
        if not options.test_command or not options.test_selector(self.target.identifier):
            return None
        log.step("Testing wheel...")
        if self.interpreter is None:
            print(f"Not tested: no {self.target.identifier} interpreter is at hand on this machine.")
            return False
        # As cibuildwheel.platforms.linux.build_in_container does, with uv.
        uv = find_uv()
        if uv is None:
            message = "test-command needs uv: pip install uv"
            raise errors.ConfigurationError(message)
        foreign = None
        if self.runtime:
            print(f"... by {self.interpreter}")
            foreign = ForeignEnvironment(
                target=self.target, command=self.interpreter, folder=self.folder / "venv", uv=uv
            )
            environment = foreign.make(self.environment)
        else:
            environment = self.test_environment(uv, self.interpreter)
        environment = options.test_environment.as_dictionary(prev_environment=environment)
        if options.before_test:
            shell(self.command(options.before_test), env=environment)
        if foreign:
            # At once: a second installation into a folder leaves what the first has put there as it is.
            foreign.install([f"{wheel}{options.test_extras}", *options.test_requires], environment)
        else:
            call(uv, "pip", "install", f"{wheel}{options.test_extras}", env=environment)
            if options.test_requires:
                call(uv, "pip", "install", *options.test_requires, env=environment)
        test_folder = self.folder / "test_cwd"
        test_folder.mkdir()
        if options.test_sources:
            copy_test_sources(options.test_sources, Path.cwd(), test_folder)
        else:
            shutil.copy(resources.TEST_FAIL_CWD_FILE, test_folder / "test_fail.py")
        command = prepare_command(
            options.test_command, project=Path.cwd(), package=options.package_dir.resolve(), wheel=wheel
        )
        shell(command, cwd=test_folder, env=environment)
        return True

    def test_environment(self, uv: Path, interpreter: Path) -> dict[str, str]:
        """That of the commands that test, in a virtual environment."""
        venv = self.folder / "venv"
        call(uv, "venv", venv, "--python", interpreter, env=self.environment)
        environment = activate_virtualenv(venv, env=dict(self.environment))
        environment.pop("PYTHONPATH", None)  # what is tested is what was installed
        environment.pop("UV_PYTHON", None)  # nox sets it, and uv would install into that one instead
        environment.pop("PYTHONPYCACHEPREFIX", None)  # it is gone after the test, with its bytecode
        return environment

    def hand_over(self, wheel: Path) -> Path:
        # In the output folder already, because only within one file system is a rename atomic.
        part = self.options.output_dir / f".{self.target.identifier}.{wheel.name}.part"
        shutil.copyfile(wheel, part)
        return part

    def command(self, template: str, **fields: str | Path) -> str:
        return prepare_command(template, project=".", package=self.options.package_dir, **fields)

    @property
    def arch(self) -> str:
        return self.target.platform.name.partition("_")[2]


def only_wheel(folder: Path) -> Path:
    """The one wheel in `folder`. Raises cibuildwheel's errors for none and for several."""
    wheels = sorted(folder.glob("*.whl"))
    if not wheels:
        raise errors.RepairStepProducedNoWheelError
    if len(wheels) > 1:
        raise errors.RepairStepProducedMultipleWheelsError([wheel.name for wheel in wheels])
    return wheels[0]


def floor_tags(name: str, target: Target) -> str | None:
    """The platform tags that the wheel file `name` must be given because its own promise too much; else None.

    auditwheel looks at nothing but symbols, and so says manylinux_2_5 of what was compiled, and can be tested, for
    glibc 2.17 only. Its ``--plat`` would say otherwise, and is refused for architectures other than the host's.
    """
    floor = glibc_of(target.platform.wheel_tag)
    claims = [glibc_of(tag.platform) for tag in parse_wheel_filename(name)[3]]
    if floor is None or not any(claim is not None and claim < floor for claim in claims):
        return None
    alias = MANYLINUX_ALIASES.get("{}.{}".format(*floor))
    arch = target.platform.name.removeprefix("manylinux_")
    return ".".join([*([f"{alias}_{arch}"] if alias else []), target.platform.wheel_tag])


def glibc_of(platform: str) -> tuple[int, int] | None:
    """The glibc version of a manylinux platform tag; None of another tag."""
    for version, alias in MANYLINUX_ALIASES.items():
        if platform.startswith(f"{alias}_"):
            platform = platform.replace(alias, f"manylinux_{version.replace('.', '_')}", 1)
    match = re.match(r"manylinux_(\d+)_(\d+)_", platform)
    return (int(match[1]), int(match[2])) if match else None


def check_tags(name: str, target: Target) -> None:
    """Raises FatalError if `target`'s interpreter would not install the wheel file `name`, or if its platform tags
    are not those of the system that it was compiled for."""
    tags = parse_wheel_filename(name)[3]
    platforms = {tag.platform for tag in tags}
    wanted = target.platform.wheel_tag
    if not any(takes(target, tag) for tag in tags):
        why = f"CPython {target.python.version} does not install it"
    elif wanted not in platforms:
        why = (
            f"its platform must be {wanted}, for which it was compiled: the repair command found that it needs another"
        )
    elif strangers := sorted(tag for tag in platforms if not same_system(tag, wanted)):
        why = f"it was not compiled for {', '.join(strangers)}"
    else:
        return
    message = f"The wheel {name}, built for {target.identifier}, has wrong tags: {why}."
    raise errors.FatalError(message)


def takes(target: Target, tag: Tag) -> bool:
    """Whether the target's CPython loads a module with the tag's interpreter and ABI."""
    python = target.python
    if tag.abi == "none":
        return tag.interpreter in {"py3", python.interpreter_tag}
    if tag.abi in {"abi3", "abi3t"}:
        # PEP 803: abi3t is for both builds of CPython, from 3.15.
        builds = python.minor >= 15 if tag.abi == "abi3t" else not python.free_threaded
        return builds and tag.interpreter.startswith("cp3") and int(tag.interpreter[3:]) <= python.minor
    return (tag.interpreter, tag.abi) == (python.interpreter_tag, python.abi_tag)


def same_system(tag: str, wanted: str) -> bool:
    """Whether two platform tags differ in the system's version only."""

    def unversioned(tag: str) -> str:
        return re.sub(r"^(manylinux|musllinux|macosx|android)(\d+)?(_\d+_\d+|_\d+)?_", r"\1_", tag)

    return unversioned(tag) == unversioned(wanted)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def scripts_directory() -> str:
    """Where the commands lie that were installed along with us."""
    return sysconfig.get_path("scripts")
