//! A build step: reads a Zig file and writes down, as Zig, what the compiler does not tell about
//! its public functions: the names of their parameters and the `///` comments above them.
//!
//! Usage: source FILE.zig OUT.zig

const std = @import("std");
const Ast = std.zig.Ast;

pub fn main(init: std.process.Init) !void {
    const arena = init.arena.allocator();
    const args = try init.minimal.args.toSlice(arena);
    const source = try std.Io.Dir.cwd().readFileAllocOptions(init.io, args[1], arena, .unlimited, .of(u8), 0);
    const tree = try Ast.parse(arena, source, .{});

    const file = try std.Io.Dir.cwd().createFile(init.io, args[2], .{});
    var writer = file.writer(init.io, try arena.alloc(u8, 4096));
    try describe(arena, tree, &writer.interface);
    try writer.interface.flush();
}

/// Writes one declaration per public function: `pub const NAME = .{ .params = .{…}, .doc = … };`
/// A file with syntax errors is described as far as it could be read: the compiler reports them.
fn describe(arena: std.mem.Allocator, tree: Ast, writer: *std.Io.Writer) !void {
    for (tree.rootDecls()) |node| {
        var buffer: [1]Ast.Node.Index = undefined;
        const proto = tree.fullFnProto(&buffer, node) orelse continue;
        const visibility = proto.visib_token orelse continue;
        const name = proto.name_token orelse continue;
        if (tree.tokenTag(visibility) != .keyword_pub) continue;

        try writer.print("pub const {s} = .{{ .params = .{{", .{tree.tokenSlice(name)});
        var params = proto.iterate(&tree);
        var index: usize = 0;
        while (params.next()) |param| : (index += 1) {
            if (param.name_token) |token| {
                try writer.print(" \"{f}\",", .{std.zig.fmtString(unquoted(tree.tokenSlice(token)))});
            } else try writer.print(" \"arg{d}\",", .{index});
        }
        try writer.print(" }}, .doc = \"{f}\" }};\n", .{
            std.zig.fmtString(try docComment(arena, tree, proto.firstToken())),
        });
    }
}

/// `@"a name"` without its quotes.
fn unquoted(identifier: []const u8) []const u8 {
    if (!std.mem.startsWith(u8, identifier, "@\"")) return identifier;
    return identifier[2 .. identifier.len - 1];
}

/// The text of the doc comment lines that end before `first`, without the slashes.
fn docComment(arena: std.mem.Allocator, tree: Ast, first: Ast.TokenIndex) ![]const u8 {
    var start = first;
    while (start > 0 and tree.tokenTag(start - 1) == .doc_comment) start -= 1;
    var text: std.ArrayList(u8) = .empty;
    for (start..first) |token| {
        if (token != start) try text.append(arena, '\n');
        const line = tree.tokenSlice(@intCast(token))["///".len..];
        try text.appendSlice(arena, if (std.mem.startsWith(u8, line, " ")) line[1..] else line);
    }
    return text.items;
}

test describe {
    var arena_state: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    const tree = try Ast.parse(arena,
        \\/// Adds "two"
        \\/// numbers.
        \\pub fn add(a: i64, @"the other": i64) i64 {}
        \\fn hidden(x: u8) void {}
        \\pub inline fn bare(_: u8) void {}
    , .{});
    var writer: std.Io.Writer.Allocating = .init(arena);
    try describe(arena, tree, &writer.writer);
    try std.testing.expectEqualStrings(
        \\pub const add = .{ .params = .{ "a", "the other", }, .doc = "Adds \"two\"\nnumbers." };
        \\pub const bare = .{ .params = .{ "_", }, .doc = "" };
        \\
    , writer.written());
}
