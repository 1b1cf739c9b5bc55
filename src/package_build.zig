//! build.zig of a user's file that imports what a build.zig.zon brings: only a real `zig build`
//! knows what a dependency's own build.zig makes of it. nano_ffi/packages.py puts this beside a
//! copy of the user's build.zig.zon, and says the rest in options.

const std = @import("std");
const Build = std.Build;
const dependencies = @import("build.zig.zon").dependencies;

pub fn build(b: *Build) void {
    const target = b.standardTargetOptions(.{});
    const optimize = b.standardOptimizeOption(.{});
    const strip = b.option(bool, "strip", "Leave debug information out") orelse false;
    const symbols = b.option(bool, "symbols", "Keep it, to be put beside the file") orelse false;
    const work = option(b, "work");
    const zig = option(b, "zig");

    const user = b.createModule(.{
        .root_source_file = path(b, option(b, "source")),
        .target = target,
        .optimize = optimize,
    });
    const nano_ffi = b.createModule(.{ .root_source_file = in(b, zig, "root.zig") });
    const build_options = in(b, work, "build_options.zig");
    nano_ffi.addAnonymousImport("build_options", .{ .root_source_file = build_options });
    user.addImport("nano_ffi", nano_ffi);
    addDependencies(b, user, target, optimize);
    const tests = b.option(bool, "tests", "The source's tests as an object, not the extension");
    if (tests orelse false) return addTests(b, user, zig);
    addC(b, user);

    const root = b.createModule(.{
        .root_source_file = in(b, work, "root.zig"),
        .target = target,
        .optimize = optimize,
        .strip = strip and !symbols,
        .omit_frame_pointer = strip,
        .error_tracing = !strip,
    });
    root.addImport("nano_ffi", nano_ffi);
    root.addImport("module", user);
    root.addAnonymousImport("module_source", .{ .root_source_file = described(b, user) });
    for (list(b, "object")) |object| root.addObjectFile(path(b, object));
    const exports = b.option([]const u8, "exports", "What is exported: a .def or a version script");
    const windows = target.result.os.tag == .windows;
    if (windows) if (exports) |list_file| root.addObjectFile(path(b, list_file));

    // The soname of the second is libc.musl-x86_64.so.1, see nano_ffi/wheels/musl.py.
    const name = option(b, "name");
    const musl = b.option([]const u8, "musl", "What musl is called, c.musl-x86_64");
    const extension = b.addLibrary(.{
        .name = musl orelse name,
        .version = if (musl == null) null else .{ .major = 1, .minor = 0, .patch = 0 },
        .linkage = .dynamic,
        .root_module = root,
    });
    // Or a DLL exports what Zig's start code has, too.
    if (windows) extension.dll_export_fns = false;
    if (!windows) if (exports) |list_file| extension.setVersionScript(path(b, list_file));
    extension.linker_allow_shlib_undefined = !windows;
    extension.link_z_max_page_size = b.option(u64, "page-size", "Of memory, in bytes, at most");
    b.getInstallStep().dependOn(&b.addInstallFile(extension.getEmittedBin(), "binary").step);
    if (symbols and !windows) extension.build_id = .sha1;
    if (symbols and windows)
        b.getInstallStep().dependOn(&b.addInstallFile(extension.getEmittedPdb(), "pdb").step);
}

/// C libraries and sources are linked with the object later, see nano_ffi/zig_tests.py.
fn addTests(b: *Build, user: *Build.Module, zig: []const u8) void {
    user.pic = true;
    user.link_libc = user.resolved_target.?.result.os.tag != .windows;
    for (list(b, "include")) |folder| user.addIncludePath(path(b, folder));
    const tests = b.addTest(.{
        .root_module = user,
        .filters = list(b, "test-filter"),
        .test_runner = .{ .path = in(b, zig, "test_runner.zig"), .mode = .simple },
        .emit_object = true,
    });
    b.getInstallStep().dependOn(&b.addInstallFile(tests.getEmittedBin(), "binary").step);
}

