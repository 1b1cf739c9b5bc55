//! Plain structs and trees: what Python gives them is their own, and nothing of it moves.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

pub const Doc = struct {
    name: []const u8 = "",
    words: []const []const u8 = &.{},
    other: ?[]const u8 = null,

    pub const Both = struct { name: []const u8, words: []const []const u8 };

    pub fn title(self: *Doc) []const u8 {
        return self.name;
    }
    pub fn read(self: *const Doc) []const u8 {
        return self.name;
    }
    pub fn copied(self: Doc) []const u8 {
        return self.name;
    }
    pub fn maybe(self: *Doc) ?[]const u8 {
        return self.name;
    }
    pub fn failing(self: *Doc) error{Never}![]const u8 {
        return self.name;
    }
    pub fn tuple(self: *Doc) struct { []const u8, usize } {
        return .{ self.name, self.name.len };
    }
    pub fn both(self: *Doc) Both {
        return .{ .name = self.name, .words = self.words };
    }
    pub fn list(self: *Doc) []const []const u8 {
        return self.words;
    }
    pub fn same(self: *Doc) Doc {
        return self.*;
    }
    pub fn __str__(self: *Doc) []const u8 {
        return self.name;
    }
    pub fn __getitem__(self: *Doc, start: usize) []const u8 {
        return self.name[start..];
    }
    pub fn __add__(self: *Doc, count: usize) []const u8 {
        return self.name[0 .. self.name.len - count];
    }
    pub fn __call__(self: *Doc) []const u8 {
        return self.name;
    }
    pub fn cut(self: *Doc, count: usize) void {
        self.name = self.name[count..];
    }
    /// The same text in two fields.
    pub fn share(self: *Doc) void {
        self.other = self.name;
    }
    /// As Zig's own setters do it.
    pub fn rename(self: *Doc, gpa: Allocator, text: []const u8) !void {
        const name = try gpa.dupe(u8, text);
        gpa.free(self.name);
        self.name = name;
    }
    pub fn store(self: *Doc, text: []const u8) void {
        self.name = text;
    }
    pub fn append(self: *Doc, gpa: Allocator, text: []const u8) !void {
        self.name = try std.mem.concat(gpa, u8, &.{ self.name, text });
    }
};

pub fn title_of(doc: *Doc) []const u8 {
    return doc.name;
}

pub const Item = struct {
    n: i64 = 0,
    name: []const u8 = "",

    pub fn bump(self: *Item) void {
        self.n += 1;
    }
    pub fn label(self: *Item) []const u8 {
        return self.name;
    }
};

pub const Pair = struct { n: i64 = 0 };

pub const Bag = struct {
    items: []Item = &.{},
    name: []const u8 = "",
    more: std.ArrayList(Item) = .empty,
    named: std.StringArrayHashMapUnmanaged(Item) = .empty,
    hashed: std.StringHashMapUnmanaged(Item) = .empty,
    one: Item = .{},
    pair: [2]Pair = .{ .{}, .{} },

    pub fn first(self: *Bag) *Item {
        return &self.items[0];
    }
    pub fn peek(self: *const Bag) *const Item {
        return &self.items[0];
    }
    pub fn maybe(self: *Bag, index: usize) ?*Item {
        return if (index < self.items.len) &self.items[index] else null;
    }
    pub fn last(self: *Bag) error{Empty}!*Item {
        if (self.more.items.len == 0) return error.Empty;
        return &self.more.items[self.more.items.len - 1];
    }
    pub fn get(self: *Bag, key: []const u8) ?*Item {
        return self.named.getPtr(key);
    }
    pub fn look(self: *Bag, key: []const u8) ?*Item {
        return self.hashed.getPtr(key);
    }
    pub fn only(self: *Bag) *Item {
        return &self.one;
    }
    pub fn cell(self: *Bag, index: usize) *Pair {
        return &self.pair[index];
    }
    pub fn all(self: *Bag) []Item {
        return self.items;
    }
    pub fn ends(self: *Bag, gpa: Allocator) ![]const *Item {
        return gpa.dupe(*Item, &.{ &self.items[0], &self.items[self.items.len - 1] });
    }
    pub fn push(self: *Bag, gpa: Allocator, item: *const Item) !void {
        try self.more.ensureTotalCapacityPrecise(gpa, self.more.items.len + 1);
        self.more.appendAssumeCapacity(item.*);
    }
    pub fn push_value(self: *Bag, gpa: Allocator, item: Item) !void {
        try self.more.ensureTotalCapacityPrecise(gpa, self.more.items.len + 1);
        self.more.appendAssumeCapacity(item);
    }
    pub fn push_all(self: *Bag, gpa: Allocator, items: []const Item) !void {
        for (items) |*item| try self.push(gpa, item);
    }
    pub fn swap(self: *Bag, a: *Item, b: *Item) void {
        _ = self;
        std.mem.swap(Item, a, b);
    }
    pub fn merge(self: *Bag, gpa: Allocator, other: *const Bag) !void {
        for (other.items) |*item| try self.push(gpa, item);
    }
    pub fn total(self: *const Bag) i64 {
        var sum: i64 = 0;
        for (self.items) |item| sum += item.n;
        for (self.more.items) |item| sum += item.n;
        for (self.named.values()) |item| sum += item.n;
        return sum;
    }
    /// Other memory, and the old one is forgotten.
    pub fn renew(self: *Bag, gpa: Allocator) !void {
        self.items = try gpa.dupe(Item, self.items);
    }
    pub fn drop(self: *Bag) void {
        self.items = self.items[0 .. self.items.len - 1];
    }
    pub fn each(
        self: *const Bag,
        function: nano_ffi.Callback(fn (*const Item) void),
    ) error{PythonException}!void {
        for (self.items) |*item| try function.call(.{item});
    }
    pub fn change(
        self: *Bag,
        function: nano_ffi.Callback(fn (*Item) void),
    ) error{PythonException}!void {
        for (self.items) |*item| try function.call(.{item});
    }
    pub fn __getitem__(self: *Bag, index: usize) error{IndexOutOfRange}!*Item {
        if (index >= self.items.len) return error.IndexOutOfRange;
        return &self.items[index];
    }
};

