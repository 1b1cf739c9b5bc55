//! error: nano_ffi: nano_ffi_options of 'work' has .frees of 'other', which is no object: it is a i64
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub fn work(other: i64) i64 {
        return other;
    }
    pub const nano_ffi_options = .{ .work = .{ .frees = .{"other"} } };
};
const source = struct {
    pub const work = .{ .params = .{"other"}, .doc = "" };
};
comptime {
    nano_ffi.exportModule("file", file, source);
}
