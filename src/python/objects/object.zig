//! What an object of a class is in memory, and where its value is: docs/background/objects.md.
//!
//! An *own* object has its value behind this header, or, a handle, the address of it. A *part*
//! knows its parent and where it is there, an *address* what Zig gave. Nothing here holds anything:
//! callers do (hold.zig).

const std = @import("std");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const Construction = @import("construct.zig").Construction;
const errors = @import("../errors.zig");
const memory = @import("../memory.zig");
const references = @import("../references.zig");
const Region = @import("Region.zig");
const Site = @import("../../comptime_bridge.zig").Site;
const pointing = @import("../../pointing.zig");
const trees = @import("../../trees.zig");
const c = capi.functions;
const Error = errors.Error;
const PyObject = capi.PyObject;

pub const Layout = extern struct {
    ob_base: PyObject,
    /// What it may point into, and may be pointed into by. Null of an own object that is alone.
    region: ?*Region,
    state: State,
    flags: Flags,
    /// Where an own value is, from the start of the object.
    offset: u16,
    /// How many parts are directly in it: while there are, its memory stays.
    pins: u16,
    marks: Marks,
};

pub const State = enum(u8) {
    empty,
    own,
    /// An own value that lies elsewhere.
    held,
    /// At an offset in its parent.
    part,
    /// An item of a list: at an index.
    item,
    /// A value of a map: at a key.
    key,
    address,
    destroyed,
    /// Its callback is over.
    expired,
    /// A call that freed it said so.
    freed,
};

pub const Flags = packed struct(u8) {
    read_only: bool = false,
    /// Of an own object: others may point into its value.
    is_pointed: bool = false,
    /// Of an own object: its deinit is not called, since the value is somebody else's.
    is_borrowed: bool = false,
    /// Of an own object: Python has it no more, but its value may be pointed to.
    is_zombie: bool = false,
    /// Of a part: its parent is an own object, and counts it among its pins.
    pins_parent: bool = false,
    /// Of an address: what is there is a whole own value, which does not move.
    is_whole: bool = false,
    /// Its region does not find it any more.
    is_forgotten: bool = false,
    /// Of an own object: it knows a generation.
    has_snapshot: bool = false,
};

pub const Marks = packed struct(u16) {
    /// Of an own object: all that it points to are whole objects, which it was made of.
    is_view: bool = false,
    /// Of a handle, in a region that ends: others have it in their lists.
    is_contained: bool = false,
    /// Of an own object: a function's `.keeps` says that another one may point to it.
    is_kept: bool = false,
    /// Of a part: it has had parts itself.
    has_parts: bool = false,
    unused: u12 = 0,
};

/// What a part or an address knows, behind its header.
pub const Link = extern struct {
    info: *const Info,
    /// A reference, unless it is counted as a pin.
    parent: ?*Layout,
    /// An offset, an index, the address of a `Key`, or an address.
    place: usize,
    /// Of an address, what its region's was when it was given; of a handle, the number by which the
    /// allocator knows it.
    generation: usize,
    /// How many parents it has.
    depth: usize,
};

/// The key of an object in a map: its text follows.
pub const Key = extern struct {
    len: usize,
    /// That of its text: see `Region.hashOfText`.
    hash: usize,

    pub fn text(key: *const Key) []const u8 {
        const bytes: [*]const u8 = @ptrCast(key);
        return bytes[@sizeOf(Key)..][0..key.len];
    }
};

