//! The fields of a struct that Python sees: as attributes, as the parameters of a constructor, and
//! as what is shown, compared and pickled.

const std = @import("std");
const arrays = @import("../array.zig");
const Blocks = @import("Blocks.zig");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const classes_of = @import("classes_of.zig");
const convert = @import("../convert.zig");
const comptime_bridge = @import("../../comptime_bridge.zig");
const description = @import("../../description.zig");
const errors = @import("../errors.zig");
const hold = @import("hold.zig");
const lists = @import("list.zig");
const maps = @import("map.zig");
const memory = @import("../memory.zig");
const object = @import("object.zig");
const places = @import("places.zig");
const raw_text = @import("../../raw_text.zig");
const references = @import("../references.zig");
const Region = @import("Region.zig");
const results = @import("results.zig");
const signature = @import("../../signature.zig");
const Signature = signature.Signature;
const trees = @import("../../trees.zig");
const Site = comptime_bridge.Site;
const c = capi.functions;
const Error = errors.Error;
const Layout = object.Layout;
const PyObject = capi.PyObject;

pub fn Fields(comptime T: type) type {
    @setEvalBranchQuota(1_000_000_000);
    return struct {
        /// Those of its own, without those of its base.
        pub const names: []const [:0]const u8 = visible: {
            @setEvalBranchQuota(1_000_000_000);
            var visible: []const [:0]const u8 = &.{};
            for (all) |member| {
                if (member.T == T) visible = visible ++ .{member.name};
            }
            break :visible visible;
        };
        pub const all: []const classes.Member = visible: {
            @setEvalBranchQuota(1_000_000_000);
            var visible: []const classes.Member = &.{};
            for (classes.membersOf(T)) |member| {
                if (classes.isVisible(member.T, member.name)) visible = visible ++ .{member};
            }
            break :visible visible;
        };
        /// Those that a constructor takes.
        pub const parameters: []const classes.Member = given: {
            @setEvalBranchQuota(1_000_000_000);
            var given: []const classes.Member = &.{};
            for (all) |member| {
                if (classes.isParameter(member.T, member.name)) given = given ++ .{member};
            }
            break :given given;
        };
        pub const getters: [names.len]*const capi.getter = of: {
            var list: [names.len]*const capi.getter = undefined;
            for (&list, names) |*place, name| place.* = &Of(T, name).get;
            break :of list;
        };
        pub const setters: [names.len]?*const capi.setter = of: {
            var list: [names.len]?*const capi.setter = undefined;
            for (&list, names) |*place, name|
                place.* = if (classes.isAssignable(T, name)) &Of(T, name).set else null;
            break :of list;
        };

        /// Of a constructor by the names of the fields.
        pub fn signatureOf(comptime name: [:0]const u8) Signature {
            @setEvalBranchQuota(1_000_000_000);
            comptime var args: [parameters.len]signature.Argument = undefined;
            inline for (&args, parameters) |*arg, field| {
                const F = classes.FieldOf(field.T, field.name);
                arg.* = .{
                    .name = signature.pythonName(field.name),
                    .typ = classes.fieldTypeName(F),
                    .way = if (classes.isSaid(T, "kw_only")) .named else .any,
                };
                if (classes.defaultOf(field.T, field.name)) |default|
                    arg.default = description.literalDefault(F, raw_text.as(F, default));
            }
            const final = args;
            return .{ .name = name, .args = &final, .ret = &.{} };
        }

        /// Gives an object that has no value yet one out of the values of its fields; null is the
        /// default.
        pub inline fn fill(
            self: *Layout,
            comptime sig: *const Signature,
            given: *const [parameters.len]?*PyObject,
        ) Error!void {
            const value: *T = @ptrFromInt(object.storage(self));
            if (comptime classes.ownsOfPython(T)) {
                const blocks = &(try Region.ensure(self)).blocks;
                try load(value, blocks.allocator(), self, sig, given);
                if (comptime !classes.isCopyable(T)) blocks.follow();
            } else try load(value, memory.allocator, self, sig, given); // it is asked for nothing
            object.setState(self, .own);
        }

        /// Whether a default is not copied: nobody could, or `deinit` gives back what it has.
        fn keepsOwn(comptime F: type) bool {
            return !classes.isCopyable(F) or (classes.hasDeinit(T) and !classes.isFlat(F));
        }

        fn load(
            value: *T,
            gpa: std.mem.Allocator,
            self: *Layout,
            comptime sig: *const Signature,
            given: *const [parameters.len]?*PyObject,
        ) Error!void {
            // It may have a value before this ends: what is converted may be Python's code.
            var loaded: T = undefined;
            inline for (comptime classes.membersOf(T)) |member| {
                const name = member.name;
                const Field = @FieldType(member.T, name);
                const F = classes.FieldOf(member.T, name);
                const attrs = comptime classes.attributesOf(member.T, name);
                if (attrs.@"comptime") continue;
                // A base is at the start of the value.
                const whole: *member.T = @ptrCast(&loaded);
                // What cannot be given has its default: without one, there is no constructor.
                const index = comptime for (parameters, 0..) |visible, index| {
                    if (std.mem.eql(u8, visible.name, name)) break index;
                } else parameters.len;
                const has = if (index < parameters.len) given[index] else null;
                if (comptime classes.isKept(F) and index < parameters.len) {
                    if (has) |some| try references.expect(
                        F,
                        some,
                        comptime &siteOf(sig, index),
                    );
                    continue;
                }
                if (has) |some| {
                    @field(whole, name) = raw_text.as(Field, quick(F, some) orelse try slowly(
                        F,
                        gpa,
                        self,
                        some,
                        comptime &siteOf(sig, index),
                    ));
                } else if (comptime if (classes.isVisible(member.T, name))
                    classes.defaultOf(member.T, name)
                else
                    attrs.defaultValue(Field)) |default|
                {
                    @field(whole, name) = if (comptime classes.isKept(F) or keepsOwn(F))
                        default
                    else
                        try results.copied(Field, gpa, default);
                } else unreachable; // `bind` has seen that it is given
            }
            // These cannot fail: none is taken in vain.
            inline for (parameters, 0..) |member, index| {
                const F = @FieldType(member.T, member.name);
                const whole: *member.T = @ptrCast(&loaded);
                if (comptime classes.isKept(F)) @field(whole, member.name) =
                    references.take(F, given[index] orelse capi.object("_Py_NoneStruct"));
            }
            value.* = loaded;
        }
    };
}

