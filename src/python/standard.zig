//! Values of Python's standard library ↔ the structs of standard.zig, by what every CPython and
//! the stable ABI has: their attributes, and their classes' constructors, which refuse what is no
//! such value.

const std = @import("std");
const capi = @import("capi.zig");
const convert = @import("convert.zig");
const errors = @import("errors.zig");
const quick_way = @import("quick.zig");
const Site = @import("../comptime_bridge.zig").Site;
const State = @import("State.zig");
const values = @import("../standard.zig");
const c = capi.functions;
const Error = errors.Error;
const PyObject = capi.PyObject;

/// The value of an instance of the class; an int is a Fraction and a Decimal, too.
pub fn load(comptime T: type, module: *PyObject, object: *PyObject, site: *const Site) Error!T {
    if (T == std.Io.Duration)
        return (try load(values.TimeDelta, module, object, site)).toDuration();
    const class = comptime values.of(T).?;
    if (!try isInstance(T, module, object)) {
        const is_number = T == values.Fraction or T == values.Decimal;
        const expected = "a " ++ comptime class.fullName() ++
            if (is_number) " or an int" else "";
        if (!is_number or !capi.hasFlag(object, "LONG_SUBCLASS") or
            quick_way.boolOf(object) != null) return errors.raiseWrongType(site, expected, object);
        const made = make(class, module, &.{object}, null) orelse return error.PythonException;
        defer c.Py_DecRef(made);
        return load(T, module, made, site);
    }
    switch (T) {
        values.Decimal => return loadDecimal(module, object, site),
        values.Uuid => return .{
            .bytes = try loadAttribute([16]u8, module, object, "bytes", site),
        },
        values.TimeDelta => {
            const days: i128 = try loadAttribute(i64, module, object, "days", site);
            const seconds = try loadAttribute(i64, module, object, "seconds", site);
            const microseconds = try loadAttribute(i64, module, object, "microseconds", site);
            const whole = days * std.time.s_per_day + seconds;
            return .{ .microseconds = whole * std.time.us_per_s + microseconds };
        },
        else => {},
    }
    var value: T = undefined;
    const info = @typeInfo(T).@"struct";
    inline for (info.field_names, info.field_types) |name, Field| {
        @field(value, name) = if (comptime std.mem.eql(u8, name, "offset"))
            try loadOffset(module, object, site)
        else
            try loadAttribute(Field, module, object, name, site);
    }
    return value;
}

/// Whether it is an instance of the class of a `T`. A datetime is a date to Python, with a time
/// that would be lost.
pub fn isInstance(comptime T: type, module: *PyObject, object: *PyObject) Error!bool {
    const class = classOf(values.of(T).?, module) orelse return error.PythonException;
    if (c.PyType_IsSubtype(capi.typeOf(object), class) == 0) return false;
    return T != values.Date or !try isInstance(values.DateTime, module, object);
}

fn loadAttribute(
    comptime T: type,
    module: *PyObject,
    object: *PyObject,
    comptime name: [:0]const u8,
    site: *const Site,
) Error!T {
    const attribute = c.PyObject_GetAttrString(object, name) orelse return error.PythonException;
    defer c.Py_DecRef(attribute);
    const here = convert.inside(site, T, name, 0);
    if (T == [16]u8) {
        var data: ?[*]u8 = null;
        var size: capi.Py_ssize_t = 0;
        if (c.PyBytes_AsStringAndSize(attribute, &data, &size) < 0) return error.PythonException;
        if (size != 16) return errors.raiseWrongSize(&here, 16, @intCast(size));
        return data.?[0..16].*;
    }
    return convert.loadScalar(T, module, attribute, &here);
}

/// How far east of UTC an aware value is; null of a naive one.
fn loadOffset(module: *PyObject, object: *PyObject, site: *const Site) Error!?values.TimeDelta {
    const offset = capi.callMethod(object, "utcoffset", &.{}) orelse return error.PythonException;
    defer c.Py_DecRef(offset);
    if (offset == capi.object("_Py_NoneStruct")) return null;
    const here = convert.inside(site, values.TimeDelta, "offset", 0);
    return try load(values.TimeDelta, module, offset, &here);
}

fn loadDecimal(module: *PyObject, object: *PyObject, site: *const Site) Error!values.Decimal {
    const parts = capi.callMethod(object, "as_tuple", &.{}) orelse return error.PythonException;
    defer c.Py_DecRef(parts);
    const exponent = c.PyObject_GetAttrString(parts, "exponent") orelse
        return error.PythonException;
    defer c.Py_DecRef(exponent);
    if (capi.hasFlag(exponent, "UNICODE_SUBCLASS")) return errors.raiseNotFinite(site);
    const all = c.PyObject_GetAttrString(parts, "digits") orelse return error.PythonException;
    defer c.Py_DecRef(all);
    const digits = c.PySequence_Tuple(all) orelse return error.PythonException;
    defer c.Py_DecRef(digits);
    const here = convert.inside(site, u128, "coefficient", 0);
    var coefficient: u128 = 0;
    for (0..@intCast(c.PyTuple_Size(digits))) |index| {
        const item = c.PyTuple_GetItem(digits, @intCast(index)) orelse return error.PythonException;
        const digit = try convert.loadScalar(
            u4,
            module,
            item,
            &convert.inside(site, u4, "coefficient", 0),
        );
        const tens = @mulWithOverflow(coefficient, 10);
        const sum = @addWithOverflow(tens[0], digit);
        if (tens[1] + sum[1] > 0) {
            const state = State.of(module) orelse return error.PythonException;
            const most = comptime std.fmt.comptimePrint("{d}", .{std.math.maxInt(u128)});
            return errors.raiseOutOfRange(state.classes, &here, "0", most);
        }
        coefficient = sum[0];
    }
    return .{
        .negative = try loadAttribute(u1, module, parts, "sign", site) == 1,
        .coefficient = coefficient,
        .exponent = try loadAttribute(i32, module, parts, "exponent", site),
    };
}

