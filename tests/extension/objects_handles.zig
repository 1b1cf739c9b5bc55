//! Handles: what `create` gives, and `destroy` takes back.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

var alive: std.atomic.Value(i64) = .init(0);

pub fn living() i64 {
    return alive.load(.monotonic);
}

pub const Session = struct {
    n: i64,
    text: []u8,

    pub fn create(gpa: Allocator, n: i64) error{ OutOfMemory, Negative }!*Session {
        if (n < 0) return error.Negative;
        const self = try gpa.create(Session);
        errdefer gpa.destroy(self);
        self.* = .{ .n = n, .text = try gpa.dupe(u8, "a session") };
        _ = alive.fetchAdd(1, .monotonic);
        return self;
    }
    pub fn destroy(self: *Session, gpa: Allocator) void {
        _ = alive.fetchSub(1, .monotonic);
        gpa.free(self.text);
        gpa.destroy(self);
    }
    pub fn name(self: *const Session) []const u8 {
        return self.text;
    }
    pub fn add(self: *Session, n: i64) i64 {
        self.n += n;
        return self.n;
    }
    pub fn same(self: *Session) *Session {
        return self;
    }
    pub fn run(
        self: *Session,
        function: nano_ffi.Callback(fn (i64) void),
    ) error{PythonException}!void {
        try function.call(.{self.n});
    }
    pub fn __len__(self: *const Session) usize {
        return self.text.len;
    }
};

/// Freed by a function of another name, which is none of a class.
pub const Loose = struct {
    n: i64,

    pub fn close(gpa: Allocator, loose: *Loose) void {
        gpa.destroy(loose);
    }
    pub fn destroy(self: *Loose, gpa: Allocator) void {
        gpa.destroy(self);
    }
};

/// Its `deinit` takes an allocator.
pub const Sized = struct {
    bytes: []u8,

    pub fn init(gpa: Allocator, count: usize) !Sized {
        _ = alive.fetchAdd(1, .monotonic);
        return .{ .bytes = try gpa.alloc(u8, count) };
    }
    pub fn deinit(self: *Sized, gpa: Allocator) void {
        _ = alive.fetchSub(1, .monotonic);
        gpa.free(self.bytes);
    }
    pub fn size(self: *const Sized) usize {
        return self.bytes.len;
    }
    pub fn first(self: *Sized) *u8 {
        return &self.bytes[0];
    }
};
