//! Text that is bytes in Python, since who uses a function says so: what has text in it, and the
//! same with `signature.Bytes`.

const std = @import("std");
const Bytes = @import("signature.zig").Bytes;
const vectors = @import("vectors.zig");

/// The type `T` with bytes for its texts; null where it has none that are told from outside: in
/// optionals, arrays, tuples and slices, and not in structs.
pub fn Of(comptime T: type) ?type {
    if (T == []const u8) return Bytes;
    return switch (@typeInfo(T)) {
        .optional => |optional| if (Of(optional.child)) |Some| ?Some else null,
        .array => |array| if (array.sentinel_ptr != null)
            null
        else if (Of(array.child)) |Item| [array.len]Item else null,
        .pointer => if (T == []const []const u8)
            []const Bytes
        else if (T == [][]const u8) []Bytes else null,
        .@"struct" => |info| tuple: {
            if (!info.is_tuple) break :tuple null;
            var types: [info.field_types.len]type = undefined;
            var has_some = false;
            for (&types, info.field_types, info.field_attrs) |*Part, Field, attrs| {
                if (attrs.@"comptime") break :tuple null;
                Part.* = Of(Field) orelse Field;
                has_some = has_some or Part.* != Field;
            }
            break :tuple if (has_some) @Tuple(&types) else null;
        },
        else => null,
    };
}

/// A value as the type `To`, which is that of it, or what `Of` says; bytes also as text.
pub inline fn as(comptime To: type, value: anytype) To {
    if (To == @TypeOf(value)) return value;
    if (vectors.FieldArray(To) != null or vectors.FieldArray(@TypeOf(value)) != null)
        return vectors.converted(To, value);
    if (To == Bytes) return .{ .data = value };
    if (To == []const u8) return value.data;
    switch (@typeInfo(To)) {
        .optional => |optional| return as(optional.child, value orelse return null),
        // A struct of one slice lies in memory as that does.
        .pointer => return @ptrCast(value),
        else => {},
    }
    var made: To = undefined;
    if (@typeInfo(To) == .array) {
        for (&made, value) |*place, item| place.* = as(@typeInfo(To).array.child, item);
    } else inline for (@typeInfo(To).@"struct".field_types, 0..) |Part, index| {
        made[index] = as(Part, value[index]);
    }
    return made;
}

comptime {
    std.debug.assert(@sizeOf(Bytes) == @sizeOf([]const u8));
    std.debug.assert(@alignOf(Bytes) == @alignOf([]const u8));
}

test Of {
    try std.testing.expectEqual(?Bytes, Of(?[]const u8).?);
    try std.testing.expectEqual([2]Bytes, Of([2][]const u8).?);
    try std.testing.expectEqual([]Bytes, Of([][]const u8).?);
    try std.testing.expectEqual(struct { u8, Bytes }, Of(struct { u8, []const u8 }).?);
    try std.testing.expectEqual(null, Of([]u8));
    try std.testing.expectEqual(null, Of(struct { text: []const u8 }));
}

test as {
    var texts: []const []const u8 = &.{ "a", "\xff" };
    _ = &texts;
    try std.testing.expectEqualStrings("\xff", as([]const Bytes, texts)[1].data);
    try std.testing.expectEqual(null, as(?Bytes, @as(?[]const u8, null)));
    const pair: struct { u8, []const u8 } = .{ 1, "b" };
    try std.testing.expectEqualStrings("\xff", as([]const u8, Bytes{ .data = "\xff" }));
    try std.testing.expectEqualStrings("b", as(struct { u8, Bytes }, pair)[1].data);
}
