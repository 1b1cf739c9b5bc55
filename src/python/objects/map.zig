//! A map in a field of a struct, with text as its keys, as Python's dicts are: what is seen and
//! changed is Zig's own. Values that are structs are objects which stay with their key, and keep
//! their value when that is removed.
//!
//! All maps of a module have one Python type, as its lists have: see list.zig.

const std = @import("std");
const Blocks = @import("Blocks.zig");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const classes_of = @import("classes_of.zig");
const convert = @import("../convert.zig");
const errors = @import("../errors.zig");
const hold = @import("hold.zig");
const lists = @import("list.zig");
const memory = @import("../memory.zig");
const object = @import("object.zig");
const places = @import("places.zig");
const Region = @import("Region.zig");
const State = @import("../State.zig");
const string_maps = @import("../../string_maps.zig");
const trees = @import("../../trees.zig");
const c = capi.functions;
const Error = errors.Error;
const Info = object.Info;
const Layout = object.Layout;
const PyObject = capi.PyObject;

/// What depends on the type of a map.
const Ops = struct {
    info: Info,
    typ: [:0]const u8,
    size: usize,
    alignment: std.mem.Alignment,
    has_parts: bool,
    is_copyable: bool,
    is_flat: bool,
    count: *const fn (map: *anyopaque) usize,
    find: *const fn (map: *anyopaque, key: []const u8) ?*anyopaque,
    give: *const fn (view: *Layout, key: []const u8, at: *anyopaque) ?*PyObject,
    copy: ?*const fn (module: *PyObject, at: *anyopaque) ?*PyObject,
    load: *const fn (
        gpa: std.mem.Allocator,
        module: *PyObject,
        value: *PyObject,
        at: *anyopaque,
    ) Error!void,
    /// The key is not copied.
    put: *const fn (
        map: *anyopaque,
        gpa: std.mem.Allocator,
        key: []const u8,
        at: *const anyopaque,
    ) error{OutOfMemory}!void,
    remove: *const fn (map: *anyopaque, key: []const u8) void,
    clear: *const fn (map: *anyopaque) void,
    keyFrom: *const fn (map: *anyopaque, place: *usize) ?[]const u8,
    adopt: ?*const fn (at: *anyopaque, gpa: std.mem.Allocator) void,
    /// Of what a value points to, and of what the whole map does.
    walk: ?*const trees.Walk,
    walkAll: ?*const trees.Walk,
    keep: ?*const fn (gpa: std.mem.Allocator, from: *const anyopaque, to: *anyopaque) Error!void,

    fn of(self: *Layout) *const Ops {
        return @alignCast(@fieldParentPtr("info", object.linkOf(self).info));
    }
};

