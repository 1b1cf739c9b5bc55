//! Classes of every shape, for the random machine of tests/machine.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

pub const nano_ffi_options = .{
    .Stable = .{ .stable = true },
};

/// What Python computes as well: a wrong byte anywhere is seen.
fn crc(text: []const u8) u64 {
    return std.hash.Crc32.hash(text);
}

fn whole(number: i64) u64 {
    return @bitCast(number);
}

pub const Row = struct {
    a: i64 = 0,
    b: i64 = 0,

    pub fn swap(self: *Row) void {
        std.mem.swap(i64, &self.a, &self.b);
    }
};

/// Points nowhere.
pub const Plain = struct {
    number: i64,
    x: f64 = 0,
    on: bool = false,
    row: Row = .{},
    cells: [3]f64 = .{ 0, 0, 0 },
    rows: [2]Row = .{ .{}, .{} },

    pub fn total(self: Plain) i64 {
        return self.number +% self.row.a +% self.row.b +%
            self.rows[0].a +% self.rows[0].b +% self.rows[1].a +% self.rows[1].b;
    }
    pub fn add(self: *Plain, number: i64) i64 {
        self.number +%= number;
        return self.number;
    }
    pub fn one(self: *Plain) *Row {
        return &self.row;
    }
    pub fn at(self: *Plain, index: usize) ?*Row {
        return if (index < 2) &self.rows[index] else null;
    }
    pub fn cell(self: *const Plain, index: usize) f64 {
        return self.cells[index];
    }
    pub fn put(self: *Plain, row: *const Row) void {
        self.row = row.*;
    }
    pub fn lend(
        self: *Plain,
        function: nano_ffi.Callback(fn (*Row) i64),
    ) error{PythonException}!i64 {
        return function.call(.{&self.row});
    }
    pub fn __add__(self: Plain, other: Plain) Plain {
        var sum = self;
        sum.number +%= other.number;
        return sum;
    }
};

pub const Leaf = struct {
    number: i64,
    name: []const u8 = "",

    pub fn double(self: *Leaf) void {
        self.number *%= 2;
    }
    pub fn rename(self: *Leaf, name: []const u8) void {
        self.name = name;
    }
    pub fn check(self: Leaf) u64 {
        return whole(self.number) +% crc(self.name);
    }
};

pub const Twig = struct { leaves: []Leaf = &.{} };
pub const Branch = struct { label: []const u8 = "", twigs: []Twig = &.{} };

