//! A class of Python out of a Zig struct: a heap type with its fields as attributes, its functions
//! as methods, and what makes, compares, shows and pickles its objects.

const std = @import("std");
const binding = @import("binding.zig");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const convert = @import("convert.zig");
const description = @import("../description.zig");
const entries = @import("entry.zig");
const errors = @import("errors.zig");
const exports = @import("../exports.zig");
const Instance = @import("Instance.zig");
const lists = @import("list.zig");
const maps = @import("map.zig");
const literals = @import("../literals.zig");
const memory = @import("memory.zig");
const module_of = @import("module.zig");
const objects = @import("objects.zig");
const references = @import("references.zig");
const signature = @import("../signature.zig");
const Signature = signature.Signature;
const State = @import("State.zig");
const c = capi.functions;
const Error = errors.Error;
const Layout = Instance.Layout;
const PyObject = capi.PyObject;

/// The Python type of one class. `Bridge` is the bridge to CPython, `module_name` the module's name
/// as far as it is known while compiling.
pub fn Class(
    comptime Bridge: type,
    comptime module_name: []const u8,
    comptime class: classes.Class,
) type {
    return struct {
        const T = class.T;
        const construction = classes.constructionOf(class);
        const fields = Fields(T);
        const info = objects.infoOf(T);

        /// A new reference to the type, or null with the error set.
        pub fn create(module: *PyObject) ?*PyObject {
            const object = c.PyType_FromModuleAndSpec(module, &spec, null) orelse return null;
            if (finish(module, object)) return object;
            c.Py_DecRef(object);
            return null;
        }

        fn finish(module: *PyObject, object: *PyObject) bool {
            @setEvalBranchQuota(1_000_000);
            // The module may be part of a package, and the class of another one.
            const own_module = c.PyObject_GetAttrString(module, "__name__") orelse return false;
            defer c.Py_DecRef(own_module);
            const qualified = capi.newStr(class.name) orelse return false;
            defer c.Py_DecRef(qualified);
            if (c.PyObject_SetAttrString(object, "__module__", own_module) < 0) return false;
            if (c.PyObject_SetAttrString(object, "__qualname__", qualified) < 0) return false;
            for (&special_methods) |*def| if (!setOwned(
                object,
                def.ml_name.?,
                c.PyDescr_NewMethod(object, def),
            )) return false;
            if (comptime has("__eq__") and !has("__hash__")) {
                if (c.PyObject_SetAttrString(
                    object,
                    "__hash__",
                    capi.object("_Py_NoneStruct"),
                ) < 0) return false;
            }
            const wrapper = capi.imported("builtins", "staticmethod") orelse return false;
            defer c.Py_DecRef(wrapper);
            for (&static_methods) |*def| {
                const function = entries.newFunction(
                    &def.def,
                    def.vectorcall,
                    module,
                    own_module,
                ) orelse return false;
                defer c.Py_DecRef(function);
                if (!setOwned(
                    object,
                    def.def.ml_name.?,
                    capi.vectorcall(wrapper, &.{function}, 1, null),
                )) return false;
            }
            if (construction == .fields) {
                const names = c.PyTuple_New(fields.names.len) orelse return false;
                inline for (fields.names, 0..) |name, index| _ = c.PyTuple_SetItem(
                    names,
                    index,
                    capi.newStr(comptime signature.pythonName(name)),
                );
                if (!setOwned(object, "__match_args__", names)) return false;
            }
            return true;
        }

        const spec: capi.structs.PyType_Spec = .{
            .name = module_name ++ "." ++ class.name,
            .basicsize = Instance.sizeFor(T),
            .flags = capi.constants.Py_TPFLAGS_DEFAULT | capi.constants.Py_TPFLAGS_HAVE_GC |
                if (construction == .none) 0 else capi.constants.Py_TPFLAGS_BASETYPE,
            .slots = &slots,
        };

        const slots = [_]capi.structs.PyType_Slot{
            .{ .slot = capi.constants.Py_tp_dealloc, .pfunc = &Instance.dealloc },
            .{ .slot = capi.constants.Py_tp_traverse, .pfunc = &Instance.traverse },
            .{ .slot = capi.constants.Py_tp_new, .pfunc = &new },
            .{ .slot = capi.constants.Py_tp_init, .pfunc = &init },
            .{ .slot = capi.constants.Py_tp_repr, .pfunc = &repr },
            .{ .slot = capi.constants.Py_tp_getset, .pfunc = &getset },
            .{ .slot = capi.constants.Py_tp_members, .pfunc = &members },
            .{ .slot = capi.constants.Py_tp_methods, .pfunc = &methods },
            .{ .slot = capi.constants.Py_tp_doc, .pfunc = @as([*:0]const u8, doc) },
        } ++ (if (has("__eq__")) [_]capi.structs.PyType_Slot{} else [_]capi.structs.PyType_Slot{
            .{ .slot = capi.constants.Py_tp_richcompare, .pfunc = &compare },
            .{
                .slot = capi.constants.Py_tp_hash,
                .pfunc = if (classes.isCopyable(T)) &c.PyObject_HashNotImplemented else &hash,
            },
        }) ++ clearing ++ (if (has("__next__") and !has("__iter__")) [_]capi.structs.PyType_Slot{
            .{ .slot = capi.constants.Py_tp_iter, .pfunc = &c.PyObject_SelfIter },
        } else [_]capi.structs.PyType_Slot{}) ++ [_]capi.structs.PyType_Slot{.{}};

        const clearing = if (classes.holdsReferences(T)) [_]capi.structs.PyType_Slot{
            .{ .slot = capi.constants.Py_tp_clear, .pfunc = &Instance.clear },
        } else [_]capi.structs.PyType_Slot{};

        const members = [_]capi.structs.PyMemberDef{
            .{
                .name = "__weaklistoffset__",
                .type = capi.constants.Py_T_PYSSIZET,
                .offset = @offsetOf(Layout, "weak"),
                .flags = capi.constants.Py_READONLY,
            },
            .{},
        };

        const doc: [:0]const u8 = text: {
            const comment = @field(class.source, "nano_ffi.doc");
            if (construction == .none) break :text comment;
            var text: [:0]const u8 = class.ownName() ++ "(";
            var has_default = false;
            var has_star = false;
            for (constructor.args, 0..) |arg, index| {
                if (index > 0) text = text ++ ", ";
                // What has to be given behind what need not be is given by its name.
                if (has_default and arg.default == null and !has_star) {
                    text = text ++ "*, ";
                    has_star = true;
                }
                text = text ++ arg.name;
                if (arg.default) |default| {
                    text = text ++ "=" ++ default;
                    has_default = true;
                }
            }
            break :text text ++ ")\n--\n\n" ++ comment;
        };

        const constructor: Signature = switch (construction) {
            .none => .{ .name = class.ownName(), .args = &.{}, .ret = &.{} },
            .init => initializer.sig,
            .fields => fields.signatureOf(class.ownName()),
        };

        const initializer = Bridge.makeTrampoline(
            T.init,
            renamed(exports.specOf(T, class.source, "init"), class.ownName()),
        );

        fn has(comptime name: [:0]const u8) bool {
            if (!@hasDecl(T, name)) return false;
            return classes.roleOf(T, name) == .method and
                exports.of(T, class.source, name) == .function;
        }

        // Functions.

        /// Those functions of the struct that are `role`, with names like __len__ or with other
        /// ones.
        fn functionsOf(comptime role: classes.Role, comptime special: bool) []const [:0]const u8 {
            @setEvalBranchQuota(1_000_000);
            comptime var names: []const [:0]const u8 = &.{};
            inline for (@typeInfo(T).@"struct".decl_names) |name| {
                if (comptime std.mem.eql(u8, name, "nano_ffi_options") or exports.isVariable(
                    class.source,
                    name,
                )) continue;
                if (comptime classes.roleOf(T, name) != role or
                    isSpecial(name) != special) continue;
                if (comptime exports.of(T, class.source, name) == .function) names = names ++ .{
                    name,
                };
            }
            return names;
        }

        const methods = defs: {
            const names = functionsOf(.method, false);
            var defs: [names.len]capi.PyMethodDef = undefined;
            for (&defs, names) |*def, name| def.* = methodDef(name);
            break :defs defs ++ own_methods ++ [_]capi.PyMethodDef{.{}};
        };

        const special_methods = defs: {
            const names = functionsOf(.method, true);
            var defs: [names.len]capi.PyMethodDef = undefined;
            for (&defs, names) |*def, name| def.* = methodDef(name);
            break :defs defs;
        };

        const StaticMethod =
            struct { def: capi.PyMethodDef, vectorcall: ?*const capi.vectorcallfunc };

        const static_methods = defs: {
            const names = functionsOf(.static, false);
            var defs: [names.len]StaticMethod = undefined;
            for (&defs, names) |*def, name| {
                const trampoline = Bridge.makeTrampoline(
                    @field(T, name),
                    exports.specOf(T, class.source, name),
                );
                const function: module_of.Function = .{
                    .entry = trampoline.asPtr(),
                    .sig = trampoline.sig,
                };
                def.* = .{ .def = function.methodDef(), .vectorcall = function.entry.vectorcall };
            }
            break :defs defs;
        };

        fn methodDef(comptime name: [:0]const u8) capi.PyMethodDef {
            const trampoline = Bridge.makeTrampoline(
                @field(T, name),
                exports.specOf(T, class.source, name),
            );
            const sig = withoutSelf(trampoline.sig);
            var text: [:0]const u8 = name ++ "($self";
            for (sig.args) |arg| text = text ++ ", " ++ arg.name ++ if (arg.default) |default|
                "=" ++ default
            else
                "";
            const is_binary = isBinary(name) and sig.args.len == 1;
            return .{
                .ml_name = name,
                .ml_meth = &Method(trampoline, sig, kindOfSpecial(name, is_binary)).receive,
                .ml_flags = capi.constants.METH_FASTCALL | capi.constants.METH_KEYWORDS,
                .ml_doc = text ++ ")\n--\n\n" ++ sig.doc,
            };
        }

        const own_methods = [_]capi.PyMethodDef{
            .{
                .ml_name = "__zig_address__",
                .ml_meth = &zigAddress,
                .ml_flags = capi.constants.METH_NOARGS,
                .ml_doc = "__zig_address__($self, /)\n--\n\nThe address of the Zig value.",
            },
            .{
                .ml_name = "__field_names__",
                .ml_meth = &fieldNames,
                .ml_flags = capi.constants.METH_NOARGS | capi.constants.METH_STATIC,
                .ml_doc = "__field_names__()\n--\n\nThe names of the fields, in the order of " ++
                    "the struct.",
            },
            .{
                .ml_name = "__reduce__",
                .ml_meth = &reduce,
                .ml_flags = capi.constants.METH_NOARGS,
                .ml_doc = "__reduce__($self, /)\n--\n\nFor pickle and copy.",
            },
        } ++ (if (construction == .none or
            !classes.isCopyable(T)) [_]capi.PyMethodDef{} else [_]capi.PyMethodDef{.{
            .ml_name = "__setstate__",
            .ml_meth = &setState,
            .ml_flags = capi.constants.METH_O,
            .ml_doc = "__setstate__($self, state, /)\n--\n\nFor pickle and copy.",
        }}) ++ (if (!classes.hasDeinit(T)) [_]capi.PyMethodDef{} else [_]capi.PyMethodDef{
            .{
                .ml_name = "destroy",
                .ml_meth = &destroy,
                .ml_flags = capi.constants.METH_NOARGS,
                .ml_doc = "destroy($self, /)\n--\n\nGive back now what the object owns. " ++
                    "ReferenceError: it has been destroyed before.",
            },
        }) ++ (if (!classes.isContext(T)) [_]capi.PyMethodDef{} else [_]capi.PyMethodDef{
            .{
                .ml_name = "__enter__",
                .ml_meth = &enter,
                .ml_flags = capi.constants.METH_NOARGS,
                .ml_doc = "__enter__($self, /)\n--\n\n" ++
                    "The object itself, which is destroyed at the end of the block.",
            },
            .{
                .ml_name = "__exit__",
                .ml_meth = &exit,
                .ml_flags = capi.constants.METH_FASTCALL,
                .ml_doc = "__exit__($self, exc_type, exc_value, traceback, /)\n--\n\n" ++
                    "Destroy the object, unless that is done.",
            },
        });

        // Objects.

        fn new(subclass: *PyObject, _: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            if (construction == .none) {
                c.PyErr_SetString(
                    capi.exception("TypeError"),
                    comptime "cannot create '" ++ class.name ++ "' objects: " ++ whyNone(),
                );
                return null;
            }
            const module = c.PyType_GetModule(Instance.ownClass(subclass)) orelse return null;
            const self = Instance.create(subclass, module, info) orelse return null;
            return &self.ob_base;
        }

        fn whyNone() []const u8 {
            if (!classes.optionOf(class, "constructible", true))
                return "only the module makes them";
            return classes.whyNoFields(T) orelse "they have no init";
        }

        fn init(object: *PyObject, args: *PyObject, keywords: ?*PyObject) callconv(.c) c_int {
            if (construction == .none) {
                _ = new(capi.typeOf(object), args, keywords); // which says why not
                return -1;
            }
            const self = Instance.of(object);
            // What a stable one lent is good as long as it lives: it is not replaced.
            if (self.state != .empty and (self.state != .owned or info.stable)) {
                _ = c.PyErr_Format(
                    capi.exception("TypeError"),
                    "this %s cannot be initialised again",
                    info.name.ptr,
                );
                return -1;
            }
            var call = Arguments.create(args, keywords) catch return -1;
            defer call.destroy();
            const made = switch (construction) {
                .none => comptime unreachable,
                .init => Method(initializer, initializer.sig, .none).call(
                    self.module,
                    call.values.ptr,
                    call.count,
                    call.names,
                ),
                .fields => fields.make(self.module, &constructor, &call),
            } orelse return -1;
            defer c.Py_DecRef(made);
            return if (move(self, Instance.of(made))) 0 else -1;
        }

        /// Gives `self` the value of a new object that nobody else has.
        fn move(self: *Layout, made: *Layout) bool {
            if (self.state == .owned) {
                var hold: Instance.Hold = .{};
                const runs_python = comptime classes.holdsReferences(T);
                Instance.acquire(&hold, self, .exclusive, runs_python) catch return false;
                defer Instance.releaseHold(&hold);
                Instance.changed(self);
                const given_back = Instance.giveBack(self);
                take(self, made);
                given_back catch return false;
            } else take(self, made);
            const keeps = if (self.keep) |keep|
                keep.lent.items.len + keep.owners.items.len > 0
            else
                false;
            const is_own = capi.typeOf(&self.ob_base) == objects.classOf(T, self.module);
            if (!keeps and is_own and comptime !classes.holdsReferences(T))
                c.PyObject_GC_UnTrack(&self.ob_base);
            return true;
        }

        fn take(self: *Layout, made: *Layout) void {
            const to: *T = @ptrFromInt(Instance.storage(self));
            const from: *T = @ptrFromInt(made.place);
            to.* = from.*;
            Instance.own(self, made.keep);
            made.keep = null;
            made.state = .empty;
        }

        fn destroy(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            Instance.destroy(Instance.of(object)) catch return null;
            return capi.singleton(.None);
        }

        fn enter(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            _ = Instance.resolve(Instance.of(object)) catch return null;
            c.Py_IncRef(object);
            return object;
        }

        fn exit(
            object: *PyObject,
            _: [*]const *PyObject,
            _: capi.Py_ssize_t,
        ) callconv(.c) ?*PyObject {
            const self = Instance.of(object);
            if (self.state != .destroyed) Instance.destroy(self) catch return null;
            return capi.singleton(.None);
        }

        fn zigAddress(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            const address = Instance.resolve(Instance.of(object)) catch return null;
            return c.PyLong_FromUnsignedLongLong(address);
        }

        fn fieldNames(_: ?*PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            const list = c.PyList_New(0) orelse return null;
            inline for (@typeInfo(T).@"struct".field_names) |name| {
                const text = capi.newStr(name);
                defer c.Py_DecRef(text);
                if (text == null or c.PyList_Append(list, text.?) < 0) {
                    c.Py_DecRef(list);
                    return null;
                }
            }
            return list;
        }

        /// `Point(x=1.0, y=0.0)`; of an object that is more than its fields, where it is.
        fn repr(object: *PyObject) callconv(.c) ?*PyObject {
            @setEvalBranchQuota(1_000_000);
            const name = capi.typeName(object) orelse return null;
            defer c.Py_DecRef(name);
            const self = Instance.of(object);
            if (!classes.isCopyable(T)) return c.PyUnicode_FromFormat(
                "<%s.%U object at %p>",
                module_name.ptr,
                name,
                object,
            );
            switch (self.state) {
                .empty, .destroyed, .expired => return c.PyUnicode_FromFormat(
                    "<%s.%U object without a value>",
                    module_name.ptr,
                    name,
                ),
                else => {},
            }
            const parts = c.PyList_New(0) orelse return null;
            defer c.Py_DecRef(parts);
            inline for (fields.names, fields.getters) |field, getter| {
                const value = getter(object, null) orelse return null;
                defer c.Py_DecRef(value);
                const part = c.PyUnicode_FromFormat(
                    comptime signature.pythonName(field) ++ "=%R",
                    value,
                ) orelse return null;
                defer c.Py_DecRef(part);
                if (c.PyList_Append(parts, part) < 0) return null;
            }
            const comma = capi.newStr(", ") orelse return null;
            defer c.Py_DecRef(comma);
            const joined = c.PyUnicode_Join(comma, parts) orelse return null;
            defer c.Py_DecRef(joined);
            return c.PyUnicode_FromFormat("%U(%U)", name, joined);
        }

        fn compare(object: *PyObject, other: *PyObject, operator: c_int) callconv(.c) ?*PyObject {
            if (operator != capi.constants.Py_EQ and
                operator != capi.constants.Py_NE) return notImplemented();
            const self = Instance.of(object);
            if (self.state == .empty) return notImplemented();
            const with = objects.instanceOf(T, self.module, other) orelse
                return if (c.PyErr_Occurred() == null) notImplemented() else null;
            if (with.state == .empty) return notImplemented();
            const same = isEqual(self, with) catch return null;
            return if (same == (operator == capi.constants.Py_EQ))
                capi.singleton(.True)
            else
                capi.singleton(.False);
        }

        fn isEqual(self: *Layout, other: *Layout) Error!bool {
            if (self == other) return true;
            var holding: Instance.Holding(2) = .{};
            try holding.add(self, .shared);
            try holding.add(other, .shared);
            try holding.acquireAll(false);
            defer holding.release();
            const a: *const T = @ptrFromInt(try Instance.resolve(self));
            const b: *const T = @ptrFromInt(try Instance.resolve(other));
            return a == b or (comptime classes.isCopyable(T)) and objects.equal(T, a.*, b.*);
        }

        /// Of an object that is more than its fields: of its address.
        fn hash(object: *PyObject) callconv(.c) isize {
            const self = Instance.of(object);
            const address = switch (self.state) {
                .owned, .address, .destroyed, .expired => self.place,
                else => Instance.resolve(self) catch return -1,
            };
            return @bitCast(std.math.rotr(usize, address, 4) & std.math.maxInt(usize) >> 1);
        }

        fn reduce(object: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            if (construction == .none or !classes.isCopyable(T)) {
                _ = c.PyErr_Format(
                    capi.exception("TypeError"),
                    "cannot pickle or copy '%s' objects: they are more than their fields",
                    info.name.ptr,
                );
                return null;
            }
            const newobj = capi.imported("copyreg", "__newobj__") orelse return null;
            defer c.Py_DecRef(newobj);
            const state = stateOf(object) orelse return null;
            defer c.Py_DecRef(state);
            const args = c.PyTuple_Pack(1, capi.typeOf(object)) orelse return null;
            defer c.Py_DecRef(args);
            return c.PyTuple_Pack(3, newobj, args, state);
        }

        /// A tuple of a tuple of the fields, and of the __dict__ of an object of a subclass.
        fn stateOf(object: *PyObject) ?*PyObject {
            const values = fields.values(Instance.of(object)) orelse return null;
            defer c.Py_DecRef(values);
            const dict = c.PyObject_GetAttrString(object, "__dict__") orelse dict: {
                c.PyErr_Clear();
                break :dict capi.singleton(.None);
            };
            defer c.Py_DecRef(dict);
            return c.PyTuple_Pack(2, values, dict);
        }

        fn setState(object: *PyObject, state: *PyObject) callconv(.c) ?*PyObject {
            const self = Instance.of(object);
            if (self.state != .empty or !capi.hasFlag(state, "TUPLE_SUBCLASS") or
                c.PyTuple_Size(state) != 2)
            {
                _ = c.PyErr_Format(
                    capi.exception("TypeError"),
                    "__setstate__ is for pickle: this is not what __reduce__ gave",
                );
                return null;
            }
            const values = c.PyTuple_GetItem(state, 0) orelse return null;
            const dict = c.PyTuple_GetItem(state, 1) orelse return null;
            if (!capi.hasFlag(values, "TUPLE_SUBCLASS") or
                c.PyTuple_Size(values) != fields.names.len)
            {
                _ = c.PyErr_Format(
                    capi.exception("TypeError"),
                    "the pickle is of another version of '%s'",
                    info.name.ptr,
                );
                return null;
            }
            var given: [fields.names.len]?*PyObject = undefined;
            for (&given, 0..) |*place, index| place.* = c.PyTuple_GetItem(values, @intCast(index));
            const sig = comptime fields.signatureOf(class.ownName());
            const made = fields.makeOf(self.module, &sig, &given) orelse return null;
            defer c.Py_DecRef(made);
            if (!move(self, Instance.of(made))) return null;
            if (dict != capi.object("_Py_NoneStruct")) {
                const own = c.PyObject_GetAttrString(object, "__dict__") orelse return null;
                defer c.Py_DecRef(own);
                if (c.PyDict_Update(own, dict) < 0) return null;
            }
            return capi.singleton(.None);
        }

        const getset = defs: {
            @setEvalBranchQuota(1_000_000);
            var defs: [fields.names.len]capi.structs.PyGetSetDef = undefined;
            for (&defs, fields.names, fields.getters, fields.setters) |*def, name, getter, setter|
                def.* = .{
                    .name = signature.pythonName(name),
                    .get = getter,
                    .set = setter,
                    .doc = fieldDoc(name),
                };
            break :defs defs ++ [_]capi.structs.PyGetSetDef{.{}};
        };

        fn fieldDoc(comptime name: [:0]const u8) ?[*:0]const u8 {
            @setEvalBranchQuota(1_000_000);
            const docs = @field(class.source, "nano_ffi.fields");
            if (!@hasField(@TypeOf(docs), name)) return null;
            const text: [:0]const u8 = @field(docs, name);
            return if (text.len == 0) null else text;
        }
    };
}

