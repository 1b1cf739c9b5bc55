//! A method as CPython calls it: the object apart from the arguments.

const std = @import("std");
const binding = @import("../binding.zig");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const arguments = @import("arguments.zig");
const convert = @import("../convert.zig");
const Error = @import("../errors.zig").Error;
const hold = @import("hold.zig");
const messages = @import("../../messages.zig");
const memory = @import("../memory.zig");
const panics = @import("../../panics.zig");
const object = @import("object.zig");
const operations = @import("../operations.zig");
const signature = @import("../../signature.zig");
const Signature = signature.Signature;
const Site = @import("../../comptime_bridge.zig").Site;
const Lender = arguments.Lender;
const c = capi.functions;
const PyObject = capi.PyObject;

/// `T` is the class; `gives_self`: what it does is all, and the object is what it gives.
pub fn Method(comptime T: type, comptime Trampoline: type, comptime gives_self: bool) type {
    const count = Trampoline.sig.args.len;
    return struct {
        pub const sig: Signature = without: {
            var shorter = Trampoline.sig;
            shorter.args = shorter.args[1..];
            break :without shorter;
        };

        const is_plain = sig.isPlain();

        pub fn receive(
            self: *PyObject,
            given: [*]const *PyObject,
            nargs: capi.Py_ssize_t,
            kwnames: ?*PyObject,
        ) callconv(.c) ?*PyObject {
            if (shape) |Shared| {
                const result = Shared.receive(&Shaped.known, self, given, @intCast(nargs), kwnames);
                return finish(self, result);
            }
            if (is_quick and is_plain) {
                if (binding.inOrder(&sig, @intCast(nargs), kwnames) == count - 1)
                    if (callQuickly(self, given)) |result| return finish(self, result.value);
            }
            return finish(self, known.call(self, given, @intCast(nargs), kwnames));
        }

        /// Whose code it has, where that is another one's, too.
        const shape: ?type = if (!Trampoline.is_short or !Trampoline.is_plain or !is_plain or
            hasDefaults(sig) or !classes.isFlat(T) or @typeInfo(Self) == .optional or
            Trampoline.has_claims or Trampoline.is_operator or
            operations.mayRaise(Trampoline.Return))
            null
        else switch (signature.kindOf(Trampoline.R) orelse .object) {
            .void, .bool, .int, .float => if (Trampoline.ScalarsBehindFirst()) |Values|
                Shape(Values, Trampoline.R, !Trampoline.cannot_fail, mode)
            else
                null,
            else => null,
        };

        const mode: hold.Mode =
            if (Self == T or @typeInfo(Self).pointer.attrs.@"const") .shared else .exclusive;

        const Shaped = struct {
            const known: Called = .{
                .sig = &sig,
                .sites = Trampoline.sites[1..],
                .enter = &enter,
                .raise = Trampoline.raise,
                .panicked = Trampoline.panickedIn,
            };

            fn enter(context: *anyopaque) callconv(.c) void {
                const work: *shape.?.Work = @ptrCast(@alignCast(context));
                const pointer: *T = @ptrCast(@alignCast(work.self));
                const first = if (Self == T) pointer.* else pointer;
                const modifier = comptime signature.modifierOf(@TypeOf(Trampoline.called));
                // Not inline, so that it has a frame of its own, with its name.
                work.result = @call(modifier, Trampoline.called, .{first} ++ work.values);
                if (!Trampoline.cannot_fail)
                    _ = work.result catch return panics.noteError(@errorReturnTrace());
            }
        };

        inline fn finish(self: *PyObject, result: ?*PyObject) ?*PyObject {
            if (!gives_self or result != capi.object("_Py_NoneStruct")) return result;
            c.Py_DecRef(result);
            return capi.newRef(self);
        }

        /// What the method returns, a number or a bool, as Zig has it, where that can be had at
        /// once: null where it cannot. `given` has all arguments.
        pub inline fn value(self: *PyObject, given: [*]const *PyObject) ?Error!Trampoline.R {
            if (!is_quick or !Trampoline.cannot_fail) return null;
            const first = quickSelf(self) orelse return null;
            switch (Trampoline.runGiven(first, given) orelse return null) {
                .returned => |result| return result,
                .panicked => |report| {
                    _ = Trampoline.panicked(object.moduleOf(object.of(self)), report);
                    return error.PythonException;
                },
            }
        }

        /// Whether `value` may be asked for a bool, or for a number.
        pub const is_bool = Trampoline.R == bool;
        pub const is_number = @typeInfo(Trampoline.R) == .int;

        const Self = Trampoline.TypeOf(0);

        /// Whether an object that nothing was made of can be used with nothing noted down: nobody
        /// comes meanwhile, and nothing is stored.
        const is_quick = !capi.free_threaded and Trampoline.allQuickBehind(1) and
            @typeInfo(Self) != .optional and !classes.holdsReferences(T) and
            (count == 1 or !classes.isProxy(T)) and
            (classes.isFlat(T) or Self == T or @typeInfo(Self).pointer.attrs.@"const") and
            !arguments.isLong(Trampoline.R) and !arguments.isDependent(Trampoline.R) and
            !Trampoline.is_released and !Trampoline.has_claims and
            !operations.mayRaise(Trampoline.Return); // what is raised may point into the object

        inline fn quickSelf(self: *PyObject) ?Self {
            const own = object.of(self);
            if (own.state != .own or own.region != null) return null;
            const pointer: *T = @ptrFromInt(object.storage(own));
            return if (Self == T) pointer.* else pointer;
        }

        inline fn callQuickly(self: *PyObject, given: [*]const *PyObject) ?Trampoline.Quick {
            if (is_bool and Trampoline.cannot_fail) { // which needs no module
                const result = value(self, given) orelse return null;
                const truth = result catch return .{ .value = null };
                return .{ .value = if (truth) capi.singleton(.True) else capi.singleton(.False) };
            }
            const first = quickSelf(self) orelse return null;
            return Trampoline.callGiven(object.moduleOf(object.of(self)), first, given);
        }

        /// `__next__` or `next`, in the slot: without an exception where there is no more.
        pub fn receiveNext(self: *PyObject) ?*PyObject {
            const result = receive(self, undefined, 0, null);
            if (result != capi.object("_Py_NoneStruct")) return result;
            c.Py_DecRef(result);
            return null;
        }

        /// The same by its name.
        pub fn receiveNextByName(
            self: *PyObject,
            given: [*]const *PyObject,
            nargs: capi.Py_ssize_t,
            kwnames: ?*PyObject,
        ) callconv(.c) ?*PyObject {
            const result = receive(self, given, nargs, kwnames);
            if (result != capi.object("_Py_NoneStruct")) return result;
            c.Py_DecRef(result);
            c.PyErr_SetObject(capi.exception("StopIteration"), null);
            return null;
        }

        /// `__exit__` of what asks no more than whether an exception ends the block, if that.
        pub fn receiveEnd(
            self: *PyObject,
            given: [*]const *PyObject,
            nargs: capi.Py_ssize_t,
            kwnames: ?*PyObject,
        ) callconv(.c) ?*PyObject {
            if (nargs != 3 or kwnames != null) {
                c.PyErr_SetString(capi.exception("TypeError"), sig.name ++
                    "() takes 3 arguments: exc_type, exc_value, traceback");
                return null;
            }
            const failed = given[0] != capi.object("_Py_NoneStruct");
            const told: *PyObject =
                if (failed) capi.object("_Py_TrueStruct") else capi.object("_Py_FalseStruct");
            return receive(self, &.{told}, sig.args.len, null);
        }

        /// The getter of a property.
        pub fn receiveProperty(self: *PyObject, _: ?*anyopaque) callconv(.c) ?*PyObject {
            return receive(self, undefined, 0, null);
        }

        /// Its setter.
        pub fn receiveValue(
            self: *PyObject,
            given: ?*PyObject,
            _: ?*anyopaque,
        ) callconv(.c) c_int {
            const set = given orelse {
                c.PyErr_SetString(capi.exception("AttributeError"), "property has no deleter");
                return -1;
            };
            const result = receive(self, &.{set}, 1, null) orelse return -1;
            c.Py_DecRef(result);
            return 0;
        }

        /// Of a class method: what is called is the class, or one derived from it.
        pub fn receiveClass(
            class: *PyObject,
            given: [*]const *PyObject,
            nargs: capi.Py_ssize_t,
            kwnames: ?*PyObject,
        ) callconv(.c) ?*PyObject {
            var all: [count]?*PyObject = undefined;
            all[0] = class;
            if (!binding.bind(&sig, given, @intCast(nargs), kwnames, all[1..])) return null;
            defer if (!is_plain) binding.release(&sig, all[1..]);
            return run(c.PyType_GetModule(object.ownClass(class)) orelse return null, &all);
        }

        const known: Known = .{
            .sig = &sig,
            .is_plain = is_plain,
            .quick = if (is_quick and is_plain) &receive else null,
            .exact = &exact,
            .partly = if (hasDefaults(sig)) &Trampoline.callPartly else null,
        };

        fn exact(module: *PyObject, all: [*]const *PyObject) ?*PyObject {
            return Trampoline.callExact(module, all);
        }

        inline fn run(module: *PyObject, all: *[count]?*PyObject) ?*PyObject {
            if (!binding.isWhole(&Trampoline.sig, all)) return Trampoline.callPartly(module, all);
            return Trampoline.callExact(module, @ptrCast(all));
        }
    };
}

