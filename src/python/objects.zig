//! Objects of classes as arguments and results: which are held during a call, and what a result
//! that points somewhere depends on. Instance.zig has what an object is.

const std = @import("std");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const convert = @import("convert.zig");
const errors = @import("errors.zig");
const Instance = @import("Instance.zig");
const memory = @import("memory.zig");
const messages = @import("../messages.zig");
const panics = @import("../panics.zig");
const references = @import("references.zig");
const signature = @import("../signature.zig");
const Signature = signature.Signature;
const Site = @import("../comptime_bridge.zig").Site;
const State = @import("State.zig");
const string_maps = @import("../string_maps.zig");
const traces = @import("traces.zig");
const c = capi.functions;
const Error = errors.Error;
const Layout = Instance.Layout;
const PyObject = capi.PyObject;

/// The class (borrowed: the state keeps it) of `T`, or null with the error set.
pub fn classOf(comptime T: type, module: *PyObject) ?*PyObject {
    const state = State.of(module) orelse return null;
    return state.instances[comptime classes.indexOf(T).?];
}

/// Whose class that is, and what its objects are made with: of another module where both have it.
fn homeOf(comptime T: type, module: *PyObject) ?State.Home {
    if (comptime classes.originOf(T) == null) return .{ .module = module, .info = infoOf(T) };
    const state = State.of(module) orelse return null;
    return state.homes[comptime classes.indexOf(T).?];
}

/// `object` as an instance of the class of `T`; null where it is none, or an error is set.
pub fn instanceOf(comptime T: type, module: *PyObject, object: *PyObject) ?*Layout {
    const class = classOf(T, module) orelse return null;
    const own = capi.typeOf(object);
    if (own != class and c.PyType_IsSubtype(own, class) == 0) return null;
    return Instance.of(object);
}

/// A parameter of type `T`, a class or a pointer to one. `Frame.enter` finds where it is.
pub fn Argument(comptime T: type) type {
    const Class = classes.Pointee(T);
    const by_value = T == Class;
    const from_dict = by_value and classes.isCopyable(Class) and classes.whyNoFields(Class) == null;
    return struct {
        pub const mode: Instance.Mode = if (by_value or
            @typeInfo(T).pointer.attrs.@"const") .shared else .exclusive;
        pub const is_object = true;

        instance: ?*Layout,
        address: usize,
        made: if (from_dict) ?Made else void,

        const Made = struct { arena: std.heap.ArenaAllocator, value: Class };

        pub fn take(module: *PyObject, object: *PyObject, site: *const Site) Error!@This() {
            if (instanceOf(Class, module, object)) |instance| return .{
                .instance = instance,
                .address = 0,
                .made = if (from_dict) null,
            };
            if (from_dict and capi.hasFlag(object, "DICT_SUBCLASS")) {
                var made: Made = .{ .arena = .init(memory.allocator), .value = undefined };
                errdefer made.arena.deinit();
                made.value = try convert.loadFields(
                    Class,
                    made.arena.allocator(),
                    module,
                    object,
                    site,
                );
                return .{ .instance = null, .address = 0, .made = made };
            }
            const expected = comptime "a " ++ classes.nameOf(Class) ++
                (if (from_dict) " or a dict" else "");
            const own_name = comptime classes.all[classes.indexOf(Class).?].ownName();
            return errors.raiseWrongClass(site, expected, own_name, object);
        }

        pub fn get(argument: *@This()) T {
            if (from_dict) if (argument.made) |made| return made.value;
            const pointer: *Class = @ptrFromInt(argument.address);
            return if (by_value) pointer.* else pointer;
        }

        pub fn release(argument: *@This()) void {
            if (from_dict) if (argument.made) |*made| made.arena.deinit();
        }
    };
}

/// An object that was passed, and so may be pointed into.
pub const Lender = struct { object: *PyObject, address: usize };

fn isObject(comptime A: type) bool {
    return @hasDecl(A, "is_object") or (@hasField(A, "some") and @hasDecl(
        @typeInfo(@FieldType(A, "some")).optional.child,
        "is_object",
    ));
}

fn ObjectOf(comptime A: type) type {
    return if (@hasDecl(A, "is_object")) A else @typeInfo(@FieldType(A, "some")).optional.child;
}

