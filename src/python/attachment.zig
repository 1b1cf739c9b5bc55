//! Whether a thread may use Python now. One that runs a function of `.gil = .released` may not, and
//! no thread that Zig started may, until it is attached to the interpreter.

const capi = @import("capi.zig");
const hold = @import("objects/hold.zig");
const memory = @import("memory.zig");
const SpinLock = @import("../SpinLock.zig");
const c = capi.functions;

/// A thread, as its callbacks and those of others see it: its address is one for each.
pub const Thread = struct {
    /// Its thread state while it runs a function without Python; null where it has Python.
    detached: ?*anyopaque = null,

    fn state(thread: *const Thread) ?*anyopaque {
        return @atomicLoad(?*anyopaque, &thread.detached, .acquire);
    }
};

threadlocal var own: Thread = .{};

pub fn here() *Thread {
    return &own;
}

/// Who waits for the function that this thread runs; null where that is itself.
threadlocal var waiting: ?*const Thread = null;

/// This thread runs a function for `other` from here on; gives what was so before.
pub fn workFor(other: ?*const Thread) ?*const Thread {
    const place = &waiting;
    defer place.* = other;
    return place.*;
}

/// The thread that has called the function which this one runs.
pub fn caller() *const anyopaque {
    return waiting orelse &own;
}

/// Whether this thread has Python: it has not given that up, and is none of Zig's.
pub fn isAttached() bool {
    return own.state() == null and c.PyGILState_GetThisThreadState() != null;
}

/// Around a function that runs without Python: gives what `attach` takes.
pub fn detach() ?*anyopaque {
    const state = c.PyEval_SaveThread();
    @atomicStore(?*anyopaque, &own.detached, state, .release);
    return state;
}

pub fn attach(state: ?*anyopaque) void {
    @atomicStore(?*anyopaque, &own.detached, null, .release);
    c.PyEval_RestoreThread(state);
}

/// This thread, while it runs Python code for a function that `caller` has called.
pub const Visit = union(enum) {
    /// It has Python.
    attached,
    /// It is the caller, which has given up Python for the time of the function.
    back: ?*anyopaque,
    /// A thread that Zig started, with a thread state for this once.
    new: ?*anyopaque,

    /// Of what needs Python for itself; null in a thread that Zig started.
    pub fn here() ?Visit {
        const detached = own.state() orelse return if (isAttached()) .attached else null;
        attach(detached);
        return .{ .back = detached };
    }

    /// The same, but with the Python of who waits for this thread, if that has given it up.
    pub fn ofCall() ?Visit {
        return if (waiting) |other| begin(other) else Visit.here();
    }

    /// Null where it cannot: the caller waits with Python in its hands, there is no memory for a
    /// thread state, or this thread has one that something else left detached.
    pub fn begin(of: *const Thread) ?Visit {
        const state = of.state();
        if (of == &own) {
            const detached = state orelse return .attached;
            attach(detached);
            return .{ .back = detached };
        }
        if (state == null or c.PyGILState_GetThisThreadState() != null) return null;
        const interpreter = c.PyThreadState_GetInterpreter(state.?);
        const new = c.PyThreadState_New(interpreter) orelse return null;
        c.PyEval_RestoreThread(new);
        return .{ .new = new };
    }

    /// With no exception set.
    pub fn end(visit: Visit) void {
        switch (visit) {
            .attached => {},
            .back => _ = detach(),
            .new => |state| {
                c.PyThreadState_Clear(state.?);
                _ = c.PyEval_SaveThread();
                c.PyThreadState_Delete(state.?);
            },
        }
    }
};

/// The time in which a callback can be called: until the function that it was given to returns. Who
/// calls later still has the address: so it is there for ever, and its use has a number.
pub const Lease = struct {
    lock: SpinLock = .{},
    number: usize = 0,
    /// Of how many calls it is that last.
    visitors: usize = 0,
    argument: *anyopaque = undefined,
    next: ?*Lease = null,

    var spare: struct { lock: SpinLock = .{}, first: ?*Lease = null } = .{};

    /// Null where there is no memory.
    pub fn begin() ?*Lease {
        spare.lock.lock();
        const first = spare.first;
        if (first) |lease| spare.first = lease.next;
        spare.lock.unlock();
        if (first) |lease| return lease;
        const made = memory.unnoted.create(Lease) catch return null;
        made.* = .{};
        return made;
    }

    /// What is called; null where the use of that number is over.
    pub fn enter(lease: *Lease, number: usize) ?*anyopaque {
        lease.lock.lock();
        defer lease.lock.unlock();
        if (lease.number != number) return null;
        lease.visitors += 1;
        return lease.argument;
    }

    pub fn leave(lease: *Lease) void {
        lease.lock.lock();
        defer lease.lock.unlock();
        lease.visitors -= 1;
    }

    /// From here on nobody enters, and those that have are waited for.
    pub fn end(lease: *Lease) void {
        lease.lock.lock();
        lease.number += 1;
        while (lease.visitors > 0) {
            lease.lock.unlock();
            hold.pause();
            lease.lock.lock();
        }
        lease.lock.unlock();
        spare.lock.lock();
        defer spare.lock.unlock();
        lease.next = spare.first;
        spare.first = lease;
    }
};
