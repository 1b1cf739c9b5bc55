//! What sharing_first.zig and sharing_second.zig both have: plain data.

const std = @import("std");

pub const Colour = enum { red, green };

pub const Point = struct {
    x: f64,
    y: f64 = 0,

    pub const Corner = enum { left, right };

    pub fn norm(self: Point) f64 {
        return @sqrt(self.x * self.x + self.y * self.y);
    }
    pub fn move(self: *Point, dx: f64) void {
        self.x += dx;
    }
    pub fn side(self: Point) Corner {
        return if (self.x < 0) .left else .right;
    }
};

pub const Shape = struct {
    name: []const u8,
    corners: std.ArrayList(Point) = .empty,
    centre: Point = .{ .x = 0 },
    notes: std.StringHashMapUnmanaged(i64) = .empty,
};

pub const Empty = struct {
    pub fn answer() i64 {
        return 42;
    }
};
