//! error: nano_ffi: nano_ffi_options of 'work' has .vectorize, and the parameter 'other' is []const f64: items are bools, ints of 8, 16, 32 and 64 bits, f16, f32, f64, and std.math.Complex of f32 and f64; several results are a tuple of such
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub fn work(other: []const f64) f64 {
        return other[0];
    }
    pub const nano_ffi_options = .{ .work = .{ .vectorize = true } };
};
const source = struct {
    pub const work = .{ .params = .{"other"}, .doc = "" };
};
comptime {
    nano_ffi.exportModule("file", file, source);
}
