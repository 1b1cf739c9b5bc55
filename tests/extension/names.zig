//! What a module has besides functions, and what it cannot show.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const other = @import("other.zig");

pub const answer = 42;
pub const large = 1 << 100;
pub const third: f32 = 0.25;
pub const huge = 1e300;
pub const yes = true;
pub const greeting = "héllo 'you'";
pub const nothing = null;
pub const mixed = .{ 1, "two", .{ 3.5, null } };
pub const primes = [_]u8{ 2, 3, 5 };
/// The colours.
pub const Color = enum(u8) { red = 1, green, blue = 7 };
pub const favourite: Color = .green;
/// What goes wrong while parsing.
pub const ParseError = error{ BadToken, EndOfStream };
pub const AnyError = error{ BadToken, OutOfMemory };
pub const triple = other.triple;

/// Fails on request.
pub fn fail(how: []const u8) (ParseError || error{ Loose, OutOfMemory })!void {
    if (std.mem.eql(u8, how, "token")) return error.BadToken;
    if (std.mem.eql(u8, how, "end")) return error.EndOfStream;
    if (std.mem.eql(u8, how, "memory")) return error.OutOfMemory;
    return error.Loose;
}

pub fn favour(color: ?Color) Color {
    return color orelse favourite;
}

// Left out:
pub var counter: u32 = 0;
pub fn poke(target: **u8) void {
    target.* = 1;
}
pub fn generic(value: anytype) void {
    _ = value;
}
pub fn Pair(comptime T: type) type {
    return struct { T, T };
}
pub const Open = enum(u8) { a, _ };
pub const pointer: *const fn () void = &quiet;
pub const allocator = nano_ffi.allocator;
fn quiet() void {}
