//! What a struct says of its class in `nano_ffi_options`.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

/// Degrees, with properties.
pub const Temperature = struct {
    /// In degrees Celsius.
    celsius: f64 = 0,
    /// Who measured it.
    station: []const u8 = "",
    /// How often it was asked for.
    asked: u32 = 0,
    cache: ?f64 = null,
    notes: []const []const u8 = &.{},

    pub const zero: f64 = -273.15;

    pub const nano_ffi_options = .{
        .station = .{ .readonly = true },
        .cache = .{ .hidden = true },
        .notes = .{ .hidden = true },
        .fahrenheit = .{ .property = true },
        .setFahrenheit = .{ .setter = "fahrenheit" },
        .kelvin = .{ .property = true },
        .from = .{ .classmethod = true },
    };

    /// In degrees Fahrenheit.
    pub fn fahrenheit(self: Temperature) f64 {
        return self.celsius * 9 / 5 + 32;
    }
    pub fn setFahrenheit(self: *Temperature, value: f64) error{ValueError}!void {
        if (value < -459.67) return error.ValueError;
        self.celsius = (value - 32) * 5 / 9;
    }
    pub fn kelvin(self: *Temperature) f64 {
        if (self.cache) |known| return known;
        self.asked += 1;
        self.cache = self.celsius - zero;
        return self.cache.?;
    }
    /// Out of a text.
    pub fn from(cls: nano_ffi.Object, text: []const u8, scale: ?f64) !Temperature {
        _ = cls;
        return .{ .celsius = try std.fmt.parseFloat(f64, text) * (scale orelse 1) };
    }
    pub fn note(self: *Temperature, gpa: std.mem.Allocator, text: []const u8) !usize {
        const all = try gpa.alloc([]const u8, self.notes.len + 1);
        @memcpy(all[0..self.notes.len], self.notes);
        all[self.notes.len] = text;
        self.notes = all;
        return all.len;
    }
};

/// What does not change.
pub const Version = struct {
    major: u32,
    minor: u32 = 0,
    label: ?[]const u8 = null,

    pub const nano_ffi_options = .{ .frozen = true, .order = true };

    pub fn bump(self: *Version) void {
        self.minor += 1;
    }
    pub fn next(self: Version) Version {
        return .{ .major = self.major, .minor = self.minor + 1, .label = self.label };
    }
};

pub const Spot = struct { x: i64 = 0, color: ?Color = null };

/// Nothing in it changes.
pub const Map = struct {
    spot: Spot = .{},
    spots: []Spot = &.{},
    weights: std.ArrayList(f64) = .empty,
    named: std.StringHashMapUnmanaged(i64) = .empty,

    pub const nano_ffi_options = .{ .frozen = true };
};

pub fn move(spot: *Spot) void {
    spot.x += 1;
}

pub const Color = enum { red, green };

pub fn warmest(all: []const Temperature) f64 {
    var most: f64 = Temperature.zero;
    for (all) |one| most = @max(most, one.celsius);
    return most;
}
