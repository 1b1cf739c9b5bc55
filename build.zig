//! Declares the extension for -Dtarget × -Dpython, and `zig build test`. Nothing else: which
//! targets there are, and what their files are called, is said in nano_ffi/wheels/targets.py.

const std = @import("std");
const Build = std.Build;

pub fn build(b: *Build) void {
    const target = b.standardTargetOptions(.{});
    const optimize = b.standardOptimizeOption(.{});
    const pythons = b.option(
        []const u8,
        "python",
        "CPythons to build for, separated by commas: 3.10 … 3.15, 3.14t, 3.15t, abi3 (default: " ++
            "abi3)",
    ) orelse "abi3";

    const source = b.addExecutable(
        .{ .name = "source", .root_module = hostModule(b, "src/source.zig") },
    );
    const describe = b.addRunArtifact(source);
    describe.addFileArg(b.path("src/builtins.zig"));
    const builtins_source = describe.addOutputFileArg("builtins_source.zig");

    const def = b.addExecutable(
        .{ .name = "def", .root_module = hostModule(b, "src/python/def.zig") },
    );
    def.root_module.addOptions("build_options", Python.stable.options(b));

    const headers = b.step("check-headers", "Compare src/python/capi.zig with a real Python.h");
    const include = b.option(
        []const u8,
        "python-include",
        "Folder of -Dpython's Python.h, for check-headers",
    );

    var names = std.mem.splitScalar(u8, pythons, ',');
    while (names.next()) |name| {
        const python = Python.parse(name) orelse fatal(
            "-Dpython={s}: there is no CPython '{s}' here; choose from 3.10 … 3.15, 3.14t, " ++
                "3.15t, abi3",
            .{ pythons, name },
        );
        headers.dependOn(checkHeaders(b, python, include));
        const native = b.createModule(.{
            .root_source_file = b.path("src/native.zig"),
            .target = target,
            .optimize = optimize,
            .strip = optimize != .debug,
            .omit_frame_pointer = optimize != .debug,
        });
        native.addImport("nano_ffi", packageModule(b, python, target, optimize));
        native.addAnonymousImport("builtins_source", .{ .root_source_file = builtins_source });

        const windows = target.result.os.tag == .windows;
        if (windows) {
            native.addObjectFile(importLibrary(b, def, python, target.result.cpu.arch));
            native.addObjectFile(b.path("src/python/native.def"));
        }
        const extension = b.addLibrary(
            .{ .name = "_native", .linkage = .dynamic, .root_module = native },
        );
        if (target.result.abi.isAndroid()) {
            if (python.limited or python.free_threaded or python.minor < 13) fatal(
                "-Dpython={s}: on Android, choose from 3.13 … 3.15",
                .{pythons},
            );
            native.addObjectFile(libpython(b, python, target));
            extension.link_z_max_page_size = page_size;
        }
        // Or a DLL exports what Zig's start code has, too. The list is native.def.
        if (windows) extension.dll_export_fns = false;
        // elsewhere the interpreter itself has them
        extension.linker_allow_shlib_undefined = !windows;
        // Named so that the interpreter finds it as it is; a wheel gives it the full suffix.
        const file = b.fmt("_native{s}{s}", .{
            if (python.limited and !windows) ".abi3" else "",
            if (windows) ".pyd" else ".so",
        });
        const install = b.addInstallFileWithDir(
            extension.getEmittedBin(),
            .{ .custom = name },
            file,
        );
        b.getInstallStep().dependOn(&install.step);
    }

    const tests = b.step("test", "Run the Zig tests, for which no interpreter is needed");
    const core = packageModule(b, .stable, b.graph.host, .debug);
    const builtins = hostModule(b, "src/builtins.zig");
    builtins.addImport("nano_ffi", core);
    for ([_]*Build.Module{ core, builtins, source.root_module }) |module| {
        tests.dependOn(&b.addRunArtifact(b.addTest(.{ .root_module = module })).step);
    }
}

