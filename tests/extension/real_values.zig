//! Values with lists, maps and sets of Zig's library in them.

const std = @import("std");

/// As a format for data has them.
pub const Value = union(enum) {
    null,
    bool: bool,
    int: i64,
    str: []const u8,
    list: std.ArrayList(Value),
    map: std.StringArrayHashMapUnmanaged(Value),
};

/// A copy, of which every number is one more.
pub fn next(gpa: std.mem.Allocator, value: Value) !Value {
    switch (value) {
        .null, .bool => return value,
        .int => |int| return .{ .int = int + 1 },
        .str => |text| return .{ .str = try gpa.dupe(u8, text) },
        .list => |list| {
            var all: std.ArrayList(Value) = .empty;
            for (list.items) |item| try all.append(gpa, try next(gpa, item));
            return .{ .list = all };
        },
        .map => |map| {
            var all: std.StringArrayHashMapUnmanaged(Value) = .empty;
            for (map.keys(), map.values()) |key, item|
                try all.put(gpa, try gpa.dupe(u8, key), try next(gpa, item));
            return .{ .map = all };
        },
    }
}

/// As many lists in one another.
pub fn deep(gpa: std.mem.Allocator, depth: usize) !Value {
    var value: Value = .null;
    for (0..depth) |_| {
        var list: std.ArrayList(Value) = .empty;
        try list.append(gpa, value);
        value = .{ .list = list };
    }
    return value;
}

const Endless = struct { all: []const Endless };
const endless: [1]Endless = .{.{ .all = &endless }};

/// Has itself in it.
pub fn circle() []const Endless {
    return &endless;
}

/// Has other names for lists of JSON, which are no class.
pub const json = std.json;

/// What a JSON text says.
pub fn parse(gpa: std.mem.Allocator, text: []const u8) !std.json.Parsed(std.json.Value) {
    return std.json.parseFromSlice(std.json.Value, gpa, text, .{ .allocate = .alloc_always });
}

pub fn write(value: std.json.Value, writer: *std.Io.Writer) !void {
    try std.json.Stringify.value(value, .{}, writer);
}

/// The tag that a value has.
pub fn tagOf(value: std.json.Value) []const u8 {
    return @tagName(value);
}

/// The list and one item more.
pub fn appended(gpa: std.mem.Allocator, list: std.ArrayList(i64), item: i64) !std.ArrayList(i64) {
    var longer = list;
    try longer.append(gpa, item);
    return longer;
}

pub fn total(list: *const std.ArrayList(i64)) i64 {
    var sum: i64 = 0;
    for (list.items) |item| sum += item;
    return sum;
}

pub fn halves(gpa: std.mem.Allocator, all: std.array_list.Managed(f64)) !struct {
    count: usize,
    halves: std.ArrayList(f64),
    odd: std.AutoHashMapUnmanaged(usize, void),
} {
    var list: std.ArrayList(f64) = .empty;
    var odd: std.AutoHashMapUnmanaged(usize, void) = .empty;
    for (all.items, 0..) |item, index| {
        try list.append(gpa, item / 2);
        if (@mod(item, 2) == 1) try odd.put(gpa, index, {});
    }
    return .{ .count = all.items.len, .halves = list, .odd = odd };
}

const Color = enum { red, green };

/// Has maps, sets and lists.
pub const Box = struct {
    gpa: std.mem.Allocator,
    ages: std.AutoHashMap(u32, f64),
    pairs: std.AutoHashMapUnmanaged([2]u16, void) = .empty,
    names: std.BufSet,
    colors: std.EnumSet(Color) = .empty,
    lists: std.ArrayList(std.AutoHashMapUnmanaged(u8, u8)) = .empty,

    pub fn init(gpa: std.mem.Allocator) Box {
        return .{ .gpa = gpa, .ages = .init(gpa), .names = .init(gpa) };
    }

    pub fn deinit(self: *Box) void {
        self.ages.deinit();
        self.pairs.deinit(self.gpa);
        self.names.deinit();
        for (self.lists.items) |*map| map.deinit(self.gpa);
        self.lists.deinit(self.gpa);
    }

    pub fn add(self: *Box, age: u32, name: []const u8) !void {
        try self.ages.put(age, 1.5);
        try self.pairs.put(self.gpa, .{ 1, 2 }, {});
        try self.names.insert(name);
        self.colors.insert(.green);
        var map: std.AutoHashMapUnmanaged(u8, u8) = .empty;
        errdefer map.deinit(self.gpa);
        try map.put(self.gpa, 1, 2);
        try self.lists.append(self.gpa, map);
    }

    /// Keeps what it is given.
    pub fn keep(self: *Box, lists: std.ArrayList(std.AutoHashMapUnmanaged(u8, u8))) usize {
        return self.lists.items.len + lists.items.len;
    }
};

pub const Flags = struct { colors: std.EnumSet(Color) = .empty, n: i64 = 0 };

/// Which of the numbers are odd.
pub fn oddOnes(gpa: std.mem.Allocator, numbers: std.DynamicBitSet) !std.DynamicBitSetUnmanaged {
    var found: std.DynamicBitSetUnmanaged = try .initEmpty(gpa, numbers.capacity());
    var iterator = numbers.iterator(.{});
    while (iterator.next()) |number| if (number % 2 == 1) found.set(number);
    return found;
}

