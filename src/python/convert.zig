//! How values cross between Python and Zig: in (`Argument`) and out (`give`).
//!
//! What crosses is decided in signature.zig; here each of those types has its conversion. The
//! common case is inline and reads CPython's own layout, everything else is out of line.

const std = @import("std");
const capi = @import("capi.zig");
const errors = @import("errors.zig");
const signature = @import("../signature.zig");
const Site = @import("../comptime_bridge.zig").Site;
const small_ints = @import("small_ints.zig");
const State = @import("State.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// An argument on its way in: see `comptime_bridge.Bridge` for what it must have.
pub fn Argument(comptime T: type) type {
    return switch (T) {
        bool => Bool,
        signature.Str => Text(T, .str),
        []const u8 => Text(T, .str_or_bytes),
        signature.Bytes, signature.Buffer => View(T, .read),
        []u8 => View(T, .write),
        else => switch (@typeInfo(T)) {
            .int => Int(T),
            .float => Float(T),
            else => comptime unreachable, // signature.typeName has refused it
        },
    };
}

const Bool = struct {
    value: bool,

    pub inline fn take(_: *PyObject, object: *PyObject, comptime site: Site) ?Bool {
        if (object == capi.object("_Py_TrueStruct")) return .{ .value = true };
        if (object == capi.object("_Py_FalseStruct")) return .{ .value = false };
        // No truthiness: `if x` and "x is a bool" are different questions.
        errors.raiseWrongType(&site, "True or False", object);
        return null;
    }

    pub inline fn get(argument: *Bool) bool {
        return argument.value;
    }
};

fn Int(comptime T: type) type {
    return struct {
        value: T,

        pub inline fn take(module: *PyObject, object: *PyObject, comptime site: Site) ?@This() {
            if (!capi.limited and capi.isExactly(object, "PyLong_Type")) {
                if (compact(object)) |value| {
                    if (std.math.cast(T, value)) |fits| return .{ .value = fits };
                }
            }
            return .{ .value = takeAnyInt(module, object, &site) orelse return null };
        }

        pub inline fn get(argument: *@This()) T {
            return argument.value;
        }

        /// Every int there is, and what has `__index__`. Null with the error set.
        noinline fn takeAnyInt(module: *PyObject, object: *PyObject, site: *const Site) ?T {
            const int = if (capi.hasFlag(object, "LONG_SUBCLASS")) object else index: {
                if (c.PyType_GetSlot(capi.typeOf(object), capi.constants.Py_nb_index) == null) {
                    errors.raiseWrongType(site, "an int", object);
                    return null;
                }
                break :index c.PyNumber_Index(object) orelse return null;
            };
            defer if (int != object) c.Py_DecRef(int);

            var overflow: c_int = 0;
            const value = c.PyLong_AsLongLongAndOverflow(int, &overflow);
            if (overflow == 0) {
                if (value == -1 and c.PyErr_Occurred() != null) return null;
                if (std.math.cast(T, value)) |fits| return fits;
            } else if (overflow > 0 and std.math.maxInt(T) > std.math.maxInt(c_longlong)) {
                const large = c.PyLong_AsUnsignedLongLong(int);
                if (c.PyErr_Occurred() == null) {
                    if (std.math.cast(T, large)) |fits| return fits;
                } else c.PyErr_Clear(); // an OverflowError that does not know the parameter
            }
            const state = State.of(module) orelse return null;
            errors.raiseOutOfRange(
                state.classes,
                site,
                std.fmt.comptimePrint("{d}", .{std.math.minInt(T)}),
                std.fmt.comptimePrint("{d}", .{std.math.maxInt(T)}),
            );
            return null;
        }
    };
}

/// The value of an int that has one digit at most, null of a longer one.
inline fn compact(object: *PyObject) ?isize {
    const long: *const capi.structs.PyLongObject = @ptrCast(@alignCast(object));
    if (capi.minor < 12) {
        const size = long.ob_base.ob_size;
        if (size > 1 or size < -1) return null;
        // CPython clears the digit of 0, but does not promise to.
        return size * @as(isize, @intCast(long.ob_digit[0]));
    }
    const tag = long.long_value.lv_tag;
    if (tag >= 2 << 3) return null;
    const sign = 1 - @as(isize, @intCast(tag & 3));
    return sign * @as(isize, @intCast(long.long_value.ob_digit[0]));
}

fn Float(comptime T: type) type {
    return struct {
        value: T,

        pub inline fn take(_: *PyObject, object: *PyObject, comptime site: Site) ?@This() {
            const double = if (!capi.limited and capi.isExactly(object, "PyFloat_Type"))
                @as(*const capi.structs.PyFloatObject, @ptrCast(@alignCast(object))).ob_fval
            else
                takeAnyFloat(object, &site) orelse return null;
            if (T == f64) return .{ .value = double };

            const value: T = @floatCast(double);
            if (std.math.isInf(value) and !std.math.isInf(double)) {
                errors.raiseFloatOverflow(&site);
                return null;
            }
            return .{ .value = value };
        }

        pub inline fn get(argument: *@This()) T {
            return argument.value;
        }
    };
}

/// Every float, int, and what has `__float__` or `__index__`. Null with the error set.
noinline fn takeAnyFloat(object: *PyObject, site: *const Site) ?f64 {
    const class = capi.typeOf(object);
    if (c.PyType_GetSlot(class, capi.constants.Py_nb_float) == null and
        c.PyType_GetSlot(class, capi.constants.Py_nb_index) == null)
    {
        errors.raiseWrongType(site, "a float", object);
        return null;
    }
    const value = c.PyFloat_AsDouble(object);
    if (value == -1 and c.PyErr_Occurred() != null) {
        if (c.PyErr_ExceptionMatches(capi.exception("OverflowError")) != 0 and
            capi.hasFlag(object, "LONG_SUBCLASS"))
        {
            c.PyErr_Clear();
            errors.raiseFloatOverflow(site);
        }
        return null;
    }
    return value;
}

fn Text(comptime T: type, comptime accepts: enum { str, str_or_bytes }) type {
    return struct {
        data: []const u8,
        view: if (accepts == .str) void else ?capi.Py_buffer,

        pub inline fn take(_: *PyObject, object: *PyObject, comptime site: Site) ?@This() {
            if (capi.isExactly(object, "PyUnicode_Type") or capi.hasFlag(object, "UNICODE_SUBCLASS")) {
                var size: capi.Py_ssize_t = 0;
                // The str keeps its UTF-8, and the caller keeps the str. Lone surrogates have none.
                const text = c.PyUnicode_AsUTF8AndSize(object, &size) orelse return null;
                return .{
                    .data = text[0..@intCast(size)],
                    .view = if (accepts == .str) {} else null,
                };
            }
            if (accepts == .str) {
                errors.raiseWrongType(&site, "a str", object);
                return null;
            }
            var view: capi.Py_buffer = undefined;
            if (!acquire(object, &view, &site, .read, "a str or a bytes-like object")) return null;
            return .{ .data = bytesOf(&view), .view = view };
        }

        pub inline fn get(argument: *@This()) T {
            return if (T == []const u8) argument.data else .{ .data = argument.data };
        }

        pub inline fn release(argument: *@This()) void {
            if (accepts == .str) return;
            if (argument.view) |*view| c.PyBuffer_Release(view);
        }
    };
}

const Access = enum { read, write };

fn View(comptime T: type, comptime access: Access) type {
    return struct {
        data: []u8,
        view: capi.Py_buffer,

        pub inline fn take(_: *PyObject, object: *PyObject, comptime site: Site) ?@This() {
            var argument: @This() = undefined;
            argument.view.obj = null; // which is what a released view has
            if (access == .read and !capi.limited and capi.isExactly(object, "PyBytes_Type")) {
                const bytes: *capi.structs.PyBytesObject = @ptrCast(@alignCast(object));
                const data: [*]u8 = &bytes.ob_sval;
                argument.data = data[0..@intCast(bytes.ob_base.ob_size)];
                return argument;
            }
            const expected = if (T == signature.Bytes) "a bytes-like object" else "a buffer";
            if (!acquire(object, &argument.view, &site, access, expected)) return null;
            argument.data = bytesOf(&argument.view);
            return argument;
        }

        pub inline fn get(argument: *@This()) T {
            return if (T == []u8) argument.data else .{ .data = argument.data };
        }

        pub inline fn release(argument: *@This()) void {
            if (argument.view.obj != null) c.PyBuffer_Release(&argument.view);
        }
    };
}

/// Gets a C-contiguous view of single bytes, to be released. False with the error set.
noinline fn acquire(
    object: *PyObject,
    view: *capi.Py_buffer,
    site: *const Site,
    access: Access,
    expected: [*:0]const u8,
) bool {
    if (c.PyObject_CheckBuffer(object) == 0) {
        errors.raiseWrongType(site, expected, object);
        return false;
    }
    const read = capi.constants.PyBUF_ND | capi.constants.PyBUF_FORMAT;
    const flags = if (access == .write) read | capi.constants.PyBUF_WRITABLE else read;
    if (c.PyObject_GetBuffer(object, view, flags) < 0) {
        if (access == .write and c.PyErr_ExceptionMatches(capi.exception("BufferError")) != 0) {
            // Is writing the only thing in the way? Then there is more to say than the exporter did.
            c.PyErr_Clear();
            if (c.PyObject_GetBuffer(object, view, read) < 0) return false;
            c.PyBuffer_Release(view);
            errors.raiseReadOnly(site, object);
        }
        return false;
    }
    if (view.itemsize == 1) return true;
    errors.raiseWrongItem(site, view);
    c.PyBuffer_Release(view);
    return false;
}

fn bytesOf(view: *const capi.Py_buffer) []u8 {
    const data: [*]u8 = @ptrCast(view.buf orelse return &.{}); // an empty buffer may have no address
    return data[0..@intCast(view.len)];
}

/// A new reference to what `value` is in Python, or null with the error set.
pub inline fn give(comptime T: type, value: T) ?*PyObject {
    return switch (T) {
        void => capi.singleton(.None),
        bool => if (value) capi.singleton(.True) else capi.singleton(.False),
        signature.Str => c.PyUnicode_FromStringAndSize(value.data.ptr, @intCast(value.data.len)),
        []const u8 => c.PyUnicode_FromStringAndSize(value.ptr, @intCast(value.len)),
        signature.Bytes, signature.Buffer => c.PyBytes_FromStringAndSize(value.data.ptr, @intCast(value.data.len)),
        []u8 => c.PyBytes_FromStringAndSize(value.ptr, @intCast(value.len)),
        else => switch (@typeInfo(T)) {
            .int => |int| small_ints.get(T, value) orelse if (int.signedness == .signed)
                c.PyLong_FromLongLong(value)
            else
                c.PyLong_FromUnsignedLongLong(value),
            .float => c.PyFloat_FromDouble(value),
            .@"struct" => |info| tuple: {
                const tuple = c.PyTuple_New(info.field_types.len) orelse break :tuple null;
                inline for (info.field_types, 0..) |Field, index| {
                    const item = give(Field, value[index]) orelse {
                        c.Py_DecRef(tuple);
                        break :tuple null;
                    };
                    if (capi.limited) {
                        _ = c.PyTuple_SetItem(tuple, index, item);
                    } else {
                        const fields: *capi.structs.PyTupleObject = @ptrCast(@alignCast(tuple));
                        @as([*]?*PyObject, &fields.ob_item)[index] = item;
                    }
                }
                break :tuple tuple;
            },
            else => comptime unreachable, // signature.typeName has refused it
        },
    };
}
