//! Directed graphs: nodes and edges that several views share, walks over them, and paths.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

/// What a view gives stays where it is as long as the view lives.
pub const nano_ffi_options = .{ .GraphView = .{ .stable = true } };

pub const GraphError = error{ OtherGraph, NotInView, UnknownId };

/// The value of an attribute: what it is in Python.
pub const Value = union(enum) {
    truth: bool,
    whole: i64,
    real: f64,
    text: []const u8,

    pub const nano_ffi_options = .{ .untagged = true };
};

const Attributes = []const Attribute;
const Attribute = struct {
    key: []const u8,
    value: Value,

    fn find(attributes: Attributes, key: []const u8) ?Value {
        for (attributes) |attribute| {
            if (std.mem.eql(u8, attribute.key, key)) return attribute.value;
        }
        return null;
    }

    fn all(attributes: Attributes, gpa: Allocator) !std.StringArrayHashMapUnmanaged(Value) {
        var map: std.StringArrayHashMapUnmanaged(Value) = .empty;
        errdefer map.deinit(gpa);
        for (attributes) |attribute| try map.put(gpa, attribute.key, attribute.value);
        return map;
    }

    fn copy(arena: Allocator, key: []const u8, value: Value) !Attribute {
        return .{ .key = try arena.dupe(u8, key), .value = switch (value) {
            .text => |text| .{ .text = try arena.dupe(u8, text) },
            else => value,
        } };
    }
};

/// What the views of one graph share. A node or an edge is made once, and neither moves nor
/// changes; all are freed with the last view.
const Store = struct {
    gpa: Allocator,
    arena: std.heap.ArenaAllocator,
    users: std.atomic.Value(usize) = .init(1),
    /// Views in several threads may make nodes at once.
    busy: std.atomic.Value(bool) = .init(false),
    node_count: u32 = 0,
    edge_count: u32 = 0,
    self_node: ?*const Node = null,

    fn create(gpa: Allocator) !*Store {
        const store = try gpa.create(Store);
        store.* = .{ .gpa = gpa, .arena = .init(gpa) };
        return store;
    }

    fn retain(store: *Store) *Store {
        _ = store.users.fetchAdd(1, .monotonic);
        return store;
    }

    fn release(store: *Store) void {
        if (store.users.fetchSub(1, .acq_rel) > 1) return;
        const gpa = store.gpa;
        store.arena.deinit();
        gpa.destroy(store);
    }

    fn lock(store: *Store) void {
        while (store.busy.swap(true, .acquire)) std.atomic.spinLoopHint();
    }

    fn unlock(store: *Store) void {
        store.busy.store(false, .release);
    }
};

/// A node. Nodes are equal where they are the same one.
pub const Node = struct {
    /// Its number in the graph, from 0 in the order of creation.
    id: u32,
    name: []const u8,
    values: Attributes,
    store: *Store,

    pub const nano_ffi_options = .{
        .values = .{ .hidden = true },
        .attributes = .{ .property = true },
    };

    /// `values` are in the store.
    fn make(store: *Store, name: []const u8, values: Attributes) !*const Node {
        const arena = store.arena.allocator();
        const node = try arena.create(Node);
        node.* = .{
            .id = store.node_count,
            .name = try arena.dupe(u8, name),
            .values = values,
            .store = store,
        };
        store.node_count += 1;
        return node;
    }

    /// All of them.
    pub fn attributes(self: *const Node, gpa: Allocator) !std.StringArrayHashMapUnmanaged(Value) {
        return Attribute.all(self.values, gpa);
    }

    /// The value of an attribute; None where it has no such.
    pub fn get(self: *const Node, key: []const u8) ?Value {
        return Attribute.find(self.values, key);
    }

    pub fn __repr__(self: *const Node, gpa: Allocator) !nano_ffi.Owned([]const u8) {
        return .{
            .data = try std.fmt.allocPrint(gpa, "<Node {d} {s}>", .{ self.id, self.name }),
            .allocator = gpa,
        };
    }
};