/// What is known of a class, list or map without its Zig type.
pub const Info = struct {
    name: [:0]const u8,
    /// Bytes of a value, and of an object of its own.
    size: usize,
    alignment: usize,
    basicsize: usize,
    kind: enum { plain, tree, resource, list, map },
    /// Of an own resource: where it has the generation of what it depends on.
    snapshot: usize = 0,
    /// Where the list of weak references is; 0: there is none.
    weak: usize = 0,
    /// Gives back what a value owns. What its deinit panicked with, or returned, is raised; the
    /// module is null where that has gone already.
    deinit: ?*const fn (value: *anyopaque, module: ?*PyObject) Error!void = null,
    /// Whether its deinit may use what is another object's, and whether it may free that, or what
    /// a tree has.
    reaches: bool = false,
    frees: bool = false,
    frees_trees: bool = false,
    /// The pointers to structs that are in a value which is no tree; null where there are none.
    pointers: ?*const fn (value: *const anyopaque) pointing.Pointers = null,
    /// Tells of what a value points to.
    walk: ?*const fn (walk: *pointing.Walk, value: *const anyopaque) void = null,
    /// A new reference to the object at an address in a value: null where there is no place for it.
    locate: ?*const fn (self: *Layout, value: *anyopaque, sought: Sought) Located = null,
    /// Of a list: the address of an item, null where it has no such.
    item: ?*const fn (list: *anyopaque, index: usize) ?*anyopaque = null,
    /// Of a map: the address of the value of a key.
    value_of: ?*const fn (map: *anyopaque, key: []const u8) ?*anyopaque = null,
    /// What the garbage collector is told of the Python objects in a value, and empties them.
    traverse: ?*const fn (value: *anyopaque, visitor: *const references.Visitor) c_int = null,
    clear: ?*const fn (value: *anyopaque) void = null,
    /// Gives an object that has no value yet a copy of one. Null of what cannot be copied.
    set_copy: ?*const fn (self: *Layout, value: *const anyopaque) Error!void = null,
    /// How its objects are made of the values of its fields. Null where that is not for all alike.
    construction: ?*const Construction = null,
    /// Whether two values are equal. Null of what cannot be copied.
    equal: ?*const fn (a: *const anyopaque, b: *const anyopaque) Error!bool = null,
    /// How many attributes are fields.
    field_count: usize = 0,
    /// Whether addresses that its methods give stay good as long as it lives.
    is_stable: bool = false,
    /// Whether its objects take part in cyclic garbage collection.
    has_gc: bool = false,
    /// Whether nothing changes a value once it is there.
    is_frozen: bool = false,
    /// Whether a map in a value has the place of its region's blocks.
    has_allocator: bool = false,
};

/// What is known of an attribute: the closure of its getter and its setter.
pub const Attribute = struct {
    info: *const Info,
    /// Where its value is in that of an object.
    offset: usize,
    /// A new reference to a copy of its value, null with the error set.
    copy: ?*const fn (module: *PyObject, value: *align(1) const anyopaque) ?*PyObject = null,
    site: *const Site,
};

/// An address that Zig gave, of a value of a class.
pub const Sought = struct { address: usize, info: *const Info, is_const: bool };

pub const Located = union(enum) { nowhere, failed, object: *Layout };

/// An address is good whatever has changed, as long as its region is.
pub const any_generation = std.math.maxInt(usize);
/// One that no region has: the address has ended for good.
pub const no_generation = any_generation - 1;

/// Parts of parts.
pub const max_depth = 250;

pub inline fn of(object: *PyObject) *Layout {
    return @ptrCast(@alignCast(object));
}

/// What an object is, for who does not hold it yet: where threads are free, another one may just
/// give it its value, or take the item that it was out of its list.
pub inline fn stateOf(self: *Layout) State {
    return if (capi.free_threaded) @atomicLoad(State, &self.state, .acquire) else self.state;
}

pub inline fn setState(self: *Layout, state: State) void {
    if (capi.free_threaded)
        @atomicStore(State, &self.state, state, .release)
    else
        self.state = state;
}

/// What a part or address knows.
pub inline fn linkOf(self: *Layout) *Link {
    return @ptrFromInt(@intFromPtr(self) + comptime std.mem.alignForward(
        usize,
        @sizeOf(Layout),
        @alignOf(Link),
    ));
}

pub const link_end = std.mem.alignForward(usize, @sizeOf(Layout), @alignOf(Link)) + @sizeOf(Link);

