"""Modules out of Zig files: `nano_ffi.load`, `nano_ffi.loads`, `nano_ffi.reload`."""

from __future__ import annotations

import os
import re
import sys
import threading
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from importlib.util import module_from_spec, spec_from_file_location
from weakref import WeakKeyDictionary

from nano_ffi.builds import Record, Unit, module_name
from nano_ffi.registration import follow
from nano_ffi.switches import NOEXEC, NanoFfiError, Switches, cache_folder, make_folder, mode_named, write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.abc import Loader
    from types import ModuleType
    from typing import ParamSpec, TypeVar

    Parameters = ParamSpec("Parameters")
    Result = TypeVar("Result")
else:
    Loader = object  # importlib.abc takes long to import, and adds nothing

__all__ = ["ZigLoader", "extension_of", "load", "loads", "reload", "zig_spec"]

OF_THE_IMPORT = frozenset(("__builtins__", "__file__", "__loader__", "__name__", "__package__", "__spec__"))
"""What a module has from its import, not from its code."""

ROUNDS = 6
"""How often a module is built whose functions call what is nowhere: the system names one such function at a time."""

lock = threading.RLock()

loaded: WeakKeyDictionary[ModuleType, tuple[str, list[str]]] = WeakKeyDictionary()
"""Which extension a module's code is from, and the names that it brought."""


def load(path: str | os.PathLike[str], name: str | None = None, *, mode: str = "") -> ModuleType:
    """The module of the Zig file `path`, built if need be.

    `name` is what it is called in ``sys.modules``, so that its classes can be pickled; where it is not given,
    the file's name, with "_" for what no name can have: ``zig_string`` of ``zig-string.zig``. A file that is loaded
    already is not loaded twice: its module is brought up to date, as `reload` does. `mode` is ``Debug``,
    ``ReleaseSafe``, ``ReleaseFast`` or ``ReleaseSmall``; where it is not given, ``NANO_FFI_MODE`` or a pyproject.toml
    says it.

    Raises CompileError, an ImportError, with Zig's message, and ImportError where another module has the name.
    """
    source = os.path.abspath(path)
    try:
        return load_named(source, name or module_name(source), mode)
    except ImportError as error:
        raise error.with_traceback(None)  # noqa: B904 - the same error, which is about the file


def load_named(source: str, fullname: str, mode: str) -> ModuleType:
    with lock:
        module = sys.modules.get(fullname)
        if module is None and fullname not in sys.stdlib_module_names:
            return new(zig_spec(fullname, source, mode))
        loader: object = getattr(module, "__loader__", None)
        if module is None or not isinstance(loader, ZigLoader) or loader.source != source:
            raise NanoFfiError(
                f"{source}: there is another module {fullname!r}: give this one another name, "
                f'load("{os.path.basename(source)}", name="zig_{fullname}")',
                name=fullname,
            )
        return renewed(module, zig_spec(fullname, source, mode))


def renewed(module: ModuleType, spec: ModuleSpec) -> ModuleType:
    """The module, with the code of another spec; where that fails, it is as it was."""
    assert isinstance(spec.loader, ZigLoader)
    spec.loader.renew(module)
    module.__spec__, module.__loader__ = spec, spec.loader
    return module


def loads(source: str, name: str | None = None, *, mode: str = "") -> ModuleType:
    """The module of a Zig source text, built if need be.

    `name` is what it is called in ``sys.modules``; where it is not given, it follows from the text, and the same text
    is the same module. Another text under the same name takes the place of the code, as with `reload`. `mode` is as
    of `load`.

    Raises CompileError, an ImportError, with Zig's message, and ImportError where another module has the name.
    """
    import hashlib

    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    fullname = name or f"zig_{digest}"
    folder = texts()
    path = os.path.join(folder, digest, f"{fullname}.zig")
    if not os.path.exists(path):
        make_folder(os.path.dirname(path))
        write_whole(path, source)
    with lock:
        module = sys.modules.get(fullname)
        loader: object = getattr(module, "__loader__", None)
        if module is None or not isinstance(loader, ZigLoader) or not loader.source.startswith(folder):
            return load(path, fullname, mode=mode)
        return renewed(module, zig_spec(fullname, path, mode))


def reload(module: ModuleType, /) -> ModuleType:
    """Bring a module of a Zig file up to date, in place, and return it.

    The file is built anew if something changed. The module then has the new functions, classes and constants under
    their names, and has no more what is gone; functions of it that were given to `nano_ffi.register` are the new ones
    from the next call by name on. What else holds an old function or class keeps it, with its old code: a name that
    came by ``from mathx import add``, an instance of a class.

    Raises TypeError for a module of another kind. Raises CompileError, an ImportError, with Zig's message; the module
    is as it was then.
    """
    loader: object = getattr(module, "__loader__", None)
    if not isinstance(loader, ZigLoader):
        raise TypeError(f"reload(): {module!r} is not a module of a Zig file")
    try:
        loader.renew(module)
    except ImportError as error:
        raise error.with_traceback(None)  # noqa: B904 - as of `load`
    return module


