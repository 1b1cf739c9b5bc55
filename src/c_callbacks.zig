//! Callbacks as C has them: a pointer to a function, and one to what that is given back, its
//! context. Both together are one callable of Python.
//!
//!     fn each(n: u8, visit: *const fn (c_int, ?*anyopaque) callconv(.c) void, data: ?*anyopaque)
//!
//! is `each(n, visit)`. A pointer to a function that has no context is a callable as well, where it
//! is only called: it has one of a few functions for itself as long as the call takes. What Python
//! raises is raised when the function has returned: until then its further calls give zeros, or an
//! error where they may. Nothing here knows an interpreter.

const std = @import("std");
const Blocks = @import("Blocks.zig");
const classes = @import("classes.zig");
const messages = @import("messages.zig");
const signature = @import("signature.zig");
const SpinLock = @import("SpinLock.zig");

/// Which parameters of a function are callbacks with a context, and which are contexts.
pub const Parameters = struct {
    callbacks: []const usize,
    contexts: []const usize,
    /// Whether what is allocated is noted: the result is not returned where a callback raises.
    is_noted: bool = false,
};

/// Null where there are none, or the function may keep them for later. Those of `called` it only
/// calls.
pub fn of(comptime info: std.lang.Type.Fn, comptime called: []const usize) ?Parameters {
    return comptime found: {
        var callbacks: []const usize = &.{};
        var alone: []const usize = &.{};
        var contexts: []const usize = &.{};
        for (info.param_types, 0..) |Param, index| {
            const T = Param orelse break :found null;
            if (isContext(T)) contexts = contexts ++ .{index};
            if (CallbackOf(T) == null) continue;
            if (hasContext(T)) {
                callbacks = callbacks ++ .{index};
            } else if (std.mem.indexOfScalar(usize, called, index) != null) {
                alone = alone ++ .{index};
            }
        }
        if (contexts.len == 0) {
            callbacks = alone;
            if (alone.len == 0) break :found null;
        } else if (contexts.len > callbacks.len) break :found null;
        for (info.param_types, 0..) |Param, index| {
            if (std.mem.indexOfScalar(usize, callbacks, index) != null) continue;
            if (std.mem.indexOfScalar(usize, contexts, index) != null) continue;
            if (mayKeep(Param.?, &.{})) break :found null;
        }
        const Result = signature.Payload(info.return_type orelse break :found null);
        const is_flat = classes.isFlat(Result);
        if (!is_flat and !isAllNew(info, Result)) break :found null;
        break :found .{ .callbacks = callbacks, .contexts = contexts, .is_noted = !is_flat };
    };
}

/// Whether what a function allocates can be in nothing but its result, which has no allocator to
/// remember: it is given back where that is not returned after all.
fn isAllNew(comptime info: std.lang.Type.Fn, comptime Result: type) bool {
    if (!isPlain(Result) or mayKeep(Result, &.{})) return false;
    var has_allocator = false;
    for (info.param_types) |Param| {
        if (Param.? == std.mem.Allocator) has_allocator = true;
        if (signature.isProvided(Param.?) or isContext(Param.?) or CallbackOf(Param.?) != null)
            continue;
        if (!isOnlyRead(Param.?)) return false;
    }
    return has_allocator;
}

/// Whether a value, and all that it points to, can be copied: none of it remembers an allocator.
fn isPlain(comptime T: type) bool {
    if (classes.isFlat(T)) return true;
    return switch (@typeInfo(T)) {
        .optional => |optional| isPlain(optional.child),
        .pointer => |pointer| pointer.size == .slice and isPlain(pointer.child),
        else => classes.isCopyable(T),
    };
}

fn isOnlyRead(comptime T: type) bool {
    if (classes.isFlat(T)) return true;
    return switch (@typeInfo(T)) {
        .optional => |optional| isOnlyRead(optional.child),
        .pointer => |pointer| pointer.attrs.@"const" and switch (pointer.size) {
            .one => classes.isClass(pointer.child),
            .slice => isOnlyRead(pointer.child),
            else => false,
        },
        else => false,
    };
}

