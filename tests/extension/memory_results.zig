//! Results that a function has allocated as Zig's functions do: they are the caller's.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

pub fn shout(gpa: Allocator, text: []const u8) ![]u8 {
    return std.ascii.allocUpperString(gpa, text);
}

/// A number: that is no memory.
var shouted: usize = 0;

/// Read only: the file has no variable for it, so nobody else can have it.
pub fn shout_const(gpa: Allocator, text: []const u8) ![]const u8 {
    shouted += 1;
    return std.ascii.allocUpperString(gpa, text);
}

pub fn words(gpa: Allocator, text: []const u8) ![]const []const u8 {
    var list: std.ArrayList([]const u8) = .empty;
    errdefer {
        for (list.items) |word| gpa.free(word);
        list.deinit(gpa);
    }
    var iterator = std.mem.tokenizeScalar(u8, text, ' ');
    while (iterator.next()) |word| try list.append(gpa, try std.ascii.allocUpperString(gpa, word));
    return list.toOwnedSlice(gpa);
}

/// With room for more, which the slice does not say.
pub fn roomy(gpa: Allocator, count: u32) ![]const u64 {
    var list: std.ArrayList(u64) = .empty;
    for (0..count) |number| try list.append(gpa, number);
    return list.items;
}

/// A part of it: words of the argument, which nobody frees.
pub fn split(gpa: Allocator, text: []const u8) ![]const []const u8 {
    var list: std.ArrayList([]const u8) = .empty;
    var iterator = std.mem.tokenizeScalar(u8, text, ' ');
    while (iterator.next()) |word| try list.append(gpa, word);
    return list.toOwnedSlice(gpa);
}

pub fn pair(gpa: Allocator, text: []const u8) !struct { []const u8, usize, ?[]const u8 } {
    const copy = try gpa.dupe(u8, text);
    return .{ copy, text.len, if (text.len > 3) try gpa.dupe(u8, text[0..3]) else copy };
}

pub const Word = struct { text: []const u8, letters: ?[]u32 };

pub fn records(gpa: Allocator, text: []const u8) ![]const Word {
    var list: std.ArrayList(Word) = .empty;
    var iterator = std.mem.tokenizeScalar(u8, text, ' ');
    while (iterator.next()) |word| {
        const letters = try gpa.alloc(u32, word.len);
        for (letters, word) |*letter, byte| letter.* = byte;
        try list.append(gpa, .{ .text = try gpa.dupe(u8, word), .letters = letters });
    }
    return list.toOwnedSlice(gpa);
}

pub const Shape = union(enum) { none, name: []const u8, parts: []const []const u8 };

pub fn shape(gpa: Allocator, name: ?[]const u8) !?Shape {
    const text = name orelse return null;
    if (text.len == 0) return .none;
    if (text[0] != '+') return .{ .name = try gpa.dupe(u8, text) };
    return .{ .parts = try words(gpa, text[1..]) };
}

/// The table is freed when it is converted, keys and values after that.
pub fn counts(gpa: Allocator, text: []const u8) !std.StringHashMap([]const u8) {
    var map: std.StringHashMap([]const u8) = .init(gpa);
    var iterator = std.mem.tokenizeScalar(u8, text, ' ');
    while (iterator.next()) |word| {
        const key = try gpa.dupe(u8, word);
        try map.put(key, try std.ascii.allocUpperString(gpa, word));
    }
    return map;
}

