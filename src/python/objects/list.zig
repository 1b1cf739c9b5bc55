//! A list in a field of a struct (a slice, a std.ArrayList or an array), as Python's lists are:
//! what is seen and changed is Zig's own. Items that are structs are objects which stay with their
//! item while others come and go before it, and keep their value when it is removed.
//!
//! All lists of a module have one Python type: what depends on the type of the items is in a table,
//! `Ops`, and is as little as can be.

const std = @import("std");
const Blocks = @import("Blocks.zig");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const classes_of = @import("classes_of.zig");
const convert = @import("../convert.zig");
const dtypes = @import("../../dtypes.zig");
const errors = @import("../errors.zig");
const hold = @import("hold.zig");
const memory = @import("../memory.zig");
const ndarray = @import("../../ndarray.zig");
const object = @import("object.zig");
const places = @import("places.zig");
const quick = @import("../quick.zig");
const Region = @import("Region.zig");
const Lender = results.Lender;
const results = @import("results.zig");
const signature = @import("../../signature.zig");
const State = @import("../State.zig");
const trees = @import("../../trees.zig");
const c = capi.functions;
const Error = errors.Error;
const Info = object.Info;
const Layout = object.Layout;
const PyObject = capi.PyObject;

/// Where a list that is a resource's gets room from. One that a function has given is a slice that
/// lies in its object (see `giveSlice`), and stays as long as it is.
pub const Allocation = enum { none, nano_ffi, given };

/// Nano_ffi's allocator where its deinit is given that, or its init, which keeps it.
pub fn allocationOf(comptime T: type) Allocation {
    if (!classes.hasDeinit(T)) return .none;
    const Deinit = classes.FunctionOf(T, "deinit") orelse return .none;
    if (@typeInfo(Deinit).@"fn".param_types.len > 1) return .nano_ffi;
    const Init = classes.FunctionOf(T, "init") orelse return .none;
    const takes = for (@typeInfo(Init).@"fn".param_types) |Param| {
        if (Param == std.mem.Allocator) break true;
    } else false;
    const keeps = for (@typeInfo(T).@"struct".field_types) |F| {
        if (F == std.mem.Allocator) break true;
    } else false;
    return if (takes and keeps) .nano_ffi else .none;
}

/// Where the items of a list are.
const Raw = struct { address: usize, len: usize, capacity: usize };

/// What depends on the type of a list.
pub const Ops = struct {
    info: Info,
    typ: [:0]const u8,
    size: usize,
    alignment: std.mem.Alignment,
    /// Whether the number of items can change.
    is_fixed: bool,
    is_const: bool,
    is_array_list: bool,
    /// Whether items are objects, or lists, that are parts of it, and stay with what they show.
    has_parts: bool,
    is_copyable: bool,
    is_flat: bool,
    /// Whether an item is no more than its bytes, which Python may give.
    is_plain: bool,
    /// Whether it is that and what they point to, no object's, and not many.
    is_short: bool,
    allocation: Allocation,
    /// For the buffer protocol; null where items are neither numbers nor arrays or records of such.
    format: ?[:0]const u8,
    /// Of an item that is an array, and of how many bytes what is in that is.
    shape: []const usize,
    leaf_size: usize,
    /// Whether some bytes of an item are no value of its type.
    is_checked: bool,
    get: *const fn (list: *anyopaque) Raw,
    set: *const fn (list: *anyopaque, raw: Raw) void,
    /// A new reference to an item, null with the error set.
    give: *const fn (view: *Layout, index: usize, at: *anyopaque) ?*PyObject,
    load: *const fn (
        gpa: std.mem.Allocator,
        module: *PyObject,
        value: *PyObject,
        index: usize,
        at: *anyopaque,
    ) Error!void,
    /// The same as Python's own, a copy; null where items are no parts.
    copy: ?*const fn (module: *PyObject, at: *anyopaque) ?*PyObject,
    /// Lets maps in a new item that have an allocator have this one.
    adopt: ?*const fn (at: *anyopaque, gpa: std.mem.Allocator) void,
    /// Of what an item points to; null where no tree's item points to anything.
    walk: ?*const trees.Walk,
    /// See `Keeping`; null where objects of items are gone with these.
    keep: ?*const fn (gpa: std.mem.Allocator, from: *const anyopaque, to: *anyopaque) Error!void,

    /// Whether there are items that Python may give.
    fn isLoadable(ops: *const Ops) bool {
        return ops.is_copyable and !ops.is_const;
    }

    fn of(self: *Layout) *const Ops {
        return @alignCast(@fieldParentPtr("info", object.linkOf(self).info));
    }
};

pub fn opsOf(comptime List: type, comptime allocation: Allocation) *const Ops {
    return &OpsOf(List, allocation).ops;
}

fn OpsOf(comptime List: type, comptime allocation: Allocation) type {
    // A struct that may be there is seen as a list by nobody but `fields.zig`.
    const is_optional = @typeInfo(List) == .optional;
    const Item = if (is_optional) @typeInfo(List).optional.child else classes.ViewItem(List).?;
    const is_array = @typeInfo(List) == .array;
    const is_array_list = classes.isArrayList(List);
    const is_given = allocation == .given;
    const is_const = @typeInfo(List) == .pointer and @typeInfo(List).pointer.attrs.@"const";
    const Part = classes.PartOf(Item);
    const of_class = Part != null;
    const of_lists = !of_class and classes.ViewItem(Item) != null and classes.isCopyable(Item);
    const typ = signature.typeName(Item) orelse classes.fieldTypeName(Item);
    return struct {
        const ops: Ops = .{
            .info = .{
                .name = "list of " ++ typ,
                .size = @sizeOf(List),
                .alignment = 1,
                .basicsize = object.link_end + if (is_given) @sizeOf(List) else 0,
                .kind = .list,
                .item = &itemAt,
            },
            .typ = typ,
            .size = @sizeOf(Item),
            .alignment = .of(Item),
            .is_fixed = is_array or is_optional or is_given,
            .is_const = is_const,
            .is_array_list = is_array_list,
            .has_parts = (of_class or of_lists) and !is_given,
            .is_copyable = classes.isCopyable(Item),
            .is_flat = classes.isFlat(Item),
            .is_plain = classes.isFlat(Item) and classes.isCopyable(Item) and !is_const and
                @sizeOf(Item) > 0,
            .is_short = classes.isCopyable(Item) and !is_const and !trees.hasManagedMap(Item) and
                (classes.isFlat(Item) or !(of_class or of_lists)) and
                @sizeOf(Item) > 0 and @sizeOf(Item) <= @sizeOf(Room) and
                @alignOf(Item) <= @alignOf(Room),
            .allocation = allocation,
            .format = formatOf(Leaf(Item)),
            .shape = shapeOf(Item),
            .leaf_size = @sizeOf(Leaf(Item)),
            .is_checked = isChecked(Leaf(Item)),
            .get = &get,
            .set = &set,
            .give = &giveItem,
            .load = &load,
            .copy = if ((of_class or of_lists) and classes.isCopyable(Item)) &copyItem else null,
            .adopt = if (trees.hasManagedMap(Item)) &adopt else null,
            .walk = trees.walkOfTree(Item),
            .keep = if (of_class and classes.isCopyable(Item)) &Keeping(Part.?).copy else null,
        };

        fn copyItem(module: *PyObject, at: *anyopaque) ?*PyObject {
            return convert.give(Item, module, @as(*const Item, @ptrCast(@alignCast(at))).*);
        }

        fn adopt(at: *anyopaque, gpa: std.mem.Allocator) void {
            trees.setAllocator(Part orelse Item, @ptrCast(@alignCast(at)), gpa);
        }

        fn get(list: *anyopaque) Raw {
            const value: *List = @ptrCast(@alignCast(list));
            if (is_optional) return .{
                .address = if (value.*) |*some| @intFromPtr(some) else @alignOf(Item),
                .len = @intFromBool(value.* != null),
                .capacity = 1,
            };
            if (is_array) return .{
                .address = @intFromPtr(value),
                .len = value.len,
                .capacity = value.len,
            };
            const items = if (is_array_list) value.items else value.*;
            return .{
                .address = @intFromPtr(items.ptr),
                .len = items.len,
                .capacity = if (is_array_list) value.capacity else items.len,
            };
        }

        fn set(list: *anyopaque, raw: Raw) void {
            if (is_array or is_optional) return;
            const value: *List = @ptrCast(@alignCast(list));
            const start: [*]Item = @ptrFromInt(raw.address);
            if (is_array_list) {
                value.items = start[0..raw.len];
                value.capacity = raw.capacity;
            } else value.* = start[0..raw.len];
        }

        fn itemAt(list: *anyopaque, index: usize) ?*anyopaque {
            const raw = get(list);
            if (index >= raw.len) return null;
            const address = raw.address + index * @sizeOf(Item);
            if (!of_class or Part.? == Item) return @ptrFromInt(address);
            return if (@as(*Item, @ptrFromInt(address)).*) |*some| some else null;
        }

        fn giveItem(view: *Layout, index: usize, at: *anyopaque) ?*PyObject {
            if (of_class and is_given) return results.giveItem(
                Item,
                view,
                @intFromPtr(at),
                is_const,
            );
            if (of_class) {
                if (Part.? != Item and @as(*const Item, @ptrCast(@alignCast(at))).* == null)
                    return capi.singleton(.None);
                const made = item(Part.?, view, index, is_const) orelse return null;
                return &made.ob_base;
            }
            if (of_lists) return giveAt(Item, .none, view, .item, index, "", is_const);
            return convert.give(
                Item,
                object.moduleOf(view),
                @as(*const Item, @ptrCast(@alignCast(at))).*,
            );
        }

        fn load(
            gpa: std.mem.Allocator,
            module: *PyObject,
            value: *PyObject,
            index: usize,
            at: *anyopaque,
        ) Error!void {
            if (comptime !classes.isCopyable(Item)) unreachable; // see `isLoadable`
            const place: *Item = @ptrCast(@alignCast(at));
            place.* = try convert.loadListItem(Item, gpa, module, value, index, comptime &.{
                .function = "list",
                .name = "items",
                .typ = "[]" ++ typ,
            });
        }
    };
}

