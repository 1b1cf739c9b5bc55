//! What may point into each other: an object, its parts, addresses in it, and objects that it was
//! tied to. See docs/background/objects.md, whose rules are here.
//!
//! Every object of a region knows it, and counts. When two regions are united, the objects of the
//! one move to the other; where somebody may just look at the old one, that stays, with a pointer
//! to the new one, until the last object is gone that knows no other.
//!
//! With a GIL, nothing here is interrupted: there `lock` does nothing.

const std = @import("std");
const builtin = @import("builtin");
const Blocks = @import("Blocks.zig");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const errors = @import("../errors.zig");
const Line = @import("../../Line.zig");
const lists = @import("list.zig");
const memory = @import("../memory.zig");
const object = @import("object.zig");
const Readers = @import("../../Readers.zig");
const SpinLock = @import("../../SpinLock.zig");
const pointing = @import("../../pointing.zig");
const Table = @import("../../table.zig").Table;
const Index = @import("../../table.zig").Index;
const trees = @import("../../trees.zig");
const c = capi.functions;
const Error = errors.Error;
const Info = object.Info;
const Layout = object.Layout;
const PyObject = capi.PyObject;
const Region = @This();

/// While something here is changed.
guard: SpinLock = .{},
/// What it is a part of now.
united: ?*Region = null,
/// The regions that were united with it, at whatever remove.
former: std.DoublyLinkedList = .{},
former_count: usize = 0,
node: std.DoublyLinkedList.Node = .{},
/// How many objects, and former regions, have its address.
holders: usize = 0,
/// Whether a table in a value may have the address of its allocator.
has_allocator: bool = false,
/// How many objects have it.
live: usize = 0,
/// How often its addresses have ended.
generation: usize = 0,
uses: Uses = .{},
reading: if (capi.free_threaded) Reading else void = if (capi.free_threaded) .{} else {},
/// Whether addresses stay good as long as it lives.
is_stable: bool = false,
/// Whether it is a value that was lent to a callback.
is_lent: bool = false,
/// Why nothing in it can be used; null where it can.
broken: ?Broken = null,
/// Its objects: one for each value. Those of own values are always there, others while they live.
objects: Table(Place, *Layout, PlaceContext) = .empty,
/// How many of them have own values, and which of these others may point into: not views, which
/// have nothing of their own.
own_count: usize = 0,
owners: std.ArrayList(*Layout) = .empty,
blocks: Blocks = .{},
/// Those that may be pointed to where nobody looks before a sweep: until then they are in no table.
hidden: std.ArrayList(Blocks.Piece) = .empty,
hidden_bytes: usize = 0,
/// At how many objects, blocks and bytes there is a sweep.
most_objects: usize = 32,
most_blocks: usize = 32,
most_bytes: usize = 8192,
/// Memory of parts that are gone, for the next ones: of `object.link_end` bytes. Parts are seen one
/// after the other, an item mostly before the one before it goes.
rooms: [2]?*anyopaque = @splat(null),

/// Who uses a region, and how many of these run Python code, so that nobody waits for them.
pub const Uses = struct {
    readers: u32 = 0,
    writers: u32 = 0,
    exports: u32 = 0,
    python: u32 = 0,
    /// The process whose threads they are.
    process: usize = 0,

    fn isNone(uses: Uses) bool {
        return uses.readers == 0 and uses.writers == 0 and uses.exports == 0;
    }
};

/// Where threads are free, who only reads need not be counted among the uses: that is written down
/// among `readers`, and nothing here.
const Reading = struct {
    /// Those of the module that made the region: the same as long as there is its memory.
    readers: *Readers = &own_readers,
    /// Whether a reader may do so. Changed under the lock.
    is_open: std.atomic.Value(bool) = .init(false),
    /// Whether some may be among the readers yet, of it or of its former regions.
    has_any: bool = false,
    /// Whether a former region was made by another module.
    is_mixed: bool = false,
    /// How many were counted since someone came to change it.
    count: u32 = 0,

    /// As many as cost what it costs to look through the readers; few where faults are sought.
    const most = if (builtin.mode == .debug or builtin.sanitize_thread) 4 else 256;
};

var own_readers: Readers = .{};

pub const Broken = struct { why: enum { destroyed, freed, panicked, forked }, info: *const Info };

/// Where a value is: at a place in a parent, or, without one, at an address.
pub const Place = struct {
    parent: usize,
    place: usize,
    info: usize,
    read_only: bool,

    fn isIn(self: Place, view: *Layout, place: usize) bool {
        return self.place == place and self.parent == @intFromPtr(view);
    }
};

pub const PlaceContext = struct {
    /// Of where it is alone: what is asked for may be whatever is there.
    pub fn hash(place: Place) u32 {
        const mixed = place.parent +% place.place *% 0x9e37_79b1;
        return @truncate((mixed ^ mixed >> 15) *% 0x85eb_ca6b >> 4);
    }

    pub fn eql(a: Place, b: Place) bool {
        return a.parent == b.parent and a.place == b.place and a.info == b.info and
            a.read_only == b.read_only;
    }
};

pub const Mode = enum { shared, exclusive, exported };

/// The number of this process: see fork.zig.
pub var process: usize = 0;

pub inline fn of(self: *Layout) ?*Region {
    const region = if (capi.free_threaded)
        @atomicLoad(?*Region, &self.region, .acquire)
    else
        self.region;
    return (region orelse return null).current();
}

pub fn current(region: *Region) *Region {
    var place = region;
    while (if (capi.free_threaded)
        @atomicLoad(?*Region, &place.united, .acquire)
    else
        place.united) |next| place = next;
    return place;
}

fn lock(region: *Region) void {
    if (capi.free_threaded) region.guard.lock();
}

fn unlock(region: *Region) void {
    if (capi.free_threaded) region.guard.unlock();
}

/// What a region is a part of now, locked.
fn lockCurrent(region_: *Region) *Region {
    while (true) {
        const region = region_.current();
        region.lock();
        if (region.current() == region) return region;
        region.unlock();
    }
}

/// The region of an object, locked.
fn lockOf(self: *Layout) *Region {
    while (true) {
        const region = of(self).?;
        region.lock();
        if (of(self).? == region) return region;
        region.unlock();
    }
}

/// The region of an object, which gets one where it has none.
pub inline fn ensure(self: *Layout) Error!*Region {
    return of(self) orelse begin(self);
}

noinline fn begin(self: *Layout) Error!*Region {
    const info = object.infoOf(self);
    const region = create(info.is_stable) catch return errors.raiseNoMemory();
    region.live = 1;
    region.holders = 1;
    region.insert(self, info) catch {
        region.discard();
        return errors.raiseNoMemory();
    };
    if (!capi.free_threaded) {
        self.region = region;
        return region;
    }
    c.PyUnstable_EnableTryIncRef(&self.ob_base);
    const other = @cmpxchgStrong(
        ?*Region,
        &self.region,
        null,
        region,
        .acq_rel,
        .acquire,
    ) orelse return region;
    region.discard();
    return other.?.current();
}

/// Where threads are free, one may just look at a region that has ended, and sees under its lock
/// that it is not what it looked for: its memory is a region's again, and never anything else's.
var spare: struct { guard: SpinLock = .{}, first: ?*Region = null } = .{};

/// A region that nobody has yet.
pub fn create(is_stable: bool) error{OutOfMemory}!*Region {
    const region = takeSpare() orelse made: {
        const made = try memory.allocator.create(Region);
        made.guard = .{};
        if (capi.free_threaded) made.reading = .{};
        break :made made;
    };
    region.lock();
    defer region.unlock();
    inline for (@typeInfo(Region).@"struct".field_names) |name| {
        if (comptime std.mem.eql(u8, name, "guard")) continue;
        if (comptime std.mem.eql(u8, name, "united")) {
            @atomicStore(?*Region, &region.united, null, .release);
        } else if (comptime std.mem.eql(u8, name, "reading")) {
            if (capi.free_threaded) region.resetReading();
        } else @field(region, name) = @field(Region{}, name);
    }
    region.is_stable = is_stable;
    return region;
}

fn takeSpare() ?*Region {
    if (!capi.free_threaded) return null;
    spare.guard.lock();
    defer spare.guard.unlock();
    const first = spare.first orelse return null;
    spare.first = if (first.node.next) |next| @fieldParentPtr("node", next) else null;
    return first;
}

/// One that nobody was to have.
pub fn discard(region: *Region) void {
    region.objects.deinit(memory.allocator);
    region.owners.deinit(memory.allocator);
    region.giveBack();
}

/// One that has nothing any more.
fn giveBack(region: *Region) void {
    for (&region.rooms) |*room| {
        if (room.*) |some| c.PyObject_Free(some);
        room.* = null;
    }
    if (!capi.free_threaded) return memory.allocator.destroy(region);
    spare.guard.lock();
    defer spare.guard.unlock();
    region.node.next = if (spare.first) |first| &first.node else null;
    spare.first = region;
}

/// Memory for a part that is not larger than others, or null: with a GIL.
pub inline fn takeRoom(region: *Region) ?*anyopaque {
    for (&region.rooms) |*room| {
        const some = room.* orelse continue;
        room.* = null;
        return some;
    }
    return null;
}

