//! An object of a class: a Zig value that it owns, or a place in another object's, or an address
//! that a function gave; and who uses it at the moment.
//!
//! A place is looked up each time, from the object that owns the memory: it stays right while that
//! one changes, and fails by an exception where there is nothing any more. An address is good as
//! long as nobody has changed its owner through another way: the owner counts its changes. So no
//! address is ever followed that may be gone.
//!
//! `Hold` is who uses an owner: one that may change it, or several that do not. Another thread's
//! hold is waited for, one's own is an exception.

const std = @import("std");
const capi = @import("capi.zig");
const errors = @import("errors.zig");
const memory = @import("memory.zig");
const references = @import("references.zig");
const c = capi.functions;
const Error = errors.Error;
const PyObject = capi.PyObject;
const Instance = @This();

/// CPython allocates it and zeroes it, with room behind it for the value that it may own.
pub const Layout = extern struct {
    ob_base: PyObject,
    /// The list of weak references.
    weak: ?*PyObject,
    /// The module of the class, which keeps it.
    module: *PyObject,
    info: *const Info,
    /// The object that this is a part of: a reference.
    parent: ?*PyObject,
    /// Owned or an address: the address. A part: its offset. An item: its index.
    place: usize,
    /// Of an owner, how often what it points to may have moved. Of an address, what that was.
    generation: usize,
    holds: ?*Hold,
    keep: ?*Keep,
    /// What it kept before: another thread may look at that still.
    retired: ?*Keep,
    /// Of an owner, its items that somebody looks at, and of such an item, where it is among
    /// them: see `register`.
    items: ?*Layout,
    next_item: ?*Layout,
    previous_item: ?*?*Layout,
    state: State,
    read_only: bool,
    /// 1 while `holds` is changed.
    guard: u8,
};

pub const State = enum(u8) { empty, owned, part, item, address, destroyed, expired };

/// What is known of a class without its Zig type.
pub const Info = struct {
    name: [:0]const u8,
    /// The place of the class in State.instances.
    index: usize,
    alignment: usize,
    /// Gives back what a value owns. What its deinit panicked with, or returned, is raised; the
    /// module is null where that has gone already.
    deinit: ?*const fn (value: *anyopaque, module: ?*PyObject) Error!void,
    /// Of a list: the address of an item, null where it has no such. Of a map it is that of a
    /// key's value, and `index` the address of the key, a `[]const u8`.
    item: ?*const fn (list: *anyopaque, index: usize) ?*anyopaque = null,
    /// Of a list or map: why there is no item any more.
    gone: [:0]const u8 = "its list has become shorter",
    /// Of a value that is copied as a whole: takes what it points to into new memory of `arena`.
    adopt: ?*const fn (value: *anyopaque, arena: std.mem.Allocator) error{OutOfMemory}!void,
    /// What the garbage collector is told of the Python objects in a value, and empties them.
    traverse: ?*const fn (value: *anyopaque, visitor: *const references.Visitor) c_int = null,
    clear: ?*const fn (value: *anyopaque) void = null,
    /// Whether it points nowhere, and every change leaves a value.
    flat: bool,
    /// Whether addresses that its methods give stay good as long as it lives.
    stable: bool,
};

/// What an object keeps besides its value.
pub const Keep = struct {
    /// What its value points to, where Python gave that.
    arena: std.heap.ArenaAllocator = .init(memory.allocator),
    /// What was taken from `arena` when it was new: much more is a reason to begin anew.
    size: usize = 0,
    /// Arguments that the value may point into.
    lent: std.ArrayList(Lent) = .empty,
    /// Objects that the value may point into, and their generations then.
    owners: std.ArrayList(Owner) = .empty,
    /// The list that a slice was grown to last, and for how many items there is room.
    grown: usize = 0,
    room: usize = 0,
    next: ?*Keep = null,

    /// The object is a reference of each; the argument made of it is freed with the last.
    pub const Lent = struct { object: *PyObject, box: *Box };

    pub const Owner = struct { object: *PyObject, generation: usize };

    pub fn create() Error!*Keep {
        const keep = memory.allocator.create(Keep) catch return errors.raiseNoMemory();
        keep.* = .{};
        return keep;
    }

    pub fn destroy(keep: *Keep) void {
        for (keep.lent.items) |lent| {
            lent.box.release();
            c.Py_DecRef(lent.object);
        }
        for (keep.owners.items) |owner| c.Py_DecRef(owner.object);
        keep.lent.deinit(memory.allocator);
        keep.owners.deinit(memory.allocator);
        keep.arena.deinit();
        memory.allocator.destroy(keep);
    }
};

