//! Callbacks as C has them: a pointer to a function, and one to what that is given back, its
//! context. Both together are one callable of Python.
//!
//!     fn each(n: u8, visit: *const fn (c_int, ?*anyopaque) callconv(.c) void, data: ?*anyopaque)
//!
//! is `each(n, visit)`. What Python raises is raised when the function has returned: until then its
//! further calls give zeros, or an error where they may. Nothing here knows an interpreter.

const std = @import("std");
const classes = @import("classes.zig");
const signature = @import("signature.zig");
const SpinLock = @import("SpinLock.zig");

/// Which parameters of a function are callbacks with a context, and which are contexts.
pub const Parameters = struct { callbacks: []const usize, contexts: []const usize };

/// Null where there are none, or the function may keep them for later.
pub fn of(comptime info: std.lang.Type.Fn) ?Parameters {
    return comptime found: {
        var callbacks: []const usize = &.{};
        var contexts: []const usize = &.{};
        for (info.param_types, 0..) |Param, index| {
            const T = Param orelse break :found null;
            if (isContext(T)) contexts = contexts ++ .{index};
            if (CallbackOf(T) != null) callbacks = callbacks ++ .{index};
        }
        const has_both = contexts.len > 0 and contexts.len <= callbacks.len;
        if (!has_both) break :found null;
        for (info.param_types, 0..) |Param, index| {
            if (std.mem.indexOfScalar(usize, callbacks, index) != null) continue;
            if (std.mem.indexOfScalar(usize, contexts, index) != null) continue;
            if (mayKeep(Param.?, &.{})) break :found null;
        }
        const Result = signature.Payload(info.return_type orelse break :found null);
        if (!classes.isFlat(Result)) break :found null;
        break :found .{ .callbacks = callbacks, .contexts = contexts };
    };
}

fn isContext(comptime T: type) bool {
    return T == ?*anyopaque or T == *anyopaque;
}

/// Whether a function can store a callback in what a parameter is, or points to.
fn mayKeep(comptime T: type, comptime open: []const type) bool {
    if (signature.isProvided(T) or T == *std.Io.Writer or T == *std.Io.Reader) return false;
    for (open) |Outer| if (Outer == T) return false;
    const inner = open ++ .{T};
    return switch (@typeInfo(T)) {
        .pointer => |pointer| switch (@typeInfo(pointer.child)) {
            .@"fn", .@"opaque" => true,
            else => mayKeep(pointer.child, inner),
        },
        .optional => |optional| mayKeep(optional.child, inner),
        .array => |array| mayKeep(array.child, inner),
        .@"struct", .@"union" => for (switch (@typeInfo(T)) {
            .@"struct" => |info| info.field_types,
            .@"union" => |info| info.field_types,
            else => unreachable,
        }) |Field| {
            if (mayKeep(Field, inner)) break true;
        } else false,
        else => false,
    };
}

/// The `signature.Callback` that a parameter is for Python; null of what is none.
pub fn CallbackOf(comptime T: type) ?type {
    return comptime callback: {
        const F = FunctionOf(T) orelse break :callback null;
        const info = @typeInfo(F).@"fn";
        if (info.is_generic or info.attrs.varargs or info.param_types.len > 6)
            break :callback null;
        var types: []const type = &.{};
        for (info.param_types) |Param| {
            if (!isContext(Param.?)) types = types ++ .{Param.?};
        }
        if (types.len + 1 != info.param_types.len) break :callback null;
        const R = info.return_type orelse break :callback null;
        if (zeroOf(R) == null) break :callback null;
        const Called = @Fn(types, &@splat(.{}), signature.Payload(R), .{});
        const Callback = signature.Callback(Called, signature.NotKept);
        break :callback if (signature.kindOf(Callback) == null) null else Callback;
    };
}

/// The type that Python gives, which may be null where the parameter may.
pub fn Given(comptime T: type) type {
    const Callback = CallbackOf(T).?;
    return if (@typeInfo(T) == .optional) ?Callback else Callback;
}

