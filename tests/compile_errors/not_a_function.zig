//! error: nano_ffi: makeTrampoline takes a function, not comptime_int
const bridge = @import("nano_ffi").bridge;
comptime {
    _ = bridge.makeTrampoline(3, .{ .name = "three" }).sig;
}
