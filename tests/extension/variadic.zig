//! Arguments of any number, and such that are given by position or by name only.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

pub const nano_ffi_options = .{
    .power = .{ .positional = .{ "base", "exponent" } },
    .scaled = .{ .named = .{ "factor", "shift" }, .defaults = .{ .shift = 0.5 } },
    .first_of = .{ .positional = .{"default"} },
};

pub fn total(numbers: nano_ffi.Args(f64)) f64 {
    var sum: f64 = 0;
    for (numbers.items) |number| sum += number;
    return sum;
}
/// The names and values, and what `limit` says.
pub fn options(
    first: i64,
    rest: nano_ffi.Args([]const u8),
    limit: ?i64,
    others: nano_ffi.Kwargs(?i64),
) struct { i64, []const []const u8, ?i64, []const nano_ffi.Kwargs(?i64).Item, ?i64 } {
    return .{ first, rest.items, limit, others.items, others.get("size") orelse -1 };
}
pub fn power(base: i64, exponent: u6) i64 {
    return std.math.pow(i64, base, exponent);
}
pub fn scaled(value: f64, factor: f64, shift: f64) f64 {
    return value * factor + shift;
}
pub fn first_of(default: nano_ffi.Object, others: nano_ffi.Args(nano_ffi.Object)) nano_ffi.Object {
    return if (others.items.len > 0) others.items[0] else default;
}

pub const Bag = struct {
    sizes: [4]i64 = @splat(0),
    count: usize = 0,

    pub const nano_ffi_options = .{
        .add = .{ .named = .{"twice"}, .defaults = .{ .twice = false } },
        .with = .{ .positional = .{"name"} },
    };

    pub fn init(sizes: nano_ffi.Args(i64), count: ?usize) Bag {
        var bag: Bag = .{ .count = count orelse sizes.items.len };
        for (sizes.items[0..@min(4, sizes.items.len)], 0..) |size, index| bag.sizes[index] = size;
        return bag;
    }
    pub fn add(self: *Bag, more: usize, twice: bool) void {
        self.count += if (twice) 2 * more else more;
    }
    pub fn with(self: Bag, name: i64, others: nano_ffi.Kwargs(i64)) i64 {
        return name + (others.get("name") orelse @as(i64, @intCast(self.count)));
    }
    pub fn sum(self: Bag, numbers: nano_ffi.Args(i64), named: nano_ffi.Kwargs(i64)) i64 {
        var all: i64 = 0;
        for (self.sizes) |size| all += size;
        for (numbers.items) |number| all += number;
        for (named.items) |item| all += item.value;
        return all;
    }
};
