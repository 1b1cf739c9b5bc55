//! What Zig does with Python's objects during a call: attributes, calls, items, iteration. What
//! Python raises is kept beside error.PythonException, and raised again where the function returns
//! that; where it does not, it is forgotten with the call.

const std = @import("std");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const convert = @import("convert.zig");
const exceptions = @import("exceptions.zig");
const memory = @import("memory.zig");
const messages = @import("../messages.zig");
const panics = @import("../panics.zig");
const quick_way = @import("quick.zig");
const references = @import("references.zig");
const signature = @import("../signature.zig");
const c = capi.functions;
const Error = @import("errors.zig").Error;
const Object = references.Object;
const PyObject = capi.PyObject;
const Reference = references.Reference;

/// The call of a function that may do such things. Where there is none, as on a thread that Zig
/// started, or during a call that releases the GIL, all of them fail.
pub const Scope = struct {
    module: *PyObject,
    /// What PyErr_Fetch gave: owned.
    caught: [3]?*PyObject = @splat(null),
    outer: ?*Scope,

    threadlocal var current: ?*Scope = null;

    pub fn enter(scope: *Scope, module: *PyObject) void {
        scope.* = .{ .module = module, .outer = current };
        current = scope;
    }

    pub fn leave(scope: *Scope) void {
        current = scope.outer;
        for (scope.caught) |object| c.Py_DecRef(object);
    }

    /// What is raised now becomes an error.
    fn fail(scope: *Scope) Error {
        @branchHint(.cold);
        exceptions.forget();
        const before = scope.caught;
        c.PyErr_Fetch(&scope.caught[0], &scope.caught[1], &scope.caught[2]);
        for (before) |object| c.Py_DecRef(object);
        return error.PythonException;
    }
};

/// Raises again what an object raised. False where none did.
pub fn raiseAgain() bool {
    const scope = Scope.current orelse return false;
    if (scope.caught[0] == null) return false;
    c.PyErr_Restore(scope.caught[0], scope.caught[1], scope.caught[2]);
    scope.caught = @splat(null);
    return true;
}

/// Whether a call of a function has a scope: it takes Python's objects or callbacks, during which
/// its arguments are held as while Python code runs, or no argument needs that and it may fail so.
pub fn needsScope(comptime Function: type) bool {
    return comptime needs: {
        const info = @typeInfo(Function).@"fn";
        var takes_class = false;
        for (info.param_types) |Param| {
            const T = Param orelse continue;
            if (classes.isClass(classes.Pointee(T))) takes_class = true;
            if (classes.holdsReferences(classes.Pointee(T))) break :needs true;
            const kind = signature.kindOf(T) orelse continue;
            if (kind == .callback or signature.holdsObject(T)) break :needs true;
        }
        break :needs !takes_class and mayRaise(info.return_type.?);
    };
}

/// Whether what a function returns may be an exception of Python's.
pub fn mayRaise(comptime R: type) bool {
    if (@typeInfo(R) != .error_union) return false;
    const names = @typeInfo(@typeInfo(R).error_union.error_set).error_set.error_names orelse
        return true;
    return for (names) |name| {
        if (std.mem.eql(u8, name, "PythonException")) break true;
    } else false;
}

/// An operation, around which Python code may run.
const Operation = struct {
    scope: *Scope,
    token: ?*anyopaque,
    paused: ?*memory.Recorder,

    fn begin() Error!Operation {
        const scope = Scope.current orelse return messages.fail(
            error.PythonException,
            "nothing can be done with Python objects here: the function takes none, or no " ++
                "callback, or it is no call that holds the GIL",
            .{},
        );
        return .{ .scope = scope, .token = panics.leave(), .paused = memory.Recorder.pause() };
    }

    fn end(operation: Operation) void {
        memory.Recorder.goOn(operation.paused);
        panics.comeBack(operation.token);
    }

    /// A new reference is the caller's.
    fn owned(operation: Operation, made: ?*PyObject) Error!Reference {
        return .{ .handle = made orelse return operation.scope.fail() };
    }

    fn check(operation: Operation, status: c_int) Error!void {
        if (status < 0) return operation.scope.fail();
    }

    /// A new reference to what a value of Zig is in Python.
    fn give(operation: Operation, value: anytype) Error!*PyObject {
        const T = @TypeOf(value);
        if (T == Object or T == Reference) return capi.newRef(pythonOf(value));
        if (T == ?Reference) return capi.newRef(if (value) |some|
            pythonOf(some)
        else
            capi.object("_Py_NoneStruct"));
        const Given = if (T == comptime_int)
            (if (comptime std.math.cast(i64, value) == null) i128 else i64)
        else
            Typed(T);
        if (comptime !signature.isPart(Given)) @compileError("nano_ffi: a " ++ @typeName(T) ++
            " cannot be given to a Python object: give it a copy, or what it has");
        return convert.give(Given, operation.scope.module, value) orelse operation.scope.fail();
    }
};

