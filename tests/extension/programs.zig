//! Classes as people write them, made of each kind of store: see tests/machine/programs.py.
//! What is not a number of 1 to 900, and no text between two t, is stale.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

/// A text and a number.
pub const Named = struct {
    n: i64,
    name: []const u8,

    fn init(gpa: Allocator, n: i64, name: []const u8) !Named {
        return .{ .n = n, .name = try gpa.dupe(u8, name) };
    }

    fn deinit(self: *Named, gpa: Allocator) void {
        gpa.free(self.name);
    }

    fn copy(self: *const Named, gpa: Allocator) !Named {
        return init(gpa, self.n, self.name);
    }

    pub fn bump(self: *Named) void {
        self.n = @mod(self.n, 900) + 1;
    }

    pub fn title(self: *const Named) []const u8 {
        return self.name;
    }

    pub fn pair(self: *const Named) struct { i64, []const u8 } {
        return .{ self.n, self.name };
    }
};

/// A list, and a text that copies have in common.
pub const Rich = struct {
    n: i64,
    marks: std.ArrayList(i64) = .empty,
    name: []const u8 = "tdefaultt",

    fn init(gpa: Allocator, n: i64, name: []const u8) !Rich {
        var rich: Rich = .{ .n = n };
        try rich.marks.append(gpa, @intCast(@min(name.len, 900)));
        return rich;
    }

    fn deinit(self: *Rich, gpa: Allocator) void {
        self.marks.deinit(gpa);
    }

    fn copy(self: *const Rich, gpa: Allocator) !Rich {
        return .{ .n = self.n, .marks = try self.marks.clone(gpa), .name = self.name };
    }

    pub fn bump(self: *Rich) void {
        self.n = @mod(self.n, 900) + 1;
    }

    pub fn mark(self: *Rich, gpa: Allocator, n: i64) !void {
        if (self.marks.items.len < 20) try self.marks.append(gpa, n);
    }

    pub fn all(self: *const Rich) []const i64 {
        return self.marks.items;
    }
};

/// Others of its kind.
pub const Tree = struct {
    n: i64,
    kids: []Tree = &.{},
    name: []const u8 = "tt",

    fn init(gpa: Allocator, n: i64, name: []const u8) !Tree {
        const kids = try gpa.alloc(Tree, 1);
        kids[0] = .{ .n = n, .name = try gpa.dupe(u8, name) };
        return .{ .n = n, .kids = kids, .name = try gpa.dupe(u8, name) };
    }

    fn deinit(self: *Tree, gpa: Allocator) void {
        for (self.kids) |*one| one.deinit(gpa);
        gpa.free(self.kids);
        gpa.free(self.name);
    }

    fn copy(self: *const Tree, gpa: Allocator) !Tree {
        const kids = try gpa.alloc(Tree, self.kids.len);
        for (kids, self.kids) |*one, *other| one.* = try other.copy(gpa);
        return .{ .n = self.n, .kids = kids, .name = try gpa.dupe(u8, self.name) };
    }

    pub fn bump(self: *Tree) void {
        self.n = @mod(self.n, 900) + 1;
    }

    pub fn kid(self: *Tree) ?*Tree {
        return if (self.kids.len > 0) &self.kids[0] else null;
    }
};

fn List(comptime T: type) type {
    return struct {
        const Self = @This();
        items: std.ArrayList(T) = .empty,

        fn put(self: *Self, gpa: Allocator, item: T) !void {
            try self.items.append(gpa, item);
        }

        fn at(self: *const Self, index: usize) ?*T {
            return if (index < self.items.items.len) &self.items.items[index] else null;
        }

        fn cut(self: *Self, gpa: Allocator, index: usize) void {
            var item = self.items.orderedRemove(index);
            item.deinit(gpa);
        }

        fn deinit(self: *Self, gpa: Allocator) void {
            for (self.items.items) |*item| item.deinit(gpa);
            self.items.deinit(gpa);
        }
    };
}

fn Pool(comptime T: type) type {
    return struct {
        const Self = @This();
        items: std.ArrayList(*T) = .empty,

        fn put(self: *Self, gpa: Allocator, item: T) !void {
            const node = try gpa.create(T);
            node.* = item;
            try self.items.append(gpa, node);
        }

        fn at(self: *const Self, index: usize) ?*T {
            return if (index < self.items.items.len) self.items.items[index] else null;
        }

        fn cut(self: *Self, gpa: Allocator, index: usize) void {
            const node = self.items.orderedRemove(index);
            node.deinit(gpa);
            gpa.destroy(node);
        }

        fn deinit(self: *Self, gpa: Allocator) void {
            while (self.items.items.len > 0) self.cut(gpa, self.items.items.len - 1);
            self.items.deinit(gpa);
        }
    };
}

