//! error: nano_ffi: nano_ffi_options of class_operators.Point has 'operators', and no eql, lt, lessThan or order with another one as its parameter, and no hash, len, count or clone without one
const nano_ffi = @import("nano_ffi");
pub const Point = struct {
    x: f64 = 0,
    pub fn eql(self: Point, other: f64) bool {
        return self.x == other;
    }
    pub fn len(self: Point) f64 {
        return self.x;
    }
    pub const nano_ffi_options = .{ .operators = true };
};
pub const nano_ffi_module = struct {
    pub const Point = @import("root").Point;
};
pub const nano_ffi_source = struct {
    pub const Point = struct {
        pub const @"nano_ffi.doc" = "";
        pub const @"nano_ffi.fields" = .{};
        pub const eql = .{ .params = .{ "self", "other" }, .doc = "" };
        pub const len = .{ .params = .{"self"}, .doc = "" };
    };
};
comptime {
    nano_ffi.exportModule("file", nano_ffi_module, nano_ffi_source);
}