/// What objects of a `T` need of memory, and where.
///
/// The object is larger than `base`, if it is derived from one: so CPython refuses classes that are
/// derived from several.
pub fn Sizes(
    comptime T: type,
    comptime is_resource: bool,
    comptime has_weak: bool,
    comptime base: ?type,
) type {
    return struct {
        const word = @sizeOf(usize);
        /// CPython aligns by two words, and more is seen to when there is an address.
        const slack = if (@alignOf(T) > 2 * word) @alignOf(T) else 0;
        pub const offset = std.mem.alignForward(
            usize,
            @sizeOf(Layout),
            @min(@alignOf(T), 2 * word),
        );
        const value_end: usize = std.mem.alignForward(usize, offset + slack + @sizeOf(T), word);
        /// What is behind a value is behind what a part knows, too.
        const end: usize = if (is_resource or has_weak) @max(value_end, link_end) else value_end;
        pub const snapshot = if (is_resource) end else 0;
        pub const weak = if (has_weak) end + (if (is_resource) word else 0) else 0;
        const needed = end + (if (is_resource) word else 0) + if (has_weak) word else 0;
        // Two words more: CPython before 3.12 overlooks one that is for weak references.
        pub const basic: usize = if (base) |Base| @max(needed, Base.basic + 2 * word) else needed;
        pub const is_exact = slack == 0;
    };
}

/// The class of ours that `class` is, or is derived from. Where none of ours is derived from
/// another one, all have `object` as their base: it is the last one before that.
pub fn ownClass(class: *PyObject) *PyObject {
    var own_class = class;
    while (true) {
        const base = baseOf(own_class) orelse break;
        if (base == capi.object("PyBaseObject_Type")) break;
        if (comptime classes.most_bases > 0) if (!isPythons(own_class)) break;
        own_class = base;
    }
    return own_class;
}

/// How objects end whose class a `class` statement made: the same function of CPython's for all.
var pythons_dealloc: ?*const anyopaque = null;

/// To be called before there are classes that others are derived from. False with the error set.
pub fn learnOfPython() bool {
    if (comptime classes.most_bases == 0) return true;
    const none = c.PyTuple_New(0) orelse return false;
    defer c.Py_DecRef(none);
    const dict = c.PyDict_New() orelse return false;
    defer c.Py_DecRef(dict);
    const name = capi.newStr("example") orelse return false;
    defer c.Py_DecRef(name);
    const Type = capi.typeOf(capi.object("PyBaseObject_Type"));
    const made = capi.vectorcall(Type, &.{ name, none, dict }, 3, null) orelse return false;
    defer c.Py_DecRef(made);
    @atomicStore(?*const anyopaque, &pythons_dealloc, deallocOf(made), .monotonic);
    return true;
}

fn isPythons(class: *PyObject) bool {
    return deallocOf(class) == @atomicLoad(?*const anyopaque, &pythons_dealloc, .monotonic);
}

fn deallocOf(class: *PyObject) ?*const anyopaque {
    if (capi.limited) return c.PyType_GetSlot(class, capi.constants.Py_tp_dealloc);
    return capi.typeLayout(class).tp_dealloc;
}

pub inline fn baseOf(class: *PyObject) ?*PyObject {
    if (capi.limited) return @ptrCast(@alignCast(
        c.PyType_GetSlot(class, capi.constants.Py_tp_base),
    ));
    return capi.typeLayout(class).tp_base;
}

/// What is known of the class of an own object. Its first attribute carries it.
pub inline fn infoOfClass(class: *PyObject) *const Info {
    return attributeOf(attributesOf(class)[0].closure).info;
}

inline fn attributesOf(class: *PyObject) [*]const capi.structs.PyGetSetDef {
    const own = ownClass(class);
    return @ptrCast(@alignCast(if (capi.limited)
        c.PyType_GetSlot(own, capi.constants.Py_tp_getset).?
    else
        capi.typeLayout(own).tp_getset.?));
}

/// The attributes of a class that are its fields.
pub fn fieldsOfClass(class: *PyObject) []const capi.structs.PyGetSetDef {
    return attributesOf(class)[0..infoOfClass(class).field_count];
}

pub inline fn attributeOf(closure: ?*anyopaque) *const Attribute {
    return @ptrCast(@alignCast(closure.?));
}

pub fn infoOf(self: *Layout) *const Info {
    return switch (stateOf(self)) {
        .part, .item, .key, .address, .freed => linkOf(self).info,
        else => infoOfClass(capi.typeOf(&self.ob_base)),
    };
}

/// The module (borrowed) of one of our classes or of what is derived from it; null, and no error
/// set, where the garbage collector took it already.
pub fn moduleOfClass(class: *PyObject) ?*PyObject {
    return capi.moduleOfType(ownClass(class));
}

/// The module (borrowed) of an object's class, which keeps it.
pub inline fn moduleOf(self: *Layout) *PyObject {
    return capi.moduleOfType(ownClass(capi.typeOf(&self.ob_base))).?;
}

