//! Trees of which functions give back what Python gave them, however they get at it.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

pub const Line = struct {
    text: []const u8 = "",
    marks: std.ArrayList(i64) = .empty,

    pub fn mark(self: *Line, gpa: Allocator, number: i64) !void {
        try self.marks.append(gpa, number);
    }
};

pub const Page = struct {
    names: []const []const u8 = &.{},
    list: std.ArrayList([]const u8) = .empty,
    map: std.StringArrayHashMapUnmanaged(i64) = .empty,
    rows: []Row = &.{},
    maybe: []const ?[]const u8 = &.{},
    pair: [2][]const u8 = .{ "", "" },
    both: struct { a: []const u8 = "", b: []const []const u8 = &.{} } = .{},
    lines: [2]?Line = .{ null, null },

    pub const Row = struct { name: []const u8, sizes: []f64 };

    pub fn drop(self: *Page, gpa: Allocator) void {
        freeAll(gpa, self.names);
        gpa.free(self.names);
        freeAll(gpa, self.list.items);
        self.list.deinit(gpa);
        freeAll(gpa, self.map.keys());
        self.map.deinit(gpa);
        for (self.rows) |row| {
            gpa.free(row.name);
            gpa.free(row.sizes);
        }
        gpa.free(self.rows);
        for (self.maybe) |maybe| if (maybe) |name| gpa.free(name);
        gpa.free(self.maybe);
        for (self.pair) |name| gpa.free(name);
        gpa.free(self.both.a);
        freeAll(gpa, self.both.b);
        gpa.free(self.both.b);
        for (&self.lines) |*maybe| if (maybe.*) |*line| {
            gpa.free(line.text);
            line.marks.deinit(gpa);
        };
        self.* = .{};
    }

    fn freeAll(gpa: Allocator, names: []const []const u8) void {
        for (names) |name| gpa.free(name);
    }

    pub fn first(self: *Page) ?*Line {
        return if (self.lines[0]) |*line| line else null;
    }

    pub fn view(self: *Page) View {
        return .{ .page = self };
    }
};

/// Has a page that is another's, and changes it.
pub const View = struct {
    page: *Page,

    pub fn add(self: *View, gpa: Allocator, name: []const u8) !void {
        try self.page.list.append(gpa, try gpa.dupe(u8, name));
    }

    pub fn rename(self: *const View, gpa: Allocator, name: []const u8) !void {
        gpa.free(self.page.pair[0]);
        self.page.pair[0] = try gpa.dupe(u8, name);
    }

    pub fn drop(self: View, gpa: Allocator) void {
        self.page.drop(gpa);
    }
};

/// Has memory of its own besides.
pub const Writer = struct {
    page: *Page,
    gpa: Allocator,
    log: std.ArrayList(u8) = .empty,
    last: []const u8 = "",
    drops: bool = false,

    pub fn init(gpa: Allocator, page: *Page, drops: bool) Writer {
        return .{ .page = page, .gpa = gpa, .drops = drops };
    }

    pub fn add(self: *Writer, name: []const u8) !void {
        try self.log.appendSlice(self.gpa, name);
        try self.page.list.append(self.gpa, try self.gpa.dupe(u8, name));
    }

    /// By value, which says nothing of what is behind a pointer.
    pub fn addMany(self: Writer, count: usize) !void {
        for (0..count) |_| try self.page.list.append(self.gpa, try self.gpa.dupe(u8, "many"));
    }

    /// Both have it from here on, and who gives it back only they know.
    pub fn share(self: *Writer, name: []const u8) !void {
        if (self.last.len > 0) self.gpa.free(self.last);
        self.last = try self.gpa.dupe(u8, name);
        self.page.pair[1] = self.last;
    }

    pub fn unshare(self: *Writer) void {
        self.last = "";
    }

    pub fn cursor(self: *Writer) Cursor {
        return .{ .view = .{ .page = self.page } };
    }

    pub fn deinit(self: *Writer) void {
        self.log.deinit(self.gpa);
        if (self.last.len > 0) {
            self.gpa.free(self.last);
            self.page.pair[1] = "";
        }
        if (self.drops) self.page.drop(self.gpa);
    }
};

