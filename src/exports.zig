//! What a namespace shows to Python: its public functions, constants, enums and error sets, as far
//! as they can cross, and what is left out, with the reason. Nothing here knows an interpreter.

const std = @import("std");
const decimal = @import("digits.zig").decimal;
const adapters = @import("adapters.zig");
const classes = @import("classes.zig");
const declarations = @import("declarations.zig");
const elementwise = @import("elementwise.zig");
const exceptions = @import("exceptions.zig");
const literals = @import("literals.zig");
const operators = @import("operators.zig");
const raw_text = @import("raw_text.zig");
const sequences = @import("sequences.zig");
const signature = @import("signature.zig");
const untagged = @import("untagged.zig");
const variants = @import("variants.zig");

/// A public declaration, or why Python does not see it.
pub const Export = union(enum) {
    function: signature.Signature,
    constant,
    @"enum",
    /// A tagged union with functions or constants.
    @"union",
    errors,
    /// A struct that is raised.
    exception,
    class,
    left_out: struct { kind: []const u8, reason: []const u8 },
    /// Nothing that anybody would look for in a module: a type that is known by its values.
    silent,
};

/// How the declaration `name` of `namespace` shows itself. `source` is what source.zig read there.
pub fn of(comptime namespace: type, comptime source: type, comptime name: [:0]const u8) Export {
    return comptime decide(namespace, source, name);
}

fn decide(comptime namespace: type, comptime source: type, comptime name: [:0]const u8) Export {
    @setEvalBranchQuota(1_000_000_000);
    if (std.mem.eql(u8, name, "nano_ffi_options") or
        std.mem.eql(u8, name, "nano_ffi_init") or
        std.mem.eql(u8, name, "std_options")) return .silent;
    if (std.mem.startsWith(u8, name, "std_options_")) return leftOut(
        "declaration",
        "it is for the root file of a program, and nano_ffi has one of its own",
        .{},
    );
    if (declarations.brokenOf(source, name)) |broken|
        return leftOut(broken.kind, "{s}", .{broken.reason});
    const value = @field(namespace, name);
    if (classes.hasNoName(namespace, name)) return leftOut(
        kindNameOf(value),
        "Python has it as '{s}', and that is there, too: give one of them another name",
        .{signature.pythonName(name)},
    );
    if (isMembers(namespace)) for (.{ "name", "value" }) |own| {
        if (std.mem.eql(u8, name, own)) return leftOut(
            kindNameOf(value),
            "every member of a Python enum has a '{s}': give it another name",
            .{name},
        );
    };
    if (@typeInfo(namespace) == .@"union") {
        if (variants.tagWith(namespace, signature.pythonName(name))) |tag| return leftOut(
            kindNameOf(value),
            "objects of the tag '{s}' have an attribute of that name: give it another one",
            .{tag},
        );
    }
    if (classes.isClass(namespace) and classes.roleOf(namespace, name) == .deinit) {
        if (std.mem.eql(u8, name, "deinit")) if (classes.whyNoDeinit(namespace)) |reason|
            return leftOut("function", "{s}", .{reason});
        return .silent;
    }
    if (!declarations.isWanted(namespace, name))
        return leftOut(kindNameOf(value), "nano_ffi_options says so", .{});
    if (@TypeOf(value) == type and value == namespace) return .silent;
    if (@TypeOf(value) == type) return if (classes.isClass(value)) .class else decideType(value);
    if (@typeInfo(@TypeOf(value)) == .@"fn") {
        const spec = specOf(namespace, source, name);
        const callable = Callable(namespace, source, name);
        const function = callable.function;
        if (frozenParameterOf(callable)) |parameter| return leftOut(
            "function",
            "its parameter '{s}' is of a class that is frozen, and no const pointer",
            .{parameter},
        );
        // What is asked for by name must be there.
        if (optionsOf(namespace, name) != null) return .{
            .function = signature.of(name, function, spec),
        };
        return switch (signature.analyze(name, function, spec)) {
            .signature => |sig| .{ .function = sig },
            .refused => |reason| leftOut("function", "{s}", .{withoutName(reason, name)}),
        };
    }
    if (classes.isEmptyValue(namespace, name)) return .silent; // the constructor gives it
    const Value = Constant(@TypeOf(value), value);
    const kind = if (Value == noreturn) null else signature.kindOf(Value);
    if (Value == noreturn and @TypeOf(value) == comptime_int)
        return leftOut("constant", "it is longer than any int of Zig: give it as text", .{});
    const given = signature.kindOf(@TypeOf(value));
    if (Value == noreturn and given != null and given != .reference) return leftOut(
        "constant",
        "a text in it is not UTF-8: let that be nano_ffi.Bytes",
        .{},
    );
    if (std.mem.startsWith(u8, @typeName(@TypeOf(value)), "static_string_map.")) return leftOut(
        "constant",
        "it is a std.StaticStringMap: write a function that looks a text up in it",
        .{},
    );
    if (kind == null or !signature.isExact(Value) or
        !(signature.isPart(Value) or isWhole(namespace, Value))) return leftOut(
        "constant",
        "its type {s} cannot go to Python",
        .{@typeName(@TypeOf(value))},
    );
    if (kind.? == .map or kind.? == .object) return leftOut(
        "constant",
        "its type {s} is for calls only",
        .{@typeName(@TypeOf(value))},
    );
    return .constant;
}

/// Whether a constant of a class that is not copied is its object: what it points to is as constant
/// as it is, and nobody gives it back.
pub fn isWhole(comptime namespace: type, comptime T: type) bool {
    return comptime @typeInfo(namespace) == .@"struct" and classes.isClass(T) and
        !classes.isCopyable(T) and !classes.isHeapHandle(T);
}

/// Whether a namespace is an enum in Python: an enum, or a set of flags.
pub fn isMembers(comptime T: type) bool {
    return @typeInfo(T) == .@"enum" or signature.isFlags(T);
}

/// The names of the declarations of a struct, enum or union.
pub fn declarationsOf(comptime T: type) []const [:0]const u8 {
    return switch (@typeInfo(T)) {
        .@"enum" => |info| info.decl_names,
        .@"union" => |info| info.decl_names,
        .@"struct" => |info| info.decl_names,
        else => unreachable,
    };
}

/// Whether a function of an enum or union is called with a value of it.
pub fn isMethodOf(comptime T: type, comptime name: []const u8) bool {
    const params = @typeInfo(@TypeOf(@field(T, name))).@"fn".param_types;
    return params.len > 0 and params[0] != null and classes.Pointee(params[0].?) == T;
}

/// Whether Python has the method `name` of a class.
pub fn hasMethod(comptime class: classes.Class, comptime name: [:0]const u8) bool {
    return comptime @hasDecl(class.T, name) and of(class.T, class.source, name) == .function and
        classes.roleOf(class.T, name) == .method;
}

/// The method that stands for one of Python's operators: the one of that name, or, of a class with
/// `.operators = true`, what Zig calls such a function. Null where there is none.
pub fn operatorOf(comptime class: classes.Class, comptime name: [:0]const u8) ?[:0]const u8 {
    return comptime found: {
        if (@hasDecl(class.T, name)) break :found if (hasMethod(class, name)) name else null;
        if (!classes.optionOf(class, "operators", false)) break :found null;
        for (operators.zigNamesOf(name)) |own| {
            if (hasMethod(class, own) and isOperator(class.T, name, own)) break :found own;
        }
        break :found null;
    };
}

