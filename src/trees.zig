//! Values of structs that point to nothing but what can be copied: text, slices, lists and maps of
//! numbers and of such. They are copied, compared and looked through, each to a depth that has a
//! limit. Nothing here knows an interpreter.

const std = @import("std");
const classes = @import("classes.zig");
const signature = @import("signature.zig");
const string_maps = @import("string_maps.zig");

pub const Failure = error{ OutOfMemory, TooDeep };

/// Lists and maps inside of one another: without these no type has others of its own kind in it. A
/// stack is not endless.
pub const max_depth = 256;

/// A copy of a value, with all that it points to in memory of `gpa`, each piece by itself. Where it
/// fails, what it has got by then is `gpa`'s to give back.
pub fn copy(comptime T: type, gpa: std.mem.Allocator, value: T) Failure!T {
    return copyWithin(T, gpa, value, 0);
}

fn copyWithin(comptime T: type, gpa: std.mem.Allocator, value: T, depth: usize) Failure!T {
    if (comptime classes.isFlat(T)) return value;
    if (depth > max_depth) return error.TooDeep;
    if (comptime classes.ListItem(T)) |Item| {
        const items: []const Item = if (comptime classes.isArrayList(T)) value.items else value;
        const copied = try gpa.alloc(Item, items.len);
        for (copied, items) |*place, item| place.* = try copyWithin(Item, gpa, item, depth + 1);
        return if (comptime classes.isArrayList(T)) .fromOwnedSlice(copied) else copied;
    }
    if (comptime string_maps.Value(T)) |Value| {
        var copied = string_maps.empty(T, gpa);
        var iterator = value.iterator();
        while (iterator.next()) |entry| try string_maps.put(
            T,
            &copied,
            gpa,
            try gpa.dupe(u8, entry.key_ptr.*),
            try copyWithin(Value, gpa, entry.value_ptr.*, depth + 1),
        );
        return copied;
    }
    switch (@typeInfo(T)) {
        .pointer => |pointer| {
            if (comptime !classes.isLink(T)) return if (pointer.sentinel_ptr != null)
                gpa.dupeSentinel(u8, value, 0)
            else
                gpa.dupe(u8, value);
            const copied = try gpa.create(pointer.child);
            copied.* = try copyWithin(pointer.child, gpa, value.*, depth + 1);
            return copied;
        },
        .optional => |optional| return if (value) |some|
            try copyWithin(optional.child, gpa, some, depth)
        else
            null,
        .array => |array| {
            var copied: T = undefined;
            for (&copied, value) |*place, item|
                place.* = try copyWithin(array.child, gpa, item, depth);
            return copied;
        },
        .@"struct" => |info| {
            var copied: T = undefined;
            inline for (info.field_names, info.field_types, info.field_attrs) |name, Field, attrs| {
                if (!attrs.@"comptime") @field(copied, name) =
                    try copyWithin(Field, gpa, @field(value, name), depth);
            }
            return copied;
        },
        .@"union" => switch (value) {
            inline else => |some, tag| return @unionInit(
                T,
                @tagName(tag),
                try copyWithin(@TypeOf(some), gpa, some, depth),
            ),
        },
        else => comptime unreachable,
    }
}

/// Whether two values are equal, with all that they point to.
pub fn equal(comptime T: type, a: *const T, b: *const T) error{TooDeep}!bool {
    return equalWithin(T, a, b, 0);
}

/// What `equalLeaves` asks for; null of what is no struct of plain numbers, and where a call is to
/// be as fast as can be.
pub fn plainLeavesOf(comptime T: type) ?[]const Leaf {
    return if (std.debug.runtime_safety) leavesOf(T) else null;
}

/// A number or the like in a struct.
const Leaf = struct { offset: usize, size: usize, kind: enum { bits, f32, f64 } };

const most_leaves = 64;

/// All that a struct of plain numbers has: null of others.
fn leavesOf(comptime T: type) ?[]const Leaf {
    if (@typeInfo(T) != .@"struct") return null;
    const leaves = leavesWithin(T, 0) orelse return null;
    return if (leaves.len > most_leaves) null else leaves;
}

