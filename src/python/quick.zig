//! The quick way in: objects of CPython's own types, read where they lie. No Python code runs
//! meanwhile, so that nobody changes or frees what is being read; what would need it is left to
//! convert.zig, which then begins again. Nothing here says what is wrong with a value.
//!
//! Free-threaded, another thread may change a list or a dict at any time: only tuples are read.

const std = @import("std");
const arguments = @import("objects/arguments.zig");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const signature = @import("../signature.zig");
const string_maps = @import("../string_maps.zig");
const c = capi.functions;
const Blocks = @import("objects/Blocks.zig");
const Allocator = std.mem.Allocator;
const PyObject = capi.PyObject;

/// How many values may be inside of one another here, which convert.zig then need not count.
pub const max_depth = 64;

/// Whether there is a quick way for a `T`. Types that hold values of their own kind have none.
pub fn isPossible(comptime T: type) bool {
    return comptime isPossibleWithin(T, &.{});
}

fn isPossibleWithin(comptime T: type, comptime within: []const type) bool {
    if (within.len >= max_depth) return false;
    for (within) |Outer| if (Outer == T) return false;
    const parts = within ++ .{T};
    return switch (signature.kindOf(T) orelse return false) {
        .void, .bool, .int, .float, .complex, .str, .text, .bytes, .object => true,
        .index => true,
        .@"enum" => true, // by the name of a member
        .buffer => @typeInfo(T) != .pointer, // what is written must be seen
        .optional => isPossibleWithin(@typeInfo(T).optional.child, parts),
        .items => @typeInfo(T).pointer.attrs.@"const" and
            isPossibleWithin(@typeInfo(T).pointer.child, parts),
        .array => isPossibleWithin(@typeInfo(T).array.child, parts),
        .tuple => for (@typeInfo(T).@"struct".field_types) |Field| {
            if (!isPossibleWithin(Field, parts)) break false;
        } else true,
        // What is in a packed struct has no address.
        .record => !capi.free_threaded and @typeInfo(T).@"struct".layout != .@"packed" and
            for (@typeInfo(T).@"struct".field_types) |Field| {
                if (!isPossibleWithin(Field, parts)) break false;
            } else true,
        .map => !capi.free_threaded and isPossibleWithin(string_maps.Value(T).?, parts),
        // An object that is alone, of a value that is all in itself.
        .class => !capi.limited and classes.isFlat(T) and
            @TypeOf(arguments.Argument(T).quick) != void,
        .order, .terminated, .tagged, .callback, .owned, .ndarray, .reference => false,
        .standard, .path, .rest, .keywords => false,
        .objects, .kept, .input, .given, .flags, .made, .table, .link => false,
        .operand, .out, .results, .column => false,
    };
}

/// Whether a `T` is all in itself: it needs no memory beside it.
pub fn isFixed(comptime T: type) bool {
    return comptime switch (signature.kindOf(T) orelse return false) {
        .void, .bool, .int, .float, .complex, .@"enum", .index, .flags, .order, .standard => true,
        .optional => isFixed(@typeInfo(T).optional.child),
        .array => isFixed(@typeInfo(T).array.child),
        .tuple, .record => for (@typeInfo(T).@"struct".field_types) |Field| {
            if (!isFixed(Field)) break false;
        } else true,
        else => false,
    };
}

/// Whether a `T`, for which there is a quick way, may have a map in it, which has the address of
/// its allocator.
pub fn hasMap(comptime T: type) bool {
    return comptime switch (signature.kindOf(T).?) {
        .map => true,
        .optional => hasMap(@typeInfo(T).optional.child),
        .items => hasMap(@typeInfo(T).pointer.child),
        .array => hasMap(@typeInfo(T).array.child),
        .tuple, .record => for (@typeInfo(T).@"struct".field_types) |Field| {
            if (hasMap(Field)) break true;
        } else false,
        else => false,
    };
}

/// Whether `object` is a `T`, which then is in `place`, with its parts in memory of `gpa`. Where it
/// is not, some of that may be in use still, if the parts have parts: an arena frees it.
pub inline fn load(comptime T: type, gpa: Allocator, object: *PyObject, place: *T) bool {
    if (!comptime isPossible(T)) return false;
    if (!read(T, gpa, object, place)) return false;
    return if (comptime hasText(T)) ownTexts(T, gpa, place) else true;
}

