//! Tokens → a tree, which points into the text.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const printer = @import("printer.zig");
const tokenizer = @import("tokenizer.zig");
const Allocator = std.mem.Allocator;
const Token = tokenizer.Token;
const Tokenizer = tokenizer.Tokenizer;

pub const NodeKind = enum { list, symbol, number, string };

/// A list, or what is in one. Nodes are equal where they are the same one.
pub const Node = struct {
    kind: NodeKind,
    /// Where it begins, from 1.
    line: u32,
    /// In characters, from 1.
    column: u32,
    /// How many nodes it is, with all that is in it.
    size: u32,
    /// Of a string what is meant, of a list all of it, of others what stands there.
    text: []const u8,
    tree: *const Inner,

    /// What is in a list, one after another. Nothing in others.
    pub fn items(self: *const Node, gpa: Allocator) !nano_ffi.Owned([]const *const Node) {
        return self.select(gpa, null);
    }

    /// All lists in it that begin with the symbol `name`.
    pub fn find_all(
        self: *const Node,
        gpa: Allocator,
        name: []const u8,
    ) !nano_ffi.Owned([]const *const Node) {
        return self.select(gpa, name);
    }

    fn select(
        self: *const Node,
        gpa: Allocator,
        name: ?[]const u8,
    ) !nano_ffi.Owned([]const *const Node) {
        var list: std.ArrayList(*const Node) = .empty;
        errdefer list.deinit(gpa);
        var rest = self.children();
        while (rest.next()) |item| if (name == null or item.isNamed(name.?)) try list.append(
            gpa,
            item,
        );
        return .{ .data = try list.toOwnedSlice(gpa), .allocator = gpa };
    }

    /// The first list in it that begins with the symbol `name`; None where there is none.
    pub fn find(self: *const Node, name: []const u8) ?*const Node {
        var rest = self.children();
        return while (rest.next()) |item| {
            if (item.isNamed(name)) break item;
        } else null;
    }

    /// The symbol that a list begins with; None of others.
    pub fn head(self: *const Node) ?[]const u8 {
        var rest = self.children();
        const first = rest.next() orelse return null;
        return if (first.kind == .symbol) first.text else null;
    }

    fn isNamed(self: *const Node, name: []const u8) bool {
        return std.mem.eql(u8, self.head() orelse return false, name);
    }

    /// The value of a number. NotANumber: it is none.
    pub fn number(self: *const Node) error{NotANumber}!f64 {
        return if (self.kind == .number)
            std.fmt.parseFloat(f64, self.text) catch unreachable // the tokenizer has seen it
        else
            self.fail(error.NotANumber, "expected a number, not {f}", .{self.brief()});
    }

    /// How many items are in it.
    pub fn __len__(self: *const Node) usize {
        var count: usize = 0;
        var rest = self.children();
        while (rest.next()) |_| count += 1;
        return count;
    }

    /// Also where nothing is in it.
    pub fn __bool__(_: *const Node) bool {
        return true;
    }

    /// The item of that number, from the end where it is negative.
    pub fn __getitem__(self: *const Node, index: i64) error{IndexOutOfBounds}!*const Node {
        const length: i64 = @intCast(self.__len__());
        var count = if (index < 0) index +| length else index;
        var rest = self.children();
        if (count >= 0) while (rest.next()) |item| : (count -= 1) if (count == 0) return item;
        return nano_ffi.fail(
            error.IndexOutOfBounds,
            "the index {d} of a list of {d} items",
            .{ index, length },
        );
    }

    /// It and all that is in it as text: lines and indentation as KiCad makes them.
    pub fn write(self: *const Node, gpa: Allocator) !nano_ffi.Owned([]const u8) {
        return .{ .data = try printer.pretty(gpa, self.raw()), .allocator = gpa };
    }

    pub fn __repr__(self: *const Node, gpa: Allocator) !nano_ffi.Owned([]const u8) {
        const text = try std.fmt.allocPrint(
            gpa,
            "<{t} {f} at {d}:{d}>",
            .{ self.kind, self.brief(), self.line, self.column },
        );
        return .{ .data = text, .allocator = gpa };
    }

    const Children = struct {
        rest: []const Node,

        pub fn next(self: *Children) ?*const Node {
            if (self.rest.len == 0) return null;
            const first = &self.rest[0];
            self.rest = self.rest[first.size..];
            return first;
        }
    };

    pub fn children(self: *const Node) Children {
        return .{ .rest = @as([*]const Node, @ptrCast(self))[1..self.size] };
    }

    /// As it stands in the text.
    pub fn raw(self: *const Node) []const u8 {
        const span = self.tree.spans[self - self.tree.nodes.ptr];
        return self.tree.source[span.start..span.end];
    }

    pub fn fail(
        self: *const Node,
        err: anytype,
        comptime format: []const u8,
        values: anytype,
    ) @TypeOf(err) {
        return tokenizer.fail(err, self.tree.source, self, format, values);
    }

    /// For messages.
    pub fn brief(self: *const Node) Brief {
        return .{ .node = self };
    }

    const Brief = struct {
        node: *const Node,

        pub fn format(some: Brief, writer: *std.Io.Writer) std.Io.Writer.Error!void {
            if (some.node.kind != .list) return writer.writeAll(some.node.raw());
            if (some.node.size == 1) return writer.writeAll("()");
            try writer.print("({s}", .{some.node.head() orelse ""});
            try writer.writeAll(if (some.node.size > 2) " …)" else ")");
        }
    };
};

