//! error: nano_ffi: nano_ffi_options names 'limit', which is a constant: there are options of functions and of structs
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub const limit = 3;
    pub const nano_ffi_options = .{ .limit = .{ .gil = .released } };
};
const source = struct {
    pub const limit = .{ .doc = "" };
};
comptime {
    nano_ffi.exportModule("file", file, source);
}
