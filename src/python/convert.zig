//! How values cross between Python and Zig: in (`Argument`) and out (`give`).
//!
//! What crosses is decided in signature.zig; here each of those types has its conversion. The
//! common case is inline and reads CPython's own layout, everything else is out of line.

const std = @import("std");
const decimal = @import("../digits.zig").decimal;
const arrays = @import("array.zig");
const attachment = @import("attachment.zig");
const buffers = @import("buffers.zig");
const memories = @import("memories.zig");
const sources = @import("sources.zig");
const capi = @import("capi.zig");
const columns = @import("columns.zig");
const elementwise = @import("elementwise.zig");
const enums = @import("enums.zig");
const classes = @import("../classes.zig");
const dtypes = @import("../dtypes.zig");
const errors = @import("errors.zig");
const field_names = @import("field_names.zig");
const panics = @import("../panics.zig");
const paths = @import("paths.zig");
const protocols = @import("protocols.zig");
const quick_way = @import("quick.zig");
const raw_text = @import("../raw_text.zig");
const reuse = @import("reuse.zig");
const signature = @import("../signature.zig");
const Site = @import("../comptime_bridge.zig").Site;
const small_ints = @import("small_ints.zig");
const standard = @import("standard.zig");
const lists = @import("objects/list.zig");
const maps = @import("objects/map.zig");
const memory = @import("memory.zig");
const messages = @import("../messages.zig");
const Blocks = @import("objects/Blocks.zig");
const instances = @import("objects/arguments.zig");
const results = @import("objects/results.zig");
const classes_of = @import("objects/classes_of.zig");
const hold = @import("objects/hold.zig");
const object_of = @import("objects/object.zig");
const SpinLock = @import("../SpinLock.zig");
const State = @import("State.zig");
const string_maps = @import("../string_maps.zig");
const untagged = @import("../untagged.zig");
const variant_classes = @import("variants.zig");
const variants = @import("../variants.zig");
const tables = @import("../tables.zig");
const tuples = @import("tuples.zig");
const c = capi.functions;
const PyObject = capi.PyObject;
const Error = errors.Error;

/// An argument on its way in: see `comptime_bridge.Bridge` for what it must have.
pub fn Argument(comptime T: type) type {
    return switch (signature.kindOf(T).?) {
        .bool, .int, .float, .complex, .@"enum", .index, .flags, .order => Scalar(T),
        .object, .standard => Scalar(T),
        .callback => Callback(T),
        .str, .text => Text(T),
        .terminated => Terminated(T),
        .bytes, .buffer => Lent(T, u8),
        .path => paths.Argument,
        .input => Input,
        .given => Given(T),
        .rest => Others(T),
        .keywords => Keywords(T),
        .items => Items(T, @typeInfo(T).pointer.child),
        .ndarray => buffers.Shaped(T),
        .column => columns.Argument(T),
        .operand => elementwise.Operand(T),
        .out => elementwise.Out(T),
        .optional => Optional(T, @typeInfo(T).optional.child),
        .void, .array, .tuple, .record, .tagged, .link, .map, .table => Composite(T),
        .class, .reference => instances.Argument(T),
        .objects => if (signature.isWrittenRecords(T))
            Lent(T, @typeInfo(T).pointer.child)
        else
            instances.Several(T),
        // a result only: signature.zig has refused it
        .owned, .kept, .made, .results => comptime unreachable,
    };
}

/// A value that needs nothing but itself.
fn Scalar(comptime T: type) type {
    return struct {
        value: T,

        pub inline fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            return .{ .value = try loadScalar(T, module, object, site) };
        }

        pub inline fn get(argument: *@This()) T {
            return argument.value;
        }

        pub inline fn quick(object: *PyObject) ?T {
            return switch (comptime signature.kindOf(T).?) {
                .bool => quick_way.boolOf(object),
                .int => quick_way.intOf(T, object),
                .float => if (T == f64) quick_way.floatOf(object) else null,
                .object => .{ .handle = @ptrCast(object) },
                else => null,
            };
        }
    };
}

pub inline fn loadScalar(
    comptime T: type,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!T {
    return switch (comptime signature.kindOf(T).?) {
        .bool => loadBool(object, site),
        .int => loadInt(T, module, object, site),
        .float => loadFloat(T, object, site),
        .complex => loadComplex(T, object, site),
        .@"enum", .flags => enums.load(T, module, object, site),
        .index => @fromBackingInt(
            try loadInt(@typeInfo(T).@"enum".tag_type, module, object, site),
        ),
        .order => loadOrder(module, object, site),
        .standard => standard.load(T, module, object, site),
        .object => .{ .handle = @ptrCast(object) },
        else => comptime unreachable,
    };
}

/// None, or an argument of type `Some`.
fn Optional(comptime T: type, comptime Some: type) type {
    const Inner = Argument(Some);
    return struct {
        some: ?Inner,

        pub inline fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            if (object == capi.object("_Py_NoneStruct")) return .{ .some = null };
            return .{ .some = try Inner.take(module, object, site) };
        }

        pub inline fn get(argument: *@This()) T {
            return if (argument.some) |*some| some.get() else null;
        }

        /// Null of Inner's, where that has no quick way in.
        pub inline fn quick(object: *PyObject) ?T {
            if (object == capi.object("_Py_NoneStruct")) return @as(T, null);
            if (!@hasDecl(Inner, "quick")) return null;
            return Inner.quick(object) orelse return null;
        }

        pub inline fn release(argument: *@This()) void {
            if (!@hasDecl(Inner, "release")) return;
            if (argument.some) |*some| some.release();
        }
    };
}

/// An argument of its type, where it is not left out.
fn Given(comptime T: type) type {
    const Inner = Argument(T.nano_ffi_given);
    return struct {
        some: ?Inner,

        pub fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            return .{ .some = try Inner.take(module, object, site) };
        }

        pub fn get(argument: *@This()) T {
            return .{ .value = argument.some.?.get() };
        }

        pub fn release(argument: *@This()) void {
            if (@hasDecl(Inner, "release")) argument.some.?.release();
        }
    };
}

/// The tuple that binding.zig has made of what is given besides.
fn Others(comptime T: type) type {
    const Inner = Argument([]const T.nano_ffi_args);
    return struct {
        some: ?Inner,

        pub fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            return .{ .some = try Inner.take(module, object, site) };
        }

        pub fn get(argument: *@This()) T {
            return .{ .items = argument.some.?.get() };
        }

        pub fn release(argument: *@This()) void {
            if (@hasDecl(Inner, "release")) argument.some.?.release();
        }
    };
}

/// The dict of it.
fn Keywords(comptime T: type) type {
    return struct {
        arena: std.heap.ArenaAllocator,
        items: []T.Item,

        pub const has_own_memory = true;

        pub fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            var arena: std.heap.ArenaAllocator = .init(memory.allocator);
            errdefer arena.deinit();
            const pairs = c.PyDict_Items(object) orelse return error.PythonException;
            defer c.Py_DecRef(pairs);
            const size: usize = @intCast(c.PyList_Size(pairs));
            const gpa = arena.allocator();
            const items = gpa.alloc(T.Item, size) catch return errors.raiseNoMemory();
            for (items, 0..) |*item, index| {
                const pair = c.PyList_GetItem(pairs, @intCast(index)) orelse
                    return error.PythonException;
                const key = c.PyTuple_GetItem(pair, 0) orelse return error.PythonException;
                const value = c.PyTuple_GetItem(pair, 1) orelse return error.PythonException;
                const text = try utf8Of(key);
                const name = gpa.dupeSentinel(u8, text, 0) catch return errors.raiseNoMemory();
                const here = inside(site, T.nano_ffi_kwargs, name, 0);
                item.* = .{
                    .name = name,
                    .value = try load(T.nano_ffi_kwargs, gpa, module, value, &here),
                };
            }
            return .{ .arena = arena, .items = items };
        }

        pub fn get(argument: *@This()) T {
            return .{ .items = argument.items };
        }

        pub fn release(argument: *@This()) void {
            argument.arena.deinit();
        }
    };
}

/// All that a reader reads: lent, or what the object's `read` gives.
const Input = struct {
    text: Text([]const u8),
    /// What `read` gave: owned.
    read: ?*PyObject,

    pub fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!Input {
        if (capi.hasFlag(object, "UNICODE_SUBCLASS") or c.PyObject_CheckBuffer(object) != 0)
            return .{ .text = try .take(module, object, site), .read = null };
        // One str for all searches: CPython remembers names of attributes by their address.
        const name = c.PyUnicode_InternFromString("read") orelse return error.PythonException;
        defer c.Py_DecRef(name);
        const method = c.PyObject_GetAttr(object, name) orelse {
            if (c.PyErr_ExceptionMatches(capi.exception("AttributeError")) == 0)
                return error.PythonException;
            c.PyErr_Clear();
            return errors.raiseWrongType(site, expected, object);
        };
        defer c.Py_DecRef(method);
        const read = capi.vectorcall(method, &.{}, 0, null) orelse return error.PythonException;
        errdefer c.Py_DecRef(read);
        if (!capi.hasFlag(read, "UNICODE_SUBCLASS") and c.PyObject_CheckBuffer(read) == 0)
            return errors.raiseWrongType(site, "an object whose read() gives str or bytes", object);
        return .{ .text = try .take(module, read, site), .read = read };
    }

    const expected = "a str, a bytes-like object, or an object with a read() method";

    pub fn get(argument: *Input) signature.Input {
        return .{ .data = argument.text.get() };
    }

    /// See Text: what was read is the call's own.
    pub fn isLocked(argument: *const Input) bool {
        return argument.read != null or argument.text.isLocked();
    }

    pub fn release(argument: *Input) void {
        argument.text.release();
        c.Py_DecRef(argument.read);
    }
};

