//! The functions that benchmarks/ measures, as a user of nano_ffi writes them. Every peer has the
//! same bodies, out of native/bodies.h.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

pub fn nothing() void {}

pub fn increment(a: i64) i64 {
    return a +% 1;
}

pub fn add(a: i64, b: i64) i64 {
    return a +% b;
}

pub fn mul(a: f64, b: f64) f64 {
    return a * b;
}

pub fn sum8(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64) i64 {
    return a +% b +% c +% d +% e +% f +% g +% h;
}

pub fn negate(value: bool) bool {
    return !value;
}

pub fn length(text: nano_ffi.Str) i64 {
    return @intCast(text.data.len);
}

pub fn greeting() nano_ffi.Str {
    return .{ .data = "hello from the other side" };
}

pub fn bytesum(data: nano_ffi.Bytes) u64 {
    var sum: u64 = 0;
    for (data.data) |byte| sum += byte;
    return sum;
}

pub fn fill(buffer: []u8, value: u8) u64 {
    @memset(buffer, value);
    return buffer.len;
}

pub fn divide(a: i64, b: i64) error{ DivisionByZero, Overflow }!struct { i64, i64 } {
    const quotient = try std.math.divTrunc(i64, a, b);
    return .{ quotient, a -% quotient *% b };
}
