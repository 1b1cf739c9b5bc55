//! What a variable of the file keeps of a result.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

var kept: ?[]u8 = null;

/// Made at the first call.
pub fn global(gpa: Allocator, size: usize) ![]const u8 {
    if (kept == null) {
        kept = try gpa.alloc(u8, size);
        @memset(kept.?, 'x');
    }
    return kept.?;
}

/// An error after it has kept something.
pub fn late(gpa: Allocator, size: usize) error{ OutOfMemory, Late }![]const u8 {
    return if ((try global(gpa, size)).len > 0) error.Late else "";
}

var closed: i64 = 0;

pub fn sum_of_closed() i64 {
    return closed;
}

/// A number that a system gave.
pub const Descriptor = struct {
    number: i32,

    pub fn deinit(self: *Descriptor) void {
        closed += self.number;
    }
};
pub fn descriptors(gpa: Allocator, count: u31) ![]Descriptor {
    const result = try gpa.alloc(Descriptor, count);
    for (result, 0..) |*one, number| one.* = .{ .number = @intCast(number) };
    return result;
}

/// The same, of which no parameter tells where the memory is from.
pub fn opened(count: u31) ![]Descriptor {
    return descriptors(nano_ffi.allocator, count);
}

var shared: Shelf = .{};

/// Begins without memory, and gets it by its method.
pub const Shelf = struct {
    numbers: std.ArrayList(i64) = .empty,

    pub fn add(self: *Shelf, gpa: Allocator, number: i64) !void {
        try self.numbers.append(gpa, number);
    }

    pub fn deinit(self: *Shelf, gpa: Allocator) void {
        self.numbers.deinit(gpa);
    }
};

pub fn addToShared(gpa: Allocator, number: i64) !void {
    try shared.add(gpa, number);
}

pub fn sharedShelf() Shelf {
    return shared;
}

pub fn sumOfShared() i64 {
    var sum: i64 = 0;
    for (shared.numbers.items) |number| sum += number;
    return sum;
}