/// The place of an argument of a constructor.
fn siteOf(comptime sig: *const Signature, comptime index: usize) Site {
    return .{
        .function = sig.name,
        .name = sig.args[index].name,
        .typ = sig.args[index].typ,
    };
}

/// A new tuple of copies of the values of the attributes `defs`, or null with the error set.
pub fn valuesOf(given: *PyObject, defs: []const capi.structs.PyGetSetDef) ?*PyObject {
    const self = object.of(given);
    var use: hold.Use(.python) = .{};
    const start = use.begin(self, .shared) catch return null;
    defer use.end();
    const tuple = c.PyTuple_New(@intCast(defs.len)) orelse return null;
    for (defs, 0..) |*def, index| {
        const attribute = object.attributeOf(def.closure);
        const value = (if (attribute.copy) |copy|
            copy(object.moduleOf(self), @ptrFromInt(start + attribute.offset))
        else
            def.get.?(given, def.closure)) orelse {
            c.Py_DecRef(tuple);
            return null;
        };
        _ = c.PyTuple_SetItem(tuple, @intCast(index), value);
    }
    return tuple;
}

/// How the value of an attribute is copied; null where its getter does that.
pub fn copyOf(comptime T: type, comptime F: type) @FieldType(object.Attribute, "copy") {
    if (@typeInfo(T).@"struct".layout == .@"packed" or !classes.isCopyable(T)) return null;
    return &struct {
        fn copy(module: *PyObject, value: *align(1) const anyopaque) ?*PyObject {
            return convert.giveField(F, module, @as(*align(1) const F, @ptrCast(value)).*);
        }
    }.copy;
}

