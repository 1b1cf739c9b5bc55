//! Where values point to: what a result has of memory, and whether an argument has the same, so
//! that a function kept it. Nothing here knows an interpreter or an allocator.

const std = @import("std");
const classes = @import("classes.zig");
const signature = @import("signature.zig");
const string_maps = @import("string_maps.zig");
const tables = @import("tables.zig");
const trees = @import("trees.zig");
const Alignment = std.mem.Alignment;

/// Memory that a result points to.
pub const Piece = struct {
    address: usize,
    /// As far as the pointer says: a list may have got more, a table says nothing.
    bytes: usize,
    alignment: Alignment,
    /// Whether it is given away to be read only: nothing says then that it is the caller's.
    is_const: bool,
    /// The table of a map: only what got it knows how large it is.
    is_table: bool = false,
};

/// Whether a result of type `R`, which is copied, may point to memory.
pub fn pointsAway(comptime R: type) bool {
    return comptime pointsWithin(R, &.{});
}

fn pointsWithin(comptime T: type, comptime open: []const type) bool {
    @setEvalBranchQuota(1_000_000_000);
    if (classes.isFlat(T)) return false;
    for (open) |Outer| if (Outer == T) return false;
    const inner = open ++ .{T};
    return switch (signature.kindOf(T) orelse return isList(T)) {
        .str, .text, .terminated, .bytes, .buffer, .path => true,
        .items, .objects, .map, .link => true,
        .array => pointsWithin(@typeInfo(T).array.child, inner),
        .table => switch (tables.of(T).?.kind) {
            .buffers, .managed_bits => false,
            .unmanaged, .ordered, .list, .scattered => true,
            .bits => !classes.isFlat(T),
            .managed, .enums, .all_enums => pointsWithin(tables.of(T).?.Key, inner) or
                pointsWithin(tables.of(T).?.Value, inner),
        },
        .optional => pointsWithin(@typeInfo(T).optional.child, inner),
        .owned => T.nano_ffi_owned != void and isOwnedSlice(T) and
            pointsWithin(@typeInfo(T.nano_ffi_owned).pointer.child, inner),
        .class => classes.isCopyable(T) and fieldsPoint(T, inner),
        .tuple, .record, .tagged => fieldsPoint(T, inner),
        else => false,
    };
}

fn isList(comptime T: type) bool {
    return classes.ListItem(T) != null or string_maps.Value(T) != null;
}

fn fieldsPoint(comptime T: type, comptime open: []const type) bool {
    const types = switch (@typeInfo(T)) {
        .@"struct" => |info| info.field_types,
        .@"union" => |info| info.field_types,
        else => unreachable,
    };
    for (types) |Field| if (pointsWithin(Field, open)) return true;
    return false;
}

/// Whether the slice alone is freed by its owner, and not what its items point to.
fn isOwnedSlice(comptime T: type) bool {
    return @hasField(T, "allocator");
}

/// Calls `visitor.found(Piece)` for every piece that a result points to; not for what it frees
/// itself. False where it is nested too deep for this.
pub fn pieces(comptime R: type, value: *const R, visitor: anytype) bool {
    return piecesWithin(R, value, visitor, 0);
}

