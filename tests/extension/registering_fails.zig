const nano_ffi = @import("nano_ffi");

pub fn nano_ffi_init(_: *nano_ffi.Registry) error{NoDevice}!void {
    return error.NoDevice;
}