/// What is in arrays of arrays.
fn Leaf(comptime Item: type) type {
    return if (@typeInfo(Item) == .array) Leaf(@typeInfo(Item).array.child) else Item;
}

fn shapeOf(comptime Item: type) []const usize {
    if (@typeInfo(Item) != .array) return &.{};
    const array = @typeInfo(Item).array;
    return comptime &[_]usize{array.len} ++ shapeOf(array.child);
}

fn formatOf(comptime Item: type) ?[:0]const u8 {
    if (signature.isBufferItem(Item)) return dtypes.formatOf(Item);
    if (!classes.isClass(Item) or !classes.isCopyable(Item)) return null;
    if (!dtypes.isItem(Item)) return null;
    for (@typeInfo(Item).@"struct".field_names) |name|
        if (!classes.isVisible(Item, name)) return null;
    return dtypes.formatOf(Item);
}

/// Whether an item must not be written by its bytes: it has a bool, or what is only read.
fn isChecked(comptime Item: type) bool {
    if (formatOf(Item) == null or signature.isBufferItem(Item)) return Item == bool;
    const info = @typeInfo(Item).@"struct";
    for (info.field_names, info.field_types) |name, Field| {
        if (!classes.isAssignable(Item, name)) return true;
        const Part = Leaf(Field);
        if (Part == bool) return true;
        // What is in a record is no class where nobody can see it.
        if (!signature.isBufferItem(Part) and (!classes.isClass(Part) or isChecked(Part)))
            return true;
    }
    return false;
}

/// A copy of an item in memory of `gpa`, as an object of it keeps when the item is removed.
pub fn Keeping(comptime Item: type) type {
    return struct {
        pub fn copy(gpa: std.mem.Allocator, from: *const anyopaque, to: *anyopaque) Error!void {
            const value: *const Item = @ptrCast(@alignCast(from));
            const place: *Item = @ptrCast(@alignCast(to));
            place.* = try results.copied(Item, gpa, value.*);
        }
    };
}

/// The objects that stayed with items of a list, or values of a map, which are about to be removed,
/// and copies of these, which they keep. All is copied before anything is removed.
pub const Kept = struct {
    copies: std.ArrayList(Copy) = .empty,

    const Copy = struct {
        /// A reference.
        self: *Layout,
        bytes: []u8 = &.{},
        blocks: Blocks = .{},
    };

    /// What is at one of `count` places from `start` on in `container`, which `view` shows; of a
    /// list at each `step`th of them.
    pub fn take(
        kept: *Kept,
        ops: anytype,
        view: *Layout,
        container: *anyopaque,
        start: usize,
        count: usize,
        step: usize,
    ) Error!void {
        if (!ops.has_parts or count == 0) return;
        var found: std.ArrayList(*Layout) = .empty;
        defer found.deinit(memory.allocator);
        defer for (found.items) |self| c.Py_DecRef(&self.ob_base);
        Region.itemsOf(view, start, count, &found) catch return errors.raiseNoMemory();
        kept.copies.ensureTotalCapacity(memory.allocator, found.items.len) catch
            return errors.raiseNoMemory();
        while (found.pop()) |self| {
            if (step > 1 and (object.linkOf(self).place - start) % step != 0) {
                c.Py_DecRef(&self.ob_base);
                continue;
            }
            kept.copies.appendAssumeCapacity(.{ .self = self });
            const copy = ops.keep orelse continue;
            const at = object.find(self, container) orelse continue;
            const copied = &kept.copies.items[kept.copies.items.len - 1];
            const bytes = memory.allocator.rawAlloc(
                @max(ops.size, 1),
                ops.alignment,
                @returnAddress(),
            ) orelse return errors.raiseNoMemory();
            copied.bytes = bytes[0..@max(ops.size, 1)];
            try copy(copied.blocks.allocator(), at, bytes);
        }
    }

    /// The objects have what they keep from here on; the others are gone.
    pub fn detach(kept: *Kept, ops: anytype) void {
        for (kept.copies.items) |*copied| {
            const self = copied.self;
            if (copied.bytes.len > 0) move(ops, copied) catch c.PyErr_Clear(); // it is gone then
            if (self.state == .item or self.state == .key) Region.letGo(self);
        }
    }

    fn move(ops: anytype, copied: *Copy) Error!void {
        const self = copied.self;
        const parent = try Region.detach(
            self,
            object.linkOf(self).info,
            &copied.blocks,
            copied.bytes,
            ops.adopt,
        );
        c.Py_DecRef(&parent.ob_base);
    }

    pub fn deinit(kept: *Kept, ops: anytype) void {
        for (kept.copies.items) |*copied| {
            if (copied.bytes.len > 0)
                memory.allocator.rawFree(copied.bytes, ops.alignment, @returnAddress());
            copied.blocks.deinit();
            c.Py_DecRef(&copied.self.ob_base);
        }
        kept.copies.deinit(memory.allocator);
    }
};

/// The object of an item that is a struct: a new reference, or null with the error set.
pub fn item(comptime Item: type, view: *Layout, index: usize, read_only: bool) ?*Layout {
    const module = object.moduleOf(view);
    const class = classes_of.classOf(Item, module) orelse return null;
    const info = classes_of.infoIn(Item, module) orelse return null;
    return places.part(view, class, info, .item, index, "", read_only);
}

/// A new reference to the list in a field of type `List` at `offset` in the struct `parent`.
pub fn give(
    comptime List: type,
    comptime allocation: Allocation,
    parent: *Layout,
    offset: usize,
) ?*PyObject {
    return giveAt(List, allocation, parent, .part, offset, "", false);
}

/// The same of one that is an item of a list, or the value of a key.
pub fn giveAt(
    comptime List: type,
    comptime allocation: Allocation,
    parent: *Layout,
    comptime kind: places.Kind,
    place: usize,
    key: []const u8,
    read_only: bool,
) ?*PyObject {
    const state = State.of(object.moduleOf(parent)) orelse return null;
    const ops = opsOf(List, allocation);
    const class = if (ops.format == null) state.list_class else state.number_list_class;
    const info = &ops.info;
    const view = places.part(parent, class.?, info, kind, place, key, read_only) orelse
        return null;
    return &view.ob_base;
}