/// Points to what Python gave it, and to what it allocated: texts, lists, maps, in one another.
pub const Doc = struct {
    number: i64,
    name: []const u8 = "",
    head: Leaf = .{ .number = 0 },
    spare: ?Leaf = null,
    words: []const []const u8 = &.{},
    items: []Leaf = &.{},
    more: std.ArrayList(Leaf) = .empty,
    numbers: std.ArrayList(f64) = .empty,
    nested: []Branch = &.{},
    table: std.StringArrayHashMapUnmanaged(Leaf) = .empty,
    shelves: std.StringHashMapUnmanaged(Twig) = .empty,

    pub const nano_ffi_options = .{ .sum_released = .{ .gil = .released } };

    pub fn check(self: *const Doc) u64 {
        var sum = whole(self.number) +% crc(self.name) +% self.head.check();
        if (self.spare) |leaf| sum +%= leaf.check();
        for (self.words) |word| sum +%= crc(word);
        for (self.items) |leaf| sum +%= leaf.check();
        for (self.more.items) |leaf| sum +%= leaf.check();
        for (self.nested) |branch| {
            sum +%= crc(branch.label);
            for (branch.twigs) |twig| for (twig.leaves) |leaf| {
                sum +%= leaf.check();
            };
        }
        for (self.table.keys(), self.table.values()) |key, leaf| sum +%= crc(key) +% leaf.check();
        var shelves = self.shelves.iterator();
        while (shelves.next()) |shelf| {
            sum +%= crc(shelf.key_ptr.*);
            for (shelf.value_ptr.leaves) |leaf| sum +%= leaf.check();
        }
        return sum;
    }
    pub fn sum_released(self: *const Doc) u64 {
        return self.check();
    }
    pub fn title(self: *Doc) []const u8 {
        return self.name;
    }
    pub fn read_title(self: *const Doc) []const u8 {
        return self.name;
    }
    pub fn rename(self: *Doc, name: []const u8) void {
        self.name = name;
    }
    /// What it was called before.
    pub fn swap_name(self: *Doc, name: []const u8) []const u8 {
        defer self.name = name;
        return self.name;
    }
    pub fn name_head(self: *Doc) void {
        self.head.name = self.name;
    }
    pub fn take_words(self: *Doc, words: []const []const u8) void {
        self.words = words;
    }
    pub fn touch(self: *Doc) void {
        self.number +%= 1;
    }
    pub fn first(self: *Doc) ?*Leaf {
        return if (self.items.len == 0) null else &self.items[0];
    }
    pub fn at(self: *const Doc, index: usize) ?*const Leaf {
        return if (index < self.items.len) &self.items[index] else null;
    }
    pub fn find(self: *Doc, number: i64) ?*Leaf {
        for (self.more.items) |*leaf| if (leaf.number == number) return leaf;
        return null;
    }
    pub fn top(self: *Doc) *Leaf {
        return &self.head;
    }
    pub fn all(self: *Doc) []Leaf {
        return self.items;
    }
    pub fn entry(self: *Doc, key: []const u8) ?*Leaf {
        return self.table.getPtr(key);
    }
    pub fn deep(self: *Doc) ?*Leaf {
        for (self.nested) |branch| for (branch.twigs) |twig| {
            if (twig.leaves.len > 0) return &twig.leaves[0];
        };
        return null;
    }
    pub fn push(self: *Doc, gpa: Allocator, leaf: *const Leaf) !void {
        const count = self.more.items.len;
        const moved = try gpa.alloc(Leaf, count + 1); // each time
        @memcpy(moved[0..count], self.more.items);
        self.more.deinit(gpa);
        moved[count] = leaf.*;
        self.more = .fromOwnedSlice(moved);
    }
    pub fn grow(self: *Doc, gpa: Allocator, leaf: Leaf) !void {
        try self.more.append(gpa, leaf);
    }
    pub fn count_up(self: *Doc, gpa: Allocator, number: f64) !void {
        try self.numbers.append(gpa, number);
    }
    pub fn put(self: *Doc, gpa: Allocator, key: []const u8, leaf: Leaf) !void {
        try self.table.put(gpa, key, leaf);
    }
    /// The values change their places.
    pub fn rotate(self: *Doc) void {
        if (self.items.len > 0) std.mem.rotate(Leaf, self.items, 1);
    }
    pub fn shorten(self: *Doc) void {
        if (self.items.len > 0) self.items.len -= 1;
    }
    pub fn set_head(self: *Doc, leaf: *const Leaf) void {
        self.head = leaf.*;
    }
    pub fn borrow(self: *Doc, other: *const Doc) void {
        self.name = other.name;
    }
    pub fn each(
        self: *const Doc,
        function: nano_ffi.Callback(fn (*const Leaf) void),
    ) error{PythonException}!void {
        for (self.items) |*leaf| try function.call(.{leaf});
    }
    pub fn change(
        self: *Doc,
        function: nano_ffi.Callback(fn (*Leaf) i64),
    ) error{PythonException}!i64 {
        return function.call(.{&self.head});
    }
};

/// Lends what lies on the stack.
pub fn lend(
    number: i64,
    name: []const u8,
    function: nano_ffi.Callback(fn (*Doc) i64),
) error{PythonException}!i64 {
    var items = [_]Leaf{ .{ .number = number, .name = name }, .{ .number = number + 1 } };
    var doc: Doc = .{ .number = number, .name = name, .items = &items };
    defer doc = undefined;
    return function.call(.{&doc});
}

/// One of a list, a ring, a pool.
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
    fn create(gpa: Allocator, number: i64, name: []const u8) !*Node {
        const node = try gpa.create(Node);
        errdefer gpa.destroy(node);
        node.* = .{ .number = number, .name = try gpa.dupe(u8, name) };
        return node;
    }
    fn free(node: *Node, gpa: Allocator) void {
        gpa.free(node.name);
        gpa.destroy(node);
    }
};

