//! What a module built with nano_ffi keeps per interpreter, in CPython's module state.

const std = @import("std");
const capi = @import("capi.zig");
const entries = @import("entry.zig");
const errors = @import("errors.zig");
const Info = @import("objects/object.zig").Info;
const memory = @import("memory.zig");
const reuse = @import("reuse.zig");
const registry = @import("../registry.zig");
const tuples = @import("tuples.zig");
const c = capi.functions;
const PyObject = capi.PyObject;
const class_count = @import("../classes.zig").all.len;
const State = @This();

/// The module's own functions. Filled while it is executed, only read afterwards: no lock is
/// needed.
pub const Functions = registry.Registry(*const entries.Entry);

/// CPython zeroes the state before the module is executed, so false is its first value.
ready: bool,
interpreter: *anyopaque,
classes: errors.Classes,
raised: errors.Cache,
kept: reuse.Kept,
made: tuples.Kept,
functions: Functions,
/// For what must live as long as the function objects, each of which keeps the module.
arena: std.heap.ArenaAllocator,
/// dict: name → function object, in the order of registration.
objects: *PyObject,
/// dict: full name of a Zig type → its Python class.
types: *PyObject,
/// The Python types of the classes, in their order; null until they are made.
instances: [class_count]?*PyObject,
/// Where each is from.
homes: [class_count]Home,
/// The Python types of lists, of lists of numbers, of maps, and of the iterators over their keys.
list_class: ?*PyObject,
number_list_class: ?*PyObject,
dict_class: ?*PyObject,
dict_iterator_class: ?*PyObject,
/// That of the arrays that functions make; null until there is one.
array_class: ?*PyObject,
/// The same of columns.
column_class: ?*PyObject,
/// dict: name → signature (a dict) of what was registered from Python.
registered: *PyObject,
/// dict: address in the code → code object that says where in the source it is, or None.
codes: *PyObject,
/// list: functions that others took the place of. A thread may be about to call one.
replaced: *PyObject,
/// The object behind `call`; null until the module has one.
dispatcher: ?*PyObject,

/// The module that has made a class, borrowed, and what it knows of it.
pub const Home = struct { module: *PyObject, info: *const Info };

fn views(state: *const State) [6]?*PyObject {
    return .{
        state.list_class,
        state.number_list_class,
        state.dict_class,
        state.dict_iterator_class,
        state.array_class,
        state.column_class,
    };
}

/// A type of a module's objects, made for the first of them: borrowed, or null with the error set.
pub fn classOf(
    module: *PyObject,
    comptime field: []const u8,
    comptime spec: *const capi.structs.PyType_Spec,
) ?*PyObject {
    const state = of(module) orelse return null;
    const place = &@field(state, field);
    if (@atomicLoad(?*PyObject, place, .acquire)) |class| return class;
    const class = c.PyType_FromModuleAndSpec(module, spec, null) orelse return null;
    // Another thread may have been faster.
    const known = @cmpxchgStrong(?*PyObject, place, null, class, .release, .acquire) orelse
        return class;
    c.Py_DecRef(class);
    return known.?;
}

/// The state of `module`, which is one of ours: null where it has none yet, or no more.
pub inline fn of(module: *PyObject) ?*State {
    return @ptrCast(@alignCast(capi.stateOfModule(module)));
}

/// Makes everything. False with the error set; then there is nothing to give back.
pub fn create(state: *State) bool {
    const dicts = .{ &state.objects, &state.types, &state.registered, &state.codes };
    inline for (dicts, 0..) |dict, index| {
        dict.* = c.PyDict_New() orelse {
            inline for (0..index) |made| c.Py_DecRef(dicts[made].*);
            return false;
        };
    }
    state.replaced = c.PyList_New(0) orelse {
        inline for (dicts) |dict| c.Py_DecRef(dict.*);
        return false;
    };
    state.kept = reuse.Kept.create() orelse {
        inline for (dicts) |dict| c.Py_DecRef(dict.*);
        c.Py_DecRef(state.replaced);
        return false;
    };
    state.classes = errors.Classes.create() orelse {
        inline for (dicts) |dict| c.Py_DecRef(dict.*);
        c.Py_DecRef(state.replaced);
        state.kept.release();
        return false;
    };
    state.interpreter = c.PyInterpreterState_Get();
    state.raised = @splat(null);
    state.made = @splat(null);
    state.functions = .init(memory.allocator);
    state.arena = .init(memory.allocator);
    state.dispatcher = null;
    state.instances = @splat(null);
    state.list_class = null;
    state.number_list_class = null;
    state.dict_class = null;
    state.dict_iterator_class = null;
    state.array_class = null;
    state.column_class = null;
    state.ready = true;
    return true;
}

fn traverse(module: *PyObject, visit: *const capi.visitproc, arg: ?*anyopaque) callconv(.c) c_int {
    const state = of(module) orelse return 0;
    if (!state.ready) return 0;
    if (state.dispatcher) |dispatcher| {
        const stop = visit(dispatcher, arg);
        if (stop != 0) return stop;
    }
    for (state.instances ++ state.views() ++ state.made) |kept| if (kept) |some| {
        const stop = visit(some, arg);
        if (stop != 0) return stop;
    };
    const own = .{ state.objects, state.types, state.registered, state.codes, state.replaced };
    inline for (own ++ state.classes.owned()) |object| {
        const stop = visit(object, arg);
        if (stop != 0) return stop;
    }
    return 0;
}

/// The classes are kept until the module is freed: a call during the collection still needs them.
fn free(module: ?*anyopaque) callconv(.c) void {
    const state = of(@ptrCast(@alignCast(module.?))) orelse return;
    if (!state.ready) return;
    state.ready = false;
    state.functions.deinit();
    state.arena.deinit();
    errors.releaseCache(&state.raised);
    state.kept.release();
    for (state.made) |tuple| c.Py_DecRef(tuple);
    for (state.instances ++ state.views()) |class| c.Py_DecRef(class);
    c.Py_DecRef(state.objects);
    c.Py_DecRef(state.types);
    c.Py_DecRef(state.registered);
    c.Py_DecRef(state.codes);
    c.Py_DecRef(state.replaced);
    c.Py_DecRef(state.dispatcher);
    inline for (state.classes.owned()) |object| c.Py_DecRef(object);
}

/// The definition of a module with this state.
pub fn moduleDef(
    name: [*:0]const u8,
    doc: [*:0]const u8,
    methods: ?[*]capi.PyMethodDef,
    slots: [*]const capi.PyModuleDef_Slot,
) capi.PyModuleDef {
    return .{
        .m_name = name,
        .m_doc = doc,
        .m_size = @sizeOf(State),
        .m_methods = methods,
        .m_slots = slots,
        .m_traverse = &traverse,
        .m_free = &free,
    };
}