/// A callable, which Zig calls as a function. What it raises is kept here, so that Zig code may
/// also go on; it is raised again where the function returns error.PythonException. A thread that
/// Zig started gets Python where the function has given it up; otherwise it would wait for what
/// waits for it, and so it fails.
fn Callback(comptime T: type) type {
    return struct {
        const Self = @This();

        module: *PyObject,
        callable: *PyObject,
        /// What PyErr_Fetch gave: owned.
        raised: [3]?*PyObject = @splat(null),
        /// The objects that were passed beside it.
        lenders: []const instances.Lender = &.{},
        site: *const Site,
        /// What called the function.
        caller: attachment.Caller,
        /// Whether a thread that could not get Python called this.
        is_refused: bool = false,
        lease: *attachment.Lease,
        /// Guards `raised` and `left` where several threads call this.
        lock: SpinLock = .{},
        /// What lent arguments were given, which Zig's code may have until the call ends.
        left: Blocks = .{},

        pub fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!Self {
            if (c.PyCallable_Check(object) == 0) return errors.raiseWrongType(
                site,
                "a callable",
                object,
            );
            return .{
                .module = module,
                .callable = object,
                .site = site,
                .caller = .here(),
                .lease = attachment.Lease.begin() orelse return errors.raiseNoMemory(),
            };
        }

        pub fn get(argument: *Self) T {
            argument.lease.argument = argument;
            return .{
                .handle = @ptrCast(argument.lease),
                .number = argument.lease.number,
                .invoke = &invoke,
                .own = &own,
            };
        }

        pub fn release(argument: *Self) void {
            argument.lease.end();
            argument.releaseLeft();
            if (@atomicLoad(bool, &argument.is_refused, .acquire)) argument.raiseRefused();
            if (argument.raised[0] == null) return;
            var now: [3]?*PyObject = undefined;
            c.PyErr_Fetch(&now[0], &now[1], &now[2]);
            if (now[0] != null and isGivenOn(argument.module, now[0].?)) std.mem.swap(
                [3]?*PyObject,
                &now,
                &argument.raised,
            );
            argument.forget();
            c.PyErr_Restore(now[0], now[1], now[2]);
        }

        fn keepLeft(argument: *Self, given: Blocks) void {
            if (given.map.count() == 0) return;
            var blocks = given;
            argument.lock.lock();
            argument.left.take(&blocks) catch {}; // then it stays for ever
            argument.lock.unlock();
            if (blocks.map.count() == 0) blocks.deinit();
        }

        /// It may run Python code.
        fn releaseLeft(argument: *Self) void {
            if (argument.left.map.count() == 0) return;
            var now: [3]?*PyObject = undefined;
            c.PyErr_Fetch(&now[0], &now[1], &now[2]);
            argument.left.deinit();
            c.PyErr_Restore(now[0], now[1], now[2]);
        }

        noinline fn raiseRefused(argument: *Self) void {
            var now: [3]?*PyObject = undefined;
            c.PyErr_Fetch(&now[0], &now[1], &now[2]);
            argument.forget();
            _ = c.PyErr_Format(
                capi.exception("RuntimeError"),
                "%s(): its '%s' was called from another thread, which needs .gil = .released of " ++
                    "the function in nano_ffi_options",
                argument.site.function,
                argument.site.name,
            );
            c.PyErr_Fetch(&argument.raised[0], &argument.raised[1], &argument.raised[2]);
            c.PyErr_Restore(now[0], now[1], now[2]);
        }

        /// Whether it is the class of error.PythonException.
        fn isGivenOn(module: *PyObject, class: *PyObject) bool {
            const state = State.of(module) orelse return false;
            if (state.classes.ofError("PythonException")) |given_on| return class == given_on;
            c.PyErr_Clear();
            return false;
        }

        fn forget(argument: *Self) void {
            if (argument.raised[0] == null) return; // there is a class where there is anything
            for (&argument.raised) |*object| {
                c.Py_DecRef(object.*);
                object.* = null;
            }
        }

        fn invoke(callback: T, args: *const T.Args, arena: std.mem.Allocator) Error!T.R {
            const lease: *attachment.Lease = @ptrCast(@alignCast(callback.handle));
            const argument: *Self = @ptrCast(@alignCast(lease.enter(callback.number) orelse
                return raiseOver()));
            defer lease.leave();
            const visit = attachment.Visit.inCaller(argument.caller) orelse
                argument.visitElsewhere() orelse {
                @atomicStore(bool, &argument.is_refused, true, .release);
                return error.PythonException;
            };
            defer visit.end();
            const token = panics.leave();
            defer panics.comeBack(token);
            if (visit == .attached) argument.forget();
            return argument.attempt(args, arena) catch |err| {
                argument.keep();
                return err;
            };
        }

        fn visitElsewhere(argument: *Self) ?attachment.Visit {
            const state = State.of(argument.module) orelse return null;
            return .inOther(argument.caller, state.interpreter);
        }

        /// What was raised; of several threads the first one's.
        fn keep(argument: *Self) void {
            var now: [3]?*PyObject = undefined;
            c.PyErr_Fetch(&now[0], &now[1], &now[2]);
            argument.lock.lock();
            if (argument.raised[0] == null) std.mem.swap([3]?*PyObject, &now, &argument.raised);
            argument.lock.unlock();
            for (now) |object| c.Py_DecRef(object);
        }

        fn attempt(
            argument: *Self,
            args: *const T.Args,
            arena: std.mem.Allocator,
        ) Error!T.R {
            const count = @typeInfo(T.Args).@"struct".field_types.len;
            var objects: [count]*PyObject = undefined;
            var made: usize = 0;
            var lent: [count]bool = @splat(false);
            defer for (objects[0..made], lent[0..made]) |object, ends| {
                if (ends) argument.keepLeft(results.expire(object, argument.lenders));
                c.Py_DecRef(object);
            };
            inline for (0..count) |index| {
                const Arg = @TypeOf(args[index]);
                objects[index] = (if (comptime instances.isDependent(Arg))
                    results.giveLent(
                        Arg,
                        argument.module,
                        args[index],
                        argument.lenders,
                        &lent[index],
                    )
                else
                    give(Arg, argument.module, args[index])) orelse return error.PythonException;
                made = index + 1;
            }
            const paused = memory.Recorder.pause();
            const called = capi.vectorcall(argument.callable, &objects, count, null);
            memory.Recorder.goOn(paused);
            const result = called orelse return error.PythonException;
            defer c.Py_DecRef(result);
            return loadResult(T.R, arena, argument.module, result, &.{
                .function = argument.site.function,
                .name = argument.site.name,
                .typ = comptime signature.typeName(T.R).?,
                .role = .result,
            });
        }

        /// For who keeps it, during the call.
        fn own(callback: T) Error!*anyopaque {
            const lease: *attachment.Lease = @ptrCast(@alignCast(callback.handle));
            const argument: *Self = @ptrCast(@alignCast(lease.enter(callback.number) orelse
                return raiseOver()));
            defer lease.leave();
            if (!attachment.isAttached()) return messages.fail(
                error.PythonException,
                "a callback is kept by a function that holds the GIL, in the thread of its call",
                .{},
            );
            c.Py_IncRef(argument.callable);
            return @ptrCast(argument.callable);
        }

        fn raiseOver() Error {
            return messages.fail(
                error.PythonException,
                "a callback was called when the function that it was given to had returned",
                .{},
            );
        }
    };
}

/// What a callback has returned: `arena` has what is not all in itself.
pub fn loadResult(
    comptime R: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    result: *PyObject,
    site: *const Site,
) Error!R {
    if (R == void) return;
    if (comptime quick_way.isFixed(R) or !classes.isFlat(R))
        return load(R, arena, module, result, site);
    // What only the way to it needs.
    var between: std.heap.ArenaAllocator = .init(memory.allocator);
    defer between.deinit();
    return load(R, between.allocator(), module, result, site);
}

inline fn loadBool(object: *PyObject, site: *const Site) Error!bool {
    // No truthiness: `if x` and "x is a bool" are different questions.
    return quick_way.boolOf(object) orelse loadOtherBool(object, site);
}

noinline fn loadOtherBool(object: *PyObject, site: *const Site) Error!bool {
    return try protocols.boolOf(object) orelse
        errors.raiseWrongType(site, "True or False", object);
}

