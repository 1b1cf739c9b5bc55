//! Structs that keep Python objects.

const std = @import("std");
const nano_ffi = @import("nano_ffi");

/// Has no deinit: what it holds is given back for it.
pub const Box = struct {
    content: nano_ffi.Reference,
    other: ?nano_ffi.Reference = null,
    number: i64 = 0,

    /// The content, which is None then.
    pub fn swap(self: *Box, other: nano_ffi.Object) nano_ffi.Reference {
        defer self.content = other.keep();
        return self.content;
    }
    pub fn take(self: *Box) ?nano_ffi.Reference {
        defer self.other = null;
        return self.other;
    }
    pub fn look(self: *const Box) nano_ffi.Object {
        return self.content.object();
    }
    pub fn drop(self: *Box) void {
        if (self.other) |other| other.release();
        self.other = null;
    }
};

pub const Pair = struct {
    parts: [2]nano_ffi.Reference,

    pub fn init(first: nano_ffi.Object, second: nano_ffi.Object) Pair {
        return .{ .parts = .{ first.keep(), second.keep() } };
    }
};

/// Gives back what it holds itself, also what is in a list, and in another struct.
pub const Shelf = struct {
    const Label = struct { text: nano_ffi.Reference };

    things: std.ArrayList(nano_ffi.Reference) = .empty,
    label: union(enum) { none, some: Label } = .none,
    box: Box,
    gpa: std.mem.Allocator,

    pub fn init(gpa: std.mem.Allocator, first: nano_ffi.Object) !Shelf {
        return .{ .gpa = gpa, .box = .{ .content = first.keep() } };
    }
    pub fn deinit(self: *Shelf) void {
        for (self.things.items) |thing| thing.release();
        self.things.deinit(self.gpa);
        switch (self.label) {
            .none => {},
            .some => |label| label.text.deinit(),
        }
        self.box.content.release();
        if (self.box.other) |other| other.release();
    }
    pub fn put(self: *Shelf, thing: nano_ffi.Object) !void {
        const kept = thing.keep();
        errdefer kept.release();
        try self.things.append(self.gpa, kept);
    }
    pub fn get(self: *const Shelf, index: usize) error{NoSuchThing}!nano_ffi.Object {
        if (index >= self.things.items.len) return error.NoSuchThing;
        return self.things.items[index].object();
    }
    pub fn attach(self: *Shelf, text: nano_ffi.Object) void {
        if (self.label == .some) self.label.some.text.release();
        self.label = .{ .some = .{ .text = text.keep() } };
    }
    pub fn visit(
        self: *Shelf,
        function: nano_ffi.Callback(fn (i64) void),
    ) error{PythonException}!void {
        // Meanwhile one reference is in two places.
        const things = self.things.items;
        const first = things[0];
        things[0] = things[things.len - 1];
        defer things[0] = first;
        try function.call(.{@intCast(things.len)});
    }
};

pub fn box(content: nano_ffi.Object) Box {
    return .{ .content = content.keep(), .number = 7 };
}

const Told = nano_ffi.Callback(fn (i64, []const u8) i64);
const Named = nano_ffi.Callback(fn (i64) []const u8);

/// Keeps whom it tells of its changes.
pub const Counter = struct {
    count: i64 = 0,
    told: ?Told.Kept = null,
    name: ?Named.Kept = null,

    pub fn add(self: *Counter, number: i64) !i64 {
        self.count += number;
        const told = self.told orelse return 0;
        return told.call(.{ self.count, "count" });
    }
    pub fn tell(self: *Counter, told: Told) !void {
        const kept = try told.keep();
        if (self.told) |old| old.release();
        self.told = kept;
    }
    pub fn called(self: *const Counter, gpa: std.mem.Allocator) ![]u8 {
        var arena: std.heap.ArenaAllocator = .init(gpa);
        defer arena.deinit();
        const name = self.name orelse return gpa.dupe(u8, "nobody");
        return gpa.dupe(u8, try name.callAlloc(.{self.count}, arena.allocator()));
    }
    /// In a thread of Zig's, which has no Python.
    pub fn elsewhere(self: *Counter) !i64 {
        var result: anyerror!i64 = 0;
        (try std.Thread.spawn(.{}, addElsewhere, .{ self, &result })).join();
        return result;
    }
    fn addElsewhere(self: *Counter, result: *anyerror!i64) void {
        result.* = self.add(1);
    }
};
