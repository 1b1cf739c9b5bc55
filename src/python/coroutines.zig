//! Functions of `.async = true` as coroutine functions: the builtin function runs in a thread of
//! the event loop's, and what is awaited is its end.

const std = @import("std");
const cancellation = @import("cancellation.zig");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const exports = @import("../exports.zig");
const script = @import("script.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// Python's part, as an event loop is Python's. What has begun to run is waited for to its end,
/// also where the task is cancelled: it has the arguments until then. Who is cancelled says who is
/// to be woken, and then looks whether that is `over`; a thread that ends does it the other way.
const source: [:0]const u8 =
    \\import sys
    \\from contextvars import copy_context
    \\from functools import wraps
    \\
    \\
    \\def outcome(call, over, waiting, function, args, kwargs):
    \\    try:
    \\        return run(call, function, args, kwargs), None
    \\    except BaseException as error:
    \\        return None, error
    \\    finally:
    \\        over.append(True)
    \\        for wake in waiting:
    \\            wake()
    \\
    \\
    \\async def in_asyncio(call, *what):
    \\    import asyncio
    \\
    \\    loop = asyncio.get_running_loop()
    \\    over, waiting = [], []
    \\    try:
    \\        return await loop.run_in_executor(
    \\            None, copy_context().run, outcome, call, over, waiting, *what
    \\        )
    \\    except asyncio.CancelledError:
    \\        if not cancel(call):
    \\            ended = asyncio.Event()
    \\
    \\            def wake():
    \\                try:
    \\                    loop.call_soon_threadsafe(ended.set)
    \\                except RuntimeError:
    \\                    pass  # the loop is closed
    \\
    \\            waiting.append(wake)
    \\            while not over:
    \\                try:
    \\                    await ended.wait()
    \\                except asyncio.CancelledError:
    \\                    pass
    \\        raise
    \\    except GeneratorExit:
    \\        cancel(call)
    \\        raise
    \\
    \\
    \\async def in_trio(trio, call, *what):
    \\    loop = trio.lowlevel.current_trio_token()
    \\    over, waiting = [], []
    \\    try:
    \\        return await trio.to_thread.run_sync(
    \\            outcome, call, over, waiting, *what, abandon_on_cancel=True
    \\        )
    \\    except trio.Cancelled:
    \\        if not cancel(call):
    \\            ended = trio.Event()
    \\            waiting.append(lambda: loop.run_sync_soon(ended.set))
    \\            with trio.CancelScope(shield=True):
    \\                while not over:
    \\                    await ended.wait()
    \\        raise
    \\
    \\
    \\def coroutine(function):
    \\    @wraps(function)
    \\    async def call(*args, **kwargs):
    \\        trio = sys.modules.get("trio")
    \\        if trio is not None and trio.lowlevel.in_trio_task():
    \\            result, error = await in_trio(trio, begin(), function, args, kwargs)
    \\        else:
    \\            result, error = await in_asyncio(begin(), function, args, kwargs)
    \\        if error is None:
    \\            return result
    \\        try:
    \\            raise error
    \\        finally:
    \\            del error
    \\
    \\    if hasattr(function, "__self__"):
    \\        call.__self__ = function.__self__  # the module, as a builtin function has it
    \\    return call
    \\
    \\
    \\def iterate(cls, following):
    \\    def __aiter__(self):
    \\        return self
    \\
    \\    async def __anext__(self):
    \\        item = await following(self)
    \\        if item is None:
    \\            raise StopAsyncIteration
    \\        return item
    \\
    \\    for method in (__aiter__, __anext__):
    \\        method.__qualname__ = f"{cls.__qualname__}.{method.__name__}"
    \\        setattr(cls, method.__name__, method)
    \\
;

const functions = [_]capi.PyMethodDef{
    .{
        .ml_name = "begin",
        .ml_meth = &cancellation.new,
        .ml_flags = capi.constants.METH_NOARGS,
    },
    .{
        .ml_name = "run",
        .ml_meth = &cancellation.runCall,
        .ml_flags = capi.constants.METH_FASTCALL,
    },
    .{
        .ml_name = "cancel",
        .ml_meth = &cancellation.cancelCall,
        .ml_flags = capi.constants.METH_O,
    },
};

/// Puts a coroutine function in the place of each function of `namespace` that is to be one, in
/// `target`, the module or a class of it. False with the error set.
pub fn add(
    module: *PyObject,
    target: *PyObject,
    comptime namespace: type,
    comptime read: type,
) bool {
    const names = comptime namesOf(namespace, read);
    if (names.len == 0) return true;
    const globals = execute(module) orelse return false;
    defer c.Py_DecRef(globals);
    const make = c.PyDict_GetItemString(globals, "coroutine") orelse return false;
    inline for (names) |name| {
        if (!replace(target, name, make, comptime isStatic(namespace, name))) return false;
    }
    if (comptime !classes.isClass(namespace)) return true;
    const class = comptime classes.all[classes.indexOf(namespace).?];
    return (comptime !exports.isAsyncIterator(class)) or iterate(target, globals);
}

/// Makes an asynchronous iterator of a class whose `next` is a coroutine function.
fn iterate(class: *PyObject, globals: *PyObject) bool {
    const function = c.PyDict_GetItemString(globals, "iterate") orelse return false;
    const next = c.PyObject_GetAttrString(class, "next") orelse return false;
    defer c.Py_DecRef(next);
    const done = capi.vectorcall(function, &.{ class, next }, 2, null) orelse return false;
    c.Py_DecRef(done);
    return true;
}

fn namesOf(comptime namespace: type, comptime read: type) []const [:0]const u8 {
    @setEvalBranchQuota(1_000_000_000);
    var names: []const [:0]const u8 = &.{};
    for (@typeInfo(namespace).@"struct".decl_names) |name| switch (exports.of(
        namespace,
        read,
        name,
    )) {
        .function => |sig| {
            if (exports.specOf(namespace, read, name).async) names = names ++ .{sig.name};
        },
        else => {},
    };
    return names;
}

fn isStatic(comptime namespace: type, comptime name: [:0]const u8) bool {
    return classes.isClass(namespace) and classes.roleOf(namespace, name) == .static;
}

fn replace(target: *PyObject, name: [:0]const u8, make: *PyObject, is_static: bool) bool {
    const function = c.PyObject_GetAttrString(target, name) orelse return false;
    defer c.Py_DecRef(function);
    const made = capi.vectorcall(make, &.{function}, 1, null) orelse return false;
    defer c.Py_DecRef(made);
    if (!is_static) return c.PyObject_SetAttrString(target, name, made) == 0;
    const wrapper = capi.imported("builtins", "staticmethod") orelse return false;
    defer c.Py_DecRef(wrapper);
    const static = capi.vectorcall(wrapper, &.{made}, 1, null) orelse return false;
    defer c.Py_DecRef(static);
    return c.PyObject_SetAttrString(target, name, static) == 0;
}

/// What Python's part defines: a new dict, or null with the error set.
fn execute(module: *PyObject) ?*PyObject {
    const module_name = c.PyObject_GetAttrString(module, "__name__") orelse return null;
    defer c.Py_DecRef(module_name);
    return script.execute(module_name, "<nano_ffi coroutine>", source, &functions);
}
