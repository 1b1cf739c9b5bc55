//! What functions give: new objects of values, and objects at addresses, which are the ones that
//! are there already, or parts, where these can be found.

const std = @import("std");
const Blocks = @import("Blocks.zig");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const classes_of = @import("classes_of.zig");
const errors = @import("../errors.zig");
const hold = @import("hold.zig");
pub const Lender = @import("arguments.zig").Lender;
const memory = @import("../memory.zig");
const object = @import("object.zig");
const places = @import("places.zig");
const Region = @import("Region.zig");
const signature = @import("../../signature.zig");
const trees = @import("../../trees.zig");
const c = capi.functions;
const Error = errors.Error;
const Info = object.Info;
const Layout = object.Layout;
const PyObject = capi.PyObject;

/// `trees.copy`, with its failures as exceptions.
pub fn copied(comptime T: type, gpa: std.mem.Allocator, value: T) Error!T {
    return trees.copy(T, gpa, value) catch |err| raise(err);
}

pub fn raise(err: trees.Failure) Error {
    if (err == error.OutOfMemory) return errors.raiseNoMemory();
    c.PyErr_SetString(
        capi.exception("RecursionError"),
        std.fmt.comptimePrint("values inside of one another, {d} deep", .{trees.max_depth}),
    );
    return error.PythonException;
}

/// A new object of class `T` with a copy of `value` of its own, or null with the error set.
pub inline fn giveCopy(comptime T: type, module: *PyObject, value: T) ?*PyObject {
    const self = classes_of.newOf(T, module) orelse return null;
    if (comptime classes.isFlat(T)) {
        @as(*T, @ptrFromInt(object.storage(self))).* = value;
        self.state = .own;
        return &self.ob_base;
    }
    return fillCopy(T, self, value);
}

noinline fn fillCopy(comptime T: type, self: *Layout, value: T) ?*PyObject {
    setCopy(T, self, value) catch {
        c.Py_DecRef(&self.ob_base);
        return null;
    };
    return &self.ob_base;
}

/// Gives an object that has no value a copy of one.
pub fn setCopy(comptime T: type, self: *Layout, value: T) Error!void {
    const place: *T = @ptrFromInt(object.storage(self));
    place.* = if (comptime classes.isFlat(T)) value else copied: {
        const region = try Region.ensure(self);
        break :copied try copied(T, region.blocks.allocator(), value);
    };
    self.state = .own;
}

/// The same of plain data of any class: a call costs more, and a class less.
pub noinline fn setBytes(self: *Layout, value: *const anyopaque, size: usize) void {
    const from: [*]const u8 = @ptrCast(value);
    const to: [*]u8 = @ptrFromInt(object.storage(self));
    @memcpy(to[0..size], from[0..size]);
    self.state = .own;
}

/// Whether a pointer that a function with so many objects among its arguments returns is that of a
/// value on the heap, which is Python's to destroy.
pub fn isOwnedHandle(comptime T: type, comptime objects: usize, comptime spec: anytype) bool {
    if (!classes.isHeapHandle(classes.Pointee(T)) or @typeInfo(T).pointer.attrs.@"const")
        return false;
    const said = if (@hasField(@TypeOf(spec), "result")) spec.result else .unsaid;
    return said == .owned or (said == .unsaid and objects == 0);
}

/// A new object of a value on the heap, which ends with it; null with the error set.
pub fn giveHandle(comptime T: type, module: *PyObject, pointer: T) ?*PyObject {
    const Class = classes.Pointee(T);
    const self = classes_of.newOf(Class, module) orelse {
        const class = classes_of.classOf(Class, module) orelse return null;
        object.deinitUnasked(class, classes_of.infoOf(Class), pointer);
        return null;
    };
    object.linkOf(self).* = .{
        .info = classes_of.infoOf(Class),
        .parent = null,
        .place = @intFromPtr(pointer),
        .generation = memory.follow(@intFromPtr(pointer), @sizeOf(Class)),
        .depth = 0,
    };
    self.state = .held;
    return &self.ob_base;
}

