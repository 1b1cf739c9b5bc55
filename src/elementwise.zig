//! Functions of numbers, called with arrays of such: once for each item, with the shapes of all
//! arguments broadcast as numpy does. Nothing here knows an interpreter.

const std = @import("std");
const adapters = @import("adapters.zig");
const arrays = @import("array.zig");
const ndarray = @import("ndarray.zig");
const messages = @import("messages.zig");
const signature = @import("signature.zig");

/// What numpy had for long, and more than anybody needs.
pub const max_dimensions = 32;

/// From so many calls on other threads of the interpreter run meanwhile.
const many = 4096;

/// How items lie.
pub const Layout = struct {
    /// The address of the item with index 0 in every dimension.
    start: usize,
    dimensions: usize,
    shape: [max_dimensions]usize,
    /// In bytes.
    strides: [max_dimensions]isize,

    /// In C order.
    pub fn setContiguous(layout: *Layout, size: usize) void {
        ndarray.setContiguous(&layout.strides, layout.sizes(), size);
    }

    fn sizes(layout: *const Layout) []const usize {
        return layout.shape[0..layout.dimensions];
    }

    pub fn count(layout: *const Layout) usize {
        var product: usize = 1;
        for (layout.sizes()) |size| product *= size;
        return product;
    }

    /// Addresses of the first byte, and behind the last one.
    fn range(layout: *const Layout, size: usize) [2]usize {
        var first = layout.start;
        var last = layout.start;
        for (layout.sizes(), layout.strides[0..layout.dimensions]) |length, stride| {
            if (length == 0) return .{ 0, 0 };
            const offset: usize = @bitCast(@as(isize, @intCast(length - 1)) *% stride);
            if (stride < 0) first +%= offset else last +%= offset;
        }
        return .{ first, last +% size };
    }

    fn isSame(layout: *const Layout, other: *const Layout) bool {
        return layout.start == other.start and
            std.mem.eql(usize, layout.sizes(), other.sizes()) and std.mem.eql(
            isize,
            layout.strides[0..layout.dimensions],
            other.strides[0..other.dimensions],
        );
    }
};

/// A parameter: one `T`, or an array of such, lent for the call.
pub fn Operand(comptime T: type) type {
    return union(enum) {
        scalar: T,
        array: *const Layout,

        pub const nano_ffi_operand = T;
    };
}

/// The parameter `out`: an array of each of `types`, which are written.
pub fn Out(comptime types: []const type) type {
    return struct {
        layouts: *const [types.len]Layout,
        /// What Python gave, and gets as the result.
        handle: *anyopaque,

        pub const nano_ffi_out = types;
    };
}

/// A result: one item of each of `types`, new arrays of such in C order, or what `out` was.
pub fn Results(comptime types: []const type) type {
    return union(enum) {
        scalars: @Tuple(types),
        arrays: Made,
        out: *anyopaque,

        pub const nano_ffi_results = types;

        /// It is moved often, and so it is small.
        pub const Made = struct {
            dimensions: usize,
            /// In the first one, where there is no other.
            size: usize,
            /// Behind the items of the first one are the sizes of several dimensions.
            memories: [types.len]arrays.Memory,

            pub fn shape(made: *const Made) []const usize {
                if (made.dimensions == 1) return (&made.size)[0..1];
                const bytes = made.memories[0].bytes;
                const start = bytes.len - made.dimensions * @sizeOf(usize);
                return @alignCast(std.mem.bytesAsSlice(usize, bytes[start..]));
            }
        };
    };
}

