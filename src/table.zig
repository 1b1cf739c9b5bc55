//! A hash table that is a list: its items lie one behind the other, and are found by an index of
//! their hashes.
//!
//! The index is the same code for every type of items. std.ArrayHashMap has one for each, in three
//! widths, and looks an item up twice where it is removed.

const std = @import("std");

/// Where, in a list, the items of a hash are.
pub const Index = struct {
    /// Of the items, in their order.
    hashes: std.ArrayList(u32) = .empty,
    /// Numbers of items plus one, each at the slot that its hash says or the next one that was
    /// free: zero is free, as half of them are. None where there are few items: those are all
    /// looked at.
    slots: []u32 = &.{},

    pub const few = 8;

    /// The items that may be one of this hash.
    pub inline fn candidates(index: *const Index, hash: u32) Candidates {
        return .{
            .index = index,
            .hash = hash,
            .place = if (index.slots.len == 0) 0 else hash & (index.slots.len - 1),
        };
    }

    pub const Candidates = struct {
        index: *const Index,
        hash: u32,
        /// Number of a slot, or, without slots, of an item.
        place: usize,

        pub inline fn next(all: *Candidates) ?usize {
            const hashes = all.index.hashes.items;
            const slots = all.index.slots;
            if (slots.len == 0) {
                while (all.place < hashes.len) {
                    all.place += 1;
                    if (hashes[all.place - 1] == all.hash) return all.place - 1;
                }
                return null;
            }
            while (slots[all.place] != 0) {
                const item = slots[all.place] - 1;
                all.place = (all.place + 1) & (slots.len - 1);
                if (hashes[item] == all.hash) return item;
            }
            return null;
        }
    };

    pub fn deinit(index: *Index, gpa: std.mem.Allocator) void {
        index.hashes.deinit(gpa);
        gpa.free(index.slots);
        index.* = undefined;
    }

    pub fn ensureUnusedCapacity(
        index: *Index,
        gpa: std.mem.Allocator,
        count: usize,
    ) error{OutOfMemory}!void {
        if (!index.hasRoom(count)) try index.grow(gpa, index.hashes.items.len + count);
    }

    inline fn hasRoom(index: *const Index, count: usize) bool {
        const size = index.hashes.items.len + count;
        const room = if (index.slots.len == 0) few else index.slots.len / 2;
        return size <= room and size <= index.hashes.capacity;
    }

    fn grow(index: *Index, gpa: std.mem.Allocator, size: usize) error{OutOfMemory}!void {
        if (size >= std.math.maxInt(u32)) return error.OutOfMemory;
        try index.hashes.ensureTotalCapacity(gpa, size);
        if (size <= few or size <= index.slots.len / 2) return;
        const wanted = std.math.ceilPowerOfTwo(usize, 4 * size) catch return error.OutOfMemory;
        const slots = try gpa.alloc(u32, wanted);
        gpa.free(index.slots);
        index.slots = slots;
        index.fill();
    }

    fn fill(index: *Index) void {
        @memset(index.slots, 0);
        if (index.slots.len > 0) for (0..index.hashes.items.len) |item| index.place(item);
    }

    fn place(index: *Index, item: usize) void {
        const mask = index.slots.len - 1;
        var slot = index.hashes.items[item] & mask;
        while (index.slots[slot] != 0) slot = (slot + 1) & mask;
        index.slots[slot] = @intCast(item + 1);
    }

    /// The last item, which is new, has a hash. There is room for it.
    pub fn append(index: *Index, hash: u32) void {
        index.hashes.appendAssumeCapacity(hash);
        if (index.slots.len > 0) index.place(index.hashes.items.len - 1);
    }

    /// The last item takes the place of one that is removed.
    pub fn swapRemove(index: *Index, item: usize) void {
        if (index.slots.len > 0) {
            index.empty(index.slotOf(item));
            const last = index.hashes.items.len - 1;
            if (item != last) index.slots[index.slotOf(last)] = @intCast(item + 1);
        }
        _ = index.hashes.swapRemove(item);
    }

    fn slotOf(index: *const Index, item: usize) usize {
        const mask = index.slots.len - 1;
        var slot = index.hashes.items[item] & mask;
        while (index.slots[slot] != item + 1) slot = (slot + 1) & mask;
        return slot;
    }

    /// Frees a slot, to which others move that would not be found behind it.
    fn empty(index: *Index, first: usize) void {
        const mask = index.slots.len - 1;
        var free = first;
        var slot = first;
        while (true) {
            slot = (slot + 1) & mask;
            const taken = index.slots[slot];
            if (taken == 0) break;
            const hash = index.hashes.items[taken - 1];
            if ((slot -% hash) & mask < (slot -% free) & mask) continue;
            index.slots[free] = taken;
            free = slot;
        }
        index.slots[free] = 0;
    }

    /// The first items, which were moved, are all that there are.
    pub fn shrink(index: *Index, size: usize) void {
        index.hashes.shrinkRetainingCapacity(size);
        index.fill();
    }

    pub fn clear(index: *Index) void {
        index.hashes.clearRetainingCapacity();
        index.fill();
    }
};

