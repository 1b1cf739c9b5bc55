//! Structs that point to memory of their own: lists, pools, graphs, and views of these.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

pub const nano_ffi_options = .{ .Stable = .{ .stable = true }, .Number = .{ .stable = true } };

/// Each node is a piece of memory.
pub const List = struct {
    gpa: Allocator,
    head: ?*Node = null,
    count: usize = 0,

    pub const Node = struct {
        value: i64,
        next: ?*Node = null,

        pub fn double(self: *Node) void {
            self.value *= 2;
        }
        pub fn after(self: *const Node) ?*Node {
            return self.next;
        }
    };

    pub fn init(gpa: Allocator) List {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *List) void {
        self.clear();
    }
    pub fn push(self: *List, value: i64) !*Node {
        const node = try self.gpa.create(Node);
        node.* = .{ .value = value, .next = self.head };
        self.head = node;
        self.count += 1;
        return node;
    }
    pub fn first(self: *const List) ?*Node {
        return self.head;
    }
    /// How many of these are in it. It counts itself, too.
    pub fn counted(self: *List, nodes: []const *const Node) usize {
        self.count = 0;
        var found: usize = 0;
        var next = self.head;
        while (next) |node| : (next = node.next) {
            self.count += 1;
            if (std.mem.findScalar(*const Node, nodes, node) != null) found += 1;
        }
        return found;
    }
    pub const nano_ffi_options = .{ .counted = .{ .keeps = .{} } };
    pub fn check(self: *const List, most: i64) error{PythonException}!void {
        return expectSmall(self, most);
    }
    pub fn at(self: *const List, index: usize) ?*const Node {
        var node = self.head;
        for (0..index) |_| node = (node orelse return null).next;
        return node;
    }
    pub fn remove(self: *List, node: *Node) bool {
        var place = &self.head;
        while (place.*) |other| : (place = &other.next) {
            if (other != node) continue;
            place.* = node.next;
            self.gpa.destroy(node);
            self.count -= 1;
            return true;
        }
        return false;
    }
    pub fn pop(self: *List) ?i64 {
        const node = self.head orelse return null;
        defer self.gpa.destroy(node);
        self.head = node.next;
        self.count -= 1;
        return node.value;
    }
    pub fn clear(self: *List) void {
        while (self.pop()) |_| {}
    }
    pub fn pairs(self: *const List, gpa: Allocator) ![]struct { i64, *Node } {
        const made = try gpa.alloc(struct { i64, *Node }, self.count);
        var node = self.head;
        for (made) |*pair| {
            pair.* = .{ node.?.value, node.? };
            node = node.?.next;
        }
        return made;
    }
    /// The node that was made is the list's, and where it was it is again.
    pub fn pushed(self: *List, value: i64) !struct { *Node, struct { ?*const Node, usize } } {
        const old = self.head;
        return .{ try self.push(value), .{ old, self.count } };
    }
    /// With a text for each, and what is made for it.
    pub fn labelled(
        self: *const List,
        gpa: Allocator,
        texts: []const []const u8,
    ) !?[]struct { *Node, []const u8, nano_ffi.Array(u8, 1) } {
        const head = self.head orelse return null;
        const made = try gpa.alloc(struct { *Node, []const u8, nano_ffi.Array(u8, 1) }, texts.len);
        for (made, texts) |*each, text| {
            each.* = .{ head, text, try .zeros(nano_ffi.allocator, .{2}) };
        }
        return made;
    }
    /// Adds the value of a node.
    pub fn again(self: *List, node: *const Node) !void {
        _ = try self.push(node.value);
    }
    pub fn __len__(self: *const List) usize {
        return self.count;
    }
    pub fn __delitem__(self: *List, index: usize) void {
        var node = self.head;
        for (0..index) |_| node = (node orelse return).next;
        _ = self.remove(node orelse return);
    }
    pub fn __iadd__(self: *List, value: i64) !*List {
        self.clear();
        _ = try self.push(value);
        return self;
    }
    pub fn all(self: *const List, gpa: Allocator) ![]*Node {
        const nodes = try gpa.alloc(*Node, self.count);
        var node = self.head;
        for (nodes) |*place| {
            place.* = node.?;
            node = node.?.next;
        }
        return nodes;
    }
};

