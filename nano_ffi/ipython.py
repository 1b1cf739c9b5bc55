"""The cell magic ``%%zig`` of IPython and Jupyter: ``%load_ext nano_ffi``."""

from __future__ import annotations

from typing import Any

from nano_ffi import loading

__all__ = ["register_magic"]


def register_magic(shell: Any) -> None:
    """Give an IPython `shell` the magic ``%%zig``."""

    def zig(line: str, cell: str) -> None:
        """Compile the cell, a Zig file, and bring its functions, classes and constants into the notebook.

        ``%%zig NAME`` brings in a module of this name instead; a cell of the same name then takes its place.
        """
        name = line.strip()
        module = loading.compile(cell, name or None)
        if name:
            shell.user_ns[name] = module
        else:
            own = {key: value for key, value in vars(module).items() if not key.startswith("__")}
            shell.push(own)

    shell.register_magic_function(zig, magic_kind="cell")
