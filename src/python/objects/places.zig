//! Places in a value: which of its fields, or which item of its lists and maps, is at an address
//! that Zig gave. What is found there becomes a part, which stays right while memory moves.

const std = @import("std");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const classes_of = @import("classes_of.zig");
const errors = @import("../errors.zig");
const lists = @import("list.zig");
const maps = @import("map.zig");
const memory = @import("../memory.zig");
const object = @import("object.zig");
const Region = @import("Region.zig");
const c = capi.functions;
const Error = errors.Error;
const Info = object.Info;
const Key = object.Key;
const Layout = object.Layout;
const Located = object.Located;
const PyObject = capi.PyObject;
const Sought = object.Sought;
const string_maps = @import("../../string_maps.zig");

pub const Kind = enum { part, item, key };

/// A new reference to the part of `parent` at a place: the one that is there, or a new one, of
/// `class`; null with the error set. `key` is the text of a map's key.
pub fn part(
    parent: *Layout,
    class: *PyObject,
    info: *const Info,
    kind: Kind,
    place: usize,
    key: []const u8,
    read_only: bool,
) ?*Layout {
    const region = Region.of(parent) orelse Region.ensure(parent) catch return null;
    const number = if (kind == .key) Region.hashOfText(key) else place;
    const known_place = Region.placeIn(parent, number, info, read_only);
    if (capi.free_threaded or info.has_gc)
        return findOrMake(parent, class, info, kind, place, key, known_place);
    // Where nobody comes meanwhile, it is looked up once.
    const hash = Region.PlaceContext.hash(known_place);
    const found = region.objects.findHashed(known_place, hash) orelse {
        region.objects.ensureUnusedCapacity(memory.allocator, 1) catch {
            _ = c.PyErr_NoMemory();
            return null;
        };
        const depth = Region.depthIn(parent);
        const self = make(region, parent, class, info, kind, place, key, known_place, depth) orelse
            return null;
        region.addPart(self, known_place, hash);
        return self;
    };
    const known = region.objects.items.items[found].value;
    if ((kind != .key or std.mem.eql(u8, object.keyOf(known), key)) and
        Region.tryRetain(&known.ob_base)) return known;
    return findOrMake(parent, class, info, kind, place, key, known_place);
}

noinline fn findOrMake(
    parent: *Layout,
    class: *PyObject,
    info: *const Info,
    kind: Kind,
    place: usize,
    key: []const u8,
    known_place: Region.Place,
) ?*Layout {
    const there, const depth = Region.partOf(parent, known_place);
    if (there) |known| {
        if (kind != .key or std.mem.eql(u8, object.keyOf(known), key)) return known;
        c.Py_DecRef(&known.ob_base); // two keys of one hash
    }
    const self = make(null, parent, class, info, kind, place, key, known_place, depth) orelse
        return null;
    const other = Region.joinParent(self, info);
    if (other catch self) |known| {
        if (kind == .key) Region.freeKey(object.linkOf(self).place);
        self.state = .empty;
        c.Py_DecRef(&self.ob_base);
        if (known != self) return known;
        _ = c.PyErr_NoMemory();
        return null;
    }
    if (info.has_gc and self.flags.pins_parent) c.PyObject_GC_UnTrack(&self.ob_base);
    return self;
}

/// A new object that no region knows yet; `spares` is one that may have memory for it.
inline fn make(
    spares: ?*Region,
    parent: *Layout,
    class: *PyObject,
    info: *const Info,
    kind: Kind,
    place: usize,
    key: []const u8,
    known_place: Region.Place,
    depth: usize,
) ?*Layout {
    if (depth > object.max_depth) {
        c.PyErr_SetString(
            capi.exception("RecursionError"),
            std.fmt.comptimePrint("parts of parts, {d} times", .{object.max_depth}),
        );
        return null;
    }
    const room = if (spares == null or info.basicsize > object.link_end)
        null
    else
        spares.?.takeRoom();
    const self = if (room) |some| beginPart(class, info, some) else newPart(class, info) orelse
        return null;
    object.linkOf(self).* = .{
        .info = info,
        .parent = parent,
        .place = place,
        .generation = 0,
        .depth = depth,
    };
    if (kind == .key) object.linkOf(self).place = newKey(key, known_place.place) catch {
        c.Py_DecRef(&self.ob_base);
        return null;
    };
    self.flags.read_only = known_place.read_only;
    self.state = switch (kind) {
        .part => .part,
        .item => .item,
        .key => .key,
    };
    return self;
}

/// A new object that has no value of its own yet, but room for one; null with the error set.
pub fn newPart(class: *PyObject, info: *const Info) ?*Layout {
    if (info.has_gc) return object.create(class, info);
    const size = @max(info.basicsize, object.link_end);
    return beginPart(class, info, c.PyObject_Malloc(size) orelse {
        _ = c.PyErr_NoMemory();
        return null;
    });
}

