//! Things of types: what a type consists of, its instances, and paths and queries through them.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

/// Types and nodes stay where they are as long as their graph lives.
pub const nano_ffi_options = .{ .TypeGraph = .{ .stable = true } };

pub const TypeGraphError = error{ DuplicateName, EndlessType, OtherGraph, UnknownType };

/// What an attribute is.
pub const Value = union(enum) {
    truth: bool,
    whole: i64,
    real: f64,
    text: []const u8,

    pub const nano_ffi_options = .{ .untagged = true };

    fn equals(value: Value, other: Value) bool {
        return switch (value) {
            .text => |text| other == .text and std.mem.eql(u8, text, other.text),
            .truth => |truth| other == .truth and truth == other.truth,
            .whole => |whole| switch (other) {
                .whole => |more| whole == more,
                .real => |real| real == @as(f64, @floatFromInt(whole)),
                else => false,
            },
            .real => |real| switch (other) {
                .real => |more| real == more,
                .whole => other.equals(value),
                else => false,
            },
        };
    }

    fn copy(value: Value, arena: Allocator) !Value {
        return if (value == .text) .{ .text = try arena.dupe(u8, value.text) } else value;
    }
};

/// What leads from a node to another one.
pub const Edge = enum {
    child,
    parent,
    reference,
    link,

    pub const nano_ffi_options = .{ .base = .StrEnum };
};

/// A step of a path that is more than a name.
pub const EdgeTraversal = struct {
    edge: Edge,
    name: []const u8 = "",

    pub const nano_ffi_options = .{ .frozen = true };
};

/// A step of a path. A name is that of a child, or else of a reference.
pub const Segment = union(enum) {
    name: []const u8,
    traversal: EdgeTraversal,

    pub const nano_ffi_options = .{ .untagged = true };

    pub fn format(segment: Segment, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        switch (segment) {
            .name => |name| try writer.print("'{s}'", .{name}),
            .traversal => |step| try if (step.name.len == 0)
                writer.print("{t}", .{step.edge})
            else
                writer.print("{t} '{s}'", .{ step.edge, step.name }),
        }
    }

    fn copy(segment: Segment, arena: Allocator) !Segment {
        return switch (segment) {
            .name => |name| .{ .name = try arena.dupe(u8, name) },
            .traversal => |step| .{ .traversal = .{
                .edge = step.edge,
                .name = try arena.dupe(u8, step.name),
            } },
        };
    }
};

pub const PathErrorKind = enum {
    no_child,
    no_parent,
    no_reference,
    no_link,
    /// A name that is neither a child's nor a reference's.
    no_name,

    pub const nano_ffi_options = .{ .base = .StrEnum };
};

/// A path that ends before its end.
pub const PathError = struct {
    kind: PathErrorKind,
    path: []const Segment,
    /// Which of its segments leads nowhere.
    index: usize,
    segment: Segment,
    /// The node that it leads nowhere from.
    node: ?*const Node = null,

    pub const nano_ffi_options = .{ .exception = .LookupError };

    pub fn format(self: PathError, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        if (self.node) |node| try node.format(writer) else try writer.writeAll("a node");
        try writer.print(" has no {s} for segment {d} of the path, {f}", .{
            switch (self.kind) {
                .no_child => "child",
                .no_parent => "parent",
                .no_reference => "reference",
                .no_link => "link",
                .no_name => "child or reference",
            },
            self.index,
            self.segment,
        });
    }
};

/// Types and nodes are made once, and stay; all are freed with the graph.
const Store = struct {
    arena: std.heap.ArenaAllocator,
    types: std.StringArrayHashMapUnmanaged(*Type) = .empty,
    /// In the order of creation: a node is in front of what is in it.
    nodes: std.ArrayList(*Node) = .empty,
};

