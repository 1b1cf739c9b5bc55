//! Functions as Python calls them, where they have parameters and results that only Zig can give
//! and take:
//!
//!     *std.Io.Writer      not the caller's: what is written is the result
//!     *std.Io.Reader      `signature.Input`: text, bytes, or what reads them
//!                         Where an object keeps one of them: `streams.IoWriter`, `IoReader`
//!     ?std.mem.Allocator  std.mem.Allocator
//!     @Vector(n, T)       [n]T, also in arrays, tuples and optionals; *@Vector(n, T) is a writable
//!                         buffer of n numbers
//!     *[N]T, *T           a writable buffer of so many numbers, or of one
//!     *const [N]T         [N]T, and so with enums, unions and the like, where nothing can keep the
//!                         pointer: a result that may point there is copied
//!     *std.ArrayList(T)   []const T, and what the list has after the call is the result
//!     *std.AutoHashMap(K, V), *std.EnumSet(E) and the like
//!                         the map or set, and what it has after the call is the result
//!     std.ArrayList(T)    as a result: []T, and so with the lists of sequences.zig
//!     *const T            as a result: T, where that is no object; *T of an iterator of std
//!     Entry               as a result: the key and the value that an iterator of a map is at
//!     Parsed(T)           as a result: T, and then its memory is given back
//!     []const u8          `signature.Path`, where an option says so
//!     *const fn (…, ?*anyopaque) R and ?*anyopaque
//!                         a callable, and so is one alone: see c_callbacks.zig
//!     options: struct     the last one, all of whose fields have defaults: it may be left out, and
//!                         each of its fields is a parameter that is given by name; one without
//!                         fields is no parameter
//!
//! Each such function is called by another one with the types that cross. Nothing here knows an
//! interpreter.

const std = @import("std");
const allocators = @import("allocator.zig");
const c_callbacks = @import("c_callbacks.zig");
const classes = @import("classes.zig");
const messages = @import("messages.zig");
const raw_text = @import("raw_text.zig");
const reach = @import("reach.zig");
const sequences = @import("sequences.zig");
const signature = @import("signature.zig");
const string_maps = @import("string_maps.zig");
const streams = @import("streams.zig");
const tables = @import("tables.zig");
const trees = @import("trees.zig");
const vectors = @import("vectors.zig");

/// What the source says, and an option.
pub const Hints = struct {
    /// Which parameters without a type are used as nothing but a writer, or a reader.
    writers: []const usize = &.{},
    readers: []const usize = &.{},
    /// Which ones are only called.
    called: []const usize = &.{},
    /// Whether texts in the result are bytes.
    is_bytes: bool = false,
    /// The names of parameters that are texts, and name files.
    paths: []const []const u8 = &.{},
    /// What declares the function: a struct is no options of its own methods.
    within: type = void,
};

