//! Values that are known while compiling as Python literals: what `inspect.signature` shows of a
//! parameter that may be left out.

const std = @import("std");
const decimal = @import("digits.zig").decimal;
const signature = @import("signature.zig");

/// `value` as a `T`; null where it is none, or nothing that Python has a literal for.
pub fn valueOf(comptime T: type, comptime value: anytype) ?T {
    const Value = @TypeOf(value);
    return switch (signature.kindOf(T) orelse return null) {
        .bool => if (Value == bool) value else null,
        .int => switch (@typeInfo(Value)) {
            .int, .comptime_int => std.math.cast(T, value),
            else => null,
        },
        .float => switch (@typeInfo(Value)) {
            .int, .comptime_int => @floatFromInt(value),
            .float => if (std.math.isNan(value)) null else @floatCast(value),
            .comptime_float => value,
            else => null,
        },
        .optional => if (Value == @TypeOf(null))
            @as(T, null)
        else
            valueOf(@typeInfo(T).optional.child, value) orelse return null,
        .operand => .{ .scalar = valueOf(T.nano_ffi_operand, value) orelse return null },
        .text => if (isText(Value)) value else null,
        .terminated => if (Value == T or (isText(Value) and isTerminated(Value))) value else null,
        .flags => if (Value == T) value else null,
        .str, .bytes, .path => if (Value == T)
            value
        else if (isText(Value)) .{ .data = value } else null,
        .index => if (Value == T)
            value
        else if (valueOf(@typeInfo(T).@"enum".tag_type, value)) |number|
            @fromBackingInt(number)
        else
            null,
        .@"enum" => if (Value == T)
            value
        else if (Value == @EnumLiteral() and
            @hasField(T, @tagName(value))) @field(T, @tagName(value)) else null,
        else => null,
    };
}

fn isText(comptime Value: type) bool {
    if (Value == []const u8) return true;
    if (@typeInfo(Value) != .pointer) return false;
    const child = @typeInfo(@typeInfo(Value).pointer.child);
    return child == .array and child.array.child == u8;
}

/// Whether a literal's type, which `isText` takes, has a NUL behind it.
fn isTerminated(comptime Value: type) bool {
    return Value != []const u8 and
        @typeInfo(@typeInfo(Value).pointer.child).array.sentinel() == @as(?u8, 0);
}

/// The Python literal of `value` as a `T`; null where there is none.
pub fn of(comptime T: type, comptime value: anytype) ?[:0]const u8 {
    @setEvalBranchQuota(1_000_000_000);
    return comptime if (valueOf(T, value)) |some| literal(T, some) else null;
}

/// Of a bool, a number that is not complex, a text, a path, an enum or flags, or what may be null.
pub fn literal(comptime T: type, comptime value: T) ?[:0]const u8 {
    return switch (signature.kindOf(T).?) {
        .operand => literal(T.nano_ffi_operand, value.scalar),
        .bool => if (value) "True" else "False",
        .int => decimal(value),
        .float => ofFloat(value),
        .optional => literal(@typeInfo(T).optional.child, value orelse return "None"),
        .text => if (isUtf8(value)) str(value) else bytes(value),
        .terminated => literal([]const u8, signature.unterminated(T, value)),
        .str => if (isUtf8(value.data)) str(value.data) else null,
        .bytes => bytes(value.data),
        .path => literal([]const u8, value.data),
        .index => decimal(@backingInt(value)),
        .@"enum" => if (signature.isOpen(T))
            decimal(@backingInt(value))
        else
            str(@tagName(value)),
        // Of members that are no ints there is no literal, which is for show only.
        .flags => if (signature.enumBaseOf(T) == .Flag) "..." else decimal(
            @as(@typeInfo(T).@"struct".backing_integer.?, @bitCast(value)),
        ),
        else => unreachable,
    };
}

fn ofFloat(comptime value: anytype) ?[:0]const u8 {
    if (std.math.isNan(value)) return null;
    if (std.math.isInf(value)) return if (value > 0) "1e999" else "-1e999";
    if (@abs(value) >= 1e16 or (value != 0 and @abs(value) < 1e-4)) return std.fmt.comptimePrint(
        "{e}",
        .{value},
    );
    return whole(value) orelse std.fmt.comptimePrint("{d}", .{value});
}

