"""A user's project: which Zig files are its modules, and where they stand in its wheels."""

from __future__ import annotations

from pathlib import Path

from nano_ffi.settings import Table, read_table
from nano_ffi.switches import SettingsError

__all__ = ["member_of", "modules_here", "read_project"]


def read_project(pyproject: Path) -> Table:
    """``[tool.nano-ffi]``. Raises SettingsError where it names no modules, or one that there is not."""
    table = read_table(pyproject)
    if not table.modules:
        raise SettingsError(
            f'{pyproject}: [tool.nano-ffi] says no modules: say which Zig files to compile, modules = ["src/pkg/fast.zig"]'
        )
    for module in table.modules:
        if not Path(module).is_file():
            raise SettingsError(f"{pyproject}: [tool.nano-ffi] modules names {module}, and there is no such file")
    return table


def member_of(source: Path, root: Path) -> Path:
    """Where in a wheel the module of a Zig file stands, without a suffix: its path from src/, or from the project."""
    for folder in (root / "src", root):
        if source.is_relative_to(folder):
            return source.relative_to(folder).with_suffix("")
    raise SettingsError(f"{source} is not in the project {root}, and cannot be in its wheel: move it there")


def modules_here(files: list[Path]) -> list[Path]:
    """The Zig files given, or else those of the pyproject.toml in the current folder. Raises SettingsError."""
    if files:
        for file in files:
            if not file.is_file():
                raise SettingsError(f"there is no file {file}")
        return [file.absolute() for file in files]
    pyproject = Path.cwd() / "pyproject.toml"
    if not pyproject.is_file():
        raise SettingsError(
            "there is no pyproject.toml here that says which Zig files to take: go to the project's folder, or name them"
        )
    return [Path(module) for module in read_project(pyproject).modules]
