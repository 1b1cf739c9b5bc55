//! Functions of arrays. Every peer has the same.

const nano_ffi = @import("nano_ffi");

pub fn total(values: []const f64) f64 {
    var sum: f64 = 0;
    for (values) |value| sum += value;
    return sum;
}

pub fn total_of_rows(values: nano_ffi.NdArray(f64, 2)) f64 {
    var sum: f64 = 0;
    for (0..values.shape[0]) |i| for (0..values.shape[1]) |j| {
        sum += values.at(.{ i, j });
    };
    return sum;
}

pub fn total_of_each(values: nano_ffi.NdArray(f64, 1)) f64 {
    var sum: f64 = 0;
    for (0..values.shape[0]) |i| sum += values.at(.{i});
    return sum;
}

pub const Weight = extern struct { x: f64, y: f64 };

pub fn weighed(values: []const Weight) f64 {
    var sum: f64 = 0;
    for (values) |value| sum += value.x * value.y;
    return sum;
}

pub fn doubled(values: []const f64) !nano_ffi.Array(f64, 1) {
    const array: nano_ffi.Array(f64, 1) = try .init(nano_ffi.allocator, .{values.len});
    for (array.items(), values) |*item, value| item.* = 2 * value;
    return array;
}

pub fn doubled_list(values: []const f64) !nano_ffi.Owned([]f64) {
    const items = try nano_ffi.allocator.alloc(f64, values.len);
    for (items, values) |*item, value| item.* = 2 * value;
    return .{ .data = items, .allocator = nano_ffi.allocator };
}

pub fn length(x: f64, y: f64) f64 {
    return @sqrt(x * x + y * y);
}

pub fn total_of_column(values: nano_ffi.Column(f64)) f64 {
    var sum: f64 = 0;
    for (0..values.len()) |row| sum += values.get(row) orelse 0;
    return sum;
}

pub const nano_ffi_options = .{ .length = .{ .vectorize = true } };