/// The value that `node` has; the list that it is in is emptied.
pub fn take(list: *List, node: *List.Node) i64 {
    const value = node.value;
    list.clear();
    return value;
}

/// Its leaves lie behind one more pointer, and move when it grows.
pub const Leaves = struct {
    gpa: Allocator,
    store: *Store,

    pub const Leaf = struct { n: i64, twin: Twin = .{} };
    pub const Twin = struct { a: i64 = 1, b: i64 = 2 };
    pub const Store = struct { leaves: std.ArrayList(Leaf) = .empty };

    pub fn init(gpa: Allocator) !Leaves {
        const store = try gpa.create(Store);
        store.* = .{};
        return .{ .gpa = gpa, .store = store };
    }
    pub fn deinit(self: *Leaves) void {
        self.store.leaves.deinit(self.gpa);
        self.gpa.destroy(self.store);
    }
    pub fn add(self: *Leaves, n: i64) !void {
        try self.room();
        self.store.leaves.appendAssumeCapacity(.{ .n = n });
    }
    pub fn push(self: *Leaves, leaf: *const Leaf) !void {
        try self.room();
        self.store.leaves.appendAssumeCapacity(leaf.*);
    }
    pub fn push_value(self: *Leaves, leaf: Leaf) !void {
        try self.room();
        self.store.leaves.appendAssumeCapacity(leaf);
    }
    pub fn push_twin(self: *Leaves, twin: *const Twin) !void {
        try self.room();
        self.store.leaves.appendAssumeCapacity(.{ .n = 0, .twin = twin.* });
    }
    pub fn at(self: *const Leaves, index: usize) *Leaf {
        return &self.store.leaves.items[index];
    }
    pub fn count(self: *const Leaves) usize {
        return self.store.leaves.items.len;
    }
    pub fn twin_at(self: *const Leaves, index: usize) *Twin {
        return &self.store.leaves.items[index].twin;
    }
    fn room(self: *Leaves) !void {
        try self.store.leaves.ensureTotalCapacityPrecise(
            self.gpa,
            self.store.leaves.items.len + 1,
        );
    }
};

/// Slots that are used again.
pub const Pool = struct {
    gpa: Allocator,
    slots: []Slot,
    free_list: ?*Slot,

    pub const Slot = struct { n: i64 = 0, next: ?*Slot = null };

    pub fn init(gpa: Allocator, size: usize) !Pool {
        const slots = try gpa.alloc(Slot, size);
        var pool: Pool = .{ .gpa = gpa, .slots = slots, .free_list = null };
        for (slots) |*slot| pool.put(slot);
        return pool;
    }
    pub fn deinit(self: *Pool) void {
        self.gpa.free(self.slots);
    }
    pub fn take(self: *Pool, n: i64) ?*Slot {
        const slot = self.free_list orelse return null;
        self.free_list = slot.next;
        slot.* = .{ .n = n };
        return slot;
    }
    fn put(self: *Pool, slot: *Slot) void {
        slot.* = .{ .n = -1, .next = self.free_list };
        self.free_list = slot;
    }
    pub fn clear(self: *Pool) void {
        self.gpa.free(self.slots);
        self.slots = &.{};
        self.free_list = null;
    }
};

/// A graph, with nodes in a list, which move when it grows, and nodes in memory of their own.
pub const Graph = struct {
    gpa: Allocator,
    nodes: std.ArrayList(Vertex) = .empty,
    heap: std.ArrayList(*Vertex) = .empty,

    pub fn init(gpa: Allocator) Graph {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Graph) void {
        self.wipe();
        self.nodes.deinit(self.gpa);
        self.heap.deinit(self.gpa);
    }
    /// In the list: it moves with the next one.
    pub fn add(self: *Graph, id: i64) !*Vertex {
        try self.nodes.append(self.gpa, .{ .id = id });
        return &self.nodes.items[self.nodes.items.len - 1];
    }
    /// In a piece of memory, until `wipe`.
    pub fn make(self: *Graph, id: i64) !*Vertex {
        const node = try self.gpa.create(Vertex);
        node.* = .{ .id = id };
        try self.heap.append(self.gpa, node);
        return node;
    }
    pub fn wipe(self: *Graph) void {
        for (self.heap.items) |node| self.gpa.destroy(node);
        self.heap.clearRetainingCapacity();
    }
    pub fn view(self: *Graph) View {
        return .{ .g = self };
    }
    pub fn graph(self: *Graph) *Graph {
        return self;
    }
    pub fn at(self: *const Graph, index: usize) *Vertex {
        return self.heap.items[index];
    }
    pub fn count(self: *const Graph) usize {
        return self.nodes.items.len + self.heap.items.len;
    }
    pub fn __len__(self: *const Graph) usize {
        return self.count();
    }
};