/// An edge from a node to a node. Edges are equal where they are the same one.
pub const Edge = struct {
    /// Its number in the graph, from 0 in the order of creation.
    id: u32,
    /// What the program makes of it: visits and walks may be of one kind only.
    kind: u32,
    weight: f64,
    name: []const u8,
    /// Whether walks follow it from its source to its target only.
    directed: bool,
    source: *const Node,
    target: *const Node,
    values: Attributes,
    store: *Store,

    pub const nano_ffi_options = .{
        .values = .{ .hidden = true },
        .attributes = .{ .property = true },
    };

    /// All of them.
    pub fn attributes(self: *const Edge, gpa: Allocator) !std.StringArrayHashMapUnmanaged(Value) {
        return Attribute.all(self.values, gpa);
    }

    /// The value of an attribute; None where it has no such.
    pub fn get(self: *const Edge, key: []const u8) ?Value {
        return Attribute.find(self.values, key);
    }

    pub fn __repr__(self: *const Edge, gpa: Allocator) !nano_ffi.Owned([]const u8) {
        const text = try std.fmt.allocPrint(
            gpa,
            "<Edge {d} {s} {s} {s}>",
            .{ self.id, self.source.name, if (self.directed) "->" else "--", self.target.name },
        );
        return .{ .data = text, .allocator = gpa };
    }
};

/// An edge as it is in one view.
pub const BoundEdge = struct {
    edge: *const Edge,
    source: *const BoundNode,
    target: *const BoundNode,
    home: *const Home,
    next_out: ?*const BoundEdge = null,
    next_in: ?*const BoundEdge = null,

    pub const nano_ffi_options = .{
        .home = .{ .hidden = true },
        .next_out = .{ .hidden = true },
        .next_in = .{ .hidden = true },
        .g = .{ .property = true },
        .other = .{ .keeps = .{} },
    };

    /// The view.
    pub fn g(self: *const BoundEdge) *const GraphView {
        return self.home.view.?;
    }

    /// The node at the other end.
    pub fn other(self: *const BoundEdge, node: *const Node) *const BoundNode {
        return if (self.edge.source == node) self.target else self.source;
    }
};

/// Where a view is: it is moved until Python has it.
const Home = struct { view: ?*const GraphView = null };

/// Which of its edges a node is asked for: those that leave it, those that end at it, or both.
pub const Direction = enum {
    outgoing,
    incoming,
    both,

    pub const nano_ffi_options = .{ .base = .StrEnum };
};

const Links = struct {
    first: ?*const BoundEdge = null,
    last: ?*BoundEdge = null,
    count: u32 = 0,

    fn append(links: *Links, link: *BoundEdge, comptime next: []const u8) void {
        if (links.last) |last| @field(last, next) = link else links.first = link;
        links.last = link;
        links.count += 1;
    }
};

