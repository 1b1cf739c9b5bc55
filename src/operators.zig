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

/// What Zig calls functions that do the same, where a class says `.operators = true`.
const zig_names = .{
    .__eq__ = .{ "eql", "order" },
    .__lt__ = .{ "lt", "lessThan", "order" },
    .__le__ = .{"order"},
    .__gt__ = .{"order"},
    .__ge__ = .{"order"},
    .__hash__ = .{"hash"},
    .__len__ = .{ "len", "count" },
    .__copy__ = .{"clone"},
    .__deepcopy__ = .{"clone"},
};

/// The operators for which Zig has names of its own.
pub const named = @typeInfo(@TypeOf(zig_names)).@"struct".field_names;

/// What these may be; none of any other name.
pub fn zigNamesOf(comptime name: []const u8) []const [:0]const u8 {
    if (!@hasField(@TypeOf(zig_names), name)) return &.{};
    const names_ = @field(zig_names, name);
    var all: []const [:0]const u8 = &.{};
    for (names_) |own| all = all ++ .{own};
    return all;
}

/// What a function must give that is called `own` and stands for the operator `name`.
pub const Result = enum { bool, order, int, self };

pub fn resultOf(comptime name: []const u8, comptime own: []const u8) Result {
    if (std.mem.eql(u8, own, "order")) return .order;
    if (std.mem.eql(u8, own, "clone")) return .self;
    return if (isComparison(name)) .bool else .int;
}

pub fn isComparison(comptime name: []const u8) bool {
    return contains(&comparisons, shortOf(name) orelse return false);
}

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

test zigNamesOf {
    try std.testing.expectEqual(3, (comptime zigNamesOf("__lt__")).len);
    try std.testing.expectEqual(0, (comptime zigNamesOf("__add__")).len);
    try std.testing.expectEqual(9, named.len);
}

test resultOf {
    try std.testing.expectEqual(.order, comptime resultOf("__lt__", "order"));
    try std.testing.expectEqual(.bool, comptime resultOf("__eq__", "eql"));
    try std.testing.expectEqual(.int, comptime resultOf("__len__", "count"));
    try std.testing.expectEqual(.self, comptime resultOf("__copy__", "clone"));
}

test isComparison {
    try std.testing.expect(comptime isComparison("__ge__") and !isComparison("__len__"));
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
