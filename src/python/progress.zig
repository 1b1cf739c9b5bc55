//! `std.Progress` of a module: a program has one, started once, which draws on the terminal and
//! takes a signal. Here it may be started again when it has ended, takes nothing, and is shown
//! where the process shows what it says: by Python code (progress_bars.zig), or on the terminal.
//!
//! Zig's own means are used: a program whose parent shows its progress writes that to a file, from
//! a thread. We are that parent.

const std = @import("std");
const builtin = @import("builtin");
const SpinLock = @import("../SpinLock.zig");
const Io = std.Io;

pub const Place = enum { nowhere, terminal, python };

/// What is known where Python is.
pub const Asked = struct {
    /// Where it is to be shown. `number` is of this start, which Python's thread looks for.
    place: *const fn (number: u32) Place,
    /// The thread that has called the function which this one runs.
    caller: *const fn () *const anyopaque,
    /// Whether this thread has Python: then it may not wait for who needs that.
    isAttached: *const fn () bool,
};

/// Null until a function with an `std.Io` is called.
pub var asked: std.atomic.Value(?*const Asked) = .init(null);

const Storage = @typeInfo(@FieldType(std.Progress, "node_storage")).array.child;
const most = @typeInfo(@FieldType(std.Progress, "node_storage")).array.len;
const Worker = @typeInfo(@FieldType(std.Progress, "update_worker")).optional.child;

/// The tree as it was, guarded by `lock`.
var tree: View = .{};
var lock: SpinLock = .{};

/// What is started, or was.
const shown = struct {
    /// Of the start that is shown; another one is over.
    var number: std.atomic.Value(u32) = .init(0);
    var place: Place = .nowhere;
    var caller: std.atomic.Value(?*const anyopaque) = .init(null);
    var future: std.atomic.Value(?*Io.AnyFuture) = .init(null);
    /// Whether a thread is behind `future`.
    var has_thread: bool = false;
    var end: ?*const fn () void = null;
    var is_over: bool = true;
    /// Whether Python has seen how it ended.
    var is_seen: bool = true;
    /// How often there was something new to see, and which of these Python has seen.
    var news: std.atomic.Value(u32) = .init(0);
    var seen: u32 = 0;
    /// Of the last start of which Python shows nothing more.
    var closed: std.atomic.Value(u32) = .init(0);
    var no_thread: u8 align(@alignOf(usize)) = 0;
};

threadlocal var is_starting: bool = false;

/// The changes to `under`'s table, whose threads are those of `Carriers`.
pub fn changed(comptime under: Io.VTable, comptime Carriers: type) Io.VTable {
    const Changes = struct {
        fn progressParentFile(_: ?*anyopaque) std.Progress.ParentFileError!Io.File {
            begin();
            return ours;
        }

        fn concurrent(
            userdata: ?*anyopaque,
            result_len: usize,
            result_alignment: std.mem.Alignment,
            context: []const u8,
            context_alignment: std.mem.Alignment,
            start: *const fn (context: *const anyopaque, result: *anyopaque) void,
        ) Io.ConcurrentError!*Io.AnyFuture {
            if (!is_starting) return under.concurrent(
                userdata,
                result_len,
                result_alignment,
                context,
                context_alignment,
                start,
            );
            is_starting = false;
            const future: ?*Io.AnyFuture = if (shown.place == .nowhere) null else under.concurrent(
                Carriers.get().userdata,
                result_len,
                result_alignment,
                context,
                context_alignment,
                start,
            ) catch null;
            shown.has_thread = future != null;
            const some: *Io.AnyFuture = future orelse @ptrCast(&shown.no_thread);
            shown.future.store(some, .release);
            return some;
        }

        fn cancel(
            userdata: ?*anyopaque,
            future: *Io.AnyFuture,
            result: []u8,
            result_alignment: std.mem.Alignment,
        ) void {
            if (future != shown.future.load(.acquire))
                return under.cancel(userdata, future, result, result_alignment);
            shown.future.store(null, .monotonic);
            if (shown.has_thread)
                under.cancel(Carriers.get().userdata, future, result, result_alignment)
            else
                @memset(result, 0);
            finish(Carriers.get(), of(result));
        }

        fn operate(
            userdata: ?*anyopaque,
            operation: Io.Operation,
        ) Io.Cancelable!Io.Operation.Result {
            switch (operation) {
                .file_write_streaming => |write| if (write.file.handle == ours.handle)
                    return .{ .file_write_streaming = take(Carriers.get(), write.data) },
                else => {},
            }
            return under.operate(userdata, operation);
        }
    };
    var all = under;
    all.progressParentFile = &Changes.progressParentFile;
    all.concurrent = &Changes.concurrent;
    all.cancel = &Changes.cancel;
    all.operate = &Changes.operate;
    return all;
}

