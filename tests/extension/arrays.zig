//! Arrays of numpy and its kin: in, whatever their layout, and out.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Complex = std.math.Complex;

pub const Series = struct {
    values: []const f64,
    origin: [3]f32 = @splat(0),
};

fn total(values: anytype) f64 {
    var sum: f64 = 0;
    for (values) |value| sum += switch (@typeInfo(@TypeOf(value))) {
        .int => @floatFromInt(value),
        else => @floatCast(value),
    };
    return sum;
}

fn copy(comptime T: type, values: []const T) nano_ffi.Owned([]T) {
    const gpa = nano_ffi.allocator;
    return .{ .data = gpa.dupe(T, values) catch @panic("no memory"), .allocator = gpa };
}

pub fn f64s(values: []const f64) nano_ffi.Owned([]f64) {
    return copy(f64, values);
}
pub fn f32s(values: []const f32) nano_ffi.Owned([]f32) {
    return copy(f32, values);
}
pub fn f16s(values: []const f16) nano_ffi.Owned([]f16) {
    return copy(f16, values);
}
pub fn i64s(values: []const i64) nano_ffi.Owned([]i64) {
    return copy(i64, values);
}
pub fn i8s(values: []const i8) nano_ffi.Owned([]i8) {
    return copy(i8, values);
}
pub fn u16s(values: []const u16) nano_ffi.Owned([]u16) {
    return copy(u16, values);
}
pub fn u7s(values: []const u7) u64 {
    var sum: u64 = 0;
    for (values) |value| sum += value;
    return sum;
}
pub fn bools(values: []const bool) nano_ffi.Owned([]bool) {
    return copy(bool, values);
}
pub fn c128s(values: []const Complex(f64)) nano_ffi.Owned([]Complex(f64)) {
    return copy(Complex(f64), values);
}
pub fn c64s(values: []const Complex(f32)) nano_ffi.Owned([]Complex(f32)) {
    return copy(Complex(f32), values);
}
pub fn complex(value: Complex(f64)) Complex(f64) {
    return value;
}
pub fn complex_field(value: struct { z: Complex(f32) }) Complex(f32) {
    return value.z;
}

/// Where the items are.
pub fn address(values: []const f64) usize {
    return @intFromPtr(values.ptr);
}
pub fn address_of_ints(values: []const i32) usize {
    return @intFromPtr(values.ptr);
}

pub fn norm(point: [3]f64) f64 {
    return @sqrt(point[0] * point[0] + point[1] * point[1] + point[2] * point[2]);
}
pub fn nearest(points: []const [2]f64) [2]f64 {
    return points[0];
}
pub fn rows(values: []const []const f64) nano_ffi.Owned([]f64) {
    const gpa = nano_ffi.allocator;
    const sums = gpa.alloc(f64, values.len) catch @panic("no memory");
    for (sums, values) |*sum, row| sum.* = total(row);
    return .{ .data = sums, .allocator = gpa };
}
pub fn determinant(m: [2][2]f64) f64 {
    return m[0][0] * m[1][1] - m[0][1] * m[1][0];
}
pub fn maybe(values: ?[]const f32) f64 {
    return total(values orelse return -1);
}
pub fn field(series: Series) f64 {
    return total(series.values) + total(series.origin);
}
pub fn record(value: struct { weights: []const u8, rows: []const []const i16 }) f64 {
    return total(value.weights) + total(value.rows[0]);
}
pub fn pair(value: struct { []const f64, i32 }) f64 {
    return total(value[0]);
}
pub fn words(values: []const []const u8) usize {
    var size: usize = 0;
    for (values) |word| size += word.len;
    return size;
}

pub fn doubled(values: []f64) void {
    for (values) |*value| value.* *= 2;
}
pub fn conjugated(values: []Complex(f32)) void {
    for (values) |*value| value.* = value.conjugate();
}
pub fn shape(values: nano_ffi.NdArray(f64, 2)) [4]isize {
    const strides = values.strides;
    return .{ @intCast(values.shape[0]), @intCast(values.shape[1]), strides[0], strides[1] };
}
pub fn filled(values: nano_ffi.NdArrayMut(Complex(f64), 1), value: Complex(f64)) void {
    for (0..values.shape[0]) |index| values.ptr(.{index}).* = value;
}

pub const Point = extern struct { x: f64, y: f64 = 0, tag: u8 = 0 };

