//! Python objects that Zig values own: what `nano_ffi.Reference` does, and what the garbage
//! collector is told of those in the fields of a struct.

const std = @import("std");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const memory = @import("memory.zig");
const errors = @import("errors.zig");
const operations = @import("operations.zig");
const panics = @import("../panics.zig");
const signature = @import("../signature.zig");
const Site = @import("../comptime_bridge.zig").Site;
const string_maps = @import("../string_maps.zig");
const trees = @import("../trees.zig");
const c = capi.functions;
const Error = errors.Error;
const PyObject = capi.PyObject;

/// A Python object as it is, lent for the call. What is done with it is done during that call, with
/// the GIL, and fails with error.PythonException where Python raises.
pub const Object = struct {
    handle: *anyopaque,

    pub const nano_ffi_object = {};

    /// The object as the function's own, to be kept in a struct or returned. Needs the GIL.
    pub fn keep(object: Object) Reference {
        c.Py_IncRef(@ptrCast(@alignCast(object.handle)));
        return .{ .handle = object.handle };
    }

    pub const get = operations.get;
    pub const set = operations.set;
    pub const call = operations.call;
    pub const callWith = operations.callWith;
    pub const callMethod = operations.callMethod;
    pub const item = operations.item;
    pub const setItem = operations.setItem;
    pub const len = operations.len;
    pub const iterate = operations.iterate;
    pub const is = operations.is;
    pub const isNone = operations.isNone;
    pub const isInstance = operations.isInstance;
    pub const as = operations.as;
    pub const asAlloc = operations.asAlloc;
};

/// A Python object that Zig owns a reference to: in a field of a struct, where Python sees it as an
/// attribute and its garbage collector finds it, or as a result, which gives it to the caller. Each
/// one is given back once, by `release`: a struct without a `deinit` has that done for it. It
/// belongs to the interpreter that it came from, and its functions need the GIL.
pub const Reference = struct {
    handle: *anyopaque,

    pub const nano_ffi_reference = {};

    /// The same object for another owner.
    pub fn keep(reference: Reference) Reference {
        return reference.object().keep();
    }

    /// The object, lent as long as this is there.
    pub fn object(reference: Reference) Object {
        return .{ .handle = reference.handle };
    }

    /// May run Python code, as the last reference to an object does.
    pub fn release(reference: Reference) void {
        releaseHandle(reference.handle);
    }

    pub fn deinit(reference: Reference) void {
        reference.release();
    }
};

/// How many objects are ending inside of one another on this thread, and what is left for the
/// outermost one to give back: a chain of them may be longer than the stack.
threadlocal var ending: usize = 0;
threadlocal var waiting: std.ArrayList(*anyopaque) = .empty;

const most_ending = 32;

/// May run Python code: what the object does when it ends.
pub fn releaseHandle(handle: *anyopaque) void {
    if (ending >= most_ending) {
        if (waiting.append(memory.allocator, handle)) return else |_| {} // then it has to be now
    }
    const token = panics.leave();
    defer panics.comeBack(token);
    ending += 1;
    c.Py_DecRef(@ptrCast(@alignCast(handle)));
    ending -= 1;
    if (ending > 0) return;
    while (waiting.pop()) |next| {
        ending += 1;
        c.Py_DecRef(@ptrCast(@alignCast(next)));
        ending -= 1;
    }
    waiting.clearAndFree(memory.allocator);
}

/// A new reference to what a field holds; None where it is empty.
pub fn give(comptime T: type, value: T) *PyObject {
    const reference =
        if (@typeInfo(T) == .optional) value orelse return capi.singleton(.None) else value;
    const object: *PyObject = @ptrCast(@alignCast(reference.handle));
    c.Py_IncRef(object);
    return object;
}

/// Refuses what a field cannot hold: of a kept callback what is not callable.
pub fn expect(comptime T: type, object: *PyObject, site: *const Site) Error!void {
    const Some = if (@typeInfo(T) == .optional) @typeInfo(T).optional.child else T;
    if (comptime !signature.isKeptCallback(Some)) return;
    if (@typeInfo(T) == .optional and object == capi.object("_Py_NoneStruct")) return;
    if (c.PyCallable_Check(object) == 0) return errors.raiseWrongType(site, "a callable", object);
}

