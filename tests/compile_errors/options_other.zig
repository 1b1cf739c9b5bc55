//! error: nano_ffi: nano_ffi_options of 'work' has 'gli': there are only 'gil', 'async', 'interruptible', 'defaults', 'result', 'bytes', 'vectorize', 'keeps', 'frees', 'paths', 'positional' and 'named', and in a class 'property', 'setter' and 'classmethod'
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub fn work() void {}
    pub const nano_ffi_options = .{ .work = .{ .gli = .released } };
};
const source = struct {
    pub const work = .{ .params = .{}, .doc = "" };
};
comptime {
    nano_ffi.exportModule("file", file, source);
}
