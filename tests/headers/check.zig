//! Writes what `capi.zig` declares as C++ assertions about the real `Python.h`: every size, offset,
//! constant, exported object and function type. C++, because its templates can take a function type
//! apart; the compiler that Zig brings evaluates them, and refuses what differs by name.

const std = @import("std");
const capi = @import("capi");

const Writer = std.Io.Writer;
const print = std.fmt.comptimePrint;

/// The structs of `capi.structs` that the stable ABI shows; the others are not there to compare.
const stable_structs = [_][]const u8{
    "PyObject",         "PyVarObject", "PyMethodDef", "PyModuleDef_Base",
    "PyModuleDef_Slot", "PyModuleDef", "Py_buffer",   "PyType_Slot",
    "PyType_Spec",
};

/// Structs of which only the first fields are declared: later CPythons have more.
const prefixes = [_][]const u8{"PyTypeObject"};

/// The minor version of CPython that brought a name which capi.zig declares for all: for the older
/// ones it is not used, and there is nothing to compare it with.
const since = .{
    .Py_mod_multiple_interpreters = 12,
    .Py_MOD_PER_INTERPRETER_GIL_SUPPORTED = 12,
    .Py_mod_gil = 13,
    .Py_MOD_GIL_NOT_USED = 13,
    .PyDict_GetItemRef = 13,
    .PyUnstable_EnableTryIncRef = 14,
    .PyUnstable_TryIncRef = 14,
    .PyMutex_Lock = 13,
    .PyMutex_Unlock = 13,
};

fn isKnown(comptime name: []const u8) bool {
    return !@hasField(@TypeOf(since), name) or capi.minor >= @field(since, name);
}

pub fn main(init: std.process.Init) !void {
    const path = (try init.minimal.args.toSlice(init.arena.allocator()))[1];
    const file = try std.Io.Dir.cwd().createFile(init.io, path, .{});
    var writer = file.writer(init.io, try init.arena.allocator().alloc(u8, 4096));
    try write(&writer.interface);
    try writer.interface.flush();
}

fn write(out: *Writer) Writer.Error!void {
    // Not Py_LIMITED_API: it would hide what is declared for other builds, and changes no layout.
    // That a binary keeps to the stable ABI is seen from its imports.
    if (capi.limited) try out.writeAll("#define CAPI_LIMITED\n");
    try out.print("#define CAPI_MINOR {d}\n", .{capi.minor});
    try out.print("#define CAPI_FREE_THREADED {d}\n", .{@intFromBool(capi.free_threaded)});
    try out.writeAll("#include \"python.hpp\"\n");
    var assertions: Assertions = .{ .out = out };
    try addStructs(&assertions);
    try addFunctions(&assertions);
    try addValues(&assertions);
    try addOthers(&assertions);
    if (!capi.limited and @hasDecl(capi, "static_object")) {
        try out.writeAll("#define STATIC_OBJECT {");
        for (std.mem.asBytes(&capi.static_object), 0..) |byte, index| {
            try out.print("{s}{d}", .{ if (index == 0) "" else ", ", byte });
        }
        try out.writeAll("}\n");
        assertions.count += 1;
    }
    try out.print("#define FACTS {d}\n#include \"python.hpp\"\n", .{assertions.count});
}

fn addStructs(assertions: *Assertions) Writer.Error!void {
    @setEvalBranchQuota(100_000);
    inline for (comptime declarations("structs")) |name| {
        const T = @field(capi.structs, name);
        if (@TypeOf(T) != type or @typeInfo(T) != .@"struct") continue;
        if (capi.limited and comptime !contains(&stable_structs, name)) continue;
        if (comptime !contains(&prefixes, name)) {
            const size = print("{d}", .{@sizeOf(T)});
            try assertions.add(
                "sizeof(" ++ name ++ ") == " ++ size,
                name ++ ": capi.zig says size " ++ size,
            );
        }
        try addFields(assertions, name, "", T, 0);
    }
}

fn addFunctions(assertions: *Assertions) Writer.Error!void {
    @setEvalBranchQuota(100_000);
    inline for (comptime declarations("functions")) |name| {
        if (comptime !isKnown(name)) continue;
        const info = @typeInfo(@TypeOf(@field(capi.functions, name))).@"fn";
        const count = print("{d}", .{info.param_types.len});
        const variadic = if (info.attrs.varargs) "true" else "false";
        const taken = "TAKEN(" ++ name ++ ")::";
        try assertions.add(
            taken ++ "count == " ++ count ++ " && " ++ taken ++ "variadic == " ++ variadic,
            name ++ ": capi.zig says parameters " ++ count ++ ", variadic " ++ variadic,
        );
        try assertions.addLike(
            taken ++ "result",
            info.return_type.?,
            name ++ ": capi.zig says result",
        );
        inline for (info.param_types, 0..) |P, index| {
            const i = print("{d}", .{index});
            try assertions.addLike(
                taken ++ "parameter<" ++ i ++ ">",
                P.?,
                name ++ ": capi.zig says of parameter " ++ i ++ ", counted from 0,",
            );
        }
    }
}

