//! What Zig does with Python's objects.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Object = nano_ffi.Object;
const Reference = nano_ffi.Reference;

pub const nano_ffi_options = .{ .released = .{ .gil = .released } };

pub fn get(object: Object, name: []const u8) !Reference {
    var buffer: [64]u8 = undefined;
    return object.get(try std.fmt.bufPrintSentinel(&buffer, "{s}", .{name}, 0));
}
pub fn set_number(object: Object, number: f64) !void {
    return object.set("number", number);
}
/// Every kind of value.
pub fn call_all(object: Object, text: []const u8) !Reference {
    const other = try nano_ffi.import("math");
    defer other.release();
    return object.callWith(.{ 1, 2.5, text, "text", null, true, other, object, [2]u16{ 3, 4 } }, .{
        .large = std.math.maxInt(u64),
        .items = &[_]i64{ 5, 6 },
    });
}
pub fn dumps(value: Object, indent: ?i64) !Reference {
    const json = try nano_ffi.import("json");
    defer json.release();
    const function = try json.object().get("dumps");
    defer function.release();
    return function.object().callWith(.{value}, .{ .indent = indent });
}
pub fn split(text: Object, separator: []const u8) ![]const []const u8 {
    const parts = try text.callMethod("split", .{separator});
    defer parts.release();
    // The texts are those of the strs, which the list has.
    return parts.object().asAlloc([]const []const u8, nano_ffi.allocator);
}
pub fn at(object: Object, key: Object) !Reference {
    return object.item(key);
}
pub fn put(object: Object, index: i64, value: Object) !void {
    return object.setItem(index, value);
}
pub fn sum(numbers: Object) !i64 {
    const iterator = try numbers.iterate();
    defer iterator.deinit();
    var all: i64 = 0;
    while (try iterator.next()) |number| {
        defer number.release();
        all += try number.object().as(i64);
    }
    return all;
}
pub fn about(object: Object, class: Object) !struct { bool, bool, bool } {
    return .{ object.is(class), object.isNone(), try object.isInstance(class) };
}
pub fn length(object: Object) !usize {
    return object.len();
}
/// How long a text is in UTF-8, and -1 of None.
pub fn size(object: Object) !i64 {
    const text = try object.as(?[]const u8) orelse return -1;
    return @intCast(text.len);
}
pub fn pair(object: Object) !struct { i8, ?f64 } {
    return object.as(struct { i8, ?f64 });
}

pub fn ignored(object: Object) bool {
    const found = object.get("nothing_like_it") catch return false;
    found.release();
    return true;
}
/// The first exception, with a call in between that is none.
pub fn first_of_two(object: Object) !Reference {
    return object.call(.{}) catch |err| {
        const shown = try object.callMethod("__repr__", .{});
        shown.release();
        return err;
    };
}
pub fn second_of_two(object: Object) !Reference {
    return object.call(.{}) catch return object.get("nothing_like_it");
}
pub fn another(object: Object) !Reference {
    return object.call(.{}) catch return nano_ffi.fail(error.Another, "not that", .{});
}
pub fn has_module(name: []const u8) error{PythonException}!bool {
    var buffer: [64]u8 = undefined;
    const module = nano_ffi.import(std.fmt.bufPrintSentinel(&buffer, "{s}", .{name}, 0) catch
        return false) catch return false;
    module.release();
    return true;
}
/// Nothing of Python's can be had here.
pub fn released() !void {
    const module = try nano_ffi.import("math");
    module.release();
}

pub const Holder = struct {
    thing: Reference,
    calls: u32 = 0,

    pub fn call(self: *Holder) !Reference {
        self.calls += 1;
        return self.thing.object().call(.{});
    }
};