/// The memory of a part that is gone, and its reference to its class.
inline fn leaveRoom(region: *Region, self: *Layout, info: *const Info) void {
    if (info.basicsize > object.link_end) return object.free(self);
    const class = capi.typeOf(&self.ob_base);
    for (&region.rooms) |*room| {
        if (room.* != null) continue;
        const bytes: [*]u8 = @ptrCast(self);
        if (std.debug.runtime_safety) @memset(bytes[0..object.link_end], 0xdd);
        room.* = self;
        break;
    } else c.PyObject_Free(self);
    c.Py_DecRef(class);
}

/// Makes an object known by its place.
fn insert(region: *Region, self: *Layout, info: *const Info) error{OutOfMemory}!void {
    const is_own = isOwn(self);
    if (is_own) try region.owners.ensureUnusedCapacity(memory.allocator, 1);
    try region.objects.ensureUnusedCapacity(memory.allocator, 2);
    if (region.objects.appendNew(placeOf(self, info), self)) |known| {
        if (!is_own and hasValue(known.*)) {
            // It is about to leave, and its value stays for `self`, which is not found.
            known.*.flags.is_pointed = true;
            known.*.marks.is_kept = true;
            self.flags.is_forgotten = true;
            return;
        }
        // An address that has ended, or an object that is about to: it is found no more.
        if (known.* != self and known.*.state == .address)
            object.linkOf(known.*).generation = object.no_generation;
        region.replace(known, self);
    }
    if (!is_own) return;
    region.own_count += 1;
    if (info.kind != .resource or info.deinit != null) region.owners.appendAssumeCapacity(self);
}

/// An object comes to the place of another one. A handle that Python has no more has nothing from
/// here on: its memory was freed, or is the new object's. It gets a place where nothing is, for a
/// sweep to find it. There is room for it. One that Python has is found no more: see `leave`.
fn replace(region: *Region, place: **Layout, self: *Layout) void {
    const known = place.*;
    place.* = self;
    if (known == self or known.state != .held) return;
    if (!known.flags.is_zombie) return region.remove(known);
    region.uncount(known);
    object.setState(known, .freed);
    _ = region.objects.appendNew(placeOf(known, object.infoOf(known)), known);
}

/// An object without a value yet is one that is to have one of its own.
fn isOwn(self: *Layout) bool {
    return switch (self.state) {
        .own, .held, .empty => true,
        else => false,
    };
}

fn hasValue(self: *Layout) bool {
    return self.state == .own or (self.state == .held and object.heldValue(self) != null);
}

fn uncount(region: *Region, self: *Layout) void {
    if (!isOwn(self)) return;
    region.own_count -= 1;
    for (region.owners.items, 0..) |owner, index| if (owner == self) {
        _ = region.owners.swapRemove(index);
        return;
    };
}

/// Where an object's value is.
fn placeOf(self: *Layout, info: *const Info) Place {
    return switch (self.state) {
        .part, .item, .key => {
            const link = object.linkOf(self);
            const place = if (self.state == .key) hashOf(link.place) else link.place;
            return placeIn(link.parent.?, place, info, self.flags.read_only);
        },
        .address => at(object.linkOf(self).place, info, self.flags.read_only),
        .held => at(object.linkOf(self).place, info, false),
        else => at(object.storage(self), info, false),
    };
}

/// `place` is an offset, an index, or the hash of a key.
pub inline fn placeIn(parent: *Layout, place: usize, info: *const Info, read_only: bool) Place {
    return .{
        .parent = @intFromPtr(parent),
        .place = place,
        .info = @intFromPtr(info),
        .read_only = read_only,
    };
}

fn hashOf(key: usize) usize {
    return @as(*const object.Key, @ptrFromInt(key)).hash;
}

pub fn hashOfText(text: []const u8) usize {
    return @truncate(std.hash.Wyhash.hash(0, text));
}

pub fn at(address: usize, info: *const Info, read_only: bool) Place {
    return .{
        .parent = 0,
        .place = address,
        .info = @intFromPtr(info),
        .read_only = read_only,
    };
}

/// An object of a value that nobody has yet comes into a region. `self` has none.
pub fn join(region_: *Region, self: *Layout, info: *const Info) error{OutOfMemory}!void {
    if (capi.free_threaded) c.PyUnstable_EnableTryIncRef(&self.ob_base);
    const region = lockCurrent(region_);
    defer region.unlock();
    try region.take(self, info);
}

/// The same of a part, which comes to its parent's; or a new reference to the object of its place,
/// where another thread has been faster. The parent may be detached until it is locked.
pub fn joinParent(self: *Layout, info: *const Info) error{OutOfMemory}!?*Layout {
    if (capi.free_threaded) c.PyUnstable_EnableTryIncRef(&self.ob_base);
    const parent = object.linkOf(self).parent.?;
    const region = lockOf(parent);
    defer region.unlock();
    if (capi.free_threaded) if (region.objects.get(placeOf(self, info))) |known| {
        // Two keys may have one hash.
        const is_same = self.state != .key or
            std.mem.eql(u8, object.keyOf(known), object.keyOf(self));
        if (is_same and tryRetain(&known.ob_base)) return known;
    };
    try region.take(self, info);
    self.flags.pins_parent = isPinned(parent);
    if (self.flags.pins_parent) parent.pins += 1 else c.Py_IncRef(&parent.ob_base);
    if (!isOwn(parent)) parent.marks.has_parts = true;
    return null;
}

/// The same of a part for which there is room, and which nobody else can have made: with a GIL,
/// where neither Python code nor another thread has run since its place was looked up.
pub inline fn addPart(region: *Region, self: *Layout, place: Place, hash: u32) void {
    region.objects.appendHashed(place, hash, self);
    region.live += 1;
    region.holders += 1;
    self.region = region;
    const parent = object.linkOf(self).parent.?;
    self.flags.pins_parent = isPinned(parent);
    if (self.flags.pins_parent) parent.pins += 1 else c.Py_IncRef(&parent.ob_base);
    parent.marks.has_parts = true;
}

/// Whether parts of an object are counted, and do not keep it as an object: those of what is
/// collected do, so that the collector sees them.
inline fn isPinned(parent: *Layout) bool {
    return (parent.state == .own or parent.state == .held) and !object.infoOf(parent).has_gc;
}

fn take(region: *Region, self: *Layout, info: *const Info) error{OutOfMemory}!void {
    try region.insert(self, info);
    if (self.state == .address and !self.flags.is_whole)
        object.linkOf(self).generation = region.generation;
    region.live += 1;
    region.holders += 1;
    if (capi.free_threaded)
        @atomicStore(?*Region, &self.region, region, .release)
    else
        self.region = region;
}

/// A new reference to the object at an address, or null.
pub fn get(region_: *Region, place: Place) ?*Layout {
    const region = lockCurrent(region_);
    defer region.unlock();
    const known = region.objects.get(place) orelse return null;
    if (known.flags.is_zombie) return if (hasValue(known)) region.revive(known) else null;
    if (known.state == .address and !known.flags.is_whole and
        object.linkOf(known).generation != region.generation) return null;
    return if (tryRetain(&known.ob_base)) known else null;
}

/// An object that Python has no more, whose value has stayed, is Python's again: the same one, so
/// that a value has no two. The region is locked.
fn revive(region: *Region, known: *Layout) *Layout {
    const class = capi.typeOf(&known.ob_base);
    _ = c.PyObject_Init(&known.ob_base, class);
    c.Py_DecRef(class); // it has never let go of it
    if (capi.free_threaded) c.PyUnstable_EnableTryIncRef(&known.ob_base);
    if (capi.flagsOfType(class) & capi.constants.Py_TPFLAGS_HAVE_GC != 0)
        c.PyObject_GC_Track(&known.ob_base);
    known.flags.is_zombie = false;
    region.live += 1;
    return known;
}

/// A new reference to the part of `parent`, which has a region, that is at a place; and how many
/// parents one there has.
pub fn partOf(parent: *Layout, place: Place) struct { ?*Layout, usize } {
    const region = lockOf(parent);
    defer region.unlock();
    const known = region.objects.get(place);
    return .{
        if (known != null and tryRetain(&known.?.ob_base)) known else null,
        depthIn(parent),
    };
}

/// How many parents a part of it has.
pub inline fn depthIn(parent: *Layout) usize {
    return switch (parent.state) {
        .part, .item, .key => object.linkOf(parent).depth + 1,
        else => 1,
    };
}

/// A reference, unless the object is about to end.
pub fn tryRetain(known: *PyObject) bool {
    if (capi.free_threaded) return c.PyUnstable_TryIncRef(known) != 0;
    if (known.ob_refcnt <= 0) return false;
    c.Py_IncRef(known);
    return true;
}

/// ReferenceError where an own object or an address is not to be used any more.
pub fn check(region_: *Region, self: *Layout) Error!void {
    const broken, const is_good = facts: {
        const region = lockCurrent(region_);
        defer region.unlock();
        break :facts .{ region.broken, generationOf(self) == object.any_generation or
            generationOf(self) == region.generation };
    };
    if (broken) |some| return raiseBroken(self, some);
    if (!is_good) return raiseEnded(self);
}

