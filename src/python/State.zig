//! What a module built with nano_ffi keeps per interpreter, in CPython's module state.

const std = @import("std");
const capi = @import("capi.zig");
const errors = @import("errors.zig");
const memory = @import("memory.zig");
const registry = @import("../registry.zig");
const c = capi.functions;
const PyObject = capi.PyObject;
const State = @This();

/// Functions by name. Filled while the module is executed, only read afterwards: no lock is needed.
pub const Functions = registry.Registry(*const capi.PyCFunctionFast);

/// CPython zeroes the state before the module is executed, so false is its first value.
ready: bool,
classes: errors.Classes,
functions: Functions,

/// The state of `module`, or null with the error set.
pub fn of(module: *PyObject) ?*State {
    return @ptrCast(@alignCast(c.PyModule_GetState(module)));
}

/// Makes everything. False with the error set; then there is nothing to give back.
pub fn create(state: *State) bool {
    state.classes = errors.Classes.create() orelse return false;
    state.functions = .{};
    state.ready = true;
    return true;
}

fn traverse(module: *PyObject, visit: *const capi.visitproc, arg: ?*anyopaque) callconv(.c) c_int {
    const state = of(module) orelse return 0;
    if (!state.ready) return 0;
    inline for (.{ state.classes.zig_error, state.classes.out_of_range, state.classes.by_name }) |object| {
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
    state.functions.deinit(memory.allocator);
    c.Py_DecRef(state.classes.zig_error);
    c.Py_DecRef(state.classes.out_of_range);
    c.Py_DecRef(state.classes.by_name);
}

/// The definition of a module with this state.
pub fn moduleDef(name: [*:0]const u8, methods: ?[*]capi.PyMethodDef, slots: [*]const capi.PyModuleDef_Slot) capi.PyModuleDef {
    return .{
        .m_name = name,
        .m_size = @sizeOf(State),
        .m_methods = methods,
        .m_slots = slots,
        .m_traverse = &traverse,
        .m_free = &free,
    };
}