/// The same number of bits from the other end.
pub fn mirrored(bits: std.StaticBitSet(8)) std.StaticBitSet(8) {
    return .{ .mask = @bitReverse(bits.mask) };
}

pub fn both(
    gpa: std.mem.Allocator,
    a: std.StaticBitSet(100),
) !struct { std.StaticBitSet(100), std.DynamicBitSet } {
    var copy: std.DynamicBitSet = try .initEmpty(gpa, 100);
    var iterator = a.iterator(.{});
    while (iterator.next()) |number| copy.set(number);
    return .{ a, copy };
}

pub fn copied(gpa: std.mem.Allocator, a: std.DynamicBitSetUnmanaged) !std.DynamicBitSet {
    return .{ .unmanaged = try a.clone(gpa), .allocator = gpa };
}

/// Has sets of numbers.
pub const Sieve = struct {
    small: std.StaticBitSet(8) = .{ .mask = 0b1010_1100 },
    all: std.DynamicBitSetUnmanaged = .{},
    gpa: std.mem.Allocator,

    pub fn init(gpa: std.mem.Allocator) Sieve {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Sieve) void {
        self.all.deinit(self.gpa);
    }
    pub fn add(self: *Sieve, number: u16) !void {
        const least = @as(usize, number) + 1;
        if (least > self.all.bit_length) try self.all.resize(self.gpa, least, false);
        self.all.set(number);
    }
};

const Row = struct { x: u8, name: []const u8 };

/// Has lists whose items do not lie side by side.
pub const Queue = struct {
    gpa: std.mem.Allocator,
    waiting: std.Deque(i64) = .empty,
    rows: std.MultiArrayList(Row) = .empty,

    pub fn init(gpa: std.mem.Allocator) Queue {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Queue) void {
        self.waiting.deinit(self.gpa);
        self.rows.deinit(self.gpa);
    }
    pub fn add(self: *Queue, number: i64) !void {
        try self.waiting.pushFront(self.gpa, number);
        try self.rows.append(self.gpa, .{ .x = @truncate(@abs(number)), .name = "row" });
    }
    pub fn totalOf(_: *const Queue, numbers: std.Deque(i64), rows: std.MultiArrayList(Row)) i64 {
        var sum: i64 = 0;
        for (0..numbers.len) |index| sum += numbers.at(index);
        for (rows.items(.x)) |x| sum += x;
        return sum;
    }
};

pub fn parts(gpa: std.mem.Allocator, numbers: std.Deque(i64)) !struct { std.Deque(i64), i64 } {
    var doubled: std.Deque(i64) = .empty;
    for (0..numbers.len) |index| try doubled.pushFront(gpa, 2 * numbers.at(index));
    return .{ doubled, 7 };
}

/// Where something is in a list.
pub const Index = enum(u32) {
    _,

    pub fn next(index: Index) Index {
        return @fromBackingInt(@backingInt(index) + 1);
    }
};

pub const Slot = enum(i3) { _ };

pub const origin: Index = @fromBackingInt(7);

pub fn after(index: Index) Index {
    return index.next();
}

pub fn turned(pair: struct { Index, ?Slot }) struct { ?Slot, Index } {
    return .{ pair[1], pair[0] };
}

pub fn counted(gpa: std.mem.Allocator, all: []const Index) !std.AutoHashMap(Index, u8) {
    var map: std.AutoHashMap(Index, u8) = .init(gpa);
    errdefer map.deinit();
    for (all) |index| {
        const entry = try map.getOrPutValue(index, 0);
        entry.value_ptr.* += 1;
    }
    return map;
}

/// A node of a tree that is in a list.
pub const Place = struct {
    at: Index,
    children: []const Index = &.{},

    pub fn first(self: *const Place) ?Index {
        return if (self.children.len > 0) self.children[0] else null;
    }
};

/// A list that is not const in a value of its own kind.
pub const Term = union(enum) {
    nothing,
    text: []const u8,
    list: []Term,

    pub fn count(term: Term) usize {
        if (term != .list) return 1;
        var sum: usize = 0;
        for (term.list) |inner| sum += inner.count();
        return sum;
    }

    pub fn items(term: Term) ?[]Term {
        return if (term == .list) term.list else null;
    }
};

/// It begins without memory, and its methods get it some.
pub const Document = struct {
    source: []const u8,
    words: std.ArrayList([]u8) = .empty,

    pub fn parse(document: *Document, gpa: std.mem.Allocator) !void {
        var words = std.mem.tokenizeScalar(u8, document.source, ' ');
        while (words.next()) |word| {
            const own = try gpa.dupe(u8, word);
            errdefer gpa.free(own);
            try document.words.append(gpa, own);
        }
    }

    pub fn last(document: *const Document) []const u8 {
        return document.words.items[document.words.items.len - 1];
    }

    pub fn deinit(document: *Document, gpa: std.mem.Allocator) void {
        for (document.words.items) |word| gpa.free(word);
        document.words.deinit(gpa);
    }
};

pub fn open(source: []const u8) Document {
    return .{ .source = source };
}
