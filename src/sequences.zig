//! The lists of Zig's library that functions return, and that are lists in Python.

const std = @import("std");
const classes = @import("classes.zig");
const signature = @import("signature.zig");
const tables = @import("tables.zig");

const Kind = enum {
    /// Its items lie side by side, as those of std.ArrayList.
    slice,
    /// std.Deque and std.MultiArrayList.
    scattered,
};

/// The type of the items; null of what is none of these, or has a name of its own.
pub fn ItemOf(comptime T: type) ?type {
    if (@typeInfo(T) != .@"struct" or classes.isClass(T)) return null;
    const kind = kindOf(T) orelse return null;
    return switch (kind) {
        .slice => std.meta.Elem(@FieldType(T, "items")),
        .scattered => tables.of(T).?.Key,
    };
}

fn kindOf(comptime T: type) ?Kind {
    return comptime kind: {
        if (@typeInfo(T) != .@"struct" or @typeInfo(T).@"struct".is_tuple) break :kind null;
        if (classes.isArrayList(T)) break :kind .slice;
        if (@hasField(T, "items") and @typeInfo(@FieldType(T, "items")) == .pointer) {
            const Item = std.meta.Elem(@FieldType(T, "items"));
            if (T == std.array_list.Managed(Item)) break :kind .slice;
            const is_queue = std.mem.startsWith(u8, @typeName(T), "priority_queue.PriorityQueue(");
            break :kind if (is_queue and signature.isLibrary(T)) .slice else null;
        }
        const table = tables.of(T) orelse break :kind null;
        break :kind if (table.kind == .scattered) .scattered else null;
    };
}

/// Whether the items have to be brought together.
pub fn isScattered(comptime T: type) bool {
    return comptime kindOf(T) == .scattered;
}

/// The items of a list that is not needed any more, in memory of the allocator that its memory is
/// of.
pub fn collect(
    comptime T: type,
    gpa: std.mem.Allocator,
    list: *T,
) error{OutOfMemory}![]ItemOf(T).? {
    defer list.deinit(gpa);
    const items = try gpa.alloc(ItemOf(T).?, list.len);
    for (items, 0..) |*item, index|
        item.* = if (@hasDecl(T, "at")) list.at(index) else list.get(index);
    return items;
}

test ItemOf {
    try std.testing.expect(ItemOf(std.Deque(u8)).? == u8);
    try std.testing.expect(ItemOf(std.array_list.Managed(u16)).? == u16);
    try std.testing.expect(ItemOf(std.MultiArrayList(Row)).? == Row);
    try std.testing.expect(ItemOf(std.PriorityQueue(i8, void, compare)).? == i8);
    try std.testing.expectEqual(null, ItemOf(struct { items: []u8, capacity: usize }));
    try std.testing.expectEqual(null, ItemOf(u8));
}

const Row = struct { x: u8, y: f64 };

fn compare(_: void, a: i8, b: i8) std.math.Order {
    return std.math.order(a, b);
}

test isScattered {
    try std.testing.expect(isScattered(std.Deque(u8)) and !isScattered(std.ArrayList(u8)));
}

test collect {
    const gpa = std.testing.allocator;
    var deque: std.Deque(u8) = .empty;
    for (0..9) |number| try deque.pushBack(gpa, @intCast(number));
    _ = deque.popFront();
    try deque.pushFront(gpa, 7);
    const numbers = try collect(std.Deque(u8), gpa, &deque);
    defer gpa.free(numbers);
    try std.testing.expectEqualSlices(u8, &.{ 7, 1, 2, 3, 4, 5, 6, 7, 8 }, numbers);
    var rows: std.MultiArrayList(Row) = .empty;
    try rows.append(gpa, .{ .x = 1, .y = 2 });
    const all = try collect(std.MultiArrayList(Row), gpa, &rows);
    defer gpa.free(all);
    try std.testing.expectEqualSlices(Row, &.{.{ .x = 1, .y = 2 }}, all);
}
