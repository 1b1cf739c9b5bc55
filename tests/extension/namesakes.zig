//! Python's own words: errors that have the names of its exceptions, exceptions with fields, and
//! unions that are what they hold.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

/// A sequence by its `__getitem__` alone: Python's `for` ends at an IndexError.
pub const Evens = struct {
    count: i64,

    pub fn __getitem__(self: *const Evens, index: i64) error{IndexError}!i64 {
        if (index >= self.count) return error.IndexError;
        return index * 2;
    }

    /// hasattr() asks for an AttributeError.
    pub fn __getattr__(_: *const Evens, _: []const u8) error{AttributeError}!i64 {
        return error.AttributeError;
    }
};

pub fn fail(which: u8) error{ ValueError, KeyError, StopIteration, UnicodeDecodeError }!void {
    return switch (which) {
        0 => error.ValueError,
        1 => error.KeyError,
        2 => error.StopIteration,
        else => error.UnicodeDecodeError,
    };
}

pub const StoreError = error{ FileNotFound, NoSpaceLeft, Broken, BadToken, EndOfStream };

/// What the system says of a file.
pub fn open(path: nano_ffi.Path) error{FileNotFound}!void {
    return nano_ffi.failPath(error.FileNotFound, path);
}
pub fn store(which: u8) StoreError!void {
    return switch (which) {
        0 => error.FileNotFound,
        1 => error.NoSpaceLeft,
        else => error.Broken,
    };
}

pub const Shelf = struct {
    size: i64 = 0,

    pub const Failure = error{Full};

    pub fn fill(_: Shelf) Failure!void {
        return error.Full;
    }
};

pub const Kind = enum { missing, blocked };

/// A path that leads nowhere.
pub const PathError = struct {
    kind: Kind,
    /// As it was given.
    path: []const []const u8,
    failing: ?[]const u8 = null,
    depth: u32 = 3,

    pub const nano_ffi_options = .{ .exception = .LookupError };

    pub fn format(self: PathError, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        try writer.print("{t} at {d}: {s}", .{ self.kind, self.depth, self.failing orelse "?" });
    }
};

pub fn walk(allocator: std.mem.Allocator, path: []const []const u8) !usize {
    for (path, 0..) |segment, index| if (segment.len == 0) {
        const own = try allocator.dupe(u8, "was here");
        defer allocator.free(own);
        return nano_ffi.raise(PathError{
            .kind = .missing,
            .path = path,
            .failing = own,
            .depth = @intCast(index),
        });
    };
    return path.len;
}

/// What is caught in Zig is no exception.
pub fn tryWalk(allocator: std.mem.Allocator, path: []const []const u8) usize {
    return walk(allocator, path) catch 100;
}

/// One error of many, more than are remembered by their numbers.
pub fn numbered(number: u8) anyerror!void {
    return ([_]anyerror{
        error.N0,  error.N1,  error.N2,  error.N3,  error.N4,  error.N5,
        error.N6,  error.N7,  error.N8,  error.N9,  error.N10, error.N11,
        error.N12, error.N13, error.N14, error.N15, error.N16, error.N17,
        error.N18, error.N19, error.N20, error.N21, error.N22, error.N23,
        error.N24, error.N25, error.N26, error.N27, error.N28, error.N29,
        error.N30, error.N31, error.N32, error.N33, error.N34, error.N35,
        error.N36, error.N37, error.N38, error.N39, error.N40, error.N41,
        error.N42, error.N43, error.N44, error.N45, error.N46, error.N47,
        error.N48, error.N49, error.N50, error.N51, error.N52, error.N53,
        error.N54, error.N55, error.N56, error.N57, error.N58, error.N59,
        error.N60, error.N61, error.N62, error.N63, error.N64, error.N65,
    })[number];
}

const Number = nano_ffi.Callback(fn (i64) void);

/// Catches what the callback raises, and has an error of its own.
pub fn another(function: Number) error{Other}!void {
    function.call(.{0}) catch return error.Other;
}

/// Goes on after the first exception.
pub fn twice(function: Number, first: i64, second: i64) error{PythonException}!void {
    function.call(.{first}) catch {};
    try function.call(.{second});
}

/// Says why in a word of its own.
pub const Refusal = struct {
    reason: Reason = .late,
    who: []const u8,

    pub const Reason = enum { late, full };
    pub const nano_ffi_options = .{ .exception = .PermissionError };
};

pub fn refuse(who: []const u8) error{PythonException}!void {
    return nano_ffi.raise(Refusal{ .reason = .full, .who = who });
}

/// Has nothing to say.
pub const Gone = struct {
    pub const nano_ffi_options = .{ .exception = .ReferenceError };
};

pub fn go() error{PythonException}!void {
    return nano_ffi.raise(Gone{});
}

pub const Even = struct {
    number: i64,

    pub fn __add__(self: Even, other: i64) error{ValueError}!Even {
        if (@mod(other, 2) != 0) return error.ValueError;
        return .{ .number = self.number + other };
    }
};

pub const Gate = struct {
    open: bool = false,

    pub const Closed = struct {
        code: i32,
        pub const nano_ffi_options = .{ .exception = .OSError };
    };

    pub fn pass(self: Gate) error{PythonException}!void {
        if (!self.open) return nano_ffi.raise(Closed{ .code = 7 });
    }
};

/// Whatever JSON has, and points.
pub const Any = union(enum) {
    nothing,
    truth: bool,
    whole: i64,
    real: f64,
    text: []const u8,
    raw: nano_ffi.Bytes,
    kind: Kind,
    place: Place,
    list: []const Any,
    table: std.StringHashMap(Any),

    pub const nano_ffi_options = .{ .untagged = true };

    /// Which is Zig's.
    pub fn format(self: Any, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        try writer.print("{t}", .{self});
    }
};
pub const Place = struct { x: f64 = 0, y: f64 = 0 };
pub fn any(value: Any) Any {
    return value;
}
pub fn tag_of(value: Any) []const u8 {
    return @tagName(value);
}
pub fn tag_at(values: []const Any, index: usize) []const u8 {
    return @tagName(values[index]);
}
/// An int is a float where there is no int.
pub const Loose = union(enum) {
    real: f64,
    text: nano_ffi.Str,
    pub const nano_ffi_options = .{ .untagged = true };
};
pub fn loose(value: ?Loose) ?Loose {
    return value;
}

pub const Holder = struct {
    value: Loose = .{ .real = 1 },
    many: []Loose = &.{},
    last: ?Loose = null,
};
