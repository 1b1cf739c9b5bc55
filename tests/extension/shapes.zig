//! Functions of every number of parameters that CPython calls in a way of its own.

pub fn none() i64 {
    return 7;
}

pub fn one(a: i64) i64 {
    return a;
}

pub fn perhaps(a: ?i64) i64 {
    return a orelse -1;
}

pub fn two(a: i64, b: i64) i64 {
    return 10 * a + b;
}

pub fn half(a: f64) f64 {
    return a / 2;
}

pub fn same(a: i64) i64 {
    return a;
}

pub fn unsigned(a: u64) u64 {
    return a;
}

pub fn narrow(a: i16) i16 {
    return a;
}

pub fn pair(a: f64, b: i64) struct { f64, f64, i64, i64 } {
    return .{ a, -a, b, -b };
}
