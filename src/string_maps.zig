//! The maps of Zig's standard library that have text as their keys, as one.

const std = @import("std");

/// The type of the values of `std.StringHashMap`, `std.StringHashMapUnmanaged` and
/// `std.StringArrayHashMapUnmanaged`; null of another type.
pub fn Value(comptime T: type) ?type {
    return comptime valueOf(T);
}

fn valueOf(comptime T: type) ?type {
    if (@typeInfo(T) != .@"struct" or @typeInfo(T).@"struct".is_tuple) return null;
    if (!@hasDecl(T, "KV")) return null;
    if (@TypeOf(T.KV) != type or @typeInfo(T.KV) != .@"struct") return null;
    if (!@hasField(T.KV, "key") or !@hasField(T.KV, "value")) return null;
    const V = @FieldType(T.KV, "value");
    const is_known = @FieldType(T.KV, "key") == []const u8 and (T == std.StringHashMap(V) or
        T == std.StringHashMapUnmanaged(V) or isOrdered(T));
    return if (is_known) V else null;
}

/// Whether it keeps the order in which keys came.
fn isOrdered(comptime T: type) bool {
    return T == std.StringArrayHashMapUnmanaged(@FieldType(T.KV, "value"));
}

fn isManaged(comptime T: type) bool {
    return T == std.StringHashMap(@FieldType(T.KV, "value"));
}

/// One without keys, whose memory is to come from `gpa`.
pub fn empty(comptime T: type, gpa: std.mem.Allocator) T {
    return if (comptime isManaged(T)) .init(gpa) else .empty;
}

/// Makes room for `count` keys in an empty map, whose memory is from `gpa`.
pub fn reserve(
    comptime T: type,
    map: *T,
    gpa: std.mem.Allocator,
    count: usize,
) error{OutOfMemory}!void {
    if (comptime isOrdered(T)) return map.ensureTotalCapacity(gpa, count);
    const size = std.math.cast(u32, count) orelse return error.OutOfMemory;
    return if (comptime isManaged(T))
        map.ensureTotalCapacity(size)
    else
        map.ensureTotalCapacity(gpa, size);
}

/// `gpa` is what all memory of `map` is from. The key is not copied.
pub fn put(
    comptime T: type,
    map: *T,
    gpa: std.mem.Allocator,
    key: []const u8,
    value: Value(T).?,
) error{OutOfMemory}!void {
    return if (comptime isManaged(T)) map.put(key, value) else map.put(gpa, key, value);
}

pub fn remove(comptime T: type, map: *T, key: []const u8) void {
    _ = if (comptime isOrdered(T)) map.orderedRemove(key) else map.remove(key);
}

/// The first key at `place` or after it, which then is behind that. Any place is good.
pub fn keyFrom(comptime T: type, map: *const T, place: *usize) ?[]const u8 {
    if (comptime isOrdered(T)) {
        const keys = map.keys();
        if (place.* >= keys.len) return null;
        defer place.* += 1;
        return keys[place.*];
    }
    if (place.* > map.capacity()) return null;
    var iterator = map.iterator();
    iterator.index = @intCast(place.*);
    const entry = iterator.next() orelse return null;
    place.* = iterator.index;
    return entry.key_ptr.*;
}

/// The key whose value is at an address; null where that is in no value of the map.
pub fn keyAt(comptime T: type, map: *const T, address: usize) ?[]const u8 {
    const V = Value(T).?;
    if (@sizeOf(V) == 0 or map.count() == 0) return null;
    if (comptime isOrdered(T)) {
        const distance = address -% @intFromPtr(map.values().ptr);
        if (distance >= map.count() * @sizeOf(V) or distance % @sizeOf(V) != 0) return null;
        return map.keys()[distance / @sizeOf(V)];
    }
    const table = if (comptime isManaged(T)) &map.unmanaged else map;
    // Keys and values lie in arrays of their own, in the same order.
    var iterator = table.iterator();
    const entry = iterator.next() orelse return null;
    const first = iterator.index - 1;
    const start = @intFromPtr(entry.value_ptr) - first * @sizeOf(V);
    const distance = address -% start;
    if (distance >= @as(usize, table.capacity()) * @sizeOf(V) or distance % @sizeOf(V) != 0)
        return null;
    const index = distance / @sizeOf(V);
    if (!table.metadata.?[index].isUsed()) return null;
    const keys: [*]const []const u8 = @ptrCast(entry.key_ptr);
    return (keys - first)[index];
}