/// Whether a `T` is a slice of what buffers have, and no text: a function may give it as a part of
/// what an object has.
pub fn isSlice(comptime T: type) bool {
    return comptime switch (@typeInfo(T)) {
        .pointer => |pointer| pointer.size == .slice and classes.ViewItem(T) != null and
            signature.kindOf(T) != .buffer and signature.kindOf(T) != .text and
            formatOf(Leaf(pointer.child)) != null,
        else => false,
    };
}

/// A new reference to a slice that a function gave of what the lenders have, which are not none, as
/// a list that is good as long as an address there is; null with the error set.
pub fn giveSlice(
    comptime Slice: type,
    module: *PyObject,
    slice: Slice,
    lenders: []const Lender,
) ?*PyObject {
    const info = &opsOf(Slice, .given).info;
    const self = places.newPart(numberClass(module) orelse return null, info) orelse return null;
    const place = @intFromPtr(self) + object.link_end;
    @as(*Slice, @ptrFromInt(place)).* = slice;
    object.linkOf(self).* = .{
        .info = info,
        .parent = null,
        .place = place,
        .generation = 0,
        .depth = 0,
    };
    results.joinAddress(self, info, lenders) catch {
        c.Py_DecRef(&self.ob_base);
        return null;
    };
    return &self.ob_base;
}

/// The type of lists of numbers, also in a module whose classes have none: borrowed, or null with
/// the error set.
fn numberClass(module: *PyObject) ?*PyObject {
    const state = State.of(module) orelse return null;
    const place = &state.number_list_class;
    if (@atomicLoad(?*PyObject, place, .acquire)) |class| return class;
    const class = State.classOf(module, "number_list_class", &given_spec) orelse return null;
    return if (register(class)) class else null;
}

/// Makes a type known as one of sequences. False with the error set.
fn register(class: *PyObject) bool {
    const sequence = capi.imported("collections.abc", "MutableSequence") orelse return false;
    defer c.Py_DecRef(sequence);
    const registered = capi.callMethod(sequence, "register", &.{class}) orelse return false;
    c.Py_DecRef(registered);
    return true;
}

/// Where the items are of a list that `giveSlice` made.
pub fn addressOf(self: *Layout) usize {
    return Ops.of(self).get(@ptrFromInt(object.linkOf(self).place)).address;
}

/// Whether it is one of our lists.
pub fn isList(value: *PyObject) bool {
    return c.PyType_GetSlot(
        capi.typeOf(value),
        capi.constants.Py_tp_iter,
    ) == @as(?*anyopaque, @ptrCast(@constCast(&iterate)));
}

fn iterate(self: *PyObject) callconv(.c) ?*PyObject {
    return c.PySeqIter_New(self);
}

/// Makes the types of a module's lists. False with the error set.
pub fn addTypes(module: *PyObject, comptime module_name: []const u8, state: *State) bool {
    const spec: capi.structs.PyType_Spec = comptime .{
        .name = module_name ++ ".List",
        .basicsize = object.link_end,
        .flags = capi.constants.Py_TPFLAGS_DEFAULT |
            capi.constants.Py_TPFLAGS_DISALLOW_INSTANTIATION,
        .slots = &slots,
    };
    const number_spec: capi.structs.PyType_Spec = comptime .{
        .name = spec.name,
        .basicsize = spec.basicsize,
        .flags = spec.flags,
        .slots = &number_slots,
    };
    state.list_class = c.PyType_FromModuleAndSpec(module, &spec, null);
    state.number_list_class = c.PyType_FromModuleAndSpec(module, &number_spec, null);
    for ([_]?*PyObject{ state.list_class, state.number_list_class }) |class|
        if (!register(class orelse return false)) return false;
    return true;
}

/// That of lists which functions give, in a module whose classes have none.
const given_spec: capi.structs.PyType_Spec = .{
    .name = "nano_ffi.List",
    .basicsize = object.link_end,
    .flags = capi.constants.Py_TPFLAGS_DEFAULT |
        capi.constants.Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = &number_slots,
};

const most_slots = [_]capi.structs.PyType_Slot{
    .{ .slot = capi.constants.Py_tp_dealloc, .pfunc = &object.deallocView },
    .{ .slot = capi.constants.Py_tp_iter, .pfunc = &iterate },
    .{ .slot = capi.constants.Py_tp_repr, .pfunc = &repr },
    .{ .slot = capi.constants.Py_tp_richcompare, .pfunc = &compare },
    .{ .slot = capi.constants.Py_tp_hash, .pfunc = &c.PyObject_HashNotImplemented },
    .{ .slot = capi.constants.Py_tp_methods, .pfunc = &methods },
    .{
        .slot = capi.constants.Py_tp_doc,
        .pfunc = @as(
            [*:0]const u8,
            "A list in Zig's memory, with the methods of Python's lists.",
        ),
    },
    .{ .slot = capi.constants.Py_sq_length, .pfunc = &length },
    .{ .slot = capi.constants.Py_sq_item, .pfunc = &itemOf },
    .{ .slot = capi.constants.Py_sq_contains, .pfunc = &contains },
    .{ .slot = capi.constants.Py_nb_add, .pfunc = &add },
    .{ .slot = capi.constants.Py_nb_inplace_add, .pfunc = &extendItself },
    .{ .slot = capi.constants.Py_sq_concat, .pfunc = &concat },
    .{ .slot = capi.constants.Py_sq_inplace_concat, .pfunc = &extendItself },
    .{ .slot = capi.constants.Py_sq_repeat, .pfunc = &repeat },
    .{ .slot = capi.constants.Py_sq_inplace_repeat, .pfunc = &repeatItself },
    .{ .slot = capi.constants.Py_mp_length, .pfunc = &length },
    .{ .slot = capi.constants.Py_mp_subscript, .pfunc = &subscript },
    .{ .slot = capi.constants.Py_mp_ass_subscript, .pfunc = &assign },
};
const slots = most_slots ++ [_]capi.structs.PyType_Slot{.{}};
const number_slots = most_slots ++ [_]capi.structs.PyType_Slot{
    .{ .slot = capi.constants.Py_bf_getbuffer, .pfunc = &getBuffer },
    .{ .slot = capi.constants.Py_bf_releasebuffer, .pfunc = &releaseBuffer },
    .{},
};

const methods = methods: {
    const one = capi.constants.METH_O;
    const several = capi.constants.METH_FASTCALL;
    const none = capi.constants.METH_NOARGS;
    break :methods [_]capi.PyMethodDef{
        method("append", &append, one, "($self, item, /)\n--\n\nPut an item at the end."),
        method("extend", &extend, one, "($self, items, /)\n--\n\nPut items at the end."),
        method(
            "insert",
            &insert,
            several,
            "($self, index, item, /)\n--\n\nPut an item before that of the index.",
        ),
        method(
            "pop",
            &pop,
            several,
            "($self, index=-1, /)\n--\n\nTake an item away, and return it.",
        ),
        method(
            "remove",
            &remove,
            one,
            "($self, item, /)\n--\n\nTake the first equal item away, or ValueError.",
        ),
        method(
            "index",
            &indexBetween,
            several,
            "($self, item, start=0, stop=9223372036854775807, /)\n--\n\n" ++
                "Where the first equal item is. ValueError: none is.",
        ),
        method("count", &countOf, one, "($self, item, /)\n--\n\nHow many items are equal."),
        method("clear", &clear, none, "($self, /)\n--\n\nTake all items away."),
        method("reverse", &reverse, none, "($self, /)\n--\n\nTurn the order around."),
        method(
            "sort",
            &sort,
            several | capi.constants.METH_KEYWORDS,
            "($self, /, *, key=None, reverse=False)\n--\n\n" ++
                "Put the items in the order of their keys, equal ones in that in which they are.",
        ),
        method(
            "tolist",
            &copyOut,
            none,
            "($self, /)\n--\n\nA Python list of copies of the items, lists in it as Python's.",
        ),
        method(
            "__reduce__",
            &reduce,
            none,
            "($self, /)\n--\n\nFor pickle and copy: a Python list.",
        ),
        method("copy", &copyOut, none, "($self, /)\n--\n\nA Python list of copies of the items."),
        .{},
    };
};

