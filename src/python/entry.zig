//! How CPython enters a trampoline: a choice of calling conventions, made while compiling by the
//! function's shape and the CPython.
//!
//! A specialised instruction of the interpreter calls a builtin function through its PyMethodDef,
//! and is the faster the less that promises: METH_O for one parameter, METH_FASTCALL for others.
//! Neither takes keywords. So every function object of ours also gets a `vectorcall` of its own
//! (`install`), which takes whatever is given, and which everything else in CPython calls through.

const std = @import("std");
const binding = @import("binding.zig");
const capi = @import("capi.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// The entries of one trampoline.
pub const Entry = struct {
    /// For a PyMethodDef.
    method: *const anyopaque,
    flags: c_int,
    /// For the function object; null built for the stable ABI, which does not show where.
    vectorcall: ?*const capi.vectorcallfunc,
};

/// CPython 3.11 and 3.12 specialise calls with keywords, too, and for METH_KEYWORDS only; the
/// stable ABI has nothing else that takes keywords.
pub const takes_keywords = capi.limited or capi.minor == 11 or capi.minor == 12;

pub fn of(comptime Trampoline: type) *const Entry {
    const Entries = EntriesOf(Trampoline);
    const constants = capi.constants;
    return comptime &.{
        .method = if (takes_keywords or !Entries.is_plain)
            &Entries.keywords
        else if (Entries.count == 1) &Entries.one else &Entries.several,
        .flags = if (takes_keywords or !Entries.is_plain)
            constants.METH_FASTCALL | constants.METH_KEYWORDS
        else if (Entries.count == 1) constants.METH_O else constants.METH_FASTCALL,
        .vectorcall = if (capi.limited) null else &Entries.vectorcall,
    };
}

/// A new function object, or null with the error set. `def` lives as long, and `vectorcall` takes
/// what its method takes, and keywords.
pub fn newFunction(
    def: *const capi.PyMethodDef,
    vectorcall: ?*const capi.vectorcallfunc,
    self: *PyObject,
    module_name: *PyObject,
) ?*PyObject {
    const object = c.PyCFunction_NewEx(def, self, module_name) orelse return null;
    if (!capi.limited) layoutOf(object).vectorcall = vectorcall;
    return object;
}

/// The vectorcall of an object that is exactly a builtin function; null where it has none.
pub fn vectorcallOf(function: *PyObject) ?*const capi.vectorcallfunc {
    return layoutOf(function).vectorcall;
}

/// What a builtin function was made for (borrowed): a function of a module has the module.
pub inline fn selfOf(function: *PyObject) *PyObject {
    return layoutOf(function).m_self.?;
}

inline fn layoutOf(function: *PyObject) *capi.structs.PyCFunctionObject {
    return @ptrCast(@alignCast(function));
}

fn EntriesOf(comptime Trampoline: type) type {
    return struct {
        const count = Trampoline.sig.args.len;
        const is_plain = Trampoline.sig.isPlain();

        fn one(self: *PyObject, arg: *PyObject) callconv(.c) ?*PyObject {
            return Trampoline.callOne(self, arg);
        }

        fn several(
            self: *PyObject,
            given: [*]const *PyObject,
            nargs: capi.Py_ssize_t,
        ) callconv(.c) ?*PyObject {
            if (nargs != count) return bindAndCall(self, given, @intCast(nargs), null);
            return Trampoline.callExact(self, given);
        }

        fn keywords(
            self: *PyObject,
            given: [*]const *PyObject,
            nargs: capi.Py_ssize_t,
            kwnames: ?*PyObject,
        ) callconv(.c) ?*PyObject {
            if (!is_plain or nargs != count or kwnames != null) return bindAndCall(
                self,
                given,
                @intCast(nargs),
                kwnames,
            );
            return Trampoline.callExact(self, given);
        }

        fn vectorcall(
            function: *PyObject,
            given: [*]const *PyObject,
            nargsf: usize,
            kwnames: ?*PyObject,
        ) callconv(.c) ?*PyObject {
            // CPython 3.10 calls everything through here, and says that it has room before the
            // arguments; later ones come here by name, which says nothing.
            const nargs = if (capi.minor == 10) capi.vectorcallCount(nargsf) else nargsf;
            if (is_plain and nargs == count and kwnames == null) return Trampoline.callExact(
                selfOf(function),
                given,
            );
            return bindAndCall(selfOf(function), given, capi.vectorcallCount(nargsf), kwnames);
        }

        noinline fn bindAndCall(
            self: *PyObject,
            given: [*]const *PyObject,
            nargs: usize,
            kwnames: ?*PyObject,
        ) ?*PyObject {
            if (!is_plain) return bindAny(self, given, nargs, kwnames);
            const in_order = if (kwnames) |names|
                binding.isInOrder(Trampoline.sig, nargs, names)
            else
                nargs == count;
            return if (in_order) callMethod(self, given) else bindAny(self, given, nargs, kwnames);
        }

        noinline fn bindAny(
            self: *PyObject,
            given: [*]const *PyObject,
            nargs: usize,
            kwnames: ?*PyObject,
        ) ?*PyObject {
            var bound: [count]?*PyObject = undefined;
            if (!binding.bind(&Trampoline.sig, given, nargs, kwnames, &bound)) return null;
            defer if (!is_plain) binding.release(&Trampoline.sig, &bound);
            if (!binding.isWhole(&Trampoline.sig, &bound))
                return Trampoline.callPartly(self, &bound);
            if (!is_plain) return Trampoline.callExact(self, @ptrCast(&bound));
            return callMethod(self, @ptrCast(&bound));
        }

        /// With every argument by position.
        inline fn callMethod(self: *PyObject, given: [*]const *PyObject) ?*PyObject {
            if (takes_keywords) return keywords(self, given, count, null);
            return if (count == 1) one(self, given[0]) else several(self, given, count);
        }
    };
}
