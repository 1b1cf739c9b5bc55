//! Bags that keep what others were given: texts of objects, by copying no more than the struct.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

/// How many bags have ended.
var ended: usize = 0;

pub fn endedBags() usize {
    defer ended = 0;
    return ended;
}

pub const Line = struct { n: i64 = 0, label: []const u8 = "a label" };

pub const Nested = struct { inner: struct { label: []const u8 = "a label" } = .{}, n: i64 = 0 };

pub const Bag = struct {
    gpa: Allocator,
    title: []const u8 = "",
    lines: std.ArrayList(Line) = .empty,

    pub fn init(gpa: Allocator) Bag {
        return .{ .gpa = gpa };
    }

    pub fn deinit(self: *Bag) void {
        ended += 1;
        self.lines.deinit(self.gpa);
    }

    pub fn add(self: *Bag, text: []const u8) !void {
        try self.lines.append(self.gpa, .{ .label = text });
    }

    pub fn addLine(self: *Bag, line: *const Line) !void {
        try self.lines.append(self.gpa, line.*);
    }

    pub fn addNested(self: *Bag, nested: *const Nested) !void {
        try self.lines.append(self.gpa, .{ .label = nested.inner.label });
    }

    pub fn addAll(self: *Bag, other: *const Bag) !void {
        try self.lines.appendSlice(self.gpa, other.lines.items);
    }

    pub fn addNode(self: *Bag, node: *const Node) !void {
        try self.lines.append(self.gpa, .{ .label = node.texts.items[0] });
    }

    pub fn rename(self: *Bag, title: []const u8) void {
        self.title = title;
    }

    pub fn label(self: *const Bag) []const u8 {
        return self.lines.items[0].label;
    }

    pub fn of(gpa: Allocator, line: *const Line) !Bag {
        var bag: Bag = .init(gpa);
        try bag.addLine(line);
        return bag;
    }

    pub fn maybeOf(gpa: Allocator, line: *const Line) !?Bag {
        return try of(gpa, line);
    }

    pub fn countedOf(gpa: Allocator, line: *const Line) !struct { Bag, usize } {
        return .{ try of(gpa, line), 1 };
    }

    pub fn clone(self: *const Bag) !Bag {
        var bag: Bag = .init(self.gpa);
        try bag.addAll(self);
        return bag;
    }

    pub fn clones(self: *const Bag, gpa: Allocator) ![]Bag {
        const bags = try gpa.alloc(Bag, 1);
        bags[0] = try self.clone();
        return bags;
    }

    pub fn view(self: *Bag) View {
        return .{ .bag = self };
    }
};

pub const View = struct {
    bag: *Bag,

    pub fn owner(self: *const View) *Bag {
        return self.bag;
    }
};

/// A handle, of which texts are in a list, and one in itself.
pub const Node = struct {
    gpa: Allocator,
    name: []const u8,
    texts: std.ArrayList([]const u8) = .empty,

    pub fn create(gpa: Allocator, text: []const u8) !*Node {
        const node = try gpa.create(Node);
        node.* = .{ .gpa = gpa, .name = text };
        try node.texts.append(gpa, text);
        return node;
    }

    pub fn of(gpa: Allocator, line: *const Line) !*Node {
        return create(gpa, line.label);
    }

    pub const nano_ffi_options = .{ .of = .{ .result = .owned } };

    pub fn destroy(self: *Node) void {
        self.texts.deinit(self.gpa);
        self.gpa.destroy(self);
    }

    pub fn label(self: *const Node) []const u8 {
        return self.texts.items[0];
    }

    pub fn title(self: *const Node) []const u8 {
        return self.name;
    }

    pub fn view(self: *Node) NodeView {
        return .{ .node = self };
    }
};

pub const NodeView = struct {
    node: *Node,

    pub fn owner(self: *const NodeView) *Node {
        return self.node;
    }
};

pub const Section = struct {
    label: []const u8 = "",
    lines: std.ArrayList([]const u8) = .empty,

    pub fn name(self: *Section) void {
        self.label = "of the file's own memory";
    }

    pub fn add(self: *Section, gpa: Allocator, line: []const u8) !*Section {
        try self.lines.append(gpa, try gpa.dupe(u8, line));
        return self;
    }
};

const long: [3000]u8 = @splat('x');

/// What has no deinit, and so is Python's, whoever allocates it.
pub const Book = struct {
    sections: []Section = &.{},
    last: ?Section = null,
    notes: std.StringHashMapUnmanaged([]const u8) = .empty,
    words: std.ArrayList([]const u8) = .empty,

    pub fn section(self: *Book, gpa: Allocator, label: []const u8) !*Section {
        self.sections = try gpa.realloc(self.sections, self.sections.len + 1);
        const new = &self.sections[self.sections.len - 1];
        new.* = .{ .label = try gpa.dupe(u8, label) };
        return new;
    }

    pub fn take(self: *Book, index: usize) Section {
        defer self.sections[index] = .{};
        return self.sections[index];
    }

    pub fn copyTo(self: *const Book, gpa: Allocator, other: *Book) !void {
        const sections = try gpa.alloc(Section, self.sections.len);
        for (sections, self.sections) |*copy, *known| {
            copy.* = .{ .label = try gpa.dupe(u8, known.label) };
            for (known.lines.items) |line| _ = try copy.add(gpa, line);
        }
        other.sections = sections;
        other.last = .{ .label = try gpa.dupe(u8, "the last one") };
        try other.notes.put(gpa, try gpa.dupe(u8, "a note"), try gpa.dupe(u8, &long));
        try other.words.append(gpa, try gpa.dupe(u8, &long));
    }

    pub fn replace(self: *Book, gpa: Allocator, sections: []const Section) !void {
        for (self.sections, sections) |*known, *new|
            known.label = try gpa.dupe(u8, new.label);
        if (sections.len > 0) self.last = sections[0];
    }
};

/// Has memory that nobody else knows of, and lets others point there.
pub const Press = struct {
    gpa: Allocator,
    name: []const u8,
    names: std.ArrayList([]const u8) = .empty,

    var living: i64 = 0;

    pub fn init(gpa: Allocator, name: []const u8) !Press {
        living += 1;
        return .{ .gpa = gpa, .name = try gpa.dupe(u8, name) };
    }

    pub fn count() i64 {
        return living;
    }

    pub fn deinit(self: *Press) void {
        living -= 1;
        for (self.names.items) |name| self.gpa.free(name);
        self.names.deinit(self.gpa);
        self.gpa.free(self.name);
    }

    pub fn rename(self: *Press, name: []const u8) !void {
        try self.names.append(self.gpa, try self.gpa.dupe(u8, name));
    }

    pub fn sign(self: *Press, section: *Section) !void {
        try section.lines.append(self.gpa, self.name);
    }

    pub fn signAll(self: *const Press, book: *Book) !void {
        for (book.sections) |*section| try section.lines.appendSlice(self.gpa, self.names.items);
    }

    pub fn note(self: *const Press, book: *Book) !void {
        try book.notes.put(self.gpa, "signed", self.name);
    }

    pub fn write(self: *const Press, section: *Section) !void {
        _ = try section.add(self.gpa, self.name);
    }
};
