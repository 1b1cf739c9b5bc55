"""Testing a wheel of another system or machine by what runs its CPython here: an emulator, Wine, a loader.

Such a CPython is a command in a folder that the user names, called as the wheels' identifier, ``cp313-win_amd64``. It need
know nothing of environments: the wheel and what its tests require are put into a folder for its PYTHONPATH, by uv on this
machine, and ``python`` and all that was installed along are commands that call it.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from cibuildwheel import errors
from cibuildwheel.util.cmd import call

from nano_ffi.wheels.interpreters import find_python
from nano_ffi.wheels.targets import Platform, Target

__all__ = ["ForeignEnvironment", "find_runtime"]

OLDEST_GLIBC = (2, 28)
"""Of what uv calls Linux."""


def find_runtime(folder: Path | None, target: Target) -> Path | None:
    """The command in `folder` that runs the CPython of `target`."""
    command = folder and folder / target.identifier
    return command if command and os.access(command, os.X_OK) else None


def uv_platform(platform: Platform) -> str:
    """What uv's ``--python-platform`` calls it; empty for what uv does not know."""
    arch, system = platform.zig_arch, platform.system
    if system == "windows":
        return {"x86": "i686"}.get(arch, arch) + "-pc-windows-msvc"
    if system == "macos":
        return f"{arch}-apple-darwin"
    if arch == "riscv64" and not platform.musl_libc:
        return "riscv64-unknown-linux"
    if arch not in {"x86_64", "aarch64"} or system != "linux":
        return ""
    if platform.musl_libc:
        return f"{arch}-unknown-linux-musl"
    newer = re.match(r"manylinux_(\d+)_(\d+)_", platform.wheel_tag)
    if newer and (int(newer[1]), int(newer[2])) > OLDEST_GLIBC:
        return f"{arch}-manylinux_{newer[1]}_{newer[2]}"
    return f"{arch}-unknown-linux-gnu"


@dataclass(frozen=True, kw_only=True)
class ForeignEnvironment:
    """What stands for a virtual environment of a CPython that only `command` can call."""

    target: Target
    command: Path
    folder: Path
    """Must not exist."""
    uv: Path

    @property
    def packages(self) -> Path:
        return self.folder / "packages"

    @property
    def scripts(self) -> Path:
        return self.folder / "commands"

    def make(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` with its commands first. Raises ConfigurationError for a platform that uv installs nothing for."""
        if not uv_platform(self.target.platform):
            message = f"uv installs nothing for {self.target.platform.name}: leave it out with test-skip"
            raise errors.ConfigurationError(message)
        self.packages.mkdir(parents=True)
        self.scripts.mkdir()
        for name in ("python", "python3"):
            self.write_command(name, [])
        drive = "Z:" if self.target.platform.system == "windows" else ""
        kept = {
            name: value
            for name, value in base.items()
            if not name.startswith("PYTHON") and name not in {"VIRTUAL_ENV", "UV_PYTHON"}
        }
        return {
            **kept,
            "PATH": os.pathsep.join([str(self.scripts), base.get("PATH", os.defpath)]),
            "PYTHONPATH": f"{drive}{self.packages}",
        }

    def install(self, requirements: Sequence[str], environment: Mapping[str, str]) -> None:
        """Raises CalledProcessError, also where something has no wheel for the target."""
        here = find_python(self.target.python)
        plain = {name: value for name, value in environment.items() if name != "PYTHONPATH"}
        call(
            self.uv, "pip", "install", "--only-binary=:all:", "--target", self.packages,
            "--python", here.executable if here else sys.executable,
            *(() if here else ("--python-version", self.target.python.version)),
            "--python-platform", uv_platform(self.target.platform),
            *requirements,
            env=plain,
        )  # fmt: skip
        for distribution in distributions(path=[str(self.packages)]):
            for entry in distribution.entry_points.select(group="console_scripts"):
                attribute = entry.attr.partition(".")[0]
                code = f"import sys; from {entry.module} import {attribute}; sys.exit({entry.attr}())"
                self.write_command(entry.name, ["-c", code])

    def write_command(self, name: str, arguments: Sequence[str]) -> None:
        path = self.scripts / name
        path.write_text(f'#!/bin/sh\nexec {shlex.join([str(self.command), *arguments])} "$@"\n', encoding="utf-8")
        path.chmod(0o755)
