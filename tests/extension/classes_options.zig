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

/// Every operator of two operands, which tells what was asked of it.
pub const Number = struct {
    n: i64 = 0,

    pub fn __add__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __radd__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __iadd__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __sub__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __rsub__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __isub__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __mul__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __rmul__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __imul__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __matmul__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __rmatmul__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __imatmul__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __truediv__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __rtruediv__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __itruediv__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __floordiv__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __rfloordiv__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __ifloordiv__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __mod__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __rmod__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __imod__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __divmod__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __rdivmod__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __idivmod__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __pow__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __rpow__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __ipow__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __lshift__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __rlshift__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __ilshift__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __rshift__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __rrshift__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __irshift__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __and__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __rand__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __iand__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __or__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __ror__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __ior__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __xor__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __rxor__(self: Number, other: i64) i64 {
        return self.n * 10 + other;
    }
    pub fn __ixor__(self: *Number, other: i64) void {
        self.n += other;
    }
    pub fn __eq__(self: Number, other: i64) bool {
        return self.n == other;
    }
    pub fn __ne__(self: Number, other: i64) bool {
        return self.n == other;
    }
    pub fn __lt__(self: Number, other: i64) bool {
        return self.n == other;
    }
    pub fn __le__(self: Number, other: i64) bool {
        return self.n == other;
    }
    pub fn __gt__(self: Number, other: i64) bool {
        return self.n == other;
    }
    pub fn __ge__(self: Number, other: i64) bool {
        return self.n == other;
    }
};

/// Operators that run Python code, or fail.
pub const Caller = struct {
    n: i64 = 0,

    pub fn __matmul__(self: Caller, function: nano_ffi.Callback(fn (i64) i64)) !i64 {
        return function.call(.{self.n});
    }
    pub fn __iadd__(self: *Caller, other: i64) error{TypeError}!void {
        if (other == 0) return error.TypeError;
        self.n += other;
    }
};

/// Before what it is derived from.
pub const Disc = struct {
    base: Figure = .{},
    /// In meters.
    radius: f64 = 1,

    pub const nano_ffi_options = .{ .base = .{ .inherits = true } };

    pub fn area(self: Disc) f64 {
        return 3 * self.radius * self.radius;
    }
    pub fn grow(self: *Disc, by: f64) void {
        self.radius *= by;
        self.base.scale *= by;
    }
};

/// A figure.
pub const Figure = struct {
    name: []const u8 = "figure",
    scale: f64 = 1,
    tags: std.ArrayList([]const u8) = .empty,

    pub const nano_ffi_options = .{ .size = .{ .property = true } };

    pub fn area(self: Figure) f64 {
        return self.scale - self.scale;
    }
    pub fn size(self: *const Figure) f64 {
        return self.scale;
    }
    pub fn rename(self: *Figure, name: []const u8) *Figure {
        self.name = name;
        return self;
    }
    pub fn __len__(self: *const Figure) usize {
        return self.tags.items.len;
    }
};

pub const Dot = struct {
    disc: Disc = .{},
    pub const nano_ffi_options = .{ .disc = .{ .inherits = true } };
};

pub fn scales(figures: []const Figure) f64 {
    var sum: f64 = 0;
    for (figures) |figure| sum += figure.scale;
    return sum;
}
pub fn title(figure: *const Figure) []const u8 {
    return figure.name;
}
pub fn radius(disc: Disc, times: f64) f64 {
    return disc.radius * times;
}

/// The last of its discs, as a figure.
pub const Drawing = struct {
    discs: std.ArrayList(Disc) = .empty,
    pub fn last(self: *Drawing) ?*Figure {
        const items = self.discs.items;
        return if (items.len == 0) null else &items[items.len - 1].base;
    }
};

/// Compares as it likes.
pub const Coin = struct {
    worth: i64 = 1,
    pub fn __eq__(self: Coin, other: Coin) bool {
        return self.worth == other.worth;
    }
    pub fn __repr__(self: Coin) []const u8 {
        return if (self.worth > 9) "much" else "little";
    }
};
pub const OldCoin = struct {
    coin: Coin = .{},
    year: u16 = 1900,
    pub const nano_ffi_options = .{ .coin = .{ .inherits = true } };
};

