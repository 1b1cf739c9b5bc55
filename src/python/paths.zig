//! `nano_ffi.Path` ↔ what names a file: str, bytes, or what has `__fspath__`, as `os.fsencode`
//! makes bytes of it.

const std = @import("std");
const capi = @import("capi.zig");
const errors = @import("errors.zig");
const signature = @import("../signature.zig");
const Site = @import("../comptime_bridge.zig").Site;
const c = capi.functions;
const PyObject = capi.PyObject;

/// See `convert.Argument`.
pub const Argument = struct {
    /// bytes: owned.
    encoded: *PyObject,
    data: []const u8,

    pub fn take(_: *PyObject, object: *PyObject, site: *const Site) errors.Error!Argument {
        const class = capi.typeOf(object);
        const is_bytes = c.PyType_IsSubtype(class, capi.object("PyBytes_Type")) != 0;
        if (!is_bytes and !capi.hasFlag(object, "UNICODE_SUBCLASS") and
            !capi.hasMethod(object, "__fspath__"))
            return errors.raiseWrongType(site, "a str, bytes or os.PathLike", object);
        const path = c.PyOS_FSPath(object) orelse return error.PythonException;
        defer c.Py_DecRef(path);
        const encoded = if (capi.hasFlag(path, "UNICODE_SUBCLASS"))
            c.PyUnicode_EncodeFSDefault(path) orelse return error.PythonException
        else bytes: {
            c.Py_IncRef(path);
            break :bytes path;
        };
        errdefer c.Py_DecRef(encoded);
        var data: ?[*]u8 = null;
        var size: capi.Py_ssize_t = 0;
        if (c.PyBytes_AsStringAndSize(encoded, &data, &size) < 0) return error.PythonException;
        const text = data.?[0..@intCast(size)];
        if (std.mem.indexOfScalar(u8, text, 0)) |index| return errors.raiseNul(site, index);
        return .{ .encoded = encoded, .data = text };
    }

    pub fn get(argument: *Argument) signature.Path {
        return .{ .data = argument.data };
    }

    /// See `convert.Text`: what lends it never changes.
    pub fn isLocked(_: *const Argument) bool {
        return false;
    }

    pub fn release(argument: *Argument) void {
        c.Py_DecRef(argument.encoded);
    }
};

/// A new reference to a `pathlib.Path`, or null with the error set.
pub fn give(path: signature.Path) ?*PyObject {
    const text = c.PyUnicode_DecodeFSDefaultAndSize(path.data.ptr, @intCast(path.data.len)) orelse
        return null;
    defer c.Py_DecRef(text);
    const class = capi.imported("pathlib", "Path") orelse return null;
    defer c.Py_DecRef(class);
    return capi.vectorcall(class, &.{text}, 1, null);
}
