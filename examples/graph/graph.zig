//! Directed graphs: nodes and edges that several views share, walks over them, and paths.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

/// What a view gives stays where it is as long as the view lives.
pub const nano_ffi_options = .{ .GraphView = .{ .stable = true } };

pub const GraphError = error{ OtherGraph, NotInView, UnknownId };

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
    attributes: []const Attribute,
    store: *Store,

    const Attribute = struct { key: []const u8, value: []const u8 };

    /// The value of an attribute; None where it has no such.
    pub fn get(self: *const Node, key: []const u8) ?[]const u8 {
        for (self.attributes) |attribute| {
            if (std.mem.eql(u8, attribute.key, key)) return attribute.value;
        }
        return null;
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
    source: *const Node,
    target: *const Node,
    store: *Store,

    pub fn __repr__(self: *const Edge, gpa: Allocator) !nano_ffi.Owned([]const u8) {
        const text = try std.fmt.allocPrint(
            gpa,
            "<Edge {d} {s} -> {s}>",
            .{ self.id, self.source.name, self.target.name },
        );
        return .{ .data = text, .allocator = gpa };
    }
};

/// An edge in a view.
const Link = struct {
    edge: *const Edge,
    source: *BoundNode,
    target: *BoundNode,
    next_out: ?*const Link = null,
    next_in: ?*const Link = null,
};

const Links = struct {
    first: ?*const Link = null,
    last: ?*Link = null,
    count: u32 = 0,

    fn append(links: *Links, link: *Link, comptime next: []const u8) void {
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

    fn isOf(link: *const Link, kind: ?u32) bool {
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
    links: std.ArrayList(*Link) = .empty,
    /// Places in `bound` and `links`, by the numbers in the graph.
    by_node: std.AutoHashMapUnmanaged(u32, u32) = .empty,
    by_edge: std.AutoHashMapUnmanaged(u32, u32) = .empty,

    /// What has the store in common keeps it by itself, and texts are copied.
    const shared = .{ .keeps = .{} };
    pub const nano_ffi_options = .{
        .create_node = shared,
        .insert_node = shared,
        .insert_edge = shared,
        .insert_subgraph = shared,
        .view = shared,
        .subgraph = shared,
        .neighborhood = shared,
        .shortest_path = shared,
    };

    pub fn init(gpa: Allocator) !GraphView {
        return on(try .create(gpa));
    }

    fn on(store: *Store) GraphView {
        return .{ .gpa = store.gpa, .store = store, .arena = .init(store.gpa) };
    }

    pub fn deinit(self: *GraphView) void {
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
        attributes: ?std.StringHashMap([]const u8),
    ) !*const Node {
        const node = node: {
            self.store.lock();
            defer self.store.unlock();
            const arena = self.store.arena.allocator();
            const node = try arena.create(Node);
            node.* = .{
                .id = self.store.node_count,
                .name = try arena.dupe(u8, name),
                .attributes = if (attributes) |given| try copyAttributes(arena, given) else &.{},
                .store = self.store,
            };
            self.store.node_count += 1;
            break :node node;
        };
        _ = try self.place(node);
        return node;
    }

    fn copyAttributes(
        arena: Allocator,
        given: std.StringHashMap([]const u8),
    ) ![]const Node.Attribute {
        const attributes = try arena.alloc(Node.Attribute, given.count());
        var iterator = given.iterator();
        for (attributes) |*attribute| {
            const entry = iterator.next().?;
            attribute.* = .{
                .key = try arena.dupe(u8, entry.key_ptr.*),
                .value = try arena.dupe(u8, entry.value_ptr.*),
            };
        }
        return attributes;
    }

    /// A new edge of the graph, in this view, and its ends, too. `kind` is 0 and `weight` 1 where
    /// not given.
    pub fn create_edge(
        self: *GraphView,
        source: *const Node,
        target: *const Node,
        kind: ?u32,
        weight: ?f64,
    ) !*const Edge {
        try self.expectOwn(source.store);
        try self.expectOwn(target.store);
        const edge = edge: {
            self.store.lock();
            defer self.store.unlock();
            const edge = try self.store.arena.allocator().create(Edge);
            edge.* = .{
                .id = self.store.edge_count,
                .kind = kind orelse 0,
                .weight = weight orelse 1,
                .source = source,
                .target = target,
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
        const entry = try self.by_node.getOrPut(self.gpa, node.id);
        if (entry.found_existing) return self.bound.items[entry.value_ptr.*];
        errdefer _ = self.by_node.remove(node.id);
        const bound = try self.arena.allocator().create(BoundNode);
        bound.* = .{ .node = node, .index = @intCast(self.bound.items.len) };
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
        const link = try self.arena.allocator().create(Link);
        link.* = .{ .edge = edge, .source = source, .target = target };
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

    fn find(self: *const GraphView, node: *const Node) !*BoundNode {
        try self.expectOwn(node.store);
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
    pub fn view(self: *const GraphView) GraphView {
        return on(self.store.retain());
    }

    /// A view of the nodes with these numbers, and of all edges between them.
    pub fn subgraph(self: *const GraphView, ids: []const u32) !GraphView {
        var part = self.view();
        errdefer part.deinit();
        for (ids) |id| _ = try part.place(try self.get_node(id));
        try part.insertEdgesOf(self);
        return part;
    }

    /// A view of what is at most `distance` edges away from a node.
    pub fn neighborhood(self: *const GraphView, start: *const Node, distance: u32) !GraphView {
        var part = self.view();
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
        while (next_link) |link| : (next_link = link.next_out) {
            if (!BoundNode.isOf(link, walk.kind) or walk.seen.isSet(link.target.index)) continue;
            walk.seen.set(link.target.index);
            try walk.queue.append(walk.gpa, .{
                .bound = link.target,
                .distance = step.distance + 1,
                .edge = link.edge,
                .from = step.place,
                .place = walk.queue.items.len,
            });
        }
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
    for (&made, [_][]const u8{ "a", "b", "c", "d", "e" }) |*node, name| node.* = try graph.create_node(
        name,
        null,
    );
    for (made[0..3], made[1..4]) |from, to| _ = try graph.create_edge(from, to, null, 2);
    _ = try graph.create_edge(made[0], made[2], 7, null);
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
    var attributes: std.StringHashMap([]const u8) = .init(std.testing.allocator);
    defer attributes.deinit();
    try attributes.put("value", "10k");
    const node = try graph.create_node("R1", attributes);
    try std.testing.expectEqualStrings("10k", node.get("value").?);
    try expectEqual(null, node.get("none"));
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
    var view = graph.view();
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
            _ = try graph.create_edge(a, b, null, null);
            var part = try graph.subgraph(&.{ 0, 1 });
            defer part.deinit();
            var path = (try part.shortest_path(a, b, null)).?;
            path.deinit();
            (try part.levels(gpa, a, null)).deinit();
        }
    }.run, .{});
}
