//! What a function takes and gives: its name, the names of its parameters, and the names of the
//! types that cross. One exhaustive switch, `typeName`, decides which Zig types can.

const std = @import("std");

/// A function as the other side sees it. Everything in it lives as long as the program.
pub const Signature = struct {
    name: [:0]const u8,
    args: []const Argument,
    /// The type names of what is returned: one, or for a tuple one per field.
    ret: []const [:0]const u8,
    returns_tuple: bool = false,
    /// The `///` comment above the function.
    doc: [:0]const u8 = "",
};

pub const Argument = struct {
    name: [:0]const u8,
    typ: [:0]const u8,
};

/// Text: a parameter that takes str only, where a plain `[]const u8` takes bytes too.
pub const Str = struct { data: []const u8 };

/// Bytes: a parameter takes any bytes-like object, a result becomes bytes.
/// Data of a parameter is lent for the call; data of a result is copied.
pub const Bytes = struct { data: []const u8 };

/// A contiguous buffer of bytes that is only read: bytes, bytearray, memoryview, array, mmap …
/// `[]u8` is the one that can be written. Both are lent for the call, nothing is copied.
pub const Buffer = struct { data: []const u8 };

/// The name by which Python knows the type of a parameter or result; null where it cannot cross.
pub fn typeName(comptime T: type) ?[:0]const u8 {
    switch (T) {
        Str, []const u8 => return "str",
        Bytes => return "bytes",
        Buffer, []u8 => return "buffer",
        usize, isize => return @typeName(T), // what they are on this machine, not i64 or i32
        else => {},
    }
    return switch (@typeInfo(T)) {
        .void => "void",
        .bool => "bool",
        .int => |int| if (int.bits >= 1 and int.bits <= 64) @typeName(T) else null,
        .float => |float| if (float.bits == 32 or float.bits == 64) @typeName(T) else null,
        .type, .noreturn, .comptime_float, .comptime_int, .undefined, .null, .enum_literal => null,
        .pointer, .array, .@"struct", .optional, .error_union, .error_set, .@"enum", .@"union" => null,
        .@"fn", .@"opaque", .frame, .@"anyframe", .vector, .spirv => null,
    };
}

/// What a function returns when it does not fail.
pub fn Payload(comptime Result: type) type {
    return switch (@typeInfo(Result)) {
        .error_union => |result| result.payload,
        else => Result,
    };
}

fn isTuple(comptime T: type) bool {
    return switch (@typeInfo(T)) {
        .@"struct" => |info| info.is_tuple,
        else => false,
    };
}