/// Whether an own object can be used, where that is seen at once.
pub inline fn isGood(region: *Region, self: *Layout) bool {
    if (region.broken != null) return false;
    if (!capi.free_threaded) return !self.flags.has_snapshot;
    // Another thread may be changing its flags, and any other generation than this.
    const info = object.infoOf(self);
    return info.snapshot == 0 or
        @atomicLoad(usize, object.snapshotOf(self, info), .monotonic) == object.any_generation;
}

/// Whether nobody uses it, nor may be waited for.
pub inline fn isQuiet(region: *Region) bool {
    return !capi.free_threaded and region.united == null and region.uses.isNone();
}

fn generationOf(self: *Layout) usize {
    if (self.state == .address) return object.linkOf(self).generation;
    const info = object.infoOf(self);
    return if (info.snapshot == 0) object.any_generation else object.snapshotOf(self, info).*;
}

fn setGeneration(self: *Layout, generation: usize) void {
    if (self.state == .address) {
        object.linkOf(self).generation = generation;
    } else {
        const snapshot = object.snapshotOf(self, object.infoOf(self));
        if (capi.free_threaded)
            @atomicStore(usize, snapshot, generation, .monotonic)
        else
            snapshot.* = generation;
    }
}

noinline fn raiseEnded(self: *Layout) Error {
    _ = c.PyErr_Format(
        capi.exception("ReferenceError"),
        "the %s is gone, or may be: what it was in has been changed since; ask for it again, " ++
            "or say .stable = true of the class that it is in, if that leaves it where it is",
        object.infoOf(self).name.ptr,
    );
    return error.PythonException;
}

noinline fn raiseBroken(self: *Layout, broken: Broken) Error {
    const text = switch (broken.why) {
        .destroyed => "the %s is gone: the %s that it was in has been destroyed",
        .freed => "the %s cannot be used: a function has freed what the %s still points to: " ++
            "let it say there what is there now, or nothing",
        .panicked => "the %s cannot be used: a call that was changing the %s has panicked",
        .forked => "the %s cannot be used: a thread was changing the %s when the process " ++
            "was forked",
    };
    _ = c.PyErr_Format(
        capi.exception("ReferenceError"),
        text,
        object.infoOf(self).name.ptr,
        broken.info.name.ptr,
    );
    return error.PythonException;
}

/// Nothing in it is to be used from now on.
pub fn breakDown(region_: *Region, why: @FieldType(Broken, "why"), info: *const Info) void {
    const region = region_.current();
    region.lock();
    defer region.unlock();
    region.broken = .{ .why = why, .info = info };
}

/// Whether nothing in the region of an object is to be used.
pub fn isBroken(self: *Layout) bool {
    if (of(self) == null) return false;
    const region = lockOf(self);
    defer region.unlock();
    return region.broken != null;
}

/// All its addresses end; of a stable one only where it is said so.
pub fn end(region_: *Region) void {
    const region = region_.current();
    region.lock();
    defer region.unlock();
    region.generation +%= 1;
}

/// An address, or a view, stays good after a change that cannot have freed it.
pub fn renew(self: *Layout, before: usize) void {
    const region = lockOf(self);
    defer region.unlock();
    if (self.state != .address and (self.state != .own or object.infoOf(self).snapshot == 0))
        return;
    if (generationOf(self) == before) setGeneration(self, region.generation);
}

// Uses.

pub const Attempt = enum { held, wait, in_use };

/// Writes down a use of the region that `self` was in when that was looked up, unless it is in
/// another one now, somebody is in the way, or, with a GIL, nobody can come meanwhile.
pub fn tryHold(
    region: *Region,
    self: *Layout,
    mode: Mode,
    is_noted: bool,
    runs_python: bool,
) Attempt {
    region.lock();
    defer region.unlock();
    if (of(self).? != region) return .wait;
    const uses = &region.uses;
    region.forgetForked();
    const is_free = uses.writers == 0 and (mode != .exclusive or
        (uses.readers == 0 and uses.exports == 0 and region.close()));
    if (!is_free) return if (uses.python == 0 and uses.exports == 0) .wait else .in_use;
    if (!is_noted) return .held;
    uses.process = process;
    switch (mode) {
        .shared => uses.readers += 1,
        .exclusive => uses.writers += 1,
        .exported => uses.exports += 1,
    }
    if (runs_python) uses.python += 1;
    if (capi.free_threaded and mode == .shared) region.noteRead();
    return .held;
}

/// Begins to read it, where that needs no lock: with the place to be left at the end. As in
/// `tryHold`, `self` was in it when that was looked up.
pub inline fn tryRead(region: *Region, self: *Layout) ?*Readers.Place {
    if (!region.reading.is_open.load(.monotonic)) return null;
    const place = region.reading.readers.enter(@intFromPtr(region)) orelse return null;
    // Who changes it has closed it before, and waits until the place is left; or has opened it
    // again, and then it is seen whether `self` is in another one since. So in this order.
    if (region.reading.is_open.load(.seq_cst) and of(self) == region) return place;
    place.leave();
    return null;
}

/// One more was counted: after many that only read, the next ones need not be.
fn noteRead(region: *Region) void {
    const reading = &region.reading;
    reading.count +|= 1;
    if (reading.count != Reading.most) return;
    reading.has_any = true;
    reading.is_open.store(true, .seq_cst);
}

/// Whether nobody reads it but who is counted, and nobody will: the region is locked.
inline fn close(region: *Region) bool {
    return !capi.free_threaded or region.closeOpen();
}

fn closeOpen(region: *Region) bool {
    const reading = &region.reading;
    reading.count = 0;
    if (!reading.has_any) return true;
    reading.is_open.store(false, .seq_cst);
    reading.has_any = region.isRead();
    return !reading.has_any;
}

fn isRead(region: *Region) bool {
    if (region.reading.readers.has(@intFromPtr(region), isPartOf)) return true;
    if (!region.reading.is_mixed) return false;
    var next = region.former.first;
    while (next) |node| : (next = node.next) {
        const former: *Region = @fieldParentPtr("node", node);
        if (former.reading.readers != region.reading.readers and
            former.reading.readers.has(@intFromPtr(region), isPartOf)) return true;
    }
    return false;
}

/// What is read may be a region that has ended, which is then taken for whatever it is now.
fn isPartOf(read: usize, region: usize) bool {
    return @intFromPtr(current(@ptrFromInt(read))) == region;
}

fn resetReading(region: *Region) void {
    region.reading.is_open.store(false, .monotonic);
    region.reading.has_any = false;
    region.reading.is_mixed = false;
    region.reading.count = 0;
}

/// In the child of a fork.
pub fn forgetReaders() void {
    if (capi.free_threaded) own_readers.clear();
}

/// After a fork: those threads are not there. What one of them was changing is not used again.
inline fn forgetForked(region: *Region) void {
    if (!region.uses.isNone() and region.uses.process != process) region.forgetThreads();
}

fn forgetThreads(region: *Region) void {
    const objects = region.objects.items.items;
    if (region.uses.writers > 0 and objects.len > 0)
        region.broken = .{ .why = .forked, .info = object.infoOf(objects[0].value) };
    region.uses = .{ .exports = region.uses.exports };
}

pub fn release(region_: *Region, mode: Mode, runs_python: bool) void {
    const region = lockCurrent(region_);
    defer region.unlock();
    const uses = &region.uses;
    switch (mode) {
        .shared => uses.readers -|= 1,
        .exclusive => uses.writers -|= 1,
        .exported => uses.exports -|= 1,
    }
    if (runs_python) uses.python -|= 1;
}

/// Whether there is more than one value of its own in it.
pub fn hasOthers(region_: *Region) bool {
    const region = lockCurrent(region_);
    defer region.unlock();
    return region.own_count > 1;
}

/// To be asked while no thread runs but this one.
pub fn isInUse(region: *Region) bool {
    return !region.uses.isNone();
}

/// Whether nobody uses it.
pub fn isFree(region_: *Region) bool {
    const region = lockCurrent(region_);
    defer region.unlock();
    return region.uses.isNone() and region.close();
}

pub noinline fn raiseInUse(region_: *Region, mode: Mode) Error {
    const name, const uses = facts: {
        const region = lockCurrent(region_);
        defer region.unlock();
        break :facts .{ region.ownerName(), region.uses };
    };
    if (uses.writers > 0) {
        _ = c.PyErr_Format(
            capi.exception("RuntimeError"),
            "the %s is in use by a call that may change it: wait until that is over",
            name.ptr,
        );
    } else if (mode == .exclusive and uses.exports > 0) {
        _ = c.PyErr_Format(
            capi.exception("BufferError"),
            "a buffer of the %s is in use, and it cannot be changed until that is released",
            name.ptr,
        );
    } else _ = c.PyErr_Format(
        capi.exception("RuntimeError"),
        "the %s is in use by a call that reads it, and cannot be changed until that is over",
        name.ptr,
    );
    return error.PythonException;
}

/// The name of the class of the first own object in it.
fn ownerName(region: *Region) [:0]const u8 {
    if (region.owners.items.len > 0) return object.infoOf(region.owners.items[0]).name;
    if (region.objects.count() == 0) return "object";
    return object.infoOf(region.objects.items.items[0].value).name;
}

