//! Which structs of a user's module are classes in Python, and what their declarations are there.
//!
//! The root file of an extension names the module (`nano_ffi_module`) and what source.zig read of
//! it (`nano_ffi_source`): every public struct that is reached from there by public declarations in
//! the module's own files is a class. Without these declarations none is.

const std = @import("std");
const declarations = @import("declarations.zig");
const exceptions = @import("exceptions.zig");
const exports = @import("exports.zig");
const root = if (@import("builtin").is_test) example else @import("root");
const raw_text = @import("raw_text.zig");
const signature = @import("signature.zig");
const streams = @import("streams.zig");
const string_maps = @import("string_maps.zig");
const tables = @import("tables.zig");
const variants = @import("variants.zig");
const vectors = @import("vectors.zig");

pub const Class = struct {
    T: type,
    /// With the names of the classes that it is declared in: `Outer.Inner`.
    name: [:0]const u8,
    /// What source.zig read in it.
    source: type,
    /// The namespace that declares it.
    within: type,
    /// Whether it has no declaration of its own: a function of `within` returns it, to be iterated.
    is_returned: bool = false,
    /// Whether it is nano_ffi's own, with no declaration either: objects keep streams.
    is_stream: bool = false,

    /// Whether `namespace` has it, though it does not declare it.
    pub fn isAddedTo(comptime class: Class, comptime namespace: type) bool {
        return (class.is_returned or class.is_stream) and class.within == namespace;
    }

    /// The name without those around it.
    pub fn ownName(comptime class: Class) [:0]const u8 {
        const dot = std.mem.lastIndexOfScalar(u8, class.name, '.') orelse return class.name;
        return class.name[dot + 1 ..];
    }
};

/// An enum, or a tagged union that is a class of its own, that has a name.
pub const ValueType = struct {
    T: type,
    /// With the names of what it is declared in.
    name: [:0]const u8,
    /// What source.zig read in it.
    source: type,
};

/// All classes, outer ones before those that they declare.
pub const all: []const Class = found_by_name.classes;
/// All enums and unions.
pub const values: []const ValueType = found_by_name.values;

const found_by_name: Found = if (@hasDecl(root, "nano_ffi_module"))
    listOf(root.nano_ffi_module, root.nano_ffi_source)
else
    .{};

const Found = struct {
    classes: []const Class = &.{},
    values: []const ValueType = &.{},
    /// What may declare others.
    namespaces: []const Namespace = &.{},

    const Namespace = struct { T: type, source: type, prefix: []const u8 };
};

fn listOf(comptime namespace: type, comptime source: type) Found {
    @setEvalBranchQuota(1_000_000_000);
    comptime var found: Found = .{};
    addClasses(&found, namespace, source, "");
    comptime var next = 0;
    while (next < found.namespaces.len) : (next += 1) {
        const inner = found.namespaces[next];
        addClasses(&found, inner.T, inner.source, inner.prefix);
    }
    // Last, so that what has a name elsewhere has that.
    const declared = found.classes;
    addIterators(&found.classes, namespace, source, "");
    for (declared) |class| addIterators(&found.classes, class.T, class.source, class.name ++ ".");
    addStreams(&found.classes, namespace);
    const list = found;
    return list;
}

fn addClasses(
    comptime found: *Found,
    comptime namespace: type,
    comptime source: type,
    comptime prefix: []const u8,
) void {
    for (exports.declarationsOf(namespace)) |name| {
        if (!declaresType(namespace, source, name)) continue;
        const T = @field(namespace, name);
        const full = prefix ++ signature.pythonName(name);
        if (isClassType(T)) {
            if (T == root_module or isIn(found.classes, T)) continue;
            found.classes = found.classes ++ .{Class{
                .T = T,
                .name = full,
                .source = @field(source, name),
                .within = namespace,
            }};
        } else {
            if (!isValueType(T) or T == namespace or isIn(found.values, T)) continue;
            found.values = found.values ++ .{ValueType{
                .T = T,
                .name = full,
                .source = @field(source, name),
            }};
        }
        found.namespaces = found.namespaces ++ .{Found.Namespace{
            .T = T,
            .source = @field(source, name),
            .prefix = full ++ ".",
        }};
    }
}

/// Whether a type is a class or an enum in Python that no struct is.
fn isValueType(comptime T: type) bool {
    return switch (@typeInfo(T)) {
        .@"enum" => |info| info.field_names.len > 0,
        .@"union" => variants.isClass(T),
        .@"struct" => signature.isFlags(T),
        else => false,
    };
}

/// The name of an enum or a union, with those of what it is declared in; null where none was read.
pub fn valueNameOf(comptime T: type) ?[:0]const u8 {
    @setEvalBranchQuota(1_000_000_000);
    return comptime for (values) |value| {
        if (value.T == T) break value.name;
    } else null;
}

/// What a declaration of `namespace` is called from the module on.
pub fn pathOf(comptime namespace: type, comptime name: [:0]const u8) [:0]const u8 {
    return comptime path: {
        const own = signature.pythonName(name);
        const around = if (indexOf(namespace)) |index|
            all[index].name
        else
            valueNameOf(namespace) orelse break :path own;
        break :path around ++ "." ++ own;
    };
}

/// Whether an enum or union has its name by this declaration, and by no other.
pub fn isAtHome(comptime namespace: type, comptime name: [:0]const u8) bool {
    const own = comptime valueNameOf(@field(namespace, name)) orelse return false;
    return comptime std.mem.eql(u8, own, pathOf(namespace, name));
}

fn isIn(comptime found: anytype, comptime T: type) bool {
    for (found) |one| if (one.T == T) return true;
    return false;
}

/// Adds the iterators that functions of a namespace return, where they have no names there: they
/// are called as the functions.
fn addIterators(
    comptime found: *[]const Class,
    comptime namespace: type,
    comptime source: type,
    comptime prefix: []const u8,
) void {
    for (@typeInfo(namespace).@"struct".decl_names) |name| {
        if (!@hasDecl(source, name)) continue;
        const read = @field(source, name);
        if (@TypeOf(read) == type or !@hasField(@TypeOf(read), "result")) continue;
        if (!declarations.isWanted(namespace, name)) continue;
        const F = @TypeOf(@field(namespace, name));
        if (@typeInfo(F) != .@"fn") continue;
        const T = signature.Payload(@typeInfo(F).@"fn".return_type orelse continue);
        if (!isIterator(T) or !isClassType(T)) continue;
        if (!isIn(found.*, T)) found.* = found.* ++ .{Class{
            .T = T,
            .name = prefix ++ iteratorName(namespace, name),
            .source = read.result,
            .within = namespace,
            .is_returned = true,
        }};
    }
}

/// Adds the classes of the streams that objects keep.
fn addStreams(comptime found: *[]const Class, comptime namespace: type) void {
    const declared = found.*;
    for (.{ *std.Io.Writer, *std.Io.Reader }, .{ "IoWriter", "IoReader" }) |Stream, name| {
        for (declared) |class| {
            if (!streams.keeps(class.T, Stream)) continue;
            found.* = found.* ++ .{Class{
                .T = streams.Of(Stream).?,
                .name = freeName(namespace, name),
                .source = @field(streams.source, name),
                .within = namespace,
                .is_stream = true,
            }};
            break;
        }
    }
}

/// `words` returns a `WordsIterator`, `iterator` an `Iterator`.
fn iteratorName(comptime namespace: type, comptime function: []const u8) [:0]const u8 {
    var name: [:0]const u8 = .{std.ascii.toUpper(function[0])} ++ function[1..] ++ "";
    if (!std.mem.endsWith(u8, name, "terator")) name = name ++ "Iterator";
    return freeName(namespace, name);
}

fn freeName(comptime namespace: type, comptime wanted: [:0]const u8) [:0]const u8 {
    var name = wanted;
    while (@hasDecl(namespace, name)) name = name ++ "_";
    return name;
}

/// Whether a `T` has the `next(self: *T) ?Item`, or `!?Item`, of Zig's iterators.
fn isIterator(comptime T: type) bool {
    if (@typeInfo(T) != .@"struct" or @typeInfo(T).@"struct".is_tuple) return false;
    if (!@hasDecl(T, "next") or @typeInfo(@TypeOf(T.next)) != .@"fn") return false;
    const info = @typeInfo(@TypeOf(T.next)).@"fn";
    if (info.param_types.len != 1 or info.param_types[0] != *T) return false;
    const R = signature.Payload(info.return_type orelse return false);
    return @typeInfo(R) == .optional and Pointee(R) != T;
}

const root_module = if (@hasDecl(root, "nano_ffi_module")) root.nano_ffi_module else void;

/// Whether `name` is a struct whose source was read: one of another module is not.
pub fn declaresClass(
    comptime namespace: type,
    comptime source: type,
    comptime name: []const u8,
) bool {
    return declaresType(namespace, source, name) and isClassType(@field(namespace, name));
}