/// What a field is to hold of `object`, with a reference of its own.
pub fn take(comptime T: type, object: *PyObject) T {
    if (@typeInfo(T) == .optional and object == capi.object("_Py_NoneStruct")) return null;
    c.Py_IncRef(object);
    return .{ .handle = @ptrCast(object) };
}

/// See signature.zig.
pub fn Callback(comptime Function: type) type {
    return signature.Callback(Function, kept_callbacks);
}

const kept_callbacks = struct {
    pub const call = operations.callKept;
    pub const release = releaseHandle;

    pub fn keep(handle: *anyopaque) *anyopaque {
        return (Reference{ .handle = handle }).keep().handle;
    }
};

pub const Visitor = struct {
    visit: *const capi.visitproc,
    arg: ?*anyopaque,
};

/// See tp_traverse.
pub fn traverse(comptime T: type, value: *T, visitor: *const Visitor) c_int {
    return each(T, value, visitor, visitOne, 0);
}

fn visitOne(visitor: *const Visitor, reference: *Reference) c_int {
    return visitor.visit(@ptrCast(@alignCast(reference.handle)), visitor.arg);
}

/// Gives back all references in a value, which is none then.
pub fn releaseAll(comptime T: type, value: *T) void {
    _ = each(T, value, {}, releaseOne, 0);
}

fn releaseOne(_: void, reference: *Reference) c_int {
    reference.release();
    return 0;
}

/// Puts None in the place of all references in a value, which stays one. See tp_clear.
pub fn clear(comptime T: type, value: *T) void {
    var taken: Taken = .{};
    _ = each(T, value, &taken, Taken.take, 0);
    // Python code may run now, and find the value as it is from here on.
    for (taken.handles.items) |handle| releaseHandle(handle);
    taken.handles.deinit(memory.allocator);
}

const Taken = struct {
    handles: std.ArrayList(*anyopaque) = .empty,

    fn take(taken: *Taken, reference: *Reference) c_int {
        taken.handles.append(memory.allocator, reference.handle) catch return 1; // the rest stays
        reference.handle = @ptrCast(capi.singleton(.None));
        return 0;
    }
};

/// Calls `function(context, *Reference)` for every one that the value owns, until one is not 0.
/// What is inside of very many others is left out.
fn each(
    comptime T: type,
    value: *T,
    context: anytype,
    comptime function: fn (@TypeOf(context), *Reference) c_int,
    depth: usize,
) c_int {
    if (comptime !classes.holdsReferences(T)) return 0;
    if (depth > trees.max_depth) return 0;
    if (comptime signature.isReference(T)) return function(context, @ptrCast(value));
    if (comptime classes.isArrayList(T)) {
        for (value.items) |*item| {
            const stop = each(@TypeOf(item.*), item, context, function, depth + 1);
            if (stop != 0) return stop;
        }
        return 0;
    }
    if (comptime string_maps.Value(T)) |Value| {
        var iterator = value.iterator();
        while (iterator.next()) |entry| {
            const stop = each(Value, entry.value_ptr, context, function, depth + 1);
            if (stop != 0) return stop;
        }
        return 0;
    }
    switch (@typeInfo(T)) {
        .optional => |optional| if (value.*) |*some|
            return each(optional.child, some, context, function, depth),
        .array => |array| for (value) |*item| {
            const stop = each(array.child, item, context, function, depth);
            if (stop != 0) return stop;
        },
        .@"struct" => |info| inline for (info.field_names, info.field_types) |name, F| {
            if (comptime classes.holdsReferences(F)) {
                const stop = each(F, &@field(value, name), context, function, depth + 1);
                if (stop != 0) return stop;
            }
        },
        .@"union" => switch (value.*) {
            inline else => |*some| return each(
                @TypeOf(some.*),
                some,
                context,
                function,
                depth + 1,
            ),
        },
        else => comptime unreachable,
    }
    return 0;
}
