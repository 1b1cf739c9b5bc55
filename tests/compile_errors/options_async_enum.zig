//! error: nano_ffi: nano_ffi_options of 'double' has .async = true, and it is a function of an enum: there are coroutine functions in modules and classes
const nano_ffi = @import("nano_ffi");
pub const Color = enum {
    red,
    pub fn double(value: i64) i64 {
        return 2 * value;
    }
    pub const nano_ffi_options = .{ .double = .{ .async = true } };
};
pub const nano_ffi_module = struct {
    pub const Color = @import("root").Color;
};
pub const nano_ffi_source = struct {
    pub const Color = struct {
        pub const @"nano_ffi.doc" = "";
        pub const @"nano_ffi.fields" = .{};
        pub const double = .{ .params = .{"value"}, .doc = "" };
    };
};
comptime {
    nano_ffi.exportModule("file", nano_ffi_module, nano_ffi_source);
}