/// What Python calls for `function`, whose parameters are called `names`: `function` and `params`,
/// which are the same where nothing is to be done, and which of these are only given by name.
pub fn Adapted(
    comptime original: anytype,
    comptime names: []const [:0]const u8,
    comptime hints: Hints,
) type {
    @setEvalBranchQuota(1_000_000_000);
    const Same = struct {
        pub const function = original;
        pub const params = names;
        pub const named: []const []const u8 = &.{};
    };
    const plan = planOf(@TypeOf(original), names, hints) orelse return Same;
    // What a generic function says of its errors are not those of one of its instances.
    const Return = if (@typeInfo(@TypeOf(original)).@"fn".is_generic)
        @TypeOf(@call(.auto, original, @as(@Tuple(plan.originals), undefined)))
    else
        @typeInfo(@TypeOf(original)).@"fn".return_type.?;
    const Payload = signature.Payload(Return);
    const Result = ResultOf(Payload, plan, hints) orelse return Same;
    if (Result == Payload and !plan.changes()) return Same;
    const can_fail = @typeInfo(Return) == .error_union;
    const is_changeable = isOfIterator(hints);
    const Errors = if (can_fail) @typeInfo(Return).error_union.error_set else error{};
    const R = if (can_fail or plan.writes or plan.copies or plan.may_copy or plan.calls or
        plan.collects or plan.has(.grown) or plan.has(.filled) or
        plan.has(.out) or plan.has(.lanes))
        (Errors || plan.Errors())!Result
    else
        Result;
    return struct {
        pub const function = Function(plan.types, R, run).call;
        pub const params = plan.names;
        pub const named = plan.fields;

        const Calls = c_callbacks.Context(
            @typeInfo(@TypeOf(original)).@"fn".param_types,
            plan.callbacks,
        );

        fn run(given: @Tuple(plan.types)) R {
            var readers: [plan.roles.len]std.Io.Reader = undefined;
            var values: @Tuple(plan.originals) = undefined;
            var written: @Tuple(&plan.lanes()) = undefined;
            var grown: plan.List() = undefined;
            var filled: plan.Map() = undefined;
            var text: std.Io.Writer.Allocating =
                if (plan.writes) .init(given[plan.types.len - 1]) else undefined;
            const calls = if (plan.calls) try Calls.begin();
            defer if (plan.calls) calls.end();
            const is_noted = plan.callbacks.is_noted;
            var notes: c_callbacks.Notes =
                if (is_noted) .{ .gpa = given[comptime allocatorOf(plan.types).?] } else undefined;
            defer if (is_noted) notes.deinit();
            comptime var place = 0;
            inline for (plan.roles, plan.originals, 0..) |role, Original, index| {
                values[index] = switch (role) {
                    .same, .allocator => if (comptime is_noted and
                        plan.types[place] == std.mem.Allocator)
                        notes.allocator()
                    else
                        given[place],
                    .vector => vectors.fromArrays(Original, given[place]),
                    .lanes => lanes: {
                        const count = @typeInfo(@typeInfo(Original).pointer.child).vector.len;
                        try expectSize(plan.names[place], given[place], count);
                        written[index] = given[place][0..count].*;
                        break :lanes &written[index];
                    },
                    .out => out: {
                        const items = given[place];
                        const Target = @typeInfo(Original).pointer.child;
                        const is_array = @typeInfo(Target) == .array;
                        const size = if (is_array) @typeInfo(Target).array.len else 1;
                        try expectSize(plan.names[place], items, size);
                        break :out if (is_array) items[0..size] else &items[0];
                    },
                    .pointee, .map => &given[place],
                    .grown => list: {
                        const gpa = given[comptime allocatorOf(plan.types).?];
                        const copy = try gpa.dupe(plan.Item(), given[place]);
                        grown = if (comptime classes.isArrayList(plan.List()))
                            .fromOwnedSlice(copy)
                        else
                            .fromOwnedSlice(gpa, copy);
                        break :list &grown;
                    },
                    .filled => map: {
                        const gpa = given[comptime allocatorOf(plan.types).?];
                        filled = try copyOf(plan.Map(), gpa, &given[place]);
                        break :map &filled;
                    },
                    .path => if (Original == []const u8)
                        given[place].data
                    else if (given[place]) |path| path.data else null,
                    .callback => callback: {
                        calls.callbacks[comptime Calls.placeOf(index)] = given[place];
                        const is_null = @typeInfo(Original) == .optional and given[place] == null;
                        break :callback if (is_null) null else calls.pointerOf(index);
                    },
                    .context => calls,
                    .writer => &text.writer,
                    .kept => streams.of(given[place]),
                    .nothing => .{},
                    .reader => reader: {
                        readers[index] = .fixed(given[place].data);
                        break :reader &readers[index];
                    },
                    .options => options: {
                        var options = given[place] orelse
                            comptime classes.defaultsOf(Original);
                        inline for (plan.fields, place + 1..) |name, field| {
                            const value = if (comptime isLent(@FieldType(Original, name)))
                                given[field]
                            else
                                given[field].value;
                            if (value) |some| @field(options, name) = some;
                        }
                        break :options options;
                    },
                };
                if (role == .options) place += plan.fields.len;
                switch (role) {
                    .writer, .nothing, .context => {},
                    else => place += 1,
                }
            }
            const returned = @call(signature.modifierOf(@TypeOf(original)), original, values);
            inline for (plan.roles, 0..) |role, index| if (role == .lanes) {
                const lanes = given[comptime plan.placeOf(index)];
                lanes[0..@typeInfo(@TypeOf(written[index])).vector.len].* = written[index];
            };
            if (plan.calls) if (calls.fails()) {
                if (plan.writes) text.deinit();
                if (is_noted) notes.freeAll();
                if (comptime plan.has(.grown))
                    freeGrown(given[comptime allocatorOf(plan.types).?], &grown);
                if (comptime plan.has(.filled))
                    freeMap(plan.Map(), given[comptime allocatorOf(plan.types).?], &filled);
                return error.PythonException;
            };
            if (comptime plan.has(.grown)) {
                const gpa = given[comptime allocatorOf(plan.types).?];
                errdefer freeGrown(gpa, &grown);
                return withGrown(if (can_fail) try returned else returned, gpa, &grown);
            }
            if (comptime plan.has(.filled)) {
                const gpa = given[comptime allocatorOf(plan.types).?];
                errdefer freeMap(plan.Map(), gpa, &filled);
                const payload = if (can_fail) try returned else returned;
                if (Payload == void) return filled;
                // One that has its allocator is no part of others.
                return .{ payload, if (@hasField(plan.Map(), "unmanaged"))
                    filled.unmanaged
                else
                    filled };
            }
            if (plan.copies) return copied(
                if (can_fail) try returned else returned,
                given[plan.types.len - 1],
            );
            if (plan.may_copy) {
                const payload = if (can_fail) try returned else returned;
                var finder: Finder = .{ .start = @intFromPtr(&given), .end = @intFromPtr(&given) +
                    @sizeOf(@TypeOf(given)) };
                _ = reach.pieces(Payload, &payload, &finder);
                if (!finder.is_inside) return converted(payload);
                const allocator = given[comptime allocatorOf(plan.types).?];
                return converted(trees.copy(Payload, allocator, payload) catch |err|
                    return copyError(err));
            }
            if (plan.collects) {
                var list = if (can_fail) try returned else returned;
                const gpa = given[comptime allocatorOf(plan.types).?];
                return sequences.collect(Payload, gpa, &list);
            }
            if (!plan.writes) return converted(if (can_fail) try returned else returned);
            errdefer text.deinit();
            const payload = if (!can_fail) returned else returned catch |err|
                // It has no other reason not to write.
                return if (isWriteFailed(err)) error.OutOfMemory else err;
            if (Payload == void) {
                const allocator = given[plan.types.len - 1];
                return .{ .data = try text.toOwnedSlice(), .allocator = allocator };
            }
            var arena: std.heap.ArenaAllocator = .init(given[plan.types.len - 1]);
            errdefer arena.deinit();
            const copy = try arena.allocator().dupe(u8, text.written());
            text.deinit();
            return .{ .data = .{ payload, copy }, .arena = arena };
        }

        inline fn expectSize(name: []const u8, items: anytype, size: usize) error{ValueError}!void {
            if (items.len != size) return messages.fail(
                error.ValueError,
                "parameter '{s}' must be a buffer of {d} items, not of {d}",
                .{ name, size, items.len },
            );
        }

        inline fn isWriteFailed(err: Errors) bool {
            return @as(anyerror, err) == error.WriteFailed;
        }

        fn freeGrown(gpa: std.mem.Allocator, list: *plan.List()) void {
            if (comptime classes.isArrayList(plan.List())) list.deinit(gpa) else list.deinit();
        }

        /// What a list has is the caller's. Where it is text, nobody else has it.
        fn withGrown(payload: Payload, gpa: std.mem.Allocator, list: *plan.List()) !Result {
            const is_list = plan.Item() != u8;
            if (is_list and Payload == void) return raw_text.as(Result, list.items);
            if (is_list) {
                const Items = @typeInfo(Result).@"struct".field_types[1];
                return .{ payload, raw_text.as(Items, list.items) };
            }
            if (Payload == void) {
                const text = if (comptime classes.isArrayList(plan.List()))
                    try list.toOwnedSlice(gpa)
                else
                    try list.toOwnedSlice();
                return .{ .data = text, .allocator = gpa };
            }
            var arena: std.heap.ArenaAllocator = .init(gpa);
            errdefer arena.deinit();
            const copy = try arena.allocator().dupe(u8, list.items);
            freeGrown(gpa, list);
            return .{ .data = .{ payload, copy }, .arena = arena };
        }

        /// What the result points to may be in a value that is here only.
        fn copied(value: Payload, allocator: std.mem.Allocator) R {
            var arena: std.heap.ArenaAllocator = .init(allocator);
            errdefer arena.deinit();
            const copy = trees.copy(Payload, arena.allocator(), value) catch |err|
                return copyError(err);
            return .{ .data = raw_text.as(@FieldType(Result, "data"), copy), .arena = arena };
        }

        fn seen(comptime T: type, value: T) SeenOf(T, is_changeable).? {
            switch (@typeInfo(T)) {
                .optional => |optional| return seen(optional.child, value orelse return null),
                .pointer => return value.*,
                else => {
                    var both: SeenOf(T, is_changeable).? = undefined;
                    inline for (@typeInfo(T).@"struct".field_names, 0..) |name, index| {
                        const part = @field(value, name);
                        both[index] = if (@TypeOf(part) == @TypeOf(both[index])) part else part.*;
                    }
                    return both;
                },
            }
        }

        inline fn converted(value: Payload) Result {
            if (comptime ReleasedOf(Payload) != null)
                return .{ .data = value.value, .whole = value };
            if (comptime SeenOf(Payload, is_changeable) != null) return seen(Payload, value);
            if (comptime sequences.ItemOf(Payload) != null)
                return raw_text.as(Result, value.items);
            if (comptime Array(Payload) != null) return vectors.toArrays(Payload, value);
            return raw_text.as(Result, value);
        }
    };
}

