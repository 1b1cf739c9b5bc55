//! Text → tokens with their places, and the message about a place.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

pub const SyntaxError = error{
    UnterminatedString,
    UnbalancedParenthesis,
    UnexpectedEnd,
    NotOneExpression,
};

pub const TokenKind = enum { open, close, symbol, number, string };

pub const Token = struct {
    kind: TokenKind,
    /// As it stands there: a string has its quotes and escapes.
    text: []const u8,
    /// From 1.
    line: u32,
    /// From 1, in characters.
    column: u32,
};

pub const Tokenizer = struct {
    source: []const u8,
    offset: usize = 0,
    line: u32 = 1,
    /// How far `line` and `column` have been counted.
    counted: usize = 0,
    column: u32 = 1,

    /// null at the end.
    pub fn next(self: *Tokenizer) SyntaxError!?Token {
        const source = self.source;
        while (self.offset < source.len) : (self.offset += 1) switch (source[self.offset]) {
            ' ', '\t', '\r', '\n' => {},
            ';' => {
                const end = std.mem.findScalarPos(u8, source, self.offset, '\n');
                self.offset = (end orelse source.len) - 1;
            },
            else => break,
        } else return null;
        const start = self.offset;
        self.countTo(start);
        var token: Token = .{
            .kind = .symbol,
            .text = "",
            .line = self.line,
            .column = self.column,
        };
        switch (source[start]) {
            '(', ')' => |char| {
                token.kind = if (char == '(') .open else .close;
                self.offset += 1;
            },
            '"' => {
                token.kind = .string;
                self.offset = endOfString(source, start) orelse
                    return fail(
                        error.UnterminatedString,
                        source,
                        token,
                        "the string has no end",
                        .{},
                    );
            },
            else => {
                while (self.offset < source.len and !isDelimiter(source[self.offset]))
                    self.offset += 1;
                if (isNumber(source[start..self.offset])) token.kind = .number;
            },
        }
        token.text = source[start..self.offset];
        return token;
    }

    /// Puts the place at the end of the text.
    pub fn countToEnd(self: *Tokenizer) void {
        self.countTo(self.source.len);
    }

    fn countTo(self: *Tokenizer, offset: usize) void {
        for (self.source[self.counted..offset]) |char| {
            if (char == '\n') {
                self.line += 1;
                self.column = 1;
            } else if (char & 0xc0 != 0x80) self.column += 1; // once for the bytes of a character
        }
        self.counted = offset;
    }
};

fn endOfString(source: []const u8, start: usize) ?usize {
    var offset = start + 1;
    while (std.mem.findAnyPos(u8, source, offset, "\"\\")) |found| {
        if (source[found] == '"') return found + 1;
        offset = found + 2;
        if (offset > source.len) return null;
    }
    return null;
}

fn isDelimiter(char: u8) bool {
    return switch (char) {
        ' ', '\t', '\r', '\n', '(', ')', '"' => true,
        else => false,
    };
}

/// Digits, with a sign, a point and an exponent at most: `1.`, `.5` and `1e9` are numbers, `-` and
/// `inf` are not.
pub fn isNumber(text: []const u8) bool {
    var rest: usize = if (text.len > 0 and (text[0] == '+' or text[0] == '-')) 1 else 0;
    const whole = digits(text, &rest);
    var part: usize = 0;
    if (rest < text.len and text[rest] == '.') {
        rest += 1;
        part = digits(text, &rest);
    }
    if (whole + part == 0) return false;
    if (rest < text.len and (text[rest] == 'e' or text[rest] == 'E')) {
        rest += 1;
        if (rest < text.len and (text[rest] == '+' or text[rest] == '-')) rest += 1;
        if (digits(text, &rest) == 0) return false;
    }
    return rest == text.len;
}

fn digits(text: []const u8, offset: *usize) usize {
    const start = offset.*;
    while (offset.* < text.len and std.ascii.isDigit(text[offset.*])) offset.* += 1;
    return offset.* - start;
}

