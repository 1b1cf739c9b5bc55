//! Zig's allocator interface over CPython's memory, so that an extension needs no C library. No
//! thread state is needed, also where a function released the GIL.
//!
//! Where Zig checks at run time it watches itself, see Heap.zig: what it did not give, a block that
//! is freed twice or as another one than was given is a panic. A `Recorder` notes what a thread
//! allocates and frees during a call.

const std = @import("std");
const builtin = @import("builtin");
pub const Blocks = @import("../Blocks.zig");
const classes = @import("../classes.zig");
const Heap = @import("../Heap.zig");
const SpinLock = @import("../SpinLock.zig");
const capi = @import("capi.zig");
const environment = @import("environment.zig");
const pointing = @import("../pointing.zig");
const c = capi.functions;

pub const Block = Blocks.Block;

pub const allocator: std.mem.Allocator = .{ .ptr = undefined, .vtable = &.{
    .alloc = alloc,
    .resize = if (is_watched) checkedResize else std.mem.Allocator.noResize,
    .remap = remap,
    .free = allocatorFree,
} };

/// For what is needed with no Python there: before it, beside it, after it, in the child of a fork.
/// There other threads may have held what Zig's own allocator waits for; a C library's is let go.
pub const without_python: std.mem.Allocator =
    if (builtin.link_libc) std.heap.c_allocator else std.heap.smp_allocator;

/// The same memory, of which no notes are taken: for what notes are taken in.
pub const unnoted: std.mem.Allocator = .{ .ptr = undefined, .vtable = &.{
    .alloc = unnotedAlloc,
    .resize = std.mem.Allocator.noResize,
    .remap = std.mem.Allocator.noRemap,
    .free = unnotedFree,
} };