var ended: i64 = 0;
pub fn endings() i64 {
    return ended;
}
pub const Pile = struct {
    items: std.ArrayList(i64) = .empty,
    gpa: std.mem.Allocator,

    pub fn init(gpa: std.mem.Allocator) Pile {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Pile) void {
        ended += 1;
        self.items.deinit(self.gpa);
    }
    pub fn push(self: *Pile, item: i64) !void {
        try self.items.append(self.gpa, item);
    }
};
pub const Sum = struct {
    pile: Pile,
    start: i64,

    pub const nano_ffi_options = .{ .pile = .{ .inherits = true } };

    pub fn init(gpa: std.mem.Allocator, start: i64) Sum {
        return .{ .pile = .init(gpa), .start = start };
    }
    pub fn total(self: *const Sum) i64 {
        var sum = self.start;
        for (self.pile.items.items) |item| sum += item;
        return sum;
    }
};

pub const Box = struct { content: nano_ffi.Reference };
pub const NamedBox = struct {
    box: Box,
    other: ?nano_ffi.Reference = null,
    name: []const u8 = "",
    pub const nano_ffi_options = .{ .box = .{ .inherits = true } };
};

/// What a class can say of itself as well as the file of it.
pub const Town = struct {
    houses: std.ArrayList(*House) = .empty,
    gpa: std.mem.Allocator,

    pub const nano_ffi_options = .{ .stable = true, .weakref = true };

    pub fn init(gpa: std.mem.Allocator) Town {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Town) void {
        for (self.houses.items) |house| self.gpa.destroy(house);
        self.houses.deinit(self.gpa);
    }
    pub fn build(self: *Town, number: u32) !*House {
        const house = try self.gpa.create(House);
        house.* = .{ .number = number };
        try self.houses.append(self.gpa, house);
        return house;
    }
};
pub const House = struct {
    number: u32,
    pub const nano_ffi_options = .{ .constructible = false };
};

/// Of Zig's library.
pub const Semantic = std.SemanticVersion;
pub const nano_ffi_options = .{ .Semantic = .{ .operators = true } };

/// Has functions that do what operators do.
pub const Word = struct {
    text: []const u8,
    number: i64 = 0,

    pub const nano_ffi_options = .{ .operators = true };

    pub fn eql(self: Word, other: Word) bool {
        return std.mem.eql(u8, self.text, other.text);
    }
    pub fn hash(self: Word) u64 {
        return std.hash.Wyhash.hash(0, self.text);
    }
    pub fn lessThan(self: Word, other: Word) bool {
        return std.mem.lessThan(u8, self.text, other.text);
    }
    pub fn len(self: Word) usize {
        return self.text.len;
    }
};

/// The same with memory of its own, and one order for all comparisons.
pub const Bag = struct {
    items: std.ArrayList(i64) = .empty,
    gpa: std.mem.Allocator,

    pub const nano_ffi_options = .{ .operators = true };

    pub fn init(gpa: std.mem.Allocator) Bag {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Bag) void {
        self.items.deinit(self.gpa);
    }
    pub fn push(self: *Bag, item: i64) !void {
        try self.items.append(self.gpa, item);
    }
    pub fn clone(self: *const Bag) !Bag {
        return .{ .items = try self.items.clone(self.gpa), .gpa = self.gpa };
    }
    pub fn count(self: *const Bag) usize {
        return self.items.items.len;
    }
    pub fn order(self: *const Bag, other: *const Bag) std.math.Order {
        return std.math.order(self.count(), other.count());
    }
    /// No operator: it is told how many.
    pub fn len(self: *const Bag, least: usize) usize {
        return @max(least, self.count());
    }
};

/// Is made by names only, as one that is derived from it.
pub const Parcel = struct {
    to: []const u8,
    grams: i64 = 100,
    tags: []const []const u8 = &.{"new"},

    pub const nano_ffi_options = .{ .kw_only = true };
};
pub const Weight = struct {
    grams: f64,
    exact: bool = false,

    pub const nano_ffi_options = .{ .kw_only = true };
};
pub const Express = struct {
    weight: Weight,
    hours: i64 = 24,

    pub const nano_ffi_options = .{ .kw_only = true, .weight = .{ .inherits = true } };
};