fn method(
    comptime name: [:0]const u8,
    function: *const anyopaque,
    flags: c_int,
    comptime doc: [:0]const u8,
) capi.PyMethodDef {
    return .{ .ml_name = name, .ml_meth = function, .ml_flags = flags, .ml_doc = name ++ doc };
}

/// A list, held.
const Held = struct {
    view: *Layout,
    ops: *const Ops,
    list: *anyopaque,
    /// Objects are made meanwhile, and an older CPython may collect then.
    use: hold.Use(if (capi.minor < 12) .python else .nothing) = .{},

    fn begin(held: *Held, self: *PyObject, mode: Region.Mode) Error!Raw {
        const view = object.of(self);
        held.* = .{ .view = view, .ops = .of(view), .list = undefined };
        if (quickly(view)) |list| {
            held.list = list;
            if (mode == .exclusive) try expectWritable(view);
            return held.ops.get(list);
        }
        held.list = @ptrFromInt(try held.use.begin(view, mode));
        errdefer held.use.end();
        if (mode == .exclusive) try expectWritable(view);
        return held.ops.get(held.list);
    }

    fn expectWritable(view: *Layout) Error!void {
        const above = object.linkOf(view).parent;
        return object.expectWritable(if (view.flags.read_only) view else above orelse view);
    }

    fn end(held: *Held) void {
        held.use.end();
    }

    fn at(held: *const Held, raw: Raw, place: usize) *anyopaque {
        return @ptrFromInt(raw.address + place * held.ops.size);
    }

    /// The same as `begin` where that is seen at once, and there is nothing to be ended.
    inline fn quickly(view: *Layout) ?*anyopaque {
        if (capi.minor < 12) return null;
        return @ptrFromInt(hold.quickly(view) orelse return null);
    }
};

fn length(self: *PyObject) callconv(.c) capi.Py_ssize_t {
    var held: Held = undefined;
    const raw = held.begin(self, .shared) catch return -1;
    defer held.end();
    return @intCast(raw.len);
}

fn itemOf(self: *PyObject, place: capi.Py_ssize_t) callconv(.c) ?*PyObject {
    const view = object.of(self);
    if (Held.quickly(view)) |list| {
        const ops: *const Ops = .of(view);
        const raw = ops.get(list);
        const number: usize = @bitCast(place);
        if (number < raw.len)
            return ops.give(view, number, @ptrFromInt(raw.address + number * ops.size));
    }
    return itemSlowly(self, place);
}

noinline fn itemSlowly(self: *PyObject, place: capi.Py_ssize_t) ?*PyObject {
    var held: Held = undefined;
    const raw = held.begin(self, .shared) catch return null;
    defer held.end();
    if (place < 0 or place >= raw.len) {
        c.PyErr_SetString(capi.exception("IndexError"), "list index out of range");
        return null;
    }
    return held.ops.give(held.view, @intCast(place), held.at(raw, @intCast(place)));
}

fn subscript(self: *PyObject, key: *PyObject) callconv(.c) ?*PyObject {
    if (quick.intOf(isize, key)) |place| if (place >= 0) return itemOf(self, place);
    const range = Range.of(key) catch return null;
    const size = length(self);
    if (size < 0) return null;
    const slice = range.within(@intCast(size)) catch return null;
    if (slice.single) return itemOf(self, @intCast(slice.start));
    const list = c.PyList_New(@intCast(slice.count)) orelse return null;
    for (0..slice.count) |number| {
        const given = itemOf(self, @intCast(slice.at(number))) orelse {
            c.Py_DecRef(list);
            return null;
        };
        _ = c.PyList_SetItem(list, @intCast(number), given);
    }
    return list;
}

/// Values on their way in, what they point to, and room for one.
const Given = struct {
    fresh: Blocks.Fresh,
    address: usize,
    count: usize,
    capacity: usize,
    ops: *const Ops,
    buffer: Room,

    /// None yet, for a list. The room is as it was: to copy nothing over it takes longer than the
    /// rest.
    fn begin(given: *Given, self: *PyObject) void {
        given.fresh.begin();
        given.address = 0;
        given.count = 0;
        given.capacity = 0;
        given.ops = .of(object.of(self));
    }

    /// One value, or all of an iterable.
    fn load(given: *Given, self: *PyObject, value: *PyObject, is_single: bool) Error!void {
        if (!given.ops.isLoadable()) return raiseFixed(object.of(self));
        const module = object.moduleOf(object.of(self));
        const gpa = given.fresh.allocator();
        if (is_single) {
            try given.reserve(1);
            given.count = 1;
            return given.ops.load(gpa, module, value, 0, @ptrFromInt(given.address));
        }
        const values = c.PySequence_List(value) orelse return error.PythonException;
        defer c.Py_DecRef(values);
        const size: usize = @intCast(c.PyList_Size(values));
        try given.reserve(size);
        for (0..size) |place| {
            const one = c.PyList_GetItem(values, @intCast(place)) orelse
                return error.PythonException;
            const at: *anyopaque = @ptrFromInt(given.address + place * given.ops.size);
            try given.ops.load(gpa, module, one, place, at);
        }
        given.count = size;
    }

    fn reserve(given: *Given, size: usize) Error!void {
        if (size == 0 or given.ops.size == 0) {
            given.address = given.ops.alignment.toByteUnits();
            return;
        }
        if (fits(given.ops, size)) {
            given.address = @intFromPtr(&given.buffer.bytes);
            return;
        }
        const room = memory.allocator.rawAlloc(
            size * given.ops.size,
            given.ops.alignment,
            @returnAddress(),
        ) orelse return errors.raiseNoMemory();
        given.address = @intFromPtr(room);
        given.capacity = size;
    }

    fn bytes(given: *const Given) []const u8 {
        if (given.count == 0) return &.{};
        const start: [*]const u8 = @ptrFromInt(given.address);
        return start[0 .. given.count * given.ops.size];
    }

    fn end(given: *Given) void {
        if (given.capacity > 0) {
            const start: [*]u8 = @ptrFromInt(given.address);
            memory.allocator.rawFree(
                start[0 .. given.capacity * given.ops.size],
                given.ops.alignment,
                @returnAddress(),
            );
        }
        given.fresh.deinit();
    }
};

/// Whether what the list points to is a tree's, whose memory Python gave.
pub inline fn isTrees(self: *Layout) bool {
    const owner = if (self.state == .part) object.linkOf(self).parent.? else self;
    if (owner.state == .own)
        return object.infoOfClass(capi.typeOf(&owner.ob_base)).kind != .resource;
    return isTreesSlowly(self);
}

noinline fn isTreesSlowly(self: *Layout) bool {
    const owner = object.ownerOf(self) orelse return false;
    return object.infoOf(owner).kind != .resource and owner.state == .own;
}

/// Raises TypeError: a list or map is not in memory that Python may change.
pub fn raiseFixed(self: *Layout) Error {
    _ = c.PyErr_Format(
        capi.exception("TypeError"),
        "this %s is Zig's alone: give its struct a function that changes it",
        object.infoOf(self).name.ptr,
    );
    return error.PythonException;
}

fn assign(self: *PyObject, key: *PyObject, value: ?*PyObject) callconv(.c) c_int {
    const range: Range = if (quick.intOf(isize, key)) |place|
        .{ .single = place }
    else
        Range.of(key) catch return -1;
    if (value) |some| if (range.single) |place| {
        const ops: *const Ops = .of(object.of(self));
        if (ops.is_short) return putShort(self, place, some);
    };
    return assignSlowly(self, range, value);
}

noinline fn assignSlowly(self: *PyObject, range: Range, value: ?*PyObject) c_int {
    var given: Given = undefined;
    given.begin(self);
    defer given.end();
    if (value) |some| given.load(self, some, range.single != null) catch return -1;
    var gone: Blocks.Gone = .{};
    defer gone.deinit();
    put(self, range, &given, value != null, &gone) catch return -1;
    return 0;
}

/// Room for an item that is not large.
const Room = extern struct { bytes: [64]u8 align(16) };

fn fits(ops: *const Ops, count: usize) bool {
    return count * ops.size <= @sizeOf(Room) and ops.alignment.compare(.lte, .of(Room));
}