/// Constants, and the objects that the interpreter exports.
fn addValues(assertions: *Assertions) Writer.Error!void {
    @setEvalBranchQuota(100_000);
    inline for (comptime declarations("constants")) |name| {
        if (comptime !isKnown(name)) continue;
        const value = print("{d}", .{@field(capi.constants, name)});
        try assertions.add(
            "(long long)(" ++ name ++ ") == " ++ value,
            name ++ ": capi.zig says " ++ value,
        );
    }
    inline for (comptime declarations("objects")) |name| {
        // A pointer to it, because None, True and False have structs of their own in C.
        try assertions.addLike(
            "decltype(&" ++ name ++ ")",
            *@field(capi.objects, name),
            name ++ ": capi.zig says type",
        );
    }
}

/// What stands beside the containers: values that are pointers in C, and function types.
fn addOthers(assertions: *Assertions) Writer.Error!void {
    @setEvalBranchQuota(100_000);
    inline for (@typeInfo(capi).@"struct".decl_names) |name| {
        if (comptime !isKnown(name)) continue;
        const value = @field(capi, name);
        if (@TypeOf(value) == ?*const anyopaque) {
            const address = print("{d}", .{@intFromPtr(value)});
            const equal = "(size_t)(" ++ name ++ ") == " ++ address;
            // A pointer made of a number is no constant expression in C++, but can be folded.
            try assertions.add(
                "__builtin_constant_p(" ++ equal ++ ") ? " ++ equal ++ " : false",
                name ++ ": capi.zig says " ++ address,
            );
        } else if (@TypeOf(value) == type and @typeInfo(value) == .@"fn") {
            try assertions.addLike(
                "Pointee<" ++ name ++ ">::type",
                value,
                name ++ ": capi.zig says",
            );
        }
    }
}

const Assertions = struct {
    out: *Writer,
    count: usize = 0,

    fn add(
        self: *Assertions,
        comptime condition: []const u8,
        comptime message: []const u8,
    ) Writer.Error!void {
        try self.out.writeAll("static_assert(" ++ condition ++ ", \"" ++ message ++ "\");\n");
        self.count += 1;
    }

    /// That the type `c` of C is like `T`.
    fn addLike(
        self: *Assertions,
        comptime c: []const u8,
        comptime T: type,
        comptime message: []const u8,
    ) Writer.Error!void {
        const zig = comptime describe(T);
        try self.add("like<" ++ c ++ ", " ++ zig ++ ">", message ++ " " ++ zig);
    }
};

/// The fields of `T`, at `path` in the struct `name`, and the fields of a struct that has no name.
fn addFields(
    assertions: *Assertions,
    comptime name: []const u8,
    comptime path: []const u8,
    comptime T: type,
    comptime base: usize,
) Writer.Error!void {
    const info = @typeInfo(T).@"struct";
    inline for (info.field_names, info.field_types) |field, F| {
        const where = path ++ field;
        const offset = print("{d}", .{base + @offsetOf(T, field)});
        try assertions.add(
            "offsetof(" ++ name ++ ", " ++ where ++ ") == " ++ offset,
            name ++ "." ++ where ++ ": capi.zig says offset " ++ offset,
        );
        try assertions.addLike(
            "decltype(((" ++ name ++ " *)0)->" ++ where ++ ")",
            F,
            name ++ "." ++ where ++ ": capi.zig says type",
        );
        if (@typeInfo(F) == .@"struct" and comptime nameOf(F) == null)
            try addFields(assertions, name, where ++ ".", F, base + @offsetOf(T, field));
    }
}

fn declarations(comptime container: []const u8) []const [:0]const u8 {
    if (!@hasDecl(capi, container)) return &.{};
    return @typeInfo(@field(capi, container)).@"struct".decl_names;
}

fn contains(comptime names: []const []const u8, comptime name: []const u8) bool {
    for (names) |other| if (std.mem.eql(u8, name, other)) return true;
    return false;
}

/// The C name of one of `capi.structs`.
fn nameOf(comptime T: type) ?[]const u8 {
    for (declarations("structs")) |name| {
        const value = @field(capi.structs, name);
        if (@TypeOf(value) != type or value != T) continue;
        if (@typeInfo(T) == .@"struct" or @typeInfo(T) == .@"opaque") return name;
    }
    return null;
}

/// A Zig type, as one of the C++ types in `python.hpp` that a C type is compared with.
fn describe(comptime T: type) []const u8 {
    return switch (@typeInfo(T)) {
        .void, .noreturn => "Void",
        .int => |int| print("Int<{d}, {}>", .{ @sizeOf(T), int.signedness == .signed }),
        .float => print("Float<{d}>", .{@sizeOf(T)}),
        .@"enum" => |e| describe(e.tag_type),
        .optional => |optional| describe(optional.child),
        .array => |array| print("Array<{d}, {s}>", .{ array.len, describe(array.child) }),
        .pointer => |pointer| if (pointer.size == .slice)
            @compileError("capi.zig: a slice is nothing that C knows: " ++ @typeName(T))
        else
            "Pointer<" ++ describe(pointer.child) ++ ">",
        .@"fn" => |function| blk: {
            var text: []const u8 = "Function<" ++ describe(function.return_type.?);
            for (function.param_types) |P| text = text ++ ", " ++ describe(P.?);
            break :blk text ++ ">";
        },
        .@"opaque", .@"struct" => if (nameOf(T)) |name|
            (if (std.mem.eql(u8, name, "PyObject")) "Object" else "Same<" ++ name ++ ">")
        else if (@typeInfo(T) == .@"opaque")
            "Any"
        else
            print("Struct<{d}>", .{@sizeOf(T)}),
        else => @compileError("capi.zig: no C type is like " ++ @typeName(T)),
    };
}
