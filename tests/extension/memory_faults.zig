//! Functions that give memory back wrongly, each in its way.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const gpa = nano_ffi.allocator;

pub const nano_ffi_options = .{ .twice_released = .{ .gil = .released } };

/// Whether the allocator knows what is its own.
pub fn watched() bool {
    return std.debug.runtime_safety;
}

pub fn twice(size: u32) !void {
    const memory = try gpa.alloc(u8, size);
    gpa.free(memory);
    gpa.free(memory);
}

pub fn twice_released() !void {
    try twice(16);
}

pub fn twice_aligned() !void {
    const memory = try gpa.alignedAlloc(u8, .@"64", 100);
    gpa.free(memory);
    gpa.free(memory);
}

pub fn shorter() !void {
    const memory = try gpa.alloc(u8, 5);
    defer gpa.free(memory);
    gpa.free(memory[0..3]);
}

pub fn middle() !void {
    const memory = try gpa.alloc(u8, 5);
    defer gpa.free(memory);
    gpa.free(memory[1..]);
}

pub fn other_alignment() !void {
    const memory = try gpa.alignedAlloc(u8, .@"8", 16);
    defer gpa.free(memory);
    gpa.free(@as([]u8, memory));
}

var global: [100]u64 = @splat(1);

pub fn foreign() void {
    gpa.free(global[4..6]);
}

pub fn on_stack() void {
    var local: [100]u64 = undefined;
    std.mem.doNotOptimizeAway(&local);
    gpa.free(local[4..6]);
}

pub fn resized() !void {
    const memory = try gpa.alloc(u8, 5);
    gpa.free(memory);
    _ = gpa.resize(memory, 3);
}

pub fn regrown() !void {
    var list: std.ArrayList(u8) = .empty;
    try list.append(gpa, 1);
    var copy = list;
    defer copy.deinit(gpa);
    list.deinit(gpa);
    try copy.appendNTimes(gpa, 2, 1000);
}

var kept: ?[]u8 = null;

pub fn keep(size: u32) !void {
    kept = try gpa.alloc(u8, size);
}

pub fn drop() void {
    gpa.free(kept.?);
}

/// What is at the start of memory that was freed.
pub fn stale(size: u32) !u8 {
    const memory = try gpa.alloc(u8, size);
    const start: *volatile u8 = &memory[0];
    gpa.free(memory);
    return start.*;
}

/// Writes where nothing is any more.
pub fn write_late() !void {
    const memory = try gpa.alloc(u8, 24);
    gpa.free(memory);
    const start: *volatile u8 = &memory[0];
    start.* = 1;
}

/// Allocates and frees, which lets what was freed before go.
pub fn work(count: u32) !void {
    var blocks: [1000][]u8 = undefined;
    var left = count;
    while (left > 0) {
        const some = @min(left, blocks.len);
        for (blocks[0..some], 0..) |*block, number| block.* = try gpa.alloc(u8, 1 + number % 100);
        for (blocks[0..some]) |block| gpa.free(block);
        left -= some;
    }
}