const Span = struct { start: u32, end: u32 };

/// Where the nodes know it to be.
const Inner = struct {
    arena: std.heap.ArenaAllocator,
    source: []const u8,
    nodes: []Node,
    spans: []Span,
};

/// What was read. It points into the text, which lives as long.
pub const Tree = struct {
    inner: *Inner,

    pub fn deinit(self: *Tree) void {
        const gpa = self.inner.arena.child_allocator;
        self.inner.arena.deinit();
        gpa.destroy(self.inner);
    }

    pub fn root(self: *const Tree) *const Node {
        return &self.inner.nodes[0];
    }

    /// The whole as text: lines and indentation as KiCad makes them.
    pub fn write(self: *const Tree, gpa: Allocator) !nano_ffi.Owned([]const u8) {
        return self.root().write(gpa);
    }
};

pub fn parse(gpa: Allocator, text: []const u8) !Tree {
    const inner = try gpa.create(Inner);
    inner.* = .{ .arena = .init(gpa), .source = text, .nodes = &.{}, .spans = &.{} };
    errdefer {
        inner.arena.deinit();
        gpa.destroy(inner);
    }
    const arena = inner.arena.allocator();
    if (text.len > std.math.maxInt(u32)) return nano_ffi.fail(
        error.TooLong,
        "the text is longer than 4 GiB",
        .{},
    );
    const count = try countNodes(text);
    inner.nodes = try arena.alloc(Node, count);
    inner.spans = try arena.alloc(Span, count);
    var open: std.ArrayList(u32) = .empty;
    defer open.deinit(gpa);
    var tokens: Tokenizer = .{ .source = text };
    var made: u32 = 0;
    while (try tokens.next()) |token| {
        if (token.kind == .close) {
            const place = open.pop().?;
            const node = &inner.nodes[place];
            inner.spans[place].end = @intCast(tokens.offset);
            node.text = text[inner.spans[place].start..tokens.offset];
            node.size = made - place;
            continue;
        }
        if (token.kind == .open) try open.append(gpa, made);
        inner.spans[made] = .{
            .start = @intCast(tokens.offset - token.text.len),
            .end = @intCast(tokens.offset),
        };
        inner.nodes[made] = .{
            .kind = switch (token.kind) {
                .open => .list,
                .symbol => .symbol,
                .number => .number,
                .string => .string,
                .close => unreachable,
            },
            .line = token.line,
            .column = token.column,
            .size = 1,
            .text = if (token.kind == .string) try unescape(arena, token.text) else token.text,
            .tree = inner,
        };
        made += 1;
    }
    return .{ .inner = inner };
}

