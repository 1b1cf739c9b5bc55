//! A method as CPython calls it: the object apart from the arguments.

const std = @import("std");
const binding = @import("../binding.zig");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const arguments = @import("arguments.zig");
const Error = @import("../errors.zig").Error;
const object = @import("object.zig");
const signature = @import("../../signature.zig");
const Signature = signature.Signature;
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
            if (is_quick and is_plain and nargs == count - 1 and kwnames == null) {
                if (callQuickly(self, given)) |result| return finish(self, result.value);
            }
            return finish(self, call(self, given, @intCast(nargs), kwnames));
        }

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
            (classes.isFlat(T) or Self == T or @typeInfo(Self).pointer.attrs.@"const") and
            !arguments.isLong(Trampoline.R) and !arguments.isDependent(Trampoline.R) and
            !Trampoline.is_released and !Trampoline.has_claims;

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

        noinline fn call(
            self: *PyObject,
            given: [*]const *PyObject,
            nargs: usize,
            kwnames: ?*PyObject,
        ) ?*PyObject {
            var all: [count]?*PyObject = undefined;
            all[0] = self;
            if (is_plain and nargs == count - 1 and kwnames == null) {
                @memcpy(all[1..], given[0 .. count - 1]);
            } else if (count > 1 and binding.bindQuickly(&sig, given, nargs, kwnames, all[1..])) {
                if (is_quick and binding.isWhole(&Trampoline.sig, &all))
                    return receive(self, @ptrCast(all[1..]), count - 1, null);
            } else if (!binding.bind(&sig, given, nargs, kwnames, all[1..])) return null;
            defer if (!is_plain) binding.release(&sig, all[1..]);
            return run(object.moduleOf(object.of(self)), &all);
        }

        inline fn run(module: *PyObject, all: *[count]?*PyObject) ?*PyObject {
            if (!binding.isWhole(&Trampoline.sig, all)) return Trampoline.callPartly(module, all);
            return Trampoline.callExact(module, @ptrCast(all));
        }
    };
}
