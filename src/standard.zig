//! Values of Python's standard library, as plain structs: dates and times, exact numbers, UUIDs.
//! Each says which class it is in Python; python/standard.zig converts them.

const std = @import("std");

/// Which class of Python a type is. Null of any other type. What std has for one is as good.
pub fn of(comptime T: type) ?Class {
    if (T == std.Io.Duration) return of(TimeDelta);
    return comptime if (@typeInfo(T) == .@"struct" and !@typeInfo(T).@"struct".is_tuple and
        @hasDecl(T, "nano_ffi_standard")) T.nano_ffi_standard else null;
}

pub const Class = struct {
    module: [:0]const u8,
    name: [:0]const u8,

    pub fn fullName(comptime class: Class) [:0]const u8 {
        return class.module ++ "." ++ class.name;
    }
};

/// The distance from 0001-01-01 to 1970-01-01.
const days_before_epoch = 719_162;
const us_per_s = std.time.us_per_s;
const us_per_day = std.time.us_per_day;

/// A day of the Gregorian calendar, from the year 1 to 9999: `datetime.date`.
pub const Date = struct {
    year: u16,
    month: u8,
    day: u8,

    pub const nano_ffi_standard: Class = .{ .module = "datetime", .name = "date" };

    /// The date so many days after 1970-01-01.
    pub fn fromEpochDays(days: i64) error{OutOfRange}!Date {
        const first = comptime (Date{ .year = 1, .month = 1, .day = 1 }).toEpochDays();
        const last = comptime (Date{ .year = 9999, .month = 12, .day = 31 }).toEpochDays();
        if (days < first or days > last) return error.OutOfRange;
        var rest: u32 = @intCast(days - first);
        // Leap years are every fourth one, but for centuries, and so is every fourth of these.
        const eras = rest / 146_097;
        rest %= 146_097;
        const centuries: u32 = @min(rest / 36_524, 3);
        rest -= centuries * 36_524;
        const fours = rest / 1461;
        rest %= 1461;
        const years: u32 = @min(rest / 365, 3);
        rest -= years * 365;
        const year: u16 = @intCast(400 * eras + 100 * centuries + 4 * fours + years + 1);
        var month: u8 = 12;
        while (daysBefore(year, month) > rest) month -= 1;
        const day: u8 = @intCast(rest - daysBefore(year, month) + 1);
        return .{ .year = year, .month = month, .day = day };
    }

    /// How many days after 1970-01-01 it is.
    pub fn toEpochDays(date: Date) i64 {
        const years: i64 = @as(i64, date.year) - 1;
        const whole = 365 * years + @divFloor(years, 4) - @divFloor(years, 100) +
            @divFloor(years, 400);
        return whole + daysBefore(date.year, date.month) + date.day - 1 - days_before_epoch;
    }

    fn daysBefore(year: u16, month: u8) u16 {
        const before = [12]u16{ 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
        return before[month - 1] + @intFromBool(month > 2 and isLeap(year));
    }

    fn isLeap(year: u16) bool {
        return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0);
    }
};

/// A time of day: `datetime.time`. Aware where it has an offset.
pub const Time = struct {
    hour: u8 = 0,
    minute: u8 = 0,
    second: u8 = 0,
    microsecond: u32 = 0,
    /// 1 of the second time that the clocks show it.
    fold: u1 = 0,
    /// East of UTC.
    offset: ?TimeDelta = null,

    pub const nano_ffi_standard: Class = .{ .module = "datetime", .name = "time" };

    /// How long it is after midnight.
    pub fn sinceMidnight(time: Time) TimeDelta {
        const minutes = @as(i64, time.hour) * 60 + time.minute;
        return .{ .microseconds = (minutes * 60 + time.second) * us_per_s + time.microsecond };
    }
};

/// A date and time of day: `datetime.datetime`. Aware where it has an offset.
pub const DateTime = struct {
    year: u16,
    month: u8,
    day: u8,
    hour: u8 = 0,
    minute: u8 = 0,
    second: u8 = 0,
    microsecond: u32 = 0,
    /// 1 of the second time that the clocks show it.
    fold: u1 = 0,
    /// East of UTC.
    offset: ?TimeDelta = null,

    pub const nano_ffi_standard: Class = .{ .module = "datetime", .name = "datetime" };

    /// So many microseconds after 1970-01-01 00:00 UTC, in UTC.
    pub fn fromEpochMicroseconds(microseconds: i64) error{OutOfRange}!DateTime {
        const day: Date = try .fromEpochDays(@divFloor(microseconds, us_per_day));
        const rest: u64 = @intCast(@mod(microseconds, us_per_day));
        const seconds: u32 = @intCast(rest / us_per_s);
        return .{
            .year = day.year,
            .month = day.month,
            .day = day.day,
            .hour = @intCast(seconds / 3600),
            .minute = @intCast(seconds / 60 % 60),
            .second = @intCast(seconds % 60),
            .microsecond = @intCast(rest % us_per_s),
            .offset = .{ .microseconds = 0 },
        };
    }

    /// The same of seconds.
    pub fn fromEpochSeconds(seconds: i64) error{OutOfRange}!DateTime {
        return fromEpochMicroseconds(std.math.mul(i64, seconds, us_per_s) catch
            return error.OutOfRange);
    }

    /// How many microseconds after 1970-01-01 00:00 UTC it is, for which a naive one is taken.
    pub fn toEpochMicroseconds(self: DateTime) i64 {
        const offset = self.offset orelse TimeDelta{ .microseconds = 0 };
        return @intCast(self.date().toEpochDays() * us_per_day +
            self.time().sinceMidnight().microseconds - offset.microseconds);
    }

    /// The same of whole seconds.
    pub fn toEpochSeconds(self: DateTime) i64 {
        return @divFloor(self.toEpochMicroseconds(), us_per_s);
    }

    pub fn date(self: DateTime) Date {
        return .{ .year = self.year, .month = self.month, .day = self.day };
    }

    pub fn time(self: DateTime) Time {
        return .{
            .hour = self.hour,
            .minute = self.minute,
            .second = self.second,
            .microsecond = self.microsecond,
            .fold = self.fold,
            .offset = self.offset,
        };
    }
};