var live: std.atomic.Value(i64) = .init(0);

/// Of structs with a deinit.
pub fn living() i64 {
    return live.load(.monotonic);
}

/// Nodes that can be removed, which frees them.
pub const Pool = struct {
    nodes: std.ArrayList(*Node) = .empty,
    gpa: Allocator,

    /// A node of another one is refused.
    pub const nano_ffi_options = .{ .remove = .{ .keeps = .{} } };

    pub fn init(gpa: Allocator) Pool {
        _ = live.fetchAdd(1, .monotonic);
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Pool) void {
        _ = live.fetchSub(1, .monotonic);
        for (self.nodes.items) |node| node.free(self.gpa);
        self.nodes.deinit(self.gpa);
    }
    pub fn add(self: *Pool, number: i64, name: []const u8) !*Node {
        const node = try Node.create(self.gpa, number, name);
        errdefer node.free(self.gpa);
        try self.nodes.append(self.gpa, node);
        return node;
    }
    pub fn remove(self: *Pool, node: *Node) bool {
        const index = std.mem.indexOfScalar(*Node, self.nodes.items, node) orelse return false;
        _ = self.nodes.orderedRemove(index);
        node.free(self.gpa);
        return true;
    }
    pub fn remove_first(self: *Pool) bool {
        return self.nodes.items.len > 0 and self.remove(self.nodes.items[0]);
    }
    pub fn find(self: *Pool, number: i64) ?*Node {
        for (self.nodes.items) |node| if (node.number == number) return node;
        return null;
    }
    pub fn get(self: *const Pool, index: usize) ?*Node {
        return if (index < self.nodes.items.len) self.nodes.items[index] else null;
    }
    pub fn peek(self: *const Pool) ?*const Node {
        return if (self.nodes.items.len > 0) self.nodes.items[0] else null;
    }
    pub fn all(self: *const Pool) []const *Node {
        return self.nodes.items;
    }
    pub fn check(self: *const Pool) u64 {
        var sum: u64 = 0;
        for (self.nodes.items) |node| sum +%= node.check();
        return sum;
    }
    pub fn view(self: *Pool) View {
        return .{ .pool = self };
    }
    pub fn visit(
        self: *const Pool,
        function: nano_ffi.Callback(fn (*Node) void),
    ) error{PythonException}!void {
        for (self.nodes.items) |node| try function.call(.{node});
    }
    pub fn __len__(self: *const Pool) usize {
        return self.nodes.items.len;
    }
};

/// The same pool, once more.
pub const View = struct {
    pool: *Pool,

    pub fn add(self: *View, number: i64, name: []const u8) !*Node {
        return self.pool.add(number, name);
    }
    pub fn add_const(self: *const View, number: i64, name: []const u8) !*Node {
        return self.pool.add(number, name);
    }
    pub fn remove(self: *View, node: *Node) bool {
        return self.pool.remove(node);
    }
    /// Frees the last one, through a pointer to what it does not change itself.
    pub fn drop_last(self: *const View) bool {
        const node = self.pool.nodes.pop() orelse return false;
        node.free(self.pool.gpa);
        return true;
    }
    pub fn get(self: *const View, index: usize) ?*Node {
        return self.pool.get(index);
    }
    pub fn check(self: *const View) u64 {
        return self.pool.check();
    }
    pub fn over(self: *View) Over {
        return .{ .view = self };
    }
};

/// A view of a view.
pub const Over = struct {
    view: *View,

    pub fn add(self: *Over, number: i64, name: []const u8) !*Node {
        return self.view.pool.add(number, name);
    }
    pub fn get(self: *const Over, index: usize) ?*Node {
        return self.view.pool.get(index);
    }
    pub fn check(self: Over) u64 {
        return self.view.pool.check();
    }
};

pub const Cell = struct { number: i64, weight: i64 = 0 };