/// Each node in a piece of memory, and addresses that stay.
pub const Stable = struct {
    gpa: Allocator,
    nodes: std.ArrayList(*Node) = .empty,

    pub const Node = struct { id: i64, to: ?*Node = null };

    pub fn init(gpa: Allocator) Stable {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Stable) void {
        for (self.nodes.items) |node| self.gpa.destroy(node);
        self.nodes.deinit(self.gpa);
    }
    pub fn add(self: *Stable, id: i64) !*Node {
        const node = try self.gpa.create(Node);
        node.* = .{ .id = id };
        try self.nodes.append(self.gpa, node);
        return node;
    }
    pub fn at(self: *const Stable, index: usize) *Node {
        return self.nodes.items[index];
    }
    pub fn connect(self: *Stable, a: *Node, b: *Node) void {
        _ = self;
        a.to = b;
    }
    pub fn view(self: *Stable) StableView {
        return .{ .graph = self };
    }
};

pub const StableView = struct {
    graph: *Stable,

    pub fn add(self: *StableView, id: i64) !*Stable.Node {
        return self.graph.add(id);
    }
    pub fn count(self: *const StableView) usize {
        return self.graph.nodes.items.len;
    }
};

pub const Vertex = struct { id: i64, to: ?*Vertex = null };

/// What it does, it does to its graph, whichever way it is passed.
pub const View = struct {
    g: *Graph,

    pub fn graph(self: *View) *Graph {
        return self.g;
    }
    pub fn add(self: *View, id: i64) !*Vertex {
        return self.g.add(id);
    }
    pub fn make(self: *View, id: i64) !*Vertex {
        return self.g.make(id);
    }
    pub fn wipe(self: *View) void {
        self.g.wipe();
    }
    pub fn wipe_const(self: *const View) void {
        self.g.wipe();
    }
    pub fn wipe_value(self: View) void {
        self.g.wipe();
    }
    pub fn again(self: *View) ViewOfView {
        return .{ .view = self };
    }
    pub fn count(self: *const View) usize {
        return self.g.count();
    }
};

pub const ViewOfView = struct {
    view: *View,

    pub fn make(self: *ViewOfView, id: i64) !*Vertex {
        return self.view.g.make(id);
    }
    pub fn wipe(self: *const ViewOfView) void {
        self.view.g.wipe();
    }
    pub fn count(self: ViewOfView) usize {
        return self.view.g.count();
    }
};

pub fn view_of(g: *Graph) View {
    return .{ .g = g };
}

pub fn wipe(g: *Graph) void {
    g.wipe();
}

pub fn wipe_through(view: View) void {
    view.g.wipe();
}

/// Points to another one.
pub const Link = struct {
    n: i64,
    next: ?*Link = null,

    pub fn init(n: i64) Link {
        return .{ .n = n };
    }
    pub fn link(self: *Link, other: *Link) void {
        self.next = other;
    }
    pub fn __ior__(self: *Link, other: *Link) *Link {
        self.next = other;
        return self;
    }
    pub fn after(self: *const Link) ?*Link {
        return self.next;
    }
    pub fn sum(self: *const Link) i64 {
        var total: i64 = 0;
        var left: usize = 100;
        var link_: ?*const Link = self;
        while (link_) |one| : (link_ = one.next) {
            total += one.n;
            left -= 1;
            if (left == 0) break;
        }
        return total;
    }
};

pub fn join(a: *Link, b: *Link) void {
    a.next = b;
}

pub fn joined(n: i64, to: *Link) Link {
    return .{ .n = n, .next = to };
}

