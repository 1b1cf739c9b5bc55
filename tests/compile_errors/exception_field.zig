//! has the name of what all exceptions have: give it another one
const nano_ffi = @import("nano_ffi");
const Failure = struct {
    args: usize,
    pub const nano_ffi_options = .{ .exception = .ValueError };
};
comptime {
    _ = &fails;
}
fn fails() !void {
    return nano_ffi.raise(Failure{ .args = 1 });
}