/// Items with keys of which each is there once. `Context` has `hash(Key) u32` and `eql(Key, Key)`.
pub fn Table(comptime Key: type, comptime Value: type, comptime Context: type) type {
    return struct {
        const Self = @This();

        pub const Item = struct { key: Key, value: Value };

        /// Whose keys `reindex` is to be told of where they are changed.
        items: std.ArrayList(Item) = .empty,
        index: Index = .{},

        pub const empty: Self = .{};

        pub fn deinit(table: *Self, gpa: std.mem.Allocator) void {
            table.items.deinit(gpa);
            table.index.deinit(gpa);
            table.* = undefined;
        }

        pub inline fn count(table: *const Self) usize {
            return table.items.items.len;
        }

        /// The number of the item of a key.
        pub fn find(table: *const Self, key: Key) ?usize {
            return table.findHashed(key, Context.hash(key));
        }

        /// The same of one whose hash is known.
        pub inline fn findHashed(table: *const Self, key: Key, hash: u32) ?usize {
            var candidates = table.index.candidates(hash);
            while (candidates.next()) |item|
                if (Context.eql(table.items.items[item].key, key)) return item;
            return null;
        }

        /// The number of the item of a key that has this value.
        pub fn findValue(table: *const Self, key: Key, value: Value) ?usize {
            var candidates = table.index.candidates(Context.hash(key));
            while (candidates.next()) |item|
                if (table.items.items[item].value == value) return item;
            return null;
        }

        /// The number of the item that has this value, if it is one of the two newest.
        pub inline fn findNew(table: *const Self, value: Value) ?usize {
            const items = table.items.items;
            for (1..3) |place| {
                if (place <= items.len and items[items.len - place].value == value)
                    return items.len - place;
            }
            return null;
        }

        /// Good until an item is added or removed.
        pub fn getPtr(table: *const Self, key: Key) ?*Value {
            return &table.items.items[table.find(key) orelse return null].value;
        }

        pub fn get(table: *const Self, key: Key) ?Value {
            return table.items.items[table.find(key) orelse return null].value;
        }

        pub inline fn ensureUnusedCapacity(
            table: *Self,
            gpa: std.mem.Allocator,
            size: usize,
        ) error{OutOfMemory}!void {
            const has_room = table.items.capacity - table.items.items.len >= size;
            if (has_room and table.index.hasRoom(size)) return;
            return table.grow(gpa, size);
        }

        noinline fn grow(
            table: *Self,
            gpa: std.mem.Allocator,
            size: usize,
        ) error{OutOfMemory}!void {
            try table.items.ensureUnusedCapacity(gpa, size);
            try table.index.ensureUnusedCapacity(gpa, size);
        }

        /// Of a key that is not there. There is room for it.
        pub fn append(table: *Self, key: Key, value: Value) void {
            table.appendHashed(key, Context.hash(key), value);
        }

        /// The same of one whose hash is known.
        pub inline fn appendHashed(table: *Self, key: Key, hash: u32, value: Value) void {
            table.items.appendAssumeCapacity(.{ .key = key, .value = value });
            table.index.append(hash);
        }

        /// The same where the key may be there: then nothing is added, and this is what it has.
        pub fn appendNew(table: *Self, key: Key, value: Value) ?*Value {
            const hash = Context.hash(key);
            if (table.findHashed(key, hash)) |item| return &table.items.items[item].value;
            table.appendHashed(key, hash, value);
            return null;
        }

        /// The last item takes its place.
        pub fn swapRemove(table: *Self, item: usize) void {
            _ = table.items.swapRemove(item);
            table.index.swapRemove(item);
        }

        /// An item takes the place of another one, until `shrink`.
        pub inline fn move(table: *Self, from: usize, to: usize) void {
            if (from == to) return;
            table.items.items[to] = table.items.items[from];
            table.index.hashes.items[to] = table.index.hashes.items[from];
        }

        /// The first items, which were moved, are all that there are. They keep the room that they
        /// had.
        pub fn shrink(table: *Self, size: usize) void {
            if (size == table.count()) return;
            table.items.shrinkRetainingCapacity(size);
            table.index.shrink(size);
        }

        /// After keys were changed, or items have other places.
        pub fn reindex(table: *Self) void {
            for (table.index.hashes.items, table.items.items) |*hash, *item|
                hash.* = Context.hash(item.key);
            table.index.fill();
        }

        /// Keeps the room that they had.
        pub fn clear(table: *Self) void {
            table.items.clearRetainingCapacity();
            table.index.clear();
        }
    };
}

