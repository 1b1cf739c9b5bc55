//! is ambiguous: its tags 'small' and 'large' are both ints in Python
const bridge = @import("nano_ffi").bridge;
const Value = union(enum) {
    small: u8,
    text: []const u8,
    large: u64,
    pub const nano_ffi_options = .{ .untagged = true };
};
fn take(value: Value) bool {
    return value == .small;
}
comptime {
    _ = bridge.makeTrampoline(take, .{ .name = "take", .params = .{"value"} }).sig;
}
