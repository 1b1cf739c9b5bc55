//! Which public declarations of a user's namespace stay unseen, as far as that is known without a
//! look at them: Zig evaluates what is looked at, and not all can be.

const std = @import("std");
const absent = @import("absent.zig");
const build_options = @import("build_options");
const root = @import("root");

/// Why a declaration is not in the module.
pub const Obstacle = struct { kind: []const u8, reason: []const u8 };

/// The libraries of C that the module is linked with, one without a name where there is C that no
/// name says; null where nobody knows.
const linked: ?[]const []const u8 =
    if (@hasDecl(build_options, "linked")) build_options.linked else null;

/// Why nobody may touch `name`, or it is not wanted. `source` is what source.zig read in the
/// namespace.
pub fn obstacleOf(
    comptime namespace: type,
    comptime source: type,
    comptime name: []const u8,
) ?Obstacle {
    return comptime brokenOf(source, name) orelse if (isWanted(namespace, name)) null else .{
        .kind = "declaration",
        .reason = "nano_ffi_options says so",
    };
}

/// Why nobody may touch `name`.
pub fn brokenOf(comptime source: type, comptime name: []const u8) ?Obstacle {
    return comptime broken: {
        if (!@hasDecl(source, name)) break :broken null;
        const read = @field(source, name);
        if (@TypeOf(read) == type) break :broken null;
        if (@hasField(@TypeOf(read), "left_out"))
            break :broken .{ .kind = read.left_out[0], .reason = read.left_out[1] };
        if (@hasField(@TypeOf(read), "library")) break :broken foreign(name, read.library);
        break :broken null;
    };
}

/// A function that is elsewhere: without that, the module could not be loaded.
fn foreign(comptime name: []const u8, comptime library: []const u8) ?Obstacle {
    if (absent.isAbsent(name)) return .{
        .kind = "function",
        .reason = "it is nowhere: " ++ absent.remedy,
    };
    const all = linked orelse return null;
    for (all) |other| if (std.mem.eql(u8, other, library)) return null;
    // Zig has the import libraries of Windows itself.
    const is_windows = @import("builtin").os.tag == .windows;
    if (is_windows and library.len > 0 and !std.mem.eql(u8, library, "c")) return null;
    return .{
        .kind = "function",
        .reason = if (library.len == 0)
            "it is extern with no library's name: write extern \"c\" for the C library's, or " ++
                "name a library in link of [tool.nano-ffi], or its source in c-sources"
        else
            "it is of the library '" ++ library ++ "', which is not linked: name that in link " ++
                "of [tool.nano-ffi], where this system has it",
    };
}

/// Whether `nano_ffi_options` of the namespace leave `name` in: `.skip = .{"a"}` has what is left
/// out, `.only = .{"b"}` what is not.
pub fn isWanted(comptime namespace: type, comptime name: []const u8) bool {
    return comptime wanted: {
        if (listOf(namespace, "skip")) |skipped| {
            if (contains(skipped, name)) break :wanted false;
        }
        const only = listOf(namespace, "only") orelse break :wanted true;
        break :wanted contains(only, name) or std.mem.startsWith(u8, name, "nano_ffi_");
    };
}

/// Whether anything is said of a namespace.
pub inline fn hasOptions(comptime namespace: type) bool {
    return comptime @hasDecl(namespace, "nano_ffi_options") or FromOutside(namespace) != void;
}

/// What is said of a namespace, a struct, an enum or a union: in its own `nano_ffi_options`, and
/// under its name in those of the file that Python imports, by who uses a library that nobody
/// wrote for Python: `.lib = .{ .Point = .{ .norm = .{ .property = true } } }`. Of a name of which
/// both say something, it is the latter.
pub fn optionsOf(comptime namespace: type) OptionsOf(namespace) {
    const Outer = FromOutside(namespace);
    if (Outer == void) return namespace.nano_ffi_options;
    if (!@hasDecl(namespace, "nano_ffi_options")) return Outer.given;
    return .{};
}