pub const Page = struct {
    title: []const u8,
    lines: std.ArrayList([]const u8) = .empty,
    links: std.StringHashMapUnmanaged(u32) = .empty,
    notes: std.StringArrayHashMapUnmanaged([]const u8) = .empty,

    pub fn init(gpa: Allocator, title: []const u8) !Page {
        var page: Page = .{ .title = try gpa.dupe(u8, title) };
        try page.lines.append(gpa, try gpa.dupe(u8, "first"));
        try page.lines.append(gpa, try gpa.dupe(u8, "second"));
        for (0..20) |number|
            try page.links.put(gpa, try std.fmt.allocPrint(gpa, "{d}", .{number}), 1);
        for (0..20) |number|
            try page.notes.put(gpa, try std.fmt.allocPrint(gpa, "{d}", .{number}), "note");
        return page;
    }

    /// In a new text each time.
    pub fn render(page: *const Page, gpa: Allocator) ![]u8 {
        return std.mem.join(gpa, "\n", page.lines.items);
    }

    /// What it returns, it has.
    pub fn retitle(page: *Page, gpa: Allocator, title: []const u8) ![]const u8 {
        page.title = try gpa.dupe(u8, title);
        return page.title;
    }

    /// The same where its own list grows.
    pub fn extend(page: *Page, gpa: Allocator, text: []const u8) ![]const []const u8 {
        const all = try words(gpa, text);
        if (all.len > 0) try page.lines.append(gpa, all[all.len - 1]);
        return all;
    }

    /// A list of texts of which it keeps the last.
    pub fn keep_last(page: *Page, gpa: Allocator, text: []const u8) ![]const []const u8 {
        const all = try words(gpa, text);
        if (all.len > 0) page.lines.items[0] = all[all.len - 1];
        return all;
    }
};

pub fn make_page(gpa: Allocator, title: []const u8) !Page {
    return .init(gpa, title);
}

pub const Node = struct {
    number: u32,
};

/// Objects in a list that is not theirs.
pub const Bag = struct {
    nodes: [4]Node = .{ .{ .number = 0 }, .{ .number = 1 }, .{ .number = 2 }, .{ .number = 3 } },

    pub fn odd(bag: *Bag, gpa: Allocator) ![]*Node {
        var list: std.ArrayList(*Node) = .empty;
        for (&bag.nodes) |*node| if (node.number % 2 == 1) try list.append(gpa, node);
        return list.toOwnedSlice(gpa);
    }
};

/// Keeps what it returns, where it can be seen, and where it cannot.
pub const Cache = struct {
    gpa: Allocator,
    last: ?[]u8 = null,
    all: std.ArrayList([]const u8) = .empty,
    table: std.StringHashMapUnmanaged([]u8) = .empty,

    pub fn init(gpa: Allocator) Cache {
        return .{ .gpa = gpa };
    }

    pub fn deinit(cache: *Cache) void {
        if (cache.last) |last| cache.gpa.free(last);
        for (cache.all.items) |text| cache.gpa.free(text);
        cache.all.deinit(cache.gpa);
        var values = cache.table.valueIterator();
        while (values.next()) |text| cache.gpa.free(text.*);
        cache.table.deinit(cache.gpa);
    }

    pub fn upper(cache: *Cache, gpa: Allocator, text: []const u8) ![]u8 {
        if (cache.last) |last| gpa.free(last);
        cache.last = null;
        cache.last = try std.ascii.allocUpperString(gpa, text);
        return cache.last.?;
    }

    /// Behind the first letter of what it keeps.
    pub fn rest(cache: *Cache, gpa: Allocator, text: []const u8) ![]u8 {
        if (cache.last) |last| gpa.free(last);
        cache.last = try gpa.dupe(u8, text);
        return cache.last.?[1..];
    }

    pub fn add(cache: *Cache, gpa: Allocator, text: []const u8) ![]const u8 {
        const copy = try gpa.dupe(u8, text);
        try cache.all.append(cache.gpa, copy);
        return copy;
    }

    pub fn put(cache: *Cache, gpa: Allocator, key: u8) ![]u8 {
        const keys = "abcdefghijklmnopqrstuvwxyz";
        const slot = try cache.table.getOrPut(cache.gpa, keys[key .. key + 1]);
        if (!slot.found_existing) slot.value_ptr.* = try gpa.dupe(u8, keys[0..key]);
        return slot.value_ptr.*;
    }

    pub fn joined(cache: *Cache, gpa: Allocator) ![]u8 {
        return std.mem.join(gpa, ",", cache.all.items);
    }

    pub fn texts(cache: *const Cache) []const []const u8 {
        return cache.all.items;
    }
};

