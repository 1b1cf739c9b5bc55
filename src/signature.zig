//! What a function takes and gives: its name, the names of its parameters, and the names of the
//! types that cross. One exhaustive switch, `typeName`, decides which Zig types can.

const std = @import("std");
const decimal = @import("digits.zig").decimal;
const allocators = @import("allocator.zig");
const classes = @import("classes.zig");
const declarations = @import("declarations.zig");
const dtypes = @import("dtypes.zig");
const exports = @import("exports.zig");
const literals = @import("literals.zig");
const ndarray = @import("ndarray.zig");
const standard = @import("standard.zig");
const untagged = @import("untagged.zig");
const vectors = @import("vectors.zig");
const tables = @import("tables.zig");
const variadic = @import("variadic.zig");

/// A function as the other side sees it. Everything in it lives as long as the program.
pub const Signature = struct {
    name: [:0]const u8,
    args: []const Argument,
    /// The type names of what is returned: one, or for a tuple one per field.
    ret: []const [:0]const u8,
    returns_tuple: bool = false,
    /// The `///` comment above the function.
    doc: [:0]const u8 = "",

    /// Whether all arguments can be given by position and by name, and no more of them.
    pub fn isPlain(signature: Signature) bool {
        return for (signature.args) |arg| {
            if (arg.way != .any) break false;
        } else true;
    }
};

/// How an argument is given.
pub const Way = enum {
    any,
    /// By position only.
    positional,
    /// By name only.
    named,
    /// All that are given by position besides.
    rest,
    /// All that are given by name besides.
    keywords,
};

pub const Argument = struct {
    name: [:0]const u8,
    typ: [:0]const u8,
    way: Way = .any,
    /// As a Python literal, what it is where it is left out; null where it may not be.
    default: ?[:0]const u8 = null,
};

/// Text: a parameter that takes str only, where a plain `[]const u8` takes bytes too.
pub const Str = struct { data: []const u8 };

/// Bytes: a parameter takes any bytes-like object, a result becomes bytes.
/// Data of a parameter is lent for the call; data of a result is copied.
pub const Bytes = struct { data: []const u8 };

/// The name of a file, as the system has it: a parameter takes str, bytes or what has `__fspath__`,
/// as Python's `open` does, and has no NUL. A result becomes a `pathlib.Path`.
pub const Path = struct { data: []const u8 };

/// A contiguous buffer of bytes that is only read: bytes, bytearray, memoryview, array, mmap …
/// `[]u8` is the one that can be written. Both are lent for the call, nothing is copied.
pub const Buffer = struct { data: []const u8 };

/// All that a reader reads: a parameter takes text, any bytes-like object, or an object with a
/// `read` method, which is called once.
pub const Input = struct { data: []const u8 };

/// A parameter that may be left out, which is not the same as its default value.
pub fn Given(comptime T: type, comptime default: T) type {
    return struct {
        value: ?T = null,

        pub const nano_ffi_given = T;
        /// As Python shows it.
        pub const literal: [:0]const u8 = if (@typeInfo(T) != .optional)
            literals.of(T, default) orelse "..."
        else if (default) |some| literals.of(T, some) orelse "..." else "None";
    };
}

/// An object of Python's as it is where no interpreter is. A boundary has a type of its own for it,
/// which says what it is in the same way.
pub const PlainObject = struct {
    handle: *anyopaque,

    pub const nano_ffi_object = {};
};

/// The same for one that its owner gives back.
pub const PlainReference = struct {
    handle: *anyopaque,

    pub const nano_ffi_reference = {};
};

/// For a `Callback` that nobody keeps.
pub const NotKept = struct {};

/// A Python callable as a Zig function of type `Function`, lent for the call. `call` fails with
/// error.PythonException where the callable raises, or returns what is no `R`; the function gives
/// that error on, and the exception goes on its way. `kept_by` says how the boundary calls, shares
/// and gives back one that is kept.
pub fn Callback(comptime Function: type, comptime kept_by: type) type {
    const info = @typeInfo(Function).@"fn";
    return struct {
        const Self = @This();

        pub const Args = std.meta.ArgsTuple(Function);
        pub const R = info.return_type.?;
        pub const nano_ffi_callback = Function;

        /// What only `invoke` knows what to do with.
        handle: *anyopaque,
        /// Which of its uses this is.
        number: usize = 0,
        invoke: *const fn (
            callback: Self,
            args: *const Args,
            arena: std.mem.Allocator,
        ) error{PythonException}!R,

        /// A new reference to the callable.
        own: *const fn (callback: Self) error{PythonException}!*anyopaque,

        pub fn call(callback: Self, args: Args) error{PythonException}!R {
            comptime expectFlat();
            return callback.invoke(callback, &args, .failing);
        }

        fn expectFlat() void {
            if (!classes.isFlat(R)) @compileError("nano_ffi: call() of a Callback that returns " ++
                @typeName(R) ++ " needs memory: callAlloc(args, allocator) has it");
        }

        /// The callable for longer than the call, in a field of a struct. Needs the GIL.
        pub fn keep(callback: Self) error{PythonException}!Kept {
            return .{ .handle = try callback.own(callback) };
        }

        /// A callable that Zig owns a reference to, as `Reference` is one to any object. It is
        /// called with the GIL, during a call that has an object with such a field.
        pub const Kept = struct {
            handle: *anyopaque,

            pub const nano_ffi_kept = Self;

            pub fn call(kept: Kept, args: Args) error{PythonException}!R {
                comptime expectFlat();
                return kept_by.call(Self, kept.handle, &args, .failing);
            }

            /// See Callback's.
            pub fn callAlloc(
                kept: Kept,
                args: Args,
                arena: std.mem.Allocator,
            ) error{PythonException}!R {
                return kept_by.call(Self, kept.handle, &args, arena);
            }

            /// The same callable for another owner.
            pub fn keep(kept: Kept) Kept {
                return .{ .handle = kept_by.keep(kept.handle) };
            }

            /// May run Python code, as the last reference to an object does.
            pub fn release(kept: Kept) void {
                kept_by.release(kept.handle);
            }

            pub fn deinit(kept: Kept) void {
                kept.release();
            }
        };

        /// The same with memory of `arena` for the result, which has all parts of it.
        pub fn callAlloc(
            callback: Self,
            args: Args,
            arena: std.mem.Allocator,
        ) error{PythonException}!R {
            return callback.invoke(callback, &args, arena);
        }
    };
}

/// Whether a `T` is an object of Python's, lent for the call.
pub fn isObject(comptime T: type) bool {
    return comptime says(T, "nano_ffi_object");
}

/// Whether a `T` is one reference to an object of Python's, which its owner gives back.
pub fn isReference(comptime T: type) bool {
    return comptime (says(T, "nano_ffi_reference") or isKeptCallback(T));
}

pub fn isKeptCallback(comptime T: type) bool {
    return comptime says(T, "nano_ffi_kept");
}

fn says(comptime T: type, comptime what: []const u8) bool {
    return @typeInfo(T) == .@"struct" and !@typeInfo(T).@"struct".is_tuple and @hasDecl(T, what);
}

/// The ways in which a type can cross.
pub const Kind = enum {
    void,
    bool,
    int,
    float,
    complex,
    /// str, and nothing else.
    str,
    /// `[]const u8`: str, or any bytes-like object.
    text,
    /// The same as C has it: str or bytes, with a NUL behind it and none in it. No part of others.
    /// `[:0]u8` is a result only: bytes, as `[]u8`.
    terminated,
    bytes,
    /// What names a file.
    path,
    /// Bytes in place: read, or written where the slice is not const.
    buffer,
    /// What a `*std.Io.Reader` reads. A parameter only.
    input,
    /// What may be left out, and is no `?T`. A parameter only.
    given,
    /// `Args` and `Kwargs` of variadic.zig. Parameters only.
    rest,
    keywords,
    /// Any other slice: lent by a buffer of numbers, or copied from a list or tuple.
    items,
    array,
    /// A buffer in place, with shape and strides.
    ndarray,
    /// An array whose memory becomes Python's. A result, or a part of one.
    made,
    /// A column of Arrow: lent as a parameter, as a result the function's own.
    column,
    /// One item or an array of such, for a function that is called with each: see elementwise.zig.
    /// A parameter only.
    operand,
    /// The arrays that such a function writes. A parameter only.
    out,
    /// What such a function gives. A result only.
    results,
    tuple,
    optional,
    @"enum",
    /// A packed struct of bools: any of its members.
    flags,
    /// An enum without members, as those of indices are, `enum(u32) { _ }`: an int.
    index,
    /// `std.math.Order`: -1, 0 or 1.
    order,
    /// A date, an exact number: see standard.zig.
    standard,
    /// A struct with fields that can cross, by value.
    record,
    /// `union(enum)`: one of its tags, with what that has.
    tagged,
    /// A struct that is a class of the module, by value: see classes.zig.
    class,
    /// A pointer to one.
    reference,
    /// A pointer to a tagged union, which is copied with it, as one has that has others of its kind
    /// in it.
    link,
    /// A slice of such that only a result can be: a list of objects.
    objects,
    /// `std.StringHashMap`.
    map,
    /// A map with other keys: a dict; or a set. A parameter or a result, and no part of others.
    table,
    object,
    /// A Python object that is the function's to give: a result or a field.
    kept,
    callback,
    owned,
};

/// How `T` crosses; null where it cannot. The one place where that is decided.
pub fn kindOf(comptime T: type) ?Kind {
    return comptime decide(T, &.{});
}

