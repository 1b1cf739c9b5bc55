//! What a module exposes, as JSON made while compiling: for stubs and for `nano_ffi.explain`, which
//! need not run the module, and so work for another platform's, too.
//!
//! The binary has it as `nano_ffi-description:LENGTH:JSON`. nano_ffi/description.py reads it.

const std = @import("std");
const classes = @import("classes.zig");
const isAsync = @import("comptime_bridge.zig").isAsync;

const exports = @import("exports.zig");
const decimal = @import("digits.zig").decimal;
const literals = @import("literals.zig");
const operators = @import("operators.zig");
const raised = @import("exceptions.zig");
const raw_text = @import("raw_text.zig");
const signature = @import("signature.zig");
const standard = @import("standard.zig");
const string_maps = @import("string_maps.zig");
const untagged = @import("untagged.zig");
const variants = @import("variants.zig");
const tables = @import("tables.zig");

pub const marker = "nano_ffi-description:";

/// The description of the module `name`, as it stands in the binary.
pub fn embedded(
    comptime name: []const u8,
    comptime namespace: type,
    comptime source: type,
) [:0]const u8 {
    return comptime text: {
        const json = of(name, namespace, source);
        break :text marker ++ decimal(json.len) ++ ":" ++ json;
    };
}

/// The JSON in an embedded description.
pub fn jsonOf(text: []const u8) []const u8 {
    const rest = text[marker.len..];
    return rest[std.mem.indexOfScalar(u8, rest, ':').? + 1 ..];
}

/// The JSON.
pub fn of(comptime name: []const u8, comptime namespace: type, comptime source: type) []const u8 {
    @setEvalBranchQuota(1_000_000_000);
    comptime var left_out: []const []const u8 = &.{};
    const own = membersOf(namespace, source, "", &left_out);
    return object(.{
        .{ "module", quoted(name) },
        .{ "doc", commentOf(source) },
        // What is registered then, nobody knows before.
        .{ "registers", if (@hasDecl(namespace, "nano_ffi_init")) "true" else "" },
    } ++ own ++ .{.{ "left_out", list(left_out) }});
}

/// What a namespace has for Python, and adds to `left_out` what it has not.
fn membersOf(
    comptime namespace: type,
    comptime source: type,
    comptime prefix: []const u8,
    comptime left_out: *[]const []const u8,
) [3 + Types.count][2][]const u8 {
    @setEvalBranchQuota(1_000_000_000);
    comptime var functions: []const []const u8 = &.{};
    comptime var properties: []const []const u8 = &.{};
    comptime var constants: []const []const u8 = &.{};
    comptime var types_in: Types = .{};
    exports.checkOptions(namespace, source);
    inline for (@typeInfo(namespace).@"struct".decl_names) |decl| {
        const doc = exports.docOf(source, decl);
        switch (comptime exports.of(namespace, source, decl)) {
            .function => |sig| if (comptime howOf(namespace, decl)) |how| {
                const spec = exports.specOf(namespace, source, decl);
                const function = exports.Callable(namespace, source, decl).function;
                functions = functions ++ .{functionOf(function, sig, spec, how)};
            },
            .constant => constants = constants ++ .{constantOf(decl, @field(namespace, decl), doc)},
            .@"enum", .@"union", .errors, .exception, .class => types_in.add(
                namespace,
                source,
                decl,
                prefix,
                left_out,
            ),
            .left_out => |left| left_out.* = left_out.* ++ .{object(.{
                .{ "name", quoted(prefix ++ decl) },
                .{ "kind", quoted(left.kind) },
                .{ "reason", quoted(left.reason) },
            })},
            .silent => {},
        }
    }
    inline for (classes.all) |class| {
        if (class.isAddedTo(namespace))
            types_in.classes = types_in.classes ++ .{classItself(class, left_out)};
    }
    const has_class = classes.isClass(namespace);
    if (has_class) {
        const class = classes.all[classes.indexOf(namespace).?];
        functions = functions ++ iteration(class) ++ operatorsOf(class) ++ ownMethods(namespace);
        properties = propertiesOf(class);
        left_out.* = left_out.* ++ unseenFieldsOf(class);
    }
    return .{
        .{ if (has_class) "methods" else "functions", list(functions) },
        .{ "properties", list(properties) },
        .{ "constants", list(constants) },
    } ++ types_in.lists();
}

/// The types that a namespace declares.
const Types = struct {
    classes: []const []const u8 = &.{},
    enums: []const []const u8 = &.{},
    unions: []const []const u8 = &.{},
    errors: []const []const u8 = &.{},
    exceptions: []const []const u8 = &.{},

    const count = @typeInfo(Types).@"struct".field_names.len;

    fn add(
        comptime found: *Types,
        comptime namespace: type,
        comptime source: type,
        comptime decl: [:0]const u8,
        comptime prefix: []const u8,
        comptime left_out: *[]const []const u8,
    ) void {
        const T = @field(namespace, decl);
        const read = if (@hasDecl(source, decl)) @field(source, decl) else .{};
        const around = prefix ++ decl ++ ".";
        switch (comptime exports.of(namespace, source, decl)) {
            .@"enum", .@"union" => if (comptime otherNameOf(namespace, decl)) |name| {
                found.classes = found.classes ++ .{aliasOf(signature.pythonName(decl), name)};
            } else if (@typeInfo(T) == .@"union") {
                found.unions = found.unions ++ .{unionOf(decl, T, read, around, left_out)};
            } else {
                found.enums = found.enums ++ .{enumOf(decl, T, read, around, left_out)};
            },
            .errors => found.errors = found.errors ++ .{object(.{
                .{ "name", quoted(signature.pythonName(decl)) },
                .{ "members", names(@typeInfo(T).error_set.error_names.?) },
                .{ "doc", optionalText(exports.docOf(source, decl)) },
            })},
            .exception => found.exceptions = found.exceptions ++ .{
                exceptionOf(decl, T, source, around, left_out),
            },
            .class => found.classes = found.classes ++ .{classOf(decl, T, source, left_out)},
            .function, .constant, .left_out, .silent => {},
        }
    }

    fn lists(comptime found: Types) [count][2][]const u8 {
        var all: [count][2][]const u8 = undefined;
        for (&all, @typeInfo(Types).@"struct".field_names) |*one, name|
            one.* = .{ name, list(@field(found, name)) };
        return all;
    }
};