/// The stable ABI of CPython 3.12 has no raw domain: there a thread gets its state for the moment.
const Domain = if (builtin.is_test) Simulated else if (capi.limited) struct {
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

/// For tests, which have no CPython: what was asked for is noted in front of what is given.
const Simulated = struct {
    const header = 2 * @sizeOf(usize);
    const backing = std.heap.smp_allocator;

    fn malloc(size: usize) ?*anyopaque {
        const memory = backing.alignedAlloc(u8, usual, size + header) catch return null;
        std.mem.writeInt(usize, memory[0..@sizeOf(usize)], memory.len, .native);
        return memory.ptr + header;
    }

    fn realloc(memory: ?*anyopaque, size: usize) ?*anyopaque {
        const moved = malloc(size) orelse return null;
        const old = whole(memory.?);
        const new: [*]u8 = @ptrCast(moved);
        const kept = @min(old.len - header, size);
        @memcpy(new[0..kept], old[header..][0..kept]);
        backing.free(old);
        return moved;
    }

    fn free(memory: ?*anyopaque) void {
        backing.free(whole(memory.?));
    }

    fn whole(memory: *anyopaque) []align(header) u8 {
        const bytes: [*]u8 = @ptrCast(memory);
        const start: [*]align(header) u8 = @alignCast(bytes - header);
        return start[0..std.mem.readInt(usize, start[0..@sizeOf(usize)], .native)];
    }
};

/// What CPython's allocators give, and malloc's on every platform, for as many bytes or more:
/// mimalloc, which free-threaded CPythons have, aligns smaller blocks by less.
const usual: std.mem.Alignment = .fromByteUnits(2 * @sizeOf(usize));

fn alloc(_: *anyopaque, len: usize, alignment: std.mem.Alignment, _: usize) ?[*]u8 {
    const memory = obtain(len, alignment) orelse return null;
    const block: Block = .of(memory[0..len], alignment);
    if (is_noted) heap.add(block) catch {
        giveBack(memory, alignment);
        return null;
    };
    if (Recorder.innermost()) |recorder| noteGiven(recorder, block);
    return memory;
}

fn remap(_: *anyopaque, memory: []u8, alignment: std.mem.Alignment, len: usize, _: usize) ?[*]u8 {
    const old: Block = .of(memory, alignment);
    // One that may move is not aligned there; and what was here is to be seen as freed.
    const stays = alignment.compare(.gt, usual) or
        (is_watched and heap.is_strict.load(.monotonic));
    if (is_watched) fail("resized", old, if (stays) heap.check(old) else heap.remove(old));
    if (stays) return null;
    if (is_noted and !is_watched) heap.forget(old);
    const moved: ?[*]u8 = @ptrCast(Domain.realloc(memory.ptr, @max(len, alignment.toByteUnits())));
    const new: Block = if (moved) |start| .of(start[0..len], alignment) else old;
    if (is_noted) heap.add(new) catch @panic("memory: there is none to note what was resized");
    if (moved != null) if (Recorder.innermost()) |recorder| noteMoved(recorder, old, new);
    return moved;
}

fn checkedResize(
    _: *anyopaque,
    memory: []u8,
    alignment: std.mem.Alignment,
    _: usize,
    _: usize,
) bool {
    const block: Block = .of(memory, alignment);
    fail("resized", block, heap.check(block));
    return false;
}

fn allocatorFree(_: *anyopaque, memory: []u8, alignment: std.mem.Alignment, _: usize) void {
    free(.of(memory, alignment));
}

/// Whether a block of `allocator` begins at `address` that has `bytes`, or more.
pub fn isThere(address: usize, bytes: usize) bool {
    return is_noted and heap.has(address, bytes);
}

/// How many bytes the block of `allocator` has that begins at `address`; null where none is known.
pub fn lenOf(address: usize) ?usize {
    return if (is_noted) heap.lenOf(address) else null;
}

/// Whether what begins there has just so many; true where nobody knows.
pub noinline fn mayBeBlock(address: usize, bytes: usize) bool {
    return !is_noted or heap.isBlock(address, bytes);
}

/// A number for `isLost`: 0 where nobody knows when what is at `address` is freed.
pub fn follow(address: usize, bytes: usize) u32 {
    return if (is_noted) heap.follow(address, bytes) orelse 0 else 0;
}

/// Whether what has been at `address` when it got its number was freed since.
pub inline fn isLost(address: usize, number: u32) bool {
    if (!is_noted or heap.lost.load(.acquire) == 0) return false;
    return number != 0 and !heap.isFollowed(address, number);
}

/// Before what is at `address` is freed by who follows it: false where it was freed already.
pub fn unfollow(address: usize, number: u32) bool {
    return !is_noted or number == 0 or heap.unfollow(address, number);
}

/// Gives back a block of `allocator`.
pub fn free(block: Block) void {
    if (!is_watched) {
        if (is_noted) heap.forget(block);
        if (Recorder.innermost()) |recorder| noteFreed(recorder, block);
        return giveBack(@ptrFromInt(block.address), block.alignment);
    }
    const freed = heap.free(block);
    fail("freed", block, freed.fault);
    if (Recorder.innermost()) |recorder| noteFreed(recorder, block);
    const gone = freed.gone orelse return;
    giveBack(@ptrFromInt(gone.address), gone.alignment);
    if (freed.more) freeMore(block);
}

/// The same at once: it is not filled, and does not rest. For what is Python's, which Zig code has
/// no more, and which may be large.
pub fn freeAtOnce(block: Block) void {
    if (is_watched) {
        if (heap.is_strict.load(.monotonic)) return free(block);
        fail("freed", block, heap.remove(block));
    } else if (is_noted) heap.forget(block);
    if (Recorder.innermost()) |recorder| noteFreed(recorder, block);
    giveBack(@ptrFromInt(block.address), block.alignment);
}

/// Gives back what has rested enough, now that `block` rests, too.
noinline fn freeMore(block: Block) void {
    var freed: Heap.Freed = .{ .more = true };
    while (freed.more) {
        freed = heap.more(block);
        fail("freed", block, freed.fault);
        if (freed.gone) |gone| giveBack(@ptrFromInt(gone.address), gone.alignment);
    }
}

/// A block has another length from here on, without another place: what it had more is not used.
pub fn relabel(block: Block, len: usize) void {
    if (is_watched) fail("resized", block, heap.resize(block, len));
    if (is_noted and !is_watched) _ = heap.resize(block, len);
}

fn unnotedAlloc(_: *anyopaque, len: usize, alignment: std.mem.Alignment, _: usize) ?[*]u8 {
    return obtain(len, alignment);
}

fn unnotedFree(_: *anyopaque, memory: []u8, alignment: std.mem.Alignment, _: usize) void {
    giveBack(memory.ptr, alignment);
}

fn obtain(len: usize, alignment: std.mem.Alignment) ?[*]u8 {
    if (alignment.compare(.lte, usual))
        return @ptrCast(Domain.malloc(@max(len, alignment.toByteUnits())));
    // In front of what is given, at least a pointer's place: what `giveBack` needs.
    const extra = alignment.toByteUnits() + @sizeOf(usize);
    const start = @intFromPtr(
        Domain.malloc(std.math.add(usize, len, extra) catch return null) orelse return null,
    );
    const address = alignment.forward(start + @sizeOf(usize));
    startOf(@ptrFromInt(address)).* = start;
    return @ptrFromInt(address);
}

fn giveBack(memory: [*]u8, alignment: std.mem.Alignment) void {
    if (alignment.compare(.lte, usual)) return Domain.free(memory);
    Domain.free(@ptrFromInt(startOf(memory).*));
}

fn startOf(memory: [*]u8) *usize {
    return @ptrFromInt(@intFromPtr(memory) - @sizeOf(usize));
}

/// Whether what is wrong with what is given back is a panic.
const is_watched = std.debug.runtime_safety;

/// Whether the allocator knows what is its own: to watch that, for what looks through objects to
/// know what memory is there, or to know that a handle, what Python gave, or what is for a tree was
/// freed. Nowhere else is anything of a Heap compiled.
pub const is_noted = is_watched or pointing.anyKeeps() or follows();

fn follows() bool {
    return comptime for (classes.all) |class| {
        const T = class.T;
        if (classes.isHeapHandle(T)) break true;
        if (!classes.isCopyable(T) and classes.ownsOfPython(T)) break true;
        if (pointing.leadsToTrees(T) and pointing.leadsToOwners(T)) break true;
        if (classes.hasDeinit(T) and mayBeMade(T)) break true;
    } else false;
}

/// Whether a function of another class's object may give a `T` that has memory which that had.
fn mayBeMade(comptime T: type) bool {
    return comptime for (classes.all) |class| {
        if (class.T == T or classes.isCopyable(class.T)) continue;
        if (pointing.mayHide(T, class.T) or pointing.mayShare(T, class.T)) break true;
    } else false;
}

/// Whether the allocators in a value are this one, and none is an arena's.
pub fn allocatesByOurs(comptime T: type, value: *const T) bool {
    if (T == std.mem.Allocator) return value.vtable == allocator.vtable;
    if (comptime classes.isFlat(T)) return true;
    switch (@typeInfo(T)) {
        .@"struct" => |info| inline for (info.field_names, info.field_types) |name, F| {
            if (!allocatesByOurs(F, &@field(value, name))) return false;
        },
        .optional => |optional| if (value.*) |*some| return allocatesByOurs(optional.child, some),
        .array => |array| for (value) |*item| if (!allocatesByOurs(array.child, item)) return false,
        else => {},
    }
    return true;
}

/// That of the first of the interpreter's modules: a value of a class that modules share may get
/// its memory in one of them, and give it back in another.
var heap: *Heap = if (builtin.is_test) &test_heap else undefined;
var test_heap: Heap = empty: {
    @setEvalBranchQuota(10_000);
    var heap_: Heap = undefined;
    heap_.init();
    break :empty heap_;
};
/// This module's, where it has made one. It is large, and most modules have another's.
var own_heap: std.atomic.Value(?*Heap) = .init(null);
var has_agreed: std.atomic.Value(bool) = .init(false);

/// Panics where there is a fault: `block` is what is given back.
inline fn fail(comptime verb: []const u8, block: Block, fault: ?Heap.Fault) void {
    if (fault) |some| failing(verb, block, some);
}

noinline fn failing(verb: []const u8, block: Block, fault: Heap.Fault) noreturn {
    @branchHint(.cold);
    var buffer: [200]u8 = undefined;
    @panic(fault.write(&buffer, verb, block));
}

/// What is behind the name of what only modules share that were compiled alike.
pub const alike = " " ++ @import("build_options").version ++ " " ++ builtin.zig_version_string ++
    " " ++ @tagName(builtin.mode) ++ (if (capi.limited) " abi3" else "");

/// To be called before a module allocates: it agrees with the interpreter's others on the heap, and
/// reads how much memory rests after it is freed. False with the error set.
pub fn prepare() bool {
    SpinLock.prepare();
    if (!is_noted) return true;
    const key = "nano_ffi.heap.3" ++ alike;
    const common = capi.sharedObject(key, &addressOfHeap) orelse return false;
    const first: *Heap = @ptrFromInt(@as(usize, @truncate(c.PyLong_AsUnsignedLongLong(common))));
    if (!has_agreed.swap(true, .acq_rel)) {
        heap = first;
    } else if (heap != first) { // the module came first in another interpreter
        heap.is_open.store(true, .monotonic);
        first.is_open.store(true, .monotonic);
    }
    return !is_watched or readRest();
}

fn addressOfHeap() ?*capi.PyObject {
    const own = if (has_agreed.load(.acquire)) heap else ownHeap() catch return c.PyErr_NoMemory();
    return c.PyLong_FromUnsignedLongLong(@intFromPtr(own));
}

fn ownHeap() error{OutOfMemory}!*Heap {
    if (own_heap.load(.acquire)) |own| return own;
    const made = try std.heap.page_allocator.create(Heap);
    made.init();
    const other = own_heap.cmpxchgStrong(null, made, .acq_rel, .acquire) orelse return made;
    std.heap.page_allocator.destroy(made);
    return other.?;
}

/// NANO_FFI_QUARANTINE, in bytes. False with the error set.
fn readRest() bool {
    const number = environment.number("NANO_FFI_QUARANTINE", "bytes") catch return false;
    const bytes = number orelse return true;
    heap.setRest(bytes) catch {
        _ = c.PyErr_NoMemory();
        return false;
    };
    return true;
}

/// What the thread that began it allocates and frees with `allocator` until it ends. There may be
/// several at a time: each of them notes all. What other threads do is not noted.
pub const Recorder = struct {
    /// The one of this thread that began before.
    outer: ?*Recorder = null,
    /// What was allocated, and is still there.
    live: Blocks = .{},
    /// What was there before, and is not any more: freed, or moved by growing.
    freed: std.ArrayList(Block) = .empty,
    /// What was there before, and has another length since.
    resized: std.ArrayList(Block) = .empty,
    /// Whether there was no memory to note something in.
    is_partial: bool = false,
    /// Whether only what is freed is noted from now on.
    is_closed: bool = false,
    /// Whether Python code runs: what that allocates is its own, or that of calls of its own.
    is_paused: bool = false,

    /// Null where there is no memory. Not on the stack: what a greenlet does with it is its own.
    pub fn begin() ?*Recorder {
        const chain = &recorders;
        const recorder = if (chain.is_first_free) &chain.first else another: {
            const new = unnoted.create(Recorder) catch return null;
            new.* = .{};
            break :another new;
        };
        chain.is_first_free = false;
        recorder.outer = chain.innermost;
        chain.innermost = recorder;
        if (!is_recorded.load(.monotonic)) is_recorded.store(true, .monotonic);
        return recorder;
    }

    /// On the thread that began it; in any order.
    pub fn end(recorder: *Recorder) void {
        const chain = &recorders;
        var place = &chain.innermost;
        while (place.*.? != recorder) place = &place.*.?.outer;
        place.* = recorder.outer;
        if (recorder.live.slots.len + recorder.freed.capacity + recorder.resized.capacity > 0)
            recorder.forget();
        if (recorder != &chain.first) return unnoted.destroy(recorder);
        recorder.is_partial = false;
        recorder.is_closed = false;
        recorder.is_paused = false;
        chain.is_first_free = true;
    }

    noinline fn forget(recorder: *Recorder) void {
        recorder.live.deinit(unnoted);
        recorder.freed.clearAndFree(unnoted);
        recorder.resized.clearAndFree(unnoted);
    }

    /// Before Python code runs: the recorder to `goOn`, or null where there is none to pause.
    pub fn pause() ?*Recorder {
        const recorder = innermost() orelse return null;
        if (recorder.is_paused) return null;
        recorder.is_paused = true;
        return recorder;
    }

    pub fn goOn(paused: ?*Recorder) void {
        if (paused) |recorder| recorder.is_paused = false;
    }

    /// Whether a block that begins there was allocated since `begin`, and is there.
    pub fn isLive(recorder: *const Recorder, address: *const anyopaque) bool {
        return recorder.live.find(@intFromPtr(address)) != null;
    }

    /// Whether a value itself points to what was there before, and was freed: or nowhere, as all
    /// that is undefined does where that is watched.
    pub fn hasFreedOf(recorder: *const Recorder, comptime T: type, value: *const T) bool {
        if (comptime classes.isFlat(T)) return false;
        switch (@typeInfo(T)) {
            .@"struct" => |info| if (comptime classes.isArrayList(T)) {
                const all = value.allocatedSlice();
                return recorder.hasFreedOf(@TypeOf(all), &all);
            } else if (info.layout != .@"packed") {
                inline for (info.field_names, info.field_types, info.field_attrs) |name, F, attrs| {
                    if (!attrs.@"comptime" and recorder.hasFreedOf(F, &@field(value, name)))
                        return true;
                }
            },
            .optional => |optional| if (value.*) |*some|
                return recorder.hasFreedOf(optional.child, some),
            .pointer => |pointer| {
                if (pointer.size == .slice and value.len == 0) return false;
                const address = @intFromPtr(if (pointer.size == .slice) value.ptr else value.*);
                // An empty list's may be undefined.
                const is_known = pointer.size == .slice or pointer.size == .one;
                const nowhere = std.math.maxInt(usize) / 3 * 2;
                return is_watched and is_known and address == nowhere or recorder.isFreed(address);
            },
            // What an array has behind its end, or a union had before, may be there still.
            else => {},
        }
        return false;
    }

    fn isFreed(recorder: *const Recorder, address: usize) bool {
        const was_freed = for (recorder.freed.items) |block| {
            if (address -% block.address < block.len) break true;
        } else false;
        return was_freed and !pointing.contains(&recorder.live, address, 1);
    }

    /// A thread asks for its own only after any has begun one: that takes longer.
    inline fn innermost() ?*Recorder {
        return if (is_recorded.load(.monotonic)) recorders.innermost else null;
    }

    fn given(recorder: *Recorder, block: Block) void {
        if (recorder.is_closed) return;
        recorder.live.put(unnoted, block) catch {
            recorder.is_partial = true;
        };
    }

    fn grew(recorder: *Recorder, block: Block) void {
        recorder.resized.append(unnoted, block) catch {
            recorder.is_partial = true;
        };
    }

    fn gone(recorder: *Recorder, block: Block) void {
        if (recorder.live.remove(block.address) != null) return;
        recorder.freed.append(unnoted, block) catch {
            recorder.is_partial = true;
        };
    }
};

/// A thread's recorders. Most calls need one at a time, which takes no memory.
const Chain = struct {
    innermost: ?*Recorder = null,
    first: Recorder = .{},
    is_first_free: bool = true,
};

threadlocal var recorders: Chain = .{};
/// Whether any thread has begun one.
var is_recorded: std.atomic.Value(bool) = .init(false);

noinline fn noteGiven(innermost: *Recorder, block: Block) void {
    var recorder: ?*Recorder = innermost;
    while (recorder) |some| : (recorder = some.outer) {
        if (some.is_paused) return;
        some.given(block);
    }
}

noinline fn noteFreed(innermost: *Recorder, block: Block) void {
    var recorder: ?*Recorder = innermost;
    while (recorder) |some| : (recorder = some.outer) some.gone(block);
}

noinline fn noteMoved(innermost: *Recorder, old: Block, new: Block) void {
    var recorder: ?*Recorder = innermost;
    var is_paused = false;
    while (recorder) |some| : (recorder = some.outer) {
        is_paused = is_paused or some.is_paused;
        // One that was there before and has grown in place still was.
        if (old.address == new.address and !some.isLive(@ptrFromInt(old.address))) {
            some.grew(new);
            continue;
        }
        some.gone(old);
        if (!is_paused) some.given(new);
    }
}

test allocator {
    try std.heap.testAllocator(allocator);
    try std.heap.testAllocatorAligned(allocator);
    try std.heap.testAllocatorLargeAlignment(allocator);
    try std.heap.testAllocatorAlignedShrink(allocator);
}

test freeAtOnce {
    const recorder = Recorder.begin().?;
    defer recorder.end();
    const block = try allocator.alloc(u8, 300);
    try std.testing.expect(recorder.isLive(block.ptr));
    freeAtOnce(.of(block, .@"1"));
    try std.testing.expect(!recorder.isLive(block.ptr));
    try std.testing.expectEqual(0, recorder.live.count);
}

test Recorder {
    const before = try allocator.alloc(u8, 10);
    const shrunk = try allocator.create(u64);
    const outer = Recorder.begin().?;
    const kept = try allocator.dupe(u8, "kept");
    defer allocator.free(kept);
    const inner = Recorder.begin().?;
    var list: std.ArrayList(u64) = .empty;
    for (0..100) |number| try list.append(allocator, number);
    allocator.free(before);
    allocator.destroy(shrunk);
    try std.testing.expect(outer.isLive(kept.ptr) and !inner.isLive(kept.ptr));
    try std.testing.expect(outer.isLive(list.items.ptr) and inner.isLive(list.items.ptr));
    try std.testing.expectEqual(1, inner.live.count);
    for ([_]*Recorder{ inner, outer }) |recorder| {
        try std.testing.expectEqual(2, recorder.freed.items.len);
        try std.testing.expectEqual(@intFromPtr(before.ptr), recorder.freed.items[0].address);
        try std.testing.expectEqual(8, recorder.freed.items[1].len);
    }

    // What is allocated while it is paused is that of who runs then.
    const paused = Recorder.pause();
    try std.testing.expect(paused == inner and Recorder.pause() == null);
    const others = try allocator.create(u64);
    try std.testing.expect(!outer.isLive(others) and !inner.isLive(others));
    allocator.destroy(others);
    Recorder.goOn(paused);
    for ([_]*Recorder{ inner, outer }) |recorder| _ = recorder.freed.pop();

    // Another thread's business is its own.
    const Other = struct {
        fn run(recorder: *Recorder) void {
            const own = Recorder.begin().?;
            defer own.end();
            const memory = allocator.alloc(u8, 7) catch return;
            std.debug.assert(own.isLive(memory.ptr) and !recorder.isLive(memory.ptr));
            allocator.free(memory);
        }
    };
    const thread: std.Thread = try .spawn(.{}, Other.run, .{inner});
    thread.join();
    try std.testing.expectEqual(1, inner.live.count);

    // In any order, and one that is there still notes what another one frees.
    outer.end();
    free(inner.live.find(@intFromPtr(list.items.ptr)).?.block().?);
    try std.testing.expectEqual(0, inner.live.count);
    inner.end();
    try std.testing.expectEqual(null, recorders.innermost);
}