fn OpsOf(comptime Map: type) type {
    const Value = string_maps.Value(Map).?;
    const Part = classes.PartOf(Value);
    const of_class = Part != null;
    const of_lists = !of_class and classes.ViewItem(Value) != null and classes.isCopyable(Value);
    const typ = classes.fieldTypeName(Value);
    return struct {
        const ops: Ops = .{
            .info = .{
                .name = "dict of " ++ typ,
                .size = @sizeOf(Map),
                .alignment = 1,
                .basicsize = object.link_end,
                .kind = .map,
                .value_of = &valueOf,
            },
            .typ = typ,
            .size = @sizeOf(Value),
            .alignment = .of(Value),
            .has_parts = of_class or of_lists,
            .is_copyable = classes.isCopyable(Value),
            .is_flat = classes.isFlat(Value),
            .count = &count,
            .find = &find,
            .give = &giveValue,
            .copy = if ((of_class or of_lists) and classes.isCopyable(Value)) &copyValue else null,
            .load = &load,
            .put = &put,
            .remove = &remove_,
            .clear = &clear_,
            .keyFrom = &keyFrom,
            .adopt = if (trees.hasManagedMap(Value)) &adopt else null,
            .walk = trees.walkOfTree(Value),
            .walkAll = trees.walkOfTree(Map),
            .keep = if (of_class and classes.isCopyable(Value))
                &lists.Keeping(Part.?).copy
            else
                null,
        };

        fn cast(map: *anyopaque) *Map {
            return @ptrCast(@alignCast(map));
        }

        fn find(map: *anyopaque, key: []const u8) ?*anyopaque {
            return @ptrCast(cast(map).getPtr(key) orelse return null);
        }

        /// Where the object of a key is: nowhere where that is null.
        fn valueOf(map: *anyopaque, key: []const u8) ?*anyopaque {
            const at = cast(map).getPtr(key) orelse return null;
            if (!of_class or Part.? == Value) return @ptrCast(at);
            return if (at.*) |*some| @ptrCast(some) else null;
        }

        fn count(map: *anyopaque) usize {
            return cast(map).count();
        }

        fn giveValue(view: *Layout, key: []const u8, at: *anyopaque) ?*PyObject {
            const module = object.moduleOf(view);
            if (of_class) {
                if (Part.? != Value and @as(*const Value, @ptrCast(@alignCast(at))).* == null)
                    return capi.singleton(.None);
                const class = classes_of.classOf(Part.?, module) orelse return null;
                const info = classes_of.infoIn(Part.?, module) orelse return null;
                const made = places.part(view, class, info, .key, 0, key, false) orelse
                    return null;
                return &made.ob_base;
            }
            if (of_lists) return lists.giveAt(Value, .none, view, .key, 0, key, false);
            return convert.give(Value, module, @as(*const Value, @ptrCast(@alignCast(at))).*);
        }

        fn copyValue(module: *PyObject, at: *anyopaque) ?*PyObject {
            return convert.give(Value, module, @as(*const Value, @ptrCast(@alignCast(at))).*);
        }

        fn load(
            gpa: std.mem.Allocator,
            module: *PyObject,
            value: *PyObject,
            at: *anyopaque,
        ) Error!void {
            if (comptime !classes.isCopyable(Value)) unreachable; // has been refused
            const place: *Value = @ptrCast(@alignCast(at));
            place.* = try convert.loadField(Value, gpa, module, value, comptime &.{
                .function = "dict",
                .name = "value",
                .typ = typ,
            });
        }

        fn put(
            map: *anyopaque,
            gpa: std.mem.Allocator,
            key: []const u8,
            at: *const anyopaque,
        ) error{OutOfMemory}!void {
            const value: *const Value = @ptrCast(@alignCast(at));
            return string_maps.put(Map, cast(map), gpa, key, value.*);
        }

        fn remove_(map: *anyopaque, key: []const u8) void {
            string_maps.remove(Map, cast(map), key);
        }

        fn clear_(map: *anyopaque) void {
            cast(map).clearRetainingCapacity();
        }

        fn keyFrom(map: *anyopaque, place: *usize) ?[]const u8 {
            return string_maps.keyFrom(Map, cast(map), place);
        }

        fn adopt(at: *anyopaque, gpa: std.mem.Allocator) void {
            trees.setAllocator(Part orelse Value, @ptrCast(@alignCast(at)), gpa);
        }
    };
}

/// A new reference to the map in a field of type `Map` at `offset` in the struct `parent`.
pub fn give(comptime Map: type, parent: *Layout, offset: usize) ?*PyObject {
    const state = State.of(object.moduleOf(parent)) orelse return null;
    const info = &OpsOf(Map).ops.info;
    const class = state.dict_class.?;
    const view = places.part(parent, class, info, .part, offset, "", false) orelse return null;
    return &view.ob_base;
}

/// Whether it is one of our maps.
pub fn isMap(value: *PyObject) bool {
    return c.PyType_GetSlot(
        capi.typeOf(value),
        capi.constants.Py_tp_repr,
    ) == @as(?*anyopaque, @ptrCast(@constCast(&repr)));
}

