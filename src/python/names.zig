//! The functions that `call` reaches, found by the identity of the name's object.
//!
//! A name in a program's source is one interned str, the same object at every call, and CPython
//! interns ours too: so the lookup is, nearly always, one comparison of pointers. Any other str of
//! the same text is found by its text, in the registry.
//!
//! Readers take no lock, writers take turns (see `Dispatcher`). A name is written last into its slot,
//! and none is ever taken away. A full table is replaced by a larger one, and kept until the end:
//! a thread may be reading there.

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
        // 128: where there are few names, nearly all are found in the first slot looked at.
        const size = std.math.ceilPowerOfTwoAssert(usize, @max(128, capacity * 2));
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
            const found = @atomicLoad(?*PyObject, &slot.name, .acquire);
            if (found == name) return slot;
            if (found == null) return null;
        }
    }

    pub fn isFull(table: *const Table) bool {
        return (table.used + 1) * 2 > table.slots.len;
    }

    /// Adds to a table that is not full. Takes a new reference to the name.
    pub fn add(table: *Table, slot: Slot) void {
        std.debug.assert(!table.isFull());
        const mask = table.slots.len - 1;
        var index = hash(slot.name.?);
        while (table.slots[index & mask].name != null) index += 1;
        capi.functions.Py_IncRef(slot.name);
        const place = &table.slots[index & mask];
        place.function = slot.function;
        place.self = slot.self;
        @atomicStore(?*PyObject, &place.name, slot.name, .release);
        table.used += 1;
    }

    /// A table with the same names, in which that of `slot` reaches what `slot` does, and which has this
    /// one as its older.
    pub fn replaced(table: *Table, slot: Slot) error{OutOfMemory}!*Table {
        const renewed = try create(table.used);
        for (table.slots) |old| if (old.name) |name| renewed.add(if (name == slot.name) slot else old);
        renewed.older = table;
        return renewed;
    }

    /// A table of twice the size with the same names, which has this one as its older.
    pub fn grown(table: *Table) error{OutOfMemory}!*Table {
        const larger = try create(table.slots.len);
        for (table.slots) |slot| if (slot.name != null) larger.add(slot);
        larger.older = table;
        return larger;
    }
};

/// Objects lie in rows, at multiples of their size: a product (Knuth, volume 3, 6.4) spreads them, its
/// upper half above all.
inline fn hash(name: *PyObject) usize {
    const odd: usize = @truncate(0x9e37_79b9_7f4a_7c15);
    return (@intFromPtr(name) *% odd) >> (@bitSizeOf(usize) / 2);
}
