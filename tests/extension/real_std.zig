//! Types of Zig's own library by another name, and iterators that functions return.

const std = @import("std");

pub const Sha256 = std.crypto.hash.sha2.Sha256;
/// Numbers that nobody foresees.
pub const Prng = std.Random.DefaultPrng;
pub const Uri = std.Uri;
pub const Lines = std.mem.SplitIterator(u8, .scalar);
/// A list in Python, and no class.
pub const Ints = std.ArrayList(i64);
/// Has functions in it, which are known while compiling only.
pub const Table = std.Random.ziggurat.ZigTable;

pub fn ints(count: u8, gpa: std.mem.Allocator) !Ints {
    var list: Ints = .empty;
    for (0..count) |index| try list.append(gpa, @intCast(index));
    return list;
}

/// A generator that begins in one place.
pub fn seeded(seed: u64) Prng {
    return .init(seed);
}

/// Not named here: its fields are its own.
pub fn hidden(seed: u64) std.Random.Sfc64 {
    return .init(seed);
}

pub fn hiddenOf(generator: *std.Random.Sfc64) u64 {
    return generator.next();
}

/// The words of a text.
pub fn words(text: []const u8) std.mem.TokenIterator(u8, .any) {
    return std.mem.tokenizeAny(u8, text, " \n");
}

pub fn lines(text: []const u8) Lines {
    return std.mem.splitScalar(u8, text, '\n');
}

/// Counts down to one, and fails before zero.
const Countdown = struct {
    left: u32,
    fails: bool = false,

    /// The next number.
    pub fn next(self: *Countdown) !?u32 {
        if (self.left == 0) return if (self.fails) error.Gone else null;
        defer self.left -= 1;
        return self.left;
    }
};

pub fn countdown(from: u32, fails: bool) !Countdown {
    if (from > 1000) return error.TooFar;
    return .{ .left = from, .fails = fails };
}

/// Numbers that are counted one by one.
pub const Numbers = struct {
    numbers: std.ArrayList(i64),

    pub const empty: Numbers = .{ .numbers = .empty };

    pub fn add(self: *Numbers, gpa: std.mem.Allocator, number: i64) !void {
        try self.numbers.append(gpa, number);
    }

    const Iterator = struct {
        of: *const Numbers,
        index: usize = 0,

        pub fn next(self: *Iterator) ?i64 {
            if (self.index >= self.of.numbers.items.len) return null;
            defer self.index += 1;
            return self.of.numbers.items[self.index];
        }
    };

    pub fn iterator(self: *const Numbers) Iterator {
        return .{ .of = self };
    }

    pub fn deinit(self: *Numbers, gpa: std.mem.Allocator) void {
        self.numbers.deinit(gpa);
    }
};

/// Counts of words.
pub const Counts = struct {
    counts: std.StringHashMap(u32),
    last: u32 = 0,

    pub fn init(gpa: std.mem.Allocator) Counts {
        return .{ .counts = .init(gpa) };
    }

    pub fn deinit(self: *Counts) void {
        var keys = self.counts.keyIterator();
        while (keys.next()) |key| self.counts.allocator.free(key.*);
        self.counts.deinit();
    }

    pub fn add(self: *Counts, word: []const u8) !void {
        const found = try self.counts.getOrPut(word);
        if (!found.found_existing) {
            found.key_ptr.* = try self.counts.allocator.dupe(u8, word);
            found.value_ptr.* = 0;
        }
        found.value_ptr.* += 1;
        self.last = found.value_ptr.*;
    }

    pub fn iterator(self: *const Counts) std.StringHashMap(u32).Iterator {
        return self.counts.iterator();
    }

    pub fn words(self: *const Counts) std.StringHashMap(u32).KeyIterator {
        return self.counts.keyIterator();
    }

    pub fn numbers(self: *const Counts) std.StringHashMap(u32).ValueIterator {
        return self.counts.valueIterator();
    }

    /// What is looked at, and not changed.
    pub fn peek(self: *const Counts, word: []const u8) ?*const u32 {
        return self.counts.getPtr(word);
    }

    pub fn latest(self: *const Counts) *const u32 {
        return &self.last;
    }

    /// Could be changed.
    pub fn place(self: *Counts, word: []const u8) ?*u32 {
        return self.counts.getPtr(word);
    }
};
