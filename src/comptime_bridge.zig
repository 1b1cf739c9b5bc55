//! Zig function → trampoline: code that converts arguments, calls, and converts the result, with
//! everything about the function's type decided while compiling.
//!
//! The bridge does not know what it converts from and to. That is a *boundary*: a namespace with
//!
//!     Context                   what a call carries along (for errors), passed through
//!     Value                     an argument as it comes
//!     Result                    what the trampoline returns, a failure among it
//!     Argument(T)               a type with `take(Context, Value, *const Site) !Argument(T)`,
//!                               `get(*Argument(T)) T`, and, where something was borrowed,
//!                               `release(*Argument(T)) void`; and, if it can,
//!                               `quick(Value) ?T`: what the common value is, without a call or
//!                               anything to give back; null of any other
//!     wrongCount(Context, comptime Signature, given: usize) Result
//!     fail() Result             what to return when `take` failed: the failure is on record
//!     raise(Context, anyerror, trace: []const usize, lenders: []const Lender) Result
//!                               `trace`: where the error came from, if that is known
//!     panicked(Context, comptime Signature, *const panics.Report) Result
//!     catches_panics            whether there is such a thing
//!     give(T, Context, value: T) Result
//!     giveNumpy(T, Context, comptime name, value: T) Result
//!     giveParts(T, comptime name, Result) Result
//!                               the same with arrays as numpy's, where `.result = .numpy` asks
//!     release() Token, acquire(Token)
//!                               around a function whose signature says `.gil = .released`
//!     runElsewhere(work, comptime body, comptime by) bool
//!                               calls `body(work)` where it can be cancelled, in another thread;
//!                               true where the user has interrupted it
//!     interrupt(Context, Result) Result
//!                               what the call comes to then
//!
//! A large `Argument(T)` has `takeInto(*Argument(T), Context, Value, *const Site) !void`, too: it
//! is then filled where it is, and not copied.
//!
//! A boundary may have `provide(T) T` for parameters that are not the caller's (std.mem.Allocator,
//! std.Io), and `Frame(Function, Arguments, spec)`: what is needed around the call where objects of
//! the program are among its arguments or its result, void where it is nothing. It has
//! `begin(*Frame) void` before all else, which sets what of it is to be set,
//! `enter(*Frame, Context, *Arguments, *const [n]?Value) !void` after all are taken,
//! `settle(*Frame) !void` after the call, `spoil(*Frame)` after one that panicked, `give(*Frame, T,
//! Context, T) Result`, `lent(*Frame) []const Lender` of what an error's exception may point into,
//! `finish(*Frame, Result) Result` when that is done, `leave(*Frame)`, and
//! `kept`, an array that says which arguments the result now owns. Where `Frame.is_plain`, all but
//! `enter` and `leave` would do nothing.
//!
//! And `Returned(Function, spec)`: what gives back the memory of a result when that is copied, void
//! where there is nothing. It has `begin() Returned` before the call, `collect(*Returned, *const R,
//! *const values) void` when that has returned a value, `finish(*Returned, name, Result)` when it
//! is converted, which says `.result` or that it has `.panicked`, `collectLeft(*Returned) void` and
//! `finishFailed(*Returned) void` before and after an error is raised, and `end(*Returned) void` in
//! any case.
//!
//! And `Scope`, with `enter(*Scope, Context)` before and `leave(*Scope)` after a call of a function
//! for which `needsScope(Function)` is true.
//!
//! CPython's is in python_ext.zig; the tests here have one of plain Zig values.

const std = @import("std");
const decimal = @import("digits.zig").decimal;
const elementwise = @import("elementwise.zig");
const literals = @import("literals.zig");
const messages = @import("messages.zig");
const panics = @import("panics.zig");
const registries = @import("registry.zig");
const signature = @import("signature.zig");

pub const Payload = signature.Payload;
pub const Signature = signature.Signature;

/// The place of a value in a call, for messages. A value inside another one has that one's site
/// in `within`, and is a field of it, or its item of number `index` where the name is empty.
pub const Site = struct {
    function: [*:0]const u8,
    name: [*:0]const u8,
    typ: [*:0]const u8,
    within: ?*const Site = null,
    index: usize = 0,
    /// The key and value of a dict, as the boundary has them, where it is such a pair.
    pair: ?*anyopaque = null,
    /// How many values are around this one.
    depth: u16 = 0,
    role: Role = .parameter,

    pub const Role = enum {
        parameter,
        /// What the parameter, which is a callback, returned.
        result,
        /// What an attribute of this name is set to; the function is its class.
        attribute,
    };
};

