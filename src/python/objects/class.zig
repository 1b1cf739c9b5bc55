//! A class of Python out of a Zig struct: a heap type with its fields as attributes, its functions
//! as methods and slots, and what makes, compares, shows and pickles its objects.

const std = @import("std");
const binding = @import("../binding.zig");
const Blocks = @import("Blocks.zig");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const classes_of = @import("classes_of.zig");
const construct = @import("construct.zig");
const entries = @import("../entry.zig");
const errors = @import("../errors.zig");
const exports = @import("../../exports.zig");
const fields_of = @import("fields.zig");
const Fields = fields_of.Fields;
const hold = @import("hold.zig");
const memory = @import("../memory.zig");
const Method = @import("method.zig").Method;
const module_of = @import("../module.zig");
const object = @import("object.zig");
const operators = @import("../../operators.zig");
const own = @import("own.zig");
const Region = @import("Region.zig");
const results = @import("results.zig");
const signature = @import("../../signature.zig");
const Signature = signature.Signature;
const slots_of = @import("slots.zig");
const trees = @import("../../trees.zig");
const c = capi.functions;
const Error = errors.Error;
const Layout = object.Layout;
const PyObject = capi.PyObject;
const Slot = capi.structs.PyType_Slot;
const notImplemented = slots_of.notImplemented;

/// The attributes of the class of `T`. The first one also carries what is known of it.
pub fn Attributes(comptime T: type) type {
    exports.checkMemory(T);
    const fields = Fields(T);
    const class = classes.all[classes.indexOf(T).?];
    return struct {
        pub const defs = defs: {
            @setEvalBranchQuota(1_000_000_000);
            var list: [fields.names.len + 1]capi.structs.PyGetSetDef = @splat(.{});
            for (list[0..fields.names.len], fields.names, fields.getters, fields.setters) |
                *def,
                name,
                getter,
                setter,
            | def.* = .{
                .name = signature.pythonName(name),
                .get = getter,
                .set = setter,
                .doc = fieldDoc(name),
            };
            for (list[0..attributes.len], &attributes) |*def, *attribute|
                def.closure = @ptrCast(@constCast(attribute));
            break :defs list;
        };

        /// Those of all fields that Python sees, of the base's as well.
        pub const visible: []const capi.structs.PyGetSetDef = (if (classes.BaseOf(T)) |Base|
            Attributes(Base).visible
        else
            &[0]capi.structs.PyGetSetDef{}) ++ defs[0..fields.names.len];

        /// One at least, even where there is no field: it says which class this is.
        const attributes: [@max(fields.names.len, 1)]object.Attribute = list: {
            @setEvalBranchQuota(1_000_000_000);
            var list: [@max(fields.names.len, 1)]object.Attribute = @splat(.{
                .info = classes_of.infoOf(T),
                .offset = 0,
                .site = undefined,
            });
            for (list[0..fields.names.len], fields.names) |*attribute, name| {
                const F = classes.FieldOf(T, name);
                if (@typeInfo(T).@"struct".layout != .@"packed")
                    attribute.offset = @offsetOf(T, name);
                attribute.copy = fields_of.copyOf(T, F);
                attribute.site = &.{
                    .function = classes.nameOf(T),
                    .name = signature.pythonName(name),
                    .typ = classes.fieldTypeName(F),
                    .role = .attribute,
                };
            }
            break :list list;
        };

        fn fieldDoc(comptime name: [:0]const u8) ?[*:0]const u8 {
            @setEvalBranchQuota(1_000_000_000);
            const docs = @field(class.source, "nano_ffi.fields");
            if (!@hasField(@TypeOf(docs), name)) return null;
            const text: [:0]const u8 = @field(docs, name);
            return if (text.len == 0) null else text;
        }
    };
}

