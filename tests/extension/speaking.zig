//! What Zig says by std.log and std.debug.print, Ctrl-C, and the std.Io that functions get.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

pub const std_options: std.Options = .{
    .log_level = .info,
    .log_scope_levels = &.{
        .{ .scope = .quiet, .level = .err },
        .{ .scope = .open, .level = .debug },
    },
};
pub const std_options_cwd = null;

pub const nano_ffi_options = .{
    .io_threads = 200,
    .interruptedMeanwhile = .{ .gil = .released },
    .saysMeanwhile = .{ .gil = .released },
    .summed = .{ .gil = .released },
    .later = .{ .async = true, .defaults = .{ .sleep = 0 } },
    .counted = .{ .async = true },
    .checked = .{ .async = true },
    .told = .{ .async = true },
    .asked = .{ .async = true },
    .sleepInterruptibly = .{ .interruptible = true },
    .countInterruptibly = .{ .interruptible = true },
    .tellInterruptibly = .{ .interruptible = true },
    .worksMeanwhile = .{ .gil = .released },
    .worksLater = .{ .async = true },
    .worksInterruptibly = .{ .interruptible = true },
};

pub fn says(text: []const u8) void {
    std.log.err("{s} {d}", .{ text, 1 });
    std.log.warn("{s} {d}", .{ text, 2 });
    std.log.info("{s} %s", .{text});
    std.log.debug("{s} {d}", .{ text, 4 });
    std.log.scoped(.quiet).warn("{s}", .{text});
    std.log.scoped(.quiet).err("{s}", .{text});
    std.log.scoped(.open).debug("{s}", .{text});
}

pub fn saysMeanwhile(text: []const u8) void {
    says(text);
}

/// In a thread, for which this one waits with Python in its hands.
pub fn saysInThread(text: []const u8) !void {
    (try std.Thread.spawn(.{}, says, .{text})).join();
}

pub fn saysOften(count: usize) void {
    for (0..count) |number| std.log.info("{d}", .{number});
}

/// In a thread that goes on when the call has returned, with pauses where they are not 0.
pub fn saysWithoutEnd(io: std.Io, microseconds: i64) !void {
    (try std.Thread.spawn(.{}, sayWithoutEnd, .{ io, microseconds })).detach();
}

fn sayWithoutEnd(io: std.Io, microseconds: i64) void {
    var number: usize = 0;
    while (true) : (number +%= 1) {
        std.log.info("{d}", .{number});
        if (microseconds > 0) io.sleep(.fromMicroseconds(microseconds), .awake) catch {};
    }
}

/// Whether a thread has begun to write to stderr, which takes it an hour.
pub fn writesForAnHour(io: std.Io) !void {
    var has_begun: std.Io.Event = .unset;
    (try std.Thread.spawn(.{}, writeForAnHour, .{ io, &has_begun })).detach();
    try has_begun.wait(io);
}

fn writeForAnHour(io: std.Io, has_begun: *std.Io.Event) void {
    _ = std.debug.lockStderr(&.{});
    defer std.debug.unlockStderr();
    has_begun.set(io);
    io.sleep(.fromSeconds(3600), .awake) catch {};
}

pub fn printed(text: []const u8) void {
    std.debug.print("{s}{d}\n", .{ text, 5 });
}

pub fn printedInThread(text: []const u8) !void {
    (try std.Thread.spawn(.{}, printed, .{text})).join();
}

/// The sum of what nobody waits for to the end.
pub fn interrupted(rounds: u64) !u64 {
    var sum: u64 = 0;
    for (0..rounds) |number| {
        sum +%= number;
        try nano_ffi.checkSignals();
    }
    return sum;
}

pub fn interruptedMeanwhile(rounds: u64) !u64 {
    return interrupted(rounds);
}

pub fn interruptedInThread(rounds: u64) !u64 {
    var result: u64 = 0;
    (try std.Thread.spawn(.{}, unheard, .{ rounds, &result })).join();
    return result;
}

fn unheard(rounds: u64, result: *u64) void {
    result.* = interrupted(rounds) catch 0;
}

