//! Slices that share memory, and functions that free or move what several objects have.

const std = @import("std");
const Allocator = std.mem.Allocator;

pub const Item = struct { n: i64, name: []const u8 = "" };

pub const Shelf = struct {
    items: []Item = &.{},
    others: []Item = &.{},
    list: std.ArrayList(Item) = .empty,
    numbers: []f64 = &.{},
    first: []f64 = &.{},
    name: []const u8 = "",
    ending: []const u8 = "",
    label: [8]u8 = @splat('.'),

    pub fn share(self: *Shelf, start: usize, end: usize) void {
        self.others = self.items[start..end];
    }
    pub fn share_numbers(self: *Shelf, end: usize) void {
        self.first = self.numbers[0..end];
    }
    pub fn share_list(self: *Shelf) void {
        self.list = .fromOwnedSlice(self.items);
    }
    pub fn share_name(self: *Shelf, start: usize) void {
        self.ending = self.name[start..];
    }
    pub fn empty(self: *Shelf) void {
        self.items.len = 0;
    }
    pub fn free(self: *Shelf, gpa: Allocator) void {
        gpa.free(self.items);
        self.items = &.{};
    }
    pub fn grow(self: *Shelf, gpa: Allocator, n: i64) !void {
        self.items = try gpa.realloc(self.items, self.items.len + 1);
        self.items[self.items.len - 1] = .{ .n = n };
    }
    pub fn borrow(self: *Shelf, other: *const Shelf) void {
        self.name = other.name;
    }
    pub fn borrow_label(self: *Shelf, other: *Shelf, number: u8) void {
        other.label = @splat(number);
        self.ending = &other.label;
    }
    /// Copies, and frees, what another one has.
    pub fn steal(self: *Shelf, other: *Shelf, gpa: Allocator) !void {
        self.items = try gpa.dupe(Item, other.items);
        gpa.free(other.items);
        other.items = &.{};
    }
    pub fn swap(self: *Shelf, other: *Shelf, _: Allocator) void {
        std.mem.swap([]Item, &self.items, &other.items);
    }
    pub fn give(self: *Shelf, other: *Shelf, gpa: Allocator, count: usize) !void {
        const made = try gpa.alloc(Item, count);
        for (made, 0..) |*item, n| item.* = .{ .n = @intCast(n) };
        other.items = made;
        self.name = "given";
    }
    pub fn give_both(self: *Shelf, other: *Shelf, gpa: Allocator, count: usize) !void {
        try self.give(other, gpa, count);
        self.items = other.items;
    }
};

/// Has texts that others point to.
pub const Names = struct {
    gpa: Allocator,
    all: std.ArrayList([]u8) = .empty,

    pub fn init(gpa: Allocator) Names {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Names) void {
        for (self.all.items) |name| self.gpa.free(name);
        self.all.deinit(self.gpa);
    }
    fn add(self: *Names, name: []const u8) ![]const u8 {
        try self.all.append(self.gpa, try self.gpa.dupe(u8, name));
        return self.all.items[self.all.items.len - 1];
    }
    pub fn remove(self: *Names) void {
        if (self.all.pop()) |name| self.gpa.free(name);
    }
    pub fn give(self: *Names, shelf: *Shelf, name: []const u8, _: Allocator) !void {
        shelf.ending = try self.add(name);
    }
    pub fn count(self: *Names, shelf: *Shelf, name: []const u8, _: Allocator) !void {
        _ = try self.add(name);
        shelf.label[0] +%= 1;
    }
    pub fn lend(self: *const Names, shelf: *Shelf) void {
        shelf.ending = self.all.items[self.all.items.len - 1];
    }
};