noinline fn slowly(
    comptime F: type,
    gpa: std.mem.Allocator,
    self: *Layout,
    given: *PyObject,
    site: *const Site,
) Error!F {
    return convert.loadField(F, gpa, object.moduleOf(self), given, site);
}

/// The value of a common object, without a call; null of any other.
inline fn quick(comptime F: type, given: *PyObject) ?F {
    switch (comptime signature.kindOf(F) orelse return null) {
        .bool, .int, .float => {},
        else => return null,
    }
    const Argument = convert.Argument(F);
    return if (@hasDecl(Argument, "quick")) Argument.quick(given) else null;
}

/// Whether a value is read all at once, before Python code can run.
fn isAtomic(comptime F: type) bool {
    return switch (signature.kindOf(F) orelse return false) {
        .void, .bool, .int, .float, .complex, .str, .text, .bytes, .buffer, .@"enum" => true,
        .index, .order => true,
        .optional => isAtomic(@typeInfo(F).optional.child),
        else => false,
    };
}

fn Of(comptime T: type, comptime name: [:0]const u8) type {
    if (@typeInfo(T).@"struct".layout == .@"packed") return Bits(T, name);
    const F = classes.FieldOf(T, name);
    const is_list = classes.fieldKind(F) == .list;
    return Attribute(F, if (is_list) lists.allocationOf(T) else .none);
}

/// An attribute that is a field of a packed struct, which is at no address of its own.
fn Bits(comptime T: type, comptime name: [:0]const u8) type {
    const F = @FieldType(T, name);
    return struct {
        pub fn get(self_: *PyObject, _: ?*anyopaque) callconv(.c) ?*PyObject {
            const self = object.of(self_);
            var use: Reading(F) = .{};
            const value: *const T = @ptrFromInt(use.begin(self, .shared) catch return null);
            defer use.end();
            return convert.giveAttribute(F, self, @field(value, name));
        }

        pub fn set(self_: *PyObject, given: ?*PyObject, closure: ?*anyopaque) callconv(.c) c_int {
            const self = object.of(self_);
            const site = object.attributeOf(closure).site;
            const value = given orelse return refuseToDelete(self, site);
            if (object.stateOf(self) == .empty) {
                _ = noValue(self);
                return -1;
            }
            const module = object.moduleOf(self);
            const loaded = convert.loadField(F, memory.allocator, module, value, site) catch
                return -1;
            var use: hold.Use(.nothing) = .{};
            const whole = beginChange(T, &use, self, 0) catch return -1;
            defer use.end();
            @field(whole, name) = loaded;
            return 0;
        }
    };
}

fn Reading(comptime F: type) type {
    return hold.Use(if (isAtomic(F)) .nothing else .python);
}

