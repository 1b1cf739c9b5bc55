//! Zig's frames in Python's tracebacks: where a panic happened, and the way that an error took.
//!
//! The debug information is read from the extension's own file, once for each place in the code,
//! when something is raised there first. A stripped file has none; then there is nothing to show.

const std = @import("std");
const builtin = @import("builtin");
const build_options = @import("build_options");
const capi = @import("capi.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// Whether there is anything to read, and a way to make frames.
pub const possible = @hasDecl(build_options, "places") and build_options.places and
    builtin.object_format == .elf and !builtin.strip_debug_info and !capi.limited;

/// Adds to the traceback of the exception that is set, which stays the same. `addresses` are return
/// addresses, innermost first; `codes` is a dict: address → code object, or None.
pub noinline fn add(module: *PyObject, codes: *PyObject, addresses: []const usize) void {
    if (!possible or addresses.len == 0) return;
    var raised: [3]?*PyObject = undefined;
    c.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
    const known = find(module, codes, addresses);
    if (!known) c.PyErr_Clear(); // the exception matters, and not what hinders to explain it
    c.PyErr_Restore(raised[0], raised[1], raised[2]);
    if (!known) return;
    for (addresses) |address| addFrame(module, codes, address);
}

/// Whether all addresses are in `codes` now; false with the error set.
fn find(module: *PyObject, codes: *PyObject, addresses: []const usize) bool {
    const all = for (addresses) |address| {
        if (item(codes, address) == null) break false;
    } else true;
    if (all) return true;

    const file = readFile(module) orelse return false;
    defer c.Py_DecRef(file);
    var size: capi.Py_ssize_t = undefined;
    var bytes: ?[*]u8 = undefined;
    if (c.PyBytes_AsStringAndSize(file, &bytes, &size) < 0) return false;

    const openFile = Function("open", fn ([*]const u8, usize) callconv(.c) ?*Places);
    const close = Function("close", fn (*Places) callconv(.c) void);
    const places = openFile(bytes.?, @intCast(size));
    defer if (places) |open| close(open);
    for (addresses) |address| {
        if (item(codes, address) != null) continue;
        const code = (if (places) |open| codeOf(open, address) else null) orelse none: {
            if (c.PyErr_Occurred() != null) return false;
            break :none capi.singleton(.None);
        };
        defer c.Py_DecRef(code);
        const key = c.PyLong_FromUnsignedLongLong(address) orelse return false;
        defer c.Py_DecRef(key);
        if (c.PyDict_SetItem(codes, key, code) < 0) return false;
    }
    return true;
}

/// What `codes` has of an address (borrowed), or null.
fn item(codes: *PyObject, address: usize) ?*PyObject {
    const key = c.PyLong_FromUnsignedLongLong(address) orelse return null;
    defer c.Py_DecRef(key);
    return c.PyDict_GetItemWithError(codes, key);
}

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

fn addFrame(module: *PyObject, codes: *PyObject, address: usize) void {
    const code = item(codes, address) orelse return;
    if (code == capi.object("_Py_NoneStruct")) return;
    var raised: [3]?*PyObject = undefined;
    c.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
    const globals = c.PyModule_GetDict(module);
    const frame = if (globals) |dict|
        c.PyFrame_New(c.PyThreadState_Get(), code, dict, null)
    else
        null;
    if (frame == null) c.PyErr_Clear();
    c.PyErr_Restore(raised[0], raised[1], raised[2]);
    defer c.Py_DecRef(frame);
    if (frame) |made| _ = c.PyTraceBack_Here(made);
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

/// A new code object with the name, file and line, or null: with or without the error set.
fn codeOf(places: *Places, address: usize) ?*PyObject {
    const start = @extern(*const anyopaque, .{ .name = "__ehdr_start", .visibility = .hidden });
    const call = address - 1 -% @intFromPtr(start); // what it returns from, and not where to
    var place: Place = undefined;
    const findPlace = Function("find", fn (*Places, usize, *Place) callconv(.c) bool);
    if (!findPlace(places, call, &place)) return null;
    const path: [*:0]const u8 = @ptrCast(&place.path);
    // The way from the trampoline to the function is the package's, as is that to a callback.
    if (std.mem.find(u8, std.mem.span(path), "nano_ffi/zig/") != null) return null;
    return c.PyCode_NewEmpty(path, @ptrCast(&place.name), place.line);
}
