//! Zig enums and sets of flags ↔ Python's: one `enum.IntEnum` or `enum.IntFlag` per Zig type, or
//! what it says. That of a public one is made with the module.

const std = @import("std");
const decimal = @import("../digits.zig").decimal;
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const declarations = @import("../declarations.zig");
const errors = @import("errors.zig");
const quick_way = @import("quick.zig");
const sharing = @import("sharing.zig");
const signature = @import("../signature.zig");
const Site = @import("../comptime_bridge.zig").Site;
const State = @import("State.zig");
const tuples = @import("tuples.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// With more members than these, the value says which one it is.
const most_compared = 16;

/// A member of the class of `E`, or the name of one; of flags any union of members, and where
/// values need be no members an int, too.
pub fn load(
    comptime E: type,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) errors.Error!E {
    @setEvalBranchQuota(1_000_000);
    const members = comptime signature.membersOf(E);
    if (capi.hasFlag(object, "UNICODE_SUBCLASS")) {
        var size: capi.Py_ssize_t = 0;
        const text = c.PyUnicode_AsUTF8AndSize(object, &size) orelse return error.PythonException;
        inline for (members) |member| {
            if (std.mem.eql(u8, member.name, text[0..@intCast(size)])) return of(E, member.value);
        }
        return errors.raiseNoMember(site, object, comptime names: {
            var names: [:0]const u8 = members[0].name;
            for (members[1..]) |member| names = names ++ ", " ++ member.name;
            break :names names;
        });
    }
    const kept = known(E, module);
    if (kept) |tuple| inline for (members, 1..) |member, index|
        if (index <= most_compared and object == tuples.item(tuple, index))
            return of(E, member.value);
    const class = (if (kept) |tuple| tuples.item(tuple, 0) else classOf(E, module)) orelse
        return error.PythonException;
    const base = comptime signature.enumBaseOf(E);
    const takes_ints = comptime base == .IntFlag or (base != .Flag and signature.isOpen(E));
    const expected = if (takes_ints)
        "a member of the enum, the name of one or an int"
    else
        "a member of the enum or the name of one";
    const is_int = takes_ints and capi.hasFlag(object, "LONG_SUBCLASS") and
        quick_way.boolOf(object) == null;
    if (capi.typeOf(object) != class and !is_int)
        return errors.raiseWrongType(site, expected, object);
    const number = if (base == .Flag)
        c.PyObject_GetAttrString(object, "value") orelse return error.PythonException
    else
        capi.newRef(object);
    defer c.Py_DecRef(number);
    var overflow: c_int = 0;
    const small = c.PyLong_AsLongLongAndOverflow(number, &overflow);
    if (small == -1 and c.PyErr_Occurred() != null) return error.PythonException;
    const value: i128 = if (overflow <= 0) small else large: {
        const large = c.PyLong_AsUnsignedLongLong(number);
        if (c.PyErr_Occurred() == null) break :large large;
        c.PyErr_Clear();
        break :large std.math.maxInt(i128);
    };
    if (takes_ints or base == .Flag) {
        const least, const most = comptime limitsOf(E);
        if (overflow >= 0 and value >= least and value <= most) {
            const is_known = !(comptime signature.isFlags(E)) or value & ~@as(i128, most) == 0;
            if (is_known) return ofNumber(E, @intCast(value));
        }
        const state = State.of(module) orelse return error.PythonException;
        return errors.raiseOutOfRange(
            state.classes,
            site,
            comptime decimal(least),
            comptime decimal(most),
        );
    }
    inline for (members) |member| if (member.value == value) return of(E, member.value);
    return errors.raiseWrongType(site, expected, object);
}

fn Backing(comptime E: type) type {
    return switch (@typeInfo(E)) {
        .@"enum" => |info| info.tag_type,
        .@"struct" => |info| info.backing_integer.?,
        else => unreachable,
    };
}

fn of(comptime E: type, comptime value: comptime_int) E {
    return ofNumber(E, value);
}

fn ofNumber(comptime E: type, number: Backing(E)) E {
    return if (@typeInfo(E) == .@"enum") @fromBackingInt(number) else @bitCast(number);
}

/// The least and the largest int that is an `E`: of flags, all of them.
fn limitsOf(comptime E: type) struct { i128, i128 } {
    if (!signature.isFlags(E))
        return .{ std.math.minInt(Backing(E)), std.math.maxInt(Backing(E)) };
    var all: i128 = 0;
    for (signature.membersOf(E)) |member| all |= member.value;
    return .{ 0, all };
}

/// A new reference to the member of `value`, or null with the error set.
pub fn give(comptime E: type, module: *PyObject, value: E) ?*PyObject {
    if (comptime signature.isFlags(E)) {
        const class = classOf(E, module) orelse return null;
        _, const all = comptime limitsOf(E);
        const number: u64 = @as(Backing(E), @bitCast(value));
        const int = c.PyLong_FromLongLong(@intCast(number & @as(u64, all))) orelse return null;
        defer c.Py_DecRef(int);
        return capi.vectorcall(class, &.{int}, 1, null);
    }
    const index = indexOf(E, value) orelse {
        const number: i128 = @backingInt(value);
        return if (number > std.math.maxInt(i64))
            c.PyLong_FromUnsignedLongLong(@intCast(number))
        else
            c.PyLong_FromLongLong(@intCast(number));
    };
    if (known(E, module)) |tuple| {
        const member = tuples.item(tuple, 1 + index);
        c.Py_IncRef(member);
        return member;
    }
    const class = classOf(E, module) orelse return null;
    return c.PyObject_GetAttrString(class, namesOf(E)[index]);
}

/// Which member it is; null of a value of an open enum that is none.
inline fn indexOf(comptime E: type, value: E) ?usize {
    @setEvalBranchQuota(1_000_000_000); // each is looked for among all
    if (comptime !signature.isOpen(E)) return switch (value) {
        inline else => |tag| comptime indexOfMember(E, @backingInt(tag)),
    };
    inline for (comptime signature.membersOf(E), 0..) |member, index|
        if (value == of(E, member.value)) return index;
    return null;
}

fn indexOfMember(comptime E: type, comptime number: comptime_int) usize {
    for (signature.membersOf(E), 0..) |member, index| if (member.value == number) return index;
    unreachable;
}

/// The class of `E`, and its members in the order of Zig, as tuples.zig has them.
fn known(comptime E: type, module: *PyObject) ?*PyObject {
    return tuples.of(struct {
        const Type = E;

        pub fn create(own_module: *PyObject) ?*PyObject {
            return withMembers(classOf(E, own_module) orelse return null, namesOf(E));
        }
    }, module);
}

fn namesOf(comptime E: type) []const [:0]const u8 {
    return comptime names: {
        @setEvalBranchQuota(1_000_000);
        const members = signature.membersOf(E);
        var names: [members.len][:0]const u8 = undefined;
        for (&names, members) |*name, member| name.* = attributeOf(E, member.name);
        const final = names;
        break :names &final;
    };
}

/// The attribute that a member is: Python's enums have no `mro`, and keep `_a_` and `__a__` to
/// themselves.
fn attributeOf(comptime E: type, comptime name: [:0]const u8) [:0]const u8 {
    const is_kept = name.len > 2 and name[0] == '_' and name[name.len - 1] == '_';
    if (!is_kept and !std.mem.eql(u8, name, "mro")) return name;
    var free: [:0]const u8 = name ++ "_";
    while (isMember(E, free)) free = free ++ "_";
    return free;
}

/// The other attribute that a member is whose name is a keyword of Python.
fn aliasOf(comptime E: type, comptime name: [:0]const u8) ?[:0]const u8 {
    const alias = signature.pythonName(name);
    return if (alias.len == name.len or isMember(E, alias)) null else alias;
}

fn isMember(comptime E: type, comptime name: []const u8) bool {
    return for (signature.membersOf(E)) |member| {
        if (std.mem.eql(u8, member.name, name)) break true;
    } else false;
}

/// A new tuple of a class, and of its attributes with these names, or null with the error set.
pub fn withMembers(class: *PyObject, names: []const [:0]const u8) ?*PyObject {
    const tuple = c.PyTuple_New(@intCast(1 + names.len)) orelse return null;
    c.Py_IncRef(class);
    _ = c.PyTuple_SetItem(tuple, 0, class);
    for (names, 1..) |name, index| {
        const member = c.PyObject_GetAttrString(class, name) orelse {
            c.Py_DecRef(tuple);
            return null;
        };
        _ = c.PyTuple_SetItem(tuple, @intCast(index), member);
    }
    return tuple;
}

/// Lets a function say what `str()` and `format()` give. False with the error set.
pub fn addText(class: *PyObject, function: *PyObject) bool {
    if (!capi.addMethod(class, "__str__", function)) return false;
    // That of ints gives their digits.
    const enum_class = capi.imported("enum", "Enum") orelse return false;
    defer c.Py_DecRef(enum_class);
    if (c.PyType_IsSubtype(class, enum_class) == 0) return true;
    const format = c.PyObject_GetAttrString(enum_class, "__format__") orelse return false;
    defer c.Py_DecRef(format);
    return c.PyObject_SetAttrString(class, "__format__", format) == 0;
}

/// Whether a module made a class, and did not get it from another one. Null with the error set.
pub fn isOwn(class: *PyObject, module: *PyObject) ?bool {
    const own = c.PyObject_GetAttrString(module, "__name__") orelse return null;
    defer c.Py_DecRef(own);
    const name = c.PyObject_GetAttrString(class, "__module__") orelse return null;
    defer c.Py_DecRef(name);
    const is_equal = c.PyObject_RichCompareBool(own, name, capi.constants.Py_EQ);
    return if (is_equal < 0) null else is_equal == 1;
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
        classes.isPlainName(@typeName(E)) and
        !declarations.isToldFromOutside(E, &.{});
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
    @setEvalBranchQuota(1_000_000);
    const base = comptime signature.enumBaseOf(E);
    const members = c.PyDict_New() orelse return null;
    defer c.Py_DecRef(members);
    inline for (comptime signature.membersOf(E)) |member| {
        const value = (if (base == .StrEnum)
            capi.newStr(member.name)
        else if (member.value > std.math.maxInt(i64))
            c.PyLong_FromUnsignedLongLong(member.value)
        else
            c.PyLong_FromLongLong(member.value)) orelse return null;
        defer c.Py_DecRef(value);
        const attribute = comptime attributeOf(E, member.name);
        if (c.PyDict_SetItemString(members, attribute, value) < 0) return null;
        if (comptime aliasOf(E, member.name)) |alias|
            if (c.PyDict_SetItemString(members, alias, value) < 0) return null;
    }
    const is_mixed = base == .StrEnum and !has_str_enum;
    const parent = capi.imported("enum", if (is_mixed) "Enum" else @tagName(base)) orelse
        return null;
    defer c.Py_DecRef(parent);
    const module_name = c.PyObject_GetAttrString(module, "__name__") orelse return null;
    defer c.Py_DecRef(module_name);
    const options = c.PyDict_New() orelse return null;
    defer c.Py_DecRef(options);
    if (c.PyDict_SetItemString(options, "module", module_name) < 0) return null;
    const place = capi.newStr(qualified) orelse return null;
    defer c.Py_DecRef(place);
    if (c.PyDict_SetItemString(options, "qualname", place) < 0) return null;
    const text = capi.object("PyUnicode_Type");
    if (is_mixed and c.PyDict_SetItemString(options, "type", text) < 0) return null;

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
    const class = c.PyObject_Call(parent, args, options) orelse return null;
    if (!is_mixed or showsText(class)) return class;
    c.Py_DecRef(class);
    return null;
}

/// Whether Python's enum has a StrEnum: CPython 3.11, and all that the limited API is for.
const has_str_enum = capi.limited or capi.minor >= 11;

/// Lets the members of a class show themselves as str, as those of a StrEnum do. False with the
/// error set.
fn showsText(class: *PyObject) bool {
    inline for (.{ "__str__", "__format__" }) |name| {
        const method = c.PyObject_GetAttrString(capi.object("PyUnicode_Type"), name) orelse
            return false;
        defer c.Py_DecRef(method);
        if (c.PyObject_SetAttrString(class, name, method) < 0) return false;
    }
    return true;
}
