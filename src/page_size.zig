//! How large a page of memory is, where Zig's own way would need a libc at link time.

const std = @import("std");
const builtin = @import("builtin");
const linux = std.os.linux;

/// `std.options.queryPageSize` of an extension. One for Android is linked with libpython alone,
/// and Zig would import getauxval.
pub const query = if (builtin.abi.isAndroid()) ask else std.heap.defaultQueryPageSize;

/// Linux takes advice on memory from the beginning of a page on only, also on none of it.
fn ask() usize {
    const known = struct {
        var size: std.atomic.Value(usize) = .init(0);
    };
    if (known.size.load(.monotonic) == 0) {
        var size: usize = std.heap.page_size_min;
        while (size < std.heap.page_size_max and
            linux.errno(linux.madvise(@ptrFromInt(size), 0, linux.MADV.NORMAL)) != .SUCCESS)
            size *= 2;
        known.size.store(size, .monotonic);
    }
    return known.size.load(.monotonic);
}

test query {
    if (builtin.os.tag != .linux) return error.SkipZigTest;
    try std.testing.expectEqual(std.heap.pageSize(), ask());
    try std.testing.expectEqual(std.heap.pageSize(), ask());
}