/// A map of memory of `gpa` that has what another one has.
fn copyOf(comptime Map: type, gpa: std.mem.Allocator, map: *const Map) error{OutOfMemory}!Map {
    return if (comptime tables.of(Map) != null)
        tables.copy(Map, gpa, map)
    else
        map.cloneWithAllocator(gpa);
}

fn freeMap(comptime Map: type, gpa: std.mem.Allocator, map: *Map) void {
    if (comptime tables.of(Map) != null) tables.free(Map, map, gpa) else map.deinit();
}

/// Looks for pointers to what is in a place.
const Finder = struct {
    start: usize,
    end: usize,
    is_inside: bool = false,

    pub fn found(finder: *Finder, piece: reach.Piece) void {
        if (piece.address >= finder.start and piece.address < finder.end) finder.is_inside = true;
    }
};

fn copyError(err: trees.Failure) error{ OutOfMemory, RecursionError } {
    return switch (err) {
        error.OutOfMemory => error.OutOfMemory,
        error.TooDeep => error.RecursionError,
    };
}

/// Whether what is returned is a list whose items are scattered, and which is the caller's: no
/// object can have it.
fn isCollected(comptime Return: type, comptime params: []const ?type) bool {
    if (sequences.ItemOf(Return) == null or !sequences.isScattered(Return)) return false;
    if (signature.kindOf([]sequences.ItemOf(Return).?) == null) return false;
    var is_told = false;
    for (params) |Param| {
        if (Param.? == std.mem.Allocator) is_told = true;
        if (classes.isClass(classes.Pointee(Param.?))) return false;
    }
    return is_told;
}

fn allocatorOf(comptime types: []const type) ?usize {
    return for (types, 0..) |T, index| {
        if (T == std.mem.Allocator) break index;
    } else null;
}

/// What becomes of a parameter.
const Role = enum {
    same,
    /// An `?std.mem.Allocator`, which is never null.
    allocator,
    writer,
    reader,
    kept,
    vector,
    lanes,
    out,
    pointee,
    map,
    grown,
    filled,
    path,
    callback,
    context,
    options,
    nothing,
};

const Plan = struct {
    roles: []const Role,
    /// The types that the function takes.
    originals: []const type,
    /// Those that Python gives, an allocator behind them where something is written.
    types: []const type,
    names: []const [:0]const u8,
    /// Of the options: those fields that are parameters.
    fields: []const []const u8 = &.{},
    writes: bool = false,
    /// Whether the result may point to a parameter that is a value in Python.
    copies: bool = false,
    /// The same where the function has an allocator: then it is one's own, or is there.
    may_copy: bool = false,
    /// Whether the items of the result are brought together.
    collects: bool = false,
    /// Those of C's kind, where `calls`.
    callbacks: c_callbacks.Parameters = .{ .callbacks = &.{}, .contexts = &.{} },
    calls: bool = false,

    fn changes(comptime plan: Plan) bool {
        for (plan.roles) |role| if (role != .same) return true;
        return false;
    }

    /// The vectors that are written, where they are while the function runs.
    fn lanes(comptime plan: Plan) [plan.roles.len]type {
        var types: [plan.roles.len]type = @splat(void);
        for (&types, plan.roles, plan.originals) |*T, role, Original|
            if (role == .lanes) {
                T.* = @typeInfo(Original).pointer.child;
            };
        return types;
    }

    /// Where among what Python gives a parameter is: there are no options in front of it.
    fn placeOf(comptime plan: Plan, comptime index: usize) usize {
        var place = 0;
        for (plan.roles[0..index]) |role| switch (role) {
            .writer, .nothing, .context => {},
            else => place += 1,
        };
        return place;
    }

    /// The list that the function is given a pointer to; void where it is given none.
    fn List(comptime plan: Plan) type {
        return for (plan.roles, plan.originals) |role, Original| {
            if (role == .grown) break @typeInfo(Original).pointer.child;
        } else void;
    }

    /// The map, in the same way.
    fn Map(comptime plan: Plan) type {
        return for (plan.roles, plan.originals) |role, Original| {
            if (role == .filled) break @typeInfo(Original).pointer.child;
        } else void;
    }

    fn Item(comptime plan: Plan) type {
        return sequences.ItemOf(plan.List()).?;
    }

    fn has(comptime plan: Plan, comptime role: Role) bool {
        return std.mem.indexOfScalar(Role, plan.roles, role) != null;
    }

    /// What can go wrong before and after the function.
    fn Errors(comptime plan: Plan) type {
        const Memory = if (plan.copies or plan.may_copy)
            error{ OutOfMemory, RecursionError }
        else if (plan.writes) error{OutOfMemory} else error{};
        const Items = if (plan.collects or plan.has(.grown) or plan.has(.filled))
            error{OutOfMemory}
        else
            error{};
        const Calls = if (plan.calls)
            error{ OutOfMemory, PythonException, RuntimeError }
        else
            error{};
        return Memory || Items || Calls || (if (plan.has(.out) or plan.has(.lanes))
            error{ValueError}
        else
            error{});
    }
};