/// Whether a method takes and gives what is the operator's.
fn isOperator(comptime T: type, comptime name: [:0]const u8, comptime own: [:0]const u8) bool {
    const info = @typeInfo(@TypeOf(@field(T, own))).@"fn";
    const passed = signature.passedOf(info.param_types);
    if (passed.len != @as(usize, if (operators.isComparison(name)) 2 else 1)) return false;
    if (passed.len == 2 and classes.Pointee(info.param_types[passed[1]].?) != T) return false;
    const R = info.return_type.?;
    return switch (operators.resultOf(name, own)) {
        .bool => R == bool,
        .order => R == std.math.Order,
        .int => @typeInfo(R) == .int,
        .self => signature.Payload(R) == T,
    };
}

/// How `own`, the method that stands for an operator, is called.
pub fn operatorSpecOf(
    comptime class: classes.Class,
    comptime name: [:0]const u8,
    comptime own: [:0]const u8,
) Spec(class.T, own) {
    var spec = specOf(class.T, class.source, own);
    if (operators.isComparison(name)) spec.is_operator = true;
    return spec;
}

/// The method that gives an iterator's values: `__next__`, or where the class has none, the
/// `next(self: *Self) ?T` that Zig's iterators have. Null of what is no iterator: one that gives
/// others of its own class tells of a successor.
pub fn nextOf(comptime class: classes.Class) ?[:0]const u8 {
    return comptime next: {
        if (@hasDecl(class.T, "__next__"))
            break :next if (hasMethod(class, "__next__")) "__next__" else null;
        if (!hasMethod(class, "next")) break :next null;
        const info = @typeInfo(@TypeOf(class.T.next)).@"fn";
        if (info.param_types[0].? != *class.T or
            signature.passedOf(info.param_types).len != 1) break :next null;
        const R = signature.Payload(info.return_type.?);
        if (@typeInfo(R) != .optional or classes.Pointee(R) == class.T) break :next null;
        break :next "next";
    };
}

/// Whether `async for` takes an object: its `next` is a coroutine function.
pub fn isAsyncIterator(comptime class: classes.Class) bool {
    const next = comptime nextOf(class) orelse return false;
    return comptime std.mem.eql(u8, next, "next") and specOf(class.T, class.source, "next").async;
}

/// Whether `format(self, writer: *std.Io.Writer)` of a class, with which Zig prints its values, is
/// what `str()` gives: where the class says nothing else.
pub fn isText(comptime class: classes.Class) bool {
    return comptime text: {
        if (@hasDecl(class.T, "__str__") or !hasMethod(class, "format")) break :text false;
        break :text isPrinter(class.T);
    };
}

/// The same of an enum or a union.
pub fn isTextOfValue(comptime T: type, comptime source: type) bool {
    return comptime @hasDecl(T, "format") and !@hasDecl(T, "__str__") and
        of(T, source, "format") == .function and isMethodOf(T, "format") and isPrinter(T);
}

fn isPrinter(comptime T: type) bool {
    const params = @typeInfo(@TypeOf(T.format)).@"fn".param_types;
    return params.len == 2 and params[1] == *std.Io.Writer and optionsOf(T, "format") == null;
}

/// What is left out by an option.
fn kindNameOf(comptime value: anytype) []const u8 {
    if (@TypeOf(value) == type) return "type";
    return if (@typeInfo(@TypeOf(value)) == .@"fn") "function" else "constant";
}

fn decideType(comptime T: type) Export {
    if (T == std.math.Order) return .silent; // its values are ints
    return switch (@typeInfo(T)) {
        .@"enum" => |info| if (signature.kindOf(T) == .index)
            (if (info.decl_names.len == 0)
                .silent
            else
                leftOut("enum", "its values are ints, which have no methods: write a function " ++
                    "that calls one", .{}))
        else if (info.field_names.len == 0)
            leftOut("enum", "it has no members", .{})
        else if (signature.kindOf(T) == null)
            leftOut("enum", "its values have more than 64 bits", .{})
        else
            .@"enum",
        .error_set => |info| if (info.error_names == null)
            leftOut("errors", "anyerror is every error: name a set", .{})
        else
            .errors,
        .@"opaque" => leftOut(
            "type",
            "it is opaque: a struct with a field that is a pointer to it, and with functions " ++
                "that give that on, is a class",
            .{},
        ),
        .@"struct" => if (signature.isFlags(T))
            .@"enum"
        else if (exceptions.baseOf(T) != null)
            .exception
        else if (classes.unalignedFieldOf(T)) |field| leftOut(
            "class",
            "its field '{s}' is less aligned than its type: leave align() out",
            .{field},
        ) else if (classes.comptimeFieldOf(T)) |field| leftOut(
            "class",
            "its field '{s}' is known while compiling only: let it be a pointer or a number",
            .{field},
        ) else .silent,
        .@"union" => |info| if (T == std.json.Value)
            .silent
        else if (untagged.isUntagged(T))
            decideUntagged(info)
        else if (info.decl_names.len == 0)
            .silent
        else if (info.tag_type == null)
            leftOut("union", "nothing says which of its fields it has: let it be union(enum)", .{})
        else if (!variants.isClass(T))
            .silent
        else if (signature.kindOf(T) != null) .@"union" else leftOut(
            "union",
            "its tag '{s}' has type {s}, which cannot go to Python: {s}",
            refusedTagOf(info),
        ),
        else => .silent,
    };
}

/// What a union is in Python that is what it holds: nothing that has functions. How Zig writes it
/// is Zig's.
fn decideUntagged(comptime info: std.lang.Type.Union) Export {
    for (info.decl_names) |name| {
        const is_function = !std.mem.eql(u8, name, "nano_ffi_options") and
            !std.mem.eql(u8, name, "format");
        if (is_function) return leftOut(
            "union",
            "in Python it is what it holds, which has no functions of it: leave .untagged out",
            .{},
        );
    }
    return .silent;
}

/// The first tag of which the values cannot cross, their type, and a remedy.
fn refusedTagOf(comptime info: std.lang.Type.Union) struct { []const u8, []const u8, []const u8 } {
    for (info.field_names, info.field_types) |name, Payload| {
        if (signature.kindOf(Payload) == null or !signature.isPart(Payload))
            return .{ name, @typeName(Payload), signature.remedyOf(Payload) };
    }
    unreachable;
}

fn leftOut(
    comptime kind: []const u8,
    comptime format: []const u8,
    comptime values: anytype,
) Export {
    return .{ .left_out = .{ .kind = kind, .reason = std.fmt.comptimePrint(format, values) } };
}

/// A reason as signature.zig words it, without the function's name in front.
fn withoutName(comptime reason: []const u8, comptime name: []const u8) []const u8 {
    const rest = reason[name.len + 2 ..];
    return if (std.mem.startsWith(u8, rest, ": ")) rest[2..] else "it" ++ rest;
}

/// The type as which a constant goes to Python: literals have types of their own that exist only
/// while compiling. `noreturn` where there is none.
pub fn Constant(comptime T: type, comptime value: T) type {
    return switch (@typeInfo(T)) {
        .comptime_int => Integer(value, value),
        .comptime_float => if (@abs(value) > std.math.floatMax(f64)) noreturn else f64,
        .null => ?bool,
        .pointer => |pointer| switch (@typeInfo(pointer.child)) {
            .array => |array| if (pointer.size == .one and
                pointer.attrs.@"const") Slice(array.child, value) else noreturn,
            else => if (!pointer.attrs.@"const")
                noreturn
            else switch (pointer.size) {
                .slice => Slice(pointer.child, value),
                .many => if (T == [*:0]const u8) Slice(u8, std.mem.span(value)) else noreturn,
                .one, .c => noreturn,
            },
        },
        .array => |array| if (array.sentinel_ptr == null)
            Array(array.child, &value)
        else
            Slice(array.child, &value), // what a literal points to
        .enum_literal => []const u8,
        .@"struct" => |info| if (info.is_tuple)
            Tuple(T, value)
        else if (isLiteral(T))
            Record(T, value)
        else if (signature.kindOf(T) == .record and !isReadable(T, value)) noreturn else T,
        .optional => if (signature.kindOf(T) == null or isReadable(T, value)) T else noreturn,
        else => T,
    };
}