/// Its cells move when it grows.
pub const Table = struct {
    cells: std.ArrayList(Cell) = .empty,
    gpa: Allocator,

    pub fn init(gpa: Allocator) Table {
        _ = live.fetchAdd(1, .monotonic);
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Table) void {
        _ = live.fetchSub(1, .monotonic);
        self.cells.deinit(self.gpa);
    }
    pub fn add(self: *Table, number: i64) !*Cell {
        try self.cells.append(self.gpa, .{ .number = number, .weight = -number });
        return &self.cells.items[self.cells.items.len - 1];
    }
    pub fn insert(self: *Table, cell: *const Cell) !void {
        try self.cells.insert(self.gpa, 0, cell.*);
    }
    pub fn remove(self: *Table, index: usize) bool {
        if (index >= self.cells.items.len) return false;
        _ = self.cells.orderedRemove(index);
        self.cells.shrinkAndFree(self.gpa, self.cells.items.len);
        return true;
    }
    pub fn get(self: *Table, index: usize) ?*Cell {
        return if (index < self.cells.items.len) &self.cells.items[index] else null;
    }
    pub fn peek(self: *const Table, index: usize) ?*const Cell {
        return if (index < self.cells.items.len) &self.cells.items[index] else null;
    }
    pub fn rest(self: *Table, index: usize) []Cell {
        return self.cells.items[@min(index, self.cells.items.len)..];
    }
    pub fn sum(self: *const Table) i64 {
        var total: i64 = 0;
        for (self.cells.items) |cell| total +%= 3 *% cell.number +% cell.weight;
        return total;
    }
    pub fn window(self: *Table) Window {
        return .{ .table = self };
    }
};

pub const Window = struct {
    table: *Table,

    pub fn add(self: *Window, number: i64) !*Cell {
        return self.table.add(number);
    }
    pub fn add_const(self: *const Window, number: i64) !*Cell {
        return self.table.add(number);
    }
    pub fn get(self: *const Window, index: usize) ?*Cell {
        return self.table.get(index);
    }
    pub fn sum(self: Window) i64 {
        return self.table.sum();
    }
};

/// A linked list; its deinit is given the allocator.
pub const Chain = struct {
    head: ?*Node = null,

    /// A node of another one is refused.
    pub const nano_ffi_options = .{ .remove = .{ .keeps = .{} } };

    pub fn init() Chain {
        _ = live.fetchAdd(1, .monotonic);
        return .{};
    }
    pub fn deinit(self: *Chain, gpa: Allocator) void {
        _ = live.fetchSub(1, .monotonic);
        while (self.head) |node| {
            self.head = node.next;
            node.free(gpa);
        }
    }
    pub fn add(self: *Chain, gpa: Allocator, number: i64, name: []const u8) !*Node {
        const node = try Node.create(gpa, number, name);
        node.next = self.head;
        self.head = node;
        return node;
    }
    pub fn remove(self: *Chain, gpa: Allocator, node: *Node) bool {
        var place = &self.head;
        while (place.*) |one| : (place = &one.next) {
            if (one != node) continue;
            place.* = one.next;
            one.free(gpa);
            return true;
        }
        return false;
    }
    pub fn remove_first(self: *Chain, gpa: Allocator) bool {
        return self.remove(gpa, self.head orelse return false);
    }
    pub fn get(self: *const Chain, index: usize) ?*Node {
        var node = self.head;
        for (0..index) |_| node = (node orelse return null).next;
        return node;
    }
    pub fn check(self: *const Chain) u64 {
        var sum: u64 = 0;
        var next = self.head;
        while (next) |node| : (next = node.next) sum +%= node.check();
        return sum;
    }
};

/// Nodes whose addresses stay.
pub const Stable = struct {
    pool: Pool,

    pub fn init(gpa: Allocator) Stable {
        return .{ .pool = .init(gpa) };
    }
    pub fn deinit(self: *Stable) void {
        self.pool.deinit();
    }
    pub fn add(self: *Stable, number: i64, name: []const u8) !*Node {
        return self.pool.add(number, name);
    }
    pub fn tie(_: *Stable, one: *Node, other: *Node) void {
        one.next = other;
    }
    pub fn get(self: *const Stable, index: usize) ?*Node {
        return self.pool.get(index);
    }
    pub fn check(self: *const Stable) u64 {
        return self.pool.check();
    }
};
