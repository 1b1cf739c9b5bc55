//! A text that is put together at run time, in a buffer, and cut off where that ends. Zig's own
//! `std.fmt` takes 13 kB of a module, and a seventh of the time in which one is compiled.

const std = @import("std");
const Line = @This();

buffer: []u8,
len: usize = 0,
is_cut: bool = false,

/// The last byte of the buffer is for a 0.
pub fn init(buffer: []u8) Line {
    return .{ .buffer = buffer };
}

pub noinline fn add(line: *Line, part: []const u8) void {
    const room = line.buffer[line.len .. line.buffer.len - 1];
    const size = @min(part.len, room.len);
    @memcpy(room[0..size], part[0..size]);
    line.len += size;
    if (size < part.len) line.is_cut = true;
}

/// As `{d}` has it.
pub fn number(line: *Line, value: anytype) void {
    if (value < 0) line.add("-");
    line.digits(@abs(value), 10);
}

/// As `0x{x}` has it.
pub fn address(line: *Line, value: usize) void {
    line.add("0x");
    line.digits(value, 16);
}

noinline fn digits(line: *Line, value: u64, base: u64) void {
    var room: [20]u8 = undefined;
    var start: usize = room.len;
    var left = value;
    while (true) {
        start -= 1;
        room[start] = "0123456789abcdef"[@intCast(left % base)];
        left /= base;
        if (left == 0) return line.add(room[start..]);
    }
}

/// What there is by now.
pub fn text(line: *const Line) [:0]u8 {
    line.buffer[line.len] = 0;
    return line.buffer[0..line.len :0];
}

test Line {
    var buffer: [60]u8 = undefined;
    var line: Line = .init(&buffer);
    line.add("a");
    const largest: u64 = std.math.maxInt(u64);
    const least: i64 = std.math.minInt(i64);
    inline for (.{ largest, least, @as(u8, 0) }) |n| {
        line.add(" ");
        line.number(n);
    }
    const numbers = "a 18446744073709551615 -9223372036854775808 0";
    try std.testing.expectEqualStrings(numbers, line.text());
    line.add(" ");
    line.address(0xfe90);
    try std.testing.expectEqualStrings("0xfe90", line.text()[line.len - 6 ..]);
    try std.testing.expect(!line.is_cut);
    line.add("so that it ends");
    try std.testing.expect(line.is_cut);
    try std.testing.expectEqual(buffer.len - 1, line.text().len);
}