/// `within` are the structs and unions that a `T` was found in: one of them again is a part that
/// may hold others of its kind, as a tree does.
fn decide(comptime T: type, comptime within: []const type) ?Kind {
    @setEvalBranchQuota(1_000_000_000);
    if (classes.isClass(T)) return .class;
    if (contains(within, T)) {
        if (!isAnyNamed(within[std.mem.indexOfScalar(type, within, T).?..])) return null;
        return if (@typeInfo(T) == .@"union") .tagged else .record;
    }
    switch (T) {
        Str => return .str,
        []const u8 => return .text,
        [:0]const u8, [*:0]const u8, [:0]u8 => return .terminated,
        Bytes => return .bytes,
        Path => return .path,
        Buffer, []u8 => return .buffer,
        Input => return .input,
        std.math.Order => return .order,
        else => {},
    }
    return switch (@typeInfo(T)) {
        .void => .void,
        .bool => .bool,
        .int => |int| if (int.bits >= 1) .int else null,
        .float => .float,
        .pointer => |pointer| pointerKind(pointer, within),
        .array => |array| if (array.sentinel() == null and
            (isPartWithin(array.child, within) or isMade(array.child))) .array else null,
        .optional => |optional| if (decide(optional.child, within)) |kind| switch (kind) {
            .optional, .void => null, // None would be both
            .rest, .keywords => null,
            else => .optional,
        } else null,
        .@"enum" => |info| if (@bitSizeOf(T) > 64)
            null
        else if (info.field_names.len > 0) .@"enum" else if (isOpen(T)) .index else null,
        .@"struct" => |info| structKind(T, info, within),
        .@"union" => |info| if (@hasDecl(T, "nano_ffi_operand"))
            .operand
        else if (@hasDecl(T, "nano_ffi_results"))
            .results
        else if (isTagged(info, within ++ .{T})) .tagged else null,
        .type, .noreturn, .comptime_float, .comptime_int, .undefined, .null, .enum_literal => null,
        .error_union, .error_set, .@"fn", .@"opaque", .frame, .@"anyframe" => null,
        .vector, .spirv => null,
    };
}

fn pointerKind(comptime pointer: std.lang.Type.Pointer, comptime within: []const type) ?Kind {
    if (pointer.sentinel_ptr != null or !isPlain(pointer)) return null;
    if (pointer.size == .one) {
        if (classes.isClass(pointer.child)) return .reference;
        const is_union = @typeInfo(pointer.child) == .@"union";
        return if (is_union and decide(pointer.child, within) == .tagged) .link else null;
    }
    if (pointer.size != .slice) return null;
    const is_part = isPartWithin(pointer.child, within);
    if (is_part and !(classes.isClass(pointer.child) and
        !pointer.attrs.@"const")) return .items;
    if (isMade(pointer.child)) return .items;
    return switch (decide(pointer.child, within) orelse return null) {
        .reference => .objects,
        .tuple => if (holdsObjects(pointer.child)) .objects else null,
        .class => if (is_part or !(classes.isHeapHandle(pointer.child) or
            classes.holdsReferences(pointer.child))) .objects else null,
        else => null,
    };
}

/// Whether a struct is one of Zig's own library that has a state, so that its fields are nobody
/// else's.
fn isLibraryObject(comptime T: type) bool {
    if (@typeInfo(T).@"struct".is_tuple or !isLibrary(T)) return false;
    return inline for (.{
        "init", "deinit", "next", "empty", "initEmpty", "initFull",
    }) |name| {
        if (@hasDecl(T, name)) break true;
    } else false;
}

/// Whether a type is of Zig's own library: its name has the place there in front.
pub fn isLibrary(comptime T: type) bool {
    const name = @typeName(T);
    const end = comptime std.mem.indexOfAny(u8, name, ".(") orelse name.len;
    if (@hasDecl(std, name[0..end])) return true;
    // Files of it that have no other name.
    inline for (.{
        "buf_map",          "buf_set",
        "deque",            "priority_queue",
        "priority_dequeue", "treap",
        "multi_array_list", "tz",
    }) |file| if (comptime std.mem.eql(u8, name[0..end], file)) return true;
    return false;
}

/// Whether a `T` is a set of flags: a packed struct of bools, with what is between and behind them.
pub fn isFlags(comptime T: type) bool {
    return comptime flags: {
        if (@typeInfo(T) != .@"struct" or @typeInfo(T).@"struct".layout != .@"packed" or
            @bitSizeOf(T) > 63) break :flags false;
        const info = @typeInfo(T).@"struct";
        var count = 0;
        for (info.field_names, info.field_types, info.field_attrs) |name, Field, attrs| {
            const is_padding = name[0] == '_' and attrs.defaultValue(Field) != null;
            if (Field == bool) {
                if (!is_padding) count += 1;
            } else if (!is_padding or @typeInfo(Field) != .int) break :flags false;
        }
        break :flags count > 0;
    };
}

/// Whether values of an enum may be other than its members: they are ints then.
pub fn isOpen(comptime E: type) bool {
    return @typeInfo(E).@"enum".mode != .exhaustive;
}

/// What the class of an enum or of a set of flags is derived from, of Python's module enum.
pub const EnumBase = enum { IntEnum, StrEnum, IntFlag, Flag };

/// As the type says it: `pub const nano_ffi_options = .{ .base = .StrEnum };`.
pub fn enumBaseOf(comptime E: type) EnumBase {
    return comptime base: {
        const of_flags = @typeInfo(E) == .@"struct";
        const usual: EnumBase = if (of_flags) .IntFlag else .IntEnum;
        if (!declarations.hasOptions(E)) break :base usual;
        const given = declarations.optionsOf(E);
        if (!@hasField(@TypeOf(given), "base")) break :base usual;
        const other: EnumBase = if (of_flags) .Flag else .StrEnum;
        for (.{ usual, other }) |base| {
            if (given.base != base) continue;
            if (base == .StrEnum and isOpen(E)) @compileError("nano_ffi: nano_ffi_options of " ++
                @typeName(E) ++ " has .base = .StrEnum, and its values may be ints that no " ++
                "member has: leave '_' out");
            break :base base;
        }
        @compileError("nano_ffi: nano_ffi_options of " ++ @typeName(E) ++ " has .base = " ++
            std.fmt.comptimePrint("{any}", .{given.base}) ++ ": it is ." ++ @tagName(usual) ++
            " or ." ++ @tagName(other));
    };
}

/// The members of an enum or a set of flags.
pub fn membersOf(comptime T: type) []const Member {
    var members: []const Member = &.{};
    switch (@typeInfo(T)) {
        .@"enum" => |info| for (info.field_names, info.field_values) |name, value| {
            members = members ++ .{Member{ .name = name, .value = value }};
        },
        .@"struct" => |info| for (info.field_names, info.field_types) |name, Field| {
            if (Field == bool and name[0] != '_') members = members ++ .{Member{
                .name = name,
                .value = 1 << @bitOffsetOf(T, name),
            }};
        },
        else => unreachable,
    }
    return members;
}

pub const Member = struct { name: [:0]const u8, value: comptime_int };

/// Whether a pointer is to memory as any other: Python's has no alignment but that of its type.
pub fn isPlain(comptime pointer: std.lang.Type.Pointer) bool {
    const attrs = pointer.attrs;
    const is_generic = attrs.@"addrspace" == null or attrs.@"addrspace" == .generic;
    return !attrs.@"volatile" and !attrs.@"allowzero" and attrs.@"align" == null and is_generic;
}

fn structKind(
    comptime T: type,
    comptime info: std.lang.Type.Struct,
    comptime within: []const type,
) ?Kind {
    if (!info.is_tuple and @hasDecl(T, "nano_ffi_owned"))
        return if (isPartWithin(T.nano_ffi_owned, within) or
            decide(T.nano_ffi_owned, within) == .objects) .owned else null;
    if (isObject(T)) return .object;
    if (isReference(T)) return .kept;
    if (!info.is_tuple and @hasDecl(T, "nano_ffi_callback"))
        return if (isCallback(@typeInfo(T.nano_ffi_callback).@"fn")) .callback else null;
    if (!info.is_tuple and @hasDecl(T, "nano_ffi_ndarray"))
        return if (isBufferItem(T.Item) or (dtypes.isRecord(T.Item) and
            isPartWithin(T.Item, within))) .ndarray else null;
    if (!info.is_tuple and @hasDecl(T, "nano_ffi_args"))
        return if (isPartWithin(T.nano_ffi_args, within)) .rest else null;
    if (!info.is_tuple and @hasDecl(T, "nano_ffi_kwargs"))
        return if (isPartWithin(T.nano_ffi_kwargs, within)) .keywords else null;
    if (!info.is_tuple and @hasDecl(T, "nano_ffi_given"))
        return if (decide(T.nano_ffi_given, within) != null) .given else null;
    if (!info.is_tuple and @hasDecl(T, "nano_ffi_array"))
        return if (dtypes.isItem(T.Item)) .made else null;
    if (!info.is_tuple and @hasDecl(T, "nano_ffi_out")) return .out;
    if (!info.is_tuple and @hasDecl(T, "nano_ffi_column"))
        return if (isColumnItem(T.Item)) .column else null;
    if (comptime isComplex(T)) return .complex;
    if (standard.of(T) != null) return .standard;
    if (tables.of(T)) |table| return if (isPartWithin(table.Key, within) and
        (table.Value == void or isPartWithin(table.Value, within))) .table else null;
    if (comptime isStringMap(T))
        return if (isPartWithin(MapValue(T), within) or isMade(MapValue(T))) .map else null;
    if (isFlags(T)) return .flags;
    if (info.field_types.len == 0 or isLibraryObject(T)) return null;
    if (classes.unalignedFieldOf(T) != null) return null;
    inline for (info.field_types, info.field_attrs) |Field, attrs| {
        if (attrs.@"comptime" or
            !(isPartWithin(Field, within ++ .{T}) or isMade(Field) or
                (info.is_tuple and isObjectItem(Field, within ++ .{T}))))
            return null;
    }
    return if (info.is_tuple) .tuple else .record;
}

/// Whether a struct is one value in Python.
pub fn isValue(comptime T: type) bool {
    return comptime isComplex(T) or standard.of(T) != null or isFlags(T);
}

/// Whether a struct that is no class is what its fields are in Python, where these can cross.
pub fn isItsFields(comptime T: type) bool {
    const info = @typeInfo(T).@"struct";
    if (info.is_tuple) return true;
    inline for (.{
        "nano_ffi_owned", "nano_ffi_callback", "nano_ffi_ndarray",
        "nano_ffi_args",  "nano_ffi_kwargs",   "nano_ffi_given",
        "nano_ffi_array", "nano_ffi_out",      "nano_ffi_column",
    }) |own| if (@hasDecl(T, own)) return false;
    return comptime !(isObject(T) or isReference(T) or isValue(T) or tables.of(T) != null or
        isStringMap(T) or isLibraryObject(T)) and info.field_types.len > 0 and
        classes.unalignedFieldOf(T) == null;
}

fn isTagged(comptime info: std.lang.Type.Union, comptime within: []const type) bool {
    if (info.tag_type == null or info.field_types.len == 0) return false;
    for (info.field_types) |Field| if (!isPartWithin(Field, within)) return false;
    return true;
}

