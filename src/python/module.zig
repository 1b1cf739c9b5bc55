//! A Python module out of Zig functions: multi-phase initialisation, so that every interpreter
//! has its own, and nothing that needs the GIL.

const std = @import("std");
const absent = @import("../absent.zig");
const decimal = @import("../digits.zig").decimal;
const builtin = @import("builtin");
const capi = @import("capi.zig");
const entries = @import("entry.zig");
const errors = @import("errors.zig");
const memory = @import("memory.zig");
const said = @import("said.zig");
const small_ints = @import("small_ints.zig");
const State = @import("State.zig");
const signature = @import("../signature.zig");
const Signature = signature.Signature;
const c = capi.functions;
const PyObject = capi.PyObject;

pub const Function = struct {
    entry: *const entries.Entry,
    sig: Signature,

    pub fn methodDef(comptime function: Function) capi.PyMethodDef {
        return .{
            .ml_name = function.sig.name,
            .ml_meth = function.entry.method,
            .ml_flags = function.entry.flags,
            .ml_doc = comptime textSignature(function.sig) ++ function.sig.doc,
        };
    }
};

/// What PyInit_NAME of a module is made of. `methods` are its own functions besides `functions`,
/// which are reached by name; `init` registers functions that are known when it runs; `exec` may
/// add more to it, and returns false with the error set.
pub const Definition = struct {
    name: [:0]const u8,
    functions: []const Function,
    /// The module whose attributes the functions are, where that is another one.
    home: ?[:0]const u8 = null,
    methods: []const capi.PyMethodDef = &.{},
    init: ?*const fn (registry: *State.Functions) anyerror!void = null,
    exec: ?*const fn (module: *PyObject, state: *State) bool = null,
};

/// The module's docstring. It says in the bytes of the binary which CPython and machine they are
/// for, which otherwise can only be guessed from them.
const marker: [:0]const u8 = "Zig functions, by nano_ffi " ++ @import("build_options").version ++
    ".\n\nnano_ffi-abi:" ++ (if (capi.limited) "abi3" else "cp3" ++ decimal(capi.minor) ++
    (if (capi.free_threaded) "t" else "")) ++ ":" ++ @tagName(builtin.os.tag) ++ "-" ++
    @tagName(builtin.cpu.arch);

/// What inspect.signature reads in front of a docstring.
fn textSignature(comptime sig: Signature) [:0]const u8 {
    @setEvalBranchQuota(1_000_000_000);
    return sig.name ++ "(" ++ signature.parametersText("$module", sig.args) ++ ")\n--\n\n";
}

/// Exports PyInit_NAME.
pub fn exportModule(comptime definition: Definition) void {
    absent.exportAll();
    const Module = struct {
        // CPython wants these mutable; it writes to `def` only.
        var methods = (definition.methods ++
            [_]capi.PyMethodDef{.{}})[0 .. definition.methods.len + 1].*;
        const slots = [_]capi.PyModuleDef_Slot{
            .{ .slot = capi.constants.Py_mod_exec, .value = &execute },
        } ++ (if (capi.minor >= 12 and !capi.limited) [_]capi.PyModuleDef_Slot{.{
            .slot = capi.constants.Py_mod_multiple_interpreters,
            .value = capi.Py_MOD_PER_INTERPRETER_GIL_SUPPORTED,
        }} else .{}) ++ (if (capi.minor >= 13 and !capi.limited) [_]capi.PyModuleDef_Slot{.{
            .slot = capi.constants.Py_mod_gil,
            .value = capi.Py_MOD_GIL_NOT_USED,
        }} else .{}) ++ [_]capi.PyModuleDef_Slot{.{}};
        var function_defs = defs: {
            var defs: [definition.functions.len]capi.PyMethodDef = undefined;
            for (&defs, definition.functions) |*place, function| place.* = function.methodDef();
            break :defs defs;
        };
        var def = State.moduleDef(definition.name, marker, &methods, &slots);

        fn init() callconv(.c) ?*PyObject {
            if (!interpreterFits(definition.name)) return null;
            return c.PyModuleDef_Init(&def);
        }

        fn execute(module: *PyObject) callconv(.c) c_int {
            if (!capi.expectModule(module)) return -1;
            const state = State.of(module) orelse return -1;
            if (!memory.prepare()) return -1;
            if (!state.create() or !small_ints.fill()) return -1;
            if (!addFunctions(module, state)) return -1;
            if (definition.init) |register| if (!addRegistered(module, state, register)) return -1;
            const exec = definition.exec orelse return 0;
            return if (exec(module, state)) 0 else -1;
        }

        fn addFunctions(module: *PyObject, state: *State) bool {
            const name = c.PyObject_GetAttrString(module, "__name__") orelse return false;
            defer c.Py_DecRef(name);
            if (!said.setName(name)) return false;
            const home: ?*PyObject =
                if (definition.home) |other| capi.newStr(other) else capi.newRef(name);
            defer c.Py_DecRef(home);
            if (home == null) return false;
            for (definition.functions, &function_defs) |function, *function_def| {
                state.functions.register(
                    function.sig.name,
                    function.entry,
                    function.sig,
                ) catch |err|
                    return raiseRegistration(state, err);
                if (!addFunction(module, state, home.?, function_def, function.entry)) return false;
            }
            return true;
        }
    };
    @export(&Module.init, .{ .name = "PyInit_" ++ definition.name });
}

