//! error: nano_ffi: nano_ffi_options of options_only.file names 'wrok' in .only, and there is no such public declaration
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub fn work() void {}
    pub const nano_ffi_options = .{ .only = .{"wrok"} };
};
const source = struct {
    pub const work = .{ .params = .{}, .doc = "" };
};
comptime {
    nano_ffi.exportModule("file", file, source);
}
