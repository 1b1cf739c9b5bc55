//! Objects of classes as arguments: where they are, who may use them meanwhile, and what a call
//! that may change them leaves behind. What it gives is in results.zig.

const std = @import("std");
const arrays = @import("../array.zig");
const apart = @import("apart.zig");
const Blocks = @import("Blocks.zig");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const classes_of = @import("classes_of.zig");
const convert = @import("../convert.zig");
const errors = @import("../errors.zig");
const exports = @import("../../exports.zig");
const hold = @import("hold.zig");
const lists = @import("list.zig");
const memory = @import("../memory.zig");
const object = @import("object.zig");
const operations = @import("../operations.zig");
const places = @import("places.zig");
const protocols = @import("../protocols.zig");
const Region = @import("Region.zig");
const results = @import("results.zig");
const returned = @import("../returned.zig");
const signature = @import("../../signature.zig");
const Signature = signature.Signature;
const comptime_bridge = @import("../../comptime_bridge.zig");
const Site = comptime_bridge.Site;
const pointing = @import("../../pointing.zig");
const trees = @import("../../trees.zig");
const c = capi.functions;
const Error = errors.Error;
const Layout = object.Layout;
const PyObject = capi.PyObject;

/// A parameter of type `T`, a class or a pointer to one. `Frame.enter` finds where it is.
pub fn Argument(comptime T: type) type {
    const Class = classes.Pointee(T);
    const by_value = T == Class;
    const from_dict = by_value and classes.isCopyable(Class) and classes.whyNoFields(Class) == null;
    const is_copied = by_value and classes.isCopyable(Class) and !classes.isFlat(Class);
    return struct {
        pub const mode: Region.Mode = if (by_value or
            @typeInfo(T).pointer.attrs.@"const") .shared else .exclusive;
        pub const is_object = true;
        /// Whether the call gets a copy, where it might store what is in it.
        pub const may_be_copied = is_copied;
        /// Whether it gets one in any case: a map that knows its allocator grows without being
        /// asked for one, and frees the table that the object has, too.
        pub const is_always_copied = is_copied and trees.hasManagedMap(Class);
        pub const Pointee = Class;
        pub const is_by_value = by_value;

        instance: ?*Layout,
        address: usize,
        made: if (from_dict or is_copied) ?*Copy else void,

        /// It stays where it is: a map in it knows the place of its blocks.
        const Copy = struct { blocks: Blocks = .{}, value: Class };

        pub fn take(module: *PyObject, given: *PyObject, site: *const Site) Error!@This() {
            if (comptime !from_dict and !is_copied) return .{
                .instance = classes_of.exactly(Class, given) orelse
                    try wanted.take(module, given, site),
                .address = 0,
                .made = {},
            };
            if (classes_of.instanceOf(Class, module, given)) |instance| return .{
                .instance = instance,
                .address = 0,
                .made = if (from_dict or is_copied) null,
            };
            const fields = if (from_dict) try protocols.fieldsOf(Class, given, site) else null;
            if (fields) |dict| {
                defer c.Py_DecRef(dict);
                const copied = memory.allocator.create(Copy) catch return errors.raiseNoMemory();
                copied.blocks = .{};
                errdefer destroyCopy(copied);
                const gpa = copied.blocks.allocator();
                copied.value = try convert.loadFields(Class, gpa, module, dict, site);
                return .{ .instance = null, .address = 0, .made = copied };
            }
            return wanted.refuse(given, site);
        }

        const wanted: Wanted = .of(Class, if (from_dict) " or a dict" else "");

        pub const quick = if (!capi.free_threaded and mode == .shared and !is_copied and
            !classes.holdsReferences(Class) and !classes.isProxy(Class)) quickly else {};

        /// Where it is an object that nothing was made of: nobody else uses it.
        inline fn quickly(given: *PyObject) ?T {
            const instance = classes_of.exactly(Class, given) orelse return null;
            if (instance.state != .own or instance.region != null) return null;
            const pointer: *Class = @ptrFromInt(object.storage(instance));
            return if (by_value) pointer.* else pointer;
        }

        /// A copy of its own, of what is at `address`.
        pub fn detach(argument: *@This()) Error!void {
            const copied = memory.allocator.create(Copy) catch return errors.raiseNoMemory();
            copied.blocks = .{};
            errdefer destroyCopy(copied);
            const pointer: *const Class = @ptrFromInt(argument.address);
            copied.value = try results.copied(Class, copied.blocks.allocator(), pointer.*);
            argument.made = copied;
        }

        pub inline fn get(argument: *@This()) T {
            if (from_dict or is_copied) if (argument.made) |made| return made.value;
            const pointer: *Class = @ptrFromInt(argument.address);
            return if (by_value) pointer.* else pointer;
        }

        /// What Zig's code has freed of the copy is not given back once more.
        fn forget(argument: *@This(), recorder: *const memory.Recorder) void {
            if (from_dict or is_copied) if (argument.made) |made| {
                for (recorder.freed.items) |block| made.blocks.forget(block.address);
            };
        }

        /// Zig's own code may give back what the copy has.
        pub fn follow(argument: *@This()) void {
            if (from_dict or is_copied) if (argument.made) |made| made.blocks.follow();
        }

        pub fn release(argument: *@This()) void {
            if (from_dict or is_copied) if (argument.made) |made| destroyCopy(made);
        }

        fn destroyCopy(copied: *Copy) void {
            copied.blocks.deinit();
            memory.allocator.destroy(copied);
        }
    };
}

/// A parameter that is a list of objects, which the call reads: `[]const *const T`.
pub fn Several(comptime T: type) type {
    const Item = @typeInfo(T).pointer.child;
    return struct {
        pub const is_several = true;
        pub const Pointee = classes.Pointee(Item);

        const by_value = Item == Pointee;

        const wanted: Wanted = .of(Pointee, "");

        /// A tuple, which keeps them.
        owners: *PyObject,
        instances: []*Layout,
        /// Where they are, from `Frame.enter` on.
        pointers: []*const Pointee,
        /// What is there.
        values: if (by_value) []Item else void,

        pub fn take(module: *PyObject, given: *PyObject, site: *const Site) Error!@This() {
            const owners = try convert.tupleFrom(given, "a list or another iterable", site);
            errdefer c.Py_DecRef(owners);
            const size: usize = @intCast(c.PyTuple_Size(owners));
            const instances = memory.allocator.alloc(*Layout, size) catch
                return errors.raiseNoMemory();
            errdefer memory.allocator.free(instances);
            for (instances, 0..) |*instance, index| {
                const item = c.PyTuple_GetItem(owners, @intCast(index)) orelse
                    return error.PythonException;
                instance.* = classes_of.instanceOf(Pointee, module, item) orelse
                    return wanted.refuse(item, &convert.inside(site, Item, "", index));
            }
            const pointers = memory.allocator.alloc(*const Pointee, size) catch
                return errors.raiseNoMemory();
            errdefer memory.allocator.free(pointers);
            return .{
                .owners = owners,
                .instances = instances,
                .pointers = pointers,
                .values = if (by_value) memory.allocator.alloc(Item, size) catch
                    return errors.raiseNoMemory(),
            };
        }

        /// Finds where they are, which are held now.
        fn resolve(argument: *@This()) Error!void {
            for (argument.pointers, argument.instances) |*pointer, instance|
                pointer.* = @ptrFromInt(try object.resolve(instance));
            if (by_value) for (argument.values, argument.pointers) |*value, pointer| {
                value.* = pointer.*;
            };
        }

        pub fn get(argument: *@This()) T {
            return if (by_value) argument.values else argument.pointers;
        }

        pub fn release(argument: *@This()) void {
            if (by_value) memory.allocator.free(argument.values);
            memory.allocator.free(argument.pointers);
            memory.allocator.free(argument.instances);
            c.Py_DecRef(argument.owners);
        }
    };
}

fn isSeveral(comptime A: type) bool {
    return @hasDecl(SeveralOf(A), "is_several");
}

/// The argument itself, or the one that there is unless it is None.
fn SeveralOf(comptime A: type) type {
    return if (@hasField(A, "some")) @typeInfo(@FieldType(A, "some")).optional.child else A;
}