pub fn Bridge(comptime Boundary: type) type {
    return struct {
        /// The trampoline of `function`: a type with `call`, its signature `sig`, and `asPtr`.
        /// For `spec` see `signature.of`; `.name` in it is the function's name.
        pub fn makeTrampoline(comptime function: anytype, comptime spec: anytype) type {
            return Trampoline(Boundary, function, spec);
        }

        /// Registers all public functions of `namespace` by their names, in `registry`: a pointer
        /// to a `Registry` with the boundary's kind of pointers. Parameters are called arg0, arg1 …
        pub fn registerAll(
            registry: anytype,
            comptime namespace: type,
        ) error{ DuplicateName, OutOfMemory }!void {
            inline for (@typeInfo(namespace).@"struct".decl_names) |name| {
                if (@typeInfo(@TypeOf(@field(namespace, name))) != .@"fn") continue;
                const function = makeTrampoline(@field(namespace, name), .{ .name = name });
                try registry.register(name, function.asPtr(), function.sig);
            }
        }
    };
}

fn Trampoline(comptime Boundary: type, comptime function: anytype, comptime spec: anytype) type {
    const Function = @TypeOf(function);
    if (@typeInfo(Function) != .@"fn") @compileError(
        "nano_ffi: makeTrampoline takes a function, not " ++ @typeName(Function),
    );
    return struct {
        const Self = @This();

        pub const sig: Signature = signature.of(
            if (@hasField(@TypeOf(spec), "name")) spec.name else nameOf(function),
            function,
            spec,
        );
        const params = @typeInfo(Function).@"fn".param_types;
        /// The parameters that an argument is given for.
        const passed = signature.passedOf(params);

        /// Converts `args`, calls the function, converts what it returns.
        pub fn call(context: Boundary.Context, args: []const Boundary.Value) Boundary.Result {
            if (args.len != passed.len) return Boundary.wrongCount(context, sig, args.len);
            return callExact(context, args.ptr);
        }

        /// The trampoline as the boundary's own kind of pointer to code.
        pub fn asPtr() @TypeOf(Boundary.entry(@This())) {
            return Boundary.entry(@This());
        }

        /// The same where it is known that `args` holds one value per parameter.
        pub inline fn callExact(
            context: Boundary.Context,
            args: [*]const Boundary.Value,
        ) Boundary.Result {
            if (!all_quick) return callSlowly(context, args);
            var values: std.meta.ArgsTuple(Function) = provided();
            inline for (passed, 0..) |parameter, index| {
                values[parameter] = @FieldType(
                    Arguments,
                    decimal(index),
                ).quick(args[index]) orelse
                    return callSlowly(context, args);
            }
            return finish(context, values, {});
        }

        /// The same where there is one parameter, and its argument comes alone.
        pub inline fn callOne(context: Boundary.Context, arg: Boundary.Value) Boundary.Result {
            if (all_quick and params.len == 1) {
                if (Boundary.Argument(params[0].?).quick(arg)) |value| return finish(
                    context,
                    .{value},
                    {},
                );
            }
            return callOneSlowly(context, arg);
        }

        noinline fn callOneSlowly(context: Boundary.Context, arg: Boundary.Value) Boundary.Result {
            return callSlowly(context, &.{arg});
        }

        /// Out of line, so that what it needs of registers and stack is no cost of a quick call.
        noinline fn callSlowly(
            context: Boundary.Context,
            args: [*]const Boundary.Value,
        ) Boundary.Result {
            return callTaking(Boundary.Value, context, args);
        }

        /// The same where what is null was left out, and is its default. What has none is not null.
        pub noinline fn callPartly(
            context: Boundary.Context,
            args: [*]const ?Boundary.Value,
        ) Boundary.Result {
            return callTaking(?Boundary.Value, context, args);
        }

        inline fn callTaking(
            comptime Given: type,
            context: Boundary.Context,
            args: [*]const Given,
        ) Boundary.Result {
            const result = callHolding(Given, context, args);
            if (comptime !isForNumpy(spec) or !gives_parts) return result;
            // When nothing is held any more: then numpy may have the memory of an object.
            return Boundary.giveParts(R, sig.name, result);
        }

        /// Whether the result has parts of objects that are arrays.
        const gives_parts = Frame != void and !Frame.is_plain and Frame.is_parted;

        inline fn callHolding(
            comptime Given: type,
            context: Boundary.Context,
            args: [*]const Given,
        ) Boundary.Result {
            var arguments: Arguments = undefined;
            var values: std.meta.ArgsTuple(Function) = provided();
            var frame: Frame = undefined;
            if (Frame != void) frame.begin();
            var taken: usize = 0;
            // Also after the result is converted: it may point into an argument.
            defer inline for (0..passed.len) |index| {
                if (@hasDecl(@TypeOf(arguments[index]), "release") and index < taken and isGiven(
                    Given,
                    args,
                    index,
                )) {
                    if (Frame == void or !frame.kept[index]) arguments[index].release();
                }
            };
            inline for (0..passed.len) |index| if (isGiven(Given, args, index)) {
                const site = comptime siteOf(index);
                const Argument = @TypeOf(arguments[index]);
                const arg = if (Given == Boundary.Value) args[index] else args[index].?;
                if (@hasDecl(Argument, "takeInto")) {
                    arguments[index].takeInto(context, arg, site) catch return refuse(index);
                } else {
                    arguments[index] = Argument.take(context, arg, site) catch
                        return refuse(index);
                }
                taken = index + 1;
            };
            if (Frame != void) {
                var objects: [passed.len]?Boundary.Value = undefined;
                for (&objects, args) |*object, arg| object.* = arg;
                frame.enter(context, &sig, &arguments, &objects) catch return Boundary.fail();
            }
            defer if (Frame != void) frame.leave();
            inline for (passed, 0..) |parameter, index| {
                if (isGiven(Given, args, index)) {
                    values[parameter] = arguments[index].get();
                } else values[parameter] = comptime defaultOf(index);
            }
            return finish(context, values, if (Frame == void or Frame.is_plain) {} else &frame);
        }

        /// What the call comes to where an argument is not taken.
        inline fn refuse(comptime index: usize) Boundary.Result {
            return if (index > 0 and is_operator) Boundary.refuseOperand() else Boundary.fail();
        }

        /// Room for all values, with those in place that are not the caller's.
        inline fn provided() std.meta.ArgsTuple(Function) {
            var values: std.meta.ArgsTuple(Function) = undefined;
            inline for (params, 0..) |Param, index| {
                if (comptime std.mem.indexOfScalar(usize, passed, index) == null)
                    values[index] = Boundary.provide(Param.?);
            }
            return values;
        }

        const Frame =
            if (@hasDecl(Boundary, "Frame")) Boundary.Frame(Function, Arguments, spec) else void;

        /// What the function returns where it does not fail.
        pub const R = signature.Payload(Return);
        pub const is_released = isReleased(spec);
        /// Whether it says that arguments outlive the call, or end with it.
        pub const has_claims = @hasField(@TypeOf(spec), "keeps") and
            spec.keeps.len + spec.frees.len > 0;
        pub const cannot_fail = @typeInfo(Return) != .error_union;
        /// Whether an operand that is not taken is the other one's business.
        pub const is_operator = @hasField(@TypeOf(spec), "is_operator") and spec.is_operator;

        /// The type of the parameter of an argument.
        pub fn TypeOf(comptime index: usize) type {
            return params[passed[index]].?;
        }

        /// Whether every argument from `first` on is a number or the like, with a quick way in.
        pub fn allQuickBehind(comptime first: usize) bool {
            for (passed[first..]) |index| {
                switch (signature.kindOf(params[index].?) orelse return false) {
                    .bool, .int, .float, .class, .reference => {},
                    else => return false,
                }
                const Argument = Boundary.Argument(params[index].?);
                if (!@hasDecl(Argument, "quick") or @TypeOf(Argument.quick) == void) return false;
            }
            return true;
        }

        pub const Quick = struct { value: Boundary.Result };

        /// The same with the first argument as Zig has it, and nothing around the call; null where
        /// one of the others, which `allQuickBehind` are, has no quick way in.
        pub inline fn callGiven(
            context: Boundary.Context,
            first: TypeOf(0),
            args: [*]const Boundary.Value,
        ) ?Quick {
            const values = valuesOf(first, args) orelse return null;
            return .{ .value = finish(context, values, {}) };
        }

        pub const Outcome = union(enum) {
            returned: Return,
            panicked: if (Boundary.catches_panics) *const panics.Report else noreturn,
        };

        /// The same, but for the conversion of what the function returns.
        pub inline fn runGiven(first: TypeOf(0), args: [*]const Boundary.Value) ?Outcome {
            return run(valuesOf(first, args) orelse return null);
        }

        /// What the call comes to where that panicked.
        pub fn panicked(context: Boundary.Context, report: *const panics.Report) Boundary.Result {
            return Boundary.panicked(context, sig, report);
        }

        inline fn valuesOf(
            first: TypeOf(0),
            args: [*]const Boundary.Value,
        ) ?std.meta.ArgsTuple(Function) {
            var values: std.meta.ArgsTuple(Function) = provided();
            values[passed[0]] = first;
            inline for (passed[1..], 0..) |parameter, index| {
                values[parameter] = Boundary.Argument(params[parameter].?).quick(args[index]) orelse
                    return null;
            }
            return values;
        }

        /// The setter of a property has its object, and what the attribute is set to.
        fn siteOf(comptime index: usize) *const Site {
            const arg = sig.args[index];
            const sets = if (@hasField(@TypeOf(spec), "sets")) spec.sets else null;
            const attribute = sets orelse
                return &.{ .function = sig.name, .name = arg.name, .typ = arg.typ };
            return &.{
                .function = attribute.class,
                .name = attribute.name,
                .typ = arg.typ,
                .role = .attribute,
            };
        }

        inline fn isGiven(comptime Given: type, args: [*]const Given, comptime index: usize) bool {
            if (Given == Boundary.Value or sig.args[index].default == null) return true;
            return args[index] != null;
        }

        fn defaultOf(comptime index: usize) params[passed[index]].? {
            const Param = params[passed[index]].?;
            if (@hasField(@TypeOf(spec), "defaults")) {
                if (@hasField(@TypeOf(spec.defaults), sig.args[index].name))
                    return literals.valueOf(Param, @field(spec.defaults, sig.args[index].name)).?;
            }
            if (signature.kindOf(Param) == .given) return .{};
            return if (@typeInfo(Param) == .optional) null else unreachable;
        }

        inline fn finish(
            context: Boundary.Context,
            values: std.meta.ArgsTuple(Function),
            frame: anytype,
        ) Boundary.Result {
            if (is_short and @TypeOf(frame) == void) {
                var work: Work = .{ .values = values, .result = undefined };
                return finishShortly(context, &work);
            }
            if (comptime !isInterruptible(spec)) return finishRun(context, values, frame, {});
            var is_interrupted = false;
            const result = finishRun(context, values, frame, &is_interrupted);
            return if (is_interrupted) Boundary.interrupt(context, result) else result;
        }

        /// Whether nothing is around the function but what catches its panics. A call costs some
        /// instructions more where that is one code for both ways to it, and half of the compiler's
        /// time less.
        pub const is_short = Boundary.catches_panics and !isInterruptible(spec) and !has_scope and
            Returned == void and !isCancelable(Function, spec) and !isReleased(spec) and
            !isVectorized(spec) and !isForNumpy(spec);

        /// What the boundary says of the parameters, for who takes the arguments himself.
        pub const sites: [passed.len]*const Site = all: {
            var all: [passed.len]*const Site = undefined;
            for (&all, 0..) |*site, index| site.* = siteOf(index);
            break :all all;
        };

        /// Whether there is a frame for plain data around the call, or none.
        pub const is_plain = Frame == void or Frame.is_plain;

        /// The types of all parameters but the first, if each is a number or a bool that is given
        /// by the caller.
        pub fn ScalarsBehindFirst() ?type {
            if (passed.len != params.len or params.len == 0) return null;
            var types: [params.len - 1]type = undefined;
            for (&types, params[1..]) |*T, Param| {
                switch (signature.kindOf(Param.?) orelse return null) {
                    .bool, .int, .float => {},
                    else => return null,
                }
                const Argument = Boundary.Argument(Param.?);
                if (!@hasDecl(Argument, "quick") or @TypeOf(Argument.quick) == void or
                    @hasDecl(Argument, "release")) return null;
                T.* = Param.?;
            }
            return @Tuple(&types);
        }

        /// What is called, for who calls it himself.
        pub const called = function;
        pub const raise = Boundary.raise;
        pub const panickedIn = if (Boundary.catches_panics) Boundary.panickedIn else {};

        noinline fn finishShortly(context: Boundary.Context, work: *Work) Boundary.Result {
            if (@typeInfo(Return) == .error_union) messages.clear();
            if (panics.protect(work, Work.run)) |report|
                return Boundary.panicked(context, sig, report);
            const value =
                if (@typeInfo(Return) != .error_union) work.result else work.result catch |err|
                    return Boundary.raise(context, err, panics.errorTrace(), &.{});
            return Boundary.give(R, context, value);
        }

        inline fn finishRun(
            context: Boundary.Context,
            values: std.meta.ArgsTuple(Function),
            frame: anytype,
            is_interrupted: if (isInterruptible(spec)) *bool else void,
        ) Boundary.Result {
            if (@typeInfo(Return) == .error_union) messages.clear();
            var scope: if (has_scope) Boundary.Scope else void = undefined;
            if (has_scope) scope.enter(context);
            defer if (has_scope) scope.leave();
            var returned: Returned = if (Returned == void) {} else .begin();
            defer if (Returned != void) returned.end();
            const outcome = if (comptime isCancelable(Function, spec))
                runElsewhere(values, is_interrupted)
            else if (comptime isReleased(spec))
                runReleased(values)
            else if (comptime isVectorized(spec))
                (if (elementwise.isLong(values)) runReleased(values) else run(values))
            else
                run(values);
            const result = switch (outcome) {
                .returned => |result| result,
                .panicked => |report| {
                    if (@TypeOf(frame) != void) frame.spoil();
                    return Boundary.panicked(context, sig, report);
                },
            };
            if (@TypeOf(frame) != void) frame.settle() catch return Boundary.fail();
            const value =
                if (@typeInfo(@TypeOf(result)) != .error_union) result else result catch |err| {
                    if (Returned != void) returned.collectLeft();
                    const failed = Boundary.raise(
                        context,
                        err,
                        if (Boundary.catches_panics) panics.errorTrace() else &.{},
                        if (@TypeOf(frame) == void) &.{} else frame.lent(),
                    );
                    if (Returned != void) returned.finishFailed();
                    return if (@TypeOf(frame) == void) failed else frame.finish(failed);
                };
            if (Returned != void) returned.collect(&value, &values);
            const given = if (comptime isForNumpy(spec) and !gives_parts)
                Boundary.giveNumpy(R, context, sig.name, value)
            else if (@TypeOf(frame) == void)
                Boundary.give(R, context, value)
            else
                frame.give(R, context, value, if (Returned == void) {} else &returned);
            const settled = if (Returned == void) given else switch (returned.finish(
                sig.name,
                given,
            )) {
                .result => |finished| finished,
                .panicked => |report| Boundary.panicked(context, sig, report),
            };
            return if (@TypeOf(frame) == void) settled else frame.finish(settled);
        }

        const has_scope = @hasDecl(Boundary, "Scope") and !isReleased(spec) and
            Boundary.needsScope(Function);

        const Returned =
            if (@hasDecl(Boundary, "Returned")) Boundary.Returned(Function, spec) else void;

        pub const Return = @typeInfo(Function).@"fn".return_type.?;

        inline fn runReleased(values: std.meta.ArgsTuple(Function)) Outcome {
            // What was taken stays: the caller has the arguments, and buffers are locked.
            const token = Boundary.release();
            defer Boundary.acquire(token);
            return run(values);
        }

        fn runElsewhere(
            values: std.meta.ArgsTuple(Function),
            is_interrupted: if (isInterruptible(spec)) *bool else void,
        ) Outcome {
            const token = Boundary.release();
            defer Boundary.acquire(token);
            var there: There = .{ .values = values, .outcome = undefined };
            if (comptime isInterruptible(spec)) {
                is_interrupted.* = Boundary.runElsewhere(&there, There.run, .ctrl_c);
            } else _ = Boundary.runElsewhere(&there, There.run, .its_caller);
            return switch (there.outcome) {
                .returned => there.outcome,
                .panicked => .{ .panicked = panics.lastReport() }, // which was carried here
            };
        }

        const There = struct {
            values: std.meta.ArgsTuple(Function),
            outcome: Outcome,

            fn run(there: *@This()) void {
                there.outcome = Self.run(there.values);
            }
        };

        inline fn run(values: std.meta.ArgsTuple(Function)) Outcome {
            if (!Boundary.catches_panics) return .{ .returned = @call(.auto, function, values) };
            var work: Work = .{ .values = values, .result = undefined };
            if (panics.protect(&work, Work.run)) |report| return .{ .panicked = report };
            return .{ .returned = work.result };
        }

        const Work = struct {
            values: std.meta.ArgsTuple(Function),
            result: Return,

            fn run(work: *@This()) void {
                // Not inline, so that it has a frame of its own, with its name.
                work.result = @call(signature.modifierOf(Function), function, work.values);
                if (@typeInfo(@TypeOf(work.result)) == .error_union) {
                    _ = work.result catch return panics.noteError(@errorReturnTrace());
                }
            }
        };

        /// Whether every argument has a quick way in.
        const all_quick = Frame == void and for (passed) |index| {
            if (!@hasDecl(Boundary.Argument(params[index].?), "quick")) break false;
        } else true;

        const Arguments = arguments: {
            var types: [passed.len]type = undefined;
            for (&types, passed) |*Argument, index| Argument.* = Boundary.Argument(params[index].?);
            break :arguments @Tuple(&types);
        };
    };
}

