"""The exception classes: `nano_ffi.errors`, `ZigError`, `OutOfRangeError`."""

from __future__ import annotations

import builtins
import contextlib
import copy
import errno
import inspect
import multiprocessing
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nano_ffi
from nano_ffi import _native, errors

BUILTINS = {
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException) and name == value.__name__ and name[0] != "_"
}
NOT_OF_A_TEXT = dict.fromkeys(("BaseExceptionGroup", "ExceptionGroup"), RuntimeError)


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("OutOfMemory", MemoryError),
        ("DivisionByZero", ZeroDivisionError),
        ("Overflow", OverflowError),
        ("FileNotFound", FileNotFoundError),
        ("AccessDenied", PermissionError),
        ("EndOfStream", EOFError),
        ("KeyNotFound", KeyError),
        ("InvalidUtf8", UnicodeError),
        ("NotImplemented", NotImplementedError),
        ("Unexpected", OSError),
        *NOT_OF_A_TEXT.items(),
        ("print", RuntimeError),
    ],
)
def test_a_class_of_the_errors_own_name(name: str, builtin: type[BaseException]) -> None:
    error_class = _native.error_class(name)
    assert error_class is _native.error_class(name)
    assert error_class is getattr(errors, name)  # as it was made before
    assert error_class.__name__ == name
    assert error_class.__module__ == "nano_ffi.errors"
    assert issubclass(error_class, nano_ffi.ZigError)
    assert issubclass(error_class, builtin)
    assert str(error_class(name)) == name


def test_a_class_of_a_builtins_name() -> None:
    """Of every builtin exception that this CPython has."""
    of_a_text = sorted(BUILTINS - NOT_OF_A_TEXT.keys())
    assert len(of_a_text) > 50
    for name in of_a_text:
        test_a_class_of_the_errors_own_name(name, getattr(builtins, name))


def test_zig_error_is_a_runtime_error() -> None:
    assert nano_ffi.ZigError.__mro__[:2] == (nano_ffi.ZigError, RuntimeError)
    assert errors.ZigError is nano_ffi.ZigError
    assert issubclass(nano_ffi.OutOfRangeError, OverflowError)
    assert issubclass(nano_ffi.OutOfRangeError, ValueError)


def test_an_error_can_be_pickled_and_copied() -> None:
    with pytest.raises(errors.DivisionByZero) as caught:
        nano_ffi.call("div", 1, 0)
    for again in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert type(again) is errors.DivisionByZero
        assert str(again) == "DivisionByZero"


def test_python_does_not_get_an_error_class_for_what_it_asks_of_modules() -> None:
    assert not hasattr(errors, "__path__")
    assert not hasattr(errors, "_private")


NAMES = """
import nano_ffi
from nano_ffi import errors

def refused(name):
    try:
        getattr(errors, name)
    except AttributeError as error:
        return str(error)
    raise AssertionError(name)

assert refused("Straneg").startswith("no function of an imported module returns error.Straneg: mend the name, or import")
assert refused("E" * 1000)
nano_ffi.loads('''
    pub const Failure = error{Strange};
    pub fn fail() error{Strangest}!void { return error.Strangest; }
    pub const Thing = struct {
        size: u8,
        pub fn init(size: u8) error{TooStrange}!Thing { return .{ .size = size }; }
        pub fn setWidth(self: *Thing, size: u8) error{Wider}!void { self.size = size; }
        pub fn width(self: *const Thing) error{Thinner}!u8 { return self.size; }
        pub const nano_ffi_options = .{
            .width = .{ .property = true },
            .setWidth = .{ .setter = "width" },
        };
    };
''')
for name in ("Strange", "Strangest", "TooStrange", "Wider", "Thinner"):
    assert issubclass(getattr(errors, name), nano_ffi.ZigError)
    assert name in dir(errors)
assert refused("Stranegst").endswith("returns error.Stranegst: it may be error.Strangest")
nano_ffi.loads("pub fn any(which: bool) anyerror!void { if (which) return error.OneOfMany; }")
assert issubclass(errors.OneOfMore, nano_ffi.ZigError)
"""


def test_a_name_that_no_function_returns_is_an_attribute_error(tmp_path: Path) -> None:
    # In a process where no other module is, whose functions may return any error.
    subprocess.run([sys.executable, "-c", NAMES], cwd=tmp_path, check=True)


def test_an_error_is_pickled_into_a_process_that_knows_no_such_function(tmp_path: Path) -> None:
    made = _native.error_class("OfAnotherProcess")("a text")
    code = "import pickle, sys; error = pickle.load(sys.stdin.buffer); print(type(error), error, error.args)"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        run = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            input=pickle.dumps(made, protocol),
            capture_output=True,
            check=True,
        )
        assert run.stdout.split() == b"<class 'nano_ffi.errors.OfAnotherProcess'> a text ('a text',)".split()