/// A new object of class `T`, which is no tree, that owns `value`, or null with the error set, and
/// the value given back. It is in the region of what it may point to among the lenders.
pub fn giveOwn(
    comptime T: type,
    module: *PyObject,
    value: T,
    lenders: []const Lender,
    is_owner: bool,
) ?*PyObject {
    const self = classes_of.newOf(T, module) orelse {
        giveUp(T, module, value, is_owner);
        return null;
    };
    const info = classes_of.infoOf(T);
    const place: *T = @ptrFromInt(object.storage(self));
    place.* = value;
    self.state = .own;
    self.flags.is_borrowed = !is_owner;
    if (info.snapshot != 0) object.snapshotOf(self, info).* = object.any_generation;
    join(T, self, place, lenders) catch {
        c.Py_DecRef(&self.ob_base);
        return null;
    };
    return &self.ob_base;
}

/// Gives a value back that became no object.
pub fn giveUp(comptime T: type, module: *PyObject, value: T, is_owner: bool) void {
    if (!is_owner or (comptime !classes.hasDeinit(T) and !classes.holdsReferences(T))) return;
    var unwanted = value;
    object.deinitUnasked(
        classes_of.classOf(T, module).?,
        classes_of.infoOf(T),
        @ptrCast(&unwanted),
    );
}

/// Makes a new object one of the region of those lenders that its value may point into.
pub fn join(
    comptime T: type,
    self: *Layout,
    value: *const T,
    lenders: []const Lender,
) Error!void {
    var pointers: Pointers = .{};
    pointers.collect(T, value);
    const is_all_its_own = comptime classes.hasDeinit(T) or classes.holdsReferences(T);
    const is_exact = pointers.allAmong(lenders) and comptime (classes.isHandle(T) or
        is_all_its_own);
    var is_whole = is_exact;
    for (lenders) |lender| {
        const owner = object.of(lender.object);
        if (lender.is_kept) {
            is_whole = false;
        } else if (is_exact) {
            if (!pointers.has(lender.address)) continue;
            if (owner.state != .own and owner.state != .held) is_whole = false;
        } else if (is_all_its_own and !self.flags.is_borrowed and !pointsInto(T, value, lender))
            continue;
        const region = try Region.ensure(owner);
        if (object.ownerOf(owner)) |whole| whole.flags.is_pointed = true;
        if (Region.of(self)) |own| {
            try Region.unite(own, region);
        } else region.join(self, object.infoOf(self)) catch return errors.raiseNoMemory();
    }
    const region = Region.of(self) orelse return;
    const info = classes_of.infoOf(T);
    if (comptime classes.isView(T)) self.marks.is_view = is_whole;
    if (!is_whole and !region.is_stable and info.snapshot != 0)
        object.snapshotOf(self, info).* = region.generation;
}

fn pointsInto(comptime T: type, value: *const T, lender: Lender) bool {
    const owner = object.of(lender.object);
    var search: Region.Search = .{
        .address = lender.address,
        .size = object.infoOf(owner).size,
        .region = Region.of(owner),
    };
    trees.walk(T, &search.visitor, value);
    return search.found;
}

/// The pointers to objects that are in a value.
const Pointers = struct {
    addresses: [16]usize = undefined,
    size: usize = 0,
    complete: bool = true,

    fn collect(pointers: *Pointers, comptime T: type, value: *const T) void {
        switch (@typeInfo(T)) {
            .pointer => |pointer| if (pointer.size == .one and classes.isClass(pointer.child)) {
                if (pointers.size == pointers.addresses.len) {
                    pointers.complete = false;
                } else {
                    pointers.addresses[pointers.size] = @intFromPtr(value.*);
                    pointers.size += 1;
                }
            },
            .optional => |optional| if (comptime mayPoint(T)) if (value.*) |some| pointers.collect(
                optional.child,
                &some,
            ),
            .@"struct" => |info| if (comptime mayPoint(T))
                inline for (info.field_names, info.field_types) |name, Field| {
                    pointers.collect(Field, &@field(value, name));
                },
            else => {},
        }
    }

    fn mayPoint(comptime T: type) bool {
        @setEvalBranchQuota(1_000_000_000);
        return inline for (classes.all) |class| {
            if (classes.pointsTo(T, class.T)) break true;
        } else false;
    }

    fn has(pointers: *const Pointers, address: usize) bool {
        return std.mem.indexOfScalar(usize, pointers.addresses[0..pointers.size], address) != null;
    }

    fn allAmong(pointers: *const Pointers, lenders: []const Lender) bool {
        for (pointers.addresses[0..pointers.size]) |address| {
            for (lenders) |lender| {
                if (lender.address == address) break;
            } else return false;
        }
        return pointers.complete and pointers.size > 0;
    }
};

