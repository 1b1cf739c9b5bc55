//! What is taken for what it does, and not for its type: iterables where lists are, mappings where
//! dicts are, and for a struct what has its fields: by name, by place, or as attributes. All of it
//! runs Python code, and is asked only where no type fits.

const std = @import("std");
const capi = @import("capi.zig");
const errors = @import("errors.zig");
const Error = errors.Error;
const classes = @import("../classes.zig");
const says = classes.says;
const pythonName = @import("../signature.zig").pythonName;
const Site = @import("../comptime_bridge.zig").Site;
const c = capi.functions;
const PyObject = capi.PyObject;

/// A new reference to a tuple of all items of an iterable; null where the object is none, or one
/// that nobody means by a list: text, bytes, a mapping.
pub fn itemsOf(object: *PyObject) Error!?*PyObject {
    if (!isIterable(object)) return null;
    return c.PySequence_Tuple(object) orelse error.PythonException;
}

/// Whether it is one.
pub fn isIterable(object: *PyObject) bool {
    const class = capi.typeOf(object);
    if (capi.hasFlag(object, "UNICODE_SUBCLASS") or capi.hasFlag(object, "DICT_SUBCLASS") or
        capi.hasFlag(object, "TYPE_SUBCLASS")) return false;
    inline for (.{ "PyBytes_Type", "PyByteArray_Type" }) |bytes| {
        if (c.PyType_IsSubtype(class, capi.object(bytes)) != 0) return false;
    }
    if (c.PyType_GetSlot(class, capi.constants.Py_tp_iter) == null and
        c.PyType_GetSlot(class, capi.constants.Py_sq_item) == null) return false;
    return !isMapping(object);
}

/// A new reference to a dict of what is in a mapping now; null where the object is none.
pub fn dictOf(object: *PyObject) Error!?*PyObject {
    if (!isMapping(object)) return null;
    const dict = c.PyDict_New() orelse return error.PythonException;
    if (c.PyDict_Update(dict, object) == 0) return dict;
    c.Py_DecRef(dict);
    return error.PythonException;
}

/// As `dict()` tells a mapping from other iterables; but a column, which may have keys, is an
/// array.
pub fn isMapping(object: *PyObject) bool {
    const class = capi.typeOf(object);
    return !capi.hasFlag(object, "TYPE_SUBCLASS") and
        c.PyType_GetSlot(class, capi.constants.Py_mp_subscript) != null and
        hasAttribute(class, "keys") and !hasAttribute(class, "__array__");
}

fn hasAttribute(class: *PyObject, name: [*:0]const u8) bool {
    const found = c.PyObject_GetAttrString(class, name) orelse {
        c.PyErr_Clear();
        return false;
    };
    c.Py_DecRef(found);
    return true;
}

/// A new reference to a dict of the fields of a `T`: of a dict itself, of a mapping, of a tuple in
/// their order, or of an object that has all attributes it needs. Null where the object is nothing
/// of that. Raises ValueError for a tuple that is too long or too short.
pub fn fieldsOf(comptime T: type, object: *PyObject, site: *const Site) Error!?*PyObject {
    if (capi.hasFlag(object, "DICT_SUBCLASS")) {
        c.Py_IncRef(object);
        return object;
    }
    // A class is no object of it, and one of ours that got here is of another module.
    if (capi.hasFlag(object, "TYPE_SUBCLASS") or
        hasAttribute(capi.typeOf(object), "__zig_address__")) return null;
    if (try dictOf(object)) |dict| return dict;
    if (try dictOfRecord(object)) |dict| return dict;
    const dict = c.PyDict_New() orelse return error.PythonException;
    const is_tuple = capi.hasFlag(object, "TUPLE_SUBCLASS") and
        !hasAttribute(capi.typeOf(object), "_fields");
    if (is_tuple) {
        try addItems(T, dict, object, site);
        return dict;
    }
    if (try addAttributes(T, dict, object)) return dict;
    c.Py_DecRef(dict);
    return null;
}