/// The same for any map from text.
pub fn loadMap(comptime T: type, gpa: Allocator, object: *PyObject, place: *T) bool {
    if (capi.free_threaded or !comptime isPossible(string_maps.Value(T).?)) return false;
    return readMap(T, gpa, object, place) and ownTexts(T, gpa, place);
}

/// The items of a list or tuple, borrowed.
const Row = struct {
    len: usize,
    items: if (capi.limited) *PyObject else [*]const ?*PyObject,
    is_list: if (capi.limited) bool else void,

    /// Null of any other object, and of instances of a subclass, which may iterate otherwise.
    inline fn of(object: *PyObject) ?Row {
        const is_list = !capi.free_threaded and capi.isExactly(object, "PyList_Type");
        if (!is_list and !capi.isExactly(object, "PyTuple_Type")) return null;
        if (capi.limited) return .{
            .len = @intCast(if (is_list) c.PyList_Size(object) else c.PyTuple_Size(object)),
            .items = object,
            .is_list = is_list,
        };
        if (is_list) {
            const list: *const capi.structs.PyListObject = @ptrCast(@alignCast(object));
            const empty: [*]const ?*PyObject = &.{};
            return .{
                .len = @intCast(list.ob_base.ob_size),
                .items = list.ob_item orelse empty,
                .is_list = {},
            };
        }
        const tuple: *const capi.structs.PyTupleObject = @ptrCast(@alignCast(object));
        return .{
            .len = @intCast(tuple.ob_base.ob_size),
            .items = &tuple.ob_item,
            .is_list = {},
        };
    }

    inline fn item(row: Row, index: usize) ?*PyObject {
        if (!capi.limited) return row.items[index];
        return if (row.is_list)
            c.PyList_GetItem(row.items, @intCast(index))
        else
            c.PyTuple_GetItem(row.items, @intCast(index));
    }
};

/// Reads a list or tuple of values that are all in themselves into `room`, if it is not longer.
pub noinline fn readInto(comptime Item: type, object: *PyObject, room: []Item) ?usize {
    const row = Row.of(object) orelse return null;
    if (row.len > room.len) return null;
    for (room[0..row.len], 0..) |*place, index| {
        if (!read(Item, .failing, row.item(index) orelse return null, place)) return null;
    }
    return row.len;
}

/// `load`, with texts that belong to the objects still.
inline fn read(comptime T: type, gpa: Allocator, object: *PyObject, place: *T) bool {
    switch (comptime signature.kindOf(T).?) {
        .void => return object == capi.object("_Py_NoneStruct"),
        .bool => place.* = boolOf(object) orelse return false,
        .int => place.* = anyIntOf(T, object) orelse return false,
        .index => place.* = @fromBackingInt(
            anyIntOf(@typeInfo(T).@"enum".tag_type, object) orelse return false,
        ),
        .float => place.* = anyFloatOf(T, object) orelse return false,
        .complex => return readComplex(T, object, place),
        .@"enum" => place.* = std.meta.stringToEnum(
            T,
            textOf(object) orelse return false,
        ) orelse return false,
        .object => place.* = .{ .handle = @ptrCast(object) },
        .class => place.* = arguments.Argument(T).quick(object) orelse return false,
        .str => place.* = .{ .data = textOf(object) orelse return false },
        // in this order: after a text that is none, the object may be gone
        .text => place.* = bytesOf(object) orelse textOf(object) orelse return false,
        .bytes, .buffer => place.* = .{ .data = bytesOf(object) orelse return false },
        .optional => {
            if (object == capi.object("_Py_NoneStruct")) {
                place.* = null;
                return true;
            }
            var some: @typeInfo(T).optional.child = undefined;
            if (!read(@TypeOf(some), gpa, object, &some)) return false;
            place.* = some;
        },
        .items => return readItems(T, gpa, object, place),
        .array => return readArray(T, gpa, object, place),
        .tuple => return readTuple(T, gpa, object, place),
        .record => return readRecord(T, gpa, object, place),
        .map => return readMap(T, gpa, object, place),
        else => comptime unreachable,
    }
    return true;
}

noinline fn readItems(comptime T: type, gpa: Allocator, object: *PyObject, place: *T) bool {
    const Item = @typeInfo(T).pointer.child;
    const row = Row.of(object) orelse return false;
    const items = gpa.alloc(Item, row.len) catch return false;
    for (items, 0..) |*item, index| {
        if (row.item(index)) |some| if (read(Item, gpa, some, item)) continue;
        gpa.free(items);
        return false;
    }
    place.* = items;
    return true;
}