/// Sets an item that is short, or, where `wanted` is null, appends it.
fn putShort(self: *PyObject, wanted: ?isize, value: *PyObject) c_int {
    return if (Ops.of(object.of(self)).is_plain)
        putPlain(self, wanted, value)
    else
        putTree(self, wanted, value);
}

/// The same of one that is no more than its bytes: that needs nothing else than room for these.
fn putPlain(self: *PyObject, wanted: ?isize, value: *PyObject) c_int {
    const view = object.of(self);
    const ops: *const Ops = .of(view);
    var room: Room = undefined;
    const new = room.bytes[0..ops.size];
    ops.load(memory.allocator, object.moduleOf(view), value, 0, &room.bytes) catch return -1;
    if (Held.quickly(view)) |list| {
        const raw = ops.get(list);
        const place: usize = if (wanted) |place| @bitCast(place) else raw.len;
        const end = if (wanted != null) raw.len else raw.capacity;
        if (place < end and isQuick(view, ops, raw, place)) {
            overwrite(view, ops, list, raw, place, new);
            return 0;
        }
    }
    var given: Given = undefined;
    given.begin(self);
    defer given.end();
    return putSlowly(self, wanted, new, &given);
}

/// The same of one that points to what Python gives.
noinline fn putTree(self: *PyObject, wanted: ?isize, value: *PyObject) c_int {
    const view = object.of(self);
    const ops: *const Ops = .of(view);
    var room: Room = undefined;
    const new = room.bytes[0..ops.size];
    var given: Given = undefined;
    given.begin(self);
    defer given.end();
    const gpa = given.fresh.allocator();
    ops.load(gpa, object.moduleOf(view), value, 0, &room.bytes) catch return -1;
    if (Held.quickly(view)) |list| {
        const raw = ops.get(list);
        const place: usize = if (wanted) |place| @bitCast(place) else raw.len;
        const end = if (wanted != null) raw.len else raw.capacity;
        const region = view.region.?; // which is the current one, or that would have been slow
        if (place < end and isQuick(view, ops, raw, place) and !region.blocks.hasCandidates()) {
            region.adoptFresh(&given.fresh) catch return -1;
            overwrite(view, ops, list, raw, place, new);
            var gone: Blocks.Gone = .{};
            defer gone.deinit();
            region.sweep(&gone);
            return 0;
        }
    }
    return putSlowly(self, wanted, new, &given);
}

/// Whether an item of an own object that nobody uses can be put at a place, where there is room, by
/// its bytes alone.
inline fn isQuick(view: *Layout, ops: *const Ops, raw: Raw, place: usize) bool {
    const owner = object.linkOf(view).parent.?;
    if (view.flags.read_only or !object.isWritable(owner)) return false;
    if (place < raw.len and ops.is_plain) return !hasObject(view, ops, place);
    return (place < raw.len or !ops.is_fixed) and isTrees(owner);
}

noinline fn putSlowly(self: *PyObject, wanted: ?isize, new: []const u8, given: *Given) c_int {
    given.address = @intFromPtr(new.ptr);
    given.count = 1;
    var gone: Blocks.Gone = .{};
    defer gone.deinit();
    const place = wanted orelse return if (insertAt(self, null, given, &gone)) 0 else -1;
    put(self, .{ .single = place }, given, true, &gone) catch return -1;
    return 0;
}

fn put(self: *PyObject, range: Range, given: *Given, setting: bool, gone: *Blocks.Gone) Error!void {
    var held: Held = undefined;
    const raw = try held.begin(self, .exclusive);
    defer held.end();
    const slice = try range.within(raw.len);
    const new = given.bytes();
    const size = given.ops.size;
    if (slice.step == 1) return splice(&held, slice.start, slice.count, new, given, gone);
    if (!setting) return removeEach(&held, raw, slice, gone);
    if (given.count != slice.count) {
        _ = c.PyErr_Format(
            capi.exception("ValueError"),
            "attempt to assign sequence of size %zu to extended slice of size %zu",
            given.count,
            slice.count,
        );
        return error.PythonException;
    }
    for (0..slice.count) |number|
        try splice(&held, slice.at(number), 1, new[number * size ..][0..size], given, gone);
}

/// Puts `new` in the place of `removed` items. The list is held exclusively.
fn splice(
    held: *Held,
    start: usize,
    removed: usize,
    new: []const u8,
    given: *Given,
    gone: *Blocks.Gone,
) Error!void {
    const ops = held.ops;
    const view = held.view;
    const raw = ops.get(held.list);
    const added = if (ops.size == 0) given.count else new.len / ops.size;
    if (added == 1 and ops.is_plain) {
        if (removed == 1 and !hasObject(view, ops, start))
            return overwrite(view, ops, held.list, raw, start, new);
        if (removed == 0 and start == raw.len and raw.len < raw.capacity and mayGrow(view, ops))
            return overwrite(view, ops, held.list, raw, start, new);
    }
    const is_trees = isTrees(view);
    if (!ops.isLoadable()) return raiseFixed(view);
    if (added != removed and !mayGrow(view, ops)) return raiseFixed(view);
    if (!ops.is_flat and !is_trees) return raiseFixed(view);
    const len = raw.len - removed + added;
    // First all that may fail.
    const region = try Region.ensure(view);
    var kept: Kept = .{};
    defer kept.deinit(ops);
    try kept.take(ops, view, held.list, start, removed, 1);
    try region.adoptFresh(&given.fresh);
    const room = try roomFor(ops, region, is_trees, raw, @max(len, raw.len));
    if (is_trees) claim(ops, region, raw, start, removed, 1, room.address != raw.address);
    kept.detach(ops);
    const size = ops.size;
    const bytes: [*]u8 = @ptrFromInt(room.address);
    if (added != removed and start + removed < raw.len) {
        const behind = bytes[(start + removed) * size .. raw.len * size];
        @memmove(bytes[(start + added) * size ..][0..behind.len], behind);
    }
    @memcpy(bytes[start * size ..][0..new.len], new);
    ops.set(held.list, .{ .address = room.address, .len = len, .capacity = room.capacity });
    if (is_trees) {
        const before = if (room.address == raw.address) raw.len else room.capacity;
        fit(ops, region, room.address, before, len);
    }
    if (ops.has_parts) Region.moveItems(view, start, removed, added, raw.len);
    if (ops.adopt) |adopt| for (start..start + added) |place|
        if (ops.info.item.?(held.list, place)) |at|
            adopt(at, region.current().blocks.allocator());
    if (!region.is_stable and !(ops.is_flat and added == removed)) region.end();
    if (is_trees) region.sweep(gone);
}

/// Takes away the items of a slice with a step, all at once. The list is held exclusively.
fn removeEach(held: *Held, raw: Raw, slice: Range.Places, gone: *Blocks.Gone) Error!void {
    if (slice.count == 0) return;
    const ops = held.ops;
    const view = held.view;
    if (!ops.isLoadable() or !mayGrow(view, ops)) return raiseFixed(view);
    const step: usize = @abs(slice.step);
    const first = slice.at(if (slice.step > 0) 0 else slice.count - 1);
    // First all that may fail.
    const region = try Region.ensure(view);
    const room = memory.allocator.alloc(usize, if (ops.has_parts) raw.len else 0) catch
        return errors.raiseNoMemory();
    defer memory.allocator.free(room);
    var kept: Kept = .{};
    defer kept.deinit(ops);
    try kept.take(ops, view, held.list, first, (slice.count - 1) * step + 1, step);
    if (isTrees(view)) claim(ops, region, raw, first, slice.count, step, false);
    kept.detach(ops);
    const bytes: [*]u8 = @ptrFromInt(raw.address);
    const size = ops.size;
    var to: usize = 0;
    for (0..raw.len) |from| {
        const is_removed = from >= first and (from - first) % step == 0 and
            (from - first) / step < slice.count;
        if (ops.has_parts) room[from] = if (is_removed) Region.no_place else to;
        if (is_removed) continue;
        @memmove(bytes[to * size ..][0..size], bytes[from * size ..][0..size]);
        to += 1;
    }
    ops.set(held.list, .{ .address = raw.address, .len = to, .capacity = raw.capacity });
    if (isTrees(view)) fit(ops, region, raw.address, raw.len, to);
    if (ops.has_parts) Region.reorderItems(view, room);
    if (!region.is_stable) region.end();
    if (isTrees(view)) region.sweep(gone);
}