fn OptionsOf(comptime namespace: type) type {
    const Outer = FromOutside(namespace);
    if (Outer == void) return @TypeOf(namespace.nano_ffi_options);
    if (!@hasDecl(namespace, "nano_ffi_options")) return @TypeOf(Outer.given);
    var names: []const []const u8 = &.{};
    var types: []const type = &.{};
    var attrs: []const std.lang.Type.Struct.FieldAttributes = &.{};
    for (.{ Outer.given, namespace.nano_ffi_options }) |given| {
        for (@typeInfo(@TypeOf(given)).@"struct".field_names) |name| {
            if (contains(names, name)) continue;
            const value = @field(given, name);
            names = names ++ .{@as([]const u8, name)};
            types = types ++ .{@TypeOf(value)};
            attrs = attrs ++ .{@as(std.lang.Type.Struct.FieldAttributes, .{
                .@"comptime" = true,
                .default_value_ptr = &value,
            })};
        }
    }
    return @Struct(.auto, null, names, types[0..names.len], attrs[0..names.len]);
}

/// What the file that Python imports says of another namespace: a struct that has it as `given`;
/// void where it says nothing.
fn FromOutside(comptime namespace: type) type {
    if (!@hasDecl(root, "nano_ffi_module")) return void;
    const file = root.nano_ffi_module;
    if (namespace == file or !@hasDecl(file, "nano_ffi_options")) return void;
    return Said(file, root.nano_ffi_source, file.nano_ffi_options, namespace);
}

/// What `options`, those of `within`, say of `namespace`.
fn Said(
    comptime within: type,
    comptime source: type,
    comptime options: anytype,
    comptime namespace: type,
) type {
    @setEvalBranchQuota(1_000_000_000);
    for (@typeInfo(@TypeOf(options)).@"struct".field_names) |name| {
        const said = @field(options, name);
        const info = @typeInfo(@TypeOf(said));
        if (info != .@"struct" or info.@"struct".is_tuple) continue;
        if (!@hasDecl(within, name) or brokenOf(source, name) != null) continue;
        if (@TypeOf(@field(within, name)) != type) continue;
        const T = @field(within, name);
        if (T == namespace) return struct {
            pub const given = said;
        };
        switch (@typeInfo(T)) {
            .@"struct", .@"enum", .@"union" => {},
            else => continue,
        }
        const read = if (@hasDecl(source, name) and @TypeOf(@field(source, name)) == type)
            @field(source, name)
        else
            struct {};
        const Inner = Said(T, read, said, namespace);
        if (Inner != void) return Inner;
    }
    return void;
}

/// Whether the file that Python imports says what may not be so in another module.
pub fn isToldFromOutside(comptime namespace: type, comptime known: []const []const u8) bool {
    return comptime told: {
        const Outer = FromOutside(namespace);
        if (Outer == void) break :told false;
        for (@typeInfo(@TypeOf(Outer.given)).@"struct".field_names) |name|
            if (!contains(known, name)) break :told true;
        break :told false;
    };
}

/// Whether a field of `nano_ffi_options` is a list of names, and not what is said of a declaration.
pub fn isList(comptime namespace: type, comptime field: []const u8) bool {
    if (!std.mem.eql(u8, field, "skip") and !std.mem.eql(u8, field, "only")) return false;
    const Given = @FieldType(OptionsOf(namespace), field);
    return !@hasDecl(namespace, field) or
        (@typeInfo(Given) == .@"struct" and @typeInfo(Given).@"struct".is_tuple);
}

/// The most threads that the `std.Io` of a file's module has: `.io_threads = 4` in its
/// `nano_ffi_options`. Null where it says nothing.
pub fn ioThreads(comptime namespace: type) ?usize {
    if (!@hasDecl(namespace, "nano_ffi_options")) return null;
    const given = namespace.nano_ffi_options;
    if (!@hasField(@TypeOf(given), "io_threads") or @hasDecl(namespace, "io_threads")) return null;
    return switch (@typeInfo(@TypeOf(given.io_threads))) {
        .comptime_int, .int => given.io_threads,
        else => @compileError("nano_ffi: nano_ffi_options has .io_threads of type " ++
            @typeName(@TypeOf(given.io_threads)) ++ ": it is a number, as .io_threads = 4"),
    };
}

