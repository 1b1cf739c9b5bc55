//! What a function allocates for a result that is copied, and who gives it back.
//!
//! With Zig's allocator as a parameter, or in an argument (`self.gpa`) where the function may fail
//! for want of memory, the memory of what a function returns is the caller's: it is given back
//! after the conversion, also where that fails. That is every block which the result points to,
//! which the call itself has allocated, and which is still there; but not
//!
//!   - what an argument points to as well, after the call: the function has kept it;
//!   - what the result may only read (`[]const u8`), where somebody else may have it whom nobody
//!     can ask: a variable of the file, or something behind the pointers of an argument. Then it
//!     stays, and a ResourceWarning says so.
//!
//! `.result = .owned` says that all of it is to be given back, `.result = .borrowed` that nothing
//! is. What a call has that fails is given back where it cannot have been kept: no variable, no
//! argument that it could be stored in, and no Python code in between. What else a call has
//! allocated, and what one has that panics, is its own business.

const std = @import("std");
const builtin = @import("builtin");
const capi = @import("capi.zig");
const classes = @import("../classes.zig");
const exports = @import("../exports.zig");
const memory = @import("memory.zig");
const panics = @import("../panics.zig");
const reach = @import("../reach.zig");
const signature = @import("../signature.zig");
const trees = @import("../trees.zig");
const c = capi.functions;
const PyObject = capi.PyObject;

/// What is needed around a call of `Function`; void where it is nothing. `begin` before it,
/// `collect` when it has returned a value, `finish` when that is converted, and in any case `end`.
pub fn Returned(comptime Function: type, comptime spec: anytype) type {
    const info = @typeInfo(Function).@"fn";
    const R = signature.Payload(info.return_type.?);
    const ownership = ownershipOf(spec);
    if (!isTracked(Function, ownership)) return void;
    return struct {
        const Self = @This();
        const Values = std.meta.ArgsTuple(Function);

        tracker: Tracker,

        pub fn begin() Self {
            return .{ .tracker = .{ .recorder = .begin() } };
        }

        pub fn end(returned: *Self) void {
            returned.tracker.deinit();
        }

        /// Before the conversion, which may give back a part of it.
        pub noinline fn collect(returned: *Self, value: *const R, values: *const Values) void {
            const tracker = &returned.tracker;
            var finder: Finder = .{ .tracker = tracker };
            _ = reach.pieces(R, value, &finder);
            if (ownership == .owned or tracker.blocks.items.len == 0) return;
            tracker.sort();
            inline for (info.param_types, values) |Param, argument|
                reach.walk(Param.?, argument, &tracker.visitor);
            // What lies too deep to be looked at may be anything.
            if (!tracker.visitor.complete) tracker.leaveAll(.hidden);
            if (comptime mayRemember(spec)) tracker.leaveConst(.variable);
            if (comptime mayHide(info.param_types)) tracker.leaveConst(.hidden);
        }

        /// Instead, where it has returned an error: before that is raised, which may allocate.
        pub inline fn collectLeft(returned: *Self) void {
            if (comptime !mayKeep(spec, info.param_types)) returned.tracker.foundAll();
        }

        /// When the error is raised: its text may be in what is given back.
        pub inline fn finishFailed(returned: *Self) void {
            if (comptime !mayKeep(spec, info.param_types)) returned.tracker.release();
        }

        /// Whether what is at an address, which the result points to, is the caller's.
        pub fn frees(returned: *const Self, address: usize) bool {
            return returned.tracker.frees(address);
        }

        /// Whether a value with a deinit has what the call has allocated, or nothing that anybody
        /// else could have: the deinit of the matches of a text may be meant for copies only.
        pub fn owns(returned: *const Self, comptime T: type, owner: *const T) bool {
            if (comptime !mayBeAnothers(T)) return true;
            const recorder = returned.tracker.recorder orelse return false;
            var search: Search = .{ .blocks = &recorder.live };
            trees.walkWords(&search.visitor, std.mem.asBytes(owner));
            return search.found;
        }

        const Finder = struct {
            tracker: *Tracker,

            pub fn found(finder: *Finder, piece: reach.Piece) void {
                finder.tracker.found(piece, ownership == .owned);
            }
        };

        /// Gives back what is to be; `result` is the converted value, or null with the error set:
        /// so is what it returns, where a warning is an error, too.
        pub noinline fn finish(
            returned: *Self,
            comptime function: [:0]const u8,
            result: ?*PyObject,
        ) Finished {
            if (ownership == .owned and panics.are_caught) {
                if (panics.protect(&returned.tracker, Tracker.release)) |report| {
                    c.Py_DecRef(result);
                    return .{ .panicked = report };
                }
            } else returned.tracker.release();
            const left = returned.tracker.left orelse return .{ .result = result };
            if (result == null or has_warned.swap(true, .monotonic)) return .{ .result = result };
            const text = switch (left) {
                inline else => |why| comptime function ++ "(): memory of what it returns stays, " ++
                    "since " ++ why.text() ++ ": say .result = .owned or .borrowed of it in " ++
                    "nano_ffi_options",
            };
            if (c.PyErr_WarnEx(capi.exception("ResourceWarning"), text, 1) == 0)
                return .{ .result = result };
            c.Py_DecRef(result);
            return .{ .result = null };
        }

        var has_warned: std.atomic.Value(bool) = .init(false);
    };
}