/// How many nodes the text has, which is one expression.
fn countNodes(text: []const u8) !usize {
    var tokens: Tokenizer = .{ .source = text };
    var count: usize = 0;
    var depth: usize = 0;
    while (try tokens.next()) |token| {
        if (count > 0 and depth == 0) return tokenizer.fail(
            @as(
                tokenizer.SyntaxError,
                if (token.kind == .close) error.UnbalancedParenthesis else error.NotOneExpression,
            ),
            text,
            token,
            "the expression has ended before",
            .{},
        );
        switch (token.kind) {
            .open => depth += 1,
            .close => depth = std.math.sub(usize, depth, 1) catch
                return tokenizer.fail(
                    error.UnbalancedParenthesis,
                    text,
                    token,
                    "nothing is open here",
                    .{},
                ),
            else => {},
        }
        if (token.kind != .close) count += 1;
    }
    if (count > 0 and depth == 0) return count;
    tokens.countToEnd();
    return tokenizer.fail(error.UnexpectedEnd, text, tokens, "the text ends here, {s}", .{
        if (count == 0)
            "with nothing in it"
        else if (depth == 1)
            "and one list is open"
        else
            "and lists are open",
    });
}

/// What the text of a string means.
fn unescape(arena: Allocator, quoted: []const u8) ![]const u8 {
    const inside = quoted[1 .. quoted.len - 1];
    const first = std.mem.findScalar(u8, inside, '\\') orelse return inside;
    var text: std.ArrayList(u8) = try .initCapacity(arena, inside.len);
    text.appendSliceAssumeCapacity(inside[0..first]);
    var offset = first;
    while (offset < inside.len) : (offset += 1) {
        if (inside[offset] != '\\') {
            text.appendAssumeCapacity(inside[offset]);
            continue;
        }
        offset += 1; // the tokenizer has seen that a character follows
        text.appendAssumeCapacity(switch (inside[offset]) {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            else => |char| char,
        });
    }
    return text.items;
}

const expectEqual = std.testing.expectEqual;
const expectEqualStrings = std.testing.expectEqualStrings;

test parse {
    var tree = try parse(std.testing.allocator, "(pad \"1\\\"\\n\" (at 1.5 -2) () (at))");
    defer tree.deinit();
    const root = tree.root();
    try expectEqual(5, root.__len__());
    try expectEqual(10, root.size);
    try expectEqualStrings("pad", root.head().?);
    try expectEqualStrings("1\"\n", (try root.__getitem__(1)).text);
    const at = root.find("at").?;
    try expectEqualStrings("(at 1.5 -2)", at.text);
    try expectEqual(14, at.column);
    try expectEqual(-2, try (try at.__getitem__(-1)).number());
    try expectEqual(null, root.find("size"));
    const all = try root.find_all(std.testing.allocator, "at");
    defer all.deinit();
    try expectEqual(2, all.data.len);
    try std.testing.expectError(error.IndexOutOfBounds, at.__getitem__(3));
    try std.testing.expectError(error.IndexOutOfBounds, at.__getitem__(-4));
    try std.testing.expectError(error.NotANumber, root.number());
}

test "what is no expression" {
    const gpa = std.testing.allocator;
    try std.testing.expectError(error.UnexpectedEnd, parse(gpa, ""));
    try std.testing.expectError(error.UnexpectedEnd, parse(gpa, "((a)"));
    try std.testing.expectError(error.UnbalancedParenthesis, parse(gpa, ")"));
    try std.testing.expectError(error.UnbalancedParenthesis, parse(gpa, "(a))"));
    try std.testing.expectError(error.NotOneExpression, parse(gpa, "(a) b"));
    try std.testing.expectError(error.UnterminatedString, parse(gpa, "(a \"b)"));
}

test "memory ends" {
    try std.testing.checkAllAllocationFailures(std.testing.allocator, struct {
        fn run(gpa: Allocator) !void {
            var tree = try parse(gpa, "(a (b \"\\n\"))");
            tree.deinit();
        }
    }.run, .{});
}