noinline fn readArray(comptime T: type, gpa: Allocator, object: *PyObject, place: *T) bool {
    const row = Row.of(object) orelse return false;
    if (row.len != place.len) return false;
    for (place, 0..) |*item, index| {
        const some = row.item(index) orelse return false;
        if (!read(@typeInfo(T).array.child, gpa, some, item)) return false;
    }
    return true;
}

noinline fn readTuple(comptime T: type, gpa: Allocator, object: *PyObject, place: *T) bool {
    const types = @typeInfo(T).@"struct".field_types;
    const row = Row.of(object) orelse return false;
    if (row.len != types.len) return false;
    inline for (types, 0..) |Field, index| {
        const some = row.item(index) orelse return false;
        if (!read(Field, gpa, some, &place[index])) return false;
    }
    return true;
}

/// Not by looking keys up, which may call a key's `__eq__`: the dict is gone through.
noinline fn readRecord(comptime T: type, gpa: Allocator, object: *PyObject, place: *T) bool {
    const info = @typeInfo(T).@"struct";
    const count = info.field_names.len;
    if (!capi.isExactly(object, "PyDict_Type")) return false;
    var found: [count]bool = @splat(false);
    var expected: usize = 0; // most dicts have their keys in the order of the fields
    var position: capi.Py_ssize_t = 0;
    var key: ?*PyObject = null;
    var value: ?*PyObject = null;
    while (c.PyDict_Next(object, &position, &key, &value) != 0) {
        const name = textOf(key.?) orelse return false;
        const number = numberOf(info.field_names, name, expected) orelse return false;
        switch (number) {
            inline 0...count - 1 => |index| if (!read(
                info.field_types[index],
                gpa,
                value.?,
                &@field(place, info.field_names[index]),
            )) return false,
            else => unreachable,
        }
        found[number] = true;
        expected = number + 1;
    }
    inline for (info.field_names, info.field_types, found) |n, Field, is| {
        if (!is) {
            if (!comptime classes.hasDefault(T, n)) return false;
            const default = comptime classes.defaultOf(T, n).?;
            // It may be in memory that is only read, where `own` would write.
            if (comptime hasText(Field)) if (sizeOfTexts(Field, &default) != 0) return false;
            @field(place, n) = default;
        }
    }
    return true;
}

inline fn numberOf(comptime names: []const [:0]const u8, name: []const u8, first: usize) ?usize {
    const all: [names.len][]const u8 = comptime all: {
        var all: [names.len][]const u8 = undefined;
        for (&all, names) |*one, some| one.* = some;
        break :all all;
    };
    for (first..first + names.len) |index| {
        const number = if (index < names.len) index else index - names.len;
        if (std.mem.eql(u8, all[number], name)) return number;
    }
    return null;
}

noinline fn readMap(comptime T: type, gpa: Allocator, object: *PyObject, place: *T) bool {
    if (!capi.isExactly(object, "PyDict_Type")) return false;
    place.* = string_maps.empty(T, gpa);
    string_maps.reserve(T, place, gpa, @intCast(c.PyDict_Size(object))) catch return false;
    var position: capi.Py_ssize_t = 0;
    var key: ?*PyObject = null;
    var value: ?*PyObject = null;
    while (c.PyDict_Next(object, &position, &key, &value) != 0) {
        const name = textOf(key.?) orelse return false;
        var item: string_maps.Value(T).? = undefined;
        if (!read(@TypeOf(item), gpa, value.?, &item)) return false;
        // no two strs of a dict are the same text
        place.putAssumeCapacityNoClobber(name, item);
    }
    return true;
}

/// Copies all texts to memory of their own: of an object each to its own piece, which its functions
/// may give back.
noinline fn ownTexts(comptime T: type, gpa: Allocator, place: *T) bool {
    if (Blocks.isMemoryOf(gpa)) {
        var pieces: Pieces = .{ .gpa = gpa };
        own(T, place, &pieces);
        return !pieces.has_failed;
    }
    const texts = gpa.alloc(u8, sizeOfTexts(T, place)) catch return false;
    var joined: Joined = .{ .rest = texts.ptr };
    own(T, place, &joined);
    std.debug.assert(joined.rest == texts.ptr + texts.len);
    return true;
}

const Pieces = struct {
    gpa: Allocator,
    has_failed: bool = false,

    fn take(pieces: *Pieces, text: []const u8) []const u8 {
        return pieces.gpa.dupe(u8, text) catch {
            pieces.has_failed = true;
            return "";
        };
    }
};

