//! error: nano_ffi: nano_ffi_options of 'work' has .keeps of 'othr', and there is no such parameter
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub fn work(other: i64) i64 {
        return other;
    }
    pub const nano_ffi_options = .{ .work = .{ .keeps = .{"othr"} } };
};
const source = struct {
    pub const work = .{ .params = .{"other"}, .doc = "" };
};
comptime {
    nano_ffi.exportModule("file", file, source);
}
