//! A build step: reads a Zig file, and those that it imports, and writes down, as Zig, what the
//! compiler does not tell about its public declarations: the names of parameters, the `///`
//! comments, and what each container is out of, so that two modules know that it is the same.
//!
//! Usage: source FILE.zig OUT.zig [STD.zig UNUSABLE [MODULE.zig NAME OTHER.zig]...]
//!
//! STD.zig is the root file of Zig's own library; UNUSABLE has a line for each place that does not
//! compile, `path<tab>line<tab>what Zig says`, and what stands there is left out; a module with
//! the root file MODULE.zig imports the one of OTHER.zig as NAME. Without OUT.zig and the rest, it
//! writes to standard output the names of the modules that the files import.

const std = @import("std");
const Ast = std.zig.Ast;

pub fn main(init: std.process.Init) !void {
    const arena = init.arena.allocator();
    const args = try init.minimal.args.toSlice(arena);
    var reader: Reader = .{ .arena = arena, .io = init.io };
    const root = try reader.read(args[1], args[1]);
    if (args.len == 2) {
        var output = std.Io.File.stdout().writer(init.io, try arena.alloc(u8, 4096));
        for (try reader.modules(root.file)) |name| try output.interface.print("{s}\n", .{name});
        return output.interface.flush();
    }

    if (args.len > 3) reader.standard = args[3];
    if (args.len > 4) {
        reader.folder = try std.process.currentPathAlloc(init.io, arena);
        try reader.readUnusable(args[4]);
    }
    var rest = args[@min(5, args.len)..];
    while (rest.len > 0) : (rest = rest[3..])
        try reader.imports.append(arena, .{ .from = rest[0], .name = rest[1], .to = rest[2] });
    const file = try std.Io.Dir.cwd().createFile(init.io, args[2], .{});
    var writer = file.writer(init.io, try arena.alloc(u8, 4096));
    try reader.describe(root, &writer.interface, try fileComment(arena, root.file.tree));
    try reader.describeUndefined(&writer.interface);
    try writer.interface.flush();
}

const File = struct {
    path: []const u8,
    /// The root file of the module that it is of.
    module: []const u8,
    tree: Ast,
    /// See `Reader.digest`; null while nobody has asked.
    digest: ?[]const u8 = null,
    forgets: bool = false,
};

/// A struct, enum or union, or a whole file, and what is around it.
const Container = struct {
    file: *File,
    members: []const Ast.Node.Index,
    around: ?*const Container,
    /// Where it begins in the file.
    start: Ast.TokenIndex,
    /// The comment where it is declared, or of the function that returns it.
    doc: []const u8 = "",

    fn isSame(container: *const Container, other: *const Container) bool {
        return container.file == other.file and container.start == other.start;
    }
};

/// What a name stands for, as far as files tell.
const Meaning = union(enum) {
    container: *const Container,
    function: struct { container: *const Container, node: Ast.Node.Index },
    /// What cannot be touched: its kind, and why.
    broken: [2][]const u8,
    other,
};

/// Of one name of Zig's library. With so many, as std.hash has, compiling takes half a minute.
const most_functions = 600;