/// Whether all texts in a value are UTF-8.
fn isReadable(comptime T: type, comptime value: T) bool {
    if (T == []const u8) return literals.isUtf8(value);
    if (classes.isFlat(T)) return true;
    return switch (@typeInfo(T)) {
        .optional => |optional| isReadable(optional.child, value orelse return true),
        .pointer => |pointer| pointer.size != .slice or for (value) |item| {
            if (!isReadable(pointer.child, item)) break false;
        } else true,
        .array => |array| for (value) |item| {
            if (!isReadable(array.child, item)) break false;
        } else true,
        .@"struct" => |info| for (info.field_names, info.field_types) |name, Field| {
            if (!isReadable(Field, @field(value, name))) break false;
        } else true,
        else => true,
    };
}

/// i128 where that is enough, as it nearly always is; `noreturn` where Zig has no int as long.
fn Integer(comptime least: comptime_int, comptime most: comptime_int) type {
    if (least >= std.math.minInt(i128) and most <= std.math.maxInt(i128)) return i128;
    @setEvalBranchQuota(1_000_000_000);
    var bits = 256;
    while (least < -(1 << (bits - 1)) or most >= 1 << (bits - 1)) : (bits += 128) {
        if (bits + 128 > std.math.maxInt(u16)) return noreturn;
    }
    return @Int(.signed, bits);
}

fn Slice(comptime Item: type, comptime items: []const Item) type {
    @setEvalBranchQuota(1_000_000_000);
    if (Item == u8 and !literals.isUtf8(items)) return signature.Bytes;
    return switch (@typeInfo(Item)) {
        .comptime_int, .comptime_float, .null => noreturn,
        else => if (Item == u8 or isReadable([]const Item, items)) []const Item else noreturn,
    };
}

fn Array(comptime Item: type, comptime items: []const Item) type {
    if (Item == comptime_int) {
        var least = 0;
        var most = 0;
        for (items) |item| {
            least = @min(least, item);
            most = @max(most, item);
        }
        const All = Integer(least, most);
        return if (All == noreturn) noreturn else [items.len]All;
    }
    if (items.len == 0) return if (Slice(Item, items) == noreturn) noreturn else [0]Item;
    const One = Constant(Item, items[0]);
    for (items[1..]) |item| if (Constant(Item, item) != One) return noreturn;
    return if (One == noreturn) noreturn else [items.len]One;
}

fn Tuple(comptime T: type, comptime value: T) type {
    const info = @typeInfo(T).@"struct";
    var types: [info.field_types.len]type = undefined;
    for (&types, info.field_names, info.field_types) |*Field, name, Literal| {
        Field.* = Constant(Literal, @field(value, name));
        if (Field.* == noreturn) return noreturn;
    }
    return @Tuple(&types);
}

/// Whether a struct is what `.{ .a = 1 }` is: without a name, and all of it known.
fn isLiteral(comptime T: type) bool {
    const info = @typeInfo(T).@"struct";
    if (info.field_names.len == 0 or info.decl_names.len > 0 or classes.isClass(T)) return false;
    return for (info.field_attrs) |attrs| {
        if (!attrs.@"comptime") break false;
    } else true;
}

fn Record(comptime T: type, comptime value: T) type {
    const info = @typeInfo(T).@"struct";
    var types: [info.field_types.len]type = undefined;
    for (&types, info.field_names, info.field_types) |*Field, name, Literal| {
        Field.* = Constant(Literal, @field(value, name));
        if (Literal == @TypeOf(.{})) Field.* = [0]bool; // Zig has no other one that is empty
        if (Field.* == noreturn) return noreturn;
    }
    return @Struct(.auto, null, info.field_names, &types, &@splat(.{}));
}

/// The value of a constant as the type that it goes to Python as.
pub fn constant(comptime value: anytype) Constant(@TypeOf(value), value) {
    return constantAs(Constant(@TypeOf(value), value), value);
}

fn constantAs(comptime Value: type, comptime value: anytype) Value {
    if (@TypeOf(value) == [*:0]const u8)
        return constantAs(Value, @as([]const u8, std.mem.span(value)));
    if (Value == signature.Bytes)
        return .{ .data = if (@typeInfo(@TypeOf(value)) == .array) &value else value };
    return switch (@typeInfo(@TypeOf(value))) {
        .comptime_int, .comptime_float, .null, .pointer => value,
        .array => array: {
            if (@typeInfo(Value) == .pointer) break :array &value;
            var items: Value = undefined;
            for (&items, value) |*item, literal|
                item.* = constantAs(@typeInfo(Value).array.child, literal);
            break :array items;
        },
        .enum_literal => @tagName(value),
        .@"struct" => |info| if (Value == @TypeOf(value)) value else if (Value == [0]bool)
            .{}
        else fields: {
            var items: Value = undefined;
            for (info.field_names) |name| @field(items, name) = constantAs(
                @FieldType(Value, name),
                @field(value, name),
            );
            break :fields items;
        },
        else => value,
    };
}

/// What Python calls by the name of a function: `function`, and the names of its `params`.
pub fn Callable(
    comptime namespace: type,
    comptime source: type,
    comptime name: [:0]const u8,
) type {
    const original = functionOf(namespace, name);
    const options = optionsOf(namespace, name) orelse Options(GivenOptions(namespace, name)){};
    const params = paramsOf(source, name, @typeInfo(@TypeOf(original)).@"fn");
    if (options.vectorize) return elementwise.Vectorized(original, name, params);
    return adapters.Adapted(original, params, .{
        .writers = hintOf(source, name, "writers"),
        .called = hintOf(source, name, "called"),
        .readers = hintOf(source, name, "readers"),
        .is_bytes = options.bytes,
        .paths = options.paths,
        .within = namespace,
    });
}

/// A function, or what makes a value of a class that has an `empty` one.
fn functionOf(comptime namespace: type, comptime name: []const u8) FunctionOf(namespace, name) {
    if (FunctionOf(namespace, name) == @TypeOf(@field(namespace, name)))
        return @field(namespace, name);
    return struct {
        /// What has an allocator may own what `deinit` gives back.
        fn make(_: std.mem.Allocator) namespace {
            return @field(namespace, name);
        }
    }.make;
}

fn FunctionOf(comptime namespace: type, comptime name: []const u8) type {
    const Value = @TypeOf(@field(namespace, name));
    return if (Value == namespace) fn (std.mem.Allocator) namespace else Value;
}

/// What source.zig says of parameters without a type.
fn hintOf(
    comptime source: type,
    comptime name: []const u8,
    comptime hint: []const u8,
) []const usize {
    if (!@hasDecl(source, name) or @TypeOf(@field(source, name)) == type) return &.{};
    const read = @field(source, name);
    return if (@hasField(@TypeOf(read), hint)) &@field(read, hint) else &.{};
}

