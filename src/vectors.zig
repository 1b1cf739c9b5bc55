//! Vectors are arrays in Python: what has vectors in it, and the same with arrays.

const std = @import("std");
const retyped = @import("retyped.zig");

/// The type `T` with arrays for its vectors; null where it has none that are told from outside: in
/// arrays, tuples and optionals, and not in structs, or behind pointers.
pub fn Arrays(comptime T: type) ?type {
    return retyped.Of(T, arrayOf);
}

fn arrayOf(comptime T: type) ?type {
    return switch (@typeInfo(T)) {
        .vector => |vector| [vector.len]vector.child,
        else => null,
    };
}

/// The array as which Python sees a field that is a vector, or an array of such: it lies in memory
/// as the vector does, which may be longer. Null of others: bits and odd integers are closer
/// together there.
pub fn FieldArray(comptime T: type) ?type {
    return switch (@typeInfo(T)) {
        .vector => |vector| switch (@typeInfo(vector.child)) {
            .float => |float| if (float.bits <= 64) [vector.len]vector.child else null,
            .int => |int| if (int.bits == 8 * @sizeOf(vector.child) and int.bits <= 64)
                [vector.len]vector.child
            else
                null,
            else => null,
        },
        .array => |array| rows: {
            if (array.sentinel_ptr != null) break :rows null;
            const Row = FieldArray(array.child) orelse break :rows null;
            // Smaller ones take more room in an array, unless LLVM compiles it.
            const is_whole = @sizeOf(Row) == @sizeOf(array.child) and @sizeOf(Row) >= 16;
            break :rows if (is_whole) [array.len]Row else null;
        },
        else => null,
    };
}

/// A `T` out of the same with arrays.
pub inline fn fromArrays(comptime T: type, given: Arrays(T).?) T {
    return converted(T, given);
}

/// The same the other way round.
pub inline fn toArrays(comptime T: type, value: T) Arrays(T).? {
    return converted(Arrays(T).?, value);
}

/// A value as the type `To`, where one has vectors and the other one arrays.
pub inline fn converted(comptime To: type, value: anytype) To {
    const From = @TypeOf(value);
    if (To == From or @typeInfo(To) == .vector or @typeInfo(From) == .vector) return value;
    return retyped.each(To, value, converted);
}

test Arrays {
    const Row = @Vector(2, f32);
    try std.testing.expectEqual([3][2]f32, Arrays([3]Row).?);
    try std.testing.expectEqual(?[2]f32, Arrays(?Row).?);
    try std.testing.expectEqual(struct { u8, [2]f32 }, Arrays(struct { u8, Row }).?);
    try std.testing.expectEqual(null, Arrays([3]f32));
    try std.testing.expectEqual(null, Arrays(struct { row: Row }));
}

test FieldArray {
    try std.testing.expectEqual([3]f32, FieldArray(@Vector(3, f32)).?);
    try std.testing.expectEqual([4][4]f32, FieldArray([4]@Vector(4, f32)).?);
    // Three take the room of four.
    try std.testing.expectEqual(null, FieldArray([4]@Vector(3, f32)));
    try std.testing.expectEqual(null, FieldArray([4]@Vector(2, f32)));
    try std.testing.expectEqual(null, FieldArray(@Vector(3, bool)));
    try std.testing.expectEqual(null, FieldArray([3]f32));
}

test converted {
    const Rows = [2]@Vector(2, f64);
    var rows: Rows = .{ .{ 1, 2 }, .{ 3, 4 } };
    try std.testing.expectEqual([2][2]f64{ .{ 1, 2 }, .{ 3, 4 } }, converted([2][2]f64, rows));
    const there: *align(1) [2][2]f64 = @ptrCast(&rows);
    there[1][0] = 7;
    try std.testing.expectEqual(7, rows[1][0]);
    var three: @Vector(3, u16) = .{ 1, 2, 3 };
    const items: *align(1) [3]u16 = @ptrCast(&three);
    try std.testing.expectEqual([3]u16{ 1, 2, 3 }, items.*);
    items[2] = 9;
    try std.testing.expectEqual(9, three[2]);
}

test fromArrays {
    const Row = @Vector(2, f32);
    const Both = struct { u8, ?[2]Row };
    const both = fromArrays(Both, .{ 7, .{ .{ 1, 2 }, .{ 3, 4 } } });
    try std.testing.expectEqual(@as(f32, 3), both[1].?[1][0]);
    try std.testing.expectEqual(null, fromArrays(Both, .{ 7, null })[1]);
}

test toArrays {
    const Row = @Vector(2, f32);
    const rows: struct { u8, [2]Row } = .{ 7, .{ .{ 1, 2 }, .{ 3, 4 } } };
    const made = toArrays(@TypeOf(rows), rows);
    try std.testing.expectEqual([2][2]f32{ .{ 1, 2 }, .{ 3, 4 } }, made[1]);
}