/// What Python calls for `original`: `function`, whose parameters are called `params`.
pub fn Vectorized(
    comptime original: anytype,
    comptime function_name: []const u8,
    comptime names: []const [:0]const u8,
) type {
    const info = @typeInfo(@TypeOf(original)).@"fn";
    const inputs = inputsOf(function_name, info, names);
    const Return = info.return_type.?;
    const R = signature.Payload(Return);
    const is_tuple = @typeInfo(R) == .@"struct" and @typeInfo(R).@"struct".is_tuple;
    const outputs: []const type = if (is_tuple) @typeInfo(R).@"struct".field_types else &.{R};
    expectItems(function_name, outputs);
    const can_fail = @typeInfo(Return) == .error_union;
    const Errors = if (can_fail) @typeInfo(Return).error_union.error_set else error{};
    const Failure = Errors || error{ OutOfMemory, ValueError };
    const types = types: {
        var types: []const type = &.{};
        for (inputs) |Input| types = types ++ .{Operand(Input)};
        break :types types ++ .{ ?Out(outputs), std.mem.Allocator };
    };
    const All = Results(outputs);
    return struct {
        pub const function = adapters.Function(types, Failure!All, run).call;
        pub const params = names ++ .{ "out", "allocator" };
        /// `out` is given by its place, too.
        pub const named: []const []const u8 = &.{};

        fn run(given: @Tuple(types)) Failure!All {
            const out = given[inputs.len];
            if (out == null) {
                if (scalarsOf(given)) |values| return .{ .scalars = try tupleOf(values) };
                if (lineOf(given)) |size| return eachOfLine(given, size);
            }
            var shape: Shape = .{};
            inline for (inputs, names, 0..) |_, name, index| switch (given[index]) {
                .scalar => {},
                .array => |layout| try shape.join(layout, function_name, name),
            };
            if (out) |target| {
                for (target.layouts) |*layout| {
                    try shape.expectWithin(layout, function_name);
                    if (!std.mem.eql(usize, layout.sizes(), target.layouts[0].sizes()))
                        return messages.fail(
                            error.ValueError,
                            "{s}(): parameter 'out' has arrays of the shapes {f} and {f}: make " ++
                                "them one",
                            .{
                                function_name,
                                Tuple{ .sizes = target.layouts[0].sizes() },
                                Tuple{ .sizes = layout.sizes() },
                            },
                        );
                }
                try runInto(given, &shape, target);
                return .{ .out = target.handle };
            }
            var made: [outputs.len]Layout = undefined;
            const memories = try allocate(given[inputs.len + 1], &shape, &made);
            errdefer for (memories) |memory| memory.free();
            try each(given, &made);
            return .{ .arrays = .{
                .dimensions = shape.dimensions,
                .size = shape.sizes[0],
                .memories = memories,
            } };
        }

        /// How many items there are, where all arrays have one dimension with as many.
        inline fn lineOf(given: @Tuple(types)) ?usize {
            var size: ?usize = null;
            inline for (0..inputs.len) |index| switch (given[index]) {
                .scalar => {},
                .array => |layout| {
                    const own = layout.shape[0];
                    if (layout.dimensions != 1 or own != size orelse own) return null;
                    size = own;
                },
            };
            return size;
        }

        /// That needs nothing of what several dimensions do.
        fn eachOfLine(given: @Tuple(types), size: usize) Failure!All {
            var at: [inputs.len + outputs.len]usize = undefined;
            var by: [inputs.len + outputs.len]isize = undefined;
            var scalars: @Tuple(inputs) = undefined;
            inline for (0..inputs.len) |index| switch (given[index]) {
                .scalar => |value| {
                    scalars[index] = value;
                    at[index] = @intFromPtr(&scalars[index]);
                    by[index] = 0;
                },
                .array => |layout| {
                    at[index] = layout.start;
                    by[index] = layout.strides[0];
                },
            };
            var memories: [outputs.len]arrays.Memory = undefined;
            var done: usize = 0;
            errdefer for (memories[0..done]) |memory| memory.free();
            inline for (outputs, &memories, inputs.len..) |Output, *memory, index| {
                const bytes = std.math.mul(usize, size, @sizeOf(Output)) catch
                    return error.OutOfMemory;
                memory.* = try .create(given[inputs.len + 1], bytes, .of(Output));
                done += 1;
                at[index] = @intFromPtr(memory.bytes.ptr);
                by[index] = @sizeOf(Output);
            }
            if (size > 0) try row({}, size, at, by);
            return .{ .arrays = .{ .dimensions = 1, .size = size, .memories = memories } };
        }

        /// Where an argument has memory of `out` otherwise than item by item, all is read before
        /// something is written.
        fn runInto(
            given: @Tuple(types),
            shape: *Shape,
            target: Out(outputs),
        ) Failure!void {
            const is_mixed = inline for (inputs, 0..) |Input, index| {
                if (given[index] == .array and isMixed(Input, given[index].array, target))
                    break true;
            } else false;
            if (!is_mixed) return each(given, target.layouts);
            shape.set(&target.layouts[0]);
            var made: [outputs.len]Layout = undefined;
            const memories = try allocate(given[inputs.len + 1], shape, &made);
            defer for (memories) |memory| memory.free();
            try each(given, &made);
            inline for (outputs, 0..) |Output, index| {
                var loop: Loop(2) = .{ .layout = undefined };
                loop.init(&target.layouts[index]);
                loop.add(0, &made[index]);
                loop.add(1, &target.layouts[index]);
                loop.run(struct {
                    fn copy(_: void, count: usize, at: [2]usize, by: [2]isize) error{}!void {
                        for (0..count) |number|
                            item(Output, at[1], by[1], number).* =
                                item(Output, at[0], by[0], number).*;
                    }
                }.copy, {}) catch unreachable;
            }
        }

        fn isMixed(comptime Input: type, layout: *const Layout, target: Out(outputs)) bool {
            const own = layout.range(@sizeOf(Input));
            inline for (outputs, 0..) |Output, index| {
                const other = &target.layouts[index];
                const written = other.range(@sizeOf(Output));
                const is_same = @sizeOf(Input) == @sizeOf(Output) and layout.isSame(other);
                if (own[0] < written[1] and written[0] < own[1] and
                    (!is_same or outputs.len > 1)) return true;
            }
            return false;
        }

        fn scalarsOf(given: @Tuple(types)) ?@Tuple(inputs) {
            var values: @Tuple(inputs) = undefined;
            inline for (0..inputs.len) |index| switch (given[index]) {
                .scalar => |value| values[index] = value,
                .array => return null,
            };
            return values;
        }

        inline fn tupleOf(values: @Tuple(inputs)) Errors!@Tuple(outputs) {
            const called = @call(.auto, original, values);
            const result = if (can_fail) try called else called;
            return if (is_tuple) result else .{result};
        }

        fn allocate(
            allocator: std.mem.Allocator,
            shape: *const Shape,
            made: *[outputs.len]Layout,
        ) error{OutOfMemory}![outputs.len]arrays.Memory {
            var memories: [outputs.len]arrays.Memory = undefined;
            var done: usize = 0;
            errdefer for (memories[0..done]) |memory| memory.free();
            const sizes = std.mem.sliceAsBytes(shape.all());
            inline for (outputs, made, &memories, 0..) |Output, *layout, *memory, index| {
                var bytes: usize = @sizeOf(Output);
                for (shape.all()) |size|
                    bytes = std.math.mul(usize, bytes, size) catch return error.OutOfMemory;
                const behind = if (index > 0 or shape.dimensions == 1) 0 else sizes.len;
                const room = std.math.add(usize, bytes, behind + @alignOf(usize) - 1) catch
                    return error.OutOfMemory;
                memory.* = try .create(
                    allocator,
                    if (behind == 0) bytes else room & ~@as(usize, @alignOf(usize) - 1),
                    .of(Output),
                );
                done += 1;
                if (behind > 0) @memcpy(memory.bytes[memory.bytes.len - behind ..], sizes);
                layout.start = @intFromPtr(memory.bytes.ptr);
                layout.dimensions = shape.dimensions;
                @memcpy(layout.shape[0..shape.dimensions], shape.all());
                layout.setContiguous(@sizeOf(Output));
            }
            return memories;
        }

        fn each(given: @Tuple(types), targets: *const [outputs.len]Layout) Errors!void {
            var loop: Loop(inputs.len + outputs.len) = .{ .layout = undefined };
            loop.init(&targets[0]);
            var scalars: @Tuple(inputs) = undefined;
            inline for (0..inputs.len) |index| switch (given[index]) {
                .scalar => |value| {
                    scalars[index] = value;
                    loop.starts[index] = @intFromPtr(&scalars[index]);
                },
                .array => |layout| loop.add(index, layout),
            };
            for (targets, inputs.len..) |*target, index| loop.add(index, target);
            return loop.run(row, {});
        }

        /// The last dimension. What lies one behind the other, and what is one value for all, is
        /// read and written in a way that can be made vector instructions of.
        fn row(
            _: void,
            count: usize,
            at: [inputs.len + outputs.len]usize,
            by: [inputs.len + outputs.len]isize,
        ) Errors!void {
            const ways = if (inputs.len <= 3) 1 << inputs.len else 1;
            var repeats: usize = 0;
            inline for (inputs, 0..) |Input, index| {
                if (by[index] == 0)
                    repeats |= 1 << index
                else if (by[index] != @sizeOf(Input)) return strided(count, at, by);
            }
            inline for (outputs, inputs.len..) |Output, index|
                if (by[index] != @sizeOf(Output)) return strided(count, at, by);
            inline for (0..ways) |way| if (way == repeats) return dense(way, count, at);
            return strided(count, at, by);
        }

        fn dense(
            comptime repeats: usize,
            count: usize,
            at: [inputs.len + outputs.len]usize,
        ) Errors!void {
            var values: @Tuple(inputs) = undefined;
            inline for (inputs, 0..) |Input, index|
                values[index] = @as(*const Input, @ptrFromInt(at[index])).*;
            var first: usize = 0;
            if (!can_fail) while (first + lanes <= count) : (first += lanes)
                several(repeats, first, at, &values);
            for (first..count) |number| {
                inline for (inputs, 0..) |Input, index| {
                    if (repeats >> index & 1 == 0)
                        values[index] = @as([*]const Input, @ptrFromInt(at[index]))[number];
                }
                const results = try tupleOf(values);
                inline for (outputs, inputs.len..) |Output, index|
                    @as([*]Output, @ptrFromInt(at[index]))[number] = results[index - inputs.len];
            }
        }

        /// How many calls are written one behind the other: what reads, what calls and what writes
        /// are apart, so that the compiler can make vector instructions of each.
        const lanes = 8;

        inline fn several(
            comptime repeats: usize,
            first: usize,
            at: [inputs.len + outputs.len]usize,
            same: *const @Tuple(inputs),
        ) void {
            var read: @Tuple(&arraysOf(inputs)) = undefined;
            inline for (inputs, 0..) |Input, index| if (repeats >> index & 1 == 0) {
                read[index] = @as([*]const Input, @ptrFromInt(at[index]))[first..][0..lanes].*;
            };
            var written: @Tuple(&arraysOf(outputs)) = undefined;
            inline for (0..lanes) |lane| {
                var values = same.*;
                inline for (0..inputs.len) |index| if (repeats >> index & 1 == 0) {
                    values[index] = read[index][lane];
                };
                const results = tupleOf(values) catch |err| switch (err) {};
                inline for (0..outputs.len) |index| written[index][lane] = results[index];
            }
            inline for (outputs, 0..) |Output, index| {
                const to: [*]Output = @ptrFromInt(at[inputs.len + index]);
                to[first..][0..lanes].* = written[index];
            }
        }

        fn arraysOf(comptime items: []const type) [items.len]type {
            var all: [items.len]type = undefined;
            for (&all, items) |*place, Item| place.* = [lanes]Item;
            return all;
        }

        fn strided(
            count: usize,
            at: [inputs.len + outputs.len]usize,
            by: [inputs.len + outputs.len]isize,
        ) Errors!void {
            for (0..count) |number| {
                var values: @Tuple(inputs) = undefined;
                inline for (inputs, 0..) |Input, index|
                    values[index] = item(Input, at[index], by[index], number).*;
                const results = try tupleOf(values);
                inline for (outputs, inputs.len..) |Output, index|
                    item(Output, at[index], by[index], number).* = results[index - inputs.len];
            }
        }
    };
}

