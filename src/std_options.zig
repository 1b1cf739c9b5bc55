//! `std.options` of an extension: what the user's file says, and nano_ffi's where it is silent.

const std = @import("std");
const page_size = @import("page_size.zig");
const said = @import("python/said.zig");

pub fn of(comptime file: type) std.Options {
    var options: std.Options =
        if (@hasDecl(file, "std_options")) file.std_options else .{};
    if (options.logFn == std.log.defaultLog) options.logFn = said.log;
    options.queryPageSize = page_size.query;
    return options;
}

test of {
    const options = comptime of(struct {
        pub const std_options: std.Options = .{ .log_level = .err };
    });
    try std.testing.expectEqual(.err, options.log_level);
}