/// An allocator that notes what it gives.
pub const Notes = struct {
    gpa: std.mem.Allocator,
    lock: SpinLock = .{},
    live: Blocks = .{},

    pub fn allocator(notes: *Notes) std.mem.Allocator {
        return .{ .ptr = notes, .vtable = &.{
            .alloc = alloc,
            .resize = std.mem.Allocator.noResize,
            .remap = std.mem.Allocator.noRemap,
            .free = free,
        } };
    }

    /// Gives back what is there of all that it gave.
    pub fn freeAll(notes: *Notes) void {
        for (notes.live.slots) |slot| if (slot.block()) |block|
            notes.gpa.rawFree(block.bytes(), block.alignment, @returnAddress());
    }

    pub fn deinit(notes: *Notes) void {
        notes.live.deinit(notes.gpa);
    }

    fn alloc(
        context: *anyopaque,
        len: usize,
        alignment: std.mem.Alignment,
        address: usize,
    ) ?[*]u8 {
        const notes: *Notes = @ptrCast(@alignCast(context));
        notes.lock.lock();
        defer notes.lock.unlock();
        const memory = notes.gpa.rawAlloc(len, alignment, address) orelse return null;
        notes.live.put(notes.gpa, .of(memory[0..len], alignment)) catch {
            notes.gpa.rawFree(memory[0..len], alignment, address);
            return null;
        };
        return memory;
    }

    fn free(
        context: *anyopaque,
        memory: []u8,
        alignment: std.mem.Alignment,
        address: usize,
    ) void {
        const notes: *Notes = @ptrCast(@alignCast(context));
        notes.lock.lock();
        defer notes.lock.unlock();
        _ = notes.live.remove(@intFromPtr(memory.ptr));
        notes.gpa.rawFree(memory, alignment, address);
    }
};

