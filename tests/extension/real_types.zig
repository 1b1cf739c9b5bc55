//! Enums with functions, sets of flags, packed structs, and namespaces that are chosen.

const std = @import("std");
const builtin = @import("builtin");
const nano_ffi = @import("nano_ffi");

/// A color.
pub const Color = enum(u8) {
    red,
    green = 5,
    blue,

    pub const default: Color = .green;
    pub const count = 3;

    /// The one after it.
    pub fn next(self: Color) Color {
        return switch (self) {
            .red => .green,
            .green => .blue,
            .blue => .red,
        };
    }
    pub fn isWarm(self: *const Color) bool {
        return self.* == .red;
    }
    pub fn mixed(self: Color, other: Color, share: f64) f64 {
        return @as(f64, @floatFromInt(@backingInt(self))) * share +
            @as(f64, @floatFromInt(@backingInt(other))) * (1 - share);
    }
    pub fn parse(text: []const u8) error{NoColor}!Color {
        return std.meta.stringToEnum(Color, text) orelse error.NoColor;
    }
    pub fn write(self: Color, writer: *std.Io.Writer) !void {
        try writer.print("#{d}", .{@backingInt(self)});
    }
    pub fn name(self: Color) []const u8 {
        return @tagName(self);
    }
    pub fn change(self: *Color) void {
        self.* = self.next();
    }
};

/// Text in Python.
pub const Layer = enum(u8) {
    copper = 3,
    @"solder mask",
    paste,

    pub const nano_ffi_options = .{ .base = .StrEnum };

    pub fn below(self: Layer) ?Layer {
        return if (self == .paste) null else @fromBackingInt(@backingInt(self) + 1);
    }
};

/// No ints in Python.
pub const Mode = packed struct(u8) {
    fast: bool = false,
    _: u3 = 0,
    loud: bool = false,
    _more: u3 = 0,

    pub const nano_ffi_options = .{ .base = .Flag };
    pub const all: Mode = .{ .fast = true, .loud = true };

    pub fn isLoud(self: Mode) bool {
        return self.loud;
    }
};

pub const Pad = struct { layer: Layer = .copper, mode: Mode = .{ .loud = true } };

pub const Chosen = union(enum) {
    layer: Layer,
    mode: Mode,
    text: []const u8,
    number: i64,

    pub const nano_ffi_options = .{ .untagged = true };
};

pub fn layersOf(pads: []const Pad) ![]const Layer {
    const layers = try nano_ffi.allocator.alloc(Layer, pads.len);
    for (layers, pads) |*layer, pad| layer.* = pad.layer;
    return layers;
}

pub fn opposite(mode: Mode) Mode {
    return .{ .fast = !mode.fast, .loud = !mode.loud };
}

pub fn tagOf(values: []const Chosen, back: usize) !struct { []const u8, Chosen } {
    if (values.len <= back) return error.IndexError;
    return .{ @tagName(values[back]), values[back] };
}

pub const Access = packed struct(u8) {
    read: bool = false,
    write: bool = false,
    _unused: u2 = 0,
    run: bool = false,
    _: u3 = 0,

    pub const all: Access = .{ .read = true, .write = true, .run = true };

    pub fn any(self: Access) bool {
        return self.read or self.write or self.run;
    }
};

pub fn flipped(access: Access) Access {
    return .{ .read = !access.read, .write = access.write, .run = access.run };
}

pub fn accessOrNone(access: ?Access) ?Access {
    return access;
}

pub const Rgb565 = packed struct(u16) {
    r: u5,
    g: u6 = 0,
    b: u5 = 0,

    pub fn luma(self: Rgb565) u16 {
        return @as(u16, self.r) + self.g + self.b;
    }
    pub fn darken(self: *Rgb565) void {
        self.r /= 2;
        self.g /= 2;
        self.b /= 2;
    }
};

pub const Pixel = struct { color: Rgb565, access: Access = .{}, kind: Kind = .plain };

pub const Kind = enum(i16) { plain = -1, odd = 7, _ };

pub fn kindOf(number: i16) Kind {
    return @fromBackingInt(number);
}

pub fn numberOf(kind: Kind) i16 {
    return @backingInt(kind);
}

pub const Letter = enum(i8) { a = -5, b, c, d, e, f = 3, g, h, i, j, k, l, m, n, o, p, q, r = 99 };

pub fn after(letter: Letter) Letter {
    const all = @typeInfo(Letter).@"enum".field_values;
    inline for (all, 1..) |value, index| {
        if (@backingInt(letter) == value) return @fromBackingInt(all[index % all.len]);
    }
    unreachable;
}

pub const Large = enum(u64) { most = std.math.maxInt(u64), _ };

pub fn less(large: Large) Large {
    return @fromBackingInt(@backingInt(large) - 1);
}

pub const paths = if (builtin.os.tag == .windows) struct {
    pub const separator = "\\";
    pub fn join(a: []const u8, b: []const u8) usize {
        return a.len + b.len;
    }
} else struct {
    pub const separator = "/";
    pub fn join(a: []const u8, b: []const u8) usize {
        return a.len + b.len + 1;
    }
};

pub const chosen = switch (builtin.cpu.arch.endian()) {
    .little => Rgb565,
    .big => Rgb565,
};

/// Another name of a type that crosses.
pub const Meters = f64;
pub fn far(distance: Meters) Meters {
    return distance * 2;
}

/// So many bytes, of which some are used.
fn Bounded(comptime T: type, comptime capacity: usize) type {
    return struct {
        buffer: [capacity]T = undefined,
        len: usize = 0,

        pub fn append(self: *@This(), item: T) error{Overflow}!void {
            if (self.len == capacity) return error.Overflow;
            self.buffer[self.len] = item;
            self.len += 1;
        }
        pub fn constSlice(self: *const @This()) []const T {
            return self.buffer[0..self.len];
        }
    };
}

pub const Eight = Bounded(i16, 8);

const Rough = struct { weight: u8 = undefined, size: u8 = 2 };

pub fn rough() Rough {
    return .{ .weight = 3 };
}

pub fn roughly(given: Rough, other: Rough) [4]u16 {
    return .{ given.weight, given.size, other.weight, other.size };
}

pub fn sizeOf(options: Rough) u8 {
    return options.weight + options.size;
}

pub const Fault = struct {
    line: u32,
    column: u32 = undefined,

    pub const nano_ffi_options = .{ .exception = .ValueError };
};

/// What has more than Python can give.
pub const Settings = struct {
    log: *const fn (u8) u8 = &same,
    context: ?*anyopaque = null,
    level: u8 = 3,

    pub fn logged(self: *const Settings) u8 {
        return self.log(self.level);
    }
};

fn same(level: u8) u8 {
    return level;
}

/// Nothing makes it but its defaults, and its functions are told the allocator.
pub const Stack = struct {
    items: std.ArrayList(i64) = .empty,
    limit: usize = 2,

    pub fn push(self: *Stack, gpa: std.mem.Allocator, item: i64) !void {
        if (self.items.items.len == self.limit) return error.Overflow;
        try self.items.append(gpa, item);
    }
    pub fn deinit(self: *Stack, gpa: std.mem.Allocator) void {
        self.items.deinit(gpa);
    }
};

pub fn queue() std.Deque(u8) {
    return .empty;
}

pub const Waiting = struct { queue: std.Deque(u8) = .empty, per: std.EnumMap(Kind, u8) = .{} };
