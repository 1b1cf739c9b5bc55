//! What Zig checks, and says with numbers or names.

const Number = union(enum) { whole: i64, real: f64 };

pub fn cut(items: []const i64, start: usize, end: usize) usize {
    return items[start..end].len;
}

pub fn cutWords(bytes: []u8) usize {
    const words: []align(1) u32 = @ptrCast(bytes);
    return words.len;
}

pub fn ended(bytes: []u8, size: usize) usize {
    return bytes[0..size :0].len;
}

pub fn real(is_whole: bool) f64 {
    const number: Number = if (is_whole) .{ .whole = 3 } else .{ .real = 2.5 };
    return number.real;
}

pub fn sure(value: i64) i64 {
    return failing(value) catch unreachable;
}

fn failing(value: i64) !i64 {
    return if (value < 0) error.Negative else value;
}
