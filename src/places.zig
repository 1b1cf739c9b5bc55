//! Where in the source an address of a file is. std.debug.Dwarf takes seconds to compile, and each
//! module of a user's would have it: so this is compiled once, to an object for all of them.

const std = @import("std");
const builtin = @import("builtin");
const endian = builtin.cpu.arch.endian();

/// What traces.zig declares in the same way. Texts end with 0.
const Place = extern struct { line: c_int, path: [1024]u8, name: [256]u8 };

const Places = struct {
    arena: std.heap.ArenaAllocator,
    dwarf: std.debug.Dwarf,

    /// The debug information of a whole file, which must stay where it is; null where it has none.
    fn open(file: [*]const u8, size: usize) callconv(.c) ?*Places {
        var arena: std.heap.ArenaAllocator = .init(std.heap.page_allocator);
        const places = arena.allocator().create(Places) catch return failed(&arena);
        const sections = sectionsOf(arena.allocator(), file[0..size]) catch return failed(&arena);
        places.dwarf = .{ .sections = sections };
        places.dwarf.open(arena.allocator(), endian) catch return failed(&arena);
        places.arena = arena;
        return places;
    }

    fn failed(arena: *std.heap.ArenaAllocator) ?*Places {
        arena.deinit();
        return null;
    }

    fn close(places: *Places) callconv(.c) void {
        const arena = places.arena;
        arena.deinit();
    }

    /// Whether it is known where `address`, counted from the file's beginning in memory, is.
    fn find(places: *Places, address: usize, place: *Place) callconv(.c) bool {
        const arena = places.arena.allocator();
        const unit = places.dwarf.findCompileUnit(endian, address) catch return false;
        const found = places.dwarf.getLineNumberInfo(arena, arena, endian, unit, address) catch
            return false;
        const folder = unit.die.getAttrString(
            &places.dwarf,
            endian,
            std.dwarf.AT.comp_dir,
            places.dwarf.section(.debug_line_str),
            unit,
        ) catch "";
        const whole = std.fs.path.resolvePosix(arena, &.{ folder, found.file_name }) catch
            return false;
        const name = places.dwarf.getSymbolName(address) orelse "?";
        const dot = std.mem.findScalarLast(u8, name, '.');
        place.line = @intCast(@min(found.line, std.math.maxInt(c_int)));
        const short = if (dot) |at| name[at + 1 ..] else name;
        return put(&place.path, whole) and put(&place.name, short);
    }

    fn put(buffer: []u8, text: []const u8) bool {
        if (text.len >= buffer.len) return false;
        @memcpy(buffer[0..text.len], text);
        buffer[text.len] = 0;
        return true;
    }
};

comptime {
    for (.{ "open", "close", "find" }) |name|
        @export(&@field(Places, name), .{
            .name = "nano_ffi_places_" ++ name,
            .visibility = .hidden,
        });
}

/// The sections that `std.debug.Dwarf` reads, of an ELF file that is whole.
fn sectionsOf(
    arena: std.mem.Allocator,
    file: []const u8,
) error{ Malformed, OutOfMemory }!std.debug.Dwarf.SectionArray {
    const elf = std.elf;
    var sections: std.debug.Dwarf.SectionArray = @splat(null);
    const header = try read(elf.ElfN.Ehdr, file, 0);
    const names = try read(
        elf.ElfN.Shdr,
        file,
        header.shoff + @as(u64, header.shstrndx) * header.shentsize,
    );
    for (0..header.shnum) |index| {
        const section = try read(elf.ElfN.Shdr, file, header.shoff + index * header.shentsize);
        const name_at = names.offset + section.name;
        if (section.type == .NOBITS or name_at >= file.len) continue;
        const name = std.mem.sliceTo(file[@intCast(name_at)..], 0);
        inline for (@typeInfo(std.debug.Dwarf.Section.Id).@"enum".field_names, 0..) |id, place| {
            if (std.mem.eql(u8, name, "." ++ id)) {
                if (section.offset > file.len or
                    section.size > file.len - section.offset) return error.Malformed;
                const bytes = file[@intCast(section.offset)..][0..@intCast(section.size)];
                sections[place] = .{
                    .data = if (section.flags.shf.COMPRESSED) try inflated(arena, bytes) else bytes,
                    .owned = false,
                };
            }
        }
    }
    return sections;
}

/// What was compressed to these bytes of a section.
fn inflated(
    arena: std.mem.Allocator,
    bytes: []const u8,
) error{ Malformed, OutOfMemory }![]const u8 {
    const header = try read(std.elf.ElfN.Chdr, bytes, 0);
    if (header.type != .ZLIB) return error.Malformed;
    const size = std.math.cast(usize, header.size) orelse return error.Malformed;
    const room = try arena.alloc(u8, size);
    var from: std.Io.Reader = .fixed(bytes[@sizeOf(std.elf.ElfN.Chdr)..]);
    var to: std.Io.Writer = .fixed(room);
    var inflate: std.compress.flate.Decompress = .init(&from, .zlib, &.{});
    const written = inflate.reader.streamRemaining(&to) catch return error.Malformed;
    return if (written == size) room else error.Malformed;
}

fn read(comptime T: type, file: []const u8, offset: u64) error{Malformed}!T {
    if (offset > file.len or file.len - offset < @sizeOf(T)) return error.Malformed;
    return std.mem.bytesToValue(T, file[@intCast(offset)..][0..@sizeOf(T)]);
}
