//! error: nano_ffi: std_options has .queryPageSize, and nano_ffi has one of its own: leave it out
const std = @import("std");
const nano_ffi = @import("nano_ffi");
fn size() usize {
    return 4096;
}
const file = struct {
    pub const std_options: std.Options = .{ .queryPageSize = size };
};
comptime {
    _ = nano_ffi.stdOptions(file);
}