inline fn pythonOf(object: anytype) *PyObject {
    return @ptrCast(@alignCast(object.handle));
}

/// The type with which a value crosses that is known while compiling.
fn Typed(comptime T: type) type {
    return switch (@typeInfo(T)) {
        .comptime_float => f64,
        .null => ?bool,
        .pointer => |pointer| if (pointer.size == .one and @typeInfo(pointer.child) == .array)
            []const @typeInfo(pointer.child).array.child
        else if (pointer.size == .slice) []const pointer.child else T,
        else => T,
    };
}

/// `json.get("dumps")`: an attribute.
pub fn get(object: Object, name: [:0]const u8) Error!Reference {
    const operation: Operation = try .begin();
    defer operation.end();
    return operation.owned(c.PyObject_GetAttrString(pythonOf(object), name));
}

/// Sets an attribute.
pub fn set(object: Object, name: [:0]const u8, value: anytype) Error!void {
    const operation: Operation = try .begin();
    defer operation.end();
    const given = try operation.give(value);
    defer c.Py_DecRef(given);
    return operation.check(c.PyObject_SetAttrString(pythonOf(object), name, given));
}

/// `dumps.call(.{ value, 3 })`: what a call with these values returns.
pub fn call(object: Object, args: anytype) Error!Reference {
    return callWith(object, args, .{});
}

/// `dumps.callWith(.{value}, .{ .indent = 2 })`: the same with arguments by name.
pub fn callWith(object: Object, args: anytype, named: anytype) Error!Reference {
    const operation: Operation = try .begin();
    defer operation.end();
    const values = @typeInfo(@TypeOf(args)).@"struct".field_types.len;
    const names = @typeInfo(@TypeOf(named)).@"struct".field_names;
    var given: [values + names.len]*PyObject = undefined;
    var count: usize = 0;
    defer for (given[0..count]) |each| c.Py_DecRef(each);
    inline for (args) |value| {
        given[count] = try operation.give(value);
        count += 1;
    }
    inline for (names) |name| {
        given[count] = try operation.give(@field(named, name));
        count += 1;
    }
    const keywords = if (names.len == 0) null else keywords: {
        const tuple = c.PyTuple_New(names.len) orelse return operation.scope.fail();
        inline for (names, 0..) |name, index| {
            const text = c.PyUnicode_InternFromString(name) orelse {
                c.Py_DecRef(tuple);
                return operation.scope.fail();
            };
            _ = c.PyTuple_SetItem(tuple, index, text);
        }
        break :keywords tuple;
    };
    defer c.Py_DecRef(keywords);
    return operation.owned(capi.vectorcall(pythonOf(object), &given, values, keywords));
}

/// Calls what a `Callback.Kept` has, as `T`, which is the callback's type.
pub fn callKept(
    comptime T: type,
    handle: *anyopaque,
    args: *const T.Args,
    arena: std.mem.Allocator,
) Error!T.R {
    const operation: Operation = try .begin();
    defer operation.end();
    const count = @typeInfo(T.Args).@"struct".field_types.len;
    var given: [count]*PyObject = undefined;
    var made: usize = 0;
    defer for (given[0..made]) |each| c.Py_DecRef(each);
    inline for (0..count) |index| {
        given[index] = try operation.give(args[index]);
        made += 1;
    }
    // Its owner may let go of it meanwhile.
    const callable = capi.newRef(@ptrCast(@alignCast(handle)));
    defer c.Py_DecRef(callable);
    const result = capi.vectorcall(callable, &given, count, null) orelse
        return operation.scope.fail();
    defer c.Py_DecRef(result);
    return convert.loadResult(T.R, arena, operation.scope.module, result, comptime &.{
        .function = "call",
        .name = "callback",
        .typ = signature.typeName(T.R).?,
        .role = .result,
    }) catch operation.scope.fail();
}

