//! error: nano_ffi: 'all' returns []objects_owning.Box
const nano_ffi = @import("nano_ffi");
pub const Box = struct { content: nano_ffi.Reference };
pub const nano_ffi_module = @This();
pub const nano_ffi_source = struct {
    pub const Box = struct {};
};
fn all() []Box {
    unreachable;
}
comptime {
    _ = nano_ffi.bridge.makeTrampoline(all, .{ .name = "all" }).sig;
}
