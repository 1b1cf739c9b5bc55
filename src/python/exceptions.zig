//! Exceptions with fields: the Python classes of structs that say they are such (exceptions.zig),
//! and how a Zig function raises one.

const std = @import("std");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const classes_of = @import("objects/classes_of.zig");
const convert = @import("convert.zig");
const description = @import("../description.zig");
const errors = @import("errors.zig");
const exceptions = @import("../exceptions.zig");
const Lender = @import("objects/arguments.zig").Lender;
const memory = @import("memory.zig");
const operations = @import("operations.zig");
const results = @import("objects/results.zig");
const Site = @import("../comptime_bridge.zig").Site;
const signature = @import("../signature.zig");
const State = @import("State.zig");
const trees = @import("../trees.zig");
const c = capi.functions;
const PyObject = capi.PyObject;
const Error = errors.Error;

/// What a function of this thread has raised, and not given on yet: a copy, since nothing that the
/// value points to needs to be there when the function has returned, but for objects.
threadlocal var pending: ?Pending = null;

pub const Pending = struct {
    value: *anyopaque,
    /// Sets the error in a module. What the value points to is in the lenders.
    set: *const fn (module: *PyObject, value: *anyopaque, lenders: []const Lender) void,
    free: *const fn (value: *anyopaque) void,
};

/// `return nano_ffi.raise(PathError{ .path = path });`: an error that becomes the exception of the
/// value. It belongs to the call: one that is caught in Zig is forgotten with the next one.
pub fn raise(value: anytype) error{PythonException} {
    @branchHint(.cold);
    const T = @TypeOf(value);
    comptime if (exceptions.baseOf(T) == null) @compileError("nano_ffi: raise() of " ++
        @typeName(T) ++ ", which is no exception: it is a public struct that has pub const " ++
        "nano_ffi_options = .{ .exception = .ValueError }");
    forget();
    const kept = memory.unnoted.create(Kept(T)) catch return error.PythonException;
    kept.arena = .init(memory.unnoted);
    kept.fill(value) catch {
        Kept(T).free(kept);
        return error.PythonException;
    };
    pending = .{ .value = kept, .set = &Kept(T).set, .free = &Kept(T).free };
    return error.PythonException;
}

/// The same for what needs no value: `make` sets the error.
pub fn raiseLater(comptime make: *const fn (module: *PyObject) void) error{PythonException} {
    const Nothing = struct {
        var value: u8 = 0;

        fn set(module: *PyObject, _: *anyopaque, _: []const Lender) void {
            make(module);
        }

        fn free(_: *anyopaque) void {}
    };
    forget();
    pending = .{ .value = &Nothing.value, .set = &Nothing.set, .free = &Nothing.free };
    return error.PythonException;
}

/// The attribute that keeps the text of an exception that points to objects.
const text_name = "__nano_ffi_text__";

fn Kept(comptime T: type) type {
    return struct {
        arena: std.heap.ArenaAllocator,
        value: T,
        /// Of one that points to objects, which may be gone when it is asked for.
        text: ?[]const u8,

        const info = @typeInfo(T).@"struct";

        fn fill(kept: *@This(), value: T) trees.Failure!void {
            const gpa = kept.arena.allocator();
            kept.text = null;
            inline for (info.field_names, info.field_types) |name, Field| {
                const field = @field(value, name);
                @field(kept.value, name) = if (comptime exceptions.isAddress(Field))
                    field
                else
                    try trees.copy(Field, gpa, field);
            }
            if (comptime !exceptions.hasAddress(T) or !@hasDecl(T, "format")) return;
            var writer: std.Io.Writer.Allocating = .init(gpa);
            value.format(&writer.writer) catch return;
            kept.text = writer.written();
        }

        fn set(module: *PyObject, pointer: *anyopaque, lenders: []const Lender) void {
            if (comptime exceptions.whyUnmade(T)) |reason|
                return c.PyErr_SetString(capi.exception("TypeError"), reason);
            const kept: *@This() = @ptrCast(@alignCast(pointer));
            var objects: [info.field_names.len]?*PyObject = @splat(null);
            defer for (objects) |object| c.Py_DecRef(object);
            // First, while nothing has run that may free what is there.
            inline for (info.field_names, info.field_types, &objects) |name, Field, *object| {
                if (comptime exceptions.isAddress(Field)) if (@field(kept.value, name)) |some| {
                    if (lenders.len > 0) object.* = results.giveAddress(
                        @TypeOf(some),
                        module,
                        some,
                        lenders,
                    ) orelse return;
                };
            }
            const class = classOf(T, module) orelse return;
            const args = c.PyTuple_New(info.field_names.len) orelse return;
            defer c.Py_DecRef(args);
            inline for (info.field_names, info.field_types, &objects, 0..) |
                name,
                Field,
                *object,
                index,
            | {
                const made = if (comptime exceptions.isAddress(Field))
                    object.* orelse capi.singleton(.None)
                else
                    convert.giveField(Field, module, @field(kept.value, name)) orelse return;
                object.* = null;
                _ = c.PyTuple_SetItem(args, index, made);
            }
            const exception = c.PyObject_Call(class, args, null) orelse return;
            defer c.Py_DecRef(exception);
            if (kept.text) |written| if (!setText(exception, written)) return;
            c.PyErr_SetObject(class, exception);
        }

        fn setText(exception: *PyObject, text: []const u8) bool {
            const string = c.PyUnicode_DecodeUTF8(text.ptr, @intCast(text.len), "replace") orelse
                return false;
            defer c.Py_DecRef(string);
            return c.PyObject_SetAttrString(exception, text_name, string) == 0;
        }

        fn free(pointer: *anyopaque) void {
            const kept: *@This() = @ptrCast(@alignCast(pointer));
            kept.arena.deinit();
            memory.unnoted.destroy(kept);
        }
    };
}

