//! Python classes that modules of one interpreter have together. Each module is compiled by itself:
//! where two of them have a struct or an enum of the same file, the first one makes the class, and
//! the others take it. They agree on the type by the text that it is out of, and by its layout.
//!
//! Structs are shared that are plain data, of files without variables: then it does not matter
//! which module's code runs.

const std = @import("std");
const builtin = @import("builtin");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const classes_of = @import("objects/classes_of.zig");
const Info = @import("objects/object.zig").Info;
const signature = @import("../signature.zig");
const State = @import("State.zig");
const string_maps = @import("../string_maps.zig");
const c = capi.functions;
const Error = @import("errors.zig").Error;
const PyObject = capi.PyObject;

/// Where the interpreter keeps them: a dict, of modules with the same objects. Another number for
/// another layout of objects of one version.
const shared_name = std.fmt.comptimePrint("nano_ffi.types.2 {s} {s} {t}{s}", .{
    @import("build_options").version,
    builtin.zig_version_string,
    builtin.mode,
    if (capi.limited) " abi3" else "",
});

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
    key_text: [:0]const u8,
    home: *State.Home,
    create: *const fn (module: *PyObject) ?*PyObject,
) ?*PyObject {
    const key = capi.newStr(key_text) orelse return null;
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
    const key = capi.newStr(comptime keyOf(E, origin)) orelse return null;
    defer c.Py_DecRef(key);
    if (find(key) catch return null) |known| return known.class;
    return offered(key, create(module), null);
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

/// What two modules agree on a type by.
fn keyOf(comptime T: type, comptime origin: []const u8) [:0]const u8 {
    @setEvalBranchQuota(1_000_000_000);
    var layout: std.hash.Wyhash = .init(0);
    addLayout(T, &layout, null);
    return std.fmt.comptimePrint("{s} {s} {x}", .{
        origin, signature.shortName(T), layout.final(),
    });
}

const Around = struct { name: []const u8, around: ?*const Around };

/// All that says where in memory the parts of a value are.
fn addLayout(comptime T: type, hash: *std.hash.Wyhash, around: ?*const Around) void {
    const name = @typeName(T);
    add(hash, .{ @sizeOf(T), @alignOf(T) });
    var place = around;
    while (place) |some| : (place = some.around) if (std.mem.eql(u8, some.name, name)) return;
    const here: Around = .{ .name = name, .around = around };
    if (comptime string_maps.Value(T)) |Value| addLayout(Value, hash, &here);
    switch (@typeInfo(T)) {
        .pointer => |pointer| if (pointer.size == .slice) addLayout(pointer.child, hash, &here),
        .optional => |optional| addLayout(optional.child, hash, &here),
        .array => |array| addLayout(array.child, hash, &here),
        .@"struct" => |info| inline for (
            info.field_names,
            info.field_types,
            info.field_attrs,
        ) |field, Field, attrs| if (!attrs.@"comptime") {
            hash.update(field ++ ":");
            add(hash, .{@bitOffsetOf(T, field)});
            addLayout(Field, hash, &here);
        },
        .@"union" => |info| inline for (info.field_names, info.field_types) |field, Field| {
            hash.update(field ++ ":");
            addLayout(Field, hash, &here);
        },
        .@"enum" => |info| inline for (info.field_names) |field| {
            hash.update(field ++ "=");
            add(hash, .{@as(i128, @backingInt(@field(T, field)))});
        },
        else => hash.update(name),
    }
}

fn add(hash: *std.hash.Wyhash, numbers: anytype) void {
    inline for (numbers) |number| hash.update(std.mem.asBytes(&@as(i128, number)));
}