pub const Finished = union(enum) {
    result: ?*PyObject,
    panicked: *const panics.Report,
};

fn ownershipOf(comptime spec: anytype) exports.Ownership {
    return if (@hasField(@TypeOf(spec), "result")) spec.result else .unsaid;
}

fn isTracked(comptime Function: type, comptime ownership: exports.Ownership) bool {
    const R = signature.Payload(@typeInfo(Function).@"fn".return_type.?);
    if (!reach.pointsAway(R)) return false;
    return switch (ownership) {
        .owned => true,
        .borrowed => false,
        .unsaid, .numpy => exports.mayAllocate(Function) or holdsOwners(R),
    };
}

/// Whether a result is a slice of what has a deinit: who gives back that is to be known.
fn holdsOwners(comptime R: type) bool {
    return switch (signature.kindOf(R) orelse return false) {
        .optional => holdsOwners(@typeInfo(R).optional.child),
        .objects => classes.isClass(@typeInfo(R).pointer.child) and
            classes.hasDeinit(@typeInfo(R).pointer.child),
        else => false,
    };
}

/// Whether there is a pointer in a `T` to what Zig's code can see.
fn mayBeAnothers(comptime T: type) bool {
    if (signature.isProvided(T)) return false;
    return switch (@typeInfo(T)) {
        .pointer => |pointer| switch (@typeInfo(pointer.child)) {
            .@"opaque", .@"fn" => false,
            else => true,
        },
        .optional => |optional| mayBeAnothers(optional.child),
        .array => |array| mayBeAnothers(array.child),
        .@"struct" => |info| for (info.field_types) |Field| {
            if (mayBeAnothers(Field)) break true;
        } else false,
        .@"union" => |info| for (info.field_types) |Field| {
            if (mayBeAnothers(Field)) break true;
        } else false,
        else => false,
    };
}

/// Looks for the start of a block.
const Search = struct {
    visitor: trees.Visitor = .{ .visit = &visit },
    blocks: *const memory.Blocks,
    found: bool = false,

    fn visit(visitor: *trees.Visitor, start: usize, _: usize) void {
        const search: *Search = @fieldParentPtr("visitor", visitor);
        if (search.blocks.find(start) != null) search.found = true;
    }
};

/// Whether the files that a function is out of may have variables that keep memory.
fn mayRemember(comptime spec: anytype) bool {
    return !@hasField(@TypeOf(spec), "remembers") or spec.remembers;
}

fn mayHide(comptime params: []const ?type) bool {
    return for (params) |Param| {
        if (reach.storageOf(Param.?) == .hidden) break true;
    } else false;
}

/// Whether a call may have left what it has allocated anywhere but in its result.
fn mayKeep(comptime spec: anytype, comptime params: []const ?type) bool {
    if (mayRemember(spec) or ownershipOf(spec) == .borrowed) return true;
    return for (params) |Param| {
        if (mayStore(Param.?)) break true;
    } else false;
}

