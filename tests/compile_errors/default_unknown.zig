//! error: nano_ffi: 'scale': there is a default for 'factr', and no such parameter
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub fn scale(value: f64, factor: f64) f64 {
        return value * factor;
    }
    pub const nano_ffi_options = .{ .scale = .{ .defaults = .{ .factr = 2 } } };
};
const source = struct {
    pub const scale = .{ .params = .{ "value", "factor" }, .doc = "" };
};
comptime {
    nano_ffi.exportModule("file", file, source);
}
