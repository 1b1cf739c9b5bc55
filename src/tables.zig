//! Hash maps with keys that are no text, and sets: `std.AutoHashMap(K, V)` and `(K, void)`, and
//! `std.StringHashMap(void)`.

const std = @import("std");

/// What a map has; `Value` of a set is void.
pub const Table = struct { Key: type, Value: type };

/// What a `T` has, where it is such a map.
pub fn of(comptime T: type) ?Table {
    return comptime table: {
        if (@typeInfo(T) != .@"struct" or @typeInfo(T).@"struct".is_tuple) break :table null;
        if (!@hasDecl(T, "KV") or !@hasField(T, "unmanaged")) break :table null;
        const Key = @FieldType(T.KV, "key");
        const Value = @FieldType(T.KV, "value");
        if (Key == []const u8) break :table if (T == std.StringHashMap(void))
            .{ .Key = Key, .Value = void }
        else
            null;
        if (!isKey(Key) or T != std.AutoHashMap(Key, Value)) break :table null;
        break :table .{ .Key = Key, .Value = Value };
    };
}

/// Whether Python can hash what a key is there.
fn isKey(comptime K: type) bool {
    return switch (@typeInfo(K)) {
        .bool, .int, .@"enum" => true,
        .array => |array| array.sentinel_ptr == null and isKey(array.child),
        else => false,
    };
}

test of {
    const table = of(std.AutoHashMap(i64, f64)).?;
    try std.testing.expect(table.Key == i64 and table.Value == f64);
    try std.testing.expect(of(std.AutoHashMap([2]u8, void)).?.Value == void);
    try std.testing.expect(of(std.StringHashMap(void)).?.Key == []const u8);
    try std.testing.expect(of(std.StringHashMap(u8)) == null and of(struct { a: u8 }) == null);
}
