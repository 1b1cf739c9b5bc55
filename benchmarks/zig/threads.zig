//! A function that takes as long as it is told, without the GIL and as a coroutine. Every peer has
//! the first.

const std = @import("std");

pub const nano_ffi_options = .{
    .spin = .{ .gil = .released },
    .spinLater = .{ .async = true },
    .spinLaterWithIo = .{ .async = true },
};

pub fn spin(turns: u64) u64 {
    var value: u64 = 88172645463325252;
    for (0..turns) |_| {
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
    }
    return value;
}

pub fn spinLater(turns: u64) u64 {
    return spin(turns);
}

pub fn spinLaterWithIo(_: std.Io, turns: u64) u64 {
    return spin(turns);
}
