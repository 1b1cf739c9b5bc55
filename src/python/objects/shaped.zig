//! Methods of plain objects that differ in nothing but the function: one code for all that take and
//! return the same types, so that each costs the compiler little. Of modules that catch panics, and
//! call functions by their addresses in any case; others are compiled for speed.

const std = @import("std");
const binding = @import("../binding.zig");
const capi = @import("../capi.zig");
const convert = @import("../convert.zig");
const hold = @import("hold.zig");
const object = @import("object.zig");
const Lender = @import("arguments.zig").Lender;
const messages = @import("../../messages.zig");
const panics = @import("../../panics.zig");
const Signature = @import("../../signature.zig").Signature;
const Site = @import("../../comptime_bridge.zig").Site;
const PyObject = capi.PyObject;

/// What a method is, but for its types.
pub const Known = struct {
    /// Without the object. It is plain, and has no defaults.
    sig: *const Signature,
    sites: [*]const *const Site,
    /// Calls the function with what a `Work` has.
    enter: *const panics.Enter,
    raise: *const fn (*PyObject, anyerror, []const usize, []const Lender) ?*PyObject,
    panicked: *const fn (*PyObject, [:0]const u8, *const panics.Report) ?*PyObject,
};

/// `Values` is a tuple of numbers and bools, what is given beside the object; `R` is returned.
pub fn Shape(
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
            known: *const Known,
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
            known: *const Known,
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
            known: *const Known,
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

        noinline fn finish(known: *const Known, module: *PyObject, work: *Work) ?*PyObject {
            if (can_fail) messages.clear();
            if (panics.protectBy(known.enter, work)) |report|
                return known.panicked(module, known.sig.name, report);
            const value = if (!can_fail) work.result else work.result catch |err|
                return known.raise(module, err, panics.errorTrace(), &.{});
            return convert.give(R, module, value);
        }
    };
}
