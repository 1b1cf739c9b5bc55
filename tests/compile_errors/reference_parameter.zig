//! error: nano_ffi: 'put': parameter 'thing' is a nano_ffi.Reference, which nobody would give back: take a nano_ffi.Object, and keep() it
const nano_ffi = @import("nano_ffi");
fn put(_: nano_ffi.Reference) void {}
comptime {
    _ = nano_ffi.bridge.makeTrampoline(put, .{ .name = "put", .params = .{"thing"} }).sig;
}
