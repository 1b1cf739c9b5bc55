//! Functions with parameters and results of Zig's own ways.

const std = @import("std");

pub const Options = struct { times: u8 = 1, end: []const u8 = "", loud: ?bool = null };

/// Greets.
pub fn greet(writer: *std.Io.Writer, name: []const u8, options: Options) !void {
    for (0..options.times) |_| try writer.print("hello {s}", .{name});
    if (options.loud) |loud| try writer.writeByte(if (loud) '!' else '.');
    try writer.writeAll(options.end);
}

pub fn raw(writer: *std.Io.Writer, number: u32) !void {
    try writer.writeInt(u32, number, .little);
}

pub fn rawText() []const u8 {
    return "\xff\x00";
}

pub fn rawOrNone(is_there: bool) ?[]const u8 {
    return if (is_there) "\xfe" else null;
}

pub fn counted(writer: *std.Io.Writer, number: u32) !usize {
    try writer.print("{d}", .{number});
    return std.fmt.count("{d}", .{number});
}

pub fn failing(writer: *std.Io.Writer, fails: bool) error{ WriteFailed, Bad }!void {
    try writer.splatByteAll('x', 1000);
    if (fails) return error.Bad;
}

pub fn nested(out: anytype, depth: u8) anyerror!void {
    if (depth == 0) return out.writeAll(".");
    try out.print("({d}", .{depth});
    try nested(out, depth - 1);
    try out.writeByte(')');
}

/// Its type is known nowhere.
pub fn anything(value: anytype) bool {
    return @TypeOf(value) == u8;
}

pub fn lines(reader: *std.Io.Reader) !usize {
    var count: usize = 0;
    while (try reader.takeDelimiter('\n')) |_| count += 1;
    return count;
}

pub fn firstByte(source: anytype) !u8 {
    return source.takeByte();
}

pub fn upper(reader: *std.Io.Reader, writer: *std.Io.Writer) !void {
    while (true) {
        const byte = reader.takeByte() catch |err| switch (err) {
            error.EndOfStream => return,
            else => return err,
        };
        try writer.writeByte(std.ascii.toUpper(byte));
    }
}

/// Some libraries let one do without an allocator.
pub fn repeated(text: []const u8, gpa: ?std.mem.Allocator) ![]u8 {
    return std.mem.concat(gpa orelse return error.NoAllocator, u8, &.{ text, text });
}

pub fn toBoth(first: *std.Io.Writer, second: *std.Io.Writer) !void {
    try first.writeAll("1");
    try second.writeAll("2");
}

pub const Point = struct {
    x: i32,
    y: i32 = 0,

    pub fn format(point: Point, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        try writer.print("({d}, {d})", .{ point.x, point.y });
    }

    pub fn dump(point: *const Point, writer: anytype, indent: usize) !void {
        for (0..indent) |_| try writer.writeByte(' ');
        try writer.print("{d}", .{point.x});
    }
};

/// All its fields have defaults, and it is an operand.
pub const Vec = struct {
    x: f64 = 0,

    pub fn plus(a: Vec, b: Vec) Vec {
        return .{ .x = a.x + b.x };
    }

    pub fn __str__(_: Vec) []const u8 {
        return "vec";
    }

    pub fn format(_: Vec, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        try writer.writeAll("format");
    }

    pub fn norm(self: Vec, options: struct { scale: f64 = 1, name: []const u8 = "n" }) f64 {
        return self.x * options.scale * @as(f64, @floatFromInt(options.name.len));
    }
};

pub const Clock = struct {
    started: i96,

    pub fn init(io: std.Io) Clock {
        return .{ .started = std.Io.Clock.awake.now(io).nanoseconds };
    }

    pub fn passed(clock: Clock, io: std.Io) bool {
        return std.Io.Clock.awake.now(io).nanoseconds >= clock.started;
    }

    pub fn deinit(clock: *Clock, io: std.Io) void {
        clock.started = @intFromBool(clock.passed(io));
    }
};

pub fn add(a: @Vector(4, f32), b: @Vector(4, f32)) @Vector(4, f32) {
    return a + b;
}

pub fn hash(key: *const [2]u8, data: []const u8) [4]u8 {
    return .{ key[0], key[1], @intCast(data.len), 255 };
}

