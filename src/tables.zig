//! The maps, sets and lists of Zig's library that are dicts, sets and lists of Python: hash maps
//! with keys that are no text, those of the others that are told the allocator or keep an order,
//! sets of text, those of enums, and lists that may grow.

const std = @import("std");
const string_maps = @import("string_maps.zig");

/// What a map has; `Value` of a set, and of a list, whose items are its keys, is void.
pub const Table = struct {
    Key: type,
    Value: type,
    kind: Kind,
};

const Kind = enum {
    /// A hash map that has its allocator.
    managed,
    /// One that is told it each time.
    unmanaged,
    /// The same, in the order in which keys came.
    ordered,
    /// std.BufSet and std.BufMap, which have copies of their keys and values.
    buffers,
    /// std.EnumSet and std.EnumMap, which are no memory but their own.
    enums,
    /// std.EnumArray, which has a value for every member.
    all_enums,
    /// std.ArrayList and std.array_list.Managed.
    list,
    /// std.Deque and std.MultiArrayList, whose items do not lie side by side.
    scattered,
    /// std.StaticBitSet, and std.DynamicBitSetUnmanaged: the places of the bits that are set.
    bits,
    /// std.DynamicBitSet, which has its allocator.
    managed_bits,
};

/// What a `T` has, where it is such a map.
pub fn of(comptime T: type) ?Table {
    return comptime table: {
        if (@typeInfo(T) != .@"struct" or @typeInfo(T).@"struct".is_tuple) break :table null;
        if (T == std.BufSet) break :table .{ .Key = []const u8, .Value = void, .kind = .buffers };
        if (T == std.BufMap)
            break :table .{ .Key = []const u8, .Value = []const u8, .kind = .buffers };
        if (ListItem(T)) |Item| break :table .{ .Key = Item, .Value = void, .kind = .list };
        if (ScatteredItem(T)) |Item|
            break :table .{ .Key = Item, .Value = void, .kind = .scattered };
        if (isBitSet(T)) break :table .{
            .Key = usize,
            .Value = void,
            .kind = if (T == std.DynamicBitSet) .managed_bits else .bits,
        };
        if (@hasDecl(T, "KV")) break :table ofHashMap(T);
        if (!@hasDecl(T, "Key") or @TypeOf(T.Key) != type or @typeInfo(T.Key) != .@"enum")
            break :table null;
        if (T == std.EnumSet(T.Key)) break :table .{ .Key = T.Key, .Value = void, .kind = .enums };
        if (!@hasDecl(T, "Value") or @TypeOf(T.Value) != type) break :table null;
        if (T == std.EnumArray(T.Key, T.Value))
            break :table .{ .Key = T.Key, .Value = T.Value, .kind = .all_enums };
        if (T != std.EnumMap(T.Key, T.Value)) break :table null;
        break :table .{ .Key = T.Key, .Value = T.Value, .kind = .enums };
    };
}

fn isBitSet(comptime T: type) bool {
    if (T == std.DynamicBitSet or T == std.DynamicBitSetUnmanaged) return true;
    if (!@hasDecl(T, "bit_length") or !@hasDecl(T, "MaskInt")) return false;
    return @TypeOf(T.bit_length) == usize and T == std.StaticBitSet(T.bit_length);
}

fn ListItem(comptime T: type) ?type {
    if (!@hasField(T, "items") or !@hasField(T, "capacity")) return null;
    const Slice = @FieldType(T, "items");
    if (@typeInfo(Slice) != .pointer or @typeInfo(Slice).pointer.size != .slice) return null;
    const Item = @typeInfo(Slice).pointer.child;
    return if (T == std.ArrayList(Item) or T == std.array_list.Managed(Item)) Item else null;
}

fn ScatteredItem(comptime T: type) ?type {
    if (@hasField(T, "buffer") and @typeInfo(@FieldType(T, "buffer")) == .pointer) {
        const Item = std.meta.Elem(@FieldType(T, "buffer"));
        return if (T == std.Deque(Item)) Item else null;
    }
    if (!@hasField(T, "bytes") or !@hasDecl(T, "get") or !@hasDecl(T, "Slice")) return null;
    if (@typeInfo(@TypeOf(T.get)) != .@"fn") return null;
    const Item = @typeInfo(@TypeOf(T.get)).@"fn".return_type orelse return null;
    if (@typeInfo(Item) != .@"struct" and @typeInfo(Item) != .@"union") return null;
    return if (T == std.MultiArrayList(Item)) Item else null;
}

/// Whether it is a list, of which the items are the keys.
pub fn isList(comptime T: type) bool {
    return comptime if (of(T)) |table| table.kind == .list or table.kind == .scattered else false;
}

