//! Objects that point into others: nodes of a graph, views of them, paths.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

pub const nano_ffi_options = .{ .Graph = .{ .stable = true } };

pub const Node = struct {
    number: u32,
    name: []const u8,
    edges: std.ArrayList(*Node) = .empty,

    pub fn degree(self: *const Node) usize {
        return self.edges.items.len;
    }
};

/// Nodes lie in an arena: their addresses stay.
pub const Graph = struct {
    arena: std.heap.ArenaAllocator,
    nodes: std.ArrayList(*Node) = .empty,

    pub fn init(gpa: std.mem.Allocator) Graph {
        return .{ .arena = .init(gpa) };
    }
    pub fn deinit(self: *Graph) void {
        self.arena.deinit();
    }
    pub fn add(self: *Graph, name: []const u8) !*Node {
        const gpa = self.arena.allocator();
        const node = try gpa.create(Node);
        node.* = .{ .number = @intCast(self.nodes.items.len), .name = try gpa.dupe(u8, name) };
        try self.nodes.append(gpa, node);
        return node;
    }
    pub fn connect(self: *Graph, a: *Node, b: *Node) !void {
        try a.edges.append(self.arena.allocator(), b);
    }
    pub fn bind(self: *Graph, node: *Node) Bound {
        return .{ .graph = self, .node = node };
    }
    pub fn all(self: *const Graph) []const *Node {
        return self.nodes.items;
    }
    pub fn bound(self: *Graph) !nano_ffi.Owned([]Bound) {
        const list = try nano_ffi.allocator.alloc(Bound, self.nodes.items.len);
        for (list, self.nodes.items) |*place, node| place.* = .{ .graph = self, .node = node };
        return .{ .data = list, .allocator = nano_ffi.allocator };
    }
    pub fn find(self: *Graph, name: []const u8) ?*Node {
        for (self.nodes.items) |node| if (std.mem.eql(u8, node.name, name)) return node;
        return null;
    }
    pub fn visit(
        self: *const Graph,
        function: nano_ffi.Callback(fn (*Node) bool),
    ) error{PythonException}!usize {
        var count: usize = 0;
        for (self.nodes.items) |node| {
            count += 1;
            if (!try function.call(.{node})) break;
        }
        return count;
    }
    pub fn __len__(self: *const Graph) usize {
        return self.nodes.items.len;
    }
    pub fn __contains__(self: *const Graph, name: []const u8) bool {
        for (self.nodes.items) |node| if (std.mem.eql(u8, node.name, name)) return true;
        return false;
    }
};

/// A node and the graph that it is in.
pub const Bound = struct {
    graph: *Graph,
    node: *Node,

    pub fn size(self: Bound) usize {
        return self.graph.nodes.items.len;
    }
    pub fn neighbours(self: Bound) []const *Node {
        return self.node.edges.items;
    }
};

/// Points into the text that it was made of.
pub const Parser = struct {
    rest: []const u8,
    owner: ?*const anyopaque = null,

    pub fn init(text: []const u8) Parser {
        return .{ .rest = text };
    }
    pub fn __next__(self: *Parser) ?[]const u8 {
        const text = std.mem.trimStart(u8, self.rest, " ");
        if (text.len == 0) return null;
        const end = std.mem.indexOfScalar(u8, text, ' ') orelse text.len;
        self.rest = text[end..];
        return text[0..end];
    }
};

/// Its numbers move when it grows.
pub const Table = struct {
    rows: std.ArrayList(Row) = .empty,
    hidden: ?*Row = null,
    gpa: std.mem.Allocator,

    pub const Row = struct { value: i64 };

    pub fn init(gpa: std.mem.Allocator) Table {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Table) void {
        if (self.hidden) |row| self.gpa.destroy(row);
        self.rows.deinit(self.gpa);
    }
    pub fn append(self: *Table, value: i64) !*Row {
        try self.rows.append(self.gpa, .{ .value = value });
        return &self.rows.items[self.rows.items.len - 1];
    }
    /// One that is in no list that Python sees.
    pub fn apart(self: *Table) !*Row {
        if (self.hidden) |known| return known;
        const row = try self.gpa.create(Row);
        row.* = .{ .value = 0 };
        self.hidden = row;
        return row;
    }
    pub fn first(self: *const Table) ?*const Row {
        return if (self.rows.items.len == 0) null else &self.rows.items[0];
    }
    pub fn each(
        self: *const Table,
        function: nano_ffi.Callback(fn (*const Row) void),
    ) error{PythonException}!void {
        for (self.rows.items) |row| {
            const local = row;
            try function.call(.{&local});
        }
    }
};