pub fn optionalHash(is_there: bool) ?[2]u8 {
    return if (is_there) .{ 1, 2 } else null;
}

pub fn divide(a: i64, b: i64, quotient: *i64, remainder: *i64) error{DivisionByZero}!void {
    if (b == 0) return error.DivisionByZero;
    quotient.* = @divTrunc(a, b);
    remainder.* = @rem(a, b);
}

pub fn fill(out: *[3]f64, value: f64) void {
    out.* = @splat(value);
}

pub const nano_ffi_options = .{
    .findAll = .{ .result = .owned },
    .raw = .{ .bytes = true },
    .rawText = .{ .bytes = true },
    .rawOrNone = .{ .bytes = true },
};

// Results that their caller would free.

pub fn parts(gpa: std.mem.Allocator, text: []const u8) ![][]const u8 {
    var list: std.ArrayList([]const u8) = .empty;
    errdefer list.deinit(gpa);
    var iterator = std.mem.splitScalar(u8, text, ',');
    while (iterator.next()) |part| try list.append(gpa, part);
    return list.toOwnedSlice(gpa);
}

pub fn pairs(gpa: std.mem.Allocator, count: u8) ![][2]i64 {
    const items = try gpa.alloc([2]i64, count);
    for (items, 0..) |*pair, i| pair.* = .{ @intCast(i), @intCast(i * i) };
    return items;
}

pub fn maybe(gpa: std.mem.Allocator) ![]?i64 {
    return gpa.dupe(?i64, &.{ 1, null });
}

pub const Level = enum { low, high };

pub fn levels(gpa: std.mem.Allocator) ![]Level {
    return gpa.dupe(Level, &.{ .high, .low });
}

pub fn listed(gpa: std.mem.Allocator, count: u8) !std.ArrayList(i64) {
    var list: std.ArrayList(i64) = .empty;
    errdefer list.deinit(gpa);
    for (0..count) |i| try list.append(gpa, @intCast(i));
    return list;
}

pub const Config = struct { name: []const u8, port: u16 = 80 };

pub fn parsed(gpa: std.mem.Allocator, text: []const u8) !std.json.Parsed(Config) {
    return std.json.parseFromSlice(Config, gpa, text, .{ .allocate = .alloc_always });
}

/// What is written into a list is lost.
pub fn sorted(texts: [][]const u8) void {
    _ = texts;
}

/// Told the allocator each time.
pub const Stack = struct {
    items: std.ArrayList(i64),

    pub const empty: Stack = .{ .items = .empty };

    pub fn push(self: *Stack, gpa: std.mem.Allocator, item: i64) !void {
        try self.items.append(gpa, item);
    }
    pub fn pop(self: *Stack) ?i64 {
        return self.items.pop();
    }
    pub fn deinit(self: *Stack, gpa: std.mem.Allocator) void {
        self.items.deinit(gpa);
    }
};

// Maps with other keys than text, and sets.

pub fn histogram(gpa: std.mem.Allocator, text: []const u8) !std.AutoHashMap(u8, u32) {
    var map: std.AutoHashMap(u8, u32) = .init(gpa);
    errdefer map.deinit();
    for (text) |byte| {
        const entry = try map.getOrPutValue(byte, 0);
        entry.value_ptr.* += 1;
    }
    return map;
}

pub fn sum(map: std.AutoHashMap(i32, f64)) f64 {
    var total: f64 = 0;
    var iterator = map.iterator();
    while (iterator.next()) |entry| {
        total += @as(f64, @floatFromInt(entry.key_ptr.*)) * entry.value_ptr.*;
    }
    return total;
}

pub fn keyed(cells_of: std.AutoHashMap([2]i32, f64), wide: std.AutoHashMap(i128, f64)) u32 {
    return cells_of.count() + wide.count();
}

pub fn unique(gpa: std.mem.Allocator, items: []const i64) !std.AutoHashMap(i64, void) {
    var set: std.AutoHashMap(i64, void) = .init(gpa);
    errdefer set.deinit();
    for (items) |item| try set.put(item, {});
    return set;
}

pub fn sizeOf(set: std.AutoHashMap(Level, void)) u32 {
    return set.count();
}