/// The Python type of one class. `Bridge` is the bridge to CPython, `module_name` the module's name
/// as far as it is known while compiling.
pub fn Class(
    comptime Bridge: type,
    comptime module_name: []const u8,
    comptime of_class: classes.Class,
) type {
    return struct {
        const Self = @This();
        pub const class = of_class;
        const T = class.T;
        const construction = classes.constructionOf(class);
        const fields = Fields(T);
        const info = classes_of.infoOf(T);

        /// A new reference to the type, or null with the error set.
        pub fn create(module: *PyObject) ?*PyObject {
            const base = if (comptime classes.BaseOf(T)) |Base|
                classes_of.classOf(Base, module) orelse return null
            else
                null;
            const made = c.PyType_FromModuleAndSpec(module, &spec, base) orelse return null;
            if (contents.addTo(made, module)) return made;
            c.Py_DecRef(made);
            return null;
        }

        /// Whether its fields are given by name only.
        const is_named = classes.isSaid(T, "kw_only");

        const contents: Contents = .{
            .name = class.name,
            .looked_up = &looked_up,
            // The same constant for all classes that have the same ones.
            .common = common: {
                var common: []const capi.PyMethodDef = &.{};
                for (common_methods) |def| {
                    if (!isDefined(std.mem.span(def.ml_name.?))) common = common ++ .{def};
                }
                break :common common;
            },
            .static_methods = &static_methods,
            .properties = &properties,
            .match_args = if (construction == .fields and !is_named) &match_args else null,
            .vectorcall = if (construction != .fields or info.construction == null)
                &vectorcall
            else if (is_named)
                &construct.vectorcallNamed
            else if (construct.Quick(T).is_possible)
                &construct.Quick(T).call
            else
                &construct.vectorcall,
        };

        const match_args = names: {
            var names: [fields.parameters.len][:0]const u8 = undefined;
            for (&names, fields.parameters) |*name, field|
                name.* = signature.pythonName(field.name);
            break :names names;
        };

        const all_names = names: {
            var names: [fields.all.len][:0]const u8 = undefined;
            for (&names, fields.all) |*name, field| name.* = signature.pythonName(field.name);
            break :names names;
        };

        const spec: capi.structs.PyType_Spec = .{
            .name = module_name ++ "." ++ class.name,
            .basicsize = classes_of.SizesOf(T).basic,
            .flags = capi.constants.Py_TPFLAGS_DEFAULT |
                (if (classes_of.hasGc(T)) capi.constants.Py_TPFLAGS_HAVE_GC else 0) |
                if (construction == .none and !classes.isBase(T))
                    0
                else
                    capi.constants.Py_TPFLAGS_BASETYPE,
            .slots = &slots,
        };

        const slots = [_]Slot{
            .{ .slot = capi.constants.Py_tp_dealloc, .pfunc = if (is_simple)
                &object.deallocSimple
            else
                &object.dealloc },
            .{ .slot = capi.constants.Py_tp_new, .pfunc = if (construction == .none)
                &refuseNew
            else
                &new },
            .{ .slot = capi.constants.Py_tp_init, .pfunc = &init },
            .{ .slot = capi.constants.Py_tp_getset, .pfunc = &Attributes(T).defs },
            .{ .slot = capi.constants.Py_tp_methods, .pfunc = &methods },
            .{ .slot = capi.constants.Py_tp_doc, .pfunc = @as([*:0]const u8, doc) },
        } ++ (if (classes.inheritsComparison(T)) [_]Slot{} else [_]Slot{
            .{ .slot = capi.constants.Py_tp_richcompare, .pfunc = if (slots_of.compares(Self))
                &slots_of.Compare(Self).call
            else
                &compare },
        }) ++ (if (!classes_of.hasGc(T)) [_]Slot{} else [_]Slot{
            .{ .slot = capi.constants.Py_tp_traverse, .pfunc = &object.traverse },
            .{ .slot = capi.constants.Py_tp_clear, .pfunc = &object.clear },
        }) ++ (if (!classes_of.hasWeak(T)) [_]Slot{} else [_]Slot{
            .{ .slot = capi.constants.Py_tp_members, .pfunc = &members },
        }) ++ (if (has("__repr__") or classes.inherits(T, "__repr__")) [_]Slot{} else [_]Slot{
            .{ .slot = capi.constants.Py_tp_repr, .pfunc = &repr },
        }) ++ (if (has("__hash__") or classes.inheritsComparison(T)) [_]Slot{} else [_]Slot{
            .{
                .slot = capi.constants.Py_tp_hash,
                .pfunc = if (!classes.isHashable(T))
                    &c.PyObject_HashNotImplemented
                else if (classes.isCopyable(T)) &hashOf else &hash,
            },
        }) ++ slots_of.of(Self)[0..slots_of.of(Self).len].* ++ [_]Slot{.{}};

        /// Whether an object that is alone in the world is given back as it is.
        const is_simple = !capi.limited and !capi.free_threaded and !classes_of.hasGc(T) and
            !classes_of.hasWeak(T) and info.deinit == null;

        const members = [_]capi.structs.PyMemberDef{
            .{
                .name = "__weaklistoffset__",
                .type = capi.constants.Py_T_PYSSIZET,
                .offset = classes_of.SizesOf(T).weak,
                .flags = capi.constants.Py_READONLY,
            },
            .{},
        };

        const doc: [:0]const u8 = text: {
            const comment = @field(class.source, "nano_ffi.doc");
            if (construction == .none) break :text comment;
            break :text class.ownName() ++ "(" ++ parameters_text ++ ")\n--\n\n" ++ comment;
        };

        /// The constructor's.
        const parameters_text: [:0]const u8 = text: {
            if (!constructor.isPlain())
                break :text signature.parametersText("", constructor.args);
            var text: [:0]const u8 = "";
            var has_default = false;
            var has_star = false;
            for (constructor.args) |arg| {
                if (text.len > 0) text = text ++ ", ";
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
            break :text text;
        };

        const constructor: Signature = switch (construction) {
            .none => .{ .name = class.ownName(), .args = &.{}, .ret = &.{} },
            .init, .create, .empty => initializer.sig,
            .fields => fields.signatureOf(class.ownName()),
        };

        const initializer_name = switch (construction) {
            .create => "create",
            .empty => "empty",
            else => "init",
        };
        const initializer = Bridge.makeTrampoline(
            exports.Callable(T, class.source, initializer_name).function,
            renamed(exports.specOf(T, class.source, initializer_name), class.ownName()),
        );

        pub fn has(comptime name: [:0]const u8) bool {
            return exports.operatorOf(class, name) != null;
        }

        /// Whether what stands for a comparison says which of two is first.
        pub fn givesOrder(comptime name: [:0]const u8) bool {
            return comptime operators.resultOf(name, exports.operatorOf(class, name).?) == .order;
        }

        /// Whether an operand is of this class, or of one derived from it.
        pub fn isInstance(value: *PyObject) bool {
            if (classes_of.exactly(T, value) != null) return true;
            var class_of: ?*PyObject = object.ownClass(capi.typeOf(value));
            while (class_of) |some| : (class_of = object.baseOf(some)) {
                if (isOf(some, first_attribute)) return true;
                if (comptime !classes.isBase(T)) return false;
            }
            return false;
        }

        // Functions.

        /// Those functions of the struct that are `role`, with names like __len__ or with other
        /// ones.
        fn functionsOf(comptime role: classes.Role, comptime kind: Kind) []const [:0]const u8 {
            @setEvalBranchQuota(1_000_000_000);
            comptime var names: []const [:0]const u8 = &.{};
            inline for (@typeInfo(T).@"struct".decl_names) |name| {
                if (comptime exports.of(T, class.source, name) != .function) continue;
                if (comptime classes.roleOf(T, name) == role and kindOf(name) == kind)
                    names = names ++ .{name};
            }
            return names;
        }

        const methods = defs: {
            const names = functionsOf(.method, .ordinary);
            const special = functionsOf(.method, .slot);
            var defs: [names.len + special.len]capi.PyMethodDef = undefined;
            for (&defs, names ++ special) |*def, name| def.* = methodDef(name);
            for (defs[names.len..]) |*def| def.ml_flags |= capi.constants.METH_COEXIST;
            break :defs defs ++ class_methods ++ own_methods ++ [_]capi.PyMethodDef{.{}};
        };

        const class_methods = defs: {
            const names = functionsOf(.class_method, .ordinary);
            var defs: [names.len]capi.PyMethodDef = undefined;
            for (&defs, names) |*def, name| {
                def.* = methodDef(name);
                def.ml_meth = &MethodOf(name).receiveClass;
                def.ml_flags |= capi.constants.METH_CLASS;
            }
            break :defs defs;
        };

        const properties = defs: {
            const names = functionsOf(.property, .ordinary);
            var defs: [names.len]capi.structs.PyGetSetDef = undefined;
            for (&defs, names) |*def, name| {
                const getter = MethodOf(name);
                def.* = .{
                    .name = getter.sig.name,
                    .get = &getter.receiveProperty,
                    .set = if (exports.setterOf(class, name)) |setter|
                        &MethodOf(setter).receiveValue
                    else
                        null,
                    .doc = if (getter.sig.doc.len == 0) null else getter.sig.doc,
                };
            }
            break :defs defs;
        };

        const looked_up = defs: {
            const names = functionsOf(.method, .looked_up);
            var defs: [names.len]capi.PyMethodDef = undefined;
            for (&defs, names) |*def, name| def.* = methodDef(name);
            break :defs defs;
        };

        const static_methods = defs: {
            const names = functionsOf(.static, .ordinary);
            var defs: [names.len]StaticMethod = undefined;
            for (&defs, names) |*def, name| {
                const trampoline = Bridge.makeTrampoline(
                    exports.Callable(T, class.source, name).function,
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

        /// A method by its name.
        pub fn MethodOf(comptime name: [:0]const u8) type {
            const function = exports.operatorOf(class, name) orelse name;
            const trampoline = Bridge.makeTrampoline(
                exports.Callable(T, class.source, function).function,
                comptime exports.operatorSpecOf(class, name, function),
            );
            return Method(T, trampoline, operators.givesSelf(name) and trampoline.R == void);
        }

        fn methodDef(comptime name: [:0]const u8) capi.PyMethodDef {
            const M = MethodOf(name);
            const is_method = classes.roleOf(T, name) == .method;
            const first = if (is_method) "$self" else "$type";
            const is_next = std.mem.eql(u8, name, "__next__");
            const is_end = exports.isBlockEnd(
                name,
                @typeInfo(@TypeOf(exports.Callable(T, class.source, name).function)).@"fn",
            );
            const list = if (is_end)
                "$self, exc_type, exc_value, traceback, /"
            else
                signature.parametersText(first, M.sig.args);
            return .{
                .ml_name = M.sig.name,
                .ml_meth = if (is_next)
                    &M.receiveNextByName
                else if (is_end) &M.receiveEnd else &M.receive,
                .ml_flags = capi.constants.METH_FASTCALL | capi.constants.METH_KEYWORDS,
                .ml_doc = M.sig.name ++ "(" ++ list ++ ")\n--\n\n" ++ M.sig.doc,
            };
        }

        /// Whether the struct has a method of this name itself.
        fn isDefined(comptime name: []const u8) bool {
            @setEvalBranchQuota(1_000_000_000);
            for (methods ++ looked_up) |def| {
                if (std.mem.eql(u8, std.mem.span(def.ml_name orelse continue), name)) return true;
            }
            return false;
        }

        const own_methods = [_]capi.PyMethodDef{
            .{
                .ml_name = "__field_names__",
                .ml_meth = &fieldNames,
                .ml_flags = capi.constants.METH_NOARGS | capi.constants.METH_STATIC,
                .ml_doc = "__field_names__()\n--\n\nThe names of the fields, in the order of " ++
                    "the struct.",
            },
        } ++ (if (!has_replace) [_]capi.PyMethodDef{} else [_]capi.PyMethodDef{.{
            .ml_name = "__replace__",
            .ml_meth = &replaceOf,
            .ml_flags = capi.constants.METH_FASTCALL | capi.constants.METH_KEYWORDS,
            .ml_doc = text: {
                var text: [:0]const u8 = "__replace__($self, /, *";
                for (match_args) |name| text = text ++ ", " ++ name ++ "=...";
                break :text text ++ ")\n--\n\nAnother object, with other values of these fields.";
            },
        }});

        const common_methods = [_]capi.PyMethodDef{
            .{
                .ml_name = "__zig_address__",
                .ml_meth = &zigAddress,
                .ml_flags = capi.constants.METH_NOARGS,
                .ml_doc = "__zig_address__($self, /)\n--\n\nThe address of the Zig value.",
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
            .ml_meth = if (info.construction != null) &restoreState else &setState,
            .ml_flags = capi.constants.METH_O,
            .ml_doc = "__setstate__($self, state, /)\n--\n\nFor pickle and copy.",
        }}) ++ (if (!isCloned("__copy__")) [_]capi.PyMethodDef{} else [_]capi.PyMethodDef{.{
            .ml_name = "__copy__",
            .ml_meth = &clone,
            .ml_flags = capi.constants.METH_NOARGS,
            .ml_doc = "__copy__($self, /)\n--\n\nFor copy.",
        }}) ++ (if (!isCloned("__deepcopy__")) [_]capi.PyMethodDef{} else [_]capi.PyMethodDef{.{
            .ml_name = "__deepcopy__",
            .ml_meth = &clone,
            .ml_flags = capi.constants.METH_O,
            .ml_doc = "__deepcopy__($self, memo, /)\n--\n\nFor copy.",
        }}) ++ (if (!classes.isDeepCopyable(class)) [_]capi.PyMethodDef{} else [_]capi.PyMethodDef{
            .{
                .ml_name = "__deepcopy__",
                .ml_meth = &deepCopy,
                .ml_flags = capi.constants.METH_O,
                .ml_doc = "__deepcopy__($self, memo, /)\n--\n\nFor copy.",
            },
        }) ++ (if (!classes.hasDeinit(T)) [_]capi.PyMethodDef{} else [_]capi.PyMethodDef{
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
        }) ++ (if (!exports.isText(class) or
            @hasDecl(T, "__format__")) [_]capi.PyMethodDef{} else [_]capi.PyMethodDef{.{
            .ml_name = "__format__",
            .ml_meth = &formatText,
            .ml_flags = capi.constants.METH_O,
            .ml_doc = "__format__($self, spec, /)\n--\n\nThe text, formatted as a str.",
        }});

        // Objects.

        /// `format(value, spec)`: what `str` gives, as a str is formatted.
        fn formatText(self: *PyObject, format: *PyObject) callconv(.c) ?*PyObject {
            const text = c.PyObject_Str(self) orelse return null;
            defer c.Py_DecRef(text);
            return c.PyObject_Format(text, format);
        }

        /// Calls of the class itself. Those of subclasses go through `new` and `init`.
        fn vectorcall(
            given_class: *PyObject,
            given: [*]const *PyObject,
            nargsf: usize,
            kwnames: ?*PyObject,
        ) callconv(.c) ?*PyObject {
            const nargs = capi.vectorcallCount(nargsf);
            switch (construction) {
                .none => return refuse(),
                .fields => {
                    var bound: [fields.parameters.len]?*PyObject = undefined;
                    if (!binding.bind(&constructor, given, nargs, kwnames, &bound)) return null;
                    return makeOf(given_class, &bound);
                },
                .init, .create, .empty => {
                    const module = c.PyType_GetModule(given_class) orelse return null;
                    return callInitializer(module, given, nargs, kwnames);
                },
            }
        }

        fn makeOf(made_class: *PyObject, values: [*]const ?*PyObject) ?*PyObject {
            const self = classes_of.newOfClass(T, made_class) orelse return null;
            const sig = comptime fields.signatureOf(class.ownName());
            fields.fill(self, &sig, values[0..fields.parameters.len]) catch {
                c.Py_DecRef(&self.ob_base);
                return null;
            };
            return &self.ob_base;
        }

        fn callInitializer(
            module: *PyObject,
            given: [*]const *PyObject,
            nargs: usize,
            kwnames: ?*PyObject,
        ) ?*PyObject {
            var all: [initializer.sig.args.len]?*PyObject = undefined;
            if (comptime initializer.sig.isPlain()) {
                if (binding.inOrder(&initializer.sig, nargs, kwnames) == all.len)
                    return initializer.callExact(module, given);
            }
            if (!binding.bind(&initializer.sig, given, nargs, kwnames, &all)) return null;
            defer binding.release(&initializer.sig, &all);
            if (!binding.isWhole(&initializer.sig, &all))
                return initializer.callPartly(module, &all);
            return initializer.callExact(module, @ptrCast(&all));
        }

        fn refuse() ?*PyObject {
            c.PyErr_SetString(
                capi.exception("TypeError"),
                comptime "cannot create '" ++ class.name ++ "' objects: " ++
                    classes.whyNotConstructible(class),
            );
            return null;
        }

        fn refuseNew(_: *PyObject, _: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            return refuse();
        }

        fn init(given: *PyObject, args: *PyObject, keywords: ?*PyObject) callconv(.c) c_int {
            if (!isOf(object.ownClass(capi.typeOf(given)), first_attribute)) {
                // Of a class that is derived from this one, and has another value.
                _ = c.PyErr_Format(
                    capi.exception("TypeError"),
                    "__init__() of a %s cannot make what %R is",
                    class.name.ptr,
                    capi.typeOf(given),
                );
                return -1;
            }
            own.init(given, args, keywords, contents.vectorcall) catch return -1;
            return 0;
        }

        fn isCloned(comptime name: [:0]const u8) bool {
            if (@hasDecl(T, name) or exports.operatorOf(class, name) == null) return false;
            return std.mem.eql(u8, name, "__copy__") or !classes.isDeepCopyable(class);
        }

        fn clone(self: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            return MethodOf("__copy__").receive(self, undefined, 0, null);
        }

        const first_attribute = &Attributes(T).defs[0];

        const has_replace = construction == .fields and fields.all.len > 0 and
            fields.parameters.len == fields.all.len and !@hasDecl(T, "__replace__");

        fn fieldNames(_: ?*PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            return listOf(&all_names);
        }

        /// `Point(x=1.0, y=0.0)`; of an object that is more than its fields, where it is.
        fn repr(given: *PyObject) callconv(.c) ?*PyObject {
            return reprOf(given, module_name ++ "", if (classes.isCopyable(T)) visible else null);
        }

        const visible = Attributes(T).visible;

        /// Whether the fields are all its own, and no other class has them: then what is made of
        /// them is the same code for all.
        const is_alone = classes.BaseOf(T) == null and !classes.isBase(T);

        pub const compare = if (is_alone)
            if (classes.isSaid(T, "order")) compareInOrder else compareValues
        else
            WithBases.compare;
        const hashOf = if (is_alone) hashFields else WithBases.hash;
        const replaceOf = if (is_alone) replace else WithBases.replace;
        const reduce = if (construction == .none or !classes.isCopyable(T))
            refuseToReduce
        else if (!is_alone)
            WithBases.reduce
        else if (construction == .fields and !is_named) reduceToCall else reduceToState;

        const WithBases = struct {
            fn compare(
                given: *PyObject,
                other: *PyObject,
                operator: c_int,
            ) callconv(.c) ?*PyObject {
                if (comptime classes.isSaid(T, "order")) {
                    if (operator != capi.constants.Py_EQ and operator != capi.constants.Py_NE)
                        return compareFields(given, other, operator, visible);
                }
                return compareObjects(given, other, operator, info.equal);
            }

            fn hash(given: *PyObject) callconv(.c) isize {
                return hashOfFields(given, visible);
            }

            fn replace(
                given: *PyObject,
                changes: [*]const *PyObject,
                nargs: capi.Py_ssize_t,
                kwnames: ?*PyObject,
            ) callconv(.c) ?*PyObject {
                return replaceFields(given, visible, changes, nargs, kwnames);
            }

            fn reduce(given: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
                return reduceFields(given, visible, construction == .fields and !is_named);
            }
        };

        fn setState(given: *PyObject, state: *PyObject) callconv(.c) ?*PyObject {
            if (!isOf(object.ownClass(capi.typeOf(given)), first_attribute))
                return refuseToReduce(given, null);
            own.restore(given, state, fields.all.len, &makeOf) catch return null;
            return capi.singleton(.None);
        }
    };
}

/// Whether a class is the one that has these attributes.
fn isOf(class: *PyObject, defs: *const capi.structs.PyGetSetDef) bool {
    const known = if (capi.limited)
        c.PyType_GetSlot(class, capi.constants.Py_tp_getset)
    else
        capi.typeLayout(class).tp_getset;
    return known == @as(?*anyopaque, @ptrCast(@constCast(defs)));
}

fn new(subclass: *PyObject, _: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    const self = object.create(subclass, object.infoOfClass(subclass)) orelse return null;
    return &self.ob_base;
}

/// See copy.replace.
fn replace(
    given: *PyObject,
    changes: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
    kwnames: ?*PyObject,
) callconv(.c) ?*PyObject {
    const visible = object.fieldsOfClass(capi.typeOf(given));
    return replaceFields(given, visible, changes, nargs, kwnames);
}

fn listOf(names: []const [:0]const u8) ?*PyObject {
    const list = c.PyList_New(0) orelse return null;
    for (names) |name| {
        const text = capi.newStr(name);
        defer c.Py_DecRef(text);
        if (text == null or c.PyList_Append(list, text.?) < 0) {
            c.Py_DecRef(list);
            return null;
        }
    }
    return list;
}

/// Without the many frames that Python's own way has for each value inside of another.
fn deepCopy(given: *PyObject, memo: *PyObject) callconv(.c) ?*PyObject {
    const class = capi.typeOf(given);
    const made = object.create(class, object.infoOfClass(class)) orelse return null;
    if (copyDeeply(object.of(given), made, memo)) return &made.ob_base;
    c.Py_DecRef(&made.ob_base);
    return null;
}

fn copyDeeply(self: *Layout, made: *Layout, memo: *PyObject) bool {
    {
        var use: hold.Use(.nothing) = .{};
        const value = use.begin(self, .shared) catch return false;
        defer use.end();
        object.infoOf(self).set_copy.?(made, @ptrFromInt(value)) catch return false;
    }
    const dict = own.dictOf(&self.ob_base) orelse return true;
    defer c.Py_DecRef(dict);
    // What it has may have it.
    const key = c.PyLong_FromUnsignedLongLong(@intFromPtr(self)) orelse return false;
    defer c.Py_DecRef(key);
    if (c.PyDict_SetItem(memo, key, &made.ob_base) < 0) return false;
    const function = capi.imported("copy", "deepcopy") orelse return false;
    defer c.Py_DecRef(function);
    const copied = capi.vectorcall(function, &.{ dict, memo }, 2, null) orelse return false;
    defer c.Py_DecRef(copied);
    own.updateDict(&made.ob_base, copied) catch return false;
    return true;
}

/// What a class makes of the values of its fields, and of others for those in `kwnames`.
fn replaceFields(
    given: *PyObject,
    visible: []const capi.structs.PyGetSetDef,
    changes: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
    kwnames: ?*PyObject,
) ?*PyObject {
    if (nargs != 0) return errors.raiseWrongNumber(
        "__replace__() takes 0 positional arguments",
        nargs,
    );
    const values = fields_of.valuesOf(given, visible) orelse return null;
    defer c.Py_DecRef(values);
    const all = c.PyDict_New() orelse return null;
    defer c.Py_DecRef(all);
    for (visible, 0..) |*def, index| {
        const value = c.PyTuple_GetItem(values, @intCast(index)) orelse return null;
        if (c.PyDict_SetItemString(all, def.name.?, value) < 0) return null;
    }
    const count: usize = if (kwnames) |tuple| @intCast(c.PyTuple_Size(tuple)) else 0;
    for (changes[0..count], 0..) |value, index| {
        const name = c.PyTuple_GetItem(kwnames.?, @intCast(index)) orelse return null;
        if (c.PyDict_SetItem(all, name, value) < 0) return null;
    }
    const none = c.PyTuple_New(0) orelse return null;
    defer c.Py_DecRef(none);
    return c.PyObject_Call(capi.typeOf(given), none, all);
}

fn destroy(given: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    own.destroy(object.of(given)) catch return null;
    return capi.singleton(.None);
}

fn enter(given: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    var use: hold.Use(.nothing) = .{};
    _ = use.begin(object.of(given), .shared) catch return null;
    use.end();
    c.Py_IncRef(given);
    return given;
}

fn exit(
    given: *PyObject,
    _: [*]const *PyObject,
    _: capi.Py_ssize_t,
) callconv(.c) ?*PyObject {
    const self = object.of(given);
    if (object.stateOf(self) != .destroyed) own.destroy(self) catch return null;
    return capi.singleton(.None);
}

fn zigAddress(given: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    var use: hold.Use(.nothing) = .{};
    const address = use.begin(object.of(given), .shared) catch return null;
    defer use.end();
    return c.PyLong_FromUnsignedLongLong(address);
}

const StaticMethod = struct { def: capi.PyMethodDef, vectorcall: ?*const capi.vectorcallfunc };

/// What a class gets when it has been made.
const Contents = struct {
    name: [:0]const u8,
    looked_up: []const capi.PyMethodDef,
    /// What other classes have, too.
    common: []const capi.PyMethodDef,
    static_methods: []const StaticMethod,
    properties: []const capi.structs.PyGetSetDef,
    match_args: ?[]const [:0]const u8,
    vectorcall: *const capi.vectorcallfunc,

    fn addTo(contents: *const Contents, made: *PyObject, module: *PyObject) bool {
        // The module may be part of a package, and the class of another one.
        const own_module = c.PyObject_GetAttrString(module, "__name__") orelse return false;
        defer c.Py_DecRef(own_module);
        const qualified = capi.newStr(contents.name) orelse return false;
        defer c.Py_DecRef(qualified);
        if (c.PyObject_SetAttrString(made, "__module__", own_module) < 0) return false;
        if (c.PyObject_SetAttrString(made, "__qualname__", qualified) < 0) return false;
        for ([_][]const capi.PyMethodDef{ contents.looked_up, contents.common }) |defs| {
            for (defs) |*def|
                if (!setOwned(made, def.ml_name.?, c.PyDescr_NewMethod(made, def))) return false;
        }
        for (contents.properties) |*def|
            if (!setOwned(made, def.name.?, c.PyDescr_NewGetSet(made, def))) return false;
        const wrapper = capi.imported("builtins", "staticmethod") orelse return false;
        defer c.Py_DecRef(wrapper);
        for (contents.static_methods) |*method| {
            const function = entries.newFunction(
                &method.def,
                method.vectorcall,
                module,
                own_module,
            ) orelse return false;
            defer c.Py_DecRef(function);
            const static = capi.vectorcall(wrapper, &.{function}, 1, null);
            if (!setOwned(made, method.def.ml_name.?, static)) return false;
        }
        if (contents.match_args) |names| {
            const tuple = c.PyTuple_New(@intCast(names.len)) orelse return false;
            for (names, 0..) |name, index|
                _ = c.PyTuple_SetItem(tuple, @intCast(index), capi.newStr(name));
            if (!setOwned(made, "__match_args__", tuple)) return false;
        }
        if (!capi.limited) capi.typeLayout(made).tp_vectorcall = contents.vectorcall;
        return true;
    }
};

fn compareValues(given: *PyObject, other: *PyObject, operator: c_int) callconv(.c) ?*PyObject {
    return compareObjects(given, other, operator, object.infoOfClass(capi.typeOf(given)).equal);
}

/// By the values where these can be compared, else by what has them.
fn compareObjects(
    given: *PyObject,
    other: *PyObject,
    operator: c_int,
    equal: ?*const fn (a: *const anyopaque, b: *const anyopaque) Error!bool,
) ?*PyObject {
    if (operator != capi.constants.Py_EQ and operator != capi.constants.Py_NE)
        return notImplemented();
    const class = object.ownClass(capi.typeOf(given));
    if (class != object.ownClass(capi.typeOf(other))) return notImplemented();
    const self = object.of(given);
    const with = object.of(other);
    if (object.stateOf(self) == .empty or object.stateOf(with) == .empty) return notImplemented();
    const same = areSame(self, with, equal) catch return null;
    const is_true = same == (operator == capi.constants.Py_EQ);
    return if (is_true) capi.singleton(.True) else capi.singleton(.False);
}

fn areSame(
    self: *Layout,
    other: *Layout,
    equal: ?*const fn (a: *const anyopaque, b: *const anyopaque) Error!bool,
) Error!bool {
    if (self == other) return true;
    var holds: hold.Holds(2, .nothing) = .{};
    holds.add(self, .shared);
    holds.add(other, .shared);
    try holds.acquire();
    defer holds.release();
    const a = try object.resolve(self);
    const b = try object.resolve(other);
    if (a == b) return true;
    const compare = equal orelse return false;
    return compare(@ptrFromInt(a), @ptrFromInt(b));
}

fn compareInOrder(given: *PyObject, other: *PyObject, operator: c_int) callconv(.c) ?*PyObject {
    if (operator == capi.constants.Py_EQ or operator == capi.constants.Py_NE)
        return compareValues(given, other, operator);
    const visible = object.fieldsOfClass(capi.typeOf(given));
    return compareFields(given, other, operator, visible);
}

/// As of tuples of the fields.
fn compareFields(
    given: *PyObject,
    other: *PyObject,
    operator: c_int,
    visible: []const capi.structs.PyGetSetDef,
) ?*PyObject {
    if (object.ownClass(capi.typeOf(given)) != object.ownClass(capi.typeOf(other)))
        return notImplemented();
    const values = fields_of.valuesOf(given, visible) orelse return null;
    defer c.Py_DecRef(values);
    const with = fields_of.valuesOf(other, visible) orelse return null;
    defer c.Py_DecRef(with);
    return c.PyObject_RichCompare(values, with, operator);
}

fn hashFields(given: *PyObject) callconv(.c) isize {
    return hashOfFields(given, object.fieldsOfClass(capi.typeOf(given)));
}

fn hashOfFields(given: *PyObject, visible: []const capi.structs.PyGetSetDef) isize {
    const values = fields_of.valuesOf(given, visible) orelse return -1;
    defer c.Py_DecRef(values);
    return c.PyObject_Hash(values);
}

/// Of an object that is more than its fields: of its address, where that does not change.
fn hash(given: *PyObject) callconv(.c) isize {
    const self = object.of(given);
    const address = switch (self.state) {
        .held, .address => object.linkOf(self).place,
        .own => object.storage(self),
        else => @intFromPtr(self) + self.offset,
    };
    return @bitCast(std.math.rotr(usize, address, 4) & std.math.maxInt(usize) >> 1);
}

/// A class that is called with the values of its attributes.
fn reduceToCall(given: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    return reduceFields(given, object.fieldsOfClass(capi.typeOf(given)), true);
}

fn reduceToState(given: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    return reduceFields(given, object.fieldsOfClass(capi.typeOf(given)), false);
}

/// See __setstate__.
fn restoreState(given: *PyObject, state: *PyObject) callconv(.c) ?*PyObject {
    const how = object.infoOfClass(capi.typeOf(given)).construction orelse
        return refuseToReduce(given, null); // of a class that is derived from it
    own.restore(given, state, how.fields.len, &construct.fromValues) catch return null;
    return capi.singleton(.None);
}

fn refuseToReduce(given: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    _ = c.PyErr_Format(
        capi.exception("TypeError"),
        "cannot pickle or copy '%s' objects: they are more than their fields",
        object.infoOfClass(capi.typeOf(given)).name.ptr,
    );
    return null;
}

/// `takes_values`: whether the class is called with the values of its attributes.
fn reduceFields(
    given: *PyObject,
    visible: []const capi.structs.PyGetSetDef,
    takes_values: bool,
) ?*PyObject {
    const class = capi.typeOf(given);
    const values = fields_of.valuesOf(given, visible) orelse return null;
    defer c.Py_DecRef(values);
    // A subclass may be made of other arguments.
    if (takes_values and object.ownClass(class) == class) return c.PyTuple_Pack(2, class, values);
    const newobj = capi.imported("copyreg", "__newobj__") orelse return null;
    defer c.Py_DecRef(newobj);
    // The state: the values, and the __dict__ of an object of a subclass.
    const dict = own.dictOf(given) orelse capi.singleton(.None);
    defer c.Py_DecRef(dict);
    const state = c.PyTuple_Pack(2, values, dict) orelse return null;
    defer c.Py_DecRef(state);
    const args = c.PyTuple_Pack(1, class) orelse return null;
    defer c.Py_DecRef(args);
    return c.PyTuple_Pack(3, newobj, args, state);
}

/// `Point(x=1.0, y=0.0)`, out of the attributes `defs`; where there are none to be shown, or no
/// value, what it is.
fn reprOf(
    given: *PyObject,
    module_name: [*:0]const u8,
    defs: ?[]const capi.structs.PyGetSetDef,
) ?*PyObject {
    const name = capi.typeName(given) orelse return null;
    defer c.Py_DecRef(name);
    const visible = defs orelse
        return c.PyUnicode_FromFormat("<%s.%U object at %p>", module_name, name, given);
    if (!isThere(object.of(given)))
        return c.PyUnicode_FromFormat("<%s.%U object without a value>", module_name, name);
    // Faster than PyUnicode_FromFormat.
    const parts = c.PyTuple_New(@intCast(4 * visible.len + 2)) orelse return null;
    defer c.Py_DecRef(parts);
    const comma = capi.newStr(", ") orelse return null;
    defer c.Py_DecRef(comma);
    _ = c.PyTuple_SetItem(parts, 0, capi.newRef(name));
    for (visible, 0..) |*def, index| {
        const value = def.get.?(given, def.closure) orelse return null;
        defer c.Py_DecRef(value);
        const place = 4 * index + 1;
        if (!setItem(parts, place, if (index == 0) capi.newStr("(") else capi.newRef(comma)) or
            !setItem(parts, place + 1, capi.newStr(std.mem.span(def.name.?))) or
            !setItem(parts, place + 2, capi.newStr("=")) or
            !setItem(parts, place + 3, c.PyObject_Repr(value))) return null;
    }
    const end = capi.newStr(if (visible.len == 0) "()" else ")");
    if (!setItem(parts, 4 * visible.len + 1, end)) return null;
    const nothing = capi.newStr("") orelse return null;
    defer c.Py_DecRef(nothing);
    return c.PyUnicode_Join(nothing, parts);
}

fn isThere(self: *Layout) bool {
    switch (object.stateOf(self)) {
        .empty, .destroyed, .expired, .freed => return false,
        else => {},
    }
    var use: hold.Use(.nothing) = .{};
    _ = use.begin(self, .shared) catch {
        if (c.PyErr_ExceptionMatches(capi.exception("ReferenceError")) == 0) return true;
        c.PyErr_Clear();
        return false;
    };
    use.end();
    return true;
}

/// Gives a new tuple an item, which it consumes. False with the error set, also where it is null.
fn setItem(tuple: *PyObject, place: usize, value: ?*PyObject) bool {
    return c.PyTuple_SetItem(tuple, @intCast(place), value orelse return false) == 0;
}

/// Sets an attribute to a value that it consumes. False with the error set, also where it is null.
fn setOwned(made: *PyObject, name: [*:0]const u8, value: ?*PyObject) bool {
    defer c.Py_DecRef(value);
    return value != null and c.PyObject_SetAttrString(made, name, value.?) == 0;
}

const Kind = enum { ordinary, slot, looked_up };

fn kindOf(comptime name: [:0]const u8) Kind {
    if (!isSpecial(name)) return .ordinary;
    return if (slots_of.isSlot(name)) .slot else .looked_up;
}

pub fn isSpecial(comptime name: []const u8) bool {
    return name.len > 4 and std.mem.startsWith(u8, name, "__") and std.mem.endsWith(u8, name, "__");
}

fn renamed(comptime spec: anytype, comptime name: [:0]const u8) @TypeOf(spec) {
    var other = spec;
    other.name = name;
    return other;
}