/// The file that std.Progress writes to: none that is open.
const ours: Io.File = .{
    .handle = if (builtin.os.tag == .windows) std.os.windows.INVALID_HANDLE_VALUE else -2,
    .flags = .{ .nonblocking = false },
};

fn begin() void {
    lock.lock();
    tree.count = 0;
    shown.is_over = false;
    shown.is_seen = false;
    const number = shown.number.load(.monotonic) +% 1;
    shown.number.store(number, .release);
    lock.unlock();
    shown.end = &endRoot;
    shown.place = .nowhere;
    if (asked.load(.acquire)) |ask| {
        shown.caller.store(ask.caller(), .monotonic);
        shown.place = ask.place(number);
    }
    is_starting = true;
}

fn endRoot() void {
    const root: std.Progress.Node = .{ .index = @fromBackingInt(@intCast(0)) };
    root.end();
}

/// What was started by a function that `caller` has called, and that has panicked, ends.
pub fn abandon(caller: *const anyopaque) void {
    if (shown.future.load(.acquire) == null or shown.caller.load(.monotonic) != caller) return;
    if (shown.end) |end| end();
}

/// In the child of a fork there is no thread of the parent's: what another one has started is over.
pub fn afterFork() void {
    if (shown.future.load(.acquire) == null) return;
    shown.has_thread = false;
    shown.place = .nowhere;
    const ask = asked.load(.acquire) orelse return;
    if (shown.caller.load(.monotonic) != ask.caller()) endRoot();
}

/// std's progress, whose thread's result this is.
fn of(result: []u8) *std.Progress {
    const place: *@FieldType(Worker, "result") = @ptrCast(@alignCast(result.ptr));
    const worker: *Worker = @alignCast(@fieldParentPtr("result", place));
    // What is in an optional is at its begin.
    const optional: *?Worker = @ptrCast(worker);
    return @alignCast(@fieldParentPtr("update_worker", optional));
}

/// The last that is seen, and that it may be started again.
fn finish(io: Io, progress: *std.Progress) void {
    lock.lock();
    if (tree.count > 0) {
        tree.count = 1; // its children have ended
        tree.storage[0] = progress.node_storage[0];
    }
    shown.is_over = true;
    lock.unlock();
    progress.node_freelist.head = .none;
    progress.node_freelist.generation +%= 1;
    progress.node_end_index = 0;
    tell(io, &shown.news);
    switch (shown.place) {
        .nowhere => {},
        .terminal => draw(""),
        .python => if (!asked.load(.acquire).?.isAttached()) {
            const number = shown.number.load(.monotonic);
            for (0..20) |_| {
                const closed = shown.closed.load(.acquire);
                if (closed == number) break;
                await(io, &shown.closed, closed);
            }
        },
    }
}

fn tell(io: Io, count: *std.atomic.Value(u32)) void {
    _ = count.fetchAdd(1, .release);
    io.futexWake(u32, &count.raw, std.math.maxInt(u32));
}

/// A while, or until it is no more what it was.
fn await(io: Io, count: *std.atomic.Value(u32), before: u32) void {
    const protection = io.swapCancelProtection(.blocked);
    defer _ = io.swapCancelProtection(protection);
    io.futexWaitTimeout(u32, &count.raw, before, .{
        .duration = .{ .raw = .fromMilliseconds(50), .clock = .awake },
    }) catch {};
}

/// A tree as std.Progress writes it: how many nodes, what they are, and the number of each's
/// parent. How many bytes that was.
fn take(io: Io, data: []const []const u8) usize {
    var size: usize = 0;
    for (data) |part| size += part.len;
    if (data.len != 3 or data[0].len != 1) return size;
    const count: usize = data[0][0];
    if (count > most or data[1].len != count * @sizeOf(Storage) or data[2].len != count)
        return size;
    lock.lock();
    tree.count = count;
    @memcpy(std.mem.sliceAsBytes(tree.storage[0..count]), data[1]);
    @memcpy(tree.parents[0..count], data[2]);
    lock.unlock();
    if (builtin.cpu.arch.endian() == .big) for (tree.storage[0..count]) |*storage| {
        storage.completed_count = @byteSwap(storage.completed_count);
        storage.estimated_total_count = @byteSwap(storage.estimated_total_count);
    };
    if (shown.place == .terminal) {
        var buffer: [width]u8 = undefined;
        draw(line(&buffer, tree.storage[0..count]));
    } else tell(io, &shown.news);
    return size;
}