/// Whether the items of a list do not lie side by side.
pub fn isScattered(comptime T: type) bool {
    return comptime of(T).?.kind == .scattered;
}

/// A list of `items`, which are memory of `gpa`. One that does not know that is told by others
/// which allocator to grow with: where that is another one it has no room, and leaves the items
/// where they are.
pub fn listOf(
    comptime T: type,
    gpa: std.mem.Allocator,
    items: []of(T).?.Key,
    has_room: bool,
) T {
    if (@hasField(T, "allocator")) return .fromOwnedSlice(gpa, items);
    if (has_room) return .fromOwnedSlice(items);
    var list: T = .empty;
    list.items = items;
    return list;
}

fn ofHashMap(comptime T: type) ?Table {
    if (@TypeOf(T.KV) != type or @typeInfo(T.KV) != .@"struct") return null;
    if (!@hasField(T.KV, "key") or !@hasField(T.KV, "value")) return null;
    const Key = @FieldType(T.KV, "key");
    const Value = @FieldType(T.KV, "value");
    if (Key == []const u8) {
        // The rest of those with text are string_maps.zig's.
        if (T == std.StringHashMap(Value))
            return if (Value == void) .{ .Key = Key, .Value = void, .kind = .managed } else null;
        if (T == std.StringHashMapUnmanaged(Value))
            return .{ .Key = Key, .Value = Value, .kind = .unmanaged };
        if (T == std.StringArrayHashMapUnmanaged(Value))
            return .{ .Key = Key, .Value = Value, .kind = .ordered };
        return null;
    }
    if (!isKey(Key)) return null;
    if (T == std.AutoHashMap(Key, Value))
        return .{ .Key = Key, .Value = Value, .kind = .managed };
    if (T == std.AutoHashMapUnmanaged(Key, Value))
        return .{ .Key = Key, .Value = Value, .kind = .unmanaged };
    if (T == std.AutoArrayHashMapUnmanaged(Key, Value))
        return .{ .Key = Key, .Value = Value, .kind = .ordered };
    return null;
}

/// Whether Python can hash what a key is there.
fn isKey(comptime K: type) bool {
    return switch (@typeInfo(K)) {
        .bool, .int, .@"enum" => true,
        .array => |array| array.sentinel_ptr == null and isKey(array.child),
        .@"struct" => |info| info.is_tuple and for (info.field_types) |Field| {
            if (!isKey(Field)) break false;
        } else true,
        else => false,
    };
}

/// One without keys, whose memory is to come from `gpa`.
pub fn empty(comptime T: type, gpa: std.mem.Allocator) T {
    return switch (comptime of(T).?.kind) {
        .managed, .buffers => .init(gpa),
        .managed_bits => .{ .unmanaged = .{}, .allocator = gpa },
        .bits => if (@hasDecl(T, "empty")) .empty else .{},
        .list => listOf(T, gpa, &.{}, false),
        .scattered => .empty,
        .unmanaged, .ordered, .enums => if (@hasDecl(T, "empty")) .empty else .{},
        .all_enums => .initUndefined(), // until there is a value for each key
    };
}

/// How many keys a map must have; null of one that may have any number.
pub fn sizeOf(comptime T: type) ?usize {
    return comptime if (of(T).?.kind == .all_enums) T.len else null;
}

/// Whether it is a set of the places of bits.
pub fn isBits(comptime T: type) bool {
    return comptime if (of(T)) |table|
        table.kind == .bits or table.kind == .managed_bits
    else
        false;
}

/// What the keys of a set must be less than; null where there is no such number.
pub fn boundOf(comptime T: type) ?usize {
    return comptime if (of(T).?.kind == .bits and @hasDecl(T, "bit_length")) T.bit_length else null;
}

/// `gpa` is what all memory of `map` is from. A key is less than `boundOf`.
pub fn put(
    comptime T: type,
    map: *T,
    gpa: std.mem.Allocator,
    key: of(T).?.Key,
    value: of(T).?.Value,
) error{OutOfMemory}!void {
    const table = comptime of(T).?;
    switch (table.kind) {
        .managed => try map.put(key, value),
        .unmanaged, .ordered => try map.put(gpa, key, value),
        .buffers => if (table.Value == void) try map.insert(key) else try map.put(key, value),
        .enums => if (table.Value == void) map.insert(key) else map.put(key, value),
        .all_enums => map.set(key, value),
        .bits => {
            const grows = @hasField(T, "bit_length");
            if (grows and key >= map.bit_length) try map.resize(gpa, try lengthFor(key), false);
            map.set(key);
        },
        .managed_bits => {
            if (key >= map.capacity()) try map.resize(try lengthFor(key), false);
            map.set(key);
        },
        .scattered => if (@hasDecl(T, "pushBack"))
            try map.pushBack(gpa, key)
        else
            try map.append(gpa, key),
        .list => if (@hasField(T, "allocator")) try map.append(key) else try map.append(gpa, key),
    }
}

