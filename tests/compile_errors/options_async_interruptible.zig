//! error: nano_ffi: nano_ffi_options of 'work' has .async = true, and .interruptible = true: Ctrl-C cancels the task that awaits it, so leave the latter out
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub fn work() void {}
    pub const nano_ffi_options = .{ .work = .{ .async = true, .interruptible = true } };
};
const source = struct {
    pub const work = .{ .params = .{}, .doc = "" };
};
comptime {
    nano_ffi.exportModule("file", file, source);
}
