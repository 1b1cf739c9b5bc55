//! `__annotations__` of a class: the types of its attributes, as Python's own objects, since names
//! in a text would have to be found again.

const std = @import("std");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const classes_of = @import("classes_of.zig");
const enums = @import("../enums.zig");
const Fields = @import("fields.zig").Fields;
const signature = @import("../../signature.zig");
const standard = @import("../standard.zig");
const string_maps = @import("../../string_maps.zig");
const values = @import("../../standard.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// An attribute, and what makes a new reference to what it is.
pub const Annotation = struct {
    name: [:0]const u8,
    typeOf: *const fn (module: *PyObject) ?*PyObject,
};

/// Those of a class.
pub fn of(comptime T: type) []const Annotation {
    const names = Fields(T).names;
    comptime var all: [names.len]Annotation = undefined;
    inline for (&all, names) |*one, name| one.* = .{
        .name = signature.pythonName(name),
        .typeOf = &Of(classes.FieldOf(T, name)).get,
    };
    const found = all;
    return &found;
}

fn Of(comptime F: type) type {
    return struct {
        fn get(module: *PyObject) ?*PyObject {
            return typeOf(F, module);
        }
    };
}

/// Gives a class its annotations, when all classes are there. False with the error set.
pub fn add(all: []const Annotation, class: *PyObject, module: *PyObject) bool {
    const dict = c.PyDict_New() orelse return false;
    defer c.Py_DecRef(dict);
    for (all) |one| {
        const annotation = one.typeOf(module) orelse return false;
        defer c.Py_DecRef(annotation);
        if (c.PyDict_SetItemString(dict, one.name, annotation) < 0) return false;
    }
    return c.PyObject_SetAttrString(class, "__annotations__", dict) == 0;
}

/// A new reference to what an attribute is; `object` where that has no name.
fn typeOf(comptime F: type, module: *PyObject) ?*PyObject {
    if (comptime classes.ViewItem(F)) |Item| return generic(
        if (comptime classes.fieldKind(F) == .references) "tuple" else "list",
        Item,
        module,
    );
    if (comptime string_maps.Value(F)) |Value| return generic("dict", Value, module);
    switch (comptime signature.kindOf(F) orelse return builtin("object")) {
        .bool => return builtin("bool"),
        .int, .index, .order => return builtin("int"),
        .float => return builtin("float"),
        .complex => return builtin("complex"),
        .str, .text, .terminated => return builtin("str"),
        .bytes, .buffer => return builtin("bytes"),
        .class => return capi.newRef(classes_of.classOf(F, module) orelse return null),
        .reference => {
            const Pointee = @typeInfo(F).pointer.child;
            return capi.newRef(classes_of.classOf(Pointee, module) orelse return null);
        },
        .standard => return capi.newRef(
            standard.classOf(values.of(F).?, module) orelse return null,
        ),
        .path => return capi.imported("pathlib", "Path"),
        .@"enum", .flags => return capi.newRef(
            enums.classOf(F, module) orelse return null,
        ),
        .optional => {
            if (comptime classes.isKept(F)) return builtin("object");
            const some = typeOf(@typeInfo(F).optional.child, module) orelse return null;
            defer c.Py_DecRef(some);
            return c.PyNumber_Or(some, capi.object("_Py_NoneStruct"));
        },
        .record => return builtin("dict"),
        .tuple => return builtin("tuple"),
        else => return builtin("object"),
    }
}

/// `list[Item]`, `tuple[Item, ...]`, or `dict[str, Item]`.
fn generic(comptime name: [:0]const u8, comptime Item: type, module: *PyObject) ?*PyObject {
    const item = typeOf(Item, module) orelse return null;
    defer c.Py_DecRef(item);
    const origin = builtin(name) orelse return null;
    defer c.Py_DecRef(origin);
    const is_map = comptime std.mem.eql(u8, name, "dict");
    const args = (if (is_map)
        c.PyTuple_Pack(2, capi.object("PyUnicode_Type"), item)
    else if (comptime std.mem.eql(u8, name, "tuple"))
        c.PyTuple_Pack(2, item, capi.object("_Py_EllipsisObject"))
    else
        c.PyTuple_Pack(1, item)) orelse return null;
    defer c.Py_DecRef(args);
    return c.Py_GenericAlias(origin, args);
}

fn builtin(comptime name: [:0]const u8) ?*PyObject {
    return capi.imported("builtins", name);
}
