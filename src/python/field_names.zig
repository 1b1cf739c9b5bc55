//! The names of a struct's fields as strs, which the dicts that it becomes have as keys.

const capi = @import("capi.zig");
const tuples = @import("tuples.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// The names of the fields of `T`, a tuple of interned strs as tuples.zig has it.
pub fn of(comptime T: type, module: *PyObject) ?*PyObject {
    return tuples.of(struct {
        const Type = T;

        pub fn create(_: *PyObject) ?*PyObject {
            return ofNames(@typeInfo(T).@"struct".field_names);
        }
    }, module);
}

fn ofNames(names: []const [:0]const u8) ?*PyObject {
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
