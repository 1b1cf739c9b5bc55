//! Texts with a zero behind them, as parts of others.

const std = @import("std");

pub fn longest(args: []const [:0]const u8) usize {
    var n: usize = 0;
    for (args) |a| n = @max(n, std.mem.span(a.ptr).len);
    return n;
}

pub fn splitZ(gpa: std.mem.Allocator, text: []const u8) ![][:0]u8 {
    var list: std.ArrayList([:0]u8) = .empty;
    errdefer list.deinit(gpa);
    var it = std.mem.tokenizeScalar(u8, text, ' ');
    while (it.next()) |w| try list.append(gpa, try gpa.dupeSentinel(u8, w, 0));
    return list.toOwnedSlice(gpa);
}

pub fn splitZc(gpa: std.mem.Allocator, text: []const u8) ![]const [:0]const u8 {
    var list: std.ArrayList([:0]const u8) = .empty;
    var it = std.mem.splitScalar(u8, text, ' ');
    while (it.next()) |w| try list.append(gpa, try gpa.dupeSentinel(u8, w, 0));
    return list.toOwnedSlice(gpa);
}

pub const Named = struct {
    name: [:0]const u8 = "x",
    n: i32 = 0,
    words: []const [:0]const u8 = &.{},
    list: std.ArrayList([:0]const u8) = .empty,

    pub fn span(self: *const Named) usize {
        var n = std.mem.span(self.name.ptr).len;
        for (self.words) |w| n += std.mem.span(w.ptr).len;
        for (self.list.items) |w| n += std.mem.span(w.ptr).len;
        return n;
    }

    pub fn rename(self: *Named, name: [:0]const u8) void {
        self.name = name;
    }

    pub fn cut(self: *Named, gpa: std.mem.Allocator, from: usize) !void {
        self.name = try gpa.dupeSentinel(u8, self.name[from..], 0);
    }

    pub fn add(self: *Named, gpa: std.mem.Allocator, name: [:0]const u8) !void {
        try self.list.append(gpa, try gpa.dupeSentinel(u8, name, 0));
    }

    pub fn addLent(self: *Named, gpa: std.mem.Allocator, name: [:0]const u8) !void {
        try self.list.append(gpa, name);
    }

    /// What it has been given is its own.
    pub fn drop(self: *Named, gpa: std.mem.Allocator) void {
        gpa.free(self.name);
        self.name = "";
    }

    pub fn tail(self: *const Named) [:0]const u8 {
        return self.name[self.name.len..];
    }
};

pub fn named(n: Named) usize {
    return n.span();
}

pub const names: []const [:0]const u8 = &.{ "a", "b" };

pub fn pairZ() struct { [:0]const u8, u8 } {
    return .{ "z", 1 };
}

pub const Either = union(enum) {
    text: [:0]const u8,
    n: i32,

    pub fn size(self: Either) usize {
        return switch (self) {
            .text => |t| t.len,
            else => 0,
        };
    }
};

pub fn either(e: Either) Either {
    return e;
}

pub const Res = struct {
    name: [:0]u8,
    gpa: std.mem.Allocator,

    pub fn init(gpa: std.mem.Allocator, name: []const u8) !Res {
        return .{ .gpa = gpa, .name = try gpa.dupeSentinel(u8, name, 0) };
    }

    pub fn deinit(self: *Res) void {
        self.gpa.free(self.name);
    }

    pub fn view(self: *const Res) [:0]const u8 {
        return self.name;
    }
};

pub const View = struct {
    name: [:0]const u8,

    pub fn init(name: [:0]const u8) View {
        return .{ .name = name };
    }

    pub fn of(res: *const Res) View {
        return .{ .name = res.name };
    }
};