fn piecesWithin(comptime T: type, value: *const T, visitor: anytype, depth: usize) bool {
    if (comptime !pointsAway(T)) return true;
    if (depth > trees.max_depth) return false;
    if (comptime signature.kindOf(T) == .terminated) {
        const text = signature.unterminated(T, value.*);
        found(visitor, @intFromPtr(text.ptr), text.len + 1, .@"1", T != [:0]u8);
        return true;
    }
    if (comptime classes.ListItem(T)) |Item| {
        const is_array_list = comptime classes.isArrayList(T);
        const items: []const Item = if (is_array_list) value.items else value.*;
        const room = if (is_array_list) @max(value.capacity, items.len) else items.len;
        found(visitor, @intFromPtr(items.ptr), room * @sizeOf(Item), .of(Item), isConst(T));
        return eachItem(Item, items, visitor, depth);
    }
    if (comptime string_maps.Value(T)) |Value| {
        for (string_maps.tablesOf(T, value)) |table| if (table) |address| visitor.found(Piece{
            .address = address,
            .bytes = 0,
            .alignment = .@"1",
            .is_const = false,
            .is_table = true,
        });
        var iterator = value.iterator();
        while (iterator.next()) |entry| {
            found(visitor, @intFromPtr(entry.key_ptr.ptr), entry.key_ptr.len, .@"1", true);
            if (!piecesWithin(Value, entry.value_ptr, visitor, depth + 1)) return false;
        }
        return true;
    }
    if (comptime tables.of(T)) |table| {
        for (tables.blocksOf(T, value)) |block| if (block) |address| visitor.found(Piece{
            .address = address,
            .bytes = 0,
            .alignment = .@"1",
            .is_const = false,
            .is_table = true,
        });
        const Each = struct {
            visitor: @TypeOf(visitor),
            depth: usize,

            pub fn visit(self: *@This(), key: table.Key, item: table.Value) bool {
                return piecesWithin(table.Key, &key, self.visitor, self.depth + 1) and
                    piecesWithin(table.Value, &item, self.visitor, self.depth + 1);
            }
        };
        var each: Each = .{ .visitor = visitor, .depth = depth };
        return tables.each(T, value, &each);
    }
    switch (@typeInfo(T)) {
        .pointer => |pointer| if (comptime classes.isLink(T)) {
            const child = pointer.child;
            found(visitor, @intFromPtr(value.*), @sizeOf(child), .of(child), isConst(T));
            return piecesWithin(child, value.*, visitor, depth + 1);
        } else found(visitor, @intFromPtr(value.ptr), value.len, .@"1", isConst(T)),
        .optional => |optional| if (value.*) |*some|
            return piecesWithin(optional.child, some, visitor, depth),
        .array => |array| for (value) |*item| {
            if (!piecesWithin(array.child, item, visitor, depth)) return false;
        },
        .@"struct" => |info| {
            if (!info.is_tuple and @hasDecl(T, "nano_ffi_owned"))
                return eachItem(std.meta.Elem(T.nano_ffi_owned), value.data, visitor, depth);
            inline for (info.field_names, info.field_types, info.field_attrs) |name, Field, attrs|
                if (!attrs.@"comptime") {
                    if (!piecesWithin(Field, &@field(value, name), visitor, depth + 1))
                        return false;
                };
        },
        .@"union" => switch (value.*) {
            inline else => |*some| return piecesWithin(
                @TypeOf(some.*),
                some,
                visitor,
                depth + 1,
            ),
        },
        else => comptime unreachable,
    }
    return true;
}

fn eachItem(comptime Item: type, items: []const Item, visitor: anytype, depth: usize) bool {
    if (comptime !pointsAway(Item)) return true;
    for (items) |*item| if (!piecesWithin(Item, item, visitor, depth + 1)) return false;
    return true;
}

fn found(
    visitor: anytype,
    address: usize,
    bytes: usize,
    alignment: Alignment,
    is_const: bool,
) void {
    if (bytes > 0) visitor.found(Piece{
        .address = address,
        .bytes = bytes,
        .alignment = alignment,
        .is_const = is_const,
    });
}

fn isConst(comptime T: type) bool {
    return @typeInfo(T) == .pointer and @typeInfo(T).pointer.attrs.@"const";
}

/// Where a function can have stored a pointer through an argument.
pub const Storage = enum {
    nowhere,
    /// In what `walk` tells of.
    seen,
    /// Behind pointers that nobody but the function knows how to follow, too.
    hidden,
};