/// The object argument in an argument that may be optional; null where it is None or no object.
fn objectIn(argument: anytype) ?*ObjectOf(@TypeOf(argument.*)) {
    const A = @TypeOf(argument.*);
    const inner = if (@hasDecl(A, "is_object")) argument else if (argument.some) |*some|
        some
    else
        return null;
    return if (inner.instance == null) null else inner;
}

/// Whether a result of type `R` may depend on what was passed.
pub fn isDependent(comptime R: type) bool {
    return switch (signature.kindOf(R) orelse return false) {
        .class => !classes.isCopyable(R),
        .reference, .objects => true,
        .optional => isDependent(@typeInfo(R).optional.child),
        .owned => signature.kindOf(R.nano_ffi_owned) == .objects,
        else => false,
    };
}

/// See comptime_bridge.zig.
pub fn Frame(comptime Function: type, comptime Arguments: type) type {
    const info = @typeInfo(Function).@"fn";
    const passed = signature.passedOf(info.param_types);
    const types = @typeInfo(Arguments).@"struct".field_types;
    const R = signature.Payload(info.return_type.?);
    comptime var count = 0;
    comptime var runs_python = false;
    for (types, passed) |A, parameter| {
        if (isObject(A)) count += 1;
        switch (signature.kindOf(classes.Pointee(info.param_types[parameter].?)) orelse continue) {
            .callback, .object => runs_python = true,
            else => {},
        }
        // What it releases may run Python code.
        if (classes.holdsReferences(classes.Pointee(info.param_types[parameter].?)))
            runs_python = true;
    }
    if (count == 0 and !isDependent(R)) return void;
    return struct {
        const Self = @This();

        /// Which arguments a result now owns.
        kept: [passed.len]bool = @splat(false),
        holding: Instance.Holding(count) = .{},
        lenders: [count]Lender = undefined,
        lender_count: usize = 0,
        arguments: *Arguments = undefined,
        objects: *const [passed.len]?*PyObject = undefined,
        boxes: [passed.len]?*Instance.Box = @splat(null),

        /// Holds all objects, in an order that all calls have, and finds where they are.
        pub fn enter(
            frame: *Self,
            _: *PyObject,
            comptime sig: *const Signature,
            arguments: *Arguments,
            objects: *const [passed.len]?*PyObject,
        ) Error!void {
            frame.arguments = arguments;
            frame.objects = objects;
            if (count == 0) return;
            inline for (types, 0..) |A, index| if (comptime isObject(A)) {
                if (frame.argumentOf(index)) |argument|
                    try frame.holding.add(argument.instance.?, ObjectOf(A).mode);
            };
            try frame.holding.acquireAll(runs_python);
            errdefer frame.leave();
            inline for (types, 0..) |A, index| if (comptime isObject(A)) {
                if (frame.argumentOf(index)) |argument| {
                    argument.address = try Instance.resolve(argument.instance.?);
                    if (ObjectOf(A).mode == .exclusive) try expectWritable(argument.instance.?);
                    try frame.expectDistinct(sig, index, argument.address);
                    frame.lenders[frame.lender_count] = .{
                        .object = objects[index].?,
                        .address = argument.address,
                    };
                    frame.lender_count += 1;
                }
            };
            inline for (types, 0..) |A, index| if (@hasField(A, "lenders")) {
                if (objects[index] != null)
                    arguments[index].lenders = frame.lenders[0..frame.lender_count];
            };
        }

        /// The object argument of that number; null where it is left out, or None.
        fn argumentOf(frame: *Self, comptime index: usize) ?*ObjectOf(types[index]) {
            if (frame.objects[index] == null) return null;
            return objectIn(&frame.arguments[index]);
        }

        /// No object twice in a call that may change it through one of the two.
        fn expectDistinct(
            frame: *Self,
            comptime sig: *const Signature,
            comptime last: usize,
            address: usize,
        ) Error!void {
            inline for (types[0..last], 0..) |A, index| if (comptime isObject(
                A,
            )) if (frame.objects[index] != null) if (objectIn(&frame.arguments[index])) |argument| {
                const one_changes = ObjectOf(A).mode == .exclusive or
                    ObjectOf(types[last]).mode == .exclusive;
                const same_class = classes.Pointee(
                    info.param_types[passed[index]].?,
                ) == classes.Pointee(info.param_types[passed[last]].?);
                if (one_changes and same_class and argument.address == address) {
                    _ = c.PyErr_Format(
                        capi.exception("ValueError"),
                        "%s(): '%s' and '%s' are the same object, which the call may change: " ++
                            "pass a copy",
                        sig.name.ptr,
                        sig.args[index].name.ptr,
                        sig.args[last].name.ptr,
                    );
                    return error.PythonException;
                }
            };
        }

        /// After the call: what was changed says so, and has its memory in its own hands.
        pub fn settle(frame: *Self) Error!void {
            for (frame.holding.holds[0..frame.holding.held]) |*hold| {
                if (hold.mode != .exclusive) continue;
                Instance.changed(hold.owner);
                try adopt(hold.owner);
            }
            // What was passed is there still, and so what it is a part of.
            for (frame.lenders[0..frame.lender_count]) |lender| {
                var place = Instance.of(lender.object);
                frame.refresh(place);
                while (place.parent) |parent| {
                    place = Instance.of(parent);
                    frame.refresh(place);
                }
            }
        }

        fn refresh(frame: *const Self, instance: *Layout) void {
            if (instance.state == .address and instance.parent != null)
                frame.renew(instance, &instance.generation);
            const keep = instance.keep orelse return;
            for (keep.owners.items) |*other|
                frame.renew(Instance.of(other.object), &other.generation);
        }

        /// A generation of what is in `instance`, where the call was to change it.
        fn renew(frame: *const Self, instance: *Layout, generation: *usize) void {
            const owner = Instance.ownerOf(instance);
            if (generation.* != Instance.any_generation and frame.holding.isExclusive(owner))
                generation.* = owner.generation;
        }

        /// After a panic nobody knows what is in what the call was changing: no one is to use it
        /// again, not even to give back what it owns.
        pub fn spoil(frame: *Self) void {
            for (frame.holding.holds[0..frame.holding.held]) |*hold| {
                if (hold.mode == .exclusive and !hold.owner.info.flat)
                    hold.owner.state = .destroyed;
            }
        }

        pub fn leave(frame: *Self) void {
            frame.holding.release();
            for (&frame.boxes) |*box| if (box.*) |some| some.release();
        }

        /// A new reference to what `value` is in Python, or null with the error set.
        pub fn give(frame: *Self, comptime T: type, module: *PyObject, value: T) ?*PyObject {
            if (comptime !isDependent(T)) return convert.give(T, module, value);
            switch (comptime signature.kindOf(T).?) {
                .optional => return if (value) |some|
                    frame.give(@TypeOf(some), module, some)
                else
                    capi.singleton(.None),
                .reference => return giveAddress(
                    T,
                    module,
                    value,
                    frame.lenders[0..frame.lender_count],
                ),
                .class => {
                    const keep = frame.keepFor(T, &value) catch {
                        giveUp(T, module, value);
                        return null;
                    };
                    return giveOwned(T, module, value, keep);
                },
                .objects => {
                    const list = c.PyList_New(@intCast(value.len)) orelse return null;
                    for (value, 0..) |item, index| {
                        const object = frame.give(@TypeOf(item), module, item) orelse {
                            c.Py_DecRef(list);
                            return null;
                        };
                        _ = c.PyList_SetItem(list, @intCast(index), object);
                    }
                    return list;
                },
                .owned => {
                    defer value.deinit();
                    return frame.give(@TypeOf(value.data), module, value.data);
                },
                else => comptime unreachable,
            }
        }

        /// What a value of class `T` depends on.
        fn keepFor(frame: *Self, comptime T: type, value: *const T) Error!?*Instance.Keep {
            const keep = try keepOwners(
                T,
                value,
                frame.lenders[0..frame.lender_count],
            ) orelse try Instance.Keep.create();
            errdefer keep.destroy();
            inline for (passed, 0..) |parameter, index| if (comptime lends(
                T,
                info.param_types[parameter].?,
            )) if (frame.objects[index]) |object| {
                const box = try frame.boxOf(index);
                keep.lent.append(
                    memory.allocator,
                    .{ .object = object, .box = box },
                ) catch return errors.raiseNoMemory();
                c.Py_IncRef(object);
                box.retain();
            };
            if (keep.lent.items.len > 0 or keep.owners.items.len > 0) return keep;
            keep.destroy();
            return null;
        }

        /// The argument of that number, moved to where it outlives the call.
        fn boxOf(frame: *Self, comptime index: usize) Error!*Instance.Box {
            if (frame.boxes[index]) |box| return box;
            const A = types[index];
            const Moved = struct {
                box: Instance.Box,
                argument: A,

                fn free(box: *Instance.Box) void {
                    const moved: *@This() = @fieldParentPtr("box", box);
                    if (@hasDecl(A, "release")) moved.argument.release();
                    memory.allocator.destroy(moved);
                }
            };
            const moved = memory.allocator.create(Moved) catch return errors.raiseNoMemory();
            moved.* = .{ .box = .{ .free = &Moved.free }, .argument = frame.arguments[index] };
            frame.kept[index] = true;
            frame.boxes[index] = &moved.box;
            return &moved.box;
        }
    };
}