/// Of a float without a fraction, which is below 1e16; null of others.
pub fn whole(comptime value: anytype) ?[:0]const u8 {
    if (@round(value) != value) return null;
    if (value == 0) return if (std.math.signbit(value)) "-0.0" else "0.0";
    return decimal(@as(i64, @intFromFloat(value))) ++ ".0";
}

/// A str literal in ASCII, which is all that inspect reads.
fn str(comptime text: []const u8) [:0]const u8 {
    return quoted("'", text, "'", plainBut("'", false), characterOf);
}

fn characterOf(comptime rest: []const u8) Spelt {
    const len = std.unicode.utf8ByteSequenceLength(rest[0]) catch unreachable;
    const character = std.unicode.utf8Decode(rest[0..len]) catch unreachable;
    return .{ .len = len, .text = switch (character) {
        0...127 => ascii(character),
        128...255 => std.fmt.comptimePrint("\\x{x}", .{character}),
        256...0xffff => std.fmt.comptimePrint("\\u{x:0>4}", .{character}),
        else => std.fmt.comptimePrint("\\U{x:0>8}", .{character}),
    } };
}

fn bytes(comptime data: []const u8) [:0]const u8 {
    return quoted("b'", data, "'", plainBut("'", false), byteOf);
}

fn byteOf(comptime rest: []const u8) Spelt {
    const byte = rest[0];
    return .{
        .text = if (byte < 128) ascii(byte) else std.fmt.comptimePrint("\\x{x}", .{byte}),
    };
}

/// What stands for `len` bytes in a literal.
pub const Spelt = struct { len: usize = 1, text: []const u8 };

/// Which bytes are themselves in a literal: what can be seen of ASCII, but for these and `\`, and
/// what is `beyond` it.
pub fn plainBut(comptime others: []const u8, comptime beyond: bool) [256]bool {
    var plain: [256]bool = @splat(beyond);
    @memset(plain[0..' '], false);
    @memset(plain[' '..127], true);
    for (others ++ "\\") |byte| plain[byte] = false;
    return plain;
}

/// A text between quotes, where `spell` says what stands for the beginning of a text that is not
/// `plain`. In pieces: put together byte by byte, a long one takes longer to compile than all else.
pub fn quoted(
    comptime before: []const u8,
    comptime text: []const u8,
    comptime behind: []const u8,
    comptime plain: [256]bool,
    comptime spell: fn (comptime rest: []const u8) Spelt,
) [:0]const u8 {
    return comptime quoted: {
        @setEvalBranchQuota(1_000_000_000);
        var pieces: [2 * text.len + 3][]const u8 = undefined;
        pieces[0] = before;
        var count = 1;
        var start = 0;
        var at = 0;
        while (at < text.len) {
            if (plain[text[at]]) {
                at += 1;
                continue;
            }
            const other = spell(text[at..]);
            pieces[count..][0..2].* = .{ text[start..at], other.text };
            count += 2;
            at += other.len;
            start = at;
        }
        pieces[count..][0..2].* = .{ text[start..], behind };
        const all = pieces[0 .. count + 2].*;
        const whole_text = joined(&all, "");
        break :quoted whole_text[0..whole_text.len] ++ "";
    };
}

/// By halves: what is long is put together a few times, not once an item.
pub fn joined(comptime items: []const []const u8, comptime between: []const u8) []const u8 {
    if (items.len == 0) return "";
    if (items.len == 1) return items[0];
    const half = items.len / 2;
    return joined(items[0..half], between) ++ between ++ joined(items[half..], between);
}

/// Whether a text is UTF-8. Piece by piece: the compiler takes time for a slice of a long one.
pub fn isUtf8(comptime text: []const u8) bool {
    @setEvalBranchQuota(1_000_000_000);
    var start = 0;
    return while (start < text.len) {
        var end = @min(text.len, start + 4096);
        // Not within a character, which has up to three such bytes.
        while (end < text.len and end > start + 4096 - 3 and text[end] & 0xc0 == 0x80) end -= 1;
        const piece: [end - start]u8 = text[start..end].*;
        if (!std.unicode.utf8ValidateSlice(&piece)) break false;
        start = end;
    } else true;
}

/// A character of ASCII within a literal.
pub fn ascii(comptime character: u7) []const u8 {
    return switch (character) {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\'', '\\' => "\\" ++ .{character},
        0...8, 11, 12, 14...31, 127 => std.fmt.comptimePrint("\\x{x:0>2}", .{character}),
        else => &.{character},
    };
}

