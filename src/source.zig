//! A build step: reads a Zig file, and those that it imports by path, and writes down, as Zig, what
//! the compiler does not tell about its public declarations: the names of parameters and the `///`
//! comments.
//!
//! Usage: source FILE.zig OUT.zig

const std = @import("std");
const Ast = std.zig.Ast;

pub fn main(init: std.process.Init) !void {
    const arena = init.arena.allocator();
    const args = try init.minimal.args.toSlice(arena);
    var reader: Reader = .{ .arena = arena, .io = init.io };
    const root = try reader.read(args[1]);

    const file = try std.Io.Dir.cwd().createFile(init.io, args[2], .{});
    var writer = file.writer(init.io, try arena.alloc(u8, 4096));
    try reader.describe(root, &writer.interface, try fileComment(arena, root.file.tree));
    try writer.interface.flush();
}

const File = struct { path: []const u8, tree: Ast };

/// A struct, enum or union, or a whole file, and what is around it.
const Container = struct {
    file: *const File,
    members: []const Ast.Node.Index,
    around: ?*const Container,
};

/// What a name stands for, as far as files tell.
const Meaning = union(enum) {
    container: *const Container,
    function: struct { container: *const Container, node: Ast.Node.Index },
    other,
};

const Reader = struct {
    arena: std.mem.Allocator,
    io: std.Io,
    files: std.array_hash_map.String(*const Container) = .empty,
    /// What is being written: a file may import the one that imports it.
    open: std.ArrayList([*]const Ast.Node.Index) = .empty,

    /// The file at `path`. One with syntax errors is read as far as it goes: the compiler reports
    /// them.
    fn read(reader: *Reader, path: []const u8) !*const Container {
        const slot = try reader.files.getOrPut(reader.arena, path);
        if (slot.found_existing) return slot.value_ptr.*;
        const source = std.Io.Dir.cwd().readFileAllocOptions(
            reader.io,
            path,
            reader.arena,
            .unlimited,
            .of(u8),
            0,
        ) catch |err| {
            _ = reader.files.pop();
            return err;
        };
        slot.value_ptr.* = try reader.parsed(path, source);
        return slot.value_ptr.*;
    }

    fn parsed(reader: *Reader, path: []const u8, source: [:0]const u8) !*const Container {
        const file = try reader.arena.create(File);
        file.* = .{ .path = path, .tree = try Ast.parse(reader.arena, source, .{}) };
        const container = try reader.arena.create(Container);
        container.* = .{ .file = file, .members = file.tree.rootDecls(), .around = null };
        return container;
    }

    /// Writes one declaration per public one: of a function
    /// `pub const NAME = .{ .params = .{…}, .doc = … };`, of a container a struct of its own ones,
    /// with its comment and those of its fields, of anything else the comment.
    fn describe(
        reader: *Reader,
        container: *const Container,
        writer: *std.Io.Writer,
        doc: []const u8,
    ) anyerror!void {
        const tree = container.file.tree;
        try writer.print(
            "pub const @\"nano_ffi.doc\" = \"{f}\";\npub const @\"nano_ffi.fields\" = .{{",
            .{std.zig.fmtString(doc)},
        );
        for (container.members) |node| {
            const field = tree.fullContainerField(node) orelse continue;
            if (field.ast.tuple_like) continue;
            try writer.print(" .{s} = \"{f}\",", .{
                tree.tokenSlice(field.ast.main_token),
                std.zig.fmtString(try docComment(reader.arena, tree, field.firstToken())),
            });
        }
        try writer.writeAll(" };\n");
        try reader.open.append(reader.arena, container.members.ptr);
        defer _ = reader.open.pop();
        for (container.members) |node| try reader.describeMember(container, node, writer);
    }

    fn describeMember(
        reader: *Reader,
        container: *const Container,
        node: Ast.Node.Index,
        writer: *std.Io.Writer,
    ) !void {
        const tree = container.file.tree;
        var buffer: [1]Ast.Node.Index = undefined;
        if (tree.fullFnProto(&buffer, node)) |proto| {
            const name = proto.name_token orelse return;
            if (isPublic(tree, proto.visib_token)) try reader.describeFunction(
                tree,
                tree.tokenSlice(name),
                proto,
                writer,
            );
            return;
        }
        const variable = tree.fullVarDecl(node) orelse return;
        if (!isPublic(tree, variable.visib_token)) return;
        const name = tree.tokenSlice(variable.ast.mut_token + 1);
        const doc = try docComment(reader.arena, tree, variable.firstToken());
        if (tree.tokenTag(variable.ast.mut_token) == .keyword_var)
            return writer.print(
                "pub const {s} = .{{ .variable = true, .doc = \"{f}\" }};\n",
                .{ name, std.zig.fmtString(doc) },
            );
        const meaning: Meaning = if (variable.ast.init_node.unwrap()) |value|
            try reader.resolve(container, value, 0)
        else
            .other;
        switch (meaning) {
            .function => |function| {
                const other = function.container.file.tree;
                return reader.describeFunction(
                    other,
                    name,
                    other.fullFnProto(&buffer, function.node).?,
                    writer,
                );
            },
            .container => |inner| if (std.mem.indexOfScalar(
                [*]const Ast.Node.Index,
                reader.open.items,
                inner.members.ptr,
            ) == null) {
                try writer.print("pub const {s} = struct {{\n", .{name});
                const own = inner.around == null and doc.len == 0;
                try reader.describe(
                    inner,
                    writer,
                    if (own) try fileComment(reader.arena, inner.file.tree) else doc,
                );
                return writer.writeAll("};\n");
            },
            .other => {},
        }
        try writer.print(
            "pub const {s} = .{{ .doc = \"{f}\" }};\n",
            .{ name, std.zig.fmtString(doc) },
        );
    }

    fn describeFunction(
        reader: *Reader,
        tree: Ast,
        name: []const u8,
        proto: Ast.full.FnProto,
        writer: *std.Io.Writer,
    ) !void {
        try writer.print("pub const {s} = .{{ .params = .{{", .{name});
        var params = proto.iterate(&tree);
        var index: usize = 0;
        while (params.next()) |param| : (index += 1) {
            if (param.name_token) |token| {
                try writer.print(
                    " \"{f}\",",
                    .{std.zig.fmtString(unquoted(tree.tokenSlice(token)))},
                );
            } else try writer.print(" \"arg{d}\",", .{index});
        }
        try writer.print(" }}, .doc = \"{f}\" }};\n", .{
            std.zig.fmtString(try docComment(reader.arena, tree, proto.firstToken())),
        });
    }

    /// What an expression in `container` stands for: a container, an import, a name of one of
    /// these, or a call of a function that returns one.
    fn resolve(
        reader: *Reader,
        container: *const Container,
        node: Ast.Node.Index,
        depth: u8,
    ) !Meaning {
        if (depth > 32) return .other;
        const tree = container.file.tree;
        var two: [2]Ast.Node.Index = undefined;
        var one: [1]Ast.Node.Index = undefined;
        if (tree.fullContainerDecl(&two, node)) |decl| {
            const inner = try reader.arena.create(Container);
            inner.* = .{
                .file = container.file,
                .members = try reader.arena.dupe(Ast.Node.Index, decl.ast.members),
                .around = container,
            };
            return .{ .container = inner };
        }
        if (tree.builtinCallParams(&two, node)) |params| {
            const import = std.mem.eql(u8, tree.tokenSlice(tree.nodeMainToken(node)), "@import");
            if (!import or params.len != 1) return .other;
            const path = std.zig.string_literal.parseAlloc(
                reader.arena,
                tree.tokenSlice(tree.nodeMainToken(params[0])),
            ) catch return .other;
            if (!std.mem.endsWith(u8, path, ".zig")) return .other; // another module
            const folder = std.fs.path.dirname(container.file.path) orelse ".";
            const file = reader.read(
                try std.fs.path.resolve(reader.arena, &.{ folder, path }),
            ) catch return .other;
            return .{ .container = file };
        }
        if (tree.fullCall(&one, node)) |call| switch (try reader.resolve(
            container,
            call.ast.fn_expr,
            depth + 1,
        )) {
            .function => |function| return reader.returned(
                function.container,
                function.node,
                depth + 1,
            ),
            else => return .other,
        };
        switch (tree.nodeTag(node)) {
            .identifier => {
                const name = tree.tokenSlice(tree.nodeMainToken(node));
                var place: ?*const Container = container;
                while (place) |here| : (place = here.around) {
                    if (try reader.lookUp(here, name, depth + 1)) |meaning| return meaning;
                }
            },
            .field_access => {
                const whole, const name = tree.nodeData(node).node_and_token;
                switch (try reader.resolve(container, whole, depth + 1)) {
                    .container => |inner| return try reader.lookUp(
                        inner,
                        tree.tokenSlice(name),
                        depth + 1,
                    ) orelse .other,
                    else => {},
                }
            },
            else => {},
        }
        return .other;
    }

    /// What is declared as `name` right in `container`; null where nothing is.
    fn lookUp(
        reader: *Reader,
        container: *const Container,
        name: []const u8,
        depth: u8,
    ) anyerror!?Meaning {
        const tree = container.file.tree;
        for (container.members) |node| {
            var buffer: [1]Ast.Node.Index = undefined;
            if (tree.fullFnProto(&buffer, node)) |proto| {
                const token = proto.name_token orelse continue;
                if (std.mem.eql(u8, tree.tokenSlice(token), name))
                    return .{ .function = .{ .container = container, .node = node } };
            } else if (tree.fullVarDecl(node)) |variable| {
                if (!std.mem.eql(u8, tree.tokenSlice(variable.ast.mut_token + 1), name)) continue;
                const value = variable.ast.init_node.unwrap() orelse return .other;
                return try reader.resolve(container, value, depth);
            }
        }
        return null;
    }

    /// What a function returns that ends in `return struct { … };`, as those do that make types.
    fn returned(
        reader: *Reader,
        container: *const Container,
        node: Ast.Node.Index,
        depth: u8,
    ) anyerror!Meaning {
        const tree = container.file.tree;
        if (tree.nodeTag(node) != .fn_decl) return .other;
        var buffer: [2]Ast.Node.Index = undefined;
        const statements = tree.blockStatements(
            &buffer,
            tree.nodeData(node).node_and_node[1],
        ) orelse return .other;
        if (statements.len == 0) return .other;
        const last = statements[statements.len - 1];
        if (tree.nodeTag(last) != .@"return") return .other;
        const value = tree.nodeData(last).opt_node.unwrap() orelse return .other;
        return reader.resolve(container, value, depth);
    }
};