/// An argument that outlives its call, and is shared by what points into it.
pub const Box = struct {
    count: usize = 1,
    free: *const fn (box: *Box) void,

    pub fn retain(box: *Box) void {
        _ = @atomicRmw(usize, &box.count, .Add, 1, .monotonic);
    }

    pub fn release(box: *Box) void {
        if (@atomicRmw(usize, &box.count, .Sub, 1, .acq_rel) == 1) box.free(box);
    }
};

/// An address is good whatever has changed, as long as the owner lives.
pub const any_generation = std.math.maxInt(usize);

pub const Mode = enum {
    shared,
    exclusive,
    /// A buffer of it is in use.
    exported,
};

/// Who uses an owner. It lies where the user is, and must not move.
pub const Hold = struct {
    next: ?*Hold = null,
    owner: *Layout = undefined,
    thread: c_ulong = 0,
    mode: Mode = .shared,
    /// Whether Python code may run meanwhile: then it is not waited for.
    runs_python: bool = false,
};

pub inline fn of(object: *PyObject) *Layout {
    return @ptrCast(@alignCast(object));
}

/// A new object of `class` with no value: a new reference, or null with the error set.
pub fn create(class: *PyObject, module: *PyObject, info: *const Info) ?*Layout {
    const object = c.PyType_GenericAlloc(class, 0) orelse return null;
    const self = of(object);
    self.module = module;
    self.info = info;
    return self;
}

/// A new object that is a part of `parent`, where `state` and `place` say; null with the error set.
pub fn createPart(
    class: *PyObject,
    info: *const Info,
    parent: *Layout,
    state: State,
    place: usize,
) ?*Layout {
    const self = create(class, parent.module, info) orelse return null;
    c.Py_IncRef(&parent.ob_base);
    self.parent = &parent.ob_base;
    self.state = state;
    self.place = place;
    return self;
}

/// Where a value of its own would be.
pub fn storage(self: *Layout) usize {
    return std.mem.alignForward(usize, @intFromPtr(self) + @sizeOf(Layout), self.info.alignment);
}

/// The bytes that an object of the class needs.
pub fn sizeFor(comptime T: type) usize {
    const slack = if (@alignOf(T) > 2 * @sizeOf(usize)) @alignOf(T) else 0;
    return std.mem.alignForward(
        usize,
        @sizeOf(Layout),
        @min(@alignOf(T), 2 * @sizeOf(usize)),
    ) + @sizeOf(T) + slack;
}

/// The object that owns the memory that `self` is in: itself, or one that it is a part of.
pub fn ownerOf(self: *Layout) *Layout {
    var owner = self;
    while (owner.parent) |parent| owner = of(parent);
    return owner;
}

/// Where the value is now. The caller holds the owner.
pub fn resolve(self: *Layout) Error!usize {
    switch (self.state) {
        .owned => {
            if (self.keep) |keep| for (keep.owners.items) |owner|
                try checkOwner(self, of(owner.object), owner.generation);
            return self.place;
        },
        .part => return try resolve(of(self.parent.?)) + self.place,
        .item => {
            const list = of(self.parent.?);
            const address = list.info.item.?(@ptrFromInt(try resolve(list)), self.place);
            return @intFromPtr(address orelse return raiseNoItem(self));
        },
        .address => {
            if (self.parent) |parent| {
                _ = try resolve(of(parent));
                try checkGeneration(self, ownerOf(of(parent)), self.generation);
            }
            if (self.keep) |keep| for (keep.owners.items) |owner|
                try checkOwner(self, of(owner.object), owner.generation);
            return self.place;
        },
        .empty, .destroyed, .expired => return raiseUnusable(self),
    }
}

fn checkOwner(self: *Layout, object: *Layout, generation: usize) Error!void {
    const owner = ownerOf(object);
    if (owner.state == .owned) {
        if (owner != object) _ = try resolve(object);
    } else return raiseGone(self, owner);
    try checkGeneration(self, owner, generation);
}