/// A view in a view.
pub const Cursor = struct {
    view: View,

    pub fn add(self: *const Cursor, gpa: Allocator, name: []const u8) !void {
        try self.view.page.list.append(gpa, try gpa.dupe(u8, name));
    }
};

/// Its functions take no allocator.
pub const Stack = struct {
    numbers: std.ArrayList(i64) = .empty,
    name: []const u8 = "",

    pub fn push(self: *Stack, number: i64) !void {
        try self.numbers.append(nano_ffi.allocator, number);
    }

    pub fn clear(self: *Stack) void {
        self.numbers.clearAndFree(nano_ffi.allocator);
    }

    pub fn rename(self: *Stack, name: []const u8) !void {
        nano_ffi.allocator.free(self.name);
        self.name = try nano_ffi.allocator.dupe(u8, name);
    }
};

/// A view with a text beside its pointer.
pub const Pusher = struct {
    stack: *Stack,
    prefix: []const u8 = "",

    pub fn push(self: *Pusher, number: i64) !void {
        try self.stack.push(number);
    }

    pub fn pushByValue(self: Pusher, number: i64) !void {
        try self.stack.push(number);
    }

    pub fn pushByConst(self: *const Pusher, number: i64) !void {
        try self.stack.push(number);
    }

    pub fn around(self: *Pusher) Around {
        return .{ .inner = .{ .stack = self.stack } };
    }

    pub fn init(stack: *Stack) Pusher {
        return .{ .stack = stack };
    }
};

pub const Around = struct {
    inner: Pusher,

    pub fn push(self: Around, number: i64) !void {
        try self.inner.stack.push(number);
    }
};

/// Has an arena, and lends it.
pub const Scribe = struct {
    arena: std.heap.ArenaAllocator,
    page: *Page,

    pub fn init(gpa: Allocator, page: *Page) Scribe {
        return .{ .arena = .init(gpa), .page = page };
    }

    pub fn rename(self: *Scribe, name: []const u8) !void {
        self.page.pair[0] = try self.arena.allocator().dupe(u8, name);
    }

    pub fn pen(self: *Scribe) Pen {
        return .{ .arena = &self.arena, .page = self.page };
    }

    pub fn quill(self: *Scribe) Quill {
        return .{ .gpa = self.arena.allocator(), .page = self.page };
    }

    pub fn nib(self: *Scribe) Nib {
        return .{ .quill = self.quill() };
    }

    pub fn deinit(self: *Scribe) void {
        self.arena.deinit();
    }
};

pub const Pen = struct {
    arena: *std.heap.ArenaAllocator,
    page: *Page,

    pub fn rename(self: *Pen, name: []const u8) !void {
        self.page.pair[0] = try self.arena.allocator().dupe(u8, name);
    }
};

/// Does not know that its allocator is an arena's.
pub const Quill = struct {
    gpa: Allocator,
    page: *Page,

    pub fn rename(self: *Quill, name: []const u8) !void {
        self.page.pair[0] = try self.gpa.dupe(u8, name);
    }
};

pub const Nib = struct {
    quill: Quill,

    pub fn rename(self: *Nib, name: []const u8) !void {
        try self.quill.rename(name);
    }
};

/// What is passed by value is a copy, which the function may give back, or keep.
pub const Limbs = struct {
    data: []u64,

    pub fn toOwner(limbs: Limbs, gpa: std.mem.Allocator) Owner {
        return .{ .gpa = gpa, .data = limbs.data };
    }

    pub fn consume(limbs: Limbs, gpa: std.mem.Allocator) usize {
        defer gpa.free(limbs.data);
        return limbs.data.len;
    }
};