/// Whether a result of class `R` may point into an argument of type `T` that is no object of a
/// class. One with references keeps Python objects by these.
fn lends(comptime R: type, comptime T: type) bool {
    return switch (signature.kindOf(T).?) {
        .class, .reference, .callback => false,
        .object => !classes.holdsReferences(R),
        .optional => lends(R, @typeInfo(T).optional.child),
        else => !classes.isFlat(T),
    };
}

pub fn expectWritable(instance: *Layout) Error!void {
    var place = instance;
    while (true) : (place = Instance.of(place.parent orelse return)) {
        if (place.read_only) {
            _ = c.PyErr_Format(
                capi.exception("TypeError"),
                "this %s is read-only: what gave it gave a *const pointer",
                instance.info.name.ptr,
            );
            return error.PythonException;
        }
    }
}

/// Takes what the value of an owner points to into memory of its own; the owner is held.
pub fn adopt(owner: *Layout) Error!void {
    if (owner.state != .owned) return;
    const adopting = owner.info.adopt orelse return;
    const old = owner.keep;
    const keep = try Instance.Keep.create();
    adopting(@ptrFromInt(owner.place), keep.arena.allocator()) catch {
        // It may point to what ends with the call.
        owner.state = .destroyed;
        keep.destroy();
        return errors.raiseNoMemory();
    };
    keep.size = keep.arena.queryCapacity();
    owner.keep = keep;
    if (old) |some| some.destroy();
}

