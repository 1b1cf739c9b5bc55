//! Functions with names of Python's protocols, `__len__`, `__add__` …, as the slots of a type: the
//! interpreter then calls them with no look-up.

const std = @import("std");
const capi = @import("../capi.zig");
const errors = @import("../errors.zig");
const exports = @import("../../exports.zig");
const object = @import("object.zig");
const c = capi.functions;
const PyObject = capi.PyObject;
const Slot = capi.structs.PyType_Slot;

const unary = .{
    .__neg__ = "nb_negative",
    .__pos__ = "nb_positive",
    .__abs__ = "nb_absolute",
    .__invert__ = "nb_invert",
    .__int__ = "nb_int",
    .__float__ = "nb_float",
    .__index__ = "nb_index",
    .__repr__ = "tp_repr",
    .__str__ = "tp_str",
    .__iter__ = "tp_iter",
};

const binary = .{
    .add = "add",
    .sub = "subtract",
    .mul = "multiply",
    .matmul = "matrix_multiply",
    .truediv = "true_divide",
    .floordiv = "floor_divide",
    .mod = "remainder",
    .lshift = "lshift",
    .rshift = "rshift",
    .@"and" = "and",
    .@"or" = "or",
    .xor = "xor",
};

const comparisons = .{
    .__lt__ = "Py_LT",
    .__le__ = "Py_LE",
    .__eq__ = "Py_EQ",
    .__ne__ = "Py_NE",
    .__gt__ = "Py_GT",
    .__ge__ = "Py_GE",
};

const others = .{
    "__len__",  "__getitem__", "__setitem__", "__delitem__", "__contains__", "__bool__",
    "__hash__", "__next__",    "__call__",
};

/// Whether a name has a slot here; others are attributes of the class, which CPython looks up.
pub fn isSlot(comptime name: [:0]const u8) bool {
    if (name.len < 5) return false;
    const short = name[2 .. name.len - 2];
    if (@hasField(@TypeOf(unary), name) or @hasField(@TypeOf(comparisons), name)) return true;
    if (@hasField(@TypeOf(binary), short)) return true;
    if (short.len > 1 and (short[0] == 'r' or short[0] == 'i') and
        @hasField(@TypeOf(binary), short[1..])) return true;
    for (others) |other| if (std.mem.eql(u8, other, name)) return true;
    return false;
}

/// The slots of a class. `Class` has `class`, `has(name)`, `MethodOf(name).receive`, a function of
/// METH_FASTCALL | METH_KEYWORDS, `isInstance(object)`, `givesOrder(name)` and `compare`, for what
/// it does not define.
pub fn of(comptime Class: type) []const Slot {
    return comptime list: {
        @setEvalBranchQuota(1_000_000_000);
        var slots: []const Slot = &.{};
        for (@typeInfo(@TypeOf(unary)).@"struct".field_names) |name| {
            if (Class.has(name))
                slots = slots ++ .{slot(@field(unary, name), &Unary(Class, name).call)};
        }
        for (@typeInfo(@TypeOf(binary)).@"struct".field_names) |name| {
            const slot_name = @field(binary, name);
            if (Class.has("__" ++ name ++ "__") or Class.has("__r" ++ name ++ "__"))
                slots = slots ++ .{slot("nb_" ++ slot_name, &Binary(Class, name).call)};
            if (Class.has("__i" ++ name ++ "__"))
                slots = slots ++ .{slot("nb_inplace_" ++ slot_name, &Inplace(Class, name).call)};
        }
        if (Class.has("__len__")) slots = slots ++ .{
            slot("mp_length", &Length(Class).call), slot("sq_length", &Length(Class).call),
        };
        if (Class.has("__getitem__")) slots = slots ++ .{
            slot("mp_subscript", &Item(Class).get), slot("sq_item", &Item(Class).at),
        };
        if (Class.has("__setitem__") or Class.has("__delitem__"))
            slots = slots ++ .{slot("mp_ass_subscript", &Item(Class).set)};
        if (Class.has("__contains__"))
            slots = slots ++ .{slot("sq_contains", &Truth(Class, "__contains__").contains)};
        if (Class.has("__bool__"))
            slots = slots ++ .{slot("nb_bool", &Truth(Class, "__bool__").call)};
        if (Class.has("__hash__")) slots = slots ++ .{slot("tp_hash", &Hash(Class).call)};
        if (exports.nextOf(Class.class)) |name| {
            slots = slots ++ .{slot("tp_iternext", &Next(Class, name).call)};
            if (!Class.has("__iter__"))
                slots = slots ++ .{slot("tp_iter", &c.PyObject_SelfIter)};
        }
        if (exports.isText(Class.class))
            slots = slots ++ .{slot("tp_str", &Unary(Class, "format").call)};
        if (Class.has("__call__")) slots = slots ++ .{slot("tp_call", &Call(Class).call)};
        break :list slots;
    };
}

