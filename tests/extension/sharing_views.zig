//! Objects with a deinit, and parts of them whose class another module may have made.

const std = @import("std");

pub const Spot = @import("sharing_flat.zig").Spot;

var ended: i64 = 0;

pub fn endings() i64 {
    return ended;
}

pub const Field = struct {
    spots: std.ArrayList(Spot) = .empty,
    far: ?*Spot = null,
    gpa: std.mem.Allocator,

    pub fn init(gpa: std.mem.Allocator) Field {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Field) void {
        if (self.far) |spot| self.gpa.destroy(spot);
        self.spots.deinit(self.gpa);
    }
    pub fn make(self: *Field) !*Spot {
        const spot = try self.gpa.create(Spot);
        spot.* = .{ .x = 5 };
        self.far = spot;
        return spot;
    }
    pub fn add(self: *Field, x: i64) !void {
        try self.spots.append(self.gpa, .{ .x = x });
    }
    pub fn view(self: *Field) View {
        return .{ .field = self };
    }
};

/// Its end needs the field.
pub const View = struct {
    field: *Field,
    spot: Spot = .{ .x = 3 },

    pub fn deinit(self: *View) void {
        ended += 1;
        for (self.field.spots.items) |*spot| spot.x = 0;
    }
    pub fn again(self: *View) Outer {
        return .{ .view = self };
    }
};

pub const Outer = struct { view: *View };