fn Rows(comptime T: type) type {
    return struct {
        const Self = @This();
        rows: std.ArrayList(std.ArrayList(T)) = .empty,

        fn put(self: *Self, gpa: Allocator, item: T) !void {
            const count = self.rows.items.len;
            if (count == 0 or @mod(item.n, 4) == 0) try self.rows.append(gpa, .empty);
            try self.rows.items[self.rows.items.len - 1].append(gpa, item);
        }

        fn at(self: *const Self, index: usize) ?*T {
            var left = index;
            for (self.rows.items) |row| {
                if (left < row.items.len) return &row.items[left];
                left -= row.items.len;
            }
            return null;
        }

        fn cut(self: *Self, gpa: Allocator, index: usize) void {
            var left = index;
            for (self.rows.items) |*row| {
                if (left < row.items.len) {
                    var item = row.orderedRemove(left);
                    return item.deinit(gpa);
                }
                left -= row.items.len;
            }
        }

        fn deinit(self: *Self, gpa: Allocator) void {
            for (self.rows.items) |*row| {
                for (row.items) |*item| item.deinit(gpa);
                row.deinit(gpa);
            }
            self.rows.deinit(gpa);
        }
    };
}

fn Slots(comptime T: type) type {
    return struct {
        const Self = @This();
        slots: [3]?T = .{ null, null, null },

        fn put(self: *Self, gpa: Allocator, item: T) !void {
            const slot = &self.slots[@intCast(@mod(item.n, 3))];
            if (slot.*) |*old| old.deinit(gpa);
            slot.* = item;
        }

        fn at(self: *const Self, index: usize) ?*T {
            var left = index;
            for (@constCast(&self.slots)) |*slot| if (slot.*) |*item| {
                if (left == 0) return item;
                left -= 1;
            };
            return null;
        }

        fn cut(self: *Self, gpa: Allocator, index: usize) void {
            const item = self.at(index).?;
            item.deinit(gpa);
            for (&self.slots) |*slot| if (slot.*) |*some| if (some == item) {
                slot.* = null;
            };
        }

        fn deinit(self: *Self, gpa: Allocator) void {
            while (self.at(0) != null) self.cut(gpa, 0);
        }
    };
}

fn Names(comptime T: type) type {
    return struct {
        const Self = @This();
        items: std.StringArrayHashMapUnmanaged(T) = .empty,

        fn put(self: *Self, gpa: Allocator, item: T) !void {
            var buffer: [24]u8 = undefined;
            const key = try std.fmt.bufPrint(&buffer, "t{d}t", .{item.n});
            const known = try self.items.getOrPut(gpa, key);
            if (known.found_existing)
                known.value_ptr.deinit(gpa)
            else
                known.key_ptr.* = try gpa.dupe(u8, key);
            known.value_ptr.* = item;
        }

        fn at(self: *const Self, index: usize) ?*T {
            return if (index < self.items.count()) &self.items.values()[index] else null;
        }

        fn cut(self: *Self, gpa: Allocator, index: usize) void {
            const key = self.items.keys()[index];
            self.items.values()[index].deinit(gpa);
            self.items.orderedRemoveAt(index);
            gpa.free(key);
        }

        fn deinit(self: *Self, gpa: Allocator) void {
            for (self.items.keys(), self.items.values()) |key, *item| {
                gpa.free(key);
                item.deinit(gpa);
            }
            self.items.deinit(gpa);
        }
    };
}

fn Map(comptime T: type) type {
    return struct {
        const Self = @This();
        items: std.AutoHashMapUnmanaged(i64, T) = .empty,

        fn put(self: *Self, gpa: Allocator, item: T) !void {
            const known = try self.items.getOrPut(gpa, item.n);
            if (known.found_existing) known.value_ptr.deinit(gpa);
            known.value_ptr.* = item;
        }

        fn entry(self: *const Self, index: usize) ?std.AutoHashMapUnmanaged(i64, T).Entry {
            var iterator = self.items.iterator();
            for (0..index) |_| _ = iterator.next();
            return iterator.next();
        }

        fn at(self: *const Self, index: usize) ?*T {
            return if (self.entry(index)) |found| found.value_ptr else null;
        }

        fn cut(self: *Self, gpa: Allocator, index: usize) void {
            const found = self.entry(index).?;
            found.value_ptr.deinit(gpa);
            self.items.removeByPtr(found.key_ptr);
        }

        fn deinit(self: *Self, gpa: Allocator) void {
            var iterator = self.items.valueIterator();
            while (iterator.next()) |item| item.deinit(gpa);
            self.items.deinit(gpa);
        }
    };
}

