//! After a fork, the child has none of the parent's other threads, and whatever these held is held
//! by nobody. Holds are written down with the process that they are of: see Region.zig.

const std = @import("std");
const capi = @import("../capi.zig");
const input_output = @import("../input_output.zig");
const Region = @import("Region.zig");
const said = @import("../said.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

var is_watching: u8 = 0;

/// Has CPython tell of forks, once in a process. False with the error set.
pub fn watch() bool {
    if (@atomicRmw(u8, &is_watching, .Xchg, 1, .acq_rel) != 0) return true;
    if (!note()) return false;
    const register = capi.imported("os", "register_at_fork") orelse {
        c.PyErr_Clear(); // a system that has no fork
        return true;
    };
    defer c.Py_DecRef(register);
    const function = c.PyCFunction_NewEx(&def, null, null) orelse return false;
    defer c.Py_DecRef(function);
    const names = capi.newStr("after_in_child") orelse return false;
    defer c.Py_DecRef(names);
    const keywords = c.PyTuple_Pack(1, names) orelse return false;
    defer c.Py_DecRef(keywords);
    const done = capi.vectorcall(register, &.{function}, 0, keywords) orelse return false;
    c.Py_DecRef(done);
    return true;
}

const def: capi.PyMethodDef = .{
    .ml_name = "note_fork",
    .ml_meth = &afterInChild,
    .ml_flags = capi.constants.METH_NOARGS,
};

fn afterInChild(_: ?*PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    Region.forgetReaders();
    said.afterFork();
    input_output.afterFork();
    return if (note()) capi.singleton(.None) else null;
}

fn note() bool {
    const getpid = capi.imported("os", "getpid") orelse return false;
    defer c.Py_DecRef(getpid);
    const number = capi.vectorcall(getpid, &.{}, 0, null) orelse return false;
    defer c.Py_DecRef(number);
    const process = c.PyLong_AsLongLong(number);
    if (process == -1 and c.PyErr_Occurred() != null) return false;
    @atomicStore(usize, &Region.process, @intCast(process), .monotonic);
    return true;
}
