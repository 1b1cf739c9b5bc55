//! error: nano_ffi: 'drop': parameter 'box' is Python's, and the function releases the GIL
const nano_ffi = @import("nano_ffi");
pub const Box = struct { content: nano_ffi.Reference };
pub const nano_ffi_module = @This();
pub const nano_ffi_source = struct {
    pub const Box = struct {};
};
fn drop(_: *Box) void {}
comptime {
    _ = nano_ffi.bridge.makeTrampoline(
        drop,
        .{ .name = "drop", .params = .{"box"}, .gil = .released },
    ).sig;
}
