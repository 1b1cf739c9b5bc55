//! Whose the memory of a result is, where no option says it, and no variable can have it.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

/// It points into the text that it was found in; its `deinit` is for copies.
pub const Match = struct {
    text: []const u8,

    pub fn deinit(self: Match, gpa: Allocator) void {
        gpa.free(self.text);
    }
    pub fn copy(self: Match, gpa: Allocator) !Match {
        return .{ .text = try gpa.dupe(u8, self.text) };
    }
    pub fn size(self: *const Match) usize {
        return self.text.len;
    }
};

pub fn find(haystack: []const u8) ?Match {
    const index = std.mem.indexOfScalar(u8, haystack, '<') orelse return null;
    return .{ .text = haystack[index..] };
}

pub fn made(gpa: Allocator, size: usize) !Match {
    const letters = try gpa.alloc(u8, size);
    @memset(letters, 'm');
    return .{ .text = letters };
}

pub fn text(gpa: Allocator, size: usize) ![]u8 {
    const result = try gpa.alloc(u8, size);
    @memset(result, 'x');
    return result;
}

pub fn maybe(gpa: Allocator, size: usize) !?[]const u8 {
    if (size == 0) return null;
    return try text(gpa, size);
}

pub fn words(gpa: Allocator, count: usize) ![]const []const u8 {
    const list = try gpa.alloc([]const u8, count);
    for (list) |*word| word.* = try text(gpa, 100);
    return list;
}

pub fn numbers(gpa: Allocator, count: usize) ![]f64 {
    const list = try gpa.alloc(f64, count);
    @memset(list, 1.5);
    return list;
}

pub const Row = struct { name: []const u8, values: []i64 };

pub fn row(gpa: Allocator, size: usize) !Row {
    const values = try gpa.alloc(i64, size);
    @memset(values, 7);
    return .{ .name = try text(gpa, size), .values = values };
}

pub fn rows(gpa: Allocator, count: usize) ![]Row {
    const list = try gpa.alloc(Row, count);
    for (list) |*place| place.* = try row(gpa, 10);
    return list;
}

pub fn array_list(gpa: Allocator, count: usize) ![]i64 {
    var result: std.ArrayList(i64) = .empty;
    for (0..count) |number| try result.append(gpa, @intCast(number));
    return result.toOwnedSlice(gpa);
}

pub fn dictionary(gpa: Allocator, count: usize) !std.StringHashMap(u32) {
    var result: std.StringHashMap(u32) = .init(gpa);
    for (0..count) |number|
        try result.put(try std.fmt.allocPrint(gpa, "key {d}", .{number}), @intCast(number));
    return result;
}

pub fn tuple(gpa: Allocator, size: usize) !struct { []u8, []f64 } {
    return .{ try text(gpa, size), try numbers(gpa, size) };
}

/// An error after memory was taken.
pub fn late(gpa: Allocator, size: usize) error{ OutOfMemory, Late }![]u8 {
    const result = try text(gpa, size);
    return if (result.len > 0) error.Late else result;
}

/// Bytes that are no text: the result cannot be made.
pub fn broken(gpa: Allocator, size: usize) ![]const u8 {
    const result = try text(gpa, size);
    result[0] = 0xff;
    return result;
}

/// Python in between, which may call again.
pub fn nested(
    gpa: Allocator,
    size: usize,
    function: nano_ffi.Callback(fn (usize) usize),
) error{ OutOfMemory, PythonException }![]u8 {
    const before = try text(gpa, size);
    defer gpa.free(before);
    const inside = try function.call(.{size});
    for (before) |letter| std.debug.assert(letter == 'x');
    return std.fmt.allocPrint(gpa, "{s}{d}", .{ before, inside });
}

/// Keeps what it makes.
pub const Maker = struct {
    gpa: Allocator,
    cache: ?[]u8 = null,

    pub fn init(gpa: Allocator) Maker {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Maker) void {
        if (self.cache) |cache| self.gpa.free(cache);
    }
    pub fn cached(self: *Maker, gpa: Allocator, size: usize) ![]const u8 {
        if (self.cache == null) self.cache = try text(gpa, size);
        return self.cache.?;
    }
    pub fn part(self: *Maker, gpa: Allocator, size: usize) ![]const u8 {
        return (try self.cached(gpa, size))[1..];
    }
    /// An error after it has kept something.
    pub fn half(self: *Maker, gpa: Allocator, size: usize) error{ OutOfMemory, Late }!void {
        if (self.cache) |cache| self.gpa.free(cache);
        self.cache = try text(gpa, size);
        return error.Late;
    }
    pub fn fresh(self: *const Maker, size: usize) ![]u8 {
        return text(self.gpa, size);
    }
};

/// A tree, whose functions allocate.
pub const Note = struct {
    text: []const u8 = "",
    lines: []const []const u8 = &.{},
    values: []i64 = &.{},

    pub fn repeat(self: *Note, gpa: Allocator, count: usize) !void {
        const result = try gpa.alloc(u8, count);
        @memset(result, 'r');
        self.text = result;
    }
};

