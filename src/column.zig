//! Columns of Arrow: rows that may be null, of numbers, bools, times or texts.

const std = @import("std");
const arrays = @import("array.zig");

pub const Unit = enum { s, ms, us, ns };

/// What the ints of a column of times are.
pub const Time = struct {
    kind: enum { timestamp, duration } = .timestamp,
    unit: Unit,
    /// Of a timestamp: "" where it has none.
    timezone: []const u8 = "",
};

/// As a parameter, a column of somebody else, lent for the call; as a result one that the function
/// has made.
pub fn Column(comptime T: type) type {
    return struct {
        const Self = @This();
        const is_text = T == []const u8;

        pub const Item = T;
        pub const nano_ffi_column = T;

        /// One for each row. What it is where a row is null says nothing.
        items: []const T,
        /// A bit for each row, the lowest first, from bit `first` on: 0 where it is null. Null
        /// where no row is.
        validity: ?[*]const u8 = null,
        first: usize = 0,
        /// Of an i64: what it is, if it is a time.
        time: ?Time = null,
        /// Of a column that a function makes.
        made: ?Made = null,

        const Made = struct {
            memory: arrays.Memory,
            texts: if (is_text) std.heap.ArenaAllocator else void,
        };

        /// A new column whose rows are null until they are set.
        pub fn init(allocator: std.mem.Allocator, rows: usize) error{OutOfMemory}!Self {
            const bits = rows / 8 + 1;
            const size = std.math.mul(usize, rows, @sizeOf(T)) catch return error.OutOfMemory;
            const block: arrays.Array(u8, 1) = try .zeros(allocator, .{size +| bits});
            const items: [*]T = @ptrCast(@alignCast(block.data));
            if (is_text) @memset(items[0..rows], "");
            return .{
                .items = items[0..rows],
                .validity = block.data + size,
                .made = .{
                    .memory = block.memory,
                    .texts = if (is_text) .init(allocator) else {},
                },
            };
        }

        /// Gives the memory of a new one back: what a function does that fails after all.
        pub fn deinit(column: Self) void {
            const made = column.made orelse return;
            if (is_text) made.texts.deinit();
            made.memory.free();
        }

        pub fn len(column: *const Self) usize {
            return column.items.len;
        }

        pub fn isNull(column: *const Self, row: usize) bool {
            std.debug.assert(row < column.items.len);
            const bits = column.validity orelse return false;
            const bit = column.first + row;
            return bits[bit / 8] >> @as(u3, @intCast(bit % 8)) & 1 == 0;
        }

        /// Null of a row that is.
        pub fn get(column: *const Self, row: usize) ?T {
            return if (column.isNull(row)) null else column.items[row];
        }

        pub fn nullCount(column: *const Self) usize {
            var count: usize = 0;
            for (0..column.items.len) |row| count += @intFromBool(column.isNull(row));
            return count;
        }

        /// Sets a row of a new column. A text is copied, and so this can fail.
        pub const set = if (is_text) setText else setItem;

        fn setText(column: *Self, row: usize, value: ?[]const u8) error{OutOfMemory}!void {
            const copy = if (value) |text|
                try column.made.?.texts.allocator().dupe(u8, text)
            else
                null;
            column.setItem(row, copy);
        }

        fn setItem(column: *Self, row: usize, value: ?T) void {
            std.debug.assert(column.made != null and row < column.items.len);
            const bits: [*]u8 = @constCast(column.validity.?);
            const mask = @as(u8, 1) << @intCast(row % 8);
            const item = &@constCast(column.items)[row];
            if (value) |some| {
                item.* = some;
                bits[row / 8] |= mask;
            } else bits[row / 8] &= ~mask;
        }
    };
}

test Column {
    const gpa = std.testing.allocator;
    var numbers: Column(f64) = try .init(gpa, 9);
    defer numbers.deinit();
    try std.testing.expectEqual(9, numbers.nullCount());
    numbers.set(8, 1.5);
    numbers.set(0, 2);
    numbers.set(0, null);
    try std.testing.expect(numbers.len() == 9 and numbers.get(8) == 1.5 and numbers.isNull(0));
    const part: Column(f64) = .{
        .items = numbers.items[7..],
        .validity = numbers.validity,
        .first = 7,
    };
    try std.testing.expect(part.isNull(0) and part.get(1) == 1.5);

    var texts: Column([]const u8) = try .init(gpa, 2);
    defer texts.deinit();
    var text = [_]u8{'a'};
    try texts.set(1, &text);
    text[0] = 'b';
    try std.testing.expectEqualStrings("a", texts.get(1).?);
    try std.testing.expectEqual(null, texts.get(0));
}
