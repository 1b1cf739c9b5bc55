//! Nodes that have lists of pointers to others.

const std = @import("std");

pub const Node = struct {
    name: []const u8,
    kids: []const *Node = &.{},
    links: std.ArrayList(?*const Node) = .empty,
    /// Some of it may be undefined.
    slots: [4]*Node = undefined,

    pub fn size(self: *const Node) usize {
        var all: usize = 1;
        for (self.kids) |kid| all += kid.size();
        return all;
    }
};

pub const Label = struct { text: []const u8 = "" };

pub const Tree = struct {
    arena: std.heap.ArenaAllocator,
    root: *Node,
    label: *Label,

    pub fn init(gpa: std.mem.Allocator, depth: u8) !Tree {
        var arena: std.heap.ArenaAllocator = .init(gpa);
        errdefer arena.deinit();
        const root = try grow(arena.allocator(), depth, "root");
        const label = try arena.allocator().create(Label);
        label.* = .{};
        return .{ .arena = arena, .root = root, .label = label };
    }

    fn grow(gpa: std.mem.Allocator, depth: u8, name: []const u8) !*Node {
        const node = try gpa.create(Node);
        const kids = try gpa.alloc(*Node, if (depth == 0) 0 else 2);
        for (kids, 0..) |*kid, side|
            kid.* = try grow(gpa, depth - 1, if (side == 0) "left" else "right");
        node.* = .{ .name = name, .kids = kids };
        for (kids) |kid| {
            try kid.links.append(gpa, node);
            try kid.links.append(gpa, null);
        }
        return node;
    }

    pub fn deinit(self: *Tree) void {
        self.arena.deinit();
    }

    pub fn rename(self: *Tree, name: []const u8) !void {
        self.root.name = try self.arena.allocator().dupe(u8, name);
    }

    pub fn take(self: *Tree, nodes: []const *Node) void {
        self.root.kids = nodes;
    }
};