/// The same where what the argument of `parameter` has is known, but for its result.
pub fn mayKeepBut(
    comptime Function: type,
    comptime spec: anytype,
    comptime parameter: usize,
) bool {
    const info = @typeInfo(Function).@"fn";
    if (mayRemember(spec) or ownershipOf(spec) == .borrowed) return true;
    if (trees.hasManagedMap(classes.Pointee(info.param_types[parameter].?))) return true;
    return for (info.param_types, 0..) |Param, index| {
        if (index != parameter and mayStore(Param.?)) break true;
    } else false;
}

/// Whether a resource, whose memory is its own and nobody else sees, may have what a call
/// allocates: an argument but that of `parameter`, or the result.
pub fn mayBeResources(comptime Function: type, comptime parameter: usize) bool {
    const info = @typeInfo(Function).@"fn";
    if (isResource(signature.Payload(info.return_type.?))) return true;
    return for (info.param_types, 0..) |Param, index| {
        if (index != parameter and isResource(Param.?)) break true;
    } else false;
}

fn isResource(comptime R: type) bool {
    if (signature.isProvided(R)) return false;
    const T = classes.Pointee(R);
    if (classes.isClass(T)) return !classes.isFlat(T) and !classes.isCopyable(T);
    return switch (signature.kindOf(R) orelse return false) {
        .given => isResource(R.nano_ffi_given),
        .rest => isResource(R.nano_ffi_args),
        .keywords => isResource(R.nano_ffi_kwargs),
        .optional => isResource(@typeInfo(R).optional.child),
        .items, .objects => isResource(@typeInfo(R).pointer.child),
        else => false,
    };
}

/// Whether memory that a call allocates may be an argument's, or of Python code that it runs.
fn mayStore(comptime Param: type) bool {
    if (signature.isProvided(Param) or classes.isFlat(Param)) return false;
    const T = classes.Pointee(Param);
    if (classes.isClass(T)) {
        // A number that is changed may be an address.
        if (isChanged(Param)) return true;
        return !classes.isFlat(T) and (!classes.isCopyable(T) or trees.hasManagedMap(T) or
            reach.storageOf(Param) != .nowhere);
    }
    return switch (signature.kindOf(Param) orelse return true) {
        .str, .text, .bytes, .buffer, .input, .path, .column => false,
        .given => mayStore(Param.nano_ffi_given),
        .rest => mayStore(Param.nano_ffi_args),
        .keywords => mayStore(Param.nano_ffi_kwargs),
        .optional => mayStore(@typeInfo(Param).optional.child),
        .items => mayStore(@typeInfo(Param).pointer.child),
        else => true,
    };
}

fn isChanged(comptime Param: type) bool {
    return switch (@typeInfo(Param)) {
        .pointer => |pointer| !pointer.attrs.@"const",
        .optional => |optional| isChanged(optional.child),
        else => false,
    };
}

/// Whether a result is more than numbers and text, and so may be what has the memory.
pub fn mayHaveMore(comptime R: type) bool {
    if (classes.isFlat(R)) return false;
    return switch (signature.kindOf(R) orelse return true) {
        .void, .str, .text, .bytes, .buffer, .path => false,
        .optional => mayHaveMore(@typeInfo(R).optional.child),
        else => true,
    };
}

/// Whether a result is a pointer to an object, or null.
pub fn isPointer(comptime R: type) bool {
    return switch (signature.kindOf(R) orelse return false) {
        .optional => isPointer(@typeInfo(R).optional.child),
        .reference => true,
        else => false,
    };
}

/// Why something is not given back.
const Left = enum {
    variable,
    hidden,

    fn text(left: Left) [:0]const u8 {
        return switch (left) {
            .variable => "a variable of its file may have it",
            .hidden => "an argument may have it behind its pointers",
        };
    }
};

