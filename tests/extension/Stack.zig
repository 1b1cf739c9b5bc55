//! A stack of numbers.

const std = @import("std");
const Stack = @This();

pub const nano_ffi_options = .{ .len = .{ .property = true } };

/// What it holds.
items: std.ArrayList(i64) = .empty,
limit: usize,

pub const Full = error{Full};
pub const Pair = struct { a: i64, b: i64 };
pub const most = 3;

pub fn init(limit: usize) Stack {
    return .{ .limit = limit };
}

pub fn deinit(self: *Stack, gpa: std.mem.Allocator) void {
    self.items.deinit(gpa);
}

/// Puts one on top.
pub fn push(self: *Stack, gpa: std.mem.Allocator, item: i64) (Full || error{OutOfMemory})!void {
    if (self.items.items.len == self.limit) return error.Full;
    try self.items.append(gpa, item);
}

pub fn len(self: *const Stack) usize {
    return self.items.items.len;
}

pub fn small() Stack {
    return .init(1);
}

pub fn twice(pair: Pair) Pair {
    return .{ .a = 2 * pair.a, .b = 2 * pair.b };
}
