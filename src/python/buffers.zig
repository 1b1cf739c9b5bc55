//! The buffer protocol: contiguous memory of other objects as a slice of items, with no copy.

const std = @import("std");
const capi = @import("capi.zig");
const dtypes = @import("../dtypes.zig");
const errors = @import("errors.zig");
const items = @import("../items.zig");
const ndarray = @import("../ndarray.zig");
const numpy = @import("numpy.zig");
const Site = @import("../comptime_bridge.zig").Site;
const sources = @import("sources.zig");
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
    if (Item == bool) try expectBools(itemsOf(u8, view), site);
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
    try sources.expectUnmasked(object, site);
    if (c.PyObject_GetBuffer(object, view, flags) < 0) {
        if (c.PyObject_CheckBuffer(object) == 0) {
            c.PyErr_Clear();
            return errors.raiseWrongType(site, expected, object);
        }
        if (access == .read or !isRefused()) return sources.raiseUnlent(object, site);
        // Is writing the only thing in the way? Then there is more to say than the exporter did.
        c.PyErr_Clear();
        if (c.PyObject_GetBuffer(object, view, read) < 0) return sources.raiseUnlent(object, site);
        c.PyBuffer_Release(view);
        return errors.raiseReadOnly(site, object);
    }
    errdefer c.PyBuffer_Release(view);
    if (view.itemsize != @sizeOf(Item) or
        !(isFormatOfByte(kind, view.format) or isFormatOf(Item, kind, view)))
        return errors.raiseWrongItem(site, view);
    if (view.len != 0 and @intFromPtr(view.buf) % @alignOf(Item) != 0)
        return errors.raiseMisaligned(site, @alignOf(Item));
}

