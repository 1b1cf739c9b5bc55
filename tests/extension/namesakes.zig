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
    return nano_ffi.failPath(error.FileNotFound, path.data);
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
