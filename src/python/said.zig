//! What a module's Zig says: `std.log` goes to Python's `logging`, `std.debug.print` to
//! `sys.stderr` where that is not the process' own.
//!
//! Both are Python code, which may not run in the middle of a call: it would find objects as Zig
//! has them in its hands. So what is said waits in a list until Python's main thread comes by,
//! which it does when the call has returned. No thread waits for that, whatever it holds.

const std = @import("std");
const attachment = @import("attachment.zig");
const capi = @import("capi.zig");
const memory = @import("memory.zig");
const SpinLock = @import("../SpinLock.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

const gpa = memory.without_python;

const Message = struct {
    next: ?*Message = null,
    to: To,
    text: []u8,

    const To = union(enum) {
        stderr,
        log: struct { level: std.log.Level, scope: ?[:0]const u8 },
    };

    fn free(message: *Message) void {
        gpa.free(message.text);
        gpa.destroy(message);
    }
};

/// What waits, guarded by `lock`.
const List = struct {
    first: ?*Message = null,
    last: ?*Message = null,
    count: usize = 0,
    /// How many were too many.
    lost: usize = 0,
    /// Whether Python was asked to come by.
    is_asked: bool = false,
    /// Whether Python was about to end when it came by last: then it does so until nothing waits,
    /// and a thread that goes on would keep it for ever.
    is_ending: bool = false,
};

var list: List = .{};
var lock: SpinLock = .{};
/// Whether this thread is Python's main thread, as far as that has come by.
threadlocal var is_main: bool = false;

/// A call that says more meanwhile is not heard to the end.
const most = 10_000;

/// `std.options.logFn` of an extension.
pub fn log(
    comptime level: std.log.Level,
    comptime scope: @EnumLiteral(),
    comptime format: []const u8,
    values: anytype,
) void {
    say(.{ .log = .{
        .level = level,
        .scope = if (scope == .default) null else @tagName(scope),
    } }, std.fmt.allocPrint(gpa, format, values) catch return);
}

/// Takes `text`, which is freed.
fn say(to: Message.To, text: []u8) void {
    const message = gpa.create(Message) catch return gpa.free(text);
    message.* = .{ .to = to, .text = text };
    lock.lock();
    const is_taken = list.count < most;
    if (is_taken) {
        if (list.last) |last| last.next = message else list.first = message;
        list.last = message;
        list.count += 1;
    } else list.lost += 1;
    const is_asked = list.is_asked or (list.is_ending and !is_main);
    list.is_asked = true;
    lock.unlock();
    if (!is_taken) message.free();
    if (is_asked or c.Py_AddPendingCall(&deliver, null) == 0) return;
    lock.lock(); // too much is asked of Python now: the next message asks again
    list.is_asked = false;
    lock.unlock();
}

/// Runs in the main thread of the main interpreter, between two instructions of Python code, or
/// where that has ended.
fn deliver(_: ?*anyopaque) callconv(.c) c_int {
    is_main = true;
    const has_ended = c.PyEval_GetFrame() == null;
    lock.lock();
    const taken = list;
    list = .{ .is_ending = has_ended or taken.is_ending };
    lock.unlock();
    const is_over = taken.is_ending and !goesOn();
    if (taken.is_ending and !has_ended and !is_over) { // who embeds Python has let it come by
        lock.lock();
        defer lock.unlock();
        list.is_ending = false;
    }
    var next = taken.first;
    while (next) |message| {
        next = message.next;
        defer message.free();
        if (is_over) continue; // each of thousands would be an error
        (switch (message.to) {
            .stderr => write(message.text),
            .log => |to| give(to.level, to.scope, message.text),
        }) catch c.PyErr_WriteUnraisable(null);
    }
    if (taken.lost > 0 and !is_over) {
        var buffer: [80]u8 = undefined;
        const text = std.fmt.bufPrint(&buffer, "{d} messages more were lost", .{taken.lost}) catch
            unreachable;
        give(.warn, null, text) catch c.PyErr_WriteUnraisable(null);
    }
    return 0;
}

fn goesOn() bool {
    const isFinalizing = capi.imported("sys", "is_finalizing") orelse {
        c.PyErr_Clear(); // not even sys is there any more
        return false;
    };
    defer c.Py_DecRef(isFinalizing);
    const answer = capi.vectorcall(isFinalizing, &.{}, 0, null) orelse {
        c.PyErr_Clear();
        return false;
    };
    defer c.Py_DecRef(answer);
    return answer == capi.object("_Py_FalseStruct");
}

const Error = error{PythonException};

fn write(text: []const u8) Error!void {
    const stderr = c.PySys_GetObject("stderr") orelse return;
    if (stderr == capi.object("_Py_NoneStruct")) return;
    c.Py_IncRef(stderr);
    defer c.Py_DecRef(stderr);
    const string = try strOf(text);
    defer c.Py_DecRef(string);
    c.Py_DecRef(capi.callMethod(stderr, "write", &.{string}) orelse return error.PythonException);
}

fn give(level: std.log.Level, scope: ?[:0]const u8, text: []const u8) Error!void {
    const getLogger = capi.imported("logging", "getLogger") orelse return error.PythonException;
    defer c.Py_DecRef(getLogger);
    const name = (if (scope) |child|
        c.PyUnicode_FromFormat("%s.%s", &own_name, child.ptr)
    else
        c.PyUnicode_FromFormat("%s", &own_name)) orelse return error.PythonException;
    defer c.Py_DecRef(name);
    const logger = capi.vectorcall(getLogger, &.{name}, 1, null) orelse
        return error.PythonException;
    defer c.Py_DecRef(logger);
    const number = c.PyLong_FromLongLong(switch (level) {
        .err => 40,
        .warn => 30,
        .info => 20,
        .debug => 10,
    }) orelse return error.PythonException;
    defer c.Py_DecRef(number);
    const string = try strOf(text);
    defer c.Py_DecRef(string);
    c.Py_DecRef(capi.callMethod(logger, "log", &.{ number, string }) orelse
        return error.PythonException);
}

fn strOf(text: []const u8) Error!*PyObject {
    return c.PyUnicode_DecodeUTF8(text.ptr, @intCast(text.len), "replace") orelse
        error.PythonException;
}

var own_name: [256:0]u8 = @splat(0);
var is_named: u8 = 0;

/// The full name of the module, once in a process: its logger's. False with the error set.
pub fn setName(name: *PyObject) bool {
    var size: capi.Py_ssize_t = undefined;
    const text = c.PyUnicode_AsUTF8AndSize(name, &size) orelse return false;
    if (@atomicRmw(u8, &is_named, .Xchg, 1, .acq_rel) != 0) return true;
    const length = @min(@as(usize, @intCast(size)), own_name.len);
    @memcpy(own_name[0..length], text[0..length]);
    return true;
}

/// `std.Options.debug_io` of an extension: std's, but where `sys.stderr` is another one.
pub const debug_io: std.Io = .{ .userdata = under.userdata, .vtable = &vtable };

const under = std.Io.Threaded.global_single_threaded.io();
const vtable: std.Io.VTable = changed: {
    var all = under.vtable.*;
    all.lockStderr = &lockStderr;
    all.tryLockStderr = &tryLockStderr;
    all.unlockStderr = &unlockStderr;
    break :changed all;
};

/// What is written to `sys.stderr`, guarded by the lock that std has for stderr.
const elsewhere = struct {
    var depth: usize = 0;
    var is_used: bool = false;
    var text: std.ArrayList(u8) = .empty;
    var writer: std.Io.File.Writer = undefined;
};

/// In the child of a fork: what another thread was writing is not finished, and what waits is the
/// parent's.
pub fn afterFork() void {
    list = .{};
    const threaded = std.Io.Threaded.global_single_threaded;
    const fresh: std.Io.Threaded = .init_single_threaded;
    if (threaded.stderr_mutex_locker == std.Thread.getCurrentId()) return;
    threaded.stderr_mutex = fresh.stderr_mutex;
    threaded.stderr_mutex_locker = fresh.stderr_mutex_locker;
    threaded.stderr_mutex_lock_count = 0;
    threaded.stderr_writer.interface = fresh.stderr_writer.interface;
    elsewhere.depth = 0;
    elsewhere.text = .empty; // whoever had it may have been in the middle of growing it
}

fn lockStderr(
    userdata: ?*anyopaque,
    mode: ?std.Io.Terminal.Mode,
) std.Io.Cancelable!std.Io.LockedStderr {
    return enter(try under.vtable.lockStderr(userdata, mode));
}

fn tryLockStderr(
    userdata: ?*anyopaque,
    mode: ?std.Io.Terminal.Mode,
) std.Io.Cancelable!?std.Io.LockedStderr {
    return enter(try under.vtable.tryLockStderr(userdata, mode) orelse return null);
}

fn enter(locked: std.Io.LockedStderr) std.Io.LockedStderr {
    if (elsewhere.depth == 0) {
        elsewhere.is_used = isElsewhere();
        elsewhere.writer = .initStreaming(locked.file_writer.file, under, &.{});
        elsewhere.writer.interface.vtable = &.{ .drain = &collect };
    }
    elsewhere.depth += 1;
    if (!elsewhere.is_used) return locked;
    return .{ .file_writer = &elsewhere.writer, .terminal_mode = .no_color };
}

fn unlockStderr(userdata: ?*anyopaque) void {
    const interface = &elsewhere.writer.interface;
    interface.flush() catch {};
    interface.buffer = &.{};
    elsewhere.depth -= 1;
    if (elsewhere.depth == 0 and elsewhere.text.items.len > 0) {
        if (elsewhere.text.toOwnedSlice(gpa)) |text|
            say(.stderr, text)
        else |_|
            elsewhere.text.clearRetainingCapacity();
    }
    under.vtable.unlockStderr(userdata);
}

fn collect(
    writer: *std.Io.Writer,
    data: []const []const u8,
    splat: usize,
) std.Io.Writer.Error!usize {
    const text = &elsewhere.text;
    text.appendSlice(gpa, writer.buffered()) catch return error.WriteFailed;
    writer.end = 0;
    var count: usize = 0;
    for (data[0 .. data.len - 1]) |part| {
        text.appendSlice(gpa, part) catch return error.WriteFailed;
        count += part.len;
    }
    const last = data[data.len - 1];
    for (0..splat) |_| text.appendSlice(gpa, last) catch return error.WriteFailed;
    return count + splat * last.len;
}

/// Whether this thread has Python, which has put something in the place of its `sys.stderr`.
pub fn isElsewhere() bool {
    if (!attachment.isAttached()) return false;
    return c.PySys_GetObject("stderr") != c.PySys_GetObject("__stderr__");
}