pub fn cells(gpa: std.mem.Allocator, size: i32) !std.AutoHashMap([2]i32, []u8) {
    var map: std.AutoHashMap([2]i32, []u8) = .init(gpa);
    errdefer {
        var values = map.valueIterator();
        while (values.next()) |value| gpa.free(value.*);
        map.deinit();
    }
    var i: i32 = 0;
    while (i < size) : (i += 1) {
        const text = try std.fmt.allocPrint(gpa, "{d}", .{i});
        errdefer gpa.free(text);
        try map.put(.{ i, -i }, text);
    }
    return map;
}

pub fn names(gpa: std.mem.Allocator, text: []const u8) !std.StringHashMap(void) {
    var set: std.StringHashMap(void) = .init(gpa);
    errdefer set.deinit();
    var iterator = std.mem.tokenizeScalar(u8, text, ' ');
    while (iterator.next()) |name| try set.put(name, {});
    return set;
}

pub fn hasName(set: std.StringHashMap(void), name: []const u8) bool {
    return set.contains(name);
}

/// Each waits for the errors of the other: nobody can call them.
pub fn ping(writer: anytype, times: u8) !void {
    if (times > 0) try pong(writer, times - 1);
    try writer.writeAll("ping");
}

pub fn pong(writer: anytype, times: u8) !void {
    if (times > 0) try ping(writer, times - 1);
    try writer.writeAll("pong");
}

/// One of these says its errors.
pub fn tick(writer: anytype, times: u8) !void {
    if (times > 0) try tock(writer, times - 1);
    try writer.writeAll("tick");
}

pub fn tock(writer: anytype, times: u8) error{WriteFailed}!void {
    if (times > 0) try tick(writer, times - 1);
    try writer.writeAll("tock");
}

/// Gives it to a method that has the same name, and is no other function of this file.
pub fn printInt(value: anytype) void {
    var buffer: [8]u8 = undefined;
    var writer: std.Io.Writer = .fixed(&buffer);
    writer.printInt(value, 10, .lower, .{}) catch {};
}

pub fn countdown(writer: anytype, from: u8) !void {
    try writer.print("{d}", .{from});
    if (from > 0) try countdown(writer, from - 1);
}

/// C's callbacks.
const Visit = *const fn (number: c_int, context: ?*anyopaque) callconv(.c) c_int;

/// Adds what `visit` gives of each number.
pub export fn each(count: c_int, visit: Visit, context: ?*anyopaque) c_int {
    var all: c_int = 0;
    var number: c_int = 0;
    while (number < count) : (number += 1) all += visit(number, context);
    return all;
}

pub fn eachOrNone(visit: ?Visit, context: ?*anyopaque) c_int {
    return if (visit) |given| given(7, context) else -1;
}

/// The sum of what the visitor gives, up to the first error.
pub fn sumUntil(
    count: u8,
    visit: *const fn (number: u8, context: *anyopaque) error{ Stop, Other }!u16,
    context: *anyopaque,
) error{ Stop, Other }!u16 {
    var whole: u16 = 0;
    for (0..count) |number| whole += try visit(@intCast(number), context);
    return whole;
}

const Ordering = enum(c_int) { less = -1, same = 0, more = 1 };

/// The context is the first, and there is one for both.
pub fn between(
    context: *anyopaque,
    compare: *const fn (context: *anyopaque, a: f64, b: f64) Ordering,
    done: *const fn (context: *anyopaque) void,
    numbers: []const f64,
) bool {
    defer done(context);
    for (numbers[1..], numbers[0 .. numbers.len - 1]) |b, a|
        if (compare(context, a, b) == .more) return false;
    return true;
}

pub fn writeEach(writer: *std.Io.Writer, visit: Visit, context: ?*anyopaque) !void {
    for (0..3) |number| try writer.print("{d},", .{visit(@intCast(number), context)});
}

pub const Emitter = struct {
    visit: ?Visit = null,
    context: ?*anyopaque = null,

    pub fn on(self: *Emitter, visit: Visit, context: ?*anyopaque) void {
        self.visit = visit;
        self.context = context;
    }
};

pub fn without(visit: *const fn (number: c_int) callconv(.c) c_int) c_int {
    return visit(1);
}

pub fn mapped(
    gpa: std.mem.Allocator,
    values: []const f64,
    function: *const fn (f64) f64,
) ![]f64 {
    const all = try gpa.alloc(f64, values.len);
    for (all, values) |*one, value| one.* = function(value);
    return all;
}