/// A new reference to a dict of the fields of numpy's records, which are scalars whose dtype has
/// names. Null where the object is none.
fn dictOfRecord(object: *PyObject) Error!?*PyObject {
    if (c.PyType_GetSlot(capi.typeOf(object), capi.constants.Py_mp_subscript) == null) return null;
    const dtype = c.PyObject_GetAttrString(object, "dtype") orelse return noRecord();
    defer c.Py_DecRef(dtype);
    const names = c.PyObject_GetAttrString(dtype, "names") orelse return noRecord();
    defer c.Py_DecRef(names);
    if (!capi.hasFlag(names, "TUPLE_SUBCLASS")) return null;
    const shape = c.PyObject_GetAttrString(object, "shape") orelse return noRecord();
    defer c.Py_DecRef(shape);
    if (!capi.hasFlag(shape, "TUPLE_SUBCLASS") or c.PyTuple_Size(shape) != 0) return null;
    const dict = c.PyDict_New() orelse return error.PythonException;
    errdefer c.Py_DecRef(dict);
    for (0..@intCast(c.PyTuple_Size(names))) |index| {
        const name = c.PyTuple_GetItem(names, @intCast(index)) orelse return error.PythonException;
        const value = c.PyObject_GetItem(object, name) orelse return error.PythonException;
        defer c.Py_DecRef(value);
        if (c.PyDict_SetItem(dict, name, value) < 0) return error.PythonException;
    }
    return dict;
}

/// Null of what has no such attribute.
fn noRecord() Error!?*PyObject {
    if (c.PyErr_ExceptionMatches(capi.exception("AttributeError")) == 0)
        return error.PythonException;
    c.PyErr_Clear();
    return null;
}

/// Where it fails, the dict is given back.
fn addItems(
    comptime T: type,
    dict: *PyObject,
    tuple: *PyObject,
    site: *const Site,
) Error!void {
    errdefer c.Py_DecRef(dict);
    const size = c.PyTuple_Size(tuple);
    var place: capi.Py_ssize_t = 0;
    var is_short = false;
    inline for (comptime classes.membersOf(T)) |member| {
        const name = member.name;
        if (comptime says(member.T, name, "hidden")) continue;
        defer place += 1;
        if (place >= size) {
            is_short = is_short or !comptime classes.hasDefault(member.T, name);
        } else {
            const item = c.PyTuple_GetItem(tuple, place) orelse return error.PythonException;
            if (c.PyDict_SetItemString(dict, name, item) < 0) return error.PythonException;
        }
    }
    if (is_short or size > place)
        return errors.raiseWrongSize(site, @intCast(place), @intCast(size));
}

/// The same. False where an attribute is not there, or none of all is.
fn addAttributes(comptime T: type, dict: *PyObject, object: *PyObject) Error!bool {
    errdefer c.Py_DecRef(dict);
    var is_any = false;
    inline for (comptime classes.membersOf(T)) |member| {
        const name = member.name;
        if (comptime says(member.T, name, "hidden")) continue;
        if (c.PyObject_GetAttrString(object, comptime pythonName(name))) |value| {
            defer c.Py_DecRef(value);
            is_any = true;
            if (c.PyDict_SetItemString(dict, name, value) < 0) return error.PythonException;
        } else {
            if (c.PyErr_ExceptionMatches(capi.exception("AttributeError")) == 0)
                return error.PythonException;
            c.PyErr_Clear();
            if (!comptime classes.hasDefault(member.T, name)) return false;
        }
    }
    return is_any;
}

/// The truth of a scalar that is a bool and no `bool`, as numpy has them: by its `dtype`, since
/// everything has a truth. Null where the object is none.
pub fn boolOf(object: *PyObject) Error!?bool {
    if (c.PyType_GetSlot(capi.typeOf(object), capi.constants.Py_nb_bool) == null) return null;
    const dtype = c.PyObject_GetAttrString(object, "dtype") orelse return without();
    defer c.Py_DecRef(dtype);
    const shape = c.PyObject_GetAttrString(object, "shape") orelse return without();
    defer c.Py_DecRef(shape);
    if (!capi.hasFlag(shape, "TUPLE_SUBCLASS") or c.PyTuple_Size(shape) != 0) return null;
    const kind = c.PyObject_GetAttrString(dtype, "kind") orelse return without();
    defer c.Py_DecRef(kind);
    if (!capi.hasFlag(kind, "UNICODE_SUBCLASS")) return null;
    var size: capi.Py_ssize_t = 0;
    const text = c.PyUnicode_AsUTF8AndSize(kind, &size) orelse {
        c.PyErr_Clear(); // a lone surrogate
        return null;
    };
    if (!std.mem.eql(u8, text[0..@intCast(size)], "b")) return null;
    const truth = c.PyObject_IsTrue(object);
    return if (truth < 0) error.PythonException else truth == 1;
}

/// Null of what has no such attribute.
fn without() Error!?bool {
    if (c.PyErr_ExceptionMatches(capi.exception("AttributeError")) == 0)
        return error.PythonException;
    c.PyErr_Clear();
    return null;
}
