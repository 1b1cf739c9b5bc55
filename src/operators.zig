//! Python's operators of two operands, and blocks of `with`: the names that functions have which
//! stand for them.

const std = @import("std");

/// Each also with an `r` in front, where the object is the right operand, and with an `i`, where it
/// changes in its place.
const names = [_][]const u8{
    "add",    "sub", "mul",    "matmul", "truediv", "floordiv", "mod",
    "divmod", "pow", "lshift", "rshift", "and",     "or",       "xor",
};

const comparisons = [_][]const u8{ "eq", "ne", "lt", "le", "gt", "ge" };

/// Whether Python asks the other operand where this one does not know how.
pub fn isBinary(comptime name: []const u8) bool {
    const short = shortOf(name) orelse return false;
    if (contains(&names, short) or contains(&comparisons, short)) return true;
    return (short[0] == 'r' or short[0] == 'i') and contains(&names, short[1..]);
}

/// Whether its object is what it gives, where it returns nothing: `+=` and the like, and what
/// begins a block of `with`.
pub fn givesSelf(comptime name: []const u8) bool {
    return isInplace(name) or contains(&.{ "__enter__", "__aenter__" }, name);
}

/// Whether it ends a block of `with`, or of `async with`.
pub fn isExit(comptime name: []const u8) bool {
    return contains(&.{ "__exit__", "__aexit__" }, name);
}

/// What Python calls it with.
pub const exit_arguments = [_][:0]const u8{ "exc_type", "exc_value", "traceback" };

fn isInplace(comptime name: []const u8) bool {
    const short = shortOf(name) orelse return false;
    return short[0] == 'i' and contains(&names, short[1..]);
}

fn shortOf(comptime name: []const u8) ?[]const u8 {
    if (name.len < 6 or !std.mem.startsWith(u8, name, "__")) return null;
    return if (std.mem.endsWith(u8, name, "__")) name[2 .. name.len - 2] else null;
}

fn contains(comptime all: []const []const u8, comptime name: []const u8) bool {
    @setEvalBranchQuota(1_000_000_000);
    return for (all) |other| {
        if (std.mem.eql(u8, other, name)) break true;
    } else false;
}

test isBinary {
    inline for (.{ "__add__", "__rpow__", "__imatmul__", "__ior__", "__le__", "__or__" }) |name|
        try std.testing.expect(comptime isBinary(name));
    inline for (.{ "__len__", "add", "__radd", "__invert__", "__ieq__", "____" }) |name|
        try std.testing.expect(comptime !isBinary(name));
}

test givesSelf {
    try std.testing.expect(comptime givesSelf("__iadd__") and givesSelf("__ior__"));
    try std.testing.expect(comptime givesSelf("__aenter__") and !givesSelf("__aexit__"));
    try std.testing.expect(comptime !givesSelf("__add__") and !givesSelf("__invert__"));
}

test isExit {
    try std.testing.expect(comptime isExit("__exit__") and isExit("__aexit__"));
    try std.testing.expect(comptime !isExit("__enter__") and !isExit("exit"));
}
