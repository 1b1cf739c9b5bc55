//! A text beside an error: Zig's errors are numbers, and Python's exceptions have something to say.

const std = @import("std");
const root = @import("root");

/// Whether functions of this compilation may give one: a user's own module, or a unit test.
const are_taken = @hasDecl(root, "nano_ffi_module") or @import("builtin").is_test;

const Message = struct {
    /// error.Unexpected's number is somebody's, too: 0 is none's.
    code: u16 = 0,
    length: usize = 0,
    buffer: [2048]u8 = undefined,
};

threadlocal var last: Message = .{};

/// `return nano_ffi.fail(error.Syntax, "line {d}: …", .{line});`: the error, which becomes an
/// exception with that text instead of the error's name. A text of more than 2048 bytes is cut off.
/// It belongs to the call: an error that is caught in Zig takes its text along.
pub fn fail(err: anytype, comptime format: []const u8, values: anytype) @TypeOf(err) {
    @branchHint(.cold);
    if (!are_taken) return err;
    const message = &last;
    var writer: std.Io.Writer = .fixed(&message.buffer);
    writer.print(format, values) catch {}; // full: the beginning tells most
    message.length = writer.end;
    message.code = @intFromError(err);
    return err;
}

/// Before a call: what an earlier one left is not its.
pub inline fn clear() void {
    if (are_taken) last.code = 0;
}

/// The text that was given with `err`, which must be the last one. Good until the next `fail`.
pub fn of(err: anyerror) ?[]const u8 {
    if (!are_taken) return null;
    const message = &last;
    if (message.code != @intFromError(err)) return null;
    message.code = 0;
    return message.buffer[0..message.length];
}

test fail {
    const function = struct {
        fn function(line: usize) error{ Syntax, Other }!void {
            return fail(error.Syntax, "line {d}: so it is", .{line});
        }
    }.function;
    try std.testing.expectError(error.Syntax, function(3));
    try std.testing.expectEqual(null, of(error.Other));
    try std.testing.expectEqualStrings("line 3: so it is", of(error.Syntax).?);
    try std.testing.expectEqual(null, of(error.Syntax));
}

test clear {
    const long: [3000]u8 = @splat('x');
    try std.testing.expectEqual(error.Syntax, fail(error.Syntax, "{s}", .{&long}));
    clear();
    try std.testing.expectEqual(null, of(error.Syntax));
    try std.testing.expectEqual(error.Syntax, fail(error.Syntax, "{s}", .{&long}));
    try std.testing.expectEqual(2048, of(error.Syntax).?.len);
}