fn declaresType(comptime namespace: type, comptime source: type, comptime name: []const u8) bool {
    if (!@hasDecl(source, name) or @TypeOf(@field(source, name)) != type) return false;
    if (!declarations.isWanted(namespace, name) or hasNoName(namespace, name)) return false;
    return @TypeOf(@field(namespace, name)) == type;
}

/// Whether a type can be a class.
fn isClassType(comptime T: type) bool {
    if (@typeInfo(T) != .@"struct") return false;
    const info = @typeInfo(T).@"struct";
    if (exceptions.isException(T) or isValue(T)) return false;
    if (info.is_tuple or unalignedFieldOf(T) != null or comptimeFieldOf(T) != null) return false;
    return info.layout != .@"packed" or (isPlainPacked(T) and !signature.isFlags(T));
}

/// Whether a struct of Zig's own library is something of Python's, as lists and dicts are, or
/// nobody's to give.
fn isValue(comptime T: type) bool {
    if (signature.isProvided(T) or T == std.Io.Writer or T == std.Io.Reader) return true;
    if (string_maps.Value(T) != null or tables.isValue(T)) return true;
    const info = @typeInfo(T).@"struct";
    if (info.field_names.len != 2) return false;
    if (@hasField(T, "re") and @typeInfo(@FieldType(T, "re")) == .float)
        return T == std.math.Complex(@FieldType(T, "re"));
    return @hasField(T, "arena") and @hasField(T, "value") and
        T == std.json.Parsed(@FieldType(T, "value"));
}

/// Whether the fields of a packed struct are numbers and the like: nothing in them has an address.
fn isPlainPacked(comptime T: type) bool {
    return for (@typeInfo(T).@"struct".field_types) |Field| {
        switch (@typeInfo(Field)) {
            .bool, .float => {},
            .int => |int| if (int.bits == 0) break false,
            .@"enum" => |info| if (info.field_names.len == 0 and info.mode == .exhaustive)
                break false,
            else => break false,
        }
    } else true;
}

/// Whether a declaration's name is a keyword of Python, and another one has the name in its place.
pub fn hasNoName(comptime namespace: type, comptime name: []const u8) bool {
    const python_name = comptime signature.pythonName(name ++ "");
    return comptime python_name.len != name.len and @hasDecl(namespace, python_name);
}

/// The first field that is less aligned than others of its type, so that no pointer to such is one
/// to it; null where there is none.
pub fn unalignedFieldOf(comptime T: type) ?[:0]const u8 {
    const info = @typeInfo(T).@"struct";
    if (info.layout == .@"packed") return null;
    return inline for (info.field_names, info.field_types, info.field_attrs) |name, Field, attrs| {
        if (!attrs.@"comptime" and (attrs.@"align" orelse continue) < @alignOf(Field)) break name;
    } else null;
}

/// The first field that has no value at run time, as a type or a function has none: such a struct
/// is never in memory. Null where there is none.
pub fn comptimeFieldOf(comptime T: type) ?[:0]const u8 {
    const info = @typeInfo(T).@"struct";
    return inline for (info.field_names, info.field_types, info.field_attrs) |name, Field, attrs| {
        if (!attrs.@"comptime" and comptime isComptimeOnly(Field)) break name;
    } else null;
}

fn isComptimeOnly(comptime T: type) bool {
    return switch (@typeInfo(T)) {
        .type, .comptime_int, .comptime_float, .@"fn", .enum_literal, .null, .undefined => true,
        .optional => |optional| isComptimeOnly(optional.child),
        .array => |array| isComptimeOnly(array.child),
        .pointer => |pointer| switch (@typeInfo(pointer.child)) {
            .type, .comptime_int, .comptime_float, .enum_literal => true,
            else => false,
        },
        .@"struct" => |info| info.layout != .@"packed" and comptimeFieldOf(T) != null,
        .@"union" => |info| for (info.field_types) |Field| {
            if (isComptimeOnly(Field)) break true;
        } else false,
        else => false,
    };
}

/// The place of `T` among all classes; null where it is none.
pub fn indexOf(comptime T: type) ?usize {
    @setEvalBranchQuota(1_000_000_000);
    return comptime for (all, 0..) |class, index| {
        if (class.T == T) break index;
    } else null;
}

pub fn isClass(comptime T: type) bool {
    return comptime indexOf(T) != null;
}

pub fn nameOf(comptime T: type) [:0]const u8 {
    return all[indexOf(T).?].name;
}

/// Whether a struct is no more than what it declares, as that of a file may be.
pub fn isNamespace(comptime T: type) bool {
    return @typeInfo(T) == .@"struct" and @typeInfo(T).@"struct".field_names.len == 0 and
        !@typeInfo(T).@"struct".is_tuple;
}

pub fn haveNamespaces() bool {
    return comptime for (all) |class| {
        if (isNamespace(class.T)) break true;
    } else false;
}

test isNamespace {
    try std.testing.expect(isNamespace(struct {
        pub const pi = 3;
    }));
    try std.testing.expect(!isNamespace(struct { x: f64 }) and !isNamespace(u8));
    try std.testing.expect(!isNamespace(@TypeOf(.{})));
}

test haveNamespaces {
    const found = comptime for (all) |class| {
        if (@typeInfo(class.T).@"struct".field_names.len == 0) break true;
    } else false;
    try std.testing.expectEqual(found, haveNamespaces());
}

/// What a declaration of a struct is to its class.
pub const Role = enum { init, deinit, method, static, class_method, property, setter, other };

/// Whether its values are made on the heap, by `create`, and end by `destroy`.
pub fn isHeapHandle(comptime T: type) bool {
    return comptime heap: {
        if (@typeInfo(T) != .@"struct") break :heap false;
        const make = @typeInfo(FunctionOf(T, "create") orelse break :heap false).@"fn";
        const end = @typeInfo(FunctionOf(T, "destroy") orelse break :heap false).@"fn";
        if (signature.Payload(make.return_type orelse break :heap false) != *T) break :heap false;
        for (make.param_types) |Param|
            if (Pointee(Param orelse break :heap false) == T) break :heap false;
        var own = 0;
        for (end.param_types) |Param| {
            if (Param == *T)
                own += 1
            else if (Param == null or !signature.isProvided(Param.?)) break :heap false;
        }
        break :heap own == 1;
    };
}

/// The type of a public function of a struct; null where there is none that may be touched.
pub fn FunctionOf(comptime T: type, comptime name: []const u8) ?type {
    return comptime function: {
        if (!@hasDecl(T, name)) break :function null;
        if (indexOf(T)) |index| {
            if (declarations.brokenOf(all[index].source, name) != null) break :function null;
        }
        const F = @TypeOf(@field(T, name));
        break :function if (@typeInfo(F) == .@"fn") F else null;
    };
}

/// Why nano_ffi cannot call `deinit`; null where it can.
pub fn whyNoDeinit(comptime T: type) ?[:0]const u8 {
    const Deinit = FunctionOf(T, "deinit") orelse
        return if (BaseOf(T)) |Base| whyNoDeinit(Base) else null;
    inline for (@typeInfo(Deinit).@"fn".param_types, 0..) |Param, index| {
        if (comptime Param == T or Param == *T or Param == *const T) continue;
        if (comptime Param != null and signature.isProvided(Param.?)) continue;
        return std.fmt.comptimePrint("its parameter {d} is {s}, which nano_ffi cannot give, so " ++
            "that objects are never given back: let it take the object and an allocator", .{
            index + 1,
            if (Param) |Known| @typeName(Known) else "generic",
        });
    }
    return null;
}

/// What a declaration that may be touched is.
pub fn roleOf(comptime T: type, comptime name: []const u8) Role {
    const declaration = @field(T, name);
    if (@TypeOf(declaration) == type or @typeInfo(@TypeOf(declaration)) != .@"fn") return .other;
    const info = @typeInfo(@TypeOf(declaration)).@"fn";
    if (std.mem.eql(u8, name, "deinit")) return .deinit;
    if (isHeapHandle(T)) {
        if (std.mem.eql(u8, name, "create")) return .init;
        if (std.mem.eql(u8, name, "destroy")) return .deinit;
        if (std.mem.eql(u8, name, "init")) return .deinit; // what `create` calls
    }
    if (std.mem.eql(u8, name, "init")) {
        const Result = info.return_type orelse return .static;
        if (signature.Payload(Result) == T) return .init;
    }
    // As Python's decorators say it.
    if (says(T, name, "property")) return .property;
    if (says(T, name, "setter")) return .setter;
    if (says(T, name, "classmethod")) return .class_method;
    if (info.param_types.len == 0) return .static;
    return if (Pointee(info.param_types[0] orelse return .static) == T) .method else .static;
}

/// The struct that a parameter is, or points to.
pub fn Pointee(comptime T: type) type {
    return switch (@typeInfo(T)) {
        .pointer => |pointer| if (pointer.size == .one) pointer.child else T,
        .optional => |optional| Pointee(optional.child),
        else => T,
    };
}