/// Whether a class defines a comparison.
pub fn compares(comptime Class: type) bool {
    return comptime for (@typeInfo(@TypeOf(comparisons)).@"struct".field_names) |name| {
        if (Class.has(name)) break true;
    } else false;
}

fn slot(comptime name: []const u8, function: *const anyopaque) Slot {
    return .{ .slot = @field(capi.constants, "Py_" ++ name), .pfunc = function };
}

fn one(
    comptime Class: type,
    comptime name: [:0]const u8,
    self: *PyObject,
    arg: *PyObject,
) ?*PyObject {
    const args = [1]*PyObject{arg};
    return Class.MethodOf(name).receive(self, &args, 1, null);
}

fn none(comptime Class: type, comptime name: [:0]const u8, self: *PyObject) ?*PyObject {
    return Class.MethodOf(name).receive(self, undefined, 0, null);
}

pub fn notImplemented() *PyObject {
    const value = capi.object("_Py_NotImplementedStruct");
    c.Py_IncRef(value);
    return value;
}

fn isNotImplemented(result: ?*PyObject) bool {
    return result == capi.object("_Py_NotImplementedStruct");
}

fn Unary(comptime Class: type, comptime name: [:0]const u8) type {
    return struct {
        fn call(self: *PyObject) callconv(.c) ?*PyObject {
            return none(Class, name, self);
        }
    };
}

fn Binary(comptime Class: type, comptime name: [:0]const u8) type {
    return struct {
        fn call(left: *PyObject, right: *PyObject) callconv(.c) ?*PyObject {
            if (comptime Class.has("__" ++ name ++ "__")) if (Class.isInstance(left)) {
                const result = one(Class, "__" ++ name ++ "__", left, right);
                if (!(comptime Class.has("__r" ++ name ++ "__")) or !isNotImplemented(result))
                    return result;
                c.Py_DecRef(result);
            };
            if (comptime Class.has("__r" ++ name ++ "__")) if (Class.isInstance(right))
                return one(Class, "__r" ++ name ++ "__", right, left);
            return notImplemented();
        }
    };
}

fn Inplace(comptime Class: type, comptime name: [:0]const u8) type {
    return struct {
        fn call(self: *PyObject, other: *PyObject) callconv(.c) ?*PyObject {
            return one(Class, "__i" ++ name ++ "__", self, other);
        }
    };
}

