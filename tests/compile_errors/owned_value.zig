//! error: nano_ffi: Owned(u64): only a slice is freed; for other values use OwnedArena
const nano_ffi = @import("nano_ffi");
fn one() nano_ffi.Owned(u64) {
    unreachable;
}
comptime {
    _ = nano_ffi.bridge.makeTrampoline(one, .{ .name = "one" }).sig;
}