/// A node as it is in one view, with its edges there.
pub const BoundNode = struct {
    node: *const Node,
    /// Its number in the view, from 0 in the order of insertion.
    index: u32,
    outgoing: Links = .{},
    incoming: Links = .{},
    home: *const Home,
    data: ?nano_ffi.Reference = null,

    pub const nano_ffi_options = .{
        .outgoing = .{ .hidden = true },
        .incoming = .{ .hidden = true },
        .home = .{ .hidden = true },
        .data = .{ .hidden = true },
        .g = .{ .property = true },
    };

    /// The view.
    pub fn g(self: *const BoundNode) *const GraphView {
        return self.home.view.?;
    }

    /// The object that `GraphView.set_data` has put here.
    pub fn get_data(self: *const BoundNode) ?nano_ffi.Object {
        return if (self.data) |data| data.object() else null;
    }

    /// Calls `function(bound_edge)` with each edge that leaves it, or in another direction: with
    /// all, or with those of one kind. The view cannot be changed meanwhile: RuntimeError.
    pub fn visit(
        self: *const BoundNode,
        function: nano_ffi.Callback(fn (*const BoundEdge) void),
        kind: ?u32,
        direction: ?Direction,
    ) error{PythonException}!void {
        const which = direction orelse .outgoing;
        var next = if (which == .incoming) null else self.outgoing.first;
        while (next) |link| : (next = link.next_out) {
            if (isOf(link, kind)) try function.call(.{link});
        }
        next = if (which == .outgoing) null else self.incoming.first;
        while (next) |link| : (next = link.next_in) {
            const is_told = which == .both and link.source == link.target;
            if (isOf(link, kind) and !is_told) try function.call(.{link});
        }
    }

    /// How many edges leave it.
    pub fn out_degree(self: *const BoundNode) u32 {
        return self.outgoing.count;
    }

    /// How many edges end at it.
    pub fn in_degree(self: *const BoundNode) u32 {
        return self.incoming.count;
    }

    /// The edges that leave it: all, or those of one kind.
    pub fn edges(
        self: *const BoundNode,
        gpa: Allocator,
        kind: ?u32,
    ) !nano_ffi.Owned([]const *const Edge) {
        var list: std.ArrayList(*const Edge) = try .initCapacity(gpa, self.outgoing.count);
        errdefer list.deinit(gpa);
        var next = self.outgoing.first;
        while (next) |link| : (next = link.next_out) {
            if (isOf(link, kind)) list.appendAssumeCapacity(link.edge);
        }
        return .{ .data = try list.toOwnedSlice(gpa), .allocator = gpa };
    }

    /// The edges that end at it: all, or those of one kind.
    pub fn incoming_edges(
        self: *const BoundNode,
        gpa: Allocator,
        kind: ?u32,
    ) !nano_ffi.Owned([]const *const Edge) {
        var list: std.ArrayList(*const Edge) = try .initCapacity(gpa, self.incoming.count);
        errdefer list.deinit(gpa);
        var next = self.incoming.first;
        while (next) |link| : (next = link.next_in) {
            if (isOf(link, kind)) list.appendAssumeCapacity(link.edge);
        }
        return .{ .data = try list.toOwnedSlice(gpa), .allocator = gpa };
    }

    /// Calls `function(edge)` with each edge that leaves it: with all, or with those of one kind.
    /// The view cannot be changed meanwhile: RuntimeError.
    pub fn visit_edges(
        self: *const BoundNode,
        function: nano_ffi.Callback(fn (*const Edge) void),
        kind: ?u32,
    ) error{PythonException}!void {
        var next = self.outgoing.first;
        while (next) |link| : (next = link.next_out) {
            if (isOf(link, kind)) try function.call(.{link.edge});
        }
    }

    fn isOf(link: *const BoundEdge, kind: ?u32) bool {
        return kind == null or link.edge.kind == kind.?;
    }
};

