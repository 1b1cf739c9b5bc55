//! Tagged unions with functions ↔ classes of Python: one of the union, which is abstract, and for
//! each tag a subclass of it, a frozen dataclass of what the tag has.

const std = @import("std");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const declarations = @import("../declarations.zig");
const convert = @import("convert.zig");
const enums = @import("enums.zig");
const errors = @import("errors.zig");
const sharing = @import("sharing.zig");
const signature = @import("../signature.zig");
const State = @import("State.zig");
const tuples = @import("tuples.zig");
const variants = @import("../variants.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// Which tag an object is of, or, of a tag that has nothing, its class is; null of others.
pub fn indexOf(comptime T: type, module: *PyObject, object: *PyObject) errors.Error!?usize {
    const info = @typeInfo(T).@"union";
    const union_class = classOf(T, module) orelse return error.PythonException;
    const is_class = capi.hasFlag(object, "TYPE_SUBCLASS");
    const class = if (is_class) object else capi.typeOf(object);
    if (c.PyType_IsSubtype(class, union_class) == 0) return null;
    inline for (info.field_types, 0..) |Payload, index| {
        if (!is_class or Payload == void) {
            const tag_class = try tagOf(T, module, union_class, index);
            defer c.Py_DecRef(tag_class);
            if (c.PyType_IsSubtype(class, tag_class) != 0) return index;
        }
    }
    return null;
}

/// A new reference to an object of a tag with the values of its attributes, which it consumes, also
/// where one of them is null; or null with the error set.
pub fn give(
    comptime T: type,
    module: *PyObject,
    index: usize,
    values: []const ?*PyObject,
) ?*PyObject {
    defer for (values) |value| c.Py_DecRef(value);
    for (values) |value| if (value == null) return null;
    const union_class = classOf(T, module) orelse return null;
    const class = tagOf(T, module, union_class, index) catch return null;
    defer c.Py_DecRef(class);
    return capi.vectorcall(class, @ptrCast(values.ptr), @intCast(values.len), null);
}

/// A new reference to the class of a tag.
fn tagOf(
    comptime T: type,
    module: *PyObject,
    union_class: *PyObject,
    index: usize,
) errors.Error!*PyObject {
    if (known(T, module)) |tuple| {
        const class = tuples.item(tuple, 1 + index);
        c.Py_IncRef(class);
        return class;
    }
    return c.PyObject_GetAttrString(union_class, namesOf(T)[index]) orelse
        error.PythonException;
}

/// The class of `T`, and those of its tags in the order of Zig, as tuples.zig has them.
fn known(comptime T: type, module: *PyObject) ?*PyObject {
    return tuples.of(struct {
        const Type = T;

        pub fn create(own_module: *PyObject) ?*PyObject {
            return enums.withMembers(classOf(T, own_module) orelse return null, namesOf(T));
        }
    }, module);
}

/// What the tags are called in Python.
fn namesOf(comptime T: type) []const [:0]const u8 {
    return comptime names: {
        var names: []const [:0]const u8 = &.{};
        for (@typeInfo(T).@"union".field_names) |name|
            names = names ++ .{signature.pythonName(name)};
        break :names names;
    };
}

/// Makes the class of a public union, which pickle finds at `qualified`, or takes that of another
/// module. `read` is what source.zig read of it. False with the error set.
pub fn add(
    comptime T: type,
    module: *PyObject,
    comptime qualified: [:0]const u8,
    comptime read: anytype,
) bool {
    const state = State.of(module) orelse return false;
    if (c.PyDict_GetItemString(state.types, @typeName(T)) != null) return true; // by another name
    const docs = if (@TypeOf(read) == type) read else struct {};
    const Own = struct {
        fn make(own_module: *PyObject) ?*PyObject {
            return create(T, own_module, qualified, docs);
        }
    };
    const is_known = comptime @hasDecl(docs, "nano_ffi.origin") and
        classes.isPlainName(@typeName(T)) and
        !declarations.isToldFromOutside(T, &.{});
    const class = (if (is_known)
        sharing.enumOf(T, @field(docs, "nano_ffi.origin"), module, &Own.make)
    else
        Own.make(module)) orelse return false;
    defer c.Py_DecRef(class);
    const key = capi.newStr(@typeName(T)) orelse return false;
    defer c.Py_DecRef(key);
    return c.PyDict_SetItem(state.types, key, class) == 0;
}

/// The class of `T` (borrowed: the state keeps it), or null with the error set.
pub fn classOf(comptime T: type, module: *PyObject) ?*PyObject {
    const state = State.of(module) orelse return null;
    if (c.PyDict_GetItemString(state.types, @typeName(T))) |class| return class;
    const class = create(T, module, signature.shortName(T), struct {}) orelse return null;
    defer c.Py_DecRef(class);
    const key = c.PyUnicode_InternFromString(@typeName(T)) orelse return null;
    defer c.Py_DecRef(key);
    return capi.setDefault(state.types, key, class); // another thread may have been faster
}

fn create(
    comptime T: type,
    module: *PyObject,
    comptime qualified: [:0]const u8,
    comptime read: type,
) ?*PyObject {
    const info = @typeInfo(T).@"union";
    const module_name = c.PyObject_GetAttrString(module, "__name__") orelse return null;
    defer c.Py_DecRef(module_name);
    const doc = if (@hasDecl(read, "nano_ffi.doc")) @field(read, "nano_ffi.doc") else "";
    const class = createUnion(
        comptime ownName(qualified),
        qualified,
        module_name,
        doc,
        comptime namesOf(T),
    ) orelse return null;
    const docs = if (@hasDecl(read, "nano_ffi.fields")) @field(read, "nano_ffi.fields") else .{};
    const names = comptime namesOf(T);
    var tags: [names.len]?*PyObject = @splat(null);
    defer for (tags) |tag| c.Py_DecRef(tag);
    inline for (info.field_names, info.field_types, names, &tags) |tag, Payload, name, *made| {
        const text: [:0]const u8 = if (@hasField(@TypeOf(docs), tag)) @field(docs, tag) else "";
        made.* = createTag(.{
            .of = class,
            .name = name,
            .qualified = qualified ++ "." ++ name,
            .module_name = module_name,
            .doc = if (text.len > 0) text else "The tag '" ++ tag ++ "' of " ++ qualified ++ ".",
            .attributes = attributesOf(Payload, module),
        });
        if (made.* == null) {
            c.Py_DecRef(class);
            return null;
        }
    }
    // Now, that all are there: what a class has of an attribute's name would be its default.
    for (names, tags) |name, tag| if (c.PyObject_SetAttrString(class, name, tag.?) < 0) {
        c.Py_DecRef(class);
        return null;
    };
    return class;
}

fn ownName(comptime qualified: [:0]const u8) [:0]const u8 {
    const dot = std.mem.findScalarLast(u8, qualified, '.') orelse return qualified;
    return qualified[dot + 1 ..];
}

/// The class of a union, of which there are no objects but those of its tags.
fn createUnion(
    name: [:0]const u8,
    qualified: [:0]const u8,
    module_name: *PyObject,
    doc: [:0]const u8,
    tags: []const [:0]const u8,
) ?*PyObject {
    const members = membersOf(qualified, module_name, doc) orelse return null;
    defer c.Py_DecRef(members);
    const no_slots = c.PyTuple_New(0) orelse return null;
    defer c.Py_DecRef(no_slots);
    if (c.PyDict_SetItemString(members, "__slots__", no_slots) < 0) return null;
    const class_name = capi.newStr(name) orelse return null;
    defer c.Py_DecRef(class_name);
    const metaclass = capi.imported("builtins", "type") orelse return null;
    defer c.Py_DecRef(metaclass);
    const class = capi.vectorcall(
        metaclass,
        &.{ class_name, no_slots, members },
        3,
        null,
    ) orelse return null;
    const is_abstract = abstract: {
        const names = tupleOf(tags) orelse break :abstract false;
        defer c.Py_DecRef(names);
        break :abstract c.PyObject_SetAttrString(class, "__abstractmethods__", names) == 0;
    };
    if (is_abstract) return class;
    c.Py_DecRef(class);
    return null;
}

const Tag = struct {
    of: *PyObject,
    name: [:0]const u8,
    qualified: [:0]const u8,
    module_name: *PyObject,
    doc: [:0]const u8,
    /// What `make_dataclass` takes for them; null, with the error set, where there are none.
    attributes: ?*PyObject,
};

/// A new tuple of the attributes' names, those with defaults in tuples of name, type and default.
fn attributesOf(comptime Payload: type, module: *PyObject) ?*PyObject {
    const names = comptime variants.attributesOf(Payload);
    const attributes = tupleOf(names) orelse return null;
    inline for (comptime variants.defaultsFrom(Payload)..names.len) |index| {
        const field = comptime @typeInfo(Payload).@"struct".field_names[index];
        const Field = @FieldType(Payload, field);
        const default = convert.give(Field, module, comptime classes.defaultOf(Payload, field).?);
        defer c.Py_DecRef(default);
        const any = capi.imported("builtins", "object");
        defer c.Py_DecRef(any);
        const name = capi.newStr(names[index]);
        defer c.Py_DecRef(name);
        const attribute = if (default == null or any == null or name == null)
            null
        else
            c.PyTuple_Pack(3, name.?, any.?, default.?);
        if (attribute == null) {
            c.Py_DecRef(attributes);
            return null;
        }
        _ = c.PyTuple_SetItem(attributes, @intCast(index), attribute);
    }
    return attributes;
}

/// `dataclasses.make_dataclass(name, attributes, bases=(union,), namespace=…, frozen, slots)`.
fn createTag(tag: Tag) ?*PyObject {
    defer c.Py_DecRef(tag.attributes);
    const make = capi.imported("dataclasses", "make_dataclass") orelse return null;
    defer c.Py_DecRef(make);
    const members = membersOf(tag.qualified, tag.module_name, tag.doc) orelse return null;
    defer c.Py_DecRef(members);
    const options = c.PyDict_New() orelse return null;
    defer c.Py_DecRef(options);
    const bases = c.PyTuple_Pack(1, tag.of) orelse return null;
    defer c.Py_DecRef(bases);
    const yes = capi.object("_Py_TrueStruct");
    const is_told = c.PyDict_SetItemString(options, "bases", bases) == 0 and
        c.PyDict_SetItemString(options, "namespace", members) == 0 and
        c.PyDict_SetItemString(options, "frozen", yes) == 0 and
        c.PyDict_SetItemString(options, "slots", yes) == 0;
    if (!is_told) return null;
    const attributes = tag.attributes orelse return null;
    const class_name = capi.newStr(tag.name) orelse return null;
    defer c.Py_DecRef(class_name);
    const args = c.PyTuple_Pack(2, class_name, attributes) orelse return null;
    defer c.Py_DecRef(args);
    const class = c.PyObject_Call(make, args, options) orelse return null;
    if (c.PyObject_SetAttrString(class, "__module__", tag.module_name) == 0) return class;
    c.Py_DecRef(class);
    return null;
}

fn membersOf(qualified: [:0]const u8, module_name: *PyObject, doc: [:0]const u8) ?*PyObject {
    const members = c.PyDict_New() orelse return null;
    const place = capi.newStr(qualified);
    defer c.Py_DecRef(place);
    const text = if (doc.len > 0) capi.newStr(doc) else capi.singleton(.None);
    defer c.Py_DecRef(text);
    if (place != null and text != null and
        c.PyDict_SetItemString(members, "__module__", module_name) == 0 and
        c.PyDict_SetItemString(members, "__qualname__", place.?) == 0 and
        c.PyDict_SetItemString(members, "__doc__", text.?) == 0) return members;
    c.Py_DecRef(members);
    return null;
}

fn tupleOf(names: []const [:0]const u8) ?*PyObject {
    const tuple = c.PyTuple_New(@intCast(names.len)) orelse return null;
    for (names, 0..) |name, index| {
        const text = capi.newStr(name) orelse {
            c.Py_DecRef(tuple);
            return null;
        };
        _ = c.PyTuple_SetItem(tuple, @intCast(index), text);
    }
    return tuple;
}