/// Which class an argument is to be of.
const Wanted = struct {
    index: usize,
    expected: [*:0]const u8,
    own_name: [:0]const u8,

    fn of(comptime Class: type, comptime or_else: []const u8) Wanted {
        const index = classes.indexOf(Class).?;
        return .{
            .index = index,
            .expected = comptime signature.oneOf(classes.nameOf(Class)) ++ or_else,
            .own_name = comptime classes.all[index].ownName(),
        };
    }

    /// Of an object that is not of the class itself, but may be of one derived from it.
    noinline fn take(
        wanted: *const Wanted,
        module: *PyObject,
        given: *PyObject,
        site: *const Site,
    ) Error!*Layout {
        return classes_of.instanceOfOther(wanted.index, module, given) orelse
            wanted.refuse(given, site);
    }

    fn refuse(wanted: *const Wanted, given: *PyObject, site: *const Site) Error {
        return errors.raiseWrongClass(site, wanted.expected, wanted.own_name, given);
    }
};

/// An object that was passed, and so may be pointed into.
pub const Lender = struct {
    object: *PyObject,
    address: usize,
    /// Whether it is in any case, as far as anybody knows.
    is_kept: bool = false,
};

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
        .tuple => signature.holdsObjects(R),
        else => false,
    };
}

/// Whether a function gives slices of numbers as parts of the objects that it is given pointers to:
/// all that it may have allocated is copied.
pub fn givesParts(comptime Function: type, comptime spec: anytype) bool {
    return comptime gives: {
        const info = @typeInfo(Function).@"fn";
        if (!holdsSlice(signature.Payload(info.return_type.?))) break :gives false;
        if (saidOf(spec) == .owned) break :gives false;
        if (saidOf(spec) != .borrowed and exports.mayAllocate(Function)) break :gives false;
        var has_object = false;
        for (info.param_types) |Given| {
            const Param = Given.?;
            if (signature.isProvided(Param) or classes.isFlat(Param)) continue;
            const T = if (@typeInfo(Param) == .optional) @typeInfo(Param).optional.child else Param;
            if (@typeInfo(T) == .pointer and classes.isClass(classes.Pointee(T)) and
                classes.Pointee(T) != T)
            {
                has_object = true;
                continue;
            }
            switch (signature.kindOf(T) orelse break :gives false) {
                // What is in these can be seen.
                .str, .text, .terminated, .bytes, .buffer, .path, .items, .array => {},
                .objects => if (!signature.isWrittenRecords(T)) break :gives false,
                else => break :gives false,
            }
            if (!isLent(Param) or !classes.isCopyable(Unterminated(Param))) break :gives false;
        }
        break :gives has_object;
    };
}

fn saidOf(comptime spec: anytype) exports.Ownership {
    return if (@hasField(@TypeOf(spec), "result")) spec.result else .unsaid;
}

fn Unterminated(comptime Param: type) type {
    return @TypeOf(signature.unterminated(Param, @as(Param, undefined)));
}

/// Whether a result is a slice that may be a part of an object, or has one in a tuple.
fn holdsSlice(comptime R: type) bool {
    return comptime switch (@typeInfo(R)) {
        .optional => |optional| holdsSlice(optional.child),
        .@"struct" => |info| info.is_tuple and for (info.field_types) |Field| {
            if (holdsSlice(Field)) break true;
        } else false,
        else => lists.isSlice(R),
    };
}

/// Whether an argument of type `T` that is no object may be pointed into by what outlives the call.
fn isLent(comptime T: type) bool {
    return switch (signature.kindOf(T).?) {
        // Of a list of objects nothing is kept: signature.zig has refused it.
        .objects => signature.isWrittenRecords(T),
        .class, .reference, .callback, .object => false,
        .optional => isLent(@typeInfo(T).optional.child),
        else => !classes.isFlat(T),
    };
}

/// The same of a result of class `R`: one with references keeps Python objects by these.
fn lends(comptime R: type, comptime T: type) bool {
    return switch (signature.kindOf(T).?) {
        .object => !classes.holdsReferences(R),
        .class => classes.isCopyable(T) and !classes.isFlat(T),
        .optional => lends(R, @typeInfo(T).optional.child),
        else => isLent(T),
    };
}

/// Whether a conversion of a result may run Python code, before it has read all of it.
pub fn isLong(comptime R: type) bool {
    return switch (signature.kindOf(R) orelse return false) {
        .void, .bool, .int, .float, .complex, .str, .text, .bytes, .buffer, .object, .kept => false,
        .@"enum", .index, .order, .terminated => false,
        // Before 3.12 what allocates an object may be what collects garbage.
        .class => capi.minor < 12 and !classes.isCopyable(R),
        .reference => capi.minor < 12,
        .optional => isLong(@typeInfo(R).optional.child),
        else => true,
    };
}

/// Whether a change of a `T` through a pointer to it can free or move what others point to.
pub fn endsAddresses(comptime T: type) bool {
    if (classes.isFlat(T)) return false;
    return classes.isCopyable(T) or classes.hasDeinit(T) or !classes.isReader(T);
}

fn isChangedTree(comptime A: type) bool {
    return isTree(A) and ObjectOf(A).mode == .exclusive;
}

fn isTree(comptime A: type) bool {
    if (!isObject(A)) return false;
    const Pointee = ObjectOf(A).Pointee;
    return classes.isCopyable(Pointee) and !classes.isFlat(Pointee);
}

fn leadsToTrees(comptime A: type) bool {
    if (!isObject(A) or !pointing.leadsToTrees(ObjectOf(A).Pointee)) return false;
    return ObjectOf(A).mode == .exclusive or classes.isProxy(ObjectOf(A).Pointee);
}

/// Whether a call may store what it is given in what an argument of this kind has.
fn mayChange(comptime A: type) bool {
    if (!isObject(A)) return false;
    const T = ObjectOf(A).Pointee;
    if (ObjectOf(A).mode == .exclusive) return !classes.isFlat(T);
    return !classes.isCopyable(T) and classes.isProxy(T);
}

/// Whether a function says which of its arguments are kept: then it is those, and what is seen.
fn saysWhatItKeeps(comptime spec: anytype) bool {
    return @hasField(@TypeOf(spec), "says_keeps") and spec.says_keeps;
}

fn keepsAny(comptime spec: anytype) bool {
    return @hasField(@TypeOf(spec), "keeps") and spec.keeps.len > 0;
}

/// Whether a result of type `R` is a copy, or a copy that may be there.
fn isCopied(comptime R: type) bool {
    return switch (signature.kindOf(R) orelse return false) {
        .class => classes.isCopyable(R),
        .optional => isCopied(@typeInfo(R).optional.child),
        else => false,
    };
}

/// That of a function whose one object, argument number `index`, is plain data, which nothing can
/// point into: the same for all such classes.
fn PlainFrame(comptime passed: usize, comptime index: usize, comptime mode: Region.Mode) type {
    return struct {
        pub const is_plain = true;

        comptime kept: [passed]bool = @splat(false),
        use: hold.Use(.nothing),

        pub inline fn begin(frame: *@This()) void {
            frame.use.holds.begin();
        }

        pub inline fn enter(
            frame: *@This(),
            _: *PyObject,
            comptime _: *const Signature,
            arguments: anytype,
            objects: *const [passed]?*PyObject,
        ) Error!void {
            if (objects[index] == null) return;
            const argument = &arguments[index];
            argument.address = try frame.acquire(argument.instance orelse return);
        }

        noinline fn acquire(frame: *@This(), instance: *Layout) Error!usize {
            const address = try frame.use.begin(instance, mode);
            errdefer frame.use.end();
            if (mode == .exclusive) try object.expectWritable(instance);
            return address;
        }

        pub inline fn leave(frame: *@This()) void {
            frame.use.end();
        }
    };
}

