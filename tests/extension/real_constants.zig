//! Constants as libraries have them: magic numbers, tables, long texts.

const std = @import("std");

/// The beginning of a file.
pub const magic = "\x89PNG\r\n\x1a\n";
pub const marker: []const u8 = "\xff\xd8";
pub const marks: [2][]const u8 = .{ "\xff", "\xfe" };
pub const alphabet = "abcé".*;
pub const table: [256]u8 = table: {
    var bytes: [256]u8 = undefined;
    for (&bytes, 0..) |*byte, index| byte.* = @intCast(index);
    break :table bytes;
};
pub const pointer = &table;
pub const terminated: [*:0]const u8 = "zé";
pub const license = license: {
    @setEvalBranchQuota(1_000_000);
    var text: [60_000]u8 = undefined;
    for (0..30_000) |index| text[2 * index ..][0..2].* = "é".*;
    const whole = text;
    break :license &whole;
};
pub const squares = squares: {
    @setEvalBranchQuota(1_000_000);
    var numbers: [5000]u32 = undefined;
    for (&numbers, 0..) |*number, index| number.* = @intCast(index * index);
    break :squares numbers;
};

const Kind = struct { name: []const u8 = "png", start: []const u8 };
/// What a dict cannot have: a text that is none.
pub const kind: Kind = .{ .start = "\x89" };
pub const mixed = [_][]const u8{ "GIF8", "\x89PNG" };
pub const kinds: []const Kind = &.{.{ .start = "\x89" }};
pub const maybe: ?[]const u8 = "\xff";

pub const Format = enum {
    png,

    pub const magic = "\x89PNG";
    pub const names = [_][]const u8{ "a", "\xff" };
};

/// What a library says of itself, in structs without a name.
pub const about = .{
    .kind = .codec,
    .name = "json",
    .needs = .{},
    .version = .{ 1, 2 },
    .limits = .{ .depth = 0.5, .sizes = [_]u16{ 7, 9 } },
};
pub const mode = .fast;
pub const stages = .{ .early, .late };
/// Has a type, which is nothing in Python.
pub const typed = .{ .T = u8 };

/// Two types of one name.
pub const Outer = struct {
    pub fn at(time: Time) i64 {
        return time.raw.ticks;
    }

    const Time = struct { raw: @import("real_constants_other.zig").Time };
};

/// Has what Python cannot copy.
pub const Codec = struct {
    name: []const u8,
    step: *const fn (u8) u8,
    gpa: std.mem.Allocator,
    buffer: []u8 = &.{},
    count: usize = 0,

    pub const rot1: Codec = .{ .name = "rot1", .step = next, .gpa = std.heap.page_allocator };

    pub fn encode(codec: Codec, gpa: std.mem.Allocator, text: []const u8) ![]u8 {
        const made = try gpa.dupe(u8, text);
        for (made) |*char| char.* = codec.step(char.*);
        return made;
    }

    pub fn title(codec: *const Codec) []const u8 {
        return codec.name;
    }

    pub fn use(codec: *Codec) void {
        codec.count += 1;
    }

    pub fn deinit(codec: *Codec) void {
        ended += 1;
        codec.gpa.free(codec.buffer);
    }
};

pub const same_codec: Codec = .{ .name = "same", .step = same, .gpa = std.heap.page_allocator };

var ended: usize = 0;

pub fn endedSoFar() usize {
    return ended;
}

fn next(char: u8) u8 {
    return char +% 1;
}

fn same(char: u8) u8 {
    return char;
}
