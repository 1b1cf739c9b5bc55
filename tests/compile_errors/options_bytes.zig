//! error: nano_ffi: nano_ffi_options of 'size' has .bytes = true, and there is no []const u8 that it returns, and nothing that it writes
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub fn size() usize {
        return 1;
    }
    pub const nano_ffi_options = .{ .size = .{ .bytes = true } };
};
const source = struct {
    pub const size = .{ .params = .{}, .doc = "" };
};
comptime {
    nano_ffi.exportModule("file", file, source);
}
