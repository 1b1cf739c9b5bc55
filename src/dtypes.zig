//! What Python's protocols call the types of items: the buffer protocol (PEP 3118), numpy's array
//! interface, DLPack.

const std = @import("std");
const builtin = @import("builtin");

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