/// Whether the number of items may change from Python.
fn mayGrow(view: *Layout, ops: *const Ops) bool {
    if (ops.is_fixed) return false;
    return (ops.is_array_list and ops.is_flat and ops.allocation != .none) or isTrees(view);
}

/// Whether there is an object of the item at a place, which would keep what was there.
fn hasObject(view: *Layout, ops: *const Ops, place: usize) bool {
    return ops.has_parts and Region.hasItem(view, place);
}

/// One item over another one that has no object, or behind the last one where there is room.
inline fn overwrite(
    view: *Layout,
    ops: *const Ops,
    list: *anyopaque,
    raw: Raw,
    place: usize,
    new: []const u8,
) void {
    const to: [*]u8 = @ptrFromInt(raw.address + place * ops.size);
    if (new.len == @sizeOf(u64)) {
        to[0..@sizeOf(u64)].* = new[0..@sizeOf(u64)].*;
    } else @memcpy(to[0..new.len], new);
    // A plain item that is set moves and frees nothing.
    if (place < raw.len and ops.is_flat) return;
    if (place == raw.len) ops.set(list, .{
        .address = raw.address,
        .len = raw.len + 1,
        .capacity = raw.capacity,
    });
    const region = Region.of(view).?;
    if (!region.is_stable) region.end();
}

/// The items where there is room for `size`, which is not less than there are.
fn roomFor(ops: *const Ops, region: *Region, is_trees: bool, raw: Raw, size: usize) Error!Raw {
    if (size <= raw.capacity or ops.size == 0) return .{
        .address = if (raw.capacity == 0) ops.alignment.toByteUnits() else raw.address,
        .len = raw.len,
        .capacity = @max(raw.capacity, size),
    };
    if (is_trees and !ops.is_array_list and raw.len > 0) {
        // A slice does not say how much room there is behind it, but its block does: if it ends
        // where the block does, and not another slice has more of that. Where one without items
        // points, is another's block by now, perhaps.
        if (region.current().blocks.map.get(raw.address)) |block| {
            if (block.len == raw.len * ops.size and block.len + block.spare >= size * ops.size)
                return raw;
        }
    }
    const capacity = size + size / 2 + 4;
    const gpa = if (is_trees) region.current().blocks.allocator() else memory.allocator;
    const bytes = gpa.rawAlloc(capacity * ops.size, ops.alignment, @returnAddress()) orelse
        return errors.raiseNoMemory();
    const old: [*]u8 = @ptrFromInt(raw.address);
    if (raw.len > 0) @memcpy(bytes[0 .. raw.len * ops.size], old[0 .. raw.len * ops.size]);
    if (!is_trees and raw.capacity > 0)
        gpa.rawFree(old[0 .. raw.capacity * ops.size], ops.alignment, @returnAddress());
    return .{ .address = @intFromPtr(bytes), .len = raw.len, .capacity = capacity };
}

/// Items that are about to go, and the list where it `moves`, have had what they point to.
fn claim(
    ops: *const Ops,
    region: *Region,
    raw: Raw,
    start: usize,
    count: usize,
    step: usize,
    moves: bool,
) void {
    if (!Region.Claim.isNeeded(region)) return;
    var claimed: Region.Claim = .begin(region);
    if (moves and raw.capacity > 0) claimed.around(raw.address);
    const walk = ops.walk orelse return;
    for (0..count) |number|
        claimed.each(walk, @ptrFromInt(raw.address + (start + number * step) * ops.size));
}

/// The memory of a slice is as long as that, so that Zig's code can give it back.
fn fit(ops: *const Ops, region: *Region, address: usize, from: usize, to: usize) void {
    if (ops.is_array_list or ops.size == 0) return;
    region.current().blocks.fit(address, from * ops.size, to * ops.size);
}

fn change(self: *PyObject, start: ?isize, given: *Given) ?*PyObject {
    var gone: Blocks.Gone = .{};
    defer gone.deinit();
    return if (insertAt(self, start, given, &gone)) capi.singleton(.None) else null;
}

/// Puts what is given before the item of an index, null: at the end. False with the error set.
fn insertAt(self: *PyObject, start: ?isize, given: *Given, gone: *Blocks.Gone) bool {
    var held: Held = undefined;
    const raw = held.begin(self, .exclusive) catch return false;
    defer held.end();
    const size: isize = @intCast(raw.len);
    const wanted = start orelse size;
    const place = std.math.clamp(if (wanted < 0) wanted + size else wanted, 0, size);
    splice(&held, @intCast(place), 0, given.bytes(), given, gone) catch return false;
    return true;
}

fn append(self: *PyObject, value: *PyObject) callconv(.c) ?*PyObject {
    const ops: *const Ops = .of(object.of(self));
    if (ops.is_short)
        return if (putShort(self, null, value) == 0) capi.singleton(.None) else null;
    return appendSlowly(self, value);
}

noinline fn appendSlowly(self: *PyObject, value: *PyObject) ?*PyObject {
    var given: Given = undefined;
    given.begin(self);
    defer given.end();
    given.load(self, value, true) catch return null;
    return change(self, null, &given);
}

fn extend(self: *PyObject, values: *PyObject) callconv(.c) ?*PyObject {
    var given: Given = undefined;
    given.begin(self);
    defer given.end();
    given.load(self, values, false) catch return null;
    return change(self, null, &given);
}

/// `+`: a Python list of both.
fn concat(self: *PyObject, other: *PyObject) callconv(.c) ?*PyObject {
    const list = c.PySequence_List(self) orelse return null;
    defer c.Py_DecRef(list);
    if (!isList(other)) return c.PySequence_Concat(list, other);
    const with = c.PySequence_List(other) orelse return null;
    defer c.Py_DecRef(with);
    return c.PySequence_Concat(list, with);
}

/// `+` where a Python list may be the left operand.
fn add(left: *PyObject, right: *PyObject) callconv(.c) ?*PyObject {
    for ([_]*PyObject{ left, right }) |one| {
        if (!isList(one) and !capi.hasFlag(one, "LIST_SUBCLASS"))
            return capi.newRef(capi.object("_Py_NotImplementedStruct"));
    }
    return concat(left, right);
}

/// `+=`.
fn extendItself(self: *PyObject, values: *PyObject) callconv(.c) ?*PyObject {
    const done = extend(self, values) orelse return null;
    c.Py_DecRef(done);
    return capi.newRef(self);
}

/// `*`: a Python list.
fn repeat(self: *PyObject, times: capi.Py_ssize_t) callconv(.c) ?*PyObject {
    const list = c.PySequence_List(self) orelse return null;
    defer c.Py_DecRef(list);
    return c.PySequence_Repeat(list, times);
}

/// `*=`.
fn repeatItself(self: *PyObject, times: capi.Py_ssize_t) callconv(.c) ?*PyObject {
    if (times == 1) return capi.newRef(self);
    if (times <= 0) {
        c.Py_DecRef(clear(self, null) orelse return null);
        return capi.newRef(self);
    }
    const more = repeat(self, times - 1) orelse return null;
    defer c.Py_DecRef(more);
    return extendItself(self, more);
}

/// What pickle makes anew: `values`, which it consumes, given to a builtin type.
pub fn reduceTo(comptime name: [:0]const u8, values: ?*PyObject) ?*PyObject {
    const copies = values orelse return null;
    defer c.Py_DecRef(copies);
    const class = capi.imported("builtins", name) orelse return null;
    defer c.Py_DecRef(class);
    const args = c.PyTuple_Pack(1, copies) orelse return null;
    defer c.Py_DecRef(args);
    return c.PyTuple_Pack(2, class, args);
}

fn reduce(self: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    return reduceTo("list", copyOut(self, null));
}

fn sort(
    self: *PyObject,
    args: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
    kwnames: ?*PyObject,
) callconv(.c) ?*PyObject {
    if (nargs != 0) return errors.raiseWrongNumber("sort() takes 0 positional arguments", nargs);
    sortBy(self, args, kwnames) catch return null;
    return capi.singleton(.None);
}