inline fn item(comptime T: type, start: usize, stride: isize, number: usize) *T {
    const offset = @as(isize, @intCast(number)) *% stride;
    return @ptrFromInt(start +% @as(usize, @bitCast(offset)));
}

/// Whether the arguments of such a function are for so many calls that others should run meanwhile.
pub inline fn isLong(given: anytype) bool {
    var most: usize = 0;
    inline for (given) |value| {
        const T = @TypeOf(value);
        if (@typeInfo(T) == .@"union") switch (value) {
            .scalar => {},
            .array => |layout| {
                if (layout.dimensions != 1) return isLongInAll(given);
                most = @max(most, layout.shape[0]);
            },
        };
        if (@typeInfo(T) == .optional) if (value != null) return isLongInAll(given);
    }
    return most >= many;
}

noinline fn isLongInAll(given: anytype) bool {
    var shape: Shape = .{};
    var count: usize = 1;
    inline for (given) |value| {
        const T = @TypeOf(value);
        if (@typeInfo(T) == .@"union") switch (value) {
            .scalar => {},
            .array => |layout| shape.join(layout, "", "") catch return false,
        };
        if (@typeInfo(T) == .optional) if (value) |out| shape.set(&out.layouts[0]);
    }
    for (shape.sizes[0..shape.dimensions]) |size| count *|= size;
    return count >= many;
}