// Ties.

/// One region of two, both of which the caller holds.
pub fn unite(a: *Region, b: *Region) Error!void {
    while (true) {
        const one = a.current();
        const other = b.current();
        if (one == other) return;
        const first = if (@intFromPtr(one) < @intFromPtr(other)) one else other;
        const second = if (first == one) other else one;
        first.lock();
        defer first.unlock();
        second.lock();
        defer second.unlock();
        if (one.current() != one or other.current() != other) continue;
        const large, const small = if (one.weight() < other.weight() or
            (one.weight() == other.weight() and one.former_count == 0))
            .{ other, one }
        else
            .{ one, other };
        return absorb(large, small) catch errors.raiseNoMemory();
    }
}

/// What Python gave to `other` stays as long as `self`, or a sweep, has need of it.
pub fn share(self: *Layout, other: *Layout) Error!void {
    const theirs = of(other) orelse return;
    if (theirs.hasBlocks()) try unite(try ensure(self), theirs);
}

fn hasBlocks(region_: *Region) bool {
    const region = lockCurrent(region_);
    defer region.unlock();
    return region.blocks.map.count() + region.hidden.items.len > 0;
}

/// What would be moved, or stay behind: one that many were united with is no former one itself, or
/// the way to it would grow.
fn weight(region: *const Region) usize {
    return region.objects.count() + region.former_count;
}

fn absorb(large: *Region, small: *Region) error{OutOfMemory}!void {
    try large.objects.ensureUnusedCapacity(memory.allocator, 2 * small.objects.count());
    try large.owners.ensureUnusedCapacity(memory.allocator, small.owners.items.len);
    try small.findHidden();
    try large.blocks.take(&small.blocks); // and from here on nothing fails
    small.hidden.clearAndFree(memory.allocator);
    large.owners.appendSliceAssumeCapacity(small.owners.items);
    small.owners.clearAndFree(memory.allocator);
    large.own_count += small.own_count;
    small.own_count = 0;
    for ([_]*Region{ large, small }) |region| region.forgetForked();
    const is_seen = capi.free_threaded or !small.uses.isNone();
    for (small.objects.items.items) |item| {
        const known = item.value;
        if (large.objects.appendNew(item.key, known)) |other| large.replace(other, known);
        if (object.infoOf(known).has_allocator) small.has_allocator = true;
        const generation = if (known.state == .address or known.state == .own)
            generationOf(known)
        else
            object.any_generation;
        if (generation != object.any_generation) setGeneration(
            known,
            if (generation == small.generation) large.generation else object.no_generation,
        );
        // Others, which another one took the place of in the table, find their way.
        if (is_seen or known.region != small) continue;
        known.region = large;
        small.holders -= 1;
        large.holders += 1;
    }
    large.live += small.live;
    large.is_stable = large.is_stable and small.is_stable;
    if (large.broken == null and small.broken != null) large.broken = small.broken;
    large.uses.readers += small.uses.readers;
    large.uses.writers += small.uses.writers;
    large.uses.exports += small.uses.exports;
    large.uses.python += small.uses.python;
    large.uses.process = process;
    if (capi.free_threaded) {
        // Who reads it is found among the readers of the large one from here on.
        small.reading.is_open.store(false, .seq_cst);
        large.reading.has_any = large.reading.has_any or small.reading.has_any;
        large.reading.is_mixed = large.reading.is_mixed or small.reading.is_mixed or
            large.reading.readers != small.reading.readers;
    }
    small.objects.deinit(memory.allocator);
    small.objects = .empty;
    large.former.concatByMoving(&small.former);
    large.former.append(&small.node);
    large.former_count += small.former_count + 1;
    large.holders += 1;
    if (capi.free_threaded)
        @atomicStore(?*Region, &small.united, large, .release)
    else
        small.united = large;
    large.dropSpent(small);
}

/// Of the former regions of one that is locked, `first` and what it leads to, those that nobody has
/// the address of.
fn dropSpent(region: *Region, first: *Region) void {
    var former = first;
    while (former != region and former.holders == 0 and !former.has_allocator) {
        const next = former.united.?;
        region.former.remove(&former.node);
        region.former_count -= 1;
        former.blocks.deinit();
        former.giveBack();
        next.holders -= 1;
        former = next;
    }
}

/// An object in a region that is locked knows none any more.
fn unlink(region: *Region, self: *Layout) void {
    const known = self.region.?;
    known.holders -= 1;
    region.dropSpent(known);
}

/// Calls `tell` with each value in it that is no part of another one.
pub fn eachValue(
    region_: *Region,
    context: anytype,
    comptime tell: fn (@TypeOf(context), info: *const Info, value: usize) void,
) void {
    const region = lockCurrent(region_);
    defer region.unlock();
    for (region.objects.items.items) |item| {
        const value = object.wholeValue(item.value) orelse continue;
        tell(context, object.infoOf(item.value), value);
    }
}

/// The own object whose value something points into at an address; null where there is none. It
/// stays as long as the region, though Python may not have it any more.
pub fn ownerAround(region: *Region, address: usize) ?*Layout {
    region.lock();
    defer region.unlock();
    const owner = region.ownerThere(address) orelse return null;
    owner.flags.is_pointed = true;
    return owner;
}

pub fn ownerThere(region: *Region, address: usize) ?*Layout {
    for (region.owners.items) |owner| {
        const start = object.wholeValue(owner) orelse continue;
        if (address -% start < @max(object.infoOf(owner).size, 1)) return owner;
    }
    return null;
}

/// Whether what is at an address is a tree's: in one itself, or in memory that the region has.
pub fn hasTreeAt(region_: *Region, address: usize) bool {
    const region = lockCurrent(region_);
    defer region.unlock();
    if (region.ownerThere(address)) |owner| return object.infoOf(owner).kind == .tree;
    region.findHidden() catch return false;
    const block = region.blocks.around(address) orelse return false;
    return block.source == .memory or block.source == .followed;
}

/// A new reference to the first owner from a number on that is not about to end; `number` is that
/// of the next one then.
pub fn nextOwner(region_: *Region, number: *usize) ?*Layout {
    const region = lockCurrent(region_);
    defer region.unlock();
    while (number.* < region.owners.items.len) {
        const owner = region.owners.items[number.*];
        number.* += 1;
        if (!owner.flags.is_zombie and tryRetain(&owner.ob_base)) return owner;
    }
    return null;
}

pub const Sight = enum { absent, there, unknown };

/// Whether a value in the region of `self`, which is held, has a pointer into memory of another
/// object, or of `self`, that is made of these types; unknown where there are pointers to what
/// nobody but Zig's code knows, and that may have such.
pub fn look(self: *Layout, value: usize, target: usize, size: usize, ids: pointing.Ids) Sight {
    const Known = struct { start: usize, info: *const Info };
    var room: [128]Known = undefined;
    var known: std.ArrayList(Known) = .initBuffer(&room);
    known.appendAssumeCapacity(.{ .start = value, .info = object.infoOf(self) });
    const region = of(self) orelse return sight(Known, known.items, null, target, size, ids);
    region.lock();
    defer region.unlock();
    if (region.objects.count() >= room.len) return .unknown;
    for (region.objects.items.items) |item| {
        const other = item.value;
        const start = object.wholeValue(other) orelse continue;
        if (start == value) continue;
        known.appendAssumeCapacity(.{ .start = start, .info = object.infoOf(other) });
    }
    return sight(Known, known.items, &region.blocks, target, size, ids);
}

fn sight(
    comptime Known: type,
    known: []const Known,
    blocks: ?*Blocks,
    target: usize,
    size: usize,
    ids: pointing.Ids,
) Sight {
    var found: Sight = .absent;
    for (known) |each| {
        const collect = each.info.pointers orelse continue;
        const pointers = collect(@ptrFromInt(each.start));
        if (!pointers.complete) return .unknown;
        for (pointers.slice(), 0..) |address, index| {
            if (address -% target < @max(size, 1)) {
                if (each.start != target) found = .there;
                continue;
            }
            for (known) |other| {
                if (address -% other.start < @max(other.info.size, 1)) break;
            } else if (pointers.mayLead(index, ids)) {
                if (blocks == null or blocks.?.around(address) == null) return .unknown;
            }
        }
    }
    return found;
}

/// Whether an address is in what is another object's.
pub const Search = struct {
    visitor: trees.Visitor = .{ .visit = &visit },
    address: usize,
    size: usize,
    region: ?*Region = null,
    found: bool = false,

    fn visit(visitor: *trees.Visitor, start: usize, _: usize) void {
        const search: *Search = @fieldParentPtr("visitor", visitor);
        if (search.found) return;
        if (start -% search.address < @max(search.size, 1)) {
            search.found = true;
        } else if (search.region) |region|
            search.found = region.ownerAround(start) != null or region.hasBlockAround(start);
    }
};

// Ends.

