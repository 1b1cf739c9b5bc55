//! has .base = .Flag: it is .IntEnum or .StrEnum
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub const Color = enum {
        red,
        pub const nano_ffi_options = .{ .base = .Flag };
    };
    pub fn next(color: Color) Color {
        return color;
    }
};
const source = struct {
    pub const next = .{ .params = .{"color"}, .doc = "" };
};
comptime {
    nano_ffi.exportModule("file", file, source);
}