/// A new object of `class`, which may be a subclass of Python's, without a value: null with the
/// error set.
pub fn create(class: *PyObject, info: *const Info) ?*Layout {
    const is_own = baseOf(class) == capi.object("PyBaseObject_Type");
    const object = if (is_own and !info.has_gc)
        allocate(class, info.basicsize) orelse return null
    else
        c.PyType_GenericAlloc(class, 0) orelse return null;
    const self = of(object);
    const at = std.mem.alignForward(usize, @intFromPtr(self) + @sizeOf(Layout), info.alignment);
    self.offset = @intCast(at - @intFromPtr(self));
    if (info.weak != 0) weakOf(self, info).* = null;
    if (info.snapshot != 0) {
        snapshotOf(self, info).* = any_generation;
        self.flags.has_snapshot = true;
    }
    return self;
}

/// The same of a class of ours itself.
pub inline fn createOwn(class: *PyObject, info: *const Info) ?*Layout {
    if (info.has_gc) return create(class, info);
    const self = of(allocate(class, info.basicsize) orelse return null);
    const at = std.mem.alignForward(usize, @intFromPtr(self) + @sizeOf(Layout), info.alignment);
    self.offset = @intCast(at - @intFromPtr(self));
    if (info.weak != 0) weakOf(self, info).* = null;
    return self;
}

/// Memory for an object that CPython does not collect, with an empty header.
pub inline fn allocate(class: *PyObject, size: usize) ?*PyObject {
    return begin(class, c.PyObject_Malloc(size) orelse return c.PyErr_NoMemory());
}

/// An object in memory that is there: with an empty header.
pub inline fn begin(class: *PyObject, room: *anyopaque) *PyObject {
    const object: *PyObject = @ptrCast(@alignCast(room));
    _ = c.PyObject_Init(object, class);
    const self = of(object);
    self.region = null;
    self.state = .empty;
    self.flags = .{};
    self.pins = 0;
    self.marks = .{};
    return object;
}

pub fn weakOf(self: *Layout, info: *const Info) *?*PyObject {
    return @ptrFromInt(@intFromPtr(self) + info.weak);
}

/// The generation that an own resource depends on.
pub fn snapshotOf(self: *Layout, info: *const Info) *usize {
    return @ptrFromInt(@intFromPtr(self) + info.snapshot);
}

/// Where an own value is.
pub inline fn storage(self: *Layout) usize {
    return @intFromPtr(self) + self.offset;
}

/// Where the value is now. What it is in is held.
pub inline fn resolve(self: *Layout) Error!usize {
    return if (self.state == .own) resolveOwn(self) else resolveSlowly(self);
}

noinline fn resolveSlowly(self: *Layout) Error!usize {
    switch (self.state) {
        .own => return resolveOwn(self),
        .held => {
            if (Region.of(self)) |region| if (!capi.free_threaded or !region.isGood(self))
                try region.check(self);
            return heldValue(self) orelse raiseFreed(infoOf(self));
        },
        .part => {
            const parent = linkOf(self).parent.?;
            const start = if (parent.state == .own) try resolveOwn(parent) else try resolve(parent);
            return start + linkOf(self).place;
        },
        .item, .key => {
            const parent = linkOf(self).parent.?;
            const container: *anyopaque = @ptrFromInt(try resolve(parent));
            return @intFromPtr(find(self, container) orelse return raiseNoItem(self));
        },
        .address => {
            try Region.of(self).?.check(self);
            return linkOf(self).place;
        },
        .empty, .destroyed, .expired, .freed => return raiseUnusable(self),
    }
}

/// Where the value of an object is that is no part of another one, and no address that Zig gave;
/// null where it has none.
pub fn wholeValue(self: *Layout) ?usize {
    return switch (self.state) {
        .own => storage(self),
        .held => heldValue(self),
        else => null,
    };
}

/// Where the value of a handle is; null where it was freed by another one's functions.
pub inline fn heldValue(self: *Layout) ?usize {
    const link = linkOf(self);
    return if (memory.isLost(link.place, @intCast(link.generation))) null else link.place;
}

inline fn resolveOwn(self: *Layout) Error!usize {
    const region = Region.of(self) orelse return storage(self);
    if (!region.isGood(self)) try region.check(self);
    return storage(self);
}

