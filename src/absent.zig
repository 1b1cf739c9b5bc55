//! Functions of other libraries that are nowhere on this system: nano_ffi/absent.py finds them. In
//! the place of each is one that panics, so that all others can be called.

const std = @import("std");
const build_options = @import("build_options");

/// Their names.
pub const names: []const []const u8 =
    if (@hasDecl(build_options, "absent")) build_options.absent else &.{};

pub const remedy = "name the library in link of [tool.nano-ffi], where this system has it";

/// Whether a function is one of them.
pub fn isAbsent(comptime name: []const u8) bool {
    return comptime for (names) |other| {
        if (std.mem.eql(u8, other, name)) break true;
    } else false;
}

/// Makes them.
pub fn exportAll() void {
    @setEvalBranchQuota(1_000_000);
    for (names) |name| @export(&Absent(name).call, .{ .name = name, .linkage = .weak });
}

fn Absent(comptime name: []const u8) type {
    return struct {
        fn call() callconv(.c) noreturn {
            @panic("calls '" ++ name ++ "', which is nowhere: " ++ remedy);
        }
    };
}

test isAbsent {
    try std.testing.expectEqual(names.len > 0, isAbsent("nano_ffi_nowhere"));
}

test exportAll {
    comptime exportAll(); // of nothing
}