fn checkGeneration(self: *Layout, owner: *Layout, generation: usize) Error!void {
    if (generation == any_generation or generation == @atomicLoad(
        usize,
        &owner.generation,
        .monotonic,
    )) return;
    _ = c.PyErr_Format(
        capi.exception("ReferenceError"),
        "the %s is gone, or may be: the %s that it was in has been changed since",
        self.info.name.ptr,
        owner.info.name.ptr,
    );
    return error.PythonException;
}

noinline fn raiseGone(self: *Layout, owner: *Layout) Error {
    _ = c.PyErr_Format(
        capi.exception("ReferenceError"),
        "the %s is gone: the %s that it was in has been destroyed",
        self.info.name.ptr,
        owner.info.name.ptr,
    );
    return error.PythonException;
}

noinline fn raiseUnusable(self: *Layout) Error {
    switch (self.state) {
        .empty => _ = c.PyErr_Format(
            capi.exception("TypeError"),
            "the %s has no value: its __init__ was not called",
            self.info.name.ptr,
        ),
        .expired => _ = c.PyErr_Format(
            capi.exception("ReferenceError"),
            "the %s was lent to a callback, which is over",
            self.info.name.ptr,
        ),
        else => _ = c.PyErr_Format(
            capi.exception("ReferenceError"),
            "the %s has been destroyed",
            self.info.name.ptr,
        ),
    }
    return error.PythonException;
}

noinline fn raiseNoItem(self: *Layout) Error {
    _ = c.PyErr_Format(
        capi.exception("ReferenceError"),
        "the %s is gone: %s",
        self.info.name.ptr,
        of(self.parent.?).info.gone.ptr,
    );
    return error.PythonException;
}

/// Holds `owner` until `releaseHold`, which is to be called where this does not fail.
pub fn acquire(hold: *Hold, owner: *Layout, mode: Mode, runs_python: bool) Error!void {
    hold.* = .{
        .owner = owner,
        .mode = mode,
        .runs_python = runs_python,
        .thread = c.PyThread_get_thread_ident(),
    };
    var waiter: ?Waiter = null;
    defer if (waiter) |*some| some.deinit();
    while (true) {
        const obstacle = obstacle: {
            lock(owner);
            defer unlock(owner);
            var other = owner.holds;
            while (other) |some| : (other = some.next) {
                if (mode == .exclusive or some.mode == .exclusive) break :obstacle some.*;
            }
            hold.next = owner.holds;
            owner.holds = hold;
            return;
        };
        // Who runs Python code may wait for us, too.
        if (obstacle.thread == hold.thread or obstacle.runs_python or obstacle.mode == .exported)
            return raiseInUse(owner, obstacle.mode);
        if (waiter == null) waiter = try .init();
        waiter.?.wait();
    }
}

pub fn releaseHold(hold: *Hold) void {
    lock(hold.owner);
    defer unlock(hold.owner);
    var place = &hold.owner.holds;
    while (place.*.? != hold) place = &place.*.?.next;
    place.* = hold.next;
}

/// Ends a hold that may have changed its owner.
pub fn changed(owner: *Layout) void {
    if (!owner.info.stable) @atomicStore(
        usize,
        &owner.generation,
        owner.generation +% 1,
        .monotonic,
    );
}

fn lock(self: *Layout) void {
    if (!capi.free_threaded) return;
    while (@cmpxchgWeak(
        u8,
        &self.guard,
        0,
        1,
        .acquire,
        .monotonic,
    ) != null) std.atomic.spinLoopHint();
}

fn unlock(self: *Layout) void {
    if (capi.free_threaded) @atomicStore(u8, &self.guard, 0, .release);
}

noinline fn raiseInUse(owner: *Layout, mode: Mode) Error {
    switch (mode) {
        .exclusive => _ = c.PyErr_Format(
            capi.exception("RuntimeError"),
            "the %s is in use by a call that may change it: wait until that is over",
            owner.info.name.ptr,
        ),
        .shared => _ = c.PyErr_Format(
            capi.exception("RuntimeError"),
            "the %s is in use by a call that reads it, and cannot be changed until that is over",
            owner.info.name.ptr,
        ),
        .exported => _ = c.PyErr_Format(
            capi.exception("BufferError"),
            "a buffer of the %s is in use, and it cannot be changed until that is released",
            owner.info.name.ptr,
        ),
    }
    return error.PythonException;
}