fn Chain(comptime T: type) type {
    return struct {
        const Self = @This();
        const Node = struct { item: T, next: ?*Node };
        head: ?*Node = null,

        fn put(self: *Self, gpa: Allocator, item: T) !void {
            const node = try gpa.create(Node);
            node.* = .{ .item = item, .next = self.head };
            self.head = node;
        }

        fn at(self: *const Self, index: usize) ?*T {
            var node = self.head;
            for (0..index) |_| node = if (node) |some| some.next else null;
            return if (node) |some| &some.item else null;
        }

        fn cut(self: *Self, gpa: Allocator, index: usize) void {
            var place = &self.head;
            for (0..index) |_| place = &place.*.?.next;
            const node = place.*.?;
            place.* = node.next;
            node.item.deinit(gpa);
            gpa.destroy(node);
        }

        fn deinit(self: *Self, gpa: Allocator) void {
            while (self.head != null) self.cut(gpa, 0);
        }
    };
}

/// With a `deinit`, which knows its allocator.
fn Owner(comptime Store: type, comptime T: type) type {
    return struct {
        const Self = @This();
        gpa: Allocator,
        store: Store = .{},
        title: []const u8 = "",
        note: ?[]const u8 = null,

        pub fn init(gpa: Allocator) Self {
            return .{ .gpa = gpa };
        }

        pub fn deinit(self: *Self) void {
            self.store.deinit(self.gpa);
            if (self.note) |note| self.gpa.free(note);
        }

        pub fn clone(self: *const Self) !Self {
            var made: Self = .init(self.gpa);
            errdefer made.deinit();
            try made.absorb(self);
            made.title = self.title;
            return made;
        }

        pub fn steal(self: *Self) Self {
            defer self.* = .init(self.gpa);
            return self.*;
        }

        pub const add = Methods(Self, T).add;
        pub const addCopy = Methods(Self, T).addCopy;
        pub const addAll = Methods(Self, T).addAll;
        pub const absorb = Methods(Self, T).absorb;
        pub const first = Methods(Self, T).first;
        pub const best = Methods(Self, T).best;
        pub const better = Methods(Self, T).better;
        pub const pick = Methods(Self, T).pick;
        pub const cut = Methods(Self, T).cut;
        pub const clear = Methods(Self, T).clear;
        pub const sum = Methods(Self, T).sum;
        pub const each = Methods(Self, T).each;
        pub const fail = Methods(Self, T).fail;
        pub const setNote = Methods(Self, T).setNote;
        pub const theNote = Methods(Self, T).theNote;
        pub const rename = Methods(Self, T).rename;
        pub const retitle = Methods(Self, T).retitle;
        pub const theTitle = Methods(Self, T).theTitle;
        pub const pair = Methods(Self, T).pair;
        pub const look = Methods(Self, T).look;
    };
}

/// Without one: all that it has is Python's to give back.
fn Plain(comptime Store: type, comptime T: type) type {
    return struct {
        const Self = @This();
        store: Store = .{},
        title: []const u8 = "",
        note: ?[]const u8 = null,

        pub const add = Methods(Self, T).add;
        pub const addCopy = Methods(Self, T).addCopy;
        pub const addAll = Methods(Self, T).addAll;
        pub const absorb = Methods(Self, T).absorb;
        pub const first = Methods(Self, T).first;
        pub const best = Methods(Self, T).best;
        pub const better = Methods(Self, T).better;
        pub const pick = Methods(Self, T).pick;
        pub const cut = Methods(Self, T).cut;
        pub const clear = Methods(Self, T).clear;
        pub const sum = Methods(Self, T).sum;
        pub const each = Methods(Self, T).each;
        pub const fail = Methods(Self, T).fail;
        pub const setNote = Methods(Self, T).setNote;
        pub const theNote = Methods(Self, T).theNote;
        pub const rename = Methods(Self, T).rename;
        pub const retitle = Methods(Self, T).retitle;
        pub const theTitle = Methods(Self, T).theTitle;
        pub const pair = Methods(Self, T).pair;
        pub const look = Methods(Self, T).look;
    };
}

