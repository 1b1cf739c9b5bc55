//! Results that a variable of the file may have, too.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

var kept: ?[]const u8 = null;
var buffer: [8]u8 = @splat('x');

/// Keeps what it returns.
pub fn keep(gpa: Allocator, text: []const u8) ![]const u8 {
    kept = try gpa.dupe(u8, text);
    return kept.?;
}

pub fn last() ?[]const u8 {
    return kept;
}

/// Does not, but who knows?
pub fn lower(gpa: Allocator, text: []const u8) ![]const u8 {
    return std.ascii.allocLowerString(gpa, text);
}

/// The caller's, says its type.
pub fn upper(gpa: Allocator, text: []const u8) ![]u8 {
    return std.ascii.allocUpperString(gpa, text);
}

pub fn told(gpa: Allocator, text: []const u8) ![]const u8 {
    return std.ascii.allocLowerString(gpa, text);
}

pub fn told_otherwise(gpa: Allocator, text: []const u8) ![]u8 {
    kept = try gpa.dupe(u8, text);
    return @constCast(kept.?);
}

/// Not the allocator's.
pub fn told_wrongly() []u8 {
    return &buffer;
}

pub const nano_ffi_options = .{
    .told = .{ .result = .owned },
    .told_otherwise = .{ .result = .borrowed },
    .told_wrongly = .{ .result = .owned },
};
