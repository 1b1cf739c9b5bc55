//! Who uses what during a call: the regions of its objects, one that may change them, or several
//! that do not. Another thread's use is waited for, unless it runs Python code, which might wait
//! for us: that is an exception.
//!
//! Nobody waits while holding something: what is in the way is waited for with nothing held, and
//! then all is looked up again. So no two calls wait for each other, in whatever order they come.

const std = @import("std");
const capi = @import("../capi.zig");
const errors = @import("../errors.zig");
const memory = @import("../memory.zig");
const object = @import("object.zig");
const Readers = @import("../../Readers.zig");
const Region = @import("Region.zig");
const c = capi.functions;
const Error = errors.Error;
const Layout = object.Layout;
pub const Mode = Region.Mode;

/// What may happen while a region is held.
pub const Meanwhile = enum {
    /// Zig code with the GIL, where there is one: nobody can come, and nothing is written down.
    nothing,
    /// The GIL is released.
    threads,
    /// Python code runs.
    python,

    fn isNoted(meanwhile: Meanwhile) bool {
        return capi.free_threaded or meanwhile != .nothing;
    }
};

/// Whether nobody uses what an object is in; with a GIL, where nothing is noted.
inline fn isQuiet(self: *Layout) bool {
    const region = self.region orelse return true;
    return region.isQuiet();
}

/// Holds for up to `limit` objects; null: for as many as `prepare` makes room for.
pub fn Holds(comptime limit: ?usize, comptime meanwhile: Meanwhile) type {
    const Places = struct {
        fn Of(comptime T: type) type {
            return if (limit) |size| [size]T else []T;
        }
    };
    return struct {
        const Self = @This();
        const is_noted = meanwhile.isNoted();
        /// Whether who only reads need not be counted: for who runs Python code, nobody waits.
        const may_read = capi.free_threaded and meanwhile != .python and limit != 0;

        objects: Places.Of(*Layout) = undefined,
        modes: Places.Of(Mode) = undefined,
        count: usize = 0,
        /// What is held: each region once.
        regions: Places.Of(*Region) = undefined,
        /// By which of the objects each of them was found.
        finders: Places.Of(*Layout) = undefined,
        region_modes: Places.Of(Mode) = undefined,
        /// Where it is written down that one is read: null where that is counted.
        places: if (may_read) Places.Of(?*Readers.Place) else void =
            if (may_read) undefined else {},
        held: usize = 0,
        room: if (limit == null) std.heap.ArenaAllocator else void =
            if (limit == null) .init(memory.unnoted),

        /// The same as a new one, without a look at what is not set.
        pub inline fn begin(holds: *Self) void {
            holds.count = 0;
            holds.held = 0;
            if (limit == null) holds.room = .init(memory.unnoted);
        }

        /// Room for so many objects, until `deinit`.
        pub fn prepare(holds: *Self, size: usize) Error!void {
            const gpa = holds.room.allocator();
            inline for (.{ "objects", "modes", "regions", "finders", "region_modes" }) |name| {
                const Place = @typeInfo(@FieldType(Self, name)).pointer.child;
                @field(holds, name) = gpa.alloc(Place, size) catch return errors.raiseNoMemory();
            }
            if (may_read) holds.places = gpa.alloc(?*Readers.Place, size) catch
                return errors.raiseNoMemory();
        }

        pub fn deinit(holds: *Self) void {
            holds.room.deinit();
        }

        pub fn add(holds: *Self, self: *Layout, mode: Mode) void {
            holds.objects[holds.count] = self;
            holds.modes[holds.count] = mode;
            holds.count += 1;
        }

        /// Where this fails, nothing is held.
        pub fn acquire(holds: *Self) Error!void {
            if (!is_noted and holds.allQuiet()) return;
            return holds.acquireSlowly();
        }

        /// Whether nobody is in the way: then there is nothing to be done where nothing is noted.
        inline fn allQuiet(holds: *const Self) bool {
            for (holds.objects[0..holds.count]) |self| if (!isQuiet(self)) return false;
            return true;
        }

        /// Holds one that is only read, where that is seen at once.
        inline fn tryRead(holds: *Self, self: *Layout) bool {
            if (!may_read) return false;
            const region = Region.of(self) orelse return false;
            holds.places[0] = region.tryRead(self) orelse return false;
            holds.regions[0] = region;
            holds.region_modes[0] = .shared;
            holds.held = 1;
            return true;
        }

        noinline fn acquireSlowly(holds: *Self) Error!void {
            var waiter: ?Waiter = null;
            defer if (waiter) |*some| some.deinit();
            while (true) {
                try holds.findRegions();
                const mode = holds.tryAll() orelse {
                    if (holds.hasAll()) return;
                    holds.release();
                    continue;
                };
                const obstacle = holds.regions[holds.held];
                holds.release();
                if (mode) |refused| return obstacle.raiseInUse(refused);
                if (waiter == null) waiter = try .init();
                try waiter.?.wait();
            }
        }

        /// Null when all are held; else null or the mode that is refused to the first that is not.
        fn tryAll(holds: *Self) ??Mode {
            const count = holds.held;
            holds.held = 0;
            for (holds.regions[0..count], holds.finders[0..count], holds.region_modes[0..count]) |
                region,
                finder,
                mode,
            | {
                if (may_read) {
                    const place = if (mode == .shared) region.tryRead(finder) else null;
                    holds.places[holds.held] = place;
                    if (place != null) {
                        holds.held += 1;
                        continue;
                    }
                }
                switch (region.tryHold(finder, mode, is_noted, meanwhile == .python)) {
                    .held => holds.held += 1,
                    .wait => return @as(?Mode, null),
                    .in_use => return mode,
                }
            }
            return null;
        }

        /// Whether no other thread has detached one of the objects before all were held.
        fn hasAll(holds: *const Self) bool {
            if (!capi.free_threaded) return true;
            for (holds.objects[0..holds.count]) |self| {
                const region = Region.of(self).?;
                if (std.mem.indexOfScalar(*Region, holds.regions[0..holds.held], region) == null)
                    return false;
            }
            return true;
        }

        /// Each region once, in the stricter mode.
        fn findRegions(holds: *Self) Error!void {
            holds.held = 0;
            for (holds.objects[0..holds.count], holds.modes[0..holds.count]) |self, mode| {
                const region = Region.of(self) orelse
                    if (is_noted) try Region.ensure(self) else continue;
                const known = for (holds.regions[0..holds.held], 0..) |other, index| {
                    if (other == region) break index;
                } else {
                    holds.regions[holds.held] = region;
                    holds.finders[holds.held] = self;
                    holds.region_modes[holds.held] = mode;
                    holds.held += 1;
                    continue;
                };
                if (mode == .exclusive) holds.region_modes[known] = mode;
            }
        }

        pub fn release(holds: *Self) void {
            if (is_noted) {
                const count = holds.held;
                for (holds.regions[0..count], holds.region_modes[0..count], 0..) |region, mode, n| {
                    if (may_read) if (holds.places[n]) |place| {
                        place.leave();
                        continue;
                    };
                    region.release(mode, meanwhile == .python);
                }
            }
            holds.held = 0;
        }
    };
}