fn FunctionOf(comptime T: type) ?type {
    const Pointer = if (@typeInfo(T) == .optional) @typeInfo(T).optional.child else T;
    if (@typeInfo(Pointer) != .pointer) return null;
    const pointer = @typeInfo(Pointer).pointer;
    if (pointer.size != .one or @typeInfo(pointer.child) != .@"fn") return null;
    return pointer.child;
}

/// What is returned where there is no result: an error, where one can be.
fn zeroOf(comptime R: type) ?R {
    return switch (@typeInfo(R)) {
        .void => {},
        .bool => false,
        .int, .float => 0,
        .@"enum" => |info| if (info.field_names.len == 0)
            (if (signature.isOpen(R)) @fromBackingInt(0) else null)
        else
            @field(R, info.field_names[0]),
        .error_union => |result| if (zeroOf(result.payload) == null)
            null
        else if (@typeInfo(result.error_set).error_set.error_names) |names|
            if (names.len == 0) zeroOf(result.payload).? else @field(result.error_set, names[0])
        else
            error.PythonException,
        else => null,
    };
}

/// The callbacks of one call of a function with these parameters. Who has the address later still
/// has that of such: so its memory is there for ever.
pub fn Context(comptime param_types: []const ?type, comptime parameters: Parameters) type {
    return struct {
        const Self = @This();
        const Callbacks = @Tuple(types: {
            var types: []const type = &.{};
            for (parameters.callbacks) |index|
                types = types ++ .{?CallbackOf(param_types[index].?).?};
            break :types types;
        });

        callbacks: Callbacks = undefined,
        has_failed: bool = false,
        next: ?*Self = null,

        var spare: struct { lock: SpinLock = .{}, first: ?*Self = null } = .{};

        pub fn begin() error{OutOfMemory}!*Self {
            spare.lock.lock();
            const first = spare.first;
            if (first) |context| spare.first = context.next;
            spare.lock.unlock();
            const context = first orelse try std.heap.page_allocator.create(Self);
            context.has_failed = false;
            return context;
        }

        pub fn end(context: *Self) void {
            spare.lock.lock();
            defer spare.lock.unlock();
            context.next = spare.first;
            spare.first = context;
        }

        pub fn placeOf(comptime index: usize) usize {
            return std.mem.indexOfScalar(usize, parameters.callbacks, index).?;
        }

        pub fn fails(context: *Self) bool {
            return @atomicLoad(bool, &context.has_failed, .acquire);
        }

        /// The function that Zig calls in place of the callback that is parameter `index`.
        pub fn pointerOf(comptime index: usize) *const FunctionOf(param_types[index].?).? {
            const F = FunctionOf(param_types[index].?).?;
            const place = comptime placeOf(index);
            return &Function(F, struct {
                fn run(given: std.meta.ArgsTuple(F)) @typeInfo(F).@"fn".return_type.? {
                    return call(F, place, given);
                }
            }.run).call;
        }

        fn call(
            comptime F: type,
            comptime place: usize,
            given: std.meta.ArgsTuple(F),
        ) @typeInfo(F).@"fn".return_type.? {
            const zero = comptime zeroOf(@typeInfo(F).@"fn".return_type.?).?;
            const Callback = @typeInfo(@TypeOf(@as(Callbacks, undefined)[place])).optional.child;
            var args: Callback.Args = undefined;
            var pointer: ?*anyopaque = null;
            comptime var next = 0;
            inline for (@typeInfo(F).@"fn".param_types, 0..) |Param, index| {
                if (comptime isContext(Param.?)) {
                    pointer = given[index];
                } else {
                    args[next] = given[index];
                    next += 1;
                }
            }
            const context: *Self = @ptrCast(@alignCast(pointer orelse return zero));
            if (context.fails()) return zero;
            const callback = context.callbacks[place] orelse return zero;
            return callback.call(args) catch {
                @atomicStore(bool, &context.has_failed, true, .release);
                return zero;
            };
        }
    };
}