/// The name by which Python knows an enum or a union that has another one here, too.
fn otherNameOf(comptime namespace: type, comptime decl: [:0]const u8) ?[]const u8 {
    if (classes.isAtHome(namespace, decl)) return null;
    return classes.valueNameOf(@field(namespace, decl));
}

fn aliasOf(comptime name: []const u8, comptime of_class: []const u8) []const u8 {
    return object(.{ .{ "name", quoted(name) }, .{ "alias", quoted(of_class) } });
}

/// The functions of a class that are attributes: as methods, with the parameter that sets one.
fn propertiesOf(comptime class: classes.Class) []const []const u8 {
    comptime var properties: []const []const u8 = &.{};
    inline for (@typeInfo(class.T).@"struct".decl_names) |name| {
        const sig = switch (comptime exports.of(class.T, class.source, name)) {
            .function => |sig| sig,
            else => continue,
        };
        if (comptime classes.roleOf(class.T, name) != .property) continue;
        const returned = ResultOf(class, name);
        properties = properties ++ .{object(.{
            .{ "name", quoted(sig.name) },
            .{ "doc", optionalText(sig.doc) },
            .{ "params", if (comptime exports.setterOf(class, name)) |setter|
                setterParams(class, setter)
            else
                "" },
            .{ "returns", typeOf(signature.Payload(returned)) },
            .{ "errors", errorsOf(returned) },
            .{ "setting", if (comptime exports.setterOf(class, name)) |setter|
                object(.{.{ "errors", errorsOf(ResultOf(class, setter)) }})
            else
                "" },
        })};
    }
    return properties;
}

fn ResultOf(comptime class: classes.Class, comptime name: [:0]const u8) type {
    const function = exports.Callable(class.T, class.source, name).function;
    return @typeInfo(@TypeOf(function)).@"fn".return_type.?;
}

fn setterParams(comptime class: classes.Class, comptime name: [:0]const u8) []const u8 {
    const function = exports.Callable(class.T, class.source, name).function;
    const sig = signature.of(name, function, exports.specOf(class.T, class.source, name));
    return paramsOf(@typeInfo(@TypeOf(function)).@"fn", sig, 1);
}

/// A struct that is raised.
fn exceptionOf(
    comptime name: [:0]const u8,
    comptime T: type,
    comptime source: type,
    comptime prefix: []const u8,
    comptime left_out: *[]const []const u8,
) []const u8 {
    const own = exports.sourceOf(source, name);
    const docs = if (@hasDecl(own, "nano_ffi.fields")) @field(own, "nano_ffi.fields") else .{};
    comptime var types_in: Types = .{};
    inline for (@typeInfo(T).@"struct".decl_names) |decl| {
        switch (comptime exports.of(T, own, decl)) {
            .@"enum", .@"union" => types_in.add(T, own, decl, prefix, left_out),
            else => {},
        }
    }
    const info = @typeInfo(T).@"struct";
    comptime var fields: []const []const u8 = &.{};
    inline for (info.field_names, info.field_types) |field, Field|
        fields = fields ++ .{object(.{
            .{ "name", quoted(signature.pythonName(field)) },
            .{ "type", typeOf(Field) },
            .{ "default", defaultOf(T, field) },
            .{
                "doc",
                if (@hasField(@TypeOf(docs), field)) optionalText(@field(docs, field)) else "",
            },
        })};
    return object(.{
        .{ "name", quoted(signature.pythonName(name)) },
        .{ "base", quoted(raised.baseOf(T).?) },
        .{ "doc", optionalText(exports.docOf(source, name)) },
        .{ "fields", list(fields) },
    } ++ types_in.lists());
}

/// How a function of a class is called; "" of a module's; null where it is none to call.
fn howOf(comptime namespace: type, comptime name: []const u8) ?[]const u8 {
    if (!classes.isClass(namespace)) return "";
    return switch (classes.roleOf(namespace, name)) {
        .method => "method",
        .static => "static",
        .class_method => "class",
        .init, .deinit, .property, .setter, .other => null,
    };
}

/// A class, or, where that has another name of its own, that it is the same.
fn classOf(
    comptime name: [:0]const u8,
    comptime T: type,
    comptime source: type,
    comptime left_out: *[]const []const u8,
) []const u8 {
    const class = classes.all[classes.indexOf(T).?];
    const python_name = signature.pythonName(name);
    if (!std.mem.eql(u8, class.ownName(), python_name) or
        @field(source, name) != class.source) return aliasOf(python_name, class.name);
    return classItself(class, left_out);
}

