//! What an allocator has given and not got back, so that it knows what is its own: any thread may
//! ask and tell, and no memory is read but what was given.
//!
//! A block that is freed is filled with 0xaa and rests for a while before it is used again: so a
//! second free of it is seen, and harms nobody. How much rests, `setRest` says.

const std = @import("std");
const Blocks = @import("Blocks.zig");
const Line = @import("Line.zig");
const SpinLock = @import("SpinLock.zig");
const Heap = @This();
const Block = Blocks.Block;

shards: [shard_count]Shard,
/// Whether there are blocks of other heaps that nobody told of: then what is not known is let be.
is_open: std.atomic.Value(bool),
/// Whether what has rested is looked at for what was written there meanwhile.
is_strict: std.atomic.Value(bool),
/// The last number that was given to a block that somebody follows.
followed: std.atomic.Value(u32),
/// How many of these have been freed.
lost: std.atomic.Value(usize),

const shard_count = 64;

const Shard = struct {
    lock: SpinLock = .{},
    /// A marked one was freed, and rests.
    blocks: Blocks = .{},
    /// What rests, oldest first, in a ring. A program that looks for leaks finds it here.
    resting: [*]usize = undefined,
    room: usize = 0,
    first: usize = 0,
    count: usize = 0,
    bytes: usize = 0,
    most_bytes: usize = usual_rest,
    own_room: [usual_room]usize = undefined,
    // Two shards share no cache line.
    _: [64]u8 = undefined,

    /// The place in the ring that is so far behind the first.
    fn indexOf(shard: *const Shard, offset: usize) usize {
        const index = shard.first + offset;
        return if (index < shard.room) index else index - shard.room;
    }
};

/// Of each shard: blocks, and bytes in them.
const usual_room = 8;
const usual_rest = 32 << 10;

/// Not the heap's own memory, and no lock of Python's is taken for it.
const tables = std.heap.page_allocator;

/// What is wrong with a block that is given back.
pub const Fault = union(enum) {
    /// It was never given, or freed, and has been used again.
    unknown,
    /// It was freed, and rests.
    freed,
    /// It was given as another one.
    other: Block,
    /// It was freed, and what rested was written to.
    written: Block,

    /// What is wrong, after "memory: …", for people.
    pub fn write(fault: Fault, buffer: []u8, verb: []const u8, block: Block) []const u8 {
        var line: Line = .init(buffer);
        line.add("memory at ");
        line.address(if (fault == .written) fault.written.address else block.address);
        line.add(": ");
        line.number(if (fault == .written) fault.written.len else block.len);
        if (fault == .written) {
            line.add(" bytes were freed, and written to after that");
            return line.text();
        }
        line.add(" bytes ");
        if (fault == .other) writeAlignment(&line, block);
        line.add("are ");
        line.add(verb);
        switch (fault) {
            .unknown => line.add(
                " that nano_ffi's allocator did not give, or that were freed before",
            ),
            .freed => line.add(" that were freed before"),
            .other => |given| {
                line.add(", and given were ");
                line.number(given.len);
                line.add(" bytes ");
                writeAlignment(&line, given);
                line.len -= 1;
            },
            .written => {},
        }
        return line.text();
    }

    fn writeAlignment(line: *Line, block: Block) void {
        line.add("aligned to ");
        line.number(block.alignment.toByteUnits());
        line.add(" ");
    }
};

/// Made with no copy of an empty one, which would be as large in each module.
pub fn init(heap: *Heap) void {
    for (&heap.shards) |*shard| shard.* = .{};
    heap.is_open = .init(false);
    heap.is_strict = .init(false);
    heap.followed = .init(0);
    heap.lost = .init(0);
}

/// Notes a block that is given.
pub fn add(heap: *Heap, block: Block) error{OutOfMemory}!void {
    const shard = heap.shardOf(block.address);
    shard.lock.lock();
    defer shard.lock.unlock();
    try shard.blocks.put(tables, block);
}

/// What is wrong with giving back `block`; null where nothing is, or nobody knows it.
pub fn check(heap: *Heap, block: Block) ?Fault {
    const shard = heap.shardOf(block.address);
    shard.lock.lock();
    defer shard.lock.unlock();
    return heap.faultOf(shard.blocks.find(block.address), block);
}

/// Whether a block begins at `address` that has `bytes`, or more, and was not freed.
pub fn has(heap: *Heap, address: usize, bytes: usize) bool {
    return (heap.lenOf(address) orelse return false) >= bytes;
}

