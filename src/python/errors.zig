//! Exceptions: the classes that this package adds, and raising them.
//!
//! Every function here that "raises" leaves CPython's error set, needs an attached thread state,
//! and is kept out of line: none is on the way of a call that succeeds.

const std = @import("std");
const capi = @import("capi.zig");
const Line = @import("../Line.zig");
const items = @import("../items.zig");
const Site = @import("../comptime_bridge.zig").Site;
const memory = @import("memory.zig");
const meanings = @import("meanings.zig");
const messages = @import("../messages.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// The exception classes of an interpreter, as a module has them. All modules that nano_ffi made
/// share them, so that `except nano_ffi.ZigError` is true of every one, whichever was imported
/// first.
pub const Classes = struct {
    /// A tuple of the ones that are shared; the fields to `by_name` are borrowed from it.
    all: *PyObject,
    /// `nano_ffi.ZigError`, the base of what Zig errors become.
    zig_error: *PyObject,
    /// `nano_ffi.OutOfRangeError`, an OverflowError and a ValueError.
    out_of_range: *PyObject,
    /// `nano_ffi.ZigPanic`, what a panic becomes.
    panic: *PyObject,
    /// dict: error name → its class, filled as errors appear.
    by_name: *PyObject,
    /// dict: error name → list of the classes of the module's public error sets that it is in.
    sets: *PyObject,
    /// dict: error name → its class, of those in the sets.
    own: *PyObject,

    /// Where the interpreter keeps them. Another number for other classes.
    const shared_name = "nano_ffi.classes.2";

    /// Null with the error set.
    pub fn create() ?Classes {
        const all = capi.sharedObject(shared_name, &make) orelse return null;
        var classes: Classes = undefined;
        classes.sets = c.PyDict_New() orelse return null;
        classes.own = c.PyDict_New() orelse {
            c.Py_DecRef(classes.sets);
            return null;
        };
        c.Py_IncRef(all);
        classes.all = all;
        inline for (order, 0..) |field, index| @field(classes, field) = c.PyTuple_GetItem(
            all,
            index,
        ).?;
        return classes;
    }

    /// The references that are the module's.
    pub fn owned(classes: Classes) [3]*PyObject {
        return .{ classes.all, classes.sets, classes.own };
    }

    const order = .{ "zig_error", "out_of_range", "panic", "by_name" };

    /// A new tuple of what `order` says, or null with the error set.
    fn make() ?*PyObject {
        // A KeyError shows the repr of its text: the error's name is to be shown as it is.
        const text = c.PyObject_GetAttrString(
            capi.exception("BaseException"),
            "__str__",
        ) orelse return null;
        defer c.Py_DecRef(text);
        const dict = c.PyDict_New() orelse return null;
        defer c.Py_DecRef(dict);
        if (c.PyDict_SetItemString(dict, "__str__", text) < 0) return null;

        const made = [_]?*PyObject{
            newClass(
                "nano_ffi.ZigError",
                "An error that a Zig function returned; " ++
                    "str() of it is the error's name in Zig.\n\n" ++
                    "Each error has a class of its own name in nano_ffi.errors, derived from " ++
                    "this one and, where\n" ++
                    "a builtin has the same name or means the same (DivisionByZero: " ++
                    "ZeroDivisionError), from\n" ++
                    "that builtin.",
                dict,
                c.PyTuple_Pack(1, capi.exception("RuntimeError")),
            ),
            newClass(
                "nano_ffi.OutOfRangeError",
                "A Python int that the parameter's Zig integer type cannot hold.",
                null,
                c.PyTuple_Pack(2, capi.exception("OverflowError"), capi.exception("ValueError")),
            ),
            newClass(
                "nano_ffi.ZigPanic",
                "A panic in a Zig function: an index out of bounds, an overflow, what was " ++
                    "unreachable.\n\n" ++
                    "The function was left where it was: its `defer`s did not run, and memory " ++
                    "or locks that\n" ++
                    "it held are not given back. It is an error in the Zig code, to be mended " ++
                    "there.",
                null,
                c.PyTuple_Pack(1, capi.exception("RuntimeError")),
            ),
            c.PyDict_New(),
        };
        const tuple = c.PyTuple_New(made.len);
        var whole = tuple != null;
        for (made, 0..) |object, index| {
            if (object == null) whole = false;
            if (tuple) |all| _ = c.PyTuple_SetItem(all, @intCast(index), object) else c.Py_DecRef(
                object,
            );
        }
        if (whole) return tuple;
        c.Py_DecRef(tuple);
        return null;
    }

    /// The class (borrowed: a dict keeps it) of the Zig error `name`. Null with the error set.
    pub fn ofError(classes: Classes, name: [:0]const u8) ?*PyObject {
        const key = capi.newStr(name) orelse return null;
        defer c.Py_DecRef(key);
        if (c.PyDict_GetItemWithError(classes.own, key)) |class| return class;
        if (c.PyErr_Occurred() != null) return null;
        const common = classes.ofAnyError(key, name) orelse return null;
        const sets = c.PyDict_GetItemWithError(classes.sets, key) orelse
            return if (c.PyErr_Occurred() == null) common else null;

        const bases = c.PySequence_List(sets) orelse return null;
        defer c.Py_DecRef(bases);
        if (c.PyList_Append(bases, common) < 0) return null;
        const first = c.PyList_GetItem(bases, 0) orelse return null;
        const attributes = placeOf(first, key) orelse return null;
        defer c.Py_DecRef(attributes);
        return keep(classes.own, key, name, attributes, c.PySequence_Tuple(bases));
    }

    /// A new dict that says where pickle finds what is an attribute of a set. Null with the error
    /// set.
    fn placeOf(set: *PyObject, name: *PyObject) ?*PyObject {
        const module = c.PyObject_GetAttrString(set, "__module__") orelse return null;
        defer c.Py_DecRef(module);
        const around = c.PyObject_GetAttrString(set, "__qualname__") orelse return null;
        defer c.Py_DecRef(around);
        const qualified = c.PyUnicode_FromFormat("%U.%U", around, name) orelse return null;
        defer c.Py_DecRef(qualified);
        return placedIn(module, qualified);
    }

    /// The class that all modules have for errors of that name.
    fn ofAnyError(classes: Classes, key: *PyObject, name: [:0]const u8) ?*PyObject {
        if (c.PyDict_GetItemWithError(classes.by_name, key)) |class| return class;
        if (c.PyErr_Occurred() != null) return null;
        const builtin = meanings.builtinOf(name, key);
        defer c.Py_DecRef(builtin);
        if (builtin == null and c.PyErr_Occurred() != null) return null;
        const attributes = c.PyDict_New() orelse return null;
        defer c.Py_DecRef(attributes);
        if (builtin) |class| if (!meanings.describe(attributes, name, class)) return null;
        var buffer: [256]u8 = undefined;
        var line: Line = .init(&buffer);
        line.add("nano_ffi.errors.");
        // A name of over 200 bytes: the text of the error still has it.
        line.add(if (name.len < buffer.len - line.len) name else "ZigError");
        const full = line.text();
        return keep(classes.by_name, key, full, attributes, if (builtin) |class|
            c.PyTuple_Pack(2, classes.zig_error, class)
        else
            c.PyTuple_Pack(1, classes.zig_error));
    }

    /// Whether there is a class of the errors of that name, or a builtin exception means them. Null
    /// with the error set.
    pub fn hasOf(classes: Classes, name: [:0]const u8) ?bool {
        const key = capi.newStr(name) orelse return null;
        defer c.Py_DecRef(key);
        if (c.PyDict_GetItemWithError(classes.by_name, key) != null) return true;
        if (c.PyErr_Occurred() != null) return null;
        const builtin = meanings.builtinOf(name, key);
        defer c.Py_DecRef(builtin);
        if (builtin == null and c.PyErr_Occurred() != null) return null;
        return builtin != null;
    }

    fn keep(
        dict: *PyObject,
        key: *PyObject,
        full: [*:0]const u8,
        attributes: *PyObject,
        bases: ?*PyObject,
    ) ?*PyObject {
        const class = newClass(full, null, attributes, bases) orelse return null;
        defer c.Py_DecRef(class);
        // Another thread may have been faster: there is one class, whoever made it.
        return capi.setDefault(dict, key, class);
    }

    /// Adds the class of a public error set, from which those of its errors will derive: a new
    /// reference, or null with the error set. `qualified` is its name in the module.
    pub fn addSet(
        classes: Classes,
        module_name: *PyObject,
        qualified: [:0]const u8,
        doc: [*:0]const u8,
        members: []const [:0]const u8,
    ) ?*PyObject {
        const text = capi.newStr(qualified) orelse return null;
        defer c.Py_DecRef(text);
        const attributes = placedIn(module_name, text) orelse return null;
        defer c.Py_DecRef(attributes);
        const set = newClass(
            qualified,
            doc,
            attributes,
            c.PyTuple_Pack(1, classes.zig_error),
        ) orelse return null;
        for (members) |member| if (!classes.addMember(set, member)) {
            c.Py_DecRef(set);
            return null;
        };
        return set;
    }

    fn addMember(classes: Classes, set: *PyObject, member: [:0]const u8) bool {
        if (c.PyDict_GetItemString(classes.sets, member)) |sets|
            return c.PyList_Append(sets, set) == 0;
        const sets = c.PyList_New(0) orelse return false;
        defer c.Py_DecRef(sets);
        return c.PyList_Append(sets, set) == 0 and
            c.PyDict_SetItemString(classes.sets, member, sets) == 0;
    }
};

/// A new dict of what a class says of its place. Null with the error set.
fn placedIn(module_name: *PyObject, qualified: *PyObject) ?*PyObject {
    const attributes = c.PyDict_New() orelse return null;
    if (c.PyDict_SetItemString(attributes, "__module__", module_name) == 0 and
        c.PyDict_SetItemString(attributes, "__qualname__", qualified) == 0) return attributes;
    c.Py_DecRef(attributes);
    return null;
}

/// A new exception class, or null with the error set. `name` is one with a module's, or the dict
/// says its place. Consumes the tuple of bases; null where it is null.
fn newClass(
    name: [*:0]const u8,
    doc: ?[*:0]const u8,
    given: ?*PyObject,
    bases: ?*PyObject,
) ?*PyObject {
    defer c.Py_DecRef(bases);
    if (bases == null) return null;
    const dict = given orelse c.PyDict_New() orelse return null;
    defer if (given == null) c.Py_DecRef(dict);
    // As builtin exceptions: no weak references, which cost each instance space and time.
    const no_slots = c.PyTuple_New(0) orelse return null;
    defer c.Py_DecRef(no_slots);
    if (c.PyDict_SetItemString(dict, "__slots__", no_slots) < 0) return null;
    if (doc) |text| if (!setText(dict, "__doc__", text)) return null;
    // std's search would be compiled into each module.
    const has_module = for (std.mem.span(name)) |byte| {
        if (byte == '.') break true;
    } else false;
    if (has_module) return c.PyErr_NewExceptionWithDoc(name, null, bases, dict);
    const class_name = c.PyUnicode_FromStringAndSize(name, @intCast(std.mem.len(name))) orelse
        return null;
    defer c.Py_DecRef(class_name);
    const metaclass = capi.typeOf(capi.exception("BaseException"));
    return capi.vectorcall(metaclass, &.{ class_name, bases.?, dict }, 3, null);
}

fn setText(dict: *PyObject, key: [*:0]const u8, text: [*:0]const u8) bool {
    const value = c.PyUnicode_FromStringAndSize(text, @intCast(std.mem.len(text))) orelse
        return false;
    defer c.Py_DecRef(value);
    return c.PyDict_SetItemString(dict, key, value) == 0;
}

/// What it takes to raise a Zig error: strong references, never changed once others see it.
const Raised = struct {
    code: u16,
    class: *PyObject,
    /// A tuple of the text.
    args: *PyObject,
    /// The class's `tp_new`, where that alone makes the exception.
    new: ?*const capi.newfunc,

    fn raise(raised: *const Raised) void {
        const new = raised.new orelse return c.PyErr_SetObject(raised.class, raised.args);
        const exception = new(raised.class, raised.args, null) orelse return;
        defer c.Py_DecRef(exception);
        c.PyErr_SetObject(raised.class, exception);
    }
};

/// BaseException's `tp_new` sets `args`, and its `tp_init` sets it again: it can be left out. Null
/// for a class that has one of the two of its own, as OSError.
fn plainNew(class: *PyObject) ?*const capi.newfunc {
    const base = capi.exception("BaseException");
    inline for (.{ capi.constants.Py_tp_init, capi.constants.Py_tp_new }) |slot|
        if (c.PyType_GetSlot(class, slot) != c.PyType_GetSlot(base, slot)) return null;
    return @ptrCast(@alignCast(c.PyType_GetSlot(class, capi.constants.Py_tp_new)));
}

/// The errors that were raised lately, by their number in this compilation. An entry is written
/// once: of two errors with one place, the second is looked up by its name every time.
pub const Cache = [64]?*Raised;

/// Raises the class of a Zig error, with its name as the text, or what `fail` said.
pub noinline fn raiseZigError(classes: Classes, cache: *Cache, err: anyerror) void {
    if (messages.of(err)) |message| return raiseWithMessage(classes, err, message);
    const code = @intFromError(err);
    const place = &cache[code % cache.len];
    if (@atomicLoad(?*Raised, place, .acquire)) |raised| {
        if (raised.code == code) return raised.raise();
    }
    const name = @errorName(err);
    const class = classes.ofError(name) orelse return;
    const text = c.PyUnicode_FromStringAndSize(name.ptr, @intCast(name.len)) orelse return;
    const args = c.PyTuple_New(1) orelse {
        c.Py_DecRef(text);
        return;
    };
    defer c.Py_DecRef(args);
    _ = c.PyTuple_SetItem(args, 0, text);
    const first: Raised = .{ .code = code, .class = class, .args = args, .new = plainNew(class) };
    first.raise();

    const raised = memory.allocator.create(Raised) catch return;
    raised.* = first;
    c.Py_IncRef(class);
    c.Py_IncRef(args);
    if (@cmpxchgStrong(?*Raised, place, null, raised, .release, .monotonic) != null) release(
        raised,
    );
}

fn raiseWithMessage(classes: Classes, err: anyerror, message: []const u8) void {
    const class = classes.ofError(@errorName(err)) orelse return;
    // It may be cut off within a character.
    const text = c.PyUnicode_DecodeUTF8(message.ptr, @intCast(message.len), "replace") orelse
        return;
    defer c.Py_DecRef(text);
    const path = messages.pathOf();
    if (path.len == 0) return c.PyErr_SetObject(class, text);
    const filename = c.PyUnicode_DecodeFSDefaultAndSize(path.ptr, @intCast(path.len)) orelse return;
    defer c.Py_DecRef(filename);
    const exception = capi.vectorcall(class, &.{text}, 1, null) orelse return;
    defer c.Py_DecRef(exception);
    if (c.PyObject_SetAttrString(exception, "filename", filename) < 0) return;
    c.PyErr_SetObject(class, exception);
}

pub fn releaseCache(cache: *Cache) void {
    for (cache) |raised| if (raised) |entry| release(entry);
}

fn release(raised: *Raised) void {
    c.Py_DecRef(raised.class);
    c.Py_DecRef(raised.args);
    memory.allocator.destroy(raised);
}

/// Raises ZigPanic: `function` was left.
pub fn raisePanic(classes: Classes, function: [:0]const u8, message: []const u8) void {
    const text = c.PyUnicode_DecodeUTF8(message.ptr, @intCast(message.len), "replace") orelse
        return;
    defer c.Py_DecRef(text);
    _ = c.PyErr_Format(classes.panic, "%s(): %U", function.ptr, text);
}

/// What fails with CPython's error set.
pub const Error = error{PythonException};

/// What a C function returns where an error is set.
pub fn failed(_: Error) ?*PyObject {
    return null;
}

/// Raises TypeError: `value` is of a type that does not fit.
pub noinline fn raiseWrongType(site: *const Site, expected: [*:0]const u8, value: *PyObject) Error {
    @branchHint(.cold);
    const name = capi.typeName(value) orelse return error.PythonException;
    defer c.Py_DecRef(name);
    return raise(capi.exception("TypeError"), site, "must be %s (%s), not %S", .{
        expected, site.typ, name,
    });
}

/// The same of an object of a class; one that has its name only is shown with its module.
pub noinline fn raiseWrongClass(
    site: *const Site,
    expected: [*:0]const u8,
    name: [:0]const u8,
    value: *PyObject,
) Error {
    @branchHint(.cold);
    const given = capi.typeName(value) orelse return error.PythonException;
    defer c.Py_DecRef(given);
    var size: capi.Py_ssize_t = 0;
    const text = c.PyUnicode_AsUTF8AndSize(given, &size) orelse return error.PythonException;
    if (!std.mem.eql(u8, text[0..@intCast(size)], name))
        return raiseWrongType(site, expected, value);
    const module = c.PyObject_GetAttrString(capi.typeOf(value), "__module__") orelse
        return error.PythonException;
    defer c.Py_DecRef(module);
    return raise(
        capi.exception("TypeError"),
        site,
        "must be %s (%s), not the %U of module %S: modules share only plain data, of files " ++
            "without variables",
        .{ expected, site.typ, given, module },
    );
}

/// Raises OutOfRangeError: an int does not fit; `low` and `high` are the limits as text.
pub noinline fn raiseOutOfRange(
    classes: Classes,
    site: *const Site,
    low: [*:0]const u8,
    high: [*:0]const u8,
) Error {
    @branchHint(.cold);
    // The int is not shown: its text may be too long to make.
    return raise(classes.out_of_range, site, "is out of range for %s (%s to %s)", .{
        site.typ, low, high,
    });
}

/// Raises OverflowError: a float is finite, and too large for the type.
pub noinline fn raiseFloatOverflow(site: *const Site) Error {
    @branchHint(.cold);
    return raise(
        capi.exception("OverflowError"),
        site,
        "is too large for %s",
        .{site.typ},
    );
}

/// Raises ValueError: a number is infinite, or none.
pub noinline fn raiseNotFinite(site: *const Site) Error {
    @branchHint(.cold);
    return raise(
        capi.exception("ValueError"),
        site,
        "must be a finite number (%s)",
        .{site.typ},
    );
}

/// Raises BufferError: the buffer of `value` cannot be written.
pub noinline fn raiseReadOnly(site: *const Site, value: *PyObject) Error {
    @branchHint(.cold);
    const name = capi.typeName(value) orelse return error.PythonException;
    defer c.Py_DecRef(name);
    return raise(
        capi.exception("BufferError"),
        site,
        "is written to, and this %S is read-only: pass a bytearray or another writable buffer",
        .{name},
    );
}

/// Raises TypeError: the items of a buffer are others.
pub noinline fn raiseWrongItem(site: *const Site, view: *const capi.Py_buffer) Error {
    @branchHint(.cold);
    return raise(
        capi.exception("TypeError"),
        site,
        "must be a buffer of such items (%s), not of items of %zd bytes with format '%s': " ++
            "convert or cast it",
        .{ site.typ, view.itemsize, @as([*:0]const u8, view.format orelse "B") },
    );
}

/// Raises TypeError: numbers in memory are of a kind that is not taken.
pub noinline fn raiseWrongKind(site: *const Site, item: items.Item) Error {
    @branchHint(.cold);
    return raise(
        capi.exception("TypeError"),
        site,
        "must be of such items (%s), not of %s of %zu bytes: convert it, as with x.astype() of " ++
            "numpy",
        .{ site.typ, @as([*:0]const u8, switch (item.kind) {
            .bool, .bits => "bools",
            .signed => "signed ints",
            .unsigned => "unsigned ints",
            .float => "floats",
            .complex => "complex numbers",
        }), item.size },
    );
}

/// Raises an exception whose text has the type of the parameter and the class of a value.
fn raiseOfClass(
    comptime exception: [:0]const u8,
    site: *const Site,
    value: *PyObject,
    comptime text: [:0]const u8,
) Error {
    const name = capi.typeName(value) orelse return error.PythonException;
    defer c.Py_DecRef(name);
    return raise(capi.exception(exception), site, text, .{ site.typ, name });
}

/// Raises TypeError: the items are times, and a number is asked for.
pub noinline fn raiseTimes(site: *const Site, value: *PyObject) Error {
    @branchHint(.cold);
    return raiseOfClass(
        "TypeError",
        site,
        value,
        "must be numbers (%s), and this %S has times: pass their ints, as x.view('int64') of " ++
            "numpy, or take a nano_ffi.Column(i64)",
    );
}

/// Raises BufferError: an exporter does not lend what it has.
pub noinline fn raiseNotLent(site: *const Site, value: *PyObject) Error {
    @branchHint(.cold);
    return raiseOfClass(
        "BufferError",
        site,
        value,
        "must lend its memory (%s), and this %S does not: pass a copy, as " ++
            "numpy.ascontiguousarray(x)",
    );
}

/// Raises BufferError: an exporter has no memory, or no more.
pub noinline fn raiseNoMemoryLent(site: *const Site, value: *PyObject) Error {
    @branchHint(.cold);
    return raiseOfClass(
        "BufferError",
        site,
        value,
        "must lend its memory (%s), and this %S has none, as one that was released or closed: " ++
            "pass one that is open",
    );
}

/// Raises ValueError: a column has nulls.
pub noinline fn raiseNulls(site: *const Site, count: usize) Error {
    @branchHint(.cold);
    return raise(
        capi.exception("ValueError"),
        site,
        "must have no nulls (%s), and has %zu: fill or drop them first",
        .{ site.typ, count },
    );
}

/// Raises TypeError: what is no column of Arrow.
pub noinline fn raiseNoColumn(site: *const Site, value: *PyObject) Error {
    @branchHint(.cold);
    return raiseOfClass(
        "TypeError",
        site,
        value,
        "must be a column of Arrow (%s), and this %S has no __arrow_c_array__: pass a Series of " ++
            "polars or pandas, or pyarrow.array(x)",
    );
}

/// Raises TypeError: numpy's times count what columns do not.
pub noinline fn raiseWrongUnit(site: *const Site, dtype: *PyObject) Error {
    @branchHint(.cold);
    return raise(
        capi.exception("TypeError"),
        site,
        "must be times in s, ms, us or ns (%s), not of numpy's dtype '%S': convert them, as " ++
            "x.astype('datetime64[ms]')",
        .{ site.typ, dtype },
    );
}

/// Raises TypeError: a column of other items.
pub noinline fn raiseWrongColumn(
    site: *const Site,
    format: [*:0]const u8,
    is_dictionary: bool,
) Error {
    @branchHint(.cold);
    const text: [*:0]const u8 = if (is_dictionary) "categories, with " else "";
    return raise(
        capi.exception("TypeError"),
        site,
        "must be a column of such items (%s), not of %sArrow's format '%s': cast it",
        .{ site.typ, text, format },
    );
}

/// Raises TypeError: a table has columns, and an array is asked for.
pub noinline fn raiseTable(site: *const Site, value: *PyObject) Error {
    @branchHint(.cold);
    return raiseOfClass(
        "TypeError",
        site,
        value,
        "must be an array (%s), and this %S is a table: pass one of its columns, or x.to_numpy()",
    );
}

/// Raises BufferError: the memory of an array is that of another device.
pub noinline fn raiseElsewhere(site: *const Site, value: *PyObject) Error {
    @branchHint(.cold);
    return raiseOfClass(
        "BufferError",
        site,
        value,
        "must be in this machine's own memory (%s), and this %S is not: pass a copy, as x.cpu()",
    );
}

/// Raises ValueError: a stream of Arrow ended before its end.
pub noinline fn raiseStreamFailed(site: *const Site, text: [*:0]const u8) Error {
    @branchHint(.cold);
    return raise(capi.exception("ValueError"), site, "could not be read (%s): %s", .{
        site.typ, text,
    });
}

/// Gives the error that is set a cause, as PyErr_Fetch gave it, and consumes that.
pub fn setCause(cause: *[3]?*PyObject) void {
    var raised: [3]?*PyObject = undefined;
    c.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
    c.PyErr_NormalizeException(&cause[0], &cause[1], &cause[2]);
    c.PyErr_NormalizeException(&raised[0], &raised[1], &raised[2]);
    if (raised[1]) |exception| {
        c.PyException_SetCause(exception, cause[1]);
    } else c.Py_DecRef(cause[1]);
    c.Py_DecRef(cause[0]);
    c.Py_DecRef(cause[2]);
    c.PyErr_Restore(raised[0], raised[1], raised[2]);
}

/// Raises BufferError: the items do not begin where the type can be read.
pub noinline fn raiseMisaligned(site: *const Site, alignment: usize) Error {
    @branchHint(.cold);
    return raise(
        capi.exception("BufferError"),
        site,
        "must be aligned to %zu bytes (%s): pass a copy",
        .{ alignment, site.typ },
    );
}

/// Raises ValueError: a buffer has another number of dimensions.
pub noinline fn raiseWrongDimensions(site: *const Site, expected: c_int, given: c_int) Error {
    @branchHint(.cold);
    const plural: [*:0]const u8 = if (expected == 1) "" else "s";
    return raise(capi.exception("ValueError"), site, "must have %d dimension%s (%s), not %d", .{
        expected, plural, site.typ, given,
    });
}

/// Raises ValueError: an array has more dimensions than are for.
pub noinline fn raiseTooManyDimensions(site: *const Site, most: usize, given: usize) Error {
    @branchHint(.cold);
    return raise(capi.exception("ValueError"), site, "has %zu dimensions, of at most %zu", .{
        given, most,
    });
}

/// Raises ValueError: an item of a buffer of bools is neither 0 nor 1.
pub noinline fn raiseNoBool(site: *const Site, byte: u8) Error {
    @branchHint(.cold);
    return raise(capi.exception(
        "ValueError",
    ), site, "must hold only the bytes 0 and 1 (%s), not %d", .{
        site.typ, @as(c_int, byte),
    });
}

/// Raises ValueError: a text that ends at its first NUL has one before its end.
pub noinline fn raiseNul(site: *const Site, index: usize) Error {
    @branchHint(.cold);
    return raise(capi.exception("ValueError"), site, "must have no NUL (%s), and has one at %zu", .{
        site.typ, index,
    });
}

/// Raises ValueError: a list or tuple has another number of items.
pub noinline fn raiseWrongSize(site: *const Site, expected: usize, given: usize) Error {
    @branchHint(.cold);
    return raise(capi.exception("ValueError"), site, "must have %zu items (%s), not %zu", .{
        expected, site.typ, given,
    });
}

/// Raises TypeError: a dict has no value for a field that has no default.
pub noinline fn raiseMissingField(site: *const Site, field: [:0]const u8) Error {
    @branchHint(.cold);
    return raise(capi.exception("TypeError"), site, "has no key '%s' (%s)", .{
        field.ptr, site.typ,
    });
}

/// Raises TypeError: a dict has a key that is none of `fields`.
pub noinline fn raiseUnknownField(
    site: *const Site,
    fields: []const [:0]const u8,
    dict: *PyObject,
) Error {
    @branchHint(.cold);
    const keys = c.PySequence_Tuple(dict) orelse return error.PythonException;
    defer c.Py_DecRef(keys);
    for (0..@intCast(c.PyTuple_Size(keys))) |index| {
        const key = c.PyTuple_GetItem(keys, @intCast(index)) orelse return error.PythonException;
        var size: capi.Py_ssize_t = 0;
        const text = if (capi.hasFlag(key, "UNICODE_SUBCLASS"))
            c.PyUnicode_AsUTF8AndSize(key, &size)
        else
            null;
        c.PyErr_Clear();
        const known = for (fields) |field| {
            if (text != null and std.mem.eql(u8, field, text.?[0..@intCast(size)])) break true;
        } else false;
        if (!known) return raise(capi.exception(
            "TypeError",
        ), site, "has a key %R, and %s has no such field", .{
            key, site.typ,
        });
    }
    return raise(
        capi.exception("TypeError"),
        site,
        "changed while it was read (%s)",
        .{site.typ},
    );
}

/// Raises ValueError: a str is not the name of a member.
pub noinline fn raiseNoMember(site: *const Site, value: *PyObject, members: [*:0]const u8) Error {
    @branchHint(.cold);
    return raise(capi.exception("ValueError"), site, "is %R, which is no member of %s: %s", .{
        value, site.typ, members,
    });
}

/// Raises ValueError: a str, or the key of a dict, is not the name of a tag.
pub noinline fn raiseNoTag(site: *const Site, value: *PyObject, tags: [*:0]const u8) Error {
    @branchHint(.cold);
    return raise(capi.exception("ValueError"), site, "is %R, which is no tag of %s: %s", .{
        value, site.typ, tags,
    });
}

/// Raises ValueError: a str is the name of a tag that has a value.
pub noinline fn raiseNoValue(site: *const Site, tag: *PyObject, typ: [*:0]const u8) Error {
    @branchHint(.cold);
    return raise(
        capi.exception("ValueError"),
        site,
        "is %R, and this tag of %s has a value (%s): pass {%R: value}",
        .{ tag, site.typ, typ, tag },
    );
}

/// Raises ValueError: a dict has not exactly one key.
pub noinline fn raiseNotOneTag(
    site: *const Site,
    given: capi.Py_ssize_t,
    tags: [*:0]const u8,
) Error {
    @branchHint(.cold);
    return raise(capi.exception(
        "ValueError",
    ), site, "must have one key, a tag of %s (%s), not %zd", .{
        site.typ, tags, given,
    });
}

/// Raises RecursionError: values are inside of one another, and no end is seen.
pub noinline fn raiseTooDeep(site: *const Site) Error {
    @branchHint(.cold);
    return raise(capi.exception(
        "RecursionError",
    ), site, "has more than %d values inside of one another (%s)", .{
        @as(c_int, site.depth), site.typ,
    });
}

/// Raises TypeError: `taken`, as "f() takes 2 arguments", and not what was given. Returns null.
pub fn raiseWrongNumber(comptime taken: []const u8, given: capi.Py_ssize_t) ?*PyObject {
    return c.PyErr_Format(capi.exception("TypeError"), taken ++ " (%zd given)", given);
}

pub fn raiseNoMemory() Error {
    _ = c.PyErr_NoMemory();
    return error.PythonException;
}

/// Raises `class` with a text that begins with the place: "f(): parameter 'points[2].x' …", or
/// "Point.x …" of an attribute.
fn raise(class: *PyObject, site: *const Site, comptime format: []const u8, values: anytype) Error {
    var buffer: [256]u8 = undefined;
    var line: Line = .init(&buffer); // cut off: the rest of the text tells enough
    writePlace(&line, site);
    const before: [*:0]const u8, const behind: [*:0]const u8 = switch (roleOf(site)) {
        .parameter => .{ "(): parameter '", "' " },
        .result => .{ "(): the result of '", "' " },
        .attribute => .{ ".", " " },
    };
    const place: [*:0]const u8 = line.text();
    _ = @call(
        .auto,
        c.PyErr_Format,
        .{ class, "%s%s%s%s" ++ format, site.function, before, place, behind } ++ values,
    );
    return error.PythonException;
}

/// That of the outermost value, which the others are in.
fn roleOf(site: *const Site) Site.Role {
    return if (site.within) |within| roleOf(within) else site.role;
}

fn writePlace(line: *Line, site: *const Site) void {
    const name = std.mem.span(site.name);
    const within = site.within orelse return line.add(name);
    if (within.pair) |pair| {
        writePlace(line, within.within.?);
        return writeKey(line, @ptrCast(@alignCast(pair)), within.index, site.index == 0);
    }
    writePlace(line, within);
    if (name.len == 0) return writeIndex(line, "[", site.index);
    line.add(".");
    line.add(name);
}

fn writeIndex(line: *Line, before: []const u8, index: anytype) void {
    line.add(before);
    line.number(index);
    line.add("]");
}

/// The place of a value in a dict by its key, where that says it, and of the key itself.
fn writeKey(line: *Line, pair: *PyObject, index: usize, is_key: bool) void {
    if (is_key) return writeIndex(line, ".keys()[", index);
    const key = c.PyTuple_GetItem(pair, 0).?;
    if (capi.hasFlag(key, "UNICODE_SUBCLASS")) {
        var size: capi.Py_ssize_t = undefined;
        if (c.PyUnicode_AsUTF8AndSize(key, &size)) |text| {
            line.add("[\"");
            line.add(text[0..@intCast(size)]);
            return line.add("\"]");
        }
        c.PyErr_Clear();
    } else if (capi.hasFlag(key, "LONG_SUBCLASS")) {
        const number = c.PyLong_AsLongLong(key);
        if (c.PyErr_Occurred() == null) return writeIndex(line, "[", number);
        c.PyErr_Clear();
    }
    writeIndex(line, ".values()[", index);
}
