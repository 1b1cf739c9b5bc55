//! error: nano_ffi: 'first' returns *result_lent.Point, and takes no object
const nano_ffi = @import("nano_ffi");
pub const Point = struct { x: f64 };
pub const nano_ffi_module = @This();
pub const nano_ffi_source = struct {
    pub const Point = struct {};
};
fn first() *Point {
    unreachable;
}
comptime {
    _ = nano_ffi.bridge.makeTrampoline(first, .{ .name = "first" }).sig;
}