/// A new Python dict of the same items, or null with the error set.
pub fn copyOf(self: *PyObject) ?*PyObject {
    // Another thread may take away a key that was there a moment ago: then all is looked at anew.
    // But a key that Zig's code has changed in its place is never found.
    var attempts: usize = 100;
    while (true) {
        const dict = c.PyDict_New() orelse return null;
        if (c.PyDict_Update(dict, self) == 0) return dict;
        c.Py_DecRef(dict);
        attempts -= 1;
        if (attempts == 0 or c.PyErr_ExceptionMatches(capi.exception("KeyError")) == 0)
            return null;
        c.PyErr_Clear();
    }
}

fn repr(self: *PyObject) callconv(.c) ?*PyObject {
    const dict = copyOf(self) orelse return null;
    defer c.Py_DecRef(dict);
    return c.PyObject_Repr(dict);
}

/// Makes the types of a module's maps. False with the error set.
pub fn addTypes(module: *PyObject, comptime module_name: []const u8, state: *State) bool {
    const flags = capi.constants.Py_TPFLAGS_DEFAULT |
        capi.constants.Py_TPFLAGS_DISALLOW_INSTANTIATION;
    const view: capi.structs.PyType_Spec = comptime .{
        .name = module_name ++ ".Dict",
        .basicsize = object.link_end,
        .flags = flags,
        .slots = &slots,
    };
    const iterator: capi.structs.PyType_Spec = comptime .{
        .name = module_name ++ ".DictIterator",
        .basicsize = @sizeOf(Iterator),
        .flags = flags,
        .slots = &iterator_slots,
    };
    state.dict_class = c.PyType_FromModuleAndSpec(module, &view, null);
    state.dict_iterator_class = c.PyType_FromModuleAndSpec(module, &iterator, null);
    return state.dict_class != null and state.dict_iterator_class != null and
        borrow(state.dict_class.?);
}

/// What follows from the rest, as Python has it for every mapping.
fn borrow(class: *PyObject) bool {
    const mapping = capi.imported("collections.abc", "MutableMapping") orelse return false;
    defer c.Py_DecRef(mapping);
    inline for (.{
        "keys", "values", "items", "get", "setdefault", "update", "__eq__",
    }) |name| {
        const function = c.PyObject_GetAttrString(mapping, name) orelse return false;
        defer c.Py_DecRef(function);
        if (c.PyObject_SetAttrString(class, name, function) < 0) return false;
    }
    const none = capi.object("_Py_NoneStruct");
    if (c.PyObject_SetAttrString(class, "__hash__", none) < 0) return false;
    const registered = capi.callMethod(mapping, "register", &.{class}) orelse return false;
    c.Py_DecRef(registered);
    return true;
}

const slots = [_]capi.structs.PyType_Slot{
    .{ .slot = capi.constants.Py_tp_dealloc, .pfunc = &object.deallocView },
    .{ .slot = capi.constants.Py_tp_iter, .pfunc = &iterate },
    .{ .slot = capi.constants.Py_tp_repr, .pfunc = &repr },
    .{ .slot = capi.constants.Py_tp_methods, .pfunc = &methods },
    .{
        .slot = capi.constants.Py_tp_doc,
        .pfunc = @as(
            [*:0]const u8,
            "A map in Zig's memory, with the methods of Python's dicts.",
        ),
    },
    .{ .slot = capi.constants.Py_nb_or, .pfunc = &either },
    .{ .slot = capi.constants.Py_nb_inplace_or, .pfunc = &updateItself },
    .{ .slot = capi.constants.Py_sq_contains, .pfunc = &contains },
    .{ .slot = capi.constants.Py_mp_length, .pfunc = &length },
    .{ .slot = capi.constants.Py_mp_subscript, .pfunc = &subscript },
    .{ .slot = capi.constants.Py_mp_ass_subscript, .pfunc = &assign },
    .{},
};