/// The signature of `function` under `name`.
///
/// `spec` says what Zig's type does not: `.args`, one `.{ .name = "a", .typ = .i64 }` per parameter,
/// `.ret`, a type name or a tuple of them, `.params`, only the names, and `.doc`. Each may be left
/// out. What is said twice must agree: a wrong signature is a compile error.
pub fn of(comptime name: [:0]const u8, comptime function: anytype, comptime spec: anytype) Signature {
    const info = @typeInfo(@TypeOf(function)).@"fn";
    const Spec = @TypeOf(spec);
    comptime var args: [info.param_types.len]Argument = undefined;

    if (@hasField(Spec, "args") and spec.args.len != args.len) refuse(
        "'{s}' takes {d} parameters, its signature names {d}: name each of them once",
        .{ name, args.len, spec.args.len },
    );
    if (@hasField(Spec, "params") and spec.params.len != args.len) refuse(
        "'{s}' takes {d} parameters, {d} names were given: give one for each",
        .{ name, args.len, spec.params.len },
    );
    for (&args, info.param_types, 0..) |*arg, Param, index| {
        const default = std.fmt.comptimePrint("arg{d}", .{index});
        const param_name: [:0]const u8 = if (@hasField(Spec, "args"))
            spec.args[index].name
        else if (@hasField(Spec, "params")) spec.params[index] else default;
        const T = Param orelse refuse(
            "'{s}': parameter '{s}' is generic: give it a type, Python's values have only one",
            .{ name, param_name },
        );
        arg.* = .{ .name = param_name, .typ = typeName(T) orelse refuse(
            "'{s}': parameter '{s}' has type {s}, which cannot come from Python: {s}",
            .{ name, param_name, @typeName(T), remedy },
        ) };
        if (@hasField(Spec, "args")) if (@hasField(@TypeOf(spec.args[index]), "typ"))
            expect(name, param_name, arg.typ, spec.args[index].typ);
    }

    const R = Payload(info.return_type orelse refuse("'{s}' has a generic result: give it a type", .{name}));
    const Results: []const type = if (isTuple(R)) @typeInfo(R).@"struct".field_types else &.{R};
    comptime var ret: [Results.len][:0]const u8 = undefined;
    for (&ret, Results) |*result, T| result.* = typeName(T) orelse refuse(
        "'{s}' returns {s}, which cannot go to Python: {s}",
        .{ name, @typeName(T), remedy },
    );
    if (@hasField(Spec, "ret")) {
        if (isTuple(R)) {
            if (spec.ret.len != ret.len) refuse(
                "'{s}' returns a tuple of {d}, its signature names {d} types",
                .{ name, ret.len, spec.ret.len },
            );
            for (ret, 0..) |typ, index| expect(name, "the result", typ, spec.ret[index]);
        } else expect(name, "the result", ret[0], spec.ret);
    }

    const final_args = args;
    const final_ret = ret;
    return .{
        .name = name,
        .args = &final_args,
        .ret = &final_ret,
        .returns_tuple = isTuple(R),
        .doc = if (@hasField(Spec, "doc")) spec.doc else "",
    };
}

const remedy = "use an integer of at most 64 bits, f32, f64, bool, void, []const u8, []u8, " ++
    "nano_ffi.Str, nano_ffi.Bytes, nano_ffi.Buffer, or as a result a tuple of them";

fn expect(comptime name: []const u8, comptime what: []const u8, comptime is: []const u8, comptime said: anytype) void {
    if (!std.mem.eql(u8, is, @tagName(said))) refuse(
        "'{s}': {s} is '{s}' in Zig, and '{s}' in its signature: make them agree",
        .{ name, what, is, @tagName(said) },
    );
}

fn refuse(comptime format: []const u8, comptime values: anytype) noreturn {
    @compileError("nano_ffi: " ++ std.fmt.comptimePrint(format, values));
}

test typeName {
    try std.testing.expectEqualStrings("i64", typeName(i64).?);
    try std.testing.expectEqualStrings("u7", typeName(u7).?);
    try std.testing.expectEqualStrings("usize", typeName(usize).?);
    try std.testing.expectEqualStrings("f32", typeName(f32).?);
    try std.testing.expectEqualStrings("str", typeName([]const u8).?);
    try std.testing.expectEqualStrings("buffer", typeName([]u8).?);
    try std.testing.expectEqualStrings("bytes", typeName(Bytes).?);
    try std.testing.expectEqual(null, typeName(*u8));
    try std.testing.expectEqual(null, typeName(i128));
    try std.testing.expectEqual(null, typeName(type));
}

test of {
    const functions = struct {
        fn halve(number: i64) error{Odd}!struct { bool, u64 } {
            if (@mod(number, 2) != 0) return error.Odd;
            return .{ number < 0, @abs(number) / 2 };
        }
    };
    const inferred = comptime of("halve", functions.halve, .{ .params = .{"number"}, .doc = "Half." });
    try std.testing.expectEqualStrings("number", inferred.args[0].name);
    try std.testing.expectEqualStrings("i64", inferred.args[0].typ);
    try std.testing.expectEqualStrings("u64", inferred.ret[1]);
    try std.testing.expect(inferred.returns_tuple);

    const said = comptime of("halve", functions.halve, .{
        .args = &.{.{ .name = "n", .typ = .i64 }},
        .ret = .{ .bool, .u64 },
    });
    try std.testing.expectEqualStrings("n", said.args[0].name);
}