/// The name of a function in Zig, which only the names of types show that are made of it.
fn nameOf(comptime function: anytype) [:0]const u8 {
    const name = @typeName(Named(function));
    const start = (std.mem.find(u8, name, "'") orelse return "function") + 1;
    const end = std.mem.findLast(u8, name, "'").?;
    return name[start..end] ++ "";
}

fn Named(comptime function: anytype) type {
    return struct {
        pub const named = function;
    };
}

pub fn isReleased(comptime spec: anytype) bool {
    if (!@hasField(@TypeOf(spec), "gil")) return false;
    return @as(signature.Gil, spec.gil) == .released;
}

/// Whether it is a coroutine function in Python.
pub fn isAsync(comptime spec: anytype) bool {
    return @hasField(@TypeOf(spec), "async") and spec.async;
}

/// Whether Ctrl-C cancels what it waits for.
pub fn isInterruptible(comptime spec: anytype) bool {
    return @hasField(@TypeOf(spec), "interruptible") and spec.interruptible;
}

/// Whether it runs where its `std.Io` can be cancelled. What is async, and has none, asks by
/// `checkSignals`, which needs no such thread.
fn isCancelable(comptime Function: type, comptime spec: anytype) bool {
    return comptime isInterruptible(spec) or isAsync(spec) and
        std.mem.indexOfScalar(?type, @typeInfo(Function).@"fn".param_types, std.Io) != null;
}