fn beginPart(class: *PyObject, info: *const Info, room: *anyopaque) *Layout {
    const self = object.of(object.begin(class, room));
    const at = std.mem.alignForward(usize, @intFromPtr(self) + @sizeOf(Layout), info.alignment);
    self.offset = @intCast(at - @intFromPtr(self));
    if (info.weak != 0) object.weakOf(self, info).* = null;
    return self;
}

fn newKey(text: []const u8, hash: usize) Error!usize {
    const address = Region.allocateKey(@sizeOf(Key) + text.len) orelse
        return errors.raiseNoMemory();
    const key: *Key = @ptrFromInt(address);
    key.* = .{ .len = text.len, .hash = hash };
    const bytes: [*]u8 = @ptrCast(key);
    @memcpy(bytes[@sizeOf(Key)..][0..text.len], text);
    return address;
}

/// Whether a value of class `T` has parts of classes that an address could be of.
pub fn hasPlaces(comptime T: type) bool {
    const info = @typeInfo(T).@"struct";
    return comptime info.layout != .@"packed" and for (info.field_types) |Field| {
        if (leads(Field)) break true;
    } else false;
}

/// Whether a field is of a class, or a list or map in which there are such, at any depth.
fn leads(comptime Field: type) bool {
    return comptime switch (classes.fieldKind(Field)) {
        .part, .optional => true,
        .list => hasPart(Field),
        .map => classes.PartOf(string_maps.Value(Field).?) != null or
            hasPart(string_maps.Value(Field).?),
        else => false,
    };
}

/// Whether a `T` is a list of objects, or of lists of such: in lists and maps only these are
/// objects.
fn hasPart(comptime T: type) bool {
    const Item = classes.ViewItem(T) orelse return false;
    return classes.PartOf(Item) != null or (classes.isCopyable(Item) and hasPart(Item));
}

fn ItemOf(comptime List: type) type {
    return if (@typeInfo(List) == .optional)
        @typeInfo(List).optional.child // a list of one, or none
    else
        classes.ViewItem(List).?;
}

fn itemsOf(comptime List: type, list: *List) []const ItemOf(List) {
    if (comptime classes.isArrayList(List)) return list.items;
    if (@typeInfo(List) == .optional) return if (list.*) |*some| some[0..1] else &.{};
    return if (@typeInfo(List) == .array) list else list.*;
}

/// Whether what is sought is a value, or somewhere in it.
fn holds(comptime V: type, value: *V, sought: Sought, module: *PyObject, depth: usize) bool {
    if (depth > object.max_depth) return false;
    if (comptime string_maps.Value(V) != null)
        return keyOf(V, value, sought, module, depth) != null;
    if (comptime !classes.isClass(V)) return indexOf(V, value, sought, module, depth) != null;
    if (isIt(V, value, sought, module)) return true;
    if (comptime !hasPlaces(V)) return false;
    const types = @typeInfo(V).@"struct";
    inline for (types.field_names, types.field_types, types.field_attrs) |name, Field, attrs| {
        if (comptime attrs.@"comptime" or !leads(Field)) continue;
        if (holds(Field, &@field(value, name), sought, module, depth + 1)) return true;
    }
    return false;
}

inline fn isIt(comptime T: type, value: *const T, sought: Sought, module: *PyObject) bool {
    return @intFromPtr(value) == sought.address and
        classes_of.infoIn(T, module) == sought.info;
}

/// The number of the item that is, or has, what is sought.
inline fn indexOf(
    comptime List: type,
    list: *List,
    sought: Sought,
    module: *PyObject,
    depth: usize,
) ?usize {
    const Item = ItemOf(List);
    const items = itemsOf(List, list);
    if (comptime classes.isClass(Item)) {
        if (@sizeOf(Item) > 0 and classes_of.infoIn(Item, module) == sought.info) {
            const distance = sought.address -% @intFromPtr(items.ptr);
            if (distance < items.len * @sizeOf(Item) and distance % @sizeOf(Item) == 0)
                return distance / @sizeOf(Item);
        }
        if (comptime !hasPlaces(Item)) return null;
    }
    for (items, 0..) |*item, index| {
        if (holds(Item, @constCast(item), sought, module, depth + 1)) return index;
    }
    return null;
}

/// The same of a map: the key.
fn keyOf(
    comptime Map: type,
    map: *Map,
    sought: Sought,
    module: *PyObject,
    depth: usize,
) ?[]const u8 {
    const Value = string_maps.Value(Map).?;
    if (comptime classes.isClass(Value)) {
        if (classes_of.infoIn(Value, module) == sought.info) {
            if (string_maps.keyAt(Map, map, sought.address)) |key| return key;
        }
        if (comptime !hasPlaces(Value)) return null;
    }
    var iterator = map.iterator();
    while (iterator.next()) |entry| {
        if (holds(Value, entry.value_ptr, sought, module, depth + 1)) return entry.key_ptr.*;
    }
    return null;
}