/// See comptime_bridge.zig.
pub fn Frame(comptime Function: type, comptime Arguments: type, comptime spec: anytype) type {
    const info = @typeInfo(Function).@"fn";
    const passed = signature.passedOf(info.param_types);
    const types = @typeInfo(Arguments).@"struct".field_types;
    const R = signature.Payload(info.return_type.?);
    comptime var count = 0;
    comptime var runs_python = false;
    comptime var changes = false;
    for (types, passed) |A, parameter| {
        if (isObject(A)) {
            count += 1;
            if (mayChange(A) or (ObjectOf(A).mode == .exclusive and keepsAny(spec))) changes = true;
        }
        switch (signature.kindOf(classes.Pointee(info.param_types[parameter].?)) orelse continue) {
            .callback, .object => runs_python = true,
            else => {},
        }
        // What it releases may run Python code.
        if (classes.holdsReferences(classes.Pointee(info.param_types[parameter].?)))
            runs_python = true;
    }
    // An exception may have objects in it, which are made as results are.
    if (operations.mayRaise(info.return_type.?) and capi.minor < 12) runs_python = true;
    // A copy points to arguments only where the function says so.
    const is_tied = keepsAny(spec) and isCopied(R);
    const has_several = for (types) |A| {
        if (isSeveral(A)) break true;
    } else false;
    const gives_parts = givesParts(Function, spec);
    if (count == 0 and !has_several and !isDependent(R) and !is_tied) return void;
    const is_released = comptime_bridge.isReleased(spec);
    const meanwhile: hold.Meanwhile =
        if (runs_python or isLong(R)) .python else if (is_released) .threads else .nothing;
    // Whether Zig's code may free or replace what an argument has of Python's: also by
    // `nano_ffi.allocator`, which no parameter tells.
    const changes_tree = for (types) |A| {
        if (isChangedTree(A)) break true;
    } else false;
    const allocates = changes_tree or for (types) |A| {
        if (leadsToTrees(A)) break true;
    } else false;
    // Whether what an object's own pointers are to is compared with what they were to before.
    comptime var compares = false;
    for (types) |A| {
        for (types) |B| if (isObject(A) and isObject(B) and mayShare(spec, A, B)) {
            compares = true;
        };
    }
    const is_looked_through = isLookedThrough(R, types, spec);
    // Whether it may give back what an argument has that it only reads, or has a copy of.
    const may_free = exports.takesAllocator(Function);
    const frees = may_free and for (types) |A| {
        if (isTree(A)) break true;
    } else false;
    const records = allocates or compares or is_looked_through or frees;
    const always_records = compares or is_looked_through or changes_tree or frees;
    // Whether what was passed may be stored by what outlives the call.
    const may_store = changes or isDependent(R) or is_tied;
    const has_plain = count == 1 and meanwhile == .nothing and !records and !may_store and
        !gives_parts and
        !operations.mayRaise(info.return_type.?) and // what is raised may point into the object
        for (types, passed) |A, parameter| {
            if (@hasField(A, "lenders") or isSeveral(A)) break false;
            if (!isObject(A)) continue;
            if (!@hasDecl(A, "is_object") or !classes.isFlat(A.Pointee) or
                classes.isProxy(A.Pointee) or exports.isFreed(spec, parameter)) break false;
        } else true;
    if (has_plain) for (types, 0..) |A, index| {
        if (isObject(A)) return PlainFrame(passed.len, index, A.mode);
    };
    return struct {
        const Self = @This();

        pub const is_plain = false;
        pub const is_parted = gives_parts;

        /// Which arguments something else owns now.
        kept: [passed.len]bool,
        holds: hold.Holds(if (has_several) null else count, meanwhile),
        modes: [passed.len]Region.Mode,
        /// What is given back when nothing is held any more.
        gone: Blocks.Gone,
        recorder: if (records) ?*memory.Recorder else void,
        pointers: if (compares) [passed.len]pointing.Pointers else void,
        lenders: if (has_several) []Lender else [count]Lender,
        lender_count: usize,
        arguments: *Arguments,
        objects: *const [passed.len]?*PyObject,
        boxes: [passed.len]?*Blocks.Box,

        /// To copy a frame that is empty, most of which is not set, takes longer.
        pub inline fn begin(frame: *Self) void {
            frame.kept = @splat(false);
            frame.holds.begin();
            frame.gone = .{};
            if (records) frame.recorder = null;
            if (has_several) frame.lenders = &.{};
            frame.lender_count = 0;
            frame.boxes = @splat(null);
        }

        /// Holds all objects, and finds where they are.
        pub fn enter(
            frame: *Self,
            _: *PyObject,
            comptime sig: *const Signature,
            arguments: *Arguments,
            objects: *const [passed.len]?*PyObject,
        ) Error!void {
            frame.arguments = arguments;
            frame.objects = objects;
            if (may_store) inline for (0..passed.len) |index| {
                if (objects[index] != null) try stay(&arguments[index]);
            };
            if (count == 0 and !has_several) return;
            if (has_several) try frame.prepare();
            errdefer if (has_several) frame.forgetSeveral();
            while (true) {
                frame.holds.count = 0;
                if (has_several) try frame.addSeveral();
                inline for (types, 0..) |A, index| if (comptime isObject(A)) {
                    if (frame.argumentOf(index)) |argument| {
                        if (object.stateOf(argument.instance.?) == .empty)
                            return object.raiseUnusable(argument.instance.?);
                        frame.modes[index] = modeOf(A, argument.instance.?);
                        frame.holds.add(argument.instance.?, frame.modes[index]);
                    }
                };
                try frame.holds.acquire();
                if (frame.hasModes()) break;
                frame.holds.release();
            }
            errdefer frame.holds.release();
            inline for (types, 0..) |A, index| if (comptime isObject(A)) {
                if (frame.argumentOf(index)) |argument| {
                    argument.address = try object.resolve(argument.instance.?);
                    if (ObjectOf(A).mode == .exclusive)
                        try object.expectWritable(argument.instance.?);
                }
            };
            if (has_several) try frame.resolveSeveral();
            try frame.expectApart(sig);
            try frame.expectFreeable(sig);
            inline for (types, 0..) |A, index| if (comptime isObject(A)) {
                if (frame.argumentOf(index)) |argument| {
                    frame.lenders[frame.lender_count] = .{
                        .object = objects[index].?,
                        .address = argument.address,
                    };
                    frame.lender_count += 1;
                    if (comptime isDetached(ObjectOf(A))) try argument.detach();
                }
            };
            if (may_free) inline for (types, 0..) |A, index| if (@hasDecl(A, "follow")) {
                if (objects[index] != null) arguments[index].follow();
            };
            inline for (types, 0..) |A, index| if (@hasField(A, "lenders")) {
                if (objects[index] != null)
                    arguments[index].lenders = frame.lenders[0..frame.lender_count];
            };
            inline for (types, 0..) |A, index| if (comptime isCompared(spec, A, types)) {
                if (frame.argumentOf(index)) |argument| {
                    const T = ObjectOf(A).Pointee;
                    frame.pointers[index] = .of(T, @as(*const T, @ptrFromInt(argument.address)));
                }
            };
            if (records) if (always_records or frame.mayChangeTrees()) {
                frame.recorder = memory.Recorder.begin() orelse return errors.raiseNoMemory();
            };
        }

        /// Whether there may be trees that are pointed to by what is none.
        fn mayChangeTrees(frame: *Self) bool {
            inline for (types, 0..) |A, index| if (comptime leadsToTrees(A)) {
                if (frame.argumentOf(index)) |argument|
                    if (Region.of(argument.instance.?)) |region|
                        if (region.hasOthers()) return true;
            };
            return false;
        }

        /// Room for the objects in lists.
        fn prepare(frame: *Self) Error!void {
            var size: usize = count;
            inline for (types, 0..) |A, index| if (comptime isSeveral(A)) {
                if (frame.severalOf(index)) |several| size += several.instances.len;
            };
            errdefer frame.holds.deinit();
            try frame.holds.prepare(size);
            frame.lenders = memory.unnoted.alloc(Lender, size) catch
                return errors.raiseNoMemory();
        }

        fn forgetSeveral(frame: *Self) void {
            memory.unnoted.free(frame.lenders);
            frame.holds.deinit();
        }

        fn addSeveral(frame: *Self) Error!void {
            inline for (types, 0..) |A, index| if (comptime isSeveral(A)) {
                if (frame.severalOf(index)) |several| for (several.instances) |instance| {
                    if (object.stateOf(instance) == .empty) return object.raiseUnusable(instance);
                    frame.holds.add(instance, .shared);
                };
            };
        }

        fn resolveSeveral(frame: *Self) Error!void {
            inline for (types, 0..) |A, index| if (comptime isSeveral(A)) {
                if (frame.severalOf(index)) |several| {
                    if (comptime classes.isProxy(SeveralOf(A).Pointee)) for (
                        several.instances,
                    ) |instance| try expectAlone(instance);
                    try several.resolve();
                    for (several.instances, several.pointers) |instance, pointer| {
                        frame.lenders[frame.lender_count] = .{
                            .object = &instance.ob_base,
                            .address = @intFromPtr(pointer),
                        };
                        frame.lender_count += 1;
                    }
                }
            };
        }

        /// What a list has is held for reading, which says nothing of what a view points to.
        fn expectAlone(instance: *Layout) Error!void {
            const region = Region.of(instance) orelse return;
            if (instance.state != .own or region.is_stable or !region.hasOthers()) return;
            _ = c.PyErr_Format(
                capi.exception("ValueError"),
                "a %s that points to what other objects have cannot be in a list that is passed",
                object.infoOf(instance).name.ptr,
            );
            return error.PythonException;
        }

        /// The list of objects of that number; null where it is left out, or None.
        inline fn severalOf(frame: *Self, comptime index: usize) ?*SeveralOf(types[index]) {
            if (frame.objects[index] == null) return null;
            const argument = &frame.arguments[index];
            if (comptime SeveralOf(types[index]) == types[index]) return argument;
            return if (argument.some) |*some| some else null;
        }

        /// What the function did to the memory of what it changes: trees do not give back theirs.
        /// It may have freed what any of them had; what it has allocated is the first one's, to
        /// which another one is tied that points there, unless it may be a resource's.
        fn noteMemory(frame: *Self, result: ?*PyObject) Error!void {
            const recorder = frame.recorder orelse return;
            var is_first = true;
            inline for (types, 0..) |A, index| if (comptime isChangedTree(A)) {
                if (frame.argumentOf(index)) |argument| {
                    if (recorder.live.count == 0 and recorder.freed.items.len == 0 and
                        recorder.resized.items.len == 0) return;
                    const instance = argument.instance.?;
                    // What it is in gives back what is not a tree's.
                    const is_tree = if (object.ownerOf(instance)) |owner|
                        object.infoOf(owner).kind == .tree
                    else if (Region.of(instance)) |region|
                        region.hasTreeAt(argument.address)
                    else
                        false;
                    if (is_tree) {
                        const region = try Region.ensure(instance);
                        region.noteFreed(recorder);
                        const is_others = comptime returned.mayBeResources(
                            Function,
                            passed[index],
                        );
                        if (is_first and !is_others) region.noteGiven(
                            recorder,
                            frame.takersOf(index, result),
                        ) catch return errors.raiseNoMemory();
                    }
                    is_first = false;
                }
            } else if (comptime leadsToTrees(A)) {
                if (frame.argumentOf(index)) |argument|
                    if (Region.of(argument.instance.?)) |region| {
                        region.noteFreed(recorder);
                        const is_others = comptime pointing.hasUnseen(ObjectOf(A).Pointee) or
                            returned.mayBeResources(Function, passed[index]);
                        const is_ours = memory.allocatesByOurs(
                            ObjectOf(A).Pointee,
                            @ptrFromInt(argument.address),
                        );
                        if (is_first and !is_others and is_ours) region.noteGiven(
                            recorder,
                            if (comptime pointing.leadsToOwners(ObjectOf(A).Pointee))
                                .trees
                            else
                                frame.takersOf(index, result),
                        ) catch return errors.raiseNoMemory();
                        is_first = false;
                    };
            };
        }

        /// A tree that points to what the function has freed is not to be used any more. What lists
        /// and maps have is not looked through: they may be long. Whether there is such a one.
        fn noteFreed(frame: *Self) bool {
            const recorder = frame.recorder orelse return false;
            if (recorder.freed.items.len == 0) return false;
            var is_any_broken = false;
            inline for (types, 0..) |A, index| if (comptime isTree(A) and
                (may_free or isChangedTree(A)))
            {
                if (frame.argumentOf(index)) |argument| {
                    argument.forget(recorder);
                    if (argument.instance) |instance| if (Region.of(instance)) |region| {
                        if (comptime !isChangedTree(A)) region.noteFreed(recorder);
                        const T = ObjectOf(A).Pointee;
                        const value: *const T = @ptrFromInt(argument.address);
                        if (recorder.hasFreedOf(T, value)) {
                            region.breakDown(.freed, object.infoOf(instance));
                            is_any_broken = true;
                        }
                    };
                }
            };
            return is_any_broken;
        }

        /// Who may have what the call has allocated, but what is no tree.
        fn takersOf(
            frame: *const Self,
            comptime index: usize,
            result: ?*PyObject,
        ) Region.Takers {
            if (comptime returned.mayKeepBut(Function, spec, passed[index])) return .pointing;
            const Result = signature.Payload(info.return_type.?);
            if (comptime !returned.mayHaveMore(Result)) return .values;
            // What the call is given, and a part of it, have nothing that is not its own.
            const is_known = (comptime returned.isPointer(Result)) and frame.isKnown(result);
            return if (is_known) .values else .pointing;
        }

        fn isKnown(frame: *const Self, result: ?*PyObject) bool {
            const given = result orelse return false;
            if (given == capi.singleton(.None)) return true;
            for (frame.lenders[0..frame.lender_count]) |lender|
                if (lender.object == given) return true;
            return switch (object.of(given).state) {
                .part, .item, .key => true,
                else => false,
            };
        }

        /// A view may change what it points to, though it does not change itself.
        fn modeOf(comptime A: type, instance: *Layout) Region.Mode {
            const Object = ObjectOf(A);
            if (Object.mode == .exclusive) return .exclusive;
            if (comptime !classes.isProxy(Object.Pointee)) return .shared;
            if (Object.is_by_value) return .exclusive;
            const region = Region.of(instance) orelse return .shared;
            const is_own = object.stateOf(instance) == .own;
            return if (is_own and region.hasOthers()) .exclusive else .shared;
        }

        /// Whether no other thread has made one that a view points to before that was held.
        inline fn hasModes(frame: *Self) bool {
            if (!capi.free_threaded) return true;
            inline for (types, 0..) |A, index| if (comptime isObject(A)) {
                if (frame.argumentOf(index)) |argument| {
                    const mode = modeOf(A, argument.instance.?);
                    if (mode == .exclusive and frame.modes[index] != .exclusive) return false;
                }
            };
            return true;
        }

        /// The object argument of that number; null where it is left out, or None.
        inline fn argumentOf(frame: *Self, comptime index: usize) ?*ObjectOf(types[index]) {
            if (frame.objects[index] == null) return null;
            return objectIn(&frame.arguments[index]);
        }

        /// No object twice in a call that may change it through one of the two, and no part of one
        /// that is changed.
        fn expectApart(frame: *Self, comptime sig: *const Signature) Error!void {
            if (has_several) try frame.expectSeveralApart(sig);
            if (count < 2) return;
            inline for (types, 0..) |A, first| if (comptime isObject(A)) {
                inline for (types, 0..) |B, second| if (comptime isObject(B) and first != second and
                    ObjectOf(A).mode == .exclusive and !ObjectOf(B).is_by_value)
                {
                    if (frame.argumentOf(first)) |a| if (frame.argumentOf(second)) |b|
                        try expectApartOf(
                            ObjectOf(A).Pointee == ObjectOf(B).Pointee,
                            a.instance.?,
                            a.address,
                            b.instance.?,
                            b.address,
                            sig,
                            first,
                            second,
                            comptime endsAddresses(ObjectOf(A).Pointee),
                            comptime ObjectOf(B).mode == .exclusive,
                        );
                };
            };
        }

        fn expectSeveralApart(frame: *Self, comptime sig: *const Signature) Error!void {
            inline for (types, 0..) |A, first| if (comptime isObject(A) and
                ObjectOf(A).mode == .exclusive)
            {
                if (frame.argumentOf(first)) |a| inline for (types, 0..) |B, second| {
                    if (comptime isSeveral(B)) if (frame.severalOf(second)) |several| {
                        for (several.instances, several.pointers) |b, pointer| try expectApartOf(
                            ObjectOf(A).Pointee == SeveralOf(B).Pointee,
                            a.instance.?,
                            a.address,
                            b,
                            @intFromPtr(pointer),
                            sig,
                            first,
                            second,
                            comptime endsAddresses(ObjectOf(A).Pointee),
                            false,
                        );
                    };
                };
            };
        }

        fn expectApartOf(
            same_class: bool,
            a: *Layout,
            a_address: usize,
            b: *Layout,
            b_address: usize,
            comptime sig: *const Signature,
            comptime first: usize,
            comptime second: usize,
            comptime ends: bool,
            comptime is_taken: bool,
        ) Error!void {
            if (same_class and a_address == b_address) {
                const low = @min(first, second);
                const high = @max(first, second);
                _ = c.PyErr_Format(
                    capi.exception("ValueError"),
                    "%s(): '%s' and '%s' are the same object, which the call may change: " ++
                        "pass a copy",
                    sig.name.ptr,
                    sig.args[low].name.ptr,
                    sig.args[high].name.ptr,
                );
                return error.PythonException;
            }
            if (!ends) return;
            const region = Region.of(b) orelse return;
            if (region != (Region.of(a) orelse return)) return;
            // Whole values do not move, and neither do those of a stable object.
            if ((b.state == .own or b.state == .held) and !isWithin(a, b)) return;
            // A node that is given as a pointer to change may be one to be removed: it ends.
            if (b.state == .address and (is_taken or region.is_stable or b.flags.is_whole)) return;
            if (isInline(b) and !isWithin(a, b) and !isWithin(b, a)) return;
            _ = c.PyErr_Format(
                capi.exception("ValueError"),
                "%s(): '%s' is in what the call may change by '%s', and might move: " ++
                    (if (is_taken) "let it take an index or a key" else "pass a copy"),
                sig.name.ptr,
                sig.args[second].name.ptr,
                sig.args[first].name.ptr,
            );
            return error.PythonException;
        }

        fn isWithin(a: *Layout, b: *Layout) bool {
            var place = a;
            while (true) switch (place.state) {
                .part, .item, .key => {
                    place = object.linkOf(place).parent.?;
                    if (place == b) return true;
                },
                else => return false,
            };
        }

        /// Whether it is a field of a whole object, which stays where it is.
        fn isInline(b: *Layout) bool {
            var place = b;
            while (place.state == .part) place = object.linkOf(place).parent.?;
            return place.state == .own or place.state == .held;
        }

        /// What a function says that it frees is not Python's, and is of what it is given as well.
        fn expectFreeable(frame: *Self, comptime sig: *const Signature) Error!void {
            inline for (types, passed, 0..) |A, parameter, index| if (comptime isObject(A) and
                exports.isFreed(spec, parameter))
            {
                if (frame.argumentOf(index)) |argument| {
                    const instance = argument.instance.?;
                    if (!frame.isFreeable(instance)) {
                        _ = c.PyErr_Format(
                            capi.exception("ValueError"),
                            if (instance.state == .own)
                                "%s(): '%s' was made in Python, and is not a function's to free"
                            else
                                "%s(): '%s' is of another object than those that it is passed with",
                            sig.name.ptr,
                            sig.args[index].name.ptr,
                        );
                        return error.PythonException;
                    }
                }
            };
        }

        fn isFreeable(frame: *Self, freed: *Layout) bool {
            if (freed.state == .own) return false;
            if (freed.state == .held) return true; // the allocator knows it
            var is_alone = true;
            inline for (types, passed, 0..) |A, parameter, index| if (comptime isObject(A) and
                !exports.isFreed(spec, parameter))
            {
                if (frame.argumentOf(index)) |argument| {
                    if (Region.of(argument.instance.?) == Region.of(freed)) return true;
                    is_alone = false;
                }
            };
            return is_alone;
        }

        /// After the call: what may have moved says so.
        pub fn settle(frame: *Self) Error!void {
            if (count == 0) return;
            // What is allocated from here on is not the function's.
            if (records) if (frame.recorder) |recorder| {
                recorder.is_closed = true;
            };
            var before: [passed.len]usize = undefined;
            inline for (types, 0..) |A, index| if (comptime doesEnd(A)) {
                if (frame.changedRegion(index)) |region| before[index] = region.generation;
            };
            inline for (types, 0..) |A, index| if (comptime doesEnd(A)) {
                if (frame.changedRegion(index)) |region| region.end();
            };
            // A value does not free itself, and a view knows what it does. A node may.
            inline for (types, 0..) |A, index| if (comptime doesEnd(A)) {
                if (frame.changedRegion(index)) |_| {
                    const instance = frame.argumentOf(index).?.instance.?;
                    if ((comptime classes.isCopyable(ObjectOf(A).Pointee)) or
                        instance.state == .own) Region.renew(instance, before[index]);
                }
            };
            inline for (types, passed, 0..) |A, parameter, index| if (comptime isObject(A) and
                exports.isFreed(spec, parameter))
            {
                if (frame.argumentOf(index)) |argument| free(argument.instance.?);
            };
        }

        fn doesEnd(comptime A: type) bool {
            return isObject(A) and endsAddresses(ObjectOf(A).Pointee);
        }

        /// The region of an argument, where the call may have ended its addresses.
        fn changedRegion(frame: *Self, comptime index: usize) ?*Region {
            const argument = frame.argumentOf(index) orelse return null;
            if (frame.modes[index] != .exclusive) return null;
            const region = Region.of(argument.instance.?) orelse return null;
            return if (region.is_stable) null else region;
        }

        fn free(instance: *Layout) void {
            switch (instance.state) {
                .address => {
                    object.linkOf(instance).generation = object.no_generation;
                },
                else => {},
            }
        }

        /// After a panic nobody knows what is in what the call was changing: no one is to use it
        /// again, not even to give back what it owns.
        pub fn spoil(frame: *Self) void {
            inline for (types, 0..) |A, index| if (comptime isObject(A) and
                !classes.isFlat(ObjectOf(A).Pointee))
            {
                if (frame.argumentOf(index)) |argument| {
                    const instance = argument.instance.?;
                    if (frame.modes[index] == .exclusive) if (Region.ensure(instance)) |region| {
                        region.breakDown(.panicked, object.infoOf(instance));
                        if (object.ownerOf(instance)) |owner| owner.flags.is_borrowed = true;
                    } else |_| c.PyErr_Clear();
                }
            };
        }

        /// When the result is converted, or an error set: what was passed, and is pointed to now,
        /// is kept.
        pub fn finish(frame: *Self, result: ?*PyObject) ?*PyObject {
            if (!changes and !allocates and !frees) return result;
            if (result) |given| {
                frame.keep(given) catch {
                    c.Py_DecRef(given);
                    return null;
                };
                return given;
            }
            var raised: [3]?*PyObject = undefined;
            c.PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
            frame.keep(null) catch c.PyErr_Clear();
            c.PyErr_Restore(raised[0], raised[1], raised[2]);
            return null;
        }

        fn keep(frame: *Self, result: ?*PyObject) Error!void {
            if (allocates) try frame.noteMemory(result);
            const is_any_broken = (changes_tree or frees) and frame.noteFreed();
            inline for (types, 0..) |A, index| if (comptime mayChange(A) or (isObject(A) and
                ObjectOf(A).mode == .exclusive and keepsAny(spec)))
            {
                // What was freed is not looked through.
                if (frame.argumentOf(index)) |argument| if (!is_any_broken or
                    !Region.isBroken(argument.instance.?))
                {
                    try frame.keepFor(ObjectOf(A).Pointee, argument, index);
                    if (Region.of(argument.instance.?)) |region|
                        region.sweep(&frame.gone);
                };
            };
        }

        const Made = struct { instance: ?*Layout, address: usize };

        /// What the object `argument`, which the call may have changed, or has made, may point to
        /// from now on.
        fn keepFor(
            frame: *Self,
            comptime T: type,
            argument: anytype,
            comptime own: ?usize,
        ) Error!void {
            inline for (types, passed, 0..) |A, parameter, index| {
                const Param = info.param_types[parameter].?;
                const is_said = comptime exports.isKept(spec, parameter);
                const is_value = comptime if (isObject(A))
                    ObjectOf(A).may_be_copied
                else
                    isLent(Param);
                if (index == own) {
                    // It may point into itself.
                } else if (is_value) {
                    if (frame.objects[index] != null)
                        try frame.keepValue(T, argument, index, is_said);
                } else if (comptime isObject(A)) {
                    if (frame.argumentOf(index)) |other| {
                        const C = ObjectOf(A).Pointee;
                        const is_hidden = (comptime mayHide(spec, T, C)) and Region.look(
                            argument.instance.?,
                            argument.address,
                            other.address,
                            @sizeOf(C),
                            pointing.idsIn(C, true),
                        ) != .absent;
                        try tie(
                            T,
                            argument,
                            other.instance.?,
                            other.address,
                            is_said or is_hidden or (comptime own != null and
                                mayShare(spec, types[own.?], A)) and
                                !isTied(argument.instance.?, other.instance.?) and
                                try frame.hasOther(T, argument, own.?),
                        );
                        if (comptime mayKeepOf(spec, T, C))
                            try Region.share(argument.instance.?, other.instance.?);
                        if (is_said) if (object.ownerOf(other.instance.?)) |owner| {
                            owner.marks.is_kept = true;
                        };
                    }
                }
            }
            // And what it points to may point to it.
            if (comptime !classes.isCopyable(T) and pointing.mayHideItself(T)) {
                const instance = argument.instance.?;
                const at = argument.address;
                if (object.ownerOf(instance)) |owner| if (!owner.flags.is_pointed and
                    Region.look(instance, at, at, @sizeOf(T), pointing.idsIn(T, false)) != .absent)
                {
                    owner.flags.is_pointed = true;
                };
            }
        }

        /// Whether the object `argument` points to something that it did not point to before the
        /// call, that is nothing of its region, and nothing which the call has allocated. Of what
        /// is no tree, only the value itself is known to be there.
        fn hasOther(
            frame: *Self,
            comptime T: type,
            argument: anytype,
            comptime own: usize,
        ) Error!bool {
            const value: *const T = @ptrFromInt(argument.address);
            const before = &frame.pointers[own];
            const recorder = frame.recorder orelse return true;
            if (!before.complete or recorder.is_partial) return true;
            if (comptime !classes.isCopyable(T)) {
                const pointers: pointing.Pointers = .of(T, value);
                if (!pointers.complete) return true;
                for (pointers.slice()) |address| {
                    if (address -% argument.address < @sizeOf(T) or before.has(address)) continue;
                    if (!pointing.contains(&recorder.live, address, 1)) return true;
                }
                return false;
            }
            var finder: Finder = .{};
            defer finder.deinit();
            try finder.takeAll(&recorder.live);
            var search: Unknown = .{
                .finder = &finder,
                .region = Region.of(argument.instance.?),
                .own = .{ .start = argument.address, .len = @sizeOf(T) },
                .before = before,
            };
            trees.walk(T, &search.visitor, value);
            return search.found or !search.visitor.complete;
        }

        /// Keeps an argument that is no object of ours, where the changed object points into it.
        fn keepValue(
            frame: *Self,
            comptime T: type,
            argument: anytype,
            comptime index: usize,
            comptime is_said: bool,
        ) Error!void {
            const Param = info.param_types[passed[index]].?;
            const value = frame.arguments[index].get();
            const A = types[index];
            // What nobody sees is kept until a sweep says that it need not be.
            const is_invisible = isInvisible(A, &frame.arguments[index]);
            var finder: Finder = .{};
            defer finder.deinit();
            const text = signature.unterminated(Param, value);
            trees.walk(@TypeOf(text), &finder.visitor, &text);
            if (finder.failed) return errors.raiseNoMemory();
            if (finder.ranges.items.len == 0) return;
            finder.sort();
            const instance = argument.instance.?;
            const is_hidden = comptime !saysWhatItKeeps(spec) and !classes.isCopyable(T) and
                pointing.mayKeep(T, Param);
            var is_seen = true;
            if (!is_said and !(is_invisible and comptime classes.isCopyable(T))) {
                const pointer: *const T = @ptrFromInt(argument.address);
                finder.visitor.visit = &Finder.search;
                trees.walk(T, &finder.visitor, pointer);
                is_seen = finder.found or !finder.visitor.complete;
                if (!is_seen and !is_hidden) return;
            }
            const region = try Region.ensure(instance);
            const box = try frame.boxOf(index);
            var blocks: Blocks = .{};
            defer blocks.deinit();
            blocks.map.ensureUnusedCapacity(memory.allocator, finder.ranges.items.len) catch
                return errors.raiseNoMemory();
            for (finder.ranges.items) |range| {
                box.retain();
                blocks.add(range.start, .{
                    .len = range.len,
                    .source = .{ .box = box },
                    .is_pinned = is_said,
                });
            }
            if (is_seen) try region.adopt(&blocks) else try region.adoptHidden(&blocks);
        }

        pub fn leave(frame: *Self) void {
            frame.holds.release();
            if (has_several) frame.forgetSeveral();
            if (records) if (frame.recorder) |recorder| recorder.end();
            for (&frame.boxes) |*box| if (box.*) |some| some.release();
            if (changes) frame.gone.deinit();
        }

        /// Whether an argument is a copy: it may be stored, or given back.
        fn isDetached(comptime Object: type) bool {
            return Object.is_always_copied or (may_store or may_free) and Object.may_be_copied;
        }

        /// What an exception may point into: not a copy that ends with the call.
        pub fn lent(frame: *const Self) []const Lender {
            inline for (types) |A| if (comptime isObject(A)) {
                if (comptime isDetached(ObjectOf(A))) return &.{};
            };
            return frame.lenders[0..frame.lender_count];
        }

        /// A new reference to what `value` is in Python, or null with the error set. `tracked`
        /// knows what of it is the caller's.
        pub fn give(
            frame: *Self,
            comptime T: type,
            module: *PyObject,
            value: T,
            tracked: anytype,
        ) ?*PyObject {
            const is_part = comptime is_parted and holdsSlice(T);
            if (comptime !isDependent(T) and !is_tied and !is_part)
                return convert.give(T, module, value);
            if (comptime is_part and lists.isSlice(T)) return frame.givePart(T, module, value);
            switch (comptime signature.kindOf(T).?) {
                .optional => return if (value) |some|
                    frame.give(@TypeOf(some), module, some, tracked)
                else
                    capi.singleton(.None),
                .reference => {
                    if (comptime results.isOwnedHandle(T, count, spec)) {
                        const made = results.giveHandle(T, module, value) orelse return null;
                        frame.keepFor(classes.Pointee(T), Made{
                            .instance = object.of(made),
                            .address = @intFromPtr(value),
                        }, null) catch {
                            c.Py_DecRef(made);
                            return null;
                        };
                        return made;
                    }
                    return results.giveAddress(
                        T,
                        module,
                        value,
                        frame.lenders[0..frame.lender_count],
                    );
                },
                .class => return if (comptime classes.isCopyable(T))
                    frame.giveTied(T, module, value)
                else
                    frame.giveOwn(T, module, value, comptime exports.mayOwn(T, Function, spec)),
                .tuple => {
                    const fields = @typeInfo(T).@"struct".field_types;
                    const tuple = c.PyTuple_New(fields.len) orelse {
                        discard(T, module, value);
                        return null;
                    };
                    inline for (fields, 0..) |Field, index| {
                        const made = if (comptime isDependent(Field) or
                            is_parted and holdsSlice(Field))
                            frame.give(Field, module, value[index], tracked)
                        else
                            convert.give(Field, module, value[index]);
                        _ = c.PyTuple_SetItem(tuple, index, made orelse {
                            inline for (fields[index + 1 ..], index + 1..) |Rest, rest|
                                discard(Rest, module, value[rest]);
                            c.Py_DecRef(tuple);
                            return null;
                        });
                    }
                    return tuple;
                },
                .objects => {
                    // A copy of a list that is only read has what the list has.
                    const may_be_callers = @TypeOf(tracked) != void and
                        (!@typeInfo(T).pointer.attrs.@"const" or frame.lender_count == 0);
                    const is_callers = may_be_callers and value.len > 0 and
                        tracked.frees(@intFromPtr(value.ptr));
                    return frame.giveSeveral(T, module, value, is_callers, tracked);
                },
                .owned => {
                    defer value.deinit();
                    const Data = @TypeOf(value.data);
                    return frame.giveSeveral(Data, module, value.data, true, tracked);
                },
                else => comptime unreachable,
            }
        }

        /// A slice of what an object has: its list, where it is a whole one, or one of those items.
        fn givePart(
            frame: *Self,
            comptime Slice: type,
            module: *PyObject,
            slice: Slice,
        ) ?*PyObject {
            const Item = std.meta.Elem(Slice);
            const lenders = frame.lenders[0..frame.lender_count];
            if (lenders.len == 0 or frame.isPassed(std.mem.sliceAsBytes(slice))) {
                return if (comptime saidOf(spec) == .numpy)
                    arrays.giveCopy(Item, module, slice)
                else
                    convert.giveList(Item, module, slice);
            }
            const known = frame.listOf(Slice, slice) catch return null;
            return known orelse lists.giveSlice(Slice, module, slice, lenders);
        }

        /// The list in a field of an argument that has just these items.
        fn listOf(frame: *Self, comptime Slice: type, slice: Slice) Error!?*PyObject {
            inline for (types, 0..) |A, index| if (comptime isObject(A)) {
                if (frame.argumentOf(index)) |argument| {
                    const value: *ObjectOf(A).Pointee = @ptrFromInt(argument.address);
                    switch (places.locateSlice(
                        ObjectOf(A).Pointee,
                        Slice,
                        argument.instance.?,
                        value,
                        slice,
                    )) {
                        .nowhere => {},
                        .failed => return error.PythonException,
                        .object => |found| return &found.ob_base,
                    }
                }
            };
            return null;
        }

        /// Whether memory is in an argument that is no object, and which ends with the call.
        fn isPassed(frame: *Self, bytes: []const u8) bool {
            inline for (types, passed, 0..) |A, parameter, index| {
                const Param = info.param_types[parameter].?;
                if (comptime !isObject(A) and !classes.isFlat(Param)) {
                    if (frame.objects[index] != null) {
                        const given = signature.unterminated(Param, frame.arguments[index].get());
                        var overlap: Overlap = .{ .bytes = bytes };
                        trees.walk(@TypeOf(given), &overlap.visitor, &given);
                        if (overlap.found or !overlap.visitor.complete) return true;
                    }
                }
            }
            return false;
        }

        /// A list of objects. What items own is theirs where the slice is the caller's, and the
        /// call has made it: otherwise it is that of whoever has it besides.
        fn giveSeveral(
            frame: *Self,
            comptime T: type,
            module: *PyObject,
            value: T,
            is_callers: bool,
            tracked: anytype,
        ) ?*PyObject {
            const Item = @typeInfo(T).pointer.child;
            const is_own = comptime classes.isClass(Item) and !classes.isCopyable(Item);
            const may_own = is_own and comptime exports.mayOwn(Item, Function, spec);
            var list = c.PyList_New(@intCast(value.len));
            for (value, 0..) |*item, index| {
                const owns = may_own and is_callers and
                    (@TypeOf(tracked) == void or tracked.owns(Item, item));
                if (list) |objects| {
                    const made = if (is_own)
                        frame.giveOwn(Item, module, item.*, owns)
                    else
                        frame.give(Item, module, item.*, tracked);
                    if (made != null) {
                        _ = c.PyList_SetItem(objects, @intCast(index), made);
                        continue;
                    }
                    c.Py_DecRef(objects);
                    list = null;
                } else if (is_own)
                    results.giveUp(Item, module, item.*, owns)
                else
                    discard(Item, module, item.*);
            }
            return list;
        }

        /// Gives back a part of a result that could not be given.
        fn discard(comptime T: type, module: *PyObject, value: T) void {
            if (comptime !signature.holdsObjects(struct { T })) return arrays.discard(T, value);
            switch (comptime signature.kindOf(T).?) {
                .optional => if (value) |some| discard(@TypeOf(some), module, some),
                .class => results.giveUp(
                    T,
                    module,
                    value,
                    comptime exports.mayOwn(T, Function, spec),
                ),
                .tuple => inline for (value) |item| discard(@TypeOf(item), module, item),
                else => {},
            }
        }

        fn giveOwn(
            frame: *Self,
            comptime T: type,
            module: *PyObject,
            value: T,
            owns: bool,
        ) ?*PyObject {
            var are_apart: [types.len]bool = @splat(false);
            if (comptime is_looked_through) if (!frame.isNew(T, &value)) {
                inline for (types, 0..) |A, index| if (comptime mayReturn(T, A)) {
                    if (frame.argumentOf(index)) |argument| {
                        const owner = argument.instance.?;
                        are_apart[index] = owns and apart.isApart(T, &value, owner);
                        if (!are_apart[index]) frame.markKept(owner);
                    }
                };
            };
            const made = results.giveOwn(
                T,
                module,
                value,
                frame.lenders[0..frame.lender_count],
                owns,
            ) orelse return null;
            frame.keepArguments(T, object.of(made), &are_apart) catch {
                c.Py_DecRef(made);
                return null;
            };
            return made;
        }

        /// Whether all that a result points to was allocated by the call, or is an argument.
        fn isNew(frame: *Self, comptime T: type, value: *const T) bool {
            if (has_several) return false;
            const recorder = frame.recorder orelse return false;
            const lenders = frame.lenders[0..frame.lender_count];
            var known: [@max(count, 1)]usize = undefined;
            for (lenders, known[0..lenders.len]) |lender, *place| place.* = lender.address;
            return !recorder.is_partial and
                pointing.isWithin(T, value, known[0..lenders.len], &recorder.live, memory.unnoted);
        }

        fn markKept(frame: *Self, instance: *Layout) void {
            for (frame.lenders[0..frame.lender_count]) |*lender| {
                if (lender.object == &instance.ob_base) lender.is_kept = true;
            }
        }

        /// A copy, which points to the arguments that the function `.keeps`.
        fn giveTied(frame: *Self, comptime T: type, module: *PyObject, value: T) ?*PyObject {
            const made = results.giveCopy(T, module, value) orelse return null;
            frame.tieTo(T, object.of(made)) catch {
                c.Py_DecRef(made);
                return null;
            };
            return made;
        }

        fn tieTo(frame: *Self, comptime T: type, made: *Layout) Error!void {
            inline for (types, passed, 0..) |A, parameter, index| if (comptime isObject(A) and
                exports.isKept(spec, parameter))
            {
                if (frame.argumentOf(index)) |argument| {
                    const lender: Lender = .{
                        .object = frame.objects[index].?,
                        .address = argument.address,
                    };
                    try results.join(T, made, @ptrFromInt(object.storage(made)), &.{lender});
                    if (object.ownerOf(argument.instance.?)) |owner| owner.marks.is_kept = true;
                }
            };
            try frame.keepArguments(T, made, &@splat(false));
        }

        /// What a new object of class `T` may point to of the arguments, for as long as it lives.
        fn keepArguments(
            frame: *Self,
            comptime T: type,
            made: *Layout,
            are_apart: *const [types.len]bool,
        ) Error!void {
            inline for (types, passed, 0..) |A, parameter, index| {
                if (comptime isObject(A) and !ObjectOf(A).may_be_copied) {
                    if (comptime mayKeepOf(spec, T, ObjectOf(A).Pointee)) {
                        if (frame.argumentOf(index)) |argument| if (!are_apart[index])
                            try Region.share(made, argument.instance.?);
                    }
                } else if (comptime lends(T, info.param_types[parameter].?)) if (frame
                    .objects[index] != null)
                {
                    const region = try Region.ensure(made);
                    var blocks: Blocks = .{};
                    defer blocks.deinit();
                    blocks.map.ensureUnusedCapacity(memory.allocator, 1) catch
                        return errors.raiseNoMemory();
                    const box = try frame.boxOf(index);
                    box.retain();
                    blocks.add(@intFromPtr(box), .{
                        .len = 0,
                        .source = .{ .box = box },
                        .is_pinned = true,
                    });
                    try region.adopt(&blocks);
                };
            }
        }

        /// The argument of that number, moved to where it outlives the call.
        fn boxOf(frame: *Self, comptime index: usize) Error!*Blocks.Box {
            if (frame.boxes[index]) |box| return box;
            const A = types[index];
            const Moved = struct {
                box: Blocks.Box,
                argument: A,
                owner: ?*PyObject,

                fn free(box: *Blocks.Box) void {
                    const moved: *@This() = @fieldParentPtr("box", box);
                    if (@hasDecl(A, "release")) moved.argument.release();
                    const owner = moved.owner;
                    memory.allocator.destroy(moved);
                    if (owner) |some| c.Py_DecRef(some);
                }
            };
            const moved = memory.allocator.create(Moved) catch return errors.raiseNoMemory();
            // A copy needs no list of objects of its own region, which would keep that for ever.
            const owner: ?*PyObject = if (comptime hasOwnMemory(A) and
                !signature.holdsObject(info.param_types[passed[index]].?))
                null
            else
                frame.objects[index].?;
            if (owner) |some| c.Py_IncRef(some);
            moved.* = .{
                .box = .{ .object = owner, .free = &Moved.free },
                .argument = frame.arguments[index],
                .owner = owner,
            };
            if (@hasDecl(A, "follow")) moved.argument.follow();
            frame.kept[index] = true;
            frame.boxes[index] = &moved.box;
            return &moved.box;
        }
    };
}