inline fn loadInt(
    comptime T: type,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!T {
    return quick_way.intOf(T, object) orelse loadAnyInt(T, module, object, site);
}

/// -1, 0 or 1.
fn loadOrder(module: *PyObject, object: *PyObject, site: *const Site) Error!std.math.Order {
    return switch (try loadInt(i8, module, object, site)) {
        -1 => .lt,
        0 => .eq,
        1 => .gt,
        else => errors.raiseOutOfRange(
            (State.of(module) orelse return error.PythonException).classes,
            site,
            "-1",
            "1",
        ),
    };
}

/// Every int there is, and what has `__index__`.
noinline fn loadAnyInt(
    comptime T: type,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!T {
    const int = if (capi.hasFlag(object, "LONG_SUBCLASS")) object else index: {
        if (c.PyType_GetSlot(capi.typeOf(object), capi.constants.Py_nb_index) == null)
            return errors.raiseWrongType(site, "an int", object);
        break :index c.PyNumber_Index(object) orelse return error.PythonException;
    };
    defer if (int != object) c.Py_DecRef(int);

    var overflow: c_int = 0;
    const value = c.PyLong_AsLongLongAndOverflow(int, &overflow);
    if (overflow == 0) {
        if (value == -1 and c.PyErr_Occurred() != null) return error.PythonException;
        if (std.math.cast(T, value)) |fits| return fits;
    } else if (@typeInfo(T).int.bits > 64) {
        if (try loadBigInt(T, int)) |fits| return fits;
    } else if (overflow > 0 and std.math.maxInt(T) > std.math.maxInt(c_longlong)) {
        const large = c.PyLong_AsUnsignedLongLong(int);
        if (c.PyErr_Occurred() == null) {
            if (std.math.cast(T, large)) |fits| return fits;
        } else c.PyErr_Clear(); // an OverflowError that does not know the parameter
    }
    const state = State.of(module) orelse return error.PythonException;
    return errors.raiseOutOfRange(
        state.classes,
        site,
        comptime decimal(std.math.minInt(T)),
        comptime decimal(std.math.maxInt(T)),
    );
}

/// An int that does not fit 64 bits, null where it does not fit T either: taken apart by Python's
/// own operators, 32 bits at a time, which every CPython and the stable ABI has.
fn loadBigInt(comptime T: type, object: *PyObject) Error!?T {
    // int's own `__index__` copies: a subclass may have operators that calculate otherwise.
    const copy: *const capi.unaryfunc = @ptrCast(@alignCast(
        c.PyType_GetSlot(capi.object("PyLong_Type"), capi.constants.Py_nb_index).?,
    ));
    const int = copy(object) orelse return error.PythonException;
    defer c.Py_DecRef(int);
    const bits = @typeInfo(T).int.bits;
    const Wide = @Int(.signed, (bits + 32) / 32 * 32 + 32); // a chunk more than T: the sign
    const chunks = @bitSizeOf(Wide) / 32;
    const shift = c.PyLong_FromLongLong(32) orelse return error.PythonException;
    defer c.Py_DecRef(shift);
    const mask = c.PyLong_FromLongLong(0xffff_ffff) orelse return error.PythonException;
    defer c.Py_DecRef(mask);

    c.Py_IncRef(int);
    var rest = int;
    defer c.Py_DecRef(rest);
    var wide: Wide = 0;
    for (0..chunks) |index| {
        const chunk = c.PyNumber_And(rest, mask) orelse return error.PythonException;
        defer c.Py_DecRef(chunk);
        const value = c.PyLong_AsUnsignedLongLong(chunk);
        if (c.PyErr_Occurred() != null) return error.PythonException;
        wide |= @as(Wide, @bitCast(@as(@Int(.unsigned, @bitSizeOf(Wide)), value))) << @intCast(
            32 * index,
        );
        const next = c.PyNumber_Rshift(rest, shift) orelse return error.PythonException;
        c.Py_DecRef(rest);
        rest = next;
    }
    // What is left beyond the chunks is the sign alone, or the int is too long.
    var overflow: c_int = 0;
    const left = c.PyLong_AsLongLongAndOverflow(rest, &overflow);
    if (left == -1 and overflow == 0 and c.PyErr_Occurred() != null) return error.PythonException;
    if (overflow != 0 or left != @as(c_longlong, if (wide < 0) -1 else 0)) return null;
    return std.math.cast(T, wide);
}

/// A new reference to an int of more than 64 bits: put together as `loadBigInt` takes apart.
fn giveBigInt(comptime T: type, value: T) ?*PyObject {
    const bits = @typeInfo(T).int.bits;
    const Wide = @Int(.signed, (bits + 32) / 32 * 32 + 32);
    const chunks = @bitSizeOf(Wide) / 32;
    const shift = c.PyLong_FromLongLong(32) orelse return null;
    defer c.Py_DecRef(shift);
    const wide: Wide = value;
    var int = c.PyLong_FromLongLong(if (wide < 0) -1 else 0) orelse return null;
    for (0..chunks) |index| {
        const chunk: u32 = @truncate(@as(
            @Int(.unsigned, @bitSizeOf(Wide)),
            @bitCast(wide >> @intCast(32 * (chunks - 1 - index))),
        ));
        const part = c.PyLong_FromLongLong(chunk);
        defer c.Py_DecRef(part);
        const moved = c.PyNumber_Lshift(int, shift);
        defer c.Py_DecRef(moved);
        c.Py_DecRef(int);
        if (part == null or moved == null) return null;
        int = c.PyNumber_Or(moved.?, part.?) orelse return null;
    }
    return int;
}

inline fn loadFloat(comptime T: type, object: *PyObject, site: *const Site) Error!T {
    const double = quick_way.floatOf(object) orelse try loadAnyFloat(object, site);
    return narrow(T, double, site);
}

inline fn narrow(comptime T: type, double: f64, site: *const Site) Error!T {
    if (T == f64) return double;
    const value: T = @floatCast(double);
    if (std.math.isInf(value) and !std.math.isInf(double)) return errors.raiseFloatOverflow(site);
    return value;
}

/// Every float, int, and what has `__float__` or `__index__`.
noinline fn loadAnyFloat(object: *PyObject, site: *const Site) Error!f64 {
    const class = capi.typeOf(object);
    if (c.PyType_GetSlot(class, capi.constants.Py_nb_float) == null and
        c.PyType_GetSlot(class, capi.constants.Py_nb_index) == null)
        return errors.raiseWrongType(site, "a float", object);
    const value = c.PyFloat_AsDouble(object);
    if (value == -1 and c.PyErr_Occurred() != null) {
        if (c.PyErr_ExceptionMatches(capi.exception("OverflowError")) != 0 and
            capi.hasFlag(object, "LONG_SUBCLASS"))
        {
            c.PyErr_Clear();
            return errors.raiseFloatOverflow(site);
        }
        // As one of a record of numpy's, which has a __float__ for others.
        if (c.PyErr_ExceptionMatches(capi.exception("TypeError")) == 0)
            return error.PythonException;
        var cause: [3]?*PyObject = undefined;
        c.PyErr_Fetch(&cause[0], &cause[1], &cause[2]);
        const raised = errors.raiseWrongType(site, "a float", object);
        errors.setCause(&cause);
        return raised;
    }
    return value;
}

fn loadComplex(comptime T: type, object: *PyObject, site: *const Site) Error!T {
    const Part = @FieldType(T, "re");
    if (c.PyType_IsSubtype(capi.typeOf(object), capi.object("PyComplex_Type")) == 0) {
        const number = try complexOf(object) orelse
            return .{ .re = try loadFloat(Part, object, site), .im = 0 };
        defer c.Py_DecRef(number);
        return loadComplex(T, number, site);
    }
    const re = c.PyComplex_RealAsDouble(object);
    const im = c.PyComplex_ImagAsDouble(object);
    if (c.PyErr_Occurred() != null) return error.PythonException;
    return .{ .re = try narrow(Part, re, site), .im = try narrow(Part, im, site) };
}

/// A new reference to the complex that an object's `__complex__` gives, null where it has none.
noinline fn complexOf(object: *PyObject) Error!?*PyObject {
    const class = capi.typeOf(object);
    if (class == capi.object("PyFloat_Type") or class == capi.object("PyLong_Type") or
        capi.hasFlag(object, "UNICODE_SUBCLASS")) return null; // complex() reads texts
    // One str for all searches: CPython remembers names of attributes by their address.
    const name = c.PyUnicode_InternFromString("__complex__") orelse return error.PythonException;
    defer c.Py_DecRef(name);
    const method = c.PyObject_GetAttr(class, name) orelse {
        c.PyErr_Clear();
        return null;
    };
    c.Py_DecRef(method);
    // It looks the method up where `complex` is to find it, and checks what it gives.
    return capi.vectorcall(capi.object("PyComplex_Type"), &.{object}, 1, null) orelse
        error.PythonException;
}

/// Text, lent by the str, or by a bytes-like object where `T` takes those too.
fn Text(comptime T: type) type {
    const takes_bytes = signature.kindOf(T).? == .text;
    return struct {
        data: []const u8,
        view: if (takes_bytes) ?capi.Py_buffer else void,

        pub inline fn take(_: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            if (capi.isExactly(object, "PyUnicode_Type") or capi.hasFlag(
                object,
                "UNICODE_SUBCLASS",
            ))
                return .{ .data = try utf8Of(object), .view = if (takes_bytes) null };
            if (!takes_bytes) return errors.raiseWrongType(site, "a str", object);
            var view: capi.Py_buffer = undefined;
            try buffers.acquire(u8, object, &view, site, .read, "a str or a bytes-like object");
            return .{ .data = buffers.itemsOf(u8, &view), .view = view };
        }

        pub inline fn get(argument: *@This()) T {
            return if (T == signature.Str) .{ .data = argument.data } else argument.data;
        }

        pub inline fn quick(object: *PyObject) ?T {
            if (!capi.isExactly(object, "PyUnicode_Type")) return null;
            const text = capi.cachedUtf8Of(object) orelse return null;
            return if (T == signature.Str) .{ .data = text } else text;
        }

        /// Whether the lender is not to change as long as this is not released.
        pub inline fn isLocked(argument: *const @This()) bool {
            return takes_bytes and argument.view != null;
        }

        pub inline fn release(argument: *@This()) void {
            if (takes_bytes) if (argument.view) |*view| c.PyBuffer_Release(view);
        }
    };
}

/// Text without a NUL, lent by the str or the bytes, which have one behind it.
fn Terminated(comptime T: type) type {
    return struct {
        data: [:0]const u8,

        pub inline fn take(_: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            const is_str = capi.hasFlag(object, "UNICODE_SUBCLASS");
            const text = if (is_str) try utf8Of(object) else try contentsOf(object, site);
            if (std.mem.indexOfScalar(u8, text, 0)) |index| return errors.raiseNul(
                site,
                if (is_str) std.unicode.utf8CountCodepoints(text[0..index]) catch index else index,
            );
            return .{ .data = text.ptr[0..text.len :0] };
        }

        noinline fn contentsOf(object: *PyObject, site: *const Site) Error![]const u8 {
            if (c.PyType_IsSubtype(capi.typeOf(object), capi.object("PyBytes_Type")) == 0)
                return errors.raiseWrongType(site, "a str or bytes", object);
            var data: ?[*]u8 = null;
            var size: capi.Py_ssize_t = 0;
            if (c.PyBytes_AsStringAndSize(object, &data, &size) < 0) return error.PythonException;
            return data.?[0..@intCast(size)];
        }

        pub inline fn get(argument: *@This()) T {
            return if (T == [*:0]const u8) argument.data.ptr else argument.data;
        }

        /// See Text: what lends it never changes.
        pub inline fn isLocked(_: *const @This()) bool {
            return false;
        }
    };
}

/// The UTF-8 that the str keeps, as long as the caller keeps the str. Lone surrogates have none.
pub inline fn utf8Of(object: *PyObject) Error![]const u8 {
    if (capi.cachedUtf8Of(object)) |text| return text;
    var size: capi.Py_ssize_t = 0;
    const text = c.PyUnicode_AsUTF8AndSize(object, &size) orelse return error.PythonException;
    return text[0..@intCast(size)];
}

/// The same of what may be no str: a TypeError.
pub fn utf8OfAny(object: *PyObject) Error![]const u8 {
    if (capi.hasFlag(object, "UNICODE_SUBCLASS")) return utf8Of(object);
    _ = c.PyErr_Format(capi.exception("TypeError"), "%R must be a str", object);
    return error.PythonException;
}

/// A buffer's memory as items of type `Item`, lent for the call.
fn Lent(comptime T: type, comptime Item: type) type {
    const access: buffers.Access = if (@typeInfo(T) == .pointer and
        !@typeInfo(T).pointer.attrs.@"const")
        .write
    else
        .read;
    if (Item == u8 and access == .read) return struct {
        buffer: LentBuffer(T, Item, access),

        pub inline fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            var argument: @This() = undefined;
            try argument.takeInto(module, object, site);
            return argument;
        }

        pub inline fn takeInto(
            argument: *@This(),
            module: *PyObject,
            object: *PyObject,
            site: *const Site,
        ) Error!void {
            const data = quick_way.bytesOf(
                object,
            ) orelse return argument.buffer.takeInto(module, object, site);
            argument.buffer.data = data;
            argument.buffer.lender = null;
            argument.buffer.view.obj = null; // which is what a released view has
        }

        pub inline fn get(argument: *@This()) T {
            return argument.buffer.get();
        }

        pub inline fn quick(object: *PyObject) ?T {
            return .{ .data = quick_way.bytesOf(object) orelse return null };
        }

        pub inline fn release(argument: *@This()) void {
            argument.buffer.release();
        }
    };
    return LentBuffer(T, Item, access);
}

fn LentBuffer(comptime T: type, comptime Item: type, comptime access: buffers.Access) type {
    // Free-threaded, the count of exports is changed under the bytearray's lock, by CPython only.
    const has_bytearrays = Item == u8 and !capi.limited and !capi.free_threaded;
    const has_others = Item != u8;
    return struct {
        data: []Item,
        /// Whose exports this is one of; else `view` is.
        lender: ?*capi.structs.PyByteArrayObject,
        view: capi.Py_buffer,
        /// Whose they are where it is no buffer.
        other: if (has_others) ?sources.Source.Owner else void = if (has_others) null,

        pub inline fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            var argument: @This() = undefined;
            try argument.takeInto(module, object, site);
            return argument;
        }

        pub inline fn takeInto(
            argument: *@This(),
            _: *PyObject,
            object: *PyObject,
            site: *const Site,
        ) Error!void {
            argument.lender = null;
            if (has_others) {
                argument.other = null;
                if (try argument.takeOther(object, site)) return;
            }
            if (has_bytearrays and capi.isExactly(object, "PyByteArray_Type")) {
                const lender: *capi.structs.PyByteArrayObject = @ptrCast(@alignCast(object));
                lender.ob_exports += 1;
                argument.lender = lender;
                argument.data = if (lender.ob_base.ob_size == 0)
                    &.{}
                else
                    lender.ob_start.?[0..@intCast(lender.ob_base.ob_size)];
                return;
            }
            const expected = if (T == signature.Bytes) "a bytes-like object" else "a buffer";
            try buffers.acquire(Item, object, &argument.view, site, access, expected);
            argument.data = buffers.itemsOf(Item, &argument.view);
        }

        noinline fn takeOther(
            argument: *@This(),
            object: *PyObject,
            site: *const Site,
        ) Error!bool {
            var source: sources.Source = undefined;
            if (!try buffers.acquireOther(Item, object, site, access, &source)) return false;
            errdefer source.close();
            argument.data = source.inPlace(Item) orelse {
                if (c.PyObject_CheckBuffer(object) == 0) return errors.raiseNotLent(site, object);
                source.close(); // a buffer says why not
                return false;
            };
            if (Item == bool) try buffers.expectBools(@ptrCast(argument.data), site);
            argument.other = source.owner;
            return true;
        }

        pub inline fn get(argument: *@This()) T {
            return if (@typeInfo(T) == .pointer) argument.data else .{ .data = argument.data };
        }

        pub inline fn release(argument: *@This()) void {
            if (has_others) if (argument.other) |*owner| return owner.release();
            if (argument.lender) |lender| {
                lender.ob_exports -= 1;
            } else if (argument.view.obj != null) c.PyBuffer_Release(&argument.view);
        }
    };
}