/// Whether it is called for the items of arrays, which may be many.
fn isVectorized(comptime spec: anytype) bool {
    return @hasField(@TypeOf(spec), "vectorize") and spec.vectorize;
}

/// Whether arrays that a function makes are to be numpy's.
fn isForNumpy(comptime spec: anytype) bool {
    if (!@hasField(@TypeOf(spec), "result")) return false;
    return std.mem.eql(u8, @tagName(spec.result), "numpy");
}

/// A boundary of plain Zig values, which counts what is borrowed.
const Plain = struct {
    const Context = *Log;
    const Lender = void;
    const Log = struct { borrowed: usize = 0, wrong: []const u8 = "" };
    const Value = union(enum) { int: i64, text: []const u8 };
    const Result =
        union(enum) { int: i64, truth: bool, nothing, failed, raised: anyerror, count: usize };

    fn Argument(comptime T: type) type {
        if (T == i64) return struct {
            int: i64,
            fn take(log: Context, value: Value, site: *const Site) error{Wrong}!@This() {
                if (value == .int) return .{ .int = value.int };
                log.wrong = std.mem.span(site.name);
                return error.Wrong;
            }
            fn get(argument: *@This()) i64 {
                return argument.int;
            }
            pub fn quick(value: Value) ?i64 {
                return if (value == .int) value.int else null;
            }
        };
        return struct {
            text: []const u8,
            log: *Log,
            fn take(log: Context, value: Value, site: *const Site) error{Wrong}!@This() {
                if (value != .text) {
                    log.wrong = std.mem.span(site.name);
                    return error.Wrong;
                }
                log.borrowed += 1;
                return .{ .text = value.text, .log = log };
            }
            fn get(argument: *@This()) []const u8 {
                return argument.text;
            }
            pub fn release(argument: *@This()) void {
                argument.log.borrowed -= 1;
            }
        };
    }
    fn wrongCount(_: Context, comptime _: Signature, given: usize) Result {
        return .{ .count = given };
    }
    fn fail() Result {
        return .failed;
    }
    fn raise(_: Context, err: anyerror, _: []const usize, _: []const Lender) Result {
        return .{ .raised = err };
    }
    const catches_panics = panics.can_escape;
    fn panicked(log: Context, comptime _: Signature, report: *const panics.Report) Result {
        log.wrong = report.message();
        return .failed;
    }
    fn give(comptime T: type, _: Context, value: T) Result {
        return switch (T) {
            i64 => .{ .int = value },
            bool => .{ .truth = value },
            void => .nothing,
            else => comptime unreachable,
        };
    }
    fn entry(comptime T: type) *const fn (Context, []const Value) Result {
        return &T.call;
    }
    var released: usize = 0;
    fn release() usize {
        released += 1;
        return released;
    }
    fn acquire(token: usize) void {
        std.debug.assert(token == released);
        released = 0;
    }
    var interrupts = false;
    fn runElsewhere(work: anytype, comptime body: fn (@TypeOf(work)) void, comptime by: Who) bool {
        std.debug.assert(released > 0 and by == .ctrl_c);
        body(work);
        return interrupts;
    }
    const Who = enum { its_caller, ctrl_c };
    fn interrupt(log: Context, _: Result) Result {
        log.wrong = "interrupted";
        return .failed;
    }
};

