//! Who reads what, where threads are free: a reader is written down in a place that is mostly its
//! thread's alone, and not at what it reads. So the cores that read one thing hand no memory to and
//! fro. Who is to change it looks through all places.

const std = @import("std");
const Readers = @This();

places: [256]Place = @splat(.{}),

pub const Place = struct {
    /// The address of what is read; 0 where the place is free.
    what: std.atomic.Value(usize) align(std.atomic.cache_line) = .init(0),

    pub inline fn leave(place: *Place) void {
        place.what.store(0, .release);
    }
};

/// Writes a reader down; null where another one has the place. What the reader loads from here on
/// with `.seq_cst`, it loads after that: see `has`.
pub inline fn enter(readers: *Readers, what: usize) ?*Place {
    const place = &readers.places[placeOf(what)];
    if (place.what.cmpxchgStrong(0, what, .seq_cst, .monotonic) != null) return null;
    return place;
}

/// Threads have stacks of their own. Two of them may come to one place, and one to several.
inline fn placeOf(what: usize) u8 {
    const stack: u64 = @frameAddress() >> 16;
    const mixed = (stack *% 0x9e37_79b9_7f4a_7c15) ^ (@as(u64, what) *% 0xd6e8_feb8_6659_fd93);
    return @truncate(mixed >> 48);
}

/// Whether one reads what is `same` as `what`. Who has stored a flag with `.seq_cst` before sees
/// each reader that has not seen it.
pub fn has(
    readers: *const Readers,
    what: usize,
    comptime same: fn (read: usize, what: usize) bool,
) bool {
    for (&readers.places) |*place| {
        const read = place.what.load(.seq_cst);
        if (read != 0 and same(read, what)) return true;
    }
    return false;
}

/// In the child of a fork, which has none of the other threads.
pub fn clear(readers: *Readers) void {
    for (&readers.places) |*place| place.leave();
}

fn isSame(read: usize, what: usize) bool {
    return read == what;
}

test enter {
    var readers: Readers = .{};
    const what = 0x1000;
    const place = readers.enter(what).?;
    try std.testing.expect(readers.has(what, isSame));
    try std.testing.expect(!readers.has(what + 64, isSame));
    try std.testing.expectEqual(null, readers.enter(what)); // it is the same thread
    place.leave();
    try std.testing.expect(!readers.has(what, isSame));
    _ = readers.enter(what).?;
    readers.clear();
    try std.testing.expect(!readers.has(what, isSame));
}

test has {
    // Two numbers are equal wherever one reads them, and so is nobody there who changes them.
    const Shared = struct {
        readers: Readers = .{},
        is_changing: std.atomic.Value(bool) = .init(false),
        numbers: [2]usize = @splat(0),
        wrong: std.atomic.Value(usize) = .init(0),
        done: std.atomic.Value(usize) = .init(0),

        fn read(shared: *@This()) void {
            for (0..50_000) |_| {
                const place = shared.readers.enter(@intFromPtr(shared)) orelse continue;
                defer place.leave();
                if (shared.is_changing.load(.seq_cst)) continue;
                const are_equal = shared.numbers[0] == shared.numbers[1];
                if (!are_equal) _ = shared.wrong.fetchAdd(1, .monotonic);
            }
            _ = shared.done.fetchAdd(1, .monotonic);
        }

        fn change(shared: *@This()) void {
            while (shared.done.load(.monotonic) < 3) {
                shared.is_changing.store(true, .seq_cst);
                while (shared.readers.has(@intFromPtr(shared), isSame)) std.Thread.yield() catch {};
                for (&shared.numbers) |*number| number.* +%= 1;
                shared.is_changing.store(false, .seq_cst);
                std.Thread.yield() catch {};
            }
        }
    };
    var shared: Shared = .{};
    var threads: [3]std.Thread = undefined;
    for (&threads) |*thread| thread.* = try std.Thread.spawn(.{}, Shared.read, .{&shared});
    shared.change();
    for (threads) |thread| thread.join();
    try std.testing.expectEqual(0, shared.wrong.load(.monotonic));
}