/// What a result of class `T` needs of the objects that were passed; null where it is nothing.
fn keepOwners(comptime T: type, value: *const T, lenders: []const Lender) Error!?*Instance.Keep {
    var pointers: Pointers = .{};
    pointers.collect(T, value);
    if (classes.hasDeinit(T) and pointers.size == 0) return null; // all is its own
    const exact = (classes.isHandle(T) or classes.hasDeinit(T)) and pointers.allAmong(lenders);
    if (lenders.len == 0) return null;
    const keep = try Instance.Keep.create();
    errdefer keep.destroy();
    for (lenders) |lender| {
        if (exact and !pointers.has(lender.address)) continue;
        const instance = Instance.of(lender.object);
        const owner = Instance.ownerOf(instance);
        const is_whole = exact and instance == owner and owner.state == .owned;
        keep.owners.append(memory.allocator, .{
            .object = lender.object,
            .generation = if (is_whole or
                owner.info.stable) Instance.any_generation else owner.generation,
        }) catch return errors.raiseNoMemory();
        c.Py_IncRef(lender.object);
    }
    return keep;
}

/// The pointers to objects that are in a value.
const Pointers = struct {
    addresses: [16]usize = undefined,
    size: usize = 0,
    complete: bool = true,

    fn collect(pointers: *Pointers, comptime T: type, value: *const T) void {
        switch (@typeInfo(T)) {
            .pointer => |pointer| if (pointer.size == .one and classes.isClass(pointer.child)) {
                if (pointers.size == pointers.addresses.len) {
                    pointers.complete = false;
                } else {
                    pointers.addresses[pointers.size] = @intFromPtr(value.*);
                    pointers.size += 1;
                }
            },
            .optional => |optional| if (comptime mayPoint(T)) if (value.*) |some| pointers.collect(
                optional.child,
                &some,
            ),
            .@"struct" => |info| if (comptime mayPoint(T))
                inline for (info.field_names, info.field_types) |name, Field| {
                    pointers.collect(Field, &@field(value, name));
                },
            else => {},
        }
    }

    fn mayPoint(comptime T: type) bool {
        return inline for (classes.all) |class| {
            if (classes.pointsTo(T, class.T)) break true;
        } else false;
    }

    fn has(pointers: *const Pointers, address: usize) bool {
        return std.mem.indexOfScalar(usize, pointers.addresses[0..pointers.size], address) != null;
    }

    fn allAmong(pointers: *const Pointers, lenders: []const Lender) bool {
        for (pointers.addresses[0..pointers.size]) |address| {
            for (lenders) |lender| {
                if (lender.address == address) break;
            } else return false;
        }
        return pointers.complete;
    }
};

