//! Lists ↔ structs. A list `(tag value … (tag …) …)` is a struct: its first fields are the values,
//! each other field is the list that has its name as tag.
//!
//!     bool, int, float, text, enum    one value: `(width 0.2)`; yes or no, an enum is a symbol
//!     slice of such                   all values of one list: `(layers "F.Cu" "B.Cu")`
//!     struct                          a list
//!     std.ArrayList of a struct       every list with the tag
//!     optional                        may be missing
//!     `extra`: []const []const u8     what no other field has, as text
//!
//! `layoutOf` says what the types do not: see `Layout`.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const printer = @import("printer.zig");
const trees = @import("tree.zig");
const Allocator = std.mem.Allocator;
const Node = trees.Node;
const Writer = std.Io.Writer;

pub const Layout = struct {
    /// How many fields are values.
    values: usize = 0,
    /// Tags that differ from their fields' names; "" is a list without a tag.
    tags: []const struct { []const u8, []const u8 } = &.{},

    fn tagOf(comptime layout: Layout, comptime field: []const u8) []const u8 {
        for (layout.tags) |pair| if (std.mem.eql(u8, pair[0], field)) return pair[1];
        return field;
    }
};

pub const FormatError = error{
    WrongTag,
    WrongValue,
    MissingValue,
    MissingField,
    UnknownField,
    SecondField,
    TooManyValues,
};

const EncodeError = Writer.Error || error{NotFinite};