/// Whether a value of type `T` can be inside of another one: it needs nothing but a copy.
pub fn isPart(comptime T: type) bool {
    return comptime isPartWithin(T, &.{});
}

fn isPartWithin(comptime T: type, comptime within: []const type) bool {
    return switch (decide(T, within) orelse return false) {
        .callback, .owned, .ndarray, .reference, .objects, .kept => false,
        // Nothing says how long the text of a pointer alone is before it is looked at.
        .terminated => isBytes(T),
        .input, .given, .made, .operand, .out, .results => false,
        .table => tables.isPart(T),
        .rest, .keywords, .column => false,
        .tuple, .record, .items, .array, .map => !holdsMade(T) and !holdsObjects(T),
        .class => classes.isCopyable(T),
        .optional => isPartWithin(@typeInfo(T).optional.child, within),
        else => true,
    };
}

fn contains(comptime types: []const type, comptime T: type) bool {
    for (types) |other| if (other == T) return true;
    return false;
}

/// `found`, and `T` with the types of all its parts, each once.
fn withParts(comptime T: type, comptime found: []const type) []const type {
    if (contains(found, T)) return found;
    var all: []const type = found ++ .{T};
    const parts: []const type = switch (kindOf(T).?) {
        .items => &.{@typeInfo(T).pointer.child},
        .array => &.{@typeInfo(T).array.child},
        .optional => &.{@typeInfo(T).optional.child},
        .link => &.{@typeInfo(T).pointer.child},
        .map => &.{MapValue(T)},
        .table => &.{ tables.of(T).?.Key, tables.of(T).?.Value },
        .tuple, .record => @typeInfo(T).@"struct".field_types,
        .tagged => @typeInfo(T).@"union".field_types,
        .complex => &.{@FieldType(T, "re")},
        .owned => &.{T.nano_ffi_owned},
        .given => &.{T.nano_ffi_given},
        .rest => &.{T.nano_ffi_args},
        .keywords => &.{T.nano_ffi_kwargs},
        else => &.{},
    };
    for (parts) |Part| all = withParts(Part, all);
    return all;
}

/// Whether a value of a struct or union may have others of its type in it, however deep.
pub fn holdsItself(comptime T: type) bool {
    return comptime holds: {
        const types = switch (@typeInfo(T)) {
            .@"struct" => |info| info.field_types,
            .@"union" => |info| info.field_types,
            else => unreachable,
        };
        for (types) |Field| if (contains(withParts(Field, &.{}), T)) break :holds true;
        break :holds false;
    };
}

/// Whether a Python object is in a `T`, which can cross.
pub fn holdsObject(comptime T: type) bool {
    return comptime for (withParts(T, &.{})) |Part| {
        if (isObject(Part)) break true;
    } else false;
}

/// Whether a `T` has a part that the function could write into: nobody would see it, since parts
/// are copied. A parameter itself, and what it is where it is not null, is lent in place.
pub fn hasWritablePart(comptime T: type) bool {
    return comptime for (withParts(T, &.{})) |Part| {
        if (Part == T or Part == Value(T) or @typeInfo(Part) != .pointer) continue;
        if (kindOf(Part) == .link) continue; // the value is meant
        // So it is with a list in a union that holds the union, as with std.ArrayList.
        const Item = @typeInfo(Part).pointer.child;
        if (@typeInfo(Item) == .@"union" and contains(withParts(Item, &.{}), Part)) continue;
        if (!@typeInfo(Part).pointer.attrs.@"const") break true;
    } else false;
}

/// Whether a `T` is a slice that is not const, of what no buffer has.
fn isWrittenCopy(comptime T: type) bool {
    return kindOf(T) == .items and !@typeInfo(T).pointer.attrs.@"const" and
        !isBufferItem(@typeInfo(T).pointer.child) and !isWrittenRecords(T);
}

/// Whether a `T` is a slice of structs that is not const: as a parameter, records that are written
/// where they lie.
pub fn isWrittenRecords(comptime T: type) bool {
    return comptime switch (@typeInfo(T)) {
        .pointer => |pointer| pointer.size == .slice and !pointer.attrs.@"const" and
            isPlain(pointer) and pointer.sentinel_ptr == null and dtypes.isRecord(pointer.child),
        else => false,
    };
}

/// Whether every value of type `T` is one in Python, too: a float of more than 64 bits is not.
pub fn isExact(comptime T: type) bool {
    return comptime for (withParts(T, &.{})) |Part| {
        if (@typeInfo(Part) == .float and @typeInfo(Part).float.bits > 64) break false;
    } else true;
}

/// Arguments of any kind that can go out, and a result of any that is a copy of what comes in.
fn isCallback(comptime info: std.lang.Type.Fn) bool {
    for (info.param_types) |Param| {
        const T = Param orelse return false;
        const is_lent = switch (kindOf(T) orelse return false) {
            .reference => true,
            .class => !classes.hasDeinit(T) and !classes.holdsReferences(T),
            else => false,
        };
        if (!is_lent and !(isPart(T) and isExact(T))) return false;
    }
    const R = info.return_type orelse return false;
    return R == void or isPart(R);
}

fn isComplex(comptime T: type) bool {
    const Part = if (@hasField(T, "re")) @FieldType(T, "re") else return false;
    return @typeInfo(Part) == .float and T == std.math.Complex(Part);
}

fn isStringMap(comptime T: type) bool {
    return @typeInfo(T) == .@"struct" and !@typeInfo(T).@"struct".is_tuple and @hasDecl(T, "KV") and
        @hasField(T, "unmanaged") and @FieldType(T.KV, "key") == []const u8 and
        T == std.StringHashMap(@FieldType(T.KV, "value"));
}

/// The type of the values of a `std.StringHashMap`.
pub fn MapValue(comptime Map: type) type {
    return @FieldType(Map.KV, "value");
}

/// Whether only a result can be, or have, a `T`, which needs nothing of what was passed.
fn isMade(comptime T: type) bool {
    return (holdsMade(T) or isMadeColumn(T)) and !holdsObjects(T);
}

/// Whether a `T` is an object of its own, or one with such an item, that may be in a tuple.
fn isObjectItem(comptime T: type, comptime within: []const type) bool {
    return switch (decide(T, within) orelse return false) {
        .reference => true,
        .class => isOwner(T),
        .optional => isObjectItem(@typeInfo(T).optional.child, within),
        .tuple => holdsObjects(T),
        else => false,
    };
}

/// Whether a value of a class is no copy of its fields, and is given as it is.
fn isOwner(comptime T: type) bool {
    return !classes.isCopyable(T) and !classes.isHeapHandle(T) and !classes.holdsReferences(T);
}

/// Whether a `T`, a tuple or what has such in it, has pointers to objects, or objects that own
/// what they have: it is only a result.
pub fn holdsObjects(comptime T: type) bool {
    return comptime holdsWithin(.objects, T, &.{});
}

/// Whether it has pointers to objects: then the function takes one.
fn holdsAddress(comptime T: type) bool {
    return comptime holdsWithin(.addresses, T, &.{});
}

fn holdsWithin(
    comptime what: enum { objects, addresses },
    comptime T: type,
    comptime within: []const type,
) bool {
    if (contains(within, T)) return false;
    if (classes.isClass(T)) return what == .objects and within.len > 0 and isOwner(T);
    const inner = within ++ .{T};
    return switch (@typeInfo(T)) {
        .optional => |optional| holdsWithin(what, optional.child, inner),
        .pointer => |pointer| switch (pointer.size) {
            .slice => holdsWithin(what, pointer.child, inner),
            .one => classes.isClass(pointer.child),
            else => false,
        },
        .array => |array| holdsWithin(what, array.child, inner),
        .@"struct" => |info| if (isStringMap(T))
            holdsWithin(what, MapValue(T), inner)
        else for (info.field_types) |Field| {
            if (holdsWithin(what, Field, inner)) break true;
        } else false,
        else => false,
    };
}

/// Whether a `T` is an array that a function makes, or has one, or a column, in it.
pub fn holdsMade(comptime T: type) bool {
    return comptime holdsMadeWithin(T, &.{});
}

/// Whether a `T` is a column, which is a parameter as well, or may be one.
pub fn isMadeColumn(comptime T: type) bool {
    return switch (@typeInfo(T)) {
        .optional => |optional| isMadeColumn(optional.child),
        .@"struct" => |info| !info.is_tuple and @hasDecl(T, "nano_ffi_column") and
            isColumnItem(T.Item),
        else => false,
    };
}

fn holdsMadeWithin(comptime T: type, comptime within: []const type) bool {
    if (contains(within, T) or classes.isClass(T)) return false;
    return switch (@typeInfo(T)) {
        .optional => |optional| holdsMadeWithin(optional.child, within),
        .pointer => |pointer| pointer.size == .slice and isMadeWithin(pointer.child, within),
        .array => |array| isMadeWithin(array.child, within),
        .@"struct" => |info| if (!info.is_tuple and @hasDecl(T, "nano_ffi_array"))
            dtypes.isItem(T.Item)
        else if (isStringMap(T))
            isMadeWithin(MapValue(T), within)
        else for (info.field_types) |Field| {
            if (holdsMadeWithin(Field, within ++ .{T}) or isMadeColumn(Field)) break true;
        } else false,
        else => false,
    };
}

fn isMadeWithin(comptime T: type, comptime within: []const type) bool {
    return holdsMadeWithin(T, within) or isMadeColumn(T);
}

/// Whether a buffer of another object can hold values of `T`: numbers of a size that memory has.
pub fn isBufferItem(comptime T: type) bool {
    return switch (@typeInfo(T)) {
        .bool => true,
        .float => |float| float.bits == 16 or float.bits == 32 or float.bits == 64,
        .int => |int| int.bits == 8 or int.bits == 16 or int.bits == 32 or int.bits == 64,
        .@"struct" => T == std.math.Complex(f32) or T == std.math.Complex(f64),
        else => false,
    };
}

/// Whether a column of Arrow can have rows of type `T`.
fn isColumnItem(comptime T: type) bool {
    return T == []const u8 or (isBufferItem(T) and @typeInfo(T) != .@"struct");
}

/// Whether a `T` is a number, or a bool, that can be read out of memory of others.
pub fn isNumber(comptime T: type) bool {
    return switch (comptime kindOf(T) orelse return false) {
        .bool, .int, .float, .complex => true,
        else => false,
    };
}