/// A new object of class `T` that owns `value` and `keep`; null with the error set, and both given
/// back.
pub fn giveOwned(comptime T: type, module: *PyObject, value: T, keep: ?*Instance.Keep) ?*PyObject {
    const self = newInstance(T, module) orelse {
        giveUp(T, module, value);
        if (keep) |some| some.destroy();
        return null;
    };
    const place: *T = @ptrFromInt(Instance.storage(self));
    place.* = value;
    Instance.own(self, keep);
    // It is in no cycle; what might be is watched.
    const is_alone = keep == null or (keep.?.lent.items.len == 0 and keep.?.owners.items.len == 0);
    if (is_alone and comptime !classes.holdsReferences(T)) c.PyObject_GC_UnTrack(&self.ob_base);
    return &self.ob_base;
}

fn newInstance(comptime T: type, module: *PyObject) ?*Layout {
    const class = classOf(T, module) orelse return null;
    const home = homeOf(T, module) orelse return null;
    return Instance.create(class, home.module, home.info);
}

fn giveUp(comptime T: type, module: *PyObject, value: T) void {
    if (comptime !classes.hasDeinit(T) and !classes.holdsReferences(T)) return;
    var unwanted = value;
    Instance.deinitUnasked(classOf(T, module).?, infoOf(T), @ptrCast(&unwanted));
}

/// A new object of class `T` with a copy of `value` of its own, or null with the error set.
pub fn giveCopy(comptime T: type, module: *PyObject, value: T) ?*PyObject {
    if (comptime classes.isFlat(T)) return giveOwned(T, module, value, null);
    const keep = Instance.Keep.create() catch return null;
    const copied = copy(T, keep.arena.allocator(), value) catch {
        keep.destroy();
        return c.PyErr_NoMemory();
    };
    keep.size = keep.arena.queryCapacity();
    return giveOwned(T, module, copied, keep);
}

/// An object at an address inside of one of the lenders, or one of these itself. Without a lender
/// it is to be expired before the address ends.
pub fn giveAddress(
    comptime T: type,
    module: *PyObject,
    pointer: T,
    lenders: []const Lender,
) ?*PyObject {
    const Class = classes.Pointee(T);
    const home = homeOf(Class, module) orelse return null;
    for (lenders) |lender| {
        if (lender.address != @intFromPtr(pointer) or
            Instance.of(lender.object).info != home.info) continue;
        c.Py_IncRef(lender.object);
        return lender.object;
    }
    const self = newInstance(Class, module) orelse return null;
    self.place = @intFromPtr(pointer);
    self.read_only = @typeInfo(T).pointer.attrs.@"const";
    self.state = .address;
    for (lenders, 0..) |lender, index| {
        const owner = Instance.ownerOf(Instance.of(lender.object));
        const generation = if (owner.info.stable) Instance.any_generation else owner.generation;
        if (index == 0) {
            c.Py_IncRef(lender.object);
            self.parent = lender.object;
            self.generation = generation;
            continue;
        }
        const keep = self.keep orelse Instance.Keep.create() catch return fail(self);
        self.keep = keep;
        keep.owners.append(
            memory.allocator,
            .{ .object = lender.object, .generation = generation },
        ) catch {
            _ = c.PyErr_NoMemory();
            return fail(self);
        };
        c.Py_IncRef(lender.object);
    }
    return &self.ob_base;
}