pub fn Compare(comptime Class: type) type {
    return struct {
        pub fn call(self: *PyObject, other: *PyObject, operator: c_int) callconv(.c) ?*PyObject {
            inline for (@typeInfo(@TypeOf(comparisons)).@"struct".field_names) |name| {
                if (operator == @field(capi.constants, @field(comparisons, name))) {
                    if (comptime Class.has(name)) {
                        const result = one(Class, name, self, other);
                        return if (comptime Class.givesOrder(name))
                            ordered(result, operator)
                        else
                            result;
                    }
                    const is_negation = comptime std.mem.eql(u8, name, "__ne__");
                    if (is_negation and comptime Class.has("__eq__")) return negated(self, other);
                }
            }
            return Class.compare(self, other, operator);
        }

        /// What a comparison says, where it is known which of two is first.
        fn ordered(result: ?*PyObject, operator: c_int) ?*PyObject {
            if (result == null or isNotImplemented(result)) return result;
            defer c.Py_DecRef(result);
            const order = c.PyLong_AsLong(result.?);
            const is_true = inline for (.{ .{ "LT", order < 0 }, .{ "LE", order <= 0 }, .{
                "EQ", order == 0,
            }, .{ "GE", order >= 0 }, .{ "GT", order > 0 } }) |case| {
                if (operator == @field(capi.constants, "Py_" ++ case[0])) break case[1];
            } else unreachable; // of the others a class has no order
            return if (is_true) capi.singleton(.True) else capi.singleton(.False);
        }

        fn negated(self: *PyObject, other: *PyObject) ?*PyObject {
            const given = one(Class, "__eq__", self, other);
            const result = (if (comptime Class.givesOrder("__eq__"))
                ordered(given, capi.constants.Py_EQ)
            else
                given) orelse return null;
            if (isNotImplemented(result)) return result;
            defer c.Py_DecRef(result);
            const truth = c.PyObject_IsTrue(result);
            if (truth < 0) return null;
            return if (truth == 0) capi.singleton(.True) else capi.singleton(.False);
        }
    };
}

fn Length(comptime Class: type) type {
    return struct {
        fn call(self: *PyObject) callconv(.c) capi.Py_ssize_t {
            const M = Class.MethodOf("__len__");
            if (!M.is_number or M.sig.args.len != 0) return slowly(self);
            const size = (M.value(self, undefined) orelse return slowly(self)) catch return -1;
            if (size < 0) return raiseNegative();
            return std.math.cast(isize, size) orelse raiseTooLarge();
        }

        noinline fn raiseNegative() capi.Py_ssize_t {
            c.PyErr_SetString(capi.exception("ValueError"), "__len__() should return >= 0");
            return -1;
        }

        noinline fn raiseTooLarge() capi.Py_ssize_t {
            c.PyErr_SetString(
                capi.exception("OverflowError"),
                "cannot fit 'int' into an index-sized integer",
            );
            return -1;
        }

        noinline fn slowly(self: *PyObject) capi.Py_ssize_t {
            const result = none(Class, "__len__", self) orelse return -1;
            defer c.Py_DecRef(result);
            const size = c.PyNumber_AsSsize_t(result, capi.exception("OverflowError"));
            if (size >= 0) return size;
            return if (c.PyErr_Occurred() == null) raiseNegative() else -1;
        }
    };
}

fn Item(comptime Class: type) type {
    return struct {
        fn get(self: *PyObject, key: *PyObject) callconv(.c) ?*PyObject {
            return one(Class, "__getitem__", self, key);
        }

        fn at(self: *PyObject, place: capi.Py_ssize_t) callconv(.c) ?*PyObject {
            const key = c.PyLong_FromLongLong(place) orelse return null;
            defer c.Py_DecRef(key);
            return one(Class, "__getitem__", self, key);
        }

        fn set(self: *PyObject, key: *PyObject, value: ?*PyObject) callconv(.c) c_int {
            const result = if (value) |given| result: {
                if (comptime !Class.has("__setitem__")) return refuse("assignment");
                const args = [2]*PyObject{ key, given };
                break :result Class.MethodOf("__setitem__").receive(self, &args, 2, null);
            } else result: {
                if (comptime !Class.has("__delitem__")) return refuse("deletion");
                break :result one(Class, "__delitem__", self, key);
            };
            c.Py_DecRef(result);
            return if (result == null) -1 else 0;
        }

        fn refuse(comptime what: []const u8) c_int {
            c.PyErr_SetString(
                capi.exception("TypeError"),
                "'" ++ Class.class.name ++ "' object does not support item " ++ what,
            );
            return -1;
        }
    };
}

