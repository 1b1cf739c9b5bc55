//! What Zig says by std.log and std.debug.print, and Ctrl-C.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

pub const std_options: std.Options = .{
    .log_level = .info,
    .log_scope_levels = &.{
        .{ .scope = .quiet, .level = .err },
        .{ .scope = .open, .level = .debug },
    },
};
pub const std_options_cwd = null;

pub const nano_ffi_options = .{
    .interruptedMeanwhile = .{ .gil = .released },
    .saysMeanwhile = .{ .gil = .released },
};

pub fn says(text: []const u8) void {
    std.log.err("{s} {d}", .{ text, 1 });
    std.log.warn("{s} {d}", .{ text, 2 });
    std.log.info("{s} %s", .{text});
    std.log.debug("{s} {d}", .{ text, 4 });
    std.log.scoped(.quiet).warn("{s}", .{text});
    std.log.scoped(.quiet).err("{s}", .{text});
    std.log.scoped(.open).debug("{s}", .{text});
}

pub fn saysMeanwhile(text: []const u8) void {
    says(text);
}

/// In a thread, for which this one waits with Python in its hands.
pub fn saysInThread(text: []const u8) !void {
    (try std.Thread.spawn(.{}, says, .{text})).join();
}

pub fn saysOften(count: usize) void {
    for (0..count) |number| std.log.info("{d}", .{number});
}

pub fn printed(text: []const u8) void {
    std.debug.print("{s}{d}\n", .{ text, 5 });
}

pub fn printedInThread(text: []const u8) !void {
    (try std.Thread.spawn(.{}, printed, .{text})).join();
}

/// The sum of what nobody waits for to the end.
pub fn interrupted(rounds: u64) !u64 {
    var sum: u64 = 0;
    for (0..rounds) |number| {
        sum +%= number;
        try nano_ffi.checkSignals();
    }
    return sum;
}

pub fn interruptedMeanwhile(rounds: u64) !u64 {
    return interrupted(rounds);
}

pub fn interruptedInThread(rounds: u64) !u64 {
    var result: u64 = 0;
    (try std.Thread.spawn(.{}, unheard, .{ rounds, &result })).join();
    return result;
}

fn unheard(rounds: u64, result: *u64) void {
    result.* = interrupted(rounds) catch 0;
}