/// A slice: of numbers, where they lie if that can be, or out of a list or what is like one, in
/// memory of the call.
fn Items(comptime T: type, comptime Item: type) type {
    if (!@typeInfo(T).pointer.attrs.@"const") return Lent(T, Item); // what is written must be seen
    const is_record = dtypes.isRecord(Item);
    if (!signature.isNumber(Item) and !is_record) return Composite(T);
    return struct {
        from: union(enum) {
            lent: struct { data: []const Item, owner: sources.Source.Owner },
            converted: []Item,
            sequence: Composite(T),
        },

        pub fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            var argument: @This() = undefined;
            try argument.takeInto(module, object, site);
            return argument;
        }

        pub fn takeInto(
            argument: *@This(),
            module: *PyObject,
            object: *PyObject,
            site: *const Site,
        ) Error!void {
            if (!isListOrTuple(object) and try argument.takeNumbers(module, object, site)) return;
            argument.from = .{ .sequence = undefined };
            if (@hasDecl(Composite(T), "takeInto"))
                return argument.from.sequence.takeInto(module, object, site);
            argument.from.sequence = try .take(module, object, site);
        }

        /// Whether the object has numbers in its memory.
        noinline fn takeNumbers(
            argument: *@This(),
            module: *PyObject,
            object: *PyObject,
            site: *const Site,
        ) Error!bool {
            if (is_record) return argument.takeRecords(object);
            var source: sources.Source = undefined;
            if (!try sources.open(&source, object, site)) return false;
            if (source.dimensions > 0) if (source.inPlace(Item)) |data| {
                errdefer source.close();
                if (Item == bool) try buffers.expectBools(@ptrCast(data), site);
                argument.from = .{ .lent = .{ .data = data, .owner = source.owner } };
                return true;
            };
            defer source.close();
            const items = try memories.loadItems(Item, memory.unnoted, module, &source, site);
            argument.from = .{ .converted = items };
            return true;
        }

        /// Lists of our own are not lent: the call may be what changes them.
        fn takeRecords(argument: *@This(), object: *PyObject) bool {
            if (lists.isList(object)) return false;
            var view: capi.Py_buffer = undefined;
            if (!buffers.acquireRecords(Item, object, &view)) return false;
            argument.from = .{ .lent = .{
                .data = buffers.itemsOf(Item, &view),
                .owner = .{ .view = view },
            } };
            return true;
        }

        pub fn get(argument: *@This()) T {
            return switch (argument.from) {
                .lent => |lent| lent.data,
                .converted => |items| items,
                .sequence => |*from| from.get(),
            };
        }

        pub fn isLocked(argument: *const @This()) bool {
            return argument.from == .lent;
        }

        pub fn stay(argument: *@This()) Error!void {
            switch (argument.from) {
                .lent, .converted => {},
                .sequence => |*from| if (@hasDecl(@TypeOf(from.*), "stay")) try from.stay(),
            }
        }

        pub fn release(argument: *@This()) void {
            switch (argument.from) {
                .lent => |*lent| lent.owner.release(),
                .converted => |items| memory.unnoted.free(items),
                .sequence => |*from| from.release(),
            }
        }
    };
}

/// A value with parts, which are copied to memory of the call: as little of it as suffices.
fn Composite(comptime T: type) type {
    if (quick_way.isFixed(T)) return Fixed(T);
    if (signature.kindOf(T).? == .items) {
        const Item = @typeInfo(T).pointer.child;
        if (quick_way.isFixed(Item)) return Copied(T, Item);
    }
    return InArena(T);
}

/// A value that has all its parts in itself.
fn Fixed(comptime T: type) type {
    return struct {
        value: T,

        pub noinline fn take(
            module: *PyObject,
            object: *PyObject,
            site: *const Site,
        ) Error!@This() {
            return .{ .value = try load(T, .failing, module, object, site) };
        }

        pub inline fn get(argument: *@This()) T {
            return argument.value;
        }

        pub inline fn quick(object: *PyObject) ?T {
            var value: T = undefined;
            return if (quick_way.load(T, .failing, object, &value)) value else null;
        }
    };
}

