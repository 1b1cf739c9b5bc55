//! A function for each kind of type that can cross, there and back.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

pub fn nothing() void {}
pub fn negate(value: bool) bool {
    return !value;
}
pub fn bit(value: u1) u1 {
    return ~value;
}
pub fn nibble(value: i4) i4 {
    return value;
}
pub fn wide(value: i128) i128 {
    return value;
}
pub fn wider(value: u200) u200 {
    return value;
}
pub fn sixty_five(value: i65) i65 {
    return value;
}
pub fn size(value: usize) usize {
    return value;
}
pub fn half(value: f16) f16 {
    return value;
}
pub fn single(value: f32) f32 {
    return value;
}
pub fn maybe(value: ?i32) ?i32 {
    return value;
}
pub fn maybe_text(value: ?[]const u8) ?[]const u8 {
    return value;
}
pub fn text(value: []const u8) []const u8 {
    return value;
}
pub fn bytes(value: nano_ffi.Bytes) nano_ffi.Bytes {
    return value;
}
pub fn conjugate(value: std.math.Complex(f64)) std.math.Complex(f64) {
    return value.conjugate();
}
pub fn sum(values: []const f64) f64 {
    var total: f64 = 0;
    for (values) |value| total += value;
    return total;
}
pub fn small(values: []const i8) i64 {
    var total: i64 = 0;
    for (values) |value| total += value;
    return total;
}
pub fn conjugates(values: []const std.math.Complex(f64)) [2]std.math.Complex(f64) {
    return .{ values[0].conjugate(), values[1].conjugate() };
}
pub fn double(values: []i32) void {
    for (values) |*value| value.* *= 2;
}
pub fn flip(values: []bool) void {
    for (values) |*value| value.* = !value.*;
}
pub fn reversed(values: []const i64) [4]i64 {
    var result: [4]i64 = @splat(0);
    for (values, 0..) |value, index| result[values.len - 1 - index] = value;
    return result;
}
pub fn cross(a: [3]f64, b: [3]f64) [3]f64 {
    return .{ a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0] };
}
pub fn words(values: []const []const u8) nano_ffi.Owned([]const []const u8) {
    const gpa = nano_ffi.allocator;
    const copy = gpa.alloc([]const u8, values.len) catch @panic("no memory");
    for (copy, 0..) |*word, index| word.* = values[values.len - 1 - index];
    return .{ .data = copy, .allocator = gpa };
}
pub fn swap(pair: struct { i64, []const u8 }) struct { []const u8, i64 } {
    return .{ pair[1], pair[0] };
}

pub const Color = enum(u8) { red = 1, green, blue = 7 };
pub fn next(color: Color) Color {
    return switch (color) {
        .red => .green,
        .green => .blue,
        .blue => .red,
    };
}

const Point = struct { x: f64, y: f64 = 0, tags: []const []const u8 = &.{}, color: ?Color = null };
pub fn mirror(point: Point) Point {
    var result = point;
    result.x = -point.x;
    return result;
}
pub fn far(points: []const Point, limit: f64) u64 {
    var count: u64 = 0;
    for (points) |point| count += @intFromBool(std.math.hypot(point.x, point.y) > limit);
    return count;
}
pub const Shape = union(enum) {
    empty,
    circle: struct { radius: f64 },
    polygon: []const [2]f64,
    label: ?[]const u8,
    nested: struct { u8, Color },
};
pub fn reshape(shape: Shape) Shape {
    return switch (shape) {
        .circle => |circle| .{ .circle = .{ .radius = -circle.radius } },
        else => shape,
    };
}
pub fn circles(shapes: []const Shape) u64 {
    var count: u64 = 0;
    for (shapes) |shape| count += @intFromBool(shape == .circle);
    return count;
}
pub const Json = union(enum) {
    nothing,
    truth: bool,
    number: f64,
    text: []const u8,
    list: []const Json,
    object: std.StringHashMap(Json),
};
pub fn same_json(value: Json) Json {
    return value;
}
const Note = struct {
    text: []const u8 = "nothing",
    at: ?struct { []const u8, f64 } = null,
    words: []const []const u8 = &.{"none"},
};
pub fn same_notes(value: std.StringHashMap([]const Note)) std.StringHashMap([]const Note) {
    return value;
}
pub const Tree = struct { name: []const u8, children: []const Tree = &.{} };
pub fn count_nodes(tree: Tree) u64 {
    var count: u64 = 1;
    for (tree.children) |child| count += count_nodes(child);
    return count;
}
pub fn extended(value: f80) f64 {
    // Of an f80, Zig's compiler-rt (0.17.1) makes no subnormal f64 as it should; of an f128 it
    // does.
    return @floatCast(@as(f128, -(-value)));
}
pub fn quadruple(value: f128) f64 {
    return @floatCast(-(-value));
}
pub fn as_in_c(value: c_longdouble) f64 {
    return @floatCast(value);
}
pub fn maybe_filled(values: ?[]u8, byte: u8) ?u64 {
    @memset(values orelse return null, byte);
    return values.?.len;
}
pub fn maybe_sum(values: ?[]const f64) ?f64 {
    return sum(values orelse return null);
}
pub fn maybe_called(function: ?nano_ffi.Callback(fn () i64)) error{PythonException}!?i64 {
    return try (function orelse return null).call(.{});
}
pub fn half_conjugate(value: std.math.Complex(f16)) std.math.Complex(f16) {
    return value.conjugate();
}
pub fn invert(map: std.StringHashMap(i64)) std.StringHashMap(i64) {
    var result: std.StringHashMap(i64) = .init(nano_ffi.allocator);
    var iterator = map.iterator();
    while (iterator.next()) |entry| result.put(
        entry.key_ptr.*,
        -entry.value_ptr.*,
    ) catch @panic("no memory");
    return result;
}
pub fn same(value: nano_ffi.Object) nano_ffi.Object {
    return value;
}
/// The sum of what the callable makes of each value; it stops at the first negative one.
pub fn sum_of(
    values: []const i64,
    function: nano_ffi.Callback(fn (i64, []const u8) f64),
) error{ Negative, PythonException }!f64 {
    var total: f64 = 0;
    for (values) |value| {
        if (value < 0) return error.Negative;
        total += try function.call(.{ value, "text" });
    }
    return total;
}
/// Calls until it is told to stop by an exception, which it hides.
pub fn count_calls(function: nano_ffi.Callback(fn () void)) u64 {
    var count: u64 = 0;
    while (count < 1000) : (count += 1) function.call(.{}) catch break;
    return count;
}
pub fn ten(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64, i: i64, j: i64) i64 {
    return a + b + c + d + e + f + g + h + i + j;
}

