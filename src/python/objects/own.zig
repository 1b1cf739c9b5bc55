//! The value of an own object: how it gets one, or another one, and gives it back before it ends.

const Blocks = @import("Blocks.zig");
const capi = @import("../capi.zig");
const errors = @import("../errors.zig");
const hold = @import("hold.zig");
const memory = @import("../memory.zig");
const object = @import("object.zig");
const Region = @import("Region.zig");
const slots = @import("slots.zig");
const c = capi.functions;
const Error = errors.Error;
const Layout = object.Layout;
const PyObject = capi.PyObject;

/// See tp_init; `construct` makes another object of the class.
pub fn init(
    given: *PyObject,
    args: *PyObject,
    keywords: ?*PyObject,
    construct: *const capi.vectorcallfunc,
) Error!void {
    var call: slots.Arguments = try .create(args, keywords);
    defer call.destroy();
    return fill(given, call.values.ptr, call.count, call.names, construct);
}

/// The same of arguments as a vectorcall has them.
pub fn fill(
    given: *PyObject,
    args: [*]const *PyObject,
    nargs: usize,
    kwnames: ?*PyObject,
    construct: *const capi.vectorcallfunc,
) Error!void {
    const self = object.of(given);
    try expectFillable(self);
    const class = object.ownClass(capi.typeOf(given));
    const made = construct(class, args, nargs, kwnames) orelse return error.PythonException;
    defer c.Py_DecRef(made);
    try move(self, object.of(made));
}

/// What `fields` values of a class's fields make: a new object of it, or null with the error set.
pub const Make = fn (class: *PyObject, values: [*]const ?*PyObject) ?*PyObject;

/// `__setstate__`: gives an object without a value that of a pickle.
pub fn restore(given: *PyObject, state: *PyObject, fields: usize, make: *const Make) Error!void {
    const self = object.of(given);
    if (object.stateOf(self) != .empty or !capi.hasFlag(state, "TUPLE_SUBCLASS") or
        c.PyTuple_Size(state) != 2) return refuse(self, "__setstate__ of a %s is for pickle: " ++
        "this is not what __reduce__ gave");
    const values = c.PyTuple_GetItem(state, 0) orelse return error.PythonException;
    const dict = c.PyTuple_GetItem(state, 1) orelse return error.PythonException;
    if (!capi.hasFlag(values, "TUPLE_SUBCLASS") or c.PyTuple_Size(values) != fields)
        return refuse(self, "the pickle is of another version of '%s'");
    const bound = memory.allocator.alloc(?*PyObject, fields) catch return errors.raiseNoMemory();
    defer memory.allocator.free(bound);
    for (bound, 0..) |*place, index| place.* = c.PyTuple_GetItem(values, @intCast(index));
    const made = make(object.ownClass(capi.typeOf(given)), bound.ptr) orelse
        return error.PythonException;
    defer c.Py_DecRef(made);
    // What was converted may be Python's code, which has given it a value meanwhile.
    if (object.stateOf(self) != .empty) return refuse(self, "this %s has a value already");
    try move(self, object.of(made));
    if (dict != capi.object("_Py_NoneStruct")) try updateDict(given, dict);
}

/// The __dict__ of an object of a subclass, a new reference; null where it has none.
pub fn dictOf(given: *PyObject) ?*PyObject {
    const class = capi.typeOf(given);
    if (object.ownClass(class) == class) return null;
    const dict = c.PyObject_GetAttrString(given, "__dict__");
    if (dict == null) c.PyErr_Clear();
    return dict;
}

/// Gives an object of a subclass what another one's __dict__ has.
pub fn updateDict(given: *PyObject, dict: *PyObject) Error!void {
    const own = c.PyObject_GetAttrString(given, "__dict__") orelse return error.PythonException;
    defer c.Py_DecRef(own);
    if (c.PyDict_Update(own, dict) < 0) return error.PythonException;
}

fn refuse(self: *Layout, message: [*:0]const u8) Error {
    _ = c.PyErr_Format(capi.exception("TypeError"), message, object.infoOf(self).name.ptr);
    return error.PythonException;
}

/// That an object may get a value, or another one: what a stable one lent is good as long as it
/// lives, and what others point into stays. TypeError where it may not.
fn expectFillable(self: *Layout) Error!void {
    if (object.stateOf(self) == .empty) return;
    const info = object.infoOf(self);
    const is_own = self.state == .own or self.state == .held or self.state == .destroyed;
    const own: usize = if (self.state == .destroyed) 0 else 1;
    const is_alone = if (Region.of(self)) |region| region.counted()[0] <= own else true;
    // What a tree had is there as long as something points to it.
    const stays = info.is_stable or info.is_frozen or self.flags.read_only;
    if (is_own and (is_alone or info.kind != .resource) and !stays) return;
    return refuse(self, "this %s cannot be initialised again");
}

/// Gives `self` the value of a new object that nobody else has.
fn move(self: *Layout, made: *Layout) Error!void {
    const info = object.infoOf(made);
    if (object.stateOf(self) == .empty) {
        var holds: hold.Holds(1, .nothing) = .{};
        holds.add(self, .exclusive);
        try holds.acquire();
        defer holds.release();
        if (self.state == .empty) return Region.moveOwn(self, made, info);
    }
    // What is given back may run Python code, and be a call of this.
    var gone: Blocks.Gone = .{};
    defer gone.deinit();
    var blocks: Blocks = .{};
    defer blocks.deinit();
    var holds: hold.Holds(1, .python) = .{};
    holds.add(self, .exclusive);
    try holds.acquire();
    defer holds.release();
    const old = if (self.state == .destroyed) 0 else try object.resolve(self);
    try expectFillable(self);
    const is_owned = old != 0 and !self.flags.is_borrowed and object.isTaken(self);
    const given_back: Error!void = if (is_owned)
        if (info.deinit) |deinit| deinit(@ptrFromInt(old), object.moduleOf(self)) else {}
    else {};
    self.flags.is_borrowed = false;
    Region.Claim.allOf(self);
    blocks = Region.takeBlocks(self);
    try Region.moveOwn(self, made, info);
    if (Region.of(self)) |region| {
        region.end();
        if (info.kind == .tree) region.sweep(&gone);
    }
    return given_back;
}

/// What the object owns is given back now.
pub fn destroy(self: *Layout) Error!void {
    const info = object.infoOf(self);
    switch (self.state) {
        .part, .item, .key, .address, .freed => return refuse(
            self,
            "this %s is part of another object, and lives as long as that",
        ),
        else => {},
    }
    var use: hold.Use(.nothing) = .{};
    const value = try use.begin(self, .exclusive);
    const is_borrowed = self.flags.is_borrowed or !object.isTaken(self);
    Region.endOwn(self);
    var blocks = Region.takeBlocks(self);
    defer blocks.deinit();
    object.setState(self, .destroyed);
    use.end();
    if (is_borrowed) return;
    if (info.deinit) |deinit| try deinit(@ptrFromInt(value), object.moduleOf(self));
}