test Bridge {
    const functions = struct {
        fn repeats(text: []const u8, times: i64, other: []const u8) error{Negative}!i64 {
            if (times < 0) return error.Negative;
            return @as(i64, @intCast(text.len)) * times + @as(i64, @intCast(other.len));
        }
        fn half(value: i64) error{Odd}!i64 {
            return if (@rem(value, 2) == 0) @divExact(value, 2) else error.Odd;
        }
        fn nothing() void {}
        fn panics_() void {
            panics.panicking("the text", null, never);
        }
        fn never(_: [*:0]const u8) noreturn {
            unreachable;
        }
        fn panicsFor(_: i64) void {
            panics_();
        }
    };
    const Panicking = Bridge(Plain).makeTrampoline(functions.panicsFor, .{});
    const repeats = Bridge(Plain).makeTrampoline(functions.repeats, .{
        .name = "repeats",
        .params = .{ "text", "times", "other" },
    });
    const pointer = repeats.asPtr();
    var log: Plain.Log = .{};
    const text: Plain.Value = .{ .text = "abc" };

    try std.testing.expectEqual(
        Plain.Result{ .int = 9 },
        pointer(&log, &.{ text, .{ .int = 2 }, text }),
    );
    try std.testing.expectEqual(
        Plain.Result{ .raised = error.Negative },
        pointer(&log, &.{ text, .{ .int = -1 }, text }),
    );
    try std.testing.expectEqual(Plain.Result{ .count = 1 }, pointer(&log, &.{text}));
    try std.testing.expectEqual(
        Plain.Result.failed,
        pointer(&log, &.{ text, .{ .int = 1 }, .{ .int = 1 } }),
    );
    try std.testing.expectEqualStrings("other", log.wrong);
    // Every way out of the call gave back what was taken.
    try std.testing.expectEqual(0, log.borrowed);
    var taken = try Plain.Argument([]const u8).take(&log, text, undefined);
    try std.testing.expectEqual(1, log.borrowed);
    taken.release();
    try std.testing.expectEqual(
        Plain.Result{ .int = 6 },
        repeats.callExact(&log, &.{ text, .{ .int = 1 }, text }),
    );
    // All quick, and what is not after all.
    const half = Bridge(Plain).makeTrampoline(functions.half, .{}).asPtr();
    try std.testing.expectEqual(Plain.Result{ .int = 4 }, half(&log, &.{.{ .int = 8 }}));
    try std.testing.expectEqual(Plain.Result{ .raised = error.Odd }, half(&log, &.{.{ .int = 7 }}));
    try std.testing.expectEqual(Plain.Result.failed, half(&log, &.{text}));
    const Half = Bridge(Plain).makeTrampoline(functions.half, .{});
    try std.testing.expectEqual(Plain.Result{ .int = 4 }, Half.callOne(&log, .{ .int = 8 }));
    try std.testing.expectEqual(Plain.Result.failed, Half.callOne(&log, text));
    // What is left out is its default, and what was taken is given back.
    const lenient = Bridge(Plain).makeTrampoline(functions.repeats, .{
        .params = .{ "text", "times", "other" },
        .defaults = .{ .times = 2, .other = "four" },
    });
    try std.testing.expectEqual(
        Plain.Result{ .int = 10 },
        lenient.callPartly(&log, &.{ text, null, null }),
    );
    try std.testing.expectEqual(
        Plain.Result{ .int = 9 },
        lenient.callPartly(&log, &.{ text, null, text }),
    );
    try std.testing.expectEqual(
        Plain.Result.failed,
        lenient.callPartly(&log, &.{ text, null, .{ .int = 1 } }),
    );
    try std.testing.expectEqual(0, log.borrowed);
    try std.testing.expectEqualStrings(
        "half",
        Bridge(Plain).makeTrampoline(functions.half, .{}).sig.name,
    );
    var all: registries.Registry(@TypeOf(pointer)) = .init(std.testing.allocator);
    defer all.deinit();
    try Bridge(Plain).registerAll(&all, struct {
        pub const nothing = functions.nothing;
        pub const halve = functions.half;
        pub const no_function = 3;
    });
    try std.testing.expectEqual(2, all.list().len);
    const found = all.find("halve").?;
    try std.testing.expectEqual(Plain.Result{ .int = 3 }, found.pointer(&log, &.{.{ .int = 6 }}));
    try std.testing.expectError(
        error.DuplicateName,
        all.register("halve", found.pointer, found.sig),
    );
    const nothing = Bridge(Plain).makeTrampoline(functions.nothing, .{ .gil = .released });
    try std.testing.expectEqual(Plain.Result.nothing, nothing.call(&log, &.{}));
    try std.testing.expectEqual(0, Plain.released);

    const long = Bridge(Plain).makeTrampoline(functions.half, .{
        .gil = .released,
        .interruptible = true,
    });
    try std.testing.expectEqual(Plain.Result{ .int = 4 }, long.call(&log, &.{.{ .int = 8 }}));
    Plain.interrupts = true;
    try std.testing.expectEqual(Plain.Result.failed, long.call(&log, &.{.{ .int = 8 }}));
    try std.testing.expectEqualStrings("interrupted", log.wrong);

    // With the first argument as Zig has it.
    try std.testing.expect(Half.TypeOf(0) == i64 and (comptime Half.allQuickBehind(0)));
    try std.testing.expect(!comptime repeats.allQuickBehind(0));
    const Rest = comptime Half.ScalarsBehindFirst().?;
    try std.testing.expectEqual(0, @typeInfo(Rest).@"struct".field_types.len);
    try std.testing.expectEqual(null, comptime repeats.ScalarsBehindFirst());
    try std.testing.expectEqual(Plain.Result{ .int = 4 }, Half.callGiven(&log, 8, &.{}).?.value);
    try std.testing.expectEqual(4, try Half.runGiven(8, &.{}).?.returned);
    try std.testing.expect(isReleased(.{ .gil = .released }) and !isReleased(.{}));
    try std.testing.expect(isAsync(.{ .async = true }) and !isAsync(.{ .async = false }));
    try std.testing.expect(isInterruptible(.{ .interruptible = true }) and !isInterruptible(.{}));

    if (!Plain.catches_panics) return;
    const panicking = Bridge(Plain).makeTrampoline(functions.panics_, .{ .gil = .released });
    try std.testing.expectEqual(Plain.Result.failed, panicking.call(&log, &.{}));
    try std.testing.expectEqualStrings("the text", log.wrong);
    try std.testing.expectEqual(0, Plain.released);
    const report = Panicking.runGiven(1, &.{}).?.panicked;
    try std.testing.expectEqual(Plain.Result.failed, Panicking.panicked(&log, report));
}
