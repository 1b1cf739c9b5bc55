//! Results of every ownership, in memory of an allocator that counts what is not freed.

const std = @import("std");
const nano_ffi = @import("nano_ffi");
const Allocator = std.mem.Allocator;

var count: std.atomic.Value(usize) = .init(0);

/// `nano_ffi.allocator`, counted.
const counted: Allocator = .{ .ptr = undefined, .vtable = &.{
    .alloc = alloc,
    .resize = Allocator.noResize,
    .remap = Allocator.noRemap,
    .free = free,
} };

fn alloc(_: *anyopaque, len: usize, alignment: std.mem.Alignment, address: usize) ?[*]u8 {
    const memory = nano_ffi.allocator.rawAlloc(len, alignment, address) orelse return null;
    _ = count.fetchAdd(1, .monotonic);
    return memory;
}

fn free(_: *anyopaque, memory: []u8, alignment: std.mem.Alignment, address: usize) void {
    _ = count.fetchSub(1, .monotonic);
    nano_ffi.allocator.rawFree(memory, alignment, address);
}

/// How many pieces of memory are not freed.
pub fn live() usize {
    return count.load(.monotonic);
}

pub fn borrowed() []const u8 {
    return "a constant";
}

pub fn middle(text: []const u8) []const u8 {
    return text[1 .. text.len - 1];
}

pub fn owned(text: []const u8) error{OutOfMemory}!nano_ffi.Owned([]const u8) {
    return .{ .data = try counted.dupe(u8, text), .allocator = counted };
}

pub fn owned_items(values: []const i64) error{OutOfMemory}!nano_ffi.Owned([]i64) {
    return .{ .data = try counted.dupe(i64, values), .allocator = counted };
}

pub fn maybe_owned(text: ?[]const u8) error{OutOfMemory}!?nano_ffi.Owned([]const u8) {
    return try owned(text orelse return null);
}

const Word = struct { text: []const u8, length: usize };

pub fn words(text: []const u8) error{OutOfMemory}!nano_ffi.OwnedArena([]const Word) {
    var arena: std.heap.ArenaAllocator = .init(counted);
    errdefer arena.deinit();
    var list: std.ArrayList(Word) = .empty;
    var iterator = std.mem.tokenizeScalar(u8, text, ' ');
    while (iterator.next()) |word| try list.append(arena.allocator(), .{
        .text = try std.ascii.allocUpperString(arena.allocator(), word),
        .length = word.len,
    });
    return .{ .data = list.items, .arena = arena };
}

pub fn counts(text: []const u8) error{OutOfMemory}!std.StringHashMap(u32) {
    var map: std.StringHashMap(u32) = .init(counted);
    errdefer map.deinit();
    var iterator = std.mem.tokenizeScalar(u8, text, ' ');
    while (iterator.next()) |word| (try map.getOrPutValue(word, 0)).value_ptr.* += 1;
    return map;
}

/// What it got before it fails, it frees itself.
pub fn fails(text: []const u8) error{ OutOfMemory, Late }!nano_ffi.Owned([]const u8) {
    const copy = try counted.dupe(u8, text);
    errdefer counted.free(copy);
    if (copy.len > 0) return error.Late;
    return .{ .data = copy, .allocator = counted };
}

/// Bytes that are no text: the result cannot be made.
pub fn broken() error{OutOfMemory}!nano_ffi.Owned([]const u8) {
    return owned("\xff");
}

pub fn broken_words() error{OutOfMemory}!nano_ffi.OwnedArena([]const Word) {
    return words("good \xff");
}

/// The second cannot be made when the first is.
pub fn broken_pair() struct { []const u8, []const u8 } {
    return .{ "good, and long enough to be seen where it is kept", "\xff" };
}

/// Whether memory of every alignment is where it should be.
pub fn aligned(text: []const u8) error{OutOfMemory}!bool {
    inline for (.{ 1, 8, 16, 32, 64, 4096 }) |alignment| {
        const memory = try counted.alignedAlloc(u8, .fromByteUnits(alignment), text.len);
        defer counted.free(memory);
        @memcpy(memory, text);
        if (@intFromPtr(memory.ptr) % alignment != 0 or
            !std.mem.eql(u8, memory, text)) return false;
        const plain = try nano_ffi.allocator.alignedAlloc(u8, .fromByteUnits(alignment), 1);
        defer nano_ffi.allocator.free(plain);
    }
    return true;
}

/// Grows a list, with other threads of Python at work.
pub fn released(size: u32) error{OutOfMemory}!u64 {
    var list: std.ArrayList(u32) = .empty;
    defer list.deinit(nano_ffi.allocator);
    for (0..size) |value| try list.append(nano_ffi.allocator, @intCast(value));
    var sum: u64 = 0;
    for (list.items) |value| sum += value;
    return sum;
}

pub fn too_much() error{OutOfMemory}!u64 {
    const memory = try nano_ffi.allocator.alignedAlloc(
        u8,
        .fromByteUnits(64),
        std.math.maxInt(usize) - 64,
    );
    defer nano_ffi.allocator.free(memory);
    return memory.len;
}

pub const nano_ffi_options = .{ .released = .{ .gil = .released } };