/// Whether the value owns something that has to be given back.
pub fn hasDeinit(comptime T: type) bool {
    if (isHeapHandle(T) or FunctionOf(T, "deinit") != null) return true;
    return if (BaseOf(T)) |Base| hasDeinit(Base) else false;
}

/// The field of a struct that says `.inherits = true`: the class is derived from that of its type.
/// It is the first one, and lies at the start; see `whyNoBase`. Null where there is none.
pub fn baseFieldOf(comptime T: type) ?[:0]const u8 {
    return comptime if (@typeInfo(T) != .@"struct")
        null
    else for (@typeInfo(T).@"struct".field_names) |name| {
        if (says(T, name, "inherits")) break name;
    } else null;
}

/// The struct whose class that of `T` is derived from; null where it is derived from none.
pub fn BaseOf(comptime T: type) ?type {
    return comptime if (baseFieldOf(T)) |name| @FieldType(T, name) else null;
}

/// Whether the class of `T` is that of `Base`, or one derived from it.
pub fn isDerived(comptime T: type, comptime Base: type) bool {
    return T == Base or if (BaseOf(T)) |Own| isDerived(Own, Base) else false;
}

/// How many classes a class is derived from.
pub fn depthOf(comptime T: type) usize {
    return comptime if (BaseOf(T)) |Base| 1 + depthOf(Base) else 0;
}

/// How many classes at most a class is derived from.
pub const most_bases = depth: {
    @setEvalBranchQuota(1_000_000_000);
    var most = 0;
    for (all) |class| most = @max(most, depthOf(class.T));
    break :depth most;
};

/// Whether another class is derived from that of `T`.
pub fn isBase(comptime T: type) bool {
    @setEvalBranchQuota(1_000_000_000);
    return comptime for (all) |class| {
        if (class.T != T and isDerived(class.T, T)) break true;
    } else false;
}

/// Why the field that says so cannot be the base of a class; null where it can.
pub fn whyNoBase(comptime T: type) ?[]const u8 {
    return comptime why: {
        const field = baseFieldOf(T).?;
        const Base = @FieldType(T, field);
        if (!std.mem.eql(u8, @typeInfo(T).@"struct".field_names[0], field))
            break :why "it is not the first field";
        if (!isClass(Base)) break :why "its type is no class of the module";
        if (isHeapHandle(T) or isHeapHandle(Base))
            break :why "values that 'create' makes have no base, and are none";
        if (@typeInfo(T).@"struct".layout == .@"packed" or @offsetOf(T, field) != 0)
            break :why "it does not lie at the start: let it be aligned as the others, as in " ++
                "'" ++ field ++ ": " ++ @typeName(Base) ++ " align(16)'";
        if (isFrozen(T) != isFrozen(Base)) break :why "of a class and its base, both are frozen " ++
            "or none";
        if (!isCopyable(T) and isCopyable(Base) and !isFlat(Base))
            break :why "what is in it is Python's to free, and in the rest is not";
        for (membersOf(Base)) |member| {
            if (@hasField(T, member.name)) break :why "both have a field '" ++ member.name ++ "'";
        }
        break :why null;
    };
}

/// A field of a struct, or of what is its base.
pub const Member = struct { T: type, name: [:0]const u8 };

/// All fields of a class: those of its base, and behind them its own.
pub fn membersOf(comptime T: type) []const Member {
    comptime var members: []const Member = if (BaseOf(T)) |Base| membersOf(Base) else &.{};
    const base = baseFieldOf(T) orelse "";
    inline for (@typeInfo(T).@"struct".field_names) |name| {
        if (comptime !std.mem.eql(u8, name, base))
            members = members ++ .{Member{ .T = T, .name = name }};
    }
    return members;
}

/// Whether `with` destroys an object.
pub fn isContext(comptime T: type) bool {
    return hasDeinit(T) and !@hasDecl(T, "__enter__") and !@hasDecl(T, "__exit__");
}

/// What a field is that nothing was given of; null where it has to be. What its declaration leaves
/// undefined is blank, where there is such a value: nobody may look at it.
pub fn defaultOf(comptime T: type, comptime name: [:0]const u8) ?@FieldType(T, name) {
    const Field = @FieldType(T, name);
    return comptime if (!hasDefault(T, name))
        null
    else if (isUndefined(T, name)) blankOf(Field).? else attributesOf(T, name).defaultValue(
        Field,
    );
}

/// A struct all of whose fields have defaults, where none is given.
pub fn defaultsOf(comptime T: type) T {
    return comptime defaults: {
        var value: T = .{};
        for (@typeInfo(T).@"struct".field_names) |name| @field(value, name) = defaultOf(T, name).?;
        const final = value;
        break :defaults final;
    };
}

/// Whether a field need not be given.
pub fn hasDefault(comptime T: type, comptime name: [:0]const u8) bool {
    return comptime attributesOf(T, name).default_value_ptr != null and
        (!isUndefined(T, name) or blankOf(@FieldType(T, name)) != null);
}

/// The value that has nothing in it: zeros, no text, null, the first member of an enum. Null of a
/// type that has none, as it points to what Zig's code is to put there.
fn blankOf(comptime T: type) ?T {
    return switch (@typeInfo(T)) {
        .void => {},
        .int, .float => 0,
        .bool => false,
        .optional => @as(T, null),
        .@"enum" => |info| if (info.field_names.len > 0)
            @field(T, info.field_names[0])
        else if (info.mode == .exhaustive) null else @as(T, @fromBackingInt(0)),
        .pointer => |pointer| if (pointer.size == .slice and pointer.attrs.@"const" and
            pointer.sentinel_ptr == null and signature.isPlain(pointer)) &.{} else null,
        .vector => |vector| if (blankOf(vector.child)) |item| @splat(item) else null,
        .array => |array| if (array.sentinel_ptr == null and blankOf(array.child) != null)
            @splat(blankOf(array.child).?)
        else
            null,
        .@"struct" => |info| blank: {
            var value: T = undefined;
            for (info.field_names, info.field_types, info.field_attrs) |name, Field, attrs| {
                if (!attrs.@"comptime")
                    @field(value, name) = blankOf(Field) orelse break :blank null;
            }
            break :blank value;
        },
        .@"union" => |info| if (info.tag_type == null)
            null
        else for (info.field_names, info.field_types) |name, Field| {
            if (blankOf(Field)) |value| break @unionInit(T, name, value);
        } else null,
        else => null,
    };
}

pub fn attributesOf(
    comptime T: type,
    comptime name: [:0]const u8,
) std.lang.Type.Struct.FieldAttributes {
    const info = @typeInfo(T).@"struct";
    return for (info.field_names, info.field_attrs) |other, attrs| {
        if (std.mem.eql(u8, other, name)) break attrs;
    } else unreachable;
}

/// Whether the source of a struct says that a field is undefined at first.
fn isUndefined(comptime T: type, comptime name: []const u8) bool {
    @setEvalBranchQuota(1_000_000_000);
    if (indexOf(T)) |index| {
        const source = all[index].source;
        if (@hasDecl(source, "nano_ffi.undefined")) {
            for (@field(source, "nano_ffi.undefined")) |other|
                if (std.mem.eql(u8, other, name)) return true;
        }
        return false;
    }
    if (!@hasDecl(root, "nano_ffi_source")) return false;
    if (!@hasDecl(root.nano_ffi_source, "nano_ffi.undefined_fields")) return false;
    const path = declaredName(@typeName(T)) ++ "." ++ name;
    for (root.nano_ffi_source.@"nano_ffi.undefined_fields") |other|
        if (std.mem.eql(u8, other, path)) return true;
    return false;
}

/// The name of the innermost declaration in the name of a type: `List` of `file.List(u8)`, `make`
/// of `file.make__struct_12`.
fn declaredName(comptime name: []const u8) []const u8 {
    const call = std.mem.indexOfScalar(u8, name, '(') orelse name.len;
    const end = @min(call, std.mem.find(u8, name, "__struct_") orelse name.len);
    const start = std.mem.lastIndexOfScalar(u8, name[0..end], '.') orelse return name[0..end];
    return name[start + 1 .. end];
}

/// How Python sees a field.
pub const FieldKind = enum {
    /// Converted, there and back.
    value,
    /// A struct inside: an object that is part of this one.
    part,
    /// The same where it may be null.
    optional,
    /// A slice, an array or std.ArrayList: a list that shows what is in it now.
    list,
    /// A map from text: a dict that shows what is in it now.
    map,
    /// A pointer to a struct: the object there, to be read.
    reference,
    /// A slice of such, or a std.ArrayList: the objects there, as a tuple.
    references,
    /// A Python object that the struct keeps.
    kept,
    /// An array that a function made, or none: one that shares the struct's memory.
    array,
    /// Not at all.
    hidden,
};

pub fn fieldKind(comptime Field: type) FieldKind {
    return comptime decideField(Field);
}