/// What a parameter of type `Param` is to a function that wants to keep something.
pub fn storageOf(comptime Param: type) Storage {
    return comptime storage: {
        @setEvalBranchQuota(1_000_000_000);
        const T = classes.Pointee(Param);
        if (!classes.isClass(T)) break :storage .nowhere;
        const pointer = if (@typeInfo(Param) == .optional)
            @typeInfo(Param).optional.child
        else
            Param;
        const is_changed = @typeInfo(pointer) == .pointer and
            !@typeInfo(pointer).pointer.attrs.@"const";
        break :storage storageIn(T, is_changed, &.{});
    };
}

/// `is_changed`: whether the `T` itself can be written. `open` are the types that it is in.
fn storageIn(comptime T: type, comptime is_changed: bool, comptime open: []const type) Storage {
    if (classes.isFlat(T) or isOther(T)) return .nowhere;
    for (open) |Outer| if (Outer == T) return .nowhere;
    const own: Storage = if (is_changed) .seen else .nowhere;
    const inner = open ++ .{T};
    if (classes.ListItem(T)) |Item| return most(
        own,
        listStorage(Item, !isConst(T), inner),
    );
    if (string_maps.Value(T)) |Value| return most(.seen, listStorage(Value, true, inner));
    switch (@typeInfo(T)) {
        .pointer => |pointer| {
            if (signature.isBytes(T)) return own;
            if (@typeInfo(pointer.child) == .@"fn") return .nowhere;
            if (!pointer.attrs.@"const") return .hidden;
            return if (storageIn(pointer.child, false, inner) == .nowhere) own else .hidden;
        },
        .optional => |optional| return storageIn(optional.child, is_changed, open),
        .array => |array| {
            const storage = storageIn(array.child, is_changed, open);
            // What is not filled is not followed.
            const is_tree = classes.isCopyable((open ++ .{T})[0]);
            const is_followed = is_tree or !hasLists(array.child);
            return if (storage == .seen and !is_followed) .hidden else storage;
        },
        .@"struct" => |info| {
            var storage: Storage = .nowhere;
            for (info.field_types, info.field_attrs) |Field, attrs| {
                if (!attrs.@"comptime") storage = most(
                    storage,
                    storageIn(Field, is_changed, inner),
                );
            }
            return storage;
        },
        .@"union" => |info| {
            var storage: Storage = .nowhere;
            for (info.field_types) |Field|
                storage = most(storage, storageIn(Field, is_changed, inner));
            return if (storage == .nowhere or classes.isCopyable(T)) storage else .hidden;
        },
        else => return .hidden,
    }
}

/// Whether there are lists or maps in a `T` whose items point somewhere.
fn hasLists(comptime T: type) bool {
    if (string_maps.Value(T) != null) return true;
    if (classes.ListItem(T)) |Item| return !classes.isFlat(Item);
    const types: []const type = switch (@typeInfo(T)) {
        .optional => |optional| &.{optional.child},
        .array => |array| &.{array.child},
        .@"struct" => |info| info.field_types,
        else => &.{},
    };
    for (types) |Part| if (hasLists(Part)) return true;
    return false;
}

fn listStorage(
    comptime Item: type,
    comptime is_changed: bool,
    comptime open: []const type,
) Storage {
    if (@typeInfo(Item) == .pointer and @typeInfo(Item).pointer.size == .one)
        return if (@typeInfo(Item).pointer.attrs.@"const") .seen else .hidden;
    return storageIn(Item, is_changed, open);
}

fn most(a: Storage, b: Storage) Storage {
    return if (@backingInt(a) > @backingInt(b)) a else b;
}

/// What has pointers, but keeps no block of memory for a function.
fn isOther(comptime T: type) bool {
    return signature.isProvided(T) or T == std.heap.ArenaAllocator or signature.isObject(T) or
        signature.isReference(T);
}