fn hasDefaults(comptime sig: Signature) bool {
    return for (sig.args) |arg| {
        if (arg.default != null) break true;
    } else false;
}

/// What is known of a method without its types: what is not called in the quick way is bound by it.
const Known = struct {
    /// Without the object.
    sig: *const Signature,
    is_plain: bool,
    /// The method as CPython calls it, where that may be quick once the arguments are bound.
    quick: ?*const fn (
        self: *PyObject,
        given: [*]const *PyObject,
        nargs: capi.Py_ssize_t,
        kwnames: ?*PyObject,
    ) callconv(.c) ?*PyObject,
    exact: *const fn (module: *PyObject, all: [*]const *PyObject) ?*PyObject,
    /// The same where some are defaults. Null where there are none.
    partly: ?*const fn (module: *PyObject, all: [*]const ?*PyObject) ?*PyObject,

    noinline fn call(
        known: *const Known,
        self: *PyObject,
        given: [*]const *PyObject,
        nargs: usize,
        kwnames: ?*PyObject,
    ) ?*PyObject {
        const count = known.sig.args.len;
        const is_whole = known.is_plain and
            binding.inOrder(known.sig, nargs, kwnames) == count;
        var few: [16]?*PyObject = undefined;
        const all = if (count < few.len) few[0 .. count + 1] else memory.allocator.alloc(
            ?*PyObject,
            count + 1,
        ) catch return c.PyErr_NoMemory();
        defer if (count >= few.len) memory.allocator.free(all);
        all[0] = self;
        const module = object.moduleOf(object.of(self));
        if (is_whole) {
            for (all[1..], given) |*slot, arg| slot.* = arg;
            return known.exact(module, @ptrCast(all.ptr));
        }
        const bound = all[1..];
        if (!binding.bind(known.sig, given, nargs, kwnames, bound)) return null;
        defer if (!known.is_plain) binding.release(known.sig, bound);
        if (std.mem.findScalar(?*PyObject, bound, null) != null)
            return known.partly.?(module, all.ptr);
        if (known.quick) |quick| return quick(self, @ptrCast(bound.ptr), @intCast(count), null);
        return known.exact(module, @ptrCast(all.ptr));
    }
};

