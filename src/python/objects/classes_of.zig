//! What a module has of the classes of its structs: their Python types, and what is known of them
//! at run time.

const std = @import("std");
const capi = @import("../capi.zig");
const classes = @import("../../classes.zig");
const construct = @import("construct.zig");
const errors = @import("../errors.zig");
const Fields = @import("fields.zig").Fields;
const input_output = @import("../input_output.zig");
const memory = @import("../memory.zig");
const messages = @import("../../messages.zig");
const object = @import("object.zig");
const panics = @import("../../panics.zig");
const places = @import("places.zig");
const references = @import("../references.zig");
const results = @import("results.zig");
const signature = @import("../../signature.zig");
const State = @import("../State.zig");
const traces = @import("../traces.zig");
const pointing = @import("../../pointing.zig");
const trees = @import("../../trees.zig");
const c = capi.functions;
const Error = errors.Error;
const Info = object.Info;
const Layout = object.Layout;
const PyObject = capi.PyObject;

/// Whether the classes of the module have fields of one of these kinds.
pub fn haveAny(comptime kinds: []const classes.FieldKind) bool {
    @setEvalBranchQuota(1_000_000_000);
    comptime for (classes.all) |class| for (@typeInfo(class.T).@"struct".field_names) |name| {
        const kind = classes.fieldKind(classes.FieldOf(class.T, name));
        if (std.mem.indexOfScalar(classes.FieldKind, kinds, kind) != null) return true;
    };
    return false;
}

/// The class (borrowed: the state keeps it) of `T`, or null with the error set.
pub fn classOf(comptime T: type, module: *PyObject) ?*PyObject {
    const state = State.of(module) orelse return null;
    return state.instances[comptime classes.indexOf(T).?];
}

/// What is known of the class of `T` in a module: it may be another one's.
pub fn infoIn(comptime T: type, module: *PyObject) ?*const Info {
    if (comptime classes.originOf(T) == null) return infoOf(T);
    const state = State.of(module) orelse return null;
    return state.homes[comptime classes.indexOf(T).?].info;
}

/// `value` as an instance of the class of `T`; null where it is none, or an error is set.
pub inline fn instanceOf(comptime T: type, module: *PyObject, value: *PyObject) ?*Layout {
    return exactly(T, value) orelse
        instanceOfOther(comptime classes.indexOf(T).?, module, value);
}

/// The same of an object of the class itself, if this module made that.
pub inline fn exactly(comptime T: type, value: *PyObject) ?*Layout {
    if (capi.limited) return null;
    const defs = capi.typeLayout(capi.typeOf(value)).tp_getset;
    const own: ?*anyopaque = @ptrCast(@constCast(defsOf(T)));
    return if (defs == own) object.of(value) else null;
}

/// The attributes of the class of `T`, by which it is known.
fn defsOf(comptime T: type) *const capi.structs.PyGetSetDef {
    return &@import("class.zig").Attributes(T).defs[0];
}

/// The same of an object of a class derived from that number `index`.
pub noinline fn instanceOfOther(index: usize, module: *PyObject, value: *PyObject) ?*Layout {
    const state = State.of(module) orelse return null;
    const class = state.instances[index] orelse return null;
    const own = capi.typeOf(value);
    if (own != class and c.PyType_IsSubtype(own, class) == 0) return null;
    return object.of(value);
}

/// A new object of class `T` without a value, or null with the error set.
pub inline fn newOf(comptime T: type, module: *PyObject) ?*Layout {
    return newOfClass(T, classOf(T, module) orelse return null);
}

/// The same of a class, or of a subclass.
pub inline fn newOfClass(comptime T: type, class: *PyObject) ?*Layout {
    const S = SizesOf(T);
    const info = infoOf(T);
    if (!capi.limited and comptime !hasGc(T) and S.is_exact) {
        const layout = capi.typeLayout(class);
        if (layout.tp_base == capi.object("PyBaseObject_Type")) {
            const self = object.of(object.allocate(class, S.basic) orelse return null);
            self.offset = S.offset;
            if (S.weak != 0) object.weakOf(self, info).* = null;
            return self;
        }
    }
    return object.create(class, info);
}

pub fn SizesOf(comptime T: type) type {
    const base = if (classes.BaseOf(T)) |Base| SizesOf(Base) else null;
    return object.Sizes(T, hasGc(T), hasWeak(T), base);
}

/// Whether its objects may keep Python objects: a resource may.
pub fn hasGc(comptime T: type) bool {
    return comptime !classes.isCopyable(T);
}

/// Whether its objects can have weak references: where CPython collects them, or it says so.
pub fn hasWeak(comptime T: type) bool {
    if (comptime classes.BaseOf(T)) |Base| if (hasWeak(Base)) return true;
    return comptime hasGc(T) or classes.optionOf(
        classes.all[classes.indexOf(T).?],
        "weakref",
        false,
    );
}

/// What is known of class `T` at run time: one constant each.
pub fn infoOf(comptime T: type) *const Info {
    return &Known(T).info;
}