fn decideField(comptime Field: type) FieldKind {
    if (isClass(Field)) return .part;
    if (isKept(Field)) return .kept;
    if (ViewItem(Field)) |Item| {
        if (isClass(Item)) return .list;
        if (signature.kindOf(Item) != null and signature.isPart(Item)) return .list;
        if (isArrayList(Item) and isCopyable(Item)) return .list;
        // An array may have some that are undefined.
        if (@typeInfo(Field) != .array and isReferenceTo(Item)) return .references;
    }
    if (string_maps.Value(Field)) |Value| {
        if (isClass(Value)) return .map;
        return if (signature.kindOf(Value) != null and signature.isPart(Value) and
            isCopyable(Value)) .map else .hidden;
    }
    const kind = signature.kindOf(Field) orelse return .hidden;
    if (MadeArray(Field) != null) return .array;
    if (kind == .reference) return .reference;
    if (kind == .table) return .value; // a copy
    if (kind == .optional) {
        const some = signature.kindOf(@typeInfo(Field).optional.child).?;
        if (some == .reference) return .reference;
        if (some == .class) return if (isCopyable(Field)) .optional else .hidden;
    }
    return if (kind != .object and signature.isPart(Field)) .value else .hidden;
}

/// Whether a `T` is a pointer to an object, or may be one.
fn isReferenceTo(comptime T: type) bool {
    const Some = if (@typeInfo(T) == .optional) @typeInfo(T).optional.child else T;
    return signature.kindOf(Some) == .reference;
}

/// The array that a function has made, where a `T` is one, or may be one; null of other types.
pub fn MadeArray(comptime T: type) ?type {
    return comptime switch (@typeInfo(T)) {
        .optional => |optional| MadeArray(optional.child),
        .@"struct" => |info| if (!info.is_tuple and @hasDecl(T, "nano_ffi_array") and
            signature.kindOf(T) == .made) T else null,
        else => null,
    };
}

/// Whether a field holds a Python object.
pub fn isKept(comptime Field: type) bool {
    return comptime signature.isReference(switch (@typeInfo(Field)) {
        .optional => |optional| optional.child,
        else => Field,
    });
}

/// Whether a `T` owns Python objects that Python's garbage collector is to know of.
pub fn holdsReferences(comptime T: type) bool {
    return comptime holdsWithin(T, &.{});
}

fn holdsWithin(comptime T: type, comptime open: []const type) bool {
    @setEvalBranchQuota(1_000_000_000);
    if (signature.isReference(T)) return true;
    for (open) |Outer| if (Outer == T) return false;
    if (isArrayList(T)) return holdsWithin(ListItem(T).?, open ++ .{T});
    if (string_maps.Value(T)) |Value| return holdsWithin(Value, open ++ .{T});
    const types: []const type = switch (@typeInfo(T)) {
        .optional => |optional| &.{optional.child},
        .array => |array| &.{array.child},
        .@"struct" => |info| info.field_types,
        .@"union" => |info| if (info.tag_type == null) &.{} else info.field_types,
        else => &.{},
    };
    for (types) |Part| if (holdsWithin(Part, open ++ .{T})) return true;
    return false;
}

/// The same of what Python sees as a list: an array, too.
pub fn ViewItem(comptime T: type) ?type {
    if (@typeInfo(T) == .array)
        return if (@typeInfo(T).array.sentinel_ptr == null) @typeInfo(T).array.child else null;
    return ListItem(T);
}

/// The class of what is in a list: of its items, also where they may be null; null where they are
/// none.
pub fn PartOf(comptime Item: type) ?type {
    if (isClass(Item)) return Item;
    return if (@typeInfo(Item) == .optional and fieldKind(Item) == .optional)
        @typeInfo(Item).optional.child
    else
        null;
}

/// The type of the items of a slice (bytes are none) or a std.ArrayList; null of another type.
pub fn ListItem(comptime T: type) ?type {
    switch (@typeInfo(T)) {
        .pointer => |pointer| return if (pointer.size == .slice and pointer.sentinel_ptr == null and
            signature.isPlain(pointer) and T != []const u8 and T != []u8) pointer.child else null,
        .@"struct" => return if (isArrayList(T))
            @typeInfo(@FieldType(T, "items")).pointer.child
        else
            null,
        else => return null,
    }
}

pub fn isArrayList(comptime T: type) bool {
    if (@typeInfo(T) != .@"struct" or @typeInfo(T).@"struct".is_tuple) return false;
    if (!@hasField(T, "items") or !@hasField(T, "capacity") or
        @typeInfo(@FieldType(T, "items")) != .pointer) return false;
    return T == std.ArrayList(@typeInfo(@FieldType(T, "items")).pointer.child);
}

/// Whether `copy.deepcopy` copies an object as Zig copies its value: Python objects in it would
/// have copies, too, and a struct may say itself what becomes of it.
pub fn isDeepCopyable(comptime class: Class) bool {
    return comptime constructionOf(class) != .none and isCopyable(class.T) and
        !holdsReferences(class.T) and !@hasDecl(class.T, "__deepcopy__");
}

/// Whether a value of type `T` and all that it points to can be copied: then each object in Python
/// has a copy of its own, and no pointer ever points to memory that is gone.
pub fn isCopyable(comptime T: type) bool {
    return comptime copyableWithin(T, &.{});
}

fn copyableWithin(comptime T: type, comptime open: []const type) bool {
    @setEvalBranchQuota(1_000_000_000);
    for (open) |Outer| if (Outer == T) return true;
    if (ListItem(T)) |Item| return copyableWithin(Item, open);
    if (string_maps.Value(T)) |Value| return copyableWithin(Value, open);
    switch (@typeInfo(T)) {
        .pointer => return signature.isBytes(T) or
            (isLink(T) and copyableWithin(@typeInfo(T).pointer.child, open)),
        .optional => |optional| return copyableWithin(optional.child, open),
        .array => |array| return array.sentinel_ptr == null and copyableWithin(array.child, open),
        .@"struct" => |info| {
            if (T == signature.Str or T == signature.Bytes or T == signature.Buffer or
                T == signature.Path) return true;
            // Not even looked at, whatever it has, which may be what is asked of.
            if (tables.of(T) != null) return isFlat(T);
            if (signature.isObject(T)) return false;
            if (isClass(T)) {
                if (hasDeinit(T)) return false;
            } else {
                if (signature.isValue(T)) return true;
                // Not how they cross, which may depend on what this is asked for.
                if (!signature.isItsFields(T)) return false;
            }
            for (info.field_types) |Field| {
                // Of which Python sees the array that it is in memory.
                if (isClass(T) and vectors.FieldArray(Field) != null) continue;
                if (!copyableWithin(Field, open ++ .{T})) return false;
            }
            return true;
        },
        .@"union" => |info| {
            if (info.tag_type == null) return false;
            for (info.field_types) |Field| if (!copyableWithin(Field, open ++ .{T})) return false;
            return true;
        },
        .void, .bool, .int, .float, .@"enum" => return signature.kindOf(T) != null,
        else => return false,
    }
}

/// Whether a value of type `T` is all that there is of it: it points nowhere.
pub fn isFlat(comptime T: type) bool {
    return comptime switch (@typeInfo(T)) {
        .void, .bool, .int, .float, .@"enum" => true,
        .vector => |vector| isFlat(vector.child),
        .optional => |optional| isFlat(optional.child),
        .array => |array| isFlat(array.child),
        .@"struct" => |info| for (info.field_types) |Field| {
            if (!isFlat(Field)) break false;
        } else true,
        .@"union" => |info| info.tag_type != null and for (info.field_types) |Field| {
            if (!isFlat(Field)) break false;
        } else true,
        else => false,
    };
}

/// Whether a `T` points to a tagged union, and means its value: unions that have others of their
/// kind in them do so.
pub fn isLink(comptime T: type) bool {
    if (@typeInfo(T) != .pointer) return false;
    const pointer = @typeInfo(T).pointer;
    return pointer.size == .one and pointer.sentinel_ptr == null and signature.isPlain(pointer) and
        @typeInfo(pointer.child) == .@"union" and
        @typeInfo(pointer.child).@"union".tag_type != null;
}

/// Whether all pointers in a `T` that is not copyable are such to whole objects of classes: then it
/// is a handle, which is good as long as these are.
pub fn isHandle(comptime T: type) bool {
    return comptime switch (@typeInfo(T)) {
        .pointer => |pointer| pointer.size == .one and isClass(pointer.child),
        .optional => |optional| isHandle(optional.child),
        .@"struct" => |info| !hasDeinit(T) and for (info.field_types) |Field| {
            if (!isFlat(Field) and !isHandle(Field)) break false;
        } else true,
        else => isFlat(T),
    };
}

/// The same of one that may have a `deinit`, and allocators.
pub fn isView(comptime T: type) bool {
    return comptime @typeInfo(T) == .@"struct" and
        for (@typeInfo(T).@"struct".field_types) |Field| {
            if (!isFlat(Field) and !signature.isProvided(Field) and !isHandle(Field)) break false;
        } else true;
}

