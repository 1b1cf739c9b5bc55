//! How a type lies in memory, as text: two types of one source that have the same one are the same.

const std = @import("std");
const string_maps = @import("string_maps.zig");

/// All that says where in memory the parts of a value are.
pub fn of(comptime T: type) []const u8 {
    return comptime within(T, &.{});
}

/// Of a type that it is in, one of `outer`, it has been said.
fn within(comptime T: type, comptime outer: []const type) []const u8 {
    @setEvalBranchQuota(1_000_000_000);
    comptime var text: []const u8 = number(@sizeOf(T)) ++ number(@alignOf(T));
    if (comptime std.mem.findScalar(type, outer, T) != null) return text;
    const around = outer ++ .{T};
    if (comptime string_maps.Value(T)) |Value| text = text ++ within(Value, around);
    switch (@typeInfo(T)) {
        .pointer => |pointer| if (pointer.size == .slice) {
            if (pointer.sentinel_ptr != null) text = text ++ "ended:";
            text = text ++ within(pointer.child, around);
        },
        .optional => |optional| text = text ++ within(optional.child, around),
        .array => |array| text = text ++ within(array.child, around),
        .@"struct" => |info| inline for (
            info.field_names,
            info.field_types,
            info.field_attrs,
        ) |field, Field, attrs| if (!attrs.@"comptime") {
            text = text ++ field ++ ":" ++ number(@bitOffsetOf(T, field)) ++
                within(Field, around);
        },
        .@"union" => |info| inline for (info.field_names, info.field_types) |field, Field| {
            text = text ++ field ++ ":" ++ within(Field, around);
        },
        .@"enum" => |info| inline for (info.field_names) |field| {
            text = text ++ field ++ "=" ++ number(@backingInt(@field(T, field)));
        },
        else => text = text ++ @typeName(T),
    }
    return text ++ ";";
}

/// Seven bits in each byte, of which the last one is less than 128.
fn number(comptime value: i128) []const u8 {
    const bits: u128 = @bitCast(value);
    if (bits < 128) return &.{bits};
    return &[_]u8{bits & 127 | 128} ++ number(@bitCast(bits >> 7));
}

test of {
    const expect = std.testing.expect;
    const First = struct { a: u8, b: [2]f32 };
    const Other = struct { a: u8, b: [2]i32 };
    const Longer = struct { a: u8, b: [3]f32 };
    const Node = struct { next: []const @This() };
    try expect(!std.mem.eql(u8, of(First), of(Other)));
    try expect(!std.mem.eql(u8, of(First), of(Longer)));
    try expect(!std.mem.eql(u8, of(enum { a, b }), of(enum { b, a })));
    try expect(!std.mem.eql(u8, of(enum(i8) { a = -1 }), of(enum(i8) { a = 1 })));
    try std.testing.expectEqualStrings("\x10\x08next:\x00\x10\x08\x10\x08;;", of(Node));
    try std.testing.expectEqualStrings("\xac\x02", comptime number(300));
}