/// An attribute of type `F`, whose place the closure says: compiled once, whatever classes have it.
fn Attribute(comptime F: type, comptime allocation: lists.Allocation) type {
    const kind = classes.fieldKind(F);
    return struct {
        pub fn get(self_: *PyObject, closure: ?*anyopaque) callconv(.c) ?*PyObject {
            const self = object.of(self_);
            const offset = object.attributeOf(closure).offset;
            switch (kind) {
                .value => {
                    var use: Reading(F) = .{};
                    const start = use.begin(self, .shared) catch return null;
                    defer use.end();
                    return convert.giveAttribute(F, self, at(start, offset).*);
                },
                .reference => {
                    var use: hold.Use(.nothing) = .{};
                    const start = use.begin(self, .shared) catch return null;
                    defer use.end();
                    return giveReference(self, start, at(start, offset).*);
                },
                .references => {
                    var use: hold.Use(.nothing) = .{};
                    const start = use.begin(self, .shared) catch return null;
                    defer use.end();
                    const value = at(start, offset).*;
                    return giveReferences(self, start, if (comptime classes.isArrayList(F))
                        value.items
                    else
                        value);
                },
                .kept => {
                    var use: hold.Use(.nothing) = .{};
                    const start = use.begin(self, .shared) catch return null;
                    defer use.end();
                    return references.give(F, at(start, offset).*);
                },
                .part => {
                    if (object.stateOf(self) == .empty) return noValue(self);
                    const module = object.moduleOf(self);
                    const class = classes_of.classOf(F, module) orelse return null;
                    const info = classes_of.infoIn(F, module) orelse return null;
                    const part = places.part(self, class, info, .part, offset, "", false) orelse
                        return null;
                    return &part.ob_base;
                },
                .optional => return giveOptional(self, offset),
                .list => {
                    if (object.stateOf(self) == .empty) return noValue(self);
                    return lists.give(F, allocation, self, offset);
                },
                .map => {
                    if (object.stateOf(self) == .empty) return noValue(self);
                    return maps.give(F, self, offset);
                },
                .array => return giveArray(self, offset, object.attributeOf(closure).site),
                .hidden => comptime unreachable,
            }
        }

        /// A field may be aligned by less than its type.
        inline fn at(start: usize, offset: usize) *align(1) F {
            return @ptrFromInt(start + offset);
        }

        /// As long as there is a Python object of the array, the struct is not changed, which might
        /// give the memory back.
        noinline fn giveArray(self: *Layout, offset: usize, site: *const Site) ?*PyObject {
            if (object.stateOf(self) == .empty) return noValue(self);
            var holds: hold.Holds(1, .python) = .{};
            holds.begin();
            holds.add(self, .shared);
            holds.acquire() catch return null;
            defer holds.release();
            const start = object.resolve(self) catch return null;
            const value = at(start, offset).*;
            const array = if (@typeInfo(F) == .optional)
                value orelse return capi.singleton(.None)
            else
                value;
            const region = Region.of(self).?;
            if (region.is_lent) {
                _ = c.PyErr_Format(
                    capi.exception("BufferError"),
                    "the array '%s' was lent to a callback, and its memory may not outlive that",
                    site.name,
                );
                return null;
            }
            if (region.tryHold(self, .exported, true, false) != .held)
                return errors.failed(region.raiseInUse(.exported));
            c.Py_IncRef(&self.ob_base);
            return arrays.giveLent(@TypeOf(array), object.moduleOf(self), array, .{
                .object = &self.ob_base,
                .is_read_only = object.isReadOnly(self),
                .giveBack = &giveBack,
            });
        }

        fn giveBack(lender: *PyObject) void {
            Region.of(object.of(lender)).?.release(.exported, false);
            c.Py_DecRef(lender);
        }

        /// A struct that may be there is an item of a list of one, or none.
        fn giveOptional(self: *Layout, offset: usize) ?*PyObject {
            const is_there = is_there: {
                var use: hold.Use(.nothing) = .{};
                const start = use.begin(self, .shared) catch return null;
                defer use.end();
                break :is_there at(start, offset).* != null;
            };
            if (!is_there) return capi.singleton(.None);
            const view = lists.give(F, .none, self, offset) orelse return null;
            defer c.Py_DecRef(view);
            const Some = @typeInfo(F).optional.child;
            const item = lists.item(Some, object.of(view), 0, false) orelse return null;
            return &item.ob_base;
        }

        pub fn set(self_: *PyObject, given: ?*PyObject, closure: ?*anyopaque) callconv(.c) c_int {
            const self = object.of(self_);
            const attribute = object.attributeOf(closure);
            const value = given orelse return refuseToDelete(self, attribute.site);
            if (comptime classes.isFlat(F)) if (quick(F, value)) |loaded| {
                if (!capi.free_threaded and self.region == null and self.state == .own) {
                    at(object.storage(self), attribute.offset).* = loaded;
                    return 0;
                }
            };
            return setSlowly(F, self, value, attribute.offset, attribute.site);
        }
    };
}

// What follows is compiled once for all fields of one type.

/// A tuple, since what would be changed in a list is not changed in Zig's memory.
fn giveReferences(self: *Layout, start: usize, pointers: anytype) ?*PyObject {
    const given = c.PyTuple_New(@intCast(pointers.len)) orelse return null;
    for (pointers, 0..) |each, index| {
        const item = giveReference(self, start, each) orelse {
            c.Py_DecRef(given);
            return null;
        };
        _ = c.PyTuple_SetItem(given, @intCast(index), item);
    }
    return given;
}

