//! error: nano_ffi: 'area': parameter 'shape' has type union_untagged.Shape, which cannot come from Python: use integers
const bridge = @import("nano_ffi").bridge;
const Shape = union { circle: f64, square: f32 };
fn area(shape: Shape) f64 {
    return shape.circle;
}
comptime {
    _ = bridge.makeTrampoline(area, .{ .name = "area", .params = .{"shape"} }).sig;
}
