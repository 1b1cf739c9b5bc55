//! A list in a field of a struct, a slice or a std.ArrayList, as Python's lists are: what is seen
//! and changed is Zig's own. Items that are structs are objects which stay with their item while
//! others come and go before it, and keep their value when it is removed.

const std = @import("std");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const convert = @import("convert.zig");
const errors = @import("errors.zig");
const Instance = @import("Instance.zig");
const memory = @import("memory.zig");
const objects = @import("objects.zig");
const signature = @import("../signature.zig");
const State = @import("State.zig");
const c = capi.functions;
const Error = errors.Error;
const Layout = Instance.Layout;
const PyObject = capi.PyObject;

/// A new reference to the list in a field of type `List` at `offset` in the struct `parent`.
pub fn give(
    comptime List: type,
    comptime allocation: Allocation,
    parent: *Layout,
    offset: usize,
) ?*PyObject {
    const state = State.of(parent.module) orelse return null;
    const class = state.lists[classes.listIndexOf(List)] orelse return null;
    const info = &Type(List).info;
    const self = Instance.createPart(class, info, parent, .part, offset) orelse return null;
    self.generation = @intFromBool(allocation != .none); // whether it may grow
    return &self.ob_base;
}

/// Where a list that is not copied with its owner gets room from.
pub const Allocation = enum { none, nano_ffi };

/// Whether it is one of our lists.
pub fn isList(object: *PyObject) bool {
    return c.PyType_GetSlot(
        capi.typeOf(object),
        capi.constants.Py_tp_iter,
    ) == @as(?*anyopaque, @ptrCast(@constCast(&iterate)));
}

fn iterate(object: *PyObject) callconv(.c) ?*PyObject {
    return c.PySeqIter_New(object);
}