fn notImplemented() *PyObject {
    const value = capi.object("_Py_NotImplementedStruct");
    c.Py_IncRef(value);
    return value;
}

/// Sets an attribute to a value that it consumes. False with the error set, also where it is null.
fn setOwned(object: *PyObject, name: [*:0]const u8, value: ?*PyObject) bool {
    defer c.Py_DecRef(value);
    return value != null and c.PyObject_SetAttrString(object, name, value.?) == 0;
}

pub fn isSpecial(comptime name: []const u8) bool {
    return name.len > 4 and std.mem.startsWith(u8, name, "__") and std.mem.endsWith(u8, name, "__");
}

/// Whether Python asks the other operand where this one does not know how.
fn isBinary(comptime name: []const u8) bool {
    const names = .{
        "add",     "sub",  "mul",     "matmul",   "truediv",   "floordiv",  "mod",
        "divmod",  "pow",  "lshift",  "rshift",   "and",       "or",        "xor",
        "radd",    "rsub", "rmul",    "rmatmul",  "rtruediv",  "rfloordiv", "rmod",
        "rdivmod", "rpow", "rlshift", "rrshift",  "rand",      "ror",       "rxor",
        "iadd",    "isub", "imul",    "itruediv", "ifloordiv", "imod",      "iand",
        "ior",     "ixor", "ilshift", "irshift",  "eq",        "ne",        "lt",
        "le",      "gt",   "ge",
    };
    return inline for (names) |operator| {
        if (std.mem.eql(u8, name, "__" ++ operator ++ "__")) break true;
    } else false;
}

