//! Numbers in memory of others: what one item is, and rows of them as the type that Zig wants. What
//! fits is taken, as one by one in a list: an int for a float, any int in range for an int.

const std = @import("std");
const builtin = @import("builtin");

pub const Kind = enum {
    bool,
    /// As `bool`, eight in a byte, the lowest bit first.
    bits,
    signed,
    unsigned,
    float,
    complex,
};

/// What an item is; `size` are its bytes.
pub const Item = struct {
    kind: Kind,
    size: usize,
    /// Whether its bytes are in the order of other machines.
    is_swapped: bool = false,

    /// Out of a format of the struct module or of PEP 3118; null where it is no number.
    pub fn ofFormat(format: []const u8, size: usize) ?Item {
        var text = format;
        var is_swapped = false;
        if (text.len > 1 and std.mem.indexOfScalar(u8, "@=<>!^", text[0]) != null) {
            is_swapped = isForeign(text[0]);
            text = text[1..];
        }
        const is_complex = text.len == 2 and text[0] == 'Z';
        if (is_complex) text = text[1..];
        if (text.len != 1) return null;
        const kind: Kind = switch (text[0]) {
            '?' => .bool,
            'b', 'h', 'i', 'l', 'q', 'n' => .signed,
            'B', 'H', 'I', 'L', 'Q', 'N' => .unsigned,
            'e', 'f', 'd', 'g' => .float,
            'F', 'D', 'G' => .complex,
            else => return null,
        };
        if (is_complex and kind != .float) return null;
        return checked(if (is_complex) .complex else kind, size, is_swapped);
    }

    /// Out of the `typestr` of numpy's `__array_interface__`.
    pub fn ofTypestr(text: []const u8) ?Item {
        if (text.len < 3) return null;
        const size = std.fmt.parseInt(usize, text[2..], 10) catch return null;
        return checked(switch (text[1]) {
            'b' => .bool,
            'i' => .signed,
            'u' => .unsigned,
            'f' => .float,
            'c' => .complex,
            else => return null,
        }, size, isForeign(text[0]));
    }

    /// Out of the type of a DLPack tensor.
    pub fn ofDlpack(code: u8, bits: u8) ?Item {
        return checked(switch (code) {
            0 => .signed,
            1 => .unsigned,
            2 => .float,
            5 => .complex,
            6 => .bool,
            else => return null,
        }, bits / 8, false);
    }

    /// Out of the format of an Arrow column.
    pub fn ofArrow(format: []const u8) ?Item {
        if (format.len != 1) return null;
        return switch (format[0]) {
            'b' => .{ .kind = .bits, .size = 1 },
            'c', 's', 'i', 'l' => |letter| .{ .kind = .signed, .size = sizeOf(letter) },
            'C', 'S', 'I', 'L' => |letter| .{ .kind = .unsigned, .size = sizeOf(letter | 0x20) },
            'e' => .{ .kind = .float, .size = 2 },
            'f' => .{ .kind = .float, .size = 4 },
            'g' => .{ .kind = .float, .size = 8 },
            else => null,
        };
    }

    fn sizeOf(letter: u8) usize {
        return switch (letter) {
            'c' => 1,
            's' => 2,
            'i' => 4,
            else => 8,
        };
    }

    fn isForeign(order: u8) bool {
        return switch (builtin.cpu.arch.endian()) {
            .little => order == '>' or order == '!',
            .big => order == '<',
        };
    }

    fn checked(kind: Kind, size: usize, is_swapped: bool) ?Item {
        const is_known = switch (kind) {
            .bool => size == 1,
            .bits => true,
            .signed, .unsigned => size == 1 or size == 2 or size == 4 or size == 8,
            .float => isFloat(size) and !(is_swapped and size > 8),
            .complex => size == 8 or size == 16,
        };
        return if (is_known) .{
            .kind = kind,
            .size = size,
            .is_swapped = is_swapped and size > 1,
        } else null;
    }

    fn isFloat(size: usize) bool {
        return size == 2 or size == 4 or size == 8 or size == @sizeOf(c_longdouble);
    }

    /// What a `T` in this machine's memory is.
    pub fn of(comptime T: type) Item {
        return .{
            .size = @sizeOf(T),
            .kind = switch (@typeInfo(T)) {
                .bool => .bool,
                .float => .float,
                .int => |int| if (int.signedness == .signed) .signed else .unsigned,
                else => .complex,
            },
        };
    }

    /// Whether it is a `T` as it lies there.
    pub fn is(item: Item, comptime T: type) bool {
        return std.meta.eql(item, of(T)) and (comptime isStored(T));
    }
};

/// Whether a `T` has the bits that its memory has.
fn isStored(comptime T: type) bool {
    return switch (@typeInfo(T)) {
        .bool => true,
        .float => |float| float.bits <= 64,
        .int => |int| int.bits == 8 * @sizeOf(T) and int.bits <= 64,
        else => true,
    };
}

/// Items one behind the other: bytes between neighbours, or the number of the first bit.
pub const Row = struct { start: usize, stride: isize, bit: usize = 0 };