/// Sleeps a little, detached: a lock that nobody gives back, and a timeout.
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

    fn wait(waiter: *Waiter) void {
        const token = c.PyEval_SaveThread();
        _ = c.PyThread_acquire_lock_timed(waiter.lock, 50, 0);
        c.PyEval_RestoreThread(token);
    }
};

/// All that a call uses: the owners of objects, and the owners that these point into.
pub fn Holding(comptime objects: usize) type {
    return struct {
        const Self = @This();
        const limit = objects + 8;

        owners: [limit]*Layout = undefined,
        holds: [limit]Hold = undefined,
        size: usize = 0,
        held: usize = 0,

        /// Takes note of what `instance` needs, once, in the order in which all calls take it.
        pub fn add(holding: *Self, instance: *Layout, mode: Mode) Error!void {
            try holding.insert(ownerOf(instance), mode);
            var place: ?*Layout = instance;
            while (place) |here| : (place = if (here.parent) |parent| of(parent) else null) {
                if (here.info.adopt != null) continue; // it points to nothing of others
                const keep = here.keep orelse continue;
                for (keep.owners.items) |owner| try holding.addOnce(of(owner.object), mode);
            }
        }

        fn addOnce(holding: *Self, instance: *Layout, mode: Mode) Error!void {
            const owner = ownerOf(instance);
            for (holding.owners[0..holding.size], holding.holds[0..holding.size]) |known, hold| {
                if (known == owner and (hold.mode == .exclusive or mode == .shared)) return;
            }
            try holding.add(instance, mode);
        }

        fn insert(holding: *Self, owner: *Layout, mode: Mode) Error!void {
            var place: usize = 0;
            const address = @intFromPtr(owner);
            for (holding.owners[0..holding.size]) |known| {
                if (@intFromPtr(known) < address) place += 1;
            }
            if (place < holding.size and holding.owners[place] == owner) {
                if (mode == .exclusive) holding.holds[place].mode = .exclusive;
                return;
            }
            if (holding.size == limit) {
                c.PyErr_SetString(
                    capi.exception("RuntimeError"),
                    "the objects of a call point into too many others",
                );
                return error.PythonException;
            }
            var behind = holding.size;
            while (behind > place) : (behind -= 1) {
                holding.owners[behind] = holding.owners[behind - 1];
                holding.holds[behind].mode = holding.holds[behind - 1].mode;
            }
            holding.owners[place] = owner;
            holding.holds[place].mode = mode;
            holding.size += 1;
        }

        /// Where this fails, nothing is held.
        pub fn acquireAll(holding: *Self, runs_python: bool) Error!void {
            errdefer holding.release();
            for (holding.owners[0..holding.size], holding.holds[0..holding.size]) |owner, *hold| {
                try acquire(hold, owner, hold.mode, runs_python);
                holding.held += 1;
            }
        }

        /// The same for one object, whose value is then at the address that is returned.
        pub fn acquireOne(holding: *Self, instance: *Layout, mode: Mode) Error!usize {
            try holding.add(instance, mode);
            try holding.acquireAll(false);
            errdefer holding.release();
            return resolve(instance);
        }

        pub fn release(holding: *Self) void {
            for (holding.holds[0..holding.held]) |*hold| releaseHold(hold);
            holding.held = 0;
        }

        pub fn isExclusive(holding: *const Self, owner: *Layout) bool {
            for (holding.holds[0..holding.held]) |*hold| if (hold.owner == owner)
                return hold.mode == .exclusive;
            return false;
        }
    };
}

/// Lets other threads run for a moment.
pub fn pause() void {
    var waiter = Waiter.init() catch return c.PyErr_Clear();
    defer waiter.deinit();
    waiter.wait();
}

/// Gives `self`, which has none, a value of its own that is in its storage already.
pub fn own(self: *Layout, keep: ?*Keep) void {
    self.place = storage(self);
    self.keep = keep;
    self.state = .owned;
}