/// The sum of the numbers below `count`, by futures and a group.
pub fn summed(io: std.Io, count: u64) !u64 {
    var low = io.async(between, .{ 0, count / 4 });
    defer _ = low.cancel(io);
    var next = try io.concurrent(between, .{ count / 4, count / 2 });
    defer _ = next.cancel(io);
    var high: std.atomic.Value(u64) = .init(0);
    var group: std.Io.Group = .init;
    defer group.cancel(io);
    for (0..10) |part| group.async(io, add, .{
        &high,
        count / 2 + part * (count / 20),
        if (part == 9) count else count / 2 + (part + 1) * (count / 20),
    });
    try group.await(io);
    return low.await(io) + next.await(io) + high.load(.monotonic);
}

fn between(first: u64, end: u64) u64 {
    var sum: u64 = 0;
    for (first..end) |number| sum += number;
    return sum;
}

fn add(total: *std.atomic.Value(u64), first: u64, end: u64) void {
    _ = total.fetchAdd(between(first, end), .monotonic);
}

/// In how many threads `count` tasks run that wait for each other.
pub fn meeting(io: std.Io, count: u8) !u64 {
    var threads: [255]u64 = undefined;
    var here: std.atomic.Value(u8) = .init(0);
    var group: std.Io.Group = .init;
    defer group.cancel(io);
    for (threads[0..count]) |*thread| try group.concurrent(io, meet, .{ io, &here, count, thread });
    try group.await(io);
    var different: u64 = 0;
    for (threads[0..count], 0..) |thread, index| {
        if (std.mem.indexOfScalar(u64, threads[0..index], thread) == null) different += 1;
    }
    return different;
}

fn meet(io: std.Io, here: *std.atomic.Value(u8), count: u8, thread: *u64) std.Io.Cancelable!void {
    thread.* = std.Thread.getCurrentId();
    _ = here.fetchAdd(1, .monotonic);
    while (here.load(.monotonic) < count) try io.sleep(.fromMilliseconds(1), .awake);
}

/// What cancels a task that would wait for an hour, in the system and at once.
pub fn cancelled(io: std.Io) !bool {
    var future = try io.concurrent(std.Io.sleep, .{ io, .fromSeconds(3600), .awake });
    try io.sleep(.fromMilliseconds(20), .awake);
    if (future.cancel(io)) return false else |err| return err == error.Canceled;
}

pub const Refused = struct {
    pub const nano_ffi_options = .{ .exception = .ValueError };

    number: i64,
};

var begun: std.atomic.Value(u64) = .init(0);
var ended: std.atomic.Value(u64) = .init(0);

/// How many calls of those that sleep or count have begun, and ended.
pub fn callsSoFar() struct { u64, u64 } {
    return .{ begun.load(.acquire), ended.load(.acquire) };
}

fn sleepFor(io: std.Io, milliseconds: i64) std.Io.Cancelable!void {
    _ = begun.fetchAdd(1, .acq_rel);
    defer _ = ended.fetchAdd(1, .acq_rel);
    if (milliseconds > 0) try io.sleep(.fromMilliseconds(milliseconds), .awake);
}

/// The number, after some time.
pub fn later(io: std.Io, number: i64, sleep: i64) !i64 {
    try sleepFor(io, sleep);
    return switch (number) {
        -1 => error.IndexError,
        -2 => nano_ffi.fail(error.Syntax, "häh {d}", .{number}),
        -3 => nano_ffi.raise(Refused{ .number = number }),
        -4 => error.StopIteration,
        else => number,
    };
}

/// The same without an Io.
pub fn counted(rounds: u64) !u64 {
    _ = begun.fetchAdd(1, .acq_rel);
    defer _ = ended.fetchAdd(1, .acq_rel);
    return interrupted(rounds);
}

/// Counts in a task of the function's own, which is cancelled with it.
pub fn checked(io: std.Io, milliseconds: i64) !u64 {
    var group: std.Io.Group = .init;
    defer group.cancel(io);
    for (0..3) |_| try group.concurrent(io, sleepFor, .{ io, milliseconds });
    try group.await(io);
    return 3;
}

const Told = nano_ffi.Callback(fn (i64) i64);

/// What a function of Python's says.
pub fn told(callback: Told) !i64 {
    return callback.call(.{20});
}

