//! Tagged unions that are classes in Python: those that have functions or constants. Each tag is a
//! subclass, whose objects have what the tag has, and do not change.

const std = @import("std");
const classes = @import("classes.zig");
const signature = @import("signature.zig");
const untagged = @import("untagged.zig");

/// Whether a union is one of these.
pub fn isClass(comptime T: type) bool {
    return comptime class: {
        if (@typeInfo(T) != .@"union" or untagged.isUntagged(T)) break :class false;
        const info = @typeInfo(T).@"union";
        if (info.tag_type == null) break :class false;
        for (.{ "nano_ffi_operand", "nano_ffi_results" }) |own|
            if (@hasDecl(T, own)) break :class false;
        for (info.decl_names) |name|
            if (!std.mem.eql(u8, name, "nano_ffi_options")) break :class true;
        break :class false;
    };
}

/// The attributes of the objects of a tag that has a `Payload`: the fields of a struct that is no
/// class, or `value`.
pub fn attributesOf(comptime Payload: type) []const [:0]const u8 {
    return comptime attributes: {
        if (Payload == void) break :attributes &.{};
        if (!hasFields(Payload)) break :attributes &.{"value"};
        var names: []const [:0]const u8 = &.{};
        for (@typeInfo(Payload).@"struct".field_names) |name|
            names = names ++ .{signature.pythonName(name)};
        break :attributes names;
    };
}

/// Whether the attributes of a tag's objects are the fields of what it has.
pub fn hasFields(comptime Payload: type) bool {
    return comptime fields: {
        if (signature.kindOf(Payload) != .record) break :fields false;
        for (@typeInfo(Payload).@"struct".field_names) |name| {
            if (!isName(name) or classes.says(Payload, name, "hidden")) break :fields false;
        }
        break :fields true;
    };
}

/// The place of the first attribute from which on all have defaults that never change.
pub fn defaultsFrom(comptime Payload: type) usize {
    return comptime first: {
        const count = attributesOf(Payload).len;
        if (!hasFields(Payload)) break :first count;
        const info = @typeInfo(Payload).@"struct";
        var first = count;
        while (first > 0 and classes.hasDefault(Payload, info.field_names[first - 1]) and
            isConstant(info.field_types[first - 1])) first -= 1;
        break :first first;
    };
}

/// Whether Python has values of a type as objects that do not change.
fn isConstant(comptime T: type) bool {
    return switch (signature.kindOf(T).?) {
        .bool, .int, .float, .complex, .text, .order, .@"enum", .index, .flags => true,
        .optional => isConstant(@typeInfo(T).optional.child),
        else => false,
    };
}

/// Whether Python's grammar takes it as the name of an attribute of such an object.
fn isName(comptime name: []const u8) bool {
    if (std.mem.startsWith(u8, name, "__")) return false;
    for (name, 0..) |byte, index| switch (byte) {
        'a'...'z', 'A'...'Z', '_' => {},
        '0'...'9' => if (index == 0) return false,
        else => return false,
    };
    return name.len > 0;
}

/// The tag whose objects have an attribute of that name; null where none has.
pub fn tagWith(comptime T: type, comptime attribute: []const u8) ?[]const u8 {
    const info = @typeInfo(T).@"union";
    return comptime for (info.field_names, info.field_types) |tag, Payload| {
        const is_there = for (attributesOf(Payload)) |name| {
            if (std.mem.eql(u8, name, attribute)) break true;
        } else false;
        if (is_there) break tag;
    } else null;
}

const Shape = union(enum) {
    circle: f64,
    rect: struct { w: f64, from: f64 },
    odd: struct { @"a b": f64 },
    nothing,

    pub fn area() void {}
};

test isClass {
    try std.testing.expect(isClass(Shape) and !isClass(union(enum) { a, b: u8 }));
    try std.testing.expect(!isClass(union(enum) {
        a,
        b: u8,
        pub const nano_ffi_options = .{ .untagged = true };
        pub fn f() void {}
    }));
}

test attributesOf {
    try std.testing.expectEqualStrings("value", attributesOf(f64)[0]);
    try std.testing.expectEqualStrings("from_", attributesOf(@FieldType(Shape, "rect"))[1]);
    try std.testing.expectEqual(0, attributesOf(void).len);
}

test hasFields {
    try std.testing.expect(hasFields(@FieldType(Shape, "rect")) and !hasFields(f64));
    try std.testing.expect(!hasFields(@FieldType(Shape, "odd")));
}

test defaultsFrom {
    const Payload = struct { a: u8 = 1, b: u8 = 0, c: u8, d: ?f64 = null, e: bool = true };
    try std.testing.expectEqual(3, defaultsFrom(Payload));
    try std.testing.expectEqual(1, defaultsFrom(f64));
    try std.testing.expectEqual(0, defaultsFrom(void));
}

test tagWith {
    try std.testing.expectEqualStrings("rect", tagWith(Shape, "w").?);
    try std.testing.expectEqualStrings("circle", tagWith(Shape, "value").?);
    try std.testing.expectEqual(null, tagWith(Shape, "area"));
}
