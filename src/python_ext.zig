//! The only door to CPython: its boundary for the bridge, and dispatch by name.

const std = @import("std");
const array = @import("python/array.zig");
const attachment = @import("python/attachment.zig");
const cancellation = @import("python/cancellation.zig");
const capi = @import("python/capi.zig");
const Class = @import("python/objects/class.zig").Class;
const classes = @import("classes.zig");
const columns = @import("python/columns.zig");
const convert = @import("python/convert.zig");
const coroutines = @import("python/coroutines.zig");
const Dispatcher = @import("python/Dispatcher.zig");
const enums = @import("python/enums.zig");
const variants = @import("python/variants.zig");
const entries = @import("python/entry.zig");
const errors = @import("python/errors.zig");
const input_output = @import("python/input_output.zig");
const progress = @import("python/progress.zig");
const progress_bars = @import("python/progress_bars.zig");
const classes_of = @import("python/objects/classes_of.zig");
const lists = @import("python/objects/list.zig");
const objects = @import("python/objects/object.zig");
const results = @import("python/objects/results.zig");
const maps = @import("python/objects/map.zig");
const fork = @import("python/objects/fork.zig");
const memory = @import("python/memory.zig");
const module = @import("python/module.zig");
const names = @import("python/names.zig");
const operations = @import("python/operations.zig");
const panics = @import("panics.zig");
const annotations = @import("python/objects/annotations.zig");
const arguments = @import("python/objects/arguments.zig");
const pythonName = @import("signature.zig").pythonName;
const sharing = @import("python/sharing.zig");
const signals = @import("python/signals.zig");
const State = @import("python/State.zig");
const traces = @import("python/traces.zig");
const comptime_bridge = @import("comptime_bridge.zig");
const declarations = @import("declarations.zig");
const description = @import("description.zig");
const exceptions = @import("python/exceptions.zig");
const exports = @import("exports.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// CPython's boundary. The context of a call is the module that the function is in (borrowed).
pub const Boundary = struct {
    pub const Context = *PyObject;
    pub const Value = *PyObject;
    pub const Result = ?*PyObject;
    pub const Argument = convert.Argument;
    pub const Frame = arguments.Frame;
    pub const Lender = arguments.Lender;
    pub const Scope = operations.Scope;
    pub const needsScope = operations.needsScope;
    pub const Returned = @import("python/returned.zig").Returned;

    /// What a function takes that is not the caller's.
    pub inline fn provide(comptime T: type) T {
        return if (T == std.mem.Allocator) memory.allocator else progress_bars.provide();
    }

    pub inline fn fail() Result {
        return null;
    }

    /// NotImplemented where the operand is of another type than the function takes.
    pub noinline fn refuseOperand() Result {
        const raised = c.PyErr_Occurred() orelse return null;
        if (raised != capi.exception("TypeError")) return null;
        c.PyErr_Clear();
        return capi.newRef(capi.object("_Py_NotImplementedStruct"));
    }

    pub fn raise(
        context: Context,
        err: anyerror,
        trace: []const usize,
        lenders: []const Lender,
    ) Result {
        @branchHint(.unlikely);
        const state = State.of(context) orelse return null;
        traces.raiseError(context, state, err, trace, lenders);
        return null;
    }

    pub const catches_panics = panics.are_caught;

    pub inline fn panicked(
        context: Context,
        comptime sig: comptime_bridge.Signature,
        report: *const panics.Report,
    ) Result {
        return panickedIn(context, sig.name, report);
    }

    /// The same by the function's name.
    pub noinline fn panickedIn(
        context: Context,
        function: [:0]const u8,
        report: *const panics.Report,
    ) Result {
        @branchHint(.cold);
        progress.abandon(attachment.caller());
        const state = State.of(context) orelse return null;
        traces.raisePanic(context, state, function, report);
        return null;
    }

    pub inline fn give(comptime T: type, context: Context, value: T) Result {
        return convert.give(T, context, value);
    }

    pub const giveNumpy = array.giveNumpy;
    pub const giveParts = array.giveParts;

    pub inline fn release() ?*anyopaque {
        return attachment.detach();
    }

    pub inline fn acquire(token: ?*anyopaque) void {
        attachment.attach(token);
    }

    pub const runElsewhere = cancellation.run;

    /// KeyboardInterrupt, whatever the function has made of being cancelled.
    pub noinline fn interrupt(context: Context, result: Result) Result {
        if (result) |object| c.Py_DecRef(object) else c.PyErr_Clear();
        signals.raiseInterrupt(context);
        return null;
    }

    pub fn entry(comptime Trampoline: type) *const entries.Entry {
        return entries.of(Trampoline);
    }
};

pub const Bridge = comptime_bridge.Bridge(Boundary);
pub const Registry = State.Functions;

/// Exports PyInit_NAME of a module that has the public functions, constants, enums and error sets
/// of `namespace`, as far as they can cross. `source` is what source.zig read in the file of
/// `namespace`: names of parameters, and comments.
pub fn exportModule(
    comptime name: [:0]const u8,
    comptime namespace: type,
    comptime source: type,
) void {
    module.exportModule(.{
        .name = name,
        .functions = functionsOf(namespace, source),
        .methods = restoringOf(namespace, source) ++ [_]capi.PyMethodDef{
            .{
                .ml_name = "__dir__",
                .ml_meth = &namesOf,
                .ml_flags = capi.constants.METH_NOARGS,
                .ml_doc = "__dir__($module, /)\n--\n\nThe names of what the file has.",
            },
            .{
                .ml_name = "__nano_ffi_signature__",
                .ml_meth = &signature,
                .ml_flags = capi.constants.METH_O,
                .ml_doc = "__nano_ffi_signature__($module, name, /)\n--\n\nWhat " ++
                    "nano_ffi.register shows of a function.",
            },
            .{
                .ml_name = "__nano_ffi_description__",
                .ml_meth = &Description(description.embedded(name, namespace, source)).give,
                .ml_flags = capi.constants.METH_NOARGS,
                .ml_doc = "__nano_ffi_description__($module, /)\n--\n\nAll that the module " ++
                    "has, as JSON.",
            },
        },
        .init = initOf(namespace),
        .exec = &Attributes(name, namespace, source).add,
    });
}

/// What dir() and help() show of a module: all but what is there for nano_ffi.
fn namesOf(own_module: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    const dict = c.PyModule_GetDict(own_module) orelse return null;
    const shown = c.PyDict_Copy(dict) orelse return null;
    defer c.Py_DecRef(shown);
    inline for (.{
        "__dir__",
        "__nano_ffi_signature__",
        "__nano_ffi_description__",
        array.restore_name,
        columns.restore_name,
    }) |own| if (c.PyDict_DelItemString(shown, own) < 0) c.PyErr_Clear(); // it is not there
    return c.PyDict_Keys(shown);
}

/// What makes arrays and columns of pickles, in a module that gives such.
fn restoringOf(comptime namespace: type, comptime source: type) []const capi.PyMethodDef {
    @setEvalBranchQuota(1_000_000_000);
    comptime var methods_of: []const capi.PyMethodDef = &.{};
    inline for (.{ array, columns }) |Kind| {
        comptime var types = itemsOf(Kind, namespace, source, &.{});
        inline for (classes.all) |class|
            types = comptime itemsOf(Kind, class.T, class.source, types);
        if (types.len > 0) methods_of = methods_of ++ .{capi.PyMethodDef{
            .ml_name = Kind.restore_name,
            .ml_meth = &Kind.Restoring(types).restore,
            .ml_flags = capi.constants.METH_FASTCALL,
            .ml_doc = Kind.restore_name ++ "($module, /, *args)\n--\n\nFor pickle and copy.",
        }};
    }
    return methods_of;
}

/// `found`, and the items of what the functions of a namespace give of a kind, each once.
fn itemsOf(
    comptime Kind: type,
    comptime namespace: type,
    comptime source: type,
    comptime found: []const type,
) []const type {
    comptime var types = found;
    inline for (@typeInfo(namespace).@"struct".decl_names) |name| {
        if (comptime exports.of(namespace, source, name) != .function) continue;
        const F = @TypeOf(exports.Callable(namespace, source, name).function);
        const R = comptime_bridge.Payload(@typeInfo(F).@"fn".return_type.?);
        inline for (comptime Kind.itemsOf(R)) |T| {
            if (comptime std.mem.findScalar(type, types, T) == null) types = types ++ .{T};
        }
    }
    if (Kind == array) inline for (@typeInfo(namespace).@"struct".field_types) |Field| {
        const T = (comptime classes.MadeArray(Field) orelse continue).Item;
        if (comptime std.mem.findScalar(type, types, T) == null) types = types ++ .{T};
    };
    return types;
}

/// `pub fn nano_ffi_init(registry: *nano_ffi.Registry) !void` of a file: it registers functions
/// while the module is executed, once in every interpreter.
fn initOf(comptime namespace: type) ?*const fn (registry: *Registry) anyerror!void {
    if (!@hasDecl(namespace, "nano_ffi_init")) return null;
    const Init = @TypeOf(namespace.nano_ffi_init);
    const fits = if (@typeInfo(Init) == .@"fn") fits: {
        const info = @typeInfo(Init).@"fn";
        break :fits info.param_types.len == 1 and info.param_types[0] == *Registry and
            comptime_bridge.Payload(info.return_type.?) == void;
    } else false;
    if (!fits) @compileError(
        "nano_ffi: nano_ffi_init is " ++ @typeName(Init) ++
            ": make it pub fn nano_ffi_init(registry: *nano_ffi.Registry) !void",
    );
    return &struct {
        fn init(registry: *Registry) anyerror!void {
            return namespace.nano_ffi_init(registry);
        }
    }.init;
}

fn Description(comptime text: [:0]const u8) type {
    return struct {
        fn give(_: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
            // The whole of it must be in the binary, where those look who cannot run it.
            return newStr(text[comptime text.len - description.jsonOf(text).len..]);
        }
    };
}

/// The same with `call`, `signature`, `list_functions` … in the functions' place, which reach them,
/// and those that are registered later, by name.
pub fn exportDispatcher(
    comptime name: [:0]const u8,
    comptime namespace: type,
    comptime source: type,
) void {
    module.exportModule(.{
        .name = name,
        .functions = functionsOf(namespace, source),
        .home = "nano_ffi.functions",
        .methods = &methods,
        .exec = &addDispatcher,
    });
}

fn functionsOf(comptime namespace: type, comptime source: type) []const module.Function {
    @setEvalBranchQuota(1_000_000_000);
    comptime var functions: []const module.Function = &.{};
    inline for (@typeInfo(namespace).@"struct".decl_names) |name| {
        if (comptime exports.of(namespace, source, name) != .function) continue;
        const trampoline = Bridge.makeTrampoline(
            exports.Callable(namespace, source, name).function,
            exports.specOf(namespace, source, name),
        );
        functions = functions ++ .{module.Function{
            .entry = trampoline.asPtr(),
            .sig = trampoline.sig,
        }};
    }
    return functions;
}

/// What is in the module besides its own methods.
fn Attributes(comptime own_name: []const u8, comptime namespace: type, comptime source: type) type {
    return struct {
        fn add(self: *PyObject, state: *State) bool {
            @setEvalBranchQuota(1_000_000_000);
            if (!fork.watch() or !input_output.prepare(
                comptime declarations.ioThreads(namespace),
            )) return false;
            // What no class has is not compiled. A struct that may be there is a list of one.
            if (comptime classes_of.haveAny(&.{ .list, .optional }))
                if (!lists.addTypes(self, own_name, state)) return false;
            if (comptime classes_of.haveAny(&.{.map}))
                if (!maps.addTypes(self, own_name, state)) return false;
            // Types first: values may be of them.
            if (!addEnums(self, namespace, source, "")) return false;
            for (&all) |*declared| if (!declared.addEnums(self)) return false;
            if (!objects.learnOfPython()) return false;
            // A base is there before what is derived from it.
            for (0..classes.most_bases + 1) |depth| {
                for (&all, &state.instances, &state.homes) |*declared, *class, *home| {
                    if (declared.depth != depth) continue;
                    class.* = declared.create(self, home) orelse return false;
                    if (!capi.expectType(class.*.?)) return false;
                }
            }
            for (state.functions.list()) |function| {
                const object = c.PyDict_GetItemString(state.objects, function.sig.name);
                if (c.PyModule_AddObjectRef(self, function.sig.name, object) < 0) return false;
            }
            if (!coroutines.add(self, self, namespace, source)) return false;
            if (!members(self, state, self, namespace, source)) return false;
            for (&all, &state.instances, &state.homes) |*declared, class, *home| {
                if (home.module == self and !declared.addMembers(self, state, class.?))
                    return false;
            }
            for (&all, &state.instances, &state.homes) |*declared, class, *home| {
                if (home.module == self and !annotations.add(declared.annotations, class.?, self))
                    return false;
            }
            if (!addDoc(self, source)) return false;
            if (!addErrors(self, namespace, source, state)) return false;
            for (&all, &state.instances, &state.homes) |*declared, class, *home| {
                if (home.module == self and !declared.addErrors(class.?, state)) return false;
            }
            inline for (classes.values) |value| {
                if (comptime !hasErrors(value.T, value.source)) continue;
                const values = if (@typeInfo(value.T) == .@"union") variants else enums;
                const class = values.classOf(value.T, self) orelse return false;
                const is_own = enums.isOwn(class, self) orelse return false;
                if (is_own and !addErrors(class, value.T, value.source, state)) return false;
            }
            return addSubmodules(self, state);
        }

        /// `import mathx.geo` finds a namespace where it would find a module. One that is loaded
        /// under a name that others have not, has none.
        fn addSubmodules(self: *PyObject, state: *State) bool {
            if (comptime !classes.haveNamespaces()) return true;
            const modules = capi.imported("sys", "modules") orelse return false;
            defer c.Py_DecRef(modules);
            const name = c.PyObject_GetAttrString(self, "__name__") orelse return false;
            defer c.Py_DecRef(name);
            const own = capi.getItem(modules, name);
            defer c.Py_DecRef(own);
            if (own == null and c.PyErr_Occurred() != null) return false;
            if (own != self) return true;
            inline for (classes.all, state.instances) |class, made| {
                if (comptime !classes.isNamespace(class.T)) continue;
                const full = c.PyUnicode_FromFormat("%U." ++ class.name, name) orelse return false;
                defer c.Py_DecRef(full);
                if (c.PyDict_SetItem(modules, full, made.?) < 0) return false;
            }
            return true;
        }

        /// What there is to do for a class, see `add`.
        const Declared = struct {
            depth: usize,
            annotations: []const annotations.Annotation,
            addEnums: *const fn (self: *PyObject) bool,
            create: *const fn (self: *PyObject, home: *State.Home) ?*PyObject,
            addMembers: *const fn (self: *PyObject, state: *State, class: *PyObject) bool,
            addErrors: *const fn (class: *PyObject, state: *State) bool,
        };

        const all: [classes.all.len]Declared = all: {
            var found: [classes.all.len]Declared = undefined;
            for (&found, classes.all) |*one, declared| one.* = Of(declared).all;
            break :all found;
        };

        fn Of(comptime declared: classes.Class) type {
            return struct {
                const all: Declared = .{
                    .depth = classes.depthOf(declared.T),
                    .annotations = annotations.of(declared.T),
                    .addEnums = &enumsOf,
                    .create = &create,
                    .addMembers = &membersOf,
                    .addErrors = &errorsOf,
                };

                fn enumsOf(self: *PyObject) bool {
                    return addEnums(self, declared.T, declared.source, declared.name ++ ".");
                }

                fn create(self: *PyObject, home: *State.Home) ?*PyObject {
                    const made = &Class(Bridge, own_name, declared).create;
                    return sharing.classOf(declared.T, self, home, made);
                }

                fn membersOf(self: *PyObject, state: *State, class: *PyObject) bool {
                    return members(self, state, class, declared.T, declared.source) and
                        coroutines.add(self, class, declared.T, declared.source);
                }

                fn errorsOf(class: *PyObject, state: *State) bool {
                    return addErrors(class, declared.T, declared.source, state);
                }
            };
        }

        /// The file's `//!` comment is the module's documentation.
        fn addDoc(self: *PyObject, comptime read: type) bool {
            if (!@hasDecl(read, "nano_ffi.doc")) return true;
            const text = @field(read, "nano_ffi.doc");
            return text.len == 0 or addOwned(self, "__doc__", newStr(text));
        }

        /// Makes the classes of the public enums and unions of a namespace, and of those in them.
        /// `prefix` is where pickle finds them.
        fn addEnums(
            self: *PyObject,
            comptime T: type,
            comptime read: type,
            comptime prefix: [:0]const u8,
        ) bool {
            @setEvalBranchQuota(1_000_000_000);
            inline for (comptime exports.declarationsOf(T)) |name| {
                const kind = comptime std.meta.activeTag(exports.of(T, read, name));
                const own_read = if (@hasDecl(read, name)) @field(read, name) else .{};
                const qualified = comptime prefix ++ pythonName(name);
                if (kind == .exception) {
                    const inner = exports.sourceOf(read, name);
                    if (!addEnums(self, @field(T, name), inner, qualified ++ ".")) return false;
                }
                if (kind != .@"enum" and kind != .@"union") continue;
                const values = if (kind == .@"enum") enums else variants;
                const has_home = comptime classes.valueNameOf(@field(T, name)) != null;
                const is_at_home = comptime classes.isAtHome(T, name);
                if (comptime has_home and !is_at_home) continue;
                if (!values.add(@field(T, name), self, qualified, own_read)) return false;
                if (is_at_home)
                    if (!addEnums(self, @field(T, name), own_read, qualified ++ ".")) return false;
            }
            return true;
        }

        /// What a namespace declares besides functions, as attributes of `target`, its module or
        /// class.
        fn members(
            self: *PyObject,
            state: *State,
            target: *PyObject,
            comptime T: type,
            comptime read: type,
        ) bool {
            @setEvalBranchQuota(1_000_000_000);
            inline for (@typeInfo(T).@"struct".decl_names) |name| switch (comptime exports.of(
                T,
                read,
                name,
            )) {
                .function, .left_out, .silent => {},
                .@"enum", .@"union", .class, .exception, .errors => {
                    if (!addType(self, state, target, T, read, name)) return false;
                },
                .constant => {
                    const value = comptime exports.constant(@field(T, name));
                    const Value = @TypeOf(value);
                    // Numbers that somebody wrote down, and no bytes that were calculated.
                    const is_list = @typeInfo(Value) == .array and
                        @typeInfo(Value).array.child == u8;
                    const made = if (is_list)
                        convert.giveList(u8, self, &value)
                    else if (comptime exports.isWhole(T, Value))
                        results.giveOwn(Value, self, value, &.{}, false)
                    else
                        convert.give(Value, self, value);
                    if (comptime classes.isClass(Value)) if (made) |some|
                        objects.beConstant(objects.of(some)) catch {
                            c.Py_DecRef(some);
                            return false;
                        };
                    if (!addOwned(target, comptime pythonName(name), made)) return false;
                },
            };
            inline for (classes.all, state.instances) |class, made| {
                if (comptime !class.isAddedTo(T)) continue;
                if (c.PyObject_SetAttrString(target, comptime class.ownName(), made.?) < 0)
                    return false;
            }
            return true;
        }

        /// A type that is declared in `T` as an attribute of `target`.
        fn addType(
            self: *PyObject,
            state: *State,
            target: *PyObject,
            comptime T: type,
            comptime read: type,
            comptime name: [:0]const u8,
        ) bool {
            switch (comptime exports.of(T, read, name)) {
                .@"enum", .@"union" => return addValues(self, state, target, T, read, name),
                .class => {
                    const index = comptime classes.indexOf(@field(T, name)).?;
                    const class = state.instances[index].?;
                    return c.PyObject_SetAttrString(target, comptime pythonName(name), class) == 0;
                },
                .exception => return addException(self, state, target, T, read, name),
                .errors => return addSet(self, state, target, T, read, name),
                .function, .constant, .left_out, .silent => comptime unreachable,
            }
        }

        /// The class of an enum or a union as an attribute of `target`.
        fn addValues(
            self: *PyObject,
            state: *State,
            target: *PyObject,
            comptime T: type,
            comptime read: type,
            comptime name: [:0]const u8,
        ) bool {
            const of = if (@typeInfo(@field(T, name)) == .@"union") variants else enums;
            const class = of.classOf(@field(T, name), self) orelse return false;
            if (c.PyObject_SetAttrString(target, comptime pythonName(name), class) < 0)
                return false;
            if (comptime classes.valueNameOf(@field(T, name)) != null and
                !classes.isAtHome(T, name)) return true;
            const own = if (@hasDecl(read, name)) @field(read, name) else .{};
            return @TypeOf(own) != type or !(enums.isOwn(class, self) orelse return false) or
                valueMembers(self, state, class, @field(T, name), own);
        }

        fn addException(
            self: *PyObject,
            state: *State,
            target: *PyObject,
            comptime T: type,
            comptime read: type,
            comptime name: [:0]const u8,
        ) bool {
            const Exception = @field(T, name);
            const qualified = comptime classes.pathOf(T, name);
            if (!exceptions.add(Exception, self, qualified, comptime exports.docOf(read, name)))
                return false;
            const class = c.PyDict_GetItemString(state.types, @typeName(Exception)).?;
            const inner = exports.sourceOf(read, name);
            inline for (@typeInfo(Exception).@"struct".decl_names) |decl|
                switch (comptime exports.of(Exception, inner, decl)) {
                    .@"enum", .@"union" => {
                        if (!addValues(self, state, class, Exception, inner, decl)) return false;
                    },
                    else => {},
                };
            return c.PyObject_SetAttrString(target, comptime pythonName(name), class) == 0;
        }

        /// What a method is called on has the name that it has in Python.
        fn withSelf(comptime spec: anytype) @TypeOf(spec) {
            var own = spec;
            own.params = .{"self"} ++ spec.params[1..];
            return own;
        }

        /// The functions and constants of an enum or a union, and the types in it.
        fn valueMembers(
            self: *PyObject,
            state: *State,
            class: *PyObject,
            comptime E: type,
            comptime read: type,
        ) bool {
            @setEvalBranchQuota(1_000_000_000);
            const module_name = c.PyObject_GetAttrString(self, "__name__") orelse return false;
            defer c.Py_DecRef(module_name);
            inline for (comptime exports.declarationsOf(E)) |name| switch (comptime exports.of(
                E,
                read,
                name,
            )) {
                .function => {
                    const Made = struct {
                        const trampoline = Bridge.makeTrampoline(
                            exports.Callable(E, read, name).function,
                            if (exports.isMethodOf(E, name))
                                withSelf(exports.specOf(E, read, name))
                            else
                                exports.specOf(E, read, name),
                        );
                        const function: module.Function = .{
                            .entry = trampoline.asPtr(),
                            .sig = trampoline.sig,
                        };
                        const def = function.methodDef();
                    };
                    const function = entries.newFunction(
                        &Made.def,
                        Made.function.entry.vectorcall,
                        self,
                        module_name,
                    ) orelse return false;
                    defer c.Py_DecRef(function);
                    const is_added = if (comptime exports.isMethodOf(E, name))
                        capi.addMethod(class, Made.function.sig.name, function)
                    else
                        c.PyObject_SetAttrString(class, Made.function.sig.name, function) == 0;
                    if (!is_added) return false;
                    if (comptime std.mem.eql(u8, name, "format") and
                        exports.isTextOfValue(E, read))
                        if (!enums.addText(class, function)) return false;
                },
                .constant => {
                    const value = comptime exports.constant(@field(E, name));
                    if (!addOwned(
                        class,
                        comptime pythonName(name),
                        convert.give(@TypeOf(value), self, value),
                    )) return false;
                },
                .@"enum", .@"union", .class, .exception, .errors => {
                    if (!addType(self, state, class, E, read, name)) return false;
                },
                .left_out, .silent => {},
            };
            return true;
        }

        fn addSet(
            self: *PyObject,
            state: *State,
            target: *PyObject,
            comptime T: type,
            comptime read: type,
            comptime name: [:0]const u8,
        ) bool {
            const module_name = c.PyObject_GetAttrString(self, "__name__") orelse return false;
            defer c.Py_DecRef(module_name);
            const names_of = comptime @typeInfo(@field(T, name)).error_set.error_names.?;
            const qualified = comptime classes.pathOf(T, name);
            return addOwned(
                target,
                comptime pythonName(name),
                state.classes.addSet(module_name, qualified, exports.docOf(read, name), names_of),
            );
        }

        fn hasErrors(comptime T: type, comptime read: type) bool {
            @setEvalBranchQuota(1_000_000_000);
            return for (exports.declarationsOf(T)) |name| {
                if (exports.of(T, read, name) == .errors) break true;
            } else false;
        }

        /// Every error of a set as its attribute, once all sets are known.
        fn addErrors(target: *PyObject, comptime T: type, comptime read: type, state: *State) bool {
            @setEvalBranchQuota(1_000_000_000);
            inline for (comptime exports.declarationsOf(T)) |name|
                if (comptime exports.of(T, read, name) == .errors) {
                    const set = c.PyObject_GetAttrString(
                        target,
                        comptime pythonName(name),
                    ) orelse return false;
                    defer c.Py_DecRef(set);
                    inline for (@typeInfo(@field(T, name)).error_set.error_names.?) |member| {
                        const error_class = state.classes.ofError(member) orelse return false;
                        if (c.PyObject_SetAttrString(set, member, error_class) < 0) return false;
                    }
                };
            return true;
        }
    };
}

/// Adds an attribute, whose value it consumes. False with the error set, also where it is null.
fn addOwned(self: *PyObject, name: [:0]const u8, value: ?*PyObject) bool {
    defer c.Py_DecRef(value);
    return value != null and c.PyObject_SetAttrString(self, name, value.?) == 0;
}

const call_def: capi.PyMethodDef = .{
    .ml_name = "call",
    .ml_meth = if (entries.takes_keywords) &callWithKeywords else &call,
    .ml_flags = capi.constants.METH_FASTCALL | if (entries.takes_keywords)
        capi.constants.METH_KEYWORDS
    else
        0,
    .ml_doc = "call($self, name, /, *args, **kwargs)\n--\n\n" ++
        "Call the Zig function `name` with these arguments and return its result.\n\n" ++
        "KeyError: there is no such function. TypeError: wrong number or type of arguments.\n" ++
        "OutOfRangeError (OverflowError and ValueError): an int does not fit its parameter.\n" ++
        "ZigError (RuntimeError): the function returned an error, str() of it is the error's " ++
        "name.\n" ++
        "BufferError: a buffer is read-only or not contiguous.",
};

const methods = [_]capi.PyMethodDef{
    .{
        .ml_name = "get",
        .ml_meth = &get,
        .ml_flags = capi.constants.METH_O,
        .ml_doc = "get($module, name, /)\n--\n\n" ++
            "The function object of the Zig function `name`. KeyError: there is no such function.",
    },
    .{
        .ml_name = "register",
        .ml_meth = &register,
        .ml_flags = capi.constants.METH_FASTCALL,
        .ml_doc = "register($module, name, function, signature, /)\n--\n\nSee nano_ffi.register.",
    },
    .{
        .ml_name = "replace",
        .ml_meth = &replace,
        .ml_flags = capi.constants.METH_FASTCALL,
        .ml_doc = "replace($module, name, function, signature, /)\n--\n\nSee nano_ffi.reload.",
    },
    .{
        .ml_name = "signature",
        .ml_meth = &signature,
        .ml_flags = capi.constants.METH_O,
        .ml_doc = "signature($module, name, /)\n--\n\n" ++
            "The signature of the Zig function `name`: {'args': [(name, type), ...], 'ret': " ++
            "type},\n" ++
            "with the names of Zig types. 'ret' is a list of types where the function returns " ++
            "a tuple.\n" ++
            "'defaults', where there are any, has the Python literal of each: {name: '5'}.\n\n" ++
            "KeyError: there is no such function.",
    },
    .{
        .ml_name = "list_functions",
        .ml_meth = &listFunctions,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "list_functions($module, /)\n--\n\nThe names of all registered functions.",
    },
    .{
        .ml_name = "doc",
        .ml_meth = &doc,
        .ml_flags = capi.constants.METH_O,
        .ml_doc = "doc($module, name, /)\n--\n\nThe documentation comment of the Zig function " ++
            "`name`.",
    },
    .{
        .ml_name = "version",
        .ml_meth = &version,
        .ml_flags = capi.constants.METH_NOARGS,
        .ml_doc = "version($module, /)\n--\n\nThe version of nano_ffi that the extension was " ++
            "built from.",
    },
    .{
        .ml_name = "error_class",
        .ml_meth = &errorClass,
        .ml_flags = capi.constants.METH_O,
        .ml_doc = "error_class($module, name, /)\n--\n\nThe exception class of the Zig error " ++
            "`name`.",
    },
    .{
        .ml_name = "has_error_class",
        .ml_meth = &hasErrorClass,
        .ml_flags = capi.constants.METH_O,
        .ml_doc = "has_error_class($module, name, /)\n--\n\nWhether an error `name` was raised " ++
            "or asked for before, or a builtin exception means it.",
    },
};

fn addDispatcher(self: *PyObject, state: *State) bool {
    const table = names.Table.create(state.functions.list().len) catch {
        _ = c.PyErr_NoMemory();
        return false;
    };
    state.dispatcher = Dispatcher.create(self, table) orelse {
        table.destroy();
        return false;
    };
    for (state.functions.list()) |function| {
        const name = c.PyUnicode_InternFromString(function.sig.name) orelse return false;
        defer c.Py_DecRef(name);
        table.add(slotOf(name, c.PyDict_GetItemString(state.objects, function.sig.name).?));
    }
    const module_name = c.PyObject_GetAttrString(self, "__name__") orelse return false;
    defer c.Py_DecRef(module_name);
    const call_object = entries.newFunction(
        &call_def,
        if (capi.limited) null else &callVectorcall,
        state.dispatcher.?,
        module_name,
    ) orelse return false;
    defer c.Py_DecRef(call_object);
    return c.PyModule_AddObjectRef(self, "call", call_object) == 0 and
        c.PyModule_AddObjectRef(self, "ZigError", state.classes.zig_error) == 0 and
        c.PyModule_AddObjectRef(self, "ZigPanic", state.classes.panic) == 0 and
        c.PyModule_AddObjectRef(self, "OutOfRangeError", state.classes.out_of_range) == 0;
}

fn call(self: *PyObject, args: [*]const *PyObject, nargs: capi.Py_ssize_t) callconv(.c) ?*PyObject {
    return callNamed(self, args, nargs, null);
}

fn callWithKeywords(
    self: *PyObject,
    args: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
    kwnames: ?*PyObject,
) callconv(.c) ?*PyObject {
    return callNamed(self, args, nargs, kwnames);
}

fn callVectorcall(
    function: *PyObject,
    args: [*]const *PyObject,
    nargsf: usize,
    kwnames: ?*PyObject,
) callconv(.c) ?*PyObject {
    return callNamed(
        entries.selfOf(function),
        args,
        @intCast(capi.vectorcallCount(nargsf)),
        kwnames,
    );
}

inline fn callNamed(
    dispatcher: *PyObject,
    args: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
    kwnames: ?*PyObject,
) ?*PyObject {
    if (nargs > 0) {
        if (Dispatcher.tableOf(dispatcher).find(args[0])) |slot|
            return slot.function(slot.self, args + 1, @intCast(nargs - 1), kwnames);
    }
    return callByText(dispatcher, args, nargs, kwnames);
}

/// The name is another object than ours of the same text, or there is none such.
noinline fn callByText(
    self: *PyObject,
    args: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
    kwnames: ?*PyObject,
) ?*PyObject {
    if (nargs == 0) {
        c.PyErr_SetString(
            capi.exception("TypeError"),
            "call() needs the name of a function: call(name, *args)",
        );
        return null;
    }
    const function = find(Dispatcher.moduleOf(self), args[0], "call") orelse return null;
    return capi.vectorcall(function, args + 1, nargs - 1, kwnames);
}

fn get(self: *PyObject, name: *PyObject) callconv(.c) ?*PyObject {
    const function = find(self, name, "get") orelse return null;
    c.Py_IncRef(function);
    return function;
}

/// register(name, function, signature): see nano_ffi.register, which makes the signature.
fn register(
    self: *PyObject,
    args: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
) callconv(.c) ?*PyObject {
    return put(self, args, nargs, "register");
}

/// replace(name, function, signature): lets a name that was registered reach another function.
fn replace(
    self: *PyObject,
    args: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
) callconv(.c) ?*PyObject {
    return put(self, args, nargs, "replace");
}

fn put(
    self: *PyObject,
    args: [*]const *PyObject,
    nargs: capi.Py_ssize_t,
    comptime who: [:0]const u8,
) ?*PyObject {
    if (nargs != 3) return errors.raiseWrongNumber(who ++ "() takes 3 arguments", nargs);
    const state = State.of(self) orelse return null;
    const text = textOf(args[0], who) orelse return null;
    if (c.PyCallable_Check(args[1]) == 0 or !capi.hasFlag(args[2], "DICT_SUBCLASS")) {
        c.PyErr_SetString(capi.exception("TypeError"), who ++ "(): the function must be callable");
        return null;
    }
    // Our own object of the name's text: a subclass of str might lie about itself.
    var name = newStr(text);
    if (name == null) return null;
    defer c.Py_DecRef(name);
    c.PyUnicode_InternInPlace(&name);

    const dispatcher = state.dispatcher.?;
    Dispatcher.lock(dispatcher);
    defer Dispatcher.unlock(dispatcher);
    const replaces = comptime std.mem.eql(u8, who, "replace");
    const known = c.PyDict_Contains(if (replaces) state.registered else state.objects, name.?);
    if (known < 0) return null;
    if ((known == 1) != replaces) {
        const exception, const message = if (replaces)
            .{ "KeyError", "no function %R was registered: register it" }
        else
            .{ "ValueError", "a function %R is registered already: choose another name" };
        _ = c.PyErr_Format(capi.exception(exception), message, name);
        return null;
    }
    if (replaces) {
        const old = c.PyDict_GetItemWithError(state.objects, name.?) orelse return null;
        if (c.PyList_Append(state.replaced, old) < 0) return null;
    }
    if (c.PyDict_SetItem(state.registered, name.?, args[2]) < 0) return null;
    if (c.PyDict_SetItem(state.objects, name.?, args[1]) < 0) return null;
    const slot = slotOf(name.?, args[1]);
    (if (replaces) Dispatcher.replace(dispatcher, slot) else Dispatcher.add(
        dispatcher,
        slot,
    )) catch return c.PyErr_NoMemory();
    return capi.singleton(.None);
}

/// How `call` reaches `function` (kept alive by the dict of functions): a builtin function, ours or
/// not, straight through its vectorcall; anything else as CPython would.
fn slotOf(name: *PyObject, function: *PyObject) names.Slot {
    if (capi.isExactly(function, "PyCFunction_Type")) {
        if (!capi.limited) {
            if (entries.vectorcallOf(function)) |vectorcall|
                return .{ .name = name, .function = vectorcall, .self = function };
        } else if (c.PyCFunction_GetFlags(
            function,
        ) == capi.constants.METH_FASTCALL | capi.constants.METH_KEYWORDS) {
            // Like a vectorcall, but for what it is called with.
            if (c.PyCFunction_GetSelf(function)) |self| return .{
                .name = name,
                .function = @ptrCast(c.PyCFunction_GetFunction(function).?),
                .self = self,
            };
        }
    }
    return .{ .name = name, .function = &callAny, .self = function };
}

fn callAny(
    function: *PyObject,
    args: [*]const *PyObject,
    nargs: usize,
    kwnames: ?*PyObject,
) callconv(.c) ?*PyObject {
    return capi.vectorcall(function, args, @intCast(nargs), kwnames);
}

fn signature(self: *PyObject, name: *PyObject) callconv(.c) ?*PyObject {
    const state = State.of(self) orelse return null;
    const text = textOf(name, "signature") orelse return null;
    const function = state.functions.find(text) orelse {
        const registered = named(state.registered, text);
        c.Py_IncRef(registered);
        return registered;
    };
    const args = c.PyList_New(0) orelse return null;
    defer c.Py_DecRef(args);
    for (function.sig.args) |arg| if (!append(args, pair(self, arg.name, arg.typ))) return null;

    const ret = (if (function.sig.returns_tuple) listOf(function.sig.ret) else newStr(
        function.sig.ret[0],
    )) orelse
        return null;
    defer c.Py_DecRef(ret);

    const dict = c.PyDict_New() orelse return null;
    if (c.PyDict_SetItemString(dict, "args", args) == 0 and
        c.PyDict_SetItemString(dict, "ret", ret) == 0 and
        addDefaults(dict, function.sig))
        return dict;
    c.Py_DecRef(dict);
    return null;
}

/// Adds the defaults, where there are any, as Python literals. False with the error set.
fn addDefaults(dict: *PyObject, sig: comptime_bridge.Signature) bool {
    // Behind a parameter that has one, all have one.
    if (sig.args.len == 0 or sig.args[sig.args.len - 1].default == null) return true;
    const defaults = c.PyDict_New() orelse return false;
    defer c.Py_DecRef(defaults);
    for (sig.args) |arg| if (arg.default) |default| {
        const text = newStr(default) orelse return false;
        defer c.Py_DecRef(text);
        if (c.PyDict_SetItemString(defaults, arg.name, text) < 0) return false;
    };
    return c.PyDict_SetItemString(dict, "defaults", defaults) == 0;
}

fn listFunctions(self: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    const state = State.of(self) orelse return null;
    return c.PyDict_Keys(state.objects);
}

fn doc(self: *PyObject, name: *PyObject) callconv(.c) ?*PyObject {
    const state = State.of(self) orelse return null;
    const text = textOf(name, "doc") orelse return null;
    if (state.functions.find(text)) |own| return newStr(own.sig.doc);
    const function = named(state.objects, text) orelse return null;
    return c.PyObject_GetAttrString(function, "__doc__");
}

fn version(_: *PyObject, _: ?*PyObject) callconv(.c) ?*PyObject {
    return newStr(@import("build_options").version);
}

fn errorClass(self: *PyObject, name: *PyObject) callconv(.c) ?*PyObject {
    const state = State.of(self) orelse return null;
    const text = textOf(name, "error_class") orelse return null;
    const class = state.classes.ofError(text);
    c.Py_IncRef(class);
    return class;
}

fn hasErrorClass(self: *PyObject, name: *PyObject) callconv(.c) ?*PyObject {
    const state = State.of(self) orelse return null;
    const text = textOf(name, "has_error_class") orelse return null;
    const known = state.classes.hasOf(text) orelse return null;
    const answer = if (known) capi.object("_Py_TrueStruct") else capi.object("_Py_FalseStruct");
    c.Py_IncRef(answer);
    return answer;
}

/// The function of that name (borrowed: the state keeps it), or null with KeyError or TypeError
/// set.
fn find(self: *PyObject, name: *PyObject, caller: [*:0]const u8) ?*PyObject {
    const state = State.of(self) orelse return null;
    if (capi.isExactly(name, "PyUnicode_Type")) {
        if (c.PyDict_GetItemWithError(state.objects, name)) |function| return function;
        if (c.PyErr_Occurred() != null) return null;
    }
    return named(state.objects, textOf(name, caller) orelse return null);
}

/// What `dict` has of a function's name (borrowed), or null with KeyError set.
fn named(dict: *PyObject, name: []const u8) ?*PyObject {
    // Our own object of the name's text: a subclass of str might have a hash of its own.
    const key = newStr(name) orelse return null;
    defer c.Py_DecRef(key);
    if (c.PyDict_GetItemWithError(dict, key)) |found| return found;
    if (c.PyErr_Occurred() != null) return null;
    const message = c.PyUnicode_FromFormat(
        "no Zig function %R is registered; nano_ffi.list_functions() has the names",
        key,
    ) orelse return null;
    defer c.Py_DecRef(message);
    c.PyErr_SetObject(capi.exception("KeyError"), message);
    return null;
}

/// The UTF-8 of `name`, which belongs to it, or null with TypeError set.
fn textOf(name: *PyObject, caller: [*:0]const u8) ?[:0]const u8 {
    if (capi.hasFlag(name, "UNICODE_SUBCLASS")) {
        var size: capi.Py_ssize_t = 0;
        const text = c.PyUnicode_AsUTF8AndSize(name, &size) orelse return null;
        return text[0..@intCast(size) :0];
    }
    const class = capi.typeName(name) orelse return null;
    defer c.Py_DecRef(class);
    _ = c.PyErr_Format(
        capi.exception("TypeError"),
        "%s(): the name must be a str, not %S",
        caller,
        class,
    );
    return null;
}

const newStr = capi.newStr;

/// New list of str, or null with the error set.
fn listOf(texts: []const [:0]const u8) ?*PyObject {
    const list = c.PyList_New(0) orelse return null;
    for (texts) |text| if (!append(list, newStr(text))) {
        c.Py_DecRef(list);
        return null;
    };
    return list;
}

/// New tuple of two str, or null with the error set.
fn pair(self: *PyObject, first: []const u8, second: []const u8) ?*PyObject {
    return convert.give(struct { []const u8, []const u8 }, self, .{ first, second });
}

/// Appends `item`, which it consumes. False with the error set, also where `item` is null.
fn append(list: *PyObject, item: ?*PyObject) bool {
    const value = item orelse return false;
    defer c.Py_DecRef(value);
    return c.PyList_Append(list, value) == 0;
}

/// What becomes of a panic in Zig code: a `nano_ffi.ZigPanic` where a function that Python called
/// is left, else the process ends with the message, and where Python was.
pub const panic = panics.Checks(struct {
    fn panic(message: []const u8, first: ?usize) noreturn {
        panics.panicking(message, first orelse @returnAddress(), end);
    }

    fn end(text: [*:0]const u8) noreturn {
        c.Py_FatalError(text);
    }
}.panic);
