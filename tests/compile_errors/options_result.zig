//! error: nano_ffi: nano_ffi_options of 'work' has .result = .own: it is .owned, where nano_ffi gives back what the result points to, .borrowed, where nobody does, or .numpy, where an Array or an Owned slice is to be an array of numpy
const nano_ffi = @import("nano_ffi");
const file = struct {
    pub fn work(other: i64) i64 {
        return other;
    }
    pub const nano_ffi_options = .{ .work = .{ .result = .own } };
};
const source = struct {
    pub const work = .{ .params = .{"other"}, .doc = "" };
};
comptime {
    nano_ffi.exportModule("file", file, source);
}
