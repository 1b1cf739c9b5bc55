//! Lists in the fields of structs.

const std = @import("std");

pub const Item = struct {
    number: i64,
    name: []const u8 = "",

    pub fn double(self: *Item) void {
        self.number *= 2;
    }
};

pub const Box = struct {
    items: []Item = &.{},
    more: std.ArrayList(Item) = .empty,
    numbers: std.ArrayList(f64) = .empty,
    words: std.ArrayList([]const u8) = .empty,
    fixed: []const Item = &.{},
    some: std.ArrayList(?Item) = .empty,
    board: [2][2]?Item = @splat(@splat(null)),

    pub fn total(self: *const Box) i64 {
        var sum: i64 = 0;
        for (self.items) |item| sum += item.number;
        for (self.more.items) |item| sum += item.number;
        for (self.some.items) |item| sum += if (item) |there| there.number else 0;
        return sum;
    }
    pub fn someAt(self: *Box, index: usize) ?*Item {
        return if (self.some.items[index]) |*item| item else null;
    }
    pub fn drop(self: *Box, index: usize) void {
        self.some.items[index] = null;
    }
    pub fn scale(self: *Box, factor: f64) void {
        for (self.numbers.items) |*number| number.* *= factor;
    }
};

/// Has its own memory.
pub const Samples = struct {
    values: std.ArrayList(i32) = .empty,
    names: std.ArrayList([]const u8) = .empty,
    gpa: std.mem.Allocator,

    pub fn init(gpa: std.mem.Allocator, values: []const i32) !Samples {
        var samples: Samples = .{ .gpa = gpa };
        try samples.values.appendSlice(gpa, values);
        return samples;
    }
    pub fn deinit(self: *Samples) void {
        self.values.deinit(self.gpa);
        self.names.deinit(self.gpa);
    }
    pub fn sum(self: *const Samples) i64 {
        var total: i64 = 0;
        for (self.values.items) |value| total += value;
        return total;
    }
    pub fn push(self: *Samples, value: i32) !void {
        try self.values.append(self.gpa, value);
    }
    pub fn tear(self: *Samples) void {
        self.values.items.len = std.math.maxInt(usize);
        @panic("torn");
    }
};

/// Numbers that nobody changes, and what has only numbers.
pub const Fixed = struct { weights: []const f64 = &.{} };
pub const Pair = struct {
    a: i64 = 0,
    b: i64 = 0,

    pub fn tear(self: *Pair) void {
        self.a += 1;
        @panic("torn");
    }
};

/// Points into others: no one but Zig makes lists of it.
pub const Link = struct {
    number: i64,
    next: ?*Link = null,
};

pub const Chain = struct {
    links: []Link,
    more: std.ArrayList(Link) = .empty,
    named: std.StringHashMapUnmanaged(Link) = .empty,
    gpa: std.mem.Allocator,

    pub fn init(gpa: std.mem.Allocator, size: usize) !Chain {
        var chain: Chain = .{ .gpa = gpa, .links = try gpa.alloc(Link, size) };
        for (chain.links, 0..) |*link, index| link.* = .{
            .number = @intCast(index),
            .next = if (index + 1 < size) &chain.links[index + 1] else null,
        };
        errdefer gpa.free(chain.links);
        try chain.named.put(gpa, "first", chain.links[0]);
        return chain;
    }
    pub fn deinit(self: *Chain) void {
        self.gpa.free(self.links);
        self.more.deinit(self.gpa);
        self.named.deinit(self.gpa);
    }
};

/// Lists of lists that grow.
pub const Table = struct {
    rows: std.ArrayList(std.ArrayList(i64)) = .empty,
    pair: [2]std.ArrayList(Item) = @splat(.empty),
    slices: []std.ArrayList(f64) = &.{},
    /// Python does not see them.
    unseen: [][]Item = &.{},
    unseen_lists: [2]std.StringHashMapUnmanaged([]Item) = @splat(.empty),

    pub fn push(self: *Table, gpa: std.mem.Allocator, row: usize, number: i64) !void {
        try self.rows.items[row].append(gpa, number);
    }
    pub fn sum(self: *const Table) i64 {
        var total: i64 = 0;
        for (self.rows.items) |row| for (row.items) |number| {
            total += number;
        };
        for (self.pair) |list| for (list.items) |item| {
            total += item.number;
        };
        return total;
    }
};
