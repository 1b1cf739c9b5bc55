//! error: nano_ffi: 'scale': parameter 'value' has a default, and 'factor' behind it has none: give 'factor' one, too
const bridge = @import("nano_ffi").bridge;
fn scale(value: f64, factor: f64) f64 {
    return value * factor;
}
comptime {
    _ = bridge.makeTrampoline(scale, .{
        .name = "scale",
        .params = .{ "value", "factor" },
        .defaults = .{ .value = 1 },
    }).sig;
}
