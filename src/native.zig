//! The extension `nano_ffi._native`: PyInit__native, and the built-in functions.

const nano_ffi = @import("nano_ffi");

pub const panic = nano_ffi.panic;
pub const std_options = nano_ffi.stdOptions(struct {});
pub const std_options_debug_io = nano_ffi.debug_io;

comptime {
    nano_ffi.exportDispatcher("_native", @import("builtins.zig"), @import("builtins_source"));
}
