//! The buffer protocol: contiguous memory of other objects as a slice of items, with no copy.

const std = @import("std");
const builtin = @import("builtin");
const capi = @import("capi.zig");
const errors = @import("errors.zig");
const ndarray = @import("../ndarray.zig");
const Site = @import("../comptime_bridge.zig").Site;
const c = capi.functions;
const PyObject = capi.PyObject;

pub const Access = ndarray.Access;

/// Gets a C-contiguous view of items of type `Item`, to be released.
pub noinline fn acquire(
    comptime Item: type,
    object: *PyObject,
    view: *capi.Py_buffer,
    site: *const Site,
    access: Access,
    expected: [*:0]const u8,
) errors.Error!void {
    // Where u8 is asked for, it is memory, and no numbers.
    const kind: Kind = if (Item == u8) .memory else .numbers;
    try acquireShaped(Item, kind, object, view, site, access, expected, capi.constants.PyBUF_ND);
    errdefer c.PyBuffer_Release(view);
    if (Item == bool) for (itemsOf(u8, view)) |byte| try expectBool(byte, site);
}

/// Whether it matters what an exporter calls its bytes.
const Kind = enum { memory, numbers };

/// The same with what `shape` asks for: contiguous (PyBUF_ND), or as it lies (PyBUF_STRIDES).
inline fn acquireShaped(
    comptime Item: type,
    comptime kind: Kind,
    object: *PyObject,
    view: *capi.Py_buffer,
    site: *const Site,
    access: Access,
    expected: [*:0]const u8,
    shape: c_int,
) errors.Error!void {
    const read = shape | capi.constants.PyBUF_FORMAT;
    const flags = if (access == .write) read | capi.constants.PyBUF_WRITABLE else read;
    if (c.PyObject_GetBuffer(object, view, flags) < 0) {
        if (c.PyObject_CheckBuffer(object) == 0) {
            c.PyErr_Clear();
            return errors.raiseWrongType(site, expected, object);
        }
        if (access == .read or !isRefused()) return error.PythonException;
        // Is writing the only thing in the way? Then there is more to say than the exporter did.
        c.PyErr_Clear();
        if (c.PyObject_GetBuffer(object, view, read) < 0) return error.PythonException;
        c.PyBuffer_Release(view);
        return errors.raiseReadOnly(site, object);
    }
    errdefer c.PyBuffer_Release(view);
    if (view.itemsize != @sizeOf(Item) or !(isFormatOfByte(kind, view.format) or isFormatOf(
        Item,
        kind,
        view.format,
    )))
        return errors.raiseWrongItem(site, view);
    if (view.len != 0 and @intFromPtr(view.buf) % @alignOf(Item) != 0)
        return errors.raiseMisaligned(site, @alignOf(Item));
}

/// Any other byte is no bool in Zig, and what code makes of it is undefined.
fn expectBool(byte: u8, site: *const Site) errors.Error!void {
    if (byte > 1) return errors.raiseNoBool(site, byte);
}

/// Whether the error that is set is an exporter's no: a BufferError, or numpy's ValueError.
fn isRefused() bool {
    return c.PyErr_ExceptionMatches(capi.exception("BufferError")) != 0 or
        c.PyErr_ExceptionMatches(capi.exception("ValueError")) != 0;
}

/// The items of an acquired view.
pub fn itemsOf(comptime Item: type, view: *const capi.Py_buffer) []Item {
    if (view.len == 0) return &.{}; // it may have no address
    const data: [*]Item = @ptrCast(@alignCast(view.buf.?));
    return data[0 .. @as(usize, @intCast(view.len)) / @sizeOf(Item)];
}

/// A buffer as an array `T` (`NdArray` or `NdArrayMut`), lent for the call.
pub fn Shaped(comptime T: type) type {
    return struct {
        view: capi.Py_buffer,
        /// Read at once: a view may have its shape in itself, and is copied.
        array: T,

        const dimensions = T.nano_ffi_ndarray.dimensions;

        pub noinline fn take(
            _: *PyObject,
            object: *PyObject,
            site: *const Site,
        ) errors.Error!@This() {
            var argument: @This() = undefined;
            const view = &argument.view;
            const access = T.nano_ffi_ndarray.access;
            try acquireShaped(
                T.Item,
                .numbers,
                object,
                view,
                site,
                access,
                "a buffer",
                capi.constants.PyBUF_STRIDES,
            );
            errdefer c.PyBuffer_Release(view);
            if (view.ndim != dimensions) return errors.raiseWrongDimensions(
                site,
                dimensions,
                view.ndim,
            );
            if (view.len != 0) for (0..dimensions) |index| {
                if (view.shape.?[index] > 1 and @rem(view.strides.?[index], @alignOf(T.Item)) != 0)
                    return errors.raiseMisaligned(site, @alignOf(T.Item));
            };
            // An empty buffer may have no address.
            argument.array.data = if (view.len == 0) &[0]T.Item{} else @ptrCast(
                @alignCast(view.buf.?),
            );
            for (0..dimensions) |index| {
                argument.array.shape[index] = @intCast(view.shape.?[index]);
                argument.array.strides[index] = view.strides.?[index];
            }
            if (T.Item == bool and view.len != 0) try expectBools(&argument.array, site);
            return argument;
        }

        /// Every item of an array that has some.
        fn expectBools(array: *const T, site: *const Site) errors.Error!void {
            var at: [dimensions]usize = @splat(0);
            while (true) {
                var address = @intFromPtr(array.data);
                for (at, array.strides) |index, stride| address +%= index *% @as(
                    usize,
                    @bitCast(stride),
                );
                try expectBool(@as(*const u8, @ptrFromInt(address)).*, site);
                for (&at, array.shape) |*index, size| {
                    index.* += 1;
                    if (index.* < size) break;
                    index.* = 0;
                } else return;
            }
        }

        pub fn get(argument: *@This()) T {
            return argument.array;
        }

        pub fn release(argument: *@This()) void {
            c.PyBuffer_Release(&argument.view);
        }
    };
}

/// Memory with a format of one letter, or none: nearly all that there is.
inline fn isFormatOfByte(comptime kind: Kind, format: ?[*:0]const u8) bool {
    if (kind != .memory) return false;
    const text = format orelse return true;
    return text[0] != 0 and text[1] == 0;
}

/// Whether a format of the struct module is one item of the kind of `Item`, in this machine's byte
/// order, which a byte does not have.
fn isFormatOf(comptime Item: type, comptime kind: Kind, format: ?[*:0]const u8) bool {
    var text = std.mem.span(format orelse "B");
    if (text.len == 2 and isOrder(text[0])) {
        const foreign = if (builtin.cpu.arch.endian() == .little) ">!" else "<";
        const is_foreign = std.mem.indexOfScalar(u8, foreign, text[0]) != null;
        if (is_foreign and !(@sizeOf(Item) == 1 and Item != bool)) return false;
        text = text[1..];
    }
    if (text.len != 1) return false;
    if (kind == .memory) return true;
    const letters = switch (@typeInfo(Item)) {
        .bool => "?",
        .float => "efd",
        .int => |int| if (int.bits == 8)
            (if (int.signedness == .signed) "b" else "Bc?")
        else if (int.signedness == .signed) "hilqn" else "HILQN",
        else => comptime unreachable,
    };
    return std.mem.indexOfScalar(u8, letters, text[0]) != null;
}

fn isOrder(letter: u8) bool {
    return std.mem.indexOfScalar(u8, "@=<>!", letter) != null;
}
