//! Vectors in structs.

const std = @import("std");

pub const Vec2 = @Vector(2, f32);
pub const Vec3 = @Vector(3, f32);

pub const Body = struct {
    pos: Vec3 = .{ 0, 0, 0 },
    mass: f32 = 1,

    pub fn move(body: *Body, by: Vec3) void {
        body.pos += by;
    }

    pub fn length(body: Body) f32 {
        return @sqrt(@reduce(.Add, body.pos * body.pos));
    }
};

/// With text, so that it is more than its bytes.
pub const Named = struct {
    name: []const u8 = "",
    cell: @Vector(2, i16) = .{ 1, 2 },
    body: Body = .{},
    rows: [2]@Vector(4, f64) = @splat(@splat(0.5)),
    byte: u8 = 7,

    pub fn sum(named: *const Named) f64 {
        var all: f64 = @floatFromInt(@reduce(.Add, named.cell) + named.byte);
        for (named.rows) |row| all += @reduce(.Add, row);
        return all + named.body.mass + named.body.length();
    }
};

pub const World = struct {
    gpa: std.mem.Allocator,
    gravity: Vec2 = .{ 0, -10 },
    bodies: std.ArrayList(Body) = .empty,

    pub fn init(gpa: std.mem.Allocator) World {
        return .{ .gpa = gpa };
    }

    pub fn deinit(world: *World) void {
        world.bodies.deinit(world.gpa);
    }

    pub fn add(world: *World, body: Body) !*Body {
        try world.bodies.append(world.gpa, body);
        return &world.bodies.items[world.bodies.items.len - 1];
    }

    pub fn step(world: *World, dt: f32) void {
        for (world.bodies.items) |*body| {
            body.pos[0] += world.gravity[0] * dt;
            body.pos[1] += world.gravity[1] * dt;
        }
    }
};

pub const Point = struct {
    at: @Vector(2, u8),
    pub const nano_ffi_options = .{ .frozen = true, .order = true };
};

/// What has none of these is left out by name, and has its default.
pub const Odd = struct {
    maybe: ?Vec2 = null,
    bits: @Vector(4, bool) = @splat(true),
    threes: [2]Vec3 = @splat(@splat(0)),
    several: []const Vec2 = &.{},
    either: union(enum) { vec: Vec2, none } = .none,
    n: i32 = 3,
};

pub fn heaviest(bodies: []const Body) ?Body {
    var best: ?Body = null;
    for (bodies) |body| {
        if (best == null or body.mass > best.?.mass) best = body;
    }
    return best;
}

pub fn line(gpa: std.mem.Allocator, count: usize) ![]Body {
    const bodies = try gpa.alloc(Body, count);
    for (bodies, 0..) |*body, index| body.* = .{ .pos = .{ @floatFromInt(index), 1, 2 } };
    return bodies;
}

pub fn oddity() Odd {
    return .{ .n = 4 };
}
