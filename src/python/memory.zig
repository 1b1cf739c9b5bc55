//! Zig's allocator interface over CPython's raw memory domain, which needs no thread state. So
//! an extension needs no C library of its own.

const std = @import("std");
const capi = @import("capi.zig");
const c = capi.functions;

pub const allocator: std.mem.Allocator = .{ .ptr = undefined, .vtable = &.{
    .alloc = alloc,
    .resize = std.mem.Allocator.noResize,
    .remap = remap,
    .free = free,
} };

/// What CPython's allocators give, and malloc's on every platform.
const alignment: std.mem.Alignment = .fromByteUnits(2 * @sizeOf(usize));

fn alloc(_: *anyopaque, len: usize, wanted: std.mem.Alignment, _: usize) ?[*]u8 {
    if (wanted.compare(.gt, alignment)) return null;
    return @ptrCast(c.PyMem_RawMalloc(len));
}

fn remap(_: *anyopaque, memory: []u8, _: std.mem.Alignment, len: usize, _: usize) ?[*]u8 {
    return @ptrCast(c.PyMem_RawRealloc(memory.ptr, len));
}

fn free(_: *anyopaque, memory: []u8, _: std.mem.Alignment, _: usize) void {
    c.PyMem_RawFree(memory.ptr);
}