/// Python sorts the places by the keys of what is there; the items go there when that is known.
fn sortBy(self: *PyObject, args: [*]const *PyObject, kwnames: ?*PyObject) Error!void {
    const none = capi.object("_Py_NoneStruct");
    const options = c.PyDict_New() orelse return error.PythonException;
    defer c.Py_DecRef(options);
    var key: *PyObject = none;
    for (0..if (kwnames) |names| @as(usize, @intCast(c.PyTuple_Size(names))) else 0) |index| {
        const name = c.PyTuple_GetItem(kwnames.?, @intCast(index)) orelse
            return error.PythonException;
        const text = try convert.utf8Of(name);
        if (std.mem.eql(u8, text, "key")) {
            key = args[index];
        } else if (std.mem.eql(u8, text, "reverse")) {
            if (c.PyDict_SetItem(options, name, args[index]) < 0) return error.PythonException;
        } else {
            _ = c.PyErr_Format(
                capi.exception("TypeError"),
                "sort() got an unexpected keyword argument '%U'",
                name,
            );
            return error.PythonException;
        }
    }
    const keys = c.PySequence_List(self) orelse return error.PythonException;
    defer c.Py_DecRef(keys);
    const size: usize = @intCast(c.PyList_Size(keys));
    if (key != none) for (0..size) |index| {
        const value = c.PyList_GetItem(keys, @intCast(index)) orelse return error.PythonException;
        const made = capi.vectorcall(key, &.{value}, 1, null) orelse return error.PythonException;
        _ = c.PyList_SetItem(keys, @intCast(index), made);
    };
    const order = try orderOf(keys, size, options);
    defer memory.allocator.free(order);
    return reorder(self, order);
}

/// The places of a list of keys in their order.
fn orderOf(keys: *PyObject, size: usize, options: *PyObject) Error![]usize {
    const of_place = c.PyObject_GetAttrString(keys, "__getitem__") orelse
        return error.PythonException;
    defer c.Py_DecRef(of_place);
    if (c.PyDict_SetItemString(options, "key", of_place) < 0) return error.PythonException;
    const places_ = c.PyList_New(@intCast(size)) orelse return error.PythonException;
    defer c.Py_DecRef(places_);
    for (0..size) |index| _ = c.PyList_SetItem(
        places_,
        @intCast(index),
        c.PyLong_FromLongLong(@intCast(index)) orelse return error.PythonException,
    );
    const by_key = c.PyObject_GetAttrString(places_, "sort") orelse return error.PythonException;
    defer c.Py_DecRef(by_key);
    const args = c.PyTuple_New(0) orelse return error.PythonException;
    defer c.Py_DecRef(args);
    c.Py_DecRef(c.PyObject_Call(by_key, args, options) orelse return error.PythonException);
    const order = memory.allocator.alloc(usize, size) catch return errors.raiseNoMemory();
    errdefer memory.allocator.free(order);
    for (order, 0..) |*place, index| {
        const number = c.PyList_GetItem(places_, @intCast(index)) orelse
            return error.PythonException;
        // Who has found the list may have changed it.
        const known = quick.intOf(usize, number) orelse size;
        if (known >= size) return raiseModified();
        place.* = known;
    }
    return order;
}

fn raiseModified() Error {
    c.PyErr_SetString(capi.exception("ValueError"), "list modified during sort");
    return error.PythonException;
}

/// Puts at each place what was at the one that `order` has there.
fn reorder(self: *PyObject, order: []usize) Error!void {
    var held: Held = undefined;
    const raw = try held.begin(self, .exclusive);
    defer held.end();
    const ops = held.ops;
    if (ops.is_const) return raiseFixed(held.view);
    if (raw.len != order.len) return raiseModified();
    const size = ops.size;
    const places_of = memory.allocator.alloc(usize, raw.len) catch return errors.raiseNoMemory();
    defer memory.allocator.free(places_of);
    @memset(places_of, 0);
    const old = memory.allocator.alloc(u8, raw.len * size) catch return errors.raiseNoMemory();
    defer memory.allocator.free(old);
    const bytes: [*]u8 = @ptrFromInt(raw.address);
    @memcpy(old, bytes[0..old.len]);
    for (order, 0..) |from, to| {
        @memcpy(bytes[to * size ..][0..size], old[from * size ..][0..size]);
        places_of[from] = to;
    }
    if (ops.has_parts) Region.reorderItems(held.view, places_of);
    if (!ops.is_flat) if (Region.of(held.view)) |region| if (!region.is_stable) region.end();
}

fn insert(
    self: *PyObject,
    args: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
) callconv(.c) ?*PyObject {
    if (nargs != 2) return errors.raiseWrongNumber("insert() takes 2 arguments", nargs);
    const place = c.PyNumber_AsSsize_t(args[0], null);
    if (place == -1 and c.PyErr_Occurred() != null) return null;
    var given: Given = undefined;
    given.begin(self);
    defer given.end();
    given.load(self, args[1], true) catch return null;
    return change(self, place, &given);
}

fn pop(
    self: *PyObject,
    args: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
) callconv(.c) ?*PyObject {
    if (nargs > 1) return errors.raiseWrongNumber("pop() takes at most 1 argument", nargs);
    const wanted = if (nargs == 0) -1 else c.PyNumber_AsSsize_t(
        args[0],
        capi.exception("IndexError"),
    );
    if (wanted == -1 and c.PyErr_Occurred() != null) return null;
    var gone: Blocks.Gone = .{};
    defer gone.deinit();
    var given: Given = undefined;
    given.begin(self);
    var held: Held = undefined;
    const raw = held.begin(self, .exclusive) catch return null;
    defer held.end();
    const size: isize = @intCast(raw.len);
    const place = if (wanted < 0) wanted + size else wanted;
    if (place < 0 or place >= size) {
        c.PyErr_SetString(
            capi.exception("IndexError"),
            if (size == 0) "pop from empty list" else "pop index out of range",
        );
        return null;
    }
    const number: usize = @intCast(place);
    const at = held.at(raw, number);
    // An object then keeps its value, a list in it is one of Python's.
    const popped = (if (held.ops.keep == null and held.ops.copy != null)
        held.ops.copy.?(object.moduleOf(held.view), at)
    else
        held.ops.give(held.view, number, at)) orelse return null;
    splice(&held, number, 1, &.{}, &given, &gone) catch {
        c.Py_DecRef(popped);
        return null;
    };
    return popped;
}

fn clear(self: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    var gone: Blocks.Gone = .{};
    defer gone.deinit();
    var given: Given = undefined;
    given.begin(self);
    var held: Held = undefined;
    const raw = held.begin(self, .exclusive) catch return null;
    defer held.end();
    splice(&held, 0, raw.len, &.{}, &given, &gone) catch return null;
    return capi.singleton(.None);
}

fn reverse(self: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    var held: Held = undefined;
    const raw = held.begin(self, .exclusive) catch return null;
    defer held.end();
    const ops = held.ops;
    if (ops.is_const) {
        return errors.failed(raiseFixed(held.view));
    }
    const bytes: [*]u8 = @ptrFromInt(raw.address);
    for (0..raw.len / 2) |place| {
        const one = bytes[place * ops.size ..][0..ops.size];
        const other = bytes[(raw.len - 1 - place) * ops.size ..][0..ops.size];
        for (one, other) |*a, *b| std.mem.swap(u8, a, b);
    }
    if (ops.has_parts) Region.reverseItems(held.view, raw.len);
    if (!ops.is_flat) if (Region.of(held.view)) |region| if (!region.is_stable) region.end();
    return capi.singleton(.None);
}

fn copyOut(self: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    const ops: *const Ops = .of(object.of(self));
    const copy = ops.copy orelse return c.PySequence_List(self);
    var held: Held = undefined;
    const raw = held.begin(self, .shared) catch return null;
    defer held.end();
    const list = c.PyList_New(@intCast(raw.len)) orelse return null;
    for (0..raw.len) |place| {
        const copied = copy(object.moduleOf(held.view), held.at(raw, place)) orelse {
            c.Py_DecRef(list);
            return null;
        };
        _ = c.PyList_SetItem(list, @intCast(place), copied);
    }
    return list;
}