def unseen(method: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """A method that importlib calls, of which a traceback of an ImportError shows no frame.

    Such an error is about the user's file, as a SyntaxError is. CPython takes importlib's own frames out of an
    ImportError's traceback, and knows them by their file name.
    """

    def importing(*arguments: Parameters.args, **keywords: Parameters.kwargs) -> Result:
        try:
            return method(*arguments, **keywords)
        except ImportError as error:
            raise error.with_traceback(None)  # noqa: B904 - the same error

    importing.__code__ = importing.__code__.replace(co_filename="<frozen importlib._bootstrap>")
    return importing


def missing_symbol(message: str) -> str | None:
    """What the system's loader found nowhere, as glibc, musl and macOS say it; None where it says something else."""
    found = re.search(r"undefined symbol: (\w+)|: (\w+): symbol not found|symbol not found .*?'_?(\w+)'", message)
    return next(filter(None, found.groups())) if found else None


class ZigLoader(Loader):
    """Builds a Zig file if need be, and loads the extension module."""

    def __init__(self, fullname: str, source: str, mode: str = "") -> None:
        self.fullname = fullname
        self.mode = mode
        self.source = os.path.abspath(source)
        self.extension: ExtensionFileLoader | None = None

    @unseen
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        self.extension, module = self.new_module()
        return module

    @unseen
    def exec_module(self, module: ModuleType) -> None:
        """Fill a module that `create_module` made, or renew one: `importlib.reload` asks so."""
        if module in loaded or self.extension is None:
            self.renew(module)
            return
        before = set(vars(module))
        self.extension.exec_module(module)
        loaded[module] = (self.extension.path, [name for name in vars(module) if name not in before])

    def new_module(self) -> tuple[ExtensionFileLoader, ModuleType]:
        name = self.fullname.rpartition(".")[2]
        path = extension_of(self.source, name, self.mode, watch=True)
        absent: tuple[str, ...] = ()
        rounds = 0
        while True:
            rounds += 1
            loader = ExtensionFileLoader(self.fullname, path)
            try:
                module = loader.create_module(ModuleSpec(self.fullname, loader, origin=path))
            except ImportError as error:
                if not os.access(path, os.X_OK):
                    raise NanoFfiError(f"{error}: {NOEXEC}", name=self.fullname, path=path) from None
                if (symbol := missing_symbol(str(error))) is None:
                    raise
                unit = unit_of(self.source, name, self.mode)
                absent = without(unit, symbol, absent) if rounds < ROUNDS else ()
                if not absent:
                    raise NanoFfiError(
                        f"{self.source}: a function of it uses {symbol!r}, which is nowhere: name the library in link of "
                        '[tool.nano-ffi]; or, where another system has it, leave out what uses it: .skip = .{"name"} in '
                        "nano_ffi_options of what declares that",
                        name=self.fullname,
                        path=path,
                    ) from None
                from nano_ffi.building import build

                path = build(unit, absent)
            else:
                module.__file__ = path  # where tracebacks find the names and lines of Zig's functions
                return loader, module

    def renew(self, module: ModuleType) -> None:
        """Put the code as it is now into a module."""
        with lock:
            loader, fresh = self.new_module()
            extension, names = loaded[module]
            if loader.path == extension:
                return
            loader.exec_module(fresh)
            contents = {name: value for name, value in vars(fresh).items() if name not in OF_THE_IMPORT}
            here = vars(module)
            old = {name: here[name] for name in names if name in here}
            here.update(contents)
            for name in old.keys() - contents.keys():
                del here[name]
            loaded[module] = (loader.path, list(contents))
            module.__file__ = loader.path
            follow(old, contents)

    def is_package(self, fullname: str) -> bool:
        return False

    def get_filename(self, fullname: str) -> str:
        return self.source


def extension_of(source: str, name: str, mode: str = "", *, watch: bool = False) -> str:
    """The path of an extension module `name` of the Zig file `source` that is up to date, built if need be.

    `mode` is as of Zig, and empty for what the environment or a pyproject.toml says. With `watch` it is built anew from
    now on when it changes, where ``NANO_FFI_WATCH=1`` says so.

    Raises CompileError, an ImportError, with Zig's message; SettingsError for a wrong setting; and ImportError where
    nothing is built, and ``NANO_FFI_BUILD=never``.
    """
    unit = unit_of(source, name, mode)
    switches = unit.switches
    record = Record.load(unit)
    if switches.build == "never":
        if record is None:
            raise NanoFfiError(
                f"NANO_FFI_BUILD=never, and {unit.source} has not been built for this CPython with these switches: "
                "import it once without NANO_FFI_BUILD, or run `nano-ffi build`",
                name=name,
                path=unit.source,
            )
        return record.binary
    if record is not None and switches.build != "always" and record.holds():
        path = record.binary
    else:
        from nano_ffi.building import build

        path = build(unit)
    if watch and switches.watch:
        from nano_ffi.watching import watch_along

        watch_along(unit.source, name, switches)
    return path


def unit_of(source: str, name: str, mode: str) -> Unit:
    switches = Switches()
    if mode:
        switches.mode = mode_named(mode, "mode")
    return Unit(os.path.abspath(source), name, switches)


def without(unit: Unit, symbol: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """What a build has to do without in which the system found no `symbol`; empty where none can."""
    if unit.switches.build == "never":
        return ()
    from nano_ffi.building import build_without

    return build_without(unit, symbol, known)


def zig_spec(fullname: str, source: str, mode: str = "") -> ModuleSpec:
    """As what, and from where, a Zig file is imported."""
    spec = spec_from_file_location(fullname, os.path.abspath(source), loader=ZigLoader(fullname, source, mode))
    assert spec is not None
    return spec


def new(spec: ModuleSpec) -> ModuleType:
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        assert spec.loader is not None
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[spec.name]
        raise
    return module


def texts() -> str:
    """The folder of the texts given to `loads`."""
    return os.path.join(cache_folder("texts"), "")
