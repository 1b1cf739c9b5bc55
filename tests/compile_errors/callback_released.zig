//! error: nano_ffi: 'visit': parameter 'f' is Python's, and the function releases the GIL
const nano_ffi = @import("nano_ffi");
fn visit(_: nano_ffi.Callback(fn (i64) void)) void {}
comptime {
    _ = nano_ffi.bridge.makeTrampoline(
        visit,
        .{ .name = "visit", .params = .{"f"}, .gil = .released },
    ).sig;
}
