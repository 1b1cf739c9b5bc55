//! What Python's protocols call the types of items: the buffer protocol (PEP 3118), numpy's array
//! interface, DLPack.

const std = @import("std");
const builtin = @import("builtin");
const items = @import("items.zig");

pub const Dtype = struct {
    /// As Zig has it.
    name: [:0]const u8,
    size: usize,
    alignment: std.mem.Alignment,
    /// PEP 3118.
    format: [:0]const u8,
    /// Of numpy's array interface; null of a struct.
    typestr: ?[:0]const u8,
    /// Null of a struct.
    dlpack: ?struct { code: u8, bits: u8 },

    pub fn of(comptime T: type) Dtype {
        return comptime make(T);
    }

    fn make(comptime T: type) Dtype {
        const letter = letterOf(T);
        return .{
            .name = nameOf(T),
            .size = @sizeOf(T),
            .alignment = .of(T),
            .format = formatOf(T).?,
            .typestr = if (letter) |kind| std.fmt.comptimePrint("{s}{c}{d}", .{
                if (@sizeOf(T) == 1)
                    "|"
                else if (builtin.cpu.arch.endian() == .little) "<" else ">",
                kind,
                @sizeOf(T),
            }) else null,
            .dlpack = if (letter) |kind| .{ .code = switch (kind) {
                'i' => 0,
                'u' => 1,
                'f' => 2,
                'c' => 5,
                else => 6,
            }, .bits = 8 * @sizeOf(T) } else null,
        };
    }
};

/// Without where it is declared.
fn nameOf(comptime T: type) [:0]const u8 {
    if (T == std.math.Complex(f32)) return "Complex(f32)";
    if (T == std.math.Complex(f64)) return "Complex(f64)";
    const full = @typeName(T);
    return full[(std.mem.findScalarLast(u8, full, '.') orelse return full) + 1 ..];
}

/// Whether an array can have items of type `T`.
pub fn isItem(comptime T: type) bool {
    return comptime formatOf(T) != null;
}

/// Whether it is a struct whose every pattern of bytes is a value, as others may have written it.
pub fn isRecord(comptime T: type) bool {
    return comptime letterOf(T) == null and isItem(T) and !hasBool(T);
}

fn hasBool(comptime T: type) bool {
    return switch (@typeInfo(T)) {
        .bool => true,
        .array => |array| hasBool(array.child),
        .@"struct" => |info| for (info.field_types) |Field| {
            if (hasBool(Field)) break true;
        } else false,
        else => false,
    };
}

/// Whether memory of `size` bytes for each item, with a format of PEP 3118, is records of type `T`
/// as they lie: the same names, at the same offsets, of the same types.
pub fn isFormatOf(comptime T: type, format: []const u8, size: usize) bool {
    var reader: Reader = .{ .rest = format };
    const end = reader.readStruct(T) orelse return false;
    return reader.rest.len == 0 and size == @sizeOf(T) and end <= size;
}

