//! Name → trampoline and signature. It knows no interpreter: what a trampoline pointer is, the
//! boundary says.

const std = @import("std");
const Signature = @import("signature.zig").Signature;

pub fn Registry(comptime Pointer: type) type {
    return struct {
        const Self = @This();

        pub const Entry = struct { pointer: Pointer, sig: Signature };

        /// In the order of registration.
        entries: std.array_hash_map.String(Entry) = .empty,

        /// Gives the memory back. Names and signatures are not owned.
        pub fn deinit(registry: *Self, gpa: std.mem.Allocator) void {
            registry.entries.deinit(gpa);
        }

        /// Makes `name` known. A name that is known already is an error, and keeps its function.
        pub fn register(
            registry: *Self,
            gpa: std.mem.Allocator,
            name: [:0]const u8,
            pointer: Pointer,
            sig: Signature,
        ) error{ DuplicateName, OutOfMemory }!void {
            const slot = try registry.entries.getOrPut(gpa, name);
            if (slot.found_existing) return error.DuplicateName;
            slot.value_ptr.* = .{ .pointer = pointer, .sig = sig };
        }

        /// The entry of `name`, which stays where it is until the next `register`.
        pub fn find(registry: *const Self, name: []const u8) ?*const Entry {
            return registry.entries.getPtr(name);
        }

        pub fn list(registry: *const Self) []const Entry {
            return registry.entries.values();
        }
    };
}

test Registry {
    const gpa = std.testing.allocator;
    var registry: Registry(usize) = .{};
    defer registry.deinit(gpa);
    const sig: Signature = .{ .name = "add", .args = &.{}, .ret = &.{"void"} };

    try registry.register(gpa, "add", 1, sig);
    try std.testing.expectError(error.DuplicateName, registry.register(gpa, "add", 2, sig));
    try registry.register(gpa, "mul", 3, sig);
    try std.testing.expectEqual(1, registry.find("add").?.pointer);
    try std.testing.expectEqual(null, registry.find("sub"));
    try std.testing.expectEqual(2, registry.list().len);
}
