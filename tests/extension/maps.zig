//! Maps in the fields of structs.

const std = @import("std");

pub const Item = struct {
    number: i64,
    name: []const u8 = "",

    pub fn double(self: *Item) void {
        self.number *= 2;
    }
};

pub const Store = struct {
    items: std.StringHashMapUnmanaged(Item) = .empty,
    ordered: std.StringArrayHashMapUnmanaged(Item) = .empty,
    counts: std.StringArrayHashMapUnmanaged(u32) = .empty,

    pub fn total(self: *const Store) i64 {
        var sum: i64 = 0;
        for (self.ordered.values()) |item| sum += item.number;
        var iterator = self.items.valueIterator();
        while (iterator.next()) |item| sum += item.number;
        return sum;
    }
    pub fn increase(self: *Store) void {
        for (self.counts.values()) |*count| count.* += 1;
    }
};

/// Values that may be null.
pub const Spares = struct {
    items: std.StringHashMapUnmanaged(?Item) = .empty,
    ordered: std.StringArrayHashMapUnmanaged(?Item) = .empty,
    words: std.StringHashMapUnmanaged(?Words) = .empty,

    pub fn total(self: *const Spares) i64 {
        var sum: i64 = 0;
        for (self.ordered.values()) |item| sum += if (item) |some| some.number else 0;
        var iterator = self.items.valueIterator();
        while (iterator.next()) |item| sum += if (item.*) |some| some.number else 0;
        return sum;
    }
    pub fn at(self: *Spares, key: []const u8) ?*Item {
        const value = self.items.getPtr(key) orelse self.ordered.getPtr(key) orelse return null;
        return if (value.*) |*some| some else null;
    }
    pub fn drop(self: *Spares, key: []const u8) void {
        (self.items.getPtr(key) orelse self.ordered.getPtr(key) orelse return).* = null;
    }
};

/// With an allocator in the map.
pub const Words = struct { of: std.StringHashMap([]const u8), number: u8 = 0 };

/// Has its own memory.
pub const Index = struct {
    places: std.StringHashMap(u32),
    notes: std.StringHashMap(Item),

    pub fn init(gpa: std.mem.Allocator, words: []const []const u8) !Index {
        var index: Index = .{ .places = .init(gpa), .notes = .init(gpa) };
        errdefer index.deinit();
        for (words, 0..) |word, place| try index.add(word, @intCast(place));
        return index;
    }
    pub fn deinit(self: *Index) void {
        var keys = self.places.keyIterator();
        while (keys.next()) |key| self.places.allocator.free(key.*);
        self.places.deinit();
        self.notes.deinit();
    }
    pub fn add(self: *Index, word: []const u8, place: u32) !void {
        const gpa = self.places.allocator;
        const own = try gpa.dupe(u8, word);
        errdefer gpa.free(own);
        if (try self.places.fetchPut(own, place)) |known| gpa.free(known.key);
        try self.notes.put(self.places.getKey(word).?, .{ .number = place });
    }
    pub fn remove(self: *Index, word: []const u8) void {
        _ = self.notes.remove(word);
        if (self.places.fetchRemove(word)) |known| self.places.allocator.free(known.key);
    }
};

/// Zig's code may change a key in its place, which nobody finds then.
pub const Spoilt = struct {
    table: std.StringHashMap(i64),
    key: [4]u8 = "abcd".*,

    pub fn init(gpa: std.mem.Allocator) Spoilt {
        return .{ .table = .init(gpa) };
    }
    pub fn deinit(self: *Spoilt) void {
        self.table.deinit();
    }
    pub fn put(self: *Spoilt) error{OutOfMemory}!void {
        try self.table.put(&self.key, 1);
        self.key[0] = 'z';
    }
};
