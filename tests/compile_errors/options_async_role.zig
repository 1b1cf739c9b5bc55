//! error: nano_ffi: nano_ffi_options of 'area' has .async = true, and only a method or a function of a class can be a coroutine function: give it no other role
const nano_ffi = @import("nano_ffi");
pub const Square = struct {
    side: u8 = 0,
    pub fn area(self: Square) u8 {
        return self.side;
    }
    pub const nano_ffi_options = .{ .area = .{ .async = true, .property = true } };
};
pub const nano_ffi_module = struct {
    pub const Square = @import("root").Square;
};
pub const nano_ffi_source = struct {
    pub const Square = struct {
        pub const @"nano_ffi.doc" = "";
        pub const @"nano_ffi.fields" = .{};
        pub const area = .{ .params = .{"self"}, .doc = "" };
    };
};
comptime {
    nano_ffi.exportModule("file", nano_ffi_module, nano_ffi_source);
}
