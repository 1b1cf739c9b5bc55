//! A library that nobody wrote for Python: told.zig says what it is there.

const std = @import("std");

pub const Mode = enum { fast, slow };

pub const Chunk = struct {
    kind: []const u8 = "\xff\xfe",
    data: []const u8 = "\x80",
    size: f64 = 0,

    pub fn raw(self: *const Chunk) []const u8 {
        return self.data;
    }

    pub fn half(self: Chunk) f64 {
        return self.size / 2;
    }

    pub const Mark = struct {
        at: usize = 0,

        pub const nano_ffi_options = .{ .order = true, .frozen = false };

        pub fn text(self: Mark) []const u8 {
            return "\xff\xfe\xfd"[0..self.at];
        }
    };
};

pub const inner = struct {
    pub fn bell() []const u8 {
        return "\x07\xf7";
    }

    pub fn hidden() void {}
};

pub fn Stack(comptime T: type) type {
    return struct {
        last: T = 0,

        const Self = @This();

        pub fn push(self: *Self, value: T) void {
            self.last = value;
        }

        pub fn peek(self: Self) T {
            return self.last;
        }
    };
}

pub fn decode(gpa: std.mem.Allocator, text: []const u8) ![]const u8 {
    const out = try gpa.alloc(u8, text.len / 2);
    errdefer gpa.free(out);
    return std.fmt.hexToBytes(out, text);
}

pub fn plain() []const u8 {
    return "\xff";
}

/// So many texts of a byte.
pub fn words(gpa: std.mem.Allocator, count: u8) ![][]const u8 {
    const all = try gpa.alloc([]const u8, count);
    errdefer gpa.free(all);
    for (all, 0..) |*place, index| {
        errdefer for (all[0..index]) |word| gpa.free(word);
        place.* = try gpa.dupe(u8, &.{@intCast(0xff - index)});
    }
    return all;
}

pub fn named(gpa: std.mem.Allocator) !std.ArrayList([]const u8) {
    var all: std.ArrayList([]const u8) = .empty;
    errdefer all.deinit(gpa);
    try all.append(gpa, "\xfa");
    return all;
}

pub fn pair(text: []const u8) struct { usize, ?[]const u8 } {
    return .{ text.len, if (text.len > 0) text else null };
}