/// The object that a field of `self`, which is held and at `address`, points to: one of those that
/// `self` keeps, or one inside of these.
pub fn giveField(comptime T: type, self: *Layout, address: usize, pointer: T) ?*PyObject {
    var lenders: [8]Lender = undefined;
    lenders[0] = .{ .object = &self.ob_base, .address = address };
    var size: usize = 1;
    if (self.keep) |keep| for (keep.owners.items) |owner| {
        if (size == lenders.len) {
            c.PyErr_SetString(
                capi.exception("RuntimeError"),
                "the object points into too many others",
            );
            return null;
        }
        lenders[size] = .{
            .object = owner.object,
            .address = Instance.resolve(Instance.of(owner.object)) catch return null,
        };
        size += 1;
    };
    return giveAddress(T, self.module, pointer, lenders[0..size]);
}

/// An argument of a callback. It `ends` with the callback where Zig's memory may end then, which is
/// so unless the object that it is in says that its pointers are stable, or is itself all that it
/// points to.
pub fn giveLent(
    comptime T: type,
    module: *PyObject,
    value: T,
    lenders: []const Lender,
    ends: *bool,
) ?*PyObject {
    const is_stable = lenders.len > 0 and
        Instance.ownerOf(Instance.of(lenders[0].object)).info.stable;
    switch (comptime signature.kindOf(T).?) {
        .reference => {
            for (lenders) |lender| if (lender.address == @intFromPtr(value))
                return giveAddress(T, module, value, lenders);
            ends.* = !is_stable;
            return giveAddress(T, module, value, if (is_stable) lenders else &.{});
        },
        .class => {
            var pointers: Pointers = .{};
            pointers.collect(T, &value);
            ends.* = !is_stable and !(classes.isHandle(T) and pointers.allAmong(lenders));
            const keep = if (ends.*) null else keepOwners(T, &value, lenders) catch return null;
            return giveOwned(T, module, value, keep);
        },
        else => comptime unreachable,
    }
}

/// Ends the use of what was lent to a callback, before its memory ends.
pub fn expire(object: *PyObject) void {
    const self = Instance.of(object);
    var raised: [3]?*PyObject = undefined;
    c.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
    defer c.PyErr_Restore(raised[0], raised[1], raised[2]);
    var hold: Instance.Hold = .{};
    while (true) {
        Instance.acquire(&hold, self, .exclusive, false) catch {
            c.PyErr_Clear(); // another thread is at it
            Instance.pause();
            continue;
        };
        break;
    }
    self.state = .expired;
    Instance.releaseHold(&hold);
}

fn fail(self: *Layout) ?*PyObject {
    c.Py_DecRef(&self.ob_base);
    return null;
}

/// A new object for a struct in `parent`: see `Instance.createPart`.
pub fn createPart(comptime T: type, parent: *Layout, state: Instance.State, place: usize) ?*Layout {
    const class = classOf(T, parent.module) orelse return null;
    const home = homeOf(T, parent.module) orelse return null;
    const self = Instance.createPart(class, home.info, parent, state, place) orelse return null;
    self.module = home.module;
    return self;
}

/// A list or map, held.
pub fn Use(comptime T: type) type {
    return struct {
        holding: Instance.Holding(1) = .{},
        value: *T = undefined,

        pub fn begin(use: *@This(), object: *PyObject, mode: Instance.Mode) Error!*T {
            const self = Instance.of(object);
            use.value = @ptrFromInt(try use.holding.acquireOne(self, mode));
            errdefer use.end();
            if (mode == .exclusive) try expectWritable(Instance.of(self.parent.?));
            return use.value;
        }

        pub fn end(use: *@This()) void {
            use.holding.release();
        }
    };
}

/// Raises TypeError: a list or map is not in memory that Python may change.
pub fn raiseFixed(self: *Layout) Error!noreturn {
    _ = c.PyErr_Format(
        capi.exception("TypeError"),
        "this %s is Zig's alone: give its struct a function that changes it",
        self.info.name.ptr,
    );
    return error.PythonException;
}

/// What is known of class `T` at run time: one constant each.
pub fn infoOf(comptime T: type) *const Instance.Info {
    return &Info(T).info;
}

