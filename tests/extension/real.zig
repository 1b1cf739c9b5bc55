//! What is found in libraries that nobody wrote for Python: each thing here once cost the module.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const builtin = @import("builtin");

pub inline fn twice(x: i64) i64 {
    return 2 * x;
}

pub inline fn half(x: i64) error{Odd}!i64 {
    if (@mod(x, 2) != 0) return error.Odd;
    return @divExact(x, 2);
}

pub const Inlined = struct {
    value: i64,

    pub inline fn init(value: i64) Inlined {
        return .{ .value = value };
    }

    pub inline fn deinit(self: *Inlined) void {
        ended += self.value;
    }

    pub inline fn grow(self: *Inlined, by: i64) void {
        self.value += by;
    }

    pub inline fn zero() Inlined {
        return .{ .value = 0 };
    }

    pub inline fn __len__(self: *const Inlined) usize {
        return @intCast(self.value);
    }

    pub inline fn __add__(self: *const Inlined, other: *const Inlined) Inlined {
        return .{ .value = self.value + other.value };
    }
};

var ended: i64 = 0;

pub inline fn endedSoFar() i64 {
    return ended;
}

/// Whether it is a letter.
pub const isAlpha = std.ascii.isAlphabetic;
pub const startsWith = std.mem.startsWith;
pub const allEqual = std.mem.allEqual;
pub const gcd = std.math.gcd;
pub const double = twice;

/// Cannot be made from Python.
pub const Writing = struct {
    count: usize,

    pub fn init(writer: anytype) Writing {
        return .{ .count = writer.count };
    }

    pub fn get(self: Writing) usize {
        return self.count;
    }
};

pub fn writing(count: usize) Writing {
    return .{ .count = count };
}

/// What its constructor is replaced by are its fields.
pub const Plain = struct {
    x: i64 = 0,

    pub const init = @compileError("use Plain{}");
    pub const deinit = @compileError("there is nothing to give back");
    pub const old = @compileError("use get");

    pub fn get(self: Plain) i64 {
        return self.x;
    }

    pub fn former(_: Plain) void {
        @compileError("use get");
    }
};

/// Is told what nobody has.
pub const Told = struct {
    x: i64,

    pub fn init(x: i64) Told {
        return .{ .x = x };
    }

    pub fn deinit(self: *Told, log: *std.Io.Writer) void {
        _ = self;
        _ = log;
    }
};

pub fn times(comptime factor: i64, x: i64) i64 {
    return factor * x;
}

pub fn Stack(comptime T: type) type {
    return struct { item: T };
}

pub fn IntType(bits: u16) type {
    _ = bits;
    return i64;
}

pub const old = @compileError("use \"new\"");
pub const older = old;
pub fn gone(x: u8) void {
    _ = x;
    @compileError("gone since 0.2");
}

pub const scratch: [4]u8 = undefined;

pub extern "kernel32" fn Sleep(milliseconds: u32) callconv(.winapi) void;
pub extern fn nano_ffi_nowhere() c_int;
pub extern const nano_ffi_no_constant: c_int;
pub threadlocal var local: u8 = 0;
pub extern fn printf(format: c_int, ...) c_int;

pub fn interrupted() callconv(.naked) void {
    unreachable;
}

pub const order = 1 << 255;
pub const negative = -(1 << 127) - 1;
pub const orders = [_]comptime_int{ 1 << 200, -1 };
pub const mixed = .{ 1 << 130, "b" };
pub const beyond = 1 << 70_000;
pub const googol = 1e400;

pub fn aligned(data: []align(4) u8) usize {
    return data.len;
}

pub fn alignedConst(data: []align(64) const f32) usize {
    return data.len;
}

pub fn makesAligned(gpa: std.mem.Allocator) ![]align(16) f64 {
    return gpa.alignedAlloc(f64, .@"16", 2);
}

pub fn pair(object: *Inlined) struct { i64, *Inlined } {
    return .{ 1, object };
}

pub fn emptyPair() struct { ?void, i64 } {
    return .{ null, 1 };
}

pub fn nested() ??i64 {
    return null;
}

/// Has a field of everything.
pub const Fields = extern struct {
    whole: u8 = 1,
    unaligned: u64 align(1) = 2,
    wide: u8 align(16) = 3,
};

pub const Odd = struct {
    number: i64 = 4,
    nothing: void = {},
    none: u0 = 0,
    vector: @Vector(4, f32) = @splat(0),
    call: ?*const fn (u8) u8 = null,
    anything: ?*anyopaque = null,
    failing: error{A}!u8 = 1,
    empty: [0]u8 = .{},
    ended: [2:0]u8 = .{ 1, 2 },
    bits: packed struct { a: u4 = 1, b: u4 = 2 } = .{},
    either: union { a: u8, b: u16 } = .{ .a = 1 },
    slice: []align(4) const u8 = &.{},
    many: ?[*]u8 = null,
    code: error{ A, B } = error.A,
    comptime fixed: u8 = 5,

    pub fn init() Odd {
        return .{};
    }
};

pub fn zero(x: u0, y: void, z: [0]u8) usize {
    _ = x;
    _ = y;
    return z.len;
}
pub fn vector(v: @Vector(4, f32)) @Vector(4, f32) {
    return v;
}
pub fn never() noreturn {
    unreachable;
}
pub fn fails() error{A}!noreturn {
    return error.A;
}
pub fn pointer(p: [*c]u8, q: [*:0]const u8, r: *volatile u8) void {
    _ = p;
    _ = q;
    _ = r;
}