fn listOf(comptime namespace: type, comptime option: []const u8) ?[]const []const u8 {
    if (!hasOptions(namespace)) return null;
    const given = optionsOf(namespace);
    if (!@hasField(@TypeOf(given), option) or !isList(namespace, option)) return null;
    const Names = @FieldType(@TypeOf(given), option);
    if (@typeInfo(Names) != .@"struct" or !@typeInfo(Names).@"struct".is_tuple) @compileError(
        "nano_ffi: nano_ffi_options of " ++ @typeName(namespace) ++ ": ." ++ option ++
            " are names of public declarations: .{\"name\"}",
    );
    var names: []const []const u8 = &.{};
    for (@field(given, option)) |name| {
        if (!@hasDecl(namespace, name)) @compileError("nano_ffi: nano_ffi_options of " ++
            @typeName(namespace) ++ " names '" ++ name ++ "' in ." ++ option ++
            ", and there is no such public declaration");
        names = names ++ .{@as([]const u8, name)};
    }
    return names;
}

fn contains(comptime names: []const []const u8, comptime name: []const u8) bool {
    for (names) |other| if (std.mem.eql(u8, other, name)) return true;
    return false;
}

const example = struct {
    pub const old = @compileError("use new");
    pub fn new() void {}
    pub fn skip() void {}
    pub const nano_ffi_options = .{ .skip = .{"new"} };
};

test obstacleOf {
    const source = struct {
        pub const old = .{ .left_out = .{ "compile error", "use new" } };
        pub const new = .{ .params = .{}, .doc = "" };
    };
    try std.testing.expectEqualStrings("use new", obstacleOf(example, source, "old").?.reason);
    try std.testing.expectEqualStrings(
        "nano_ffi_options says so",
        obstacleOf(example, source, "new").?.reason,
    );
    try std.testing.expectEqual(null, obstacleOf(example, source, "skip"));
    try std.testing.expectEqual(null, brokenOf(source, "new"));
}

test isToldFromOutside {
    // The file that Python imports has no options of it.
    try std.testing.expect(!isToldFromOutside(example, &.{}));
}

test isWanted {
    const chosen = struct {
        pub fn a() void {}
        pub fn only() void {}
        pub const nano_ffi_options = .{ .only = .{"a"} };
    };
    try std.testing.expect(isWanted(chosen, "a") and !isWanted(chosen, "only"));
    try std.testing.expect(isWanted(chosen, "nano_ffi_options"));
}

test optionsOf {
    try std.testing.expect(hasOptions(example) and !hasOptions(struct {}));
    const source = struct {
        pub const old = .{ .left_out = .{ "compile error", "use new" } };
    };
    const library = struct {
        pub const Point = struct {
            pub const nano_ffi_options = .{ .x = .{ .hidden = true } };
        };
        pub const old = @compileError("use new");
    };
    const file = struct {
        pub const lib = library;
    };
    const given = .{
        .lib = .{ .old = .{ .gil = .released }, .Point = .{ .x = .{ .readonly = true } } },
    };
    const Read = struct {
        pub const lib = source;
    };
    const said = Said(file, Read, given, library.Point);
    try std.testing.expect(said.given.x.readonly);
    try std.testing.expectEqual(void, Said(file, Read, given, struct {}));
    try std.testing.expect(@hasField(@TypeOf(Said(file, Read, given, library).given), "old"));
}

test ioThreads {
    const said = struct {
        pub const nano_ffi_options = .{ .io_threads = 4 };
    };
    const named = struct {
        pub fn io_threads() void {}
        pub const nano_ffi_options = .{ .io_threads = .{ .gil = .released } };
    };
    try std.testing.expectEqual(4, comptime ioThreads(said));
    try std.testing.expectEqual(null, comptime ioThreads(named));
    try std.testing.expectEqual(null, comptime ioThreads(struct {}));
}

test isList {
    const named = struct {
        pub fn skip() void {}
        pub const nano_ffi_options = .{ .skip = .{ .gil = .released }, .only = .{"skip"} };
    };
    try std.testing.expect(!isList(named, "skip") and isList(named, "only"));
    try std.testing.expect(isList(example, "skip"));
}