/// Sets what `raise` has left for an error that a function returned. False where it left nothing.
pub fn set(module: *PyObject, err: anyerror, lenders: []const Lender) bool {
    if (err != error.PythonException) return false;
    const raised = pending orelse return operations.raiseAgain();
    pending = null; // what is made now may call functions that raise
    defer raised.free(raised.value);
    raised.set(module, raised.value, lenders);
    return true;
}

/// Takes from this thread what its function has raised.
pub fn take() ?Pending {
    defer pending = null;
    return pending;
}

/// The same for the thread of who has called the function.
pub fn put(raised: ?Pending) void {
    forget();
    pending = raised;
}

pub fn forget() void {
    const raised = pending orelse return;
    pending = null;
    raised.free(raised.value);
}

/// The class (borrowed: the state keeps it) of `T`, or null with the error set. One that the module
/// does not show has the struct's own name.
fn classOf(comptime T: type, module: *PyObject) ?*PyObject {
    const state = State.of(module) orelse return null;
    if (c.PyDict_GetItemString(state.types, @typeName(T))) |class| return class;
    if (!add(T, module, comptime signature.shortName(T), "")) return null;
    return c.PyDict_GetItemString(state.types, @typeName(T));
}

/// Makes the class of an exception, which pickle finds at `qualified`. False with the error set.
pub fn add(
    comptime T: type,
    module: *PyObject,
    comptime qualified: [:0]const u8,
    comptime doc: [:0]const u8,
) bool {
    comptime if (exceptions.whyUnmade(T)) |reason| @compileError("nano_ffi: " ++ reason);
    const state = State.of(module) orelse return false;
    if (c.PyDict_GetItemString(state.types, @typeName(T)) != null) return true; // by another name
    const base = capi.imported("builtins", comptime exceptions.baseOf(T).?) orelse return false;
    defer c.Py_DecRef(base);
    const base_tuple = c.PyTuple_Pack(1, base) orelse return false;
    defer c.Py_DecRef(base_tuple);
    const class = c.PyType_FromModuleAndSpec(
        module,
        &Class(T, qualified, doc).spec,
        base_tuple,
    ) orelse return false;
    defer c.Py_DecRef(class);
    if (!setNames(T, class, module, qualified)) return false;
    return c.PyDict_SetItemString(state.types, @typeName(T), class) == 0;
}

fn setNames(
    comptime T: type,
    class: *PyObject,
    module: *PyObject,
    comptime qualified: [:0]const u8,
) bool {
    const module_name = c.PyObject_GetAttrString(module, "__name__") orelse return false;
    defer c.Py_DecRef(module_name);
    const place = capi.newStr(qualified) orelse return false;
    defer c.Py_DecRef(place);
    const names = c.PyTuple_New(comptime names_of(T).len) orelse return false;
    defer c.Py_DecRef(names);
    inline for (comptime names_of(T), 0..) |name, index| _ = c.PyTuple_SetItem(
        names,
        index,
        capi.newStr(comptime signature.pythonName(name)) orelse return false,
    );
    return c.PyObject_SetAttrString(class, "__module__", module_name) == 0 and
        c.PyObject_SetAttrString(class, "__qualname__", place) == 0 and
        c.PyObject_SetAttrString(class, "__match_args__", names) == 0;
}