/// Whether all that a `T` has, but numbers, is behind pointers, or some of it may be another one's:
/// that it is passed by value, or as `*const`, says nothing then of what a function changes.
pub fn isProxy(comptime T: type) bool {
    return comptime @typeInfo(T) == .@"struct" and !isReader(T) and (leadsAway(T) or
        for (@typeInfo(T).@"struct".field_types) |Field| {
            if (isFlat(Field) or signature.isProvided(Field)) continue;
            const Some = Unwrapped(Field);
            if (@typeInfo(Some) != .pointer or @typeInfo(Some).pointer.size != .one) break false;
        } else true);
}

/// Whether a class has a pointer to a struct that may be changed through it, itself or in one of
/// its fields.
fn leadsAway(comptime T: type) bool {
    return for (@typeInfo(T).@"struct".field_types) |Field| {
        const Some = Unwrapped(Field);
        switch (@typeInfo(Some)) {
            .pointer => |pointer| if (pointer.size == .one and !pointer.attrs.@"const" and
                @typeInfo(pointer.child) == .@"struct") break true,
            .@"struct" => if (isClass(Some) and leadsAway(Some)) break true,
            else => {},
        }
    } else false;
}

fn Unwrapped(comptime T: type) type {
    return if (@typeInfo(T) == .optional) @typeInfo(T).optional.child else T;
}

/// Whether nothing can be changed through a `T`, but itself: all its pointers are const.
pub fn isReader(comptime T: type) bool {
    return comptime readsWithin(T, &.{});
}

fn readsWithin(comptime T: type, comptime open: []const type) bool {
    if (isFlat(T)) return true;
    for (open) |Outer| if (Outer == T) return true;
    return switch (@typeInfo(T)) {
        .pointer => |pointer| pointer.attrs.@"const" and (pointer.size == .one or
            pointer.size == .slice) and @typeInfo(pointer.child) != .@"opaque" and
            @typeInfo(pointer.child) != .@"fn",
        .optional => |optional| readsWithin(optional.child, open),
        .array => |array| readsWithin(array.child, open),
        .@"struct" => |info| !hasDeinit(T) and for (info.field_types) |Field| {
            if (!readsWithin(Field, open ++ .{T})) break false;
        } else true,
        else => false,
    };
}

/// Whether a `T` holds a pointer to an object of class `C`.
pub fn pointsTo(comptime T: type, comptime C: type) bool {
    return comptime switch (@typeInfo(T)) {
        .pointer => |pointer| pointer.size == .one and pointer.child == C,
        .optional => |optional| pointsTo(optional.child, C),
        .@"struct" => |info| for (info.field_types) |Field| {
            if (pointsTo(Field, C)) break true;
        } else false,
        else => false,
    };
}

/// How Python makes an object.
pub const Construction = enum { none, init, create, empty, fields };

pub fn constructionOf(comptime class: Class) Construction {
    const T = class.T;
    @setEvalBranchQuota(1_000_000_000);
    if (comptime class.is_returned or !optionOf(class, "constructible", true)) return .none;
    if (comptime initializerOf(T)) |name| return if (isEmptyValue(T, name))
        .empty
    else if (exports.of(T, class.source, name) != .function)
        .none
    else if (isHeapHandle(T)) .create else .init;
    return if (comptime whyNoFields(T) == null) .fields else .none;
}

/// The function that makes an object; null where there is none, or it is not wanted.
fn initializerOf(comptime T: type) ?[:0]const u8 {
    if (isHeapHandle(T)) return "create";
    if (FunctionOf(T, "init") == null or roleOf(T, "init") != .init)
        return if (isEmptyValue(T, "empty")) "empty" else null;
    return if (declarations.isWanted(T, "init")) "init" else null;
}

/// Whether a declaration is the value with which all of a class begin that has no other: the
/// `empty` of one that has a `deinit`, as those have that are told the allocator each time.
pub fn isEmptyValue(comptime T: type, comptime name: []const u8) bool {
    return comptime empty: {
        if (!std.mem.eql(u8, name, "empty")) break :empty false;
        if (!isClass(T) or !@hasDecl(T, name)) break :empty false;
        if (declarations.brokenOf(all[indexOf(T).?].source, name) != null) break :empty false;
        if (@TypeOf(@field(T, name)) != T or !hasDeinit(T)) break :empty false;
        const Init = FunctionOf(T, "init") orelse break :empty !isHeapHandle(T);
        break :empty !isHeapHandle(T) and @typeInfo(Init) == .@"fn" and roleOf(T, "init") != .init;
    };
}

/// Whether a struct says `option` of one of its fields or functions in its `nano_ffi_options`.
pub fn says(comptime T: type, comptime name: []const u8, comptime option: []const u8) bool {
    return comptime said: {
        if (!declarations.hasOptions(T)) break :said false;
        const given = declarations.optionsOf(T);
        if (!@hasField(@TypeOf(given), name) or declarations.isList(T, name)) break :said false;
        const own = @field(given, name);
        if (@typeInfo(@TypeOf(own)) != .@"struct" or !@hasField(@TypeOf(own), option))
            break :said false;
        break :said if (@TypeOf(@field(own, option)) == bool) @field(own, option) else true;
    };
}

/// What a struct says of its class itself, in its own `nano_ffi_options`.
pub const own_options = .{ "frozen", "order", "kw_only" };

/// Whether a struct says that of its class: `.frozen = true`.
pub fn isSaid(comptime T: type, comptime option: []const u8) bool {
    return comptime said: {
        if (!declarations.hasOptions(T)) break :said false;
        const options_of = declarations.optionsOf(T);
        if (!@hasField(@TypeOf(options_of), option)) break :said false;
        const given = @field(options_of, option);
        break :said @TypeOf(given) == bool and given;
    };
}

/// Whether Python cannot change the objects of a class.
pub fn isFrozen(comptime T: type) bool {
    return isSaid(T, "frozen");
}

/// What a struct can say of a field.
pub const field_options = .{ "bytes", "hidden", "inherits", "readonly" };

/// The type of a field as Python has it, which lies in memory as that does: an array for a vector,
/// and `signature.Bytes` of a text that is said to be bytes.
pub fn FieldOf(comptime T: type, comptime name: []const u8) type {
    const Field = @FieldType(T, name);
    if (!says(T, name, "bytes")) return vectors.FieldArray(Field) orelse Field;
    // An optional one does not: there, no text is an address that none has.
    if (Field == []const u8) return raw_text.Of(Field).?;
    @compileError("nano_ffi: nano_ffi_options of '" ++ name ++ "' in " ++ @typeName(T) ++
        " has 'bytes', and it is a " ++ @typeName(Field) ++ ", no []const u8: let a function " ++
        "with .bytes = true give it");
}

/// Whether Python sees a field.
pub fn isVisible(comptime T: type, comptime name: []const u8) bool {
    return comptime fieldKind(FieldOf(T, name)) != .hidden and !isComptime(T, name) and
        !says(T, name, "hidden") and !says(T, name, "inherits");
}

/// Why Python does not see a field; null where it does, or nobody would look for it: what is the
/// memory's, or Zig's own library's, or is said to be hidden.
pub fn whyUnseen(comptime T: type, comptime name: [:0]const u8) ?[]const u8 {
    return comptime why: {
        const Field = FieldOf(T, name);
        if (fieldKind(Field) != .hidden or isComptime(T, name) or says(T, name, "hidden") or
            signature.isLibrary(T)) break :why null;
        const Some = if (@typeInfo(Field) == .optional) @typeInfo(Field).optional.child else Field;
        const is_stream = streams.Of(Some) != null; // a function takes it
        if (signature.isProvided(Some) or Some == std.heap.ArenaAllocator or is_stream)
            break :why null;
        break :why "it has type " ++ @typeName(Field) ++ ", which Python has nothing for: a " ++
            "method can give what is to be seen of it";
    };
}

fn isComptime(comptime T: type, comptime name: []const u8) bool {
    const info = @typeInfo(T).@"struct";
    return for (info.field_names, info.field_attrs) |other, attrs| {
        if (std.mem.eql(u8, other, name)) break attrs.@"comptime";
    } else unreachable;
}

/// Whether the attribute of a field can be set.
pub fn isAssignable(comptime T: type, comptime name: []const u8) bool {
    @setEvalBranchQuota(1_000_000_000);
    return comptime isSettable(T, FieldOf(T, name)) and !says(T, name, "readonly") and
        !isFrozen(T);
}

/// Why Python can make no object of a class whose construction is none.
pub fn whyNotConstructible(comptime class: Class) []const u8 {
    return comptime why: {
        if (class.is_returned or !optionOf(class, "constructible", true))
            break :why "only the module makes them";
        if (initializerOf(class.T)) |name| break :why "its '" ++ name ++ "' is left out: " ++
            exports.of(class.T, class.source, name).left_out.reason;
        break :why whyNoFields(class.T) orelse "they have no init";
    };
}

/// Why no object can be made out of its fields; null where it can.
pub fn whyNoFields(comptime T: type) ?[:0]const u8 {
    return comptime obstacleOf(T);
}