pub const Failure = error{
    /// No number of that kind is taken.
    WrongKind,
    /// An int that does not fit.
    OutOfRange,
    /// A finite float that does not.
    TooLarge,
    /// A bool that is neither 0 nor 1.
    NoBool,
};

/// Whether items of a kind are taken where a `T` is wanted.
pub fn isTaken(comptime T: type, kind: Kind) bool {
    return switch (@typeInfo(T)) {
        .bool => kind == .bool or kind == .bits,
        .int => kind != .float and kind != .complex,
        .float => kind != .complex,
        else => true,
    };
}

/// All items of a row as `to`. Where one is not taken, `at` is its number.
pub noinline fn convert(comptime T: type, item: Item, row: Row, to: []T, at: *usize) Failure!void {
    at.* = 0;
    if (!isTaken(T, item.kind)) return error.WrongKind;
    switch (item.kind) {
        .bool => try convertFrom(u64, T, item, row, to, at),
        .bits, .unsigned => try convertFrom(u64, T, item, row, to, at),
        .signed => if (T != bool) try convertFrom(i64, T, item, row, to, at),
        .float => if (comptime isTaken(T, .float)) try convertFrom(f64, T, item, row, to, at),
        .complex => if (comptime isTaken(T, .complex))
            try convertFrom([2]f64, T, item, row, to, at),
    }
}

/// By a piece that stays in the cache: what reads it does not know `T`, what writes it not the
/// item.
fn convertFrom(
    comptime Wide: type,
    comptime T: type,
    item: Item,
    row: Row,
    to: []T,
    at: *usize,
) Failure!void {
    var piece: [128]Wide = undefined;
    var done: usize = 0;
    while (done < to.len) {
        const count = @min(piece.len, to.len - done);
        const offset = @as(isize, @intCast(done)) *% row.stride;
        readers(Wide)(item, .{
            .start = row.start +% @as(usize, @bitCast(offset)),
            .stride = row.stride,
            .bit = row.bit + done,
        }, piece[0..count]);
        if (Wide == f64 and item.size > @sizeOf(f64)) for (piece[0..count], done..) |wide, index|
            if (std.math.isInf(wide) and !isInfinite(item, row, index)) {
                at.* = index;
                return error.TooLarge;
            };
        for (piece[0..count], to[done..][0..count], done..) |wide, *place, index|
            place.* = narrow(T, Wide, item.kind, wide) catch |err| {
                at.* = index;
                return err;
            };
        done += count;
    }
}

/// Of an item that is too large for a number of C.
noinline fn isInfinite(item: Item, row: Row, index: usize) bool {
    const offset = @as(isize, @intCast(index)) *% row.stride;
    const address = row.start +% @as(usize, @bitCast(offset));
    const value = @as(*align(1) const c_longdouble, @ptrFromInt(address)).*;
    return std.math.isInf(swapped(value, item.is_swapped));
}

inline fn narrow(comptime T: type, comptime Wide: type, kind: Kind, wide: Wide) Failure!T {
    switch (@typeInfo(T)) {
        .bool => {
            if (Wide != u64) unreachable;
            return if (wide > 1) error.NoBool else wide == 1;
        },
        .int => {
            if (Wide != u64 and Wide != i64) unreachable;
            const value = if (Wide == u64 and kind == .bool) @intFromBool(wide != 0) else wide;
            return std.math.cast(T, value) orelse error.OutOfRange;
        },
        .float => switch (Wide) {
            f64 => return round(T, wide),
            [2]f64 => unreachable,
            else => return round(T, if (Wide == u64 and kind == .bool)
                @floatFromInt(@intFromBool(wide != 0))
            else
                @floatFromInt(wide)),
        },
        else => {
            const Part = @FieldType(T, "re");
            if (Wide != [2]f64) return .{ .re = try narrow(Part, Wide, kind, wide), .im = 0 };
            return .{ .re = try round(Part, wide[0]), .im = try round(Part, wide[1]) };
        },
    }
}

inline fn round(comptime T: type, double: f64) Failure!T {
    if (T == f64) return double;
    const value: T = @floatCast(double);
    if (std.math.isInf(value) and !std.math.isInf(double)) return error.TooLarge;
    return value;
}

fn readers(comptime Wide: type) fn (item: Item, row: Row, piece: []Wide) void {
    return switch (Wide) {
        u64 => readUnsigned,
        i64 => readSigned,
        f64 => readFloats,
        else => readComplex,
    };
}

noinline fn readUnsigned(item: Item, row: Row, piece: []u64) void {
    if (item.kind == .bits) {
        const bytes: [*]const u8 = @ptrFromInt(row.start);
        for (piece, row.bit..) |*place, bit|
            place.* = bytes[bit / 8] >> @as(u3, @intCast(bit % 8)) & 1;
        return;
    }
    switch (item.size) {
        inline 1, 2, 4, 8 => |size| readAs(@Int(.unsigned, 8 * size), u64, item, row, piece),
        else => unreachable,
    }
}

noinline fn readSigned(item: Item, row: Row, piece: []i64) void {
    switch (item.size) {
        inline 1, 2, 4, 8 => |size| readAs(@Int(.signed, 8 * size), i64, item, row, piece),
        else => unreachable,
    }
}