/// A CPython that can be built for, as src/python/capi.zig is told.
const Python = struct {
    minor: u8,
    free_threaded: bool = false,
    limited: bool = false,

    /// The oldest CPython whose stable ABI has vectorcall and the buffer protocol.
    const stable: Python = .{ .minor = 12, .limited = true };

    fn parse(name: []const u8) ?Python {
        if (std.mem.eql(u8, name, "abi3")) return stable;
        if (!std.mem.startsWith(u8, name, "3.")) return null;
        const number = std.mem.trimEnd(u8, name[2..], "t");
        const free_threaded = name.len - 2 == number.len + 1;
        const minor = std.fmt.parseInt(u8, number, 10) catch return null;
        const oldest: u8 = if (free_threaded) 14 else 10;
        if (minor < oldest or minor > 15 or (!free_threaded and
            name.len - 2 != number.len)) return null;
        return .{ .minor = minor, .free_threaded = free_threaded };
    }

    fn options(python: Python, b: *Build) *Build.Step.Options {
        const step = b.addOptions();
        step.addOption([:0]const u8, "version", @import("build.zig.zon").version);
        step.addOption(u8, "minor", python.minor);
        step.addOption(bool, "free_threaded", python.free_threaded);
        step.addOption(bool, "limited", python.limited);
        return step;
    }

    fn dll(python: Python, b: *Build) []const u8 {
        if (python.limited) return "python3.dll";
        return b.fmt("python3{d}{s}.dll", .{ python.minor, if (python.free_threaded) "t" else "" });
    }
};

fn packageModule(
    b: *Build,
    python: Python,
    target: Build.ResolvedTarget,
    optimize: std.lang.OptimizeMode,
) *Build.Module {
    const module = b.createModule(.{
        .root_source_file = b.path("src/root.zig"),
        .target = target,
        .optimize = optimize,
        .omit_frame_pointer = optimize != .debug,
    });
    module.addOptions("build_options", python.options(b));
    return module;
}

fn hostModule(b: *Build, path: []const u8) *Build.Module {
    return b.createModule(
        .{ .root_source_file = b.path(path), .target = b.graph.host, .optimize = .debug },
    );
}

/// The import library of the Python DLL: PE, unlike ELF and Mach-O, names the file that a symbol
/// comes from.
fn importLibrary(
    b: *Build,
    def: *Build.Step.Compile,
    python: Python,
    arch: std.Target.Cpu.Arch,
) Build.LazyPath {
    const write = b.addRunArtifact(def);
    write.addArg(python.dll(b));
    const definition = write.addOutputFileArg("python.def");
    const make = b.addSystemCommand(&.{
        b.graph.zig_exe, "dlltool", "-D", python.dll(b), "-m",
        switch (arch) {
            .x86_64 => "i386:x86-64",
            .x86 => "i386",
            .aarch64 => "arm64",
            else => fatal("no Windows runs on {t}", .{arch}),
        },
    });
    make.addPrefixedFileArg("-d", definition);
    return make.addPrefixedOutputFileArg("-l", "python.lib");
}

/// What Android 15 wants segments to be aligned to, on machines with pages of 4 KiB too.
const page_size = 16 * 1024;

/// Stands in for the libpython that an extension needs on Android, where the loader does not show
/// it the interpreter's symbols (PEP 738).
fn libpython(b: *Build, python: Python, target: Build.ResolvedTarget) Build.LazyPath {
    const module = b.createModule(.{
        .root_source_file = b.path("src/python/libpython.zig"),
        .target = target,
        .optimize = .small,
        .strip = true,
    });
    module.addOptions("build_options", python.options(b));
    const name = b.fmt("python3.{d}", .{python.minor});
    return b.addLibrary(
        .{ .name = name, .linkage = .dynamic, .root_module = module },
    ).getEmittedBin();
}

/// Says in C++ assertions what capi.zig declares, and compiles them with the real Python.h.
fn checkHeaders(b: *Build, python: Python, include: ?[]const u8) *Build.Step {
    const folder = include orelse
        return &b.addFail("where is Python.h? Say -Dpython-include=FOLDER").step;
    const generator = b.addExecutable(
        .{ .name = "check", .root_module = hostModule(b, "tests/headers/check.zig") },
    );
    generator.root_module.strip = true; // debug information would refer to CPython's functions
    const capi = hostModule(b, "src/python/capi.zig");
    capi.addOptions("build_options", python.options(b));
    generator.root_module.addImport("capi", capi);

    const assertions = b.createModule(.{ .target = b.graph.host, .link_libc = true });
    assertions.addCSourceFile(.{
        .file = b.addRunArtifact(generator).addOutputFileArg("assertions.cpp"),
        .flags = &.{ "-std=c++20", "-ferror-limit=0", "-Wno-deprecated-declarations" },
    });
    assertions.addIncludePath(b.path("tests/headers"));
    assertions.addIncludePath(b.graph.cwdRelativePath(folder));
    // Debian's pyconfig.h includes another one by its path from there.
    assertions.addAfterIncludePath(b.graph.cwdRelativePath(b.pathJoin(&.{ folder, ".." })));
    const check = b.addRunArtifact(
        b.addExecutable(.{ .name = "assertions", .root_module = assertions }),
    );
    check.stdio = .inherit;
    return &check.step;
}

fn fatal(comptime format: []const u8, values: anytype) noreturn {
    std.debug.print("error: " ++ format ++ "\n", values);
    std.process.exit(1);
}