/// How long a set of bits is that has this one.
fn lengthFor(key: usize) error{OutOfMemory}!usize {
    // A set of bits as long as that is no memory's.
    return if (key < std.math.maxInt(isize)) key + 1 else error.OutOfMemory;
}

/// Calls `visitor.visit(key, value)` for each key, until that is false; whether it never was.
pub fn each(comptime T: type, map: *const T, visitor: anytype) bool {
    const table = comptime of(T).?;
    if (table.kind == .list) {
        for (map.items) |item| if (!visitor.visit(item, {})) return false;
        return true;
    }
    if (table.kind == .scattered) {
        for (0..map.len) |index| {
            const item = if (@hasDecl(T, "at")) map.at(index) else map.get(index);
            if (!visitor.visit(item, {})) return false;
        }
        return true;
    }
    if (table.kind == .bits or table.kind == .managed_bits) {
        var bits = map.iterator(.{});
        while (bits.next()) |place| if (!visitor.visit(place, {})) return false;
        return true;
    }
    const is_enums = table.kind == .enums or table.kind == .all_enums;
    // That of an EnumMap is not const, and changes nothing.
    var iterator = if (is_enums) @constCast(map).iterator() else map.iterator();
    while (iterator.next()) |entry| {
        const goes_on = if (table.Value == void and (is_enums or table.kind == .buffers))
            visitor.visit(if (is_enums) entry else entry.*, {})
        else if (is_enums)
            visitor.visit(entry.key, entry.value.*)
        else
            visitor.visit(entry.key_ptr.*, entry.value_ptr.*);
        if (!goes_on) return false;
    }
    return true;
}

/// Gives back what a map can give back that has its allocator.
pub fn release(comptime T: type, map: *T) void {
    switch (comptime of(T).?.kind) {
        .managed, .buffers, .managed_bits => map.deinit(),
        .unmanaged, .ordered, .enums, .all_enums, .list, .scattered, .bits => {},
    }
}

/// A map of memory of `gpa` that has what another one has.
pub fn copy(comptime T: type, gpa: std.mem.Allocator, map: *const T) error{OutOfMemory}!T {
    const table = comptime of(T).?;
    const Put = struct {
        map: T,
        gpa: std.mem.Allocator,
        failed: error{OutOfMemory}!void = {},

        pub fn visit(made: *@This(), key: table.Key, value: table.Value) bool {
            made.failed = put(T, &made.map, made.gpa, key, value);
            return if (made.failed) true else |_| false;
        }
    };
    var made: Put = .{ .map = empty(T, gpa), .gpa = gpa };
    errdefer free(T, &made.map, gpa);
    _ = each(T, map, &made);
    try made.failed;
    return made.map;
}

/// Gives back all memory that a map has, which is of `gpa`.
pub fn free(comptime T: type, map: *T, gpa: std.mem.Allocator) void {
    switch (comptime of(T).?.kind) {
        .managed, .buffers, .managed_bits => map.deinit(),
        .enums, .all_enums => {},
        .list => if (@hasField(T, "allocator")) map.deinit() else map.deinit(gpa),
        .unmanaged, .ordered, .scattered => map.deinit(gpa),
        .bits => if (@hasField(T, "bit_length")) map.deinit(gpa),
    }
}

/// Whether functions that change such a map have to be told the allocator.
pub fn isTold(comptime T: type) bool {
    return comptime switch (of(T).?.kind) {
        .managed, .buffers, .managed_bits, .enums, .all_enums => false,
        .list => !@hasField(T, "allocator"),
        .unmanaged, .ordered, .scattered => true,
        .bits => @hasField(T, "bit_length"),
    };
}

/// Whether a value may have such a map in it: that has no allocator, or its memory is found without
/// one.
pub fn isPart(comptime T: type) bool {
    return comptime switch (of(T).?.kind) {
        .managed, .buffers, .managed_bits => false,
        .unmanaged, .ordered, .enums, .all_enums, .list, .scattered, .bits => true,
    };
}

/// Whether what its keys and values point to is the map's own.
pub fn ownsParts(comptime T: type) bool {
    return comptime of(T).?.kind == .buffers;
}