const Numbers = Table(u32, u32, struct {
    pub fn hash(key: u32) u32 {
        return key / 3 *% 0x9e37_79b1; // so that some have the same
    }

    pub const eql = std.meta.eql;
});

test Table {
    const gpa = std.testing.allocator;
    var numbers: Numbers = .empty;
    defer numbers.deinit(gpa);
    var known: std.AutoHashMapUnmanaged(u32, u32) = .empty;
    defer known.deinit(gpa);
    var random: std.Random.DefaultPrng = .init(0);
    for (0..20_000) |round| {
        const key = random.random().uintLessThan(u32, if (round % 2000 < 100) 12 else 400);
        const found = numbers.find(key);
        try std.testing.expectEqual(known.get(key), numbers.get(key));
        try std.testing.expectEqual(found, numbers.findHashed(key, key / 3 *% 0x9e37_79b1));
        if (found) |item| {
            try std.testing.expectEqual(key, numbers.items.items[item].key);
            const value = known.get(key).?;
            try std.testing.expectEqual(value, numbers.getPtr(key).?.*);
            try std.testing.expectEqual(item, numbers.findValue(key, value));
            try std.testing.expectEqual(null, numbers.findValue(key, 1 << 31));
            const is_new = item + 2 >= numbers.count();
            if (is_new) try std.testing.expectEqual(item, numbers.findNew(value));
            if (!is_new) try std.testing.expectEqual(null, numbers.findNew(value));
            try std.testing.expectEqual(value, numbers.appendNew(key, 0).?.*);
            numbers.swapRemove(item);
            try std.testing.expect(known.remove(key));
        } else {
            try numbers.ensureUnusedCapacity(gpa, 1);
            if (round % 2 == 0) {
                numbers.append(key, @intCast(round));
            } else if (round % 3 == 0) {
                numbers.appendHashed(key, key / 3 *% 0x9e37_79b1, @intCast(round));
            } else try std.testing.expectEqual(null, numbers.appendNew(key, @intCast(round)));
            try known.put(gpa, key, @intCast(round));
        }
        try std.testing.expectEqual(known.count(), numbers.count());
        if (round % 3000 == 0) {
            numbers.clear();
            known.clearRetainingCapacity();
        }
    }
    for (0..400) |number| {
        const key: u32 = @intCast(number);
        try std.testing.expectEqual(known.get(key), numbers.get(key));
    }
}

test "the keys of a table that have changed" {
    const gpa = std.testing.allocator;
    var numbers: Numbers = .empty;
    defer numbers.deinit(gpa);
    for (0..100) |number| {
        try numbers.ensureUnusedCapacity(gpa, 1);
        numbers.append(@intCast(number), @intCast(number));
    }
    for (numbers.items.items) |*item| item.key = 199 - item.key;
    numbers.reindex();
    for (100..200) |key| try std.testing.expectEqual(199 - key, numbers.get(@intCast(key)).?);
    try std.testing.expectEqual(null, numbers.get(99));
}

test "some items of a table are all that stay" {
    const gpa = std.testing.allocator;
    var numbers: Numbers = .empty;
    defer numbers.deinit(gpa);
    for ([_]u32{ 3, 4, 300 }) |size| {
        for (0..size) |number| {
            try numbers.ensureUnusedCapacity(gpa, 1);
            numbers.append(@intCast(number), @intCast(number + 1));
        }
        var kept: usize = 0;
        for (0..size) |item| if (numbers.items.items[item].key % 3 == 1) {
            numbers.move(item, kept);
            kept += 1;
        };
        numbers.shrink(kept);
        try std.testing.expectEqual((size + 1) / 3, numbers.count());
        for (0..size) |number| {
            const key: u32 = @intCast(number);
            const wanted: ?u32 = if (key % 3 == 1) key + 1 else null;
            try std.testing.expectEqual(wanted, numbers.get(key));
        }
        numbers.clear();
    }
}

test Index {
    // Each is at the slot of its hash, or behind it with no free one between, whatever is removed.
    const gpa = std.testing.allocator;
    var index: Index = .{};
    defer index.deinit(gpa);
    for (0..40) |number| {
        try index.ensureUnusedCapacity(gpa, 1);
        index.append(if (number % 2 == 0) 127 else @intCast(number)); // which goes around the end
    }
    while (index.hashes.items.len > 0) {
        index.swapRemove(index.hashes.items.len / 2);
        for (index.hashes.items, 0..) |hash, item| {
            var slot = hash & (index.slots.len - 1);
            while (index.slots[slot] != item + 1) : (slot = (slot + 1) & (index.slots.len - 1))
                try std.testing.expect(index.slots[slot] != 0);
        }
    }
    var none = index.candidates(127);
    try std.testing.expectEqual(null, none.next());
    index.clear();
    try std.testing.expect(std.mem.allEqual(u32, index.slots, 0));
}