pub fn Mapping(comptime layoutOf: fn (comptime T: type) Layout) type {
    return struct {
        /// The struct that the text is, in new memory.
        pub fn loads(
            comptime T: type,
            comptime tag: []const u8,
            gpa: Allocator,
            text: []const u8,
        ) !nano_ffi.OwnedArena(T) {
            var tree = try trees.parse(gpa, text);
            defer tree.deinit();
            const root = tree.root();
            if (!std.mem.eql(u8, root.head() orelse "", tag))
                return root.fail(
                    error.WrongTag,
                    "expected (" ++ tag ++ " …), not {f}",
                    .{root.brief()},
                );
            var arena: std.heap.ArenaAllocator = .init(gpa);
            errdefer arena.deinit();
            const data = try decode(T, arena.allocator(), root);
            return .{ .data = data, .arena = arena };
        }

        /// The text of the struct.
        pub fn dumps(
            comptime tag: []const u8,
            gpa: Allocator,
            value: anytype,
        ) !nano_ffi.Owned([]const u8) {
            var compact: Writer.Allocating = .init(gpa);
            defer compact.deinit();
            encode(&compact.writer, tag, value) catch |err| switch (err) {
                error.WriteFailed => return error.OutOfMemory,
                error.NotFinite => return nano_ffi.fail(
                    error.NotFinite,
                    "a number is infinite or NaN, which (" ++ tag ++ " …) cannot hold",
                    .{},
                ),
            };
            return .{ .data = try printer.pretty(gpa, compact.written()), .allocator = gpa };
        }

        fn decode(comptime T: type, arena: Allocator, node: *const Node) !T {
            const layout = comptime layoutOf(T);
            const info = @typeInfo(T).@"struct";
            var value: T = undefined;
            var found: [info.field_names.len]bool = @splat(false);
            var rest = node.children();
            if (node.head() != null) _ = rest.next();
            const names = info.field_names[0..layout.values];
            inline for (names, info.field_types[0..layout.values], 0..) |name, Field, index| {
                if (rest.rest.len > 0 and rest.rest[0].kind != .list) {
                    @field(value, name) = try scalar(Field, arena, rest.next().?);
                    found[index] = true;
                } else if (@typeInfo(Field) != .optional) {
                    return node.fail(
                        error.MissingValue,
                        "{f} has no value '" ++ name ++ "'",
                        .{node.brief()},
                    );
                }
            }
            inline for (info.field_names, info.field_types) |name, Field| {
                if (comptime isList(Field)) @field(value, name) = .empty;
            }
            var extra: std.ArrayList([]const u8) = .empty;
            while (rest.next()) |item| {
                if (item.kind != .list)
                    return item.fail(
                        error.TooManyValues,
                        "{f} has one value more than expected: {f}",
                        .{ node.brief(), item.brief() },
                    );
                if (try take(T, arena, &value, &found, node, item)) continue;
                if (!@hasField(T, "extra"))
                    return item.fail(
                        error.UnknownField,
                        "{f} is unknown in {f}",
                        .{ item.brief(), node.brief() },
                    );
                try extra.append(arena, try arena.dupe(u8, item.text));
            }
            if (@hasField(T, "extra")) value.extra = extra.items;
            inline for (info.field_names, info.field_types, 0..) |name, Field, index| {
                const attrs = info.field_attrs[index];
                if (comptime std.mem.eql(u8, name, "extra") or isList(Field)) continue;
                if (!found[index]) @field(value, name) = attrs.defaultValue(Field) orelse
                    return node.fail(
                        error.MissingField,
                        "{f} has no (" ++ comptime layout.tagOf(name) ++ " …)",
                        .{node.brief()},
                    );
            }
            return value;
        }

        /// Puts a list into the field that it belongs to; false where there is none.
        fn take(
            comptime T: type,
            arena: Allocator,
            value: *T,
            found: []bool,
            node: *const Node,
            item: *const Node,
        ) !bool {
            const layout = comptime layoutOf(T);
            const info = @typeInfo(T).@"struct";
            inline for (info.field_names, info.field_types, 0..) |name, Field, index| {
                if (index < layout.values or comptime std.mem.eql(u8, name, "extra")) continue;
                const tag = comptime layout.tagOf(name);
                if (tag.len == 0 or std.mem.eql(u8, item.head() orelse "", tag)) {
                    if (comptime isList(Field)) {
                        try @field(value, name).append(
                            arena,
                            try decode(ListItem(Field), arena, item),
                        );
                    } else {
                        if (found[index])
                            return item.fail(
                                error.SecondField,
                                "a second {f} in {f}",
                                .{ item.brief(), node.brief() },
                            );
                        @field(value, name) = try field(Field, arena, item);
                    }
                    found[index] = true;
                    return true;
                }
            }
            return false;
        }

        fn field(comptime T: type, arena: Allocator, node: *const Node) !T {
            if (@typeInfo(T) == .optional) return try field(
                @typeInfo(T).optional.child,
                arena,
                node,
            );
            if (@typeInfo(T) == .@"struct") return decode(T, arena, node);
            var rest = node.children();
            _ = rest.next();
            if (comptime isSlice(T)) {
                const values = try arena.alloc(@typeInfo(T).pointer.child, node.__len__() - 1);
                for (values) |*place| place.* = try scalar(
                    @typeInfo(T).pointer.child,
                    arena,
                    rest.next().?,
                );
                return values;
            }
            const first = rest.next() orelse
                return if (T == bool) true else node.fail(
                    error.MissingValue,
                    "{f} has no value",
                    .{node.brief()},
                );
            if (rest.next()) |second|
                return second.fail(
                    error.TooManyValues,
                    "{f} has one value more than expected: {f}",
                    .{ node.brief(), second.brief() },
                );
            return scalar(T, arena, first);
        }

        fn scalar(comptime T: type, arena: Allocator, node: *const Node) !T {
            const wrong = error.WrongValue;
            switch (@typeInfo(T)) {
                .optional => |optional| return try scalar(optional.child, arena, node),
                .bool => {
                    if (node.kind == .symbol and std.mem.eql(u8, node.text, "yes")) return true;
                    if (node.kind == .symbol and std.mem.eql(u8, node.text, "no")) return false;
                    return node.fail(wrong, "expected yes or no, not {f}", .{node.brief()});
                },
                .int => return wholeNumber(T, node) orelse
                    node.fail(
                        wrong,
                        "expected a whole number (" ++ @typeName(T) ++ "), not {f}",
                        .{node.brief()},
                    ),
                .float => return if (node.kind == .number)
                    std.fmt.parseFloat(T, node.text) catch unreachable // the tokenizer has seen it
                else
                    node.fail(wrong, "expected a number, not {f}", .{node.brief()}),
                .@"enum" => return (if (node.kind == .list) null else std.meta.stringToEnum(T, node.text)) orelse
                    node.fail(
                        wrong,
                        "expected " ++ comptime oneOf(T) ++ ", not {f}",
                        .{node.brief()},
                    ),
                .pointer => return if (node.kind != .list)
                    arena.dupe(u8, node.text)
                else
                    node.fail(wrong, "expected a text, not {f}", .{node.brief()}),
                else => comptime unreachable,
            }
        }

        fn wholeNumber(comptime T: type, node: *const Node) ?T {
            if (node.kind != .number) return null;
            return std.fmt.parseInt(T, node.text, 10) catch null;
        }

        fn oneOf(comptime T: type) []const u8 {
            const names = @typeInfo(T).@"enum".field_names;
            var text: []const u8 = "";
            for (names, 0..) |name, index|
                text = text ++ switch (names.len - index) {
                    names.len => "",
                    1 => " or ",
                    else => ", ",
                } ++ name;
            return text;
        }

        fn encode(out: *Writer, tag: []const u8, value: anytype) EncodeError!void {
            const T = @TypeOf(value);
            const layout = comptime layoutOf(T);
            const info = @typeInfo(T).@"struct";
            try out.print("({s}", .{tag});
            inline for (info.field_names, info.field_types, 0..) |name, Field, index| {
                const own_tag = comptime layout.tagOf(name);
                const own = @field(value, name);
                if (index < layout.values) {
                    try writeValue(out, own);
                } else if (comptime std.mem.eql(u8, name, "extra")) {
                    for (own) |text| try out.print(" {s}", .{text});
                } else if (comptime isList(Field)) {
                    for (own.items) |item| try encode(out, own_tag, item);
                } else try writeField(out, own_tag, own);
            }
            try out.writeByte(')');
        }

        fn writeField(out: *Writer, tag: []const u8, value: anytype) EncodeError!void {
            const T = @TypeOf(value);
            if (@typeInfo(T) == .optional) return if (value) |some| writeField(out, tag, some);
            if (@typeInfo(T) == .@"struct") return encode(out, tag, value);
            if (comptime isSlice(T)) {
                if (value.len == 0) return;
                try out.print("({s}", .{tag});
                for (value) |item| try writeValue(out, item);
            } else {
                try out.print("({s}", .{tag});
                try writeValue(out, value);
            }
            try out.writeByte(')');
        }

        fn writeValue(out: *Writer, value: anytype) EncodeError!void {
            switch (@typeInfo(@TypeOf(value))) {
                .optional => if (value) |some| try writeValue(out, some),
                .bool => try out.writeAll(if (value) " yes" else " no"),
                .int => try out.print(" {d}", .{value}),
                .float => {
                    if (!std.math.isFinite(value)) return error.NotFinite;
                    try out.print(" {d}", .{value});
                },
                .@"enum" => try out.print(" {t}", .{value}),
                .pointer => {
                    try out.writeByte(' ');
                    try printer.quote(out, value);
                },
                else => comptime unreachable,
            }
        }
    };
}