fn classItself(
    comptime class: classes.Class,
    comptime left_out: *[]const []const u8,
) []const u8 {
    const T = class.T;
    const construction = classes.constructionOf(class);
    return object(.{
        .{ "name", quoted(class.ownName()) },
        .{ "doc", optionalText(@field(class.source, "nano_ffi.doc")) },
        .{ "base", if (classes.BaseOf(T)) |Base| quoted(classes.nameOf(Base)) else "" },
        .{ "fields", classFieldsOf(class) },
        .{ "replaceable", if (isReplaceable(class)) "true" else "" },
        .{
            "init",
            switch (construction) {
                .none => "",
                .init => initOf(class, "init"),
                .create => initOf(class, "create"),
                .empty => initOf(class, "empty"),
                // Those of the fields need not be said again.
                .fields => if (isReplaceable(class) and classes.BaseOf(T) == null and
                    !classes.isSaid(T, "kw_only"))
                    "true"
                else
                    object(.{.{ "params", constructorOf(T) }}),
            },
        },
        .{ "subclassable", if (construction == .none) "" else "true" },
        .{
            "matches",
            if (construction == .fields and !classes.isSaid(T, "kw_only")) "true" else "",
        },
        .{ "hashable", if (classes.isHashable(T)) "true" else "" },
        .{ "deepcopy", if (classes.isDeepCopyable(class)) "true" else "" },
        .{ "ordered", if (classes.isSaid(T, "order")) "true" else "" },
    } ++ membersOf(T, class.source, class.name ++ ".", left_out));
}

/// Whether all that Python sees of an object can be given to the constructor.
fn isReplaceable(comptime class: classes.Class) bool {
    if (classes.constructionOf(class) != .fields or @hasDecl(class.T, "__replace__")) return false;
    var count = 0;
    for (classes.membersOf(class.T)) |member| {
        if (!classes.isVisible(member.T, member.name)) continue;
        if (!classes.isParameter(member.T, member.name)) return false;
        count += 1;
    }
    return count > 0;
}

fn initOf(comptime class: classes.Class, comptime name: [:0]const u8) []const u8 {
    const function = exports.Callable(class.T, class.source, name).function;
    const sig = signature.of(
        class.ownName(),
        function,
        exports.specOf(class.T, class.source, name),
    );
    const info = @typeInfo(@TypeOf(function)).@"fn";
    return object(
        .{ .{ "params", paramsOf(info, sig, 0) }, .{ "errors", errorsOf(info.return_type.?) } },
    );
}

/// The parameters of a constructor by fields, which may not be left out of an object where there
/// are none.
fn constructorOf(comptime T: type) []const u8 {
    comptime var params: []const []const u8 = &.{};
    inline for (comptime classes.membersOf(T)) |member| {
        if (comptime !classes.isParameter(member.T, member.name)) continue;
        params = params ++ .{object(.{
            .{ "name", quoted(signature.pythonName(member.name)) },
            .{ "type", fieldTypeOf(classes.FieldOf(member.T, member.name)) },
            .{ "default", defaultOf(member.T, member.name) },
            .{ "way", if (classes.isSaid(T, "kw_only")) quoted("named") else "" },
        })};
    }
    return list(params);
}

fn classFieldsOf(comptime class: classes.Class) []const u8 {
    const info = @typeInfo(class.T).@"struct";
    const docs = @field(class.source, "nano_ffi.fields");
    comptime var fields: []const []const u8 = &.{};
    inline for (info.field_names) |name| {
        if (comptime !classes.isVisible(class.T, name)) continue;
        fields = fields ++ .{object(.{
            .{ "name", quoted(signature.pythonName(name)) },
            .{ "type", fieldTypeOf(classes.FieldOf(class.T, name)) },
            .{ "default", defaultOf(class.T, name) },
            .{
                "doc",
                if (@hasField(@TypeOf(docs), name)) optionalText(@field(docs, name)) else "",
            },
            .{ "readonly", if (classes.isAssignable(class.T, name)) "" else "true" },
        })};
    }
    return list(fields);
}

/// Those of a class that Python does not see, and that nobody said to hide.
fn unseenFieldsOf(comptime class: classes.Class) []const []const u8 {
    comptime var unseen: []const []const u8 = &.{};
    const info = @typeInfo(class.T).@"struct";
    inline for (info.field_names) |name| {
        if (comptime classes.whyUnseen(class.T, name)) |reason| unseen = unseen ++ .{object(.{
            .{ "name", quoted(class.name ++ "." ++ name) },
            .{ "kind", quoted("field") },
            .{ "reason", quoted(reason) },
        })};
    }
    return unseen;
}

fn defaultOf(comptime T: type, comptime name: [:0]const u8) []const u8 {
    const value = classes.defaultOf(T, name) orelse return "";
    const Field = classes.FieldOf(T, name);
    return quoted(fieldDefault(Field, raw_text.as(Field, value)));
}

fn fieldTypeOf(comptime Field: type) []const u8 {
    if (classes.fieldKind(Field) == .map) return object(.{
        .{ "k", quoted("mapping") },
        .{ "zig", quoted(classes.fieldTypeName(Field)) },
        .{ "item", typeOf(string_maps.Value(Field).?) },
    });
    const kind = classes.fieldKind(Field);
    if (kind == .references) return object(.{
        .{ "k", quoted("references") },
        .{ "zig", quoted(classes.fieldTypeName(Field)) },
        .{ "item", typeOf(classes.ViewItem(Field).?) },
    });
    if (kind != .list) return typeOf(Field);
    return object(.{
        .{ "k", quoted("list") },
        .{ "zig", quoted(classes.fieldTypeName(Field)) },
        .{ "item", itemTypeOf(classes.ViewItem(Field).?) },
    });
}

/// Of a list in a list, too.
fn itemTypeOf(comptime Item: type) []const u8 {
    return if (classes.isArrayList(Item)) fieldTypeOf(Item) else typeOf(Item);
}