fn planOf(
    comptime F: type,
    comptime names: []const [:0]const u8,
    comptime hints: Hints,
) ?Plan {
    const info = @typeInfo(F).@"fn";
    if (info.attrs.varargs or info.return_type == type) return null;
    // Else with a comptime parameter.
    if (info.is_generic and hints.writers.len + hints.readers.len == 0) return null;
    var plan: Plan = .{ .roles = &.{}, .originals = &.{}, .types = &.{}, .names = &.{} };
    const last = lastOf(info.param_types);
    if (!info.is_generic) if (c_callbacks.of(info, hints.called)) |callbacks| {
        plan.callbacks = callbacks;
        plan.calls = true;
    };
    for (info.param_types, 0..) |Param, index| {
        const T = Param orelse if (contains(hints.writers, index))
            *std.Io.Writer
        else if (contains(hints.readers, index)) *std.Io.Reader else return null;
        if (T == type) return null;
        const is_stream = T == *std.Io.Writer or T == *std.Io.Reader;
        const is_kept = is_stream and mayKeep(T, info, index, plan.callbacks.contexts);
        if (is_kept and !classes.isClass(streams.Of(T).?)) return null;
        const role: Role = if (is_kept)
            .kept
        else if (T == ?std.mem.Allocator)
            .allocator
        else if (T == *std.Io.Writer)
            .writer
        else if (contains(plan.callbacks.callbacks, index))
            .callback
        else if (contains(plan.callbacks.contexts, index))
            .context
        else if (T == *std.Io.Reader)
            .reader
        else if (Array(T) != null)
            .vector
        else if (Lanes(T) != null)
            .lanes
        else if (Written(T) != null)
            .out
        else if (isMap(T, signature.Payload(info.return_type orelse void)))
            .map
        else if (isGrown(T, info, index))
            .grown
        else if (isFilled(T, info, index))
            .filled
        else if (isPointee(T, info, index))
            .pointee
        else if (isPath(T, names[index], hints))
            .path
        else if (index == last and isNothing(T))
            .nothing
        else if (index == last and T != hints.within and
            isOptions(T, info.param_types, index)) .options else .same;
        // Which one is the result?
        const is_result = role == .writer or role == .grown or role == .filled;
        if (is_result and (plan.writes or plan.has(.grown) or plan.has(.filled))) return null;
        plan.roles = plan.roles ++ .{role};
        plan.originals = plan.originals ++ .{T};
        switch (role) {
            .writer => plan.writes = true,
            .nothing, .context => {},
            else => {
                plan.names = plan.names ++ .{names[index]};
                plan.types = plan.types ++ .{switch (role) {
                    .allocator => std.mem.Allocator,
                    .reader => signature.Input,
                    .kept => *streams.Of(T).?,
                    .callback => c_callbacks.Given(T),
                    .vector => Array(T).?,
                    .lanes => []Lanes(T).?,
                    .out => []Written(T).?,
                    .pointee, .map, .filled => @typeInfo(T).pointer.child,
                    .grown => []const sequences.ItemOf(@typeInfo(T).pointer.child).?,
                    .path => if (T == []const u8) signature.Path else ?signature.Path,
                    .options => ?T,
                    else => T,
                }};
            },
        }
        if (role == .options) {
            const options = @typeInfo(T).@"struct";
            for (options.field_names, options.field_types) |name, Field| {
                if (!isFieldParameter(name, Field, names)) continue;
                plan.fields = plan.fields ++ .{name};
                plan.names = plan.names ++ .{name};
                plan.types = plan.types ++ .{if (isLent(Field)) Field else signature.Given(
                    Field,
                    classes.defaultOf(T, name).?,
                )};
            }
        }
    }
    const Return = signature.Payload(info.return_type orelse void);
    plan.collects = !plan.writes and isCollected(Return, info.param_types);
    const has_copy = !plan.writes and plan.has(.pointee) and !classes.isFlat(Return);
    plan.may_copy = has_copy and allocatorOf(plan.types) != null;
    plan.copies = has_copy and !plan.may_copy;
    const has_grown = plan.has(.grown) or plan.has(.filled);
    if (has_grown and (has_copy or plan.collects)) return null;
    if (plan.writes or plan.copies or (has_grown and allocatorOf(plan.types) == null)) {
        plan.names = plan.names ++ .{"allocator"};
        plan.types = plan.types ++ .{std.mem.Allocator};
    }
    return if (plan.types.len > max_parameters) null else plan;
}

fn contains(comptime list: []const usize, comptime index: usize) bool {
    return std.mem.indexOfScalar(usize, list, index) != null;
}

/// The last parameter that the caller gives.
fn lastOf(comptime params: []const ?type) ?usize {
    var index = params.len;
    while (index > 0) {
        index -= 1;
        const Param = params[index] orelse return index;
        if (!signature.isProvided(Param) and Param != *std.Io.Writer) return index;
    }
    return null;
}