fn Info(comptime T: type) type {
    return struct {
        const info: Instance.Info = .{
            .name = classes.nameOf(T),
            .index = classes.indexOf(T).?,
            .alignment = @alignOf(T),
            .deinit = if (classes.hasDeinit(T))
                &deinit
            else if (classes.holdsReferences(T)) &releaseAll else null,
            .traverse = if (classes.holdsReferences(T)) &traverse else null,
            .clear = if (classes.holdsReferences(T)) &clear else null,
            .adopt = if (classes.isCopyable(T) and !classes.isFlat(T)) &adoptValue else null,
            .flat = classes.isFlat(T),
            // What is copied as a whole moves with every change.
            .stable = (classes.isFlat(T) or !classes.isCopyable(T)) and
                classes.optionOf(classes.all[classes.indexOf(T).?], "stable", false),
        };

        fn deinit(value: *anyopaque, module: ?*PyObject) Error!void {
            var work: Deinit = .{ .value = @ptrCast(@alignCast(value)) };
            if (!panics.are_caught) {
                work.run();
            } else if (panics.protect(&work, Deinit.run)) |report| {
                const state = stateOf(module) orelse return error.PythonException;
                traces.raisePanic(module.?, state, info.name ++ ".deinit", report);
                return error.PythonException;
            }
            const err = work.failed orelse return;
            const state = stateOf(module) orelse return error.PythonException;
            traces.raiseError(module.?, state, err, panics.errorTrace());
            return error.PythonException;
        }

        fn releaseAll(value: *anyopaque, _: ?*PyObject) Error!void {
            references.releaseAll(T, @ptrCast(@alignCast(value)));
        }

        fn traverse(value: *anyopaque, visitor: *const references.Visitor) c_int {
            return references.traverse(T, @ptrCast(@alignCast(value)), visitor);
        }

        fn clear(value: *anyopaque) void {
            references.clear(T, @ptrCast(@alignCast(value)));
        }

        /// Null with an error set that says as much as can be said without a state.
        fn stateOf(module: ?*PyObject) ?*State {
            if (module) |some| if (State.of(some)) |state| if (state.ready) return state;
            c.PyErr_SetString(capi.exception("RuntimeError"), info.name ++ ".deinit() failed");
            return null;
        }

        const Deinit = struct {
            value: *T,
            failed: ?anyerror = null,

            fn run(work: *Deinit) void {
                const params = @typeInfo(@TypeOf(T.deinit)).@"fn".param_types;
                var args: std.meta.ArgsTuple(@TypeOf(T.deinit)) = undefined;
                args[0] = if (params[0].? == T) work.value.* else work.value;
                if (params.len > 1) args[1] = memory.allocator;
                messages.clear();
                const result = @call(.never_inline, T.deinit, args);
                if (@typeInfo(@TypeOf(result)) == .error_union) _ = result catch |err| {
                    work.failed = err;
                    panics.noteError(@errorReturnTrace());
                };
            }
        };

        fn adoptValue(value: *anyopaque, arena: std.mem.Allocator) error{OutOfMemory}!void {
            const self: *T = @ptrCast(@alignCast(value));
            self.* = try copy(T, arena, self.*);
        }
    };
}

/// A copy of a value that is copyable, with all that it points to in `arena`.
pub fn copy(comptime T: type, arena: std.mem.Allocator, value: T) error{OutOfMemory}!T {
    if (comptime classes.isFlat(T)) return value;
    if (comptime classes.ListItem(T)) |Item| {
        const items: []const Item = if (comptime classes.isArrayList(T)) value.items else value;
        const copied = try arena.alloc(Item, items.len);
        for (copied, items) |*place, item| place.* = try copy(Item, arena, item);
        return if (comptime classes.isArrayList(T)) .fromOwnedSlice(copied) else copied;
    }
    if (comptime string_maps.Value(T)) |Value| {
        var copied = string_maps.empty(T, arena);
        var iterator = value.iterator();
        while (iterator.next()) |entry| try string_maps.put(
            T,
            &copied,
            arena,
            try arena.dupe(u8, entry.key_ptr.*),
            try copy(Value, arena, entry.value_ptr.*),
        );
        return copied;
    }
    switch (@typeInfo(T)) {
        .pointer => return arena.dupe(u8, value),
        .optional => |optional| return if (value) |some|
            try copy(optional.child, arena, some)
        else
            null,
        .array => |array| {
            var copied: T = undefined;
            for (&copied, value) |*place, item| place.* = try copy(array.child, arena, item);
            return copied;
        },
        .@"struct" => |info| {
            var copied: T = undefined;
            inline for (info.field_names, info.field_types, info.field_attrs) |name, Field, attrs| {
                if (!attrs.@"comptime") @field(copied, name) = try copy(
                    Field,
                    arena,
                    @field(value, name),
                );
            }
            return copied;
        },
        .@"union" => switch (value) {
            inline else => |some, tag| return @unionInit(
                T,
                @tagName(tag),
                try copy(@TypeOf(some), arena, some),
            ),
        },
        else => comptime unreachable,
    }
}