pub const Other = struct {
    n: i64,
    numbers: []const i64,

    pub fn add(self: *Other, n: i64) void {
        self.n += n;
    }
};

/// Points to another object's value.
pub const Holder = struct {
    other: ?*Other,

    pub fn init() Holder {
        return .{ .other = null };
    }
    pub fn hold(self: *Holder, other: *Other) void {
        self.other = other;
    }
};

/// Points to what its holder's other one is and has, and has an end of its own.
pub const Sight = struct {
    other: *const Other,
    numbers: []const i64,

    pub fn deinit(self: *Sight) void {
        self.numbers = &.{};
    }
    pub fn get(self: *const Sight) i64 {
        return self.other.n + self.numbers[self.numbers.len - 1];
    }
};

pub fn sight(holder: *const Holder) ?Sight {
    const other = holder.other orelse return null;
    return .{ .other = other, .numbers = other.numbers };
}

pub const Config = struct { name: []const u8, numbers: []const i64 = &.{} };
pub const Deep = struct { config: Config, n: i64 = 0 };

/// Keeps what it was made of.
pub const Thing = struct {
    config: Config,
    gpa: Allocator,

    pub fn init(gpa: Allocator, config: Config) Thing {
        return .{ .gpa = gpa, .config = config };
    }
    pub fn deinit(self: *Thing) void {
        _ = self;
    }
    pub fn name(self: *const Thing) []const u8 {
        return self.config.name;
    }
    pub fn sum(self: *const Thing) i64 {
        var total: i64 = 0;
        for (self.config.numbers) |number| total += number;
        return total;
    }
    pub fn set(self: *Thing, config: Config) void {
        self.config = config;
    }
    pub fn set_deep(self: *Thing, deep: *const Deep) void {
        self.config = deep.config;
    }
    pub fn set_list(self: *Thing, configs: []const Config) void {
        self.config = configs[configs.len - 1];
    }
};

/// Is made of something that is converted.
pub const Number = struct {
    n: i64,
    memory: []u8,
    gpa: Allocator,

    pub fn init(gpa: Allocator, n: i64) !Number {
        return .{ .n = n, .memory = try gpa.dupe(u8, "some memory"), .gpa = gpa };
    }
    pub fn deinit(self: *Number) void {
        self.gpa.free(self.memory);
    }
    pub fn add(self: *Number, n: i64) i64 {
        self.n += n;
        return self.n;
    }
    pub fn text(self: *const Number) []const u8 {
        return self.memory;
    }
};

/// Keeps a buffer until it is destroyed.
pub const Scanner = struct {
    data: []const u8,
    place: usize = 0,

    pub fn init(data: []const u8) Scanner {
        return .{ .data = data };
    }
    pub fn deinit(self: *Scanner) void {
        self.data = "";
    }
    pub fn next(self: *Scanner) ?u8 {
        if (self.place == self.data.len) return null;
        defer self.place += 1;
        return self.data[self.place];
    }
};

pub const Member = struct {
    n: i64,

    pub fn double(self: *Member) void {
        self.n *= 2;
    }
};

/// Has pointers to members where only its own functions find them.
pub const Group = struct {
    gpa: Allocator,
    edges: std.ArrayList(Edge) = .empty,
    names: std.StringHashMapUnmanaged(*Member) = .empty,
    numbers: std.AutoHashMapUnmanaged(u32, *Member) = .empty,
    rows: std.MultiArrayList(Edge) = .empty,
    knot: ?*Knot = null,

    const Edge = struct { weight: u8 = 1, to: *Member };
    const Knot = struct { member: *const Member, next: ?*Knot };
    pub const Way = enum { list, names, numbers, rows, chain };

    pub fn init(gpa: Allocator) Group {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Group) void {
        self.edges.deinit(self.gpa);
        self.names.deinit(self.gpa);
        self.numbers.deinit(self.gpa);
        self.rows.deinit(self.gpa);
        while (self.knot) |knot| {
            self.knot = knot.next;
            self.gpa.destroy(knot);
        }
    }
    pub fn add(self: *Group, way: Way, member: *Member) !void {
        switch (way) {
            .list => try self.edges.append(self.gpa, .{ .to = member }),
            .names => try self.names.put(self.gpa, "a name", member),
            .numbers => try self.numbers.put(self.gpa, 7, member),
            .rows => try self.rows.append(self.gpa, .{ .to = member }),
            .chain => {
                const knot = try self.gpa.create(Knot);
                knot.* = .{ .member = member, .next = self.knot };
                self.knot = knot;
            },
        }
    }
    /// Keeps none of it.
    pub fn look(self: *Group, member: *Member) i64 {
        return self.sum() + member.n;
    }
    pub fn sum(self: *const Group) i64 {
        var total: i64 = 0;
        for (self.edges.items) |edge| total += edge.to.n;
        var names = self.names.valueIterator();
        while (names.next()) |member| total += member.*.n;
        var numbers = self.numbers.valueIterator();
        while (numbers.next()) |member| total += member.*.n;
        for (self.rows.items(.to)) |member| total += member.n;
        var knot = self.knot;
        while (knot) |some| : (knot = some.next) total += some.member.n;
        return total;
    }
    pub const nano_ffi_options = .{ .look = .{ .keeps = .{} } };
};