fn Truth(comptime Class: type, comptime name: [:0]const u8) type {
    return struct {
        const M = Class.MethodOf(name);

        fn call(self: *PyObject) callconv(.c) c_int {
            if (M.is_bool and M.sig.args.len == 0) if (M.value(self, undefined)) |truth|
                return @intFromBool(truth catch return -1);
            return of_(none(Class, name, self));
        }

        fn contains(self: *PyObject, value: *PyObject) callconv(.c) c_int {
            if (M.is_bool and M.sig.args.len == 1) if (M.value(self, &.{value})) |truth|
                return @intFromBool(truth catch return -1);
            return of_(one(Class, name, self, value));
        }

        fn of_(result: ?*PyObject) c_int {
            const given = result orelse return -1;
            defer c.Py_DecRef(given);
            return c.PyObject_IsTrue(given);
        }
    };
}

fn Hash(comptime Class: type) type {
    return struct {
        const M = Class.MethodOf("__hash__");

        fn call(self: *PyObject) callconv(.c) capi.Py_ssize_t {
            if (M.is_number and M.sig.args.len == 0) if (M.value(self, undefined)) |number|
                return hashOf(number catch return -1);
            return slowly(self);
        }

        /// As CPython hashes an int ("Hashing of numeric types" in its documentation).
        fn hashOf(number: anytype) capi.Py_ssize_t {
            const modulus = if (@sizeOf(usize) == 8) std.math.maxInt(u61) else std.math.maxInt(u31);
            const Wide = @Int(.signed, @max(65, @typeInfo(@TypeOf(number)).int.bits + 1));
            const rest: capi.Py_ssize_t = @intCast(@rem(@as(Wide, number), modulus));
            return if (rest == -1) -2 else rest;
        }

        noinline fn slowly(self: *PyObject) capi.Py_ssize_t {
            const result = none(Class, "__hash__", self) orelse return -1;
            defer c.Py_DecRef(result);
            if (capi.hasFlag(result, "LONG_SUBCLASS")) return c.PyObject_Hash(result);
            c.PyErr_SetString(
                capi.exception("TypeError"),
                "__hash__ method should return an integer",
            );
            return -1;
        }
    };
}

fn Next(comptime Class: type, comptime name: [:0]const u8) type {
    return struct {
        fn call(self: *PyObject) callconv(.c) ?*PyObject {
            return Class.MethodOf(name).receiveNext(self);
        }
    };
}

fn Call(comptime Class: type) type {
    return struct {
        fn call(self: *PyObject, args: *PyObject, keywords: ?*PyObject) callconv(.c) ?*PyObject {
            var call_: Arguments = Arguments.create(args, keywords) catch return null;
            defer call_.destroy();
            return Class.MethodOf("__call__").receive(
                self,
                call_.values.ptr,
                @intCast(call_.count),
                call_.names,
            );
        }
    };
}

/// Arguments in a tuple and a dict as an array, as a vectorcall has them.
pub const Arguments = struct {
    values: []*PyObject,
    count: usize,
    names: ?*PyObject,

    const memory = @import("../memory.zig");

    pub fn create(args: *PyObject, keywords: ?*PyObject) errors.Error!Arguments {
        const count: usize = @intCast(c.PyTuple_Size(args));
        const names = if (keywords) |dict| c.PySequence_Tuple(
            dict,
        ) orelse return error.PythonException else null;
        errdefer c.Py_DecRef(names);
        const more: usize = if (names) |tuple| @intCast(c.PyTuple_Size(tuple)) else 0;
        const values = memory.allocator.alloc(
            *PyObject,
            count + more,
        ) catch return errors.raiseNoMemory();
        errdefer memory.allocator.free(values);
        for (values[0..count], 0..) |*value, index| value.* = c.PyTuple_GetItem(
            args,
            @intCast(index),
        ) orelse
            return error.PythonException;
        for (values[count..], 0..) |*value, index| {
            const name = c.PyTuple_GetItem(
                names.?,
                @intCast(index),
            ) orelse return error.PythonException;
            value.* = c.PyDict_GetItemWithError(
                keywords.?,
                name,
            ) orelse return error.PythonException;
        }
        return .{ .values = values, .count = count, .names = names };
    }

    pub fn destroy(call: *Arguments) void {
        memory.allocator.free(call.values);
        c.Py_DecRef(call.names);
    }
};