/// An object at an address inside of what one of the lenders has, or one of these itself. Without a
/// lender it is to be expired before the address ends.
pub fn giveAddress(
    comptime T: type,
    module: *PyObject,
    pointer: T,
    lenders: []const Lender,
) ?*PyObject {
    const Class = classes.Pointee(T);
    const info = classes_of.infoIn(Class, module) orelse return null;
    const class = classes_of.classOf(Class, module) orelse return null;
    return addressOf(class, .{
        .address = @intFromPtr(pointer),
        .info = info,
        .is_const = @typeInfo(T).pointer.attrs.@"const",
    }, lenders);
}

fn addressOf(class: *PyObject, sought: object.Sought, lenders: []const Lender) ?*PyObject {
    const address = sought.address;
    const info = sought.info;
    for (lenders) |lender| {
        if (lender.address != address or object.infoOf(object.of(lender.object)) != info) continue;
        c.Py_IncRef(lender.object);
        return lender.object;
    }
    for (lenders) |lender| {
        const region = Region.ensure(object.of(lender.object)) catch return null;
        if (region.get(Region.at(address, info, false))) |known| return &known.ob_base;
        if (sought.is_const) if (region.get(Region.at(address, info, true))) |known|
            return &known.ob_base;
    }
    for (lenders) |lender| switch (locate(object.of(lender.object), sought)) {
        .nowhere => {},
        .failed => return null,
        .object => |found| return &found.ob_base,
    };
    return newAddress(class, info, address, sought.is_const, lenders);
}

/// The object of an item, at an address, of a slice that `view` shows: a part of what has it, where
/// that can be seen.
pub fn giveItem(comptime T: type, view: *Layout, address: usize, is_const: bool) ?*PyObject {
    const module = object.moduleOf(view);
    const info = classes_of.infoIn(T, module) orelse return null;
    const class = classes_of.classOf(T, module) orelse return null;
    const sought: object.Sought = .{ .address = address, .info = info, .is_const = is_const };
    var number: usize = 0;
    while (Region.of(view).?.nextOwner(&number)) |owner| {
        defer c.Py_DecRef(&owner.ob_base);
        switch (locateIn(owner, sought)) {
            .nowhere => {},
            .failed => return null,
            .object => |found| return &found.ob_base,
        }
    }
    return addressOf(class, sought, &.{.{ .object = &view.ob_base, .address = 0 }});
}

/// The part of one of the objects of a lender's region that is at an address.
fn locate(lender: *Layout, sought: object.Sought) object.Located {
    const region = Region.of(lender).?;
    // What is about to end gets no parts.
    if (region.ownerAround(sought.address)) |owner| if (Region.tryRetain(&owner.ob_base)) {
        defer c.Py_DecRef(&owner.ob_base);
        const found = locateIn(owner, sought);
        if (found != .nowhere) return found;
    };
    return locateIn(lender, sought);
}

fn locateIn(self: *Layout, sought: object.Sought) object.Located {
    const function = object.infoOf(self).locate orelse return .nowhere;
    const value = object.resolve(self) catch return .failed;
    return function(self, @ptrFromInt(value), sought);
}

fn newAddress(
    class: *PyObject,
    info: *const Info,
    address: usize,
    is_const: bool,
    lenders: []const Lender,
) ?*PyObject {
    const self = places.newPart(class, info) orelse return null;
    object.linkOf(self).* = .{
        .info = info,
        .parent = null,
        .place = address,
        .generation = 0,
        .depth = 0,
    };
    self.flags.read_only = is_const;
    joinAddress(self, info, lenders) catch {
        c.Py_DecRef(&self.ob_base);
        return null;
    };
    return &self.ob_base;
}

