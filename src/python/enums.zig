//! Zig enums ↔ Python's: one `enum.IntEnum` per Zig type. That of a public one is made with the
//! module.

const std = @import("std");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const errors = @import("errors.zig");
const sharing = @import("sharing.zig");
const signature = @import("../signature.zig");
const Site = @import("../comptime_bridge.zig").Site;
const State = @import("State.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// A member of the class of `E`, or the name of one.
pub fn load(
    comptime E: type,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) errors.Error!E {
    const info = @typeInfo(E).@"enum";
    if (capi.hasFlag(object, "UNICODE_SUBCLASS")) {
        var size: capi.Py_ssize_t = 0;
        const text = c.PyUnicode_AsUTF8AndSize(object, &size) orelse return error.PythonException;
        return std.meta.stringToEnum(
            E,
            text[0..@intCast(size)],
        ) orelse errors.raiseNoMember(site, object, comptime names: {
            var names: [:0]const u8 = info.field_names[0];
            for (info.field_names[1..]) |name| names = names ++ ", " ++ name;
            break :names names;
        });
    }
    const class = classOf(E, module) orelse return error.PythonException;
    if (capi.typeOf(object) != class) return errors.raiseWrongType(
        site,
        "a member of the enum or the name of one",
        object,
    );
    const value = c.PyLong_AsLongLong(object);
    if (value == -1 and c.PyErr_Occurred() != null) return error.PythonException;
    inline for (info.field_names) |name| {
        if (@backingInt(@field(E, name)) == value) return @field(E, name);
    }
    return errors.raiseWrongType(site, "a member of the enum or the name of one", object);
}

/// A new reference to the member of `value`, or null with the error set.
pub fn give(comptime E: type, module: *PyObject, value: E) ?*PyObject {
    const class = classOf(E, module) orelse return null;
    return c.PyObject_GetAttrString(class, @tagName(value));
}

/// Makes the class of a public enum, which pickle finds at `qualified`, or takes that of another
/// module. `read` is what source.zig read of it. False with the error set.
pub fn add(
    comptime E: type,
    module: *PyObject,
    comptime qualified: [:0]const u8,
    comptime read: anytype,
) bool {
    const state = State.of(module) orelse return false;
    if (c.PyDict_GetItemString(state.types, @typeName(E)) != null) return true; // by another name
    const Own = struct {
        fn make(own_module: *PyObject) ?*PyObject {
            return create(E, own_module, qualified);
        }
    };
    const is_known = comptime @TypeOf(read) == type and @hasDecl(read, "nano_ffi.origin") and
        classes.isPlainName(@typeName(E));
    const class = (if (is_known)
        sharing.enumOf(E, @field(read, "nano_ffi.origin"), module, &Own.make)
    else
        Own.make(module)) orelse return false;
    defer c.Py_DecRef(class);
    const key = capi.newStr(@typeName(E)) orelse return false;
    defer c.Py_DecRef(key);
    return c.PyDict_SetItem(state.types, key, class) == 0;
}

/// The class of `E` (borrowed: the state keeps it), or null with the error set.
pub fn classOf(comptime E: type, module: *PyObject) ?*PyObject {
    const state = State.of(module) orelse return null;
    if (c.PyDict_GetItemString(state.types, @typeName(E))) |class| return class;
    const class = create(E, module, signature.shortName(E)) orelse return null;
    defer c.Py_DecRef(class);
    const key = c.PyUnicode_InternFromString(@typeName(E)) orelse return null;
    defer c.Py_DecRef(key);
    return capi.setDefault(state.types, key, class); // another thread may have been faster
}

fn create(comptime E: type, module: *PyObject, qualified: [:0]const u8) ?*PyObject {
    const info = @typeInfo(E).@"enum";
    const members = c.PyDict_New() orelse return null;
    defer c.Py_DecRef(members);
    inline for (info.field_names) |name| {
        const value = c.PyLong_FromLongLong(@backingInt(@field(E, name))) orelse return null;
        defer c.Py_DecRef(value);
        if (c.PyDict_SetItemString(members, name, value) < 0) return null;
    }
    const int_enum = capi.imported("enum", "IntEnum") orelse return null;
    defer c.Py_DecRef(int_enum);
    const module_name = c.PyObject_GetAttrString(module, "__name__") orelse return null;
    defer c.Py_DecRef(module_name);
    const options = c.PyDict_New() orelse return null;
    defer c.Py_DecRef(options);
    if (c.PyDict_SetItemString(options, "module", module_name) < 0) return null;
    const place = capi.newStr(qualified) orelse return null;
    defer c.Py_DecRef(place);
    if (c.PyDict_SetItemString(options, "qualname", place) < 0) return null;

    const args = c.PyTuple_New(2) orelse return null;
    defer c.Py_DecRef(args);
    const name = signature.shortName(E);
    const class_name = c.PyUnicode_FromStringAndSize(
        name.ptr,
        @intCast(name.len),
    ) orelse return null;
    _ = c.PyTuple_SetItem(args, 0, class_name);
    c.Py_IncRef(members);
    _ = c.PyTuple_SetItem(args, 1, members);
    return c.PyObject_Call(int_enum, args, options);
}
