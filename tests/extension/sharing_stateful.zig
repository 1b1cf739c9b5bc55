//! What sharing_first.zig and sharing_second.zig have each for itself.

const std = @import("std");

var made: i64 = 0;

pub const Counted = struct {
    number: i64,

    pub fn init() Counted {
        made += 1;
        return .{ .number = made };
    }
};
