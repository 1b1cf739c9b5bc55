//! A build step: writes the module definition file from which `zig dlltool` makes the import
//! library of a Python DLL: every name that capi.zig declares.
//!
//! Usage: def python313.dll OUT.def

const std = @import("std");
const capi = @import("capi.zig");

pub fn main(init: std.process.Init) !void {
    const arena = init.arena.allocator();
    const args = try init.minimal.args.toSlice(arena);
    const file = try std.Io.Dir.cwd().createFile(init.io, args[2], .{});
    var writer = file.writer(init.io, try arena.alloc(u8, 4096));
    const out = &writer.interface;
    try out.print("LIBRARY \"{s}\"\nEXPORTS\n", .{args[1]});
    inline for (@typeInfo(capi.functions).@"struct".decl_names) |name| try out.print(
        "{s}\n",
        .{name},
    );
    inline for (@typeInfo(capi.objects).@"struct".decl_names) |name| try out.print(
        "{s} DATA\n",
        .{name},
    );
    try out.flush();
}