const methods = [_]capi.PyMethodDef{
    .{
        .ml_name = "clear",
        .ml_meth = &clear,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "clear($self, /)\n--\n\nTake all keys away.",
    },
    .{
        .ml_name = "pop",
        .ml_meth = &pop,
        .ml_flags = capi.constants.METH_FASTCALL,
        .ml_doc = "pop($self, key, default=..., /)\n--\n\n" ++
            "Take a key away, and return its value. KeyError: there is no such, and no " ++
            "default.",
    },
    .{
        .ml_name = "copy",
        .ml_meth = &copyOut,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "copy($self, /)\n--\n\nA Python dict of the same items.",
    },
    .{
        .ml_name = "todict",
        .ml_meth = &toDict,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "todict($self, /)\n--\n\n" ++
            "A Python dict of copies of the values, lists in them as Python's.",
    },
    .{
        .ml_name = "popitem",
        .ml_meth = &popItem,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "popitem($self, /)\n--\n\n" ++
            "Take the last key away, and return it with its value. KeyError: there is none.",
    },
    .{
        .ml_name = "__reversed__",
        .ml_meth = &reversed,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "__reversed__($self, /)\n--\n\nThe keys from the last one on.",
    },
    .{
        .ml_name = "__reduce__",
        .ml_meth = &reduce,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "__reduce__($self, /)\n--\n\nFor pickle and copy: a Python dict.",
    },
    .{},
};

/// A map, held.
const Held = struct {
    view: *Layout,
    ops: *const Ops,
    map: *anyopaque,
    use: hold.Use(if (capi.minor < 12) .python else .nothing) = .{},

    fn begin(held: *Held, self: *PyObject, mode: Region.Mode) Error!void {
        const view = object.of(self);
        held.* = .{ .view = view, .ops = .of(view), .map = undefined };
        if (quickly(view)) |map| {
            held.map = map;
            if (mode == .exclusive) try object.expectWritable(object.linkOf(view).parent.?);
            return;
        }
        held.map = @ptrFromInt(try held.use.begin(view, mode));
        errdefer held.use.end();
        if (mode == .exclusive) try object.expectWritable(object.linkOf(held.view).parent.?);
    }

    fn end(held: *Held) void {
        held.use.end();
    }

    /// The same as `begin` where that is seen at once, and there is nothing to be ended.
    inline fn quickly(view: *Layout) ?*anyopaque {
        if (capi.minor < 12) return null;
        return @ptrFromInt(hold.quickly(view) orelse return null);
    }

    fn find(held: *const Held, key: []const u8) ?*anyopaque {
        return held.ops.find(held.map, key);
    }

    /// Objects of a key, or of all, are to keep the values that they have.
    fn keep(held: *const Held, kept: *lists.Kept, key: ?[]const u8) Error!void {
        const start = if (key) |some| Region.hashOfText(some) else 0;
        const count: usize = if (key == null) std.math.maxInt(usize) else 1;
        try kept.take(held.ops, held.view, held.map, start, count, 1);
        const region = Region.of(held.view);
        if (!Region.Claim.isNeeded(region)) return;
        var claim: Region.Claim = .begin(region.?);
        if (key) |some| {
            if (held.ops.walk) |walk| claim.each(walk, held.find(some).?);
        } else if (held.ops.walkAll) |walk| claim.each(walk, held.map);
    }

    fn changed(held: *const Held, gone: *Blocks.Gone) void {
        const region = Region.of(held.view).?;
        if (!region.is_stable) region.end();
        if (lists.isTrees(held.view)) region.sweep(gone);
    }
};

fn length(self: *PyObject) callconv(.c) capi.Py_ssize_t {
    var held: Held = undefined;
    held.begin(self, .shared) catch return -1;
    defer held.end();
    return @intCast(held.ops.count(held.map));
}

/// The text of a key; null where it is no text, and so in no map.
fn textOf(key: *PyObject) Error!?[]const u8 {
    return if (capi.hasFlag(key, "UNICODE_SUBCLASS")) try convert.utf8Of(key) else null;
}