/// Where the blocks of memory begin that `map` has for itself, and that its user has to give back;
/// null where there is none.
pub fn blocksOf(comptime T: type, map: *const T) [2]?usize {
    return switch (comptime of(T).?.kind) {
        .managed, .buffers, .enums, .all_enums, .managed_bits => .{ null, null },
        .scattered => if (@hasField(T, "buffer"))
            .{ if (map.buffer.len > 0) @intFromPtr(map.buffer.ptr) else null, null }
        else
            .{ if (map.capacity > 0) @intFromPtr(map.bytes) else null, null },
        // In front of the first mask is how many there are.
        .bits => .{
            if (@hasField(T, "bit_length") and map.bit_length > 0)
                @intFromPtr(map.masks) - @sizeOf(usize)
            else
                null,
            null,
        },
        .list => .{
            if (map.items.len + map.capacity > 0) @intFromPtr(map.items.ptr) else null,
            null,
        },
        // In front of what says which places are taken are two pointers and a number.
        .unmanaged => .{
            if (map.metadata) |some| @intFromPtr(some) - 3 * @sizeOf(usize) else null,
            null,
        },
        .ordered => .{
            if (map.entries.capacity > 0) @intFromPtr(map.entries.bytes) else null,
            if (map.index_header) |header| @intFromPtr(header) else null,
        },
    };
}

/// Whether a named type is a dict or a set, too, and no class.
pub fn isValue(comptime T: type) bool {
    return comptime value: {
        const table = of(T) orelse break :value false;
        break :value switch (table.kind) {
            .managed, .list, .enums, .all_enums => true,
            .bits => T != std.DynamicBitSetUnmanaged,
            else => false,
        };
    };
}

const Color = enum { red, green };

test of {
    const table = of(std.AutoHashMap(i64, f64)).?;
    try std.testing.expect(table.Key == i64 and table.Value == f64);
    try std.testing.expect(of(std.AutoHashMap([2]u8, void)).?.Value == void);
    try std.testing.expect(of(std.StringHashMap(void)).?.Key == []const u8);
    try std.testing.expect(of(std.StringHashMap(u8)) == null and of(struct { a: u8 }) == null);
    try std.testing.expectEqual(.ordered, of(std.StringArrayHashMapUnmanaged(u8)).?.kind);
    try std.testing.expect(of(std.EnumMap(Color, u8)).?.Value == u8);
    try std.testing.expectEqual(.all_enums, of(std.EnumArray(Color, u8)).?.kind);
    try std.testing.expect(of(std.EnumSet(Color)).?.Key == Color);
    const Row = struct { x: u8, y: f64 };
    try std.testing.expect(of(std.MultiArrayList(Row)).?.Key == Row);
}

test isValue {
    try std.testing.expect(isValue(std.EnumSet(Color)) and isValue(std.StaticBitSet(8)));
    try std.testing.expect(isValue(std.AutoHashMap(u8, u8)));
    try std.testing.expect(!isValue(std.AutoHashMapUnmanaged(u8, u8)) and !isValue(Color));
    try std.testing.expect(!isValue(std.DynamicBitSetUnmanaged));
}

test copy {
    const gpa = std.testing.allocator;
    const Counter = struct {
        count: usize = 0,

        pub fn visit(counter: *@This(), _: anytype, _: anytype) bool {
            counter.count += 1;
            return true;
        }
    };
    inline for (.{
        std.AutoHashMap(u8, u16),
        std.AutoArrayHashMapUnmanaged(u8, void),
        std.BufSet,
        std.EnumMap(Color, u8),
        std.DynamicBitSetUnmanaged,
        std.StaticBitSet(9),
        std.Deque(u8),
    }) |T| {
        var map = empty(T, gpa);
        defer free(T, &map, gpa);
        const key: of(T).?.Key = if (T == std.BufSet) "a" else if (T == std.EnumMap(Color, u8))
            .green
        else
            8;
        try put(T, &map, gpa, key, if (of(T).?.Value == void) {} else 5);
        var other = try copy(T, gpa, &map);
        defer free(T, &other, gpa);
        var counter: Counter = .{};
        try std.testing.expect(each(T, &other, &counter) and counter.count == 1);
    }
    var set: std.BufSet = .init(gpa);
    defer set.deinit();
    try set.insert("a");
    const failing = std.testing.failing_allocator;
    try std.testing.expectError(error.OutOfMemory, copy(std.BufSet, failing, &set));
}

test isTold {
    try std.testing.expect(!isTold(std.BufSet) and !isTold(std.StaticBitSet(8)));
    try std.testing.expect(isTold(std.Deque(u8)) and isTold(std.DynamicBitSetUnmanaged));
}

