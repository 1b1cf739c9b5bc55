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

/// The stacks of what runs programs have room for all sorts of things.
pub const Runner = struct {
    values: [3]Held = undefined,
    frames: [2]Frame = undefined,
    done: [2]Step = undefined,
    caller: ?*const Frame = undefined,
    depth: u8 = 0,

    pub const Step = enum(u8) { call = 1, leave };
    pub const Frame = struct { name: []const u8, at: u32, step: Step };
    pub const Held = union(enum) { list: []const Held, number: i64 };

    pub fn push(runner: *Runner, name: []const u8, number: i64) void {
        runner.values[runner.depth] = .{ .number = number };
        runner.frames[runner.depth] = .{ .name = name, .at = runner.depth, .step = .call };
        runner.done[runner.depth] = .leave;
        runner.depth += 1;
    }
};

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

pub const Circle = struct { radius: f64 };

/// What can be drawn.
pub const Shape = union(enum) {
    /// A disc.
    circle: Circle,
    rect: struct { width: f64, from: f64 = 0 },
    name: []const u8,
    code: [4]u8,
    group: []const Shape,
    nothing,

    pub const unit: Shape = .{ .circle = .{ .radius = 1 } };
    pub const count = 6;
    pub const Inner = struct { x: u8 };
    pub const nano_ffi_options = .{ .ownLabel = .{ .result = .owned } };

    /// How much it covers.
    pub fn area(self: Shape) f64 {
        return switch (self) {
            .circle => |circle| 3 * circle.radius * circle.radius,
            .rect => |rect| rect.width * (rect.width - rect.from),
            .group => |shapes| area: {
                var sum: f64 = 0;
                for (shapes) |shape| sum += shape.area();
                break :area sum;
            },
            else => 0,
        };
    }
    pub fn label(self: *const Shape) []const u8 {
        return switch (self.*) {
            .name => |text| text,
            .code => |*code| code[1..3], // in the value itself
            else => @tagName(self.*),
        };
    }
    pub fn labels(self: *const Shape, gpa: std.mem.Allocator) ![][]u8 {
        const texts = try gpa.alloc([]u8, 2);
        texts[0] = try gpa.dupe(u8, self.label());
        texts[1] = try gpa.dupe(u8, "own");
        return texts;
    }
    pub fn ownLabel(self: *const Shape, gpa: std.mem.Allocator) ![]const u8 {
        return if (self.* == .code) self.label() else gpa.dupe(u8, self.label());
    }
    pub fn grown(self: Shape, by: f64) !Shape {
        return switch (self) {
            .circle => |circle| .{ .circle = .{ .radius = circle.radius * by } },
            else => error.NoCircle,
        };
    }
    pub fn grow(self: *Shape) void {
        self.* = .nothing;
    }
    pub fn width(_: Shape) f64 {
        return 0;
    }
    pub fn square(side: f64) Shape {
        return .{ .rect = .{ .width = side } };
    }
    pub fn format(self: Shape, writer: *std.Io.Writer) !void {
        try writer.print("<{t}>", .{self});
    }
};

pub fn firstOf(shapes: []const Shape) ?Shape {
    return if (shapes.len == 0) null else shapes[0];
}

pub const Canvas = struct {
    background: Shape = .nothing,
    shapes: std.ArrayList(Shape) = .empty,

    pub const Tone = union(enum) {
        gray: u8,
        clear,

        pub fn isClear(self: Tone) bool {
            return self == .clear;
        }
    };
    pub fn tone(_: *const Canvas, level: ?u8) Tone {
        return if (level) |some| .{ .gray = some } else .clear;
    }
};

fn Result(comptime T: type) type {
    return union(enum) {
        ok: T,
        failed: []const u8,

        pub fn isOk(self: @This()) bool {
            return self == .ok;
        }
    };
}

pub const IntResult = Result(i64);

pub fn parsed(text: []const u8) IntResult {
    const number = std.fmt.parseInt(i64, text, 10) catch |err|
        return .{ .failed = @errorName(err) };
    return .{ .ok = number };
}

const Secret = union(enum) {
    a: u8,
    pub fn twice(self: Secret) u8 {
        return 2 * self.a;
    }
};

pub fn secret(given: Secret) Secret {
    return .{ .a = given.twice() };
}

pub const Bare = union {
    a: u8,
    pub fn get(self: Bare) u8 {
        return self.a;
    }
};

pub const Level = enum {
    low,
    high,

    pub fn format(self: Level, writer: *std.Io.Writer) !void {
        try writer.print("level {d}", .{@backingInt(self)});
    }
};

/// One that is in a struct of its own that has no name.
pub const Expression = union(enum) {
    number: f64,
    call: struct { function: []const u8, arguments: []const Expression },
};

pub fn expression(given: Expression) Expression {
    return given;
}

/// With the types that it is made of in it.
pub const Formula = union(enum) {
    number: f64,
    operator: Operator,
    binary: Binary,
    call: struct { number: u8, of: []const Binary },

    pub const Error = error{ Divided, Unfinished };
    pub const Outside = Level;
    pub const Operator = enum {
        add,
        divide,

        pub const Rank = struct { level: u8 = 1 };
        pub fn rank(self: Operator) Rank {
            return .{ .level = @backingInt(self) };
        }
    };
    pub const Binary = struct {
        operator: Operator = .add,
        left: *const Formula,
        right: *const Formula,

        pub fn result(self: Binary) Error!f64 {
            const left = try self.left.result();
            const right = try self.right.result();
            if (self.operator == .add) return left + right;
            return if (right == 0) error.Divided else left / right;
        }
    };

    pub fn result(self: Formula) Error!f64 {
        return switch (self) {
            .number => |number| number,
            .operator => error.Unfinished,
            .binary => |binary| binary.result(),
            .call => |call| if (call.of.len == 0) 0 else call.of[call.number].result(),
        };
    }
};
pub const Ranked = Formula.Operator.Rank;

pub const Pin = struct {
    purpose: Purpose,

    pub const Purpose = enum { input, output };
    pub fn isLike(_: Pin, wire: Wire.Purpose) bool {
        return wire == .net;
    }
};
pub const Wire = struct {
    purpose: Purpose = .bus,

    pub const Purpose = enum { bus, net };
};

/// Names that Python's enums have not, or keep to themselves.
pub const Word = enum {
    @"and",
    None,
    in,
    in_,
    mro,
    mro_,
    _own_,
    __init__,
    name,
    value,

    pub fn next(self: Word) Word {
        return if (self == .value) .@"and" else @fromBackingInt(@backingInt(self) + 1);
    }
};

pub fn isWord(word: Word, name: []const u8) bool {
    return std.mem.eql(u8, @tagName(word), name);
}