const Reader = struct {
    rest: []const u8,
    /// What the byte orders are, and whether fields are aligned as in C.
    order: u8 = '@',

    fn take(reader: *Reader, text: []const u8) bool {
        if (!std.mem.startsWith(u8, reader.rest, text)) return false;
        reader.rest = reader.rest[text.len..];
        return true;
    }

    fn takeOrder(reader: *Reader) bool {
        if (reader.rest.len == 0 or std.mem.findScalar(u8, "@=<>!^", reader.rest[0]) == null)
            return true;
        reader.order = reader.rest[0];
        reader.rest = reader.rest[1..];
        return switch (reader.order) {
            '<' => builtin.cpu.arch.endian() == .little,
            '>', '!' => builtin.cpu.arch.endian() == .big,
            else => true,
        };
    }

    fn takeNumber(reader: *Reader) ?usize {
        var size: usize = 0;
        while (size < reader.rest.len and std.ascii.isDigit(reader.rest[size])) size += 1;
        const number = std.fmt.parseInt(usize, reader.rest[0..size], 10) catch return null;
        reader.rest = reader.rest[size..];
        return number;
    }

    /// Where it ends; null of another one.
    fn readStruct(reader: *Reader, comptime T: type) ?usize {
        if (!reader.take("T{")) return null;
        const info = @typeInfo(T).@"struct";
        var end: usize = 0;
        inline for (info.field_names, info.field_types) |name, Field| {
            end = reader.skipPadding(end) orelse return null;
            const offset = @bitOffsetOf(T, name) / 8;
            const aligned = std.mem.alignForward(usize, end, @alignOf(Field));
            if ((if (reader.order == '@') aligned else end) != offset) return null;
            if (!reader.readField(Field)) return null;
            if (!reader.take(":" ++ name ++ ":")) return null;
            end = offset + @sizeOf(Field);
        }
        end = reader.skipPadding(end) orelse return null;
        return if (reader.take("}")) end else null;
    }

    fn skipPadding(reader: *Reader, start: usize) ?usize {
        var end = start;
        while (true) {
            const before = reader.*;
            if (!reader.takeOrder()) return null;
            const count = reader.takeNumber() orelse 1;
            if (!reader.take("x")) {
                const order = reader.order;
                reader.* = before;
                // An order that is said once is that of what comes behind it.
                if (!reader.takeOrder()) return null;
                reader.order = order;
                return end;
            }
            end +|= count;
        }
    }

    fn readField(reader: *Reader, comptime Field: type) bool {
        comptime var Item = Field;
        const shape = comptime shape: {
            var shape: []const usize = &.{};
            while (@typeInfo(Item) == .array) : (Item = @typeInfo(Item).array.child)
                shape = shape ++ &[_]usize{@typeInfo(Item).array.len};
            break :shape shape;
        };
        if (shape.len > 0) {
            inline for (shape, 0..) |size, index| {
                if (!reader.take(if (index == 0) "(" else ",")) return false;
                if (reader.takeNumber() != size) return false;
            }
            if (!reader.take(")")) return false;
        }
        if (!reader.takeOrder()) return false;
        if (comptime letterOf(Item) == null) return reader.readStruct(Item) != null;
        if (reader.rest.len == 0) return false;
        const letter = reader.rest[0..1];
        reader.rest = reader.rest[1..];
        // The letters of longs are of sizes that the machine says, or else 4.
        const is_native = reader.order == '@' or reader.order == '^';
        const width: usize = switch (letter[0]) {
            'b', 'B' => 1,
            'h', 'H', 'e' => 2,
            'i', 'I', 'f' => 4,
            'l', 'L' => if (is_native) @sizeOf(c_long) else 4,
            'q', 'Q', 'd' => 8,
            else => return false,
        };
        const item = items.Item.ofFormat(letter, width) orelse return false;
        return item.is(Item);
    }
};

fn letterOf(comptime T: type) ?u8 {
    return switch (@typeInfo(T)) {
        .bool => 'b',
        .int => |int| if (!isWhole(int.bits)) null else if (int.signedness == .signed) 'i' else 'u',
        .float => |float| if (float.bits >= 16 and float.bits <= 64) 'f' else null,
        .@"struct" => if (T == std.math.Complex(f32) or T == std.math.Complex(f64)) 'c' else null,
        else => null,
    };
}

fn isWhole(bits: u16) bool {
    return bits == 8 or bits == 16 or bits == 32 or bits == 64;
}

/// Of PEP 3118; null of what it has no name for.
pub fn formatOf(comptime T: type) ?[:0]const u8 {
    return comptime decide(T);
}

fn decide(comptime T: type) ?[:0]const u8 {
    if (letterOf(T)) |letter| return switch (letter) {
        'b' => "?",
        'i' => switch (@sizeOf(T)) {
            1 => "b",
            2 => "h",
            4 => "i",
            else => "q",
        },
        'u' => switch (@sizeOf(T)) {
            1 => "B",
            2 => "H",
            4 => "I",
            else => "Q",
        },
        'f' => switch (@sizeOf(T)) {
            2 => "e",
            4 => "f",
            else => "d",
        },
        else => if (@sizeOf(T) == 8) "Zf" else "Zd",
    };
    const info = switch (@typeInfo(T)) {
        .@"struct" => |info| info,
        else => return null,
    };
    if (info.is_tuple or info.layout == .auto or info.field_names.len == 0) return null;
    const is_packed = info.layout == .@"packed";
    // Bits of an int: where they are bytes in this order, it is as good as a struct in memory.
    if (is_packed and builtin.cpu.arch.endian() != .little) return null;
    var text: [:0]const u8 = "T{";
    var end: usize = 0;
    for (info.field_names, info.field_types) |name, Field| {
        if (std.mem.findScalar(u8, name, ':') != null) return null;
        if (is_packed and (@bitOffsetOf(T, name) % 8 != 0 or @bitSizeOf(Field) % 8 != 0))
            return null;
        const offset = @bitOffsetOf(T, name) / 8;
        text = text ++ pad(offset - end) ++ (fieldFormat(Field) orelse return null) ++
            ":" ++ name ++ ":";
        end = offset + @sizeOf(Field);
    }
    return text ++ pad(@sizeOf(T) - end) ++ "}";
}