/// What things consist of.
pub const Type = struct {
    name: []const u8,
    store: *Store,
    parts: std.ArrayList(Part) = .empty,
    pointers: std.ArrayList(Pointer) = .empty,
    connections: std.ArrayList(Connection) = .empty,

    pub const nano_ffi_options = .{
        .parts = .{ .hidden = true },
        .pointers = .{ .hidden = true },
        .connections = .{ .hidden = true },
    };

    const Part = struct { name: []const u8, type: *const Type, attributes: Attributes };
    const Pointer = struct { name: []const u8, path: []const Segment };
    const Connection = struct { name: []const u8, from: []const Segment, to: []const Segment };

    /// The children that its instances have: name and type of each.
    pub fn children(
        self: *const Type,
        gpa: Allocator,
    ) !nano_ffi.Owned([]const struct { []const u8, *const Type }) {
        const list = try gpa.alloc(struct { []const u8, *const Type }, self.parts.items.len);
        for (list, self.parts.items) |*item, part| item.* = .{ part.name, part.type };
        return .{ .data = list, .allocator = gpa };
    }

    pub fn format(self: *const Type, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        try writer.print("<Type {s}>", .{self.name});
    }

    pub const __repr__ = Text(Type).of;

    fn has(self: *const Type, name: []const u8) bool {
        for (self.parts.items) |part| if (std.mem.eql(u8, part.name, name)) return true;
        for (self.pointers.items) |pointer| if (std.mem.eql(u8, pointer.name, name)) return true;
        return false;
    }
};

const Attributes = std.StringArrayHashMapUnmanaged(Value);

/// An instance of a type, or a part of one.
pub const Node = struct {
    /// Its number in the graph, from 0 in the order of creation.
    id: u32,
    name: []const u8,
    type: *const Type,
    parent: ?*const Node,
    attributes: Attributes,
    /// The number behind that of the last node in it.
    end: u32 = 0,
    store: *Store,
    parts: std.ArrayList(*const Node) = .empty,
    pointers: std.ArrayList(Target) = .empty,
    connections: std.ArrayList(Target) = .empty,

    pub const nano_ffi_options = .{
        .end = .{ .hidden = true },
        .parts = .{ .hidden = true },
        .pointers = .{ .hidden = true },
        .connections = .{ .hidden = true },
    };

    const Target = struct { []const u8, *const Node };

    /// The child of that name; None where it has no such.
    pub fn child(self: *const Node, name: []const u8) ?*const Node {
        for (self.parts.items) |part| if (std.mem.eql(u8, part.name, name)) return part;
        return null;
    }

    pub fn children(self: *const Node) []const *const Node {
        return self.parts.items;
    }

    /// Its references: name, and what it refers to.
    pub fn references(self: *const Node) []const Target {
        return self.pointers.items;
    }

    /// The links that leave it: name, and where to.
    pub fn links(self: *const Node) []const Target {
        return self.connections.items;
    }

    /// The names from the outermost node to this one.
    pub fn path(self: *const Node, gpa: Allocator) !nano_ffi.Owned([]const []const u8) {
        var names: std.ArrayList([]const u8) = .empty;
        errdefer names.deinit(gpa);
        var next: ?*const Node = self;
        while (next) |node| : (next = node.parent) try names.append(gpa, node.name);
        std.mem.reverse([]const u8, names.items);
        return .{ .data = try names.toOwnedSlice(gpa), .allocator = gpa };
    }

    pub fn format(self: *const Node, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        try writer.print("<{s} {d} {s}>", .{ self.type.name, self.id, self.name });
    }

    pub const __repr__ = Text(Node).of;

    fn target(list: []const Target, name: []const u8) ?*const Node {
        for (list) |item| if (std.mem.eql(u8, item[0], name)) return item[1];
        return null;
    }

    const Followed = union(enum) { node: *const Node, not: PathErrorKind };

    fn follow(self: *const Node, segment: Segment) Followed {
        switch (segment) {
            .name => |name| return if (self.child(name)) |node|
                .{ .node = node }
            else if (target(self.pointers.items, name)) |node|
                .{ .node = node }
            else
                .{ .not = .no_name },
            .traversal => |step| {
                const found = switch (step.edge) {
                    .child => self.child(step.name),
                    .parent => self.parent,
                    .reference => target(self.pointers.items, step.name),
                    .link => target(self.connections.items, step.name),
                };
                return if (found) |node| .{ .node = node } else .{ .not = switch (step.edge) {
                    .child => .no_child,
                    .parent => .no_parent,
                    .reference => .no_reference,
                    .link => .no_link,
                } };
            },
        }
    }
};