/// Each has what the other one had.
pub fn exchange(a: *Bag, b: *Bag) void {
    std.mem.swap([]Item, &a.items, &b.items);
    std.mem.swap([]const u8, &a.name, &b.name);
    std.mem.swap(std.ArrayList(Item), &a.more, &b.more);
}

/// Both have the same memory.
pub fn share(from: *const Bag, to: *Bag) void {
    to.items = from.items;
    to.name = from.name;
}

pub fn share_value(from: Bag, to: *Bag) void {
    share(&from, to);
}

/// What is there at times.
pub const Maybe = struct {
    item: ?Item = null,
    choice: union(enum) { none, item: Item } = .none,
    n: i64 = 0,

    pub fn get(self: *Maybe) ?*Item {
        return if (self.item) |*item| item else null;
    }
    pub fn chosen(self: *Maybe) ?*Item {
        return switch (self.choice) {
            .none => null,
            .item => |*item| item,
        };
    }
    pub fn set(self: *Maybe, gpa: Allocator, n: i64, name: []const u8) !void {
        const own = try gpa.dupe(u8, name);
        self.item = .{ .n = n, .name = own };
        self.choice = .{ .item = .{ .n = n, .name = own } };
    }
    pub fn clear(self: *Maybe) void {
        self.item = null;
        self.choice = .none;
    }
};

/// An item of `bag` goes into `to`.
pub fn move(gpa: Allocator, to: *Bag, item: *const Item) !void {
    try to.push(gpa, item);
}

pub fn merge(gpa: Allocator, to: *Bag, bag: *const Bag) !void {
    try to.merge(gpa, bag);
}

pub fn merge_shelf(gpa: Allocator, to: *Bag, shelf: *const Shelf) !void {
    for (shelf.bags) |*bag| try to.merge(gpa, bag);
}

pub const Shelf = struct {
    bags: []Bag = &.{},
    lists: std.ArrayList(Bag) = .empty,
    named: std.StringHashMapUnmanaged(Bag) = .empty,
    inner: Bag = .{},

    pub fn bag(self: *Shelf) *Bag {
        return &self.bags[0];
    }
    pub fn deep(self: *Shelf) *Item {
        return &self.bags[0].items[0];
    }
    pub fn inside(self: *Shelf) *Item {
        return &self.inner.items[0];
    }
};

pub const Inner = struct { number: i64 = 0, text: []const u8 = "" };
pub const Outer = struct {
    inner: std.ArrayList(Inner) = .empty,
    named: std.StringHashMapUnmanaged(Inner) = .empty,
    words: []const []const u8 = &.{},
};
/// Lists in lists and maps, and the other way round.
pub const Root = struct {
    outer: []Outer = &.{},
    more: std.ArrayList(Outer) = .empty,
    named: std.StringArrayHashMapUnmanaged(Outer) = .empty,
    number: i64 = 0,
};

/// A list of numbers, which can be lent as a buffer.
pub const Numbers = struct {
    values: std.ArrayList(f64) = .empty,
    fixed: []f64 = &.{},
    n: i64 = 0,

    pub fn touch(self: *Numbers) void {
        self.n += 1;
    }
    pub fn sum(self: *Numbers) f64 {
        var result: f64 = 0;
        for (self.values.items) |value| result += value;
        return result;
    }
    pub fn extend(self: *Numbers, gpa: Allocator, values: []const f64) !void {
        try self.values.ensureTotalCapacityPrecise(gpa, self.values.items.len + values.len);
        for (values) |value| self.values.appendAssumeCapacity(value);
    }
};