/// Where the value of a field is, of an own object that nobody uses: with a GIL, and as long as no
/// Python code runs. Null of others, and where that is not seen at once.
pub inline fn quickly(self: *Layout) ?usize {
    if (capi.free_threaded or self.state != .part) return null;
    const link = object.linkOf(self);
    const parent = link.parent.?;
    const region = self.region.?;
    if (parent.state != .own or !region.isQuiet() or !region.isGood(parent)) return null;
    return object.storage(parent) + link.place;
}

/// One object, held.
pub fn Use(comptime meanwhile: Meanwhile) type {
    return struct {
        holds: Holds(1, meanwhile) = .{},

        /// Where its value is.
        pub inline fn begin(use: *@This(), self: *Layout, mode: Mode) Error!usize {
            if (!capi.free_threaded and meanwhile == .nothing and self.state == .own) {
                const region = self.region orelse return object.storage(self);
                if (region.isQuiet() and region.isGood(self)) return object.storage(self);
            }
            return use.beginSlowly(self, mode);
        }

        noinline fn beginSlowly(use: *@This(), self: *Layout, mode: Mode) Error!usize {
            if (mode == .shared and use.holds.tryRead(self)) {
                errdefer use.holds.release();
                return object.resolve(self);
            }
            if (meanwhile == .nothing) if (quickly(self)) |address| return address;
            if (object.stateOf(self) == .empty) return object.raiseUnusable(self);
            if (!meanwhile.isNoted() and isQuiet(self)) return object.resolve(self);
            use.holds.add(self, mode);
            try use.holds.acquire();
            errdefer use.holds.release();
            return object.resolve(self);
        }

        pub inline fn end(use: *@This()) void {
            use.holds.release();
        }
    };
}

/// Sleeps a little, detached: a lock that nobody gives back, and a timeout. Ctrl-C ends it.
const Waiter = struct {
    lock: *anyopaque,

    fn init() Error!Waiter {
        const taken = c.PyThread_allocate_lock() orelse return errors.raiseNoMemory();
        _ = c.PyThread_acquire_lock(taken, 0);
        return .{ .lock = taken };
    }

    fn deinit(waiter: *Waiter) void {
        c.PyThread_release_lock(waiter.lock);
        c.PyThread_free_lock(waiter.lock);
    }

    fn wait(waiter: *Waiter) Error!void {
        const token = c.PyEval_SaveThread();
        _ = c.PyThread_acquire_lock_timed(waiter.lock, 50, 0);
        c.PyEval_RestoreThread(token);
        if (c.PyErr_CheckSignals() < 0) return error.PythonException;
    }
};

/// Lets other threads run for a moment, whatever comes of it.
pub fn pause() void {
    var waiter = Waiter.init() catch return c.PyErr_Clear();
    defer waiter.deinit();
    waiter.wait() catch c.PyErr_WriteUnraisable(null);
}
