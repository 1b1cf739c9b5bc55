//! Builders, which give what they have made of what they were told before, and have it no more; and
//! some that still have a part of it.

const std = @import("std");

/// Owns all of its texts.
pub const Built = struct {
    texts: [][]const u8,
    gpa: std.mem.Allocator,

    pub fn deinit(self: *Built) void {
        for (self.texts) |text| self.gpa.free(text);
        self.gpa.free(self.texts);
    }

    pub fn at(self: *const Built, index: usize) []const u8 {
        return self.texts[index];
    }
};

/// Looks at what others have.
pub const Shown = struct {
    texts: []const []const u8,

    pub fn deinit(self: *Shown) void {
        self.texts = &.{};
    }

    pub fn at(self: *const Shown, index: usize) []const u8 {
        return self.texts[index];
    }
};

pub const Builder = struct {
    texts: std.ArrayList([]const u8) = .empty,
    /// The end of a text that another one has.
    end: []const u8 = "",
    /// What nobody sees the type of.
    opaquely: ?*anyopaque = null,
    gpa: std.mem.Allocator,

    pub fn init(gpa: std.mem.Allocator) Builder {
        return .{ .gpa = gpa };
    }

    pub fn deinit(self: *Builder) void {
        self.forget();
        self.clear();
        self.texts.deinit(self.gpa);
    }

    pub fn clear(self: *Builder) void {
        for (self.texts.items) |text| self.gpa.free(text);
        self.texts.clearRetainingCapacity();
    }

    pub fn add(self: *Builder, text: []const u8) !void {
        try self.texts.append(self.gpa, try self.gpa.dupe(u8, text));
    }

    pub fn build(self: *Builder) !Built {
        return .{ .texts = try self.texts.toOwnedSlice(self.gpa), .gpa = self.gpa };
    }

    pub fn buildAll(self: *Builder) !struct { usize, ?Built } {
        return .{ self.texts.items.len, try self.build() };
    }

    /// What the builder has, too.
    pub fn show(self: *Builder) Shown {
        return .{ .texts = self.texts.items };
    }

    /// All of it, but for the end of the first text.
    pub fn buildOpen(self: *Builder) !Built {
        self.end = self.texts.items[0][3..];
        return self.build();
    }

    const Texts = std.ArrayList([]const u8);

    /// All of it, which it has where nobody else can look.
    pub fn hide(self: *Builder) !Shown {
        const hidden = try self.gpa.create(Texts);
        hidden.* = self.texts;
        self.texts = .empty;
        self.opaquely = @ptrCast(hidden);
        return .{ .texts = hidden.items };
    }

    pub fn forget(self: *Builder) void {
        const hidden: *Texts = @ptrCast(@alignCast(self.opaquely orelse return));
        self.opaquely = null;
        for (hidden.items) |text| self.gpa.free(text);
        hidden.deinit(self.gpa);
        self.gpa.destroy(hidden);
    }

    pub fn ending(self: *const Builder) []const u8 {
        return self.end;
    }
};

/// Has texts of Python's.
pub const Collector = struct {
    texts: std.ArrayList([]const u8) = .empty,
    last: []const i64 = &.{},
    title: []const u8 = "",
    gpa: std.mem.Allocator,

    pub fn init(gpa: std.mem.Allocator) Collector {
        return .{ .gpa = gpa };
    }

    pub fn deinit(self: *Collector) void {
        self.texts.deinit(self.gpa);
    }

    pub fn add(self: *Collector, text: []const u8) !void {
        try self.texts.append(self.gpa, text);
    }

    pub const Sheet = struct { numbers: []const i64, title: []const u8 = "" };

    pub fn keep(self: *Collector, sheet: *const Sheet) void {
        self.last = sheet.numbers;
    }

    /// Of what the sheet has no more, either.
    pub fn takeFrom(self: *Collector, sheet: *Sheet) void {
        self.last = sheet.numbers;
        sheet.numbers = &.{};
    }

    pub fn takeTitle(self: *Collector, sheet: *Sheet) void {
        self.title = sheet.title;
        sheet.title = "";
    }

    /// A list of it that is new.
    pub fn giveTitle(self: *Collector) !Listing {
        const texts = try self.gpa.alloc([]const u8, 1);
        texts[0] = self.title;
        self.title = "";
        return .{ .texts = texts, .gpa = self.gpa };
    }

    /// Of what it was given as a whole.
    pub fn giveLast(self: *Collector) !Pages {
        const pages = try self.gpa.alloc([]const i64, 1);
        pages[0] = self.last;
        self.last = &.{};
        return .{ .all = pages, .gpa = self.gpa };
    }

    pub fn build(self: *Collector) !Listing {
        return .{ .texts = try self.texts.toOwnedSlice(self.gpa), .gpa = self.gpa };
    }
};