fn names_of(comptime T: type) []const [:0]const u8 {
    return @typeInfo(T).@"struct".field_names;
}

fn Class(comptime T: type, comptime qualified: [:0]const u8, comptime doc: [:0]const u8) type {
    const info = @typeInfo(T).@"struct";
    const own_name: [:0]const u8 = qualified[if (std.mem.findScalarLast(u8, qualified, '.')) |dot|
        dot + 1
    else
        0..];
    return struct {
        const spec: capi.structs.PyType_Spec = .{
            .name = "nano_ffi." ++ own_name, // the module is set where its name is known
            .basicsize = 0, // the base's
            .flags = capi.constants.Py_TPFLAGS_DEFAULT | capi.constants.Py_TPFLAGS_BASETYPE |
                capi.constants.Py_TPFLAGS_HAVE_GC,
            .slots = &slots,
        };

        const slots = [_]capi.structs.PyType_Slot{
            .{ .slot = capi.constants.Py_tp_doc, .pfunc = @as([*:0]const u8, text) },
            .{ .slot = capi.constants.Py_tp_init, .pfunc = &init },
            .{ .slot = capi.constants.Py_tp_str, .pfunc = &str },
            .{ .slot = capi.constants.Py_tp_traverse, .pfunc = &traverse },
            .{ .slot = capi.constants.Py_tp_clear, .pfunc = &clear },
        } ++ (if (exceptions.hasAddress(T)) .{
            capi.structs.PyType_Slot{ .slot = capi.constants.Py_tp_methods, .pfunc = &methods },
        } else .{}) ++ .{
            capi.structs.PyType_Slot{ .slot = 0, .pfunc = null },
        };

        const methods = [_]capi.PyMethodDef{
            .{
                .ml_name = "__reduce__",
                .ml_meth = &reduce,
                .ml_flags = capi.constants.METH_NOARGS,
                .ml_doc = "__reduce__($self, /)\n--\n\nFor pickle and copy: without the objects.",
            },
            .{},
        };

        const text = text: {
            var all: [:0]const u8 = own_name ++ "(";
            var comma: []const u8 = "";
            var has_default = false;
            var is_named = false;
            for (info.field_names, info.field_types) |name, Field| {
                const default = classes.defaultOf(T, name);
                const begins_names = has_default and default == null and !is_named;
                all = all ++ comma ++ (if (begins_names) "*, " else "") ++
                    signature.pythonName(name) ++ if (default) |value|
                    "=" ++ description.literalDefault(Field, value)
                else
                    "";
                comma = ", ";
                has_default = has_default or default != null;
                is_named = is_named or begins_names;
            }
            break :text all ++ ")\n--\n\n" ++ doc;
        };

        fn init(self: *PyObject, args: *PyObject, kwargs: ?*PyObject) callconv(.c) c_int {
            fill(self, args, kwargs) catch return -1;
            return 0;
        }

        /// Every field is what the struct would have, whoever makes the exception; `args` has all
        /// of them, by which it is pickled.
        fn fill(self: *PyObject, args: *PyObject, kwargs: ?*PyObject) Error!void {
            const module = moduleOf(self, &init) orelse return error.PythonException;
            const given: usize = @intCast(c.PyTuple_Size(args));
            if (given > info.field_names.len) {
                _ = errors.raiseWrongNumber(std.fmt.comptimePrint(
                    "{s}() takes at most {d} arguments",
                    .{ own_name, info.field_names.len },
                ), @intCast(given));
                return error.PythonException;
            }
            const all = c.PyTuple_New(info.field_names.len) orelse return error.PythonException;
            defer c.Py_DecRef(all);
            var named: capi.Py_ssize_t = 0;
            inline for (info.field_names, 0..) |field, index| {
                const name = comptime signature.pythonName(field);
                const key = capi.newStr(name) orelse return error.PythonException;
                defer c.Py_DecRef(key);
                var value: ?*PyObject = null;
                if (index < given) {
                    value = c.PyTuple_GetItem(args, index);
                    c.Py_IncRef(value);
                }
                defer c.Py_DecRef(value);
                if (kwargs) |dict| if (capi.getItem(dict, key)) |found| {
                    named += 1;
                    if (value != null) {
                        c.Py_DecRef(found);
                        return wrong("got multiple values for argument '%U'", key);
                    }
                    value = found;
                } else if (c.PyErr_Occurred() != null) return error.PythonException;
                const object = try fieldOf(field, name, module, value, key);
                _ = c.PyTuple_SetItem(all, index, object);
                if (c.PyObject_SetAttr(self, key, object) < 0) return error.PythonException;
            }
            if (kwargs) |dict| if (c.PyDict_Size(dict) != named) return unexpected(dict);
            if (c.PyObject_SetAttrString(self, "args", all) < 0) return error.PythonException;
        }

        /// A new reference to a field's value.
        fn fieldOf(
            comptime field: [:0]const u8,
            comptime name: [:0]const u8,
            module: *PyObject,
            given: ?*PyObject,
            key: *PyObject,
        ) Error!*PyObject {
            const Field = @FieldType(T, field);
            const value = given orelse {
                if (!comptime classes.hasDefault(T, field))
                    return wrong("missing required argument '%U'", key);
                const default = comptime classes.defaultOf(T, field).?;
                return convert.giveField(Field, module, default) orelse error.PythonException;
            };
            var arena: std.heap.ArenaAllocator = .init(memory.allocator);
            defer arena.deinit();
            const site = comptime &Site{
                .function = own_name,
                .name = name,
                .typ = signature.typeName(Field).?,
            };
            if (comptime exceptions.isAddress(Field)) return pointedTo(Field, module, value, site);
            const loaded = try convert.loadField(Field, arena.allocator(), module, value, site);
            return convert.giveField(Field, module, loaded) orelse error.PythonException;
        }

        fn pointedTo(
            comptime Field: type,
            module: *PyObject,
            value: *PyObject,
            site: *const Site,
        ) Error!*PyObject {
            const Pointee = classes.Pointee(@typeInfo(Field).optional.child);
            if (value == capi.object("_Py_NoneStruct") or
                classes_of.instanceOf(Pointee, module, value) != null) return capi.newRef(value);
            const name = comptime classes.all[classes.indexOf(Pointee).?].ownName();
            const wanted = comptime signature.oneOf(name) ++ " or None";
            return errors.raiseWrongClass(site, wanted, name, value);
        }

        fn reduce(self: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            return reduced(self) catch null;
        }

        /// As any exception: class, arguments, attributes. Objects stay where they are.
        fn reduced(self: *PyObject) Error!*PyObject {
            const base = builtinOf(capi.typeOf(self));
            const plain = c.PyObject_GetAttrString(base, "__reduce__") orelse
                return error.PythonException;
            defer c.Py_DecRef(plain);
            const whole = capi.vectorcall(plain, &.{self}, 1, null) orelse
                return error.PythonException;
            defer c.Py_DecRef(whole);
            const size = c.PyTuple_Size(whole);
            if (size < 2) return error.PythonException;
            const given = c.PyTuple_GetItem(whole, 1) orelse return error.PythonException;
            const given_size = c.PyTuple_Size(given);
            if (given_size < 0) return error.PythonException;
            const args = c.PyTuple_New(@intCast(given_size)) orelse return error.PythonException;
            defer c.Py_DecRef(args);
            for (0..@intCast(given_size)) |index| {
                const is_object = given_size == info.field_names.len and addresses[index];
                const item = if (is_object)
                    capi.object("_Py_NoneStruct")
                else
                    c.PyTuple_GetItem(given, @intCast(index)) orelse return error.PythonException;
                _ = c.PyTuple_SetItem(args, @intCast(index), capi.newRef(item));
            }
            const class = c.PyTuple_GetItem(whole, 0) orelse return error.PythonException;
            if (size == 2) return c.PyTuple_Pack(2, class, args) orelse error.PythonException;
            const own = c.PyTuple_GetItem(whole, 2) orelse return error.PythonException;
            const attributes = c.PyDict_Copy(own) orelse return error.PythonException;
            defer c.Py_DecRef(attributes);
            inline for (info.field_names, addresses) |name, is_object| {
                if (is_object and c.PyDict_SetItemString(
                    attributes,
                    comptime signature.pythonName(name),
                    capi.object("_Py_NoneStruct"),
                ) < 0) return error.PythonException;
            }
            return c.PyTuple_Pack(3, class, args, attributes) orelse error.PythonException;
        }

        /// Which fields point to objects.
        const addresses = addresses: {
            var found: [info.field_names.len]bool = undefined;
            for (&found, info.field_types) |*is_object, Field|
                is_object.* = exceptions.isAddress(Field);
            break :addresses found;
        };

        fn unexpected(dict: *PyObject) Error {
            const keys = c.PySequence_Tuple(dict) orelse return error.PythonException;
            defer c.Py_DecRef(keys);
            for (0..@intCast(c.PyTuple_Size(keys))) |index| {
                const key = c.PyTuple_GetItem(keys, @intCast(index)) orelse break;
                var size: capi.Py_ssize_t = 0;
                const name = c.PyUnicode_AsUTF8AndSize(key, &size) orelse break;
                const is_known = inline for (info.field_names) |field| {
                    if (std.mem.eql(
                        u8,
                        comptime signature.pythonName(field),
                        name[0..@intCast(size)],
                    )) break true;
                } else false;
                if (!is_known) return wrong("got an unexpected keyword argument '%U'", key);
            }
            return error.PythonException;
        }

        fn wrong(comptime format: []const u8, key: *PyObject) Error {
            _ = c.PyErr_Format(capi.exception("TypeError"), own_name ++ "() " ++ format, key);
            return error.PythonException;
        }

        /// What the struct's `format` writes of its fields, or as of any exception: of one that
        /// has become something else, too.
        fn str(self: *PyObject) callconv(.c) ?*PyObject {
            if (@hasDecl(T, "format")) {
                if (comptime exceptions.hasAddress(T)) {
                    if (c.PyObject_GetAttrString(self, text_name)) |known| return known;
                    c.PyErr_Clear();
                }
                if (formatted(self)) |found| return found else |_| c.PyErr_Clear();
            }
            const plain: *const capi.unaryfunc = @ptrCast(@alignCast(
                c.PyType_GetSlot(capi.exception("BaseException"), capi.constants.Py_tp_str).?,
            ));
            return plain(self);
        }

        fn formatted(self: *PyObject) (Error || std.Io.Writer.Error)!*PyObject {
            const module = moduleOf(self, &init) orelse return error.PythonException;
            var arena: std.heap.ArenaAllocator = .init(memory.allocator);
            defer arena.deinit();
            var value: T = undefined;
            inline for (info.field_names, info.field_types) |field, Field| {
                if (comptime exceptions.isAddress(Field)) {
                    @field(value, field) = null;
                    continue;
                }
                const name = comptime signature.pythonName(field);
                const object = c.PyObject_GetAttrString(self, name) orelse
                    return error.PythonException;
                defer c.Py_DecRef(object);
                const site = comptime &Site{
                    .function = own_name,
                    .name = name,
                    .typ = signature.typeName(Field).?,
                };
                @field(value, field) = try convert.loadField(
                    Field,
                    arena.allocator(),
                    module,
                    object,
                    site,
                );
            }
            var writer: std.Io.Writer.Allocating = .init(arena.allocator());
            try value.format(&writer.writer);
            const made = writer.written();
            return c.PyUnicode_DecodeUTF8(made.ptr, @intCast(made.len), "replace") orelse
                error.PythonException;
        }
    };
}