/// Every module of a dependency can be imported by its name, and an only one by the dependency's.
fn addDependencies(
    b: *Build,
    user: *Build.Module,
    target: Build.ResolvedTarget,
    optimize: std.lang.OptimizeMode,
) void {
    inline for (@typeInfo(@TypeOf(dependencies)).@"struct".field_names) |name| {
        // One that has no such option refuses it.
        const options = b.dependency(name, .{}).builder.available_options_map;
        const dependency = if (options.contains("target") and options.contains("optimize"))
            b.dependency(name, .{ .target = target, .optimize = optimize })
        else if (options.contains("target"))
            b.dependency(name, .{ .target = target })
        else if (options.contains("optimize"))
            b.dependency(name, .{ .optimize = optimize })
        else
            b.dependency(name, .{});
        const modules = dependency.builder.modules;
        for (modules.keys(), modules.values()) |own_name, module| {
            if (!isZigs(own_name)) user.addImport(own_name, module);
        }
        if (modules.count() == 1) user.addImport(name, modules.values()[0]);
    }
}

/// Whether Zig gives a module of this name itself, so that a package's cannot be imported by it.
fn isZigs(name: []const u8) bool {
    return for ([_][]const u8{ "std", "builtin", "root" }) |taken| {
        if (std.mem.eql(u8, name, taken)) break true;
    } else false;
}

/// What src/source.zig reads of the user's file and of all modules that it may import.
fn described(b: *Build, user: *Build.Module) Build.LazyPath {
    const describe = b.addSystemCommand(&.{option(b, "describe")});
    describe.has_side_effects = true; // or it would be kept, whatever becomes of imported files
    describe.addFileArg(user.root_source_file.?);
    const source = describe.addOutputFileArg("source.zig");
    describe.addArg(option(b, "std"));
    describe.addArg(option(b, "unusable"));
    var modules: std.array_hash_map.Auto(*Build.Module, void) = .empty;
    modules.put(b.allocator, user, {}) catch @panic("OOM");
    var next: usize = 0;
    while (next < modules.count()) : (next += 1) {
        const from = modules.keys()[next];
        for (from.import_table.keys(), from.import_table.values()) |name, to| {
            if (to.root_source_file == null or std.mem.eql(u8, name, "nano_ffi")) continue;
            describe.addFileArg(from.root_source_file.?);
            describe.addArg(name);
            describe.addFileArg(to.root_source_file.?);
            modules.put(b.allocator, to, {}) catch @panic("OOM");
        }
    }
    return source;
}

/// As in nano_ffi/compiler.py.
const operator_flags: []const []const u8 =
    &.{ "-fvisibility-global-new-delete=force-hidden", "-std=c++17" };

fn addC(b: *Build, user: *Build.Module) void {
    for (list(b, "include")) |folder| user.addIncludePath(path(b, folder));
    for (list(b, "library-dir")) |folder| user.addLibraryPath(path(b, folder));
    for (list(b, "link")) |library| user.linkSystemLibrary(library, .{});
    const flags = list(b, "cflag");
    for (list(b, "c-source")) |source|
        user.addCSourceFile(.{ .file = path(b, source), .flags = flags });
    if (b.option([]const u8, "operators", "The path of operators.cpp")) |file|
        user.addCSourceFile(.{ .file = path(b, file), .flags = operator_flags });
}

fn option(b: *Build, name: []const u8) []const u8 {
    return b.option([]const u8, name, name) orelse
        std.process.fatal("-D{s}= is missing", .{name});
}

fn list(b: *Build, name: []const u8) []const []const u8 {
    return b.option([]const []const u8, name, name) orelse &.{};
}

fn in(b: *Build, folder: []const u8, name: []const u8) Build.LazyPath {
    return path(b, b.pathJoin(&.{ folder, name }));
}

fn path(b: *Build, absolute: []const u8) Build.LazyPath {
    return b.graph.cwdRelativePath(absolute);
}