/// What makes an iterator, where the class does not say it itself.
fn iteration(comptime class: classes.Class) []const []const u8 {
    const next = exports.nextOf(class) orelse return &.{};
    comptime var methods: []const []const u8 = &.{};
    if (!exports.hasMethod(class, "__iter__")) methods = methods ++ .{
        \\{"name":"__iter__","params":[],"returns":
        ++ typeOf(class.T) ++ ",\"how\":\"method\"}",
    };
    if (comptime std.mem.eql(u8, next, "__next__")) return methods;
    comptime var sig = signature.of(
        next,
        exports.Callable(class.T, class.source, next).function,
        exports.specOf(class.T, class.source, next),
    );
    if (comptime exports.isAsyncIterator(class)) {
        methods = methods ++ .{
            \\{"name":"__aiter__","params":[],"returns":
            ++ typeOf(class.T) ++ ",\"how\":\"method\"}",
        };
        sig.name = "__anext__";
        sig.doc = "";
        methods = methods ++ .{functionOf(
            exports.Callable(class.T, class.source, next).function,
            sig,
            .{ .async = true },
            "method",
        )};
    }
    sig.name = "__next__";
    sig.doc = "";
    return methods ++ .{functionOf(
        exports.Callable(class.T, class.source, next).function,
        sig,
        .{},
        "method",
    )};
}

/// The operators for which a class has functions of other names.
fn operatorsOf(comptime class: classes.Class) []const []const u8 {
    comptime var methods: []const []const u8 = &.{};
    inline for (operators.named) |name| {
        if (@hasDecl(class.T, name)) continue;
        const own = comptime exports.operatorOf(class, name) orelse continue;
        const is_deep = comptime std.mem.eql(u8, name, "__deepcopy__");
        if (is_deep) {
            if (!classes.isDeepCopyable(class)) methods = methods ++ .{
                \\{"name":"__deepcopy__","params":[{"name":"memo","type":
                ++ typeOf(signature.PlainObject) ++ "}],\"returns\":" ++ typeOf(class.T) ++
                    ",\"how\":\"method\"}",
            };
            continue;
        }
        const function = exports.Callable(class.T, class.source, own).function;
        comptime var sig = signature.of(
            own,
            function,
            exports.operatorSpecOf(class, name, own),
        );
        sig.name = name;
        sig.doc = "";
        methods = methods ++ .{functionOf(function, sig, .{}, "method")};
    }
    return methods;
}

/// What every class has, for which nano_ffi/description.py knows that an empty one stands, and what
/// those with a deinit have.
fn ownMethods(comptime T: type) []const []const u8 {
    if (!classes.hasDeinit(T)) return &.{"{}"};
    const destroying = .{
        "{}",
        \\{"name":"destroy","doc":"Give back now what the object owns. ReferenceError: it has been destroyed before.","params":[],"returns":
        ++ typeOf(void) ++ ",\"how\":\"method\"}",
    };
    if (!classes.isContext(T)) return &destroying;
    const any = typeOf(signature.PlainObject);
    return &(destroying ++ .{
        \\{"name":"__enter__","doc":"The object itself, which is destroyed at the end of the block.","params":[],"returns":
        ++ typeOf(T) ++ ",\"how\":\"method\"}",
        \\{"name":"__exit__","doc":"Destroy the object, unless that is done.","params":[
        ++ "{\"name\":\"exc_type\",\"type\":" ++ any ++
            "},{\"name\":\"exc_value\",\"type\":" ++ any ++
            "},{\"name\":\"traceback\",\"type\":" ++ any ++
            "}],\"returns\":" ++ typeOf(void) ++ ",\"how\":\"method\"}",
    });
}

fn functionOf(
    comptime function: anytype,
    comptime sig: signature.Signature,
    comptime spec: anytype,
    comptime how: []const u8,
) []const u8 {
    const info = @typeInfo(@TypeOf(function)).@"fn";
    const released = @hasField(@TypeOf(spec), "gil") and spec.gil == .released;
    const is_numpy = @hasField(@TypeOf(spec), "result") and spec.result == .numpy;
    return object(.{
        .{ "name", quoted(sig.name) },
        .{ "doc", optionalText(sig.doc) },
        .{ "params", paramsOf(info, sig, comptime if (std.mem.eql(u8, how, "method") or
            std.mem.eql(u8, how, "class")) 1 else 0) },
        .{ "returns", typeOf(ReturnOf(info, sig.name, how)) },
        .{ "errors", errorsOf(info.return_type.?) },
        .{ "gil", if (released) quoted("released") else "" },
        .{ "async", if (comptime isAsync(spec)) "true" else "" },
        .{ "how", optionalText(how) },
        .{ "numpy", if (is_numpy) "true" else "" },
    });
}

/// What Python gets: of an iterator, where null is the end, and of what gives its object.
fn ReturnOf(
    comptime info: std.lang.Type.Fn,
    comptime name: []const u8,
    comptime how: []const u8,
) type {
    const T = signature.Payload(info.return_type.?);
    if (std.mem.eql(u8, name, "__next__") or std.mem.eql(u8, name, "__anext__"))
        return if (@typeInfo(T) == .optional) @typeInfo(T).optional.child else T;
    if (T == std.math.Order and operators.isComparison(name)) return bool;
    const is_method = std.mem.eql(u8, how, "method");
    return if (is_method and T == void and operators.givesSelf(name))
        classes.Pointee(info.param_types[0].?)
    else
        T;
}

fn paramsOf(
    comptime info: std.lang.Type.Fn,
    comptime sig: signature.Signature,
    comptime first: usize,
) []const u8 {
    const passed = signature.passedOf(info.param_types);
    comptime var params: []const []const u8 = &.{};
    if (first == 1 and comptime exports.isBlockEnd(sig.name, info)) {
        inline for (operators.exit_arguments) |name| params = params ++ .{object(.{
            .{ "name", quoted(name) },
            .{ "way", quoted("positional") },
            .{ "type", typeOf(signature.PlainObject) },
        })};
        return list(params);
    }
    inline for (sig.args[first..], passed[first..]) |arg, parameter| params = params ++ .{object(.{
        .{ "name", quoted(arg.name) },
        .{ "way", if (arg.way == .any) "" else quoted(@tagName(arg.way)) },
        .{ "type", typeOf(info.param_types[parameter].?) },
        .{ "default", if (arg.default) |default| quoted(default) else "" },
    })};
    return list(params);
}

fn errorsOf(comptime R: type) []const u8 {
    if (@typeInfo(R) != .error_union) return "";
    return names(@typeInfo(@typeInfo(R).error_union.error_set).error_set.error_names orelse
        return quoted("any"));
}

fn constantOf(
    comptime name: [:0]const u8,
    comptime literal: anytype,
    comptime doc: []const u8,
) []const u8 {
    const value = exports.constant(literal);
    const is_array = @typeInfo(@TypeOf(value)) == .array;
    return object(.{
        .{ "name", quoted(signature.pythonName(name)) },
        .{ "type", if (is_array) fieldTypeOf(@TypeOf(value)) else typeOf(@TypeOf(value)) },
        .{ "value", optionalText(repr(@TypeOf(value), value)) },
        .{ "doc", optionalText(doc) },
    });
}

/// An enum, or a set of flags; `read` is what source.zig read of it.
fn enumOf(
    comptime name: [:0]const u8,
    comptime E: type,
    comptime read: anytype,
    comptime prefix: []const u8,
    comptime left_out: *[]const []const u8,
) []const u8 {
    comptime var members: []const []const u8 = &.{};
    inline for (comptime signature.membersOf(E)) |member| members = members ++ .{
        list(&.{ quoted(member.name), decimal(member.value) }),
    };
    const source = if (@TypeOf(read) == type) read else struct {};
    const own = valueMembersOf(E, read, prefix, left_out);
    return object(.{
        .{ "name", quoted(signature.pythonName(name)) },
        .{ "doc", commentOf(source) },
        .{ "members", list(members) },
        .{ "base", baseOf(E) },
    } ++ own);
}

/// A tagged union that is a class; `read` is what source.zig read of it.
fn unionOf(
    comptime name: [:0]const u8,
    comptime T: type,
    comptime read: anytype,
    comptime prefix: []const u8,
    comptime left_out: *[]const []const u8,
) []const u8 {
    const info = @typeInfo(T).@"union";
    const source = if (@TypeOf(read) == type) read else struct {};
    const docs = if (@TypeOf(read) == type) @field(read, "nano_ffi.fields") else .{};
    comptime var tags: []const []const u8 = &.{};
    inline for (info.field_names, info.field_types) |tag, Payload| tags = tags ++ .{object(.{
        .{ "name", quoted(signature.pythonName(tag)) },
        .{ "doc", if (@hasField(@TypeOf(docs), tag)) optionalText(@field(docs, tag)) else "" },
        .{ "fields", attributesOf(Payload) },
    })};
    return object(.{
        .{ "name", quoted(signature.pythonName(name)) },
        .{ "doc", commentOf(source) },
        .{ "tags", list(tags) },
    } ++ valueMembersOf(T, read, prefix, left_out));
}

/// The attributes of the objects of a tag.
fn attributesOf(comptime Payload: type) []const u8 {
    comptime var fields: []const []const u8 = &.{};
    inline for (comptime variants.attributesOf(Payload), 0..) |name, index| {
        const Field = if (variants.hasFields(Payload))
            @typeInfo(Payload).@"struct".field_types[index]
        else
            Payload;
        fields = fields ++ .{object(.{
            .{ "name", quoted(name) },
            .{ "type", typeOf(Field) },
            .{
                "default",
                if (index >= variants.defaultsFrom(Payload)) defaultOf(
                    Payload,
                    @typeInfo(Payload).@"struct".field_names[index],
                ) else "",
            },
        })};
    }
    return list(fields);
}

/// The functions and constants of an enum or a union, and the types in it.
fn valueMembersOf(
    comptime E: type,
    comptime read: anytype,
    comptime prefix: []const u8,
    comptime left_out: *[]const []const u8,
) [2 + Types.count][2][]const u8 {
    comptime var functions: []const []const u8 = &.{};
    comptime var constants: []const []const u8 = &.{};
    comptime var types_in: Types = .{};
    const source = if (@TypeOf(read) == type) read else struct {};
    const decls = if (@TypeOf(read) == type) exports.declarationsOf(E) else &.{};
    inline for (decls) |decl| switch (comptime exports.of(E, source, decl)) {
        .function => |sig| functions = functions ++ .{functionOf(
            exports.Callable(E, source, decl).function,
            sig,
            exports.specOf(E, source, decl),
            if (exports.isMethodOf(E, decl)) "method" else "static",
        )},
        .constant => constants = constants ++ .{
            constantOf(decl, @field(E, decl), exports.docOf(source, decl)),
        },
        .left_out => |left| left_out.* = left_out.* ++ .{object(.{
            .{ "name", quoted(prefix ++ decl) },
            .{ "kind", quoted(left.kind) },
            .{ "reason", quoted(left.reason) },
        })},
        .@"enum", .@"union", .errors, .exception, .class => types_in.add(
            E,
            source,
            decl,
            prefix,
            left_out,
        ),
        .silent => {},
    };
    return .{
        .{ "methods", list(functions) },
        .{ "constants", list(constants) },
    } ++ types_in.lists();
}

fn baseOf(comptime E: type) []const u8 {
    const base = signature.enumBaseOf(E);
    return if (base == .IntEnum) "" else quoted(@tagName(base));
}

/// A type that can cross.
fn typeOf(comptime T: type) []const u8 {
    return typeWithin(T, &.{});
}

/// A struct or union that is one of those that it is in, `within`, has its name alone.
fn typeWithin(comptime T: type, comptime within: []const type) []const u8 {
    const kind = signature.kindOf(T).?;
    if (kind == .link) return typeWithin(@typeInfo(T).pointer.child, within);
    return object(.{
        .{ "k", quoted(if (T == [:0]u8) "bytes" else if (kind == .index)
            "int"
        else
            @tagName(kind)) },
        .{ "zig", quoted(signature.typeName(T).?) },
    } ++ switch (kind) {
        .buffer => .{.{ "mutable", if (@typeInfo(T) == .pointer) "true" else "" }},
        .items => .{
            .{ "item", typeWithin(@typeInfo(T).pointer.child, within) },
            .{ "mutable", if (@typeInfo(T).pointer.attrs.@"const") "" else "true" },
        },
        .array => .{
            .{ "item", typeWithin(@typeInfo(T).array.child, within) },
            .{ "len", decimal(@typeInfo(T).array.len) },
        },
        .tuple => .{.{ "items", types(@typeInfo(T).@"struct".field_types, within) }},
        .optional => .{.{ "item", typeWithin(@typeInfo(T).optional.child, within) }},
        .given => .{.{ "item", typeWithin(T.nano_ffi_given, within) }},
        .rest => .{.{ "item", typeWithin(T.nano_ffi_args, within) }},
        .keywords => .{.{ "item", typeWithin(T.nano_ffi_kwargs, within) }},
        .@"enum" => .{
            .{ "name", quoted(classes.valueNameOf(T) orelse signature.shortName(T)) },
            .{ "open", if (signature.isOpen(T)) "true" else "" },
            .{ "base", baseOf(T) },
        },
        .flags => .{
            .{ "name", quoted(classes.valueNameOf(T) orelse signature.shortName(T)) },
            .{ "base", baseOf(T) },
        },
        .standard => .{
            .{ "name", quoted(standard.of(T).?.name) },
            .{ "module", quoted(standard.of(T).?.module) },
        },
        .record => .{
            .{ "name", quoted(signature.shortName(T)) },
            .{ "fields", fieldsOf(T, within) },
        },
        .tagged => .{
            .{ "name", quoted(classes.valueNameOf(T) orelse signature.shortName(T)) },
            .{ "untagged", if (untagged.isUntagged(T)) "true" else "" },
            .{ "variants", if (variants.isClass(T)) "true" else "" },
            .{ "fields", fieldsOf(T, within) },
        },
        .ndarray => .{
            .{ "item", typeWithin(T.Item, within) },
            .{ "dimensions", decimal(T.nano_ffi_ndarray.dimensions) },
            .{ "mutable", if (T.nano_ffi_ndarray.access == .write) "true" else "" },
        },
        .made => .{
            .{ "item", typeWithin(T.Item, within) },
            .{ "dimensions", decimal(T.nano_ffi_array.dimensions) },
        },
        .class => .{.{ "name", quoted(classes.nameOf(T)) }},
        .reference => .{.{ "name", quoted(classes.nameOf(@typeInfo(T).pointer.child)) }},
        .objects => .{
            .{ "item", typeWithin(@typeInfo(T).pointer.child, within) },
            .{ "mutable", if (signature.isWrittenRecords(T)) "true" else "" },
        },
        .map => .{.{ "item", typeWithin(signature.MapValue(T), within) }},
        .table => if (tables.isList(T))
            .{.{ "item", typeWithin(tables.of(T).?.Key, within) }}
        else
            .{.{ "items", types(
                if (tables.of(T).?.Value == void)
                    &.{tables.of(T).?.Key}
                else
                    &.{ tables.of(T).?.Key, tables.of(T).?.Value },
                within,
            ) }},
        .callback => .{
            .{ "params", types(@typeInfo(T.Args).@"struct".field_types, within) },
            .{ "returns", typeWithin(T.R, within) },
        },
        .column => .{.{ "item", typeWithin(T.Item, within) }},
        .operand => .{.{ "item", typeWithin(T.nano_ffi_operand, within) }},
        .out => .{.{ "items", types(T.nano_ffi_out, within) }},
        .results => .{.{ "items", types(T.nano_ffi_results, within) }},
        .owned => .{.{ "item", typeWithin(T.nano_ffi_owned, within) }},
        else => .{},
    });
}

fn types(comptime all: []const type, comptime within: []const type) []const u8 {
    @setEvalBranchQuota(1_000_000_000);
    comptime var items: []const []const u8 = &.{};
    inline for (all) |T| items = items ++ .{typeWithin(T, within)};
    return list(items);
}

fn fieldsOf(comptime T: type, comptime outer: []const type) []const u8 {
    inline for (outer) |Outer| if (Outer == T) return "";
    const within = outer ++ .{T};
    comptime var fields: []const []const u8 = &.{};
    switch (@typeInfo(T)) {
        .@"struct" => |info| inline for (
            info.field_names,
            info.field_types,
        ) |name, Field| {
            const default = if (!classes.hasDefault(T, name))
                ""
            else if (signature.isLibrary(T)) quoted("...") else quoted(repr(
                Field,
                classes.defaultOf(T, name).?,
            ) orelse "...");
            fields = fields ++ .{object(.{
                .{ "name", quoted(name) },
                .{ "type", typeWithin(Field, within) },
                .{ "default", default },
            })};
        },
        .@"union" => |info| inline for (info.field_names, info.field_types) |name, Field| {
            fields = fields ++ .{
                object(.{ .{ "name", quoted(name) }, .{ "type", typeWithin(Field, within) } }),
            };
        },
        else => comptime unreachable,
    }
    return list(fields);
}

/// The default of a field, as a constructor shows it.
pub fn fieldDefault(comptime T: type, comptime value: T) [:0]const u8 {
    return comptime textOfDefault(T, value);
}

fn textOfDefault(comptime T: type, comptime value: T) [:0]const u8 {
    @setEvalBranchQuota(1_000_000_000);
    if (classes.ListItem(T) != null) {
        const items = if (comptime classes.isArrayList(T)) value.items else value;
        return if (items.len == 0) "[]" else "...";
    }
    if (string_maps.Value(T) != null) return if (value.count() == 0) "{}" else "...";
    return (repr(T, value) orelse "...") ++ "";
}

/// The same for a signature that inspect reads: there are literals only, and no names.
pub fn literalDefault(comptime T: type, comptime value: T) [:0]const u8 {
    return comptime text: {
        @setEvalBranchQuota(1_000_000_000);
        const shown = textOfDefault(T, value);
        if (classes.ListItem(T) != null) {
            const is_shown = @typeInfo(T) == .pointer and value.len <= max_shown;
            const items: ?[]const u8 = if (is_shown) literalOf(T, value) else null;
            break :text (items orelse shown) ++ "";
        }
        if (std.mem.eql(u8, shown, "...")) break :text shown;
        if (string_maps.Value(T) != null) break :text shown;
        break :text (literalOf(T, value) orelse "...") ++ "";
    };
}

fn literalOf(comptime T: type, comptime value: T) ?[]const u8 {
    switch (signature.kindOf(T) orelse return null) {
        .void => return "None",
        .order => return decimal(signature.numberOf(value)),
        .index => return decimal(@backingInt(value)),
        .bool, .int, .float, .str, .text, .@"enum", .flags => return literals.literal(T, value),
        .optional => return literalOf(@typeInfo(T).optional.child, value orelse return "None"),
        .items, .array, .tuple => {},
        else => return null,
    }
    var text: []const u8 = "";
    for (value, 0..) |item, index| text = text ++ (if (index == 0) "" else ", ") ++
        (literalOf(@TypeOf(item), item) orelse return null);
    if (signature.kindOf(T).? != .tuple) return "[" ++ text ++ "]";
    return "(" ++ text ++ (if (value.len == 1) ",)" else ")");
}

/// A value as Python shows it; null of one that has no such form.
pub fn repr(comptime T: type, comptime value: T) ?[]const u8 {
    return switch (signature.kindOf(T) orelse return null) {
        .void => "None",
        .bool => if (value) "True" else "False",
        .int => decimal(value),
        .float => floatRepr(value),
        .complex => "complex(" ++ floatRepr(value.re) ++ ", " ++ floatRepr(value.im) ++ ")",
        .str => strRepr(value.data),
        .text => strRepr(value),
        .bytes => null,
        .optional => if (value) |some| repr(@TypeOf(some), some) else "None",
        .@"enum" => if (signature.isOpen(T))
            decimal(@backingInt(value))
        else
            signature.shortName(T) ++ "." ++ @tagName(value),
        .flags => if (signature.enumBaseOf(T) == .Flag) null else decimal(
            @as(@typeInfo(T).@"struct".backing_integer.?, @bitCast(value)),
        ),
        .order => decimal(signature.numberOf(value)),
        .index => decimal(@backingInt(value)),
        .items, .array => "[" ++ (itemsRepr(value) orelse return null) ++ "]",
        .tuple => "(" ++ (itemsRepr(value) orelse return null) ++
            (if (value.len == 1) ",)" else ")"),
        else => null,
    };
}

/// Longer texts and tables are nothing to be read, and take long to write while compiling.
const max_shown = 500;

fn itemsRepr(comptime value: anytype) ?[]const u8 {
    if (value.len > max_shown) return null;
    comptime var text: []const u8 = "";
    inline for (value, 0..) |item, index| text = text ++ (if (index == 0) "" else ", ") ++
        (repr(@TypeOf(item), item) orelse return null);
    return text;
}

/// The shortest text that gives the same float again.
fn floatRepr(comptime value: anytype) []const u8 {
    if (std.math.isNan(value)) return "float('nan')";
    if (std.math.isInf(value)) return if (value < 0) "float('-inf')" else "float('inf')";
    const wide: f64 = value;
    if (wide != 0 and (@abs(wide) >= 1e16 or @abs(wide) < 1e-4)) return std.fmt.comptimePrint(
        "{e}",
        .{wide},
    );
    return literals.whole(wide) orelse std.fmt.comptimePrint("{d}", .{wide});
}

fn strRepr(comptime text: []const u8) []const u8 {
    if (text.len > max_shown or !literals.isUtf8(text)) return "...";
    comptime var result: []const u8 = "'";
    inline for (text) |byte|
        result = result ++ if (byte < 128) literals.ascii(byte) else &[_]u8{byte};
    return result ++ "'";
}

/// An object of the members that are not "".
fn object(comptime members: anytype) []const u8 {
    comptime var parts: []const []const u8 = &.{};
    inline for (members) |member| {
        if (member[1].len == 0 or std.mem.eql(u8, member[1], "[]")) continue;
        parts = parts ++ .{"\"" ++ member[0] ++ "\":" ++ member[1]};
    }
    return "{" ++ literals.joined(parts, ",") ++ "}";
}

fn list(comptime items: []const []const u8) []const u8 {
    return "[" ++ literals.joined(items, ",") ++ "]";
}

/// Names of errors, sorted: their own order depends on what else is compiled.
fn names(comptime all: []const [:0]const u8) []const u8 {
    comptime var items: [all.len][]const u8 = undefined;
    inline for (&items, all) |*item, name| item.* = quoted(name);
    std.mem.sortUnstable([]const u8, &items, {}, struct {
        fn isLess(_: void, a: []const u8, b: []const u8) bool {
            return std.mem.lessThan(u8, a, b);
        }
    }.isLess);
    return list(&items);
}

fn optionalText(comptime text: ?[]const u8) []const u8 {
    const some = text orelse return "";
    return if (some.len == 0) "" else quoted(some);
}

/// The comment of what source.zig read, where it has one.
fn commentOf(comptime source: type) []const u8 {
    if (!@hasDecl(source, "nano_ffi.doc")) return "";
    return optionalText(@field(source, "nano_ffi.doc"));
}

/// A JSON string.
fn quoted(comptime text: []const u8) []const u8 {
    return literals.quoted("\"", text, "\"", literals.plainBut("\"", true), escaped);
}

fn escaped(comptime rest: []const u8) literals.Spelt {
    return .{ .text = switch (rest[0]) {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        else => |byte| std.fmt.comptimePrint("\\u{x:0>4}", .{byte}),
    } };
}

test quoted {
    try std.testing.expectEqualStrings("\"plain\"", comptime quoted("plain"));
    try std.testing.expectEqualStrings("\"\"", comptime quoted(""));
    try std.testing.expectEqualStrings(
        \\"\n\"a\\b\u0001ü"
    , comptime quoted("\n\"a\\b\x01ü"));
}

test of {
    const module = struct {
        pub const limit = 1e300;
        pub const name: []const u8 = "it's";
        pub const Color = enum(u8) { red, green = 7 };
        pub const Failure = error{Odd};
        pub fn half(number: i64, color: ?Color) Failure!struct { bool, []const f64 } {
            _ = color;
            return if (@mod(number, 2) != 0) error.Odd else .{ true, &.{} };
        }
        pub fn poke(_: **u8) void {}
    };
    const source = struct {
        pub const half = .{ .params = .{ "number", "color" }, .doc = "Half \"of\" it." };
    };
    const text = comptime embedded("mathx", module, source);
    try std.testing.expect(std.mem.startsWith(u8, text, marker));
    const json = jsonOf(text);
    const parsed = try std.json.parseFromSlice(std.json.Value, std.testing.allocator, json, .{});
    defer parsed.deinit();
    try std.testing.expectEqualStrings("mathx", parsed.value.object.get("module").?.string);
    try std.testing.expect(std.mem.indexOf(u8, json,
        \\"functions":[{"name":"half","doc":"Half \"of\" it.","params":[{"name":"number","type":{"k":"int","zig":"i64"}},{"name":"color","type":{"k":"optional","zig":"?Color","item":{"k":"enum","zig":"Color","name":"Color"}},"default":"None"}],"returns":{"k":"tuple","zig":"(bool, []const f64)","items":[{"k":"bool","zig":"bool"},{"k":"items","zig":"[]const f64","item":{"k":"float","zig":"f64"}}]},"errors":["Odd"]}]
    ) != null);
    try std.testing.expect(std.mem.indexOf(u8, json,
        \\"constants":[{"name":"limit","type":{"k":"float","zig":"f64"},"value":"1e300"},{"name":"name","type":{"k":"text","zig":"str"},"value":"'it\\'s'"}],"enums":[{"name":"Color","members":[["red",0],["green",7]]}],"errors":[{"name":"Failure","members":["Odd"]}],"left_out":[{"name":"poke","kind":"function","reason":"parameter 'arg0' has type **u8
    ) != null);
}

test repr {
    const expectEqualStrings = std.testing.expectEqualStrings;
    try expectEqualStrings(
        "(1.5, None, [True])",
        comptime repr(struct { f64, ?u8, [1]bool }, .{ 1.5, null, .{true} }).?,
    );
    try expectEqualStrings("-2.0", comptime repr(f64, -2).?);
    try expectEqualStrings("float('-inf')", comptime repr(f32, -std.math.inf(f32)).?);
}

test fieldDefault {
    try std.testing.expectEqualStrings("[]", fieldDefault(std.ArrayList(u8), .empty));
    try std.testing.expectEqualStrings("...", fieldDefault([]const u16, &.{1}));
    try std.testing.expectEqualStrings("None", fieldDefault(?u8, null));
}

test literalDefault {
    const Color = enum { red, green };
    const Pair = struct { ?Color, f64 };
    try std.testing.expectEqualStrings("('green', 1.0)", literalDefault(Pair, .{ .green, 1 }));
    try std.testing.expectEqualStrings("[1, 2]", literalDefault([2]u8, .{ 1, 2 }));
    try std.testing.expectEqualStrings("...", literalDefault([1]f64, .{std.math.nan(f64)}));
    try std.testing.expectEqualStrings("1e999", literalDefault(f64, std.math.inf(f64)));
    try std.testing.expectEqualStrings("[]", literalDefault(std.ArrayList(u8), .empty));
    try std.testing.expectEqualStrings("[5, 6]", literalDefault([]const i64, &.{ 5, 6 }));
    try std.testing.expectEqualStrings("[]", literalDefault([]const i64, &.{}));
}
