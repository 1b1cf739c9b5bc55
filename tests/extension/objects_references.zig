//! Structs that keep Python objects: one, a list, a map.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Reference = nano_ffi.Reference;

pub const Box = struct {
    content: Reference,
    number: i64 = 0,

    pub fn swap(self: *Box, other: nano_ffi.Object) Reference {
        defer self.content = other.keep();
        return self.content;
    }
};

pub const Shelf = struct {
    gpa: std.mem.Allocator,
    named: std.StringHashMapUnmanaged(Reference) = .empty,
    ordered: std.StringArrayHashMapUnmanaged(Reference) = .empty,
    things: std.ArrayList(Reference) = .empty,

    pub fn init(gpa: std.mem.Allocator) Shelf {
        return .{ .gpa = gpa };
    }
    pub fn deinit(self: *Shelf) void {
        var values = self.named.valueIterator();
        while (values.next()) |value| value.release();
        for (self.ordered.values()) |value| value.release();
        for (self.things.items) |value| value.release();
        self.named.deinit(self.gpa);
        self.ordered.deinit(self.gpa);
        self.things.deinit(self.gpa);
    }
    pub fn name(self: *Shelf, thing: nano_ffi.Object) !void {
        try self.named.ensureUnusedCapacity(self.gpa, 1);
        if (self.named.fetchPutAssumeCapacity("thing", thing.keep())) |old| old.value.release();
    }
    pub fn order(self: *Shelf, thing: nano_ffi.Object) !void {
        try self.ordered.ensureUnusedCapacity(self.gpa, 1);
        if (self.ordered.fetchPutAssumeCapacity("thing", thing.keep())) |old| old.value.release();
    }
    pub fn put(self: *Shelf, thing: nano_ffi.Object) !void {
        try self.things.ensureUnusedCapacity(self.gpa, 1);
        self.things.appendAssumeCapacity(thing.keep());
    }
};
