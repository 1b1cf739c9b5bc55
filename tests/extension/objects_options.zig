//! What only the author knows, said by options.

const std = @import("std");
const Allocator = std.mem.Allocator;

pub const nano_ffi_options = .{
    .Watched = .{ .weakref = true },
    .Graph = .{ .stable = true },
    .Nursery = .{ .stable = true },
    .find = .{ .result = .borrowed },
    .copied = .{ .result = .owned },
    .given = .{ .result = .owned },
    .shared = .{ .result = .borrowed },
    .tie = .{ .keeps = .{"o"} },
    .take = .{ .frees = .{"node"} },
};

pub const Point = struct { x: f64 = 0 };
pub const Watched = struct { x: f64 = 0 };
pub const Row = struct { items: []Watched = &.{} };

/// Knows where it is, and what it gives knows it, too.
pub const Tank = struct {
    gpa: Allocator,
    part: Point = .{},
    inner_: *Inner,

    pub fn init(gpa: Allocator) !Tank {
        return .{ .gpa = gpa, .inner_ = try gpa.create(Inner) };
    }
    pub fn deinit(self: *Tank) void {
        self.gpa.destroy(self.inner_);
    }
    pub fn inner(self: *Tank) *Inner {
        self.inner_.* = .{ .tank = self };
        return self.inner_;
    }

    pub const Inner = struct {
        tank: *Tank,

        pub fn part(self: *const Inner) *Point {
            return &self.tank.part;
        }
    };
};

var deinits: usize = 0;

pub fn deinit_count() usize {
    return deinits;
}

pub const Match = struct {
    text: []const u8,

    pub fn deinit(self: Match, gpa: Allocator) void {
        deinits += 1;
        gpa.free(self.text);
    }
    pub fn size(self: *const Match) usize {
        return self.text.len;
    }
};

pub fn find(haystack: []const u8) ?Match {
    const index = std.mem.indexOfScalar(u8, haystack, '<') orelse return null;
    return .{ .text = haystack[index..] };
}

pub fn copied(gpa: Allocator, haystack: []const u8) !?Match {
    const match = find(haystack) orelse return null;
    return .{ .text = try gpa.dupe(u8, match.text) };
}

pub fn given(gpa: Allocator, size: usize) ![]u8 {
    const result = try gpa.alloc(u8, size);
    @memset(result, 'x');
    return result;
}

var kept: ?[]u8 = null;

/// Made once.
pub fn shared(gpa: Allocator, size: usize) ![]const u8 {
    if (kept == null) kept = try given(gpa, size);
    return kept.?;
}

/// Points to another one, in a way that nobody sees.
pub const Hidden = struct {
    n: i64,
    to: usize = 0,

    pub const nano_ffi_options = .{ .link = .{ .keeps = .{"o"} } };

    pub fn link(self: *Hidden, o: *const Hidden) void {
        self.to = @intFromPtr(o);
    }
    pub fn sum(self: *const Hidden) i64 {
        if (self.to == 0) return self.n;
        return self.n + @as(*const Hidden, @ptrFromInt(self.to)).n;
    }
};

pub fn tie(s: *Hidden, o: *const Hidden) void {
    s.link(o);
}

/// Addresses that it gives stay, but for what is removed.
pub const Graph = struct {
    gpa: Allocator,
    nodes: std.ArrayList(*Node) = .empty,

    pub const nano_ffi_options = .{
        .remove = .{ .frees = .{"node"} },
        .remove_two = .{ .frees = .{ "a", "b" } },
    };

    pub const Node = struct { id: i64, to: ?*Node = null };

    pub fn init(gpa: Allocator) Graph {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Graph) void {
        for (self.nodes.items) |node| self.gpa.destroy(node);
        self.nodes.deinit(self.gpa);
    }
    pub fn add(self: *Graph, id: i64) !*Node {
        const node = try self.gpa.create(Node);
        node.* = .{ .id = id };
        try self.nodes.append(self.gpa, node);
        return node;
    }
    pub fn remove(self: *Graph, node: *Node) bool {
        for (self.nodes.items, 0..) |other, index| if (other == node) {
            _ = self.nodes.swapRemove(index);
            self.gpa.destroy(node);
            return true;
        };
        return false;
    }
    pub fn remove_two(self: *Graph, a: *Node, b: *Node) void {
        _ = self.remove(a);
        _ = self.remove(b);
    }
    pub fn at(self: *const Graph, index: usize) *Node {
        return self.nodes.items[index];
    }
    pub fn count(self: *const Graph) usize {
        return self.nodes.items.len;
    }
};

/// A function, which frees it.
pub fn take(graph: *Graph, node: *Graph.Node) i64 {
    const id = node.id;
    _ = graph.remove(node);
    return id;
}

/// What it frees comes again: one of another nursery would be in both.
pub const Nursery = struct {
    gpa: Allocator,
    seeds: std.heap.MemoryPool(Seed) = .empty,

    pub const Seed = struct { n: i64 = 0 };
    pub const nano_ffi_options = .{
        .pull = .{ .frees = .{"seed"} },
        .pull_both = .{ .frees = .{ "a", "b" } },
    };

    pub fn init(gpa: Allocator) Nursery {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Nursery) void {
        self.seeds.deinit(self.gpa);
    }
    pub fn sow(self: *Nursery, n: i64) !*Seed {
        const seed = try self.seeds.create(self.gpa);
        seed.n = n;
        return seed;
    }
    pub fn pull(self: *Nursery, seed: *Seed) void {
        self.seeds.destroy(seed);
    }
    pub fn pull_both(self: *Nursery, a: *Seed, b: *Seed) void {
        self.seeds.destroy(a);
        self.seeds.destroy(b);
    }
};

/// Behind what Python sees of it.
pub const Cursor = struct {
    place: usize,

    pub const nano_ffi_options = .{ .init = .{ .keeps = .{"graph"} } };

    pub fn init(graph: *Graph) Cursor {
        return .{ .place = @intFromPtr(graph) };
    }
    pub fn count(self: *const Cursor) usize {
        return @as(*const Graph, @ptrFromInt(self.place)).count();
    }
};
