//! Whether what a function gives has nothing in common with an object that it was given. A builder
//! gives what it has made of all that it was told before: no call allocated that as a whole, and
//! yet the builder has none of it any more.

const std = @import("std");
const classes = @import("../../classes.zig");
const memory = @import("../memory.zig");
const object = @import("object.zig");
const pointing = @import("../../pointing.zig");
const Region = @import("Region.zig");
const trees = @import("../../trees.zig");

/// Whether `value`, which has an end of its own, leads only to whole blocks of nano_ffi's
/// allocator, and nothing in the region of `owner` to one of these. What cannot be looked through
/// to its end may.
pub fn isApart(comptime T: type, value: *const T, owner: *object.Layout) bool {
    if (comptime !memory.is_noted or !classes.hasDeinit(T)) return false;
    if (!memory.allocatesByOurs(T, value)) return false;
    const region = Region.of(owner);
    var result: Result = .{ .region = region };
    defer result.deinit();
    if (!result.takeAll(T, value)) return false;
    var search: Search = .{ .region = region, .ranges = result.ranges.items };
    defer search.through.deinit();
    if (region) |some| {
        some.eachValue(&search, Search.lookThrough);
    } else search.lookThrough(
        object.infoOf(owner),
        object.wholeValue(owner) orelse return false,
    );
    const through = &search.through;
    return through.visitor.complete and !search.found and !through.has_unknown;
}

const Range = struct {
    start: usize,
    end: usize,

    fn isBefore(_: void, a: Range, b: Range) bool {
        return a.start < b.start;
    }

    fn order(address: usize, range: Range) std.math.Order {
        return std.math.order(address, range.start);
    }
};

/// The blocks that a result leads to.
const Result = struct {
    through: pointing.Walk = Region.walkOf(Result),
    region: ?*Region,
    ranges: std.ArrayList(Range) = .empty,

    fn deinit(result: *Result) void {
        result.through.deinit();
        result.ranges.deinit(memory.unnoted);
    }

    fn takeAll(result: *Result, comptime T: type, value: *const T) bool {
        result.through.through(T, value);
        std.sort.heap(Range, result.ranges.items, {}, Range.isBefore);
        return result.through.visitor.complete;
    }

    pub fn visit(visitor: *trees.Visitor, start: usize, bytes: usize) void {
        const walk: *pointing.Walk = @fieldParentPtr("visitor", visitor);
        const result: *Result = @fieldParentPtr("through", walk);
        if (!visitor.complete) return;
        const len = memory.lenOf(start) orelse 0;
        // What Python gave is the region's to give back.
        const is_pythons = if (result.region) |region| region.hasBlockAround(start) else false;
        if (len < bytes or is_pythons) {
            visitor.complete = false;
            return;
        }
        result.ranges.append(memory.unnoted, .{ .start = start, .end = start + len }) catch {
            visitor.complete = false;
        };
    }

    /// Where it is known that it is not apart, no more is looked through.
    pub fn isObject(walk: *pointing.Walk, _: usize) bool {
        return !walk.visitor.complete;
    }
};

/// Looks for what leads to one of these blocks, be it into the middle of it.
const Search = struct {
    through: pointing.Walk = Region.walkOf(Search),
    region: ?*Region,
    ranges: []const Range,
    found: bool = false,

    fn lookThrough(search: *Search, info: *const object.Info, value: usize) void {
        if (info.walk) |walk| walk(&search.through, @ptrFromInt(value));
    }

    pub fn visit(visitor: *trees.Visitor, start: usize, bytes: usize) void {
        const walk: *pointing.Walk = @fieldParentPtr("visitor", visitor);
        const search: *Search = @fieldParentPtr("through", walk);
        const last = start +| @max(bytes, 1) - 1;
        const before = std.sort.upperBound(Range, search.ranges, last, Range.order);
        if (before > 0 and search.ranges[before - 1].end > start) search.found = true;
    }

    pub fn isObject(walk: *pointing.Walk, address: usize) bool {
        const search: *Search = @fieldParentPtr("through", walk);
        if (search.found) return true;
        // It is looked through by itself.
        return if (search.region) |region| region.ownerThere(address) != null else false;
    }
};
