//! error: nano_ffi: std_options has .enable_segfault_handler, which is for the start of a program, and this is a module: leave it out, and start Python with -X faulthandler
const std = @import("std");
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub const std_options: std.Options = .{ .enable_segfault_handler = !by_default };
    const by_default = std.debug.default_enable_segfault_handler;
};
comptime {
    _ = nano_ffi.stdOptions(file);
}