fn leavesWithin(comptime T: type, comptime start: usize) ?[]const Leaf {
    if (classes.isArrayList(T) or string_maps.Value(T) != null) return null;
    const info = switch (@typeInfo(T)) {
        .bool => return &.{.{ .offset = start, .size = 1, .kind = .bits }},
        .int => |int| return if (int.bits != 8 * @sizeOf(T))
            null
        else
            &.{.{ .offset = start, .size = @sizeOf(T), .kind = .bits }},
        .float => return switch (T) {
            f32 => &.{.{ .offset = start, .size = 4, .kind = .f32 }},
            f64 => &.{.{ .offset = start, .size = 8, .kind = .f64 }},
            else => null,
        },
        .@"struct" => |info| info,
        else => return null,
    };
    if (info.layout == .@"packed") return null;
    var leaves: []const Leaf = &.{};
    for (info.field_names, info.field_types, info.field_attrs) |name, Field, attrs| {
        if (attrs.@"comptime" or classes.says(T, name, "hidden")) continue;
        leaves = leaves ++ (leavesWithin(Field, start + @offsetOf(T, name)) orelse return null);
        if (leaves.len > most_leaves) return null;
    }
    return leaves;
}

/// One code for all such structs: a call costs more, and a class less.
pub noinline fn equalLeaves(leaves: []const Leaf, a: *const anyopaque, b: *const anyopaque) bool {
    const first: [*]const u8 = @ptrCast(a);
    const second: [*]const u8 = @ptrCast(b);
    return for (leaves) |leaf| {
        const one = first[leaf.offset..][0..leaf.size];
        const other = second[leaf.offset..][0..leaf.size];
        const is_equal = switch (leaf.kind) {
            .bits => std.mem.eql(u8, one, other),
            .f32 => std.mem.bytesToValue(f32, one[0..4]) == std.mem.bytesToValue(f32, other[0..4]),
            .f64 => std.mem.bytesToValue(f64, one[0..8]) == std.mem.bytesToValue(f64, other[0..8]),
        };
        if (!is_equal) break false;
    } else true;
}

test leavesOf {
    const Inner = struct { on: bool, x: f64 };
    const Numbers = struct { n: i32, inner: Inner, y: f32 };
    const a: Numbers = .{ .n = 1, .inner = .{ .on = true, .x = 0.0 }, .y = 2 };
    var b = a;
    try std.testing.expectEqual(4, (comptime leavesOf(Numbers)).?.len);
    b.inner.x = -0.0;
    const leaves = comptime leavesOf(Numbers).?;
    const is_asked = std.debug.runtime_safety;
    try std.testing.expectEqual(is_asked, (comptime plainLeavesOf(Numbers)) != null);
    try std.testing.expect(equalLeaves(leaves, &a, &b));
    b.inner.on = false;
    try std.testing.expect(!equalLeaves(leaves, &a, &b));
    b = a;
    b.y = std.math.nan(f32);
    try std.testing.expect(!equalLeaves(leaves, &b, &b));
    try std.testing.expectEqual(null, comptime leavesOf(struct { text: []const u8 }));
    try std.testing.expectEqual(null, comptime leavesOf(struct { n: u7 }));
}

fn equalWithin(comptime T: type, a: *const T, b: *const T, depth: usize) error{TooDeep}!bool {
    if (depth > max_depth) return error.TooDeep;
    if (comptime classes.ListItem(T)) |Item| {
        const first: []const Item = if (comptime classes.isArrayList(T)) a.items else a.*;
        const second: []const Item = if (comptime classes.isArrayList(T)) b.items else b.*;
        if (first.len != second.len) return false;
        for (first, second) |*one, *other|
            if (!try equalWithin(Item, one, other, depth + 1)) return false;
        return true;
    }
    if (comptime string_maps.Value(T)) |Value| {
        if (a.count() != b.count()) return false;
        var iterator = a.iterator();
        while (iterator.next()) |entry| {
            const other = b.getPtr(entry.key_ptr.*) orelse return false;
            if (!try equalWithin(Value, entry.value_ptr, other, depth + 1)) return false;
        }
        return true;
    }
    switch (@typeInfo(T)) {
        .void => return true,
        .vector => return @reduce(.And, a.* == b.*),
        .pointer => |pointer| return if (comptime classes.isLink(T))
            equalWithin(pointer.child, a.*, b.*, depth + 1)
        else
            std.mem.eql(u8, a.*, b.*),
        .optional => |optional| {
            if (a.* == null or b.* == null) return a.* == null and b.* == null;
            return equalWithin(optional.child, &a.*.?, &b.*.?, depth);
        },
        .array => |array| {
            for (a, b) |*one, *other|
                if (!try equalWithin(array.child, one, other, depth)) return false;
            return true;
        },
        .@"struct" => |info| {
            inline for (info.field_names, info.field_types, info.field_attrs) |name, Field, attrs| {
                if (attrs.@"comptime" or comptime classes.says(T, name, "hidden")) continue;
                if (info.layout == .@"packed") { // what is in it has no address
                    const one = @field(a, name);
                    const other = @field(b, name);
                    if (!try equalWithin(Field, &one, &other, depth)) return false;
                } else if (!try equalWithin(Field, &@field(a, name), &@field(b, name), depth))
                    return false;
            }
            return true;
        },
        .@"union" => {
            if (std.meta.activeTag(a.*) != std.meta.activeTag(b.*)) return false;
            switch (a.*) {
                inline else => |*some, tag| return equalWithin(
                    @TypeOf(some.*),
                    some,
                    &@field(b, @tagName(tag)),
                    depth,
                ),
            }
        },
        else => return a.* == b.*,
    }
}