fn Known(comptime T: type) type {
    return struct {
        const is_copyable = classes.isCopyable(T);
        const info: Info = .{
            .name = classes.nameOf(T),
            .size = @sizeOf(T),
            .alignment = @alignOf(T),
            .basicsize = SizesOf(T).basic,
            .kind = if (classes.isFlat(T)) .plain else if (is_copyable) .tree else .resource,
            .snapshot = SizesOf(T).snapshot,
            .weak = SizesOf(T).weak,
            .deinit = if (classes.isHeapHandle(T))
                &destroyHandle
            else if (classes.inherits(T, "deinit"))
                infoOf(classes.BaseOf(T).?).deinit
            else if (classes.hasDeinit(T))
                if (classes.whyNoDeinit(T) == null) &deinit else null
            else if (classes.holdsReferences(T)) &releaseAll else null,
            .reaches = pointing.reaches(T),
            .frees = pointing.frees(T),
            .frees_trees = pointing.leadsToTrees(T),
            .pointers = if (is_copyable) null else &pointersOf,
            .walk = if (classes.isFlat(T)) null else &walk,
            .locate = if (places.hasPlaces(T)) &places.In(T).locate else null,
            .traverse = if (classes.holdsReferences(T)) &traverse else null,
            .clear = if (classes.holdsReferences(T)) &clear else null,
            .set_copy = if (is_copyable) &setCopy else null,
            .construction = if (construct.isPossible(T)) &construction else null,
            .equal = if (is_copyable) &isEqual else null,
            .field_count = Fields(T).names.len,
            .is_stable = classes.optionOf(classes.all[classes.indexOf(T).?], "stable", false),
            .has_gc = hasGc(T),
            .is_frozen = classes.isFrozen(T),
            .has_allocator = is_copyable and trees.hasManagedMap(T),
        };

        const construction = construct.of(T, &constructor);
        const constructor = Fields(T).signatureOf(classes.all[classes.indexOf(T).?].ownName());

        fn isEqual(a: *const anyopaque, b: *const anyopaque) Error!bool {
            if (comptime trees.plainLeavesOf(T)) |leaves| return trees.equalLeaves(leaves, a, b);
            const value: *const T = @ptrCast(@alignCast(a));
            return trees.equal(T, value, @ptrCast(@alignCast(b))) catch |err| results.raise(err);
        }

        fn setCopy(self: *Layout, value: *const anyopaque) Error!void {
            if (comptime std.debug.runtime_safety and classes.isFlat(T))
                return results.setBytes(self, value, @sizeOf(T));
            return results.setCopy(T, self, @as(*const T, @ptrCast(@alignCast(value))).*);
        }

        fn pointersOf(value: *const anyopaque) pointing.Pointers {
            return .toStructs(T, @ptrCast(@alignCast(value)));
        }

        fn walk(through: *pointing.Walk, value: *const anyopaque) void {
            const of: *const T = @ptrCast(@alignCast(value));
            if (is_copyable) trees.walk(T, &through.visitor, of) else through.through(T, of);
        }

        fn deinit(value: *anyopaque, module: ?*PyObject) Error!void {
            return run(.{ .value = @ptrCast(@alignCast(value)) }, "deinit", module);
        }

        fn destroyHandle(value: *anyopaque, module: ?*PyObject) Error!void {
            return run(.{ .value = @ptrCast(@alignCast(value)) }, "destroy", module);
        }

        fn run(given: Ending, comptime name: []const u8, module: ?*PyObject) Error!void {
            var work = given;
            const body = @field(Ending, name);
            if (!panics.are_caught) {
                body(&work);
            } else if (panics.protect(&work, body)) |report| {
                const state = stateOf(module) orelse return error.PythonException;
                traces.raisePanic(module.?, state, info.name ++ "." ++ name, report);
                return error.PythonException;
            }
            const err = work.failed orelse return;
            const state = stateOf(module) orelse return error.PythonException;
            traces.raiseError(module.?, state, err, panics.errorTrace(), &.{});
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

        /// What is called where a value ends.
        const Ending = struct {
            value: *T,
            failed: ?anyerror = null,

            fn deinit(work: *Ending) void {
                work.call(T.deinit);
            }

            fn destroy(work: *Ending) void {
                work.call(T.destroy);
            }

            fn call(work: *Ending, comptime function: anytype) void {
                const params = @typeInfo(@TypeOf(function)).@"fn".param_types;
                var args: std.meta.ArgsTuple(@TypeOf(function)) = undefined;
                inline for (params, 0..) |Param, index| {
                    args[index] = if (Param.? == std.mem.Allocator)
                        memory.allocator
                    else if (Param.? == std.Io)
                        input_output.provide()
                    else if (Param.? == T) work.value.* else work.value;
                }
                messages.clear();
                const result = @call(signature.modifierOf(@TypeOf(function)), function, args);
                if (@typeInfo(@TypeOf(result)) == .error_union) _ = result catch |err| {
                    work.failed = err;
                    panics.noteError(@errorReturnTrace());
                };
            }
        };
    };
}