/// `text.callMethod("split", .{","})`.
pub fn callMethod(object: Object, name: [:0]const u8, args: anytype) Error!Reference {
    const method = try get(object, name);
    defer method.release();
    return call(method.object(), args);
}

/// `dict.item("key")`, `list.item(0)`.
pub fn item(object: Object, key: anytype) Error!Reference {
    const operation: Operation = try .begin();
    defer operation.end();
    const given = try operation.give(key);
    defer c.Py_DecRef(given);
    return operation.owned(c.PyObject_GetItem(pythonOf(object), given));
}

pub fn setItem(object: Object, key: anytype, value: anytype) Error!void {
    const operation: Operation = try .begin();
    defer operation.end();
    const given_key = try operation.give(key);
    defer c.Py_DecRef(given_key);
    const given = try operation.give(value);
    defer c.Py_DecRef(given);
    return operation.check(c.PyObject_SetItem(pythonOf(object), given_key, given));
}

/// How many items it has.
pub fn len(object: Object) Error!usize {
    const operation: Operation = try .begin();
    defer operation.end();
    const size = c.PyObject_Size(pythonOf(object));
    return if (size < 0) operation.scope.fail() else @intCast(size);
}

/// What gives the items of an iterable, one after another. To be given back by `deinit`.
pub const Iterator = struct {
    reference: Reference,

    /// Null at the end.
    pub fn next(iterator: Iterator) Error!?Reference {
        const operation: Operation = try .begin();
        defer operation.end();
        if (c.PyIter_Next(pythonOf(iterator.reference))) |found| return .{ .handle = found };
        return if (c.PyErr_Occurred() == null) null else operation.scope.fail();
    }

    pub fn deinit(iterator: Iterator) void {
        iterator.reference.release();
    }
};

pub fn iterate(object: Object) Error!Iterator {
    const operation: Operation = try .begin();
    defer operation.end();
    return .{ .reference = try operation.owned(c.PyObject_GetIter(pythonOf(object))) };
}

/// Whether both are the same object.
pub fn is(object: Object, other: Object) bool {
    return object.handle == other.handle;
}

pub fn isNone(object: Object) bool {
    return pythonOf(object) == capi.object("_Py_NoneStruct");
}

/// As Python's `isinstance` says; `class` may be a tuple of classes.
pub fn isInstance(object: Object, class: Object) Error!bool {
    const operation: Operation = try .begin();
    defer operation.end();
    const status = c.PyObject_IsInstance(pythonOf(object), pythonOf(class));
    try operation.check(status);
    return status == 1;
}

/// The value as a parameter of type `T` would be it. A text is lent as long as the object is there.
pub fn as(object: Object, comptime T: type) Error!T {
    if (@typeInfo(T) == .optional)
        return if (isNone(object)) null else try as(object, @typeInfo(T).optional.child);
    if (T == Object) return object;
    const operation: Operation = try .begin();
    defer operation.end();
    const is_text = T == []const u8 or T == signature.Str;
    if (comptime !is_text and !quick_way.isFixed(T)) @compileError("nano_ffi: as(" ++
        @typeName(T) ++ ") needs memory: asAlloc(" ++ @typeName(T) ++ ", allocator) has it");
    const Loaded = if (is_text) signature.Str else T;
    const site = comptime siteOf(Loaded);
    const module = operation.scope.module;
    if (!is_text) return convert.load(T, .failing, module, pythonOf(object), site) catch
        operation.scope.fail();
    var argument = convert.Argument(signature.Str).take(
        module,
        pythonOf(object),
        site,
    ) catch return operation.scope.fail();
    return if (T == signature.Str) argument.get() else argument.get().data;
}

/// The same with memory of `arena`, which has all parts of it.
pub fn asAlloc(object: Object, comptime T: type, arena: std.mem.Allocator) Error!T {
    const operation: Operation = try .begin();
    defer operation.end();
    return convert.load(
        T,
        arena,
        operation.scope.module,
        pythonOf(object),
        comptime siteOf(T),
    ) catch operation.scope.fail();
}

fn siteOf(comptime T: type) *const @import("../comptime_bridge.zig").Site {
    return &.{
        .function = "as",
        .name = "object",
        .typ = signature.typeName(T).?,
    };
}

/// `nano_ffi.import("json")`: a module of Python's.
pub fn import(name: [:0]const u8) Error!Reference {
    const operation: Operation = try .begin();
    defer operation.end();
    return operation.owned(c.PyImport_ImportModule(name));
}