/// What the shapes of several arrays come to.
const Shape = struct {
    dimensions: usize = 0,
    sizes: [max_dimensions]usize = undefined,

    fn set(shape: *Shape, layout: *const Layout) void {
        shape.dimensions = layout.dimensions;
        shape.sizes = layout.shape;
    }

    fn join(
        shape: *Shape,
        layout: *const Layout,
        function: []const u8,
        name: []const u8,
    ) error{ValueError}!void {
        const before = shape.*;
        const more = layout.dimensions -| shape.dimensions;
        if (more > 0) {
            std.mem.copyBackwards(usize, shape.sizes[more..], before.sizes[0..before.dimensions]);
            @memset(shape.sizes[0..more], 1);
            shape.dimensions = layout.dimensions;
        }
        const skipped = shape.dimensions - layout.dimensions;
        for (shape.sizes[skipped..shape.dimensions], layout.sizes()) |*size, own| {
            if (size.* == 1) size.* = own;
            if (own != 1 and own != size.*) return messages.fail(
                error.ValueError,
                "{s}(): parameter '{s}' has the shape {f}, and those before it have {f}: sizes " ++
                    "must be the same, or 1",
                .{
                    function,
                    name,
                    Tuple{ .sizes = layout.sizes() },
                    Tuple{ .sizes = before.all() },
                },
            );
        }
    }

    fn all(shape: *const Shape) []const usize {
        return shape.sizes[0..shape.dimensions];
    }

    /// An array that is written has every item once.
    fn expectWithin(
        shape: *const Shape,
        layout: *const Layout,
        function: []const u8,
    ) error{ValueError}!void {
        const fits = layout.dimensions >= shape.dimensions and
            for (
                layout.shape[layout.dimensions - shape.dimensions .. layout.dimensions],
                shape.all(),
            ) |own, size| {
                if (size != 1 and size != own) break false;
            } else true;
        if (!fits) return messages.fail(
            error.ValueError,
            "{s}(): parameter 'out' has the shape {f}, and the result has {f}: make it as large",
            .{ function, Tuple{ .sizes = layout.sizes() }, Tuple{ .sizes = shape.all() } },
        );
    }
};