/// Is told where memory is that a value points to.
pub const Visitor = struct {
    visit: *const fn (visitor: *Visitor, start: usize, bytes: usize) void,
    /// Whether all was seen.
    complete: bool = true,
};

/// `walk` of a type that the caller does not know.
pub const Walk = fn (visitor: *Visitor, value: *const anyopaque) void;

pub fn walkOf(comptime T: type) *const Walk {
    return &struct {
        fn of(visitor: *Visitor, value: *const anyopaque) void {
            walk(T, visitor, @ptrCast(@alignCast(value)));
        }
    }.of;
}

/// The same of a part of a tree; null where that points to nothing.
pub fn walkOfTree(comptime T: type) ?*const Walk {
    return if (classes.isFlat(T) or !classes.isCopyable(T)) null else walkOf(T);
}

/// Tells of all that a value points to. Of one that cannot be copied, no more is known than the
/// words in it: each might be an address.
pub fn walk(comptime T: type, visitor: *Visitor, value: *const T) void {
    walkWithin(T, visitor, value, 0);
}

fn walkWithin(comptime T: type, visitor: *Visitor, value: *const T, depth: usize) void {
    if (comptime classes.isFlat(T)) return;
    if (comptime !classes.isCopyable(T)) return walkWords(visitor, std.mem.asBytes(value));
    if (depth > max_depth) {
        visitor.complete = false;
        return;
    }
    if (comptime classes.ListItem(T)) |Item| {
        const is_array_list = comptime classes.isArrayList(T);
        const items: []const Item = if (is_array_list) value.items else value.*;
        const room = if (is_array_list) @max(value.capacity, items.len) else items.len;
        if (room == 0) return;
        visitor.visit(visitor, @intFromPtr(items.ptr), room * @sizeOf(Item));
        if (comptime classes.isFlat(Item)) return;
        for (items) |*item| walkWithin(Item, visitor, item, depth + 1);
        return;
    }
    if (comptime string_maps.Value(T)) |Value| {
        for (string_maps.tablesOf(T, value)) |table| {
            if (table) |address| visitor.visit(visitor, address, 1);
        }
        var iterator = value.iterator();
        while (iterator.next()) |entry| {
            visitor.visit(visitor, @intFromPtr(entry.key_ptr.ptr), entry.key_ptr.len);
            walkWithin(Value, visitor, entry.value_ptr, depth + 1);
        }
        return;
    }
    switch (@typeInfo(T)) {
        .pointer => |pointer| if (comptime classes.isLink(T)) {
            visitor.visit(visitor, @intFromPtr(value.*), @sizeOf(pointer.child));
            walkWithin(pointer.child, visitor, value.*, depth + 1);
        } else if (signature.roomOf(value.*) > 0)
            visitor.visit(visitor, @intFromPtr(value.ptr), signature.roomOf(value.*)),
        .optional => |optional| if (value.*) |*some|
            walkWithin(optional.child, visitor, some, depth),
        .array => |array| for (value) |*item| walkWithin(array.child, visitor, item, depth),
        .@"struct" => |info| inline for (
            info.field_names,
            info.field_types,
            info.field_attrs,
        ) |name, Field, attrs| {
            if (!attrs.@"comptime") walkWithin(Field, visitor, &@field(value, name), depth);
        },
        .@"union" => switch (value.*) {
            inline else => |*some| walkWithin(@TypeOf(some.*), visitor, some, depth),
        },
        else => comptime unreachable,
    }
}

