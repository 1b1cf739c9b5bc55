//! The names of a struct's fields as strs, which the dicts that it becomes have as keys.
//!
//! An interpreter has its own, in the module's state; the places there are numbered as types come.

const std = @import("std");
const capi = @import("capi.zig");
const State = @import("State.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// Types that have a place; what comes later makes its strs anew each time.
const count = 64;

/// What a module keeps: tuples of interned strs, null until they are made.
pub const Kept = [count]?*PyObject;

var last: u32 = 0;

/// The names of the fields of `T`, a tuple (borrowed: the state keeps it). Null where there is no
/// place, or no memory; no error is set.
pub fn of(comptime T: type, module: *PyObject) ?*PyObject {
    const Own = struct {
        const Type = T;
        var number: u32 = 0; // 0 until there is one
    };
    const state = State.of(module) orelse {
        c.PyErr_Clear();
        return null;
    };
    var number = @atomicLoad(u32, &Own.number, .monotonic);
    if (number == 0) {
        const next = @atomicRmw(u32, &last, .Add, 1, .monotonic) + 1;
        number = @cmpxchgStrong(u32, &Own.number, 0, next, .monotonic, .monotonic) orelse next;
    }
    if (number > count) return null;
    const place = &state.keys[number - 1];
    if (@atomicLoad(?*PyObject, place, .acquire)) |found| return found;
    const new = create(@typeInfo(T).@"struct".field_names) orelse {
        c.PyErr_Clear();
        return null;
    };
    const faster = @cmpxchgStrong(?*PyObject, place, null, new, .acq_rel, .acquire) orelse
        return new;
    c.Py_DecRef(new); // another thread was
    return faster;
}

/// The name of that number in what `of` gave (borrowed).
pub inline fn in(names: *PyObject, index: usize) *PyObject {
    if (capi.limited) return c.PyTuple_GetItem(names, @intCast(index)).?;
    const tuple: *const capi.structs.PyTupleObject = @ptrCast(@alignCast(names));
    return @as([*]const ?*PyObject, &tuple.ob_item)[index].?;
}

fn create(names: []const [:0]const u8) ?*PyObject {
    const tuple = c.PyTuple_New(@intCast(names.len)) orelse return null;
    for (names, 0..) |name, index| {
        const str = c.PyUnicode_InternFromString(name) orelse {
            c.Py_DecRef(tuple);
            return null;
        };
        _ = c.PyTuple_SetItem(tuple, @intCast(index), str);
    }
    return tuple;
}

pub fn release(kept: *const Kept) void {
    for (kept) |names| c.Py_DecRef(names);
}