/// The product, or with nothing given, of what is in its place.
pub fn optional(a: i64, b: ?i64, c: ?i64) i64 {
    return a * (b orelse 10) * (c orelse 100);
}

var meeting: std.atomic.Value(u32) = .init(0);

/// Waits until as many threads are in here at once as `count` says, or for a while. Says whether
/// they came.
pub fn meet(count: u32) bool {
    _ = meeting.fetchAdd(1, .acq_rel);
    for (0..2_000_000_000) |_| {
        if (meeting.load(.acquire) >= count) return true;
        std.atomic.spinLoopHint();
    }
    return false;
}

/// The sum, with other threads at work meanwhile.
pub fn sum_released(values: []const f64) f64 {
    return sum(values);
}

pub const nano_ffi_options = .{
    .meet = .{ .gil = .released },
    .answered = .{ .gil = .released },
    .sum_released = .{ .gil = .released },
};

const Answer = struct { name: []const u8, numbers: []const f64 = &.{}, color: ?Color = null };

/// What callables give, each of another kind.
const Answers = struct {
    words: []const u8,
    texts: []const []const u8,
    answer: Answer,
    pair: struct { i64, ?f64 },
    shape: Shape,
    triple: [3]u16,
};

const Questions = struct {
    words: nano_ffi.Callback(fn (i64) []const u8),
    texts: nano_ffi.Callback(fn (i64) []const []const u8),
    answer: nano_ffi.Callback(fn (i64) Answer),
    pair: nano_ffi.Callback(fn (i64) struct { i64, ?f64 }),
    shape: nano_ffi.Callback(fn (i64) Shape),
    triple: nano_ffi.Callback(fn (i64) [3]u16),
    answers: error{PythonException}!Answers = error.PythonException,

    fn ask(questions: *Questions, arena: std.mem.Allocator) void {
        questions.answers = questions.ask_all(arena);
    }

    fn ask_all(questions: *const Questions, arena: std.mem.Allocator) !Answers {
        return .{
            .words = try questions.words.callAlloc(.{1}, arena),
            .texts = try questions.texts.callAlloc(.{2}, arena),
            .answer = try questions.answer.callAlloc(.{3}, arena),
            .pair = try questions.pair.call(.{4}),
            .shape = try questions.shape.callAlloc(.{5}, arena),
            .triple = try questions.triple.call(.{6}),
        };
    }
};

/// The answers that a thread of its own has got, or this one.
pub fn answered(
    one: @FieldType(Questions, "words"),
    texts: @FieldType(Questions, "texts"),
    answer: @FieldType(Questions, "answer"),
    pair: @FieldType(Questions, "pair"),
    shape: @FieldType(Questions, "shape"),
    triple: @FieldType(Questions, "triple"),
    by_thread: bool,
) !nano_ffi.OwnedArena(Answers) {
    var arena: std.heap.ArenaAllocator = .init(nano_ffi.allocator);
    errdefer arena.deinit();
    var questions: Questions = .{
        .words = one,
        .texts = texts,
        .answer = answer,
        .pair = pair,
        .shape = shape,
        .triple = triple,
    };
    if (by_thread) {
        (try std.Thread.spawn(.{}, Questions.ask, .{ &questions, arena.allocator() })).join();
    } else questions.ask(arena.allocator());
    return .{ .data = try questions.answers, .arena = arena };
}
