//! Has a type that is named as one of real_constants.zig.

pub const Time = struct { ticks: i64 };