/// Whether a function may hide an object `C` that it is given behind the pointers of a `T`.
fn mayHide(comptime spec: anytype, comptime T: type, comptime C: type) bool {
    return !saysWhatItKeeps(spec) and !classes.isCopyable(T) and pointing.mayHide(T, C);
}

/// Whether it may keep text or slices of an object `C` behind the pointers of a `T`.
fn mayKeepOf(comptime spec: anytype, comptime T: type, comptime C: type) bool {
    return !saysWhatItKeeps(spec) and !classes.isCopyable(T) and pointing.mayKeep(T, C);
}

/// Whether it may let an argument point to what another one points to.
fn mayShare(comptime spec: anytype, comptime A: type, comptime B: type) bool {
    // What it is given of a tree that comes by value is a copy.
    if (saysWhatItKeeps(spec) or !mayChange(A) or ObjectOf(B).may_be_copied) return false;
    const T = ObjectOf(A).Pointee;
    const C = ObjectOf(B).Pointee;
    // What a tree has is known, block by block.
    return !(classes.isCopyable(T) and classes.isCopyable(C)) and pointing.mayShare(T, C);
}

fn isCompared(comptime spec: anytype, comptime A: type, comptime types: []const type) bool {
    for (types) |B| if (isObject(A) and isObject(B) and mayShare(spec, A, B)) return true;
    return false;
}