def test_a_very_long_name() -> None:
    assert issubclass(_native.error_class("E" * 1000), nano_ffi.ZigError)


def test_python_takes_errors_of_a_file_for_its_own(zig_module: Callable[[str], ModuleType]) -> None:
    namesakes = zig_module("namesakes")
    evens = namesakes.Evens(3)
    assert list(evens) == [0, 2, 4]
    assert 4 in evens
    assert not hasattr(evens, "nothing")
    for which, builtin in enumerate((ValueError, KeyError, StopIteration, UnicodeDecodeError)):
        with pytest.raises(builtin) as caught:
            namesakes.fail(which)
        assert isinstance(caught.value, nano_ffi.ZigError)
        assert str(caught.value) == type(caught.value).__name__
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_errors_of_public_sets_can_be_pickled(zig_module: Callable[[str], ModuleType]) -> None:
    namesakes = zig_module("namesakes")
    calls = (lambda: namesakes.store(0), lambda: namesakes.store(2), namesakes.Shelf().fill)
    for call, place in zip(calls, ("StoreError.FileNotFound", "StoreError.Broken", "Shelf.Failure.Full"), strict=True):
        with pytest.raises(nano_ffi.ZigError) as caught:
            call()
        again = pickle.loads(pickle.dumps(caught.value))
        assert type(again) is type(caught.value)
        assert again.args == caught.value.args
        assert (type(again).__module__, type(again).__qualname__) == ("namesakes", place)
    assert pickle.loads(pickle.dumps(namesakes.Shelf.Failure)) is namesakes.Shelf.Failure


# README and docs/guide: the builtin exception of each of std's errors, and its number.
MEANINGS = {
    "ArithmeticError": "Underflow NegativeIntoUnsigned",
    "AssertionError": "AssertionFailed",
    "EOFError": "EndOfStream EndOfFile",
    "IndexError": "IndexOutOfBounds OutOfBounds",
    "KeyError": "KeyNotFound NotFound",
    "MemoryError": "OutOfMemory",
    "NotImplementedError": "NotImplemented Unimplemented Unsupported",
    "OverflowError": "Overflow",
    "RecursionError": "StackOverflow",
    "TypeError": "WrongType TypeMismatch",
    "UnicodeError": "InvalidUtf8 InvalidUnicode",
    "ValueError": "InvalidArgument InvalidCharacter InvalidFormat InvalidValue OutOfRange",
    "ZeroDivisionError": "DivisionByZero",
}
OF_THE_SYSTEM = {
    "BlockingIOError EAGAIN": "BlockingIOError WouldBlock",
    "BrokenPipeError EPIPE": "BrokenPipeError BrokenPipe",
    "ChildProcessError ECHILD": "ChildProcessError",
    "ConnectionAbortedError ECONNABORTED": "ConnectionAbortedError ConnectionAborted",
    "ConnectionRefusedError ECONNREFUSED": "ConnectionRefusedError ConnectionRefused",
    "ConnectionResetError ECONNRESET": "ConnectionResetError ConnectionReset ConnectionResetByPeer",
    "FileExistsError EEXIST": "FileExistsError PathAlreadyExists FileExists",
    "FileNotFoundError ENOENT": "FileNotFoundError FileNotFound",
    "InterruptedError EINTR": "InterruptedError Interrupted",
    "IsADirectoryError EISDIR": "IsADirectoryError IsDir",
    "NotADirectoryError ENOTDIR": "NotADirectoryError NotDir",
    "PermissionError EACCES": "PermissionError AccessDenied",
    "PermissionError EPERM": "PermissionDenied",
    "ProcessLookupError ESRCH": "ProcessLookupError ProcessNotFound",
    "TimeoutError ETIMEDOUT": "TimeoutError Timeout TimedOut ConnectionTimedOut",
    "OSError": "OSError Unexpected",
    "OSError EADDRINUSE": "AddressInUse",
    "OSError EADDRNOTAVAIL": "AddressNotAvailable AddressUnavailable",
    "OSError EBADF": "NotOpenForReading NotOpenForWriting",
    "OSError EBUSY": "DeviceBusy",
    "OSError EDQUOT": "DiskQuota",
    "OSError EFBIG": "FileTooBig",
    "OSError EHOSTUNREACH": "HostUnreachable",
    "OSError EINVAL": "BadPathName",
    "OSError EIO": "InputOutput",
    "OSError ELOOP": "SymLinkLoop",
    "OSError EMFILE": "ProcessFdQuotaExceeded",
    "OSError EMLINK": "LinkQuotaExceeded",
    "OSError ENAMETOOLONG": "NameTooLong",
    "OSError ENETUNREACH": "NetworkUnreachable",
    "OSError ENFILE": "SystemFdQuotaExceeded",
    "OSError ENODEV": "NoDevice",
    "OSError ENOMEM": "SystemResources",
    "OSError ENOSPC": "NoSpaceLeft",
    "OSError ENOTCONN": "SocketUnconnected",
    "OSError ENOTEMPTY": "DirNotEmpty",
    "OSError EROFS": "ReadOnlyFileSystem",
    "OSError ESPIPE": "Unseekable",
    "OSError ETXTBSY": "FileBusy",
    "OSError EXDEV": "RenameAcrossMountPoints",
}


