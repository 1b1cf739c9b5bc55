//! What is said of a library, in the file that Python imports.

pub const library = @import("told_library.zig");
pub const Ints = library.Stack(i64);

pub const nano_ffi_options = .{
    .library = .{
        .decode = .{ .bytes = true },
        .words = .{ .bytes = true },
        .named = .{ .bytes = true },
        .pair = .{ .bytes = true },
        .Mode = .{ .base = .StrEnum },
        .inner = .{ .skip = .{"hidden"}, .bell = .{ .bytes = true } },
        .Chunk = .{
            .weakref = true,
            .kind = .{ .readonly = true, .bytes = true },
            .data = .{ .bytes = true },
            .raw = .{ .bytes = true },
            .half = .{ .property = true },
            .Mark = .{ .frozen = true, .text = .{ .bytes = true } },
        },
    },
    .Ints = .{ .peek = .{ .property = true }, .push = .{ .defaults = .{ .value = 7 } } },
};
