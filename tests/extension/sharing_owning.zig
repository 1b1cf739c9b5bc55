//! What sharing_first.zig and sharing_second.zig have each for itself: it is more than its fields.

const std = @import("std");

pub const Owning = struct {
    allocator: std.mem.Allocator,
    bytes: []u8,

    pub fn init(allocator: std.mem.Allocator, size: usize) !Owning {
        return .{ .allocator = allocator, .bytes = try allocator.alloc(u8, size) };
    }
    pub fn deinit(self: *Owning) void {
        self.allocator.free(self.bytes);
    }
    pub fn count(self: *const Owning) usize {
        return self.bytes.len;
    }
};
