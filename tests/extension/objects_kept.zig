//! Classes with a deinit that keep what is no object where only their functions look: in lists,
//! maps and nodes.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

pub const Line = struct {
    n: i64 = 0,
    note: []const u8 = "",

    pub fn rename(self: *Line, note: []const u8) void {
        self.note = note;
    }
};

/// Lends what lies on its stack, and reads it afterwards.
pub fn lend(
    gpa: Allocator,
    function: nano_ffi.Callback(fn (*Order) void),
) error{ PythonException, OutOfMemory }![]u8 {
    var order: Order = .{};
    defer order.deinit(gpa);
    try function.call(.{&order});
    return std.mem.concat(gpa, u8, order.names.items);
}

const Node = struct { text: []const u8, next: ?*Node };

pub const Order = struct {
    names: std.ArrayList([]const u8) = .empty,
    lines: std.ArrayList(Line) = .empty,
    rows: std.ArrayList([]const f64) = .empty,
    prices: std.StringHashMapUnmanaged(i64) = .empty,
    items: std.StringArrayHashMapUnmanaged(Line) = .empty,
    by_number: std.AutoHashMapUnmanaged(i64, []const u8) = .empty,
    first: ?*Node = null,
    other: ?*Order = null,

    pub fn keep_one(self: *Order, other: *Order) void {
        self.other = other;
    }
    pub fn name(self: *Order, gpa: Allocator, text: []const u8) !void {
        try self.names.append(gpa, text);
    }
    pub fn name_at(self: *const Order, index: usize) []const u8 {
        return self.names.items[index];
    }
    pub fn add(self: *Order, gpa: Allocator, line: Line) !*Line {
        try self.lines.append(gpa, line);
        return &self.lines.items[self.lines.items.len - 1];
    }
    /// One that Python fills.
    pub fn add_filled(
        self: *Order,
        gpa: Allocator,
        function: nano_ffi.Callback(fn (*Line) void),
    ) error{ PythonException, OutOfMemory }!void {
        var line: Line = .{};
        try function.call(.{&line});
        try self.lines.append(gpa, line);
    }
    pub fn at(self: *Order, index: usize) *Line {
        return &self.lines.items[index];
    }
    pub fn row(self: *Order, gpa: Allocator, numbers: []const f64) !void {
        try self.rows.append(gpa, numbers);
    }
    pub fn sums(self: *const Order, gpa: Allocator) ![]f64 {
        const all = try gpa.alloc(f64, self.rows.items.len);
        for (all, self.rows.items) |*sum, numbers| {
            sum.* = 0;
            for (numbers) |each| sum.* += each;
        }
        return all;
    }
    pub fn price(self: *Order, gpa: Allocator, key: []const u8, cents: i64) !void {
        try self.prices.put(gpa, key, cents);
    }
    /// It may change the order: nobody sees that it keeps nothing.
    pub fn find(self: *Order, key: []const u8) ?i64 {
        return self.prices.get(key);
    }
    pub fn stock(self: *Order, gpa: Allocator, line: Line) !void {
        try self.items.put(gpa, line.note, line);
    }
    pub fn stocked(self: *const Order, key: []const u8) ?Line {
        return self.items.get(key);
    }
    pub fn number(self: *Order, gpa: Allocator, n: i64, text: []const u8) !void {
        try self.by_number.put(gpa, n, text);
    }
    pub fn numbered(self: *const Order, n: i64) ?[]const u8 {
        return self.by_number.get(n);
    }
    pub fn push(self: *Order, gpa: Allocator, text: []const u8) !void {
        const node = try gpa.create(Node);
        node.* = .{ .text = text, .next = self.first };
        self.first = node;
    }
    pub fn pushed(self: *const Order, index: usize) []const u8 {
        var node = self.first.?;
        for (0..index) |_| node = node.next.?;
        return node.text;
    }
    /// Where a node is, and what it has there: the address, and the length, of its text.
    pub fn place(self: *const Order, index: usize) struct { usize, usize, usize } {
        var node = self.first.?;
        for (0..index) |_| node = node.next.?;
        return .{ @intFromPtr(node), @intFromPtr(node.text.ptr), node.text.len };
    }
    pub fn deinit(self: *Order, gpa: Allocator) void {
        self.names.deinit(gpa);
        self.lines.deinit(gpa);
        self.rows.deinit(gpa);
        self.prices.deinit(gpa);
        self.items.deinit(gpa);
        self.by_number.deinit(gpa);
        while (self.first) |node| {
            self.first = node.next;
            gpa.destroy(node);
        }
    }
};

