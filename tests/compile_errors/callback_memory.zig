//! error: nano_ffi: call() of a Callback that returns []const u8 needs memory: callAlloc(args, allocator) has it
const nano_ffi = @import("nano_ffi");
fn visit(f: nano_ffi.Callback(fn (i64) []const u8)) !usize {
    return (try f.call(.{1})).len;
}
comptime {
    _ = &visit;
}
