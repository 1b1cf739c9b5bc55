//! and nothing that it points to where the exception comes out of a pickle: make it
const nano_ffi = @import("nano_ffi");
const Node = struct { value: f64 };
const Failure = struct {
    node: *const Node,
    pub const nano_ffi_options = .{ .exception = .ValueError };
};
comptime {
    _ = &fails;
}
fn fails(node: *const Node) !void {
    return nano_ffi.raise(Failure{ .node = node });
}
