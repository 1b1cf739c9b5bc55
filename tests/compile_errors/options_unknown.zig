//! error: nano_ffi: nano_ffi_options names 'wrok', and there is no such public function
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub fn work() void {}
    pub const nano_ffi_options = .{ .wrok = .{ .gil = .released } };
};
const source = struct {
    pub const work = .{ .params = .{}, .doc = "" };
};
comptime {
    nano_ffi.exportModule("file", file, source);
}