/// The name by which Python knows the type of a parameter or result; null where it cannot cross.
pub fn typeName(comptime T: type) ?[:0]const u8 {
    return comptime nameOf(T);
}

fn nameOf(comptime T: type) ?[:0]const u8 {
    return switch (kindOf(T) orelse return null) {
        .void, .bool, .int, .float => @typeName(T),
        .complex => "complex",
        .order => "order",
        .index => @typeName(@typeInfo(T).@"enum".tag_type),
        .standard => standard.of(T).?.name,
        .path => "path",
        .str, .text => "str",
        .terminated => if (T == [:0]u8) "bytes" else "str",
        .bytes => "bytes",
        .input => "input",
        .given => typeName(T.nano_ffi_given).?,
        .rest => "Args(" ++ typeName(T.nano_ffi_args).? ++ ")",
        .keywords => "Kwargs(" ++ typeName(T.nano_ffi_kwargs).? ++ ")",
        .buffer => "buffer",
        .object, .kept => "object",
        .callback => callback: {
            const info = @typeInfo(T.nano_ffi_callback).@"fn";
            var name: [:0]const u8 = "fn (";
            for (info.param_types, 0..) |Param, index|
                name = name ++ (if (index == 0) "" else ", ") ++ typeName(Param.?).?;
            break :callback name ++ ") " ++ typeName(info.return_type.?).?;
        },
        .optional => "?" ++ typeName(@typeInfo(T).optional.child).?,
        .items => (if (@typeInfo(T).pointer.attrs.@"const") "[]const " else "[]") ++
            typeName(@typeInfo(T).pointer.child).?,
        .array => "[" ++ decimal(@typeInfo(T).array.len) ++ "]" ++ typeName(
            @typeInfo(T).array.child,
        ).?,
        .tuple => tuple: {
            var name: [:0]const u8 = "";
            for (@typeInfo(T).@"struct".field_types) |Field|
                name = name ++ (if (name.len == 0) "(" else ", ") ++ typeName(Field).?;
            break :tuple name ++ ")";
        },
        .map => "dict[str, " ++ typeName(MapValue(T)).? ++ "]",
        .table => table: {
            const key = typeName(tables.of(T).?.Key).?;
            if (tables.isList(T)) break :table "[]" ++ key;
            if (tables.of(T).?.Value == void) break :table "set[" ++ key ++ "]";
            break :table "dict[" ++ key ++ ", " ++ typeName(tables.of(T).?.Value).? ++ "]";
        },
        .@"enum", .flags => shortName(T),
        .record => if (isNamed(T)) shortName(T) else fields("struct", @typeInfo(T).@"struct"),
        .tagged => tagged: {
            if (untagged.isUntagged(T)) _ = untagged.formsOf(T); // no two tags that are the same
            break :tagged if (isNamed(T))
                shortName(T)
            else
                fields("union", @typeInfo(T).@"union");
        },
        .class => classes.nameOf(T),
        .reference => (if (@typeInfo(T).pointer.attrs.@"const") "*const " else "*") ++
            classes.nameOf(@typeInfo(T).pointer.child),
        .objects => "[]" ++ typeName(@typeInfo(T).pointer.child).?,
        .link => typeName(@typeInfo(T).pointer.child).?,
        .ndarray => std.fmt.comptimePrint("{s}({s}, {d})", .{
            if (T.nano_ffi_ndarray.access == .write) "NdArrayMut" else "NdArray",
            if (isBufferItem(T.Item)) @typeName(T.Item) else typeName(T.Item).?,
            T.nano_ffi_ndarray.dimensions,
        }),
        .made => std.fmt.comptimePrint("Array({s}, {d})", .{
            typeName(T.Item) orelse shortName(T.Item),
            T.nano_ffi_array.dimensions,
        }),
        .column => "Column(" ++ typeName(T.Item).? ++ ")",
        .operand => "Elementwise(" ++ typeName(T.nano_ffi_operand).? ++ ")",
        .out => "Out(" ++ listOf(T.nano_ffi_out) ++ ")",
        .results => "Elementwise(" ++ listOf(T.nano_ffi_results) ++ ")",
        .owned => typeName(T.nano_ffi_owned).?,
    };
}

fn listOf(comptime types: []const type) [:0]const u8 {
    var text: [:0]const u8 = "";
    for (types) |T| text = text ++ (if (text.len == 0) "" else ", ") ++ typeName(T).?;
    return text;
}

/// Where types are parts of each other and none has a name, there is no end to what they are
/// called.
fn isAnyNamed(comptime types: []const type) bool {
    for (types) |T| if (isNamed(T)) return true;
    return false;
}

/// Whether the program gave `T` its name, and not the compiler.
fn isNamed(comptime T: type) bool {
    const name = shortName(T);
    return std.mem.find(u8, name, "__struct_") == null and
        std.mem.find(u8, name, "__union_") == null;
}

fn fields(comptime keyword: []const u8, comptime info: anytype) [:0]const u8 {
    var text: [:0]const u8 = keyword ++ " {";
    for (info.field_names, info.field_types, 0..) |name, Field, index|
        text = text ++ (if (index == 0) " " else ", ") ++ name ++ ": " ++ typeName(Field).?;
    return text ++ " }";
}

/// The name of a declared type, as Python has it, without where it is declared.
pub fn shortName(comptime T: type) [:0]const u8 {
    return comptime name: {
        @setEvalBranchQuota(1_000_000_000);
        if (T == std.json.Value) break :name "JsonValue"; // many have a Value of their own
        const full = @typeName(T);
        const dot = std.mem.lastIndexOfScalar(u8, full, '.') orelse break :name full;
        break :name pythonName(full[dot + 1 ..]);
    };
}

/// An order as Python has it.
pub fn numberOf(order: std.math.Order) i8 {
    return switch (order) {
        .lt => -1,
        .eq => 0,
        .gt => 1,
    };
}

/// Whether a type is a slice of bytes, with a zero behind them or without.
pub fn isBytes(comptime T: type) bool {
    return T == []const u8 or T == []u8 or T == [:0]const u8 or T == [:0]u8;
}

/// How many items are in the memory of a slice: one more than it has, where that ends it.
pub inline fn roomOf(slice: anytype) usize {
    const ends = @typeInfo(@TypeOf(slice)).pointer.sentinel_ptr != null;
    return slice.len + @intFromBool(ends);
}

/// A text, or null, as a slice without the NUL behind it, where a `T` has one.
pub fn unterminated(comptime T: type, value: T) Unterminated(T) {
    return switch (T) {
        [*:0]const u8 => std.mem.span(value),
        ?[*:0]const u8 => if (value) |text| std.mem.span(text) else null,
        else => value,
    };
}

fn Unterminated(comptime T: type) type {
    return switch (T) {
        [:0]const u8, [*:0]const u8, [:0]u8 => []const u8,
        ?[:0]const u8, ?[*:0]const u8, ?[:0]u8 => ?[]const u8,
        else => T,
    };
}

/// What a function returns when it does not fail.
pub fn Payload(comptime Result: type) type {
    return switch (@typeInfo(Result)) {
        .error_union => |result| result.payload,
        else => Result,
    };
}

/// A name as Python has it: its keywords, which cannot be names, end in "_".
pub fn pythonName(comptime name: [:0]const u8) [:0]const u8 {
    @setEvalBranchQuota(1_000_000_000);
    const keywords = .{
        "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
        "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
        "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
        "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield",
    };
    inline for (keywords) |keyword| if (comptime std.mem.eql(u8, name, keyword)) return name ++ "_";
    return name;
}

/// Whether nano_ffi gives what a parameter of type `T` takes, and not Python.
pub fn isProvided(comptime T: type) bool {
    return T == std.mem.Allocator or T == std.Io;
}

/// The parameters that Python gives.
pub fn passedOf(comptime params: []const ?type) []const usize {
    comptime var passed: []const usize = &.{};
    inline for (params, 0..) |Param, index| {
        if (Param == null or !isProvided(Param.?)) passed = passed ++ .{index};
    }
    return passed;
}

fn takesObject(comptime params: []const ?type) bool {
    return for (params) |Param| {
        if (classes.isClass(classes.Pointee(Param.?))) break true;
        const T = Value(Param.?);
        if (kindOf(T) == .objects and isReadOnly(T)) break true;
    } else false;
}

/// Whether a result is a pointer into an object that was passed.
fn isLent(comptime kind: Kind, comptime T: type) bool {
    return kind == .reference or (kind == .objects and holdsAddress(T)) or
        (kind == .tuple and holdsAddress(T)) or
        (kind == .owned and kindOf(T.nano_ffi_owned) == .objects and isLent(
            .objects,
            T.nano_ffi_owned,
        ));
}

/// Whether a `T` is a list of objects that can be a parameter: they are read.
fn isReadOnly(comptime T: type) bool {
    const pointer = @typeInfo(T).pointer;
    const info = @typeInfo(pointer.child);
    return pointer.attrs.@"const" and (classes.isClass(pointer.child) or (info == .pointer and
        info.pointer.size == .one and info.pointer.attrs.@"const" and
        classes.isClass(info.pointer.child)));
}

/// Whether what a function changes or gives may point to one of the objects that it is given as a
/// list: `.keeps` says that it does not.
fn mayKeepObjects(
    comptime info: std.lang.Type.Fn,
    comptime spec: anytype,
    comptime parameter: usize,
) bool {
    if (@hasField(@TypeOf(spec), "says_keeps") and spec.says_keeps)
        return exports.isKept(spec, parameter);
    for (info.param_types, 0..) |Param, index| {
        const Class = classes.Pointee(Value(Param orelse continue));
        if (index == parameter or !classes.isClass(Class) or classes.isFlat(Class)) continue;
        if (isChanged(Value(Param.?)) or (!classes.isCopyable(Class) and classes.isProxy(Class)))
            return true;
    }
    const R = Value(Payload(info.return_type.?));
    return classes.isClass(R) and !classes.isFlat(R);
}

fn isChanged(comptime T: type) bool {
    return @typeInfo(T) == .pointer and !@typeInfo(T).pointer.attrs.@"const";
}

/// What a `T` is where it is not null.
fn Value(comptime T: type) type {
    return switch (@typeInfo(T)) {
        .optional => |optional| optional.child,
        else => T,
    };
}

fn isTuple(comptime T: type) bool {
    return switch (@typeInfo(T)) {
        .@"struct" => |info| info.is_tuple,
        else => false,
    };
}