/// Makes the function object of `def`, which lives as long as it. False with the error set.
fn addFunction(
    module: *PyObject,
    state: *State,
    module_name: *PyObject,
    def: *const capi.PyMethodDef,
    entry: *const entries.Entry,
) bool {
    const object = entries.newFunction(
        def,
        entry.vectorcall,
        module,
        module_name,
    ) orelse return false;
    defer c.Py_DecRef(object);
    return c.PyDict_SetItemString(state.objects, def.ml_name.?, object) == 0;
}

/// Adds what `init` registers. False with the error set.
fn addRegistered(
    module: *PyObject,
    state: *State,
    init: *const fn (registry: *State.Functions) anyerror!void,
) bool {
    const module_name = c.PyObject_GetAttrString(module, "__name__") orelse return false;
    defer c.Py_DecRef(module_name);
    const known = state.functions.list().len;
    init(&state.functions) catch |err| return raiseRegistration(state, err);
    const added = state.functions.list()[known..];
    const defs = state.arena.allocator().alloc(capi.PyMethodDef, added.len) catch |err|
        return raiseRegistration(state, err);
    for (defs, added) |*def, function| {
        const doc = docOf(state.arena.allocator(), function.sig) catch |err|
            return raiseRegistration(state, err);
        def.* = .{
            .ml_name = function.sig.name,
            .ml_meth = function.pointer.method,
            .ml_flags = function.pointer.flags,
            .ml_doc = doc,
        };
        if (!addFunction(module, state, module_name, def, function.pointer)) return false;
    }
    return true;
}

/// `textSignature` of a function that is known when it is registered, and its comment.
fn docOf(arena: std.mem.Allocator, sig: Signature) error{OutOfMemory}![:0]const u8 {
    var text: std.ArrayList(u8) = .empty;
    for ([_][]const u8{ sig.name, "($module" }) |part| try text.appendSlice(arena, part);
    for (sig.args, 0..) |arg, index| {
        for ([_][]const u8{ ", ", signature.marksOf(sig.args, index), arg.name }) |part|
            try text.appendSlice(arena, part);
        if (arg.default) |default| {
            try text.append(arena, '=');
            try text.appendSlice(arena, default);
        }
    }
    const is_positional = sig.args.len > 0 and sig.args[sig.args.len - 1].way == .positional;
    const end = if (is_positional) ", /)\n--\n\n" else ")\n--\n\n";
    for ([_][]const u8{ end, sig.doc }) |part| try text.appendSlice(arena, part);
    return text.toOwnedSliceSentinel(arena, 0);
}

/// Sets the error for what went wrong while functions were registered, and is false.
fn raiseRegistration(state: *State, err: anyerror) bool {
    switch (err) {
        error.OutOfMemory => _ = c.PyErr_NoMemory(),
        error.DuplicateName => _ = c.PyErr_Format(
            capi.exception("ValueError"),
            "a function '%s' is registered already: choose another name",
            state.functions.duplicate.ptr,
        ),
        else => errors.raiseZigError(state.classes, &state.raised, err),
    }
    return false;
}

/// Whether the interpreter is the one that this was compiled for, else false with ImportError set.
///
/// The tags of a wheel keep other interpreters away from it, but a file can be copied. Layouts of
/// another CPython would crash it, so this asks by functions that every CPython has, before
/// anything of this module is touched.
fn interpreterFits(name: [:0]const u8) bool {
    const size = integerAttribute(capi.object("PyFloat_Type"), "__basicsize__") orelse return false;
    if (size != @sizeOf(capi.structs.PyFloatObject)) return mismatch(name);
    if (capi.limited) return true;

    const version = c.PySys_GetObject("hexversion") orelse return mismatch(name);
    if (c.PyLong_AsLong(version) >> 16 != 0x300 + @as(c_long, capi.minor)) return mismatch(name);

    const int_info = c.PySys_GetObject("int_info") orelse return mismatch(name);
    const digit_bits = integerAttribute(int_info, "bits_per_digit") orelse return false;
    return (digit_bits == capi.long_digit_bits and strFits()) or mismatch(name);
}

/// Whether `capi.asciiOf` reads what was written, and nothing of a str that is not ASCII.
fn strFits() bool {
    if (!capi.ascii_is_readable) return true;
    inline for (.{ .{ "ASCII", true }, .{ "na\u{ef}ve", false } }) |case| {
        const text, const expected = case;
        const str = c.PyUnicode_FromStringAndSize(text, text.len) orelse return false;
        defer c.Py_DecRef(str);
        const read = capi.asciiOf(str);
        if (expected != (read != null)) return false;
        if (read != null and !std.mem.eql(u8, read.?, text)) return false;
    }
    return true;
}

fn integerAttribute(object: *PyObject, name: [*:0]const u8) ?c_long {
    const attribute = c.PyObject_GetAttrString(object, name) orelse return null;
    defer c.Py_DecRef(attribute);
    return c.PyLong_AsLong(attribute);
}

fn mismatch(name: [:0]const u8) bool {
    const built_for = comptime if (capi.limited)
        "the stable ABI of CPython 3." ++ decimal(capi.minor) ++ " and later, not free-threaded"
    else
        "CPython 3." ++ decimal(capi.minor) ++
            (if (capi.free_threaded) "t (free-threaded)" else "");
    _ = c.PyErr_Format(
        capi.exception("ImportError"),
        "%s was built for " ++ built_for ++
            ", and this is CPython %S: install the wheel that was made for it",
        name.ptr,
        c.PySys_GetObject("version") orelse capi.object("_Py_NoneStruct"),
    );
    return false;
}