fn contains(self: *PyObject, key: *PyObject) callconv(.c) c_int {
    const text = textOf(key) catch return -1;
    var held: Held = undefined;
    held.begin(self, .shared) catch return -1;
    defer held.end();
    return @intFromBool(held.find(text orelse return 0) != null);
}

fn subscript(self: *PyObject, key: *PyObject) callconv(.c) ?*PyObject {
    const text = textOf(key) catch return null;
    const view = object.of(self);
    if (Held.quickly(view)) |map| if (text) |some| {
        const ops: *const Ops = .of(view);
        if (ops.find(map, some)) |at| return ops.give(view, some, at);
    };
    return subscriptSlowly(self, key, text);
}

noinline fn subscriptSlowly(self: *PyObject, key: *PyObject, text: ?[]const u8) ?*PyObject {
    var held: Held = undefined;
    held.begin(self, .shared) catch return null;
    defer held.end();
    const at = (if (text) |some| held.find(some) else null) orelse {
        c.PyErr_SetObject(capi.exception("KeyError"), key);
        return null;
    };
    return held.ops.give(held.view, text.?, at);
}

fn assign(self: *PyObject, key: *PyObject, value: ?*PyObject) callconv(.c) c_int {
    var gone: Blocks.Gone = .{};
    defer gone.deinit();
    (if (value) |some| set(self, key, some, &gone) else remove(self, key, &gone)) catch return -1;
    return 0;
}

fn set(self: *PyObject, key: *PyObject, value: *PyObject, gone: *Blocks.Gone) Error!void {
    const view = object.of(self);
    const ops: *const Ops = .of(view);
    if (!ops.is_copyable) return lists.raiseFixed(view);
    const text = try textOf(key) orelse {
        const name = capi.typeName(key) orelse return error.PythonException;
        defer c.Py_DecRef(name);
        _ = c.PyErr_Format(
            capi.exception("TypeError"),
            "keys of a %s must be str, not %U",
            ops.info.name.ptr,
            name,
        );
        return error.PythonException;
    };
    var fresh: Blocks.Fresh = undefined;
    fresh.begin();
    defer fresh.deinit();
    // Room for a value that is not large, and others.
    var buffer: [64]u8 align(16) = undefined;
    const is_small = ops.size <= buffer.len and ops.alignment.toByteUnits() <= 16;
    const room: [*]u8 = if (is_small) &buffer else memory.allocator.rawAlloc(
        ops.size,
        ops.alignment,
        @returnAddress(),
    ) orelse return errors.raiseNoMemory();
    defer if (!is_small)
        memory.allocator.rawFree(room[0..ops.size], ops.alignment, @returnAddress());
    try ops.load(fresh.allocator(), object.moduleOf(view), value, room);
    var held: Held = undefined;
    try held.begin(self, .exclusive);
    defer held.end();
    const is_trees = lists.isTrees(view);
    const known = held.find(text);
    if (!is_trees and (known == null or !ops.is_flat)) return lists.raiseFixed(view);
    const region = try Region.ensure(view);
    if (known) |at| if (ops.is_flat and !(ops.has_parts and
        Region.hasItem(view, Region.hashOfText(text))))
    {
        // No more than its bytes, and no object keeps what was there.
        const to: [*]u8 = @ptrCast(at);
        @memcpy(to[0..ops.size], room[0..ops.size]);
        if (!region.is_stable) region.end();
        return;
    };
    const own_text = if (known == null)
        fresh.allocator().dupe(u8, text) catch return errors.raiseNoMemory()
    else
        "";
    var kept: lists.Kept = .{};
    defer kept.deinit(ops);
    if (known != null) try held.keep(&kept, text);
    try region.adoptFresh(&fresh);
    const gpa = region.current().blocks.allocator();
    if (known) |at| {
        kept.detach(ops);
        const to: [*]u8 = @ptrCast(at);
        @memcpy(to[0..ops.size], room[0..ops.size]);
    } else ops.put(held.map, gpa, own_text, room) catch return errors.raiseNoMemory();
    if (ops.adopt) |adopt| if (ops.info.value_of.?(held.map, text)) |at| adopt(at, gpa);
    held.changed(gone);
}