/// What is found, independent of the function.
const Tracker = struct {
    /// Null where there is no memory for it: then nothing is known, and all stays.
    recorder: ?*memory.Recorder,
    blocks: std.ArrayList(Found) = .empty,
    /// Room for those of a small result.
    first: [2]Found = undefined,
    visitor: trees.Visitor = .{ .visit = &visit },
    left: ?Left = null,

    const Found = struct {
        block: memory.Block,
        is_const: bool,
        /// Whether this call has allocated it.
        is_new: bool,
        stays: bool = false,

        fn lessThan(_: void, a: Found, b: Found) bool {
            return a.block.address < b.block.address;
        }
    };

    fn deinit(tracker: *Tracker) void {
        if (tracker.recorder) |recorder| recorder.end();
        if (tracker.blocks.items.ptr != &tracker.first) tracker.blocks.deinit(memory.unnoted);
    }

    fn found(tracker: *Tracker, piece: reach.Piece, is_owned: bool) void {
        const recorder = tracker.recorder orelse return;
        if (recorder.live.find(piece.address)) |slot| {
            if (slot.marked) return;
            slot.marked = true;
            tracker.add(slot.block().?, piece, true);
        } else if (is_owned and !piece.is_table) {
            for (tracker.blocks.items) |known|
                if (known.block.address == piece.address) return;
            tracker.add(.{
                .address = piece.address,
                .len = piece.bytes,
                .alignment = piece.alignment,
            }, piece, false);
        }
    }

    /// All that the call has allocated, and that is there.
    noinline fn foundAll(tracker: *Tracker) void {
        const recorder = tracker.recorder orelse return;
        for (recorder.live.slots) |*slot| {
            const block = slot.block() orelse continue;
            slot.marked = true;
            tracker.add(block, .{
                .address = block.address,
                .bytes = block.len,
                .alignment = block.alignment,
                .is_const = false,
            }, true);
        }
    }

    /// Where there is no memory to note it in, it stays.
    fn add(tracker: *Tracker, block: memory.Block, piece: reach.Piece, is_new: bool) void {
        const blocks = &tracker.blocks;
        if (blocks.items.len == 0) blocks.* = .initBuffer(&tracker.first);
        if (blocks.items.len == blocks.capacity) tracker.grow() catch return;
        blocks.appendAssumeCapacity(.{
            .block = block,
            .is_const = piece.is_const,
            .is_new = is_new,
        });
    }

    noinline fn grow(tracker: *Tracker) error{OutOfMemory}!void {
        const blocks = &tracker.blocks;
        if (blocks.items.ptr != &tracker.first)
            return blocks.ensureUnusedCapacity(memory.unnoted, 1);
        var larger: std.ArrayList(Found) = try .initCapacity(memory.unnoted, 16);
        larger.appendSliceAssumeCapacity(blocks.items);
        blocks.* = larger;
    }

    fn sort(tracker: *Tracker) void {
        const blocks = tracker.blocks.items;
        if (blocks.len > 1) std.mem.sortUnstable(Found, blocks, {}, Found.lessThan);
    }

    /// An argument points there: what is there stays.
    fn visit(visitor: *trees.Visitor, start: usize, _: usize) void {
        const tracker: *Tracker = @fieldParentPtr("visitor", visitor);
        const blocks = tracker.blocks.items;
        var low: usize = 0;
        var high = blocks.len;
        while (low < high) {
            const middle = low + (high - low) / 2;
            if (blocks[middle].block.address <= start) low = middle + 1 else high = middle;
        }
        if (low == 0) return;
        const before = &blocks[low - 1];
        if (start - before.block.address < before.block.len) before.stays = true;
    }

    fn frees(tracker: *const Tracker, address: usize) bool {
        for (tracker.blocks.items) |each|
            if (each.block.address == address) return !each.stays;
        return false;
    }

    fn leaveAll(tracker: *Tracker, why: Left) void {
        for (tracker.blocks.items) |*each| tracker.leave(each, why);
    }

    fn leaveConst(tracker: *Tracker, why: Left) void {
        for (tracker.blocks.items) |*each| if (each.is_const) tracker.leave(each, why);
    }

    fn leave(tracker: *Tracker, each: *Found, why: Left) void {
        if (each.stays) return;
        each.stays = true;
        tracker.left = why;
    }

    fn release(tracker: *Tracker) void {
        const recorder = tracker.recorder orelse return;
        for (tracker.blocks.items) |each| {
            if (each.stays) continue;
            // The conversion may have given it back, and its place is another block's now.
            if (each.is_new and !isMarked(recorder, each.block.address)) continue;
            memory.free(each.block);
        }
    }

    fn isMarked(recorder: *const memory.Recorder, address: usize) bool {
        const slot = recorder.live.find(address) orelse return false;
        return slot.marked;
    }
};