/// The first squares.
pub fn squares(n: usize) !nano_ffi.Array(f64, 1) {
    const array: nano_ffi.Array(f64, 1) = try .init(nano_ffi.allocator, .{n});
    for (array.items(), 0..) |*item, i| item.* = @floatFromInt(i * i);
    return array;
}
/// A multiplication table, in C order, or in Fortran's.
pub fn table(rows_: usize, columns: usize, fortran: bool) !nano_ffi.Array(i32, 2) {
    const Table = nano_ffi.Array(i32, 2);
    const size = .{ rows_, columns };
    const gpa = nano_ffi.allocator;
    const array: Table = if (fortran) try .initFortran(gpa, size) else try .init(gpa, size);
    for (0..rows_) |i| for (0..columns) |j| {
        array.ptr(.{ i, j }).* = @intCast(i * j);
    };
    return array;
}
fn zerosOf(comptime T: type) type {
    return struct {
        fn make(n: usize) !nano_ffi.Array(T, 1) {
            return .zeros(nano_ffi.allocator, .{n});
        }
    };
}
pub const zeros_u8 = zerosOf(u8).make;
pub const zeros_f16 = zerosOf(f16).make;
pub const zeros_bool = zerosOf(bool).make;
pub const zeros_c64 = zerosOf(Complex(f32)).make;
pub const zeros_u64 = zerosOf(u64).make;
pub fn record_array(allocator: std.mem.Allocator, n: usize) !nano_ffi.Array(Point, 1) {
    const array: nano_ffi.Array(Point, 1) = try .init(allocator, .{n});
    for (array.items(), 0..) |*point, i| point.* = .{ .x = @floatFromInt(i), .tag = @intCast(i) };
    return array;
}
/// Bits of an int, which are bytes.
pub const Sample = packed struct(u64) { id: u16 = 0, level: i16 = 0, time: u32 = 0 };
pub fn samples(n: usize) !nano_ffi.Array(Sample, 1) {
    const array: nano_ffi.Array(Sample, 1) = try .init(nano_ffi.allocator, .{n});
    for (array.items(), 0..) |*item, i| item.* = .{ .id = @intCast(i), .level = -1 };
    return array;
}
/// What has an array gives it back.
pub const Held = struct {
    values: ?nano_ffi.Array(f64, 1),
    grid: nano_ffi.Array(i32, 2),
    points: nano_ffi.Array(Point, 1),

    pub fn init(n: usize) !Held {
        const values = try squares(n);
        errdefer values.deinit();
        const grid = try table(2, 2, true);
        errdefer grid.deinit();
        return .{
            .values = values,
            .grid = grid,
            .points = try record_array(nano_ffi.allocator, 2),
        };
    }
    pub fn deinit(self: *Held) void {
        self.forget();
        self.grid.deinit();
        self.points.deinit();
    }
    pub fn forget(self: *Held) void {
        if (self.values) |values| values.deinit();
        self.values = null;
    }
    pub fn sum(self: *const Held) f64 {
        return total((self.values orelse return 0).items());
    }
};
pub const Holder = struct {
    held: Held,

    pub fn init(n: usize) !Holder {
        return .{ .held = try .init(n) };
    }
    pub fn deinit(self: *Holder) void {
        self.held.deinit();
    }
    pub fn seen(self: *const Holder) *const Held {
        return &self.held;
    }
};
/// What has numbers in it that Python sees where they are.
pub const Body = struct {
    frame: [2][3]f32 = @splat(@splat(0)),
    points: []Point = &.{},
    ticks: []const Tick = &.{},
    marks: []Mark = &.{},
    none: [2][0]f64 = @splat(.{}),

    pub const Tick = extern struct { at: u32 = 0, on: bool = false };
    /// Nothing changes its name.
    pub const Mark = extern struct {
        name: u32 = 0,
        at: [2]f32 = @splat(0),

        pub const nano_ffi_options = .{ .name = .{ .readonly = true } };
    };

    pub fn sum(self: *const Body) f64 {
        var result = total(self.frame[0]) + total(self.frame[1]);
        for (self.points) |point| result += point.x * point.y;
        return result;
    }
};
pub fn weighted(points: []const Point) f64 {
    var sum: f64 = 0;
    for (points) |point| sum += point.x * @as(f64, @floatFromInt(point.tag));
    return sum;
}
pub fn address_of_points(points: []const Point) usize {
    return @intFromPtr(points.ptr);
}
pub fn moved(points: nano_ffi.NdArrayMut(Point, 1), by: f64) void {
    for (0..points.shape[0]) |index| points.ptr(.{index}).x += by;
}
pub fn lifted(points: []Point, by: f64) void {
    for (points) |*point| point.y += by;
}
const Raw = extern struct { id: u32, at: [2]f32 };
pub fn renumbered(raws: ?[]Raw) usize {
    const all = raws orelse return 0;
    for (all, 1..) |*raw, id| raw.id = @intCast(id);
    return all.len;
}
pub fn corner(points: nano_ffi.NdArray(Point, 2)) f64 {
    return points.at(.{ points.shape[0] - 1, points.shape[1] - 1 }).x;
}
/// An array and a count.
pub fn above(values: []const f64, limit: f64) !struct { nano_ffi.Array(f64, 1), usize } {
    var count: usize = 0;
    for (values) |value| count += @intFromBool(value > limit);
    const array: nano_ffi.Array(f64, 1) = try .init(nano_ffi.allocator, .{count});
    var next: usize = 0;
    for (values) |value| if (value > limit) {
        array.items()[next] = value;
        next += 1;
    };
    return .{ array, count };
}
pub fn perhaps(n: usize) !?nano_ffi.Array(f64, 1) {
    return if (n == 0) null else try squares(n);
}
pub fn named(n: usize) !struct { values: nano_ffi.Array(f64, 1), size: usize } {
    return .{ .values = try squares(n), .size = n };
}
/// Of 0, 1, … items.
pub fn several(allocator: std.mem.Allocator, n: usize) ![]nano_ffi.Array(f64, 1) {
    const all = try allocator.alloc(nano_ffi.Array(f64, 1), n);
    for (all, 0..) |*each, size| each.* = try squares(size);
    return all;
}
pub fn two() ![2]?nano_ffi.Array(f64, 1) {
    return .{ null, try squares(2) };
}
const Found = struct {
    label: []const u8,
    items: nano_ffi.Array(f64, 1),
    rows: nano_ffi.Column(i8),
};
/// A label that is no text cannot be given: what comes behind it is given back.
pub fn labelled(
    allocator: std.mem.Allocator,
    labels: []const []const u8,
) !std.StringHashMap([]Found) {
    var map: std.StringHashMap([]Found) = .init(allocator);
    for (0..3) |key| {
        const all = try allocator.alloc(Found, labels.len);
        for (all, labels) |*each, label| each.* = .{
            .label = label,
            .items = try squares(key),
            .rows = try .init(nano_ffi.allocator, 1),
        };
        try map.put(try std.fmt.allocPrint(allocator, "{d}", .{key}), all);
    }
    return map;
}
pub fn np_squares(n: usize) !nano_ffi.Array(f64, 1) {
    return squares(n);
}
pub fn np_owned(values: []const i16) nano_ffi.Owned([]i16) {
    return copy(i16, values);
}
pub fn np_pair(n: usize) !struct { ?nano_ffi.Array(f64, 1), usize } {
    return .{ try squares(n), n };
}
pub fn np_doubled(values: []const f64) !nano_ffi.Array(f64, 1) {
    const array: nano_ffi.Array(f64, 1) = try .init(nano_ffi.allocator, .{values.len});
    for (array.items(), values) |*item, value| item.* = 2 * value;
    return array;
}