/// Whether other threads of the interpreter run during a function.
pub const Gil = enum { held, released };

/// The signature of `function` under `name`.
///
/// `spec` says what Zig's type does not: `.args`, one `.{ .name = "a", .typ = .i64 }` per
/// parameter, `.ret`, a type name or a tuple of them, `.params`, only the names, `.defaults`, by
/// name what a parameter is that is left out, `.doc`, and `.gil = .released` for a function during
/// which other Python threads run. Each may be left out. What is said twice must agree: a wrong
/// signature is a compile error. A `?T` is null where it is left out, and nothing behind it is
/// required.
pub fn of(
    comptime name: [:0]const u8,
    comptime function: anytype,
    comptime spec: anytype,
) Signature {
    return switch (comptime analyze(name, function, spec)) {
        .signature => |signature| signature,
        .refused => |reason| @compileError("nano_ffi: " ++ reason),
    };
}

pub const Analysis = union(enum) { signature: Signature, refused: [:0]const u8 };

/// The signature as `of` gives it, or why there is none.
pub fn analyze(
    comptime name: [:0]const u8,
    comptime function: anytype,
    comptime spec: anytype,
) Analysis {
    @setEvalBranchQuota(1_000_000_000);
    const info = @typeInfo(@TypeOf(function)).@"fn";
    const Spec = @TypeOf(spec);
    const defaults = if (@hasField(Spec, "defaults")) spec.defaults else .{};
    const passed = passedOf(info.param_types);
    comptime var args: [passed.len]Argument = undefined;
    if (whyNotCalled(name, info)) |reason| return refused("'{s}' {s}", .{ name, reason });

    if (@hasField(Spec, "args") and spec.args.len != args.len) return refused(
        "'{s}' takes {d} parameters, its signature names {d}: name each of them once",
        .{ name, args.len, spec.args.len },
    );
    if (@hasField(Spec, "params") and spec.params.len != info.param_types.len) return refused(
        "'{s}' takes {d} parameters, {d} names were given: give one for each",
        .{ name, info.param_types.len, spec.params.len },
    );
    for (&args, passed, 0..) |*arg, parameter, index| {
        const default = "arg" ++ decimal(index);
        const param_name: [:0]const u8 = if (@hasField(Spec, "args"))
            spec.args[index].name
        else if (@hasField(Spec, "params")) pythonName(spec.params[parameter]) else default;
        const T = info.param_types[parameter] orelse return refused(
            "'{s}': parameter '{s}' is generic: give it a type, Python's values have only one",
            .{ name, param_name },
        );
        if (T == type) return refused(
            "'{s}': parameter '{s}' is a type: write a function that calls it with one",
            .{ name, param_name },
        );
        if (comptime kindOf(Value(T)) == .objects and isReadOnly(Value(T))) {
            if (comptime mayKeepObjects(info, spec, parameter)) return refused(
                "'{s}': parameter '{s}' has type {s}, of which it might keep something: say " ++
                    ".keeps = .{{}} in its nano_ffi_options where it does not",
                .{ name, param_name, @typeName(T) },
            );
        } else if (comptime kindOf(Value(T)) == .objects and !isWrittenRecords(Value(T)) and
            classes.isClass(@typeInfo(Value(T)).pointer.child)) return refused(
            "'{s}': parameter '{s}' has type {s}: what is changed in a copy is lost: take {s}, " ++
                "and return what is new, or let it be an extern struct of numbers, of which " ++
                "this is an array",
            .{ name, param_name, @typeName(T), "[]const " ++
                classes.nameOf(@typeInfo(Value(T)).pointer.child) },
        ) else if (comptime kindOf(Value(T)) == .objects and
            kindOf(@typeInfo(Value(T)).pointer.child) == .reference) return refused(
            "'{s}': parameter '{s}' has type {s}: the objects of a list are only read: take " ++
                "[]const *const {s}",
            .{
                name,
                param_name,
                @typeName(T),
                classes.nameOf(@typeInfo(@typeInfo(Value(T)).pointer.child).pointer.child),
            },
        ) else if (comptime kindOf(Value(T)) == .owned or
            (kindOf(Value(T)) == .objects and !isWrittenRecords(Value(T))))
            return refused(
                "'{s}': parameter '{s}' has type {s}, which is a result's: take the slice itself",
                .{ name, param_name, @typeName(T) },
            );
        if (kindOf(Value(T)) == .tuple and holdsObjects(T)) return refused(
            "'{s}': parameter '{s}' has type {s}, which is a result's: take each object by itself",
            .{ name, param_name, @typeName(T) },
        );
        if (kindOf(T) != null and holdsMade(T)) return refused(
            "'{s}': parameter '{s}' has type {s}, which is a result's: take an NdArray",
            .{ name, param_name, @typeName(T) },
        );
        if (kindOf(Value(T)) == .kept) return refused(
            "'{s}': parameter '{s}' is a {s}, which nobody would give back: take " ++
                "a {s}, and keep() it",
            if (isKeptCallback(Value(T)))
                .{ name, param_name, "Kept", "nano_ffi.Callback" }
            else
                .{ name, param_name, "nano_ffi.Reference", "nano_ffi.Object" },
        );
        if (kindOf(T) != null and (hasWritablePart(T) or isWrittenCopy(Value(T)))) return refused(
            "'{s}': parameter '{s}' has type {s}, in which a slice is not const, and what is " ++
                "written into a copy is " ++
                "lost: make it []const, or {s}",
            .{ name, param_name, @typeName(T), dimensional(T) orelse "a parameter of its own" },
        );
        const is_written = Value(T) == [:0]u8 or (kindOf(Value(T)) == .link and
            !@typeInfo(Value(T)).pointer.attrs.@"const");
        const known = if (is_written) null else typeName(T);
        // Others of this type can be given, and what is generic is said below.
        const is_usual = vectors.Arrays(T) != null or T == *std.Io.Writer or T == *std.Io.Reader;
        if (known == null and info.is_generic and is_usual) break;
        arg.* = .{ .name = param_name, .typ = known orelse return refused(
            "'{s}': parameter '{s}' has type {s}, which cannot come from Python: {s}",
            .{ name, param_name, @typeName(T), remedyOf(T) },
        ) };
        if (@hasField(Spec, "args")) if (@hasField(@TypeOf(spec.args[index]), "typ"))
            if (disagreement(name, param_name, arg.typ, spec.args[index].typ)) |reason|
                return reason;
        if (@hasField(@TypeOf(defaults), param_name))
            arg.default = literals.of(T, @field(defaults, param_name)) orelse return refused(
                "'{s}': the default of parameter '{s}' is no {s} that Python has a literal " ++
                    "for: give it a bool, " ++
                    "number, text or member that fits, or make it ?{s}, and decide in Zig",
                .{ name, param_name, arg.typ, @typeName(T) },
            );
    }
    if (info.is_generic and info.return_type != null) return refused(
        "'{s}' has a comptime parameter, and Python's values are not known while compiling: " ++
            "write a function that calls it with one",
        .{name},
    );
    for (@typeInfo(@TypeOf(defaults)).@"struct".field_names) |param_name| {
        for (args) |arg| {
            if (std.mem.eql(u8, arg.name, param_name)) break;
        } else return refused(
            "'{s}': there is a default for '{s}', and no such parameter",
            .{ name, param_name },
        );
    }

    if (@hasField(Spec, "gil") and spec.gil == .released) for (passed, args) |parameter, arg| {
        const is_pythons = switch (kindOf(Value(info.param_types[parameter].?)).?) {
            .object => true,
            .rest, .keywords => holdsObject(info.param_types[parameter].?),
            .class, .reference => classes.holdsReferences(
                classes.Pointee(info.param_types[parameter].?),
            ),
            else => false,
        };
        if (is_pythons) return refused(
            "'{s}': parameter '{s}' is Python's, and the function releases the GIL: keep " ++
                "it, or take something else",
            .{ name, arg.name },
        );
    };

    const R = Payload(info.return_type orelse return refused(
        "'{s}' has a generic result: give it a type",
        .{name},
    ));
    const Results: []const type = if (isTuple(R)) @typeInfo(R).@"struct".field_types else &.{R};
    comptime var ret: [Results.len][:0]const u8 = undefined;
    for (Results) |T| {
        const kind = kindOf(Value(T)) orelse continue;
        if (kindOf(T) == null) continue;
        const is_parameters = switch (kind) {
            .callback, .ndarray, .input, .given, .operand, .out, .rest, .keywords => true,
            else => false,
        };
        if (is_parameters) return refused(
            "'{s}' returns {s}, which only a parameter can be",
            .{ name, @typeName(T) },
        );
        if (isLent(kind, Value(T)) and !takesObject(info.param_types) and
            !classes.isHeapHandle(classes.Pointee(Value(T)))) return refused(
            "'{s}' returns {s}, and takes no object that this could be a part of: return the " ++
                "struct itself",
            .{ name, @typeName(T) },
        );
        if (kind == .class and classes.isHeapHandle(Value(T))) return refused(
            "'{s}' returns {s} by value, which 'create' and 'destroy' have on the heap: " ++
                "return a pointer",
            .{ name, @typeName(T) },
        );
        if (!isExact(T)) return refused(
            "'{s}' returns {s}, and Python's float has 64 bits: round it where that is meant, " ++
                "with @floatCast to f64",
            .{ name, @typeName(T) },
        );
    }
    for (&ret, Results) |*result, T| result.* = typeName(T) orelse return refused(
        "'{s}' returns {s}, which cannot go to Python: {s}",
        .{ name, @typeName(T), remedyOf(T) },
    );
    if (kindOf(R) == null) for (Results) |T| if (!isPart(T)) return refused(
        "'{s}' returns a tuple with a {s}, which cannot be an item: return it alone, or a struct",
        .{ name, @typeName(T) },
    );
    if (@hasField(Spec, "ret")) {
        if (isTuple(R)) {
            if (spec.ret.len != ret.len) return refused(
                "'{s}' returns a tuple of {d}, its signature names {d} types",
                .{ name, ret.len, spec.ret.len },
            );
            for (ret, 0..) |typ, index|
                if (disagreement(name, "the result", typ, spec.ret[index])) |reason| return reason;
        } else if (disagreement(name, "the result", ret[0], spec.ret)) |reason| return reason;
    }

    if (setWays(name, &args, info.param_types, passed, spec)) |reason| return reason;
    var required: ?[]const u8 = null;
    for (0..args.len) |behind| {
        const arg = &args[args.len - 1 - behind];
        if (arg.way == .rest or arg.way == .keywords) {
            // none are given, or some
        } else if (arg.default != null) {
            if (required) |next| return refused(
                "'{s}': parameter '{s}' has a default, and '{s}' behind it has none: give " ++
                    "'{s}' one, too",
                .{ name, arg.name, next, next },
            );
        } else if (required == null and
            kindOf(info.param_types[passed[args.len - 1 - behind]].?) == .optional)
        {
            arg.default = "None";
        } else if (kindOf(info.param_types[passed[args.len - 1 - behind]].?) == .given) {
            arg.default = info.param_types[passed[args.len - 1 - behind]].?.literal;
        } else if (arg.way != .named) required = arg.name;
    }

    const final_args = args;
    const final_ret = ret;
    return .{ .signature = .{
        .name = pythonName(name),
        .args = &final_args,
        .ret = &final_ret,
        .returns_tuple = isTuple(R),
        .doc = if (@hasField(Spec, "doc")) spec.doc else "",
    } };
}

