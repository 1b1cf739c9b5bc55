//! Threads of Zig's, and what they call.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

const Function = nano_ffi.Callback(fn (i64) i64);
const Errors = error{ PythonException, SystemResources };

pub const nano_ffi_options = .{
    .spread = .{ .gil = .released },
    .detached = .{ .gil = .released },
    .together = .{ .gil = .released },
    .leave_thread = .{ .gil = .released },
    .join_thread = .{ .gil = .released },
};

/// The sum of what `count` threads get for 20 numbers each.
pub fn spread(function: Function, count: u8) Errors!i64 {
    var threads: [16]std.Thread = undefined;
    var results: [16]error{PythonException}!i64 = undefined;
    var started: usize = 0;
    for (threads[0..count], results[0..count], 0..) |*thread, *result, index| {
        thread.* = std.Thread.spawn(.{}, sum, .{ &function, 100 * index, result }) catch break;
        started += 1;
    }
    for (threads[0..started]) |thread| thread.join();
    if (started < count) return error.SystemResources;
    var total: i64 = 0;
    for (results[0..count]) |result| total += try result;
    return total;
}

fn sum(function: *const Function, start: usize, result: *error{PythonException}!i64) void {
    var total: i64 = 0;
    for (start..start + 20) |number| total += function.call(.{@intCast(number)}) catch |err| {
        result.* = err;
        return;
    };
    result.* = total;
}

/// What this thread gets, which has given up Python as well.
pub fn detached(function: Function, text: nano_ffi.Callback(fn ([]const u8) bool)) Errors!i64 {
    return if (try text.call(.{"some text"})) try function.call(.{1}) else 0;
}

/// What the callback returns, or its error.
pub fn elsewhere(function: Function) Errors!i64 {
    var result: error{PythonException}!i64 = 0;
    try inThread(&function, &result);
    return result;
}

/// The same, but an error of the callback is not given on.
pub fn careless(function: Function) Errors!i64 {
    var result: error{PythonException}!i64 = 0;
    try inThread(&function, &result);
    return result catch 5;
}

/// First by the thread that calls, then by another one.
pub fn both(function: Function) Errors!i64 {
    var result: error{PythonException}!i64 = 0;
    const here = try function.call(.{1});
    try inThread(&function, &result);
    return here + try result;
}

/// By both at once: the other one waits until `let`.
pub fn together(function: Function) Errors!i64 {
    var result: error{PythonException}!i64 = 0;
    is_let.store(false, .release);
    const thread = std.Thread.spawn(.{}, runWhenLet, .{ &function, &result }) catch
        return error.SystemResources;
    const here = function.call(.{1});
    is_let.store(true, .release);
    thread.join();
    return try here + try result;
}

var is_let: std.atomic.Value(bool) = .init(false);

pub fn let() void {
    is_let.store(true, .release);
}

fn runWhenLet(function: *const Function, result: *error{PythonException}!i64) void {
    while (!is_let.load(.acquire)) std.Thread.yield() catch {};
    run(function, result);
}

fn inThread(function: *const Function, result: *error{PythonException}!i64) Errors!void {
    const thread = std.Thread.spawn(.{}, run, .{ function, result }) catch
        return error.SystemResources;
    thread.join();
}

fn run(function: *const Function, result: *error{PythonException}!i64) void {
    result.* = function.call(.{7});
}

/// The sum of 1 to `count`, by std.Io's threads: a future, tasks that must run at the same time,
/// and a group.
pub fn summed(gpa: std.mem.Allocator, count: u64) !u64 {
    var threaded: std.Io.Threaded = .init(gpa, .{});
    defer threaded.deinit();
    const io = threaded.io();
    var low = io.async(between, .{ 1, count / 4 });
    var next = try io.concurrent(between, .{ count / 4 + 1, count / 2 });
    var high: std.atomic.Value(u64) = .init(0);
    var group: std.Io.Group = .init;
    try group.concurrent(io, add, .{ &high, count / 2 + 1, count / 4 * 3 });
    group.async(io, add, .{ &high, count / 4 * 3 + 1, count });
    try group.await(io);
    return low.await(io) + next.await(io) + high.load(.monotonic);
}

fn between(first: u64, last: u64) u64 {
    var sum_of: u64 = 0;
    for (first..last + 1) |number| sum_of += number;
    return sum_of;
}

fn add(total: *std.atomic.Value(u64), first: u64, last: u64) void {
    _ = total.fetchAdd(between(first, last), .monotonic);
}

/// Of the C library, which every module has where threads need it.
pub extern "c" fn getpid() c_int;

var kept: Function = undefined;
var kept_result: error{PythonException}!i64 = 0;
var kept_thread: std.Thread = undefined;
var is_called: std.atomic.Value(bool) = .init(false);
var may_call: std.atomic.Value(bool) = .init(false);

/// A thread that outlives the call; where `is_awaited`, only that the callback says `note_call`.
pub fn leave_thread(function: Function, is_awaited: bool) Errors!void {
    kept = function;
    is_called.store(false, .release);
    may_call.store(is_awaited, .release);
    kept_thread = std.Thread.spawn(.{}, runKept, .{}) catch return error.SystemResources;
    while (is_awaited and !is_called.load(.acquire)) std.Thread.yield() catch {};
}

pub fn note_call() void {
    is_called.store(true, .release);
}

/// What the callback gave to that thread, or -1.
pub fn join_thread() i64 {
    may_call.store(true, .release);
    kept_thread.join();
    return kept_result catch -1;
}

fn runKept() void {
    while (!may_call.load(.acquire)) std.Thread.yield() catch {};
    kept_result = kept.call(.{7});
}

/// The callback of an earlier call.
pub fn call_kept() error{PythonException}!i64 {
    return kept.call(.{1});
}