// Called for each item.

pub fn hypot(x: f64, y: f64) f64 {
    return @sqrt(x * x + y * y);
}
pub fn np_hypot(x: f64, y: f64) f64 {
    return hypot(x, y);
}
/// Several results, an error and a panic.
pub fn divided(a: i32, b: i32) error{ DivisionByZero, Negative }!struct { i32, f32, bool } {
    if (b == 0) return error.DivisionByZero;
    if (a < 0) return error.Negative;
    const quotient = @as(f32, @floatFromInt(a)) / @as(f32, @floatFromInt(b));
    return .{ @divTrunc(a, b), quotient, @rem(a, b) == 0 };
}
pub fn small_sum(a: u8, b: u8) u8 {
    return a + b; // a panic, where it overflows
}
pub fn either(a: bool, b: bool) bool {
    return a or b;
}
pub fn turned(z: Complex(f32)) Complex(f32) {
    return .{ .re = -z.im, .im = z.re };
}
pub fn blend(a: f32, b: f32, c: f32, d: f32, weight: f64) f64 {
    return weight * (a + b) + (1 - weight) * (c + d);
}

pub const nano_ffi_options = .{
    .hypot = .{ .vectorize = true },
    .np_hypot = .{ .vectorize = true, .result = .numpy },
    .divided = .{ .vectorize = true },
    .small_sum = .{ .vectorize = true },
    .either = .{ .vectorize = true, .gil = .released },
    .turned = .{ .vectorize = true },
    .blend = .{ .vectorize = true, .defaults = .{ .weight = 0.5 } },
    .np_squares = .{ .result = .numpy },
    .np_owned = .{ .result = .numpy },
    .np_pair = .{ .result = .numpy },
    .np_doubled = .{ .result = .numpy },
};
