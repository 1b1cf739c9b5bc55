//! Zig errors and panics as exceptions, with Zig's frames in their tracebacks: where a panic
//! happened, and the way that an error took.
//!
//! The debug information is read from the extension's own file, once for each place in the code,
//! when something is raised there first. A stripped file has none; then there is nothing to show.

const std = @import("std");
const builtin = @import("builtin");
const build_options = @import("build_options");
const capi = @import("capi.zig");
const errors = @import("errors.zig");
const exceptions = @import("exceptions.zig");
const Lender = @import("objects/arguments.zig").Lender;
const panics = @import("../panics.zig");
const State = @import("State.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// Whether there is anything to read, and a way to make frames.
const possible = @hasDecl(build_options, "places") and build_options.places and
    builtin.object_format == .elf and !capi.limited;

/// Raises a Zig error, which came by the addresses of `trace`. What an exception of it points to is
/// in the `lenders`.
pub fn raiseError(
    module: *PyObject,
    state: *State,
    err: anyerror,
    trace: []const usize,
    lenders: []const Lender,
) void {
    if (!exceptions.set(module, err, lenders))
        errors.raiseZigError(state.classes, &state.raised, err);
    add(module, state.codes, trace, .errors);
}

/// Raises ZigPanic: `function` was left.
pub fn raisePanic(
    module: *PyObject,
    state: *State,
    function: [:0]const u8,
    report: *const panics.Report,
) void {
    errors.raisePanic(state.classes, function, report.message());
    add(module, state.codes, report.trace(), .calls);
}

/// What the addresses are: the way of an error, or the calls that a panic ended.
const Of = enum { errors, calls };

/// Adds to the traceback of the exception that is set, which stays the same. `addresses` are return
/// addresses, innermost first; `codes` is a dict: address → code object, or None.
inline fn add(module: *PyObject, codes: *PyObject, addresses: []const usize, of: Of) void {
    if (possible and addresses.len > 0) addFrames(module, codes, addresses, of);
}

noinline fn addFrames(
    module: *PyObject,
    codes: *PyObject,
    addresses: []const usize,
    of: Of,
) void {
    var raised: [3]?*PyObject = undefined;
    c.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
    var frames: [panics.Report.most_addresses]?*PyObject = @splat(null);
    const all = makeFrames(module, codes, addresses, of, &frames);
    if (!all) c.PyErr_Clear(); // the exception matters, and not what hinders to explain it
    c.PyErr_Restore(raised[0], raised[1], raised[2]);
    for (frames) |frame| if (frame) |made| {
        if (all) _ = c.PyTraceBack_Here(made);
        c.Py_DecRef(made);
    };
}

/// A new frame in each place whose address has code; false with the error set.
fn makeFrames(
    module: *PyObject,
    codes: *PyObject,
    addresses: []const usize,
    of: Of,
    frames: []?*PyObject,
) bool {
    const globals = c.PyModule_GetDict(module) orelse return false;
    var source: Source = .{};
    defer source.close();
    var before: struct { address: usize, code: *PyObject } = .{
        .address = 0,
        .code = capi.object("_Py_NoneStruct"),
    };
    for (addresses, frames[0..addresses.len]) |address, *frame| {
        const key = c.PyLong_FromUnsignedLongLong(address) orelse return false;
        defer c.Py_DecRef(key);
        const code = c.PyDict_GetItemWithError(codes, key) orelse new: {
            if (c.PyErr_Occurred() != null) return false;
            const made = source.codeOf(module, address) orelse return false;
            defer c.Py_DecRef(made);
            break :new capi.setDefault(codes, key, made) orelse return false;
        };
        if (code == capi.object("_Py_NoneStruct")) continue;
        defer before = .{ .address = address, .code = code };
        // The way of an error through functions of Zig's library that are part of this one's code.
        if (of == .errors and address != before.address and isSame(code, before.code)) continue;
        frame.* = c.PyFrame_New(c.PyThreadState_Get(), code, globals, null) orelse return false;
    }
    return true;
}

/// Whether two code objects have the same name and line.
fn isSame(code: *PyObject, other: *PyObject) bool {
    const same = c.PyObject_RichCompareBool(code, other, capi.constants.Py_EQ);
    if (same < 0) c.PyErr_Clear();
    return same > 0;
}

/// The debug information, which is read when it is first needed.
const Source = struct {
    file: ?*PyObject = null,
    places: ?*Places = null,

    /// A new code object with the name, file and line, or None, or null with the error set.
    fn codeOf(source: *Source, module: *PyObject, address: usize) ?*PyObject {
        if (source.file == null) {
            const file = readFile(module) orelse return null;
            source.file = file;
            var size: capi.Py_ssize_t = undefined;
            var bytes: ?[*]u8 = undefined;
            if (c.PyBytes_AsStringAndSize(file, &bytes, &size) < 0) return null;
            const open = Function("open", fn ([*]const u8, usize) callconv(.c) ?*Places);
            source.places = open(bytes.?, @intCast(size));
        }
        const places = source.places orelse return capi.singleton(.None);
        const start = @extern(*const anyopaque, .{ .name = "__ehdr_start", .visibility = .hidden });
        const call = address - 1 -% @intFromPtr(start); // what it returns from, and not where to
        var place: Place = undefined;
        const find = Function("find", fn (*Places, usize, *Place) callconv(.c) bool);
        if (!find(places, call, &place)) return capi.singleton(.None);
        const path: [*:0]const u8 = @ptrCast(&place.path);
        // The way from the trampoline to the function is the package's, as is that to a callback.
        if (std.mem.findPosLinear(u8, std.mem.span(path), 0, "nano_ffi/zig/") != null)
            return capi.singleton(.None);
        return c.PyCode_NewEmpty(path, @ptrCast(&place.name), place.line);
    }

    fn close(source: *Source) void {
        const end = Function("close", fn (*Places) callconv(.c) void);
        if (source.places) |places| end(places);
        c.Py_DecRef(source.file);
    }
};

/// A new reference to the bytes of the module's file, or null with the error set.
fn readFile(module: *PyObject) ?*PyObject {
    const path = c.PyModule_GetFilenameObject(module) orelse return null;
    defer c.Py_DecRef(path);
    const open = capi.imported("io", "FileIO") orelse return null;
    defer c.Py_DecRef(open);
    const stream = capi.vectorcall(open, &.{path}, 1, null) orelse return null;
    defer c.Py_DecRef(stream);
    const bytes = capi.callMethod(stream, "read", &.{});
    const closed = capi.callMethod(stream, "close", &.{});
    if (closed != null) c.Py_DecRef(closed) else c.PyErr_Clear(); // what was read is there
    return bytes;
}

/// As in places.zig, which is linked as an object of its own.
const Place = extern struct { line: c_int, path: [1024]u8, name: [256]u8 };
const Places = opaque {};

fn Function(comptime name: []const u8, comptime Type: type) *const Type {
    return @extern(*const Type, .{
        .name = "nano_ffi_places_" ++ name,
        .visibility = .hidden,
    });
}
