//! error: nano_ffi: 'make' returns *u8, which cannot go to Python: use integers, f16 to f64
const bridge = @import("nano_ffi").bridge;
fn make() *u8 {
    unreachable;
}
comptime {
    _ = bridge.makeTrampoline(make, .{ .name = "make" }).sig;
}