/// What `repr` shows of a class with a `format`.
fn Text(comptime T: type) type {
    return struct {
        fn of(self: *const T, gpa: Allocator) !nano_ffi.Owned([]const u8) {
            return .{ .data = try std.fmt.allocPrint(gpa, "{f}", .{self.*}), .allocator = gpa };
        }
    };
}

/// Types, and what was made of them.
pub const TypeGraph = struct {
    gpa: Allocator,
    store: *Store,

    /// Nothing that a function takes is kept: it is of this graph already, and texts are copied.
    const own = .{ .keeps = .{} };
    pub const nano_ffi_options = .{
        .add_type = own,
        // So that an attribute may be called `name`.
        .add_child = .{ .keeps = .{}, .positional = .{ "type_", "name", "child_type" } },
        .add_reference = own,
        .add_link = own,
        .instantiate = .{ .keeps = .{}, .positional = .{ "type_", "name" } },
        .resolve = own,
        .trace = own,
        .query = own,
        .links = own,
        .__contains__ = own,
    };

    pub fn init(gpa: Allocator) !TypeGraph {
        const store = try gpa.create(Store);
        store.* = .{ .arena = .init(gpa) };
        return .{ .gpa = gpa, .store = store };
    }

    pub fn deinit(self: *TypeGraph) void {
        self.store.arena.deinit();
        self.gpa.destroy(self.store);
    }

    /// A new type, of nothing yet. DuplicateName where there is one of that name.
    pub fn add_type(self: *TypeGraph, name: []const u8) !*const Type {
        if (self.store.types.contains(name)) return nano_ffi.fail(
            error.DuplicateName,
            "there is a type '{s}' already",
            .{name},
        );
        const arena = self.store.arena.allocator();
        const made = try arena.create(Type);
        made.* = .{ .name = try arena.dupe(u8, name), .store = self.store };
        try self.store.types.put(arena, made.name, made);
        return made;
    }

    /// The type of that name. UnknownType where there is none.
    pub fn get_type(self: *const TypeGraph, name: []const u8) !*const Type {
        return self.store.types.get(name) orelse
            nano_ffi.fail(error.UnknownType, "there is no type '{s}'", .{name});
    }

    /// Each instance of a type, from now on, has a child of that name and type, with these
    /// attributes.
    pub fn add_child(
        self: *TypeGraph,
        type_: *const Type,
        name: []const u8,
        child_type: *const Type,
        attributes: nano_ffi.Kwargs(Value),
    ) !void {
        const changed = try self.ofOwn(type_, name);
        _ = try self.ofOwn(child_type, "");
        const arena = self.store.arena.allocator();
        try changed.parts.append(arena, .{
            .name = try arena.dupe(u8, name),
            .type = child_type,
            .attributes = try copyAttributes(arena, attributes),
        });
    }

    /// Each instance of a type, from now on, refers by that name to what a path from it leads to.
    pub fn add_reference(
        self: *TypeGraph,
        type_: *const Type,
        name: []const u8,
        path: []const Segment,
    ) !void {
        const changed = try self.ofOwn(type_, name);
        const arena = self.store.arena.allocator();
        try changed.pointers.append(arena, .{
            .name = try arena.dupe(u8, name),
            .path = try copyPath(arena, path),
        });
    }

    /// In each instance of a type, from now on, a link leads from where one path ends to where
    /// another one does.
    pub fn add_link(
        self: *TypeGraph,
        type_: *const Type,
        source: []const Segment,
        target: []const Segment,
        name: ?[]const u8,
    ) !void {
        const changed = try self.ofOwn(type_, "");
        const arena = self.store.arena.allocator();
        try changed.connections.append(arena, .{
            .name = try arena.dupe(u8, name orelse ""),
            .from = try copyPath(arena, source),
            .to = try copyPath(arena, target),
        });
    }

    /// The type to be changed, which is of this graph and has nothing of that name.
    fn ofOwn(self: *const TypeGraph, type_: *const Type, name: []const u8) !*Type {
        if (type_.store != self.store) return otherGraph();
        if (name.len > 0 and type_.has(name)) return nano_ffi.fail(
            error.DuplicateName,
            "the type '{s}' has a '{s}' already",
            .{ type_.name, name },
        );
        return @constCast(type_);
    }

    fn otherGraph() error{OtherGraph} {
        return nano_ffi.fail(
            error.OtherGraph,
            "types and nodes of another graph cannot be used here",
            .{},
        );
    }

    fn copyPath(arena: Allocator, path: []const Segment) ![]const Segment {
        const copied = try arena.alloc(Segment, path.len);
        for (copied, path) |*place, segment| place.* = try segment.copy(arena);
        return copied;
    }

    fn copyAttributes(arena: Allocator, given: nano_ffi.Kwargs(Value)) !Attributes {
        var attributes: Attributes = .empty;
        try attributes.ensureTotalCapacity(arena, given.items.len);
        for (given.items) |item| attributes.putAssumeCapacity(
            try arena.dupe(u8, item.name),
            try item.value.copy(arena),
        );
        return attributes;
    }

    /// A new thing of a type, with all that it consists of. PathError where a reference or a link
    /// of it leads nowhere: then there is nothing new.
    pub fn instantiate(
        self: *TypeGraph,
        type_: *const Type,
        name: ?[]const u8,
        attributes: nano_ffi.Kwargs(Value),
    ) !*const Node {
        _ = try self.ofOwn(type_, "");
        const arena = self.store.arena.allocator();
        const before = self.store.nodes.items.len;
        errdefer self.store.nodes.shrinkRetainingCapacity(before);
        const root = try self.make(.{
            .name = try arena.dupe(u8, name orelse type_.name),
            .type = type_,
            .attributes = try copyAttributes(arena, attributes),
        }, null, 0);
        for (self.store.nodes.items[before..]) |node| {
            for (node.type.pointers.items) |pointer| try node.pointers.append(
                arena,
                .{ pointer.name, try follow(node, pointer.path) },
            );
        }
        for (self.store.nodes.items[before..]) |node| {
            for (node.type.connections.items) |connection| {
                const source: *Node = @constCast(try follow(node, connection.from));
                const target = try follow(node, connection.to);
                try source.connections.append(arena, .{ connection.name, target });
            }
        }
        return root;
    }

    const max_depth = 200;

    fn make(self: *TypeGraph, part: Type.Part, parent: ?*const Node, depth: usize) !*const Node {
        if (depth > max_depth) return nano_ffi.fail(
            error.EndlessType,
            "'{s}' is in itself, or deeper than {d} types",
            .{ part.type.name, max_depth },
        );
        const arena = self.store.arena.allocator();
        const node = try arena.create(Node);
        node.* = .{
            .id = @intCast(self.store.nodes.items.len),
            .name = part.name,
            .type = part.type,
            .parent = parent,
            .attributes = part.attributes,
            .store = self.store,
        };
        try self.store.nodes.append(arena, node);
        try node.parts.ensureTotalCapacity(arena, part.type.parts.items.len);
        for (part.type.parts.items) |inner|
            node.parts.appendAssumeCapacity(try self.make(inner, node, depth + 1));
        node.end = @intCast(self.store.nodes.items.len);
        return node;
    }

    fn follow(start: *const Node, path: []const Segment) error{PythonException}!*const Node {
        var node = start;
        for (path, 0..) |segment, index| switch (node.follow(segment)) {
            .node => |next| node = next,
            .not => |kind| return notFound(kind, path, index, node),
        };
        return node;
    }

    fn notFound(
        kind: PathErrorKind,
        path: []const Segment,
        index: usize,
        node: *const Node,
    ) error{PythonException} {
        return nano_ffi.raise(PathError{
            .kind = kind,
            .path = path,
            .index = index,
            .segment = path[index],
            .node = node,
        });
    }

    /// Where a path from a node leads. PathError where it does not.
    pub fn resolve(self: *const TypeGraph, start: *const Node, path: []const Segment) !*const Node {
        if (start.store != self.store) return otherGraph();
        return follow(start, path);
    }

    /// The same, with all that is on the way: each segment, and the node that it leads to.
    pub fn trace(
        self: *const TypeGraph,
        gpa: Allocator,
        start: *const Node,
        path: []const Segment,
    ) !nano_ffi.Owned([]const struct { Segment, *const Node }) {
        if (start.store != self.store) return otherGraph();
        const steps = try gpa.alloc(struct { Segment, *const Node }, path.len);
        errdefer gpa.free(steps);
        var node = start;
        for (steps, path, 0..) |*step, segment, index| {
            switch (node.follow(segment)) {
                .node => |next| node = next,
                .not => |kind| return notFound(kind, path, index, node),
            }
            step.* = .{ segment, node };
        }
        return .{ .data = steps, .allocator = gpa };
    }

    /// The nodes of any of these types, or of all, in the order of creation, each with its type:
    /// those in a node, and that have all of these attributes.
    pub fn query(
        self: *const TypeGraph,
        gpa: Allocator,
        types: ?[]const *const Type,
        within: ?*const Node,
        attributes: nano_ffi.Kwargs(Value),
    ) !nano_ffi.Owned([]const struct { *const Node, *const Type }) {
        if (types) |some| for (some) |one| if (one.store != self.store) return otherGraph();
        var found: std.ArrayList(struct { *const Node, *const Type }) = .empty;
        errdefer found.deinit(gpa);
        for (try self.nodesIn(within)) |node| {
            if (types) |some|
                if (std.mem.findScalar(*const Type, some, node.type) == null) continue;
            if (!hasAll(node, attributes)) continue;
            try found.append(gpa, .{ node, node.type });
        }
        return .{ .data = try found.toOwnedSlice(gpa), .allocator = gpa };
    }

    /// The links of that name, or all: where from, its name, and where to. Those that leave what is
    /// in a node, or all.
    pub fn links(
        self: *const TypeGraph,
        gpa: Allocator,
        name: ?[]const u8,
        within: ?*const Node,
    ) !nano_ffi.Owned([]const struct { *const Node, []const u8, *const Node }) {
        var found: std.ArrayList(struct { *const Node, []const u8, *const Node }) = .empty;
        errdefer found.deinit(gpa);
        for (try self.nodesIn(within)) |node| for (node.connections.items) |link| {
            if (name) |sought| if (!std.mem.eql(u8, link[0], sought)) continue;
            try found.append(gpa, .{ node, link[0], link[1] });
        };
        return .{ .data = try found.toOwnedSlice(gpa), .allocator = gpa };
    }

    fn nodesIn(self: *const TypeGraph, within: ?*const Node) ![]const *Node {
        const around = within orelse return self.store.nodes.items;
        if (around.store != self.store) return otherGraph();
        return self.store.nodes.items[around.id..around.end];
    }

    fn hasAll(node: *const Node, attributes: nano_ffi.Kwargs(Value)) bool {
        for (attributes.items) |sought| {
            const value = node.attributes.get(sought.name) orelse return false;
            if (!value.equals(sought.value)) return false;
        }
        return true;
    }

    /// How many nodes there are.
    pub fn __len__(self: *const TypeGraph) usize {
        return self.store.nodes.items.len;
    }

    pub fn __contains__(self: *const TypeGraph, node: *const Node) bool {
        return node.store == self.store;
    }
};

