//! What values of a region point to where Python gave it: memory of nano_ffi's allocator, each
//! piece by itself, and arguments of calls that are kept, since Zig's code stored where they are.
//!
//! Nothing is moved, and nothing is freed because it was replaced: another field may have it, too.
//! When there are many, a sweep gives back what no value points to: see Region.zig.

const std = @import("std");
const capi = @import("../capi.zig");
const memory = @import("../memory.zig");
const object = @import("object.zig");
const Table = @import("../../table.zig").Table;
const Alignment = std.mem.Alignment;
const Allocator = std.mem.Allocator;
const PyObject = capi.PyObject;
const Blocks = @This();

/// By the address of their first byte.
map: Table(usize, Block, AddressContext) = .empty,
bytes: usize = 0,
is_sorted: bool = true,
/// Of which there may be some.
sources: std.EnumSet(std.meta.Tag(Source)) = .empty,
/// Boxes that nobody has any more: to be released where no lock is held.
ended: ?*Box = null,

const AddressContext = struct {
    pub fn hash(start: usize) u32 {
        return @truncate(@as(u64, start) *% 0x9e37_79b9_7f4a_7c15 >> 32);
    }

    pub fn eql(a: usize, b: usize) bool {
        return a == b;
    }
};

pub const Block = struct {
    /// How many bytes it spans.
    len: usize,
    /// How many more there are behind it, for a slice that grows.
    spare: usize = 0,
    source: Source,
    /// Whether a sweep leaves it there.
    is_pinned: bool = false,
    is_marked: bool = false,
    /// Whether what is no tree points to it.
    is_others: bool = false,

    /// Whether it is nobody's yet.
    fn isCandidate(block: Block) bool {
        return block.source == .candidate or block.source == .shared;
    }

    /// What Python object it keeps, borrowed.
    pub fn kept(block: Block) ?*PyObject {
        return switch (block.source) {
            .box => |box| box.object,
            else => null,
        };
    }

    /// Gives back what it is. May run Python code.
    pub fn release(block: Block, start: usize) void {
        switch (block.source) {
            .memory => |alignment| block.free(start, alignment),
            .followed => |known| if (memory.unfollow(start, known.number))
                block.free(start, known.alignment),
            .box => |box| box.release(),
            .candidate, .shared => {},
        }
    }

    fn free(block: Block, start: usize, alignment: Alignment) void {
        const bytes: [*]u8 = @ptrFromInt(start);
        memory.allocator.rawFree(bytes[0..block.len], alignment, @returnAddress());
    }
};

pub const Source = union(enum) {
    memory: Alignment,
    /// The same, which Zig's own code may free as well: by whom, its number says.
    followed: Followed,
    /// A reference to it.
    box: *Box,
    /// Zig's own code has it from nano_ffi's allocator: this region's, if a value points to it.
    candidate: Alignment,
    /// The same, if that is a tree, and no value of another kind does.
    shared: Followed,

    const Followed = struct { alignment: Alignment, number: u32 };

    /// Where a value points to it: what was nobody's yet is the region's.
    fn taken(source: Source) Source {
        return switch (source) {
            .candidate => |alignment| .{ .memory = alignment },
            .shared => |known| .{ .followed = known },
            else => source,
        };
    }
};

pub const Piece = struct { start: usize, block: Block };

/// What no value points to any more, to be given back when nothing is held: that may run Python
/// code.
pub const Gone = struct {
    pieces: std.ArrayList(Piece) = .empty,
    /// Objects that Python has no more, which are in no region.
    objects: std.ArrayList(*object.Layout) = .empty,

    pub inline fn deinit(gone: *Gone) void {
        if (gone.objects.capacity + gone.pieces.capacity > 0) gone.release();
    }

    noinline fn release(gone: *Gone) void {
        for (gone.objects.items) |self| {
            object.deinitOwn(self);
            object.free(self);
        }
        for (gone.pieces.items) |piece| piece.block.release(piece.start);
        gone.objects.deinit(memory.allocator);
        gone.pieces.deinit(memory.allocator);
        gone.* = .{};
    }
};