/// The names are Python's keywords.
pub fn @"if"(@"else": i64) i64 {
    return @"else";
}
pub fn lambda() i64 {
    return 4;
}
pub const None = 5;
pub const class = enum { from, to };
pub const raise = error{Raised};
pub const def = struct {
    pass: i64 = 1,

    pub const is = 7;

    pub fn yield(self: *def) i64 {
        return self.pass;
    }
    pub fn import(pass: i64) def {
        return .{ .pass = pass };
    }
    pub const with = struct {
        x: i64 = 2,
    };
};
pub fn classOf(direction: class) class {
    return direction;
}
pub const del_ = 1;
pub fn del() void {}

/// Its methods have the names of what its annotations mean.
pub const Hiding = struct {
    list: []const i64 = &.{},

    pub fn str(_: Hiding) []const u8 {
        return "s";
    }
    pub fn int(_: Hiding, bytes: []const u8) struct { usize, []const u8 } {
        return .{ bytes.len, bytes };
    }
    pub fn staticmethod() bool {
        return true;
    }
};

/// Counts down.
pub const Countdown = struct {
    at: u8,

    pub fn next(self: *Countdown) ?u8 {
        if (self.at == 0) return null;
        self.at -= 1;
        return self.at + 1;
    }
};
/// The words of a text, until one of them is bad.
pub const Words = struct {
    iterator: std.mem.TokenIterator(u8, .scalar),

    pub fn init(text: []const u8) Words {
        return .{ .iterator = std.mem.tokenizeScalar(u8, text, ' ') };
    }
    pub fn next(self: *Words) error{Bad}!?[]const u8 {
        const word = self.iterator.next() orelse return null;
        return if (std.mem.eql(u8, word, "bad")) error.Bad else word;
    }
};
/// Says itself how it is iterated over.
pub const Own = struct {
    at: u8 = 0,

    pub fn __next__(self: *Own) ?[]const u8 {
        self.at += 1;
        return if (self.at > 2) null else "own";
    }
    pub fn next(self: *Own) ?u8 {
        return self.at;
    }
};
/// Has what comes after it, and goes nowhere.
pub const Day = struct {
    number: u8,

    pub fn next(self: *Day) ?Day {
        return if (self.number == 7) null else .{ .number = self.number + 1 };
    }
};
pub const Still = struct {
    number: u8 = 1,

    pub fn next(self: *const Still) ?u8 {
        return self.number;
    }
};
pub const Stepping = struct {
    number: u8 = 1,

    pub fn next(self: *Stepping, step: u8) ?u8 {
        return self.number + step;
    }
};
pub fn wordsOf(text: []const u8) Words {
    return .init(text);
}

pub fn length(text: [:0]const u8) usize {
    return text.len + text[text.len];
}
/// A text of the caller's, as C takes it.
pub fn shouted(gpa: std.mem.Allocator, text: []const u8) ![:0]u8 {
    const loud = try gpa.allocSentinel(u8, text.len, 0);
    return std.ascii.upperString(loud, text).ptr[0..text.len :0];
}

pub fn shoutedOrNone(gpa: std.mem.Allocator, text: ?[]const u8) !?[:0]u8 {
    return try shouted(gpa, text orelse return null);
}

pub fn written(text: [:0]u8) void {
    text[0] = 'x';
}

pub fn lengthOfC(text: [*:0]const u8) usize {
    return std.mem.len(text);
}
pub fn lengthOrNone(text: ?[:0]const u8, other: ?[*:0]const u8) ?usize {
    return if (text) |some| some.len else if (other) |some| std.mem.len(some) else null;
}
pub fn greeting(gpa: std.mem.Allocator, name: [:0]const u8) ![:0]const u8 {
    return std.fmt.allocPrintSentinel(gpa, "hello {s}", .{name}, 0);
}
pub fn constantOfC(is_there: bool) ?[*:0]const u8 {
    return if (is_there) "n\u{e4}" else null;
}
pub fn greeted(name: [:0]const u8) [:0]const u8 {
    return name;
}
/// Points into what it is given.
pub const Path = struct {
    text: []const u8,
    rest: [*:0]const u8,

    pub fn init(text: [:0]const u8) Path {
        return .{ .text = text, .rest = text };
    }
    pub fn set(self: *Path, text: [:0]const u8, from: usize) void {
        self.text = text[from..];
        self.rest = text[from..];
    }
    pub fn get(self: *const Path) [*:0]const u8 {
        return self.rest;
    }
};
pub const nano_ffi_options = .{
    .greeted = .{ .defaults = .{ .name = "it" } },
    .greeting = .{ .result = .owned },
};

pub const Order = std.math.Order;
pub fn compare(a: i64, b: i64) Order {
    return std.math.order(a, b);
}
pub fn inverted(order_: Order, other: ?Order) struct { Order, ?Order } {
    return .{ order_.invert(), if (other) |some| some.invert() else null };
}
pub fn least(a: i64, b: i64, by: nano_ffi.Callback(fn (i64, i64) Order)) !i64 {
    return if (try by.call(.{ a, b }) == .gt) b else a;
}
pub const Compared = struct { order: Order = .lt };