/// A shape as Python shows it.
const Tuple = struct {
    sizes: []const usize,

    pub fn format(tuple: Tuple, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        try writer.writeByte('(');
        for (tuple.sizes, 0..) |size, index| {
            if (index > 0) try writer.writeAll(", ");
            try writer.print("{d}", .{size});
        }
        try writer.writeAll(if (tuple.sizes.len == 1) ",)" else ")");
    }
};

/// All dimensions of `n` arrays at once.
fn Loop(comptime n: usize) type {
    return struct {
        const Self = @This();

        layout: *const Layout,
        starts: [n]usize = undefined,
        strides: [max_dimensions][n]isize = undefined,

        fn init(loop: *Self, layout: *const Layout) void {
            loop.layout = layout;
            for (loop.strides[0..layout.dimensions]) |*strides| strides.* = @splat(0);
        }

        /// What has fewer dimensions, or one item in one of them, repeats.
        fn add(loop: *Self, index: usize, layout: *const Layout) void {
            loop.starts[index] = layout.start;
            const skipped = loop.layout.dimensions - layout.dimensions;
            for (0..layout.dimensions) |dimension| loop.strides[skipped + dimension][index] =
                if (layout.shape[dimension] == 1) 0 else layout.strides[dimension];
        }

        /// Calls `row(context, count, starts, strides)` for each row of the last dimensions that
        /// are one in every array.
        fn run(loop: *Self, comptime row: anytype, context: anytype) Failures(row)!void {
            var shape: [max_dimensions]usize = undefined;
            var dimensions: usize = 0;
            for (loop.layout.sizes(), loop.strides[0..loop.layout.dimensions]) |size, strides| {
                if (size == 0) return;
                if (size == 1) continue;
                if (dimensions > 0 and isOne(loop.strides[dimensions - 1], strides, size)) {
                    shape[dimensions - 1] *= size;
                    loop.strides[dimensions - 1] = strides;
                    continue;
                }
                shape[dimensions] = size;
                loop.strides[dimensions] = strides;
                dimensions += 1;
            }
            if (dimensions == 0) return row(context, 1, loop.starts, @as([n]isize, @splat(0)));
            const last = dimensions - 1;
            var at: [max_dimensions]usize = undefined;
            @memset(at[0..dimensions], 0);
            var starts = loop.starts;
            while (true) {
                try row(context, shape[last], starts, loop.strides[last]);
                var dimension = last;
                while (dimension > 0) {
                    dimension -= 1;
                    at[dimension] += 1;
                    const strides = loop.strides[dimension];
                    for (&starts, strides) |*start, stride| start.* +%= @bitCast(stride);
                    if (at[dimension] < shape[dimension]) break;
                    const size: isize = @intCast(shape[dimension]);
                    for (&starts, strides) |*start, stride| start.* -%= @bitCast(size *% stride);
                    at[dimension] = 0;
                } else return;
            }
        }

        /// Whether a dimension goes on where the next one, of `size` items, ends.
        fn isOne(outer: [n]isize, inner: [n]isize, size: usize) bool {
            for (outer, inner) |stride, step|
                if (stride != step *% @as(isize, @intCast(size))) return false;
            return true;
        }
    };
}

