//! error: nano_ffi: 'print': parameter 'value' is generic: give it a type, Python's values have only one
const bridge = @import("nano_ffi").bridge;
fn print(_: anytype) void {}
comptime {
    _ = bridge.makeTrampoline(print, .{ .name = "print", .params = .{"value"} }).sig;
}
