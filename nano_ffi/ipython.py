"""What ``%load_ext nano_ffi`` gives IPython and Jupyter: the cell magic ``%%zig``, ``f??`` of Zig's functions and classes,
and ``%autoreload`` of ``.zig`` files."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from nano_ffi import loading
from nano_ffi.explaining import described, explain
from nano_ffi.switches import MODES

__all__ = ["register_magic", "reload_changed", "show_source", "source_of"]

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


def show_source(shell: Any) -> None:
    """Let ``f??`` show the Zig source of a function, method or class."""
    inspector = shell.inspector
    usual = inspector.info

    def info(obj: object, oname: str = "", info: Any = None, detail_level: int = 0) -> Any:
        found = usual(obj, oname, info, detail_level)
        if detail_level and not found.get("source"):
            found["source"] = source_of(obj)
        return found

    inspector.info = info


def source_of(obj: object) -> str | None:
    """The lines of a Zig file that declare a function, method or class, with their doc comments; None of what else is.

    They are found by the name, and by how ``zig fmt`` writes: a declaration ends with the first line that is indented as
    its own first one is, and begins with a brace.
    """
    name = getattr(obj, "__name__", "")
    within: Any = getattr(obj, "__objclass__", None) or obj
    module = sys.modules.get(getattr(within, "__module__", None) or "")
    loader: object = getattr(module, "__loader__", None)
    if not isinstance(loader, loading.ZigLoader) or not name:
        return None
    text = Path(loader.source).read_text(encoding="utf-8")
    outer = "" if within is obj else declaration(text, within.__name__)
    return (declaration(outer, name) if outer else None) or declaration(text, name)


def declaration(text: str, name: str) -> str | None:
    found = re.search(
        rf"(?:^[ ]*///.*\n)*^(?P<indent>[ ]*)pub (?:inline |export )?(?:fn|const) (?:@\")?{re.escape(name)}\b(?P<head>.*\n?)",
        text,
        re.MULTILINE,
    )
    if found is None:
        return None
    if found["head"].rstrip().endswith((";", "}")):
        return found[0].rstrip()
    end = re.compile(rf"^{found['indent']}\}}.*$", re.MULTILINE).search(text, found.end())
    return text[found.start() : end.end() if end else found.end()].rstrip()


def reload_changed(shell: Any) -> None:
    """Bring the modules of ``.zig`` files up to date before each cell, while ``%autoreload`` does so with Python's."""

    def bring_up_to_date(*_: object) -> None:
        reloader = getattr(shell.magics_manager.registry.get("AutoreloadMagics"), "_reloader", None)
        if getattr(reloader, "enabled", False):
            for module in list(loading.loaded):
                renew(shell, module)

    shell.events.register("pre_run_cell", bring_up_to_date)


def renew(shell: Any, module: ModuleType) -> None:
    before = dict(vars(module))
    try:
        loading.reload(module)
    except ImportError as error:
        print(f"[autoreload of {module.__name__} failed: {error}]", file=sys.stderr)
        return
    # What came by `from mathx import add` is the new one, too.
    for name, value in list(shell.user_ns.items()):
        if name in before and value is before[name] and name in vars(module):
            shell.user_ns[name] = vars(module)[name]
