//! Ctrl-C while a Zig function runs.

const attachment = @import("attachment.zig");
const cancellation = @import("cancellation.zig");
const capi = @import("capi.zig");
const exceptions = @import("exceptions.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// `try nano_ffi.checkSignals();` in what takes long: an error once Ctrl-C was pressed, which is
/// KeyboardInterrupt as soon as the call has ended. No Python code runs before that, not even a
/// handler of SIGINT. Python tells its main thread alone: in others this does nothing. In a call
/// that can be cancelled it is an error once that was done, and asks nobody else.
pub fn checkSignals() error{PythonException}!void {
    if (cancellation.here()) |call| {
        if (call.isCancelled()) return exceptions.raiseLater(&raiseCancelled);
        return;
    }
    const visit = attachment.Visit.here() orelse return;
    defer visit.end();
    if (c.PyOS_InterruptOccurred() != 0) return exceptions.raiseLater(&raiseInterrupt);
}

/// The caller knows, and has something else to raise.
fn raiseCancelled(_: *PyObject) void {
    c.PyErr_SetString(capi.exception("RuntimeError"), "the call was cancelled");
}

pub fn raiseInterrupt(_: *PyObject) void {
    // A handler that is not Python's own still gets the signal, which was taken above.
    if (hasOwnHandler() catch return) c.PyErr_SetInterrupt();
    c.PyErr_SetObject(capi.exception("KeyboardInterrupt"), null);
}

fn hasOwnHandler() error{PythonException}!bool {
    const default = capi.imported("_signal", "default_int_handler") orelse
        return error.PythonException;
    defer c.Py_DecRef(default);
    const getsignal = capi.imported("_signal", "getsignal") orelse return error.PythonException;
    defer c.Py_DecRef(getsignal);
    const number = capi.imported("_signal", "SIGINT") orelse return error.PythonException;
    defer c.Py_DecRef(number);
    const handler = capi.vectorcall(getsignal, &.{number}, 1, null) orelse
        return error.PythonException;
    defer c.Py_DecRef(handler);
    return handler != default;
}
