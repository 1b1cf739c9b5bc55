//! Arrays that functions make: memory that becomes Python's with the result, and is not copied.

const std = @import("std");
const builtin = @import("builtin");
const ndarray = @import("ndarray.zig");

/// What numpy and others get for vector instructions.
const alignment: std.mem.Alignment = .@"64";

/// `n` dimensions of items of type `T`, as a result: Python sees an array, whose memory it gives
/// back with the allocator that is in it.
pub fn Array(comptime T: type, comptime n: usize) type {
    if (n > ndarray.max_dimensions) @compileError(std.fmt.comptimePrint(
        "nano_ffi: an Array of {d} dimensions: no buffer has more than {d}",
        .{ n, ndarray.max_dimensions },
    ));
    return struct {
        const Self = @This();

        pub const Item = T;
        pub const nano_ffi_array = .{ .dimensions = n };

        /// The item with index 0 in every dimension.
        data: [*]T,
        /// How many items there are in each dimension.
        shape: [n]usize,
        /// How many *bytes* lie between neighbours in each dimension.
        strides: [n]isize,
        memory: Memory,

        /// Room for items that are not set yet, in C order, aligned to 64 bytes.
        pub fn init(allocator: std.mem.Allocator, shape: [n]usize) error{OutOfMemory}!Self {
            var count: usize = 1;
            for (shape) |size| count = std.math.mul(usize, count, size) catch
                return error.OutOfMemory;
            const size = std.math.mul(usize, count, @sizeOf(T)) catch return error.OutOfMemory;
            const memory: Memory = try .create(allocator, size, .of(T));
            var array: Self = .{
                .data = @ptrCast(@alignCast(memory.bytes.ptr)),
                .shape = shape,
                .strides = undefined,
                .memory = memory,
            };
            ndarray.setContiguous(&array.strides, &shape, @sizeOf(T));
            return array;
        }

        /// The same with every byte 0.
        pub fn zeros(allocator: std.mem.Allocator, shape: [n]usize) error{OutOfMemory}!Self {
            const array: Self = try .init(allocator, shape);
            @memset(array.memory.bytes, 0);
            return array;
        }

        /// The same in Fortran's order: the first index changes first.
        pub fn initFortran(allocator: std.mem.Allocator, shape: [n]usize) error{OutOfMemory}!Self {
            var array: Self = try .init(allocator, shape);
            var stride: isize = @sizeOf(T);
            for (shape, &array.strides) |size, *place| {
                place.* = stride;
                stride *= @intCast(@max(size, 1));
            }
            return array;
        }

        /// What `allocator` gave as a slice, which is the array's from here on.
        pub fn fromSlice(allocator: std.mem.Allocator, slice: []T) Self {
            if (n != 1) @compileError("nano_ffi: a slice has one dimension: an Array(T, 1)");
            return .{
                .data = slice.ptr,
                .shape = .{slice.len},
                .strides = .{@sizeOf(T)},
                .memory = .{
                    .bytes = std.mem.sliceAsBytes(slice),
                    .alignment = .of(T),
                    .allocator = allocator,
                },
            };
        }

        /// All items, in the order in which they lie.
        pub fn items(array: Self) []T {
            var count: usize = 1;
            for (array.shape) |size| count *= size;
            return array.data[0..count];
        }

        /// The array as what reads and writes one.
        pub fn view(array: Self) ndarray.NdArrayMut(T, n) {
            return .{ .data = array.data, .shape = array.shape, .strides = array.strides };
        }

        /// The address of the item at `index`. An index out of the shape is a panic in safe builds.
        pub inline fn ptr(array: Self, index: [n]usize) *T {
            return array.view().ptr(index);
        }

        /// Gives the memory back: what a function does that fails after it has made an array.
        pub fn deinit(array: Self) void {
            array.memory.free();
        }
    };
}

/// Lets Linux use large pages for much memory, whose first use costs more than what is done with it
/// otherwise. It is only advice: what comes of it does not matter.
fn adviseHuge(bytes: []u8) void {
    if (builtin.os.tag != .linux or bytes.len < 4 << 20) return;
    const page = 4096;
    const start = std.mem.alignForward(usize, @intFromPtr(bytes.ptr), page);
    const end = @intFromPtr(bytes.ptr) + bytes.len;
    _ = std.os.linux.madvise(@ptrFromInt(start), end - start, std.os.linux.MADV.HUGEPAGE);
}

/// What an allocator gave, and who gives it back.
pub const Memory = struct {
    bytes: []u8,
    alignment: std.mem.Alignment,
    allocator: std.mem.Allocator,

    /// Room for `size` bytes, which are not set, aligned to 64 bytes, and for what needs more.
    pub fn create(
        allocator: std.mem.Allocator,
        size: usize,
        least: std.mem.Alignment,
    ) error{OutOfMemory}!Memory {
        if (size > std.math.maxInt(isize)) return error.OutOfMemory;
        const room = alignment.max(least);
        const bytes = allocator.rawAlloc(@max(size, 1), room, @returnAddress()) orelse
            return error.OutOfMemory;
        adviseHuge(bytes[0..size]);
        return .{ .bytes = bytes[0..@max(size, 1)], .alignment = room, .allocator = allocator };
    }

    pub fn free(memory: Memory) void {
        if (memory.bytes.len > 0)
            memory.allocator.rawFree(memory.bytes, memory.alignment, @returnAddress());
    }
};

test Array {
    const gpa = std.testing.allocator;
    const rows: Array(f32, 2) = try .zeros(gpa, .{ 2, 3 });
    defer rows.deinit();
    rows.ptr(.{ 1, 0 }).* = 5;
    try std.testing.expectEqualSlices(f32, &.{ 0, 0, 0, 5, 0, 0 }, rows.items());
    try std.testing.expectEqual(0, @intFromPtr(rows.data) % 64);
    try std.testing.expectEqual([2]isize{ 12, 4 }, rows.strides);

    const columns: Array(u8, 2) = try .initFortran(gpa, .{ 2, 3 });
    defer columns.deinit();
    try std.testing.expectEqual([2]isize{ 1, 2 }, columns.strides);
    columns.view().ptr(.{ 1, 1 }).* = 7;
    try std.testing.expectEqual(7, columns.items()[3]);

    const line: Array(i16, 1) = .fromSlice(gpa, try gpa.dupe(i16, &.{ 1, 2 }));
    line.memory.free();
    const none: Array(u8, 1) = try .init(gpa, .{0});
    none.deinit();
    try std.testing.expectError(error.OutOfMemory, Array(f64, 2).init(gpa, .{
        std.math.maxInt(usize) / 2,
        3,
    }));
}

test Memory {
    const memory: Memory = try .create(std.testing.allocator, 3, .of(u8));
    defer memory.free();
    try std.testing.expectEqual(0, @intFromPtr(memory.bytes.ptr) % 64);
    try std.testing.expectError(
        error.OutOfMemory,
        Memory.create(std.testing.allocator, std.math.maxInt(usize), .of(u8)),
    );
}
