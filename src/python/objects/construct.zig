//! Makes objects of a class out of the values of its fields: the same code for every class, which
//! says by a table how. Of classes whose values can be copied; others have `Fields.fill`.

const std = @import("std");
const binding = @import("../binding.zig");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const classes_of = @import("classes_of.zig");
const convert = @import("../convert.zig");
const errors = @import("../errors.zig");
const Fields = @import("fields.zig").Fields;
const memory = @import("../memory.zig");
const object = @import("object.zig");
const quick = @import("../quick.zig");
const Region = @import("Region.zig");
const results = @import("results.zig");
const signature = @import("../../signature.zig");
const Signature = signature.Signature;
const Site = @import("../../comptime_bridge.zig").Site;
const c = capi.functions;
const Error = errors.Error;
const Layout = object.Layout;
const PyObject = capi.PyObject;

/// How objects of a class are made.
pub const Construction = struct {
    /// Its parameters are the fields, in their order.
    sig: *const Signature,
    /// How many arguments there are at least.
    required: usize,
    fields: []const Field,
    /// What has no parameter, and its default.
    hidden: []const Field,
    /// A value with all defaults.
    template: *const anyopaque,
    is_flat: bool,
};

pub const Field = struct {
    offset: usize,
    /// What is read without a call where the argument is such a one.
    common: enum { float, int, bool, other },
    load: *const Load,
    /// Makes a default's own what it points to. Null where that is nothing.
    own: ?*const fn (gpa: std.mem.Allocator, at: *anyopaque) Error!void,
};

const Load = fn (
    gpa: std.mem.Allocator,
    module: *PyObject,
    given: *PyObject,
    site: *const Site,
    at: *anyopaque,
) Error!void;

/// Whether there is such a table: where values can be copied, each field is at an address, all are
/// the class's own, and what is hidden has a default.
pub fn isPossible(comptime T: type) bool {
    const info = @typeInfo(T).@"struct";
    if (info.layout == .@"packed" or !classes.isCopyable(T) or classes.BaseOf(T) != null)
        return false;
    return for (info.field_names, info.field_types, info.field_attrs) |name, F, attrs| {
        if (attrs.@"comptime" or classes.isVisible(T, name)) continue;
        if (attrs.defaultValue(F) == null) break false;
    } else true;
}

/// That of class `T`, whose constructor has this signature.
pub fn of(comptime T: type, comptime sig: *const Signature) Construction {
    @setEvalBranchQuota(1_000_000_000);
    const all = @typeInfo(T).@"struct";
    var visible: []const Field = &.{};
    var hidden: []const Field = &.{};
    var template: T = undefined;
    for (all.field_names, all.field_types, all.field_attrs) |name, Given, attrs| {
        if (attrs.@"comptime") continue;
        const F = classes.FieldOf(T, name);
        const is_visible = classes.isVisible(T, name);
        const default = if (is_visible) classes.defaultOf(T, name) else attrs.defaultValue(Given);
        if (default) |value| @field(template, name) = value;
        const field: Field = .{
            .offset = @offsetOf(T, name),
            .common = switch (F) {
                f64 => .float,
                i64 => .int,
                bool => .bool,
                else => .other,
            },
            .load = if (is_visible) &Of(F).load else undefined,
            .own = if (classes.isFlat(F)) null else &Of(F).own,
        };
        if (is_visible) visible = visible ++ .{field} else hidden = hidden ++ .{field};
    }
    const defaults = template;
    return .{
        .sig = sig,
        .required = binding.requiredOf(sig.*),
        .fields = visible,
        .hidden = hidden,
        .template = &defaults,
        .is_flat = classes.isFlat(T),
    };
}

/// A field may be aligned by less than its type.
fn Of(comptime F: type) type {
    return struct {
        fn load(
            gpa: std.mem.Allocator,
            module: *PyObject,
            given: *PyObject,
            site: *const Site,
            at: *anyopaque,
        ) Error!void {
            const place: *align(1) F = @ptrCast(at);
            place.* = try convert.loadField(F, gpa, module, given, site);
        }

        fn own(gpa: std.mem.Allocator, at: *anyopaque) Error!void {
            const place: *align(1) F = @ptrCast(at);
            place.* = try results.copied(F, gpa, place.*);
        }
    };
}

