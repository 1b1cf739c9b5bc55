//! Zig's allocator interface over CPython's memory, so that an extension needs no C library. No
//! thread state is needed, also where a function released the GIL.

const std = @import("std");
const capi = @import("capi.zig");
const c = capi.functions;

pub const allocator: std.mem.Allocator = .{ .ptr = undefined, .vtable = &.{
    .alloc = alloc,
    .resize = std.mem.Allocator.noResize,
    .remap = remap,
    .free = free,
} };

/// The stable ABI of CPython 3.12 has no raw domain: there a thread gets its state for the moment.
const Domain = if (capi.limited) struct {
    fn malloc(size: usize) ?*anyopaque {
        const state = c.PyGILState_Ensure();
        defer c.PyGILState_Release(state);
        return c.PyMem_Malloc(size);
    }

    fn realloc(memory: ?*anyopaque, size: usize) ?*anyopaque {
        const state = c.PyGILState_Ensure();
        defer c.PyGILState_Release(state);
        return c.PyMem_Realloc(memory, size);
    }

    fn free(memory: ?*anyopaque) void {
        const state = c.PyGILState_Ensure();
        defer c.PyGILState_Release(state);
        c.PyMem_Free(memory);
    }
} else struct {
    const malloc = c.PyMem_RawMalloc;
    const realloc = c.PyMem_RawRealloc;
    const free = c.PyMem_RawFree;
};

/// What CPython's allocators give, and malloc's on every platform, for as many bytes or more:
/// mimalloc, which free-threaded CPythons have, aligns smaller blocks by less.
const usual: std.mem.Alignment = .fromByteUnits(2 * @sizeOf(usize));

fn alloc(_: *anyopaque, len: usize, alignment: std.mem.Alignment, _: usize) ?[*]u8 {
    if (alignment.compare(.lte, usual))
        return @ptrCast(Domain.malloc(@max(len, alignment.toByteUnits())));
    // In front of what is given, at least a pointer's place: what `free` needs.
    const more = alignment.toByteUnits() + @sizeOf(usize);
    const start = @intFromPtr(
        Domain.malloc(std.math.add(usize, len, more) catch return null) orelse return null,
    );
    const address = alignment.forward(start + @sizeOf(usize));
    startOf(@ptrFromInt(address)).* = start;
    return @ptrFromInt(address);
}

fn remap(_: *anyopaque, memory: []u8, alignment: std.mem.Alignment, len: usize, _: usize) ?[*]u8 {
    if (alignment.compare(.gt, usual)) return null; // it may move to where it is not aligned
    return @ptrCast(Domain.realloc(memory.ptr, @max(len, alignment.toByteUnits())));
}

fn free(_: *anyopaque, memory: []u8, alignment: std.mem.Alignment, _: usize) void {
    if (alignment.compare(.lte, usual)) return Domain.free(memory.ptr);
    Domain.free(@ptrFromInt(startOf(memory.ptr).*));
}

fn startOf(memory: [*]u8) *usize {
    return @ptrFromInt(@intFromPtr(memory) - @sizeOf(usize));
}