const Joined = struct {
    rest: [*]u8,

    inline fn take(joined: *Joined, text: []const u8) []const u8 {
        const copy = joined.rest[0..text.len];
        @memcpy(copy, text);
        joined.rest += text.len;
        return copy;
    }
};

/// Whether texts, or bytes, may be in a `T`.
fn hasText(comptime T: type) bool {
    if (string_maps.Value(T) != null) return true;
    return comptime switch (signature.kindOf(T).?) {
        .str, .text, .bytes, .buffer => true,
        .optional => hasText(@typeInfo(T).optional.child),
        .items => hasText(@typeInfo(T).pointer.child),
        .array => hasText(@typeInfo(T).array.child),
        .tuple, .record => for (@typeInfo(T).@"struct".field_types) |Field| {
            if (hasText(Field)) break true;
        } else false,
        else => false,
    };
}

fn sizeOfTexts(comptime T: type, place: *const T) usize {
    if (!comptime hasText(T)) return 0;
    var size: usize = 0;
    if (string_maps.Value(T)) |Value| {
        var iterator = place.iterator();
        while (iterator.next()) |entry|
            size += entry.key_ptr.len + sizeOfTexts(Value, entry.value_ptr);
        return size;
    }
    switch (comptime signature.kindOf(T).?) {
        .text => return place.len,
        .str, .bytes, .buffer => return place.data.len,
        .optional => return if (place.*) |*some| sizeOfTexts(@TypeOf(some.*), some) else 0,
        .items, .array => for (if (@typeInfo(T) == .array) place else place.*) |*item| {
            size += sizeOfTexts(@TypeOf(item.*), item);
        },
        .tuple, .record => inline for (@typeInfo(T).@"struct".field_names) |name| {
            size += sizeOfTexts(@FieldType(T, name), &@field(place, name));
        },
        else => comptime unreachable,
    }
    return size;
}

/// Gives texts other memory. What has none is not written.
fn own(comptime T: type, place: *T, memory: anytype) void {
    if (!comptime hasText(T)) return;
    if (string_maps.Value(T)) |Value| {
        var iterator = place.iterator();
        while (iterator.next()) |entry| {
            ownText(entry.key_ptr, memory);
            own(Value, entry.value_ptr, memory);
        }
        return;
    }
    switch (comptime signature.kindOf(T).?) {
        .text => ownText(place, memory),
        .str, .bytes, .buffer => ownText(&place.data, memory),
        .optional => if (place.*) |*some| own(@TypeOf(some.*), some, memory),
        .items => for (@constCast(place.*)) |*item| own(@TypeOf(item.*), item, memory),
        .array => for (place) |*item| own(@TypeOf(item.*), item, memory),
        .tuple, .record => inline for (@typeInfo(T).@"struct".field_names) |name| {
            own(@FieldType(T, name), &@field(place, name), memory);
        },
        else => comptime unreachable,
    }
}

inline fn ownText(text: *[]const u8, memory: anytype) void {
    if (text.len > 0) text.* = memory.take(text.*);
}

pub inline fn boolOf(object: *PyObject) ?bool {
    const truth = object == capi.object("_Py_TrueStruct");
    return if (truth or object == capi.object("_Py_FalseStruct")) truth else null;
}

/// The value of an int of one or two digits; null of any other object, and out of range.
pub inline fn intOf(comptime T: type, object: *PyObject) ?T {
    if (capi.limited or !capi.isExactly(object, "PyLong_Type")) return null;
    if (compact(object)) |value| return std.math.cast(T, value);
    if (@typeInfo(T).int.bits <= 32) return null;
    return std.math.cast(T, ofTwoDigits(object) orelse return null);
}

/// The value of every int that fits 64 bits.
inline fn anyIntOf(comptime T: type, object: *PyObject) ?T {
    return intOf(T, object) orelse longIntOf(T, object);
}

noinline fn longIntOf(comptime T: type, object: *PyObject) ?T {
    if (!capi.isExactly(object, "PyLong_Type")) return null;
    var overflow: c_int = 0;
    const value = c.PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow == 0) return std.math.cast(T, value);
    if (overflow < 0 or std.math.maxInt(T) <= std.math.maxInt(c_longlong)) return null;
    const large = c.PyLong_AsUnsignedLongLong(object);
    if (c.PyErr_Occurred() == null) return std.math.cast(T, large);
    c.PyErr_Clear();
    return null;
}