/// Tells of the pointers to objects that are in the lists of a value that cannot be copied: what is
/// in these, `walk` does not say.
pub fn walkPointers(comptime T: type, visitor: *Visitor, value: *const T) void {
    if (comptime classes.isCopyable(T) or @typeInfo(T) != .@"struct") return;
    const info = @typeInfo(T).@"struct";
    inline for (info.field_names, info.field_types, info.field_attrs) |name, Field, attrs| {
        if (attrs.@"comptime") continue;
        const Item = comptime classes.ListItem(Field) orelse continue;
        if (@typeInfo(Item) != .pointer or @typeInfo(Item).pointer.size != .one) continue;
        const field = &@field(value, name);
        const items = if (comptime classes.isArrayList(Field)) field.items else field.*;
        for (items) |pointer| visitor.visit(visitor, @intFromPtr(pointer), 1);
    }
}

/// No memory is below: what is there is a number.
const least_address = 4096;

/// Tells of all words that may be addresses.
pub fn walkWords(visitor: *Visitor, bytes: []const u8) void {
    const size = @sizeOf(usize);
    var place = std.mem.alignForward(usize, @intFromPtr(bytes.ptr), size);
    const end = @intFromPtr(bytes.ptr) + bytes.len;
    while (place + size <= end) : (place += size) {
        const word = @as(*const usize, @ptrFromInt(place)).*;
        if (word >= least_address) visitor.visit(visitor, word, 1);
    }
}

/// Whether there is a map in a `T` that has an allocator in it.
pub fn hasManagedMap(comptime T: type) bool {
    return comptime managedWithin(T, &.{});
}

fn managedWithin(comptime T: type, comptime open: []const type) bool {
    @setEvalBranchQuota(1_000_000_000);
    for (open) |Outer| if (Outer == T) return false;
    const inner = open ++ .{T};
    if (classes.ListItem(T)) |Item| return managedWithin(Item, inner);
    if (string_maps.Value(T)) |Value|
        return T == std.StringHashMap(Value) or managedWithin(Value, inner);
    const parts: []const type = switch (@typeInfo(T)) {
        .pointer => |pointer| if (classes.isLink(T)) &.{pointer.child} else &.{},
        .optional => |optional| &.{optional.child},
        .array => |array| &.{array.child},
        .@"struct" => |info| info.field_types,
        .@"union" => |info| if (info.tag_type == null) &.{} else info.field_types,
        else => &.{},
    };
    for (parts) |Part| if (managedWithin(Part, inner)) return true;
    return false;
}

/// Gives all maps in a value that have an allocator this one: what they were filled with is gone.
pub fn setAllocator(comptime T: type, value: *T, allocator: std.mem.Allocator) void {
    if (comptime !hasManagedMap(T) or !classes.isCopyable(T)) return;
    if (comptime classes.ListItem(T)) |Item| {
        const items: []const Item = if (comptime classes.isArrayList(T)) value.items else value.*;
        for (@constCast(items)) |*item| setAllocator(Item, item, allocator);
        return;
    }
    if (comptime string_maps.Value(T)) |Value| {
        if (comptime T == std.StringHashMap(Value)) value.allocator = allocator;
        var iterator = value.iterator();
        while (iterator.next()) |entry| setAllocator(Value, entry.value_ptr, allocator);
        return;
    }
    switch (@typeInfo(T)) {
        .pointer => |pointer| if (comptime classes.isLink(T))
            setAllocator(pointer.child, @constCast(value.*), allocator),
        .optional => |optional| if (value.*) |*some| setAllocator(optional.child, some, allocator),
        .array => |array| for (value) |*item| setAllocator(array.child, item, allocator),
        .@"struct" => |info| inline for (info.field_names, info.field_types) |name, Field| {
            if (comptime hasManagedMap(Field)) setAllocator(Field, &@field(value, name), allocator);
        },
        .@"union" => switch (value.*) {
            inline else => |*some| setAllocator(@TypeOf(some.*), some, allocator),
        },
        else => {},
    }
}

