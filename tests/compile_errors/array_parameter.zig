//! error: nano_ffi: 'sum': parameter 'values' has type array.Array(f64,1), which is a result's: take an NdArray
const nano_ffi = @import("nano_ffi");
fn sum(values: nano_ffi.Array(f64, 1)) f64 {
    return values.items()[0];
}
comptime {
    _ = nano_ffi.bridge.makeTrampoline(sum, .{ .name = "sum", .params = .{"values"} }).sig;
}