/// A graph, or a part of one: views made of each other share nodes and edges.
pub const GraphView = struct {
    gpa: Allocator,
    store: *Store,
    /// The bound nodes and the links: they stay where they are.
    arena: std.heap.ArenaAllocator,
    bound: std.ArrayList(*BoundNode) = .empty,
    links: std.ArrayList(*BoundEdge) = .empty,
    home: *Home,
    /// Places in `bound` and `links`, by the numbers in the graph.
    by_node: std.AutoHashMapUnmanaged(u32, u32) = .empty,
    by_edge: std.AutoHashMapUnmanaged(u32, u32) = .empty,

    /// What has the store in common keeps it by itself, and texts are copied.
    const shared = .{ .keeps = .{} };
    pub const nano_ffi_options = .{
        .create_node = shared,
        .create = shared,
        .create_edge = shared,
        .bind = shared,
        .bind_edge = shared,
        .self_node = shared,
        .insert_node = shared,
        .set_data = shared,
        .subgraph_of = shared,
        .insert_edge = shared,
        .insert_subgraph = shared,
        .view = shared,
        .subgraph = shared,
        .neighborhood = shared,
        .shortest_path = shared,
    };

    pub fn init(gpa: Allocator) !GraphView {
        const store: *Store = try .create(gpa);
        errdefer store.release();
        return on(store);
    }

    fn on(store: *Store) !GraphView {
        const home = try store.gpa.create(Home);
        home.* = .{};
        return .{ .gpa = store.gpa, .store = store, .arena = .init(store.gpa), .home = home };
    }

    pub fn deinit(self: *GraphView) void {
        for (self.bound.items) |bound| if (bound.data) |data| data.release();
        self.gpa.destroy(self.home);
        self.by_edge.deinit(self.gpa);
        self.by_node.deinit(self.gpa);
        self.links.deinit(self.gpa);
        self.bound.deinit(self.gpa);
        self.arena.deinit();
        self.store.release();
    }

    /// A new node of the graph, in this view.
    pub fn create_node(
        self: *GraphView,
        name: []const u8,
        attributes: ?std.StringHashMap(Value),
    ) !*const Node {
        const node = node: {
            self.store.lock();
            defer self.store.unlock();
            const own = try copyAttributes(self.store.arena.allocator(), attributes);
            break :node try Node.make(self.store, name, own);
        };
        _ = try self.place(node);
        return node;
    }

    /// The same, whose attributes are the arguments by name: its name is the attribute `name`.
    pub fn create(self: *GraphView, attributes: nano_ffi.Kwargs(Value)) !*const Node {
        const name = if (attributes.get("name")) |value| switch (value) {
            .text => |text| text,
            else => return nano_ffi.fail(error.TypeError, "the name of a node is a str", .{}),
        } else "";
        const node = node: {
            self.store.lock();
            defer self.store.unlock();
            const arena = self.store.arena.allocator();
            const values = try arena.alloc(Attribute, attributes.items.len);
            for (values, attributes.items) |*value, item|
                value.* = try .copy(arena, item.name, item.value);
            break :node try Node.make(self.store, name, values);
        };
        _ = try self.place(node);
        return node;
    }

    fn copyAttributes(arena: Allocator, given: ?std.StringHashMap(Value)) !Attributes {
        const from = given orelse return &.{};
        const attributes = try arena.alloc(Attribute, from.count());
        var iterator = from.iterator();
        for (attributes) |*attribute| {
            const entry = iterator.next().?;
            attribute.* = try .copy(arena, entry.key_ptr.*, entry.value_ptr.*);
        }
        return attributes;
    }

    /// The node that stands for the graph itself, the same in all its views. It is put into this
    /// one.
    pub fn self_node(self: *GraphView) !*const BoundNode {
        const node = node: {
            self.store.lock();
            defer self.store.unlock();
            if (self.store.self_node == null)
                self.store.self_node = try Node.make(self.store, "self", &.{});
            break :node self.store.self_node.?;
        };
        self.home.view = self;
        return self.place(node);
    }

    /// A new edge of the graph, in this view, and its ends, too. `kind` is 0 and `weight` 1 where
    /// not given, and it is directed.
    pub fn create_edge(
        self: *GraphView,
        source: *const Node,
        target: *const Node,
        kind: ?u32,
        weight: ?f64,
        name: ?[]const u8,
        directed: ?bool,
        attributes: ?std.StringHashMap(Value),
    ) !*const Edge {
        try self.expectOwn(source.store);
        try self.expectOwn(target.store);
        const edge = edge: {
            self.store.lock();
            defer self.store.unlock();
            const arena = self.store.arena.allocator();
            const edge = try arena.create(Edge);
            edge.* = .{
                .id = self.store.edge_count,
                .kind = kind orelse 0,
                .weight = weight orelse 1,
                .name = if (name) |text| try arena.dupe(u8, text) else "",
                .directed = directed orelse true,
                .source = source,
                .target = target,
                .values = try copyAttributes(arena, attributes),
                .store = self.store,
            };
            self.store.edge_count += 1;
            break :edge edge;
        };
        _ = try self.insert(edge);
        return edge;
    }

    /// Puts a node of the graph into this view. Whether it was new there.
    pub fn insert_node(self: *GraphView, node: *const Node) !bool {
        try self.expectOwn(node.store);
        const before = self.bound.items.len;
        _ = try self.place(node);
        return self.bound.items.len > before;
    }

    /// Puts an edge of the graph into this view, and its ends, too. Whether it was new there.
    pub fn insert_edge(self: *GraphView, edge: *const Edge) !bool {
        try self.expectOwn(edge.store);
        return self.insert(edge);
    }

    /// Puts all that is in another view of the graph into this one.
    pub fn insert_subgraph(self: *GraphView, other: *const GraphView) !void {
        try self.expectOwn(other.store);
        for (other.bound.items) |bound| _ = try self.place(bound.node);
        for (other.links.items) |link| _ = try self.insert(link.edge);
    }

    fn expectOwn(self: *const GraphView, store: *const Store) !void {
        if (self.store != store) return nano_ffi.fail(
            error.OtherGraph,
            "nodes and edges of another graph cannot be used here",
            .{},
        );
    }

    fn place(self: *GraphView, node: *const Node) !*BoundNode {
        const id = node.id;
        const entry = try self.by_node.getOrPut(self.gpa, id);
        if (entry.found_existing) return self.bound.items[entry.value_ptr.*];
        errdefer _ = self.by_node.remove(id);
        const bound = try self.arena.allocator().create(BoundNode);
        bound.* = .{
            .node = node,
            .index = @intCast(self.bound.items.len),
            .home = self.home,
        };
        try self.bound.append(self.gpa, bound);
        entry.value_ptr.* = bound.index;
        return bound;
    }

    fn insert(self: *GraphView, edge: *const Edge) !bool {
        const entry = try self.by_edge.getOrPut(self.gpa, edge.id);
        if (entry.found_existing) return false;
        errdefer _ = self.by_edge.remove(edge.id);
        const source = try self.place(edge.source);
        const target = try self.place(edge.target);
        const link = try self.arena.allocator().create(BoundEdge);
        link.* = .{ .edge = edge, .source = source, .target = target, .home = self.home };
        entry.value_ptr.* = @intCast(self.links.items.len);
        try self.links.append(self.gpa, link);
        source.outgoing.append(link, "next_out");
        target.incoming.append(link, "next_in");
        return true;
    }

    /// The node as it is in this view. NotInView where it is not.
    pub fn bind(self: *const GraphView, node: *const Node) !*const BoundNode {
        return self.find(node);
    }

    /// The edge as it is in this view. NotInView where it is not.
    pub fn bind_edge(self: *const GraphView, edge: *const Edge) !*const BoundEdge {
        try self.expectOwn(edge.store);
        self.home.view = self;
        const index = self.by_edge.get(edge.id) orelse
            return nano_ffi.fail(error.NotInView, "edge {d} is not in this view", .{edge.id});
        return self.links.items[index];
    }

    /// Keeps an object with a node of this view, in place of the one before; None takes it away.
    /// Python's garbage collector does not look in here: what refers to the view is to be taken
    /// away.
    pub fn set_data(self: *GraphView, node: *const Node, data: ?nano_ffi.Object) !void {
        const bound = try self.find(node);
        const before = bound.data;
        bound.data = if (data) |object| object.keep() else null;
        if (before) |reference| reference.release();
    }

    fn find(self: *const GraphView, node: *const Node) !*BoundNode {
        try self.expectOwn(node.store);
        self.home.view = self;
        const index = self.by_node.get(node.id) orelse
            return nano_ffi.fail(
                error.NotInView,
                "node {d} '{s}' is not in this view",
                .{ node.id, node.name },
            );
        return self.bound.items[index];
    }

    pub fn __contains__(self: *const GraphView, node: *const Node) bool {
        return node.store == self.store and self.by_node.contains(node.id);
    }

    /// How many nodes there are.
    pub fn __len__(self: *const GraphView) usize {
        return self.bound.items.len;
    }

    pub fn node_count(self: *const GraphView) usize {
        return self.bound.items.len;
    }

    pub fn edge_count(self: *const GraphView) usize {
        return self.links.items.len;
    }

    /// The node with that number in the graph. UnknownId where it is not in this view.
    pub fn get_node(self: *const GraphView, id: u32) !*const Node {
        const index = self.by_node.get(id) orelse
            return nano_ffi.fail(error.UnknownId, "no node in this view has the id {d}", .{id});
        return self.bound.items[index].node;
    }

    /// The nodes in the order of insertion.
    pub fn nodes(self: *const GraphView, gpa: Allocator) !nano_ffi.Owned([]const *const Node) {
        const list = try gpa.alloc(*const Node, self.bound.items.len);
        for (list, self.bound.items) |*item, bound| item.* = bound.node;
        return .{ .data = list, .allocator = gpa };
    }

    /// The edges in the order of insertion.
    pub fn edges(self: *const GraphView, gpa: Allocator) !nano_ffi.Owned([]const *const Edge) {
        const list = try gpa.alloc(*const Edge, self.links.items.len);
        for (list, self.links.items) |*item, link| item.* = link.edge;
        return .{ .data = list, .allocator = gpa };
    }

    /// A new view of the same graph, with nothing in it.
    pub fn view(self: *const GraphView) !GraphView {
        const part = try on(self.store);
        _ = self.store.retain();
        return part;
    }

    /// A view of the nodes with these numbers, and of all edges between them.
    pub fn subgraph(self: *const GraphView, ids: []const u32) !GraphView {
        var part = try self.view();
        errdefer part.deinit();
        for (ids) |id| _ = try part.place(try self.get_node(id));
        try part.insertEdgesOf(self);
        return part;
    }

    /// A view of these nodes of a view, and of all edges between them there.
    pub fn subgraph_of(self: *const GraphView, nodes_of: []const *const BoundNode) !GraphView {
        var part = try self.view();
        errdefer part.deinit();
        for (nodes_of) |bound| {
            try self.expectOwn(bound.node.store);
            _ = try part.place(bound.node);
        }
        try part.insertEdgesOf(self);
        return part;
    }

    /// A view of what is at most `distance` edges away from a node.
    pub fn neighborhood(self: *const GraphView, start: *const Node, distance: u32) !GraphView {
        var part = try self.view();
        errdefer part.deinit();
        var walk: Walk = try .init(self, try self.find(start), null);
        defer walk.deinit();
        while (walk.next()) |step| {
            _ = try part.place(step.bound.node);
            if (step.distance < distance) try walk.follow(step);
        }
        try part.insertEdgesOf(self);
        return part;
    }

    /// Those edges of `whole` that are between nodes of this view.
    fn insertEdgesOf(part: *GraphView, whole: *const GraphView) !void {
        for (part.bound.items) |bound| {
            var next = (try whole.find(bound.node)).outgoing.first;
            while (next) |link| : (next = link.next_out) {
                if (part.by_node.contains(link.edge.target.id)) _ = try part.insert(link.edge);
            }
        }
    }

    /// Breadth first: calls `function(node, distance)` with each bound node that can be reached,
    /// nearest first. Where it returns False, the walk does not go on from that node. Edges of one
    /// kind only, or of all. The view cannot be changed meanwhile: RuntimeError.
    pub fn bfs(
        self: *const GraphView,
        start: *const Node,
        function: nano_ffi.Callback(fn (*const BoundNode, u32) bool),
        kind: ?u32,
    ) !void {
        var walk: Walk = try .init(self, try self.find(start), kind);
        defer walk.deinit();
        while (walk.next()) |step| {
            if (try function.call(.{ step.bound, step.distance })) try walk.follow(step);
        }
    }

    /// How many nodes are 0, 1, 2 … edges away from a node.
    pub fn levels(
        self: *const GraphView,
        gpa: Allocator,
        start: *const Node,
        kind: ?u32,
    ) !nano_ffi.Owned([]const u32) {
        var counts: std.ArrayList(u32) = .empty;
        errdefer counts.deinit(gpa);
        var walk: Walk = try .init(self, try self.find(start), kind);
        defer walk.deinit();
        while (walk.next()) |step| {
            if (step.distance == counts.items.len) try counts.append(gpa, 0);
            counts.items[step.distance] += 1;
            try walk.follow(step);
        }
        return .{ .data = try counts.toOwnedSlice(gpa), .allocator = gpa };
    }

    /// The path with the fewest edges; None where there is none.
    pub fn shortest_path(
        self: *const GraphView,
        source: *const Node,
        target: *const Node,
        kind: ?u32,
    ) !?Path {
        const end = try self.find(target);
        var walk: Walk = try .init(self, try self.find(source), kind);
        defer walk.deinit();
        while (walk.next()) |step| {
            if (step.bound == end) return try Path.of(self.store, &walk, step);
            try walk.follow(step);
        }
        return null;
    }
};

