//! A type with others in the place of some of its parts: in optionals, arrays and tuples, and not
//! in structs. And a value as one of such a pair of types.

const std = @import("std");

/// The type `T` with what `partOf` says of its parts; null where that says nothing of any.
pub fn Of(comptime T: type, comptime partOf: fn (comptime T: type) ?type) ?type {
    if (partOf(T)) |Part| return Part;
    return switch (@typeInfo(T)) {
        .optional => |optional| if (Of(optional.child, partOf)) |Some| ?Some else null,
        .array => |array| if (array.sentinel_ptr != null)
            null
        else if (Of(array.child, partOf)) |Item| [array.len]Item else null,
        .@"struct" => |info| tuple: {
            if (!info.is_tuple) break :tuple null;
            var types: [info.field_types.len]type = undefined;
            var has_some = false;
            for (&types, info.field_types, info.field_attrs) |*Part, Field, attrs| {
                if (attrs.@"comptime") break :tuple null;
                Part.* = Of(Field, partOf) orelse Field;
                has_some = has_some or Part.* != Field;
            }
            break :tuple if (has_some) @Tuple(&types) else null;
        },
        else => null,
    };
}

/// A value as the type `To`, which is an optional, an array or a tuple as its own: each part by
/// `convert`, which is given the part's type and the part.
pub inline fn each(comptime To: type, value: anytype, comptime convert: anytype) To {
    if (@typeInfo(To) == .optional)
        return convert(@typeInfo(To).optional.child, value orelse return null);
    var made: To = undefined;
    if (@typeInfo(To) == .array) {
        for (&made, value) |*place, item| place.* = convert(@typeInfo(To).array.child, item);
    } else inline for (@typeInfo(To).@"struct".field_types, 0..) |Part, index| {
        made[index] = convert(Part, value[index]);
    }
    return made;
}

fn wider(comptime T: type) ?type {
    return if (T == u8) u16 else null;
}

fn widen(comptime To: type, value: anytype) To {
    return if (@typeInfo(To) == .int) value else each(To, value, widen);
}

test Of {
    try std.testing.expectEqual(?u16, Of(?u8, wider).?);
    try std.testing.expectEqual([2][3]u16, Of([2][3]u8, wider).?);
    try std.testing.expectEqual(struct { u16, i32 }, Of(struct { u8, i32 }, wider).?);
    try std.testing.expectEqual(null, Of([3]i32, wider));
    try std.testing.expectEqual(null, Of([3:0]u8, wider));
    try std.testing.expectEqual(null, Of(struct { n: u8 }, wider));
}

test each {
    const Both = struct { ?u8, [2]u8 };
    const made = widen(Of(Both, wider).?, Both{ null, .{ 1, 2 } });
    try std.testing.expectEqual(null, made[0]);
    try std.testing.expectEqual([2]u16{ 1, 2 }, made[1]);
}
