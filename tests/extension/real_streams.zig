//! Objects that keep a writer or a reader, as encoders, formatters and tokenizers do.

const std = @import("std");

/// Keeps a writer.
pub const Encoder = struct {
    writer: *std.Io.Writer,
    count: usize = 0,

    pub fn init(writer: *std.Io.Writer) Encoder {
        return .{ .writer = writer };
    }

    pub fn put(self: *Encoder, text: []const u8) !void {
        self.count += 1;
        try self.writer.print("<{s}>", .{text});
    }

    /// Begins to write elsewhere.
    pub fn turn(self: *Encoder, writer: *std.Io.Writer) void {
        self.writer = writer;
    }

    pub fn inner(self: *Encoder) Inner {
        return .{ .out = self.writer, .depth = 1 };
    }

    pub fn dump(self: *const Encoder, writer: *std.Io.Writer) !void {
        try writer.print("{d}", .{self.count});
    }

    pub fn format(self: Encoder, writer: *std.Io.Writer) !void {
        try writer.print("Encoder of {d}", .{self.count});
    }
};

pub const Inner = struct {
    out: *std.Io.Writer,
    depth: usize,

    pub fn put(self: Inner, number: i64) !void {
        try self.out.print("[{d}]", .{number});
    }
};

/// Keeps a reader, and has no init.
pub const Lines = struct {
    reader: *std.Io.Reader,

    pub fn next(self: *Lines) !?[]const u8 {
        return self.reader.takeDelimiter('\n');
    }
};

pub fn lines(reader: *std.Io.Reader) Lines {
    return .{ .reader = reader };
}

/// Keeps a reader, and owns what else it needs.
pub const Parser = struct {
    gpa: std.mem.Allocator,
    line: std.ArrayList(u8) = .empty,
    reader: *std.Io.Reader,
    without: []const u8,

    pub fn deinit(self: *Parser) void {
        self.line.deinit(self.gpa);
        self.* = undefined;
    }

    pub fn next(self: *Parser) !?[]const u8 {
        self.line.clearRetainingCapacity();
        const text = try self.reader.takeDelimiter('\n') orelse return null;
        for (text) |char| if (std.mem.findScalar(u8, self.without, char) == null)
            try self.line.append(self.gpa, char);
        return self.line.items;
    }
};

pub fn parse(gpa: std.mem.Allocator, reader: *std.Io.Reader, without: []const u8) Parser {
    return .{ .gpa = gpa, .reader = reader, .without = without };
}

/// Keeps both, behind a pointer.
pub const Copier = struct {
    between: *Between,

    const Between = struct { from: *std.Io.Reader, to: *std.Io.Writer };

    pub fn init(
        gpa: std.mem.Allocator,
        from: *std.Io.Reader,
        to: *std.Io.Writer,
    ) !Copier {
        const between = try gpa.create(Between);
        between.* = .{ .from = from, .to = to };
        return .{ .between = between };
    }

    pub fn deinit(self: *Copier, gpa: std.mem.Allocator) void {
        gpa.destroy(self.between);
    }

    pub fn copy(self: *Copier, count: usize) !void {
        try self.between.from.streamExact(self.between.to, count);
    }
};

/// Keeps nothing.
pub fn length(reader: *std.Io.Reader) !usize {
    return reader.discardRemaining();
}