const Reader = struct {
    arena: std.mem.Allocator,
    io: std.Io,
    files: std.array_hash_map.String(*const Container) = .empty,
    /// The root file of Zig's own library; empty where that is not to be read.
    standard: []const u8 = "",
    /// Which other modules a module imports, all by the paths of their root files.
    imports: std.ArrayList(struct { from: []const u8, name: []const u8, to: []const u8 }) = .empty,
    /// What paths of files are relative to.
    folder: []const u8 = "",
    /// The places that do not compile, in files by their whole paths.
    unusable: std.ArrayList(struct {
        path: []const u8,
        line: usize,
        said: []const u8,
        /// What is declared there; null while nobody has asked, or where nothing is.
        node: ?Ast.Node.Index = null,
        is_asked: bool = false,
    }) = .empty,
    /// What is being written: a file may import the one that imports it.
    open: std.ArrayList(*const Container) = .empty,
    /// How many functions have been written.
    functions: usize = 0,
    /// The name of what is too large for one: its namespaces are left out.
    divided: ?[]const u8 = null,

    /// The file at `path` of a module. One with syntax errors is read as far as it goes: the
    /// compiler reports them.
    fn read(reader: *Reader, path: []const u8, module: []const u8) !*const Container {
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
        slot.value_ptr.* = try reader.parsed(path, module, source);
        return slot.value_ptr.*;
    }

    fn readUnusable(reader: *Reader, path: []const u8) !void {
        const text = try std.Io.Dir.cwd().readFileAlloc(reader.io, path, reader.arena, .unlimited);
        var lines = std.mem.tokenizeScalar(u8, text, '\n');
        while (lines.next()) |line| {
            var parts = std.mem.splitScalar(u8, line, '\t');
            try reader.unusable.append(reader.arena, .{
                .path = parts.first(),
                .line = try std.fmt.parseInt(usize, parts.next().?, 10),
                .said = parts.rest(),
            });
        }
    }

    /// What Zig says of a declaration that does not compile.
    fn unusableOf(reader: *Reader, file: *const File, node: Ast.Node.Index) !?[]const u8 {
        if (reader.unusable.items.len == 0) return null;
        const path = try std.fs.path.resolve(reader.arena, &.{ reader.folder, file.path });
        for (reader.unusable.items) |*place| {
            if (!std.mem.eql(u8, place.path, path)) continue;
            if (place.line == 0) continue; // all of the file
            if (!place.is_asked) place.node = declarationAt(file.tree, place.line);
            place.is_asked = true;
            if (place.node != node) continue;
            return try std.fmt.allocPrint(
                reader.arena,
                "Zig does not compile it: {s}",
                .{place.said},
            );
        }
        return null;
    }

    fn parsed(
        reader: *Reader,
        path: []const u8,
        module: []const u8,
        source: [:0]const u8,
    ) !*const Container {
        const file = try reader.arena.create(File);
        const tree: Ast = try .parse(reader.arena, source, .{});
        file.* = .{ .path = path, .module = module, .tree = tree };
        const container = try reader.arena.create(Container);
        container.* = .{
            .file = file,
            .members = file.tree.rootDecls(),
            .around = null,
            .start = 0,
        };
        return container;
    }

    /// The root file of what a file imports by a name that is no path; null where it is not known.
    fn moduleOf(reader: *Reader, file: *const File, name: []const u8) !?*const Container {
        const path = if (std.mem.eql(u8, name, "std")) reader.standard else for (
            reader.imports.items,
        ) |import| {
            if (std.mem.eql(u8, import.from, file.module) and std.mem.eql(u8, import.name, name))
                break import.to;
        } else return null;
        if (path.len == 0) return null;
        return reader.read(path, path) catch |err| switch (err) {
            error.OutOfMemory => |failed| failed,
            else => null, // the compiler says so
        };
    }

    /// A hash of the text of a file and of all that it imports by path. Empty where this does not
    /// say all: where there are variables, which every module has for itself, or other modules.
    fn digest(reader: *Reader, file: *File) ![]const u8 {
        if (file.digest == null) {
            const found = try reader.digestOf(file);
            file.forgets = found != null;
            file.digest = found orelse "";
        }
        return file.digest.?;
    }

    /// The same; null where there may be variables that keep memory.
    fn digestOf(reader: *Reader, first: *File) !?[]const u8 {
        if (reader.files.count() > 0 and
            !std.mem.eql(u8, first.module, reader.files.values()[0].file.module)) return null;
        var files: std.ArrayList(*File) = .empty;
        try files.append(reader.arena, first);
        var hash: std.crypto.hash.sha2.Sha256 = .init(.{});
        var has_numbers = false;
        var next: usize = 0;
        while (next < files.items.len) : (next += 1) {
            const file = files.items[next];
            hash.update(file.tree.source[0 .. file.tree.source.len + 1]);
            for (0..file.tree.nodes.len) |index| {
                const node: Ast.Node.Index = @fromBackingInt(@intCast(index));
                switch (variablesIn(file.tree, node)) {
                    .none => {},
                    .number => has_numbers = true,
                    .any => return null,
                }
                const name = try importOf(reader.arena, file.tree, node) orelse continue;
                if (!std.mem.endsWith(u8, name, ".zig")) {
                    if (std.mem.eql(u8, name, "std") or std.mem.eql(u8, name, "nano_ffi")) continue;
                    return null;
                }
                const other = reader.read(
                    try beside(reader.arena, file, name),
                    file.module,
                ) catch return null;
                if (std.mem.indexOfScalar(*File, files.items, other.file) == null)
                    try files.append(reader.arena, other.file);
            }
        }
        if (has_numbers) return "";
        return try std.fmt.allocPrint(reader.arena, "{x}", .{hash.finalResult()[0..16]});
    }

    /// The names of the modules that a file imports, or one that it imports by path.
    fn modules(reader: *Reader, first: *File) ![]const []const u8 {
        var files: std.ArrayList(*File) = .empty;
        try files.append(reader.arena, first);
        var names: std.array_hash_map.String(void) = .empty;
        var next: usize = 0;
        while (next < files.items.len) : (next += 1) {
            const file = files.items[next];
            for (0..file.tree.nodes.len) |index| {
                const node: Ast.Node.Index = @fromBackingInt(@intCast(index));
                const name = try importOf(reader.arena, file.tree, node) orelse continue;
                if (std.mem.endsWith(u8, name, ".zig")) {
                    const path = try beside(reader.arena, file, name);
                    // Where it is not there, the compiler says so.
                    const other = reader.read(path, file.module) catch continue;
                    if (std.mem.indexOfScalar(*File, files.items, other.file) == null)
                        try files.append(reader.arena, other.file);
                } else try names.put(reader.arena, name, {});
            }
        }
        return names.keys();
    }

    /// Writes one declaration per public one: of a function
    /// `pub const NAME = .{ .params = .{…}, .doc = … };`, and what it returns where that
    /// is an iterator, as `.result`; of a container a struct of its own ones, with its comment and
    /// those of its fields; of anything else the comment.
    fn describe(
        reader: *Reader,
        container: *const Container,
        writer: *std.Io.Writer,
        doc: []const u8,
    ) anyerror!void {
        const tree = container.file.tree;
        try writer.print("pub const @\"nano_ffi.doc\" = \"{f}\";\n", .{std.zig.fmtString(doc)});
        const file = try reader.digest(container.file);
        if (file.len > 0) try writer.print(
            "pub const @\"nano_ffi.origin\" = \"{s}:{d}\";\n",
            .{ file, container.start },
        );
        if (container.file.forgets) try writer.writeAll("pub const @\"nano_ffi.forgets\" = {};\n");
        try writer.writeAll("pub const @\"nano_ffi.fields\" = .{");
        for (container.members) |node| {
            const field = tree.fullContainerField(node) orelse continue;
            if (field.ast.tuple_like) continue;
            try writer.print(" .{s} = \"{f}\",", .{
                tree.tokenSlice(field.ast.main_token),
                std.zig.fmtString(try docComment(reader.arena, tree, field.firstToken())),
            });
        }
        try writer.writeAll(" };\n");
        var undefined_fields: usize = 0;
        for (container.members) |node| {
            const field = tree.fullContainerField(node) orelse continue;
            const value = field.ast.value_expr.unwrap() orelse continue;
            if (!std.mem.eql(u8, tree.getNodeSource(value), "undefined")) continue;
            if (undefined_fields == 0)
                try writer.writeAll("pub const @\"nano_ffi.undefined\" = .{");
            const name = unquoted(tree.tokenSlice(field.ast.main_token));
            try writer.print(" \"{f}\",", .{std.zig.fmtString(name)});
            undefined_fields += 1;
        }
        if (undefined_fields > 0) try writer.writeAll(" };\n");
        try reader.open.append(reader.arena, container);
        defer _ = reader.open.pop();
        for (container.members) |node| try reader.describeMember(container, node, writer);
    }

    /// Writes which fields of structs that are not public are undefined at first: `Name.field`,
    /// with the name of the innermost declaration around them.
    fn describeUndefined(reader: *Reader, writer: *std.Io.Writer) !void {
        var all: std.array_hash_map.String(void) = .empty;
        var files: std.ArrayList(*File) = .empty;
        for (reader.files.values()) |container| try files.append(reader.arena, container.file);
        var next: usize = 0;
        while (next < files.items.len) : (next += 1) {
            const file = files.items[next];
            if (std.mem.eql(u8, file.module, reader.standard)) continue;
            for (0..file.tree.nodes.len) |index| {
                const node: Ast.Node.Index = @fromBackingInt(@intCast(index));
                try addUndefined(reader.arena, file, node, &all);
                const name = try importOf(reader.arena, file.tree, node) orelse continue;
                if (std.mem.eql(u8, name, "std")) continue;
                const other = if (std.mem.endsWith(u8, name, ".zig"))
                    reader.read(
                        try beside(reader.arena, file, name),
                        file.module,
                    ) catch continue // the compiler says so
                else
                    try reader.moduleOf(file, name) orelse continue;
                if (std.mem.indexOfScalar(*File, files.items, other.file) == null)
                    try files.append(reader.arena, other.file);
            }
        }
        try writer.writeAll("pub const @\"nano_ffi.undefined_fields\" = [_][]const u8{");
        for (all.keys()) |name| try writer.print(" \"{f}\",", .{std.zig.fmtString(name)});
        try writer.writeAll(" };\n");
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
                container,
                tree.tokenSlice(name),
                node,
                "",
                writer,
            );
            return;
        }
        const variable = tree.fullVarDecl(node) orelse return;
        if (!isPublic(tree, variable.visib_token)) return;
        const name = tree.tokenSlice(variable.ast.mut_token + 1);
        const doc = try docComment(reader.arena, tree, variable.firstToken());
        const is_external = if (variable.extern_export_token) |token|
            tree.tokenTag(token) == .keyword_extern
        else
            false;
        if (tree.tokenTag(variable.ast.mut_token) == .keyword_var or is_external)
            return writeLeftOut(
                writer,
                name,
                "variable",
                "it is a variable: write functions that get and set it",
                doc,
            );
        if (try reader.unusableOf(container.file, node)) |text|
            return writeLeftOut(writer, name, "declaration", text, doc);
        const meaning: Meaning = if (variable.ast.init_node.unwrap()) |value|
            try reader.resolve(container, value, 0)
        else
            .other;
        switch (meaning) {
            .function => |function| return reader.describeFunction(
                function.container,
                name,
                function.node,
                doc,
                writer,
            ),
            .broken => |broken| return writeLeftOut(writer, name, broken[0], broken[1], doc),
            .container => |inner| if (!reader.isOpen(inner)) {
                if (try reader.whyNotWhole(container, inner, name, variable)) |reason|
                    return writeLeftOut(writer, name, "namespace", reason, doc);
                return reader.describeInner(inner, name, variable, doc, writer);
            },
            .other => if (variable.ast.init_node.unwrap()) |value| {
                if (isUndefinedInPart(tree, value)) return writeLeftOut(
                    writer,
                    name,
                    "constant",
                    "it is undefined in part: write a function that returns what is there",
                    doc,
                );
            },
        }
        try writer.print(
            "pub const {s} = .{{ .doc = \"{f}\" }};\n",
            .{ name, std.zig.fmtString(doc) },
        );
    }

    /// Writes what a container has under a name. Of a namespace of Zig's library with more
    /// functions than anybody would wait for, its own namespaces are left out.
    fn describeInner(
        reader: *Reader,
        inner: *const Container,
        name: []const u8,
        variable: Ast.full.VarDecl,
        doc: []const u8,
        writer: *std.Io.Writer,
    ) !void {
        const container = reader.open.items[reader.open.items.len - 1];
        const is_whole = reader.divided != null or !reader.isStandard(inner.file) or
            reader.isStandard(container.file);
        var text: std.Io.Writer.Allocating = .init(reader.arena);
        const before = reader.functions;
        const own_doc = if (doc.len > 0)
            doc
        else if (inner.around == null)
            try fileComment(reader.arena, inner.file.tree)
        else
            inner.doc;
        try reader.describe(inner, &text.writer, own_doc);
        if (!is_whole and reader.functions - before > most_functions) {
            reader.divided = container.file.tree.getNodeSource(variable.ast.init_node.unwrap().?);
            defer reader.divided = null;
            text.clearRetainingCapacity();
            try reader.describe(inner, &text.writer, own_doc);
        }
        try writer.print("pub const {s} = struct {{\n{s}}};\n", .{ name, text.written() });
    }

    /// Why a container that is not the user's has no name in Python; null where it has.
    fn whyNotWhole(
        reader: *Reader,
        container: *const Container,
        inner: *const Container,
        name: []const u8,
        variable: Ast.full.VarDecl,
    ) !?[]const u8 {
        if (reader.isStandard(inner.file) and std.mem.endsWith(u8, inner.file.path, "spirv.zig"))
            return "it is for other processors";
        if (reader.divided) |whole| if (isNamespace(inner)) return try std.fmt.allocPrint(
            reader.arena,
            "of {s} there is more than is compiled for one name: give those parts that you need " ++
                "names of their own, as in pub const {s} = {s}.{s};",
            .{ whole, name, whole, name },
        );
        const path = try std.fs.path.resolve(reader.arena, &.{ reader.folder, inner.file.path });
        const called = container.file.tree.getNodeSource(variable.ast.init_node.unwrap().?);
        for (reader.unusable.items) |place| {
            if (place.line != 0 or !std.mem.eql(u8, place.path, path) or
                !reader.isStandard(inner.file)) continue;
            return try std.fmt.allocPrint(
                reader.arena,
                "Zig does not compile much of it, as: {s}: give what you need a name, as in " ++
                    "pub const name = {s}.name;",
                .{ place.said, called },
            );
        }
        return null;
    }

    fn isStandard(reader: *Reader, file: *const File) bool {
        return reader.standard.len > 0 and std.mem.eql(u8, file.module, reader.standard);
    }

    /// Whether nothing more is said of a container: it is being written, or all of Zig's library.
    fn isOpen(reader: *Reader, container: *const Container) bool {
        if (container.around == null and
            std.mem.eql(u8, container.file.path, reader.standard)) return true;
        for (reader.open.items) |other| if (container.isSame(other)) return true;
        return false;
    }

    /// `own_doc` is the comment of another name of the function.
    fn describeFunction(
        reader: *Reader,
        container: *const Container,
        name: []const u8,
        node: Ast.Node.Index,
        own_doc: []const u8,
        writer: *std.Io.Writer,
    ) anyerror!void {
        const tree = container.file.tree;
        var buffer: [1]Ast.Node.Index = undefined;
        const proto = tree.fullFnProto(&buffer, node).?;
        reader.functions += 1;
        const doc = if (own_doc.len > 0)
            own_doc
        else
            try docComment(reader.arena, tree, proto.firstToken());
        if (try reader.refusal(tree, node) orelse
            try reader.unusableOf(container.file, node)) |text|
            return writeLeftOut(writer, name, "function", text, doc);
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
        try writer.writeAll(" }, ");
        inline for (.{ .{ "writers", std.Io.Writer }, .{ "readers", std.Io.Reader } }) |stream|
            try reader.describeStreams(tree, node, stream[0], stream[1], writer);
        try describeCalled(tree, node, writer);
        if (isExtern(tree, proto)) {
            const library = if (proto.lib_name) |token|
                std.zig.string_literal.parseAlloc(reader.arena, tree.tokenSlice(token)) catch ""
            else
                "";
            try writer.print(".library = \"{f}\", ", .{std.zig.fmtString(library)});
        }
        try reader.describeIterator(container, proto, writer);
        try writer.print(".doc = \"{f}\" }};\n", .{std.zig.fmtString(doc)});
    }

    /// Writes what a function returns, where that has a public `next`.
    fn describeIterator(
        reader: *Reader,
        container: *const Container,
        proto: Ast.full.FnProto,
        writer: *std.Io.Writer,
    ) !void {
        const tree = container.file.tree;
        var result = proto.ast.return_type.unwrap() orelse return;
        if (tree.nodeTag(result) == .error_union) result = tree.nodeData(result).node_and_node[1];
        const meaning = try reader.resolve(container, result, 0);
        if (meaning != .container or reader.isOpen(meaning.container)) return;
        const inner = meaning.container;
        const next = try reader.lookUp(inner, "next", 0) orelse return;
        if (next != .function) return;
        try writer.writeAll(".result = struct {\n");
        try reader.describe(inner, writer, inner.doc);
        try writer.writeAll("}, ");
    }

    /// Writes which parameters without a type are used as nothing but a `Stream`.
    fn describeStreams(
        reader: *Reader,
        tree: Ast,
        node: Ast.Node.Index,
        hint: []const u8,
        comptime Stream: type,
        writer: *std.Io.Writer,
    ) !void {
        if (tree.nodeTag(node) != .fn_decl) return;
        var buffer: [1]Ast.Node.Index = undefined;
        const proto = tree.fullFnProto(&buffer, node).?;
        var params = proto.iterate(&tree);
        while (params.next()) |param| if (param.comptime_noalias) |token| {
            if (tree.tokenTag(token) == .keyword_comptime) return;
        };
        params = proto.iterate(&tree);
        var index: usize = 0;
        var found: usize = 0;
        while (params.next()) |param| : (index += 1) {
            if (param.anytype_ellipsis3 == null) continue;
            const name = tree.tokenSlice(param.name_token orelse continue);
            var open: std.ArrayList(Ast.Node.Index) = .empty;
            if (try reader.useOf(tree, node, name, Stream, &open) != .stream) continue;
            if (found == 0) try writer.print(".{s} = [_]usize{{", .{hint});
            try writer.print(" {d},", .{index});
            found += 1;
        }
        if (found > 0) try writer.writeAll(" }, ");
    }

    /// Writes which parameters a function does nothing with but to call them, or to give them to
    /// functions of Zig's library: it keeps none of them.
    fn describeCalled(tree: Ast, node: Ast.Node.Index, writer: *std.Io.Writer) !void {
        if (tree.nodeTag(node) != .fn_decl) return;
        var buffer: [1]Ast.Node.Index = undefined;
        const proto = tree.fullFnProto(&buffer, node).?;
        var params = proto.iterate(&tree);
        var index: usize = 0;
        var found: usize = 0;
        while (params.next()) |param| : (index += 1) {
            const name = tree.tokenSlice(param.name_token orelse continue);
            if (!isOnlyCalled(tree, node, name)) continue;
            if (found == 0) try writer.writeAll(".called = [_]usize{");
            try writer.print(" {d},", .{index});
            found += 1;
        }
        if (found > 0) try writer.writeAll(" }, ");
    }

    fn isOnlyCalled(tree: Ast, node: Ast.Node.Index, name: []const u8) bool {
        const body = tree.nodeData(node).node_and_node[1];
        var token = tree.firstToken(body);
        var is_used = false;
        while (token < tree.lastToken(body)) : (token += 1) {
            if (tree.tokenTag(token) != .identifier) continue;
            if (!std.mem.eql(u8, tree.tokenSlice(token), name)) continue;
            const before = tree.tokenTag(token - 1);
            if (before == .period) continue; // a field, or a tag
            is_used = true;
            switch (tree.tokenTag(token + 1)) {
                .l_paren => {},
                .comma, .r_paren => {
                    if (before != .comma and before != .l_paren) return false;
                    const place = parenthesisOf(tree, token) orelse return false;
                    if (!isOfLibrary(tree, place)) return false;
                },
                else => return false,
            }
        }
        return is_used;
    }

    /// Whether what is called at a parenthesis is named by its whole path, `std.mem.sort(`.
    fn isOfLibrary(tree: Ast, parenthesis: Ast.TokenIndex) bool {
        var place = parenthesis - 1;
        while (place > 1 and tree.tokenTag(place) == .identifier and
            tree.tokenTag(place - 1) == .period) place -= 2;
        return place + 1 < parenthesis and std.mem.eql(u8, tree.tokenSlice(place), "std");
    }

    /// Where the arguments begin that `token` is one of; null where it is in something else.
    fn parenthesisOf(tree: Ast, token: Ast.TokenIndex) ?Ast.TokenIndex {
        var depth: usize = 0;
        var place = token;
        while (place > 1) {
            place -= 1;
            switch (tree.tokenTag(place)) {
                .r_paren, .r_brace, .r_bracket => depth += 1,
                .l_paren => if (depth == 0) return place else {
                    depth -= 1;
                },
                .l_brace, .l_bracket => if (depth == 0) return null else {
                    depth -= 1;
                },
                .semicolon => if (depth == 0) return null,
                else => {},
            }
        }
        return null;
    }

    /// What a function does with a parameter: nothing but to call methods of a stream, and to give
    /// it to functions of the file that do the same; or to give it to those that give it back.
    const Use = enum { other, circle, stream };

    /// `open` are the functions that are being looked at.
    fn useOf(
        reader: *Reader,
        tree: Ast,
        node: Ast.Node.Index,
        name: []const u8,
        comptime Stream: type,
        open: *std.ArrayList(Ast.Node.Index),
    ) !Use {
        if (std.mem.indexOfScalar(Ast.Node.Index, open.items, node)) |first|
            return if (isCallable(tree, open.items[first..])) .circle else .other;
        try open.append(reader.arena, node);
        const body = tree.nodeData(node).node_and_node[1];
        const end = tree.lastToken(body);
        var token = tree.firstToken(body);
        var use: ?Use = null;
        while (token < end) : (token += 1) {
            if (tree.tokenTag(token) != .identifier) continue;
            if (!std.mem.eql(u8, tree.tokenSlice(token), name)) continue;
            const before = tree.tokenTag(token - 1);
            if (before == .period) continue; // a field, or a tag
            switch (tree.tokenTag(token + 1)) {
                .period => {
                    if (tree.tokenTag(token + 3) != .l_paren) return .other;
                    const method = tree.tokenSlice(token + 2);
                    inline for (@typeInfo(Stream).@"struct".decl_names) |known| {
                        if (std.mem.eql(u8, method, known)) break;
                    } else return .other;
                    use = .stream;
                },
                .comma, .r_paren => {
                    if (before != .comma and before != .l_paren) return .other;
                    const further = try reader.useOfCall(tree, token, Stream, open);
                    if (further == .other) return .other;
                    if (use != .stream) use = further;
                },
                else => return .other,
            }
        }
        return use orelse .other;
    }

    /// Whether functions that call each other in a circle can be called: Zig infers no errors of
    /// several that wait for one another.
    fn isCallable(tree: Ast, circle: []const Ast.Node.Index) bool {
        if (circle.len == 1) return true;
        for (circle) |node| {
            var buffer: [1]Ast.Node.Index = undefined;
            const proto = tree.fullFnProto(&buffer, node).?;
            const result = proto.ast.return_type.unwrap() orelse continue;
            if (tree.tokenTag(tree.firstToken(result) - 1) != .bang) return true;
        }
        return false;
    }

    /// What functions of the file do with the argument at `token` of a call of them.
    fn useOfCall(
        reader: *Reader,
        tree: Ast,
        token: Ast.TokenIndex,
        comptime Stream: type,
        open: *std.ArrayList(Ast.Node.Index),
    ) anyerror!Use {
        const place = parenthesisOf(tree, token) orelse return .other;
        if (tree.tokenTag(place - 1) != .identifier) return .other;
        const callee = tree.tokenSlice(place - 1);
        var use: ?Use = null;
        for (0..tree.nodes.len) |number| {
            const node: Ast.Node.Index = @fromBackingInt(@intCast(number));
            if (tree.nodeTag(node) != .fn_decl) continue;
            var buffer: [1]Ast.Node.Index = undefined;
            const proto = tree.fullFnProto(&buffer, node).?;
            const own = tree.tokenSlice(proto.name_token orelse continue);
            if (!std.mem.eql(u8, own, callee)) continue;
            if (use == null) use = .circle;
            var has_any = false;
            var params = proto.iterate(&tree);
            while (params.next()) |param| {
                if (param.anytype_ellipsis3 == null) continue;
                has_any = true;
                const name = tree.tokenSlice(param.name_token orelse return .other);
                const own_use = try reader.useOf(tree, node, name, Stream, open);
                if (own_use == .other) return .other;
                if (own_use == .stream) use = .stream;
            }
            if (!has_any) use = .stream; // its type says so
        }
        return use orelse .other;
    }

    /// What a function says that is nothing but a @compileError.
    fn refusal(reader: *Reader, tree: Ast, node: Ast.Node.Index) !?[]const u8 {
        if (tree.nodeTag(node) != .fn_decl) return null;
        var buffer: [2]Ast.Node.Index = undefined;
        const body = tree.nodeData(node).node_and_node[1];
        for (tree.blockStatements(&buffer, body) orelse return null) |statement| {
            if (tree.nodeTag(statement) == .assign) {
                const target = tree.nodeData(statement).node_and_node[0];
                if (std.mem.eql(u8, tree.getNodeSource(target), "_")) continue;
            }
            return reader.compileError(tree, statement);
        }
        return null;
    }

    /// What a @compileError says; null of any other expression.
    fn compileError(reader: *Reader, tree: Ast, node: Ast.Node.Index) !?[]const u8 {
        var two: [2]Ast.Node.Index = undefined;
        const params = tree.builtinCallParams(&two, node) orelse return null;
        const builtin = tree.tokenSlice(tree.nodeMainToken(node));
        if (!std.mem.eql(u8, builtin, "@compileError")) return null;
        const text = if (params.len == 1 and tree.nodeTag(params[0]) == .string_literal)
            std.zig.string_literal.parseAlloc(
                reader.arena,
                tree.tokenSlice(tree.nodeMainToken(params[0])),
            ) catch null
        else
            null;
        return try std.fmt.allocPrint(
            reader.arena,
            "it is a @compileError: {s}",
            .{text orelse "use what it names"},
        );
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
                .start = decl.ast.main_token,
            };
            return .{ .container = inner };
        }
        if (try reader.compileError(tree, node)) |text| return .{ .broken = .{ "constant", text } };
        if (try importOf(reader.arena, tree, node)) |name| {
            const file = if (std.mem.endsWith(u8, name, ".zig"))
                reader.read(
                    try beside(reader.arena, container.file, name),
                    container.file.module,
                ) catch return .other
            else
                try reader.moduleOf(container.file, name) orelse return .other;
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
        // Which one is chosen, only the compiler knows: they look the same, or are of no use.
        if (tree.fullIf(node)) |choice| {
            const first = try reader.resolve(container, choice.ast.then_expr, depth + 1);
            if (first == .container) return first;
            const second = choice.ast.else_expr.unwrap() orelse return .other;
            const meaning = try reader.resolve(container, second, depth + 1);
            return if (meaning == .container) meaning else .other;
        }
        if (tree.fullSwitch(node)) |choice| {
            for (choice.ast.cases) |case| {
                const value = tree.fullSwitchCase(case).?.ast.target_expr;
                const meaning = try reader.resolve(container, value, depth + 1);
                if (meaning == .container) return meaning;
            }
            return .other;
        }
        switch (tree.nodeTag(node)) {
            .identifier => {
                const name = tree.tokenSlice(tree.nodeMainToken(node));
                if (std.mem.eql(u8, name, "undefined"))
                    return .{ .broken = .{ "constant", "it is undefined: give it a value" } };
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
                return try reader.documented(
                    try reader.resolve(container, value, depth),
                    tree,
                    variable.firstToken(),
                );
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
        return reader.documented(
            try reader.resolve(container, value, depth),
            tree,
            tree.firstToken(node),
        );
    }

    /// A container that has no comment has the one above `first`, in `tree`.
    fn documented(
        reader: *Reader,
        meaning: Meaning,
        tree: Ast,
        first: Ast.TokenIndex,
    ) !Meaning {
        if (meaning != .container) return meaning;
        const container = try reader.arena.create(Container);
        container.* = meaning.container.*;
        if (container.doc.len == 0) container.doc = try docComment(reader.arena, tree, first);
        return .{ .container = container };
    }
};

/// Whether a struct is written with a field that is undefined.
fn isUndefinedInPart(tree: Ast, node: Ast.Node.Index) bool {
    var buffer: [2]Ast.Node.Index = undefined;
    const init = tree.fullStructInit(&buffer, node) orelse return false;
    for (init.ast.fields) |field| {
        if (std.mem.eql(u8, tree.getNodeSource(field), "undefined")) return true;
        if (isUndefinedInPart(tree, field)) return true;
    }
    return false;
}

/// Whether a container has no fields.
fn isNamespace(container: *const Container) bool {
    for (container.members) |node|
        if (container.file.tree.fullContainerField(node) != null) return false;
    return true;
}

/// The innermost declaration of a container that has a line, counted from one.
fn declarationAt(tree: Ast, line: usize) ?Ast.Node.Index {
    var found: ?Ast.Node.Index = null;
    var length: usize = std.math.maxInt(usize);
    var lines = std.mem.splitScalar(u8, tree.source, '\n');
    for (1..line) |_| _ = lines.next() orelse return null;
    const text = lines.next() orelse return null;
    const start = @intFromPtr(text.ptr) - @intFromPtr(tree.source.ptr);
    for (0..tree.nodes.len) |number| {
        const node: Ast.Node.Index = @fromBackingInt(@intCast(number));
        var two: [2]Ast.Node.Index = undefined;
        const members = if (tree.nodeTag(node) == .root)
            tree.rootDecls()
        else if (tree.fullContainerDecl(&two, node)) |decl| decl.ast.members else continue;
        for (members) |member| {
            switch (tree.nodeTag(member)) {
                .container_field_init, .container_field_align, .container_field => continue,
                else => {},
            }
            const first = tree.tokenStart(tree.firstToken(member));
            const last = tree.tokenStart(tree.lastToken(member));
            if (first > start + text.len or last < start or last - first >= length) continue;
            length = last - first;
            found = member;
        }
    }
    return found;
}

/// Adds a field that is undefined at first.
fn addUndefined(
    arena: std.mem.Allocator,
    file: *const File,
    node: Ast.Node.Index,
    all: *std.array_hash_map.String(void),
) !void {
    const tree = file.tree;
    const field = tree.fullContainerField(node) orelse return;
    const value = field.ast.value_expr.unwrap() orelse return;
    if (!std.mem.eql(u8, tree.getNodeSource(value), "undefined")) return;
    const place = field.ast.main_token;
    var around: []const u8 = std.fs.path.stem(file.path);
    var innermost: Ast.TokenIndex = 0;
    for (0..tree.nodes.len) |index| {
        const other: Ast.Node.Index = @fromBackingInt(@intCast(index));
        var buffer: [1]Ast.Node.Index = undefined;
        const name = if (tree.fullFnProto(&buffer, other)) |proto|
            proto.name_token orelse continue
        else if (tree.fullVarDecl(other)) |variable| variable.ast.mut_token + 1 else continue;
        const first = tree.firstToken(other);
        if (first < innermost or first > place or tree.lastToken(other) < place) continue;
        innermost = first;
        around = unquoted(tree.tokenSlice(name));
    }
    const own = unquoted(tree.tokenSlice(place));
    try all.put(arena, try std.fmt.allocPrint(arena, "{s}.{s}", .{ around, own }), {});
}

/// What a node imports; null where it is no @import.
fn importOf(arena: std.mem.Allocator, tree: Ast, node: Ast.Node.Index) !?[]const u8 {
    var two: [2]Ast.Node.Index = undefined;
    const params = tree.builtinCallParams(&two, node) orelse return null;
    const is_import = std.mem.eql(u8, tree.tokenSlice(tree.nodeMainToken(node)), "@import");
    if (!is_import or params.len != 1) return null;
    return std.zig.string_literal.parseAlloc(
        arena,
        tree.tokenSlice(tree.nodeMainToken(params[0])),
    ) catch |err| switch (err) {
        error.OutOfMemory => |failed| failed,
        error.InvalidLiteral => null,
    };
}

/// The path of what `file` imports.
fn beside(arena: std.mem.Allocator, file: *const File, name: []const u8) ![]const u8 {
    return std.fs.path.resolve(arena, &.{ std.fs.path.dirname(file.path) orelse ".", name });
}

const Variable = enum {
    none,
    /// It keeps no memory.
    number,
    any,
};

/// What variables a container has; those of C may be any.
fn variablesIn(tree: Ast, node: Ast.Node.Index) Variable {
    var one: [1]Ast.Node.Index = undefined;
    if (tree.fullFnProto(&one, node)) |proto| return if (isExtern(tree, proto)) .any else .none;
    var two: [2]Ast.Node.Index = undefined;
    const members = if (tree.nodeTag(node) == .root)
        tree.rootDecls()
    else if (tree.fullContainerDecl(&two, node)) |decl| decl.ast.members else return .none;
    var found: Variable = .none;
    for (members) |member| {
        const variable = tree.fullVarDecl(member) orelse continue;
        if (variable.extern_export_token != null) return .any;
        if (tree.tokenTag(variable.ast.mut_token) != .keyword_var) continue;
        const T = variable.ast.type_node.unwrap() orelse return .any;
        if (!isNumber(tree.getNodeSource(T))) return .any;
        found = .number;
    }
    return found;
}

/// Whether a type, as it is written, is one of Zig's numbers, or an atomic one.
fn isNumber(written: []const u8) bool {
    const atomic = "std.atomic.Value(";
    const name = if (std.mem.startsWith(u8, written, atomic) and written[written.len - 1] == ')')
        written[atomic.len .. written.len - 1]
    else
        written;
    const names = [_][]const u8{ "bool", "usize", "isize", "c_int", "c_uint", "c_long", "c_ulong" };
    for (names) |own| if (std.mem.eql(u8, name, own)) return true;
    // Zig lets nothing else have such a name.
    return name.len > 1 and std.mem.indexOfScalar(u8, "iuf", name[0]) != null and
        for (name[1..]) |digit| {
            if (!std.ascii.isDigit(digit)) break false;
        } else true;
}

fn isExtern(tree: Ast, proto: Ast.full.FnProto) bool {
    return tree.tokenTag(proto.extern_export_inline_token orelse return false) == .keyword_extern;
}

fn writeLeftOut(
    writer: *std.Io.Writer,
    name: []const u8,
    kind: []const u8,
    reason: []const u8,
    doc: []const u8,
) !void {
    try writer.print("pub const {s} = .{{ .left_out = .{{ \"{s}\", \"{f}\" }}, ", .{
        name,
        kind,
        std.zig.fmtString(reason),
    });
    try writer.print(".doc = \"{f}\" }};\n", .{std.zig.fmtString(doc)});
}

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
    const other = try reader.parsed("other.zig", "main.zig",
        \\//! Of another file.
        \\pub fn far(y: u8) void {}
        \\pub const back = @import("main.zig");
    );
    try reader.files.put(arena, "other.zig", other);
    const main_file = try reader.parsed("main.zig", "main.zig",
        \\//! The file.
        \\const other = @import("other.zig");
        \\/// Adds "two"
        \\/// numbers.
        \\pub fn add(a: i64, @"the other": i64) i64 {}
        \\fn hidden(x: u8) void {}
        \\pub inline fn bare(_: u8) void {}
        \\pub fn words() !Words {}
        \\const Words = struct { pub fn next(self: *Words) ?u8 {} };
        \\pub const alias = other.far;
        \\/// A point.
        \\pub const Point = struct {
        \\    /// To the right.
        \\    x: f64,
        \\    y: f64 = undefined,
        \\    pub const Self = @This();
        \\    pub const Again = Point;
        \\    pub fn norm(self: Point) f64 {}
        \\};
        \\pub const List = ListOf(u8);
        \\/// Of any.
        \\fn ListOf(comptime T: type) type {
        \\    return struct { pub fn get(self: @This(), index: usize) T {} };
        \\}
        \\pub const inner = other;
        \\pub const std = @import("std");
        \\/// Counts.
        \\pub var counter: u32 = 0;
        \\pub const old = @compileError("use \"add\"");
        \\pub const older = old;
        \\pub fn gone(x: u8) void { _ = x; @compileError("gone"); }
        \\pub extern "kernel32" fn Sleep(ms: u32) void;
    );
    try reader.files.put(arena, "main.zig", main_file);
    var writer: std.Io.Writer.Allocating = .init(arena);
    try reader.describe(main_file, &writer.writer, try fileComment(arena, main_file.file.tree));
    try std.testing.expectEqualStrings(
        \\pub const @"nano_ffi.doc" = "The file.";
        \\pub const @"nano_ffi.fields" = .{ };
        \\pub const add = .{ .params = .{ "a", "the other", }, .doc = "Adds \"two\"\nnumbers." };
        \\pub const bare = .{ .params = .{ "_", }, .doc = "" };
        \\pub const words = .{ .params = .{ }, .result = struct {
        \\pub const @"nano_ffi.doc" = "";
        \\pub const @"nano_ffi.fields" = .{ };
        \\pub const next = .{ .params = .{ "self", }, .doc = "" };
        \\}, .doc = "" };
        \\pub const alias = .{ .params = .{ "y", }, .doc = "" };
        \\pub const Point = struct {
        \\pub const @"nano_ffi.doc" = "A point.";
        \\pub const @"nano_ffi.fields" = .{ .x = "To the right.", .y = "", };
        \\pub const @"nano_ffi.undefined" = .{ "y", };
        \\pub const Self = .{ .doc = "" };
        \\pub const Again = .{ .doc = "" };
        \\pub const norm = .{ .params = .{ "self", }, .doc = "" };
        \\};
        \\pub const List = struct {
        \\pub const @"nano_ffi.doc" = "Of any.";
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
        \\pub const counter = .{ .left_out = .{ "variable", "it is a variable: write functions that get and set it" }, .doc = "Counts." };
        \\pub const old = .{ .left_out = .{ "constant", "it is a @compileError: use \"add\"" }, .doc = "" };
        \\pub const older = .{ .left_out = .{ "constant", "it is a @compileError: use \"add\"" }, .doc = "" };
        \\pub const gone = .{ .left_out = .{ "function", "it is a @compileError: gone" }, .doc = "" };
        \\pub const Sleep = .{ .params = .{ "ms", }, .library = "kernel32", .doc = "" };
        \\
    , writer.written());
}

test "what does not compile" {
    var arena_state: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    var reader: Reader = .{ .arena = arena, .io = std.testing.io, .folder = "/in" };
    for ([_]usize{ 3, 5, 9 }) |line| try reader.unusable.append(arena, .{
        .path = "/in/main.zig",
        .line = line,
        .said = "no \"x\"",
    });
    try reader.unusable.append(arena, .{ .path = "/main.zig", .line = 1, .said = "not here" });
    const file = try reader.parsed("main.zig", "main.zig",
        \\pub fn fine() void {}
        \\pub fn f() void {
        \\    x();
        \\}
        \\pub const g = x;
        \\pub const S = struct {
        \\    a: u8,
        \\    pub fn h() void {
        \\        x();
        \\    }
        \\};
    );
    var writer: std.Io.Writer.Allocating = .init(arena);
    try reader.describe(file, &writer.writer, "");
    const refused = "\"Zig does not compile it: no \\\"x\\\"\" }, .doc = \"\" };\n";
    const expected = [_][]const u8{
        "pub const fine = .{ .params = .{ }, .doc = \"\" };\n",
        "pub const f = .{ .left_out = .{ \"function\", " ++ refused,
        "pub const g = .{ .left_out = .{ \"declaration\", " ++ refused,
        "pub const h = .{ .left_out = .{ \"function\", " ++ refused,
        "pub const S = struct {",
    };
    for (expected) |line| try std.testing.expect(std.mem.find(u8, writer.written(), line) != null);
}

test "what is too large, or does not compile, as a whole" {
    var arena_state: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    var reader: Reader = .{
        .arena = arena,
        .io = std.testing.io,
        .folder = "/in",
        .standard = "std.zig",
    };
    try reader.unusable.append(arena, .{ .path = "/in/c.zig", .line = 0, .said = "no" });
    const functions = comptime text: {
        var text: [:0]const u8 = "";
        for (0..601) |_| text = text ++ "pub fn f() void {}\n";
        break :text text;
    };
    const files = [_][3][:0]const u8{
        .{
            "std.zig",
            "std.zig",
            "pub const c = @import(\"c.zig\"); pub const a = @import(\"a.zig\");",
        },
        .{ "c.zig", "std.zig", "pub fn g() void {}" },
        .{ "a.zig", "std.zig", "pub fn h() void {}\npub const b = @import(\"b.zig\");" },
        .{ "b.zig", "std.zig", functions },
    };
    for (files) |file|
        try reader.files.put(arena, file[0], try reader.parsed(file[0], file[1], file[2]));
    const main_file = try reader.parsed("main.zig", "main.zig",
        \\const std = @import("std");
        \\pub const c = std.c;
        \\pub const a = std.a;
        \\pub const b = std.a.b;
    );
    var writer: std.Io.Writer.Allocating = .init(arena);
    try reader.describe(main_file, &writer.writer, "");
    for ([_][]const u8{
        "pub const c = .{ .left_out = .{ \"namespace\", ",
        " \"Zig does not compile much of it, as: no: give what you need a name, as in pub ",
        "pub const a = struct {",
        "pub const h = .{ .params",
        "\"of std.a there is more than is compiled for one name: ",
        "as in pub const b = std.a.b;\" }",
        "pub const b = struct {",
    }) |line| try std.testing.expect(std.mem.find(u8, writer.written(), line) != null);
}

test "fields that are undefined at first" {
    var arena_state: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    var reader: Reader = .{ .arena = arena, .io = std.testing.io };
    const other = try reader.parsed("in/point.zig", "main.zig", "x: u8 = undefined, y: u8 = 0,");
    try reader.files.put(arena, "in/point.zig", other);
    const main_file = try reader.parsed("main.zig", "main.zig",
        \\const Point = @import("in/point.zig");
        \\const Hidden = struct { @"a b": u8 = undefined, b: u8 = 1 };
        \\fn Of(comptime T: type) type { return struct { items: [8]T = undefined }; }
        \\fn draw(options: struct { width: u8 = undefined }) void { _ = options; }
    );
    try reader.files.put(arena, "main.zig", main_file);
    var writer: std.Io.Writer.Allocating = .init(arena);
    try reader.describeUndefined(&writer.writer);
    try std.testing.expectEqualStrings(
        \\pub const @"nano_ffi.undefined_fields" = [_][]const u8{ "point.x", "Hidden.a b", "Of.items", "draw.width", };
        \\
    , writer.written());
}

test "modules that are imported" {
    var arena_state: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    var reader: Reader = .{ .arena = arena, .io = std.testing.io };
    const other = try reader.parsed("in/other.zig", "main.zig", "const far = @import(\"far\");");
    try reader.files.put(arena, "in/other.zig", other);
    const main_file = try reader.parsed("main.zig", "main.zig",
        \\const std = @import("std");
        \\const other = @import("in/other.zig");
        \\const missing = @import("missing.zig");
    );
    const names = try reader.modules(main_file.file);
    try std.testing.expectEqual(2, names.len);
    try std.testing.expectEqualStrings("std", names[0]);
    try std.testing.expectEqualStrings("far", names[1]);
}

test isNumber {
    const numbers = [_][]const u8{ "u8", "i64", "f32", "usize", "bool", "std.atomic.Value(u64)" };
    for (numbers) |name| try std.testing.expect(isNumber(name));
    const others = [_][]const u8{ "[]const u8", "T", "i", "u8x", "?*u8", "std.atomic.Value(*u8)" };
    for (others) |name| try std.testing.expect(!isNumber(name));
}

test "what a container is out of" {
    var arena_state: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    var reader: Reader = .{ .arena = arena, .io = std.testing.io };
    const point = try reader.parsed("in/point.zig", "main.zig",
        \\const std = @import("std");
        \\pub const Point = struct { x: f64 };
    );
    const texts = [_][:0]const u8{
        "pub const geo = @import(\"in/point.zig\");",
        "pub const geo = @import(\"in/point.zig\");\nvar state: u8 = 0;",
        "fn f() void {\n    const Static = struct { var state: u8 = 0; };\n    _ = Static;\n}",
        "const other = @import(\"other\");",
        "extern fn f() void;",
        "const missing = @import(\"missing.zig\");",
        "fn f() void {\n    var local: u8 = 0;\n    _ = &local;\n}",
    };
    const has_digest = [texts.len]bool{ true, false, false, false, false, false, true };
    const forgets = [texts.len]bool{ true, true, true, false, false, false, true };
    try reader.files.put(arena, "in/point.zig", point);
    for (texts, has_digest, forgets) |text, expected, forgotten| {
        const file = try reader.parsed("main.zig", "main.zig", text);
        try std.testing.expectEqual(expected, (try reader.digest(file.file)).len == 32);
        try std.testing.expectEqual(forgotten, file.file.forgets);
    }
    var writer: std.Io.Writer.Allocating = .init(arena);
    try reader.describe(try reader.parsed("main.zig", "main.zig", texts[0]), &writer.writer, "");
    const digest = try reader.digest(point.file);
    for ([_][]const u8{ "0", "12" }) |start| {
        const line = try std.fmt.allocPrint(
            arena,
            "pub const @\"nano_ffi.origin\" = \"{s}:{s}\";\n",
            .{ digest, start },
        );
        try std.testing.expect(std.mem.indexOf(u8, writer.written(), line) != null);
    }
}