/// A walk, breadth first, over what can be reached.
const Walk = struct {
    gpa: Allocator,
    kind: ?u32,
    seen: std.DynamicBitSetUnmanaged,
    queue: std.ArrayList(Step) = .empty,
    taken: usize = 0,

    const Step = struct {
        bound: *const BoundNode,
        distance: u32,
        /// The edge to it, and the place in the queue of where that comes from.
        edge: ?*const Edge,
        from: usize,
        place: usize,
    };

    fn init(view: *const GraphView, start: *const BoundNode, kind: ?u32) !Walk {
        var walk: Walk = .{
            .gpa = view.gpa,
            .kind = kind,
            .seen = try .initEmpty(view.gpa, view.bound.items.len),
        };
        errdefer walk.deinit();
        walk.seen.set(start.index);
        try walk.queue.append(
            walk.gpa,
            .{ .bound = start, .distance = 0, .edge = null, .from = 0, .place = 0 },
        );
        return walk;
    }

    fn deinit(walk: *Walk) void {
        walk.seen.deinit(walk.gpa);
        walk.queue.deinit(walk.gpa);
    }

    fn next(walk: *Walk) ?Step {
        if (walk.taken == walk.queue.items.len) return null;
        defer walk.taken += 1;
        return walk.queue.items[walk.taken];
    }

    fn follow(walk: *Walk, step: Step) !void {
        var next_link = step.bound.outgoing.first;
        while (next_link) |link| : (next_link = link.next_out)
            try walk.reach(step, link, link.target);
        next_link = step.bound.incoming.first;
        while (next_link) |link| : (next_link = link.next_in) {
            if (!link.edge.directed) try walk.reach(step, link, link.source);
        }
    }

    fn reach(walk: *Walk, step: Step, link: *const BoundEdge, bound: *const BoundNode) !void {
        if (!BoundNode.isOf(link, walk.kind) or walk.seen.isSet(bound.index)) return;
        walk.seen.set(bound.index);
        try walk.queue.append(walk.gpa, .{
            .bound = bound,
            .distance = step.distance + 1,
            .edge = link.edge,
            .from = step.place,
            .place = walk.queue.items.len,
        });
    }
};