/// Whether a field of a new object has its default, and cannot be given: it is not Python's to
/// give, or `deinit` frees what it points to.
fn keepsDefault(comptime T: type, comptime name: [:0]const u8) bool {
    const Field = FieldOf(T, name);
    if (isKept(Field) or !hasDefault(T, name)) return false;
    if (isFlat(Field) and isCopyable(Field)) return false;
    return !isCopyable(Field) or hasDeinit(T);
}

/// Whether a field is a parameter of the constructor that takes the fields.
pub fn isParameter(comptime T: type, comptime name: [:0]const u8) bool {
    return comptime isVisible(T, name) and !keepsDefault(T, name);
}

/// Whether an object of class `T` that is made of its fields owns what these point to: where
/// there is no `deinit` to give that back.
pub fn ownsOfPython(comptime T: type) bool {
    return comptime !hasDeinit(T) and for (membersOf(T)) |member| {
        const Field = FieldOf(member.T, member.name);
        if (!isFlat(Field) and !isKept(Field) and isCopyable(Field)) break true;
    } else false;
}

fn obstacleOf(comptime T: type) ?[:0]const u8 {
    const info = @typeInfo(T).@"struct";
    if (info.field_names.len == 0) return "it has no fields";
    for (info.field_names, info.field_attrs) |name, attrs| {
        const Field = FieldOf(T, name);
        if (says(T, name, "inherits")) {
            const class = all[indexOf(Field) orelse return "its base is no class"];
            if (constructionOf(class) == .fields) continue;
            return "its base, " ++ class.name ++ ", is not made of its fields, and it has no init";
        }
        const is_hidden = says(T, name, "hidden");
        const why: ?[]const u8 = if (attrs.@"comptime")
            "is comptime"
        else if (is_hidden and (if (isFlat(Field))
            attrs.default_value_ptr == null // undefined, it is not looked at
        else
            !hasDefault(T, name)))
            "is hidden and has no default"
        else if (isKept(Field) or keepsDefault(T, name))
            null
        else if (!isCopyable(Field))
            "has type " ++ @typeName(Field) ++ (if (streams.Of(Field) == null)
                ", which cannot come from Python"
            else
                ", which a function may be given that returns a " ++ nameOf(T))
        else if (hasDeinit(T) and !isFlat(Field)) "has memory that deinit frees" else null;
        if (why) |reason| return std.fmt.comptimePrint(
            "its field '{s}' {s}, and it has no init",
            .{ name, reason },
        );
    }
    return null;
}

/// Whether Python can hash an object: one that compares by its fields may change, unless it is
/// frozen.
pub fn isHashable(comptime T: type) bool {
    if (defines(T, "__hash__")) return true;
    if (comptime inheritsComparison(T)) return isHashable(BaseOf(T).?);
    return !defines(T, "__eq__") and (!isCopyable(T) or isFrozen(T));
}

/// Whether a struct has a function for an operator.
fn defines(comptime T: type, comptime name: [:0]const u8) bool {
    return comptime @hasDecl(T, name) or
        if (indexOf(T)) |index| exports.operatorOf(all[index], name) != null else false;
}

/// Whether objects compare, and are hashed, as those of the base do: that has a function for it.
pub fn inheritsComparison(comptime T: type) bool {
    return comptime inherits: {
        const Base = BaseOf(T) orelse break :inherits false;
        const names = .{ "__hash__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__" };
        for (names) |name| if (defines(T, name)) break :inherits false;
        for (names) |name| if (defines(Base, name)) break :inherits true;
        break :inherits inheritsComparison(Base);
    };
}

/// Whether a struct that is a base of `T` has a declaration that `T` has not.
pub fn inherits(comptime T: type, comptime name: []const u8) bool {
    return comptime if (@hasDecl(T, name))
        false
    else if (BaseOf(T)) |Base| @hasDecl(Base, name) or inherits(Base, name) else false;
}

/// Whether Python may set a field: what points somewhere only where all is copied.
pub fn isSettable(comptime T: type, comptime Field: type) bool {
    return comptime isFlat(Field) or isKept(Field) or (isCopyable(T) and isCopyable(Field));
}

/// The name of the type of a field that Python sees.
pub fn fieldTypeName(comptime Field: type) [:0]const u8 {
    return comptime name: {
        if (signature.typeName(Field)) |name| break :name name;
        if (string_maps.Value(Field)) |Value|
            break :name "dict[str, " ++ (signature.typeName(Value) orelse "object") ++ "]";
        const Item = ViewItem(Field).?;
        break :name "[]" ++ if (isArrayList(Item))
            fieldTypeName(Item)
        else
            signature.typeName(Item) orelse "object";
    };
}

pub const options = .{ "constructible", "operators", "stable", "weakref" };

/// What a class says of itself in its `nano_ffi_options`, or the namespace around it of it.
pub fn optionOf(comptime class: Class, comptime option: []const u8, comptime default: bool) bool {
    if (declarations.hasOptions(class.T)) {
        const own = declarations.optionsOf(class.T);
        if (@hasField(@TypeOf(own), option)) {
            if (@TypeOf(@field(own, option)) == bool) return @field(own, option);
        }
    }
    if (!declarations.hasOptions(class.within)) return default;
    const given = declarations.optionsOf(class.within);
    if (!@hasField(@TypeOf(given), class.ownName())) return default;
    const own = @field(given, class.ownName());
    return if (@hasField(@TypeOf(own), option)) @field(own, option) else default;
}

/// What tells the struct of a class from every other one, also in another module, if that may have
/// its class in common: it is plain data, and no generic's.
pub fn originOf(comptime T: type) ?[:0]const u8 {
    return comptime origin: {
        const source = all[indexOf(T).?].source;
        if (!@hasDecl(source, "nano_ffi.origin") or !isCopyable(T)) break :origin null;
        if (@typeInfo(T).@"struct".field_names.len == 0) break :origin null;
        // Another module has other classes that are derived from it.
        if (BaseOf(T) != null or isBase(T)) break :origin null;
        if (!isPlainName(@typeName(T))) break :origin null;
        if (declarations.isToldFromOutside(T, &options)) break :origin null;
        const class = all[indexOf(T).?];
        break :origin @field(source, "nano_ffi.origin") ++
            (if (optionOf(class, "constructible", true)) " true" else " false") ++
            (if (optionOf(class, "stable", false)) " true" else " false");
    };
}

/// Whether another module may have a class of this one as well. The code of the module that made
/// it first is that of the other's objects, and so of what these are tied to: then it is not enough
/// to know the classes of this module.
pub fn anyShared() bool {
    return comptime for (all) |class| {
        if (originOf(class.T) != null) break true;
    } else false;
}

/// Whether a type's name says all of it.
pub fn isPlainName(comptime name: []const u8) bool {
    return std.mem.indexOfScalar(u8, name, '(') == null and std.mem.indexOf(u8, name, "__") == null;
}

/// The root of the tests.
const example = struct {
    pub const nano_ffi_module = struct {
        pub const Kind = enum {
            one,

            pub const Same = Kind;
        };
        pub const Point = struct {
            x: f64,
            y: f64 = 0,
            pub const Inner = struct { y: []const u8 };
            pub const Self = @This();
            pub fn norm(self: Self) f64 {
                return self.x;
            }
            pub fn origin() Self {
                return .{ .x = 0 };
            }
            pub const nano_ffi_options = .{
                .y = .{ .hidden = true },
                .x = .{ .readonly = true },
                .norm = .{ .property = true },
            };
        };
        pub const Same = Point;
        pub const Foreign = std.ArrayList(u8);
        pub const words = Text.words;
        const Text = struct {
            fn words(text: []const u8) error{Odd}!std.mem.TokenIterator(u8, .any) {
                return std.mem.tokenizeAny(u8, text, " ");
            }
        };
        pub const Tree = struct {
            root: ?*Tree,
            points: std.ArrayList(Point),
            name: []const u8,
            opaque_thing: *u8,
            pub fn init(gpa: std.mem.Allocator) !Tree {
                _ = gpa;
                unreachable;
            }
            pub fn deinit(self: *Tree) void {
                _ = self;
            }
        };
        pub const Handle = struct {
            tree: *Tree,
            number: u32 = undefined,
            pub fn next(self: *@This()) ?u32 {
                self.number -= 1;
                return self.number;
            }
        };
        pub const nano_ffi_options = .{ .Handle = .{ .constructible = false } };
    };
    pub const nano_ffi_source = struct {
        pub const Point = struct {
            pub const @"nano_ffi.origin" = "abc:12";
            pub const Inner = struct {};
            pub const Self = .{};
        };
        pub const Same = struct {};
        pub const Foreign = .{};
        pub const Kind = struct {
            pub const Same = struct {};
        };
        pub const words = .{ .params = .{"text"}, .result = struct {} };
        pub const Tree = struct {};
        pub const Handle = struct {
            pub const @"nano_ffi.undefined" = .{"number"};
        };
    };
};