fn isList(comptime T: type) bool {
    return @typeInfo(T) == .@"struct" and @hasField(T, "items") and @hasField(T, "capacity");
}

fn ListItem(comptime T: type) type {
    return @typeInfo(@FieldType(T, "items")).pointer.child;
}

fn isSlice(comptime T: type) bool {
    return @typeInfo(T) == .pointer and T != []const u8;
}

const example = struct {
    const Shape = enum { circle, rect };
    const Pad = struct {
        number: []const u8,
        shape: Shape,
        angle: ?f64 = null,
        size: Size,
        layers: []const []const u8 = &.{},
        locked: ?bool = null,
        extra: []const []const u8 = &.{},
    };
    const Size = struct { x: f64, y: f64 };
    const Part = struct { version: u32 = 0, name: ?[]const u8 = null, pads: std.ArrayList(Pad) };

    fn layoutOf(comptime T: type) Layout {
        return switch (T) {
            Pad => .{ .values = 3 },
            Size => .{ .values = 2 },
            Part => .{ .tags = &.{.{ "pads", "pad" }} },
            else => unreachable,
        };
    }
};

const Example = Mapping(example.layoutOf);

test Mapping {
    const gpa = std.testing.allocator;
    const text = "(part\n\t(version 3)\n\t(name \"a \\\"b\\\"\")\n\t(pad \"1\" rect 90\n" ++
        "\t\t(size 1 -2.5)\n\t\t(layers \"F.Cu\" \"B.Cu\")\n\t\t(locked yes)\n" ++
        "\t\t(odd\n\t\t\t(thing 1)\n\t\t)\n\t)\n\t(pad \"2\" circle\n\t\t(size 1 1)\n\t)\n)\n";
    const part = try Example.loads(example.Part, "part", gpa, text);
    defer part.deinit();
    const pads = part.data.pads.items;
    try std.testing.expectEqual(2, pads.len);
    try std.testing.expectEqual(-2.5, pads[0].size.y);
    try std.testing.expectEqual(null, pads[1].angle);
    try std.testing.expectEqualStrings("a \"b\"", part.data.name.?);
    const again = try Example.dumps("part", gpa, part.data);
    defer again.deinit();
    try std.testing.expectEqualStrings(text, again.data);
}

test "what cannot be written" {
    var part: example.Part = .{ .pads = .empty };
    var pads = [_]example.Pad{
        .{ .number = "1", .shape = .rect, .size = .{ .x = std.math.inf(f64), .y = 0 } },
    };
    part.pads = .fromOwnedSlice(&pads);
    try std.testing.expectError(
        error.NotFinite,
        Example.dumps("part", std.testing.allocator, part),
    );
    pads[0].size.x = 0;
    for ([_][]const u8{ ")", "(", "\"" }) |text| {
        pads[0].extra = &.{text};
        try std.testing.expect(
            std.meta.isError(Example.dumps("part", std.testing.allocator, part)),
        );
    }
}

test "what does not fit" {
    const cases = .{
        .{ "(pad)", error.WrongTag },
        .{ "(part (version 1.5))", error.WrongValue },
        .{ "(part (version 1 2))", error.TooManyValues },
        .{ "(part (version))", error.MissingValue },
        .{ "(part (version 1) (version 1))", error.SecondField },
        .{ "(part (other))", error.UnknownField },
        .{ "(part x)", error.TooManyValues },
        .{ "(part (pad \"1\" oval))", error.WrongValue },
        .{ "(part (pad \"1\"))", error.MissingValue },
        .{ "(part (pad \"1\" rect))", error.MissingField },
        .{ "(part (pad \"1\" rect (size 1 1) (locked true)))", error.WrongValue },
        .{ "(part (name (a)))", error.WrongValue },
    };
    inline for (cases) |case|
        try std.testing.expectError(
            case[1],
            Example.loads(example.Part, "part", std.testing.allocator, case[0]),
        );
}
