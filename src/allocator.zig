//! Memory that crosses the boundary, and who frees it: it is said by the type.
//!
//! In, a function borrows. What its parameters point to is valid during the call, and the caller's:
//!
//!     []const u8, nano_ffi.Str, Bytes, Buffer, []u8, []const f64, []i32, NdArray …
//!                             lent by the Python object in place, where that is one argument;
//!                             what a list, tuple or dict holds is copied, and the copy is freed
//!                             after the call. To keep it longer, copy it.
//!
//! Out, everything is copied into Python objects, and then:
//!
//!     []u8, []const T …       of a function with a parameter of type std.mem.Allocator: what this
//!                             call has allocated with that, and no argument has, is freed, and so
//!                             is what its items point to: see python/returned.zig
//!     []const u8, []const T … of other functions borrowed: nobody frees it, so it must outlive the
//!                             call: a constant, a global, a part of an argument
//!     Owned([]T)              the function's own: freed by the allocator that is in it
//!     OwnedArena(T)           the same with all that it points to: the arena is freed
//!     Array(T, n)             Python's own from then on, with no copy
//!     std.StringHashMap(T)    the table is freed by its allocator, keys and values are borrowed
//!     [N]T, tuples, structs   values: what they point to is borrowed
//!
//! `.result = .owned` in `nano_ffi_options` frees all that a function's result points to, with
//! `nano_ffi.allocator`, and `.result = .borrowed` nothing.
//!
//! A function that fails gives nothing back: what it got so far it frees itself, with `errdefer`.
//! `nano_ffi.allocator`, which is what parameters get, is an allocator for this; with `Owned` any
//! other serves as well. In Debug and ReleaseSafe it knows what is its own: a second free, a wrong
//! size or alignment, memory of somebody else is a panic, and what is freed is filled with 0xaa.

const std = @import("std");

/// A result in memory that the function got from `allocator`: it is copied out, and then freed.
/// `T` is a slice; what its items point to is not freed.
pub fn Owned(comptime T: type) type {
    if (@typeInfo(T) != .pointer or @typeInfo(T).pointer.size != .slice) @compileError(
        "nano_ffi: Owned(" ++ @typeName(T) ++
            "): only a slice is freed; for other values use OwnedArena",
    );
    return struct {
        data: T,
        allocator: std.mem.Allocator,

        pub const nano_ffi_owned = T;

        pub fn deinit(owned: @This()) void {
            owned.allocator.free(owned.data);
        }
    };
}

/// A result of type `T` that points into `arena`: it is copied out, and then the arena is freed,
/// and with it all that was allocated there.
pub fn OwnedArena(comptime T: type) type {
    return struct {
        data: T,
        arena: std.heap.ArenaAllocator,

        pub const nano_ffi_owned = T;

        pub fn deinit(owned: @This()) void {
            owned.arena.deinit();
        }
    };
}

test Owned {
    const gpa = std.testing.allocator; // which fails the test where something is not freed
    const owned: Owned([]u8) = .{ .data = try gpa.dupe(u8, "text"), .allocator = gpa };
    owned.deinit();
    const constant: Owned([]const []const u8) = .{
        .data = try gpa.dupe([]const u8, &.{ "a", "b" }),
        .allocator = gpa,
    };
    constant.deinit();
}

test OwnedArena {
    var arena: std.heap.ArenaAllocator = .init(std.testing.allocator);
    const words = try arena.allocator().alloc([]const u8, 2);
    for (words) |*word| word.* = try arena.allocator().dupe(u8, "word");
    const owned: OwnedArena([]const []const u8) = .{ .data = words, .arena = arena };
    owned.deinit();
}