@pytest.mark.parametrize("row", [*MEANINGS, *OF_THE_SYSTEM])
def test_what_each_name_means(row: str) -> None:
    builtin, _, symbol = row.partition(" ")
    for name in (MEANINGS.get(row) or OF_THE_SYSTEM[row]).split():
        error_class = getattr(errors, name)
        assert error_class.__bases__ == (nano_ffi.ZigError, getattr(builtins, builtin)), name
        if row in OF_THE_SYSTEM:
            number = getattr(errno, symbol, None) if symbol else None
            text = None if number is None else os.strerror(number)
            error = error_class(name)
            assert (error.errno, error.strerror, error.filename) == (number, text, None), name


def test_more_errors_than_are_remembered(zig_module: Callable[[str], ModuleType]) -> None:
    numbered = zig_module("namesakes").numbered
    for _ in range(2):
        for number in range(66):
            with pytest.raises(RuntimeError, match=f"^N{number}$") as caught:
                numbered(number)
            assert type(caught.value) is getattr(errors, f"N{number}")


def test_an_exception_that_was_caught_is_over(
    zig_module: Callable[[str], ModuleType], growth: Callable[[Callable[[], Any]], float]
) -> None:
    namesakes = zig_module("namesakes")

    def raising(number: int) -> None:
        if number >= 0:
            raise KeyError("x" * 100, number)

    with pytest.raises(errors.Other, match=r"^Other$") as other:
        namesakes.another(raising)  # whatever the callback said
    assert other.value.__context__ is None
    with pytest.raises(KeyError) as caught:
        namesakes.twice(raising, 1, 2)
    assert caught.value.args == ("x" * 100, 2)
    assert namesakes.twice(raising, 1, -1) is None
    for function in (
        lambda: namesakes.another(raising),
        lambda: namesakes.twice(raising, 1, 2),
        lambda: namesakes.twice(raising, 1, -1),
    ):
        assert growth(function) < 4


def test_an_operators_own_error_is_raised(zig_module: Callable[[str], ModuleType]) -> None:
    even = zig_module("namesakes").Even(2)
    assert (even + 4).number == 6
    with pytest.raises(ValueError, match=r"^ValueError$") as caught:
        even + 1
    assert isinstance(caught.value, nano_ffi.ZigError)
    with pytest.raises(
        TypeError, match=r"^unsupported operand type\(s\) for \+: 'Even' and 'str'$|^unsupported operand"
    ):
        even + "a"


def test_what_the_system_refused_has_its_number(zig_module: Callable[[str], ModuleType]) -> None:
    namesakes = zig_module("namesakes")
    for which, number in enumerate((errno.ENOENT, errno.ENOSPC)):
        with pytest.raises(OSError, match=r"^\w+$") as caught:
            namesakes.store(which)
        for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
            assert (error.errno, error.strerror, error.filename) == (number, os.strerror(number), None)
    for path in ("no/such/ü", b"no\xff", Path("a")):
        with pytest.raises(FileNotFoundError) as caught:
            namesakes.open(path)
        error = caught.value
        for same in (error, pickle.loads(pickle.dumps(error))):
            assert (same.errno, same.filename) == (errno.ENOENT, os.fsdecode(path))
    assert str(error) == "FileNotFound: 'a'"
    numbers = {name: getattr(errors, name)("x").errno for name in ("PermissionDenied", "TimeoutError", "Unexpected")}
    assert numbers == {"PermissionDenied": errno.EPERM, "TimeoutError": errno.ETIMEDOUT, "Unexpected": None}
    assert issubclass(errors.ProcessNotFound, ProcessLookupError)


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_errors_come_back_from_other_processes(
    zig_module: Callable[[str], ModuleType], tmp_path: Path, method: str
) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("this system has no such start method")
    extension = Path(zig_module("namesakes").__file__ or "")
    script = tmp_path / "main.py"
    script.write_text(f"""\
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor

sys.path.insert(0, {str(extension.parent)!r})
import namesakes

if __name__ == "__main__":
    with ProcessPoolExecutor(1, multiprocessing.get_context({method!r})) as pool:
        for function, argument in ((namesakes.store, 0), (namesakes.Shelf.fill, namesakes.Shelf(1))):
            try:
                pool.submit(function, argument).result()
            except Exception as error:
                print(type(error).__name__, error)
""")
    result = subprocess.run([sys.executable, "-W", "ignore", script], check=True, capture_output=True, text=True)
    assert result.stdout.splitlines()[:2] == ["FileNotFound FileNotFound", "Full Full"]


