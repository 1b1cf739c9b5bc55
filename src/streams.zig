//! What a `*std.Io.Writer` or `*std.Io.Reader` is in Python that an object keeps: an object of one
//! of these classes, which every module has where a class of it has such a field.

const std = @import("std");
const Bytes = @import("signature.zig").Bytes;
const Input = @import("signature.zig").Input;

pub const IoWriter = struct {
    text: std.Io.Writer.Allocating,

    pub const nano_ffi_options = .{
        .stable = true,
        .text = .{ .hidden = true },
    };

    pub fn init(gpa: std.mem.Allocator) IoWriter {
        return .{ .text = .init(gpa) };
    }

    pub fn deinit(writer: *IoWriter) void {
        writer.text.deinit();
    }

    pub fn getvalue(writer: *const IoWriter) Bytes {
        return .{ .data = writer.text.writer.buffered() };
    }

    pub fn format(writer: *const IoWriter, to: *std.Io.Writer) std.Io.Writer.Error!void {
        try to.writeAll(writer.text.writer.buffered());
    }
};

pub const IoReader = struct {
    data: []u8,
    reader: std.Io.Reader,

    pub const nano_ffi_options = .{
        .stable = true,
        .data = .{ .hidden = true },
        .reader = .{ .hidden = true },
    };

    pub fn init(gpa: std.mem.Allocator, text: Input) error{OutOfMemory}!IoReader {
        const data = try gpa.dupe(u8, text.data);
        return .{ .data = data, .reader = .fixed(data) };
    }

    pub fn deinit(reader: *IoReader, gpa: std.mem.Allocator) void {
        gpa.free(reader.data);
    }
};

/// What source.zig would have read here.
pub const source = struct {
    pub const IoWriter = struct {
        pub const @"nano_ffi.doc" = "Takes what is written to a std.Io.Writer that objects keep.";
        pub const @"nano_ffi.fields" = .{};
        pub const init = .{ .params = .{"gpa"}, .doc = "" };
        pub const deinit = .{ .params = .{"writer"}, .doc = "" };
        pub const getvalue = .{ .params = .{"writer"}, .doc = "All that has been written." };
        pub const format = .{
            .params = .{ "writer", "to" },
            .doc = "All that has been written, as text.",
        };
    };
    pub const IoReader = struct {
        pub const @"nano_ffi.doc" = "Has what is read from a std.Io.Reader that objects keep.";
        pub const @"nano_ffi.fields" = .{};
        pub const init = .{ .params = .{ "gpa", "text" }, .doc = "" };
        pub const deinit = .{ .params = .{ "reader", "gpa" }, .doc = "" };
    };
};

/// The class of what a `T` points to; null of what is no stream.
pub fn Of(comptime T: type) ?type {
    return if (T == *std.Io.Writer) IoWriter else if (T == *std.Io.Reader) IoReader else null;
}

/// The stream that an object has.
pub fn of(object: anytype) switch (@TypeOf(object)) {
    *IoWriter => *std.Io.Writer,
    *IoReader => *std.Io.Reader,
    else => unreachable,
} {
    return if (@TypeOf(object) == *IoWriter) &object.text.writer else &object.reader;
}

/// Whether a struct keeps a stream: itself, or in a struct that is in it, or behind a pointer.
pub fn keeps(comptime T: type, comptime Stream: type) bool {
    return comptime keepsWithin(T, Stream, &.{});
}

fn keepsWithin(comptime T: type, comptime Stream: type, comptime open: []const type) bool {
    if (T == Stream) return true;
    return switch (@typeInfo(T)) {
        .optional => |optional| keepsWithin(optional.child, Stream, open),
        .pointer => |pointer| pointer.size == .one and keepsWithin(pointer.child, Stream, open),
        .@"struct" => |info| {
            if (T == std.mem.Allocator or T == std.Io) return false;
            for (open) |Outer| if (Outer == T) return false;
            for (info.field_types) |Field|
                if (keepsWithin(Field, Stream, open ++ .{T})) return true;
            return false;
        },
        else => false,
    };
}

test keeps {
    const Encoder = struct { writer: *std.Io.Writer, count: usize };
    try std.testing.expect(keeps(Encoder, *std.Io.Writer) and !keeps(Encoder, *std.Io.Reader));
    try std.testing.expect(keeps(struct { encoder: Encoder }, *std.Io.Writer));
    const Ring = struct { next: ?*@This(), encoder: *Encoder };
    try std.testing.expect(keeps(Ring, *std.Io.Writer) and !keeps(Ring, *std.Io.Reader));
    try std.testing.expect(!keeps(struct { text: std.Io.Writer.Allocating }, *std.Io.Writer));
}

test of {
    var writer: IoWriter = .init(std.testing.allocator);
    defer writer.deinit();
    try of(&writer).writeAll("abc");
    try std.testing.expectEqualStrings("abc", writer.getvalue().data);
    var room: [4]u8 = undefined;
    var other: std.Io.Writer = .fixed(&room);
    try writer.format(&other);
    try std.testing.expectEqualStrings("abc", other.buffered());
    var reader: IoReader = try .init(std.testing.allocator, .{ .data = "xy" });
    defer reader.deinit(std.testing.allocator);
    try std.testing.expectEqual('x', try of(&reader).takeByte());
    try std.testing.expectEqual(null, Of(u8));
}