/// A slice of such values: few are in the argument itself, many in one block of memory, which is
/// none that Zig's code could free.
fn Copied(comptime T: type, comptime Item: type) type {
    return struct {
        room: [count]Item,
        used: usize,
        /// Null where `room` has the items.
        items: ?[]Item,

        const count = 128 / @max(1, @sizeOf(Item));

        pub inline fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            var argument: @This() = undefined;
            try argument.takeInto(module, object, site);
            return argument;
        }

        pub noinline fn takeInto(
            argument: *@This(),
            module: *PyObject,
            object: *PyObject,
            site: *const Site,
        ) Error!void {
            if (comptime quick_way.isPossible(Item)) {
                if (quick_way.readInto(Item, object, &argument.room)) |used| {
                    argument.used = used;
                    argument.items = null;
                    return;
                }
            }
            argument.items = try loadItems(Item, memory.unnoted, module, object, site);
        }

        pub inline fn get(argument: *@This()) T {
            return argument.items orelse argument.room[0..argument.used];
        }

        pub const has_own_memory = true;

        /// Lets the items be where they are when the argument is moved.
        pub fn stay(argument: *@This()) Error!void {
            if (argument.items != null) return;
            argument.items = memory.unnoted.dupe(Item, argument.room[0..argument.used]) catch
                return errors.raiseNoMemory();
        }

        pub inline fn release(argument: *@This()) void {
            if (argument.items) |items| memory.unnoted.free(items);
        }
    };
}

fn InArena(comptime T: type) type {
    // A map in `value` has its address, and frees or grows by it.
    const stays = !quick_way.isPossible(T) or quick_way.hasMap(T);
    const Arena = std.heap.ArenaAllocator;
    return struct {
        arena: if (stays) *Arena else Arena,
        value: T,

        pub noinline fn take(
            module: *PyObject,
            object: *PyObject,
            site: *const Site,
        ) Error!@This() {
            if (stays) {
                const arena = memory.allocator.create(Arena) catch return errors.raiseNoMemory();
                arena.* = .init(memory.allocator);
                var argument: @This() = .{ .arena = arena, .value = undefined };
                errdefer argument.release();
                argument.value = try load(T, arena.allocator(), module, object, site);
                return argument;
            }
            var arena: Arena = .init(memory.allocator);
            errdefer arena.deinit();
            const value = try load(T, arena.allocator(), module, object, site);
            return .{ .arena = arena, .value = value };
        }

        pub const has_own_memory = true;

        pub inline fn get(argument: *@This()) T {
            return argument.value;
        }

        pub inline fn release(argument: *@This()) void {
            argument.arena.deinit();
            if (stays) memory.allocator.destroy(argument.arena);
        }
    };
}

