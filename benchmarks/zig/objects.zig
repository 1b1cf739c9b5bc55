//! Classes with attributes of every kind, Python's protocols, and lists and maps that Python sees
//! in
//! place. Every peer has the same.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

pub const Color = enum { red, green, blue };

pub const Inner = struct { x: f64 = 0, n: i64 = 0 };

pub const Fields = struct {
    text: []const u8 = "",
    maybe: ?f64 = null,
    inner: Inner = .{},
    color: Color = .red,
    items: std.ArrayList(f64) = .empty,
};

pub const Value = struct {
    number: f64 = 0,
    n: i64 = 0,

    pub fn twice(x: f64) f64 {
        return x * 2;
    }

    pub fn of(x: f64) Value {
        return .{ .number = x };
    }

    pub fn apply(
        self: *const Value,
        f: nano_ffi.Callback(fn (f64) f64),
    ) error{PythonException}!f64 {
        return f.call(.{self.number});
    }

    pub fn __eq__(self: Value, other: Value) bool {
        return self.number == other.number and self.n == other.n;
    }

    pub fn __lt__(self: Value, other: Value) bool {
        return self.number < other.number;
    }

    pub fn __hash__(self: Value) i64 {
        return self.n;
    }

    pub fn __contains__(self: *const Value, x: f64) bool {
        return x < self.number;
    }

    pub fn __call__(self: *const Value, x: f64) f64 {
        return self.number * x;
    }
};

/// Counts down, for loops.
pub const Counter = struct {
    left: i64,

    pub fn __iter__(self: *const Counter) Counter {
        return self.*;
    }

    pub fn __next__(self: *Counter) ?i64 {
        if (self.left == 0) return null;
        self.left -= 1;
        return self.left;
    }
};

/// Is closed by `with`.
pub const Resource = struct {
    number: i64,

    pub fn init(number: i64) Resource {
        return .{ .number = number };
    }

    pub fn deinit(self: *Resource) void {
        self.number = 0;
    }
};

pub const Lists = struct {
    numbers: std.ArrayList(f64) = .empty,
    texts: std.ArrayList([]const u8) = .empty,
    structs: std.ArrayList(Inner) = .empty,
};

pub const Maps = struct {
    numbers: std.StringHashMapUnmanaged(f64) = .empty,
    texts: std.StringHashMapUnmanaged([]const u8) = .empty,
    structs: std.StringHashMapUnmanaged(Inner) = .empty,
};

pub const Big = struct {
    values: std.ArrayList(f64),
    bumps: i64 = 0,

    pub fn bump(self: *Big) i64 {
        self.values.items[0] += 1;
        self.bumps += 1;
        return self.bumps;
    }
};
