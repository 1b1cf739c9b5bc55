//! error: nano_ffi: 'scale': the default of parameter 'factor' is no u8 that Python has a literal for: give it a bool
const bridge = @import("nano_ffi").bridge;
fn scale(value: u8, factor: u8) u8 {
    return value *| factor;
}
comptime {
    _ = bridge.makeTrampoline(scale, .{
        .name = "scale",
        .params = .{ "value", "factor" },
        .defaults = .{ .factor = "2" },
    }).sig;
}
