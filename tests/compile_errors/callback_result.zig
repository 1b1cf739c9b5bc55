//! error: nano_ffi: 'visit': parameter 'f' has type
const nano_ffi = @import("nano_ffi");
fn visit(_: nano_ffi.Callback(fn (i64) *u8)) void {}
comptime {
    _ = nano_ffi.bridge.makeTrampoline(visit, .{ .name = "visit", .params = .{"f"} }).sig;
}