/// Sets how each argument is given: what is behind Args is given by name.
fn setWays(
    comptime name: []const u8,
    comptime args: []Argument,
    comptime params: []const ?type,
    comptime passed: []const usize,
    comptime spec: anytype,
) ?Analysis {
    const Spec = @TypeOf(spec);
    const positional: []const []const u8 =
        if (@hasField(Spec, "positional")) spec.positional else &.{};
    const named: []const []const u8 = if (@hasField(Spec, "named")) spec.named else &.{};
    var last: Way = .positional;
    for (args, passed, 0..) |*arg, parameter, index| {
        const kind = kindOf(params[parameter].?);
        const is_behind = last == .rest or last == .named;
        arg.way = if (kind == .rest)
            .rest
        else if (kind == .keywords)
            .keywords
        else if (is_behind or isIn(named, arg.name))
            .named
        else if (isIn(positional, arg.name)) .positional else .any;
        if (arg.way == .keywords and index + 1 < args.len) return refused(
            "'{s}': parameter '{s}' takes all other names: let it be the last one",
            .{ name, arg.name },
        );
        if (arg.way == .rest and is_behind) return refused(
            "'{s}': parameter '{s}' takes all other values, and one in front of it is given by " ++
                "its name, or takes them",
            .{ name, arg.name },
        );
        if (isIn(positional, arg.name) and (arg.way != .positional or last != .positional))
            return refused(
                "'{s}': parameter '{s}' is in .positional, and one in front of it is not",
                .{ name, arg.name },
            );
        last = arg.way;
    }
    return null;
}

fn isIn(comptime names: []const []const u8, comptime name: []const u8) bool {
    return for (names) |other| {
        if (std.mem.eql(u8, other, name)) break true;
    } else false;
}

/// What stands before the name of an argument in a list of parameters: `/, ` behind those that are
/// given by position only, `*, ` before those by name, and stars.
pub fn marksOf(args: []const Argument, index: usize) []const u8 {
    const before: Way = if (index == 0) .any else args[index - 1].way;
    const way = args[index].way;
    if (before == .positional and way != .positional) return switch (way) {
        .any, .positional => "/, ",
        .named => "/, *, ",
        .rest => "/, *",
        .keywords => "/, **",
    };
    return switch (way) {
        .any, .positional => "",
        .named => if (before == .named or before == .rest) "" else "*, ",
        .rest => "*",
        .keywords => "**",
    };
}

/// The parameters as inspect.signature reads them, behind `first`.
pub fn parametersText(comptime first: [:0]const u8, comptime args: []const Argument) [:0]const u8 {
    comptime var text = first;
    for (args, 0..) |arg, index| text = text ++ (if (text.len == 0) "" else ", ") ++
        marksOf(args, index) ++ arg.name ++
        if (arg.default) |default| "=" ++ default else "";
    if (args.len > 0 and args[args.len - 1].way == .positional) text = text ++ ", /";
    return text;
}

/// Why a function cannot be called at all; null where it can.
fn whyNotCalled(comptime name: []const u8, comptime info: std.lang.Type.Fn) ?[]const u8 {
    if (info.attrs.varargs)
        return "takes any number of arguments: write a function that gives it those of one call";
    const convention = @tagName(info.attrs.@"callconv");
    for (.{ "naked", "interrupt", "kernel", "signal" }) |only| {
        if (std.mem.find(u8, convention, only) != null)
            return "has the calling convention " ++ convention ++ ", with which Zig calls nothing";
    }
    if (info.return_type == type)
        return "returns a type: give that a name, as in " ++ lineOf(name, info.param_types);
    return null;
}

/// The line of Zig that makes a class of a function that returns a type.
fn lineOf(comptime name: []const u8, comptime param_types: []const ?type) []const u8 {
    comptime var arguments: []const u8 = "";
    for (param_types, 0..) |given, index| {
        const argument = if (given) |T| switch (@typeInfo(T)) {
            .type => "i64",
            .bool => "true",
            .int, .comptime_int => "8",
            .float, .comptime_float => "0.5",
            .optional => "null",
            .@"fn" => "function", // one of the file
            .@"enum" => |members| if (members.field_names.len > 0)
                "." ++ members.field_names[0]
            else
                ".{}",
            else => if (isBytes(T)) "\"text\"" else ".{}",
        } else "8";
        arguments = arguments ++ (if (index == 0) "" else ", ") ++ argument;
    }
    return "pub const My" ++ name ++ " = " ++ name ++ "(" ++ arguments ++ ");";
}

/// How a function is called so that it has a frame of its own, with its name: an inline one cannot.
pub fn modifierOf(comptime Function: type) std.lang.CallModifier {
    return if (@typeInfo(Function).@"fn".attrs.@"callconv" == .@"inline") .auto else .never_inline;
}

/// Whether a parameter is a pointer to one value, which the function is to write.
fn isOut(comptime T: type) bool {
    if (@typeInfo(T) != .pointer) return false;
    const pointer = @typeInfo(T).pointer;
    return pointer.size == .one and !pointer.attrs.@"const" and switch (@typeInfo(pointer.child)) {
        .int, .float, .bool => true,
        .optional => |optional| kindOf(optional.child) != null and !classes.isClass(optional.child),
        else => false,
    };
}

/// What memory of numbers in several dimensions is as an array; null of anything else.
fn dimensional(comptime T: type) ?[]const u8 {
    if (@typeInfo(T) != .pointer or @typeInfo(T).pointer.attrs.@"const") return null;
    return comptime told: {
        var Item = @typeInfo(T).pointer.child;
        var dimensions = if (@typeInfo(T).pointer.size == .slice) 1 else 0;
        while (@typeInfo(Item) == .array) : (dimensions += 1) Item = @typeInfo(Item).array.child;
        if (dimensions < 2 or !isNumber(Item)) break :told null;
        break :told std.fmt.comptimePrint(
            "nano_ffi.NdArrayMut({s}, {d}), which is an array of so many dimensions",
            .{ @typeName(Item), dimensions },
        );
    };
}

/// What to do about a type that cannot cross.
pub fn remedyOf(comptime T: type) []const u8 {
    const Target = classes.Pointee(T);
    const is_value = @typeInfo(Target) == .@"enum" or @typeInfo(Target) == .@"union";
    if (Value(T) == [:0]u8) return "take []u8, or [:0]const u8 where it is only read";
    if (is_value and @typeInfo(T) == .pointer and T == *Target and kindOf(Target) != null)
        return "its values do not change in Python: return a new one";
    if (@typeInfo(T) == .@"fn")
        return "it is known while compiling only, as no callable of Python is: write a function " ++
            "that calls it with one of Zig";
    const Function = if (@typeInfo(T) == .optional) @typeInfo(T).optional.child else T;
    if (@typeInfo(Function) == .pointer and @typeInfo(@typeInfo(Function).pointer.child) == .@"fn")
        return "where it is only called, it is a callable; what is kept is a " ++
            "nano_ffi.Callback, or has a ?*anyopaque that the function has, too, and no longer " ++
            "than the call";
    if (@typeInfo(T) == .pointer and @typeInfo(T).pointer.attrs.@"align" != null)
        return "Python's memory has no such alignment: leave align() out";
    if (comptime dimensional(T)) |other| return "let it be " ++ other;
    if (@typeInfo(T) == .optional and isOut(@typeInfo(T).optional.child))
        return "let it be " ++ @typeName(@typeInfo(T).optional.child) ++ ", or return the number";
    if (isOut(T) and @typeInfo(@typeInfo(T).pointer.child) == .optional)
        return "return it, in a tuple with what is returned besides";
    if (T == *std.Io.Writer or T == *std.Io.Reader)
        return "let the function write one text, and return what else there is alone";
    // A name makes no class of a list.
    if (std.mem.startsWith(u8, @typeName(classes.Pointee(T)), "array_list."))
        return "let it be a slice of its items, or the only one that the function may change, " ++
            "with its allocator";
    if (@typeInfo(T) == .pointer and classes.Pointee(T) != T and
        (isStringMap(classes.Pointee(T)) or tables.of(classes.Pointee(T)) != null))
        return "let it be the map itself, and return that";
    if (@typeInfo(classes.Pointee(T)) == .@"struct" and isLibraryObject(classes.Pointee(T)))
        return "its fields are the library's own: give it a name, pub const Name = std.…; and " ++
            "it is a class";
    return remedy;
}

const remedy = "use integers, f16 to f64, bool, void, []const u8, []u8, slices and arrays of " ++
    "such, optionals, " ++
    "exhaustive enums, tuples, public structs of the file and pointers to them, structs and " ++
    "tagged unions (union(enum)) of such, std.StringHashMap, " ++
    "std.math.Complex, or nano_ffi.Str, Bytes, Path, DateTime, Decimal, Buffer, NdArray, " ++
    "Object, Callback";

fn disagreement(
    comptime name: []const u8,
    comptime what: []const u8,
    comptime is: []const u8,
    comptime said: anytype,
) ?Analysis {
    if (std.mem.eql(u8, is, @tagName(said))) return null;
    return refused(
        "'{s}': {s} is '{s}' in Zig, and '{s}' in its signature: make them agree",
        .{ name, what, is, @tagName(said) },
    );
}

fn refused(comptime format: []const u8, comptime values: anytype) Analysis {
    return .{ .refused = std.fmt.comptimePrint(format, values) };
}

