"""A build hook for hatchling: it compiles the Zig files of a project into its wheels.

The project says ``[tool.hatch.build.targets.wheel.hooks.nano-ffi]``, and in ``[tool.nano-ffi]`` which ``modules`` there
are. ``nano-ffi wheels`` asks for a wheel of each target by the environment variable CIBUILDWHEEL_BUILD_IDENTIFIER, as
cibuildwheel does; without it a wheel is for the running interpreter. An editable install builds at the import.
"""

# pyright: basic
# (hatchling's base class is typed in part)
from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.plugin import hookimpl

import nano_ffi
from nano_ffi.compiler import STABLE_MINOR, Job, has_stable_abi
from nano_ffi.project import member_of, read_project
from nano_ffi.pyi import write_stub
from nano_ffi.switches import Switches, cache_folder
from nano_ffi.wheels import targets

__all__ = ["ZigBuildHook"]

EDITABLE = 'import importlib.util as u; u.find_spec("nano_ffi") and __import__("nano_ffi.importer")\n'


def wheel_cpu(asked: str, for_target: bool) -> str:
    """The CPU of a wheel for NANO_FFI_CPU: never this machine's own, which others need not have."""
    if asked and asked != "native":
        return asked
    return "" if for_target else "baseline"


class ZigBuildHook(BuildHookInterface[Any]):
    """Puts extension modules and their stubs into a wheel."""

    PLUGIN_NAME = "nano-ffi"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises SettingsError and CompileError, an ImportError both."""
        if self.target_name != "wheel":
            return
        self.folder = Path(tempfile.mkdtemp())
        if version == "editable":
            start = self.folder / "nano_ffi.pth"
            start.write_text(EDITABLE, encoding="utf-8")
            name = self.metadata.core.name.replace("-", "_").replace(".", "_")
            build_data["force_include_editable"][str(start)] = f"_{name}_zig.pth"
            build_data["dependencies"].append(f"nano-ffi[zig]=={nano_ffi.__version__}")
            return
        root = Path(self.root)
        switches = Switches()
        table = read_project(root / "pyproject.toml")
        identifier = os.environ.get("CIBUILDWHEEL_BUILD_IDENTIFIER")
        target = targets.parse(identifier) if identifier else targets.native()
        stable = bool(identifier) and table.abi3 and has_stable_abi(target)
        for source in map(Path, table.modules):
            member = member_of(source, root)
            symbols = os.environ.get("NANO_FFI_SYMBOLS")  # `nano-ffi wheels` wants debug information there
            job = Job.of(
                source,
                target=target if identifier else None,
                mode=switches.mode,
                cpu=wheel_cpu(switches.cpu, bool(identifier)),
                strip=True,
                abi3=stable,
                symbols=Path(symbols) if symbols else None,
            )
            built = job.compile(self.folder / member.parent)
            if inputs := os.environ.get("NANO_FFI_INPUTS"):  # `nano-ffi wheels` asks what was read
                ours = cache_folder()  # what is made there is named by what it is made of
                with Path(inputs).open("a", encoding="utf-8", errors="surrogateescape") as file:
                    file.writelines(f"{path}\n" for path in built.inputs if not Path(path).is_relative_to(ours))
            build_data["force_include"][str(built.path)] = (member.parent / built.path.name).as_posix()
            stub = built.path.with_name(f"{member.name}.pyi")
            write_stub(built.path, stub)
            build_data["force_include"][str(stub)] = member.with_suffix(".pyi").as_posix()
        build_data["pure_python"] = False
        if identifier:
            build_data["tag"] = f"cp3{STABLE_MINOR}-abi3-{target.platform.wheel_tag}" if stable else target.tag
        else:
            build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.target_name == "wheel":
            shutil.rmtree(self.folder, ignore_errors=True)


@hookimpl
def hatch_register_build_hook() -> type[ZigBuildHook]:
    return ZigBuildHook