/// Nothing but its fields, in arrays.
pub const Grid = struct {
    cells: [2]f64 = .{ 0, 0 },
    deep: [2][2]i32 = .{ .{ 0, 0 }, .{ 0, 0 } },
    rows: [2]Row = .{ .{}, .{} },
    flags: []bool = &.{},
    marks: [4]bool = @splat(false),
    colors: []Color = &.{},

    pub const Row = struct { cells: [2]f64 = .{ 0, 0 }, n: i64 = 0 };
    pub const Color = enum(u8) { red, green };

    pub fn sum(self: *const Grid) f64 {
        var result: f64 = self.cells[0] + self.cells[1];
        for (self.rows) |row| result += row.cells[0] + row.cells[1];
        for (self.deep) |row| for (row) |value| {
            result += @floatFromInt(value);
        };
        return result;
    }
    pub fn count(self: *const Grid) usize {
        var result: usize = 0;
        for (self.flags) |flag| result += @intFromBool(flag);
        for (self.marks) |mark| result += @intFromBool(mark);
        return result;
    }
};

pub const Field = struct {
    grids: []Grid = &.{},
    numbers: std.ArrayList([2]f64) = .empty,
};

/// As deep as it is made.
pub const Tree = struct {
    n: i64 = 0,
    children: []Tree = &.{},

    pub fn grow(self: *Tree, gpa: Allocator, levels: usize) !void {
        var tree = self;
        for (0..levels) |level| {
            tree.children = try gpa.alloc(Tree, 1);
            tree.children[0] = .{ .n = @intCast(level) };
            tree = &tree.children[0];
        }
    }
    pub fn depth(self: *const Tree) usize {
        var result: usize = 0;
        var tree = self;
        while (tree.children.len > 0) : (tree = &tree.children[0]) result += 1;
        return result;
    }
    pub fn touch(self: *Tree) void {
        self.n += 1;
    }
    pub fn lowest(self: *Tree) *Tree {
        var tree = self;
        while (tree.children.len > 0) tree = &tree.children[0];
        return tree;
    }
};

pub fn grown(gpa: Allocator, levels: usize) !Tree {
    var tree: Tree = .{};
    try tree.grow(gpa, levels);
    return tree;
}

pub fn depth_of(tree: Tree) usize {
    return tree.depth();
}

pub const Forest = struct {
    trees: std.ArrayList(Tree) = .empty,
    named: std.StringHashMapUnmanaged(Tree) = .empty,
    one: Tree = .{},
};

/// Lists of lists, and what is in the values of maps.
pub const Board = struct {
    name: []const u8 = "",
    cells: [2][3]Cell = @splat(@splat(.{})),
    rows: std.ArrayList(std.ArrayList(Cell)) = .empty,
    listed: std.ArrayList([2]Cell) = .empty,
    named: std.StringHashMapUnmanaged(Cell) = .empty,
    ordered: std.StringArrayHashMapUnmanaged([2]Cell) = .empty,
    read: []const [2]Cell = &.{},
    /// Python does not see them.
    unseen: [][]Cell = &.{},
    unseen_by_name: std.StringHashMapUnmanaged([]Cell) = .empty,

    pub const Cell = struct {
        n: i64 = 0,
        pair: Pair = .{},
        pairs: [2][2]Pair = @splat(@splat(.{})),
    };

    pub fn cell(self: *Board, row: usize, column: usize) *Cell {
        return &self.cells[row][column];
    }
    pub fn cell_pair(self: *Board, row: usize, column: usize) *Pair {
        return &self.cells[row][column].pair;
    }
    pub fn deepest(self: *Board) *Pair {
        return &self.rows.items[1].items[0].pairs[1][0];
    }
    pub fn in_rows(self: *Board, row: usize, column: usize) *Cell {
        return &self.rows.items[row].items[column];
    }
    pub fn in_list(self: *Board, row: usize, column: usize) *Cell {
        return &self.listed.items[row][column];
    }
    pub fn in_named(self: *Board, key: []const u8) ?*Pair {
        return &(self.named.getPtr(key) orelse return null).pairs[0][1];
    }
    pub fn in_ordered(self: *Board, key: []const u8, index: usize) ?*Cell {
        return &(self.ordered.getPtr(key) orelse return null)[index];
    }
    pub fn to_read(self: *const Board, row: usize, column: usize) *const Cell {
        return &self.read[row][column];
    }
};