pub const Node = struct { parent: ?usize, name: []const u8, done: u64, total: u64 };

/// The nodes at one time.
pub const View = struct {
    count: usize = 0,
    storage: [most]Storage = undefined,
    parents: [most]u8 = undefined,

    pub fn node(view: *const View, index: usize) Node {
        const parent = view.parents[index];
        return .{
            .parent = if (parent < index) parent else null,
            .name = nameOf(&view.storage[index]),
            .done = view.storage[index].completed_count,
            .total = view.storage[index].estimated_total_count,
        };
    }

    pub fn text(view: *const View, buffer: *[width]u8) []const u8 {
        return line(buffer, view.storage[0..view.count]);
    }
};

/// Waits until the start of that number has something new; false where it is over, and seen.
/// Without Python.
pub fn look(io: Io, number: u32, view: *View) bool {
    while (true) {
        const news = shown.news.load(.acquire);
        {
            lock.lock();
            defer lock.unlock();
            if (number != shown.number.load(.monotonic) or shown.is_seen) return false;
            if (news != shown.seen) {
                shown.seen = news;
                shown.is_seen = shown.is_over;
                view.count = tree.count;
                @memcpy(view.storage[0..tree.count], tree.storage[0..tree.count]);
                @memcpy(view.parents[0..tree.count], tree.parents[0..tree.count]);
                return true;
            }
        }
        await(io, &shown.news, news);
    }
}

/// Python shows nothing more of it.
pub fn close(io: Io, number: u32) void {
    shown.closed.store(number, .release);
    io.futexWake(u32, &shown.closed.raw, std.math.maxInt(u32));
}

fn nameOf(storage: *const Storage) []const u8 {
    return std.mem.sliceTo(&storage.name, 0);
}

/// How long a line is at most.
pub const width = 79;

/// A bar of the first node that says how much there is, and what the others say.
fn line(buffer: *[width]u8, nodes: []const Storage) []const u8 {
    var writer: Io.Writer = .fixed(buffer);
    writeLine(&writer, nodes) catch {}; // what there is no room for
    return writer.buffered();
}

fn writeLine(writer: *Io.Writer, nodes: []const Storage) Io.Writer.Error!void {
    var has_bar = false;
    for (nodes) |*node| {
        const name = nameOf(node);
        const total = node.estimated_total_count;
        const done = node.completed_count;
        if (name.len == 0 and total == 0 and done == 0) continue;
        if (writer.end > 0) try writer.writeAll(", ");
        try writer.writeAll(name);
        if (total > 0 and !has_bar) {
            has_bar = true;
            const full: usize = @intCast(@min(20, @as(u64, done) * 20 / total));
            if (name.len > 0) try writer.writeByte(' ');
            try writer.writeByte('[');
            try writer.splatByteAll('#', full);
            try writer.splatByteAll('.', 20 - full);
            try writer.writeByte(']');
        }
        if (total > 0) try writer.print(" {d}/{d}", .{ done, total }) else if (done > 0)
            try writer.print(" {d}", .{done});
    }
}

/// Puts `text` into the terminal's line, whose begin is where others go on.
fn draw(text: []const u8) void {
    const stderr = std.debug.lockStderr(&.{});
    defer std.debug.unlockStderr();
    const writer = &stderr.file_writer.interface;
    writer.writeAll("\r\x1b[K") catch return;
    writer.writeAll(text) catch return;
    if (text.len > 0) writer.writeAll("\r") catch return;
}

test line {
    var nodes: [2]Storage = undefined;
    nodes[0] = .{ .completed_count = 5, .estimated_total_count = 10, .name = @splat(0) };
    nodes[1] = .{ .completed_count = 3, .estimated_total_count = 0, .name = @splat(0) };
    nodes[0].name[0..4].* = "read".*;
    nodes[1].name[0..4].* = "file".*;
    var buffer: [width]u8 = undefined;
    try std.testing.expectEqualStrings(
        "read [##########..........] 5/10, file 3",
        line(&buffer, &nodes),
    );
    nodes[0].name = @splat('x');
    try std.testing.expectEqual(width, line(&buffer, &nodes).len);
}
