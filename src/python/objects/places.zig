//! Places in a value: which of its fields, or which item of its lists and maps, is at an address
//! that Zig gave. What is found there becomes a part, which stays right while memory moves.

const std = @import("std");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const classes_of = @import("classes_of.zig");
const errors = @import("../errors.zig");
const memory = @import("../memory.zig");
const object = @import("object.zig");
const Region = @import("Region.zig");
const c = capi.functions;
const Error = errors.Error;
const Info = object.Info;
const Key = object.Key;
const Layout = object.Layout;
const Link = object.Link;
const PyObject = capi.PyObject;
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
    return comptime for (@typeInfo(T).@"struct".field_types) |Field| {
        if (ItemClass(Field) != null or ValueClass(Field) != null or classes.isClass(Field))
            break true;
    } else false;
}

fn ItemClass(comptime Field: type) ?type {
    switch (classes.fieldKind(Field)) {
        .list => {},
        .optional => return @typeInfo(Field).optional.child, // a list of one, or none
        else => return null,
    }
    const Item = classes.ViewItem(Field) orelse return null;
    return if (classes.isClass(Item)) Item else null;
}

fn ValueClass(comptime Field: type) ?type {
    if (classes.fieldKind(Field) != .map) return null;
    const Value = string_maps.Value(Field).?;
    return if (classes.isClass(Value)) Value else null;
}

/// Whether an address is that of a value of a class somewhere in a value.
fn holds(comptime T: type, value: *T, sought: object.Sought, module: *PyObject, depth: usize) bool {
    if (depth > object.max_depth) return false;
    const types = @typeInfo(T).@"struct";
    inline for (types.field_names, types.field_types, types.field_attrs) |name, Field, attrs| {
        if (attrs.@"comptime") continue;
        const field = &@field(value, name);
        if (comptime classes.isClass(Field)) {
            if (@intFromPtr(field) == sought.address and
                classes_of.infoIn(Field, module) == sought.info) return true;
            if (comptime hasPlaces(Field)) if (holds(Field, field, sought, module, depth + 1))
                return true;
        } else if (comptime ItemClass(Field)) |Item| {
            if (classes_of.infoIn(Item, module) == sought.info and
                indexIn(Item, itemsOf(Field, Item, field), sought.address) != null) return true;
            if (comptime hasPlaces(Item)) for (itemsOf(Field, Item, field)) |*item| {
                if (holds(Item, @constCast(item), sought, module, depth + 1)) return true;
            };
        }
    }
    return false;
}

fn itemsOf(comptime Field: type, comptime Item: type, field: *Field) []const Item {
    if (comptime classes.isArrayList(Field)) return field.items;
    if (@typeInfo(Field) == .optional) return if (field.*) |*some| some[0..1] else &.{};
    return if (@typeInfo(Field) == .array) field else field.*;
}

/// The number of the item at an address.
fn indexIn(comptime Item: type, items: []const Item, address: usize) ?usize {
    if (@sizeOf(Item) == 0) return null;
    const distance = address -% @intFromPtr(items.ptr);
    if (distance >= items.len * @sizeOf(Item) or distance % @sizeOf(Item) != 0) return null;
    return distance / @sizeOf(Item);
}