/// A function of type `F`, which gives its arguments to `run` as a tuple.
fn Function(
    comptime F: type,
    comptime run: fn (std.meta.ArgsTuple(F)) @typeInfo(F).@"fn".return_type.?,
) type {
    const info = @typeInfo(F).@"fn";
    const convention = info.attrs.@"callconv";
    const R = info.return_type.?;
    const P = @typeInfo(std.meta.ArgsTuple(F)).@"struct".field_types;
    return switch (P.len) {
        1 => struct {
            fn call(a: P[0]) callconv(convention) R {
                return run(.{a});
            }
        },
        2 => struct {
            fn call(a: P[0], b: P[1]) callconv(convention) R {
                return run(.{ a, b });
            }
        },
        3 => struct {
            fn call(a: P[0], b: P[1], c: P[2]) callconv(convention) R {
                return run(.{ a, b, c });
            }
        },
        4 => struct {
            fn call(a: P[0], b: P[1], c: P[2], d: P[3]) callconv(convention) R {
                return run(.{ a, b, c, d });
            }
        },
        5 => struct {
            fn call(a: P[0], b: P[1], c: P[2], d: P[3], e: P[4]) callconv(convention) R {
                return run(.{ a, b, c, d, e });
            }
        },
        6 => struct {
            fn call(
                a: P[0],
                b: P[1],
                c: P[2],
                d: P[3],
                e: P[4],
                f: P[5],
            ) callconv(convention) R {
                return run(.{ a, b, c, d, e, f });
            }
        },
        else => comptime unreachable, // CallbackOf refuses it
    };
}

const Visit = *const fn (c_int, ?*anyopaque) callconv(.c) c_int;

fn each(count: c_int, visit: Visit, context: ?*anyopaque) c_int {
    var sum: c_int = 0;
    var number: c_int = 0;
    while (number < count) : (number += 1) sum += visit(number, context);
    return sum;
}

test of {
    const found = of(@typeInfo(@TypeOf(each)).@"fn").?;
    try std.testing.expectEqualSlices(usize, &.{1}, found.callbacks);
    try std.testing.expectEqualSlices(usize, &.{2}, found.contexts);
    const Emitter = struct { visit: ?Visit, context: ?*anyopaque };
    try std.testing.expectEqual(null, of(@typeInfo(fn (*Emitter, Visit, ?*anyopaque) void).@"fn"));
    try std.testing.expectEqual(null, of(@typeInfo(fn (Visit) void).@"fn"));
}

test CallbackOf {
    try std.testing.expect(CallbackOf(Visit).?.nano_ffi_callback == fn (c_int) c_int);
    try std.testing.expect(Given(?Visit) == ?CallbackOf(Visit).?);
    try std.testing.expectEqual(null, CallbackOf(*const fn (c_int) callconv(.c) void));
    const Failing = CallbackOf(*const fn (u8, *anyopaque) error{Odd}!bool).?;
    try std.testing.expect(Failing.nano_ffi_callback == fn (u8) bool);
    try std.testing.expectEqual(null, CallbackOf(*const fn (?*anyopaque) callconv(.c) *u8));
}

test Context {
    const info = @typeInfo(@TypeOf(each)).@"fn";
    const Own = Context(info.param_types, of(info).?);
    const Twice = CallbackOf(Visit).?;
    const Called = struct {
        fn invoke(
            _: Twice,
            args: *const Twice.Args,
            _: std.mem.Allocator,
        ) error{PythonException}!c_int {
            return if (args[0] == 3) error.PythonException else 2 * args[0];
        }
    };
    const context = try Own.begin();
    context.callbacks = .{.{
        .handle = @ptrFromInt(8),
        .invoke = &Called.invoke,
        .own = undefined, // nothing keeps it
    }};
    try std.testing.expectEqual(6, each(3, Own.pointerOf(1), context));
    try std.testing.expect(!context.fails());
    try std.testing.expectEqual(6, each(9, Own.pointerOf(1), context));
    try std.testing.expect(context.fails());
    try std.testing.expectEqual(0, comptime Own.placeOf(1));
    context.end();
    try std.testing.expectEqual(context, try Own.begin());
}
