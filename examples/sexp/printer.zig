//! Text → the same with lines and indentation as KiCad makes them: every list on a line of its own,
//! one tab deeper than the one it is in; points `(xy …)` side by side.

const std = @import("std");
const Tokenizer = @import("tokenizer.zig").Tokenizer;
const Allocator = std.mem.Allocator;

/// Where a line of points is full, in columns with tabs as one.
const point_limit = 99;

/// One expression in new memory of `gpa`.
pub fn pretty(gpa: Allocator, text: []const u8) ![]const u8 {
    var out: std.Io.Writer.Allocating = try .initCapacity(gpa, text.len + text.len / 4 + 16);
    errdefer out.deinit();
    prettyTo(&out.writer, text) catch |err| switch (err) {
        error.WriteFailed => return error.OutOfMemory,
        else => |other| return other,
    };
    return out.toOwnedSlice();
}

fn prettyTo(out: *std.Io.Writer, text: []const u8) !void {
    var tokens: Tokenizer = .{ .source = text };
    var depth: usize = 0;
    var column: usize = 0;
    var last: enum { nothing, open, close, atom } = .nothing;
    var list_was_point = false;
    var in_point = false;
    while (try tokens.next()) |token| {
        switch (token.kind) {
            .open => {
                var following = tokens;
                const first = try following.next();
                in_point = first != null and std.mem.eql(u8, first.?.text, "xy");
                if (in_point and last == .close and list_was_point and column < point_limit) {
                    try out.writeByte(' ');
                    column += 1;
                } else if (last != .nothing) column = try startLine(out, depth);
                depth += 1;
                last = .open;
            },
            .close => {
                depth = std.math.sub(usize, depth, 1) catch return error.UnbalancedParenthesis;
                if (last == .close) column = try startLine(out, depth);
                list_was_point = in_point;
                in_point = false;
                last = .close;
            },
            else => {
                if (last == .close or last == .atom) {
                    try out.writeByte(' ');
                    column += 1;
                }
                last = .atom;
            },
        }
        try out.writeAll(token.text);
        column += token.text.len;
    }
    if (depth > 0) return error.UnbalancedParenthesis;
    try out.writeByte('\n');
}

fn startLine(out: *std.Io.Writer, depth: usize) !usize {
    try out.writeByte('\n');
    try out.splatByteAll('\t', depth);
    return depth;
}

/// A text in quotes.
pub fn quote(out: *std.Io.Writer, text: []const u8) std.Io.Writer.Error!void {
    try out.writeByte('"');
    var rest = text;
    while (std.mem.findAny(u8, rest, "\"\\\n\r\t")) |place| {
        try out.writeAll(rest[0..place]);
        try out.writeAll(switch (rest[place]) {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            else => "\\t",
        });
        rest = rest[place + 1 ..];
    }
    try out.writeAll(rest);
    try out.writeByte('"');
}

test pretty {
    const text = try pretty(
        std.testing.allocator,
        " (a b(c  \"d e\") (pts ( xy 0 0)(xy 1 1)) (f) )",
    );
    defer std.testing.allocator.free(text);
    try std.testing.expectEqualStrings(
        "(a b\n\t(c \"d e\")\n\t(pts\n\t\t(xy 0 0) (xy 1 1)\n\t)\n\t(f)\n)\n",
        text,
    );
    const again = try pretty(std.testing.allocator, text);
    defer std.testing.allocator.free(again);
    try std.testing.expectEqualStrings(text, again);
}

test "a line of points ends" {
    const five = "(xy 100 100)(xy 100 100)(xy 100 100)(xy 100 100)(xy 100 100)";
    const text = try pretty(std.testing.allocator, "(pts" ++ five ++ five ++ five ++ ")");
    defer std.testing.allocator.free(text);
    var lines = std.mem.splitScalar(u8, text, '\n');
    _ = lines.next();
    try std.testing.expectEqual(104, lines.next().?.len);
}

test quote {
    var buffer: [100]u8 = undefined;
    var writer: std.Io.Writer = .fixed(&buffer);
    try quote(&writer, "a \"b\" \\ \n");
    try std.testing.expectEqualStrings("\"a \\\"b\\\" \\\\ \\n\"", writer.buffered());
}
