//! What stands in for an Android CPython's shared library while an extension is linked: a library
//! with every name that capi.zig declares. It is never loaded.

const capi = @import("capi.zig");

fn function() callconv(.c) void {}
var object: usize = 0;

comptime {
    for (@typeInfo(capi.functions).@"struct".decl_names) |name|
        @export(&function, .{ .name = name });
    for (@typeInfo(capi.objects).@"struct".decl_names) |name|
        @export(&object, .{ .name = name });
}
