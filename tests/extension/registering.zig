//! Functions that are registered when the module is imported, as the README shows it.

const bridge = @import("nano_ffi").bridge;
const reg = @import("nano_ffi").registry;

fn add(a: i64, b: i64) i64 {
    return a + b;
}

const AddTrampoline = bridge.makeTrampoline(add, .{
    .args = &.{
        .{ .name = "a", .typ = .i64 },
        .{ .name = "b", .typ = .i64 },
    },
    .ret = .i64,
});

fn divide(a: f64, b: f64) error{DivisionByZero}!struct { f64, bool } {
    if (b == 0) return error.DivisionByZero;
    return .{ a / b, a < 0 };
}

const geometry = struct {
    pub fn area(width: f64, height: f64) f64 {
        return width * height;
    }
    pub fn is_square(width: f64, height: f64) bool {
        return width == height;
    }
    pub const sides = 4;
};

/// A function of the module as any other.
pub fn plain(value: u8) u8 {
    return value;
}

pub fn nano_ffi_init(my_registry: *reg.Registry) !void {
    try my_registry.register("add", AddTrampoline.asPtr(), AddTrampoline.sig);

    const Inferred = bridge.makeTrampoline(divide, .{});
    try my_registry.register("divide", Inferred.asPtr(), Inferred.sig);

    const Documented = bridge.makeTrampoline(add, .{
        .name = "plus",
        .params = .{ "x", "y" },
        .defaults = .{ .y = 1 },
        .doc = "The sum, or the next int.",
    });
    try my_registry.register("plus", Documented.asPtr(), Documented.sig);

    try bridge.registerAll(my_registry, geometry);
}