/// How many bytes the block has that begins at `address`, and was not freed.
pub fn lenOf(heap: *Heap, address: usize) ?usize {
    return (heap.live(address) orelse return null).len;
}

/// Whether a block that has just so many bytes begins at `address`.
pub fn isBlock(heap: *Heap, address: usize, bytes: usize) bool {
    return heap.lenOf(address) == bytes;
}

/// The block that begins at `address`, and was not freed.
fn live(heap: *Heap, address: usize) ?Block {
    const shard = heap.shardOf(address);
    shard.lock.lock();
    defer shard.lock.unlock();
    const slot = shard.blocks.find(address) orelse return null;
    return if (slot.marked) null else slot.block();
}

/// A number by which it is known whether a block that begins at `address`, and has `bytes`, was
/// freed since, whatever comes to its place. Null where there is none.
pub fn follow(heap: *Heap, address: usize, bytes: usize) ?u32 {
    const shard = heap.shardOf(address);
    shard.lock.lock();
    defer shard.lock.unlock();
    const slot = shard.blocks.find(address) orelse return null;
    if (slot.marked or slot.len < bytes) return null;
    var number: u32 = 0;
    while (number == 0) number = heap.followed.fetchAdd(1, .monotonic) +% 1;
    slot.number = number;
    return number;
}

pub fn isFollowed(heap: *Heap, address: usize, number: u32) bool {
    return (heap.live(address) orelse return false).number == number;
}

/// Nobody follows a block any more, if it is there. False where it is not.
pub fn unfollow(heap: *Heap, address: usize, number: u32) bool {
    const shard = heap.shardOf(address);
    shard.lock.lock();
    defer shard.lock.unlock();
    const slot = shard.blocks.find(address) orelse return false;
    if (slot.marked or slot.number != number) return false;
    slot.number = 0;
    return true;
}

fn lose(heap: *Heap, number: u32) void {
    if (number != 0) _ = heap.lost.fetchAdd(1, .release);
}

/// Forgets a block that is moved.
pub fn remove(heap: *Heap, block: Block) ?Fault {
    const shard = heap.shardOf(block.address);
    shard.lock.lock();
    defer shard.lock.unlock();
    if (heap.faultOf(shard.blocks.find(block.address), block)) |fault| return fault;
    if (shard.blocks.remove(block.address)) |known| heap.lose(known.number);
    return null;
}

/// Notes that a block has another length.
pub fn resize(heap: *Heap, block: Block, len: usize) ?Fault {
    const shard = heap.shardOf(block.address);
    shard.lock.lock();
    defer shard.lock.unlock();
    const slot = shard.blocks.find(block.address);
    if (heap.faultOf(slot, block)) |fault| return fault;
    if (slot) |known| known.len = len;
    return null;
}

/// The same of one that nobody checks.
pub fn forget(heap: *Heap, block: Block) void {
    const shard = heap.shardOf(block.address);
    shard.lock.lock();
    defer shard.lock.unlock();
    if (shard.blocks.remove(block.address)) |known| heap.lose(known.number);
}

fn faultOf(heap: *const Heap, slot: ?*Blocks.Slot, block: Block) ?Fault {
    const known = (slot orelse
        return if (heap.is_open.load(.monotonic)) null else .unknown).block().?;
    if (known.marked) return .freed;
    const same = known.len == block.len and known.alignment == block.alignment;
    return if (same) null else .{ .other = known };
}

/// What came of a `free`.
pub const Freed = struct {
    fault: ?Fault = null,
    /// To be given back for good: this one, or what has rested.
    gone: ?Block = null,
    /// Whether more has rested: `more` is to be asked for it.
    more: bool = false,
};

/// Takes a block back: it is filled, and rests.
pub fn free(heap: *Heap, block: Block) Freed {
    const shard = heap.shardOf(block.address);
    shard.lock.lock();
    const slot = shard.blocks.find(block.address);
    if (heap.faultOf(slot, block)) |fault| {
        shard.lock.unlock();
        return .{ .fault = fault };
    }
    // From here on it is nobody's.
    if (slot) |known| heap.lose(known.number);
    const rests = slot != null and block.len <= shard.most_bytes;
    if (rests) slot.?.marked = true else _ = shard.blocks.remove(block.address);
    if (!rests or block.len > 256) {
        shard.lock.unlock();
        @memset(block.bytes(), 0xaa);
        if (!rests) return .{ .gone = block };
        shard.lock.lock();
    } else @memset(block.bytes(), 0xaa);
    defer shard.lock.unlock();
    return heap.rest(shard, block);
}

