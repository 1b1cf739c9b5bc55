//! has .exception = .Valueerror, which is no builtin exception that can be derived from
const nano_ffi = @import("nano_ffi");
const Failure = struct {
    line: usize,
    pub const nano_ffi_options = .{ .exception = .Valueerror };
};
comptime {
    _ = &fails;
}
fn fails() !void {
    return nano_ffi.raise(Failure{ .line = 1 });
}