pub fn group_of(gpa: Allocator, way: Group.Way, member: *Member) !Group {
    var group: Group = .init(gpa);
    errdefer group.deinit();
    try group.add(way, member);
    return group;
}

/// All that it has is behind a pointer.
pub const Cell = struct {
    gpa: Allocator,
    inner: *Inner,

    const Inner = struct { member: ?*Member = null, all: std.ArrayList(Member) = .empty };

    pub fn init(gpa: Allocator) !Cell {
        const inner = try gpa.create(Inner);
        inner.* = .{};
        return .{ .gpa = gpa, .inner = inner };
    }
    pub fn deinit(self: Cell) void {
        self.inner.all.deinit(self.gpa);
        self.gpa.destroy(self.inner);
    }
    pub fn put(self: *Cell, member: *Member) void {
        self.inner.member = member;
    }
    pub fn put_const(self: *const Cell, member: *Member) void {
        self.inner.member = member;
    }
    pub fn put_value(self: Cell, member: *Member) void {
        self.inner.member = member;
    }
    pub fn sum(self: *const Cell) i64 {
        return if (self.inner.member) |member| member.n else 0;
    }
    pub fn push(self: Cell, n: i64) !void {
        try self.inner.all.append(self.gpa, .{ .n = n });
    }
    pub fn at(self: *const Cell, index: usize) *Member {
        return &self.inner.all.items[index];
    }
};

pub fn put_in(cell: *Cell, member: *Member) void {
    cell.inner.member = member;
}

pub fn cell_of(gpa: Allocator, member: *Member) !Cell {
    const cell: Cell = try .init(gpa);
    cell.inner.member = member;
    return cell;
}

/// Has a text that it allocated.
pub const User = struct {
    gpa: Allocator,
    name: []u8,

    pub fn init(gpa: Allocator, name: []const u8) !User {
        return .{ .gpa = gpa, .name = try gpa.dupe(u8, name) };
    }
    pub fn deinit(self: *User) void {
        self.gpa.free(self.name);
    }
    pub fn copy(self: *const User) !User {
        return .init(self.gpa, self.name);
    }
    pub fn extend(self: *User, other: *const User) !void {
        const name = try std.mem.concat(self.gpa, u8, &.{ self.name, other.name });
        self.gpa.free(self.name);
        self.name = name;
    }
};

pub const Login = struct {
    id: i64,
    who: []const u8,

    pub fn init(id: i64) Login {
        return .{ .id = id, .who = "" };
    }
    pub fn deinit(self: *Login) void {
        self.who = "";
    }
    pub fn set(self: *Login, user: *const User) void {
        self.who = user.name;
    }
    pub fn set_value(self: *Login, user: User) void {
        self.who = user.name;
    }
    pub fn name(self: *const Login) []const u8 {
        return self.who;
    }
};

pub const Note = struct {
    id: i64,
    who: []const u8 = "",

    pub fn set(self: *Note, user: *const User) void {
        self.who = user.name;
    }
    pub fn name(self: *const Note) []const u8 {
        return self.who;
    }
};