/// A way from a node to a node. It stays what it is, whatever becomes of the view.
pub const Path = struct {
    store: *Store,
    way: []const *const Edge,
    stops: []const *const Node,

    fn of(store: *Store, walk: *const Walk, last: Walk.Step) !Path {
        const way = try store.gpa.alloc(*const Edge, last.distance);
        errdefer store.gpa.free(way);
        const stops = try store.gpa.alloc(*const Node, last.distance + 1);
        var step = last;
        while (step.edge) |edge| : (step = walk.queue.items[step.from]) {
            way[step.distance - 1] = edge;
            stops[step.distance] = step.bound.node;
        }
        stops[0] = step.bound.node;
        return .{ .store = store.retain(), .way = way, .stops = stops };
    }

    pub fn deinit(self: *Path) void {
        self.store.gpa.free(self.way);
        self.store.gpa.free(self.stops);
        self.store.release();
    }

    /// How many edges it has.
    pub fn __len__(self: *const Path) usize {
        return self.way.len;
    }

    pub fn edges(self: *const Path) []const *const Edge {
        return self.way;
    }

    /// Its nodes, from its start to its end: one more than edges.
    pub fn nodes(self: *const Path) []const *const Node {
        return self.stops;
    }

    /// The sum of its edges' weights.
    pub fn weight(self: *const Path) f64 {
        var sum: f64 = 0;
        for (self.way) |edge| sum += edge.weight;
        return sum;
    }
};

