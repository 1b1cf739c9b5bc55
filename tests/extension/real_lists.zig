//! Lists that functions are given a pointer to, and change.

const std = @import("std");

pub const Token = struct { text: []const u8, at: usize = 0 };

pub const Doc = struct {
    lines: []const []const u8 = &.{},

    pub fn take(doc: *Doc, list: *std.ArrayList([]const u8)) void {
        doc.lines = list.items;
    }

    /// An object that is only read.
    pub fn write(doc: *const Doc, gpa: std.mem.Allocator, out: *std.ArrayList(u8)) !void {
        for (doc.lines) |line| try out.appendSlice(gpa, line);
    }
};

pub fn escape(out: *std.ArrayList(u8), gpa: std.mem.Allocator, text: []const u8) !void {
    for (text) |char| switch (char) {
        '<' => try out.appendSlice(gpa, "&lt;"),
        0 => return error.Nul,
        else => try out.append(gpa, char),
    };
}

pub fn packed_(out: *std.ArrayList(u8), gpa: std.mem.Allocator, number: u16) !usize {
    try out.appendSlice(gpa, std.mem.asBytes(&std.mem.nativeToBig(u16, number)));
    return out.items.len;
}

pub fn words(gpa: std.mem.Allocator, out: *std.ArrayList([]const u8), text: []const u8) !usize {
    var found = std.mem.tokenizeAny(u8, text, " ,");
    var count: usize = 0;
    while (found.next()) |word| : (count += 1) {
        if (word[0] == '!') return error.Unwanted;
        try out.append(gpa, word);
    }
    return count;
}

/// Each in memory of its own.
pub fn copies(gpa: std.mem.Allocator, out: *std.ArrayList([]const u8), text: []const u8) !void {
    for (0..text.len) |end| {
        const copy = try gpa.dupe(u8, text[0..end]);
        errdefer gpa.free(copy);
        try out.append(gpa, copy);
    }
}

pub fn tokens(gpa: std.mem.Allocator, out: *std.ArrayList(Token), text: []const u8) !void {
    try out.append(gpa, .{ .text = text, .at = out.items.len });
}

pub fn sort(list: *std.array_list.Managed(i64)) void {
    std.mem.sort(i64, list.items, {}, std.sort.asc(i64));
}

pub fn halve(list: *std.array_list.Managed(f64)) !?f64 {
    const last = list.pop() orelse return null;
    try list.append(last / 2);
    try list.append(last / 2);
    return last;
}

pub fn clear(gpa: std.mem.Allocator, list: *std.ArrayList(u16)) void {
    list.clearAndFree(gpa);
}

const own = std.heap.page_allocator;

pub fn grow(list: *std.ArrayList(i64)) !void {
    try list.append(own, 1);
}

pub fn keeps(list: *std.array_list.Managed(i64)) *std.array_list.Managed(i64) {
    return list;
}

pub fn both(one: *std.array_list.Managed(i64), other: *std.array_list.Managed(i64)) void {
    std.mem.swap(std.array_list.Managed(i64), one, other);
}

// Maps and sets that functions are given a pointer to, and change.

pub fn tally(counts: *std.StringHashMap(u32), text: []const u8) !void {
    var found = std.mem.tokenizeScalar(u8, text, ' ');
    while (found.next()) |word| {
        if (word[0] == '!') return error.Unwanted;
        const entry = try counts.getOrPutValue(word, 0);
        entry.value_ptr.* += 1;
    }
}

pub fn counted_(
    gpa: std.mem.Allocator,
    counts: *std.AutoHashMapUnmanaged(i64, u32),
    numbers: []const i64,
) !usize {
    for (numbers) |number| (try counts.getOrPutValue(gpa, number, 0)).value_ptr.* += 1;
    return counts.count();
}

const TokensByName = std.StringArrayHashMapUnmanaged(Token);

pub fn indexed(gpa: std.mem.Allocator, at: *TokensByName, text: []const u8) !void {
    var found = std.mem.tokenizeScalar(u8, text, ' ');
    while (found.next()) |word| {
        const key = try std.ascii.allocUpperString(gpa, word);
        try at.put(gpa, key, .{ .text = word, .at = at.count() });
    }
}

pub fn merge(map: *std.AutoHashMap(u8, []const u8), key: u8, text: []const u8) !bool {
    if (text.len == 0) return map.remove(key);
    try map.put(key, text);
    return true;
}

pub fn seen(words_seen: *std.BufSet, text: []const u8) !void {
    if (text.len == 0) words_seen.remove("gone") else try words_seen.insert(text);
}

pub fn rotate(axes: *std.EnumSet(Axis)) bool {
    axes.toggle(.x);
    return axes.contains(.x);
}

pub fn attack(gpa: std.mem.Allocator, queue: *std.Deque(u8), by: u8) !?u8 {
    try queue.pushBack(gpa, by);
    return queue.popFront();
}

pub fn untold(counts: *std.AutoHashMapUnmanaged(i64, u32)) !void {
    try counts.put(own, 1, 1);
}

pub fn swapped(one: *std.AutoHashMap(u8, u8), other: *std.AutoHashMap(u8, u8)) void {
    std.mem.swap(std.AutoHashMap(u8, u8), one, other);
}

/// A name makes no class of a set.
pub const Axis = enum { x, y, z };
pub const AxisSet = std.EnumSet(Axis);
pub const Lengths = std.EnumArray(Axis, f64);
pub const Squares = std.StaticBitSet(64);
pub const flat: AxisSet = .initMany(&.{ .x, .y });

pub const words_of_axes = std.StaticStringMap(Axis).initComptime(.{ .{ "a", .x }, .{ "b", .y } });

pub fn axisOf(word: []const u8) ?Axis {
    return words_of_axes.get(word);
}

pub fn others(axes: AxisSet) AxisSet {
    return axes.complement();
}

pub fn longest(lengths: Lengths) f64 {
    return std.mem.max(f64, &lengths.values);
}

pub fn attacked(squares: Squares, by: usize) Squares {
    var all = squares;
    all.set(by);
    return all;
}

/// A function that is no pointer.
pub fn counted(items: []const i32, wanted: fn (i32) bool) usize {
    var found: usize = 0;
    for (items) |item| found += @intFromBool(wanted(item));
    return found;
}

/// What an iterator of a map gives may be a union of its kind.
pub const Value = union(enum) {
    number: i64,
    list: []const Value,

    pub fn isList(value: Value) bool {
        return value == .list;
    }
};

pub const Table = struct {
    map: std.StringHashMap(Value),

    pub fn init(gpa: std.mem.Allocator) Table {
        return .{ .map = .init(gpa) };
    }

    pub fn deinit(table: *Table) void {
        table.map.deinit();
    }

    pub fn put(table: *Table, key: []const u8, number: i64) !void {
        try table.map.put(key, .{ .number = number });
    }

    pub fn iterator(table: *const Table) std.StringHashMap(Value).Iterator {
        return table.map.iterator();
    }
};

pub const nano_ffi_options = .{ .packed_ = .{ .bytes = true } };
