//! has 'bytes', and it is a f64, no []const u8: let a function with .bytes = true give it
const nano_ffi = @import("nano_ffi");
pub const Point = struct {
    x: f64 = 0,
    pub fn far(self: Point, other: f64) f64 {
        return self.x - other;
    }
    pub const nano_ffi_options = .{ .x = .{ .bytes = true } };
};
pub const nano_ffi_module = struct {
    pub const Point = @import("root").Point;
};
pub const nano_ffi_source = struct {
    pub const Point = struct {
        pub const @"nano_ffi.doc" = "";
        pub const @"nano_ffi.fields" = .{};
        pub const far = .{ .params = .{ "self", "other" }, .doc = "" };
    };
};
comptime {
    nano_ffi.exportModule("file", nano_ffi_module, nano_ffi_source);
}