/// What else has rested enough, after `free` of `block`.
pub fn more(heap: *Heap, block: Block) Freed {
    const shard = heap.shardOf(block.address);
    shard.lock.lock();
    defer shard.lock.unlock();
    return heap.wake(shard);
}

fn rest(heap: *const Heap, shard: *Shard, block: Block) Freed {
    if (shard.room == 0) {
        shard.resting = &shard.own_room;
        shard.room = usual_room;
    }
    const woken: Freed = if (shard.count == shard.room) heap.takeOldest(shard) else .{};
    shard.resting[shard.indexOf(shard.count)] = block.address;
    shard.count += 1;
    shard.bytes += block.len;
    if (woken.gone == null and woken.fault == null) return heap.wake(shard);
    return .{
        .fault = woken.fault,
        .gone = woken.gone,
        .more = shard.bytes > shard.most_bytes,
    };
}

/// Takes the oldest that rests out, where there is too much.
fn wake(heap: *const Heap, shard: *Shard) Freed {
    return if (shard.bytes > shard.most_bytes) heap.takeOldest(shard) else .{};
}

fn takeOldest(heap: *const Heap, shard: *Shard) Freed {
    const address = shard.resting[shard.first];
    shard.first = shard.indexOf(1);
    shard.count -= 1;
    const block = shard.blocks.remove(address).?;
    shard.bytes -= block.len;
    if (heap.is_strict.load(.monotonic) and !std.mem.allEqual(u8, block.bytes(), 0xaa))
        return .{ .fault = .{ .written = block } };
    return .{ .gone = block, .more = shard.bytes > shard.most_bytes };
}

/// Lets about `bytes` rest, and looks at what has rested. To be called when little was freed.
pub fn setRest(heap: *Heap, bytes: usize) error{OutOfMemory}!void {
    const own = @max(bytes / shard_count, 1);
    const room = std.math.clamp(own / 32, usual_room, 1 << 20);
    for (&heap.shards) |*shard| {
        const larger = try tables.alloc(usize, room);
        shard.lock.lock();
        defer shard.lock.unlock();
        if (shard.room >= room) { // another module of this process has said so
            tables.free(larger);
            continue;
        }
        for (0..shard.count) |index|
            larger[index] = shard.resting[shard.indexOf(index)];
        shard.resting = larger.ptr;
        shard.room = room;
        shard.first = 0;
        shard.most_bytes = own;
    }
    heap.is_strict.store(true, .monotonic);
}

fn shardOf(heap: *Heap, address: usize) *Shard {
    return &heap.shards[@intCast(Blocks.hash(address) >> 58)];
}

test Heap {
    const heap = try std.testing.allocator.create(Heap);
    defer std.testing.allocator.destroy(heap);
    heap.init();
    defer for (&heap.shards) |*shard| shard.blocks.deinit(tables);
    var memory: [100]u8 = @splat(1);
    const block: Block = .of(memory[8..16], .@"8");
    try std.testing.expectEqual(Fault.unknown, heap.check(block).?);
    try heap.add(block);
    try std.testing.expectEqual(null, heap.check(block));
    var other = block;
    other.len = 7;
    try std.testing.expectEqual(block, heap.free(other).fault.?.other);
    other = block;
    other.alignment = .@"1";
    try std.testing.expectEqual(block, heap.remove(other).?.other);

    try std.testing.expectEqual(block, heap.resize(other, 5).?.other);
    try std.testing.expectEqual(null, heap.resize(block, 5));
    try std.testing.expectEqual(null, heap.resize(.of(memory[8..13], .@"8"), 8));

    try std.testing.expectEqual(8, heap.lenOf(block.address));
    try std.testing.expect(heap.has(block.address, 8) and !heap.has(block.address, 9));
    try std.testing.expect(!heap.has(block.address + 1, 1));
    try std.testing.expect(heap.isBlock(block.address, 8) and !heap.isBlock(block.address, 7));
    try std.testing.expectEqual(Freed{}, heap.free(block));
    const shard = heap.shardOf(block.address);
    try std.testing.expectEqual(block.address, shard.resting[shard.first]); // as it is: no leak
    try std.testing.expect(!heap.has(block.address, 8));
    try std.testing.expectEqual(0xaa, memory[8]);
    try std.testing.expectEqual(1, memory[7]);
    try std.testing.expectEqual(1, memory[16]);
    try std.testing.expectEqual(Fault.freed, heap.free(block).fault.?);
    try std.testing.expectEqual(Fault.freed, heap.check(block).?);
    const forgotten: Block = .of(memory[32..40], .@"8");
    try heap.add(forgotten);
    heap.forget(forgotten);
    try std.testing.expectEqual(Fault.unknown, heap.check(forgotten).?);

    heap.is_open.store(true, .monotonic);
    try std.testing.expectEqual(null, heap.check(.of(memory[50..60], .@"1")));
}