/// A length of time: `datetime.timedelta`, which has up to 999999999 days either way.
pub const TimeDelta = struct {
    microseconds: i128,

    pub const nano_ffi_standard: Class = .{ .module = "datetime", .name = "timedelta" };

    pub fn fromSeconds(seconds: i64) TimeDelta {
        return .{ .microseconds = @as(i128, seconds) * us_per_s };
    }

    /// Whole seconds, the next one below.
    pub fn toSeconds(delta: TimeDelta) i64 {
        return @intCast(@divFloor(delta.microseconds, us_per_s));
    }

    /// What is less than a microsecond is left out.
    pub fn fromDuration(duration: std.Io.Duration) TimeDelta {
        return .{ .microseconds = @divFloor(duration.nanoseconds, std.time.ns_per_us) };
    }

    pub fn toDuration(delta: TimeDelta) std.Io.Duration {
        return .{ .nanoseconds = @intCast(delta.microseconds * std.time.ns_per_us) };
    }
};

/// An exact ratio: `fractions.Fraction`, which has no common factors when it comes from Python.
pub const Fraction = struct {
    numerator: i128,
    denominator: u128 = 1,

    pub const nano_ffi_standard: Class = .{ .module = "fractions", .name = "Fraction" };
};

/// An exact decimal number, coefficient · 10^exponent: a finite `decimal.Decimal` of up to 38
/// digits, 1.50 as 150 · 10^-2, and -0.
pub const Decimal = struct {
    negative: bool = false,
    coefficient: u128,
    exponent: i32 = 0,

    pub const nano_ffi_standard: Class = .{ .module = "decimal", .name = "Decimal" };
};

/// `uuid.UUID`, by its bytes in the order of its text.
pub const Uuid = struct {
    bytes: [16]u8,

    pub const nano_ffi_standard: Class = .{ .module = "uuid", .name = "UUID" };

    /// 8-4-4-4-12 hexadecimal digits.
    pub fn format(uuid: Uuid, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        const bytes = &uuid.bytes;
        try writer.print("{x}-{x}-{x}-{x}-{x}", .{
            bytes[0..4], bytes[4..6], bytes[6..8], bytes[8..10], bytes[10..16],
        });
    }
};

test of {
    try std.testing.expectEqualStrings("datetime.date", comptime of(Date).?.fullName());
    try std.testing.expectEqualStrings("timedelta", of(std.Io.Duration).?.name);
    try std.testing.expectEqual(null, of(struct { year: u16 }));
}

test Date {
    const first: Date = .{ .year = 1, .month = 1, .day = 1 };
    const last: Date = .{ .year = 9999, .month = 12, .day = 31 };
    try std.testing.expectEqual(0, (Date{ .year = 1970, .month = 1, .day = 1 }).toEpochDays());
    var days = first.toEpochDays();
    var before: Date = .{ .year = 0, .month = 0, .day = 0 };
    while (days <= last.toEpochDays()) : (days += 1) {
        const date: Date = try .fromEpochDays(days);
        try std.testing.expectEqual(days, date.toEpochDays());
        try std.testing.expect(date.day == before.day + 1 or date.day == 1);
        before = date;
    }
    try std.testing.expectEqual(last, before);
    try std.testing.expectError(error.OutOfRange, Date.fromEpochDays(days));
    try std.testing.expectError(error.OutOfRange, Date.fromEpochDays(first.toEpochDays() - 1));
}

test DateTime {
    const moment: DateTime = try .fromEpochMicroseconds(-1);
    try std.testing.expectEqual(DateTime{
        .year = 1969,
        .month = 12,
        .day = 31,
        .hour = 23,
        .minute = 59,
        .second = 59,
        .microsecond = 999_999,
        .offset = .{ .microseconds = 0 },
    }, moment);
    try std.testing.expectEqual(-1, moment.toEpochMicroseconds());
    try std.testing.expectEqual(-1, moment.toEpochSeconds());
    var east = moment;
    east.offset = .fromSeconds(3600);
    try std.testing.expectEqual(-3601, east.toEpochSeconds());
    try std.testing.expectError(error.OutOfRange, DateTime.fromEpochSeconds(std.math.maxInt(i64)));
    const late: DateTime = try .fromEpochSeconds(253_402_300_799);
    try std.testing.expectEqual(9999, late.date().year);
}

test Time {
    const time: Time = .{ .hour = 1, .second = 1, .microsecond = 5 };
    try std.testing.expectEqual(3_601_000_005, time.sinceMidnight().microseconds);
}

test TimeDelta {
    try std.testing.expectEqual(-2, (TimeDelta{ .microseconds = -1_000_001 }).toSeconds());
    const delta: TimeDelta = .fromDuration(.fromNanoseconds(1999));
    try std.testing.expectEqual(1, delta.microseconds);
    try std.testing.expectEqual(1000, delta.toDuration().nanoseconds);
}

test Uuid {
    var text: [36]u8 = undefined;
    const uuid: Uuid = .{ .bytes = "0123456789abcdef".* };
    try std.testing.expectEqualStrings(
        "30313233-3435-3637-3839-616263646566",
        try std.fmt.bufPrint(&text, "{f}", .{uuid}), // calls format
    );
}