test keyAt {
    const gpa = std.testing.allocator;
    inline for (.{
        std.StringHashMap(u32),
        std.StringHashMapUnmanaged(u32),
        std.StringArrayHashMapUnmanaged(u32),
    }) |Map| {
        var map = empty(Map, gpa);
        defer if (Map == std.StringHashMap(u32)) map.deinit() else map.deinit(gpa);
        const names = [_][]const u8{ "a", "b", "c", "d", "e", "f", "g", "h", "i" };
        for (names, 0..) |name, value| try put(Map, &map, gpa, name, @intCast(value));
        for (names) |name| {
            const address = @intFromPtr(map.getPtr(name).?);
            try std.testing.expectEqualStrings(name, keyAt(Map, &map, address).?);
        }
        try std.testing.expectEqual(null, keyAt(Map, &map, @intFromPtr(&map)));
        try std.testing.expectEqual(null, keyAt(Map, &map, @intFromPtr(map.getPtr("a").?) + 1));
    }
}

/// Where the blocks of memory begin that `map` has for itself; null where there is none.
pub fn tablesOf(comptime T: type, map: *const T) [2]?usize {
    if (comptime isOrdered(T)) return .{
        if (map.entries.capacity > 0) @intFromPtr(map.entries.bytes) else null,
        if (map.index_header) |header| @intFromPtr(header) else null,
    };
    const metadata = if (comptime isManaged(T)) map.unmanaged.metadata else map.metadata;
    // In front of it are two pointers and a number of at most their size.
    return .{ if (metadata) |some| @intFromPtr(some) - 3 * @sizeOf(usize) else null, null };
}

test tablesOf {
    inline for (.{
        std.StringHashMap(u8),
        std.StringHashMapUnmanaged(u64),
        std.StringArrayHashMapUnmanaged(u8),
    }) |Map| {
        var memory: [20_000]u8 align(64) = undefined;
        var fixed: std.heap.FixedBufferAllocator = .init(&memory);
        var map = empty(Map, fixed.allocator());
        try std.testing.expectEqual(.{ null, null }, tablesOf(Map, &map));
        for (0..100) |index| {
            const key = try std.fmt.allocPrint(fixed.allocator(), "{d}", .{index});
            const end = fixed.end_index;
            const before = tablesOf(Map, &map);
            try put(Map, &map, fixed.allocator(), key, 0);
            for (tablesOf(Map, &map), before) |table, old| {
                if (table == null or table.? == old) continue;
                // A new one begins where what was given begins, but for what aligns it.
                const offset = table.? - @intFromPtr(&memory);
                try std.testing.expect(offset >= end and offset < fixed.end_index);
                if (comptime !isOrdered(Map))
                    try std.testing.expectEqual(std.mem.alignForward(usize, end, 8), offset);
            }
        }
    }
}

test Value {
    try std.testing.expect(Value(std.StringHashMap(u8)).? == u8);
    try std.testing.expect(Value(std.StringArrayHashMapUnmanaged([]const u8)).? == []const u8);
    try std.testing.expect(Value(std.AutoHashMap(u8, u8)) == null);
    try std.testing.expect(Value(struct { a: u8 }) == null);
}

test put {
    const gpa = std.testing.allocator;
    inline for (.{
        std.StringHashMap(u8),
        std.StringHashMapUnmanaged(u8),
        std.StringArrayHashMapUnmanaged(u8),
    }) |Map| {
        var map = empty(Map, gpa);
        defer if (Map == std.StringHashMap(u8)) map.deinit() else map.deinit(gpa);
        try reserve(Map, &map, gpa, 3);
        for ([_][]const u8{ "a", "b", "c" }, 0..) |key, value| try put(
            Map,
            &map,
            gpa,
            key,
            @intCast(value),
        );
        remove(Map, &map, "b");
        var place: usize = 0;
        var seen: usize = 0;
        while (keyFrom(Map, &map, &place)) |key| seen += 1 + @as(usize, map.get(key).?);
        try std.testing.expectEqual(4, seen);
        place = std.math.maxInt(usize) - 1;
        try std.testing.expectEqual(null, keyFrom(Map, &map, &place));
    }
}