const Sample = struct {
    name: []const u8,
    numbers: []f64 = &.{},
    words: std.ArrayList([]const u8) = .empty,
    by_name: std.StringArrayHashMapUnmanaged([]const u8) = .empty,
    inner: ?*const u8 = null,
};

const Plain = struct { name: []const u8, numbers: []const u32, words: ?[2][]const u8 };

test copy {
    var arena: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena.deinit();
    const value: Plain = .{ .name = "a", .numbers = &.{ 1, 2 }, .words = .{ "b", "c" } };
    const copied = try copy(Plain, arena.allocator(), value);
    try std.testing.expect(try equal(Plain, &copied, &value));
    try std.testing.expect(copied.name.ptr != value.name.ptr);
    try std.testing.expect(copied.words.?[1].ptr != value.words.?[1].ptr);
}

test "pointers to unions" {
    var arena: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena.deinit();
    const Expr = union(enum) { number: f64, neg: *const @This() };
    const value: Expr = .{ .neg = &.{ .neg = &.{ .number = 1 } } };
    const copied = try copy(Expr, arena.allocator(), value);
    try std.testing.expect(copied.neg != value.neg and copied.neg.neg != value.neg.neg);
    try std.testing.expect(try equal(Expr, &copied, &value));
    try std.testing.expect(!try equal(Expr, &copied, value.neg));
}

test equal {
    const a: Plain = .{ .name = "a", .numbers = &.{1}, .words = null };
    var b = a;
    b.words = .{ "x", "y" };
    try std.testing.expect(!try equal(Plain, &a, &b));
}

test walk {
    const Count = struct {
        visitor: Visitor = .{ .visit = &visit },
        bytes: usize = 0,

        fn visit(visitor: *Visitor, _: usize, bytes: usize) void {
            const count: *@This() = @fieldParentPtr("visitor", visitor);
            count.bytes += bytes;
        }
    };
    var count: Count = .{};
    walk(Plain, &count.visitor, &.{ .name = "abc", .numbers = &.{ 1, 2 }, .words = .{ "", "d" } });
    try std.testing.expectEqual(12, count.bytes);
    try std.testing.expect(count.visitor.complete);
    const text: []const u8 = "abcd";
    walkOf([]const u8)(&count.visitor, @ptrCast(&text));
    try std.testing.expectEqual(16, count.bytes);
    try std.testing.expectEqual(null, walkOfTree(u32));
    try std.testing.expectEqual(walkOf(Plain), walkOfTree(Plain).?);
    count.bytes = 0;
    const value: Sample = .{ .name = "abc" };
    walk(Sample, &count.visitor, &value); // a pointer in it: its words, as far as they may be such
    try std.testing.expect(count.bytes >= 1 and count.bytes <= @sizeOf(Sample) / @sizeOf(usize));
    count.bytes = 0;
    walkWords(&count.visitor, std.mem.sliceAsBytes(&[_]usize{ 7, least_address, 1 << 20 }));
    try std.testing.expectEqual(2, count.bytes);
}

test walkPointers {
    const Count = struct {
        visitor: Visitor = .{ .visit = &visit },
        seen: usize = 0,

        fn visit(visitor: *Visitor, start: usize, _: usize) void {
            const count: *@This() = @fieldParentPtr("visitor", visitor);
            count.seen +%= start;
        }
    };
    var number: u32 = 1;
    const Nodes = struct { all: []const *u32, next: ?*u32 = null };
    var count: Count = .{};
    walkPointers(Nodes, &count.visitor, &.{ .all = &.{&number} });
    try std.testing.expectEqual(@intFromPtr(&number), count.seen);
}

test hasManagedMap {
    try std.testing.expect(hasManagedMap(struct { a: []const std.StringHashMap(u8) }));
    try std.testing.expect(!hasManagedMap(Sample));
}

test setAllocator {
    var maps = [1]std.StringHashMap(u8){.init(std.testing.failing_allocator)};
    var value: struct { maps: []const std.StringHashMap(u8) } = .{ .maps = &maps };
    setAllocator(@TypeOf(value), &value, std.testing.allocator);
    defer maps[0].deinit();
    try maps[0].put("a", 1);
}