/// An object that Python has no more leaves its region, and ends, with the region where it was the
/// last; or, where something may point into it, its value stays there.
pub fn leave(self: *Layout) void {
    if (leaveQuickly(self)) return;
    const region = lockOf(self);
    region.live -= 1;
    // A handle that another one's function has freed has nothing more that could be pointed to.
    const is_own = self.state == .own or
        (self.state == .held and object.heldValue(self) != null);
    const is_replaced = self.state == .held and self.flags.is_forgotten;
    if (is_replaced and (self.flags.is_pointed or !canDeinit(region, self)))
        self.flags.is_borrowed = true; // what is there is the one's that has its place
    // What may be pointed to stays; and the last one ends with the region, after what is newer.
    if (is_own and !is_replaced and (region.live == 0 or self.pins > 0 or
        self.flags.is_pointed or !canDeinit(region, self)))
    {
        self.flags.is_zombie = true;
        const was_last = region.live == 0;
        region.unlock();
        if (was_last) region.destroy();
        return;
    }
    const is_spoilt = is_own and region.noteEnd(self);
    if (is_own and sweeps) Claim.all(region, self);
    var is_zombie_spoilt = false;
    region.remove(self);
    region.unlink(self);
    var parent: ?*Layout = null;
    var zombie: ?*Layout = null;
    switch (self.state) {
        .part, .item, .key => {
            const above = object.linkOf(self).parent.?;
            if (self.flags.pins_parent) {
                above.pins -= 1;
                if (above.flags.is_zombie and above.pins == 0 and !above.flags.is_pointed and
                    region.live > 0 and canDeinit(region, above))
                {
                    is_zombie_spoilt = region.noteEnd(above);
                    if (sweeps) Claim.all(region, above);
                    region.remove(above);
                    region.unlink(above);
                    zombie = above;
                }
            } else parent = above;
            if (self.state == .key) freeKey(object.linkOf(self).place);
        },
        else => {},
    }
    const is_last = region.live == 0;
    region.unlock();
    // From here on without the lock: what runs now may be anybody's.
    if (is_spoilt) warnOfEnd(self);
    if (is_own) object.deinitOwn(self);
    object.free(self);
    if (zombie) |some| {
        if (is_zombie_spoilt) warnOfEnd(some);
        object.deinitOwn(some);
        object.free(some);
    }
    if (parent) |some| c.Py_DecRef(&some.ob_base);
    if (is_last) region.destroy();
}

/// The same of a part that nothing else depends on, and which is not the last one. False of others.
inline fn leaveQuickly(self: *Layout) bool {
    if (capi.free_threaded) return false;
    switch (self.state) {
        .part, .item, .key => {},
        else => return false,
    }
    const region = self.region.?;
    if (region.united != null or region.live == 1 or self.flags.is_forgotten) return false;
    const link = object.linkOf(self);
    const parent = link.parent.?;
    const is_pin = self.flags.pins_parent;
    if (is_pin and parent.flags.is_zombie) return false;
    const is_key = self.state == .key;
    const found = region.objects.findNew(self) orelse old: {
        const number = if (is_key) hashOf(link.place) else link.place;
        const place = placeIn(parent, number, link.info, self.flags.read_only);
        break :old region.objects.findValue(place, self);
    };
    // Or another one has its place.
    if (found) |some| region.objects.swapRemove(some);
    region.live -= 1;
    region.holders -= 1;
    if (is_pin) parent.pins -= 1;
    if (is_key) freeKey(link.place);
    region.leaveRoom(self, link.info);
    if (!is_pin) c.Py_DecRef(&parent.ob_base);
    return true;
}

/// What the end of an own object does to others, whose memory its deinit may free; and whether
/// its deinit may use what is gone: then it is not called.
inline fn noteEnd(region: *Region, self: *Layout) bool {
    return has_deinits and region.noteDeinit(self);
}

fn noteDeinit(region: *Region, self: *Layout) bool {
    const info = object.infoOf(self);
    if (info.deinit == null or self.flags.is_borrowed) return false;
    if (self.state == .held and object.heldValue(self) == null) return false; // it has ended before
    const is_destroyed = if (region.broken) |broken| broken.why == .destroyed else false;
    if (is_destroyed or (info.reaches and !isFresh(region, self))) {
        self.flags.is_borrowed = true;
        return true;
    }
    if (info.frees and !region.is_stable) region.generation +%= 1;
    region.beforeDeinit(info);
    return false;
}

/// What Python gave to trees may be freed by a deinit that is to be called.
fn beforeDeinit(region: *Region, info: *const Info) void {
    if (!has_deinits or info.deinit == null or !info.frees_trees) return;
    region.findHidden() catch {};
    region.blocks.follow();
}

fn isFresh(region: *Region, self: *Layout) bool {
    const generation = generationOf(self);
    return generation == object.any_generation or generation == region.generation;
}

noinline fn warnOfEnd(self: *Layout) void {
    if (!has_deinits) unreachable;
    var raised: [3]?*PyObject = undefined;
    c.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
    defer c.PyErr_Restore(raised[0], raised[1], raised[2]);
    const info = object.infoOf(self);
    var buffer: [200]u8 = undefined;
    var line: Line = .init(&buffer);
    line.add("the deinit of a ");
    line.add(info.name);
    line.add(" is not called: what it may use is gone, or may be");
    const status = c.PyErr_WarnEx(capi.exception("ResourceWarning"), line.text(), 1);
    if (status < 0) c.PyErr_WriteUnraisable(capi.typeOf(&self.ob_base));
}

/// Whether what a value owns can be given back while others use the region.
fn canDeinit(region: *Region, self: *Layout) bool {
    return object.infoOf(self).deinit == null or self.flags.is_borrowed or
        (region.uses.isNone() and region.close());
}

/// Memory for the key of a value of a map: with a GIL CPython's, which is the faster one.
pub fn allocateKey(size: usize) ?usize {
    return @intFromPtr(if (capi.free_threaded)
        c.PyMem_RawMalloc(size) orelse return null
    else
        c.PyObject_Malloc(size) orelse return null);
}

pub fn freeKey(address: usize) void {
    const key: *anyopaque = @ptrFromInt(address);
    if (capi.free_threaded) c.PyMem_RawFree(key) else c.PyObject_Free(key);
}

fn remove(region: *Region, self: *Layout) void {
    if (self.flags.is_forgotten) return;
    self.flags.is_forgotten = true;
    region.uncount(self);
    const place = placeOf(self, object.infoOf(self));
    // Or another one has its place.
    if (region.objects.findValue(place, self)) |found| region.objects.swapRemove(found);
}

/// Nobody has it any more.
fn destroy(region: *Region) void {
    // What Zig's code has allocated is the values', where they point to it.
    if (sweeps and region.blocks.hasCandidates()) {
        var gone: Blocks.Gone = .{};
        defer gone.deinit();
        _ = region.takeUnreachable(&gone, false) catch {};
    }
    var handles: Handles = .{ .region = region };
    defer handles.deinit();
    if (has_handles) handles.find();
    for ([_]Turn{ .unpointed, .reaching, .all }) |turn| {
        var left = region.objects.count();
        while (left > 0) {
            left -= 1;
            const known = region.objects.items.items[left].value;
            if (!turn.has(known)) continue;
            const is_own = known.state == .own or known.state == .held;
            if (is_own and ((has_handles and handles.areMissedBy(known)) or region.noteEnd(known)))
                warnOfEnd(known);
            object.deinitOwn(known);
        }
    }
    region.lock();
    var objects = region.objects;
    var owners = region.owners;
    region.objects = .empty;
    region.owners = .empty;
    region.unlock();
    for (objects.items.items) |item| object.free(item.value);
    objects.deinit(memory.allocator);
    owners.deinit(memory.allocator);
    region.blocks.deinit();
    for (region.hidden.items) |piece| piece.block.release(piece.start);
    region.hidden.clearAndFree(memory.allocator);
    while (region.former.popFirst()) |node| {
        const former: *Region = @fieldParentPtr("node", node);
        former.blocks.deinit(); // which a map of before may have filled
        former.giveBack();
    }
    region.giveBack();
}

/// Through what is in memory that is there, as `visit` and `isObject` of the type want it.
pub fn walkOf(comptime Owner: type) pointing.Walk {
    return .{
        .visitor = .{ .visit = &Owner.visit },
        .is_object = &Owner.isObject,
        .is_there = &memory.isThere,
        .gpa = memory.unnoted,
    };
}