pub fn In(comptime T: type) type {
    return struct {
        pub fn locate(
            self: *Layout,
            given: *anyopaque,
            sought: object.Sought,
        ) object.Located {
            @setEvalBranchQuota(1_000_000_000);
            const value: *T = @ptrCast(@alignCast(given));
            const types = @typeInfo(T).@"struct";
            inline for (
                types.field_names,
                types.field_types,
                types.field_attrs,
            ) |name, Field, attrs| {
                if (attrs.@"comptime") continue;
                const field = &@field(value, name);
                // A base is the object itself.
                if (comptime classes.says(T, name, "inherits")) {
                    const info = classes_of.infoOf(Field);
                    if (sought.info == info and sought.address == @intFromPtr(field))
                        return .{ .object = object.of(capi.newRef(&self.ob_base)) };
                    if (comptime !hasPlaces(Field)) continue;
                    const found = In(Field).locate(self, field, sought);
                    if (found != .nowhere) return found;
                } else if (comptime classes.isClass(Field)) {
                    const found = locatePart(Field, self, field, @offsetOf(T, name), sought);
                    if (found != .nowhere) return found;
                } else if (comptime ItemClass(Field)) |Item| {
                    const found =
                        locateItem(T, Field, Item, self, field, @offsetOf(T, name), sought);
                    if (found != .nowhere) return found;
                } else if (comptime ValueClass(Field)) |Value| {
                    const found =
                        locateValue(Field, Value, self, field, @offsetOf(T, name), sought);
                    if (found != .nowhere) return found;
                }
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
) object.Located {
    const Item = std.meta.Elem(Slice);
    const lists = @import("list.zig");
    const types = @typeInfo(T).@"struct";
    inline for (types.field_names, types.field_types) |name, Field| {
        if (comptime classes.isVisible(T, name) and classes.fieldKind(Field) == .list and
            classes.ViewItem(Field) == Item)
        {
            const items = itemsOf(Field, Item, &@field(value, name));
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

fn locatePart(
    comptime Field: type,
    self: *Layout,
    field: *Field,
    offset: usize,
    sought: object.Sought,
) object.Located {
    const module = object.moduleOf(self);
    const address = sought.address;
    const own = classes_of.infoIn(Field, module) orelse return .failed;
    const is_inside = address -% @intFromPtr(field) < @max(@sizeOf(Field), 1);
    const is_it = address == @intFromPtr(field) and own == sought.info;
    if (!is_it and !(comptime hasPlaces(Field))) return .nowhere;
    if (!is_it and !is_inside and comptime !hasLists(Field)) return .nowhere;
    const class = classes_of.classOf(Field, module) orelse return .failed;
    const is_const = is_it and sought.is_const;
    const found = part(self, class, own, .part, offset, "", is_const) orelse return .failed;
    if (is_it) return .{ .object = found };
    defer c.Py_DecRef(&found.ob_base);
    if (comptime !hasPlaces(Field)) return .nowhere;
    return In(Field).locate(found, field, sought);
}

fn hasLists(comptime T: type) bool {
    return comptime for (@typeInfo(T).@"struct".field_types) |Field| {
        if (ItemClass(Field) != null) break true;
        if (classes.isClass(Field) and hasLists(Field)) break true;
    } else false;
}

fn locateItem(
    comptime T: type,
    comptime Field: type,
    comptime Item: type,
    self: *Layout,
    field: *Field,
    offset: usize,
    sought: object.Sought,
) object.Located {
    const module = object.moduleOf(self);
    const info = classes_of.infoIn(Item, module) orelse return .failed;
    const items = itemsOf(Field, Item, field);
    const own = if (info == sought.info) indexIn(Item, items, sought.address) else null;
    // An item of its own, or one that has it.
    const place = own orelse place: {
        if (comptime !hasPlaces(Item)) return .nowhere;
        for (items, 0..) |*item, index| {
            if (holds(Item, @constCast(item), sought, module, 0)) break :place index;
        } else return .nowhere;
    };
    const lists = @import("list.zig");
    const is_optional = @typeInfo(Field) == .optional;
    const allocation = comptime if (is_optional) .none else lists.allocationOf(T);
    const view = lists.give(Field, allocation, self, offset) orelse return .failed;
    defer c.Py_DecRef(view);
    const is_const = own != null and sought.is_const;
    const found = lists.item(Item, object.of(view), place, is_const) orelse return .failed;
    if (own != null) return .{ .object = found };
    defer c.Py_DecRef(&found.ob_base);
    return In(Item).locate(found, @constCast(&items[place]), sought);
}

fn locateValue(
    comptime Map: type,
    comptime Value: type,
    self: *Layout,
    map: *Map,
    offset: usize,
    sought: object.Sought,
) object.Located {
    const module = object.moduleOf(self);
    const info = classes_of.infoIn(Value, module) orelse return .failed;
    if (info != sought.info) return .nowhere;
    const key = string_maps.keyAt(Map, map, sought.address) orelse return .nowhere;
    const maps = @import("map.zig");
    const view = maps.give(Map, self, offset) orelse return .failed;
    defer c.Py_DecRef(view);
    const class = classes_of.classOf(Value, module) orelse return .failed;
    const found = part(object.of(view), class, info, .key, 0, key, sought.is_const) orelse
        return .failed;
    return .{ .object = found };
}
