//! Unions that are in Python what they hold: `int | str | None` of a `union(enum)` that says
//! `pub const nano_ffi_options = .{ .untagged = true };`. Which tag a value is, its Python type
//! says: so no two tags may have the same. std.json.Value is one without saying it.

const std = @import("std");
const declarations = @import("declarations.zig");
const signature = @import("signature.zig");
const standard = @import("standard.zig");
const tables = @import("tables.zig");

/// Whether a union says that it is one of these.
pub fn isUntagged(comptime T: type) bool {
    return comptime says: {
        if (@typeInfo(T) != .@"union" or @typeInfo(T).@"union".tag_type == null) break :says false;
        if (T == std.json.Value) break :says true;
        if (!declarations.hasOptions(T)) break :says false;
        const given = declarations.optionsOf(T);
        break :says @hasField(@TypeOf(given), "untagged") and given.untagged;
    };
}

/// What a value of a tag is in Python.
pub const Form = enum {
    none,
    bool,
    int,
    float,
    complex,
    text,
    /// A number that no int of Zig is as long as: an int in Python, or a float, and text in Zig.
    digits,
    bytes,
    path,
    standard,
    member,
    list,
    dict,
    class,
    any,
};

/// The form of the values of type `Field`; null of those that have none of their own.
fn formOf(comptime Field: type) ?Form {
    return switch (signature.kindOf(Field) orelse return null) {
        .void => .none,
        .bool => .bool,
        .int, .index, .order => .int,
        .float => .float,
        .complex => .complex,
        .str, .text => .text,
        .terminated => if (Field == [:0]u8) .bytes else .text,
        .bytes, .buffer => .bytes,
        .path => .path,
        .standard => .standard,
        .@"enum", .flags => .member,
        .items, .array, .tuple => .list,
        .record, .map => .dict,
        .table => if (tables.isList(Field))
            .list
        else if (tables.of(Field).?.Value != void) .dict else null,
        .class => .class,
        .object => .any,
        .link => formOf(@typeInfo(Field).pointer.child),
        else => null,
    };
}

/// The form of each tag, in their order. A compile error names two that nobody can tell apart.
pub fn formsOf(comptime T: type) [@typeInfo(T).@"union".field_names.len]Form {
    return comptime forms: {
        @setEvalBranchQuota(1_000_000_000);
        const info = @typeInfo(T).@"union";
        var forms: [info.field_names.len]Form = undefined;
        for (&forms, info.field_names, info.field_types, 0..) |*form, name, Field, index| {
            const is_digits = T == std.json.Value and std.mem.eql(u8, name, "number_string");
            form.* = if (is_digits) .digits else formOf(Field) orelse
                @compileError("nano_ffi: the tag '" ++ name ++ "' of the untagged union " ++
                    @typeName(T) ++ " has type " ++ @typeName(Field) ++
                    ", which has no Python type of its own: give it a struct, or leave " ++
                    ".untagged out");
            for (forms[0..index], info.field_names[0..index], info.field_types[0..index]) |
                other,
                other_name,
                Other,
            | {
                const is_class = other == .member or other == .class or other == .standard;
                const differ = form.* != other or (Field != Other and is_class);
                if (!differ) @compileError("nano_ffi: the untagged union " ++ @typeName(T) ++
                    " is ambiguous: its tags '" ++ other_name ++ "' and '" ++ name ++ "' are " ++
                    "both " ++ nameOf(other) ++ " in Python");
            }
        }
        break :forms forms;
    };
}

/// What a form is called in messages.
fn nameOf(comptime form: Form) []const u8 {
    return switch (form) {
        .none => "None",
        .bool => "bools",
        .int => "ints",
        .float => "floats",
        .complex => "complex numbers",
        .text => "strs",
        .digits => "long ints",
        .bytes => "bytes",
        .path => "paths",
        .standard => "the same class",
        .member => "the same enum",
        .list => "lists",
        .dict => "dicts",
        .class => "the same class",
        .any => "any object",
    };
}

/// What can be given, for messages: "None, an int or a str".
pub fn expected(comptime T: type) [:0]const u8 {
    return comptime text: {
        const forms = formsOf(T);
        var all: [:0]const u8 = "";
        for (forms, @typeInfo(T).@"union".field_types, 0..) |form, Field, index| {
            if (form == .digits) continue;
            const separator = if (index == 0) "" else if (index + 1 == forms.len) " or " else ", ";
            all = all ++ separator ++ switch (form) {
                .none => "None",
                .bool => "a bool",
                .int => "an int",
                .float => "a float",
                .complex => "a complex",
                .text => "a str",
                .digits => unreachable,
                .bytes => "bytes",
                .path => "a path",
                .standard => "a " ++ standard.of(Field).?.fullName(),
                .member, .class => signature.oneOf(signature.typeName(Field).?),
                .list => "a list",
                .dict => "a dict",
                .any => "any object",
            };
        }
        break :text all;
    };
}

const Example = union(enum) {
    nothing,
    number: i64,
    name: []const u8,
    others: []const Example,

    pub const nano_ffi_options = .{ .untagged = true };
};

test isUntagged {
    try std.testing.expect(isUntagged(Example) and isUntagged(std.json.Value));
    try std.testing.expect(!isUntagged(union(enum) { a, b }) and !isUntagged(u8));
}

test formsOf {
    try std.testing.expectEqual(.digits, formsOf(std.json.Value)[4]);
    try std.testing.expectEqual([4]Form{ .none, .int, .text, .list }, formsOf(Example));
}

test expected {
    try std.testing.expectEqualStrings("None, an int, a str or a list", expected(Example));
    try std.testing.expectEqualStrings(
        "None, a bool, an int, a float, a str, a list or a dict",
        expected(std.json.Value),
    );
}