test isList {
    try std.testing.expect(isList(std.ArrayList(u8)) and isList(std.array_list.Managed([2]u8)));
    try std.testing.expect(!isList(std.EnumSet(Color)));
}

test isScattered {
    try std.testing.expect(isScattered(std.Deque(u8)) and !isScattered(std.ArrayList(u8)));
}

test listOf {
    const gpa = std.testing.allocator;
    var roomy = listOf(std.ArrayList(u8), gpa, try gpa.dupe(u8, "ab"), true);
    defer roomy.deinit(gpa);
    try std.testing.expectEqual('a', roomy.orderedRemove(0));
    inline for (.{ std.ArrayList(u8), std.array_list.Managed(u8) }) |List| {
        const items = try gpa.dupe(u8, "ab");
        var list = listOf(List, gpa, items, false);
        try std.testing.expectEqual(@intFromPtr(items.ptr), blocksOf(List, &list)[0]);
        try put(List, &list, gpa, 'c', {});
        try std.testing.expectEqualStrings("abc", list.items);
        if (@hasField(List, "allocator")) list.deinit() else {
            list.deinit(gpa);
            gpa.free(items);
        }
    }
}

test isPart {
    try std.testing.expect(isPart(std.ArrayList(u8)) and isPart(std.EnumSet(Color)));
    try std.testing.expect(!isPart(std.AutoHashMap(u8, u8)) and !isPart(std.BufSet));
}

test isBits {
    try std.testing.expect(isBits(std.DynamicBitSet) and isBits(std.StaticBitSet(3)));
    try std.testing.expect(!isBits(std.BufSet));
}

test boundOf {
    try std.testing.expectEqual(9, boundOf(std.StaticBitSet(9)));
    try std.testing.expectEqual(null, boundOf(std.DynamicBitSet));
}

test sizeOf {
    try std.testing.expectEqual(2, sizeOf(std.EnumArray(Color, u8)));
    try std.testing.expectEqual(null, sizeOf(std.EnumMap(Color, u8)));
}

test put {
    const gpa = std.testing.allocator;
    inline for (.{
        std.AutoHashMap(u8, u8),
        std.AutoHashMapUnmanaged(u8, u8),
        std.AutoArrayHashMapUnmanaged(u8, u8),
        std.EnumMap(Color, u8),
        std.EnumSet(Color),
        std.BufSet,
        std.BufMap,
        std.StringHashMapUnmanaged(void),
        std.ArrayList(u8),
        std.array_list.Managed(u8),
        std.Deque(u8),
        std.DynamicBitSet,
        std.DynamicBitSetUnmanaged,
        std.StaticBitSet(9),
        std.StaticBitSet(99),
    }) |Map| {
        var fixed: std.heap.ArenaAllocator = .init(gpa);
        defer fixed.deinit();
        var map = empty(Map, fixed.allocator());
        try std.testing.expectEqual(.{ null, null }, blocksOf(Map, &map));
        const table = comptime of(Map).?;
        const key = switch (table.Key) {
            u8, usize => 5,
            Color => .green,
            else => "key",
        };
        const value = if (table.Value == void) {} else if (table.Value == u8) 7 else "value";
        try put(Map, &map, fixed.allocator(), key, value);
        const Counter = struct {
            count: usize = 0,
            pub fn visit(counter: *@This(), _: table.Key, _: table.Value) bool {
                counter.count += 1;
                return false;
            }
        };
        var counter: Counter = .{};
        try std.testing.expect(!each(Map, &map, &counter));
        try std.testing.expectEqual(1, counter.count);
        const has_blocks = blocksOf(Map, &map)[0] != null;
        const is_found = switch (table.kind) {
            .unmanaged, .ordered, .list, .scattered => true,
            .bits => Map == std.DynamicBitSetUnmanaged,
            else => false,
        };
        try std.testing.expectEqual(is_found, has_blocks);
        try std.testing.expectEqual(table.kind == .buffers, ownsParts(Map));
        release(Map, &map);
    }
}

test "maps that string_maps.zig knows, too" {
    // Of those that both know, the blocks are the same.
    var map: std.StringArrayHashMapUnmanaged(u8) = .empty;
    defer map.deinit(std.testing.allocator);
    const gpa = std.testing.allocator;
    for ([_][]const u8{ "a", "b" }) |key| try put(@TypeOf(map), &map, gpa, key, 1);
    try std.testing.expectEqual(
        string_maps.tablesOf(@TypeOf(map), &map),
        blocksOf(@TypeOf(map), &map),
    );
}