def test_an_exception_with_fields(zig_module: Callable[[str], ModuleType]) -> None:
    namesakes = zig_module("namesakes")
    error_class = namesakes.PathError
    assert error_class.__bases__ == (LookupError,)
    assert (error_class.__module__, error_class.__qualname__) == ("namesakes", "PathError")
    assert error_class.__doc__ == "A path that leads nowhere."
    assert str(inspect.signature(error_class)) == "(kind, path, failing=None, depth=3)"
    assert namesakes.tryWalk(["a", ""]) == 100
    assert namesakes.walk(["a", "b"]) == 2
    with pytest.raises(LookupError) as caught:
        namesakes.walk(["a", "", "c"])
    raised: Any = caught.value
    for error in (raised, pickle.loads(pickle.dumps(raised)), copy.copy(raised)):
        assert type(error) is error_class
        assert error.kind is namesakes.Kind.missing
        assert (error.path, error.failing, error.depth) == (["a", "", "c"], "was here", 1)
        assert error.args == (namesakes.Kind.missing, ["a", "", "c"], "was here", 1)
        assert str(error) == "missing at 1: was here"
        match error:
            case error_class(kind, _, failing):
                assert (kind, failing) == (namesakes.Kind.missing, "was here")
            case _:
                pytest.fail("it does not match")


def test_exceptions_with_fields_are_made_in_python(zig_module: Callable[[str], ModuleType]) -> None:
    namesakes = zig_module("namesakes")
    error = namesakes.PathError("blocked", path=["x"])
    assert (error.kind, error.path, error.failing, error.depth) == (namesakes.Kind.blocked, ["x"], None, 3)
    assert str(error) == "blocked at 3: ?"
    error.depth = "deep"
    assert str(error) == str(error.args)
    for args, kwargs, message in (
        (("blocked",), {}, "PathError() missing required argument 'path'"),
        (("blocked", [], None, 1, 2), {}, "PathError() takes at most 4 arguments (5 given)"),
        (("blocked", []), {"kind": "blocked"}, "PathError() got multiple values for argument 'kind'"),
        (("blocked", []), {"king": 1}, "PathError() got an unexpected keyword argument 'king'"),
        (("blocked", [1]), {}, r"PathError(): parameter 'path[0]' must be a str or a bytes-like object (str), not int"),
    ):
        with pytest.raises(TypeError, match="^" + re.escape(message) + "$"):
            namesakes.PathError(*args, **kwargs)

    class Own(namesakes.PathError):  # type: ignore[misc,name-defined]
        pass

    assert str(Own("missing", [])) == "missing at 3: ?"
    with pytest.raises(OSError, match="7") as caught:
        namesakes.Gate().pass_()
    assert type(caught.value) is namesakes.Gate.Closed
    assert pickle.loads(pickle.dumps(caught.value)).code == 7
    assert namesakes.Gate(True).pass_() is None


def test_an_exception_has_words_of_its_own(zig_module: Callable[[str], ModuleType]) -> None:
    namesakes = zig_module("namesakes")
    with pytest.raises(PermissionError) as caught:
        namesakes.refuse("me")
    again = pickle.loads(pickle.dumps(caught.value))
    made: list[Any] = [caught.value, again, namesakes.Refusal("full", "me")]
    for error in made:
        assert (error.reason, error.who) == (namesakes.Refusal.Reason.full, "me")
    assert namesakes.Refusal.Reason.__qualname__ == "Refusal.Reason"
    assert str(inspect.signature(namesakes.Refusal)) == "(reason='late', *, who)"
    with pytest.raises(ReferenceError) as gone:
        namesakes.go()
    assert (type(gone.value), gone.value.args, str(gone.value)) == (namesakes.Gone, (), "")
    assert repr(pickle.loads(pickle.dumps(gone.value))) == "Gone()"
    with pytest.raises(TypeError, match=r"^Gone\(\) takes at most 0 arguments \(1 given\)$"):
        namesakes.Gone(1)


def test_exceptions_with_fields_leave_no_memory(
    zig_module: Callable[[str], ModuleType], growth: Callable[[Callable[[], Any]], float]
) -> None:
    namesakes = zig_module("namesakes")

    def call() -> None:
        with contextlib.suppress(LookupError):
            namesakes.walk(["a", "", "c"])
        with contextlib.suppress(TypeError):
            namesakes.PathError("blocked", ["a"], 3)

    assert growth(call) < 1
