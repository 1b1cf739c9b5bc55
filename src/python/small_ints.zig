//! CPython has one object for each small int, and since 3.12 it is immortal and the same in every
//! interpreter: returning one needs neither a call nor a reference count.

const capi = @import("capi.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

const lowest = -5;
const highest = @import("reuse.zig").largest_small_int;
const available = !capi.limited and capi.minor >= 12;

/// Filled with the same pointers whenever a module is executed.
var objects: [highest - lowest + 1]?*PyObject = @splat(null);

/// Asks CPython for its small ints. Those that are not shared after all are left out.
/// False with the error set.
pub fn fill() bool {
    if (!available) return true;
    for (&objects, 0..) |*place, index| {
        const value = @as(c_longlong, @intCast(index)) + lowest;
        const first = c.PyLong_FromLongLong(value) orelse return false;
        defer c.Py_DecRef(first);
        const second = c.PyLong_FromLongLong(value) orelse return false;
        defer c.Py_DecRef(second);
        @atomicStore(?*PyObject, place, if (first == second) first else null, .monotonic);
    }
    return true;
}

/// A new reference to the int of `value`, or null where there is none to be had here.
pub inline fn get(comptime T: type, value: T) ?*PyObject {
    if (!available) return null;
    if (value > highest) return null;
    if (@typeInfo(T).int.signedness == .signed and value < lowest) return null;
    const index: usize = @intCast(@as(i64, @intCast(value)) - lowest);
    return @atomicLoad(?*PyObject, &objects[index], .monotonic);
}
