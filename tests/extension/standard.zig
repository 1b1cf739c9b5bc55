//! Values of Python's standard library, alone and in everything that holds values.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

pub const nano_ffi_options = .{
    .sizes = .{ .paths = .{ "first", "second" } },
};

pub fn date(value: nano_ffi.Date) nano_ffi.Date {
    return value;
}
pub fn time(value: nano_ffi.Time) nano_ffi.Time {
    return value;
}
pub fn datetime(value: nano_ffi.DateTime) nano_ffi.DateTime {
    return value;
}
pub fn timedelta(value: nano_ffi.TimeDelta) nano_ffi.TimeDelta {
    return value;
}
pub fn decimal(value: nano_ffi.Decimal) nano_ffi.Decimal {
    return value;
}
pub fn fraction(value: nano_ffi.Fraction) nano_ffi.Fraction {
    return value;
}
pub fn uuid(value: nano_ffi.Uuid) nano_ffi.Uuid {
    return value;
}
pub fn path(value: nano_ffi.Path) nano_ffi.Path {
    return value;
}
pub fn duration(value: std.Io.Duration) std.Io.Duration {
    return value;
}

pub fn encoded(value: nano_ffi.Path) nano_ffi.Bytes {
    return .{ .data = value.data };
}
/// The sizes of two names of files.
pub fn sizes(first: []const u8, second: ?[]const u8) struct { usize, ?usize } {
    return .{ first.len, if (second) |some| some.len else null };
}
pub fn text_of(id: nano_ffi.Uuid, buffer: []u8) !usize {
    return (try std.fmt.bufPrint(buffer, "{f}", .{id})).len;
}

pub fn to_epoch(value: nano_ffi.DateTime) i64 {
    return value.toEpochMicroseconds();
}
pub fn from_epoch(microseconds: i64) !nano_ffi.DateTime {
    return .fromEpochMicroseconds(microseconds);
}
pub fn to_days(value: nano_ffi.Date) i64 {
    return value.toEpochDays();
}
pub fn from_days(days: i64) !nano_ffi.Date {
    return .fromEpochDays(days);
}
/// What Python has no value for.
pub fn impossible(which: u8) struct { ?nano_ffi.Date, ?nano_ffi.TimeDelta, ?nano_ffi.Fraction } {
    return .{
        if (which == 0) .{ .year = 2026, .month = 13, .day = 1 } else null,
        if (which == 1) .{ .microseconds = std.math.maxInt(i128) } else null,
        if (which == 2) .{ .numerator = 1, .denominator = 0 } else null,
    };
}

pub fn maybe(value: ?nano_ffi.DateTime) ?nano_ffi.DateTime {
    return value;
}
pub fn many(values: []const nano_ffi.Date) []const nano_ffi.Date {
    return values;
}
pub fn files(values: []const nano_ffi.Path) []const nano_ffi.Path {
    return values;
}
pub fn by_name(values: std.StringHashMap(nano_ffi.Decimal)) std.StringHashMap(nano_ffi.Decimal) {
    return values;
}
pub fn later(
    when: nano_ffi.DateTime,
    move: nano_ffi.Callback(fn (nano_ffi.DateTime) nano_ffi.DateTime),
) !nano_ffi.DateTime {
    return move.call(.{when});
}

pub const Event = struct {
    at: nano_ffi.DateTime,
    day: ?nano_ffi.Date = null,
    took: nano_ffi.TimeDelta = .{ .microseconds = 0 },
    price: nano_ffi.Decimal = .{ .coefficient = 150, .exponent = -2 },
    share: nano_ffi.Fraction = .{ .numerator = 1, .denominator = 3 },
    id: nano_ffi.Uuid = .{ .bytes = @splat(0) },
    file: nano_ffi.Path = .{ .data = "a" },
    times: []nano_ffi.Time = &.{},
    files: []nano_ffi.Path = &.{},

    pub fn year(self: Event) u16 {
        return self.at.year;
    }
    pub fn rename(self: *Event, file: nano_ffi.Path) void {
        self.file = file;
    }
};

pub const Value = union(enum) {
    day: nano_ffi.Date,
    moment: nano_ffi.DateTime,
    number: nano_ffi.Decimal,
    file: nano_ffi.Path,
    text: []const u8,

    pub const nano_ffi_options = .{ .untagged = true };
};
pub fn tag(value: Value) []const u8 {
    return @tagName(value);
}
pub fn same(value: Value) Value {
    return value;
}