pub const Pages = struct {
    all: [][]const i64,
    gpa: std.mem.Allocator,

    pub fn deinit(self: *Pages) void {
        self.gpa.free(self.all);
    }

    pub fn at(self: *const Pages, index: usize) i64 {
        return self.all[0][index];
    }
};

pub const Listing = struct {
    texts: []const []const u8,
    gpa: std.mem.Allocator,

    pub fn deinit(self: *Listing) void {
        self.gpa.free(self.texts);
    }

    pub fn at(self: *const Listing, index: usize) []const u8 {
        return self.texts[index];
    }
};

/// What points into a builder, and what a builder has.
pub const Watcher = struct {
    builder: *Builder,
    first: []const u8,

    pub fn text(self: *const Watcher) []const u8 {
        return self.first;
    }
};

/// What points to a builder, and to nothing that it has.
pub const Counter = struct {
    builder: *Builder,

    pub fn count(self: *const Counter) usize {
        return self.builder.texts.items.len;
    }
};

pub fn counter(builder: *Builder) Counter {
    return .{ .builder = builder };
}

pub fn watch(builder: *Builder) Watcher {
    return .{ .builder = builder, .first = builder.texts.items[0] };
}

/// With an allocator that ends with it.
pub const Fixed = struct {
    fixed: *std.heap.FixedBufferAllocator,
    texts: std.ArrayList([]const u8) = .empty,
    gpa: std.mem.Allocator,

    pub fn init(gpa: std.mem.Allocator) !Fixed {
        const fixed = try gpa.create(std.heap.FixedBufferAllocator);
        fixed.* = .init(try gpa.alloc(u8, 100));
        return .{ .fixed = fixed, .gpa = gpa };
    }

    pub fn deinit(self: *Fixed) void {
        for (self.texts.items) |text| self.gpa.free(text);
        self.texts.deinit(self.gpa);
        self.gpa.free(self.fixed.buffer);
        self.gpa.destroy(self.fixed);
    }

    pub fn add(self: *Fixed, text: []const u8) !void {
        try self.texts.append(self.gpa, try self.gpa.dupe(u8, text));
    }

    pub const Product = struct {
        built: Built,
        scratch: ?std.mem.Allocator,

        pub fn deinit(self: *Product) void {
            self.built.deinit();
        }

        pub fn at(self: *const Product, index: usize) []const u8 {
            return self.built.at(index);
        }
    };

    pub fn build(self: *Fixed, with_scratch: bool) !Product {
        return .{
            .built = .{ .texts = try self.texts.toOwnedSlice(self.gpa), .gpa = self.gpa },
            .scratch = if (with_scratch) self.fixed.allocator() else null,
        };
    }
};

/// Has what has an end of its own.
pub const Shelf = struct {
    volumes: std.ArrayList(Volume) = .empty,
    gpa: std.mem.Allocator,

    pub const Volume = struct {
        name: []u8,
        gpa: std.mem.Allocator,

        pub fn deinit(self: *Volume) void {
            self.gpa.free(self.name);
        }

        pub fn text(self: *const Volume) []const u8 {
            return self.name;
        }
    };

    pub fn init(gpa: std.mem.Allocator) Shelf {
        return .{ .gpa = gpa };
    }

    pub fn deinit(self: *Shelf) void {
        for (self.volumes.items) |*volume| volume.deinit();
        self.volumes.deinit(self.gpa);
    }

    pub fn add(self: *Shelf, text: []const u8) !void {
        try self.volumes.append(self.gpa, .{
            .name = try self.gpa.dupe(u8, text),
            .gpa = self.gpa,
        });
    }

    pub fn pop(self: *Shelf) ?Volume {
        return self.volumes.pop();
    }

    pub fn top(self: *Shelf) ?*Volume {
        return &self.volumes.items[self.volumes.items.len - 1];
    }

    pub fn exchange(self: *Shelf, other: *Shelf) void {
        std.mem.swap(Shelf, self, other);
    }
};