/// What `signature.of` is told of a function: names of parameters and comment out of the source,
/// and what the file says in `pub const nano_ffi_options = .{ .name = .{ .gil = .released } };`
pub fn specOf(
    comptime namespace: type,
    comptime source: type,
    comptime name: [:0]const u8,
) Spec(namespace, name) {
    const options = optionsOf(namespace, name) orelse Options(GivenOptions(namespace, name)){};
    const callable = Callable(namespace, source, name);
    const params = callable.params;
    expectParameters(name, "keeps", options.keeps, params);
    expectParameters(name, "frees", options.frees, params);
    expectParameters(name, "paths", options.paths, params);
    expectParameters(name, "positional", options.positional, params);
    expectParameters(name, "named", options.named, params);
    expectObjects(@TypeOf(callable.function), name, options.frees, params);
    if (options.async) expectCoroutine(namespace, name, options);
    if (options.bytes) expectText(namespace, source, name);
    return .{
        .name = name,
        .params = params,
        .doc = docOf(source, name),
        .gil = if (options.async or options.interruptible) .released else options.gil,
        .async = options.async,
        .interruptible = options.interruptible,
        .vectorize = options.vectorize,
        .defaults = options.defaults,
        .result = options.result,
        .keeps = options.keeps,
        .says_keeps = @hasField(GivenOptions(namespace, name), "keeps"),
        .frees = options.frees,
        .positional = ownOf(namespace, name, params, options.positional) ++ options.positional,
        .named = options.named ++ callable.named,
        .remembers = remembers(source),
        .sets = setBy(namespace, name),
        .is_operator = classes.isClass(namespace) and operators.isBinary(name) and
            signature.passedOf(@typeInfo(@TypeOf(callable.function)).@"fn".param_types).len == 2,
    };
}

/// Bytes are for text.
fn expectText(comptime namespace: type, comptime source: type, comptime name: [:0]const u8) void {
    const info = @typeInfo(FunctionOf(namespace, name)).@"fn";
    for (info.param_types) |Param| if (Param) |Given| {
        if (Given == *std.Io.Writer or sequences.ItemOf(classes.Pointee(Given)) != null) return;
    };
    if (hintOf(source, name, "writers").len > 0) return;
    const R = signature.Payload(info.return_type orelse return);
    if (raw_text.Of(R) != null) return;
    if (sequences.ItemOf(R)) |Item| if (raw_text.Of([]Item) != null) return;
    @compileError("nano_ffi: nano_ffi_options of '" ++ name ++ "' has .bytes = true, and there " ++
        "is no []const u8 that it returns, and nothing that it writes");
}

/// The object that a method has, which nobody gives by name, in front of parameters that are given
/// by position only.
fn ownOf(
    comptime namespace: type,
    comptime name: [:0]const u8,
    comptime params: []const [:0]const u8,
    comptime positional: []const []const u8,
) []const []const u8 {
    if (positional.len == 0 or !classes.isClass(namespace)) return &.{};
    if (std.mem.eql(u8, positional[0], params[0])) return &.{};
    return switch (classes.roleOf(namespace, name)) {
        .method, .class_method => &.{params[0]},
        else => &.{},
    };
}

/// The names of all parameters: of a function that is elsewhere, they are not known.
fn paramsOf(
    comptime source: type,
    comptime name: []const u8,
    comptime info: std.lang.Type.Fn,
) []const [:0]const u8 {
    var names: []const [:0]const u8 = &.{};
    if (@hasDecl(source, name) and @TypeOf(@field(source, name)) != type and
        @hasField(@TypeOf(@field(source, name)), "params"))
    {
        for (@field(source, name).params) |param| names = names ++ .{@as([:0]const u8, param)};
        if (names.len == info.param_types.len) return names;
        names = &.{};
    }
    var passed = 0;
    for (info.param_types) |Param| if (Param != null and signature.isProvided(Param.?)) {
        names = names ++ .{@as([:0]const u8, if (Param == std.Io) "io" else "allocator")};
    } else {
        names = names ++ .{@as([:0]const u8, "arg" ++ decimal(passed))};
        passed += 1;
    };
    return names;
}

fn expectParameters(
    comptime function: []const u8,
    comptime option: []const u8,
    comptime names: []const []const u8,
    comptime params: anytype,
) void {
    for (names) |name| {
        for (params) |param| {
            if (std.mem.eql(u8, param, name)) break;
        } else @compileError("nano_ffi: nano_ffi_options of '" ++ function ++ "' has ." ++ option ++
            " of '" ++ name ++ "', and there is no such parameter");
    }
}

/// Whether a method ends a block of `with`, and takes nothing of what Python tells it, or only
/// whether an exception ends that.
pub fn isBlockEnd(comptime name: []const u8, comptime info: std.lang.Type.Fn) bool {
    if (!operators.isExit(name) or info.param_types.len == 0) return false;
    const passed = signature.passedOf(info.param_types);
    return passed.len == 1 or (passed.len == 2 and info.param_types[passed[1]] == bool);
}

/// Python calls these itself, or makes something else of them, and does not await what they give.
/// What `async with` calls it awaits.
fn expectCoroutine(
    comptime namespace: type,
    comptime name: []const u8,
    comptime options: anytype,
) void {
    const place = "nano_ffi: nano_ffi_options of '" ++ name ++ "' has .async = true";
    const is_block = std.mem.eql(u8, name, "__aenter__") or std.mem.eql(u8, name, "__aexit__");
    const is_special = std.mem.startsWith(u8, name, "__") and !is_block;
    if (@typeInfo(namespace) == .@"enum") @compileError(place ++
        ", and it is a function of an enum: there are coroutine functions in modules and classes");
    if (classes.isClass(namespace)) switch (classes.roleOf(namespace, name)) {
        .method, .static => if (is_special) @compileError(place ++
            ", and Python calls it without awaiting it: give it another name"),
        else => @compileError(place ++ ", and only a method or a function of a class can be a " ++
            "coroutine function: give it no other role"),
    };
    if (options.interruptible) @compileError(place ++ ", and .interruptible = true: Ctrl-C " ++
        "cancels the task that awaits it, so leave the latter out");
}

/// Only an object can be gone after a call, and say so.
fn expectObjects(
    comptime Function: type,
    comptime function: []const u8,
    comptime names: []const []const u8,
    comptime params: anytype,
) void {
    for (names) |name| for (params, 0..) |param, index| {
        if (!std.mem.eql(u8, param, name)) continue;
        const Param = @typeInfo(Function).@"fn".param_types[index] orelse continue;
        if (@typeInfo(classes.Pointee(Param)) != .@"struct") @compileError(
            "nano_ffi: nano_ffi_options of '" ++ function ++ "' has .frees of '" ++ name ++
                "', which is no object: it is a " ++ @typeName(Param),
        );
    };
}

/// Whether the file of a namespace, or one that it imports, may have variables that keep memory.
fn remembers(comptime source: type) bool {
    return !@hasDecl(source, "nano_ffi.forgets");
}

fn Spec(comptime namespace: type, comptime name: [:0]const u8) type {
    return struct {
        name: [:0]const u8,
        params: []const [:0]const u8,
        doc: [:0]const u8,
        gil: signature.Gil,
        async: bool,
        interruptible: bool,
        vectorize: bool,
        defaults: @FieldType(Options(GivenOptions(namespace, name)), "defaults"),
        result: Ownership,
        keeps: []const []const u8,
        /// Then it keeps no others.
        says_keeps: bool,
        frees: []const []const u8,
        positional: []const []const u8,
        named: []const []const u8,
        remembers: bool,
        sets: ?Property,
        /// Whether an operand that it does not take is left to what that says.
        is_operator: bool,
    };
}

pub const Property = struct { class: [:0]const u8, name: [:0]const u8 };

/// The property that a function is the setter of; null of any other.
fn setBy(comptime namespace: type, comptime name: [:0]const u8) ?Property {
    if (!classes.isClass(namespace) or !classes.says(namespace, name, "setter")) return null;
    const property: [:0]const u8 = @field(declarations.optionsOf(namespace), name).setter;
    return .{ .class = classes.nameOf(namespace), .name = signature.pythonName(property) };
}

