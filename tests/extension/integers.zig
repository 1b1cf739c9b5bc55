//! Ints of many widths: around the digits of Python's ints (30 bits), the registers, what a float
//! holds, and far beyond.

pub fn same_i1(value: i1) i1 {
    return value;
}
pub fn same_i2(value: i2) i2 {
    return value;
}
pub fn same_i7(value: i7) i7 {
    return value;
}
pub fn same_i8(value: i8) i8 {
    return value;
}
pub fn same_i9(value: i9) i9 {
    return value;
}
pub fn same_i15(value: i15) i15 {
    return value;
}
pub fn same_i16(value: i16) i16 {
    return value;
}
pub fn same_i29(value: i29) i29 {
    return value;
}
pub fn same_i30(value: i30) i30 {
    return value;
}
pub fn same_i31(value: i31) i31 {
    return value;
}
pub fn same_i32(value: i32) i32 {
    return value;
}
pub fn same_i33(value: i33) i33 {
    return value;
}
pub fn same_i53(value: i53) i53 {
    return value;
}
pub fn same_i59(value: i59) i59 {
    return value;
}
pub fn same_i60(value: i60) i60 {
    return value;
}
pub fn same_i61(value: i61) i61 {
    return value;
}
pub fn same_i63(value: i63) i63 {
    return value;
}
pub fn same_i64(value: i64) i64 {
    return value;
}
pub fn same_i65(value: i65) i65 {
    return value;
}
pub fn same_i89(value: i89) i89 {
    return value;
}
pub fn same_i90(value: i90) i90 {
    return value;
}
pub fn same_i91(value: i91) i91 {
    return value;
}
pub fn same_i127(value: i127) i127 {
    return value;
}
pub fn same_i128(value: i128) i128 {
    return value;
}
pub fn same_i129(value: i129) i129 {
    return value;
}
pub fn same_i256(value: i256) i256 {
    return value;
}
pub fn same_i1000(value: i1000) i1000 {
    return value;
}
pub fn same_u1(value: u1) u1 {
    return value;
}
pub fn same_u2(value: u2) u2 {
    return value;
}
pub fn same_u7(value: u7) u7 {
    return value;
}
pub fn same_u8(value: u8) u8 {
    return value;
}
pub fn same_u9(value: u9) u9 {
    return value;
}
pub fn same_u15(value: u15) u15 {
    return value;
}
pub fn same_u16(value: u16) u16 {
    return value;
}
pub fn same_u29(value: u29) u29 {
    return value;
}
pub fn same_u30(value: u30) u30 {
    return value;
}
pub fn same_u31(value: u31) u31 {
    return value;
}
pub fn same_u32(value: u32) u32 {
    return value;
}
pub fn same_u33(value: u33) u33 {
    return value;
}
pub fn same_u53(value: u53) u53 {
    return value;
}
pub fn same_u59(value: u59) u59 {
    return value;
}
pub fn same_u60(value: u60) u60 {
    return value;
}
pub fn same_u61(value: u61) u61 {
    return value;
}
pub fn same_u63(value: u63) u63 {
    return value;
}
pub fn same_u64(value: u64) u64 {
    return value;
}
pub fn same_u65(value: u65) u65 {
    return value;
}
pub fn same_u89(value: u89) u89 {
    return value;
}
pub fn same_u90(value: u90) u90 {
    return value;
}
pub fn same_u91(value: u91) u91 {
    return value;
}
pub fn same_u127(value: u127) u127 {
    return value;
}
pub fn same_u128(value: u128) u128 {
    return value;
}
pub fn same_u129(value: u129) u129 {
    return value;
}
pub fn same_u256(value: u256) u256 {
    return value;
}
pub fn same_u1000(value: u1000) u1000 {
    return value;
}