pub const Json = union(enum) {
    null,
    number: f64,
    text: []const u8,
    list: []const Json,
};

/// What it has is in unions, and in lists of these.
pub const Store = struct {
    values: std.ArrayList(Json) = .empty,
    last: anyerror!Json = error.Empty,

    pub const empty: Store = .{};
    pub fn add(self: *Store, gpa: Allocator, text: []const u8, n: f64) !void {
        const list = try gpa.dupe(Json, &.{ .null, .{ .text = text }, .{ .number = n } });
        errdefer gpa.free(list);
        self.last = .{ .text = text };
        try self.values.appendSlice(gpa, &.{ .{ .number = n }, .{ .list = list }, .null });
    }
    pub fn at(self: *const Store, index: usize) []const u8 {
        return self.values.items[3 * index + 1].list[1].text;
    }
    pub fn latest(self: *const Store) ![]const u8 {
        return (try self.last).text;
    }
    /// It may change the store: nobody sees that it keeps nothing.
    pub fn count(self: *Store, text: []const u8) usize {
        var found: usize = 0;
        for (0..self.values.items.len / 3) |index| {
            if (std.mem.eql(u8, self.at(index), text)) found += 1;
        }
        return found;
    }
    pub fn deinit(self: *Store, gpa: Allocator) void {
        for (self.values.items) |value| if (value == .list) gpa.free(value.list);
        self.values.deinit(gpa);
    }
};

/// What it has is nobody's before it is opened.
pub const Late = struct {
    is_open: bool = false,
    names: std.ArrayList([]const u8) = undefined,
    last: []const u8 = "",
    node: *Node = undefined,

    pub fn init() Late {
        return .{};
    }
    pub fn look(self: *Late, text: []const u8) usize {
        self.last = text;
        return if (self.is_open) self.names.items.len else 0;
    }
    pub fn latest(self: *const Late) []const u8 {
        return self.last;
    }
    pub fn deinit(self: *Late, gpa: Allocator) void {
        if (self.is_open) self.names.deinit(gpa);
    }
};

/// It has a pointer, and so is no tree, and no deinit.
pub const Tag = struct {
    name: []const u8,
    words: []const []const u8 = &.{ "one", "default" },
    numbers: std.ArrayList(i64) = .empty,
    by_name: std.StringHashMapUnmanaged(i64) = .empty,
    next: ?*Tag = null,

    pub fn link(self: *Tag, other: *Tag) void {
        self.next = other;
    }
    pub fn last_name(self: *const Tag) []const u8 {
        var tag = self;
        while (tag.next) |next| tag = next;
        return tag.name;
    }
    pub fn take_name(self: *Tag, other: *const Tag) void {
        self.name = other.name;
    }
    /// Frees what it was made of.
    pub fn drop_name(self: *Tag, gpa: Allocator) void {
        gpa.free(self.name);
        self.name = "";
    }
    /// The same behind a pointer.
    pub fn drop_next_name(self: *Tag, gpa: Allocator) void {
        self.next.?.drop_name(gpa);
    }
    pub fn shorten(self: *Tag, gpa: Allocator, length: usize) !void {
        const name = self.name;
        self.name = try gpa.dupe(u8, name[0..length]);
        gpa.free(name);
    }
};

/// A base that has text, and one that has it of its base.
pub const Labelled = struct { label: []const u8, next: ?*Tag = null };
pub const Priced = struct {
    labelled: Labelled,
    cents: i64 = 0,
    pub const nano_ffi_options = .{ .labelled = .{ .inherits = true } };
};
