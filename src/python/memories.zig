//! Values out of numbers that lie in memory of others (sources.zig): slices and arrays of numbers,
//! and such of these where the memory has several dimensions.

const std = @import("std");
const decimal = @import("../digits.zig").decimal;
const capi = @import("capi.zig");
const errors = @import("errors.zig");
const items = @import("../items.zig");
const signature = @import("../signature.zig");
const Site = @import("../comptime_bridge.zig").Site;
const sources = @import("sources.zig");
const inside = @import("convert.zig").inside;
const State = @import("State.zig");
const Error = errors.Error;
const PyObject = capi.PyObject;
const Source = sources.Source;

/// Whether a `T` is nothing but numbers in so many dimensions.
pub fn isPossible(comptime T: type) bool {
    return comptime dimensionsOf(T) > 0;
}

fn dimensionsOf(comptime T: type) usize {
    const Item = switch (comptime signature.kindOf(T) orelse return 0) {
        .array => @typeInfo(T).array.child,
        .items => @typeInfo(T).pointer.child,
        else => return 0,
    };
    if (signature.isNumber(Item)) return 1;
    const inner = dimensionsOf(Item);
    return if (inner > 0) inner + 1 else 0;
}

/// Null of an object that has none of the kind.
pub noinline fn load(
    comptime T: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!?T {
    var source: Source = undefined;
    if (!try sources.open(&source, object, site)) return null;
    defer source.close();
    if (comptime @typeInfo(T) == .pointer and signature.isNumber(std.meta.Elem(T)))
        return try loadItems(std.meta.Elem(T), arena, module, &source, site);
    try expectDimensions(comptime dimensionsOf(T), &source, site);
    return try loadAt(T, arena, module, &source, 0, source.start, site);
}

/// The numbers of an array of one dimension, or of several that lie in order.
pub fn loadItems(
    comptime Item: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    source: *const Source,
    site: *const Site,
) Error![]Item {
    const is_flat = source.dimensions > 1 and source.isContiguous();
    if (!is_flat) try expectDimensions(1, source, site);
    const size = source.count();
    const place = arena.alloc(Item, size) catch return errors.raiseNoMemory();
    errdefer arena.free(place);
    try convert(Item, module, source.item, .{
        .start = source.start,
        .stride = if (is_flat) @intCast(source.item.size) else source.strides[0],
        .bit = source.bit,
    }, place, site);
    return place;
}

fn expectDimensions(expected: usize, source: *const Source, site: *const Site) Error!void {
    if (source.dimensions != expected) return errors.raiseWrongDimensions(
        site,
        @intCast(expected),
        @intCast(source.dimensions),
    );
}

fn loadAt(
    comptime T: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    source: *const Source,
    dimension: usize,
    start: usize,
    site: *const Site,
) Error!T {
    const size = source.shape[dimension];
    const is_array = @typeInfo(T) == .array;
    const Item = std.meta.Elem(T);
    if (is_array and size != @typeInfo(T).array.len)
        return errors.raiseWrongSize(site, @typeInfo(T).array.len, size);
    var value: T = if (is_array)
        undefined
    else
        arena.alloc(Item, size) catch return errors.raiseNoMemory();
    errdefer if (!is_array) arena.free(value);
    const place: []Item = if (is_array) &value else @constCast(value);
    if (comptime signature.isNumber(Item)) {
        try convert(Item, module, source.item, source.row(dimension, start), place, site);
    } else for (place, 0..) |*item, index| {
        const offset = @as(isize, @intCast(index)) *% source.strides[dimension];
        item.* = try loadAt(
            Item,
            arena,
            module,
            source,
            dimension + 1,
            start +% @as(usize, @bitCast(offset)),
            &inside(site, Item, "", index),
        );
    }
    return value;
}

/// All items, in C order, to `to`, which is as long.
pub fn convertAll(
    comptime T: type,
    module: *PyObject,
    source: *const Source,
    to: []T,
    site: *const Site,
) Error!void {
    if (to.len == 0) return;
    const is_flat = source.isContiguous() and source.item.kind != .bits;
    const last = source.dimensions - 1;
    const length = if (is_flat) to.len else source.shape[last];
    var at: [sources.most_dimensions]usize = undefined;
    @memset(at[0..source.dimensions], 0);
    var start = source.start;
    var done: usize = 0;
    while (true) {
        var row = source.row(last, start);
        if (is_flat) row.stride = @intCast(source.item.size);
        try convert(T, module, source.item, row, to[done..][0..length], site);
        done += length;
        if (done == to.len) return;
        var dimension = last;
        while (true) {
            dimension -= 1;
            start +%= @bitCast(source.strides[dimension]);
            at[dimension] += 1;
            if (at[dimension] < source.shape[dimension]) break;
            const size: isize = @intCast(source.shape[dimension]);
            start -%= @bitCast(size *% source.strides[dimension]);
            at[dimension] = 0;
        }
    }
}

/// `items.convert`, with its failures as exceptions that say which item it is.
pub fn convert(
    comptime T: type,
    module: *PyObject,
    item: items.Item,
    row: items.Row,
    to: []T,
    site: *const Site,
) Error!void {
    var at: usize = undefined;
    items.convert(T, item, row, to, &at) catch |err| {
        const place = inside(site, T, "", at);
        switch (err) {
            error.WrongKind => return errors.raiseWrongKind(site, item),
            error.TooLarge => return errors.raiseFloatOverflow(&place),
            error.NoBool => {
                const offset = @as(isize, @intCast(at)) *% row.stride;
                const byte: *const u8 = @ptrFromInt(row.start +% @as(usize, @bitCast(offset)));
                return errors.raiseNoBool(site, byte.*);
            },
            error.OutOfRange => {
                if (@typeInfo(T) != .int) unreachable;
                const state = State.of(module) orelse return error.PythonException;
                return errors.raiseOutOfRange(
                    state.classes,
                    &place,
                    comptime decimal(std.math.minInt(T)),
                    comptime decimal(std.math.maxInt(T)),
                );
            },
        }
    };
}
