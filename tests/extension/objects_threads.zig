//! Objects that several threads use: calls that take long, and callbacks.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

pub const nano_ffi_options = .{
    .hold = .{ .gil = .released },
    .hold_item = .{ .gil = .released },
};

pub const Item = struct {
    n: i64 = 0,
    name: []const u8 = "",
    numbers: []f64 = &.{},
    part: Part = .{},

    pub const Part = struct { n: i64 = 0, text: []const u8 = "" };

    pub fn bump(self: *Item) void {
        self.n += 1;
    }
};

/// Two numbers that are equal whenever nobody changes them.
pub const Pair = struct {
    first: i64 = 0,
    second: i64 = 0,

    pub const nano_ffi_options = .{ .watch = .{ .gil = .released } };

    pub fn change(self: *Pair) void {
        @as(*volatile i64, &self.first).* +%= 1;
        for (0..2_000) |_| std.atomic.spinLoopHint();
        @as(*volatile i64, &self.second).* +%= 1;
    }
    pub fn are_equal(self: *const Pair) bool {
        return self.watch(1);
    }
    /// Whether they have been equal all the time.
    pub fn watch(self: *const Pair, rounds: u64) bool {
        for (0..rounds) |_| {
            const first = @as(*const volatile i64, &self.first).*;
            if (@as(*const volatile i64, &self.second).* != first) return false;
        }
        return true;
    }
};

var meeting: std.atomic.Value(u32) = .init(0);

pub const Store = struct {
    items: std.ArrayList(Item) = .empty,
    table: std.StringHashMapUnmanaged(Item) = .empty,
    n: i64 = 0,

    pub const nano_ffi_options = .{
        .wait = .{ .gil = .released },
        .look = .{ .gil = .released },
        .meet_released = .{ .gil = .released },
    };

    /// The others run meanwhile.
    pub fn wait(self: *Store, rounds: u64) void {
        for (0..rounds) |_| spin(self);
    }
    pub fn look(self: *const Store, rounds: u64) i64 {
        var sum: i64 = 0;
        for (0..rounds) |_| {
            sum = 0;
            for (self.items.items) |*item| sum += @as(*const volatile i64, &item.n).*;
        }
        return sum;
    }
    /// Whether as many are in here at once as `count` says, on one object.
    pub fn meet(self: *const Store, count: u32) bool {
        _ = self;
        _ = meeting.fetchAdd(1, .acq_rel);
        var turns: u32 = 0;
        while (meeting.load(.acquire) % count != 0) : (turns += 1) {
            if (turns == 5_000_000) return false;
            std.Thread.yield() catch {};
        }
        return true;
    }
    pub fn meet_released(self: *const Store, count: u32) bool {
        return self.meet(count);
    }
    fn spin(self: *Store) void {
        const n: *volatile i64 = &self.n;
        n.* += 1;
    }
    pub fn total(self: *const Store) i64 {
        var sum: i64 = 0;
        for (self.items.items) |item| sum += item.n;
        return sum;
    }
    pub fn visit(
        self: *const Store,
        function: nano_ffi.Callback(fn (*const Item) void),
    ) error{PythonException}!i64 {
        var sum: i64 = 0;
        for (self.items.items) |*item| {
            try function.call(.{item});
            sum += item.n;
        }
        return sum;
    }
    pub fn change(
        self: *Store,
        function: nano_ffi.Callback(fn (*Item) void),
    ) error{PythonException}!i64 {
        var sum: i64 = 0;
        for (self.items.items) |*item| {
            try function.call(.{item});
            sum += item.n;
        }
        return sum;
    }
};

pub fn hold(store: *Store, rounds: u64) void {
    store.wait(rounds);
}

pub fn hold_item(item: *Item, rounds: u64) void {
    const n: *volatile i64 = &item.n;
    for (0..rounds) |_| n.* +%= 1;
}

/// An item of the stack, lent.
pub fn lend(
    function: nano_ffi.Callback(fn (*Item) void),
) error{PythonException}!f64 {
    var numbers = [_]f64{ 1, 2, 3 };
    var item: Item = .{ .n = 7, .numbers = &numbers };
    try function.call(.{&item});
    return numbers[0];
}
