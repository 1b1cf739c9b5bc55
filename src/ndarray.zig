//! Memory of another object as an array of several dimensions: with a shape, and with strides, so
//! that a transposed, a reversed or a cut out part is seen where it is, with no copy.

const std = @import("std");

/// `n` dimensions of items of type `T`, which are only read. Lent for the call.
pub fn NdArray(comptime T: type, comptime n: usize) type {
    return Of(T, n, .read);
}

/// The same where the items are written, too.
pub fn NdArrayMut(comptime T: type, comptime n: usize) type {
    return Of(T, n, .write);
}

/// Strides of items of so many bytes in C order: the last index changes first.
pub fn setContiguous(strides: []isize, shape: []const usize, size: usize) void {
    var stride: isize = @intCast(size);
    var dimension = shape.len;
    while (dimension > 0) {
        dimension -= 1;
        strides[dimension] = stride;
        stride *= @intCast(@max(shape[dimension], 1));
    }
}

pub const Access = enum { read, write };

/// What CPython's buffers have at most (PyBUF_MAX_NDIM).
pub const max_dimensions = 64;

fn Of(comptime T: type, comptime n: usize, comptime access: Access) type {
    if (n > max_dimensions) @compileError(std.fmt.comptimePrint(
        "nano_ffi: an NdArray of {d} dimensions: no buffer has more than {d}",
        .{ n, max_dimensions },
    ));
    return struct {
        const Array = @This();

        pub const Item = T;
        pub const Pointer = if (access == .write) *T else *const T;
        pub const Many = if (access == .write) [*]T else [*]const T;
        pub const Slice = if (access == .write) []T else []const T;
        pub const nano_ffi_ndarray = .{ .dimensions = n, .access = access };

        /// The item with index 0 in every dimension. Where there are no items, no one's address.
        data: Many,
        /// How many items there are in each dimension.
        shape: [n]usize,
        /// How many *bytes* lie between neighbours in each dimension: a multiple of the alignment
        /// of `T`, negative where the dimension runs backwards, 0 where it repeats one item.
        strides: [n]isize,

        /// The item at `index`. An index out of the shape is a panic in safe builds.
        pub inline fn at(array: Array, index: [n]usize) T {
            return array.ptr(index).*;
        }

        /// The address of the item at `index`.
        pub inline fn ptr(array: Array, index: [n]usize) Pointer {
            var address: usize = @intFromPtr(array.data);
            inline for (0..n) |dimension| {
                std.debug.assert(index[dimension] < array.shape[dimension]);
                const offset = @as(isize, @intCast(index[dimension])) * array.strides[dimension];
                address +%= @bitCast(offset);
            }
            return @ptrFromInt(address);
        }

        /// How many items there are.
        pub fn count(array: Array) usize {
            var product: usize = 1;
            for (array.shape) |size| product *= size;
            return product;
        }

        /// All items in order, where they lie one behind the other (C order); else null.
        pub fn contiguous(array: Array) ?Slice {
            const size = array.count();
            if (size == 0) return array.data[0..0];
            var expected: isize = @sizeOf(T);
            var dimension = n;
            while (dimension > 0) {
                dimension -= 1;
                const stride = array.strides[dimension];
                if (array.shape[dimension] > 1 and stride != expected) return null;
                expected *= @intCast(array.shape[dimension]);
            }
            return array.data[0..size];
        }

        /// What has `index` in the first dimension: an array of one dimension less.
        pub fn sub(array: Array, index: usize) Of(T, n - 1, access) {
            std.debug.assert(index < array.shape[0]);
            const offset = @as(isize, @intCast(index)) * array.strides[0];
            return .{
                .data = @ptrFromInt(@intFromPtr(array.data) +% @as(usize, @bitCast(offset))),
                .shape = array.shape[1..].*,
                .strides = array.strides[1..].*,
            };
        }
    };
}

test NdArray {
    const items = [_]i16{ 1, 2, 3, 4, 5, 6 };
    const rows: NdArray(i16, 2) = .{ .data = &items, .shape = .{ 2, 3 }, .strides = .{ 6, 2 } };
    try std.testing.expectEqual(6, rows.at(.{ 1, 2 }));
    try std.testing.expectEqual(6, rows.count());
    try std.testing.expectEqualSlices(i16, &items, rows.contiguous().?);
    try std.testing.expectEqual(4, rows.sub(1).at(.{0}));

    const columns: NdArray(i16, 2) = .{ .data = &items, .shape = .{ 3, 2 }, .strides = .{ 2, 6 } };
    try std.testing.expectEqual(6, columns.at(.{ 2, 1 }));
    try std.testing.expectEqual(null, columns.contiguous());
    const backwards: NdArray(i16, 1) = .{ .data = items[5..], .shape = .{6}, .strides = .{-2} };
    try std.testing.expectEqual(1, backwards.at(.{5}));
    try std.testing.expectEqual(1, backwards.sub(5).at(.{}));
    try std.testing.expectEqual(null, backwards.contiguous());
    const nothing: NdArray(i16, 2) = .{ .data = &items, .shape = .{ 0, 9 }, .strides = .{ 1, 1 } };
    try std.testing.expectEqual(0, nothing.contiguous().?.len);
}

test NdArrayMut {
    var items = [_]f64{ 1, 2, 3, 4 };
    const square: NdArrayMut(f64, 2) = .{
        .data = &items,
        .shape = .{ 2, 2 },
        .strides = .{ 16, 8 },
    };
    square.ptr(.{ 1, 0 }).* = 7;
    square.sub(0).contiguous().?[1] = 8;
    try std.testing.expectEqual([_]f64{ 1, 8, 7, 4 }, items);
}

test setContiguous {
    var strides: [3]isize = undefined;
    setContiguous(&strides, &.{ 5, 0, 3 }, 4);
    try std.testing.expectEqual([3]isize{ 12, 12, 4 }, strides);
}