const Plane = example.nano_ffi_module.Point;
const Forest = example.nano_ffi_module.Tree;
const Grip = example.nano_ffi_module.Handle;
const expect = std.testing.expect;
const expectEqualStrings = std.testing.expectEqualStrings;

test listOf {
    const list = comptime listOf(example.nano_ffi_module, example.nano_ffi_source);
    try std.testing.expectEqual(5, list.classes.len);
    try expectEqualStrings("Point.Inner", list.classes[3].name);
    try expectEqualStrings("Inner", list.classes[3].ownName());
    try expectEqualStrings("WordsIterator", list.classes[4].name);
    try expect(list.classes[4].is_returned and !list.classes[3].is_returned);
    try expect(list.classes[4].isAddedTo(example.nano_ffi_module));
    try expect(!list.classes[3].isAddedTo(list.classes[3].within));
    try std.testing.expectEqual(1, list.values.len);
    try expectEqualStrings("Kind", list.values[0].name);
}

test valueNameOf {
    try expectEqualStrings("Kind", valueNameOf(example.nano_ffi_module.Kind).?);
    try expect(valueNameOf(enum { other }) == null);
}

test pathOf {
    try expectEqualStrings("Kind.from_", pathOf(example.nano_ffi_module.Kind, "from"));
    try expectEqualStrings("Point.Inner", pathOf(Plane, "Inner"));
    try expectEqualStrings("Point", pathOf(example.nano_ffi_module, "Point"));
}

test isAtHome {
    try expect(isAtHome(example.nano_ffi_module, "Kind"));
    try expect(!isAtHome(example.nano_ffi_module.Kind, "Same"));
}

test declaresClass {
    try expect(declaresClass(example.nano_ffi_module, example.nano_ffi_source, "Point"));
    try expect(!declaresClass(example.nano_ffi_module, example.nano_ffi_source, "Foreign"));
}

test hasNoName {
    const namespace = struct {
        pub const from = 1;
        pub const from_ = 2;
        pub const pass = 3;
    };
    try expect(hasNoName(namespace, "from"));
    try expect(!hasNoName(namespace, "from_") and !hasNoName(namespace, "pass"));
}

test indexOf {
    try std.testing.expectEqual(0, indexOf(Plane).?);
    try std.testing.expectEqual(null, indexOf(u8));
    try expect(isClass(Forest) and !isClass(std.ArrayList(u8)));
    try expectEqualStrings("Point.Inner", nameOf(Plane.Inner));
}

test isClass {
    try expect(isClass(Grip) and !isClass(*Grip));
}

test nameOf {
    try expectEqualStrings("Tree", nameOf(Forest));
}

test defaultOf {
    try std.testing.expectEqual(0, defaultOf(Plane, "y"));
    try std.testing.expectEqual(null, defaultOf(Plane, "x"));
    try std.testing.expectEqual(0, defaultOf(Grip, "number"));
}

test blankOf {
    const Kind = enum(u8) { one = 1, two };
    const Value = union(enum) { node: *u8, list: []const @This(), kind: Kind };
    const Frame = struct { kind: Kind, text: []const u8, next: ?*u8, at: struct { u8, f32 } };
    const frames = comptime blankOf([2]Frame).?;
    try expect(frames[1].kind == .one and frames[1].text.len == 0 and frames[1].next == null);
    try expect(frames[0].at[0] == 0 and (comptime blankOf(Value).?).list.len == 0);
    try expect(@backingInt(comptime blankOf(enum(u8) { _ }).?) == 0);
    try expect(comptime (blankOf(@Vector(2, f32)).?[1] == 0 and !blankOf(bool).?));
    const Untagged = union { x: u8 };
    inline for (.{ *u8, []u8, [:0]const u8, [2]*u8, std.mem.Allocator, Untagged, enum {} }) |Other|
        try expect(comptime blankOf(Other) == null);
}

test hasDefault {
    try expect(hasDefault(Plane, "y") and !hasDefault(Plane, "x") and hasDefault(Grip, "number"));
    try expect(!hasDefault(Grip, "tree"));
}

test defaultsOf {
    try std.testing.expectEqual(3, defaultsOf(struct { x: u8 = 3 }).x);
}

test declaredName {
    try expectEqualStrings("List", declaredName("file.List(u8,.{ .a = 1.5 })"));
    try expectEqualStrings("make", declaredName("file.make__struct_12"));
    try expectEqualStrings("file", declaredName("file"));
}

test roleOf {
    try std.testing.expectEqual(.property, roleOf(Plane, "norm"));
    try std.testing.expectEqual(.method, roleOf(Grip, "next"));
    try std.testing.expectEqual(.static, roleOf(Plane, "origin"));
    try std.testing.expectEqual(.init, roleOf(Forest, "init"));
    try std.testing.expectEqual(.deinit, roleOf(Forest, "deinit"));
    try std.testing.expectEqual(.other, roleOf(Plane, "Self"));
}

test Pointee {
    try expect(Pointee(?*const Plane) == Plane);
    try expect(Pointee([]Plane) == []Plane);
}

test hasDeinit {
    try expect(hasDeinit(Forest) and !hasDeinit(Plane));
}

test BaseOf {
    const Shape = struct {
        x: f64,
        pub fn __eq__(_: @This(), _: @This()) bool {
            return true;
        }
    };
    const Circle = struct {
        shape: Shape,
        r: f64,
        pub const nano_ffi_options = .{ .shape = .{ .inherits = true } };
    };
    try expect(BaseOf(Circle) == Shape and BaseOf(Shape) == null and BaseOf(u8) == null);
    try expectEqualStrings("shape", baseFieldOf(Circle).?);
    try expect(isDerived(Circle, Shape) and isDerived(Shape, Shape) and !isDerived(Shape, Circle));
    try std.testing.expectEqual(1, depthOf(Circle));
    try expect(!isBase(Shape) and !isBase(Plane) and most_bases == 0);
    try expectEqualStrings("its type is no class of the module", whyNoBase(Circle).?);
    const members = comptime membersOf(Circle);
    try std.testing.expectEqual(2, members.len);
    try expect(members[0].T == Shape and members[1].T == Circle);
    try expectEqualStrings("r", members[1].name);
    try expect(inheritsComparison(Circle) and !inheritsComparison(Shape));
    try expect(inherits(Circle, "__eq__") and !inherits(Shape, "__eq__"));
    try expect(!attributesOf(Circle, "r").@"comptime");
}

test isContext {
    try expect(isContext(Forest) and !isContext(Plane));
}

test isHeapHandle {
    const Handle = struct {
        pub fn create(gpa: std.mem.Allocator) !*@This() {
            return gpa.create(@This());
        }
        pub fn destroy(self: *@This(), gpa: std.mem.Allocator) void {
            gpa.destroy(self);
        }
    };
    try expect(isHeapHandle(Handle) and !isHeapHandle(Forest));
    try std.testing.expectEqual(.init, roleOf(Handle, "create"));
    try std.testing.expectEqual(.deinit, roleOf(Handle, "destroy"));
}

test isReader {
    try expect(isReader(struct { text: []const u8, tree: ?*const Forest }));
    try expect(!isReader(Grip) and !isReader(Forest));
}

test "isProxy, isView" {
    const Inner = struct { n: u8 };
    const Store = struct { gpa: std.mem.Allocator, inner: *Inner, count: usize };
    try expect(isProxy(Store) and !isView(Store));
    try expect(!isProxy(struct { inner: *const Inner }) and !isProxy(struct { all: []Inner }));
    try expect(isProxy(struct { inner: *Inner, all: []Inner }));
    try expect(!isProxy(struct { inner: *const Inner, all: []Inner }));
    try expect(isView(struct { gpa: std.mem.Allocator, grip: ?*Grip }));
    try expect(!isView(struct { grip: *Grip, text: []const u8 }));
}

test ViewItem {
    try expect((comptime ViewItem([2]f64).?) == f64);
    try expect(comptime ViewItem([]const u8) == null);
}

test PartOf {
    try expect((comptime PartOf(Plane).?) == Plane);
    try expect((comptime PartOf(?Plane).?) == Plane);
    try expect(comptime PartOf(?f64) == null and PartOf(?struct { a: u8, gpa: *u8 }) == null);
}

test fieldKind {
    try std.testing.expectEqual(.value, fieldKind(f64));
    try std.testing.expectEqual(.part, fieldKind(Plane));
    try std.testing.expectEqual(.list, fieldKind([]Plane));
    try std.testing.expectEqual(.list, fieldKind(std.ArrayList(f64)));
    try std.testing.expectEqual(.list, fieldKind([]const f64));
    try std.testing.expectEqual(.list, fieldKind([2]f64));
    try std.testing.expectEqual(.reference, fieldKind(?*Forest));
    try std.testing.expectEqual(.hidden, fieldKind(*u8));
    try std.testing.expectEqual(.optional, fieldKind(?Plane));
    try std.testing.expectEqual(.hidden, fieldKind(?Forest));
}

