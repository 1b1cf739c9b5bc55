// Columns of Arrow with nulls.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Column = nano_ffi.Column;
const Text = []const u8;

pub fn sum(values: Column(f64)) f64 {
    var total: f64 = 0;
    for (0..values.len()) |row| total += values.get(row) orelse 0;
    return total;
}
/// Whether it is where the library has it.
pub fn address(values: Column(f64)) usize {
    return @intFromPtr(values.items.ptr);
}
pub fn nulls(values: ?Column(Text)) ?usize {
    return if (values) |column| column.nullCount() else null;
}

fn Copies(comptime T: type) type {
    return struct {
        fn copy(values: Column(T)) error{OutOfMemory}!Column(T) {
            var result: Column(T) = try .init(nano_ffi.allocator, values.len());
            errdefer result.deinit();
            for (0..values.len()) |row| {
                if (T == Text)
                    try result.set(row, values.get(row))
                else
                    result.set(row, values.get(row));
            }
            result.time = values.time;
            return result;
        }
        fn same(values: Column(T)) Column(T) {
            return values;
        }
    };
}
pub const copy_f64 = Copies(f64).copy;
pub const copy_i8 = Copies(i8).copy;
pub const copy_u64 = Copies(u64).copy;
pub const copy_i64 = Copies(i64).copy;
pub const copy_bool = Copies(bool).copy;
pub const copy_text = Copies(Text).copy;
pub const same_f64 = Copies(f64).same;
pub const same_text = Copies(Text).same;
pub const same_bool = Copies(bool).same;

/// A column, whether a row is one, and an array.
pub fn parts(values: Column(f64)) !struct { Column(f64), ?Column(bool), nano_ffi.Array(i32, 1) } {
    const array: nano_ffi.Array(i32, 1) = try .zeros(nano_ffi.allocator, .{2});
    errdefer array.deinit();
    const copy = try copy_f64(values);
    errdefer copy.deinit();
    if (values.len() == 0) return .{ copy, null, array };
    var flags: Column(bool) = try .init(nano_ffi.allocator, values.len());
    for (0..values.len()) |row| flags.set(row, !values.isNull(row));
    return .{ copy, flags, array };
}
pub fn named(values: Column(f64)) !struct { values: Column(f64), size: usize } {
    return .{ .values = try copy_f64(values), .size = values.len() };
}
pub fn times(n: usize, timezone: Text) !Column(i64) {
    var result: Column(i64) = try .init(nano_ffi.allocator, n);
    for (0..n) |row| result.set(row, if (row == 1) null else @intCast(row));
    result.time = .{ .unit = .ms, .timezone = timezone };
    return result;
}
pub fn unit(values: Column(i64)) ?[]const u8 {
    return @tagName((values.time orelse return null).unit);
}
pub fn upper(allocator: std.mem.Allocator, words: Column(Text)) !Column(Text) {
    var result: Column(Text) = try .init(allocator, words.len());
    errdefer result.deinit();
    for (0..words.len()) |row| {
        var buffer: [100]u8 = undefined;
        const word = words.get(row) orelse continue;
        if (word.len > buffer.len) return error.TooLong;
        try result.set(row, std.ascii.upperString(&buffer, word));
    }
    return result;
}