/// A type's name with the article that it has in English; one with a U may be spoken either way.
pub fn oneOf(comptime name: []const u8) [:0]const u8 {
    return switch (name[0]) {
        'A', 'E', 'I', 'O', 'a', 'e', 'i', 'o' => "an " ++ name,
        else => "a " ++ name,
    };
}

test oneOf {
    try std.testing.expectEqualStrings("an Item", comptime oneOf("Item"));
    try std.testing.expectEqualStrings("a Point", comptime oneOf("Point"));
}

test typeName {
    try std.testing.expectEqualStrings("i64", typeName(i64).?);
    try std.testing.expectEqualStrings("u7", typeName(u7).?);
    try std.testing.expectEqualStrings("usize", typeName(usize).?);
    try std.testing.expectEqualStrings("f32", typeName(f32).?);
    try std.testing.expectEqualStrings("str", typeName([]const u8).?);
    try std.testing.expectEqualStrings("buffer", typeName([]u8).?);
    try std.testing.expectEqualStrings("bytes", typeName(Bytes).?);
    try std.testing.expectEqual(null, typeName(*u8));
    try std.testing.expectEqualStrings("[]str", typeName([][]const u8).?);
    try std.testing.expect(isWrittenCopy([][]const u8) and !isWrittenCopy([]f64));
    const Raw = extern struct { x: f32, y: [2]i16 };
    try std.testing.expect(!isWrittenCopy([]Raw) and isWrittenRecords([]Raw));
    try std.testing.expect(!isWrittenRecords([]const Raw) and !isWrittenRecords([]f32));
    try std.testing.expectEqual(null, typeName(??u8)); // None would be both
    const Point = struct { x: f64, y: ?[3]f64 };
    try std.testing.expectEqualStrings("[]const Point", typeName([]const Point).?);
    try std.testing.expectEqualStrings("?[3]f64", typeName(?[3]f64).?);
    try std.testing.expectEqualStrings("(i128, []f32)", typeName(struct { i128, []f32 }).?);
    try std.testing.expectEqualStrings("dict[str, u8]", typeName(std.StringHashMap(u8)).?);
    try std.testing.expectEqualStrings(
        "[]const str",
        typeName(allocators.Owned([]const []const u8)).?,
    );
    try std.testing.expectEqualStrings(
        "NdArrayMut(f64, 2)",
        typeName(ndarray.NdArrayMut(f64, 2)).?,
    );
    try std.testing.expectEqualStrings("?NdArray(u8, 0)", typeName(?ndarray.NdArray(u8, 0)).?);
    try std.testing.expectEqual(null, typeName([]const ndarray.NdArray(u8, 1))); // lent, not copied
    const Tree = struct { children: []const @This(), index: ?std.StringHashMap(@This()) };
    try std.testing.expectEqualStrings("Tree", typeName(Tree).?);
    try std.testing.expectEqual(null, typeName(struct { children: []const @This(), bad: *u8 }));
    try std.testing.expectEqual(null, typeName([]const struct { children: []const @This() }));
    const Shape = union(enum) { empty, circle: f64 };
    try std.testing.expectEqualStrings("Shape", typeName(Shape).?);
    try std.testing.expectEqualStrings(
        "[]const struct { x: f64, next: union { a: u8, b: void } }",
        typeName([]const struct { x: f64, next: union(enum) { a: u8, b } }).?,
    );
    try std.testing.expectEqual(null, typeName(union { a: u8, b: i8 }));
    try std.testing.expectEqualStrings("f128", typeName(f128).?);
    try std.testing.expectEqualStrings("complex", typeName(std.math.Complex(f16)).?);
    try std.testing.expectEqual(null, typeName(type));
}

test of {
    const functions = struct {
        fn halve(number: i64) error{Odd}!struct { bool, u64 } {
            if (@mod(number, 2) != 0) return error.Odd;
            return .{ number < 0, @abs(number) / 2 };
        }
        fn less(a: f64, b: f64, c: ?f64) f64 {
            return a * b * (c orelse 1);
        }
    };
    const inferred = comptime of(
        "halve",
        functions.halve,
        .{ .params = .{"number"}, .doc = "Half." },
    );
    try std.testing.expectEqualStrings("number", inferred.args[0].name);
    try std.testing.expectEqualStrings("i64", inferred.args[0].typ);
    try std.testing.expectEqualStrings("u64", inferred.ret[1]);
    try std.testing.expect(inferred.returns_tuple);

    const defaults = comptime of(
        "less",
        functions.less,
        .{ .params = .{ "a", "b", "c" }, .defaults = .{ .b = 0.5 } },
    );
    try std.testing.expectEqual(null, defaults.args[0].default);
    try std.testing.expectEqualStrings("0.5", defaults.args[1].default.?);
    try std.testing.expectEqualStrings("None", defaults.args[2].default.?);

    const said = comptime of("halve", functions.halve, .{
        .args = &.{.{ .name = "n", .typ = .i64 }},
        .ret = .{ .bool, .u64 },
    });
    try std.testing.expectEqualStrings("n", said.args[0].name);
}

test hasWritablePart {
    try std.testing.expect(!hasWritablePart([]u8));
    try std.testing.expect(!hasWritablePart(?[]f64));
    try std.testing.expect(hasWritablePart(struct { u8, []u8 }));
    try std.testing.expect(hasWritablePart([]const ?[]i32));
    try std.testing.expect(!hasWritablePart([]const []const i32));
}

test holdsItself {
    try std.testing.expect(holdsItself(Nested) and !holdsItself(struct { a: []const u8 }));
}

const Nested = union(enum) { n: u8, all: []const Nested };

test holdsObject {
    try std.testing.expect(holdsObject([]const ?PlainObject) and !holdsObject([]const u8));
}

test isExact {
    const List = struct { value: f128, rest: []const @This() };
    try std.testing.expect(!isExact(List));
    try std.testing.expect(!hasWritablePart(List));
    try std.testing.expect(isExact(f64));
    try std.testing.expect(!isExact(f80));
    try std.testing.expect(!isExact(union(enum) { a: ?[2]f128, b }));
    try std.testing.expect(isExact(struct { f32, []const u8 }));
}

test kindOf {
    try std.testing.expectEqual(Kind.text, kindOf([]const u8));
    try std.testing.expectEqual(Kind.record, kindOf(struct { x: u8 }));
    try std.testing.expectEqual(Kind.owned, kindOf(allocators.OwnedArena([]const f64)));
    try std.testing.expectEqual(null, kindOf(fn () void));
}

test remedyOf {
    try std.testing.expectStringStartsWith(remedyOf(*Way), "its values do not change in Python");
}

test "remedyOf a list" {
    try std.testing.expectStringStartsWith(remedyOf(*std.ArrayList(u8)), "let it be a slice");
}

test lineOf {
    try std.testing.expectEqualStrings(
        "pub const MyStack = Stack(i64, 8, true);",
        comptime lineOf("Stack", &.{ type, usize, bool }),
    );
    try std.testing.expectEqualStrings(
        "pub const MySet = Set(.gt, function, 0.5, null, \"text\", .{});",
        comptime lineOf("Set", &.{
            std.math.Order, fn (u8) bool, f64, ?usize, []const u8, struct { x: u8 = 0 },
        }),
    );
}

test analyze {
    const functions = struct {
        fn poke(address: *u8) void {
            address.* = 1;
        }
    };
    const refusal = comptime analyze("poke", functions.poke, .{ .params = .{"address"} });
    try std.testing.expectStringStartsWith(
        refusal.refused,
        "'poke': parameter 'address' has type *u8, which cannot come from Python: use integers",
    );
}

test isLibraryObject {
    try std.testing.expect(isLibraryObject(std.Random.Sfc64));
    try std.testing.expect(!isLibraryObject(std.SemanticVersion));
    try std.testing.expect(isLibraryObject(std.Deque(u8)) and isLibraryObject(std.BufMap));
    try std.testing.expect(!isLibraryObject(struct {
        x: u8,
        pub fn init() void {}
    }));
}

test isLibrary {
    try std.testing.expect(isLibrary(std.SemanticVersion) and isLibrary(std.EnumSet(Kind)));
    try std.testing.expect(!isLibrary(Signature));
}

test holdsObjects {
    const Tree = comptime for (classes.all) |class| {
        if (std.mem.eql(u8, class.name, "Tree")) break class.T;
    } else unreachable;
    try std.testing.expect(holdsAddress(struct { ?*const Tree, u8 }) and holdsAddress([]*Tree));
    try std.testing.expect(!holdsAddress(Tree) and !holdsAddress(struct { Tree, []const u8 }));
    try std.testing.expect(!holdsObjects(Tree) and holdsObjects(struct { Tree, []const u8 }));
    try std.testing.expectEqual(Kind.tuple, kindOf(struct { struct { *Tree }, u8 }));
    try std.testing.expectEqual(Kind.objects, kindOf([]struct { *Tree, u8 }));
    try std.testing.expectEqual(null, kindOf([2]struct { *Tree, u8 }));
    try std.testing.expectEqual(null, kindOf(struct { tree: *Tree }));
    try std.testing.expect(!isPart(struct { *Tree }));
    try std.testing.expectStringStartsWith(comptime analyze("take", struct {
        fn take(_: struct { *Tree, u8 }) void {}
    }.take, .{ .params = .{"pair"} }).refused, "'take': parameter 'pair' has type");
}

test mayKeepObjects {
    const Tree = comptime for (classes.all) |class| {
        if (std.mem.eql(u8, class.name, "Tree")) break class.T;
    } else unreachable;
    const functions = struct {
        fn read(_: ?[]const *const Tree) void {}
        fn one(trees: []const *const Tree) ?*const Tree {
            return trees[0];
        }
        fn keep(_: *Tree, _: []const *const Tree) void {}
        fn change(_: []const *Tree) void {}
    };
    try std.testing.expect(comptime analyze("read", functions.read, .{}) == .signature);
    try std.testing.expect(comptime analyze("one", functions.one, .{}) == .signature);
    try std.testing.expectStringStartsWith(comptime analyze("keep", functions.keep, .{
        .params = .{ "tree", "trees" },
    }).refused, "'keep': parameter 'trees' has type");
    try std.testing.expect(comptime analyze("keep", functions.keep, .{
        .says_keeps = true,
    }) == .signature);
    try std.testing.expect(comptime analyze("keep", functions.keep, .{
        .params = .{ "tree", "trees" },
        .says_keeps = true,
        .keeps = .{"trees"},
    }) == .refused);
    try std.testing.expect(comptime analyze("change", functions.change, .{}) == .refused);
}

