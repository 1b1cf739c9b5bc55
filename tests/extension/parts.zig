//! Slices that functions give of what their objects have.

const std = @import("std");
const Allocator = std.mem.Allocator;

pub const Point = extern struct { x: f64, y: f64 = 0 };

/// What owns memory.
pub const Signal = struct {
    samples: []f64,
    points: []Point,
    turned: [2][2]f64 = .{ .{ 1, 2 }, .{ 3, 4 } },
    /// How many have ended.
    ended: *usize = &ended_signals,

    pub fn init(gpa: Allocator, count: usize) !Signal {
        const samples = try gpa.alloc(f64, count);
        errdefer gpa.free(samples);
        for (samples, 0..) |*sample, index| sample.* = @floatFromInt(index);
        const points = try gpa.alloc(Point, count);
        for (points, 0..) |*point, index| point.* = .{ .x = @floatFromInt(index) };
        return .{ .samples = samples, .points = points };
    }

    pub fn deinit(self: *Signal, gpa: Allocator) void {
        gpa.free(self.samples);
        gpa.free(self.points);
        self.ended.* += 1;
    }

    pub fn all(self: *Signal) []f64 {
        return self.samples;
    }

    pub fn read(self: *const Signal) []const f64 {
        return self.samples;
    }

    pub fn first(self: *const Signal, count: usize) []f64 {
        return self.samples[0..count];
    }

    pub fn rest(self: *const Signal) []const f64 {
        return self.samples[1..];
    }

    pub fn dots(self: *const Signal) []Point {
        return self.points[1..];
    }

    pub fn rows(self: *const Signal) []const [2]f64 {
        return self.turned[1..];
    }

    pub fn some(self: *const Signal, is_there: bool) ?[]f64 {
        return if (is_there) self.samples[1..] else null;
    }

    pub fn counted(self: *const Signal) struct { []f64, usize } {
        return .{ self.samples[1..], self.samples.len };
    }

    /// A name and numbers are no parts of it, and may be given all the same.
    pub fn named(self: *const Signal, name: []const u8, count: usize) []const f64 {
        return self.samples[0..@min(count, name.len)];
    }

    /// What is the caller's.
    pub fn into(self: *const Signal, room: []f64) []f64 {
        @memcpy(room, self.samples[0..room.len]);
        return room;
    }

    pub fn into_array(self: *const Signal, room: []f64) []f64 {
        return self.into(room);
    }

    pub fn copy(self: *const Signal, gpa: Allocator) ![]f64 {
        return gpa.dupe(f64, self.samples);
    }

    /// It has an allocator for what it does on the way.
    pub fn sorted(self: *const Signal, gpa: Allocator) ![]f64 {
        const keys = try gpa.dupe(f64, self.samples);
        defer gpa.free(keys);
        std.mem.sort(f64, self.samples, {}, std.sort.desc(f64));
        return self.samples[0..1];
    }

    pub fn by_value(self: Signal) []f64 {
        return self.samples[1..];
    }

    pub fn array(self: *const Signal) []f64 {
        return self.samples[1..];
    }

    pub fn arrays(self: *const Signal) struct { ?[]f64, []const [2]f64, usize } {
        return .{ self.samples[1..], &self.turned, self.samples.len };
    }

    pub fn change(self: *Signal) void {
        self.samples[0] += 100;
    }

    pub const nano_ffi_options = .{
        .array = .{ .result = .numpy },
        .arrays = .{ .result = .numpy },
        .into_array = .{ .result = .numpy },
        .sorted = .{ .result = .borrowed },
        .rest = .{ .property = true },
    };
};

pub var ended_signals: usize = 0;

pub fn ended() usize {
    return ended_signals;
}

/// A function that is no method.
pub fn tail(signal: *const Signal, count: usize) []const f64 {
    return signal.samples[signal.samples.len - count ..];
}

/// Without a signal it is nobody's.
pub fn tail_or_none(signal: ?*const Signal) []const f64 {
    return if (signal) |some| some.samples[1..] else &.{ 7, 8 };
}

/// What is Python's.
pub const Tree = struct {
    samples: []f64,

    pub fn all(self: *const Tree) []f64 {
        return self.samples;
    }

    pub fn half(self: *const Tree) []f64 {
        return self.samples[0 .. self.samples.len / 2];
    }

    pub fn by_value(self: Tree) []f64 {
        return self.samples[1..];
    }
};

pub const Plain = struct {
    values: [3]f64 = .{ 1, 2, 3 },

    pub fn part(self: *Plain) []f64 {
        return self.values[1..];
    }

    pub fn set(self: *Plain, value: f64) void {
        self.values[1] = value;
    }
};

/// Whose address stays, whatever its methods do.
pub const Ring = struct {
    room: [4]f64 = @splat(0),
    names: []const []const u8 = &.{},
    used: usize = 0,

    pub fn deinit(self: *Ring) void {
        self.used = 0;
    }

    pub fn push(self: *Ring, value: f64) []const f64 {
        self.room[self.used % 4] = value;
        self.used += 1;
        return &self.room;
    }
};

pub const nano_ffi_options = .{ .Ring = .{ .stable = true } };