/// The error with a message: line, column, what is wrong, and the line with a caret below the
/// place.
/// `place` has a line and a column: a token, or what was made of one.
pub fn fail(
    err: anytype,
    source: []const u8,
    place: anytype,
    comptime format: []const u8,
    values: anytype,
) @TypeOf(err) {
    const excerpt: Excerpt = .{ .source = source, .line = place.line, .column = place.column };
    return nano_ffi.fail(
        err,
        "line {d}, column {d}: " ++ format ++ "\n{f}",
        .{ place.line, place.column } ++ values ++ .{excerpt},
    );
}

const Excerpt = struct {
    source: []const u8,
    line: u32,
    column: u32,

    /// What is shown of a long line: some characters on either side.
    const before = 60;
    const after = 40;

    pub fn format(excerpt: Excerpt, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        var lines = std.mem.splitScalar(u8, excerpt.source, '\n');
        for (1..excerpt.line) |_| _ = lines.next();
        const whole = std.mem.trimEnd(u8, lines.next() orelse "", " \t\r");
        const line = std.mem.trimStart(u8, whole, " \t");
        const indentation: u32 = @intCast(whole.len - line.len);
        const place = excerpt.column -| 1 -| indentation;
        const first = place -| before;
        try writer.writeAll("    ");
        var column: u32 = 0;
        for (line) |char| {
            if (char & 0xc0 != 0x80) column += 1;
            if (column > first and column <= place + 1 + after) try writer.writeByte(
                if (char == '\t') ' ' else char,
            );
        }
        try writer.writeAll("\n    ");
        try writer.splatByteAll(' ', place - first);
        try writer.writeByte('^');
    }
};

const expectEqual = std.testing.expectEqual;
const expectEqualStrings = std.testing.expectEqualStrings;

test Tokenizer {
    var tokens: Tokenizer = .{ .source = "(at 1.5 -x)\n  ; a comment\n\t\"ü \\\" (\" b" };
    const expected = [_]Token{
        .{ .kind = .open, .text = "(", .line = 1, .column = 1 },
        .{ .kind = .symbol, .text = "at", .line = 1, .column = 2 },
        .{ .kind = .number, .text = "1.5", .line = 1, .column = 5 },
        .{ .kind = .symbol, .text = "-x", .line = 1, .column = 9 },
        .{ .kind = .close, .text = ")", .line = 1, .column = 11 },
        .{ .kind = .string, .text = "\"ü \\\" (\"", .line = 3, .column = 2 },
        .{ .kind = .symbol, .text = "b", .line = 3, .column = 11 },
    };
    for (expected) |token| {
        const found = (try tokens.next()).?;
        try expectEqualStrings(token.text, found.text);
        try expectEqual(token.kind, found.kind);
        try expectEqual(token.line, found.line);
        try expectEqual(token.column, found.column);
    }
    try expectEqual(null, try tokens.next());
}

test "a string without an end" {
    for ([_][]const u8{ "\"", "\"abc", "\"abc\\", "\"abc\\\"" }) |source| {
        var tokens: Tokenizer = .{ .source = source };
        try std.testing.expectError(error.UnterminatedString, tokens.next());
    }
}

test "a comment at the end" {
    var tokens: Tokenizer = .{ .source = "a ; b" };
    try expectEqualStrings("a", (try tokens.next()).?.text);
    try expectEqual(null, try tokens.next());
}

test isNumber {
    for ([_][]const u8{ "0", "-1", "+1.5", ".5", "1.", "1e9", "1.5E-3" }) |text| try std.testing.expect(
        isNumber(text),
    );
    for ([_][]const u8{ "", "-", ".", "e9", "1e", "1e+", "1x", "0x10", "1.2.3", "inf", "--1" }) |text|
        try std.testing.expect(!isNumber(text));
}

test Excerpt {
    var buffer: [300]u8 = undefined;
    var writer: std.Io.Writer = .fixed(&buffer);
    const source = "(a\n\t(ü abc)\n)";
    try writer.print("{f}", .{Excerpt{ .source = source, .line = 2, .column = 5 }});
    try expectEqualStrings("    (ü abc)\n       ^", writer.buffered());
    writer.end = 0;
    const long: [300]u8 = @splat('x');
    try writer.print("{f}", .{Excerpt{ .source = &long, .line = 1, .column = 200 }});
    try expectEqualStrings(
        "    " ++ long[0..101] ++ "\n    " ++ @as([60]u8, @splat(' ')) ++ "^",
        writer.buffered(),
    );
}
