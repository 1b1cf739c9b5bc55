//! Columns of Arrow, by the two structs of its C data interface and the capsules that carry them
//! between libraries: https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html

const std = @import("std");
const capi = @import("capi.zig");
const errors = @import("errors.zig");
const items = @import("../items.zig");
const memory = @import("memory.zig");
const Site = @import("../comptime_bridge.zig").Site;
const c = capi.functions;
const Error = errors.Error;
const PyObject = capi.PyObject;

pub const Schema = extern struct {
    format: [*:0]const u8,
    name: ?[*:0]const u8,
    metadata: ?[*]const u8,
    flags: i64,
    child_count: i64,
    children: ?[*]*Schema,
    dictionary: ?*Schema,
    release: ?*const fn (schema: *Schema) callconv(.c) void,
    private: ?*anyopaque,
};

pub const Array = extern struct {
    len: i64,
    /// -1: not counted.
    null_count: i64,
    offset: i64,
    buffer_count: i64,
    child_count: i64,
    buffers: ?[*]?*const anyopaque,
    children: ?[*]*Array,
    dictionary: ?*Array,
    release: ?*const fn (array: *Array) callconv(.c) void,
    private: ?*anyopaque,

    pub fn isNull(array: *const Array, row: usize) bool {
        if (array.null_count == 0) return false;
        const validity: [*]const u8 = @ptrCast(array.buffers.?[0] orelse return false);
        const bit = row + @as(usize, @intCast(array.offset));
        return validity[bit / 8] >> @as(u3, @intCast(bit % 8)) & 1 == 0;
    }

    pub fn end(array: *Array) void {
        if (array.release) |release| release(array);
        array.release = null;
    }

    /// How many items are null.
    pub fn nulls(array: *const Array) usize {
        if (array.null_count >= 0) return @intCast(array.null_count);
        if (array.buffers.?[0] == null) return 0;
        var count: usize = 0;
        for (0..@intCast(array.len)) |row| count += @intFromBool(array.isNull(row));
        return count;
    }
};

pub const Stream = extern struct {
    get_schema: ?*const fn (stream: *Stream, schema: *Schema) callconv(.c) c_int,
    get_next: ?*const fn (stream: *Stream, array: *Array) callconv(.c) c_int,
    get_last_error: ?*const fn (stream: *Stream) callconv(.c) ?[*:0]const u8,
    release: ?*const fn (stream: *Stream) callconv(.c) void,
    private: ?*anyopaque,
};

/// What an object gives by the capsules, with all its pieces, until `close`.
pub const Received = struct {
    schema: Schema,
    pieces: std.ArrayList(Array) = .empty,

    pub fn open(object: *PyObject, site: *const Site) Error!Received {
        var received: Received = .{ .schema = undefined };
        received.schema.release = null;
        errdefer received.close();
        if (capi.hasMethod(object, "__arrow_c_array__")) {
            const capsules = try pairOf(object, site);
            defer c.Py_DecRef(capsules);
            const schema = try contentOf(Schema, c.PyTuple_GetItem(capsules, 0).?, "arrow_schema");
            const array = try contentOf(Array, c.PyTuple_GetItem(capsules, 1).?, "arrow_array");
            received.pieces.append(memory.allocator, array.*) catch return errors.raiseNoMemory();
            array.release = null; // the capsule's no more
            received.schema = schema.*;
            schema.release = null;
            return received;
        }
        if (!capi.hasMethod(object, "__arrow_c_stream__"))
            return errors.raiseNoColumn(site, object);
        const capsule = capi.callMethod(object, "__arrow_c_stream__", &.{}) orelse
            return error.PythonException;
        defer c.Py_DecRef(capsule);
        const stream = try contentOf(Stream, capsule, "arrow_array_stream");
        if (stream.get_schema.?(stream, &received.schema) != 0) {
            received.schema.release = null;
            return raiseFailed(stream, site);
        }
        while (true) {
            const piece = received.pieces.addOne(memory.allocator) catch
                return errors.raiseNoMemory();
            piece.release = null;
            if (stream.get_next.?(stream, piece) != 0) return raiseFailed(stream, site);
            if (piece.release != null) continue;
            received.pieces.items.len -= 1;
            return received;
        }
    }

    pub fn close(received: *Received) void {
        for (received.pieces.items) |*piece| piece.end();
        received.pieces.deinit(memory.allocator);
        if (received.schema.release) |release| release(&received.schema);
        received.schema.release = null;
    }
};

/// What `__arrow_c_array__` gives: a new reference to a tuple of two.
fn pairOf(object: *PyObject, site: *const Site) Error!*PyObject {
    const pair = capi.callMethod(object, "__arrow_c_array__", &.{}) orelse
        return error.PythonException;
    defer c.Py_DecRef(pair);
    const capsules = c.PySequence_Tuple(pair) orelse return error.PythonException;
    if (c.PyTuple_Size(capsules) == 2) return capsules;
    defer c.Py_DecRef(capsules);
    return errors.raiseWrongType(site, "what gives a schema and an array", object);
}

fn contentOf(comptime T: type, capsule: *PyObject, name: [*:0]const u8) Error!*T {
    return @ptrCast(@alignCast(
        c.PyCapsule_GetPointer(capsule, name) orelse return error.PythonException,
    ));
}