/// Who gives back the memory of a result, once it is copied: nano_ffi where it is owned, nobody
/// where it is borrowed, and where nothing is said, what its type and the function's say.
/// Of `.numpy` nothing is said of that: arrays, and slices that are `Owned`, are numpy's.
pub const Ownership = enum { unsaid, owned, borrowed, numpy };

/// Whether a function says that what it changes or returns points to the argument of a parameter.
pub fn isKept(comptime spec: anytype, comptime parameter: usize) bool {
    return comptime isNamed(spec, "keeps", parameter);
}

/// Whether a function says that it frees the argument of a parameter.
pub fn isFreed(comptime spec: anytype, comptime parameter: usize) bool {
    return comptime isNamed(spec, "frees", parameter);
}

fn isNamed(comptime spec: anytype, comptime option: []const u8, comptime parameter: usize) bool {
    const Spec_ = @TypeOf(spec);
    if (!@hasField(Spec_, option) or !@hasField(Spec_, "params")) return false;
    return for (@field(spec, option)) |name| {
        if (std.mem.eql(u8, name, spec.params[parameter])) break true;
    } else false;
}

/// Whether a result of class `R` that has a deinit owns what that gives back. One that is told the
/// allocator may be meant for copies only: then the function must have had an allocator, too.
pub fn mayOwn(comptime R: type, comptime Function: type, comptime spec: anytype) bool {
    return comptime owns: {
        const Deinit = classes.FunctionOf(R, "deinit") orelse break :owns true;
        if (@hasField(@TypeOf(spec), "result") and spec.result != .unsaid and
            spec.result != .numpy) break :owns spec.result == .owned;
        if (!takesAllocator(Deinit)) break :owns true;
        if (takesAllocator(Function)) break :owns true;
        // What the constructor gives is the object, whatever it has got by then.
        if (classes.FunctionOf(R, "init") == Function) break :owns true;
        for (@typeInfo(Function).@"fn".param_types) |Param| {
            if (holdsAllocator(classes.Pointee(Param orelse continue), 4)) break :owns true;
        }
        // It begins without memory, and its methods get it some: unless a variable has it, too.
        const may_remember = !@hasField(@TypeOf(spec), "remembers") or spec.remembers;
        break :owns !may_remember and growsItself(R) and !mayGiveMemory(Function);
    };
}

/// Whether a method that may change a `T` has an allocator.
fn growsItself(comptime T: type) bool {
    @setEvalBranchQuota(1_000_000);
    for (@typeInfo(T).@"struct".decl_names) |name| {
        if (std.mem.eql(u8, name, "deinit")) continue;
        const F = classes.FunctionOf(T, name) orelse continue;
        const params = @typeInfo(F).@"fn".param_types;
        if (params.len > 0 and params[0] == *T and takesAllocator(F)) return true;
    }
    return false;
}

/// Whether what is given to a function may be memory for what it returns.
fn mayGiveMemory(comptime Function: type) bool {
    for (@typeInfo(Function).@"fn".param_types) |Param| {
        const T = Param orelse return true;
        const is_text = @typeInfo(T) == .pointer and @typeInfo(T).pointer.size == .slice and
            @typeInfo(T).pointer.attrs.@"const" and classes.isFlat(@typeInfo(T).pointer.child);
        if (!signature.isProvided(T) and !classes.isFlat(T) and !is_text) return true;
    }
    return false;
}

/// Whether a function has an allocator: it may free what it is given.
pub fn takesAllocator(comptime Function: type) bool {
    for (@typeInfo(Function).@"fn".param_types) |Param| {
        if ((Param orelse continue) == std.mem.Allocator) return true;
    }
    return false;
}

/// Whether what a function returns may be in memory that it has allocated: it has an allocator, as
/// a parameter or in an argument, and says that memory may run out.
pub fn mayAllocate(comptime Function: type) bool {
    if (takesAllocator(Function)) return true;
    const info = @typeInfo(Function).@"fn";
    const failures = switch (@typeInfo(info.return_type.?)) {
        .error_union => |result| @typeInfo(result.error_set).error_set.error_names,
        else => return false,
    };
    if (failures) |names| for (names) |name| {
        if (std.mem.eql(u8, name, "OutOfMemory")) break;
    } else return false;
    return for (info.param_types) |Param| {
        if (holdsAllocator(classes.Pointee(Param.?), 4)) break true;
    } else false;
}

fn holdsAllocator(comptime T: type, comptime depth: usize) bool {
    if (T == std.mem.Allocator) return true;
    if (depth == 0 or @typeInfo(T) != .@"struct") return false;
    for (@typeInfo(T).@"struct".field_types) |Field|
        if (holdsAllocator(classes.Pointee(Field), depth - 1)) return true;
    return false;
}

fn Options(comptime Given: type) type {
    return struct {
        gil: signature.Gil = .held,
        /// Whether it is a coroutine function: its calls run in threads, and are awaited.
        async: bool = false,
        /// Whether Ctrl-C cancels what it waits for.
        interruptible: bool = false,
        defaults: if (@hasField(Given, "defaults"))
            @FieldType(Given, "defaults")
        else
            struct {} = .{},
        result: Ownership = .unsaid,
        bytes: bool = false,
        vectorize: bool = false,
        keeps: []const []const u8 = &.{},
        frees: []const []const u8 = &.{},
        paths: []const []const u8 = &.{},
        positional: []const []const u8 = &.{},
        named: []const []const u8 = &.{},
        /// As the decorators of a class are called: see `classes.roleOf`.
        property: bool = false,
        setter: []const u8 = "",
        classmethod: bool = false,
    };
}

/// What the file says of one of its functions; null where it says nothing.
fn optionsOf(comptime namespace: type, comptime name: []const u8) ?Options(
    GivenOptions(namespace, name),
) {
    if (!declarations.hasOptions(namespace)) return null;
    const given = declarations.optionsOf(namespace);
    if (!@hasField(@TypeOf(given), name) or declarations.isList(namespace, name)) return null;
    var options: Options(GivenOptions(namespace, name)) = .{};
    for (@typeInfo(@TypeOf(@field(given, name))).@"struct".field_names) |field| {
        if (!@hasField(@TypeOf(options), field)) @compileError(
            "nano_ffi: nano_ffi_options of '" ++ name ++ "' has '" ++ field ++
                "': there are only 'gil', 'async', 'interruptible', " ++
                "'defaults', 'result', 'bytes', " ++
                "'vectorize', 'keeps', " ++
                "'frees', 'paths', 'positional' and 'named', and in a class " ++
                "'property', 'setter' and 'classmethod'",
        );
        const said = @field(@field(given, name), field);
        @field(options, field) = if (std.mem.eql(u8, field, "result"))
            ownershipOf(name, said)
        else if (@FieldType(@TypeOf(options), field) == []const []const u8)
            &namesOf(name, field, said)
        else
            said;
    }
    return options;
}