pub const Found = union(enum) {
    none,
    at: Spot,
    text: []const u8,

    pub const Spot = struct { x: u32, label: []const u8 = "" };
    pub fn isThere(found: Found) bool {
        return found != .none;
    }
};

pub fn findAll(
    gpa: std.mem.Allocator,
    count: u32,
    isWanted: *const fn (Found) bool,
) ![]const Found {
    var all: std.ArrayList(Found) = .empty;
    for (0..count) |number| {
        const found: Found = .{ .at = .{
            .x = @intCast(number),
            .label = try std.fmt.allocPrint(gpa, "{d}", .{number}),
        } };
        if (isWanted(found)) try all.append(gpa, found) else gpa.free(found.at.label);
    }
    return all.toOwnedSlice(gpa);
}

/// Each call has two, the second of which may fail.
pub fn folded(
    values: []const i64,
    joined: *const fn (i64, i64) i64,
    end: *const fn () error{Stop}!void,
) error{Stop}!i64 {
    var all: i64 = 0;
    for (values) |value| all = joined(all, value);
    try end();
    return all;
}

pub fn sortBy(values: []i64, lessThan: *const fn (a: i64, b: i64) bool) void {
    std.mem.sort(i64, values, lessThan, struct {
        fn isLess(given: *const fn (i64, i64) bool, a: i64, b: i64) bool {
            return given(a, b);
        }
    }.isLess);
}

/// What went wrong, for who asks.
pub const Report = struct { line: usize = 0, text: []const u8 = "" };
pub const Reporting = struct { strict: bool = true, report: ?*Report = null };

pub fn checked(text: []const u8, options: Reporting) error{Refused}!usize {
    if (text.len > 0 or !options.strict) return text.len;
    if (options.report) |report| report.* = .{ .line = report.line + 1, .text = "nothing" };
    return error.Refused;
}

pub const Checker = struct {
    options: Reporting,

    pub fn init(options: Reporting) Checker {
        return .{ .options = options };
    }
    pub fn count(self: *Checker) void {
        if (self.options.report) |report| report.line += 10;
    }
};

/// What would write to a copy.
pub const written = struct {
    pub const Spot = struct { x: i32 };
    pub const Pipe = opaque {};

    pub fn shift(spots: []Spot) void {
        for (spots) |*spot| spot.x += 1;
    }
    pub fn fillRows(rows: [][2]f64) void {
        for (rows) |*row| row.* = .{ 1, 2 };
    }
    pub fn fillMatrix(matrix: *[2][3]f64) void {
        for (matrix) |*row| row.* = @splat(1);
    }
    pub fn divided(a: i64, b: i64, rest: ?*i64) i64 {
        if (rest) |some| some.* = @rem(a, b);
        return @divTrunc(a, b);
    }
    pub fn tried(a: i64, why: *?[]const u8) bool {
        if (a < 0) why.* = "negative";
        return a >= 0;
    }
};

/// Which it keeps, as far as can be told.
pub fn keepAlone(visit: *const fn (number: c_int) c_int) void {
    const kept = visit;
    _ = kept;
}

const late = struct {
    var visit: ?Visit = null;
    var context: ?*anyopaque = null;
};

pub fn keepUnseen(visit: Visit, context: ?*anyopaque) void {
    late.visit = visit;
    late.context = context;
}

pub fn callLate() c_int {
    return late.visit.?(5, late.context);
}

// The other maps of Zig's library.

const Lengths = std.StringArrayHashMapUnmanaged(usize);

pub fn lengths(gpa: std.mem.Allocator, words: []const []const u8) !Lengths {
    var map: Lengths = .empty;
    errdefer map.deinit(gpa);
    for (words) |word| try map.put(gpa, word, word.len);
    return map;
}

pub fn squares(gpa: std.mem.Allocator, count: u32) !std.AutoHashMapUnmanaged(u32, u64) {
    var map: std.AutoHashMapUnmanaged(u32, u64) = .empty;
    errdefer map.deinit(gpa);
    for (0..count) |number| try map.put(gpa, @intCast(number), number * number);
    return map;
}