/// What a pointer in a field leads to, where it is not null.
fn giveReference(self: *Layout, start: usize, value: anytype) ?*PyObject {
    const F = @TypeOf(value);
    const pointer = if (@typeInfo(F) == .optional)
        value orelse return capi.singleton(.None)
    else
        value;
    return results.giveField(@TypeOf(pointer), self, start, pointer);
}

noinline fn refuseToDelete(self: *Layout, site: *const Site) c_int {
    _ = c.PyErr_Format(
        capi.exception("TypeError"),
        "the field '%s' of a %s cannot be deleted",
        site.name,
        object.infoOf(self).name.ptr,
    );
    return -1;
}

noinline fn setSlowly(
    comptime F: type,
    self: *Layout,
    value: *PyObject,
    offset: usize,
    site: *const Site,
) c_int {
    if (object.stateOf(self) == .empty) {
        _ = noValue(self);
        return -1;
    }
    (if (comptime classes.isKept(F))
        replace(F, self, value, offset, site)
    else if (comptime classes.isFlat(F))
        assignFlat(F, self, value, offset, site)
    else
        assign(F, self, value, offset, site)) catch return -1;
    return 0;
}

/// Where a field is, of an object that is held from here on.
fn beginChange(
    comptime F: type,
    use: *hold.Use(.nothing),
    self: *Layout,
    offset: usize,
) Error!*F {
    const address = try use.begin(self, .exclusive);
    errdefer use.end();
    try object.expectWritable(self);
    return @ptrFromInt(address + offset);
}

fn assignFlat(
    comptime F: type,
    self: *Layout,
    given: *PyObject,
    offset: usize,
    site: *const Site,
) Error!void {
    const module = object.moduleOf(self);
    const loaded = try convert.loadField(F, memory.allocator, module, given, site);
    var use: hold.Use(.nothing) = .{};
    const place = try beginChange(F, &use, self, offset);
    defer use.end();
    place.* = loaded;
}

fn assign(
    comptime F: type,
    self: *Layout,
    given: *PyObject,
    offset: usize,
    site: *const Site,
) Error!void {
    var gone: Blocks.Gone = .{};
    defer gone.deinit();
    var fresh: Blocks.Fresh = undefined;
    fresh.begin();
    defer fresh.deinit();
    const module = object.moduleOf(self);
    const loaded = try convert.loadField(F, fresh.allocator(), module, given, site);
    var use: hold.Use(.nothing) = .{};
    const place = try beginChange(F, &use, self, offset);
    defer use.end();
    if (!lists.isTrees(self)) {
        _ = c.PyErr_Format(
            capi.exception("AttributeError"),
            "what a %s points to is Zig's memory: give it a function that changes this",
            object.infoOf(self).name.ptr,
        );
        return error.PythonException;
    }
    const region = try Region.ensure(self);
    try region.adoptFresh(&fresh);
    if (Region.Claim.isNeeded(region)) {
        var claim: Region.Claim = .begin(region);
        claim.each(trees.walkOf(F), @ptrCast(place));
    }
    place.* = loaded;
    trees.setAllocator(F, place, region.current().blocks.allocator());
    if (!region.is_stable) region.end();
    region.sweep(&gone);
}

fn replace(
    comptime F: type,
    self: *Layout,
    given: *PyObject,
    offset: usize,
    site: *const Site,
) Error!void {
    try references.expect(F, given, site);
    const old = old: {
        var use: hold.Use(.nothing) = .{};
        const place = try beginChange(F, &use, self, offset);
        defer use.end();
        const old = place.*;
        place.* = references.take(F, given);
        break :old old;
    };
    const reference = if (@typeInfo(F) == .optional) old orelse return else old;
    references.releaseHandle(reference.handle); // which may run Python code
}

fn noValue(self: *Layout) ?*PyObject {
    return errors.failed(object.raiseUnusable(self));
}