const Special = enum { none, binary, next };

fn kindOfSpecial(comptime name: []const u8, comptime is_binary: bool) Special {
    if (is_binary) return .binary;
    return if (std.mem.eql(u8, name, "__next__")) .next else .none;
}

fn withoutSelf(comptime sig: Signature) Signature {
    var shorter = sig;
    shorter.args = sig.args[1..];
    return shorter;
}

fn renamed(comptime spec: anytype, comptime name: [:0]const u8) @TypeOf(spec) {
    var other = spec;
    other.name = name;
    return other;
}

/// A method as CPython calls it: the object apart from the arguments.
fn Method(comptime Trampoline: type, comptime sig: Signature, comptime kind: Special) type {
    const count = Trampoline.sig.args.len;
    const has_self = sig.args.len < count;
    return struct {
        fn receive(
            self: *PyObject,
            given: [*]const *PyObject,
            nargs: capi.Py_ssize_t,
            kwnames: ?*PyObject,
        ) callconv(.c) ?*PyObject {
            const result = callMethod(self, given, @intCast(nargs), kwnames);
            if (kind == .next and result == capi.object("_Py_NoneStruct")) {
                c.Py_DecRef(result);
                c.PyErr_SetObject(capi.exception("StopIteration"), null);
                return null;
            }
            if (kind != .binary or result != null) return result;
            // The operand is of a type that Zig's function does not take.
            const raised = c.PyErr_Occurred() orelse return null;
            if (raised != capi.exception("TypeError")) return null;
            c.PyErr_Clear();
            return notImplemented();
        }

        fn callMethod(
            self: *PyObject,
            given: [*]const *PyObject,
            nargs: usize,
            kwnames: ?*PyObject,
        ) ?*PyObject {
            const instance = Instance.of(self);
            if (instance.state == .empty) {
                _ = Instance.resolve(instance) catch return null;
            }
            var all: [count]?*PyObject = undefined;
            all[0] = self;
            if (nargs == count - 1 and kwnames == null) {
                @memcpy(all[1..], given[0 .. count - 1]);
                return Trampoline.callExact(instance.module, @ptrCast(&all));
            }
            if (!binding.bind(&sig, given, nargs, kwnames, all[1..])) return null;
            return callBound(instance.module, &all);
        }

        fn callBound(module: *PyObject, all: *[count]?*PyObject) ?*PyObject {
            const has_defaults = count > 0 and Trampoline.sig.args[count - 1].default != null;
            if (has_defaults) for (all) |arg| {
                if (arg == null) return Trampoline.callPartly(module, all);
            };
            return Trampoline.callExact(module, @ptrCast(all));
        }

        /// The same of a function that has no object before its arguments.
        fn call(
            module: *PyObject,
            given: [*]const *PyObject,
            nargs: usize,
            kwnames: ?*PyObject,
        ) ?*PyObject {
            comptime std.debug.assert(!has_self);
            var all: [count]?*PyObject = undefined;
            if (!binding.bind(&sig, given, nargs, kwnames, &all)) return null;
            return callBound(module, &all);
        }
    };
}