fn repr(self: *PyObject) callconv(.c) ?*PyObject {
    const list = c.PySequence_List(self) orelse return null;
    defer c.Py_DecRef(list);
    return c.PyObject_Repr(list);
}

fn compare(self: *PyObject, other: *PyObject, operator: c_int) callconv(.c) ?*PyObject {
    if (!capi.hasFlag(other, "LIST_SUBCLASS") and !isList(other)) {
        const not_implemented = capi.object("_Py_NotImplementedStruct");
        c.Py_IncRef(not_implemented);
        return not_implemented;
    }
    const list = c.PySequence_List(self) orelse return null;
    defer c.Py_DecRef(list);
    const with = c.PySequence_List(other) orelse return null;
    defer c.Py_DecRef(with);
    return c.PyObject_RichCompare(list, with, operator);
}

/// The Python list of the items answers, as it does for its own.
fn ask(self: *PyObject, name: [*:0]const u8, value: *PyObject) ?*PyObject {
    const list = c.PySequence_List(self) orelse return null;
    defer c.Py_DecRef(list);
    return capi.callMethod(list, name, &.{value});
}

fn indexOf(self: *PyObject, value: *PyObject) ?*PyObject {
    return indexBetween(self, &.{value}, 1);
}

fn indexBetween(
    self: *PyObject,
    args: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
) callconv(.c) ?*PyObject {
    if (nargs < 1 or nargs > 3)
        return errors.raiseWrongNumber("index() takes 1 to 3 arguments", nargs);
    const value = args[0];
    const list = c.PySequence_List(self) orelse return null;
    defer c.Py_DecRef(list);
    if (capi.callMethod(list, "index", args[0..@intCast(nargs)])) |place| return place;
    // CPython's own words for this differ by version.
    const raised = c.PyErr_Occurred() orelse return null;
    if (raised != capi.exception("ValueError")) return null;
    c.PyErr_Clear();
    _ = c.PyErr_Format(capi.exception("ValueError"), "%R is not in list", value);
    return null;
}

fn countOf(self: *PyObject, value: *PyObject) callconv(.c) ?*PyObject {
    return ask(self, "count", value);
}

fn contains(self: *PyObject, value: *PyObject) callconv(.c) c_int {
    const answer = ask(self, "__contains__", value) orelse return -1;
    defer c.Py_DecRef(answer);
    return @intFromBool(answer == capi.object("_Py_TrueStruct"));
}

fn remove(self: *PyObject, value: *PyObject) callconv(.c) ?*PyObject {
    const place = indexOf(self, value) orelse return null;
    defer c.Py_DecRef(place);
    return if (assign(self, place, null) == 0) capi.singleton(.None) else null;
}

// The buffer protocol, for numbers: while one is in use, nothing is changed but through it.

/// How a buffer lies, in one block: its shape, and behind that its strides.
fn layoutOf(ops: *const Ops, len: usize) Error![]isize {
    const dimensions = 1 + ops.shape.len;
    const numbers = memory.allocator.alloc(isize, 2 * dimensions) catch
        return errors.raiseNoMemory();
    const shape: []usize = @ptrCast(numbers[0..dimensions]);
    shape[0] = len;
    @memcpy(shape[1..], ops.shape);
    ndarray.setContiguous(numbers[dimensions..], shape, ops.leaf_size);
    return numbers;
}

fn getBuffer(self: *PyObject, view: *capi.Py_buffer, flags: c_int) callconv(.c) c_int {
    view.obj = null;
    exportTo(self, view, flags) catch return -1;
    return 0;
}

fn exportTo(self: *PyObject, view: *capi.Py_buffer, flags: c_int) Error!void {
    const part = object.of(self);
    const ops: *const Ops = .of(part);
    var holds: hold.Holds(1, .python) = .{};
    holds.add(part, .shared);
    try holds.acquire();
    defer holds.release();
    // What is written as a byte need not be a bool.
    const is_read_only = ops.is_const or ops.is_checked or object.isReadOnly(part);
    if (is_read_only and flags & capi.constants.PyBUF_WRITABLE != 0)
        return raiseBuffer(if (ops.is_checked)
            "what has bools, or what is only read, cannot be written by its bytes"
        else
            "the list is const in Zig, and cannot be written");
    const region = Region.of(part).?;
    if (region.is_lent)
        return raiseBuffer("the list was lent to a callback, and its memory may not outlive that");
    const list: *anyopaque = @ptrFromInt(try object.resolve(part));
    const raw = ops.get(list);
    const numbers = try layoutOf(ops, raw.len);
    errdefer memory.allocator.free(numbers);
    if (region.tryHold(part, .exported, true, false) != .held) return region.raiseInUse(.exported);
    const dimensions = numbers.len / 2;
    c.Py_IncRef(self);
    view.* = .{
        .buf = @ptrFromInt(raw.address),
        .obj = self,
        .len = @intCast(raw.len * ops.size),
        .itemsize = @intCast(ops.leaf_size),
        .readonly = @intFromBool(is_read_only),
        .ndim = @intCast(dimensions),
        .format = if (flags & capi.constants.PyBUF_FORMAT != 0)
            @constCast(ops.format.?.ptr)
        else
            null,
        .shape = if (flags & capi.constants.PyBUF_ND != 0) numbers.ptr else null,
        .strides = if (flags & capi.constants.PyBUF_STRIDES == capi.constants.PyBUF_STRIDES)
            numbers[dimensions..].ptr
        else
            null,
        .suboffsets = null,
        .internal = numbers.ptr,
    };
}

fn raiseBuffer(message: [*:0]const u8) Error {
    c.PyErr_SetString(capi.exception("BufferError"), message);
    return error.PythonException;
}

fn releaseBuffer(self: *PyObject, view: *capi.Py_buffer) callconv(.c) void {
    const part = object.of(self);
    const numbers: [*]isize = @ptrCast(@alignCast(view.internal.?));
    const count = 2 * (1 + Ops.of(part).shape.len);
    Region.of(part).?.release(.exported, false);
    memory.allocator.free(numbers[0..count]);
}

/// An index or a slice, as Python gave it.
const Range = struct {
    single: ?isize = null,
    start: isize = 0,
    stop: isize = 0,
    step: isize = 1,

    fn of(key: *PyObject) Error!Range {
        var range: Range = .{};
        if (quick.intOf(isize, key)) |place| {
            range.single = place;
            return range;
        }
        if (capi.isExactly(key, "PySlice_Type")) {
            if (c.PySlice_Unpack(key, &range.start, &range.stop, &range.step) < 0)
                return error.PythonException;
            return range;
        }
        if (c.PyIndex_Check(key) == 0) {
            const name = capi.typeName(key) orelse return error.PythonException;
            defer c.Py_DecRef(name);
            _ = c.PyErr_Format(
                capi.exception("TypeError"),
                "list indices must be integers or slices, not %U",
                name,
            );
            return error.PythonException;
        }
        range.single = c.PyNumber_AsSsize_t(key, capi.exception("IndexError"));
        if (range.single.? == -1 and c.PyErr_Occurred() != null) return error.PythonException;
        return range;
    }

    const Places = struct {
        single: bool,
        start: usize,
        count: usize,
        step: isize,

        fn at(self: Places, number: usize) usize {
            return @intCast(
                @as(isize, @intCast(self.start)) + self.step * @as(isize, @intCast(number)),
            );
        }
    };

    fn within(range: Range, size: usize) Error!Places {
        const total: isize = @intCast(size);
        if (range.single) |wanted| {
            const place = if (wanted < 0) wanted + total else wanted;
            if (place < 0 or place >= total) {
                c.PyErr_SetString(capi.exception("IndexError"), "list index out of range");
                return error.PythonException;
            }
            return .{ .single = true, .start = @intCast(place), .count = 1, .step = 1 };
        }
        var start = range.start;
        var stop = range.stop;
        const found = c.PySlice_AdjustIndices(total, &start, &stop, range.step);
        return .{
            .single = false,
            .start = if (found == 0) @intCast(std.math.clamp(
                start,
                0,
                total,
            )) else @intCast(start),
            .count = @intCast(found),
            .step = range.step,
        };
    }
};