/// An array in a struct is a part of it.
fn fieldFormat(comptime T: type) ?[:0]const u8 {
    var Item = T;
    var shape: [:0]const u8 = "";
    while (@typeInfo(Item) == .array) {
        const array = @typeInfo(Item).array;
        shape = shape ++ (if (shape.len == 0) "" else ",") ++
            std.fmt.comptimePrint("{d}", .{array.len});
        Item = array.child;
    }
    const format = decide(Item) orelse return null;
    const order = if (format[0] == 'T') "" else "=";
    return if (shape.len == 0) order ++ format else "(" ++ shape ++ ")" ++ order ++ format;
}

fn pad(comptime size: usize) [:0]const u8 {
    if (size == 0) return "";
    return if (size == 1) "x" else std.fmt.comptimePrint("{d}x", .{size});
}

test Dtype {
    const real: Dtype = .of(f64);
    try std.testing.expectEqualStrings("d", real.format);
    try std.testing.expectEqualStrings("|u1", Dtype.of(u8).typestr.?);
    try std.testing.expectEqual(64, real.dlpack.?.bits);
    const Point = extern struct { x: f64, tag: u8, at: [2][3]i16, z: f32 };
    const point: Dtype = .of(Point);
    try std.testing.expectEqualStrings(
        "T{=d:x:=B:tag:x(2,3)=h:at:2x=f:z:4x}",
        point.format,
    );
    try std.testing.expectEqual(null, point.typestr);
}

test isItem {
    try std.testing.expect(isItem(bool) and isItem(usize) and !isItem(u7) and !isItem([]u8));
    try std.testing.expect(!isItem(struct { x: f64 }) and !isItem(f80));
}

test isRecord {
    const Point = extern struct { x: f64, at: [2]i16 };
    try std.testing.expect(isRecord(Point) and !isRecord(f64) and !isRecord(struct { x: f64 }));
    try std.testing.expect(!isRecord(extern struct { at: Point, on: [2]bool }));
}

test isFormatOf {
    const Inner = extern struct { a: i32, b: f32 };
    const T = extern struct { x: f64, tag: u8, at: [2][3]i16, inner: Inner, last: i64 };
    const own = formatOf(T).?;
    try std.testing.expect(isFormatOf(T, own, @sizeOf(T)) and !isFormatOf(T, own, 8));
    // As numpy and ctypes have it.
    const Point = extern struct { x: f64, n: i32 };
    try std.testing.expect(isFormatOf(Point, "T{d:x:i:n:}", 16));
    try std.testing.expect(isFormatOf(Point, "T{d:x:i:n:xxxx}", 16));
    if (builtin.cpu.arch.endian() != .little) return;
    try std.testing.expect(isFormatOf(Point, "T{<d:x:<l:n:4x}", 16));
    for ([_][]const u8{
        "d",             "T{d:x:}",     "T{d:x:I:n:}",  "T{d:y:i:n:}",
        "T{>d:x:i:n:}",  "T{d:x:i:n:",  "T{",           "T{d",
        "T{d:x:4xi:n:}", "T{i:n:d:x:}", "T{2d:x:i:n:}", "T{d:x:Zf:n:}",
    }) |other| try std.testing.expect(!isFormatOf(Point, other, 16));
    const Shifted = extern struct { tag: u8, x: f64 align(1) };
    try std.testing.expect(isFormatOf(Shifted, "T{=B:tag:d:x:}", 9));
    try std.testing.expect(!isFormatOf(Shifted, "T{=B:tag:7xd:x:}", 16));
}

test formatOf {
    const Inner = extern struct { a: i32 };
    const Outer = extern struct { inner: Inner, last: [2]Inner };
    try std.testing.expectEqualStrings("T{T{=i:a:}:inner:(2)T{=i:a:}:last:}", formatOf(Outer).?);
    try std.testing.expectEqual(null, formatOf(extern struct { p: *u8 }));
    if (builtin.cpu.arch.endian() != .little) return;
    const Sample = packed struct(u24) { id: u8, value: i16 };
    try std.testing.expectEqualStrings("T{=B:id:=h:value:x}", formatOf(Sample).?);
    try std.testing.expectEqual(null, formatOf(packed struct { a: u4, b: u12 }));
    try std.testing.expectEqual(null, formatOf(packed struct { a: bool, b: u7, c: u8 }));
}