const expect = std.testing.expect;
const expectEqual = std.testing.expectEqual;
const nothing: nano_ffi.Kwargs(Value) = .{ .items = &.{} };

/// A divider of two resistors, each of which has two pins.
fn example(graph: *TypeGraph) !*const Node {
    const pin = try graph.add_type("Pin");
    const resistor = try graph.add_type("Resistor");
    for ([_][]const u8{ "p1", "p2" }) |name| try graph.add_child(resistor, name, pin, nothing);
    const divider = try graph.add_type("Divider");
    for ([_][]const u8{ "top", "bottom" }, [_]f64{ 10, 4.7 }) |name, value| {
        try graph.add_child(divider, name, resistor, .{
            .items = &.{.{ .name = "value", .value = .{ .real = value } }},
        });
    }
    try graph.add_reference(divider, "out", &named(&.{ "top", "p2" }));
    try graph.add_link(divider, &named(&.{"out"}), &named(&.{ "bottom", "p1" }), "net");
    return graph.instantiate(divider, "d", nothing);
}

fn named(comptime names: []const []const u8) [names.len]Segment {
    var segments: [names.len]Segment = undefined;
    for (&segments, names) |*segment, name| segment.* = .{ .name = name };
    return segments;
}

test TypeGraph {
    var graph: TypeGraph = try .init(std.testing.allocator);
    defer graph.deinit();
    const divider = try example(&graph);
    try expectEqual(7, graph.__len__());
    const found = try graph.resolve(divider, &named(&.{ "top", "p2" }));
    try expectEqual(found, try graph.resolve(divider, &named(&.{"out"})));
    try expectEqual(found, divider.references()[0][1]);
    const net: Segment = .{ .traversal = .{ .edge = .link, .name = "net" } };
    const up: Segment = .{ .traversal = .{ .edge = .parent } };
    const steps = try graph.trace(std.testing.allocator, found, &.{ net, up });
    defer steps.deinit();
    try std.testing.expectEqualStrings("bottom", steps.data[1][1].name);
    try std.testing.expectError(error.PythonException, graph.resolve(divider, &.{up}));
    try std.testing.expectError(error.DuplicateName, graph.add_type("Pin"));
    try std.testing.expectError(error.UnknownType, graph.get_type("Diode"));
}

