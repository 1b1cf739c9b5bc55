//! Tuples of Python objects that belong to a Zig type, which a module makes once.
//!
//! An interpreter has its own, in the module's state; the places there are numbered as types come.

const capi = @import("capi.zig");
const State = @import("State.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// Types that have a place; what comes later makes its objects anew each time.
const count = 128;

/// What a module keeps: null until they are made.
pub const Kept = [count]?*PyObject;

var last: u32 = 0;

/// The tuple that `Maker.create(module)` has made (borrowed: the state keeps it). Null where there
/// is no place, or it failed; no error is set.
pub fn of(comptime Maker: type, module: *PyObject) ?*PyObject {
    const Own = struct {
        const Type = Maker;
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
    const place = &state.made[number - 1];
    return @atomicLoad(?*PyObject, place, .acquire) orelse keep(place, &Maker.create, module);
}

noinline fn keep(
    place: *?*PyObject,
    create: *const fn (module: *PyObject) ?*PyObject,
    module: *PyObject,
) ?*PyObject {
    const new = create(module) orelse {
        c.PyErr_Clear();
        return null;
    };
    const faster = @cmpxchgStrong(?*PyObject, place, null, new, .acq_rel, .acquire) orelse
        return new;
    c.Py_DecRef(new); // another thread was
    return faster;
}

/// An item of what `of` gave (borrowed).
pub inline fn item(tuple: *PyObject, index: usize) *PyObject {
    if (capi.limited) return c.PyTuple_GetItem(tuple, @intCast(index)).?;
    const layout: *const capi.structs.PyTupleObject = @ptrCast(@alignCast(tuple));
    return @as([*]const ?*PyObject, &layout.ob_item)[index].?;
}
