//! Parameters that take any number of arguments.

const std = @import("std");

/// Python's `*args`: all arguments by position that no other parameter takes.
pub fn Args(comptime T: type) type {
    return struct {
        items: []const T,

        pub const nano_ffi_args = T;
    };
}

/// Python's `**kwargs`: all arguments by name that no other parameter takes, in their order.
pub fn Kwargs(comptime T: type) type {
    return struct {
        items: []const Item,

        pub const Item = struct { name: []const u8, value: T };
        pub const nano_ffi_kwargs = T;

        pub fn get(kwargs: @This(), name: []const u8) ?T {
            return for (kwargs.items) |item| {
                if (std.mem.eql(u8, item.name, name)) break item.value;
            } else null;
        }
    };
}

test Kwargs {
    const kwargs: Kwargs(u8) = .{ .items = &.{.{ .name = "a", .value = 3 }} };
    try std.testing.expectEqual(3, kwargs.get("a"));
    try std.testing.expectEqual(null, kwargs.get("b"));
}

test Args {
    const args: Args(u8) = .{ .items = "ab" };
    try std.testing.expectEqual(2, args.items.len);
}