/// The same in a thread of Zig's.
pub fn asked(io: std.Io, callback: Told) !i64 {
    try sleepFor(io, 1);
    return callback.call(.{20});
}

pub fn tellInterruptibly(io: std.Io, callback: Told, number: i64) !i64 {
    _ = try later(io, number, 0);
    return callback.call(.{20});
}

pub fn sleepInterruptibly(io: std.Io, milliseconds: i64) !i64 {
    try sleepFor(io, milliseconds);
    return milliseconds;
}

pub fn countInterruptibly(rounds: u64) !u64 {
    return interrupted(rounds);
}

/// Has a tree of std.Progress, with a step each few milliseconds. A negative number is a panic.
pub fn works(io: std.Io, steps: i64, milliseconds: i64) !i64 {
    const root = std.Progress.start(io, .{
        .root_name = "work",
        .estimated_total_items = @intCast(@max(steps, 0)),
        .initial_delay_ns = .fromMilliseconds(1),
        .refresh_rate_ns = .fromMilliseconds(5),
    });
    defer root.end();
    if (steps < 0) @panic("in the middle");
    for (0..@intCast(steps)) |step| {
        const part = root.start("part", 2);
        defer part.end();
        part.completeOne();
        if (step % 2 == 0) part.completeOne();
        if (milliseconds > 0) try io.sleep(.fromMilliseconds(milliseconds), .awake);
    }
    return steps;
}

pub fn worksMeanwhile(io: std.Io, steps: i64, milliseconds: i64) !i64 {
    return works(io, steps, milliseconds);
}

pub fn worksLater(io: std.Io, steps: i64, milliseconds: i64) !i64 {
    return works(io, steps, milliseconds);
}

pub fn worksInterruptibly(io: std.Io, steps: i64, milliseconds: i64) !i64 {
    return works(io, steps, milliseconds);
}

/// Counts down to 1, with a pause before each number.
pub const Countdown = struct {
    pub const nano_ffi_options = .{ .next = .{ .async = true } };

    left: i64 = 0,
    pause: i64 = 0,

    pub fn next(self: *Countdown, io: std.Io) !?i64 {
        try sleepFor(io, self.pause);
        if (self.left == 0) return null;
        defer self.left -= 1;
        return if (self.left < 0) error.IndexError else self.left;
    }
};

/// What `async with` begins and ends.
pub const Session = struct {
    pub const nano_ffi_options = .{
        .__aenter__ = .{ .async = true },
        .__aexit__ = .{ .async = true },
    };

    /// How long it takes to begin.
    milliseconds: i64 = 1,
    open: bool = false,
    ends: i64 = 0,

    pub fn __aenter__(self: *Session, io: std.Io) !void {
        try sleepFor(io, self.milliseconds);
        self.open = true;
    }

    pub fn __aexit__(self: *Session, io: std.Io) !void {
        try sleepFor(io, 1);
        self.open = false;
        self.ends += 1;
    }
};

/// Is told whether its block fails, and then keeps that to itself.
pub const Transaction = struct {
    pub const nano_ffi_options = .{
        .__aenter__ = .{ .async = true },
        .__aexit__ = .{ .async = true },
    };

    state: []const u8 = "new",

    pub fn __aenter__(self: *Transaction) *Transaction {
        self.state = "begun";
        return self;
    }

    pub fn __aexit__(self: *Transaction, failed: bool) bool {
        self.state = if (failed) "rolled back" else "committed";
        return failed;
    }
};

/// Something that is waited for.
pub const Waiter = struct {
    pub const nano_ffi_options = .{
        .wait = .{ .async = true },
        .sum = .{ .async = true },
        .pause = .{ .interruptible = true },
    };

    waited: i64 = 0,

    pub fn wait(self: *Waiter, io: std.Io, milliseconds: i64) !i64 {
        try sleepFor(io, milliseconds);
        self.waited += milliseconds;
        return self.waited;
    }

    pub fn sum(io: std.Io, low: i64, high: i64) !i64 {
        try sleepFor(io, 1);
        return low + high;
    }

    pub fn pause(self: *const Waiter, io: std.Io, milliseconds: i64) !i64 {
        try sleepFor(io, milliseconds);
        return self.waited;
    }
};
