const nano_ffi = @import("nano_ffi");

pub fn add(a: i64, b: i64) i64 {
    return a + b;
}

pub fn nano_ffi_init(registry: *nano_ffi.Registry) !void {
    const Add = nano_ffi.bridge.makeTrampoline(add, .{});
    try registry.register("add", Add.asPtr(), Add.sig);
}