/// Refuses, in the options of a namespace, what is said of nothing that is there.
pub fn checkOptions(comptime namespace: type, comptime source: type) void {
    if (!declarations.hasOptions(namespace)) return;
    const given = declarations.optionsOf(namespace);
    inline for (@typeInfo(@TypeOf(given)).@"struct".field_names) |field| {
        if (comptime declarations.isList(namespace, field)) continue;
        if (comptime std.mem.eql(u8, field, "io_threads") and !classes.isClass(namespace) and
            declarations.ioThreads(namespace) != null) continue;
        if (classes.isClass(namespace) and @TypeOf(@field(given, field)) == bool) {
            checkOwn(namespace, field);
            continue;
        }
        if (@hasField(namespace, field)) {
            const own = @field(given, field);
            checkNames(field, own, &classes.field_options, "'bytes', 'hidden', 'inherits' and " ++
                "'readonly'");
            _ = classes.FieldOf(namespace, field);
            if (comptime classes.says(namespace, field, "inherits")) if (comptime classes
                .whyNoBase(namespace)) |reason| @compileError("nano_ffi: nano_ffi_options of '" ++
                field ++ "' in " ++ @typeName(namespace) ++ " has 'inherits', and " ++ reason);
            continue;
        }
        if (!@hasDecl(namespace, field)) @compileError(
            "nano_ffi: nano_ffi_options names '" ++ field ++
                "', and there is no such public function",
        );
        if (comptime declarations.obstacleOf(namespace, source, field) != null) continue;
        const value = @field(namespace, field);
        if (@TypeOf(value) != type) {
            if (@typeInfo(@TypeOf(value)) != .@"fn") @compileError(
                "nano_ffi: nano_ffi_options names '" ++ field ++ "', which is a constant: " ++
                    "there are options of functions and of structs",
            );
            checkRole(namespace, source, field);
        } else checkType(namespace, field, @field(given, field));
    }
}

/// Refuses what is said of a type by its name. What the file that Python imports says of a class
/// is looked at there, with what that says itself.
fn checkType(
    comptime namespace: type,
    comptime name: [:0]const u8,
    comptime given: anytype,
) void {
    const T = @field(namespace, name);
    const index = comptime classes.indexOf(T) orelse {
        for (@typeInfo(@TypeOf(given)).@"struct".field_names) |option| {
            const is_own = for (.{ "base", "untagged", "exception" } ++ classes.options) |known| {
                if (std.mem.eql(u8, option, known)) break true;
            } else false;
            if (is_own) continue;
            const is_there = switch (@typeInfo(T)) {
                .@"struct", .@"enum", .@"union" => @hasDecl(T, option),
                else => false,
            };
            if (!is_there) @compileError("nano_ffi: nano_ffi_options of '" ++ name ++ "' has '" ++
                option ++ "', and there is no such public function in it");
        }
        return;
    };
    if (!declarations.isToldFromOutside(T, &.{})) checkNames(
        name,
        given,
        &classes.options,
        "'constructible', 'operators', 'stable' and 'weakref'",
    );
    checkOperators(classes.all[index]);
}

/// Refuses a class that says `.operators = true` and has none.
fn checkOperators(comptime class: classes.Class) void {
    if (!classes.optionOf(class, "operators", false)) return;
    for (operators.named) |name| {
        if (!@hasDecl(class.T, name) and operatorOf(class, name) != null) return;
    }
    @compileError("nano_ffi: nano_ffi_options of " ++ @typeName(class.T) ++
        " has 'operators', and no eql, lt, lessThan or order with another one as its " ++
        "parameter, and no hash, len, count or clone without one");
}

/// Refuses a class whose arrays nobody would give back.
pub fn checkMemory(comptime T: type) void {
    if (classes.hasDeinit(T)) return;
    const info = @typeInfo(T).@"struct";
    for (info.field_names, info.field_types) |name, Field| {
        const F = if (@typeInfo(Field) == .optional) @typeInfo(Field).optional.child else Field;
        if (@typeInfo(F) != .@"struct" or !@hasDecl(F, "nano_ffi_array")) continue;
        @compileError("nano_ffi: struct " ++ @typeName(T) ++ " has a nano_ffi.Array, '" ++ name ++
            "', and no deinit that gives it back: add pub fn deinit(self: *" ++
            classes.nameOf(T) ++ ") void");
    }
}

fn checkNames(
    comptime name: []const u8,
    comptime given: anytype,
    comptime known: []const []const u8,
    comptime words: []const u8,
) void {
    for (@typeInfo(@TypeOf(given)).@"struct".field_names) |option| {
        for (known) |other| {
            if (std.mem.eql(u8, option, other)) break;
        } else @compileError("nano_ffi: nano_ffi_options of '" ++ name ++ "' has '" ++ option ++
            "': there are only " ++ words);
    }
}

/// Refuses what a class cannot be, or be told.
fn checkOwn(comptime T: type, comptime option: []const u8) void {
    const place = "nano_ffi: nano_ffi_options of " ++ @typeName(T) ++ " has '" ++ option ++ "'";
    if (std.mem.eql(u8, option, "operators")) checkOperators(classes.all[classes.indexOf(T).?]);
    for (classes.options) |known| if (std.mem.eql(u8, option, known)) return;
    for (classes.own_options) |known| {
        if (std.mem.eql(u8, option, known)) break;
    } else @compileError(place ++ ": of itself a class says only 'frozen', 'order', 'kw_only', " ++
        "'constructible', 'operators', 'stable' and 'weakref'");
    if (!classes.isCopyable(T)) @compileError(place ++
        ", and it is more than its fields: it has a deinit or pointers");
    if (!std.mem.eql(u8, option, "order")) return;
    for (.{ "__lt__", "__le__", "__gt__", "__ge__" }) |name|
        if (@hasDecl(T, name)) @compileError(place ++ ", and its own '" ++ name ++ "'");
}

/// The first parameter by which a function might change an object that is frozen.
fn frozenParameterOf(comptime callable: type) ?[]const u8 {
    const info = @typeInfo(@TypeOf(callable.function)).@"fn";
    return for (info.param_types, callable.params) |Param, name| {
        const Given = Param orelse continue;
        const Pointer = switch (@typeInfo(Given)) {
            .optional => |optional| optional.child,
            else => Given,
        };
        if (@typeInfo(Pointer) != .pointer or @typeInfo(Pointer).pointer.attrs.@"const") continue;
        const T = @typeInfo(Pointer).pointer.child;
        if (@typeInfo(T) == .@"struct" and classes.isClass(T) and classes.isFrozen(T)) break name;
    } else null;
}

/// Refuses what a function is said to be in its class, and cannot be.
fn checkRole(
    comptime namespace: type,
    comptime source: type,
    comptime name: [:0]const u8,
) void {
    const options = optionsOf(namespace, name).?;
    const is_setter = options.setter.len > 0;
    const place = "nano_ffi: nano_ffi_options of '" ++ name ++ "' has ";
    if (!options.property and !is_setter and !options.classmethod) return;
    if (!classes.isClass(namespace)) @compileError(place ++
        (if (is_setter) "'setter'" else if (options.property) "'property'" else "'classmethod'") ++
        ", and it is no function of a class");
    const params = @typeInfo(@TypeOf(Callable(namespace, source, name).function)).@"fn".param_types;
    const passed = signature.passedOf(params);
    const is_method = passed.len > 0 and classes.Pointee(params[passed[0]].?) == namespace;
    if (options.property and (!is_method or passed.len != 1)) @compileError(place ++
        "'property', which is a method without other parameters");
    if (options.classmethod and (passed.len == 0 or !signature.isObject(params[passed[0]].?)))
        @compileError(place ++ "'classmethod', whose first parameter is the class, a " ++
            "nano_ffi.Object");
    if (!is_setter) return;
    if (!is_method or passed.len != 2) @compileError(place ++
        "'setter', which is a method with one more parameter, the value");
    if (!classes.says(namespace, options.setter, "property")) @compileError(place ++
        "'setter' of '" ++ options.setter ++ "', and that has no .property = true");
}

/// The function that sets a property; null of one that is for reading.
pub fn setterOf(comptime class: classes.Class, comptime property: []const u8) ?[:0]const u8 {
    return comptime for (@typeInfo(class.T).@"struct".decl_names) |name| {
        if (!classes.says(class.T, name, "setter")) continue;
        const said = @field(declarations.optionsOf(class.T), name);
        if (std.mem.eql(u8, said.setter, property)) break name;
    } else null;
}