/// The handles of a region that ends, where their functions may free each other.
const Handles = struct {
    through: pointing.Walk = walkOf(Handles),
    region: *Region,
    all: std.ArrayList(Handle) = .empty,
    /// Who is looked through.
    self: ?*Layout = null,
    does_miss: bool = false,

    const Handle = struct { address: usize, self: *Layout };

    fn deinit(handles: *Handles) void {
        handles.through.deinit();
        handles.all.deinit(memory.unnoted);
    }

    /// Whose address others have in their lists and maps is theirs to destroy.
    fn find(handles: *Handles) void {
        if (handles.region.own_count < 2) return;
        for (handles.region.objects.items.items) |item| {
            if (item.value.state != .held) continue;
            const address = object.heldValue(item.value) orelse continue;
            handles.all.append(memory.unnoted, .{ .address = address, .self = item.value }) catch
                return;
        }
        if (handles.all.items.len == 0) return;
        for (handles.region.owners.items) |owner| handles.walk(owner);
    }

    /// Whether the deinit of `self` may use one that is gone.
    fn areMissedBy(handles: *Handles, self: *Layout) bool {
        if (handles.all.items.len == 0 or self.flags.is_borrowed) return false;
        if (object.infoOf(self).deinit == null) return false;
        handles.does_miss = false;
        handles.walk(self);
        if (handles.does_miss) self.flags.is_borrowed = true;
        return handles.does_miss;
    }

    fn walk(handles: *Handles, self: *Layout) void {
        const walkThrough = object.infoOf(self).walk orelse return;
        const value = object.wholeValue(self) orelse return;
        handles.self = self;
        handles.through.seen.clearRetainingCapacity();
        walkThrough(&handles.through, @ptrFromInt(value));
    }

    fn isObject(through: *pointing.Walk, address: usize) bool {
        const handles: *Handles = @fieldParentPtr("through", through);
        return handles.region.ownerThere(address) != null;
    }

    fn visit(visitor: *trees.Visitor, start: usize, _: usize) void {
        const through: *pointing.Walk = @fieldParentPtr("visitor", visitor);
        const handles: *Handles = @fieldParentPtr("through", through);
        for (handles.all.items) |handle| {
            if (handle.address != start or handle.self == handles.self) continue;
            const is_there = handle.self.state == .held and object.heldValue(handle.self) != null;
            if (!is_there) handles.does_miss = true;
            if (!through.is_in_value) handle.self.marks.is_contained = true;
        }
    }
};

/// Who ends before whom: first what nothing points to, then what uses others, then what is in their
/// lists; each from the newest on, since what was made later points to what was there.
const Turn = enum {
    unpointed,
    reaching,
    all,

    fn has(turn: Turn, self: *Layout) bool {
        return switch (turn) {
            .unpointed => !self.flags.is_pointed,
            .reaching => object.infoOf(self).reaches and !self.marks.is_contained,
            .all => true,
        };
    }
};

/// The blocks of an object that nobody else may point into, whose value ends: the caller's to give
/// back, when it holds nothing.
pub inline fn takeBlocks(self: *Layout) Blocks {
    return if (of(self)) |region| takeBlocksIn(region, self) else .{};
}

noinline fn takeBlocksIn(region: *Region, self: *Layout) Blocks {
    region.lock();
    defer region.unlock();
    const own: usize = if (self.flags.is_forgotten) 0 else 1;
    if (region.own_count > own) return .{};
    region.findHidden() catch {}; // then they end with the region
    // From the last one on: what one leads to is behind it.
    var before = region.former.last;
    while (before) |node| {
        const former: *Region = @fieldParentPtr("node", node);
        before = node.prev;
        former.has_allocator = false;
        region.dropSpent(former);
    }
    defer region.blocks = .{};
    return region.blocks;
}

/// destroy(): an own object that Python still has ends, and with it all that may point into it.
pub fn endOwn(self: *Layout) void {
    const region = of(self) orelse return;
    region.lock();
    defer region.unlock();
    region.remove(self);
    region.generation +%= 1;
    region.beforeDeinit(object.infoOf(self));
    if (!self.flags.is_pointed) return;
    for (region.objects.items.items) |item| {
        if (item.value == self) continue;
        region.broken = .{ .why = .destroyed, .info = object.infoOf(self) };
        break;
    }
    // It is still counted, and finds its place in the table no more.
}

// Blocks.

/// Takes out what no value points to any more, where that may be much, for the caller to give back
/// when it holds nothing: that may run Python code. Now it holds the region exclusively.
pub inline fn sweep(region_: *Region, gone: *Blocks.Gone) void {
    if (comptime !sweeps) return;
    const region = region_.current();
    if (capi.free_threaded or region.hasMany(region.objects.count())) region.sweepNow(gone);
}

/// Whether values may point to anything: not where all are plain data.
const sweeps = hasAny(isPointing);
/// Whether there are handles, and whether any value has something to give back at its end.
const has_handles = hasAny(classes.isHeapHandle);
const has_deinits = hasAny(hasEnd);

fn hasAny(comptime is_such: fn (comptime T: type) bool) bool {
    @setEvalBranchQuota(1_000_000_000);
    return comptime classes.anyShared() or for (classes.all) |class| {
        if (is_such(class.T)) break true;
    } else false;
}

fn isPointing(comptime T: type) bool {
    return !classes.isFlat(T);
}

fn hasEnd(comptime T: type) bool {
    return classes.hasDeinit(T) or classes.holdsReferences(T);
}

inline fn hasMany(region: *const Region, objects: usize) bool {
    const blocks = &region.blocks;
    return blocks.map.count() + region.hidden.items.len > region.most_blocks or
        blocks.bytes + region.hidden_bytes > region.most_bytes or objects > region.most_objects;
}

noinline fn sweepNow(region: *Region, gone: *Blocks.Gone) void {
    const own, const objects = region.counted();
    if (own == 0) return; // what is lent has them, as long as it is
    if (!region.hasMany(objects)) return;
    const blocks = &region.blocks;
    // As much is kept as it costs to look for what is not needed.
    const steps = region.takeUnreachable(gone, true) catch return; // another time
    _, const left = region.counted();
    region.most_objects = 2 * left + 32;
    region.most_blocks = 2 * blocks.map.count() + steps / 4 + 32;
    region.most_bytes = 2 * blocks.bytes + 64 * steps + 8192;
}

/// How many objects have values of their own, and how many there are of all: another thread that
/// reads one, for which nobody need wait, makes an object of a part.
pub fn counted(region_: *Region) struct { usize, usize } {
    const region = lockCurrent(region_);
    defer region.unlock();
    return .{ region.own_count, region.objects.count() };
}

/// Blocks, and values of objects that Python has no more. Returns how much was looked at; where not
/// all can be seen, all is needed.
fn takeUnreachable(
    region: *Region,
    gone: *Blocks.Gone,
    and_values: bool,
) error{OutOfMemory}!usize {
    region.lock();
    defer region.unlock();
    var marker: Marker = .{ .region = region };
    defer marker.deinit();
    if (and_values) try region.takeLost(gone);
    try region.findHidden();
    try region.blocks.takeEnded(gone);
    if (and_values) try marker.findValues(region);
    // What an address is in, only values lead to: then all of them are needed.
    if (marker.values.items.len > 0 and marker.hasAddressBehind(region))
        marker.values.clearRetainingCapacity();
    for (region.objects.items.items) |item| {
        const known = item.value;
        switch (known.state) {
            .own => if (!marker.isLeft(known)) marker.walk(known, object.storage(known)),
            .held => if (object.heldValue(known)) |value| marker.walk(known, value),
            .address => if (region.isGoodAddress(known)) marker.markValue(placeOfAddress(known)),
            else => {},
        }
    }
    while (marker.reached.pop()) |known| marker.walk(known, object.storage(known));
    if (!marker.through.visitor.complete) return marker.through.steps;
    try gone.objects.ensureUnusedCapacity(memory.allocator, marker.values.items.len);
    if (!marker.through.has_unknown) for (marker.values.items) |value|
        if (!value.is_marked and !value.is_needed) Claim.all(region, value.self);
    try region.blocks.takeUnmarked(gone);
    if (marker.through.has_unknown) return marker.through.steps;
    for (marker.values.items) |value| if (!value.is_marked and !value.is_needed) {
        region.remove(value.self);
        region.unlink(value.self);
        gone.objects.appendAssumeCapacity(value.self);
    };
    return marker.through.steps;
}

fn isGoodAddress(region: *const Region, known: *Layout) bool {
    return known.flags.is_whole or generationOf(known) == region.generation;
}

fn placeOfAddress(known: *Layout) usize {
    if (object.infoOf(known).kind == .list) return lists.addressOf(known);
    return object.linkOf(known).place;
}

/// Handles that Python has no more, and that another one's function has freed.
fn takeLost(region: *Region, gone: *Blocks.Gone) error{OutOfMemory}!void {
    var left = region.objects.count();
    while (left > 0) {
        left -= 1;
        const known = region.objects.items.items[left].value;
        if (!known.flags.is_zombie or known.pins != 0) continue;
        if (known.state != .freed and
            (known.state != .held or object.heldValue(known) != null)) continue;
        try gone.objects.ensureUnusedCapacity(memory.allocator, 1);
        region.remove(known);
        region.unlink(known);
        gone.objects.appendAssumeCapacity(known);
    }
}