pub fn Type(comptime List: type) type {
    const Item = classes.ListItem(List).?;
    const of_class = classes.isClass(Item);
    const is_const = @typeInfo(List) == .pointer and @typeInfo(List).pointer.attrs.@"const";
    const typ = signature.typeName(Item) orelse "object";
    return struct {
        pub const info: Instance.Info = .{
            .name = "list of " ++ typ,
            .index = 0,
            .alignment = 1,
            .deinit = null,
            .adopt = null,
            .flat = false,
            .stable = false,
            .item = if (of_class) &itemAt else null,
        };

        /// A new reference to the type, or null with the error set.
        pub fn create(module: *PyObject, comptime module_name: []const u8) ?*PyObject {
            const spec: capi.structs.PyType_Spec = comptime .{
                .name = module_name ++ ".List",
                .basicsize = @sizeOf(Layout),
                .flags = capi.constants.Py_TPFLAGS_DEFAULT | capi.constants.Py_TPFLAGS_HAVE_GC |
                    capi.constants.Py_TPFLAGS_DISALLOW_INSTANTIATION,
                .slots = &slots,
            };
            return c.PyType_FromModuleAndSpec(module, &spec, null);
        }

        const slots = [_]capi.structs.PyType_Slot{
            .{ .slot = capi.constants.Py_tp_dealloc, .pfunc = &Instance.dealloc },
            .{ .slot = capi.constants.Py_tp_traverse, .pfunc = &Instance.traverse },
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
            .{ .slot = capi.constants.Py_mp_length, .pfunc = &length },
            .{ .slot = capi.constants.Py_mp_subscript, .pfunc = &subscript },
            .{ .slot = capi.constants.Py_mp_ass_subscript, .pfunc = &assign },
        } ++ (if (signature.isBufferItem(Item)) [_]capi.structs.PyType_Slot{
            .{ .slot = capi.constants.Py_bf_getbuffer, .pfunc = &getBuffer },
            .{ .slot = capi.constants.Py_bf_releasebuffer, .pfunc = &releaseBuffer },
        } else .{}) ++ [_]capi.structs.PyType_Slot{.{}};

        const methods = [_]capi.PyMethodDef{
            method(
                "append",
                &append,
                "append($self, item, /)\n--\n\nPut an item at the end.",
                true,
            ),
            method("extend", &extend, "extend($self, items, /)\n--\n\nPut items at the end.", true),
            method(
                "insert",
                &insert,
                "insert($self, index, item, /)\n--\n\nPut an item before that of the index.",
                false,
            ),
            method(
                "pop",
                &pop,
                "pop($self, index=-1, /)\n--\n\nTake an item away, and return it.",
                false,
            ),
            method(
                "remove",
                &remove,
                "remove($self, item, /)\n--\n\nTake the first equal item away, or ValueError.",
                true,
            ),
            method(
                "index",
                &index,
                "index($self, item, /)\n--\n\nWhere the first equal item is. ValueError: none is.",
                true,
            ),
            method("count", &count, "count($self, item, /)\n--\n\nHow many items are equal.", true),
            method("clear", &clear, "clear($self, /)\n--\n\nTake all items away.", null),
            method("reverse", &reverse, "reverse($self, /)\n--\n\nTurn the order around.", null),
            method(
                "copy",
                &copyOut,
                "copy($self, /)\n--\n\nA Python list of copies of the items.",
                null,
            ),
            .{},
        };

        /// `one`: whether it takes one argument, null for none, false for several.
        fn method(
            comptime name: [:0]const u8,
            function: *const anyopaque,
            comptime doc: [:0]const u8,
            comptime one: ?bool,
        ) capi.PyMethodDef {
            return .{
                .ml_name = name,
                .ml_meth = function,
                .ml_flags = if (one == null)
                    capi.constants.METH_NOARGS
                else if (one.?) capi.constants.METH_O else capi.constants.METH_FASTCALL,
                .ml_doc = doc,
            };
        }

        fn itemsOf(list: *List) []Item {
            return if (comptime classes.isArrayList(List)) list.items else @constCast(list.*);
        }

        fn itemAt(list: *anyopaque, place: usize) ?*anyopaque {
            const items = itemsOf(@ptrCast(@alignCast(list)));
            return if (place < items.len) @ptrCast(&items[place]) else null;
        }

        const Use = objects.Use(List);

        fn length(object: *PyObject) callconv(.c) capi.Py_ssize_t {
            var use: Use = .{};
            const items = itemsOf(use.begin(object, .shared) catch return -1);
            defer use.end();
            return @intCast(items.len);
        }

        fn itemOf(object: *PyObject, place: capi.Py_ssize_t) callconv(.c) ?*PyObject {
            var use: Use = .{};
            const items = itemsOf(use.begin(object, .shared) catch return null);
            defer use.end();
            if (place < 0 or place >= items.len) {
                c.PyErr_SetString(capi.exception("IndexError"), "list index out of range");
                return null;
            }
            return giveItem(object, items, @intCast(place));
        }

        /// The item as an object: of a struct, one that stays with it.
        fn giveItem(object: *PyObject, items: []Item, place: usize) ?*PyObject {
            const self = Instance.of(object);
            if (!of_class) return convert.give(Item, self.module, items[place]);
            const item = objects.createPart(Item, self, .item, place) orelse return null;
            item.read_only = is_const;
            Instance.register(item, Instance.ownerOf(self));
            return &item.ob_base;
        }

        fn subscript(object: *PyObject, key: *PyObject) callconv(.c) ?*PyObject {
            var use: Use = .{};
            const range = Range.of(key) catch return null;
            const items = itemsOf(use.begin(object, .shared) catch return null);
            defer use.end();
            const slice = range.within(items.len) catch return null;
            if (slice.single) return giveItem(object, items, slice.start);
            const list = c.PyList_New(@intCast(slice.count)) orelse return null;
            for (0..slice.count) |number| {
                const item = giveItem(object, items, slice.at(number)) orelse {
                    c.Py_DecRef(list);
                    return null;
                };
                _ = c.PyList_SetItem(list, @intCast(number), item);
            }
            return list;
        }

        fn assign(object: *PyObject, key: *PyObject, value: ?*PyObject) callconv(.c) c_int {
            const range = Range.of(key) catch return -1;
            var given: Given = .{};
            defer given.end();
            if (value) |some| given.load(object, some, range.single != null) catch return -1;
            put(object, range, given.items, value != null) catch return -1;
            return 0;
        }

        fn put(object: *PyObject, range: Range, new: []Item, setting: bool) Error!void {
            var use: Use = .{};
            const items = itemsOf(try use.begin(object, .exclusive));
            defer use.end();
            const slice = try range.within(items.len);
            if (slice.step == 1) return splice(object, &use, slice.start, slice.count, new);
            if (!setting) {
                var left = slice.count;
                while (left > 0) {
                    left -= 1;
                    const place = slice.at(if (slice.step > 0) left else slice.count - 1 - left);
                    try splice(object, &use, place, 1, &.{});
                }
                return;
            }
            if (new.len != slice.count) {
                _ = c.PyErr_Format(
                    capi.exception("ValueError"),
                    "attempt to assign sequence of size %zu to extended slice of size %zu",
                    new.len,
                    slice.count,
                );
                return error.PythonException;
            }
            for (new, 0..) |item, number| try splice(object, &use, slice.at(number), 1, &.{item});
        }

        /// Values on their way in, in memory of their own.
        const Given = struct {
            arena: std.heap.ArenaAllocator = .init(memory.allocator),
            items: []Item = &.{},

            fn load(given: *Given, object: *PyObject, value: *PyObject, single: bool) Error!void {
                if (comptime !classes.isCopyable(Item)) try objects.raiseFixed(Instance.of(object));
                const module = Instance.of(object).module;
                const arena = given.arena.allocator();
                const list = if (single) c.PyTuple_Pack(1, value) else c.PySequence_List(value);
                defer c.Py_DecRef(list);
                const values = list orelse return error.PythonException;
                given.items = try convert.loadItems(Item, arena, module, values, comptime &.{
                    .function = "list",
                    .parameter = .{ .name = "items", .typ = "[]" ++ typ },
                });
            }

            fn end(given: *Given) void {
                given.arena.deinit();
            }
        };

        /// Puts `new` in the place of `removed` items. The list is held exclusively.
        fn splice(
            object: *PyObject,
            use: *Use,
            start: usize,
            removed: usize,
            new: []const Item,
        ) Error!void {
            const self = Instance.of(object);
            const owner = Instance.ownerOf(self);
            const items = itemsOf(use.value);
            const own = comptime classes.isCopyable(Item);
            const is_copied = owner.state == .owned and owner.info.adopt != null;
            if (is_const or !own or !(is_copied or (classes.isFlat(Item) and self.generation != 0)))
                try objects.raiseFixed(self);
            const arena = if (is_copied) try objects.arenaOf(owner) else memory.allocator;
            // First all that may fail.
            const copies = memory.allocator.alloc(
                Item,
                new.len,
            ) catch return errors.raiseNoMemory();
            defer memory.allocator.free(copies);
            for (copies, new) |*place, item|
                place.* = objects.copy(Item, arena, item) catch return errors.raiseNoMemory();
            const size = items.len - removed + new.len;
            const room = try roomFor(owner, use.value, arena, size);
            if (of_class)
                Instance.moveItems(
                    owner,
                    @intFromPtr(use.value),
                    start,
                    removed,
                    new.len,
                    &objects.Detaching(Item).detach,
                );
            @memmove(room[start + new.len .. size], room[start + removed .. items.len]);
            @memcpy(room[start..][0..new.len], copies);
            if (comptime classes.isArrayList(List))
                use.value.items = room[0..size]
            else
                use.value.* = room[0..size];
            Instance.changed(owner);
            if (is_copied) try objects.tidy(owner);
        }

        /// The items with room for `size`, at least as many as there are.
        fn roomFor(owner: *Layout, list: *List, gpa: std.mem.Allocator, size: usize) Error![]Item {
            const items = itemsOf(list);
            const longest = @max(size, items.len);
            if (comptime classes.isArrayList(List)) {
                list.ensureTotalCapacity(gpa, longest) catch return errors.raiseNoMemory();
                return list.items.ptr[0..longest];
            }
            if (longest == items.len) return items;
            const keep = owner.keep.?;
            if (keep.grown == @intFromPtr(items.ptr) and keep.room >= longest)
                return items.ptr[0..longest];
            const room = gpa.alloc(
                Item,
                longest + longest / 2 + 4,
            ) catch return errors.raiseNoMemory();
            @memcpy(room[0..items.len], items);
            keep.grown = @intFromPtr(room.ptr);
            keep.room = room.len;
            return room[0..longest];
        }

        fn change(object: *PyObject, start: ?isize, removed: usize, given: *Given) ?*PyObject {
            var use: Use = .{};
            const items = itemsOf(use.begin(object, .exclusive) catch return null);
            defer use.end();
            const size: isize = @intCast(items.len);
            const wanted = start orelse size;
            const place = std.math.clamp(if (wanted < 0) wanted + size else wanted, 0, size);
            splice(object, &use, @intCast(place), removed, given.items) catch return null;
            return capi.singleton(.None);
        }

        fn append(object: *PyObject, value: *PyObject) callconv(.c) ?*PyObject {
            var given: Given = .{};
            defer given.end();
            given.load(object, value, true) catch return null;
            return change(object, null, 0, &given);
        }

        fn extend(object: *PyObject, values: *PyObject) callconv(.c) ?*PyObject {
            var given: Given = .{};
            defer given.end();
            given.load(object, values, false) catch return null;
            return change(object, null, 0, &given);
        }

        fn insert(
            object: *PyObject,
            args: [*]const *PyObject,
            nargs: capi.Py_ssize_t,
        ) callconv(.c) ?*PyObject {
            if (nargs != 2) return errors.raiseWrongNumber("insert() takes 2 arguments", nargs);
            const place = c.PyNumber_AsSsize_t(args[0], null);
            if (place == -1 and c.PyErr_Occurred() != null) return null;
            var given: Given = .{};
            defer given.end();
            given.load(object, args[1], true) catch return null;
            return change(object, place, 0, &given);
        }

        fn pop(
            object: *PyObject,
            args: [*]const *PyObject,
            nargs: capi.Py_ssize_t,
        ) callconv(.c) ?*PyObject {
            if (nargs > 1) return errors.raiseWrongNumber("pop() takes at most 1 argument", nargs);
            const wanted = if (nargs == 0) -1 else c.PyNumber_AsSsize_t(
                args[0],
                capi.exception("IndexError"),
            );
            if (wanted == -1 and c.PyErr_Occurred() != null) return null;
            var use: Use = .{};
            const items = itemsOf(use.begin(object, .exclusive) catch return null);
            defer use.end();
            const size: isize = @intCast(items.len);
            const place = if (wanted < 0) wanted + size else wanted;
            if (place < 0 or place >= size) {
                c.PyErr_SetString(
                    capi.exception("IndexError"),
                    if (size == 0) "pop from empty list" else "pop index out of range",
                );
                return null;
            }
            const item = giveItem(
                object,
                items,
                @intCast(place),
            ) orelse return null; // which then keeps its value
            splice(object, &use, @intCast(place), 1, &.{}) catch {
                c.Py_DecRef(item);
                return null;
            };
            return item;
        }

        fn clear(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            var use: Use = .{};
            const items = itemsOf(use.begin(object, .exclusive) catch return null);
            defer use.end();
            splice(object, &use, 0, items.len, &.{}) catch return null;
            return capi.singleton(.None);
        }

        fn reverse(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            var use: Use = .{};
            const items = itemsOf(use.begin(object, .exclusive) catch return null);
            defer use.end();
            if (is_const) objects.raiseFixed(Instance.of(object)) catch return null;
            std.mem.reverse(Item, items);
            const owner = Instance.ownerOf(Instance.of(object));
            if (of_class) Instance.reverseItems(owner, @intFromPtr(use.value), items.len);
            Instance.changed(owner);
            return capi.singleton(.None);
        }

        fn copyOut(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            var use: Use = .{};
            const items = itemsOf(use.begin(object, .shared) catch return null);
            defer use.end();
            if (comptime !of_class or classes.isCopyable(Item))
                return convert.giveList(Item, Instance.of(object).module, items);
            return c.PySequence_List(object);
        }

        fn repr(object: *PyObject) callconv(.c) ?*PyObject {
            const list = c.PySequence_List(object) orelse return null;
            defer c.Py_DecRef(list);
            return c.PyObject_Repr(list);
        }

        fn compare(object: *PyObject, other: *PyObject, operator: c_int) callconv(.c) ?*PyObject {
            if (!capi.hasFlag(other, "LIST_SUBCLASS") and !isList(other)) {
                const not_implemented = capi.object("_Py_NotImplementedStruct");
                c.Py_IncRef(not_implemented);
                return not_implemented;
            }
            const list = c.PySequence_List(object) orelse return null;
            defer c.Py_DecRef(list);
            const with = c.PySequence_List(other) orelse return null;
            defer c.Py_DecRef(with);
            return c.PyObject_RichCompare(list, with, operator);
        }

        /// The Python list of the items answers, as it does for its own.
        fn ask(object: *PyObject, name: [*:0]const u8, value: *PyObject) ?*PyObject {
            const list = c.PySequence_List(object) orelse return null;
            defer c.Py_DecRef(list);
            return capi.callMethod(list, name, &.{value});
        }

        fn index(object: *PyObject, value: *PyObject) callconv(.c) ?*PyObject {
            if (ask(object, "index", value)) |place| return place;
            // CPython's own words for this differ by version.
            const raised = c.PyErr_Occurred() orelse return null;
            if (raised != capi.exception("ValueError")) return null;
            c.PyErr_Clear();
            _ = c.PyErr_Format(capi.exception("ValueError"), "%R is not in list", value);
            return null;
        }

        fn count(object: *PyObject, value: *PyObject) callconv(.c) ?*PyObject {
            return ask(object, "count", value);
        }

        fn contains(object: *PyObject, value: *PyObject) callconv(.c) c_int {
            const answer = ask(object, "__contains__", value) orelse return -1;
            defer c.Py_DecRef(answer);
            return @intFromBool(answer == capi.object("_Py_TrueStruct"));
        }

        fn remove(object: *PyObject, value: *PyObject) callconv(.c) ?*PyObject {
            const place = index(object, value) orelse return null;
            defer c.Py_DecRef(place);
            return if (assign(object, place, null) == 0) capi.singleton(.None) else null;
        }

        // The buffer protocol, for numbers: while one is in use, nothing is changed but through it.

        const Exported = struct {
            hold: Instance.Hold,
            shape: [1]capi.Py_ssize_t,
            strides: [1]capi.Py_ssize_t,
        };

        const format: [:0]const u8 = switch (@typeInfo(Item)) {
            .bool => "?",
            .float => |float| switch (float.bits) {
                16 => "e",
                32 => "f",
                else => "d",
            },
            .int => |int| if (int.signedness == .signed) switch (int.bits) {
                8 => "b",
                16 => "h",
                32 => "i",
                else => "q",
            } else switch (int.bits) {
                8 => "B",
                16 => "H",
                32 => "I",
                else => "Q",
            },
            else => "",
        };

        fn getBuffer(object: *PyObject, view: *capi.Py_buffer, flags: c_int) callconv(.c) c_int {
            view.obj = null;
            export_(object, view, flags) catch return -1;
            return 0;
        }

        fn export_(object: *PyObject, view: *capi.Py_buffer, flags: c_int) Error!void {
            if (is_const and flags & capi.constants.PyBUF_WRITABLE != 0) {
                c.PyErr_SetString(
                    capi.exception("BufferError"),
                    "the list is const in Zig, and cannot be written",
                );
                return error.PythonException;
            }
            const exported = memory.allocator.create(Exported) catch return errors.raiseNoMemory();
            errdefer memory.allocator.destroy(exported);
            const self = Instance.of(object);
            try Instance.acquire(&exported.hold, Instance.ownerOf(self), .exported, false);
            errdefer Instance.releaseHold(&exported.hold);
            const list: *List = @ptrFromInt(try Instance.resolve(self));
            const items = itemsOf(list);
            exported.shape = .{@intCast(items.len)};
            exported.strides = .{@sizeOf(Item)};
            c.Py_IncRef(object);
            view.* = .{
                .buf = @ptrCast(items.ptr),
                .obj = object,
                .len = @intCast(items.len * @sizeOf(Item)),
                .itemsize = @sizeOf(Item),
                .readonly = @intFromBool(is_const),
                .ndim = 1,
                .format = if (flags & capi.constants.PyBUF_FORMAT != 0)
                    @constCast(format.ptr)
                else
                    null,
                .shape = if (flags & capi.constants.PyBUF_ND != 0) &exported.shape else null,
                .strides = &exported.strides,
                .suboffsets = null,
                .internal = exported,
            };
        }

        fn releaseBuffer(_: *PyObject, view: *capi.Py_buffer) callconv(.c) void {
            const exported: *Exported = @ptrCast(@alignCast(view.internal.?));
            Instance.releaseHold(&exported.hold);
            memory.allocator.destroy(exported);
        }
    };
}

/// An index or a slice, as Python gave it.
const Range = struct {
    single: ?isize = null,
    start: isize = 0,
    stop: isize = 0,
    step: isize = 1,

    fn of(key: *PyObject) Error!Range {
        var range: Range = .{};
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

        fn at(places: Places, number: usize) usize {
            return @intCast(
                @as(isize, @intCast(places.start)) + places.step * @as(isize, @intCast(number)),
            );
        }
    };

    fn within(range: Range, size: usize) Error!Places {
        const length: isize = @intCast(size);
        if (range.single) |wanted| {
            const place = if (wanted < 0) wanted + length else wanted;
            if (place < 0 or place >= length) {
                c.PyErr_SetString(capi.exception("IndexError"), "list index out of range");
                return error.PythonException;
            }
            return .{ .single = true, .start = @intCast(place), .count = 1, .step = 1 };
        }
        var start = range.start;
        var stop = range.stop;
        const count = c.PySlice_AdjustIndices(length, &start, &stop, range.step);
        return .{
            .single = false,
            .start = if (count == 0) @intCast(std.math.clamp(
                start,
                0,
                length,
            )) else @intCast(start),
            .count = @intCast(count),
            .step = range.step,
        };
    }
};