fn Failures(comptime row: anytype) type {
    return @typeInfo(@typeInfo(@TypeOf(row)).@"fn".return_type.?).error_union.error_set;
}

fn inputsOf(
    comptime name: []const u8,
    comptime info: std.lang.Type.Fn,
    comptime names: []const [:0]const u8,
) []const type {
    var inputs: []const type = &.{};
    for (info.param_types, names) |Param, param| {
        if (std.mem.eql(u8, param, "out")) @compileError("nano_ffi: nano_ffi_options of '" ++
            name ++ "' has .vectorize, which gives it a parameter 'out', and there is one: " ++
            "give it another name");
        const T = Param orelse void;
        if (!signature.isBufferItem(T)) @compileError("nano_ffi: nano_ffi_options of '" ++ name ++
            "' has .vectorize, and the parameter '" ++ param ++ "' is " ++
            (if (Param == null) "generic" else @typeName(T)) ++ ": " ++ allowed);
        inputs = inputs ++ .{T};
    }
    if (inputs.len == 0 or inputs.len > 10) @compileError("nano_ffi: nano_ffi_options of '" ++
        name ++ "' has .vectorize, which is for functions of 1 to 10 parameters");
    return inputs;
}

fn expectItems(comptime name: []const u8, comptime outputs: []const type) void {
    for (outputs) |T| if (!signature.isBufferItem(T)) @compileError(
        "nano_ffi: nano_ffi_options of '" ++ name ++ "' has .vectorize, and it returns " ++
            @typeName(T) ++ ": " ++ allowed,
    );
    if (outputs.len == 0) @compileError("nano_ffi: nano_ffi_options of '" ++ name ++
        "' has .vectorize, and it returns nothing: " ++ allowed);
}

const allowed = "items are bools, ints of 8, 16, 32 and 64 bits, f16, f32, f64, and " ++
    "std.math.Complex of f32 and f64; several results are a tuple of such";

const example = struct {
    fn add(a: f64, b: i32) f64 {
        return a + @as(f64, @floatFromInt(b));
    }
    fn halve(a: i32) error{Odd}!struct { i32, bool } {
        if (@mod(a, 2) != 0) return error.Odd;
        return .{ @divExact(a, 2), a < 0 };
    }
};

fn layoutOf(comptime T: type, items: []const T, shape: []const usize) Layout {
    var layout: Layout = .{
        .start = @intFromPtr(items.ptr),
        .dimensions = shape.len,
        .shape = undefined,
        .strides = undefined,
    };
    @memcpy(layout.shape[0..shape.len], shape);
    layout.setContiguous(@sizeOf(T));
    return layout;
}