test follow {
    const heap = try std.testing.allocator.create(Heap);
    defer std.testing.allocator.destroy(heap);
    heap.init();
    defer for (&heap.shards) |*shard| shard.blocks.deinit(tables);
    var memory: [8]u8 = undefined;
    const block: Block = .of(&memory, .@"1");
    try std.testing.expectEqual(null, heap.follow(block.address, 8));
    try heap.add(block);
    try std.testing.expectEqual(null, heap.follow(block.address, 9));
    const number = heap.follow(block.address, 8).?;
    try std.testing.expect(heap.isFollowed(block.address, number));
    _ = heap.free(block);
    try std.testing.expectEqual(1, heap.lost.load(.monotonic));
    try std.testing.expect(!heap.isFollowed(block.address, number));
    // What is there now is another one.
    try heap.add(block);
    try std.testing.expect(!heap.isFollowed(block.address, number));
    try std.testing.expect(!heap.unfollow(block.address, number));
    const other = heap.follow(block.address, 8).?;
    try std.testing.expect(other != number and heap.unfollow(block.address, other));
    heap.forget(block);
    try std.testing.expectEqual(1, heap.lost.load(.monotonic));
}

test Fault {
    var buffer: [200]u8 = undefined;
    const block: Block = .{ .address = 0x10, .len = 5, .alignment = .@"1" };
    const given: Block = .{ .address = 0x10, .len = 8, .alignment = .@"4" };
    try std.testing.expectEqualStrings(
        "memory at 0x10: 5 bytes aligned to 1 are resized, and given were 8 bytes aligned to 4",
        Fault.write(.{ .other = given }, &buffer, "resized", block),
    );
    try std.testing.expectEqualStrings(
        "memory at 0x10: 5 bytes are freed that were freed before",
        Fault.write(.freed, &buffer, "freed", block),
    );
}

test free {
    const heap = try std.testing.allocator.create(Heap);
    defer std.testing.allocator.destroy(heap);
    heap.init();
    defer for (&heap.shards) |*shard| shard.blocks.deinit(tables);
    const gpa = std.testing.allocator;
    // What is given back is what was given, each once, in the order in which it was freed.
    var woken: usize = 0;
    for (0..10_000) |number| {
        const memory = try gpa.alloc(u8, 1 + number % 50_000);
        try heap.add(.of(memory, .@"1"));
        var freed = heap.free(.of(memory, .@"1"));
        while (freed.gone) |block| : (woken += 1) {
            freed = if (freed.more) heap.more(block) else .{};
            gpa.free(block.bytes());
        }
    }
    for (&heap.shards) |*shard| while (shard.count > 0) : (woken += 1)
        gpa.free(heap.takeOldest(shard).gone.?.bytes());
    try std.testing.expectEqual(10_000, woken);
}

test setRest {
    const heap = try std.testing.allocator.create(Heap);
    defer std.testing.allocator.destroy(heap);
    heap.init();
    defer for (&heap.shards) |*shard| {
        shard.blocks.deinit(tables);
        tables.free(shard.resting[0..shard.room]);
    };
    try heap.setRest(1 << 20);
    var memory: [400]u64 align(16) = undefined;
    for (&memory) |*word| {
        try heap.add(.of(std.mem.asBytes(word), .@"8"));
        try std.testing.expectEqual(Freed{}, heap.free(.of(std.mem.asBytes(word), .@"8")));
    }
    memory[7] = 1;
    var written: usize = 0;
    for (&heap.shards) |*shard| while (shard.count > 0) {
        const fault = heap.takeOldest(shard).fault orelse continue;
        try std.testing.expectEqual(@intFromPtr(&memory[7]), fault.written.address);
        written += 1;
    };
    try std.testing.expectEqual(1, written);
}