/// A list of boxes, which nobody else can follow.
pub const Chain = struct {
    const Link = struct { text: []const u8, next: ?*Link };

    first: ?*Link = null,
    gpa: Allocator,

    pub fn init(gpa: Allocator) Chain {
        return .{ .gpa = gpa };
    }

    pub fn deinit(chain: *Chain) void {
        while (chain.first) |link| {
            chain.first = link.next;
            chain.gpa.free(link.text);
            chain.gpa.destroy(link);
        }
    }

    pub fn add(chain: *Chain, gpa: Allocator, text: []const u8) ![]const u8 {
        const link = try gpa.create(Link);
        link.* = .{ .text = try gpa.dupe(u8, text), .next = chain.first };
        chain.first = link;
        return link.text;
    }

    pub fn last(chain: *const Chain) ?[]const u8 {
        return (chain.first orelse return null).text;
    }

    /// The caller's, says its type.
    pub fn joined(chain: *Chain, gpa: Allocator) ![]u8 {
        var list: std.ArrayList(u8) = .empty;
        var next = chain.first;
        while (next) |link| : (next = link.next) try list.appendSlice(gpa, link.text);
        return list.toOwnedSlice(gpa);
    }

    /// The same, says the option.
    pub fn joined_const(chain: *Chain, gpa: Allocator) ![]const u8 {
        return joined(chain, gpa);
    }

    pub const nano_ffi_options = .{ .joined_const = .{ .result = .owned } };
};

/// Bytes that are no text.
pub fn broken(gpa: Allocator) ![]u8 {
    return gpa.dupe(u8, "\xff");
}

pub fn broken_list(gpa: Allocator) ![]const []const u8 {
    const list = try gpa.alloc([]const u8, 2);
    for (list, [_][]const u8{ "good", "\xff" }) |*place, text| place.* = try gpa.dupe(u8, text);
    return list;
}

pub fn fails(gpa: Allocator, text: []const u8) error{ OutOfMemory, Late }![]u8 {
    const copy = try gpa.dupe(u8, text);
    errdefer gpa.free(copy);
    if (copy.len > 0) return error.Late;
    return copy;
}

pub fn panics(gpa: Allocator, text: []const u8) ![]u8 {
    const copy = try gpa.dupe(u8, text);
    defer gpa.free(copy);
    var index: usize = copy.len;
    _ = &index;
    return gpa.dupe(u8, copy[index..][0..1]);
}

pub fn owned(gpa: Allocator, text: []const u8) !nano_ffi.Owned([]const u8) {
    return .{ .data = try gpa.dupe(u8, text), .allocator = gpa };
}

/// The texts in it are the caller's, too.
pub fn owned_list(gpa: Allocator, text: []const u8) !nano_ffi.Owned([]const []const u8) {
    return .{ .data = try words(gpa, text), .allocator = gpa };
}

pub fn owned_arena(gpa: Allocator, text: []const u8) !nano_ffi.OwnedArena([]const []const u8) {
    var arena: std.heap.ArenaAllocator = .init(gpa);
    errdefer arena.deinit();
    return .{ .data = try words(arena.allocator(), text), .arena = arena };
}

/// Nobody tells of an allocator, but for the option.
pub fn told(text: []const u8) ![]const []const u8 {
    return words(nano_ffi.allocator, text);
}

/// There is nothing to free in it.
pub fn told_empty() []const []const u8 {
    return &.{};
}

pub fn told_nothing(gpa: Allocator, text: []const u8) ![]u8 {
    return gpa.dupe(u8, text);
}

pub fn released(gpa: Allocator, text: []const u8) ![]u8 {
    return gpa.dupe(u8, text);
}

/// Calls Python, which may call others of these.
pub fn called(
    gpa: Allocator,
    text: []const u8,
    callback: nano_ffi.Callback(fn ([]const u8) u64),
) ![]u8 {
    const copy = try gpa.dupe(u8, text);
    errdefer gpa.free(copy);
    _ = try callback.call(.{copy});
    return copy;
}

pub fn aligned(gpa: Allocator, count: u32) ![]const u64 {
    const memory = try gpa.alignedAlloc(u64, .@"64", count);
    for (memory, 0..) |*item, number| item.* = number;
    return memory;
}

pub const nano_ffi_options = .{
    .told = .{ .result = .owned },
    .told_empty = .{ .result = .owned },
    .told_nothing = .{ .result = .borrowed },
    .released = .{ .gil = .released },
};
