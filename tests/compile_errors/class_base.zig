//! error: nano_ffi: nano_ffi_options of 'base' in class_base.Circle has 'inherits', and it is not the first field
const nano_ffi = @import("nano_ffi");
pub const Shape = struct { x: f64 = 0 };
pub const Circle = struct {
    radius: f64 = 1,
    base: Shape = .{},
    pub const nano_ffi_options = .{ .base = .{ .inherits = true } };
};
pub const nano_ffi_module = struct {
    pub const Shape = @import("root").Shape;
    pub const Circle = @import("root").Circle;
};
pub const nano_ffi_source = struct {
    pub const Shape = struct {
        pub const @"nano_ffi.doc" = "";
        pub const @"nano_ffi.fields" = .{};
    };
    pub const Circle = struct {
        pub const @"nano_ffi.doc" = "";
        pub const @"nano_ffi.fields" = .{};
    };
};
comptime {
    nano_ffi.exportModule("file", nano_ffi_module, nano_ffi_source);
}