pub fn In(comptime T: type) type {
    return struct {
        pub fn locate(self: *Layout, given: *anyopaque, sought: Sought) Located {
            @setEvalBranchQuota(1_000_000_000);
            if (comptime !hasPlaces(T)) return .nowhere;
            const value: *T = @ptrCast(@alignCast(given));
            const types = @typeInfo(T).@"struct";
            inline for (
                types.field_names,
                types.field_types,
                types.field_attrs,
            ) |name, Field, attrs| {
                if (comptime attrs.@"comptime" or !leads(Field)) continue;
                const field = &@field(value, name);
                const found = if (comptime classes.says(T, name, "inherits")) base: {
                    // A base is the object itself.
                    if (isIt(Field, field, sought, object.moduleOf(self)))
                        break :base Located{ .object = object.of(capi.newRef(&self.ob_base)) };
                    break :base In(Field).locate(self, field, sought);
                } else locateAt(
                    Field,
                    if (classes.fieldKind(Field) == .list) lists.allocationOf(T) else .none,
                    self,
                    .part,
                    @offsetOf(T, name),
                    "",
                    false,
                    field,
                    sought,
                );
                if (found != .nowhere) return found;
            }
            return .nowhere;
        }
    };
}

/// The list in a field of `self`, whose value is a `T`, that has just the items of a slice.
pub fn locateSlice(
    comptime T: type,
    comptime Slice: type,
    self: *Layout,
    value: *T,
    slice: Slice,
) Located {
    const Item = std.meta.Elem(Slice);
    const types = @typeInfo(T).@"struct";
    inline for (types.field_names, types.field_types) |name, Field| {
        if (comptime classes.isVisible(T, name) and classes.fieldKind(Field) == .list and
            classes.ViewItem(Field) == Item)
        {
            const items = itemsOf(Field, &@field(value, name));
            if (items.ptr == slice.ptr and items.len == slice.len) {
                const is_const = @typeInfo(Slice).pointer.attrs.@"const" and
                    !(@typeInfo(Field) == .pointer and @typeInfo(Field).pointer.attrs.@"const");
                const found = lists.giveAt(
                    Field,
                    comptime lists.allocationOf(T),
                    self,
                    .part,
                    @offsetOf(T, name),
                    "",
                    is_const,
                ) orelse return .failed;
                return .{ .object = object.of(found) };
            }
        }
    }
    return .nowhere;
}

/// What is sought, where it is `value`, which is at a place in `parent`, or somewhere in it.
inline fn locateAt(
    comptime V: type,
    comptime allocation: lists.Allocation,
    parent: *Layout,
    comptime kind: Kind,
    place: usize,
    key: []const u8,
    is_const: bool,
    value: *V,
    sought: Sought,
) Located {
    const module = object.moduleOf(parent);
    // A list, map or item on the way is the one that Python sees, if it may change what is there.
    const read_only = is_const and sought.is_const;
    if (comptime string_maps.Value(V)) |Value| {
        const found = keyOf(V, value, sought, module, 0) orelse return .nowhere;
        const view = maps.give(V, parent, place) orelse return .failed;
        defer c.Py_DecRef(view);
        const at = value.getPtr(found).?;
        return locateAt(Value, .none, object.of(view), .key, 0, found, false, at, sought);
    }
    if (comptime kind != .part and @typeInfo(V) == .optional) {
        const some = if (value.*) |*some| some else return .nowhere;
        return locateAt(@TypeOf(some.*), .none, parent, kind, place, key, is_const, some, sought);
    }
    if (comptime !classes.isClass(V)) {
        const index = indexOf(V, value, sought, module, 0) orelse return .nowhere;
        const view = lists.giveAt(V, allocation, parent, kind, place, key, read_only) orelse
            return .failed;
        defer c.Py_DecRef(view);
        const at: *ItemOf(V) = @constCast(&itemsOf(V, value)[index]);
        const is_slice = @typeInfo(V) == .pointer and @typeInfo(V).pointer.attrs.@"const";
        const list = object.of(view);
        return locateAt(ItemOf(V), .none, list, .item, index, "", is_slice, at, sought);
    }
    const info = classes_of.infoIn(V, module) orelse return .failed;
    const is_it = @intFromPtr(value) == sought.address and info == sought.info;
    if (!is_it and !((comptime hasPlaces(V)) and holds(V, value, sought, module, 0)))
        return .nowhere;
    const class = classes_of.classOf(V, module) orelse return .failed;
    // Nobody says it twice of what is read-only in any case.
    const is_said = is_it and sought.is_const and !object.isReadOnly(parent);
    const is_read = is_said or read_only;
    const found = part(parent, class, info, kind, place, key, is_read) orelse return .failed;
    if (is_it) return .{ .object = found };
    defer c.Py_DecRef(&found.ob_base);
    return In(V).locate(found, value, sought);
}
