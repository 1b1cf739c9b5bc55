//! A class without lists, whose method gives one.

const std = @import("std");

pub const Hidden = struct {
    start: [*]f64,
    count: usize,

    pub fn init(gpa: std.mem.Allocator, count: usize) !Hidden {
        const room = try gpa.alloc(f64, count);
        @memset(room, 1);
        return .{ .start = room.ptr, .count = count };
    }

    pub fn deinit(self: *Hidden, gpa: std.mem.Allocator) void {
        gpa.free(self.start[0..self.count]);
    }

    pub fn items(self: *const Hidden) []f64 {
        return self.start[0..self.count];
    }
};