/// Whether a parameter is a struct of options of which there are none.
fn isNothing(comptime T: type) bool {
    if (@typeInfo(T) != .@"struct") return false;
    const info = @typeInfo(T).@"struct";
    return !info.is_tuple and info.field_names.len == 0 and info.decl_names.len == 0;
}

/// Whether the parameter `index` is a struct of options, and no operand like others.
fn isOptions(comptime T: type, comptime params: []const ?type, comptime index: usize) bool {
    if (@typeInfo(T) != .@"struct") return false;
    const info = @typeInfo(T).@"struct";
    if (info.is_tuple or info.field_names.len == 0) return false;
    for (info.field_names, info.field_attrs) |name, attrs|
        if (attrs.@"comptime" or !classes.hasDefault(T, name)) return false;
    for (params, 0..) |Param, other| {
        if (other != index and classes.Pointee(Param orelse continue) == T) return false;
    }
    return switch (signature.kindOf(T) orelse return false) {
        .record => true,
        .class => classes.isCopyable(T) or isCopyableButLent(T),
        else => false,
    };
}

/// Whether what is not copied of a struct are pointers to objects, of which it has none at first:
/// each is a parameter, as `diagnostics: ?*Diagnostics` is.
fn isCopyableButLent(comptime T: type) bool {
    if (classes.hasDeinit(T)) return false;
    for (@typeInfo(T).@"struct".field_names, @typeInfo(T).@"struct".field_types) |name, Field| {
        if (isLent(Field)) {
            if (classes.defaultOf(T, name).? != null) return false;
        } else if (!classes.isCopyable(Field)) return false;
    }
    return true;
}

fn isLent(comptime Field: type) bool {
    if (@typeInfo(Field) != .optional) return false;
    const Pointer = @typeInfo(Field).optional.child;
    return @typeInfo(Pointer) == .pointer and @typeInfo(Pointer).pointer.size == .one and
        signature.kindOf(Pointer) == .reference;
}

fn isFieldParameter(
    comptime name: []const u8,
    comptime Field: type,
    comptime names: []const [:0]const u8,
) bool {
    for (names) |other| if (std.mem.eql(u8, name, other)) return false;
    if (isLent(Field)) return true;
    return signature.kindOf(Field) != null and signature.isPart(Field) and
        !signature.hasWritablePart(Field) and signature.kindOf(Field) != .class;
}

/// What a vector, or what has some, is in Python; null where it has none, or where that cannot
/// cross.
fn Array(comptime T: type) ?type {
    const A = vectors.Arrays(T) orelse return null;
    return if (signature.kindOf(A) == null or !signature.isPart(A)) null else A;
}

/// The type of the numbers of a vector that is written through a pointer; null of any other type.
fn Lanes(comptime T: type) ?type {
    if (@typeInfo(T) != .pointer) return null;
    const pointer = @typeInfo(T).pointer;
    if (pointer.size != .one or pointer.attrs.@"const" or !signature.isPlain(pointer) or
        @typeInfo(pointer.child) != .vector) return null;
    const Item = @typeInfo(pointer.child).vector.child;
    return if (signature.isBufferItem(Item)) Item else null;
}

/// The type of the numbers that are written through a pointer; null of any other type.
fn Written(comptime T: type) ?type {
    if (@typeInfo(T) != .pointer) return null;
    const pointer = @typeInfo(T).pointer;
    if (pointer.size != .one or pointer.attrs.@"const" or !signature.isPlain(pointer)) return null;
    const Item = switch (@typeInfo(pointer.child)) {
        .array => |array| if (array.sentinel_ptr == null) array.child else return null,
        else => pointer.child,
    };
    return if (signature.isBufferItem(Item)) Item else null;
}

/// Whether a parameter is a pointer to a value that is only read, and during the call alone.
fn isPointee(comptime T: type, comptime info: std.lang.Type.Fn, comptime index: usize) bool {
    if (@typeInfo(T) != .pointer) return false;
    const pointer = @typeInfo(T).pointer;
    if (pointer.size != .one or !pointer.attrs.@"const" or !signature.isPlain(pointer) or
        classes.isClass(pointer.child)) return false;
    const Return = signature.Payload(info.return_type orelse return false);
    const kind = signature.kindOf(pointer.child) orelse return false;
    if (kind == .table or kind == .map) return false;
    if (!classes.isCopyable(pointer.child) or !signature.isPart(pointer.child)) return false;
    // What points elsewhere is copied, where it may be to the value.
    const is_flat = classes.isFlat(Return);
    if (!is_flat and (!classes.isCopyable(Return) or signature.kindOf(Return) == null or
        !signature.isPart(Return))) return false;
    for (info.param_types, 0..) |Param, other| {
        const Other = Param orelse return false;
        if (other == index or !classes.isClass(classes.Pointee(Other))) continue;
        const is_changed = @typeInfo(Other) == .pointer and
            !@typeInfo(Other).pointer.attrs.@"const";
        if (is_changed and !classes.isFlat(classes.Pointee(Other))) return false;
    }
    return true;
}

/// Whether a parameter is a pointer to a map that is only read: what the result may point to is
/// not in what is behind the pointer.
fn isMap(comptime T: type, comptime Return: type) bool {
    if (@typeInfo(T) != .pointer) return false;
    const pointer = @typeInfo(T).pointer;
    if (pointer.size != .one or !pointer.attrs.@"const" or !signature.isPlain(pointer) or
        classes.isClass(pointer.child)) return false;
    const kind = signature.kindOf(pointer.child) orelse return false;
    if (kind != .table and kind != .map) return false;
    const result = signature.kindOf(Return) orelse return false;
    return result == .table or result == .map or classes.isCopyable(Return);
}