const expect = std.testing.expect;
const expectEqual = std.testing.expectEqual;

/// 0 → 1 → 2 → 3, 0 → 2 of kind 7, and 4 alone.
fn example() !GraphView {
    var graph: GraphView = try .init(std.testing.allocator);
    errdefer graph.deinit();
    var made: [5]*const Node = undefined;
    for (&made, [_][]const u8{ "a", "b", "c", "d", "e" }) |*node, name|
        node.* = try graph.create_node(name, null);
    for (made[0..3], made[1..4]) |from, to|
        _ = try graph.create_edge(from, to, null, 2, null, null, null);
    _ = try graph.create_edge(made[0], made[2], 7, null, null, null, null);
    return graph;
}

test GraphView {
    var graph = try example();
    defer graph.deinit();
    try expectEqual(5, graph.node_count());
    try expectEqual(4, graph.edge_count());
    const a = try graph.get_node(0);
    const bound = try graph.bind(a);
    try expectEqual(2, bound.out_degree());
    try expectEqual(0, bound.in_degree());
    try expectEqual(2, (try graph.bind(try graph.get_node(2))).in_degree());
    try expect(graph.__contains__(a));
    try expect(!try graph.insert_node(a));
    try std.testing.expectError(error.UnknownId, graph.get_node(5));
}

test "edges of a kind" {
    var graph = try example();
    defer graph.deinit();
    const bound = try graph.bind(try graph.get_node(0));
    const all = try bound.edges(std.testing.allocator, null);
    defer all.deinit();
    try expectEqual(2, all.data.len);
    const some = try bound.edges(std.testing.allocator, 7);
    defer some.deinit();
    try expectEqual(1, some.data.len);
    try expectEqual(3, some.data[0].id);
}