/// Where an item or value of a key is in its list or map; null where it is there no more.
pub fn find(self: *Layout, container: *anyopaque) ?*anyopaque {
    const link = linkOf(self);
    const info = linkOf(link.parent.?).info;
    if (self.state == .item) return info.item.?(container, link.place);
    const key: *const Key = @ptrFromInt(link.place);
    return info.value_of.?(container, key.text());
}

pub fn isReadOnly(self: *Layout) bool {
    return whyReadOnly(self) != null;
}

/// Whether a `*const` pointer, a const slice, or an object that is frozen is on the way to it.
fn whyReadOnly(self: *Layout) ?[*:0]const u8 {
    var place = self;
    while (true) {
        if (place.flags.read_only) return if (place.state == .own)
            "it is a constant"
        else
            "what gave it gave a *const pointer";
        if (infoOf(place).is_frozen) return "nothing changes what is frozen";
        switch (place.state) {
            .part, .item, .key => place = linkOf(place).parent.?,
            else => return null,
        }
    }
}

/// An own object, which nobody else has yet, is not to be changed: what is quick asks no more than
/// whether there is a region.
pub fn beConstant(self: *Layout) Error!void {
    _ = try Region.ensure(self);
    self.flags.read_only = true;
}

/// Whether an own object can be written to.
pub inline fn isWritable(self: *Layout) bool {
    return !self.flags.read_only and !infoOfClass(capi.typeOf(&self.ob_base)).is_frozen;
}

/// TypeError where it cannot be written to.
pub inline fn expectWritable(self: *Layout) Error!void {
    if (self.state != .own or !isWritable(self)) return expectWritableSlowly(self);
}

noinline fn expectWritableSlowly(self: *Layout) Error!void {
    const reason = whyReadOnly(self) orelse return;
    _ = c.PyErr_Format(
        capi.exception("TypeError"),
        "this %s is read-only: %s",
        infoOf(self).name.ptr,
        reason,
    );
    return error.PythonException;
}

/// The object that owns what a part is in, by what is known now: null of what is in an address.
pub fn ownerOf(self: *Layout) ?*Layout {
    var place = self;
    while (true) switch (place.state) {
        .part, .item, .key => place = linkOf(place).parent.?,
        .own, .held => return place,
        else => return null,
    };
}

pub noinline fn raiseUnusable(self: *Layout) Error {
    const info = infoOf(self);
    switch (self.state) {
        .empty => _ = c.PyErr_Format(
            capi.exception("TypeError"),
            "the %s has no value: its __init__ was not called",
            info.name.ptr,
        ),
        .expired => _ = c.PyErr_Format(
            capi.exception("ReferenceError"),
            "the %s was lent to a callback, which is over",
            info.name.ptr,
        ),
        .freed => return raiseFreed(info),
        else => _ = c.PyErr_Format(
            capi.exception("ReferenceError"),
            "the %s has been destroyed",
            info.name.ptr,
        ),
    }
    return error.PythonException;
}

noinline fn raiseFreed(info: *const Info) Error {
    _ = c.PyErr_Format(
        capi.exception("ReferenceError"),
        "the %s is gone: a call has freed it",
        info.name.ptr,
    );
    return error.PythonException;
}

noinline fn raiseNoItem(self: *Layout) Error {
    const text = if (self.state == .item)
        "the %s is gone: its list has become shorter, or the attribute None"
    else
        "the %s is gone: its key is not in the dict any more";
    _ = c.PyErr_Format(capi.exception("ReferenceError"), text, infoOf(self).name.ptr);
    return error.PythonException;
}

/// Calls `deinit` where only sys.unraisablehook can be told that it failed. An exception that is
/// set stays so.
pub fn deinitUnasked(class: *PyObject, info: *const Info, value: *anyopaque) void {
    const deinit = info.deinit orelse return;
    var raised: [3]?*PyObject = undefined;
    c.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
    defer c.PyErr_Restore(raised[0], raised[1], raised[2]);
    deinit(value, moduleOfClass(class)) catch c.PyErr_WriteUnraisable(class);
}