/// Calls of a class itself: see tp_vectorcall.
pub fn vectorcall(
    class: *PyObject,
    given: [*]const *PyObject,
    nargsf: usize,
    kwnames: ?*PyObject,
) callconv(.c) ?*PyObject {
    const info = object.infoOfClass(class);
    const how = info.construction.?;
    const nargs = capi.vectorcallCount(nargsf);
    if (binding.inOrder(how.sig, nargs, kwnames)) |total| {
        if (total <= how.fields.len and total >= how.required)
            return make(class, info, @ptrCast(given[0..total]));
    }
    const count = how.fields.len;
    var few: [16]?*PyObject = undefined;
    const bound = if (count <= few.len) few[0..count] else memory.allocator.alloc(
        ?*PyObject,
        count,
    ) catch return c.PyErr_NoMemory();
    defer if (count > few.len) memory.allocator.free(bound);
    if (!binding.bind(how.sig, given, nargs, kwnames, bound)) return null;
    return make(class, info, bound);
}

/// The same of a class whose fields are given by name only.
pub fn vectorcallNamed(
    class: *PyObject,
    given: [*]const *PyObject,
    nargsf: usize,
    kwnames: ?*PyObject,
) callconv(.c) ?*PyObject {
    const nargs = capi.vectorcallCount(nargsf);
    if (nargs == 0) return vectorcall(class, given, nargsf, kwnames);
    return c.PyErr_Format(
        capi.exception("TypeError"),
        "%s() takes at most 0 positional arguments (%zu given)",
        object.infoOfClass(class).construction.?.sig.name.ptr,
        nargs,
    );
}

/// The same of a class of nothing but numbers and bools, which are read without a call; what is
/// given otherwise is the others' business.
pub fn Quick(comptime T: type) type {
    const names = Fields(T).names;
    const how = classes_of.infoOf(T).construction.?;
    return struct {
        pub const is_possible = !capi.limited and how.hidden.len == 0 and
            for (names) |name| {
                switch (@FieldType(T, name)) {
                    f64, i64, bool => {},
                    else => break false,
                }
            } else true;

        const places: [names.len]Place = all: {
            var all: [names.len]Place = undefined;
            for (&all, names) |*place, name|
                place.* = .{ .offset = @offsetOf(T, name), .T = @FieldType(T, name) };
            break :all all;
        };

        pub fn call(
            class: *PyObject,
            given: [*]const *PyObject,
            nargsf: usize,
            kwnames: ?*PyObject,
        ) callconv(.c) ?*PyObject {
            const Shape = QuickShape(names.len, places, how.required);
            return Shape.call(comptime classes_of.infoOf(T), class, given, nargsf, kwnames);
        }
    };
}

const Place = struct { offset: usize, T: type };

/// One code for all classes that have fields of the same types in the same places.
fn QuickShape(
    comptime count: usize,
    comptime places: [count]Place,
    comptime required: usize,
) type {
    comptime var types: [count]type = undefined;
    for (&types, places) |*T, place| T.* = place.T;
    const Values = @Tuple(&types);
    return struct {
        fn call(
            info: *const object.Info,
            class: *PyObject,
            given: [*]const *PyObject,
            nargsf: usize,
            kwnames: ?*PyObject,
        ) ?*PyObject {
            const how = info.construction.?;
            const nargs = capi.vectorcallCount(nargsf);
            const total = binding.inOrder(how.sig, nargs, kwnames) orelse
                return vectorcall(class, given, nargsf, kwnames);
            if (total > count or total < required)
                return vectorcall(class, given, nargsf, kwnames);
            const defaults: [*]const u8 = @ptrCast(how.template);
            var values: Values = undefined;
            inline for (places, 0..) |place, index| {
                if (index >= required and index >= total) {
                    const default: *align(1) const place.T = @ptrCast(defaults + place.offset);
                    values[index] = default.*;
                } else values[index] = convert.Argument(place.T).quick(given[index]) orelse
                    return vectorcall(class, given, nargsf, kwnames);
            }
            const self = allocate(class, info) orelse return null;
            const start = object.storage(self);
            inline for (places, 0..) |place, index|
                @as(*align(1) place.T, @ptrFromInt(start + place.offset)).* = values[index];
            self.state = .own;
            return &self.ob_base;
        }
    };
}