noinline fn readFloats(item: Item, row: Row, piece: []f64) void {
    switch (item.size) {
        2 => readAs(f16, f64, item, row, piece),
        4 => readAs(f32, f64, item, row, piece),
        8 => readAs(f64, f64, item, row, piece),
        else => readAs(c_longdouble, f64, item, row, piece),
    }
}

noinline fn readComplex(item: Item, row: Row, piece: [][2]f64) void {
    switch (item.size) {
        8 => readAs([2]f32, [2]f64, item, row, piece),
        16 => readAs([2]f64, [2]f64, item, row, piece),
        else => unreachable,
    }
}

inline fn readAs(
    comptime From: type,
    comptime Wide: type,
    item: Item,
    row: Row,
    piece: []Wide,
) void {
    var address = row.start;
    for (piece) |*place| {
        const value = @as(*align(1) const From, @ptrFromInt(address)).*;
        place.* = if (From == [2]f32 or From == [2]f64)
            .{ swapped(value[0], item.is_swapped), swapped(value[1], item.is_swapped) }
        else if (@typeInfo(From) == .float)
            @floatCast(swapped(value, item.is_swapped))
        else
            swapped(value, item.is_swapped);
        address +%= @bitCast(row.stride);
    }
}

inline fn swapped(value: anytype, is_swapped: bool) @TypeOf(value) {
    const T = @TypeOf(value);
    if (@sizeOf(T) == 1 or @bitSizeOf(T) > 64 or !is_swapped) return value;
    const Bits = @Int(.unsigned, @bitSizeOf(T));
    return @bitCast(@byteSwap(@as(Bits, @bitCast(value))));
}

test Item {
    const expectEqual = std.testing.expectEqual;
    try expectEqual(Item{ .kind = .signed, .size = 8 }, Item.ofFormat("l", 8));
    try expectEqual(Item{ .kind = .complex, .size = 8 }, Item.ofFormat("Zf", 8));
    try expectEqual(null, Item.ofFormat("O", 8));
    try expectEqual(null, Item.ofFormat("T{<d:x:}", 8));
    try expectEqual(null, Item.ofFormat("i", 3));
    try expectEqual(Item{ .kind = .unsigned, .size = 1 }, Item.ofTypestr("|u1"));
    try expectEqual(null, Item.ofTypestr("<M8[ns]"));
    try expectEqual(Item{ .kind = .bool, .size = 1 }, Item.ofDlpack(6, 8));
    try expectEqual(Item{ .kind = .unsigned, .size = 4 }, Item.ofArrow("I"));
    try std.testing.expect(Item.ofFormat("d", 8).?.is(f64) and !Item.ofFormat("B", 1).?.is(i8));
    try std.testing.expect(!Item.of(u7).is(u7) and Item.of(std.math.Complex(f32)).is(
        std.math.Complex(f32),
    ));
}

test isTaken {
    try std.testing.expect(isTaken(f64, .signed) and !isTaken(i64, .float));
    try std.testing.expect(!isTaken(bool, .unsigned) and isTaken(std.math.Complex(f32), .bool));
}

test convert {
    const expectEqual = std.testing.expectEqual;
    var at: usize = 0;
    const bytes = [_]i16{ 3, -2, 200, 1 };
    var floats: [2]f32 = undefined;
    const every_other: Row = .{ .start = @intFromPtr(&bytes[2]), .stride = -4 };
    try convert(f32, .of(i16), every_other, &floats, &at);
    try expectEqual([_]f32{ 200, 3 }, floats);
    var small: [3]i8 = undefined;
    const row: Row = .{ .start = @intFromPtr(&bytes), .stride = 2 };
    try expectEqual(error.OutOfRange, convert(i8, .of(i16), row, &small, &at));
    try expectEqual(2, at);
    try expectEqual(error.WrongKind, convert(bool, .of(i16), row, @constCast(&[_]bool{true}), &at));

    const swapped_bytes = [_]u8{ 0x3f, 0xf0, 0, 0, 0, 0, 0, 0 };
    var one: [1]std.math.Complex(f64) = undefined;
    const foreign: Item = .{
        .kind = .float,
        .size = 8,
        .is_swapped = builtin.cpu.arch.endian() == .little,
    };
    try convert(@TypeOf(one[0]), foreign, .{
        .start = @intFromPtr(&swapped_bytes),
        .stride = 8,
    }, &one, &at);
    try expectEqual(1, one[0].re);
    var truths: [3]bool = undefined;
    try convert(bool, .{ .kind = .bits, .size = 1 }, .{
        .start = @intFromPtr(&[_]u8{ 0x80, 0x02 }),
        .stride = 0,
        .bit = 7,
    }, &truths, &at);
    try expectEqual([_]bool{ true, false, true }, truths);
    var large: [1]f16 = undefined;
    try expectEqual(error.TooLarge, convert(f16, .of(f64), .{
        .start = @intFromPtr(&@as(f64, 1e9)),
        .stride = 8,
    }, &large, &at));
}