test MadeArray {
    const Made = @import("array.zig").Array(f32, 2);
    try expect((comptime MadeArray(?Made).?) == Made and comptime MadeArray([]f32) == null);
    try std.testing.expectEqual(.array, fieldKind(Made));
}

test isKept {
    try expect(isKept(?signature.PlainReference) and !isKept([]signature.PlainReference));
    try std.testing.expectEqual(.kept, fieldKind(signature.PlainReference));
}

test holdsReferences {
    const Node = struct { children: std.ArrayList(@This()), value: ?signature.PlainReference };
    try expect(holdsReferences(Node) and holdsReferences(union(enum) { a: [2]Node, b }));
    try expect(!holdsReferences(*Node) and !holdsReferences(Forest));
    try expect(!isCopyable(Node) and !isFlat(signature.PlainReference));
}

test ListItem {
    try expect((comptime ListItem([]const Plane).?) == Plane);
    try expect((comptime ListItem(std.ArrayList(u8)).?) == u8);
    try expect(comptime ListItem([]const u8) == null);
}

test fieldTypeName {
    try std.testing.expectEqual(.map, fieldKind(std.StringHashMapUnmanaged(Forest)));
    try expectEqualStrings("dict[str, u8]", fieldTypeName(std.StringArrayHashMapUnmanaged(u8)));
}

test isArrayList {
    try expect(
        isArrayList(std.ArrayList(u8)) and !isArrayList(struct { items: []u8, capacity: usize }),
    );
}

test isDeepCopyable {
    var count: usize = 0;
    inline for (all) |class| {
        if (isDeepCopyable(class)) count += 1;
        if (class.T == Forest) try expect(!isDeepCopyable(class));
        if (class.T == Plane) try expect(isDeepCopyable(class));
    }
    try expect(count > 0);
}

test isCopyable {
    const Value = struct { name: []const u8, next: ?u8, all: []const []const f64 };
    try expect(isCopyable(Value));
    try expect(!isFlat(Value));
    try expect(isCopyable(union(enum) { a: []const u8, b }));
    try expect(isCopyable(std.ArrayList([]const u8)));
    try expect(isCopyable(std.StringHashMapUnmanaged([]const u8)));
    try expect(!isCopyable(std.StringHashMap(*u8)));
    try expect(!isCopyable(struct { next: *u8 }));
    try expect(!isCopyable(std.mem.Allocator));
    try expect(isCopyable([]const Plane.Inner) and !isCopyable(Forest));
}

test ownsOfPython {
    const Pair = struct { n: u8, next: ?*@This() = null };
    try expect(!ownsOfPython(Pair));
    try expect(ownsOfPython(struct { name: []const u8, next: ?*Pair = null }));
    try expect(!ownsOfPython(struct {
        name: []const u8,
        pub fn deinit(_: *@This()) void {}
    }));
}

test isLink {
    const Expr = union(enum) { number: f64, neg: *const @This() };
    try std.testing.expect(isLink(*const Expr) and isLink(*Expr) and !isLink([]const Expr));
    try std.testing.expect(!isLink(*const union { a: u8 }) and !isLink(*const u8));
    try std.testing.expect(isCopyable(Expr) and !isFlat(Expr));
}

test isFlat {
    try expect(isFlat(struct { x: f64, y: ?[2]u8 }));
    try expect(isFlat(Plane) and !isFlat(Plane.Inner));
}

test isHandle {
    try expect(isHandle(Grip) and !isHandle(Forest) and !isHandle(Plane.Inner));
}

test pointsTo {
    try expect(pointsTo(Grip, Forest) and !pointsTo(Grip, Plane));
}

test constructionOf {
    try std.testing.expectEqual(.fields, constructionOf(all[indexOf(Plane).?]));
    try std.testing.expectEqual(.init, constructionOf(all[indexOf(Forest).?]));
    try std.testing.expectEqual(.none, constructionOf(all[indexOf(Grip).?]));
}

test whyNoFields {
    try std.testing.expectEqual(null, whyNoFields(Plane));
    try expectEqualStrings(
        "its field 'tree' has type *classes.example.nano_ffi_module.Tree, which cannot come " ++
            "from Python, and it has no init",
        whyNoFields(Grip).?,
    );
}

test isHashable {
    try expect(isHashable(Forest) and !isHashable(Plane) and !isHashable(Plane.Inner));
}

test whyUnseen {
    const Example = struct { gpa: std.mem.Allocator, n: u8, next: ?*@This(), at: *u8 };
    try std.testing.expectEqual(null, whyUnseen(Example, "gpa"));
    try std.testing.expectEqual(null, whyUnseen(Example, "n"));
    try std.testing.expectEqualStrings(
        "it has type *u8, which Python has nothing for: a method can give what is to be seen of it",
        whyUnseen(Example, "at").?,
    );
}

test isSettable {
    try expect(isSettable(Plane, f64) and isSettable(Plane.Inner, []const u8));
    try expect(!isSettable(Forest, []const u8));
}

test "names of fields" {
    try expectEqualStrings("f64", fieldTypeName(f64));
    try expectEqualStrings("[]Point", fieldTypeName(std.ArrayList(Plane)));
}

test says {
    try expect(says(Plane, "y", "hidden") and !says(Plane, "x", "hidden"));
    try expect(!says(Plane, "other", "hidden") and !says(Grip, "number", "hidden"));
}

test isSaid {
    const Pair = struct {
        order: f64 = 0,
        pub const nano_ffi_options = .{ .frozen = true, .order = .{ .hidden = true } };
    };
    try expect(isSaid(Pair, "frozen") and !isSaid(Pair, "order") and !isSaid(Plane, "frozen"));
}

test isFrozen {
    try expect(!isFrozen(Plane));
}

test isVisible {
    try expect(isVisible(Plane, "x") and !isVisible(Plane, "y"));
    try expect(!isVisible(Forest, "opaque_thing") and isVisible(Forest, "name"));
}

test FieldOf {
    const Chunk = struct {
        data: []const u8,
        kind: []const u8,
        pub const nano_ffi_options = .{ .data = .{ .bytes = true } };
    };
    try std.testing.expectEqual(signature.Bytes, FieldOf(Chunk, "data"));
    try std.testing.expectEqual([]const u8, FieldOf(Chunk, "kind"));
}

test isParameter {
    const Stack = struct {
        items: std.ArrayList(u8) = .empty,
        size: u8 = 0,
        log: *const fn () void = undefined,
        pub fn deinit(stack: *@This(), gpa: std.mem.Allocator) void {
            stack.items.deinit(gpa);
        }
    };
    try expect(!isParameter(Stack, "items") and isParameter(Stack, "size"));
    try expect(isVisible(Stack, "items") and isParameter(Plane, "x") and !isParameter(Plane, "y"));
    try std.testing.expectEqual(null, whyNoFields(Stack));
    try expect(whyNoFields(struct { log: *const fn () void, x: u8 }) != null);
}

test isAssignable {
    try expect(!isAssignable(Plane, "x") and isAssignable(Plane, "y"));
}

test originOf {
    try expect(originOf(Plane.Inner) == null);
    try expectEqualStrings("abc:12 true false", originOf(Plane).?);
}

test anyShared {
    try expect(anyShared()); // Plane
}

test isPlainName {
    try expect(isPlainName("geo.Point") and !isPlainName("list.Of(u8)"));
    try expect(!isPlainName("geo.make__struct_5"));
}

test optionOf {
    try expect(!optionOf(all[indexOf(Grip).?], "constructible", true));
    try expect(optionOf(all[indexOf(Plane).?], "constructible", true));
}

test unalignedFieldOf {
    try expectEqualStrings("y", unalignedFieldOf(extern struct { x: u8, y: u64 align(1) }).?);
    try expect(unalignedFieldOf(struct { x: u8 align(16) }) == null);
}

test comptimeFieldOf {
    try expectEqualStrings("f", comptimeFieldOf(struct { x: u8, f: ?fn () void }).?);
    const Pointing = struct { f: *const fn () void, comptime x: comptime_int = 1 };
    try expect(comptimeFieldOf(Pointing) == null);
}

test FunctionOf {
    try expect(FunctionOf(Plane, "norm") == fn (Plane) f64);
    try expect(FunctionOf(Plane, "Self") == null and FunctionOf(Plane, "other") == null);
}

test whyNoDeinit {
    try std.testing.expectEqual(null, whyNoDeinit(Forest));
    const Told = struct {
        pub fn deinit(_: *@This(), log: u8) void {
            _ = log;
        }
    };
    try expect(std.mem.startsWith(u8, whyNoDeinit(Told).?, "its parameter 2 is u8, which"));
}

test isEmptyValue {
    try expect(!isEmptyValue(Forest, "empty") and !isEmptyValue(Plane, "norm"));
}

test whyNotConstructible {
    try expectEqualStrings(
        "only the module makes them",
        whyNotConstructible(all[indexOf(Grip).?]),
    );
}
