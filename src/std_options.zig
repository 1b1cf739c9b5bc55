//! `std.options` of an extension: what the user's file says, and nano_ffi's where it is silent.
//! What cannot count in a module is refused, as nobody would see that it does not.

const std = @import("std");
const build_options = @import("build_options");
const page_size = @import("page_size.zig");
const said = @import("python/said.zig");

pub fn of(comptime file: type) std.Options {
    var options: std.Options =
        if (@hasDecl(file, "std_options")) file.std_options else .{
            // Wherever the system is called, all of std.debug would be compiled with it in Debug.
            .unexpected_error_tracing = false,
        };
    const unsaid: std.Options = .{};
    if (options.enable_segfault_handler != unsaid.enable_segfault_handler) @compileError(
        "nano_ffi: std_options has .enable_segfault_handler, which is for the start of a " ++
            "program, and this is a module: leave it out, and start Python with -X faulthandler",
    );
    if (options.queryPageSize != unsaid.queryPageSize) @compileError(
        "nano_ffi: std_options has .queryPageSize, and nano_ffi has one of its own: leave it out",
    );
    if (options.logFn == std.log.defaultLog) options.logFn = said.log;
    options.queryPageSize = page_size.query;
    // The lines of the user's own files are there to be shown, if not those of std, which asks for
    // its own.
    if (@hasDecl(build_options, "places") and build_options.places)
        options.allow_stack_tracing = true;
    return options;
}

test of {
    const options = comptime of(struct {
        pub const std_options: std.Options = .{ .log_level = .err };
    });
    try std.testing.expectEqual(.err, options.log_level);
    try std.testing.expect(!(comptime of(struct {})).unexpected_error_tracing);
}
