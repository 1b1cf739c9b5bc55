//! What the environment says of nano_ffi, as Python has it.

const std = @import("std");
const capi = @import("capi.zig");
const c = capi.functions;

/// A variable that is a number of `what`; null where it is not set. Needs Python.
pub fn number(
    comptime name: [:0]const u8,
    comptime what: []const u8,
) error{PythonException}!?usize {
    const environ = capi.imported("os", "environ") orelse return error.PythonException;
    defer c.Py_DecRef(environ);
    const key = capi.newStr(name) orelse return error.PythonException;
    defer c.Py_DecRef(key);
    const text = capi.callMethod(environ, "get", &.{key}) orelse return error.PythonException;
    defer c.Py_DecRef(text);
    if (text == capi.object("_Py_NoneStruct")) return null;
    var size: capi.Py_ssize_t = 0;
    const digits = c.PyUnicode_AsUTF8AndSize(text, &size) orelse return error.PythonException;
    return parsed(digits[0..@intCast(size)]) orelse {
        c.PyErr_SetString(
            capi.exception("ValueError"),
            name ++ " must be a number of " ++ what,
        );
        return error.PythonException;
    };
}

fn parsed(digits: []const u8) ?usize {
    if (digits.len == 0) return null;
    var value: usize = 0;
    for (digits) |digit| {
        if (digit < '0' or digit > '9') return null;
        value = std.math.mul(usize, value, 10) catch return null;
        value = std.math.add(usize, value, digit - '0') catch return null;
    }
    return value;
}