fn ownershipOf(comptime function: []const u8, comptime said: anytype) Ownership {
    if (@TypeOf(said) == Ownership) return said;
    if (@TypeOf(said) == @TypeOf(.enum_literal)) {
        if (std.mem.eql(u8, @tagName(said), "owned")) return .owned;
        if (std.mem.eql(u8, @tagName(said), "borrowed")) return .borrowed;
        if (std.mem.eql(u8, @tagName(said), "numpy")) return .numpy;
    }
    @compileError("nano_ffi: nano_ffi_options of '" ++ function ++ "' has .result = " ++
        std.fmt.comptimePrint("{any}", .{said}) ++ ": it is .owned, where nano_ffi gives back " ++
        "what the result points to, .borrowed, where nobody does, or .numpy, where an Array or " ++
        "an Owned slice is to be an array of numpy");
}

fn namesOf(
    comptime function: []const u8,
    comptime option: []const u8,
    comptime said: anytype,
) [said.len][]const u8 {
    if (@typeInfo(@TypeOf(said)) != .@"struct" or !@typeInfo(@TypeOf(said)).@"struct".is_tuple)
        @compileError("nano_ffi: nano_ffi_options of '" ++ function ++ "': ." ++ option ++
            " are names of parameters: .{\"name\"}");
    var names: [said.len][]const u8 = undefined;
    for (&names, said) |*name, given| name.* = given;
    return names;
}

fn GivenOptions(comptime namespace: type, comptime name: []const u8) type {
    if (!declarations.hasOptions(namespace)) return struct {};
    const All = @TypeOf(declarations.optionsOf(namespace));
    return if (@hasField(All, name) and !declarations.isList(namespace, name))
        @FieldType(All, name)
    else
        struct {};
}

/// The `///` comment of a declaration that is not a function.
pub fn docOf(comptime source: type, comptime name: []const u8) [:0]const u8 {
    if (!@hasDecl(source, name)) return "";
    const read = @field(source, name);
    return if (@TypeOf(read) == type) @field(read, "nano_ffi.doc") else read.doc;
}

/// What was read of a type that a namespace declares: nothing where that was not found.
pub fn sourceOf(comptime source: type, comptime name: []const u8) type {
    if (!@hasDecl(source, name) or @TypeOf(@field(source, name)) != type) return struct {};
    return @field(source, name);
}

test sourceOf {
    const Read = struct {
        pub const Point = struct {};
        pub const area = .{ .doc = "" };
    };
    try std.testing.expect(sourceOf(Read, "Point") == Read.Point);
    try std.testing.expect(sourceOf(Read, "area") != Read.Point and
        sourceOf(Read, "other") != Read.Point);
}

const example = struct {
    pub const pi = 3.5;
    pub const name = "x";
    pub const mixed = .{ 1, "b", null };
    pub const primes = [_]u8{ 2, 3 };
    pub const Color = enum { red, green };
    pub const Open = enum(u8) { red, _ };
    pub const Failure = error{ A, B };
    pub fn add(a: i64, b: i64) i64 {
        return a + b;
    }
    pub fn poke(p: **u8) void {
        _ = p;
    }
    pub fn any(p: anytype) void {
        _ = p;
    }
    pub fn make() **u8 {
        unreachable;
    }
};

test of {
    const source = struct {
        pub const poke = .{ .params = .{"target"}, .doc = "" };
    };
    const expectEqualStrings = std.testing.expectEqualStrings;
    try std.testing.expect(of(example, source, "pi") == .constant);
    try std.testing.expect(of(example, source, "name") == .constant);
    try std.testing.expect(of(example, source, "mixed") == .constant);
    try std.testing.expect(of(example, source, "primes") == .constant);
    try std.testing.expect(of(example, source, "Color") == .@"enum");
    try std.testing.expect(of(example, source, "Open") == .@"enum");
    try std.testing.expect(std.mem.startsWith(
        u8,
        of(example, source, "poke").left_out.reason,
        "parameter 'target' has type **u8, which cannot come from Python: ",
    ));
    try expectEqualStrings(
        "parameter 'arg0' is generic: give it a type, Python's values have only one",
        of(example, source, "any").left_out.reason,
    );
    try std.testing.expect(std.mem.startsWith(
        u8,
        of(example, source, "make").left_out.reason,
        "it returns **u8, which",
    ));
}

test operatorOf {
    const Example = struct {
        n: u8,
        pub const nano_ffi_options = .{ .operators = true };
        pub fn eql(a: @This(), b: @This()) bool {
            return a.n == b.n;
        }
        pub fn __len__(_: @This()) u8 {
            return 0;
        }
        pub fn count(_: @This()) u8 {
            return 1;
        }
        pub fn hash(_: @This(), _: u64) u64 {
            return 0;
        }
    };
    const class: classes.Class = .{
        .T = Example,
        .name = "Example",
        .source = struct {},
        .within = struct {},
    };
    try std.testing.expect(comptime isOperator(Example, "__eq__", "eql"));
    try std.testing.expect(comptime !isOperator(Example, "__hash__", "hash"));
    try std.testing.expectEqual(null, comptime operatorOf(class, "__hash__"));
    const spec = comptime operatorSpecOf(class, "__eq__", "eql");
    try std.testing.expect(spec.is_operator and std.mem.eql(u8, spec.name, "eql"));
}

test nextOf {
    const handle = comptime for (classes.all) |class| {
        if (std.mem.eql(u8, class.name, "Handle")) break class;
    } else unreachable;
    try std.testing.expect(hasMethod(handle, "next") and !hasMethod(handle, "__next__"));
    try std.testing.expectEqualStrings("next", nextOf(handle).?);
    try std.testing.expect(!isAsyncIterator(handle));
    try std.testing.expectEqual(null, nextOf(classes.all[0]));
}

test constant {
    try std.testing.expectEqualStrings("b", comptime constant(example.mixed)[1]);
    try std.testing.expectEqual(3.5, comptime constant(example.pi));
}

test Callable {
    const callable = Callable(writing, source_of_writing, "print");
    try std.testing.expectEqualStrings("number", callable.params[0]);
    try std.testing.expectEqual(2, @typeInfo(@TypeOf(callable.function)).@"fn".param_types.len);
}

const writing = struct {
    pub fn print(writer: anytype, number: u8) !void {
        try writer.writeByte(number);
    }
};
const source_of_writing = struct {
    pub const print = .{ .params = .{ "writer", "number" }, .writers = [_]usize{0}, .doc = "" };
};

test isBlockEnd {
    const Door = struct {
        fn close(_: @This(), _: std.Io) void {}
        fn hear(_: *@This(), _: bool) bool {
            return true;
        }
        fn other(_: *@This(), _: u8) void {}
    };
    try std.testing.expect(comptime isBlockEnd("__exit__", @typeInfo(@TypeOf(Door.close)).@"fn"));
    try std.testing.expect(comptime isBlockEnd("__aexit__", @typeInfo(@TypeOf(Door.hear)).@"fn"));
    try std.testing.expect(comptime !isBlockEnd("__exit__", @typeInfo(@TypeOf(Door.other)).@"fn"));
    try std.testing.expect(comptime !isBlockEnd("exit", @typeInfo(@TypeOf(Door.close)).@"fn"));
}

test isWhole {
    try std.testing.expect(!isWhole(example, struct { x: u8 })); // no class
}