/// Tells of all that an argument points to, as far as `storageOf` calls it seen.
pub fn walk(comptime Param: type, argument: Param, visitor: *trees.Visitor) void {
    if (comptime storageOf(Param) == .nowhere) return;
    switch (@typeInfo(Param)) {
        .optional => |optional| if (argument) |some| walk(optional.child, some, visitor),
        .pointer => |pointer| walkIn(pointer.child, argument, visitor),
        else => walkIn(Param, &argument, visitor),
    }
}

fn walkIn(comptime T: type, value: *const T, visitor: *trees.Visitor) void {
    trees.walk(T, visitor, value);
    if (comptime !classes.isCopyable(T)) walkLists(T, value, visitor);
}

/// What is in the lists of a value that cannot be copied. Its words are told already.
fn walkLists(comptime T: type, value: *const T, visitor: *trees.Visitor) void {
    if (comptime classes.isFlat(T) or isOther(T)) return;
    if (comptime classes.ListItem(T)) |Item| {
        if (comptime classes.isFlat(Item)) return;
        const items = if (comptime classes.isArrayList(T)) value.items else value.*;
        for (items) |*item| walkIn(Item, item, visitor);
        return;
    }
    if (comptime string_maps.Value(T)) |Value| {
        var iterator = value.iterator();
        while (iterator.next()) |entry| {
            visitor.visit(visitor, @intFromPtr(entry.key_ptr.ptr), entry.key_ptr.len);
            if (comptime !classes.isFlat(Value)) walkIn(Value, entry.value_ptr, visitor);
        }
        return;
    }
    switch (@typeInfo(T)) {
        .optional => |optional| if (comptime isFollowed(optional.child)) if (value.*) |*some|
            walkLists(optional.child, some, visitor),
        .@"struct" => |info| inline for (
            info.field_names,
            info.field_types,
            info.field_attrs,
        ) |name, Field, attrs| {
            if (!attrs.@"comptime") walkLists(Field, &@field(value, name), visitor);
        },
        else => {},
    }
}

fn isFollowed(comptime T: type) bool {
    return isList(T) or @typeInfo(T) == .@"struct";
}

test pointsAway {
    try std.testing.expect(pointsAway([]const u8));
    try std.testing.expect(pointsAway(?struct { i64, []const u8 }));
    try std.testing.expect(pointsAway(union(enum) { a: u8, b: [2][]u8 }));
    try std.testing.expect(pointsAway(std.StringHashMap(u8)));
    try std.testing.expect(!pointsAway(struct { i64, ?f64 }));
    try std.testing.expect(!pointsAway(void));
    const Owned = @import("allocator.zig").Owned;
    const OwnedArena = @import("allocator.zig").OwnedArena;
    try std.testing.expect(!pointsAway(Owned([]u8)));
    try std.testing.expect(pointsAway(Owned([]const []const u8)));
    try std.testing.expect(!pointsAway(OwnedArena([]const []const u8)));
    const Tree = struct { children: []const @This() };
    try std.testing.expect(pointsAway(Tree));
}

test pieces {
    const gpa = std.testing.allocator;
    const List = struct {
        all: std.ArrayList(Piece) = .empty,

        fn found(list: *@This(), piece: Piece) void {
            list.all.append(gpa, piece) catch unreachable;
        }
    };
    var list: List = .{};
    defer list.all.deinit(gpa);
    const Tree = struct { name: []const u8, children: []const @This(), numbers: ?[]u32 };
    var numbers = [_]u32{ 1, 2 };
    const leaf: Tree = .{ .name = "leaf", .children = &.{}, .numbers = &numbers };
    const tree: Tree = .{ .name = "", .children = &.{leaf}, .numbers = null };
    try std.testing.expect(pieces(Tree, &tree, &list));
    try std.testing.expectEqual(3, list.all.items.len);
    const children, const name, const own_numbers = list.all.items[0..3].*;
    try std.testing.expectEqual(@sizeOf(Tree), children.bytes);
    try std.testing.expect(children.is_const and name.is_const and !own_numbers.is_const);
    try std.testing.expectEqual(@intFromPtr(leaf.name.ptr), name.address);
    try std.testing.expectEqual(8, own_numbers.bytes);
    try std.testing.expectEqual(Alignment.@"4", own_numbers.alignment);

    list.all.clearRetainingCapacity();
    var map: std.StringHashMap([]const u8) = .init(gpa);
    defer map.deinit();
    try map.put("key", "value");
    try std.testing.expect(pieces(@TypeOf(map), &map, &list));
    try std.testing.expectEqual(3, list.all.items.len);
    try std.testing.expect(list.all.items[0].is_table);
}

