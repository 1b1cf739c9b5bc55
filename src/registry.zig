//! Name → trampoline and signature. It knows no interpreter: what a trampoline pointer is, the
//! boundary says.

const std = @import("std");
const Index = @import("table.zig").Index;
const Signature = @import("signature.zig").Signature;

pub fn Registry(comptime Pointer: type) type {
    return struct {
        const Self = @This();

        pub const Entry = struct { pointer: Pointer, sig: Signature };

        /// For the table.
        gpa: std.mem.Allocator,
        /// In the order of registration.
        entries: std.ArrayList(Entry) = .empty,
        index: Index = .{},
        /// The name for which `register` failed last with error.DuplicateName.
        duplicate: [:0]const u8 = "",

        pub fn init(gpa: std.mem.Allocator) Self {
            return .{ .gpa = gpa };
        }

        /// Gives the memory back. Names and signatures are not owned.
        pub fn deinit(registry: *Self) void {
            registry.entries.deinit(registry.gpa);
            registry.index.deinit(registry.gpa);
        }

        /// Makes a function known as `name`, which must live as long as the registry. A name that
        /// is known already is error.DuplicateName, and keeps its function.
        pub fn register(
            registry: *Self,
            name: [:0]const u8,
            pointer: Pointer,
            sig: Signature,
        ) error{ DuplicateName, OutOfMemory }!void {
            if (registry.find(name) != null) {
                registry.duplicate = name;
                return error.DuplicateName;
            }
            try registry.entries.ensureUnusedCapacity(registry.gpa, 1);
            try registry.index.ensureUnusedCapacity(registry.gpa, 1);
            registry.entries.appendAssumeCapacity(.{ .pointer = pointer, .sig = sig });
            registry.entries.items[registry.entries.items.len - 1].sig.name = name;
            registry.index.append(hashOf(name));
        }

        /// The entry of `name`, which stays where it is until the next `register`.
        pub fn find(registry: *const Self, name: []const u8) ?*const Entry {
            var candidates = registry.index.candidates(hashOf(name));
            while (candidates.next()) |place| {
                const entry = &registry.entries.items[place];
                if (std.mem.eql(u8, entry.sig.name, name)) return entry;
            }
            return null;
        }

        pub fn list(registry: *const Self) []const Entry {
            return registry.entries.items;
        }

        /// FNV-1a: names are short, and std's hashes are as much code as a small module.
        fn hashOf(name: []const u8) u32 {
            var hash: u32 = 0x811c9dc5;
            for (name) |byte| hash = (hash ^ byte) *% 0x01000193;
            return hash;
        }
    };
}

test Registry {
    var registry: Registry(usize) = .init(std.testing.allocator);
    defer registry.deinit();
    const sig: Signature = .{ .name = "add", .args = &.{}, .ret = &.{"void"} };

    try registry.register("add", 1, sig);
    try std.testing.expectError(error.DuplicateName, registry.register("add", 2, sig));
    try registry.register("mul", 3, sig);
    try std.testing.expectEqualStrings("add", registry.duplicate);
    try std.testing.expectEqual(1, registry.find("add").?.pointer);
    try std.testing.expectEqualStrings("mul", registry.find("mul").?.sig.name);
    try std.testing.expectEqual(null, registry.find("sub"));
    try std.testing.expectEqual(2, registry.list().len);
}