/// Whether a parameter is a pointer to a list, which the function changes: no argument can have
/// what is in it after the call.
fn isGrown(comptime T: type, comptime info: std.lang.Type.Fn, comptime index: usize) bool {
    if (@typeInfo(T) != .pointer) return false;
    const pointer = @typeInfo(T).pointer;
    if (pointer.size != .one or pointer.attrs.@"const" or !signature.isPlain(pointer))
        return false;
    const Item = sequences.ItemOf(pointer.child) orelse return false;
    // Without an allocator, nobody knows with which one it would grow.
    const is_told = pointer.child == std.ArrayList(Item) and for (info.param_types) |Param| {
        if (Param == std.mem.Allocator) break true;
    } else false;
    if (!is_told and pointer.child != std.array_list.Managed(Item)) return false;
    if (!isValue([]const Item) or signature.kindOf([]Item) == null) return false;
    return isAlone(T, info, index);
}

/// Whether no argument, and nothing that is returned, can have what is behind a pointer.
fn isAlone(comptime T: type, comptime info: std.lang.Type.Fn, comptime index: usize) bool {
    for (info.param_types, 0..) |Param, other| {
        const Other = Param orelse return false;
        if (other == index or signature.isProvided(Other)) continue;
        if (reach.storageOf(Other) != .nowhere) return false;
    }
    return !mayKeep(T, info, index, &.{});
}

/// The same of a map or a set.
fn isFilled(comptime T: type, comptime info: std.lang.Type.Fn, comptime index: usize) bool {
    if (@typeInfo(T) != .pointer) return false;
    const pointer = @typeInfo(T).pointer;
    if (pointer.size != .one or pointer.attrs.@"const" or !signature.isPlain(pointer))
        return false;
    const Map = pointer.child;
    const kind = signature.kindOf(Map) orelse return false;
    if (kind != .table and kind != .map) return false;
    const Value = if (tables.of(Map)) |table|
        (if (tables.isList(Map)) table.Key else table.Value)
    else
        string_maps.Value(Map).?;
    if (Value != void and !isValue([]const Value)) return false;
    if (tables.of(Map) != null and tables.isTold(Map)) {
        const is_told = for (info.param_types) |Param| {
            if (Param == std.mem.Allocator) break true;
        } else false;
        if (!is_told) return false;
    }
    return isAlone(T, info, index);
}

fn isPath(comptime T: type, comptime name: []const u8, comptime hints: Hints) bool {
    for (hints.paths) |path| if (std.mem.eql(u8, path, name)) {
        if (T == []const u8 or T == ?[]const u8) return true;
        @compileError("nano_ffi: nano_ffi_options says .paths of '" ++ name ++ "', which is " ++
            @typeName(T) ++ ": it is for []const u8 and ?[]const u8");
    };
    return false;
}

/// Whether what outlives the call may point to the reader or writer that a parameter is.
fn mayKeep(
    comptime T: type,
    comptime info: std.lang.Type.Fn,
    comptime index: usize,
    comptime contexts: []const usize,
) bool {
    for (info.param_types, 0..) |Param, other| {
        if (contains(contexts, other)) continue;
        if (other != index and mayStore(T, Param orelse continue, &.{})) return true;
    }
    const Return = info.return_type orelse return false;
    if (info.is_generic) return false; // it cannot be told from here, and is refused later
    return mayHold(T, signature.Payload(Return), &.{});
}

/// Whether a function that is given a value of type `In` may put a `T` into what outlives the call:
/// not into the value itself, nor behind its const pointers.
fn mayStore(comptime T: type, comptime In: type, comptime open: []const type) bool {
    if (@typeInfo(In) == .pointer and !@typeInfo(In).pointer.attrs.@"const")
        return mayHold(T, In, &.{});
    return mayIn(mayStore, T, In, open);
}

/// Whether a value of type `In` may have a `T` in it, or behind its pointers.
fn mayHold(comptime T: type, comptime In: type, comptime open: []const type) bool {
    if (In == T) return open.len > 0;
    return mayIn(mayHold, T, In, open);
}

/// Whether one of the parts of an `In` may, or nobody knows them. What is open is being asked.
fn mayIn(
    comptime may: anytype,
    comptime T: type,
    comptime In: type,
    comptime open: []const type,
) bool {
    if (In == std.mem.Allocator or In == std.Io) return false;
    for (open) |Outer| if (Outer == In) return false;
    const types: []const type = switch (@typeInfo(In)) {
        .pointer => |pointer| &.{pointer.child},
        .optional => |optional| &.{optional.child},
        .array => |array| &.{array.child},
        .@"struct" => |info| info.field_types,
        .@"union" => |info| info.field_types,
        .@"opaque" => return true,
        else => &.{},
    };
    for (types) |Part| if (may(T, Part, open ++ .{In})) return true;
    return false;
}

/// What is returned; null where that cannot be.
fn ResultOf(comptime Payload: type, comptime plan: Plan, comptime hints: Hints) ?type {
    if (plan.has(.grown)) {
        const Items = []plan.Item();
        const is_text = plan.Item() == u8;
        const List = if (is_text)
            (if (hints.is_bytes) []u8 else []const u8)
        else
            (if (hints.is_bytes) raw_text.Of(Items) else null) orelse Items;
        if (Payload == void) return if (is_text) allocators.Owned(List) else List;
        if (!classes.isFlat(Payload) or signature.kindOf(Payload) == null or
            !signature.isPart(Payload)) return null;
        const Both = struct { Payload, List };
        return if (is_text) allocators.OwnedArena(Both) else Both;
    }
    if (plan.has(.filled)) {
        if (Payload == void) return plan.Map();
        const Map = if (@hasField(plan.Map(), "unmanaged"))
            @FieldType(plan.Map(), "unmanaged")
        else
            plan.Map();
        if (!classes.isFlat(Payload) or signature.kindOf(Payload) == null or
            !signature.isPart(Payload) or !signature.isPart(Map)) return null;
        return struct { Payload, Map };
    }
    const Raw = if (hints.is_bytes) raw_text.Of(Payload) else null;
    if (plan.copies) return allocators.OwnedArena(Raw orelse Payload);
    if (!plan.writes) {
        if (Raw) |R| return R;
        if (vectors.Arrays(Payload) != null) return Array(Payload) orelse Payload;
        if (sequences.ItemOf(Payload)) |Item| {
            if (sequences.isScattered(Payload) and !plan.collects) return Payload;
            if (signature.kindOf([]Item) == null) return Payload;
            return if (hints.is_bytes) raw_text.Of([]Item) orelse []Item else []Item;
        }
        if (SeenOf(Payload, isOfIterator(hints))) |Seen| return Seen;
        return ReleasedOf(Payload) orelse Payload;
    }
    const Text = if (hints.is_bytes) []u8 else []const u8;
    if (Payload == void) return allocators.Owned(Text);
    // What the payload points to, nobody would give back.
    if (!classes.isFlat(Payload) or signature.kindOf(Payload) == null or
        !signature.isPart(Payload)) return null;
    return allocators.OwnedArena(struct { Payload, Text });
}

