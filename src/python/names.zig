//! The functions that `call` reaches, found by the identity of the name's object.
//!
//! A name in a program's source is one interned str, the same object at every call, and CPython
//! interns ours too: so the lookup is, nearly always, one comparison of pointers. Any other str of
//! the same text is found by its text, in the registry.
//!
//! Readers take no lock. A table is never changed after it is published; `add` makes a larger one
//! and keeps the old ones until the end, since a thread may be reading there.

const std = @import("std");
const capi = @import("capi.zig");
const memory = @import("memory.zig");
const PyObject = capi.PyObject;

pub const Slot = struct {
    /// Kept alive by its table; null in an empty slot.
    name: ?*PyObject = null,
    function: *const capi.PyCFunctionFastWithKeywords = undefined,
    self: *PyObject = undefined,
};

pub const Table = struct {
    /// A power of two, at least twice `used`: a search always ends at an empty slot.
    slots: []Slot,
    used: usize = 0,
    older: ?*Table = null,

    pub fn create(capacity: usize) error{OutOfMemory}!*Table {
        const table = try memory.allocator.create(Table);
        errdefer memory.allocator.destroy(table);
        const size = std.math.ceilPowerOfTwoAssert(usize, @max(16, capacity * 2));
        table.* = .{ .slots = try memory.allocator.alloc(Slot, size) };
        @memset(table.slots, .{});
        return table;
    }

    /// Gives this table and the older ones back, with their references to names.
    pub fn destroy(table: *Table) void {
        if (table.older) |older| older.destroy();
        for (table.slots) |slot| capi.functions.Py_DecRef(slot.name);
        memory.allocator.free(table.slots);
        memory.allocator.destroy(table);
    }

    pub inline fn find(table: *const Table, name: *PyObject) ?*const Slot {
        const slots = table.slots.ptr;
        const mask = table.slots.len - 1;
        var index = hash(name);
        while (true) : (index += 1) {
            const slot = &slots[index & mask];
            if (slot.name == name) return slot;
            if (slot.name == null) return null;
        }
    }

    /// Adds to a table that no other thread knows yet. Takes a new reference to the name.
    pub fn add(table: *Table, slot: Slot) void {
        std.debug.assert(table.used * 2 < table.slots.len);
        const mask = table.slots.len - 1;
        var index = hash(slot.name.?);
        while (table.slots[index & mask].name != null) index += 1;
        capi.functions.Py_IncRef(slot.name);
        table.slots[index & mask] = slot;
        table.used += 1;
    }
};

/// Objects are 16 bytes apart at least: the lowest bits of an address say nothing.
inline fn hash(name: *PyObject) usize {
    const address = @intFromPtr(name);
    return (address >> 4) ^ (address >> 12);
}
