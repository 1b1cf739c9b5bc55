//! error: nano_ffi: struct class_array.Series has a nano_ffi.Array, 'values', and no deinit that gives it back: add pub fn deinit(self: *Series) void
const nano_ffi = @import("nano_ffi");
pub const Series = struct {
    values: ?nano_ffi.Array(f64, 1) = null,
};
pub const nano_ffi_module = struct {
    pub const Series = @import("root").Series;
};
pub const nano_ffi_source = struct {
    pub const Series = struct {
        pub const @"nano_ffi.doc" = "";
        pub const @"nano_ffi.fields" = .{};
    };
};
comptime {
    nano_ffi.exportModule("file", nano_ffi_module, nano_ffi_source);
}