fn remove(self: *PyObject, key: *PyObject, gone: *Blocks.Gone) Error!void {
    const text = try textOf(key);
    var held: Held = undefined;
    try held.begin(self, .exclusive);
    defer held.end();
    if (text == null or held.find(text.?) == null) {
        c.PyErr_SetObject(capi.exception("KeyError"), key);
        return error.PythonException;
    }
    if (!lists.isTrees(held.view)) return lists.raiseFixed(held.view);
    var kept: lists.Kept = .{};
    defer kept.deinit(held.ops);
    try held.keep(&kept, text);
    kept.detach(held.ops);
    held.ops.remove(held.map, text.?);
    held.changed(gone);
}

fn pop(
    self: *PyObject,
    args: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
) callconv(.c) ?*PyObject {
    if (nargs < 1 or nargs > 2)
        return errors.raiseWrongNumber("pop() takes 1 or 2 arguments", nargs);
    if (nargs == 2) {
        const found = contains(self, args[0]);
        if (found < 0) return null;
        if (found == 0) {
            c.Py_IncRef(args[1]);
            return args[1];
        }
    }
    const value = taken(self, args[0]) orelse return null;
    var gone: Blocks.Gone = .{};
    defer gone.deinit();
    remove(self, args[0], &gone) catch {
        c.Py_DecRef(value);
        return null;
    };
    return value;
}

fn popItem(self: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    const key = lastKey(self) orelse return null;
    defer c.Py_DecRef(key);
    const value = pop(self, &.{key}, 1) orelse return null;
    defer c.Py_DecRef(value);
    return c.PyTuple_Pack(2, key, value);
}

/// The last one of a map that has an order, and any of another one.
fn lastKey(self: *PyObject) ?*PyObject {
    var held: Held = undefined;
    held.begin(self, .shared) catch return null;
    defer held.end();
    var last = held.ops.count(held.map) -| 1;
    var first: usize = 0;
    const key = held.ops.keyFrom(held.map, &last) orelse held.ops.keyFrom(held.map, &first) orelse {
        c.PyErr_SetString(capi.exception("KeyError"), "popitem(): dictionary is empty");
        return null;
    };
    return capi.newStr(key);
}

/// A value that is about to be removed: an object keeps it.
fn taken(self: *PyObject, key: *PyObject) ?*PyObject {
    return if (Ops.of(object.of(self)).keep != null) subscript(self, key) else copyAt(self, key);
}

/// A value as Python's own.
fn copyAt(self: *PyObject, key: *PyObject) ?*PyObject {
    const copy = Ops.of(object.of(self)).copy orelse return subscript(self, key);
    const text = textOf(key) catch return null;
    var held: Held = undefined;
    held.begin(self, .shared) catch return null;
    defer held.end();
    const at = (if (text) |some| held.find(some) else null) orelse {
        c.PyErr_SetObject(capi.exception("KeyError"), key);
        return null;
    };
    return copy(object.moduleOf(held.view), at);
}

fn clear(self: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    var gone: Blocks.Gone = .{};
    defer gone.deinit();
    var held: Held = undefined;
    held.begin(self, .exclusive) catch return null;
    defer held.end();
    if (!lists.isTrees(held.view)) {
        return errors.failed(lists.raiseFixed(held.view));
    }
    var kept: lists.Kept = .{};
    defer kept.deinit(held.ops);
    held.keep(&kept, null) catch return null;
    kept.detach(held.ops);
    held.ops.clear(held.map);
    held.changed(&gone);
    return capi.singleton(.None);
}

fn copyOut(self: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    return copyOf(self);
}

