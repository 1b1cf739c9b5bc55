//! error: nano_ffi: 'half' returns f128, and Python's float has 64 bits: round it where that is meant, with @floatCast to f64
const bridge = @import("nano_ffi").bridge;
fn half(value: f128) f128 {
    return value / 2;
}
comptime {
    _ = bridge.makeTrampoline(half, .{ .name = "half", .params = .{"value"} }).sig;
}
