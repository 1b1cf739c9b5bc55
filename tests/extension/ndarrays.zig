//! Arrays of several dimensions in the memory of other objects.

const std = @import("std");
const NdArray = @import("nano_ffi").NdArray;
const NdArrayMut = @import("nano_ffi").NdArrayMut;

/// Shape, strides, whether it is contiguous, and the items in order.
pub fn look(values: NdArray(i32, 2)) @import("nano_ffi").OwnedArena(struct {
    shape: [2]usize,
    strides: [2]isize,
    contiguous: bool,
    items: []const i32,
}) {
    var arena: std.heap.ArenaAllocator = .init(@import("nano_ffi").allocator);
    const items = arena.allocator().alloc(i32, values.count()) catch @panic("no memory");
    var next: usize = 0;
    for (0..values.shape[0]) |row| for (0..values.shape[1]) |column| {
        items[next] = values.at(.{ row, column });
        next += 1;
    };
    return .{ .arena = arena, .data = .{
        .shape = values.shape,
        .strides = values.strides,
        .contiguous = if (values.contiguous()) |all| std.mem.eql(i32, all, items) else false,
        .items = items,
    } };
}

/// Adds `by` to every item, in place.
pub fn shift(values: NdArrayMut(f64, 3), by: f64) void {
    for (0..values.shape[0]) |i| {
        const plane = values.sub(i);
        for (0..plane.shape[0]) |j| for (0..plane.shape[1]) |k| {
            plane.ptr(.{ j, k }).* += by;
        };
    }
}

pub fn single(value: NdArray(f32, 0)) f32 {
    return value.at(.{});
}

pub fn line(values: NdArray(u8, 1)) u64 {
    var total: u64 = 0;
    for (0..values.shape[0]) |index| total += values.at(.{index});
    return total;
}

pub fn truths(values: NdArray(bool, 2)) u64 {
    var total: u64 = 0;
    for (0..values.shape[0]) |i| for (0..values.shape[1]) |j| {
        total += @intFromBool(values.at(.{ i, j }));
    };
    return total;
}

pub fn maybe(values: ?NdArray(f64, 2)) ?[2]usize {
    return (values orelse return null).shape;
}

/// The sum, with other threads at work meanwhile.
pub fn sum_released(values: NdArray(f64, 2)) f64 {
    var total: f64 = 0;
    for (0..values.shape[0]) |i| for (0..values.shape[1]) |j| {
        total += values.at(.{ i, j });
    };
    return total;
}

pub const nano_ffi_options = .{ .sum_released = .{ .gil = .released } };
