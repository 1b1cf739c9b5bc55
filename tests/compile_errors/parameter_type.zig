//! error: nano_ffi: 'free': parameter 'pointer' has type *u8, which cannot come from Python: use integers, f16 to f64
const bridge = @import("nano_ffi").bridge;
fn free(_: *u8) void {}
comptime {
    _ = bridge.makeTrampoline(free, .{ .name = "free", .params = .{"pointer"} }).sig;
}