fn spellForTest(comptime rest: []const u8) Spelt {
    return .{ .len = 2, .text = "<" ++ rest[0..1] ++ ">" };
}

test quoted {
    const expect = std.testing.expectEqualStrings;
    const plain = comptime plainBut("x", true);
    try expect("[]", comptime quoted("[", "", "]", plain, spellForTest));
    try expect("[<x>\xc3a<x>]", comptime quoted("[", "x1\xc3axy", "]", plain, spellForTest));
    try std.testing.expect(comptime !plainBut("", false)['\\'] and !plainBut("", true)['\n']);
    try std.testing.expect(comptime !plainBut("", false)[127] and plainBut("", true)[127]);
}

test joined {
    try std.testing.expectEqualStrings("", comptime joined(&.{}, ","));
    try std.testing.expectEqualStrings("a,,b", comptime joined(&.{ "a", "", "b" }, ","));
}

test valueOf {
    try std.testing.expectEqual(5, comptime valueOf(u8, 5).?);
    try std.testing.expectEqual(null, comptime valueOf(u8, 256));
    try std.testing.expectEqual(null, comptime valueOf(bool, 1));
    try std.testing.expectEqual(2.0, comptime valueOf(f64, 2).?);
    try std.testing.expectEqual(null, comptime valueOf(f64, std.math.nan(f64)));
    try std.testing.expectEqual(null, comptime valueOf([]const f64, &[_]f64{1}));
    try std.testing.expectEqualStrings("x", (comptime valueOf(?[]const u8, "x").?).?);
}

test whole {
    try std.testing.expectEqualStrings("-0.0", comptime whole(@as(f64, -0.0)).?);
    try std.testing.expectEqualStrings("-3.0", comptime whole(@as(f64, -3)).?);
    try std.testing.expectEqual(null, comptime whole(@as(f64, 0.5)));
}

test isUtf8 {
    const long: [3000][3]u8 = @splat("\xe4\xb8\xad".*);
    const bytes_of_it: *const [9000]u8 = @ptrCast(&long);
    try std.testing.expect(comptime isUtf8(bytes_of_it) and isUtf8(""));
    try std.testing.expect(comptime !isUtf8(bytes_of_it[1..]) and !isUtf8(bytes_of_it[0..8999]));
}

test ascii {
    try std.testing.expectEqualStrings("\\x7f", comptime ascii(127));
    try std.testing.expectEqualStrings("\\'", comptime ascii('\''));
}

test of {
    const expect = std.testing.expectEqualStrings;
    const Color = enum { red, green };
    try expect("True", of(bool, true).?);
    try expect("-9223372036854775808", of(i64, std.math.minInt(i64)).?);
    try expect("5.0", of(f64, 5).?);
    try expect("0.1", of(f32, 0.1).?);
    try expect("1e300", of(f64, 1e300).?);
    try expect("-2.5e-7", of(f64, -2.5e-7).?);
    try expect("-0.0", of(f64, @as(f64, -0.0)).?);
    try expect("-1e999", of(f64, -std.math.inf(f64)).?);
    try expect("None", of(?i64, null).?);
    try expect("3", of(?i64, 3).?);
    try expect("'it\\'s \\\\ \\xf1\\n\\x00'", of([]const u8, "it's \\ ñ\n\x00").?);
    try expect("'\\u20ac\\U0001d11e'", of([]const u8, "€𝄞").?);
    try expect("b'\\xff'", of([]const u8, "\xff").?);
    try expect("'s'", of(signature.Str, "s").?);
    try expect("b'\\xc3\\xb1'", of(signature.Bytes, "ñ").?);
    try expect("'green'", of(Color, .green).?);
    try expect("'red'", of(Color, Color.red).?);
    try std.testing.expectEqual(null, of(Color, .blue));
    try std.testing.expectEqual(null, of(signature.Str, "\xff"));
}

test literal {
    try std.testing.expectEqualStrings("None", comptime literal(?f64, null).?);
    try std.testing.expectEqualStrings("'b'", comptime literal(enum { a, b }, .b).?);
    try std.testing.expectEqual(null, comptime literal(f64, std.math.nan(f64)));
}
