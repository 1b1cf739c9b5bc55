//! Functions that take and give lists, tuples and dicts as values. Every peer has the same.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

pub const Point = struct { x: f64 = 0, y: f64 = 0, n: i64 = 0 };
/// Is a dict, as it is not public.
const Record = struct { x: f64, y: f64, n: i64 };
const Pair = struct { i64, f64 };

var floats: [100_000]f64 = undefined;
var ints: [100_000]i64 = undefined;
var texts: [1000][]const u8 = undefined;
var bytes: [1000][16]u8 = undefined;
var points: [1000]Point = undefined;
var records: [1000]Record = undefined;
var pairs: [1000]Pair = undefined;
var map: std.StringHashMapUnmanaged(f64) = .empty;

pub fn prepare() !void {
    for (&floats, &ints, 0..) |*float, *int, n| {
        float.* = @as(f64, @floatFromInt(n)) + 0.5;
        int.* = @intCast(n * 7);
    }
    for (&texts, &bytes, &points, &records, &pairs, 0..) |*text, *room, *point, *record, *pair, n| {
        text.* = std.fmt.bufPrint(room, "text{d}", .{n}) catch unreachable;
        point.* = .{ .x = floats[n], .y = floats[n], .n = ints[n] };
        record.* = .{ .x = floats[n], .y = floats[n], .n = ints[n] };
        pair.* = .{ ints[n], floats[n] };
        try map.put(nano_ffi.allocator, text.*, floats[n]);
    }
}

pub fn sum_floats(values: []const f64) f64 {
    var sum: f64 = 0;
    for (values) |value| sum += value;
    return sum;
}

pub fn sum_ints(values: []const i64) i64 {
    var sum: i64 = 0;
    for (values) |value| sum +%= value;
    return sum;
}

pub fn sum_texts(values: []const []const u8) i64 {
    var sum: i64 = 0;
    for (values) |value| sum += @intCast(value.len);
    return sum;
}

pub fn sum_points(values: []const Point) f64 {
    var sum: f64 = 0;
    for (values) |value| sum += value.x;
    return sum;
}

pub fn sum_records(values: []const Record) f64 {
    var sum: f64 = 0;
    for (values) |value| sum += value.x;
    return sum;
}

pub fn sum_pairs(values: []const Pair) f64 {
    var sum: f64 = 0;
    for (values) |value| sum += value[1];
    return sum;
}

pub fn sum_lists(values: []const []const f64) f64 {
    var sum: f64 = 0;
    for (values) |list| {
        for (list) |value| sum += value;
    }
    return sum;
}

pub fn sum_dict(values: std.StringHashMap(f64)) f64 {
    var sum: f64 = 0;
    var iterator = values.valueIterator();
    while (iterator.next()) |value| sum += value.*;
    return sum;
}

pub fn third(values: [3]f64) f64 {
    return values[2];
}

pub fn make_floats(n: usize) []const f64 {
    return floats[0..n];
}

pub fn make_ints(n: usize) []const i64 {
    return ints[0..n];
}

pub fn make_texts(n: usize) []const []const u8 {
    return texts[0..n];
}

pub fn make_points(n: usize) []const Point {
    return points[0..n];
}

pub fn make_records(n: usize) []const Record {
    return records[0..n];
}

pub fn make_pairs(n: usize) []const Pair {
    return pairs[0..n];
}

pub fn make_pair() Pair {
    return pairs[300];
}

pub fn make_dict() !std.StringHashMap(f64) {
    return (try map.clone(nano_ffi.allocator)).promote(nano_ffi.allocator);
}