/// Its nodes end when a scope of it ends.
pub const Nest = struct {
    gpa: Allocator,
    eggs: std.ArrayList(*Egg) = .empty,
    current: ?*Scope = null,

    pub const Egg = struct { n: i64 };

    pub fn init(gpa: Allocator) Nest {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Nest) void {
        self.shrink(0);
        self.eggs.deinit(self.gpa);
    }
    fn shrink(self: *Nest, size: usize) void {
        while (self.eggs.items.len > size) self.gpa.destroy(self.eggs.pop().?);
    }
    pub fn add(self: *Nest, n: i64) !*Egg {
        const egg = try self.gpa.create(Egg);
        egg.* = .{ .n = n };
        try self.eggs.append(self.gpa, egg);
        return egg;
    }
    pub fn clear(self: *Nest) void {
        self.shrink(0);
    }
    pub fn scope(self: *Nest) Scope {
        return .{ .nest = self, .mark = self.eggs.items.len };
    }
    pub fn sitter(self: *Nest) Sitter {
        return .{ .egg = self.eggs.items[0] };
    }
    pub fn copy(self: *const Nest) !Nest {
        var other: Nest = .init(self.gpa);
        errdefer other.deinit();
        for (self.eggs.items) |egg| _ = try other.add(egg.n);
        return other;
    }
    pub fn mark(self: *const Nest) usize {
        return self.current.?.mark;
    }
    pub fn sum(self: *const Nest) i64 {
        var total: i64 = 0;
        for (self.eggs.items) |egg| total += egg.n;
        return total;
    }
};

pub const Scope = struct {
    nest: *Nest,
    mark: usize,

    pub fn deinit(self: *Scope) void {
        self.nest.shrink(self.mark);
    }
    pub fn add(self: *Scope, n: i64) !*Nest.Egg {
        return self.nest.add(n);
    }
    /// What it is of points to it.
    pub fn enter(self: *Scope) void {
        self.nest.current = self;
    }
};

/// Its `deinit` changes what it points to.
pub const Sitter = struct {
    egg: *Nest.Egg,

    pub fn deinit(self: *Sitter) void {
        self.egg.n += 100;
    }
};

/// A number that is too large, and where it is.
pub const TooLarge = struct {
    value: i64,
    node: ?*const List.Node = null,
    list: ?*const List = null,

    pub const nano_ffi_options = .{ .exception = .ValueError };

    pub fn format(self: TooLarge, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        const next = if (self.node) |node| node.next else null;
        try writer.print("{d} before {?d}", .{ self.value, if (next) |node| node.value else null });
    }
};

/// Refuses a list with a larger number.
pub fn expectSmall(list: *const List, most: i64) !void {
    var next: ?*const List.Node = list.head;
    while (next) |node| : (next = node.next) {
        if (node.value > most) return nano_ffi.raise(TooLarge{
            .value = node.value,
            .node = node,
            .list = list,
        });
    }
}

/// Without an object to point into.
pub fn tooLarge(value: i64) !void {
    const nowhere: List.Node = .{ .value = value };
    return nano_ffi.raise(TooLarge{ .value = value, .node = &nowhere });
}

/// The sum of numbers that stay where they are.
pub fn sumOf(nodes: []const *const List.Node) i64 {
    var sum: i64 = 0;
    for (nodes) |node| sum += node.value;
    return sum;
}

/// One of those that are given.
pub fn largestOf(nodes: ?[]const *const List.Node) ?*const List.Node {
    var largest: ?*const List.Node = null;
    for (nodes orelse return null) |node| {
        if (largest == null or node.value > largest.?.value) largest = node;
    }
    return largest;
}

/// Those of several lists, each with its number among them.
pub fn numbered(
    gpa: Allocator,
    lists: []const *const List,
) !nano_ffi.Owned([]const struct { usize, ?*List.Node }) {
    const all = try gpa.alloc(struct { usize, ?*List.Node }, lists.len);
    for (all, lists, 0..) |*item, list, index| item.* = .{ index, list.head };
    return .{ .data = all, .allocator = gpa };
}

pub fn tellAll(
    nodes: []const *const List.Node,
    told: nano_ffi.Callback(fn (*const List.Node) void),
) error{PythonException}!void {
    for (nodes) |node| try told.call(.{node});
}
