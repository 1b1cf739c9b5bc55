"""Call Zig functions from Python at the cost of a C builtin.

>>> import nano_ffi
>>> nano_ffi.call("add", 3, 4)
7

(PYTEST_DONT_REWRITE: an editable install of a user's project imports this before pytest does.)
"""

from __future__ import annotations

if __doc__:  # python -OO has none
    __doc__ = __doc__.partition("\n(PYTEST")[0]  # that is read in the source

from nano_ffi._native import OutOfRangeError, ZigError, ZigPanic, call, get, list_functions, signature, version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nano_ffi.explaining import explain
    from nano_ffi.loading import load, loads, reload
    from nano_ffi.switches import NanoFfiError, SettingsError
    from nano_ffi.zig import CompileError

__all__ = [
    "CompileError",
    "NanoFfiError",
    "OutOfRangeError",
    "SettingsError",
    "ZigError",
    "ZigPanic",
    "call",
    "errors",
    "explain",
    "functions",
    "get",
    "list_functions",
    "load",
    "loads",
    "register",
    "register_module",
    "reload",
    "signature",
    "version",
]

__version__ = version()

from nano_ffi import errors, functions
from nano_ffi.registration import register, register_module

LATER = {
    "CompileError": "zig",
    "NanoFfiError": "switches",
    "SettingsError": "switches",
    "explain": "explaining",
    "load": "loading",
    "loads": "loading",
    "reload": "loading",
}
"""What only users' own Zig needs, and in which module that is: the others need not wait for its import."""


def __getattr__(name: str) -> object:
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    found = getattr(importlib.import_module(f"nano_ffi.{LATER[name]}"), name)
    globals()[name] = found
    return found


def load_ipython_extension(shell: object) -> None:
    """``%load_ext nano_ffi`` gives IPython and Jupyter ``%%zig``, and has ``f??`` and ``%autoreload`` know Zig."""
    from nano_ffi.ipython import register_magic, reload_changed, show_source

    register_magic(shell)
    show_source(shell)
    reload_changed(shell)
