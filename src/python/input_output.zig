//! The `std.Io` that functions with such a parameter get: one for the module in a process, whose
//! threads are started when they are first needed. They know nothing of Python, so that they may
//! serve every interpreter, and end with the process.

const std = @import("std");
const builtin = @import("builtin");
const capi = @import("capi.zig");
const environment = @import("environment.zig");
const memory = @import("memory.zig");
const progress = @import("progress.zig");
const SpinLock = @import("../SpinLock.zig");
const Io = std.Io;

/// Elsewhere what is async runs at once, in the thread that asks for it: there Zig has no C library
/// to start threads with, or, with the stable ABI, nano_ffi's allocator needs Python.
pub const has_threads = !builtin.abi.isAndroid() and !capi.limited;

var threaded: Io.Threaded = .init_single_threaded;
/// The threads in which functions run that can be cancelled: as many as there are calls of such, or
/// one that all of `threaded` wait for would not come.
var carriers: Io.Threaded = .init_single_threaded;
/// What is to be done in the child of a fork; null until the threads are set up. A module without a
/// function that takes an `std.Io` has nothing of `std.Io.Threaded` in it.
var restart: std.atomic.Value(?*const fn () void) = .init(null);
var lock: SpinLock = .{};
/// How many threads there may be; one for each core but that of the caller where nothing is said.
var most: Io.Limit = .unlimited;

/// To be called when a module is made: reads NANO_FFI_IO_THREADS, before which the file's own
/// number is none. False with the error set.
pub fn prepare(own: ?usize) bool {
    const number = environment.number("NANO_FFI_IO_THREADS", "threads") catch return false;
    if (number orelse own) |count| if (restart.load(.acquire) == null) {
        most = .limited(count);
    };
    return true;
}

pub fn provide() Io {
    if (has_threads and restart.load(.acquire) == null) setUp();
    return .{ .userdata = &threaded, .vtable = &vtable };
}

const vtable = progress.changed(Io.Threaded.global_single_threaded.io().vtable.*, struct {
    pub fn get() Io {
        return carriers.io();
    }
});

/// The same for `cancellation.run`, whose threads are no part of how many there may be.
pub fn carrying() Io {
    _ = provide();
    return carriers.io();
}

noinline fn setUp() void {
    lock.lock();
    defer lock.unlock();
    if (restart.load(.monotonic) != null) return;
    threaded = fresh(most);
    carriers = fresh(.unlimited);
    takeSignal();
    restart.store(&startAgain, .release);
}

fn fresh(limit: Io.Limit) Io.Threaded {
    var new: Io.Threaded = .init_single_threaded;
    new.allocator = memory.without_python;
    new.concurrent_limit = limit;
    new.async_limit = if (limit != .unlimited) limit else if (std.Thread.getCpuCount()) |count|
        .limited(count - 1)
    else |_|
        .nothing;
    return new;
}

/// In the child of a fork there are none of the parent's threads.
pub fn afterFork() void {
    if (restart.load(.monotonic)) |again| again();
}

fn startAgain() void {
    threaded = fresh(most);
    carriers = fresh(.unlimited);
    progress.afterFork();
}

/// Who cancels what waits for the system sends it SIGIO, and without a handler that would end the
/// process. All other signals are Python's, and so is this one where it has a handler for it.
fn takeSignal() void {
    if (std.posix.Sigaction == void or !@hasField(std.posix.SIG, "IO")) return;
    var known: std.posix.Sigaction = undefined;
    std.posix.sigaction(.IO, null, &known);
    if (known.handler.handler != std.posix.SIG.DFL) return;
    std.posix.sigaction(.IO, &.{
        .handler = .{ .handler = &ignore },
        .mask = std.posix.sigemptyset(),
        .flags = 0,
    }, null);
}

fn ignore(_: std.posix.SIG) callconv(.c) void {}