test storageOf {
    try std.testing.expectEqual(Storage.nowhere, storageOf([]const u8));
    try std.testing.expectEqual(Storage.nowhere, storageOf(i64));
    const expectEqual = std.testing.expectEqual;
    const Text = struct { name: []const u8, number: u8 };
    const Lines = struct { lines: [][]const u8 };
    const Node = struct { next: ?*@This(), name: []const u8 };
    const Resource = struct {
        gpa: std.mem.Allocator,
        list: std.ArrayList(Text),
        arena: std.heap.ArenaAllocator,
        function: *const fn () void,
        place: ?*const Text,
        pub fn deinit(_: *@This()) void {}
    };
    const Stack = struct { names: [4][]const u8, last: ?*const u8 };
    const Stacks = struct { names: [4][]const []const u8, last: ?*const u8 };
    const Table = struct { names: [4][]const []const u8 };
    try expectEqual(Storage.seen, comptime storageIn(Text, true, &.{}));
    try expectEqual(Storage.nowhere, comptime storageIn(Text, false, &.{}));
    try expectEqual(Storage.seen, comptime storageIn(Lines, false, &.{}));
    try expectEqual(Storage.hidden, comptime storageIn(Node, true, &.{}));
    try expectEqual(Storage.hidden, comptime storageIn(Node, false, &.{}));
    try expectEqual(Storage.seen, comptime storageIn(Resource, true, &.{}));
    try expectEqual(Storage.seen, comptime storageIn(Resource, false, &.{}));
    try expectEqual(Storage.seen, comptime storageIn(Stack, true, &.{}));
    try expectEqual(Storage.hidden, comptime storageIn(Stacks, true, &.{}));
    try expectEqual(Storage.seen, comptime storageIn(Table, true, &.{}));
    try expectEqual(Storage.hidden, comptime storageIn(std.AutoHashMap(u8, u8), true, &.{}));
}

test walk {
    const Search = struct {
        visitor: trees.Visitor = .{ .visit = &visit },
        address: usize,
        times: usize = 0,

        fn visit(visitor: *trees.Visitor, start: usize, _: usize) void {
            const search: *@This() = @fieldParentPtr("visitor", visitor);
            if (search.address == start) search.times += 1;
        }
    };
    const gpa = std.testing.allocator;
    const Item = struct { text: []const u8, names: []const []const u8 };
    const Resource = struct {
        gpa: std.mem.Allocator,
        last: ?[]const u8 = null,
        list: std.ArrayList(Item) = .empty,
        inner: struct { table: std.StringHashMapUnmanaged([]const u8) = .empty } = .{},
        pub fn deinit(_: *@This()) void {}
    };
    const text = "the text";
    var search: Search = .{ .address = @intFromPtr(text) };
    var resource: Resource = .{ .gpa = gpa };
    walkIn(Resource, &resource, &search.visitor);
    try std.testing.expectEqual(0, search.times);
    resource.last = text;
    walkIn(Resource, &resource, &search.visitor);
    try std.testing.expectEqual(1, search.times);
    resource.last = null;
    try resource.list.append(gpa, .{ .text = "", .names = &.{ "a", text } });
    defer resource.list.deinit(gpa);
    try resource.inner.table.put(gpa, "key", text);
    defer resource.inner.table.deinit(gpa);
    walkIn(Resource, &resource, &search.visitor);
    try std.testing.expectEqual(3, search.times);
}