/// What nobody gave is freed.
pub fn free_static(gpa: Allocator) void {
    gpa.free(@as([]const u8, "a constant"));
}

pub fn free_twice(gpa: Allocator) !void {
    const memory = try gpa.alloc(u8, 32);
    gpa.free(memory);
    gpa.free(memory);
}

pub fn free_size(gpa: Allocator) !void {
    const memory = try gpa.alloc(u8, 32);
    gpa.free(memory[0..16]);
}

pub fn free_argument(gpa: Allocator, argument: []const u8) void {
    gpa.free(argument);
}

/// With an allocator in its map.
pub const Words = struct {
    of: std.StringHashMap([]const u8),
    number: u8 = 0,

    pub fn add(self: *Words, key: []const u8) !void {
        try self.of.put(key, key);
    }
};

pub fn size_of(given: Words) usize {
    return given.of.count();
}

pub fn put(given: Words, key: []const u8) !usize {
    var own = given;
    try own.of.put(key, "value");
    try own.of.ensureTotalCapacity(1000);
    return own.of.count();
}

pub fn put_all(given: []const Words, key: []const u8) !usize {
    var total: usize = 0;
    for (given) |one| total += try put(one, key);
    return total;
}

pub fn put_nested(given: struct { words: Words, n: i64 = 0 }, key: []const u8) !usize {
    return put(given.words, key);
}

/// Keeps the map that it was made of.
pub const Dictionary = struct {
    words: Words,

    pub fn init(given: Words) Dictionary {
        return .{ .words = given };
    }
    pub fn deinit(self: *Dictionary) void {
        _ = self;
    }
    pub fn put(self: *Dictionary, key: []const u8) !usize {
        try self.words.of.put(key, "value");
        return self.words.of.count();
    }
};

/// A copy of each piece between the commas.
pub fn pieces(gpa: Allocator, given: []const u8) ![]Match {
    var list: std.ArrayList(Match) = .empty;
    var parts = std.mem.splitScalar(u8, given, ',');
    while (parts.next()) |part| try list.append(gpa, .{ .text = try gpa.dupe(u8, part) });
    return list.toOwnedSlice(gpa);
}

/// The same without copies: each points into the text.
pub fn views(gpa: Allocator, given: []const u8) ![]Match {
    var list: std.ArrayList(Match) = .empty;
    var parts = std.mem.splitScalar(u8, given, ',');
    while (parts.next()) |part| try list.append(gpa, .{ .text = part });
    return list.toOwnedSlice(gpa);
}

pub fn sizes(matches: []const Match) usize {
    var total: usize = 0;
    for (matches) |match| total += match.text.len;
    return total;
}

/// Its `deinit` frees the matches in its list.
pub const Album = struct {
    gpa: Allocator,
    matches: std.ArrayList(Match) = .empty,

    pub fn init(gpa: Allocator) Album {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Album) void {
        for (self.matches.items) |match| match.deinit(self.gpa);
        self.matches.deinit(self.gpa);
    }
    pub fn add(self: *Album, given: []const u8) !void {
        try self.matches.append(self.gpa, .{ .text = try self.gpa.dupe(u8, given) });
    }
    pub fn all(self: *Album) []Match {
        return self.matches.items;
    }
    pub fn some(self: *const Album, least: usize) ![]const Match {
        var list: std.ArrayList(Match) = .empty;
        for (self.matches.items) |match|
            if (match.text.len >= least) try list.append(self.gpa, match);
        return list.toOwnedSlice(self.gpa);
    }
    pub fn copies(self: *const Album) ![]Match {
        const result = try self.gpa.alloc(Match, self.matches.items.len);
        for (result, self.matches.items) |*copy, match| copy.* = try match.copy(self.gpa);
        return result;
    }
    pub fn total(self: *const Album, others: []const Match) usize {
        return sizes(self.matches.items) + sizes(others);
    }
};

pub fn divided(gpa: Allocator, given: []const u8, at: usize) !struct { Match, Match } {
    return .{ try copyOf(gpa, given[0..at]), try copyOf(gpa, given[at..]) };
}

fn copyOf(gpa: Allocator, given: []const u8) !Match {
    return .{ .text = try gpa.dupe(u8, given) };
}

/// Where each piece is. A text that is no UTF-8 cannot be given.
pub fn placed(
    gpa: Allocator,
    given: []const u8,
    label: []const u8,
) ![]struct { usize, ?Match, []const u8 } {
    var list: std.ArrayList(struct { usize, ?Match, []const u8 }) = .empty;
    var parts = std.mem.splitScalar(u8, given, ',');
    while (parts.next()) |part| try list.append(gpa, .{
        @intFromPtr(part.ptr) - @intFromPtr(given.ptr),
        if (part.len == 0) null else try copyOf(gpa, part),
        try gpa.dupe(u8, label),
    });
    return list.toOwnedSlice(gpa);
}