test isMembers {
    const Color = enum {
        red,
        pub fn isWarm(_: @This()) bool {
            return true;
        }
        pub fn first() @This() {
            return .red;
        }
    };
    try std.testing.expect(isMembers(Color) and !isMembers(struct { a: u8 }));
    try std.testing.expect(isMethodOf(Color, "isWarm") and !isMethodOf(Color, "first"));
}

test isMethodOf {
    try std.testing.expect(!isMethodOf(writing, "print"));
}

test declarationsOf {
    try std.testing.expectEqual(1, declarationsOf(writing).len);
}

test isTextOfValue {
    const Color = enum {
        red,
        pub fn format(_: @This(), writer: *std.Io.Writer) std.Io.Writer.Error!void {
            try writer.writeAll("red");
        }
    };
    try std.testing.expect(isTextOfValue(Color, struct {}));
    try std.testing.expect(!isTextOfValue(example.Color, struct {}));
}

test isText {
    const class: classes.Class = .{
        .T = struct {
            pub fn format(_: @This(), _: u8) void {}
        },
        .name = "T",
        .source = struct {},
        .within = struct {},
    };
    try std.testing.expect(!isText(class));
}

test specOf {
    const file = struct {
        pub fn add(a: i64, b: i64) i64 {
            return a + b;
        }
        pub const nano_ffi_options = .{ .add = .{ .gil = .released, .defaults = .{ .b = 1 } } };
    };
    const source = struct {
        pub const add = .{ .params = .{ "a", "b" }, .doc = "Adds." };
        pub const pi = .{ .doc = "Half a turn." };
    };
    const spec = comptime specOf(file, source, "add");
    try std.testing.expectEqual(signature.Gil.released, spec.gil);
    try std.testing.expectEqualStrings(
        "1",
        comptime signature.of("add", file.add, spec).args[1].default.?,
    );
    try std.testing.expectEqualStrings("Adds.", spec.doc);
    try std.testing.expectEqualStrings("Half a turn.", docOf(source, "pi"));
    try std.testing.expectEqualStrings("", docOf(source, "e"));
}

test mayOwn {
    const example_of = struct {
        const Match = struct {
            text: []const u8,
            pub fn deinit(match: *@This(), gpa: std.mem.Allocator) void {
                gpa.free(match.text);
            }
        };
        const File = struct {
            handle: i32,
            pub fn deinit(_: *@This()) void {}
        };
        const Pool = struct { inner: struct { arena: std.heap.ArenaAllocator } };
        const Pair = struct { a: i32, b: []const u8 };
        fn find(_: []const u8, _: ?*const Pair) ?Match {
            unreachable;
        }
        fn copy(_: std.mem.Allocator, _: []const u8) Match {
            unreachable;
        }
        fn first(_: *Pool) Match {
            unreachable;
        }
        fn open() File {
            unreachable;
        }
        const Document = struct {
            source: []const u8,
            pub fn parse(_: *@This(), _: std.mem.Allocator) void {}
            pub fn deinit(_: *@This(), _: std.mem.Allocator) void {}
        };
        fn read(_: []const u8, _: u8) Document {
            unreachable;
        }
        fn readInto(_: []u8) Document {
            unreachable;
        }
    };
    const new = .{ .remembers = false };
    try std.testing.expect(mayOwn(example_of.Document, @TypeOf(example_of.read), new));
    try std.testing.expect(!mayOwn(example_of.Document, @TypeOf(example_of.read), .{}));
    try std.testing.expect(!mayOwn(example_of.Document, @TypeOf(example_of.readInto), new));
    const Match = example_of.Match;
    const expect = std.testing.expect;
    try expect(!mayOwn(Match, @TypeOf(example_of.find), .{}));
    try expect(mayOwn(Match, @TypeOf(example_of.find), .{ .result = Ownership.owned }));
    try expect(mayOwn(Match, @TypeOf(example_of.copy), .{}));
    try expect(!mayOwn(Match, @TypeOf(example_of.copy), .{ .result = Ownership.borrowed }));
    try expect(mayOwn(Match, @TypeOf(example_of.first), .{ .result = Ownership.unsaid }));
    try expect(mayOwn(example_of.File, @TypeOf(example_of.open), .{}));
    try expect(!mayOwn(example_of.File, @TypeOf(example_of.open), .{
        .result = Ownership.borrowed,
    }));
}

test takesAllocator {
    try std.testing.expect(comptime takesAllocator(fn (u8, std.mem.Allocator) void));
    try std.testing.expect(comptime !takesAllocator(fn (u8) void));
}

test mayAllocate {
    const Maker = struct { inner: struct { gpa: std.mem.Allocator } };
    const OutOfMemory = error{OutOfMemory};
    const expect = std.testing.expect;
    try expect(comptime mayAllocate(fn (std.mem.Allocator) void));
    try expect(comptime mayAllocate(fn (*const Maker) OutOfMemory![]u8));
    try expect(comptime !mayAllocate(fn (*const Maker) error{Other}![]u8));
    try expect(comptime mayAllocate(fn (*const Maker) anyerror![]u8));
    try expect(comptime !mayAllocate(fn (*const Maker) []const u8));
    try expect(comptime !mayAllocate(fn ([]const u8) OutOfMemory![]u8));
}

test isKept {
    const other = example;
    const file = struct {
        const Node = struct { next: ?*Node };
        pub fn link(a: *Node, b: *Node) void {
            a.next = b;
        }
        pub const nano_ffi_options = .{ .link = .{ .keeps = .{"b"}, .frees = .{"a"} } };
    };
    const source = struct {
        pub const @"nano_ffi.forgets" = {};
        pub const link = .{ .params = .{ "a", "b" }, .doc = "" };
    };
    const spec = comptime specOf(file, source, "link");
    try std.testing.expect(isKept(spec, 1) and !isKept(spec, 0));
    try std.testing.expect(isFreed(spec, 0) and !isFreed(spec, 1));
    try std.testing.expectEqual(Ownership.unsaid, spec.result);
    try std.testing.expect(!spec.remembers);
    try std.testing.expect((comptime specOf(other, struct {}, "poke")).remembers);
}

test Constant {
    try std.testing.expectEqual(f64, Constant(comptime_float, 1.5));
    try std.testing.expectEqual([]const u8, Constant(*const [3:0]u8, "abc"));
    try std.testing.expectEqual([2]u8, Constant([2]u8, .{ 1, 2 }));
    try std.testing.expectEqual(i128, Constant(comptime_int, 1 << 126));
    try std.testing.expectEqual(i256, Constant(comptime_int, 1 << 127));
    try std.testing.expectEqual(noreturn, Constant(comptime_int, 1 << 70_000));
    try std.testing.expectEqual([2]i256, Constant([2]comptime_int, .{ 0, -(1 << 128) }));
}

test setterOf {
    const class: classes.Class = .{
        .T = struct {
            pub const nano_ffi_options = .{ .setArea = .{ .setter = "area" } };
            pub fn setArea() void {}
        },
        .name = "T",
        .source = struct {},
        .within = struct {},
    };
    try std.testing.expectEqualStrings("setArea", comptime setterOf(class, "area").?);
    try std.testing.expectEqual(null, comptime setterOf(class, "side"));
}

test checkMemory {
    const array = @import("array.zig");
    comptime checkMemory(struct { x: f64, next: ?*u8 });
    comptime checkMemory(struct {
        values: array.Array(f64, 1),

        pub fn deinit(self: *@This()) void {
            self.values.deinit();
        }
    });
}

test checkOptions {
    const file = struct {
        pub fn work() void {}
        pub const nano_ffi_options = .{ .skip = .{"work"}, .work = .{ .gil = .released } };
    };
    comptime checkOptions(file, struct {});
    comptime checkOptions(example, struct {});
    try std.testing.expect(of(file, struct {}, "work") == .left_out);
}