noinline fn allocate(class: *PyObject, info: *const object.Info) ?*Layout {
    return object.createOwn(class, info);
}

/// An object of a class of ours out of a value for each field; null is the default.
pub fn fromValues(class: *PyObject, values: [*]const ?*PyObject) ?*PyObject {
    const info = object.infoOfClass(class);
    return make(class, info, values[0..info.construction.?.fields.len]);
}

/// `values` are those of the first fields.
fn make(class: *PyObject, info: *const object.Info, values: []const ?*PyObject) ?*PyObject {
    const self = allocate(class, info) orelse return null;
    fill(self, info.construction.?, info.size, values) catch {
        c.Py_DecRef(&self.ob_base);
        return null;
    };
    self.state = .own;
    return &self.ob_base;
}

/// Nobody else has the object: what is converted may be Python's code, and does not see it.
inline fn fill(
    self: *Layout,
    how: *const Construction,
    size: usize,
    values: []const ?*PyObject,
) Error!void {
    const gpa = if (how.is_flat)
        memory.allocator // is asked for nothing
    else
        (try Region.ensure(self)).blocks.allocator();
    const start = object.storage(self);
    if (how.hidden.len > 0 or values.len < how.fields.len or
        std.mem.findScalar(?*PyObject, values, null) != null)
    {
        const to: [*]u8 = @ptrFromInt(start);
        const from: [*]const u8 = @ptrCast(how.template);
        @memcpy(to[0..size], from[0..size]);
        if (!how.is_flat) try ownDefaults(how, gpa, start, values);
    }
    for (how.fields[0..values.len], values) |*field, given| {
        const value = given orelse continue;
        const at = start + field.offset;
        switch (field.common) {
            .float => if (quick.floatOf(value)) |number| {
                @as(*align(1) f64, @ptrFromInt(at)).* = number;
                continue;
            },
            .int => if (quick.intOf(i64, value)) |number| {
                @as(*align(1) i64, @ptrFromInt(at)).* = number;
                continue;
            },
            .bool => if (quick.boolOf(value)) |truth| {
                @as(*align(1) bool, @ptrFromInt(at)).* = truth;
                continue;
            },
            .other => {},
        }
        try load(self, how, field, gpa, value, @ptrFromInt(at));
    }
}

/// One of the fields that are given, which is no common object.
noinline fn load(
    self: *Layout,
    how: *const Construction,
    field: *const Field,
    gpa: std.mem.Allocator,
    value: *PyObject,
    at: *anyopaque,
) Error!void {
    const number = (@intFromPtr(field) - @intFromPtr(how.fields.ptr)) / @sizeOf(Field);
    const parameter = &how.sig.args[number];
    try field.load(gpa, object.moduleOf(self), value, &.{
        .function = how.sig.name,
        .name = parameter.name,
        .typ = parameter.typ,
    }, at);
}

/// What defaults point to is to be the object's own.
fn ownDefaults(
    how: *const Construction,
    gpa: std.mem.Allocator,
    start: usize,
    values: []const ?*PyObject,
) Error!void {
    for (how.hidden) |*field|
        if (field.own) |own| try own(gpa, @ptrFromInt(start + field.offset));
    for (how.fields, 0..) |*field, index| {
        if (index < values.len and values[index] != null) continue;
        if (field.own) |own| try own(gpa, @ptrFromInt(start + field.offset));
    }
}