/// An argument that outlives its call.
pub const Box = struct {
    count: usize = 1,
    /// What the garbage collector is to know of; borrowed from the argument.
    object: ?*PyObject,
    free: *const fn (box: *Box) void,
    /// In a list of those that nobody has any more.
    next: ?*Box = null,

    pub fn retain(box: *Box) void {
        _ = @atomicRmw(usize, &box.count, .Add, 1, .monotonic);
    }

    /// May run Python code.
    pub fn release(box: *Box) void {
        if (box.drop()) box.free(box);
    }

    /// Whether it was the last reference.
    fn drop(box: *Box) bool {
        return @atomicRmw(usize, &box.count, .Sub, 1, .acq_rel) == 1;
    }
};

/// Memory for a value that is on its way into a region: a few pieces of it need no table.
pub const Fresh = struct {
    few: [4]Piece,
    count: usize,
    others: Blocks,

    /// Nothing yet.
    pub fn begin(fresh: *Fresh) void {
        fresh.count = 0;
        fresh.others = .{};
    }

    pub fn allocator(fresh: *Fresh) Allocator {
        return .{ .ptr = fresh, .vtable = &.{
            .alloc = allocFew,
            .resize = Allocator.noResize,
            .remap = Allocator.noRemap,
            .free = Allocator.noFree,
        } };
    }

    fn allocFew(context: *anyopaque, len: usize, alignment: Alignment, address: usize) ?[*]u8 {
        const fresh: *Fresh = @ptrCast(@alignCast(context));
        if (fresh.count == fresh.few.len) return alloc(&fresh.others, len, alignment, address);
        const bytes = memory.allocator.rawAlloc(len, alignment, address) orelse return null;
        fresh.few[fresh.count] = .{
            .start = @intFromPtr(bytes),
            .block = .{ .len = len, .source = .{ .memory = alignment } },
        };
        fresh.count += 1;
        return bytes;
    }

    pub fn deinit(fresh: *Fresh) void {
        for (fresh.few[0..fresh.count]) |piece| piece.block.release(piece.start);
        fresh.count = 0;
        fresh.others.deinit();
    }
};

/// Whether what an allocator gives is an object's, each piece by itself.
pub fn isMemoryOf(gpa: Allocator) bool {
    return gpa.vtable.alloc == &alloc or gpa.vtable.alloc == &Fresh.allocFew;
}

/// Memory from here on is a block. What is freed stays one until a sweep.
pub fn allocator(blocks: *Blocks) Allocator {
    return .{ .ptr = blocks, .vtable = &.{
        .alloc = alloc,
        .resize = Allocator.noResize,
        .remap = Allocator.noRemap,
        .free = Allocator.noFree,
    } };
}

fn alloc(context: *anyopaque, len: usize, alignment: Alignment, address: usize) ?[*]u8 {
    const blocks: *Blocks = @ptrCast(@alignCast(context));
    blocks.map.ensureUnusedCapacity(memory.allocator, 1) catch return null;
    const bytes = memory.allocator.rawAlloc(len, alignment, address) orelse return null;
    blocks.add(@intFromPtr(bytes), .{ .len = len, .source = .{ .memory = alignment } });
    return bytes;
}

/// Zig's own code may free all that is there from here on.
pub fn follow(blocks: *Blocks) void {
    if (!blocks.sources.contains(.memory)) return;
    blocks.sources.remove(.memory);
    for (blocks.map.items.items) |*item| {
        if (item.value.source != .memory) continue;
        const alignment = item.value.source.memory;
        const number = memory.follow(item.key, item.value.len);
        item.value.source = .{ .followed = .{ .alignment = alignment, .number = number } };
    }
}

/// There is room for it. Runs no Python code.
pub fn add(blocks: *Blocks, start: usize, block: Block) void {
    const hash = AddressContext.hash(start);
    const place = blocks.map.findHashed(start, hash) orelse {
        const all = blocks.map.items.items;
        if (all.len > 0 and all[all.len - 1].key > start) blocks.is_sorted = false;
        blocks.map.appendHashed(start, hash, block);
        blocks.bytes += block.len;
        blocks.sources.insert(block.source);
        return;
    };
    blocks.addKnown(place, block);
}