/// What an own value owns is given back, unasked.
pub fn deinitOwn(self: *Layout) void {
    const class = capi.typeOf(&self.ob_base);
    const value: *anyopaque = switch (self.state) {
        .own => @ptrFromInt(storage(self)),
        .held => @ptrFromInt(linkOf(self).place),
        else => return,
    };
    const info = infoOfClass(class);
    const is_there = isTaken(self);
    setState(self, .destroyed);
    if (is_there and !self.flags.is_borrowed) deinitUnasked(class, info, value);
}

/// Whether there is a value yet, of which the deinit is to be called now.
pub fn isTaken(self: *Layout) bool {
    const link = linkOf(self);
    return self.state != .held or memory.unfollow(link.place, @intCast(link.generation));
}

/// An address that `self` gave, and that is not in its value, may be in what it has.
pub fn markPointed(self: *Layout) void {
    const owner = ownerOf(self) orelse return;
    if (!owner.marks.is_view) owner.flags.is_pointed = true;
}

/// The text of the key that a value of a map is at.
pub fn keyOf(self: *Layout) []const u8 {
    return @as(*const Key, @ptrFromInt(linkOf(self).place)).text();
}

/// Where threads are free, another one may just bring it into another region.
inline fn isInRegion(self: *Layout) bool {
    const region = if (capi.free_threaded)
        @atomicLoad(?*Region, &self.region, .monotonic)
    else
        self.region;
    return region != null;
}

/// The memory of an object that nobody has any more, and its reference to its class.
pub fn free(self: *Layout) void {
    const class = capi.typeOf(&self.ob_base);
    const is_collected = capi.flagsOfType(class) & capi.constants.Py_TPFLAGS_HAVE_GC != 0;
    if (is_collected) c.PyObject_GC_Del(&self.ob_base) else c.PyObject_Free(self);
    c.Py_DecRef(class);
}

/// See tp_dealloc.
pub fn dealloc(object: *PyObject) callconv(.c) void {
    const self = of(object);
    const class = capi.typeOf(object);
    const info = infoOfClass(class);
    if (info.has_gc) c.PyObject_GC_UnTrack(object);
    if (info.weak != 0 and weakOf(self, info).* != null) c.PyObject_ClearWeakRefs(object);
    if (isInRegion(self)) return Region.leave(self);
    if (info.deinit != null) deinitOwn(self);
    free(self);
}

/// The same of a class whose objects are not collected, and whose values own nothing; those of a
/// subclass of Python's may be collected.
pub fn deallocSimple(object: *PyObject) callconv(.c) void {
    const self = of(object);
    if (isInRegion(self)) Region.leave(self) else free(self);
}

/// The same of a list, a map, or an iterator over one.
pub fn deallocView(object: *PyObject) callconv(.c) void {
    const self = of(object);
    // One that another thread was faster with, or that had no room, has never joined.
    if (isInRegion(self)) Region.leave(self) else free(self);
}

/// See tp_traverse. What a value has is its own only where nothing else may point into it, and no
/// call is changing it. A reference that the collector is not told of is one more from outside, and
/// so nothing is lost.
pub fn traverse(
    object: *PyObject,
    visit: *const capi.visitproc,
    arg: ?*anyopaque,
) callconv(.c) c_int {
    const self = of(object);
    const stop = visit(capi.typeOf(object), arg);
    if (stop != 0) return stop;
    switch (self.state) {
        .part, .item, .key => if (!self.flags.pins_parent)
            return visit(&linkOf(self).parent.?.ob_base, arg),
        else => {},
    }
    const region = Region.of(self);
    if (region) |some| if (some.isInUse() or !some.isOf(self)) return 0;
    if (self.state == .own) if (infoOfClass(capi.typeOf(object)).traverse) |traverseValue| {
        const value: *anyopaque = @ptrFromInt(storage(self));
        const stopped = traverseValue(value, &.{ .visit = visit, .arg = arg });
        if (stopped != 0) return stopped;
    };
    return if (region) |some| some.traverse(visit, arg) else 0;
}

/// See tp_clear.
pub fn clear(object: *PyObject) callconv(.c) c_int {
    const self = of(object);
    if (Region.of(self)) |region| if (!region.isFree() or !region.isOf(self)) return 0;
    if (self.state != .own) return 0;
    if (infoOfClass(capi.typeOf(object)).clear) |clearValue|
        clearValue(@ptrFromInt(storage(self)));
    return 0;
}
