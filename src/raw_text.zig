//! Text that is bytes in Python, since who uses a function says so: what has text in it, and the
//! same with `signature.Bytes`.

const std = @import("std");
const Bytes = @import("signature.zig").Bytes;
const retyped = @import("retyped.zig");
const vectors = @import("vectors.zig");

/// The type `T` with bytes for its texts; null where it has none that are told from outside: in
/// optionals, arrays, tuples and slices, and not in structs.
pub fn Of(comptime T: type) ?type {
    return retyped.Of(T, bytesOf);
}

fn bytesOf(comptime T: type) ?type {
    if (T == []const u8) return Bytes;
    if (T == []const []const u8) return []const Bytes;
    return if (T == [][]const u8) []Bytes else null;
}

/// A value as the type `To`, which is that of it, or what `Of` says; bytes also as text.
pub inline fn as(comptime To: type, value: anytype) To {
    if (To == @TypeOf(value)) return value;
    if (vectors.FieldArray(To) != null or vectors.FieldArray(@TypeOf(value)) != null)
        return vectors.converted(To, value);
    if (To == Bytes) return .{ .data = value };
    if (To == []const u8) return value.data;
    // A struct of one slice lies in memory as that does.
    if (@typeInfo(To) == .pointer) return @ptrCast(value);
    return retyped.each(To, value, as);
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