test "attributes" {
    var graph: GraphView = try .init(std.testing.allocator);
    defer graph.deinit();
    var attributes: std.StringHashMap(Value) = .init(std.testing.allocator);
    defer attributes.deinit();
    try attributes.put("value", .{ .text = "10k" });
    try attributes.put("pins", .{ .whole = 2 });
    const node = try graph.create_node("R1", attributes);
    try std.testing.expectEqualStrings("10k", node.get("value").?.text);
    try expectEqual(2, node.get("pins").?.whole);
    try expectEqual(null, node.get("none"));
}

test "an edge without a direction is followed both ways" {
    var graph: GraphView = try .init(std.testing.allocator);
    defer graph.deinit();
    const a = try graph.create_node("a", null);
    const b = try graph.create_node("b", null);
    const edge = try graph.create_edge(a, b, null, null, "wire", false, null);
    var path = (try graph.shortest_path(b, a, null)).?;
    defer path.deinit();
    try expectEqual(edge, path.edges()[0]);
    const bound = try graph.bind_edge(edge);
    try expectEqual(&graph, bound.g());
    try expect(bound.other(a) == try graph.bind(b));
    const itself = try graph.self_node();
    try expect(itself == try graph.self_node() and itself.g() == &graph);
    var part = try graph.subgraph_of(&.{ try graph.bind(a), try graph.bind(b) });
    defer part.deinit();
    try expectEqual(1, part.edge_count());
}

test "a subgraph has the edges between its nodes" {
    var graph = try example();
    defer graph.deinit();
    var part = try graph.subgraph(&.{ 0, 2, 3 });
    defer part.deinit();
    try expectEqual(3, part.node_count());
    try expectEqual(2, part.edge_count());
    try std.testing.expectError(error.NotInView, part.bind(try graph.get_node(1)));
    try std.testing.expectError(error.UnknownId, graph.subgraph(&.{9}));
    var near = try graph.neighborhood(try graph.get_node(1), 1);
    defer near.deinit();
    try expectEqual(2, near.node_count());
    try expectEqual(1, near.edge_count());
    try part.insert_subgraph(&near);
    try expectEqual(4, part.node_count());
    try expectEqual(3, part.edge_count());
}

test "views share a graph, others do not" {
    var graph = try example();
    var view = try graph.view();
    defer view.deinit();
    const a = try graph.get_node(0);
    try expect(try view.insert_node(a));
    graph.deinit();
    try std.testing.expectEqualStrings("a", (try view.get_node(0)).name);
    var other: GraphView = try .init(std.testing.allocator);
    defer other.deinit();
    try std.testing.expectError(error.OtherGraph, other.insert_node(a));
    try expect(!other.__contains__(a));
}

test "breadth first" {
    var graph = try example();
    defer graph.deinit();
    const counts = try graph.levels(std.testing.allocator, try graph.get_node(0), null);
    defer counts.deinit();
    try std.testing.expectEqualSlices(u32, &.{ 1, 2, 1 }, counts.data);
    const of_kind = try graph.levels(std.testing.allocator, try graph.get_node(0), 0);
    defer of_kind.deinit();
    try std.testing.expectEqualSlices(u32, &.{ 1, 1, 1, 1 }, of_kind.data);
}

test Path {
    var graph = try example();
    var path = (try graph.shortest_path(try graph.get_node(0), try graph.get_node(3), null)).?;
    defer path.deinit();
    try expectEqual(
        null,
        try graph.shortest_path(try graph.get_node(3), try graph.get_node(0), null),
    );
    graph.deinit();
    try expectEqual(2, path.__len__());
    try expectEqual(3.0, path.weight());
    for (path.nodes(), [_]u32{ 0, 2, 3 }) |node, id| try expectEqual(id, node.id);
    try expectEqual(7, path.edges()[0].kind);
}

test "nothing is lost where memory ends" {
    try std.testing.checkAllAllocationFailures(std.testing.allocator, struct {
        fn run(gpa: Allocator) !void {
            var graph: GraphView = try .init(gpa);
            defer graph.deinit();
            const a = try graph.create_node("a", null);
            const b = try graph.create_node("b", null);
            _ = try graph.create_edge(a, b, null, null, "ab", false, null);
            var part = try graph.subgraph(&.{ 0, 1 });
            defer part.deinit();
            var path = (try part.shortest_path(a, b, null)).?;
            path.deinit();
            (try part.levels(gpa, a, null)).deinit();
        }
    }.run, .{});
}
