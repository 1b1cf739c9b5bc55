//! error: nano_ffi: 'sum': parameter 'values' has type ndarray.Of(u7,2,.read), which cannot come from Python
const nano_ffi = @import("nano_ffi");
fn sum(values: nano_ffi.NdArray(u7, 2)) u64 {
    return values.count();
}
comptime {
    _ = nano_ffi.bridge.makeTrampoline(sum, .{ .name = "sum", .params = .{"values"} }).sig;
}
