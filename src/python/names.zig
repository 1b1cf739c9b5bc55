//! The functions that `call` reaches, found by the identity of the name's object.
//!
//! A name in a program's source is one interned str, the same object at every call, and CPython
//! interns ours too: so the lookup is, nearly always, one comparison of pointers. Any other str of
//! the same text is found by its text, in the registry.
//!
//! Readers take no lock, writers take turns (see `Dispatcher`). A name is written last into its
//! slot, and none is ever taken away. A full table is replaced by a larger one, and kept until the
//! end: a thread may be reading there.

const std = @import("std");
const capi = @import("capi.zig");
const memory = @import("memory.zig");
const PyObject = capi.PyObject;

/// Four words: where it is in a table needs a shift, and no product.
pub const Slot = extern struct {
    /// Kept alive by its table; null in an empty slot.
    name: ?*PyObject = null,
    /// Called with `self` in the function object's place; the number of arguments has no flag in
    /// it.
    function: *const capi.vectorcallfunc = undefined,
    self: *PyObject = undefined,
    _: usize = 0,
};

/// What is before the slots, in the same memory.
pub const Table = struct {
    /// Masks the offset of a slot in bytes. There is a power of two of slots, at least twice
    /// `used`: a search always ends at an empty slot.
    mask: usize,
    used: usize = 0,
    older: ?*Table = null,

    const alignment: std.mem.Alignment = .fromByteUnits(2 * @sizeOf(usize));
    const header = alignment.forward(@sizeOf(Table));

    pub fn create(capacity: usize) error{OutOfMemory}!*Table {
        // 128: where there are few names, nearly all are found in the first slot looked at.
        const count = std.math.ceilPowerOfTwoAssert(usize, @max(128, capacity * 2));
        const bytes = try memory.allocator.alignedAlloc(
            u8,
            alignment,
            header + count * @sizeOf(Slot),
        );
        const table: *Table = @ptrCast(bytes);
        table.* = .{ .mask = (count - 1) * @sizeOf(Slot) };
        @memset(table.slots(), .{});
        return table;
    }

    /// Gives this table and the older ones back, with their references to names.
    pub fn destroy(table: *Table) void {
        if (table.older) |older| older.destroy();
        for (table.slots()) |slot| capi.functions.Py_DecRef(slot.name);
        const bytes: [*]align(alignment.toByteUnits()) u8 = @ptrCast(@alignCast(table));
        memory.allocator.free(bytes[0 .. header + table.slots().len * @sizeOf(Slot)]);
    }

    pub inline fn find(table: *Table, name: *PyObject) ?*const Slot {
        var offset = hash(name) & table.mask;
        while (true) : (offset = (offset + @sizeOf(Slot)) & table.mask) {
            const slot = table.at(offset);
            const found = @atomicLoad(?*PyObject, &slot.name, .acquire);
            if (found == name) return slot;
            if (found == null) return null;
        }
    }

    pub fn isFull(table: *const Table) bool {
        return (table.used + 1) * 2 > table.mask / @sizeOf(Slot) + 1;
    }

    /// Adds to a table that is not full. Takes a new reference to the name.
    pub fn add(table: *Table, slot: Slot) void {
        std.debug.assert(!table.isFull());
        var offset = hash(slot.name.?) & table.mask;
        while (table.at(offset).name != null) offset = (offset + @sizeOf(Slot)) & table.mask;
        capi.functions.Py_IncRef(slot.name);
        const place = table.at(offset);
        place.function = slot.function;
        place.self = slot.self;
        @atomicStore(?*PyObject, &place.name, slot.name, .release);
        table.used += 1;
    }

    /// A table with the same names, in which that of `slot` reaches what `slot` does, and which has
    /// this one as its older.
    pub fn replaced(table: *Table, slot: Slot) error{OutOfMemory}!*Table {
        const renewed = try create(table.used);
        for (table.slots()) |old| if (old.name) |name| renewed.add(
            if (name == slot.name) slot else old,
        );
        renewed.older = table;
        return renewed;
    }

    /// A table of twice the size with the same names, which has this one as its older.
    pub fn grown(table: *Table) error{OutOfMemory}!*Table {
        const larger = try create(table.slots().len);
        for (table.slots()) |slot| if (slot.name != null) larger.add(slot);
        larger.older = table;
        return larger;
    }

    fn slots(table: *Table) []Slot {
        const first: [*]Slot = @ptrCast(table.at(0));
        return first[0 .. table.mask / @sizeOf(Slot) + 1];
    }

    inline fn at(table: *Table, offset: usize) *Slot {
        const bytes: [*]u8 = @ptrCast(table);
        return @ptrCast(@alignCast(bytes + header + offset));
    }
};

/// Offset of the slot to begin at, for the mask to cut. Objects lie in rows, at multiples of their
/// size: a product (Knuth, volume 3, 6.4) spreads them, the bits in its middle above all.
inline fn hash(name: *PyObject) usize {
    const product = @intFromPtr(name) *% 0x1e37_79b1; // an instruction's own constant on x86
    return product >> if (@sizeOf(usize) == 8) 27 else 8;
}