test holdsMade {
    const Array = @import("array.zig").Array;
    try std.testing.expect(holdsMade(struct { ?Array(f64, 2), u64 }));
    try std.testing.expect(!holdsMade(?f64) and !isPart(struct { Array(f64, 1) }));
    const Column = @import("column.zig").Column;
    try std.testing.expect(holdsMade(struct { ?Column(f64) }) and !holdsMade(Column(f64)));
    try std.testing.expect(isMadeColumn(?Column(bool)) and !isMadeColumn(Array(f64, 1)));
    try std.testing.expectEqualStrings("Array(f64, 2)", typeName(Array(f64, 2)).?);
    try std.testing.expectEqualStrings("[]Array(u8, 1)", typeName([]Array(u8, 1)).?);
    try std.testing.expect(holdsMade([2]?Array(u8, 1)) and holdsMade([]Column(f64)));
    try std.testing.expect(holdsMade(std.StringHashMap([]Array(u8, 1))));
    try std.testing.expect(!isPart([]Array(u8, 1)) and !holdsMade([]const []const u8));
    try std.testing.expectEqual(Kind.record, kindOf(struct { values: Array(u8, 1) }));
    try std.testing.expectEqual(null, kindOf(Array(u7, 1)));
}

test Callback {
    const Twice = Callback(fn (i64) i64, NotKept);
    const Called = struct {
        fn invoke(
            callback: Twice,
            args: *const Twice.Args,
            _: std.mem.Allocator,
        ) error{PythonException}!i64 {
            const calls: *u8 = @ptrCast(callback.handle);
            calls.* += 1;
            return if (args[0] < 0) error.PythonException else 2 * args[0];
        }
        fn own(callback: Twice) error{PythonException}!*anyopaque {
            return callback.handle;
        }
    };
    var calls: u8 = 0;
    const callback: Twice = .{
        .handle = &calls,
        .invoke = &Called.invoke,
        .own = &Called.own,
    };
    try std.testing.expectEqual(8, try callback.call(.{4}));
    try std.testing.expectError(error.PythonException, callback.call(.{-4}));
    try std.testing.expectEqual(2, calls);
    try std.testing.expectEqualStrings("fn (i64) i64", typeName(Twice).?);
    try std.testing.expectEqual(@as(*anyopaque, &calls), (try callback.keep()).handle);
    try std.testing.expectEqual(8, try callback.callAlloc(.{4}, .failing));
}

test isObject {
    try std.testing.expect(isObject(PlainObject) and !isObject(PlainReference));
    try std.testing.expect(!isObject(struct { u8 }) and !isObject(u8));
    try std.testing.expectEqual(.object, kindOf(PlainObject));
}

test isReference {
    const Kept = Callback(fn () void, NotKept).Kept;
    try std.testing.expect(isReference(PlainReference) and isReference(Kept) and !isReference(u8));
    try std.testing.expect(isKeptCallback(Kept) and !isKeptCallback(PlainReference));
    try std.testing.expectEqual(.kept, kindOf(Kept));
    try std.testing.expectEqual(.kept, kindOf(PlainReference));
}

test isKeptCallback {
    const kept_by = struct {
        fn keep(handle: *anyopaque) *anyopaque {
            return handle;
        }
        fn release(_: *anyopaque) void {}
    };
    const Lent = Callback(fn () void, kept_by);
    try std.testing.expect(!isKeptCallback(struct { u8 }) and !isKeptCallback(Lent));
    // As a Reference has them, which is given back in the same ways.
    try std.testing.expect(@TypeOf(Lent.Kept.release) == @TypeOf(Lent.Kept.deinit));
}

test isFlags {
    const Access = packed struct(u8) { read: bool = false, _: u3 = 0, write: bool, _rest: u3 = 0 };
    try std.testing.expect(isFlags(Access) and !isFlags(packed struct { a: bool, b: u7 }));
    try std.testing.expect(!isFlags(struct { a: bool }));
    try std.testing.expectEqual(Kind.flags, kindOf(Access));
    const members = comptime membersOf(Access);
    try std.testing.expectEqual(16, members[1].value);
    try std.testing.expectEqualStrings("write", members[1].name);
}

test enumBaseOf {
    const Layer = enum {
        copper,
        pub const nano_ffi_options = .{ .base = .StrEnum };
    };
    try std.testing.expectEqual(.StrEnum, enumBaseOf(Layer));
    try std.testing.expectEqual(.IntEnum, enumBaseOf(enum { a }));
    try std.testing.expectEqual(.IntFlag, enumBaseOf(packed struct { a: bool }));
}

test membersOf {
    const members = comptime membersOf(enum(u8) { a = 3, _ });
    try std.testing.expectEqual(3, members[0].value);
}

test isOpen {
    try std.testing.expect(isOpen(enum(u8) { a, _ }) and !isOpen(enum { a }));
}

test numberOf {
    try std.testing.expectEqual(-1, numberOf(.lt));
    try std.testing.expectEqual(Kind.order, kindOf(std.math.Order));
}

test isBytes {
    try std.testing.expect(isBytes([]u8) and isBytes([:0]const u8));
    try std.testing.expect(!isBytes([*:0]const u8) and !isBytes([]const u16));
}

test roomOf {
    try std.testing.expectEqual(3, roomOf(@as([:0]const u8, "ab")));
    try std.testing.expectEqual(2, roomOf(@as([]const u8, "ab")));
}

test unterminated {
    const pointer: [*:0]const u8 = "ab";
    try std.testing.expectEqualStrings("ab", unterminated([*:0]const u8, pointer));
    try std.testing.expectEqualStrings("ab", unterminated(?[*:0]const u8, pointer).?);
    try std.testing.expectEqual(null, unterminated(?[:0]const u8, null));
    try std.testing.expectEqual(3, unterminated(u8, 3));
    try std.testing.expectEqual(Kind.terminated, kindOf([*:0]const u8));
    try std.testing.expect(isPart([:0]const u8) and !isPart([*:0]const u8));
    try std.testing.expectEqual(null, kindOf([:1]const u8));
    try std.testing.expectEqualStrings("bytes", typeName([:0]u8).?);
}

test "parts of types" {
    try std.testing.expectEqual(u8, MapValue(std.StringHashMap(u8)));
    try std.testing.expectEqual(i64, Payload(error{Odd}!i64));
    try std.testing.expectEqual(bool, Payload(bool));
    try std.testing.expectEqualStrings("Kind", shortName(Kind));
    try std.testing.expect(isBufferItem(f16) and isBufferItem(bool) and isBufferItem(u64));
    try std.testing.expect(isNumber(u7) and isNumber(std.math.Complex(f32)) and !isNumber(void));
    try std.testing.expect(!isBufferItem(u7) and !isBufferItem([]const u8));
    try std.testing.expect(isPart([]const u8) and !isPart(Callback(fn () void, NotKept)));
}

test isValue {
    try std.testing.expect(isValue(std.math.Complex(f64)) and isValue(standard.Date));
    try std.testing.expect(!isValue(struct { x: f64 }));
}

test isItsFields {
    const Leaf = struct { x: f64 };
    try std.testing.expect(isItsFields(Leaf) and isItsFields(struct { u8, Leaf }));
    try std.testing.expect(!isItsFields(std.math.Complex(f64)));
    try std.testing.expect(!isItsFields(Callback(fn () void, NotKept)) and !isItsFields(struct {}));
}

test shortName {
    const Outer = struct {
        const class = enum { a };
    };
    try std.testing.expectEqualStrings("class_", shortName(Outer.class));
}

test pythonName {
    try std.testing.expectEqualStrings("from_", pythonName("from"));
    try std.testing.expectEqualStrings("source", pythonName("source"));
}

test isProvided {
    try std.testing.expect(isProvided(std.mem.Allocator) and isProvided(std.Io));
    try std.testing.expect(!isProvided(u8));
}

test Given {
    const Number = Given(u8, 3);
    try std.testing.expectEqual(Kind.given, kindOf(Number));
    try std.testing.expectEqualStrings("3", Number.literal);
    try std.testing.expectEqualStrings("u8", typeName(Number).?);
    try std.testing.expect(!isPart(Number) and !isPart(Input));
    try std.testing.expectEqualStrings("None", Given(?u8, null).literal);
    try std.testing.expectEqualStrings("4", Given(?u8, 4).literal);
}

test marksOf {
    const functions = struct {
        const Texts = variadic.Kwargs([]const u8);
        fn all(first: u8, rest: variadic.Args(f64), flag: bool, keywords: Texts) void {
            _ = .{ first, rest, flag, keywords };
        }
        fn wrong(_: variadic.Kwargs(u8), _: u8) void {}
    };
    const sig = comptime of("all", functions.all, .{
        .params = .{ "first", "rest", "flag", "keywords" },
        .positional = &.{"first"},
    });
    try std.testing.expect(!sig.isPlain());
    try std.testing.expectEqualStrings(
        "$module, first, /, *rest, flag, **keywords",
        comptime parametersText("$module", sig.args),
    );
    try std.testing.expectEqualStrings("Args(f64)", sig.args[1].typ);
    try std.testing.expectEqualStrings("/, *", marksOf(sig.args, 1));
    const refusal = comptime analyze("wrong", functions.wrong, .{ .params = .{ "a", "b" } });
    try std.testing.expectStringStartsWith(
        refusal.refused,
        "'wrong': parameter 'a' takes all other names: let it be the last one",
    );
}

test passedOf {
    try std.testing.expectEqualSlices(usize, &.{1}, comptime passedOf(&.{ std.mem.Allocator, u8 }));
}

test isPlain {
    try std.testing.expect(isPlain(@typeInfo([]const u8).pointer));
    try std.testing.expect(!isPlain(@typeInfo([]align(4) u8).pointer));
    try std.testing.expect(!isPlain(@typeInfo(*volatile u8).pointer));
}

test modifierOf {
    const functions = struct {
        inline fn bare() void {}
        fn framed() void {}
    };
    try std.testing.expectEqual(.auto, modifierOf(@TypeOf(functions.bare)));
    try std.testing.expectEqual(.never_inline, modifierOf(@TypeOf(functions.framed)));
}
