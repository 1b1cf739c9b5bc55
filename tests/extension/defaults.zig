//! Functions with parameters that may be left out.

const nano_ffi = @import("nano_ffi");

pub fn power(base: i64, exponent: u6, limit: ?i64) i64 {
    var result: i64 = 1;
    for (0..exponent) |_| result *|= base;
    return @min(result, limit orelse result);
}

pub const Color = enum { red, green };

pub fn all(
    yes: bool,
    large: i128,
    ratio: f64,
    single: f32,
    endless: f64,
    text: []const u8,
    bytes: nano_ffi.Bytes,
    color: Color,
    maybe: ?u8,
) struct { bool, i128, f64, f32, f64, []const u8, nano_ffi.Bytes, Color, ?u8 } {
    return .{ yes, large, ratio, single, endless, text, bytes, color, maybe };
}

pub fn filled(buffer: []u8, value: u8) void {
    @memset(buffer, value);
}

/// What is behind a default is not lent twice, and not given back where it was not lent.
pub fn mixed(a: []const u8, b: []const u8, c: []const u8) u64 {
    return a.len * 100 + b.len * 10 + c.len;
}

pub fn released(count: u32) u32 {
    return count + 1;
}

pub const nano_ffi_options = .{
    .power = .{ .defaults = .{ .exponent = 2 } },
    .all = .{ .defaults = .{
        .yes = true,
        .large = -170141183460469231731687303715884105728,
        .ratio = 3,
        .single = 0.1,
        .endless = @import("std").math.inf(f64),
        .text = "it's \"ñ\",\n\\ )",
        .bytes = "\x00\xff",
        .color = .green,
        .maybe = 7,
    } },
    .filled = .{ .defaults = .{ .value = 9 } },
    .mixed = .{ .defaults = .{ .b = "four", .c = "fives" } },
    .released = .{ .gil = .released, .defaults = .{ .count = 41 } },
};
