//! error: nano_ffi: nano_ffi_init is fn () void: make it pub fn nano_ffi_init(registry: *nano_ffi.Registry) !void
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub fn nano_ffi_init() void {}
};
comptime {
    nano_ffi.exportModule("file", file, struct {});
}