const Marker = struct {
    through: pointing.Walk = walkOf(Marker),
    region: *Region,
    /// Own values by their addresses, of which some are only there if something points into them.
    values: std.ArrayList(Value) = .empty,
    /// Those of them that are to be walked through yet.
    reached: std.ArrayList(*Layout) = .empty,
    /// Whether it is a tree that is walked through.
    is_tree: bool = false,

    const Value = struct {
        start: usize,
        self: *Layout,
        /// Whether it stays in any case.
        is_needed: bool,
        is_marked: bool = false,

        fn order(address: usize, value: Value) std.math.Order {
            return std.math.order(address, value.start);
        }
    };

    fn deinit(marker: *Marker) void {
        marker.through.deinit();
        marker.values.deinit(memory.allocator);
        marker.reached.deinit(memory.allocator);
    }

    /// Not those that have a deinit, whose memory others may point to, nor what an option says that
    /// others keep.
    fn findValues(marker: *Marker, region: *const Region) error{OutOfMemory}!void {
        if (region.is_stable) return;
        for (region.objects.items.items) |item| {
            const known = item.value;
            if (known.state != .own) continue;
            const has_deinit = object.infoOf(known).deinit != null;
            try marker.values.append(memory.allocator, .{
                .start = object.storage(known),
                .self = known,
                .is_needed = !known.flags.is_zombie or known.pins != 0 or has_deinit or
                    known.marks.is_kept,
            });
        }
        try marker.reached.ensureTotalCapacity(memory.allocator, marker.values.items.len);
        std.mem.sortUnstable(Value, marker.values.items, {}, struct {
            fn isLess(_: void, a: Value, b: Value) bool {
                return a.start < b.start;
            }
        }.isLess);
    }

    /// Whether an address is not in a value itself.
    fn hasAddressBehind(marker: *const Marker, region: *const Region) bool {
        for (region.objects.items.items) |item| {
            const known = item.value;
            if (known.state != .address or !region.isGoodAddress(known)) continue;
            if (marker.valueAround(placeOfAddress(known)) == null) return true;
        }
        return false;
    }

    fn isLeft(marker: *const Marker, known: *Layout) bool {
        const value = marker.valueAround(object.storage(known)) orelse return false;
        return value.self == known and !value.is_needed;
    }

    fn valueAround(marker: *const Marker, address: usize) ?*Value {
        const all = marker.values.items;
        const behind = std.sort.upperBound(Value, all, address, Value.order);
        if (behind == 0) return null;
        const found = &all[behind - 1];
        const size = @max(object.infoOf(found.self).size, 1);
        return if (address - found.start < size) found else null;
    }

    fn walk(marker: *Marker, known: *Layout, value: usize) void {
        const info = object.infoOf(known);
        const walkThrough = info.walk orelse return;
        marker.is_tree = info.kind == .tree;
        walkThrough(&marker.through, @ptrFromInt(value));
    }

    fn isObject(through: *pointing.Walk, address: usize) bool {
        const marker: *Marker = @fieldParentPtr("through", through);
        return marker.valueAround(address) != null or marker.region.ownerThere(address) != null;
    }

    fn visit(visitor: *trees.Visitor, start: usize, _: usize) void {
        const through: *pointing.Walk = @fieldParentPtr("visitor", visitor);
        const marker: *Marker = @fieldParentPtr("through", through);
        const block = marker.region.blocks.around(start) orelse return marker.markValue(start);
        Blocks.mark(block, marker.is_tree);
        // What is somebody else's may be in an object.
        if (block.source != .memory) marker.markValue(start);
    }

    fn markValue(marker: *Marker, address: usize) void {
        if (marker.values.items.len == 0) return;
        const value = marker.valueAround(address) orelse return;
        if (value.is_marked or value.is_needed) return;
        value.is_marked = true;
        marker.reached.appendAssumeCapacity(value.self);
    }
};

/// Takes what a tree's value points to for the value's own, before that goes, or is another one:
/// what a call has allocated for it may not have been looked at since.
pub const Claim = struct {
    through: pointing.Walk = walkOf(Claim),
    region: *Region,

    /// Whether there may be something of the kind.
    pub inline fn isNeeded(region: ?*Region) bool {
        if (comptime !sweeps) return false;
        return (region orelse return false).current().blocks.hasCandidates();
    }

    pub fn begin(region: *Region) Claim {
        return .{ .region = region.current() };
    }

    /// Under the region's lock: all that the value of an object points to.
    fn all(region: *Region, self: *Layout) void {
        if (!region.blocks.hasCandidates() or self.state != .own) return;
        const info = object.infoOf(self);
        const walk = info.walk orelse return;
        if (info.kind != .tree) return;
        var claim: Claim = .{ .region = region };
        walk(&claim.through, @ptrFromInt(object.storage(self)));
    }

    /// The same of an object in it that is held exclusively.
    pub fn allOf(self: *Layout) void {
        const region = of(self) orelse return;
        region.lock();
        defer region.unlock();
        all(region, self);
    }

    pub fn around(claim: *Claim, address: usize) void {
        claim.region.lock();
        defer claim.region.unlock();
        claim.region.blocks.claimAround(address);
    }

    /// What `walk` tells of.
    pub fn each(claim: *Claim, walk: *const trees.Walk, value: *const anyopaque) void {
        claim.region.lock();
        defer claim.region.unlock();
        walk(&claim.through.visitor, value);
    }

    fn visit(visitor: *trees.Visitor, start: usize, _: usize) void {
        const through: *pointing.Walk = @fieldParentPtr("visitor", visitor);
        const claim: *Claim = @fieldParentPtr("through", through);
        claim.region.blocks.claimAround(start);
    }

    fn isObject(_: *pointing.Walk, _: usize) bool {
        return false;
    }
};

/// What Zig's code has freed, or let grow where it was, of values of objects in it.
pub fn noteFreed(region_: *Region, recorder: *const memory.Recorder) void {
    const region = region_.current();
    region.lock();
    defer region.unlock();
    for (recorder.resized.items) |block| region.blocks.resize(block.address, block.len);
    for (recorder.freed.items) |block| region.blocks.forget(block.address);
}

/// Who may have what Zig's code has allocated.
pub const Takers = enum {
    /// The values of objects in the region, and nothing else.
    values,
    /// Those that point to it.
    pointing,
    /// Trees that point to it, where nothing else does.
    trees,
};

/// What Zig's code has allocated for the values of objects in it.
pub fn noteGiven(
    region_: *Region,
    recorder: *const memory.Recorder,
    takers: Takers,
) error{OutOfMemory}!void {
    const region = region_.current();
    region.lock();
    defer region.unlock();
    try region.blocks.map.ensureUnusedCapacity(memory.allocator, recorder.live.count);
    var iterator = recorder.live.iterator();
    while (iterator.next()) |block| region.blocks.add(block.address, .{
        .len = block.len,
        .source = switch (takers) {
            .values => .{ .memory = block.alignment },
            .pointing => .{ .candidate = block.alignment },
            .trees => .{ .shared = .{
                .alignment = block.alignment,
                .number = memory.follow(block.address, block.len),
            } },
        },
    });
}

pub fn hasBlockAround(region: *Region, address: usize) bool {
    region.lock();
    defer region.unlock();
    region.findHidden() catch return true;
    return region.blocks.around(address) != null;
}

/// Takes blocks in, for values of objects in it.
pub fn adopt(region_: *Region, blocks: *Blocks) Error!void {
    const region = region_.current();
    region.lock();
    defer region.unlock();
    region.blocks.take(blocks) catch return errors.raiseNoMemory();
}

/// The same of what values may point to only where no call looks.
pub fn adoptHidden(region_: *Region, blocks: *Blocks) Error!void {
    const region = region_.current();
    region.lock();
    defer region.unlock();
    const pieces = blocks.map.items.items;
    region.hidden.ensureUnusedCapacity(memory.allocator, pieces.len) catch
        return errors.raiseNoMemory();
    for (pieces) |piece| {
        region.hidden.appendAssumeCapacity(.{ .start = piece.key, .block = piece.value });
        region.hidden_bytes += piece.value.len;
    }
    blocks.map.clear();
}

fn findHidden(region: *Region) error{OutOfMemory}!void {
    if (region.hidden.items.len == 0) return;
    try region.blocks.map.ensureUnusedCapacity(memory.allocator, region.hidden.items.len);
    for (region.hidden.items) |piece| region.blocks.add(piece.start, piece.block);
    region.hidden.clearRetainingCapacity();
    region.hidden_bytes = 0;
}

/// The same of what is fresh.
pub fn adoptFresh(region_: *Region, fresh: *Blocks.Fresh) Error!void {
    const region = region_.current();
    region.lock();
    defer region.unlock();
    region.blocks.takeFresh(fresh) catch return errors.raiseNoMemory();
}

/// Whether all other objects in it are parts of `self`, and keep it.
pub fn isOf(region: *Region, self: *Layout) bool {
    for (region.objects.items.items) |item| switch (item.value.state) {
        .own, .held, .address => if (item.value != self) return false,
        else => if (item.value.flags.pins_parent) return false,
    };
    return true;
}

/// What it keeps of Python's, where only one object has it. See tp_traverse.
pub fn traverse(region: *Region, visit: *const capi.visitproc, arg: ?*anyopaque) c_int {
    for (region.blocks.map.items.items) |item| {
        const stop = if (item.value.kept()) |some| visit(some, arg) else 0;
        if (stop != 0) return stop;
    }
    for (region.hidden.items) |piece| {
        const stop = if (piece.block.kept()) |some| visit(some, arg) else 0;
        if (stop != 0) return stop;
    }
    return 0;
}

// Items.