/// A value of any type that can come in, with its parts in `arena`. Nothing of it is borrowed, so
/// that what Python code does meanwhile cannot reach it.
pub fn load(
    comptime T: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!T {
    return switch (comptime signature.kindOf(T).?) {
        .array, .tuple, .record, .optional => quickly(
            T,
            arena,
            object,
            site.depth,
        ) orelse loadAny(T, arena, module, object, site),
        // These have their quick way where fields share it.
        else => loadAny(T, arena, module, object, site),
    };
}

/// Null where there is no quick way.
inline fn quickly(
    comptime T: type,
    arena: std.mem.Allocator,
    object: *PyObject,
    depth: u16,
) ?T {
    if (!comptime quick_way.isPossible(T)) return null;
    if (depth > max_depth - quick_way.max_depth) return null;
    var value: T = undefined;
    return if (quick_way.load(T, arena, object, &value)) value else null;
}

fn loadAny(
    comptime T: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!T {
    if (site.depth > max_depth) return errors.raiseTooDeep(site);
    switch (comptime signature.kindOf(T).?) {
        .bool, .int, .float, .complex, .@"enum", .index, .flags, .order, .object, .standard => {
            return loadScalar(T, module, object, site);
        },
        .void => {
            if (object != capi.object("_Py_NoneStruct")) return errors.raiseWrongType(
                site,
                "None",
                object,
            );
        },
        .optional => {
            if (object == capi.object("_Py_NoneStruct")) return null;
            return try load(@typeInfo(T).optional.child, arena, module, object, site);
        },
        .str, .text, .bytes, .buffer, .path => {
            var lent = try Argument(T).take(module, object, site);
            defer if (@hasDecl(@TypeOf(lent), "release")) lent.release();
            const value = lent.get();
            const copy = arena.dupe(
                u8,
                if (@typeInfo(T) == .pointer) value else value.data,
            ) catch return errors.raiseNoMemory();
            return if (@typeInfo(T) == .pointer) copy else .{ .data = copy };
        },
        .items => return loadItems(@typeInfo(T).pointer.child, arena, module, object, site),
        .array => {
            const info = @typeInfo(T).array;
            if (comptime memories.isPossible(T)) if (!isListOrTuple(object))
                if (try memories.load(T, arena, module, object, site)) |items| return items;
            const sequence = try tupleOf(object, site);
            defer c.Py_DecRef(sequence);
            try expectSize(sequence, info.len, site);
            var items: T = undefined;
            for (&items, 0..) |*item, index| item.* = try loadItem(
                info.child,
                arena,
                module,
                sequence,
                index,
                site,
            );
            return items;
        },
        .tuple => {
            const types = @typeInfo(T).@"struct".field_types;
            const sequence = try tupleOf(object, site);
            defer c.Py_DecRef(sequence);
            try expectSize(sequence, types.len, site);
            var fields: T = undefined;
            inline for (types, 0..) |Field, index|
                fields[index] = try loadItem(Field, arena, module, sequence, index, site);
            return fields;
        },
        .record => return loadFields(T, arena, module, object, site),
        .class => return loadClass(T, arena, module, object, site),
        .tagged => return loadTagged(T, arena, module, object, site),
        .link => {
            const Target = @typeInfo(T).pointer.child;
            const target = arena.create(Target) catch return errors.raiseNoMemory();
            target.* = try load(Target, arena, module, object, site);
            return target;
        },
        .map => return loadMap(T, arena, module, object, site),
        // never part of another value
        .callback, .owned, .ndarray, .reference, .objects, .kept, .made => comptime unreachable,
        .table => return loadTable(T, arena, module, object, site),
        .input, .given, .operand, .out, .results => comptime unreachable,
        .rest, .keywords, .column => comptime unreachable,
        .terminated => {
            var lent = try Argument([:0]const u8).take(module, object, site);
            return arena.dupeSentinel(u8, lent.get(), 0) catch return errors.raiseNoMemory();
        },
    }
}

/// Values inside of one another: a list may have itself as an item, and a stack is not endless.
const max_depth = 256;

/// The place of a part.
pub fn inside(site: *const Site, comptime T: type, name: [:0]const u8, index: usize) Site {
    return .{
        .function = site.function,
        .name = name,
        .typ = comptime classes.fieldTypeName(T),
        .within = site,
        .index = index,
        .depth = site.depth + 1,
    };
}

fn isListOrTuple(object: *PyObject) bool {
    return capi.hasFlag(object, "LIST_SUBCLASS") or capi.hasFlag(object, "TUPLE_SUBCLASS");
}

/// A new reference to a tuple of what is in a list or another iterable now: no one changes that.
fn tupleOf(object: *PyObject, site: *const Site) Error!*PyObject {
    return tupleFrom(object, "a buffer, a list or another iterable", site);
}

pub fn tupleFrom(object: *PyObject, expected: [*:0]const u8, site: *const Site) Error!*PyObject {
    if (!isListOrTuple(object) and !lists.isList(object))
        return try protocols.itemsOf(object) orelse errors.raiseWrongType(site, expected, object);
    return c.PySequence_Tuple(object) orelse error.PythonException;
}

fn expectSize(tuple: *PyObject, size: usize, site: *const Site) Error!void {
    const given: usize = @intCast(c.PyTuple_Size(tuple));
    if (given != size) return errors.raiseWrongSize(site, size, given);
}

fn loadItem(
    comptime Item: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    tuple: *PyObject,
    index: usize,
    site: *const Site,
) Error!Item {
    const item = c.PyTuple_GetItem(tuple, @intCast(index)) orelse return error.PythonException;
    // A site is for errors, and only made where there may be one.
    return quickly(Item, arena, item, site.depth + 1) orelse loadPart(
        Item,
        arena,
        module,
        item,
        site,
        index,
    );
}

noinline fn loadPart(
    comptime Item: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    item: *PyObject,
    site: *const Site,
    index: usize,
) Error!Item {
    return loadAny(Item, arena, module, item, &inside(site, Item, "", index));
}

/// A copy of what an object of a class is, or of what a dict has for its fields.
fn loadClass(
    comptime T: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!T {
    if (classes_of.instanceOf(T, module, object)) |instance| {
        var use: hold.Use(.nothing) = .{};
        const value: *const T = @ptrFromInt(try use.begin(instance, .shared));
        defer use.end();
        return results.copied(T, arena, value.*);
    }
    var argument = try instances.Argument(T).take(module, object, site);
    defer argument.release();
    return results.copied(T, arena, argument.get());
}

/// A value for the field of a class: a list may be any of Zig's.
pub fn loadField(
    comptime T: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!T {
    if (comptime classes.fieldKind(T) == .map) return loadMap(T, arena, module, object, site);
    if (comptime classes.fieldKind(T) != .list or @typeInfo(T) == .array)
        return load(T, arena, module, object, site);
    const Item = classes.ListItem(T).?;
    const items = try loadItems(Item, arena, module, object, site);
    return if (comptime classes.isArrayList(T)) .fromOwnedSlice(items) else items;
}

pub fn loadItems(
    comptime Item: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error![]Item {
    const Quick = []const Item;
    if (quickly(Quick, arena, object, site.depth)) |items| return @constCast(items);
    if (comptime memories.isPossible(Quick)) if (!isListOrTuple(object))
        if (try memories.load(Quick, arena, module, object, site)) |items| return @constCast(items);
    const sequence = try tupleOf(object, site);
    defer c.Py_DecRef(sequence);
    if (capi.free_threaded) // of a list this is the first that may be read
        if (quickly(Quick, arena, sequence, site.depth)) |items| return @constCast(items);
    const size: usize = @intCast(c.PyTuple_Size(sequence));
    const items = arena.alloc(Item, size) catch return errors.raiseNoMemory();
    errdefer arena.free(items);
    for (items, 0..) |*item, index| item.* = try loadItem(
        Item,
        arena,
        module,
        sequence,
        index,
        site,
    );
    return items;
}

/// The value of a field that is no part: what in it is a list or an array is a tuple, which nobody
/// takes for the field's own.
pub inline fn giveAttribute(comptime T: type, self: *object_of.Layout, value: T) ?*PyObject {
    if (T == f64) return c.PyFloat_FromDouble(value);
    if (comptime signature.kindOf(T).? == .table)
        return giveTable(T, object_of.moduleOf(self), &value);
    const given = give(T, object_of.moduleOf(self), value);
    if (@typeInfo(T) != .optional) return given;
    switch (comptime signature.kindOf(@typeInfo(T).optional.child).?) {
        .items => {},
        .array => if (@typeInfo(@typeInfo(T).optional.child).array.child == u8) return given,
        else => return given,
    }
    const list = given orelse return null;
    if (list == capi.object("_Py_NoneStruct")) return list;
    defer c.Py_DecRef(list);
    return c.PySequence_Tuple(list);
}

/// An item of a list, in which it has that number.
pub fn loadListItem(
    comptime T: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    index: usize,
    site: *const Site,
) Error!T {
    if (comptime classes.isArrayList(T) or classes.fieldKind(T) == .map)
        return loadField(T, arena, module, object, &inside(site, T, "", index));
    return load(T, arena, module, object, &inside(site, T, "", index));
}

/// A copy of the value of a field.
pub fn giveField(comptime T: type, module: *PyObject, value: T) ?*PyObject {
    if (comptime classes.fieldKind(T) == .map) return giveMap(T, module, &value);
    if (comptime classes.fieldKind(T) != .list or @typeInfo(T) == .array)
        return give(T, module, value);
    return giveList(
        classes.ListItem(T).?,
        module,
        if (comptime classes.isArrayList(T)) value.items else value,
    );
}

/// A struct out of a dict, or what has its fields: a value for every one that has no default, and
/// no other keys.
pub fn loadFields(
    comptime T: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!T {
    if (!capi.hasFlag(object, "DICT_SUBCLASS")) {
        const dict = try protocols.fieldsOf(T, object, site) orelse return errors.raiseWrongType(
            site,
            "a dict, a tuple or an object of its fields",
            object,
        );
        defer c.Py_DecRef(dict);
        return loadFields(T, arena, module, dict, site);
    }
    const members = comptime classes.membersOf(T);
    var record: T = undefined;
    var found: capi.Py_ssize_t = 0;
    inline for (members) |member| {
        const name = member.name;
        const Field = classes.FieldOf(member.T, name);
        // A base is at the start of the value.
        const whole = if (member.T == T) &record else @as(*member.T, @ptrCast(&record));
        if (comptime classes.says(member.T, name, "hidden")) {
            const attrs = comptime classes.attributesOf(member.T, name);
            @field(whole, name) = comptime attrs.defaultValue(@FieldType(member.T, name)).?;
            continue;
        }
        const key = c.PyUnicode_FromStringAndSize(
            name.ptr,
            name.len,
        ) orelse return error.PythonException;
        defer c.Py_DecRef(key);
        // ours: the dict may drop its own while it is converted
        if (capi.getItem(object, key)) |value| {
            defer c.Py_DecRef(value);
            found += 1;
            @field(whole, name) = raw_text.as(@FieldType(member.T, name), try loadField(
                Field,
                arena,
                module,
                value,
                &inside(site, Field, name, 0),
            ));
        } else if (c.PyErr_Occurred() != null) {
            return error.PythonException;
        } else if (comptime classes.hasDefault(member.T, name)) {
            @field(whole, name) = comptime classes.defaultOf(member.T, name).?;
        } else return errors.raiseMissingField(site, name);
    }
    if (c.PyDict_Size(object) != found) return errors.raiseUnknownField(
        site,
        comptime names: {
            var names: []const [:0]const u8 = &.{};
            for (members) |member| {
                if (!classes.says(member.T, member.name, "hidden")) names = names ++ .{member.name};
            }
            break :names names;
        },
        object,
    );
    return record;
}

/// A union out of the name of a tag, or a dict of that name and its value.
fn loadTagged(
    comptime T: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!T {
    if (comptime untagged.isUntagged(T)) return loadUntagged(T, arena, module, object, site);
    const info = @typeInfo(T).@"union";
    if (comptime variants.isClass(T)) {
        if (try loadVariant(T, arena, module, object, site)) |value| return value;
    }
    const tags = comptime tags: {
        var names: [:0]const u8 = info.field_names[0];
        for (info.field_names[1..]) |name| names = names ++ ", " ++ name;
        break :tags names;
    };
    if (capi.hasFlag(object, "UNICODE_SUBCLASS")) {
        const text = try utf8Of(object);
        inline for (info.field_names, info.field_types) |name, Field| {
            if (std.mem.eql(u8, text, name)) return if (Field == void)
                @unionInit(T, name, {})
            else
                errors.raiseNoValue(site, object, comptime signature.typeName(Field).?);
        }
        return errors.raiseNoTag(site, object, tags);
    }
    if (try mappingOf(object)) |dict| {
        defer c.Py_DecRef(dict);
        return loadTagged(T, arena, module, dict, site);
    }
    if (!capi.hasFlag(object, "DICT_SUBCLASS"))
        return errors.raiseWrongType(
            site,
            comptime (if (variants.isClass(T))
                "an object of it, the name of a tag, or a dict of that and its value"
            else
                "the name of a tag, or a dict of that and its value"),
            object,
        );
    const items = c.PyDict_Items(object) orelse return error.PythonException; // a list of our own
    defer c.Py_DecRef(items);
    const size = c.PyList_Size(items);
    if (size != 1) return errors.raiseNotOneTag(site, size, tags);
    const item = c.PyList_GetItem(items, 0) orelse return error.PythonException;
    const key = c.PyTuple_GetItem(item, 0) orelse return error.PythonException;
    const value = c.PyTuple_GetItem(item, 1) orelse return error.PythonException;
    if (!capi.hasFlag(key, "UNICODE_SUBCLASS")) return errors.raiseNoTag(site, key, tags);
    const text = try utf8Of(key);
    inline for (info.field_names, info.field_types) |name, Field| {
        if (std.mem.eql(u8, text, name)) return @unionInit(
            T,
            name,
            try load(Field, arena, module, value, &inside(site, Field, name, 0)),
        );
    }
    return errors.raiseNoTag(site, key, tags);
}

/// A union out of an object of its class; null of any other.
fn loadVariant(
    comptime T: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!?T {
    const info = @typeInfo(T).@"union";
    const found = try variant_classes.indexOf(T, module, object) orelse return null;
    inline for (info.field_names, info.field_types, 0..) |tag, Field, index| {
        if (index == found) {
            if (Field == void) return @unionInit(T, tag, {});
            const here = inside(site, Field, tag, 0);
            if (comptime variants.hasFields(Field))
                return @unionInit(T, tag, try load(Field, arena, module, object, &here));
            const value = c.PyObject_GetAttrString(object, "value") orelse
                return error.PythonException;
            defer c.Py_DecRef(value);
            return @unionInit(T, tag, try load(Field, arena, module, value, &here));
        }
    }
    unreachable;
}

fn giveVariant(comptime T: type, module: *PyObject, value: T) ?*PyObject {
    switch (value) {
        inline else => |some, tag| {
            const Field = @TypeOf(some);
            const index = comptime for (@typeInfo(T).@"union".field_names, 0..) |name, index| {
                if (std.mem.eql(u8, name, @tagName(tag))) break index;
            } else unreachable;
            if (Field == void) return variant_classes.give(T, module, index, &.{});
            if (comptime !variants.hasFields(Field))
                return variant_classes.give(T, module, index, &.{give(Field, module, some)});
            const names = @typeInfo(Field).@"struct".field_names;
            var values: [names.len]?*PyObject = @splat(null);
            inline for (&values, names) |*item, name| {
                item.* = giveField(@FieldType(Field, name), module, @field(some, name));
                if (item.* == null) break;
            }
            return variant_classes.give(T, module, index, &values);
        },
    }
}

/// A union out of what it holds: by the type first, and then by what numbers, lists and dicts are
/// made of elsewhere.
fn loadUntagged(
    comptime T: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!T {
    const info = @typeInfo(T).@"union";
    const forms = comptime untagged.formsOf(T);
    inline for (.{ isMember, isOf, isLike }) |fits| {
        inline for (info.field_names, info.field_types, forms) |name, Field, form| {
            if (try fits(form, Field, module, object)) return @unionInit(
                T,
                name,
                switch (form) {
                    .none => {},
                    .digits => try loadDigits(arena, module, object, site),
                    else => try load(Field, arena, module, object, site),
                },
            );
        }
    }
    return errors.raiseWrongType(site, comptime untagged.expected(T), object);
}

fn loadDigits(
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error![]const u8 {
    const text = c.PyObject_Str(object) orelse return error.PythonException;
    defer c.Py_DecRef(text);
    return load([]const u8, arena, module, text, site);
}

/// A number out of its digits.
fn giveDigits(digits: []const u8) ?*PyObject {
    const text = newStr(digits) orelse return null;
    defer c.Py_DecRef(text);
    const is_float = std.mem.indexOfAny(u8, digits, ".eE") != null;
    return if (is_float) c.PyFloat_FromString(text) else c.PyNumber_Long(text);
}

/// Whether an object is a member of the enum of a tag, or an int that Zig has as its digits: both
/// are ints, too.
fn isMember(
    comptime form: untagged.Form,
    comptime Field: type,
    module: *PyObject,
    object: *PyObject,
) Error!bool {
    if (form == .digits) {
        if (!capi.hasFlag(object, "LONG_SUBCLASS")) return false;
        var overflow: c_int = 0;
        _ = c.PyLong_AsLongLongAndOverflow(object, &overflow);
        return overflow != 0;
    }
    if (form != .member) return false;
    const class = enums.classOf(Field, module) orelse return error.PythonException;
    return capi.typeOf(object) == class;
}

/// Whether an object is of the Python type of a form.
fn isOf(
    comptime form: untagged.Form,
    comptime Field: type,
    module: *PyObject,
    object: *PyObject,
) Error!bool {
    const class = capi.typeOf(object);
    return switch (form) {
        .none => object == capi.object("_Py_NoneStruct"),
        .bool => quick_way.boolOf(object) != null,
        .int => capi.hasFlag(object, "LONG_SUBCLASS") and quick_way.boolOf(object) == null,
        .float => c.PyType_IsSubtype(class, capi.object("PyFloat_Type")) != 0,
        .complex => c.PyType_IsSubtype(class, capi.object("PyComplex_Type")) != 0,
        .text => capi.hasFlag(object, "UNICODE_SUBCLASS"),
        .bytes => c.PyType_IsSubtype(class, capi.object("PyBytes_Type")) != 0 or
            c.PyType_IsSubtype(class, capi.object("PyByteArray_Type")) != 0,
        .member, .digits => false,
        .list => isListOrTuple(object) or lists.isList(object),
        .dict => capi.hasFlag(object, "DICT_SUBCLASS") or maps.isMap(object),
        .class => classes_of.instanceOf(Field, module, object) != null,
        .path => isPath(object),
        .standard => standard.isInstance(Field, module, object),
        .any => false, // where nothing else fits
    };
}

fn isPath(object: *PyObject) bool {
    return !capi.hasFlag(object, "TYPE_SUBCLASS") and capi.hasMethod(object, "__fspath__");
}

/// Whether it can become one.
fn isLike(
    comptime form: untagged.Form,
    comptime Field: type,
    _: *PyObject,
    object: *PyObject,
) Error!bool {
    const class = capi.typeOf(object);
    // Numpy's bools are numbers and buffers, too.
    if (quick_way.boolOf(object) != null or try protocols.boolOf(object) != null)
        return form == .bool or form == .any;
    const is_number = c.PyType_GetSlot(class, capi.constants.Py_nb_index) != null;
    return switch (form) {
        .none, .bool, .member, .path, .standard, .digits => false,
        .int => is_number,
        .float, .complex => is_number or
            c.PyType_GetSlot(class, capi.constants.Py_nb_float) != null,
        .bytes => c.PyObject_CheckBuffer(object) != 0,
        .text => if (comptime signature.kindOf(Field).? == .text)
            c.PyObject_CheckBuffer(object) != 0
        else
            false,
        .list => protocols.isIterable(object),
        .dict => protocols.isMapping(object),
        .class => capi.hasFlag(object, "DICT_SUBCLASS") and
            comptime (classes.isCopyable(Field) and classes.whyNoFields(Field) == null),
        .any => true,
    };
}

/// A new dict of a mapping that is none itself; null of anything else.
fn mappingOf(object: *PyObject) Error!?*PyObject {
    return if (capi.hasFlag(object, "DICT_SUBCLASS")) null else protocols.dictOf(object);
}

/// A string map out of a dict or another mapping.
fn loadMap(
    comptime T: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!T {
    if (maps.isMap(object)) {
        const copied = maps.copyOf(object) orelse return error.PythonException;
        defer c.Py_DecRef(copied);
        return loadMap(T, arena, module, copied, site);
    }
    if (try mappingOf(object)) |dict| {
        defer c.Py_DecRef(dict);
        return loadMap(T, arena, module, dict, site);
    }
    if (!capi.hasFlag(object, "DICT_SUBCLASS"))
        return errors.raiseWrongType(site, "a dict or another mapping", object);
    if (site.depth <= max_depth - quick_way.max_depth) {
        var map: T = undefined;
        if (quick_way.loadMap(T, arena, object, &map)) return map;
    }
    const items = c.PyDict_Items(object) orelse return error.PythonException; // a list of our own
    defer c.Py_DecRef(items);
    const Pair = struct { []const u8, string_maps.Value(T).? };
    var map = string_maps.empty(T, arena);
    for (0..@intCast(c.PyList_Size(items))) |index| {
        const item = c.PyList_GetItem(items, @intCast(index)) orelse return error.PythonException;
        var here = inside(site, Pair, "", index);
        here.pair = item;
        const key, const value = try load(Pair, arena, module, item, &here);
        string_maps.put(T, &map, arena, key, value) catch return errors.raiseNoMemory();
    }
    return map;
}

/// A map with other keys out of a dict, or a set out of what has its items.
fn loadTable(
    comptime T: type,
    arena: std.mem.Allocator,
    module: *PyObject,
    object: *PyObject,
    site: *const Site,
) Error!T {
    const table = comptime tables.of(T).?;
    if (comptime tables.isList(T) and !tables.isScattered(T))
        return tables.listOf(
            T,
            arena,
            try loadItems(table.Key, arena, module, object, site),
            Blocks.isMemoryOf(arena),
        );
    var map = tables.empty(T, arena);
    if (table.Value == void) {
        const keys = try loadItems(table.Key, arena, module, object, site);
        if (comptime tables.isBits(T)) {
            const most = if (keys.len > 0) std.mem.max(usize, keys) else return map;
            const bound = comptime tables.boundOf(T) orelse std.math.maxInt(usize);
            if (most >= bound) return errors.raiseOutOfRange(
                (State.of(module) orelse return error.PythonException).classes,
                &inside(site, usize, "", std.mem.indexOfScalar(usize, keys, most).?),
                "0",
                comptime decimal(bound - 1),
            );
            // Then it grows once.
            tables.put(T, &map, arena, most, {}) catch return errors.raiseNoMemory();
        }
        for (keys) |key| tables.put(T, &map, arena, key, {}) catch return errors.raiseNoMemory();
        return map;
    }
    const mapping = try mappingOf(object);
    defer c.Py_DecRef(mapping);
    const dict = mapping orelse object;
    if (!capi.hasFlag(dict, "DICT_SUBCLASS"))
        return errors.raiseWrongType(site, "a dict or another mapping", object);
    const items = c.PyDict_Items(dict) orelse return error.PythonException; // a list of our own
    defer c.Py_DecRef(items);
    const Pair = struct { table.Key, table.Value };
    const size = comptime tables.sizeOf(T);
    var given: if (size == null) void else std.EnumSet(table.Key) =
        if (size == null) {} else .empty;
    for (0..@intCast(c.PyList_Size(items))) |index| {
        const item = c.PyList_GetItem(items, @intCast(index)) orelse return error.PythonException;
        var here = inside(site, Pair, "", index);
        here.pair = item;
        const key, const value = try load(Pair, arena, module, item, &here);
        tables.put(T, &map, arena, key, value) catch return errors.raiseNoMemory();
        if (size != null) given.insert(key);
    }
    if (size) |all| if (given.count() != all)
        return errors.raiseWrongSize(site, all, given.count());
    return map;
}

fn giveTable(comptime T: type, module: *PyObject, map: *const T) ?*PyObject {
    const table = comptime tables.of(T).?;
    const is_list = comptime tables.isList(T);
    if (comptime is_list and !tables.isScattered(T)) return giveList(table.Key, module, map.items);
    const is_set = table.Value == void and !is_list;
    const made = (if (is_list)
        c.PyList_New(0)
    else if (is_set) c.PySet_New(null) else c.PyDict_New()) orelse return null;
    const Each = struct {
        made: *PyObject,
        module: *PyObject,

        pub fn visit(each: *@This(), given: table.Key, value: table.Value) bool {
            if (is_list) {
                const item = giveAs(.item, table.Key, each.module, given);
                defer c.Py_DecRef(item);
                return item != null and c.PyList_Append(each.made, item.?) == 0;
            }
            const key = giveKey(table.Key, each.module, given);
            if (!is_set)
                return setItem(each.made, key, giveAs(.item, table.Value, each.module, value));
            defer c.Py_DecRef(key);
            return key != null and c.PySet_Add(each.made, key.?) == 0;
        }
    };
    var each: Each = .{ .made = made, .module = module };
    if (tables.each(T, map, &each)) return made;
    c.Py_DecRef(made);
    return null;
}

/// What can be hashed: a list is a tuple.
fn giveKey(comptime K: type, module: *PyObject, key: K) ?*PyObject {
    if (@typeInfo(K) != .array or @typeInfo(K).array.child == u8)
        return giveAs(.item, K, module, key);
    const tuple = c.PyTuple_New(key.len) orelse return null;
    for (key, 0..) |part, index| {
        const item = giveKey(@TypeOf(part), module, part) orelse {
            c.Py_DecRef(tuple);
            return null;
        };
        _ = c.PyTuple_SetItem(tuple, @intCast(index), item);
    }
    return tuple;
}

/// A new reference to what `value` is in Python, or null with the error set.
pub inline fn give(comptime T: type, module: *PyObject, value: T) ?*PyObject {
    return giveAs(.alone, T, module, value);
}

/// Whether a number is all that is given, and may soon be nobody's (see reuse.zig), or is an item.
const Role = enum { alone, item };

inline fn giveAs(comptime role: Role, comptime T: type, module: *PyObject, value: T) ?*PyObject {
    switch (comptime signature.kindOf(T).?) {
        .void => return capi.singleton(.None),
        .bool => return if (value) capi.singleton(.True) else capi.singleton(.False),
        .int => {
            const int = @typeInfo(T).int;
            if (int.bits > 64) return giveBigInt(T, value);
            if (small_ints.get(T, value)) |small| return small;
            if (role == .alone) return reuse.int(T, module, value);
            if (int.signedness == .unsigned and value > std.math.maxInt(i64))
                return c.PyLong_FromUnsignedLongLong(value);
            return c.PyLong_FromLongLong(@intCast(value));
        },
        .float => return if (role == .alone)
            reuse.float(module, value)
        else
            c.PyFloat_FromDouble(value),
        .complex => return c.PyComplex_FromDoubles(value.re, value.im),
        .str => return newStr(value.data),
        .text => return newStr(value),
        .terminated => {
            const text = signature.unterminated(T, value);
            return if (T == [:0]u8)
                c.PyBytes_FromStringAndSize(text.ptr, @intCast(text.len))
            else
                newStr(text);
        },
        .bytes => return c.PyBytes_FromStringAndSize(value.data.ptr, @intCast(value.data.len)),
        .buffer => {
            const data = if (@typeInfo(T) == .pointer) value else value.data;
            return c.PyBytes_FromStringAndSize(data.ptr, @intCast(data.len));
        },
        .optional => return if (value) |some|
            giveAs(role, @typeInfo(T).optional.child, module, some)
        else
            capi.singleton(.None),
        .@"enum", .flags => return enums.give(T, module, value),
        .index => return giveAs(role, @typeInfo(T).@"enum".tag_type, module, @backingInt(value)),
        .order => return giveAs(role, i8, module, signature.numberOf(value)),
        .standard => return standard.give(T, module, value),
        .path => return paths.give(value),
        .object => {
            const object: *PyObject = @ptrCast(@alignCast(value.handle));
            c.Py_IncRef(object);
            return object;
        },
        .kept => return @ptrCast(@alignCast(value.handle)), // the caller's now
        .tuple => {
            const types = @typeInfo(T).@"struct".field_types;
            const tuple = c.PyTuple_New(types.len) orelse {
                arrays.discard(T, value);
                return null;
            };
            inline for (types, 0..) |Field, index| {
                const item = giveAs(role, Field, module, value[index]) orelse {
                    inline for (types[index + 1 ..], index + 1..) |Rest, rest|
                        arrays.discard(Rest, value[rest]);
                    c.Py_DecRef(tuple);
                    return null;
                };
                if (capi.limited) {
                    _ = c.PyTuple_SetItem(tuple, index, item);
                } else {
                    const fields: *capi.structs.PyTupleObject = @ptrCast(@alignCast(tuple));
                    @as([*]?*PyObject, &fields.ob_item)[index] = item;
                }
            }
            return tuple;
        },
        .items => return giveList(@typeInfo(T).pointer.child, module, value),
        .array => return if (@typeInfo(T).array.child == u8)
            c.PyBytes_FromStringAndSize(&value, value.len)
        else
            giveList(@typeInfo(T).array.child, module, &value),
        .record => {
            if (comptime !signature.holdsItself(T)) return giveRecord(T, module, value);
            if (!goDeeper(T)) return null;
            defer depth_given -= 1;
            return giveRecord(T, module, value);
        },
        .class => return if (comptime classes.isCopyable(T))
            results.giveCopy(T, module, value)
        else
            results.giveOwn(T, module, value, &.{}, true),
        .reference => return results.giveAddress(T, module, value, &.{}),
        .tagged => return if (comptime signature.holdsItself(T))
            giveNested(role, T, module, value)
        else
            giveTagged(role, T, module, value),
        .link => return giveAs(role, @typeInfo(T).pointer.child, module, value.*),
        .map => {
            var map = value;
            defer map.deinit();
            return giveMap(T, module, &map);
        },
        .made => return arrays.give(T, module, value),
        .results => return elementwise.give(T, module, value),
        .column => return columns.give(T, module, value),
        .table => {
            var map = value;
            defer tables.release(T, &map);
            return giveTable(T, module, &map);
        },
        .objects => comptime unreachable, // the frame of the call gives it
        // a parameter only
        .callback, .ndarray, .input, .given, .operand, .out => comptime unreachable,
        .rest, .keywords => comptime unreachable,
        .owned => {
            defer value.deinit();
            return give(@TypeOf(value.data), module, value.data);
        },
    }
}

/// In how many values that hold others of their type it is that is given now: pointers may go round
/// in a circle, and a stack ends.
threadlocal var depth_given: u16 = 0;

/// False with the error set.
fn goDeeper(comptime T: type) bool {
    if (depth_given < max_depth) {
        depth_given += 1;
        return true;
    }
    _ = c.PyErr_Format(
        capi.exception("RecursionError"),
        "values of %s are inside of one another, %d deep",
        comptime signature.typeName(T).?.ptr,
        @as(c_int, max_depth),
    );
    return false;
}

/// A function of its own: the value may have others of its type in it.
fn giveNested(comptime role: Role, comptime T: type, module: *PyObject, value: T) ?*PyObject {
    if (!goDeeper(T)) return null;
    defer depth_given -= 1;
    return giveTagged(role, T, module, value);
}

inline fn giveTagged(
    comptime role: Role,
    comptime T: type,
    module: *PyObject,
    value: T,
) ?*PyObject {
    if (comptime variants.isClass(T)) return giveVariant(T, module, value);
    switch (value) {
        inline else => |some, tag| {
            if (comptime T == std.json.Value and tag == .number_string) return giveDigits(some);
            if (comptime untagged.isUntagged(T))
                return giveAs(role, @TypeOf(some), module, some);
            const name = newStr(@tagName(tag));
            if (@TypeOf(some) == void) return name;
            const dict = c.PyDict_New();
            if (setItem(dict, name, give(@TypeOf(some), module, some))) return dict;
            c.Py_DecRef(dict);
            return null;
        },
    }
}

const newStr = capi.newStr;

pub fn giveList(comptime Item: type, module: *PyObject, items: []const Item) ?*PyObject {
    const list = c.PyList_New(@intCast(items.len)) orelse {
        arrays.discard([]const Item, items);
        return null;
    };
    const is_written = !capi.limited and comptime isPlain(Item);
    const slots: [*]?*PyObject = if (is_written) slots: {
        const layout: *capi.structs.PyListObject = @ptrCast(@alignCast(list));
        const empty: [*]?*PyObject = &.{};
        break :slots layout.ob_item orelse empty;
    } else undefined;
    for (items, 0..) |item, index| {
        const object = giveAs(.item, Item, module, item) orelse {
            arrays.discard([]const Item, items[index + 1 ..]);
            c.Py_DecRef(list);
            return null;
        };
        if (is_written) {
            slots[index] = object;
        } else {
            _ = c.PyList_SetItem(list, @intCast(index), object);
        }
    }
    return list;
}

/// Whether no Python code runs while a `T` is made, which might find the list that it is for.
/// Before CPython 3.12, a new container may be when garbage is collected.
fn isPlain(comptime T: type) bool {
    return comptime switch (signature.kindOf(T).?) {
        .void, .bool, .int, .float, .complex, .str, .text, .bytes, .buffer => true,
        .index, .order, .terminated => true,
        .optional => isPlain(@typeInfo(T).optional.child),
        .tuple, .record => capi.minor >= 12 and for (@typeInfo(T).@"struct".field_types) |Field| {
            if (!isPlain(Field)) break false;
        } else true,
        else => false,
    };
}

fn giveRecord(comptime T: type, module: *PyObject, value: T) ?*PyObject {
    const info = @typeInfo(T).@"struct";
    const keys = field_names.of(T, module);
    const dict = c.PyDict_New() orelse {
        arrays.discard(T, value);
        return null;
    };
    inline for (info.field_names, info.field_types, 0..) |name, Field, index| {
        const item = giveAs(.item, Field, module, @field(value, name));
        const is_set = if (keys) |some| known: {
            defer c.Py_DecRef(item);
            break :known item != null and
                c.PyDict_SetItem(dict, tuples.item(some, index), item.?) == 0;
        } else setItem(dict, newStr(name), item);
        if (!is_set) {
            inline for (info.field_names[index + 1 ..], info.field_types[index + 1 ..]) |rest, Rest|
                arrays.discard(Rest, @field(value, rest));
            c.Py_DecRef(dict);
            return null;
        }
    }
    return dict;
}

fn giveMap(comptime T: type, module: *PyObject, map: *const T) ?*PyObject {
    const Value = string_maps.Value(T).?;
    const dict = c.PyDict_New() orelse {
        arrays.discard(T, map.*);
        return null;
    };
    var iterator = map.iterator();
    while (iterator.next()) |entry| {
        if (!setItem(
            dict,
            newStr(entry.key_ptr.*),
            giveAs(.item, Value, module, entry.value_ptr.*),
        )) {
            while (iterator.next()) |rest| arrays.discard(Value, rest.value_ptr.*);
            c.Py_DecRef(dict);
            return null;
        }
    }
    return dict;
}

/// Consumes key and value. False with the error set, also where one of them is null.
fn setItem(dict: ?*PyObject, key: ?*PyObject, value: ?*PyObject) bool {
    defer c.Py_DecRef(key);
    defer c.Py_DecRef(value);
    return dict != null and key != null and value != null and
        c.PyDict_SetItem(dict.?, key.?, value.?) == 0;
}
