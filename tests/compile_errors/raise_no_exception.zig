//! which is no exception: it is a public struct that has pub const nano_ffi_options = .{ .exception
const nano_ffi = @import("nano_ffi");
const Failure = struct { line: usize };
comptime {
    _ = &fails;
}
fn fails() !void {
    return nano_ffi.raise(Failure{ .line = 1 });
}