/// Whether a callback is given a context.
fn hasContext(comptime T: type) bool {
    return comptime for (@typeInfo(FunctionOf(T).?).@"fn".param_types) |Param| {
        if (isContext(Param.?)) break true;
    } else false;
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
        if (types.len + 1 < info.param_types.len) break :callback null;
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

/// How many calls may have callbacks without a context at a time.
const most_alone = 16;

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

        const is_alone = parameters.contexts.len == 0;

        var spare: struct { lock: SpinLock = .{}, first: ?*Self = null, used: usize = 0 } = .{};
        /// Those of which a function knows the place.
        var alone: [if (is_alone) most_alone else 0]Self = undefined;

        pub fn begin() error{ OutOfMemory, RuntimeError }!*Self {
            spare.lock.lock();
            const first = spare.first;
            if (first) |context| spare.first = context.next;
            const place = spare.used;
            if (is_alone and first == null and place < most_alone) spare.used += 1;
            spare.lock.unlock();
            if (is_alone and first == null and place == most_alone) return messages.fail(
                error.RuntimeError,
                "there are {d} such calls already, in each other or in other threads: a " ++
                    "callback without a ?*anyopaque is for so many at a time",
                .{most_alone},
            );
            const context = first orelse if (is_alone)
                &alone[place]
            else
                try std.heap.page_allocator.create(Self);
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
        pub fn pointerOf(
            context: *Self,
            comptime index: usize,
        ) *const FunctionOf(param_types[index].?).? {
            const F = FunctionOf(param_types[index].?).?;
            const place = comptime placeOf(index);
            const Own = struct {
                fn Numbered(comptime number: ?usize) type {
                    return struct {
                        fn run(given: std.meta.ArgsTuple(F)) @typeInfo(F).@"fn".return_type.? {
                            return call(F, place, number, given);
                        }
                    };
                }

                const all: [alone.len]*const F = all: {
                    var functions: [alone.len]*const F = undefined;
                    for (&functions, 0..) |*function, number|
                        function.* = &Function(F, Numbered(number).run).call;
                    break :all functions;
                };
            };
            if (!is_alone) return &Function(F, Own.Numbered(null).run).call;
            return Own.all[(@intFromPtr(context) - @intFromPtr(&alone)) / @sizeOf(Self)];
        }

        fn call(
            comptime F: type,
            comptime place: usize,
            comptime number: ?usize,
            given: std.meta.ArgsTuple(F),
        ) @typeInfo(F).@"fn".return_type.? {
            const zero = comptime zeroOf(@typeInfo(F).@"fn".return_type.?).?;
            const Callback = @typeInfo(@TypeOf(@as(Callbacks, undefined)[place])).optional.child;
            var args: Callback.Args = undefined;
            var pointer: ?*anyopaque = if (number) |own| &alone[own] else null;
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
        0 => struct {
            fn call() callconv(convention) R {
                return run(.{});
            }
        },
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
    const found = of(@typeInfo(@TypeOf(each)).@"fn", &.{}).?;
    try std.testing.expectEqualSlices(usize, &.{1}, found.callbacks);
    try std.testing.expectEqualSlices(usize, &.{2}, found.contexts);
    const Emitter = struct { visit: ?Visit, context: ?*anyopaque };
    const Keeper = @typeInfo(fn (*Emitter, Visit, ?*anyopaque) void).@"fn";
    try std.testing.expectEqual(null, of(Keeper, &.{}));
    try std.testing.expectEqual(null, of(@typeInfo(fn (Visit) void).@"fn", &.{0}));
    const alone = @typeInfo(fn (u8, *const fn (u8) u8) u8).@"fn";
    try std.testing.expectEqual(null, of(alone, &.{}));
    try std.testing.expectEqualSlices(usize, &.{1}, of(alone, &.{ 0, 1 }).?.callbacks);
}

test Notes {
    var notes: Notes = .{ .gpa = std.testing.allocator };
    defer notes.deinit();
    const gpa = notes.allocator();
    const kept = try gpa.alloc(u32, 3);
    gpa.free(try gpa.alloc(u8, 100));
    try std.testing.expectEqual(1, notes.live.count);
    kept[2] = 7;
    var list: std.ArrayList(u16) = .empty;
    for (0..40) |number| try list.append(gpa, @intCast(number));
    try std.testing.expectEqual(2, notes.live.count);
    notes.freeAll(); // and nothing leaks
}

test isAllNew {
    const gpa = std.mem.Allocator;
    const Map = @typeInfo(fn (gpa, []const f64, *const fn (f64) f64) anyerror![]f64).@"fn";
    try std.testing.expect(comptime isAllNew(Map, []f64));
    try std.testing.expect(comptime !isAllNew(Map, struct { gpa: gpa, items: []f64 }));
    try std.testing.expect(comptime !isAllNew(Map, ?*anyopaque));
    const Grow = @typeInfo(fn (gpa, *[]f64, *const fn (f64) f64) anyerror![]f64).@"fn";
    try std.testing.expect(comptime !isAllNew(Grow, []f64));
    try std.testing.expect(comptime !isAllNew(@typeInfo(fn ([]const f64) []f64).@"fn", []f64));
}

test CallbackOf {
    try std.testing.expect(CallbackOf(Visit).?.nano_ffi_callback == fn (c_int) c_int);
    try std.testing.expect(Given(?Visit) == ?CallbackOf(Visit).?);
    try std.testing.expect(CallbackOf(*const fn () callconv(.c) void) != null);
    const Failing = CallbackOf(*const fn (u8, *anyopaque) error{Odd}!bool).?;
    try std.testing.expect(Failing.nano_ffi_callback == fn (u8) bool);
    try std.testing.expectEqual(null, CallbackOf(*const fn (?*anyopaque) callconv(.c) *u8));
}

test Context {
    const info = @typeInfo(@TypeOf(each)).@"fn";
    const Own = Context(info.param_types, of(info, &.{}).?);
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
    try std.testing.expectEqual(6, each(3, context.pointerOf(1), context));
    try std.testing.expect(!context.fails());
    try std.testing.expectEqual(6, each(9, context.pointerOf(1), context));
    try std.testing.expect(context.fails());
    try std.testing.expectEqual(0, comptime Own.placeOf(1));
    context.end();
    try std.testing.expectEqual(context, try Own.begin());
}