/// What a method is, but for its types.
const Called = struct {
    /// Without the object. It is plain, and has no defaults.
    sig: *const Signature,
    sites: [*]const *const Site,
    /// Calls the function with what a `Work` has.
    enter: *const panics.Enter,
    raise: *const fn (*PyObject, anyerror, []const usize, []const Lender) ?*PyObject,
    panicked: *const fn (*PyObject, [:0]const u8, *const panics.Report) ?*PyObject,
};

/// Methods of plain objects that differ in nothing but the function: one code for all that take and
/// return the same types, so that each costs the compiler little. Of modules that catch panics, and
/// call functions by their addresses in any case; others are compiled for speed.
///
/// `Values` is a tuple of numbers and bools, what is given beside the object; `R` is returned.
fn Shape(
    comptime Values: type,
    comptime R: type,
    comptime can_fail: bool,
    comptime mode: hold.Mode,
) type {
    const types = @typeInfo(Values).@"struct".field_types;
    return struct {
        pub const Work = struct {
            self: *anyopaque,
            values: Values,
            result: if (can_fail) anyerror!R else R,
        };

        pub noinline fn receive(
            known: *const Called,
            self: *PyObject,
            given: [*]const *PyObject,
            nargs: usize,
            kwnames: ?*PyObject,
        ) ?*PyObject {
            if (binding.inOrder(known.sig, nargs, kwnames) != types.len) {
                var bound: [types.len]?*PyObject = undefined;
                if (!binding.bind(known.sig, given, nargs, kwnames, &bound)) return null;
                return receiveAll(known, self, @ptrCast(&bound));
            }
            return receiveAll(known, self, given);
        }

        inline fn receiveAll(
            known: *const Called,
            self: *PyObject,
            given: [*]const *PyObject,
        ) ?*PyObject {
            const own = object.of(self);
            var work: Work = undefined;
            if (!capi.free_threaded and own.state == .own and own.region == null) {
                if (takeQuickly(&work.values, given)) {
                    work.self = @ptrFromInt(object.storage(own));
                    return finish(known, object.moduleOf(own), &work);
                }
            }
            return receiveSlowly(known, self, given);
        }

        inline fn takeQuickly(values: *Values, given: [*]const *PyObject) bool {
            inline for (types, 0..) |T, index|
                values[index] = convert.Argument(T).quick(given[index]) orelse return false;
            return true;
        }

        noinline fn receiveSlowly(
            known: *const Called,
            self: *PyObject,
            given: [*]const *PyObject,
        ) ?*PyObject {
            const own = object.of(self);
            const module = object.moduleOf(own);
            var work: Work = undefined;
            inline for (types, 0..) |T, index| {
                var taken = convert.Argument(T).take(module, given[index], known.sites[index]) catch
                    return null;
                work.values[index] = taken.get();
            }
            var use: hold.Use(.nothing) = .{};
            work.self = @ptrFromInt(use.begin(own, mode) catch return null);
            defer use.end();
            if (mode == .exclusive) object.expectWritable(own) catch return null;
            return finish(known, module, &work);
        }

        noinline fn finish(known: *const Called, module: *PyObject, work: *Work) ?*PyObject {
            if (can_fail) messages.clear();
            if (panics.protectBy(known.enter, work)) |report|
                return known.panicked(module, known.sig.name, report);
            const value = if (!can_fail) work.result else work.result catch |err|
                return known.raise(module, err, panics.errorTrace(), &.{});
            return convert.give(R, module, value);
        }
    };
}
