//! Structs that are classes.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

/// With constants of itself.
pub const Tagged = struct {
    name: []const u8,
    tags: std.ArrayList([]const u8) = .empty,
    at: Point = .origin,

    pub const first: Tagged = .{ .name = "first" };

    pub fn length(self: *const Tagged) usize {
        return self.name.len + self.tags.items.len;
    }
};

/// A point in the plane.
pub const Point = struct {
    /// To the right.
    x: f64,
    y: f64 = 0,

    pub const origin: Point = .{ .x = 0, .y = 0 };
    pub const dimensions = 2;

    /// Its distance from the origin.
    pub fn norm(self: Point) f64 {
        return std.math.hypot(self.x, self.y);
    }
    pub fn scale(self: *Point, factor: f64) void {
        self.x *= factor;
        self.y *= factor;
    }
    pub fn far(self: *const Point, other: Point) f64 {
        return std.math.hypot(self.x - other.x, self.y - other.y);
    }
    pub fn polar(radius: f64, angle: f64) Point {
        return .{ .x = radius * @cos(angle), .y = radius * @sin(angle) };
    }
    pub fn __add__(self: Point, other: Point) Point {
        return .{ .x = self.x + other.x, .y = self.y + other.y };
    }
};

pub const Color = enum { red, green };

pub const Line = struct {
    from: Point,
    to: Point,
    name: []const u8 = "line",
    color: ?Color = null,
    tags: []const []const u8 = &.{},

    pub const Style = struct { width: u8 = 1 };

    pub fn length(self: *const Line) f64 {
        return self.from.far(self.to);
    }
    pub fn start(self: *Line) *Point {
        return &self.from;
    }
    pub fn rename(self: *Line, name: []const u8) void {
        self.name = name;
    }
};

/// What `with` opens and closes, and may hear how its block ended.
pub const Door = struct {
    open: bool = false,
    failed: bool = false,

    pub fn __enter__(self: *Door) void {
        self.open = true;
    }

    pub fn __exit__(self: *Door, failed: bool) bool {
        self.* = .{ .open = false, .failed = failed };
        return failed;
    }
};

pub const Gate = struct {
    open: bool = false,

    pub fn __enter__(self: *Gate) !*Gate {
        if (self.open) return error.Open;
        self.open = true;
        return self;
    }

    pub fn __exit__(self: *Gate) void {
        self.open = false;
    }
};

/// Counts, with an init.
pub const Counter = struct {
    value: i64,
    step: i64,

    pub fn init(start: i64, step: ?i64) error{Zero}!Counter {
        if (step == 0) return error.Zero;
        return .{ .value = start, .step = step orelse 1 };
    }
    pub fn next(self: *Counter) i64 {
        self.value += self.step;
        return self.value;
    }
};

pub const nano_ffi_options = .{ .Counter = .{ .weakref = true } };

pub var alive: i64 = 0;

pub fn living() i64 {
    return @atomicLoad(i64, &alive, .monotonic);
}

/// Owns memory.
pub const Stack = struct {
    items: std.ArrayList(i64) = .empty,
    gpa: std.mem.Allocator,

    pub fn init(gpa: std.mem.Allocator, first: []const i64) !Stack {
        _ = @atomicRmw(i64, &alive, .Add, 1, .monotonic);
        var stack: Stack = .{ .gpa = gpa };
        try stack.items.appendSlice(gpa, first);
        return stack;
    }
    pub fn deinit(self: *Stack) void {
        _ = @atomicRmw(i64, &alive, .Sub, 1, .monotonic);
        self.items.deinit(self.gpa);
    }
    pub fn push(self: *Stack, value: i64) !void {
        try self.items.append(self.gpa, value);
    }
    pub fn pop(self: *Stack) ?i64 {
        return self.items.pop();
    }
    pub fn __len__(self: *const Stack) usize {
        return self.items.items.len;
    }
    pub fn each(
        self: *const Stack,
        function: nano_ffi.Callback(fn (i64) void),
    ) error{PythonException}!void {
        for (self.items.items) |item| try function.call(.{item});
    }
    pub fn clone(self: *const Stack) !Stack {
        return init(self.gpa, self.items.items);
    }
    pub fn merge(self: *Stack, other: *const Stack) !void {
        try self.items.appendSlice(self.gpa, other.items.items);
    }
};

/// Only the module makes it.
pub const Token = struct {
    number: u32,
    secret: *const u32,

    const hidden: u32 = 7;
    pub fn check(self: Token) bool {
        return self.secret.* == 7;
    }
};

pub fn token(number: u32) Token {
    return .{ .number = number, .secret = &Token.hidden };
}

pub fn middle(a: *const Point, b: *const Point) Point {
    return .{ .x = (a.x + b.x) / 2, .y = (a.y + b.y) / 2 };
}

/// The sum of the points that a callable gives.
pub fn total(point: nano_ffi.Callback(fn (u32) Point), count: u32) !Point {
    var sum: Point = .{ .x = 0 };
    for (0..count) |index| {
        const next = try point.call(.{@intCast(index)});
        sum.x += next.x;
        sum.y += next.y;
    }
    return sum;
}

pub fn nearest(points: []const Point, to: Point) ?Point {
    var best: ?Point = null;
    for (points) |point| {
        if (best == null or point.far(to) < best.?.far(to)) best = point;
    }
    return best;
}

/// Its deinit fails.
pub const Fragile = struct {
    panics: bool,

    pub fn deinit(self: *Fragile) error{Stuck}!void {
        if (self.panics) @panic("torn");
        return error.Stuck;
    }
};

/// What Python asks for as a number or a truth.
pub const Key = struct {
    n: i64 = 0,

    pub fn __hash__(self: Key) i64 {
        return self.n;
    }

    pub fn __bool__(self: *const Key) bool {
        return self.n != 0;
    }

    pub fn __contains__(self: *const Key, n: i64) bool {
        return n == self.n;
    }
};

pub const WideKey = struct {
    n: u128 = 0,

    pub fn __hash__(self: WideKey) u128 {
        return self.n;
    }

    /// Another way than that of a bool.
    pub fn __bool__(self: *const WideKey) u128 {
        return self.n;
    }
};
