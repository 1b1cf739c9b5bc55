//! The object behind `call`: a Python object that holds the table of names, so that a call by name
//! goes from `call` to the trampoline with no look at the module in between.
//!
//! The module keeps it, it keeps the module, and the garbage collector knows both.

const std = @import("std");
const capi = @import("capi.zig");
const names = @import("names.zig");
const c = capi.functions;
const PyObject = capi.PyObject;
const Dispatcher = @This();

/// An extern struct, because CPython allocates it: the header comes first.
pub const Object = extern struct {
    ob_base: PyObject,
    table: ?*names.Table,
    module: ?*PyObject,
    /// A PyMutex.
    mutex: u8,
};

/// A new reference to the dispatcher of `module`, with `table`, which it now owns. Null with the
/// error set; then the table is still the caller's.
pub fn create(module: *PyObject, table: *names.Table) ?*PyObject {
    const class = c.PyType_FromModuleAndSpec(module, &spec, null) orelse return null;
    defer c.Py_DecRef(class);
    const object = c.PyType_GenericAlloc(class, 0) orelse return null;
    const dispatcher: *Object = @ptrCast(@alignCast(object));
    c.Py_IncRef(module);
    dispatcher.module = module;
    dispatcher.table = table;
    return object;
}

/// The table as it is now. It stays valid as long as the dispatcher.
pub inline fn tableOf(self: *PyObject) *names.Table {
    const dispatcher: *Object = @ptrCast(@alignCast(self));
    return @atomicLoad(?*names.Table, &dispatcher.table, .acquire).?;
}

/// The module (borrowed) whose functions these are.
pub fn moduleOf(self: *PyObject) *PyObject {
    const dispatcher: *Object = @ptrCast(@alignCast(self));
    return dispatcher.module.?;
}

/// Begins to change the table, or what belongs to it: one thread at a time.
pub inline fn lock(self: *PyObject) void {
    const dispatcher: *Object = @ptrCast(@alignCast(self));
    if (capi.free_threaded) c.PyMutex_Lock(&dispatcher.mutex);
}

pub inline fn unlock(self: *PyObject) void {
    const dispatcher: *Object = @ptrCast(@alignCast(self));
    if (capi.free_threaded) c.PyMutex_Unlock(&dispatcher.mutex);
}

/// Adds a function, under the lock. Its name, interned, gets a new reference; `slot.self` must live
/// as long as the dispatcher.
pub fn add(self: *PyObject, slot: names.Slot) error{OutOfMemory}!void {
    const dispatcher: *Object = @ptrCast(@alignCast(self));
    if (dispatcher.table.?.isFull()) {
        const larger = try dispatcher.table.?.grown();
        // Slots are written before the table is published: `tableOf` acquires.
        @atomicStore(?*names.Table, &dispatcher.table, larger, .release);
    }
    dispatcher.table.?.add(slot);
}

/// Lets the name of `slot`, which is known, reach what `slot` does, under the lock. What it reached
/// before may still be called, and must live as long as the dispatcher, too.
pub fn replace(self: *PyObject, slot: names.Slot) error{OutOfMemory}!void {
    const dispatcher: *Object = @ptrCast(@alignCast(self));
    const renewed = try dispatcher.table.?.replaced(slot);
    @atomicStore(?*names.Table, &dispatcher.table, renewed, .release);
}

fn traverse(self: *PyObject, visit: *const capi.visitproc, arg: ?*anyopaque) callconv(.c) c_int {
    const dispatcher: *Object = @ptrCast(@alignCast(self));
    const class_stop = visit(capi.typeOf(self), arg);
    if (class_stop != 0) return class_stop;
    return if (dispatcher.module) |module| visit(module, arg) else 0;
}

// There is no tp_clear: a call may come while a cycle is taken apart, and needs the module. The
// module's dict, which is in every such cycle, breaks it.
fn dealloc(self: *PyObject) callconv(.c) void {
    const dispatcher: *Object = @ptrCast(@alignCast(self));
    const class = capi.typeOf(self);
    c.PyObject_GC_UnTrack(self);
    if (dispatcher.table) |table| table.destroy();
    c.Py_DecRef(dispatcher.module);
    c.PyObject_GC_Del(self);
    c.Py_DecRef(class);
}

/// `call` is pickled as the attribute of that name of this, which the module has, too.
fn reduce(self: ?*PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    const import = capi.imported("importlib", "import_module") orelse return null;
    defer c.Py_DecRef(import);
    const name = c.PyObject_GetAttrString(moduleOf(self.?), "__name__") orelse return null;
    defer c.Py_DecRef(name);
    const args = c.PyTuple_Pack(1, name) orelse return null;
    defer c.Py_DecRef(args);
    return c.PyTuple_Pack(2, import, args);
}

const methods = [_]capi.PyMethodDef{
    .{
        .ml_name = "__reduce__",
        .ml_meth = &reduce,
        .ml_flags = capi.constants.METH_NOARGS,
    },
    .{},
};

const spec: capi.structs.PyType_Spec = .{
    .name = "nano_ffi.Dispatcher",
    .basicsize = @sizeOf(Object),
    .flags = capi.constants.Py_TPFLAGS_DEFAULT | capi.constants.Py_TPFLAGS_HAVE_GC |
        capi.constants.Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = &[_]capi.structs.PyType_Slot{
        .{ .slot = capi.constants.Py_tp_dealloc, .pfunc = &dealloc },
        .{ .slot = capi.constants.Py_tp_traverse, .pfunc = &traverse },
        .{ .slot = capi.constants.Py_tp_methods, .pfunc = @constCast(&methods) },
        .{},
    },
};
