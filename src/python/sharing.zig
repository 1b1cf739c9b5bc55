//! Python classes that modules of one interpreter have together. Each module is compiled by itself:
//! where two of them have a struct or an enum of the same file, the first one makes the class, and
//! the others take it. They agree on the type by the text that it is out of, and by its layout.
//!
//! Structs are shared that are plain data, of files without variables: then it does not matter
//! which module's code runs.

const std = @import("std");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const classes_of = @import("objects/classes_of.zig");
const Info = @import("objects/object.zig").Info;
const layout = @import("../layout.zig");
const memory = @import("memory.zig");
const signature = @import("../signature.zig");
const State = @import("State.zig");
const c = capi.functions;
const Error = @import("errors.zig").Error;
const PyObject = capi.PyObject;

/// Where the interpreter keeps them: a dict, of modules with the same objects. Another number for
/// another layout of objects of one version.
const shared_name = "nano_ffi.types.4" ++ memory.alike;

/// Makes the class of `T`, or takes that of another module, and says in `home` whose it is. A new
/// reference, or null with the error set.
pub fn classOf(
    comptime T: type,
    module: *PyObject,
    home: *State.Home,
    create: *const fn (module: *PyObject) ?*PyObject,
) ?*PyObject {
    home.* = .{ .module = module, .info = classes_of.infoOf(T) };
    const origin = comptime (classes.originOf(T) orelse "");
    if (origin.len == 0) return create(module);
    return classBy(comptime keyOf(T, origin), home, create);
}

fn classBy(
    key_bytes: []const u8,
    home: *State.Home,
    create: *const fn (module: *PyObject) ?*PyObject,
) ?*PyObject {
    const key = newKey(key_bytes) orelse return null;
    defer c.Py_DecRef(key);
    const known = (find(key) catch return null) orelse
        return offered(key, create(home.module), home.info);
    if (c.PyType_GetModule(known.class)) |own| {
        home.* = .{ .module = own, .info = @ptrFromInt(known.made) };
        return known.class;
    }
    c.PyErr_Clear();
    c.Py_DecRef(known.class);
    return create(home.module);
}

/// The same of an enum, whose class nobody's code depends on.
pub fn enumOf(
    comptime E: type,
    comptime origin: []const u8,
    module: *PyObject,
    create: *const fn (module: *PyObject) ?*PyObject,
) ?*PyObject {
    const key = newKey(comptime keyOf(E, origin)) orelse return null;
    defer c.Py_DecRef(key);
    if (find(key) catch return null) |known| return known.class;
    return offered(key, create(module), null);
}

fn newKey(bytes: []const u8) ?*PyObject {
    return c.PyBytes_FromStringAndSize(bytes.ptr, @intCast(bytes.len));
}

const Known = struct { class: *PyObject, made: usize };

/// A class that is alive: a new reference.
fn find(key: *PyObject) Error!?Known {
    const all = try shared();
    const entry = capi.getItem(all, key) orelse
        return if (c.PyErr_Occurred() == null) null else error.PythonException;
    defer c.Py_DecRef(entry);
    const reference = c.PyTuple_GetItem(entry, 0) orelse return error.PythonException;
    const class = capi.vectorcall(reference, &.{}, 0, null) orelse return error.PythonException;
    if (class == capi.object("_Py_NoneStruct")) {
        c.Py_DecRef(class);
        return null;
    }
    const address = c.PyLong_AsLongLong(c.PyTuple_GetItem(entry, 1).?);
    return .{ .class = class, .made = @intCast(address) };
}

/// The new class, which other modules find from now on; null, with the error set, without one.
fn offered(key: *PyObject, made_class: ?*PyObject, made: ?*const Info) ?*PyObject {
    const class = made_class orelse return null;
    offer(key, class, made) catch {
        c.Py_DecRef(class);
        return null;
    };
    return class;
}

/// Lets other modules find a class as long as somebody has it.
fn offer(key: *PyObject, class: *PyObject, made: ?*const Info) Error!void {
    const all = try shared();
    // Not weakref.py, which few programs need.
    const Ref = capi.imported("_weakref", "ref") orelse return error.PythonException;
    defer c.Py_DecRef(Ref);
    const reference = capi.vectorcall(Ref, &.{class}, 1, null) orelse
        return error.PythonException;
    defer c.Py_DecRef(reference);
    const address = c.PyLong_FromUnsignedLongLong(@intFromPtr(made)) orelse
        return error.PythonException;
    defer c.Py_DecRef(address);
    const entry = c.PyTuple_Pack(2, reference, address) orelse return error.PythonException;
    defer c.Py_DecRef(entry);
    if (c.PyDict_SetItem(all, key, entry) < 0) return error.PythonException;
}

/// The interpreter's dict of them: borrowed.
fn shared() Error!*PyObject {
    return capi.sharedObject(shared_name, &newDict) orelse error.PythonException;
}

fn newDict() ?*PyObject {
    return c.PyDict_New();
}

/// What two modules agree on a type by. Bytes, which cost a compiler less than a hash of them.
fn keyOf(comptime T: type, comptime origin: []const u8) []const u8 {
    return comptime origin ++ " " ++ signature.shortName(T) ++ " " ++ layout.of(T);
}