/// What `std.json.Parsed(T)` and the like are: a value, and what gives back its memory.
fn ReleasedOf(comptime P: type) ?type {
    if (@typeInfo(P) != .@"struct" or classes.isClass(P) or @typeInfo(P).@"struct".is_tuple)
        return null;
    if (!@hasField(P, "arena") or !@hasField(P, "value") or !@hasDecl(P, "deinit") or
        @typeInfo(P).@"struct".field_names.len != 2) return null;
    const Value = @FieldType(P, "value");
    if (signature.kindOf(Value) == null or !signature.isPart(Value)) return null;
    return struct {
        data: Value,
        whole: P,

        pub const nano_ffi_owned = Value;

        pub fn deinit(released: @This()) void {
            released.whole.deinit();
        }
    };
}

/// What a pointer that is returned is to, where it is a value in Python, or what an entry of a map
/// has; null of anything else. What could be changed through the pointer is left alone, unless
/// `is_changeable`.
fn SeenOf(comptime P: type, comptime is_changeable: bool) ?type {
    switch (@typeInfo(P)) {
        .optional => |optional| {
            const Some = SeenOf(optional.child, is_changeable) orelse return null;
            return if (@typeInfo(Some) == .optional) null else ?Some;
        },
        .pointer => |pointer| {
            return if (pointer.attrs.@"const" or is_changeable) Pointed(P) else null;
        },
        .@"struct" => |info| {
            if (info.is_tuple or info.field_names.len != 2 or !signature.isLibrary(P)) return null;
            var types: [2]type = undefined;
            for (&types, info.field_types) |*T, Field|
                T.* = Pointed(Field) orelse if (isValue(Field)) Field else return null;
            for (.{ "key", "value" }, info.field_names) |part, name|
                if (!std.mem.startsWith(u8, name, part)) return null;
            return @Tuple(&types);
        },
        else => return null,
    }
}

/// Whether a function is one of an iterator of Zig's library: what it gives is looked at.
fn isOfIterator(comptime hints: Hints) bool {
    return hints.within != void and signature.isLibrary(hints.within) and
        @hasDecl(hints.within, "next");
}

fn Pointed(comptime P: type) ?type {
    if (@typeInfo(P) != .pointer) return null;
    const pointer = @typeInfo(P).pointer;
    if (pointer.size != .one or !signature.isPlain(pointer) or signature.kindOf(P) != null)
        return null;
    return if (isValue(pointer.child)) pointer.child else null;
}

fn isValue(comptime T: type) bool {
    return !classes.isClass(T) and signature.kindOf(T) != null and signature.isPart(T) and
        signature.isExact(T) and classes.isCopyable(T);
}

const max_parameters = 12;

/// A function with these parameters, which gives them to `run` as a tuple.
pub fn Function(comptime P: []const type, comptime R: type, comptime run: fn (@Tuple(P)) R) type {
    return switch (P.len) {
        0 => struct {
            pub fn call() R {
                return run(.{});
            }
        },
        1 => struct {
            pub fn call(a: P[0]) R {
                return run(.{a});
            }
        },
        2 => struct {
            pub fn call(a: P[0], b: P[1]) R {
                return run(.{ a, b });
            }
        },
        3 => struct {
            pub fn call(a: P[0], b: P[1], c: P[2]) R {
                return run(.{ a, b, c });
            }
        },
        4 => struct {
            pub fn call(a: P[0], b: P[1], c: P[2], d: P[3]) R {
                return run(.{ a, b, c, d });
            }
        },
        5 => struct {
            pub fn call(a: P[0], b: P[1], c: P[2], d: P[3], e: P[4]) R {
                return run(.{ a, b, c, d, e });
            }
        },
        6 => struct {
            pub fn call(a: P[0], b: P[1], c: P[2], d: P[3], e: P[4], f: P[5]) R {
                return run(.{ a, b, c, d, e, f });
            }
        },
        7 => struct {
            pub fn call(a: P[0], b: P[1], c: P[2], d: P[3], e: P[4], f: P[5], g: P[6]) R {
                return run(.{ a, b, c, d, e, f, g });
            }
        },
        8 => struct {
            pub fn call(a: P[0], b: P[1], c: P[2], d: P[3], e: P[4], f: P[5], g: P[6], h: P[7]) R {
                return run(.{ a, b, c, d, e, f, g, h });
            }
        },
        9 => struct {
            pub fn call(
                a: P[0],
                b: P[1],
                c: P[2],
                d: P[3],
                e: P[4],
                f: P[5],
                g: P[6],
                h: P[7],
                i: P[8],
            ) R {
                return run(.{ a, b, c, d, e, f, g, h, i });
            }
        },
        10 => struct {
            pub fn call(
                a: P[0],
                b: P[1],
                c: P[2],
                d: P[3],
                e: P[4],
                f: P[5],
                g: P[6],
                h: P[7],
                i: P[8],
                j: P[9],
            ) R {
                return run(.{ a, b, c, d, e, f, g, h, i, j });
            }
        },
        11 => struct {
            pub fn call(
                a: P[0],
                b: P[1],
                c: P[2],
                d: P[3],
                e: P[4],
                f: P[5],
                g: P[6],
                h: P[7],
                i: P[8],
                j: P[9],
                k: P[10],
            ) R {
                return run(.{ a, b, c, d, e, f, g, h, i, j, k });
            }
        },
        12 => struct {
            pub fn call(
                a: P[0],
                b: P[1],
                c: P[2],
                d: P[3],
                e: P[4],
                f: P[5],
                g: P[6],
                h: P[7],
                i: P[8],
                j: P[9],
                k: P[10],
                l: P[11],
            ) R {
                return run(.{ a, b, c, d, e, f, g, h, i, j, k, l });
            }
        },
        else => comptime unreachable, // max_parameters
    };
}

