//! Whether a thread may use Python now. One that runs a function of `.gil = .released` may not, and
//! no thread that Zig started may, until it is attached to the interpreter.

const capi = @import("capi.zig");
const hold = @import("objects/hold.zig");
const memory = @import("memory.zig");
const SpinLock = @import("../SpinLock.zig");
const c = capi.functions;

/// A thread, as its callbacks and those of others see it: its address is one for each.
pub const Thread = struct {
    /// Its thread state while it has given up Python; null where it has it.
    detached: ?*anyopaque = null,
    /// How many functions without Python it runs, each but the first in a callback of another one.
    /// In that callback it has Python, and gives it to others in time.
    depth: usize = 0,
};

threadlocal var own: Thread = .{};

/// A call of this thread's: what is run for it, elsewhere or in a callback, finds its way back.
pub const Caller = struct {
    thread: *const Thread,
    /// How many functions without Python its thread ran when it began.
    depth: usize,

    pub fn here() Caller {
        const thread = &own;
        return .{ .thread = thread, .depth = thread.depth };
    }

    /// Whether it has given up Python for all of its time, callbacks aside.
    fn isDetached(caller_: Caller) bool {
        return @atomicLoad(usize, &caller_.thread.depth, .acquire) > caller_.depth;
    }
};

/// Who waits for the function that this thread runs; null where that is itself.
threadlocal var waiting: ?Waiting = null;

pub const Waiting = struct {
    thread: *const Thread,
    /// That of its Python.
    interpreter: *anyopaque,

    /// This thread, which has given up Python.
    pub fn here() Waiting {
        return .{ .thread = &own, .interpreter = c.PyThreadState_GetInterpreter(own.detached.?) };
    }
};

/// This thread runs a function for `other` from here on; gives what was so before.
pub fn workFor(other: ?Waiting) ?Waiting {
    const place = &waiting;
    defer place.* = other;
    return place.*;
}

/// The thread that has called the function which this one runs.
pub fn caller() *const anyopaque {
    return if (waiting) |other| other.thread else &own;
}

/// Whether this thread has Python: it has not given that up, and is none of Zig's.
pub fn isAttached() bool {
    return own.detached == null and c.PyGILState_GetThisThreadState() != null;
}

/// Around a function that runs without Python: gives what `attach` takes.
pub fn detach() ?*anyopaque {
    const state = giveUp();
    @atomicStore(usize, &own.depth, own.depth + 1, .release);
    return state;
}

pub fn attach(state: ?*anyopaque) void {
    @atomicStore(usize, &own.depth, own.depth - 1, .release);
    takeBack(state);
}

fn giveUp() ?*anyopaque {
    const state = c.PyEval_SaveThread();
    own.detached = state;
    return state;
}

fn takeBack(state: ?*anyopaque) void {
    own.detached = null;
    c.PyEval_RestoreThread(state);
}

/// This thread, while it runs Python code for a function that Python has called.
pub const Visit = union(enum) {
    /// It has Python.
    attached,
    /// It is the caller, which has given up Python for the time of the function.
    back: ?*anyopaque,
    /// A thread that Zig started, with a thread state for this once.
    new: *anyopaque,

    /// Of what needs Python for itself; null in a thread that Zig started.
    pub fn here() ?Visit {
        const detached = own.detached orelse return if (isAttached()) .attached else null;
        takeBack(detached);
        return .{ .back = detached };
    }

    /// The same, but with the Python of who waits for this thread.
    pub fn ofCall() ?Visit {
        const other = waiting orelse return Visit.here();
        return start(other.interpreter);
    }

    /// For what `call` was given; null in another thread.
    pub inline fn inCaller(call: Caller) ?Visit {
        if (call.thread != &own) return null;
        const detached = own.detached orelse return .attached;
        takeBack(detached);
        return .{ .back = detached };
    }

    /// The same in another thread. Null where the caller waits with Python in its hands, there is
    /// no memory for a thread state, or this thread has one already.
    pub fn inOther(call: Caller, interpreter: *anyopaque) ?Visit {
        return if (call.isDetached()) start(interpreter) else null;
    }

    fn start(interpreter: *anyopaque) ?Visit {
        if (c.PyGILState_GetThisThreadState() != null) return null;
        const state = c.PyThreadState_New(interpreter) orelse return null;
        c.PyEval_RestoreThread(state);
        return .{ .new = state };
    }

    /// With no exception set.
    pub fn end(visit: Visit) void {
        switch (visit) {
            .attached => {},
            .back => _ = giveUp(),
            .new => |state| {
                c.PyThreadState_Clear(state);
                _ = c.PyEval_SaveThread();
                c.PyThreadState_Delete(state);
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
