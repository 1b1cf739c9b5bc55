//! The functions that the package has out of the box. They are plain Zig, as a user's own would be.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

/// The sum of two ints. error.Overflow where i64 cannot hold it.
pub fn add(a: i64, b: i64) error{Overflow}!i64 {
    return std.math.add(i64, a, b);
}

/// The product of two floats.
pub fn mul(a: f64, b: f64) f64 {
    return a * b;
}

/// The sum of two ints. error.Overflow where i32 cannot hold it.
pub fn add32(a: i32, b: i32) error{Overflow}!i32 {
    return std.math.add(i32, a, b);
}

/// The product of two ints that are not negative. error.Overflow where u64 cannot hold it.
pub fn umul(a: u64, b: u64) error{Overflow}!u64 {
    return std.math.mul(u64, a, b);
}

/// The length of a str in bytes of UTF-8.
pub fn strlen(text: nano_ffi.Str) i64 {
    return @intCast(text.data.len);
}

/// The str itself, there and back.
pub fn echo(s: nano_ffi.Str) nano_ffi.Str {
    return s;
}

/// The sum of all bytes, which no memory is large enough to overflow.
pub fn bytesum(b: nano_ffi.Bytes) u64 {
    var sum: u64 = 0;
    for (b.data) |byte| sum += byte;
    return sum;
}

/// The quotient, rounded toward zero. error.DivisionByZero, and error.Overflow for the lowest i64
/// by -1.
pub fn div(a: i64, b: i64) error{ DivisionByZero, Overflow }!i64 {
    return std.math.divTrunc(i64, a, b);
}

/// Quotient and remainder as Python's divmod gives them: the quotient is rounded down, and the
/// remainder has the sign of `b`. error.DivisionByZero, and error.Overflow for the lowest i64 by
/// -1.
pub fn divmod(a: i64, b: i64) error{ DivisionByZero, Overflow }!struct { i64, i64 } {
    const quotient = try std.math.divFloor(i64, a, b);
    // |quotient * b| is at most |a| + |b|, which may not fit; the remainder always does.
    return .{ quotient, a -% quotient *% b };
}

/// Whether an int is negative, and its absolute value.
pub fn signmag(value: i64) struct { bool, u64 } {
    return .{ value < 0, @abs(value) };
}

/// Sets every byte of a writable buffer, in place, and returns how many there are.
pub fn fill(buffer: []u8, value: u8) u64 {
    @memset(buffer, value);
    return buffer.len;
}

/// The largest byte of a buffer, 0 where it is empty.
pub fn bufmax(buffer: nano_ffi.Buffer) u8 {
    var largest: u8 = 0;
    for (buffer.data) |byte| largest = @max(largest, byte);
    return largest;
}

/// The sum of eight ints. error.Overflow where i64 cannot hold it; what comes between may be
/// larger.
pub fn sum8(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64) error{Overflow}!i64 {
    var sum: i128 = 0;
    for ([_]i64{ a, b, c, d, e, f, g, h }) |value| sum += value;
    return std.math.cast(i64, sum) orelse error.Overflow;
}

/// The product of two floats of 32 bits, or twice the one that is given.
pub fn scalef32(value: f32, factor: f32) f32 {
    return value * factor;
}

pub const nano_ffi_options = .{ .scalef32 = .{ .defaults = .{ .factor = 2.0 } } };

test "the limits of i64" {
    const expectEqual = std.testing.expectEqual;
    const low = std.math.minInt(i64);
    const high = std.math.maxInt(i64);
    try expectEqual(error.Overflow, add(high, 1));
    try expectEqual(error.Overflow, div(low, -1));
    try expectEqual(error.DivisionByZero, divmod(1, 0));
    try expectEqual(.{ low, 0 }, try divmod(low, 1));
    try expectEqual(.{ -1, -1 }, try divmod(high, low));
    try expectEqual(.{ true, 1 << 63 }, signmag(low));
    try expectEqual(high, sum8(high, high, 0, 0, 0, 0, 0, -high));
    try expectEqual(error.Overflow, sum8(high, 1, 0, 0, 0, 0, 0, 0));
}

test "every function once" {
    const expectEqual = std.testing.expectEqual;
    try expectEqual(10.0, mul(2.5, 4));
    try expectEqual(7, add32(3, 4));
    try expectEqual(error.Overflow, add32(std.math.maxInt(i32), 1));
    try expectEqual(1 << 63, umul(1 << 62, 2));
    try expectEqual(error.Overflow, umul(1 << 63, 2));
    try expectEqual(3, strlen(.{ .data = "\u{f1}a" }));
    try std.testing.expectEqualStrings("text", echo(.{ .data = "text" }).data);
    try expectEqual(257, bytesum(.{ .data = "\xff\x02" }));
    try expectEqual(.{ -4, 1 }, try divmod(-7, 2));
    try expectEqual(-3, div(-7, 2));
    var buffer: [3]u8 = undefined;
    try expectEqual(3, fill(&buffer, 7));
    try expectEqual([_]u8{ 7, 7, 7 }, buffer);
    try expectEqual(9, bufmax(.{ .data = "\x01\x09\x02" }));
    try expectEqual(0, bufmax(.{ .data = "" }));
    try expectEqual(0.75, scalef32(1.5, 0.5));
}
