//! A text beside an error: Zig's errors are numbers, and Python's exceptions have something to say.

const std = @import("std");
const root = @import("root");

/// Whether functions of this compilation may give one: a user's own module, or a unit test.
const are_taken = @hasDecl(root, "nano_ffi_module") or @import("builtin").is_test;

pub const Message = struct {
    /// error.Unexpected's number is somebody's, too: 0 is none's.
    code: u16 = 0,
    length: usize = 0,
    /// Of the name of the file that it is about, which is in the buffer, behind the text.
    path_length: usize = 0,
    buffer: [2048]u8 = @splat(0), // and so it is nothing in the file
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
    message.path_length = 0;
    message.code = @intFromError(err);
    return err;
}

/// `return nano_ffi.failPath(error.FileNotFound, path);`: the same, with the error's name and that
/// of a file as text, and the file as `filename` of the exception. It is a `Path` or a text.
pub fn failPath(err: anytype, file: anytype) @TypeOf(err) {
    @branchHint(.cold);
    const path: []const u8 = if (@typeInfo(@TypeOf(file)) == .@"struct") file.data else file;
    const failed = fail(err, "{s}: '{s}'", .{ @errorName(err), path });
    if (!are_taken) return failed;
    const rest = last.buffer[last.length..];
    if (path.len > rest.len) return failed; // no system has such names
    @memcpy(rest[0..path.len], path);
    last.path_length = path.len;
    return failed;
}

/// This thread's.
pub fn here() *Message {
    return &last;
}

/// What a function has left in another thread than its caller's.
pub fn move(from: *Message, to: *Message) void {
    to.code = from.code;
    if (!are_taken or from.code == 0) return;
    to.* = from.*;
    from.code = 0;
}

/// The file that the text is about, which `of` gave last.
pub fn pathOf() []const u8 {
    return last.buffer[last.length..][0..last.path_length];
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

test failPath {
    try std.testing.expectEqual(error.FileNotFound, failPath(error.FileNotFound, "a/b"));
    try std.testing.expectEqualStrings("FileNotFound: 'a/b'", of(error.FileNotFound).?);
    try std.testing.expectEqualStrings("a/b", pathOf());
    try std.testing.expectEqual(error.IsDir, failPath(error.IsDir, .{ .data = "c" }));
    try std.testing.expectEqualStrings("c", pathOf());
    const long: [1500]u8 = @splat('x');
    try std.testing.expectEqual(error.FileNotFound, failPath(error.FileNotFound, &long));
    try std.testing.expectEqualStrings("", pathOf());
}

test move {
    var other: Message = .{};
    try std.testing.expectEqual(error.FileNotFound, failPath(error.FileNotFound, "a/b"));
    move(here(), &other);
    try std.testing.expectEqual(null, of(error.FileNotFound));
    try std.testing.expectEqual(error.Syntax, fail(error.Syntax, "another", .{}));
    move(&other, here());
    try std.testing.expectEqualStrings("FileNotFound: 'a/b'", of(error.FileNotFound).?);
    try std.testing.expectEqualStrings("a/b", pathOf());
    move(&other, here());
    try std.testing.expectEqual(null, of(error.FileNotFound));
}

test clear {
    const long: [3000]u8 = @splat('x');
    try std.testing.expectEqual(error.Syntax, fail(error.Syntax, "{s}", .{&long}));
    clear();
    try std.testing.expectEqual(null, of(error.Syntax));
    try std.testing.expectEqual(error.Syntax, fail(error.Syntax, "{s}", .{&long}));
    try std.testing.expectEqual(2048, of(error.Syntax).?.len);
}
