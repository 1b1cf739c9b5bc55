//! The other one of two modules that have classes in common.

const std = @import("std");
pub const geometry = @import("sharing_plain.zig");
pub const stateful = @import("sharing_stateful.zig");
pub const Owning = @import("sharing_owning.zig").Owning;

pub const Path = struct {
    points: std.ArrayList(geometry.Point) = .empty,
    first: geometry.Point = .{ .x = 7 },
    named: std.StringHashMapUnmanaged(geometry.Point) = .empty,
};

pub fn norm(point: geometry.Point) f64 {
    return point.norm();
}
pub fn shift(point: *geometry.Point) *geometry.Point {
    point.x += 1;
    return point;
}
pub fn centre(shape: *geometry.Shape) *geometry.Point {
    return &shape.centre;
}
pub fn rename(shape: *geometry.Shape, name: []const u8) void {
    shape.name = name;
}
pub fn reach(shape: geometry.Shape) f64 {
    var sum: f64 = 0;
    for (shape.corners.items) |corner| sum += corner.norm();
    return sum;
}
pub fn is_green(colour: geometry.Colour) bool {
    return colour == .green;
}
pub fn make(x: f64) geometry.Point {
    return .{ .x = x };
}
pub fn numbered(counted: stateful.Counted) i64 {
    return counted.number;
}
pub fn size(owning: *const Owning) usize {
    return owning.bytes.len;
}