pub fn marks(gpa: std.mem.Allocator) !std.AutoArrayHashMapUnmanaged(struct { u8, bool }, []u8) {
    var map: std.AutoArrayHashMapUnmanaged(struct { u8, bool }, []u8) = .empty;
    for (0..20) |number|
        try map.put(gpa, .{ @intCast(number), number > 9 }, try gpa.dupe(u8, "value"));
    return map;
}

pub fn twice(gpa: std.mem.Allocator, words: *const std.BufSet) !std.BufMap {
    var map: std.BufMap = .init(gpa);
    errdefer map.deinit();
    var iterator = words.iterator();
    while (iterator.next()) |word| {
        const both = try std.mem.concat(gpa, u8, &.{ word.*, word.* });
        defer gpa.free(both);
        try map.put(word.*, both);
    }
    return map;
}

pub fn distinct(gpa: std.mem.Allocator, words: []const []const u8) !std.BufSet {
    var set: std.BufSet = .init(gpa);
    errdefer set.deinit();
    for (words) |word| try set.insert(word);
    return set;
}

pub fn other(chosen: std.EnumSet(Level)) std.EnumSet(Level) {
    return chosen.complement();
}

/// One for every level.
pub fn perLevel(numbers: std.EnumArray(Level, u8)) std.EnumArray(Level, u8) {
    var doubled = numbers;
    for (&doubled.values) |*number| number.* *= 2;
    return doubled;
}

pub fn named(numbers: std.EnumMap(Level, u8)) std.EnumMap(Level, u8) {
    var copy = numbers;
    copy.remove(.low);
    return copy;
}

pub fn addAll(
    numbers: *const std.AutoHashMap(u8, u32),
    names_of: std.StringHashMapUnmanaged(void),
    ordered: *const std.AutoArrayHashMapUnmanaged(i8, f32),
) f64 {
    var whole: f64 = @floatFromInt(names_of.count());
    var iterator = numbers.valueIterator();
    while (iterator.next()) |number| whole += @floatFromInt(number.*);
    for (ordered.values()) |number| whole += number;
    return whole;
}

// Lists of other kinds.

pub fn managed(gpa: std.mem.Allocator, count: u8) !std.array_list.Managed(u16) {
    var items: std.array_list.Managed(u16) = .init(gpa);
    errdefer items.deinit();
    for (0..count) |number| try items.append(@intCast(number));
    return items;
}

pub fn rotated(gpa: std.mem.Allocator, count: u8) !std.Deque([]u8) {
    var items: std.Deque([]u8) = .empty;
    for (0..count) |number| {
        try items.pushBack(gpa, try std.fmt.allocPrint(gpa, "{d}", .{number}));
        if (number % 3 == 0) try items.pushBack(gpa, items.popFront().?);
    }
    return items;
}

pub fn columns(gpa: std.mem.Allocator) !std.MultiArrayList(Point) {
    var items: std.MultiArrayList(Point) = .empty;
    errdefer items.deinit(gpa);
    for (0..5) |number| try items.append(gpa, .{ .x = @intCast(number) });
    return items;
}

fn compareNumbers(_: void, a: i32, b: i32) std.math.Order {
    return std.math.order(a, b);
}

pub fn smallest(
    gpa: std.mem.Allocator,
    numbers: []const i32,
) !std.PriorityQueue(i32, void, compareNumbers) {
    var items: std.PriorityQueue(i32, void, compareNumbers) = .empty;
    errdefer items.deinit(gpa);
    for (numbers) |number| try items.push(gpa, number);
    return items;
}

pub const Row = @Vector(2, f32);

/// Rows and columns for each other.
pub fn transposed(rows: [2]Row) struct { [2]Row, f32 } {
    const turned: [2]Row = .{ .{ rows[0][0], rows[1][0] }, .{ rows[0][1], rows[1][1] } };
    return .{ turned, @reduce(.Add, rows[0]) };
}

pub fn firstRow(rows: ?[2]Row) ?Row {
    return if (rows) |some| some[0] else null;
}

/// Adds `add` to all of a row.
pub fn raise(row: *Row, add_to: f32) f32 {
    row.* += @as(Row, @splat(add_to));
    return row[1];
}

pub fn shuffled(row: Row, comptime first: u1) Row {
    return .{ row[first], row[1 - first] };
}

pub fn printed(writer: *std.Io.Writer, comptime format: []const u8, values: anytype) !void {
    try writer.print(format, values);
}