pub const Owner = struct {
    gpa: std.mem.Allocator,
    data: []u64,

    pub fn init(gpa: std.mem.Allocator, count: usize) !Owner {
        const data = try gpa.alloc(u64, count);
        @memset(data, 7);
        return .{ .gpa = gpa, .data = data };
    }

    pub fn deinit(owner: *Owner) void {
        owner.gpa.free(owner.data);
    }

    pub fn limbs(owner: Owner) Limbs {
        return .{ .data = owner.data };
    }

    pub fn sum(owner: *const Owner) u64 {
        var all: u64 = 0;
        for (owner.data) |limb| all += limb;
        return all;
    }
};

pub fn ownerOf(limbs: Limbs, gpa: std.mem.Allocator) Owner {
    return limbs.toOwner(gpa);
}

pub fn countOf(limbs: Limbs, gpa: std.mem.Allocator) usize {
    return limbs.consume(gpa);
}

/// Nothing of a list is the function's to give back.
pub fn consumed(numbers: []const u64, gpa: std.mem.Allocator) usize {
    defer gpa.free(numbers);
    return numbers.len;
}

/// Functions that are no deinit, and leave pointers to what they free.
pub const Sheet = struct {
    text: []const u8 = "",
    lines: std.ArrayList([]const u8) = .empty,
    maybe: ?[]const u8 = null,
    /// Behind its end there is what was there before.
    last: [4][]const u8 = @splat(""),
    count: usize = 0,
    one: union(enum) { text: []const u8, number: usize } = .{ .number = 0 },

    pub fn drop(sheet: *Sheet, gpa: std.mem.Allocator) void {
        gpa.free(sheet.text);
    }

    pub fn dropConst(sheet: *const Sheet, gpa: std.mem.Allocator) void {
        gpa.free(sheet.text);
    }

    pub fn dropCopy(sheet: Sheet, gpa: std.mem.Allocator) void {
        gpa.free(sheet.text);
    }

    pub fn dropMaybe(sheet: *Sheet, gpa: std.mem.Allocator) void {
        gpa.free(sheet.maybe.?);
    }

    pub fn dropAll(sheet: *Sheet, gpa: std.mem.Allocator) void {
        gpa.free(sheet.text);
        for (sheet.lines.items) |line| gpa.free(line);
        sheet.lines.deinit(gpa);
        sheet.* = undefined;
    }

    pub fn dropLines(sheet: *Sheet, gpa: std.mem.Allocator) void {
        for (sheet.lines.items) |line| gpa.free(line);
        sheet.lines.deinit(gpa);
    }

    pub fn dropEmpty(sheet: *Sheet, gpa: std.mem.Allocator) void {
        for (sheet.lines.items) |line| gpa.free(line);
        sheet.lines.clearRetainingCapacity();
        sheet.lines.deinit(gpa);
    }

    pub fn dropBuffer(sheet: *Sheet, gpa: std.mem.Allocator) void {
        sheet.lines.deinit(gpa);
    }

    /// Another one keeps what is given, though this one has lost its text.
    pub fn passOn(
        sheet: *Sheet,
        gpa: std.mem.Allocator,
        other: *Sheet,
        text: []const u8,
    ) void {
        sheet.drop(gpa);
        other.text = text;
    }

    pub fn clear(sheet: *Sheet, gpa: std.mem.Allocator) void {
        sheet.drop(gpa);
        sheet.text = "";
        sheet.dropLines(gpa);
        sheet.lines = .empty;
        if (sheet.maybe) |text| gpa.free(text);
        sheet.maybe = null;
    }

    pub fn push(sheet: *Sheet, gpa: std.mem.Allocator, text: []const u8) !void {
        sheet.last[sheet.count] = try gpa.dupe(u8, text);
        sheet.count += 1;
        sheet.one = .{ .text = sheet.last[sheet.count - 1] };
    }

    pub fn pop(sheet: *Sheet, gpa: std.mem.Allocator) usize {
        sheet.count -= 1;
        gpa.free(sheet.last[sheet.count]);
        sheet.one = .{ .number = sheet.count };
        return sheet.count;
    }
};
