//! error: nano_ffi: 'add': b is 'i64' in Zig, and 'f64' in its signature: make them agree
const bridge = @import("nano_ffi").bridge;
fn add(a: i64, b: i64) i64 {
    return a + b;
}
comptime {
    _ = bridge.makeTrampoline(add, .{
        .name = "add",
        .args = &.{ .{ .name = "a", .typ = .i64 }, .{ .name = "b", .typ = .f64 } },
    }).sig;
}
