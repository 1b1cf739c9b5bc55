//! A lock for the time of a few loads and stores: nothing may run under it that waits, allocates
//! or calls Python. It needs no initialisation and no C library.

const std = @import("std");
const builtin = @import("builtin");
const SpinLock = @This();

/// The process whose thread has it; 0 where it is free.
holder: std.atomic.Value(u32) = .init(0),

/// What this process takes locks as. A child of a fork has the parent's until it is told, see
/// `waitLong`; any number but 0 is good as long as nobody forks.
var process: std.atomic.Value(u32) = .init(1);

/// To be called once in a process that may fork, before it has locks.
pub fn prepare() void {
    if (can_fork) process.store(ownProcess(), .monotonic);
}

pub inline fn lock(self: *SpinLock) void {
    if (self.holder.cmpxchgWeak(0, process.load(.monotonic), .acquire, .monotonic) != null)
        self.wait();
}

pub inline fn unlock(self: *SpinLock) void {
    self.holder.store(0, .release);
}

noinline fn wait(self: *SpinLock) void {
    @branchHint(.cold);
    var rounds: usize = 0;
    while (!self.tryLock()) {
        rounds += 1;
        if (rounds < 100) std.atomic.spinLoopHint() else std.Thread.yield() catch {};
        if (rounds % 100_000 == 0 and can_fork) self.waitLong();
    }
}

fn tryLock(self: *SpinLock) bool {
    return self.holder.load(.monotonic) == 0 and
        self.holder.cmpxchgWeak(0, process.load(.monotonic), .acquire, .monotonic) == null;
}

/// Who waits so long may be in the child of a fork, where the thread that had the lock is not: once
/// all threads that there are take locks as the child, one that is still the parent's is nobody's.
fn waitLong(self: *SpinLock) void {
    const own = ownProcess();
    const taken_as = process.load(.monotonic);
    if (taken_as != own) {
        // Next time: a thread of the child may have it as the parent.
        if (taken_as != 1) process.store(own, .monotonic);
        return;
    }
    const holder = self.holder.load(.monotonic);
    if (holder != 0 and holder != own)
        _ = self.holder.cmpxchgStrong(holder, 0, .monotonic, .monotonic);
}

const can_fork = builtin.os.tag == .linux or builtin.os.tag.isDarwin();

fn ownProcess() u32 {
    return @bitCast(if (builtin.os.tag == .linux) std.os.linux.getpid() else std.c.getpid());
}

test lock {
    const Counter = struct {
        lock: SpinLock = .{},
        count: usize = 0,

        fn run(counter: *@This()) void {
            for (0..10_000) |_| {
                counter.lock.lock();
                defer counter.lock.unlock();
                counter.count += 1;
            }
        }
    };
    var counter: Counter = .{};
    var threads: [4]std.Thread = undefined;
    for (&threads) |*thread| thread.* = try std.Thread.spawn(.{}, Counter.run, .{&counter});
    for (threads) |thread| thread.join();
    try std.testing.expectEqual(40_000, counter.count);
}

test waitLong {
    if (!can_fork) return error.SkipZigTest;
    // As in the child of a fork: the parent's thread that had the lock is not there.
    prepare();
    defer process.store(1, .monotonic);
    var forked: SpinLock = .{ .holder = .init(ownProcess() +% 1) };
    process.store(ownProcess() +% 1, .monotonic);
    forked.lock();
    try std.testing.expectEqual(ownProcess(), forked.holder.load(.monotonic));
    forked.unlock();
}
