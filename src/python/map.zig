//! A map in a field of a struct, with text as its keys, as Python's dicts are: what is seen and
//! changed is Zig's own. Values that are structs are objects which stay with their key, and keep
//! their value when that is removed.

const std = @import("std");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const convert = @import("convert.zig");
const errors = @import("errors.zig");
const Instance = @import("Instance.zig");
const memory = @import("memory.zig");
const objects = @import("objects.zig");
const State = @import("State.zig");
const string_maps = @import("../string_maps.zig");
const c = capi.functions;
const Error = errors.Error;
const Layout = Instance.Layout;
const PyObject = capi.PyObject;

/// A new reference to the map in a field of type `Map` at `offset` in the struct `parent`.
pub fn give(comptime Map: type, parent: *Layout, offset: usize) ?*PyObject {
    const state = State.of(parent.module) orelse return null;
    const class = state.maps[comptime classes.mapIndexOf(Map)].view orelse return null;
    const info = &Type(Map).info;
    const self = Instance.createPart(class, info, parent, .part, offset) orelse return null;
    return &self.ob_base;
}

/// Whether it is one of our maps.
pub fn isMap(object: *PyObject) bool {
    return c.PyType_GetSlot(
        capi.typeOf(object),
        capi.constants.Py_tp_repr,
    ) == @as(?*anyopaque, @ptrCast(@constCast(&repr)));
}

/// A new Python dict of the same items, or null with the error set.
pub fn copyOf(object: *PyObject) ?*PyObject {
    const dict = c.PyDict_New() orelse return null;
    if (c.PyDict_Update(dict, object) == 0) return dict;
    c.Py_DecRef(dict);
    return null;
}

fn repr(object: *PyObject) callconv(.c) ?*PyObject {
    const dict = copyOf(object) orelse return null;
    defer c.Py_DecRef(dict);
    return c.PyObject_Repr(dict);
}

/// The Python types of one map: what is seen of it, and the iterator over its keys.
pub const Types = struct { view: ?*PyObject = null, iterator: ?*PyObject = null };