/// destroy(): what the object owns is given back now.
pub fn destroy(self: *Layout) Error!void {
    if (self.state == .part or self.state == .item or self.state == .address) {
        _ = c.PyErr_Format(
            capi.exception("TypeError"),
            "this %s is part of another object, and lives as long as that",
            self.info.name.ptr,
        );
        return error.PythonException;
    }
    var hold: Hold = .{};
    try acquire(&hold, self, .exclusive, false);
    {
        defer releaseHold(&hold);
        if (self.state != .owned) return raiseUnusable(self);
        self.state = .destroyed;
        _ = @atomicRmw(usize, &self.generation, .Add, 1, .monotonic);
    }
    return giveBack(self);
}

/// What an owner owns, once: the state says already that it is no more. All is given back also
/// where this fails.
pub fn giveBack(self: *Layout) Error!void {
    defer retire(self);
    if (self.info.deinit) |deinit| try deinit(@ptrFromInt(self.place), self.module);
}

fn retire(self: *Layout) void {
    const keep = self.keep orelse return;
    keep.next = self.retired;
    self.retired = keep;
    self.keep = null;
}

/// Calls `deinit` where only sys.unraisablehook can be told that it failed. An exception that is
/// set stays so.
pub fn deinitUnasked(class: *PyObject, info: *const Info, value: *anyopaque) void {
    const deinit = info.deinit orelse return;
    var raised: [3]?*PyObject = undefined;
    c.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
    defer c.PyErr_Restore(raised[0], raised[1], raised[2]);
    deinit(value, moduleOf(class)) catch c.PyErr_WriteUnraisable(class);
}

/// The module (borrowed) of one of our classes or of what is derived from it; null where the
/// garbage collector took it already.
fn moduleOf(class: *PyObject) ?*PyObject {
    const module = c.PyType_GetModule(ownClass(class));
    if (module == null) c.PyErr_Clear();
    return module;
}

/// The class of ours that `class` is, or is derived from. All of ours have `object` as their base:
/// it is the last one before that.
pub fn ownClass(class: *PyObject) *PyObject {
    var own_class = class;
    while (true) {
        const base: *PyObject = @ptrCast(
            @alignCast(c.PyType_GetSlot(own_class, capi.constants.Py_tp_base) orelse break),
        );
        if (base == capi.object("PyBaseObject_Type")) break;
        own_class = base;
    }
    return own_class;
}

/// Held where the items that are looked at are changed: those of one owner, all of them. Modules
/// with classes in common have one: see sharing.zig.
pub var items_lock: *u8 = &own_items_lock;
var own_items_lock: u8 = 0;

fn lockItems() void {
    while (@cmpxchgWeak(u8, items_lock, 0, 1, .acquire, .monotonic) != null)
        std.atomic.spinLoopHint();
}

fn unlockItems() void {
    @atomicStore(u8, items_lock, 0, .release);
}

/// Makes an item known to those who change its list. `head` is in the owner of the list.
pub fn register(self: *Layout, owner: *Layout) void {
    lockItems();
    defer unlockItems();
    const head = &owner.items;
    self.next_item = head.*;
    if (head.*) |first| first.previous_item = &self.next_item;
    self.previous_item = head;
    head.* = self;
}

fn forgetItems(self: *Layout) void {
    lockItems();
    defer unlockItems();
    unlink(self);
    while (self.items) |item| unlink(item);
}

/// The items of the list at `address` in `owner`, which is held, where they are now: `removed` were
/// taken away at `start`, and `added` put there. `detach` gives one that is removed a value of its
/// own.
pub fn moveItems(
    owner: *Layout,
    address: usize,
    start: usize,
    removed: usize,
    added: usize,
    detach: *const fn (item: *Layout, at: *anyopaque) void,
) void {
    if (@atomicLoad(?*Layout, &owner.items, .acquire) == null) return;
    lockItems();
    defer unlockItems();
    var next = owner.items;
    while (next) |item| {
        next = item.next_item;
        if (item.state != .item or item.place < start) continue;
        const list = of(item.parent.?);
        if ((addressOf(list) orelse continue) != address) continue;
        if (item.place >= start + removed) {
            item.place = item.place - removed + added;
        } else if (list.info.item.?(@ptrFromInt(address), item.place)) |at| {
            unlink(item);
            detach(item, at);
        }
    }
}

