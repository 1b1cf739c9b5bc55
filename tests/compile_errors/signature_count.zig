//! error: nano_ffi: 'add' takes 2 parameters, its signature names 1: name each of them once
const bridge = @import("nano_ffi").bridge;
fn add(a: i64, b: i64) i64 {
    return a + b;
}
comptime {
    _ = bridge.makeTrampoline(
        add,
        .{ .name = "add", .args = &.{.{ .name = "a", .typ = .i64 }} },
    ).sig;
}