/// The same of one at whose start there is one.
noinline fn addKnown(blocks: *Blocks, place: usize, block: Block) void {
    const item = &blocks.map.items.items[place];
    const known = &item.value;
    // The same box a second time, or what is a block in any case. Else what was there before was
    // freed by Zig's code.
    const is_known = block.isCandidate() and !known.isCandidate();
    if (known.source == .box or is_known) {
        // A buffer may be given from its start on, and to another end.
        if (known.source == .box and block.len > known.len) blocks.resize(item.key, block.len);
        return blocks.drop(item.key, block);
    }
    blocks.bytes = blocks.bytes - known.len + block.len;
    blocks.sources.insert(block.source);
    known.* = block;
}

fn drop(blocks: *Blocks, start: usize, block: Block) void {
    const box = if (block.source == .box) block.source.box else return block.release(start);
    if (!box.drop()) return;
    box.count = 1; // nobody else has it
    box.next = blocks.ended;
    blocks.ended = box;
}

/// What was dropped is to be released, when nothing is held.
pub fn takeEnded(blocks: *Blocks, gone: *Gone) error{OutOfMemory}!void {
    while (blocks.ended) |box| {
        try gone.pieces.append(memory.allocator, .{
            .start = 0,
            .block = .{ .len = 0, .source = .{ .box = box } },
        });
        blocks.ended = box.next;
    }
}

/// Takes all that `other` has. Runs no Python code.
pub fn take(blocks: *Blocks, other: *Blocks) error{OutOfMemory}!void {
    while (other.ended) |box| {
        other.ended = box.next;
        box.next = blocks.ended;
        blocks.ended = box;
    }
    if (other.map.count() == 0) return;
    if (blocks.map.count() == 0) {
        std.mem.swap(Blocks, blocks, other);
        std.mem.swap(?*Box, &blocks.ended, &other.ended);
        return;
    }
    try blocks.map.ensureUnusedCapacity(memory.allocator, other.map.count());
    for (other.map.items.items) |item| blocks.add(item.key, item.value);
    other.map.clear();
}

/// Takes all that is fresh.
pub fn takeFresh(blocks: *Blocks, fresh: *Fresh) error{OutOfMemory}!void {
    if (fresh.others.map.count() > 0) try blocks.take(&fresh.others);
    try blocks.map.ensureUnusedCapacity(memory.allocator, fresh.count);
    for (fresh.few[0..fresh.count]) |piece| blocks.add(piece.start, piece.block);
    fresh.count = 0;
}

/// Whether there may be some that are nobody's yet.
pub fn hasCandidates(blocks: *const Blocks) bool {
    const candidates: @TypeOf(blocks.sources) = comptime .initMany(&.{ .candidate, .shared });
    return blocks.sources.bits.mask & candidates.bits.mask != 0;
}

/// A block has another length.
pub fn resize(blocks: *Blocks, start: usize, len: usize) void {
    const block = blocks.map.getPtr(start) orelse return;
    blocks.bytes = blocks.bytes - block.len + len;
    block.len = len;
    block.spare = 0;
}

/// A slice of `from` bytes, which Python changed, has another length: if it has all of its block,
/// that has it from here on, for Zig's allocator as well.
pub fn fit(blocks: *Blocks, start: usize, from: usize, to: usize) void {
    const block = blocks.map.getPtr(start) orelse return;
    if (block.len != from) return;
    const alignment = blocks.claim(start, block) orelse return;
    memory.relabel(.{ .address = start, .len = from, .alignment = alignment }, to);
    blocks.bytes = blocks.bytes - from + to;
    block.spare = block.len + block.spare - to;
    block.len = to;
}

/// What a value points to is nobody else's that may be: its alignment; null where it is no memory
/// of ours, or is not there any more.
fn claim(blocks: *Blocks, start: usize, block: *Block) ?Alignment {
    const alignment = switch (block.source) {
        .memory => |alignment| return alignment,
        .box => return null,
        .candidate => |alignment| alignment,
        .followed, .shared => |known| known.alignment,
    };
    if (!memory.mayBeBlock(start, block.len)) return null;
    block.source = block.source.taken();
    blocks.sources.insert(block.source);
    return alignment;
}

