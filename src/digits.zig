//! Numbers in texts that are made while compiling. What `std.fmt` makes them with takes a compiler
//! twenty times as long, and is compiled into the module.

const std = @import("std");

/// As `{d}` has it.
pub fn decimal(comptime value: comptime_int) [:0]const u8 {
    if (value < 0) return "-" ++ decimal(-value);
    const last = [_:0]u8{'0' + value % 10};
    return if (value < 10) &last else decimal(value / 10) ++ last;
}

test decimal {
    inline for (.{ 0, -7, 10, 1205, -1 << 63, 1 << 127 }) |value| {
        const shown = comptime std.fmt.comptimePrint("{d}", .{value});
        try std.testing.expectEqualStrings(shown, comptime decimal(value));
    }
}