fn Methods(comptime Self: type, comptime T: type) type {
    return struct {
        fn allocatorOf(self: *const Self) Allocator {
            return if (@hasField(Self, "gpa")) self.gpa else nano_ffi.allocator;
        }

        pub fn add(self: *Self, n: i64, name: []const u8) !void {
            const gpa = allocatorOf(self);
            var item: T = try .init(gpa, n, name);
            errdefer item.deinit(gpa);
            try self.store.put(gpa, item);
        }

        pub fn addCopy(self: *Self, item: *const T) !void {
            const gpa = allocatorOf(self);
            var made = try item.copy(gpa);
            errdefer made.deinit(gpa);
            try self.store.put(gpa, made);
        }

        pub fn addAll(self: *Self, items: []const T) !void {
            for (items) |*item| try addCopy(self, item);
        }

        pub fn absorb(self: *Self, other: *const Self) !void {
            if (self == other or self.store.at(30) != null) return;
            var index: usize = 0;
            while (other.store.at(index)) |item| : (index += 1) try addCopy(self, item);
        }

        pub fn first(self: *Self) ?*T {
            return self.store.at(0);
        }

        pub fn best(self: *const Self) ?*const T {
            var found: ?*const T = null;
            var index: usize = 0;
            while (self.store.at(index)) |item| : (index += 1)
                if (found == null or item.n > found.?.n) {
                    found = item;
                };
            return found;
        }

        pub fn better(self: *Self, item: *const T) ?*const T {
            const own = first(self) orelse return item;
            return if (own.n > item.n) own else item;
        }

        pub fn pick(self: *const Self) ?T {
            return (best(self) orelse return null).*;
        }

        pub fn cut(self: *Self, index: usize) error{IndexError}!void {
            if (self.store.at(index) == null) return error.IndexError;
            self.store.cut(allocatorOf(self), index);
        }

        pub fn clear(self: *Self) void {
            self.store.deinit(allocatorOf(self));
            self.store = .{};
        }

        pub fn sum(self: *const Self) i64 {
            var total: i64 = 0;
            var index: usize = 0;
            while (self.store.at(index)) |item| : (index += 1) total += item.n;
            return @mod(total, 900) + 1;
        }

        pub fn each(self: *Self, function: nano_ffi.Callback(fn (*T) bool)) !bool {
            var index: usize = 0;
            while (self.store.at(index)) |item| : (index += 1)
                if (try function.call(.{item})) return true;
            return false;
        }

        pub fn fail(self: *Self, n: i64, name: []const u8) !void {
            const gpa = allocatorOf(self);
            const copied = try gpa.dupe(u8, name);
            defer gpa.free(copied);
            try add(self, n, copied);
            if (n > 20) return error.ValueError;
        }

        pub fn setNote(self: *Self, note: []const u8) !void {
            const gpa = allocatorOf(self);
            const copied = try gpa.dupe(u8, note);
            if (self.note) |old| gpa.free(old);
            self.note = copied;
        }

        pub fn theNote(self: *const Self) ?[]const u8 {
            return self.note;
        }

        pub fn rename(self: *Self, title: []const u8) void {
            self.title = title;
        }

        pub fn retitle(self: *Self, other: *const Self) void {
            self.title = other.title;
        }

        pub fn theTitle(self: *const Self) []const u8 {
            return self.title;
        }

        pub fn pair(self: *Self) struct { ?*T, []const u8 } {
            return .{ first(self), self.title };
        }

        pub fn look(self: *Self) View(Self, T) {
            return .{ .owner = self };
        }
    };
}

fn View(comptime O: type, comptime T: type) type {
    return struct {
        const Self = @This();
        owner: *O,

        pub fn add(self: *Self, n: i64, name: []const u8) !void {
            try self.owner.add(n, name);
        }

        pub fn clear(self: *Self) void {
            self.owner.clear();
        }

        pub fn first(self: *const Self) ?*T {
            return self.owner.first();
        }

        pub fn of(self: *const Self) *O {
            return self.owner;
        }
    };
}

pub const ListNamed = Owner(List(Named), Named);
pub const ListNamedView = View(ListNamed, Named);
pub const PoolTree = Owner(Pool(Tree), Tree);
pub const PoolTreeView = View(PoolTree, Tree);
pub const MapRich = Owner(Map(Rich), Rich);
pub const MapRichView = View(MapRich, Rich);
pub const ChainNamed = Owner(Chain(Named), Named);
pub const ChainNamedView = View(ChainNamed, Named);

pub const PlainRows = Plain(Rows(Tree), Tree);
pub const PlainRowsView = View(PlainRows, Tree);
pub const PlainSlots = Plain(Slots(Rich), Rich);
pub const PlainSlotsView = View(PlainSlots, Rich);
pub const PlainNames = Plain(Names(Named), Named);
pub const PlainNamesView = View(PlainNames, Named);