/// A column of numbers with no null in it, lent until `release`: where it is, or put together of
/// its pieces.
pub const Column = struct {
    item: items.Item,
    data: [*]const u8,
    bit: usize,
    len: usize,
    owner: union(enum) { array: Array, copy: []u8 },

    /// Null of a column of what is no number.
    pub fn open(object: *PyObject, site: *const Site) Error!?Column {
        if (!capi.hasMethod(object, "__arrow_c_array__")) return openStream(object, site);
        const capsules = try pairOf(object, site);
        defer c.Py_DecRef(capsules);
        const schema = try contentOf(Schema, c.PyTuple_GetItem(capsules, 0).?, "arrow_schema");
        const array = try contentOf(Array, c.PyTuple_GetItem(capsules, 1).?, "arrow_array");
        const item = try itemOf(schema, object, site) orelse return null;
        try expectWhole(array, site);
        const moved = array.*;
        array.release = null; // the capsule's no more
        return of(item, moved);
    }

    fn openStream(object: *PyObject, site: *const Site) Error!?Column {
        const capsule = capi.callMethod(object, "__arrow_c_stream__", &.{}) orelse
            return error.PythonException;
        defer c.Py_DecRef(capsule);
        const stream = try contentOf(Stream, capsule, "arrow_array_stream");
        var schema: Schema = undefined;
        if (stream.get_schema.?(stream, &schema) != 0) return raiseFailed(stream, site);
        defer if (schema.release) |release| release(&schema);
        const item = try itemOf(&schema, object, site) orelse return null;
        var first: Array = undefined;
        if (!try next(stream, &first, site)) return .{
            .item = item,
            .data = &[0]u8{},
            .bit = 0,
            .len = 0,
            .owner = .{ .copy = &.{} },
        };
        var second: Array = undefined;
        const is_more = next(stream, &second, site) catch |err| {
            first.end();
            return err;
        };
        if (!is_more) return of(item, first);
        return try joined(stream, item, &.{ first, second }, site);
    }

    fn of(item: items.Item, array: Array) Column {
        const offset: usize = @intCast(array.offset);
        const data: [*]const u8 = if (array.buffers.?[1]) |buffer| @ptrCast(buffer) else &[0]u8{};
        const is_bits = item.kind == .bits;
        return .{
            .item = item,
            .data = if (is_bits) data else data + offset * item.size,
            .bit = if (is_bits) offset else 0,
            .len = @intCast(array.len),
            .owner = .{ .array = array },
        };
    }

    /// The pieces of a column, of which there are two at least, in memory of its own. Bits are
    /// bytes there.
    fn joined(
        stream: *Stream,
        item: items.Item,
        two: *const [2]Array,
        site: *const Site,
    ) Error!Column {
        var all: std.ArrayList(u8) = .empty;
        errdefer all.deinit(memory.allocator);
        const whole: items.Item = if (item.kind == .bits) .of(bool) else item;
        var pieces = two.*;
        var open_pieces: []Array = &pieces;
        defer for (open_pieces) |*piece| piece.end();
        while (open_pieces.len > 0) {
            try append(&all, item, open_pieces[0]);
            open_pieces[0].end();
            open_pieces = open_pieces[1..];
            if (open_pieces.len == 0) {
                if (!try next(stream, &pieces[1], site)) break;
                open_pieces = pieces[1..];
            }
        }
        const copy = all.toOwnedSlice(memory.allocator) catch return errors.raiseNoMemory();
        return .{
            .item = whole,
            .data = copy.ptr,
            .bit = 0,
            .len = copy.len / whole.size,
            .owner = .{ .copy = copy },
        };
    }

    fn append(all: *std.ArrayList(u8), item: items.Item, array: Array) Error!void {
        const column = of(item, array);
        const size = column.len * item.size;
        const room = all.addManyAsSlice(memory.allocator, size) catch
            return errors.raiseNoMemory();
        if (item.kind != .bits) return @memcpy(room, column.data[0..size]);
        for (room, column.bit..) |*byte, bit|
            byte.* = column.data[bit / 8] >> @as(u3, @intCast(bit % 8)) & 1;
    }

    pub fn close(column: *Column) void {
        switch (column.owner) {
            .array => |*array| array.end(),
            .copy => |copy| memory.allocator.free(copy),
        }
    }
};

/// What the items are; null where they are no numbers, but may be looked at one by one. Raises
/// where they are times, or there are several columns.
fn itemOf(schema: *const Schema, object: *PyObject, site: *const Site) Error!?items.Item {
    if (schema.dictionary != null) return null;
    const format = std.mem.span(schema.format);
    if (std.mem.startsWith(u8, format, "t")) return errors.raiseTimes(site, object);
    if (std.mem.eql(u8, format, "+s")) return errors.raiseTable(site, object);
    return items.Item.ofArrow(format);
}

/// The next piece, if there is one, with no null in it.
fn next(stream: *Stream, array: *Array, site: *const Site) Error!bool {
    array.release = null;
    if (stream.get_next.?(stream, array) != 0) return raiseFailed(stream, site);
    if (array.release == null) return false;
    errdefer array.end();
    try expectWhole(array, site);
    return true;
}

fn expectWhole(array: *const Array, site: *const Site) Error!void {
    const nulls = array.nulls();
    if (nulls > 0) return errors.raiseNulls(site, nulls);
}

fn raiseFailed(stream: *Stream, site: *const Site) Error {
    if (c.PyErr_Occurred() != null) return error.PythonException;
    const text = if (stream.get_last_error) |last| last(stream) else null;
    return errors.raiseStreamFailed(site, text orelse "no reason is given");
}