/// The same of what is around an address.
pub fn claimAround(blocks: *Blocks, address: usize) void {
    const block = blocks.around(address) orelse return;
    const item: *Item = @alignCast(@fieldParentPtr("value", block));
    _ = blocks.claim(item.key, block);
}

/// A block is no more: its memory was freed, or is another's now.
pub fn forget(blocks: *Blocks, start: usize) void {
    const place = blocks.map.find(start) orelse return;
    blocks.bytes -= blocks.map.items.items[place].value.len;
    blocks.map.swapRemove(place);
    blocks.is_sorted = false;
}

/// The block in which an address is.
pub inline fn around(blocks: *Blocks, address: usize) ?*Block {
    if (blocks.map.getPtr(address)) |block| return block; // most point to the start of one
    return blocks.aroundInside(address);
}

noinline fn aroundInside(blocks: *Blocks, address: usize) ?*Block {
    if (!blocks.is_sorted) blocks.sort();
    const all = blocks.map.items.items;
    var left = std.sort.upperBound(Item, all, address, order);
    var found: ?*Block = null;
    while (left > 0) {
        left -= 1;
        const block = &all[left].value;
        if (found == null and address - all[left].key < @max(block.len, 1)) found = block;
        // What was a candidate may be in another one by now, which began before it.
        if (!block.isCandidate()) {
            if (address - all[left].key < @max(block.len, 1)) return block;
            break;
        }
    }
    return found;
}

const Item = @FieldType(Blocks, "map").Item;

fn order(address: usize, item: Item) std.math.Order {
    return std.math.order(address, item.key);
}

fn sort(blocks: *Blocks) void {
    blocks.is_sorted = true;
    std.sort.heap(Item, blocks.map.items.items, {}, struct {
        fn isLess(_: void, a: Item, b: Item) bool {
            return a.key < b.key;
        }
    }.isLess);
    blocks.map.reindex();
}

/// What a value points to is not taken away: of a tree, or of another kind.
pub fn mark(block: *Block, is_tree: bool) void {
    if (block.source == .shared and !is_tree) block.is_others = true else block.is_marked = true;
}

/// Takes away what is not marked; what is, is so no more.
pub fn takeUnmarked(blocks: *Blocks, gone: *Gone) error{OutOfMemory}!void {
    try gone.pieces.ensureUnusedCapacity(memory.allocator, blocks.map.count());
    var kept: usize = 0;
    blocks.sources.remove(.candidate);
    blocks.sources.remove(.shared);
    for (blocks.map.items.items, 0..) |*item, place| {
        const block = &item.value;
        if (block.is_others) {
            block.is_marked = true;
            block.is_others = false;
            blocks.sources.insert(.shared);
        } else if (block.is_marked and block.isCandidate()) {
            if (block.source == .candidate and !memory.mayBeBlock(item.key, block.len)) {
                blocks.bytes -= block.len;
                continue; // freed by who had it, and something else's since
            }
            block.source = block.source.taken();
            blocks.sources.insert(block.source);
        }
        if (block.is_marked or block.is_pinned) {
            block.is_marked = false;
            blocks.map.move(place, kept);
            kept += 1;
            continue;
        }
        gone.pieces.appendAssumeCapacity(.{ .start = item.key, .block = block.* });
        blocks.bytes -= block.len;
    }
    blocks.map.shrink(kept);
}

/// Gives all of them back. May run Python code.
pub inline fn deinit(blocks: *Blocks) void {
    if (blocks.map.items.capacity > 0) blocks.release();
}

noinline fn release(blocks: *Blocks) void {
    for (blocks.map.items.items) |item| item.value.release(item.key);
    while (blocks.ended) |box| {
        blocks.ended = box.next;
        box.release();
    }
    blocks.map.deinit(memory.allocator);
    blocks.* = .{};
}
