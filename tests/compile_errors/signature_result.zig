//! error: nano_ffi: 'add': the result is 'i64' in Zig, and 'str' in its signature: make them agree
const bridge = @import("nano_ffi").bridge;
fn add(a: i64, b: i64) i64 {
    return a + b;
}
comptime {
    _ = bridge.makeTrampoline(add, .{ .name = "add", .ret = .str }).sig;
}
