//! The buffer protocol: contiguous memory of other objects as a slice of items, with no copy.

const std = @import("std");
const builtin = @import("builtin");
const capi = @import("capi.zig");
const errors = @import("errors.zig");
const Site = @import("../comptime_bridge.zig").Site;
const c = capi.functions;
const PyObject = capi.PyObject;

pub const Access = enum { read, write };

/// Gets a C-contiguous view of items of type `Item`, to be released.
pub noinline fn acquire(
    comptime Item: type,
    object: *PyObject,
    view: *capi.Py_buffer,
    site: *const Site,
    access: Access,
    expected: [*:0]const u8,
) errors.Error!void {
    const read = capi.constants.PyBUF_ND | capi.constants.PyBUF_FORMAT;
    const flags = if (access == .write) read | capi.constants.PyBUF_WRITABLE else read;
    if (c.PyObject_GetBuffer(object, view, flags) < 0) {
        if (c.PyObject_CheckBuffer(object) == 0) {
            c.PyErr_Clear();
            return errors.raiseWrongType(site, expected, object);
        }
        if (access == .read or c.PyErr_ExceptionMatches(capi.exception("BufferError")) == 0)
            return error.PythonException;
        // Is writing the only thing in the way? Then there is more to say than the exporter did.
        c.PyErr_Clear();
        if (c.PyObject_GetBuffer(object, view, read) < 0) return error.PythonException;
        c.PyBuffer_Release(view);
        return errors.raiseReadOnly(site, object);
    }
    errdefer c.PyBuffer_Release(view);
    if (view.itemsize != @sizeOf(Item) or !(isFormatOfByte(Item, view.format) or isFormatOf(Item, view.format)))
        return errors.raiseWrongItem(site, view);
    if (view.len != 0 and @intFromPtr(view.buf) % @alignOf(Item) != 0)
        return errors.raiseMisaligned(site, @alignOf(Item));
}

/// The items of an acquired view.
pub fn itemsOf(comptime Item: type, view: *const capi.Py_buffer) []Item {
    if (view.len == 0) return &.{}; // it may have no address
    const data: [*]Item = @ptrCast(@alignCast(view.buf.?));
    return data[0 .. @as(usize, @intCast(view.len)) / @sizeOf(Item)];
}

/// Bytes with a format of one letter, or none: nearly all that there are.
inline fn isFormatOfByte(comptime Item: type, format: ?[*:0]const u8) bool {
    if (@sizeOf(Item) != 1 or Item == bool) return false;
    const text = format orelse return true;
    return text[0] != 0 and text[1] == 0;
}

/// Whether a format of the struct module is one item of the kind of `Item`, in this machine's byte
/// order. Bytes are bytes, whatever the exporter calls them.
fn isFormatOf(comptime Item: type, format: ?[*:0]const u8) bool {
    var text = std.mem.span(format orelse "B");
    if (@sizeOf(Item) == 1 and Item != bool) return text.len == 1 or (text.len == 2 and isOrder(text[0]));
    if (text.len == 2 and isOrder(text[0])) {
        const foreign = if (builtin.cpu.arch.endian() == .little) ">!" else "<";
        if (std.mem.indexOfScalar(u8, foreign, text[0]) != null) return false;
        text = text[1..];
    }
    if (text.len != 1) return false;
    const letters = switch (@typeInfo(Item)) {
        .bool => "?",
        .float => "efd",
        .int => |int| if (int.signedness == .signed) "hilqn" else "HILQN",
        else => comptime unreachable,
    };
    return std.mem.indexOfScalar(u8, letters, text[0]) != null;
}

fn isOrder(letter: u8) bool {
    return std.mem.indexOfScalar(u8, "@=<>!", letter) != null;
}
