//! One of two modules that have classes in common.

const plain = @import("sharing_plain.zig");
pub const stateful = @import("sharing_stateful.zig");
pub const Owning = @import("sharing_owning.zig").Owning;
pub const Point = plain.Point;
pub const Shape = plain.Shape;
pub const Colour = plain.Colour;
pub const Empty = plain.Empty;

pub fn make(x: f64) Point {
    return .{ .x = x };
}
pub fn brightest() Colour {
    return .green;
}