/// The same of a map's `key`, or of all its keys, which are about to be removed.
pub fn detachKeys(
    owner: *Layout,
    address: usize,
    key: ?[]const u8,
    detach: *const fn (item: *Layout, at: *anyopaque) void,
) void {
    if (@atomicLoad(?*Layout, &owner.items, .acquire) == null) return;
    lockItems();
    defer unlockItems();
    var next = owner.items;
    while (next) |item| {
        next = item.next_item;
        if (item.state != .item) continue;
        const map = of(item.parent.?);
        if ((addressOf(map) orelse continue) != address) continue;
        const own_key: *const []const u8 = @ptrFromInt(item.place);
        if (key) |some| if (!std.mem.eql(u8, own_key.*, some)) continue;
        const at = map.info.item.?(@ptrFromInt(address), item.place) orelse continue;
        unlink(item);
        detach(item, at);
    }
}

/// The items of a list of `size` are in the opposite order now.
pub fn reverseItems(owner: *Layout, address: usize, size: usize) void {
    lockItems();
    defer unlockItems();
    var next = owner.items;
    while (next) |item| : (next = item.next_item) {
        if (item.state != .item or item.place >= size) continue;
        if ((addressOf(of(item.parent.?)) orelse continue) == address)
            item.place = size - 1 - item.place;
    }
}

/// Where a part is, without an exception where it is nowhere.
fn addressOf(self: *Layout) ?usize {
    switch (self.state) {
        .owned => return self.place,
        .part => return (addressOf(of(self.parent.?)) orelse return null) + self.place,
        .item => {
            const list = of(self.parent.?);
            const base = addressOf(list) orelse return null;
            return @intFromPtr(list.info.item.?(@ptrFromInt(base), self.place) orelse return null);
        },
        .address => return self.place,
        .empty, .destroyed, .expired => return null,
    }
}

fn unlink(self: *Layout) void {
    const place = self.previous_item orelse return;
    place.* = self.next_item;
    if (self.next_item) |next| next.previous_item = place;
    self.previous_item = null;
    self.next_item = null;
}

pub fn dealloc(object: *PyObject) callconv(.c) void {
    const self = of(object);
    const class = capi.typeOf(object);
    c.PyObject_GC_UnTrack(object);
    if (self.weak != null) c.PyObject_ClearWeakRefs(object);
    if (self.previous_item != null or self.items != null) forgetItems(self);
    if (self.state == .owned) {
        self.state = .destroyed;
        deinitUnasked(class, self.info, @ptrFromInt(self.place));
    }
    if (self.keep) |keep| keep.destroy();
    while (self.retired) |keep| {
        self.retired = keep.next;
        keep.destroy();
    }
    c.Py_DecRef(self.parent);
    c.PyObject_GC_Del(object);
    c.Py_DecRef(class);
}

pub fn traverse(
    object: *PyObject,
    visit: *const capi.visitproc,
    arg: ?*anyopaque,
) callconv(.c) c_int {
    const self = of(object);
    const class_stop = visit(capi.typeOf(object), arg);
    if (class_stop != 0) return class_stop;
    if (self.parent) |parent| {
        const stop = visit(parent, arg);
        if (stop != 0) return stop;
    }
    if (self.info.traverse) |traverseValue| if (isAtRest(self)) {
        const stop = traverseValue(@ptrFromInt(self.place), &.{ .visit = visit, .arg = arg });
        if (stop != 0) return stop;
    };
    const keep = self.keep orelse return 0;
    for (keep.lent.items) |lent| {
        const stop = visit(lent.object, arg);
        if (stop != 0) return stop;
    }
    for (keep.owners.items) |owner| {
        const stop = visit(owner.object, arg);
        if (stop != 0) return stop;
    }
    return 0;
}

/// See tp_clear.
pub fn clear(object: *PyObject) callconv(.c) c_int {
    const self = of(object);
    if (self.info.clear) |clearValue| if (isAtRest(self)) clearValue(@ptrFromInt(self.place));
    return 0;
}

/// Whether the value is its own, and no call is changing it: then it owns each reference in it
/// once. One that the collector is not told of is one more from outside, and so nothing is lost.
fn isAtRest(self: *Layout) bool {
    if (self.state != .owned) return false;
    var hold = self.holds;
    while (hold) |some| : (hold = some.next) if (some.mode == .exclusive) return false;
    return true;
}