pub fn expectBools(bytes: []const u8, site: *const Site) errors.Error!void {
    for (bytes) |byte| try expectBool(byte, site);
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

/// The items of another object than an exporter of buffers, where these lie as they should: lent
/// until `owner` is released. Null of an object that has no such.
pub noinline fn acquireOther(
    comptime Item: type,
    object: *PyObject,
    site: *const Site,
    access: Access,
    source: *sources.Source,
) errors.Error!bool {
    // Records are in buffers alone.
    if (comptime dtypes.isRecord(Item)) return false;
    if (Item != bool and numpy.open(source, object)) {
        if (source.item.is(Item) and !(access == .write and source.is_read_only)) return true;
        source.close(); // a buffer says why not
        return false;
    }
    if (c.PyObject_CheckBuffer(object) != 0) return false;
    if (!try sources.open(source, object, site)) return false;
    errdefer source.close();
    if (!source.item.is(Item)) return errors.raiseWrongKind(site, source.item);
    if (access == .write and source.is_read_only) return errors.raiseReadOnly(site, object);
    return true;
}

/// Records in one piece that an object has, lent until `view` is released. False, and no error,
/// where it has none, or they do not lie as Zig's do.
pub noinline fn acquireRecords(
    comptime Item: type,
    object: *PyObject,
    view: *capi.Py_buffer,
) bool {
    if (c.PyObject_CheckBuffer(object) == 0) return false;
    // Of a masked array nobody says here what is null: its items do.
    if (numpy.isDerived(object) and capi.hasMethod(object, "mask")) return false;
    const flags = capi.constants.PyBUF_ND | capi.constants.PyBUF_FORMAT;
    if (c.PyObject_GetBuffer(object, view, flags) < 0) {
        c.PyErr_Clear();
        return false;
    }
    if (view.ndim == 1 and isFormatOf(Item, .numbers, view) and
        @intFromPtr(view.buf) % @alignOf(Item) == 0) return true;
    c.PyBuffer_Release(view);
    return false;
}

/// Items of type `Item` that are written where they lie, to be closed.
pub fn openWritten(
    comptime Item: type,
    source: *sources.Source,
    object: *PyObject,
    site: *const Site,
) errors.Error!void {
    if (try acquireOther(Item, object, site, .write, source)) return;
    source.owner = .{ .view = undefined };
    const view = &source.owner.view;
    const shape = capi.constants.PyBUF_STRIDES;
    try acquireShaped(Item, .numbers, object, view, site, .write, "a writable buffer", shape);
    source.start = @intFromPtr(view.buf);
    source.item = .of(Item);
    source.setLayout(view);
}

/// A buffer as an array `T` (`NdArray` or `NdArrayMut`), lent for the call.
pub fn Shaped(comptime T: type) type {
    return struct {
        owner: sources.Source.Owner,
        /// Read at once: a view may have its shape in itself, and is copied.
        array: T,

        const dimensions = T.nano_ffi_ndarray.dimensions;
        const access = T.nano_ffi_ndarray.access;

        pub noinline fn take(
            _: *PyObject,
            object: *PyObject,
            site: *const Site,
        ) errors.Error!@This() {
            var argument: @This() = undefined;
            var source: sources.Source = undefined;
            if (try acquireOther(T.Item, object, site, access, &source)) {
                argument.owner = source.owner;
                errdefer argument.owner.release();
                try argument.set(
                    source.start,
                    source.shape[0..source.dimensions],
                    source.strides[0..source.dimensions],
                    site,
                );
                return argument;
            }
            argument.owner = .{ .view = undefined };
            const view = &argument.owner.view;
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
            source.item = .of(T.Item);
            source.setLayout(view);
            try argument.set(
                @intFromPtr(view.buf),
                source.shape[0..source.dimensions],
                source.strides[0..source.dimensions],
                site,
            );
            return argument;
        }

        fn set(
            argument: *@This(),
            start: usize,
            shape: []const usize,
            strides: []const isize,
            site: *const Site,
        ) errors.Error!void {
            if (shape.len != dimensions) return errors.raiseWrongDimensions(
                site,
                dimensions,
                @intCast(shape.len),
            );
            argument.array.shape = shape[0..dimensions].*;
            argument.array.strides = strides[0..dimensions].*;
            if (argument.array.count() == 0) { // it may have no address
                argument.array.data = &[0]T.Item{};
                return;
            }
            var bits = start;
            for (shape, strides) |size, stride| if (size > 1) {
                bits |= @bitCast(stride);
            };
            if (bits % @alignOf(T.Item) != 0)
                return errors.raiseMisaligned(site, @alignOf(T.Item));
            argument.array.data = @ptrFromInt(start);
            if (T.Item == bool) try expectAllBools(&argument.array, site);
        }

        /// Every item of an array that has some.
        fn expectAllBools(array: *const T, site: *const Site) errors.Error!void {
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
            argument.owner.release();
        }
    };
}

/// Memory with a format of one letter, or none: nearly all that there is.
inline fn isFormatOfByte(comptime kind: Kind, format: ?[*:0]const u8) bool {
    if (kind != .memory) return false;
    const text = format orelse return true;
    return text[0] != 0 and text[1] == 0;
}

/// Whether a format is that of one item of the kind of `Item`, in this machine's byte order.
fn isFormatOf(comptime Item: type, comptime kind: Kind, view: *const capi.Py_buffer) bool {
    const format = std.mem.span(view.format orelse "B");
    if (comptime dtypes.isRecord(Item))
        return dtypes.isFormatOf(Item, format, @intCast(view.itemsize));
    if (items.Item.ofFormat(format, @sizeOf(Item))) |item|
        if (item.is(Item) or (Item == u8 and item.kind == .bool)) return true;
    if (Item != u8) return false;
    // A byte has no order, and a character is one.
    const letter = format[format.len -| 1..];
    const is_ordered = format.len == 2 and std.mem.indexOfScalar(u8, "@=<>!", format[0]) != null;
    return (format.len == 1 or is_ordered) and (kind == .memory or letter[0] == 'c');
}