test "queries" {
    var graph: TypeGraph = try .init(std.testing.allocator);
    defer graph.deinit();
    const divider = try example(&graph);
    const gpa = std.testing.allocator;
    const resistor = try graph.get_type("Resistor");
    const all = try graph.query(gpa, &.{resistor}, null, nothing);
    defer all.deinit();
    try expectEqual(2, all.data.len);
    const some = try graph.query(gpa, null, divider, .{
        .items = &.{.{ .name = "value", .value = .{ .whole = 10 } }},
    });
    defer some.deinit();
    try expectEqual(divider.child("top").?, some.data[0][0]);
    const links_ = try graph.links(gpa, "net", divider.child("bottom"));
    defer links_.deinit();
    try expectEqual(0, links_.data.len);
}

test "what cannot be made leaves nothing" {
    var graph: TypeGraph = try .init(std.testing.allocator);
    defer graph.deinit();
    const divider = try example(&graph);
    try graph.add_reference(divider.type, "in", &named(&.{"none"}));
    try std.testing.expectError(
        error.PythonException,
        graph.instantiate(divider.type, null, nothing),
    );
    try graph.add_child(divider.type, "inner", divider.type, nothing);
    try std.testing.expectError(error.EndlessType, graph.instantiate(divider.type, null, nothing));
    try expectEqual(7, graph.__len__());
    var other: TypeGraph = try .init(std.testing.allocator);
    defer other.deinit();
    try std.testing.expectError(error.OtherGraph, other.instantiate(divider.type, null, nothing));
    try expect(!other.__contains__(divider) and graph.__contains__(divider));
}

test "nothing is lost where memory ends" {
    try std.testing.checkAllAllocationFailures(std.testing.allocator, struct {
        fn run(gpa: Allocator) !void {
            var graph: TypeGraph = try .init(gpa);
            defer graph.deinit();
            const divider = try example(&graph);
            (try graph.query(gpa, null, divider, nothing)).deinit();
            (try divider.child("top").?.path(gpa)).deinit();
        }
    }.run, .{});
}