/// The items of the list `view`, which is held exclusively and had `len`, where they are now:
/// `removed` were taken away at `start`, and `added` put there. Those that are removed are to be
/// detached before.
pub fn moveItems(view: *Layout, start: usize, removed: usize, added: usize, len: usize) void {
    if (removed == added) return;
    const region = lockOf(view);
    defer region.unlock();
    if (start + removed == len and removed <= region.objects.count()) {
        // None is behind them, and one that is left about to end.
        for (start..len) |place| while (region.itemAt(view, place)) |found| {
            region.objects.items.items[found].value.flags.is_forgotten = true;
            region.objects.swapRemove(found);
        };
        return;
    }
    var has_moved = false;
    var left = region.objects.count();
    while (left > 0) {
        left -= 1;
        const place = &region.objects.items.items[left].key;
        const known = region.objects.items.items[left].value;
        if (known.state != .item or place.parent != @intFromPtr(view)) continue;
        const link = object.linkOf(known);
        if (link.place < start) continue;
        if (link.place < start + removed) {
            region.remove(known); // it is about to end, and another one comes to its place
            continue;
        }
        link.place = link.place - removed + added;
        place.place = link.place;
        has_moved = true;
    }
    if (has_moved) region.objects.reindex();
}

pub fn reverseItems(view: *Layout, size: usize) void {
    const region = lockOf(view);
    defer region.unlock();
    for (region.objects.items.items) |*item| {
        if (item.value.state != .item or item.key.parent != @intFromPtr(view)) continue;
        const link = object.linkOf(item.value);
        if (link.place >= size) continue;
        link.place = size - 1 - link.place;
        item.key.place = link.place;
    }
    region.objects.reindex();
}

/// What is removed has no place.
pub const no_place = std.math.maxInt(usize);

/// Gives the items of the list `view`, which is held exclusively, other places: `places` has the
/// new one of each. What is removed is to be detached before.
pub fn reorderItems(view: *Layout, places: []const usize) void {
    const region = lockOf(view);
    defer region.unlock();
    var left = region.objects.count();
    while (left > 0) {
        left -= 1;
        const place = &region.objects.items.items[left].key;
        const known = region.objects.items.items[left].value;
        if (known.state != .item or place.parent != @intFromPtr(view)) continue;
        const link = object.linkOf(known);
        if (link.place >= places.len) continue;
        if (places[link.place] == no_place) {
            region.remove(known); // see moveItems
            continue;
        }
        link.place = places[link.place];
        place.place = link.place;
    }
    region.objects.reindex();
}

/// Whether there is an object of the item at a place of the list `view`; of a map, of the value of
/// a key that has this hash.
pub fn hasItem(view: *Layout, place: usize) bool {
    const region = lockOf(view);
    defer region.unlock();
    return region.itemAt(view, place) != null;
}

/// The number of such an object.
fn itemAt(region: *const Region, view: *Layout, place: usize) ?usize {
    var candidates = region.candidatesAt(view, place);
    while (candidates.next()) |found| {
        if (region.objects.items.items[found].key.isIn(view, place)) return found;
    }
    return null;
}

/// The numbers of those that may be such objects.
fn candidatesAt(region: *const Region, view: *Layout, place: usize) Index.Candidates {
    return region.objects.index.candidates(PlaceContext.hash(.{
        .parent = @intFromPtr(view),
        .place = place,
        .info = 0,
        .read_only = false,
    }));
}

/// New references to the items that have objects, at the places from `start` on, or, of a map, at a
/// key, or at any.
pub fn itemsOf(
    view: *Layout,
    start: usize,
    count: usize,
    found: *std.ArrayList(*Layout),
) error{OutOfMemory}!void {
    const region = lockOf(view);
    defer region.unlock();
    if (count <= region.objects.count()) {
        for (start..start + count) |place| {
            var candidates = region.candidatesAt(view, place);
            while (candidates.next()) |number| {
                const item = region.objects.items.items[number];
                if (item.key.isIn(view, place)) try addRetained(found, item.value);
            }
        }
    } else for (region.objects.items.items) |item| {
        if (item.key.parent == @intFromPtr(view) and item.key.place -% start < count)
            try addRetained(found, item.value);
    }
}

fn addRetained(found: *std.ArrayList(*Layout), known: *Layout) error{OutOfMemory}!void {
    if (known.state != .key and known.state != .item) return;
    try found.ensureUnusedCapacity(memory.allocator, 1);
    if (tryRetain(&known.ob_base)) found.appendAssumeCapacity(known);
}

/// A part becomes an own object, whose value is `bytes`, with a region of its own, to which its
/// parts go along: from then on another thread may use it. It is the caller's to give back the
/// parent, which is returned.
pub fn detach(
    self: *Layout,
    own_info: *const Info,
    blocks: *Blocks,
    bytes: []const u8,
    adopt_value: ?*const fn (at: *anyopaque, gpa: std.mem.Allocator) void,
) Error!*Layout {
    const own = create(own_info.is_stable) catch return errors.raiseNoMemory();
    errdefer own.discard();
    const region = lockOf(self);
    defer region.unlock();
    own.owners.ensureTotalCapacity(memory.allocator, 1) catch return errors.raiseNoMemory();
    const parts = if (self.marks.has_parts) region.objects.count() else 0;
    own.objects.ensureUnusedCapacity(memory.allocator, parts + 1) catch
        return errors.raiseNoMemory();
    // Who finds it by an object that is in it already waits until all are.
    own.lock();
    defer own.unlock();
    own.live = 1;
    own.holders = 1;
    own.blocks = blocks.*;
    blocks.* = .{};
    region.remove(self);
    const link = object.linkOf(self).*;
    if (self.state == .key) freeKey(link.place);
    const storage: [*]u8 = @ptrFromInt(object.storage(self));
    @memcpy(storage[0..link.info.size], bytes[0..link.info.size]);
    if (adopt_value) |setAllocator| setAllocator(storage, own.blocks.allocator());
    object.setState(self, .own);
    self.flags = .{ .has_snapshot = own_info.snapshot != 0 };
    self.flags.is_forgotten = false;
    region.change(self, own);
    region.live -= 1;
    own.insert(self, own_info) catch unreachable; // there is room
    // Parts of it, and of these: until no one else is found.
    var index: usize = 0;
    if (parts > 0) while (index < region.objects.count()) {
        const known = region.objects.items.items[index].value;
        if (isWithin(known, self)) {
            own.objects.append(region.objects.items.items[index].key, known);
            region.objects.swapRemove(index);
            region.change(known, own);
            own.holders += 1;
            own.live += 1;
            region.live -= 1;
        } else index += 1;
    };
    return link.parent.?;
}

/// Where threads are free, some may just look at the former one, which then stays to the end.
fn change(region: *Region, self: *Layout, other: *Region) void {
    if (capi.free_threaded) {
        @atomicStore(?*Region, &self.region, other, .release);
    } else {
        region.unlink(self);
        self.region = other;
    }
}

fn isWithin(part: *Layout, whole: *Layout) bool {
    var place = part;
    while (true) switch (place.state) {
        .part, .item, .key => {
            place = object.linkOf(place).parent.?;
            if (place == whole) return true;
        },
        else => return false,
    };
}

/// An object is found at its place no more, though it is still counted.
pub fn forget(region_: *Region, self: *Layout) void {
    const region = region_.current();
    region.lock();
    defer region.unlock();
    region.remove(self);
}

/// All blocks of what was lent, unless objects of Python's own are there.
pub fn takeLent(region_: *Region) Blocks {
    const region = region_.current();
    region.lock();
    defer region.unlock();
    if (region.own_count > 0) return .{};
    region.findHidden() catch {}; // then they end with the region
    defer region.blocks = .{};
    return region.blocks;
}

/// An item, of which no copy can be kept, is there no more.
pub fn letGo(self: *Layout) void {
    const region = lockOf(self);
    region.remove(self);
    const parent = object.linkOf(self).parent.?;
    if (self.state == .key) freeKey(object.linkOf(self).place);
    object.setState(self, .freed);
    region.unlock();
    c.Py_DecRef(&parent.ob_base);
}

/// Gives `self`, which has no value, or one that was given back, the value of a new object that
/// nobody else has, and what that is in.
pub fn moveOwn(self: *Layout, made: *Layout, info: *const Info) Error!void {
    if (of(made) != null) {
        const own = try ensure(self);
        try unite(own, of(made).?);
        const region = lockOf(self);
        defer region.unlock();
        region.remove(made);
        region.live -= 1;
        region.unlink(made);
        made.region = null;
    }
    // Its place in the table may be another one in a moment.
    if (of(self)) |region| {
        region.lock();
        defer region.unlock();
        region.remove(self);
    }
    if (made.state == .held) {
        object.linkOf(self).* = object.linkOf(made).*;
    } else {
        const from: [*]const u8 = @ptrFromInt(object.storage(made));
        const to: [*]u8 = @ptrFromInt(object.storage(self));
        @memcpy(to[0..info.size], from[0..info.size]);
        if (info.snapshot != 0)
            object.snapshotOf(self, info).* = object.snapshotOf(made, info).*;
    }
    self.flags.is_borrowed = made.flags.is_borrowed;
    self.marks.is_view = made.marks.is_view;
    self.state = made.state;
    made.state = .empty;
    // It is found at its place again: a handle's is that of its value.
    const region = of(self) orelse return;
    region.lock();
    defer region.unlock();
    self.flags.is_forgotten = false;
    if (region.own_count == 0) region.broken = null;
    region.insert(self, info) catch return errors.raiseNoMemory();
}