test Vectorized {
    const expectEqual = std.testing.expectEqual;
    const gpa = std.testing.allocator;
    const Add = Vectorized(example.add, "add", &.{ "a", "b" });
    try std.testing.expectEqualStrings("out", Add.params[2]);
    const alone = try Add.function(.{ .scalar = 1.5 }, .{ .scalar = 2 }, null, gpa);
    try expectEqual(3.5, alone.scalars[0]);

    var columns = [_]f64{ 10, 20 };
    const column = layoutOf(f64, &columns, &.{ 2, 1 });
    const numbers = [_]i32{ 1, 2, 3 };
    const line = layoutOf(i32, &numbers, &.{3});
    const sums = (try Add.function(.{ .array = &column }, .{ .array = &line }, null, gpa)).arrays;
    defer sums.memories[0].free();
    try std.testing.expectEqualSlices(usize, &.{ 2, 3 }, sums.shape());
    try std.testing.expectEqualSlices(
        f64,
        &.{ 11, 12, 13, 21, 22, 23 },
        @alignCast(std.mem.bytesAsSlice(f64, sums.memories[0].bytes[0..48])),
    );

    const pair = layoutOf(i32, numbers[0..2], &.{2});
    try std.testing.expectError(
        error.ValueError,
        Add.function(.{ .array = &layoutOf(f64, &.{ 1, 2, 3 }, &.{3}) }, .{
            .array = &pair,
        }, null, gpa),
    );
    try std.testing.expectEqualStrings(
        "add(): parameter 'b' has the shape (2,), and those before it have (3,): sizes must be " ++
            "the same, or 1",
        messages.of(error.ValueError).?,
    );

    // A part of `out`, read before it is written.
    var chain = [_]f64{ 1, 2, 3, 4 };
    const target = layoutOf(f64, chain[1..], &.{3});
    const given: Out(&.{f64}) = .{ .layouts = &.{target}, .handle = &chain };
    const out = try Add.function(
        .{ .array = &layoutOf(f64, chain[0..3], &.{3}) },
        .{ .scalar = 10 },
        given,
        gpa,
    );
    try expectEqual(@as(*anyopaque, &chain), out.out);
    try expectEqual([_]f64{ 1, 11, 12, 13 }, chain);

    // More than are called at once, with what is left.
    var many_numbers: [21]f64 = undefined;
    for (&many_numbers, 0..) |*number, index| number.* = @floatFromInt(index);
    const long = layoutOf(f64, &many_numbers, &.{21});
    const more = (try Add.function(.{ .array = &long }, .{ .scalar = 3 }, null, gpa)).arrays;
    defer more.memories[0].free();
    try expectEqual(21, more.size);
    const all: []f64 = @alignCast(std.mem.bytesAsSlice(f64, more.memories[0].bytes));
    for (all, 3..) |sum, expected| try expectEqual(@as(f64, @floatFromInt(expected)), sum);

    const Halve = Vectorized(example.halve, "halve", &.{"a"});
    const even = [_]i32{ 4, -2 };
    const halves = (try Halve.function(
        .{ .array = &layoutOf(i32, &even, &.{2}) },
        null,
        gpa,
    )).arrays;
    defer for (halves.memories) |memory| memory.free();
    try std.testing.expectEqualSlices(u8, &.{ 0, 1 }, halves.memories[1].bytes);
    try std.testing.expectError(
        error.Odd,
        Halve.function(.{ .array = &layoutOf(i32, &numbers, &.{3}) }, null, gpa),
    );
}

test Layout {
    var layout: Layout = undefined;
    layout.start = 80;
    layout.dimensions = 2;
    layout.shape[0..2].* = .{ 2, 3 };
    layout.setContiguous(4);
    try std.testing.expectEqual([2]isize{ 12, 4 }, layout.strides[0..2].*);
    try std.testing.expectEqual([2]usize{ 80, 104 }, layout.range(4));
    layout.strides[0] = -12;
    try std.testing.expectEqual([2]usize{ 68, 92 }, layout.range(4));
    try std.testing.expect(layout.isSame(&layout) and layout.count() == 6);
}

test Tuple {
    var buffer: [16]u8 = undefined;
    var writer: std.Io.Writer = .fixed(&buffer);
    try (Tuple{ .sizes = &.{ 3, 1 } }).format(&writer);
    try std.testing.expectEqualStrings("(3, 1)", writer.buffered());
}

test isLong {
    const items: [100]f64 = @splat(1);
    const column: Operand(f64) = .{ .array = &layoutOf(f64, &items, &.{ 100, 1 }) };
    const line: Operand(f64) = .{ .array = &layoutOf(f64, &items, &.{100}) };
    try std.testing.expect(isLong(.{ column, line }) and !isLong(.{ line, line }));
    const out: ?Out(&.{f64}) = .{
        .layouts = &.{layoutOf(f64, &items, &.{100})},
        .handle = undefined,
    };
    try std.testing.expect(!isLong(.{ column, out }));
    try std.testing.expect(out.?.layouts[0].count() == 100);
}

test Results {
    const pair: Results(&.{ f64, bool }) = .{ .scalars = .{ 1, true } };
    try std.testing.expect(pair.scalars[1]);
}