/// An address comes into the region of the lenders, or is one by itself where there are none.
pub fn joinAddress(self: *Layout, info: *const Info, lenders: []const Lender) Error!void {
    self.state = .address;
    errdefer if (self.region == null) {
        self.state = .empty;
    };
    const address = object.linkOf(self).place;
    var region: ?*Region = null;
    for (lenders) |lender| {
        const other = try Region.ensure(object.of(lender.object));
        if (region) |some| try Region.unite(some, other);
        region = Region.of(object.of(lender.object));
        object.markPointed(object.of(lender.object));
    }
    const home = region orelse return joinAlone(self, info);
    if (home.ownerAround(address)) |owner| {
        // Not what is first in it: that may be there no more after a change.
        if (object.infoOf(owner) == info and object.resolve(owner) catch 0 == address) {
            self.flags.is_whole = true;
            object.linkOf(self).generation = object.any_generation;
        }
    }
    home.join(self, info) catch return errors.raiseNoMemory();
}

/// A region of nothing but an address.
fn joinAlone(self: *Layout, info: *const Info) Error!void {
    self.flags.is_whole = true;
    object.linkOf(self).generation = object.any_generation;
    const region = Region.create(false) catch return errors.raiseNoMemory();
    region.join(self, info) catch {
        region.discard();
        return errors.raiseNoMemory();
    };
}

/// The object that a field of `self`, which is held and at `address`, points to.
pub fn giveField(comptime T: type, self: *Layout, address: usize, pointer: T) ?*PyObject {
    const lender: Lender = .{ .object = &self.ob_base, .address = address };
    return giveAddress(T, object.moduleOf(self), pointer, &.{lender});
}

/// An argument of a callback. It `ends` with the callback where Zig's memory may end then, which is
/// so unless the object that it is in says that its pointers are stable, or is itself all that it
/// points to.
pub fn giveLent(
    comptime T: type,
    module: *PyObject,
    value: T,
    lenders: []const Lender,
    does_end: *bool,
) ?*PyObject {
    const is_stable = lenders.len > 0 and isStable(object.of(lenders[0].object));
    switch (comptime signature.kindOf(T).?) {
        .reference => {
            for (lenders) |lender| if (lender.address == @intFromPtr(value))
                return giveAddress(T, module, value, lenders);
            does_end.* = !is_stable;
            if (is_stable) return giveAddress(T, module, value, lenders);
            return lent(giveAddress(T, module, value, &.{}));
        },
        .class => {
            var pointers: Pointers = .{};
            pointers.collect(T, &value);
            does_end.* = !is_stable and !(classes.isHandle(T) and pointers.allAmong(lenders));
            if (!does_end.*) return giveOwn(T, module, value, lenders, false);
            return lent(giveOwn(T, module, value, &.{}, false));
        },
        else => comptime unreachable,
    }
}

/// Notes that the memory of an object ends with a callback. Consumes it where that fails.
fn lent(given: ?*PyObject) ?*PyObject {
    const made = given orelse return null;
    const region = Region.ensure(object.of(made)) catch {
        c.Py_DecRef(made);
        return null;
    };
    region.is_lent = true;
    return made;
}

fn isStable(self: *Layout) bool {
    const region = Region.of(self) orelse return object.infoOf(self).is_stable;
    return region.is_stable;
}

/// Ends the use of what was lent to a callback, before its memory ends. What Python gave it
/// meanwhile is the one's that lends it, or returned: to be kept for as long as the function runs
/// that has called, which may point there.
pub fn expire(given: *PyObject, lenders: []const Lender) Blocks {
    const self = object.of(given);
    var raised: [3]?*PyObject = undefined;
    c.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
    defer c.PyErr_Restore(raised[0], raised[1], raised[2]);
    const region = Region.ensure(self) catch {
        c.PyErr_Clear();
        return .{};
    };
    while (region.current().tryHold(self, .exclusive, true, false) != .held) hold.pause();
    // Its place in the table is that of its address.
    region.forget(self);
    object.setState(self, .expired);
    var blocks = region.takeLent();
    region.release(.exclusive, false);
    if (blocks.map.count() == 0 or lenders.len == 0) return blocks;
    // Of several nobody knows which one: then it stays for ever.
    if (lenders.len == 1) keepIn(object.of(lenders[0].object), &blocks) catch c.PyErr_Clear();
    return .{};
}

fn keepIn(owner: *Layout, blocks: *Blocks) Error!void {
    const region = try Region.ensure(owner);
    try region.adopt(blocks);
    blocks.deinit();
}
