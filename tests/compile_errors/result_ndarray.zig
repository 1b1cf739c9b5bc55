//! error: nano_ffi: 'same' returns ndarray.Of(f64,2,.read), which only a parameter can be
const nano_ffi = @import("nano_ffi");
fn same(values: nano_ffi.NdArray(f64, 2)) nano_ffi.NdArray(f64, 2) {
    return values;
}
comptime {
    _ = nano_ffi.bridge.makeTrampoline(same, .{ .name = "same", .params = .{"values"} }).sig;
}