pub fn Type(comptime Map: type) type {
    const Value = string_maps.Value(Map).?;
    const of_class = classes.isClass(Value);
    const typ = classes.fieldTypeName(Value);
    return struct {
        pub const info: Instance.Info = .{
            .name = "dict of " ++ typ,
            .index = 0,
            .alignment = 1,
            .deinit = null,
            .adopt = null,
            .flat = false,
            .stable = false,
            .item = if (of_class) &itemAt else null,
            .gone = "its key is not in the dict any more",
        };

        /// False with the error set.
        pub fn create(module: *PyObject, comptime module_name: []const u8, types: *Types) bool {
            const flags = capi.constants.Py_TPFLAGS_DEFAULT | capi.constants.Py_TPFLAGS_HAVE_GC |
                capi.constants.Py_TPFLAGS_DISALLOW_INSTANTIATION;
            const view: capi.structs.PyType_Spec = comptime .{
                .name = module_name ++ ".Dict",
                .basicsize = @sizeOf(Layout),
                .flags = flags,
                .slots = &slots,
            };
            const iterator: capi.structs.PyType_Spec = comptime .{
                .name = module_name ++ ".DictIterator",
                .basicsize = @sizeOf(Layout),
                .flags = flags,
                .slots = &iterator_slots,
            };
            types.view = c.PyType_FromModuleAndSpec(module, &view, null);
            types.iterator = c.PyType_FromModuleAndSpec(module, &iterator, null);
            return types.view != null and types.iterator != null and borrow(types.view.?);
        }

        /// What follows from the rest, as Python has it for every mapping.
        fn borrow(class: *PyObject) bool {
            const mapping = capi.imported("collections.abc", "MutableMapping") orelse return false;
            defer c.Py_DecRef(mapping);
            inline for (.{
                "keys", "values", "items", "get", "popitem", "setdefault", "update", "__eq__",
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
            .{ .slot = capi.constants.Py_tp_dealloc, .pfunc = &Instance.dealloc },
            .{ .slot = capi.constants.Py_tp_traverse, .pfunc = &Instance.traverse },
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
            .{ .slot = capi.constants.Py_sq_contains, .pfunc = &contains },
            .{ .slot = capi.constants.Py_mp_length, .pfunc = &length },
            .{ .slot = capi.constants.Py_mp_subscript, .pfunc = &subscript },
            .{ .slot = capi.constants.Py_mp_ass_subscript, .pfunc = &assign },
            .{},
        };

        const iterator_slots = [_]capi.structs.PyType_Slot{
            .{ .slot = capi.constants.Py_tp_dealloc, .pfunc = &Instance.dealloc },
            .{ .slot = capi.constants.Py_tp_traverse, .pfunc = &Instance.traverse },
            .{ .slot = capi.constants.Py_tp_iter, .pfunc = &c.PyObject_SelfIter },
            .{ .slot = capi.constants.Py_tp_iternext, .pfunc = &next },
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
            .{},
        };

        /// Where the value of the key at the address `key` is.
        fn itemAt(map: *anyopaque, key: usize) ?*anyopaque {
            const text: *const []const u8 = @ptrFromInt(key);
            return @ptrCast(@as(*Map, @ptrCast(@alignCast(map))).getPtr(text.*) orelse return null);
        }

        const Use = objects.Use(Map);

        fn length(object: *PyObject) callconv(.c) capi.Py_ssize_t {
            var use: Use = .{};
            const map = use.begin(object, .shared) catch return -1;
            defer use.end();
            return @intCast(map.count());
        }

        /// The text of a key; null where it is no text, and so in no map.
        fn textOf(key: *PyObject) Error!?[]const u8 {
            return if (capi.hasFlag(key, "UNICODE_SUBCLASS")) try convert.utf8Of(key) else null;
        }

        fn contains(object: *PyObject, key: *PyObject) callconv(.c) c_int {
            const text = textOf(key) catch return -1;
            var use: Use = .{};
            const map = use.begin(object, .shared) catch return -1;
            defer use.end();
            return @intFromBool(map.contains(text orelse return 0));
        }

        fn subscript(object: *PyObject, key: *PyObject) callconv(.c) ?*PyObject {
            const text = textOf(key) catch return null;
            var use: Use = .{};
            const map = use.begin(object, .shared) catch return null;
            defer use.end();
            const value = (if (text) |some| map.getPtr(some) else null) orelse {
                c.PyErr_SetObject(capi.exception("KeyError"), key);
                return null;
            };
            const self = Instance.of(object);
            if (!of_class) return convert.give(Value, self.module, value.*);
            return giveItem(self, text.?);
        }

        /// The object of a key: it has the text, by which its value is found each time.
        fn giveItem(self: *Layout, text: []const u8) ?*PyObject {
            const keep = Instance.Keep.create() catch return null;
            const key = keyIn(keep.arena.allocator(), text) catch {
                keep.destroy();
                return c.PyErr_NoMemory();
            };
            const item = objects.createPart(Value, self, .item, @intFromPtr(key)) orelse {
                keep.destroy();
                return null;
            };
            item.keep = keep;
            Instance.register(item, Instance.ownerOf(self));
            return &item.ob_base;
        }

        fn keyIn(arena: std.mem.Allocator, text: []const u8) error{OutOfMemory}!*[]const u8 {
            const key = try arena.create([]const u8);
            key.* = try arena.dupe(u8, text);
            return key;
        }

        fn assign(object: *PyObject, key: *PyObject, value: ?*PyObject) callconv(.c) c_int {
            (if (value) |some| set(object, key, some) else remove(object, key)) catch return -1;
            return 0;
        }

        fn set(object: *PyObject, key: *PyObject, value: *PyObject) Error!void {
            const self = Instance.of(object);
            if (comptime !classes.isCopyable(Value)) try objects.raiseFixed(self);
            const text = try textOf(key) orelse {
                const name = capi.typeName(key) orelse return error.PythonException;
                defer c.Py_DecRef(name);
                _ = c.PyErr_Format(
                    capi.exception("TypeError"),
                    "keys of a %s must be str, not %U",
                    info.name.ptr,
                    name,
                );
                return error.PythonException;
            };
            var arena: std.heap.ArenaAllocator = .init(memory.allocator);
            defer arena.deinit();
            const loaded =
                try convert.loadField(Value, arena.allocator(), self.module, value, comptime &.{
                    .function = "dict",
                    .parameter = .{ .name = "value", .typ = typ },
                });
            var use: Use = .{};
            const map = try use.begin(object, .exclusive);
            defer use.end();
            const owner = Instance.ownerOf(self);
            const known = map.getPtr(text);
            if (!isCopied(owner)) {
                const place = known orelse try objects.raiseFixed(self);
                if (comptime !classes.isFlat(Value)) try objects.raiseFixed(self);
                detach(owner, map, text);
                place.* = loaded;
                return;
            }
            const gpa = try objects.arenaOf(owner);
            const copied = objects.copy(Value, gpa, loaded) catch return errors.raiseNoMemory();
            if (known) |place| {
                detach(owner, map, text);
                place.* = copied;
            } else {
                const own_text = gpa.dupe(u8, text) catch return errors.raiseNoMemory();
                string_maps.put(Map, map, gpa, own_text, copied) catch
                    return errors.raiseNoMemory();
            }
            Instance.changed(owner);
            try objects.tidy(owner);
        }

        fn remove(object: *PyObject, key: *PyObject) Error!void {
            const text = try textOf(key);
            var use: Use = .{};
            const map = try use.begin(object, .exclusive);
            defer use.end();
            const self = Instance.of(object);
            const owner = Instance.ownerOf(self);
            if (text == null or !map.contains(text.?)) {
                c.PyErr_SetObject(capi.exception("KeyError"), key);
                return error.PythonException;
            }
            if (!isCopied(owner)) try objects.raiseFixed(self);
            detach(owner, map, text);
            string_maps.remove(Map, map, text.?);
            Instance.changed(owner);
            try objects.tidy(owner);
        }

        fn pop(
            object: *PyObject,
            args: [*]const *PyObject,
            nargs: capi.Py_ssize_t,
        ) callconv(.c) ?*PyObject {
            if (nargs < 1 or nargs > 2)
                return errors.raiseWrongNumber("pop() takes 1 or 2 arguments", nargs);
            if (nargs == 2) {
                const found = contains(object, args[0]);
                if (found < 0) return null;
                if (found == 0) {
                    c.Py_IncRef(args[1]);
                    return args[1];
                }
            }
            const value = subscript(object, args[0]) orelse return null;
            remove(object, args[0]) catch {
                c.Py_DecRef(value);
                return null;
            };
            return value;
        }

        fn clear(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            var use: Use = .{};
            const map = use.begin(object, .exclusive) catch return null;
            defer use.end();
            const self = Instance.of(object);
            const owner = Instance.ownerOf(self);
            if (!isCopied(owner)) objects.raiseFixed(self) catch return null;
            detach(owner, map, null);
            map.clearRetainingCapacity();
            Instance.changed(owner);
            objects.tidy(owner) catch return null;
            return capi.singleton(.None);
        }

        /// Whether keys and values are in memory that the owner has for them.
        fn isCopied(owner: *Layout) bool {
            return owner.state == .owned and owner.info.adopt != null;
        }

        /// The objects of a key, or of all, keep the values that they have.
        fn detach(owner: *Layout, map: *Map, key: ?[]const u8) void {
            if (of_class)
                Instance.detachKeys(owner, @intFromPtr(map), key, &objects.Detaching(Value).detach);
        }

        fn copyOut(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            return copyOf(object);
        }

        // Iteration: `place` is how far it is, and `generation` how many keys there were.

        fn iterate(object: *PyObject) callconv(.c) ?*PyObject {
            const view = Instance.of(object);
            const state = State.of(view.module) orelse return null;
            const class = state.maps[comptime classes.mapIndexOf(Map)].iterator orelse return null;
            const count = length(object);
            if (count < 0) return null;
            const self = Instance.createPart(class, &info, view, .empty, 0) orelse return null;
            self.generation = @intCast(count);
            return &self.ob_base;
        }

        const over = std.math.maxInt(usize);

        fn next(object: *PyObject) callconv(.c) ?*PyObject {
            const self = Instance.of(object);
            var use: Use = .{};
            const map = use.begin(self.parent.?, .shared) catch return null;
            defer use.end();
            const place = @atomicLoad(usize, &self.place, .monotonic);
            if (place == over) return null;
            if (map.count() != self.generation) {
                @atomicStore(usize, &self.place, over, .monotonic);
                c.PyErr_SetString(
                    capi.exception("RuntimeError"),
                    "dictionary changed size during iteration",
                );
                return null;
            }
            var after = place;
            const key = string_maps.keyFrom(Map, map, &after);
            @atomicStore(usize, &self.place, if (key == null) over else after, .monotonic);
            return capi.newStr(key orelse return null);
        }
    };
}