/// Whether a result that has a `deinit`, and so may have all for itself, may point to arguments.
fn isLookedThrough(comptime R: type, comptime types: []const type, comptime spec: anytype) bool {
    if (saysWhatItKeeps(spec)) return false;
    if (@typeInfo(R) == .optional) return isLookedThrough(@typeInfo(R).optional.child, types, spec);
    if (signature.kindOf(R) != .class or classes.isCopyable(R)) return false;
    for (types) |A| if (mayReturn(R, A)) return true;
    return false;
}

fn mayReturn(comptime R: type, comptime A: type) bool {
    if (!isObject(A) or ObjectOf(A).may_be_copied) return false;
    const C = ObjectOf(A).Pointee;
    return pointing.mayHide(R, C) or pointing.mayShare(R, C);
}

/// Lets what an argument has be where it is when the argument is moved.
fn stay(argument: anytype) Error!void {
    const A = @TypeOf(argument.*);
    if (@hasDecl(A, "stay")) return argument.stay();
    if (@hasField(A, "some")) if (argument.some) |*some| try stay(some);
}

/// Whether nobody sees that an argument is kept: it is text of a str, or memory of its own.
fn isInvisible(comptime A: type, argument: *const A) bool {
    if (@hasDecl(A, "isLocked")) return !argument.isLocked();
    if (@hasDecl(A, "is_object")) return true;
    if (comptime hasOwnMemory(A)) return true;
    if (!@hasField(A, "some")) return false;
    return if (argument.some) |*some| isInvisible(@TypeOf(some.*), some) else true;
}

