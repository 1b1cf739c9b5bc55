//! A float or an int that nobody has any more is given again, with another value: there is nothing
//! to allocate, and nothing to free.
//!
//! The module keeps one object of each type. While its reference is the only one, no other code can
//! see the object, so that it may be changed, as CPython itself changes a float whose only
//! reference it has. Only with a GIL is that the whole truth about an object's references.

const std = @import("std");
const capi = @import("capi.zig");
const State = @import("State.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

const with_floats = !capi.limited and !capi.free_threaded;
const with_ints = with_floats and capi.long_digit_bits == 30;

/// CPython has one object for each int from -5 to this.
pub const largest_small_int = if (capi.minor < 15) 256 else 1024;
/// What two digits hold.
const limit = 1 << 60;

/// What a module keeps: owned, or null where nothing is given again.
pub const Kept = struct {
    float: ?*PyObject = null,
    int: ?*PyObject = null,

    /// Null with the error set.
    pub fn create() ?Kept {
        // Debug builds count all references, and those that are taken here are not counted.
        if (!with_floats or c.PySys_GetObject("gettotalrefcount") != null) return .{};
        const float_object = c.PyFloat_FromDouble(0.5) orelse return null;
        if (!with_ints) return .{ .float = float_object };
        // It has room for two digits, and keeps it.
        const int_object = c.PyLong_FromLongLong(limit - 1) orelse {
            c.Py_DecRef(float_object);
            return null;
        };
        return .{ .float = float_object, .int = int_object };
    }

    pub fn release(kept: *const Kept) void {
        c.Py_DecRef(kept.float);
        c.Py_DecRef(kept.int);
    }
};

/// A new reference to a float, or null with the error set.
pub inline fn float(module: *PyObject, value: f64) ?*PyObject {
    return if (with_floats) giveFloat(module, value) else c.PyFloat_FromDouble(value);
}

/// A new reference to an int, or null with the error set.
pub inline fn int(comptime T: type, module: *PyObject, value: T) ?*PyObject {
    if (@typeInfo(T).int.signedness == .unsigned and value > std.math.maxInt(i64))
        return c.PyLong_FromUnsignedLongLong(value);
    return if (with_ints) giveInt(module, @intCast(value)) else c.PyLong_FromLongLong(
        @intCast(value),
    );
}

/// Out of line, as the last thing that a trampoline does: it then needs no frame for small ints.
noinline fn giveFloat(module: *PyObject, value: f64) ?*PyObject {
    const object = take(module, "float") orelse return c.PyFloat_FromDouble(value);
    const layout: *capi.structs.PyFloatObject = @ptrCast(@alignCast(object));
    layout.ob_fval = value;
    return object;
}

noinline fn giveInt(module: *PyObject, value: i64) ?*PyObject {
    const magnitude = @abs(value);
    if (magnitude > largest_small_int and magnitude < limit) {
        if (take(module, "int")) |object| {
            write(object, magnitude, value < 0);
            return object;
        }
    }
    return c.PyLong_FromLongLong(value);
}

/// A new reference to what the module keeps, for the caller to write to; null where others have it.
inline fn take(module: *PyObject, comptime which: []const u8) ?*PyObject {
    const state = State.of(module) orelse return null;
    const object = @field(state.kept, which) orelse return null;
    if (object.ob_refcnt != 1) return null;
    object.ob_refcnt = 2;
    return object;
}

/// Writes a value that is not 0 over an int of two digits.
inline fn write(object: *PyObject, magnitude: u64, negative: bool) void {
    const high: capi.structs.Digit = @intCast(magnitude >> 30);
    const low: capi.structs.Digit = @intCast(magnitude & ((1 << 30) - 1));
    const count = 1 + @as(usize, @intFromBool(high != 0));
    const layout: *capi.structs.PyLongObject = @ptrCast(@alignCast(object));
    if (capi.minor < 12) {
        const signed: capi.Py_ssize_t = @intCast(count);
        layout.ob_base.ob_size = if (negative) -signed else signed;
    } else {
        layout.long_value.lv_tag = count << 3 | @as(usize, if (negative) 2 else 0);
    }
    const digits: [*]capi.structs.Digit = @ptrCast(
        if (capi.minor < 12) &layout.ob_digit else &layout.long_value.ob_digit,
    );
    digits[0] = low;
    digits[1] = high;
}