test Finder {
    const Value = struct { text: [8]u8, other: []const u8 };
    const value: Value = .{ .text = @splat('a'), .other = "b" };
    const start = @intFromPtr(&value);
    for ([_][]const u8{ value.other, value.text[2..4] }, 0..) |text, index| {
        var finder: Finder = .{ .start = start, .end = start + @sizeOf(Value) };
        try std.testing.expect(reach.pieces([]const u8, &text, &finder));
        try std.testing.expectEqual(index == 1, finder.is_inside);
        finder.found(.{ .address = start, .bytes = 1, .alignment = .@"1", .is_const = true });
        try std.testing.expect(finder.is_inside);
    }
}

test Adapted {
    const functions = struct {
        const Options = struct { times: u8 = 1, end: []const u8 = "." };
        fn write(writer: *std.Io.Writer, text: []const u8, options: Options) !void {
            for (0..options.times) |_| try writer.writeAll(text);
            try writer.writeAll(options.end);
        }
        fn count(writer: anytype, number: u8) !usize {
            try writer.print("{d}", .{number});
            return 1;
        }
        fn first(reader: *std.Io.Reader) error{ EndOfStream, ReadFailed }!u8 {
            return reader.takeByte();
        }
        fn twice(v: @Vector(2, f64)) @Vector(2, f64) {
            return v + v;
        }
        fn fill(out: *[2]u8, sum: *i64, of: *const [2]i64) void {
            out.* = @splat(7);
            sum.* = of[0] + of[1];
        }
        fn opened(file: []const u8, other: ?[]const u8) usize {
            return file.len + if (other) |some| some.len else 0;
        }
        fn optionless(x: u8, options: struct {}) u8 {
            _ = options;
            return x + 1;
        }
        fn plain(x: u8) u8 {
            return x;
        }
        fn listed(gpa: std.mem.Allocator) !std.ArrayList(u16) {
            var list: std.ArrayList(u16) = .empty;
            try list.append(gpa, 5);
            return list;
        }
        fn parsed(gpa: std.mem.Allocator, text: []const u8) !std.json.Parsed([]const u32) {
            return std.json.parseFromSlice([]const u32, gpa, text, .{});
        }
        const Keeper = struct { writer: *std.Io.Writer };
        fn kept(writer: *std.Io.Writer) Keeper {
            return .{ .writer = writer };
        }
    };
    const gpa = std.testing.allocator;
    const Write = Adapted(functions.write, &.{ "writer", "text", "options" }, .{});
    try std.testing.expectEqual(5, Write.params.len);
    try std.testing.expectEqual(2, Write.named.len);
    const written = try Write.function("ab", null, .{ .value = 2 }, .{}, gpa);
    defer written.deinit();
    try std.testing.expectEqualStrings("abab.", written.data);
    const Count = Adapted(functions.count, &.{ "writer", "number" }, .{ .writers = &.{0} });
    const counted = try Count.function(12, gpa);
    defer counted.deinit();
    try std.testing.expectEqual(1, counted.data[0]);
    try std.testing.expectEqualStrings("12", counted.data[1]);
    const First = Adapted(functions.first, &.{"reader"}, .{});
    try std.testing.expectEqual('x', try First.function(.{ .data = "xy" }));
    try std.testing.expectError(error.EndOfStream, First.function(.{ .data = "" }));
    const Twice = Adapted(functions.twice, &.{"v"}, .{});
    try std.testing.expectEqual([2]f64{ 2, 4 }, Twice.function(.{ 1, 2 }));
    const Optionless = Adapted(functions.optionless, &.{ "x", "options" }, .{});
    try std.testing.expectEqual(1, Optionless.params.len);
    try std.testing.expectEqual(8, Optionless.function(7));
    var bytes: [2]u8 = undefined;
    var sum: [1]i64 = undefined;
    const Fill = Adapted(functions.fill, &.{ "out", "sum", "of" }, .{});
    try Fill.function(&bytes, &sum, .{ 3, 4 });
    try std.testing.expectEqual(7, sum[0]);
    try std.testing.expectEqualStrings("\x07\x07", &bytes);
    try std.testing.expectError(error.ValueError, Fill.function(&bytes, &.{}, .{ 3, 4 }));
    const Opened = Adapted(functions.opened, &.{ "file", "other" }, .{
        .paths = &.{ "file", "other" },
    });
    try std.testing.expectEqual(4, Opened.function(.{ .data = "ab" }, .{ .data = "cd" }));
    try std.testing.expectEqual(2, Opened.function(.{ .data = "ab" }, null));
    var arena: std.heap.ArenaAllocator = .init(gpa);
    defer arena.deinit();
    const Listed = Adapted(functions.listed, &.{"gpa"}, .{});
    try std.testing.expectEqualSlices(u16, &.{5}, try Listed.function(arena.allocator()));
    const Parsed = Adapted(functions.parsed, &.{ "gpa", "text" }, .{});
    const parsed = try Parsed.function(gpa, "[1, 2]");
    defer parsed.deinit();
    try std.testing.expectEqualSlices(u32, &.{ 1, 2 }, parsed.data);
    try std.testing.expect(Adapted(functions.plain, &.{"x"}, .{}).function == functions.plain);
    try std.testing.expect(Adapted(functions.kept, &.{"writer"}, .{}).function == functions.kept);
}

test Function {
    const Sum = struct {
        fn run(given: @Tuple(&.{ i64, u8 })) i64 {
            return given[0] + given[1];
        }
    };
    try std.testing.expectEqual(5, Function(&.{ i64, u8 }, i64, Sum.run).call(2, 3));
}
