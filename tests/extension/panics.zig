//! Functions that panic, and the ways that errors take. The tests know the lines.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

pub const nano_ffi_options = .{ .unwrapped = released, .elsewhere = .{ .interruptible = true } };

pub fn at(items: []const i64, index: usize) i64 {
    return items[index]; // line 9
}

pub fn sum(a: i64, b: i64) i64 {
    return a + b; // line 13
}

pub fn unwrapped(value: ?u8) u8 {
    return value.?; // line 17
}

pub fn say(text: []const u8) void {
    @panic(text);
}

pub fn down(depth: u32) u32 {
    if (depth == 0) unreachable; // line 25
    return 1 + @call(.never_inline, down, .{depth - 1}); // line 26
}

fn check(value: i64) error{Negative}!i64 {
    if (value < 0) return error.Negative; // line 30
    return value;
}

pub fn checked(value: i64) error{Negative}!i64 {
    return try check(value); // line 35
}

/// What `f` gives, which must not be negative.
pub fn through(f: nano_ffi.Callback(fn (i64) i64), value: i64) !i64 {
    const result = try f.call(.{value});
    if (result < 0) @panic("negative"); // line 41
    return result;
}

var lent = "lent".*;

/// Panics when its result is freed, where there is nothing to go back to.
pub fn freed() nano_ffi.Owned([]const u8) {
    return .{ .data = &lent, .allocator = .{ .ptr = undefined, .vtable = &.{
        .alloc = std.mem.Allocator.noAlloc,
        .resize = std.mem.Allocator.noResize,
        .remap = std.mem.Allocator.noRemap,
        .free = panicking,
    } } };
}

fn panicking(_: *anyopaque, _: []u8, _: std.mem.Alignment, _: usize) void {
    @panic("freed");
}

pub fn parsed(text: []const u8) error{ Syntax, Empty }!usize {
    if (text.len == 0) return error.Empty;
    for (text, 1..) |byte, column| {
        if (byte == ')') return nano_ffi.fail(
            error.Syntax,
            "column {d}: ')' without '('\n  {s}",
            .{ column, text },
        );
    }
    return text.len;
}

/// The error that comes is another call's, or one that was caught, and has no text.
pub fn forgotten(text: []const u8) error{Syntax}!usize {
    return parsed(text) catch |err| switch (err) {
        error.Syntax => 0,
        error.Empty => error.Syntax,
    };
}

const released = .{ .gil = .released };

/// In another thread. Not the code of another function, or both would be one.
pub fn elsewhere(value: ?u8) u8 {
    return value.? ^ 3; // line 85
}