fn toDict(self: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    const dict = copyOf(self) orelse return null;
    const keys = c.PySequence_List(dict) orelse return drop(dict);
    defer c.Py_DecRef(keys);
    for (0..@intCast(c.PyList_Size(keys))) |index| {
        const key = c.PyList_GetItem(keys, @intCast(index)) orelse return drop(dict);
        const copied = copyAt(self, key) orelse return drop(dict);
        defer c.Py_DecRef(copied);
        if (c.PyDict_SetItem(dict, key, copied) < 0) return drop(dict);
    }
    return dict;
}

fn drop(dict: *PyObject) ?*PyObject {
    c.Py_DecRef(dict);
    return null;
}

fn reversed(self: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    const keys = c.PySequence_List(self) orelse return null;
    defer c.Py_DecRef(keys);
    return capi.callMethod(keys, "__reversed__", &.{});
}

fn reduce(self: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    return lists.reduceTo("dict", toDict(self, null));
}

/// `|`: a Python dict of both.
fn either(left: *PyObject, right: *PyObject) callconv(.c) ?*PyObject {
    for ([_]*PyObject{ left, right }) |one| {
        if (!isMap(one) and !capi.hasFlag(one, "DICT_SUBCLASS"))
            return capi.newRef(capi.object("_Py_NotImplementedStruct"));
    }
    const dict = copyOf(left) orelse return null;
    const other = copyOf(right) orelse return drop(dict);
    defer c.Py_DecRef(other);
    return if (c.PyDict_Update(dict, other) < 0) drop(dict) else dict;
}

/// `|=`.
fn updateItself(self: *PyObject, other: *PyObject) callconv(.c) ?*PyObject {
    const done = capi.callMethod(self, "update", &.{other}) orelse return null;
    c.Py_DecRef(done);
    return capi.newRef(self);
}

// Iteration over keys.

const Iterator = extern struct {
    ob_base: PyObject,
    view: *PyObject,
    /// How many keys there were.
    count: usize,
    place: usize,
};

const iterator_slots = [_]capi.structs.PyType_Slot{
    .{ .slot = capi.constants.Py_tp_dealloc, .pfunc = &deallocIterator },
    .{ .slot = capi.constants.Py_tp_iter, .pfunc = &c.PyObject_SelfIter },
    .{ .slot = capi.constants.Py_tp_iternext, .pfunc = &next },
    .{},
};

fn iterate(self: *PyObject) callconv(.c) ?*PyObject {
    const state = State.of(object.moduleOf(object.of(self))) orelse return null;
    const count = length(self);
    if (count < 0) return null;
    const made = c.PyType_GenericAlloc(state.dict_iterator_class.?, 0) orelse return null;
    const iterator: *Iterator = @ptrCast(@alignCast(made));
    c.Py_IncRef(self);
    iterator.view = self;
    iterator.count = @intCast(count);
    return made;
}

fn deallocIterator(self: *PyObject) callconv(.c) void {
    const iterator: *Iterator = @ptrCast(@alignCast(self));
    const class = capi.typeOf(self);
    const view = iterator.view;
    c.PyObject_Free(self);
    c.Py_DecRef(class);
    c.Py_DecRef(view);
}

const over = std.math.maxInt(usize);

fn next(self: *PyObject) callconv(.c) ?*PyObject {
    const iterator: *Iterator = @ptrCast(@alignCast(self));
    var held: Held = undefined;
    held.begin(iterator.view, .shared) catch return null;
    defer held.end();
    const place = @atomicLoad(usize, &iterator.place, .monotonic);
    if (place == over) return null;
    if (held.ops.count(held.map) != iterator.count) {
        @atomicStore(usize, &iterator.place, over, .monotonic);
        c.PyErr_SetString(
            capi.exception("RuntimeError"),
            "dictionary changed size during iteration",
        );
        return null;
    }
    var after = place;
    const key = held.ops.keyFrom(held.map, &after);
    @atomicStore(usize, &iterator.place, if (key == null) over else after, .monotonic);
    return capi.newStr(key orelse return null);
}
