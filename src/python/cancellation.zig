//! Calls that can be cancelled: of `.async` functions, and of `.interruptible` ones.

const std = @import("std");
const attachment = @import("attachment.zig");
const capi = @import("capi.zig");
const exceptions = @import("exceptions.zig");
const input_output = @import("input_output.zig");
const memory = @import("memory.zig");
const messages = @import("../messages.zig");
const panics = @import("../panics.zig");
const Io = std.Io;
const c = capi.functions;
const PyObject = capi.PyObject;

/// One call, as the one who may cancel it sees it.
pub const Call = struct {
    state: std.atomic.Value(State) = .init(.waiting),
    /// Set when the function has ended elsewhere, or is to end.
    woken: Io.Event = .unset,
    /// Whether its function runs elsewhere already: what that calls back is cancelled with it.
    is_carried: bool = false,

    const State = enum(u8) { waiting, running, cancelled };

    /// False where it was cancelled before it could begin.
    pub fn begin(call: *Call) bool {
        return call.state.cmpxchgStrong(.waiting, .running, .acq_rel, .acquire) == null;
    }

    /// Whether it had not begun, and will not.
    pub fn cancel(call: *Call) bool {
        const before = call.state.swap(.cancelled, .acq_rel);
        if (input_output.has_threads) call.woken.set(input_output.carrying());
        return before == .waiting;
    }

    pub fn isCancelled(call: *const Call) bool {
        return call.state.load(.acquire) == .cancelled;
    }
};

threadlocal var current: ?*Call = null;

/// What this thread runs that can be cancelled; null where it runs no such thing.
pub fn here() ?*Call {
    return current;
}

/// Takes the place of what this thread had, which is given back.
pub fn enter(call: ?*Call) ?*Call {
    const place = &current;
    defer place.* = call;
    return place.*;
}

/// How often Ctrl-C is looked for.
const tick: Io.Timeout = .{ .duration = .{ .raw = .fromMilliseconds(20), .clock = .awake } };

/// Who cancels.
pub const By = enum { its_caller, ctrl_c };

/// Calls `body(work)` in a thread whose `std.Io` can be cancelled, and waits for it, without
/// Python. What the function has left for its caller, texts and traces of errors, is this thread's
/// then. True where Ctrl-C was pressed, which has cancelled it.
pub fn run(
    work: anytype,
    comptime body: fn (@TypeOf(work)) void,
    comptime by: By,
) bool {
    const Carried = struct {
        work: @TypeOf(work),
        call: *Call,
        caller: attachment.Waiting,
        left: Left = .{},
        is_done: std.atomic.Value(bool) = .init(false),

        fn carry(carried: *@This(), io: Io) void {
            const before = enter(carried.call);
            const waiting = attachment.workFor(carried.caller);
            body(carried.work);
            carried.left.collect();
            _ = attachment.workFor(waiting);
            _ = enter(before);
            carried.is_done.store(true, .release);
            carried.call.woken.set(io);
        }
    };
    if (!input_output.has_threads) return runHere(work, body);
    var own: Call = .{ .state = .init(.running) };
    const call = if (by == .ctrl_c) &own else current orelse return runHere(work, body);
    if (call.is_carried) return runHere(work, body);
    call.is_carried = true;
    const io = input_output.carrying();
    var carried: Carried = .{ .work = work, .call = call, .caller = .here() };
    var future = io.concurrent(Carried.carry, .{ &carried, io }) catch return runHere(work, body);
    var is_interrupted = false;
    while (true) {
        call.woken.waitTimeout(io, if (by == .ctrl_c) tick else .none) catch |err| switch (err) {
            error.Timeout => {},
            // In a callback of a function that is cancelled itself.
            error.Canceled => _ = call.cancel(),
        };
        if (carried.is_done.load(.acquire)) {
            future.await(io);
            break;
        }
        if (by == .ctrl_c and isInterrupted()) {
            is_interrupted = true;
            _ = own.cancel();
        }
        if (call.isCancelled()) {
            future.cancel(io);
            break;
        }
    }
    carried.left.leave();
    return is_interrupted;
}

fn runHere(work: anytype, comptime body: fn (@TypeOf(work)) void) bool {
    body(work);
    return false;
}

fn isInterrupted() bool {
    const visit = attachment.Visit.here() orelse return false;
    defer visit.end();
    return c.PyOS_InterruptOccurred() != 0;
}

/// What a thread has of a function that has ended.
const Left = struct {
    report: panics.Report = undefined,
    message: messages.Message = .{},
    raised: ?exceptions.Pending = null,

    fn collect(left: *Left) void {
        if (panics.are_caught) left.report = panics.lastReport().*;
        messages.move(messages.here(), &left.message);
        left.raised = exceptions.take();
    }

    fn leave(left: *Left) void {
        if (panics.are_caught) panics.lastReport().* = left.report;
        messages.move(&left.message, messages.here());
        exceptions.put(left.raised);
    }
};

/// What Python has of a call: a capsule.
const capsule_name = "nano_ffi.call";

/// `begin()`: a call that nobody has cancelled.
pub fn new(_: ?*PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    const call = memory.unnoted.create(Call) catch {
        _ = c.PyErr_NoMemory();
        return null;
    };
    call.* = .{};
    return c.PyCapsule_New(call, capsule_name, &free) orelse {
        memory.unnoted.destroy(call);
        return null;
    };
}

fn free(capsule: *PyObject) callconv(.c) void {
    memory.unnoted.destroy(of(capsule) orelse return);
}

fn of(capsule: *PyObject) ?*Call {
    return @ptrCast(@alignCast(c.PyCapsule_GetPointer(capsule, capsule_name)));
}

/// `run(call, function, args, kwargs)`: what the function returns, or None where it was not to
/// begin any more.
pub fn runCall(
    _: ?*PyObject,
    given: [*]const *PyObject,
    count: capi.Py_ssize_t,
) callconv(.c) ?*PyObject {
    // Python sees it among the names that the coroutine function knows.
    if (count != 4 or !capi.hasFlag(given[2], "TUPLE_SUBCLASS") or
        !capi.hasFlag(given[3], "DICT_SUBCLASS")) return c.PyErr_Format(
        capi.exception("TypeError"),
        "run() takes a call, a function, a tuple and a dict",
    );
    const call = of(given[0]) orelse return null;
    if (!call.begin()) return capi.singleton(.None);
    const before = enter(call);
    defer _ = enter(before);
    return c.PyObject_Call(given[1], given[2], given[3]);
}

/// `cancel(call)`: whether it had not begun, and will not.
pub fn cancelCall(_: ?*PyObject, capsule: *PyObject) callconv(.c) ?*PyObject {
    const call = of(capsule) orelse return null;
    return if (call.cancel()) capi.singleton(.True) else capi.singleton(.False);
}
