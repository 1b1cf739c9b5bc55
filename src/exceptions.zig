//! Structs of a user's module that are exceptions in Python, and what these are derived from.

const std = @import("std");
const classes = @import("classes.zig");
const declarations = @import("declarations.zig");
const signature = @import("signature.zig");

/// The builtin exceptions that can be a base. An ExceptionGroup cannot be made without others.
const bases = [_][:0]const u8{
    "ArithmeticError",    "AssertionError",            "AttributeError",
    "BaseException",      "BlockingIOError",           "BrokenPipeError",
    "BufferError",        "ChildProcessError",         "ConnectionAbortedError",
    "ConnectionError",    "ConnectionRefusedError",    "ConnectionResetError",
    "EOFError",           "Exception",                 "FileExistsError",
    "FileNotFoundError",  "FloatingPointError",        "ImportError",
    "IndentationError",   "IndexError",                "InterruptedError",
    "IsADirectoryError",  "KeyError",                  "KeyboardInterrupt",
    "LookupError",        "MemoryError",               "ModuleNotFoundError",
    "NameError",          "NotADirectoryError",        "NotImplementedError",
    "OSError",            "OverflowError",             "PermissionError",
    "ProcessLookupError", "RecursionError",            "ReferenceError",
    "RuntimeError",       "StopAsyncIteration",        "StopIteration",
    "SyntaxError",        "SystemError",               "SystemExit",
    "TabError",           "TimeoutError",              "TypeError",
    "UnboundLocalError",  "UnicodeDecodeError",        "UnicodeEncodeError",
    "UnicodeError",       "UnicodeTranslateError",     "ValueError",
    "Warning",            "UserWarning",               "DeprecationWarning",
    "RuntimeWarning",     "ResourceWarning",           "FutureWarning",
    "ImportWarning",      "BytesWarning",              "UnicodeWarning",
    "SyntaxWarning",      "PendingDeprecationWarning", "ZeroDivisionError",
};

/// What all exceptions have, and fields may not be called.
const taken = .{ "args", "with_traceback", "add_note" };

/// Whether a struct says that it is an exception: `pub const nano_ffi_options =
/// .{ .exception = .ValueError };` in it. Asked of all types, before it is known which are classes.
pub fn isException(comptime T: type) bool {
    return comptime says: {
        if (@typeInfo(T) != .@"struct" or @typeInfo(T).@"struct".is_tuple) break :says false;
        if (!declarations.hasOptions(T)) break :says false;
        const Options = @TypeOf(declarations.optionsOf(T));
        break :says @hasField(Options, "exception") and
            @FieldType(Options, "exception") == @TypeOf(.enum_literal);
    };
}

/// The builtin exception that the class of `T` is derived from; null of what is no exception.
pub fn baseOf(comptime T: type) ?[:0]const u8 {
    return comptime base: {
        if (!isException(T)) break :base null;
        const name = @tagName(declarations.optionsOf(T).exception);
        for (bases) |known| if (std.mem.eql(u8, known, name)) {
            check(T);
            break :base known;
        };
        @compileError("nano_ffi: nano_ffi_options of " ++ @typeName(T) ++ " has .exception = ." ++
            name ++ ", which is no builtin exception that can be derived from");
    };
}

fn check(comptime T: type) void {
    const info = @typeInfo(T).@"struct";
    for (info.field_names, info.field_types) |name, Field| {
        const place = "nano_ffi: field '" ++ name ++ "' of the exception " ++ @typeName(T);
        const field_info = @typeInfo(Field);
        if (field_info == .pointer and field_info.pointer.size == .one and
            @typeInfo(field_info.pointer.child) == .@"struct")
            @compileError(place ++ " has type " ++ @typeName(Field) ++ ", and nothing that it " ++
                "points to where the exception comes out of a pickle: make it ?" ++
                @typeName(Field));
        for (taken) |other| if (std.mem.eql(u8, name, other)) @compileError(place ++
            " has the name of what all exceptions have: give it another one");
        if (isAddress(Field)) continue;
        if (signature.kindOf(Field) == null or !signature.isPart(Field) or
            !signature.isExact(Field) or !classes.isCopyable(Field)) @compileError(place ++
            " has type " ++ @typeName(Field) ++ ", which an exception cannot keep");
    }
}

/// Whether a field is a pointer to an object, `?*const Node`: it is None where there is none.
pub fn isAddress(comptime Field: type) bool {
    if (@typeInfo(Field) != .optional) return false;
    const info = @typeInfo(@typeInfo(Field).optional.child);
    return info == .pointer and info.pointer.size == .one and
        @typeInfo(info.pointer.child) == .@"struct";
}

/// Why an exception of a module cannot be made: a field that points to no class. In a test of a
/// file there are no classes.
pub fn whyUnmade(comptime T: type) ?[:0]const u8 {
    const info = @typeInfo(T).@"struct";
    inline for (info.field_names, info.field_types) |name, Field| {
        if (isAddress(Field) and !classes.isClass(classes.Pointee(@typeInfo(Field).optional.child)))
            return "field '" ++ name ++ "' of the exception " ++ @typeName(T) ++ " has type " ++
                @typeName(Field) ++ ", which points to no class: an exception cannot keep it";
    }
    return null;
}

/// Whether an exception has such fields.
pub fn hasAddress(comptime T: type) bool {
    return inline for (@typeInfo(T).@"struct".field_types) |Field| {
        if (isAddress(Field)) break true;
    } else false;
}

test isException {
    try std.testing.expect(!isException(struct {
        pub const nano_ffi_options = .{ .exception = .{ .gil = .released } };
    }));
}

test hasAddress {
    const Tree = comptime for (classes.all) |class| {
        if (std.mem.eql(u8, class.name, "Tree")) break class.T;
    } else unreachable;
    try std.testing.expect(isAddress(?*const Tree) and !isAddress(*Tree) and !isAddress(?*u8));
    try std.testing.expect(hasAddress(struct { line: usize, tree: ?*Tree }));
    try std.testing.expect(!hasAddress(struct { line: usize, next: ?usize }));
    try std.testing.expectEqual(null, comptime whyUnmade(struct { tree: ?*Tree }));
    const Other = struct { more: usize };
    try std.testing.expectStringStartsWith(
        comptime whyUnmade(struct { other: ?*const Other }).?,
        "field 'other' of the exception",
    );
}

test baseOf {
    const Failure = struct {
        line: usize,
        pub const nano_ffi_options = .{ .exception = .ValueError };
    };
    try std.testing.expectEqualStrings("ValueError", comptime baseOf(Failure).?);
    try std.testing.expectEqual(null, comptime baseOf(struct { line: usize }));
    try std.testing.expectEqual(null, comptime baseOf(usize));
}
