//! Zig's allocator interface over CPython's memory, so that an extension needs no C library. It is
//! the raw domain, which needs no thread state; built for the stable ABI, the one that does.

const std = @import("std");
const capi = @import("capi.zig");
const c = capi.functions;

pub const allocator: std.mem.Allocator = .{ .ptr = undefined, .vtable = &.{
    .alloc = alloc,
    .resize = std.mem.Allocator.noResize,
    .remap = remap,
    .free = free,
} };

const malloc = if (capi.limited) c.PyMem_Malloc else c.PyMem_RawMalloc;
const realloc = if (capi.limited) c.PyMem_Realloc else c.PyMem_RawRealloc;
const release = if (capi.limited) c.PyMem_Free else c.PyMem_RawFree;

/// What CPython's allocators give, and malloc's on every platform.
const alignment: std.mem.Alignment = .fromByteUnits(2 * @sizeOf(usize));

fn alloc(_: *anyopaque, len: usize, wanted: std.mem.Alignment, _: usize) ?[*]u8 {
    if (wanted.compare(.gt, alignment)) return null;
    return @ptrCast(malloc(len));
}

fn remap(_: *anyopaque, memory: []u8, _: std.mem.Alignment, len: usize, _: usize) ?[*]u8 {
    return @ptrCast(realloc(memory.ptr, len));
}

fn free(_: *anyopaque, memory: []u8, _: std.mem.Alignment, _: usize) void {
    release(memory.ptr);
}
