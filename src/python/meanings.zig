//! Which of Python's exceptions a Zig error is besides: by its name, or by what that means.

const std = @import("std");
const capi = @import("capi.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// In each line a builtin, the name in Python's `errno` of the number that it has in C, or "-", and
/// the errors that mean the same: those that std returns, and those that people choose for the same
/// things. The first line that has a name counts. One text, which is read when a class is made: it
/// costs nothing while compiling.
const all =
    \\ArithmeticError - Underflow NegativeIntoUnsigned
    \\AssertionError - AssertionFailed
    \\EOFError - EndOfStream EndOfFile
    \\IndexError - IndexOutOfBounds OutOfBounds
    \\KeyError - KeyNotFound NotFound
    \\MemoryError - OutOfMemory
    \\NotImplementedError - NotImplemented Unimplemented Unsupported
    \\OverflowError - Overflow
    \\RecursionError - StackOverflow
    \\TypeError - WrongType TypeMismatch
    \\UnicodeError - InvalidUtf8 InvalidUnicode
    \\ValueError - InvalidArgument InvalidCharacter InvalidFormat InvalidValue OutOfRange
    \\ZeroDivisionError - DivisionByZero
    \\BlockingIOError EAGAIN WouldBlock
    \\BrokenPipeError EPIPE BrokenPipe
    \\ChildProcessError ECHILD
    \\ConnectionAbortedError ECONNABORTED ConnectionAborted
    \\ConnectionRefusedError ECONNREFUSED ConnectionRefused
    \\ConnectionResetError ECONNRESET ConnectionReset ConnectionResetByPeer
    \\FileExistsError EEXIST PathAlreadyExists FileExists
    \\FileNotFoundError ENOENT FileNotFound
    \\InterruptedError EINTR Interrupted
    \\IsADirectoryError EISDIR IsDir
    \\NotADirectoryError ENOTDIR NotDir
    \\PermissionError EACCES AccessDenied
    \\PermissionError EPERM PermissionDenied
    \\ProcessLookupError ESRCH ProcessNotFound
    \\TimeoutError ETIMEDOUT Timeout TimedOut ConnectionTimedOut
    \\OSError - Unexpected
    \\OSError EADDRINUSE AddressInUse
    \\OSError EADDRNOTAVAIL AddressNotAvailable AddressUnavailable
    \\OSError EBADF NotOpenForReading NotOpenForWriting
    \\OSError EBUSY DeviceBusy
    \\OSError EDQUOT DiskQuota
    \\OSError EFBIG FileTooBig
    \\OSError EHOSTUNREACH HostUnreachable
    \\OSError EINVAL BadPathName
    \\OSError EIO InputOutput
    \\OSError ELOOP SymLinkLoop
    \\OSError EMFILE ProcessFdQuotaExceeded
    \\OSError EMLINK LinkQuotaExceeded
    \\OSError ENAMETOOLONG NameTooLong
    \\OSError ENETUNREACH NetworkUnreachable
    \\OSError ENFILE SystemFdQuotaExceeded
    \\OSError ENODEV NoDevice
    \\OSError ENOMEM SystemResources
    \\OSError ENOSPC NoSpaceLeft
    \\OSError ENOTCONN SocketUnconnected
    \\OSError ENOTEMPTY DirNotEmpty
    \\OSError EROFS ReadOnlyFileSystem
    \\OSError ESPIPE Unseekable
    \\OSError ETXTBSY FileBusy
    \\OSError EXDEV RenameAcrossMountPoints
;

const Meaning = struct { builtin: []const u8, symbol: []const u8 };

fn find(name: []const u8) ?Meaning {
    var lines = std.mem.splitScalar(u8, all, '\n');
    while (lines.next()) |line| {
        var words = std.mem.splitScalar(u8, line, ' ');
        const one: Meaning = .{ .builtin = words.first(), .symbol = words.next().? };
        if (std.mem.eql(u8, name, one.builtin)) return one;
        while (words.next()) |word| if (std.mem.eql(u8, name, word)) return one;
    }
    return null;
}

/// The builtin exception class (a new reference) that has the name of a Zig error, or means the
/// same. Null where there is none, with the error set where the search failed.
pub fn builtinOf(name: [:0]const u8, key: *PyObject) ?*PyObject {
    const one = find(name) orelse return namesake(key);
    if (std.mem.eql(u8, name, one.builtin)) return namesake(key);
    const builtins = c.PyImport_ImportModule("builtins") orelse return null;
    defer c.Py_DecRef(builtins);
    return attribute(builtins, one.builtin);
}

fn attribute(object: *PyObject, name: []const u8) ?*PyObject {
    const key = capi.newStr(name) orelse return null;
    defer c.Py_DecRef(key);
    return c.PyObject_GetAttr(object, key);
}

/// Adds `errno`, `strerror` and `filename` to the attributes of the class of a Zig error, where
/// that is an OSError. An exception has what its class has: nothing is set where one is raised, and
/// its text, also that of a UnicodeError, stays the error's name. False with the error set.
pub fn describe(attributes: *PyObject, name: [:0]const u8, builtin: *PyObject) bool {
    // A UnicodeDecodeError is made of what was decoded, and says it: a Zig error does not know.
    if (c.PyType_IsSubtype(builtin, capi.exception("UnicodeError")) != 0)
        return setPlain(attributes, "__init__") and setPlain(attributes, "__str__");
    if (c.PyType_IsSubtype(builtin, capi.exception("OSError")) == 0) return true;
    const none = capi.object("_Py_NoneStruct");
    if (c.PyDict_SetItemString(attributes, "filename", none) < 0) return false;
    const one = find(name) orelse return true;
    return setNumber(attributes, one.symbol);
}

/// As any exception has it: CPython's, until 3.13, had `__init__` in each class.
fn setPlain(attributes: *PyObject, name: [*:0]const u8) bool {
    const plain = c.PyObject_GetAttrString(capi.exception("BaseException"), name);
    defer c.Py_DecRef(plain);
    return plain != null and c.PyDict_SetItemString(attributes, name, plain.?) == 0;
}

/// A system may lack the number: then the error has none.
fn setNumber(attributes: *PyObject, symbol: []const u8) bool {
    const numbers = c.PyImport_ImportModule("errno") orelse return false;
    defer c.Py_DecRef(numbers);
    const number = attribute(numbers, symbol) orelse {
        c.PyErr_Clear();
        return true;
    };
    defer c.Py_DecRef(number);
    const describing = capi.imported("os", "strerror") orelse return false;
    defer c.Py_DecRef(describing);
    const text = capi.vectorcall(describing, &.{number}, 1, null) orelse return false;
    defer c.Py_DecRef(text);
    return c.PyDict_SetItemString(attributes, "errno", number) == 0 and
        c.PyDict_SetItemString(attributes, "strerror", text) == 0;
}

/// The builtin exception class of that very name (a new reference), or the one it derives from that
/// can be made of a text, as all can beside a ZigError but for an ExceptionGroup. Null, with an
/// error set where the search failed.
fn namesake(name: *PyObject) ?*PyObject {
    const builtins = c.PyImport_ImportModule("builtins") orelse return null;
    defer c.Py_DecRef(builtins);
    const found = c.PyObject_GetAttr(builtins, name) orelse {
        if (c.PyErr_ExceptionMatches(capi.exception("AttributeError")) != 0) c.PyErr_Clear();
        return null;
    };
    const base = capi.exception("BaseException");
    var class = found;
    while (capi.hasFlag(class, "TYPE_SUBCLASS") and c.PyType_IsSubtype(class, base) != 0) {
        // Alone, a UnicodeDecodeError is made of five values.
        if (c.PyType_IsSubtype(class, capi.exception("UnicodeError")) != 0) return class;
        if (capi.vectorcall(class, &.{name}, 1, null)) |exception| {
            c.Py_DecRef(exception);
            return class;
        }
        c.PyErr_Clear(); // an ExceptionGroup is made of two
        const next = c.PyObject_GetAttrString(class, "__base__");
        c.Py_DecRef(class);
        class = next orelse return null;
    }
    c.Py_DecRef(class);
    return null;
}