/// Whether an argument is a copy of all that it has.
fn hasOwnMemory(comptime A: type) bool {
    if (@hasDecl(A, "has_own_memory")) return true;
    return @hasField(A, "some") and hasOwnMemory(@typeInfo(@FieldType(A, "some")).optional.child);
}

/// Looks for addresses in ranges of memory.
const Finder = struct {
    visitor: trees.Visitor = .{ .visit = &collect },
    ranges: std.ArrayList(Range) = .empty,
    failed: bool = false,
    found: bool = false,

    const Range = struct {
        start: usize,
        len: usize,

        fn has(range: Range, address: usize) bool {
            return address -% range.start < range.len;
        }
    };

    fn deinit(finder: *Finder) void {
        finder.ranges.deinit(memory.allocator);
    }

    fn collect(visitor: *trees.Visitor, start: usize, bytes: usize) void {
        const finder: *Finder = @fieldParentPtr("visitor", visitor);
        finder.ranges.append(memory.allocator, .{ .start = start, .len = bytes }) catch {
            finder.failed = true;
        };
    }

    fn takeAll(finder: *Finder, blocks: *const memory.Blocks) Error!void {
        finder.ranges.ensureTotalCapacity(memory.allocator, blocks.count) catch
            return errors.raiseNoMemory();
        var all = blocks.iterator();
        while (all.next()) |block|
            finder.ranges.appendAssumeCapacity(.{ .start = block.address, .len = block.len });
        finder.sort();
    }

    fn sort(finder: *Finder) void {
        std.mem.sort(Range, finder.ranges.items, {}, struct {
            fn lessThan(_: void, a: Range, b: Range) bool {
                return a.start < b.start;
            }
        }.lessThan);
    }

    fn search(visitor: *trees.Visitor, start: usize, _: usize) void {
        const finder: *Finder = @fieldParentPtr("visitor", visitor);
        if (finder.has(start)) finder.found = true;
    }

    fn has(finder: *const Finder, start: usize) bool {
        const ranges = finder.ranges.items;
        const behind = std.sort.upperBound(Range, ranges, start, order);
        return behind > 0 and ranges[behind - 1].has(start);
    }

    fn order(address: usize, range: Range) std.math.Order {
        return std.math.order(address, range.start);
    }
};

