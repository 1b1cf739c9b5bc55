//! Python code that is part of nano_ffi's Zig, as what it does is Python's.

const capi = @import("capi.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// What `source` defines, which finds `functions` by their names, in a module of the name
/// `module_name`: a new dict, or null with the error set. `file` is what tracebacks show.
pub fn execute(
    module_name: *PyObject,
    file: []const u8,
    source: []const u8,
    functions: []const capi.PyMethodDef,
) ?*PyObject {
    const globals = c.PyDict_New() orelse return null;
    if (run(globals, module_name, file, source, functions)) return globals;
    c.Py_DecRef(globals);
    return null;
}

fn run(
    globals: *PyObject,
    module_name: *PyObject,
    file: []const u8,
    source: []const u8,
    functions: []const capi.PyMethodDef,
) bool {
    if (c.PyDict_SetItemString(globals, "__name__", module_name) < 0) return false;
    for (functions) |*def| {
        const function = c.PyCFunction_NewEx(def, null, null) orelse return false;
        defer c.Py_DecRef(function);
        if (c.PyDict_SetItemString(globals, def.ml_name.?, function) < 0) return false;
    }
    const compile = capi.imported("builtins", "compile") orelse return false;
    defer c.Py_DecRef(compile);
    const exec = capi.imported("builtins", "exec") orelse return false;
    defer c.Py_DecRef(exec);
    const text = capi.newStr(source) orelse return false;
    defer c.Py_DecRef(text);
    const path = capi.newStr(file) orelse return false;
    defer c.Py_DecRef(path);
    const mode = capi.newStr("exec") orelse return false;
    defer c.Py_DecRef(mode);
    const code = capi.vectorcall(compile, &.{ text, path, mode }, 3, null) orelse return false;
    defer c.Py_DecRef(code);
    const done = capi.vectorcall(exec, &.{ code, globals }, 2, null) orelse return false;
    c.Py_DecRef(done);
    return true;
}
