//! Classes whose options say what only their author knows, for the random machine of tests/machine.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

pub const nano_ffi_options = .{
    .Herd = .{ .stable = true },
    .shout = .{ .result = .owned },
    .match = .{ .result = .borrowed },
};

fn crc(text: []const u8) u64 {
    return std.hash.Crc32.hash(text);
}

fn whole(number: i64) u64 {
    return @bitCast(number);
}

var live: std.atomic.Value(i64) = .init(0);

/// Of what has a deinit, or a destroy.
pub fn living() i64 {
    return live.load(.monotonic);
}

pub const Node = struct {
    number: i64,
    name: []const u8,
    next: ?*Node = null,

    pub fn check(self: *const Node) u64 {
        return whole(self.number) +% crc(self.name);
    }
    pub fn bump(self: *Node) void {
        self.number +%= 1;
    }
};

/// Addresses of its nodes stay, but for those that it frees.
pub const Herd = struct {
    nodes: std.ArrayList(*Node) = .empty,
    gpa: Allocator,

    pub const nano_ffi_options = .{ .remove = .{ .frees = .{"node"} } };

    pub fn init(gpa: Allocator) Herd {
        _ = live.fetchAdd(1, .monotonic);
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Herd) void {
        _ = live.fetchSub(1, .monotonic);
        for (self.nodes.items) |node| self.free(node);
        self.nodes.deinit(self.gpa);
    }
    fn free(self: *Herd, node: *Node) void {
        self.gpa.free(node.name);
        self.gpa.destroy(node);
    }
    pub fn add(self: *Herd, number: i64, name: []const u8) !*Node {
        const node = try self.gpa.create(Node);
        errdefer self.gpa.destroy(node);
        node.* = .{ .number = number, .name = try self.gpa.dupe(u8, name) };
        errdefer self.gpa.free(node.name);
        try self.nodes.append(self.gpa, node);
        return node;
    }
    /// Those that point to it point to none.
    pub fn remove(self: *Herd, node: *Node) bool {
        const index = std.mem.indexOfScalar(*Node, self.nodes.items, node) orelse return false;
        _ = self.nodes.orderedRemove(index);
        for (self.nodes.items) |one| if (one.next == node) {
            one.next = null;
        };
        self.free(node);
        return true;
    }
    pub fn tie(_: *Herd, one: *Node, other: *Node) void {
        one.next = other;
    }
    pub fn get(self: *const Herd, index: usize) ?*Node {
        return if (index < self.nodes.items.len) self.nodes.items[index] else null;
    }
    pub fn check(self: *const Herd) u64 {
        var sum: u64 = 0;
        for (self.nodes.items) |node| sum +%= node.check();
        return sum;
    }
};

/// Where C's and Zig's handles are made.
pub const Handle = struct {
    number: i64,
    name: []const u8,
    gpa: Allocator,

    pub fn create(gpa: Allocator, number: i64, name: []const u8) !*Handle {
        const handle = try gpa.create(Handle);
        errdefer gpa.destroy(handle);
        handle.* = .{ .number = number, .name = try gpa.dupe(u8, name), .gpa = gpa };
        _ = live.fetchAdd(1, .monotonic);
        return handle;
    }
    pub fn destroy(self: *Handle) void {
        _ = live.fetchSub(1, .monotonic);
        const gpa = self.gpa;
        gpa.free(self.name);
        gpa.destroy(self);
    }
    pub fn rename(self: *Handle, name: []const u8) !void {
        const copy = try self.gpa.dupe(u8, name);
        self.gpa.free(self.name);
        self.name = copy;
    }
    pub fn check(self: *const Handle) u64 {
        return whole(self.number) +% crc(self.name);
    }
    pub fn point(self: *Handle) Pointer {
        return .{ .handle = self };
    }
};

/// Of a handle.
pub const Pointer = struct {
    handle: *Handle,

    pub fn check(self: Pointer) u64 {
        return self.handle.check();
    }
};

pub const Config = struct { number: i64, name: []const u8 = "" };

/// Points to another, where nobody sees it.
pub const Holder = struct {
    place: usize = 0,

    pub const nano_ffi_options = .{ .hold = .{ .keeps = .{"config"} } };

    pub fn init() Holder {
        return .{};
    }
    pub fn hold(self: *Holder, config: *const Config) void {
        self.place = @intFromPtr(config);
    }
    pub fn check(self: *const Holder) u64 {
        if (self.place == 0) return 0;
        const config: *const Config = @ptrFromInt(self.place);
        return whole(config.number) +% crc(config.name);
    }
};

/// A piece of a text, whose deinit is for copies.
pub const Match = struct {
    text: []const u8,

    pub fn deinit(self: *Match, gpa: Allocator) void {
        gpa.free(self.text);
    }
};

pub fn match(text: []const u8, start: usize) ?Match {
    return if (start < text.len) .{ .text = text[start..] } else null;
}

pub fn shout(gpa: Allocator, text: []const u8) ![]u8 {
    return std.ascii.allocUpperString(gpa, text);
}

/// Fails after it has allocated, and frees that itself: a file with a variable might have kept it.
pub fn fails(gpa: Allocator, text: []const u8) ![]u8 {
    const copy = try gpa.dupe(u8, text);
    errdefer gpa.free(copy);
    return error.Late;
}
