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

/// Frees what is in it.
pub const Folder = struct {
    name: []const u8,
    parent: ?*Folder = null,
    children: std.ArrayList(*Folder) = .empty,

    pub fn create(gpa: Allocator, name: []const u8) !*Folder {
        const self = try gpa.create(Folder);
        errdefer gpa.destroy(self);
        self.* = .{ .name = try gpa.dupe(u8, name) };
        _ = alive.fetchAdd(1, .monotonic);
        return self;
    }
    pub fn destroy(self: *Folder, gpa: Allocator) void {
        _ = alive.fetchSub(1, .monotonic);
        for (self.children.items) |child| child.destroy(gpa);
        self.children.deinit(gpa);
        gpa.free(self.name);
        gpa.destroy(self);
    }
    pub fn add(self: *Folder, gpa: Allocator, child: *Folder) !void {
        try self.children.append(gpa, child);
        child.parent = self;
    }
    pub fn first(self: *const Folder) ?*Folder {
        return if (self.children.items.len > 0) self.children.items[0] else null;
    }
    pub fn above(self: *const Folder) ?*Folder {
        return self.parent;
    }
    pub fn title(self: *const Folder) []const u8 {
        return self.name;
    }
    pub fn clear(self: *Folder, gpa: Allocator) void {
        for (self.children.items) |child| child.destroy(gpa);
        self.children.clearRetainingCapacity();
    }
    /// What `destroy` is called by others.
    pub fn close(self: *Folder, gpa: Allocator, reason: []const u8) usize {
        self.destroy(gpa);
        return reason.len;
    }
};

/// Has folders that Python made.
pub const Shelf = struct {
    gpa: Allocator,
    folders: std.ArrayList(*Folder) = .empty,

    pub fn init(gpa: Allocator) Shelf {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Shelf) void {
        self.clear();
        self.folders.deinit(self.gpa);
    }
    pub fn put(self: *Shelf, folder: *Folder) !void {
        try self.folders.append(self.gpa, folder);
    }
    pub fn clear(self: *Shelf) void {
        for (self.folders.items) |folder| folder.destroy(self.gpa);
        self.folders.clearRetainingCapacity();
    }
};

/// Points to another one, and owns nothing.
pub const Follower = struct {
    n: i64,
    text: []const u8 = "",
    leader: ?*Follower = null,

    pub fn follow(self: *Follower, leader: ?*Follower) void {
        self.leader = leader;
    }
    pub fn chief(self: *const Follower) []const u8 {
        var found = self;
        while (found.leader) |leader| found = leader;
        return found.text;
    }
};

/// One for all, whose memory nano_ffi's allocator did not give.
pub const Lone = struct {
    n: i64 = 7,
    place: Place = .{},

    pub const Place = struct { n: i64 = 3 };

    var only: Lone = .{};
    var strays: i64 = 0;

    pub fn create() *Lone {
        return &only;
    }
    pub fn destroy(self: *Lone) void {
        if (self != &only) strays += 1;
    }
    pub fn strayed() i64 {
        return strays;
    }
};

pub const Admirer = struct {
    n: i64 = 0,
    idol: ?*Lone = null,

    pub fn admire(self: *Admirer, idol: *Lone) void {
        self.idol = idol;
    }
};
