//! Arguments and results of functions that are called for each item of arrays: see
//! ../elementwise.zig.

const std = @import("std");
const arrays = @import("array.zig");
const buffers = @import("buffers.zig");
const capi = @import("capi.zig");
const convert = @import("convert.zig");
const elementwise = @import("../elementwise.zig");
const errors = @import("errors.zig");
const memories = @import("memories.zig");
const memory = @import("memory.zig");
const Site = @import("../comptime_bridge.zig").Site;
const sources = @import("sources.zig");
const c = capi.functions;
const Error = errors.Error;
const PyObject = capi.PyObject;

/// One item, or what a list of such would be taken for, of any number of dimensions.
pub fn Operand(comptime T: type) type {
    const Item = T.nano_ffi_operand;
    return struct {
        from: union(enum) {
            scalar: Item,
            lent: sources.Source.Owner,
            copied: []Item,
        },
        layout: elementwise.Layout,

        pub fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            var argument: @This() = undefined;
            try argument.takeInto(module, object, site);
            return argument;
        }

        pub inline fn takeInto(
            argument: *@This(),
            module: *PyObject,
            object: *PyObject,
            site: *const Site,
        ) Error!void {
            if (@hasDecl(convert.Argument(Item), "quick")) {
                if (convert.Argument(Item).quick(object)) |scalar| {
                    argument.from = .{ .scalar = scalar };
                    return;
                }
            }
            return argument.takeAny(module, object, site);
        }

        noinline fn takeAny(
            argument: *@This(),
            module: *PyObject,
            object: *PyObject,
            site: *const Site,
        ) Error!void {
            if (try argument.takeArray(module, object, site)) return;
            if (isScalar(object)) {
                var scalar: convert.Argument(Item) = try .take(module, object, site);
                argument.from = .{ .scalar = scalar.get() };
                return;
            }
            const items = try convert.loadItems(Item, memory.allocator, module, object, site);
            argument.from = .{ .copied = items };
            argument.layout.start = @intFromPtr(items.ptr);
            argument.layout.dimensions = 1;
            argument.layout.shape[0] = items.len;
            argument.layout.setContiguous(@sizeOf(Item));
        }

        /// Whether the object has numbers in its memory.
        fn takeArray(
            argument: *@This(),
            module: *PyObject,
            object: *PyObject,
            site: *const Site,
        ) Error!bool {
            var source: sources.Source = undefined;
            if (!try sources.open(&source, object, site)) return false;
            if (Item != bool and source.item.is(Item) and isAligned(&source, @alignOf(Item))) {
                errdefer source.close();
                try setLayout(&argument.layout, &source, site);
                if (source.dimensions > 0) {
                    argument.from = .{ .lent = source.owner };
                    return true;
                }
            }
            defer source.close();
            try setLayout(&argument.layout, &source, site);
            if (source.dimensions == 0) {
                var one: [1]Item = undefined;
                const row: @import("../items.zig").Row = .{ .start = source.start, .stride = 0 };
                try memories.convert(Item, module, source.item, row, &one, site);
                argument.from = .{ .scalar = one[0] };
                return true;
            }
            const copy = memory.allocator.alloc(Item, source.count()) catch
                return errors.raiseNoMemory();
            errdefer memory.allocator.free(copy);
            try memories.convertAll(Item, module, &source, copy, site);
            argument.layout.start = @intFromPtr(copy.ptr);
            argument.layout.setContiguous(@sizeOf(Item));
            argument.from = .{ .copied = copy };
            return true;
        }

        pub inline fn get(argument: *@This()) T {
            return switch (argument.from) {
                .scalar => |scalar| .{ .scalar = scalar },
                else => .{ .array = &argument.layout },
            };
        }

        pub inline fn release(argument: *@This()) void {
            switch (argument.from) {
                .scalar => {},
                .lent => |*owner| owner.release(),
                .copied => |copy| memory.allocator.free(copy),
            }
        }
    };
}

/// What is no list of items, of objects whose memory has no numbers.
fn isScalar(object: *PyObject) bool {
    return capi.hasFlag(object, "UNICODE_SUBCLASS") or !capi.hasMethod(object, "__len__");
}

/// Whether every item is where a number of its size may be.
fn isAligned(source: *const sources.Source, alignment: usize) bool {
    var bits = source.start;
    const dimensions = source.dimensions;
    for (source.shape[0..dimensions], source.strides[0..dimensions]) |size, stride| {
        if (size > 1) bits |= @bitCast(stride);
        if (size == 0) return true;
    }
    return bits % alignment == 0;
}