/// The module (borrowed) of the class that `self` is an exception of: the one with that `init`.
fn moduleOf(self: *PyObject, init: *const anyopaque) ?*PyObject {
    const order = c.PyObject_GetAttrString(capi.typeOf(self), "__mro__") orelse return null;
    defer c.Py_DecRef(order);
    for (0..@intCast(c.PyTuple_Size(order))) |index| {
        const class = c.PyTuple_GetItem(order, @intCast(index)) orelse return null;
        // A subclass that Python makes may have the slot, but no module in it.
        if (c.PyType_GetSlot(class, capi.constants.Py_tp_init) != init) continue;
        if (c.PyType_GetModule(class)) |module| return module;
        c.PyErr_Clear();
    }
    c.PyErr_SetString(capi.exception("TypeError"), "this is no exception of a Zig module");
    return null;
}

fn traverse(self: *PyObject, visit: *const capi.visitproc, arg: ?*anyopaque) callconv(.c) c_int {
    const class = capi.typeOf(self);
    const stop = visit(class, arg);
    if (stop != 0) return stop;
    const base = builtinOf(class);
    const next: *const capi.traverseproc = @ptrCast(@alignCast(
        c.PyType_GetSlot(base, capi.constants.Py_tp_traverse).?,
    ));
    return next(self, visit, arg);
}

fn clear(self: *PyObject) callconv(.c) c_int {
    const next: *const capi.inquiry = @ptrCast(@alignCast(
        c.PyType_GetSlot(builtinOf(capi.typeOf(self)), capi.constants.Py_tp_clear).?,
    ));
    return next(self);
}

/// The first class that CPython has made itself: it is behind those of ours and of Python code.
fn builtinOf(class: *PyObject) *PyObject {
    var base = class;
    while (c.PyType_GetFlags(base) & capi.constants.Py_TPFLAGS_HEAPTYPE != 0) base =
        @ptrCast(@alignCast(c.PyType_GetSlot(base, capi.constants.Py_tp_base).?));
    return base;
}