/// Arguments in a tuple and a dict as an array, as a vectorcall has them.
const Arguments = struct {
    values: []*PyObject,
    count: usize,
    names: ?*PyObject,

    fn create(args: *PyObject, keywords: ?*PyObject) Error!Arguments {
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

    fn destroy(call: *Arguments) void {
        memory.allocator.free(call.values);
        c.Py_DecRef(call.names);
    }
};

/// The fields of a struct that Python sees.
fn Fields(comptime T: type) type {
    @setEvalBranchQuota(1_000_000);
    const all = @typeInfo(T).@"struct";
    return struct {
        const names: []const [:0]const u8 = visible: {
            @setEvalBranchQuota(1_000_000);
            var visible: []const [:0]const u8 = &.{};
            for (all.field_names, all.field_types, all.field_attrs) |name, F, attrs| {
                if (!attrs.@"comptime" and classes.fieldKind(F) != .hidden) visible = visible ++ .{
                    name,
                };
            }
            break :visible visible;
        };
        const getters: [names.len]*const capi.getter = of: {
            var list: [names.len]*const capi.getter = undefined;
            for (&list, names) |*place, name| place.* = &Field(T, name).get;
            break :of list;
        };
        const setters: [names.len]?*const capi.setter = of: {
            var list: [names.len]?*const capi.setter = undefined;
            for (&list, names) |*place, name| place.* = if (classes.isSettable(
                T,
                @FieldType(T, name),
            )) &Field(T, name).set else null;
            break :of list;
        };

        /// Of a constructor by the names of the fields.
        fn signatureOf(comptime name: [:0]const u8) Signature {
            @setEvalBranchQuota(1_000_000);
            comptime var args: [names.len]signature.Argument = undefined;
            inline for (&args, names) |*arg, field| {
                const F = @FieldType(T, field);
                arg.* = .{ .name = signature.pythonName(field), .typ = classes.fieldTypeName(F) };
                inline for (all.field_names, all.field_attrs) |other, attrs| {
                    if (comptime std.mem.eql(u8, other, field))
                        if (attrs.defaultValue(F)) |default| {
                            arg.default = description.fieldDefault(F, default);
                        };
                }
            }
            const final = args;
            return .{ .name = name, .args = &final, .ret = &.{} };
        }

        fn make(module: *PyObject, comptime sig: *const Signature, call: *Arguments) ?*PyObject {
            var given: [names.len]?*PyObject = undefined;
            if (!binding.bind(sig, call.values.ptr, call.count, call.names, &given)) return null;
            return makeOf(module, sig, &given);
        }

        /// A new object out of the values of its fields; null is the default.
        fn makeOf(
            module: *PyObject,
            comptime sig: *const Signature,
            given: *[names.len]?*PyObject,
        ) ?*PyObject {
            const flat = comptime classes.isFlat(T);
            const keep: ?*Instance.Keep =
                if (flat) null else Instance.Keep.create() catch return null;
            const value = load(
                module,
                sig,
                given,
                if (keep) |some| some.arena.allocator() else memory.allocator,
            ) catch {
                if (keep) |some| some.destroy();
                return null;
            };
            if (keep) |some| some.size = some.arena.queryCapacity();
            return objects.giveOwned(T, module, value, keep);
        }

        fn load(
            module: *PyObject,
            comptime sig: *const Signature,
            given: *[names.len]?*PyObject,
            arena: std.mem.Allocator,
        ) Error!T {
            var value: T = undefined;
            inline for (all.field_names, all.field_types, all.field_attrs) |name, F, attrs| {
                if (attrs.@"comptime") continue;
                const index = comptime for (names, 0..) |visible, index| {
                    if (std.mem.eql(u8, visible, name)) break index;
                } else unreachable; // the constructor is there only where all are visible
                if (comptime classes.isKept(F)) continue;
                if (given[index]) |object| {
                    @field(
                        value,
                        name,
                    ) = try convert.loadField(F, arena, module, object, comptime &.{
                        .function = sig.name,
                        .parameter = sig.args[index],
                    });
                } else if (comptime attrs.defaultValue(F)) |default| {
                    @field(value, name) = objects.copy(
                        F,
                        arena,
                        default,
                    ) catch return errors.raiseNoMemory();
                } else unreachable; // `bind` has seen that it is given
            }
            // These cannot fail: none is taken in vain.
            inline for (names, 0..) |name, index| {
                const F = @FieldType(T, name);
                if (comptime classes.isKept(F)) @field(value, name) =
                    references.take(F, given[index] orelse capi.object("_Py_NoneStruct"));
            }
            return value;
        }

        /// A new tuple of copies of the fields' values, or null with the error set.
        fn values(self: *Layout) ?*PyObject {
            var holding: Instance.Holding(1) = .{};
            const value: *const T = @ptrFromInt(
                holding.acquireOne(self, .shared) catch return null,
            );
            defer holding.release();
            const tuple = c.PyTuple_New(names.len) orelse return null;
            inline for (names, 0..) |name, index| {
                const item = convert.giveField(
                    @FieldType(T, name),
                    self.module,
                    @field(value, name),
                ) orelse {
                    c.Py_DecRef(tuple);
                    return null;
                };
                _ = c.PyTuple_SetItem(tuple, index, item);
            }
            return tuple;
        }
    };
}

/// Where the lists of a struct that is not copied have their memory: nano_ffi's allocator where its
/// deinit is given that, or its init, which keeps it.
fn allocationOf(comptime T: type) lists.Allocation {
    if (!classes.hasDeinit(T)) return .none;
    if (@typeInfo(@TypeOf(T.deinit)).@"fn".param_types.len > 1) return .nano_ffi;
    if (!@hasDecl(T, "init")) return .none;
    const takes = for (@typeInfo(@TypeOf(T.init)).@"fn".param_types) |Param| {
        if (Param == std.mem.Allocator) break true;
    } else false;
    const keeps = for (@typeInfo(T).@"struct".field_types) |F| {
        if (F == std.mem.Allocator) break true;
    } else false;
    return if (takes and keeps) .nano_ffi else .none;
}

/// An attribute.
fn Field(comptime T: type, comptime name: [:0]const u8) type {
    const F = @FieldType(T, name);
    const kind = classes.fieldKind(F);
    return struct {
        fn get(object: *PyObject, _: ?*anyopaque) callconv(.c) ?*PyObject {
            const self = Instance.of(object);
            switch (kind) {
                .value => {
                    var holding: Instance.Holding(1) = .{};
                    const value: *const T = @ptrFromInt(
                        holding.acquireOne(self, .shared) catch return null,
                    );
                    defer holding.release();
                    return convert.give(F, self.module, @field(value, name));
                },
                .reference => {
                    var holding: Instance.Holding(1) = .{};
                    const address = holding.acquireOne(self, .shared) catch return null;
                    defer holding.release();
                    const value: *const T = @ptrFromInt(address);
                    const pointer = if (@typeInfo(F) == .optional)
                        @field(value, name) orelse return capi.singleton(.None)
                    else
                        @field(value, name);
                    return objects.giveField(@TypeOf(pointer), self, address, pointer);
                },
                .kept => {
                    var holding: Instance.Holding(1) = .{};
                    const value: *const T = @ptrFromInt(
                        holding.acquireOne(self, .shared) catch return null,
                    );
                    defer holding.release();
                    return references.give(F, @field(value, name));
                },
                .part => {
                    _ = Instance.resolve(self) catch return null;
                    const part = objects.createPart(F, self, .part, @offsetOf(T, name));
                    return &(part orelse return null).ob_base;
                },
                .list => {
                    if (self.state == .empty) _ = Instance.resolve(self) catch return null;
                    return lists.give(F, comptime allocationOf(T), self, @offsetOf(T, name));
                },
                .map => {
                    if (self.state == .empty) _ = Instance.resolve(self) catch return null;
                    return maps.give(F, self, @offsetOf(T, name));
                },
                .hidden => comptime unreachable,
            }
        }

        fn set(object: *PyObject, given: ?*PyObject, _: ?*anyopaque) callconv(.c) c_int {
            const self = Instance.of(object);
            const value = given orelse {
                _ = c.PyErr_Format(
                    capi.exception("TypeError"),
                    "the field '" ++ name ++ "' of a %s cannot be deleted",
                    self.info.name.ptr,
                );
                return -1;
            };
            if (self.state == .empty) {
                _ = Instance.resolve(self) catch return -1;
            }
            assign(self, value) catch return -1;
            return 0;
        }

        fn assign(self: *Layout, object: *PyObject) Error!void {
            if (kind == .kept) return replace(self, object);
            var arena: std.heap.ArenaAllocator = .init(memory.allocator);
            defer arena.deinit();
            const loaded =
                try convert.loadField(F, arena.allocator(), self.module, object, comptime &.{
                    .function = classes.nameOf(T),
                    .parameter = .{ .name = name, .typ = classes.fieldTypeName(F) },
                });
            const owner = Instance.ownerOf(self);
            var holding: Instance.Holding(1) = .{};
            const value: *T = @ptrFromInt(try holding.acquireOne(self, .exclusive));
            defer holding.release();
            try objects.expectWritable(self);
            @field(value, name) = try objects.intoOwner(F, owner, loaded);
            try objects.tidy(owner);
        }

        fn replace(self: *Layout, object: *PyObject) Error!void {
            const old = old: {
                var holding: Instance.Holding(1) = .{};
                const value: *T = @ptrFromInt(try holding.acquireOne(self, .exclusive));
                defer holding.release();
                try objects.expectWritable(self);
                const old: ?signature.Reference = @field(value, name);
                @field(value, name) = references.take(F, object);
                break :old old;
            };
            if (old) |some| some.release(); // which may run Python code
        }
    };
}
