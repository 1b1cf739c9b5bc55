//! error: nano_ffi: nano_ffi_options of '__len__' has .async = true, and Python calls it without awaiting it: give it another name
const nano_ffi = @import("nano_ffi");
pub const Steps = struct {
    left: u8 = 0,
    pub fn __len__(self: *Steps) usize {
        return self.left;
    }
    pub const nano_ffi_options = .{ .__len__ = .{ .async = true } };
};
pub const nano_ffi_module = struct {
    pub const Steps = @import("root").Steps;
};
pub const nano_ffi_source = struct {
    pub const Steps = struct {
        pub const @"nano_ffi.doc" = "";
        pub const @"nano_ffi.fields" = .{};
        pub const __len__ = .{ .params = .{"self"}, .doc = "" };
    };
};
comptime {
    nano_ffi.exportModule("file", nano_ffi_module, nano_ffi_source);
}