/// The value of an int that has one digit at most, null of a longer one.
inline fn compact(object: *PyObject) ?isize {
    const long: *const capi.structs.PyLongObject = @ptrCast(@alignCast(object));
    if (capi.minor < 12) {
        const size = long.ob_base.ob_size;
        if (size > 1 or size < -1) return null;
        // CPython clears the digit of 0, but does not promise to.
        return size * @as(isize, @intCast(long.ob_digit[0]));
    }
    const tag = long.long_value.lv_tag;
    if (tag >= 2 << 3) return null;
    const sign = 1 - @as(isize, @intCast(tag & 3));
    return sign * @as(isize, @intCast(long.long_value.ob_digit[0]));
}

/// The value of an int that has two digits, null of any other.
inline fn ofTwoDigits(object: *PyObject) ?i64 {
    if (capi.long_digit_bits != 30) return null;
    const long: *const capi.structs.PyLongObject = @ptrCast(@alignCast(object));
    if (capi.minor < 12) {
        const size = long.ob_base.ob_size;
        if (size != 2 and size != -2) return null;
        const digits: [*]const capi.structs.Digit = &long.ob_digit;
        return @divExact(size, 2) * magnitude(digits);
    }
    const tag = long.long_value.lv_tag;
    if (tag >> 3 != 2) return null;
    const digits: [*]const capi.structs.Digit = &long.long_value.ob_digit;
    const sign = 1 - @as(i64, @intCast(tag & 3));
    return sign * magnitude(digits);
}

inline fn magnitude(digits: [*]const capi.structs.Digit) i64 {
    return @as(i64, digits[0]) | @as(i64, digits[1]) << 30;
}

/// The value of a float, which CPython's layout shows; null of any other object.
pub inline fn floatOf(object: *PyObject) ?f64 {
    if (capi.limited or !capi.isExactly(object, "PyFloat_Type")) return null;
    const float: *const capi.structs.PyFloatObject = @ptrCast(@alignCast(object));
    return float.ob_fval;
}

/// The value of a float or an int, null of what is too large.
inline fn anyFloatOf(comptime T: type, object: *PyObject) ?T {
    const double = floatOf(object) orelse rareFloatOf(object) orelse return null;
    if (T == f64) return double;
    const value: T = @floatCast(double);
    return if (std.math.isInf(value) and !std.math.isInf(double)) null else value;
}

noinline fn rareFloatOf(object: *PyObject) ?f64 {
    if (capi.limited and capi.isExactly(object, "PyFloat_Type")) return c.PyFloat_AsDouble(object);
    return @floatFromInt(anyIntOf(i64, object) orelse return null);
}

noinline fn readComplex(comptime T: type, object: *PyObject, place: *T) bool {
    const Part = @FieldType(T, "re");
    if (!capi.isExactly(object, "PyComplex_Type")) {
        place.* = .{ .re = anyFloatOf(Part, object) orelse return false, .im = 0 };
        return true;
    }
    const parts = [2]f64{ c.PyComplex_RealAsDouble(object), c.PyComplex_ImagAsDouble(object) };
    place.* = .{ .re = @floatCast(parts[0]), .im = @floatCast(parts[1]) };
    for (parts, [2]Part{ place.re, place.im }) |double, value| {
        if (std.math.isInf(value) and !std.math.isInf(double)) return false;
    }
    return true;
}

inline fn textOf(object: *PyObject) ?[]const u8 {
    if (!capi.isExactly(object, "PyUnicode_Type")) return null;
    return capi.cachedUtf8Of(object) orelse utf8Of(object);
}

noinline fn utf8Of(object: *PyObject) ?[]const u8 {
    var size: capi.Py_ssize_t = 0;
    const text = c.PyUnicode_AsUTF8AndSize(object, &size) orelse {
        // What is borrowed may be gone, but is not looked at any more.
        c.PyErr_Clear();
        return null;
    };
    return text[0..@intCast(size)];
}

/// The memory of an object that is exactly bytes, which belongs to it; null of any other.
pub inline fn bytesOf(object: *PyObject) ?[]u8 {
    if (capi.limited or !capi.isExactly(object, "PyBytes_Type")) return null;
    const bytes: *capi.structs.PyBytesObject = @ptrCast(@alignCast(object));
    const data: [*]u8 = &bytes.ob_sval;
    return data[0..@intCast(bytes.ob_base.ob_size)];
}