fn setLayout(
    layout: *elementwise.Layout,
    source: *const sources.Source,
    site: *const Site,
) Error!void {
    if (source.dimensions > elementwise.max_dimensions) return errors.raiseTooManyDimensions(
        site,
        elementwise.max_dimensions,
        source.dimensions,
    );
    const dimensions = source.dimensions;
    layout.start = source.start;
    layout.dimensions = dimensions;
    @memcpy(layout.shape[0..dimensions], source.shape[0..dimensions]);
    @memcpy(layout.strides[0..dimensions], source.strides[0..dimensions]);
}

/// An array that is written, or a tuple of such where there are several results.
pub fn Out(comptime T: type) type {
    const types = T.nano_ffi_out;
    return struct {
        object: *PyObject,
        owners: [types.len]sources.Source.Owner,
        layouts: [types.len]elementwise.Layout,

        pub noinline fn take(
            _: *PyObject,
            object: *PyObject,
            site: *const Site,
        ) Error!@This() {
            var argument: @This() = undefined;
            argument.object = object;
            if (types.len > 1 and (!capi.hasFlag(object, "TUPLE_SUBCLASS") or
                c.PyTuple_Size(object) != types.len)) return errors.raiseWrongType(
                site,
                std.fmt.comptimePrint("a tuple of {d} arrays", .{types.len}),
                object,
            );
            var taken: usize = 0;
            errdefer for (argument.owners[0..taken]) |*owner| owner.release();
            inline for (types, 0..) |Item, index| {
                const one = if (types.len > 1) c.PyTuple_GetItem(object, index).? else object;
                var source: sources.Source = undefined;
                try buffers.openWritten(Item, &source, one, site);
                argument.owners[index] = source.owner;
                taken = index + 1;
                if (!isAligned(&source, @alignOf(Item)))
                    return errors.raiseMisaligned(site, @alignOf(Item));
                try setLayout(&argument.layouts[index], &source, site);
            }
            return argument;
        }

        pub fn get(argument: *@This()) T {
            return .{ .layouts = &argument.layouts, .handle = @ptrCast(argument.object) };
        }

        pub fn release(argument: *@This()) void {
            for (&argument.owners) |*owner| owner.release();
        }
    };
}

/// What Python gets. Null with the error set.
pub fn give(comptime T: type, module: *PyObject, value: T) ?*PyObject {
    return giveAs(T, module, value, null);
}

/// The same with arrays of numpy, for the function of that name.
pub fn giveNumpy(
    comptime T: type,
    module: *PyObject,
    comptime function: [:0]const u8,
    value: T,
) ?*PyObject {
    return giveAs(T, module, value, function);
}

inline fn giveAs(
    comptime T: type,
    module: *PyObject,
    value: T,
    comptime numpy: ?[:0]const u8,
) ?*PyObject {
    const types = T.nano_ffi_results;
    switch (value) {
        .scalars => |scalars| return if (types.len == 1)
            convert.give(types[0], module, scalars[0])
        else
            convert.give(@TypeOf(scalars), module, scalars),
        .arrays => |*made| {
            const shape = made.shape();
            if (types.len == 1)
                return giveArray(types[0], module, shape, made.memories[0], numpy);
            const tuple = c.PyTuple_New(types.len);
            inline for (types, made.memories, 0..) |Item, given, index| {
                const array = if (tuple == null or c.PyErr_Occurred() != null) none: {
                    given.free();
                    break :none null;
                } else giveArray(Item, module, shape, given, numpy);
                if (tuple) |items| _ = c.PyTuple_SetItem(items, index, array);
            }
            if (c.PyErr_Occurred() == null) return tuple;
            c.Py_DecRef(tuple);
            return null;
        },
        .out => |handle| {
            const object: *PyObject = @ptrCast(@alignCast(handle));
            c.Py_IncRef(object);
            return object;
        },
    }
}

fn giveArray(
    comptime Item: type,
    module: *PyObject,
    shape: []const usize,
    made: @import("../array.zig").Memory,
    comptime numpy: ?[:0]const u8,
) ?*PyObject {
    const array = arrays.giveShaped(Item, module, shape, made);
    return if (numpy) |function| arrays.numpyOf(function, array) else array;
}
