//! A table of blocks of memory by their addresses: open addressing, no tombstones. It asks the
//! memory that it is told of for nothing, and reads none of it.

const std = @import("std");
const Blocks = @This();

slots: []Slot = &.{},
count: usize = 0,

pub const Block = struct {
    address: usize,
    len: usize,
    alignment: std.mem.Alignment,
    /// Whatever the table's owner notes of it.
    marked: bool = false,
    number: u32 = 0,

    pub fn of(memory: []const u8, alignment: std.mem.Alignment) Block {
        return .{ .address = @intFromPtr(memory.ptr), .len = memory.len, .alignment = alignment };
    }

    pub fn bytes(block: Block) []u8 {
        const start: [*]u8 = @ptrFromInt(block.address);
        return start[0..block.len];
    }
};

pub const Slot = struct {
    /// The address inverted, 0 where there is none: a program that looks for leaks must not find
    /// a pointer to the block here.
    hidden: usize = 0,
    len: usize = undefined,
    alignment: std.mem.Alignment = undefined,
    marked: bool = undefined,
    number: u32 = undefined,

    pub fn block(slot: Slot) ?Block {
        if (slot.hidden == 0) return null;
        return .{
            .address = ~slot.hidden,
            .len = slot.len,
            .alignment = slot.alignment,
            .marked = slot.marked,
            .number = slot.number,
        };
    }
};

pub fn deinit(blocks: *Blocks, gpa: std.mem.Allocator) void {
    gpa.free(blocks.slots);
    blocks.* = .{};
}

/// The block that begins at `address`, to be read and marked until the table is changed.
pub fn find(blocks: Blocks, address: usize) ?*Slot {
    return &blocks.slots[blocks.indexOf(address) orelse return null];
}

fn indexOf(blocks: Blocks, address: usize) ?usize {
    if (blocks.count == 0) return null;
    const mask = blocks.slots.len - 1;
    var index = home(address) & mask;
    while (blocks.slots[index].hidden != 0) : (index = (index + 1) & mask)
        if (blocks.slots[index].hidden == ~address) return index;
    return null;
}

/// Notes a block, in the place of one that began there.
pub fn put(blocks: *Blocks, gpa: std.mem.Allocator, block: Block) error{OutOfMemory}!void {
    if (blocks.slots.len - blocks.slots.len / 4 <= blocks.count) try blocks.grow(gpa);
    if (blocks.place(block)) blocks.count += 1;
}

/// Whether it has taken a new place. There is room.
fn place(blocks: *Blocks, block: Block) bool {
    const mask = blocks.slots.len - 1;
    const hidden = ~block.address;
    var index = home(block.address) & mask;
    while (blocks.slots[index].hidden != 0 and blocks.slots[index].hidden != hidden)
        index = (index + 1) & mask;
    defer blocks.slots[index] = .{
        .hidden = hidden,
        .len = block.len,
        .alignment = block.alignment,
        .marked = block.marked,
        .number = block.number,
    };
    return blocks.slots[index].hidden == 0;
}

fn grow(blocks: *Blocks, gpa: std.mem.Allocator) error{OutOfMemory}!void {
    var larger: Blocks = .{
        .slots = try gpa.alloc(Slot, @max(2 * blocks.slots.len, 32)),
        .count = blocks.count,
    };
    for (larger.slots) |*slot| slot.hidden = 0;
    for (blocks.slots) |slot| if (slot.block()) |block| {
        _ = larger.place(block);
    };
    gpa.free(blocks.slots);
    blocks.* = larger;
}

pub fn remove(blocks: *Blocks, address: usize) ?Block {
    var hole = blocks.indexOf(address) orelse return null;
    const removed = blocks.slots[hole].block().?;
    const mask = blocks.slots.len - 1;
    // Those behind that would not be found any more move into the hole.
    var index = (hole + 1) & mask;
    while (blocks.slots[index].hidden != 0) : (index = (index + 1) & mask) {
        const way = index -% home(~blocks.slots[index].hidden);
        if (way & mask < (index -% hole) & mask) continue;
        blocks.slots[hole] = blocks.slots[index];
        hole = index;
    }
    blocks.slots[hole].hidden = 0;
    blocks.count -= 1;
    return removed;
}

pub fn iterator(blocks: *const Blocks) Iterator {
    return .{ .slots = blocks.slots };
}

/// Over all blocks of a table that is not changed meanwhile, in no order.
pub const Iterator = struct {
    slots: []const Slot,

    pub fn next(iteration: *Iterator) ?Block {
        while (iteration.slots.len > 0) {
            defer iteration.slots = iteration.slots[1..];
            if (iteration.slots[0].block()) |block| return block;
        }
        return null;
    }
};

/// Bits that neighbours differ in. The highest say the shard of a Heap.
pub fn hash(address: usize) u64 {
    return (address >> 3) *% @as(u64, 0x9e3779b97f4a7c15);
}

fn home(address: usize) usize {
    return @truncate(hash(address) >> 24);
}

test hash {
    // Neighbours go to different shards.
    try std.testing.expect(hash(0x1000) >> 58 != hash(0x1010) >> 58);
}

test Block {
    var memory: [3]u8 = undefined;
    const block: Block = .of(memory[1..], .@"1");
    try std.testing.expectEqual(memory[1..].ptr, block.bytes().ptr);
    try std.testing.expectEqual(2, block.bytes().len);
}

test Blocks {
    const gpa = std.testing.allocator;
    var blocks: Blocks = .{};
    defer blocks.deinit(gpa);
    var known: std.AutoHashMapUnmanaged(usize, usize) = .empty;
    defer known.deinit(gpa);
    var random: std.Random.DefaultPrng = .init(1);
    for (0..20_000) |len| {
        const address = 16 + 16 * random.random().uintLessThan(usize, 500);
        if (random.random().boolean()) {
            try blocks.put(gpa, .{ .address = address, .len = len, .alignment = .@"8" });
            try known.put(gpa, address, len);
        } else {
            const removed = if (blocks.remove(address)) |block| block.len else null;
            const expected = if (known.fetchRemove(address)) |entry| entry.value else null;
            try std.testing.expectEqual(expected, removed);
        }
        try std.testing.expectEqual(known.count(), blocks.count);
    }
    var all = blocks.iterator();
    var seen: usize = 0;
    while (all.next()) |block| : (seen += 1)
        try std.testing.expectEqual(known.get(block.address).?, block.len);
    try std.testing.expectEqual(known.count(), seen);
    try std.testing.expectEqual(null, blocks.find(8));
}
