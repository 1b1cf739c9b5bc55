/// Three times as much.
pub fn triple(number: i64) error{Overflow}!i64 {
    const std = @import("std");
    return std.math.mul(i64, number, 3);
}
