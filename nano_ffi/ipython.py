"""The cell magic ``%%zig`` of IPython and Jupyter: ``%load_ext nano_ffi``."""

from __future__ import annotations

import importlib
import re
from typing import Any

from nano_ffi import loading
from nano_ffi.explaining import described, explain
from nano_ffi.switches import MODES

__all__ = ["register_magic"]

magics: Any = importlib.import_module("IPython.core.magic_arguments")  # which has no types

PRIVATE = re.compile(r"^(?:inline |export )?fn (\w+)", re.MULTILINE)


def register_magic(shell: Any) -> None:
    """Give an IPython `shell` the magic ``%%zig``."""

    @magics.magic_arguments()  # type: ignore[untyped-decorator]
    @magics.argument(
        "name", nargs="?", help="bring in a module of this name instead; a cell of the same name takes its place"
    )  # type: ignore[untyped-decorator]
    @magics.argument(
        "--mode", default="", choices=MODES, help="how it is built (default: as NANO_FFI_MODE says, or ReleaseSafe)"
    )  # type: ignore[untyped-decorator]
    @magics.argument("--explain", action="store_true", help="say what is left out, also where that is nothing")  # type: ignore[untyped-decorator]
    def zig(line: str, cell: str) -> None:
        """Compile the cell, a Zig file, and bring its functions, classes and constants into the notebook."""
        given = magics.parse_argstring(zig, line)
        module = loading.loads(cell, given.name, mode=given.mode)
        own = {key: value for key, value in vars(module).items() if not key.startswith("__")}
        if given.name:
            shell.user_ns[given.name] = module
        else:
            shell.push(own)
        if given.explain or described(module).left_out:
            explain(module)
        if not own:
            names = PRIVATE.findall(cell)
            remedy = f"write `pub fn {names[0]}`" if names else "what is `pub` in it comes into the notebook"
            print(f"no `pub fn` in this cell: {remedy}")

    shell.register_magic_function(zig, magic_kind="cell")