/// Whether two values that are copyable are equal, with all that they point to.
pub fn equal(comptime T: type, a: T, b: T) bool {
    if (comptime classes.ListItem(T)) |Item| {
        const first: []const Item = if (comptime classes.isArrayList(T)) a.items else a;
        const second: []const Item = if (comptime classes.isArrayList(T)) b.items else b;
        if (first.len != second.len) return false;
        for (first, second) |one, other| if (!equal(Item, one, other)) return false;
        return true;
    }
    if (comptime string_maps.Value(T)) |Value| {
        if (a.count() != b.count()) return false;
        var iterator = a.iterator();
        while (iterator.next()) |entry| {
            const other = b.get(entry.key_ptr.*) orelse return false;
            if (!equal(Value, entry.value_ptr.*, other)) return false;
        }
        return true;
    }
    switch (@typeInfo(T)) {
        .void => return true,
        .pointer => return std.mem.eql(u8, a, b),
        .optional => |optional| {
            if (a == null or b == null) return a == null and b == null;
            return equal(optional.child, a.?, b.?);
        },
        .array => |array| {
            for (a, b) |one, other| if (!equal(array.child, one, other)) return false;
            return true;
        },
        .@"struct" => |info| {
            inline for (info.field_names, info.field_types, info.field_attrs) |name, Field, attrs| {
                if (!attrs.@"comptime" and
                    !equal(Field, @field(a, name), @field(b, name))) return false;
            }
            return true;
        },
        .@"union" => {
            if (std.meta.activeTag(a) != std.meta.activeTag(b)) return false;
            switch (a) {
                inline else => |some, tag| return equal(
                    @TypeOf(some),
                    some,
                    @field(b, @tagName(tag)),
                ),
            }
        },
        else => return a == b,
    }
}

/// A value in the memory of the object that is to hold it; that is held. AttributeError where its
/// memory is Zig's.
pub fn intoOwner(comptime T: type, owner: *Layout, value: T) Error!T {
    if (comptime classes.isFlat(T)) return value;
    if (owner.state != .owned or owner.info.adopt == null) {
        _ = c.PyErr_Format(
            capi.exception("AttributeError"),
            "what a %s points to is Zig's memory: give it a function that changes this",
            owner.info.name.ptr,
        );
        return error.PythonException;
    }
    return copy(T, try arenaOf(owner), value) catch errors.raiseNoMemory();
}

/// Where an owner that is copied as a whole has what it points to; it is held.
pub fn arenaOf(owner: *Layout) Error!std.mem.Allocator {
    const keep = owner.keep orelse try Instance.Keep.create();
    owner.keep = keep;
    return keep.arena.allocator();
}

/// What becomes of an object that stayed with an item of a list or map, before that is removed.
pub fn Detaching(comptime Item: type) type {
    return struct {
        /// It keeps a copy of the item, which is `at`.
        pub fn detach(item: *Layout, at: *anyopaque) void {
            const value: *const Item = @ptrCast(@alignCast(at));
            const place: *Item = @ptrFromInt(Instance.storage(item));
            const parent = item.parent.?;
            var keep: ?*Instance.Keep = null;
            item.state = .destroyed;
            if (comptime classes.isFlat(Item)) {
                place.* = value.*;
                item.state = .owned;
            } else if (comptime classes.isCopyable(Item)) {
                if (memory.allocator.create(Instance.Keep)) |made| {
                    made.* = .{};
                    keep = made;
                    if (copy(Item, made.arena.allocator(), value.*)) |copied| {
                        place.* = copied;
                        item.state = .owned;
                    } else |_| {}
                } else |_| {}
            }
            item.parent = null;
            item.read_only = false;
            item.place = @intFromPtr(place);
            if (item.keep) |known| known.destroy();
            item.keep = keep;
            c.Py_DecRef(parent);
        }
    };
}

/// Frees what was replaced in an owner, once that is much; it is held.
pub fn tidy(owner: *Layout) Error!void {
    const keep = owner.keep orelse return;
    if (keep.arena.queryCapacity() > 4096 + 2 * keep.size) try adopt(owner);
}