/// A new reference to a value of the class, or null with the error set: the class refuses a month
/// of 13, and a denominator of 0.
pub fn give(comptime T: type, module: *PyObject, value: T) ?*PyObject {
    const class = comptime values.of(T).?;
    switch (T) {
        std.Io.Duration => return give(values.TimeDelta, module, .fromDuration(value)),
        values.TimeDelta => {
            const seconds = @divFloor(value.microseconds, std.time.us_per_s);
            const days = @divFloor(seconds, std.time.s_per_day);
            return makeOf(class, module, .{
                days,
                @as(u32, @intCast(seconds - days * std.time.s_per_day)),
                @as(u32, @intCast(@mod(value.microseconds, std.time.us_per_s))),
            }, &.{}, null);
        },
        values.Decimal => {
            var room: [64]u8 = undefined;
            const text = std.fmt.bufPrint(&room, "{s}{d}E{d}", .{
                if (value.negative) "-" else "", value.coefficient, value.exponent,
            }) catch unreachable; // 1 + 39 + 1 + 11
            return makeOf(class, module, .{text}, &.{}, null);
        },
        values.Uuid => {
            const bytes = c.PyBytes_FromStringAndSize(&value.bytes, 16) orelse return null;
            defer c.Py_DecRef(bytes);
            const names = namesOf("bytes") orelse return null;
            defer c.Py_DecRef(names);
            return makeOf(class, module, .{}, &.{bytes}, names);
        },
        values.Fraction => return makeOf(
            class,
            module,
            .{ value.numerator, value.denominator },
            &.{},
            null,
        ),
        values.Date => return makeOf(
            class,
            module,
            .{ value.year, value.month, value.day },
            &.{},
            null,
        ),
        values.Time, values.DateTime => {
            const zone = zoneOf(module, value.offset) orelse return null;
            defer c.Py_DecRef(zone);
            const fold = c.PyLong_FromLongLong(value.fold) orelse return null;
            defer c.Py_DecRef(fold);
            const names = namesOf("fold") orelse return null;
            defer c.Py_DecRef(names);
            const clock = .{ value.hour, value.minute, value.second, value.microsecond };
            const numbers = if (T == values.Time)
                clock
            else
                .{ value.year, value.month, value.day } ++ clock;
            return makeOf(class, module, numbers, &.{ zone, fold }, names);
        },
        else => comptime unreachable,
    }
}

/// None of a naive value.
fn zoneOf(module: *PyObject, offset: ?values.TimeDelta) ?*PyObject {
    const delta = offset orelse return capi.singleton(.None);
    const zone: values.Class = .{ .module = "datetime", .name = "timezone" };
    const class = classOf(zone, module) orelse return null;
    if (delta.microseconds == 0) return c.PyObject_GetAttrString(class, "utc");
    const given = give(values.TimeDelta, module, delta) orelse return null;
    defer c.Py_DecRef(given);
    return make(zone, module, &.{given}, null);
}

fn namesOf(name: [*:0]const u8) ?*PyObject {
    const text = c.PyUnicode_InternFromString(name) orelse return null;
    defer c.Py_DecRef(text);
    return c.PyTuple_Pack(1, text);
}

/// Calls a class with a tuple of Zig's values, and what is behind them.
fn makeOf(
    comptime class: values.Class,
    module: *PyObject,
    given: anytype,
    rest: []const *PyObject,
    names: ?*PyObject,
) ?*PyObject {
    const types = @typeInfo(@TypeOf(given)).@"struct".field_types;
    var args: [types.len + 2]*PyObject = undefined;
    var made: usize = 0;
    defer for (args[0..made]) |arg| c.Py_DecRef(arg);
    inline for (types, 0..) |Item, index| {
        args[index] = convert.give(
            if (Item == []u8) []const u8 else Item,
            module,
            given[index],
        ) orelse return null;
        made = index + 1;
    }
    @memcpy(args[types.len..][0..rest.len], rest);
    return make(class, module, args[0 .. types.len + rest.len], names);
}

/// The last of `args` have the names.
fn make(
    comptime class: values.Class,
    module: *PyObject,
    args: []const *PyObject,
    names: ?*PyObject,
) ?*PyObject {
    const count = args.len - if (names) |some| @as(usize, @intCast(c.PyTuple_Size(some))) else 0;
    const callable = classOf(class, module) orelse return null;
    return capi.vectorcall(callable, args.ptr, @intCast(count), names);
}

/// The class (borrowed: the state keeps it), or null with the error set.
pub fn classOf(comptime class: values.Class, module: *PyObject) ?*PyObject {
    const state = State.of(module) orelse return null;
    const name = comptime class.fullName() ++ "()"; // no type of Zig has such a name
    if (c.PyDict_GetItemString(state.types, name)) |known| return known;
    const found = capi.imported(class.module, class.name) orelse return null;
    defer c.Py_DecRef(found);
    const key = c.PyUnicode_InternFromString(name) orelse return null;
    defer c.Py_DecRef(key);
    return capi.setDefault(state.types, key, found); // another thread may have been faster
}