fn isPublic(tree: Ast, visibility: ?Ast.TokenIndex) bool {
    return tree.tokenTag(visibility orelse return false) == .keyword_pub;
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
    return linesOf(arena, tree, start, first);
}

/// The text of the `//!` lines with which a file begins.
fn fileComment(arena: std.mem.Allocator, tree: Ast) ![]const u8 {
    var end: Ast.TokenIndex = 0;
    while (tree.tokenTag(end) == .container_doc_comment) end += 1;
    return linesOf(arena, tree, 0, end);
}

fn linesOf(
    arena: std.mem.Allocator,
    tree: Ast,
    start: Ast.TokenIndex,
    end: Ast.TokenIndex,
) ![]const u8 {
    var text: std.ArrayList(u8) = .empty;
    for (start..end) |token| {
        if (token != start) try text.append(arena, '\n');
        const line = std.mem.trimEnd(u8, tree.tokenSlice(@intCast(token))["///".len..], "\r");
        try text.appendSlice(arena, if (std.mem.startsWith(u8, line, " ")) line[1..] else line);
    }
    return text.items;
}

test Reader {
    var arena_state: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    var reader: Reader = .{ .arena = arena, .io = std.testing.io };
    const other = try reader.parsed("other.zig",
        \\//! Of another file.
        \\pub fn far(y: u8) void {}
        \\pub const back = @import("main.zig");
    );
    try reader.files.put(arena, "other.zig", other);
    const main_file = try reader.parsed("main.zig",
        \\//! The file.
        \\const other = @import("other.zig");
        \\/// Adds "two"
        \\/// numbers.
        \\pub fn add(a: i64, @"the other": i64) i64 {}
        \\fn hidden(x: u8) void {}
        \\pub inline fn bare(_: u8) void {}
        \\pub const alias = other.far;
        \\/// A point.
        \\pub const Point = struct {
        \\    /// To the right.
        \\    x: f64,
        \\    y: f64,
        \\    pub const Self = @This();
        \\    pub fn norm(self: Point) f64 {}
        \\};
        \\pub const List = ListOf(u8);
        \\fn ListOf(comptime T: type) type {
        \\    return struct { pub fn get(self: @This(), index: usize) T {} };
        \\}
        \\pub const inner = other;
        \\pub const std = @import("std");
        \\/// Counts.
        \\pub var counter: u32 = 0;
    );
    try reader.files.put(arena, "main.zig", main_file);
    var writer: std.Io.Writer.Allocating = .init(arena);
    try reader.describe(main_file, &writer.writer, try fileComment(arena, main_file.file.tree));
    try std.testing.expectEqualStrings(
        \\pub const @"nano_ffi.doc" = "The file.";
        \\pub const @"nano_ffi.fields" = .{ };
        \\pub const add = .{ .params = .{ "a", "the other", }, .doc = "Adds \"two\"\nnumbers." };
        \\pub const bare = .{ .params = .{ "_", }, .doc = "" };
        \\pub const alias = .{ .params = .{ "y", }, .doc = "" };
        \\pub const Point = struct {
        \\pub const @"nano_ffi.doc" = "A point.";
        \\pub const @"nano_ffi.fields" = .{ .x = "To the right.", .y = "", };
        \\pub const Self = .{ .doc = "" };
        \\pub const norm = .{ .params = .{ "self", }, .doc = "" };
        \\};
        \\pub const List = struct {
        \\pub const @"nano_ffi.doc" = "";
        \\pub const @"nano_ffi.fields" = .{ };
        \\pub const get = .{ .params = .{ "self", "index", }, .doc = "" };
        \\};
        \\pub const inner = struct {
        \\pub const @"nano_ffi.doc" = "Of another file.";
        \\pub const @"nano_ffi.fields" = .{ };
        \\pub const far = .{ .params = .{ "y", }, .doc = "" };
        \\pub const back = .{ .doc = "" };
        \\};
        \\pub const std = .{ .doc = "" };
        \\pub const counter = .{ .variable = true, .doc = "Counts." };
        \\
    , writer.written());
}
