//! More classes for the random machine of tests/machine: what keeps its arguments, and Python
//! objects.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

fn crc(text: []const u8) u64 {
    return std.hash.Crc32.hash(text);
}

fn whole(number: i64) u64 {
    return @bitCast(number);
}

var live: std.atomic.Value(i64) = .init(0);

/// Of structs with a deinit.
pub fn living() i64 {
    return live.load(.monotonic);
}

pub const Config = struct { number: i64, name: []const u8 = "" };

/// Keeps what its init was given, and copies none of it.
pub const Keeper = struct {
    name: []const u8,
    words: []const []const u8,
    config: Config,
    list: std.ArrayList(i64) = .empty,
    gpa: Allocator,

    pub fn init(
        gpa: Allocator,
        name: []const u8,
        words: []const []const u8,
        config: Config,
    ) Keeper {
        _ = live.fetchAdd(1, .monotonic);
        return .{ .gpa = gpa, .name = name, .words = words, .config = config };
    }
    pub fn deinit(self: *Keeper) void {
        _ = live.fetchSub(1, .monotonic);
        self.list.deinit(self.gpa);
    }
    pub fn check(self: *const Keeper) u64 {
        var sum = crc(self.name) +% whole(self.config.number) +% crc(self.config.name);
        for (self.words) |word| sum +%= crc(word);
        for (self.list.items) |number| sum +%= whole(number);
        return sum;
    }
    pub fn push(self: *Keeper, number: i64) !void {
        try self.list.append(self.gpa, number);
    }
    pub fn rename(self: *Keeper, name: []const u8) void {
        self.name = name;
    }
    pub fn configure(self: *Keeper, config: Config) void {
        self.config = config;
    }
    pub fn title(self: *const Keeper) []const u8 {
        return self.name;
    }
};

/// Points into the text that it was made of.
pub const Cursor = struct {
    rest: []const u8,

    pub fn init(text: []const u8) Cursor {
        return .{ .rest = text };
    }
    pub fn next(self: *Cursor) ?u8 {
        if (self.rest.len == 0) return null;
        defer self.rest = self.rest[1..];
        return self.rest[0];
    }
    pub fn check(self: Cursor) u64 {
        return crc(self.rest);
    }
};

/// Points to others of its kind, which Python made.
pub const Link = struct {
    number: i64,
    next: ?*Link = null,

    pub fn init(number: i64) Link {
        return .{ .number = number };
    }
    pub fn link(self: *Link, other: *Link) void {
        self.next = other;
    }
    pub fn cut(self: *Link) void {
        self.next = null;
    }
    /// Of at most ten.
    pub fn sum(self: *const Link) i64 {
        var total: i64 = 0;
        var one: ?*const Link = self;
        for (0..10) |_| {
            const here = one orelse break;
            total +%= here.number;
            one = here.next;
        }
        return total;
    }
};

/// Keeps Python objects. What it holds is given back for it.
pub const Box = struct {
    content: nano_ffi.Reference,
    other: ?nano_ffi.Reference = null,
    number: i64 = 0,

    /// What was there before.
    pub fn swap(self: *Box, content: nano_ffi.Object) nano_ffi.Reference {
        defer self.content = content.keep();
        return self.content;
    }
    pub fn take(self: *Box) ?nano_ffi.Reference {
        defer self.other = null;
        return self.other;
    }
    pub fn look(self: *const Box) nano_ffi.Object {
        return self.content.object();
    }
    pub fn use(
        self: *Box,
        function: nano_ffi.Callback(fn (i64) i64),
    ) error{PythonException}!i64 {
        self.number = try function.call(.{self.number});
        return self.number;
    }
};

/// A binary tree that is not balanced. Its deinit takes no pointer.
pub const Tree = struct {
    root: ?*Knot = null,
    gpa: Allocator,

    pub const Knot = struct { key: i64, left: ?*Knot = null, right: ?*Knot = null };

    pub fn init(gpa: Allocator) Tree {
        _ = live.fetchAdd(1, .monotonic);
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: Tree) void {
        _ = live.fetchSub(1, .monotonic);
        free(self.gpa, self.root);
    }
    fn free(gpa: Allocator, root: ?*Knot) void {
        const knot = root orelse return;
        free(gpa, knot.left);
        free(gpa, knot.right);
        gpa.destroy(knot);
    }
    fn place(self: *Tree, key: i64) *?*Knot {
        var here = &self.root;
        while (here.*) |knot| {
            if (knot.key == key) break;
            here = if (key < knot.key) &knot.left else &knot.right;
        }
        return here;
    }
    pub fn insert(self: *Tree, key: i64) !*Knot {
        const here = self.place(key);
        if (here.*) |knot| return knot;
        const knot = try self.gpa.create(Knot);
        knot.* = .{ .key = key };
        here.* = knot;
        return knot;
    }
    pub fn remove(self: *Tree, key: i64) bool {
        const here = self.place(key);
        const knot = here.* orelse return false;
        here.* = knot.left;
        var last = here;
        while (last.*) |one| last = &one.right;
        last.* = knot.right;
        self.gpa.destroy(knot);
        return true;
    }
    pub fn get(self: *const Tree, key: i64) ?*const Knot {
        var here = self.root;
        while (here) |knot| {
            if (knot.key == key) return knot;
            here = if (key < knot.key) knot.left else knot.right;
        }
        return null;
    }
    pub fn sum(self: *const Tree) i64 {
        return total(self.root);
    }
    fn total(root: ?*const Knot) i64 {
        const knot = root orelse return 0;
        return knot.key +% total(knot.left) +% total(knot.right);
    }
};