/// Whether what is walked through points to memory that is nobody's here.
const Unknown = struct {
    visitor: trees.Visitor = .{ .visit = &visit },
    /// What the call has allocated.
    finder: *const Finder,
    region: ?*Region,
    own: Finder.Range,
    before: *const pointing.Pointers,
    found: bool = false,

    fn visit(visitor: *trees.Visitor, start: usize, size: usize) void {
        const search: *Unknown = @fieldParentPtr("visitor", visitor);
        if (search.found or size == 0 or search.own.has(start) or search.finder.has(start) or
            search.before.has(start)) return;
        if (search.region) |region|
            if (region.ownerAround(start) != null or region.hasBlockAround(start)) return;
        search.found = true;
    }
};

/// Whether what is walked through has some of these bytes.
const Overlap = struct {
    visitor: trees.Visitor = .{ .visit = &visit },
    bytes: []const u8,
    found: bool = false,

    fn visit(visitor: *trees.Visitor, start: usize, size: usize) void {
        const overlap: *Overlap = @fieldParentPtr("visitor", visitor);
        const own = @intFromPtr(overlap.bytes.ptr);
        if (start < own + overlap.bytes.len and own < start + size) overlap.found = true;
    }
};

fn areTogether(self: *Layout, other: *Layout) bool {
    return Region.of(self) != null and Region.of(self) == Region.of(other);
}

/// Whether another object is there as long: in its region, where it has its value not for itself.
fn isTied(self: *Layout, other: *Layout) bool {
    if (!areTogether(self, other)) return false;
    const owner = object.ownerOf(other) orelse return true;
    return owner.flags.is_pointed;
}

/// One region of two objects, where the value of the first, which a call may have changed, points
/// into what is of the second one.
fn tie(
    comptime T: type,
    argument: anytype,
    other: *Layout,
    address: usize,
    is_kept: bool,
) Error!void {
    const self = argument.instance.?;
    if (isTied(self, other)) return;
    const is_same = areTogether(self, other);
    if (!is_kept) {
        var search: Region.Search = .{ .address = address, .size = object.infoOf(other).size };
        // What it has of its own region is no news.
        search.region = if (is_same) null else Region.of(other);
        trees.walk(T, &search.visitor, @as(*const T, @ptrFromInt(argument.address)));
        if (!search.found and search.visitor.complete) return;
    }
    const region = try Region.ensure(other);
    if (object.ownerOf(other)) |owner| owner.flags.is_pointed = true;
    if (is_same) return;
    try Region.unite(try Region.ensure(self), region);
}
